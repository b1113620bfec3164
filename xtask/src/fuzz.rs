//! Here lives `cargo xtask fuzz`: libFuzzer on the targets of `fuzz/`, for as long as asked, with the project's own compiler. Its coverage
//! comes from LLVM's pass, by flags that a stable compiler has. The folder is laid out for `cargo fuzz` too, which with a nightly compiler
//! adds AddressSanitizer.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

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
    /// How many at a time; by default one for each core
    #[arg(long)]
    jobs: Option<usize>,
    /// Afterwards, add to the committed corpus what covers more than it does
    #[arg(long)]
    merge: bool,
    /// Run the one target named on this file only
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seconds", "jobs", "merge"])]
    replay: Option<PathBuf>,
}

impl FuzzArguments {
    /// Every target, for as long as a check may take that everybody waits for.
    pub fn short() -> Self {
        Self {
            targets: Vec::new(),
            seconds: 15,
            jobs: None,
            merge: false,
            replay: None,
        }
    }
}

/// Largest input tried, bytes: real batches are as large, and larger ones only repeat them.
const INPUT_BYTES_MAX: u32 = 16 << 10;

/// The longest that one input may take, s: they take microseconds, and a busy machine is no finding.
const INPUT_SECONDS_MAX: u32 = 60;

/// The most memory that a target may take, MiB.
const MEMORY_MIB_MAX: u32 = 2048;

/// What libFuzzer needs of the compiler: counters at every edge, the table of what they count, and the operands of comparisons.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    --cfg fuzzing";

/// How a target's run went.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    inputs: u64,
    edges: u64,
    /// Where libFuzzer left the input that it stopped at.
    artifact: Option<PathBuf>,
}

/// Why libFuzzer cannot be built here, where it cannot.
pub fn cannot_build() -> Option<String> {
    let compiler = env::var("CXX").unwrap_or_else(|_| "c++".into());
    (on_path(&compiler).is_none() && !Path::new(&compiler).is_file())
        .then(|| format!("no C++ compiler for libFuzzer: there is no {compiler}"))
}

/// Fuzzes each target; fails where one finds something, which is left in `fuzz/artifacts/`.
pub fn fuzz(project: &Project, arguments: &FuzzArguments) -> Result<()> {
    if let Some(reason) = cannot_build() {
        bail!("{reason}");
    }
    // The user agent patterns are among them.
    node_packages(project)?;
    let targets = targets(project, &arguments.targets)?;
    let programs = build(project)?;
    if let Some(file) = &arguments.replay {
        let [target] = &targets[..] else {
            bail!("--replay wants one target, which read the file");
        };
        // The command runs in the root folder; the file was named where the user is.
        let file = std::path::absolute(file)?;
        return run(project.command(programs.join(target)).arg(file));
    }

    let jobs = match arguments.jobs {
        Some(jobs) => jobs.max(1),
        None => thread::available_parallelism()?.get(),
    };
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..jobs.min(targets.len()) {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = one(project, &programs, target, arguments) {
                        say(format!("{target}: {error:#}"));
                        failed
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner)
                            .push(target.clone());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !failed.is_empty() {
        bail!("findings of {}, see above", failed.join(", "));
    }
    Ok(())
}

/// The targets asked for, every one where none is.
fn targets(project: &Project, asked: &[String]) -> Result<Vec<String>> {
    let folder = project.path("fuzz/fuzz_targets");
    let mut known = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        if let Some(name) = entry?.path().file_stem() {
            known.push(name.to_string_lossy().into_owned());
        }
    }
    known.sort();
    if let Some(unknown) = asked.iter().find(|target| !known.contains(target)) {
        bail!("there is no target {unknown}; there are {}", known.join(", "));
    }
    Ok(if asked.is_empty() { known } else { asked.to_vec() })
}

/// Builds every target, in a folder of their own, and says where they are.
fn build(project: &Project) -> Result<PathBuf> {
    let host = output(project.command("rustc").args(["--print", "host-tuple"]))?;
    let host = host.trim();
    let folder = project.target.join("fuzz");
    let mut flags = env::var("RUSTFLAGS").unwrap_or_default();
    flags.push(' ');
    flags.push_str(COVERAGE);
    run_step(
        "building the fuzz targets",
        project
            .cargo()
            .args(["build", "--quiet", "--profile", "fuzz", "--package", "playhead-fuzz"])
            .args(["--features", "libfuzzer", "--bins"])
            // With a target named, the flags are not for build scripts and macros, which run here and count nothing.
            .args(["--target", host])
            .env("CARGO_TARGET_DIR", &folder)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", flags),
    )?;
    Ok(folder.join(host).join("fuzz"))
}

