//! A beacon as senders write it, read in one pass into its place, without a type of the wire in between.
//! Reading is the largest part of what a beacon in the compact form costs the server.
//!
//! Whatever is not plain makes this answer `None`, and `mod.rs` reads the beacon again with prost, which says what is wrong and
//! keeps what a newer definition adds: an unknown field, another type on the wire, a number that does not fit, a missing field.
//!
//! Invariant: what is read here, prost reads to the same value (tests, and the fuzz target `compact`).

use std::collections::BTreeMap;

use uuid::Uuid;

use super::FromWire;
use crate::{
    AttemptId, Beacon, BeaconKind, Context, EndReason, Event, EventKind, Failure, FailureClass, FirstFrameMethod,
    Interval, LatencySource, ObjectType, RenditionPlay, StallCause, State, StreamType, Totals, UnixMs,
};

/// Reads one beacon.
pub(super) fn read(bytes: &[u8]) -> Option<Beacon> {
    let mut beacon = Beacon::empty();
    beacon.read_fields(Cursor { rest: bytes })?;
    Some(beacon)
}

/// How a value stands on the wire, the lowest three bits of a key.
const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

/// A value as it stands behind its key. A later one replaces an earlier one; messages are merged, lists grow.
trait Read: Sized {
    /// A place to read into.
    fn empty() -> Self;

    /// Reads what stands at the cursor. After `None` the place holds anything.
    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()>;
}

/// Whether every bit of `needed` is among those `seen`.
fn has_all(seen: u64, needed: u64) -> bool {
    seen & needed == needed
}

/// How messages of a type are read: the numbers of their fields, and which of them must be there.
macro_rules! message {
    ($type:ident { $($number:literal $field:ident)* } needs { $($need:literal)* } $empty:expr) => {
        impl $type {
            fn read_fields(&mut self, mut cursor: Cursor<'_>) -> Option<()> {
                // Fails to compile when a field is missing.
                let _ = |$type { $($field: _),* }: $type| ();
                const NEEDED: u64 = 0 $(| 1 << $need)*;
                let mut seen = 0_u64;
                while !cursor.rest.is_empty() {
                    let key = cursor.varint()?;
                    match key >> 3 {
                        $($number => {
                            seen |= 1 << $number;
                            self.$field.read(key & 7, &mut cursor)?;
                        })*
                        _ => return None,
                    }
                }
                has_all(seen, NEEDED).then_some(())
            }
        }

        impl Read for $type {
            fn empty() -> Self {
                $empty
            }

            fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
                self.read_fields(cursor.inner(wire_type)?)
            }
        }
    };
}

