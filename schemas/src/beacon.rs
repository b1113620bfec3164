//! What a collector posts: one interval of an attempt, the attempt's totals so far, and now and then its context.
//!
//! Invariant: totals are cumulative and never decrease, so merging any subset of an attempt's beacons, in any order,
//! with repeats, gives the totals of the latest one among them (see [`crate::totals`]).
//! The fold that produces beacons lives in `playback`; the order in which ingest checks them in `ingest/src/pipeline`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::{
    id::AttemptId,
    time::{DurationMs, UnixMs},
    totals::Totals,
};

/// A batch of beacons: the body of `POST /v1/beacons`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeaconBatch {
    /// [`crate::SCHEMA_VERSION`] of the sender.
    pub schema_version: u16,
    /// The sender's wall clock when it sent this batch, on the same clock as `started_at_ms`.
    /// The server's receive time minus this is the estimated clock skew.
    pub sent_at_ms: UnixMs,
    /// How `started_at_ms` is to be read. Absent means [`Clock::Live`].
    #[serde(default, skip_serializing_if = "Clock::is_live")]
    pub clock: Clock,
    /// The beacons, at most [`crate::limits::BATCH_BEACONS_MAX`].
    pub beacons: Vec<Beacon>,
}

/// Whether the sender's wall clock is to be corrected by the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Happening now: the server shifts `started_at_ms` by the skew it estimates from `sent_at_ms`.
    #[default]
    Live,
    /// Imported history: `started_at_ms` is taken as it stands. Needs an API key with write scope beside the license key.
    Historic,
}

impl Clock {
    /// Whether this is [`Clock::Live`].
    #[must_use]
    pub fn is_live(&self) -> bool {
        *self == Self::Live
    }
}

/// One report about one attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Beacon {
    /// The attempt reported on.
    pub attempt_id: AttemptId,
    /// 0 for the attempt's first beacon, then one more each. A retry keeps its number.
    pub sequence: u32,
    /// The sender's wall clock at intent (`play()` by the viewer, or autoplay while visible); the same in every beacon of an attempt.
    pub started_at_ms: UnixMs,
    /// Why this beacon was sent now.
    pub kind: BeaconKind,
    /// State at `interval.to_ms`.
    pub state: State,
    /// What happened since the beacon before.
    pub interval: Interval,
    /// Everything so far.
    pub totals: Totals,
    /// Who, what and where. Sent until a beacon carrying it was acknowledged, and again when it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Box<Context>>,
}

/// Why a beacon was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BeaconKind {
    /// Intent to play.
    Start,
    /// The first frame was rendered.
    FirstFrame,
    /// The state, rendition or an error changed something worth reporting at once.
    Change,
    /// The regular beat.
    Beat,
    /// The page is being hidden; perhaps nothing follows.
    Hide,
    /// The attempt is over.
    End,
}

/// Player state in the words of CMCD v2 `sta` (CTA-5004-B), with CMCD's letters on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum State {
    /// Intent was given, no frame yet.
    #[default]
    #[serde(rename = "s")]
    Starting,
    /// The playhead advances.
    #[serde(rename = "p")]
    Playing,
    /// From a seek's intent to the frame at the new position.
    #[serde(rename = "k")]
    Seeking,
    /// Wants to play, the playhead does not advance for lack of data.
    #[serde(rename = "r")]
    Rebuffering,
    /// Paused by the viewer or the page.
    #[serde(rename = "a")]
    Paused,
    /// Wants to play but waits for something that is neither data nor a seek (a blocked autoplay, a missing key).
    #[serde(rename = "w")]
    Waiting,
    /// Reached the end.
    #[serde(rename = "e")]
    Ended,
    /// Stopped by a fatal error.
    #[serde(rename = "f")]
    Fatal,
    /// Left by the viewer or the page.
    #[serde(rename = "q")]
    Quit,
    /// Loading without intent. Never part of an attempt.
    #[serde(rename = "d")]
    Preloading,
}

impl State {
    /// Whether the attempt counts as a concurrent viewer in this state: s, p, r, k.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Starting | Self::Playing | Self::Rebuffering | Self::Seeking)
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Ended | Self::Fatal | Self::Quit)
    }

    /// CMCD's letter for this state.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Starting => 's',
            Self::Playing => 'p',
            Self::Seeking => 'k',
            Self::Rebuffering => 'r',
            Self::Paused => 'a',
            Self::Waiting => 'w',
            Self::Ended => 'e',
            Self::Fatal => 'f',
            Self::Quit => 'q',
            Self::Preloading => 'd',
        }
    }
}

