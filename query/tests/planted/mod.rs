//! An audience of two days with a fault planted in the second, and what the search for it says. Shared by the test, which tries a few, and by
//! `cargo xtask bench explain`, which tries two hundred.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

#[path = "../prepared/mod.rs"]
mod prepared;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use accounts::{Accounts, Scope, Tenant};
use engine::testing::EngineProcess;
use prepared::prepared_engine;
use prometheus::Registry;
use query::{explain, plan::Plan, tables::Tables};
use schemas::{AttemptId, Beacon, BeaconKind, Context, EndReason, Interval, OrganizationId, State, Totals, UnixMs};
use serde_json::{Value, json};
use store::{BeaconRow, Enrichment, Receipt, Retention, Rows, Store, StoreConfig};
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;
/// Midnight UTC of the day with the fault: 2026-03-04.
const DAY: i64 = 1_772_582_400_000;
/// Attempts of each day.
const ATTEMPTS: u64 = 20_000;
/// Viewers there are; they come on both days, unequally often.
const VIEWERS: u64 = 8_000;

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A value of a list, the first the most usual.
    fn pick<'a>(&mut self, values: &[&'a str]) -> &'a str {
        let quantile = self.unit();
        values[((quantile * quantile) * values.len() as f64) as usize]
    }
}

const COUNTRIES: [&str; 6] = ["DE", "AT", "CH", "FR", "IT", "PL"];
const CDNS: [&str; 3] = ["cdn-a", "cdn-b", "cdn-c"];
const BROWSERS: [&str; 4] = ["Chrome", "Safari", "Firefox", "Edge"];
const VERSIONS: [&str; 3] = ["8.1.0", "8.0.2", "7.9.5"];
const DEVICES: [&str; 3] = ["phone", "desktop", "tv"];

/// The attributes of an attempt that a fault may be planted in.
pub type Place = BTreeMap<&'static str, &'static str>;

fn place(random: &mut Random, viewer: u64) -> Place {
    // A viewer stays in a country, with a device and a browser.
    let mut own = Random(viewer);
    BTreeMap::from([
        ("country", own.pick(&COUNTRIES)),
        ("device_class", own.pick(&DEVICES)),
        ("browser", own.pick(&BROWSERS)),
        ("cdn", random.pick(&CDNS)),
        ("player_version", random.pick(&VERSIONS)),
    ])
}

/// What one search came to.
#[derive(Debug)]
pub struct Outcome {
    pub seed: u64,
    pub planted: Place,
    /// The part of the attempts that the fault is planted in.
    pub share: f64,
    /// Conditions of each cause.
    pub causes: Vec<Conditions>,
    pub took: Duration,
}

/// Conditions as the answer has them.
type Conditions = BTreeMap<String, String>;

impl Outcome {
    /// Whether one of the first three causes names exactly what was planted.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.causes.iter().take(3).any(|cause| *cause == self.conditions())
    }

    /// Whether the first does.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.causes.first().is_some_and(|cause| *cause == self.conditions())
    }

    fn conditions(&self) -> Conditions {
        let planted = self.planted.iter();
        planted
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }
}

/// An engine to try on.
pub struct Trials {
    _engine: EngineProcess,
    _folder: tempfile::TempDir,
    tables: Tables,
    accounts: Accounts,
}

impl Trials {
    pub async fn start() -> Self {
        // The days lie in the past, and stay.
        let forever = Retention {
            beacons_days: 18_000,
            impressions_days: 18_000,
        };
        let engine = prepared_engine(&forever).await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::connect(StoreConfig::embedded(&engine.url));
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        Self {
            _engine: engine,
            _folder: folder,
            tables: Tables::new(store, &Registry::new()).unwrap(),
            accounts,
        }
    }

    /// Plants a fault in one or two attributes and looks for it.
    pub async fn run(&self, seed: u64) -> Outcome {
        let mut random = Random(seed);
        // A cell of at least one attempt in twenty-five: a smaller one changes the whole by less than chance does.
        let (planted, share) = loop {
            let mut place: Vec<(&str, &str)> = place(&mut random, seed * 7_919 + 1).into_iter().collect();
            let attributes = 1 + random.below(2) as usize;
            while place.len() > attributes {
                place.remove(random.below(place.len() as u64) as usize);
            }
            let place: Place = place.into_iter().collect();
            let share = share_of(&place, seed);
            if share >= 0.04 {
                break (place, share);
            }
            random.next();
        };
        self.search(seed, planted, share).await
    }

    /// Looks for a fault where there is none.
    pub async fn run_quiet(&self, seed: u64) -> Outcome {
        self.search(seed, Place::new(), 0.0).await
    }

    async fn search(&self, seed: u64, planted: Place, share: f64) -> Outcome {
        let (tenant, organization) = self.tenant().await;
        self.insert(organization, seed, &planted).await;
        let begun = Instant::now();
        let result = self.explain(tenant, &asked("rebuffer_ratio"), None).await;
        let causes = result["causes"].as_array().unwrap().iter().map(|cause| {
            let conditions = cause["conditions"].as_array().unwrap().iter();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            conditions
                .map(|condition| (text(&condition["attribute"]), text(&condition["value"])))
                .collect()
        });
        Outcome {
            seed,
            planted,
            share,
            causes: causes.collect(),
            took: begun.elapsed(),
        }
    }

    /// An audience with a fault, of which one may ask more than once.
    pub async fn audience(&self, seed: u64, planted: Place) -> Tenant {
        let (tenant, organization) = self.tenant().await;
        self.insert(organization, seed, &planted).await;
        tenant
    }

