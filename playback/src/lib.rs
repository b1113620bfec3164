//! The verbs: player signals become beacons. One fold for the browser, the simulator and the tests, so "a stall" has one meaning.
//!
//! Pure: no clock, no randomness, no I/O. Time comes with every call as [`MonotonicMs`]; the fold only ever subtracts.
//! The nouns (beacon, totals, their merge) live in `schemas`; listeners, timers and the network in `collector-wasm/js`.
//!
//! ```
//! use playback::{MonotonicMs, Options, Session, Signal};
//! use schemas::{AttemptId, BeaconKind, FirstFrameMethod, UnixMs};
//!
//! let at = MonotonicMs;
//! let mut session = Session::begin(AttemptId(uuid::Uuid::nil()), UnixMs(0), at(1_000), Options::default());
//! session.apply(at(1_000), Signal::PlayRequested { autoplay: false, visible: true });
//! session.apply(at(1_300), Signal::FirstFrame { method: FirstFrameMethod::FrameCallback });
//! let beacon = session.beacon(at(1_300), BeaconKind::FirstFrame);
//! assert_eq!(beacon.totals.startup_any_ms, Some(300));
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bounded;
pub mod invariant;
mod median;
pub mod quality;
pub mod seek;
mod seen;
pub mod session;
pub mod signal;
pub mod stall;
pub mod startup;
pub mod state;
pub mod transcript;

pub use schemas::MonotonicMs;
pub use session::{Fold, Options, Session};
pub use signal::{Rendition, Signal};
pub use transcript::Transcript;
