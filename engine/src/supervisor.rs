//! The parent's side: starts the child, waits for its first line, starts it again on the same port when it dies.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::{error::EngineError, serve::Ready};

/// The first pause before a restart; it doubles with every death that follows soon.
const BACKOFF_MIN: Duration = Duration::from_millis(100);
/// The longest pause before a restart.
const BACKOFF_MAX: Duration = Duration::from_secs(10);
/// A child that lived this long died of something new: the pause begins at its shortest again.
const STEADY: Duration = Duration::from_secs(60);
/// Time for a child to leave after `SIGTERM`: its own farewell and a little more.
const STOP: Duration = Duration::from_secs(15);

/// What is started, and how.
#[derive(Debug, Clone)]
pub struct SupervisorConfig {
    /// The program that calls [`crate::serve`]. It gets `args`, then `--path <path> --listen <address>`.
    pub program: PathBuf,
    /// Its arguments before those.
    pub args: Vec<OsString>,
    /// Directory of the engine's data.
    pub path: PathBuf,
    /// Address to listen on; with port 0 the port of the first start is kept.
    pub listen: SocketAddr,
    /// Time for a child to become ready. Opening reads every table's parts; 5 million rows took 0.4 s.
    pub ready_within: Duration,
}

impl SupervisorConfig {
    /// `program` with `args` over the data in `path`, on a free port of 127.0.0.1, ready within 120 s.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, args: Vec<OsString>, path: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args,
            path: path.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            ready_within: Duration::from_secs(120),
        }
    }
}

/// How the child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It answers.
    Running {
        /// Its process id.
        pid: u32,
    },
    /// It died and is being started again.
    Restarting,
    /// It was told to leave and has left.
    Stopped,
}

/// A running engine.
#[derive(Debug)]
pub struct Supervisor {
    url: String,
    version: String,
    state: watch::Receiver<(State, u64)>,
    stop: mpsc::Sender<oneshot::Sender<()>>,
    _watcher: JoinHandle<()>,
}

struct Running {
    child: Child,
    pid: u32,
    /// The child leaves when this closes.
    _input: Option<ChildStdin>,
    since: Instant,
}

impl Supervisor {
    /// Starts the child and waits until it answers.
    ///
    /// # Errors
    /// When it cannot be started, leaves, or is not ready in time. Later deaths are not errors: it is started again.
    pub async fn start(mut config: SupervisorConfig) -> Result<Self, EngineError> {
        let (running, ready) = spawn(&config).await?;
        config.listen = ready.listen;
        let (announce, state) = watch::channel((State::Running { pid: running.pid }, 0));
        let (stop, stopped) = mpsc::channel(1);
        let url = format!("http://{}", ready.listen);
        Ok(Self {
            url,
            version: ready.version,
            state,
            stop,
            _watcher: tokio::spawn(watch_over(config, running, announce, stopped)),
        })
    }

    /// Where it answers; the same for the supervisor's whole life.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Version of `libchdb`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How the child is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state.borrow().0
    }

    /// The child's process id; `None` while it is being started again.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        match self.state() {
            State::Running { pid } => Some(pid),
            State::Restarting | State::Stopped => None,
        }
    }

    /// How often it was started again.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.state.borrow().1
    }

    /// Waits until the child has been started again at least `count` times and answers.
    /// Returns false when it was stopped instead.
    pub async fn restarted(&self, count: u64) -> bool {
        let mut state = self.state.clone();
        let settled = |(state, restarts): &(State, u64)| match state {
            State::Running { .. } => *restarts >= count,
            State::Restarting => false,
            State::Stopped => true,
        };
        match state.wait_for(settled).await {
            Ok(settled) => settled.0 != State::Stopped,
            Err(_) => false,
        }
    }

    /// Tells the child to leave, lets running statements end, and waits until it is gone.
    pub async fn stop(self) {
        let (done, gone) = oneshot::channel();
        if self.stop.send(done).await.is_ok() && gone.await.is_err() {
            tracing::warn!("the engine's watcher ended without a word");
        }
    }
}

