//! One record on disk: `len u32 ‖ crc32c u32 ‖ lsn u64 ‖ payload`, little endian. Encoding, and reading forward with a verdict.
//!
//! The checksum covers length, LSN and payload. Sixteen zero bytes are the untouched, preallocated rest of a segment: its end.

use std::{fs::File, io, os::unix::fs::FileExt};

use crate::Lsn;

/// Bytes in front of every payload.
pub(crate) const HEADER_BYTES: usize = 16;

/// How much is read from a segment at once: 1 MiB, about a thousand beacons.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Bytes that `payload` takes on disk.
pub(crate) fn frame_bytes(payload: &[u8]) -> u64 {
    (HEADER_BYTES + payload.len()) as u64
}

/// Fills in the header of `frame`, room for which is in front of the payload. The payload is shorter than 4 GiB (checked by
/// [`crate::Options::record_bytes_max`]).
pub(crate) fn seal(frame: &mut [u8], lsn: Lsn) {
    let (header, payload) = frame.split_at_mut(HEADER_BYTES);
    let length = (payload.len() as u32).to_le_bytes();
    let lsn = lsn.to_le_bytes();
    header[..4].copy_from_slice(&length);
    header[4..8].copy_from_slice(&checksum(length, lsn, payload).to_le_bytes());
    header[8..].copy_from_slice(&lsn);
}

fn checksum(length: [u8; 4], lsn: [u8; 8], payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(crc32c::crc32c(&length), &lsn), payload)
}

/// What stands at a position of a segment.
#[derive(Debug)]
pub(crate) enum Next<'a> {
    /// A whole record.
    Frame { lsn: Lsn, payload: &'a [u8] },
    /// Nothing more: the file's end, or its untouched rest.
    End,
    /// Bytes that are no record.
    Bad(&'static str),
}

/// Walks the frames of a segment from a given offset.
pub(crate) struct FrameReader<'a> {
    file: &'a File,
    /// Offset in the file of `buffer[0]`.
    base: u64,
    /// First byte that is not to be read.
    end: u64,
    buffer: Vec<u8>,
    start: usize,
}

impl<'a> FrameReader<'a> {
    /// Reads `file` from `offset` up to `end`.
    pub(crate) fn new(file: &'a File, offset: u64, end: u64) -> Self {
        Self {
            file,
            base: offset,
            end,
            buffer: Vec::new(),
            start: 0,
        }
    }

    /// Offset of the frame that `next` will look at.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// The frame at the current offset; moves behind it when it is whole.
    pub(crate) fn next(&mut self) -> io::Result<Next<'_>> {
        let left = self.end.saturating_sub(self.offset());
        if left == 0 {
            return Ok(Next::End);
        }
        self.fill(HEADER_BYTES)?;
        let rest = &self.buffer[self.start..];
        let Some(header) = rest.first_chunk::<HEADER_BYTES>() else {
            // A sealed segment ends exactly behind a frame; fewer bytes than a header are a torn write, unless untouched.
            return Ok(if rest.iter().all(|byte| *byte == 0) {
                Next::End
            } else {
                Next::Bad("the frame's header is cut off")
            });
        };
        if header == &[0; HEADER_BYTES] {
            return Ok(Next::End);
        }
        let [l0, l1, l2, l3, c0, c1, c2, c3, lsn @ ..] = *header;
        let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        if (HEADER_BYTES + length) as u64 > left {
            return Ok(Next::Bad("the frame is longer than its segment"));
        }
        self.fill(HEADER_BYTES + length)?;
        let frame = &self.buffer[self.start..];
        let Some(payload) = frame.get(HEADER_BYTES..HEADER_BYTES + length) else {
            return Ok(Next::Bad("the frame is cut off"));
        };
        if checksum([l0, l1, l2, l3], lsn, payload) != u32::from_le_bytes([c0, c1, c2, c3]) {
            return Ok(Next::Bad("the frame's checksum is wrong"));
        }
        self.start += HEADER_BYTES + length;
        Ok(Next::Frame {
            lsn: u64::from_le_bytes(lsn),
            payload,
        })
    }

    /// Has at least `wanted` bytes behind `start` in the buffer, or all there are.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if self.buffer.len() - self.start >= wanted {
            return Ok(());
        }
        self.buffer.drain(..self.start);
        self.base += self.start as u64;
        self.start = 0;
        let mut filled = self.buffer.len();
        let left = usize::try_from(self.end.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.buffer.resize(wanted.max(CHUNK_BYTES).min(left), 0);
        while filled < self.buffer.len() {
            match self.file.read_at(&mut self.buffer[filled..], self.base + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.buffer.truncate(filled);
        Ok(())
    }
}
