//! The minimum detectable difference: what "no detectable change" could have missed, and what a trial of a given size can find.
//!
//! A true difference of `(c + t_power) · se` is found in `power` of all repetitions, `c` being the number of standard errors to
//! either side of the interval: `t_{1−α/2}` where a comparison is read once (Cohen, *Statistical Power Analysis for the
//! Behavioral Sciences*, 1988, ch. 2, with t instead of normal points), the wider [`crate::sequence::critical`] where it is read
//! again and again (then it is the power of the one look at that size, and earlier looks only add to it).

use crate::estimate::Estimate;
use crate::law;

/// Share of repetitions in which a difference of the minimum detectable size is found.
pub const POWER: f64 = 0.8;

/// Smallest true difference that would be found with probability [`POWER`], in the unit of the standard error.
#[must_use]
pub fn minimum_detectable(standard_error: f64, degrees: f64, confidence: f64) -> f64 {
    beyond(law::critical(confidence, degrees), standard_error, degrees)
}

/// The same with a critical value of another origin.
pub(crate) fn beyond(critical: f64, standard_error: f64, degrees: f64) -> f64 {
    (critical + law::lower_point(POWER, degrees)) * standard_error
}

/// Attempts that would make `wanted` the minimum detectable difference, where `attempts` made it `minimum_detectable`.
/// Errors shrink with the square root of the viewers, so this counts on attempts of new viewers: more attempts of the same ones
/// say less. `None` when `wanted` is not positive.
#[must_use]
pub fn attempts_needed(attempts: u64, minimum_detectable: f64, wanted: f64) -> Option<u64> {
    (wanted > 0.0).then(|| (attempts as f64 * (minimum_detectable / wanted).powi(2)).ceil() as u64)
}

/// Standard error of the difference between two arms, had the audience behind `history` been split between them: what a trial
/// of that length will have, before it begins. `shares` are the parts of the audience in each arm, 0..=1, together at most 1.
///
/// `se · sqrt(1/a + 1/b)`: an arm with a part `a` of the viewers has `1/a` of the variance, and the arms are independent. In
/// the unit of the metric. `None` when a share is not positive.
#[must_use]
pub fn standard_error_of_split(history: &Estimate, shares: [f64; 2]) -> Option<f64> {
    shares
        .iter()
        .all(|share| *share > 0.0)
        .then(|| history.standard_error * (1.0 / shares[0] + 1.0 / shares[1]).sqrt())
}
