//! A batch as collectors write it, read in one pass without a tree, a visitor or an error: names and whole numbers, few texts.
//! Three times as fast as derived code, and reading is the largest part of what a beacon costs here.
//!
//! Whatever is not plain makes this answer `None`, and `native.rs` reads the body again with serde, which knows every form and
//! says what is wrong: an unknown or repeated field, a fraction, a struct written as a list, a null where none may be.
//!
//! Invariant: what is read here, serde reads to the same value (tests, and the fuzz target `native_json`).

use std::collections::BTreeMap;

use schemas::{
    AttemptId, Beacon, BeaconBatch, BeaconKind, Clock, Context, EndReason, Event, EventFields, EventKind, EventName,
    Failure, FailureClass, FirstFrameMethod, Interval, LatencySource, ObjectType, RenditionPlay, StallCause, State,
    StreamType, Totals, UnixMs,
};
use serde::{
    Deserialize,
    de::{IntoDeserializer, value::Error},
};
use uuid::Uuid;

/// Reads a whole body.
pub(crate) fn read(body: &[u8]) -> Option<BeaconBatch> {
    let text = std::str::from_utf8(body).ok()?;
    let mut cursor = Cursor { text, at: 0 };
    let mut batch = BeaconBatch::empty();
    cursor.space();
    batch.read(&mut cursor)?;
    cursor.space();
    (cursor.at == text.len()).then_some(batch)
}

/// A value as it stands in a body. It is read into its place: beacons are large, and moving them costs as much as reading them.
trait Read: Sized {
    /// A place to read into.
    fn empty() -> Self;

    /// Reads what stands at the cursor. After `None` the place holds anything.
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()>;
}

/// Reads one field of an object.
type Field<T> = fn(&mut T, &mut Cursor<'_>) -> Option<()>;

/// How objects of a type are read: the fields that must be there, and those that may, with the names as they stand in the JSON and in
/// the order in which they are written.
macro_rules! object {
    ($type:ident { $($need:ident)* } { $($may:ident)* } $empty:expr) => {
        impl Read for $type {
            fn empty() -> Self {
                $empty
            }

            fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
                const NEEDED: &[&str] = &[$(stringify!($need)),*];
                const FIELDS: &[(&str, Field<$type>)] = &[
                    $((stringify!($need), |object, cursor| object.$need.read(cursor)),)*
                    $((stringify!($may), |object, cursor| object.$may.read(cursor)),)*
                ];
                // Fails to compile when a field is missing.
                let _ = |$type { $($need: _,)* $($may: _,)* }: $type| ();
                let needed = (1_u64 << NEEDED.len()) - 1;
                (cursor.object(self, FIELDS)? & needed == needed).then_some(())
            }
        }
    };
}