message! { Beacon {
    1 attempt_id 2 sequence 3 started_at_ms 4 kind 5 state 6 interval 7 totals 8 context
} needs { 1 4 5 6 7 } Self {
    attempt_id: AttemptId(Uuid::nil()),
    sequence: 0,
    started_at_ms: UnixMs(0),
    kind: BeaconKind::Beat,
    state: State::default(),
    interval: Interval::default(),
    totals: Totals::default(),
    context: None,
} }
message! { Interval { 1 from_ms 2 to_ms 3 state 4 events 5 events_dropped } needs { 3 } Self::default() }
message! { Totals {
    1 first_frame_seen 2 startup_wait_ms 3 play_ms 4 media_ms 5 bitrate_bps_ms 6 bitrate_media_ms 7 bitrate_peak_bps_ms
    8 bitrate_peak_media_ms 9 data_bytes 10 frames_decoded 11 startup_any_ms 12 startup_content_ms 13 player_startup_ms 14 upscale_ms
    15 play_ms_by_rendition 16 startup_interrupted 17 startup_hidden 18 suspended 19 play_hidden_ms 20 paused_ms 21 stall_ms
    22 stall_count 23 stall_short_count 24 stall_short_ms 25 stall_ms_max 26 stall_network_ms 27 stall_seek_ms
    28 stall_rendition_switch_ms 29 stall_ad_boundary_ms 30 stall_decoder_ms 31 stall_live_edge_ms 32 stall_suspended_ms
    33 stall_unknown_ms 34 seek_ms 35 seek_count 36 ad_ms 37 switch_up_count 38 switch_down_count 39 frames_dropped
    40 upscale_css_permille_ms 41 upscale_px_permille_ms 42 error_count 43 page_load_ms 44 drm_load_ms 45 failure 46 end_reason
    47 bitrate_measured_bytes 48 bitrate_measured_media_ms 49 dvr_ms 50 live_latency_median 51 throughput_median 52 ttfb_median
    53 startup_manifest_ms 54 startup_drm_ms 55 startup_ad_ms 56 startup_init_ms 57 startup_segment_ms 58 startup_decode_ms
    59 startup_other_ms 60 unique_media_ms 61 position_ms_max
} needs {} Self::default() }
message! { Failure { 1 class 2 code 3 message } needs { 1 } Self {
    class: FailureClass::Unknown,
    code: String::new(),
    message: String::new(),
} }
message! { RenditionPlay { 1 rendition 2 play_ms } needs {} Self {
    rendition: String::new(),
    play_ms: 0,
} }
message! { Context {
    1 viewer_id 2 video_id 3 video_title 4 stream_type 5 player_name 6 player_version 7 player_software 8 player_software_version
    9 collector_version 10 page_host 11 cdn 12 connection_type 13 language 14 experiment_name 15 experiment_variant 16 autoplay
    17 first_frame_method 18 video_duration_ms 19 custom 20 video_series 21 page_version 22 screen 23 audio_language
    24 subtitle_language 25 video_codec 26 audio_codec 27 drm_system 28 latency_source 29 connection_downlink_bps
    30 connection_rtt_ms 31 sample_weight_permille 32 muted 33 fullscreen 34 pip 35 casting
} needs {} Self::default() }

impl Read for Event {
    fn empty() -> Self {
        Self {
            at_ms: 0,
            kind: EventKind::Suspension { gap_ms: 0 },
        }
    }

    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
        let mut cursor = cursor.inner(wire_type)?;
        let mut kind = None;
        while !cursor.rest.is_empty() {
            let key = cursor.varint()?;
            let wire_type = key & 7;
            let read = match key >> 3 {
                1 => {
                    self.at_ms.read(wire_type, &mut cursor)?;
                    continue;
                }
                2 => EventKind::State {
                    state: cursor.value(wire_type)?,
                },
                3 => EventKind::FirstFrame {
                    startup_ms: cursor.value(wire_type)?,
                },
                4 => {
                    let (mut stall_ms, mut cause) = (0, None);
                    cursor.fields(wire_type, |number, wire_type, cursor| match number {
                        1 => stall_ms.read(wire_type, cursor),
                        2 => cause.read(wire_type, cursor),
                        _ => None,
                    })?;
                    EventKind::Stall {
                        stall_ms,
                        cause: cause?,
                    }
                }
                5 => {
                    let [mut seek_ms, mut from_position_ms, mut to_position_ms] = [0; 3];
                    cursor.fields(wire_type, |number, wire_type, cursor| match number {
                        1 => seek_ms.read(wire_type, cursor),
                        2 => from_position_ms.read(wire_type, cursor),
                        3 => to_position_ms.read(wire_type, cursor),
                        _ => None,
                    })?;
                    EventKind::Seek {
                        seek_ms,
                        from_position_ms,
                        to_position_ms,
                    }
                }
                6 => {
                    let [mut bitrate_bps, mut width, mut height] = [None; 3];
                    cursor.fields(wire_type, |number, wire_type, cursor| match number {
                        1 => bitrate_bps.read(wire_type, cursor),
                        2 => width.read(wire_type, cursor),
                        3 => height.read(wire_type, cursor),
                        _ => None,
                    })?;
                    EventKind::Rendition {
                        bitrate_bps,
                        width,
                        height,
                    }
                }
                7 => {
                    let (mut class, mut fatal, mut repeat_count) = (None, false, 0);
                    let [mut code, mut message, mut context] = [const { String::new() }; 3];
                    cursor.fields(wire_type, |number, wire_type, cursor| match number {
                        1 => class.read(wire_type, cursor),
                        2 => code.read(wire_type, cursor),
                        3 => fatal.read(wire_type, cursor),
                        4 => repeat_count.read(wire_type, cursor),
                        5 => message.read(wire_type, cursor),
                        6 => context.read(wire_type, cursor),
                        _ => None,
                    })?;
                    EventKind::Error {
                        class: class?,
                        code,
                        fatal,
                        repeat_count,
                        message,
                        context,
                    }
                }
                8 => EventKind::Visibility {
                    hidden: cursor.value(wire_type)?,
                },
                9 => {
                    let (mut bytes, mut ttfb_ms, mut duration_ms) = (0, None, 0);
                    let (mut object_type, mut host) = (None, None);
                    cursor.fields(wire_type, |number, wire_type, cursor| match number {
                        1 => bytes.read(wire_type, cursor),
                        2 => ttfb_ms.read(wire_type, cursor),
                        3 => duration_ms.read(wire_type, cursor),
                        4 => object_type.read(wire_type, cursor),
                        5 => host.read(wire_type, cursor),
                        _ => None,
                    })?;
                    EventKind::Request {
                        bytes,
                        ttfb_ms,
                        duration_ms,
                        object_type,
                        host,
                    }
                }
                10 => EventKind::Buffer {
                    buffer_ms: cursor.value(wire_type)?,
                },
                11 => EventKind::Suspension {
                    gap_ms: cursor.value(wire_type)?,
                },
                _ => return None,
            };
            // Of several the last counts, and messages of one kind are merged: prost knows how.
            if kind.replace(read).is_some() {
                return None;
            }
        }
        self.kind = kind?;
        Some(())
    }
}

