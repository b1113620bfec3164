//! Two values compared: the difference with its interval and p-value.
//!
//! Ratios and totals: each side's own limits are combined (method of variance estimates recovery; Newcombe, *Statistics in
//! Medicine* 1998; with correlation Zou & Donner 2008). The p-value is the one whose interval just touches 0, so interval and
//! p-value never disagree. Quantiles: standard error of the bootstrap differences, Student's t.
//!
//! [`Pairing::Paired`] takes the bucket as a pair: the same viewers stand on both sides in the same bucket, what they share
//! cancels. It also holds where the viewers differ (the covariance is then estimated as about 0), as long as both sides
//! used the same hash. [`Pairing::Unpaired`] is for sides whose buckets have nothing in common.
//!
//! `Contrast` is the common inner form: everything about two sides but the critical value. A comparison that is read once
//! takes Student's here; one that is read again and again takes the wider one of [`crate::sequence`].

use crate::bucket::{BucketHistograms, Buckets};
use crate::estimate::{Null, Reliability, Side};
use crate::quantile::{self, Cumulative, Weights};
use crate::ratio::{self, Domain};
use crate::{law, mde, total};

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
        Contrast {
            current,
            reference,
            reach: Reach::Symmetric { standard_error },
            degrees,
            bounded: true,
            reliability,
        }
        .fixed(confidence)
    }

    /// The same, as one that the data set no bound.
    pub(crate) fn without_bounds(self) -> Self {
        Self {
            low: None,
            high: None,
            p_value: None,
            minimum_detectable: None,
            ..self
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

/// How far a difference reaches to either side of itself at a critical value.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// Each side's own limits, combined.
    Sides { a: Side, b: Side, correlation: f64 },
    /// As many standard errors.
    Symmetric { standard_error: f64 },
}

/// Two sides compared, before it is said how surely. `Side` values may lie off `current` and `reference` where the latter
/// are adjusted: the reach is theirs, the middle is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contrast {
    current: f64,
    reference: f64,
    reach: Reach,
    degrees: f64,
    /// Whether the data carry any information on the variance.
    bounded: bool,
    reliability: Reliability,
}

/// How surely a difference is to be stated.
pub(crate) struct Certainty {
    /// Standard errors to either side.
    pub critical: f64,
    /// The p-value of [`Contrast::statistic`] under the law that `critical` comes from, so that the two agree.
    pub p_value: f64,
}

impl Contrast {
    pub(crate) fn ratios(
        current: &Buckets,
        reference: &Buckets,
        domain: Domain,
        pairing: Pairing,
    ) -> Result<Self, Null> {
        let (a, b) = (ratio::side(current, domain)?, ratio::side(reference, domain)?);
        let correlation = match pairing {
            Pairing::Paired => correlation(&ratio::influence(current), &ratio::influence(reference)),
            Pairing::Unpaired => 0.0,
        };
        Ok(Self::sides(a, b, correlation, pairing))
    }

    fn totals(current: &Buckets, reference: &Buckets, unit: f64, pairing: Pairing) -> Self {
        let (a, b) = (total::side(current, unit), total::side(reference, unit));
        let correlation = match pairing {
            Pairing::Paired => correlation(&total::influence(current), &total::influence(reference)),
            Pairing::Unpaired => 0.0,
        };
        Self::sides(a, b, correlation, pairing)
    }

    pub(crate) fn quantiles(
        current: &BucketHistograms,
        reference: &BucketHistograms,
        probability: f64,
        weights: &Weights,
        pairing: Pairing,
    ) -> Result<Self, Null> {
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
            .filter_map(|(mine, theirs)| {
                Some(rows_a.quantile(probability, mine)? - rows_b.quantile(probability, theirs)?)
            })
            .collect();
        let buckets = current.occupied().min(reference.occupied());
        Ok(Self {
            current: a,
            reference: b,
            reach: Reach::Symmetric {
                standard_error: quantile::standard_deviation(&replicates) * quantile::correction(buckets),
            },
            degrees: (buckets as f64 - 1.0).max(1.0),
            bounded: true,
            reliability: quantile::guard(probability, current).max(quantile::guard(probability, reference)),
        })
    }

