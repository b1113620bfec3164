//! The compact form of a batch: Protocol Buffers, as `proto/playhead/v1/beacon.proto` defines them.
//!
//! [`split`] finds a body's beacons without reading them, so that one bad beacon costs its batch nothing; [`read_beacon`] reads one;
//! [`write`] is for senders. Fields of a newer definition are not lost: [`read_beacon`] hands their bytes on.
//! The types of `playhead.v1.rs` are made from the definition, with 64 bits for every number, and stay inside this module.

mod plain;
#[allow(
    missing_docs,
    clippy::all,
    reason = "made by prost from the definition, which is documented"
)]
#[path = "playhead.v1.rs"]
mod wire;

use std::fmt;

use prost::{
    Message as _,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};
use uuid::Uuid;

use crate::{
    AttemptId, Beacon, BeaconBatch, BeaconKind, Clock, Context, EndReason, Event, EventKind, Failure, FailureClass,
    FirstFrameMethod, Interval, LatencySource, ObjectType, RenditionPlay, StallCause, State, StreamType, Totals,
    UnixMs,
};

/// Why bytes are no batch, or no beacon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError {
    /// The field at fault, from where reading began; empty for the whole.
    pub field: String,
    /// What is wrong with it.
    pub text: String,
    /// Whether it is a number that does not fit its field.
    pub is_out_of_range: bool,
}

impl WireError {
    fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            text: text.into(),
            is_out_of_range: false,
        }
    }

    /// The same, seen from the message that holds the field.
    fn inside(mut self, outer: &str) -> Self {
        self.field = match &*self.field {
            "" => outer.to_owned(),
            inner => format!("{outer}.{inner}"),
        };
        self
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.text)
    }
}

impl std::error::Error for WireError {}

/// A batch whose beacons are still bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// As in [`BeaconBatch`].
    pub schema_version: u16,
    /// As in [`BeaconBatch`].
    pub sent_at_ms: UnixMs,
    /// As in [`BeaconBatch`].
    pub clock: Clock,
    /// For [`read_beacon`], in order.
    pub beacons: Vec<&'a [u8]>,
}

/// Takes a body apart.
///
/// # Errors
/// When it is no batch, or lacks `schema_version` or `sent_at_ms`.
pub fn split(body: &[u8]) -> Result<Head<'_>, WireError> {
    let mut head = Head {
        schema_version: 0,
        sent_at_ms: UnixMs(0),
        clock: Clock::Live,
        beacons: Vec::new(),
    };
    let mut rest = body;
    let no_batch = |error: prost::DecodeError| WireError::new("", format!("no BeaconBatch: {error}"));
    while !rest.is_empty() {
        let (number, wire_type) = decode_key(&mut rest).map_err(no_batch)?;
        match (number, wire_type) {
            (1, WireType::Varint) => {
                let version = decode_varint(&mut rest).map_err(no_batch)?;
                head.schema_version = u16::try_from(version).unwrap_or(u16::MAX);
            }
            (2, WireType::Varint) => {
                head.sent_at_ms = UnixMs(decode_varint(&mut rest).map_err(no_batch)?.cast_signed());
            }
            (3, WireType::Varint) => {
                head.clock = match decode_varint(&mut rest).map_err(no_batch)? {
                    0 => Clock::Live,
                    1 => Clock::Historic,
                    other => return Err(WireError::new("clock", format!("{other} is no Clock"))),
                };
            }
            (4, WireType::LengthDelimited) => {
                let length = decode_varint(&mut rest).map_err(no_batch)?;
                let length = usize::try_from(length)
                    .ok()
                    .filter(|length| *length <= rest.len())
                    .ok_or_else(|| WireError::new("beacons", "a beacon is longer than the body"))?;
                let (beacon, after) = rest.split_at(length);
                head.beacons.push(beacon);
                rest = after;
            }
            (1..=4, _) => {
                return Err(WireError::new(
                    "",
                    format!("field {number} has another type on the wire"),
                ));
            }
            _ => skip_field(wire_type, number, &mut rest, DecodeContext::default()).map_err(no_batch)?,
        }
    }
    if head.schema_version == 0 {
        return Err(WireError::new("schema_version", "missing"));
    }
    // On the wire a 0 and nothing mean the same, whichever a sender writes.
    if head.sent_at_ms.0 == 0 {
        return Err(WireError::new("sent_at_ms", "missing"));
    }
    Ok(head)
}

/// Fields that this definition does not have, as they came: the path of the message that holds them ("" is the beacon) and their bytes.
pub type UnknownFields<'a> = Vec<(&'static str, Vec<&'a [u8]>)>;

