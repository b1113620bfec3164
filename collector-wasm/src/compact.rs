//! A beacon in the compact form, `playhead.v1.Beacon` of `schemas/proto/playhead/v1/beacon.proto`, written by hand: fields in lists, the
//! place in a list being the field's number. By hand because every byte of this code is loaded by every viewer.
//!
//! Written from its end to its begin: a message's length stands before it and is known only after it. JavaScript turns the whole round
//! (`js/wasm.ts`), in one word where it is a loop here.
//!
//! Invariant: `schemas::proto` reads what was written here; a test with random beacons holds that. A field or variant that `schemas` has and
//! a list lacks does not compile.

use playback::session::Cut;
use schemas::{EndReason, Event, EventKind, Failure, Interval, RenditionPlay, Totals};

/// Set in an entry whose field is written though it be 0, because it may be null.
const PRESENT: u64 = 1 << 63;

/// Fields of message `Event` that are a number, not a message: a bit each.
const PLAIN_EVENTS: u32 = 1 << 2 | 1 << 3 | 1 << 8 | 1 << 10 | 1 << 11;

/// Writes what `cut` holds, its last byte first, over what `out` held, without what the page knows itself: `attempt_id`, `started_at_ms` and `context`.
pub fn write(cut: &Cut<'_>, out: &mut Vec<u8>) {
    out.clear();
    let mut writer = Writer { out, key: 0 };
    writer.totals(cut.totals);
    writer.interval(&cut.interval);
    writer.numbers(&[0, cut.sequence.into(), 0, cut.kind as u64 + 1, cut.state as u64 + 1]);
}

/// A field of a list: writes it before what was written.
trait Field {
    fn put(&self, writer: &mut Writer<'_>);
}

macro_rules! fields {
    ($($type:ty: |$value:ident, $writer:ident| $put:expr;)*) => {
        $(impl Field for $type {
            #[inline(always)]
            fn put(&self, $writer: &mut Writer<'_>) {
                let $value = self;
                $put;
            }
        })*
    };
}

fields! {
    bool: |value, writer| writer.entry(u64::from(*value));
    u32: |value, writer| writer.entry(u64::from(*value));
    u64: |value, writer| writer.entry(*value);
    Option<u32>: |value, writer| writer.known(*value);
    Option<EndReason>: |value, writer| writer.entry(value.map_or(0, |value| value as u64 + 1));
    // Messages: written beside the list.
    Option<Failure>: |_value, writer| writer.entry(0);
    Vec<RenditionPlay>: |_value, writer| writer.entry(0);
}

/// What stands for a number that may be null.
fn entry_of(value: Option<u32>) -> u64 {
    value.map_or(0, |value| u64::from(value) | PRESENT)
}

/// Every field of a struct, from the highest number down to 1.
macro_rules! put_all {
    ($writer:ident, $type:ident { $($field:ident)* } = $value:expr) => {{
        let $type { $($field),* } = $value;
        $writer.key = 8 * [$(stringify!($field)),*].len() as u64;
        $($field.put($writer);)*
    }};
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// Of the list's next entry: its number × 8.
    key: u64,
}

impl Writer<'_> {
    fn totals(&mut self, totals: &Totals) {
        let end = self.out.len();
        for RenditionPlay { rendition, play_ms } in totals.play_ms_by_rendition.iter().rev() {
            let end = self.out.len();
            self.numbers(&[0, (*play_ms).into()]);
            self.text(1, rendition);
            self.message(15, end);
        }
        if let Some(Failure { class, code, message }) = &totals.failure {
            let end = self.out.len();
            self.text(3, message);
            self.text(2, code);
            self.numbers(&[*class as u64 + 1]);
            self.message(45, end);
        }
        put_all!(self, Totals {
            position_ms_max unique_media_ms startup_other_ms startup_decode_ms startup_segment_ms startup_init_ms startup_ad_ms startup_drm_ms startup_manifest_ms
            ttfb_median throughput_median live_latency_median dvr_ms bitrate_measured_media_ms bitrate_measured_bytes end_reason failure
            drm_load_ms page_load_ms error_count upscale_px_permille_ms upscale_css_permille_ms frames_dropped switch_down_count
            switch_up_count ad_ms seek_count seek_ms stall_unknown_ms stall_suspended_ms stall_live_edge_ms stall_decoder_ms
            stall_ad_boundary_ms stall_rendition_switch_ms stall_seek_ms stall_network_ms stall_ms_max stall_short_ms stall_short_count
            stall_count stall_ms paused_ms play_hidden_ms suspended startup_hidden startup_interrupted play_ms_by_rendition upscale_ms
            player_startup_ms startup_content_ms startup_any_ms frames_decoded data_bytes bitrate_peak_media_ms bitrate_peak_bps_ms
            bitrate_media_ms bitrate_bps_ms media_ms play_ms startup_wait_ms first_frame_seen
        } = totals);
        self.message(7, end);
    }

