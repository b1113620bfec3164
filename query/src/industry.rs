//! The baseline `industry`: how an answer stands among the organisations that take part.
//!
//! STATISTICS, Industry baseline. What is looked at is one week; of each organisation only sums by viewer bucket and histograms are read, through the
//! same plan and statements as any question of its own. Its audience is weighted to the asker's mix of device class and country. Each
//! top-level organisation has one vote, however many it has below it, so that nobody can fill the field with organisations of its own; the
//! asker's are left out. Invariant: what leaves here are quartiles of at least [`IndustryConfig::organizations_min`] votes, each the mean of the
//! three votes around it and on a grid of 2 %, so that no number is that of one organisation. Where a threshold does not hold, nothing
//! leaves but that fact.

use std::collections::{BTreeMap, HashMap};

use accounts::{Accounts, Tenant};
use chrono::Datelike;
use envelope::{ApiError, ErrorCode};
use futures_util::{StreamExt, TryStreamExt, stream};
use schemas::unit::Better;
use statistics::histogram::{BASE, Histogram};

use crate::{
    calendar::{Interval, written_utc},
    compare::{Cell, Cells, finite},
    plan::Plan,
    request::{AskedMetric, Baseline, Dimension, Question, Special},
    response::{Amount, Comparison, IndustryQuartiles, MetricValue, QueryResult, Row, VerdictWord},
    run::{Observe, Reader, RunError, Sides},
    sql::metric::{Recipe, recipe},
    tables::Tables,
};

/// What an industry cell is told apart by, and may be filtered on: anything finer could single one organisation out.
pub const DIMENSIONS: [&str; 3] = ["stream_type", "device_class", "country"];

/// What the asker's mix is made of.
const MIX: [&str; 2] = ["device_class", "country"];

/// The part of the asker's mix that an organisation has to have, to be weighted to it.
const MIX_COVERED_MIN: f64 = 0.8;

/// Fewer attempts of one device class and country tell nothing about it.
const STRATUM_ATTEMPTS_MIN: u64 = 30;

/// Organisations read at the same time.
const PARALLEL: usize = 4;

/// When the industry is shown (STATISTICS, Industry baseline).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndustryConfig {
    /// Fewest organisations, the asker's not counted. At least 3, because a quartile is a mean of three.
    pub organizations_min: usize,
    /// Fewest viewers of each in the cell.
    pub viewers_min: u64,
    /// Largest part of the cell's attempts that one may have.
    pub weight_max: f64,
}

impl Default for IndustryConfig {
    fn default() -> Self {
        Self {
            organizations_min: 7,
            viewers_min: 1_000,
            weight_max: 0.25,
        }
    }
}

/// Takes the industry out of a question's baselines: it is no other time or audience of the asker's own. Gives its label.
pub(crate) fn taken_out(question: &mut Question) -> Option<String> {
    let place = question
        .compare
        .iter()
        .position(|asked| asked.baseline == Baseline::Industry)?;
    Some(question.compare.remove(place).label)
}

/// The latest whole week, Monday to Monday UTC, that ends no later than `end`, ms since 1970.
fn week_before(end: i64) -> Option<(i64, i64)> {
    const WEEK_MS: i64 = 7 * 24 * 3_600_000;
    let day = chrono::DateTime::from_timestamp_millis(end)?.date_naive();
    let monday = day.checked_sub_days(chrono::Days::new(day.weekday().num_days_from_monday().into()))?;
    let end = monday.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    Some((end - WEEK_MS, end))
}

/// What one vote is made of.
struct Vote {
    /// By the question's dimensions and then those of the mix.
    cells: Cells,
    /// By the question's dimensions: attempts and viewers.
    sizes: HashMap<Vec<String>, (u64, u64)>,
}

/// What the asking needs.
pub(crate) struct Field<'a> {
    pub tables: &'a Tables,
    pub accounts: &'a Accounts,
    pub config: IndustryConfig,
    pub observe: Observe<'a>,
}