/// The stretch of an attempt that one beacon reports.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    /// Begin, milliseconds after intent, monotonic. The `to_ms` of the beacon before; 0 in the first.
    pub from_ms: DurationMs,
    /// End, milliseconds after intent, monotonic.
    pub to_ms: DurationMs,
    /// State at `from_ms`.
    pub state: State,
    /// What happened, oldest first, at most [`crate::limits::INTERVAL_EVENTS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Events beyond the limit, counted instead of listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub events_dropped: u32,
}

/// One thing that happened, for the timeline of a single attempt. Totals never depend on events.
// Read by `EventFields`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// When, milliseconds after intent, monotonic.
    pub at_ms: DurationMs,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// The state changed to this one.
    State {
        /// The new state.
        state: State,
    },
    /// The first frame was rendered; startup took `startup_ms`.
    FirstFrame {
        /// Milliseconds from intent.
        startup_ms: DurationMs,
    },
    /// A stall ended after `stall_ms`.
    Stall {
        /// Its whole length.
        stall_ms: DurationMs,
        /// Why it happened.
        cause: StallCause,
    },
    /// A seek ended after `seek_ms`.
    Seek {
        /// From the seek's intent to the frame at the new position.
        seek_ms: DurationMs,
        /// Playhead position before, ms of media time.
        from_position_ms: u32,
        /// Playhead position after, ms of media time.
        to_position_ms: u32,
    },
    /// Another rendition is on the screen.
    Rendition {
        /// Declared average bandwidth, bit/s; null when unknown.
        bitrate_bps: Option<u32>,
        /// Picture width in pixels; null when unknown.
        width: Option<u32>,
        /// Picture height in pixels; null when unknown.
        height: Option<u32>,
    },
    /// An error, fatal or not.
    Error {
        /// What kind.
        class: FailureClass,
        /// The player's own code.
        code: String,
        /// Whether playback ended by it.
        fatal: bool,
        /// How often the same came again before this beacon was cut; 0 for once.
        #[serde(default, skip_serializing_if = "is_zero")]
        repeat_count: u32,
        /// The player's own words; empty when it had none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        message: String,
        /// Where it came from: a stack, an address, a status; empty when not told.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        context: String,
    },
    /// The page became hidden or visible.
    Visibility {
        /// Whether it is hidden now.
        hidden: bool,
    },
    /// A request for media or a manifest finished.
    Request {
        /// Bytes received.
        bytes: u32,
        /// First byte after the request was sent; null when the player does not tell.
        ttfb_ms: Option<DurationMs>,
        /// From sending to the last byte.
        duration_ms: DurationMs,
        /// What was asked for; null when the player does not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        object_type: Option<ObjectType>,
        /// The host that answered; null when it is that of the request before, or not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
    },
    /// The buffer ahead of the playhead, sampled at each beacon.
    Buffer {
        /// Milliseconds of media ahead of the playhead.
        buffer_ms: DurationMs,
    },
    /// The clock jumped: the machine slept. The gap is cut out of every duration.
    Suspension {
        /// How long.
        gap_ms: DurationMs,
    },
}

/// An event as it is read: the fields of every kind side by side, `None` where absent. Derived code for a flattened, tagged enum would
/// first copy each event into a tree of its own, twice.
#[derive(Debug, Default, Deserialize)]
#[allow(missing_docs, reason = "each is the field of the same name of an `EventKind`")]
pub struct EventFields {
    pub at_ms: Option<DurationMs>,
    pub event: Option<EventName>,
    pub state: Option<State>,
    pub startup_ms: Option<DurationMs>,
    pub stall_ms: Option<DurationMs>,
    pub cause: Option<StallCause>,
    pub seek_ms: Option<DurationMs>,
    pub from_position_ms: Option<u32>,
    pub to_position_ms: Option<u32>,
    pub bitrate_bps: Option<u32>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub class: Option<FailureClass>,
    pub code: Option<String>,
    pub fatal: Option<bool>,
    pub hidden: Option<bool>,
    pub bytes: Option<u32>,
    pub ttfb_ms: Option<DurationMs>,
    pub duration_ms: Option<DurationMs>,
    pub buffer_ms: Option<DurationMs>,
    pub gap_ms: Option<DurationMs>,
    pub repeat_count: Option<u32>,
    pub message: Option<String>,
    pub context: Option<String>,
    pub object_type: Option<ObjectType>,
    pub host: Option<String>,
}