/// Reads one beacon, and what a newer definition says beside it.
///
/// # Errors
/// Which field cannot be read. Limits are not checked here.
pub fn read_beacon(bytes: &[u8]) -> Result<(Beacon, UnknownFields<'_>), WireError> {
    match plain::read(bytes) {
        Some(beacon) => Ok((beacon, Vec::new())),
        None => read_any_beacon(bytes),
    }
}

/// The same by the generated types: three times as slow, for beacons of every form. Public for the tests that compare the two.
///
/// # Errors
/// As [`read_beacon`].
#[doc(hidden)]
pub fn read_any_beacon(bytes: &[u8]) -> Result<(Beacon, UnknownFields<'_>), WireError> {
    let wire = wire::Beacon::decode(bytes).map_err(|error| WireError::new("", format!("no Beacon: {error}")))?;
    let mut unknown = Vec::new();
    collect_unknown("", bytes, &mut unknown);
    Ok((Beacon::from_wire(wire)?, unknown))
}

/// Writes a batch.
#[must_use]
pub fn write(batch: &BeaconBatch) -> Vec<u8> {
    wire::BeaconBatch {
        schema_version: batch.schema_version.into(),
        sent_at_ms: batch.sent_at_ms.0,
        clock: i32::from(!batch.clock.is_live()),
        beacons: batch.beacons.iter().map(to_wire_beacon).collect(),
    }
    .encode_to_vec()
}

/// Highest field number of each message whose unknown fields are kept; below it every number is taken.
pub const KNOWN: [(&str, u32); 4] = [("", 8), ("interval", 5), ("totals", 61), ("context", 35)];

/// The message behind a field of a beacon.
fn inner(number: u32) -> Option<&'static str> {
    match number {
        6 => Some("interval"),
        7 => Some("totals"),
        8 => Some("context"),
        _ => None,
    }
}

/// Collects fields with numbers above the known ones. `bytes` were decoded before, so they are whole.
fn collect_unknown<'a>(path: &'static str, bytes: &'a [u8], unknown: &mut UnknownFields<'a>) {
    let known = KNOWN
        .iter()
        .find(|(message, _)| *message == path)
        .map_or(0, |(_, known)| *known);
    let mut at = 0;
    while at < bytes.len() {
        let begin = at;
        let Some(key) = varint(bytes, &mut at) else { return };
        let number = u32::try_from(key >> 3).unwrap_or(u32::MAX);
        let length = match key & 7 {
            0 => varint(bytes, &mut at).map(|_| 0),
            1 => Some(8),
            2 => varint(bytes, &mut at).and_then(|length| usize::try_from(length).ok()),
            5 => Some(4),
            // Groups, which proto3 does not have: what is behind them is not looked at.
            _ => None,
        };
        let Some(end) = length
            .and_then(|length| at.checked_add(length))
            .filter(|end| *end <= bytes.len())
        else {
            return;
        };
        if path.is_empty()
            && key & 7 == 2
            && let Some(message) = inner(number)
        {
            collect_unknown(message, &bytes[at..end], unknown);
        } else if number > known {
            let field = &bytes[begin..end];
            match unknown.iter_mut().find(|(message, _)| *message == path) {
                Some((_, fields)) => fields.push(field),
                None => unknown.push((path, vec![field])),
            }
        }
        at = end;
    }
}

/// The varint at `at`, which moves behind it.
fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// From the wire's type to ours.
trait FromWire<Wire>: Sized {
    fn from_wire(wire: Wire) -> Result<Self, WireError>;
}

impl FromWire<u64> for u32 {
    fn from_wire(number: u64) -> Result<Self, WireError> {
        u32::try_from(number).map_err(|_| WireError {
            is_out_of_range: true,
            ..WireError::new("", format!("{number} is larger than {}", u32::MAX))
        })
    }
}

macro_rules! same {
    ($($type:ty),*) => {$(
        impl FromWire<$type> for $type {
            fn from_wire(value: $type) -> Result<Self, WireError> {
                Ok(value)
            }
        }

        impl ToWire<$type> for $type {
            fn to_wire(&self) -> $type {
                *self
            }
        }
    )*};
}
same!(bool, u64);

/// From our type to the wire's.
trait ToWire<Wire> {
    fn to_wire(&self) -> Wire;
}

impl ToWire<u64> for u32 {
    fn to_wire(&self) -> u64 {
        (*self).into()
    }
}

impl<Wire, T: ToWire<Wire>> ToWire<Option<Wire>> for Option<T> {
    fn to_wire(&self) -> Option<Wire> {
        self.as_ref().map(T::to_wire)
    }
}

