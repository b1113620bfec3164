//! Rows of a table that is derived from others: made in the program, stored as columns.

use uuid::Uuid;

use crate::{
    error::StoreError,
    native::{Block, NotARow},
    row::{Column, put_length},
};

/// A value of a row. What a row does not say is its column's default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// An id.
    Uuid(Uuid),
    /// A text.
    Text(&'a str),
    /// A whole number, of a column that is so many bytes wide; or a time, as ClickHouse counts it.
    Number(u128, usize),
    /// Keys, each with how many it has: `Tuple(Array(UInt16), Array(UInt64))`.
    Counts(&'a [(u16, u64)]),
}

/// Rows that are put together for one insert.
pub struct DerivedRows {
    block: Block,
    rows: usize,
    bytes: usize,
    marks: Vec<u64>,
    values: Vec<u8>,
}

impl DerivedRows {
    /// None yet of so many that are expected, of `columns`.
    ///
    /// # Errors
    /// When a column has a type that is not known here.
    pub fn of(columns: &[Column], rows: usize) -> Result<Self, StoreError> {
        Ok(Self {
            block: Block::of(columns, rows).ok_or(StoreError::Shape {
                reason: "a column of a derived table has an unknown type".to_owned(),
            })?,
            rows: 0,
            bytes: 0,
            marks: vec![0; columns.len().div_ceil(64)],
            values: Vec::new(),
        })
    }

    /// Takes a row: values by the places of their columns, rising.
    ///
    /// # Errors
    /// When a value is not of its column, or does not fit into it. The rows are of no use then.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = (usize, Field<'a>)>) -> Result<(), StoreError> {
        self.marks.fill(0);
        self.values.clear();
        for (place, field) in row {
            put(field, &mut self.values).ok_or_else(|| shape(place))?;
            let word = self.marks.get_mut(place / 64).ok_or_else(|| shape(place))?;
            *word |= 1 << (place % 64);
        }
        let pushed = self.block.push(&self.marks, &self.values);
        pushed.map_err(|NotARow| StoreError::Shape {
            reason: "values of a derived row are not of its columns".to_owned(),
        })?;
        self.rows += 1;
        self.bytes += self.values.len();
        Ok(())
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The bytes of what they say.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(crate) fn finished(mut self) -> Block {
        self.block.finish();
        self.block
    }
}

fn shape(place: usize) -> StoreError {
    StoreError::Shape {
        reason: format!("the value of column {place} of a derived table does not fit"),
    }
}

/// Appends a value as RowBinary has it; none where it does not fit.
fn put(field: Field<'_>, out: &mut Vec<u8>) -> Option<()> {
    match field {
        Field::Uuid(id) => {
            let (high, low) = id.as_u64_pair();
            out.extend_from_slice(&high.to_le_bytes());
            out.extend_from_slice(&low.to_le_bytes());
        }
        Field::Text(text) => {
            put_length(text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        Field::Number(number, width) => {
            let bytes = number.to_le_bytes();
            let (kept, rest) = bytes.split_at_checked(width)?;
            rest.iter().all(|byte| *byte == 0).then_some(())?;
            out.extend_from_slice(kept);
        }
        Field::Counts(counts) => {
            put_length(counts.len(), out);
            counts
                .iter()
                .for_each(|(key, _)| out.extend_from_slice(&key.to_le_bytes()));
            put_length(counts.len(), out);
            counts
                .iter()
                .for_each(|(_, count)| out.extend_from_slice(&count.to_le_bytes()));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column {
            name: "word",
            kind: "LowCardinality(String)",
        },
        Column {
            name: "sum",
            kind: "UInt16",
        },
        Column {
            name: "bins",
            kind: "Tuple(Array(UInt16), Array(UInt64))",
        },
    ];

    #[test]
    fn a_number_that_does_not_fit_is_refused_and_so_is_a_column_that_is_not_there() {
        let mut rows = DerivedRows::of(&COLUMNS, 1).unwrap();
        rows.push([(1, Field::Number(65_535, 2))]).unwrap();
        assert!(rows.push([(1, Field::Number(65_536, 2))]).is_err());
        assert!(rows.push([(1, Field::Number(1, 4))]).is_err());
        assert!(rows.push([(64, Field::Text("a"))]).is_err());
        assert_eq!(rows.len(), 1);
    }

    #[test]
    fn what_a_row_does_not_say_is_the_default_and_what_no_row_says_is_not_sent() {
        let mut rows = DerivedRows::of(&COLUMNS, 2).unwrap();
        rows.push([(2, Field::Counts(&[(7, 2), (9, 1)]))]).unwrap();
        rows.push([(0, Field::Text("b"))]).unwrap();
        let block = rows.finished();
        assert_eq!(block.names(), "word, bins");
        assert!(
            DerivedRows::of(
                &[Column {
                    name: "odd",
                    kind: "IPv6"
                }],
                1
            )
            .is_err()
        );
    }
}
