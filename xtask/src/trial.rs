//! Here lives what takes longer than a landing may: `cargo xtask crash` and `cargo xtask soak`, which build the program and
//! start the `trial` program of `tests/`.

use anyhow::Result;

use crate::{
    prerequisites::node_packages,
    project::{Project, run, run_step},
};

/// Ends at random moments. The build is the one with points to fail at.
pub fn crash(project: &Project, arguments: &[String]) -> Result<()> {
    trial(project, "dev", "debug", "crash", arguments)
}

/// A steady load on the build that operators run.
pub fn soak(project: &Project, arguments: &[String]) -> Result<()> {
    trial(project, "dist", "dist", "soak", arguments)
}

fn trial(project: &Project, profile: &str, folder: &str, which: &str, arguments: &[String]) -> Result<()> {
    node_packages(project)?;
    run_step(
        "building playhead and the trial",
        project.cargo().args([
            "build",
            "--quiet",
            "--profile",
            profile,
            "--package",
            "playhead",
            "--package",
            "playhead-tests",
            "--bins",
        ]),
    )?;
    run(project
        .command(project.binary(folder, "trial"))
        .arg(which)
        .args(arguments)
        .env("PLAYHEAD_BIN", project.binary(folder, "playhead")))
}
