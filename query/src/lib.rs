//! The question: request → plan → SQL → run → compare → response.
//!
//! [`request`] reads what is asked, strictly; [`plan`] turns it into a list of named pure steps over stretches of time
//! ([`calendar`]); [`sql`] makes their text; [`run`] asks the tables; [`compare`] puts intervals and verdicts on the
//! sums; [`response`] is the JSON. [`explain`] asks many questions to find where a change comes from, [`experiment`]
//! compares arms at any time and [`ladder`] their encodings, [`industry`] compares with others. [`export`] writes files, [`alert`] asks again and again and [`webhook`]
//! tells others. [`annotation`] reads what callers note of releases, incidents and holidays. `http` is the thin shell. What a metric is
//! called lives in `schemas`, what an interval is in `statistics`, the tables in `store`.
//!
//! Invariant: a statement needs an [`accounts::Tenant`], and nothing a caller wrote becomes SQL text.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod adaptation;
pub mod alert;
pub mod annotation;
pub mod builder;
pub mod calendar;
pub mod cells;
pub mod chance;
pub mod choice;
pub mod compare;
pub mod compat;
mod day;
pub mod drop_off;
mod each;
mod erasure;
pub mod experiment;
pub mod explain;
pub mod export;
#[doc(hidden)]
pub mod fuzzing;
mod http;
pub mod industry;
pub mod ladder;
mod loaded;
pub mod plan;
pub mod request;
pub mod response;
pub mod retention;
pub mod rewatch;
pub mod run;
pub mod sql;
mod table;
pub mod tables;
pub mod timeline;
pub mod webhook;

pub use erasure::Pace;
pub use export::ExportConfig;
pub use http::{Query, QueryConfig, openapi};
pub use industry::IndustryConfig;
pub use webhook::WebhookConfig;
