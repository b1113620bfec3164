//! Two clocks, two types, and the length between two readings of the first.
//!
//! Durations are only ever differences of [`MonotonicMs`]; [`UnixMs`] only places an attempt on the calendar.

use serde::{Deserialize, Serialize};

/// A reading of the player's monotonic clock, in whole milliseconds since that clock's own origin
/// (`performance.timeOrigin` in a browser). Meaningless outside the document that produced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MonotonicMs(pub u64);

/// A wall-clock reading, milliseconds since 1970-01-01T00:00:00Z, as the machine that read it believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct UnixMs(pub i64);

/// A length of time in whole milliseconds of a monotonic clock. 32 bits reach 49 days; an attempt is cut at 48 hours.
pub type DurationMs = u32;

impl MonotonicMs {
    /// Milliseconds from `earlier` to `self`; 0 when `self` is not later, and capped at 49 days.
    #[must_use]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn since(self, earlier: Self) -> DurationMs {
        DurationMs::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(DurationMs::MAX)
    }
}
