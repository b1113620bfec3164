//! Questions over HTTP on the real engine: the numbers equal those computed here from what was inserted.
#![allow(clippy::unwrap_used, missing_docs)]

mod prepared;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{SystemTime, UNIX_EPOCH},
};

use accounts::{Accounts, Arm, ExperimentChange, ExperimentPlan, Scope};
use actix_web::{
    App,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    middleware::from_fn,
    test,
};
use engine::testing::EngineProcess;
use prepared::prepared_engine;
use query::{Query, QueryConfig};
use schemas::{
    AttemptId, Beacon, BeaconKind, Context, EndReason, Event, EventKind, Failure, FailureClass, Interval,
    OrganizationId, RenditionPlay, StallCause, State, Totals, UnixMs,
};
use serde_json::{Value, json};
use statistics::Histogram;
use store::{BeaconRow, Enrichment, Receipt, Retention, Rows, Store, StoreConfig};
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Midnight UTC, the day before yesterday: everything here lies in the past.
fn day() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    now - now % DAY_MS - 2 * DAY_MS
}

fn iso(ms: i64) -> String {
    query::calendar::written_utc(ms)
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

struct Stack {
    _engine: EngineProcess,
    _directory: tempfile::TempDir,
    store: Store,
    accounts: Accounts,
    organization: OrganizationId,
    key: String,
    query: Query,
}

impl Stack {
    async fn start() -> Self {
        // Some questions reach back by weeks; nothing may expire between two of them.
        let long = Retention {
            beacons_days: 400,
            impressions_days: 400,
        };
        let engine = prepared_engine(&long).await;
        let directory = tempfile::tempdir().unwrap();
        let store = Store::connect(StoreConfig::embedded(&engine.url));
        let accounts = Accounts::open(&directory.path().join("accounts.sqlite")).await.unwrap();
        let organization = accounts.create_organization("one", None, UnixMs(0)).await.unwrap();
        let key = accounts
            .create_api_key(organization, "test", Scope::Read, UnixMs(0))
            .await
            .unwrap();
        let query = Query::new(
            QueryConfig::default(),
            store.clone(),
            accounts.clone(),
            &prometheus::Registry::new(),
        )
        .unwrap();
        Self {
            _engine: engine,
            _directory: directory,
            store,
            accounts,
            organization,
            key: key.reveal().to_owned(),
            query,
        }
    }

    async fn app(
        &self,
    ) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error> {
        let query = self.query.clone();
        test::init_service(
            App::new()
                .wrap(from_fn(envelope::actix::middleware))
                .configure(move |config| query.configure(config))
                .configure(envelope::actix::configure_default),
        )
        .await
    }

    async fn call(&self, key: &str, request: test::TestRequest) -> (u16, Value) {
        let app = self.app().await;
        let request = request.insert_header(("X-Api-Key", key)).to_request();
        let (status, bytes) = match test::try_call_service(&app, request).await {
            Ok(response) => {
                let status = response.status().as_u16();
                (
                    status,
                    actix_web::body::to_bytes(response.into_body())
                        .await
                        .map_err(|_| "body")
                        .unwrap(),
                )
            }
            Err(error) => {
                let response = error.error_response();
                (
                    response.status().as_u16(),
                    actix_web::body::to_bytes(response.into_body()).await.unwrap(),
                )
            }
        };
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    async fn ask(&self, body: &Value) -> Value {
        let request = test::TestRequest::post().uri("/v1/analytics/query").set_json(body);
        let (status, answer) = self.call(&self.key, request).await;
        assert_eq!(status, 200, "{body}\n{answer:#}");
        answer["data"].clone()
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.call(&self.key, test::TestRequest::get().uri(path)).await
    }

    /// Sends with a key that may write.
    async fn write(&self, request: test::TestRequest) -> (u16, Value) {
        let organization = self.organization;
        let key = self
            .accounts
            .create_api_key(organization, "writing", Scope::Write, UnixMs(0))
            .await;
        self.call(key.unwrap().reveal(), request).await
    }
}

#[derive(Debug, Clone)]
struct Attempt {
    id: Uuid,
    started_at: i64,
    viewer: Option<String>,
    country: &'static str,
    browser: &'static str,
    device: &'static str,
    custom: BTreeMap<String, String>,
    totals: Totals,
    beacons: u32,
}

const COUNTRIES: [&str; 4] = ["AT", "DE", "CH", ""];
const BROWSERS: [&str; 3] = ["Chrome", "Firefox", "Safari"];

/// One attempt on `day`; `worse` makes it stall and start late more.
fn attempt(random: &mut Random, day: i64, worse: bool) -> Attempt {
    let mut totals = Totals::default();
    let started = random.chance(90);
    if started {
        totals.first_frame_seen = true;
        totals.startup_any_ms = Some((200 + random.below(1_500) + if worse { 900 } else { 0 }) as u32);
        totals.startup_wait_ms = totals.startup_any_ms.unwrap();
        totals.startup_content_ms = totals.startup_any_ms.map(|ms| ms + 10);
        totals.startup_hidden = random.chance(5);
        totals.play_ms = random.below(900_000) as u32;
        if random.chance(if worse { 60 } else { 25 }) {
            totals.stall_count = 1 + random.below(4) as u32;
            totals.stall_ms = totals.stall_count * (300 + random.below(4_000) as u32);
            totals.stall_network_ms = totals.stall_ms / 2;
            totals.stall_ms_max = totals.stall_ms;
        }
        totals.bitrate_media_ms = totals.play_ms;
        totals.bitrate_bps_ms = u64::from(totals.play_ms) * (1_000_000 + random.below(4_000_000));
        totals.switch_up_count = random.below(5) as u32;
        totals.switch_down_count = random.below(3) as u32;
        totals.frames_decoded = totals.play_ms / 40;
        totals.frames_dropped = random.below(u64::from(totals.frames_decoded / 20 + 1)) as u32;
        totals.upscale_ms = 1_000;
        totals.upscale_px_permille_ms = random.below(1_100_000);
        // Made of what is there already, so that the chance of the rest stays as it was.
        totals.media_ms = totals.play_ms + totals.play_ms / 4;
        totals.play_hidden_ms = totals.play_ms / 7;
        totals.data_bytes = u64::from(totals.play_ms) * 300;
        totals.seek_count = totals.play_ms % 4;
        totals.seek_ms = totals.seek_count * (totals.play_ms % 700);
        totals.player_startup_ms = (totals.play_ms % 3 > 0).then_some(totals.play_ms % 977);
        totals.page_load_ms = (totals.play_ms % 5 == 0).then_some(totals.play_ms % 3_001);
        totals.drm_load_ms = (totals.play_ms % 7 == 0).then_some(totals.play_ms % 499);
    } else {
        totals.startup_wait_ms = random.below(4_000) as u32;
    }
    if random.chance(6) {
        let business = random.chance(30);
        totals.failure = Some(Failure {
            class: if business {
                FailureClass::Business
            } else {
                FailureClass::Segment
            },
            code: "404".into(),
            message: String::new(),
        });
        totals.end_reason = Some(EndReason::Fatal);
        totals.error_count = 1;
    } else {
        totals.end_reason = Some(EndReason::Quit);
    }
    let viewer = random.below(400);
    Attempt {
        id: Uuid::from_u128(u128::from(random.below(u64::MAX)) << 64 | u128::from(random.below(u64::MAX))),
        started_at: day + random.below(DAY_MS as u64) as i64,
        viewer: (viewer >= 20).then(|| format!("viewer-{viewer}")),
        country: COUNTRIES[random.below(4) as usize],
        browser: BROWSERS[random.below(3) as usize],
        device: if random.chance(3) { "bot" } else { "desktop" },
        custom: [("team".to_owned(), ["red", "blue"][random.below(2) as usize].to_owned())].into(),
        totals,
        beacons: 1 + random.below(3) as u32,
    }
}

/// A beacon, and what the server knows beside it.
type Received = (Beacon, Enrichment, Receipt<'static>);

/// Stores beacons as one range.
async fn store(stack: &Stack, token: &str, received: &[Received]) {
    let rows: Vec<BeaconRow> = received
        .iter()
        .map(|(beacon, enrichment, receipt)| BeaconRow::new(beacon, enrichment, receipt))
        .collect();
    let rows: Rows = rows.iter().collect();
    let all = 0..rows.len();
    stack.store.insert_beacons(token, &rows, all).await.unwrap();
}

fn rows(organization: OrganizationId, attempt: &Attempt) -> Vec<Received> {
    (0..attempt.beacons)
        .map(|sequence| {
            // Only the last beacon carries everything; the ones before carry less of what grows.
            let mut totals = attempt.totals.clone();
            if sequence + 1 < attempt.beacons {
                totals = Totals {
                    startup_wait_ms: attempt.totals.startup_wait_ms / 2,
                    play_ms: attempt.totals.play_ms / 3,
                    ..Totals::default()
                };
            }
            let beacon = Beacon {
                attempt_id: AttemptId(attempt.id),
                sequence,
                started_at_ms: UnixMs(attempt.started_at),
                kind: BeaconKind::Beat,
                state: State::Playing,
                interval: Interval {
                    from_ms: sequence * 10_000,
                    to_ms: (sequence + 1) * 10_000,
                    state: State::Playing,
                    ..Interval::default()
                },
                totals,
                context: (sequence == 0).then(|| {
                    Context {
                        viewer_id: attempt.viewer.clone(),
                        custom: attempt.custom.clone(),
                        connection_type: Some("4g".into()),
                        ..Context::default()
                    }
                    .into()
                }),
            };
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let enrichment = Enrichment {
                browser: text(attempt.browser),
                country: text(attempt.country),
                device_class: text(attempt.device),
                ..Enrichment::default()
            };
            let receipt = Receipt {
                organization_id: organization,
                received_at: UnixMs(attempt.started_at + i64::from(sequence) * 10_000 + 50),
                started_at: UnixMs(attempt.started_at),
                skew_ms: 0,
                unknown_fields: "",
            };
            (beacon, enrichment, receipt)
        })
        .collect()
}

/// The beacons of attempts that stand in two neighbouring hours, because the skew was estimated anew between them.
fn straddling(rows: &mut [Received], every: usize) {
    let later = rows.iter_mut().filter(|(beacon, ..)| beacon.sequence > 0);
    for (_, _, receipt) in later.step_by(every) {
        receipt.started_at.0 += HOUR_MS;
    }
}

async fn insert(stack: &Stack, organization: OrganizationId, token: &str, attempts: &[Attempt]) {
    let mut all: Vec<Received> = attempts
        .iter()
        .flat_map(|attempt| rows(organization, attempt))
        .collect();
    // Late first, and some twice under another token: neither changes a number.
    all.reverse();
    straddling(&mut all, 5);
    let repeated: Vec<Received> = all.iter().step_by(7).cloned().collect();
    store(stack, token, &all).await;
    store(stack, &format!("{token}-again"), &repeated).await;
}

/// What the metrics are, by their definitions, from the totals themselves.
fn truth(attempts: &[&Attempt]) -> BTreeMap<&'static str, Option<f64>> {
    let sum = |value: &dyn Fn(&Totals) -> f64| attempts.iter().map(|attempt| value(&attempt.totals)).sum::<f64>();
    let count = |keep: &dyn Fn(&Totals) -> bool| attempts.iter().filter(|attempt| keep(&attempt.totals)).count() as f64;
    let ratio = |above: f64, below: f64| (below > 0.0).then(|| above / below);
    let technical = |totals: &Totals| {
        totals
            .failure
            .as_ref()
            .is_some_and(|failure| failure.class.is_technical())
    };
    let left = |totals: &Totals| !totals.first_frame_seen && totals.failure.is_none();
    let business = |totals: &Totals| {
        totals
            .failure
            .as_ref()
            .is_some_and(|failure| !failure.class.is_technical())
    };
    let judged = |totals: &Totals| !business(totals) && (!left(totals) || totals.startup_wait_ms >= 1_000);
    let good = |totals: &Totals| {
        judged(totals)
            && !technical(totals)
            && !left(totals)
            && (totals.startup_hidden || totals.startup_any_ms.unwrap_or(totals.startup_wait_ms) <= 2_000)
            && f64::from(totals.stall_network_ms) <= 0.01 * f64::from(totals.play_ms + totals.stall_ms)
            && totals.stall_ms_max <= 10_000
            && totals.upscale_px_permille_ms <= 1_000 * u64::from(totals.upscale_ms)
    };
    let plays = count(&|totals| totals.first_frame_seen);
    let wanted = sum(&|totals| f64::from(totals.play_ms + totals.stall_ms));
    let waited = |totals: &Totals| f64::from(totals.startup_wait_ms + totals.stall_ms + totals.seek_ms);
    let mean = |value: &dyn Fn(&Totals) -> Option<u32>| {
        ratio(
            sum(&|totals| value(totals).map_or(0.0, f64::from)),
            count(&|totals| value(totals).is_some()),
        )
    };
    let viewers: BTreeSet<&String> = attempts.iter().filter_map(|attempt| attempt.viewer.as_ref()).collect();
    let mut startup = Histogram::new();
    let timed: Vec<f64> = attempts
        .iter()
        .filter(|attempt| !attempt.totals.startup_hidden)
        .filter_map(|attempt| attempt.totals.startup_any_ms.map(f64::from))
        .collect();
    timed.iter().for_each(|ms| startup.record(*ms));
    BTreeMap::from([
        ("attempts", Some(attempts.len() as f64)),
        ("plays", Some(plays)),
        ("unique_viewers", Some(viewers.len() as f64)),
        ("play_ms", Some(sum(&|totals| f64::from(totals.play_ms)))),
        ("stall_ms", Some(sum(&|totals| f64::from(totals.stall_ms)))),
        ("stall_count", Some(sum(&|totals| f64::from(totals.stall_count)))),
        (
            "wanted_ms",
            Some(sum(&|totals| f64::from(totals.play_ms + totals.stall_ms))),
        ),
        ("media_ms", Some(sum(&|totals| f64::from(totals.media_ms)))),
        ("play_hidden_ms", Some(sum(&|totals| f64::from(totals.play_hidden_ms)))),
        ("data_bytes", Some(sum(&|totals| totals.data_bytes as f64))),
        (
            "business_failure",
            ratio(
                count(&|totals| totals.failure.is_some() && !technical(totals)),
                attempts.len() as f64,
            ),
        ),
        (
            "wait_ratio",
            ratio(sum(&waited), sum(&|totals| waited(totals) + f64::from(totals.play_ms))),
        ),
        (
            "seek_ms",
            ratio(
                sum(&|totals| f64::from(totals.seek_ms)),
                sum(&|totals| f64::from(totals.seek_count)),
            ),
        ),
        (
            "switches_up_per_hour",
            ratio(
                sum(&|totals| f64::from(totals.switch_up_count)) * HOUR_MS as f64,
                wanted,
            ),
        ),
        (
            "switches_down_per_hour",
            ratio(
                sum(&|totals| f64::from(totals.switch_down_count)) * HOUR_MS as f64,
                wanted,
            ),
        ),
        ("player_startup_ms_mean", mean(&|totals| totals.player_startup_ms)),
        ("page_load_ms_mean", mean(&|totals| totals.page_load_ms)),
        ("drm_load_ms_mean", mean(&|totals| totals.drm_load_ms)),
        (
            "rebuffer_ratio",
            ratio(sum(&|totals| f64::from(totals.stall_ms)), wanted),
        ),
        (
            "rebuffer_ratio_network",
            ratio(sum(&|totals| f64::from(totals.stall_network_ms)), wanted),
        ),
        (
            "stalls_per_hour",
            ratio(sum(&|totals| f64::from(totals.stall_count)) * HOUR_MS as f64, wanted),
        ),
        (
            "switches_per_hour",
            ratio(
                sum(&|totals| f64::from(totals.switch_up_count + totals.switch_down_count)) * HOUR_MS as f64,
                wanted,
            ),
        ),
        (
            "stalled_attempt_share",
            ratio(count(&|totals| totals.stall_count > 0), plays),
        ),
        (
            "exit_before_start",
            ratio(
                count(&|totals| left(totals) && totals.startup_wait_ms >= 1_000),
                count(&|totals| !(left(totals) && totals.startup_wait_ms < 1_000)),
            ),
        ),
        (
            "start_failure",
            ratio(
                count(&|totals| technical(totals) && !totals.first_frame_seen),
                attempts.len() as f64,
            ),
        ),
        (
            "playback_failure",
            ratio(count(&|totals| technical(totals) && totals.first_frame_seen), plays),
        ),
        (
            "bitrate_avg_bps",
            ratio(
                sum(&|totals| totals.bitrate_bps_ms as f64),
                sum(&|totals| f64::from(totals.bitrate_media_ms)),
            ),
        ),
        (
            "dropped_frame_share",
            ratio(
                sum(&|totals| f64::from(totals.frames_dropped)),
                sum(&|totals| f64::from(totals.frames_decoded)),
            ),
        ),
        ("good_share", ratio(count(&good), count(&judged))),
        ("startup_any_ms_mean", ratio(timed.iter().sum(), timed.len() as f64)),
        ("startup_any_ms_p50", startup.quantile(0.5)),
        ("startup_any_ms_p95", startup.quantile(0.95)),
    ])
}

fn compare(row: &Value, attempts: &[&Attempt]) {
    for (name, expected) in truth(attempts) {
        let got = row["values"][name]["value"].as_f64();
        match (got, expected) {
            (Some(got), Some(expected)) => {
                assert!(
                    (got - expected).abs() <= 1e-9 * expected.abs(),
                    "{name}: {got} is not {expected}; {row:#}"
                );
                let (low, high) = (
                    row["values"][name]["low"].as_f64(),
                    row["values"][name]["high"].as_f64(),
                );
                assert!(
                    low.is_none_or(|low| low <= got) && high.is_none_or(|high| high >= got),
                    "{name}: {row:#}"
                );
            }
            (got, expected) => assert_eq!(got, expected, "{name}: {row:#}"),
        }
    }
}

fn metric_names() -> Vec<&'static str> {
    truth(&[]).into_keys().collect()
}

#[actix_web::test]
async fn an_audience_that_is_compared_with_itself_differs_by_chance_only() {
    let stack = Stack::start().await;
    let day = day();
    insert(&stack, stack.organization, "one", &audience(4, day, 1_200, false)).await;
    let tenant = stack.accounts.tenant(stack.organization).unwrap();
    let tables = query::tables::Tables::new(stack.store.clone(), &prometheus::Registry::new()).unwrap();
    let counts = query::chance::check(&tables, tenant, day).await.unwrap();
    let names: Vec<&str> = counts.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, query::chance::HEADLINES);
    let comparisons: u64 = counts.iter().map(|(_, count)| count.comparisons).sum();
    let differences: u64 = counts.iter().map(|(_, count)| count.differences).sum();
    // Draws of one audience go together, so this is no sharp test; simulations are (cargo xtask bench statistics).
    assert!(comparisons > 500, "{counts:?}");
    assert!((differences as f64) < 0.12 * comparisons as f64, "{counts:?}");
    let again = query::chance::check(&tables, tenant, day).await.unwrap();
    assert_eq!(again, counts, "the draws are those of the day");
    let before = query::chance::check(&tables, tenant, day - DAY_MS).await.unwrap();
    assert_eq!(before, [], "nobody watched then");
}

