//! Arms of experiments: what holds for any data, and simulations of a few seconds. Fixed seeds; the tolerances are those of the
//! number of trials. The long tables are `cargo xtask bench statistics`.
#![allow(clippy::unwrap_used, missing_docs)]

mod population;

use population::{Day, Period, QUIET, Tally, USUAL, rng, viewers, viewers_of};
use proptest::prelude::*;
use rand::{Rng, RngExt};
use rand_distr::{Binomial, Distribution, StandardNormal};
use statistics::assignment::{Exposure, sample_ratio};
use statistics::cuped::{self, Arm};
use statistics::difference::{quantiles, ratios};
use statistics::multiplicity::benjamini_hochberg;
use statistics::sequence::{self, Plan, critical};
use statistics::verdict::{Circumstances, Policy, judge};
use statistics::{
    Anytime, Better, Buckets, Difference, Domain, Null, Pairing, Reliability, Sums, Verdict, Weights, mde,
};

const CONFIDENCE: f64 = 0.95;
const TRIALS: u32 = 400;

fn is_called(difference: &Difference) -> bool {
    difference.reliability != Reliability::Insufficient && difference.p_value.is_some_and(|p| p <= 1.0 - CONFIDENCE)
}

fn excludes_zero(difference: &Difference) -> bool {
    difference.low.is_some_and(|low| low > 0.0) || difference.high.is_some_and(|high| high < 0.0)
}

fn rows() -> impl Strategy<Value = Buckets> {
    prop::collection::vec((0..128usize, 1..50u64, 0.0..=1.0f64, 1.0..100.0f64), 20..300).prop_map(|rows| {
        Buckets::from_rows(rows.into_iter().map(|(bucket, attempts, share, each)| {
            let denominator = attempts as f64 * each;
            let sums = Sums {
                attempts,
                numerator: (share * denominator).floor(),
                denominator,
            };
            (bucket, sums)
        }))
    })
}

