//! How much of anything a beacon may carry, and why that much.

use crate::time::DurationMs;

/// Largest request body in bytes, after decompression as well as before: 1 MiB.
/// A page may have 64 KiB in flight (`sendBeacon`, `fetch keepalive`); the rest is room for server-side senders.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Most beacons in one batch. 1,000 beacons of about 1 kB fill [`BODY_BYTES_MAX`].
pub const BATCH_BEACONS_MAX: usize = 1_000;

/// Most timeline events in one beacon's interval; later ones are counted in `events_dropped`.
/// A 10 s interval with 64 events has one every 156 ms: nothing a person could have watched.
pub const INTERVAL_EVENTS_MAX: usize = 64;

/// Most renditions told apart in `play_ms_by_rendition`; the widest ladders in use have about 20 rungs.
pub const RENDITIONS_MAX: usize = 32;

/// Most stretches of media that an attempt's played positions are told apart by; who skips through a film leaves a dozen.
pub const SEEN_STRETCHES_MAX: usize = 32;

/// Most custom dimensions of one attempt.
pub const CUSTOM_DIMENSIONS_MAX: usize = 50;

/// Longest identifier or short label, in bytes: `viewer_id`, `video_id`, names, versions, custom keys.
pub const LABEL_BYTES_MAX: usize = 128;

/// Longest free text, in bytes: `video_title`, a failure's message, custom values.
pub const TEXT_BYTES_MAX: usize = 512;

/// Longest life of one attempt: 48 h. Longer is a forgotten tab, and would overflow nothing but common sense.
pub const ATTEMPT_MS_MAX: DurationMs = 48 * 60 * 60 * 1_000;

/// Highest sequence number: one beacon a second for 48 h is 172,800.
pub const SEQUENCE_MAX: u32 = 200_000;

/// Most attempts that one may stand for, in thousandths: one in a thousand measured.
pub const SAMPLE_WEIGHT_PERMILLE_MAX: u32 = 1_000_000;

/// A startup longer than this is a measuring error (METRICS: impossible, becomes null): 60 s.
pub const STARTUP_MS_MAX: DurationMs = 60_000;

/// Shortest stall that counts in headline counts: 250 ms, one tick of the playhead. Shorter ones are stored apart.
pub const STALL_COUNTED_MS_MIN: DurationMs = 250;

/// A tick was due every 250 ms; a gap longer than this means the machine slept: 2 s.
pub const SUSPENSION_GAP_MS: DurationMs = 2_000;

/// How far ahead of the server a live attempt's corrected start may lie before it is turned away: 5 min.
pub const START_AHEAD_MS_MAX: i64 = 5 * 60 * 1_000;

/// Largest bit rate believed, in bit/s: 1 Gbit/s, ten times the widest rendition sold.
pub const BITRATE_BPS_MAX: u32 = 1_000_000_000;
