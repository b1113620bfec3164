//! Statements over cells: sums over the attempts of a day, made once and read by many questions.
//!
//! A day of an organisation is built from `impressions` when nothing more is expected of it, whole, under a version of its own, and
//! is read while the hours it was made of stay untouched (`store/migrations/0019_touched_hours.sql`). A large day is also built before, up to an
//! hour, without the attempts that are not over; questions add those, by name (`cells_left_out`). Which days a question can
//! be answered from, and which of its time is left to the attempts, lives in `cells.rs` one level up.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::Range,
    sync::LazyLock,
};

use accounts::Tenant;
use schemas::{DEFINITION_VERSION, limits::ATTEMPT_MS_MAX};
use statistics::BUCKETS;
use store::{AttemptRows, Column, Statement};

use super::{
    Sql, dimension, filter,
    metric::{DERIVED, Hist, Part},
    statement::{
        BIN_ROOM, Grid, Scope, TICK_MS, Wanted, Watched, Within, dimensions_array, finished, limited, only_these,
        tick_from, tuple,
    },
};
use crate::{
    calendar::{HOUR_MS, Window},
    cells::{Covered, CoveredTicks},
    request::{Dimension, Filter},
};

/// Milliseconds of a day of cells, UTC.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// The dimensions that cells have a column for; those that are asked for most and have few values.
pub const DIMENSIONS: [&str; 16] = [
    "cdn",
    "device_class",
    "country",
    "browser",
    "os",
    "player_version",
    "stream_type",
    "isp",
    "region",
    "player_name",
    "player_software",
    "page_host",
    "page_version",
    "connection_type",
    "video_id",
    "experiment_variant",
];

/// The first so many of them also stand in pairs.
const PAIRED: usize = 8;

/// The first so many of them also stand by the hour. An hour and a viewer bucket hold few attempts: each more costs the disk of
/// attempts again.
const HOURLY: usize = 4;

/// Sets whose viewers at each moment one statement counts where a day is large. Each holds its groups in memory, at most as many as there are attempts
/// in the day.
const SETS_AT_ONCE: usize = 12;

/// Rows of a day that is large. Of smaller ones one statement counts for every set: there ClickHouse takes longer to plan a statement than to run it.
const LARGE_ROWS: u64 = 200_000;

/// Attempts that are held in memory at most while a day is built; of more it is read in passes.
pub(crate) const HELD_ATTEMPTS: u64 = 400_000;

/// A day of the largest organisations takes minutes to build, beside everything else.
const BUILD_SECONDS: u32 = 600;

/// Memory of a statement that builds, and from where on it goes to the disk for more: a part of what questions may take.
const BUILD_BYTES: u64 = 3 << 30;
const BUILD_BYTES_BEFORE_DISK: &str = "1073741824";

/// A day is built when nothing came for its attempts for so long, ms: then every one of them is over (5 min), and every insert has
/// been seen by all tables.
pub const QUIET_MS: i64 = 10 * 60 * 1_000;

/// For so many days the cells of a day may be open; then its attempts tell until it is built whole. Less than `cells_left_out` are kept
/// (`store/src/migrate.rs`).
const OPEN_DAYS: i64 = 10;

/// What cells are told apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Names of dimensions, in the order of [`DIMENSIONS`].
    pub dimensions: Vec<&'static str>,
    /// Whether viewers are told apart by their bucket, as an interval needs it.
    pub by_viewer: bool,
    /// Whether there are cells of every hour beside those of the day.
    pub hourly: bool,
}

impl Set {
    /// Whether its cells tell the viewers at each moment.
    #[must_use]
    pub fn has_ticks(&self) -> bool {
        self.by_viewer && self.dimensions.len() <= 1
    }

    /// The name of the set, as in the column `dimension_set`.
    #[must_use]
    pub fn name(&self) -> String {
        self.dimensions.join(",")
    }
}

/// Every set: none, each dimension, pairs, and the strata of rate and mix.
pub static SETS: LazyLock<Vec<Set>> = LazyLock::new(|| {
    let set = |dimensions: Vec<&'static str>, hourly| Set {
        dimensions,
        by_viewer: true,
        hourly,
    };
    let mut sets = vec![set(Vec::new(), true)];
    sets.extend(
        DIMENSIONS
            .iter()
            .enumerate()
            .map(|(place, name)| set(vec![name], place < HOURLY)),
    );
    for (place, first) in DIMENSIONS[..PAIRED].iter().enumerate() {
        sets.extend(
            DIMENSIONS[place + 1..PAIRED]
                .iter()
                .map(|second| set(vec![first, second], false)),
        );
    }
    let strata = crate::plan::STRATA.map(|dimension| match dimension {
        Dimension::Attribute(name) => name,
        Dimension::Custom(_) | Dimension::Rendition => "",
    });
    sets.push(Set {
        dimensions: DIMENSIONS.into_iter().filter(|name| strata.contains(name)).collect(),
        by_viewer: false,
        hourly: true,
    });
    sets
});

/// The smallest set that has all of these dimensions and, where it must, tells viewers apart; `None` when cells cannot tell.
#[must_use]
pub fn set_with(dimensions: &BTreeSet<&str>, by_viewer: bool) -> Option<&'static Set> {
    SETS.iter()
        .filter(|set| set.by_viewer || !by_viewer)
        .filter(|set| dimensions.iter().all(|name| set.dimensions.contains(name)))
        .min_by_key(|set| (set.dimensions.len(), set.by_viewer))
}

/// `PlayStallMs` → `play_stall_ms`.
fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for (place, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// The column of a sum.
fn sum_column(part: Part) -> String {
    format!("sum_{}", snake(&format!("{part:?}")))
}

/// The column of a histogram.
fn bins_column(hist: Hist) -> String {
    format!("bins_{}", snake(&format!("{hist:?}")))
}

/// Goes up when [`build_ticks`] says something else, or a day's rows are made otherwise.
const MADE_AS: u8 = 2;

/// Hash of everything that a day's cells come out of but its attempts: a program that would build them otherwise builds them anew.
#[must_use]
pub fn form() -> i64 {
    static FORM: LazyLock<i64> = LazyLock::new(|| {
        let mut hasher = DefaultHasher::new();
        DEFINITION_VERSION.hash(&mut hasher);
        for set in &*SETS {
            (set.name(), set.by_viewer, set.hourly).hash(&mut hasher);
        }
        for part in Part::ALL {
            (sum_column(*part), part.sql()).hash(&mut hasher);
        }
        for hist in Hist::ALL {
            (bins_column(*hist), hist.value(), hist.condition()).hash(&mut hasher);
        }
        MADE_AS.hash(&mut hasher);
        for derived in DERIVED {
            derived.sql.hash(&mut hasher);
        }
        for column in needed() {
            AttemptRows::One.sql(column).hash(&mut hasher);
        }
        // One bit less: it travels as Int64.
        (hasher.finish() >> 1) as i64
    });
    *FORM
}

/// The columns of an attempt that cells are made of.
fn needed() -> BTreeSet<&'static str> {
    let mut columns: BTreeSet<&str> = ["viewer_id", "received", "max_sequence"].into();
    columns.extend(Part::ALL.iter().flat_map(|part| part.columns()));
    columns.extend(Hist::ALL.iter().flat_map(|hist| hist.columns()));
    columns.extend(DIMENSIONS);
    columns
}

