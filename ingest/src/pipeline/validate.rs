//! Whether a beacon can be true. What cannot is rejected with a reason; a startup that cannot be measured becomes null instead.
//!
//! Limits and their reasons stand in `schemas::limits`. Pure: the times come as arguments.

use schemas::{
    Beacon, Clock, Context, DurationMs, Event, EventKind, Median, Rejection, Totals, UnixMs,
    limits::{
        ATTEMPT_MS_MAX, BITRATE_BPS_MAX, CUSTOM_DIMENSIONS_MAX, INTERVAL_EVENTS_MAX, LABEL_BYTES_MAX, RENDITIONS_MAX,
        SAMPLE_WEIGHT_PERMILLE_MAX, SEQUENCE_MAX, START_AHEAD_MS_MAX, STARTUP_MS_MAX, TEXT_BYTES_MAX,
    },
};

use crate::{protocol::native::Fault, telemetry::Repair};

/// Room for rounding: a foreign collector may round each of its times up to a tenth of a second.
const ELAPSED_SLACK_MS: u64 = 1_000;

/// Imported history cannot be older than this, 2000-01-01T00:00:00Z: a smaller number is in seconds, or rubbish.
const HISTORY_BEGINS_MS: i64 = 946_684_800_000;

/// A latency of more than 24 h is impossible (METRICS, the model).
const LATENCY_MS_MAX: DurationMs = 24 * 3_600_000;

/// When things happened, as far as plausibility needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) clock: Clock,
    /// The sender's clock when it sent the batch.
    pub(crate) sent_at: UnixMs,
    pub(crate) received_at: UnixMs,
    /// The attempt's start on the server's clock.
    pub(crate) started_at: UnixMs,
}

/// Checks `beacon`; a beacon that passes has no impossible startup any more.
pub(crate) fn validate(beacon: &mut Beacon, timing: Timing) -> Result<Option<Repair>, Fault> {
    if beacon.sequence > SEQUENCE_MAX {
        let text = format!("{} is above {SEQUENCE_MAX}", beacon.sequence);
        return Err(Fault::new(Rejection::SequenceTooHigh, "sequence", text));
    }
    let (from_ms, to_ms) = (beacon.interval.from_ms, beacon.interval.to_ms);
    if to_ms > ATTEMPT_MS_MAX {
        return Err(out_of_range(
            "interval.to_ms",
            u64::from(to_ms),
            u64::from(ATTEMPT_MS_MAX),
        ));
    }
    if to_ms < from_ms {
        let text = format!("{to_ms} lies before from_ms, {from_ms}");
        return Err(Fault::new(Rejection::IntervalReversed, "interval.to_ms", text));
    }
    check_items(beacon)?;
    for (index, event) in beacon.interval.events.iter().enumerate() {
        check_event(event, index, from_ms, to_ms)?;
    }
    check_totals(&beacon.totals, to_ms)?;
    if let Some(context) = &beacon.context {
        check_context(context)?;
    }
    check_start(beacon.started_at_ms, timing)?;
    Ok(repair_startup(beacon))
}

fn out_of_range(field: impl Into<String>, value: u64, most: u64) -> Fault {
    Fault::new(Rejection::NumberOutOfRange, field, format!("{value} is above {most}"))
}

fn check_items(beacon: &Beacon) -> Result<(), Fault> {
    let custom = beacon.context.as_ref().map_or(0, |context| context.custom.len());
    let counts = [
        ("interval.events", beacon.interval.events.len(), INTERVAL_EVENTS_MAX),
        (
            "totals.play_ms_by_rendition",
            beacon.totals.play_ms_by_rendition.len(),
            RENDITIONS_MAX,
        ),
        ("context.custom", custom, CUSTOM_DIMENSIONS_MAX),
    ];
    for (field, count, most) in counts {
        if count > most {
            return Err(Fault::new(
                Rejection::TooManyItems,
                field,
                format!("{count} entries; at most {most} are taken"),
            ));
        }
    }
    Ok(())
}

fn check_text(field: impl Fn() -> String, text: &str, most: usize) -> Result<(), Fault> {
    if text.len() > most {
        let words = format!("{} bytes; at most {most} are taken", text.len());
        return Err(Fault::new(Rejection::TextTooLong, field(), words));
    }
    Ok(())
}

