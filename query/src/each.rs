//! Attempts as [`crate::sql::statement::each`] tells them, one behind the other. Pure.

use std::fmt;

use store::StoreError;

use crate::sql::expression::Value;

/// The format that they are asked for in: names and types of the columns, then row by row the values, each as its type has it. Numbers
/// are numbers here: as texts they take several times as long to write and to read.
pub(crate) const FORMAT: &str = "RowBinaryWithNamesAndTypes";

/// An attempt.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// When it began, ms since 1970.
    pub(crate) ms: i64,
    pub(crate) viewer_bucket: u8,
    pub(crate) is_bot: bool,
    pub(crate) is_identified: bool,
    /// Beacons.
    pub(crate) received: u64,
    /// Beacons.
    pub(crate) expected: u64,
    /// The dimensions, then the columns.
    pub(crate) values: Vec<Value<'a>>,
}

/// An attempt that is not as it was asked for.
pub(crate) fn unreadable(reason: impl fmt::Display) -> StoreError {
    StoreError::Shape {
        reason: format!("an attempt: {reason}"),
    }
}

/// A type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A whole number of so many bytes.
    Unsigned(usize),
    /// As that, below 0 too.
    Signed(usize),
    Float32,
    Float64,
    Text,
}

/// A column: its type, and whether it may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    kind: Kind,
    is_nullable: bool,
}

impl Column {
    /// Reads a type as ClickHouse writes it.
    fn of(text: &str) -> Option<Self> {
        let within = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(inner) = within("LowCardinality") {
            return Self::of(inner);
        }
        // How rows of an attempt are merged stands in front of what they hold.
        if let Some(inner) = within("SimpleAggregateFunction") {
            return Self::of(inner.split_once(", ")?.1);
        }
        if let Some(inner) = within("Nullable") {
            return Some(Self {
                is_nullable: true,
                ..Self::of(inner)?
            });
        }
        let kind = match text {
            "Bool" | "UInt8" => Kind::Unsigned(1),
            "UInt16" => Kind::Unsigned(2),
            "UInt32" => Kind::Unsigned(4),
            "UInt64" => Kind::Unsigned(8),
            "Int8" => Kind::Signed(1),
            "Int16" => Kind::Signed(2),
            "Int32" => Kind::Signed(4),
            "Int64" => Kind::Signed(8),
            "Float32" => Kind::Float32,
            "Float64" => Kind::Float64,
            "String" => Kind::Text,
            _ => return None,
        };
        Some(Self {
            kind,
            is_nullable: false,
        })
    }

    /// Takes a value.
    fn value<'a>(self, bytes: &mut &'a [u8]) -> Result<Value<'a>, Broken> {
        if self.is_nullable && taken(bytes, 1)? != [0] {
            return Ok(Value::Null);
        }
        // What is no number is not measured.
        let real = |number: f64| {
            if number.is_finite() {
                Value::Real(number)
            } else {
                Value::Null
            }
        };
        Ok(match self.kind {
            Kind::Unsigned(width) => Value::Whole(whole(taken(bytes, width)?, 0)),
            Kind::Signed(width) => {
                let bytes = taken(bytes, width)?;
                let is_negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
                Value::Whole(whole(bytes, if is_negative { 0xff } else { 0 }))
            }
            Kind::Float32 => real(f32::from_le_bytes(array(taken(bytes, 4)?)?).into()),
            Kind::Float64 => real(f64::from_le_bytes(array(taken(bytes, 8)?)?)),
            Kind::Text => Value::Text(text(bytes)?),
        })
    }
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    /// The bytes end before it does.
    Ends,
    /// It is a text that is none.
    NoText,
}

fn taken<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Broken> {
    let (first, rest) = bytes.split_at_checked(length).ok_or(Broken::Ends)?;
    *bytes = rest;
    Ok(first)
}

fn array<const LENGTH: usize>(bytes: &[u8]) -> Result<[u8; LENGTH], Broken> {
    bytes.try_into().map_err(|_| Broken::Ends)
}

