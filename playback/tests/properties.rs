//! What holds for every session, however odd: found by random signals, not by examples.
#![allow(clippy::unwrap_used, missing_docs)]

use playback::{
    MonotonicMs, Options, Rendition, Session, Signal,
    invariant::{grew, tiles, violations},
};
use proptest::prelude::*;
use schemas::{AttemptId, Beacon, BeaconKind, FailureClass, FirstFrameMethod, ObjectType, State, Totals, UnixMs};

/// What a test can do to a session.
#[derive(Debug, Clone)]
enum Op {
    After(u32, Signal),
    Beacon(BeaconKind),
    Backwards(u32, Signal),
}

fn object_type() -> impl Strategy<Value = ObjectType> {
    use ObjectType::{Audio, Caption, Init, Key, Manifest, Muxed, Other, TimedText, Video};
    proptest::sample::select(vec![
        Manifest, Init, Video, Audio, Muxed, Caption, TimedText, Key, Other,
    ])
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let optional = || proptest::option::of(0u32..20_000);
    prop_oneof![
        1 => (any::<bool>(), any::<bool>()).prop_map(|(autoplay, visible)| Signal::PlayRequested { autoplay, visible }),
        1 => Just(Signal::PlayBlocked),
        1 => (optional(), optional()).prop_map(|(player_startup_ms, page_load_ms)| Signal::PlayerReady { player_startup_ms, page_load_ms }),
        3 => Just(Signal::FirstFrame { method: FirstFrameMethod::FrameCallback }),
        3 => Just(Signal::Playing),
        3 => Just(Signal::Waiting),
        12 => (0u32..10_000, optional()).prop_map(|(position_ms, buffer_ms)| Signal::Tick { position_ms, buffer_ms }),
        2 => Just(Signal::Pause),
        2 => optional().prop_map(|from_position_ms| Signal::SeekStarted { from_position_ms }),
        2 => (0u32..10_000).prop_map(|to_position_ms| Signal::SeekEnded { to_position_ms }),
        1 => (0u32..4_000).prop_map(|rate_permille| Signal::PlaybackRate { rate_permille }),
        2 => (optional(), optional(), optional(), optional()).prop_map(|(bitrate_bps, bitrate_peak_bps, width, height)| {
            Signal::Rendition(Rendition { bitrate_bps, bitrate_peak_bps, width, height })
        }),
        1 => (0u32..4_000, 0u32..3_000, 0u32..4_000).prop_map(|(width, height, pixel_ratio_permille)| {
            Signal::DisplaySize { width, height, pixel_ratio_permille }
        }),
        1 => (0u32..1_000, 0u32..1_000).prop_map(|(decoded, dropped)| Signal::Frames { decoded, dropped }),
        1 => any::<bool>().prop_map(|hidden| Signal::Visibility { hidden }),
        1 => Just(Signal::Live),
        1 => ("[a-c]", any::<u8>()).prop_map(|(code, odds)| Signal::Error {
            class: FailureClass::Segment,
            code,
            message: String::new(),
            context: String::new(),
            fatal: odds < 25,
        }),
        2 => object_type().prop_map(|object_type| Signal::RequestStarted { object_type }),
        2 => (object_type(), any::<u32>(), optional(), 0u32..9_000, proptest::option::of("[a-b]")).prop_map(
            |(object_type, bytes, ttfb_ms, duration_ms, host)| {
                Signal::RequestFinished { object_type, bytes, ttfb_ms, duration_ms, media_ms: ttfb_ms, host }
            }
        ),
        1 => object_type().prop_map(|object_type| Signal::RequestCancelled { object_type }),
        1 => Just(Signal::DrmRequested),
        1 => Just(Signal::DrmUsable),
        1 => Just(Signal::AdRequested),
        1 => Just(Signal::Preloaded),
        1 => any::<bool>().prop_map(|automatic| Signal::RenditionSelected { automatic }),
        1 => (optional(), any::<bool>()).prop_map(|(latency_ms, dvr)| Signal::LiveLatency { latency_ms, dvr }),
        1 => Just(Signal::AdStarted),
        1 => Just(Signal::AdEnded),
    ]
}

fn any_op() -> impl Strategy<Value = Op> {
    let end = prop_oneof![Just(Signal::Ended), Just(Signal::Quit), Just(Signal::SourceChanged)];
    prop_oneof![
        60 => (0u32..900, any_signal()).prop_map(|(ms, signal)| Op::After(ms, signal)),
        3 => (0u32..200_000, any_signal()).prop_map(|(ms, signal)| Op::After(ms, signal)),
        2 => (0u32..5_000, any_signal()).prop_map(|(ms, signal)| Op::Backwards(ms, signal)),
        12 => prop_oneof![Just(BeaconKind::Beat), Just(BeaconKind::Change), Just(BeaconKind::Hide)].prop_map(Op::Beacon),
        1 => (0u32..900, end).prop_map(|(ms, signal)| Op::After(ms, signal)),
    ]
}

