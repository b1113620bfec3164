//! Whole statements. Two shapes carry every number: sums and histograms over merged attempts, and viewers per 5 s tick.
//!
//! Each merges the rows of an attempt first (`store/migrations/0002_impressions.sql` says why), filters the merged
//! values, and then groups by window, time bucket, dimensions and viewer bucket. Nulls are treated here and nowhere
//! else: in the tables `''` is "not known". The organisation stands first in every WHERE and comes out of a [`Tenant`].

use std::{collections::BTreeSet, fmt::Write as _, ops::Range};

use accounts::Tenant;
use schemas::{metric::Metric, unit::Better};
use statistics::BUCKETS;
use statistics::histogram::LAST_BIN;
use store::{AttemptRows, Param, Statement};

use super::{
    Sql, dimension, filter, ladder,
    metric::{DERIVED, Derived, Hist, Part, of_attempt},
    rungs,
};
use crate::{
    calendar::{HOUR_MS, Window},
    cells::LeftOut,
    ladder::Told,
    request::{Dimension, Filter, Having, Seen},
};

/// Most groups that the first pass ranks; the rest, with the fewest attempts, is left out with a warning.
pub const RANKED_MAX: usize = 100_000;

/// Ticks of concurrency: every 5 s (METRICS, Audience).
pub const TICK_MS: i64 = 5_000;

/// For so long after its latest report an attempt goes on as it was: 2.5 of the longest beats (METRICS, Audience).
const ALIVE_MS: i64 = 150_000;
/// The states in which an attempt counts at a tick: [`schemas::State::is_active`].
const ACTIVE: &str = "'s', 'p', 'r', 'k'";

/// Room for a bin beside the viewer bucket in one key of a histogram: the power of two above [`LAST_BIN`].
pub const BIN_ROOM: usize = 2_048;
const _: () = assert!(LAST_BIN == 1_500 && LAST_BIN < BIN_ROOM);

/// How ms become time buckets.
#[derive(Debug, Clone, PartialEq)]
enum Form {
    /// One bucket per window.
    Single,
    /// Buckets of one length; `phase` is how far a window begins after its first bucket's border. Both ms.
    Regular { step: i64, phase: i64 },
    /// Every border listed: days over a clock change, months.
    Edges,
}

/// Windows that do not overlap, cut into time buckets.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    windows: Vec<Window>,
    form: Form,
}

impl Grid {
    /// A grid over `windows`, which must not overlap.
    #[must_use]
    pub fn new(windows: Vec<Window>) -> Self {
        let form = form_of(&windows);
        Self { windows, form }
    }

    /// The windows.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The same grid for what is told by whole hours alone: where a window ends within one, it ends before it. So its text is the same for an
    /// hour, and numbers that rows carry are decoded by either.
    pub(super) fn of_hours(&self) -> Self {
        let windows = self.windows.iter().map(|window| {
            let end = window.end() - window.end().rem_euclid(HOUR_MS);
            let end = end.max(window.start());
            Window {
                edges: window.edges.iter().map(|edge| *edge.min(&end)).collect(),
                ..window.clone()
            }
        });
        Self {
            windows: windows.collect(),
            form: self.form.clone(),
        }
    }

    /// How many borders its text lists; 0 where arithmetic does.
    #[must_use]
    pub fn listed_edges(&self) -> usize {
        match self.form {
            Form::Edges => self.windows.iter().map(|window| window.edges.len()).sum(),
            Form::Single | Form::Regular { .. } => 0,
        }
    }

    /// The window's and the bucket's index from the numbers a row carries. `None` for a row outside all windows.
    #[must_use]
    pub fn decode(&self, window: i64, bucket: i64) -> Option<(usize, usize)> {
        let index = self
            .windows
            .iter()
            .position(|known| known.start() == window && known.end() > window)?;
        let window = &self.windows[index];
        let bucket = match self.form {
            Form::Single => 0,
            Form::Regular { .. } => usize::try_from(bucket).ok()?,
            // Of equal borders the last one begins the bucket that has a length.
            Form::Edges => window.edges.partition_point(|edge| *edge <= bucket).checked_sub(1)?,
        };
        (bucket < window.buckets()).then_some((index, bucket))
    }

    /// The window's and the bucket's index of a moment, ms. `None` outside all windows.
    #[must_use]
    pub fn place(&self, ms: i64) -> Option<(usize, usize)> {
        let within = |window: &Window| window.start() <= ms && ms < window.end();
        let index = self.windows.iter().position(within)?;
        // Of equal borders the last one begins the bucket that has a length.
        let bucket = self.windows[index].edges.partition_point(|edge| *edge <= ms);
        Some((index, bucket.checked_sub(1)?))
    }

    /// Begins and ends of the windows, each once, in rising order.
    fn borders(&self) -> Vec<i64> {
        sorted(
            self.windows
                .iter()
                .flat_map(|window| [window.start(), window.end()])
                .collect(),
        )
    }

    /// Borders of the buckets, each once, in rising order.
    fn edges(&self) -> Vec<i64> {
        sorted(
            self.windows
                .iter()
                .flat_map(|window| window.edges.iter().copied())
                .collect(),
        )
    }

    /// Texts for the window, for the bucket, and the condition that `ms` is in a window.
    pub(super) fn sql(&self, sql: &mut Sql) -> (String, String, String) {
        let borders = self.borders();
        let (first, last) = (
            borders.first().copied().unwrap_or_default(),
            borders.last().copied().unwrap_or_default(),
        );
        let mut within = format!("ms >= {} AND ms < {}", sql.integer(first), sql.integer(last));
        let window = match self.windows.as_slice() {
            [_] => sql.integer(first),
            windows => {
                let starts = windows.iter().map(Window::start).collect();
                let _ = write!(within, " AND has({}, `window`)", sql.integers(starts));
                format!("roundDown(ms, {})", sql.integers(borders))
            }
        };
        let bucket = match &self.form {
            Form::Single => "0".to_owned(),
            Form::Regular { step, phase } => {
                format!(
                    "intDiv(ms - `window` + {}, {})",
                    sql.integer(*phase),
                    sql.integer(*step)
                )
            }
            Form::Edges => format!("roundDown(ms, {})", sql.integers(self.edges())),
        };
        (window, bucket, within)
    }

    /// Texts for the begin and the end of the bucket that a row's `window` and `bucket` name, ms.
    fn stretch_sql(&self, sql: &mut Sql) -> (String, String) {
        let end = match self.windows.as_slice() {
            [window] => sql.integer(window.end()),
            _ => next_sql("`window`", self.borders(), sql),
        };
        match &self.form {
            Form::Single => ("`window`".to_owned(), end),
            Form::Regular { step, phase } => {
                let (step, phase) = (sql.integer(*step), sql.integer(*phase));
                (
                    format!("greatest(`window`, `window` - {phase} + bucket * {step})"),
                    format!("least({end}, `window` - {phase} + (bucket + 1) * {step})"),
                )
            }
            Form::Edges => {
                let next = next_sql("bucket", self.edges(), sql);
                ("bucket".to_owned(), format!("least({end}, {next})"))
            }
        }
    }

    /// Text for times, ms, such that every bucket that a stretch `[from_ms, last_ms]` touches holds at least one of them.
    fn probes_sql(&self, sql: &mut Sql) -> String {
        let starts = self.windows.iter().map(Window::start);
        if self.form == Form::Single {
            let starts = sql.integers(sorted(starts.collect()));
            return format!("arrayPushBack(arrayFilter(p -> p > from_ms AND p <= last_ms, {starts}), from_ms)");
        }
        // A whole bucket inside the stretch holds a step no longer than itself. The first and the last bucket of a window may
        // be cut: they hold its begin and its last ms.
        let cut = sql.integers(sorted(
            starts
                .chain(self.windows.iter().map(|window| window.end() - 1))
                .collect(),
        ));
        let whole = |window: &Window| {
            let inner = window.edges.get(1..window.buckets()).unwrap_or_default();
            inner
                .windows(2)
                .map(|pair| pair[1] - pair[0])
                .filter(|length| *length > 0)
                .min()
        };
        let step = self.windows.iter().filter_map(whole).min().unwrap_or(i64::MAX);
        let step = sql.integer(step.max(TICK_MS));
        format!(
            "arrayConcat(range(from_ms, last_ms, {step}), [from_ms, last_ms], \
             arrayFilter(p -> p > from_ms AND p < last_ms, {cut}))"
        )
    }