object! { BeaconBatch { schema_version sent_at_ms beacons } { clock } Self {
    schema_version: 0,
    sent_at_ms: UnixMs(0),
    clock: Clock::default(),
    beacons: Vec::new(),
} }
object! { Beacon { attempt_id sequence started_at_ms kind state interval totals } { context } Self {
    attempt_id: AttemptId(Uuid::nil()),
    sequence: 0,
    started_at_ms: UnixMs(0),
    kind: BeaconKind::Beat,
    state: State::default(),
    interval: Interval::default(),
    totals: Totals::default(),
    context: None,
} }
object! { Interval { from_ms to_ms state } { events events_dropped } Self::default() }
object! { Totals {} {
    first_frame_seen startup_interrupted startup_hidden suspended
    startup_wait_ms play_ms play_hidden_ms paused_ms media_ms
    stall_ms stall_count stall_short_count stall_short_ms stall_ms_max
    stall_network_ms stall_seek_ms stall_rendition_switch_ms stall_ad_boundary_ms
    stall_decoder_ms stall_live_edge_ms stall_suspended_ms stall_unknown_ms
    seek_ms seek_count ad_ms
    bitrate_bps_ms bitrate_media_ms bitrate_peak_bps_ms bitrate_peak_media_ms data_bytes
    switch_up_count switch_down_count frames_decoded frames_dropped
    upscale_css_permille_ms upscale_px_permille_ms upscale_ms error_count
    bitrate_measured_bytes bitrate_measured_media_ms dvr_ms live_latency_median throughput_median ttfb_median
    startup_any_ms startup_content_ms player_startup_ms page_load_ms drm_load_ms
    startup_manifest_ms startup_drm_ms startup_ad_ms startup_init_ms startup_segment_ms startup_decode_ms startup_other_ms
    unique_media_ms position_ms_max failure end_reason play_ms_by_rendition
} Self::default() }
object! { Context {} {
    viewer_id video_id video_title stream_type player_name player_version player_software player_software_version
    collector_version page_host cdn connection_type language experiment_name experiment_variant autoplay
    first_frame_method video_duration_ms video_series page_version screen audio_language subtitle_language video_codec audio_codec
    drm_system latency_source connection_downlink_bps connection_rtt_ms sample_weight_permille muted fullscreen pip casting
    custom
} Self::default() }
object! { EventFields {} {
    at_ms event state startup_ms stall_ms cause seek_ms from_position_ms to_position_ms bitrate_bps width height
    class code fatal repeat_count message context hidden bytes ttfb_ms duration_ms object_type host buffer_ms gap_ms
} Self::default() }
object! { Failure { class code } { message } Self {
    class: FailureClass::Unknown,
    code: String::new(),
    message: String::new(),
} }
object! { RenditionPlay { rendition play_ms } {} Self {
    rendition: String::new(),
    play_ms: 0,
} }

impl Read for Event {
    fn empty() -> Self {
        Self {
            at_ms: 0,
            kind: EventKind::Suspension { gap_ms: 0 },
        }
    }

    fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        let begin = cursor.at;
        if let Some(event) = usual_event(cursor) {
            *self = event;
            return Some(());
        }
        cursor.at = begin;
        let mut fields = EventFields::empty();
        fields.read(cursor)?;
        *self = fields.into_event().ok()?;
        Some(())
    }
}