/// Values that are one number on the wire.
macro_rules! numbers {
    ($($type:ty = $empty:expr, |$number:ident| $read:expr;)*) => {
        $(impl Read for $type {
            fn empty() -> Self {
                $empty
            }

            fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
                if wire_type != VARINT {
                    return None;
                }
                let $number = cursor.varint()?;
                *self = $read;
                Some(())
            }
        })*
    };
}

/// One of a closed list; 0 stands for none of them.
fn word<T: FromWire<i32>>(number: u64) -> Option<T> {
    T::from_wire(i32::try_from(number).ok()?).ok()
}

numbers! {
    u64 = 0, |number| number;
    u32 = 0, |number| u32::try_from(number).ok()?;
    bool = false, |number| number != 0;
    UnixMs = Self(0), |number| Self(number.cast_signed());
    BeaconKind = Self::Beat, |number| word(number)?;
    State = Self::Starting, |number| word(number)?;
    StallCause = Self::Unknown, |number| word(number)?;
    FailureClass = Self::Unknown, |number| word(number)?;
    EndReason = Self::Ended, |number| word(number)?;
    StreamType = Self::Vod, |number| word(number)?;
    FirstFrameMethod = Self::FrameCallback, |number| word(number)?;
    ObjectType = Self::Other, |number| word(number)?;
    LatencySource = Self::Player, |number| word(number)?;
}

impl Read for AttemptId {
    fn empty() -> Self {
        Self(Uuid::nil())
    }

    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
        self.0 = Uuid::from_slice(cursor.inner(wire_type)?.rest).ok()?;
        Some(())
    }
}

impl Read for String {
    fn empty() -> Self {
        Self::new()
    }

    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
        std::str::from_utf8(cursor.inner(wire_type)?.rest)
            .ok()?
            .clone_into(self);
        Some(())
    }
}

impl<T: Read> Read for Box<T> {
    fn empty() -> Self {
        Self::new(T::empty())
    }

    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
        (**self).read(wire_type, cursor)
    }
}

impl<T: Read> Read for Option<T> {
    fn empty() -> Self {
        None
    }

    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
        self.get_or_insert_with(T::empty).read(wire_type, cursor)
    }
}

impl<T: Read> Read for Vec<T> {
    fn empty() -> Self {
        Self::new()
    }

    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
        self.push(T::empty());
        self.last_mut()?.read(wire_type, cursor)
    }
}

impl Read for BTreeMap<String, String> {
    fn empty() -> Self {
        Self::new()
    }

