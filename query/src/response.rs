//! What answers look like: the JSON of API.md. Keys are camelCase; names of metrics, attributes and totals stay as they are.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemas::{
    Totals,
    unit::{Better, Unit},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Answer to `POST /v1/analytics/query`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryResult {
    /// What the rows hold, in order: time, dimensions, metrics.
    pub columns: Vec<Column>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// Where the next page begins. Null on the last one.
    pub next_cursor: Option<String>,
    /// Beacons received ÷ beacons known to have been sent, over every attempt in scope, 0..=1. Null without attempts.
    pub completeness: Option<f64>,
    /// Version of the metrics' definitions.
    pub definition_version: u32,
    /// When the organisation's latest beacon was received, RFC 3339 UTC. Null before the first.
    pub fresh_as_of: Option<String>,
    /// What answered: cells, impressions or beacons.
    pub source: Source,
    /// Time the answer took, ms.
    pub took_ms: u64,
}

/// Which tables an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
// Where a metric's or an attribute's value comes from is a `Source` too.
#[schema(as = AnsweredFrom)]
pub enum Source {
    /// Sums over attempts of days that are over, made before, and viewers counted then; the attempts of the rest, where there is one, were read
    /// and added. Distinct viewers do not add up and are counted in the attempts.
    Cells,
    /// Merged attempts.
    Impressions,
    /// Raw beacons (the highest concurrency, and that of attempts of days that are not over; where something was played again), with or
    /// without what was made before.
    Beacons,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ColumnKind,
    /// Unit of a metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Which way a metric should move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<Better>,
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// The time bucket.
    Time,
    /// A dimension.
    Dimension,
    /// A metric.
    Metric,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Begin of the time bucket, ISO 8601 with the time zone's offset. Absent without an interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Values of the dimensions; null is "not known".
    pub dimensions: BTreeMap<String, Option<String>>,
    /// Whether start, end or the present cut this time bucket short.
    pub partial: bool,
    /// As in [`QueryResult`], over this row's attempts.
    pub completeness: Option<f64>,
    /// One value per metric.
    pub values: BTreeMap<String, MetricValue>,
    /// One comparison per baseline (by label) and metric.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub comparisons: BTreeMap<String, BTreeMap<String, Comparison>>,
}

/// A metric's value with its interval, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MetricValue {
    /// A number.
    Number(NumberValue),
    /// A distribution.
    Histogram(HistogramValue),
    /// No value.
    Null(NullValue),
}

/// A number with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumberValue {
    /// The value, in the column's unit; a whole number where something was counted.
    #[schema(value_type = f64)]
    pub value: Amount,
    /// Lower end of the interval. Null when the data set no bound.
    pub low: Option<f64>,
    /// Upper end of the interval. Null when the data set no bound.
    pub high: Option<f64>,
    /// Attempts that entered the value. Absent for concurrency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u64>,
    /// What was taken for independent.
    pub clustered_by: ClusteredBy,
    /// True when the interval may hold less than its nominal confidence: few viewers, or a tail with few attempts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unreliable: bool,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// Without a fraction.
    Counted(u64),
    /// As it is.
    Measured(f64),
}

impl Amount {
    /// A sum of whole numbers. Beyond 2⁵³ a float is no longer exact and stays one.
    #[must_use]
    pub fn counted(value: f64) -> Self {
        const EXACT: f64 = (1_u64 << 53) as f64;
        match value.fract() == 0.0 && (0.0..=EXACT).contains(&value) {
            true => Self::Counted(value as u64),
            false => Self::Measured(value),
        }
    }
}

/// What an interval takes for independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClusteredBy {
    /// Viewers: all attempts of one are one draw.
    Viewer,
    /// Attempts, because at least half of them carry no viewer id: such intervals are too narrow where viewers return.
    Attempt,
}

/// A distribution.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistogramValue {
    /// The bins.
    pub value: Histogram,
    /// Attempts that entered it.
    pub attempts: u64,
    /// What was taken for independent.
    pub clustered_by: ClusteredBy,
}

/// Bins 2 % wide that hold something.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Histogram {
    /// Lowest first.
    pub bins: Vec<Bin>,
    /// Values in all bins.
    pub count: u64,
}

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Bin {
    /// Lower edge, inclusive, in the metric's unit.
    pub from: f64,
    /// Upper edge, exclusive.
    pub to: f64,
    /// Values inside.
    pub count: u64,
}