    /// Stretches `[from, to]` of `started_hour` to read for attempts that began up to `lead_ms` before a window, merged.
    fn hours(&self, lead_ms: i64) -> Vec<(i64, i64)> {
        hours(
            self.windows.iter().map(|window| (window.start(), window.end())),
            lead_ms,
        )
    }
}

/// Stretches `[from, to]` of `started_hour` to read for attempts that began up to `lead_ms` before one of `stretches`, merged.
fn hours(stretches: impl IntoIterator<Item = (i64, i64)>, lead_ms: i64) -> Vec<(i64, i64)> {
    let floor = |ms: i64| ms - ms.rem_euclid(HOUR_MS);
    let mut stretches: Vec<(i64, i64)> = stretches
        .into_iter()
        .map(|(from, to)| (floor(from - lead_ms) - HOUR_MS, floor(to) + HOUR_MS))
        .collect();
    stretches.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, to) in stretches {
        match merged.last_mut() {
            Some((_, end)) if *end >= from => *end = (*end).max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

fn sorted(mut values: Vec<i64>) -> Vec<i64> {
    values.sort_unstable();
    values.dedup();
    values
}

/// Text for the border after the one that the column `name` holds.
fn next_sql(name: &str, borders: Vec<i64>, sql: &mut Sql) -> String {
    let last = sql.integer(borders.last().copied().unwrap_or_default());
    let borders = sql.integers(borders);
    format!("transform({name}, {borders}, arrayPushBack(arrayPopFront({borders}), {last}))")
}

fn form_of(windows: &[Window]) -> Form {
    if windows.iter().all(|window| window.buckets() <= 1) {
        return Form::Single;
    }
    let Some(longest) = windows.iter().max_by_key(|window| window.buckets()) else {
        return Form::Single;
    };
    let phase = longest.start() - longest.floor;
    let step = longest.edges[1] - longest.floor;
    let regular = step > 0
        && windows.iter().all(|window| {
            let border = |index: usize| window.start() - phase + index as i64 * step;
            let last = window.buckets();
            window.start() - window.floor == phase
                && (1..last).all(|index| window.edges[index] == border(index))
                && window.end() > border(last - 1)
                && window.end() <= border(last)
        });
    match regular {
        true => Form::Regular { step, phase },
        false => Form::Edges,
    }
}

/// Which attempts a statement is about.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Whose.
    pub tenant: Tenant,
    /// When they began, or ended (or, for ticks, when they were watched).
    pub grid: Grid,
    /// Only these of them; all without.
    pub within: Option<Within>,
    /// Whether an attempt stands where it ended; then those that are not over stand nowhere.
    pub by_end: bool,
    /// What they have in common.
    pub filters: Vec<Filter>,
    /// Which are left out: those for which every filter of one of these holds.
    pub except: Vec<Vec<Filter>>,
    /// The cluster of an attempt is the stretch of time of this length that it began in, ms, instead of its viewer.
    pub stretch_ms: Option<i64>,
    /// Only attempts of viewers who were seen elsewhere.
    pub seen: Option<Seen>,
    /// The ladders that renditions are rungs of.
    pub ladders: Option<Told>,
    /// Whether bots count.
    pub include_bots: bool,
    /// Now, ms since 1970: decides which attempts are over.
    pub now_ms: i64,
}

/// Which of a grid's attempts are read where cells tell of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// Those that stand in certain stretches of it.
    Stretches {
        /// Everything that stands in these, `[from, to)` ms.
        stretches: Vec<(i64, i64)>,
        /// Of these what cells leave out.
        left_out: Vec<LeftOut>,
    },
    /// Those that this version of cells does not leave out.
    AllBut(i64),
}

impl Within {
    /// Everything that stands in these stretches, `[from, to)` ms.
    #[must_use]
    pub fn all_of(stretches: Vec<(i64, i64)>) -> Self {
        Self::Stretches {
            stretches,
            left_out: Vec::new(),
        }
    }
}

/// What a statement asks of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// What groups are told apart by.
    pub dimensions: Vec<Dimension>,
    /// Sums, in the order of the answer.
    pub parts: Vec<Part>,
    /// Histograms, in the order of the answer.
    pub hists: Vec<Hist>,
    /// Whether distinct viewers are counted.
    pub distinct: bool,
    /// Whether nothing but them is counted: everything else in the answer is 0.
    pub only_distinct: bool,
    /// Whether they are counted one by one instead of by a sketch.
    pub exact: bool,
    /// Whether sums are told apart by viewer bucket; without, everything stands in bucket 0.
    pub by_viewer: bool,
    /// Only these combinations of dimension values; all without.
    pub only: Option<Vec<Vec<String>>>,
    /// Most groups, those with the most attempts.
    pub limit: Option<usize>,
    /// Groups by each dimension apart instead of by all together: an attempt counts in as many groups as there are dimensions. A
    /// group's `dimensions` are the dimension's index and its value; so are the combinations of `only`.
    pub apart: bool,
    /// Whether it is known that the attempts are few enough to be grouped, however many days they are of.
    pub few: bool,
    /// Only attempts whose viewers are in these buckets; all without. Only [`each`] asks for some.
    pub buckets: Option<Range<usize>>,
}

/// Sums and histograms over attempts.
///
/// Answer: `window`, `bucket`, `dimensions` Array(String), `attempts`, `identified`, `received`, `expected`,
/// `viewers` (0 unless wanted), `sums` one array per part, `histograms` one (keys, counts) per histogram,
/// where key = viewer bucket × [`BIN_ROOM`] + bin.
#[must_use]
pub fn attempts(scope: &Scope, wanted: &Wanted) -> Statement {
    if wanted.dimensions.contains(&Dimension::Rendition) {
        return rungs::attempts(scope, wanted);
    }
    let mut sql = Sql::default();
    let (counts, counted): (_, &[&str]) = match wanted.only_distinct {
        true => (
            "0 AS attempts, 0 AS identified,\n  0 AS received, 0 AS expected",
            &["viewer_id"],
        ),
        false => (
            "count() AS attempts, countIf(viewer_id != '') AS identified,\n  sum(received) AS received, sum(max_sequence + 1) AS expected",
            &["viewer_id", "received", "max_sequence"],
        ),
    };
    let mut columns: BTreeSet<&str> = counted.iter().copied().collect();
    columns.extend(wanted.parts.iter().flat_map(|part| part.columns()));
    columns.extend(wanted.hists.iter().flat_map(|hist| hist.columns()));

    let sums: Vec<String> = wanted
        .parts
        .iter()
        .map(|part| match wanted.by_viewer {
            true => format!("sumResample(0, {BUCKETS}, 1)({}, viewer_bucket)", part.sql()),
            false => format!("[sum({})]", part.sql()),
        })
        .collect();
    let histograms: Vec<String> = wanted
        .hists
        .iter()
        .map(|hist| {
            let key = format!("toUInt32(viewer_bucket * {BIN_ROOM} + {})", hist.bin());
            counted_bins(&key, hist.condition())
        })
        .collect();
    let histograms = match histograms.is_empty() {
        true => tuple(&histograms),
        false => format!(
            "arrayMap(bins -> (mapKeys(bins), mapValues(bins)), [{}])",
            histograms.join(", ")
        ),
    };
    let names = match wanted.apart {
        true => vec!["which".to_owned(), "value".to_owned()],
        false => (0..wanted.dimensions.len())
            .map(|index| format!("d{index}"))
            .collect::<Vec<_>>(),
    };
    let group_by: String = ["`window`".to_owned(), "bucket".to_owned()]
        .into_iter()
        .chain(names.iter().cloned())
        .collect::<Vec<_>>()
        .join(", ");
    let viewers = match (wanted.distinct, wanted.exact) {
        (false, _) => "0",
        (true, false) => "uniqCombined64If(viewer_id, viewer_id != '')",
        (true, true) => "uniqExactIf(viewer_id, viewer_id != '')",
    };
    let mut inside = located_attempts(scope, wanted, &mut columns, &mut sql);
    if wanted.apart {
        let pairs = (0..wanted.dimensions.len()).map(|index| format!("('{index}', d{index})"));
        let pairs = pairs.collect::<Vec<_>>().join(", ");
        inside = format!(
            "  SELECT *, arrayJoin([{pairs}]) AS pair, pair.1 AS which, pair.2 AS value\n  FROM (\n{inside}\n  )"
        );
        if let Some(only) = &wanted.only {
            let these = only_these(&names, only, &mut sql);
            inside = format!("  SELECT *\n  FROM (\n{inside}\n  )\n  WHERE {these}");
        }
    }
    let mut text = format!(
        "SELECT\n  `window`, bucket, {} AS dimensions,\n  {counts},\n  {viewers} AS viewers,\n  \
         {} AS sums,\n  {} AS histograms\nFROM (\n{inside}\n)\nGROUP BY {group_by}",
        dimensions_array(&names),
        tuple(&sums),
        histograms,
    );
    if let Some(limit) = wanted.limit {
        let _ = write!(text, "\nORDER BY attempts DESC, {group_by}\nLIMIT {limit}");
    }
    sql.text = text;
    finished(sql, scope, "query::sql::statement::attempts")
}

