//! A ratio of sums with its interval: rebuffer ratio, failure shares, bitrate, stalls per hour, means.
//!
//! Delta method over viewer buckets (the linearised ratio of cluster sampling; Cochran, *Sampling Techniques*, ch. 6; for
//! online metrics Deng, Knoblich & Lu, KDD 2018): with `R = ΣN/ΣD`, bucket residuals `e = N_k − R·D_k` and K buckets with
//! data, `u = e / (ΣD − D_k)` is what `R` moves by without bucket k, and `Var R = (K−1)/K · Σu²` (the jackknife; Efron & Stein,
//! *Annals of Statistics*, 1981). For buckets of one size this is the textbook's `K/(K−1) · Σe² / (ΣD)²`; where a few
//! viewers hold much of the denominator that one is too small, because they pull `R` towards themselves. Student's t with
//! K−1 degrees, fewer where a few buckets are most of the variance. Bounds are score bounds with that variance, so they stay in
//! the domain; see [`crate::estimate`].
//!
//! Few buckets: with K < 10 the result is `Insufficient`, with K < 20 or fewer than 100
//! effective viewers `Unreliable`; with K = 1 the interval is the domain.
//! No events: where the numerator is 0 (or the whole denominator) the residuals vanish and say nothing. Then a share has
//! Wilson's interval over `attempts ÷ attempts_per_viewer` trials, and a rate the Poisson score bound, one event being 1 in
//! the numerator. For shares of time this takes a stalled attempt for all stall: wide, but never too narrow.

use crate::bucket::Buckets;
use crate::estimate::{Estimate, Null, Shape, Side, degrees_of, reliability_of};

/// Where a ratio can lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// 0..=1: the numerator is part of the denominator (shares of attempts, of frames, of time).
    Share,
    /// ≥ 0: rates per hour, bitrates, means.
    NonNegative,
}

/// The ratio `Σ numerator ÷ Σ denominator` with its interval.
///
/// # Errors
/// [`Null::NoDenominator`] when the denominator is 0.
pub fn ratio(buckets: &Buckets, domain: Domain, confidence: f64) -> Result<Estimate, Null> {
    Ok(side(buckets, domain)?.estimate(confidence))
}

/// Per-bucket influence of a ratio: what each bucket adds to the error of `R`. Sums to 0.
pub(crate) fn influence(buckets: &Buckets) -> Vec<f64> {
    let whole = buckets.whole();
    let value = whole.numerator / whole.denominator;
    buckets
        .cells()
        .iter()
        .map(|cell| (cell.numerator - value * cell.denominator) / whole.denominator)
        .collect()
}

pub(crate) fn side(buckets: &Buckets, domain: Domain) -> Result<Side, Null> {
    let whole = buckets.whole();
    if whole.denominator.is_nan() || whole.denominator <= 0.0 {
        return Err(Null::NoDenominator);
    }
    Ok(side_with(buckets, domain, Spread::of(&influence(buckets), buckets)))
}

/// What the influences of buckets say about the error of a ratio.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    /// Variance; 0 for one bucket, which says nothing.
    pub variance: f64,
    /// Degrees of freedom of the variance.
    pub degrees: f64,
}

/// A bucket with nearly the whole denominator cannot be left out to see what happens; then it counts this many times.
const MOST_LEVERAGE: f64 = 10.0;

impl Spread {
    pub(crate) fn of(influence: &[f64], buckets: &Buckets) -> Self {
        let whole = buckets.whole().denominator;
        let k = buckets.occupied() as f64;
        let jackknife: Vec<f64> = influence
            .iter()
            .zip(buckets.cells())
            .map(|(e, cell)| e / (1.0 - cell.denominator / whole).max(1.0 / MOST_LEVERAGE))
            .collect();
        let variance = if k > 1.0 {
            (k - 1.0) / k * jackknife.iter().map(|u| u * u).sum::<f64>()
        } else {
            0.0
        };
        let value = buckets.whole().numerator / whole;
        Self {
            variance,
            degrees: degrees_of(&jackknife, buckets.occupied(), value, variance),
        }
    }
}

/// The side with a spread found elsewhere (see [`crate::cuped`]). The denominator must be positive.
pub(crate) fn side_with(buckets: &Buckets, domain: Domain, Spread { variance, degrees }: Spread) -> Side {
    let whole = buckets.whole();
    let occupied = buckets.occupied();
    let mut value = (whole.numerator / whole.denominator).max(0.0);
    if domain == Domain::Share {
        value = value.min(1.0);
    }
    // Rounding leaves residuals of about 1e-16·R where there are none; they must not pass for a variance.
    let has_variance = variance > (value * 1e-9).powi(2);
    let shape = match domain {
        Domain::Share => {
            let spread = value * (1.0 - value);
            let effective = if has_variance && spread > 0.0 {
                spread / variance
            } else {
                buckets.effective_viewers().max(1.0)
            };
            Shape::Share { effective }
        }
        Domain::NonNegative => Shape::Positive {
            scale: if has_variance && value > 0.0 {
                variance / value
            } else {
                buckets.attempts_per_viewer() / whole.denominator
            },
        },
    };
    Side {
        value,
        variance: if has_variance { variance } else { 0.0 },
        degrees,
        shape,
        attempts: whole.attempts,
        buckets: occupied,
        reliability: reliability_of(occupied, buckets.effective_viewers()),
        bounded: occupied > 1,
    }
}
