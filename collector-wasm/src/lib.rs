//! The skin: `playback` behind a numeric call. Bytes and numbers cross the border, not objects.
//!
//! JavaScript owns listeners, clocks, timers and the network and decides nothing; what a signal means lives in `playback`.
//! The numbers of events, fields, classes and kinds are the contract with `js/attempt.ts`; a test compares the two.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod compact;
mod numbers;

use playback::{Fold, MonotonicMs, Options};
use schemas::{AttemptId, FirstFrameMethod, UnixMs};
use uuid::Uuid;
use wasm_bindgen::prelude::wasm_bindgen;

pub use numbers::{flags, signal_from_numbers};

// Two kB (brotli) smaller than the standard one, and memory stays flat.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// One attempt, as JavaScript sees it.
///
/// Every time `t` is `performance.now()` in ms; fractions are rounded away here, so beacons hold integers only.
/// Calls that change something answer with flags: bits 0–2 the beacon wanted now (0 none, else its kind + 1),
/// bit 3 the attempt is over, bits 4–7 the state's number.
#[wasm_bindgen]
pub struct Attempt {
    session: Fold,
    /// What [`Attempt::text`] brought for the next event, in order.
    texts: Vec<String>,
    /// The latest beacon; its memory is used again.
    message: Vec<u8>,
}

#[wasm_bindgen]
impl Attempt {
    /// Begins at the moment of intent. With `frame_callback` the first frame comes as an event, else the playhead's first advance stands for it.
    #[wasm_bindgen(constructor)]
    pub fn new(t: f64, frame_callback: bool) -> Self {
        let first_frame_method = match frame_callback {
            true => FirstFrameMethod::FrameCallback,
            false => FirstFrameMethod::PlayheadAdvance,
        };
        let options = Options {
            first_frame_method,
            ..Options::default()
        };
        // JavaScript knows both better; see `beacon`.
        let session = Fold::begin(AttemptId(Uuid::nil()), UnixMs(0), monotonic(t), options);
        Self {
            session,
            texts: Vec::new(),
            message: Vec::new(),
        }
    }

    /// Takes one event. Numbers that are negative or NaN mean "not known" where that is possible; an unknown `kind` only reads the clock.
    #[allow(clippy::too_many_arguments, reason = "numbers cross the border, not objects")]
    pub fn event(&mut self, kind: u32, t: f64, a: f64, b: f64, c: f64, d: f64, e: f64) -> u32 {
        let at = monotonic(t);
        match signal_from_numbers(kind, [a, b, c, d, e], &mut self.texts) {
            Some(signal) => self.session.apply(at, signal),
            None => drop(self.session.totals(at)),
        }
        flags(&self.session, at)
    }

    /// A text for the event that follows: see the numbers of events that take some. One method for all, because each that takes texts
    /// is half a kB more of every page.
    pub fn text(&mut self, text: String) {
        self.texts.push(text);
    }

    /// Writes the next beacon in the compact form and answers where it lies; [`Attempt::beacon_bytes`] says how long it is, and the next call
    /// overwrites it. `kind` as in the flags, without the 1 added.
    /// Without `attempt_id`, `started_at_ms` and `context`: they are JavaScript's already, which puts them beside it.
    ///
    /// Not a vector, because two results are one more than a module lowered to JavaScript can give.
    pub fn beacon(&mut self, t: f64, kind: u32) -> *const u8 {
        compact::write(
            &self.session.cut(monotonic(t), numbers::beacon_kind(kind)),
            &mut self.message,
        );
        self.message.as_ptr()
    }

    /// Length of what [`Attempt::beacon`] wrote.
    pub fn beacon_bytes(&self) -> u32 {
        self.message.len() as u32
    }
}

fn monotonic(t: f64) -> MonotonicMs {
    // A float to integer cast cuts, saturates and takes NaN as 0: a broken clock cannot panic, it stands still.
    MonotonicMs((t + 0.5) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beacon that `js/attempt.ts` makes of what was written here, as both of the server's readers read it.
    pub(crate) fn beacon_from(message: &[u8]) -> schemas::Beacon {
        let head = [&[0x0a, 16][..], &[7; 16], &[0x18, 1]].concat();
        let whole = [&head, message].concat();
        let (beacon, unknown) = schemas::proto::read_any_beacon(&whole).unwrap();
        assert_eq!(unknown, []);
        assert_eq!(schemas::proto::read_beacon(&whole), Ok((beacon.clone(), unknown)));
        beacon
    }

    fn beacon(attempt: &mut Attempt, t: f64, kind: u32) -> schemas::Beacon {
        let at = attempt.beacon(t, kind);
        assert_eq!(
            (at, attempt.beacon_bytes() as usize),
            (attempt.message.as_ptr(), attempt.message.len())
        );
        beacon_from(&attempt.message)
    }

    #[test]
    fn numbers_in_beacon_out() {
        let mut attempt = Attempt::new(1_000.4, true);
        let asked = attempt.event(numbers::PLAY_REQUESTED, 1_000.4, 0.0, 1.0, 0.0, 0.0, 0.0);
        assert_eq!(asked, 1, "a start is wanted, the state is starting");
        let read = beacon(&mut attempt, 1_000.4, 0);
        assert_eq!((read.sequence, read.context), (0, None));
        let seen = attempt.event(numbers::FIRST_FRAME, 1_250.6, 0.0, 0.0, 0.0, 0.0, 0.0);
        assert_eq!(seen, 2 | 1 << 4, "a first frame is wanted, the state is playing");
        let read = beacon(&mut attempt, 1_251.0, 1);
        assert_eq!(read.totals.startup_any_ms, Some(251));
    }

    #[test]
    fn no_number_panics() {
        let odd = [
            0.0,
            -1.0,
            1.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e300,
            4_294_967_296.0,
        ];
        let mut attempt = Attempt::new(f64::NAN, true);
        for kind in 0..40 {
            for a in odd {
                for b in odd {
                    attempt.event(kind, a, a, b, b, a, b);
                    attempt.text("é".repeat(200));
                }
            }
            let read = beacon(&mut attempt, 0.0, kind);
            assert_eq!(read.sequence, kind);
        }
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