/// Every attempt by itself, with these columns as they stand.
///
/// Answer, without names: when it began (ms), its viewer bucket, whether it is a bot's and whether it names a viewer, beacons received and expected,
/// its dimensions, and the `columns` in their order; no more attempts than the limit of `wanted`.
#[must_use]
pub fn each(scope: &Scope, wanted: &Wanted, columns: &[&'static str]) -> Statement {
    let mut sql = Sql::default();
    let mut read: BTreeSet<&str> = ["device_class", "viewer_id", "received", "max_sequence"].into();
    read.extend(columns);
    read.extend(placing_columns(scope));
    let borders = scope.grid.borders();
    let (first, last) = (
        borders.first().copied().unwrap_or_default(),
        borders.last().copied().unwrap_or_default(),
    );
    let mut conditions = vec![format!("ms >= {} AND ms < {}", sql.integer(first), sql.integer(last))];
    conditions.extend(common_conditions(scope, &mut read, &mut sql));
    let mut told = vec![
        "ms".to_owned(),
        format!("{} AS viewer_bucket", cluster(scope, wanted, &mut sql)),
        "device_class = 'bot' AS is_bot, viewer_id != '' AS identified".to_owned(),
        "received, max_sequence + 1 AS expected".to_owned(),
    ];
    if let Some(Range { start, end }) = wanted.buckets {
        let (start, end) = (sql.integer(start as i64), sql.integer(end as i64));
        conditions.push(format!("viewer_bucket >= {start} AND viewer_bucket < {end}"));
    }
    for (index, wanted) in wanted.dimensions.iter().enumerate() {
        read.insert(dimension::column(wanted));
        told.push(format!("toString({}) AS d{index}", dimension::value(wanted, &mut sql)));
    }
    // Under names of their own: an attribute may be a dimension and a column.
    told.extend(columns.iter().map(|column| format!("{column} AS of_{column}")));
    let inside = merged_attempts(scope, &read, placing_lead_ms(scope), wanted.few, &mut sql);
    let inside = placed(scope, inside, &mut sql);
    sql.text = format!(
        "SELECT {}\nFROM (\n{inside}\n)\nWHERE {}",
        told.join(", "),
        conditions.join("\n  AND ")
    );
    if let Some(limit) = wanted.limit {
        let _ = write!(sql.text, "\nLIMIT {limit}");
    }
    finished(sql, scope, "query::sql::statement::each")
}

/// Merged attempts with their place in the grid: columns `ms`, `window`, `bucket`, `d0`…, `viewer_bucket` and those asked for.
pub(super) fn located_attempts(
    scope: &Scope,
    wanted: &Wanted,
    columns: &mut BTreeSet<&'static str>,
    sql: &mut Sql,
) -> String {
    let merged = |sql: &mut Sql, derived: &str, conditions: &str, columns: &BTreeSet<&'static str>| {
        let inside = merged_attempts(scope, columns, placing_lead_ms(scope), wanted.few, sql);
        let inside = placed(scope, inside, sql);
        format!("  SELECT *{derived}\n  FROM (\n{inside}\n  )\n  WHERE {conditions}")
    };
    columns.extend(placing_columns(scope));
    let (window, bucket, within) = scope.grid.sql(sql);
    let mut conditions = vec![within];
    conditions.extend(common_conditions(scope, columns, sql));
    let derived = derived_facts(columns, scope, sql);
    let mut places = String::new();
    let _ = write!(places, ",\n    {window} AS `window`,\n    {bucket} AS bucket");
    let mut names = Vec::new();
    for (index, wanted) in wanted.dimensions.iter().enumerate() {
        names.push(format!("d{index}"));
        // Not of the attempt: `rungs` tells it.
        if *wanted == Dimension::Rendition {
            continue;
        }
        columns.insert(dimension::column(wanted));
        let _ = write!(places, ",\n    toString({}) AS d{index}", dimension::value(wanted, sql));
    }
    if let Some(only) = wanted.only.as_ref().filter(|_| !wanted.apart) {
        conditions.push(only_these(&names, only, sql));
    }
    let _ = write!(places, ",\n    {} AS viewer_bucket", cluster(scope, wanted, sql));
    merged(
        sql,
        &format!("{places}{derived}"),
        &conditions.join("\n    AND "),
        columns,
    )
}

/// Attempts of so many hours, those at the edges included, are grouped; three days and their edges.
const GROUPED_MS: i64 = 80 * HOUR_MS;

/// A beacon about a time in a window was received after the window began; so much for clocks that disagree, ms.
const CLOCKS_MS: i64 = 5 * 60 * 1_000;

/// How much earlier than a window an attempt may have begun that stands in it, ms.
fn placing_lead_ms(scope: &Scope) -> i64 {
    match scope.by_end {
        true => i64::from(schemas::limits::ATTEMPT_MS_MAX),
        false => 0,
    }
}

/// The columns that tell where an attempt stands.
fn placing_columns(scope: &Scope) -> &'static [&'static str] {
    match scope.by_end {
        true => &["elapsed_ms", "end_reason", "last_received_ms"],
        false => &[],
    }
}

/// Attempts with `ms` where they stand.
fn placed(scope: &Scope, inside: String, sql: &mut Sql) -> String {
    if !scope.by_end {
        return inside;
    }
    sql.named("now_ms", scope.now_ms);
    format!(
        "    SELECT * REPLACE (ms + elapsed_ms AS ms)\n    FROM (\n{inside}\n    )\n    \
         WHERE end_reason != '' OR last_received_ms < {{now_ms:Int64}} - 300000"
    )
}