/// No value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NullValue {
    /// Always null.
    #[schema(value_type = Option<f64>)]
    pub value: (),
    /// Why.
    pub reason: String,
}

/// A value against a baseline's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The baseline's value. Null when it has none.
    pub reference: Option<f64>,
    /// Value minus reference.
    pub difference: Option<f64>,
    /// Lower end of the difference's interval.
    pub low: Option<f64>,
    /// Upper end of the difference's interval.
    pub high: Option<f64>,
    /// Difference ÷ reference; null when the reference is 0 or null.
    pub relative: Option<f64>,
    /// Chance of a difference at least this large where there is none.
    pub p_value: Option<f64>,
    /// The same, adjusted for all comparisons of this answer with the same baseline (Benjamini–Hochberg); the verdict follows it.
    /// Null in an answer of one row.
    pub adjusted_p_value: Option<f64>,
    /// One word.
    pub verdict: VerdictWord,
    /// Why, in words.
    pub reason: String,
    /// Part of the difference that the same audience would have seen.
    pub rate_effect: Option<f64>,
    /// Part of the difference that comes from another audience.
    pub mix_effect: Option<f64>,
    /// Why there are no effects; null when there are.
    pub effect_reason: Option<String>,
    /// Local dates the baseline was made of, each that of its time bucket's begin. Empty for a cohort.
    pub reference_days: Vec<NaiveDate>,
    /// What `auto` left out. Absent when that is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_days: Vec<ExcludedDay>,
    /// Smallest true difference that would have been found with a power of 80 %.
    pub minimum_detectable: Option<f64>,
    /// A histogram's counterpart: every value of `referenceDays` (of a cohort, of the same time) in one histogram. Where the baseline holds more
    /// time, or more attempts, its counts are greater: compare shares. Absent for other metrics, and where the baseline has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_histogram: Option<Histogram>,
    /// How the industry is distributed; absent for other baselines, and where too few take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry: Option<IndustryQuartiles>,
}

/// How a metric is distributed over the organisations that take part, the asker's left out. Each is weighted to the asker's mix of device class and
/// country; each quartile is the mean of the three around it, on a grid of 2 %.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IndustryQuartiles {
    /// A quarter of them have less.
    pub p25: f64,
    /// Half of them have less.
    pub p50: f64,
    /// Three quarters of them have less.
    pub p75: f64,
    /// Begin of the week that was looked at, RFC 3339 UTC.
    pub start: String,
    /// Its end, exclusive.
    pub end: String,
}

/// A reference that was left out because an annotation spoils it. Without the annotation's title: an answer may have a million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ExcludedDay {
    /// Local date it begins on.
    pub date: NaiveDate,
    /// `incident` or `holiday`.
    pub kind: &'static str,
    /// The annotation's id.
    pub annotation: uuid::Uuid,
}

/// The closed list of verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// Detectably worse.
    Worse,
    /// Detectably better.
    Better,
    /// The interval covers 0; see `minimumDetectable`.
    NoDetectableChange,
    /// Too little data to say anything.
    #[default]
    InsufficientData,
    /// Data are still arriving, or some were lost.
    Provisional,
    /// No judgement; the reason says why.
    Refused,
}

impl VerdictWord {
    /// The word, as answers have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::NoDetectableChange => "no_detectable_change",
            Self::InsufficientData => "insufficient_data",
            Self::Provisional => "provisional",
            Self::Refused => "refused",
        }
    }
}

/// Answer to `POST /v1/analytics/drop-off`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DropOffResult {
    /// A point for each hundredth of a video, in order.
    pub points: Vec<DropOffPoint>,
    /// The first of these positions that no more than half of the plays came beyond; null where more did, or where it is not known because those who would
    /// tell go on.
    pub median: Option<f64>,
    /// Plays that the curve is of.
    pub plays: u64,
    /// Those of them that go on: they count for as far as they came.
    pub ongoing: u64,
    /// Plays that are left out: live, of unknown duration, or not measured.
    pub unknown: u64,
    /// What the plays of the curve played again. Null unless `rewatches` was asked for.
    pub rewatched: Option<Rewatched>,
    /// Version of the definitions.
    pub definition_version: u32,
    /// What answered.
    pub source: Source,
    /// Time the answer took, ms.
    pub took_ms: u64,
}