/// The tag of an [`EventKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the `EventKind` of the same name")]
pub enum EventName {
    State,
    FirstFrame,
    Stall,
    Seek,
    Rendition,
    Error,
    Visibility,
    Request,
    Buffer,
    Suspension,
}

impl EventFields {
    /// The event they are of.
    ///
    /// # Errors
    /// The name of a field that is missing.
    pub fn into_event(self) -> Result<Event, &'static str> {
        fn need<T>(value: Option<T>, name: &'static str) -> Result<T, &'static str> {
            value.ok_or(name)
        }
        let flat = self;
        let at_ms = need(flat.at_ms, "at_ms")?;
        let kind = match need(flat.event, "event")? {
            EventName::State => EventKind::State {
                state: need(flat.state, "state")?,
            },
            EventName::FirstFrame => EventKind::FirstFrame {
                startup_ms: need(flat.startup_ms, "startup_ms")?,
            },
            EventName::Stall => EventKind::Stall {
                stall_ms: need(flat.stall_ms, "stall_ms")?,
                cause: need(flat.cause, "cause")?,
            },
            EventName::Seek => EventKind::Seek {
                seek_ms: need(flat.seek_ms, "seek_ms")?,
                from_position_ms: need(flat.from_position_ms, "from_position_ms")?,
                to_position_ms: need(flat.to_position_ms, "to_position_ms")?,
            },
            EventName::Rendition => EventKind::Rendition {
                bitrate_bps: flat.bitrate_bps,
                width: flat.width,
                height: flat.height,
            },
            EventName::Error => EventKind::Error {
                class: need(flat.class, "class")?,
                code: need(flat.code, "code")?,
                fatal: need(flat.fatal, "fatal")?,
                repeat_count: flat.repeat_count.unwrap_or_default(),
                message: flat.message.unwrap_or_default(),
                context: flat.context.unwrap_or_default(),
            },
            EventName::Visibility => EventKind::Visibility {
                hidden: need(flat.hidden, "hidden")?,
            },
            EventName::Request => EventKind::Request {
                bytes: need(flat.bytes, "bytes")?,
                ttfb_ms: flat.ttfb_ms,
                duration_ms: need(flat.duration_ms, "duration_ms")?,
                object_type: flat.object_type,
                host: flat.host,
            },
            EventName::Buffer => EventKind::Buffer {
                buffer_ms: need(flat.buffer_ms, "buffer_ms")?,
            },
            EventName::Suspension => EventKind::Suspension {
                gap_ms: need(flat.gap_ms, "gap_ms")?,
            },
        };
        Ok(Event { at_ms, kind })
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        EventFields::deserialize(deserializer)?
            .into_event()
            .map_err(D::Error::missing_field)
    }
}

/// A stretch in which the attempt counted as a concurrent viewer, ms after intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveSpan {
    /// Begin, inclusive.
    pub from_ms: DurationMs,
    /// End, exclusive.
    pub to_ms: DurationMs,
}

impl Interval {
    /// The stretches of this interval in an active state ([`State::is_active`]), oldest first, disjoint and not empty.
    #[must_use]
    pub fn active_spans(&self) -> Vec<ActiveSpan> {
        let mut spans = Vec::new();
        let mut state = self.state;
        let mut from_ms = self.from_ms;
        let mut push = |state: State, from_ms: DurationMs, to_ms: DurationMs| {
            if state.is_active() && to_ms > from_ms {
                match spans.last_mut() {
                    Some(ActiveSpan { to_ms: end, .. }) if *end == from_ms => *end = to_ms,
                    _ => spans.push(ActiveSpan { from_ms, to_ms }),
                }
            }
        };
        for event in &self.events {
            if let EventKind::State { state: next } = event.kind {
                let at_ms = event.at_ms.clamp(from_ms, self.to_ms.max(from_ms));
                push(state, from_ms, at_ms);
                state = next;
                from_ms = at_ms;
            }
        }
        push(state, from_ms, self.to_ms);
        spans
    }
}

