//! From sums to values with intervals, and from two sides to differences with verdicts.
//!
//! Pure: the rows that were read, the plan and the bootstrap's weights in; numbers out. The formulas live in `statistics`.

use std::collections::HashMap;

use schemas::unit::Better;
use statistics::{
    BUCKETS, BucketHistograms, Buckets, Difference, Domain, Estimate, Histogram, Null, Pairing, Reliability, Sums,
    Weights, baseline, concurrency, decompose, difference, distinct, multiplicity, quantile, ratio, total, verdict,
};

use crate::{
    plan::{Plan, Reference, ReferenceKind, needs_equal_length},
    request::AskedMetric,
    response::{
        Amount, Bin, ClusteredBy, Comparison, ExcludedDay, HistogramValue, MetricValue, NullValue, NumberValue,
        VerdictWord,
    },
    sql::{
        metric::{Hist, Part, Recipe},
        statement::{BIN_ROOM, TICK_MS},
    },
};

/// Where a cell stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Window of the grid.
    pub window: usize,
    /// Time bucket in the window.
    pub bucket: usize,
    /// Values of the dimensions; `''` is "not known".
    pub dimensions: Vec<String>,
}

impl Key {
    /// A group's place where there is one window and one time bucket.
    #[must_use]
    pub fn single(dimensions: Vec<String>) -> Self {
        Self {
            window: 0,
            bucket: 0,
            dimensions,
        }
    }
}

/// Sums over the attempts of one group. Arrays are by viewer bucket, or of length 1 where those were not asked for.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Attempts.
    pub attempts: u64,
    /// Attempts with a viewer id.
    pub identified: u64,
    /// Beacons received.
    pub received: u64,
    /// Beacons known to have been sent.
    pub expected: u64,
    /// Distinct viewers.
    pub viewers: u64,
    /// Sums by part.
    pub sums: HashMap<Part, Vec<f64>>,
    /// Histograms.
    pub histograms: HashMap<Hist, Vec<(u32, u64)>>,
    /// Σ over ticks of the viewers at each.
    pub viewer_ticks: Vec<f64>,
    /// Viewers at the highest tick.
    pub at_highest: Vec<f64>,
}

/// Adds one array to another, place by place.
pub(crate) fn add(ours: &mut Vec<f64>, theirs: &[f64]) {
    ours.resize(ours.len().max(theirs.len()), 0.0);
    ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| *ours += theirs);
}

/// The cells that were read, by place.
pub type Cells = HashMap<Key, Cell>;

impl Cell {
    /// Adds another cell's sums: pooled windows. Distinct viewers and ticks are averaged elsewhere, never added.
    pub fn merge(&mut self, other: &Self) {
        self.attempts += other.attempts;
        self.identified += other.identified;
        self.received += other.received;
        self.expected += other.expected;
        for (part, theirs) in &other.sums {
            add(self.sums.entry(*part).or_default(), theirs);
        }
        for (hist, theirs) in &other.histograms {
            self.histograms.entry(*hist).or_default().extend(theirs);
        }
    }

    /// Beacons received ÷ known to have been sent; none without attempts.
    #[must_use]
    pub fn completeness(&self) -> Option<f64> {
        (self.expected > 0).then(|| self.received as f64 / self.expected as f64)
    }

    /// What the intervals take for independent.
    #[must_use]
    pub fn clustered_by(&self) -> ClusteredBy {
        match self.attempts > 0 && 2 * self.identified <= self.attempts {
            true => ClusteredBy::Attempt,
            false => ClusteredBy::Viewer,
        }
    }

