//! A beacon as JSON, written by hand for what a beacon holds: names, whole numbers, few texts. A quarter of what derived
//! code is in the browser, where every byte of it is loaded by every viewer.
//!
//! Invariant: it is byte for byte what serde_json writes of the types in `schemas`; a test with random beacons holds that.
//! Names stand in lists divided by commas, which is shorter than a pointer to each. A field or variant that `schemas` has
//! and a list lacks does not compile.

use playback::session::Cut;
use schemas::{
    BeaconKind, EndReason, Event, EventKind, Failure, FailureClass, Interval, ObjectType, RenditionPlay, StallCause,
    State, Totals,
};

/// The place of a number that is not known. No count, time or sum comes near it.
const UNKNOWN: u64 = u64::MAX;
/// Every number is written, an unknown one as null.
const ALL: u64 = UNKNOWN - 1;

/// Writes what `cut` holds over what `out` held, without what the page knows itself: `attempt_id`, `started_at_ms` and `context`.
pub fn write(cut: &Cut<'_>, out: &mut Vec<u8>) {
    out.clear();
    Writer { out }.beacon(cut);
}

/// A number that may be unknown, as [`Writer::numbers`] takes it.
fn known(value: Option<u32>) -> u64 {
    value.map_or(UNKNOWN, u64::from)
}

/// The words for the variants of an enum, in the order of their declaration.
macro_rules! words {
    ($list:ident $type:ident { $first:ident $word:literal $(, $variant:ident $next:literal)* }) => {
        const $list: &str = {
            let places = [$type::$first as usize $(, $type::$variant as usize)*];
            let mut place = 0;
            while place < places.len() {
                assert!(places[place] == place, "not the order of the declaration");
                place += 1;
            }
            // Fails to compile when a variant is missing.
            let _ = |value: $type| match value { $type::$first $(| $type::$variant)* => () };
            concat!($word $(, ",", $next)*)
        };
    };
}

words! { KINDS BeaconKind { Start "start", FirstFrame "first_frame", Change "change", Beat "beat", Hide "hide", End "end" } }
words! { CAUSES StallCause {
    Network "network", Seek "seek", RenditionSwitch "rendition_switch", AdBoundary "ad_boundary", Decoder "decoder",
    LiveEdge "live_edge", Suspended "suspended", Unknown "unknown"
} }
words! { CLASSES FailureClass {
    Manifest "manifest", Segment "segment", Drm "drm", Decode "decode", Ad "ad", Network "network", Timeout "timeout",
    Unknown "unknown", Business "business"
} }
words! { OBJECTS ObjectType {
    Manifest "m", Init "i", Video "v", Audio "a", Muxed "av", Caption "c", TimedText "tt", Key "k", Other "o"
} }
words! { REASONS EndReason {
    Ended "ended", Quit "quit", Fatal "fatal", SourceChange "source_change", Timeout "timeout"
} }

