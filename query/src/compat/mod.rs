//! The compatible surface: questions as another vendor's public clients ask them (attributes in capitals, nine ways to aggregate, a flat
//! table), answered by this project's own tables and definitions. ADR 0013 says what is mapped how, and what differs.
//!
//! Here live its words and its reader, pure; what it is in SQL lives in `sql/compat.rs`, how it travels in `http/compat.rs`.

pub mod attribute;
pub mod request;

pub use attribute::{Attribute, Meaning};
pub use request::{Aggregate, Asked, Key, Order, Table};
