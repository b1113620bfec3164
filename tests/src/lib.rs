//! The whole: what tests of the running system share. `stack` starts it, `beacons` makes what is posted to it.
//! The tests themselves are in `tests/tests` (Rust) and `tests/browser` (Chromium).

pub mod beacons;
pub mod stack;
