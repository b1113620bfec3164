//! What to simulate: one serde struct with defaults, so that a scenario file says only what is special about it.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveTime, TimeZone};
use schemas::{UnixMs, limits};
use serde::{Deserialize, Serialize};

use crate::incident::{Effect, Incident};

/// A scenario. The same scenario gives the same beacons, to the byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Everything random follows from this number.
    pub seed: u64,
    /// The scenario's present: releases and growth are told relative to it, and the past ends here.
    pub now_ms: UnixMs,
    /// IANA name of the zone whose days and evenings the audience keeps.
    pub timezone: String,
    /// Whole days of past before the day of `now_ms`; that day itself is filled up to `now_ms`.
    pub backfill_days: u32,
    /// Attempts on an average day at the scenario's present.
    pub attempts_per_day: f64,
    /// Viewers there are. Not all come every day.
    pub viewers: u32,
    /// How unequal viewers are: the n-th most active one is active in proportion to n^-this. 0 makes all equal.
    pub viewer_activity_exponent: f64,
    /// Growth of the audience per week, as a share.
    pub growth_per_week: f64,
    /// Standard deviation of the logarithm of a day's number of attempts, beside the chance of each attempt.
    pub volume_noise: f64,
    /// Standard deviation of the logarithm of a day's throughput for everybody.
    pub throughput_noise: f64,
    /// Attempts by local hour, 24 weights.
    pub daily_cycle: Vec<f64>,
    /// Attempts by weekday, Monday first, 7 weights around 1.
    pub weekly_cycle: Vec<f64>,
    /// Share of attempts on live streams.
    pub live_share: f64,
    /// Videos on demand in the catalogue, the first the most popular.
    pub videos: u32,
    /// The CDNs.
    pub cdns: Vec<Cdn>,
    /// Player releases, oldest first; the first is everywhere from the beginning.
    pub releases: Vec<Release>,
    /// An experiment every viewer is part of, if any.
    pub experiment: Option<Experiment>,
    /// What goes wrong.
    pub incidents: Vec<Incident>,
    /// Median throughput of a fixed line, bit/s.
    pub throughput_bps: f64,
    /// Which beacons an attempt emits; by default [`Emission::COMPACT`] for the past and [`Emission::LIVE`] for the present.
    pub emission: Option<Emission>,
    /// How badly beacons travel.
    pub misbehaviour: Misbehaviour,
}

/// A CDN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cdn {
    /// Its name, the attribute `cdn`.
    pub name: String,
    /// Share of attempts.
    pub weight: f64,
    /// Its usual quality.
    #[serde(default)]
    pub effect: Effect,
}

/// A release of the publisher's player.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The attribute `player_version`.
    pub version: String,
    /// Days before the scenario's present when the first viewer got it.
    pub days_ago: f64,
    /// Days from the first viewer to the last.
    pub rollout_days: f64,
}

/// A split of the viewers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The attribute `experiment_name`.
    pub name: String,
    /// Its arms.
    pub arms: Vec<Arm>,
}

/// An arm of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// The attribute `experiment_variant`.
    pub name: String,
    /// Share of viewers.
    pub weight: f64,
    /// What it does.
    #[serde(default)]
    pub effect: Effect,
}

/// When an attempt sends a beacon, beside its start and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Emission {
    /// Length between two regular beats, ms of the attempt's clock, at least.
    pub beat_ms: u32,
    /// The same at most: with `changes` they become rarer with the attempt's age. Counts where it is above `beat_ms`.
    pub steady_beat_ms: u32,
    /// Whether the first frame, stalls, seeks, pauses, switches and errors are reported at once, as the collector does.
    pub changes: bool,
    /// Whether the timeline lists requests and buffer levels; else they are counted in `events_dropped`.
    pub requests: bool,
}

