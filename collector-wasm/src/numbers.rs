//! The numbers that cross the border, and what they stand for. Append only: `js/numbers.ts` says the same.

use std::mem::take;

use playback::{Fold, MonotonicMs, Rendition, Signal};
use schemas::{BeaconKind, FailureClass, FirstFrameMethod, ObjectType, State};

/// A number that is not known. Every other is what it says, in whole units.
pub const UNKNOWN: u32 = u32::MAX;

macro_rules! events {
    ($( $(#[doc = $doc:literal])* $name:ident = $number:literal, )*) => {
        $( $(#[doc = $doc])* pub const $name: u32 = $number; )*
        /// Every event by name, for the test that compares them with the TypeScript.
        #[cfg(test)]
        pub const EVENTS: &[(&str, u32)] = &[$((stringify!($name), $number)),*];
    };
}

events! {
    /// a position ms, b buffer ms or unknown.
    TICK = 0,
    /// a autoplay, b visible.
    PLAY_REQUESTED = 1,
    /// The browser refused to play.
    PLAY_BLOCKED = 2,
    /// a player startup ms or unknown, b page load ms or unknown.
    PLAYER_READY = 3,
    /// a 0 by frame callback, 1 by the playhead's advance; t is when the frame was presented.
    FIRST_FRAME = 4,
    /// The element plays.
    PLAYING = 5,
    /// The element waits for data.
    WAITING = 6,
    /// Paused.
    PAUSE = 7,
    /// a position before, ms, or unknown.
    SEEK_STARTED = 8,
    /// a position after, ms.
    SEEK_ENDED = 9,
    /// a thousandths.
    PLAYBACK_RATE = 10,
    /// a average bit/s or unknown, b peak bit/s or unknown, c width × 65,536 + height, 0 for what is unknown.
    RENDITION = 11,
    /// a width, b height in CSS pixels, c pixel ratio in thousandths.
    DISPLAY_SIZE = 12,
    /// a decoded, b dropped, both as the element counts them.
    FRAMES = 13,
    /// a hidden.
    VISIBILITY = 14,
    /// The stream is live.
    LIVE = 15,
    /// a for what: a number of [`object_type`].
    REQUEST_STARTED = 16,
    /// a for what, b bytes, c first byte ms or unknown, d whole duration ms, e media ms or unknown; t is when its last byte came.
    /// Text: the host, or none when not known.
    REQUEST_FINISHED = 17,
    /// a for what.
    REQUEST_CANCELLED = 18,
    /// An ad begins.
    AD_STARTED = 19,
    /// The ad is over.
    AD_ENDED = 20,
    /// The media's end.
    ENDED = 21,
    /// The viewer or the page left.
    QUIT = 22,
    /// Another source was loaded.
    SOURCE_CHANGED = 23,
    /// Keys were asked for.
    DRM_REQUESTED = 24,
    /// Keys are usable.
    DRM_USABLE = 25,
    /// An ad is asked for.
    AD_REQUESTED = 26,
    /// Media was fetched before the intent.
    PRELOADED = 27,
    /// a chosen by the player.
    RENDITION_SELECTED = 28,
    /// a ms behind live or unknown, b far behind.
    LIVE_LATENCY = 29,
    /// a number of [`failure_class`], b fatal. Texts: code, message, context.
    ERROR = 30,
    /// It played before anybody listened.
    ALREADY_PLAYING = 31,
}

/// Gives `session` the signal that an event stands for; of a number that means nothing only the clock is read.
pub fn apply(session: &mut Fold, at: MonotonicMs, kind: u32, numbers: [u32; 5], texts: &mut [String; 3]) {
    // Once for every kind, because the module is smaller so.
    let [known_a, known_b, known_c, known_d, known_e] = numbers.map(|number| (number != UNKNOWN).then_some(number));
    let [number_a, number_b, number_c, number_d, _] =
        [known_a, known_b, known_c, known_d, known_e].map(Option::unwrap_or_default);
    let [last, second, first] = texts;
    if !session.read(at, (kind == TICK).then_some(number_a)) {
        return;
    }
    // In each arm, so that no signal is made only to be looked at again: the module is 3 % smaller so.
    match kind {
        TICK => session.take(
            at,
            Signal::Tick {
                position_ms: number_a,
                buffer_ms: known_b,
            },
        ),
        PLAY_REQUESTED => session.take(
            at,
            Signal::PlayRequested {
                autoplay: number_a > 0,
                visible: number_b > 0,
            },
        ),
        PLAY_BLOCKED => session.take(at, Signal::PlayBlocked),
        PLAYER_READY => session.take(
            at,
            Signal::PlayerReady {
                player_startup_ms: known_a,
                page_load_ms: known_b,
            },
        ),
        FIRST_FRAME => session.take(
            at,
            Signal::FirstFrame {
                method: match number_a > 0 {
                    true => FirstFrameMethod::PlayheadAdvance,
                    false => FirstFrameMethod::FrameCallback,
                },
            },
        ),
        ALREADY_PLAYING => session.take(at, Signal::AlreadyPlaying),
        PLAYING => session.take(at, Signal::Playing),
        WAITING => session.take(at, Signal::Waiting),
        PAUSE => session.take(at, Signal::Pause),
        SEEK_STARTED => session.take(
            at,
            Signal::SeekStarted {
                from_position_ms: known_a,
            },
        ),
        SEEK_ENDED => session.take(
            at,
            Signal::SeekEnded {
                to_position_ms: number_a,
            },
        ),
        PLAYBACK_RATE => session.take(
            at,
            Signal::PlaybackRate {
                rate_permille: number_a.min(16_000),
            },
        ),
        RENDITION => {
            let size = number_c;
            let side = |pixels: u32| (pixels > 0).then_some(pixels);
            session.take(
                at,
                Signal::Rendition(Rendition {
                    bitrate_bps: known_a,
                    bitrate_peak_bps: known_b,
                    width: side(size >> 16),
                    height: side(size & 0xffff),
                }),
            );
        }
        DISPLAY_SIZE => session.take(
            at,
            Signal::DisplaySize {
                width: number_a,
                height: number_b,
                pixel_ratio_permille: number_c,
            },
        ),
        FRAMES => session.take(
            at,
            Signal::Frames {
                decoded: number_a,
                dropped: number_b,
            },
        ),
        VISIBILITY => session.take(at, Signal::Visibility { hidden: number_a > 0 }),
        LIVE => session.take(at, Signal::Live),
        REQUEST_STARTED => session.take(
            at,
            Signal::RequestStarted {
                object_type: object_type(number_a),
            },
        ),
        REQUEST_FINISHED => session.take(
            at,
            Signal::RequestFinished {
                object_type: object_type(number_a),
                bytes: number_b,
                ttfb_ms: known_c,
                duration_ms: number_d,
                media_ms: known_e,
                host: Some(take(last)).filter(|host| !host.is_empty()),
            },
        ),
        ERROR => session.take(
            at,
            Signal::Error {
                class: failure_class(number_a),
                context: take(last),
                message: take(second),
                code: take(first),
                fatal: number_b > 0,
            },
        ),
        REQUEST_CANCELLED => session.take(
            at,
            Signal::RequestCancelled {
                object_type: object_type(number_a),
            },
        ),
        AD_STARTED => session.take(at, Signal::AdStarted),
        AD_ENDED => session.take(at, Signal::AdEnded),
        ENDED => session.take(at, Signal::Ended),
        QUIT => session.take(at, Signal::Quit),
        SOURCE_CHANGED => session.take(at, Signal::SourceChanged),
        DRM_REQUESTED => session.take(at, Signal::DrmRequested),
        DRM_USABLE => session.take(at, Signal::DrmUsable),
        AD_REQUESTED => session.take(at, Signal::AdRequested),
        PRELOADED => session.take(at, Signal::Preloaded),
        RENDITION_SELECTED => session.take(
            at,
            Signal::RenditionSelected {
                automatic: number_a > 0,
            },
        ),
        LIVE_LATENCY => session.take(
            at,
            Signal::LiveLatency {
                latency_ms: known_a,
                dvr: number_b > 0,
            },
        ),
        _ => {}
    }
}

/// Failure classes in the order of their declaration in `schemas`; anything else is unknown.
pub(crate) fn failure_class(number: u32) -> FailureClass {
    match number {
        0 => FailureClass::Manifest,
        1 => FailureClass::Segment,
        2 => FailureClass::Drm,
        3 => FailureClass::Decode,
        4 => FailureClass::Ad,
        5 => FailureClass::Network,
        6 => FailureClass::Timeout,
        8 => FailureClass::Business,
        _ => FailureClass::Unknown,
    }
}

/// What a request is for, in the order of the declaration in `schemas`; anything else is other.
pub(crate) fn object_type(number: u32) -> ObjectType {
    match number {
        0 => ObjectType::Manifest,
        1 => ObjectType::Init,
        2 => ObjectType::Video,
        3 => ObjectType::Audio,
        4 => ObjectType::Muxed,
        5 => ObjectType::Caption,
        6 => ObjectType::TimedText,
        7 => ObjectType::Key,
        _ => ObjectType::Other,
    }
}

/// Beacon kinds in the order of their declaration in `schemas`; anything else is a beat.
pub(crate) fn beacon_kind(number: u32) -> BeaconKind {
    match number {
        0 => BeaconKind::Start,
        1 => BeaconKind::FirstFrame,
        2 => BeaconKind::Change,
        4 => BeaconKind::Hide,
        5 => BeaconKind::End,
        _ => BeaconKind::Beat,
    }
}

/// What JavaScript is told after every call: see [`crate::Attempt`].
#[must_use]
pub fn flags(session: &Fold, at: MonotonicMs) -> u32 {
    let wanted = match session.wanted(at) {
        None => 0,
        Some(BeaconKind::Start) => 1,
        Some(BeaconKind::FirstFrame) => 2,
        Some(BeaconKind::Change) => 3,
        Some(BeaconKind::Beat) => 4,
        Some(BeaconKind::Hide) => 5,
        Some(BeaconKind::End) => 6,
    };
    let state = match session.state() {
        State::Starting => 0,
        State::Playing => 1,
        State::Seeking => 2,
        State::Rebuffering => 3,
        State::Paused => 4,
        State::Waiting => 5,
        State::Ended => 6,
        State::Fatal => 7,
        State::Quit => 8,
        State::Preloading => 9,
    };
    wanted | u32::from(session.is_over()) << 3 | state << 4
}
