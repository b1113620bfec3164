//! Places where a test may end the process, or make the disk fail. A release build contains nothing of them.
//!
//! A test arms a point while the program runs, by creating a file of the point's name in the folder that
//! [`FOLDER_VARIABLE`] names. The first to pass the point takes the file away and fails; the next one passes, so a restarted
//! process does not fail again.

use std::io;

/// The environment variable that names the folder with the armed points. Read once; a release build ignores it.
pub const FOLDER_VARIABLE: &str = "PLAYHEAD_FAILPOINTS";

/// Every place that can fail, in the order in which a beacon passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// The journal's writer has taken appends and written nothing.
    AppendTaken,
    /// Half of a group's bytes are written.
    AppendTorn,
    /// A group is written and not synced.
    AppendWritten,
    /// The disk refuses to sync a group (an error, not an end).
    SyncFails,
    /// A group is on stable storage and nobody was told.
    AppendSynced,
    /// The disk has no room for another segment (an error, not an end).
    DiskFull,
    /// The file of the next segment has its size and neither a header nor its name.
    SegmentReserved,
    /// The next segment has its name and no record.
    SegmentNamed,
    /// The segment before is sealed and there is no next one.
    SegmentSealed,
    /// Senders have their answers, and the batcher is about to fix ranges.
    BatchGathered,
    /// Half of a manifest is written.
    ManifestTorn,
    /// A range is fixed and was not sent.
    RangeFixed,
    /// The engine has received an insert and not begun it.
    InsertReceived,
    /// The engine has carried out an insert and not said so.
    InsertExecuted,
    /// The batcher knows that a range is in ClickHouse and has not written it down.
    InsertAnswered,
    /// Dead letters are in ClickHouse and their range is not complete.
    DeadLettersStored,
    /// A range is complete and its segments are not deleted.
    RangeCompleted,
}

impl Point {
    /// Every point.
    pub const ALL: [Self; 17] = [
        Self::AppendTaken,
        Self::AppendTorn,
        Self::AppendWritten,
        Self::SyncFails,
        Self::AppendSynced,
        Self::DiskFull,
        Self::SegmentReserved,
        Self::SegmentNamed,
        Self::SegmentSealed,
        Self::BatchGathered,
        Self::ManifestTorn,
        Self::RangeFixed,
        Self::InsertReceived,
        Self::InsertExecuted,
        Self::InsertAnswered,
        Self::DeadLettersStored,
        Self::RangeCompleted,
    ];

    /// The name of the file that arms it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AppendTaken => "append_taken",
            Self::AppendTorn => "append_torn",
            Self::AppendWritten => "append_written",
            Self::SyncFails => "sync_fails",
            Self::AppendSynced => "append_synced",
            Self::DiskFull => "disk_full",
            Self::SegmentReserved => "segment_reserved",
            Self::SegmentNamed => "segment_named",
            Self::SegmentSealed => "segment_sealed",
            Self::BatchGathered => "batch_gathered",
            Self::ManifestTorn => "manifest_torn",
            Self::RangeFixed => "range_fixed",
            Self::InsertReceived => "insert_received",
            Self::InsertExecuted => "insert_executed",
            Self::InsertAnswered => "insert_answered",
            Self::DeadLettersStored => "dead_letters_stored",
            Self::RangeCompleted => "range_completed",
        }
    }

    /// Whether the process ends here; otherwise it meets an error that it has to live with.
    #[must_use]
    pub fn is_end(self) -> bool {
        !matches!(self, Self::SyncFails | Self::DiskFull)
    }
}

/// Ends the process, as `kill -9` would, where `point` is armed.
pub fn end(point: Point) {
    end_after(point, || {});
}

/// Does something half and ends the process, where `point` is armed.
pub fn end_after(point: Point, half: impl FnOnce()) {
    if is_armed(point) {
        half();
        // SAFETY: both calls take numbers only; a process may always send itself a signal.
        unsafe {
            libc::kill(libc::getpid(), libc::SIGKILL);
        }
        // The signal is delivered before `kill` returns to its thread, or at the latest while this waits.
        loop {
            std::thread::park();
        }
    }
}

/// The error that the disk gives where `point` is armed.
///
/// # Errors
/// `ENOSPC` at [`Point::DiskFull`], `EIO` elsewhere.
pub fn disk(point: Point) -> io::Result<()> {
    if !is_armed(point) {
        return Ok(());
    }
    let code = if point == Point::DiskFull {
        libc::ENOSPC
    } else {
        libc::EIO
    };
    Err(io::Error::from_raw_os_error(code))
}

/// Takes the file of `point` away; whether it was there.
#[cfg(debug_assertions)]
fn is_armed(point: Point) -> bool {
    use std::{path::PathBuf, sync::OnceLock};
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from))
        .as_ref()
        .is_some_and(|folder| std::fs::remove_file(folder.join(point.name())).is_ok())
}

#[cfg(not(debug_assertions))]
fn is_armed(_point: Point) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_every_point_is_listed() {
        let names: std::collections::BTreeSet<_> = Point::ALL.map(Point::name).into();
        assert_eq!(names.len(), Point::ALL.len());
        assert_eq!(Point::RangeCompleted as usize + 1, Point::ALL.len());
    }
}
