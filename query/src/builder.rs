//! Keeps cells: builds the days that are over and nobody has built, or that were written to since, the latest first; for ever.
//!
//! A day is built whole when it looked the same twice in a row: then an insert that one table had and another had not yet was seen by both. What
//! building needs and makes is in the tables alone, so it may end at any moment and several nodes may do it. Two that build the
//! same day at once waste an effort; the version that is noted last counts.
//!
//! A day that is large is built before, because its attempts take long to read and may never all be quiet: up to the last whole hour, without the
//! attempts that are not over, which it notes by name. What comes for those changes nothing in the cells. What comes for others, which is late
//! or lay in a journal, the cells lack: so it compares what they were made of with what is there now whenever something was written, builds a day again that
//! differs, and takes the cells of one that differs by more than a thousandth out of use at once.
//!
//! Paced: after each day it rests three times as long as that took, nine times after one that goes on, so that questions and inserts have the engine.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use accounts::{Accounts, Tenant};
use actix_web::web::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use prometheus::{Counter, IntCounter, IntGauge, Registry};
use schemas::OrganizationId;
use serde::Deserialize;
use store::{Store, StoreError};
use tokio::{runtime::Handle, sync::mpsc};
use uuid::Uuid;

use crate::{
    calendar::HOUR_MS,
    cells::{made_ms, version_of},
    day::Day,
    each::{self, Attempts},
    http::now_ms,
    sql::cells::{self, DAY_MS, Extent, QUIET_MS, TicksFrom},
};

/// How often it looks for days; also how long a day has to look the same.
const EVERY: Duration = Duration::from_secs(30);

/// Days that one look finds at most.
const DAYS_AT_ONCE: usize = 1_000;

/// A quarter of the time it works.
const REST: u32 = 3;

/// Of days that go on, a tenth.
const REST_OF_LARGE: u32 = 9;

/// What was written of a large day. Cells of a day that goes on lack what comes hours late, as an import or a journal after an outage does, until they
/// are compared; so smaller days, whose attempts are read soon enough, have none before they are over.
const LARGE_TOUCHES: u64 = 100_000;

/// Cells of a day that goes on are kept for so long at least, ms.
const KEPT_MS: i64 = 10 * 60 * 1_000;

/// They are built again when what was written since is more than this part of all.
const GROWN: u64 = 10;

/// Beacons that cells may lack and count until they are built again: one of so many.
const LACKING: u64 = 1_000;

/// Cells of a version that does not count are kept for so long: who asks while another one begins to count, and who builds, has done by then.
const STALE: Duration = Duration::from_secs(2 * 3_600);

/// How often it looks for them: deleting touches every part of the table.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);

/// Versions that are deleted at once.
const VERSIONS_AT_ONCE: usize = 1_000;

/// Pieces of an answer that wait to be read.
const PIECES: usize = 4;

/// A day to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
struct Unbuilt {
    organization_id: Uuid,
    day_ms: i64,
    /// What its hours counted.
    touches: u64,
}

impl Unbuilt {
    fn place(&self) -> (Uuid, i64) {
        (self.organization_id, self.day_ms)
    }
}

/// A large day that goes on, and what is built of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Large {
    organization_id: Uuid,
    day_ms: i64,
    /// What its hours counted.
    touches: u64,
    /// The version that counts; 0 for none of this program's form.
    version: i64,
    /// What its hours counted when that was built.
    built_touches: u64,
    /// How many of its hours that was.
    hours: i64,
    is_open: bool,
}

/// What is to be done about a large day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// Build so many of its hours.
    Build(i64),
    /// See whether its cells are still right.
    Compare,
    Nothing,
}

/// What was seen when the cells of a day were compared with its attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Compared {
    version: i64,
    /// What its hours counted.
    touches: u64,
    /// Whether the cells lack something.
    lacks: bool,
}

impl Large {
    fn place(&self) -> (Uuid, i64) {
        (self.organization_id, self.day_ms)
    }