    fn interval(&mut self, interval: &Interval) {
        let Interval {
            from_ms,
            to_ms,
            state,
            events,
            events_dropped,
        } = interval;
        let end = self.out.len();
        for event in events.iter().rev() {
            self.event(event);
        }
        self.numbers(&[
            (*from_ms).into(),
            (*to_ms).into(),
            *state as u64 + 1,
            0,
            (*events_dropped).into(),
        ]);
        self.message(6, end);
    }

    fn event(&mut self, Event { at_ms, kind }: &Event) {
        let end = self.out.len();
        // The kind's number, and its own fields; a plain kind has one.
        let (number, fields) = match kind {
            EventKind::State { state } => (2, [*state as u64 + 1, 0, 0, 0]),
            EventKind::FirstFrame { startup_ms } => (3, [u64::from(*startup_ms), 0, 0, 0]),
            EventKind::Stall { stall_ms, cause } => (4, [(*stall_ms).into(), *cause as u64 + 1, 0, 0]),
            EventKind::Seek {
                seek_ms,
                from_position_ms,
                to_position_ms,
            } => (
                5,
                [
                    (*seek_ms).into(),
                    (*from_position_ms).into(),
                    (*to_position_ms).into(),
                    0,
                ],
            ),
            EventKind::Rendition {
                bitrate_bps,
                width,
                height,
            } => (6, [entry_of(*bitrate_bps), entry_of(*width), entry_of(*height), 0]),
            EventKind::Error {
                class,
                code,
                fatal,
                repeat_count,
                message,
                context,
            } => {
                self.text(6, context);
                self.text(5, message);
                self.text(2, code);
                (7, [*class as u64 + 1, 0, (*fatal).into(), (*repeat_count).into()])
            }
            EventKind::Visibility { hidden } => (8, [(*hidden).into(), 0, 0, 0]),
            EventKind::Request {
                bytes,
                ttfb_ms,
                duration_ms,
                object_type,
                host,
            } => {
                self.text(5, host.as_deref().unwrap_or_default());
                let object_type = object_type.map_or(0, |object_type| object_type as u64 + 1);
                (
                    9,
                    [(*bytes).into(), entry_of(*ttfb_ms), (*duration_ms).into(), object_type],
                )
            }
            EventKind::Buffer { buffer_ms } => (10, [(*buffer_ms).into(), 0, 0, 0]),
            EventKind::Suspension { gap_ms } => (11, [(*gap_ms).into(), 0, 0, 0]),
        };
        if PLAIN_EVENTS >> number & 1 == 1 {
            self.varint(fields[0]);
            self.varint(u64::from(number) << 3);
        } else {
            self.numbers(&fields);
            self.message(number, end);
        }
        self.numbers(&[(*at_ms).into()]);
        self.message(4, end);
    }

    /// The entries of a message's fields, from number 1 on.
    fn numbers(&mut self, entries: &[u64]) {
        self.key = entries.len() as u64 * 8;
        for entry in entries.iter().rev() {
            self.entry(*entry);
        }
    }

    /// The next entry of a list: 0 for what is left out.
    #[inline(never)]
    fn entry(&mut self, entry: u64) {
        if entry != 0 {
            self.varint(entry & !PRESENT);
            self.varint(self.key);
        }
        self.key -= 8;
    }

    #[inline(never)]
    fn known(&mut self, value: Option<u32>) {
        self.entry(entry_of(value));
    }

