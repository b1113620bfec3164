//! A write-ahead log: what was appended is on the disk when `append` answers, and is handed out again until it is completed.
//!
//! Records are bytes to this crate. They get consecutive numbers ([`Lsn`]), lie in segments (`segment.rs`) as checksummed frames
//! (`frame.rs`), and leave in ranges: [`Journal::next_range`] fixes first and last record of a range on disk *before* handing it
//! out, so that after any crash the same records come back under the same token ([`Range::token`]), which is what a receiver
//! needs to recognise a repetition. [`Journal::complete`] lets go of a range; a segment all of whose records are complete is deleted.
//!
//! One thread writes. While it waits for the disk, appends gather; all that gathered go with one `write` and one `fdatasync`
//! (group commit by load: no timer, the sync itself is the window). A failed write or sync is never tried again, since the kernel
//! reports it once and may forget the pages: the journal poisons itself, and a person or supervisor restarts the process.
//!
//! Invariants: an append that answered `Ok` survives `kill -9` and power loss (as far as the disk keeps what it synced);
//! segments before the last one are whole, so a bad frame there is an error and never cut off; LSNs have no gaps.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod disk;
mod error;
mod frame;
mod manifest;
mod records;
mod segment;
mod writer;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

pub use error::{AppendError, OpenError, RangeError};
use failpoint::Point;
use manifest::{Manifest, ManifestFile, UNFINISHED_MAX};
pub use records::Records;
use segment::Segment;
use tokio::sync::{oneshot, watch};

/// Number of a record: 1 for a journal's first, then one more each, also across restarts.
pub type Lsn = u64;

/// Where counting ends, half of what a number holds: at a million records a second after 290,000 years. What a file counts beyond
/// it is damage, and nothing that counts on from it can overflow.
pub(crate) const COUNT_MAX: u64 = u64::MAX / 2;

/// Bounds of a journal.
#[derive(Debug, Clone)]
pub struct Options {
    /// Size of a segment on disk, reserved when it is created.
    pub segment_bytes: u64,
    /// Largest single record.
    pub record_bytes_max: usize,
    /// Most bytes that may wait for the disk; more answers [`AppendError::Busy`].
    pub waiting_bytes_max: u64,
    /// Most bytes that segments may take on disk; more answers [`AppendError::Full`].
    pub disk_bytes_max: u64,
    /// How long a segment stays after all its records are complete, for a receiver that may lose what it confirmed.
    /// Space comes first: when `disk_bytes_max` is reached, kept segments go.
    pub retention: Duration,
}

impl Default for Options {
    /// 64 MiB segments, 16 MiB records, 64 MiB waiting (half a second of a slow disk), 8 GiB on disk, no retention.
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            record_bytes_max: 16 << 20,
            waiting_bytes_max: 64 << 20,
            disk_bytes_max: 8 << 30,
            retention: Duration::ZERO,
        }
    }
}

/// Consecutive records that are handed on together. Once fixed it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The journal's random number, made when its directory was.
    pub node: u128,
    /// How often the journal had been opened when this range was fixed.
    pub epoch: u64,
    /// First record.
    pub first: Lsn,
    /// Last record, inclusive.
    pub last: Lsn,
    /// Bytes the records take in the journal.
    pub bytes: u64,
}

impl Range {
    /// How many records.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.last + 1 - self.first
    }

    /// `node/epoch/first-last`: names these records for ever, as no journal repeats another's node and no range another's records.
    #[must_use]
    pub fn token(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}/{}/{}-{}", self.node, self.epoch, self.first, self.last)
    }
}

/// The records one append made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// First record.
    pub first: Lsn,
    /// Last record, inclusive.
    pub last: Lsn,
}

/// What opening found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Whether the journal was made by this call.
    pub created: bool,
    /// Records on disk that are not complete.
    pub records: u64,
    /// Ranges that were handed out before and will be handed out again first.
    pub unfinished_ranges: usize,
    /// Why the last segment was cut, when it was: a write that no one was told of had not finished.
    pub torn_tail: Option<String>,
}