/// Media that was played again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rewatched {
    /// All of it, ms of media time.
    pub media_ms: u64,
    /// The part of which it is known where in the video, ms of media time: beacons, which tell of seeks, are kept for fewer days than attempts.
    pub placed_ms: u64,
}

/// The audience at one place of a video.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DropOffPoint {
    /// Distinct media as a part of the video's duration, 0.01..=1.
    pub position: f64,
    /// Plays that are known to have come to the place before this one.
    pub at_risk: u64,
    /// The part of plays that saw at least so much, 0..=1. Null where none is left to tell it by.
    pub value: Option<f64>,
    /// Lower limit at this point by itself, by viewer. Null where nobody has left yet or nobody is left, or of one viewer's plays.
    pub low: Option<f64>,
    /// Upper limit; null as that.
    pub high: Option<f64>,
    /// How often a play played this hundredth of the video, which ends at `position`, again: 0.2 is one play in five, once. Null unless `rewatches` was
    /// asked for, and without plays.
    pub rewatches: Option<f64>,
    /// Lower limit of `rewatches`, by viewer. Null where that is, and where the data set no bound.
    pub rewatches_low: Option<f64>,
    /// Upper limit; null as that.
    pub rewatches_high: Option<f64>,
}

/// Answer to `POST /v1/analytics/explain`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainResult {
    /// The metric asked about.
    pub metric: String,
    /// Its unit.
    pub unit: Unit,
    /// Which way it should move.
    pub better: Better,
    /// The baseline's label.
    pub baseline: String,
    /// The change that is explained.
    pub total: ExplainedTotal,
    /// Cells whose own quality moved as the whole did, detectably whatever else was looked at. The first stands out most; each further one
    /// stands out among the attempts that are in none above it.
    pub causes: Vec<Cause>,
    /// Values whose part of the audience changed and moved the whole with it, most first.
    pub shifts: Vec<Cause>,
    /// How many cells were looked at, which is what p-values are adjusted for.
    pub tested: usize,
    /// What answered.
    pub source: Source,
    /// Time the answer took, ms.
    pub took_ms: u64,
}

/// The change that is explained.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedTotal {
    /// The metric over the whole range.
    pub value: MetricValue,
    /// Against the baseline.
    pub comparison: Comparison,
}

/// A cell: the attempts for which every condition holds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// One to three.
    pub conditions: Vec<Condition>,
    /// The metric of the cell.
    pub value: MetricValue,
    /// What the cell is compared with.
    pub compared_with: ComparedWith,
    /// The cell against that, in the baseline.
    pub comparison: Comparison,
    /// The comparison's p-value adjusted for every cell that was looked at (Benjamini–Hochberg). Null for a shift.
    pub adjusted_p_value: Option<f64>,
    /// Other cells that the data cannot tell from this one. Empty for a shift.
    pub alike: Vec<Vec<Condition>>,
    /// The part of the whole's difference that the cell's own change carries, 1 being all of it; overlapping cells carry the same twice. Null when
    /// the whole did not move.
    pub carries: Option<f64>,
    /// That part in the metric's unit. Null for a quantile, where `carries` is told of the attempts beyond the baseline's quantile.
    pub rate_effect: Option<f64>,
    /// What the cell's greater or smaller part of the audience did to the whole, in the metric's unit. Null for a quantile.
    pub mix_effect: Option<f64>,
    /// The cell's part of the attempts, 0..=1.
    pub attempt_share: Option<f64>,
    /// The same in the baseline.
    pub reference_attempt_share: Option<f64>,
}

/// What stands against a cell in the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComparedWith {
    /// The same cell.
    Itself,
    /// The cell without its last condition, because the baseline has too little of the cell itself: a new release, a new CDN.
    Wider,
}

/// Answer to `GET /v1/analytics/experiments/{id}/results`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExperimentResults {
    /// The experiment's name.
    pub name: String,
    /// From when its attempts were read, RFC 3339 UTC.
    pub start: String,
    /// Until when.
    pub end: String,
    /// Whether the arms got the viewers they were meant to get. Null where nobody can say: no viewer ids, or a switchback.
    pub sample_ratio: Option<SampleRatioResult>,
    /// Every arm by itself, in the experiment's order.
    pub arms: Vec<ArmResult>,
    /// Every arm but the first against the first.
    pub comparisons: Vec<ArmComparison>,
    /// What viewers saw of the arms' encoding ladders; null where no arm has one.
    pub ladder: Option<LadderResult>,
    /// Time the answer took, ms.
    pub took_ms: u64,
}