    /// An answer. `loaded_max`: how many attempts may be held in memory, where that is not as usual.
    pub async fn explain(&self, tenant: Tenant, asked: &Value, loaded_max: Option<u64>) -> Value {
        let mut asked = explain::parse(asked.as_object().unwrap()).unwrap_or_else(|faults| panic!("{faults:?}"));
        asked.loaded_max = loaded_max.unwrap_or(asked.loaded_max);
        let planned = async |question| Ok(Plan::new(tenant, question, &[], DAY + 2 * DAY_MS).unwrap());
        let (result, _) = explain::explain(&self.tables, asked, planned, &|_, _| ())
            .await
            .unwrap();
        serde_json::to_value(result).unwrap()
    }

    async fn tenant(&self) -> (Tenant, OrganizationId) {
        let organization = self
            .accounts
            .create_organization("trial", None, UnixMs(0))
            .await
            .unwrap();
        let key = self
            .accounts
            .create_api_key(organization, "trial", Scope::Read, UnixMs(0))
            .await
            .unwrap();
        let tenant = self.accounts.authenticate(key.reveal()).unwrap().tenant(None).unwrap();
        (tenant, organization)
    }

    async fn insert(&self, organization: OrganizationId, seed: u64, planted: &Place) {
        let mut random = Random(seed ^ 0xfa_017);
        let attempts: Vec<(Beacon, Enrichment, Receipt<'static>)> = [DAY - DAY_MS, DAY]
            .into_iter()
            .flat_map(|day| (0..ATTEMPTS).map(move |_| day))
            .map(|day| {
                let viewer = random.below(VIEWERS).min(random.below(VIEWERS)) + seed * VIEWERS;
                let place = place(&mut random, viewer);
                let is_faulty =
                    day == DAY && !planted.is_empty() && planted.iter().all(|(name, value)| place[name] == *value);
                attempt(&mut random, organization, day, viewer, &place, is_faulty)
            })
            .collect();
        let rows: Vec<BeaconRow> = attempts
            .iter()
            .map(|(beacon, place, receipt)| BeaconRow::new(beacon, place, receipt))
            .collect();
        let rows: Rows = rows.iter().collect();
        let all = 0..rows.len();
        self.tables
            .insert_beacons(&format!("trial-{organization}"), &rows, all)
            .await
            .unwrap();
    }
}

/// Why a metric is other than the day before.
pub fn asked(metric: &str) -> Value {
    let iso = query::calendar::written_utc;
    json!({"metric": metric, "start": iso(DAY), "end": iso(DAY + DAY_MS), "compare": "day_before",
        "dimensions": ["country", "device_class", "browser", "cdn", "player_version", "os", "video_id"]})
}

/// The part of the attempts that a place has.
fn share_of(planted: &Place, seed: u64) -> f64 {
    let mut random = Random(seed);
    let among = 5_000;
    let inside = (0..among).filter(|_| {
        let viewer = random.below(VIEWERS) + seed * VIEWERS;
        let place = place(&mut random, viewer);
        planted.iter().all(|(name, value)| place[name] == *value)
    });
    inside.count() as f64 / f64::from(among)
}

/// Stalls as they are: most attempts have none, a few have long ones, and some viewers more than others. A fault makes them four times as frequent.
fn attempt(
    random: &mut Random,
    organization: OrganizationId,
    day: i64,
    viewer: u64,
    place: &Place,
    is_faulty: bool,
) -> (Beacon, Enrichment, Receipt<'static>) {
    let line = 0.4 + 1.2 * Random(viewer ^ 0x11ae).unit();
    let often = 0.12 * line * if is_faulty { 4.0 } else { 1.0 };
    let mut totals = Totals {
        first_frame_seen: true,
        startup_any_ms: Some(700),
        startup_wait_ms: 700,
        play_ms: 30_000 + random.below(900_000) as u32,
        end_reason: Some(EndReason::Quit),
        ..Totals::default()
    };
    if random.unit() < often {
        totals.stall_count = 1 + random.below(3) as u32;
        totals.stall_ms = (700.0 * (-(1.0 - random.unit()).ln()).exp().min(30.0)) as u32 * totals.stall_count;
        totals.stall_network_ms = totals.stall_ms;
        totals.stall_ms_max = totals.stall_ms;
    }
    totals.media_ms = totals.play_ms;
    let started_at = UnixMs(day + random.below(DAY_MS as u64) as i64);
    let text = |name: &str| place.get(name).map(|value| (*value).to_owned());
    let beacon = Beacon {
        attempt_id: AttemptId(Uuid::from_u64_pair(random.next(), random.next())),
        sequence: 0,
        started_at_ms: started_at,
        kind: BeaconKind::End,
        state: State::Quit,
        interval: Interval {
            from_ms: 0,
            to_ms: totals.play_ms + totals.stall_ms + 700,
            state: State::Playing,
            ..Interval::default()
        },
        totals,
        context: Some(
            Context {
                viewer_id: Some(format!("viewer-{viewer}")),
                cdn: text("cdn"),
                player_version: text("player_version"),
                video_id: Some(format!("video-{}", random.below(20))),
                ..Context::default()
            }
            .into(),
        ),
    };
    let enrichment = Enrichment {
        country: text("country"),
        device_class: text("device_class"),
        browser: text("browser"),
        os: Some(random.pick(&["Windows", "Android", "iOS"]).to_owned()),
        ..Enrichment::default()
    };
    let receipt = Receipt {
        organization_id: organization,
        received_at: UnixMs(started_at.0 + 1_000),
        started_at,
        skew_ms: 0,
        unknown_fields: "",
    };
    (beacon, enrichment, receipt)
}
