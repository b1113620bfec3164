//! The audience: seeded viewers on seeded networks, driving `playback` on a virtual clock, with the truth beside the beacons.
//!
//! ```text
//! Scenario ─► World ─► Backfill | Live ─► Request… ─► send ─► the server
//!             who,     when each one       │           │
//!             where,   happens             └─► Truth ◄─┘ (what was acknowledged)
//!             with what
//! ```
//!
//! The beacons are `playback`'s own, so what a stall is, the simulator cannot get wrong: it only plays. Generators are pure;
//! the one place that knows a clock and a network is [`send`]. The same scenario gives the same beacons, to the byte,
//! and an incident changes only the attempts it concerns.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod catalogue;
pub mod generate;
pub mod incident;
mod network;
mod player;
mod random;
pub mod run;
pub mod scenario;
pub mod send;
pub mod truth;
pub mod viewer;
pub mod world;

pub use generate::{Backfill, Live, Request, bodies};
pub use incident::{Effect, Incident};
pub use run::{Mode, Outcome, RunError, Simulation, run};
pub use scenario::{Emission, Misbehaviour, Scenario, ScenarioError};
pub use send::{Delivery, Pace, SendError, Target, send};
pub use truth::{Report, Summary, Truth};
pub use world::{Facts, World};
