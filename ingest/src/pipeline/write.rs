//! The journal's record of one beacon: a version byte, then the row in postcard. The row is whole (validated, corrected,
//! enriched), so that a token maps to the same rows for ever, also after an upgrade changed how rows are made.

use store::BeaconRow;

/// First byte of a record. Raised together with a change of [`BeaconRow`], which then also keeps reading the old form.
const VERSION: u8 = 1;
/// A typical row takes 300 bytes; one growth step less.
const RECORD_BYTES: usize = 512;

/// A record cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// It was written by another version of this program.
    #[error("record version {0} is not known to this program; run the version that wrote it, or a newer one")]
    Version(u8),
    /// It is empty.
    #[error("the record is empty")]
    Empty,
    /// Its bytes are no row.
    #[error("reading a row of the journal")]
    Row(#[source] postcard::Error),
}

/// The record of `row`.
pub(crate) fn record_from_row(row: &BeaconRow) -> Result<Vec<u8>, postcard::Error> {
    let mut record = Vec::with_capacity(RECORD_BYTES);
    record.push(VERSION);
    postcard::to_extend(row, record)
}

/// The row of `record`.
pub(crate) fn row_from_record(record: &[u8]) -> Result<BeaconRow, RecordError> {
    match record {
        [] => Err(RecordError::Empty),
        [VERSION, row @ ..] => postcard::from_bytes(row).map_err(RecordError::Row),
        [version, ..] => Err(RecordError::Version(*version)),
    }
}