fn check_event(event: &Event, index: usize, from_ms: DurationMs, to_ms: DurationMs) -> Result<(), Fault> {
    let field = |name: &str| format!("interval.events[{index}].{name}");
    if event.at_ms < from_ms || event.at_ms > to_ms {
        let text = format!("{} lies outside the interval, {from_ms} to {to_ms}", event.at_ms);
        return Err(Fault::new(Rejection::IntervalReversed, field("at_ms"), text));
    }
    let durations: [(&str, Option<DurationMs>); 2] = match &event.kind {
        EventKind::FirstFrame { startup_ms } => [("startup_ms", Some(*startup_ms)), ("", None)],
        EventKind::Stall { stall_ms, .. } => [("stall_ms", Some(*stall_ms)), ("", None)],
        EventKind::Seek { seek_ms, .. } => [("seek_ms", Some(*seek_ms)), ("", None)],
        EventKind::Suspension { gap_ms } => [("gap_ms", Some(*gap_ms)), ("", None)],
        EventKind::Request {
            ttfb_ms,
            duration_ms,
            host,
            ..
        } => {
            if let Some(host) = host {
                check_text(|| field("host"), host, LABEL_BYTES_MAX)?;
            }
            [("ttfb_ms", *ttfb_ms), ("duration_ms", Some(*duration_ms))]
        }
        EventKind::Rendition {
            bitrate_bps: Some(bps), ..
        } if *bps > BITRATE_BPS_MAX => {
            return Err(out_of_range(
                field("bitrate_bps"),
                u64::from(*bps),
                u64::from(BITRATE_BPS_MAX),
            ));
        }
        EventKind::Error {
            code, message, context, ..
        } => {
            check_text(|| field("code"), code, LABEL_BYTES_MAX)?;
            check_text(|| field("message"), message, TEXT_BYTES_MAX)?;
            check_text(|| field("context"), context, TEXT_BYTES_MAX)?;
            return Ok(());
        }
        EventKind::Rendition { .. }
        | EventKind::State { .. }
        | EventKind::Visibility { .. }
        | EventKind::Buffer { .. } => {
            return Ok(());
        }
    };
    for (name, value) in durations {
        if let Some(value) = value.filter(|value| *value > ATTEMPT_MS_MAX) {
            return Err(out_of_range(field(name), u64::from(value), u64::from(ATTEMPT_MS_MAX)));
        }
    }
    Ok(())
}

/// Leaves with a fault for the first of the fields that is above `most`. A comparison each: there are fifty in every beacon.
macro_rules! at_most {
    ($totals:ident { $($name:ident)* } $most:expr, $fault:expr) => {
        let most: u64 = $most;
        $(
            let value = u64::from($totals.$name);
            if value > most {
                return Err($fault(stringify!($name), value, most));
            }
        )*
    };
}

