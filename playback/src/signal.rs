//! What a player can say. A closed list; everything a collector, a simulator or a transcript tells a session is one of these.
//!
//! The moment is an argument of [`crate::Session::apply`], never part of a signal. What a signal means lives in `session`.

use schemas::{DurationMs, FailureClass, FirstFrameMethod, ObjectType};
use serde::{Deserialize, Serialize};

/// One thing the player, the page or the viewer did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// Play was asked for: by the viewer, the page, or autoplay. The first one is the intent, a later one resumes.
    PlayRequested {
        /// Whether nobody asked: the page starts by itself.
        autoplay: bool,
        /// Whether the page is visible now.
        visible: bool,
    },
    /// The browser refused to play without a gesture. No stall, no failure: the attempt waits.
    PlayBlocked,
    /// The player can take commands.
    PlayerReady {
        /// Player constructed → ready, ms. `None` when we attached after that.
        player_startup_ms: Option<DurationMs>,
        /// `performance.timeOrigin` → player constructed, ms. `None` after a document's first attempt.
        page_load_ms: Option<DurationMs>,
    },
    /// Keys were asked for. `at` may lie before the intent; so may that of the other signals of loading.
    DrmRequested,
    /// Keys are usable.
    DrmUsable,
    /// An ad is asked for; it is not on the screen yet.
    AdRequested,
    /// Media had been fetched before the intent: nothing is waited for but the decoder.
    Preloaded,
    /// A frame was rendered for the first time since intent. `at` is when it was presented, which may lie before signals
    /// already applied; before the intent it is a preloaded poster and ignored.
    FirstFrame {
        /// How it was seen.
        method: FirstFrameMethod,
    },
    /// It played before anybody listened: the startup stays unknown.
    AlreadyPlaying,
    /// The player says it plays. Before a [`Signal::Tick`] of the same moment, so that the fold knows how much of an advance is the
    /// clock catching up.
    Playing,
    /// The player waits for data. Send a [`Signal::Tick`] of the same moment first, so that the fold knows where the playhead stood.
    Waiting,
    /// The regular sample, due every 250 ms.
    Tick {
        /// Playhead position, ms of media time.
        position_ms: u32,
        /// Media ahead of the playhead, ms; `None` when unknown.
        buffer_ms: Option<DurationMs>,
    },
    /// Paused by the viewer or the page.
    Pause,
    /// A seek began.
    SeekStarted {
        /// Playhead position before, ms of media time, when known.
        from_position_ms: Option<u32>,
    },
    /// The player arrived at the new position (`seeked`), with its picture. While playing, the seek ends there if the playhead moves on
    /// within a tick; a longer wait is the seek's.
    SeekEnded {
        /// Playhead position after, ms of media time.
        to_position_ms: u32,
    },
    /// The playback rate changed.
    PlaybackRate {
        /// Thousandths: 1,000 is normal speed.
        rate_permille: u32,
    },
    /// Another rendition is on the screen (rendered, not decided).
    Rendition(Rendition),
    /// Another rendition was decided on; it is not on the screen yet.
    RenditionSelected {
        /// By the player; else by the viewer or the page, and the buffer may have been thrown away for it.
        automatic: bool,
    },
    /// The size at which the picture is shown.
    DisplaySize {
        /// Width of the element's box in CSS pixels.
        width: u32,
        /// Height of the element's box in CSS pixels.
        height: u32,
        /// Device pixels per CSS pixel, in thousandths.
        pixel_ratio_permille: u32,
    },
    /// The player's frame counters. They may restart from 0 with a new source.
    Frames {
        /// Frames decoded so far, dropped ones included (`totalVideoFrames`).
        decoded: u32,
        /// Frames dropped so far.
        dropped: u32,
    },
    /// The page was hidden or shown.
    Visibility {
        /// Whether it is hidden now.
        hidden: bool,
    },
    /// The stream is live, so running out of data with nothing requested is the live edge.
    Live,
    /// How far a live stream is behind, due once a second while it plays.
    LiveLatency {
        /// Milliseconds behind live; `None` when nobody can tell.
        latency_ms: Option<DurationMs>,
        /// More than three target durations behind where the player means to be.
        dvr: bool,
    },
    /// Something went wrong.
    Error {
        /// What kind.
        class: FailureClass,
        /// The player's own code.
        code: String,
        /// The player's own words; may be empty.
        message: String,
        /// Where it came from: a stack, an address, a status; may be empty.
        context: String,
        /// Whether playback ended by it.
        fatal: bool,
    },
    /// A request was sent.
    RequestStarted {
        /// For what.
        object_type: ObjectType,
    },
    /// A request finished; `at` is when its last byte came.
    RequestFinished {
        /// For what.
        object_type: ObjectType,
        /// Bytes received.
        bytes: u32,
        /// First byte after the request was sent, ms; `None` when the player does not tell.
        ttfb_ms: Option<DurationMs>,
        /// From sending to the last byte, ms.
        duration_ms: DurationMs,
        /// Media in it, ms; `None` when not known.
        media_ms: Option<DurationMs>,
        /// The host that answered, when known.
        host: Option<String>,
    },
    /// A request was given up, or failed; the error, if it matters, comes as [`Signal::Error`].
    RequestCancelled {
        /// For what.
        object_type: ObjectType,
    },
    /// An ad begins.
    AdStarted,
    /// The ad is over, content follows.
    AdEnded,
    /// The media's end.
    Ended,
    /// The viewer or the page left.
    Quit,
    /// Another source was loaded.
    SourceChanged,
}

/// What is known of one rung of the ladder. `None` is unknown, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rendition {
    /// Declared average bandwidth, bit/s (HLS `AVERAGE-BANDWIDTH`).
    pub bitrate_bps: Option<u32>,
    /// Declared peak bandwidth, bit/s (HLS `BANDWIDTH`).
    pub bitrate_peak_bps: Option<u32>,
    /// Picture width, pixels.
    pub width: Option<u32>,
    /// Picture height, pixels.
    pub height: Option<u32>,
}

impl Rendition {
    /// The name under which playing time is kept: `<height>p@<declared average bit/s>`, with `?` for what is unknown.
    #[must_use]
    pub fn name(&self) -> String {
        // Without `format!`: this runs in the browser, where the formatting machinery would be a tenth of the module.
        fn push(text: &mut String, value: u32) {
            if value >= 10 {
                push(text, value / 10);
            }
            text.push(char::from(b'0' + (value % 10) as u8));
        }
        let known = |text: &mut String, value: Option<u32>| match value {
            Some(value) => push(text, value),
            None => text.push('?'),
        };
        let mut name = String::new();
        known(&mut name, self.height);
        name.push_str("p@");
        known(&mut name, self.bitrate_bps);
        name
    }

    /// Whether anything at all is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        *self != Self::default()
    }
}