    fn read(&mut self, wire_type: u64, cursor: &mut Cursor<'_>) -> Option<()> {
        let (mut key, mut value) = (String::new(), String::new());
        cursor.fields(wire_type, |number, wire_type, cursor| match number {
            1 => key.read(wire_type, cursor),
            2 => value.read(wire_type, cursor),
            _ => None,
        })?;
        self.insert(key, value);
        Some(())
    }
}

/// What is left of a message.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// A number: seven bits a byte, the lowest first.
    #[inline]
    fn varint(&mut self) -> Option<u64> {
        let (first, rest) = self.rest.split_first()?;
        if *first < 0x80 {
            self.rest = rest;
            return Some(u64::from(*first));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for (index, byte) in self.rest.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                // Of the tenth byte one bit has room.
                if index == 9 && *byte > 1 {
                    return None;
                }
                self.rest = &self.rest[index + 1..];
                return Some(value);
            }
        }
        None
    }

    /// The bytes of a text or a message.
    fn inner(&mut self, wire_type: u64) -> Option<Cursor<'a>> {
        if wire_type != LENGTH_DELIMITED {
            return None;
        }
        let length = usize::try_from(self.varint()?).ok()?;
        let (inner, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Cursor { rest: inner })
    }

    fn value<T: Read>(&mut self, wire_type: u64) -> Option<T> {
        let mut value = T::empty();
        value.read(wire_type, self)?;
        Some(value)
    }

    /// A message, field by field.
    fn fields(&mut self, wire_type: u64, mut each: impl FnMut(u64, u64, &mut Cursor<'_>) -> Option<()>) -> Option<()> {
        let mut inner = self.inner(wire_type)?;
        while !inner.rest.is_empty() {
            let key = inner.varint()?;
            each(key >> 3, key & 7, &mut inner)?;
        }
        Some(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::proto::{read_any_beacon, split};

    /// Every beacon of the golden batches, as bytes.
    fn golden() -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut beacons = Vec::new();
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "pb") {
                    let body = fs::read(path).unwrap();
                    beacons.extend(split(&body).unwrap().beacons.into_iter().map(<[u8]>::to_vec));
                }
            }
        }
        assert!(beacons.len() > 5);
        beacons
    }

    #[track_caller]
    fn check(bytes: &[u8]) -> bool {
        let read = read(bytes);
        let is_plain = read.is_some();
        if let Some(beacon) = read {
            assert_eq!(read_any_beacon(bytes), Ok((beacon, Vec::new())), "{bytes:02x?}");
        }
        is_plain
    }

    #[test]
    fn what_senders_write_is_read_in_one_pass_as_prost_reads_it() {
        for beacon in golden() {
            assert!(check(&beacon));
        }
    }

    #[test]
    fn whatever_is_changed_in_it_both_agree_or_it_is_left_to_prost() {
        for beacon in golden() {
            for place in 0..beacon.len() {
                for byte in [0, 1, 0x7f, 0x80, 0xff, beacon[place] ^ 8, beacon[place] ^ 1] {
                    let mut changed = beacon.clone();
                    changed[place] = byte;
                    check(&changed);
                }
                check(&beacon[..place]);
            }
        }
    }

    #[test]
    fn fields_that_stand_twice_are_merged_as_prost_merges_them() {
        let beacons = golden();
        for first in &beacons {
            for second in &beacons {
                check(&[&first[..], second].concat());
            }
        }
    }

    #[test]
    fn what_is_new_or_odd_is_left_to_prost() {
        let beacon = &golden()[0];
        let with = |more: &[u8]| [beacon, more].concat();
        assert!(!check(&with(&[0xf8, 0x07, 1])), "a number of the future");
        assert!(!check(&with(&[4 << 3, 0])), "no kind");
        assert!(!check(&with(&[4 << 3, 99])), "a kind of the future");
        assert!(!check(&with(&[2 << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 0])), "another type");
        assert!(!check(&with(&[2 << 3, 0xff, 0xff, 0xff, 0xff, 0x1f])), "33 bits");
        assert!(
            !check(&with(&[
                2 << 3,
                0xff,
                0xff,
                0xff,
                0xff,
                0xff,
                0xff,
                0xff,
                0xff,
                0xff,
                0x7f
            ])),
            "70 bits"
        );
        assert!(!check(b""));
    }
}
