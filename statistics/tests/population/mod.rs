//! A simulated audience whose truth is known in closed form: the generator behind `simulated_truth.rs` and
//! `examples/coverage.rs`.
//!
//! Viewers come back (a heavy-tailed number of attempts each) and keep their nature: network, device and luck are random
//! effects of the viewer, so attempts of one viewer resemble each other. Startup is lognormal, stall time zero-inflated and
//! lognormal, play time lognormal, failures beta-binomial. Attempts per viewer are independent of the viewer's nature,
//! which keeps every population value a formula.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, LogNormal, Normal, Poisson, StandardNormal};
use statistics::{BUCKETS, BucketHistograms, Buckets, Sums};

/// Standard deviation of ln startup between viewers and within one viewer.
const STARTUP_BETWEEN: f64 = 0.6;
const STARTUP_WITHIN: f64 = 0.5;
const STARTUP_MEDIAN_MS: f64 = 900.0;
const FAILURE: (f64, f64) = (0.3, 9.7);
const STALL: (f64, f64) = (0.6, 3.4);
const STALL_LN: (f64, f64) = (7.5, 1.0);
const PLAY_LN: (f64, f64) = (12.0, 1.2);
const BITRATE_LN: (f64, f64) = (15.0, 0.5);

/// One viewer: where they fall and what they are like.
#[derive(Clone, Copy)]
pub struct Viewer {
    pub bucket: usize,
    startup: f64,
    failure: f64,
    stall: f64,
    bitrate: f64,
    visits: f64,
}

/// What one period looked like, by viewer buckets, or by attempt buckets for the naive methods.
#[derive(Clone, Default)]
pub struct Period {
    pub startup: BucketHistograms,
    pub startup_mean: Buckets,
    pub rebuffer: Buckets,
    pub failure: Buckets,
    pub bitrate: Buckets,
    pub attempts: Buckets,
}

/// How one day differs from the long run.
#[derive(Clone, Copy)]
pub struct Day {
    /// Factor on startup times and stall times.
    pub worse: f64,
    /// Factor on attempts per viewer.
    pub volume: f64,
}

pub const QUIET: Day = Day {
    worse: 1.0,
    volume: 1.0,
};

/// Population values.
pub struct Truth {
    pub startup_p50: f64,
    pub startup_p95: f64,
    pub startup_mean: f64,
    pub rebuffer: f64,
    pub failure: f64,
    pub bitrate: f64,
}

pub fn truth() -> Truth {
    let sd = STARTUP_BETWEEN.hypot(STARTUP_WITHIN);
    let stall = STALL.0 / (STALL.0 + STALL.1) * (STALL_LN.0 + STALL_LN.1 * STALL_LN.1 / 2.0).exp();
    let play = (PLAY_LN.0 + PLAY_LN.1 * PLAY_LN.1 / 2.0).exp();
    Truth {
        startup_p50: STARTUP_MEDIAN_MS,
        startup_p95: STARTUP_MEDIAN_MS * (1.644_853_6 * sd).exp(),
        startup_mean: STARTUP_MEDIAN_MS * (sd * sd / 2.0).exp(),
        rebuffer: stall / (stall + play),
        failure: FAILURE.0 / (FAILURE.0 + FAILURE.1),
        bitrate: (BITRATE_LN.0 + BITRATE_LN.1 * BITRATE_LN.1 / 2.0).exp(),
    }
}

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn viewers(count: usize, rng: &mut impl Rng) -> Vec<Viewer> {
    let failure = Beta::new(FAILURE.0, FAILURE.1).unwrap();
    let stall = Beta::new(STALL.0, STALL.1).unwrap();
    let bitrate = LogNormal::new(BITRATE_LN.0, BITRATE_LN.1).unwrap();
    let visits = LogNormal::new(0.7, 1.0).unwrap();
    let startup = Normal::new(0.0, STARTUP_BETWEEN).unwrap();
    (0..count)
        .map(|_| Viewer {
            bucket: rng.random_range(0..BUCKETS),
            startup: startup.sample(rng),
            failure: failure.sample(rng),
            stall: stall.sample(rng),
            bitrate: bitrate.sample(rng),
            visits: visits.sample(rng),
        })
        .collect()
}

/// One period of these viewers. With `attempt_buckets` each attempt falls into a bucket of its own choosing: what a method
/// that takes attempts for independent would compute.
pub fn period(viewers: &[Viewer], day: Day, attempt_buckets: bool, rng: &mut impl Rng) -> Period {
    let stall_ms = LogNormal::new(STALL_LN.0, STALL_LN.1).unwrap();
    let play_ms = LogNormal::new(PLAY_LN.0, PLAY_LN.1).unwrap();
    let mut period = Period::default();
    for viewer in viewers {
        let attempts = Poisson::new(viewer.visits * day.volume).unwrap().sample(rng) as usize;
        for _ in 0..attempts {
            let bucket = if attempt_buckets {
                rng.random_range(0..BUCKETS)
            } else {
                viewer.bucket
            };
            let noise: f64 = StandardNormal.sample(rng);
            let startup = STARTUP_MEDIAN_MS * day.worse * (viewer.startup + STARTUP_WITHIN * noise).exp();
            period.startup.record(bucket, startup);
            let failed = rng.random_bool(viewer.failure);
            let play = play_ms.sample(rng);
            let stall = if rng.random_bool(viewer.stall) {
                stall_ms.sample(rng) * day.worse
            } else {
                0.0
            };
            let sums = |numerator, denominator| Sums {
                attempts: 1,
                numerator,
                denominator,
            };
            period.startup_mean.add(bucket, sums(startup, 1.0));
            period.failure.add(bucket, sums(f64::from(u8::from(failed)), 1.0));
            period.rebuffer.add(bucket, sums(stall, play + stall));
            period.bitrate.add(bucket, sums(viewer.bitrate * play, play));
            period.attempts.add(bucket, sums(1.0, 0.0));
        }
    }
    period
}

/// A share of hits among trials.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub hits: u32,
    pub trials: u32,
}

impl Tally {
    pub fn note(&mut self, hit: bool) {
        self.hits += u32::from(hit);
        self.trials += 1;
    }

    pub fn share(&self) -> f64 {
        f64::from(self.hits) / f64::from(self.trials.max(1))
    }
}
