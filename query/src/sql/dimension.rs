//! What rows are told apart by, in SQL: a column of the catalogue, or a key of `custom`, which is bound.

use super::Sql;
use crate::request::Dimension;

/// The text that gives a dimension's value of one merged attempt; `''` is "not known".
pub fn value(dimension: &Dimension, sql: &mut Sql) -> String {
    match dimension {
        // The name comes from the catalogue (`&'static`), never from a request.
        Dimension::Attribute(name) => (*name).to_owned(),
        Dimension::Custom(key) => format!("custom[{}]", sql.text(key)),
        // Of a part of the attempt (`rungs.rs`).
        Dimension::Rendition => "part.1".to_owned(),
    }
}

/// The column it reads.
#[must_use]
pub fn column(dimension: &Dimension) -> &'static str {
    match dimension {
        Dimension::Attribute(name) => name,
        Dimension::Custom(_) => "custom",
        Dimension::Rendition => "play_ms_by_rendition",
    }
}
