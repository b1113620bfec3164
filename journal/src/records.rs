//! What one append writes: records in one piece of memory, each behind room for its frame's header, so that they are encoded where
//! they are written from.

use crate::{Lsn, frame};

/// Consecutive records of one append.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// Frames whose headers are still to be filled in.
    frames: Vec<u8>,
    /// Where each frame ends.
    ends: Vec<usize>,
}

impl Records {
    /// Room for `records` records of `record_bytes` each before memory has to grow.
    #[must_use]
    pub fn with_capacity(records: usize, record_bytes: usize) -> Self {
        Self {
            frames: Vec::with_capacity(records.saturating_mul(frame::HEADER_BYTES + record_bytes)),
            ends: Vec::with_capacity(records),
        }
    }

    /// Appends a record: what `write` appends to the memory it is given.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.frames.extend_from_slice(&[0; frame::HEADER_BYTES]);
        let begin = self.frames.len();
        write(&mut self.frames);
        assert!(
            self.frames.len() >= begin,
            "a record is appended, and takes nothing away"
        );
        self.ends.push(self.frames.len());
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes they take in the journal.
    pub(crate) fn frame_bytes(&self) -> u64 {
        self.frames.len() as u64
    }

    /// Bytes of the largest record.
    pub(crate) fn largest(&self) -> usize {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let sizes = self.ends.iter().zip(begins).map(|(end, begin)| end - begin);
        sizes.max().unwrap_or(frame::HEADER_BYTES) - frame::HEADER_BYTES
    }

    /// Numbers the records from `first` on; answers the frames, and calls `each` with the size of each.
    pub(crate) fn seal(&mut self, first: Lsn, mut each: impl FnMut(u64)) -> &[u8] {
        let mut begin = 0;
        for (lsn, end) in (first..).zip(&self.ends) {
            frame::seal(&mut self.frames[begin..*end], lsn);
            each((end - begin) as u64);
            begin = *end;
        }
        &self.frames
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Records {
    fn from_iter<I: IntoIterator<Item = T>>(payloads: I) -> Self {
        let mut records = Self::default();
        for payload in payloads {
            records.push(|bytes| bytes.extend_from_slice(payload.as_ref()));
        }
        records
    }
}
