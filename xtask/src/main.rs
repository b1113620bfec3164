//! `cargo xtask`: the commands of this project's people. `demo` shows it, `test` checks it, `bench` measures it,
//! `codegen` writes what is generated, `tidy` keeps the invariants of ARCHITECTURE.md, `web` builds what browsers load.

mod prerequisites;
mod project;
mod web;

use anyhow::Result;
use clap::{Parser, Subcommand};
use project::Project;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, shows, checks and measures Playhead"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the collector, the player page and the dashboard
    Web {
        /// Only this part
        #[arg(value_enum)]
        part: Option<WebPart>,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum WebPart {
    Collector,
    Player,
    Dashboard,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let project = Project::find()?;
    match arguments.command {
        Command::Web { part: None } => web::build(&project),
        Command::Web { part: Some(part) } => {
            prerequisites::wasm_target(&project)?;
            prerequisites::node_packages(&project)?;
            match part {
                WebPart::Collector => web::collector(&project),
                WebPart::Player => web::player(&project),
                WebPart::Dashboard => web::dashboard(&project),
            }
        }
    }
}
