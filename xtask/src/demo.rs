//! Here lives `cargo xtask demo`: everything built, started, filled with a simulated past and kept alive by a simulated
//! present, with the addresses to open. `--check` plays the player page in Chromium instead of you and judges the result.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use tokio::process::{Child, Command};

use crate::{
    prerequisites::{chromium, node_packages},
    project::{Project, run_step, say},
    web,
};

/// Longest the node may take until it is ready; its first start creates the tables.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// How long a process may take to leave when asked to.
const LEAVES_WITHIN: Duration = Duration::from_secs(30);

/// How the demo runs.
#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    /// Play the player page headless, compare the query API with the page's own truth, and end with status 0 or 1
    #[arg(long)]
    check: bool,
    /// Address to listen on; port 0 takes a free one, and is what --check does by default
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Folder for the demo's data; --check uses one that is gone afterwards
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Days of simulated past
    #[arg(long, default_value_t = 56)]
    days: u32,
    /// Simulated viewers watching at once
    #[arg(long, default_value_t = 12)]
    viewers: u32,
}

/// What `playhead dev` writes when it is ready.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    url: String,
    license_key: String,
    api_key: String,
}

/// Builds, then runs the demo until Ctrl-C, or the check until its verdict.
pub fn demo(project: &Project, arguments: DemoArguments) -> Result<()> {
    node_packages(project)?;
    web::build(project)?;
    run_step(
        "building playhead (release)",
        project
            .cargo()
            .args(["build", "--quiet", "--release", "--package", "playhead"]),
    )?;
    let browser = arguments.check.then(|| chromium(project)).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(run(project, arguments, browser))
}

async fn run(project: &Project, arguments: DemoArguments, browser: Option<PathBuf>) -> Result<()> {
    let temporary = arguments.check.then(tempfile::tempdir).transpose()?;
    let data_dir = match (&arguments.data_dir, &temporary) {
        (Some(folder), _) => folder.clone(),
        (None, Some(temporary)) => temporary.path().to_path_buf(),
        (None, None) => project.path(".data/demo"),
    };
    fs::create_dir_all(&data_dir).with_context(|| format!("creating {}", data_dir.display()))?;
    let port = if arguments.check { 0 } else { 8080 };
    let listen = arguments
        .listen
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)));
    let mut processes = Processes::new(project, &data_dir)?;
    let outcome = tokio::select! {
        outcome = show(project, &arguments, &data_dir, listen, browser, &mut processes) => outcome,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            say("stopping");
            Ok(())
        }
    };
    processes.stop().await;
    if outcome.is_err() && temporary.is_some() {
        let log = fs::read_to_string(data_dir.join("playhead.log")).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(20).collect();
        say("the server's last words:");
        for line in last.iter().rev() {
            eprintln!("  {line}");
        }
    }
    outcome
}