/// What the viewers at each moment of a day are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicksFrom {
    /// The beacons of the day's attempts.
    Beacons,
    /// What an earlier version has of them, because not every beacon is kept any more.
    Version(i64),
}

/// How much of a day is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it, when its attempts are over.
    Whole(TicksFrom),
    /// So many of its hours, but for the attempts that are noted by [`leave_out`].
    Open(i64),
}

impl Extent {
    /// How many hours of the day.
    fn hours(self) -> i64 {
        match self {
            Self::Whole(_) => DAY_MS / HOUR_MS,
            Self::Open(hours) => hours,
        }
    }
}

/// The table of cells.
pub(crate) const TABLE: &str = "day_cells";

/// Its columns, in the order of the values of a row: where it stands, its dimensions, its sums, its histograms.
pub(crate) fn columns_of_rows() -> &'static [Column] {
    static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
        let column = |name: &'static str, kind: &'static str| Column { name, kind };
        let sum = |part: &Part| {
            let kind = if is_wide(*part) { "UInt128" } else { "UInt64" };
            column(sum_column(*part).leak(), kind)
        };
        let bins = |hist: &Hist| column(bins_column(*hist).leak(), "Tuple(Array(UInt16), Array(UInt64))");
        let head = [
            column("organization_id", "UUID"),
            column("dimension_set", "LowCardinality(String)"),
            column("grain", "LowCardinality(String)"),
            column("started_at", "DateTime('UTC')"),
            column("is_bot", "Bool"),
            column("viewer_bucket", "UInt8"),
            column("version", "UInt64"),
        ];
        let dimensions = DIMENSIONS.map(|name| column(name, "LowCardinality(String)"));
        let counts = ["sum_received", "sum_expected"].map(|name| column(name, "UInt64"));
        head.into_iter()
            .chain(dimensions)
            .chain(counts)
            .chain(Part::ALL.iter().map(sum))
            .chain(Hist::ALL.iter().map(bins))
            .collect()
    });
    &COLUMNS
}

/// Whether a sum needs 128 bits.
pub(crate) fn is_wide(part: Part) -> bool {
    part.sql().starts_with("toUInt128(")
}

/// How many rows the attempts of a day may have: one row, `rows`, at least as many as there are attempts.
#[must_use]
pub fn rows_of_day(tenant: Tenant, day_ms: i64, extent: Extent) -> Statement {
    Statement::new(
        "SELECT count() AS rows FROM impressions AS i WHERE organization_id = {organization:UUID}\n  \
         AND started_hour BETWEEN toDateTime({from:Int64}, 'UTC') AND toDateTime({to:Int64}, 'UTC')",
    )
    .bind("organization", tenant.organization_id())
    .bind("from", (day_ms - HOUR_MS) / 1_000)
    .bind("to", (day_ms + extent.hours() * HOUR_MS) / 1_000)
    .log_comment("query::sql::cells::rows_of_day")
}

/// The viewer buckets of each pass that a day of so many `rows` is read in, where so many attempts may be `held`.
pub(crate) fn passes(rows: u64, held: u64) -> Vec<Range<usize>> {
    let passes = (rows.div_ceil(held) as usize).clamp(1, BUCKETS);
    (0..passes)
        .map(|pass| pass * BUCKETS / passes..(pass + 1) * BUCKETS / passes)
        .collect()
}

