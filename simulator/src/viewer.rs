//! Who watches, and what the viewer of one attempt intends: how long, how patiently, with how many seeks and pauses.
//!
//! What becomes of those intentions on a given network is decided in [`crate::player`].

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    catalogue::{COUNTRIES, Country, DEVICES, Device},
    random::{Purpose, Weights, count_around, exponential, lognormal, stream},
};

/// A person who comes back. Everything here stays the same over all their attempts.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Number, from 0.
    pub number: u32,
    /// Country.
    pub country: &'static Country,
    /// Index into the country's cities.
    pub city: usize,
    /// Index into the country's networks.
    pub isp: usize,
    /// What they watch on, the favourite first; one or two.
    pub devices: Vec<ViewerDevice>,
    /// Their throughput relative to their neighbours': lognormal, σ 0.55.
    pub throughput_factor: f64,
    /// How often their line fails, relative to a usual one: lognormal, σ 0.9, a heavy tail.
    pub flakiness: f64,
    /// How long they wait for a first frame or a stall before leaving, ms, median of theirs.
    pub patience_ms: f64,
    /// Share of all viewers who get a release before them, 0..1.
    pub release_quantile: f64,
    /// Share below them in the draw of the experiment's arm, 0..1.
    pub arm_quantile: f64,
    /// Custom dimension `plan`.
    pub plan: &'static str,
}

/// A viewer's device.
#[derive(Debug, Clone, Copy)]
pub struct ViewerDevice {
    /// What it is.
    pub device: &'static Device,
    /// Whether it is on a cellular connection.
    pub cellular: bool,
}

impl Viewer {
    /// Viewer `number` of the audience of `seed`.
    #[must_use]
    pub fn new(seed: u64, number: u32) -> Self {
        let mut rng = stream(seed, Purpose::Viewer, u64::from(number), 0);
        let country = &COUNTRIES[Weights::new(COUNTRIES.iter().map(|country| country.weight)).draw(&mut rng)];
        let city = Weights::new(country.cities.iter().map(|city| city.2)).draw(&mut rng);
        let isp = Weights::new(country.isps.iter().map(|isp| isp.2)).draw(&mut rng);
        let device_weights = Weights::new(DEVICES.iter().map(|device| device.weight));
        let device_count = if rng.random_bool(0.35) { 2 } else { 1 };
        let devices = (0..device_count)
            .map(|_| {
                let device = &DEVICES[device_weights.draw(&mut rng)];
                ViewerDevice {
                    device,
                    cellular: rng.random_bool(device.cellular_share),
                }
            })
            .collect();
        Self {
            number,
            country,
            city,
            isp,
            devices,
            throughput_factor: lognormal(&mut rng, 1.0, 0.55),
            flakiness: lognormal(&mut rng, 1.0, 0.9),
            patience_ms: lognormal(&mut rng, 11_000.0, 0.4),
            release_quantile: rng.random(),
            arm_quantile: rng.random(),
            plan: if rng.random_bool(0.3) { "premium" } else { "free" },
        }
    }

    /// Their address: from 198.18.0.0/15, which belongs to nobody (RFC 2544).
    #[must_use]
    pub fn address(&self) -> String {
        let [.., high, middle, low] = (self.number % (1 << 17)).to_be_bytes();
        format!("198.{}.{middle}.{low}", 18 + high)
    }

    /// How fast their line on `device` is relative to the scenario's, and how flaky.
    pub(crate) fn line(&self, device: ViewerDevice) -> (f64, f64) {
        let (.., isp_factor) = self.country.isps[self.isp];
        let (factor, flaky) = if device.cellular { (0.45, 3.0) } else { (1.0, 1.0) };
        (
            self.country.throughput_factor * isp_factor * self.throughput_factor * factor,
            self.flakiness * flaky,
        )
    }
}

/// What one attempt's viewer intends. Times are milliseconds of playing, so that waiting does not use them up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intent {
    /// Leaves after having played this long, if nothing else ends it.
    pub watch_ms: f64,
    /// Leaves when the first frame takes longer than this.
    pub startup_patience_ms: f64,
    /// Leaves when one stall takes longer than this.
    pub stall_patience_ms: f64,
    /// Leaves when all stalls together take longer than this.
    pub stall_total_patience_ms: f64,
    /// What they do meanwhile, by playing time, oldest first.
    pub acts: Vec<(f64, Act)>,
    /// Whether the page started it by itself.
    pub autoplay: bool,
}

