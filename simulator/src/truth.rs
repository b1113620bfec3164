//! The ground truth: the same totals the server merges, merged here, and what the query API must therefore answer.
//!
//! Told of what was sent (or, by the driver, of what was acknowledged), so that beacons lost on purpose are lost here too.
//! Definitions are those of `schemas::metric`; quantiles are exact, by nearest rank.
//! DIFFERENCE: an attempt that fell silent without an end counts as running here; the query API takes it as over 5 min later.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use schemas::{AttemptId, Beacon, Context, StreamType, Totals, UnixMs, limits::STARTUP_MS_MAX};
use serde::Serialize;

use crate::{
    incident::Incident,
    scenario::Scenario,
    world::{Facts, World, day_in},
};

/// What must not be waited longer to leave unnoticed: exits before 1,000 ms are nobody's fault.
const EXIT_WAIT_MS_MIN: u32 = 1_000;
/// Longest startup of a good attempt, ms.
const GOOD_STARTUP_MS_MAX: u32 = 2_000;
/// Longest single stall of a good attempt, ms.
const GOOD_STALL_MS_MAX: u32 = 10_000;
/// What a completed attempt may leave unplayed at the end of a short video, ms; of a longer one a fiftieth.
const COMPLETED_LEFT_MS_MAX: u32 = 2_000;
/// Width of the histogram's bins: `floor(ln(v + 1) ÷ ln 1.02)`.
const BIN_RATIO: f64 = 1.02;

/// Everything known of one attempt.
#[derive(Debug, Clone)]
pub struct Known {
    /// The attempt's attributes.
    pub facts: Arc<Facts>,
    /// The merge of its beacons' totals.
    pub totals: Totals,
    /// Distinct sequence numbers told.
    pub sequences: HashSet<u32>,
}

/// The truth so far.
#[derive(Debug, Clone)]
pub struct Truth {
    scenario: Scenario,
    zone: Tz,
    attempts: HashMap<AttemptId, Known>,
}

impl Truth {
    /// Nothing yet.
    #[must_use]
    pub fn new(world: &World) -> Self {
        Self {
            scenario: world.scenario().clone(),
            zone: world.zone(),
            attempts: HashMap::new(),
        }
    }

    /// Learns of a beacon. Order and repetition do not matter.
    pub fn observe(&mut self, facts: &Arc<Facts>, beacon: &Beacon) {
        let known = self.attempts.entry(beacon.attempt_id).or_insert_with(|| Known {
            facts: Arc::clone(facts),
            totals: Totals::default(),
            sequences: HashSet::new(),
        });
        known.totals.merge(&beacon.totals);
        known.sequences.insert(beacon.sequence);
    }

    /// Attempts known.
    #[must_use]
    pub fn attempts(&self) -> &HashMap<AttemptId, Known> {
        &self.attempts
    }

    /// Distinct beacons known.
    #[must_use]
    pub fn beacons(&self) -> u64 {
        self.attempts.values().map(|known| known.sequences.len() as u64).sum()
    }

    /// The numbers of all attempts that `keep` keeps.
    pub fn summary(&self, keep: impl Fn(&Known) -> bool) -> Summary {
        Summary::of(self.attempts.values().filter(|known| keep(known)))
    }

    /// The numbers of all attempts begun within `from`..`to`.
    #[must_use]
    pub fn summary_between(&self, from: UnixMs, to: UnixMs) -> Summary {
        self.summary(|known| (from..to).contains(&known.facts.started_at_ms))
    }

