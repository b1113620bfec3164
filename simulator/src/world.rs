//! The world of a scenario: its viewers, videos and days, and who attempts what when.
//!
//! Every attempt has an address (`part`, `number`): the local day and its number in it, or the live audience's slot and
//! its number there. All that happens in it follows from the seed and that address.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use rand::RngExt;
use schemas::{AttemptId, Context, StreamType, UnixMs};
use uuid::Builder;

use crate::{
    catalogue::{Device, LADDER_FILM, LADDER_SIMPLE, LADDER_SPORT, Rung},
    incident::Exposure,
    network::Profile,
    random::{Purpose, Weights, count_around, factor, lognormal, stream},
    scenario::{HOUR_MS, Scenario, ScenarioError},
    viewer::{Intent, Viewer},
};

/// Milliseconds of a week.
const WEEK_MS: f64 = 7.0 * 24.0 * HOUR_MS as f64;
/// Live channels.
const CHANNELS: usize = 4;

/// Something to watch.
#[derive(Debug, Clone)]
pub struct Video {
    /// Tells it from all others.
    pub number: u64,
    /// The attribute `video_id`.
    pub id: String,
    /// The attribute `video_title`.
    pub title: String,
    /// Its length, ms; `None` is live.
    pub duration_ms: Option<u32>,
    /// Its renditions, the smallest first.
    pub ladder: &'static [Rung],
    /// Whether it is encrypted.
    pub drm: bool,
    /// Host of the pages it is on.
    pub page_host: &'static str,
    /// Custom dimension `section`.
    pub section: &'static str,
}

/// All that is known about an attempt besides its beacons: the attributes the server should find it under.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// When it truly began.
    pub started_at_ms: UnixMs,
    /// Who.
    pub viewer: Arc<Viewer>,
    /// On what.
    pub device: &'static Device,
    /// What its beacons say.
    pub context: Context,
    /// Numbers of the scenario's incidents that concern it while it lasts or may last.
    pub incidents: Vec<usize>,
}

/// Attributes an attempt of the simulator has, beside `custom.*`. Those the server derives from the user agent carry
/// the simulator's own words ([`crate::catalogue`]), which may be spelt otherwise than the server's, except `device_class`.
pub const ATTRIBUTES: &[&str] = &[
    "viewer_id",
    "video_id",
    "video_title",
    "stream_type",
    "player_name",
    "player_version",
    "player_software",
    "player_software_version",
    "collector_version",
    "page_host",
    "cdn",
    "connection_type",
    "language",
    "experiment_name",
    "experiment_variant",
    "autoplay",
    "first_frame_method",
    "browser",
    "os",
    "device_class",
    "country",
    "region",
    "city",
    "asn",
    "isp",
];

impl Facts {
    /// The value of attribute `name`; `None` when this attempt has none.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let context = &self.context;
        let country = self.viewer.country;
        let (region, city, _) = country.cities[self.viewer.city];
        let (asn, isp, ..) = country.isps[self.viewer.isp];
        let word = |value: serde_json::Result<serde_json::Value>| {
            value.ok().and_then(|value| value.as_str().map(str::to_owned))
        };
        match name {
            "viewer_id" => context.viewer_id.clone(),
            "video_id" => context.video_id.clone(),
            "video_title" => context.video_title.clone(),
            "stream_type" => context.stream_type.and_then(|kind| word(serde_json::to_value(kind))),
            "player_name" => context.player_name.clone(),
            "player_version" => context.player_version.clone(),
            "player_software" => context.player_software.clone(),
            "player_software_version" => context.player_software_version.clone(),
            "collector_version" => context.collector_version.clone(),
            "page_host" => context.page_host.clone(),
            "cdn" => context.cdn.clone(),
            "connection_type" => context.connection_type.clone(),
            "language" => context.language.clone(),
            "experiment_name" => context.experiment_name.clone(),
            "experiment_variant" => context.experiment_variant.clone(),
            "autoplay" => context.autoplay.map(|autoplay| autoplay.to_string()),
            "first_frame_method" => context
                .first_frame_method
                .and_then(|method| word(serde_json::to_value(method))),
            "browser" => Some(self.device.browser.to_owned()),
            "os" => Some(self.device.os.to_owned()),
            "device_class" => Some(self.device.class.to_owned()),
            "country" => Some(country.code.to_owned()),
            "region" => Some(region.to_owned()),
            "city" => Some(city.to_owned()),
            "asn" => Some(asn.to_string()),
            "isp" => Some(isp.to_owned()),
            _ => name
                .strip_prefix(schemas::attribute::CUSTOM_PREFIX)
                .and_then(|key| context.custom.get(key).cloned()),
        }
    }
}