/// The arms' encoding ladders: quality as it was watched, and what it took.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LadderResult {
    /// Each arm that has a ladder, in the experiment's order.
    pub arms: Vec<LadderArm>,
    /// Every arm but the first against the first. A ladder is better where one of the two gets better and the other no worse.
    pub comparisons: Vec<LadderComparison>,
}

/// One arm's ladder.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LadderArm {
    /// The arm.
    pub arm: String,
    /// Mean VMAF over the playing time on rungs whose VMAF was said, 0..=100.
    pub vmaf: MetricValue,
    /// That time ÷ the whole playing time, 0..=1; null when nothing was played.
    pub vmaf_known_share: Option<f64>,
    /// Bytes of media fetched × 8 ÷ seconds played, bit/s: what playing it took on the wire.
    pub delivered_bps: MetricValue,
    /// Processor time that encoding it took, as the experiment says, s.
    pub encode_cpu_seconds: Option<f64>,
    /// Storage that its rungs take, as the experiment says, bytes; null where a rung does not say.
    pub storage_bytes: Option<u64>,
    /// The part of it that rungs take which nobody watched; null where one of those does not say.
    pub unwatched_storage_bytes: Option<u64>,
    /// Its rungs in the order of the experiment, with what was watched of each.
    pub rungs: Vec<LadderRung>,
    /// Playing time on renditions that the ladder does not have, ms: much of it means that it is not the ladder that was played.
    pub other_play_ms: u64,
}

/// One rung.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LadderRung {
    /// The title that it is of; null for every title without a rung of its own of this name.
    pub video_id: Option<String>,
    /// The name under which players keep its time, `<height>p@<declared average bit/s>`.
    pub rendition: String,
    /// Its VMAF, as the experiment says.
    pub vmaf: Option<f64>,
    /// What it takes in storage, as the experiment says, bytes.
    pub storage_bytes: Option<u64>,
    /// Playing time, ms.
    pub play_ms: u64,
    /// Its part of the arm's playing time on all renditions, 0..=1; null when there was none.
    pub play_share: Option<f64>,
}

/// The ladder of one arm against that of the first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LadderComparison {
    /// The arm.
    pub arm: String,
    /// The first arm.
    pub against: String,
    /// The difference of the mean VMAF, higher is better.
    pub vmaf: ArmMetric,
    /// The difference of the bits delivered for a second of playing, lower is better.
    pub delivered_bps: ArmMetric,
}

/// Whether the arms got their shares of the viewers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SampleRatioResult {
    /// Chance of shares at least this far off, were the assignment sound.
    pub p_value: f64,
    /// True below 0.001: then every verdict is `refused`, because those who are missing are not like those who are there.
    pub mismatch: bool,
}

/// One arm.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArmResult {
    /// Its name.
    pub name: String,
    /// Attempts that were exposed to it.
    pub attempts: u64,
    /// Distinct viewers among them, counted one by one; null without viewer ids.
    pub viewers: Option<u64>,
    /// Viewers that it should have, of all there are; null with `sampleRatio`.
    pub expected_viewers: Option<f64>,
    /// One value per metric of the experiment.
    pub values: BTreeMap<String, MetricValue>,
}

/// One arm against the first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ArmComparison {
    /// The arm.
    pub arm: String,
    /// The first arm.
    pub against: String,
    /// One comparison per metric of the experiment.
    pub metrics: BTreeMap<String, ArmMetric>,
}

/// What viewers were like in the 14 days before the experiment, taken off the difference (CUPED): chance that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CupedResult {
    /// The difference without it.
    pub unadjusted_difference: Option<f64>,
    /// Part of the difference's variance that went away, 0..=1; 0.5 is worth twice the viewers.
    pub variance_removed: f64,
    /// Part of the metric's denominator that belongs to viewers who were not there before, 0..=1.
    pub new_share: f64,
}

