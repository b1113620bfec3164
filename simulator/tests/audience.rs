//! The audience as a whole: the same seed gives the same beacons, the truth is what the beacons say, an incident touches
//! only whom it concerns, quiet days are quiet.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use schemas::{AttemptId, BeaconBatch, BeaconKind, Clock, Totals, UnixMs};
use simulator::{
    Backfill, Effect, Emission, Incident, Live, Misbehaviour, Request, Scenario, Truth, World, bodies,
    generate::BATCH_BEACONS_MAX,
};

const HOUR_MS: i64 = 3_600_000;

fn small() -> Scenario {
    Scenario {
        seed: 42,
        backfill_days: 2,
        attempts_per_day: 200.0,
        viewers: 150,
        emission: Some(Emission::COMPACT),
        ..Scenario::default()
    }
}

fn world(scenario: Scenario) -> Arc<World> {
    Arc::new(World::new(scenario).unwrap())
}

fn past(scenario: Scenario) -> (Vec<Request>, Truth) {
    let world = world(scenario);
    let mut truth = Truth::new(&world);
    let requests: Vec<Request> = Backfill::new(world).collect();
    for request in &requests {
        for (facts, beacon) in request.facts.iter().zip(&request.batch.beacons) {
            truth.observe(facts, beacon);
        }
    }
    (requests, truth)
}

