//! Here lives `cargo xtask fuzz`: libFuzzer on the targets of `fuzz/`, for as long as asked. It needs a nightly compiler; the corpus
//! itself is replayed by `cargo xtask test` on any.

use anyhow::{Context, Result, bail};

use crate::{
    prerequisites::{node_packages, on_path},
    project::{Project, output, run, run_step, say},
};

/// What is fuzzed, and for how long.
#[derive(Debug, clap::Args)]
pub struct FuzzArguments {
    /// Only these targets
    targets: Vec<String>,
    /// How long each of them, s
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Keep in the corpus only what adds coverage, afterwards
    #[arg(long)]
    minimize: bool,
}

/// Largest input tried, bytes: real batches are as large, and larger ones only repeat them.
const INPUT_BYTES_MAX: u32 = 16 << 10;

/// Fuzzes each target; fails at the first finding, which is left in `fuzz/artifacts/`.
pub fn fuzz(project: &Project, arguments: &FuzzArguments) -> Result<()> {
    node_packages(project)?;
    nightly(project)?;
    let folder = project.path("fuzz/fuzz_targets");
    let mut known: Vec<String> = std::fs::read_dir(&folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    known.sort();
    if let Some(unknown) = arguments.targets.iter().find(|target| !known.contains(target)) {
        bail!("there is no target {unknown}; there are {}", known.join(", "));
    }
    let targets = if arguments.targets.is_empty() {
        &known
    } else {
        &arguments.targets
    };
    for target in targets {
        say(format!("── fuzzing {target} for {} s", arguments.seconds));
        let seconds = format!("-max_total_time={}", arguments.seconds);
        let largest = format!("-max_len={INPUT_BYTES_MAX}");
        // What is found beside the corpus is kept outside the tree; only a minimized corpus is committed.
        let found = project.target.join("fuzz-corpus").join(target);
        std::fs::create_dir_all(&found)?;
        let corpus = project.path("fuzz/corpus").join(target);
        run(cargo_fuzz(project)
            .args(["run", "--features", "libfuzzer", target])
            .args([&found, &corpus])
            .args(["--", &seconds, &largest, "-print_final_stats=1", "-rss_limit_mb=4096"]))?;
        if arguments.minimize {
            run(cargo_fuzz(project)
                .args(["cmin", "--features", "libfuzzer", target])
                .arg(&found))?;
            say(format!("{} holds what adds coverage", found.display()));
        }
    }
    Ok(())
}

fn cargo_fuzz(project: &Project) -> std::process::Command {
    let mut command = project.command("cargo");
    command.args(["+nightly", "fuzz"]).current_dir(project.path("fuzz"));
    // Set by rustup for the toolchain that runs this; the nightly one is asked for by name.
    for name in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC"] {
        command.env_remove(name);
    }
    command.env("CARGO_TARGET_DIR", project.target.join("fuzz"));
    command
}

/// A nightly compiler and cargo-fuzz, installed when absent.
fn nightly(project: &Project) -> Result<()> {
    if on_path("rustup").is_none() {
        bail!("libFuzzer needs a nightly compiler: install rustup, then run this again");
    }
    let installed = output(project.command("rustup").args(["toolchain", "list"]))?;
    if !installed.lines().any(|line| line.starts_with("nightly")) {
        run_step(
            "installing a nightly compiler",
            project
                .command("rustup")
                .args(["toolchain", "install", "nightly", "--profile", "minimal"]),
        )?;
    }
    if on_path("cargo-fuzz").is_none() {
        run_step(
            "installing cargo-fuzz",
            project.cargo().args(["install", "--locked", "cargo-fuzz"]),
        )?;
    }
    Ok(())
}
