//! Two values compared: the difference with its interval and p-value.
//!
//! Ratios and totals: each side's own limits are combined (method of variance estimates recovery; Newcombe, *Statistics in
//! Medicine* 1998; with correlation Zou & Donner 2008). The p-value is the one whose interval just touches 0, so interval and
//! p-value never disagree. Quantiles: standard error of the bootstrap differences, Student's t.
//!
//! [`Pairing::Paired`] takes the bucket as a pair: the same viewers stand on both sides in the same bucket, what they share
//! cancels. It also holds where the viewers differ (the covariance is then estimated as about 0), as long as both sides
//! used the same hash. [`Pairing::Unpaired`] is for sides whose buckets have nothing in common.

use crate::bucket::{BucketHistograms, Buckets};
use crate::estimate::{Null, Reliability, Side};
use crate::quantile::{self, Cumulative, Weights};
use crate::ratio::{self, Domain};
use crate::{mde, student, total};

/// Whether bucket k of one side holds the viewers of bucket k of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// Same hash on both sides, viewers may return: per-bucket differences. The usual case when clustered by viewer.
    Paired,
    /// Nothing in common: other hash, other people, or attempts as clusters.
    Unpaired,
}

/// `current − reference` with its interval. `low ≤ difference ≤ high` always.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The value asked about.
    pub current: f64,
    /// The value it is compared with.
    pub reference: f64,
    /// `current − reference`, in the unit of the metric.
    pub difference: f64,
    /// Lower end of the difference. `None` when the data set no bound.
    pub low: Option<f64>,
    /// Upper end of the difference. `None` when the data set no bound.
    pub high: Option<f64>,
    /// `difference ÷ reference`. `None` when the reference is 0: there is no percentage of nothing.
    pub relative: Option<f64>,
    /// Half the interval's width over the critical value: the standard error where the interval is symmetric.
    pub standard_error: f64,
    /// Degrees of freedom of the standard error.
    pub degrees: f64,
    /// Chance of a difference at least this large where there is none, both directions. `None` without a bound.
    pub p_value: Option<f64>,
    /// The smallest true difference that would have been found with a power of 80 %. `None` without a bound.
    pub minimum_detectable: Option<f64>,
    /// The worse of both sides.
    pub reliability: Reliability,
}

impl Difference {
    /// From a standard error alone: `difference ± t·se`.
    #[must_use]
    pub fn symmetric(
        current: f64,
        reference: f64,
        standard_error: f64,
        degrees: f64,
        confidence: f64,
        reliability: Reliability,
    ) -> Self {
        let difference = current - reference;
        let half = student::critical(confidence, degrees) * standard_error;
        let p_value = if standard_error > 0.0 {
            student::two_sided_tail(difference / standard_error, degrees)
        } else if difference == 0.0 {
            1.0
        } else {
            0.0
        };
        Self {
            current,
            reference,
            difference,
            low: Some(difference - half),
            high: Some(difference + half),
            relative: relative(difference, reference),
            standard_error,
            degrees,
            p_value: Some(p_value),
            minimum_detectable: Some(mde::minimum_detectable(standard_error, degrees, confidence)),
            reliability,
        }
    }

    /// The same in another unit. `factor` must be positive.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.current *= factor;
        self.reference *= factor;
        self.difference *= factor;
        self.low = self.low.map(|low| low * factor);
        self.high = self.high.map(|high| high * factor);
        self.standard_error *= factor;
        self.minimum_detectable = self.minimum_detectable.map(|smallest| smallest * factor);
        self
    }
}

pub(crate) fn relative(difference: f64, reference: f64) -> Option<f64> {
    (reference != 0.0)
        .then(|| difference / reference.abs())
        .filter(|relative| relative.is_finite())
}

/// Difference of two ratios of sums.
///
/// # Errors
/// [`Null::NoDenominator`] when either side has none.
pub fn ratios(
    current: &Buckets,
    reference: &Buckets,
    domain: Domain,
    pairing: Pairing,
    confidence: f64,
) -> Result<Difference, Null> {
    let (a, b) = (ratio::side(current, domain)?, ratio::side(reference, domain)?);
    let correlation = match pairing {
        Pairing::Paired => correlation(&ratio::influence(current), &ratio::influence(reference)),
        Pairing::Unpaired => 0.0,
    };
    Ok(combine(&a, &b, correlation, pairing, confidence))
}

