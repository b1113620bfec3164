//! Units a value can have. A dashboard formats by unit, never by metric name.

use serde::{Deserialize, Serialize};

/// The unit of a metric's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A number of things.
    Count,
    /// A share or ratio, 0..=1.
    Ratio,
    /// Milliseconds.
    Ms,
    /// Bits per second.
    Bps,
    /// Events per hour of play and stall.
    PerHour,
    /// Viewers at one moment.
    Viewers,
    /// Bytes.
    Bytes,
    /// Points of 100.
    Points,
}

/// Which way a metric should move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better (bitrate, good share).
    Higher,
    /// Less is better (startup, stalls).
    Lower,
    /// Neither: a volume, or a number to be read only. A detectable change gets the verdict `refused` with a reason, never worse or better; the difference
    /// and its interval stand beside it.
    Neither,
}
