//! The laws: points and tails of Student's t, the normal, χ² and the binomial. The one place that names `statrs`.

use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF, Normal, StudentsT};

/// Above this many degrees t and the normal law differ by less than 0.03 % at the 97.5 % point.
const NORMAL_FROM: f64 = 10_000.0;

fn law(degrees: f64) -> Option<StudentsT> {
    (degrees < NORMAL_FROM)
        .then(|| StudentsT::new(0.0, 1.0, degrees.max(1.0)).ok())
        .flatten()
}

/// The point `c` with `P(|T| ≤ c) = confidence`.
pub(crate) fn critical(confidence: f64, degrees: f64) -> f64 {
    lower_point(0.5 + confidence.clamp(0.0, 0.999_999_999) / 2.0, degrees)
}

/// The point with `P(T ≤ point) = probability`.
pub(crate) fn lower_point(probability: f64, degrees: f64) -> f64 {
    match law(degrees) {
        Some(law) => law.inverse_cdf(probability),
        None => Normal::standard().inverse_cdf(probability),
    }
}

/// `P(|T| ≥ |c|)`, the two-sided p-value of a statistic `c`.
pub(crate) fn two_sided_tail(c: f64, degrees: f64) -> f64 {
    if c.is_infinite() {
        return 0.0;
    }
    let tail = match law(degrees) {
        Some(law) => law.sf(c.abs()),
        None => Normal::standard().sf(c.abs()),
    };
    (2.0 * tail).clamp(0.0, 1.0)
}

/// `P(Z ≤ z)` of the standard normal law.
pub(crate) fn normal_below(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// Wallace's factor `(8ν + 1) ÷ (8ν + 3)`.
fn wallace(degrees: f64) -> f64 {
    (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0)
}

/// The normal statistic as rare as `t` with so many degrees (Wallace, *Annals of Mathematical Statistics*, 1959). In closed
/// form, because far out the tails of both laws are too small for a float; [`t_from_normal`] undoes it exactly.
pub(crate) fn normal_from_t(t: f64, degrees: f64) -> f64 {
    if degrees >= NORMAL_FROM {
        return t;
    }
    let degrees = degrees.max(1.0);
    wallace(degrees) * (degrees * (t * t / degrees).ln_1p()).sqrt() * t.signum()
}

/// Inverse of [`normal_from_t`].
pub(crate) fn t_from_normal(z: f64, degrees: f64) -> f64 {
    if degrees >= NORMAL_FROM {
        return z;
    }
    let degrees = degrees.max(1.0);
    let scaled = z / wallace(degrees);
    (degrees * (scaled * scaled / degrees).exp_m1()).sqrt() * z.signum()
}

/// `P(X ≥ x)` of χ² with so many degrees.
pub(crate) fn chi_squared_above(x: f64, degrees: f64) -> f64 {
    ChiSquared::new(degrees.max(1.0)).map_or(1.0, |law| law.sf(x.max(0.0)))
}

/// Twice the smaller tail of a binomial count, its own probability included in both; at most 1.
pub(crate) fn binomial_two_sided(count: u64, trials: u64, probability: f64) -> f64 {
    Binomial::new(probability.clamp(0.0, 1.0), trials).map_or(1.0, |law| {
        let at_most = law.cdf(count);
        let at_least = count.checked_sub(1).map_or(1.0, |below| law.sf(below));
        (2.0 * at_most.min(at_least)).min(1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_are_those_of_the_printed_tables() {
        for (degrees, expected) in [(1.0, 12.706), (5.0, 2.571), (30.0, 2.042), (127.0, 1.979), (1e9, 1.960)] {
            let c = critical(0.95, degrees);
            assert!((c - expected).abs() < 1e-3, "{degrees}: {c}");
            assert!((two_sided_tail(c, degrees) - 0.05).abs() < 1e-6);
        }
        for (x, degrees, expected) in [(3.841, 1.0, 0.05), (10.828, 1.0, 0.001), (13.816, 2.0, 0.001)] {
            let tail = chi_squared_above(x, degrees);
            assert!((tail / expected - 1.0).abs() < 1e-3, "{x} {degrees}: {tail}");
        }
        // 5 heads of 5: 2 · 2⁻⁵.
        assert!((binomial_two_sided(5, 5, 0.5) - 0.0625).abs() < 1e-12);
        assert_eq!(binomial_two_sided(0, 0, 0.5), 1.0);
    }

    #[test]
    fn a_t_and_its_normal_twin_are_equally_rare() {
        for degrees in [10.0, 30.0, 127.0, 253.0, 1e9] {
            for t in [0.5, 1.979, 3.0, 4.0] {
                let z = normal_from_t(t, degrees);
                let (mine, theirs) = (two_sided_tail(z, 1e9), two_sided_tail(t, degrees));
                assert!((mine / theirs - 1.0).abs() < 0.02, "{degrees} {t}: {mine} {theirs}");
                assert!((t_from_normal(z, degrees) - t).abs() < 1e-9);
            }
        }
    }
}