impl<Wire, T: FromWire<Wire>> FromWire<Wire> for Box<T> {
    fn from_wire(wire: Wire) -> Result<Self, WireError> {
        T::from_wire(wire).map(Self::new)
    }
}

impl<Wire, T: FromWire<Wire>> FromWire<Option<Wire>> for Option<T> {
    fn from_wire(wire: Option<Wire>) -> Result<Self, WireError> {
        wire.map(T::from_wire).transpose()
    }
}

macro_rules! enums {
    ($($name:ident { $($variant:ident),* })*) => {$(
        impl FromWire<i32> for $name {
            fn from_wire(number: i32) -> Result<Self, WireError> {
                match wire::$name::try_from(number) {
                    $(Ok(wire::$name::$variant) => Ok(Self::$variant),)*
                    Ok(wire::$name::Unspecified) => Err(WireError::new("", "missing")),
                    Err(_) => Err(WireError::new("", format!(concat!("{} is no ", stringify!($name)), number))),
                }
            }
        }

        impl From<$name> for i32 {
            fn from(ours: $name) -> i32 {
                match ours {
                    $($name::$variant => wire::$name::$variant as i32,)*
                }
            }
        }
    )*};
}
enums! {
    BeaconKind { Start, FirstFrame, Change, Beat, Hide, End }
    State { Starting, Playing, Seeking, Rebuffering, Paused, Waiting, Ended, Fatal, Quit, Preloading }
    StallCause { Network, Seek, RenditionSwitch, AdBoundary, Decoder, LiveEdge, Suspended, Unknown }
    FailureClass { Manifest, Segment, Drm, Decode, Ad, Network, Timeout, Unknown, Business }
    EndReason { Ended, Quit, Fatal, SourceChange, Timeout }
    StreamType { Live, Vod }
    ObjectType { Manifest, Init, Video, Audio, Muxed, Caption, TimedText, Key, Other }
    LatencySource { ProgrammeTime, Player }
    FirstFrameMethod { FrameCallback, PlayheadAdvance }
}

/// A field of a message, with its name in front of whatever is wrong inside it.
fn field<Wire, T: FromWire<Wire>>(name: &str, wire: Wire) -> Result<T, WireError> {
    T::from_wire(wire).map_err(|error| error.inside(name))
}

/// A field that must be there.
fn need<Wire, T: FromWire<Wire>>(name: &str, wire: Option<Wire>) -> Result<T, WireError> {
    wire.map_or_else(|| Err(WireError::new(name, "missing")), |wire| field(name, wire))
}

impl FromWire<wire::Beacon> for Beacon {
    fn from_wire(wire: wire::Beacon) -> Result<Self, WireError> {
        let attempt_id = Uuid::from_slice(&wire.attempt_id).map_err(|_| {
            let length = wire.attempt_id.len();
            WireError::new("attempt_id", format!("{length} bytes are no UUID, which has 16"))
        })?;
        Ok(Self {
            attempt_id: AttemptId(attempt_id),
            sequence: field("sequence", wire.sequence)?,
            started_at_ms: UnixMs(wire.started_at_ms),
            kind: field("kind", wire.kind)?,
            state: field("state", wire.state)?,
            interval: need("interval", wire.interval)?,
            totals: need("totals", wire.totals)?,
            context: field("context", wire.context)?,
        })
    }
}

fn to_wire_beacon(beacon: &Beacon) -> wire::Beacon {
    wire::Beacon {
        attempt_id: beacon.attempt_id.0.as_bytes().to_vec(),
        sequence: beacon.sequence.into(),
        started_at_ms: beacon.started_at_ms.0,
        kind: beacon.kind.into(),
        state: beacon.state.into(),
        interval: Some(wire::Interval {
            from_ms: beacon.interval.from_ms.into(),
            to_ms: beacon.interval.to_ms.into(),
            state: beacon.interval.state.into(),
            events: beacon.interval.events.iter().map(to_wire_event).collect(),
            events_dropped: beacon.interval.events_dropped.into(),
        }),
        totals: Some(to_wire_totals(&beacon.totals)),
        context: beacon.context.as_deref().map(to_wire_context),
    }
}

impl FromWire<wire::Interval> for Interval {
    fn from_wire(wire: wire::Interval) -> Result<Self, WireError> {
        Ok(Self {
            from_ms: field("from_ms", wire.from_ms)?,
            to_ms: field("to_ms", wire.to_ms)?,
            state: field("state", wire.state)?,
            events: wire
                .events
                .into_iter()
                .enumerate()
                .map(|(index, event)| {
                    Event::from_wire(event).map_err(|error| error.inside(&format!("events[{index}]")))
                })
                .collect::<Result<_, _>>()?,
            events_dropped: field("events_dropped", wire.events_dropped)?,
        })
    }
}