/// What each attempt has of a metric alone: the metric of an audience of one.
fn own(attempts: &[Attempt], name: &str) -> BTreeMap<String, Option<f64>> {
    attempts
        .iter()
        .filter(|attempt| attempt.device != "bot")
        .map(|attempt| {
            let mut told = truth(&[attempt]);
            let value = told
                .remove(name)
                .or_else(|| told.remove(format!("{name}_mean").as_str()));
            (attempt.id.to_string(), value.flatten())
        })
        .collect()
}

#[actix_web::test]
async fn attempts_are_found_and_ordered_by_what_each_has_of_a_metric() {
    let stack = Stack::start().await;
    let day = day();
    let attempts = audience(3, day, 150, true);
    insert(&stack, stack.organization, "one", &attempts).await;
    let list = async |more: String| {
        let (start, end) = (iso(day), iso(day + DAY_MS));
        let path = format!("/v1/analytics/impressions?start={start}&end={end}&limit=1000{more}");
        let (status, answer) = stack.get(&path).await;
        assert_eq!(status, 200, "{path}: {answer:#}");
        let rows = answer["data"]["result"]["rows"].as_array().unwrap().clone();
        rows.into_iter()
            .map(|row| row["attemptId"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let known: Vec<&str> = metric_names()
        .into_iter()
        .map(|name| name.strip_suffix("_mean").unwrap_or(name))
        .filter(|name| !name.contains("_ms_p") && *name != "unique_viewers")
        .collect();
    assert!(known.len() > 25, "{known:?}");
    for name in known {
        let own = own(&attempts, name);
        let value = |id: &String| own[id];
        let mut values: Vec<f64> = own.values().filter_map(|value| *value).collect();
        values.sort_by(f64::total_cmp);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();

        let listed: Vec<Option<f64>> = list(format!("&orderBy={name}&order=DESC"))
            .await
            .iter()
            .map(value)
            .collect();
        assert_eq!(listed.len(), own.len(), "{name}: every attempt is listed");
        let expected = values.iter().rev().map(|value| Some(*value));
        let expected = expected.chain(std::iter::repeat(None));
        for (got, expected) in listed.iter().zip(expected) {
            let same = match (got, expected) {
                (Some(got), Some(expected)) => close(*got, expected),
                (got, expected) => *got == expected,
            };
            assert!(same, "{name}: {got:?} where {expected:?} belongs");
        }

        // Between two values that differ, so that rounding decides nothing.
        let Some(pair) = values
            .windows(2)
            .skip(values.len() / 2)
            .find(|pair| pair[1] - pair[0] > 1e-6)
        else {
            continue;
        };
        let border = f64::midpoint(pair[0], pair[1]);
        let above: BTreeSet<String> = list(format!("&filter={name}:GT:{border}")).await.into_iter().collect();
        let kept = |keep: &dyn Fn(f64) -> bool| -> BTreeSet<String> {
            let kept = own.iter().filter(|(_, value)| value.is_some_and(keep));
            kept.map(|(id, _)| id.clone()).collect()
        };
        assert_eq!(above, kept(&|value| value > border), "{name} above {border}");
    }

    let early: BTreeSet<String> = list("&filter=startup_any_ms:LTE:1500&filter=country:EQ:AT".to_owned())
        .await
        .into_iter()
        .collect();
    let startups = own(&attempts, "startup_any_ms");
    let expected = attempts
        .iter()
        .filter(|attempt| attempt.country == "AT")
        .map(|attempt| attempt.id.to_string());
    let expected = expected.filter(|id| startups.get(id).copied().flatten().is_some_and(|ms| ms <= 1_500.0));
    assert_eq!(early, expected.collect());

    // Without a direction the worst comes first, which is the lowest bitrate.
    let bitrates = own(&attempts, "bitrate_avg_bps");
    let lowest = bitrates.values().filter_map(|value| *value).min_by(f64::total_cmp);
    assert_eq!(bitrates[&list("&orderBy=bitrate_avg_bps".to_owned()).await[0]], lowest);

    let (start, end) = (iso(day), iso(day + DAY_MS));
    let (status, answer) = stack
        .get(&format!(
            "/v1/analytics/impressions?start={start}&end={end}&filter=startup_any_mss:GT:1&filter=good_share:IN:1&filter=play_ms:GT:much&orderBy=unique_viewers"
        ))
        .await;
    assert_eq!(status, 400);
    let details: Vec<(&str, &str)> = answer["data"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| (detail["field"].as_str().unwrap(), detail["text"].as_str().unwrap()))
        .collect();
    assert_eq!(
        details[..3],
        [
            (
                "filter[0].attribute",
                "unknown attribute 'startup_any_mss'; did you mean 'startup_any_ms'?"
            ),
            ("filter[1].operator", "a metric compares by EQ, NE, LT, LTE, GT or GTE"),
            ("filter[2].value", "expected a number, found a text"),
        ]
    );
    assert!(
        details[3].1.starts_with("attempts are not ordered by this"),
        "{details:?}"
    );
}

fn audience(seed: u64, day: i64, count: usize, worse: bool) -> Vec<Attempt> {
    let mut random = Random(seed);
    (0..count).map(|_| attempt(&mut random, day, worse)).collect()
}

#[actix_web::test]
async fn every_number_equals_the_one_computed_from_the_inserted_totals() {
    let stack = Stack::start().await;
    let day = day();
    let attempts = audience(1, day, 1_500, false);
    insert(&stack, stack.organization, "one", &attempts).await;
    // Another organisation's attempts, the same hours: must not move anything.
    let stranger = OrganizationId(Uuid::from_u128(99));
    insert(&stack, stranger, "other", &audience(2, day, 500, true)).await;

    let people: Vec<&Attempt> = attempts.iter().filter(|attempt| attempt.device != "bot").collect();
    let bots = attempts.len() - people.len();
    let base = json!({"metrics": metric_names(), "start": iso(day), "end": iso(day + DAY_MS)});
    let with = |extra: Value| {
        let mut body = base.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };

    let data = stack.ask(&base).await;
    let result = &data["result"];
    assert_eq!(result["rows"].as_array().unwrap().len(), 1);
    compare(&result["rows"][0], &people);
    assert_eq!(result["completeness"], 1.0);
    assert_eq!(result["definitionVersion"], 1);
    assert_eq!(result["source"], "impressions");
    let fresh = attempts
        .iter()
        .map(|attempt| attempt.started_at + i64::from(attempt.beacons - 1) * 10_000 + 50)
        .max();
    assert_eq!(result["freshAsOf"], json!(iso(fresh.unwrap())));
    assert_eq!(result["rows"][0]["values"]["attempts"]["clusteredBy"], "viewer");
    assert!(
        data["messages"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{bots} attempts of bots")),
        "{data:#}"
    );
    let again = stack.ask(&base).await;
    assert_eq!(
        again["result"]["rows"], result["rows"],
        "the same question has the same answer, intervals included"
    );

    let data = stack.ask(&with(json!({"includeBots": true}))).await;
    compare(&data["result"]["rows"][0], &attempts.iter().collect::<Vec<_>>());

    // Breakdown, null dimension included.
    let data = stack
        .ask(&with(json!({"dimensions": ["country", "custom.team"]})))
        .await;
    let rows = data["result"]["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 8);
    for row in &rows {
        let country = row["dimensions"]["country"].as_str().unwrap_or_default();
        let team = row["dimensions"]["custom.team"].as_str().unwrap();
        let group: Vec<&Attempt> = people
            .iter()
            .copied()
            .filter(|attempt| attempt.country == country && attempt.custom["team"] == team)
            .collect();
        compare(row, &group);
    }

    // Time buckets in a zone with a half-hour offset.
    let data = stack
        .ask(&with(json!({"interval": "hour", "timezone": "Asia/Kolkata"})))
        .await;
    let rows = data["result"]["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 25, "24 hours from 05:30 to 05:30 touch 25 local hours");
    assert_eq!(
        (rows[0]["partial"].clone(), rows[1]["partial"].clone()),
        (json!(true), json!(false))
    );
    for row in &rows {
        let from = chrono::DateTime::parse_from_rfc3339(row["time"].as_str().unwrap())
            .unwrap()
            .timestamp_millis();
        let inside = |attempt: &&&Attempt| (from..from + HOUR_MS).contains(&attempt.started_at);
        compare(row, &people.iter().filter(inside).copied().collect::<Vec<_>>());
    }

    // Filters, each against the same filter in Rust.
    type Keeps = fn(&Attempt) -> bool;
    let filters: [(Value, Keeps); 9] = [
        (json!({"attribute": "country", "operator": "EQ", "value": "AT"}), |a| {
            a.country == "AT"
        }),
        (json!({"attribute": "country", "operator": "EQ", "value": null}), |a| {
            a.country.is_empty()
        }),
        (json!({"attribute": "country", "operator": "NE", "value": "AT"}), |a| {
            a.country != "AT"
        }),
        (
            json!({"attribute": "country", "operator": "IN", "value": ["AT", null]}),
            |a| ["AT", ""].contains(&a.country),
        ),
        (json!({"attribute": "country", "operator": "GT", "value": "AT"}), |a| {
            a.country > "AT"
        }),
        (
            json!({"attribute": "browser", "operator": "CONTAINS", "value": "FOX"}),
            |a| a.browser == "Firefox",
        ),
        (
            json!({"attribute": "browser", "operator": "NOTCONTAINS", "value": "fox"}),
            |a| a.browser != "Firefox",
        ),
        (
            json!({"attribute": "failure_code", "operator": "GTE", "value": 404}),
            |a| a.totals.failure.is_some(),
        ),
        (
            json!({"attribute": "custom.team", "operator": "EQ", "value": "red"}),
            |a| a.custom["team"] == "red",
        ),
    ];
    for (filter, keeps) in filters {
        let data = stack.ask(&with(json!({"filters": [filter]}))).await;
        compare(
            &data["result"]["rows"][0],
            &people
                .iter()
                .copied()
                .filter(|attempt| keeps(attempt))
                .collect::<Vec<_>>(),
        );
    }

    // A metric as a filter, order, pages.
    let body = with(json!({
        "dimensions": ["custom.team", "country"], "orderBy": [{"name": "startup_any_ms_p50", "order": "DESC"}],
        "filters": [{"attribute": "attempts", "operator": "GT", "value": 0}], "limit": 3
    }));
    let mut values = Vec::new();
    let mut cursor = Value::Null;
    for page in 0..3 {
        let mut body = body.clone();
        body["cursor"] = cursor;
        let data = stack.ask(&body).await;
        let rows = data["result"]["rows"].as_array().unwrap().clone();
        assert_eq!(rows.len(), [3, 3, 2][page]);
        values.extend(
            rows.iter()
                .map(|row| row["values"]["startup_any_ms_p50"]["value"].as_f64().unwrap()),
        );
        cursor = data["result"]["nextCursor"].clone();
    }
    assert!(cursor.is_null());
    assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");

    let data = stack.ask(&with(json!({"metrics": ["startup_any_ms_histogram"]}))).await;
    let histogram = &data["result"]["rows"][0]["values"]["startup_any_ms_histogram"];
    let counted: u64 = histogram["value"]["bins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bin| bin["count"].as_u64().unwrap())
        .sum();
    let expected = people
        .iter()
        .filter(|a| a.totals.first_frame_seen && !a.totals.startup_hidden)
        .count() as u64;
    assert_eq!((counted, histogram["attempts"].as_u64().unwrap()), (expected, expected));
}

#[actix_web::test]
async fn an_incident_is_worse_and_a_quiet_day_is_not() {
    let stack = Stack::start().await;
    let day = day();
    for (index, back) in [7, 14, 21, 28, 35, 42].into_iter().enumerate() {
        let quiet = audience(100 + index as u64, day - back * DAY_MS, 1_200, false);
        insert(&stack, stack.organization, &format!("back-{back}"), &quiet).await;
    }
    insert(
        &stack,
        stack.organization,
        "yesterday",
        &audience(50, day - DAY_MS, 1_200, false),
    )
    .await;
    insert(&stack, stack.organization, "quiet", &audience(51, day, 1_200, false)).await;
    insert(
        &stack,
        stack.organization,
        "incident",
        &audience(52, day + DAY_MS, 1_200, true),
    )
    .await;
    insert(
        &stack,
        stack.organization,
        "before",
        &audience(53, day - 6 * DAY_MS, 1_200, false),
    )
    .await;

    let ask = |start: i64, extra: Value| {
        let mut body = json!({
            "metrics": ["attempts", "rebuffer_ratio", "startup_any_ms_p50", "startup_any_ms_mean", "good_share", "unique_viewers"],
            "start": iso(start), "end": iso(start + DAY_MS),
            "compare": ["auto", "day_before", "same_weekday_last_week", "last_week", "last_month",
                {"cohort": {"filters": [{"attribute": "browser", "operator": "EQ", "value": "Safari"}]}, "label": "safari"},
                {"custom": {"start": iso(day - 14 * DAY_MS), "end": iso(day - 13 * DAY_MS)}}]
        });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let quiet = stack.ask(&ask(day, json!({}))).await;
    let comparisons = &quiet["result"]["rows"][0]["comparisons"];
    assert_eq!(
        comparisons.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "auto",
            "custom",
            "day_before",
            "last_month",
            "last_week",
            "safari",
            "same_weekday_last_week"
        ]
    );
    for metric in ["rebuffer_ratio", "startup_any_ms_p50", "good_share"] {
        let auto = &comparisons["auto"][metric];
        assert_eq!(auto["verdict"], "no_detectable_change", "{metric} {auto:#}");
        assert!(auto["minimumDetectable"].as_f64().unwrap() > 0.0);
        assert_eq!(auto["referenceDays"].as_array().unwrap().len(), 6);
    }
    let warnings: Vec<&str> = quiet["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    for name in ["day_before", "last_week", "last_month"] {
        assert!(
            warnings.contains(&format!("{name} is not adjusted for weekday").as_str()),
            "{warnings:?}"
        );
    }

    // Pooled over the days that have data: quiet's week before holds `before`, `yesterday` and the day 7 back.
    let week = &comparisons["last_week"]["attempts"];
    assert_eq!(week["referenceDays"].as_array().unwrap().len(), 3, "{week:#}");
    let people = |seed, back: i64| {
        audience(seed, day - back * DAY_MS, 1_200, false)
            .into_iter()
            .filter(|attempt| attempt.device != "bot")
            .count() as f64
    };
    let mean = (people(50, 1) + people(53, 6) + people(100, 7)) / 3.0;
    assert!((week["reference"].as_f64().unwrap() - mean).abs() < 1e-6, "{week:#}");

    let incident = stack.ask(&ask(day + DAY_MS, json!({}))).await;
    let comparisons = &incident["result"]["rows"][0]["comparisons"];
    for metric in [
        "rebuffer_ratio",
        "startup_any_ms_p50",
        "startup_any_ms_mean",
        "good_share",
    ] {
        for baseline in ["day_before", "last_week", "last_month"] {
            let comparison = &comparisons[baseline][metric];
            assert_eq!(
                comparison["verdict"], "worse",
                "{metric} against {baseline}: {comparison:#}"
            );
            let (difference, rate, mix) = (
                comparison["difference"].as_f64().unwrap(),
                comparison["rateEffect"].as_f64().unwrap(),
                comparison["mixEffect"].as_f64().unwrap(),
            );
            assert!(
                (difference - rate - mix).abs() <= 1e-9 * difference.abs().max(1.0),
                "{metric} {baseline}: {comparison:#}"
            );
            assert!(comparison["pValue"].as_f64().unwrap() <= 0.05);
        }
    }
    let attempts = &comparisons["day_before"]["attempts"];
    assert_eq!(attempts["verdict"], "no_detectable_change", "{attempts:#}");
    assert!(attempts["rateEffect"].is_null() && attempts["effectReason"].is_string());
    // Only one of the six Fridays before has data.
    let auto = &comparisons["auto"]["rebuffer_ratio"];
    assert_eq!(auto["verdict"], "insufficient_data", "{auto:#}");
    assert!(
        auto["reason"].as_str().unwrap().contains("usable reference days"),
        "{auto:#}"
    );

    // With an interval every bucket has its counterpart; with dimensions every row has.
    let hourly = stack
        .ask(&ask(
            day,
            json!({"interval": "hour", "compare": ["day_before"], "timezone": "Europe/Vienna"}),
        ))
        .await;
    let yesterday: Vec<Attempt> = audience(50, day - DAY_MS, 1_200, false);
    for row in hourly["result"]["rows"].as_array().unwrap() {
        let from = chrono::DateTime::parse_from_rfc3339(row["time"].as_str().unwrap())
            .unwrap()
            .timestamp_millis()
            - DAY_MS;
        let expected = yesterday
            .iter()
            .filter(|attempt| attempt.device != "bot" && (from..from + HOUR_MS).contains(&attempt.started_at))
            .count();
        assert_eq!(
            row["comparisons"]["day_before"]["attempts"]["reference"],
            json!(expected as f64),
            "{row:#}"
        );
        assert_eq!(
            row["comparisons"]["day_before"]["rebuffer_ratio"]["rateEffect"],
            Value::Null
        );
    }
    let split = stack
        .ask(&ask(
            day,
            json!({"dimensions": ["browser"], "compare": ["day_before",
        {"cohort": {"filters": [{"attribute": "browser", "operator": "EQ", "value": "Safari"}]}}]}),
        ))
        .await;
    let today = audience(51, day, 1_200, false);
    for row in split["result"]["rows"].as_array().unwrap() {
        let browser = row["dimensions"]["browser"].as_str().unwrap();
        let count = |attempts: &[Attempt], browser: &str| {
            attempts
                .iter()
                .filter(|attempt| attempt.device != "bot" && attempt.browser == browser)
                .count() as f64
        };
        let reference = |baseline: &str| row["comparisons"][baseline]["attempts"]["reference"].as_f64().unwrap();
        assert_eq!(reference("day_before"), count(&yesterday, browser));
        assert_eq!(
            reference("cohort"),
            count(&today, "Safari"),
            "every browser against Safari"
        );
    }

    // A distribution's baseline is the distribution of its days, all of them together.
    let distribution = async |start: i64| {
        let asked = json!({"metrics": ["startup_any_ms_p50", "startup_any_ms_histogram"]});
        stack.ask(&ask(start, asked)).await["result"]["rows"][0].clone()
    };
    let row = distribution(day).await;
    let against = |baseline: &str| &row["comparisons"][baseline]["startup_any_ms_histogram"];
    let own = distribution(day - DAY_MS).await["values"]["startup_any_ms_histogram"]["value"].clone();
    assert!(own["bins"].as_array().unwrap().len() > 20, "{own:#}");
    assert_eq!(against("day_before")["referenceHistogram"], own);
    assert_eq!(against("day_before")["verdict"], "refused");
    assert_eq!(against("day_before")["reference"], Value::Null);
    let days = against("auto")["referenceDays"].as_array().unwrap();
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for date in days {
        let date: chrono::NaiveDate = date.as_str().unwrap().parse().unwrap();
        let start = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        let own = distribution(start).await["values"]["startup_any_ms_histogram"]["value"].clone();
        for bin in own["bins"].as_array().unwrap() {
            *counts.entry(bin["from"].as_f64().unwrap().to_bits()).or_default() += bin["count"].as_u64().unwrap();
        }
    }
    let pooled: BTreeMap<u64, u64> = against("auto")["referenceHistogram"]["bins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bin| (bin["from"].as_f64().unwrap().to_bits(), bin["count"].as_u64().unwrap()))
        .collect();
    assert_eq!((days.len(), pooled), (6, counts));
    assert!(
        row["comparisons"]["auto"]["startup_any_ms_p50"]
            .get("referenceHistogram")
            .is_none()
    );
}

impl Stack {
    /// Notes something for the organisation; gives the annotation's id.
    async fn note(&self, body: Value) -> String {
        let tenant = self.accounts.authenticate(&self.key).unwrap().tenant(None).unwrap();
        let content = query::annotation::parse(&body).unwrap_or_else(|faults| panic!("{faults:?}"));
        let made = self.accounts.create_annotation(tenant, content, UnixMs(0)).await;
        made.unwrap().annotation_id.to_string()
    }

    async fn faults(&self, body: &Value) -> (i64, Vec<(String, String)>) {
        let request = test::TestRequest::post().uri("/v1/analytics/query").set_json(body);
        let (status, answer) = self.call(&self.key, request).await;
        assert_eq!(status, 400, "{answer:#}");
        let details = answer["data"]["details"].as_array().unwrap();
        let text = |detail: &Value, key: &str| detail[key].as_str().unwrap().to_owned();
        let details = details
            .iter()
            .map(|detail| (text(detail, "field"), text(detail, "text")));
        (answer["data"]["code"].as_i64().unwrap(), details.collect())
    }
}

fn date(ms: i64) -> Value {
    json!(iso(ms)[..10])
}

fn texts(data: &Value, kind: &str) -> Vec<String> {
    let messages = data["messages"].as_array().unwrap();
    messages
        .iter()
        .filter(|message| message["type"] == kind)
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn after_a_release_is_compared_with_as_long_before_it() {
    let stack = Stack::start().await;
    let day = day();
    for (token, back, worse) in [
        ("after", 0, true),
        ("before", 1, false),
        ("two before", 2, true),
        ("year", 364, false),
    ] {
        let attempts = audience(back as u64, day - back * DAY_MS, 1_200, worse);
        insert(&stack, stack.organization, token, &attempts).await;
    }
    let ask = |from: i64, hours: i64, compare: Value| json!({"metrics": ["attempts", "rebuffer_ratio"], "start": iso(from), "end": iso(from + hours * HOUR_MS), "compare": compare});
    let body = ask(day, 24, json!(["release"]));
    let (code, faults) = stack.faults(&body).await;
    assert_eq!((code, faults[0].0.as_str()), (1002, "compare[0]"));
    assert!(
        faults[0]
            .1
            .starts_with("no release is noted before the end of the range"),
        "{faults:?}"
    );

    let incident = stack
        .note(json!({"kind": "incident", "start": iso(day), "title": "CDN"}))
        .await;
    let old = stack
        .note(json!({"kind": "release", "start": iso(day - 26 * HOUR_MS), "title": "8.0"}))
        .await;
    stack
        .note(json!({"kind": "release", "start": iso(day), "title": "8.1"}))
        .await;
    let later = stack
        .note(json!({"kind": "release", "start": iso(day + 24 * HOUR_MS), "title": "8.2"}))
        .await;

    // The latest one before the end: 8.2 comes with the end itself, which is exclusive.
    let data = stack
        .ask(&ask(day, 24, json!(["release", "day_before", "year_before"])))
        .await;
    let comparisons = &data["result"]["rows"][0]["comparisons"];
    let release = &comparisons["release"];
    assert_eq!(release["rebuffer_ratio"]["verdict"], "worse", "{release:#}");
    assert_eq!(release["rebuffer_ratio"]["referenceDays"], json!([date(day - DAY_MS)]));
    assert_eq!(
        release, &comparisons["day_before"],
        "moved by one day it is the day before"
    );
    let before = stack.ask(&ask(day - DAY_MS, 24, json!([]))).await;
    let before = &before["result"]["rows"][0]["values"]["rebuffer_ratio"]["value"];
    assert_eq!(&release["rebuffer_ratio"]["reference"], before);
    assert!(texts(&data, "WARNING").contains(&"release is not adjusted for weekday".to_owned()));
    let note = format!(
        "release is the same hours 1 day earlier, before the release '8.1' of {}",
        query::calendar::written(day, chrono_tz::Tz::UTC)
    );
    assert!(texts(&data, "INFO").contains(&note), "{:#}", data["messages"]);

    let year = &comparisons["year_before"]["attempts"];
    assert_eq!(year["referenceDays"], json!([date(day - 364 * DAY_MS)]));
    let people = audience(364, day - 364 * DAY_MS, 1_200, false);
    let people = people.iter().filter(|attempt| attempt.device != "bot").count();
    assert_eq!(year["reference"], json!(people as f64));

    // An older release by its id: 20 hours later are compared with the same 20 hours two days before.
    let data = stack
        .ask(&ask(day, 20, json!([{"release": {"annotation": old}, "label": "8.0"}])))
        .await;
    let old = &data["result"]["rows"][0]["comparisons"]["8.0"]["rebuffer_ratio"];
    assert_eq!(old["referenceDays"], json!([date(day - 2 * DAY_MS)]), "{old:#}");
    let before = stack.ask(&ask(day - 2 * DAY_MS, 20, json!([]))).await;
    assert_eq!(
        old["reference"],
        before["result"]["rows"][0]["values"]["rebuffer_ratio"]["value"]
    );

    let unknown = Uuid::from_u128(1);
    let begins_before = format!(
        "compare[3] compares what came after the release '8.2' with what came before it, so the range must not begin before {}",
        iso(day + 24 * HOUR_MS)
    );
    let compare = json!([{"release": {"annotation": incident}}, {"release": {"annotation": unknown}, "label": "b"}, "auto",
        {"release": {"annotation": later}, "label": "c"}]);
    let (code, faults) = stack.faults(&ask(day, 24, compare)).await;
    let expected = [
        (
            "compare[0].release.annotation",
            "'CDN' is no release but of the kind 'incident'",
        ),
        (
            "compare[1].release.annotation",
            "there is no annotation 00000000-0000-0000-0000-000000000001",
        ),
        ("start", &begins_before),
    ];
    let faults: Vec<(&str, &str)> = faults
        .iter()
        .map(|(field, text)| (field.as_str(), text.as_str()))
        .collect();
    assert_eq!((code, faults), (1002, expected.to_vec()));
}

#[actix_web::test]
async fn a_day_with_an_incident_or_a_holiday_is_no_reference() {
    let stack = Stack::start().await;
    let day = day();
    for back in [0, 7, 14, 21, 28, 35, 42, 49, 56] {
        // Two and three weeks back something was wrong.
        let attempts = audience(100 + back as u64, day - back * DAY_MS, 1_200, [14, 21].contains(&back));
        insert(&stack, stack.organization, &format!("back-{back}"), &attempts).await;
    }
    let body = json!({"metrics": ["rebuffer_ratio"], "start": iso(day), "end": iso(day + DAY_MS), "compare": ["auto"]});
    let auto = async || {
        let data = stack.ask(&body).await;
        let auto = data["result"]["rows"][0]["comparisons"]["auto"]["rebuffer_ratio"].clone();
        (auto, texts(&data, "WARNING"))
    };
    let days = |weeks: &[i64]| Value::from_iter(weeks.iter().map(|week| date(day - week * 7 * DAY_MS)));
    let (all, warnings) = auto().await;
    assert_eq!(all["referenceDays"], days(&[1, 2, 3, 4, 5, 6]));
    assert!(
        all.get("excludedDays").is_none() && warnings.is_empty(),
        "{all:#} {warnings:?}"
    );

    let begun = day - 14 * DAY_MS + 20 * HOUR_MS;
    let incident = stack
        .note(json!({"kind": "incident", "start": iso(begun), "end": iso(begun + HOUR_MS), "title": "CDN"}))
        .await;
    let holiday = stack
        .note(json!({"kind": "holiday", "start": date(day - 21 * DAY_MS), "title": "Friday off"}))
        .await;
    let (some, warnings) = auto().await;
    assert_eq!(some["referenceDays"], days(&[1, 4, 5, 6, 7, 8]));
    let (second, third) = (date(day - 14 * DAY_MS), date(day - 21 * DAY_MS));
    assert_eq!(
        some["excludedDays"],
        json!([{"date": second, "kind": "incident", "annotation": incident}, {"date": third, "kind": "holiday", "annotation": holiday}])
    );
    let text = format!(
        "auto leaves out {} (incident 'CDN'), {} (holiday 'Friday off')",
        second.as_str().unwrap(),
        third.as_str().unwrap()
    );
    assert_eq!(warnings, [text]);
    assert!(
        some["reference"].as_f64() < all["reference"].as_f64(),
        "{some:#} {all:#}"
    );
    assert_eq!(some["verdict"], "no_detectable_change", "{some:#}");

    // Hours of the days that are left out have no counterpart there either, and others are not touched.
    let mut hourly = body.clone();
    hourly["interval"] = json!("hour");
    hourly["fill"] = json!(true);
    hourly["start"] = json!(iso(day - 12 * HOUR_MS));
    let data = stack.ask(&hourly).await;
    for row in data["result"]["rows"].as_array().unwrap() {
        let auto = &row["comparisons"]["auto"]["rebuffer_ratio"];
        let excluded: Vec<&Value> = auto["excludedDays"]
            .as_array()
            .map(|days| days.iter().map(|day| &day["date"]).collect())
            .unwrap_or_default();
        match row["time"].as_str().unwrap()[..19] < iso(day)[..19] {
            true => assert!(excluded.is_empty(), "{row:#}"),
            false => {
                assert_eq!(excluded, [&second, &third], "{row:#}");
                assert_eq!(auto["referenceDays"], days(&[1, 4, 5, 6, 7, 8]), "{row:#}");
            }
        }
    }

    // An incident that nobody closed leaves nothing to compare with, and that is said.
    stack
        .note(json!({"kind": "incident", "start": iso(day - 300 * DAY_MS), "title": "forgotten"}))
        .await;
    let (none, warnings) = auto().await;
    assert_eq!(none["verdict"], "insufficient_data");
    assert_eq!(
        none["reason"],
        "the baseline has no data: 12 reference days were left out"
    );
    assert!(
        warnings[0].ends_with("6 more; of 12 references looked at 0 remain"),
        "{warnings:?}"
    );
}

/// Adjusted p-values by their definition: of all cells with at least this p, the least p × cells ÷ cells with at most that p.
fn adjusted(p: f64, family: &[f64]) -> f64 {
    let share = |bound: f64| {
        let calls = family.iter().filter(|other| **other <= bound).count();
        bound * family.len() as f64 / calls as f64
    };
    let above = family.iter().filter(|other| **other >= p);
    above.map(|bound| share(*bound)).fold(1.0, f64::min)
}

#[actix_web::test]
async fn in_a_table_the_verdict_follows_the_p_value_that_is_adjusted_for_it() {
    let stack = Stack::start().await;
    let day = day();
    for (token, back) in [("day", 0), ("before", 1)] {
        let attempts = audience(70 + back as u64, day - back * DAY_MS, 4_000, false);
        insert(&stack, stack.organization, token, &attempts).await;
    }
    let metrics = [
        "attempts",
        "rebuffer_ratio",
        "stalled_attempt_share",
        "good_share",
        "bitrate_avg_bps",
        "exit_before_start",
        "start_failure",
        "switches_per_hour",
    ];
    let mut body =
        json!({"metrics": metrics, "start": iso(day), "end": iso(day + DAY_MS), "compare": ["day_before", "auto"]});
    let whole = stack.ask(&body).await;
    for metric in metrics {
        let comparison = &whole["result"]["rows"][0]["comparisons"]["day_before"][metric];
        assert!(
            comparison["pValue"].is_f64() && comparison["adjustedPValue"].is_null(),
            "{comparison:#}"
        );
    }
    body["dimensions"] = json!(["country", "browser"]);
    let table = stack.ask(&body).await;
    let rows = table["result"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 12);
    let cells: Vec<&Value> = rows
        .iter()
        .flat_map(|row| row["comparisons"]["day_before"].as_object().unwrap().values())
        .collect();
    let family: Vec<f64> = cells.iter().filter_map(|cell| cell["pValue"].as_f64()).collect();
    assert_eq!(family.len(), 12 * metrics.len(), "every cell has enough for a verdict");
    let mut saved = 0;
    for cell in &cells {
        let (p, told) = (
            cell["pValue"].as_f64().unwrap(),
            cell["adjustedPValue"].as_f64().unwrap(),
        );
        let expected = adjusted(p, &family);
        assert!((told - expected).abs() < 1e-12, "{told} {expected} {cell:#}");
        assert!(told >= p);
        if told > 0.05 {
            assert_eq!(cell["verdict"], "no_detectable_change", "{cell:#}");
        }
        if p <= 0.05 && told > 0.05 {
            saved += 1;
            let reason = cell["reason"].as_str().unwrap();
            assert!(
                reason.contains("but of 96 comparisons in a table some do by chance"),
                "{reason}"
            );
        }
    }
    assert!(saved > 0, "no cell of {family:?} would have cried wolf");

    // A real change is found in a table too.
    insert(
        &stack,
        stack.organization,
        "worse",
        &audience(72, day + DAY_MS, 4_000, true),
    )
    .await;
    body["start"] = json!(iso(day + DAY_MS));
    body["end"] = json!(iso(day + 2 * DAY_MS));
    for row in stack.ask(&body).await["result"]["rows"].as_array().unwrap() {
        let cell = &row["comparisons"]["day_before"]["stalled_attempt_share"];
        assert_eq!(cell["verdict"], "worse", "{cell:#}");
    }
}

#[actix_web::test]
async fn by_their_end_attempts_belong_to_the_minute_they_ended_in() {
    let stack = Stack::start().await;
    let day = day();
    let attempts = audience(80, day, 3_000, false);
    insert(&stack, stack.organization, "day", &attempts).await;
    // 30 hours long: it began the day before the window.
    let mut long = attempts[0].clone();
    long.id = Uuid::from_u128(30);
    (long.started_at, long.beacons, long.device) = (day - 24 * HOUR_MS + MINUTE_MS, 1, "desktop");
    let mut received = rows(stack.organization, &long);
    received[0].0.interval.to_ms = (30 * HOUR_MS) as u32;
    // Not over: no end was told, and its beacon is from just now.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let mut going_on = attempts[1].clone();
    going_on.id = Uuid::from_u128(31);
    (going_on.started_at, going_on.beacons, going_on.device) = (now - 20_000, 1, "desktop");
    going_on.totals.end_reason = None;
    going_on.totals.failure = None;
    received.extend(rows(stack.organization, &going_on));
    store(&stack, "two", &received).await;

    let from = day + 6 * HOUR_MS;
    let window = from..from + 2 * HOUR_MS;
    let mut body = json!({"metrics": ["attempts"], "start": iso(window.start), "end": iso(window.end), "interval": "minute", "limit": 200});
    let told = async |body: &Value| -> BTreeMap<String, u64> {
        let data = stack.ask(body).await;
        let rows = data["result"]["rows"].as_array().unwrap().clone();
        let of = |row: &Value| {
            let minute = row["time"].as_str().unwrap()[..16].to_owned();
            (minute, row["values"]["attempts"]["value"].as_u64().unwrap())
        };
        rows.iter().map(of).collect()
    };
    let expected = |moment: &dyn Fn(&Attempt) -> i64| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let people = attempts.iter().filter(|attempt| attempt.device != "bot");
        for ms in people.map(moment).filter(|ms| window.contains(ms)) {
            *counts.entry(iso(ms)[..16].to_owned()).or_default() += 1;
        }
        counts
    };
    let begun = expected(&|attempt| attempt.started_at);
    assert_eq!(told(&body).await, begun);
    body["by"] = json!("end");
    let mut ended = expected(&|attempt| attempt.started_at + i64::from(attempt.beacons) * 10_000);
    *ended
        .entry(iso(day + 6 * HOUR_MS + MINUTE_MS)[..16].to_owned())
        .or_default() += 1;
    assert_ne!(begun, ended);
    assert_eq!(told(&body).await, ended);

    let just_now = json!({"metrics": ["attempts"], "start": iso(now - HOUR_MS), "end": iso(now)});
    let count = async |extra: Value| {
        let mut body = just_now.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        stack.ask(&body).await["result"]["rows"][0]["values"]["attempts"]["value"].clone()
    };
    assert_eq!(count(json!({})).await, 1);
    assert_eq!(count(json!({"by": "end"})).await, 0, "what is not over has not ended");
}

#[actix_web::test]
async fn where_the_same_viewers_return_a_smaller_change_is_detected() {
    let stack = Stack::start().await;
    let day = day();
    let mut random = Random(11);
    // Some viewers always have a bad network. Team red returns every week, team blue is new each time; else all is the same.
    let bad: Vec<bool> = (0..400).map(|_| random.chance(15)).collect();
    for back in [0, 7, 14, 21, 28, 35, 42] {
        let mut attempts = Vec::new();
        for (viewer, bad) in bad.iter().enumerate() {
            let mut one = attempt(&mut random, day - back * DAY_MS, false);
            one.device = "desktop";
            one.totals = Totals {
                first_frame_seen: true,
                play_ms: 600_000,
                stall_ms: 1_000 + random.below(1_000) as u32 + if *bad { 60_000 } else { 0 },
                stall_count: 1,
                ..Totals::default()
            };
            for team in ["red", "blue"] {
                one.id = Uuid::from_u128(u128::from(random.below(u64::MAX)) << 64 | u128::from(random.below(u64::MAX)));
                one.custom = [("team".to_owned(), team.to_owned())].into();
                one.viewer = Some(match team {
                    "red" => format!("v{viewer}"),
                    _ => format!("v{viewer}-{back}"),
                });
                attempts.push(one.clone());
            }
        }
        insert(&stack, stack.organization, &format!("back-{back}"), &attempts).await;
    }
    let mut smallest = Vec::new();
    for team in ["red", "blue"] {
        let data = stack
            .ask(
                &json!({"metrics": ["rebuffer_ratio"], "start": iso(day), "end": iso(day + DAY_MS), "compare": ["auto"],
                "filters": [{"attribute": "custom.team", "operator": "EQ", "value": team}]}),
            )
            .await;
        let auto = &data["result"]["rows"][0]["comparisons"]["auto"]["rebuffer_ratio"];
        assert_eq!(auto["verdict"], "no_detectable_change", "{team}: {auto:#}");
        smallest.push(auto["minimumDetectable"].as_f64().unwrap());
    }
    assert!(smallest[0] < 0.7 * smallest[1], "{smallest:?}");
}

/// An experiment of two days whose second arm begins to stall on the second of them.
#[actix_web::test]
async fn an_experiment_is_read_as_of_any_time_since_its_start() {
    let stack = Stack::start().await;
    let (start, turn) = (day(), day() + DAY_MS);
    let tenant = stack.accounts.authenticate(&stack.key).unwrap().tenant(None).unwrap();
    let arm = |name: &str| Arm {
        name: name.to_owned(),
        weight: 1,
        ladder: None,
    };
    let plan = ExperimentPlan {
        name: "turns".to_owned(),
        description: None,
        arms: vec![arm("control"), arm("treatment")],
        traffic_permille: 1_000,
        switchback_minutes: None,
        metrics: vec!["rebuffer_ratio".to_owned()],
        guardrails: Vec::new(),
    };
    let made = stack.accounts.create_experiment(tenant, plan, UnixMs(start)).await;
    let id = made.unwrap().experiment_id;
    let path = format!("/v1/analytics/experiments/{id}/results");

    // Before it starts that it has not started is all there is to say.
    let (status, answer) = stack.get(&format!("{path}?until={}", iso(turn))).await;
    assert_eq!((status, &answer["data"]["code"]), (409, &json!(3022)), "{answer:#}");
    for (change, at) in [
        (ExperimentChange::Start, start),
        (ExperimentChange::Stop, turn + DAY_MS),
    ] {
        let changed = stack.accounts.change_experiment(tenant, id, change, UnixMs(at)).await;
        changed.unwrap();
    }

    let mut random = Random(17);
    let mut received = Vec::new();
    for viewer in 0..1_200 {
        for day in [start, turn] {
            let mut one = attempt(&mut random, day, false);
            one.device = "desktop";
            one.viewer = Some(format!("v{viewer}"));
            let treated = viewer % 2 == 1;
            let stalls = random.chance(if treated && day == turn { 60 } else { 10 });
            one.totals = Totals {
                first_frame_seen: true,
                play_ms: 60_000,
                stall_ms: if stalls { 3_000 } else { 0 },
                stall_count: u32::from(stalls),
                ..Totals::default()
            };
            let mut beacons = rows(stack.organization, &one);
            for context in beacons.iter_mut().filter_map(|(beacon, ..)| beacon.context.as_mut()) {
                context.experiment_name = Some("turns".to_owned());
                context.experiment_variant = Some(["control", "treatment"][usize::from(treated)].to_owned());
            }
            received.append(&mut beacons);
        }
    }
    store(&stack, "turns", &received).await;

    let read = async |query: String| {
        let (status, answer) = stack.get(&format!("{path}{query}")).await;
        assert_eq!(status, 200, "{query} {answer:#}");
        answer["data"]["result"].clone()
    };
    let attempts = |result: &Value| {
        (0..2)
            .map(|arm| result["arms"][arm]["attempts"].as_u64().unwrap())
            .sum::<u64>()
    };
    let effect = |result: &Value| result["comparisons"][0]["metrics"]["rebuffer_ratio"].clone();
    let width = |effect: &Value| effect["high"].as_f64().unwrap() - effect["low"].as_f64().unwrap();

    let halfway = read(format!("?until={}", iso(turn))).await;
    assert_eq!(
        (&halfway["start"], &halfway["end"]),
        (&json!(iso(start)), &json!(iso(turn)))
    );
    assert_eq!(attempts(&halfway), 1_200, "those of the first day");
    let early = effect(&halfway);
    assert_ne!(early["verdict"], "worse", "{early:#}");
    assert!(
        early["low"].as_f64().unwrap() < 0.0 && early["high"].as_f64().unwrap() > 0.0,
        "{early:#}"
    );

    let mut whole = read(String::new()).await;
    assert_eq!(whole["end"], json!(iso(turn + DAY_MS)), "its own end");
    assert_eq!(attempts(&whole), 2_400);
    assert_eq!(effect(&whole)["verdict"], "worse", "{whole:#}");
    // With an offset, and beyond its end: as at its end.
    let mut beyond = read("?until=2099-01-01T00:00:00%2B01:00".to_owned()).await;
    for result in [&mut whole, &mut beyond] {
        result["tookMs"] = Value::Null;
    }
    assert_eq!(beyond, whole);
    let quarter = effect(&read(format!("?until={}", iso(start + DAY_MS / 2))).await);
    assert!(
        width(&quarter) > width(&early),
        "fewer attempts say less: {quarter:#} {early:#}"
    );

    let started = format!("the experiment started at {}; a reading ends after that", iso(start));
    for (query, field, text) in [
        (format!("?until={}", iso(start)), "until", started.as_str()),
        (
            "?until=yesterday".to_owned(),
            "until",
            "'yesterday' is no date and time with an offset, like 2026-11-19T00:00:00Z",
        ),
        (format!("?until={0}&until={0}", iso(turn)), "until", "given twice"),
        (
            format!("?untill={}", iso(turn)),
            "untill",
            "unknown parameter 'untill'; did you mean 'until'?",
        ),
    ] {
        let (status, answer) = stack.get(&format!("{path}{query}")).await;
        assert_eq!((status, &answer["data"]["code"]), (400, &json!(1002)), "{answer:#}");
        let details = answer["data"]["details"].as_array().unwrap();
        assert_eq!(details.len(), 1, "{query} {answer:#}");
        assert_eq!(
            (&details[0]["field"], &details[0]["text"]),
            (&json!(field), &json!(text))
        );
    }
}

/// Makes an experiment that ran from `start` on for a day; gives it as it was made.
async fn experiment_of_a_day(stack: &Stack, body: &Value, start: i64) -> Value {
    let (status, made) = stack
        .write(
            test::TestRequest::post()
                .uri("/v1/analytics/experiments")
                .set_json(body),
        )
        .await;
    assert_eq!(status, 201, "{made:#}");
    let made = made["data"]["result"].clone();
    let id: Uuid = made["id"].as_str().unwrap().parse().unwrap();
    let tenant = stack.accounts.authenticate(&stack.key).unwrap().tenant(None).unwrap();
    for (change, at) in [
        (ExperimentChange::Start, start),
        (ExperimentChange::Stop, start + DAY_MS),
    ] {
        let changed = stack.accounts.change_experiment(tenant, id, change, UnixMs(at)).await;
        changed.unwrap();
    }
    made
}

/// What viewers did before is told by one ladder for both arms, also where they were part of another experiment whose arms had the same names.
#[actix_web::test]
async fn what_viewers_watched_before_is_told_by_the_control_s_ladder() {
    let stack = Stack::start().await;
    let start = day();
    let rungs = |above: u32| {
        json!({"rungs": [
            {"height": 360, "bitrateBps": 700_000, "vmaf": 60 + above},
            {"height": 1080, "bitrateBps": 5_000_000, "vmaf": 90 + above},
        ]})
    };
    let body = json!({"name": "better", "metrics": ["good_share"],
        "arms": [{"name": "control", "ladder": rungs(0)}, {"name": "variant", "ladder": rungs(4)}]});
    let made = experiment_of_a_day(&stack, &body, start).await;
    let id = made["id"].as_str().unwrap();

    let mut random = Random(29);
    let mut received = Vec::new();
    for viewer in 0..600_usize {
        // A line that carries the upper rung for a part of the time, now and before.
        let line = random.below(100_000) as u32;
        for (name, at) in [("another", start - 2 * DAY_MS), ("better", start)] {
            let mut one = attempt(&mut random, at, false);
            one.device = "desktop";
            one.viewer = Some(format!("v{viewer}"));
            let upper = (line + random.below(10_000) as u32).min(100_000);
            one.totals = Totals {
                first_frame_seen: true,
                play_ms: 100_000,
                ..Totals::default()
            };
            for (rendition, play_ms) in [("1080p@5000000", upper), ("360p@700000", 100_000 - upper)] {
                one.totals.play_ms_by_rendition.push(RenditionPlay {
                    rendition: rendition.to_owned(),
                    play_ms,
                });
            }
            let mut beacons = rows(stack.organization, &one);
            for context in beacons.iter_mut().filter_map(|(beacon, ..)| beacon.context.as_mut()) {
                context.experiment_name = Some(name.to_owned());
                context.experiment_variant = Some(["control", "variant"][viewer % 2].to_owned());
            }
            received.append(&mut beacons);
        }
    }
    store(&stack, "before", &received).await;

    let (status, answer) = stack.get(&format!("/v1/analytics/experiments/{id}/results")).await;
    assert_eq!(status, 200, "{answer:#}");
    let vmaf = &answer["data"]["result"]["ladder"]["comparisons"][0]["vmaf"];
    let removed = vmaf["cuped"]["varianceRemoved"].as_f64().unwrap();
    assert!(removed > 0.8, "the line explains nearly all of it: {vmaf:#}");
    let difference = vmaf["difference"].as_f64().unwrap();
    assert!((difference - 4.0).abs() < 0.5, "every rung is better by 4: {vmaf:#}");
}

/// Two ladders of two titles: one for both, and one of each title's own that takes fewer bits for nearly the same picture.
#[actix_web::test]
async fn ladders_are_compared_by_what_was_watched_of_them_and_what_it_took() {
    let stack = Stack::start().await;
    let start = day();
    let body = json!({
        "name": "encodes",
        "metrics": ["rebuffer_ratio"],
        "arms": [
            {"name": "static", "ladder": {"encodeCpuSeconds": 900, "rungs": [
                {"height": 360, "bitrateBps": 700_000, "vmaf": 60, "storageBytes": 70},
                {"height": 1080, "bitrateBps": 5_000_000, "vmaf": 96, "storageBytes": 500},
                {"videoId": "sport", "height": 1080, "bitrateBps": 5_000_000, "vmaf": 90.25, "storageBytes": 500},
                {"height": 2160, "bitrateBps": 14_000_000, "vmaf": 99, "storageBytes": 1_400},
            ]}},
            {"name": "per-title", "ladder": {"encodeCpuSeconds": 1_300.5, "rungs": [
                {"videoId": "film", "height": 1080, "bitrateBps": 2_000_000, "vmaf": 95.5},
                {"videoId": "sport", "height": 1080, "bitrateBps": 4_500_000, "vmaf": 90},
                {"videoId": "sport", "height": 360, "bitrateBps": 700_000},
            ]}},
        ],
    });
    let made = experiment_of_a_day(&stack, &body, start).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["arms"][1]["ladder"]["rungs"][0]["vmaf"], 95.5);

    let mut random = Random(23);
    let mut received = Vec::new();
    let (mut vmaf, mut known, mut played, mut bytes) = ([0.0; 2], [0.0; 2], [0.0; 2], [0.0; 2]);
    for viewer in 0..800_usize {
        let (arm, title) = (viewer % 2, viewer / 2 % 2);
        let mut one = attempt(&mut random, start, false);
        one.device = "desktop";
        one.viewer = Some(format!("v{viewer}"));
        // Name, VMAF and bandwidth of what each sees; what has none is no rung or one whose VMAF was not said.
        let seen: [(&str, Option<f64>, u64); 2] = [
            [
                [
                    ("1080p@5000000", Some(96.0), 5_000),
                    ("1080p@5000000", Some(90.25), 5_000),
                ],
                [
                    ("1080p@2000000", Some(95.5), 2_000),
                    ("1080p@4500000", Some(90.0), 4_500),
                ],
            ][arm][title],
            [
                [("360p@700000", Some(60.0), 700); 2],
                [("360p@700000", None, 700), ("360p@700000", None, 700)],
            ][arm][title],
        ];
        let long = [(30_000 + random.below(60_000)) as u32, random.below(20_000) as u32];
        one.totals = Totals {
            first_frame_seen: true,
            play_ms: long[0] + long[1],
            ..Totals::default()
        };
        for ((name, quality, kbps), play_ms) in seen.into_iter().zip(long) {
            let rendition = RenditionPlay {
                rendition: name.to_owned(),
                play_ms,
            };
            one.totals.play_ms_by_rendition.push(rendition);
            one.totals.data_bytes += kbps * u64::from(play_ms) / 8;
            if let Some(quality) = quality {
                vmaf[arm] += quality * f64::from(play_ms);
                known[arm] += f64::from(play_ms);
            }
        }
        played[arm] += f64::from(one.totals.play_ms);
        bytes[arm] += one.totals.data_bytes as f64;
        let mut beacons = rows(stack.organization, &one);
        for context in beacons.iter_mut().filter_map(|(beacon, ..)| beacon.context.as_mut()) {
            context.experiment_name = Some("encodes".to_owned());
            context.experiment_variant = Some(["static", "per-title"][arm].to_owned());
            context.video_id = Some(["film", "sport"][title].to_owned());
        }
        received.append(&mut beacons);
    }
    store(&stack, "encodes", &received).await;

    let (status, answer) = stack.get(&format!("/v1/analytics/experiments/{id}/results")).await;
    assert_eq!(status, 200, "{answer:#}");
    let ladder = &answer["data"]["result"]["ladder"];
    let near = |found: &Value, truth: f64| {
        let found = found.as_f64().unwrap_or_else(|| panic!("no number: {ladder:#}"));
        assert!(
            (found - truth).abs() <= 1e-9 * truth.abs(),
            "{found} is not {truth}: {ladder:#}"
        );
    };
    for arm in 0..2 {
        let told = &ladder["arms"][arm];
        near(&told["vmaf"]["value"], vmaf[arm] / known[arm]);
        near(&told["vmafKnownShare"], known[arm] / played[arm]);
        near(&told["deliveredBps"]["value"], bytes[arm] * 8_000.0 / played[arm]);
        let rungs = told["rungs"].as_array().unwrap();
        let watched: f64 = rungs.iter().map(|rung| rung["playMs"].as_f64().unwrap()).sum();
        near(&json!(watched + told["otherPlayMs"].as_f64().unwrap()), played[arm]);
    }
    let (first, second) = (&ladder["arms"][0], &ladder["arms"][1]);
    assert_eq!(
        (&first["storageBytes"], &first["unwatchedStorageBytes"]),
        (&json!(2_470), &json!(1_400)),
        "2160p"
    );
    assert_eq!(
        (&first["rungs"][3]["playMs"], &first["otherPlayMs"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(first["rungs"][2]["videoId"], "sport");
    assert!(
        first["rungs"][2]["playMs"].as_u64() > Some(0),
        "a title's own rung: {first:#}"
    );
    assert_eq!(
        (&second["encodeCpuSeconds"], &second["storageBytes"]),
        (&json!(1_300.5), &Value::Null)
    );
    assert!(
        second["otherPlayMs"].as_u64() > Some(0),
        "film has no 360p in it: {second:#}"
    );
    let against = &ladder["comparisons"][0];
    assert_eq!(
        (&against["arm"], &against["against"]),
        (&json!("per-title"), &json!("static"))
    );
    near(
        &against["deliveredBps"]["difference"],
        bytes[1] * 8_000.0 / played[1] - bytes[0] * 8_000.0 / played[0],
    );
    assert_eq!(against["deliveredBps"]["verdict"], "better", "fewer bits: {against:#}");
    near(&against["vmaf"]["difference"], vmaf[1] / known[1] - vmaf[0] / known[0]);
    assert_eq!(against["vmaf"]["postTreatment"], true);

    let change = async |body: Value| {
        let path = format!("/v1/analytics/experiments/{id}");
        stack.write(test::TestRequest::patch().uri(&path).set_json(body)).await
    };
    let broken = json!({"arms": [{"name": "a", "ladder": {"rungs": [{"bitrateBps": 1, "vmav": 1}]}}, {"name": "b"}]});
    let (status, answer) = change(broken).await;
    assert_eq!(status, 400, "{answer:#}");
    let fields: Vec<&str> = answer["data"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|fault| fault["field"].as_str())
        .collect();
    assert_eq!(
        fields,
        ["arms[0].ladder.rungs[0].vmav", "arms[0].ladder.rungs[0].height"]
    );
    // What is known of a ladder may become better known, of an experiment that is over too.
    let mut arms = body["arms"].clone();
    arms[1]["ladder"]["rungs"][2]["vmaf"] = json!(61);
    let (status, answer) = change(json!({"arms": arms})).await;
    assert_eq!(status, 200, "{answer:#}");
    // As many rungs as may be.
    let many = |name: &str| {
        let rungs: Vec<Value> = (0..1_000)
            .map(|rung| json!({"videoId": format!("{rung:0>36}"), "height": 1080, "bitrateBps": 1, "vmaf": 50}))
            .collect();
        json!({"name": name, "ladder": {"rungs": rungs}})
    };
    let (status, answer) = change(json!({"arms": [many("static"), many("per-title")]})).await;
    assert_eq!(status, 200, "{answer:#}");
    let (status, answer) = stack.get(&format!("/v1/analytics/experiments/{id}/results")).await;
    assert_eq!(status, 200, "{answer:#}");
    assert_eq!(
        answer["data"]["result"]["ladder"]["arms"][0]["vmaf"]["value"],
        Value::Null,
        "none of them was played"
    );
}

#[actix_web::test]
async fn no_text_of_a_caller_reaches_another_organisation_or_the_sql() {
    let stack = Stack::start().await;
    let day = day();
    let other = stack
        .accounts
        .create_organization("other", None, UnixMs(0))
        .await
        .unwrap();
    let foreign = audience(7, day, 50, false);
    insert(&stack, other, "other", &foreign).await;
    let nasty = [
        "' OR 1=1 --",
        "'; DROP TABLE impressions; --",
        "\\' OR organization_id != '",
        "{organization:UUID}",
        "{p0:String}",
        "\\",
        "\t\n\r\0x",
        "%' OR '%'='",
        "日本\u{202e}\"`",
    ];
    let mut mine = Vec::new();
    for (index, text) in nasty.iter().enumerate() {
        let mut attempt = attempt(&mut Random(1_000 + index as u64), day, false);
        attempt.device = "desktop";
        attempt.custom = [
            ("team".to_owned(), (*text).to_owned()),
            ((*text).to_owned(), "yes".to_owned()),
        ]
        .into();
        mine.push(attempt);
    }
    insert(&stack, stack.organization, "mine", &mine).await;
    for text in nasty {
        for operator in ["EQ", "IN", "CONTAINS"] {
            let data = stack
                .ask(&json!({
                    "metrics": ["attempts"], "start": iso(day), "end": iso(day + DAY_MS), "dimensions": ["custom.team"],
                    "filters": [{"attribute": "custom.team", "operator": operator, "value": text}]
                }))
                .await;
            let rows = data["result"]["rows"].as_array().unwrap().clone();
            let own = rows
                .iter()
                .filter(|row| row["dimensions"]["custom.team"] == json!(text))
                .count();
            assert_eq!(own, 1, "{operator} {text:?}: {rows:#?}");
            assert!(
                operator == "CONTAINS" || rows.len() == 1,
                "{operator} {text:?}: {rows:#?}"
            );
        }
        let data = stack
            .ask(&json!({
                "metrics": ["attempts"], "start": iso(day), "end": iso(day + DAY_MS),
                "filters": [{"attribute": format!("custom.{text}"), "operator": "EQ", "value": "yes"}]
            }))
            .await;
        assert_eq!(
            data["result"]["rows"][0]["values"]["attempts"]["value"], 1.0,
            "custom.{text:?}"
        );
    }
    let data = stack
        .ask(&json!({"metrics": ["attempts", "concurrent_viewers"], "start": iso(day), "end": iso(day + DAY_MS), "dimensions": ["country", "browser"],
            "compare": ["day_before", {"cohort": {"filters": [{"attribute": "country", "operator": "NE", "value": "' OR 1=1"}]}}]}))
        .await;
    let total: f64 = data["result"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["values"]["attempts"]["value"].as_f64().unwrap())
        .sum();
    assert_eq!(total as usize, nasty.len(), "own attempts only");

    let own = mine[0].id;
    assert_eq!(stack.get(&format!("/v1/analytics/impressions/{own}")).await.0, 200);
    let foreign_answer = stack.get(&format!("/v1/analytics/impressions/{}", foreign[0].id)).await;
    let unknown_answer = stack
        .get(&format!("/v1/analytics/impressions/{}", Uuid::from_u128(5)))
        .await;
    assert_eq!((foreign_answer.0, unknown_answer.0), (404, 404));
    let without_ids = |answer: &Value| {
        (
            answer["data"]["code"].clone(),
            answer["data"]["developerMessage"].clone(),
            answer["data"]["details"].clone(),
        )
    };
    assert_eq!(
        without_ids(&foreign_answer.1),
        without_ids(&unknown_answer.1),
        "a foreign id looks like an unknown one"
    );
    let (_, list) = stack
        .get(&format!(
            "/v1/analytics/impressions?start={}&end={}&limit=1000",
            iso(day),
            iso(day + DAY_MS)
        ))
        .await;
    assert_eq!(list["data"]["result"]["rows"].as_array().unwrap().len(), nasty.len());

    // The tables are still there, and the other organisation sees its own.
    let key = stack
        .accounts
        .create_api_key(other, "other", Scope::Read, UnixMs(0))
        .await
        .unwrap();
    let request = test::TestRequest::get().uri(&format!("/v1/analytics/impressions/{}", foreign[0].id));
    assert_eq!(stack.call(key.reveal(), request).await.0, 200);
    let request = test::TestRequest::get()
        .uri("/v1/analytics/metrics")
        .insert_header(("X-Tenant-Org-Id", other.to_string()));
    let (status, answer) = stack.call(&stack.key, request).await;
    assert_eq!((status, answer["data"]["code"].as_i64()), (403, Some(2003)));
    let request = test::TestRequest::get()
        .uri("/v1/analytics/metrics")
        .insert_header(("X-Tenant-Org-Id", "me"));
    assert_eq!(stack.call(&stack.key, request).await.1["data"]["code"], 1009);
    let request = test::TestRequest::get().uri("/v1/analytics/metrics");
    assert_eq!(stack.call("nonsense", request).await.1["data"]["code"], 2001);
}

#[actix_web::test]
async fn concurrent_viewers_count_each_attempt_once_per_tick() {
    let stack = Stack::start().await;
    let day = day();
    let span = |id: u128, sequence: u32, started_at: i64, from_ms: u32, to_ms: u32, state: State| {
        let beacon = Beacon {
            attempt_id: AttemptId(Uuid::from_u128(id)),
            sequence,
            started_at_ms: UnixMs(started_at),
            kind: BeaconKind::Beat,
            state,
            interval: Interval {
                from_ms,
                to_ms,
                state,
                ..Interval::default()
            },
            totals: Totals::default(),
            context: Some(
                Context {
                    viewer_id: Some(format!("v{id}")),
                    ..Context::default()
                }
                .into(),
            ),
        };
        let enrichment = Enrichment {
            browser: Some(if id == 1 { "Chrome" } else { "Firefox" }.into()),
            ..Enrichment::default()
        };
        let receipt = Receipt {
            organization_id: stack.organization,
            received_at: UnixMs(started_at + i64::from(to_ms)),
            started_at: UnixMs(started_at),
            skew_ms: 0,
            unknown_fields: "",
        };
        (beacon, enrichment, receipt)
    };
    let rows = [
        // Active from 0 s to 60 s in two beacons that overlap by a repeat.
        span(1, 0, day, 0, 30_000, State::Playing),
        span(1, 1, day, 30_000, 60_000, State::Rebuffering),
        // Paused: no viewer.
        span(2, 0, day, 0, 60_000, State::Paused),
        // Began the day before, still active in the first half minute.
        span(
            3,
            0,
            day - 2 * HOUR_MS,
            2 * 3_600_000 - 10_000,
            2 * 3_600_000 + 30_000,
            State::Playing,
        ),
    ];
    store(&stack, "a", &rows).await;
    store(&stack, "b", &rows[..2]).await;
    let body = json!({"metrics": ["concurrent_viewers", "concurrent_viewers_max", "attempts"], "start": iso(day), "end": iso(day + 2 * MINUTE_MS),
        "interval": "minute", "fill": true});
    let data = stack.ask(&body).await;
    let rows = data["result"]["rows"].as_array().unwrap().clone();
    // 12 ticks: attempt 1 at 12 of them, attempt 3 at 6 (0 s … 25 s).
    assert_eq!(rows[0]["values"]["concurrent_viewers"]["value"], 1.5, "{data:#}");
    // What is counted is written without a fraction.
    assert_eq!(rows[0]["values"]["concurrent_viewers_max"]["value"], json!(2));
    assert_eq!(rows[0]["values"]["attempts"]["value"], json!(2));
    assert_eq!(rows[1]["values"]["concurrent_viewers"]["value"], 0.0);
    assert_eq!(data["result"]["source"], "beacons");
    let body = json!({"metrics": ["concurrent_viewers"], "start": iso(day), "end": iso(day + MINUTE_MS), "dimensions": ["browser"],
        "orderBy": [{"name": "concurrent_viewers"}]});
    let data = stack.ask(&body).await;
    let rows = data["result"]["rows"].as_array().unwrap();
    let got: Vec<(&str, f64)> = rows
        .iter()
        .map(|row| {
            (
                row["dimensions"]["browser"].as_str().unwrap(),
                row["values"]["concurrent_viewers"]["value"].as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!(got, [("Chrome", 1.0), ("Firefox", 0.5)], "breakdowns sum to the total");

    // A part where everybody began before, and one where nobody is left: both are told, with what else was asked.
    let told = async |body: Value| -> Vec<(String, f64, f64)> {
        let data = stack.ask(&body).await;
        let value = |row: &Value, name: &str| row["values"][name]["value"].as_f64().unwrap();
        let rows = data["result"]["rows"].as_array().unwrap().iter();
        rows.map(|row| {
            let browser = row["dimensions"]["browser"].as_str().unwrap().to_owned();
            (browser, value(row, "concurrent_viewers"), value(row, "attempts"))
        })
        .collect()
    };
    let before = span(4, 0, day + 2 * HOUR_MS - MINUTE_MS, 0, 120_000, State::Playing);
    let mut gone = span(5, 0, day + 2 * HOUR_MS, 0, 20_000, State::Paused);
    gone.1.browser = Some("Safari".into());
    store(&stack, "c", &[before, gone]).await;
    for order in [
        json!([]),
        json!([{"name": "concurrent_viewers", "order": "DESC"}]),
        json!([{"name": "attempts", "order": "ASC"}]),
    ] {
        let mut rows = told(json!({"metrics": ["attempts", "concurrent_viewers"], "start": iso(day + 2 * HOUR_MS), "end": iso(day + 2 * HOUR_MS + MINUTE_MS),
            "dimensions": ["browser"], "orderBy": order}))
        .await;
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(
            rows,
            [("Firefox".to_owned(), 1.0, 0.0), ("Safari".to_owned(), 0.0, 1.0)],
            "{order}"
        );
    }
}

#[actix_web::test]
async fn who_was_active_a_moment_ago_still_is() {
    let stack = Stack::start().await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    // Each began ten minutes ago and told its last beacon so many seconds ago, in this state.
    let told = |id: u128, seconds_ago: i64, state: State| {
        let from_ms = 300_000;
        let beacon = Beacon {
            attempt_id: AttemptId(Uuid::from_u128(id)),
            sequence: 7,
            started_at_ms: UnixMs(now - 600_000),
            kind: BeaconKind::Beat,
            state,
            interval: Interval {
                from_ms,
                to_ms: 600_000 - 1_000 * seconds_ago as u32,
                state: State::Playing,
                ..Interval::default()
            },
            totals: Totals::default(),
            context: None,
        };
        let receipt = Receipt {
            organization_id: stack.organization,
            received_at: UnixMs(now - 1_000 * seconds_ago),
            started_at: UnixMs(now - 600_000),
            skew_ms: 0,
            unknown_fields: "",
        };
        (beacon, Enrichment::default(), receipt)
    };
    let rows = [
        told(1, 50, State::Playing),
        told(2, 50, State::Rebuffering),
        told(3, 50, State::Paused),
        told(4, 50, State::Quit),
        told(5, 160, State::Playing),
    ];
    store(&stack, "a", &rows).await;
    let viewers = async |from_ms: i64, to_ms: i64| {
        let body = json!({"metrics": ["concurrent_viewers", "concurrent_viewers_max"], "start": iso(now - from_ms), "end": iso(now - to_ms)});
        let data = stack.ask(&body).await;
        let values = &data["result"]["rows"][0]["values"];
        [
            values["concurrent_viewers"]["value"].as_f64().unwrap(),
            values["concurrent_viewers_max"]["value"].as_f64().unwrap(),
        ]
    };
    assert_eq!(viewers(40_000, 5_000).await, [2.0, 2.0], "two of them go on");
    assert_eq!(
        viewers(120_000, 60_000).await,
        [4.0, 4.0],
        "the fifth is gone, what the others told stands"
    );
    assert_eq!(viewers(280_000, 170_000).await, [5.0, 5.0]);
}

#[derive(Debug, PartialEq, PartialOrd, serde::Deserialize)]
struct Ticks {
    window: i64,
    bucket: i64,
    dimensions: Vec<String>,
    viewer_ticks: Vec<f64>,
    at_highest: Vec<f64>,
}

/// Beacons of one attempt of up to two hours, its states changing at random; some tell again what others told.
fn watching(random: &mut Random, organization: OrganizationId, started_at: i64) -> Vec<Received> {
    const STATES: [State; 3] = [State::Playing, State::Rebuffering, State::Paused];
    let id = AttemptId(Uuid::from_u128(
        u128::from(random.below(u64::MAX)) << 64 | u128::from(random.below(u64::MAX)),
    ));
    let viewer = random.chance(80).then(|| format!("v{}", random.below(30)));
    let browser = BROWSERS[random.below(2) as usize];
    let whole_ms = 1 + random.below(2 * HOUR_MS as u64) as u32;
    let (mut rows, mut from_ms) = (Vec::new(), 0);
    while from_ms < whole_ms {
        let to_ms = whole_ms.min(from_ms + 1 + random.below(600_000) as u32);
        let mut at: Vec<u32> = (0..random.below(4))
            .map(|_| from_ms + random.below(u64::from(to_ms - from_ms)) as u32)
            .collect();
        at.sort_unstable();
        let event = |at_ms| Event {
            at_ms,
            kind: EventKind::State {
                state: STATES[random.below(3) as usize],
            },
        };
        let events: Vec<Event> = at.into_iter().map(event).collect();
        let interval = Interval {
            // A sender that repeats the end of its interval before.
            from_ms: if random.chance(10) { from_ms / 2 } else { from_ms },
            to_ms,
            state: State::Playing,
            events,
            ..Interval::default()
        };
        let beacon = Beacon {
            attempt_id: id,
            sequence: rows.len() as u32,
            started_at_ms: UnixMs(started_at),
            kind: BeaconKind::Beat,
            state: State::Playing,
            interval,
            totals: Totals::default(),
            context: rows.is_empty().then(|| {
                Context {
                    viewer_id: viewer.clone(),
                    ..Context::default()
                }
                .into()
            }),
        };
        let enrichment = Enrichment {
            browser: Some(browser.into()),
            ..Enrichment::default()
        };
        let receipt = Receipt {
            organization_id: organization,
            received_at: UnixMs(started_at + i64::from(to_ms) + random.below(DAY_MS as u64) as i64),
            // The skew is estimated anew with each batch.
            started_at: UnixMs(started_at + random.below(3) as i64 * 700),
            skew_ms: 0,
            unknown_fields: "",
        };
        rows.push((beacon, enrichment, receipt));
        from_ms = to_ms;
    }
    rows
}

#[actix_web::test]
async fn the_average_of_viewers_by_arithmetic_equals_that_over_listed_ticks() {
    let stack = Stack::start().await;
    let tenant = stack.accounts.authenticate(&stack.key).unwrap().tenant(None).unwrap();
    let day = day();
    let mut random = Random(7);
    let mut rows = Vec::new();
    for back in [0, 0, 0, 1, 2, 3, 7, 14, 21, 31, 32, 60, 75] {
        for _ in 0..20 {
            let started_at = day - back * DAY_MS - 2 * HOUR_MS + random.below(DAY_MS as u64) as i64;
            rows.extend(watching(&mut random, stack.organization, started_at));
        }
    }
    store(&stack, "once", &rows).await;
    let again: Vec<Received> = rows.iter().filter(|_| random.chance(30)).cloned().collect();
    store(&stack, "again", &again).await;

    let ticks = async |metric: &str, extra: &Value| {
        let mut body = json!({"metrics": [metric], "start": iso(day + 3_456_789), "end": iso(day + 20 * HOUR_MS + 1),
            "timezone": "Europe/Vienna", "compare": ["auto", "last_week", "last_month"]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let question = query::request::parse(&body).unwrap_or_else(|faults| panic!("{faults:?}"));
        let plan = query::plan::Plan::new(tenant, question, &[], day + 2 * DAY_MS).unwrap();
        let chosen = match extra.get("dimensions") {
            Some(_) => vec![vec!["Chrome".to_owned()], vec!["Firefox".to_owned()]],
            None => Vec::new(),
        };
        let mut steps: Vec<Vec<Ticks>> = Vec::new();
        for step in &plan.steps {
            for read in plan.reads(*step, &chosen) {
                let query::plan::Read::Ticks { statement, .. } = read else {
                    continue;
                };
                let mut rows: Vec<Ticks> = stack.store.fetch(&statement).await.unwrap();
                rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
                steps.push(rows);
            }
        }
        steps
    };
    for extra in [
        json!({}),
        json!({"dimensions": ["browser"]}),
        json!({"interval": "minute"}),
        json!({"interval": "5min", "dimensions": ["browser"]}),
        json!({"interval": "hour", "timezone": "Asia/Kathmandu"}),
        json!({"interval": "day", "start": iso(day - 5 * DAY_MS + 17)}),
        json!({"interval": "month", "start": iso(day - 80 * DAY_MS + 4_999)}),
        // One tick, and none.
        json!({"start": iso(day + HOUR_MS - 1), "end": iso(day + HOUR_MS + 1), "compare": []}),
        json!({"start": iso(day + HOUR_MS + 1), "end": iso(day + HOUR_MS + 4_999), "compare": []}),
    ] {
        let (mut listed, counted) = (
            ticks("concurrent_viewers_max", &extra).await,
            ticks("concurrent_viewers", &extra).await,
        );
        let viewers: f64 = listed.iter().flatten().flat_map(|row| &row.viewer_ticks).sum();
        assert_eq!(
            viewers > 0.0,
            extra["end"] != iso(day + HOUR_MS + 4_999),
            "{extra}: {viewers}"
        );
        // Each reads the same, but for the highest tick.
        listed.iter_mut().flatten().for_each(|row| row.at_highest.clear());
        assert_eq!(listed, counted, "{extra}");
    }
}

#[actix_web::test]
async fn one_attempt_comes_whole_with_its_gaps() {
    let stack = Stack::start().await;
    let day = day();
    let id = Uuid::from_u128(0xabc);
    let request = |bytes, ttfb_ms, duration_ms| EventKind::Request {
        object_type: Some(schemas::ObjectType::Video),
        host: (bytes == 90_000).then(|| "cdn.example".to_owned()),
        bytes,
        ttfb_ms,
        duration_ms,
    };
    let beacon = |sequence: u32, from_ms, to_ms, state, events: Vec<(u32, EventKind)>, totals: Totals| {
        let events = events.into_iter().map(|(at_ms, kind)| Event { at_ms, kind }).collect();
        let beacon = Beacon {
            attempt_id: AttemptId(id),
            sequence,
            started_at_ms: UnixMs(day),
            kind: BeaconKind::Beat,
            state,
            interval: Interval {
                from_ms,
                to_ms,
                state,
                events,
                events_dropped: 0,
            },
            totals,
            context: Some(
                Context {
                    video_id: Some("film".into()),
                    ..Context::default()
                }
                .into(),
            ),
        };
        let receipt = Receipt {
            organization_id: stack.organization,
            received_at: UnixMs(day + i64::from(to_ms)),
            started_at: UnixMs(day),
            skew_ms: 0,
            unknown_fields: "",
        };
        (beacon, Enrichment::default(), receipt)
    };
    let totals = Totals {
        first_frame_seen: true,
        startup_any_ms: Some(800),
        play_ms: 9_000,
        stall_ms: 2_000,
        stall_count: 1,
        bitrate_bps_ms: 45_000_000_000,
        failure: Some(Failure {
            class: FailureClass::Decode,
            code: "3".into(),
            message: "PIPELINE_ERROR".into(),
        }),
        end_reason: Some(EndReason::Fatal),
        play_ms_by_rendition: vec![schemas::RenditionPlay {
            rendition: "720p@5000000".into(),
            play_ms: 9_000,
        }],
        ..Totals::default()
    };
    let rows = [
        beacon(
            0,
            0,
            1_000,
            State::Starting,
            vec![
                (800, EventKind::FirstFrame { startup_ms: 800 }),
                (800, EventKind::State { state: State::Playing }),
            ],
            Totals::default(),
        ),
        beacon(
            2,
            5_000,
            12_000,
            State::Rebuffering,
            vec![
                (6_000, request(40_000, Some(120), 900)),
                (6_500, EventKind::Buffer { buffer_ms: 300 }),
                (
                    7_000,
                    EventKind::Stall {
                        stall_ms: 2_000,
                        cause: StallCause::Network,
                    },
                ),
                (7_000, request(90_000, None, 4_000)),
                (12_000, EventKind::Buffer { buffer_ms: 8_000 }),
            ],
            totals.clone(),
        ),
    ];
    store(&stack, "a", &rows).await;
    store(&stack, "b", &rows).await;
    let (status, answer) = stack.get(&format!("/v1/analytics/impressions/{id}")).await;
    assert_eq!(status, 200, "{answer:#}");
    let result = &answer["data"]["result"];
    assert_eq!(result["attemptId"], id.to_string());
    assert_eq!(
        serde_json::from_value::<Totals>(result["totals"].clone()).unwrap(),
        totals,
        "the totals as they were sent"
    );
    assert_eq!(result["dimensions"]["video_id"], "film");
    assert_eq!(result["dimensions"]["country"], Value::Null);
    assert_eq!(
        (result["beaconsReceived"].as_u64(), result["beaconsMissing"].as_u64()),
        (Some(2), Some(1))
    );
    assert_eq!(result["missingSequences"], json!([1]));
    assert_eq!(result["beacons"].as_array().unwrap().len(), 2, "each sequence once");
    assert_eq!(
        result["timeline"]["states"],
        json!([{"fromMs": 0, "toMs": 800, "state": "s"}, {"fromMs": 800, "toMs": 1_000, "state": "p"},
            {"fromMs": 1_000, "toMs": 5_000, "state": null}, {"fromMs": 5_000, "toMs": 12_000, "state": "r"}])
    );
    assert_eq!(
        result["timeline"]["stalls"][0],
        json!({"fromMs": 5_000, "toMs": 7_000, "stallMs": 2_000, "cause": "network"})
    );
    assert_eq!(result["timeline"]["firstFrameMs"], 800);
    assert_eq!(
        result["timeline"]["requests"],
        json!([{"fromMs": 5_100, "toMs": 6_000, "bytes": 40_000, "ttfbMs": 120, "durationMs": 900, "objectType": "v", "host": null},
            {"fromMs": 3_000, "toMs": 7_000, "bytes": 90_000, "ttfbMs": null, "durationMs": 4_000, "objectType": "v",
            "host": "cdn.example"}])
    );
    assert_eq!(
        result["timeline"]["buffer"],
        json!([{"atMs": 6_500, "bufferMs": 300}, {"atMs": 12_000, "bufferMs": 8_000}])
    );
    let (_, list) = stack
        .get(&format!(
            "/v1/analytics/impressions?start={}&end={}&filter=video_id:EQ:film",
            iso(day),
            iso(day + 1)
        ))
        .await;
    assert_eq!(list["data"]["result"]["rows"][0]["totals"], result["totals"]);
    assert_eq!(
        result["adaptation"]["throughput"][0],
        json!({"atMs": 6_000, "throughputBps": 40_000.0 * 8_000.0 / 900.0, "bitrateBps": null})
    );
    assert_eq!(result["adaptation"]["renditions"], json!([]));
    assert_eq!(list["data"]["result"]["rows"][0]["state"], "r");
    let data = stack
        .ask(&json!({"metrics": ["attempts"], "start": iso(day), "end": iso(day + 1)}))
        .await;
    assert_eq!(data["result"]["completeness"].as_f64().unwrap(), 2.0 / 3.0);
}

#[actix_web::test]
async fn faults_come_all_at_once_each_with_its_field() {
    let stack = Stack::start().await;
    let bad = json!({"metrics": ["rebufer_ratio"], "dimension": ["browser"], "start": "soon", "end": iso(day())});
    let (status, answer) = stack
        .call(
            &stack.key,
            test::TestRequest::post().uri("/v1/analytics/query").set_json(&bad),
        )
        .await;
    assert_eq!((status, answer["data"]["code"].as_i64()), (400, Some(1002)));
    let details: Vec<(&str, &str)> = answer["data"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| (detail["field"].as_str().unwrap(), detail["text"].as_str().unwrap()))
        .collect();
    assert_eq!(details.len(), 3, "{details:?}");
    assert!(details.contains(&(
        "metrics[0]",
        "unknown metric 'rebufer_ratio'; did you mean 'rebuffer_ratio'?"
    )));
    let request = test::TestRequest::post()
        .uri("/v1/analytics/query")
        .set_payload("{\"metrics\":[NaN]}");
    let (status, answer) = stack.call(&stack.key, request).await;
    assert_eq!((status, answer["data"]["code"].as_i64()), (400, Some(1001)));
    let later = json!({"metrics": ["attempts"], "start": iso(day()), "end": iso(day() + 1), "compare": ["experiment"]});
    let (_, answer) = stack
        .call(
            &stack.key,
            test::TestRequest::post().uri("/v1/analytics/query").set_json(&later),
        )
        .await;
    assert_eq!(answer["data"]["code"], 3001);
    assert!(answer["data"]["details"][0]["text"].as_str().unwrap().contains("auto"));
    let (status, answer) = stack.get("/v1/errors").await;
    assert_eq!(status, 200);
    assert!(
        answer["data"]["result"]["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["code"] == 3001)
    );
    let (_, answer) = stack.get("/v1/analytics/attributes").await;
    assert_eq!(
        answer["data"]["result"]["attributes"].as_array().unwrap().len(),
        schemas::attribute::ATTRIBUTES.len()
    );
}

/// The documentation speaks of the same keys as the parser, and every `$ref` of it has a target.
#[std::prelude::v1::test]
fn the_documentation_is_whole_and_knows_every_key_of_a_question() {
    let document = serde_json::to_value(query::openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let keys: BTreeSet<&str> = document["components"]["schemas"]["QueryRequest"]["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, query::request::KEYS.into_iter().collect());
    let text = document.to_string();
    for (place, _) in text.match_indices("#/components/schemas/") {
        let name = text[place..]
            .split('"')
            .next()
            .unwrap()
            .trim_start_matches("#/components/schemas/");
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name} has no schema"
        );
    }
    for path in [
        "/v1/analytics/query",
        "/v1/analytics/impressions",
        "/v1/analytics/impressions/{id}",
        "/v1/analytics/metrics",
        "/v1/analytics/attributes",
        "/v1/errors",
    ] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}
