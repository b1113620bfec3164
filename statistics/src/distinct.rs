//! Distinct viewers from a `uniqCombined64` sketch.
//!
//! The sketch is a HyperLogLog (Flajolet et al., AofA 2007) of 2^17 registers at ClickHouse's default precision 17, whose
//! relative standard error is `1.04 / sqrt(2^17)` = 0.287 %. Below some thousands the engine keeps a plain set and is exact;
//! we do not rely on where that ends.

use crate::difference::Difference;
use crate::estimate::{Estimate, Reliability};
use crate::law;

/// Relative standard error of `uniqCombined64` at precision 17: 1.04 / sqrt(131,072).
pub const RELATIVE_ERROR: f64 = 0.002_873;

/// A sketch's answer with the interval of its own error. The viewers themselves are counted, not sampled; see
/// [`difference`] for what a comparison adds. `attempts` are those with a viewer id.
#[must_use]
pub fn estimate(distinct: u64, attempts: u64, confidence: f64) -> Estimate {
    let value = distinct as f64;
    let standard_error = RELATIVE_ERROR * value;
    let half = law::critical(confidence, f64::INFINITY) * standard_error;
    Estimate {
        value,
        low: Some((value - half).max(0.0)),
        high: Some(value + half),
        standard_error,
        degrees: f64::INFINITY,
        attempts,
        buckets: 0,
        reliability: Reliability::Reliable,
    }
}

/// Difference of two sketches. Beside the error of both it holds the chance by which viewers come at all (Poisson: variance =
/// number), because "12 more viewers than yesterday" is no change. Viewers that stand on both sides make it too wide.
#[must_use]
pub fn difference(current: u64, reference: u64, confidence: f64) -> Difference {
    let (a, b) = (current as f64, reference as f64);
    // An empty side counts as one event, so that 0 against 0 is not certainty.
    let variance = (RELATIVE_ERROR * a).powi(2) + (RELATIVE_ERROR * b).powi(2) + (a + b).max(1.0);
    Difference::symmetric(a, b, variance.sqrt(), f64::INFINITY, confidence, Reliability::Reliable)
}
