//! The one thread that writes: takes everything that waits, writes it with one call, syncs once, answers everybody.

use std::{
    os::unix::fs::FileExt,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use failpoint::Point;
use tokio::sync::oneshot;

use crate::{
    AppendError, Appended, Batch, Lsn, Shared, lock,
    segment::{self, CreateError, Segment},
};

/// Arrivals closer together than this share an entry.
const ARRIVALS_EVERY: Duration = Duration::from_millis(100);
/// A write buffer larger than this is given back after use.
const BUFFER_BYTES_KEPT: usize = 8 << 20;

type Waiter = (oneshot::Sender<Result<Appended, AppendError>>, Appended);

pub(crate) struct Writer {
    shared: Arc<Shared>,
    node: u128,
    epoch: u64,
    next_lsn: Lsn,
    current: Option<Current>,
    buffer: Vec<u8>,
    /// Sizes of the frames in `buffer`.
    sizes: Vec<u64>,
    waiters: Vec<Waiter>,
}

struct Current {
    segment: Arc<Segment>,
    /// Bytes reserved.
    capacity: u64,
    /// Behind the last frame written.
    end: u64,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, node: u128, epoch: u64, next_lsn: Lsn) -> Self {
        Self {
            shared,
            node,
            epoch,
            next_lsn,
            current: None,
            buffer: Vec::new(),
            sizes: Vec::new(),
            waiters: Vec::new(),
        }
    }

    /// Writes until the journal is closed and nothing waits.
    pub(crate) fn run(mut self) {
        loop {
            // Where cores are busy this lets those run that are about to append; where one is idle it costs nothing. The group grows
            // with the load, without a timer.
            std::thread::yield_now();
            let group = {
                let mut queue = lock(&self.shared.queue);
                while queue.batches.is_empty() && !queue.closing {
                    queue = self.shared.queued.wait(queue).unwrap_or_else(PoisonError::into_inner);
                }
                std::mem::take(&mut queue.batches)
            };
            if group.is_empty() {
                return;
            }
            failpoint::end(Point::AppendTaken);
            for batch in group {
                self.take(batch);
            }
            self.flush();
            if self.buffer.capacity() > BUFFER_BYTES_KEPT {
                self.buffer = Vec::new();
            }
        }
    }

    fn poisoned(&self) -> Option<AppendError> {
        let progress = self.shared.progress.borrow();
        progress
            .poisoned
            .as_ref()
            .map(|reason| AppendError::Poisoned(reason.to_string()))
    }

    /// Puts `batch` into the buffer, whole and in one segment, or answers it.
    fn take(&mut self, mut batch: Batch) {
        let bytes = batch.records.frame_bytes();
        let fits = |current: &Current, buffered: usize| current.end + buffered as u64 + bytes <= current.capacity;
        let answer = if let Some(error) = self.poisoned() {
            Err(error)
        } else if self
            .current
            .as_ref()
            .is_some_and(|current| fits(current, self.buffer.len()))
        {
            Ok(())
        } else {
            self.flush();
            self.roll(bytes)
        };
        if let Err(error) = answer {
            lock(&self.shared.queue).waiting_bytes -= bytes;
            // Nobody waiting any more is nobody to tell.
            let _ = batch.done.send(Err(error));
            return;
        }
        let first = self.next_lsn;
        self.buffer
            .extend_from_slice(batch.records.seal(first, |bytes| self.sizes.push(bytes)));
        self.next_lsn += batch.records.len() as u64;
        let last = self.next_lsn - 1;
        self.waiters.push((batch.done, Appended { first, last }));
    }

    /// Seals the current segment and begins one with room for `bytes`.
    fn roll(&mut self, bytes: u64) -> Result<(), AppendError> {
        // A failed flush just before this has poisoned the journal.
        if let Some(error) = self.poisoned() {
            return Err(error);
        }
        let shared = Arc::clone(&self.shared);
        let capacity = shared.options.segment_bytes.max(segment::HEADER_BYTES + bytes);
        let mut disk_bytes = lock(&shared.log).disk_bytes();
        if disk_bytes + capacity > shared.options.disk_bytes_max {
            // Segments kept for retention give way.
            let completed_through = lock(&shared.ledger).manifest.completed_through();
            shared.prune(completed_through);
            disk_bytes = lock(&shared.log).disk_bytes();
        }
        // The current segment gives its unused rest back when it is sealed.
        let unused = self
            .current
            .as_ref()
            .map_or(0, |current| current.capacity - current.end);
        if disk_bytes - unused + capacity > shared.options.disk_bytes_max {
            return Err(AppendError::Full { disk_bytes });
        }
        if let Some(current) = self.current.take()
            && let Err(error) = current.segment.seal()
        {
            return Err(self.poison(&format!("sealing {}: {error}", current.segment.path.display())));
        }
        failpoint::end(Point::SegmentSealed);
        lock(&shared.log).current = None;
        match Segment::create(&shared.directory, self.node, self.epoch, self.next_lsn, capacity) {
            Ok(segment) => {
                let segment = Arc::new(segment);
                let mut log = lock(&shared.log);
                log.segments.insert(segment.first_lsn, Arc::clone(&segment));
                log.current = Some(segment.first_lsn);
                self.current = Some(Current {
                    segment,
                    capacity,
                    end: segment::HEADER_BYTES,
                });
                Ok(())
            }
            Err(CreateError::Full) => Err(AppendError::Full { disk_bytes }),
            Err(CreateError::Refused(error)) => Err(AppendError::Segment(error.to_string())),
            Err(CreateError::Sync(error)) => Err(self.poison(&format!("syncing a new segment: {error}"))),
        }
    }

    fn poison(&self, reason: &str) -> AppendError {
        self.shared.poison(reason);
        AppendError::Poisoned(reason.to_owned())
    }

    /// Writes and syncs the buffer and answers its waiters.
    fn flush(&mut self) {
        let Some(current) = self.current.as_mut().filter(|_| !self.buffer.is_empty()) else {
            return;
        };
        let segment = Arc::clone(&current.segment);
        failpoint::end_after(Point::AppendTorn, || {
            // As far as it gets.
            let _ = segment
                .file
                .write_all_at(&self.buffer[..self.buffer.len() / 2], current.end);
        });
        let written = segment
            .file
            .write_all_at(&self.buffer, current.end)
            .inspect(|()| failpoint::end(Point::AppendWritten))
            .and_then(|()| failpoint::disk(Point::SyncFails))
            .and_then(|()| segment.file.sync_data())
            .inspect(|()| failpoint::end(Point::AppendSynced));
        // Before anyone is answered, so that whoever hears of room finds it.
        lock(&self.shared.queue).waiting_bytes -= self.buffer.len() as u64;
        if let Err(error) = written {
            let error = self.poison(&format!("writing {}: {error}", segment.path.display()));
            for (done, _) in self.waiters.drain(..) {
                let _ = done.send(Err(error.clone()));
            }
        } else {
            let bytes = self.buffer.len() as u64;
            current.end += bytes;
            let durable = self.next_lsn - 1;
            segment.grown(self.next_lsn - self.sizes.len() as u64, &self.sizes);
            {
                let now = Instant::now();
                let mut log = lock(&self.shared.log);
                log.durable = durable;
                log.unassigned_bytes += bytes;
                log.commits += 1;
                match log.arrivals.back_mut() {
                    Some((last, arrived)) if now.saturating_duration_since(*arrived) < ARRIVALS_EVERY => {
                        *last = durable
                    }
                    _ => log.arrivals.push_back((durable, now)),
                }
            }
            self.shared.progress.send_modify(|progress| progress.durable = durable);
            for (done, appended) in self.waiters.drain(..) {
                let _ = done.send(Ok(appended));
            }
        }
        self.buffer.clear();
        self.sizes.clear();
    }
}