/// A number of these bytes, the lowest first, with `above` above them.
fn whole(bytes: &[u8], above: u8) -> i128 {
    let mut number = [above; size_of::<i128>()];
    number.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    i128::from_le_bytes(number)
}

/// A length: seven bits to a byte, the lowest first.
fn length(bytes: &mut &[u8]) -> Result<usize, Broken> {
    let mut length = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = array(taken(bytes, 1)?)?;
        length |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Ok(length)
}

fn text<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, Broken> {
    let length = length(bytes)?;
    std::str::from_utf8(taken(bytes, length)?).map_err(|_| Broken::NoText)
}

/// Attempts out of the pieces that an answer comes in: a piece ends anywhere.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    left: Vec<u8>,
    /// None before they were told.
    columns: Option<Vec<Column>>,
}

impl Attempts {
    /// Gives the attempts that end in `piece` to `take`.
    ///
    /// # Errors
    /// When one is not as it was asked for, or is not taken.
    pub(crate) fn read(
        &mut self,
        piece: &[u8],
        mut take: impl FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.left.extend_from_slice(piece);
        let mut rest = &self.left[..];
        if self.columns.is_none() {
            self.columns = whole_of(&mut rest, columns)?
                .map(|types| {
                    let columns = types.iter().map(|text| {
                        Column::of(text).ok_or_else(|| unreadable(format_args!("a column of type {text}")))
                    });
                    columns.collect::<Result<_, _>>()
                })
                .transpose()?;
        }
        if let Some(columns) = &self.columns {
            while let Some(row) = whole_of(&mut rest, |bytes| row(columns, bytes))? {
                take(row)?;
            }
        }
        let read = self.left.len() - rest.len();
        self.left.drain(..read);
        Ok(())
    }

    /// Says that nothing more comes.
    ///
    /// # Errors
    /// When the last attempt is not whole.
    pub(crate) fn end(&self) -> Result<(), StoreError> {
        match self.left.is_empty() && self.columns.is_some() {
            true => Ok(()),
            false => Err(unreadable("the answer ends within it")),
        }
    }
}

/// Takes what `read` takes from the front of the bytes, and nothing where they end before it does.
fn whole_of<'a, T>(
    bytes: &mut &'a [u8],
    read: impl Fn(&mut &'a [u8]) -> Result<T, Broken>,
) -> Result<Option<T>, StoreError> {
    let mut rest = *bytes;
    if rest.is_empty() {
        return Ok(None);
    }
    match read(&mut rest) {
        Ok(value) => {
            *bytes = rest;
            Ok(Some(value))
        }
        Err(Broken::Ends) => Ok(None),
        Err(Broken::NoText) => Err(unreadable("a text is not UTF-8")),
    }
}

/// Types of the columns.
fn columns<'a>(bytes: &mut &'a [u8]) -> Result<Vec<&'a str>, Broken> {
    let count = length(bytes)?;
    for _ in 0..count {
        text(bytes)?;
    }
    (0..count).map(|_| text(bytes)).collect()
}

