//! A door with a real socket, a real journal and real accounts; ClickHouse where the test wants it.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{path::Path, sync::Arc};

use accounts::{Accounts, Scope};
use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn};
use ingest::{Ingest, IngestConfig, clock::ManualClock};
use prometheus::Registry;
use schemas::{OrganizationId, UnixMs};
use serde_json::{Value, json};
use store::{Store, StoreConfig};
use tempfile::TempDir;

/// The server's time at the beginning of a test: 2025-11-20T00:53:20Z.
pub const NOW: i64 = 1_763_600_000_000;

pub struct Door {
    pub url: String,
    pub ingest: Ingest,
    pub accounts: Accounts,
    pub organization: OrganizationId,
    /// A license key for any domain.
    pub key: String,
    pub clock: Arc<ManualClock>,
    pub registry: Registry,
    pub client: reqwest::Client,
    server: ServerHandle,
}

/// An address where nobody listens: ClickHouse is down.
pub fn nowhere() -> Store {
    Store::connect(StoreConfig::embedded("http://127.0.0.1:9"))
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

impl Door {
    pub async fn open(folder: &Path, store: Store) -> Self {
        Self::open_with(folder, store, |_| {}).await
    }

    pub async fn open_with(folder: &Path, store: Store, change: impl FnOnce(&mut IngestConfig)) -> Self {
        let accounts = Accounts::open(&folder.join("accounts.sqlite")).await.unwrap();
        let organization = match accounts.organizations().first() {
            Some(organization) => organization.organization_id,
            None => accounts.create_organization("test", None, UnixMs(NOW)).await.unwrap(),
        };
        let clock = Arc::new(ManualClock::new(UnixMs(NOW)));
        let registry = Registry::new();
        let mut config = IngestConfig::new(folder);
        config.journal.segment_bytes = 1 << 20;
        config.clock = clock.clone();
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        change(&mut config);
        let ingest = Ingest::start(config, store, accounts.clone(), &registry).unwrap();
        let routes = ingest.clone();
        let server = HttpServer::new(move || {
            let routes = routes.clone();
            App::new()
                .wrap(from_fn(envelope::actix::middleware))
                .configure(move |config| routes.configure(config))
                .configure(envelope::actix::configure_default)
        })
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        let mut door = Self {
            url,
            ingest,
            accounts,
            organization,
            key: String::new(),
            clock,
            registry,
            client: reqwest::Client::new(),
            server: handle,
        };
        door.key = door.license(&["*"], None).await;
        door
    }

    /// A new license key.
    pub async fn license(&self, domains: &[&str], per_s: Option<u32>) -> String {
        let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
        let key = self
            .accounts
            .create_license_key(self.organization, "web", &domains, per_s, UnixMs(NOW))
            .await
            .unwrap();
        key.0
    }

    /// A new API key.
    pub async fn api_key(&self, organization: OrganizationId, scope: Scope) -> String {
        let secret = self
            .accounts
            .create_api_key(organization, "key", scope, UnixMs(NOW))
            .await
            .unwrap();
        secret.reveal().to_owned()
    }

    /// A request with the test's license key.
    pub fn request(&self) -> reqwest::RequestBuilder {
        self.request_with(&self.key)
    }

    pub fn request_with(&self, key: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}/v1/beacons?key={key}", self.url))
    }

    /// Posts a batch and gives status and body.
    pub async fn post(&self, batch: &Value) -> (u16, Value) {
        answer(self.request().json(batch)).await
    }

    /// Posts a batch and gives (accepted, duplicates, reasons of the rejected).
    pub async fn deliver(&self, batch: &Value) -> (u64, u64, Vec<String>) {
        let (status, body) = self.post(batch).await;
        assert_eq!(status, 202, "{body}");
        let result = &body["data"]["result"];
        let rejected = result["rejected"].as_array().unwrap();
        let reasons = rejected.iter().map(|one| one["reason"].as_str().unwrap().to_owned());
        (
            result["accepted"].as_u64().unwrap(),
            result["duplicates"].as_u64().unwrap(),
            reasons.collect(),
        )
    }

    /// A metric's value, summed over its labels.
    pub fn metric(&self, name: &str) -> f64 {
        let families = self.registry.gather();
        let family = families
            .iter()
            .find(|family| family.name() == format!("playhead_ingest_{name}"));
        let metrics = family.unwrap_or_else(|| panic!("no metric {name}")).get_metric().iter();
        metrics
            .map(|metric| metric.get_counter().get_value() + metric.get_gauge().get_value())
            .sum()
    }

    /// (received, stored, duplicate, rejected, in flight); checks that the first is the sum of the others and nothing is lost.
    pub fn account(&self) -> [u64; 5] {
        let names = [
            "received_total",
            "stored_total",
            "duplicate_total",
            "rejected_total",
            "in_flight",
        ];
        let numbers = names.map(|name| self.metric(&format!("beacons_{name}")) as u64);
        assert_eq!(numbers[0], numbers[1..].iter().sum::<u64>(), "{names:?} {numbers:?}");
        assert_eq!(self.metric("beacons_lost_total"), 0.0);
        numbers
    }

    /// Ends as a server told to stop does.
    pub async fn close(self) {
        self.ingest.drain().await;
        self.server.stop(true).await;
    }

    /// Ends without telling ClickHouse anything more: what was acknowledged is in the journal only.
    pub async fn abandon(self) {
        self.server.stop(false).await;
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.bytes().await.unwrap();
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).unwrap()
    };
    (status, body)
}

/// The id of attempt `number`.
pub fn attempt(number: u32) -> String {
    format!("0199f000-0000-7000-8000-{number:012x}")
}

/// A beacon ten seconds after the one before, of an attempt that began twenty seconds before [`NOW`].
pub fn beacon(number: u32, sequence: u32) -> Value {
    let (from_ms, to_ms) = (sequence * 10_000, (sequence + 1) * 10_000);
    json!({
        "attempt_id": attempt(number),
        "sequence": sequence,
        "started_at_ms": NOW - 20_000,
        "kind": if sequence == 0 { "start" } else { "beat" },
        "state": "p",
        "interval": {"from_ms": from_ms, "to_ms": to_ms, "state": "s",
            "events": [{"at_ms": from_ms + 500, "event": "first_frame", "startup_ms": 500}]},
        "totals": {"first_frame_seen": true, "startup_any_ms": 500, "startup_wait_ms": 500, "play_ms": to_ms - 500, "media_ms": to_ms - 500},
        "context": {"viewer_id": "v1", "video_id": "film", "custom": {"plan": "gold"}},
    })
}

/// A batch sent at [`NOW`].
pub fn batch(beacons: Vec<Value>) -> Value {
    json!({"schema_version": 1, "sent_at_ms": NOW, "beacons": beacons})
}
