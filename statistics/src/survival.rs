//! How many are left, by how far they came, while some are still on their way: the product-limit estimator.
//!
//! Kaplan & Meier, *Nonparametric Estimation from Incomplete Observations*, JASA 1958. Subjects come in clusters (the plays of one viewer) that are
//! independent of each other while their members are not: the variance is the sum of the clusters' squared influences (Williams, *Product-limit
//! survival functions with correlated survival times*, Lifetime Data Analysis 1995), which is Greenwood's (1926) where each cluster is one subject.
//! The limits are those of the log of minus the log, which stay within 0 and 1 and hold better than plain ones at the curve's ends (Kalbfleisch &
//! Prentice, *The Statistical Analysis of Failure Time Data*, 2002, §1.4), with Student's t of as many degrees as there are clusters but one. They hold
//! point by point.

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

/// The curve after each place, in rising order, of clusters that each have the same places. After the last subject, whatever became of it, the
/// curve stays where it is.
#[must_use]
pub fn kaplan_meier(clusters: &[Vec<Seen>], confidence: f64) -> Vec<Point> {
    let places = clusters.first().map_or(0, Vec::len);
    let occupied: Vec<&[Seen]> = clusters
        .iter()
        .map(Vec::as_slice)
        .filter(|places| *places != vec![Seen::default(); places.len()])
        .collect();
    let clusters = occupied.len() as f64;
    let critical = law::critical(confidence, clusters - 1.0);
    product_limit(&occupied, places)
        .into_iter()
        .map(
            |Estimate {
                 at_risk,
                 value,
                 squares,
             }| {
                // Of the log of the value. Influences sum to 0, so one cluster says nothing.
                let spread = (clusters / (clusters - 1.0) * squares).sqrt();
                let limit = |sign: f64| -> Option<f64> {
                    let is_inside = value > 0.0 && value < 1.0 && clusters > 1.0;
                    is_inside.then(|| value.powf((sign * critical * spread / value.ln().abs()).exp()))
                };
                Point {
                    at_risk,
                    value,
                    low: limit(1.0),
                    high: limit(-1.0),
                }
            },
        )
        .collect()
}

struct Estimate {
    at_risk: u64,
    value: f64,
    /// Sum of the squares of what each cluster adds to the error of the value's log.
    squares: f64,
}

