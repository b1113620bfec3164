//! The whole: what tests of the running system share. `stack` starts it, `beacons` and `load` make what is posted to it.
//! The tests themselves are in `tests/tests` (Rust) and `tests/browser` (Chromium).

pub mod beacons;
pub mod load;
pub mod stack;
