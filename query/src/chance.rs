//! How often chance alone passes for a difference, on the server's own data: every night each organisation's viewers of the day before
//! are compared with themselves.
//!
//! Viewers are dealt into two halves by drawing half of their buckets, and each headline metric is compared between the halves as two
//! arms of an experiment are, read once. The halves differ by chance only, so a p-value of at most 0.05 should come up in one draw of
//! twenty, whatever the day was like: heavy tails, viewers that come back, a night with few of them. Where it comes up more often the
//! intervals promise too much for this audience.
//!
//! Invariant: nothing is written; several nodes that do it count twice and say the same.

use std::time::Duration;

use accounts::{Accounts, Tenant};
use prometheus::{IntCounterVec, Opts, Registry};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use serde_json::json;
use statistics::{BUCKETS, Difference, Null, Pairing, Reliability, Weights, difference};

use crate::{
    calendar::written_utc,
    compare::{Cell, domain},
    http::now_ms,
    plan::{Plan, Step},
    request::{self, AskedMetric},
    run::{self, REPLICATES, Reader, RunError},
    sql::{
        metric::{Recipe, recipe},
        statement::BIN_ROOM,
    },
    tables::Tables,
};

/// What is compared: what a verdict is most often read of.
pub const HEADLINES: [&str; 9] = [
    "good_share",
    "startup_any_ms_p50",
    "startup_any_ms_p95",
    "rebuffer_ratio",
    "stalls_per_hour",
    "start_failure",
    "exit_before_start",
    "playback_failure",
    "bitrate_avg_bps",
];

/// Draws a night, for each organisation and metric: a share of 5 % of them is known to ± 4 %.
const DRAWS: usize = 100;
/// Fewer attempts than this say nothing about any interval.
const ATTEMPTS_MIN: u64 = 1_000;
/// A p-value at most this is a difference.
const LEVEL: f64 = 0.05;
/// When it is done, after midnight UTC: the beacons of the day are there, and the sums of the day are made.
const HOUR: i64 = 3;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Draws, and how many of them passed for a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Comparisons that had a p-value and enough data for a verdict.
    pub comparisons: u64,
    /// Of these, those with a p-value of at most 0.05.
    pub differences: u64,
}

/// What the service tells of it.
pub(crate) struct Telemetry {
    comparisons: IntCounterVec,
    differences: IntCounterVec,
}

impl Telemetry {
    /// Its metrics in `registry`.
    ///
    /// # Errors
    /// When the registry already holds metrics of these names.
    pub(crate) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str| IntCounterVec::new(Opts::new(name, help), &["metric"]);
        let telemetry = Self {
            comparisons: counter(
                "playhead_query_chance_comparisons_total",
                "Comparisons of random halves of one audience, by metric.",
            )?,
            differences: counter(
                "playhead_query_chance_differences_total",
                "Of these, those that passed for a difference (p at most 0.05); a twentieth is right.",
            )?,
        };
        registry.register(Box::new(telemetry.comparisons.clone()))?;
        registry.register(Box::new(telemetry.differences.clone()))?;
        Ok(telemetry)
    }

    fn add(&self, metric: &str, count: Count) {
        self.comparisons.with_label_values(&[metric]).inc_by(count.comparisons);
        self.differences.with_label_values(&[metric]).inc_by(count.differences);
    }
}

/// Does it every night, for ever.
pub(crate) async fn run(tables: &Tables, accounts: &Accounts, telemetry: &Telemetry) {
    loop {
        let now = now_ms();
        let today = now - now.rem_euclid(DAY_MS);
        let next = match today + HOUR * HOUR_MS {
            later if later > now => later,
            earlier => earlier + DAY_MS,
        };
        tokio::time::sleep(Duration::from_millis((next - now).unsigned_abs())).await;
        let day_ms = next - HOUR * HOUR_MS - DAY_MS;
        for organization in accounts.organizations() {
            let Some(tenant) = accounts.tenant(organization.organization_id) else {
                continue;
            };
            match check(tables, tenant, day_ms).await {
                Ok(counts) => {
                    for (metric, count) in counts {
                        telemetry.add(metric, count);
                    }
                }
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    organization = %organization.organization_id.0,
                    "an organisation's viewers were not compared with themselves"
                ),
            }
        }
    }
}

/// Compares an organisation's viewers of the UTC day that begins at `day_ms` with themselves; by metric. Empty where there were too few.
/// The draws are those of the day and the organisation: the same again and again.
///
/// # Errors
/// When the tables do not answer.
pub async fn check(tables: &Tables, tenant: Tenant, day_ms: i64) -> Result<Vec<(&'static str, Count)>, RunError> {
    let question = json!({"metrics": HEADLINES, "start": written_utc(day_ms), "end": written_utc(day_ms + DAY_MS)});
    let planned = request::parse(&question).and_then(|question| Plan::new(tenant, question, &[], now_ms()));
    // Unwrap safety: a test asks for every headline.
    let mut plan = planned.expect("the headlines can be asked for");
    plan.known = run::known(tables, &plan, &|_, _| {}).await?;
    let cells = Reader::new(tables, &plan, &|_, _| {}).cells(Step::Values, &[]).await?;
    let Some(cell) = cells.into_values().next().filter(|cell| cell.attempts >= ATTEMPTS_MIN) else {
        return Ok(Vec::new());
    };
    let seed = tenant.organization_id().0.as_u64_pair().1 ^ day_ms.unsigned_abs();
    tokio::task::spawn_blocking(move || {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let weights = Weights::draw(REPLICATES, &mut rng);
        HEADLINES
            .into_iter()
            .filter_map(|name| {
                let asked = AskedMetric::parse(name)?;
                let recipe = recipe(asked.metric, asked.ask)?;
                Some((name, drawn(&cell, recipe, &weights, DRAWS, &mut rng)))
            })
            .collect()
    })
    .await
    .map_err(RunError::Computing)
}

