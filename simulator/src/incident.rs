//! Planted incidents: for whom, when, and what gets worse. What they did to the numbers is in [`crate::truth`].

use std::collections::BTreeMap;

use schemas::UnixMs;
use serde::{Deserialize, Serialize};

/// What an incident, or an experiment's arm, does to an attempt. The default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Effect {
    /// Throughput is multiplied by this.
    pub throughput_factor: f64,
    /// Added to the time to the first byte of every request, ms.
    pub latency_ms: u32,
    /// Probability that a request for a manifest or segment fails, on top of the usual one, 0..=1. The player tries
    /// each request four times, so `p` per request is about `p⁴` per segment.
    pub error_rate: f64,
    /// How much more often the line turns poor or dies.
    pub flakiness_factor: f64,
}

impl Default for Effect {
    fn default() -> Self {
        Self {
            throughput_factor: 1.0,
            latency_ms: 0,
            error_rate: 0.0,
            flakiness_factor: 1.0,
        }
    }
}

impl Effect {
    /// Both effects at once.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            throughput_factor: self.throughput_factor * other.throughput_factor,
            latency_ms: self.latency_ms + other.latency_ms,
            error_rate: 1.0 - (1.0 - self.error_rate) * (1.0 - other.error_rate),
            flakiness_factor: self.flakiness_factor * other.flakiness_factor,
        }
    }
}

/// Something that goes wrong for some of the audience for some time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// What to call it.
    pub name: String,
    /// For whom: attribute (a name of `schemas::attribute`) → value, all of which must hold. Empty is everybody.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// First moment, inclusive.
    pub start_ms: UnixMs,
    /// Last moment, exclusive.
    pub end_ms: UnixMs,
    /// What gets worse.
    pub effect: Effect,
}

impl Incident {
    /// Whether it is for an attempt whose attribute `name` is `attribute(name)`.
    #[must_use]
    pub fn concerns(&self, attribute: impl Fn(&str) -> Option<String>) -> bool {
        self.when
            .iter()
            .all(|(name, value)| attribute(name).as_deref() == Some(value))
    }
}

/// What one attempt is exposed to over time: the incidents that concern it and what always holds for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exposure {
    /// In force at any time.
    pub always: Effect,
    /// In force from, until, which.
    pub windows: Vec<(UnixMs, UnixMs, Effect)>,
}

impl Exposure {
    /// All effects in force at `at`.
    pub(crate) fn at(&self, at: UnixMs) -> Effect {
        self.windows
            .iter()
            .filter(|(start, end, _)| (*start..*end).contains(&at))
            .fold(self.always, |sum, (_, _, effect)| sum.and(*effect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_concerns_only_attempts_that_meet_every_condition() {
        let incident = Incident {
            name: "x".into(),
            when: [("cdn", "b"), ("country", "AT")]
                .map(|(k, v)| (k.into(), v.into()))
                .into(),
            start_ms: UnixMs(0),
            end_ms: UnixMs(1),
            effect: Effect::default(),
        };
        let with = |cdn: &'static str, country: &'static str| {
            incident.concerns(move |name| match name {
                "cdn" => Some(cdn.to_owned()),
                "country" => Some(country.to_owned()),
                _ => None,
            })
        };
        assert!(with("b", "AT"));
        assert!(!with("b", "DE"));
        assert!(!with("a", "AT"));
        assert!(!incident.concerns(|_| None));
    }

    #[test]
    fn overlapping_windows_add_up_and_end_exclusively() {
        let half = Effect {
            throughput_factor: 0.5,
            latency_ms: 10,
            error_rate: 0.5,
            flakiness_factor: 3.0,
        };
        let exposure = Exposure {
            always: Effect::default(),
            windows: vec![(UnixMs(0), UnixMs(10), half), (UnixMs(5), UnixMs(10), half)],
        };
        assert_eq!(exposure.at(UnixMs(4)), half);
        assert_eq!(
            exposure.at(UnixMs(5)),
            Effect {
                throughput_factor: 0.25,
                latency_ms: 20,
                error_rate: 0.75,
                flakiness_factor: 9.0,
            }
        );
        assert_eq!(exposure.at(UnixMs(10)), Effect::default());
    }
}