/// One row per attempt: its rows merged, named as the columns are. `lead_ms` reads attempts that began so much earlier.
///
/// Of a few hours, or of `few` attempts, every attempt is grouped. Of more, FINAL merges the rows of nearly all, which stand in one hour, in the order they lie in,
/// without a table of all attempts in memory; the few that stand in two neighbouring hours are found first and grouped: found by a hash of the
/// id, and where two collide both are grouped, which is right too. Measured with 27 columns: of 38,000 attempts grouping takes 0.15 s and the
/// other way 0.34; of 390,000 0.8 and 1.0; of 2 million 3.2 and 3.8, with more than twice the memory.
fn merged_attempts(scope: &Scope, columns: &BTreeSet<&'static str>, lead_ms: i64, few: bool, sql: &mut Sql) -> String {
    let stretches = stretches(scope, lead_ms);
    let read_ms: i64 = stretches.iter().map(|(from, to)| to - from + HOUR_MS).sum();
    let scoped = scoped(scope, stretches, lead_ms, sql);
    let several = selected(columns, AttemptRows::Several);
    let grouped = format!(
        "    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms{several}\n    \
         FROM impressions AS i\n    WHERE {scoped}\n    "
    );
    if few || read_ms <= GROUPED_MS {
        return format!("{grouped}GROUP BY i.attempt_id");
    }
    let in_two_hours = format!(
        "(SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i\n      WHERE {scoped}\n      \
         GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))"
    );
    format!(
        "    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(i.started_at) AS ms{}\n    \
         FROM impressions AS i FINAL\n    WHERE {scoped}\n      AND cityHash64(i.attempt_id) NOT IN {in_two_hours}\n    \
         UNION ALL\n{grouped}  AND cityHash64(i.attempt_id) IN {in_two_hours}\n    \
         GROUP BY i.attempt_id",
        selected(columns, AttemptRows::One),
    )
}

/// The hours that every attempt is read from: the first and the last of each stretch, ms.
fn stretches(scope: &Scope, lead_ms: i64) -> Vec<(i64, i64)> {
    match &scope.within {
        Some(Within::Stretches { stretches, .. }) => hours(stretches.iter().copied(), lead_ms),
        Some(Within::AllBut(_)) | None => scope.grid.hours(lead_ms),
    }
}

/// The attempts that a version of cells leaves out: a SELECT of their ids.
fn left_out_by(version: i64, sql: &mut Sql) -> String {
    let version = sql.integer(version);
    format!(
        "SELECT attempt_id FROM cells_left_out WHERE organization_id = {{organization:UUID}} AND version = {version}"
    )
}

/// What a row of an attempt that stands in the scope's stretches says of its begin, where these are less than half of `read_ms`, the hours that are read for
/// them: an attempt began when the first of its rows says, so one of them lies in a stretch. None where the others are too few to be left out.
fn began_within(scope: &Scope, read_ms: i64, sql: &mut Sql) -> Option<String> {
    let stretches: Vec<(i64, i64)> = match &scope.within {
        Some(Within::Stretches { stretches, .. }) => stretches.clone(),
        Some(Within::AllBut(_)) => return None,
        None => scope
            .grid
            .windows()
            .iter()
            .map(|window| (window.start(), window.end()))
            .collect(),
    };
    let wanted_ms: i64 = stretches.iter().map(|(from, to)| to - from).sum();
    if stretches.is_empty() || wanted_ms * 2 >= read_ms {
        return None;
    }
    let began = stretches.into_iter().map(|(from, to)| {
        let (from, to) = (sql.integer(from), sql.integer(to));
        format!("toUnixTimestamp64Milli(i.started_at) >= {from} AND toUnixTimestamp64Milli(i.started_at) < {to}")
    });
    Some(began.collect::<Vec<_>>().join(" OR "))
}

/// The organisation, the hours that its attempts are read from, `lead_ms` before where they stand, and those attempts that are chosen before they are merged.
fn scoped(scope: &Scope, stretches: Vec<(i64, i64)>, lead_ms: i64, sql: &mut Sql) -> String {
    sql.named("organization", scope.tenant.organization_id());
    let within = |(from, to): (i64, i64), sql: &mut Sql| {
        let (from, to) = (sql.integer(from / 1_000), sql.integer(to / 1_000));
        format!("i.started_hour BETWEEN toDateTime({from}, 'UTC') AND toDateTime({to}, 'UTC')")
    };
    let read_ms: i64 = stretches.iter().map(|(from, to)| to - from + HOUR_MS).sum();
    let mut hours: Vec<String> = stretches.into_iter().map(|stretch| within(stretch, sql)).collect();
    if lead_ms == 0
        && let Some(began) = began_within(scope, read_ms, sql)
    {
        let every = hours.join("\n          OR ");
        hours = vec![format!(
            "({every})\n        AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i\n          \
             WHERE i.organization_id = {{organization:UUID}} AND ({every})\n            AND ({began}))"
        )];
    }
    if let Some(Within::Stretches { left_out, .. }) = &scope.within {
        for left in left_out {
            // An attempt that was not over may have been told since to have begun in the hour before or after.
            let read = self::hours([(left.from, left.to)], 0);
            let read: Vec<String> = read.into_iter().map(|stretch| within(stretch, sql)).collect();
            hours.push(format!(
                "{} AND i.attempt_id IN ({})",
                read.concat(),
                left_out_by(left.version, sql)
            ));
        }
    }
    format!(
        "i.organization_id = {{organization:UUID}}\n      AND ({})",
        hours.join("\n        OR ")
    )
}

/// The columns, each read from so many `rows`; derived facts come later.
fn selected(columns: &BTreeSet<&'static str>, rows: AttemptRows) -> String {
    let stored = columns
        .iter()
        .filter(|column| derived().all(|derived| derived.name != **column));
    stored.fold(String::new(), |text, column| {
        format!("{text},\n      {} AS {column}", rows.sql(column))
    })
}

fn common_conditions(scope: &Scope, columns: &mut BTreeSet<&'static str>, sql: &mut Sql) -> Vec<String> {
    let mut conditions = Vec::new();
    match &scope.within {
        None => {}
        Some(Within::Stretches { stretches, left_out }) => {
            let inside =
                |from: i64, to: i64, sql: &mut Sql| format!("ms >= {} AND ms < {}", sql.integer(from), sql.integer(to));
            let mut read: Vec<String> = stretches.iter().map(|(from, to)| inside(*from, *to, sql)).collect();
            for left in left_out {
                let inside = inside(left.from, left.to, sql);
                read.push(format!(
                    "{inside} AND attempt_id IN ({})",
                    left_out_by(left.version, sql)
                ));
            }
            conditions.push(format!("({})", read.join(" OR ")));
        }
        Some(Within::AllBut(version)) => {
            sql.named("organization", scope.tenant.organization_id());
            conditions.push(format!("attempt_id NOT IN ({})", left_out_by(*version, sql)));
        }
    }
    for wanted in &scope.filters {
        columns.insert(dimension::column(&wanted.dimension));
        conditions.push(format!("({})", filter::condition(wanted, sql)));
    }
    if let Some(seen) = &scope.seen {
        columns.insert("viewer_id");
        let (from, to) = (sql.integer(seen.start), sql.integer(seen.end));
        let hours = (
            sql.integer((seen.start - seen.start.rem_euclid(HOUR_MS)) / 1_000),
            sql.integer(seen.end / 1_000),
        );
        let mut kept = vec!["i.viewer_id != ''".to_owned()];
        kept.extend(
            seen.filters
                .iter()
                .map(|filter| format!("({})", filter::condition(filter, sql))),
        );
        // A viewer's attempts lie on every shard. One row of an attempt is enough, merged or not: its context stands in the first.
        conditions.push(format!(
            "viewer_id GLOBAL IN (SELECT i.viewer_id FROM impressions AS i WHERE i.organization_id = {{organization:UUID}} \
             AND i.started_hour BETWEEN toDateTime({}, 'UTC') AND toDateTime({}, 'UTC') \
             AND toUnixTimestamp64Milli(i.started_at) >= {from} AND toUnixTimestamp64Milli(i.started_at) < {to} AND {})",
            hours.0,
            hours.1,
            kept.join(" AND ")
        ));
    }
    for group in &scope.except {
        columns.extend(group.iter().map(|filter| dimension::column(&filter.dimension)));
        let all: Vec<String> = group
            .iter()
            .map(|wanted| format!("({})", filter::condition(wanted, sql)))
            .collect();
        conditions.push(format!("NOT ({})", all.join(" AND ")));
    }
    if !scope.include_bots {
        columns.insert("device_class");
        conditions.push("device_class != 'bot'".to_owned());
    }
    conditions
}

