//! Who may send and who may ask: organisations, license keys, API keys; what happened when, as organisations note it; and what
//! they want done later. In SQLite, and how nodes tell each other of it.
//!
//! Invariant: where there is a caller, a [`Tenant`] comes only out of a [`Grant`], and a grant only out of an API key that is in the database;
//! or out of what a tenant left in the database to be done later.
//! `query` asks for a `Tenant` wherever it builds a statement, so a query without an organisation cannot be written.
//! Lookups are answered from memory; a change made by another process is seen within a second.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod alert;
mod annotation;
mod database;
mod erasure;
mod experiment;
mod export;
mod key;
mod model;
mod shared;
mod tenant;

pub use alert::{Alert, Delivery, Evaluated, Evaluation, WebhookSecret};
pub use annotation::{ANNOTATIONS_MAX, Annotation, AnnotationContent, AnnotationKind};
pub use database::{Accounts, AccountsError, LicenseSettings};
pub use erasure::Erasure;
pub use experiment::{
    Arm, Experiment, ExperimentChange, ExperimentError, ExperimentPlan, ExperimentState, Ladder, Rung,
};
pub use export::{EXPORTS_MAX, Export, ExportState, ExportedFile};
pub use key::{ApiSecret, LicenseKey};
pub use model::{ApiKey, License, Organization, Scope};
pub use shared::Entry;
pub use tenant::{Forbidden, Grant, Tenant};