/// An attempt about to happen.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub part: u64,
    pub number: u64,
    pub facts: Facts,
    pub video: Arc<Video>,
    pub intent: Intent,
    pub network: Profile,
    pub exposure: Exposure,
    /// Error of the viewer's wall clock, ms; positive is ahead.
    pub skew_ms: i64,
}

/// When somebody will attempt something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Appointment {
    pub at: UnixMs,
    pub part: u64,
    pub number: u64,
}

/// A scenario made ready to be lived through.
#[derive(Debug)]
pub struct World {
    scenario: Scenario,
    zone: Tz,
    viewers: Vec<Arc<Viewer>>,
    activity: Weights,
    videos: Vec<Arc<Video>>,
    popularity: Weights,
    channels: Vec<Arc<Video>>,
    cdns: Weights,
}

impl World {
    /// Builds the world of `scenario`.
    ///
    /// # Errors
    /// When the scenario cannot be simulated.
    pub fn new(scenario: Scenario) -> Result<Self, ScenarioError> {
        scenario.check()?;
        for incident in &scenario.incidents {
            for name in incident.when.keys() {
                if !ATTRIBUTES.contains(&name.as_str()) && !name.starts_with(schemas::attribute::CUSTOM_PREFIX) {
                    return Err(ScenarioError::Attribute {
                        incident: incident.name.clone(),
                        attribute: name.clone(),
                    });
                }
            }
        }
        let zone = scenario.zone()?;
        let exponent = scenario.viewer_activity_exponent;
        // A constant of 3 keeps the very first viewers from watching half of everything.
        let zipf = move |count: u32, exponent: f64| {
            Weights::new((0..count).map(move |n| (f64::from(n) + 3.0).powf(-exponent)))
        };
        Ok(Self {
            zone,
            viewers: (0..scenario.viewers)
                .map(|n| Arc::new(Viewer::new(scenario.seed, n)))
                .collect(),
            activity: zipf(scenario.viewers, exponent),
            videos: (0..scenario.videos)
                .map(|n| Arc::new(video(scenario.seed, n)))
                .collect(),
            popularity: zipf(scenario.videos, 0.9),
            channels: (1..=CHANNELS).map(|n| Arc::new(channel(n))).collect(),
            cdns: Weights::new(scenario.cdns.iter().map(|cdn| cdn.weight)),
            scenario,
        })
    }

    /// The scenario.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The zone whose days and evenings the audience keeps.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The local day of `at`.
    #[must_use]
    pub fn day(&self, at: UnixMs) -> NaiveDate {
        day_in(self.zone, at)
    }

