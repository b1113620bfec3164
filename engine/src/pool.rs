//! A few connections, each on a thread of its own, because a statement blocks and a connection runs one at a time.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

use failpoint::Point;
use tokio::sync::oneshot;

use crate::{
    error::EngineError,
    library::{Answer, Library},
    request::{Exception, Statement},
    session::Session,
};

/// ClickHouse's `ABORTED`.
const ABORTED: i32 = 236;

struct Job {
    statement: Statement,
    reply: oneshot::Sender<Result<Answer, Exception>>,
}

/// The connections. How many statements may wait for one is decided by whoever calls [`Pool::execute`].
pub(crate) struct Pool {
    library: &'static Library,
    jobs: mpsc::Sender<Job>,
    threads: Vec<JoinHandle<()>>,
}

/// Hands statements to the connections.
#[derive(Clone)]
pub(crate) struct Executor {
    jobs: mpsc::Sender<Job>,
}

impl Pool {
    /// Opens `connections` connections to the data in `path`. Blocks until each is open.
    pub(crate) fn open(library: &'static Library, path: &Path, connections: usize) -> Result<Self, EngineError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let mut pool = Self {
            library,
            jobs,
            threads: Vec::with_capacity(connections),
        };
        for index in 0..connections.max(1) {
            let (opened, open) = mpsc::channel();
            let (queue, data) = (Arc::clone(&queue), path.to_owned());
            let thread = thread::Builder::new()
                .name(format!("connection-{index}"))
                .spawn(move || run(library, data, &queue, &opened))
                .map_err(EngineError::Serve)?;
            pool.threads.push(thread);
            if open.recv() != Ok(true) {
                pool.close();
                return Err(EngineError::OpenData { path: path.to_owned() });
            }
        }
        Ok(pool)
    }

    /// Something to hand statements to.
    pub(crate) fn executor(&self) -> Executor {
        Executor {
            jobs: self.jobs.clone(),
        }
    }

    /// Waits for running statements, closes every connection and ends the engine. Every [`Executor`] must be gone.
    pub(crate) fn close(self) {
        drop(self.jobs);
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a connection's thread panicked");
            }
        }
        self.library.shut_down();
    }
}

impl Executor {
    /// Runs `statement` on the next free connection.
    pub(crate) async fn execute(&self, statement: Statement) -> Result<Answer, Exception> {
        let (reply, answer) = oneshot::channel();
        let gone = || Exception::new(ABORTED, "the engine is leaving (ABORTED)");
        self.jobs.send(Job { statement, reply }).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

fn run(library: &'static Library, path: PathBuf, queue: &Mutex<mpsc::Receiver<Job>>, opened: &mpsc::Sender<bool>) {
    let session = Session::open(library, path);
    let is_open = session.is_some();
    // The other side waits for this word and for nothing else.
    let heard = opened.send(is_open).is_ok();
    let Some(mut session) = session.filter(|_| heard) else {
        return;
    };
    loop {
        // A receiver has no state that a panic while waiting could spoil.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { statement, reply }) = job else {
            return;
        };
        if reply.is_closed() {
            // Whoever asked is gone; reading for nobody would only be slower. Writing was not promised either.
            continue;
        }
        let is_insert = statement.data.is_some();
        if is_insert {
            failpoint::end(Point::InsertReceived);
        }
        let result = session.execute(&statement);
        if is_insert {
            failpoint::end(Point::InsertExecuted);
        }
        if reply.send(result).is_err() {
            tracing::debug!("whoever asked left before the answer");
        }
    }
}
