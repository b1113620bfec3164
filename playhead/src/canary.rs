//! The canary: the node sends itself a beacon over HTTP, as a collector does, and asks the query API for it, as a dashboard does.
//!
//! What it tells no other number tells: that all of it works together, and how long a beacon takes from its acknowledgement to an
//! answer. It belongs to an organisation of its own, so it is in nobody's numbers. Its failure is shown (`/metrics`,
//! `/v1/health/ready`) and takes nothing down: a node whose ClickHouse is away still has to take beacons.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use accounts::{Accounts, Scope};
use anyhow::{Context as _, bail, ensure};
use prometheus::{Gauge, IntCounter, IntGauge, Registry};
use schemas::{
    AttemptId, Beacon, BeaconBatch, BeaconKind, Clock, Context, Interval, SCHEMA_VERSION, State, Totals, UnixMs,
};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior};
use uuid::Uuid;

use crate::account::now;

/// Name of the canary's organisation and keys.
const NAME: &str = "playhead canary";
/// Longest wait for a beacon to be found. Freshness is to be 3 s; this is an outage.
const FOUND_WITHIN: Duration = Duration::from_secs(30);
/// Pause between two questions: freshness is measured in steps of it.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// Longest wait for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How the last flight went.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Flight {
    /// Whether the beacon was found.
    pub found: bool,
    /// When it ended.
    pub at: chrono::DateTime<chrono::Utc>,
    /// From its acknowledgement to the first answer that had it, ms; null when it was not found.
    pub freshness_ms: Option<u64>,
    /// What went wrong; null when nothing did.
    pub reason: Option<String>,
}

/// The last flight, shared with the probes. `None` before the first one ends, and where the canary is off.
#[derive(Debug, Clone, Default)]
pub struct LastFlight(Arc<Mutex<Option<Flight>>>);

impl LastFlight {
    /// The last flight.
    pub fn get(&self) -> Option<Flight> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, flight: Flight) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(flight);
    }
}

/// The canary of one node.
pub struct Canary {
    url: String,
    license_key: String,
    api_key: String,
    client: reqwest::Client,
    last: LastFlight,
    healthy: IntGauge,
    freshness_s: Gauge,
    succeeded_at_s: Gauge,
    failures: IntCounter,
}

