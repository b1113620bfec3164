//! A question to the tables: text with `{name:Type}` places, and the values for them, which never become text of the
//! statement: they travel beside it and the server parses each one as the type its place names.

use schemas::{AttemptId, OrganizationId, UnixMs};
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// A value for a `{name:Type}` place.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// `String`, or any type from its text.
    Text(String),
    /// `Int64` and narrower.
    Integer(i64),
    /// `UInt64` and narrower.
    Unsigned(u64),
    /// `Float64`.
    Float(f64),
    /// `Bool`.
    Flag(bool),
    /// `UUID`.
    Uuid(Uuid),
    /// `DateTime64(3, 'UTC')` (or `DateTime`, when the ms are 0).
    Moment(UnixMs),
    /// `Array(String)`.
    Texts(Vec<String>),
    /// `Array(UUID)`.
    Uuids(Vec<Uuid>),
    /// `Array(Int64)` and narrower.
    Integers(Vec<i64>),
    /// `Array(Float64)`.
    Floats(Vec<f64>),
    /// `Array(DateTime64(3, 'UTC'))`.
    Moments(Vec<UnixMs>),
}

impl Serialize for Param {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(value) => serializer.serialize_str(value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Flag(value) => serializer.serialize_bool(*value),
            Self::Uuid(value) => serializer.collect_str(value),
            Self::Moment(value) => serializer.serialize_str(&moment(*value)),
            Self::Texts(values) => serializer.collect_seq(values),
            Self::Uuids(values) => serializer.collect_seq(values.iter().map(Uuid::to_string)),
            Self::Integers(values) => serializer.collect_seq(values),
            Self::Floats(values) => serializer.collect_seq(values),
            Self::Moments(values) => serializer.collect_seq(values.iter().map(|value| moment(*value))),
        }
    }
}

macro_rules! param_from {
    ($($type:ty => |$value:ident| $param:expr,)*) => {$(
        impl From<$type> for Param {
            fn from($value: $type) -> Self {
                $param
            }
        }
    )*};
}
param_from! {
    &str => |value| Self::Text(value.to_owned()),
    String => |value| Self::Text(value),
    i32 => |value| Self::Integer(value.into()),
    i64 => |value| Self::Integer(value),
    u32 => |value| Self::Unsigned(value.into()),
    u64 => |value| Self::Unsigned(value),
    f64 => |value| Self::Float(value),
    bool => |value| Self::Flag(value),
    Uuid => |value| Self::Uuid(value),
    OrganizationId => |value| Self::Uuid(value.0),
    AttemptId => |value| Self::Uuid(value.0),
    UnixMs => |value| Self::Moment(value),
    Vec<String> => |values| Self::Texts(values),
    Vec<Uuid> => |values| Self::Uuids(values),
    Vec<i64> => |values| Self::Integers(values),
    Vec<f64> => |values| Self::Floats(values),
    Vec<UnixMs> => |values| Self::Moments(values),
}

/// `2026-11-20 18:04:02.123`, UTC: the one form every ClickHouse type of time reads, whatever the session's settings.
fn moment(UnixMs(unix_ms): UnixMs) -> String {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    let (day, ms) = (unix_ms.div_euclid(DAY_MS), unix_ms.rem_euclid(DAY_MS));
    // Days → civil date in the proleptic Gregorian calendar, counted in 400-year cycles of 146,097 days from 0000-03-01,
    // which puts the leap day at a year's end.
    let shifted = day + 719_468;
    let (cycle, day_of_cycle) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = cycle * 400 + year_of_cycle + i64::from(month <= 2);
    let (hour, minute, second, milli) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000);
    let mut text = format!("{year:04}-{month:02}-{day_of_month:02} {hour:02}:{minute:02}:{second:02}");
    // `DateTime` refuses a fraction; `DateTime64` reads either.
    if milli != 0 {
        text.push_str(&format!(".{milli:03}"));
    }
    text
}

/// A statement that reads, with its values and its limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub(crate) sql: String,
    pub(crate) params: Vec<(String, Param)>,
    pub(crate) log_comment: Option<String>,
    pub(crate) max_execution_seconds: u32,
    pub(crate) max_memory_bytes: Option<u64>,
    pub(crate) settings: Vec<(&'static str, &'static str)>,
}

impl Statement {
    /// A statement without values yet. At most 30 s are allowed for it unless [`Self::max_execution_seconds`] says otherwise.
    #[must_use]
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            params: Vec::new(),
            log_comment: None,
            max_execution_seconds: 30,
            max_memory_bytes: None,
            settings: Vec::new(),
        }
    }

    /// Gives `{name:Type}` its value. The last value given for a name counts.
    #[must_use]
    pub fn bind(mut self, name: impl Into<String>, value: impl Into<Param>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// The Rust path that asks, and the request id: it stands in ClickHouse's query log.
    #[must_use]
    pub fn log_comment(mut self, comment: impl Into<String>) -> Self {
        self.log_comment = Some(comment.into());
        self
    }

    /// The most time ClickHouse may spend, in seconds.
    #[must_use]
    pub fn max_execution_seconds(mut self, seconds: u32) -> Self {
        self.max_execution_seconds = seconds;
        self
    }

    /// The most memory ClickHouse may use, in bytes.
    #[must_use]
    pub fn max_memory_bytes(mut self, bytes: u64) -> Self {
        self.max_memory_bytes = Some(bytes);
        self
    }

    /// A setting of ClickHouse's, for this statement alone.
    #[must_use]
    pub fn setting(mut self, name: &'static str, value: &'static str) -> Self {
        self.settings.push((name, value));
        self
    }

    /// The statement's text, values not included.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values, in the order they were bound.
    #[must_use]
    pub fn params(&self) -> &[(String, Param)] {
        &self.params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc() {
        assert_eq!(moment(UnixMs(0)), "1970-01-01 00:00:00");
        assert_eq!(moment(UnixMs(-1)), "1969-12-31 23:59:59.999");
        assert_eq!(moment(UnixMs(951_782_400_000)), "2000-02-29 00:00:00");
        assert_eq!(moment(UnixMs(1_795_197_842_123)), "2026-11-20 18:04:02.123");
        assert_eq!(moment(UnixMs(4_107_542_399_999)), "2100-02-28 23:59:59.999");
        assert_eq!(moment(UnixMs(4_107_542_400_000)), "2100-03-01 00:00:00");
    }
}
