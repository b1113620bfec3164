//! What was played again: where in a video, by the seeks of each attempt.
//!
//! Pure. How much an attempt played again is measured (`media_ms` less `unique_media_ms`); where, its seeks tell: between two of them the media
//! ran on from where the first led to where the second began. Where an attempt began is not told; it is taken for the start of the video, and what
//! that would place wrongly is bounded by what was measured.

/// A seek, ms of media time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// Position before.
    pub from_ms: u32,
    /// Position after.
    pub to_ms: u32,
}

/// The stretches that were played again, ms of media time, in the order they were played; one that was played three times is there twice. At most
/// `rewatched_ms` in all. `jumps` in the order they happened.
#[must_use]
pub fn again(jumps: &[Jump], rewatched_ms: u32) -> Vec<(u32, u32)> {
    let mut seen: Vec<(u32, u32)> = Vec::new();
    let mut again = Vec::new();
    let mut left_ms = rewatched_ms;
    let mut begin = 0;
    // The last run goes on until what was measured is used up.
    let ends = jumps.iter().map(|jump| jump.from_ms).chain([u32::MAX]);
    let begins = jumps.iter().map(|jump| jump.to_ms);
    for (end, next) in ends.zip(begins.chain([0])) {
        if begin < end {
            for &(from, to) in &seen {
                let (from, to) = (from.max(begin), to.min(end));
                let taken = to.saturating_sub(from).min(left_ms);
                if taken > 0 {
                    again.push((from, from + taken));
                    left_ms -= taken;
                }
            }
            join(&mut seen, (begin, end));
        }
        begin = next;
    }
    again
}

/// Adds a stretch to those that lie apart, in order.
fn join(seen: &mut Vec<(u32, u32)>, (mut from, mut to): (u32, u32)) {
    seen.retain(|&(begin, end)| {
        let touches = begin <= to && from <= end;
        if touches {
            from = from.min(begin);
            to = to.max(end);
        }
        !touches
    });
    let place = seen.partition_point(|&(begin, _)| begin < from);
    seen.insert(place, (from, to));
}

/// Adds to each of the equal parts of a video how often a stretch went through it, 1 for all of it. What lies behind the end is the last part's.
pub fn spread((from_ms, to_ms): (u32, u32), duration_ms: u32, parts: &mut [f64]) {
    let count = parts.len() as f64;
    let place = |ms: u32| (f64::from(ms) / f64::from(duration_ms.max(1)) * count).min(count);
    let (from, to) = (place(from_ms), place(to_ms));
    let first = from as usize;
    for (index, part) in parts.iter_mut().enumerate().skip(first) {
        let inside = to.min(index as f64 + 1.0) - from.max(index as f64);
        if inside <= 0.0 {
            break;
        }
        *part += inside;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jumps(pairs: &[(u32, u32)]) -> Vec<Jump> {
        pairs.iter().map(|&(from_ms, to_ms)| Jump { from_ms, to_ms }).collect()
    }

    #[test]
    fn what_was_skipped_before_is_not_played_again() {
        // To 60 s, back to 20 s, on to 90 s: 40 s again.
        assert_eq!(again(&jumps(&[(60, 20)]), 40), [(20, 60)]);
        // The same, left after 10 s of it.
        assert_eq!(again(&jumps(&[(60, 20)]), 10), [(20, 30)]);
        // To 20, over to 60, on to 80, back to 10: what lies between 20 and 60 is new.
        assert_eq!(again(&jumps(&[(20, 60), (80, 10)]), 30), [(10, 20), (60, 80)]);
        // The same stretch three times.
        assert_eq!(again(&jumps(&[(30, 10), (30, 10)]), 40), [(10, 30), (10, 30)]);
        // Forward only, and nobody who seeks.
        assert_eq!(again(&jumps(&[(20, 60)]), 0), []);
        assert_eq!(again(&[], 5), []);
        // Two seeks without media between.
        assert_eq!(again(&jumps(&[(60, 20), (20, 40)]), 20), [(40, 60)]);
    }

    #[test]
    fn a_stretch_counts_in_each_part_by_how_much_of_it_was_played() {
        let mut parts = [0.0; 4];
        spread((50, 250), 400, &mut parts);
        assert_eq!(parts, [0.5, 1.0, 0.5, 0.0]);
        spread((390, 500), 400, &mut parts);
        assert!((parts[3] - 0.1).abs() < 1e-9, "{parts:?}");
    }

    proptest! {
        /// Against every millisecond of a short video, counted.
        #[test]
        fn it_is_what_counting_every_place_says(pairs in prop::collection::vec((0_u32..40, 0_u32..40), 0..8), stop in 0_u32..40) {
            let mut times = [0_u32; 40];
            let mut begin = 0;
            let mut runs = Vec::new();
            for (from, to) in &pairs {
                runs.push((begin, *from));
                begin = *to;
            }
            runs.push((begin, stop));
            let mut expected = [0_u32; 40];
            for (from, to) in runs {
                for place in from..to {
                    let place = place as usize;
                    expected[place] += u32::from(times[place] > 0);
                    times[place] += 1;
                }
            }
            let found = again(&jumps(&pairs), expected.iter().sum());
            let mut counted = [0_u32; 40];
            for (from, to) in found {
                for place in from..to {
                    counted[place as usize] += 1;
                }
            }
            prop_assert_eq!(counted, expected);
        }
    }
}
