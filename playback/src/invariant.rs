//! What always holds. One list for property tests, the simulator and `debug_assert!`.

use schemas::{DurationMs, State, Totals};

use crate::Session;

pub(crate) const STATES: [State; 10] = [
    State::Starting,
    State::Playing,
    State::Seeking,
    State::Rebuffering,
    State::Paused,
    State::Waiting,
    State::Ended,
    State::Fatal,
    State::Quit,
    State::Preloading,
];

/// What is wrong with these totals, `elapsed_ms` after intent; empty when nothing is.
#[must_use]
pub fn violations(totals: &Totals, elapsed_ms: DurationMs) -> Vec<&'static str> {
    let t = totals;
    let wide = |values: &[DurationMs]| values.iter().map(|value| u64::from(*value)).sum::<u64>();
    let causes = [
        t.stall_network_ms,
        t.stall_seek_ms,
        t.stall_rendition_switch_ms,
        t.stall_ad_boundary_ms,
        t.stall_decoder_ms,
        t.stall_live_edge_ms,
        t.stall_suspended_ms,
        t.stall_unknown_ms,
    ];
    let spent = [
        t.startup_wait_ms,
        t.play_ms,
        t.paused_ms,
        t.stall_ms,
        t.seek_ms,
        t.ad_ms,
    ];
    let phases = [
        t.startup_manifest_ms,
        t.startup_drm_ms,
        t.startup_ad_ms,
        t.startup_init_ms,
        t.startup_segment_ms,
        t.startup_decode_ms,
        t.startup_other_ms,
    ];
    let rungs: u64 = t.play_ms_by_rendition.iter().map(|rung| u64::from(rung.play_ms)).sum();
    let rules = [
        (wide(&spent) <= u64::from(elapsed_ms), "times exceed the elapsed time"),
        (
            wide(&causes) == u64::from(t.stall_ms),
            "stall causes do not sum to the stalls",
        ),
        (t.stall_ms_max <= t.stall_ms, "the longest stall exceeds all stalls"),
        (t.stall_short_ms <= t.stall_ms, "short stalls exceed all stalls"),
        (
            t.stall_count == 0 || t.stall_ms >= 250 * t.stall_count,
            "counted stalls are too short",
        ),
        (t.play_hidden_ms <= t.play_ms, "hidden play exceeds play"),
        (t.upscale_ms <= t.play_ms, "upscale time exceeds play"),
        (rungs <= u64::from(t.play_ms), "rungs exceed play"),
        (t.bitrate_media_ms <= t.media_ms, "bitrate media exceeds media"),
        (
            t.bitrate_peak_media_ms <= t.media_ms,
            "peak bitrate media exceeds media",
        ),
        (
            t.unique_media_ms.is_none_or(|ms| ms <= t.media_ms),
            "distinct media exceeds media",
        ),
        (
            t.unique_media_ms.is_some() == t.position_ms_max.is_some() && t.unique_media_ms <= t.position_ms_max,
            "distinct media exceeds the furthest position",
        ),
        (t.frames_dropped <= t.frames_decoded, "more frames dropped than decoded"),
        (
            t.first_frame_seen || t.startup_any_ms.is_none(),
            "startup without a frame",
        ),
        (
            t.first_frame_seen || t.play_ms + t.ad_ms + t.stall_ms + t.seek_ms == 0,
            "play before the first frame",
        ),
        (
            t.startup_any_ms.is_none_or(|ms| ms <= elapsed_ms),
            "startup exceeds the elapsed time",
        ),
        (t.dvr_ms <= t.play_ms, "time far behind live exceeds play"),
        (
            phases.iter().all(Option::is_none)
                || Some(wide(&phases.map(Option::unwrap_or_default))) == t.startup_any_ms.map(u64::from),
            "the phases do not tile the startup",
        ),
        (
            t.failure.is_none() || t.end_reason == Some(schemas::EndReason::Fatal),
            "a failure that ended nothing",
        ),
        (
            t.play_ms_by_rendition.is_sorted_by(|a, b| a.rendition < b.rendition),
            "rungs are not sorted",
        ),
    ];
    rules
        .into_iter()
        .filter(|(holds, _)| !holds)
        .map(|(_, rule)| rule)
        .collect()
}

/// Whether `after` could follow `before`: nothing shrank, nothing known became null.
#[must_use]
pub fn grew(before: &Totals, after: &Totals) -> bool {
    let mut merged = before.clone();
    merged.merge(after);
    merged == *after
}

/// Whether the times per state and the suspended time tile the elapsed time.
#[must_use]
pub fn tiles(session: &Session) -> bool {
    let spent: DurationMs = STATES.iter().map(|state| session.state_ms(*state)).sum();
    spent + session.suspended_ms() == session.elapsed_ms()
}
