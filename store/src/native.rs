//! Rows turned into columns: ClickHouse's Native form of what the journal keeps row by row.
//!
//! ClickHouse reads a row of 155 columns value by value, each through its type; columns it takes as they are (docs/adr/0010). Here only
//! the values that a row has are touched; the defaults between them are filled in when the next one comes, and a column without any
//! value is not sent.
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

/// The bytes of a row end before its last value, or go on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotARow;

/// A type, as far as `beacons` and what is derived of attempts need them.
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
            "UInt16" => Self::Fixed(2),
            "UInt32" | "Int32" | "DateTime('UTC')" => Self::Fixed(4),
            "UInt64" | "Int64" | "DateTime64(3, 'UTC')" => Self::Fixed(8),
            "UUID" | "UInt128" => Self::Fixed(16),
            _ => return None,
        })
    }
}

impl Kind {
    /// Passes by a value.
    fn pass(&self, row: &mut &[u8]) -> Result<(), NotARow> {
        match self {
            Self::Fixed(width) => {
                taken(row, *width)?;
            }
            Self::Text | Self::Word => {
                taken_text(row)?;
            }
            Self::Nullable(width) => {
                if taken(row, 1)? == [0] {
                    taken(row, *width)?;
                }
            }
            Self::Array(inner) => {
                for _ in 0..taken_length(row)? {
                    inner.pass(row)?;
                }
            }
            Self::Tuple(elements) => {
                for element in elements {
                    element.pass(row)?;
                }
            }
        }
        Ok(())
    }

    /// Appends what a column of this type holds where nothing is said.
    fn put_default(&self, out: &mut Vec<u8>) {
        match self {
            Self::Fixed(width) => out.resize(out.len() + width, 0),
            Self::Text | Self::Word | Self::Array(_) => put_length(0, out),
            Self::Nullable(_) => out.push(1),
            Self::Tuple(elements) => elements.iter().for_each(|element| element.put_default(out)),
        }
    }
}

/// The row of `columns` whose marked ones have `values`, with the defaults of the others in their places.
///
/// # Errors
/// When the bytes are not of these columns.
pub(crate) fn with_defaults(columns: &[Column], marks: &[u64], values: &[u8]) -> Result<Vec<u8>, NotARow> {
    let (mut rest, mut out) = (values, Vec::new());
    for (index, column) in columns.iter().enumerate() {
        let kind = Kind::of(column.kind).ok_or(NotARow)?;
        let is_marked = marks.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1);
        if is_marked {
            let before = rest;
            kind.pass(&mut rest)?;
            out.extend_from_slice(&before[..before.len() - rest.len()]);
        } else {
            kind.put_default(&mut out);
        }
    }
    if rest.is_empty() { Ok(out) } else { Err(NotARow) }
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
    Text { rows: usize, bytes: Vec<u8> },
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
    places: HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>,
    /// The different ones, each behind its length.
    texts: Vec<u8>,
    rows: Vec<u32>,
    /// Where in `texts` each of them lies.
    spots: Vec<Range<usize>>,
}

impl Words {
    fn push(&mut self, text: &[u8]) {
        // Neighbours often have the same.
        let same = self.rows.last().filter(|place| {
            let spot = self.spots.get(**place as usize);
            spot.is_some_and(|spot| self.texts.get(spot.clone()) == Some(text))
        });
        let place = same.copied().unwrap_or_else(|| self.place(text));
        self.rows.push(place);
    }

    fn fill(&mut self, rows: usize) {
        if self.rows.len() < rows {
            let place = self.place(b"");
            self.rows.resize(rows, place);
        }
    }

