//! A real engine for the tests of other crates, inside the test's own process.
//!
//! TRICKY: a process holds one data path, so a process can have one [`EngineProcess`] at a time. `cargo nextest` runs
//! each test in a process of its own; `cargo test` needs `--test-threads=1`.

use std::{net::SocketAddr, thread::JoinHandle};

use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::{EngineConfig, serve_until};

/// An engine over a temporary directory. Dropping it closes the engine and deletes the data.
#[derive(Debug)]
pub struct EngineProcess {
    /// Where it answers, such as `http://127.0.0.1:41234`.
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _directory: TempDir,
}

impl EngineProcess {
    /// Starts an engine and waits until it answers. Takes about 0.5 s.
    ///
    /// # Panics
    /// When the engine cannot be had; the message tells what to run.
    #[must_use]
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let config = EngineConfig::new(directory.path().join("engine"), SocketAddr::from(([127, 0, 0, 1], 0)));
        let (stop, stopped) = oneshot::channel::<()>();
        let (announce, announced) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime for the engine");
            let failed = announce.clone();
            let ready = move |ready: &crate::Ready| announce.send(Ok(ready.listen)).map_err(std::io::Error::other);
            let until = async move {
                // Both a message and a dropped sender mean: leave.
                stopped.await.ok();
            };
            if let Err(error) = runtime.block_on(serve_until(config, ready, until)) {
                failed.send(Err(error)).ok();
            }
        });
        match announced.recv().expect("the engine's thread says how it went") {
            Ok(listen) => Self {
                url: format!("http://{listen}"),
                stop: Some(stop),
                thread: Some(thread),
                _directory: directory,
            },
            Err(error) => panic!("{error}"),
        }
    }
}

impl Drop for EngineProcess {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the engine's thread panicked");
        }
    }
}