/// Difference of two totals over equally long periods; `unit` as in [`total::total`].
#[must_use]
pub fn totals(current: &Buckets, reference: &Buckets, unit: f64, pairing: Pairing, confidence: f64) -> Difference {
    let (a, b) = (total::side(current, unit), total::side(reference, unit));
    let correlation = match pairing {
        Pairing::Paired => correlation(&total::influence(current), &total::influence(reference)),
        Pairing::Unpaired => 0.0,
    };
    combine(&a, &b, correlation, pairing, confidence)
}

/// Difference of two quantiles. Paired sides share their bootstrap weights.
///
/// # Errors
/// [`Null::NoValues`] when either side is empty.
pub fn quantiles(
    current: &BucketHistograms,
    reference: &BucketHistograms,
    probability: f64,
    weights: &Weights,
    pairing: Pairing,
    confidence: f64,
) -> Result<Difference, Null> {
    let (whole_a, whole_b) = (current.whole(), reference.whole());
    let a = whole_a.quantile(probability).ok_or(Null::NoValues)?;
    let b = whole_b.quantile(probability).ok_or(Null::NoValues)?;
    let (rows_a, rows_b) = (Cumulative::new(current), Cumulative::new(reference));
    let other = match pairing {
        Pairing::Paired => weights.first(),
        Pairing::Unpaired => weights.second(),
    };
    let replicates: Vec<f64> = weights
        .first()
        .zip(other)
        .filter_map(|(mine, theirs)| Some(rows_a.quantile(probability, mine)? - rows_b.quantile(probability, theirs)?))
        .collect();
    let buckets = current.occupied().min(reference.occupied());
    let standard_error = quantile::standard_deviation(&replicates) * quantile::correction(buckets);
    let reliability = quantile::guard(probability, current).max(quantile::guard(probability, reference));
    let degrees = (buckets as f64 - 1.0).max(1.0);
    Ok(Difference::symmetric(
        a,
        b,
        standard_error,
        degrees,
        confidence,
        reliability,
    ))
}

/// Correlation of the two sides' errors, seen bucket by bucket. Kept off ±1, where the combined width would vanish.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let product: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    let norm = (a.iter().map(|x| x * x).sum::<f64>() * b.iter().map(|y| y * y).sum::<f64>()).sqrt();
    if norm > 0.0 {
        (product / norm).clamp(-0.99, 0.99)
    } else {
        0.0
    }
}

fn combine(a: &Side, b: &Side, correlation: f64, pairing: Pairing, confidence: f64) -> Difference {
    let difference = a.value - b.value;
    let degrees = match pairing {
        // One difference per bucket.
        Pairing::Paired => a.degrees.min(b.degrees),
        Pairing::Unpaired => welch(a, b),
    };
    let interval = |c: f64| {
        let ((a_low, a_high), (b_low, b_high)) = (a.limits(c), b.limits(c));
        let reach = |x: f64, y: f64| (x * x + y * y - 2.0 * correlation * x * y).max(0.0).sqrt();
        (
            difference - reach(a.value - a_low, b_high - b.value),
            difference + reach(a_high - a.value, b.value - b_low),
        )
    };
    let c = student::critical(confidence, degrees);
    let (low, high) = interval(c);
    let standard_error = (high - low) / (2.0 * c);
    let bounded = a.bounded && b.bounded;
    Difference {
        current: a.value,
        reference: b.value,
        difference,
        low: bounded.then_some(low),
        high: bounded.then_some(high),
        relative: relative(difference, b.value),
        standard_error,
        degrees,
        p_value: bounded.then(|| student::two_sided_tail(touching(difference, &interval), degrees)),
        minimum_detectable: bounded.then(|| mde::minimum_detectable(standard_error, degrees, confidence)),
        reliability: a.reliability.max(b.reliability),
    }
}

/// Welch–Satterthwaite degrees of freedom of a sum of two variances.
fn welch(a: &Side, b: &Side) -> f64 {
    let whole = a.variance + b.variance;
    let parts = a.variance.powi(2) / a.degrees + b.variance.powi(2) / b.degrees;
    if whole > 0.0 && parts > 0.0 {
        whole * whole / parts
    } else {
        a.degrees.min(b.degrees)
    }
}

/// The critical value at which the interval just touches 0, at most 60 (a p-value of 0 to every digit we keep).
fn touching(difference: f64, interval: &impl Fn(f64) -> (f64, f64)) -> f64 {
    let covers = |c: f64| {
        let (low, high) = interval(c);
        low <= 0.0 && 0.0 <= high
    };
    if difference == 0.0 {
        return 0.0;
    }
    let (mut inside, mut outside) = (60.0, 0.0);
    if !covers(inside) {
        return inside;
    }
    for _ in 0..50 {
        let middle = (inside + outside) / 2.0;
        if covers(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    inside
}