/// How far the journal is, as [`Journal::watch`] reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Last record on stable storage; 0 for none.
    pub durable: Lsn,
    /// The disk error that stopped the journal.
    pub poisoned: Option<Arc<str>>,
}

/// How much is in the journal and not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Durable records that are not complete.
    pub records: u64,
    /// Bytes of those records.
    pub bytes: u64,
    /// Ranges handed out and not complete.
    pub ranges: u64,
    /// Bytes that segments take on disk.
    pub disk_bytes: u64,
    /// Bytes waiting to be written.
    pub waiting_bytes: u64,
    /// For how long the oldest of those records has been in the journal; zero when there is none.
    pub age: Duration,
    /// Groups committed since the journal was opened: one `fdatasync` each.
    pub commits: u64,
}

/// An open journal; clones are the same journal. [`Journal::close`], or the last clone to go, writes what was appended and lets
/// go of the directory.
#[derive(Debug, Clone)]
pub struct Journal {
    handle: Arc<Handle>,
}

#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Holds the lock on the directory.
    lock: Mutex<Option<File>>,
}

#[derive(Debug)]
struct Shared {
    directory: PathBuf,
    options: Options,
    queue: Mutex<Queue>,
    queued: Condvar,
    log: Mutex<Log>,
    ledger: Mutex<Ledger>,
    progress: watch::Sender<Progress>,
}

/// What waits for the writer.
#[derive(Debug, Default)]
struct Queue {
    batches: Vec<Batch>,
    /// Bytes of `batches` and of the group being written.
    waiting_bytes: u64,
    closing: bool,
}

/// The records of one append.
#[derive(Debug)]
struct Batch {
    records: Records,
    done: oneshot::Sender<Result<Appended, AppendError>>,
}

/// The segments. Locked after `ledger` where both are.
#[derive(Debug, Default)]
struct Log {
    /// By first record. The writer's is the last one, if it has one.
    segments: BTreeMap<Lsn, Arc<Segment>>,
    /// First record of the writer's segment.
    current: Option<Lsn>,
    /// Last record on stable storage; 0 for none.
    durable: Lsn,
    /// Bytes of durable records in no range yet.
    unassigned_bytes: u64,
    /// When records arrived: (last of a group, when), ascending, incomplete ones only, at most ten a second.
    arrivals: VecDeque<(Lsn, Instant)>,
    commits: u64,
}