    /// The whole report. Each entry of `dimensions` is one breakdown, by one attribute or by several together
    /// (`["cdn"]`, `["cdn", "player_version"]`).
    #[must_use]
    pub fn report(&self, dimensions: &[Vec<String>]) -> Report {
        let by_day = |known: &mut dyn Iterator<Item = &Known>| {
            let mut days: BTreeMap<NaiveDate, Vec<&Known>> = BTreeMap::new();
            for known in known {
                days.entry(day_in(self.zone, known.facts.started_at_ms))
                    .or_default()
                    .push(known);
            }
            days.into_iter()
                .map(|(day, known)| Day {
                    day,
                    summary: Summary::of(known),
                })
                .collect::<Vec<_>>()
        };
        let starts = || self.attempts.values().map(|known| known.facts.started_at_ms);
        Report {
            seed: self.scenario.seed,
            timezone: self.scenario.timezone.clone(),
            first_start_ms: starts().min(),
            last_start_ms: starts().max(),
            beacons: self.beacons(),
            overall: self.summary(|_| true),
            days: by_day(&mut self.attempts.values()),
            dimensions: dimensions
                .iter()
                .map(|names| {
                    let mut rows: BTreeMap<Vec<Option<String>>, Vec<&Known>> = BTreeMap::new();
                    for known in self.attempts.values() {
                        let values = names.iter().map(|name| known.facts.attribute(name)).collect();
                        rows.entry(values).or_default().push(known);
                    }
                    Breakdown {
                        dimensions: names.clone(),
                        rows: rows
                            .into_iter()
                            .map(|(values, known)| Row {
                                values: names.iter().cloned().zip(values).collect(),
                                days: by_day(&mut known.iter().copied()),
                                summary: Summary::of(known),
                            })
                            .collect(),
                    }
                })
                .collect(),
            incidents: self
                .scenario
                .incidents
                .iter()
                .map(|incident| {
                    let within =
                        |known: &Known| (incident.start_ms..incident.end_ms).contains(&known.facts.started_at_ms);
                    let concerned = |known: &Known| incident.concerns(|name| known.facts.attribute(name));
                    IncidentTruth {
                        incident: incident.clone(),
                        inside: self.summary(|known| within(known) && concerned(known)),
                        outside: self.summary(|known| within(known) && !concerned(known)),
                    }
                })
                .collect(),
        }
    }
}

/// The ground truth as it is printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The scenario's seed.
    pub seed: u64,
    /// Zone of the days.
    pub timezone: String,
    /// When the first attempt began; null without attempts.
    pub first_start_ms: Option<UnixMs>,
    /// When the last attempt began; null without attempts.
    pub last_start_ms: Option<UnixMs>,
    /// Distinct beacons.
    pub beacons: u64,
    /// All attempts.
    pub overall: Summary,
    /// Attempts by the local day they began, oldest first.
    pub days: Vec<Day>,
    /// The breakdowns asked for.
    pub dimensions: Vec<Breakdown>,
    /// The planted incidents and what came of them.
    pub incidents: Vec<IncidentTruth>,
}

/// One local day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Day {
    /// Its date in the scenario's zone.
    pub day: NaiveDate,
    /// Attempts begun on it.
    #[serde(flatten)]
    pub summary: Summary,
}

/// Attempts by the values of some attributes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breakdown {
    /// The attributes.
    pub dimensions: Vec<String>,
    /// One row per combination that occurs.
    pub rows: Vec<Row>,
}

/// One combination of values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Value of each attribute; null when the attempt has none.
    pub values: BTreeMap<String, Option<String>>,
    /// All its attempts.
    #[serde(flatten)]
    pub summary: Summary,
    /// The same by local day.
    pub days: Vec<Day>,
}

/// What an incident did to the attempts begun within its window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IncidentTruth {
    /// As planted.
    #[serde(flatten)]
    pub incident: Incident,
    /// Attempts it concerned.
    pub inside: Summary,
    /// All others of the same time.
    pub outside: Summary,
}

/// A distribution over attempts, ms.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Distribution {
    /// Attempts with a value.
    pub count: u64,
    /// Arithmetic mean; null without attempts.
    pub mean: Option<f64>,
    /// Median; null without attempts.
    pub p50: Option<u32>,
    /// 95th percentile; null without attempts.
    pub p95: Option<u32>,
    /// (bin, attempts): bin n holds values v with `floor(ln(v + 1) ÷ ln 1.02) = n`.
    pub histogram: BTreeMap<u32, u64>,
}

impl Distribution {
    fn of(mut values: Vec<u32>) -> Self {
        values.sort_unstable();
        let count = values.len();
        let quantile = |share: f64| {
            let rank = (share * count as f64).ceil().max(1.0) as usize;
            values.get(rank - 1).copied()
        };
        let mut histogram = BTreeMap::new();
        for value in &values {
            let bin = (f64::from(*value).ln_1p() / BIN_RATIO.ln()).floor() as u32;
            *histogram.entry(bin).or_insert(0) += 1;
        }
        let sum: u64 = values.iter().map(|value| u64::from(*value)).sum();
        Self {
            count: count as u64,
            mean: (count > 0).then(|| sum as f64 / count as f64),
            p50: quantile(0.5),
            p95: quantile(0.95),
            histogram,
        }
    }
}

