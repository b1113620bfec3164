//! A node's tables, accounts and HTTP interface for tests, and attempts to put into them.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

#[path = "../prepared/mod.rs"]
mod prepared;

use std::time::{Duration, Instant};

use accounts::{Accounts, Scope};
use actix_web::{
    App,
    http::{Method, header::HeaderMap},
    middleware::from_fn,
    test,
    web::Bytes,
};
use engine::testing::EngineProcess;
use prepared::prepared_engine;
use query::Query;
use schemas::{
    AttemptId, Beacon, BeaconKind, Context, EndReason, Event, EventKind, Interval, OrganizationId, State, Totals,
    UnixMs,
};
use serde_json::Value;
use store::{BeaconRow, Enrichment, Receipt, Retention, Rows, Store, StoreConfig};
use uuid::Uuid;

pub const MINUTE_MS: i64 = 60_000;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

pub fn iso(ms: i64) -> String {
    query::calendar::written_utc(ms)
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// Tables and accounts.
pub struct Node {
    pub engine: EngineProcess,
    pub directory: tempfile::TempDir,
    pub store: Store,
    pub accounts: Accounts,
}

/// An organisation with its keys.
pub struct Organization {
    pub id: OrganizationId,
    pub admin: String,
    pub writer: String,
    pub reader: String,
}

impl Node {
    pub async fn start() -> Self {
        // Nothing may expire between two questions of a test.
        let long = Retention {
            beacons_days: 10_000,
            impressions_days: 10_000,
        };
        let engine = prepared_engine(&long).await;
        let directory = tempfile::tempdir().unwrap();
        let store = Store::connect(StoreConfig::embedded(&engine.url));
        let accounts = Accounts::open(&directory.path().join("accounts.sqlite")).await.unwrap();
        Self {
            engine,
            directory,
            store,
            accounts,
        }
    }

    pub async fn organization(&self, name: &str, parent: Option<OrganizationId>) -> Organization {
        let id = self
            .accounts
            .create_organization(name, parent, UnixMs(0))
            .await
            .unwrap();
        let key = async |scope| {
            let secret = self
                .accounts
                .create_api_key(id, "test", scope, UnixMs(0))
                .await
                .unwrap();
            secret.reveal().to_owned()
        };
        Organization {
            id,
            admin: key(Scope::Admin).await,
            writer: key(Scope::Write).await,
            reader: key(Scope::Read).await,
        }
    }

    /// Stores attempts as one range.
    pub async fn insert(&self, organization: &Organization, token: &str, attempts: &[Attempt]) {
        let beacons: Vec<_> = attempts.iter().map(|attempt| attempt.beacon(organization.id)).collect();
        let rows: Vec<BeaconRow> = beacons
            .iter()
            .map(|(beacon, enrichment, receipt)| BeaconRow::new(beacon, enrichment, receipt))
            .collect();
        let rows: Rows = rows.iter().collect();
        let all = 0..rows.len();
        self.store.insert_beacons(token, &rows, all).await.unwrap();
    }
}

/// One attempt of one beacon.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: Uuid,
    pub started_at: i64,
    pub viewer: String,
    pub country: &'static str,
    pub device: &'static str,
    pub stream_type: Option<&'static str>,
    pub cdn: Option<&'static str>,
    pub video_duration_ms: Option<u32>,
    pub custom: Vec<(&'static str, &'static str)>,
    pub totals: Totals,
    /// Which of its beacons came: 0 unless earlier ones are missing.
    pub sequence: u32,
    /// Its seeks, positions before and after, ms of media time.
    pub seeks: Vec<(u32, u32)>,
}

