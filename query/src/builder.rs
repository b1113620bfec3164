//! Keeps cells: builds the days that are over and nobody has built, or that were written to since, the latest first; for ever.
//!
//! A day is built when it looked the same twice in a row: then an insert that one table had and another had not yet was seen by both. What
//! building needs and makes is in the tables alone, so it may end at any moment and several nodes may do it. Two that build the
//! same day at once waste an effort; the version that is noted last counts.
//!
//! Paced: after each statement it rests three times as long as that took, so that questions and inserts have the engine.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use accounts::{Accounts, Tenant};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use prometheus::{Counter, IntCounter, IntGauge, Registry};
use schemas::OrganizationId;
use serde::Deserialize;
use store::{Store, StoreError};
use uuid::Uuid;

use crate::{
    cells::version_of,
    http::now_ms,
    sql::cells::{self, TicksFrom},
};

/// How often it looks for days; also how long a day has to look the same.
const EVERY: Duration = Duration::from_secs(30);

/// Days that one look finds at most.
const DAYS_AT_ONCE: usize = 1_000;

/// A quarter of the time it works.
const REST: u32 = 3;

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
            let built = build(store, tenant, unbuilt.day_ms, unbuilt.touches).await;
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
            .map(|(tenant, unbuilt)| build(store, tenant, unbuilt.day_ms, unbuilt.touches))
            .buffer_unordered(jobs);
        let mut left = found;
        while built.try_next().await?.is_some() {
            left -= 1;
            tracing::info!(left, "the cells of a day are built");
        }
        days += found;
    }
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

/// Builds a day under a new version, and notes it last: before that none of it counts.
async fn build(store: &Store, tenant: Tenant, day_ms: i64, touches: u64) -> Result<(), StoreError> {
    let version = version_of(now_ms(), Uuid::now_v7().as_u64_pair().1);
    let ticks = ticks_from(store, tenant, day_ms).await?;
    for statement in cells::build(tenant, day_ms, version, touches, ticks) {
        store.execute(&statement).await?;
    }
    store.execute(&cells::built(tenant, day_ms, version, touches)).await?;
    tracing::debug!(organization = %tenant.organization_id(), day_ms, version, "the cells of a day are built");
    Ok(())
}
