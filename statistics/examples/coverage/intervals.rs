//! One value with its interval: how often it holds the truth, and what a quantile's interval costs.

use std::hint::black_box;
use std::time::Instant;

use rand::RngExt;
use rand_distr::{Binomial, Distribution};
use statistics::quantile::{quantile, quantiles};
use statistics::ratio::ratio;
use statistics::total::total;
use statistics::wilson::wilson;
use statistics::{Domain, Estimate, Histogram, Null, Weights};

use crate::CONFIDENCE;
use crate::population::{HEAVY, Nature, ONCE, QUIET, USUAL, audience, period, rng, truth_of, viewers};
use crate::report::{COVERAGE, Place, Tally, in_doubt_again, share, thousands};

const TABLE: &str = "Intervals that hold the truth";

pub fn holds(estimate: &Estimate, truth: f64) -> bool {
    estimate.low.is_none_or(|low| low <= truth) && estimate.high.is_none_or(|high| truth <= high)
}

pub fn coverage(trials: u32, weights: &Weights) -> Result<(), Null> {
    for (tails, nature) in [("", USUAL), (", heavy tails", HEAVY), (", one attempt a viewer", ONCE)] {
        for count in [100, 300, 1_000, 4_000, 20_000] {
            let trials = if count > 10_000 { trials / 2 } else { trials };
            one_size(tails, nature, count, trials, weights)?;
        }
    }
    Ok(())
}

/// Metrics whose intervals are tried, in the order of the results.
pub const NAMES: [&str; 8] = [
    "startup_any_ms_p50",
    "startup_any_ms_p95",
    "startup_any_ms_mean",
    "rebuffer_ratio",
    "start_failure",
    "bitrate_avg_bps",
    "attempts",
    "play_ms",
];

fn one_size(tails: &str, nature: Nature, count: usize, trials: u32, weights: &Weights) -> Result<(), Null> {
    let tallies = in_doubt_again((trials, 2), COVERAGE, |trials, seed| {
        measure(nature, count, trials, seed, weights)
    })?;
    for (name, tally) in NAMES.iter().zip(tallies) {
        let place = Place {
            table: TABLE,
            row: &format!("`{name}`{tails}"),
            column: &format!("{} viewers", thousands(count)),
        };
        share(&place, tally.share(), CONFIDENCE, COVERAGE, tally.is_reliable());
    }
    Ok(())
}

fn measure(nature: Nature, count: usize, trials: u32, seed: u64, weights: &Weights) -> Result<Vec<Tally>, Null> {
    let truth = truth_of(nature);
    let mut rng = rng(seed);
    let mut tallies = vec![Tally::default(); NAMES.len()];
    let viewers = count as f64;
    for _ in 0..trials {
        let day = period(&audience(nature, viewers, &mut rng), QUIET, false, &mut rng);
        let startup = quantiles(&day.startup, &[0.5, 0.95], weights, CONFIDENCE)?;
        let results = [
            (startup[0], truth.startup_p50),
            (startup[1], truth.startup_p95),
            (
                ratio(&day.startup_mean, Domain::NonNegative, CONFIDENCE)?,
                truth.startup_mean,
            ),
            (ratio(&day.rebuffer, Domain::Share, CONFIDENCE)?, truth.rebuffer),
            (ratio(&day.failure, Domain::Share, CONFIDENCE)?, truth.failure),
            (ratio(&day.bitrate, Domain::NonNegative, CONFIDENCE)?, truth.bitrate),
            (total(&day.attempts, 1.0, CONFIDENCE), viewers * truth.attempts),
            (total(&day.play, 1_000.0, CONFIDENCE), viewers * truth.play),
        ];
        for (tally, (estimate, truth)) in tallies.iter_mut().zip(&results) {
            tally.note(holds(estimate, *truth), estimate.reliability);
        }
    }
    Ok(tallies)
}

/// Wilson's interval for independent trials.
pub fn independent(trials: u32) -> Result<(), Null> {
    for probability in [0.01, 0.05, 0.3] {
        for count in [100, 1_000, 10_000] {
            let mut rng = rng(7);
            let law = Binomial::new(count, probability).unwrap();
            let mut tally = Tally::default();
            for _ in 0..trials * 5 {
                let estimate = wilson(law.sample(&mut rng), count, CONFIDENCE)?;
                tally.note(holds(&estimate, probability), estimate.reliability);
            }
            let place = Place {
                table: "Wilson's interval, one attempt a viewer",
                row: &format!("a share of {} %", probability * 100.0),
                column: &format!("{} attempts", thousands(count as usize)),
            };
            share(&place, tally.share(), CONFIDENCE, COVERAGE, tally.is_reliable());
        }
    }
    Ok(())
}

/// Time for one p95 of 3,300 attempts with its interval, next to building each replicate's histogram.
pub fn speed(weights: &Weights) -> Result<(), Null> {
    let mut rng = rng(6);
    let day = period(&viewers(1_000, &mut rng), QUIET, false, &mut rng).startup;
    let clock = Instant::now();
    for _ in 0..50 {
        black_box(quantile(black_box(&day), 0.95, weights, CONFIDENCE)?);
    }
    let ours = clock.elapsed().as_secs_f64() * 1e6 / 50.0;
    let clock = Instant::now();
    for _ in 0..weights.replicates() {
        let mut replicate = Histogram::new();
        for cell in day.cells() {
            for _ in 0..rng.random_range(0..3) {
                replicate.merge(cell);
            }
        }
        black_box(replicate.quantile(0.95));
    }
    let plain = clock.elapsed().as_secs_f64() * 1e6;
    println!(
        r#"{{"figure":"statistics_quantile_interval","value":{ours:.1},"unit":"us","reference":{plain:.1},"ratio":{:.4}}}"#,
        ours / plain
    );
    Ok(())
}
