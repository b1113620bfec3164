//! The embedded ClickHouse: its HTTP interface on loopback over `libchdb`, the ClickHouse engine as a C library.
//!
//! It runs in a process of its own ([`serve`]) under a [`Supervisor`], so that a crash of the engine, or the kernel
//! killing it for its memory, never takes the acknowledging of beacons down. It knows nothing of video: whatever speaks
//! ClickHouse's protocol can talk to it, and everything of ours that talks to it could talk to a ClickHouse server.
//!
//! Invariant: at most one process holds a data path. The child leaves when its standard input closes, so a supervisor
//! that dies, even by `kill -9`, never leaves one behind.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod library;
mod pool;
mod request;
mod serve;
mod session;
mod supervisor;
#[cfg(feature = "testing")]
pub mod testing;

pub use error::EngineError;
pub use library::find_library;
pub use serve::{EngineConfig, Ready, serve};
pub use supervisor::{State, Supervisor, SupervisorConfig};
