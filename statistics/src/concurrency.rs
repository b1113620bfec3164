//! Concurrent viewers, sampled every 5 s.
//!
//! Both functions take one number per viewer bucket. Viewers come independently, so the bucket numbers are independent and
//! [`crate::total`] applies as it stands: an average over ticks of one hour is the sum of 128 bucket averages.

use crate::bucket::{Buckets, Sums};
use crate::estimate::Estimate;
use crate::total;

/// Average over the ticks of an interval: `averages[bucket]` is that bucket's average over the same ticks.
///
/// The sum over ticks inside a bucket keeps the strong correlation of neighbouring ticks where it belongs: inside one draw.
#[must_use]
pub fn average(averages: &[f64], attempts: u64, confidence: f64) -> Estimate {
    from_cells(averages, attempts, confidence)
}

/// The highest tick: `at_highest[bucket]` is that bucket's count at the tick where the sum over buckets was highest.
///
/// DIFFERENCE: the value is the exact maximum of what was counted. The interval is that of the audience at this one tick, not
/// of the maximum over repeated days; a maximum picks the luckiest tick, so it lies above the expected load at that time
/// of day by up to about one standard error.
#[must_use]
pub fn maximum(at_highest: &[f64], attempts: u64, confidence: f64) -> Estimate {
    from_cells(at_highest, attempts, confidence)
}

/// The per-bucket numbers as [`Buckets`], for [`crate::difference::totals`] with a unit of 1.
#[must_use]
pub fn buckets(cells: &[f64]) -> Buckets {
    Buckets::from_rows(cells.iter().enumerate().map(|(bucket, value)| {
        let sums = Sums {
            // At a moment a viewer is in one attempt, so viewers are what there is to count.
            attempts: value.max(0.0).round() as u64,
            numerator: *value,
            denominator: 0.0,
        };
        (bucket, sums)
    }))
}

fn from_cells(cells: &[f64], attempts: u64, confidence: f64) -> Estimate {
    Estimate {
        attempts,
        ..total::total(&buckets(cells), 1.0, confidence)
    }
}
