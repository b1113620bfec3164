//! The minimum detectable difference: what "no detectable change" could have missed.
//!
//! A true difference of `(t_{1−α/2} + t_power) · se` is found in `power` of all repetitions (Cohen, *Statistical Power
//! Analysis*, 1988, ch. 2, with t instead of normal points).

use crate::student;

/// Share of repetitions in which a difference of the minimum detectable size is found.
pub const POWER: f64 = 0.8;

/// Smallest true difference that would be found with probability [`POWER`], in the unit of the standard error.
#[must_use]
pub fn minimum_detectable(standard_error: f64, degrees: f64, confidence: f64) -> f64 {
    (student::critical(confidence, degrees) + student::lower_point(POWER, degrees)) * standard_error
}

/// Attempts that would make `wanted` the minimum detectable difference, where `attempts` made it `minimum_detectable`.
/// Errors shrink with the square root of the data. `None` when `wanted` is not positive.
#[must_use]
pub fn attempts_needed(attempts: u64, minimum_detectable: f64, wanted: f64) -> Option<u64> {
    (wanted > 0.0).then(|| (attempts as f64 * (minimum_detectable / wanted).powi(2)).ceil() as u64)
}