    pub(crate) fn sides(a: Side, b: Side, correlation: f64, pairing: Pairing) -> Self {
        Self {
            current: a.value,
            reference: b.value,
            reach: Reach::Sides { a, b, correlation },
            degrees: match pairing {
                // One difference per bucket.
                Pairing::Paired => a.degrees.min(b.degrees),
                Pairing::Unpaired => welch(&a, &b),
            },
            bounded: a.bounded && b.bounded,
            reliability: a.reliability.max(b.reliability),
        }
    }

    /// The same reach around other values.
    pub(crate) fn moved(self, current: f64, reference: f64) -> Self {
        Self {
            current,
            reference,
            ..self
        }
    }

    pub(crate) fn degrees(&self) -> f64 {
        self.degrees
    }

    pub(crate) fn is_bounded(&self) -> bool {
        self.bounded
    }

    fn interval(&self, c: f64) -> (f64, f64) {
        let difference = self.current - self.reference;
        let (below, above) = match self.reach {
            Reach::Symmetric { standard_error } => (c * standard_error, c * standard_error),
            Reach::Sides { a, b, correlation } => {
                let ((a_low, a_high), (b_low, b_high)) = (a.limits(c), b.limits(c));
                let reach = |x: f64, y: f64| (x * x + y * y - 2.0 * correlation * x * y).max(0.0).sqrt();
                (
                    reach(a.value - a_low, b_high - b.value),
                    reach(a_high - a.value, b.value - b_low),
                )
            }
        };
        (difference - below, difference + above)
    }

    /// The critical value at which the interval just touches 0: the statistic of a test.
    pub(crate) fn statistic(&self) -> f64 {
        if self.current == self.reference {
            return 0.0;
        }
        if let Reach::Symmetric { standard_error } = self.reach {
            return if standard_error > 0.0 {
                ((self.current - self.reference) / standard_error).abs()
            } else {
                f64::INFINITY
            };
        }
        let covers = |c: f64| {
            let (low, high) = self.interval(c);
            low <= 0.0 && 0.0 <= high
        };
        let (mut inside, mut outside) = (FARTHEST, 0.0);
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

    /// For a comparison that is read once.
    pub(crate) fn fixed(&self, confidence: f64) -> Difference {
        self.difference(&Certainty {
            critical: law::critical(confidence, self.degrees),
            p_value: law::two_sided_tail(self.statistic(), self.degrees),
        })
    }

    pub(crate) fn difference(&self, certainty: &Certainty) -> Difference {
        let (low, high) = self.interval(certainty.critical);
        let standard_error = match self.reach {
            Reach::Symmetric { standard_error } => standard_error,
            Reach::Sides { .. } => (high - low) / (2.0 * certainty.critical),
        };
        let difference = self.current - self.reference;
        Difference {
            current: self.current,
            reference: self.reference,
            difference,
            low: self.bounded.then_some(low),
            high: self.bounded.then_some(high),
            relative: relative(difference, self.reference),
            standard_error,
            degrees: self.degrees,
            p_value: self.bounded.then_some(certainty.p_value),
            minimum_detectable: self
                .bounded
                .then(|| mde::beyond(certainty.critical, standard_error, self.degrees)),
            reliability: self.reliability,
        }
    }
}

/// No search goes farther out than this many standard errors, and no interval: a p-value is 0 there to every digit we keep.
pub(crate) const FARTHEST: f64 = 60.0;

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
    Ok(Contrast::ratios(current, reference, domain, pairing)?.fixed(confidence))
}

/// Difference of two totals over equally long periods; `unit` as in [`total::total`].
#[must_use]
pub fn totals(current: &Buckets, reference: &Buckets, unit: f64, pairing: Pairing, confidence: f64) -> Difference {
    Contrast::totals(current, reference, unit, pairing).fixed(confidence)
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
    Ok(Contrast::quantiles(current, reference, probability, weights, pairing)?.fixed(confidence))
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
