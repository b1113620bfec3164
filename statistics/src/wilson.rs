//! A share where every viewer has one attempt, so that attempts are independent: Wilson's score interval.
//!
//! With `p = events ÷ trials`, `n = trials` and the normal critical value `z`:
//! `(p + z²/2n ± z·sqrt(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n)` (Wilson, *Journal of the American Statistical Association*, 1927). It
//! stays in 0..=1 and is no point where nothing was seen. As events are whole, its coverage goes up and down around the
//! nominal one (Brown, Cai & DasGupta, *Statistical Science*, 2001); docs/statistics.md has what was measured.
//!
//! Where viewers come back, [`crate::ratio`] is the method: it puts the number of trials that the buckets' spread says
//! into the same formula.

use crate::estimate::{Estimate, Null, Reliability, Shape, Side};

/// Below this many trials no verdict is given.
const MIN_TRIALS: u64 = 10;

/// With fewer events (or fewer trials without one) the coverage is a matter of where the share falls between two whole numbers:
/// 92 to 97 % were measured.
const RELIABLE_EVENTS: u64 = 8;

/// Share of `events` in `trials` that are independent of each other. Unit: a share, 0..=1.
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
        reliability: match events.min(trials.saturating_sub(events)) {
            _ if trials < MIN_TRIALS => Reliability::Insufficient,
            0..RELIABLE_EVENTS => Reliability::Unreliable,
            _ => Reliability::Reliable,
        },
        bounded: true,
    };
    Ok(side.estimate(confidence))
}
