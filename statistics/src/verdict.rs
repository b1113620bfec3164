//! One word per comparison, and why.
//!
//! The rules in the order they are asked:
//! 1. refused: somebody upstream found the comparison broken (assignment, thresholds of an industry cell): `refused`.
//! 2. too little data on either side: `insufficient_data`, never "no change".
//! 3. completeness under 99 % on either side: `provisional`; [`Judgement::leaning`] holds what it would have been.
//! 4. `p ≤ 1 − confidence` (the interval excludes 0): `worse` or `better` by the metric's direction.
//! 5. else `no_detectable_change`, with the minimum detectable difference beside it.
//!
//! A metric that should move neither way (attempts, play time) never is worse or better. When it has detectably moved,
//! `no_detectable_change` would be a lie, so the verdict is `refused` with [`Reason::NoDirection`]: the difference, its interval
//! and its p-value stand in the answer, only the judgement is refused.
//!
//! A detectable difference below the caller's minimum relative effect stays `worse` or `better`, because it is; it is marked
//! [`Judgement::negligible`] so that a page may mute it and an alert ignore it.

use crate::difference::Difference;
use crate::estimate::Reliability;

/// Which way a metric should move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Less is better: startup, stalls, failures.
    Lower,
    /// More is better: bitrate, share of good attempts.
    Higher,
    /// Neither: volume.
    Neither,
}

/// The closed list of API.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Detectably worse.
    Worse,
    /// Detectably better.
    Better,
    /// The interval covers 0. Not "no change": see the minimum detectable difference.
    NoDetectableChange,
    /// Too little data to say anything.
    InsufficientData,
    /// Data are still arriving.
    Provisional,
    /// No judgement is given; the reason says why.
    Refused,
}

impl Verdict {
    /// The word on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::NoDetectableChange => "no_detectable_change",
            Self::InsufficientData => "insufficient_data",
            Self::Provisional => "provisional",
            Self::Refused => "refused",
        }
    }
}

/// Why the verdict is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The interval excludes 0.
    IntervalExcludesZero,
    /// The interval covers 0.
    IntervalCoversZero,
    /// Fewer buckets or attempts than a judgement needs.
    TooLittleData,
    /// Completeness under 99 %.
    Incomplete,
    /// It moved, but no direction is better.
    NoDirection,
    /// The comparison itself is broken.
    BrokenComparison,
}

impl Reason {
    /// Stable name for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::IntervalExcludesZero => "interval_excludes_zero",
            Self::IntervalCoversZero => "interval_covers_zero",
            Self::TooLittleData => "too_little_data",
            Self::Incomplete => "incomplete",
            Self::NoDirection => "no_direction",
            Self::BrokenComparison => "broken_comparison",
        }
    }
}

/// What the rules need beside the difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// The confidence the interval was made with, 0.95 by default.
    pub confidence: f64,
    /// Detectable differences below this share of the reference are marked negligible. 0 by default: none are.
    pub minimum_relative: f64,
    /// Below this completeness a side is provisional, 0.99 by default.
    pub minimum_completeness: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            confidence: 0.95,
            minimum_relative: 0.0,
            minimum_completeness: 0.99,
        }
    }
}

/// What else is known about the two sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circumstances {
    /// Share of the expected beacons that arrived, the lower of both sides, 0..=1.
    pub completeness: f64,
    /// Somebody upstream found the comparison broken.
    pub broken: bool,
}

impl Default for Circumstances {
    fn default() -> Self {
        Self {
            completeness: 1.0,
            broken: false,
        }
    }
}

/// A verdict and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// The word.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Only with [`Verdict::Provisional`]: what it would be if nothing more arrived.
    pub leaning: Option<Verdict>,
    /// Detectable, but smaller than the caller's minimum relative effect.
    pub negligible: bool,
}

/// Judges a difference by the rules at the top of this file.
#[must_use]
pub fn judge(difference: &Difference, better: Better, circumstances: Circumstances, policy: &Policy) -> Judgement {
    let plain = |verdict, reason| Judgement {
        verdict,
        reason,
        leaning: None,
        negligible: false,
    };
    if circumstances.broken {
        return plain(Verdict::Refused, Reason::BrokenComparison);
    }
    let Some(p_value) = difference.p_value else {
        return plain(Verdict::InsufficientData, Reason::TooLittleData);
    };
    if difference.reliability == Reliability::Insufficient {
        return plain(Verdict::InsufficientData, Reason::TooLittleData);
    }
    let detectable = p_value <= 1.0 - policy.confidence && difference.difference != 0.0;
    let mut judgement = match (detectable, better, difference.difference > 0.0) {
        (false, _, _) => plain(Verdict::NoDetectableChange, Reason::IntervalCoversZero),
        (true, Better::Neither, _) => plain(Verdict::Refused, Reason::NoDirection),
        (true, Better::Lower, true) | (true, Better::Higher, false) => {
            plain(Verdict::Worse, Reason::IntervalExcludesZero)
        }
        (true, Better::Lower, false) | (true, Better::Higher, true) => {
            plain(Verdict::Better, Reason::IntervalExcludesZero)
        }
    };
    judgement.negligible = detectable
        && difference
            .relative
            .is_some_and(|relative| relative.abs() < policy.minimum_relative);
    if circumstances.completeness < policy.minimum_completeness {
        judgement.leaning = Some(judgement.verdict);
        judgement.verdict = Verdict::Provisional;
        judgement.reason = Reason::Incomplete;
    }
    judgement
}
