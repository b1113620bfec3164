//! The network of one attempt: a Markov chain of good, poor and dead stretches with lognormal throughput.
//!
//! Stretches are drawn along the clock and never depend on what is transferred, so that a slower player meets the same
//! weather. What an incident does to it comes from outside, per request ([`crate::incident::Effect`]); stretches drawn
//! under one that makes lines flaky stay.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    incident::Effect,
    random::{exponential, lognormal},
};

/// Fastest line anybody has, bit/s.
const THROUGHPUT_BPS_MAX: f64 = 400e6;
/// Median time a CDN edge takes to answer, ms.
const SERVER_MS: f64 = 14.0;

/// What the network of one attempt is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Profile {
    /// Median throughput in good stretches, bit/s.
    pub throughput_bps: f64,
    /// Round trip, ms.
    pub rtt_ms: f64,
    /// How often it turns poor or dies, relative to a usual line.
    pub flakiness: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    Good,
    Poor,
    Dead,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    end_ms: f64,
    bits_per_ms: f64,
}

/// A finished transfer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Transfer {
    /// First byte after the request was sent, ms.
    pub ttfb_ms: f64,
    /// Last byte, ms on the attempt's clock.
    pub end_ms: f64,
}

/// The network of one attempt.
#[derive(Debug)]
pub(crate) struct Network {
    profile: Profile,
    rng: ChaCha8Rng,
    weather: Weather,
    stretches: Vec<Stretch>,
    /// End of the last stretch drawn, ms; 0 before the first.
    drawn_ms: f64,
    /// Stretches before this one are over for good: no request will start in them.
    current: usize,
}

impl Network {
    /// Its weather comes from `rng` alone.
    pub(crate) fn new(profile: Profile, rng: ChaCha8Rng) -> Self {
        Self {
            profile,
            rng,
            weather: Weather::Good,
            stretches: Vec::new(),
            drawn_ms: 0.0,
            current: 0,
        }
    }

    /// A request for `bytes` sent at `start_ms` under `effect`. Requests must be sent in order of time; one that was given
    /// up may be followed by another before it would have finished.
    /// `round_trips` are needed before the server sees it (2 more on a new connection); `jitter` 0..1 is its luck.
    pub(crate) fn transfer(
        &mut self,
        start_ms: f64,
        bytes: f64,
        round_trips: f64,
        jitter: f64,
        effect: Effect,
    ) -> Transfer {
        // A heavy tail: one request in a hundred waits five times as long for its first byte.
        let luck = 0.8 + 0.25 / (1.02 - jitter);
        let latency = self.profile.rtt_ms * round_trips + SERVER_MS * luck + f64::from(effect.latency_ms) * luck;
        while self
            .stretches
            .get(self.current)
            .is_some_and(|stretch| stretch.end_ms <= start_ms)
        {
            self.current += 1;
        }
        let mut index = self.current;
        let mut at = start_ms + latency;
        let mut bits = bytes * 8.0;
        let mut first_byte = None;
        loop {
            let stretch = self.stretch_at(at, &mut index, effect.flakiness_factor);
            let rate = stretch.bits_per_ms * effect.throughput_factor;
            if rate > 0.0 {
                first_byte.get_or_insert(at);
                let time = bits / rate;
                if at + time <= stretch.end_ms {
                    at += time;
                    break;
                }
                bits -= (stretch.end_ms - at) * rate;
            }
            at = stretch.end_ms;
        }
        Transfer {
            ttfb_ms: first_byte.unwrap_or(at) - start_ms,
            end_ms: at,
        }
    }

    /// The stretch around `at`, looked for from `index` on.
    fn stretch_at(&mut self, at: f64, index: &mut usize, flakiness_factor: f64) -> Stretch {
        loop {
            match self.stretches.get(*index) {
                Some(stretch) if stretch.end_ms > at => return *stretch,
                Some(_) => *index += 1,
                None => *index -= self.draw(flakiness_factor),
            }
        }
    }