async fn watch_over(
    config: SupervisorConfig,
    mut running: Running,
    announce: watch::Sender<(State, u64)>,
    mut stop: mpsc::Receiver<oneshot::Sender<()>>,
) {
    let mut restarts = 0;
    let mut pause = BACKOFF_MIN;
    loop {
        tokio::select! {
            asked = stop.recv() => {
                end(running).await;
                announce.send_replace((State::Stopped, restarts));
                // None: the supervisor was dropped, nobody waits.
                if let Some(done) = asked {
                    done.send(()).ok();
                }
                return;
            }
            status = running.child.wait() => {
                announce.send_replace((State::Restarting, restarts));
                if running.since.elapsed() >= STEADY {
                    pause = BACKOFF_MIN;
                }
                report(running.pid, status);
            }
        }
        running = loop {
            tokio::select! {
                asked = stop.recv() => {
                    announce.send_replace((State::Stopped, restarts));
                    if let Some(done) = asked {
                        done.send(()).ok();
                    }
                    return;
                }
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(BACKOFF_MAX);
            match spawn(&config).await {
                Ok((running, _)) => break running,
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the engine could not be started again"
                ),
            }
        };
        restarts += 1;
        tracing::info!(pid = running.pid, restarts, "the engine answers again");
        announce.send_replace((State::Running { pid: running.pid }, restarts));
    }
}

fn report(pid: u32, status: std::io::Result<ExitStatus>) {
    match status {
        Ok(status) => tracing::error!(pid, %status, "the engine died; it is started again"),
        Err(error) => tracing::error!(pid, %error, "the engine cannot be watched; it is started again"),
    }
}

async fn end(mut running: Running) {
    if let Ok(pid) = libc::pid_t::try_from(running.pid) {
        // SAFETY: a signal to our own child, which has not been waited for yet, so the id is still its.
        if unsafe { libc::kill(pid, libc::SIGTERM) } != 0 {
            tracing::warn!(pid, error = %std::io::Error::last_os_error(), "SIGTERM to the engine");
        }
    }
    match tokio::time::timeout(STOP, running.child.wait()).await {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => tracing::warn!(%status, "the engine left"),
        Ok(Err(error)) => tracing::warn!(%error, "waiting for the engine"),
        Err(_) => {
            tracing::warn!("the engine did not leave in time and is killed");
            if let Err(error) = running.child.kill().await {
                tracing::warn!(%error, "killing the engine");
            }
        }
    }
}

async fn spawn(config: &SupervisorConfig) -> Result<(Running, Ready), EngineError> {
    let mut child = Command::new(&config.program)
        .args(&config.args)
        .arg("--path")
        .arg(&config.path)
        .arg("--listen")
        .arg(config.listen.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // A group of its own: Ctrl-C in a terminal is for the server, which needs the engine until it has drained.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| EngineError::Spawn {
            program: config.program.clone(),
            source,
        })?;
    let input = child.stdin.take();
    let output = child
        .stdout
        .take()
        .ok_or_else(|| EngineError::Watch(std::io::Error::other("no standard output")))?;
    let mut lines = BufReader::new(output).lines();
    let line = match tokio::time::timeout(config.ready_within, lines.next_line()).await {
        Ok(Ok(Some(line))) => line,
        Ok(Ok(None)) => {
            let status = child.wait().await.map_err(EngineError::Watch)?;
            return Err(EngineError::LeftEarly { status });
        }
        Ok(Err(error)) => return Err(EngineError::Watch(error)),
        Err(_) => {
            child.kill().await.map_err(EngineError::Watch)?;
            return Err(EngineError::NotReady {
                seconds: config.ready_within.as_secs(),
            });
        }
    };
    let ready: Ready = serde_json::from_str(&line).map_err(|source| EngineError::FirstLine {
        line: line.clone(),
        source,
    })?;
    let pid = child
        .id()
        .ok_or_else(|| EngineError::Watch(std::io::Error::other("no process id")))?;
    // A pipe nobody reads would stop the child once it is full.
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            tracing::info!(target: "engine", "{line}");
        }
    });
    Ok((
        Running {
            child,
            pid,
            _input: input,
            since: Instant::now(),
        },
        ready,
    ))
}