/// Fuzzes one target, with what libFuzzer says in a file.
fn one(project: &Project, programs: &Path, target: &str, arguments: &FuzzArguments) -> Result<()> {
    let committed = project.path("fuzz/corpus").join(target);
    // What is found beside the corpus is kept outside the tree, and the next run begins with it.
    let found = project.target.join("fuzz-corpus").join(target);
    let artifacts = project.path("fuzz/artifacts").join(target);
    let logs = project.target.join("fuzz-logs");
    for folder in [&found, &artifacts, &logs] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let program = programs.join(target);
    let log = logs.join(format!("{target}.log"));
    say(format!(
        "{target}: {} s, its log is {}",
        arguments.seconds,
        log.display()
    ));
    let status = quiet(project, &program, &log)?
        .arg(format!("-max_total_time={}", arguments.seconds))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-timeout={INPUT_SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg("-print_final_stats=1")
        .args([&found, &committed])
        .status()
        .with_context(|| format!("starting {}", program.display()))?;
    let text = fs::read(&log).with_context(|| format!("reading {}", log.display()))?;
    let text = String::from_utf8_lossy(&text);
    let ran = read(&text);
    if !status.success() {
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(40)..] {
            eprintln!("  {line}");
        }
        let Some(artifact) = ran.artifact else {
            bail!("libFuzzer ended with {status} and left no input");
        };
        let artifact = artifact.display();
        bail!(
            "a finding: {artifact}\n  again:   cargo xtask fuzz {target} --replay {artifact}\n  to keep: once mended, move it to \
             fuzz/corpus/{target}/, which `cargo xtask test` replays"
        );
    }
    say(format!(
        "{target}: {} inputs reach {} edges, without a finding",
        ran.inputs, ran.edges
    ));
    if arguments.merge {
        let merged = quiet(project, &program, &logs.join(format!("{target}-merge.log")))?
            .arg("-merge=1")
            .args([&committed, &found])
            .status()?;
        if !merged.success() {
            bail!("merging the corpus ended with {merged}");
        }
    }
    Ok(())
}

fn quiet(project: &Project, program: &Path, log: &Path) -> Result<Command> {
    let file = File::create(log).with_context(|| format!("making {}", log.display()))?;
    let mut command = project.command(program);
    command.stdout(Stdio::from(file.try_clone()?)).stderr(Stdio::from(file));
    Ok(command)
}

/// What libFuzzer's lines say of a run.
fn read(log: &str) -> Found {
    let mut found = Found::default();
    for line in log.lines() {
        // `artifact_prefix='…'; Test unit written to …`
        if let Some((_, path)) = line.split_once("; Test unit written to ") {
            found.artifact = Some(PathBuf::from(path));
        }
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let number = |word: &str| word.parse().ok();
        match &words[..] {
            ["stat::number_of_executed_units:", inputs] => found.inputs = number(inputs).unwrap_or(found.inputs),
            // `#1234 NEW cov: 56 ft: 78 corp: …`
            [_, _, "cov:", edges, ..] => found.edges = number(edges).unwrap_or(found.edges),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read() {
        let log = "INFO: seed corpus: files: 3\n\
                   #4\tINITED cov: 120 ft: 130 corp: 3/9b exec/s: 0 rss: 40Mb\n\
                   #812\tNEW    cov: 125 ft: 150 corp: 4/20b lim: 4 exec/s: 0 rss: 40Mb L: 4/4 MS: 1 CopyPart-\n\
                   artifact_prefix='/p/fuzz/artifacts/rows/'; Test unit written to /p/fuzz/artifacts/rows/crash-0a\n\
                   stat::number_of_executed_units: 900\n";
        let expected = Found {
            inputs: 900,
            edges: 125,
            artifact: Some(PathBuf::from("/p/fuzz/artifacts/rows/crash-0a")),
        };
        assert_eq!(read(log), expected);
    }
}