    /// The local days to fill with past, the oldest first, the day of `now_ms` last.
    pub(crate) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let today = self.day(self.scenario.now_ms);
        (0..=u64::from(self.scenario.backfill_days))
            .rev()
            .filter_map(move |back| today.checked_sub_days(Days::new(back)))
    }

    /// Everybody's appointments on the local day `date`, in order of time.
    pub(crate) fn appointments(&self, date: NaiveDate) -> Vec<Appointment> {
        let part = day_number(date);
        let (start, end) = (midnight(self.zone, date), midnight(self.zone, date + Days::new(1)));
        let mut rng = stream(self.scenario.seed, Purpose::Day, part, 0);
        // Drawn first, so that a day's luck does not depend on how many come.
        let noise = factor(&mut rng, self.scenario.volume_noise);
        let weeks = (self.scenario.now_ms.0 - start) as f64 / WEEK_MS;
        let mean = self.scenario.attempts_per_day * self.scenario.volume(date, weeks) * noise;
        // One slot per real hour of the day, 23 or 25 of them when clocks change.
        let hours = (end - start) / HOUR_MS;
        let slots = Weights::new((0..hours).map(|n| {
            let local = self.zone.timestamp_millis_opt(start + n * HOUR_MS).single();
            local.map_or(0.0, |time| self.scenario.daily_cycle[time.hour() as usize])
        }));
        let mut appointments: Vec<Appointment> = (0..count_around(&mut rng, mean))
            .map(|number| {
                let hour = slots.draw(&mut rng) as i64;
                let within = rng.random_range(0..HOUR_MS);
                Appointment {
                    at: UnixMs(start + hour * HOUR_MS + within),
                    part,
                    number,
                }
            })
            .collect();
        appointments.sort_unstable();
        appointments
    }

    /// What happens at `appointment` is decided here, except by the network and the player.
    pub(crate) fn attempt(&self, appointment: Appointment) -> Attempt {
        let scenario = &self.scenario;
        let Appointment { at, part, number } = appointment;
        let mut rng = stream(scenario.seed, Purpose::Intent, part, number);
        let viewer = Arc::clone(&self.viewers[self.activity.draw(&mut rng)]);
        // The favourite device four times out of five.
        let on_second = rng.random_bool(0.2);
        let device = *viewer.devices.get(usize::from(on_second)).unwrap_or(&viewer.devices[0]);
        let is_live = rng.random_bool(scenario.live_share);
        let popularity = self.popularity.draw(&mut rng);
        let channel = rng.random_range(0..CHANNELS);
        let video = Arc::clone(if is_live {
            &self.channels[channel]
        } else {
            &self.videos[popularity]
        });
        let cdn = &scenario.cdns[self.cdns.draw(&mut rng)];
        let id_bytes: [u8; 10] = rng.random();
        let luck = lognormal(&mut rng, 1.0, 0.25);
        let clock_error: f64 = {
            let z = lognormal(&mut rng, 1.0, 1.0);
            z.ln() * scenario.misbehaviour.skew_ms
        };
        let intent = Intent::draw(&mut rng, &viewer, device.device, video.duration_ms);

        let arm = scenario.experiment.as_ref().map(|experiment| {
            let weights = Weights::new(experiment.arms.iter().map(|arm| arm.weight));
            (
                experiment.name.clone(),
                &experiment.arms[weights.at(viewer.arm_quantile)],
            )
        });
        let day_factor = factor(
            &mut stream(scenario.seed, Purpose::Day, day_number(self.day(at)), 1),
            scenario.throughput_noise,
        );
        let (line, flakiness) = viewer.line(device);
        let throughput_bps = scenario.throughput_bps * line * luck * day_factor * self.evening_factor(at);
        let network = Profile {
            throughput_bps,
            rtt_ms: viewer.country.rtt_ms + if device.cellular { 35.0 } else { 0.0 },
            flakiness,
        };

        let (software, software_version) = device.device.player_software;
        let is_chromium = device.device.user_agent.contains("Chrome/");
        let context = Context {
            viewer_id: Some(format!("viewer-{:06}", viewer.number)),
            video_id: Some(video.id.clone()),
            video_title: Some(video.title.clone()),
            stream_type: Some(if is_live { StreamType::Live } else { StreamType::Vod }),
            player_name: Some(device.device.player_name.into()),
            player_version: Some(self.player_version(&viewer, at).into()),
            player_software: Some(software.into()),
            player_software_version: (!software_version.is_empty()).then(|| software_version.into()),
            collector_version: Some(env!("CARGO_PKG_VERSION").into()),
            page_host: Some(video.page_host.into()),
            cdn: Some(cdn.name.clone()),
            // Only Chromium tells, and it calls everything above 700 kbit/s 4g.
            connection_type: is_chromium.then(|| if throughput_bps > 700e3 { "4g" } else { "3g" }.into()),
            language: Some(viewer.country.language.into()),
            experiment_name: arm.as_ref().map(|(name, _)| name.clone()),
            experiment_variant: arm.as_ref().map(|(_, arm)| arm.name.clone()),
            autoplay: Some(intent.autoplay),
            first_frame_method: Some(device.device.first_frame_method),
            video_duration_ms: video.duration_ms,
            custom: BTreeMap::from([
                ("plan".to_owned(), viewer.plan.to_owned()),
                ("section".to_owned(), video.section.to_owned()),
            ]),
            ..Context::default()
        };
        let skew_ms = clock_error.round() as i64;
        let wall_ms = u64::try_from(at.0 + skew_ms).unwrap_or(0);
        let mut facts = Facts {
            attempt_id: AttemptId(Builder::from_unix_timestamp_millis(wall_ms, &id_bytes).into_uuid()),
            started_at_ms: at,
            viewer,
            device: device.device,
            context,
            incidents: Vec::new(),
        };
        let mut exposure = Exposure {
            always: arm.map_or(cdn.effect, |(_, arm)| cdn.effect.and(arm.effect)),
            windows: Vec::new(),
        };
        for (index, incident) in scenario.incidents.iter().enumerate() {
            // No attempt outlasts 48 h, so earlier ones cannot reach it.
            let reachable =
                at < incident.end_ms && at.0 + i64::from(schemas::limits::ATTEMPT_MS_MAX) > incident.start_ms.0;
            if reachable && incident.concerns(|name| facts.attribute(name)) {
                facts.incidents.push(index);
                exposure
                    .windows
                    .push((incident.start_ms, incident.end_ms, incident.effect));
            }
        }
        Attempt {
            part,
            number,
            facts,
            video,
            intent,
            network,
            exposure,
            skew_ms,
        }
    }

    /// Lines are busier in the evening: 12 % slower at 21:00 than in the afternoon.
    fn evening_factor(&self, at: UnixMs) -> f64 {
        let Some(local) = self.zone.timestamp_millis_opt(at.0).single() else {
            return 1.0;
        };
        let hours = f64::from(local.time().num_seconds_from_midnight()) / 3_600.0;
        1.0 - 0.12 * (-((hours - 21.0) / 2.0).powi(2)).exp()
    }

    /// The release this viewer has at `at`.
    fn player_version(&self, viewer: &Viewer, at: UnixMs) -> &str {
        let days_ago = (self.scenario.now_ms.0 - at.0) as f64 / (24 * HOUR_MS) as f64;
        self.scenario
            .releases
            .iter()
            .rev()
            .find(|release| {
                let rolled_out = (release.days_ago - days_ago) / release.rollout_days.max(1e-9);
                rolled_out > viewer.release_quantile
            })
            .or(self.scenario.releases.first())
            .map_or("", |release| release.version.as_str())
    }
}

