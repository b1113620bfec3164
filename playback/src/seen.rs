//! Which positions were played: stretches of media time, so that what is played twice counts once.

use schemas::{DurationMs, Totals, limits::SEEN_STRETCHES_MAX};

use crate::bounded::Bounded;

/// The stretches so far, from and to ms of media time; they lie apart, in no order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Vec<(u32, u32)>);

impl Seen {
    pub const NEW: Self = Self(Vec::new());

    /// `media_ms` of media were played, up to `to_ms`.
    ///
    /// One stretch too many is joined with its nearest: what lies between them counts as played from then on, without having been counted. So
    /// `unique_media_ms` is never too much.
    pub fn add(&mut self, media_ms: DurationMs, to_ms: u32, totals: &mut Totals) {
        let from_ms = to_ms.minus(media_ms);
        let (mut first_ms, mut last_ms) = (from_ms, to_ms);
        let mut new_ms = to_ms - from_ms;
        // Stretches no further away than this are joined: those that touch, and only where there is no room one more.
        let mut reach_ms = 0;
        loop {
            let mut nearest_ms = u32::MAX;
            let mut index = 0;
            while let Some((begin, end)) = self.0.get(index).copied() {
                let gap_ms = begin.minus(to_ms).max(from_ms.minus(end));
                if gap_ms > reach_ms {
                    nearest_ms = nearest_ms.min(gap_ms);
                    index += 1;
                } else {
                    new_ms -= to_ms.min(end).minus(from_ms.max(begin));
                    first_ms = first_ms.min(begin);
                    last_ms = last_ms.max(end);
                    self.0.swap_remove(index);
                }
            }
            if self.0.len() < SEEN_STRETCHES_MAX {
                break;
            }
            reach_ms = nearest_ms;
        }
        self.0.extend([(first_ms, last_ms)]);
        *totals.unique_media_ms.get_or_insert(0) += new_ms;
        totals.position_ms_max = totals.position_ms_max.max(Some(to_ms));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn played(stretches: &[(u32, u32)]) -> (Seen, Totals) {
        let (mut seen, mut totals) = (Seen::default(), Totals::default());
        for (media_ms, to_ms) in stretches {
            seen.add(*media_ms, *to_ms, &mut totals);
        }
        (seen, totals)
    }

    #[test]
    fn one_stretch_too_many_is_joined_with_its_nearest() {
        // A second of each ten, and one more, 100 ms behind that of 50 s.
        let mut stretches: Vec<(u32, u32)> = (0..SEEN_STRETCHES_MAX as u32)
            .map(|index| (1_000, 10_000 * index + 1_000))
            .collect();
        stretches.push((1_000, 52_100));
        let (seen, totals) = played(&stretches);
        let count = stretches.len() as u32;
        assert_eq!(totals.unique_media_ms, Some(1_000 * count));
        assert_eq!(seen.0.len(), SEEN_STRETCHES_MAX);
        assert!(seen.0.contains(&(50_000, 52_100)), "{seen:?}");
        // What lies in that gap is taken for seen.
        stretches.push((3_000, 52_100));
        assert_eq!(played(&stretches).1.unique_media_ms, Some(1_000 * count + 900));
    }

    proptest! {
        #[test]
        fn what_was_played_twice_counts_once(stretches in prop::collection::vec((0_u32..400, 0_u32..2_000), 1..120)) {
            let mut model = vec![false; 2_000];
            let mut had_too_many = false;
            let (mut seen, mut totals) = (Seen::default(), Totals::default());
            for (media_ms, to_ms) in &stretches {
                let before = totals.unique_media_ms;
                seen.add(*media_ms, *to_ms, &mut totals);
                model[to_ms.saturating_sub(*media_ms) as usize..*to_ms as usize].fill(true);
                let exact = model.iter().filter(|played| **played).count() as u32;
                let unique = totals.unique_media_ms.unwrap();
                had_too_many |= seen.0.len() == SEEN_STRETCHES_MAX;
                prop_assert!(Some(unique) >= before && unique <= exact);
                prop_assert!(had_too_many || unique == exact, "{unique} of {exact}");
                let mut sorted = seen.0.clone();
                sorted.sort_unstable();
                prop_assert!(sorted.windows(2).all(|pair| pair[0].1 < pair[1].0) && sorted.len() <= SEEN_STRETCHES_MAX, "{seen:?}");
            }
            prop_assert_eq!(totals.position_ms_max, stretches.iter().map(|(_, to_ms)| *to_ms).max());
        }
    }
}
