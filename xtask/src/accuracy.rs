//! Here lives `cargo xtask accuracy`: it builds the collector and starts `tests/accuracy`, which drives players in a real browser.

use anyhow::Result;

use crate::{
    prerequisites::{chromium, node_packages, wasm_target},
    project::{Project, run, run_step},
    web,
};

/// What is driven, and what becomes of the results.
#[derive(Debug, clap::Args)]
pub struct AccuracyArguments {
    /// Only this player, as the table names it; may be repeated
    #[arg(long)]
    player: Vec<String>,
    /// Only this scenario; may be repeated
    #[arg(long)]
    scenario: Vec<String>,
    /// Only the few scenarios that `cargo xtask test` runs, too; there with one player
    #[arg(long)]
    quick: bool,
    /// One JSON object a scenario instead of the table
    #[arg(long)]
    json: bool,
    /// How many pages at once; half the cores without it
    #[arg(long)]
    jobs: Option<u32>,
    /// The page's device so many times slower than this machine: counts have to be exact, times within what the page heard late
    #[arg(long, conflicts_with = "write")]
    slow: Option<u32>,
    /// Write the table into docs/accuracy.md, with --compare into docs/compared.md
    #[arg(long)]
    write: bool,
    /// Instead: size, CPU, bytes and errors next to those of other collectors, which are installed for it
    #[arg(long, conflicts_with_all = ["player", "scenario", "quick", "jobs", "slow", "keep"])]
    compare: bool,
    /// Keep everything recorded, a file a scenario, in this folder
    #[arg(long)]
    keep: Option<String>,
}

impl AccuracyArguments {
    /// What `cargo xtask test` runs: the few scenarios on the player that is used most. Within 90 s.
    pub fn short() -> Self {
        Self {
            player: vec!["hls.js".into()],
            scenario: Vec::new(),
            quick: true,
            json: false,
            jobs: None,
            slow: None,
            write: false,
            compare: false,
            keep: None,
        }
    }
}

/// Runs the scenarios; fails when a bound does not hold.
pub fn accuracy(project: &Project, arguments: &AccuracyArguments) -> Result<()> {
    wasm_target(project)?;
    node_packages(project)?;
    web::collector(project)?;
    if arguments.compare {
        return compare(project, arguments);
    }
    let mut command = project.command("node");
    command.arg(project.path("tests/accuracy/accuracy.mjs"));
    for player in &arguments.player {
        command.args(["--player", player]);
    }
    for scenario in &arguments.scenario {
        command.args(["--scenario", scenario]);
    }
    for (name, wanted) in [
        ("--quick", arguments.quick),
        ("--json", arguments.json),
        ("--write", arguments.write),
    ] {
        if wanted {
            command.arg(name);
        }
    }
    if let Some(jobs) = arguments.jobs {
        command.args(["--jobs", &jobs.to_string()]);
    }
    if let Some(slow) = arguments.slow {
        command.args(["--slow", &slow.to_string()]);
    }
    if let Some(keep) = &arguments.keep {
        command.args(["--keep", keep]);
    }
    run(command.env("CHROMIUM", chromium(project)?))
}

/// Ours and the collectors that people would take instead. Their packages are a folder's own, which nothing else needs.
fn compare(project: &Project, arguments: &AccuracyArguments) -> Result<()> {
    let folder = project.path("tests/accuracy/compared");
    run_step(
        "installing the collectors to compare with",
        project
            .command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
            .current_dir(&folder),
    )?;
    let mut command = project.command("node");
    command.arg(project.path("tests/accuracy/compare.mjs"));
    for (name, wanted) in [("--json", arguments.json), ("--write", arguments.write)] {
        if wanted {
            command.arg(name);
        }
    }
    run(command.env("CHROMIUM", chromium(project)?))
}