    /// A text, but an empty one.
    fn text(&mut self, number: u32, text: &str) {
        if !text.is_empty() {
            let end = self.out.len();
            for byte in text.bytes().rev() {
                self.byte(byte);
            }
            self.message(number, end);
        }
    }

    /// Puts its key and length before what was written since `end`.
    fn message(&mut self, number: u32, end: usize) {
        self.varint((self.out.len() - end) as u64);
        self.varint(u64::from(number << 3 | 2));
    }

    /// Seven bits a byte; the highest come first, because all is written from the end.
    fn varint(&mut self, value: u64) {
        let more = value >> 7 != 0;
        if more {
            self.varint(value >> 7);
        }
        self.byte(value as u8 & 0x7f | u8::from(more) << 7);
    }

    // Inlined, the growing of a vector would stand in the module many times.
    #[inline(never)]
    fn byte(&mut self, byte: u8) {
        self.out.extend_from_slice(&[byte]);
    }
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
    use serde::de::DeserializeOwned;

    use crate::tests::beacon_from;

    const KINDS: &str = "start,first_frame,change,beat,hide,end";
    const CAUSES: &str = "network,seek,rendition_switch,ad_boundary,decoder,live_edge,suspended,unknown";
    const CLASSES: &str = "manifest,segment,drm,decode,ad,network,timeout,unknown,business";
    const OBJECTS: &str = "m,i,v,a,av,c,tt,k,o";
    const REASONS: &str = "ended,quit,fatal,source_change,timeout";

    /// An enum's value by its name on the wire.
    fn named<T: DeserializeOwned + Clone + std::fmt::Debug + 'static>(names: &str) -> impl Strategy<Value = T> {
        let read = |name| serde_json::from_value(serde_json::Value::from(name)).unwrap();
        select(names.split(',').map(read).collect::<Vec<T>>())
    }

    fn state() -> impl Strategy<Value = State> {
        named("s,p,k,r,a,w,e,f,q,d")
    }

    /// Nothing, characters of every width, and more bytes than one of a length says.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), "[\\x00-\\x7f]{1,9}", "[a-z é漢😀]{1,99}"]
    }

    fn event() -> impl Strategy<Value = Event> {
        let kind = prop_oneof![
            state().prop_map(|state| EventKind::State { state }),
            any::<u32>().prop_map(|startup_ms| EventKind::FirstFrame { startup_ms }),
            (any::<u32>(), named::<StallCause>(CAUSES))
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
                named::<FailureClass>(CLASSES),
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
                option::of(named::<ObjectType>(OBJECTS)),
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
        let once = vec(option::of(small()), Totals::NULLABLE_FIELDS.len() - 2);
        let failure = (named::<FailureClass>(CLASSES), text(), text());
        let failure = option::of(failure.prop_map(|(class, code, message)| Failure { class, code, message }));
        let reason = option::of(named::<EndReason>(REASONS));
        let rung = (text(), any::<u32>()).prop_map(|(rendition, play_ms)| RenditionPlay { rendition, play_ms });
        (numbers, once, failure, reason, vec(rung, 0..4)).prop_map(|(numbers, once, failure, end_reason, rungs)| {
            let mut fields = serde_json::Map::new();
            for (index, (name, number)) in Totals::MAX_FIELDS.iter().zip(numbers).enumerate() {
                let value = if index < 4 { (number > 0).into() } else { number.into() };
                fields.insert((*name).to_owned(), value);
            }
            for (name, number) in Totals::NULLABLE_FIELDS.iter().zip(once) {
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
        fn it_is_read_as_what_was_cut(
            (sequence, kind, state, interval, totals) in
                (any::<u32>(), named::<BeaconKind>(KINDS), state(), interval(), totals())
        ) {
            let cut = Cut {
                attempt_id: AttemptId(uuid::Uuid::nil()),
                sequence,
                started_at_ms: UnixMs(0),
                kind,
                state,
                interval: interval.clone(),
                totals: &totals,
            };
            let mut bytes = b"the beacon before".to_vec();
            super::write(&cut, &mut bytes);
            let read = beacon_from(&bytes);
            assert_eq!((read.sequence, read.kind, read.state), (sequence, kind, state));
            assert_eq!((read.interval, read.totals, read.context), (interval, totals, None));
        }
    }
}
