//! Intervals and verdicts against an audience whose truth is known. Fixed seeds; the tolerances are those of the number of
//! trials: with 400 trials a true 95 % shows as 95 ± 3.3 % in 99.7 % of all seeds. The narrow bands of 93.5 to 96.5 % and 5 ± 1.5 % need
//! thousands of trials and more sizes: `cargo xtask bench statistics` holds them, and docs/statistics.md has what it measured.
#![allow(clippy::unwrap_used, missing_docs)]

mod population;

use population::{Day, QUIET, Tally, period, rng, truth, viewers};
use rand_distr::{Distribution, LogNormal, Normal, Poisson};
use statistics::baseline::{STEADY, auto, auto_paired, middle};
use statistics::difference::{quantiles, ratios, totals};
use statistics::quantile::quantile;
use statistics::ratio::ratio;
use statistics::total::total;
use statistics::verdict::{Circumstances, Policy, judge};
use statistics::{
    Better, BucketHistograms, Difference, Domain, Estimate, Pairing, Reliability, Verdict, Weights, concurrency,
};

const CONFIDENCE: f64 = 0.95;
const TRIALS: u32 = 400;

fn holds(estimate: &Estimate, truth: f64) -> bool {
    estimate.low.is_none_or(|low| low <= truth) && estimate.high.is_none_or(|high| truth <= high)
}

fn alarm(difference: &Difference) -> bool {
    let excludes_zero = difference.low.is_some_and(|low| low > 0.0) || difference.high.is_some_and(|high| high < 0.0);
    let significant = difference.p_value.is_some_and(|p| p <= 1.0 - CONFIDENCE);
    assert_eq!(
        excludes_zero, significant,
        "interval and p-value disagree: {difference:?}"
    );
    significant
}

fn verdict(difference: &Difference) -> Verdict {
    judge(difference, Better::Lower, Circumstances::default(), &Policy::default()).verdict
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let truth = truth();
    let weights = Weights::draw(400, &mut rng(1));
    let mut rng = rng(2);
    let mut tallies = [Tally::default(); 6];
    let names = [
        "startup p50",
        "startup mean",
        "rebuffer ratio",
        "failure",
        "bitrate",
        "attempts",
    ];
    for _ in 0..TRIALS {
        // The number of viewers is Poisson: an audience comes or stays away.
        let come = Poisson::new(1_000.0).unwrap().sample(&mut rng) as usize;
        let day = period(&viewers(come, &mut rng), QUIET, false, &mut rng);
        let results = [
            (
                quantile(&day.startup, 0.5, &weights, CONFIDENCE).unwrap(),
                truth.startup_p50,
            ),
            (
                ratio(&day.startup_mean, Domain::NonNegative, CONFIDENCE).unwrap(),
                truth.startup_mean,
            ),
            (ratio(&day.rebuffer, Domain::Share, CONFIDENCE).unwrap(), truth.rebuffer),
            (ratio(&day.failure, Domain::Share, CONFIDENCE).unwrap(), truth.failure),
            (
                ratio(&day.bitrate, Domain::NonNegative, CONFIDENCE).unwrap(),
                truth.bitrate,
            ),
            (total(&day.attempts, 1.0, CONFIDENCE), 1_000.0 * truth.attempts),
        ];
        for (tally, (estimate, truth)) in tallies.iter_mut().zip(&results) {
            tally.note(holds(estimate, *truth));
        }
    }
    for (name, tally) in names.iter().zip(tallies) {
        assert!((0.917..=0.983).contains(&tally.share()), "{name}: {}", tally.share());
    }
}

#[test]
fn a_p95_of_ten_thousand_attempts_and_a_thousand_viewers_is_reliable_and_holds_the_truth() {
    let truth = truth();
    let weights = Weights::draw(400, &mut rng(1));
    let mut rng = rng(6);
    let (mut held, mut alarms, mut reliable) = (Tally::default(), Tally::default(), Tally::default());
    for _ in 0..300 {
        let audience = viewers(4_000, &mut rng);
        let day = period(&audience, QUIET, false, &mut rng).startup;
        let next = period(&audience, QUIET, false, &mut rng).startup;
        let estimate = quantile(&day, 0.95, &weights, CONFIDENCE).unwrap();
        reliable.note(estimate.reliability == Reliability::Reliable);
        held.note(holds(&estimate, truth.startup_p95));
        alarms.note(alarm(
            &quantiles(&day, &next, 0.95, &weights, Pairing::Paired, CONFIDENCE).unwrap(),
        ));
    }
    // Some of these audiences are of fewer than 1,000 viewers at worst, as their busiest have it.
    assert!(reliable.share() > 0.7, "{}", reliable.share());
    // 300 trials: ± 3.8 % is three standard errors.
    assert!((0.912..=0.988).contains(&held.share()), "{}", held.share());
    assert!((0.012..=0.088).contains(&alarms.share()), "{}", alarms.share());
}