/// Shares that differ by more and less, so that both answers occur.
fn shifted(buckets: &Buckets, factor: f64) -> Buckets {
    Buckets::from_rows(buckets.cells().iter().copied().enumerate().map(|(bucket, sums)| {
        let numerator = (sums.numerator * factor).min(sums.denominator);
        (bucket, Sums { numerator, ..sums })
    }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn interval_p_value_and_e_value_of_a_sequence_agree(a in rows(), b in rows(), factor in 0.3..1.0f64, tightest_at in 100.0..1e6f64) {
        let plan = Plan { tightest_at };
        let (a, b) = (shifted(&a, factor), b);
        for domain in [Domain::Share, Domain::NonNegative] {
            let Anytime { difference, e_value, critical } = sequence::ratios(&a, &b, domain, plan, CONFIDENCE).unwrap();
            if critical > 60.0 {
                prop_assert_eq!((difference.low, difference.high, difference.p_value, e_value), (None, None, None, None));
                continue;
            }
            prop_assert!(difference.low.unwrap() <= difference.difference && difference.difference <= difference.high.unwrap());
            let (p, e) = (difference.p_value.unwrap(), e_value.unwrap());
            prop_assert!(e.is_finite() && e > 0.0 && (0.0..=1.0).contains(&p));
            prop_assert!((p - (1.0 / e).min(1.0)).abs() < 1e-12);
            // Within rounding of the edge either may be said.
            if (p / 0.05 - 1.0).abs() > 1e-6 {
                prop_assert_eq!(excludes_zero(&difference), p <= 0.05, "{:?}", difference);
            }
            let fixed = ratios(&a, &b, domain, Pairing::Unpaired, CONFIDENCE).unwrap();
            prop_assert_eq!(fixed.difference, difference.difference);
            prop_assert!(difference.low < fixed.low && fixed.high < difference.high);
            prop_assert!(p >= fixed.p_value.unwrap());
            prop_assert!(critical > 2.9 && difference.minimum_detectable > fixed.minimum_detectable);
            let swapped = sequence::ratios(&b, &a, domain, plan, CONFIDENCE).unwrap();
            prop_assert!((swapped.difference.low.unwrap() + difference.high.unwrap()).abs() < 1e-9 * (1.0 + difference.high.unwrap().abs()));
        }
    }

    #[test]
    fn adjusted_p_values_keep_their_order_and_lie_between_raw_and_bonferroni(p_values in prop::collection::vec(prop::option::weighted(0.9, 0.0..=1.0f64), 0..60)) {
        let adjusted = benjamini_hochberg(&p_values);
        prop_assert_eq!(adjusted.len(), p_values.len());
        let cells = p_values.iter().flatten().count() as f64;
        for (raw, adjusted) in p_values.iter().zip(&adjusted) {
            prop_assert_eq!(raw.is_some(), adjusted.is_some());
            if let (Some(raw), Some(adjusted)) = (raw, adjusted) {
                prop_assert!(raw <= adjusted && *adjusted <= (raw * cells).min(1.0) + 1e-12);
            }
        }
        let smallest = |values: &[Option<f64>]| values.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        if cells > 0.0 {
            prop_assert!(smallest(&adjusted) <= smallest(&p_values) * cells + 1e-12);
        }
        let mut pairs: Vec<(f64, f64)> = p_values.iter().zip(&adjusted).filter_map(|(raw, adjusted)| Some(((*raw)?, (*adjusted)?))).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        prop_assert!(pairs.windows(2).all(|two| two[0].1 <= two[1].1));
    }

    #[test]
    fn a_sample_ratio_knows_neither_the_order_of_arms_nor_the_scale_of_weights(
        arms in prop::collection::vec((0u64..5_000, 0.01..10.0f64), 2..6), scale in 0.1..50.0f64
    ) {
        let exposures = |scale: f64| arms.iter().map(move |(viewers, weight)| Exposure { viewers: *viewers, weight: weight * scale });
        let plain: Vec<Exposure> = exposures(1.0).collect();
        let Some(found) = sample_ratio(&plain) else {
            prop_assert!(arms.iter().all(|(viewers, _)| *viewers == 0));
            return Ok(());
        };
        prop_assert!((0.0..=1.0).contains(&found.p_value) && found.chi_squared >= 0.0);
        let viewers: u64 = arms.iter().map(|(viewers, _)| viewers).sum();
        prop_assert!((found.expected.iter().sum::<f64>() - viewers as f64).abs() < 1e-6 * viewers as f64);
        let other: Vec<Exposure> = exposures(scale).rev().collect();
        let other = sample_ratio(&other).unwrap();
        prop_assert!((found.p_value - other.p_value).abs() < 1e-6, "{:?} {:?}", found, other);
    }

    #[test]
    fn the_unit_of_the_pre_period_is_of_no_account(a in rows(), b in rows(), before in rows(), scale in 0.01..100.0f64) {
        let arm = |current: &Buckets, scale: f64| Arm {
            returning: current.clone(),
            before: Buckets::from_rows(before.cells().iter().copied().enumerate().map(|(bucket, sums)| {
                // Not the same for both arms, and not without spread.
                let numerator = (sums.numerator + current.cells()[bucket].numerator) * scale;
                (bucket, Sums { numerator, ..sums })
            })),
            new: Buckets::new(),
        };
        let adjust = |scale| cuped::ratios(&arm(&a, scale), &arm(&b, scale), Domain::Share, CONFIDENCE).unwrap();
        let ((plain, one), (scaled, other)) = (adjust(1.0), adjust(scale));
        prop_assert!((plain.difference - scaled.difference).abs() < 1e-9);
        prop_assert!((plain.high.unwrap() - scaled.high.unwrap()).abs() < 1e-9);
        prop_assert_eq!(one.theta.is_some(), other.theta.is_some());
        prop_assert!((plain.current - plain.reference - plain.difference).abs() < 1e-12);
        if let (Some(one), Some(other)) = (one.theta, other.theta) {
            prop_assert!((one - other * scale).abs() < 1e-6 * (1.0 + one.abs()), "{} {}", one, other);
        }
    }
}

fn failures(viewers: u64, share: f64, rng: &mut impl Rng) -> Buckets {
    Buckets::from_rows((0..viewers).map(|_| {
        let sums = Sums {
            attempts: 1,
            numerator: f64::from(u8::from(rng.random_bool(share))),
            denominator: 1.0,
        };
        (rng.random_range(0..128), sums)
    }))
}

#[test]
fn a_sequence_is_tightest_where_it_was_planned_to_be() {
    let plan = Plan { tightest_at: 5_000.0 };
    let at = |attempts| critical(attempts, plan, CONFIDENCE);
    // By hand: r = 8.2120, sqrt(1 + r).
    assert!((at(5_000.0) - 3.0351).abs() < 1e-4, "{}", at(5_000.0));
    let other = |tightest_at| critical(5_000.0, Plan { tightest_at }, CONFIDENCE);
    for tightest_at in [1_000.0, 3_000.0, 4_500.0, 5_500.0, 8_000.0, 100_000.0] {
        assert!(other(tightest_at) > at(5_000.0), "{tightest_at}");
    }
    assert!(
        at(500.0) < 3.9 && at(5_000_000.0) < 3.9,
        "{} {}",
        at(500.0),
        at(5_000_000.0)
    );
    assert!(at(10.0) > 8.0);
    assert!(critical(5_000.0, plan, 0.99) > at(5_000.0));
}

#[test]
fn arms_without_data_give_no_interval_and_arms_without_events_an_open_one() {
    let mut rng = rng(30);
    let some = failures(1_000, 0.05, &mut rng);
    let plan = Plan::default();
    assert_eq!(
        sequence::ratios(&Buckets::new(), &some, Domain::Share, plan, CONFIDENCE),
        Err(Null::NoDenominator)
    );
    let arm = |current: &Buckets| Arm {
        new: current.clone(),
        ..Arm::default()
    };
    assert_eq!(
        cuped::ratios(&arm(&some), &Arm::default(), Domain::Share, CONFIDENCE),
        Err(Null::NoDenominator)
    );
    let none = failures(1_000, 0.0, &mut rng);
    let nothing = sequence::ratios(&none, &none, Domain::Share, plan, CONFIDENCE).unwrap();
    assert!(nothing.difference.low < Some(0.0) && nothing.difference.high > Some(0.0));
    assert!(nothing.e_value.unwrap() < 1.0);
    let one = Buckets::from_rows([(
        3,
        Sums {
            attempts: 40,
            numerator: 10.0,
            denominator: 40.0,
        },
    )]);
    let unbounded = sequence::ratios(&one, &some, Domain::Share, plan, CONFIDENCE).unwrap();
    assert_eq!((unbounded.e_value, unbounded.difference.high), (None, None));
    let judgement = judge(
        &unbounded.difference,
        Better::Lower,
        Circumstances::default(),
        &Policy::default(),
    );
    assert_eq!(judgement.verdict, Verdict::InsufficientData);
    let certain = sequence::ratios(
        &failures(100_000, 0.9, &mut rng),
        &failures(100_000, 0.1, &mut rng),
        Domain::Share,
        plan,
        CONFIDENCE,
    )
    .unwrap();
    assert!(certain.e_value.unwrap() > 1e100 && certain.e_value.unwrap().is_finite());
}

/// Viewers come look by look; how often a comparison is called at any of them, with one interval a look and with a sequence.
fn any_look(trials: u32, looks: usize, coming: usize, worse: f64) -> [(Tally, Tally); 3] {
    let mut rng = rng(31);
    let mut tallies = [(Tally::default(), Tally::default()); 3];
    for _ in 0..trials {
        let (mut t, mut c) = (Period::default(), Period::default());
        let mut ever = [(false, false); 3];
        for _ in 0..looks {
            t.go_on(&viewers(coming, &mut rng), Day { worse, volume: 1.0 }, false, &mut rng);
            c.go_on(&viewers(coming, &mut rng), QUIET, false, &mut rng);
            let play = (t.play.per_attempt(), c.play.per_attempt());
            let metrics = [
                (&t.rebuffer, &c.rebuffer, Domain::Share),
                (&t.startup_mean, &c.startup_mean, Domain::NonNegative),
                (&play.0, &play.1, Domain::NonNegative),
            ];
            for ((t, c, domain), ever) in metrics.into_iter().zip(&mut ever) {
                ever.0 |= is_called(&ratios(t, c, domain, Pairing::Unpaired, CONFIDENCE).unwrap());
                ever.1 |= is_called(
                    &sequence::ratios(t, c, domain, Plan::default(), CONFIDENCE)
                        .unwrap()
                        .difference,
                );
            }
        }
        for (tally, ever) in tallies.iter_mut().zip(ever) {
            tally.0.note(ever.0);
            tally.1.note(ever.1);
        }
    }
    tallies
}

#[test]
fn equal_arms_read_at_fifty_looks_are_called_in_at_most_one_experiment_of_twenty() {
    for (fixed, sequence) in any_look(200, 50, 40, 1.0) {
        // 200 trials: a true 40 % shows as more than 25 % in 999 of 1,000 seeds; 2 % as at most 5 %.
        assert!(fixed.share() > 0.25, "{}", fixed.share());
        assert!(sequence.share() <= 0.05, "{}", sequence.share());
    }
}

#[test]
fn a_sequence_finds_startup_and_stalls_that_are_a_fifth_longer() {
    let [_, (_, startup), (_, play)] = any_look(100, 40, 100, 1.2);
    assert!(startup.share() > 0.95, "{}", startup.share());
    // Play time is the same in both arms.
    assert!(play.share() <= 0.1, "{}", play.share());
}

#[test]
fn a_sequence_of_medians_is_the_difference_of_medians_with_a_wider_interval() {
    let weights = Weights::draw(100, &mut rng(1));
    let mut rng = rng(32);
    let mut startup = |count| {
        let mut period = Period::default();
        period.go_on(&viewers(count, &mut rng), QUIET, false, &mut rng);
        period.startup
    };
    let (t, c) = (startup(800), startup(800));
    let anytime = sequence::quantiles(&t, &c, 0.5, &weights, Plan::default(), CONFIDENCE).unwrap();
    let fixed = quantiles(&t, &c, 0.5, &weights, Pairing::Unpaired, CONFIDENCE).unwrap();
    assert_eq!(anytime.difference.standard_error, fixed.standard_error);
    let half = anytime.difference.high.unwrap() - anytime.difference.difference;
    assert!((half / (anytime.critical * fixed.standard_error) - 1.0).abs() < 1e-9);
    assert!(anytime.difference.p_value > fixed.p_value);
}

/// Where in a period a metric's sums are.
type Of = fn(&Period) -> &Buckets;

/// Arms of viewers of whom 7 in 10 were there before; the others, and who of the 7 had no attempt, are new.
fn arm(count: usize, of: Of, rng: &mut impl Rng) -> Arm {
    let (mut before, mut returning, mut new) = (Period::default(), Period::default(), Period::default());
    for (index, viewer) in viewers_of(USUAL, count, rng).iter().enumerate() {
        let one = std::slice::from_ref(viewer);
        let known = index % 10 < 7 && before.go_on(one, QUIET, false, rng) > 0;
        let period = if known { &mut returning } else { &mut new };
        period.go_on(one, QUIET, false, rng);
    }
    Arm {
        returning: of(&returning).clone(),
        before: of(&before).clone(),
        new: of(&new).clone(),
    }
}

#[test]
fn a_viewers_past_takes_spread_away_where_there_is_some_and_equals_still_differ_once_in_twenty() {
    let metrics: [(Of, Domain, f64); 2] = [
        (|period| &period.bitrate, Domain::NonNegative, 0.2),
        (|period| &period.failure, Domain::Share, -0.05),
    ];
    for (of, domain, least) in metrics {
        let mut rng = rng(33);
        let mut tally = Tally::default();
        let (mut adjusted, mut plain, mut told) = (0.0, 0.0, 0.0);
        for _ in 0..TRIALS {
            let (t, c) = (arm(600, of, &mut rng), arm(600, of, &mut rng));
            let (difference, adjustment) = cuped::ratios(&t, &c, domain, CONFIDENCE).unwrap();
            assert!(adjustment.theta.is_some());
            assert!((0.2..0.6).contains(&adjustment.new_share), "{adjustment:?}");
            tally.note(is_called(&difference));
            adjusted += difference.difference.powi(2);
            plain += ratios(&t.whole(), &c.whole(), domain, Pairing::Unpaired, CONFIDENCE)
                .unwrap()
                .difference
                .powi(2);
            told += adjustment.variance_removed / f64::from(TRIALS);
        }
        // 400 trials: 5 ± 3.3 % is three standard errors.
        assert!((0.017..=0.083).contains(&tally.share()), "{}", tally.share());
        let removed = 1.0 - adjusted / plain;
        assert!(removed > least, "{removed}");
        assert!((removed - told).abs() < 0.12, "{removed} {told}");
    }
}

#[test]
fn without_a_past_nothing_is_taken_off() {
    let mut rng = rng(34);
    let (mut t, mut c) = (
        arm(500, |period| &period.bitrate, &mut rng),
        arm(500, |period| &period.bitrate, &mut rng),
    );
    t.new.merge(&t.returning.clone());
    t.returning = Buckets::new();
    t.before = Buckets::new();
    let plain = ratios(
        &t.whole(),
        &c.whole(),
        Domain::NonNegative,
        Pairing::Unpaired,
        CONFIDENCE,
    )
    .unwrap();
    let check = |t: &Arm, c: &Arm| {
        let (difference, adjustment) = cuped::ratios(t, c, Domain::NonNegative, CONFIDENCE).unwrap();
        assert_eq!((difference, adjustment.theta), (plain, None));
        assert_eq!(adjustment.variance_removed, 0.0);
    };
    check(&t, &c);
    // Ten buckets are no pre-period to fit anything to.
    t.before = Buckets::from_rows(c.before.cells().iter().copied().enumerate().take(10));
    check(&t, &c);
    c.before = Buckets::new();
    check(&t, &c);
}

#[test]
fn a_chance_advance_in_the_past_is_taken_off() {
    let mut rng = rng(35);
    let t = arm(2_000, |period| &period.bitrate, &mut rng);
    // The same viewers, all of them with a fifth more before: θ times that is what the difference moves by.
    let mut ahead = t.clone();
    ahead.before = Buckets::from_rows(t.before.cells().iter().copied().enumerate().map(|(bucket, sums)| {
        let numerator = sums.numerator * 1.2;
        (bucket, Sums { numerator, ..sums })
    }));
    let (level, _) = cuped::ratios(&t, &t, Domain::NonNegative, CONFIDENCE).unwrap();
    assert_eq!(level.difference, 0.0);
    let (difference, adjustment) = cuped::ratios(&ahead, &t, Domain::NonNegative, CONFIDENCE).unwrap();
    let before = t.before.whole();
    let expected = -adjustment.theta.unwrap() * 0.2 * before.numerator / before.denominator;
    assert!(
        (difference.difference / expected - 1.0).abs() < 1e-9,
        "{difference:?} {expected}"
    );
    assert!(difference.difference < 0.0);
}

fn p_of(arms: &[(u64, f64)]) -> Option<f64> {
    let arms: Vec<Exposure> = arms
        .iter()
        .map(|(viewers, weight)| Exposure {
            viewers: *viewers,
            weight: *weight,
        })
        .collect();
    sample_ratio(&arms).map(|found| found.p_value)
}

#[test]
fn sample_ratios_by_hand() {
    // (50,600 − 50,000)² / 50,000 · 2 = 14.4 with one degree: p = 0.000148.
    let p = p_of(&[(50_600, 1.0), (49_400, 1.0)]).unwrap();
    assert!((p / 0.000_147_8 - 1.0).abs() < 0.01, "{p}");
    assert_eq!(p_of(&[(500, 1.0), (500, 1.0)]), Some(1.0));
    assert_eq!(p_of(&[(500, 1.0), (0, 0.0)]), Some(1.0));
    assert_eq!(p_of(&[(500, 1.0), (1, 0.0)]), Some(0.0));
    assert_eq!(p_of(&[(0, 1.0), (0, 1.0)]), None);
    assert_eq!(p_of(&[(5, 1.0)]), None);
    assert_eq!(p_of(&[(5, 1.0), (5, -1.0)]), None);
    assert_eq!(p_of(&[(5, 0.0), (5, 0.0)]), None);
    assert_eq!(p_of(&[(5, f64::NAN), (5, 1.0)]), None);
    // χ² would say 0.0000007 here and refuse a sound experiment; exactly it is 2 · P(X ≥ 4) of 50 at 1 %.
    let p = p_of(&[(46, 99.0), (4, 1.0)]).unwrap();
    assert!((p / (2.0 * 0.001_596) - 1.0).abs() < 0.01, "{p}");
}

#[test]
fn a_sound_assignment_is_refused_once_in_a_thousand_and_a_leaking_one_nearly_always() {
    let mut rng = rng(36);
    let mut refused = |viewers: u64, share: f64, trials: u32| {
        let law = Binomial::new(viewers, share).unwrap();
        let mut tally = Tally::default();
        for _ in 0..trials {
            let treatment = law.sample(&mut rng);
            tally.note(p_of(&[(treatment, 1.0), (viewers - treatment, 1.0)]).unwrap() < 0.001);
        }
        tally.share()
    };
    // 100,000 trials: 0.1 ± 0.03 % is three standard errors.
    let sound = refused(20_000, 0.5, 100_000);
    assert!((0.000_7..=0.001_3).contains(&sound), "{sound}");
    let leaking = refused(20_000, 0.48, 1_000);
    assert!(leaking > 0.95, "{leaking}");
}

#[test]
fn adjusted_p_values_of_the_example_by_hand() {
    let raw = [Some(0.01), None, Some(0.04), Some(0.03), Some(0.005), Some(f64::NAN)];
    let adjusted = benjamini_hochberg(&raw);
    // m = 4: 0.005·4/1 = 0.02, 0.01·4/2 = 0.02, 0.03·4/3 = 0.04, 0.04·4/4 = 0.04.
    for (found, expected) in adjusted
        .iter()
        .zip([Some(0.02), None, Some(0.04), Some(0.04), Some(0.02), None])
    {
        assert_eq!(found.is_some(), expected.is_some());
        assert!(
            (found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12,
            "{adjusted:?}"
        );
    }
    assert!(benjamini_hochberg(&[]).is_empty());
    // The largest stays what it is, to the last bit.
    let largest = 0.933_705_762_198_298_6;
    assert_eq!(
        benjamini_hochberg(&[Some(0.0), Some(largest), Some(0.0), Some(0.0)])[1],
        Some(largest)
    );
}

#[test]
fn of_the_cells_called_at_most_one_in_twenty_has_not_changed() {
    let mut rng = rng(37);
    let (mut raw_false, mut false_calls, mut found) = (0.0, 0.0, 0.0);
    let trials = 1_000;
    for _ in 0..trials {
        let p_values: Vec<Option<f64>> = (0..100)
            .map(|cell| {
                let noise: f64 = StandardNormal.sample(&mut rng);
                let z = if cell < 20 { noise + 3.5 } else { noise };
                Difference::symmetric(z, 0.0, 1.0, f64::INFINITY, CONFIDENCE, Reliability::Reliable).p_value
            })
            .collect();
        let calls = |values: &[Option<f64>]| {
            let called =
                |range: std::ops::Range<usize>| values[range].iter().flatten().filter(|p| **p <= 0.05).count() as f64;
            (called(0..20), called(20..100))
        };
        let (hits, misses) = calls(&benjamini_hochberg(&p_values));
        false_calls += misses / (hits + misses).max(1.0) / f64::from(trials);
        found += hits / 20.0 / f64::from(trials);
        let (hits, misses) = calls(&p_values);
        raw_false += misses / (hits + misses).max(1.0) / f64::from(trials);
    }
    // Exactly 5 % · 80/100; 1,000 trials: ± 0.5 % is three standard errors.
    assert!((0.035..=0.045).contains(&false_calls), "{false_calls}");
    assert!(raw_false > 0.1, "{raw_false}");
    assert!(found > 0.7, "{found}");
}

#[test]
fn a_trial_planned_from_history_has_the_standard_error_it_was_promised() {
    let mut rng = rng(38);
    let mut whole = Period::default();
    whole.go_on(&viewers(8_000, &mut rng), QUIET, false, &mut rng);
    let history = statistics::ratio::ratio(&whole.startup_mean, Domain::NonNegative, CONFIDENCE).unwrap();
    let promised = mde::standard_error_of_split(&history, [0.25, 0.5]).unwrap();
    let (mut t, mut c) = (Period::default(), Period::default());
    t.go_on(&viewers(2_000, &mut rng), QUIET, false, &mut rng);
    c.go_on(&viewers(4_000, &mut rng), QUIET, false, &mut rng);
    let pairing = Pairing::Unpaired;
    let found = ratios(
        &t.startup_mean,
        &c.startup_mean,
        Domain::NonNegative,
        pairing,
        CONFIDENCE,
    )
    .unwrap();
    // Standard errors from 128 buckets are right to 6 %, two of them to 9 %.
    assert!(
        (promised / found.standard_error - 1.0).abs() < 0.25,
        "{promised} {found:?}"
    );
    assert_eq!(mde::standard_error_of_split(&history, [0.0, 0.5]), None);
}

#[test]
fn totals_of_arms_are_compared_per_attempt() {
    let mut rng = rng(39);
    let mut period = |count| {
        let mut period = Period::default();
        period.go_on(&viewers(count, &mut rng), QUIET, false, &mut rng);
        period.play
    };
    let (small, large) = (period(1_000), period(9_000));
    let whole = small.whole();
    let per_attempt = small.per_attempt();
    assert_eq!(per_attempt.whole().denominator, whole.attempts as f64);
    assert_eq!(per_attempt.whole().numerator, whole.numerator);
    let anytime = sequence::ratios(
        &per_attempt,
        &large.per_attempt(),
        Domain::NonNegative,
        Plan::default(),
        CONFIDENCE,
    )
    .unwrap();
    assert_eq!(anytime.difference.current, whole.numerator / whole.attempts as f64);
    assert!(!is_called(&anytime.difference));
}

#[test]
fn a_handful_of_viewers_in_an_arm_has_no_bounds_at_any_time() {
    let arm = |viewers: usize, factor: f64| {
        Buckets::from_rows((0..viewers).map(|viewer| {
            let sums = Sums {
                attempts: 20,
                numerator: factor * (1 + viewer % 3) as f64,
                denominator: 20.0,
            };
            (viewer, sums)
        }))
    };
    let read = |viewers| {
        let (treatment, control) = (arm(viewers, 2.0), arm(viewers, 1.0));
        sequence::ratios(&treatment, &control, Domain::NonNegative, Plan::default(), CONFIDENCE).unwrap()
    };
    let Anytime {
        difference, e_value, ..
    } = read(4);
    assert!((difference.difference - 0.0875).abs() < 1e-9, "{difference:?}");
    assert_eq!((difference.low, difference.high), (None, None));
    assert_eq!(
        (difference.p_value, difference.minimum_detectable, e_value),
        (None, None, None)
    );
    assert_eq!(difference.reliability, Reliability::Insufficient);
    let many = read(100);
    assert!(many.difference.low.is_some() && many.difference.high.is_some() && many.e_value.is_some());
}
