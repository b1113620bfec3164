//! What holds for any data, and the edges: nothing, one, few, all.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statistics::baseline::{MIN_REFERENCES, RESTLESS, STEADY, auto};
use statistics::decompose::{self, HistogramStratum, Stratum};
use statistics::difference::{self, quantiles, ratios, totals};
use statistics::histogram::{bin_of, lower_edge, midpoint, upper_edge};
use statistics::quantile::quantile;
use statistics::ratio::ratio;
use statistics::total::total;
use statistics::verdict::{Circumstances, Policy, judge};
use statistics::wilson::wilson;
use statistics::{
    Better, BucketHistograms, Buckets, Difference, Domain, Estimate, Histogram, Null, Pairing, Reason, Reliability,
    Sums, Verdict, Weights, distinct, mde,
};

fn weights() -> Weights {
    Weights::draw(100, &mut ChaCha8Rng::seed_from_u64(1))
}

fn histogram(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::new();
    for value in values {
        histogram.record(*value);
    }
    histogram
}

/// Rows of whole numbers: bucket, attempts, numerator ≤ denominator ≤ attempts · 100.
fn share_rows() -> impl Strategy<Value = Buckets> {
    prop::collection::vec((0..128usize, 1..50u64, 0.0..=1.0f64, 1.0..100.0f64), 0..200).prop_map(|rows| {
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

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((0u32..10_000_000).prop_map(f64::from), 0..200)
}

fn check_estimate(estimate: &Estimate) -> Result<(), TestCaseError> {
    prop_assert!(estimate.value.is_finite() && estimate.standard_error.is_finite());
    prop_assert!(
        estimate.low.is_none_or(|low| low.is_finite() && low <= estimate.value),
        "{:?}",
        estimate
    );
    prop_assert!(
        estimate
            .high
            .is_none_or(|high| high.is_finite() && estimate.value <= high),
        "{:?}",
        estimate
    );
    Ok(())
}

fn check_difference(difference: &Difference) -> Result<(), TestCaseError> {
    prop_assert!(
        difference.low.is_none_or(|low| low <= difference.difference),
        "{:?}",
        difference
    );
    prop_assert!(
        difference.high.is_none_or(|high| difference.difference <= high),
        "{:?}",
        difference
    );
    prop_assert!(difference.p_value.is_none_or(|p| (0.0..=1.0).contains(&p)));
    prop_assert!(
        difference
            .minimum_detectable
            .is_none_or(|smallest| smallest >= 0.0 && smallest.is_finite())
    );
    if let (Some(low), Some(high), Some(p)) = (difference.low, difference.high, difference.p_value) {
        // Within rounding of the edge either may be said.
        let width = high - low;
        if low > 1e-6 * width || high < -1e-6 * width {
            prop_assert!(p <= 0.05 + 1e-6, "{:?}", difference);
        } else if low < -1e-6 * width && high > 1e-6 * width {
            prop_assert!(p >= 0.05 - 1e-6, "{:?}", difference);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_value_lies_in_its_bin(value in 0.0..1e12f64) {
        let bin = bin_of(value);
        prop_assert!(lower_edge(bin) <= value * (1.0 + 1e-12) + 1e-12);
        prop_assert!(value <= upper_edge(bin) * (1.0 + 1e-12));
        prop_assert!(midpoint(bin) >= lower_edge(bin) && midpoint(bin) <= upper_edge(bin));
        prop_assert!((upper_edge(bin) + 1.0) / (lower_edge(bin) + 1.0) < 1.0201);
    }

    #[test]
    fn merging_is_recording_together_and_subtracting_undoes_it(left in values(), right in values()) {
        let (a, b) = (histogram(&left), histogram(&right));
        let together = histogram(&[left.clone(), right.clone()].concat());
        let mut merged = a.clone();
        merged.merge(&b);
        prop_assert_eq!(&merged, &together);
        merged.subtract(&b).unwrap();
        prop_assert_eq!(&merged, &a);
    }

    #[test]
    fn what_was_never_in_there_cannot_be_taken_away(some in values(), extra in 0u32..10_000_000) {
        let mut whole = histogram(&some);
        let before = whole.clone();
        let mut more = whole.clone();
        more.record(f64::from(extra));
        prop_assert_eq!(whole.subtract(&more).unwrap_err().bin, bin_of(f64::from(extra)));
        prop_assert_eq!(whole, before);
    }

    #[test]
    fn quantiles_rise_and_stay_within_two_percent_of_the_order_statistic(mut some in values(), p in 0.01..0.99f64) {
        prop_assume!(!some.is_empty());
        let histogram = histogram(&some);
        let value = histogram.quantile(p).unwrap();
        prop_assert!(histogram.quantile(p / 2.0).unwrap() <= value);
        prop_assert!(value <= histogram.quantile((1.0 + p) / 2.0).unwrap());
        some.sort_by(f64::total_cmp);
        let exact = some[((p * some.len() as f64).ceil() as usize).clamp(1, some.len()) - 1];
        prop_assert!((value - exact).abs() <= 0.0201 * (exact + 1.0), "{} {}", value, exact);
    }

    #[test]
    fn intervals_hold_their_value_and_stay_in_the_domain(buckets in share_rows()) {
        let all = total(&buckets, 1.0, 0.95);
        check_estimate(&all)?;
        prop_assert!(all.low.unwrap() >= 0.0 && all.low < all.high);
        for domain in [Domain::Share, Domain::NonNegative] {
            let estimate = match ratio(&buckets, domain, 0.95) {
                Ok(estimate) => estimate,
                Err(null) => {
                    prop_assert_eq!(null, Null::NoDenominator);
                    prop_assert_eq!(buckets.whole().denominator, 0.0);
                    continue;
                }
            };
            check_estimate(&estimate)?;
            prop_assert!(estimate.low.unwrap() >= 0.0);
            prop_assert!(estimate.high.is_none() || estimate.low < estimate.high, "{:?}", estimate);
            prop_assert!(domain == Domain::NonNegative || estimate.high.unwrap() <= 1.0);
            let wider = ratio(&buckets, domain, 0.99).unwrap();
            prop_assert!(wider.low.unwrap() <= estimate.low.unwrap());
        }
    }

    #[test]
    fn differences_hold_their_value_and_swap_sign_with_the_sides(a in share_rows(), b in share_rows()) {
        for pairing in [Pairing::Paired, Pairing::Unpaired] {
            let difference = totals(&a, &b, 1.0, pairing, 0.95);
            check_difference(&difference)?;
            let swapped = totals(&b, &a, 1.0, pairing, 0.95);
            prop_assert!((difference.difference + swapped.difference).abs() < 1e-9);
            prop_assert!((difference.p_value.unwrap() - swapped.p_value.unwrap()).abs() < 1e-9);
            for domain in [Domain::Share, Domain::NonNegative] {
                if let Ok(difference) = ratios(&a, &b, domain, pairing, 0.95) {
                    check_difference(&difference)?;
                    let swapped = ratios(&b, &a, domain, pairing, 0.95).unwrap();
                    prop_assert_eq!(difference.low.is_some(), swapped.high.is_some());
                    if let (Some(low), Some(high)) = (difference.low, swapped.high) {
                        prop_assert!((low + high).abs() < 1e-9 * (1.0 + low.abs()));
                    }
                }
            }
        }
    }

    #[test]
    fn quantile_intervals_hold_their_value(rows in prop::collection::vec((0..128usize, 0u32..100_000), 1..300), p in 0.05..0.95f64) {
        let mut histograms = BucketHistograms::new();
        for (bucket, value) in rows {
            histograms.record(bucket, f64::from(value));
        }
        let weights = weights();
        let estimate = quantile(&histograms, p, &weights, 0.95).unwrap();
        check_estimate(&estimate)?;
        prop_assert_eq!(Some(estimate.value), histograms.whole().quantile(p));
        let difference = quantiles(&histograms, &histograms, p, &weights, Pairing::Paired, 0.95).unwrap();
        prop_assert_eq!(difference.difference, 0.0);
        prop_assert_eq!(difference.p_value, Some(1.0));
    }

    #[test]
    fn rate_and_mix_sum_to_the_whole_difference(
        strata in prop::collection::vec(((0.0..1.0f64, 0.0..1e6f64), (0.0..1.0f64, 0.0..1e6f64), 0..4u8), 1..30)
    ) {
        let strata: Vec<Stratum> = strata.into_iter().map(|((ra, da), (rb, db), missing)| {
            let sums = |rate: f64, denominator: f64| Sums { attempts: 1, numerator: rate * denominator, denominator };
            Stratum {
                current: if missing == 1 { Sums::default() } else { sums(ra, da) },
                reference: if missing == 2 { Sums::default() } else { sums(rb, db) },
            }
        }).collect();
        if let Ok(parts) = decompose::ratios(&strata) {
            prop_assert!((parts.rate_effect + parts.mix_effect - parts.difference).abs() < 1e-9, "{:?}", parts);
            let swapped: Vec<Stratum> = strata.iter().map(|s| Stratum { current: s.reference, reference: s.current }).collect();
            let other = decompose::ratios(&swapped).unwrap();
            prop_assert!((parts.rate_effect + other.rate_effect).abs() < 1e-9);
        }
    }

    #[test]
    fn rate_and_mix_of_a_quantile_sum_to_the_whole_difference(
        strata in prop::collection::vec((values(), values()), 1..5), p in 0.05..0.95f64
    ) {
        let strata: Vec<HistogramStratum> = strata.iter().map(|(a, b)| HistogramStratum {
            current: histogram(a),
            reference: histogram(b),
        }).collect();
        let (mut a, mut b) = (Histogram::new(), Histogram::new());
        for stratum in &strata {
            a.merge(&stratum.current);
            b.merge(&stratum.reference);
        }
        match decompose::quantiles(&strata, p) {
            Ok(parts) => {
                prop_assert!((parts.rate_effect + parts.mix_effect - parts.difference).abs() < 1e-6);
                // The target may fall exactly between two bins, where rounding picks either: allow for a hair of p.
                let between = |histogram: &Histogram| (histogram.quantile(p - 1e-9).unwrap(), histogram.quantile(p + 1e-9).unwrap());
                let ((a_low, a_high), (b_low, b_high)) = (between(&a), between(&b));
                prop_assert!(a_low - b_high <= parts.difference + 1e-3 && parts.difference <= a_high - b_low + 1e-3);
            }
            Err(null) => prop_assert!(null == Null::NoValues && (a.count() == 0 || b.count() == 0)),
        }
    }
}

fn spread_evenly(attempts: u64, events: u64) -> Buckets {
    Buckets::from_rows((0..attempts).map(|attempt| {
        let numerator = f64::from(u8::from(attempt < events));
        (
            attempt as usize,
            Sums {
                attempts: 1,
                numerator,
                denominator: 1.0,
            },
        )
    }))
}

#[test]
fn no_failures_in_a_thousand_attempts_still_allow_a_few() {
    let estimate = ratio(&spread_evenly(1_000, 0), Domain::Share, 0.95).unwrap();
    assert_eq!((estimate.value, estimate.low), (0.0, Some(0.0)));
    let high = estimate.high.unwrap();
    assert!((0.0036..0.0042).contains(&high), "{high}");
    let all = ratio(&spread_evenly(1_000, 1_000), Domain::Share, 0.95).unwrap();
    assert!((all.low.unwrap() - (1.0 - high)).abs() < 1e-9);
    assert_eq!(all.high, Some(1.0));
}

#[test]
fn no_failures_of_few_viewers_with_many_attempts_say_less() {
    // 100 viewers with 50 attempts each are no 5,000 witnesses: the bound is near that of 100, whatever the hash does.
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let bounds: Vec<f64> = (0..200)
        .map(|_| {
            let sums = Sums {
                attempts: 50,
                numerator: 0.0,
                denominator: 50.0,
            };
            let seen = Buckets::from_rows((0..100).map(|_| (rng.next_u64() as usize % 128, sums)));
            ratio(&seen, Domain::Share, 0.95).unwrap().high.unwrap()
        })
        .collect();
    let mean = bounds.iter().sum::<f64>() / bounds.len() as f64;
    let hundred = wilson(0, 100, 0.95).unwrap().high.unwrap();
    assert!((mean / hundred - 1.0).abs() < 0.1, "{mean} {hundred}");
}

#[test]
fn one_bucket_leaves_the_whole_domain_open() {
    let one = Buckets::from_rows([(
        5,
        Sums {
            attempts: 40,
            numerator: 10.0,
            denominator: 40.0,
        },
    )]);
    let share = ratio(&one, Domain::Share, 0.95).unwrap();
    assert_eq!((share.value, share.low, share.high), (0.25, Some(0.0), Some(1.0)));
    let rate = ratio(&one, Domain::NonNegative, 0.95).unwrap();
    assert_eq!((rate.low, rate.high), (Some(0.0), None));
    assert_eq!(rate.reliability, Reliability::Insufficient);
    let difference = ratios(
        &one,
        &spread_evenly(1_000, 100),
        Domain::NonNegative,
        Pairing::Unpaired,
        0.95,
    )
    .unwrap();
    assert_eq!((difference.high, difference.p_value), (None, None));
    let judgement = judge(&difference, Better::Lower, Circumstances::default(), &Policy::default());
    assert_eq!(judgement.verdict, Verdict::InsufficientData);
}

#[test]
fn one_attempt_per_viewer_gives_wilsons_interval() {
    let clustered = ratio(&spread_evenly(12_800, 640), Domain::Share, 0.95).unwrap();
    let plain = wilson(640, 12_800, 0.95).unwrap();
    // Evenly spread events vary less between buckets than chance ones would.
    assert_eq!(clustered.value, plain.value);
    assert!((plain.low.unwrap() - 0.046_36).abs() < 2e-5, "{plain:?}");
    assert!((plain.high.unwrap() - 0.053_92).abs() < 2e-5, "{plain:?}");
    assert_eq!(wilson(0, 0, 0.95), Err(Null::NoDenominator));
}

#[test]
fn a_count_of_zero_reaches_up_to_about_four() {
    let estimate = total(&Buckets::new(), 1.0, 0.95);
    assert_eq!((estimate.value, estimate.low), (0.0, Some(0.0)));
    assert!((3.6..4.2).contains(&estimate.high.unwrap()), "{estimate:?}");
}

#[test]
fn a_p95_under_ten_thousand_attempts_is_marked_and_of_three_values_is_open_above() {
    let filled = |count: usize| {
        let mut histograms = BucketHistograms::new();
        for attempt in 0..count {
            histograms.record(attempt * 61, 500.0 + (attempt % 997) as f64);
        }
        histograms
    };
    let weights = weights();
    let of = |count, p| quantile(&filled(count), p, &weights, 0.95).unwrap();
    assert_eq!(of(9_999, 0.95).reliability, Reliability::Unreliable);
    assert_eq!(of(10_000, 0.95).reliability, Reliability::Reliable);
    assert_eq!(of(49_999, 0.99).reliability, Reliability::Unreliable);
    assert_eq!(of(1_000, 0.5).reliability, Reliability::Reliable);
    let three = of(3, 0.95);
    assert_eq!((three.reliability, three.high), (Reliability::Insufficient, None));
    assert_eq!(quantile(&filled(0), 0.95, &weights, 0.95), Err(Null::NoValues));
}

#[test]
fn the_same_seed_gives_the_same_interval() {
    let mut histograms = BucketHistograms::new();
    for attempt in 0..2_000usize {
        histograms.record(attempt * 61, (attempt % 701) as f64);
    }
    let once = quantile(&histograms, 0.5, &weights(), 0.95).unwrap();
    assert_eq!(once, quantile(&histograms, 0.5, &weights(), 0.95).unwrap());
    assert!(once.low < once.high);
}

#[test]
fn a_zero_reference_has_no_percentage() {
    let difference = ratios(
        &spread_evenly(1_000, 50),
        &spread_evenly(1_000, 0),
        Domain::Share,
        Pairing::Unpaired,
        0.95,
    )
    .unwrap();
    assert_eq!(difference.relative, None);
    assert_eq!(
        judge(&difference, Better::Lower, Circumstances::default(), &Policy::default()).verdict,
        Verdict::Worse
    );
}

fn changed(current: f64, reference: f64, standard_error: f64) -> Difference {
    Difference::symmetric(current, reference, standard_error, 100.0, 0.95, Reliability::Reliable)
}

#[test]
fn verdicts_follow_the_direction_of_the_metric() {
    let say = |difference: &Difference, better| {
        let judgement = judge(difference, better, Circumstances::default(), &Policy::default());
        (judgement.verdict, judgement.reason)
    };
    let (up, down, flat) = (changed(2.0, 1.0, 0.1), changed(1.0, 2.0, 0.1), changed(1.1, 1.0, 0.1));
    assert_eq!(say(&up, Better::Lower), (Verdict::Worse, Reason::IntervalExcludesZero));
    assert_eq!(
        say(&down, Better::Lower),
        (Verdict::Better, Reason::IntervalExcludesZero)
    );
    assert_eq!(
        say(&up, Better::Higher),
        (Verdict::Better, Reason::IntervalExcludesZero)
    );
    assert_eq!(
        say(&down, Better::Higher),
        (Verdict::Worse, Reason::IntervalExcludesZero)
    );
    assert_eq!(say(&up, Better::Neither), (Verdict::Refused, Reason::NoDirection));
    for better in [Better::Lower, Better::Higher, Better::Neither] {
        assert_eq!(
            say(&flat, better),
            (Verdict::NoDetectableChange, Reason::IntervalCoversZero)
        );
    }
    assert!(flat.minimum_detectable.unwrap() > 0.2);
}

#[test]
fn incomplete_sides_are_provisional_and_broken_comparisons_refused() {
    let worse = changed(2.0, 1.0, 0.1);
    let late = Circumstances {
        completeness: 0.98,
        broken: false,
    };
    let judgement = judge(&worse, Better::Lower, late, &Policy::default());
    assert_eq!(
        (judgement.verdict, judgement.leaning),
        (Verdict::Provisional, Some(Verdict::Worse))
    );
    let complete = Circumstances {
        completeness: 0.99,
        broken: false,
    };
    assert_eq!(
        judge(&worse, Better::Lower, complete, &Policy::default()).verdict,
        Verdict::Worse
    );
    let broken = Circumstances {
        completeness: 1.0,
        broken: true,
    };
    assert_eq!(
        judge(&worse, Better::Lower, broken, &Policy::default()).verdict,
        Verdict::Refused
    );
}

#[test]
fn a_tiny_difference_stays_detectable_and_is_marked_negligible() {
    let tiny = changed(1.001, 1.0, 0.0001);
    let policy = Policy {
        minimum_relative: 0.01,
        ..Policy::default()
    };
    let judgement = judge(&tiny, Better::Lower, Circumstances::default(), &policy);
    assert_eq!((judgement.verdict, judgement.negligible), (Verdict::Worse, true));
    assert!(!judge(&tiny, Better::Lower, Circumstances::default(), &Policy::default()).negligible);
}

#[test]
fn auto_needs_three_days_and_names_the_middle_ones() {
    let day = |value| Estimate {
        value,
        low: Some(value - 2.0),
        high: Some(value + 2.0),
        standard_error: 1.0,
        degrees: 127.0,
        attempts: 1_000,
        buckets: 128,
        reliability: Reliability::Reliable,
    };
    let two = [day(100.0), day(101.0)];
    let none = auto(&day(100.0), &two, STEADY, 0.95).unwrap_err();
    assert_eq!(
        none,
        Null::TooFewReferences {
            usable: 2,
            needed: MIN_REFERENCES
        }
    );
    assert_eq!(none.to_string(), "2 usable reference days, 3 are needed");
    let seven = [100.0, 300.0, 102.0, 98.0, 101.0, 99.0, 500.0].map(day);
    let result = auto(&day(103.0), &seven, STEADY, 0.95).unwrap();
    assert_eq!((result.references, result.difference.reference), (6, 100.5));
    assert_eq!(result.middle, vec![0, 4]);
    let restless = auto(&day(103.0), &seven, RESTLESS, 0.95).unwrap();
    assert!(restless.difference.standard_error > result.difference.standard_error);
}

#[test]
fn another_audience_of_the_same_quality_is_all_mix() {
    let sums = |rate: f64, denominator: f64| Sums {
        attempts: 1,
        numerator: rate * denominator,
        denominator,
    };
    let strata = [
        Stratum {
            current: sums(0.01, 900.0),
            reference: sums(0.01, 100.0),
        },
        Stratum {
            current: sums(0.05, 100.0),
            reference: sums(0.05, 900.0),
        },
    ];
    let parts = decompose::ratios(&strata).unwrap();
    assert!(parts.rate_effect.abs() < 1e-12);
    assert!((parts.mix_effect - (0.014 - 0.046)).abs() < 1e-12);
    let worse = [
        Stratum {
            current: sums(0.02, 100.0),
            reference: sums(0.01, 100.0),
        },
        Stratum {
            current: sums(0.06, 900.0),
            reference: sums(0.05, 900.0),
        },
    ];
    let parts = decompose::ratios(&worse).unwrap();
    assert!((parts.rate_effect - 0.01).abs() < 1e-12 && parts.mix_effect.abs() < 1e-12);
    assert_eq!(decompose::ratios(&[Stratum::default()]), Err(Null::NoDenominator));
}

#[test]
fn a_sketch_carries_its_error_and_a_handful_of_viewers_is_no_change() {
    let estimate = distinct::estimate(100_000, 300_000, 0.95);
    assert!((estimate.high.unwrap() - 100_563.0).abs() < 2.0, "{estimate:?}");
    assert!(difference_p(1_012, 1_000) > 0.5);
    assert!(difference_p(2_000, 1_000) < 1e-6);
    fn difference_p(a: u64, b: u64) -> f64 {
        distinct::difference(a, b, 0.95).p_value.unwrap()
    }
}

#[test]
fn four_times_the_attempts_halve_what_can_be_detected() {
    assert_eq!(mde::attempts_needed(1_000, 0.02, 0.01), Some(4_000));
    assert_eq!(mde::attempts_needed(1_000, 0.02, 0.0), None);
    // (1.960 + 0.842) · se
    assert!((mde::minimum_detectable(1.0, f64::INFINITY, 0.95) - 2.8016).abs() < 1e-3);
}

#[test]
fn null_sides_have_no_difference() {
    assert_eq!(
        ratios(
            &Buckets::new(),
            &spread_evenly(10, 1),
            Domain::Share,
            Pairing::Paired,
            0.95
        ),
        Err(Null::NoDenominator)
    );
    let empty = BucketHistograms::new();
    let weights = weights();
    assert_eq!(
        difference::quantiles(&empty, &empty, 0.5, &weights, Pairing::Paired, 0.95),
        Err(Null::NoValues)
    );
}
