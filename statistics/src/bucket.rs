//! Sums and histograms per viewer bucket: the one shape every interval starts from.
//!
//! A bucket holds all attempts of the viewers whose hash falls into it, so buckets are independent of each other though
//! attempts are not. A bucket that is missing from the engine's answer had no attempts: zeros.

use crate::histogram::Histogram;

/// How many viewer buckets there are. 32 to 1,024 held the nominal error in simulation; 128 keeps a cell under 3 kB.
pub const BUCKETS: usize = 128;

/// Sums over the attempts of one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    /// Attempts in scope.
    pub attempts: u64,
    /// Sum of the metric's numerator; for a count or sum metric, the sum itself.
    pub numerator: f64,
    /// Sum of the metric's denominator; 0 for a count or sum metric.
    pub denominator: f64,
}

/// Sums per viewer bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Buckets {
    cells: Vec<Sums>,
}

impl Default for Buckets {
    fn default() -> Self {
        Self::new()
    }
}

impl Buckets {
    /// 128 empty buckets.
    #[must_use]
    pub fn new() -> Self {
        Self {
            cells: vec![Sums::default(); BUCKETS],
        }
    }

    /// From the engine's rows; buckets without a row stay zero, repeated buckets add up.
    #[must_use]
    pub fn from_rows(rows: impl IntoIterator<Item = (usize, Sums)>) -> Self {
        let mut buckets = Self::new();
        for (bucket, sums) in rows {
            buckets.add(bucket, sums);
        }
        buckets
    }

    /// Adds sums to one bucket. The bucket number is taken modulo 128.
    pub fn add(&mut self, bucket: usize, sums: Sums) {
        debug_assert!(sums.numerator.is_finite() && sums.denominator.is_finite());
        let cell = &mut self.cells[bucket % BUCKETS];
        cell.attempts += sums.attempts;
        cell.numerator += sums.numerator;
        cell.denominator += sums.denominator;
    }

    /// Adds another period, dimension value or server, bucket by bucket.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, sums) in other.cells.iter().enumerate() {
            self.add(bucket, *sums);
        }
    }

    /// All 128 cells in order.
    #[must_use]
    pub fn cells(&self) -> &[Sums] {
        &self.cells
    }

    /// Sums over all buckets.
    #[must_use]
    pub fn whole(&self) -> Sums {
        let mut whole = Sums::default();
        for cell in &self.cells {
            whole.attempts += cell.attempts;
            whole.numerator += cell.numerator;
            whole.denominator += cell.denominator;
        }
        whole
    }

    /// Buckets with at least one attempt or something in the denominator.
    #[must_use]
    pub fn occupied(&self) -> usize {
        self.cells.iter().filter(|cell| is_occupied(cell)).count()
    }

    /// The numerators over the attempts instead of their own denominators: a total as a rate per attempt (play time per
    /// attempt, stalls per attempt), for [`crate::ratio`] and everything that takes ratios. Comparing totals of two arms means
    /// this one, since arms need not be of one size.
    #[must_use]
    pub fn per_attempt(&self) -> Self {
        let cells = self.cells.iter().map(|cell| Sums {
            denominator: cell.attempts as f64,
            ..*cell
        });
        Self { cells: cells.collect() }
    }

    /// How many attempts share one viewer's fate, at worst: the index of dispersion of attempts over buckets, at least 1.
    ///
    /// Where viewers fall into buckets at random, variance ÷ mean of the attempts per bucket is `E[m²] / E[m]` for `m`
    /// attempts per viewer, which is the design effect (Kish, *Survey Sampling*, 1965) of a perfect correlation within
    /// viewers. It needs no outcome, so it serves when there were no events to learn a correlation from.
    #[must_use]
    pub fn attempts_per_viewer(&self) -> f64 {
        let mean = self.whole().attempts as f64 / BUCKETS as f64;
        if mean <= 0.0 {
            return 1.0;
        }
        let squares: f64 = self
            .cells
            .iter()
            .map(|cell| (cell.attempts as f64 - mean).powi(2))
            .sum();
        (squares / (BUCKETS - 1) as f64 / mean).max(1.0)
    }

    /// Attempts ÷ [`Self::attempts_per_viewer`]: how many independent viewers there are at worst.
    #[must_use]
    pub fn effective_viewers(&self) -> f64 {
        self.whole().attempts as f64 / self.attempts_per_viewer()
    }
}

fn is_occupied(cell: &Sums) -> bool {
    cell.attempts > 0 || cell.denominator > 0.0
}

/// A log histogram per viewer bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct BucketHistograms {
    cells: Vec<Histogram>,
}

impl Default for BucketHistograms {
    fn default() -> Self {
        Self::new()
    }
}

impl BucketHistograms {
    /// 128 empty histograms.
    #[must_use]
    pub fn new() -> Self {
        Self {
            cells: vec![Histogram::new(); BUCKETS],
        }
    }

    /// Adds one value of one attempt. The bucket number is taken modulo 128.
    pub fn record(&mut self, bucket: usize, value: f64) {
        self.cells[bucket % BUCKETS].record(value);
    }

    /// Adds `count` values to a bin, as the engine counted them.
    pub fn add(&mut self, bucket: usize, bin: usize, count: u64) {
        self.cells[bucket % BUCKETS].add(bin, count);
    }

    /// Adds to the exact sum of a bucket's values.
    pub fn add_sum(&mut self, bucket: usize, sum: f64) {
        self.cells[bucket % BUCKETS].add_sum(sum);
    }

    /// Adds another period, dimension value or server, bucket by bucket.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            mine.merge(theirs);
        }
    }

    /// All 128 histograms in order.
    #[must_use]
    pub fn cells(&self) -> &[Histogram] {
        &self.cells
    }

    /// The histogram of everything.
    #[must_use]
    pub fn whole(&self) -> Histogram {
        let mut whole = Histogram::new();
        for cell in &self.cells {
            whole.merge(cell);
        }
        whole
    }

    /// Values in all buckets.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cells.iter().map(Histogram::count).sum()
    }

    /// Buckets with at least one value.
    #[must_use]
    pub fn occupied(&self) -> usize {
        self.cells.iter().filter(|cell| cell.count() > 0).count()
    }

    /// Sum of values over number of values per bucket: the mean as a ratio of sums, for [`crate::ratio`].
    #[must_use]
    pub fn sums(&self) -> Buckets {
        Buckets::from_rows(self.cells.iter().enumerate().map(|(bucket, cell)| {
            let sums = Sums {
                attempts: cell.count(),
                numerator: cell.sum(),
                denominator: cell.count() as f64,
            };
            (bucket, sums)
        }))
    }
}