/// Something a viewer does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Act {
    /// Seeks by so many milliseconds of media.
    Seek(f64),
    /// Pauses for so many milliseconds.
    Pause(f64),
    /// Puts the page into the background for so many milliseconds of playing.
    Hide(f64),
    /// Nothing a viewer does: the decoder hangs for so many milliseconds.
    Hang(f64),
}

impl Intent {
    /// Draws the intentions of a viewer for a video of `duration_ms` (`None` is live).
    pub(crate) fn draw(rng: &mut ChaCha8Rng, viewer: &Viewer, device: &Device, duration_ms: Option<u32>) -> Self {
        let watch_ms = match duration_ms {
            // Half find within a minute or two that it is not for them, half stay to the end or near it.
            Some(duration) => {
                let duration = f64::from(duration);
                if rng.random_bool(0.45) {
                    exponential(rng, duration * 0.12 + 20_000.0).max(500.0)
                } else if rng.random_bool(0.5) {
                    f64::INFINITY
                } else {
                    duration * rng.random_range(0.3..0.98)
                }
            }
            None => lognormal(rng, 9.0 * 60_000.0, 1.1).min(4.0 * 3_600_000.0),
        };
        // A few change their mind at once, whatever happens.
        let startup_patience_ms = if rng.random_bool(0.015) {
            rng.random_range(200.0..2_500.0)
        } else {
            lognormal(rng, viewer.patience_ms, 0.6).max(700.0)
        };
        let stall_patience_ms = lognormal(rng, viewer.patience_ms, 0.5).max(2_000.0);
        let stall_total_patience_ms = lognormal(rng, viewer.patience_ms * 4.0, 0.6);

        let span_ms = watch_ms.min(duration_ms.map_or(watch_ms, f64::from));
        let mut acts = Vec::new();
        for _ in 0..count_around(rng, span_ms / 900_000.0) {
            let by = if rng.random_bool(0.65) {
                exponential(rng, 45_000.0) + 5_000.0
            } else {
                -exponential(rng, 20_000.0) - 5_000.0
            };
            acts.push((rng.random_range(0.0..span_ms), Act::Seek(by)));
        }
        for _ in 0..count_around(rng, span_ms / 1_800_000.0) {
            let length = lognormal(rng, 25_000.0, 1.1).min(20.0 * 60_000.0);
            acts.push((rng.random_range(0.0..span_ms), Act::Pause(length)));
        }
        if device.can_hide && rng.random_bool(0.08) {
            let length = lognormal(rng, 40_000.0, 1.0);
            acts.push((rng.random_range(0.0..span_ms), Act::Hide(length)));
        }
        let hangs_per_hour = if device.class == "desktop" { 1.0 } else { 2.0 };
        for _ in 0..count_around(rng, span_ms / 3_600_000.0 * hangs_per_hour) {
            let length = lognormal(rng, 450.0, 0.7);
            acts.push((rng.random_range(0.0..span_ms), Act::Hang(length)));
        }
        acts.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            watch_ms,
            startup_patience_ms,
            stall_patience_ms,
            stall_total_patience_ms,
            acts,
            autoplay: rng.random_bool(0.2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_is_the_same_person_every_time() {
        let (a, b) = (Viewer::new(3, 17), Viewer::new(3, 17));
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
        assert_ne!(format!("{a:?}"), format!("{:?}", Viewer::new(3, 18)));
    }

    #[test]
    fn addresses_are_nobodys_and_distinct() {
        let of = |number| {
            Viewer {
                number,
                ..Viewer::new(1, 0)
            }
            .address()
        };
        assert_eq!(of(0), "198.18.0.0");
        assert_eq!(of(258), "198.18.1.2");
        assert_eq!(of(131_071), "198.19.255.255");
    }

    #[test]
    fn audience_shares_follow_the_catalogue() {
        let viewers: Vec<Viewer> = (0..8_000).map(|number| Viewer::new(5, number)).collect();
        let share = |of: fn(&Viewer) -> bool| viewers.iter().filter(|viewer| of(viewer)).count() as f64 / 8_000.0;
        assert!((share(|viewer| viewer.country.code == "DE") - 0.34).abs() < 0.03);
        assert!((share(|viewer| viewer.devices[0].device.class == "tv") - 0.16).abs() < 0.03);
        let slow = share(|viewer| viewer.throughput_factor < 0.3);
        assert!((0.005..0.05).contains(&slow), "a tail of slow lines: {slow}");
    }
}
