//! Today against its usual weekday: how often a quiet day is called worse, and a bad one is not.

use rand::Rng;
use rand_distr::{Distribution, LogNormal, Normal};
use statistics::baseline::{RESTLESS, STEADY, auto, auto_paired, middle};
use statistics::difference::quantiles;
use statistics::quantile::quantile;
use statistics::verdict::{Circumstances, Policy, judge};
use statistics::{Better, BucketHistograms, Difference, Estimate, Null, Pairing, Reliability, Verdict, Weights};

use crate::CONFIDENCE;
use crate::population::{Day, period, rng, viewers};
use crate::report::{Band, Place, Tally, share};

fn day_estimate(value: f64, standard_error: f64) -> Estimate {
    Estimate {
        value,
        low: Some(value - 2.0 * standard_error),
        high: Some(value + 2.0 * standard_error),
        standard_error,
        degrees: 127.0,
        attempts: 50_000,
        buckets: 128,
        reliability: Reliability::Reliable,
    }
}

fn is_worse(difference: &Difference) -> bool {
    judge(difference, Better::Lower, Circumstances::default(), &Policy::default()).verdict == Verdict::Worse
}

/// Sampling error and day-to-day spread, both relative, and the spread that is believed of such a metric.
const DAYS: [(f64, f64, f64); 6] = [
    (0.01, 0.015, STEADY),
    (0.005, 0.02, STEADY),
    (0.02, 0.0, STEADY),
    (0.01, 0.03, STEADY),
    (0.03, 0.06, RESTLESS),
    (0.03, 0.10, RESTLESS),
];

pub fn weekdays(trials: u32) -> Result<(), Null> {
    for (own, spread, usual) in DAYS {
        one_law(own, spread, usual, trials * 2)?;
    }
    Ok(())
}

/// Days drawn straight from their law.
fn one_law(own: f64, spread: f64, usual: f64, trials: u32) -> Result<(), Null> {
    for references in [3usize, 4, 6] {
        for spoiled in [false, true] {
            let mut rng = rng(4);
            let (mut quiet, mut incident) = (Tally::default(), Tally::default());
            let day = |rng: &mut dyn Rng, factor: f64| {
                let level = LogNormal::new(0.0, spread).map_or(1.0, |law| law.sample(rng));
                let error = Normal::new(0.0, own).map_or(0.0, |law| law.sample(rng));
                day_estimate(1_000.0 * factor * level * (1.0 + error), 1_000.0 * own)
            };
            for _ in 0..trials {
                let mut past: Vec<Estimate> = (0..references).map(|_| day(&mut rng, 1.0)).collect();
                if spoiled {
                    past[0] = day(&mut rng, 1.5);
                }
                quiet.note(
                    is_worse(&auto(&day(&mut rng, 1.0), &past, usual, CONFIDENCE)?.difference),
                    Reliability::Reliable,
                );
                incident.note(
                    is_worse(&auto(&day(&mut rng, 1.12), &past, usual, CONFIDENCE)?.difference),
                    Reliability::Reliable,
                );
            }
            let row = format!(
                "{references} reference days{}, sampling error {} %, day-to-day {} %",
                if spoiled { ", one an incident of 50 %" } else { "" },
                own * 100.0,
                spread * 100.0
            );
            put(&row, "quiet", quiet.share(), 0.01, quiet_band(spread, usual));
            put(&row, "12 % worse", incident.share(), 0.95, Band::none());
        }
    }
    Ok(())
}

/// Under 1 % of quiet days are `worse` where days spread as much as is believed of the metric, or less.
fn quiet_band(spread: f64, usual: f64) -> Band {
    if spread <= usual {
        Band::at_most(0.01)
    } else {
        Band::none()
    }
}

fn put(row: &str, column: &str, value: f64, reference: f64, band: Band) {
    let place = Place {
        table: "Days that `auto` calls worse",
        row,
        column,
    };
    share(&place, value, reference, band, true);
}

/// Whole days of 3,300 attempts by the same viewers with a day-to-day spread of 1.5 %: the median startup against six weeks,
/// each day for itself and paired.
pub fn whole_days(trials: u32, weights: &Weights) -> Result<(), Null> {
    let mut rng = rng(5);
    let spread = LogNormal::new(0.0, 0.015).map_err(|_| Null::NoValues)?;
    // (worse by, alone, paired)
    let mut tallies = [1.0, 1.05, 1.12, 1.2].map(|worse| (worse, Tally::default(), Tally::default()));
    for _ in 0..trials {
        let viewers = viewers(1_000, &mut rng);
        let mut day = |factor: f64| {
            let worse = factor * spread.sample(&mut rng);
            period(&viewers, Day { worse, volume: 1.0 }, false, &mut rng).startup
        };
        let days: Vec<BucketHistograms> = (0..6).map(|_| day(1.0)).collect();
        let past: Vec<Estimate> = days
            .iter()
            .map(|day| quantile(day, 0.5, weights, CONFIDENCE))
            .collect::<Result<_, _>>()?;
        let middle = middle(&past.iter().map(|day| day.value).collect::<Vec<f64>>());
        for (worse, alone, paired) in &mut tallies {
            let today = day(*worse);
            let current = quantile(&today, 0.5, weights, CONFIDENCE)?;
            let mut pairwise = Vec::new();
            for index in &middle {
                let difference = quantiles(&today, &days[*index], 0.5, weights, Pairing::Paired, CONFIDENCE)?;
                pairwise.push(difference.standard_error);
            }
            alone.note(
                is_worse(&auto(&current, &past, STEADY, CONFIDENCE)?.difference),
                Reliability::Reliable,
            );
            paired.note(
                is_worse(&auto_paired(&current, &past, &pairwise, STEADY, CONFIDENCE)?.difference),
                Reliability::Reliable,
            );
        }
    }
    for (worse, alone, paired) in tallies {
        let column = match worse {
            1.0 => "quiet".to_owned(),
            worse => format!("{:.0} % worse", (worse - 1.0) * 100.0),
        };
        let (reference, band) = match worse {
            1.0 => (0.01, Band::at_most(0.01)),
            _ => (0.95, Band::none()),
        };
        for (way, tally) in [("alone", alone), ("paired", paired)] {
            let row = format!("`startup_any_ms_p50` of the same 1,000 viewers, six reference days, {way}");
            put(&row, &column, tally.share(), reference, band);
        }
    }
    Ok(())
}