/// A finished request or a sample of the buffer, nine of ten events, exactly as collectors write them. For all else the answer is
/// `None`, and the cursor stands anywhere.
fn usual_event(cursor: &mut Cursor<'_>) -> Option<Event> {
    fn value<T: Read>(cursor: &mut Cursor<'_>) -> Option<T> {
        let mut value = T::empty();
        value.read(cursor)?;
        Some(value)
    }
    fn named<T: Read>(cursor: &mut Cursor<'_>, name: &str) -> Option<T> {
        cursor.take_text(name).then_some(())?;
        value(cursor)
    }
    /// One that is left out when it is null.
    fn perhaps<T: Read>(cursor: &mut Cursor<'_>, name: &str) -> Option<Option<T>> {
        if cursor.take_text(name) {
            value(cursor).map(Some)
        } else {
            Some(None)
        }
    }
    let at_ms = named(cursor, r#"{"at_ms":"#)?;
    let kind = if cursor.take_text(r#","event":"buffer","buffer_ms":"#) {
        EventKind::Buffer {
            buffer_ms: value(cursor)?,
        }
    } else {
        EventKind::Request {
            bytes: named(cursor, r#","event":"request","bytes":"#)?,
            ttfb_ms: named(cursor, r#","ttfb_ms":"#)?,
            duration_ms: named(cursor, r#","duration_ms":"#)?,
            object_type: perhaps(cursor, r#","object_type":"#)?,
            host: perhaps(cursor, r#","host":"#)?,
        }
    };
    cursor.take(b'}').then_some(Event { at_ms, kind })
}

/// Values that are small: how each is read, and what stands in its place before.
macro_rules! values {
    ($($type:ty = $empty:expr, |$cursor:ident| $read:expr;)*) => {
        $(impl Read for $type {
            fn empty() -> Self {
                $empty
            }

            fn read(&mut self, $cursor: &mut Cursor<'_>) -> Option<()> {
                *self = $read;
                Some(())
            }
        })*
    };
}

values! {
    u64 = 0, |cursor| cursor.number()?;
    u32 = 0, |cursor| cursor.number()?.try_into().ok()?;
    u16 = 0, |cursor| cursor.number()?.try_into().ok()?;
    bool = false, |cursor| cursor.flag()?;
    UnixMs = Self(0), |cursor| Self(cursor.signed()?);
    AttemptId = Self(Uuid::nil()), |cursor| Self(Uuid::try_parse(cursor.plain_text()?).ok()?);
    String = Self::new(), |cursor| cursor.any_text()?;
    Clock = Self::Live, |cursor| cursor.word()?;
    BeaconKind = Self::Beat, |cursor| cursor.word()?;
    State = Self::Starting, |cursor| cursor.word()?;
    EventName = Self::State, |cursor| cursor.word()?;
    StallCause = Self::Unknown, |cursor| cursor.word()?;
    FailureClass = Self::Unknown, |cursor| cursor.word()?;
    EndReason = Self::Ended, |cursor| cursor.word()?;
    StreamType = Self::Vod, |cursor| cursor.word()?;
    FirstFrameMethod = Self::FrameCallback, |cursor| cursor.word()?;
    ObjectType = Self::Other, |cursor| cursor.word()?;
    LatencySource = Self::Player, |cursor| cursor.word()?;
}

impl<T: Read> Read for Box<T> {
    fn empty() -> Self {
        Self::new(T::empty())
    }

    fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        (**self).read(cursor)
    }
}

impl<T: Read> Read for Option<T> {
    fn empty() -> Self {
        None
    }

    fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if cursor.take_text("null") {
            *self = None;
            return Some(());
        }
        self.insert(T::empty()).read(cursor)
    }
}

impl<T: Read> Read for Vec<T> {
    fn empty() -> Self {
        Self::new()
    }

    fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.list(b'[', b']', |cursor| {
            self.push(T::empty());
            self.last_mut()?.read(cursor)
        })
    }
}

impl Read for BTreeMap<String, String> {
    fn empty() -> Self {
        Self::new()
    }

    fn read(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.list(b'{', b'}', |cursor| {
            let key = cursor.any_text()?;
            cursor.colon()?;
            self.insert(key, cursor.any_text()?);
            Some(())
        })
    }
}

/// A place in a body.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn take_text(&mut self, text: &str) -> bool {
        let there = self.text.as_bytes()[self.at..].starts_with(text.as_bytes());
        if there {
            self.at += text.len();
        }
        there
    }

    fn colon(&mut self) -> Option<()> {
        self.space();
        self.take(b':').then_some(())?;
        self.space();
        Some(())
    }

    /// What stands between `open` and `close`, with commas between.
    fn list(&mut self, open: u8, close: u8, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(open).then_some(())?;
        self.space();
        if self.take(close) {
            return Some(());
        }
        loop {
            each(self)?;
            self.space();
            if self.take(close) {
                return Some(());
            }
            self.take(b',').then_some(())?;
            self.space();
        }
    }

    /// An object of known fields, each at most once; answers which were there, one bit each. Fields mostly come in the order of the list, so each is looked for behind the
    /// one before.
    fn object<T>(&mut self, object: &mut T, fields: &[(&str, Field<T>)]) -> Option<u64> {
        debug_assert!(fields.len() <= 64, "one bit each");
        let (mut seen, mut next) = (0_u64, 0);
        self.list(b'{', b'}', |cursor| {
            let name = cursor.plain_text()?;
            // One look at the middle spares most comparisons of names that are equally long.
            let middle = |text: &str| text.as_bytes().get(text.len() / 2).copied();
            let (length, letter) = (name.len(), middle(name));
            let here =
                |(known, _): &(&str, Field<T>)| known.len() == length && middle(known) == letter && *known == name;
            let found = match fields[next..].iter().position(here) {
                Some(behind) => next + behind,
                None => fields[..next].iter().position(here)?,
            };
            if seen & 1 << found != 0 {
                return None;
            }
            seen |= 1 << found;
            next = found + 1;
            cursor.colon()?;
            (fields[found].1)(object, cursor)
        })?;
        Some(seen)
    }

    fn flag(&mut self) -> Option<bool> {
        if self.take_text("true") {
            return Some(true);
        }
        self.take_text("false").then_some(false)
    }

    /// A word of a closed list, as serde reads it.
    fn word<T: for<'de> Deserialize<'de>>(&mut self) -> Option<T> {
        let word: serde::de::value::StrDeserializer<'_, Error> = self.plain_text()?.into_deserializer();
        T::deserialize(word).ok()
    }

    fn any_text(&mut self) -> Option<String> {
        let begin = self.at;
        if let Some(text) = self.plain_text() {
            return Some(text.to_owned());
        }
        // It has an escape, or is no text.
        self.at = begin;
        self.escaped_text()
    }

    /// A text without escapes and control characters.
    fn plain_text(&mut self) -> Option<&'a str> {
        self.take(b'"').then_some(())?;
        let begin = self.at;
        let rest = &self.text.as_bytes()[begin..];
        let length = special(rest)?;
        if rest[length] != b'"' {
            return None;
        }
        self.at = begin + length + 1;
        Some(&self.text[begin..begin + length])
    }

    /// A text with escapes, by serde_json.
    fn escaped_text(&mut self) -> Option<String> {
        let mut texts = serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter::<String>();
        let text = texts.next()?.ok()?;
        self.at += texts.byte_offset();
        Some(text)
    }

    /// A whole number.
    fn signed(&mut self) -> Option<i64> {
        let negative = self.take(b'-');
        let number = i64::try_from(self.number()?).ok()?;
        match (negative, number) {
            // serde_json takes it for a fraction.
            (true, 0) => None,
            (true, number) => Some(-number),
            (false, number) => Some(number),
        }
    }

    /// A whole number without sign.
    fn number(&mut self) -> Option<u64> {
        let first = self.peek()?;
        let mut number = u64::from(first.wrapping_sub(b'0'));
        if number > 9 {
            return None;
        }
        self.at += 1;
        while let Some(byte) = self.peek() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            // A number does not begin with 0.
            if number == 0 {
                return None;
            }
            number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
            self.at += 1;
        }
        // A fraction.
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        Some(number)
    }
}