/// Why the playhead stood still. A closed list (METRICS, Continuity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StallCause {
    /// Data did not arrive in time.
    Network,
    /// Within 2 s after a seek ended.
    Seek,
    /// Within 2 s after a rendition switch.
    RenditionSwitch,
    /// At the border between content and an ad.
    AdBoundary,
    /// Data was there, the picture did not move.
    Decoder,
    /// Ran into the end of a live stream.
    LiveEdge,
    /// The machine slept.
    Suspended,
    /// None of these could be shown.
    Unknown,
}

impl StallCause {
    /// Every cause, in the order of the columns.
    pub const ALL: [Self; 8] = [
        Self::Network,
        Self::Seek,
        Self::RenditionSwitch,
        Self::AdBoundary,
        Self::Decoder,
        Self::LiveEdge,
        Self::Suspended,
        Self::Unknown,
    ];
}

/// What a request is for, in the letters of CMCD `ot` (CTA-5004-B).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ObjectType {
    /// A manifest or playlist.
    #[serde(rename = "m")]
    Manifest,
    /// An init segment.
    #[serde(rename = "i")]
    Init,
    /// A segment of video alone.
    #[serde(rename = "v")]
    Video,
    /// A segment of audio alone.
    #[serde(rename = "a")]
    Audio,
    /// A segment of both.
    #[serde(rename = "av")]
    Muxed,
    /// Captions or subtitles.
    #[serde(rename = "c")]
    Caption,
    /// Timed text in ISOBMFF.
    #[serde(rename = "tt")]
    TimedText,
    /// A key, licence or certificate.
    #[serde(rename = "k")]
    Key,
    /// Something else.
    #[serde(rename = "o")]
    Other,
}

/// What a live latency was measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LatencySource {
    /// Programme date time at the playhead against the server's clock.
    ProgrammeTime,
    /// The player's own estimate.
    Player,
}

/// How the first frame was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FirstFrameMethod {
    /// `requestVideoFrameCallback`: the frame itself.
    FrameCallback,
    /// The first advance of the playhead.
    PlayheadAdvance,
}

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The manifest could not be loaded or read.
    Manifest,
    /// A media segment could not be loaded.
    Segment,
    /// Keys or licences.
    Drm,
    /// The data could not be decoded.
    Decode,
    /// An advertisement.
    Ad,
    /// The network as such.
    Network,
    /// Something took too long.
    Timeout,
    /// None of these could be shown.
    Unknown,
    /// Entitlement, geography, concurrency: never mixed with the technical ones.
    Business,
}

impl FailureClass {
    /// Whether this is a technical failure, one that counts against the service.
    #[must_use]
    pub fn is_technical(self) -> bool {
        self != Self::Business
    }
}

/// The error that ended an attempt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// What kind.
    pub class: FailureClass,
    /// The player's own code, as it names it.
    pub code: String,
    /// The player's own words; empty when it had none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The media's end, and 30 s without a replay.
    Ended,
    /// The viewer or the page left.
    Quit,
    /// A fatal error.
    Fatal,
    /// Another source was loaded.
    SourceChange,
    /// No beat for 60 min while paused, 5 min otherwise.
    Timeout,
}

/// Live or on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StreamType {
    /// A live stream.
    Live,
    /// On demand.
    Vod,
}