    /// What is to be done at `now_ms`, with what was compared last.
    fn due(&self, now_ms: i64, compared: Option<&Compared>) -> Due {
        // What began in the last ten minutes may be on its way.
        let hours = (now_ms - QUIET_MS - self.day_ms)
            .div_euclid(HOUR_MS)
            .min(DAY_MS / HOUR_MS);
        if hours <= 0 {
            return Due::Nothing;
        }
        if self.version == 0 {
            return Due::Build(hours);
        }
        let made_ms = made_ms(self.version);
        let is_old = made_ms + KEPT_MS <= now_ms;
        // Cells of the whole day that somebody wrote to since: nobody reads them.
        if !self.is_open && is_old {
            return Due::Build(hours);
        }
        let compared = compared.filter(|compared| compared.version == self.version);
        let until_ms = self.day_ms + self.hours * HOUR_MS;
        let has_grown =
            hours > self.hours && (self.touches - self.built_touches.min(self.touches)) * GROWN >= self.touches;
        // Of a day that is over fewer and fewer attempts go on: twice as long after its end they are read by name no longer.
        let has_aged = self.hours == DAY_MS / HOUR_MS
            && self.touches != self.built_touches
            && now_ms - until_ms >= 2 * (made_ms - until_ms);
        // Now its last hours will not become more.
        let has_ended = self.hours < hours && hours == DAY_MS / HOUR_MS;
        if is_old && (has_grown || has_ended || has_aged || compared.is_some_and(|compared| compared.lacks)) {
            return Due::Build(hours);
        }
        let touches = compared.map_or(self.built_touches, |compared| compared.touches);
        match self.is_open && touches != self.touches {
            true => Due::Compare,
            false => Due::Nothing,
        }
    }
}

/// What the service tells of it.
pub(crate) struct Telemetry {
    days: IntCounter,
    seconds: Counter,
    waiting: IntGauge,
}

impl Telemetry {
    /// Its metrics in `registry`.
    ///
    /// # Errors
    /// When the registry already holds metrics of these names.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let telemetry = Self {
            days: IntCounter::new("playhead_query_cell_days_total", "Days of cells built.")?,
            seconds: Counter::new(
                "playhead_query_cell_build_seconds_total",
                "Time spent on building cells, s.",
            )?,
            waiting: IntGauge::new(
                "playhead_query_cell_days_waiting",
                "Days that are over and have no cells that count; questions about them read the attempts.",
            )?,
        };
        registry.register(Box::new(telemetry.days.clone()))?;
        registry.register(Box::new(telemetry.seconds.clone()))?;
        registry.register(Box::new(telemetry.waiting.clone()))?;
        Ok(telemetry)
    }
}

/// Builds now and whenever a day is over, for ever.
pub(crate) async fn run(store: &Store, accounts: &Accounts, telemetry: &Telemetry) {
    let mut looked_like = HashMap::new();
    let mut keeper = LargeDays::default();
    let mut swept = Instant::now();
    loop {
        let found = match find(store, now_ms()).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "days without cells will be looked for again"
                );
                Vec::new()
            }
        };
        telemetry.waiting.set(found.len() as i64);
        for unbuilt in &found {
            // An organisation that only another node knows yet is built there.
            let Some(tenant) = accounts.tenant(OrganizationId(unbuilt.organization_id)) else {
                continue;
            };
            if looked_like.get(&unbuilt.place()) != Some(&unbuilt.touches) {
                continue;
            }
            let begun = Instant::now();
            let built = build(store, tenant, unbuilt.day_ms, unbuilt.touches, None, now_ms()).await;
            telemetry.seconds.inc_by(begun.elapsed().as_secs_f64());
            match built {
                Ok(()) => {
                    telemetry.days.inc();
                    telemetry.waiting.dec();
                }
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    organization = %unbuilt.organization_id,
                    day_ms = unbuilt.day_ms,
                    "the cells of a day will be built again"
                ),
            }
            tokio::time::sleep(begun.elapsed() * REST).await;
        }
        looked_like = found.iter().map(|unbuilt| (unbuilt.place(), unbuilt.touches)).collect();
        let known = |organization| accounts.tenant(organization);
        match keeper.pass(store, known, now_ms(), LARGE_TOUCHES, REST_OF_LARGE).await {
            Ok(pass) => {
                telemetry.days.inc_by(pass.built);
                telemetry.seconds.inc_by(pass.spent.as_secs_f64());
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "large days will be looked at again"
            ),
        }
        if swept.elapsed() >= SWEEP_EVERY {
            swept = Instant::now();
            match sweep(store, now_ms()).await {
                Ok(versions) => tracing::debug!(versions, "cells that nobody reads are deleted"),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cells that nobody reads will be looked for again"
                ),
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Builds every day that is over at `now_ms` and has no cells that count, of the organisations that `tenant_of` knows, `jobs` at once and
/// without resting. Returns how many. For where nothing is written meanwhile: it does not wait for a day to look the same twice.
///
/// # Errors
/// When the tables do not answer; what is built by then counts.
pub async fn build_all(
    store: &Store,
    tenant_of: impl Fn(OrganizationId) -> Option<Tenant>,
    now_ms: i64,
    jobs: usize,
) -> Result<usize, StoreError> {
    let mut days = 0;
    loop {
        let known = find(store, now_ms).await?.into_iter().filter_map(|unbuilt| {
            let tenant = tenant_of(OrganizationId(unbuilt.organization_id))?;
            Some((tenant, unbuilt))
        });
        let known: Vec<_> = known.collect();
        if known.is_empty() {
            return Ok(days);
        }
        let found = known.len();
        let mut built = stream::iter(known)
            .map(|(tenant, unbuilt)| {
                build(
                    store,
                    tenant,
                    unbuilt.day_ms,
                    unbuilt.touches,
                    None,
                    crate::http::now_ms(),
                )
            })
            .buffer_unordered(jobs);
        let mut left = found;
        while built.try_next().await?.is_some() {
            left -= 1;
            tracing::info!(left, "the cells of a day are built");
        }
        days += found;
    }
}

/// Keeps the cells of large days while they go on.
#[derive(Debug, Default)]
pub struct LargeDays {
    compared: HashMap<(Uuid, i64), Compared>,
}

/// What one look at the large days did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pass {
    /// Days built up to an hour.
    pub built: u64,
    /// Days whose cells were compared with their attempts.
    pub compared: u64,
    /// The time it took, without rests.
    pub spent: Duration,
}

