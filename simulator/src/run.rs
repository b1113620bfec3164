//! One simulation from its configuration to its report: what `playhead simulate` runs.

use std::{
    future::Future,
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use schemas::UnixMs;
use serde::Serialize;

use crate::{
    generate::{Backfill, Live},
    scenario::{Scenario, ScenarioError},
    send::{Delivery, Options, Pace, SendError, Target, send},
    truth::{Report, Truth},
    world::World,
};

/// What to simulate, for whom.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The world.
    pub scenario: Scenario,
    /// Its past or its present.
    pub mode: Mode,
    /// Where the beacons go.
    pub target: Target,
    /// Requests in flight at once.
    pub concurrency: NonZeroUsize,
    /// Breakdowns of the report; each is one attribute or several together.
    pub dimensions: Vec<Vec<String>>,
}

/// Past or present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The scenario's past, up to its `now_ms`, as fast as the server takes it.
    Backfill,
    /// So many viewers at once from now on, in real time.
    Live {
        /// Viewers at once.
        viewers: u32,
        /// How long; `None` is until told to stop. At the end everybody leaves, which is reported and acknowledged.
        duration: Option<Duration>,
    },
}

/// What came of a simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// What the server must know.
    pub truth: Report,
    /// How it was told.
    pub delivery: Delivery,
}

/// Why a simulation came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The scenario cannot be simulated.
    #[error("reading the scenario")]
    Scenario(#[from] ScenarioError),
    /// The server does not want the beacons.
    #[error("sending beacons")]
    Send(#[from] SendError),
}

/// Runs `simulation` until it is over or `stop` completes, and tells the truth of all that was acknowledged.
///
/// # Errors
/// When the scenario cannot be simulated, or the server refuses a batch for good.
pub async fn run(simulation: Simulation, stop: impl Future<Output = ()> + Send) -> Result<Outcome, RunError> {
    let dimensions = simulation.dimensions.clone();
    let (truth, delivery) = run_for_truth(simulation, stop).await?;
    Ok(Outcome {
        truth: truth.report(&dimensions),
        delivery,
    })
}

/// The same, with the truth still open to questions.
///
/// # Errors
/// As [`run`].
pub async fn run_for_truth(
    simulation: Simulation,
    stop: impl Future<Output = ()> + Send,
) -> Result<(Truth, Delivery), RunError> {
    let Simulation {
        scenario,
        mode,
        target,
        concurrency,
        ..
    } = simulation;
    let world = Arc::new(World::new(scenario)?);
    let options = Options {
        concurrency,
        ..Options::default()
    };
    let outcome = match mode {
        Mode::Backfill => send(&world, Backfill::new(Arc::clone(&world)), &target, options, stop).await?,
        Mode::Live { viewers, duration } => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let from = UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
            let until = duration.map(|duration| {
                UnixMs(
                    from.0
                        .saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
                )
            });
            let options = Options {
                pace: Pace::RealTime,
                ..options
            };
            send(
                &world,
                Live::new(Arc::clone(&world), viewers, from, until),
                &target,
                options,
                stop,
            )
            .await?
        }
    };
    Ok(outcome)
}