impl Field<'_> {
    /// The others who take part, each with all of its organisations.
    ///
    /// # Errors
    /// When the asker does not take part.
    pub(crate) fn peers(&self, tenant: Tenant) -> Result<Vec<Vec<Tenant>>, ApiError> {
        self.accounts.industry_peers(tenant).ok_or_else(|| {
            ApiError::new(ErrorCode::BaselineNotAvailable).detail(
                "compare",
                "'industry' is for organisations that take part: PATCH /v1/account/organizations/{id} with {\"industry\": true}",
            )
        })
    }

    /// Adds the comparison with the industry, which is `peers`, to every row of an answer.
    ///
    /// # Errors
    /// When the tables do not answer.
    pub(crate) async fn compare(
        &self,
        (tenant, peers): (Tenant, Vec<Vec<Tenant>>),
        question: &Question,
        label: &str,
        now_ms: i64,
        result: &mut QueryResult,
    ) -> Result<(), ApiError> {
        let week = week_before(question.end.min(now_ms)).ok_or_else(|| ApiError::new(ErrorCode::Internal))?;
        let own = self
            .cells(tenant, asked(question, (question.start, question.end), Of::Mix), now_ms)
            .await
            .map_err(RunError::into_api)?;
        let votes: Vec<Vote> = match peers.len() < self.config.organizations_min {
            true => Vec::new(),
            false => stream::iter(peers)
                .map(|tenants| self.vote(tenants, question, week, now_ms))
                .buffered(PARALLEL)
                .try_collect()
                .await
                .map_err(RunError::into_api)?,
        };
        for row in &mut result.rows {
            let place: Vec<String> = question
                .dimensions
                .iter()
                .map(|dimension| {
                    row.dimensions
                        .get(&dimension.name())
                        .cloned()
                        .flatten()
                        .unwrap_or_default()
                })
                .collect();
            let standing = self.standing(&place, question.dimensions.len(), &own, &votes);
            let mut comparisons = BTreeMap::new();
            for metric in &question.metrics {
                if let Some(recipe) = recipe(metric.metric, metric.ask) {
                    comparisons.insert(metric.name.clone(), compared(metric, recipe, row, &standing, week));
                }
            }
            row.comparisons.insert(label.to_owned(), comparisons);
        }
        Ok(())
    }

    async fn vote(
        &self,
        tenants: Vec<Tenant>,
        question: &Question,
        week: (i64, i64),
        now_ms: i64,
    ) -> Result<Vote, RunError> {
        let mut vote = Vote {
            cells: Cells::default(),
            sizes: HashMap::new(),
        };
        for tenant in tenants {
            for (key, cell) in self.cells(tenant, asked(question, week, Of::Metrics), now_ms).await? {
                vote.cells.entry(key).or_default().merge(&cell);
            }
            for (key, cell) in self.cells(tenant, asked(question, week, Of::Size), now_ms).await? {
                let size = vote.sizes.entry(key.dimensions).or_default();
                size.0 += cell.attempts;
                size.1 += cell.viewers;
            }
        }
        Ok(vote)
    }

    async fn cells(&self, tenant: Tenant, question: Question, now_ms: i64) -> Result<Cells, RunError> {
        // No baseline, so nothing can be missing.
        let Ok(plan) = Plan::new(tenant, question, &[], now_ms) else {
            return Ok(Cells::default());
        };
        Ok(Sides::read(&Reader::new(self.tables, &plan, self.observe), &[])
            .await?
            .values)
    }

    /// The organisations that count in one cell, weighted to the asker's mix; or why there is nothing to be shown.
    fn standing(&self, place: &[String], depth: usize, own: &Cells, votes: &[Vote]) -> Result<Vec<Cell>, &'static str> {
        let mix = mix_of(place, depth, own);
        let counted: Vec<(&Vote, u64)> = votes
            .iter()
            .filter_map(|vote| {
                let (attempts, viewers) = vote.sizes.get(place).copied()?;
                (viewers >= self.config.viewers_min).then_some((vote, attempts))
            })
            .collect();
        let counted: Vec<(Cell, u64)> = counted
            .into_iter()
            .filter_map(|(vote, attempts)| Some((weighted(vote, place, depth, &mix)?, attempts)))
            .collect();
        if counted.len() < self.config.organizations_min.max(3) {
            return Err("too few organisations take part with enough viewers like these");
        }
        let all: u64 = counted.iter().map(|(_, attempts)| attempts).sum();
        let largest = counted.iter().map(|(_, attempts)| *attempts).max().unwrap_or_default();
        if largest as f64 > self.config.weight_max * all as f64 {
            return Err("one organisation would have too large a part of it");
        }
        Ok(counted.into_iter().map(|(cell, _)| cell).collect())
    }
}

/// What is asked of an organisation.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// The metrics, by the question's dimensions and the mix.
    Metrics,
    /// Attempts, by the same.
    Mix,
    /// Attempts and viewers, by the question's dimensions.
    Size,
}

