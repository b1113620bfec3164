//! Log histograms: bins 2 % wide, so that a quantile read from one is within 2 % of the exact order statistic.
//!
//! `bin = floor(ln(v + 1) / ln 1.02)`; the `+ 1` gives 0 a bin of its own. The engine computes the same expression in SQL.
//! Merge is addition, so histograms of hours, countries and servers add up to the histogram of their union.

use std::fmt;

/// Ratio of a bin's upper to its lower edge, on the scale `v + 1`.
pub const BASE: f64 = 1.02;

/// The highest bin kept: values from 1.02^1500 ≈ 8·10^12 on (253 years in ms, 8 Tbit/s) share it.
pub const LAST_BIN: usize = 1_500;

/// The bin of a value. Negative values and NaN are impossible in what is measured and go to bin 0.
///
/// TRICKY: for values that sit exactly on an edge the last bit of `ln` decides, here and in SQL alike; an integer
/// never sits on an edge except 0, since 1.02^n is no integer.
#[must_use]
pub fn bin_of(value: f64) -> usize {
    if value.is_nan() || value <= 0.0 {
        return 0;
    }
    let bin = (value.ln_1p() / BASE.ln()).floor();
    if bin >= LAST_BIN as f64 { LAST_BIN } else { bin as usize }
}

/// Lower edge of a bin, in the unit of the values.
#[must_use]
pub fn lower_edge(bin: usize) -> f64 {
    (BASE.ln() * bin as f64).exp_m1()
}

/// Upper edge of a bin, which is the lower edge of the next.
#[must_use]
pub fn upper_edge(bin: usize) -> f64 {
    lower_edge(bin + 1)
}

/// Geometric middle of a bin on the scale `v + 1`; 0 for bin 0, which holds only 0 when values are integers.
#[must_use]
pub fn midpoint(bin: usize) -> f64 {
    if bin == 0 {
        return 0.0;
    }
    (BASE.ln() * (bin as f64 + 0.5)).exp_m1()
}

/// A value inside a bin, `fraction` of the way from its lower to its upper edge; 0 for bin 0.
pub(crate) fn interpolate(bin: usize, fraction: f64) -> f64 {
    if bin == 0 {
        return 0.0;
    }
    let (low, high) = (lower_edge(bin), upper_edge(bin));
    low + fraction.clamp(0.0, 1.0) * (high - low)
}

/// What was to be taken away was never in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotContained {
    /// The first bin that would have become negative.
    pub bin: usize,
}

impl fmt::Display for NotContained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bin {} holds fewer values than are to be subtracted", self.bin)
    }
}

impl std::error::Error for NotContained {}

/// Counts per bin, and the exact sum of the values, so that the mean carries no bin error.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    sum: f64,
}

/// Equal when every bin and the sum are; trailing empty bins do not count.
impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.sum == other.sum && self.occupied().eq(other.occupied())
    }
}

impl Histogram {
    /// An empty histogram.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one value.
    pub fn record(&mut self, value: f64) {
        self.add(bin_of(value), 1);
        self.sum += value.max(0.0);
    }

    /// Adds `count` values to a bin, as the engine counted them. Their sum comes by [`Self::add_sum`].
    pub fn add(&mut self, bin: usize, count: u64) {
        let bin = bin.min(LAST_BIN);
        if bin >= self.counts.len() {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += count;
        self.count += count;
    }

    /// Adds to the exact sum of the values.
    pub fn add_sum(&mut self, sum: f64) {
        self.sum += sum;
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (bin, count) in other.occupied() {
            self.add(bin, count);
        }
        self.sum += other.sum;
    }

    /// Takes away all of `other`, for instance the asker's own share of a total.
    ///
    /// # Errors
    /// [`NotContained`] when a bin would become negative; nothing is changed then.
    pub fn subtract(&mut self, other: &Self) -> Result<(), NotContained> {
        for (bin, count) in other.occupied() {
            if self.counts.get(bin).copied().unwrap_or(0) < count {
                return Err(NotContained { bin });
            }
        }
        for (bin, count) in other.occupied() {
            self.counts[bin] -= count;
        }
        self.count -= other.count;
        self.sum = if self.count == 0 { 0.0 } else { self.sum - other.sum };
        Ok(())
    }

    /// How many values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Exact sum of the values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Exact mean. `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The bins that hold something, in rising order, with their counts.
    pub fn occupied(&self) -> impl Iterator<Item = (usize, u64)> + Clone + '_ {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(bin, count)| (bin, *count))
    }

    /// The value below which a `probability` share lies, interpolated inside its bin. `None` without values.
    ///
    /// Within one bin (2 %) of the exact order statistic.
    #[must_use]
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        weighted_quantile(self.occupied().map(|(bin, count)| (bin, count as f64)), probability)
    }
}

/// Quantile of bins with real weights, in rising order of bin. `None` when the weights sum to 0.
pub(crate) fn weighted_quantile(bins: impl Iterator<Item = (usize, f64)> + Clone, probability: f64) -> Option<f64> {
    let whole: f64 = bins.clone().map(|(_, weight)| weight).sum();
    if whole <= 0.0 {
        return None;
    }
    let target = probability.clamp(0.0, 1.0) * whole;
    let mut below = 0.0;
    let mut last = None;
    for (bin, weight) in bins.filter(|(_, weight)| *weight > 0.0) {
        if below + weight >= target {
            return Some(interpolate(bin, (target - below) / weight));
        }
        below += weight;
        last = Some(bin);
    }
    // Rounding may leave the target a hair above the last cumulative weight.
    last.map(|bin| interpolate(bin, 1.0))
}
