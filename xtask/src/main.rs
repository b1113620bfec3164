//! `cargo xtask`: the commands of this project's people. `demo` shows it, `test` checks it, `bench` measures it, `accuracy` holds it against the truth,
//! `codegen` writes what is generated, `tidy` keeps the invariants of ARCHITECTURE.md, `web` builds what browsers load.

mod accuracy;
mod bands;
mod bench;
mod clients;
mod codegen;
mod demo;
mod fuzz;
mod node;
mod prerequisites;
mod project;
mod python;
mod schemathesis;
mod test;
mod tidy;
mod traps;
mod trial;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};
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
    /// Build everything, start it, fill it with a simulated past and present, and print the addresses
    Demo(demo::DemoArguments),
    /// Measure: each figure with what it was measured against in the same run
    Bench(bench::BenchArguments),
    /// Run every check: format, lints, invariants, Rust, TypeScript and browser tests
    Test {
        /// Only steps whose title contains one of these words
        only: Vec<String>,
    },
    /// Fuzz the decoders with libFuzzer
    Fuzz(fuzz::FuzzArguments),
    /// End server and engine at random moments of a load and compare the database with the truth: --rounds N, --seed N
    Crash {
        /// For the trial: `--help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// A steady load: acknowledgement times, freshness, memory: --minutes N, --beacons-per-s N, --batch N
    Soak {
        /// For the trial: `--help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Drive players through scenarios in a browser and hold the collector against the truth
    Accuracy(accuracy::AccuracyArguments),
    /// Compare the tree with the invariants of ARCHITECTURE.md
    Tidy,
    /// Send a real node requests made from its OpenAPI document, right and wrong ones
    Schemathesis(schemathesis::SchemathesisArguments),
    /// Write the catalogues and the OpenAPI document from the code, and the clients from that
    Codegen {
        /// Only compare, and fail where they differ
        #[arg(long)]
        check: bool,
    },
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

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let project = Project::find()?;
    match arguments.command {
        Command::Demo(arguments) => demo::demo(&project, arguments),
        Command::Bench(arguments) => bench::bench(&project, &arguments),
        Command::Test { only } => test::test(&project, only),
        Command::Fuzz(arguments) => fuzz::fuzz(&project, &arguments),
        Command::Crash { arguments } => trial::crash(&project, &arguments),
        Command::Soak { arguments } => trial::soak(&project, &arguments),
        Command::Accuracy(arguments) => accuracy::accuracy(&project, &arguments),
        Command::Tidy => tidy::tidy(&project),
        Command::Schemathesis(arguments) => done(schemathesis::schemathesis(&project, &arguments)?),
        Command::Codegen { check } => done(codegen::codegen(&project, check)?),
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

/// A command that could not do all it was asked for has failed.
fn done(missing: Option<String>) -> Result<()> {
    match missing {
        None => Ok(()),
        Some(reason) => bail!("{reason}"),
    }
}
