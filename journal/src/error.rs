//! What can go wrong, one enum per boundary: opening, appending, and handling ranges.

use std::{io, path::PathBuf};

use crate::Lsn;

/// A journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system refused.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another process has this journal open.
    #[error("the journal in {} is in use by another process", .0.display())]
    Locked(PathBuf),
    /// A file says something that cannot be. Acknowledged records may be lost, so a person must look; nothing was changed.
    #[error("{} is damaged at byte {offset}: {reason}", path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// Records that were acknowledged and not completed are on no segment.
    #[error("records {first} to {last} are missing from the journal in {}", path.display())]
    Missing {
        /// The journal's directory.
        path: PathBuf,
        /// First missing record.
        first: Lsn,
        /// Last missing record.
        last: Lsn,
    },
}

/// Records were not appended. None of the call's records will be handed out, except after [`AppendError::Poisoned`]:
/// then nobody knows, and a reopened journal may have them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Too many bytes wait for the disk; try again soon.
    #[error("{waiting_bytes} bytes are already waiting for the disk")]
    Busy {
        /// Bytes waiting.
        waiting_bytes: u64,
    },
    /// The journal's bound on disk space, or the disk itself, is reached; try again when ranges were completed.
    #[error("the journal holds {disk_bytes} bytes on disk and may not take more")]
    Full {
        /// Bytes taken by segments.
        disk_bytes: u64,
    },
    /// A new segment could not be created for a reason other than space.
    #[error("creating a segment failed: {0}")]
    Segment(String),
    /// Writing or syncing failed once. It is never tried again: the kernel may have dropped the pages after reporting it.
    #[error("the journal stopped after a disk error: {0}")]
    Poisoned(String),
    /// A record is larger than [`crate::Options::record_bytes_max`].
    #[error("a record of {bytes} bytes is larger than {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest allowed.
        bytes_max: usize,
    },
    /// There was nothing to append.
    #[error("no records to append")]
    Empty,
    /// The journal is being closed.
    #[error("the journal is closed")]
    Closed,
}

/// A range could not be fixed, read or completed.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// The operating system refused.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A record that was durable cannot be read back.
    #[error("{} is damaged at byte {offset}: {reason}", path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// The range is not one that was handed out and is still open.
    #[error("records {first} to {last} are no unfinished range")]
    Unknown {
        /// The range's first record.
        first: Lsn,
        /// The range's last record.
        last: Lsn,
    },
    /// Too many ranges are unfinished; complete some first.
    #[error("{0} ranges are unfinished, more than the manifest holds")]
    TooMany(usize),
    /// See [`AppendError::Poisoned`].
    #[error("the journal stopped after a disk error: {0}")]
    Poisoned(String),
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
}
