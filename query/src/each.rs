//! Attempts as [`crate::sql::statement::each`] tells them, one behind the other. Pure.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};
use store::StoreError;

use crate::sql::expression::Value;

/// The format that they are asked for in.
pub(crate) const FORMAT: &str = "JSONCompactEachRow";

/// A value of a column as a line tells it.
#[derive(Debug)]
pub(crate) enum Told {
    Null,
    Whole(i128),
    Real(f64),
    Text(String),
}

impl Told {
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Whole(number) => Value::Whole(*number),
            Self::Real(number) => Value::Real(*number),
            Self::Text(text) => Value::Text(text),
        }
    }
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfAnyType;
        impl Visitor<'_> for OfAnyType {
            type Value = Told;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("null, a number, a truth or a text")
            }

            fn visit_unit<E>(self) -> Result<Told, E> {
                Ok(Told::Null)
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Told, E> {
                Ok(Told::Whole(truth.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Told, E> {
                Ok(Told::Whole(number.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Told, E> {
                Ok(Told::Whole(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Told, E> {
                Ok(Told::Real(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Told, E> {
                Ok(Told::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(OfAnyType)
    }
}

/// An attempt as [`statement::each`] tells it.
#[derive(Debug)]
pub(crate) struct Row {
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
    pub(crate) values: Vec<Told>,
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Row;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an attempt as a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Row, A::Error> {
                fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(list: &mut A) -> Result<T, A::Error> {
                    list.next_element()?.ok_or_else(|| de::Error::custom("it ends early"))
                }
                let mut row = Row {
                    ms: next(&mut list)?,
                    viewer_bucket: next(&mut list)?,
                    is_bot: next::<u8, _>(&mut list)? > 0,
                    is_identified: next::<u8, _>(&mut list)? > 0,
                    received: next(&mut list)?,
                    expected: next(&mut list)?,
                    values: Vec::new(),
                };
                while let Some(value) = list.next_element()? {
                    row.values.push(value);
                }
                Ok(row)
            }
        }
        deserializer.deserialize_seq(InOrder)
    }
}

/// An attempt that is not as it was asked for.
pub(crate) fn unreadable(reason: impl fmt::Display) -> StoreError {
    StoreError::Shape {
        reason: format!("an attempt: {reason}"),
    }
}

/// Attempts out of the pieces that an answer comes in: a piece ends anywhere.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    left: Vec<u8>,
}

impl Attempts {
    /// Gives the attempts that end in `piece` to `take`.
    ///
    /// # Errors
    /// When one is not as it was asked for, or is not taken.
    pub(crate) fn read(
        &mut self,
        piece: &[u8],
        mut take: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.left.extend_from_slice(piece);
        let whole = self
            .left
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        for line in self.left[..whole]
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            take(serde_json::from_slice(line).map_err(unreadable)?)?;
        }
        self.left.drain(..whole);
        Ok(())
    }
}