/// The ranges.
#[derive(Debug)]
struct Ledger {
    manifest: Manifest,
    file: ManifestFile,
    /// Ranges of a previous run that nobody has asked for yet.
    recovered: VecDeque<Range>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Unwrap safety: no code that runs under these locks panics half way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    /// Opens the journal in `directory`, creating it when there is none, and cuts a torn tail off. Blocks while it reads what is there.
    ///
    /// # Errors
    /// When the directory cannot be used, is in use, or holds damage that no crash explains. Then nothing was changed.
    pub fn open(directory: impl AsRef<Path>, options: Options) -> Result<(Self, Recovery), OpenError> {
        let directory = directory.as_ref().to_owned();
        let io_error = |doing: &'static str, path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| OpenError::Io { doing, path, source }
        };
        fs::create_dir_all(&directory).map_err(io_error("creating directory", &directory))?;
        if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            disk::sync_directory(parent).map_err(io_error("syncing", parent))?;
        }
        let lock_path = directory.join("lock");
        let lock_file = File::create(&lock_path).map_err(io_error("creating", &lock_path))?;
        match lock_file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(OpenError::Locked(directory)),
            Err(fs::TryLockError::Error(error)) => return Err(io_error("locking", &lock_path)(error)),
        }
        let paths = segment_paths(&directory).map_err(io_error("listing", &directory))?;
        let (file, found) = ManifestFile::open(&directory)?;
        let created = found.is_none();
        let mut manifest = match found {
            Some(manifest) => manifest,
            None if paths.is_empty() => Manifest {
                generation: 0,
                node: disk::random().map_err(io_error("reading a random number for", &directory))?,
                epoch: 0,
                assigned: 0,
                unfinished: BTreeMap::new(),
            },
            None => {
                return Err(OpenError::Corrupt {
                    path: directory.join("manifest.0"),
                    offset: 0,
                    reason: "there are segments but no manifest".to_owned(),
                });
            }
        };
        let (mut log, torn_tail) = recover(&directory, &paths, &manifest)?;
        let last = log.segments.values().last().map_or(0, |segment| segment.last_lsn());
        let durable = last.max(manifest.assigned);
        log.durable = durable;
        manifest.epoch += 1;
        manifest.generation += 1;
        file.save(&manifest)
            .map_err(io_error("saving", &file.path(&manifest)))?;
        let completed_through = manifest.completed_through();
        if durable > completed_through {
            // When the records arrived is not written down; the oldest segment's first moment is the cautious answer.
            let oldest = log
                .segments
                .values()
                .find(|segment| segment.last_lsn() > completed_through)
                .and_then(|segment| segment.file.metadata().ok()?.created().ok()?.elapsed().ok());
            let now = Instant::now();
            let arrived = oldest.and_then(|age| now.checked_sub(age)).unwrap_or(now);
            log.arrivals.push_back((durable, arrived));
        }
        let recovery = Recovery {
            created,
            records: durable - manifest.assigned + manifest.unfinished.values().map(Range::records).sum::<u64>(),
            unfinished_ranges: manifest.unfinished.len(),
            torn_tail,
        };
        let shared = Arc::new(Shared {
            directory,
            options,
            queue: Mutex::default(),
            queued: Condvar::new(),
            log: Mutex::new(log),
            ledger: Mutex::new(Ledger {
                recovered: manifest.unfinished.values().copied().collect(),
                manifest: manifest.clone(),
                file,
            }),
            progress: watch::Sender::new(Progress {
                durable,
                poisoned: None,
            }),
        });
        shared.prune(completed_through);
        let writer = writer::Writer::new(Arc::clone(&shared), manifest.node, manifest.epoch, durable + 1);
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run())
            .map_err(io_error("starting the writer of", &shared.directory))?;
        let handle = Handle {
            shared,
            thread: Mutex::new(Some(thread)),
            lock: Mutex::new(Some(lock_file)),
        };
        let journal = Self {
            handle: Arc::new(handle),
        };
        Ok((journal, recovery))
    }

    fn shared(&self) -> &Shared {
        &self.handle.shared
    }

    /// Appends `records`, in order, and answers when they are on stable storage.
    /// Dropping the future does not take them back.
    ///
    /// # Errors
    /// See [`AppendError`]; after an error nothing of this call is acknowledged.
    pub async fn append(&self, records: Records) -> Result<Appended, AppendError> {
        let shared = self.shared();
        if records.is_empty() {
            return Err(AppendError::Empty);
        }
        let bytes_max = shared
            .options
            .record_bytes_max
            .min(u32::MAX as usize - frame::HEADER_BYTES);
        if records.largest() > bytes_max {
            return Err(AppendError::TooLarge {
                bytes: records.largest(),
                bytes_max,
            });
        }
        if let Some(reason) = &shared.progress.borrow().poisoned {
            return Err(AppendError::Poisoned(reason.to_string()));
        }
        let bytes = records.frame_bytes();
        let (done, answer) = oneshot::channel();
        {
            let mut queue = lock(&shared.queue);
            if queue.closing {
                return Err(AppendError::Closed);
            }
            // One append larger than the bound may go alone.
            if queue.waiting_bytes > 0 && queue.waiting_bytes + bytes > shared.options.waiting_bytes_max {
                return Err(AppendError::Busy {
                    waiting_bytes: queue.waiting_bytes,
                });
            }
            queue.waiting_bytes += bytes;
            queue.batches.push(Batch { records, done });
        }
        shared.queued.notify_one();
        answer.await.unwrap_or(Err(AppendError::Closed))
    }

    /// Follows the journal: changes after each group commit, and when it is poisoned.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.shared().progress.subscribe()
    }

    /// The disk error that stopped the journal, if one did.
    #[must_use]
    pub fn poisoned(&self) -> Option<Arc<str>> {
        self.shared().progress.borrow().poisoned.clone()
    }

    /// The next records to hand on: first the unfinished ranges of a previous run, exactly as they were; then a new range of at most
    /// `records_max` records and about `bytes_max` bytes (at least one record). `None` when every durable record is in a range.
    /// A new range is on stable storage before this answers. Blocks on the disk.
    ///
    /// # Errors
    /// When the records cannot be read or the range cannot be fixed; a failed sync poisons the journal.
    pub fn next_range(&self, records_max: u64, bytes_max: u64) -> Result<Option<Range>, RangeError> {
        let shared = self.shared();
        let mut ledger = lock(&shared.ledger);
        shared.check_open()?;
        if let Some(range) = ledger.recovered.pop_front() {
            return Ok(Some(range));
        }
        let (durable, unassigned_bytes) = {
            let log = lock(&shared.log);
            (log.durable, log.unassigned_bytes)
        };
        let first = ledger.manifest.assigned + 1;
        if first > durable {
            return Ok(None);
        }
        if ledger.manifest.unfinished.len() >= UNFINISHED_MAX {
            return Err(RangeError::TooMany(ledger.manifest.unfinished.len()));
        }
        let mut range = Range {
            node: ledger.manifest.node,
            epoch: ledger.manifest.epoch,
            first,
            last: first - 1,
            bytes: 0,
        };
        if durable - first < records_max && unassigned_bytes <= bytes_max {
            // All that waits fits: nothing has to be read to know where the range ends.
            range.last = durable;
            range.bytes = unassigned_bytes;
        } else {
            shared.read(first, durable, |lsn, payload| {
                let bytes = frame::frame_bytes(payload);
                let empty = range.last < first;
                if !empty && (range.records() >= records_max || range.bytes + bytes > bytes_max) {
                    return false;
                }
                range.last = lsn;
                range.bytes += bytes;
                true
            })?;
        }
        let mut manifest = ledger.manifest.clone();
        manifest.assigned = range.last;
        manifest.unfinished.insert(range.first, range);
        shared.save(&mut ledger, manifest)?;
        failpoint::end(Point::RangeFixed);
        let mut log = lock(&shared.log);
        log.unassigned_bytes = log.unassigned_bytes.saturating_sub(range.bytes);
        Ok(Some(range))
    }

    /// Calls `each` with every record of `range`, in order. Blocks on the disk.
    ///
    /// # Errors
    /// When the range is not an unfinished one, or its records cannot be read back.
    pub fn read(&self, range: &Range, mut each: impl FnMut(Lsn, &[u8])) -> Result<(), RangeError> {
        let known = lock(&self.shared().ledger).manifest.unfinished.get(&range.first) == Some(range);
        if !known {
            return Err(RangeError::Unknown {
                first: range.first,
                last: range.last,
            });
        }
        self.shared().read(range.first, range.last, |lsn, payload| {
            each(lsn, payload);
            true
        })
    }

    /// Lets go of `range`: it will not come back. Durable when this answers. Blocks on the disk.
    ///
    /// # Errors
    /// When the range is not an unfinished one, or this could not be written; a failed sync poisons the journal.
    pub fn complete(&self, range: &Range) -> Result<(), RangeError> {
        let shared = self.shared();
        let mut ledger = lock(&shared.ledger);
        let mut manifest = ledger.manifest.clone();
        if manifest.unfinished.get(&range.first) != Some(range) {
            return Err(RangeError::Unknown {
                first: range.first,
                last: range.last,
            });
        }
        manifest.unfinished.remove(&range.first);
        ledger.recovered.retain(|waiting| waiting != range);
        shared.save(&mut ledger, manifest)?;
        failpoint::end(Point::RangeCompleted);
        shared.prune(ledger.manifest.completed_through());
        Ok(())
    }

    /// Writes what was appended and lets go of the directory; whoever calls this journal afterwards gets an error. Blocks on the disk.
    pub fn close(&self) {
        self.handle.close();
    }

    /// How much is in the journal.
    #[must_use]
    pub fn depth(&self) -> Depth {
        let shared = self.shared();
        let ledger = lock(&shared.ledger);
        let durable = shared.progress.borrow().durable;
        let ranges = ledger.manifest.unfinished.values();
        let (range_records, range_bytes) = ranges.fold((0, 0), |(records, bytes), range| {
            (records + range.records(), bytes + range.bytes)
        });
        let log = lock(&shared.log);
        Depth {
            records: durable.saturating_sub(ledger.manifest.assigned) + range_records,
            bytes: log.unassigned_bytes + range_bytes,
            ranges: ledger.manifest.unfinished.len() as u64,
            disk_bytes: log.disk_bytes(),
            waiting_bytes: lock(&shared.queue).waiting_bytes,
            age: log
                .arrivals
                .front()
                .map_or(Duration::ZERO, |(_, arrived)| arrived.elapsed()),
            commits: log.commits,
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl Handle {
    fn close(&self) {
        lock(&self.shared.queue).closing = true;
        self.shared.queued.notify_all();
        if let Some(thread) = lock(&self.thread).take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's writer panicked");
        }
        // No range can be fixed or completed between the flag and this, and none after it.
        let _ledger = lock(&self.shared.ledger);
        lock(&self.lock).take();
    }
}

impl Log {
    fn disk_bytes(&self) -> u64 {
        self.segments.values().map(|segment| segment.disk_bytes()).sum()
    }
}

impl Shared {
    /// Calls `each` with the durable records `first..=last` until it says `false`.
    fn read(&self, first: Lsn, last: Lsn, mut each: impl FnMut(Lsn, &[u8]) -> bool) -> Result<(), RangeError> {
        let segments: Vec<Arc<Segment>> = {
            let log = lock(&self.log);
            let from = log.segments.range(..=first).next_back().map_or(first, |(lsn, _)| *lsn);
            log.segments
                .range(from..=last)
                .map(|(_, segment)| Arc::clone(segment))
                .collect()
        };
        let mut next = first;
        let mut stopped = false;
        for segment in segments {
            let goes_on = segment.read(next, |lsn, payload| {
                if lsn > last || !each(lsn, payload) {
                    stopped = true;
                    return false;
                }
                next = lsn + 1;
                true
            })?;
            if !goes_on {
                break;
            }
        }
        if !stopped && next <= last {
            return Err(RangeError::Corrupt {
                path: self.directory.clone(),
                offset: 0,
                reason: format!("records {next} to {last} are on no segment"),
            });
        }
        Ok(())
    }

    fn check_open(&self) -> Result<(), RangeError> {
        if lock(&self.queue).closing {
            return Err(RangeError::Closed);
        }
        Ok(())
    }

    /// Makes `manifest` the ledger's, durably.
    fn save(&self, ledger: &mut Ledger, mut manifest: Manifest) -> Result<(), RangeError> {
        self.check_open()?;
        if let Some(reason) = &self.progress.borrow().poisoned {
            return Err(RangeError::Poisoned(reason.to_string()));
        }
        manifest.generation = ledger.manifest.generation + 1;
        let path = ledger.file.path(&manifest);
        if let Err(source) = ledger.file.save(&manifest) {
            self.poison(&format!("saving {}: {source}", path.display()));
            return Err(RangeError::Io {
                doing: "saving",
                path,
                source,
            });
        }
        ledger.manifest = manifest;
        Ok(())
    }

    /// Stops the journal for good.
    fn poison(&self, reason: &str) {
        tracing::error!(reason, "the journal stops: what the disk holds is no longer certain");
        self.progress.send_modify(|progress| {
            progress.poisoned.get_or_insert_with(|| reason.into());
        });
    }

    /// Deletes segments that are complete and kept long enough.
    fn prune(&self, completed_through: Lsn) {
        let mut log = lock(&self.log);
        while log.arrivals.front().is_some_and(|(lsn, _)| *lsn <= completed_through) {
            log.arrivals.pop_front();
        }
        let now = Instant::now();
        let current = log.current;
        let complete: Vec<Arc<Segment>> = log
            .segments
            .values()
            .take_while(|segment| Some(segment.first_lsn) != current && segment.last_lsn() <= completed_through)
            .map(Arc::clone)
            .collect();
        for segment in complete {
            let kept = now.saturating_duration_since(segment.completed_at(now));
            // Room for one more segment, or retention gives way.
            let tight = log.disk_bytes() + self.options.segment_bytes > self.options.disk_bytes_max;
            if kept >= self.options.retention || tight {
                match fs::remove_file(&segment.path) {
                    Ok(()) => {
                        log.segments.remove(&segment.first_lsn);
                    }
                    // It stays in the list, is counted as taken, and the next completion tries again.
                    Err(error) => tracing::warn!(path = %segment.path.display(), %error, "deleting a segment failed"),
                }
            }
        }
    }
}

/// The segments in `directory`, oldest first. Half-made ones are deleted.
fn segment_paths(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("segment") => paths.push(path),
            Some("new") => fs::remove_file(path)?,
            _ => {}
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// Reads all segments, checks that they follow each other, and cuts the last one behind its last whole frame.
fn recover(directory: &Path, paths: &[PathBuf], manifest: &Manifest) -> Result<(Log, Option<String>), OpenError> {
    let mut log = Log::default();
    let mut torn_tail = None;
    let mut expected: Option<Lsn> = None;
    for (index, path) in paths.iter().enumerate() {
        let is_last = index + 1 == paths.len();
        let mut unassigned_bytes = 0;
        let (segment, scan) = Segment::open(path, manifest.node, |lsn, payload| {
            if lsn > manifest.assigned {
                unassigned_bytes += frame::frame_bytes(payload);
            }
        })?;
        log.unassigned_bytes += unassigned_bytes;
        // A deleted segment may come back after a power loss, behind it a gap; what is complete may be missing.
        let forgotten =
            |expected: Lsn| expected < segment.first_lsn && segment.first_lsn - 1 <= manifest.completed_through();
        if let Some(expected) = expected.filter(|expected| *expected != segment.first_lsn && !forgotten(*expected)) {
            return Err(if expected < segment.first_lsn {
                OpenError::Missing {
                    path: directory.to_owned(),
                    first: expected,
                    last: segment.first_lsn - 1,
                }
            } else {
                OpenError::Corrupt {
                    path: path.clone(),
                    offset: 0,
                    reason: format!("it begins with record {}, but {expected} comes next", segment.first_lsn),
                }
            });
        }
        match scan.torn {
            Some((offset, reason)) if !is_last => {
                return Err(OpenError::Corrupt {
                    path: path.clone(),
                    offset,
                    reason: format!("{reason}; only the last segment may end like this"),
                });
            }
            Some((offset, reason)) => {
                torn_tail = Some(format!(
                    "{} cut at byte {offset} behind record {}: {reason}",
                    path.display(),
                    segment.last_lsn()
                ));
            }
            None => {}
        }
        expected = Some(segment.last_lsn() + 1);
        log.segments.insert(segment.first_lsn, Arc::new(segment));
    }
    check_presence(directory, &log, manifest)?;
    // Everything was readable: only now something is changed. The next append begins a new segment.
    if let Some(last) = log.segments.values().last().map(Arc::clone) {
        let io_error = |doing: &'static str| {
            let path = last.path.clone();
            move |source: io::Error| OpenError::Io { doing, path, source }
        };
        if last.last_lsn() < last.first_lsn {
            fs::remove_file(&last.path).map_err(io_error("deleting empty segment"))?;
            log.segments.remove(&last.first_lsn);
            disk::sync_directory(directory).map_err(io_error("syncing the directory of"))?;
        } else {
            last.seal().map_err(io_error("sealing segment"))?;
        }
    }
    Ok((log, torn_tail))
}

/// Every record that was put into a range and is not complete must be on a segment.
fn check_presence(directory: &Path, log: &Log, manifest: &Manifest) -> Result<(), OpenError> {
    let missing = |first, last| OpenError::Missing {
        path: directory.to_owned(),
        first,
        last,
    };
    let present_first = log.segments.keys().next().copied();
    let present_last = log.segments.values().last().map_or(0, |segment| segment.last_lsn());
    for range in manifest.unfinished.values() {
        if present_first.is_none_or(|first| first > range.first) || present_last < range.last {
            return Err(missing(range.first, range.last));
        }
    }
    if let Some(first) = present_first.filter(|first| *first > manifest.assigned + 1) {
        return Err(missing(manifest.assigned + 1, first - 1));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
