//! Chance with an address: every random decision comes from a ChaCha stream named by what it is for, so that an
//! attempt's fate depends on the seed and on the attempt alone, never on what was generated before it.
//!
//! That is what makes an incident comparable: with and without it, everybody outside its slice draws the same numbers.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Normal, StandardNormal};

/// What a stream is for. The discriminants are part of what a seed means: append, never renumber.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// Who a viewer is.
    Viewer = 1,
    /// How many attempts a day has, when, and by whom.
    Day = 2,
    /// What one video is.
    Video = 3,
    /// What the viewer of one attempt intends.
    Intent = 4,
    /// What the network does during one attempt.
    Network = 5,
    /// What the player and the service do during one attempt.
    Player = 6,
    /// What happens to an attempt's beacons on their way.
    Delivery = 7,
    /// Gaps and choices of a slot of the live audience.
    Slot = 8,
    /// How long a segment's file is.
    Segment = 9,
}

/// The stream for `purpose` number `a`, `b` under `seed`.
pub(crate) fn stream(seed: u64, purpose: Purpose, a: u64, b: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    for (slot, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, a, b]) {
        slot.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A draw from a lognormal distribution with this median and this standard deviation of the logarithm.
pub(crate) fn lognormal(rng: &mut ChaCha8Rng, median: f64, sigma: f64) -> f64 {
    let z: f64 = StandardNormal.sample(rng);
    median * (sigma * z).exp()
}

/// A draw from an exponential distribution with this mean.
pub(crate) fn exponential(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    let x: f64 = Exp1.sample(rng);
    mean * x
}

/// A count around `mean`: Poisson, by its normal approximation above 50, where the two differ by less than a count.
pub(crate) fn count_around(rng: &mut ChaCha8Rng, mean: f64) -> u64 {
    if mean <= 0.0 {
        return 0;
    }
    if mean > 50.0 {
        let z: f64 = StandardNormal.sample(rng);
        return (mean + mean.sqrt() * z).round().max(0.0) as u64;
    }
    let limit = (-mean).exp();
    let mut product = 1.0;
    let mut count = 0;
    loop {
        product *= rng.random::<f64>();
        if product <= limit {
            return count;
        }
        count += 1;
    }
}

/// A factor around 1 whose logarithm has this standard deviation; 1 when that is 0.
pub(crate) fn factor(rng: &mut ChaCha8Rng, sigma: f64) -> f64 {
    Normal::new(0.0, sigma.abs()).map_or(1.0, |normal| normal.sample(rng).exp())
}

/// Weights turned into something to draw from in logarithmic time.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    cumulative: Vec<f64>,
}

impl Weights {
    /// From weights that are not negative.
    pub(crate) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let cumulative = weights
            .into_iter()
            .map(|weight| {
                sum += weight.max(0.0);
                sum
            })
            .collect();
        Self { cumulative }
    }

    /// Sum of all weights.
    pub(crate) fn sum(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }

    /// The index at share `u` (0..1) of the whole weight; 0 when there is nothing to choose from.
    pub(crate) fn at(&self, u: f64) -> usize {
        let mark = u * self.sum();
        self.cumulative
            .partition_point(|end| *end <= mark)
            .min(self.cumulative.len().saturating_sub(1))
    }

    /// A random index.
    pub(crate) fn draw(&self, rng: &mut ChaCha8Rng) -> usize {
        self.at(rng.random())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_purpose_and_number_and_repeat_by_seed() {
        let draw = |seed, purpose, a, b| stream(seed, purpose, a, b).random::<u64>();
        let first = draw(7, Purpose::Viewer, 1, 2);
        assert_eq!(first, draw(7, Purpose::Viewer, 1, 2));
        for other in [
            draw(8, Purpose::Viewer, 1, 2),
            draw(7, Purpose::Day, 1, 2),
            draw(7, Purpose::Viewer, 2, 2),
            draw(7, Purpose::Viewer, 1, 3),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn weights_are_drawn_in_proportion() {
        let weights = Weights::new([1.0, 0.0, 3.0]);
        let mut rng = stream(1, Purpose::Day, 0, 0);
        let mut counts = [0_u32; 3];
        for _ in 0..40_000 {
            counts[weights.draw(&mut rng)] += 1;
        }
        assert_eq!(counts[1], 0);
        let share = f64::from(counts[2]) / 40_000.0;
        // Four standard deviations of a proportion of 3/4 over 40,000 draws are 0.0087.
        assert!((share - 0.75).abs() < 0.0087, "share {share}");
    }

    #[test]
    fn counts_have_the_mean_and_spread_of_a_poisson_distribution() {
        let mut rng = stream(2, Purpose::Day, 0, 0);
        for mean in [3.0, 400.0] {
            let draws: Vec<f64> = (0..20_000).map(|_| count_around(&mut rng, mean) as f64).collect();
            let average = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|x| (x - average).powi(2)).sum::<f64>() / draws.len() as f64;
            assert!((average / mean - 1.0).abs() < 0.02, "mean {average} of {mean}");
            assert!((variance / mean - 1.0).abs() < 0.06, "variance {variance} of {mean}");
        }
    }
}
