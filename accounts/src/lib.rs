//! Who may send and who may ask: organisations, license keys, API keys; and what happened when, as organisations note it. In SQLite,
//! and how nodes tell each other of it.
//!
//! Invariant: where there is a caller, a [`Tenant`] comes only out of a [`Grant`], and a grant only out of an API key that is in the database.
//! `query` asks for a `Tenant` wherever it builds a statement, so a query without an organisation cannot be written.
//! Lookups are answered from memory; a change made by another process is seen within a second.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod annotation;
mod database;
mod erasure;
mod experiment;
mod key;
mod model;
mod shared;
mod tenant;

pub use annotation::{ANNOTATIONS_MAX, Annotation, AnnotationContent, AnnotationKind};
pub use database::{Accounts, AccountsError, LicenseSettings};
pub use erasure::Erasure;
pub use experiment::{Arm, Experiment, ExperimentChange, ExperimentError, ExperimentPlan, ExperimentState};
pub use key::{ApiSecret, LicenseKey};
pub use model::{ApiKey, License, Organization, Scope};
pub use shared::Entry;
pub use tenant::{Forbidden, Grant, Tenant};