/// A/A: both sides from the same law. The share of false alarms per metric, for each way of pairing the same data.
fn false_alarms(
    same_viewers: bool,
    attempt_buckets: bool,
    pairings: &[Pairing],
    trials: u32,
) -> Vec<[(&'static str, f64); 5]> {
    let weights = Weights::draw(400, &mut rng(1));
    let mut rng = rng(3);
    let mut tallies = vec![[Tally::default(); 5]; pairings.len()];
    for _ in 0..trials {
        let here = viewers(1_000, &mut rng);
        let there = if same_viewers {
            here.clone()
        } else {
            viewers(1_000, &mut rng)
        };
        let a = period(&here, QUIET, attempt_buckets, &mut rng);
        let b = period(&there, QUIET, attempt_buckets, &mut rng);
        for (pairing, tallies) in pairings.iter().copied().zip(&mut tallies) {
            let results = [
                quantiles(&a.startup, &b.startup, 0.5, &weights, pairing, CONFIDENCE).unwrap(),
                quantiles(&a.startup, &b.startup, 0.95, &weights, pairing, CONFIDENCE).unwrap(),
                ratios(&a.rebuffer, &b.rebuffer, Domain::Share, pairing, CONFIDENCE).unwrap(),
                ratios(&a.failure, &b.failure, Domain::Share, pairing, CONFIDENCE).unwrap(),
                ratios(&a.bitrate, &b.bitrate, Domain::NonNegative, pairing, CONFIDENCE).unwrap(),
            ];
            for (tally, difference) in tallies.iter_mut().zip(&results) {
                tally.note(alarm(difference));
            }
        }
    }
    let names = ["startup p50", "startup p95", "rebuffer ratio", "failure", "bitrate"];
    tallies
        .iter()
        .map(|tallies| std::array::from_fn(|metric| (names[metric], tallies[metric].share())))
        .collect()
}

/// 5 ± 3.3 %. A p95 of these 3,300 attempts is `Unreliable` by its own account (under 10⁴) and errs on the quiet side, so it
/// may go down to 0.5 %; `a_p95_of_ten_thousand_attempts_and…` is where it is held to more.
fn assert_one_in_twenty(alarms: &[(&'static str, f64)]) {
    for (name, share) in alarms {
        let least = if *name == "startup p95" { 0.005 } else { 0.017 };
        assert!((least..=0.083).contains(share), "{name}: {share}");
    }
}

#[test]
fn two_equal_audiences_differ_in_one_comparison_of_twenty_and_pairing_their_buckets_does_no_harm() {
    for alarms in false_alarms(false, false, &[Pairing::Unpaired, Pairing::Paired], TRIALS) {
        assert_one_in_twenty(&alarms);
    }
}

#[test]
fn the_same_viewers_on_two_days_differ_in_one_comparison_of_twenty_when_paired() {
    for alarms in false_alarms(true, false, &[Pairing::Paired], TRIALS) {
        assert_one_in_twenty(&alarms);
    }
}

#[test]
fn taking_attempts_for_independent_cries_wolf() {
    for (name, share) in false_alarms(false, true, &[Pairing::Unpaired], 300).concat() {
        // 300 trials: a true 5 % shows as 8.8 % at most.
        assert!(share > 0.088, "{name}: {share}");
        if name == "startup p50" {
            assert!(share > 0.3, "{name}: {share}");
        }
    }
}

#[test]
fn the_same_viewers_unpaired_give_an_interval_too_wide() {
    let weights = Weights::draw(400, &mut rng(1));
    let mut rng = rng(7);
    let here = viewers(1_000, &mut rng);
    let a = period(&here, QUIET, false, &mut rng);
    let b = period(&here, QUIET, false, &mut rng);
    let width = |pairing| {
        let bitrate = ratios(&a.bitrate, &b.bitrate, Domain::NonNegative, pairing, CONFIDENCE).unwrap();
        let startup = quantiles(&a.startup, &b.startup, 0.5, &weights, pairing, CONFIDENCE).unwrap();
        (bitrate.standard_error, startup.standard_error)
    };
    let (paired, unpaired) = (width(Pairing::Paired), width(Pairing::Unpaired));
    assert!(paired.0 < 0.8 * unpaired.0, "{paired:?} {unpaired:?}");
    assert!(paired.1 < 0.8 * unpaired.1, "{paired:?} {unpaired:?}");
}

#[test]
fn a_difference_of_the_minimum_detectable_size_is_found_four_times_in_five() {
    let mut rng = rng(8);
    let mut smallest = Vec::new();
    for _ in 0..50 {
        let a = period(&viewers(1_000, &mut rng), QUIET, false, &mut rng);
        let b = period(&viewers(1_000, &mut rng), QUIET, false, &mut rng);
        let difference = ratios(
            &a.startup_mean,
            &b.startup_mean,
            Domain::NonNegative,
            Pairing::Unpaired,
            CONFIDENCE,
        )
        .unwrap();
        smallest.push(difference.minimum_detectable.unwrap());
    }
    smallest.sort_by(f64::total_cmp);
    // Half of it on either side, so that the spread of both together is what it was.
    let half = smallest[25] / truth().startup_mean / 2.0;
    let day = |worse| Day { worse, volume: 1.0 };
    let mut tally = Tally::default();
    for _ in 0..600 {
        let a = period(&viewers(1_000, &mut rng), day(1.0 + half), false, &mut rng);
        let b = period(&viewers(1_000, &mut rng), day(1.0 - half), false, &mut rng);
        let difference = ratios(
            &a.startup_mean,
            &b.startup_mean,
            Domain::NonNegative,
            Pairing::Unpaired,
            CONFIDENCE,
        )
        .unwrap();
        tally.note(verdict(&difference) == Verdict::Worse);
    }
    // 600 trials: ± 4 % is 2.5 standard errors. Under heavy tails the typical standard error is below the root of the mean
    // variance, so the typical promise is a little high: 76 % were found.
    assert!((0.72..=0.84).contains(&tally.share()), "{}", tally.share());
}

#[test]
fn volume_differs_by_chance_no_more_often_than_it_says() {
    let mut rng = rng(9);
    let (mut equal, mut grown) = (Tally::default(), Tally::default());
    let come = Poisson::new(800.0).unwrap();
    for _ in 0..TRIALS {
        let mut day = |volume| {
            let viewers = viewers(come.sample(&mut rng) as usize, &mut rng);
            period(&viewers, Day { worse: 1.0, volume }, false, &mut rng).attempts
        };
        let (a, b, more) = (day(1.0), day(1.0), day(1.5));
        equal.note(alarm(&totals(&a, &b, 1.0, Pairing::Unpaired, CONFIDENCE)));
        grown.note(alarm(&totals(&more, &b, 1.0, Pairing::Unpaired, CONFIDENCE)));
    }
    assert!((0.017..=0.083).contains(&equal.share()), "{}", equal.share());
    assert!(grown.share() > 0.95, "{}", grown.share());
}

#[test]
fn average_concurrency_holds_the_expected_load() {
    let mut rng = rng(10);
    let mut tally = Tally::default();
    let come = Poisson::new(500.0).unwrap();
    let stay = LogNormal::new(-1.0, 0.5).unwrap();
    for _ in 0..TRIALS {
        let mut cells = [0.0; statistics::BUCKETS];
        for viewer in viewers(come.sample(&mut rng) as usize, &mut rng) {
            let share: f64 = stay.sample(&mut rng);
            cells[viewer.bucket] += share.min(5.0);
        }
        let estimate = concurrency::average(&cells, 500, CONFIDENCE);
        tally.note(holds(&estimate, 500.0 * (-1.0f64 + 0.125).exp()));
    }
    assert!((0.917..=0.983).contains(&tally.share()), "{}", tally.share());
}

/// Days of one metric drawn from their law: sampling error 1 %, day-to-day spread 1.5 %.
struct Days {
    level: LogNormal<f64>,
    error: Normal<f64>,
}

impl Days {
    fn new() -> Self {
        Self {
            level: LogNormal::new(0.0, 0.015).unwrap(),
            error: Normal::new(0.0, 0.01).unwrap(),
        }
    }

    fn day(&self, factor: f64, rng: &mut impl rand::Rng) -> Estimate {
        let value = 1_000.0 * factor * self.level.sample(rng) * (1.0 + self.error.sample(rng));
        Estimate {
            value,
            low: Some(value - 20.0),
            high: Some(value + 20.0),
            standard_error: 10.0,
            degrees: 127.0,
            attempts: 50_000,
            buckets: 128,
            reliability: Reliability::Reliable,
        }
    }
}

#[test]
fn auto_leaves_quiet_days_alone_and_sees_a_worsening_of_12_percent() {
    let (days, mut rng) = (Days::new(), rng(4));
    let (mut quiet, mut incident, mut spoiled_quiet, mut spoiled) =
        (Tally::default(), Tally::default(), Tally::default(), Tally::default());
    for _ in 0..10_000 {
        // A weekly cycle of ± 20 % stands on all same weekdays alike and so never enters.
        let mut past: Vec<Estimate> = (0..6).map(|_| days.day(1.2, &mut rng)).collect();
        let (today, bad) = (days.day(1.2, &mut rng), days.day(1.2 * 1.12, &mut rng));
        let worse = |day: &Estimate, past: &[Estimate]| {
            verdict(&auto(day, past, STEADY, CONFIDENCE).unwrap().difference) == Verdict::Worse
        };
        quiet.note(worse(&today, &past));
        incident.note(worse(&bad, &past));
        past[2] = days.day(1.2 * 1.5, &mut rng);
        spoiled_quiet.note(worse(&today, &past));
        spoiled.note(worse(&bad, &past));
    }
    assert!(quiet.share() < 0.01, "{}", quiet.share());
    assert!(incident.share() > 0.95, "{}", incident.share());
    assert!(spoiled_quiet.share() < 0.01, "{}", spoiled_quiet.share());
    assert!(spoiled.share() > 0.9, "{}", spoiled.share());
}

#[test]
fn a_quiet_monday_against_sunday_is_flagged_and_against_mondays_is_not() {
    let (days, mut rng) = (Days::new(), rng(11));
    let past: Vec<Estimate> = (0..6).map(|_| days.day(1.2, &mut rng)).collect();
    let (sunday, monday) = (days.day(1.0, &mut rng), days.day(1.2, &mut rng));
    let against_sunday = Difference::symmetric(
        monday.value,
        sunday.value,
        monday.standard_error.hypot(sunday.standard_error),
        127.0,
        CONFIDENCE,
        Reliability::Reliable,
    );
    assert_eq!(verdict(&against_sunday), Verdict::Worse);
    let against_mondays = auto(&monday, &past, STEADY, CONFIDENCE).unwrap();
    assert_eq!(verdict(&against_mondays.difference), Verdict::NoDetectableChange);
}

#[test]
fn auto_works_from_attempts_to_verdict_and_returning_viewers_make_it_sharper() {
    let weights = Weights::draw(200, &mut rng(1));
    let mut rng = rng(5);
    let spread = LogNormal::new(0.0, 0.015).unwrap();
    // Alone and paired, on quiet days and on days 12 % worse.
    let mut tallies = [Tally::default(); 4];
    for _ in 0..150 {
        let audience = viewers(1_000, &mut rng);
        let mut day = |factor: f64| {
            let day = Day {
                worse: factor * spread.sample(&mut rng),
                volume: 1.0,
            };
            period(&audience, day, false, &mut rng).startup
        };
        let estimate = |day: &BucketHistograms| quantile(day, 0.5, &weights, CONFIDENCE).unwrap();
        let days: Vec<BucketHistograms> = (0..6).map(|_| day(1.0)).collect();
        let past: Vec<Estimate> = days.iter().map(estimate).collect();
        let middle = middle(&past.iter().map(|day| day.value).collect::<Vec<f64>>());
        for (index, today) in [day(1.0), day(1.12)].iter().enumerate() {
            let current = estimate(today);
            let pairwise: Vec<f64> = middle
                .iter()
                .map(|day| quantiles(today, &days[*day], 0.5, &weights, Pairing::Paired, CONFIDENCE).unwrap())
                .map(|difference| difference.standard_error)
                .collect();
            let alone = auto(&current, &past, STEADY, CONFIDENCE).unwrap();
            let paired = auto_paired(&current, &past, &pairwise, STEADY, CONFIDENCE).unwrap();
            assert_eq!(alone.middle, middle);
            tallies[index].note(verdict(&alone.difference) == Verdict::Worse);
            tallies[2 + index].note(verdict(&paired.difference) == Verdict::Worse);
        }
    }
    let [quiet, worse, quiet_paired, worse_paired] = tallies.map(|tally| tally.share());
    // 150 days cannot tell 0.2 % from 1 %, but they can tell either from 5 %.
    assert!(quiet <= 0.02 && quiet_paired <= 0.02, "{quiet} {quiet_paired}");
    // Measured: 63 % alone, 89 % paired, from 3,300 attempts a day.
    assert!(worse_paired >= 0.8, "{worse_paired}");
    assert!(worse + 0.05 < worse_paired, "{worse} {worse_paired}");
}