impl LargeDays {
    /// Looks at every large day once, of the organisations that `tenant_of` knows, and does what is due at `now_ms`. Large is of what at least so many
    /// `touches` were written. After each it rests `rest` times as long as that took.
    ///
    /// # Errors
    /// When the tables do not answer; what is built by then counts.
    pub async fn pass(
        &mut self,
        store: &Store,
        tenant_of: impl Fn(OrganizationId) -> Option<Tenant>,
        now_ms: i64,
        touches: u64,
        rest: u32,
    ) -> Result<Pass, StoreError> {
        let found: Vec<Large> = store.fetch(&cells::large(now_ms, touches, DAYS_AT_ONCE)).await?;
        self.compared
            .retain(|place, _| found.iter().any(|large| large.place() == *place));
        let mut pass = Pass::default();
        for large in found {
            // An organisation that only another node knows yet is built there.
            let Some(tenant) = tenant_of(OrganizationId(large.organization_id)) else {
                continue;
            };
            let begun = Instant::now();
            match large.due(now_ms, self.compared.get(&large.place())) {
                Due::Nothing => continue,
                Due::Build(hours) => {
                    build(store, tenant, large.day_ms, large.touches, Some(hours), now_ms).await?;
                    pass.built += 1;
                }
                Due::Compare => {
                    let compared = compare(store, tenant, &large, now_ms).await?;
                    self.compared.insert(large.place(), compared);
                    pass.compared += 1;
                }
            }
            let spent = begun.elapsed();
            pass.spent += spent;
            tokio::time::sleep(spent * rest).await;
        }
        Ok(pass)
    }
}

/// Compares open cells with the attempts that they are made of. Takes them out of use when they differ by too much.
async fn compare(store: &Store, tenant: Tenant, large: &Large, now_ms: i64) -> Result<Compared, StoreError> {
    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    struct Counted {
        attempts: u64,
        received: u64,
    }
    let Large { day_ms, version, .. } = *large;
    let cells: Vec<Counted> = store.fetch(&cells::counted_cells(tenant, day_ms, version)).await?;
    let attempts = cells::counted_attempts(tenant, day_ms, large.hours, version);
    let attempts: Vec<Counted> = store.fetch(&attempts).await?;
    let (cells, attempts) = (
        cells.into_iter().next().unwrap_or_default(),
        attempts.into_iter().next().unwrap_or_default(),
    );
    if cells.received.abs_diff(attempts.received) * LACKING > attempts.received {
        let refuted = version_of(now_ms, Uuid::now_v7().as_u64_pair().1).max(version + 1);
        store.execute(&cells::refuted(tenant, day_ms, refuted)).await?;
        tracing::info!(organization = %tenant.organization_id(), day_ms, version, ?cells, ?attempts, "the cells of a day count no longer");
    }
    Ok(Compared {
        version,
        touches: large.touches,
        lacks: cells != attempts,
    })
}

async fn find(store: &Store, now_ms: i64) -> Result<Vec<Unbuilt>, StoreError> {
    store.fetch(&cells::unbuilt(now_ms, DAYS_AT_ONCE)).await
}