impl Emission {
    /// As the collector does: at once, every 10 s, and later rarer, with quick requests left out.
    pub const COLLECTOR: Self = Self {
        beat_ms: 10_000,
        steady_beat_ms: 60_000,
        changes: true,
        requests: true,
    };
    /// At once, and every 10 s: as the collector does in an attempt's first minutes, and more often than later.
    pub const LIVE: Self = Self {
        beat_ms: 10_000,
        steady_beat_ms: 10_000,
        changes: true,
        requests: true,
    };
    /// As little as tells the whole truth: start, a beat every 10 min, end.
    pub const COMPACT: Self = Self {
        beat_ms: 600_000,
        steady_beat_ms: 600_000,
        changes: false,
        requests: false,
    };
}

impl Default for Emission {
    fn default() -> Self {
        Self::LIVE
    }
}

/// What goes wrong between the fold and the server. The truth is told of what is sent after all this.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Misbehaviour {
    /// Probability that a beacon is sent once more later, under its old number.
    pub duplicate: f64,
    /// Probability that an attempt's beacons leave in random order.
    pub shuffle: f64,
    /// Probability that an attempt loses its last beacons.
    pub drop_tail: f64,
    /// Most beacons an attempt may lose that way; the first is always kept.
    pub drop_tail_max: u32,
    /// Standard deviation of the error of viewers' wall clocks, ms. Live only: history has no clock to correct.
    pub skew_ms: f64,
}

/// Why a scenario cannot be simulated.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScenarioError {
    /// `timezone` is no IANA name.
    #[error("unknown time zone '{0}'")]
    Timezone(String),
    /// A list that must have entries, or a number of them, is wrong.
    #[error("{field}: {problem}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A condition names an attribute the simulator cannot know.
    #[error("incident '{incident}': no attempt of the simulator has the attribute '{attribute}'")]
    Attribute {
        /// The incident.
        incident: String,
        /// The attribute.
        attribute: String,
    },
}

/// Attempts by local hour: a trough before dawn, lunch, and the evening.
const DAILY_CYCLE: [f64; 24] = [
    0.50, 0.30, 0.18, 0.12, 0.10, 0.14, 0.28, 0.48, 0.60, 0.64, 0.68, 0.76, 0.95, 0.90, 0.80, 0.84, 0.98, 1.20, 1.50,
    1.85, 2.15, 2.05, 1.60, 0.95,
];

/// Attempts by weekday, Monday first.
const WEEKLY_CYCLE: [f64; 7] = [0.94, 0.92, 0.94, 0.95, 1.02, 1.12, 1.11];

/// 2026-11-20T18:00:00Z, an arbitrary fixed present for scenarios that do not care.
const NOW_MS: UnixMs = UnixMs(1_795_197_600_000);

impl Default for Scenario {
    fn default() -> Self {
        let cdn = |name: &str, weight| Cdn {
            name: name.into(),
            weight,
            effect: Effect::default(),
        };
        let release = |version: &str, days_ago, rollout_days| Release {
            version: version.into(),
            days_ago,
            rollout_days,
        };
        Self {
            seed: 1,
            now_ms: NOW_MS,
            timezone: "Europe/Vienna".into(),
            backfill_days: 14,
            attempts_per_day: 1_000.0,
            viewers: 2_000,
            viewer_activity_exponent: 0.6,
            growth_per_week: 0.005,
            volume_noise: 0.02,
            throughput_noise: 0.01,
            daily_cycle: DAILY_CYCLE.to_vec(),
            weekly_cycle: WEEKLY_CYCLE.to_vec(),
            live_share: 0.12,
            videos: 120,
            cdns: vec![cdn("cdn-a", 0.45), cdn("cdn-b", 0.40), cdn("cdn-c", 0.15)],
            releases: vec![
                release("3.0.4", 400.0, 1.0),
                release("3.1.0", 45.0, 9.0),
                release("3.2.0", 16.0, 8.0),
            ],
            experiment: Some(Experiment {
                name: "startup-hints".into(),
                arms: ["control", "hints"]
                    .map(|name| Arm {
                        name: name.into(),
                        weight: 0.5,
                        effect: Effect::default(),
                    })
                    .into(),
            }),
            incidents: Vec::new(),
            throughput_bps: 20e6,
            emission: None,
            misbehaviour: Misbehaviour::default(),
        }
    }
}

