//! One file of records: a header page with format version, node, epoch and first LSN, then frames, then preallocated zeros.
//!
//! A segment is created under another name, reserved, synced and then renamed, so a file with a segment's name has a whole
//! header. It is sealed (cut behind its last frame and synced) before the next one is created, so only the last segment can
//! have a torn tail.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use failpoint::Point;

use crate::{
    COUNT_MAX, Lsn, OpenError, RangeError, disk,
    frame::{FrameReader, Next, frame_bytes},
};

/// The header has a page of its own, so that writing frames never rewrites it.
pub(crate) const HEADER_BYTES: u64 = 4096;
const MAGIC: &[u8; 8] = b"PLAYJRNL";
const FORMAT_VERSION: u32 = 1;
/// Bytes of the header in use: magic 8, version 4, node 16, epoch 8, first LSN 8, crc32c 4.
const HEADER_USED: usize = 48;
/// An entry of the index is made about every 256 KiB of frames.
const INDEX_EVERY_BYTES: u64 = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) first_lsn: Lsn,
    pub(crate) file: File,
    state: Mutex<State>,
}

#[derive(Debug, Clone)]
struct State {
    /// Behind the last durable frame.
    end: u64,
    /// Last durable record; `first_lsn - 1` when there is none.
    last_lsn: Lsn,
    /// Bytes the file takes on disk.
    disk_bytes: u64,
    /// Some records and where they begin, ascending.
    index: Vec<(Lsn, u64)>,
    /// Since when every record here is complete.
    completed_at: Option<Instant>,
}

/// What reading a segment from front to back found.
#[derive(Debug)]
pub(crate) struct Scan {
    /// The bad frame behind the last good one: where, and what is wrong with it.
    pub(crate) torn: Option<(u64, &'static str)>,
}

/// Why a segment could not be created.
pub(crate) enum CreateError {
    /// No room on the disk.
    Full,
    /// Opening or renaming failed; nothing was lost.
    Refused(io::Error),
    /// A sync failed.
    Sync(io::Error),
}

impl Segment {
    /// Creates the file for records from `first_lsn` on, `bytes` long, durably.
    pub(crate) fn create(
        directory: &Path,
        node: u128,
        epoch: u64,
        first_lsn: Lsn,
        bytes: u64,
    ) -> Result<Self, CreateError> {
        let path = directory.join(format!("{first_lsn:020}.segment"));
        let temporary = path.with_extension("new");
        let refused = |error: io::Error| {
            // Gives back what was reserved; that nothing is left matters less than the first error.
            let _ = fs::remove_file(&temporary);
            if disk::is_full(&error) {
                CreateError::Full
            } else {
                CreateError::Refused(error)
            }
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)
            .map_err(refused)?;
        failpoint::disk(Point::DiskFull)
            .and_then(|()| disk::reserve(&file, bytes))
            .map_err(refused)?;
        failpoint::end(Point::SegmentReserved);
        let mut header = Vec::with_capacity(HEADER_USED);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        header.extend_from_slice(&node.to_le_bytes());
        header.extend_from_slice(&epoch.to_le_bytes());
        header.extend_from_slice(&first_lsn.to_le_bytes());
        header.extend_from_slice(&crc32c::crc32c(&header).to_le_bytes());
        file.write_all_at(&header, 0).map_err(refused)?;
        file.sync_all().map_err(CreateError::Sync)?;
        fs::rename(&temporary, &path).map_err(refused)?;
        disk::sync_directory(directory).map_err(CreateError::Sync)?;
        failpoint::end(Point::SegmentNamed);
        Ok(Self {
            path,
            first_lsn,
            file,
            state: Mutex::new(State {
                end: HEADER_BYTES,
                last_lsn: first_lsn - 1,
                disk_bytes: bytes,
                index: Vec::new(),
                completed_at: None,
            }),
        })
    }

