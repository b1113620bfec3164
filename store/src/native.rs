//! Rows turned into columns: ClickHouse's Native form of what the journal keeps row by row.
//!
//! ClickHouse reads a row of 155 columns value by value, each through its type; columns it takes as they are. Measured, µs of CPU a row: 16
//! there for rows, 2 for columns, and 1.5 here to turn them (docs/adr/0010).
//!
//! A block is: the number of columns, the number of rows, and for each column its name, its type and its values. What the values
//! of a type look like stands at [`Values`].

use std::{collections::HashMap, ops::Range};

use crate::row::{Column, put_length};

/// Columns of rows, as they grow.
pub(crate) struct Block {
    columns: Vec<(Column, Values)>,
    rows: usize,
}

/// The bytes of a row end before its last column, or go on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotARow;

/// A type, as far as `beacons` need them.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A number, a time or an id of so many bytes.
    Fixed(usize),
    Text,
    /// `LowCardinality(String)`.
    Word,
    /// Of a number of so many bytes.
    Nullable(usize),
    Array(Box<Kind>),
    Tuple(Vec<Kind>),
}

impl Kind {
    /// Reads a type as ClickHouse writes it. A map is an array of pairs.
    fn of(text: &str) -> Option<Self> {
        let within = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(inner) = within("Array") {
            return Some(Self::Array(Box::new(Self::of(inner)?)));
        }
        if let Some(inner) = within("Map") {
            let pair = parts(inner).map(Self::of).collect::<Option<_>>()?;
            return Some(Self::Array(Box::new(Self::Tuple(pair))));
        }
        if let Some(inner) = within("Tuple") {
            // An element may have a name in front.
            let elements = parts(inner).map(|part| Self::of(part).or_else(|| Self::of(part.split_once(' ')?.1)));
            return Some(Self::Tuple(elements.collect::<Option<_>>()?));
        }
        if let Some(inner) = within("Nullable") {
            return match Self::of(inner)? {
                Self::Fixed(width) => Some(Self::Nullable(width)),
                _ => None,
            };
        }
        Some(match text {
            "LowCardinality(String)" => Self::Word,
            "String" => Self::Text,
            "Bool" | "UInt8" => Self::Fixed(1),
            "UInt32" | "Int32" => Self::Fixed(4),
            "UInt64" | "Int64" | "DateTime64(3, 'UTC')" => Self::Fixed(8),
            "UUID" => Self::Fixed(16),
            _ => return None,
        })
    }
}

/// The parts of a list between its outer commas.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
    .map(str::trim)
}

/// The values of a column, in the form in which they are sent.
#[derive(Debug)]
enum Values {
    /// One behind the other.
    Fixed { width: usize, bytes: Vec<u8> },
    /// Each behind its length.
    Text(Vec<u8>),
    /// Different ones once, then for each row the place of its own among them.
    Word(Words),
    /// For each row whether it is null, then the values, 0 where it is.
    Nullable {
        width: usize,
        nulls: Vec<u8>,
        bytes: Vec<u8>,
    },
    /// For each row how many values it and those before have together, then the values.
    Array { ends: Vec<u64>, values: Box<Values> },
    /// One element's values behind the other's.
    Tuple(Vec<Values>),
}

/// Texts of which many are the same.
#[derive(Debug, Default)]
struct Words {
    places: HashMap<Box<[u8]>, u32>,
    /// The different ones, each behind its length.
    texts: Vec<u8>,
    rows: Vec<u32>,
    /// Where in `texts` each of them lies.
    spots: Vec<Range<usize>>,
}

impl Words {
    fn push(&mut self, text: &[u8]) {
        // Neighbours mostly have the same.
        let same = self.rows.last().filter(|place| {
            let spot = self.spots.get(**place as usize);
            spot.is_some_and(|spot| self.texts.get(spot.clone()) == Some(text))
        });
        let place = match same.or_else(|| self.places.get(text)) {
            Some(place) => *place,
            None => {
                let place = self.spots.len() as u32;
                put_length(text.len(), &mut self.texts);
                let begin = self.texts.len();
                self.texts.extend_from_slice(text);
                self.spots.push(begin..self.texts.len());
                self.places.insert(text.into(), place);
                place
            }
        };
        self.rows.push(place);
    }