/// One metric of one arm against the first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArmMetric {
    /// The arm's value minus the first arm's. Interval and p-value hold at all looks together, however often the experiment is read.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// Evidence against "no difference"; 20 excludes 0 at 95 %. Null without a bound.
    pub e_value: Option<f64>,
    /// True for a metric that must not get worse.
    pub guardrail: bool,
    /// What was taken off for what viewers were like before the experiment; null where nothing was.
    pub cuped: Option<CupedResult>,
    /// True for a metric of attempts that started: an arm that makes other attempts start is judged on other attempts.
    pub post_treatment: bool,
}

/// One attribute's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Condition {
    /// An attribute, or `custom.<key>`.
    pub attribute: String,
    /// Its value; null is "not known".
    pub value: Option<String>,
}

/// Answer to `GET /v1/analytics/impressions`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpressionsResult {
    /// The attempts of this page.
    pub rows: Vec<Impression>,
    /// Where the next page begins. Null on the last one.
    pub next_cursor: Option<String>,
    /// As in [`QueryResult`].
    pub fresh_as_of: Option<String>,
    /// Time the answer took, ms.
    pub took_ms: u64,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Impression {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    pub attempt_id: uuid::Uuid,
    /// Intent to play, corrected by the server's clock, RFC 3339 UTC.
    pub started_at: String,
    /// When its latest beacon was received, RFC 3339 UTC.
    pub last_received_at: String,
    /// State at the end of its latest beacon, letter of CMCD `sta`.
    pub state: String,
    /// Whether it is over: it said so, or nothing came for 5 min.
    pub ended: bool,
    /// Every attribute; null is "not known".
    pub dimensions: BTreeMap<&'static str, Option<String>>,
    /// Custom dimensions.
    pub custom: BTreeMap<String, String>,
    /// Its totals, named as the collector sends them; a field that is absent is 0, false or null.
    pub totals: Totals,
    /// From intent to the end of the latest interval, ms, monotonic.
    pub elapsed_ms: u32,
    /// Length of the media, ms; null for live and until known.
    pub video_duration_ms: Option<u32>,
    /// Beacons received.
    pub beacons_received: u64,
    /// Beacons known to have been sent that did not arrive.
    pub beacons_missing: u64,
}

/// Answer to `GET /v1/analytics/impressions/{id}`: one attempt whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpressionResult {
    /// The attempt.
    #[serde(flatten)]
    pub impression: Impression,
    /// What happened when.
    pub timeline: Timeline,
    /// How the player adapted to the line, as far as the timeline tells.
    pub adaptation: Adaptation,
    /// The beacons that arrived, in order.
    pub beacons: Vec<BeaconLine>,
    /// Numbers of those that did not, at most 1,000.
    pub missing_sequences: Vec<u32>,
}

/// How a player adapted; times in ms after intent, monotonic.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Adaptation {
    /// Every rendition that was on the screen, the lowest bitrate first; those without one by their height.
    pub renditions: Vec<RenditionUse>,
    /// Switches on the screen to a higher rendition.
    pub switch_up_count: u32,
    /// Switches on the screen to a lower rendition.
    pub switch_down_count: u32,
    /// Switches that went back, within 30 s of the one before, to the rendition that this one had left.
    pub oscillation_count: u32,
    /// When the highest of these renditions was first on the screen. Null without a rendition.
    pub highest_at_ms: Option<u32>,
    /// Stalls that began within 10 s after a switch up.
    pub stalls_after_switch_up_count: u32,
    /// Media requests of which a throughput is known: 8 × bytes ÷ (sending to the last byte), those of no time left out.
    pub throughput: Vec<ThroughputPoint>,
    /// Median of these throughputs, bit/s. Null without any.
    pub throughput_median_bps: Option<f64>,
    /// Median, over these requests, of the bitrate on the screen ÷ the throughput: near 1 it takes what the line gives, above 1 more than
    /// that. Null without a request for which both are known.
    pub bitrate_to_throughput_median: Option<f64>,
}

/// A rendition's part in an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenditionUse {
    /// Declared average bandwidth, bit/s; null when not declared.
    pub bitrate_bps: Option<u32>,
    /// Pixels; null when not known.
    pub width: Option<u32>,
    /// Pixels; null when not known.
    pub height: Option<u32>,
    /// Time played on the screen, ms.
    pub play_ms: u32,
    /// That ÷ the time played with any rendition; null when none was played.
    pub share: Option<f64>,
    /// How often it came onto the screen.
    pub chosen_count: u32,
}

