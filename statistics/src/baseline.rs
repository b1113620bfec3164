//! `auto`: today against the median of up to six same weekdays at equal elapsed time, with a MAD guard.
//!
//! A quiet day differs from other quiet days by more than sampling error, so an interval of sampling error alone would cry
//! wolf daily. The interval here is a *prediction* interval: would a day like the reference days lie this far off? It joins
//! the sampling error of today, the day-to-day spread seen among the references (1.4826 · MAD, with the small-sample factors
//! of Croux & Rousseeuw, COMPSTAT 1992) and the error of their median. Median and MAD stand when one reference day was itself
//! an incident.
//!
//! A MAD of six days is wrong by half its size; where it happens to be near 0 every quiet day would look like an incident, where
//! it happens to be large a real one would pass. So it is weighed with a usual spread (moderated t; Smyth, *Stat. Appl. Genet.
//! Mol. Biol.* 2004) and t has the few degrees of freedom of both. Measured (`examples/coverage.rs`, 5,000 days, six
//! references, sampling error 1 %, spread 1.5 %): 0.2 % of quiet days `worse`, a 12 % worsening found on 99 % of days, on 94 %
//! where one reference day was an incident of 50 %.
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

/// Usual day-to-day spread of steady metrics, relative to their value: startup, bitrate, completion.
pub const STEADY: f64 = 0.02;

/// Usual day-to-day spread of restless metrics, relative to their value: stalls, failures, exits, switches, volume.
pub const RESTLESS: f64 = 0.06;

/// How many degrees of freedom the usual spread is worth beside the spread that was seen.
const PRIOR_DEGREES: f64 = 3.0;

/// Degrees of freedom per reference day beyond the first that a MAD carries. Its efficiency under the normal law is 37 %.
const MAD_EFFICIENCY: f64 = 0.4;

/// Widening of the interval, the guard proper. A page shows hundreds of cells on quiet days, so a one-sided error of 2.5 %
/// is too many. Calibrated with `examples/coverage.rs`: under 1 % of quiet days `worse`.
const GUARD: f64 = 1.1;

/// Which of the values make the median: one index, or two whose mean it is. In rising order of value; empty without values.
#[must_use]
pub fn middle(values: &[f64]) -> Vec<usize> {
    let n = values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    match n {
        0 => Vec::new(),
        odd if odd % 2 == 1 => vec![order[n / 2]],
        _ => vec![order[n / 2 - 1], order[n / 2]],
    }
}

/// Compares today with usable references, most recent first. `usual_spread` is what is believed of the day-to-day spread
/// before any day is seen, relative to the value: [`STEADY`] or [`RESTLESS`].
///
/// Takes the audience of each day for a new one. Where viewers return this is too wide; see [`auto_paired`].
///
/// # Errors
/// [`Null::TooFewReferences`] under three.
pub fn auto(current: &Estimate, references: &[Estimate], usual_spread: f64, confidence: f64) -> Result<Auto, Null> {
    compare(current, references, None, usual_spread, confidence)
}

/// As [`auto`], for viewers that return: what they have in common on all days cancels.
///
/// `pairwise` are the standard errors of today minus single references, each from [`crate::difference`] with
/// [`crate::Pairing::Paired`]; those of the [`middle`] ones suffice. Half their mean square is what one day's sample adds of
/// its own, and takes the place of the sampling variance of each day. Never wider than [`auto`].
///
/// # Errors
/// [`Null::TooFewReferences`] under three.
pub fn auto_paired(
    current: &Estimate,
    references: &[Estimate],
    pairwise: &[f64],
    usual_spread: f64,
    confidence: f64,
) -> Result<Auto, Null> {
    let squares = pairwise.iter().map(|error| error * error).sum::<f64>() / pairwise.len().max(1) as f64;
    let own_part = (!pairwise.is_empty()).then_some(squares / 2.0);
    compare(current, references, own_part, usual_spread, confidence)
}

/// `own_part`: variance of one day's sample beyond what all days share, if known.
fn compare(
    current: &Estimate,
    references: &[Estimate],
    own_part: Option<f64>,
    usual_spread: f64,
    confidence: f64,
) -> Result<Auto, Null> {
    let references = &references[..references.len().min(MAX_REFERENCES)];
    let n = references.len();
    if n < MIN_REFERENCES {
        return Err(Null::TooFewReferences {
            usable: n,
            needed: MIN_REFERENCES,
        });
    }
    let middle = middle(&references.iter().map(|day| day.value).collect::<Vec<f64>>());
    let reference = middle.iter().map(|index| references[*index].value).sum::<f64>() / middle.len() as f64;
    let mad = median(references.iter().map(|day| (day.value - reference).abs()).collect());
    let seen = (MAD_SCALE * SMALL_SAMPLE[n - MIN_REFERENCES] * mad).powi(2);
    let cap = own_part.unwrap_or(f64::INFINITY);
    let sampling = median(references.iter().map(|day| day.standard_error.powi(2)).collect()).min(cap);
    // Reference days differ by their sampling error and by the day; they cannot be more alike than the former allows.
    let seen_degrees = MAD_EFFICIENCY * (n as f64 - 1.0);
    let day_degrees = seen_degrees + PRIOR_DEGREES;
    let day_variance =
        (seen_degrees * (seen - sampling).max(0.0) + PRIOR_DEGREES * (usual_spread * reference).powi(2)) / day_degrees;
    let own = current.standard_error.powi(2).min(cap);
    let day = day_variance + MEDIAN_COST * (day_variance + sampling) / n as f64;
    let variance = own + day;
    let degrees = if variance > 0.0 {
        variance.powi(2) / (own.powi(2) / current.degrees + day.powi(2) / day_degrees)
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
            GUARD * variance.sqrt(),
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