impl Scenario {
    /// The demo: eight quiet weeks of about 1,500 attempts a day, and one incident that began yesterday at 14:00 local
    /// time and ended half an hour before `now`: `cdn-b` is slow for players of version 3.2.0. Yesterday and today
    /// therefore both show it, whenever the demo is started.
    #[must_use]
    pub fn demo(now: UnixMs) -> Self {
        let timezone = chrono_tz::Europe::Vienna;
        let start_ms = timezone
            .timestamp_millis_opt(now.0)
            .single()
            .and_then(|now| now.date_naive().checked_sub_days(Days::new(1)))
            .and_then(|yesterday| {
                NaiveTime::from_hms_opt(14, 0, 0)
                    .and_then(|time| timezone.from_local_datetime(&yesterday.and_time(time)).earliest())
            })
            .map_or(now.0 - 24 * HOUR_MS, |start| start.timestamp_millis());
        Self {
            seed: 2026,
            now_ms: now,
            timezone: timezone.name().into(),
            backfill_days: 56,
            attempts_per_day: 1_500.0,
            viewers: 4_000,
            incidents: vec![Incident {
                name: "slow cdn-b with player 3.2.0".into(),
                when: BTreeMap::from([
                    ("cdn".to_owned(), "cdn-b".to_owned()),
                    ("player_version".to_owned(), "3.2.0".to_owned()),
                ]),
                start_ms: UnixMs(start_ms),
                end_ms: UnixMs((now.0 - HOUR_MS / 2).max(start_ms + HOUR_MS)),
                effect: Effect {
                    throughput_factor: 0.25,
                    latency_ms: 40,
                    error_rate: 0.01,
                    flakiness_factor: 8.0,
                },
            }],
            ..Self::default()
        }
    }

    /// The zone of [`Self::timezone`].
    pub(crate) fn zone(&self) -> Result<chrono_tz::Tz, ScenarioError> {
        self.timezone
            .parse()
            .map_err(|_| ScenarioError::Timezone(self.timezone.clone()))
    }

    /// What would make the simulation meaningless.
    pub(crate) fn check(&self) -> Result<(), ScenarioError> {
        self.zone()?;
        let weights_ok =
            |weights: &[f64]| weights.iter().all(|w| w.is_finite() && *w >= 0.0) && weights.iter().any(|w| *w > 0.0);
        let share_ok = |share: f64| (0.0..=1.0).contains(&share);
        let effects_ok = self
            .incidents
            .iter()
            .map(|incident| incident.effect)
            .chain(self.cdns.iter().map(|cdn| cdn.effect))
            .chain(self.experiment.iter().flat_map(|x| x.arms.iter().map(|arm| arm.effect)))
            .all(|effect| {
                let positive = |factor: f64| factor.is_finite() && factor > 0.0;
                positive(effect.throughput_factor) && positive(effect.flakiness_factor) && share_ok(effect.error_rate)
            });
        let checks: [(bool, &'static str, &'static str); 16] = [
            (self.viewers > 0, "viewers", "must be at least 1"),
            (self.videos > 0, "videos", "must be at least 1"),
            (
                self.attempts_per_day.is_finite() && self.attempts_per_day > 0.0,
                "attempts_per_day",
                "must be above 0",
            ),
            (
                self.daily_cycle.len() == 24 && weights_ok(&self.daily_cycle),
                "daily_cycle",
                "must be 24 weights, not all 0",
            ),
            (
                self.weekly_cycle.len() == 7 && weights_ok(&self.weekly_cycle),
                "weekly_cycle",
                "must be 7 weights, not all 0",
            ),
            (
                weights_ok(&self.cdns.iter().map(|cdn| cdn.weight).collect::<Vec<_>>()),
                "cdns",
                "must have one of positive weight",
            ),
            (!self.releases.is_empty(), "releases", "must have at least one"),
            (
                self.experiment
                    .as_ref()
                    .is_none_or(|x| weights_ok(&x.arms.iter().map(|arm| arm.weight).collect::<Vec<_>>())),
                "experiment",
                "must have an arm of positive weight",
            ),
            (
                effects_ok,
                "effect",
                "factors must be above 0 and error_rate within 0..=1",
            ),
            (share_ok(self.live_share), "live_share", "must be within 0..=1"),
            (
                self.throughput_bps.is_finite() && self.throughput_bps > 0.0,
                "throughput_bps",
                "must be above 0",
            ),
            (
                self.emission
                    .is_none_or(|emission| (1_000..=limits::ATTEMPT_MS_MAX).contains(&emission.beat_ms)),
                "emission.beat_ms",
                "must be within 1 s and 48 h",
            ),
            (
                share_ok(self.misbehaviour.duplicate),
                "misbehaviour.duplicate",
                "must be within 0..=1",
            ),
            (
                share_ok(self.misbehaviour.shuffle),
                "misbehaviour.shuffle",
                "must be within 0..=1",
            ),
            (
                share_ok(self.misbehaviour.drop_tail),
                "misbehaviour.drop_tail",
                "must be within 0..=1",
            ),
            (
                self.volume_noise >= 0.0 && self.throughput_noise >= 0.0 && self.misbehaviour.skew_ms >= 0.0,
                "noise",
                "must not be negative",
            ),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, field, problem)) => Err(ScenarioError::Field { field, problem }),
            None => Ok(()),
        }
    }

    /// Volume of the local day `date` relative to the scenario's present, without noise.
    pub(crate) fn volume(&self, date: chrono::NaiveDate, weeks_before_now: f64) -> f64 {
        let mean = self.weekly_cycle.iter().sum::<f64>() / 7.0;
        let weekday = self.weekly_cycle[date.weekday().num_days_from_monday() as usize] / mean;
        weekday * (1.0 + self.growth_per_week).powf(-weeks_before_now)
    }
}