impl FromWire<wire::Event> for Event {
    fn from_wire(wire: wire::Event) -> Result<Self, WireError> {
        use wire::event::Kind;
        let kind = match wire
            .kind
            .ok_or_else(|| WireError::new("kind", "missing, or unknown here"))?
        {
            Kind::State(state) => EventKind::State {
                state: field("state", state)?,
            },
            Kind::FirstFrameStartupMs(startup_ms) => EventKind::FirstFrame {
                startup_ms: field("startup_ms", startup_ms)?,
            },
            Kind::Stall(stall) => EventKind::Stall {
                stall_ms: field("stall_ms", stall.stall_ms)?,
                cause: field("cause", stall.cause)?,
            },
            Kind::Seek(seek) => EventKind::Seek {
                seek_ms: field("seek_ms", seek.seek_ms)?,
                from_position_ms: field("from_position_ms", seek.from_position_ms)?,
                to_position_ms: field("to_position_ms", seek.to_position_ms)?,
            },
            Kind::Rendition(rendition) => EventKind::Rendition {
                bitrate_bps: field("bitrate_bps", rendition.bitrate_bps)?,
                width: field("width", rendition.width)?,
                height: field("height", rendition.height)?,
            },
            Kind::Error(error) => EventKind::Error {
                class: field("class", error.class)?,
                code: error.code,
                fatal: error.fatal,
                repeat_count: field("repeat_count", error.repeat_count)?,
                message: error.message,
                context: error.context,
            },
            Kind::VisibilityHidden(hidden) => EventKind::Visibility { hidden },
            Kind::Request(request) => EventKind::Request {
                bytes: field("bytes", request.bytes)?,
                ttfb_ms: field("ttfb_ms", request.ttfb_ms)?,
                duration_ms: field("duration_ms", request.duration_ms)?,
                object_type: field("object_type", request.object_type)?,
                host: request.host,
            },
            Kind::BufferMs(buffer_ms) => EventKind::Buffer {
                buffer_ms: field("buffer_ms", buffer_ms)?,
            },
            Kind::SuspensionGapMs(gap_ms) => EventKind::Suspension {
                gap_ms: field("gap_ms", gap_ms)?,
            },
        };
        Ok(Self {
            at_ms: field("at_ms", wire.at_ms)?,
            kind,
        })
    }
}

fn to_wire_event(event: &Event) -> wire::Event {
    use wire::event::Kind;
    let kind = match &event.kind {
        EventKind::State { state } => Kind::State((*state).into()),
        EventKind::FirstFrame { startup_ms } => Kind::FirstFrameStartupMs(startup_ms.to_wire()),
        EventKind::Stall { stall_ms, cause } => Kind::Stall(wire::Stall {
            stall_ms: stall_ms.to_wire(),
            cause: (*cause).into(),
        }),
        EventKind::Seek {
            seek_ms,
            from_position_ms,
            to_position_ms,
        } => Kind::Seek(wire::Seek {
            seek_ms: seek_ms.to_wire(),
            from_position_ms: from_position_ms.to_wire(),
            to_position_ms: to_position_ms.to_wire(),
        }),
        EventKind::Rendition {
            bitrate_bps,
            width,
            height,
        } => Kind::Rendition(wire::Rendition {
            bitrate_bps: bitrate_bps.to_wire(),
            width: width.to_wire(),
            height: height.to_wire(),
        }),
        EventKind::Error {
            class,
            code,
            fatal,
            repeat_count,
            message,
            context,
        } => Kind::Error(wire::Error {
            class: (*class).into(),
            code: code.clone(),
            fatal: *fatal,
            repeat_count: repeat_count.to_wire(),
            message: message.clone(),
            context: context.clone(),
        }),
        EventKind::Visibility { hidden } => Kind::VisibilityHidden(*hidden),
        EventKind::Request {
            bytes,
            ttfb_ms,
            duration_ms,
            object_type,
            host,
        } => Kind::Request(wire::Request {
            bytes: bytes.to_wire(),
            ttfb_ms: ttfb_ms.to_wire(),
            duration_ms: duration_ms.to_wire(),
            object_type: object_type.map(Into::into),
            host: host.clone(),
        }),
        EventKind::Buffer { buffer_ms } => Kind::BufferMs(buffer_ms.to_wire()),
        EventKind::Suspension { gap_ms } => Kind::SuspensionGapMs(gap_ms.to_wire()),
    };
    wire::Event {
        at_ms: event.at_ms.into(),
        kind: Some(kind),
    }
}