fn product_limit(clusters: &[&[Seen]], places: usize) -> Vec<Estimate> {
    let count = |places: &[Seen]| places.iter().map(|place| place.ended + place.ongoing).sum::<u64>();
    let mut at_risk: Vec<u64> = clusters.iter().map(|places| count(places)).collect();
    let mut influence = vec![0.0; clusters.len()];
    let mut value = 1.0;
    (0..places)
        .map(|place| {
            let all_at_risk: u64 = at_risk.iter().sum();
            let ended: u64 = clusters.iter().map(|places| places[place].ended).sum();
            let (risk, gone) = (all_at_risk as f64, ended as f64);
            if ended > 0 {
                value *= (risk - gone) / risk;
            }
            if ended < all_at_risk {
                for ((sum, places), at_risk) in influence.iter_mut().zip(clusters).zip(&at_risk) {
                    *sum -= (places[place].ended as f64 - *at_risk as f64 * gone / risk) / (risk - gone);
                }
            }
            for (at_risk, places) in at_risk.iter_mut().zip(clusters) {
                *at_risk -= places[place].ended + places[place].ongoing;
            }
            Estimate {
                at_risk: all_at_risk,
                value,
                squares: influence.iter().map(|sum| sum * sum).sum(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Each subject by itself.
    fn singles(places: &[(u64, u64)]) -> Vec<Vec<Seen>> {
        let one = |place: usize, seen: Seen| {
            let mut cluster = vec![Seen::default(); places.len()];
            cluster[place] = seen;
            cluster
        };
        let (ended, ongoing) = (Seen { ended: 1, ongoing: 0 }, Seen { ended: 0, ongoing: 1 });
        let subjects = places.iter().enumerate().flat_map(|(place, &(over, going))| {
            let over = (0..over).map(move |_| one(place, ended));
            over.chain((0..going).map(move |_| one(place, ongoing)))
        });
        subjects.collect()
    }

    /// Weeks of remission in a trial with 11 patients, of whom 5 were not followed to its end (Miller, *Survival Analysis*, 1981; R has it as
    /// `aml`). Survival and Greenwood's standard error of its log, as `survfit` has them.
    #[test]
    fn a_trial_of_the_textbooks_is_as_they_have_it() {
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
        let subjects = singles(&places);
        let clusters: Vec<&[Seen]> = subjects.iter().map(Vec::as_slice).collect();
        let curve = product_limit(&clusters, places.len());
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
            assert!(near(point.value, value), "{}", point.value);
            // Its limits are those of the normal distribution.
            let limit = |z: f64| {
                point
                    .value
                    .powf((z * point.squares.sqrt() / point.value.ln().abs()).exp())
            };
            assert!(near(limit(1.96), low) && near(limit(-1.96), high), "{}", point.value);
        }
        assert_eq!(curve.len(), expected.len());
        // Ours are a little wider: so few patients tell little of their spread.
        let ours = kaplan_meier(&subjects, 0.95);
        for (point, (_, value, low, high)) in ours.iter().zip(expected) {
            assert!((point.value - value).abs() <= 0.000_6);
            assert!(point.low.unwrap() < low && point.high.unwrap() > high, "{point:?}");
        }
    }

    #[test]
    fn without_anybody_on_the_way_it_is_the_part_that_is_left() {
        let curve = kaplan_meier(&singles(&[(0, 0), (30, 0), (0, 0), (50, 0), (20, 0)]), 0.95);
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
        let nobody = kaplan_meier(&[vec![Seen::default(); 3], vec![Seen::default(); 3]], 0.95);
        assert_eq!(nobody.len(), 3);
        assert!(
            nobody.iter().all(|point| point.at_risk == 0 && point.low.is_none()),
            "{nobody:?}"
        );
        let alone = kaplan_meier(
            &[vec![Seen { ended: 3, ongoing: 1 }, Seen { ended: 1, ongoing: 0 }]],
            0.95,
        );
        assert_eq!(
            (alone[0].value, alone[0].low),
            (0.4, None),
            "one viewer says nothing of others"
        );
    }

    /// Viewers with up to twelve plays, who come about as far each time; every fourth play goes on.
    #[test]
    fn the_limits_hold_for_viewers_who_come_back_and_would_not_if_plays_were_taken_for_independent() {
        const PLACES: usize = 20;
        const VIEWERS: usize = 128;
        const ROUNDS: usize = 400;
        const LOOK: usize = 9;
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let viewer = |rng: &mut ChaCha8Rng| {
            let mut places = vec![Seen::default(); PLACES + 1];
            let patience: f64 = rng.random();
            for _ in 0..rng.random_range(1..=12) {
                let came = ((patience + 0.1 * rng.random::<f64>()).min(0.999) * (PLACES + 1) as f64) as usize;
                match rng.random_bool(0.25) {
                    true => places[came.min(rng.random_range(0..=PLACES))].ongoing += 1,
                    false => places[came].ended += 1,
                }
            }
            places
        };
        let many: Vec<Vec<Seen>> = (0..60_000).map(|_| viewer(&mut rng)).collect();
        let truth = kaplan_meier(&many, 0.95)[LOOK].value;
        let (mut held, mut held_alone) = (0, 0);
        for _ in 0..ROUNDS {
            let clusters: Vec<Vec<Seen>> = (0..VIEWERS).map(|_| viewer(&mut rng)).collect();
            let holds = |point: Point| point.low.unwrap() <= truth && truth <= point.high.unwrap();
            held += usize::from(holds(kaplan_meier(&clusters, 0.95)[LOOK]));
            let mut places = vec![(0, 0); PLACES + 1];
            for (sum, seen) in clusters.iter().flat_map(|places| places.iter().enumerate()) {
                places[sum].0 += seen.ended;
                places[sum].1 += seen.ongoing;
            }
            held_alone += usize::from(holds(kaplan_meier(&singles(&places), 0.95)[LOOK]));
        }
        let share = |held: usize| held as f64 / ROUNDS as f64;
        assert!((0.925..=0.975).contains(&share(held)), "{}", share(held));
        assert!(share(held_alone) < 0.85, "{}", share(held_alone));
    }
}