/// An hour, ms.
pub(crate) const HOUR_MS: i64 = 60 * 60 * 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_file_says_only_what_is_special() {
        let scenario: Scenario = serde_json::from_str(r#"{"seed": 9, "viewers": 10}"#).unwrap();
        assert_eq!(
            scenario,
            Scenario {
                seed: 9,
                viewers: 10,
                ..Scenario::default()
            }
        );
        let text = serde_json::to_string(&Scenario::demo(NOW_MS)).unwrap();
        assert_eq!(serde_json::from_str::<Scenario>(&text).unwrap(), Scenario::demo(NOW_MS));
        assert!(serde_json::from_str::<Scenario>(r#"{"sead": 9}"#).is_err());
    }

    #[test]
    fn the_demo_incident_covers_yesterday_evening_and_today_whatever_the_hour() {
        for hour in 0..24 {
            let now = UnixMs(NOW_MS.0 + hour * HOUR_MS);
            let scenario = Scenario::demo(now);
            scenario.check().unwrap();
            let incident = &scenario.incidents[0];
            let zone = scenario.zone().unwrap();
            let start = zone.timestamp_millis_opt(incident.start_ms.0).unwrap();
            let today = zone.timestamp_millis_opt(now.0).unwrap().date_naive();
            assert_eq!(start.date_naive().succ_opt(), Some(today));
            assert_eq!(start.format("%H:%M").to_string(), "14:00");
            assert!(incident.end_ms.0 > incident.start_ms.0 + 9 * HOUR_MS && incident.end_ms < now);
        }
    }

    #[test]
    fn a_scenario_that_cannot_be_simulated_says_why() {
        let check = |change: fn(&mut Scenario)| {
            let mut scenario = Scenario::default();
            change(&mut scenario);
            scenario.check().map_err(|error| error.to_string())
        };
        assert_eq!(check(|_| ()), Ok(()));
        assert_eq!(
            check(|s| s.timezone = "Europe/Wien".into()),
            Err("unknown time zone 'Europe/Wien'".into())
        );
        assert_eq!(
            check(|s| s.cdns.clear()),
            Err("cdns: must have one of positive weight".into())
        );
        assert_eq!(check(|s| s.viewers = 0), Err("viewers: must be at least 1".into()));
        assert_eq!(
            check(|s| s.cdns[0].effect.throughput_factor = 0.0),
            Err("effect: factors must be above 0 and error_rate within 0..=1".into())
        );
    }
}