/// Every derived fact.
fn derived() -> impl DoubleEndedIterator<Item = &'static Derived> {
    DERIVED.iter().chain(ladder::DERIVED)
}

/// Texts of the derived facts among `columns`, and of those they speak of; adds the columns they need.
fn derived_facts(columns: &mut BTreeSet<&'static str>, scope: &Scope, sql: &mut Sql) -> String {
    // From the last to the first: a fact only speaks of those before it.
    for derived in derived().rev() {
        if columns.contains(derived.name) {
            columns.extend(derived.columns);
        }
    }
    let mut text = String::new();
    for derived in derived().filter(|derived| columns.contains(derived.name)) {
        if derived.sql.contains("{now_ms:") {
            sql.named("now_ms", scope.now_ms);
        }
        if derived.sql.contains("{ladder_")
            && let Some(told) = &scope.ladders
        {
            ladder::bind(told, sql);
        }
        let _ = write!(text, ",\n    ({}) AS {}", derived.sql, derived.name);
    }
    text
}

/// What an attempt is a part of for an interval: where it must, its stretch of time instead of its viewer.
fn cluster(scope: &Scope, wanted: &Wanted, sql: &mut Sql) -> String {
    match scope.stretch_ms.filter(|_| wanted.by_viewer) {
        Some(stretch) => format!("toUInt64(intDiv(ms, {}) % {BUCKETS})", sql.integer(stretch)),
        None => viewer_bucket(wanted.by_viewer),
    }
}

/// The cluster of an attempt: its viewer, else itself.
fn viewer_bucket(by_viewer: bool) -> String {
    match by_viewer {
        true => format!("sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % {BUCKETS}"),
        false => "toUInt64(0)".to_owned(),
    }
}

pub(super) fn dimensions_array(names: &[String]) -> String {
    match names {
        [] => "emptyArrayString()".to_owned(),
        names => format!("[{}]", names.join(", ")),
    }
}

/// How many have each bin, where `condition` holds: a map. Given a map of one and not two arrays of one, ClickHouse 26.7 takes a third of the time.
pub(super) fn counted_bins(bin: &str, condition: &str) -> String {
    format!("sumMapIf(map({bin}, toUInt64(1)), {condition})")
}

pub(super) fn tuple(texts: &[String]) -> String {
    format!("tuple({})", texts.join(", "))
}

pub(super) fn only_these(names: &[String], only: &[Vec<String>], sql: &mut Sql) -> String {
    let rows: Vec<String> = only
        .iter()
        .map(|values| {
            let values: Vec<String> = values.iter().map(|value| sql.text(value)).collect();
            match values.as_slice() {
                [one] => one.clone(),
                values => format!("({})", values.join(", ")),
            }
        })
        .collect();
    match names {
        [one] => format!("{one} IN ({})", rows.join(", ")),
        names => format!("({}) IN ({})", names.join(", "), rows.join(", ")),
    }
}

/// Viewers per tick of 5 s, from the raw beacons: an attempt counts at a tick when any of its beacons says it was active
/// then, once, however many say so. What the next beacon will tell of is not told yet: an attempt that was active when it last reported goes
/// on until now, for 2.5 of the longest beats. Ticks are not listed: how many of them lie in a stretch is arithmetic, and stretches
/// that overlap (a beacon that came twice) are joined per attempt and bucket.
///
/// Cost: `active_spans` of the organisation's beacons received since the first window about attempts that began at most
/// 48 h before one, joined to these attempts; in memory, one row per attempt and time bucket.
///
/// Answer: `window`, `bucket`, `dimensions`, `viewer_ticks` by viewer bucket and `at_highest`, empty.
#[must_use]
pub fn concurrency(scope: &Scope, wanted: &Wanted) -> Statement {
    let mut watched = Watched::new(scope, wanted);
    let sql = &mut watched.sql;
    let (window, bucket, within) = scope.grid.sql(sql);
    let (begin, end) = scope.grid.stretch_sql(sql);
    let probes = scope.grid.probes_sql(sql);
    let mut outer = vec![within, "from_inside < to_inside".to_owned()];
    if let Some(only) = &wanted.only {
        outer.push(only_these(&watched.names, only, sql));
    }
    let (listed, buckets) = (&watched.listed, watched.buckets);
    sql.text = format!(
        "SELECT `window`, bucket, {dimensions} AS dimensions,\n  \
         sumResample(0, {buckets}, 1)(ticks, viewer_bucket) AS viewer_ticks,\n  emptyArrayUInt64() AS at_highest\nFROM (\n  \
         SELECT `window`, bucket, viewer_bucket{listed}, intervalLengthSum(from_inside, to_inside) AS ticks\n  FROM (\n    \
         SELECT attempt_id, viewer_bucket{listed}, arrayJoin({probes}) AS ms,\n      \
         {window} AS `window`, {bucket} AS bucket,\n      \
         greatest(from_tick, intDiv({begin} + {round_up}, {TICK_MS})) AS from_inside,\n      \
         least(to_tick, intDiv({end} + {round_up}, {TICK_MS})) AS to_inside\n    FROM (\n      \
         SELECT attempt_id, viewer_bucket{listed}, arrayJoin(active_spans) AS span,\n        \
         intDiv(started_ms + span.1 + {round_up}, {TICK_MS}) AS from_tick, \
         intDiv(started_ms + span.2 + {round_up}, {TICK_MS}) AS to_tick,\n        \
         from_tick * {TICK_MS} AS from_ms, (to_tick - 1) * {TICK_MS} AS last_ms\n      FROM (\n{beacons}\n      )\n    )\n    \
         WHERE from_tick < to_tick\n  )\n  WHERE {outer}\n  \
         GROUP BY attempt_id, `window`, bucket, viewer_bucket{listed}\n)\nGROUP BY `window`, bucket{listed}",
        dimensions = dimensions_array(&watched.names),
        beacons = watched.beacons,
        outer = outer.join(" AND "),
        round_up = TICK_MS - 1,
    );
    watched.finished(scope, wanted, "query::sql::statement::concurrency")
}

/// As [`concurrency`], with the highest tick: every tick of every attempt is listed.
///
/// Cost: that of [`concurrency`], and 12 ticks a minute and attempt in memory.
///
/// Answer: `window`, `bucket`, `dimensions`, `viewer_ticks` and `at_highest`, arrays by viewer bucket.
#[must_use]
pub fn highest_concurrency(scope: &Scope, wanted: &Wanted) -> Statement {
    let mut watched = Watched::new(scope, wanted);
    let sql = &mut watched.sql;
    let (window, bucket, within) = scope.grid.sql(sql);
    let mut outer = vec![within];
    if let Some(only) = &wanted.only {
        outer.push(only_these(&watched.names, only, sql));
    }
    let (listed, buckets) = (&watched.listed, watched.buckets);
    sql.text = format!(
        "SELECT `window`, bucket, {dimensions} AS dimensions,\n  sumForEach(by_viewer) AS viewer_ticks,\n  \
         argMax(by_viewer, (arraySum(by_viewer), -ms)) AS at_highest\nFROM (\n  \
         SELECT ms, {window} AS `window`, {bucket} AS bucket{listed},\n    \
         sumResample(0, {buckets}, 1)(toUInt64(1), viewer_bucket) AS by_viewer\n  FROM (\n    \
         SELECT {TICK_MS} * toInt64(arrayJoin(ticks)) AS ms, viewer_bucket{listed}\n    FROM (\n      \
         SELECT attempt_id, viewer_bucket{listed},\n        \
         groupUniqArrayArray(arrayFlatten(arrayMap(span -> range({from}, {to}), active_spans))) AS ticks\n      \
         FROM (\n{beacons}\n      )\n      GROUP BY attempt_id, viewer_bucket{listed}\n    )\n  )\n  \
         WHERE {outer}\n  GROUP BY ms, `window`, bucket{listed}\n)\nGROUP BY `window`, bucket{listed}",
        dimensions = dimensions_array(&watched.names),
        beacons = watched.beacons,
        from = tick_from("span.1"),
        to = tick_from("span.2"),
        outer = outer.join(" AND "),
    );
    watched.finished(scope, wanted, "query::sql::statement::highest_concurrency")
}