/// Runs the operations; `looked` sees the session after each.
fn run(ops: &[Op], mut looked: impl FnMut(&mut Session, MonotonicMs)) -> (Vec<Beacon>, Session) {
    let mut at = MonotonicMs(1_000_000);
    let mut session = Session::begin(AttemptId(uuid::Uuid::nil()), UnixMs(0), at, Options::default());
    let mut beacons = Vec::new();
    for op in ops {
        match op {
            Op::After(ms, signal) => {
                at = MonotonicMs(at.0 + u64::from(*ms));
                session.apply(at, signal.clone());
            }
            Op::Backwards(ms, signal) => session.apply(MonotonicMs(at.0 - u64::from(*ms)), signal.clone()),
            Op::Beacon(kind) => beacons.push(session.beacon(at, *kind)),
        }
        looked(&mut session, at);
    }
    beacons.push(session.beacon(at, BeaconKind::Hide));
    (beacons, session)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_signals_breaks_a_rule(ops in prop::collection::vec(any_op(), 0..120)) {
        let mut before = Totals::default();
        let mut over: Option<State> = None;
        run(&ops, |session, at| {
            let totals = session.totals(at).clone();
            let broken = violations(&totals, session.elapsed_ms());
            assert!(broken.is_empty(), "{broken:?}\n{totals:#?}");
            assert!(grew(&before, &totals), "{before:#?}\nbecame\n{totals:#?}");
            assert!(tiles(session), "the times per state do not tile {} ms", session.elapsed_ms());
            if let Some(state) = over {
                assert_eq!(session.state(), state, "something followed the end");
                assert_eq!(before, totals, "something changed after the end");
            }
            over = session.is_over().then(|| session.state());
            before = totals;
        });
    }

    #[test]
    fn any_beacons_in_any_order_with_repeats_merge_to_the_latest_among_them(
        ops in prop::collection::vec(any_op(), 0..120),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let (beacons, _) = run(&ops, |_, _| {});
        let picked: Vec<&Beacon> = picks.iter().map(|pick| &beacons[pick.index(beacons.len())]).collect();
        let mut merged = Totals::default();
        for beacon in &picked {
            merged.merge(&beacon.totals);
        }
        let latest = picked.iter().max_by_key(|beacon| beacon.sequence).unwrap();
        prop_assert_eq!(&merged, &latest.totals);
    }

    /// The stated bound: what a lost tail hides of any duration is no more than the time after the last beacon that arrived, and what
    /// that one held back for its next tick.
    #[test]
    fn a_lost_tail_costs_no_more_than_its_own_length(
        ops in prop::collection::vec(any_op(), 0..120),
        kept in any::<prop::sample::Index>(),
    ) {
        let (beacons, _) = run(&ops, |_, _| {});
        let kept = &beacons[kept.index(beacons.len())];
        let last = beacons.last().unwrap();
        let lost_ms = last.interval.to_ms - kept.interval.to_ms;
        for (have, all) in [
            (kept.totals.play_ms, last.totals.play_ms),
            (kept.totals.stall_ms, last.totals.stall_ms),
            (kept.totals.seek_ms, last.totals.seek_ms),
            (kept.totals.paused_ms, last.totals.paused_ms),
            (kept.totals.ad_ms, last.totals.ad_ms),
            (kept.totals.startup_wait_ms, last.totals.startup_wait_ms),
        ] {
            prop_assert!(all - have <= lost_ms + playback::session::HELD_MS_MAX, "{} of {} hidden by {} ms", all - have, all, lost_ms);
        }
    }

    #[test]
    fn intervals_join_and_sequences_count(ops in prop::collection::vec(any_op(), 0..120)) {
        let (beacons, _) = run(&ops, |_, _| {});
        let (mut to_ms, mut state) = (0, State::Starting);
        for (number, beacon) in beacons.iter().enumerate() {
            prop_assert_eq!(beacon.sequence as usize, number);
            prop_assert_eq!(beacon.interval.from_ms, to_ms);
            prop_assert_eq!(beacon.interval.state, state);
            let mut at_ms = beacon.interval.from_ms;
            for event in &beacon.interval.events {
                prop_assert!(event.at_ms >= at_ms && event.at_ms <= beacon.interval.to_ms, "{:?}", beacon.interval);
                at_ms = event.at_ms;
            }
            (to_ms, state) = (beacon.interval.to_ms, beacon.state);
        }
    }

    #[test]
    fn a_beacon_survives_its_own_json(ops in prop::collection::vec(any_op(), 0..60)) {
        let (beacons, _) = run(&ops, |_, _| {});
        for beacon in beacons {
            let json = serde_json::to_string(&beacon).unwrap();
            prop_assert_eq!(serde_json::from_str::<Beacon>(&json).unwrap(), beacon);
        }
    }
}

#[test]
fn a_long_session_of_many_signals_stays_within_the_limits_of_a_beacon() {
    let mut at = MonotonicMs(0);
    let mut session = Session::begin(AttemptId(uuid::Uuid::nil()), UnixMs(0), at, Options::default());
    for number in 0..500u32 {
        at = MonotonicMs(u64::from(number));
        session.apply(
            at,
            Signal::RequestFinished {
                object_type: ObjectType::Video,
                bytes: 1,
                ttfb_ms: None,
                duration_ms: 1,
                media_ms: None,
                host: None,
            },
        );
        let code = number.to_string() + &"é".repeat(400);
        session.apply(
            at,
            Signal::Error {
                class: FailureClass::Network,
                code: code.clone(),
                message: code,
                context: String::new(),
                fatal: number == 499,
            },
        );
        session.apply(
            at,
            Signal::Rendition(Rendition {
                bitrate_bps: Some(number),
                ..Rendition::default()
            }),
        );
    }
    let beacon = session.beacon(at, BeaconKind::End);
    assert_eq!(beacon.interval.events.len(), schemas::limits::INTERVAL_EVENTS_MAX);
    assert_eq!(
        beacon.interval.events.len() as u32 + beacon.interval.events_dropped,
        500 + 500 + 499 + 1
    );
    let failure = beacon.totals.failure.unwrap();
    assert!(
        failure.code.len() <= schemas::limits::LABEL_BYTES_MAX,
        "{}",
        failure.code.len()
    );
}