    fn part(&self, part: Part) -> &[f64] {
        self.sums.get(&part).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn whole(&self, part: Part) -> f64 {
        self.part(part).iter().sum()
    }

    pub(crate) fn buckets(&self, numerator: Part, denominator: Option<Part>, scope: Part) -> Buckets {
        let at = |part: Part, bucket: usize| self.part(part).get(bucket).copied().unwrap_or_default();
        Buckets::from_rows((0..BUCKETS).map(|bucket| {
            let sums = Sums {
                attempts: at(scope, bucket) as u64,
                numerator: at(numerator, bucket),
                denominator: denominator.map_or(0.0, |part| at(part, bucket)),
            };
            (bucket, sums)
        }))
    }

    pub(crate) fn bucket_histograms(&self, hist: Hist) -> BucketHistograms {
        let mut histograms = BucketHistograms::new();
        for (key, count) in self.histograms.get(&hist).into_iter().flatten() {
            let key = *key as usize;
            histograms.add(key / BIN_ROOM, key % BIN_ROOM, *count);
        }
        histograms
    }

    pub(crate) fn histogram(&self, hist: Hist) -> Histogram {
        self.bucket_histograms(hist).whole()
    }
}

/// Ticks of 5 s in a stretch of time.
#[must_use]
pub fn ticks_in((from, to): (i64, i64)) -> i64 {
    let first = from.div_euclid(TICK_MS) + i64::from(from.rem_euclid(TICK_MS) != 0);
    let last = to.div_euclid(TICK_MS) + i64::from(to.rem_euclid(TICK_MS) != 0);
    (last - first).max(0)
}

/// Whether the sum that only `known` attempts have is one of none.
fn is_unknown(cell: &Cell, known: Part) -> bool {
    known != Part::Attempts && cell.whole(known) == 0.0
}

/// A metric's value without its interval, for ranking; `stretch` is the time bucket.
#[must_use]
pub fn point(cell: &Cell, recipe: Recipe, stretch: (i64, i64)) -> Option<f64> {
    match recipe {
        Recipe::Total { known, .. } if is_unknown(cell, known) => None,
        Recipe::Total { sum, .. } => Some(cell.whole(sum)),
        Recipe::Ratio {
            numerator,
            denominator,
            scale,
            ..
        } => {
            let below = cell.whole(denominator);
            (below > 0.0).then(|| cell.whole(numerator) / below * scale)
        }
        Recipe::Quantile { hist, probability } => cell.histogram(hist).quantile(probability),
        Recipe::Histogram { .. } => None,
        Recipe::Distinct => (cell.identified > 0).then_some(cell.viewers as f64),
        Recipe::Concurrency { max } => {
            let sum = |values: &[f64]| values.iter().sum::<f64>();
            let ticks = ticks_in(stretch);
            match max {
                true => Some(sum(&cell.at_highest)),
                false if ticks == 0 => None,
                false => Some(sum(&cell.viewer_ticks) / ticks as f64),
            }
        }
    }
}

/// A histogram as it stands in an answer.
fn bins_of(histogram: &Histogram) -> crate::response::Histogram {
    let bins = histogram.occupied().map(|(bin, count)| Bin {
        from: statistics::histogram::lower_edge(bin),
        to: statistics::histogram::upper_edge(bin),
        count,
    });
    crate::response::Histogram {
        bins: bins.collect(),
        count: histogram.count(),
    }
}

/// Puts intervals on cells.
pub struct Judge<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The bootstrap's weights, drawn once per question.
    pub weights: &'a Weights,
}

/// Why a value is null, in words.
fn reason_of(null: Null, recipe: Recipe) -> String {
    match (null, recipe) {
        (Null::NoDenominator, Recipe::Ratio { denominator, .. }) => match denominator {
            Part::Plays => "no attempt in scope rendered a frame".to_owned(),
            Part::WantedMs => "no attempt in scope played or stalled".to_owned(),
            Part::BitrateMediaMs => "no rendition in scope declared its bandwidth".to_owned(),
            Part::FramesDecoded => "no frame counts were read".to_owned(),
            _ => "no attempt in scope counts".to_owned(),
        },
        (null, _) => null.to_string(),
    }
}