/// The numbers of some attempts: exact sums, and the ratios made of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Summary {
    /// Attempts.
    pub attempts: u64,
    /// Attempts with a frame.
    pub plays: u64,
    /// Distinct viewer ids.
    pub unique_viewers: u64,
    /// Playing time, ms.
    pub play_ms: u64,
    /// Stall time, ms.
    pub stall_ms: u64,
    /// Stall time with cause network or live edge, ms.
    pub stall_network_ms: u64,
    /// Stalls of at least 250 ms.
    pub stall_count: u64,
    /// Plays with such a stall.
    pub stalled_attempts: u64,
    /// Attempts that ended without a frame and without a fatal error after at least 1,000 ms of visible waiting.
    pub exits_before_start: u64,
    /// Attempts that ended so after less than that.
    pub exits_at_once: u64,
    /// Technical fatal errors before the first frame.
    pub start_failures: u64,
    /// Technical fatal errors after it.
    pub playback_failures: u64,
    /// Business failures.
    pub business_failures: u64,
    /// Good attempts (metric `good_share`).
    pub good_attempts: u64,
    /// What they are divided by.
    pub good_attempts_of: u64,
    /// Distinct media played on demand, ms.
    pub unique_media_ms: u64,
    /// Plays on demand, over, that reached the end and saw 90 % (metric `completed`).
    pub completed_attempts: u64,
    /// What they are divided by.
    pub completed_attempts_of: u64,
    /// Σ bit/s × media ms.
    pub bitrate_bps_ms: u64,
    /// Media ms with a known bitrate.
    pub bitrate_media_ms: u64,
    /// Rendered switches, up and down.
    pub switch_count: u64,
    /// Frames decoded.
    pub frames_decoded: u64,
    /// Frames dropped.
    pub frames_dropped: u64,
    /// Bytes of media.
    pub data_bytes: u64,
    /// Startup of attempts neither interrupted nor hidden before the first frame.
    pub startup_any_ms: Distribution,
    /// `stall_ms` ÷ (`play_ms` + `stall_ms`); null without either.
    pub rebuffer_ratio: Option<f64>,
    /// `stall_count` per hour of playing and stalling; null without either.
    pub stalls_per_hour: Option<f64>,
    /// `stalled_attempts` ÷ `plays`.
    pub stalled_attempt_share: Option<f64>,
    /// `exits_before_start` ÷ (`attempts` − `exits_at_once`).
    pub exit_before_start: Option<f64>,
    /// `start_failures` ÷ `attempts`.
    pub start_failure: Option<f64>,
    /// `playback_failures` ÷ `plays`.
    pub playback_failure: Option<f64>,
    /// `bitrate_bps_ms` ÷ `bitrate_media_ms`.
    pub bitrate_avg_bps: Option<f64>,
    /// `completed_attempts` ÷ `completed_attempts_of`.
    pub completed: Option<f64>,
    /// `good_attempts` ÷ `good_attempts_of`.
    pub good_share: Option<f64>,
}

