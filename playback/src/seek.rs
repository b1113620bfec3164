//! From the intent to be elsewhere to the frame there. Scrubbing is one seek, and a seek owns its own waiting.

use schemas::DurationMs;

/// Seeks less than this apart are one scrub: 1 s (METRICS, `seek_ms`).
pub const SCRUB_MS: DurationMs = 1_000;

/// A seek that has not ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenSeek {
    /// Its length so far, suspensions cut out.
    pub seek_ms: DurationMs,
    pub from_position_ms: u32,
    pub to_position_ms: u32,
    /// When the player arrived with a picture of the place, ms after intent; `None` before.
    pub arrived_ms: Option<DurationMs>,
}