impl Attempt {
    /// A play of `play_ms` with one stall of `stall_ms`, or none.
    pub fn play(started_at: i64, viewer: String, play_ms: u32, stall_ms: u32) -> Self {
        Self {
            id: Uuid::now_v7(),
            started_at,
            viewer,
            country: "AT",
            device: "desktop",
            stream_type: None,
            cdn: None,
            video_duration_ms: None,
            custom: Vec::new(),
            totals: Totals {
                first_frame_seen: true,
                startup_any_ms: Some(500),
                startup_wait_ms: 500,
                startup_content_ms: Some(500),
                play_ms,
                media_ms: play_ms,
                stall_ms,
                stall_network_ms: stall_ms,
                stall_ms_max: stall_ms,
                stall_count: u32::from(stall_ms > 0),
                end_reason: Some(EndReason::Quit),
                ..Totals::default()
            },
            sequence: 0,
            seeks: Vec::new(),
        }
    }

    fn beacon(&self, organization_id: OrganizationId) -> (Beacon, Enrichment, Receipt<'static>) {
        let seeks = self.seeks.iter().zip(0..);
        let events = seeks.map(|(&(from_position_ms, to_position_ms), at_ms)| Event {
            at_ms,
            kind: EventKind::Seek {
                seek_ms: 40,
                from_position_ms,
                to_position_ms,
            },
        });
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let beacon = Beacon {
            attempt_id: AttemptId(self.id),
            sequence: self.sequence,
            started_at_ms: UnixMs(self.started_at),
            kind: BeaconKind::Beat,
            state: State::Ended,
            interval: Interval {
                to_ms: self.totals.play_ms + self.totals.stall_ms + self.totals.startup_wait_ms,
                state: State::Playing,
                events: events.collect(),
                ..Interval::default()
            },
            totals: self.totals.clone(),
            context: Some(
                Context {
                    viewer_id: some(&self.viewer),
                    stream_type: self
                        .stream_type
                        .map(|name| serde_json::from_value(name.into()).unwrap()),
                    cdn: self.cdn.map(str::to_owned),
                    video_duration_ms: self.video_duration_ms,
                    custom: self
                        .custom
                        .iter()
                        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                        .collect(),
                    ..Context::default()
                }
                .into(),
            ),
        };
        let enrichment = Enrichment {
            country: some(self.country),
            device_class: some(self.device),
            ..Enrichment::default()
        };
        let receipt = Receipt {
            organization_id,
            received_at: UnixMs(self.started_at + 1_000),
            started_at: UnixMs(self.started_at),
            skew_ms: 0,
            unknown_fields: "",
        };
        (beacon, enrichment, receipt)
    }
}

/// Asks over HTTP.
pub async fn send(
    query: &Query,
    method: Method,
    path: &str,
    key: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> (u16, HeaderMap, Bytes) {
    let routes = query.clone();
    let app = test::init_service(
        App::new()
            .wrap(from_fn(envelope::actix::middleware))
            .configure(move |config| routes.configure(config))
            .configure(envelope::actix::configure_default),
    )
    .await;
    let mut request = test::TestRequest::with_uri(path)
        .method(method)
        .insert_header(("X-Api-Key", key));
    for header in headers {
        request = request.insert_header(*header);
    }
    if let Some(body) = body {
        request = request.set_json(body);
    }
    let response = match test::try_call_service(&app, request.to_request()).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap();
    (status, headers, bytes)
}

/// Asks over HTTP; the answer is JSON or nothing.
pub async fn call(query: &Query, method: Method, path: &str, key: &str, body: Option<Value>) -> (u16, Value) {
    let (status, _, bytes) = send(query, method, path, key, &[], body.as_ref()).await;
    let body = match bytes.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&bytes).unwrap(),
    };
    (status, body)
}

/// Asks for a resource until `is_so`.
pub async fn until(query: &Query, path: &str, key: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let (status, answer) = call(query, Method::GET, path, key, None).await;
        assert_eq!(status, 200, "{answer}");
        if is_so(&answer["data"]["result"]) {
            return answer["data"]["result"].clone();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{answer:#}");
        // The API tells a state and not a change of it.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