/// Attempts that the cells of a day are made of, one row each: those whose viewers are in `buckets`. The answer is that of
/// [`super::statement::each`], without dimensions.
#[must_use]
pub fn each_of_day(
    tenant: Tenant,
    day_ms: i64,
    version: i64,
    extent: Extent,
    columns: &[&'static str],
    buckets: Range<usize>,
) -> Statement {
    let wanted = Wanted {
        by_viewer: true,
        buckets: Some(buckets).filter(|buckets| buckets.len() < BUCKETS),
        ..Wanted::default()
    };
    super::statement::each(&of_day(tenant, day_ms, version, extent), &wanted, columns)
        .max_execution_seconds(BUILD_SECONDS)
        .max_memory_bytes(BUILD_BYTES)
        .setting("max_bytes_before_external_group_by", BUILD_BYTES_BEFORE_DISK)
        .setting("max_threads", "1")
        .log_comment("query::sql::cells::each_of_day")
}

/// The statements that count the viewers at each moment, of the attempts of the day that begins at `day_ms`, UTC, under `version`; each inserts.
/// `touches`: at least as many rows as the day has.
#[must_use]
pub fn count_ticks(tenant: Tenant, day_ms: i64, version: i64, touches: u64, extent: Extent) -> Vec<Statement> {
    let at_once = if touches < LARGE_ROWS { SETS.len() } else { SETS_AT_ONCE };
    let with_ticks: Vec<Set> = SETS.iter().filter(|set| set.has_ticks()).cloned().collect();
    match extent {
        Extent::Open(_) => Vec::new(),
        Extent::Whole(TicksFrom::Version(before)) => vec![keep_ticks(tenant, day_ms, version, before)],
        Extent::Whole(TicksFrom::Beacons) => {
            let scope = of_day(tenant, day_ms, version, extent);
            with_ticks
                .chunks(at_once)
                .map(|sets| build_ticks(&scope, sets, day_ms, version))
                .collect()
        }
    }
}

/// The attempts that the cells of a day are made of.
fn of_day(tenant: Tenant, day_ms: i64, version: i64, extent: Extent) -> Scope {
    let until_ms = day_ms + extent.hours() * HOUR_MS;
    let window = Window {
        edges: vec![day_ms, until_ms],
        floor: day_ms,
        ceiling: until_ms,
    };
    Scope {
        tenant,
        grid: Grid::new(vec![window]),
        within: match extent {
            Extent::Whole(_) => None,
            Extent::Open(_) => Some(Within::AllBut(version)),
        },
        by_end: false,
        filters: Vec::new(),
        except: Vec::new(),
        stretch_ms: None,
        seen: None,
        ladders: None,
        include_bots: true,
        // The attempts that cells are made of are over, whenever one asks.
        now_ms: i64::MAX / 2,
    }
}

/// Notes the attempts that the cells of so many hours of a day leave out under `version`: those that were written to after `quiet_ms`, and so may not
/// be over. Also those that begin just after, because an attempt may be told later to have begun earlier. It comes before they are read.
#[must_use]
pub fn leave_out(tenant: Tenant, day_ms: i64, hours: i64, version: i64, quiet_ms: i64) -> Statement {
    Statement::new(
        "INSERT INTO cells_left_out (organization_id, day, version, attempt_id)\n\
         SELECT DISTINCT organization_id, toDate({day:Int64}) AS day, {version:UInt64} AS version, attempt_id\n\
         FROM impressions AS i\n\
         WHERE organization_id = {organization:UUID}\n  \
         AND started_hour BETWEEN toDateTime({from:Int64}, 'UTC') AND toDateTime({to:Int64}, 'UTC')\n  \
         AND i.last_received_at > fromUnixTimestamp64Milli({quiet:Int64})",
    )
    .bind("organization", tenant.organization_id())
    .bind("day", day_ms.div_euclid(DAY_MS))
    .bind("version", version)
    .bind("from", (day_ms - HOUR_MS) / 1_000)
    .bind("to", (day_ms + hours * HOUR_MS) / 1_000)
    .bind("quiet", quiet_ms)
    .max_execution_seconds(BUILD_SECONDS)
    .max_memory_bytes(BUILD_BYTES)
    .log_comment("query::sql::cells::leave_out")
}

/// What the attempts are now that the open cells of so many hours of a day are made of: one row or none, `attempts` and `received` among its columns. As long as
/// [`counted_cells`] say the same, the cells have every one of them as it is.
#[must_use]
pub fn counted_attempts(tenant: Tenant, day_ms: i64, hours: i64, version: i64) -> Statement {
    let scope = of_day(tenant, day_ms, version, Extent::Open(hours));
    super::statement::attempts(&scope, &Wanted::default())
        .max_execution_seconds(BUILD_SECONDS)
        .max_memory_bytes(BUILD_BYTES)
        .log_comment("query::sql::cells::counted_attempts")
}

/// As [`counted_attempts`], of the cells: one row.
#[must_use]
pub fn counted_cells(tenant: Tenant, day_ms: i64, version: i64) -> Statement {
    Statement::new(
        "SELECT sum(sum_attempts) AS attempts, sum(sum_received) AS received FROM day_cells\n\
         WHERE organization_id = {organization:UUID} AND dimension_set = '' AND grain = 'day'\n  \
         AND started_at = toDateTime({day:Int64}, 'UTC') AND day_cells.version = {version:UInt64}",
    )
    .bind("organization", tenant.organization_id())
    .bind("day", day_ms / 1_000)
    .bind("version", version)
    .log_comment("query::sql::cells::counted_cells")
}

/// How many days after its own an attempt may be watched.
const DAYS_AFTER: i64 = (ATTEMPT_MS_MAX as i64).div_euclid(DAY_MS);

/// Names of the grains of time that was watched: of `stretch` (`day` or `hour`), by attempts that began 0, 1, … days before.
fn grains(stretch: &str) -> String {
    let names: Vec<String> = (0..=DAYS_AFTER).map(|days| format!("'{stretch}_{days}'")).collect();
    names.join(", ")
}

/// The last version that tells the viewers at each moment of a day: one row, `version`, 0 before the first.
#[must_use]
pub fn last_version(tenant: Tenant, day_ms: i64) -> Statement {
    Statement::new(
        "SELECT toInt64(max(w.version)) AS version FROM watched_cells AS w\n\
         WHERE organization_id = {organization:UUID} AND dimension_set = '' AND grain LIKE 'day%'\n  \
         AND started_at >= toDateTime({from:Int64}, 'UTC') AND started_at < toDateTime({to:Int64}, 'UTC')\n  \
         AND toInt64(toRelativeDayNum(started_at)) - toInt64OrZero(right(grain, 1)) = {day:Int64}",
    )
    .bind("organization", tenant.organization_id())
    .bind("from", day_ms / 1_000)
    .bind("to", (day_ms + DAY_MS + i64::from(ATTEMPT_MS_MAX)) / 1_000)
    .bind("day", day_ms.div_euclid(DAY_MS))
    .log_comment("query::sql::cells::last_version")
}

/// How many beacons of a day's attempts are lacking that were received: one row, `lacking`. Beacons are kept for less long than attempts.
#[must_use]
pub fn lacking_beacons(tenant: Tenant, day_ms: i64) -> Statement {
    Statement::new(format!(
        "WITH these AS (\n  SELECT attempt_id, received FROM (\n    \
         SELECT i.attempt_id AS attempt_id, min(i.started_at) AS began_at, {} AS received FROM impressions AS i\n    \
         WHERE i.organization_id = {{organization:UUID}} AND i.started_hour BETWEEN toDateTime({{from:Int64}}, 'UTC') - 3600 AND toDateTime({{to:Int64}}, 'UTC')\n    \
         GROUP BY i.attempt_id\n  )\n  WHERE began_at >= toDateTime({{from:Int64}}, 'UTC') AND began_at < toDateTime({{to:Int64}}, 'UTC')\n)\n\
         SELECT (SELECT toInt64(sum(received)) FROM these) - (\n  SELECT toInt64(uniqExact(b.attempt_id, b.sequence)) FROM beacons AS b\n  \
         WHERE b.organization_id = {{organization:UUID}} AND b.started_at >= toDateTime({{from:Int64}}, 'UTC') - 3600 AND b.started_at < toDateTime({{to:Int64}}, 'UTC') + 3600\n    \
         AND b.attempt_id IN (SELECT attempt_id FROM these)\n) AS lacking",
        AttemptRows::Several.sql("received"),
    ))
    .bind("organization", tenant.organization_id())
    .bind("from", day_ms / 1_000)
    .bind("to", (day_ms + DAY_MS) / 1_000)
    .max_execution_seconds(BUILD_SECONDS)
    .max_memory_bytes(BUILD_BYTES)
    .log_comment("query::sql::cells::lacking_beacons")
}

/// Gives what the version `before` has of the viewers at each moment to another version of the day.
fn keep_ticks(tenant: Tenant, day_ms: i64, version: i64, before: i64) -> Statement {
    let dimensions = DIMENSIONS.join(", ");
    Statement::new(format!(
        "INSERT INTO watched_cells (organization_id, dimension_set, grain, started_at, is_bot, viewer_bucket, version,\n  {dimensions},\n  \
         sum_ticks, ticks_changes)\n\
         SELECT organization_id, dimension_set, grain, started_at, is_bot, viewer_bucket, {{version:UInt64}} AS version,\n  {dimensions},\n  \
         sum_ticks, ticks_changes\nFROM watched_cells AS c\n\
         WHERE organization_id = {{organization:UUID}} AND c.version = {{before:UInt64}}\n  \
         AND started_at >= toDateTime({{from:Int64}}, 'UTC') AND started_at < toDateTime({{to:Int64}}, 'UTC')",
    ))
    .bind("organization", tenant.organization_id())
    .bind("version", version)
    .bind("before", before)
    .bind("from", day_ms / 1_000)
    .bind("to", (day_ms + DAY_MS + i64::from(ATTEMPT_MS_MAX)) / 1_000)
    .max_execution_seconds(BUILD_SECONDS)
    .max_memory_bytes(BUILD_BYTES)
    .log_comment("query::sql::cells::keep_ticks")
}

/// The viewers at each moment, of the attempts that began in the day of `scope`.
fn build_ticks(scope: &Scope, sets: &[Set], day_ms: i64, version: i64) -> Statement {
    let day_end = day_ms + DAY_MS;
    let last = day_end + i64::from(ATTEMPT_MS_MAX);
    let scope = Scope {
        grid: Grid::new(vec![Window {
            edges: vec![day_ms, last],
            floor: day_ms,
            ceiling: last,
        }]),
        within: Some(Within::all_of(vec![(day_ms, day_end)])),
        ..scope.clone()
    };
    let own: Vec<&str> = DIMENSIONS
        .into_iter()
        .filter(|name| sets.iter().any(|set| set.dimensions.contains(name)))
        .collect();
    let wanted = Wanted {
        dimensions: own
            .iter()
            .copied()
            .chain(["device_class"])
            .map(Dimension::Attribute)
            .collect(),
        by_viewer: true,
        ..Wanted::default()
    };
    let Watched {
        mut sql,
        beacons,
        names,
        listed,
        ..
    } = Watched::new(&scope, &wanted);
    let (class, names) = names
        .split_last()
        .map_or(("''", &[][..]), |(class, names)| (class.as_str(), names));
    let dimensions = names.join(", ");
    let name_of = |dimension: &str| {
        own.iter()
            .position(|name| *name == dimension)
            .map(|place| names[place].as_str())
    };
    let mask = |set: &Set| {
        own.iter().fold(0_i64, |mask, name| {
            mask << 1 | i64::from(!set.dimensions.contains(name))
        })
    };
    let masks = sql.integers(sets.iter().map(mask).collect());
    let set_names: Vec<String> = sets.iter().map(|set| sql.text(&set.name())).collect();
    let grouping_sets = sets.iter().flat_map(|set| {
        let mut keys = vec!["is_bot", "viewer_bucket"];
        keys.extend(set.dimensions.iter().filter_map(|dimension| name_of(dimension)));
        ["watched_hour", "watched_day"].map(|time| format!("({}, {time})", keys.join(", ")))
    });
    let grouping_sets: Vec<String> = grouping_sets.collect();
    let (first, version) = (sql.integer(day_ms.div_euclid(DAY_MS)), sql.integer(version));
    let ticks_of_hour = HOUR_MS / TICK_MS;
    sql.text = format!(
        "INSERT INTO watched_cells (organization_id, dimension_set, grain, started_at, is_bot, viewer_bucket, version,\n  {own},\n  \
         sum_ticks, ticks_changes)\n\
         SELECT {{organization:UUID}} AS organization_id,\n  \
         transform(toInt64(grouping({dimensions})), {masks}, [{set_names}], 'none of them') AS dimension_set,\n  \
         if(grouping(watched_hour) = 0, concat('hour_', toString(intDiv(watched_hour, 24) - {first})), \
         concat('day_', toString(watched_day - {first}))) AS grain,\n  \
         toDateTime(if(grouping(watched_hour) = 0, watched_hour * 3600, watched_day * 86400), 'UTC') AS started_at,\n  \
         is_bot, viewer_bucket, {version} AS version,\n  {dimensions},\n  \
         sum(length(inside)) AS sum_ticks,\n  \
         if(grouping(watched_hour) = 0, \
         sumMap(arrayConcat(begins, ends), arrayConcat(arrayMap(t -> toInt64(1), begins), arrayMap(t -> toInt64(-1), ends))), \
         (emptyArrayUInt16(), emptyArrayInt64())) AS ticks_changes\n\
         FROM (\n  SELECT *, {class} = 'bot' AS is_bot, toInt64(watched) AS watched_hour, toInt64(intDiv(watched, 24)) AS watched_day,\n    \
         arrayMap(t -> toUInt16(t - watched * {ticks_of_hour}), \
         arrayFilter((t, before) -> t != before + 1, inside, arrayPushFront(arrayPopBack(inside), toUInt64(0)))) AS begins,\n    \
         arrayFilter(t -> t < {ticks_of_hour}, arrayMap(t -> toUInt16(t + 1 - watched * {ticks_of_hour}), \
         arrayFilter((t, after) -> after != t + 1, inside, arrayPushBack(arrayPopFront(inside), toUInt64(0))))) AS ends\n  FROM (\n    \
         SELECT viewer_bucket{listed}, arrayJoin(arrayDistinct(arrayMap(t -> intDiv(t, {ticks_of_hour}), ticks))) AS watched,\n      \
         arrayFilter(t -> intDiv(t, {ticks_of_hour}) = watched, ticks) AS inside\n    FROM (\n      \
         SELECT attempt_id, viewer_bucket{listed},\n        \
         arraySort(groupUniqArrayArray(arrayFlatten(arrayMap(span -> range({from}, {to}), active_spans)))) AS ticks\n      \
         FROM (\n{beacons}\n      )\n      GROUP BY attempt_id, viewer_bucket{listed}\n    )\n  )\n)\n\
         GROUP BY GROUPING SETS (\n  {grouping_sets}\n)\n\
         SETTINGS max_bytes_before_external_group_by = {BUILD_BYTES_BEFORE_DISK}, max_threads = 1",
        own = own.join(", "),
        set_names = set_names.join(", "),
        from = tick_from("span.1"),
        to = tick_from("span.2"),
        grouping_sets = grouping_sets.join(",\n  "),
    );
    finished(sql, &scope, "query::sql::cells::build_ticks")
        .max_execution_seconds(BUILD_SECONDS)
        .max_memory_bytes(BUILD_BYTES)
        // With 26.7 the new one takes 0.1 s for each grouping set of so many sums, the old one a tenth; the cells are the same.
        .setting("enable_analyzer", "0")
}

/// Days that are to be built, the latest first: nobody expects more of them, and there are no cells of this form or something was
/// written since. Answer: `organization_id`, `day_ms`, `touches`.
#[must_use]
pub fn unbuilt(now_ms: i64, limit: usize) -> Statement {
    Statement::new(format!(
        "SELECT organization_id, toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, touches\n\
         FROM (\n  SELECT organization_id, {DAYS_OF_HOUR} AS day, sum(touches) AS touches, max(last_received_at) AS last_received_at\n  \
         FROM touched_hours AS t\n  GROUP BY organization_id, day\n) AS touched\n\
         LEFT JOIN (\n  SELECT organization_id, day, argMax((form, touches, is_open), version) AS made\n  \
         FROM cell_days\n  GROUP BY organization_id, day\n) AS built USING (organization_id, day)\n\
         WHERE toUnixTimestamp64Milli(last_received_at) < {{quiet_since:Int64}} AND day <= toDate({{last_day:Int64}})\n  \
         AND made != ({{form:UInt64}}, touches, false)\nORDER BY day DESC, organization_id\nLIMIT {{limit:UInt64}}",
    ))
    .bind("quiet_since", now_ms - QUIET_MS)
    .bind("last_day", last_day_over(now_ms))
    .bind("form", form())
    .bind("limit", limit as i64)
    .log_comment("query::sql::cells::unbuilt")
}

/// Days that may be built before they are over and quiet, the latest first: so much was written of them that reading their attempts takes
/// long. Answer: `organization_id`, `day_ms`, `touches`, and of what is built, 0 where nothing of this form is: `version`, `built_touches`, `hours`,
/// `is_open`.
#[must_use]
pub fn large(now_ms: i64, touches: u64, limit: usize) -> Statement {
    Statement::new(format!(
        "SELECT organization_id, toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, touches,\n  \
         toInt64(made.1) AS version, made.3 AS built_touches, toInt64(made.4) AS hours, made.5 AS is_open\n\
         FROM (\n  SELECT organization_id, {DAYS_OF_HOUR} AS day, sum(touches) AS touches, max(last_received_at) AS last_received_at\n  \
         FROM touched_hours AS t\n  WHERE started_hour >= toDateTime(toDate({{first_day:Int64}}), 'UTC') - 7200\n  \
         GROUP BY organization_id, day\n) AS touched\n\
         LEFT JOIN (\n  SELECT organization_id, day, made\n  FROM (\n    \
         SELECT organization_id, day, argMax((version, form, touches, hours, is_open), version) AS made\n    \
         FROM cell_days\n    GROUP BY organization_id, day\n  )\n  WHERE made.2 = {{form:UInt64}}\n) AS built USING (organization_id, day)\n\
         WHERE day BETWEEN toDate({{first_day:Int64}}) AND toDate({{last_day:Int64}}) AND touches >= {{least:UInt64}}\n  \
         AND (made.3, made.5) != (touches, false)\n  \
         AND NOT (day <= toDate({{over:Int64}}) AND toUnixTimestamp64Milli(last_received_at) < {{quiet_since:Int64}})\n\
         ORDER BY day DESC, organization_id\nLIMIT {{limit:UInt64}}",
    ))
    .bind("first_day", first_open_day(now_ms))
    .bind("last_day", now_ms.div_euclid(DAY_MS))
    .bind("least", touches)
    .bind("over", last_day_over(now_ms))
    .bind("quiet_since", now_ms - QUIET_MS)
    .bind("form", form())
    .bind("limit", limit as i64)
    .log_comment("query::sql::cells::large")
}

/// The first day whose cells may be open, by number.
fn first_open_day(now_ms: i64) -> i64 {
    now_ms.div_euclid(DAY_MS) - OPEN_DAYS
}

/// The last day that is over, by number. An hour after the day belongs to it too: an attempt of two estimates may stand in both.
fn last_day_over(now_ms: i64) -> i64 {
    (now_ms - QUIET_MS - HOUR_MS).div_euclid(DAY_MS) - 1
}

/// The days whose attempts may have a row in `started_hour`.
const DAYS_OF_HOUR: &str =
    "arrayJoin(arrayDistinct([toDate(t.started_hour - 3600), toDate(t.started_hour), toDate(t.started_hour + 3600)]))";

/// Notes that a day is built so far, from so many touches.
#[must_use]
pub fn built(tenant: Tenant, day_ms: i64, version: i64, touches: u64, extent: Extent) -> Statement {
    Statement::new(
        "INSERT INTO cell_days (organization_id, day, version, touches, form, hours, is_open) \
         SELECT {organization:UUID}, toDate({day:Int64}), {version:UInt64}, {touches:UInt64}, {form:UInt64}, {hours:UInt8}, {is_open:UInt8}",
    )
    .bind("hours", extent.hours())
    .bind("is_open", i64::from(matches!(extent, Extent::Open(_))))
    .bind("organization", tenant.organization_id())
    .bind("day", day_ms.div_euclid(DAY_MS))
    .bind("version", version)
    .bind("touches", touches)
    .bind("form", form())
    .log_comment("query::sql::cells::built")
}

/// Notes under a version that a day has no cells that count.
#[must_use]
pub fn refuted(tenant: Tenant, day_ms: i64, version: i64) -> Statement {
    Statement::new(
        "INSERT INTO cell_days (organization_id, day, version, touches, form) \
         SELECT {organization:UUID}, toDate({day:Int64}), {version:UInt64}, 0, 0",
    )
    .bind("organization", tenant.organization_id())
    .bind("day", day_ms.div_euclid(DAY_MS))
    .bind("version", version)
    .log_comment("query::sql::cells::refuted")
}

/// Versions of cells that nobody reads any more: another one of their day counts, or none, and they were made before `before_ms`. Answer: `organization_id`,
/// `version`.
#[must_use]
pub fn stale(before_ms: i64, limit: usize) -> Statement {
    Statement::new(
        "SELECT organization_id, toInt64(made) AS version\nFROM (\n  \
         SELECT DISTINCT organization_id, toDate(started_at) AS day, c.version AS made FROM day_cells AS c\n  \
         WHERE dimension_set = '' AND grain = 'day' AND c.version < {before:UInt64}\n)\n\
         WHERE (organization_id, day, made) NOT IN (\n  \
         SELECT organization_id, day, max(d.version) FROM cell_days AS d GROUP BY organization_id, day\n)\n\
         ORDER BY version\nLIMIT {limit:UInt64}",
    )
    .bind("before", crate::cells::version_of(before_ms, 0))
    .bind("limit", limit as i64)
    .max_execution_seconds(BUILD_SECONDS)
    .log_comment("query::sql::cells::stale")
}

/// The days from `from_ms` to `to_ms` that something was written of, and a neighbour or two of them, rising. Answer: `day_ms` and `touches`.
#[must_use]
pub fn touched(tenant: Tenant, from_ms: i64, to_ms: i64) -> Statement {
    limited(
        Statement::new(format!(
            "SELECT toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, touches\nFROM (\n  \
             SELECT {DAYS_OF_HOUR} AS day, sum(touches) AS touches\n  FROM touched_hours AS t\n  \
             WHERE organization_id = {{organization:UUID}}\n    \
             AND started_hour BETWEEN toDateTime({{from:Int64}}, 'UTC') - 7200 AND toDateTime({{to:Int64}}, 'UTC') + 7200\n  \
             GROUP BY day\n)\nORDER BY day_ms",
        ))
        .bind("organization", tenant.organization_id())
        .bind("from", from_ms.div_euclid(DAY_MS) * DAY_MS / 1_000)
        .bind("to", (to_ms.div_euclid(DAY_MS) + 1) * DAY_MS / 1_000),
    )
    .log_comment("query::sql::cells::touched")
}

/// The days from `from_ms` to `to_ms` that were built as this program builds them, each with its last version. Answer: `day_ms`, `version`, the `touches`
/// it was built from, of how many `hours`, and whether it `is_open`. Beside [`touched`], because ClickHouse takes longer to plan their join than to answer both.
#[must_use]
pub fn built_days(tenant: Tenant, from_ms: i64, to_ms: i64, now_ms: i64) -> Statement {
    limited(
        Statement::new(
            "SELECT toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, toInt64(made.1) AS version, made.3 AS touches,\n  \
             toInt64(made.4) AS hours, made.5 AS is_open\nFROM (\n  \
             SELECT day, argMax((version, form, touches, hours, is_open), version) AS made\n  FROM cell_days\n  \
             WHERE organization_id = {organization:UUID} AND day BETWEEN toDate({first:Int64}) AND toDate({last:Int64})\n  \
             GROUP BY day\n)\nWHERE made.2 = {form:UInt64} AND (NOT made.5 OR day >= toDate({first_open_day:Int64}))",
        )
        .bind("first_open_day", first_open_day(now_ms))
        .bind("organization", tenant.organization_id())
        .bind("first", from_ms.div_euclid(DAY_MS))
        .bind("last", to_ms.div_euclid(DAY_MS))
        .bind("form", form()),
    )
    .log_comment("query::sql::cells::built_days")
}

/// Sums and histograms over attempts, from cells of `set`, for the stretches that `covered` tells. The answer is that of
/// [`super::statement::attempts`], but that a histogram may tell of a bin several times.
#[must_use]
pub fn sums(scope: &Scope, wanted: &Wanted, set: &Set, covered: &Covered) -> Statement {
    let mut sql = Sql::default();
    let buckets = if wanted.by_viewer { BUCKETS } else { 1 };
    let sums: Vec<String> = wanted
        .parts
        .iter()
        .map(|part| format!("sumResample(0, {buckets}, 1)({}, bucket_of_viewer)", sum_column(*part)))
        .collect();
    let key = format!("arrayMap(bin -> toUInt32(bucket_of_viewer * {BIN_ROOM} + bin), {{bins}})");
    let names: Vec<String> = (0..wanted.dimensions.len()).map(|index| format!("d{index}")).collect();
    let inside = located_cells(scope, wanted, &names, set, covered, &mut sql);
    sql.text = format!(
        "SELECT\n  `window`, bucket, {} AS dimensions,\n  {},\n  0 AS viewers,\n  {} AS sums,\n  {} AS histograms\n\
         FROM (\n{inside}\n)\nGROUP BY {}",
        dimensions_array(&names),
        counted(),
        tuple(&sums),
        histograms(&wanted.hists, &key),
        ["`window`", "bucket"]
            .into_iter()
            .chain(names.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(", "),
    );
    finished(sql, scope, "query::sql::cells::sums")
}

/// Columns of what is told of every group.
const COUNTED: [&str; 4] = ["sum_attempts", "sum_identified", "sum_received", "sum_expected"];

/// What is told of every group.
fn counted() -> String {
    COUNTED
        .map(|column| format!("sum({column}) AS {}", column.trim_start_matches("sum_")))
        .join(", ")
}

/// Histograms of a group: of each the keys of its bins, which `key` makes of `{bins}`, and how many attempts each has. The same bin of several cells is
/// told several times: to add them as maps (`sumMap`) takes ClickHouse 26.7 two to four times as long, and who reads them adds them anyway.
fn histograms(hists: &[Hist], key: &str) -> String {
    let told = hists.iter().map(|hist| {
        let column = bins_column(*hist);
        let keys = key.replace("{bins}", &format!("tupleElement({column}, 1)"));
        format!("(groupArrayArray({keys}), groupArrayArray(tupleElement({column}, 2)))")
    });
    tuple(&told.collect::<Vec<_>>())
}

/// The columns that are read.
fn columns(parts: &[Part], hists: &[Hist]) -> String {
    let mut columns: BTreeSet<String> = COUNTED.map(str::to_owned).into();
    columns.extend(parts.iter().map(|part| sum_column(*part)));
    columns.extend(hists.iter().map(|hist| bins_column(*hist)));
    columns.into_iter().collect::<Vec<_>>().join(", ")
}

/// Two sets that a question is answered from: that of its values, and that of what its differences' mix is made of.
#[derive(Debug, Clone, Copy)]
pub struct Halves {
    /// Which tells viewers apart.
    pub values: &'static Set,
    /// Which does not.
    pub strata: &'static Set,
}

impl Halves {
    /// Sums and histograms over attempts of both sets, in one statement, because ClickHouse plans one in half the time of two. Answer: `window`, `is_strata`, `is_bot`,
    /// `dimensions` (those of the strata; in the other half texts without a letter), `viewer_bucket`, what [`super::statement::attempts`] counts, `sums`, and
    /// `histograms`, where key = bin, and a bin may be told several times.
    #[must_use]
    pub fn sums(self, scope: &Scope, parts: &[Part], hists: &[Hist], covered: &Covered) -> Statement {
        let mut sql = Sql::default();
        let (window, _, _) = scope.grid.of_hours().sql(&mut sql);
        let cells = chosen_cells(scope, &[self.values, self.strata], covered, &mut sql).replace('\n', "\n  ");
        let strata = sql.text(&self.strata.name());
        let names: Vec<String> = self.strata.dimensions.iter().map(|name| format!("d_{name}")).collect();
        let names = names.join(", ");
        // A set by viewer has no strata; one without has no viewers.
        let dimensions = self.strata.dimensions.iter();
        let dimensions: Vec<String> = dimensions
            .map(|name| format!("if(is_strata, toString({name}), '') AS d_{name}"))
            .collect();
        let sums: Vec<String> = parts.iter().map(|part| format!("sum({})", sum_column(*part))).collect();
        sql.text = format!(
            "SELECT `window`, is_strata, is_bot, [{names}] AS dimensions, viewer_bucket,\n  {},\n  {} AS sums,\n  {} AS histograms\nFROM (\n  \
             SELECT {}, is_bot, viewer_bucket, dimension_set = {strata} AS is_strata,\n    {},\n    \
             toInt64(toUnixTimestamp(started_at)) * 1000 AS ms, {window} AS `window`\n  {cells}\n)\n\
             GROUP BY `window`, is_strata, is_bot, {names}, viewer_bucket",
            counted(),
            tuple(&sums),
            histograms(hists, "{bins}"),
            columns(parts, hists),
            dimensions.join(", "),
        );
        finished(sql, scope, "query::sql::cells::halves")
    }
}

/// Viewers per tick from cells of `set`, of what `covered` tells by whole days and hours. The answer is that of
/// [`super::statement::concurrency`].
#[must_use]
pub fn ticks(scope: &Scope, wanted: &Wanted, set: &Set, covered: &CoveredTicks) -> Statement {
    let mut sql = Sql::default();
    let mut times = Vec::new();
    if !covered.whole.is_empty() {
        let whole = sql.integers(covered.whole.iter().map(|day| day.div_euclid(DAY_MS)).collect());
        times.push(format!(
            "grain IN ({}) AND has({whole}, toInt64(toRelativeDayNum(started_at)))",
            grains("day")
        ));
    }
    let hourly = grains("hour");
    for (from, to) in &covered.hours {
        let (from, to) = (sql.integer(from / 1_000), sql.integer(to / 1_000));
        times.push(format!(
            "grain IN ({hourly}) AND started_at >= toDateTime({from}, 'UTC') AND started_at < toDateTime({to}, 'UTC')"
        ));
    }
    let stretches = covered
        .whole
        .iter()
        .map(|day| (*day, day + DAY_MS))
        .chain(covered.hours.iter().copied());
    let cells = watched_cells(scope, set, covered, stretches, &times, &mut sql);
    let rows = format!("SELECT *, toInt64(toUnixTimestamp(started_at)) * 1000 AS ms, sum_ticks AS ticks\n    {cells}");
    summed_ticks(
        scope,
        &scope.grid.of_hours(),
        wanted,
        &rows,
        sql,
        "query::sql::cells::ticks",
    )
}

/// As [`ticks`], of what `covered` tells by parts of an hour.
#[must_use]
pub fn ticks_of_parts(scope: &Scope, wanted: &Wanted, set: &Set, covered: &CoveredTicks) -> Statement {
    let mut sql = Sql::default();
    let hour = |ms: i64| ms.div_euclid(HOUR_MS);
    let hours = sql.integers(covered.parts.iter().map(|(from, _)| hour(*from)).collect());
    let from = sql.integers(covered.parts.iter().map(|(from, _)| *from).collect());
    let to = sql.integers(covered.parts.iter().map(|(_, to)| *to).collect());
    let times = [format!(
        "grain IN ({}) AND has({hours}, intDiv(toInt64(toUnixTimestamp(started_at)), 3600))",
        grains("hour")
    )];
    let stretches = covered.parts.iter().copied();
    let cells = watched_cells(scope, set, covered, stretches, &times, &mut sql);
    // The part's ticks, from the first at or after its begin to the last before its end, as numbers within the hour.
    let tick = |ms: &str| format!("intDiv({ms} - hour * {HOUR_MS} + {}, {TICK_MS})", TICK_MS - 1);
    let rows = format!(
        "SELECT *, part.2 AS ms, {} AS first, {} AS last,\n      \
         toUInt64(arraySum((t, change) -> change * greatest(0, last - greatest(first, toInt64(t))), ticks_changes.1, ticks_changes.2)) AS ticks\n    FROM (\n    \
         SELECT *, intDiv(toInt64(toUnixTimestamp(started_at)), 3600) AS hour,\n      \
         arrayJoin(arrayFilter(part -> part.1 = hour, arrayZip({hours}, {from}, {to}))) AS part\n    {cells}\n    )",
        tick("part.2"),
        tick("part.3"),
    );
    summed_ticks(
        scope,
        &scope.grid,
        wanted,
        &rows,
        sql,
        "query::sql::cells::ticks_of_parts",
    )
}

/// Sums of `ticks` over `rows`, a SELECT that tells their `ms`.
fn summed_ticks(scope: &Scope, grid: &Grid, wanted: &Wanted, rows: &str, mut sql: Sql, comment: &str) -> Statement {
    let names: Vec<String> = (0..wanted.dimensions.len()).map(|index| format!("d{index}")).collect();
    let (window, bucket, _) = grid.sql(&mut sql);
    let mut places = format!("{window} AS `window`, {bucket} AS bucket");
    for (name, wanted) in names.iter().zip(&wanted.dimensions) {
        places += &format!(", toString({}) AS {name}", dimension::value(wanted, &mut sql));
    }
    let (viewer, buckets) = match wanted.by_viewer {
        true => ("toUInt64(viewer_bucket)", BUCKETS),
        false => ("toUInt64(0)", 1),
    };
    let only = match &wanted.only {
        Some(only) => format!("\n  WHERE {}", only_these(&names, only, &mut sql)),
        None => String::new(),
    };
    let keys = ["`window`", "bucket"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    sql.text = format!(
        "SELECT `window`, bucket, {} AS dimensions,\n  sumResample(0, {buckets}, 1)(ticks, bucket_of_viewer) AS viewer_ticks,\n  \
         emptyArrayUInt64() AS at_highest\nFROM (\n  SELECT {places}, {viewer} AS bucket_of_viewer, ticks\n  FROM (\n    {rows}\n  ){only}\n)\nGROUP BY {}",
        dimensions_array(&names),
        keys.collect::<Vec<_>>().join(", "),
    );
    finished(sql, scope, comment)
}

/// `FROM day_cells WHERE …`: the rows of `set` about time watched in `stretches`, by attempts of the versions that count.
fn watched_cells(
    scope: &Scope,
    set: &Set,
    covered: &CoveredTicks,
    stretches: impl Iterator<Item = (i64, i64)> + Clone,
    times: &[String],
    sql: &mut Sql,
) -> String {
    sql.named("organization", scope.tenant.organization_id());
    let days = sql.integers(covered.days.iter().map(|day| day.day_ms.div_euclid(DAY_MS)).collect());
    let versions = sql.integers(covered.days.iter().map(|day| day.version).collect());
    let first = stretches
        .clone()
        .map(|(from, _)| from - from.rem_euclid(HOUR_MS))
        .min()
        .unwrap_or_default();
    let last = stretches.map(|(_, to)| to).max().unwrap_or_default();
    let (first, last) = (sql.integer(first / 1_000), sql.integer(last.div_euclid(1_000) + 1));
    let name = sql.text(&set.name());
    let mut filters: Vec<String> = scope
        .filters
        .iter()
        .map(|wanted: &Filter| format!("\n      AND ({})", filter::condition(wanted, sql)))
        .collect();
    filters.extend((!scope.include_bots).then(|| "\n      AND NOT is_bot".to_owned()));
    format!(
        "FROM watched_cells\n    WHERE organization_id = {{organization:UUID}} AND dimension_set = {name}\n      \
         AND started_at >= toDateTime({first}, 'UTC') AND started_at < toDateTime({last}, 'UTC')\n      \
         AND transform(toInt64(toRelativeDayNum(started_at)) - toInt64OrZero(right(grain, 1)), {days}, {versions}, toInt64(0)) = toInt64(version)\n      \
         AND ({})\n      AND grain IN ({}, {}){}",
        times.join("\n        OR "),
        grains("day"),
        grains("hour"),
        filters.concat(),
    )
}

/// Attempts of bots, from cells: one row, `bots`.
#[must_use]
pub fn bots(scope: &Scope, set: &Set, covered: &Covered) -> Statement {
    let mut sql = Sql::default();
    let cells = chosen_cells(scope, &[set], covered, &mut sql);
    sql.text = format!("SELECT sum(sum_attempts) AS bots\n{cells}\n  AND is_bot");
    finished(sql, scope, "query::sql::cells::bots")
}

/// Cells with their place in the grid: `window`, `bucket`, `d0`…, `bucket_of_viewer`, and the columns that are wanted.
fn located_cells(
    scope: &Scope,
    wanted: &Wanted,
    names: &[String],
    set: &Set,
    covered: &Covered,
    sql: &mut Sql,
) -> String {
    let (window, bucket, _) = scope.grid.of_hours().sql(sql);
    let columns = columns(&wanted.parts, &wanted.hists);
    let mut places =
        format!("toInt64(toUnixTimestamp(started_at)) * 1000 AS ms, {window} AS `window`, {bucket} AS bucket");
    for (name, wanted) in names.iter().zip(&wanted.dimensions) {
        places += &format!(", toString({}) AS {name}", dimension::value(wanted, sql));
    }
    let viewer = if wanted.by_viewer {
        "toUInt64(viewer_bucket)"
    } else {
        "toUInt64(0)"
    };
    let cells = chosen_cells(scope, &[set], covered, sql).replace('\n', "\n    ");
    let only = match &wanted.only {
        Some(only) => format!("\n      AND {}", only_these(names, only, sql)),
        None => String::new(),
    };
    let bots = if scope.include_bots {
        ""
    } else {
        "\n      AND NOT is_bot"
    };
    format!("  SELECT {columns}, {places}, {viewer} AS bucket_of_viewer\n    {cells}{bots}{only}")
}

/// `FROM day_cells WHERE …`: the rows of these sets that answer what `covered` tells, of the version that counts.
fn chosen_cells(scope: &Scope, sets: &[&Set], covered: &Covered, sql: &mut Sql) -> String {
    sql.named("organization", scope.tenant.organization_id());
    let number = |ms: i64| ms.div_euclid(DAY_MS);
    let days = sql.integers(covered.days.iter().map(|day| number(day.day_ms)).collect());
    let versions = sql.integers(covered.days.iter().map(|day| day.version).collect());
    let mut times = Vec::new();
    if !covered.whole.is_empty() {
        let whole = sql.integers(covered.whole.iter().map(|day| number(*day)).collect());
        times.push(format!("grain = 'day' AND has({whole}, day)"));
    }
    for (from, to) in &covered.hours {
        let (from, to) = (sql.integer(from / 1_000), sql.integer(to / 1_000));
        times.push(format!(
            "grain = 'hour' AND started_at >= toDateTime({from}, 'UTC') AND started_at < toDateTime({to}, 'UTC')"
        ));
    }
    let first = covered.days.first().map_or(0, |day| day.day_ms / 1_000);
    let last = covered.days.last().map_or(0, |day| (day.day_ms + DAY_MS) / 1_000);
    let (first, last) = (sql.integer(first), sql.integer(last));
    let of_sets: Vec<String> = sets.iter().map(|set| sql.text(&set.name())).collect();
    let of_sets = match of_sets.as_slice() {
        [one] => format!("dimension_set = {one}"),
        several => format!("dimension_set IN ({})", several.join(", ")),
    };
    let filters: Vec<String> = scope
        .filters
        .iter()
        .map(|wanted: &Filter| format!("\n  AND ({})", filter::condition(wanted, sql)))
        .collect();
    format!(
        "FROM {TABLE}\nWHERE organization_id = {{organization:UUID}} AND {of_sets}\n  \
         AND started_at >= toDateTime({first}, 'UTC') AND started_at < toDateTime({last}, 'UTC')\n  \
         AND transform(toInt64(toRelativeDayNum(started_at)) AS day, {days}, {versions}, toInt64(0)) = toInt64(version)\n  \
         AND ({})\n  AND grain IN ('day', 'hour'){}",
        times.join("\n    OR "),
        filters.concat(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_set_that_tells_enough_is_taken() {
        let name =
            |dimensions: &[&str], by_viewer| set_with(&dimensions.iter().copied().collect(), by_viewer).map(Set::name);
        assert_eq!(name(&[], true).as_deref(), Some(""));
        assert_eq!(name(&["browser"], true).as_deref(), Some("browser"));
        assert_eq!(name(&["browser", "cdn"], true).as_deref(), Some("cdn,browser"));
        assert_eq!(
            name(&["country", "connection_type"], false).as_deref(),
            Some("device_class,country,connection_type")
        );
        assert_eq!(name(&["country", "connection_type"], true), None);
        assert_eq!(name(&["city"], true), None);
    }

    #[test]
    fn sets_have_names_of_their_own_and_every_dimension_is_an_attribute() {
        let names: BTreeSet<String> = SETS.iter().map(Set::name).collect();
        assert_eq!(names.len(), SETS.len());
        for name in DIMENSIONS {
            assert!(
                schemas::attribute::ATTRIBUTES.iter().any(|known| known.name == name),
                "{name}"
            );
        }
    }

    #[test]
    fn columns_are_named_as_sums_are() {
        assert_eq!(sum_column(Part::PlayStallNetworkMs), "sum_play_stall_network_ms");
        assert_eq!(bins_column(Hist::Ttfb), "bins_ttfb");
    }
}