    fn place(&mut self, text: &[u8]) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.spots.len() as u32;
        put_length(text.len(), &mut self.texts);
        let begin = self.texts.len();
        self.texts.extend_from_slice(text);
        self.spots.push(begin..self.texts.len());
        self.places.insert(text.into(), place);
        place
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
        match width {
            1 => out.extend(self.rows.iter().map(|place| *place as u8)),
            2 => out.extend(self.rows.iter().flat_map(|place| (*place as u16).to_le_bytes())),
            _ => out.extend(self.rows.iter().flat_map(|place| place.to_le_bytes())),
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
            Kind::Text => Self::Text {
                rows: 0,
                bytes: Vec::new(),
            },
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
            Self::Text { rows, bytes } => {
                let text = taken_text(row)?;
                put_length(text.len(), bytes);
                bytes.extend_from_slice(text);
                *rows += 1;
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

    /// Has the default for the rows that said nothing, so that there are `rows`.
    fn fill(&mut self, rows: usize) {
        let zeros = |bytes: &mut Vec<u8>, length: usize| {
            if bytes.len() < length {
                bytes.resize(length, 0);
            }
        };
        match self {
            Self::Fixed { width, bytes } => zeros(bytes, rows * *width),
            Self::Text { rows: before, bytes } => {
                zeros(bytes, bytes.len() + (rows - *before));
                *before = rows;
            }
            Self::Word(words) => words.fill(rows),
            Self::Nullable { width, nulls, bytes } => {
                if nulls.len() < rows {
                    nulls.resize(rows, 1);
                    zeros(bytes, rows * *width);
                }
            }
            Self::Array { ends, .. } => {
                if ends.len() < rows {
                    let end = ends.last().copied().unwrap_or_default();
                    ends.resize(rows, end);
                }
            }
            Self::Tuple(elements) => elements.iter_mut().for_each(|element| element.fill(rows)),
        }
    }

    /// Whether no row has had a value.
    fn is_empty(&self) -> bool {
        match self {
            Self::Fixed { bytes, .. } => bytes.is_empty(),
            Self::Text { rows, .. } => *rows == 0,
            Self::Word(words) => words.rows.is_empty(),
            Self::Nullable { nulls, .. } => nulls.is_empty(),
            Self::Array { ends, .. } => ends.is_empty(),
            Self::Tuple(elements) => elements.iter().all(Self::is_empty),
        }
    }

    /// What stands in front of all values of a column: which form of `LowCardinality` it has, wherever one is in it.
    fn put_front(&self, out: &mut Vec<u8>) {
        match self {
            Self::Word(_) => out.extend_from_slice(&1_u64.to_le_bytes()),
            Self::Array { values, .. } => values.put_front(out),
            Self::Tuple(elements) => elements.iter().for_each(|element| element.put_front(out)),
            Self::Fixed { .. } | Self::Text { .. } | Self::Nullable { .. } => {}
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Fixed { bytes, .. } | Self::Text { bytes, .. } => out.extend_from_slice(bytes),
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
    /// A block of no rows with room for so many; `None` for a type that is not known here.
    pub(crate) fn of(columns: &[Column], rows: usize) -> Option<Self> {
        let columns = columns
            .iter()
            .map(|column| Some((*column, Values::of(&Kind::of(column.kind)?, rows))));
        Some(Self {
            columns: columns.collect::<Option<_>>()?,
            rows: 0,
        })
    }

    /// Takes a row: the values of the marked columns one behind the other, RowBinary. The others have their defaults.
    ///
    /// # Errors
    /// When the bytes are not of these columns. The block is of no use then.
    pub(crate) fn push(&mut self, marks: &[u64], values: &[u8]) -> Result<(), NotARow> {
        let mut rest = values;
        for (mut marks, columns) in marks.iter().copied().zip(self.columns.chunks_mut(64)) {
            while marks != 0 {
                let (_, values) = columns.get_mut(marks.trailing_zeros() as usize).ok_or(NotARow)?;
                values.fill(self.rows);
                values.push(&mut rest)?;
                marks &= marks - 1;
            }
        }
        self.rows += 1;
        if rest.is_empty() { Ok(()) } else { Err(NotARow) }
    }

    /// Takes the columns of another block with as many rows.
    pub(crate) fn join(&mut self, other: Self) {
        debug_assert_eq!(self.rows, other.rows);
        self.columns.extend(other.columns);
    }

    /// Leaves the columns that no row has a value for, and fills up the others. To be called behind the last row.
    pub(crate) fn finish(&mut self) {
        self.columns.retain(|(_, values)| !values.is_empty());
        self.columns.iter_mut().for_each(|(_, values)| values.fill(self.rows));
    }

    /// The names of its columns, as a statement lists them.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(column, _)| column.name).collect();
        names.join(", ")
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

    /// The whole block, as a test compares it.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        (0..self.columns()).for_each(|column| self.put(&mut out, column));
        out
    }
}

/// What stands where a value is null.
const NULL: [u8; 16] = [0; 16];

/// Takes a value of `width` bytes. The widths that there are have a copy of their own, without a call.
fn take_fixed(width: usize, row: &mut &[u8], bytes: &mut Vec<u8>) -> Result<(), NotARow> {
    fn take<const WIDTH: usize>(row: &mut &[u8], bytes: &mut Vec<u8>) -> Result<(), NotARow> {
        let (value, rest) = row.split_first_chunk::<WIDTH>().ok_or(NotARow)?;
        *row = rest;
        bytes.extend_from_slice(value);
        Ok(())
    }
    match width {
        1 => take::<1>(row, bytes),
        2 => take::<2>(row, bytes),
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

    const COLUMNS: [Column; 5] = [
        column("n", "UInt32"),
        column("w", "LowCardinality(String)"),
        column("never", "UInt64"),
        column("m", "Map(String, UInt32)"),
        column("o", "Nullable(UInt32)"),
    ];

    const fn column(name: &'static str, kind: &'static str) -> Column {
        Column { name, kind }
    }

    #[test]
    fn a_block_has_its_columns_one_behind_the_other_with_defaults_for_what_is_not_said() {
        let mut block = Block::of(&COLUMNS, 4).unwrap();
        block.push(&[0b0_0011], &[1, 0, 0, 0, 1, b'a']).unwrap();
        block.push(&[0b0_1010], &[1, b'b', 1, 1, b'k', 9, 0, 0, 0]).unwrap();
        block.push(&[0b1_0000], &[0, 7, 0, 0, 0]).unwrap();
        block.push(&[0b0_0011], &[3, 0, 0, 0, 1, b'a']).unwrap();
        block.finish();
        assert_eq!(block.names(), "n, w, m, o");
        let word = |number: u64| number.to_le_bytes();
        let expected = [
            &[4, 4][..],
            b"\x01n\x06UInt32",
            &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0],
            b"\x01w\x16LowCardinality(String)",
            &word(1),
            &word(0x600),
            &word(3),
            b"\x01a\x01b\x00",
            &word(4),
            &[0, 1, 2, 0],
            b"\x01m\x13Map(String, UInt32)",
            &word(0),
            &word(1),
            &word(1),
            &word(1),
            b"\x01k",
            &[9, 0, 0, 0],
            b"\x01o\x10Nullable(UInt32)",
            &[1, 1, 0, 1],
            &[0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0],
        ];
        assert_eq!(block.bytes(), expected.concat());
    }

    #[test]
    fn a_row_gets_its_defaults_back() {
        let values = [1, b'b', 1, 1, b'k', 9, 0, 0, 0];
        let row = with_defaults(&COLUMNS, &[0b0_1010], &values).unwrap();
        let expected = [&[0; 4][..], &[1, b'b'], &[0; 8], &[1, 1, b'k', 9, 0, 0, 0], &[1]];
        assert_eq!(row, expected.concat());
        let nothing = with_defaults(&COLUMNS, &[0], &[]).unwrap();
        assert_eq!(nothing, [&[0; 4][..], &[0], &[0; 8], &[0], &[1]].concat());
        assert_eq!(with_defaults(&COLUMNS, &[0b11], &values[..3]), Err(NotARow));
        assert_eq!(with_defaults(&COLUMNS, &[0b10], &values[..3]), Err(NotARow));
    }

    #[test]
    fn bytes_that_are_no_row_are_found() {
        for (marks, bytes) in [
            (1, &[1, 2, 3][..]),
            (1, &[1, 2, 3, 4, 5]),
            (0, &[1]),
            (1 << 9, &[1, 2, 3, 4]),
        ] {
            let mut block = Block::of(&COLUMNS, 1).unwrap();
            assert_eq!(block.push(&[marks], bytes), Err(NotARow), "{marks:b} {bytes:?}");
        }
    }
}
