//! What concerns a whole table: the shares of viewers in its arms, and the number of its cells.

use rand_distr::{Binomial, Distribution, StandardNormal};
use statistics::assignment::{Exposure, REFUSE_BELOW, sample_ratio};
use statistics::multiplicity::benjamini_hochberg;
use statistics::{Null, Reliability};

use crate::population::rng;
use crate::report::{Band, Place, Tally, share};

/// Draws viewers of three arms.
fn arms(viewers: u64, drawn: [f64; 3], meant: [f64; 3], rng: &mut impl rand::Rng) -> [Exposure; 3] {
    let draw = |count, probability: f64, rng: &mut _| Binomial::new(count, probability.min(1.0)).unwrap().sample(rng);
    let whole: f64 = drawn.iter().sum();
    let first = draw(viewers, drawn[0] / whole, rng);
    let second = draw(viewers - first, drawn[1] / (whole - drawn[0]), rng);
    let counts = [first, second, viewers - first - second];
    std::array::from_fn(|arm| Exposure {
        viewers: counts[arm],
        weight: meant[arm],
    })
}

fn is_refused(arms: &[Exposure]) -> bool {
    sample_ratio(arms).is_some_and(|found| found.is_mismatch())
}

/// A name, how many viewers, the weights they are drawn by and those they are meant to have, and what is allowed.
type Case = (&'static str, u64, [f64; 3], [f64; 3], Band);

pub fn assignment(trials: u32) -> Result<(), Null> {
    let cases: [Case; 5] = [
        (
            "sound, 100,000 viewers, 1 : 1 : 2",
            100_000,
            [1.0, 1.0, 2.0],
            [1.0, 1.0, 2.0],
            Band::within(0.0008, 0.0012),
        ),
        (
            "sound, 1,000 viewers, 1 : 1 : 2",
            1_000,
            [1.0, 1.0, 2.0],
            [1.0, 1.0, 2.0],
            Band::within(0.0007, 0.0013),
        ),
        (
            "sound, 400 viewers, 1 : 1 : 198",
            400,
            [1.0, 1.0, 198.0],
            [1.0, 1.0, 198.0],
            Band::at_most(REFUSE_BELOW),
        ),
        (
            "one arm loses 5 %, 100,000 viewers",
            100_000,
            [1.0, 1.0, 1.9],
            [1.0, 1.0, 2.0],
            Band::at_least(0.99),
        ),
        (
            "one arm loses 5 %, 1,000 viewers",
            1_000,
            [1.0, 1.0, 1.9],
            [1.0, 1.0, 2.0],
            Band::none(),
        ),
    ];
    let table = "Experiments refused for their sample ratio";
    for (row, viewers, drawn, meant, band) in cases {
        let mut rng = rng(12);
        let mut tally = Tally::default();
        for _ in 0..trials * 50 {
            tally.note(
                is_refused(&arms(viewers, drawn, meant, &mut rng)),
                Reliability::Reliable,
            );
        }
        let place = Place {
            table,
            row,
            column: "one look",
        };
        share(&place, tally.share(), REFUSE_BELOW, band, true);
    }
    let mut rng = rng(13);
    let mut tally = Tally::default();
    for _ in 0..trials * 5 {
        let mut counts = [1.0, 1.0, 2.0].map(|weight| Exposure { viewers: 0, weight });
        let refused = (0..100).any(|_| {
            let more = arms(1_000, [1.0, 1.0, 2.0], [1.0, 1.0, 2.0], &mut rng);
            for (count, more) in counts.iter_mut().zip(more) {
                count.viewers += more.viewers;
            }
            is_refused(&counts)
        });
        tally.note(refused, Reliability::Reliable);
    }
    let place = Place {
        table,
        row: "sound, 100,000 viewers, 1 : 1 : 2",
        column: "any of 100 looks",
    };
    share(&place, tally.share(), REFUSE_BELOW, Band::at_most(0.025), true);
    Ok(())
}

/// A hundred cells, some of which have changed by 3 standard errors; what all share makes them err together.
pub fn multiplicity(trials: u32) -> Result<(), Null> {
    for (row, changed, shared) in [
        ("100 cells, 20 changed", 20, 0.0f64),
        ("100 cells, 20 changed, errors correlated by 0.5", 20, 0.5),
        ("100 cells, none changed", 0, 0.0),
        ("100 cells, none changed, errors correlated by 0.5", 0, 0.5),
    ] {
        let mut rng = rng(14);
        // Shares of false calls among calls, raw and adjusted, and of changed cells that are called.
        let mut sums = [0.0; 4];
        let trials = trials * 5;
        for _ in 0..trials {
            let common: f64 = StandardNormal.sample(&mut rng);
            let p_values: Vec<Option<f64>> = (0..100)
                .map(|cell| {
                    let own: f64 = StandardNormal.sample(&mut rng);
                    let error = shared.sqrt() * common + (1.0 - shared).sqrt() * own;
                    let shift = if cell < changed { 3.0 } else { 0.0 };
                    Some(two_sided(error + shift))
                })
                .collect();
            for (offset, values) in [p_values.clone(), benjamini_hochberg(&p_values)].iter().enumerate() {
                let called = |cells: std::ops::Range<usize>| {
                    values[cells].iter().flatten().filter(|p| **p <= 0.05).count() as f64
                };
                let (hits, misses) = (called(0..changed), called(changed..100));
                sums[offset] += misses / (hits + misses).max(1.0);
                sums[2 + offset] += hits / (changed as f64).max(1.0);
            }
        }
        let [raw, adjusted, found_raw, found] = sums.map(|sum| sum / f64::from(trials));
        let table = "False calls among the cells that are called";
        let put = |column, value, reference, band| share(&Place { table, row, column }, value, reference, band, true);
        put("adjusted", adjusted, 0.05, Band::at_most(0.055));
        put("raw", raw, adjusted, Band::none());
        if changed > 0 {
            put("changed cells found, adjusted", found, found_raw, Band::at_least(0.5));
        }
    }
    Ok(())
}

/// Two-sided tail of the normal law (`statistics` gives p-values of differences, and this wants one of a bare statistic).
fn two_sided(z: f64) -> f64 {
    statistics::Difference::symmetric(z, 0.0, 1.0, f64::INFINITY, 0.95, Reliability::Reliable)
        .p_value
        .unwrap_or(1.0)
}
