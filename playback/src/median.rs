//! A running median of any number of samples in little memory: counts in bins a thirty-second of an octave wide.

use schemas::Median;

/// Bins per octave; a bin's middle is within 1/64, 1.6 %, of what fell into it. Below 64 each number has its own.
const STEPS: u32 = 32;
/// 32-bit numbers have 26 octaves above those.
const BINS: usize = (STEPS * 28) as usize;

/// The samples so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Medians {
    /// Empty until the first sample.
    bins: Vec<u16>,
}

fn bin(value: u32) -> u32 {
    let octave = (value | (STEPS * 2 - 1)).ilog2() - 5;
    octave * STEPS + (value >> octave)
}

fn middle(bin: u32) -> u32 {
    let octave = (bin / STEPS).saturating_sub(1);
    let low = (bin - octave * STEPS) << octave;
    low + ((1 << octave) >> 1)
}

impl Medians {
    pub const NEW: Self = Self { bins: Vec::new() };

    /// Takes a sample and answers the median of all, packed; `packed` is the answer before.
    pub fn push(&mut self, value: u32, packed: u64) -> u64 {
        if self.bins.is_empty() {
            self.bins = vec![0; BINS];
        }
        if let Some(count) = self.bins.get_mut(bin(value) as usize) {
            *count = count.saturating_add(1);
        }
        let samples = (Median::unpacked(packed).map_or(0, |median| median.samples) + 1).min(Median::SAMPLES_MAX);
        let all: u32 = self.bins.iter().map(|count| u32::from(*count)).sum();
        let mut seen = 0;
        let mut median = 0;
        for (bin, count) in (0..).zip(&self.bins) {
            seen += u32::from(*count);
            if seen * 2 >= all {
                median = middle(bin);
                break;
            }
        }
        // With no room for another sample the number may not shrink.
        Median { samples, median }.packed().max(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_within_its_bound_of_the_true_one() {
        for spread in [1_u64, 30, 1_000, 4_000_000_000] {
            let (mut medians, mut packed, mut all) = (Medians::default(), 0, Vec::new());
            let mut seed = 1_u64;
            for _ in 0..501 {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let value = ((seed >> 32) % (spread + 1)) as u32;
                all.push(value);
                let before = packed;
                packed = medians.push(value, packed);
                assert!(packed > before);
            }
            all.sort_unstable();
            let exact = f64::from(all[250]);
            let Median { samples, median } = Median::unpacked(packed).unwrap();
            assert_eq!(samples, 501);
            assert!(
                (f64::from(median) - exact).abs() <= exact / 64.0,
                "{median} for {exact}"
            );
        }
    }

    #[test]
    fn every_number_has_a_bin_whose_middle_is_near_it() {
        let numbers = (0..200).chain([1_000, 65_535, 65_536, 1 << 30, u32::MAX - 1, u32::MAX]);
        for value in numbers {
            assert!((bin(value) as usize) < BINS);
            let near = f64::from(middle(bin(value)));
            assert!(
                (near - f64::from(value)).abs() <= f64::from(value) / 64.0,
                "{near} for {value}"
            );
        }
    }
}