/// Who watched what, with what, where. Every field is optional and empty means not known; the server adds what it
/// derives itself (browser, device, place) and never stores the address it derived it from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Context {
    /// A pseudonymous id of the viewer, chosen by the page. Null without one: then attempts, not viewers, are the clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewer_id: Option<String>,
    /// The publisher's id of the video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_id: Option<String>,
    /// The video's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_title: Option<String>,
    /// Live or on demand; null until the player knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_type: Option<StreamType>,
    /// The publisher's name for its player ("Web", "Smart TV app").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player_name: Option<String>,
    /// The publisher's version of its player or app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player_version: Option<String>,
    /// The playback library: hls.js, html5, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player_software: Option<String>,
    /// The playback library's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player_software_version: Option<String>,
    /// The collector's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collector_version: Option<String>,
    /// Host of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_host: Option<String>,
    /// The CDN, as the page names it, else the host that served the media.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cdn: Option<String>,
    /// The browser's word for the connection: `navigator.connection.effectiveType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
    /// Language of the page's user: `navigator.language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Experiment this attempt was exposed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment_name: Option<String>,
    /// Arm of that experiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment_variant: Option<String>,
    /// Whether playback began by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoplay: Option<bool>,
    /// How the first frame was, or will be, seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_frame_method: Option<FirstFrameMethod>,
    /// Length of the media in ms; null for live and until known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_duration_ms: Option<u32>,
    /// The series, show or channel the video belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_series: Option<String>,
    /// The publisher's version of its page or app, where that is not its player's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_version: Option<String>,
    /// The screen, CSS pixels and device pixels per CSS pixel: `1920x1080@2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen: Option<String>,
    /// Language of the audio, BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_language: Option<String>,
    /// Language of the subtitles that show, BCP 47; null without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle_language: Option<String>,
    /// The video's codec as in a codecs string: `avc1.64001f`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_codec: Option<String>,
    /// The audio's codec as in a codecs string: `mp4a.40.2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_codec: Option<String>,
    /// The key system: `com.widevine.alpha`; null without DRM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drm_system: Option<String>,
    /// What live latency was measured by; null when it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_source: Option<LatencySource>,
    /// The browser's guess of the line's throughput at intent, bit/s: `navigator.connection.downlink`, which browsers round and cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_downlink_bps: Option<u32>,
    /// The browser's guess of the line's round trip at intent, ms: `navigator.connection.rtt`, which browsers round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_rtt_ms: Option<u32>,
    /// How many attempts this one stands for, in thousandths, where the page measures a part of them: 10,000 for one in ten. Null is 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_weight_permille: Option<u32>,
    /// Whether the sound was off at some time: muted, or volume 0. Null when not told; so are the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted: Option<bool>,
    /// Whether the element, or what holds it, filled the screen at some time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fullscreen: Option<bool>,
    /// Whether the picture was in a window of its own at some time (picture-in-picture).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pip: Option<bool>,
    /// Whether it played on another device at some time, as far as the browser tells (Remote Playback, AirPlay).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub casting: Option<bool>,
    /// Custom dimensions, at most [`crate::limits::CUSTOM_DIMENSIONS_MAX`]; queried as `custom.<key>`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

// serde's `skip_serializing_if` passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
pub(crate) fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_event_is_read_as_it_is_written_and_a_missing_field_is_named() {
        let kinds = [
            EventKind::State { state: State::Paused },
            EventKind::FirstFrame { startup_ms: 2 },
            EventKind::Stall {
                stall_ms: 3,
                cause: StallCause::LiveEdge,
            },
            EventKind::Seek {
                seek_ms: 4,
                from_position_ms: 5,
                to_position_ms: 6,
            },
            EventKind::Rendition {
                bitrate_bps: Some(7),
                width: None,
                height: Some(8),
            },
            EventKind::Error {
                class: FailureClass::Drm,
                code: "9".to_owned(),
                fatal: true,
                repeat_count: 14,
                message: "words".to_owned(),
                context: "at play".to_owned(),
            },
            EventKind::Visibility { hidden: true },
            EventKind::Request {
                bytes: 10,
                ttfb_ms: None,
                duration_ms: 11,
                object_type: Some(ObjectType::Muxed),
                host: Some("cdn.example".to_owned()),
            },
            EventKind::Buffer { buffer_ms: 12 },
            EventKind::Suspension { gap_ms: 13 },
        ];
        for kind in kinds {
            let event = Event { at_ms: 1, kind };
            let written = serde_json::to_value(&event).unwrap();
            assert_eq!(serde_json::from_value::<Event>(written.clone()).unwrap(), event);
            for (name, value) in written.as_object().unwrap() {
                let mut without = written.clone();
                without.as_object_mut().unwrap().remove(name);
                let read = serde_json::from_value::<Event>(without);
                match (&event.kind, name.as_str()) {
                    (EventKind::Rendition { .. }, "bitrate_bps" | "width" | "height")
                    | (_, "ttfb_ms" | "object_type" | "host" | "repeat_count" | "message" | "context") => {
                        assert_eq!(read.unwrap() == event, value.is_null());
                    }
                    _ => assert_eq!(read.unwrap_err().to_string(), format!("missing field `{name}`")),
                }
            }
        }
    }
}