/// What the line gave a request, and what was on the screen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThroughputPoint {
    /// When the last byte came.
    pub at_ms: u32,
    /// bit/s.
    pub throughput_bps: f64,
    /// Declared average bandwidth of the rendition on the screen then, bit/s; null when none was, or not declared.
    pub bitrate_bps: Option<u32>,
}

/// What happened when; ms after intent, monotonic.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// States, end to end; null where the beacons are missing.
    pub states: Vec<StateSpan>,
    /// Stalls that ended.
    pub stalls: Vec<StallSpan>,
    /// Renditions on the screen.
    pub renditions: Vec<RenditionSpan>,
    /// Seeks that ended.
    pub seeks: Vec<SeekSpan>,
    /// Errors.
    pub errors: Vec<ErrorPoint>,
    /// Requests that finished.
    pub requests: Vec<RequestSpan>,
    /// Buffer ahead of the playhead.
    pub buffer: Vec<BufferPoint>,
    /// The page became hidden or visible.
    pub visibility: Vec<VisibilityPoint>,
    /// Gaps in which the machine slept, cut out of every duration.
    pub suspensions: Vec<SuspensionPoint>,
    /// The first frame. Null when none was rendered, or its beacon is missing.
    pub first_frame_ms: Option<u32>,
    /// End of the latest interval.
    pub end_ms: u32,
    /// Events beyond the limit, counted instead of listed.
    pub events_dropped: u64,
}

/// A stretch in one state.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateSpan {
    /// Begin.
    pub from_ms: u32,
    /// End.
    pub to_ms: u32,
    /// Letter of CMCD `sta`; null where the beacons are missing.
    pub state: Option<char>,
}

/// A stall.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StallSpan {
    /// Begin.
    pub from_ms: u32,
    /// End.
    pub to_ms: u32,
    /// Length.
    pub stall_ms: u32,
    /// Why.
    pub cause: schemas::StallCause,
}

/// A rendition on the screen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenditionSpan {
    /// From its first frame.
    pub from_ms: u32,
    /// To the next rendition, or the latest interval's end.
    pub to_ms: u32,
    /// Declared average bandwidth, bit/s.
    pub bitrate_bps: Option<u32>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// A seek.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeekSpan {
    /// Begin.
    pub from_ms: u32,
    /// End.
    pub to_ms: u32,
    /// Length.
    pub seek_ms: u32,
    /// Media time before.
    pub from_position_ms: u32,
    /// Media time after.
    pub to_position_ms: u32,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorPoint {
    /// When.
    pub at_ms: u32,
    /// What kind.
    pub class: schemas::FailureClass,
    /// The player's own code.
    pub code: String,
    /// Whether playback ended by it.
    pub fatal: bool,
    /// How often the same came again before it was reported; 0 for once.
    pub repeat_count: u32,
    /// The player's own words; empty when it had none.
    pub message: String,
    /// Where it came from: a stack, an address, a status; empty when not told.
    pub context: String,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestSpan {
    /// When it was sent.
    pub from_ms: u32,
    /// When its last byte came.
    pub to_ms: u32,
    /// Bytes received.
    pub bytes: u32,
    /// First byte after it was sent; null when the player does not tell.
    pub ttfb_ms: Option<u32>,
    /// From sending to the last byte.
    pub duration_ms: u32,
    /// What was asked for, in the letters of CMCD `ot`; null when the player does not tell.
    pub object_type: Option<schemas::ObjectType>,
    /// The host that answered; null when it is that of the request before, or not told.
    pub host: Option<String>,
}

/// A sample of the buffer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BufferPoint {
    /// When.
    pub at_ms: u32,
    /// Media ahead of the playhead, ms.
    pub buffer_ms: u32,
}

/// The page became hidden or visible.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VisibilityPoint {
    /// When.
    pub at_ms: u32,
    /// Whether it is hidden from then on.
    pub hidden: bool,
}

/// The machine slept.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuspensionPoint {
    /// When it was noticed.
    pub at_ms: u32,
    /// How long.
    pub gap_ms: u32,
}

/// One beacon that arrived.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BeaconLine {
    /// Its number.
    pub sequence: u32,
    /// Why it was sent.
    pub kind: String,
    /// Begin of its interval.
    pub from_ms: u32,
    /// End of its interval.
    pub to_ms: u32,
    /// State at the end.
    pub state: String,
    /// When the server received it, RFC 3339 UTC.
    pub received_at: String,
}