impl Summary {
    fn of<'a>(known: impl IntoIterator<Item = &'a Known>) -> Self {
        let mut sum = Self::default();
        let mut startups = Vec::new();
        let mut viewers = HashSet::new();
        for Known { facts, totals, .. } in known {
            sum.add(totals, &mut startups);
            sum.add_seen(totals, &facts.context);
            viewers.insert(facts.viewer.number);
        }
        sum.unique_viewers = viewers.len() as u64;
        sum.startup_any_ms = Distribution::of(startups);
        let ratio = |numerator: f64, denominator: u64| (denominator > 0).then(|| numerator / denominator as f64);
        let wanted_ms = sum.play_ms + sum.stall_ms;
        sum.rebuffer_ratio = ratio(sum.stall_ms as f64, wanted_ms);
        sum.stalls_per_hour = ratio(sum.stall_count as f64 * 3_600_000.0, wanted_ms);
        sum.stalled_attempt_share = ratio(sum.stalled_attempts as f64, sum.plays);
        sum.exit_before_start = ratio(sum.exits_before_start as f64, sum.attempts - sum.exits_at_once);
        sum.start_failure = ratio(sum.start_failures as f64, sum.attempts);
        sum.playback_failure = ratio(sum.playback_failures as f64, sum.plays);
        sum.bitrate_avg_bps = ratio(sum.bitrate_bps_ms as f64, sum.bitrate_media_ms);
        sum.completed = ratio(sum.completed_attempts as f64, sum.completed_attempts_of);
        sum.good_share = ratio(sum.good_attempts as f64, sum.good_attempts_of);
        sum
    }

    fn add_seen(&mut self, totals: &Totals, context: &Context) {
        if context.stream_type == Some(StreamType::Live) {
            return;
        }
        let unique_ms = totals.unique_media_ms.unwrap_or(0);
        self.unique_media_ms += u64::from(unique_ms);
        let over = totals.end_reason.is_some() && totals.first_frame_seen;
        if let Some(duration_ms) = context.video_duration_ms.filter(|_| over) {
            self.completed_attempts_of += 1;
            let left_ms = duration_ms.saturating_sub(totals.position_ms_max.unwrap_or(0));
            let completed = left_ms <= (duration_ms / 50).max(COMPLETED_LEFT_MS_MAX)
                && u64::from(unique_ms) * 10 >= u64::from(duration_ms) * 9;
            self.completed_attempts += u64::from(completed);
        }
    }

    fn add(&mut self, totals: &Totals, startups: &mut Vec<u32>) {
        let played = totals.first_frame_seen;
        let technical = totals
            .failure
            .as_ref()
            .is_some_and(|failure| failure.class.is_technical());
        let business = totals
            .failure
            .as_ref()
            .is_some_and(|failure| !failure.class.is_technical());
        let left = !played && totals.failure.is_none() && totals.end_reason.is_some();
        let left_late = left && totals.startup_wait_ms >= EXIT_WAIT_MS_MIN;
        let left_at_once = left && !left_late;
        let network_ms = totals.stall_network_ms + totals.stall_live_edge_ms;
        self.attempts += 1;
        self.plays += u64::from(played);
        self.play_ms += u64::from(totals.play_ms);
        self.stall_ms += u64::from(totals.stall_ms);
        self.stall_network_ms += u64::from(network_ms);
        self.stall_count += u64::from(totals.stall_count);
        self.stalled_attempts += u64::from(played && totals.stall_count > 0);
        self.exits_before_start += u64::from(left_late);
        self.exits_at_once += u64::from(left_at_once);
        self.start_failures += u64::from(technical && !played);
        self.playback_failures += u64::from(technical && played);
        self.business_failures += u64::from(business);
        self.bitrate_bps_ms += totals.bitrate_bps_ms;
        self.bitrate_media_ms += u64::from(totals.bitrate_media_ms);
        self.switch_count += u64::from(totals.switch_up_count + totals.switch_down_count);
        self.frames_decoded += u64::from(totals.frames_decoded);
        self.frames_dropped += u64::from(totals.frames_dropped);
        self.data_bytes += totals.data_bytes;
        let excluded = totals.startup_interrupted || totals.startup_hidden;
        if let (Some(startup), false) = (totals.startup_any_ms.filter(|ms| *ms <= STARTUP_MS_MAX), excluded) {
            startups.push(startup);
        }
        let waited_ms = totals.startup_any_ms.unwrap_or(totals.startup_wait_ms);
        let quick = excluded || waited_ms <= GOOD_STARTUP_MS_MAX;
        let running = totals.end_reason.is_none() && totals.failure.is_none();
        let undecided = running && !played && (excluded || totals.startup_wait_ms <= GOOD_STARTUP_MS_MAX);
        if !left_at_once && !business && !undecided {
            self.good_attempts_of += 1;
            let wanted_ms = u64::from(totals.play_ms) + u64::from(totals.stall_ms);
            let good = !technical
                && !left_late
                && quick
                && u64::from(network_ms) * 100 <= wanted_ms
                && totals.stall_ms_max <= GOOD_STALL_MS_MAX
                && totals.upscale_px_permille_ms <= 1_000 * u64::from(totals.upscale_ms);
            self.good_attempts += u64::from(good);
        }
    }
}