impl Judge<'_> {
    fn confidence(&self) -> f64 {
        self.plan.question.confidence
    }

    fn estimate(&self, cell: &Cell, recipe: Recipe, stretch: (i64, i64)) -> Result<Estimate, Null> {
        let confidence = self.confidence();
        match recipe {
            Recipe::Total { known, .. } if is_unknown(cell, known) => Err(Null::NoValues),
            Recipe::Total { sum, unit, known } => Ok(total::total(&cell.buckets(sum, None, known), unit, confidence)),
            Recipe::Ratio {
                numerator,
                denominator,
                scope,
                scale,
                share,
            } => {
                let buckets = cell.buckets(numerator, Some(denominator), scope);
                Ok(ratio::ratio(&buckets, domain(share), confidence)?.scaled(scale))
            }
            Recipe::Quantile { hist, probability } => {
                quantile::quantile(&cell.bucket_histograms(hist), probability, self.weights, confidence)
            }
            Recipe::Histogram { .. } => Err(Null::NoValues),
            Recipe::Distinct if cell.identified == 0 => Err(Null::NoValues),
            Recipe::Distinct => Ok(distinct::estimate(cell.viewers, cell.identified, confidence)),
            Recipe::Concurrency { max: true } => Ok(concurrency::maximum(&padded(&cell.at_highest), 0, confidence)),
            Recipe::Concurrency { max: false } => {
                let ticks = ticks_in(stretch);
                match ticks {
                    0 => Err(Null::NoDenominator),
                    ticks => Ok(concurrency::average(&averages(cell, ticks), 0, confidence)),
                }
            }
        }
    }

    /// A metric's value as it stands in the answer.
    #[must_use]
    pub fn value(&self, cell: &Cell, recipe: Recipe, stretch: (i64, i64)) -> MetricValue {
        let clustered_by = cell.clustered_by();
        if let Recipe::Histogram { hist } = recipe {
            let histogram = cell.histogram(hist);
            if histogram.count() == 0 {
                return MetricValue::Null(NullValue {
                    value: (),
                    reason: Null::NoValues.to_string(),
                });
            }
            return MetricValue::Histogram(HistogramValue {
                value: bins_of(&histogram),
                attempts: histogram.count(),
                clustered_by,
            });
        }
        match self.estimate(cell, recipe, stretch) {
            Ok(estimate) => MetricValue::Number(NumberValue {
                value: match recipe {
                    Recipe::Total { .. } | Recipe::Distinct | Recipe::Concurrency { max: true } => {
                        Amount::counted(estimate.value)
                    }
                    _ => Amount::Measured(estimate.value),
                },
                low: estimate.low,
                high: estimate.high,
                attempts: match recipe {
                    Recipe::Concurrency { .. } => None,
                    Recipe::Total {
                        known: Part::Attempts, ..
                    } => Some(cell.attempts),
                    _ => Some(estimate.attempts),
                },
                clustered_by,
                unreliable: estimate.reliability != Reliability::Reliable,
            }),
            Err(null) => MetricValue::Null(NullValue {
                value: (),
                reason: reason_of(null, recipe),
            }),
        }
    }

    fn difference(&self, current: &Side, reference: &Side, recipe: Recipe) -> Result<Difference, Null> {
        let confidence = self.confidence();
        let pairing = match (current.cell.clustered_by(), reference.cell.clustered_by()) {
            (ClusteredBy::Viewer, ClusteredBy::Viewer) => Pairing::Paired,
            _ => Pairing::Unpaired,
        };
        match recipe {
            Recipe::Total { known, .. } if is_unknown(current.cell, known) || is_unknown(reference.cell, known) => {
                Err(Null::NoValues)
            }
            Recipe::Total { sum, unit, known } => {
                let reference = divided(&reference.cell.buckets(sum, None, known), reference.windows);
                Ok(difference::totals(
                    &current.cell.buckets(sum, None, known),
                    &reference,
                    unit,
                    pairing,
                    confidence,
                ))
            }
            Recipe::Ratio {
                numerator,
                denominator,
                scope,
                scale,
                share,
            } => {
                let side = |cell: &Cell| cell.buckets(numerator, Some(denominator), scope);
                let (a, b) = (side(current.cell), side(reference.cell));
                Ok(difference::ratios(&a, &b, domain(share), pairing, confidence)?.scaled(scale))
            }
            Recipe::Quantile { hist, probability } => difference::quantiles(
                &current.cell.bucket_histograms(hist),
                &reference.cell.bucket_histograms(hist),
                probability,
                self.weights,
                pairing,
                confidence,
            ),
            Recipe::Histogram { .. } => Err(Null::NoValues),
            Recipe::Distinct => match (current.cell.identified, reference.cell.identified) {
                (0, _) | (_, 0) => Err(Null::NoValues),
                _ => Ok(distinct::difference(
                    current.cell.viewers,
                    reference.cell.viewers,
                    confidence,
                )),
            },
            Recipe::Concurrency { max } => {
                let values = |side: &Side| match max {
                    true => Some(padded(&side.cell.at_highest)),
                    false => match ticks_in(side.stretch) {
                        0 => None,
                        ticks => Some(averages(side.cell, ticks)),
                    },
                };
                let (a, b) = (
                    values(current).ok_or(Null::NoDenominator)?,
                    values(reference).ok_or(Null::NoDenominator)?,
                );
                let (a, b) = (concurrency::buckets(&a), concurrency::buckets(&b));
                Ok(difference::totals(&a, &b, 1.0, pairing, confidence))
            }
        }
    }

    /// A metric of one row against one baseline; [`Self::concluded`] gives the verdict.
    #[must_use]
    pub fn compare(
        &self,
        row: &RowSide,
        reference: &ReferenceSide,
        asked: &AskedMetric,
        recipe: Recipe,
    ) -> Option<Compared> {
        let refused = |verdict, reason: String| Comparison {
            verdict,
            reason,
            effect_reason: Some("there is no difference to split".to_owned()),
            reference_days: reference.days.clone(),
            excluded_days: reference.left_out.to_vec(),
            ..Comparison::default()
        };
        if !reference.plan.same_length && needs_equal_length(asked) {
            return Some(Compared::closed(refused(
                VerdictWord::Refused,
                "counts of stretches that differ in length are not compared".to_owned(),
            )));
        }
        if reference.cells.is_empty() {
            let reason = match reference.left_out.len() {
                0 => "the baseline has no data".to_owned(),
                left_out => format!("the baseline has no data: {left_out} reference days were left out"),
            };
            return Some(Compared::closed(refused(VerdictWord::InsufficientData, reason)));
        }
        if let Recipe::Histogram { hist } = recipe {
            let mut pooled = Histogram::new();
            for (_, cell, _) in &reference.cells {
                pooled.merge(&cell.histogram(hist));
            }
            return Some(Compared::closed(match pooled.count() {
                0 => refused(
                    VerdictWord::InsufficientData,
                    format!("the baseline has no value: {}", Null::NoValues),
                ),
                _ => Comparison {
                    reference_histogram: Some(bins_of(&pooled)),
                    ..refused(
                        VerdictWord::Refused,
                        "a distribution is not better or worse as a whole: its statistics are compared".to_owned(),
                    )
                },
            }));
        }
        let (difference, middle) = match self.against(row, reference, recipe) {
            Ok(compared) => compared,
            Err(null) => {
                let mut comparison = refused(VerdictWord::InsufficientData, reason_of(null, recipe));
                match (null, reference.left_out.len()) {
                    (Null::TooFewReferences { .. }, 0) => {}
                    (Null::TooFewReferences { .. }, left_out) => {
                        comparison.reason += &format!("; {left_out} were left out");
                    }
                    _ => comparison.reason = format!("one side has no value: {}", comparison.reason),
                }
                return Some(Compared::closed(comparison));
            }
        };
        let completeness = reference
            .cells
            .iter()
            .map(|(_, cell, _)| cell.completeness())
            .chain([row.cell.completeness()])
            .flatten()
            .fold(1.0, f64::min);
        let better = match asked.better() {
            Better::Higher => verdict::Better::Higher,
            Better::Lower => verdict::Better::Lower,
            Better::Neither => verdict::Better::Neither,
        };
        let effects = self.effects(reference, recipe, &middle);
        let comparison = Comparison {
            reference: finite(difference.reference),
            difference: finite(difference.difference),
            low: difference.low.and_then(finite),
            high: difference.high.and_then(finite),
            relative: difference.relative.and_then(finite),
            p_value: difference.p_value.and_then(finite),
            rate_effect: effects.as_ref().ok().map(|effects| effects.0),
            mix_effect: effects.as_ref().ok().map(|effects| effects.1),
            effect_reason: effects.err(),
            reference_days: reference.days.clone(),
            excluded_days: reference.left_out.to_vec(),
            minimum_detectable: difference.minimum_detectable.and_then(finite),
            ..Comparison::default()
        };
        Some(Compared {
            comparison,
            open: Some(Open {
                difference,
                better,
                completeness,
            }),
        })
    }

    /// A row's difference against a baseline, and the windows that make the baseline's value.
    ///
    /// # Errors
    /// When either side has no value, or a median too few windows.
    fn against(
        &self,
        row: &RowSide,
        reference: &ReferenceSide,
        recipe: Recipe,
    ) -> Result<(Difference, Vec<usize>), Null> {
        match reference.plan.kind {
            ReferenceKind::Median => self.against_median(row, reference, recipe),
            ReferenceKind::Pooled | ReferenceKind::Single => self.against_pooled(row, reference, recipe),
        }
    }

    /// Gives the open verdicts of one baseline's comparisons. Of a table of several rows all that could be judged are one family,
    /// whatever their metric: the verdict follows the p-value adjusted for it.
    #[must_use]
    pub fn concluded(&self, compared: Vec<Compared>, rows: usize) -> Vec<Comparison> {
        let p_values: Vec<Option<f64>> = compared
            .iter()
            .map(|one| one.open.as_ref().and_then(Open::p_value))
            .collect();
        let adjusted = match rows {
            0 | 1 => vec![None; compared.len()],
            _ => multiplicity::benjamini_hochberg(&p_values),
        };
        let family = p_values.iter().flatten().count();
        let conclude = |(one, adjusted): (Compared, Option<f64>)| match one.open {
            None => one.comparison,
            Some(open) => self.judged(one.comparison, open, adjusted, family),
        };
        compared.into_iter().zip(adjusted).map(conclude).collect()
    }

    fn judged(&self, comparison: Comparison, open: Open, adjusted: Option<f64>, family: usize) -> Comparison {
        let confidence = self.confidence();
        let circumstances = verdict::Circumstances {
            completeness: open.completeness,
            broken: false,
        };
        let policy = verdict::Policy {
            confidence,
            ..verdict::Policy::default()
        };
        let difference = Difference {
            p_value: adjusted.or(open.difference.p_value),
            ..open.difference
        };
        let judgement = verdict::judge(&difference, open.better, circumstances, &policy);
        let alone = verdict::judge(&open.difference, open.better, circumstances, &policy);
        let reason = match judgement.reason {
            verdict::Reason::IntervalCoversZero if alone.reason != verdict::Reason::IntervalCoversZero => format!(
                "the {} % interval of the difference excludes 0, but of {family} comparisons in a table some do by chance: \
                 adjusted for them it does not",
                confidence * 100.0
            ),
            _ => words(&judgement, open.completeness, confidence),
        };
        Comparison {
            adjusted_p_value: adjusted.and_then(finite),
            verdict: word(judgement.verdict),
            reason,
            ..comparison
        }
    }

    /// Against the median of the windows; gives the windows that make it.
    fn against_median(
        &self,
        row: &RowSide,
        reference: &ReferenceSide,
        recipe: Recipe,
    ) -> Result<(Difference, Vec<usize>), Null> {
        let current = self.estimate(row.cell, recipe, row.stretch)?;
        let days: Vec<(usize, Estimate)> = reference
            .cells
            .iter()
            .filter_map(|(window, cell, stretch)| Some((*window, self.estimate(cell, recipe, *stretch).ok()?)))
            .collect();
        let estimates: Vec<Estimate> = days.iter().map(|(_, estimate)| *estimate).collect();
        let values: Vec<f64> = estimates
            .iter()
            .take(baseline::MAX_REFERENCES)
            .map(|day| day.value)
            .collect();
        let middle: Vec<usize> = baseline::middle(&values)
            .into_iter()
            .map(|index| days[index].0)
            .collect();
        let spread = usual_spread(recipe);
        let auto = match self.own_errors(row, reference, recipe, &middle)? {
            Some(pairwise) => baseline::auto_paired(&current, &estimates, &pairwise, spread, self.confidence())?,
            None => baseline::auto(&current, &estimates, spread, self.confidence())?,
        };
        Ok((
            auto.difference,
            auto.middle.iter().map(|index| days[*index].0).collect(),
        ))
    }

    /// Standard errors of the row minus each of the given windows, bucket by bucket: what their viewers have in common
    /// cancels. None where a side is not clustered by viewer, and for distinct viewers, which have no buckets.
    fn own_errors(
        &self,
        row: &RowSide,
        reference: &ReferenceSide,
        recipe: Recipe,
        windows: &[usize],
    ) -> Result<Option<Vec<f64>>, Null> {
        let days = || reference.cells.iter().filter(|(window, _, _)| windows.contains(window));
        let by_viewer = days()
            .map(|(_, cell, _)| cell)
            .chain([row.cell])
            .all(|cell| cell.clustered_by() == ClusteredBy::Viewer);
        if !by_viewer || recipe == Recipe::Distinct {
            return Ok(None);
        }
        let side = |cell, stretch| Side {
            cell,
            stretch,
            windows: 1,
        };
        let errors = days().map(|(_, cell, stretch)| {
            let difference = self.difference(&side(row.cell, row.stretch), &side(cell, *stretch), recipe)?;
            Ok(difference.standard_error)
        });
        errors.collect::<Result<Vec<f64>, Null>>().map(Some)
    }

    /// Against all windows together; a mean per window for counts.
    fn against_pooled(
        &self,
        row: &RowSide,
        reference: &ReferenceSide,
        recipe: Recipe,
    ) -> Result<(Difference, Vec<usize>), Null> {
        let windows = reference.cells.len();
        let every: Vec<usize> = reference.cells.iter().map(|(window, _, _)| *window).collect();
        let mut pooled = Cell::default();
        for (_, cell, _) in &reference.cells {
            pooled.merge(cell);
        }
        // Viewers at a moment and distinct viewers do not add up over days: their mean stands for the baseline.
        pooled.viewers = (reference.cells.iter().map(|(_, cell, _)| cell.viewers).sum::<u64>() as f64 / windows as f64)
            .round() as u64;
        let mean = |values: fn(&Cell) -> &[f64], weight: f64| {
            let mut sums = vec![0.0; BUCKETS];
            for (_, cell, _) in &reference.cells {
                sums.iter_mut()
                    .zip(values(cell))
                    .for_each(|(sum, value)| *sum += value / weight);
            }
            sums
        };
        pooled.at_highest = mean(|cell| &cell.at_highest, windows as f64);
        pooled.viewer_ticks = mean(|cell| &cell.viewer_ticks, windows as f64);
        let current = Side {
            cell: row.cell,
            stretch: row.stretch,
            windows: 1,
        };
        let reference = Side {
            cell: &pooled,
            stretch: reference.cells.first().map_or(row.stretch, |(_, _, stretch)| *stretch),
            windows,
        };
        Ok((self.difference(&current, &reference, recipe)?, every))
    }

    /// Rate and mix effect against the given windows, averaged over them where the value is a median.
    fn effects(&self, reference: &ReferenceSide, recipe: Recipe, windows: &[usize]) -> Result<(f64, f64), String> {
        if !matches!(recipe, Recipe::Ratio { .. } | Recipe::Quantile { .. }) {
            return Err("a count has no rate to split off".to_owned());
        }
        let Some((current, baseline)) = reference.strata else {
            return Err("computed for the total row only, without dimensions and interval".to_owned());
        };
        let groups: Vec<Vec<usize>> = match reference.plan.kind {
            ReferenceKind::Median => windows.iter().map(|window| vec![*window]).collect(),
            ReferenceKind::Pooled | ReferenceKind::Single => vec![windows.to_vec()],
        };
        let (mut rate, mut mix) = (0.0, 0.0);
        for group in &groups {
            let effects = decomposed(current, baseline, recipe, group).map_err(|null| null.to_string())?;
            rate += effects.rate_effect / groups.len() as f64;
            mix += effects.mix_effect / groups.len() as f64;
        }
        Ok((rate, mix))
    }
}