async fn show(
    project: &Project,
    arguments: &DemoArguments,
    data_dir: &Path,
    listen: SocketAddr,
    browser: Option<PathBuf>,
    processes: &mut Processes<'_>,
) -> Result<()> {
    let keys_path = data_dir.join("keys.json");
    let node_dir = data_dir.join("node");
    say(format!("starting a node on {listen}, data in {}", data_dir.display()));
    let begun = Instant::now();
    if keys_path.exists() {
        fs::remove_file(&keys_path)?;
    }
    let listen = listen.to_string();
    let node = processes.start("playhead dev", |command| {
        command
            .args(["dev", "--listen", &listen])
            .arg("--data-dir")
            .arg(&node_dir);
        command.arg("--keys").arg(&keys_path);
    })?;
    while !keys_path.exists() {
        if let Some(status) = processes.children[node].1.try_wait()? {
            bail!("playhead dev ended with {status}; see {}", processes.log.display());
        }
        ensure!(
            begun.elapsed() < READY_WITHIN,
            "playhead dev was not ready within {READY_WITHIN:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let keys: Keys = serde_json::from_str(&fs::read_to_string(&keys_path)?).context("reading the keys file")?;
    say(format!("the node is ready: {:.1} s", begun.elapsed().as_secs_f64()));

    backfill(arguments, data_dir, &keys_path, processes).await?;
    let viewers = arguments.viewers.to_string();
    let live = processes.start("the live audience", |command| {
        command
            .args(["simulate", "live", "--viewers", &viewers])
            .arg("--keys")
            .arg(&keys_path);
    })?;
    say(format!("a live audience of {viewers} is watching"));

    let url = keys.url.trim_end_matches('/');
    println!("\n  dashboard  {url}/#key={}", keys.api_key);
    println!("  player     {url}/player/?key={}", keys.license_key);
    println!("  API key    {}", keys.api_key);
    println!("  license    {}\n", keys.license_key);

    if let Some(browser) = browser {
        say("playing the player page in Chromium");
        let status = Command::new("node")
            .arg(project.path("tests/browser/check.mjs"))
            .arg(&keys_path)
            .env("CHROMIUM", browser)
            .current_dir(&project.root)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await
            .context("starting node")?;
        ensure!(status.success(), "the check did not hold");
        return Ok(());
    }
    say("Ctrl-C stops everything; the data stays for the next time");
    let (name, status) = processes.first_to_end(&[node, live]).await?;
    bail!("{name} ended with {status}; see {}", processes.log.display())
}

/// Sends the simulated past, once per data folder.
async fn backfill(
    arguments: &DemoArguments,
    data_dir: &Path,
    keys_path: &Path,
    processes: &mut Processes<'_>,
) -> Result<()> {
    let done = data_dir.join("backfilled");
    if done.exists() {
        say("the simulated past is already there");
        return Ok(());
    }
    say(format!(
        "sending {} days of simulated past with one planted incident",
        arguments.days
    ));
    let begun = Instant::now();
    let days = arguments.days.to_string();
    let truth = data_dir.join("truth.json");
    let past = processes.start("the simulated past", |command| {
        command
            .args(["simulate", "backfill", "--days", &days])
            .arg("--keys")
            .arg(keys_path);
        command.arg("--truth").arg(&truth);
    })?;
    let status = processes.children[past].1.wait().await?;
    ensure!(
        status.success(),
        "the simulated past ended with {status}; see {}",
        processes.log.display()
    );
    fs::write(&done, "")?;
    say(format!(
        "sent: {:.1} s; the truth is in {}",
        begun.elapsed().as_secs_f64(),
        truth.display()
    ));
    Ok(())
}

/// The processes of one demo and their common log.
struct Processes<'a> {
    project: &'a Project,
    log: PathBuf,
    children: Vec<(&'static str, Child)>,
}

impl<'a> Processes<'a> {
    fn new(project: &'a Project, data_dir: &Path) -> Result<Self> {
        let log = data_dir.join("playhead.log");
        fs::write(&log, "").with_context(|| format!("writing {}", log.display()))?;
        Ok(Self {
            project,
            log,
            children: Vec::new(),
        })
    }

    /// Starts the release build; gives its place in the list.
    fn start(&mut self, name: &'static str, arguments: impl FnOnce(&mut Command)) -> Result<usize> {
        let log = fs::OpenOptions::new().append(true).open(&self.log)?;
        let mut command = Command::new(self.project.binary("release", "playhead"));
        arguments(&mut command);
        let child = command
            .current_dir(&self.project.root)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        self.children.push((name, child));
        Ok(self.children.len() - 1)
    }

    /// Waits for the first of two processes to end.
    async fn first_to_end(&mut self, which: &[usize; 2]) -> Result<(&'static str, std::process::ExitStatus)> {
        loop {
            for index in which {
                let (name, child) = &mut self.children[*index];
                if let Some(status) = child.try_wait()? {
                    return Ok((name, status));
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Asks every process to leave, the youngest first, and ends those that do not.
    async fn stop(&mut self) {
        for (name, child) in self.children.iter_mut().rev() {
            let Some(pid) = child.id() else { continue };
            // `kill` is part of every system this runs on; Ctrl-C has already reached our children in a terminal.
            let asked = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
            if asked.is_err() || tokio::time::timeout(LEAVES_WITHIN, child.wait()).await.is_err() {
                say(format!("{name} did not leave; ending it"));
                if let Err(error) = child.kill().await {
                    say(format!("{name}: {error}"));
                }
            }
        }
    }
}