/// Names and values of the totals that are plain numbers, by one list of fields. The rest is taken out as it is.
macro_rules! totals {
    ($totals:expr =>
        $flags:ident { $($flag:ident)* } $sums:ident { $($sum:ident)* } $once:ident { $($set:ident)* } rest { $($rest:ident)* }
    ) => {
        let Totals { $($flag,)* $($sum,)* $($set,)* $($rest,)* } = $totals;
        let $flags = (concat!($(stringify!($flag), ","),*), &[$(*$flag),*]);
        let $sums = (concat!($(stringify!($sum), ","),*), &[$(u64::from(*$sum)),*]);
        let $once = (concat!($(stringify!($set), ","),*), &[$(known(*$set)),*]);
    };
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn beacon(&mut self, cut: &Cut<'_>) {
        self.open(b'{');
        self.numbers("sequence", &[cut.sequence.into()], ALL);
        self.word(b"kind", KINDS, cut.kind as usize);
        self.state(cut.state);
        self.key(b"interval");
        self.interval(&cut.interval);
        self.key(b"totals");
        self.totals(cut.totals);
        self.byte(b'}');
    }

    fn interval(&mut self, interval: &Interval) {
        let Interval {
            from_ms,
            to_ms,
            state,
            events,
            events_dropped,
        } = interval;
        self.open(b'{');
        self.numbers("from_ms,to_ms", &[(*from_ms).into(), (*to_ms).into()], ALL);
        self.state(*state);
        if !events.is_empty() {
            self.key(b"events");
            self.open(b'[');
            for event in events {
                self.event(event);
            }
            self.byte(b']');
        }
        self.numbers("events_dropped", &[(*events_dropped).into()], 0);
        self.byte(b'}');
    }

    fn event(&mut self, Event { at_ms, kind }: &Event) {
        self.open(b'{');
        self.numbers("at_ms", &[(*at_ms).into()], ALL);
        self.key(b"event");
        match kind {
            EventKind::State { state } => {
                self.text(b"state");
                self.state(*state);
            }
            EventKind::FirstFrame { startup_ms } => self.happened("first_frame", "startup_ms", &[(*startup_ms).into()]),
            EventKind::Stall { stall_ms, cause } => {
                self.happened("stall", "stall_ms", &[(*stall_ms).into()]);
                self.word(b"cause", CAUSES, *cause as usize);
            }
            EventKind::Seek {
                seek_ms,
                from_position_ms,
                to_position_ms,
            } => self.happened(
                "seek",
                "seek_ms,from_position_ms,to_position_ms",
                &[(*seek_ms).into(), (*from_position_ms).into(), (*to_position_ms).into()],
            ),
            EventKind::Rendition {
                bitrate_bps,
                width,
                height,
            } => self.happened(
                "rendition",
                "bitrate_bps,width,height",
                &[known(*bitrate_bps), known(*width), known(*height)],
            ),
            EventKind::Error {
                class,
                code,
                fatal,
                repeat_count,
                message,
                context,
            } => {
                self.text(b"error");
                self.error(*class, code);
                self.flag(b"fatal", *fatal);
                self.numbers("repeat_count", &[(*repeat_count).into()], 0);
                self.words(b"message", message);
                self.words(b"context", context);
            }
            EventKind::Visibility { hidden } => {
                self.text(b"visibility");
                self.flag(b"hidden", *hidden);
            }
            EventKind::Request {
                bytes,
                ttfb_ms,
                duration_ms,
                object_type,
                host,
            } => {
                self.happened(
                    "request",
                    "bytes,ttfb_ms,duration_ms",
                    &[(*bytes).into(), known(*ttfb_ms), (*duration_ms).into()],
                );
                if let Some(object_type) = object_type {
                    self.word(b"object_type", OBJECTS, *object_type as usize);
                }
                if let Some(host) = host {
                    self.words(b"host", host);
                }
            }
            EventKind::Buffer { buffer_ms } => self.happened("buffer", "buffer_ms", &[(*buffer_ms).into()]),
            EventKind::Suspension { gap_ms } => self.happened("suspension", "gap_ms", &[(*gap_ms).into()]),
        }
        self.byte(b'}');
    }

    fn happened(&mut self, event: &str, names: &str, numbers: &[u64]) {
        self.text(event.as_bytes());
        self.numbers(names, numbers, ALL);
    }

    fn state(&mut self, state: State) {
        self.key(b"state");
        self.text(&[state.letter() as u8]);
    }

    fn error(&mut self, class: FailureClass, code: &str) {
        self.word(b"class", CLASSES, class as usize);
        self.key(b"code");
        self.text(code.as_bytes());
    }

    fn totals(&mut self, totals: &Totals) {
        totals! { totals =>
            flags { first_frame_seen startup_interrupted startup_hidden suspended }
            sums {
                startup_wait_ms play_ms play_hidden_ms paused_ms media_ms
                stall_ms stall_count stall_short_count stall_short_ms stall_ms_max
                stall_network_ms stall_seek_ms stall_rendition_switch_ms stall_ad_boundary_ms
                stall_decoder_ms stall_live_edge_ms stall_suspended_ms stall_unknown_ms
                seek_ms seek_count ad_ms
                bitrate_bps_ms bitrate_media_ms bitrate_peak_bps_ms bitrate_peak_media_ms data_bytes
                switch_up_count switch_down_count frames_decoded frames_dropped
                upscale_css_permille_ms upscale_px_permille_ms upscale_ms error_count
                bitrate_measured_bytes bitrate_measured_media_ms dvr_ms live_latency_median throughput_median ttfb_median
            }
            once {
                startup_any_ms startup_content_ms player_startup_ms page_load_ms drm_load_ms
                startup_manifest_ms startup_drm_ms startup_ad_ms startup_init_ms startup_segment_ms startup_decode_ms
                startup_other_ms
            }
            rest { failure end_reason play_ms_by_rendition }
        }
        self.open(b'{');
        for (name, flag) in names(flags.0).zip(flags.1) {
            if *flag {
                self.flag(name, true);
            }
        }
        self.numbers(sums.0, sums.1, 0);
        self.numbers(once.0, once.1, UNKNOWN);
        if let Some(Failure { class, code, message }) = failure {
            self.key(b"failure");
            self.open(b'{');
            self.error(*class, code);
            self.words(b"message", message);
            self.byte(b'}');
        }
        if let Some(reason) = end_reason {
            self.word(b"end_reason", REASONS, *reason as usize);
        }
        if !play_ms_by_rendition.is_empty() {
            self.key(b"play_ms_by_rendition");
            self.open(b'[');
            for RenditionPlay { rendition, play_ms } in play_ms_by_rendition {
                self.open(b'{');
                self.key(b"rendition");
                self.text(rendition.as_bytes());
                self.numbers("play_ms", &[(*play_ms).into()], ALL);
                self.byte(b'}');
            }
            self.byte(b']');
        }
        self.byte(b'}');
    }

    /// Numbers by name, but those that are `left_out`.
    fn numbers(&mut self, list: &str, values: &[u64], left_out: u64) {
        for (name, value) in names(list).zip(values) {
            if *value == left_out {
                continue;
            }
            self.key(name);
            match *value {
                UNKNOWN => self.bytes(b"null"),
                value => self.number(value),
            }
        }
    }

    /// A text, but an empty one.
    fn words(&mut self, name: &[u8], text: &str) {
        if !text.is_empty() {
            self.key(name);
            self.text(text.as_bytes());
        }
    }

    fn flag(&mut self, name: &[u8], value: bool) {
        self.key(name);
        self.bytes(if value { b"true" } else { b"false" });
    }

    /// The word at `place` of `list`.
    fn word(&mut self, name: &[u8], list: &str, place: usize) {
        self.key(name);
        self.text(names(list).nth(place).unwrap_or_default());
    }

    fn key(&mut self, name: &[u8]) {
        self.comma();
        self.text(name);
        self.byte(b':');
    }

    fn open(&mut self, bracket: u8) {
        self.comma();
        self.byte(bracket);
    }

    fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.byte(b',');
        }
    }

    fn number(&mut self, mut value: u64) {
        let end = self.out.len();
        loop {
            self.byte(b'0' + (value % 10) as u8);
            value /= 10;
            if value == 0 {
                break;
            }
        }
        if let Some(digits) = self.out.get_mut(end..) {
            digits.reverse();
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.byte(byte);
        }
    }

    // Inlined, the growing of a vector would stand fifty times in the module.
    #[inline(never)]
    fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// UTF-8 between quotes.
    fn text(&mut self, text: &[u8]) {
        self.byte(b'"');
        for &byte in text {
            let short = match byte {
                b'"' | b'\\' => byte,
                8 => b'b',
                9 => b't',
                10 => b'n',
                12 => b'f',
                13 => b'r',
                _ => 0,
            };
            if short != 0 {
                self.byte(b'\\');
                self.byte(short);
            } else if byte < 0x20 {
                let low = byte & 15;
                self.bytes(b"\\u00");
                self.byte(b'0' + (byte >> 4));
                self.byte(if low < 10 { b'0' + low } else { b'a' + low - 10 });
            } else {
                self.byte(byte);
            }
        }
        self.byte(b'"');
    }
}