/// An attempt: six numbers, then what was asked for.
fn row<'a>(columns: &[Column], bytes: &mut &'a [u8]) -> Result<Row<'a>, Broken> {
    let mut columns = columns.iter();
    let mut number = |bytes: &mut &'a [u8]| match columns.next().map(|column| column.value(bytes)) {
        Some(Ok(Value::Whole(number))) => Ok(number),
        Some(Err(broken)) => Err(broken),
        Some(Ok(_)) | None => Ok(0),
    };
    let (ms, viewer_bucket) = (number(bytes)?, number(bytes)?);
    let (is_bot, is_identified) = (number(bytes)?, number(bytes)?);
    let (received, expected) = (number(bytes)?, number(bytes)?);
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        values.push(column.value(bytes)?);
    }
    Ok(Row {
        ms: ms as i64,
        viewer_bucket: viewer_bucket as u8,
        is_bot: is_bot > 0,
        is_identified: is_identified > 0,
        received: received as u64,
        expected: expected as u64,
        values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_text(text: &str, out: &mut Vec<u8>) {
        assert!(text.len() < 0x80);
        out.push(text.len() as u8);
        out.extend_from_slice(text.as_bytes());
    }

    /// Two attempts, in columns of these types beside the six numbers.
    fn answer() -> Vec<u8> {
        let types = [
            "Int64",
            "UInt64",
            "UInt8",
            "Bool",
            "UInt64",
            "UInt32",
            "LowCardinality(String)",
            "Nullable(UInt32)",
            "Float64",
            "SimpleAggregateFunction(max, LowCardinality(Nullable(String)))",
            "Int32",
            "Float32",
        ];
        let mut out = vec![types.len() as u8];
        for place in 0..types.len() {
            put_text(&format!("c{place}"), &mut out);
        }
        types.iter().for_each(|kind| put_text(kind, &mut out));
        for turn in 0..2_u8 {
            out.extend_from_slice(&(1_795_176_000_000_i64 + i64::from(turn)).to_le_bytes());
            out.extend_from_slice(&17_u64.to_le_bytes());
            out.extend_from_slice(&[turn, 1]);
            out.extend_from_slice(&u64::MAX.to_le_bytes());
            out.extend_from_slice(&30_u32.to_le_bytes());
            put_text("ä", &mut out);
            match turn {
                0 => out.push(1),
                _ => {
                    out.push(0);
                    out.extend_from_slice(&u32::MAX.to_le_bytes());
                }
            }
            out.extend_from_slice(&(if turn == 0 { 0.1 } else { f64::NAN }).to_le_bytes());
            out.push(0);
            put_text("", &mut out);
            out.extend_from_slice(&(-5_i32).to_le_bytes());
            out.extend_from_slice(&0.5_f32.to_le_bytes());
        }
        out
    }

    fn told(pieces: &[&[u8]]) -> Vec<String> {
        let mut attempts = Attempts::default();
        let mut told = Vec::new();
        for piece in pieces {
            let take = |row: Row<'_>| {
                told.push(format!("{row:?}"));
                Ok(())
            };
            attempts.read(piece, take).unwrap();
        }
        attempts.end().unwrap();
        told
    }

    #[test]
    fn values_are_those_of_their_types() {
        let told = told(&[&answer()]);
        let head =
            "viewer_bucket: 17, is_bot: false, is_identified: true, received: 18446744073709551615, expected: 30, ";
        assert_eq!(
            told[0],
            format!(
                "Row {{ ms: 1795176000000, {head}values: [Text(\"ä\"), Null, Real(0.1), Text(\"\"), Whole(-5), Real(0.5)] }}"
            )
        );
        assert!(told[1].contains("is_bot: true"));
        assert!(
            told[1].contains("[Text(\"ä\"), Whole(4294967295), Null, "),
            "{}",
            told[1]
        );
    }

    #[test]
    fn a_piece_may_end_anywhere_and_the_answer_may_not() {
        let answer = answer();
        let whole = told(&[&answer]);
        for end in 0..=answer.len() {
            assert_eq!(told(&[&answer[..end], &answer[end..]]), whole, "{end}");
        }
        let bytes: Vec<&[u8]> = answer.chunks(1).collect();
        assert_eq!(told(&bytes), whole);
        let may_end = (0..answer.len()).filter(|end| {
            let mut attempts = Attempts::default();
            attempts.read(&answer[..*end], |_| Ok(())).unwrap();
            attempts.end().is_ok()
        });
        assert_eq!(may_end.count(), 2, "behind the columns, and behind the first attempt");
        assert!(Attempts::default().end().is_err(), "not even its columns");
    }

    #[test]
    fn a_type_that_is_not_known_and_a_text_that_is_none_are_refused() {
        let mut out = vec![1];
        put_text("c", &mut out);
        put_text("Array(UInt8)", &mut out);
        let error = Attempts::default().read(&out, |_| Ok(())).unwrap_err().to_string();
        assert!(error.contains("Array(UInt8)"), "{error}");
        let mut answer = answer();
        let place = answer.windows(2).rposition(|pair| pair == "ä".as_bytes()).unwrap();
        answer[place] = 0xff;
        assert!(Attempts::default().read(&answer, |_| Ok(())).is_err());
    }
}