/// A comparison before the rest of its table is known.
pub struct Compared {
    comparison: Comparison,
    /// What its verdict is made of; none when it has one.
    open: Option<Open>,
}

impl Compared {
    fn closed(comparison: Comparison) -> Self {
        Self { comparison, open: None }
    }

    /// The difference, where both sides have a value.
    #[must_use]
    pub fn difference(&self) -> Option<&Difference> {
        self.open.as_ref().map(|open| &open.difference)
    }
}

struct Open {
    difference: Difference,
    better: verdict::Better,
    completeness: f64,
}

impl Open {
    /// Of what has too little data for a verdict there is none to adjust: it does not make the others' family larger.
    fn p_value(&self) -> Option<f64> {
        self.difference
            .p_value
            .filter(|_| self.difference.reliability != Reliability::Insufficient)
    }
}

/// One row's own side.
pub struct RowSide<'a> {
    /// Its sums.
    pub cell: &'a Cell,
    /// Its time bucket.
    pub stretch: (i64, i64),
}

/// One row's counterpart in a baseline.
pub struct ReferenceSide<'a> {
    /// The baseline.
    pub plan: &'a Reference,
    /// Windows with data: index, sums, time bucket; most recent first.
    pub cells: Vec<(usize, Cell, (i64, i64))>,
    /// Local dates of these windows.
    pub days: Vec<chrono::NaiveDate>,
    /// What was left out.
    pub left_out: &'a [ExcludedDay],
    /// Strata of both sides, where they were read.
    pub strata: Option<(&'a Cells, &'a Cells)>,
}

