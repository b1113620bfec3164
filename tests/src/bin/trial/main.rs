//! Long trials of the running system, for a person or a nightly machine: `cargo xtask crash` and `cargo xtask soak` build and
//! start this. What must hold at every landing stands in `tests/tests/`.

mod crash;
mod soak;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    trial: Trial,
}

#[derive(Debug, Subcommand)]
enum Trial {
    /// End server and engine at random moments of a load, start them again, and compare the database with the truth
    Crash(crash::Crash),
    /// A steady load for minutes: acknowledgement times, freshness, memory
    Soak(soak::Soak),
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().trial {
        Trial::Crash(crash) => crash.run().await,
        Trial::Soak(soak) => soak.run().await,
    }
}
