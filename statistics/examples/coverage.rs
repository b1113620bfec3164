//! How often the intervals hold the truth, and how often a comparison of equals cries wolf, on a simulated audience.
//!
//! Prints one JSON object a line: `{"figure","value","unit","reference","ratio"}`. The reference is the nominal rate, or for
//! the naive methods the rate of ours in the same run. An argument sets the number of trials (default 1,000).

#![allow(clippy::disallowed_methods)] // a bench may read the clock

#[path = "../tests/population/mod.rs"]
mod population;

use population::{Day, QUIET, Tally, period, rng, truth, viewers};
use std::hint::black_box;
use std::time::Instant;

use rand::{Rng, RngExt};
use rand_distr::{Distribution, LogNormal, Normal};
use statistics::baseline::{RESTLESS, STEADY, auto, auto_paired, middle};
use statistics::difference::{quantiles, ratios};
use statistics::quantile::quantile;
use statistics::ratio::ratio;
use statistics::total::total;
use statistics::verdict::{Circumstances, Policy, judge};
use statistics::{
    Better, BucketHistograms, Difference, Domain, Estimate, Histogram, Null, Pairing, Reliability, Verdict, Weights,
};

const CONFIDENCE: f64 = 0.95;

fn main() -> Result<(), Null> {
    let trials: u32 = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(1_000);
    let weights = Weights::draw(400, &mut rng(1));
    coverage(trials, &weights)?;
    for (name, same_viewers, attempt_buckets, pairing) in [
        ("unpaired", false, false, Pairing::Unpaired),
        ("paired", true, false, Pairing::Paired),
        ("paired_other_viewers", false, false, Pairing::Paired),
        ("naive_attempts", false, true, Pairing::Unpaired),
    ] {
        alarms(name, same_viewers, attempt_buckets, pairing, trials, &weights)?;
    }
    for (own, spread, usual) in [
        (0.01, 0.015, STEADY),
        (0.005, 0.02, STEADY),
        (0.02, 0.0, STEADY),
        (0.01, 0.03, STEADY),
        (0.03, 0.06, RESTLESS),
        (0.03, 0.10, RESTLESS),
    ] {
        weekdays(own, spread, usual, trials.max(1000) * 5)?;
    }
    whole_days(trials / 2, &weights)?;
    speed(&weights)?;
    Ok(())
}

fn line(figure: &str, value: f64, reference: f64) {
    let ratio = if reference == 0.0 { 0.0 } else { value / reference };
    println!(
        r#"{{"figure":"{figure}","value":{value:.5},"unit":"ratio","reference":{reference:.5},"ratio":{ratio:.4}}}"#
    );
}

fn holds(estimate: &Estimate, truth: f64) -> bool {
    estimate.low.is_none_or(|low| low <= truth) && estimate.high.is_none_or(|high| truth <= high)
}

fn coverage(trials: u32, weights: &Weights) -> Result<(), Null> {
    let truth = truth();
    for count in [150, 1_000] {
        let mut rng = rng(2);
        let names = [
            "startup_p50",
            "startup_p95",
            "startup_mean",
            "rebuffer_ratio",
            "failure",
            "bitrate",
            "attempts",
        ];
        let mut tallies = [Tally::default(); 7];
        let volume = count as f64 * (0.7f64 + 0.5).exp();
        for _ in 0..trials {
            // The number of viewers is Poisson: an audience comes or stays away.
            let come = rand_distr::Poisson::new(f64::from(count)).map_or(0.0, |law| law.sample(&mut rng)) as usize;
            let viewers = viewers(come, &mut rng);
            let day = period(&viewers, QUIET, false, &mut rng);
            let results = [
                (quantile(&day.startup, 0.5, weights, CONFIDENCE)?, truth.startup_p50),
                (quantile(&day.startup, 0.95, weights, CONFIDENCE)?, truth.startup_p95),
                (
                    ratio(&day.startup_mean, Domain::NonNegative, CONFIDENCE)?,
                    truth.startup_mean,
                ),
                (ratio(&day.rebuffer, Domain::Share, CONFIDENCE)?, truth.rebuffer),
                (ratio(&day.failure, Domain::Share, CONFIDENCE)?, truth.failure),
                (ratio(&day.bitrate, Domain::NonNegative, CONFIDENCE)?, truth.bitrate),
                (total(&day.attempts, 1.0, CONFIDENCE), volume),
            ];
            for (tally, (estimate, truth)) in tallies.iter_mut().zip(&results) {
                tally.note(holds(estimate, *truth));
            }
        }
        for (name, tally) in names.iter().zip(tallies) {
            line(
                &format!("statistics_coverage_{name}_{count}_viewers"),
                tally.share(),
                CONFIDENCE,
            );
        }
    }
    Ok(())
}

