//! Here lives `cargo xtask schemathesis`: requests made from the OpenAPI document, right ones and wrong ones, sent to a real node, and each answer
//! held against the document. What is left out, and why, stands in `tests/schemathesis.toml`.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::{
    node::Node,
    project::{Project, run, say, shown},
    python::Python,
};

/// The seed of `cargo xtask test`: the same requests every time.
const SEED: u64 = 20_261_126;

/// How long and from which seed.
#[derive(Debug, Args)]
pub struct SchemathesisArguments {
    /// Requests of each kind that are made up for an operation
    #[arg(long, default_value_t = 100)]
    examples: u32,
    /// Everything random follows from this number
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Minutes after which it is ended, and has failed
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// More for the program itself
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    more: Vec<String>,
}

impl SchemathesisArguments {
    /// What a landing has time for. The coverage phase, a case for every boundary of every schema, and the stateful one take minutes.
    pub fn short() -> Self {
        Self {
            examples: 3,
            seed: SEED,
            minutes: 2,
            more: ["--phases", "examples,fuzzing"].map(str::to_owned).to_vec(),
        }
    }
}

/// Runs it; gives the reason when it cannot run here.
pub fn schemathesis(project: &Project, arguments: &SchemathesisArguments) -> Result<Option<String>> {
    let python = match Python::prepare(project)? {
        Ok(python) => python,
        Err(reason) => return Ok(Some(reason)),
    };
    let node = Node::start(project, 2, 200)?;
    let mut command = project.command(python.program("schemathesis"));
    command
        .args([
            "--config-file",
            "tests/schemathesis.toml",
            "run",
            "schemas/openapi.json",
        ])
        .args(["--url", node.url()])
        .args(["--max-examples", &arguments.examples.to_string()])
        .args(["--seed", &arguments.seed.to_string()])
        .args(&arguments.more);
    ended_within(node.told(&mut command), Duration::from_secs(arguments.minutes * 60))?;
    // A run that revoked its own key has looked at 401s.
    let asks = format!(
        "import urllib.request as r; r.urlopen(r.Request('{}/v1/analytics/metrics', headers={{'X-Api-Key': '{}'}}))",
        node.url(),
        node.api_key()
    );
    run(project.command(python.program("python")).args(["-c", &asks])).context("the run has revoked its own key")?;
    ensure!(
        !node.log().contains("a handler panicked"),
        "a handler panicked:\n{}",
        node.log()
    );
    Ok(None)
}

/// Runs `command`; ends it and fails when it takes longer.
fn ended_within(command: &mut Command, bound: Duration) -> Result<()> {
    let shown = shown(command);
    let mut child = command.spawn()?;
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if begun.elapsed() > bound {
            child.kill()?;
            child.wait()?;
            bail!("{shown} was not done within {bound:?}");
        }
        thread::sleep(Duration::from_millis(50));
    };
    say(format!("schemathesis: {:.1} s", begun.elapsed().as_secs_f64()));
    ensure!(status.success(), "{shown} ended with {status}");
    Ok(())
}