fn text(requests: &[Request]) -> Vec<String> {
    requests
        .iter()
        .map(|request| {
            format!(
                "{:?} {}",
                request.headers(),
                serde_json::to_string(&request.batch).unwrap()
            )
        })
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_requests_and_another_seed_others() {
    let (first, second) = (text(&past(small()).0), text(&past(small()).0));
    assert!(first.len() > 100);
    assert_eq!(first, second);
    let other = text(&past(Scenario { seed: 43, ..small() }).0);
    assert_ne!(first, other);

    let live = |seed| {
        let world = world(Scenario {
            seed,
            ..Scenario::default()
        });
        text(
            &Live::new(world, 20, UnixMs(1_795_000_000_000), None)
                .take(500)
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(live(1), live(1));
    assert_ne!(live(1), live(2));
}

#[test]
fn every_beacon_is_one_that_a_server_takes_and_every_batch_fits() {
    let scenario = Scenario {
        emission: Some(Emission::LIVE),
        attempts_per_day: 60.0,
        ..small()
    };
    let now = scenario.now_ms;
    let (requests, _) = past(scenario);
    let mut ids = BTreeSet::new();
    for request in &requests {
        assert_eq!(request.batch.clock, Clock::Historic);
        assert!(request.at <= now);
        assert_eq!(request.facts.len(), request.batch.beacons.len());
        assert!((1..=BATCH_BEACONS_MAX).contains(&request.batch.beacons.len()));
        let body = serde_json::to_vec(&request.batch).unwrap();
        assert!(body.len() < schemas::limits::BODY_BYTES_MAX, "{} bytes", body.len());
        assert_eq!(serde_json::from_slice::<BeaconBatch>(&body).unwrap(), request.batch);
        let devices: BTreeSet<_> = request
            .facts
            .iter()
            .map(|facts| (facts.viewer.number, facts.device.user_agent))
            .collect();
        assert_eq!(devices.len(), 1, "one device per request");
        for (name, value) in request.headers() {
            assert!(value.is_ascii() && !value.is_empty(), "{name}: {value}");
        }
        for (facts, beacon) in request.facts.iter().zip(&request.batch.beacons) {
            assert_eq!(
                (beacon.attempt_id, beacon.started_at_ms),
                (facts.attempt_id, facts.started_at_ms)
            );
            assert_eq!(
                playback::invariant::violations(&beacon.totals, beacon.interval.to_ms),
                Vec::<&str>::new()
            );
            assert!(
                beacon
                    .interval
                    .events
                    .iter()
                    .all(|event| event.at_ms <= beacon.interval.to_ms)
            );
            assert_eq!(beacon.attempt_id.0.get_version_num(), 7);
            ids.insert(beacon.attempt_id);
        }
    }
    assert!(ids.len() > 100);
}

/// By attempt: the totals of its beacon with the highest number, and the numbers in order of arrival.
fn last_totals(requests: &[Request]) -> HashMap<AttemptId, (u32, Totals, Vec<u32>)> {
    let mut last: HashMap<AttemptId, (u32, Totals, Vec<u32>)> = HashMap::new();
    for beacon in requests.iter().flat_map(|request| &request.batch.beacons) {
        let entry = last
            .entry(beacon.attempt_id)
            .or_insert_with(|| (0, beacon.totals.clone(), Vec::new()));
        entry.2.push(beacon.sequence);
        if beacon.sequence >= entry.0 {
            entry.0 = beacon.sequence;
            entry.1 = beacon.totals.clone();
        }
    }
    last
}

#[test]
fn the_truth_is_the_merge_of_the_beacons_whatever_happened_to_them() {
    let (quiet, quiet_truth) = past(small());
    let last = last_totals(&quiet);
    assert_eq!(last.len(), quiet_truth.attempts().len());
    for (id, known) in quiet_truth.attempts() {
        // Totals are cumulative: the merge of all is the last one's.
        assert_eq!(known.totals, last[id].1);
        assert!(known.totals.end_reason.is_some());
    }
    // Repeats and another order change nothing at all, although both did happen.
    let rough = Misbehaviour {
        duplicate: 0.3,
        shuffle: 0.5,
        ..Misbehaviour::default()
    };
    let (rough_requests, rough_truth) = past(Scenario {
        misbehaviour: rough,
        ..small()
    });
    let numbers = last_totals(&rough_requests);
    assert!(numbers.values().any(|(.., numbers)| !numbers.is_sorted()));
    let sent: usize = numbers.values().map(|(.., numbers)| numbers.len()).sum();
    assert!(sent as u64 > rough_truth.beacons());
    assert_eq!(rough_truth.beacons(), quiet_truth.beacons());
    assert_eq!(
        rough_truth.report(&[vec!["cdn".into()]]),
        quiet_truth.report(&[vec!["cdn".into()]])
    );

    // A lost tail is lost in the truth too, but never the first beacon.
    let lossy = Misbehaviour {
        drop_tail: 1.0,
        drop_tail_max: 3,
        ..Misbehaviour::default()
    };
    let (lossy_requests, lossy_truth) = past(Scenario {
        misbehaviour: lossy,
        ..small()
    });
    assert_eq!(lossy_truth.attempts().len(), quiet_truth.attempts().len());
    assert!(lossy_truth.beacons() < quiet_truth.beacons());
    for (id, known) in lossy_truth.attempts() {
        assert!(known.sequences.contains(&0));
        assert_eq!(known.totals, last_totals(&lossy_requests)[id].1);
        let mut merged = known.totals.clone();
        merged.merge(&quiet_truth.attempts()[id].totals);
        assert_eq!(merged, quiet_truth.attempts()[id].totals, "less, never other");
    }
}

#[test]
fn few_beacons_tell_the_same_totals_as_many() {
    let (compact_requests, compact) = past(small());
    let (full_requests, full) = past(Scenario {
        emission: Some(Emission::LIVE),
        ..small()
    });
    let count = |requests: &[Request]| {
        requests
            .iter()
            .map(|request| request.batch.beacons.len())
            .sum::<usize>()
    };
    assert!(count(&full_requests) > 5 * count(&compact_requests));
    assert_eq!(full.attempts().len(), compact.attempts().len());
    for (id, known) in compact.attempts() {
        assert_eq!(known.totals, full.attempts()[id].totals);
    }
}

#[test]
fn breakdowns_and_days_sum_to_the_whole() {
    let (_, truth) = past(small());
    let report = truth.report(&[vec!["cdn".into()], vec!["country".into(), "device_class".into()]]);
    let whole = &report.overall;
    assert_eq!(whole.attempts, truth.attempts().len() as u64);
    let days = report.days.iter().map(|day| &day.summary);
    assert_eq!(days.clone().map(|day| day.play_ms).sum::<u64>(), whole.play_ms);
    assert_eq!(days.map(|day| day.stall_count).sum::<u64>(), whole.stall_count);
    assert_eq!(report.days.len(), 3);
    for breakdown in &report.dimensions {
        assert!(breakdown.rows.len() > 2);
        assert_eq!(
            breakdown.rows.iter().map(|row| row.summary.attempts).sum::<u64>(),
            whole.attempts
        );
        for row in &breakdown.rows {
            assert_eq!(
                row.days.iter().map(|day| day.summary.stall_ms).sum::<u64>(),
                row.summary.stall_ms
            );
        }
    }
    assert_eq!(
        whole.startup_any_ms.histogram.values().sum::<u64>(),
        whole.startup_any_ms.count
    );
    let now = small().now_ms;
    assert_eq!(truth.summary_between(UnixMs(0), now), *whole);
    assert_eq!(truth.summary_between(now, UnixMs(i64::MAX)).attempts, 0);
    // The report is what `playhead simulate` prints.
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["overall"]["attempts"], whole.attempts);
    assert_eq!(json["dimensions"][0]["rows"][0]["values"]["cdn"], "cdn-a");
    assert!(json["days"][0]["play_ms"].is_u64());
}

fn incident(now: UnixMs) -> Incident {
    Incident {
        name: "slow".into(),
        when: BTreeMap::from([
            ("cdn".to_owned(), "cdn-b".to_owned()),
            ("player_version".to_owned(), "3.2.0".to_owned()),
        ]),
        start_ms: UnixMs(now.0 - 6 * HOUR_MS),
        end_ms: now,
        effect: Effect {
            throughput_factor: 0.25,
            flakiness_factor: 5.0,
            ..Effect::default()
        },
    }
}

#[test]
fn an_incident_touches_its_slice_and_nobody_else() {
    let quiet = Scenario {
        attempts_per_day: 800.0,
        backfill_days: 1,
        ..small()
    };
    let planted = Scenario {
        incidents: vec![incident(quiet.now_ms)],
        ..quiet.clone()
    };
    let (_, before) = past(quiet);
    let (_, after) = past(planted);
    assert_eq!(before.attempts().len(), after.attempts().len());
    for (id, known) in after.attempts() {
        if known.facts.incidents.is_empty() {
            assert_eq!(known.totals, before.attempts()[id].totals, "{id} is not concerned");
        } else {
            assert_eq!(known.facts.context.cdn.as_deref(), Some("cdn-b"));
            assert_eq!(known.facts.context.player_version.as_deref(), Some("3.2.0"));
        }
    }
    let truth = &after.report(&[]).incidents[0];
    let slice = |truth: &Truth| {
        let window = incident(small().now_ms);
        let within = move |at: UnixMs| (window.start_ms..window.end_ms).contains(&at);
        truth.summary(|known| {
            within(known.facts.started_at_ms)
                && known.facts.attribute("cdn").as_deref() == Some("cdn-b")
                && known.facts.attribute("player_version").as_deref() == Some("3.2.0")
        })
    };
    let quiet_slice = slice(&before);
    assert_eq!(truth.inside, slice(&after));
    assert_eq!(truth.inside.attempts, quiet_slice.attempts);
    assert!(truth.inside.attempts > 50, "{} attempts", truth.inside.attempts);
    assert!(truth.inside.rebuffer_ratio > Some(3.0 * quiet_slice.rebuffer_ratio.unwrap()));
    assert!(truth.inside.startup_any_ms.p50 > quiet_slice.startup_any_ms.p50.map(|ms| ms * 5 / 4));
    assert!(truth.inside.bitrate_avg_bps < quiet_slice.bitrate_avg_bps);
}

#[test]
fn the_demo_is_quiet_until_the_incident_and_then_clearly_worse_as_a_whole() {
    let scenario = Scenario {
        backfill_days: 5,
        ..Scenario::demo(Scenario::default().now_ms)
    };
    let (_, truth) = past(scenario);
    let report = truth.report(&[]);
    let (quiet, planted): (Vec<_>, Vec<_>) = report.days.iter().partition(|day| day.day < report.days[4].day);
    assert_eq!((quiet.len(), planted.len()), (4, 2));
    let ratios: Vec<f64> = quiet.iter().map(|day| day.summary.rebuffer_ratio.unwrap()).collect();
    let (least, most) = (
        ratios.iter().copied().fold(1.0, f64::min),
        ratios.iter().copied().fold(0.0, f64::max),
    );
    assert!(
        (0.001..0.006).contains(&least) && most < 1.6 * least && most > least,
        "{ratios:?}"
    );
    for day in planted {
        assert!(
            day.summary.rebuffer_ratio.unwrap() > 1.8 * most,
            "{} {:?} after {ratios:?}",
            day.day,
            day.summary.rebuffer_ratio
        );
        let p95 = quiet.iter().filter_map(|day| day.summary.startup_any_ms.p95).max();
        assert!(
            day.summary.startup_any_ms.p95 > p95.map(|ms| ms * 5 / 4),
            "{} p95 {:?} after {p95:?}",
            day.day,
            day.summary.startup_any_ms.p95
        );
    }
    let plays = quiet
        .iter()
        .map(|day| day.summary.plays as f64 / day.summary.attempts as f64);
    assert!(
        plays.clone().all(|share| (0.97..0.998).contains(&share)),
        "plays ÷ attempts {:?}",
        plays.collect::<Vec<_>>()
    );
    let median = report.days[3].summary.startup_any_ms.p50.unwrap();
    assert!((300..1_500).contains(&median), "median startup {median} ms");
}

#[test]
fn a_live_audience_keeps_its_size_and_its_order_and_leaves_at_the_end() {
    let world = world(Scenario::default());
    let from = UnixMs(1_795_000_000_000);
    let until = UnixMs(from.0 + 10 * 60_000);
    let requests: Vec<Request> = Live::new(Arc::clone(&world), 40, from, Some(until)).collect();
    assert!(requests.iter().is_sorted_by_key(|request| request.at));
    assert!(requests.iter().all(|request| (from..=until).contains(&request.at)));
    assert!(requests.iter().all(|request| request.batch.clock == Clock::Live));
    let mut spans: HashMap<AttemptId, (i64, i64)> = HashMap::new();
    let mut ends = 0;
    for beacon in requests.iter().flat_map(|request| &request.batch.beacons) {
        let start = beacon.started_at_ms.0;
        let span = spans.entry(beacon.attempt_id).or_insert((start, start));
        span.1 = span.1.max(start + i64::from(beacon.interval.to_ms));
        ends += usize::from(beacon.kind == BeaconKind::End);
    }
    assert_eq!(ends, spans.len(), "everybody left");
    for minute in 2..10 {
        let at = from.0 + minute * 60_000;
        let there = spans
            .values()
            .filter(|(start, end)| (*start..*end).contains(&at))
            .count();
        assert!((30..=40).contains(&there), "minute {minute}: {there}");
    }
}

#[test]
fn a_skewed_clock_shifts_what_is_claimed_and_not_what_is_true() {
    let misbehaviour = Misbehaviour {
        skew_ms: 60_000.0,
        ..Misbehaviour::default()
    };
    let world = world(Scenario {
        misbehaviour,
        ..Scenario::default()
    });
    let from = UnixMs(1_795_000_000_000);
    let requests: Vec<Request> = Live::new(world, 30, from, None).take(600).collect();
    for request in &requests {
        let (beacon, facts) = (&request.batch.beacons[0], &request.facts[0]);
        assert_eq!(beacon.started_at_ms.0, facts.started_at_ms.0 + request.skew_ms);
        assert_eq!(request.batch.sent_at_ms.0 - request.at.0, request.skew_ms);
    }
    let skews: BTreeSet<i64> = requests.iter().map(|request| request.skew_ms / 10_000).collect();
    assert!(skews.len() > 8, "{skews:?}");
}

#[test]
fn bodies_for_load_tests_hold_as_many_beacons_as_asked_and_repeat_by_seed() {
    let some = bodies(3, 40, 10);
    assert_eq!(some, bodies(3, 40, 10));
    assert_ne!(some, bodies(4, 40, 10));
    assert_eq!(some.len(), 40);
    let mut identities = BTreeSet::new();
    for body in &some {
        let batch: BeaconBatch = serde_json::from_slice(body).unwrap();
        assert_eq!(batch.beacons.len(), 10);
        for beacon in &batch.beacons {
            assert!(
                identities.insert((beacon.attempt_id, beacon.sequence)),
                "no beacon twice"
            );
            assert!(beacon.started_at_ms <= batch.sent_at_ms);
        }
    }
}
