//! Here lives one whole node under test: the real `playhead dev` with its embedded engine, on a port of its own and a
//! data folder that is gone afterwards. Nothing is replaced by a double.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail, ensure};
use failpoint::Point;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Longest a node may take until it is ready: the engine connects in 0.4 s, migrations and a loaded machine do the rest.
const READY_WITHIN: Duration = Duration::from_secs(90);

/// Longest that a process may take to end: a drain has its own bounds, 30 s together.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// The keys file of `playhead dev`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The organisation created on the first start.
    pub organization_id: String,
    /// Its license key, any domain.
    pub license_key: String,
    /// Its API key.
    pub api_key: String,
}

/// A running node. Killed and removed when dropped.
#[derive(Debug)]
pub struct Stack {
    /// Where it is and how to talk to it.
    pub keys: Keys,
    /// A client with keep-alive.
    pub client: reqwest::Client,
    folder: TempDir,
    child: Option<Child>,
    launch: Launch,
    /// An engine of its own, when the server does not bring one.
    engine: Option<Engine>,
}

/// How the server is started, the first time and again.
#[derive(Debug, Clone)]
enum Launch {
    /// `playhead dev` with these arguments beside where its folder is.
    Dev(Vec<String>),
    /// `playhead serve` with these arguments and environment variables.
    Serve {
        arguments: Vec<String>,
        environment: Vec<(String, String)>,
    },
}

/// `playhead engine` as a process of the test's.
#[derive(Debug)]
struct Engine {
    child: Option<Child>,
    /// `127.0.0.1:PORT`.
    address: String,
}

impl Stack {
    /// Starts a node with an empty data folder and waits until it is ready.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// The same, with more arguments for `playhead dev`.
    pub async fn start_with(extra: &[&str]) -> Result<Self> {
        let folder = new_folder()?;
        let extra: Vec<String> = extra.iter().map(ToString::to_string).collect();
        put_tables(&folder.path().join("data/engine")).await?;
        let (child, keys) = launch(folder.path(), "127.0.0.1:0", &extra).await?;
        Ok(Self {
            keys,
            client: reqwest::Client::new(),
            folder,
            child: Some(child),
            launch: Launch::Dev(extra),
            engine: None,
        })
    }

    /// Starts `playhead engine` and `playhead serve` apart, as with a ClickHouse of one's own, so that a test can reach the tables and
    /// end the two one by one.
    pub async fn start_apart() -> Result<Self> {
        Self::start_apart_with(&[], &[]).await
    }

    /// The same, with more arguments and environment variables for the server.
    pub async fn start_apart_with(extra: &[&str], environment: &[(&str, &str)]) -> Result<Self> {
        let mut stack = Self::prepared(free_address()?, extra, environment)?;
        put_tables(&stack.folder.path().join("engine")).await?;
        stack.start_engine_again().await?;
        let organization = stack.account(&["create-organization", "bench"]).await?;
        stack.keys.license_key = stack
            .account(&[
                "create-license-key",
                "--organization",
                &organization,
                "--domain",
                "*",
                "--rate-limit",
                "1000000",
            ])
            .await?;
        stack.keys.api_key = stack
            .account(&["create-api-key", "--organization", &organization, "--scope", "admin"])
            .await?;
        stack.keys.organization_id = organization;
        stack.start_again().await?;
        Ok(stack)
    }

    /// Starts another node on this one's ClickHouse. They share nothing else; the keys are this one's.
    pub async fn start_beside(&self) -> Result<Self> {
        let engine = self.engine.as_ref().context("the engine belongs to the server")?;
        let mut stack = Self::prepared(engine.address.clone(), &[], &[])?;
        stack.keys = Keys {
            url: stack.keys.url,
            ..self.keys.clone()
        };
        stack.start_again().await?;
        Ok(stack)
    }

