//! The curves of `experience_score`: how many points each component of an attempt gives. What they are in SQL stands in
//! `query/src/sql/metric.rs`; a test on the real engine holds the two together by [`VECTORS`].
//!
//! A score is a number to read. Its curves are a convention: where they bend follows what is known of viewers' patience (leaving begins
//! at 2 s of startup and at 1 % of stalls: Krishnan and Sitaraman, IMC 2012), how much a bend weighs is a choice. So no verdict and no alert
//! hangs on it.

/// Points between which a curve is straight, by rising x; before the first and behind the last it is level.
pub type Curve = &'static [(f64, f64)];

/// Startup, ms, to points.
pub const STARTUP: Curve = &[(1_000.0, 100.0), (2_000.0, 90.0), (5_000.0, 50.0), (10_000.0, 0.0)];
/// Share of play and stall time that stalled for lack of data, 0..=1, to points.
pub const SMOOTHNESS: Curve = &[(0.0, 100.0), (0.01, 80.0), (0.05, 30.0), (0.1, 0.0)];
/// Upscaling in device pixels, 0 for none, 1 for twice as large as it is, to points.
pub const QUALITY: Curve = &[(0.0, 100.0), (1.0, 60.0), (3.0, 0.0)];

/// The curve's height at `x`.
#[must_use]
pub fn points(curve: Curve, x: f64) -> f64 {
    let Some((first, last)) = curve.first().zip(curve.last()) else {
        return 0.0;
    };
    if x <= first.0 {
        return first.1;
    }
    for pair in curve.windows(2) {
        if let [(x0, y0), (x1, y1)] = *pair
            && x <= x1
        {
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
        }
    }
    last.1
}

/// An attempt as the score sees it, and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vector {
    /// Whether it ended by a technical failure, or was left before the first frame after 1 s of waiting.
    pub failed: bool,
    /// Startup, ms; `None` where it was interrupted or hidden.
    pub startup_ms: Option<u32>,
    /// Played and stalled for lack of data, ms.
    pub play_and_stall_ms: (u32, u32),
    /// Upscaling in device pixels; `None` where picture or display are not known.
    pub upscale: Option<f64>,
    /// 0..=100, to a tenth; `None` where none of the three components is known.
    pub score: Option<f64>,
}

const fn vector(
    failed: bool,
    startup_ms: Option<u32>,
    play_and_stall_ms: (u32, u32),
    upscale: Option<f64>,
    score: Option<f64>,
) -> Vector {
    Vector {
        failed,
        startup_ms,
        play_and_stall_ms,
        upscale,
        score,
    }
}

/// Attempts and their scores, for whoever computes it elsewhere.
pub const VECTORS: [Vector; 13] = [
    vector(false, Some(500), (600_000, 0), Some(0.0), Some(100.0)),
    vector(false, Some(1_000), (600_000, 0), Some(0.0), Some(100.0)),
    vector(false, Some(2_000), (600_000, 0), Some(0.0), Some(96.7)),
    vector(false, Some(5_000), (600_000, 0), Some(0.0), Some(83.3)),
    vector(false, Some(30_000), (600_000, 0), Some(0.0), Some(66.7)),
    vector(false, Some(1_000), (99_000, 1_000), Some(0.0), Some(93.3)),
    vector(false, Some(1_000), (95_000, 5_000), Some(0.0), Some(76.7)),
    vector(false, Some(1_000), (50_000, 50_000), Some(3.0), Some(33.3)),
    vector(false, Some(3_500), (97_000, 3_000), Some(0.5), Some(68.3)),
    vector(false, None, (600_000, 0), None, Some(100.0)),
    vector(false, Some(1_500), (0, 0), None, Some(95.0)),
    vector(true, Some(500), (600_000, 0), Some(0.0), Some(0.0)),
    vector(false, None, (0, 0), None, None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_follow_from_the_curves() {
        for vector in VECTORS {
            let (play, stall) = vector.play_and_stall_ms;
            let stalled = (play + stall > 0).then(|| f64::from(stall) / f64::from(play + stall));
            let parts = [
                vector.startup_ms.map(|ms| points(STARTUP, f64::from(ms))),
                stalled.map(|share| points(SMOOTHNESS, share)),
                vector.upscale.map(|upscale| points(QUALITY, upscale)),
            ];
            let known: Vec<f64> = parts.into_iter().flatten().collect();
            let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
            let score = if vector.failed { Some(0.0) } else { mean };
            let tenths = |score: Option<f64>| score.map(|score| (10.0 * score).round());
            assert_eq!(tenths(score), tenths(vector.score), "{vector:?}: {score:?}");
        }
    }

    #[test]
    fn a_curve_is_level_outside_and_straight_inside() {
        assert_eq!(points(STARTUP, 0.0), 100.0);
        assert_eq!(points(STARTUP, 1_500.0), 95.0);
        assert_eq!(points(STARTUP, 2_000.0), 90.0);
        assert_eq!(points(STARTUP, 60_000.0), 0.0);
        assert_eq!(points(QUALITY, 2.0), 30.0);
    }
}