/// What tells the viewers at each moment of a day. A day that was built before may have lost beacons since; then that tells.
async fn ticks_from(store: &Store, tenant: Tenant, day_ms: i64) -> Result<TicksFrom, StoreError> {
    #[derive(Deserialize)]
    struct Before {
        version: i64,
    }
    #[derive(Deserialize)]
    struct Lacking {
        lacking: i64,
    }
    let before: Vec<Before> = store.fetch(&cells::last_version(tenant, day_ms)).await?;
    let before = before.first().map_or(0, |before| before.version);
    if before == 0 {
        return Ok(TicksFrom::Beacons);
    }
    let lacking: Vec<Lacking> = store.fetch(&cells::lacking_beacons(tenant, day_ms)).await?;
    Ok(match lacking.first() {
        Some(row) if row.lacking > 0 => TicksFrom::Version(before),
        _ => TicksFrom::Beacons,
    })
}

/// Builds a day under a new version, and notes it last: before that none of it counts. `hours`: so many of it, without the attempts that are not
/// over at `now_ms`; else all of it, of which every attempt is over.
async fn build(
    store: &Store,
    tenant: Tenant,
    day_ms: i64,
    touches: u64,
    hours: Option<i64>,
    now_ms: i64,
) -> Result<(), StoreError> {
    let begun = Instant::now();
    let version = version_of(now_ms, Uuid::now_v7().as_u64_pair().1);
    let extent = match hours {
        Some(hours) => {
            let leave_out = cells::leave_out(tenant, day_ms, hours, version, now_ms - QUIET_MS);
            store.execute(&leave_out).await?;
            Extent::Open(hours)
        }
        None => Extent::Whole(ticks_from(store, tenant, day_ms).await?),
    };
    add_up(store, tenant, day_ms, version, extent, cells::HELD_ATTEMPTS).await?;
    for statement in cells::count_ticks(tenant, day_ms, version, touches, extent) {
        store.execute(&statement).await?;
    }
    // What took longer may have been deleted as what nobody reads.
    if begun.elapsed() * 2 > STALE {
        return Err(StoreError::TimedOut {
            seconds: begun.elapsed().as_secs(),
        });
    }
    store
        .execute(&cells::built(tenant, day_ms, version, touches, extent))
        .await?;
    tracing::debug!(organization = %tenant.organization_id(), day_ms, version, ?extent, "the cells of a day are built");
    Ok(())
}

/// Reads the attempts of a day, adds them up and stores what comes out. Adding up is work for a thread of its own, to which attempts go as they come.
/// Of more than `held` attempts it reads in passes; returns how many. Nobody reads what it stores until it is noted.
///
/// # Errors
/// When the tables do not answer, or tell of attempts otherwise than this program asked.
pub async fn add_up(
    store: &Store,
    tenant: Tenant,
    day_ms: i64,
    version: i64,
    extent: Extent,
    held: u64,
) -> Result<usize, StoreError> {
    #[derive(Deserialize)]
    struct Counted {
        rows: u64,
    }
    let counted: Vec<Counted> = store.fetch(&cells::rows_of_day(tenant, day_ms, extent)).await?;
    let passes = cells::passes(counted.first().map_or(0, |counted| counted.rows), held);
    let mut day = Day::new(tenant.organization_id().0, day_ms, version)?;
    let last = passes.len();
    for (pass, buckets) in (1..).zip(passes) {
        let statement = cells::each_of_day(tenant, day_ms, version, extent, day.columns(), buckets);
        let mut answer = store.stream(&statement, each::FORMAT)?;
        let (piece_in, mut piece_out) = mpsc::channel::<Bytes>(PIECES);
        let (store, runtime) = (store.clone(), Handle::current());
        let adding = tokio::task::spawn_blocking(move || {
            let mut attempts = Attempts::default();
            while let Some(piece) = piece_out.blocking_recv() {
                attempts.read(&piece, |row| day.take(row))?;
            }
            attempts.end()?;
            // It waits for them to be stored: so there are never more in memory than are stored at once.
            let mut give = |rows| runtime.block_on(store.insert_derived(cells::TABLE, rows));
            day.end_pass(&mut give)?;
            if pass == last {
                day.end(&mut give)?;
            }
            Ok::<_, StoreError>(day)
        });
        let fed = async {
            while let Some(piece) = answer.next().await? {
                // Who adds up has stopped, and says why.
                if piece_in.send(piece).await.is_err() {
                    break;
                }
            }
            Ok::<_, StoreError>(())
        }
        .await;
        // Nothing more comes, or nothing that is whole: then its rows are of a version that is never noted.
        drop(piece_in);
        let added = adding.await.map_err(|error| StoreError::Shape {
            reason: format!("adding up a day: {error}"),
        })?;
        fed?;
        day = added?;
    }
    Ok(last)
}

