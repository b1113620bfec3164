//! Two values compared: how often equals differ, and whether a difference of the promised size is found.

use statistics::difference::{quantiles, ratios, totals};
use statistics::{Difference, Domain, Null, Pairing, Reliability, Weights};

use crate::CONFIDENCE;
use crate::intervals::NAMES;
use crate::population::{Day, HEAVY, Nature, Period, QUIET, USUAL, audience, period, rng, truth, viewers};
use crate::report::{ALARMS, Band, Place, Tally, in_doubt_again, share, thousands};

const TABLE: &str = "Comparisons of equals that differ";

/// Two periods compared.
struct Setting {
    table: &'static str,
    title: &'static str,
    nature: Nature,
    same_viewers: bool,
    attempt_buckets: bool,
    pairing: Pairing,
    band: Band,
}

const SETTINGS: [Setting; 5] = [
    Setting {
        table: TABLE,
        title: "other viewers",
        nature: USUAL,
        same_viewers: false,
        attempt_buckets: false,
        pairing: Pairing::Unpaired,
        band: ALARMS,
    },
    Setting {
        table: TABLE,
        title: "other viewers, heavy tails",
        nature: HEAVY,
        same_viewers: false,
        attempt_buckets: false,
        pairing: Pairing::Unpaired,
        band: ALARMS,
    },
    Setting {
        table: TABLE,
        title: "the same viewers, paired",
        nature: USUAL,
        same_viewers: true,
        attempt_buckets: false,
        pairing: Pairing::Paired,
        band: ALARMS,
    },
    Setting {
        table: TABLE,
        title: "the same viewers, paired, heavy tails",
        nature: HEAVY,
        same_viewers: true,
        attempt_buckets: false,
        pairing: Pairing::Paired,
        band: ALARMS,
    },
    Setting {
        table: "The same, were attempts taken for independent",
        title: "other viewers",
        nature: USUAL,
        same_viewers: false,
        attempt_buckets: true,
        pairing: Pairing::Unpaired,
        band: Band::none(),
    },
];

pub fn alarms(trials: u32, weights: &Weights) -> Result<(), Null> {
    for setting in &SETTINGS {
        // What is only a contrast needs no curve.
        let sizes: &[usize] = if setting.attempt_buckets {
            &[1_000]
        } else {
            &[300, 1_000, 4_000]
        };
        for count in sizes.iter().copied() {
            one_size(setting, count, trials, weights)?;
        }
    }
    Ok(())
}

fn compare(a: &Period, b: &Period, pairing: Pairing, weights: &Weights) -> Result<[Difference; 8], Null> {
    let (share, rate) = (Domain::Share, Domain::NonNegative);
    Ok([
        quantiles(&a.startup, &b.startup, 0.5, weights, pairing, CONFIDENCE)?,
        quantiles(&a.startup, &b.startup, 0.95, weights, pairing, CONFIDENCE)?,
        ratios(&a.startup_mean, &b.startup_mean, rate, pairing, CONFIDENCE)?,
        ratios(&a.rebuffer, &b.rebuffer, share, pairing, CONFIDENCE)?,
        ratios(&a.failure, &b.failure, share, pairing, CONFIDENCE)?,
        ratios(&a.bitrate, &b.bitrate, rate, pairing, CONFIDENCE)?,
        totals(&a.attempts, &b.attempts, 1.0, pairing, CONFIDENCE),
        totals(&a.play, &b.play, 1_000.0, pairing, CONFIDENCE),
    ])
}

fn one_size(setting: &Setting, count: usize, trials: u32, weights: &Weights) -> Result<(), Null> {
    let tallies = in_doubt_again((trials, 3), setting.band, |trials, seed| {
        measure(setting, count, trials, seed, weights)
    })?;
    for (name, tally) in NAMES.iter().zip(tallies) {
        let place = Place {
            table: setting.table,
            row: &format!("`{name}`, {}", setting.title),
            column: &format!("{} viewers", thousands(count)),
        };
        share(
            &place,
            tally.share(),
            1.0 - CONFIDENCE,
            setting.band,
            tally.is_reliable(),
        );
    }
    Ok(())
}

fn measure(setting: &Setting, count: usize, trials: u32, seed: u64, weights: &Weights) -> Result<Vec<Tally>, Null> {
    let mut rng = rng(seed);
    let mut tallies = vec![Tally::default(); NAMES.len()];
    for _ in 0..trials {
        let here = audience(setting.nature, count as f64, &mut rng);
        let there = match setting.same_viewers {
            true => here.clone(),
            false => audience(setting.nature, count as f64, &mut rng),
        };
        let a = period(&here, QUIET, setting.attempt_buckets, &mut rng);
        let b = period(&there, QUIET, setting.attempt_buckets, &mut rng);
        for (tally, difference) in tallies.iter_mut().zip(compare(&a, &b, setting.pairing, weights)?) {
            let alarm = difference.p_value.is_some_and(|p| p <= 1.0 - CONFIDENCE);
            tally.note(alarm, difference.reliability);
        }
    }
    Ok(tallies)
}

/// A difference as large as the smallest detectable one is to be found four times in five.
pub fn power(trials: u32) -> Result<(), Null> {
    let mut rng = rng(8);
    let mut compare = |worse: f64, better: f64| {
        let day = |worse| Day { worse, volume: 1.0 };
        let a = period(&viewers(1_000, &mut rng), day(worse), false, &mut rng);
        let b = period(&viewers(1_000, &mut rng), day(better), false, &mut rng);
        ratios(
            &a.startup_mean,
            &b.startup_mean,
            Domain::NonNegative,
            Pairing::Unpaired,
            CONFIDENCE,
        )
    };
    let mut smallest = Vec::new();
    for _ in 0..trials / 10 {
        smallest.push(compare(1.0, 1.0)?.minimum_detectable.unwrap_or_default());
    }
    smallest.sort_by(f64::total_cmp);
    // Half of it on either side, so that the spread of both together is what it was.
    let half = smallest[smallest.len() / 2] / truth().startup_mean / 2.0;
    let mut tally = Tally::default();
    for _ in 0..trials {
        let difference = compare(1.0 + half, 1.0 - half)?;
        let found = difference.p_value.is_some_and(|p| p <= 1.0 - CONFIDENCE);
        tally.note(found, Reliability::Reliable);
    }
    let place = Place {
        table: "Differences of the smallest detectable size that are found",
        row: "`startup_any_ms_mean`, other viewers",
        column: "1,000 viewers",
    };
    share(
        &place,
        tally.share(),
        statistics::mde::POWER,
        Band::within(0.74, 0.86),
        true,
    );
    Ok(())
}
