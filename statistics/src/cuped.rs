//! CUPED: what viewers were like before an experiment, taken off what it measures.
//!
//! Much of the spread between viewers was there before: a slow line is slow in both periods. Random assignment makes the
//! pre-period equal in all arms but for chance, so the chance difference that is seen there can be taken off the difference that
//! is asked about. What it shares with the pre-period cancels, the rest stays, and the interval shrinks by `sqrt(1 − ρ²)`
//! for a correlation `ρ` (Deng, Xu, Kohavi & Walker, WSDM 2013; for ratios of sums by influence values Deng, Knoblich & Lu,
//! KDD 2018).
//!
//! # Formula
//! Per arm: `R` = Σ numerator ÷ Σ denominator of all its viewers since their exposure, `R⁰` the same ratio of its returning
//! viewers in the pre-period. Per bucket `e` and `h` are the influence values of `R` and `R⁰`. Then
//! `θ = Σ cov(e, h) ÷ Σ var(h)` over both arms, `e` here of returning viewers only, and
//! `difference = (R_t − R_c) − θ·(R⁰_t − R⁰_c)`, with the variance of `e − θ·h`, one degree of freedom less for `θ`.
//!
//! # New viewers
//! Who had no attempt in the pre-period has no value to take off, and 0 would be a lie. They are a stratum of their own: their
//! influence enters `R` and its variance as it is, and stays out of `θ`. The more of them, the less is gained:
//! [`Adjustment::new_share`].
//!
//! # What makes it void
//! The pre-period ends before the experiment begins, for everybody; anything the arm could have changed must not be in `before`.
//! It may be another metric than the one asked about (stalls before for failures now), as `θ` carries the units.
//!
//! # Edges
//! Where either arm has no pre-period denominator, fewer than 20 buckets with one, or no spread in it (or in the metric itself),
//! nothing is taken off and [`Adjustment::theta`] is `None`: the difference is then that of [`crate::difference`].

use crate::bucket::Buckets;
use crate::difference::{Contrast, Difference, Pairing};
use crate::estimate::{Null, RELIABLE_BUCKETS};
use crate::ratio::{self, Domain, Spread};
use crate::sequence::{self, Anytime, Plan};

/// One arm, by viewer bucket. Three sums per bucket of one grouped query: exposed viewers joined with their pre-period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm {
    /// Since exposure, viewers that had an attempt in the pre-period.
    pub returning: Buckets,
    /// In the pre-period, the same viewers, in the same buckets.
    pub before: Buckets,
    /// Since exposure, viewers that had none.
    pub new: Buckets,
}

impl Arm {
    /// All viewers since exposure.
    #[must_use]
    pub fn whole(&self) -> Buckets {
        let mut whole = self.returning.clone();
        whole.merge(&self.new);
        whole
    }
}

/// What was taken off, and what it brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjustment {
    /// How much of a difference in the pre-period is taken off, in units of the metric per unit of the pre-period's. `None`
    /// when there was nothing to take off.
    pub theta: Option<f64>,
    /// Part of the difference's variance that went away, 0..=1; 0.5 is worth twice the viewers. A little below 0 where the
    /// pre-period says nothing and `θ` is noise.
    pub variance_removed: f64,
    /// Part of both arms' denominators that belongs to new viewers, 0..=1.
    pub new_share: f64,
}

/// The adjusted difference of two ratios of sums, treatment minus control, for one reading. `current` and `reference` are
/// adjusted towards the pre-period value of both arms together.
///
/// # Errors
/// [`Null::NoDenominator`] when either arm has none.
pub fn ratios(
    treatment: &Arm,
    control: &Arm,
    domain: Domain,
    confidence: f64,
) -> Result<(Difference, Adjustment), Null> {
    let (contrast, adjustment) = adjust(treatment, control, domain)?;
    Ok((contrast.fixed(confidence), adjustment))
}

/// The same, readable at any time; see [`crate::sequence`].
///
/// # Errors
/// [`Null::NoDenominator`] when either arm has none.
pub fn anytime(
    treatment: &Arm,
    control: &Arm,
    domain: Domain,
    plan: Plan,
    confidence: f64,
) -> Result<(Anytime, Adjustment), Null> {
    let (contrast, adjustment) = adjust(treatment, control, domain)?;
    let attempts = |arm: &Arm| arm.returning.whole().attempts + arm.new.whole().attempts;
    let attempts = sequence::per_arm(attempts(treatment), attempts(control));
    Ok((sequence::anytime(&contrast, attempts, plan, confidence), adjustment))
}