fn asked(question: &Question, (start, end): (i64, i64), of: Of) -> Question {
    let catalogued = |name: &str| AskedMetric::parse(name).into_iter();
    let metrics = match of {
        Of::Metrics => question
            .metrics
            .iter()
            .filter(|metric| is_compared(metric))
            .cloned()
            .collect(),
        Of::Mix => catalogued("attempts").collect(),
        Of::Size => catalogued("unique_viewers").collect(),
    };
    let mut dimensions = question.dimensions.clone();
    if of != Of::Size {
        dimensions.extend(MIX.map(Dimension::Attribute));
    }
    Question {
        metrics,
        dimensions,
        filters: question.filters.clone(),
        having: Vec::new(),
        start,
        end,
        by_end: false,
        timezone: chrono_tz::Tz::UTC,
        interval: None::<Interval>,
        compare: Vec::new(),
        confidence: question.confidence,
        order: Vec::new(),
        limit: 1,
        offset: 0,
        // What is a bot is no audience, whoever asks.
        include_bots: false,
        fill: false,
        special: Special::default(),
        fingerprint: question.fingerprint,
    }
}

fn is_compared(metric: &AskedMetric) -> bool {
    !metric.metric.is_for_reading()
        && matches!(
            recipe(metric.metric, metric.ask),
            Some(Recipe::Ratio { .. } | Recipe::Quantile { .. })
        )
}

/// The asker's attempts of a row by the mix, as parts of 1.
fn mix_of(place: &[String], depth: usize, own: &Cells) -> HashMap<Vec<String>, f64> {
    let of_row = || own.iter().filter(|(key, _)| key.dimensions[..depth] == *place);
    let all: u64 = of_row().map(|(_, cell)| cell.attempts).sum();
    of_row()
        .map(|(key, cell)| {
            (
                key.dimensions[depth..].to_vec(),
                cell.attempts as f64 / all.max(1) as f64,
            )
        })
        .collect()
}

/// An organisation's sums as they would be with the asker's mix; none where too little of that mix is in its audience.
fn weighted(vote: &Vote, place: &[String], depth: usize, mix: &HashMap<Vec<String>, f64>) -> Option<Cell> {
    let strata: Vec<(&Cell, f64)> = vote
        .cells
        .iter()
        .filter(|(key, cell)| key.dimensions[..depth] == *place && cell.attempts >= STRATUM_ATTEMPTS_MIN)
        .filter_map(|(key, cell)| Some((cell, *mix.get(&key.dimensions[depth..])?)))
        .collect();
    let covered: f64 = strata.iter().map(|(_, part)| part).sum();
    if covered < MIX_COVERED_MIN {
        return None;
    }
    let attempts: u64 = strata.iter().map(|(cell, _)| cell.attempts).sum();
    let mut whole = Cell::default();
    for (cell, part) in strata {
        let factor = part / covered * attempts as f64 / cell.attempts as f64;
        whole.merge(&scaled(cell, factor));
    }
    Some(whole)
}

/// A cell as though it had so many times the attempts.
fn scaled(cell: &Cell, factor: f64) -> Cell {
    // Counts stay whole: a thousandth of an attempt is small enough.
    const FINE: f64 = 1_000.0;
    let mut scaled = cell.clone();
    for sums in scaled.sums.values_mut() {
        sums.iter_mut().for_each(|sum| *sum *= factor);
    }
    for bins in scaled.histograms.values_mut() {
        bins.iter_mut()
            .for_each(|(_, count)| *count = (*count as f64 * factor * FINE).round() as u64);
    }
    scaled
}

fn value_of(cell: &Cell, recipe: Recipe) -> Option<f64> {
    match recipe {
        Recipe::Ratio { .. } => crate::compare::point(cell, recipe, (0, 0)).and_then(finite),
        Recipe::Quantile { hist, probability } => {
            let histogram: Histogram = cell.histogram(hist);
            histogram.quantile(probability).and_then(finite)
        }
        _ => None,
    }
}

/// A quartile of sorted votes: the mean of the three around it, so that it is nobody's own, on a grid of 2 %.
fn quartile(sorted: &[f64], probability: f64) -> f64 {
    let rank = probability * (sorted.len() - 1) as f64;
    let rank = if probability < 0.5 { rank.floor() } else { rank.ceil() } as usize;
    let middle = rank.clamp(1, sorted.len() - 2);
    coarse(sorted[middle - 1..=middle + 1].iter().sum::<f64>() / 3.0)
}

/// The nearest power of 1.02.
fn coarse(value: f64) -> f64 {
    match value > 0.0 {
        true => BASE.powf((value.ln() / BASE.ln()).round()),
        false => 0.0,
    }
}

