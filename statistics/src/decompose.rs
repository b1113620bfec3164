//! Worse quality or another audience: a difference split into a rate effect and a mix effect.
//!
//! Both sides are post-stratified on the same strata (device class × country × connection). The *rate effect* is what the
//! difference would be for one audience on both sides, the *mix effect* what moving the audience alone would do. Each is
//! averaged over both orders (first rates, then mix; first mix, then rates), which for ratios is Kitagawa's decomposition
//! (JASA 1955) with the mean of both audiences as the standard, and in general the Shapley value. So the parts sum exactly to
//! the whole and change sign when the sides are swapped. A stratum that stands on one side only has no rate to compare:
//! its whole contribution is mix.

use crate::bucket::Sums;
use crate::estimate::Null;
use crate::histogram::{Histogram, weighted_quantile};

/// The parts of a difference. `rate_effect + mix_effect = difference` to rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decomposition {
    /// `current − reference`.
    pub difference: f64,
    /// Same audience, other quality.
    pub rate_effect: f64,
    /// Other audience, same quality.
    pub mix_effect: f64,
}

/// One stratum of a ratio on both sides; all zero where it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stratum {
    /// The side asked about.
    pub current: Sums,
    /// The side compared with.
    pub reference: Sums,
}

/// Splits a difference of ratios.
///
/// # Errors
/// [`Null::NoDenominator`] when either side has none.
pub fn ratios(strata: &[Stratum]) -> Result<Decomposition, Null> {
    let sum = |of: fn(&Stratum) -> f64| strata.iter().map(of).sum::<f64>();
    let whole_a = sum(|s| s.current.denominator);
    let whole_b = sum(|s| s.reference.denominator);
    if !(whole_a > 0.0 && whole_b > 0.0) {
        return Err(Null::NoDenominator);
    }
    let (mut rate_effect, mut mix_effect) = (0.0, 0.0);
    for stratum in strata {
        let rate = |sums: &Sums| (sums.denominator > 0.0).then(|| sums.numerator / sums.denominator);
        let (rate_a, rate_b) = match (rate(&stratum.current), rate(&stratum.reference)) {
            (Some(a), Some(b)) => (a, b),
            (Some(only), None) | (None, Some(only)) => (only, only),
            (None, None) => continue,
        };
        let (share_a, share_b) = (
            stratum.current.denominator / whole_a,
            stratum.reference.denominator / whole_b,
        );
        rate_effect += (share_a + share_b) / 2.0 * (rate_a - rate_b);
        mix_effect += (rate_a + rate_b) / 2.0 * (share_a - share_b);
    }
    let difference = sum(|s| s.current.numerator) / whole_a - sum(|s| s.reference.numerator) / whole_b;
    Ok(Decomposition {
        difference,
        rate_effect,
        mix_effect,
    })
}

/// One stratum of a distribution on both sides; empty where it is missing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistogramStratum {
    /// The side asked about.
    pub current: Histogram,
    /// The side compared with.
    pub reference: Histogram,
}

/// Splits a difference of quantiles: the strata's histograms are reweighted to the other side's audience.
///
/// # Errors
/// [`Null::NoValues`] when either side is empty.
pub fn quantiles(strata: &[HistogramStratum], probability: f64) -> Result<Decomposition, Null> {
    let count_a: f64 = strata.iter().map(|s| s.current.count() as f64).sum();
    let count_b: f64 = strata.iter().map(|s| s.reference.count() as f64).sum();
    if count_a == 0.0 || count_b == 0.0 {
        return Err(Null::NoValues);
    }
    let mixture = |rates_of_current: bool, mix_of_current: bool| {
        let mut bins: Vec<f64> = Vec::new();
        for stratum in strata {
            let (mine, other) = if rates_of_current {
                (&stratum.current, &stratum.reference)
            } else {
                (&stratum.reference, &stratum.current)
            };
            let histogram = if mine.count() > 0 { mine } else { other };
            let share = if mix_of_current {
                stratum.current.count() as f64 / count_a
            } else {
                stratum.reference.count() as f64 / count_b
            };
            if share == 0.0 {
                continue;
            }
            for (bin, count) in histogram.occupied() {
                if bin >= bins.len() {
                    bins.resize(bin + 1, 0.0);
                }
                bins[bin] += share * count as f64 / histogram.count() as f64;
            }
        }
        weighted_quantile(bins.iter().copied().enumerate(), probability).ok_or(Null::NoValues)
    };
    let (whole_a, whole_b) = (mixture(true, true)?, mixture(false, false)?);
    let (rates_only, mix_only) = (mixture(true, false)?, mixture(false, true)?);
    Ok(Decomposition {
        difference: whole_a - whole_b,
        rate_effect: ((rates_only - whole_b) + (whole_a - mix_only)) / 2.0,
        mix_effect: ((mix_only - whole_b) + (whole_a - rates_only)) / 2.0,
    })
}