    /// Opens an existing file and reads it through, calling `each` with every whole record.
    pub(crate) fn open(path: &Path, node: u128, mut each: impl FnMut(Lsn, &[u8])) -> Result<(Self, Scan), OpenError> {
        let io_error = |doing: &'static str| {
            move |source: io::Error| OpenError::Io {
                doing,
                path: path.to_owned(),
                source,
            }
        };
        let corrupt = |offset: u64, reason: String| OpenError::Corrupt {
            path: path.to_owned(),
            offset,
            reason,
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(io_error("opening segment"))?;
        let length = file.metadata().map_err(io_error("reading segment"))?.len();
        let mut header = [0; HEADER_USED];
        file.read_exact_at(&mut header, 0)
            .map_err(|_| corrupt(0, "the header is cut off".to_owned()))?;
        let number = |from: usize| {
            header[from..]
                .first_chunk::<8>()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes))
        };
        let sum = crc32c::crc32c(&header[..HEADER_USED - 4]).to_le_bytes();
        if &header[..8] != MAGIC || header[HEADER_USED - 4..] != sum {
            return Err(corrupt(0, "the header is not a segment's".to_owned()));
        }
        let version = number(8) as u32;
        if version != FORMAT_VERSION {
            return Err(corrupt(8, format!("format version {version} is not {FORMAT_VERSION}")));
        }
        if header[12..28] != node.to_le_bytes() {
            return Err(corrupt(12, "the segment belongs to another journal".to_owned()));
        }
        let first_lsn = number(36);
        if first_lsn == 0 || first_lsn > COUNT_MAX {
            return Err(corrupt(36, format!("{first_lsn} is no LSN")));
        }
        let mut state = State {
            end: HEADER_BYTES,
            last_lsn: first_lsn - 1,
            disk_bytes: length,
            index: Vec::new(),
            completed_at: None,
        };
        let mut reader = FrameReader::new(&file, HEADER_BYTES, length);
        let torn = loop {
            let offset = reader.offset();
            match reader.next().map_err(io_error("reading segment"))? {
                Next::Frame { lsn, payload } => {
                    if lsn != state.last_lsn + 1 {
                        break Some((offset, "the frame's LSN is out of order"));
                    }
                    each(lsn, payload);
                    state.push(lsn, offset, frame_bytes(payload));
                }
                Next::End => break None,
                Next::Bad(reason) => break Some((offset, reason)),
            }
        };
        let segment = Self {
            path: path.to_owned(),
            first_lsn,
            file,
            state: Mutex::new(state),
        };
        Ok((segment, Scan { torn }))
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        // Unwrap safety: no code that runs under this lock panics half way through a change.
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn end(&self) -> u64 {
        self.with(|state| state.end)
    }

    pub(crate) fn last_lsn(&self) -> Lsn {
        self.with(|state| state.last_lsn)
    }

    pub(crate) fn disk_bytes(&self) -> u64 {
        self.with(|state| state.disk_bytes)
    }

    /// Since when the segment has been complete; set to `now` by the first call.
    pub(crate) fn completed_at(&self, now: Instant) -> Instant {
        self.with(|state| *state.completed_at.get_or_insert(now))
    }

    /// Notes frames that are on disk now: the size of each, in order, the first being `first_lsn`.
    pub(crate) fn grown(&self, first_lsn: Lsn, sizes: &[u64]) {
        self.with(|state| {
            for (lsn, bytes) in (first_lsn..).zip(sizes) {
                state.push(lsn, state.end, *bytes);
            }
        });
    }

    /// Cuts the file behind its last frame, durably.
    pub(crate) fn seal(&self) -> io::Result<()> {
        let end = self.end();
        self.file.set_len(end)?;
        self.file.sync_all()?;
        self.with(|state| state.disk_bytes = end);
        Ok(())
    }

    /// Calls `each` with the durable records from `lsn` on, until it says `false`.
    /// Answers whether it was asked to go on.
    pub(crate) fn read(&self, lsn: Lsn, mut each: impl FnMut(Lsn, &[u8]) -> bool) -> Result<bool, RangeError> {
        let (offset, end) = self.with(|state| {
            let before = state.index.partition_point(|(indexed, _)| *indexed <= lsn);
            let offset = before.checked_sub(1).map_or(HEADER_BYTES, |entry| state.index[entry].1);
            (offset, state.end)
        });
        let mut reader = FrameReader::new(&self.file, offset, end);
        loop {
            let offset = reader.offset();
            let next = reader.next().map_err(|source| RangeError::Io {
                doing: "reading segment",
                path: self.path.clone(),
                source,
            })?;
            let reason = match next {
                Next::Frame { lsn: found, .. } if found < lsn => continue,
                Next::Frame { lsn: found, payload } => {
                    if each(found, payload) {
                        continue;
                    }
                    return Ok(false);
                }
                Next::End if offset >= end => return Ok(true),
                Next::End => "zeros where a record was",
                Next::Bad(reason) => reason,
            };
            return Err(RangeError::Corrupt {
                path: self.path.clone(),
                offset,
                reason: reason.to_owned(),
            });
        }
    }
}

impl State {
    fn push(&mut self, lsn: Lsn, offset: u64, bytes: u64) {
        let indexed = self.index.last().map_or(0, |(_, offset)| *offset);
        if offset >= indexed + INDEX_EVERY_BYTES {
            self.index.push((lsn, offset));
        }
        self.last_lsn = lsn;
        self.end = offset + bytes;
    }
}
