//! Rows that ClickHouse refuses for their own sake, one JSON object a line, beside the journal: `dead-letter/<day>.jsonl`.
//!
//! A line is on the disk before its range is completed. After a crash in between it may be there twice, under the same
//! `token` and `index`.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::BeaconRow;

/// Where dead letters go.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetters {
    directory: PathBuf,
}

/// One line.
#[derive(Debug, Serialize)]
pub(crate) struct DeadLetter<'a> {
    /// When it was given up.
    pub(crate) date: DateTime<Utc>,
    /// The token of its range.
    pub(crate) token: &'a str,
    /// Its place in the range, from 0.
    pub(crate) index: usize,
    /// ClickHouse's words.
    pub(crate) reason: &'a str,
    /// The row.
    pub(crate) row: &'a BeaconRow,
}

impl DeadLetters {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Appends `letters` durably.
    pub(crate) fn append(&self, letters: &[DeadLetter<'_>]) -> io::Result<()> {
        let Some(first) = letters.first() else {
            return Ok(());
        };
        fs::create_dir_all(&self.directory)?;
        let path = self.directory.join(format!("{}.jsonl", first.date.format("%Y-%m-%d")));
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let mut lines = Vec::new();
        for letter in letters {
            serde_json::to_writer(&mut lines, letter)?;
            lines.push(b'\n');
        }
        file.write_all(&lines)?;
        file.sync_all()?;
        File::open(&self.directory)?.sync_all()
    }
}