    /// A folder, an address, and how the server is started there; nothing runs yet.
    fn prepared(engine_at: String, extra: &[&str], environment: &[(&str, &str)]) -> Result<Self> {
        let folder = new_folder()?;
        let listen = free_address()?;
        let url = format!("http://{listen}");
        let data = folder.path().join("data");
        let mut arguments: Vec<String> = [
            "serve",
            "--listen",
            &listen,
            "--clickhouse-url",
            &format!("http://{engine_at}"),
            "--trusted-proxy",
            "127.0.0.0/8",
            "--canary-seconds",
            "0",
            "--data-dir",
            &data.to_string_lossy(),
        ]
        .map(str::to_owned)
        .into();
        arguments.extend(extra.iter().map(ToString::to_string));
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Ok(Self {
            keys: Keys {
                url,
                organization_id: String::new(),
                license_key: String::new(),
                api_key: String::new(),
            },
            client: reqwest::Client::new(),
            folder,
            child: None,
            launch: Launch::Serve { arguments, environment },
            engine: Some(Engine {
                child: None,
                address: engine_at,
            }),
        })
    }

    /// Lets the next to pass `point`, in the server or in the engine, fail there.
    pub fn arm(&self, point: Point) -> Result<()> {
        fs::write(failpoints(self.folder.path()).join(point.name()), "").with_context(|| format!("arming {point:?}"))
    }

    /// Whether `point` was armed and nothing has passed it since.
    pub fn is_armed(&self, point: Point) -> bool {
        failpoints(self.folder.path()).join(point.name()).exists()
    }