/// What the statements about viewers at a moment begin with.
pub(super) struct Watched {
    pub sql: Sql,
    /// A SELECT: one row per beacon with `attempt_id`, `started_ms`, `active_spans`, `viewer_bucket` and `d0`….
    pub beacons: String,
    pub names: Vec<String>,
    /// `, d0, d1`….
    pub listed: String,
    buckets: usize,
}

/// Text for the number of the first tick at or after `end`, a column of ms after the attempt's begin.
pub(super) fn tick_from(end: &str) -> String {
    format!("toUInt64(intDiv(started_ms + {end} + {}, {TICK_MS}))", TICK_MS - 1)
}

impl Watched {
    pub(super) fn new(scope: &Scope, wanted: &Wanted) -> Self {
        let mut sql = Sql::default();
        let mut columns: BTreeSet<&str> = ["viewer_id"].into();
        let conditions = common_conditions(scope, &mut columns, &mut sql);
        let (mut values, mut names) = (String::new(), Vec::new());
        for (index, dimension) in wanted.dimensions.iter().enumerate() {
            columns.insert(dimension::column(dimension));
            let _ = write!(
                values,
                ", toString({}) AS d{index}",
                dimension::value(dimension, &mut sql)
            );
            names.push(format!("d{index}"));
        }
        let listed = names.iter().fold(String::new(), |text, name| text + ", " + name);
        let where_attempt = match conditions.is_empty() {
            true => String::new(),
            false => format!("\n          WHERE {}", conditions.join(" AND ")),
        };
        // Of attempts that began in certain stretches it is known when they began.
        let lead_ms = match scope.within {
            Some(Within::Stretches { .. }) => 0,
            Some(Within::AllBut(_)) | None => i64::from(schemas::limits::ATTEMPT_MS_MAX),
        };
        let first = scope.grid.windows().iter().map(Window::start).min().unwrap_or_default();
        let received_from = sql.integer(first - CLOCKS_MS);
        let began = began(scope, lead_ms, &mut sql);
        let attempts = merged_attempts(scope, &columns, lead_ms, wanted.few, &mut sql).replace('\n', "\n        ");
        let alive_from = scope.now_ms - ALIVE_MS;
        let alive = match scope.grid.windows().iter().any(|window| window.end() > alive_from) {
            false => String::new(),
            true => {
                sql.named("now_ms", scope.now_ms);
                format!(
                    "\n          UNION ALL\n          SELECT attempt_id, [(argMax(to_ms, sequence) AS last_ms, \
                     toUInt32(last_ms + greatest(0, {{now_ms:Int64}} - toUnixTimestamp64Milli(argMax(received_at, sequence)))))] AS spans FROM beacons\n          \
                     WHERE organization_id = {{organization:UUID}} AND received_at > fromUnixTimestamp64Milli({{now_ms:Int64}} - {ALIVE_MS})\n            \
                     AND ({began})\n          GROUP BY attempt_id HAVING argMax(state, sequence) IN ({ACTIVE})"
                )
            }
        };
        let beacons = format!(
            "        SELECT b.attempt_id AS attempt_id, a.started_ms AS started_ms, b.spans AS active_spans, \
             a.viewer_bucket AS viewer_bucket{listed}\n        FROM (\n          \
             SELECT attempt_id, if(active_throughout, [(from_ms, to_ms)], active_spans) AS spans FROM beacons\n          \
             WHERE organization_id = {{organization:UUID}} AND received_at >= fromUnixTimestamp64Milli({received_from}) \
             AND (active_throughout OR notEmpty(active_spans))\n            AND ({began}){alive}\n        ) AS b\n        INNER JOIN (\n          \
             SELECT attempt_id, ms AS started_ms, {viewer_bucket} AS viewer_bucket{values}\n          FROM (\n        \
             {attempts}\n          ){where_attempt}\n        ) AS a ON a.attempt_id = b.attempt_id",
            viewer_bucket = viewer_bucket(wanted.by_viewer),
        );
        Self {
            sql,
            beacons,
            names,
            listed,
            buckets: if wanted.by_viewer { BUCKETS } else { 1 },
        }
    }

    fn finished(mut self, scope: &Scope, wanted: &Wanted, comment: &str) -> Statement {
        if let Some(limit) = wanted.limit {
            let _ = write!(
                self.sql.text,
                "\nORDER BY arraySum(viewer_ticks) DESC, `window`, bucket{}\nLIMIT {limit}",
                self.listed
            );
        }
        finished(self.sql, scope, comment)
    }
}

/// The beacons of attempts that began up to `lead_ms` before the windows that are read. History is received late, so there is no latest receipt; when the
/// attempt began bounds what is read.
fn began(scope: &Scope, lead_ms: i64, sql: &mut Sql) -> String {
    let began: Vec<String> = stretches(scope, lead_ms)
        .into_iter()
        .map(|(from, to)| {
            let (from, to) = (sql.integer(from), sql.integer(to + HOUR_MS));
            format!("started_at >= fromUnixTimestamp64Milli({from}) AND started_at < fromUnixTimestamp64Milli({to})")
        })
        .collect();
    began.join("\n              OR ")
}

/// Media that was played again, ms, of an attempt that measured it.
const REWATCHED_MS: &str = "greatest(0, toInt64(media_ms) - toInt64(coalesce(unique_media_ms, 0)))";

/// What the drop-off needs of an attempt.
const DROP_OFF_COLUMNS: [&str; 7] = [
    "first_frame_seen",
    "measurable",
    "media_ms",
    "unique_media_ms",
    "video_duration_ms",
    "ended",
    "viewer_id",
];

/// Plays by viewer bucket and how far they came: rows of `viewer_bucket`; `place`, the hundredths of the video's duration that the distinct media fills,
/// at most 100, -1 where that is not known; `over`, the plays that are over; `ongoing`, the others; `rewatched_ms`, the media that they played again.
#[must_use]
pub fn drop_off(scope: &Scope) -> Statement {
    let mut sql = Sql::default();
    let wanted = Wanted {
        by_viewer: true,
        ..Wanted::default()
    };
    let inside = located_attempts(scope, &wanted, &mut DROP_OFF_COLUMNS.into(), &mut sql);
    sql.text = format!(
        "SELECT viewer_bucket,\n  \
         if(measurable, toInt64(least(100, intDiv(100 * toUInt64(coalesce(unique_media_ms, 0)), greatest(1, coalesce(video_duration_ms, 1))))), -1) AS place,\n  \
         countIf(ended) AS over, countIf(NOT ended) AS ongoing, toUInt64(sumIf({REWATCHED_MS}, measurable)) AS rewatched_ms\nFROM (\n{inside}\n)\nWHERE first_frame_seen\n\
         GROUP BY viewer_bucket, place\nORDER BY viewer_bucket, place"
    );
    finished(sql, scope, "query::sql::statement::drop_off")
}