fn check_totals(totals: &Totals, to_ms: DurationMs) -> Result<(), Fault> {
    let field = |name: &str| format!("totals.{name}");
    let elapsed_ms = u64::from(to_ms) + ELAPSED_SLACK_MS;
    let exceeds = |name: &str, value: u64, _| {
        let text = format!("{value} ms, but only {to_ms} ms have passed since intent");
        Fault::new(Rejection::TotalsExceedElapsed, field(name), text)
    };
    let too_large = |name: &str, value: u64, most: u64| out_of_range(field(name), value, most);
    // Each is a part of the time since intent, and these six are disjoint.
    at_most! { totals { startup_wait_ms play_ms paused_ms stall_ms seek_ms ad_ms } elapsed_ms, exceeds }
    let spent = [
        totals.startup_wait_ms,
        totals.play_ms,
        totals.paused_ms,
        totals.stall_ms,
        totals.seek_ms,
        totals.ad_ms,
    ];
    let sum: u64 = spent.into_iter().map(u64::from).sum();
    if sum > elapsed_ms {
        let text = format!(
            "waiting, playing, pausing, stalling, seeking and ads take {sum} ms together, but only {to_ms} ms have passed since intent"
        );
        return Err(Fault::new(Rejection::TotalsExceedElapsed, "totals", text));
    }
    at_most! { totals {
        stall_ms_max stall_short_ms stall_network_ms stall_seek_ms stall_rendition_switch_ms stall_ad_boundary_ms stall_decoder_ms
        stall_live_edge_ms stall_suspended_ms stall_unknown_ms play_hidden_ms upscale_ms dvr_ms
    } elapsed_ms, exceeds }
    // These may lie before intent: bounded by what an attempt can last.
    let once = [
        ("player_startup_ms", totals.player_startup_ms),
        ("page_load_ms", totals.page_load_ms),
        ("drm_load_ms", totals.drm_load_ms),
        ("startup_manifest_ms", totals.startup_manifest_ms),
        ("startup_drm_ms", totals.startup_drm_ms),
        ("startup_ad_ms", totals.startup_ad_ms),
        ("startup_init_ms", totals.startup_init_ms),
        ("startup_segment_ms", totals.startup_segment_ms),
        ("startup_decode_ms", totals.startup_decode_ms),
        ("startup_other_ms", totals.startup_other_ms),
    ];
    for (name, value) in once {
        if let Some(value) = value.filter(|value| *value > ATTEMPT_MS_MAX) {
            return Err(out_of_range(field(name), u64::from(value), u64::from(ATTEMPT_MS_MAX)));
        }
    }
    // Media runs up to 16 times as fast as the clock: the fastest playback rate that browsers allow.
    let media_most = 16 * elapsed_ms;
    at_most! { totals { media_ms bitrate_media_ms bitrate_peak_media_ms } media_most, too_large }
    if let Some(unique_media_ms) = totals.unique_media_ms.filter(|ms| *ms > totals.media_ms) {
        return Err(too_large(
            "unique_media_ms",
            unique_media_ms.into(),
            totals.media_ms.into(),
        ));
    }
    let bits_most = |media_ms: DurationMs| u64::from(BITRATE_BPS_MAX) * u64::from(media_ms);
    at_most! { totals { bitrate_bps_ms } bits_most(totals.bitrate_media_ms), too_large }
    at_most! { totals { bitrate_peak_bps_ms } bits_most(totals.bitrate_peak_media_ms), too_large }
    let medians = [
        ("live_latency_median", totals.live_latency_median, LATENCY_MS_MAX),
        ("throughput_median", totals.throughput_median, u32::MAX),
        ("ttfb_median", totals.ttfb_median, ATTEMPT_MS_MAX),
    ];
    for (name, packed, most) in medians {
        let samples_most = u64::from(Median::SAMPLES_MAX);
        if packed >> 32 > samples_most {
            return Err(out_of_range(field(name), packed >> 32, samples_most));
        }
        if let Some(Median { median, .. }) = Median::unpacked(packed).filter(|median| median.median > most) {
            return Err(out_of_range(field(name), u64::from(median), u64::from(most)));
        }
    }
    // 1 Gbit/s for the whole time, with room for what was in flight at intent.
    let bytes_most = u64::from(BITRATE_BPS_MAX) / 8 / 1_000 * (elapsed_ms + 60_000);
    at_most! { totals { data_bytes bitrate_measured_bytes } bytes_most, too_large }
    // Segments are fetched ahead: a day of them at most.
    at_most! { totals { bitrate_measured_media_ms } media_most + u64::from(LATENCY_MS_MAX), too_large }
    // A picture shown 100 times as large as it is, 100,000 ‰, is no picture.
    at_most! { totals { upscale_css_permille_ms upscale_px_permille_ms } 100_000 * elapsed_ms, too_large }
    // One in every millisecond is more than any screen shows or hand does.
    at_most! { totals {
        stall_count stall_short_count seek_count switch_up_count switch_down_count frames_decoded frames_dropped error_count
    } elapsed_ms, too_large }
    for (index, play) in totals.play_ms_by_rendition.iter().enumerate() {
        let field = |name: &str| format!("totals.play_ms_by_rendition[{index}].{name}");
        check_text(|| field("rendition"), &play.rendition, LABEL_BYTES_MAX)?;
        if u64::from(play.play_ms) > elapsed_ms {
            let text = format!("{} ms, but only {to_ms} ms have passed since intent", play.play_ms);
            return Err(Fault::new(Rejection::TotalsExceedElapsed, field("play_ms"), text));
        }
    }
    if let Some(failure) = &totals.failure {
        check_text(|| field("failure.code"), &failure.code, LABEL_BYTES_MAX)?;
        check_text(|| field("failure.message"), &failure.message, TEXT_BYTES_MAX)?;
    }
    Ok(())
}

