//! Which arm of an experiment a viewer sees: a pure function of the experiment's salt and the viewer, so that every device, every
//! page and every backend comes to the same without asking anyone.
//!
//! The collector's copy of it is `collector-wasm/js/remote.ts`; both are held against the same vectors.
//! The hash is 32-bit FNV-1a over the UTF-8 bytes, finished with the mixer of MurmurHash3 (both in the public domain):
//! FNV alone leaves neighbours such as `viewer-1` and `viewer-2` close together.

/// A number that looks drawn at random from `0..2^32`, always the same for the same text.
#[must_use]
pub fn hash(text: &str) -> u32 {
    let mut hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// The index of the arm that `unit` sees, by `weights`; none when it takes no part: `traffic_permille` of 1,000 units do.
///
/// `salt` is the experiment's own, so that two experiments split viewers independently; who takes part and which arm is seen are
/// drawn apart, so that raising the traffic moves nobody to another arm. `unit` is a viewer's id, or a stretch of time of a
/// switchback experiment. None also without weights.
#[must_use]
pub fn arm(salt: &str, unit: &str, weights: &[u32], traffic_permille: u32) -> Option<usize> {
    let draw = |what: &str, below: u64| (u64::from(hash(&format!("{salt}:{what}:{unit}"))) * below) >> 32;
    if draw("traffic", 1_000) >= u64::from(traffic_permille) {
        return None;
    }
    let total = weights.iter().map(|weight| u64::from(*weight)).sum();
    let drawn = draw("arm", total);
    let mut sum = 0;
    weights.iter().position(|weight| {
        sum += u64::from(*weight);
        drawn < sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same vectors stand in `collector-wasm/js/remote.test.ts`.
    #[test]
    fn it_is_the_same_everywhere() {
        let seen: Vec<Option<usize>> = ["", "viewer-1", "viewer-2", "zuschauer-ä", "0193a1b2"]
            .iter()
            .map(|unit| arm("abr-2026", unit, &[1, 1, 2], 900))
            .collect();
        assert_eq!((hash(""), hash("a"), hash("zuschauer-ä")), VECTORS);
        assert_eq!(seen, ARMS);
    }

    const VECTORS: (u32, u32, u32) = (2_872_998_923, 444_641_715, 320_314_769);
    const ARMS: [Option<usize>; 5] = [Some(1), Some(2), Some(0), Some(2), Some(0)];

    #[test]
    fn arms_get_their_weight_and_traffic_moves_nobody() {
        let weights = [1, 3];
        let arms = |traffic| (0..20_000).map(move |viewer| arm("s", &format!("viewer-{viewer}"), &weights, traffic));
        let (mut counts, mut out) = ([0_u32; 2], 0);
        for (half, whole) in arms(500).zip(arms(1_000)) {
            counts[whole.unwrap()] += 1;
            match half {
                Some(arm) => assert_eq!(Some(arm), whole),
                None => out += 1,
            }
        }
        // Five standard deviations of a fair draw: 306 and 354 viewers.
        assert!(counts[0].abs_diff(5_000) < 306, "{counts:?}");
        assert!(u32::abs_diff(out, 10_000) < 354, "{out}");
    }

    #[test]
    fn experiments_split_independently() {
        let both = (0..20_000).filter(|viewer| {
            let unit = format!("viewer-{viewer}");
            arm("one", &unit, &[1, 1], 1_000) == Some(0) && arm("two", &unit, &[1, 1], 1_000) == Some(0)
        });
        assert!(both.count().abs_diff(5_000) < 306);
    }

    #[test]
    fn no_traffic_and_no_weight_take_no_part() {
        assert_eq!(arm("s", "viewer", &[1], 0), None);
        assert_eq!(arm("s", "viewer", &[], 1_000), None);
        assert_eq!(arm("s", "viewer", &[0, 0], 1_000), None);
        assert_eq!(arm("s", "viewer", &[0, 1], 1_000), Some(1));
    }
}