/// Deletes cells that nobody reads any more: of versions before the one that counts, and of days that were not built to their end.
///
/// # Errors
/// When the tables do not answer.
pub async fn sweep(store: &Store, now_ms: i64) -> Result<usize, StoreError> {
    #[derive(Deserialize)]
    struct Stale {
        organization_id: Uuid,
        version: i64,
    }
    let before_ms = now_ms - STALE.as_millis() as i64;
    let stale: Vec<Stale> = store.fetch(&cells::stale(before_ms, VERSIONS_AT_ONCE)).await?;
    let stale: Vec<(Uuid, i64)> = stale
        .into_iter()
        .map(|stale| (stale.organization_id, stale.version))
        .collect();
    store.erase_cells(&stale).await?;
    Ok(stale.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20T00:00:00Z.
    const DAY: i64 = 1_795_132_800_000;
    const MINUTE_MS: i64 = 60_000;

    /// Built at `built` minutes of the day, up to so many hours, of 1,000 touches.
    fn large(built: i64, hours: i64, touches: u64) -> Large {
        Large {
            organization_id: Uuid::nil(),
            day_ms: DAY,
            touches,
            version: version_of(DAY + built * MINUTE_MS, 7),
            built_touches: 1_000,
            hours,
            is_open: true,
        }
    }

    #[test]
    fn a_day_is_built_up_to_the_last_hour_that_ended_ten_minutes_ago() {
        let unbuilt = Large {
            version: 0,
            ..large(0, 0, 1_000)
        };
        let due = |minutes: i64| unbuilt.due(DAY + minutes * MINUTE_MS, None);
        assert_eq!(due(69), Due::Nothing);
        assert_eq!(due(70), Due::Build(1));
        assert_eq!(due(5 * 60 + 9), Due::Build(4));
        assert_eq!(due(40 * 60), Due::Build(24));
    }

    #[test]
    fn it_is_built_again_when_a_tenth_is_new_and_not_within_ten_minutes() {
        let due = |touches: u64, minutes: i64| large(550, 9, touches).due(DAY + minutes * MINUTE_MS, None);
        assert_eq!(due(1_000, 620), Due::Nothing, "nothing was written");
        assert_eq!(due(1_050, 620), Due::Compare, "a twentieth");
        assert_eq!(due(1_112, 620), Due::Build(10));
        assert_eq!(due(1_112, 600), Due::Compare, "of the same hours");
        assert_eq!(
            large(611, 9, 1_112).due(DAY + 620 * MINUTE_MS, None),
            Due::Compare,
            "too soon"
        );
        // Fewer than it was built from: another table's count.
        assert_eq!(due(900, 620), Due::Compare);
    }

    #[test]
    fn a_day_that_is_over_is_built_again_ever_more_rarely_while_attempts_go_on() {
        let due =
            |built: i64, minutes: i64| large(1_440 + built, 24, 1_001).due(DAY + (1_440 + minutes) * MINUTE_MS, None);
        assert_eq!(large(1_430, 23, 1_001).due(DAY + 1_449 * MINUTE_MS, None), Due::Compare);
        assert_eq!(
            large(1_430, 23, 1_001).due(DAY + 1_450 * MINUTE_MS, None),
            Due::Build(24)
        );
        assert_eq!(due(10, 19), Due::Compare);
        assert_eq!(due(10, 20), Due::Build(24));
        assert_eq!(due(60, 119), Due::Compare);
        assert_eq!(due(60, 120), Due::Build(24));
        assert_eq!(large(1_450, 24, 1_000).due(DAY + 3_000 * MINUTE_MS, None), Due::Nothing);
    }

    #[test]
    fn cells_are_compared_whenever_something_was_written_and_built_again_when_they_lack_it() {
        let day = large(550, 9, 1_050);
        let compared = |touches: u64, lacks: bool| Compared {
            version: day.version,
            touches,
            lacks,
        };
        let due = |minutes: i64, compared: Compared| day.due(DAY + minutes * MINUTE_MS, Some(&compared));
        assert_eq!(due(565, compared(1_050, false)), Due::Nothing);
        assert_eq!(due(565, compared(1_040, false)), Due::Compare);
        assert_eq!(due(565, compared(1_050, true)), Due::Build(9));
        assert_eq!(due(555, compared(1_050, true)), Due::Nothing, "not yet");
        let of_before = Compared {
            version: 1,
            ..compared(1_050, true)
        };
        assert_eq!(due(565, of_before), Due::Compare);
        // Cells of the whole day that somebody wrote to since.
        let whole = Large { is_open: false, ..day };
        assert_eq!(whole.due(DAY + 565 * MINUTE_MS, None), Due::Build(9));
        assert_eq!(whole.due(DAY + 555 * MINUTE_MS, None), Due::Nothing);
    }
}
