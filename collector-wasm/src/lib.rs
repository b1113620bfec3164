//! The skin: `playback` behind a numeric call. Bytes and numbers cross the border, not objects.
//!
//! JavaScript owns listeners, clocks, timers and the network and decides nothing; what a signal means lives in `playback`.
//! The numbers of events, fields, classes and kinds are the contract with `js/attempt.ts`; a test compares the two.
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(target_arch = "wasm32")]
mod blocks;
mod compact;
mod numbers;

use playback::{Fold, MonotonicMs};
use schemas::FirstFrameMethod;

pub use numbers::flags;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: blocks::Blocks = blocks::Blocks::new();

/// One attempt. JavaScript holds its address, and the functions below are all it may do with it: `js/wasm.ts` makes an object of them. There
/// they have names of one word, which are all that the module exports.
///
/// Every time `t` is `performance.now()` in ms; fractions are rounded away here, so beacons hold integers only.
pub struct Attempt {
    session: Fold,
    /// What [`attempt_text`] brought for the next event, the latest first: as many as an event takes at most.
    texts: [String; 3],
    /// The latest beacon; its memory is used again.
    message: Vec<u8>,
}

impl Attempt {
    const NEW: Self = Self {
        session: Fold::NEW,
        texts: [const { String::new() }; 3],
        message: Vec::new(),
    };
}

/// Begins at the moment of intent. With `frame_callback` the first frame comes as an event, else the playhead's first advance stands for it.
#[cfg_attr(target_arch = "wasm32", unsafe(export_name = "begin"))]
pub extern "C" fn attempt_new(t: f64, frame_callback: bool) -> Box<Attempt> {
    let first_frame_method = match frame_callback {
        true => FirstFrameMethod::FrameCallback,
        false => FirstFrameMethod::PlayheadAdvance,
    };
    // JavaScript knows id and calendar better; see `attempt_beacon`.
    let mut attempt = Box::new(Attempt::NEW);
    attempt.session.begin_at(monotonic(t), first_frame_method);
    attempt
}

/// Takes one event. Numbers may be [`numbers::UNKNOWN`] where that is possible; an unknown `kind` only reads the clock.
///
/// The answer is flags: bits 0–2 the beacon wanted now (0 none, else its kind + 1), bit 3 the attempt is over, bits 4–7 the state's number.
#[cfg_attr(target_arch = "wasm32", unsafe(export_name = "event"))]
#[allow(clippy::too_many_arguments, reason = "numbers cross the border, not objects")]
pub extern "C" fn attempt_event(
    attempt: &mut Attempt,
    kind: u32,
    t: f64,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
) -> u32 {
    let at = monotonic(t);
    numbers::apply(&mut attempt.session, at, kind, [a, b, c, d, e], &mut attempt.texts);
    flags(&attempt.session, at)
}

/// Makes room for a text of the event that follows and answers where: as many as that event takes, see the numbers of events. JavaScript
/// writes so many `bytes` of UTF-8 there before it calls again.
#[cfg_attr(target_arch = "wasm32", unsafe(export_name = "text"))]
pub extern "C" fn attempt_text(attempt: &mut Attempt, bytes: usize) -> *mut u8 {
    let mut room = vec![0; bytes];
    let at = room.as_mut_ptr();
    // SAFETY: zeros are UTF-8, and so is what takes their place: a `TextEncoder` writes nothing else.
    let text = unsafe { String::from_utf8_unchecked(room) };
    attempt.texts.rotate_right(1);
    attempt.texts[0] = text;
    at
}

/// Writes the next beacon in the compact form, its last byte first, and answers where it lies; [`attempt_bytes`] says how long it is, and the next call
/// overwrites it. `kind` as in the flags, without the 1 added.
/// Without `attempt_id`, `started_at_ms` and `context`: they are JavaScript's already, which puts them beside it.
///
/// Not a vector, because two results are one more than a module lowered to JavaScript can give.
#[cfg_attr(target_arch = "wasm32", unsafe(export_name = "beacon"))]
pub extern "C" fn attempt_beacon(attempt: &mut Attempt, t: f64, kind: u32) -> *const u8 {
    let cut = attempt.session.cut(monotonic(t), numbers::beacon_kind(kind));
    compact::write(&cut, &mut attempt.message);
    attempt.message.as_ptr()
}

/// Length of what [`attempt_beacon`] wrote.
#[cfg_attr(target_arch = "wasm32", unsafe(export_name = "bytes"))]
pub extern "C" fn attempt_bytes(attempt: &Attempt) -> usize {
    attempt.message.len()
}

/// Forgets an attempt.
#[cfg_attr(target_arch = "wasm32", unsafe(export_name = "end"))]
pub extern "C" fn attempt_free(attempt: Box<Attempt>) {
    drop(attempt);
}