struct Side<'a> {
    cell: &'a Cell,
    stretch: (i64, i64),
    windows: usize,
}

fn decomposed(
    current: &Cells,
    baseline: &Cells,
    recipe: Recipe,
    windows: &[usize],
) -> Result<decompose::Decomposition, Null> {
    let mut strata: HashMap<&[String], (Cell, Cell)> = HashMap::new();
    for (key, cell) in current {
        strata.entry(&key.dimensions).or_default().0.merge(cell);
    }
    for (key, cell) in baseline.iter().filter(|(key, _)| windows.contains(&key.window)) {
        strata.entry(&key.dimensions).or_default().1.merge(cell);
    }
    // In a fixed order, so that the last digits of the sums repeat.
    let mut strata: Vec<(&[String], (Cell, Cell))> = strata.into_iter().collect();
    strata.sort_by_key(|(dimensions, _)| *dimensions);
    match recipe {
        Recipe::Ratio {
            numerator,
            denominator,
            scope,
            scale,
            ..
        } => {
            let sums = |cell: &Cell| Sums {
                attempts: cell.whole(scope) as u64,
                numerator: cell.whole(numerator) * scale,
                denominator: cell.whole(denominator),
            };
            let strata: Vec<decompose::Stratum> = strata
                .iter()
                .map(|(_, (current, reference))| decompose::Stratum {
                    current: sums(current),
                    reference: sums(reference),
                })
                .collect();
            decompose::ratios(&strata)
        }
        Recipe::Quantile { hist, probability } => {
            let strata: Vec<decompose::HistogramStratum> = strata
                .iter()
                .map(|(_, (current, reference))| decompose::HistogramStratum {
                    current: current.histogram(hist),
                    reference: reference.histogram(hist),
                })
                .collect();
            decompose::quantiles(&strata, probability)
        }
        _ => Err(Null::NoValues),
    }
}