    /// Draws one more stretch. Returns how many used-up ones were forgotten to make room.
    fn draw(&mut self, flakiness_factor: f64) -> usize {
        if self.drawn_ms > 0.0 {
            let u: f64 = self.rng.random();
            let flaky = self.profile.flakiness * flakiness_factor;
            self.weather = match self.weather {
                Weather::Good if u < (0.0015 * flaky).min(0.2) => Weather::Dead,
                Weather::Good if u < (0.02 * flaky).min(0.5) => Weather::Poor,
                Weather::Poor if u < 0.05 => Weather::Dead,
                Weather::Poor if u < 0.55 => Weather::Poor,
                Weather::Good | Weather::Poor | Weather::Dead => Weather::Good,
            };
        }
        let (mean_ms, median_bps, sigma) = match self.weather {
            Weather::Good => (8_000.0, self.profile.throughput_bps, 0.3),
            Weather::Poor => (7_000.0, self.profile.throughput_bps * 0.06, 0.6),
            Weather::Dead => (11_000.0, 0.0, 0.0),
        };
        // At least 50 ms, so that time passes.
        let length = exponential(&mut self.rng, mean_ms).max(50.0);
        let bps = lognormal(&mut self.rng, median_bps, sigma).min(THROUGHPUT_BPS_MAX);
        // What was used up is forgotten, so that a long attempt does not carry its whole past.
        let forgotten = if self.current >= 64 { self.current } else { 0 };
        self.stretches.drain(..forgotten);
        self.current -= forgotten;
        self.drawn_ms += length;
        self.stretches.push(Stretch {
            end_ms: self.drawn_ms,
            bits_per_ms: bps / 1_000.0,
        });
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::{Purpose, stream};

    const PROFILE: Profile = Profile {
        throughput_bps: 10e6,
        rtt_ms: 20.0,
        flakiness: 1.0,
    };

    fn network(seed: u64, profile: Profile) -> Network {
        Network::new(profile, stream(seed, Purpose::Network, 0, 0))
    }

    #[test]
    fn a_quarter_of_the_throughput_takes_four_times_as_long() {
        let megabyte = |factor| {
            let effect = Effect {
                throughput_factor: factor,
                ..Effect::default()
            };
            // Long after long: the mean over many transfers on independent lines.
            (0..200)
                .map(|seed| {
                    let transfer = network(seed, PROFILE).transfer(0.0, 1e6, 1.0, 0.5, effect);
                    transfer.end_ms - transfer.ttfb_ms
                })
                .sum::<f64>()
                / 200.0
        };
        let ratio = megabyte(0.25) / megabyte(1.0);
        assert!((3.5..5.0).contains(&ratio), "ratio {ratio}");
    }

    #[test]
    fn an_effect_makes_a_line_as_flaky_as_a_flaky_line() {
        let end = |flakiness, flakiness_factor| {
            let effect = Effect {
                flakiness_factor,
                ..Effect::default()
            };
            network(3, Profile { flakiness, ..PROFILE })
                .transfer(0.0, 1e9, 1.0, 0.5, effect)
                .end_ms
        };
        assert_eq!(end(2.0, 4.0), end(8.0, 1.0));
        assert!(end(8.0, 1.0) > end(1.0, 1.0));
    }

    #[test]
    fn flaky_lines_are_slow_more_often() {
        let slow = |flakiness| {
            let profile = Profile { flakiness, ..PROFILE };
            (0..40)
                .map(|seed| {
                    let mut network = network(seed, profile);
                    (0..500_u32)
                        .filter(|n| {
                            let start = f64::from(*n) * 4_000.0;
                            let transfer = network.transfer(start, 1e5, 1.0, 0.5, Effect::default());
                            transfer.end_ms - start > 1_000.0
                        })
                        .count()
                })
                .sum::<usize>()
        };
        let (usual, flaky) = (slow(1.0), slow(6.0));
        assert!(flaky > 3 * usual && usual > 0, "usual {usual}, flaky {flaky}");
    }

    proptest! {
        #[test]
        fn a_transfer_takes_time_and_more_bytes_take_no_less(seed: u64, bytes in 1.0..1e7_f64, more in 0.0..1e7_f64, jitter in 0.0..1.0_f64) {
            let small = network(seed, PROFILE).transfer(0.0, bytes, 1.0, jitter, Effect::default());
            let large = network(seed, PROFILE).transfer(0.0, bytes + more, 1.0, jitter, Effect::default());
            prop_assert!(small.ttfb_ms >= PROFILE.rtt_ms);
            prop_assert!(small.end_ms > small.ttfb_ms);
            prop_assert!(large.end_ms >= small.end_ms);
            prop_assert_eq!(large.ttfb_ms, small.ttfb_ms);
        }
    }
}