/// Where the first quote, backslash or control character is. Eight bytes at a time, by the usual arithmetic: `x - 0x01…` borrows
/// into the high bit of the lowest byte that is 0. Higher bytes may be marked wrongly, the lowest mark is right.
fn special(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let zero_bytes = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quotes = zero_bytes(word ^ (ONES * u64::from(b'"')));
        let backslashes = zero_bytes(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let marks = quotes | backslashes | controls;
        if marks != 0 {
            return Some(index * 8 + (marks.trailing_zeros() / 8) as usize);
        }
    }
    let place = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    Some(words.len() * 8 + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        let slow = |bytes: &[u8]| bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        // Every pair of bytes at every place of two words.
        for first in 0..=255_u8 {
            for second in [first, first.wrapping_add(1), b'"', b'\\', 0x1f, 0x20, 0x80, 0xff] {
                for place in 0..17 {
                    let mut bytes = [b'a'; 18];
                    (bytes[place], bytes[place + 1]) = (first, second);
                    assert_eq!(special(&bytes), slow(&bytes), "{bytes:?}");
                }
            }
        }
    }

    /// What is read here is what serde reads.
    #[track_caller]
    fn check(body: &str, plain: bool) {
        let expected = serde_json::from_str::<BeaconBatch>(body).ok();
        let read = read(body.as_bytes());
        assert_eq!(read.is_some(), plain, "{body}");
        if plain {
            assert_eq!(read, expected);
        }
    }

    const BEACON: &str = r#"{"attempt_id":"0190a000-0000-7000-8000-000000000001","sequence":7,"started_at_ms":-5,"kind":"first_frame","state":"p",
        "interval":{"from_ms":0,"to_ms":10,"state":"s","events":[{"at_ms":3,"event":"stall","stall_ms":2,"cause":"live_edge"},
        {"at_ms":4,"event":"rendition","bitrate_bps":null,"width":1,"height":2},{"code":"x","at_ms":5,"event":"error","class":"drm","fatal":true}]},
        "totals":{"first_frame_seen":true,"play_ms":4294967295,"bitrate_bps_ms":18446744073709551615,"startup_any_ms":0,"drm_load_ms":null,
        "failure":{"class":"decode","code":"3"},"end_reason":"source_change","play_ms_by_rendition":[{"rendition":"720p@?","play_ms":1}]},
        "context":{"video_title":"\"quoted\" \u00fc \ud83d\ude00 ü😀","stream_type":"vod","autoplay":false,"custom":{"b":"1","a\n":"2","b":"3"}}}"#;

    fn batch(beacons: &str) -> String {
        format!("{{ \"schema_version\" : 1 ,\n\"sent_at_ms\":10,\"beacons\":[ {beacons} ]}} ")
    }

    #[test]
    fn a_usual_batch_is_read_as_serde_reads_it() {
        check(&batch(""), true);
        check(&batch(BEACON), true);
        check(&batch(&format!("{BEACON} , {BEACON}")), true);
        check(
            &batch(BEACON).replace("\"sent_at_ms\"", "\"clock\":\"historic\",\"sent_at_ms\""),
            true,
        );
    }

    #[test]
    fn usual_events_are_read_as_serde_reads_them_whatever_is_changed_in_them() {
        let events = [
            r#"{"at_ms":3,"event":"buffer","buffer_ms":20000}"#,
            r#"{"at_ms":4,"event":"request","bytes":100,"ttfb_ms":5,"duration_ms":6}"#,
            r#"{"at_ms":4,"event":"request","bytes":100,"ttfb_ms":null,"duration_ms":6,"object_type":"v","host":"a.example"}"#,
            r#"{"at_ms":5,"event":"request","bytes":1,"ttfb_ms":0,"duration_ms":0,"host":"\u0061"}"#,
        ];
        let with = |event: &str| batch(&BEACON.replace(r#"{"at_ms":3,"#, &format!(r#"{event},{{"at_ms":3,"#)));
        for event in events {
            check(&with(event), true);
            for place in 0..event.len() {
                for letter in ["", "0", "9", "\"", ",", "}", " ", "x", "null"] {
                    let changed = [&event[..place], letter, &event[place + 1..]].concat();
                    let inserted = [&event[..place], letter, &event[place..]].concat();
                    for body in [with(&changed), with(&inserted)] {
                        if let Some(read) = read(body.as_bytes()) {
                            assert_eq!(serde_json::from_str::<BeaconBatch>(&body).ok(), Some(read), "{body}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_serde() {
        for (from, to) in [
            ("\"sequence\":7", "\"sequence\":7.0"),
            ("\"sequence\":7", "\"sequence\":07"),
            ("\"sequence\":7", "\"sequence\":-7"),
            ("\"sequence\":7", "\"sequence\":7,\"sequence\":8"),
            ("\"sequence\":7", "\"seq\":7"),
            ("\"sequence\":7,", ""),
            ("\"sequence\":7", "\"sequence\":null"),
            ("\"sequence\":7", "\"sequence\":4294967296"),
            ("\"play_ms\":4294967295", "\"play_ms\":1e3"),
            ("18446744073709551615", "18446744073709551616"),
            ("-5", "-0"),
            ("\"first_frame\"", "\"last_frame\""),
            ("\"to_ms\":10", "\"to_ms\":10,\"strange\":[{}]"),
            ("\"cause\":\"live_edge\"", "\"cause\":1"),
            ("\"stall_ms\":2,", ""),
            ("{\"class\":\"decode\",\"code\":\"3\"}", "[\"decode\",\"3\"]"),
            ("]} ", "]} x"),
            ("]} ", "]"),
            ("\"p\"", "\"\\u0070\""),
            ("\"3\"}", "\"\t\"}"),
        ] {
            let body = batch(BEACON).replacen(from, to, 1);
            assert_ne!(body, batch(BEACON), "{from}");
            check(&body, false);
        }
    }

    #[test]
    fn cut_anywhere_it_is_no_batch() {
        let body = batch(BEACON);
        let whole = body.trim_end().len();
        for end in (0..whole).filter(|end| body.is_char_boundary(*end)) {
            assert!(read(&body.as_bytes()[..end]).is_none(), "{end}");
        }
        assert!(read(&body.as_bytes()[..whole]).is_some());
        assert!(read(b"\xff").is_none());
    }
}
