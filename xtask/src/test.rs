//! Here lives `cargo xtask test`: every check there is, each with its time. A failing step does not hide the results of
//! the others; what cannot run here prints the name of what was skipped.

use std::{
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{
    accuracy::{AccuracyArguments, accuracy},
    clients,
    codegen::codegen,
    fuzz::{FuzzArguments, cannot_build, fuzz},
    prerequisites::{WASM_TARGET, chromium, node_packages, on_path, wasm_target},
    project::{Project, run, say},
    schemathesis::{SchemathesisArguments, schemathesis},
    tidy::{BROWSER_CRATES, PURE_CRATES, tidy},
    web,
};

/// How a step went.
enum Outcome {
    Passed,
    Skipped(String),
    Failed(anyhow::Error),
}

struct Steps {
    only: Vec<String>,
    done: Vec<(&'static str, Outcome, Duration)>,
}

impl Steps {
    /// Runs one step, unless the user asked for others.
    fn step(&mut self, title: &'static str, check: impl FnOnce() -> Result<Option<String>>) {
        if !self.only.is_empty() && !self.only.iter().any(|only| title.contains(only.as_str())) {
            return;
        }
        say(format!("── {title}"));
        let begun = Instant::now();
        let outcome = match check() {
            Ok(None) => Outcome::Passed,
            Ok(Some(reason)) => Outcome::Skipped(reason),
            Err(error) => Outcome::Failed(error),
        };
        if let Outcome::Failed(error) = &outcome {
            say(format!("{title} FAILED: {error:#}"));
        }
        self.done.push((title, outcome, begun.elapsed()));
    }
}

/// Runs every step, or those whose title contains one of `only`.
pub fn test(project: &Project, only: Vec<String>) -> Result<()> {
    let mut steps = Steps { only, done: Vec::new() };
    let passed = |result: Result<()>| result.map(|()| None);

    steps.step("prerequisites", || {
        wasm_target(project)?;
        passed(node_packages(project))
    });
    steps.step("format", || {
        passed(run(project.cargo().args(["fmt", "--all", "--check"])))
    });
    steps.step("tidy", || passed(tidy(project)));
    steps.step("web build", || passed(web::build(project)));
    steps.step("pure crates", || {
        for name in PURE_CRATES {
            let package = format!("playhead-{name}");
            run(project.cargo().args(["check", "--quiet", "--package", &package]))?;
            if BROWSER_CRATES.contains(&name) {
                run(project
                    .cargo()
                    .args(["check", "--quiet", "--package", &package, "--target", WASM_TARGET]))?;
            }
        }
        Ok(None)
    });
    steps.step("clippy", || {
        passed(run(project.cargo().args([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])))
    });
    steps.step("generated files", || codegen(project, true));
    steps.step("rust tests", || rust_tests(project));
    steps.step("doc tests", || {
        passed(run(project.cargo().args([
            "test",
            "--quiet",
            "--workspace",
            "--doc",
            "--no-fail-fast",
        ])))
    });
    steps.step("fuzzing", || match cannot_build() {
        Some(reason) => Ok(Some(reason)),
        None => passed(fuzz(project, &FuzzArguments::short())),
    });
    steps.step("typescript types", || {
        run(project
            .command("node")
            .args(["node_modules/typescript/bin/tsc", "-p", "collector-wasm/player"]))?;
        passed(npm(project, "check"))
    });
    steps.step("typescript tests", || passed(npm(project, "test")));
    steps.step("browser tests", || browser_tests(project));
    steps.step("accuracy", || passed(accuracy(project, &AccuracyArguments::short())));
    steps.step("generated clients", || clients::test(project));
    steps.step("compatible surface", || clients::compatible(project));
    steps.step("schemathesis", || {
        schemathesis(project, &SchemathesisArguments::short())
    });
    steps.step("cargo deny", || {
        if on_path("cargo-deny").is_none() {
            return Ok(Some("cargo-deny is not installed (cargo install cargo-deny)".into()));
        }
        passed(run(project.cargo().args(["deny", "--workspace", "check"])))
    });
    steps.step("npm audit", || npm_audit(project));
    report(steps)
}

fn report(steps: Steps) -> Result<()> {
    let mut failed = 0;
    let mut skipped = 0;
    say("── results");
    for (title, outcome, took) in &steps.done {
        let seconds = took.as_secs_f64();
        match outcome {
            Outcome::Passed => eprintln!("  ok       {seconds:7.1} s  {title}"),
            Outcome::Skipped(reason) => {
                skipped += 1;
                eprintln!("  skipped  {seconds:7.1} s  {title}: {reason}");
            }
            Outcome::Failed(error) => {
                failed += 1;
                eprintln!("  FAILED   {seconds:7.1} s  {title}: {error:#}");
            }
        }
    }
    let passed = steps.done.len() - failed - skipped;
    // The tests' own runners print their counts above; these are the steps.
    eprintln!("steps: {passed} passed, {failed} failed, {skipped} skipped");
    if failed > 0 {
        bail!("{failed} of {} steps failed", steps.done.len());
    }
    Ok(())
}

/// `cargo nextest` where it is installed, for its speed; else `cargo test`, with the same result.
fn rust_tests(project: &Project) -> Result<Option<String>> {
    // `tests/` starts the real program, which is no dependency of a test binary.
    run(project.cargo().args(["build", "--quiet", "--package", "playhead"]))?;
    let playhead = project.binary("debug", "playhead");
    let mut command = project.cargo();
    if on_path("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests=pass"]);
    } else {
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    run(command.env("PLAYHEAD_BIN", playhead))?;
    Ok(None)
}

/// Runs an npm script in every workspace that has it.
fn npm(project: &Project, script: &str) -> Result<()> {
    run(project.command("npm").args([
        "run",
        "--silent",
        "--workspace",
        "collector-wasm",
        "--workspace",
        "dashboard",
        "--workspace",
        "clients/typescript",
        "--workspace",
        "tests/accuracy",
        "--if-present",
        script,
    ]))
}

fn browser_tests(project: &Project) -> Result<Option<String>> {
    let chromium = chromium(project)?;
    run(project.cargo().args(["build", "--quiet", "--package", "playhead"]))?;
    let folder = project.path("tests/browser");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    // One file at a time: two browsers on two cores would measure each other.
    run(project
        .command("node")
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(files)
        .env("CHROMIUM", chromium)
        .env("PLAYHEAD_BIN", project.binary("debug", "playhead")))?;
    Ok(None)
}

fn npm_audit(project: &Project) -> Result<Option<String>> {
    let report = project
        .command("npm")
        .args(["audit", "--json", "--audit-level=high"])
        .stderr(Stdio::null())
        .output()?;
    let answer: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap_or_default();
    let Some(found) = answer.pointer("/metadata/vulnerabilities") else {
        return Ok(Some("the registry does not answer audits here".into()));
    };
    let count = |level: &str| found.get(level).and_then(serde_json::Value::as_u64).unwrap_or(0);
    if count("high") + count("critical") > 0 {
        bail!(
            "npm audit: {} high, {} critical; run `npm audit`",
            count("high"),
            count("critical")
        );
    }
    Ok(None)
}