/// An arm's influence values.
struct Influence {
    whole: Buckets,
    /// Of the ratio since exposure.
    all: Vec<f64>,
    /// The part of it that returning viewers bring.
    returning: Vec<f64>,
    /// Of the ratio in the pre-period; empty without one.
    before: Vec<f64>,
}

impl Influence {
    fn of(arm: &Arm) -> Result<Self, Null> {
        let whole = arm.whole();
        let sums = whole.whole();
        if sums.denominator.is_nan() || sums.denominator <= 0.0 {
            return Err(Null::NoDenominator);
        }
        let value = sums.numerator / sums.denominator;
        let returning = arm
            .returning
            .cells()
            .iter()
            .map(|cell| (cell.numerator - value * cell.denominator) / sums.denominator)
            .collect();
        let before = if arm.before.whole().denominator > 0.0 && arm.before.occupied() >= RELIABLE_BUCKETS {
            ratio::influence(&arm.before)
        } else {
            Vec::new()
        };
        Ok(Self {
            all: ratio::influence(&whole),
            returning,
            before,
            whole,
        })
    }
}

fn adjust(treatment: &Arm, control: &Arm, domain: Domain) -> Result<(Contrast, Adjustment), Null> {
    let (t, c) = (Influence::of(treatment)?, Influence::of(control)?);
    let plain = Contrast::ratios(&t.whole, &c.whole, domain, Pairing::Unpaired)?;
    let denominator = |buckets: &Buckets| buckets.whole().denominator;
    let new = denominator(&treatment.new) + denominator(&control.new);
    let new_share = new / (denominator(&t.whole) + denominator(&c.whole));
    let nothing = Adjustment {
        theta: None,
        variance_removed: 0.0,
        new_share,
    };
    let variance_of = |arm: &Influence| Spread::of(&arm.all, &arm.whole).variance;
    let plain_variance = variance_of(&t) + variance_of(&c);
    let Some(theta) = theta(&t, &c).filter(|_| variance_of(&t) > 0.0 && variance_of(&c) > 0.0) else {
        return Ok((plain, nothing));
    };
    // θ is fitted to the same buckets, which makes what is left look smaller than it is.
    let fitted = (t.whole.occupied() + c.whole.occupied()) as f64 - 2.0;
    let left = |arm: &Influence| {
        let rest: Vec<f64> = arm.all.iter().zip(&arm.before).map(|(e, h)| e - theta * h).collect();
        let mut spread = Spread::of(&rest, &arm.whole);
        spread.variance *= fitted / (fitted - 1.0);
        spread
    };
    let (left_t, left_c) = (left(&t), left(&c));
    let sides = (
        ratio::side_with(&t.whole, domain, left_t),
        ratio::side_with(&c.whole, domain, left_c),
    );
    let ratio_of = |buckets: &[&Buckets]| {
        let sum = |of: fn(crate::Sums) -> f64| buckets.iter().map(|buckets| of(buckets.whole())).sum::<f64>();
        sum(|sums| sums.numerator) / sum(|sums| sums.denominator)
    };
    let both = ratio_of(&[&treatment.before, &control.before]);
    let adjusted = |value: f64, arm: &Arm| value - theta * (ratio_of(&[&arm.before]) - both);
    let contrast = Contrast::sides(sides.0, sides.1, 0.0, Pairing::Unpaired)
        .moved(adjusted(sides.0.value, treatment), adjusted(sides.1.value, control));
    let adjustment = Adjustment {
        theta: Some(theta),
        variance_removed: 1.0 - (left_t.variance + left_c.variance) / plain_variance,
        new_share,
    };
    Ok((contrast, adjustment))
}

/// `Σ cov(e, h) ÷ Σ var(h)` over both arms. `None` where either pre-period has no spread.
fn theta(t: &Influence, c: &Influence) -> Option<f64> {
    let (mut covariance, mut variance) = (0.0, 0.0);
    for arm in [t, c] {
        let own: f64 = arm.before.iter().map(|h| h * h).sum();
        if own <= 0.0 {
            return None;
        }
        // The influences of the pre-period sum to 0, so products need no centring.
        covariance += arm.returning.iter().zip(&arm.before).map(|(e, h)| e * h).sum::<f64>();
        variance += own;
    }
    Some(covariance / variance)
}