/// What is believed of a metric's day-to-day spread before any day is seen.
fn usual_spread(recipe: Recipe) -> f64 {
    let steady = match recipe {
        Recipe::Quantile { hist, .. } | Recipe::Histogram { hist } => hist != Hist::StallSession,
        Recipe::Ratio { numerator, .. } => {
            matches!(
                numerator,
                Part::StartupAnyMs | Part::StartupContentMs | Part::BitrateBpsMs | Part::Good
            )
        }
        Recipe::Total { .. } | Recipe::Distinct | Recipe::Concurrency { .. } => false,
    };
    if steady { baseline::STEADY } else { baseline::RESTLESS }
}

pub(crate) fn domain(share: bool) -> Domain {
    match share {
        true => Domain::Share,
        false => Domain::NonNegative,
    }
}

fn padded(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.resize(BUCKETS, 0.0);
    values
}

fn averages(cell: &Cell, ticks: i64) -> Vec<f64> {
    padded(&cell.viewer_ticks)
        .into_iter()
        .map(|sum| sum / ticks as f64)
        .collect()
}

fn divided(buckets: &Buckets, by: usize) -> Buckets {
    if by <= 1 {
        return buckets.clone();
    }
    Buckets::from_rows(buckets.cells().iter().enumerate().map(|(bucket, sums)| {
        let sums = Sums {
            attempts: sums.attempts,
            numerator: sums.numerator / by as f64,
            denominator: sums.denominator / by as f64,
        };
        (bucket, sums)
    }))
}

