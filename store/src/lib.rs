//! The tables: migrations, the row a beacon becomes, and the client that inserts and asks. The one crate that names
//! `clickhouse`. It speaks ClickHouse's HTTP interface, to the embedded engine and to a server alike.
//!
//! Invariant: a row inserted twice under one token, or a beacon stored twice under two, changes no number of
//! `impressions`, because every column there merges by a function that is commutative, associative and idempotent.
//! What is asked of the tables lives in `query`; when rows are sent, in `ingest`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accounts;
mod client;
mod cluster;
mod derived;
mod erase;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod impression;
mod migrate;
mod native;
mod row;
mod statement;

pub use accounts::AccountEntry;
pub use client::{Pieces, Store, StoreConfig};
pub use derived::{DerivedRows, Field};
pub use erase::Table;
pub use error::StoreError;
pub use impression::{AttemptRows, with_main};
pub use migrate::{Migration, Retention};
pub use row::{BeaconRow, Column, Enrichment, Receipt, RowError, Rows};
pub use statement::{Param, Statement};