    fn put(&self, out: &mut Vec<u8>) {
        if self.rows.is_empty() {
            return;
        }
        /// All different values come with these rows, and belong to them alone.
        const OWN_DICTIONARY: u64 = 1 << 9 | 1 << 10;
        let (width, form) = match self.places.len() {
            0..=0x100 => (1, 0),
            0x101..=0x1_0000 => (2, 1),
            _ => (4, 2),
        };
        out.extend_from_slice(&(OWN_DICTIONARY | form).to_le_bytes());
        out.extend_from_slice(&(self.places.len() as u64).to_le_bytes());
        out.extend_from_slice(&self.texts);
        out.extend_from_slice(&(self.rows.len() as u64).to_le_bytes());
        for place in &self.rows {
            out.extend_from_slice(&place.to_le_bytes()[..width]);
        }
    }
}

impl Values {
    /// Room for the values of `rows`, as far as their size is known.
    fn of(kind: &Kind, rows: usize) -> Self {
        match kind {
            Kind::Fixed(width) => Self::Fixed {
                width: *width,
                bytes: Vec::with_capacity(rows * width),
            },
            Kind::Text => Self::Text(Vec::new()),
            Kind::Word => Self::Word(Words {
                rows: Vec::with_capacity(rows),
                ..Words::default()
            }),
            Kind::Nullable(width) => Self::Nullable {
                width: *width,
                nulls: Vec::with_capacity(rows),
                bytes: Vec::with_capacity(rows * width),
            },
            Kind::Array(inner) => Self::Array {
                ends: Vec::with_capacity(rows),
                values: Box::new(Self::of(inner, 0)),
            },
            Kind::Tuple(elements) => Self::Tuple(elements.iter().map(|element| Self::of(element, rows)).collect()),
        }
    }

    /// Takes one value of a row.
    fn push(&mut self, row: &mut &[u8]) -> Result<(), NotARow> {
        match self {
            Self::Fixed { width, bytes } => take_fixed(*width, row, bytes)?,
            Self::Text(bytes) => {
                let text = taken_text(row)?;
                put_length(text.len(), bytes);
                bytes.extend_from_slice(text);
            }
            Self::Word(words) => words.push(taken_text(row)?),
            Self::Nullable { width, nulls, bytes } => match taken(row, 1)? {
                [0] => {
                    nulls.push(0);
                    take_fixed(*width, row, bytes)?;
                }
                _ => {
                    nulls.push(1);
                    take_fixed(*width, &mut &NULL[..], bytes)?;
                }
            },
            Self::Array { ends, values } => {
                let count = taken_length(row)?;
                for _ in 0..count {
                    values.push(row)?;
                }
                ends.push(ends.last().copied().unwrap_or_default() + count as u64);
            }
            Self::Tuple(elements) => {
                for element in elements {
                    element.push(row)?;
                }
            }
        }
        Ok(())
    }

    /// What stands in front of all values of a column: which form of `LowCardinality` it has, wherever one is in it.
    fn put_front(&self, out: &mut Vec<u8>) {
        match self {
            Self::Word(_) => out.extend_from_slice(&1_u64.to_le_bytes()),
            Self::Array { values, .. } => values.put_front(out),
            Self::Tuple(elements) => elements.iter().for_each(|element| element.put_front(out)),
            Self::Fixed { .. } | Self::Text(_) | Self::Nullable { .. } => {}
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Fixed { bytes, .. } | Self::Text(bytes) => out.extend_from_slice(bytes),
            Self::Word(words) => words.put(out),
            Self::Nullable { nulls, bytes, .. } => {
                out.extend_from_slice(nulls);
                out.extend_from_slice(bytes);
            }
            Self::Array { ends, values } => {
                ends.iter().for_each(|end| out.extend_from_slice(&end.to_le_bytes()));
                values.put(out);
            }
            Self::Tuple(elements) => elements.iter().for_each(|element| element.put(out)),
        }
    }
}

impl Block {
    /// A block of no rows with room for so many; `None` for a type that no column of `beacons` has.
    pub(crate) fn of(columns: impl IntoIterator<Item = Column>, rows: usize) -> Option<Self> {
        let columns = columns
            .into_iter()
            .map(|column| Some((column, Values::of(&Kind::of(column.kind)?, rows))));
        Some(Self {
            columns: columns.collect::<Option<_>>()?,
            rows: 0,
        })
    }

    /// Takes a row: its columns' values one behind the other, RowBinary, the last ones in `behind`.
    ///
    /// # Errors
    /// When the bytes are not of these columns. The block is of no use then.
    pub(crate) fn push(&mut self, row: &[u8], behind: &[u8]) -> Result<(), NotARow> {
        let (mut row, mut behind) = (row, behind);
        for (_, values) in &mut self.columns {
            values.push(if row.is_empty() { &mut behind } else { &mut row })?;
        }
        self.rows += 1;
        if row.is_empty() && behind.is_empty() {
            Ok(())
        } else {
            Err(NotARow)
        }
    }

