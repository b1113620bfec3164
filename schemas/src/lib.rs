//! The nouns: what a collector posts, what a metric means, what an attribute is called, why a beacon is turned away.
//!
//! Pure and portable: no clock, no randomness, no I/O, compiles for the browser. Every name here is the one spelling
//! from player to pixel: Rust field = JSON key = column = TypeScript property.
//! What happens to these nouns lives in `playback`; how they are stored lives in `store`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assignment;
pub mod attribute;
pub mod beacon;
pub mod id;
pub mod limits;
pub mod metric;
pub mod nearest;
#[cfg(feature = "proto")]
pub mod proto;
pub mod rejection;
pub mod score;
pub mod time;
pub mod totals;
pub mod unit;

pub use beacon::{
    ActiveSpan, Beacon, BeaconBatch, BeaconKind, Clock, Context, EndReason, Event, EventFields, EventKind, EventName,
    Failure, FailureClass, FirstFrameMethod, Interval, LatencySource, ObjectType, StallCause, State, StreamType,
};
pub use id::{AttemptId, OrganizationId};
pub use rejection::Rejection;
pub use time::{DurationMs, MonotonicMs, UnixMs};
pub use totals::{Median, RenditionPlay, Totals};

/// Version of the definitions in [`metric`]; every query answer carries it. Raised when a number's meaning changes.
pub const DEFINITION_VERSION: u32 = 1;

/// Version of the beacon's JSON form. Raised only when an old reader could misread a new beacon.
pub const SCHEMA_VERSION: u16 = 1;