/// Plays that played something again and whose seeks are still kept: rows of `viewer_bucket`, `duration_ms`, `rewatched_ms` and `seeks`, each the moment
/// in ms after intent and the positions before and after it, in their order.
///
/// Cost: `events` of the organisation's beacons received since the first window about attempts that began in the windows.
#[must_use]
pub fn rewatched(scope: &Scope) -> Statement {
    let mut sql = Sql::default();
    let wanted = Wanted {
        by_viewer: true,
        ..Wanted::default()
    };
    let inside = located_attempts(scope, &wanted, &mut DROP_OFF_COLUMNS.into(), &mut sql).replace('\n', "\n  ");
    let first = scope.grid.windows().iter().map(Window::start).min().unwrap_or_default();
    let received_from = sql.integer(first - CLOCKS_MS);
    let began = began(scope, placing_lead_ms(scope), &mut sql);
    sql.text = format!(
        "SELECT a.viewer_bucket AS viewer_bucket, a.duration_ms AS duration_ms, a.rewatched_ms AS rewatched_ms, b.seeks AS seeks\nFROM (\n  \
         SELECT attempt_id, arraySort(groupUniqArrayArray(arrayMap(event -> (toUInt32(JSONExtractUInt(event, 'at_ms')), \
         toUInt32(JSONExtractUInt(event, 'from_position_ms')), toUInt32(JSONExtractUInt(event, 'to_position_ms'))),\n    \
         arrayFilter(event -> JSONExtractString(event, 'event') = 'seek', JSONExtractArrayRaw(events))))) AS seeks\n  FROM beacons\n  \
         WHERE organization_id = {{organization:UUID}} AND received_at >= fromUnixTimestamp64Milli({received_from})\n    \
         AND ({began})\n    AND position(events, '\"seek\"') > 0\n  GROUP BY attempt_id\n) AS b\nINNER JOIN (\n  \
         SELECT attempt_id, viewer_bucket, assumeNotNull(video_duration_ms) AS duration_ms, toUInt32({REWATCHED_MS}) AS rewatched_ms\n  FROM (\n{inside}\n  )\n  \
         WHERE first_frame_seen AND measurable AND rewatched_ms > 0\n) AS a ON a.attempt_id = b.attempt_id"
    );
    finished(sql, scope, "query::sql::statement::rewatched")
}

/// Attempts of bots in the scope: one row, `bots`.
#[must_use]
pub fn bots(scope: &Scope) -> Statement {
    let mut sql = Sql::default();
    let scope = Scope {
        include_bots: true,
        ..scope.clone()
    };
    let mut columns: BTreeSet<&str> = ["device_class"].into();
    let (window, _, within) = scope.grid.sql(&mut sql);
    let mut conditions = vec![within, "device_class = 'bot'".to_owned()];
    conditions.extend(common_conditions(&scope, &mut columns, &mut sql));
    columns.extend(placing_columns(&scope));
    // Every beacon carries its sender's class, so any row tells a bot; few attempts are left to merge.
    let lead_ms = placing_lead_ms(&scope);
    let scoped = scoped(&scope, stretches(&scope, lead_ms), lead_ms, &mut sql);
    let inside = format!(
        "    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms{}\n    \
         FROM impressions AS i\n    WHERE {scoped}\n      AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i\n      \
         WHERE {scoped}\n      AND i.device_class = 'bot')\n    GROUP BY i.attempt_id",
        selected(&columns, AttemptRows::Several)
    );
    let inside = placed(&scope, inside, &mut sql);
    sql.text = format!(
        "SELECT count() AS bots\nFROM (\n  SELECT *, {window} AS `window` FROM (\n{inside}\n  )\n)\nWHERE {}",
        conditions.join("\n  AND ")
    );
    finished(sql, &scope, "query::sql::statement::bots")
}

/// When the organisation's latest beacon was received: one row, `fresh_ms`, 0 without any beacon.
#[must_use]
pub fn freshness(tenant: Tenant) -> Statement {
    limited(
        Statement::new(
            "SELECT toUnixTimestamp64Milli(max(last_received_at)) AS fresh_ms\nFROM touched_hours\n\
             WHERE organization_id = {organization:UUID}",
        )
        .bind("organization", tenant.organization_id()),
    )
    .log_comment("query::sql::statement::freshness")
}

/// What attempts can be ordered by.
#[derive(Debug, Clone, Copy)]
pub enum AttemptOrder {
    /// What each has of a metric (`metric::of_attempt`).
    Metric(&'static Metric),
    /// Errors, fatal or not.
    Errors,
    /// When they began.
    Start,
}

impl AttemptOrder {
    /// Whether the worst is what is highest.
    #[must_use]
    pub fn is_worst_high(self) -> bool {
        !matches!(self, Self::Metric(metric) if metric.better == Better::Higher)
    }