    /// Takes an armed point back; `false` when something passed it before.
    pub fn disarm(&self, point: Point) -> Result<bool> {
        match fs::remove_file(failpoints(self.folder.path()).join(point.name())) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error).context("disarming a point"),
        }
    }

    /// Waits until the server has ended by itself, and says how.
    pub async fn server_ends(&mut self) -> Result<ExitStatus> {
        let ended = ends(&mut self.child).await;
        ended.with_context(|| {
            format!(
                "waiting for the server's end; it said:\n{}",
                self.log().unwrap_or_default()
            )
        })
    }

    /// Waits until the engine apart has ended by itself, and says how.
    pub async fn engine_ends(&mut self) -> Result<ExitStatus> {
        let engine = self.engine.as_mut().context("the engine belongs to the server")?;
        ends(&mut engine.child).await.context("waiting for the engine's end")
    }

    /// Starts the engine apart on the data and at the address that it had.
    pub async fn start_engine_again(&mut self) -> Result<()> {
        let path = self.folder.path().join("engine");
        let engine = self.engine.as_mut().context("the engine belongs to the server")?;
        ensure!(engine.child.is_none(), "the engine is still running");
        engine.child = Some(spawn(self.folder.path(), |command| {
            command.arg("engine").arg("--path").arg(path);
            command.args(["--listen", &engine.address]);
        })?);
        await_ok(&self.client, &format!("http://{}/ping", engine.address)).await
    }

    /// The folder that holds the data and the log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the server and its engine have written to standard output and standard error.
    pub fn log(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(self.folder.path().join("playhead.log"))?).into_owned())
    }

    /// Runs a statement on an engine started apart; gives its answer as text.
    pub async fn clickhouse(&self, sql: &str) -> Result<String> {
        let engine = self.engine.as_ref().context("the engine belongs to the server")?;
        let response = self
            .client
            .post(format!("http://{}/?database=playhead", engine.address))
            .body(sql.to_owned())
            .send()
            .await?;
        let status = response.status();
        let text = response.text().await?;
        ensure!(status == StatusCode::OK, "{status}: {text}");
        Ok(text)
    }

    /// The sum of a metric's samples on `/metrics`. Fails when there are none, since a missing number is not 0.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let answer = self.client.get(self.url("/metrics")).send().await?;
        let text = answer.error_for_status()?.text().await?;
        let samples: Vec<f64> = text
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])))
            .filter_map(|line| line.rsplit_once(' ').and_then(|(_, value)| value.parse().ok()))
            .collect();
        ensure!(!samples.is_empty(), "/metrics has no {name}");
        Ok(samples.iter().sum())
    }

    /// Waits until the node has accounted for every beacon: received, stored, duplicate, rejected, and the first is the sum
    /// of the others. The row is in ClickHouse a moment before its counter says so.
    pub async fn accounted(&self, expected: [u64; 4]) -> Result<()> {
        self.accounted_within(expected, Duration::from_secs(10)).await
    }

    /// The same, with a bound of one's own.
    pub async fn accounted_within(&self, expected: [u64; 4], within: Duration) -> Result<()> {
        let begun = Instant::now();
        loop {
            let mut counted = [0; 4];
            for (count, name) in counted.iter_mut().zip(["received", "stored", "duplicate", "rejected"]) {
                *count = self.metric(&format!("playhead_ingest_beacons_{name}_total")).await? as u64;
            }
            if counted == expected && counted[0] == counted[1..].iter().sum::<u64>() {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < within,
                "after {within:?} received, stored, duplicate, rejected are {counted:?}, not {expected:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends the server as a power cut would: SIGKILL, no chance to say anything.
    pub async fn kill_server(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server is not running")?;
        child.kill().await.context("killing the server")
    }

    /// Kills the engine. One that belongs to the server is started again by it.
    pub async fn kill_engine(&mut self) -> Result<()> {
        if let Some(engine) = &mut self.engine {
            let mut child = engine.child.take().context("the engine is not running")?;
            return child.kill().await.context("killing the engine");
        }
        self.signal_engine(libc::SIGKILL)
    }

    /// Sends the engine a signal: `SIGSTOP` makes it a ClickHouse that hangs, `SIGCONT` lets it go on.
    pub fn signal_engine(&self, signal: libc::c_int) -> Result<()> {
        let pid = match &self.engine {
            Some(engine) => engine
                .child
                .as_ref()
                .and_then(Child::id)
                .and_then(|pid| i32::try_from(pid).ok())
                .context("the engine is not running")?,
            None => self.engine_pid()?,
        };
        signal_process(pid, signal)
    }

    /// Waits until the server has an engine: it starts another when one has died.
    pub async fn engine_runs(&self) -> Result<()> {
        let begun = Instant::now();
        while let Err(error) = self.engine_pid() {
            if begun.elapsed() > READY_WITHIN {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Asks the server to leave, as a deployment does, and waits until it has.
    pub async fn stop_server(&mut self) -> Result<()> {
        signal_process(i32::try_from(self.server_pid()?)?, libc::SIGTERM)?;
        let status = self.server_ends().await?;
        ensure!(status.success(), "the server left with {status}");
        Ok(())
    }

    /// Gives the server another environment variable from its next start on.
    ///
    /// # Panics
    /// Where the server has its engine inside it.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        match &mut self.launch {
            Launch::Serve { environment, .. } => environment.push((name.to_owned(), value.to_owned())),
            Launch::Dev(_) => panic!("this server is not told anything"),
        }
    }

    /// Starts the server again on the same data, the same port and the same keys.
    pub async fn start_again(&mut self) -> Result<()> {
        ensure!(self.child.is_none(), "the server is still running");
        match &self.launch {
            Launch::Dev(extra) => {
                let address = self
                    .keys
                    .url
                    .trim_start_matches("http://")
                    .trim_end_matches('/')
                    .to_owned();
                let (child, keys) = launch(self.folder.path(), &address, extra).await?;
                ensure!(
                    keys.license_key == self.keys.license_key && keys.api_key == self.keys.api_key,
                    "a restart changed the keys"
                );
                self.child = Some(child);
                Ok(())
            }
            Launch::Serve { arguments, environment } => {
                self.child = Some(spawn(self.folder.path(), |command| {
                    command.args(arguments);
                    command.envs(environment.iter().map(|(name, value)| (name, value)));
                })?);
                await_ok(&self.client, &self.url("/v1/health/ready")).await
            }
        }
    }

    /// Creates another organisation on this node, as its operator would; gives its id and an API key that may read.
    pub async fn create_organization(&self, name: &str) -> Result<(String, String)> {
        let organization = self.account(&["create-organization", name]).await?;
        let key = self
            .account(&["create-api-key", "--organization", &organization])
            .await?;
        // A running node learns of another process's accounts within a second or two.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let asked = self
                .client
                .get(self.url("/v1/analytics/metrics"))
                .header("X-Api-Key", &key)
                .send()
                .await?;
            if asked.status() != StatusCode::UNAUTHORIZED {
                return Ok((organization, key));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the node does not know a key that was made for it")
    }

    /// Makes another organisation with a license key of its own, good for so many beacons a second; waits until the node knows it.
    pub async fn create_license_key(&self, per_s: u64) -> Result<String> {
        let organization = self.account(&["create-organization", "noisy"]).await?;
        let limit = per_s.to_string();
        let arguments = [
            "create-license-key",
            "--organization",
            &organization,
            "--domain",
            "*",
            "--rate-limit",
            &limit,
        ];
        let key = self.account(&arguments).await?;
        let url = self.url(&format!("/v1/beacons?key={key}"));
        let begun = Instant::now();
        while self.client.post(&url).body("{}").send().await?.status() == StatusCode::UNAUTHORIZED {
            ensure!(
                begun.elapsed() < Duration::from_secs(10),
                "the node does not know a key that was made for it"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(key)
    }

    /// Revokes an organisation's API keys, as its operator would at this node.
    pub async fn revoke_api_keys(&self, organization: &str) -> Result<()> {
        let list: Value = serde_json::from_str(&self.account(&["list"]).await?)?;
        let known = list.as_array().context("a list")?.iter();
        let found = known
            .filter(|one| one["organization"]["organization_id"] == organization)
            .flat_map(|one| one["api_keys"].as_array().into_iter().flatten());
        let mut revoked = 0;
        for key in found {
            let id = key["api_key_id"].as_str().context("an id")?;
            self.account(&["revoke", id]).await?;
            revoked += 1;
        }
        ensure!(revoked > 0, "{organization} has no API key here: {list}");
        Ok(())
    }

    /// Builds cells of every day that is over, as an operator would while the server is stopped; returns how many days that were.
    pub async fn build_cells(&self) -> Result<u64> {
        let engine = self.engine.as_ref().context("the engine belongs to the server")?;
        let output = Command::new(program()?)
            .args(["build-cells", "--jobs", "2", "--clickhouse-url"])
            .arg(format!("http://{}", engine.address))
            .arg("--data-dir")
            .arg(self.folder.path().join("data"))
            .stdin(Stdio::null())
            .output()
            .await?;
        ensure!(
            output.status.success(),
            "playhead build-cells: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let days = String::from_utf8(output.stdout)?;
        days.trim()
            .parse()
            .with_context(|| format!("build-cells printed {days:?}"))
    }

    async fn account(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new(program()?)
            .arg("account")
            .args(arguments)
            .arg("--data-dir")
            .arg(self.folder.path().join("data"))
            .stdin(Stdio::null())
            .output()
            .await?;
        ensure!(
            output.status.success(),
            "playhead account {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The server's process id.
    pub fn server_pid(&self) -> Result<u32> {
        self.child
            .as_ref()
            .and_then(Child::id)
            .context("the server is not running")
    }

    /// The engine's process id: the server's child that runs the `engine` command.
    pub fn engine_pid(&self) -> Result<i32> {
        let server = self.server_pid()?;
        for entry in fs::read_dir("/proc").context("reading /proc")? {
            let path = entry?.path();
            let Some(pid) = path
                .file_name()
                .and_then(|name| name.to_str())
                .and_then(|name| name.parse::<i32>().ok())
            else {
                continue;
            };
            // A process may end while we look at it.
            let (Ok(stat), Ok(command)) = (
                fs::read_to_string(path.join("stat")),
                fs::read_to_string(path.join("cmdline")),
            ) else {
                continue;
            };
            // `pid (name) state ppid …`; the name may hold spaces.
            let parent = stat
                .rsplit_once(')')
                .and_then(|(_, rest)| rest.split_whitespace().nth(1))
                .and_then(|ppid| ppid.parse::<u32>().ok());
            if parent == Some(server) && command.split('\0').any(|word| word == "engine") {
                return Ok(pid);
            }
        }
        bail!("the server {server} has no engine process")
    }

    /// The address of a path on this node.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.keys.url.trim_end_matches('/'))
    }

    /// Where beacons are posted.
    pub fn beacons_url(&self) -> String {
        self.url(&format!("/v1/beacons?key={}", self.keys.license_key))
    }

    /// Posts a batch and gives the status and the envelope.
    pub async fn post_beacons(&self, batch: &Value) -> Result<(StatusCode, Value)> {
        let response = self.client.post(self.beacons_url()).json(batch).send().await?;
        let status = response.status();
        Ok((status, response.json().await?))
    }

    /// Asks the query API, expecting success; gives `data.result`.
    pub async fn query(&self, question: &Value) -> Result<Value> {
        self.ask("/v1/analytics/query", question).await
    }

    /// Asks where a change comes from, expecting success; gives `data.result`.
    pub async fn explain(&self, asked: &Value) -> Result<Value> {
        self.ask("/v1/analytics/explain", asked).await
    }

    async fn ask(&self, path: &str, question: &Value) -> Result<Value> {
        self.ask_with(&self.keys.api_key, path, question).await
    }

    /// Asks with an API key that is not the node's own, expecting success; gives `data.result`.
    pub async fn ask_with(&self, key: &str, path: &str, question: &Value) -> Result<Value> {
        let response = self
            .client
            .post(self.url(path))
            .header("X-Api-Key", key)
            .json(question)
            .send()
            .await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        ensure!(status == StatusCode::OK, "the query API answered {status}: {answer}");
        Ok(answer["data"]["result"].clone())
    }

    /// The headline sums of the attempts begun from `start_ms` until `end_ms`.
    pub async fn sums(&self, start_ms: i64, end_ms: i64) -> Result<Sums> {
        let result = self
            .query(&json!({
                "metrics": ["attempts", "plays", "play_ms", "stall_count"],
                "start": rfc3339(start_ms), "end": rfc3339(end_ms),
            }))
            .await?;
        let values = &result["rows"][0]["values"];
        // No rows is no attempts; a null is no value and counts as none of them.
        let number = |name: &str| values[name]["value"].as_f64().unwrap_or(0.0).round() as u64;
        Ok(Sums {
            attempts: number("attempts"),
            plays: number("plays"),
            play_ms: number("play_ms"),
            stall_count: number("stall_count"),
        })
    }

    /// Asks for the sums until they are `expected`, and tells the last answer when they are not in time.
    pub async fn await_sums(&self, start_ms: i64, end_ms: i64, expected: Sums, within: Duration) -> Result<Duration> {
        let begun = Instant::now();
        loop {
            // The engine may be on its way up: an error is only the answer when time is up.
            let answer = self.sums(start_ms, end_ms).await;
            if matches!(&answer, Ok(sums) if *sums == expected) {
                return Ok(begun.elapsed());
            }
            if begun.elapsed() > within {
                bail!("after {within:?} the query API says {answer:?}, the truth is {expected:?}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The sums that a load's truth and the query API have to agree on, to the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Attempts.
    pub attempts: u64,
    /// Attempts with a frame.
    pub plays: u64,
    /// Playing time, ms.
    pub play_ms: u64,
    /// Stalls of at least 250 ms.
    pub stall_count: u64,
}

/// A Unix time in ms as the API takes it.
pub fn rfc3339(unix_ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(unix_ms)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// The wall clock, ms since 1970.
pub fn now_ms() -> i64 {
    // Unwrap safety: the clock of a machine that runs tests stands after 1970, and far before i64 ends.
    #[allow(clippy::unwrap_used)]
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    since.as_millis() as i64
}

/// Starts `playhead dev` and waits for its keys file.
async fn launch(folder: &Path, listen: &str, extra: &[String]) -> Result<(Child, Keys)> {
    let keys_path = folder.join("keys.json");
    if keys_path.exists() {
        fs::remove_file(&keys_path)?;
    }
    let mut child = spawn(folder, |command| {
        command
            .args(["dev", "--listen", listen, "--data-dir"])
            .arg(folder.join("data"));
        command.arg("--keys").arg(&keys_path).args(extra);
    })?;
    let begun = Instant::now();
    loop {
        if let Some(keys) = read_keys(&keys_path)? {
            return Ok((child, keys));
        }
        let told = || fs::read_to_string(folder.join("playhead.log")).unwrap_or_default();
        if let Some(status) = child.try_wait()? {
            bail!("playhead dev ended with {status}; it said:\n{}", told());
        }
        if begun.elapsed() > READY_WITHIN {
            bail!(
                "playhead dev was not ready within {READY_WITHIN:?}; it said:\n{}",
                told()
            );
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A folder that is gone when the test is over.
fn new_folder() -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("playhead-test-").tempdir()?;
    fs::create_dir(failpoints(folder.path()))?;
    Ok(folder)
}

/// Fills the engine's folder `at` with the tables of `playhead migrate`: all migrations take a test seconds, a copy of what they come to
/// takes none. It is made once for each build of the program.
async fn put_tables(at: &Path) -> Result<()> {
    let program = program()?;
    let mut name = String::new();
    // The library of the engine is pinned by the lockfile.
    for file in [&program, &root().join("package-lock.json")] {
        let file = fs::metadata(file).with_context(|| format!("looking at {}", file.display()))?;
        let time = file.modified()?.duration_since(SystemTime::UNIX_EPOCH)?.as_nanos();
        name.push_str(&format!("{:x}-{time:x}-", file.len()));
    }
    let folder = env::current_exe()?.with_file_name("tables-for-tests");
    let made = folder.join(name.trim_end_matches('-'));
    fs::create_dir_all(&folder)?;
    // Tests are processes of their own: the first makes it, the others wait. The lock ends with the file.
    let lock = fs::File::create(folder.join("lock"))?;
    lock.lock()?;
    if !made.exists() {
        for other in fs::read_dir(&folder)? {
            let other = other?;
            if other.file_type()?.is_dir() {
                fs::remove_dir_all(other.path())?;
            }
        }
        let data = tempfile::tempdir_in(&folder)?;
        let output = Command::new(&program)
            .current_dir(root())
            .args(["migrate", "--data-dir"])
            .arg(data.path())
            .output()
            .await?;
        ensure!(
            output.status.success(),
            "playhead migrate: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        fs::rename(data.path().join("engine"), &made)?;
    }
    if let Some(parent) = at.parent() {
        fs::create_dir_all(parent)?;
    }
    let copied = Command::new("cp").arg("-R").args([&made, at]).status().await?;
    ensure!(copied.success(), "copying {} failed", made.display());
    Ok(())
}

/// Where a node's points are armed.
fn failpoints(folder: &Path) -> PathBuf {
    folder.join("failpoints")
}

/// Waits until a process ends by itself.
async fn ends(child: &mut Option<Child>) -> Result<ExitStatus> {
    let running = child.as_mut().context("it is not running")?;
    // Waiting closes the standard input, which an engine takes for its parent's end.
    let _input = running.stdin.take();
    let status = tokio::time::timeout(ENDS_WITHIN, running.wait())
        .await
        .with_context(|| format!("it has not ended within {ENDS_WITHIN:?}"))??;
    *child = None;
    Ok(status)
}

fn signal_process(pid: i32, signal: libc::c_int) -> Result<()> {
    // Safety: `kill` takes two numbers; the process is ours or a child of our own server.
    let sent = unsafe { libc::kill(pid, signal) };
    ensure!(
        sent == 0,
        "signal {signal} to {pid}: {}",
        std::io::Error::last_os_error()
    );
    Ok(())
}

/// Starts the program with its output in the folder's log.
fn spawn(folder: &Path, arguments: impl FnOnce(&mut Command)) -> Result<Child> {
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("playhead.log"))?;
    let program = program()?;
    let mut command = Command::new(&program);
    arguments(&mut command);
    command
        .current_dir(root())
        .env(failpoint::FOLDER_VARIABLE, failpoints(folder))
        // Held open: the engine leaves when its standard input is closed, taking that for its parent's end.
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("starting {}", program.display()))
}

/// An address nobody listens on now.
fn free_address() -> Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Waits until `url` answers with success.
async fn await_ok(client: &reqwest::Client, url: &str) -> Result<()> {
    let begun = Instant::now();
    loop {
        if client
            .get(url)
            .send()
            .await
            .is_ok_and(|response| response.status().is_success())
        {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < READY_WITHIN,
            "{url} did not answer with success within {READY_WITHIN:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn read_keys(path: &Path) -> Result<Option<Keys>> {
    match fs::read(path) {
        Ok(bytes) if bytes.is_empty() => Ok(None),
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).context("reading the keys file")?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("reading the keys file"),
    }
}

/// The program under test: `PLAYHEAD_BIN`, else the one beside this test in the target folder.
fn program() -> Result<PathBuf> {
    if let Some(path) = env::var_os("PLAYHEAD_BIN") {
        return Ok(path.into());
    }
    // …/target/debug/deps/NAME → …/target/debug/playhead
    let here = env::current_exe()?;
    let path = here
        .ancestors()
        .nth(2)
        .context("a test binary lies in target/PROFILE/deps")?
        .join(format!("playhead{}", env::consts::EXE_SUFFIX));
    ensure!(
        path.is_file(),
        "{} is missing: run `cargo build -p playhead` first, or `cargo xtask test`",
        path.display()
    );
    Ok(path)
}

/// The project's root, where the engine's library is found.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
