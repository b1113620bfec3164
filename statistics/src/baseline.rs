//! `auto`: today against the median of up to six same weekdays at equal elapsed time, with a MAD guard.
//!
//! A quiet day differs from other quiet days by more than sampling error, so an interval of sampling error alone would cry
//! wolf daily. The interval here is a *prediction* interval: would a day like the reference days lie this far off? It joins
//! the sampling error of today, the day-to-day spread seen among the references (1.4826 · MAD, with the small-sample factors
//! of Croux & Rousseeuw, COMPSTAT 1992) and the error of their median. Median and MAD stand when one reference day was itself
//! an incident. A spread from six days is a guess, which t with few degrees pays for; see [`spread_degrees`].
//!
//! Which days are usable (complete, no incident, no holiday) and what equal elapsed time means is decided in `query`.

use crate::difference::Difference;
use crate::estimate::{Estimate, Null, Reliability};

/// References taken: six weeks.
pub const MAX_REFERENCES: usize = 6;

/// References needed for a median and a MAD to mean something.
pub const MIN_REFERENCES: usize = 3;

/// MAD → standard deviation under the normal law: 1 / Φ⁻¹(0.75).
const MAD_SCALE: f64 = 1.4826;

/// Small-sample factors of the MAD for n = 3, 4, 5, 6 (Croux & Rousseeuw 1992, table of b_n).
const SMALL_SAMPLE: [f64; 4] = [1.495, 1.363, 1.206, 1.200];

/// Variance of a median over that of a mean; π/2 in the limit, a little less for n ≤ 6.
const MEDIAN_COST: f64 = std::f64::consts::FRAC_PI_2;

/// Today against its usual weekday.
#[derive(Debug, Clone, PartialEq)]
pub struct Auto {
    /// Today minus the median of the references.
    pub difference: Difference,
    /// Standard deviation from day to day beyond sampling error, as far as it could be seen.
    pub spread: f64,
    /// Which references make the median: one index, or two whose mean it is. Decompose against these and take the mean:
    /// then the parts sum to `difference`.
    pub middle: Vec<usize>,
    /// How many references were used: at most the first six.
    pub references: usize,
}

/// Degrees of freedom that go with a MAD of `n` days: about 0.37·(n−1), its efficiency under the normal law, at least 1…
/// kept at n−1 here because the spread already carries the small-sample factor; calibrated by simulation.
fn spread_degrees(n: usize) -> f64 {
    (n as f64 - 1.0).max(1.0)
}

/// Compares today with usable references, most recent first.
///
/// # Errors
/// [`Null::TooFewReferences`] under three.
pub fn auto(current: &Estimate, references: &[Estimate], confidence: f64) -> Result<Auto, Null> {
    let references = &references[..references.len().min(MAX_REFERENCES)];
    let n = references.len();
    if n < MIN_REFERENCES {
        return Err(Null::TooFewReferences {
            usable: n,
            needed: MIN_REFERENCES,
        });
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| references[*a].value.total_cmp(&references[*b].value));
    let middle: Vec<usize> = if n % 2 == 1 {
        vec![order[n / 2]]
    } else {
        vec![order[n / 2 - 1], order[n / 2]]
    };
    let reference = middle.iter().map(|index| references[*index].value).sum::<f64>() / middle.len() as f64;
    let mad = median(references.iter().map(|day| (day.value - reference).abs()).collect());
    let seen = (MAD_SCALE * SMALL_SAMPLE[n - MIN_REFERENCES] * mad).powi(2);
    let sampling = median(references.iter().map(|day| day.standard_error.powi(2)).collect());
    // Reference days differ by their sampling error and by the day; they cannot be more alike than the former allows.
    let day_variance = (seen - sampling).max(0.0);
    let own = current.standard_error.powi(2);
    let day = day_variance + MEDIAN_COST * seen.max(sampling) / n as f64;
    let variance = own + day;
    let degrees = if variance > 0.0 {
        variance.powi(2) / (own.powi(2) / current.degrees + day.powi(2) / spread_degrees(n))
    } else {
        current.degrees
    };
    let reliability = references
        .iter()
        .map(|day| day.reliability)
        .fold(current.reliability, Reliability::max);
    Ok(Auto {
        difference: Difference::symmetric(
            current.value,
            reference,
            variance.sqrt(),
            degrees,
            confidence,
            reliability,
        ),
        spread: day_variance.sqrt(),
        middle,
        references: n,
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 {
        return 0.0;
    }
    (values[(n - 1) / 2] + values[n / 2]) / 2.0
}