fn check_context(context: &Context) -> Result<(), Fault> {
    let labels = [
        ("viewer_id", &context.viewer_id),
        ("video_id", &context.video_id),
        ("player_name", &context.player_name),
        ("player_version", &context.player_version),
        ("player_software", &context.player_software),
        ("player_software_version", &context.player_software_version),
        ("collector_version", &context.collector_version),
        ("page_host", &context.page_host),
        ("cdn", &context.cdn),
        ("connection_type", &context.connection_type),
        ("language", &context.language),
        ("experiment_name", &context.experiment_name),
        ("experiment_variant", &context.experiment_variant),
        ("video_series", &context.video_series),
        ("page_version", &context.page_version),
        ("screen", &context.screen),
        ("audio_language", &context.audio_language),
        ("subtitle_language", &context.subtitle_language),
        ("video_codec", &context.video_codec),
        ("audio_codec", &context.audio_codec),
        ("drm_system", &context.drm_system),
    ];
    for (name, text) in labels {
        if let Some(text) = text {
            check_text(|| format!("context.{name}"), text, LABEL_BYTES_MAX)?;
        }
    }
    if let Some(weight) = context.sample_weight_permille {
        let most = SAMPLE_WEIGHT_PERMILLE_MAX;
        if !(1_000..=most).contains(&weight) {
            let text = format!("{weight} is not between 1000 and {most}");
            return Err(Fault::new(
                Rejection::NumberOutOfRange,
                "context.sample_weight_permille",
                text,
            ));
        }
    }
    if let Some(title) = &context.video_title {
        check_text(|| "context.video_title".to_owned(), title, TEXT_BYTES_MAX)?;
    }
    for (key, value) in &context.custom {
        check_text(|| "context.custom".to_owned(), key, LABEL_BYTES_MAX)?;
        check_text(|| format!("context.custom.{key}"), value, TEXT_BYTES_MAX)?;
    }
    Ok(())
}

fn check_start(started_at_ms: UnixMs, timing: Timing) -> Result<(), Fault> {
    let implausible = |text: String| Err(Fault::new(Rejection::StartImplausible, "started_at_ms", text));
    let ahead_ms = timing.started_at.0.saturating_sub(timing.received_at.0);
    if ahead_ms > START_AHEAD_MS_MAX {
        return implausible(format!("it lies {ahead_ms} ms ahead of this server"));
    }
    match timing.clock {
        Clock::Live => {
            let ago_ms = timing.sent_at.0.saturating_sub(started_at_ms.0);
            if ago_ms > i64::from(ATTEMPT_MS_MAX) {
                return implausible(format!(
                    "it lies {ago_ms} ms before sent_at_ms; {ATTEMPT_MS_MAX} are the most"
                ));
            }
        }
        Clock::Historic if started_at_ms.0 < HISTORY_BEGINS_MS => {
            return implausible("it lies before the year 2000".to_owned());
        }
        Clock::Historic => {}
    }
    Ok(())
}

/// Makes a startup null that cannot be true (METRICS: impossible, becomes null).
fn repair_startup(beacon: &mut Beacon) -> Option<Repair> {
    let totals = &mut beacon.totals;
    let startups = [totals.startup_any_ms, totals.startup_content_ms];
    if startups == [None, None] {
        return None;
    }
    let too_long = startups
        .into_iter()
        .flatten()
        .any(|startup_ms| startup_ms > STARTUP_MS_MAX);
    let repair = if too_long {
        Repair::StartupTooLong
    } else if slept_before_first_frame(&beacon.interval.events) {
        Repair::StartupSuspended
    } else {
        return None;
    };
    totals.startup_any_ms = None;
    totals.startup_content_ms = None;
    for part in [
        &mut totals.startup_manifest_ms,
        &mut totals.startup_drm_ms,
        &mut totals.startup_ad_ms,
        &mut totals.startup_init_ms,
        &mut totals.startup_segment_ms,
        &mut totals.startup_decode_ms,
        &mut totals.startup_other_ms,
    ] {
        *part = None;
    }
    Some(repair)
}

/// Whether these events say that the machine slept before the first frame.
fn slept_before_first_frame(events: &[Event]) -> bool {
    let first_frame = events
        .iter()
        .position(|event| matches!(event.kind, EventKind::FirstFrame { .. }));
    first_frame.is_some_and(|index| {
        events[..index]
            .iter()
            .any(|event| matches!(event.kind, EventKind::Suspension { .. }))
    })
}

#[cfg(test)]
mod tests {
    use schemas::{AttemptId, BeaconKind, Failure, FailureClass, Interval, RenditionPlay, State};
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_763_600_000_000;

