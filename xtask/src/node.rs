//! Here lives a node for programs that are no Rust: the real `playhead dev` with a simulated past, for as long as the value lives.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use tempfile::TempDir;

use crate::project::{Project, run, run_step, say};

/// Longest a node may take until it is ready: the engine connects in 0.4 s, migrations and a loaded machine do the rest.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// Longest it may take to leave.
const LEAVES_WITHIN: Duration = Duration::from_secs(20);

/// The keys file of `playhead dev`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    url: String,
    organization_id: String,
    license_key: String,
    api_key: String,
}

/// A node that runs.
#[derive(Debug)]
pub struct Node {
    keys: Keys,
    folder: TempDir,
    child: Child,
}

impl Node {
    /// Builds the program, starts it on a port of its own and sends it `days` days of a simulated past.
    pub fn start(project: &Project, days: u32, attempts_per_day: u32) -> Result<Self> {
        run_step(
            "building playhead",
            project.cargo().args(["build", "--quiet", "--package", "playhead"]),
        )?;
        let playhead = project.binary("debug", "playhead");
        let folder = tempfile::tempdir()?;
        let keys = folder.path().join("keys.json");
        let log = fs::File::create(folder.path().join("playhead.log"))?;
        let child = project
            .command(&playhead)
            .args(["dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path().join("data"))
            .arg("--keys")
            .arg(&keys)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("starting playhead dev")?;
        let mut node = Self {
            keys: Keys {
                url: String::new(),
                organization_id: String::new(),
                license_key: String::new(),
                api_key: String::new(),
            },
            folder,
            child,
        };
        let begun = Instant::now();
        while !keys.exists() {
            if let Some(status) = node.child.try_wait()? {
                bail!("playhead dev ended with {status}:\n{}", node.log());
            }
            ensure!(
                begun.elapsed() < READY_WITHIN,
                "playhead dev was not ready within {READY_WITHIN:?}:\n{}",
                node.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
        node.keys = serde_json::from_str(&fs::read_to_string(&keys)?).context("reading the keys file")?;
        run_step(
            "sending a simulated past",
            project
                .command(&playhead)
                .args(["simulate", "backfill", "--days", &days.to_string()])
                .args(["--attempts-per-day", &attempts_per_day.to_string()])
                .arg("--keys")
                .arg(&keys)
                .arg("--truth")
                .arg(node.folder.path().join("truth.json")),
        )?;
        Ok(node)
    }

    /// Where it is, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        self.keys.url.trim_end_matches('/')
    }

    /// Its API key, which may everything.
    pub fn api_key(&self) -> &str {
        &self.keys.api_key
    }

    /// Tells `command` where the node is.
    pub fn told<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("PLAYHEAD_URL", self.url())
            .env("PLAYHEAD_API_KEY", self.api_key())
            .env("PLAYHEAD_LICENSE_KEY", &self.keys.license_key)
            .env("PLAYHEAD_ORGANIZATION_ID", &self.keys.organization_id)
    }

    /// What it has written.
    pub fn log(&self) -> String {
        let path: PathBuf = self.folder.path().join("playhead.log");
        fs::read_to_string(path).unwrap_or_default()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // `kill` is part of every system this runs on. The node takes its engine with it.
        let asked = run(Command::new("kill").args(["-TERM", &self.child.id().to_string()]));
        let begun = Instant::now();
        while asked.is_ok() && begun.elapsed() < LEAVES_WITHIN {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        say("the node did not leave; ending it");
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(|_| ())) {
            say(format!("the node: {error}"));
        }
    }
}