impl FromWire<wire::Failure> for Failure {
    fn from_wire(wire: wire::Failure) -> Result<Self, WireError> {
        Ok(Self {
            class: field("class", wire.class)?,
            code: wire.code,
            message: wire.message,
        })
    }
}

macro_rules! totals {
    ($($same:ident)*) => {
        impl FromWire<wire::Totals> for Totals {
            fn from_wire(wire: wire::Totals) -> Result<Self, WireError> {
                Ok(Self {
                    $($same: field(stringify!($same), wire.$same)?,)*
                    failure: field("failure", wire.failure)?,
                    end_reason: field("end_reason", wire.end_reason)?,
                    play_ms_by_rendition: wire
                        .play_ms_by_rendition
                        .into_iter()
                        .map(|play| {
                            Ok(RenditionPlay {
                                rendition: play.rendition,
                                play_ms: field("play_ms_by_rendition.play_ms", play.play_ms)?,
                            })
                        })
                        .collect::<Result<_, WireError>>()?,
                })
            }
        }

        fn to_wire_totals(totals: &Totals) -> wire::Totals {
            wire::Totals {
                $($same: totals.$same.to_wire(),)*
                failure: totals.failure.as_ref().map(|failure| wire::Failure {
                    class: failure.class.into(),
                    code: failure.code.clone(),
                    message: failure.message.clone(),
                }),
                end_reason: totals.end_reason.map(Into::into),
                play_ms_by_rendition: totals
                    .play_ms_by_rendition
                    .iter()
                    .map(|play| wire::RenditionPlay {
                        rendition: play.rendition.clone(),
                        play_ms: play.play_ms.into(),
                    })
                    .collect(),
            }
        }
    };
}
totals! {
    first_frame_seen startup_interrupted startup_hidden suspended startup_wait_ms play_ms play_hidden_ms paused_ms media_ms stall_ms
    stall_count stall_short_count stall_short_ms stall_ms_max stall_network_ms stall_seek_ms stall_rendition_switch_ms
    stall_ad_boundary_ms stall_decoder_ms stall_live_edge_ms stall_suspended_ms stall_unknown_ms seek_ms seek_count ad_ms bitrate_bps_ms
    bitrate_media_ms bitrate_peak_bps_ms bitrate_peak_media_ms data_bytes switch_up_count switch_down_count frames_decoded frames_dropped
    upscale_css_permille_ms upscale_px_permille_ms upscale_ms error_count startup_any_ms startup_content_ms player_startup_ms page_load_ms
    drm_load_ms bitrate_measured_bytes bitrate_measured_media_ms dvr_ms live_latency_median throughput_median ttfb_median
    startup_manifest_ms startup_drm_ms startup_ad_ms startup_init_ms startup_segment_ms startup_decode_ms startup_other_ms
    unique_media_ms position_ms_max
}

macro_rules! context {
    ($($same:ident)*) => {
        impl FromWire<wire::Context> for Context {
            fn from_wire(wire: wire::Context) -> Result<Self, WireError> {
                Ok(Self {
                    $($same: wire.$same,)*
                    stream_type: field("stream_type", wire.stream_type)?,
                    first_frame_method: field("first_frame_method", wire.first_frame_method)?,
                    video_duration_ms: field("video_duration_ms", wire.video_duration_ms)?,
                    latency_source: field("latency_source", wire.latency_source)?,
                    connection_downlink_bps: field("connection_downlink_bps", wire.connection_downlink_bps)?,
                    connection_rtt_ms: field("connection_rtt_ms", wire.connection_rtt_ms)?,
                    sample_weight_permille: field("sample_weight_permille", wire.sample_weight_permille)?,
                })
            }
        }

        fn to_wire_context(context: &Context) -> wire::Context {
            wire::Context {
                $($same: context.$same.clone(),)*
                stream_type: context.stream_type.map(Into::into),
                first_frame_method: context.first_frame_method.map(Into::into),
                video_duration_ms: context.video_duration_ms.to_wire(),
                latency_source: context.latency_source.map(Into::into),
                connection_downlink_bps: context.connection_downlink_bps.to_wire(),
                connection_rtt_ms: context.connection_rtt_ms.to_wire(),
                sample_weight_permille: context.sample_weight_permille.to_wire(),
            }
        }
    };
}
context! {
    viewer_id video_id video_title player_name player_version player_software player_software_version collector_version page_host cdn
    connection_type language experiment_name experiment_variant autoplay custom video_series page_version screen audio_language
    subtitle_language video_codec audio_codec drm_system muted fullscreen pip casting
}