    fn beacon() -> Beacon {
        Beacon {
            attempt_id: AttemptId(Uuid::from_u128(1)),
            sequence: 3,
            started_at_ms: UnixMs(NOW - 20_000),
            kind: BeaconKind::Beat,
            state: State::Playing,
            interval: Interval {
                from_ms: 10_000,
                to_ms: 20_000,
                state: State::Playing,
                events: Vec::new(),
                events_dropped: 0,
            },
            totals: Totals {
                first_frame_seen: true,
                play_ms: 18_000,
                media_ms: 18_000,
                startup_wait_ms: 1_500,
                startup_any_ms: Some(1_500),
                ..Totals::default()
            },
            context: Some(Box::default()),
        }
    }

    fn timing() -> Timing {
        Timing {
            clock: Clock::Live,
            sent_at: UnixMs(NOW),
            received_at: UnixMs(NOW),
            started_at: UnixMs(NOW - 20_000),
        }
    }

    fn fault(change: impl FnOnce(&mut Beacon)) -> (Rejection, String) {
        let mut beacon = beacon();
        change(&mut beacon);
        let fault = validate(&mut beacon, timing()).unwrap_err();
        (fault.reason, fault.field)
    }

    fn check(change: impl FnOnce(&mut Beacon), reason: Rejection, field: &str) {
        assert_eq!(fault(change), (reason, field.to_owned()));
    }

    fn event(at_ms: DurationMs, kind: EventKind) -> Event {
        Event { at_ms, kind }
    }

    #[test]
    fn a_plausible_beacon_passes_unchanged() {
        let mut checked = beacon();
        assert_eq!(validate(&mut checked, timing()), Ok(None));
        assert_eq!(checked, beacon());
    }

    #[test]
    fn what_cannot_be_true_is_rejected_with_its_field() {
        use Rejection::*;
        check(|b| b.sequence = SEQUENCE_MAX + 1, SequenceTooHigh, "sequence");
        check(
            |b| b.interval.to_ms = ATTEMPT_MS_MAX + 1,
            NumberOutOfRange,
            "interval.to_ms",
        );
        check(|b| b.interval.to_ms = 9_999, IntervalReversed, "interval.to_ms");
        check(
            |b| b.totals.unique_media_ms = Some(18_001),
            NumberOutOfRange,
            "totals.unique_media_ms",
        );
        let visible = EventKind::Visibility { hidden: false };
        check(
            |b| b.interval.events = vec![event(15_000, visible.clone()), event(9_000, visible.clone())],
            IntervalReversed,
            "interval.events[1].at_ms",
        );
        check(
            |b| b.interval.events = vec![event(15_000, visible.clone()); 65],
            TooManyItems,
            "interval.events",
        );
        check(
            |b| {
                b.interval.events = vec![event(
                    15_000,
                    EventKind::Suspension {
                        gap_ms: ATTEMPT_MS_MAX + 1,
                    },
                )]
            },
            NumberOutOfRange,
            "interval.events[0].gap_ms",
        );
        let rendition = EventKind::Rendition {
            bitrate_bps: Some(BITRATE_BPS_MAX + 1),
            width: None,
            height: None,
        };
        check(
            |b| b.interval.events = vec![event(15_000, rendition)],
            NumberOutOfRange,
            "interval.events[0].bitrate_bps",
        );
        check(|b| b.totals.play_ms = 21_001, TotalsExceedElapsed, "totals.play_ms");
        check(|b| b.totals.stall_ms = 5_000, TotalsExceedElapsed, "totals");
        check(
            |b| b.totals.stall_network_ms = 50_000,
            TotalsExceedElapsed,
            "totals.stall_network_ms",
        );
        check(|b| b.totals.media_ms = 400_000, NumberOutOfRange, "totals.media_ms");
        check(
            |b| (b.totals.bitrate_media_ms, b.totals.bitrate_bps_ms) = (10, 10_000_000_001),
            NumberOutOfRange,
            "totals.bitrate_bps_ms",
        );
        check(
            |b| b.totals.data_bytes = u64::MAX,
            NumberOutOfRange,
            "totals.data_bytes",
        );
        check(
            |b| b.totals.frames_decoded = u32::MAX,
            NumberOutOfRange,
            "totals.frames_decoded",
        );
        check(
            |b| b.totals.upscale_px_permille_ms = u64::MAX,
            NumberOutOfRange,
            "totals.upscale_px_permille_ms",
        );
        check(
            |b| b.totals.page_load_ms = Some(u32::MAX),
            NumberOutOfRange,
            "totals.page_load_ms",
        );
        let play = |rendition: &str, play_ms| RenditionPlay {
            rendition: rendition.to_owned(),
            play_ms,
        };
        check(
            |b| b.totals.play_ms_by_rendition = vec![play("a", 1); 33],
            TooManyItems,
            "totals.play_ms_by_rendition",
        );
        check(
            |b| b.totals.play_ms_by_rendition = vec![play("a", 1), play("b", 22_000)],
            TotalsExceedElapsed,
            "totals.play_ms_by_rendition[1].play_ms",
        );
        let failure = |code: &str, message: &str| {
            Some(Failure {
                class: FailureClass::Drm,
                code: code.to_owned(),
                message: message.to_owned(),
            })
        };
        check(
            |b| b.totals.failure = failure(&"x".repeat(129), ""),
            TextTooLong,
            "totals.failure.code",
        );
        check(
            |b| b.totals.failure = failure("", &"x".repeat(513)),
            TextTooLong,
            "totals.failure.message",
        );
        let context =
            |change: fn(&mut Context)| move |b: &mut Beacon| b.context.as_deref_mut().into_iter().for_each(change);
        check(
            context(|c| c.viewer_id = Some("x".repeat(129))),
            TextTooLong,
            "context.viewer_id",
        );
        check(
            context(|c| c.video_title = Some("x".repeat(513))),
            TextTooLong,
            "context.video_title",
        );
        check(
            context(|c| c.custom = [("key".to_owned(), "x".repeat(513))].into()),
            TextTooLong,
            "context.custom.key",
        );
        check(
            context(|c| c.custom = (0..51).map(|n| (n.to_string(), String::new())).collect()),
            TooManyItems,
            "context.custom",
        );
    }

