//! Confidence sequences: the difference between two arms of a running experiment or canary, readable at any moment.
//!
//! A 95 % interval is wrong once in twenty looks. Who looks daily and stops at the first hit is wrong far more often. The
//! intervals here hold the truth at *all* looks together with the asked confidence, and a test made of them errs at most as
//! often as it says however often it is read and whenever it is stopped.
//!
//! # Formula
//! The same arms, buckets and standard errors as in [`crate::difference`]; only the critical value differs. With `n` attempts
//! per arm (the harmonic mean of both), `r = 8.212·n ÷ tightest_at` and `α = 1 − confidence`:
//!
//! * interval: `difference ± c·se` with `c = sqrt((1 + 1/r) · (ln(1 + r) − 2·ln α))`, stretched from the normal law to t with the
//!   buckets' degrees of freedom, and put through the score limits of both sides, so that it stays in the domain;
//! * e-value: `(1 + r)^(−1/2) · exp(z²/2 · r/(1 + r))`, where `z` is the statistic at which the interval touches 0. It is the
//!   likelihood ratio of "some difference" against "none", the difference drawn from a normal law: fair money on a difference that
//!   does not exist, whose fortune exceeds `1/α` at any time with a chance of at most `α` (Ville, 1939);
//! * p-value: `min(1, 1/e)`. It is at most `α` exactly when the interval excludes 0.
//!
//! Sources: the normal mixture (Robbins, *Annals of Mathematical Statistics*, 1970); its use for experiments that are watched
//! (Johari, Koomen, Pekelis & Walsh, *Operations Research*, 2022); its validity for means and ratios of unknown variance
//! once the central limit holds (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, *Annals of Statistics*, 2024).
//!
//! # Why attempts are the clock
//! The formula holds when information grows like `n`. Viewers who come back bring less than new ones, so information grows no
//! faster than attempts: the statistic then moves more slowly than the clock says, and crosses its bound less often. The
//! other way round would not be safe.
//!
//! # What it costs
//! `c` is 3.0 where the sequence is tightest, and under 3.9 from a tenth of that to a thousand times as much, where a comparison
//! that is read once has 1.96. Before a tenth it grows quickly: then there is too little data to believe any normal law.
//!
//! # Edges
//! No denominator or no values in an arm: [`Null`], as for any difference. One bucket: no bounds, no e-value; nor where `c` is beyond
//! 60, with a handful of viewers in an arm: the law t has no end to its tails then, and an interval of 10³¹ hours tells nobody
//! anything. Saying nothing at a look breaks no promise about all of them. What is `Unreliable`
//! in a comparison that is read once is `Insufficient` here: whoever stops at a look stops for good, so a verdict begins
//! where the normal law does (about 100 viewers in each arm at worst, 10,000 attempts for a p95). The interval is there from the
//! first look on. No events in both arms: the score limits keep it open.

use crate::bucket::{BucketHistograms, Buckets};
use crate::difference::{Certainty, Contrast, Difference, FARTHEST, Pairing};
use crate::estimate::{Null, Reliability};
use crate::law;
use crate::quantile::Weights;
use crate::ratio::Domain;

/// `r` where `c` is smallest at α = 0.05: the root of `r = ln(1 + r) − 2·ln α`, where the derivative of `c²` vanishes; `c` is
/// `sqrt(1 + r)` there. The same for every confidence, so that an e-value does not depend on it.
const RATIO_WHERE_TIGHTEST: f64 = 8.2120;

/// E-values end here, so that they stay numbers.
const LARGEST_E: f64 = 1e300;

/// What has to be fixed before the first look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Attempts per arm at which the interval is tightest. At least 100 are taken. A choice after having seen data voids the
    /// guarantee; a bad choice only widens.
    pub tightest_at: f64,
}

impl Default for Plan {
    /// 5,000 attempts per arm: early enough that a canary is caught, and a thousand times as many cost 3.9 standard errors.
    fn default() -> Self {
        Self { tightest_at: 5_000.0 }
    }
}

/// A difference that may be read at any time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anytime {
    /// Treatment minus control. `low`, `high` and `p_value` hold at all looks together; `minimum_detectable` is that of a single
    /// look at this size.
    pub difference: Difference,
    /// Evidence against "no difference": at least 20 excludes 0 at 95 %. At most 1e300. `None` without a bound.
    pub e_value: Option<f64>,
    /// Standard errors to either side of the difference.
    pub critical: f64,
}

/// `c` of the formula above, for a normal statistic, at so many attempts per arm.
#[must_use]
pub fn critical(attempts_per_arm: f64, plan: Plan, confidence: f64) -> f64 {
    let r = ratio_of(attempts_per_arm, plan);
    let alpha = (1.0 - confidence).clamp(1e-9, 1.0);
    ((1.0 + 1.0 / r) * (r.ln_1p() - 2.0 * alpha.ln())).sqrt()
}

/// Difference of two ratios of sums, treatment minus control. Totals compare as [`Buckets::per_attempt`].
///
/// # Errors
/// [`Null::NoDenominator`] when either arm has none.
pub fn ratios(
    treatment: &Buckets,
    control: &Buckets,
    domain: Domain,
    plan: Plan,
    confidence: f64,
) -> Result<Anytime, Null> {
    let contrast = Contrast::ratios(treatment, control, domain, Pairing::Unpaired)?;
    let attempts = per_arm(treatment.whole().attempts, control.whole().attempts);
    Ok(anytime(&contrast, attempts, plan, confidence))
}

/// Difference of two quantiles, treatment minus control.
///
/// # Errors
/// [`Null::NoValues`] when either arm is empty.
pub fn quantiles(
    treatment: &BucketHistograms,
    control: &BucketHistograms,
    probability: f64,
    weights: &Weights,
    plan: Plan,
    confidence: f64,
) -> Result<Anytime, Null> {
    let contrast = Contrast::quantiles(treatment, control, probability, weights, Pairing::Unpaired)?;
    let attempts = per_arm(treatment.count(), control.count());
    Ok(anytime(&contrast, attempts, plan, confidence))
}

/// Harmonic mean: the size of two equal arms that would say as much.
pub(crate) fn per_arm(a: u64, b: u64) -> f64 {
    let (a, b) = (a as f64, b as f64);
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

fn ratio_of(attempts_per_arm: f64, plan: Plan) -> f64 {
    RATIO_WHERE_TIGHTEST * attempts_per_arm.max(1.0) / plan.tightest_at.max(100.0)
}

pub(crate) fn anytime(contrast: &Contrast, attempts_per_arm: f64, plan: Plan, confidence: f64) -> Anytime {
    let r = ratio_of(attempts_per_arm, plan);
    let z = law::normal_from_t(contrast.statistic(), contrast.degrees());
    let ln_e = z * z / 2.0 * r / (1.0 + r) - r.ln_1p() / 2.0;
    let critical = law::t_from_normal(critical(attempts_per_arm, plan, confidence), contrast.degrees());
    let bounded = contrast.is_bounded() && critical <= FARTHEST;
    let mut difference = contrast.difference(&Certainty {
        critical,
        p_value: (-ln_e).exp().min(1.0),
    });
    if !bounded {
        difference = difference.without_bounds();
    }
    if difference.reliability != Reliability::Reliable {
        difference.reliability = Reliability::Insufficient;
    }
    Anytime {
        difference,
        e_value: bounded.then(|| ln_e.exp().min(LARGEST_E)),
        critical,
    }
}
