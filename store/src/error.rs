//! What can go wrong between us and ClickHouse, and whether sending the same thing again can help.

/// Why a call to ClickHouse failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// ClickHouse could not be reached, or the connection broke before its answer was complete. Whether a statement took
    /// effect is not known; the same insert with the same token may be sent again.
    #[error("reaching ClickHouse")]
    Unreachable(#[source] clickhouse::error::Error),
    /// ClickHouse did not answer within the time allowed. As with [`Self::Unreachable`], the effect is not known.
    #[error("no answer from ClickHouse within {seconds} s")]
    TimedOut {
        /// The time allowed, in seconds.
        seconds: u64,
    },
    /// ClickHouse answered with an exception.
    #[error("ClickHouse refused with code {code}: {message}")]
    Refused {
        /// ClickHouse's error code (`Code: 252`).
        code: i32,
        /// ClickHouse's words, from `DB::Exception` on.
        message: String,
    },
    /// Rows do not fit the table's columns, or an answer does not fit the type asked for: this program and the tables disagree.
    #[error("encoding or decoding rows: {reason}")]
    Shape {
        /// What does not fit.
        reason: String,
    },
    /// A row's bytes are not of the columns it says: it can only be set aside.
    #[error("row {index} of its range has other columns than it says")]
    Row {
        /// Its index.
        index: usize,
    },
    /// A migration that was applied once has another text now.
    #[error("migration {name} was applied with another text (checksum {applied}, now {expected})")]
    MigrationChanged {
        /// The migration's name.
        name: String,
        /// Checksum recorded when it was applied.
        applied: String,
        /// Checksum of the text in this program.
        expected: String,
    },
    /// The database holds tables of a single node and a cluster was named, or the other way round.
    #[error("the tables are those of {found}, and this program was told of {told}: name another database")]
    OtherForm {
        /// What the tables are.
        found: &'static str,
        /// What was configured.
        told: &'static str,
    },
    /// A migration is written in a way that has no cluster's form.
    #[error("migration {name} has no form for a cluster")]
    NoClusterForm {
        /// The migration's name.
        name: &'static str,
    },
    /// A table shall be kept for no time at all, or for longer than its TTL can say.
    #[error("{table} cannot be kept for {days} days: 1 to {} can be", crate::Retention::DAYS_MAX)]
    Retention {
        /// The table.
        table: &'static str,
        /// The days as configured.
        days: u32,
    },
    /// A configured name is not an identifier.
    #[error("the {of}'s name {name:?} is no identifier: letters, digits and underscores, not beginning with a digit")]
    Name {
        /// What it should name: database or cluster.
        of: &'static str,
        /// The name as configured.
        name: String,
    },
}

/// Codes that say the rows, not the moment, are at fault: sent again they fail again.
/// 6, 27, 33, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349: parsing and conversion of values; 16, 47, 60, 62, 81: names or
/// syntax that this program got wrong; 307, 396: more bytes or rows than are taken at once, which splitting cures; 469: a violated constraint.
const POISON_CODES: &[i32] = &[
    6, 16, 27, 33, 38, 41, 47, 53, 60, 62, 69, 70, 72, 81, 117, 131, 307, 321, 349, 396, 469,
];

impl StoreError {
    /// Whether the same call may succeed later. A retried insert must carry the same token and the same rows.
    /// False means the rows themselves are at fault (poison): split the range and set the bad row aside.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TimedOut { .. } => true,
            Self::Refused {
                code: TOO_MANY_PARTS,
                message,
            } => !message.contains(TOO_MANY_PARTITIONS),
            Self::Refused { code, .. } => !POISON_CODES.contains(code),
            Self::Shape { .. }
            | Self::Row { .. }
            | Self::MigrationChanged { .. }
            | Self::OtherForm { .. }
            | Self::NoClusterForm { .. }
            | Self::Retention { .. }
            | Self::Name { .. } => false,
        }
    }

    /// ClickHouse's error code, when it answered with one.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}

impl From<clickhouse::error::Error> for StoreError {
    fn from(error: clickhouse::error::Error) -> Self {
        use clickhouse::error::Error;
        match error {
            Error::BadResponse(text) => match exception_code(&text) {
                Some(code) => Self::Refused { code, message: text },
                // An answer without a code is a proxy's or a broken one: nothing is known about the rows.
                None => Self::Unreachable(Error::BadResponse(text)),
            },
            Error::Network(_) | Error::Compression(_) | Error::Decompression(_) | Error::TimedOut => {
                Self::Unreachable(error)
            }
            other => Self::Shape {
                reason: other.to_string(),
            },
        }
    }
}

/// ClickHouse's `TOO_MANY_PARTS` means two things: rows of more partitions than one insert may touch, or a table whose merges are
/// behind. Splitting cures the first and makes the second worse.
const TOO_MANY_PARTS: i32 = 252;
const TOO_MANY_PARTITIONS: &str = "Too many partitions";

/// The number in ClickHouse's `Code: 252. DB::Exception: …`.
fn exception_code(text: &str) -> Option<i32> {
    let rest = &text[text.find("Code: ")? + "Code: ".len()..];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_told_apart_from_a_broken_connection() {
        let error = StoreError::from(clickhouse::error::Error::BadResponse(
            "Code: 252. DB::Exception: Too many partitions for single INSERT block (more than 100) (TOO_MANY_PARTS)"
                .into(),
        ));
        assert_eq!(error.code(), Some(252));
        assert!(!error.is_retryable());
        let error = StoreError::from(clickhouse::error::Error::BadResponse(
            "Code: 252. DB::Exception: Too many parts (3 with average size of 1.00 KiB). Merges are processing significantly slower than inserts (TOO_MANY_PARTS)".into(),
        ));
        assert!(error.is_retryable(), "merges that are behind are not the rows' fault");
        let error = StoreError::from(clickhouse::error::Error::BadResponse(
            "Code: 241. DB::Exception: memory".into(),
        ));
        assert!(
            error.is_retryable(),
            "out of memory is the moment's fault, not the rows'"
        );
        let error = StoreError::from(clickhouse::error::Error::BadResponse("502 Bad Gateway".into()));
        assert_eq!(error.code(), None);
        assert!(error.is_retryable());
    }
}