impl Canary {
    /// A canary for the node at `url`. Makes its organisation and keys where they are missing; an API key of an earlier start is
    /// revoked, since its secret is nowhere any more.
    pub async fn new(url: String, accounts: &Accounts, last: LastFlight, registry: &Registry) -> anyhow::Result<Self> {
        let known = accounts.organizations().into_iter().find(|known| known.name == NAME);
        let organization_id = match known {
            Some(organization) => organization.organization_id,
            None => accounts.create_local_organization(NAME, now()).await?,
        };
        let license = accounts
            .licenses(organization_id)
            .into_iter()
            .find(|known| known.name == NAME);
        let license_key = match license {
            Some(license) => license.license_key.clone(),
            // The canary is no page; a page that finds the key can do nothing with it.
            None => {
                let nowhere = ["canary.invalid".to_owned()];
                accounts
                    .create_license_key(organization_id, NAME, &nowhere, None, now())
                    .await?
                    .0
            }
        };
        for key in accounts.api_keys(organization_id) {
            accounts.revoke(&key.api_key_id.to_string(), now()).await?;
        }
        let secret = accounts
            .create_api_key(organization_id, NAME, Scope::Read, now())
            .await?;
        let gauge = |name: &str, help: &str| {
            let gauge = Gauge::new(format!("playhead_canary_{name}"), help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let healthy = IntGauge::new(
            "playhead_canary_healthy",
            "1 when the canary's last beacon was found by the query API, 0 when not or not yet.",
        )?;
        registry.register(Box::new(healthy.clone()))?;
        let failures = IntCounter::new(
            "playhead_canary_failures_total",
            "Beacons of the canary that were not acknowledged or not found in time.",
        )?;
        registry.register(Box::new(failures.clone()))?;
        Ok(Self {
            url,
            license_key,
            api_key: secret.reveal().to_owned(),
            client: reqwest::Client::builder().timeout(ANSWER_WITHIN).build()?,
            last,
            healthy,
            freshness_s: gauge(
                "freshness_seconds",
                "From the acknowledgement of the canary's last beacon to the first answer of the query API that has it, s.",
            )?,
            succeeded_at_s: gauge(
                "succeeded_timestamp_seconds",
                "When the canary's last beacon was found, seconds since 1970; 0 for never.",
            )?,
            failures,
        })
    }

    /// Flies at once and then every `every`, for ever.
    pub async fn run(self, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let flown = self.fly().await;
            let was_healthy = self.healthy.get() == 1;
            let at = chrono::DateTime::from_timestamp_millis(now().0).unwrap_or_default();
            match flown {
                Ok(freshness) => {
                    self.healthy.set(1);
                    self.freshness_s.set(freshness.as_secs_f64());
                    self.succeeded_at_s.set(at.timestamp_millis() as f64 / 1_000.0);
                    if !was_healthy {
                        tracing::info!(
                            freshness_ms = freshness.as_millis() as u64,
                            "the canary's beacon was found"
                        );
                    }
                    self.last.set(Flight {
                        found: true,
                        at,
                        freshness_ms: u64::try_from(freshness.as_millis()).ok(),
                        reason: None,
                    });
                }
                Err(error) => {
                    self.healthy.set(0);
                    self.failures.inc();
                    let reason = format!("{error:#}");
                    tracing::warn!(reason, "the canary's beacon was not found");
                    self.last.set(Flight {
                        found: false,
                        at,
                        freshness_ms: None,
                        reason: Some(reason),
                    });
                }
            }
        }
    }

    /// Sends one beacon and answers how long after its acknowledgement it was found.
    async fn fly(&self) -> anyhow::Result<Duration> {
        let started_at = now();
        let attempt = Uuid::now_v7();
        let response = self
            .client
            .post(format!("{}/v1/beacons", self.url))
            .header("X-License-Key", &self.license_key)
            .json(&batch(attempt, started_at))
            .send()
            .await
            .map_err(reqwest::Error::without_url)
            .context("sending the beacon")?;
        let status = response.status();
        let answer: Value = response.json().await.context("reading the answer to the beacon")?;
        ensure!(
            answer["data"]["result"]["accepted"] == 1,
            "the beacon was answered {status}: {answer}"
        );
        let acknowledged = Instant::now();
        let question = json!({
            "metrics": ["attempts"],
            "filters": [{"attribute": "video_id", "operator": "EQ", "value": attempt}],
            "start": written(started_at.0 - 60_000),
            "end": written(started_at.0 + 60_000),
        });
        let mut last = String::from("nothing was answered");
        while acknowledged.elapsed() < FOUND_WITHIN {
            match self.ask(&question).await {
                Ok(1) => return Ok(acknowledged.elapsed()),
                Ok(attempts) => last = format!("the query API says {attempts} attempts"),
                Err(error) => last = format!("{error:#}"),
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        bail!("acknowledged and not found within {} s: {last}", FOUND_WITHIN.as_secs())
    }

    async fn ask(&self, question: &Value) -> anyhow::Result<u64> {
        let response = self
            .client
            .post(format!("{}/v1/analytics/query", self.url))
            .header("X-Api-Key", &self.api_key)
            .json(question)
            .send()
            .await
            .map_err(reqwest::Error::without_url)
            .context("asking for the beacon")?;
        let status = response.status();
        let answer: Value = response.json().await.context("reading the answer")?;
        ensure!(
            status.is_success(),
            "the query API answered {status}: {}",
            answer["data"]["message"]
        );
        let attempts = &answer["data"]["result"]["rows"][0]["values"]["attempts"]["value"];
        Ok(attempts.as_f64().unwrap_or_default() as u64)
    }
}

fn written(unix_ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(unix_ms)
        .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// One attempt that is over before it began: its only beacon.
fn batch(attempt: Uuid, started_at: UnixMs) -> BeaconBatch {
    let beacon = Beacon {
        attempt_id: AttemptId(attempt),
        sequence: 0,
        started_at_ms: started_at,
        kind: BeaconKind::Start,
        state: State::Starting,
        interval: Interval::default(),
        totals: Totals::default(),
        context: Some(
            Context {
                video_id: Some(attempt.to_string()),
                player_name: Some(NAME.to_owned()),
                ..Context::default()
            }
            .into(),
        ),
    };
    BeaconBatch {
        schema_version: SCHEMA_VERSION,
        sent_at_ms: started_at,
        clock: Clock::Live,
        beacons: vec![beacon],
    }
}