/// The local day of `at` in `zone`.
pub(crate) fn day_in(zone: Tz, at: UnixMs) -> NaiveDate {
    let utc = chrono::DateTime::<Utc>::from_timestamp_millis(at.0).unwrap_or_default();
    utc.with_timezone(&zone).date_naive()
}

/// The first moment of a local day, Unix ms. Where midnight is skipped, the hour after it.
fn midnight(zone: Tz, date: NaiveDate) -> i64 {
    let midnight = date.and_time(NaiveTime::MIN);
    zone.from_local_datetime(&midnight)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(midnight + TimeDelta::hours(1))).earliest())
        .map_or_else(|| midnight.and_utc().timestamp_millis(), |time| time.timestamp_millis())
}

/// Days since 1970-01-01, the `part` of a day's attempts.
fn day_number(date: NaiveDate) -> u64 {
    u64::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(0)
}

/// `part` of the attempts of slot `slot` of the live audience, out of the way of all days.
pub(crate) fn slot_part(slot: u32) -> u64 {
    (1 << 32) | u64::from(slot)
}

const NOUNS: [&str; 12] = [
    "Harbour", "Glacier", "Orchard", "Signal", "Archive", "Border", "Kitchen", "Summit", "Theatre", "Railway",
    "Island", "Workshop",
];

fn video(seed: u64, number: u32) -> Video {
    let mut rng = stream(seed, Purpose::Video, u64::from(number), 0);
    let noun = NOUNS[rng.random_range(0..NOUNS.len())];
    let (section, ladder, minutes, drm, page_host) = match rng.random_range(0..10_u32) {
        0..5 => (
            "clips",
            LADDER_SIMPLE,
            lognormal(&mut rng, 3.0, 0.5).clamp(0.5, 12.0),
            false,
            "www.example.tv",
        ),
        5..8 => (
            "series",
            LADDER_FILM,
            rng.random_range(21.0..52.0),
            true,
            "www.example.tv",
        ),
        8 => (
            "films",
            LADDER_FILM,
            rng.random_range(78.0..140.0),
            true,
            "films.example.tv",
        ),
        _ => (
            "sport",
            LADDER_SPORT,
            lognormal(&mut rng, 6.0, 0.7).clamp(1.0, 110.0),
            false,
            "sport.example.tv",
        ),
    };
    Video {
        number: u64::from(number),
        id: format!("{section}-{number:04}"),
        title: format!("The {noun}, no. {number}"),
        duration_ms: Some((minutes * 60_000.0) as u32),
        ladder,
        drm,
        page_host,
        section,
    }
}