fn compared(
    metric: &AskedMetric,
    recipe: Recipe,
    row: &Row,
    standing: &Result<Vec<Cell>, &'static str>,
    week: (i64, i64),
) -> Comparison {
    let refused = |reason: &str| Comparison {
        verdict: VerdictWord::Refused,
        reason: reason.to_owned(),
        ..Comparison::default()
    };
    if metric.metric.is_for_reading() {
        return refused("a score is to be read: no verdict hangs on it");
    }
    if !is_compared(metric) {
        return refused("only ratios and quantiles are compared with others, not how much there was");
    }
    let cells = match standing {
        Ok(cells) => cells,
        Err(reason) => return refused(reason),
    };
    let mut votes: Vec<f64> = cells.iter().filter_map(|cell| value_of(cell, recipe)).collect();
    if votes.len() < cells.len() {
        return refused("too few organisations have a value");
    }
    votes.sort_by(f64::total_cmp);
    let [low, median, high] = [0.25, 0.5, 0.75].map(|probability| quartile(&votes, probability));
    let quartiles = IndustryQuartiles {
        p25: low,
        p50: median,
        p75: high,
        start: written_utc(week.0),
        end: written_utc(week.1),
    };
    let Some(MetricValue::Number(number)) = row.values.get(&metric.name) else {
        return Comparison {
            reference: Some(median),
            industry: Some(quartiles),
            reason: "this side has no value".to_owned(),
            ..Comparison::default()
        };
    };
    let value = match number.value {
        Amount::Counted(count) => count as f64,
        Amount::Measured(value) => value,
    };
    let above = number.low.is_some_and(|own| own > high);
    let below = number.high.is_some_and(|own| own < low);
    let (verdict, reason) = match (metric.better(), above, below) {
        (Better::Neither, _, _) => (VerdictWord::Refused, "a volume has no better side"),
        (_, false, false) => (
            VerdictWord::NoDetectableChange,
            "the interval touches the middle half of the industry",
        ),
        (Better::Lower, true, _) | (Better::Higher, _, true) => (
            VerdictWord::Worse,
            "the whole interval lies in the industry's worst quarter",
        ),
        _ => (
            VerdictWord::Better,
            "the whole interval lies in the industry's best quarter",
        ),
    };
    Comparison {
        reference: Some(median),
        difference: finite(value - median),
        low: number.low.map(|own| own - median),
        high: number.high.map(|own| own - median),
        relative: (median != 0.0).then(|| (value - median) / median),
        verdict,
        reason: reason.to_owned(),
        effect_reason: Some("others are weighted to this audience, so there is no mix to split off".to_owned()),
        industry: Some(quartiles),
        ..Comparison::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quartile_is_nobodys_own_value() {
        let votes: Vec<f64> = (1..=7).map(|vote| f64::from(vote) * 100.0).collect();
        let told = [0.25, 0.5, 0.75].map(|probability| quartile(&votes, probability));
        for (told, mean) in told.into_iter().zip([200.0, 400.0, 600.0]) {
            assert!((told / mean - 1.0).abs() < 0.011, "{told} {mean}");
        }
        // One organisation's value moves a quartile by a third of its own move, and not at all within a step of the grid.
        let mut moved = votes.clone();
        moved[3] = 401.0;
        assert_eq!(quartile(&moved, 0.5), quartile(&votes, 0.5));
        let mut outlier = votes.clone();
        outlier[6] = 1e9;
        assert_eq!(quartile(&outlier, 0.5), quartile(&votes, 0.5));
    }

    #[test]
    fn small_ratios_keep_two_percent_too() {
        for value in [0.000_3, 0.012_3, 0.97, 4_321.0] {
            assert!((coarse(value) / value - 1.0).abs() < 0.02, "{value} {}", coarse(value));
        }
        assert_eq!(coarse(0.0), 0.0);
    }

    #[test]
    fn the_week_is_the_latest_whole_one() {
        // 2026-11-23 is a Monday.
        let monday = 1_795_392_000_000;
        const WEEK_MS: i64 = 7 * 24 * 3_600_000;
        assert_eq!(written_utc(monday), "2026-11-23T00:00:00.000Z");
        assert_eq!(week_before(monday), Some((monday - WEEK_MS, monday)));
        assert_eq!(week_before(monday - 1), Some((monday - 2 * WEEK_MS, monday - WEEK_MS)));
        assert_eq!(week_before(monday + WEEK_MS - 1), Some((monday - WEEK_MS, monday)));
    }
}