/// Deals the viewers of `cell` so many times.
fn drawn(cell: &Cell, recipe: Recipe, weights: &Weights, draws: usize, rng: &mut impl Rng) -> Count {
    let mut count = Count::default();
    for _ in 0..draws {
        let first = half(rng);
        let (a, b) = (kept(cell, |bucket| first[bucket]), kept(cell, |bucket| !first[bucket]));
        let Ok(difference) = compared(&a, &b, recipe, weights) else {
            continue;
        };
        let Some(p_value) = difference
            .p_value
            .filter(|_| difference.reliability != Reliability::Insufficient)
        else {
            continue;
        };
        count.comparisons += 1;
        count.differences += u64::from(p_value <= LEVEL);
    }
    count
}

/// Half of the buckets, by chance.
fn half(rng: &mut impl Rng) -> [bool; BUCKETS] {
    let mut order: Vec<(u64, usize)> = (0..BUCKETS).map(|bucket| (rng.next_u64(), bucket)).collect();
    order.sort_unstable();
    let mut chosen = [false; BUCKETS];
    for (_, bucket) in &order[..BUCKETS / 2] {
        chosen[*bucket] = true;
    }
    chosen
}

/// The sums of some buckets.
fn kept(cell: &Cell, keep: impl Fn(usize) -> bool) -> Cell {
    let sums = |values: &Vec<f64>| {
        let values = values.iter().enumerate();
        values
            .map(|(bucket, value)| if keep(bucket) { *value } else { 0.0 })
            .collect()
    };
    let bins = |bins: &Vec<(u32, u64)>| {
        let bins = bins.iter().copied();
        bins.filter(|(key, _)| keep(*key as usize / BIN_ROOM)).collect()
    };
    Cell {
        sums: cell.sums.iter().map(|(part, values)| (*part, sums(values))).collect(),
        histograms: cell
            .histograms
            .iter()
            .map(|(hist, values)| (*hist, bins(values)))
            .collect(),
        ..Cell::default()
    }
}

/// The halves have no viewer in common, so nothing is paired.
fn compared(a: &Cell, b: &Cell, recipe: Recipe, weights: &Weights) -> Result<Difference, Null> {
    let confidence = 1.0 - LEVEL;
    match recipe {
        Recipe::Ratio {
            numerator,
            denominator,
            scope,
            share,
            ..
        } => {
            let side = |cell: &Cell| cell.buckets(numerator, Some(denominator), scope);
            difference::ratios(&side(a), &side(b), domain(share), Pairing::Unpaired, confidence)
        }
        Recipe::Quantile { hist, probability } => difference::quantiles(
            &a.bucket_histograms(hist),
            &b.bucket_histograms(hist),
            probability,
            weights,
            Pairing::Unpaired,
            confidence,
        ),
        // No headline is one of these.
        Recipe::Total { .. } | Recipe::Histogram { .. } | Recipe::Distinct | Recipe::Concurrency { .. } => {
            Err(Null::NoValues)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::metric::Part;

    #[test]
    fn halves_are_equal_and_differ_from_draw_to_draw() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (a, b) = (half(&mut rng), half(&mut rng));
        assert_eq!(a.iter().filter(|chosen| **chosen).count(), BUCKETS / 2);
        assert_ne!(a, b);
    }

    /// 128 viewers with ten plays each, `stalled` of them stalled in each play of theirs.
    fn stalled_by(viewers: impl Fn(usize) -> f64) -> Cell {
        let sums = |value: &dyn Fn(usize) -> f64| (0..BUCKETS).map(value).collect::<Vec<f64>>();
        Cell {
            attempts: 1_280,
            identified: 1_280,
            sums: [
                (Part::Stalled, sums(&|bucket| viewers(bucket))),
                (Part::Plays, sums(&|_| 10.0)),
            ]
            .into(),
            ..Cell::default()
        }
    }

    #[test]
    fn chance_passes_for_a_difference_in_one_draw_of_twenty_however_alike_a_viewers_plays_are() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let weights = Weights::draw(REPLICATES, &mut rng);
        let asked = AskedMetric::parse("stalled_attempt_share").unwrap();
        let share = recipe(asked.metric, asked.ask).unwrap();
        // Some viewers stall in nearly all their plays, most in hardly any: plays taken for independent would differ in every third draw.
        // Shares that no two viewers have in common, so that p-values come in small steps.
        let count = drawn(
            &stalled_by(|bucket| 10.0 * (bucket as f64 * 0.618_034).fract().powi(3)),
            share,
            &weights,
            2_000,
            &mut rng,
        );
        assert_eq!(count.comparisons, 2_000);
        assert!((70..=130).contains(&count.differences), "{count:?}");
        let nothing = drawn(&Cell::default(), share, &weights, 10, &mut rng);
        assert_eq!(nothing, Count::default());
    }
}