fn alarms(
    name: &str,
    same_viewers: bool,
    attempt_buckets: bool,
    pairing: Pairing,
    trials: u32,
    weights: &Weights,
) -> Result<(), Null> {
    let mut rng = rng(3);
    let names = [
        "startup_p50",
        "startup_p95",
        "startup_mean",
        "rebuffer_ratio",
        "failure",
        "bitrate",
    ];
    let mut tallies = [Tally::default(); 6];
    for _ in 0..trials {
        let here = viewers(1_000, &mut rng);
        let there = if same_viewers {
            here.clone()
        } else {
            viewers(1_000, &mut rng)
        };
        let a = period(&here, QUIET, attempt_buckets, &mut rng);
        let b = period(&there, QUIET, attempt_buckets, &mut rng);
        let results = [
            quantiles(&a.startup, &b.startup, 0.5, weights, pairing, CONFIDENCE)?,
            quantiles(&a.startup, &b.startup, 0.95, weights, pairing, CONFIDENCE)?,
            ratios(
                &a.startup_mean,
                &b.startup_mean,
                Domain::NonNegative,
                pairing,
                CONFIDENCE,
            )?,
            ratios(&a.rebuffer, &b.rebuffer, Domain::Share, pairing, CONFIDENCE)?,
            ratios(&a.failure, &b.failure, Domain::Share, pairing, CONFIDENCE)?,
            ratios(&a.bitrate, &b.bitrate, Domain::NonNegative, pairing, CONFIDENCE)?,
        ];
        for (tally, difference) in tallies.iter_mut().zip(&results) {
            tally.note(difference.p_value.is_some_and(|p| p <= 1.0 - CONFIDENCE));
        }
    }
    for (metric, tally) in names.iter().zip(tallies) {
        line(
            &format!("statistics_false_alarms_{name}_{metric}"),
            tally.share(),
            1.0 - CONFIDENCE,
        );
    }
    Ok(())
}

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

/// Days drawn straight from their law: sampling error `own`, day-to-day spread `spread`, both relative.
fn weekdays(own: f64, spread: f64, usual: f64, trials: u32) -> Result<(), Null> {
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
                quiet.note(is_worse(
                    &auto(&day(&mut rng, 1.0), &past, usual, CONFIDENCE)?.difference,
                ));
                incident.note(is_worse(
                    &auto(&day(&mut rng, 1.12), &past, usual, CONFIDENCE)?.difference,
                ));
            }
            let name = format!("{references}_references_own_{own}_spread_{spread}_spoiled_{spoiled}");
            line(&format!("statistics_auto_quiet_worse_{name}"), quiet.share(), 0.01);
            line(
                &format!("statistics_auto_incident_worse_{name}"),
                incident.share(),
                0.95,
            );
        }
    }
    Ok(())
}

/// Whole days of 3,300 attempts by the same viewers with a day-to-day spread of 1.5 %: the median startup against six weeks,
/// each day for itself and paired.
fn whole_days(trials: u32, weights: &Weights) -> Result<(), Null> {
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
            alone.note(is_worse(&auto(&current, &past, STEADY, CONFIDENCE)?.difference));
            paired.note(is_worse(
                &auto_paired(&current, &past, &pairwise, STEADY, CONFIDENCE)?.difference,
            ));
        }
    }
    for (worse, alone, paired) in tallies {
        let reference = if worse == 1.0 { 0.01 } else { 0.95 };
        line(
            &format!("statistics_auto_startup_p50_alone_{worse}"),
            alone.share(),
            reference,
        );
        line(
            &format!("statistics_auto_startup_p50_paired_{worse}"),
            paired.share(),
            reference,
        );
    }
    Ok(())
}

/// Time for one p95 of 3,300 attempts with its interval, next to building each replicate's histogram.
fn speed(weights: &Weights) -> Result<(), Null> {
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