fn monotonic(t: f64) -> MonotonicMs {
    // A float to integer cast cuts, saturates and takes NaN as 0: a broken clock cannot panic, it stands still.
    MonotonicMs((t + 0.5) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beacon that `js/wasm.ts` and `js/attempt.ts` make of what was written here, as both of the server's readers read it.
    pub(crate) fn beacon_from(written: &[u8]) -> schemas::Beacon {
        let mut whole = [&[0x0a, 16][..], &[7; 16], &[0x18, 1]].concat();
        whole.extend(written.iter().rev());
        let (beacon, unknown) = schemas::proto::read_any_beacon(&whole).unwrap();
        assert_eq!(unknown, []);
        assert_eq!(schemas::proto::read_beacon(&whole), Ok((beacon.clone(), unknown)));
        beacon
    }

    fn beacon(attempt: &mut Attempt, t: f64, kind: u32) -> schemas::Beacon {
        let at = attempt_beacon(attempt, t, kind);
        assert_eq!(
            (at, attempt_bytes(attempt)),
            (attempt.message.as_ptr(), attempt.message.len())
        );
        beacon_from(&attempt.message)
    }

    /// As `js/wasm.ts` does it.
    fn text(attempt: &mut Attempt, text: &str) {
        let at = attempt_text(attempt, text.len());
        // SAFETY: there is room for as many bytes, until the next call.
        unsafe { at.copy_from_nonoverlapping(text.as_ptr(), text.len()) }
    }

    #[test]
    fn numbers_in_beacon_out() {
        let mut attempt = attempt_new(1_000.4, true);
        let asked = attempt_event(&mut attempt, numbers::PLAY_REQUESTED, 1_000.4, 0, 1, 0, 0, 0);
        assert_eq!(asked, 1, "a start is wanted, the state is starting");
        let read = beacon(&mut attempt, 1_000.4, 0);
        assert_eq!((read.sequence, read.context), (0, None));
        let seen = attempt_event(&mut attempt, numbers::FIRST_FRAME, 1_250.6, 0, 0, 0, 0, 0);
        assert_eq!(seen, 2 | 1 << 4, "a first frame is wanted, the state is playing");
        let read = beacon(&mut attempt, 1_251.0, 1);
        assert_eq!(read.totals.startup_any_ms, Some(251));
        attempt_free(attempt);
    }

    #[test]
    fn texts_belong_to_the_event_that_follows() {
        let mut attempt = attempt_new(0.0, true);
        for words in ["é-1", "", "at line 3"] {
            text(&mut attempt, words);
        }
        attempt_event(&mut attempt, numbers::ERROR, 5.0, 1, 1, 0, 0, 0);
        let failure = beacon(&mut attempt, 6.0, 5).totals.failure.unwrap();
        assert_eq!((&*failure.code, &*failure.message), ("é-1", ""));
    }

    #[test]
    fn no_number_panics() {
        let times = [
            0.0,
            -1.0,
            1.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e300,
            4_294_967_296.0,
        ];
        let odd = [0, 1, 9, 65_535, 65_536, 1 << 31, u32::MAX - 1, numbers::UNKNOWN];
        let mut attempt = attempt_new(f64::NAN, true);
        for kind in 0..40 {
            for (t, a) in times.into_iter().zip(odd) {
                for b in odd {
                    for _ in 0..3 {
                        text(&mut attempt, &"é".repeat(200));
                    }
                    attempt_event(&mut attempt, kind, t, a, b, b, a, b);
                }
            }
            let read = beacon(&mut attempt, 0.0, kind);
            assert_eq!(read.sequence, kind);
        }
    }

    /// Numbers that follow from a seed alone; `js/module.test.ts` makes the same.
    struct Chance(u32);

    impl Chance {
        fn below(&mut self, bound: u32) -> u32 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) % bound
        }

        fn number(&mut self) -> u32 {
            match self.below(4) {
                0 => self.below(10),
                1 => self.below(60_000),
                2 => self.below(1 << 24) << 7,
                _ => numbers::UNKNOWN,
            }
        }
    }

    /// FNV-1a of the flags and beacons of an attempt that a seed makes.
    fn told_of(seed: u32) -> u32 {
        let mut chance = Chance(seed);
        let mut hash = 0x811c_9dc5_u32;
        let mut take = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        let mut attempt = attempt_new(0.0, seed.is_multiple_of(2));
        let mut t = 0.0;
        for step in 0..300 {
            t += f64::from(chance.below(400) + if chance.below(50) == 0 { 6_000 } else { 0 });
            // What ends an attempt, an ad apart, comes late.
            let kind = match chance.below(33) {
                numbers::ENDED | numbers::QUIT | numbers::SOURCE_CHANGED if step < 250 => numbers::TICK,
                kind => kind,
            };
            let [a, mut b, c, d, e] = [(); 5].map(|()| chance.number());
            if kind == numbers::ERROR && step < 250 {
                b = 0;
            }
            let texts = match kind {
                numbers::ERROR => 3,
                numbers::REQUEST_FINISHED => 1,
                _ => 0,
            };
            for _ in 0..texts {
                let length = chance.below(40) as usize;
                text(&mut attempt, &"abc".repeat(length)[..length]);
            }
            let flags = attempt_event(&mut attempt, kind, t, a, b, c, d, e);
            take(flags as u8);
            if flags & 7 > 0 {
                attempt_beacon(&mut attempt, t, (flags & 7) - 1);
                attempt.message.iter().rev().for_each(|byte| take(*byte));
            }
        }
        hash
    }

    /// The module that pages load is this code, but for what is taken out of it after it was compiled: `js/module.test.ts` holds it, and
    /// its JavaScript, against the same file.
    #[test]
    fn what_is_told_of_chance_events_is_as_it_was() {
        let told: String = (0..64).map(|seed| format!("{:08x}\n", told_of(seed))).collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/js/module.golden");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &told).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            told,
            "UPDATE_EXPECT=1 rewrites it"
        );
    }

    #[test]
    fn the_numbers_here_are_those_of_the_typescript() {
        let script = include_str!("../js/numbers.ts");
        for (name, number) in numbers::EVENTS {
            let line = format!(" {name} = {number},");
            assert!(script.contains(&line), "js/numbers.ts lacks `{line}`");
        }
    }
}
