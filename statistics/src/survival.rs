//! How many are left, by how far they came, while some are still on their way: the product-limit estimator.
//!
//! Kaplan & Meier, *Nonparametric Estimation from Incomplete Observations*, JASA 1958; the variance is Greenwood's (1926), and the limits are
//! those of the log of minus the log, which stay within 0 and 1 and hold better than plain ones at the curve's ends (Kalbfleisch & Prentice,
//! *The Statistical Analysis of Failure Time Data*, 2002, §1.4). Subjects are taken for independent, limits hold point by point.

use crate::law;

/// What was seen of subjects at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Those that ended here.
    pub ended: u64,
    /// Those that had come so far when one looked, and go on: they were here longer than all that ended here.
    pub ongoing: u64,
}

/// The curve at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Those that came so far: the ended and the ongoing of this place and of all later ones.
    pub at_risk: u64,
    /// The part that goes on beyond this place, 0..=1.
    pub value: f64,
    /// Lower limit. `None` before anybody ended, where the data set none, and once nobody is left.
    pub low: Option<f64>,
    /// Upper limit. `None` where there is no lower one.
    pub high: Option<f64>,
}

/// The curve after each place, in rising order. After the last subject, whatever became of it, the curve stays where it is.
#[must_use]
pub fn kaplan_meier(places: &[Seen], confidence: f64) -> Vec<Point> {
    let z = law::critical(confidence, f64::INFINITY);
    let mut at_risk: u64 = places.iter().map(|place| place.ended + place.ongoing).sum();
    let (mut value, mut greenwood) = (1.0, 0.0);
    let mut curve = Vec::with_capacity(places.len());
    for place in places {
        let (risk, ended) = (at_risk as f64, place.ended as f64);
        if place.ended > 0 {
            value *= (risk - ended) / risk;
            greenwood += ended / (risk * (risk - ended));
        }
        let limit = |sign: f64| -> Option<f64> {
            let is_inside = value > 0.0 && value < 1.0;
            is_inside.then(|| value.powf((sign * z * greenwood.sqrt() / value.ln().abs()).exp()))
        };
        curve.push(Point {
            at_risk,
            value,
            low: limit(1.0),
            high: limit(-1.0),
        });
        at_risk -= place.ended + place.ongoing;
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weeks of remission in a trial with 11 patients, of whom 5 were not followed to its end (Miller, *Survival Analysis*, 1981; R has it as
    /// `aml`). Survival, Greenwood's standard error and the limits of `survfit(…, conf.type = "log-log")`.
    #[test]
    fn a_trial_of_the_textbooks_is_as_they_have_it() {
        let place = |ended, ongoing| Seen { ended, ongoing };
        // At 9, 13, 18, 23, 28, 31, 34, 45, 48 and 161 weeks.
        let places = [
            (1, 0),
            (1, 1),
            (1, 0),
            (1, 0),
            (0, 1),
            (1, 0),
            (1, 0),
            (0, 1),
            (1, 0),
            (0, 1),
        ];
        let curve = kaplan_meier(&places.map(|(ended, ongoing)| place(ended, ongoing)), 0.95);
        let expected = [
            (11, 0.909, 0.508_1, 0.987),
            (10, 0.818, 0.447_4, 0.951),
            (8, 0.716, 0.350_2, 0.899),
            (7, 0.614, 0.265_8, 0.835),
            (6, 0.614, 0.265_8, 0.835),
            (5, 0.491, 0.167_3, 0.753),
            (4, 0.368, 0.092_8, 0.657),
            (3, 0.368, 0.092_8, 0.657),
            (2, 0.184, 0.011_7, 0.525),
            (1, 0.184, 0.011_7, 0.525),
        ];
        for (point, (at_risk, value, low, high)) in curve.iter().zip(expected) {
            assert_eq!(point.at_risk, at_risk);
            let near = |found: f64, expected: f64| (found - expected).abs() <= 0.000_6;
            assert!(near(point.value, value), "{point:?}");
            assert!(
                near(point.low.unwrap(), low) && near(point.high.unwrap(), high),
                "{point:?}"
            );
        }
        assert_eq!(curve.len(), expected.len());
    }

    #[test]
    fn without_anybody_on_the_way_it_is_the_part_that_is_left() {
        let ended = [0, 30, 0, 50, 20];
        let curve = kaplan_meier(&ended.map(|ended| Seen { ended, ongoing: 0 }), 0.95);
        let left = [1.0, 0.7, 0.7, 0.2, 0.0];
        for (point, left) in curve.iter().zip(left) {
            assert!((point.value - left).abs() < 1e-12, "{point:?}");
            let has_limits = left > 0.0 && left < 1.0;
            assert_eq!(point.low.is_some() && point.high.is_some(), has_limits, "{point:?}");
            if let (Some(low), Some(high)) = (point.low, point.high) {
                assert!(0.0 < low && low < point.value && point.value < high && high < 1.0);
            }
        }
        assert_eq!(kaplan_meier(&[], 0.95), []);
    }
}
