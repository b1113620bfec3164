//! `playhead simulate`: a simulated audience that sends real beacons to a node, and the truth about it.

use std::{io::Write as _, num::NonZeroUsize, path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde::Deserialize;
use simulator::{Mode, Outcome, Scenario, Simulation, Target, run};

use crate::account::now;

/// A simulated audience.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Its past or its present.
    #[command(subcommand)]
    pub mode: When,
}

/// Past or present.
#[derive(Debug, Subcommand)]
pub enum When {
    /// Send past days as fast as the node takes them. Needs an API key with write scope.
    Backfill {
        /// Where to and what.
        #[command(flatten)]
        common: Common,
        /// Whole days before today; today is filled up to now.
        #[arg(long)]
        days: Option<u32>,
        /// Attempts on an average day.
        #[arg(long)]
        attempts_per_day: Option<f64>,
    },
    /// Keep so many viewers watching from now on, in real time.
    Live {
        /// Where to and what.
        #[command(flatten)]
        common: Common,
        /// Viewers at once.
        #[arg(long, default_value_t = 50)]
        viewers: u32,
        /// Seconds until everybody leaves; without it until SIGINT or SIGTERM.
        #[arg(long)]
        seconds: Option<u64>,
    },
}

/// What both have in common.
#[derive(Debug, Args)]
pub struct Common {
    /// The file that `playhead dev` wrote.
    #[arg(long)]
    keys: PathBuf,
    /// A scenario as JSON; what it leaves out is as in the demo.
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Everything random follows from this number.
    #[arg(long)]
    seed: Option<u64>,
    /// Requests in flight at once.
    #[arg(long, default_value_t = NonZeroUsize::MIN.saturating_add(31))]
    concurrency: NonZeroUsize,
    /// Breakdown of the truth: attributes with commas between; may be given more than once.
    #[arg(long = "dimensions", default_value = "cdn,player_version")]
    dimensions: Vec<String>,
    /// File for the truth as JSON; standard output without it.
    #[arg(long)]
    truth: Option<PathBuf>,
}

/// What `playhead dev` writes, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    url: String,
    license_key: String,
    api_key: String,
}

/// Runs the audience and tells the truth.
pub async fn simulate(arguments: Simulate) -> anyhow::Result<()> {
    let (common, mode, scenario) = match arguments.mode {
        When::Backfill {
            common,
            days,
            attempts_per_day,
        } => {
            let mut scenario = common.scenario()?;
            scenario.backfill_days = days.unwrap_or(scenario.backfill_days);
            scenario.attempts_per_day = attempts_per_day.unwrap_or(scenario.attempts_per_day);
            (common, Mode::Backfill, scenario)
        }
        When::Live {
            common,
            viewers,
            seconds,
        } => {
            let scenario = common.scenario()?;
            (
                common,
                Mode::Live {
                    viewers,
                    duration: seconds.map(Duration::from_secs),
                },
                scenario,
            )
        }
    };
    let keys = std::fs::read(&common.keys).with_context(|| format!("reading {}", common.keys.display()))?;
    let keys: Keys =
        serde_json::from_slice(&keys).with_context(|| format!("{} is no keys file", common.keys.display()))?;
    let simulation = Simulation {
        scenario,
        mode,
        target: Target {
            url: keys.url,
            license_key: keys.license_key,
            api_key: Some(keys.api_key),
        },
        concurrency: common.concurrency,
        dimensions: common
            .dimensions
            .iter()
            .map(|list| list.split(',').map(str::to_owned).collect())
            .collect(),
    };
    let outcome = run(simulation, stopped()).await?;
    common.tell(&outcome)
}

impl Common {
    fn scenario(&self) -> anyhow::Result<Scenario> {
        let mut scenario = match &self.scenario {
            Some(path) => {
                let text = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
                serde_json::from_slice(&text).with_context(|| format!("{} is no scenario", path.display()))?
            }
            None => Scenario::demo(now()),
        };
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        Ok(scenario)
    }

    fn tell(&self, outcome: &Outcome) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(outcome)?;
        match &self.truth {
            Some(path) => std::fs::write(path, text).with_context(|| format!("writing {}", path.display())),
            None => writeln!(std::io::stdout(), "{text}").context("writing to standard output"),
        }
    }
}

/// Completes when the process is told to stop. Without a way to hear of it, it never does.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "signals cannot be heard");
            std::future::pending::<()>().await;
        }
    }
}