fn channel(number: usize) -> Video {
    let is_sport = number == CHANNELS;
    Video {
        number: 1 << 32 | number as u64,
        id: format!("live-{number}"),
        title: format!("Channel {number}"),
        duration_ms: None,
        ladder: if is_sport { LADDER_SPORT } else { LADDER_SIMPLE },
        drm: false,
        page_host: "live.example.tv",
        section: "live",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(change: impl FnOnce(&mut Scenario)) -> World {
        let mut scenario = Scenario::default();
        change(&mut scenario);
        World::new(scenario).unwrap()
    }

    #[test]
    fn the_evening_is_busy_the_night_is_not_and_weekends_are_busier() {
        let world = world(|s| s.attempts_per_day = 20_000.0);
        let monday = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();
        let mut hours = [0_u32; 24];
        for appointment in world.appointments(monday) {
            let local = world.zone().timestamp_millis_opt(appointment.at.0).unwrap();
            assert_eq!(local.date_naive(), monday);
            hours[local.hour() as usize] += 1;
        }
        assert!(hours[20] > 8 * hours[4], "{hours:?}");
        let count = |day: u64| world.appointments(monday + Days::new(day)).len() as f64;
        // Saturday's weight is 1.19 times Monday's; the noise of two days is 3 %.
        let ratio = count(5) / count(0);
        assert!((1.08..1.32).contains(&ratio), "saturday ÷ monday {ratio}");
    }

    #[test]
    fn a_day_of_25_hours_keeps_to_its_date() {
        let world = world(|_| ());
        let date = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
        let appointments = world.appointments(date);
        assert!(!appointments.is_empty());
        assert!(appointments.iter().all(|appointment| world.day(appointment.at) == date));
        assert_eq!(
            midnight(world.zone(), date + Days::new(1)) - midnight(world.zone(), date),
            25 * HOUR_MS
        );
    }

    #[test]
    fn quiet_days_differ_a_little() {
        let world = world(|s| s.attempts_per_day = 5_000.0);
        let counts: Vec<f64> = (0..6)
            .map(|week| NaiveDate::from_ymd_opt(2026, 10, 7).unwrap() + Days::new(7 * week))
            .map(|wednesday| world.appointments(wednesday).len() as f64)
            .collect();
        let mean = counts.iter().sum::<f64>() / 6.0;
        assert!(
            counts.iter().all(|count| (count / mean - 1.0).abs() < 0.12),
            "{counts:?}"
        );
        assert!(counts.windows(2).all(|pair| pair[0] != pair[1]), "{counts:?}");
    }

    #[test]
    fn releases_replace_each_other_over_days() {
        let world = world(|_| ());
        let share = |days_ago: i64, version: &str| {
            let at = UnixMs(world.scenario().now_ms.0 - days_ago * 24 * HOUR_MS);
            let with = world
                .viewers
                .iter()
                .filter(|viewer| world.player_version(viewer, at) == version)
                .count();
            with as f64 / world.viewers.len() as f64
        };
        assert_eq!(share(50, "3.0.4"), 1.0);
        assert!((share(40, "3.1.0") - 5.0 / 9.0).abs() < 0.05);
        assert_eq!(share(20, "3.1.0"), 1.0);
        assert_eq!(share(0, "3.2.0"), 1.0);
    }

    #[test]
    fn the_most_active_viewers_come_often_and_many_come_once() {
        let world = world(|s| s.attempts_per_day = 10_000.0);
        let mut counts = BTreeMap::<u32, u32>::new();
        for appointment in world.appointments(NaiveDate::from_ymd_opt(2026, 11, 16).unwrap()) {
            *counts
                .entry(world.attempt(appointment).facts.viewer.number)
                .or_default() += 1;
        }
        let attempts: u32 = counts.values().sum();
        let mut by_count: Vec<u32> = counts.into_values().collect();
        by_count.sort_unstable_by(|a, b| b.cmp(a));
        let top: u32 = by_count.iter().take(world.viewers.len() / 10).sum();
        assert!(
            f64::from(top) > 0.25 * f64::from(attempts),
            "top tenth {top} of {attempts}"
        );
    }

    #[test]
    fn every_attribute_of_the_list_is_in_the_catalogue_and_is_known() {
        let world = world(|_| ());
        let day = world.day(world.scenario().now_ms);
        let facts: Vec<Facts> = world
            .appointments(day)
            .into_iter()
            .map(|appointment| world.attempt(appointment).facts)
            .collect();
        for name in ATTRIBUTES {
            assert!(schemas::attribute::attribute(name).is_some(), "{name}");
            assert!(facts.iter().any(|facts| facts.attribute(name).is_some()), "{name}");
        }
        assert!(facts.iter().all(|facts| facts.attribute("custom.plan").is_some()));
        assert!(facts.iter().all(|facts| facts.attribute("colour").is_none()));
    }

    #[test]
    fn an_incident_for_an_unknown_attribute_is_refused() {
        let mut scenario = Scenario::demo(Scenario::default().now_ms);
        scenario.incidents[0].when = BTreeMap::from([("cnd".to_owned(), "b".to_owned())]);
        assert_eq!(
            World::new(scenario).map(|_| ()).unwrap_err().to_string(),
            "incident 'slow cdn-b with player 3.2.0': no attempt of the simulator has the attribute 'cnd'"
        );
    }
}
