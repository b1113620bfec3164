//! The child process: opens the data, binds, says where it listens, and leaves when it is told to or left alone.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf, absolute},
    time::{Duration, Instant},
};

use actix_web::{App, HttpServer, web};
use serde::{Deserialize, Serialize};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Semaphore, oneshot},
};

use crate::{
    error::EngineError,
    http::{self, Front},
    library::{Library, find_library},
    pool::Pool,
};

/// How long a busy port or a locked data path is tried again: the process that held it may still be leaving.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two such tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Time for running statements to end once the engine is told to leave, in seconds.
const FAREWELL_SECONDS: u64 = 10;

/// How the engine is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// Directory of the engine's data; made if missing.
    pub path: PathBuf,
    /// Address to listen on; a port of 0 lets the system choose. Keep it on loopback: the engine knows no users.
    pub listen: SocketAddr,
    /// `libchdb`; `None` finds it ([`find_library`]).
    pub library: Option<PathBuf>,
    /// Statements that run at once.
    pub connections: usize,
    /// Requests that may wait for one of them; more are refused with code 202.
    pub waiting: usize,
    /// Longest body taken, in bytes. Together with `connections` it bounds what requests can hold in memory.
    pub max_body_bytes: usize,
}

impl EngineConfig {
    /// The data in `path` at `listen`: 6 statements at once (two batchers and four questions), 256 waiting, bodies up
    /// to 128 MiB (a range of 100,000 beacons takes about 60 MB).
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            path: path.into(),
            listen,
            library: None,
            connections: 6,
            waiting: 256,
            max_body_bytes: 128 * 1024 * 1024,
        }
    }
}

/// What the child writes on standard output, as one line of JSON, once it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The address it listens on.
    pub listen: SocketAddr,
    /// Version of `libchdb`.
    pub version: String,
}

/// Serves the engine as a child process does: writes [`Ready`] on standard output and leaves on `SIGTERM`, `SIGINT`, or
/// when standard input closes, which it does when the parent is gone, however it went.
///
/// # Errors
/// When the library, the data or the address cannot be had.
pub async fn serve(config: EngineConfig) -> Result<(), EngineError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(EngineError::Serve)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(EngineError::Serve)?;
    let until = async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: the engine leaves"),
            _ = interrupt.recv() => tracing::info!("SIGINT: the engine leaves"),
            () = input_closed() => {
                // Nobody is left who could wait for a long farewell, and a new parent may want the data.
                tracing::warn!("standard input closed: the parent is gone, the engine leaves");
                std::thread::spawn(|| {
                    std::thread::sleep(Duration::from_secs(FAREWELL_SECONDS));
                    std::process::abort();
                });
            }
        }
    };
    let ready = |ready: &Ready| {
        let mut line = serde_json::to_string(ready).expect("an address and a version can be said in JSON");
        line.push('\n');
        let mut output = io::stdout().lock();
        output.write_all(line.as_bytes()).and_then(|()| output.flush())
    };
    serve_until(config, ready, until).await
}

/// Resolves once standard input is at its end. A thread of its own reads it: a runtime would wait for that read when it
/// leaves.
async fn input_closed() {
    let (closed, heard) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        // Whatever the parent writes means nothing; an error means the pipe is no more.
        let ended = io::copy(&mut io::stdin().lock(), &mut io::sink());
        tracing::debug!(?ended, "standard input closed");
        drop(closed);
    });
    heard.await.ok();
}

/// Serves the engine until `until` is done. `ready` is called once it answers.
/// A process can do this for one data path only, at one time.
///
/// # Errors
/// When the library, the data or the address cannot be had, or `ready` fails.
async fn serve_until(
    config: EngineConfig,
    ready: impl FnOnce(&Ready) -> io::Result<()>,
    until: impl Future<Output = ()>,
) -> Result<(), EngineError> {
    let path = match &config.library {
        Some(path) => path.clone(),
        None => find_library()?,
    };
    // TRICKY: below a path that is not absolute the library cannot sync a part's directory, so every insert into a durable table fails.
    let config = EngineConfig {
        path: absolute(&config.path).map_err(|source| not_made(&config.path, source))?,
        ..config
    };
    fs::create_dir_all(&config.path).map_err(|source| not_made(&config.path, source))?;
    let lock = File::create(config.path.join("playhead.lock")).map_err(|source| not_made(&config.path, source))?;
    patiently(
        || take(&lock, &config.path),
        |error| matches!(error, EngineError::DataHeld { .. }),
    )
    .await?;
    let is_busy = |error: &EngineError| matches!(error, EngineError::Bind { source, .. } if source.kind() == io::ErrorKind::AddrInUse);
    let listener = patiently(|| bind(config.listen), is_busy).await?;
    let listen = listener.local_addr().map_err(EngineError::Serve)?;
    let library = Library::load(&path)?;
    let pool = Pool::open(library, &config.path, config.connections)?;

    let front = web::Data::new(Front {
        executor: pool.executor(),
        running: Semaphore::new(config.connections),
        waiting: Semaphore::new(config.waiting),
        max_body_bytes: config.max_body_bytes,
    });
    let server = {
        let front = front.clone();
        HttpServer::new(move || {
            App::new()
                .app_data(front.clone())
                .service(http::ping())
                .service(http::root())
        })
        .workers(2)
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(FAREWELL_SECONDS)
        .disable_signals()
        .listen(listener)
        .map_err(EngineError::Serve)?
        .run()
    };
    let handle = server.handle();
    let answer = Ready {
        listen,
        version: library.version(),
    };
    let server = tokio::spawn(server);
    let served = match ready(&answer) {
        Ok(()) => {
            tracing::info!(%listen, version = answer.version, path = %config.path.display(), "the engine answers");
            until.await;
            Ok(())
        }
        Err(error) => Err(EngineError::Serve(error)),
    };
    handle.stop(true).await;
    let ended = server
        .await
        .map_err(io::Error::other)
        .and_then(|ended| ended)
        .map_err(EngineError::Serve);
    drop(front);
    let closed = tokio::task::spawn_blocking(move || pool.close()).await;
    // Held until the engine has let go of everything.
    drop(lock);
    served?;
    ended?;
    closed.map_err(|error| EngineError::Serve(io::Error::other(error)))
}

/// The engine has a lock of its own, but a process in which its opening failed once cannot open it again, so the waiting
/// is done at ours. The system lets go of it when the process ends, however it ends.
fn take(lock: &File, path: &Path) -> Result<(), EngineError> {
    lock.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => EngineError::DataHeld { path: path.to_owned() },
        TryLockError::Error(error) => not_made(path, error),
    })
}

fn not_made(path: &Path, source: io::Error) -> EngineError {
    EngineError::MakeDirectory {
        path: path.to_owned(),
        source,
    }
}

fn bind(listen: SocketAddr) -> Result<TcpListener, EngineError> {
    // The standard library sets SO_REUSEADDR, so a restart can take its own port back at once.
    TcpListener::bind(listen).map_err(|source| EngineError::Bind { listen, source })
}

/// Tries until it works, fails in another way, or [`PATIENCE`] is at its end.
async fn patiently<T>(
    mut attempt: impl FnMut() -> Result<T, EngineError>,
    may_pass: impl Fn(&EngineError) -> bool,
) -> Result<T, EngineError> {
    let begin = Instant::now();
    loop {
        match attempt() {
            Err(error) if may_pass(&error) && begin.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            result => return result,
        }
    }
}