    fn sql(self, columns: &mut BTreeSet<&'static str>) -> String {
        match self {
            Self::Metric(metric) => match of_attempt(metric) {
                Some(own) => {
                    columns.extend(own.columns);
                    own.text
                }
                None => "NULL".to_owned(),
            },
            Self::Errors => "error_count".to_owned(),
            Self::Start => "ms".to_owned(),
        }
    }
}

/// Conditions on what an attempt has of metrics.
fn measured(measures: &[Having], columns: &mut BTreeSet<&'static str>, sql: &mut Sql) -> Vec<String> {
    let mut conditions = Vec::new();
    for measure in measures {
        // The parser makes no other.
        let Some(own) = of_attempt(measure.metric.metric) else {
            continue;
        };
        columns.extend(own.columns);
        conditions.push(filter::measure(&own.text, measure, sql));
    }
    conditions
}

/// One page of attempts, in order: which they are, `attempt_id`, and when they began, `ms`. [`impressions`] tells the rest: to merge a hundred
/// columns of every attempt that is not on the page takes longer than to ask twice.
#[must_use]
pub fn page(
    scope: &Scope,
    measures: &[Having],
    order: AttemptOrder,
    descending: bool,
    limit: usize,
    offset: usize,
) -> Statement {
    let mut sql = Sql::default();
    let mut columns = BTreeSet::new();
    let (window, _, within) = scope.grid.sql(&mut sql);
    let mut conditions = vec![within];
    conditions.extend(common_conditions(scope, &mut columns, &mut sql));
    conditions.extend(measured(measures, &mut columns, &mut sql));
    let order = order.sql(&mut columns);
    let derived = derived_facts(&mut columns, scope, &mut sql);
    let inside = merged_attempts(scope, &columns, 0, false, &mut sql);
    let direction = if descending { "DESC" } else { "ASC" };
    let (limit, offset) = (sql.integer(limit as i64), sql.integer(offset as i64));
    sql.text = format!(
        "SELECT attempt_id, ms\nFROM (\n  SELECT *, {window} AS `window`{derived}\n  FROM (\n{inside}\n  )\n)\nWHERE {}\n\
         ORDER BY {order} {direction} NULLS LAST, ms DESC, attempt_id\nLIMIT {limit} OFFSET {offset}",
        conditions.join("\n  AND ")
    );
    finished(sql, scope, "query::sql::statement::page")
}

/// These attempts, each with when it began, whole: every attribute and total, in no particular order.
#[must_use]
pub fn impressions(tenant: Tenant, attempts: &[(uuid::Uuid, i64)], now_ms: i64) -> Statement {
    // An attempt of two estimates has rows in the hour beside.
    let hours: BTreeSet<i64> = attempts
        .iter()
        .map(|(_, ms)| ms.div_euclid(HOUR_MS))
        .flat_map(|hour| [hour - 1, hour, hour + 1])
        .collect();
    let hours: Vec<i64> = hours.into_iter().map(|hour| hour * HOUR_MS / 1_000).collect();
    let ids: Vec<uuid::Uuid> = attempts.iter().map(|(id, _)| *id).collect();
    // As sets, which the primary key takes.
    let these = "i.started_hour IN (SELECT toDateTime(arrayJoin({hours:Array(Int64)}), 'UTC'))\n    \
                 AND i.attempt_id IN (SELECT arrayJoin({attempts:Array(UUID)}))";
    whole(tenant, these, now_ms)
        .bind("hours", hours)
        .bind("attempts", ids)
        .log_comment("query::sql::statement::impressions")
}

/// How many attempts a scope has: one row, `attempts`.
#[must_use]
pub fn count(scope: &Scope, measures: &[Having]) -> Statement {
    let mut sql = Sql::default();
    let mut columns = BTreeSet::new();
    let (window, _, within) = scope.grid.sql(&mut sql);
    let mut conditions = vec![within];
    conditions.extend(common_conditions(scope, &mut columns, &mut sql));
    conditions.extend(measured(measures, &mut columns, &mut sql));
    let derived = derived_facts(&mut columns, scope, &mut sql);
    let inside = merged_attempts(scope, &columns, 0, false, &mut sql);
    sql.text = format!(
        "SELECT count() AS attempts\nFROM (\n  SELECT *, {window} AS `window`{derived} FROM (\n{inside}\n  )\n)\nWHERE {}",
        conditions.join("\n  AND ")
    );
    finished(sql, scope, "query::sql::statement::count")
}

/// Every attempt of a scope as a flat row under the names of the API, in no particular order: what an export holds. "Not known" is null
/// here, maps are JSON.
#[must_use]
pub fn export(scope: &Scope, measures: &[Having]) -> Statement {
    let mut sql = Sql::default();
    let mut columns = whole_attempt();
    let (window, _, within) = scope.grid.sql(&mut sql);
    let mut conditions = vec![within];
    conditions.extend(common_conditions(scope, &mut columns, &mut sql));
    conditions.extend(measured(measures, &mut columns, &mut sql));
    let derived = derived_facts(&mut columns, scope, &mut sql);
    let inside = merged_attempts(scope, &columns, 0, false, &mut sql);
    let mut listed: Vec<String> = EXPORTED_FIRST
        .iter()
        .map(|(name, value)| format!("{value} AS {name}"))
        .collect();
    let named = |name: &&str| EXPORTED_FIRST.iter().all(|(first, _)| first != name);
    let attributes = schemas::attribute::ATTRIBUTES.iter().map(|attribute| attribute.name);
    let attributes: Vec<&str> = attributes.filter(named).collect();
    listed.extend(
        attributes
            .iter()
            .map(|name| format!("nullIf(toString(a.{name}), '') AS {name}")),
    );
    let once = schemas::Totals::NULLABLE_FIELDS.iter();
    let once = once.filter(|name| !["failure", "end_reason"].contains(*name));
    let totals = schemas::Totals::MAX_FIELDS.iter().chain(once).copied();
    let totals = totals.filter(named).filter(|name| !attributes.contains(name));
    listed.extend(totals.map(|name| format!("a.{name} AS {name}")));
    listed.push(format!(
        "toJSONString(mapFromArrays(arraySort(mapKeys(a.play_ms_by_rendition)) AS rungs, arrayMap((rung, place) -> \
         {}, rungs, arrayEnumerate(rungs)))) AS play_ms_by_rendition",
        rungs::play_ms!("a.")
    ));
    listed.push("toJSONString(a.custom) AS custom".to_owned());
    sql.text = format!(
        "SELECT\n  {}\nFROM (\n  SELECT *, {window} AS `window`{derived}\n  FROM (\n{inside}\n  )\n  WHERE {}\n) AS a\n\
         SETTINGS output_format_parquet_compression_method = 'snappy'",
        listed.join(",\n  "),
        conditions.join("\n    AND ")
    );
    finished(sql, scope, "query::sql::statement::export").max_execution_seconds(EXPORT_SECONDS_MAX)
}

/// An export may take longer than a question that somebody waits for: 10 min.
const EXPORT_SECONDS_MAX: u32 = 600;

/// What an exported attempt begins with: name and text over the merged columns, called `a`.
const EXPORTED_FIRST: [(&str, &str); 11] = [
    ("attempt_id", "toString(a.attempt_id)"),
    ("started_at", "fromUnixTimestamp64Milli(a.ms, 'UTC')"),
    (
        "last_received_at",
        "fromUnixTimestamp64Milli(a.last_received_ms, 'UTC')",
    ),
    ("state", "a.last_state"),
    ("ended", "toBool(a.ended)"),
    ("end_reason", "nullIf(toString(a.end_reason), '')"),
    ("failure_message", "nullIf(a.failure_message, '')"),
    ("elapsed_ms", "a.elapsed_ms"),
    ("video_duration_ms", "a.video_duration_ms"),
    ("beacons_received", "a.received"),
    (
        "beacons_missing",
        "toUInt64(greatest(0, toInt64(a.max_sequence) + 1 - toInt64(a.received)))",
    ),
];

/// One attempt, whole. Found by its id alone: the bloom filter of `impressions` skips the rest.
#[must_use]
pub fn impression(tenant: Tenant, attempt_id: uuid::Uuid, now_ms: i64) -> Statement {
    whole(tenant, "i.attempt_id = {attempt:UUID}", now_ms)
        .bind("attempt", attempt_id)
        .log_comment("query::sql::statement::impression")
}

/// Attempts, whole, of which `these` holds.
fn whole(tenant: Tenant, these: &str, now_ms: i64) -> Statement {
    let columns = selected(&whole_attempt(), AttemptRows::Several);
    limited(
        Statement::new(format!(
            "SELECT *, (end_reason != '' OR last_received_ms < {{now_ms:Int64}} - 300000) AS ended\nFROM (\n  \
             SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms{columns}\n  \
             FROM impressions AS i\n  WHERE i.organization_id = {{organization:UUID}} AND {these}\n  GROUP BY i.attempt_id\n)"
        ))
        .bind("organization", tenant.organization_id())
        .bind("now_ms", now_ms),
    )
}

/// The beacons of one attempt in order, each sequence once.
#[must_use]
pub fn beacons(tenant: Tenant, attempt_id: uuid::Uuid) -> Statement {
    limited(
        Statement::new(
            "SELECT sequence, kind, state, interval_state, from_ms, to_ms, events, events_dropped, requests, fetches, loads,\n  \
             request_object_types, request_hosts, buffer_ms,\n  \
             toUnixTimestamp64Milli(received_at) AS received_ms\nFROM beacons\n\
             WHERE organization_id = {organization:UUID} AND attempt_id = {attempt:UUID}\n\
             ORDER BY sequence, received_at\nLIMIT 1 BY sequence",
        )
        .bind("organization", tenant.organization_id())
        .bind("attempt", attempt_id),
    )
    .log_comment("query::sql::statement::beacons")
}

fn whole_attempt() -> BTreeSet<&'static str> {
    let attributes = schemas::attribute::ATTRIBUTES.iter().map(|attribute| attribute.name);
    let once = schemas::Totals::NULLABLE_FIELDS
        .iter()
        .copied()
        .filter(|name| *name != "failure");
    attributes
        .chain(schemas::Totals::MAX_FIELDS.iter().copied())
        .chain(once)
        .chain([
            "failure_message",
            "play_ms_by_rendition",
            "custom",
            "received",
            "max_sequence",
            "last_state",
            "main_place",
        ])
        .chain(["last_received_ms", "elapsed_ms", "video_duration_ms", "ended"])
        .collect()
}

pub(super) fn finished(sql: Sql, scope: &Scope, comment: &str) -> Statement {
    let mut statement = limited(Statement::new(sql.text)).log_comment(comment);
    for (name, value) in sql.params {
        statement = statement.bind(name, value);
    }
    debug_assert!(
        statement
            .params()
            .contains(&("organization".to_owned(), Param::from(scope.tenant.organization_id()))),
        "every statement names its organisation"
    );
    statement
}

/// No question may take longer than 30 s or more than 4 GiB of the engine.
pub(super) fn limited(statement: Statement) -> Statement {
    statement.max_execution_seconds(30).max_memory_bytes(4 << 30)
}

#[cfg(test)]
mod tests;
