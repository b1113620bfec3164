//! A count or sum over all attempts with its interval: attempts, plays, play time, stalls.
//!
//! DIFFERENCE: a total is counted, not sampled; what arrived is exact. The interval answers another question, the one a
//! comparison needs: how far would this total move if an audience of the same kind had come by chance once more? Viewers come
//! or stay away independently, each bringing all their attempts, so the 128 bucket totals are independent draws (also the
//! empty ones) and `Var T = 128/127 · Σ (T_k − T/128)²`. For one attempt per viewer this is the Poisson variance. It holds
//! no weather, no football and no weekday: day-to-day spread is what [`crate::baseline`] adds.
//!
//! Bounds are the score bounds of a rate (≥ 0, never a point): a total of 0 reaches up to `c²` units.

use crate::bucket::{BUCKETS, Buckets};
use crate::estimate::{Estimate, Reliability, Shape, Side, degrees_of, reliability_of};

/// The sum of the numerators with its interval.
///
/// `unit` is the size of the smallest event that counts, used only where nothing was seen: 1 for counts, 250 for stall time
/// in ms (the shortest stall counted), 1,000 for play time in ms.
#[must_use]
pub fn total(buckets: &Buckets, unit: f64, confidence: f64) -> Estimate {
    side(buckets, unit).estimate(confidence)
}

/// Per-bucket influence of a total. Sums to 0.
pub(crate) fn influence(buckets: &Buckets) -> Vec<f64> {
    let mean = buckets.whole().numerator / BUCKETS as f64;
    buckets.cells().iter().map(|cell| cell.numerator - mean).collect()
}

pub(crate) fn side(buckets: &Buckets, unit: f64) -> Side {
    let whole = buckets.whole();
    let value = whole.numerator.max(0.0);
    let k = BUCKETS as f64;
    let influence = influence(buckets);
    let variance = k / (k - 1.0) * influence.iter().map(|e| e * e).sum::<f64>();
    let occupied = buckets.cells().iter().filter(|cell| cell.numerator > 0.0).count();
    let scale = if value > 0.0 && variance > 0.0 {
        variance / value
    } else {
        unit * buckets.attempts_per_viewer()
    };
    Side {
        value,
        variance,
        degrees: degrees_of(&influence, BUCKETS, value, variance),
        shape: Shape::Positive { scale },
        attempts: whole.attempts,
        buckets: occupied,
        // Zero is a fact about a count, not a lack of data; a handful of viewers is one.
        reliability: if value == 0.0 && whole.attempts > 0 {
            Reliability::Reliable
        } else {
            reliability_of(occupied, buckets.effective_viewers())
        },
        bounded: true,
    }
}
