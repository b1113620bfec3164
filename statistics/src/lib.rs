//! The doubt: numbers in, intervals and verdicts out.
//!
//! Everything here starts from sums and histograms per *viewer bucket* (`hash(viewer) mod 128`), because the attempts of one
//! viewer resemble each other and a method that takes them for independent cries wolf (`tests/simulated_truth.rs` shows how
//! loudly). Pure: no clock, no I/O, randomness as an argument, no knowledge of video. What a metric's numerator is lives in
//! `query`; what a metric is called lives in `schemas`.
//!
//! | question | start at |
//! |---|---|
//! | one value with its interval | [`ratio`], [`total`], [`distinct`], [`concurrency`], [`quantile`], [`wilson`] |
//! | how many are left, by how far they came | [`survival`] |
//! | two values compared | [`difference`] |
//! | today against the usual same weekday | [`baseline`] |
//! | two arms of an experiment, read while it runs | [`sequence`] |
//! | the same, sharper by what viewers were like before | [`cuped`] |
//! | did the arms get the viewers they were meant to get | [`assignment`] |
//! | many cells at once | [`multiplicity`] |
//! | what to call it | [`verdict`] |
//! | worse quality or another audience | [`decompose`] |
//! | how much could have been seen | [`mde`] |
//!
//! docs/statistics.md has the same for readers, with what was measured.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assignment;
pub mod baseline;
pub mod bucket;
pub mod concurrency;
pub mod cuped;
pub mod decompose;
pub mod difference;
pub mod distinct;
pub mod estimate;
pub mod histogram;
mod law;
pub mod mde;
pub mod multiplicity;
pub mod quantile;
pub mod ratio;
pub mod sequence;
pub mod survival;
pub mod total;
pub mod verdict;
pub mod wilson;

pub use bucket::{BUCKETS, BucketHistograms, Buckets, Sums};
pub use difference::{Difference, Pairing};
pub use estimate::{Estimate, Null, Reliability};
pub use histogram::Histogram;
pub use quantile::Weights;
pub use ratio::Domain;
pub use sequence::Anytime;
pub use verdict::{Better, Judgement, Reason, Verdict};