fn names(list: &str) -> impl Iterator<Item = &[u8]> {
    list.as_bytes().split(|byte| *byte == b',')
}

#[cfg(test)]
mod tests {
    use playback::session::Cut;
    use proptest::{
        collection::vec,
        option,
        prelude::{Just, Strategy, any, prop_oneof, proptest},
        sample::select,
    };
    use schemas::{
        AttemptId, BeaconKind, EndReason, Event, EventKind, Failure, FailureClass, Interval, ObjectType, RenditionPlay,
        StallCause, State, Totals, UnixMs,
    };
    use serde::{Serialize, de::DeserializeOwned};

    /// The fields of a beacon that this side writes, in their order.
    #[derive(Serialize)]
    struct Body<'a> {
        sequence: u32,
        kind: BeaconKind,
        state: State,
        interval: &'a Interval,
        totals: &'a Totals,
    }

    /// An enum's value by its name on the wire.
    fn named<T: DeserializeOwned + Clone + std::fmt::Debug + 'static>(names: &str) -> impl Strategy<Value = T> {
        let read = |name| serde_json::from_value(serde_json::Value::from(name)).unwrap();
        select(names.split(',').map(read).collect::<Vec<T>>())
    }

    fn state() -> impl Strategy<Value = State> {
        named("s,p,k,r,a,w,e,f,q,d")
    }

    /// Every kind of character that JSON treats differently.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            "[\\x00-\\x7f]{1,9}",
            "[a-z0-9 é漢😀\u{7f}\"\\\\/\n]{1,9}"
        ]
    }

    fn event() -> impl Strategy<Value = Event> {
        let kind = prop_oneof![
            state().prop_map(|state| EventKind::State { state }),
            any::<u32>().prop_map(|startup_ms| EventKind::FirstFrame { startup_ms }),
            (any::<u32>(), named::<StallCause>(super::CAUSES))
                .prop_map(|(stall_ms, cause)| EventKind::Stall { stall_ms, cause }),
            any::<(u32, u32, u32)>().prop_map(|(seek_ms, from_position_ms, to_position_ms)| EventKind::Seek {
                seek_ms,
                from_position_ms,
                to_position_ms
            }),
            any::<(Option<u32>, Option<u32>, Option<u32>)>().prop_map(|(bitrate_bps, width, height)| {
                EventKind::Rendition {
                    bitrate_bps,
                    width,
                    height,
                }
            }),
            (
                named::<FailureClass>(super::CLASSES),
                text(),
                any::<bool>(),
                any::<u32>(),
                text(),
                text()
            )
                .prop_map(
                    |(class, code, fatal, repeat_count, message, context)| EventKind::Error {
                        class,
                        code,
                        fatal,
                        repeat_count,
                        message,
                        context
                    }
                ),
            any::<bool>().prop_map(|hidden| EventKind::Visibility { hidden }),
            (
                any::<(u32, Option<u32>, u32)>(),
                option::of(named::<ObjectType>(super::OBJECTS)),
                option::of("[a-z.]{1,9}")
            )
                .prop_map(
                    |((bytes, ttfb_ms, duration_ms), object_type, host)| EventKind::Request {
                        bytes,
                        ttfb_ms,
                        duration_ms,
                        object_type,
                        host
                    }
                ),
            any::<u32>().prop_map(|buffer_ms| EventKind::Buffer { buffer_ms }),
            any::<u32>().prop_map(|gap_ms| EventKind::Suspension { gap_ms }),
        ];
        (any::<u32>(), kind).prop_map(|(at_ms, kind)| Event { at_ms, kind })
    }

    fn interval() -> impl Strategy<Value = Interval> {
        (any::<[u32; 2]>(), state(), vec(event(), 0..5), small()).prop_map(
            |([from_ms, to_ms], state, events, dropped)| Interval {
                from_ms,
                to_ms,
                state,
                events,
                events_dropped: dropped,
            },
        )
    }

    /// Zero as often as not, since zero is left out.
    fn small() -> impl Strategy<Value = u32> {
        prop_oneof![Just(0), any::<u32>()]
    }

    /// The numbers by their names, so that no field can be forgotten here.
    fn totals() -> impl Strategy<Value = Totals> {
        let numbers = vec(small(), Totals::MAX_FIELDS.len());
        // All but the two that are no numbers.
        let once = vec(option::of(small()), Totals::SET_ONCE_FIELDS.len() - 2);
        let failure = (named::<FailureClass>(super::CLASSES), text(), text());
        let failure = option::of(failure.prop_map(|(class, code, message)| Failure { class, code, message }));
        let reason = option::of(named::<EndReason>(super::REASONS));
        let rung = (text(), any::<u32>()).prop_map(|(rendition, play_ms)| RenditionPlay { rendition, play_ms });
        (numbers, once, failure, reason, vec(rung, 0..4)).prop_map(|(numbers, once, failure, end_reason, rungs)| {
            let mut fields = serde_json::Map::new();
            for (index, (name, number)) in Totals::MAX_FIELDS.iter().zip(numbers).enumerate() {
                let value = if index < 4 { (number > 0).into() } else { number.into() };
                fields.insert((*name).to_owned(), value);
            }
            for (name, number) in Totals::SET_ONCE_FIELDS.iter().zip(once) {
                fields.insert((*name).to_owned(), number.into());
            }
            let mut totals: Totals = serde_json::from_value(fields.into()).unwrap();
            totals.failure = failure;
            totals.end_reason = end_reason;
            totals.play_ms_by_rendition = rungs;
            // Wider than 32 bits, as sums are.
            totals.data_bytes <<= 20;
            totals
        })
    }

    proptest! {
        #[test]
        fn it_is_what_serde_json_writes(
            (sequence, kind, state, interval, totals) in
                (any::<u32>(), named::<BeaconKind>(super::KINDS), state(), interval(), totals())
        ) {
            let body = Body { sequence, kind, state, interval: &interval, totals: &totals };
            let expected = serde_json::to_string(&body).unwrap();
            let cut = Cut {
                attempt_id: AttemptId(uuid::Uuid::nil()),
                sequence,
                started_at_ms: UnixMs(0),
                kind,
                state,
                interval,
                totals: &totals,
            };
            let mut json = b"the beacon before".to_vec();
            super::write(&cut, &mut json);
            assert_eq!(String::from_utf8(json).unwrap(), expected);
        }
    }
}
