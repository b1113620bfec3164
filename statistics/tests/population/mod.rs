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
const BITRATE_LN: (f64, f64) = (15.0, 0.5);

/// How heavy the tails are: mean and standard deviation of the logarithm.
#[derive(Clone, Copy)]
pub struct Nature {
    /// Attempts that a viewer is good for.
    visits_ln: (f64, f64),
    /// Stall time of an attempt that stalls, ms.
    stall_ln: (f64, f64),
    /// Play time of an attempt, ms.
    play_ln: (f64, f64),
}

/// An audience as services know it: 3.3 attempts a viewer, from the busiest hundredth 20 and more.
pub const USUAL: Nature = Nature {
    visits_ln: (0.7, 1.0),
    stall_ln: (7.5, 1.0),
    play_ln: (12.0, 1.2),
};

/// Heavier tails than one would like: an attempt in a hundred stalls or plays 30 times the median, a viewer in a hundred comes
/// 20 times as often as the median one.
pub const HEAVY: Nature = Nature {
    visits_ln: (0.3, 1.3),
    stall_ln: (7.5, 1.5),
    play_ln: (12.0, 1.5),
};

/// Every viewer comes once.
pub const ONCE: Nature = Nature {
    visits_ln: (0.0, 0.0),
    ..USUAL
};

fn mean_ln((mean, deviation): (f64, f64)) -> f64 {
    (mean + deviation * deviation / 2.0).exp()
}

/// One viewer: where they fall and what they are like.
#[derive(Clone, Copy)]
pub struct Viewer {
    pub bucket: usize,
    pub visits: f64,
    startup: f64,
    failure: f64,
    stall: f64,
    bitrate: f64,
    nature: Nature,
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
    pub play: Buckets,
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
    /// Attempts per viewer.
    pub attempts: f64,
    /// Play time per viewer, ms.
    pub play: f64,
}

pub fn truth() -> Truth {
    truth_of(USUAL)
}

pub fn truth_of(nature: Nature) -> Truth {
    let sd = STARTUP_BETWEEN.hypot(STARTUP_WITHIN);
    let stall = STALL.0 / (STALL.0 + STALL.1) * mean_ln(nature.stall_ln);
    let play = mean_ln(nature.play_ln);
    let attempts = if nature.visits_ln.1 > 0.0 {
        mean_ln(nature.visits_ln)
    } else {
        1.0
    };
    Truth {
        startup_p50: STARTUP_MEDIAN_MS,
        startup_p95: STARTUP_MEDIAN_MS * (1.644_853_6 * sd).exp(),
        startup_mean: STARTUP_MEDIAN_MS * (sd * sd / 2.0).exp(),
        rebuffer: stall / (stall + play),
        failure: FAILURE.0 / (FAILURE.0 + FAILURE.1),
        bitrate: mean_ln(BITRATE_LN),
        attempts,
        play: attempts * play,
    }
}

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn viewers(count: usize, rng: &mut impl Rng) -> Vec<Viewer> {
    viewers_of(USUAL, count, rng)
}

pub fn viewers_of(nature: Nature, count: usize, rng: &mut impl Rng) -> Vec<Viewer> {
    let failure = Beta::new(FAILURE.0, FAILURE.1).unwrap();
    let stall = Beta::new(STALL.0, STALL.1).unwrap();
    let bitrate = LogNormal::new(BITRATE_LN.0, BITRATE_LN.1).unwrap();
    let visits = LogNormal::new(nature.visits_ln.0, nature.visits_ln.1).unwrap();
    let startup = Normal::new(0.0, STARTUP_BETWEEN).unwrap();
    (0..count)
        .map(|_| Viewer {
            bucket: rng.random_range(0..BUCKETS),
            startup: startup.sample(rng),
            failure: failure.sample(rng),
            stall: stall.sample(rng),
            bitrate: bitrate.sample(rng),
            visits: visits.sample(rng),
            nature,
        })
        .collect()
}

/// As many viewers as come by chance where `mean` are expected: an audience comes or stays away.
pub fn audience(nature: Nature, mean: f64, rng: &mut impl Rng) -> Vec<Viewer> {
    let come = Poisson::new(mean).unwrap().sample(rng) as usize;
    viewers_of(nature, come, rng)
}

/// One period of these viewers. With `attempt_buckets` each attempt falls into a bucket of its own choosing: what a method
/// that takes attempts for independent would compute.
pub fn period(viewers: &[Viewer], day: Day, attempt_buckets: bool, rng: &mut impl Rng) -> Period {
    let mut period = Period::default();
    period.go_on(viewers, day, attempt_buckets, rng);
    period
}

impl Period {
    /// Adds more attempts of these viewers; how many.
    pub fn go_on(&mut self, viewers: &[Viewer], day: Day, attempt_buckets: bool, rng: &mut impl Rng) -> usize {
        let mut added = 0;
        for viewer in viewers {
            let attempts = if viewer.nature.visits_ln.1 > 0.0 {
                Poisson::new(viewer.visits * day.volume).unwrap().sample(rng) as usize
            } else {
                1
            };
            for _ in 0..attempts {
                let bucket = if attempt_buckets {
                    rng.random_range(0..BUCKETS)
                } else {
                    viewer.bucket
                };
                self.attempt(viewer, bucket, day, rng);
            }
            added += attempts;
        }
        added
    }

    fn attempt(&mut self, viewer: &Viewer, bucket: usize, day: Day, rng: &mut impl Rng) {
        let mut log_normal = |(mean, deviation): (f64, f64)| {
            let noise: f64 = StandardNormal.sample(rng);
            (mean + deviation * noise).exp()
        };
        let startup = day.worse * log_normal((STARTUP_MEDIAN_MS.ln() + viewer.startup, STARTUP_WITHIN));
        let play = log_normal(viewer.nature.play_ln);
        let stall_if_any = log_normal(viewer.nature.stall_ln) * day.worse;
        let stall = if rng.random_bool(viewer.stall) {
            stall_if_any
        } else {
            0.0
        };
        let failed = rng.random_bool(viewer.failure);
        let sums = |numerator, denominator| Sums {
            attempts: 1,
            numerator,
            denominator,
        };
        self.startup.record(bucket, startup);
        self.startup_mean.add(bucket, sums(startup, 1.0));
        self.failure.add(bucket, sums(f64::from(u8::from(failed)), 1.0));
        self.rebuffer.add(bucket, sums(stall, play + stall));
        self.bitrate.add(bucket, sums(viewer.bitrate * play, play));
        self.attempts.add(bucket, sums(1.0, 0.0));
        self.play.add(bucket, sums(play, 0.0));
    }
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
