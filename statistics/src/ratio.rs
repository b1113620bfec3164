//! A ratio of sums with its interval: rebuffer ratio, failure shares, bitrate, stalls per hour, means.
//!
//! Delta method over viewer buckets (the linearised ratio of cluster sampling; Cochran, *Sampling Techniques*, ch. 6; for
//! online metrics Deng, Knoblich & Lu, KDD 2018): with `R = ΣN/ΣD`, bucket residuals `e = N_k − R·D_k` and K buckets with
//! data, `Var R = K/(K−1) · Σe² / (ΣD)²`, Student's t with K−1 degrees. Bounds are score bounds with that variance, so they
//! stay in the domain; see [`crate::estimate`].
//!
//! Few buckets: with K < 10 the result is `Insufficient`, with K < 20 or fewer than 100
//! effective viewers `Unreliable`; with K = 1 the interval is the domain.
//! No events: where the numerator is 0 (or the whole denominator) the residuals vanish and say nothing. Then a share has
//! Wilson's interval over `attempts ÷ attempts_per_viewer` trials, and a rate the Poisson score bound, one event being 1 in
//! the numerator. For shares of time this takes a stalled attempt for all stall: wide, but never too narrow.

use crate::bucket::{Buckets, is_occupied};
use crate::estimate::{Estimate, Null, Shape, Side, reliability_of};

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

/// Share of `events` in `trials` that are independent of each other, one attempt per viewer: Wilson's score interval.
///
/// # Errors
/// [`Null::NoDenominator`] when there are no trials.
pub fn wilson(events: u64, trials: u64, confidence: f64) -> Result<Estimate, Null> {
    if trials == 0 {
        return Err(Null::NoDenominator);
    }
    let n = trials as f64;
    let p = (events.min(trials)) as f64 / n;
    let side = Side {
        value: p,
        variance: p * (1.0 - p) / n,
        degrees: f64::INFINITY,
        shape: Shape::Share { effective: n },
        attempts: trials,
        buckets: 0,
        reliability: if trials < 10 {
            crate::Reliability::Insufficient
        } else {
            crate::Reliability::Reliable
        },
        bounded: true,
    };
    Ok(side.estimate(confidence))
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
    let occupied = buckets.cells().iter().filter(|cell| is_occupied(cell)).count();
    let mut value = (whole.numerator / whole.denominator).max(0.0);
    if domain == Domain::Share {
        value = value.min(1.0);
    }
    let k = occupied as f64;
    let variance = if occupied > 1 {
        k / (k - 1.0) * influence(buckets).iter().map(|e| e * e).sum::<f64>()
    } else {
        0.0
    };
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
    Ok(Side {
        value,
        variance: if has_variance { variance } else { 0.0 },
        degrees: (k - 1.0).max(1.0),
        shape,
        attempts: whole.attempts,
        buckets: occupied,
        reliability: reliability_of(occupied, buckets.effective_viewers()),
        bounded: occupied > 1,
    })
}
