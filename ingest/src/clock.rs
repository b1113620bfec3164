//! The server's clocks, as an argument, so that tests can drive time.

use std::{
    fmt::Debug,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use schemas::UnixMs;

/// What time it is.
pub trait ServerClock: Send + Sync + Debug {
    /// The wall clock.
    fn unix(&self) -> UnixMs;
    /// Milliseconds since some fixed moment, never going back.
    fn monotonic_ms(&self) -> u64;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { origin: Instant::now() }
    }
}

impl ServerClock for SystemClock {
    fn unix(&self) -> UnixMs {
        // A clock before 1970 is broken; 0 keeps beacons flowing and shows in every chart.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Clocks that stand still until they are moved.
#[derive(Debug)]
pub struct ManualClock {
    unix_ms: AtomicI64,
    monotonic_ms: AtomicU64,
}

impl ManualClock {
    /// Begins at `unix`.
    #[must_use]
    pub fn new(unix: UnixMs) -> Self {
        Self {
            unix_ms: AtomicI64::new(unix.0),
            monotonic_ms: AtomicU64::new(0),
        }
    }

    /// Moves both clocks on.
    pub fn advance(&self, ms: u32) {
        self.unix_ms.fetch_add(i64::from(ms), Ordering::Relaxed);
        self.monotonic_ms.fetch_add(u64::from(ms), Ordering::Relaxed);
    }
}

impl ServerClock for ManualClock {
    fn unix(&self) -> UnixMs {
        UnixMs(self.unix_ms.load(Ordering::Relaxed))
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms.load(Ordering::Relaxed)
    }
}