    #[test]
    fn a_start_must_lie_within_reach() {
        let start = |clock, started_at_ms: i64, started_at: i64| {
            let mut beacon = beacon();
            beacon.started_at_ms = UnixMs(started_at_ms);
            let timing = Timing {
                clock,
                started_at: UnixMs(started_at),
                ..timing()
            };
            validate(&mut beacon, timing).map_err(|fault| fault.reason)
        };
        let wrong = Err(Rejection::StartImplausible);
        let day = 86_400_000;
        assert_eq!(start(Clock::Live, NOW - 2 * day, NOW - 2 * day), Ok(None));
        assert_eq!(start(Clock::Live, NOW - 2 * day - 1, NOW - 2 * day - 1), wrong);
        assert_eq!(start(Clock::Live, NOW, NOW + START_AHEAD_MS_MAX), Ok(None));
        assert_eq!(start(Clock::Live, NOW, NOW + START_AHEAD_MS_MAX + 1), wrong);
        assert_eq!(start(Clock::Live, i64::MIN, i64::MIN), wrong);
        assert_eq!(start(Clock::Live, i64::MAX, i64::MAX), wrong);
        assert_eq!(start(Clock::Historic, NOW - 900 * day, NOW - 900 * day), Ok(None));
        assert_eq!(
            start(Clock::Historic, 1_763_600_000, 1_763_600_000),
            wrong,
            "seconds instead of milliseconds"
        );
        assert_eq!(start(Clock::Historic, NOW + day, NOW + day), wrong);
    }

    #[test]
    fn an_impossible_startup_becomes_null_and_the_rest_stays() {
        let repaired = |change: fn(&mut Beacon)| {
            let mut beacon = beacon();
            beacon.interval = Interval {
                from_ms: 0,
                to_ms: 90_000,
                ..Interval::default()
            };
            change(&mut beacon);
            let repair = validate(&mut beacon, timing()).unwrap();
            (repair, beacon.totals.startup_any_ms, beacon.totals.play_ms)
        };
        assert_eq!(
            repaired(|b| b.totals.startup_any_ms = Some(60_001)),
            (Some(Repair::StartupTooLong), None, 18_000)
        );
        assert_eq!(
            repaired(|b| b.totals.startup_any_ms = Some(60_000)),
            (None, Some(60_000), 18_000)
        );
        assert_eq!(
            repaired(|b| b.interval.events = vec![
                event(400, EventKind::Suspension { gap_ms: 3_000 }),
                event(1_500, EventKind::FirstFrame { startup_ms: 1_500 })
            ]),
            (Some(Repair::StartupSuspended), None, 18_000)
        );
        assert_eq!(
            repaired(|b| b.interval.events = vec![
                event(1_500, EventKind::FirstFrame { startup_ms: 1_500 }),
                event(4_000, EventKind::Suspension { gap_ms: 3_000 })
            ]),
            (None, Some(1_500), 18_000)
        );
    }
}
