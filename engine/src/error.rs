//! What can go wrong while the engine is started, served or supervised. What a statement does wrong is not here: that is
//! an `Exception` and goes back to whoever sent the statement.

use std::{io, net::SocketAddr, path::PathBuf, process::ExitStatus};

/// Why the engine does not run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No `libchdb` was found.
    #[error(
        "finding libchdb: none of {} exists; run `npm ci` in the project (it pins the library for Linux on x86-64; elsewhere `npm install --no-save @chdb/lib-<platform>` of the same version), or set PLAYHEAD_LIBCHDB to libchdb's path",
        .searched.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    LibraryMissing {
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },
    /// The library is there and could not be loaded, or lacks a function.
    #[error("loading {}", .path.display())]
    LoadLibrary {
        /// The library.
        path: PathBuf,
        /// Why.
        #[source]
        source: libloading::Error,
    },
    /// Another process serves the same data.
    #[error("another process holds the engine's data in {}", .path.display())]
    DataHeld {
        /// The data path.
        path: PathBuf,
    },
    /// The engine refused to open its data.
    #[error("opening the engine's data in {}; its own words are on standard error", .path.display())]
    OpenData {
        /// The data path.
        path: PathBuf,
    },
    /// The data directory could not be made or written to.
    #[error("making and locking the engine's data directory {}", .path.display())]
    MakeDirectory {
        /// The data path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The address could not be bound.
    #[error("binding {listen}")]
    Bind {
        /// The address.
        listen: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The HTTP server failed.
    #[error("serving the engine")]
    Serve(#[source] io::Error),
    /// The child process could not be started.
    #[error("starting {}", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The child left before it was ready.
    #[error("the engine left before it was ready ({status}); its own words are on standard error")]
    LeftEarly {
        /// How it left.
        status: ExitStatus,
    },
    /// The child did not become ready in time.
    #[error("the engine was not ready within {seconds} s")]
    NotReady {
        /// The time allowed, in seconds.
        seconds: u64,
    },
    /// The child's first line is not what [`crate::serve`] writes.
    #[error("reading the engine's first line {line:?}")]
    FirstLine {
        /// What it wrote.
        line: String,
        /// Why it cannot be read.
        #[source]
        source: serde_json::Error,
    },
    /// Waiting for the child, or reading from it, failed.
    #[error("watching the engine")]
    Watch(#[source] io::Error),
}
