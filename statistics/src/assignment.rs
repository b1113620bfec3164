//! Sample ratio mismatch: did the arms of an experiment get the shares of viewers that they were meant to get?
//!
//! Where they did not, viewers went missing (a crash before the exposure is told, a redirect, a bot that only one arm lets in), and those
//! who are missing are not like those who are there: no interval repairs that. So a mismatch refuses the verdict of *every*
//! metric of the experiment (Fabijan et al., KDD 2019; they found it in about 6 % of experiments).
//!
//! # Formula
//! With `E = weight ÷ Σ weights · Σ viewers` expected and `O` exposed viewers per arm: `χ² = Σ (O − E)² ÷ E` with one degree of
//! freedom less than arms (Pearson, *Philosophical Magazine*, 1900). Where an arm expects fewer than 5 viewers that law is
//! too coarse, so far out above all; then it is the exact binomial tail of each arm against the others, the smallest,
//! times the number of arms (Bonferroni).
//!
//! # Counting
//! Distinct viewers, not attempts: a viewer is assigned once and comes as often as they like, so attempts are no independent draws and
//! would refuse sound experiments. *Exposed* viewers, in all arms by the same rule, which no arm can influence.
//!
//! # Edges
//! Viewers in an arm of weight 0 are a mismatch (`p` = 0). Nobody exposed, or fewer than two arms in all: no answer.
//! The bound of 0.001 is for one look; docs/statistics.md says how often a hundred looks refuse a sound experiment.

use crate::law;

/// Below this p-value a verdict is refused: once in a thousand sound experiments.
pub const REFUSE_BELOW: f64 = 0.001;

/// Smallest expected number for which χ² is believed (Cochran, *Biometrics*, 1954).
const MIN_EXPECTED: f64 = 5.0;

/// What one arm was meant to get, and got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// Distinct viewers exposed.
    pub viewers: u64,
    /// Intended weight, on any scale; not negative.
    pub weight: f64,
}

/// What the check found.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRatio {
    /// Viewers that each arm should have got, in the order asked.
    pub expected: Vec<f64>,
    /// χ². Infinite where an arm of weight 0 has viewers.
    pub chi_squared: f64,
    /// Chance of shares at least this far off, were the assignment sound.
    pub p_value: f64,
    /// From the exact binomial instead of χ².
    pub exact: bool,
}

impl SampleRatio {
    /// Whether verdicts are to be refused.
    #[must_use]
    pub fn is_mismatch(&self) -> bool {
        self.p_value < REFUSE_BELOW
    }
}

/// Compares exposed viewers with the intended weights. `None` when nobody was exposed, fewer than two arms stand
/// there, or the weights say nothing (negative, not finite, all 0).
#[must_use]
pub fn sample_ratio(arms: &[Exposure]) -> Option<SampleRatio> {
    let viewers: u64 = arms.iter().map(|arm| arm.viewers).sum();
    let weights: f64 = arms.iter().map(|arm| arm.weight).sum();
    let sound = arms.iter().all(|arm| arm.weight >= 0.0) && weights.is_finite() && weights > 0.0;
    if arms.len() < 2 || viewers == 0 || !sound {
        return None;
    }
    let share = |arm: &Exposure| arm.weight / weights;
    let expected: Vec<f64> = arms.iter().map(|arm| share(arm) * viewers as f64).collect();
    if arms.iter().any(|arm| arm.weight == 0.0 && arm.viewers > 0) {
        return Some(SampleRatio {
            expected,
            chi_squared: f64::INFINITY,
            p_value: 0.0,
            exact: true,
        });
    }
    let weighted = || arms.iter().zip(&expected).filter(|(arm, _)| arm.weight > 0.0);
    let chi_squared = weighted()
        .map(|(arm, expected)| (arm.viewers as f64 - expected).powi(2) / expected)
        .sum();
    let exact = weighted().any(|(_, expected)| *expected < MIN_EXPECTED);
    let count = weighted().count();
    let p_value = match (count, exact) {
        // All weight on one arm, and all viewers in it.
        (1, _) => 1.0,
        (_, false) => law::chi_squared_above(chi_squared, count as f64 - 1.0),
        (_, true) => {
            let smallest = weighted()
                .map(|(arm, _)| law::binomial_two_sided(arm.viewers, viewers, share(arm)))
                .fold(1.0, f64::min);
            // The two tails of two arms are the same event.
            let tests = if count == 2 { 1.0 } else { count as f64 };
            (smallest * tests).min(1.0)
        }
    };
    Some(SampleRatio {
        expected,
        chi_squared,
        p_value,
        exact,
    })
}