    /// Appends a column to `out`; the first one with the block's head in front. All of them in order are the block.
    pub(crate) fn put(&self, out: &mut Vec<u8>, column: usize) {
        if column == 0 {
            put_length(self.columns.len(), out);
            put_length(self.rows, out);
        }
        let Some((Column { name, kind }, values)) = self.columns.get(column) else {
            return;
        };
        for text in [name, kind] {
            put_length(text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        values.put_front(out);
        values.put(out);
    }

    /// How many columns.
    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }
}

/// What stands where a value is null.
const NULL: [u8; 16] = [0; 16];

/// Takes a value of `width` bytes. The widths that there are have a copy of their own, without a call: a row has 130 of them.
fn take_fixed(width: usize, row: &mut &[u8], bytes: &mut Vec<u8>) -> Result<(), NotARow> {
    fn take<const WIDTH: usize>(row: &mut &[u8], bytes: &mut Vec<u8>) -> Result<(), NotARow> {
        let (value, rest) = row.split_first_chunk::<WIDTH>().ok_or(NotARow)?;
        *row = rest;
        bytes.extend_from_slice(value);
        Ok(())
    }
    match width {
        1 => take::<1>(row, bytes),
        4 => take::<4>(row, bytes),
        8 => take::<8>(row, bytes),
        16 => take::<16>(row, bytes),
        _ => Err(NotARow),
    }
}

fn taken<'a>(row: &mut &'a [u8], length: usize) -> Result<&'a [u8], NotARow> {
    let (first, rest) = row.split_at_checked(length).ok_or(NotARow)?;
    *row = rest;
    Ok(first)
}

fn taken_length(row: &mut &[u8]) -> Result<usize, NotARow> {
    let mut length = 0;
    for shift in (0..u32::BITS).step_by(7) {
        let [byte] = taken(row, 1)? else {
            return Err(NotARow);
        };
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err(NotARow)
}

fn taken_text<'a>(row: &mut &'a [u8]) -> Result<&'a [u8], NotARow> {
    let length = taken_length(row)?;
    taken(row, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BeaconRow;

    #[test]
    fn every_type_of_a_beacon_is_known() {
        for column in BeaconRow::COLUMNS {
            assert!(Kind::of(column.kind).is_some(), "{}: {}", column.name, column.kind);
        }
        assert_eq!(
            Kind::of("Array(Tuple(wait_ms Int32, ttfb_ms Nullable(UInt32)))"),
            Some(Kind::Array(Box::new(Kind::Tuple(vec![
                Kind::Fixed(4),
                Kind::Nullable(4)
            ]))))
        );
        assert_eq!(Kind::of("Float64"), None);
    }

    #[test]
    fn a_block_has_its_columns_one_behind_the_other() {
        let column = |name, kind| Column { name, kind };
        let mut block = Block::of(
            [
                column("n", "UInt32"),
                column("w", "LowCardinality(String)"),
                column("m", "Map(String, UInt32)"),
            ],
            3,
        )
        .unwrap();
        block.push(&[1, 0, 0, 0, 1, b'a', 0], &[]).unwrap();
        block.push(&[2, 0, 0, 0, 1, b'b', 1, 1, b'k', 9, 0, 0, 0], &[]).unwrap();
        block.push(&[3, 0, 0, 0], &[1, b'a', 0]).unwrap();
        let mut out = Vec::new();
        (0..block.columns()).for_each(|column| block.put(&mut out, column));
        let word = |number: u64| number.to_le_bytes();
        let expected = [
            &[3, 3][..],
            b"\x01n\x06UInt32",
            &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
            b"\x01w\x16LowCardinality(String)",
            &word(1),
            &word(0x600),
            &word(2),
            b"\x01a\x01b",
            &word(3),
            &[0, 1, 0],
            b"\x01m\x13Map(String, UInt32)",
            &word(0),
            &word(1),
            &word(1),
            b"\x01k",
            &[9, 0, 0, 0],
        ];
        assert_eq!(out, expected.concat());
    }

    #[test]
    fn bytes_that_are_no_row_are_found() {
        let number = Column {
            name: "n",
            kind: "UInt32",
        };
        let mut block = Block::of([number], 1).unwrap();
        assert_eq!(block.push(&[1, 2, 3], &[]), Err(NotARow));
        let mut block = Block::of([number], 1).unwrap();
        assert_eq!(block.push(&[1, 2, 3, 4, 5], &[]), Err(NotARow));
    }
}