/// JSON has no infinity; an end without a bound is null.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

pub(crate) fn word(verdict: verdict::Verdict) -> VerdictWord {
    match verdict {
        verdict::Verdict::Worse => VerdictWord::Worse,
        verdict::Verdict::Better => VerdictWord::Better,
        verdict::Verdict::NoDetectableChange => VerdictWord::NoDetectableChange,
        verdict::Verdict::InsufficientData => VerdictWord::InsufficientData,
        verdict::Verdict::Provisional => VerdictWord::Provisional,
        verdict::Verdict::Refused => VerdictWord::Refused,
    }
}

pub(crate) fn words(judgement: &verdict::Judgement, completeness: f64, confidence: f64) -> String {
    let percent = confidence * 100.0;
    match judgement.reason {
        verdict::Reason::IntervalExcludesZero => format!("the {percent} % interval of the difference excludes 0"),
        verdict::Reason::IntervalCoversZero => format!("the {percent} % interval of the difference covers 0"),
        verdict::Reason::TooLittleData => "too few viewers on one side for a judgement".to_owned(),
        verdict::Reason::Incomplete => {
            let leaning = judgement.leaning.map_or("nothing", verdict::Verdict::name);
            format!(
                "only {:.1} % of the beacons of one side arrived; so far {leaning}",
                completeness * 100.0
            )
        }
        verdict::Reason::NoDirection => {
            "it changed detectably, but no verdict hangs on this metric: a volume, or a number to be read".to_owned()
        }
        verdict::Reason::BrokenComparison => "the comparison itself is broken".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::ticks_in;

    #[test]
    fn ticks_stand_on_multiples_of_five_seconds() {
        assert_eq!(ticks_in((0, 60_000)), 12);
        assert_eq!(ticks_in((1, 5_000)), 0, "the tick at 5 s belongs to the next stretch");
        assert_eq!(ticks_in((1, 5_001)), 1);
        assert_eq!(ticks_in((5_000, 5_000)), 0);
    }
}
