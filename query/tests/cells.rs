//! Cells and attempts say the same, on the real engine: every metric, asked in every way that cells can answer, before and after they are
//! built; and cells stop counting when something is written that they do not have.
#![allow(clippy::unwrap_used, missing_docs)]

mod prepared;

use std::sync::Arc;

use accounts::{Accounts, Scope, Tenant};
use engine::testing::EngineProcess;
use prepared::prepared_engine;
use prometheus::Registry;
use query::{
    builder::{LargeDays, Pass, add_up, build_all, sweep},
    plan::Plan,
    request::{self, AskedMetric},
    run::run,
    sql::cells::{Extent, TicksFrom},
    tables::Tables,
};
use schemas::{OrganizationId, UnixMs};
use serde_json::{Value, json};
use simulator::{Scenario, generate::Backfill, world::World};
use store::{BeaconRow, Enrichment, Receipt, Retention, Rows, Statement, Store, StoreConfig, Table};

/// 2026-11-20T12:00:00Z.
const NOW_MS: i64 = 1_795_176_000_000;
const DAY_MS: i64 = 86_400_000;

struct Stand {
    store: Store,
    tables: Tables,
    registry: Registry,
    organization: OrganizationId,
    tenant: Tenant,
    _engine: EngineProcess,
    _folder: tempfile::TempDir,
}

impl Stand {
    /// Some days of a small audience, and some bots.
    async fn start(days: u32) -> Self {
        let stand = Self::empty().await;
        stand.insert("past", &stand.rows(7, days, 150.0, |_| true)).await;
        stand
    }

    /// Nobody was there.
    async fn empty() -> Self {
        // The audience is of a fixed day.
        let retention = Retention {
            beacons_days: 10_000,
            ..Retention::default()
        };
        let engine = prepared_engine(&retention).await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::connect(StoreConfig::embedded(&engine.url));
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        let organization = accounts.create_organization("cells", None, UnixMs(0)).await.unwrap();
        let tenant = accounts.tenant(organization).unwrap();
        let key = accounts
            .create_api_key(organization, "cells", Scope::Read, UnixMs(0))
            .await
            .unwrap();
        assert_eq!(
            accounts.authenticate(key.reveal()).unwrap().tenant(None).unwrap(),
            tenant
        );
        let registry = Registry::new();
        Self {
            tables: Tables::new(store.clone(), &registry).unwrap(),
            registry,
            store,
            organization,
            tenant,
            _engine: engine,
            _folder: folder,
        }
    }

    /// The beacons of an audience that are `kept`, by number.
    fn rows(&self, seed: u64, days: u32, attempts_per_day: f64, kept: impl Fn(usize) -> bool) -> Rows {
        let audience = self.audience(seed, days, attempts_per_day);
        let kept = audience.iter().enumerate().filter(|(index, _)| kept(*index));
        kept.map(|(_, (_, row))| row).collect()
    }

    /// Beacons, each with when it is received, ms since 1970.
    fn audience(&self, seed: u64, days: u32, attempts_per_day: f64) -> Vec<(i64, BeaconRow)> {
        let scenario = Scenario {
            seed,
            now_ms: UnixMs(NOW_MS),
            backfill_days: days,
            attempts_per_day,
            viewers: 300,
            ..Scenario::default()
        };
        let mut rows = Vec::new();
        for request in Backfill::new(Arc::new(World::new(scenario).unwrap())) {
            for (beacon, facts) in request.batch.beacons.iter().zip(&request.facts) {
                let is_bot = beacon.attempt_id.0.as_u128() % 13 == 0;
                let enrichment = Enrichment {
                    browser: facts.attribute("browser"),
                    os: facts.attribute("os"),
                    country: facts.attribute("country"),
                    region: facts.attribute("region"),
                    isp: facts.attribute("isp"),
                    device_class: if is_bot {
                        Some("bot".to_owned())
                    } else {
                        facts.attribute("device_class")
                    },
                    ..Enrichment::default()
                };
                let receipt = Receipt {
                    organization_id: self.organization,
                    received_at: UnixMs(beacon.started_at_ms.0 + i64::from(beacon.interval.to_ms)),
                    started_at: beacon.started_at_ms,
                    skew_ms: 0,
                    unknown_fields: "",
                };
                rows.push((receipt.received_at.0, BeaconRow::new(beacon, &enrichment, &receipt)));
            }
        }
        rows
    }

    async fn insert(&self, token: &str, rows: &Rows) {
        self.store.insert_beacons(token, rows, 0..rows.len()).await.unwrap();
    }

    /// The answer to a question, and what it came from.
    async fn ask(&self, question: &Value) -> (Value, String) {
        self.ask_at(&self.tables, question, NOW_MS).await
    }

    /// The same whether attempts are read as they stand, because they are few, or by statements of sums.
    async fn ask_at(&self, tables: &Tables, question: &Value, now_ms: i64) -> (Value, String) {
        let answer = self.ask_once(tables, question, now_ms, None).await;
        let told = self.ask_once(tables, question, now_ms, Some(0)).await;
        assert_same(&answer.0, &told.0, &question.to_string());
        assert_eq!(answer.1, told.1, "{question}");
        answer
    }

    /// `gathered_max`: how many attempts may be read as they stand, where that is not as usual.
    async fn ask_once(
        &self,
        tables: &Tables,
        question: &Value,
        now_ms: i64,
        gathered_max: Option<usize>,
    ) -> (Value, String) {
        let asked = request::parse(question).unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut plan = Plan::new(self.tenant, asked, &[], now_ms).unwrap();
        plan.gathered_max = gathered_max.unwrap_or(plan.gathered_max);
        let (result, messages) = run(tables, plan, &|_, _| ()).await.unwrap();
        let mut result = serde_json::to_value(result).unwrap();
        let object = result.as_object_mut().unwrap();
        object.remove("tookMs").unwrap();
        let source = object.remove("source").unwrap().as_str().unwrap().to_owned();
        let texts: Vec<String> = messages.into_iter().map(|message| message.text).collect();
        object.insert("messages".to_owned(), json!(texts));
        (result, source)
    }
}

/// Questions that cells answer.
fn questions() -> Vec<Value> {
    let at = |hours: i64| query::calendar::written_utc(NOW_MS + hours * 3_600_000);
    let metrics = json!([
        "attempts",
        "good_share",
        "rebuffer_ratio",
        "bitrate_avg_bps",
        "startup_any_ms_p95",
        "play_ms"
    ]);
    let question = |more: Value| {
        let mut question = json!({"metrics": metrics, "start": at(-72 - 12), "end": at(-12)});
        question
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        question
    };
    // What cells do not have alone: viewers one by one, viewers at a moment, renditions.
    let names: Vec<String> = AskedMetric::names()
        .into_iter()
        .filter(|name| !name.ends_with("_by_rendition"))
        .filter(|name| !name.starts_with("unique_viewers") && !name.starts_with("concurrent_viewers"))
        .collect();
    let every_metric = names
        .chunks(10)
        .map(|names| question(json!({"metrics": names, "compare": ["day_before"]})));
    let mut questions: Vec<Value> = every_metric.collect();
    questions.extend([
        question(json!({"compare": ["auto", "day_before"]})),
        // Viewers are told by the attempts, beside cells.
        question(json!({"metrics": ["unique_viewers", "rebuffer_ratio"], "dimensions": ["cdn"], "interval": "day", "compare": ["day_before"]})),
        question(json!({"metrics": ["unique_viewers", "attempts"], "start": at(-100), "end": at(1), "orderBy": [{"name": "unique_viewers"}], "dimensions": ["browser"]})),
        // Ragged at both ends, up to now.
        question(json!({"start": at(-100), "end": at(1), "compare": ["last_week"]})),
        question(json!({"start": query::calendar::written_utc(NOW_MS - 3 * DAY_MS - 1_234_567)})),
        question(json!({"dimensions": ["cdn"], "compare": ["auto"]})),
        question(json!({"dimensions": ["country", "cdn"]})),
        question(json!({"dimensions": ["region"], "interval": "day"})),
        question(json!({"interval": "hour"})),
        question(json!({"interval": "day", "timezone": "Europe/Vienna", "dimensions": ["device_class"]})),
        question(json!({"interval": "week", "timezone": "Asia/Kolkata"})),
        question(
            json!({"filters": [{"attribute": "cdn", "operator": "NE", "value": "cdn-a"}], "dimensions": ["browser"]}),
        ),
        question(json!({"filters": [{"attribute": "video_id", "operator": "CONTAINS", "value": "1"}]})),
        question(json!({"includeBots": true, "dimensions": ["device_class"]})),
        question(json!({"dimensions": ["browser"], "compare": [{"cohort": {"filters":
            [{"attribute": "cdn", "operator": "EQ", "value": "cdn-b"}]}, "label": "b"}]})),
    ]);
    questions
}

/// As equal as sums are that were added in another order: whole numbers exactly, others to 12 digits.
fn assert_same(ours: &Value, theirs: &Value, place: &str) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            assert_eq!(
                ours.keys().collect::<Vec<_>>(),
                theirs.keys().collect::<Vec<_>>(),
                "{place}"
            );
            for (key, ours) in ours {
                assert_same(ours, &theirs[key], &format!("{place}.{key}"));
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            assert_eq!(ours.len(), theirs.len(), "{place}");
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                assert_same(ours, theirs, &format!("{place}[{index}]"));
            }
        }
        (Value::Number(ours), Value::Number(theirs)) if ours.is_f64() => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            assert!(
                (ours - theirs).abs() <= 1e-12 * ours.abs(),
                "{place}: {ours} and {theirs}"
            );
        }
        _ => assert_eq!(ours, theirs, "{place}"),
    }
}

#[tokio::test]
async fn cells_and_attempts_say_the_same() {
    let stand = Stand::start(6).await;
    let mut attempts = Vec::new();
    for question in questions() {
        let (answer, source) = stand.ask(&question).await;
        assert_eq!(source, "impressions", "{question}");
        assert!(!answer["rows"].as_array().unwrap().is_empty(), "{question}");
        attempts.push(answer);
    }
    // Of a few minutes only the attempts that began in them are merged, and every one of them.
    let of_minutes = async |from: i64, to: i64| {
        let at = |minutes: i64| query::calendar::written_utc(NOW_MS - 40 * 3_600_000 + minutes * 60_000);
        let question =
            json!({"metrics": ["attempts", "play_ms"], "start": at(from), "end": at(to), "includeBots": true});
        let answer = stand.ask(&question).await.0;
        ["attempts", "play_ms"].map(|name| answer["rows"][0]["values"][name]["value"].as_f64().unwrap_or_default())
    };
    let mut quarters = [0.0; 2];
    for quarter in 0..24 {
        let of_quarter = of_minutes(quarter * 15, (quarter + 1) * 15).await;
        quarters = std::array::from_fn(|place| quarters[place] + of_quarter[place]);
    }
    assert_eq!(quarters, of_minutes(0, 360).await);
    assert!(quarters[0] > 10.0, "somebody watched");

    let days = stand.build().await;
    // Six days of Vienna begin in seven of UTC. Today is not over.
    assert_eq!(days, 7);
    for (question, attempts) in questions().iter().zip(&attempts) {
        let (answer, source) = stand.ask(question).await;
        assert_eq!(source, "cells", "{question}");
        assert_same(&answer, attempts, &question["dimensions"].to_string());
    }
    assert_eq!(stand.build().await, 0, "they count");

    // What cells cannot tell is read from the attempts.
    let at = |hours: i64| query::calendar::written_utc(NOW_MS + hours * 3_600_000);
    for more in [
        json!({"dimensions": ["city"]}),
        json!({"dimensions": ["page_host", "video_id"]}),
        json!({"interval": "minute", "start": at(-40), "end": at(-38)}),
        json!({"interval": "day", "timezone": "Europe/Vienna", "dimensions": ["isp"]}),
        json!({"by": "end"}),
        json!({"metrics": ["unique_viewers"]}),
        json!({"filters": [{"attribute": "cdn", "operator": "EQ", "value": "cdn-a"}], "dimensions": ["country", "browser"]}),
        // No day of it is over.
        json!({"start": at(-11), "end": at(0)}),
    ] {
        let mut question = json!({"metrics": ["attempts"], "start": at(-84), "end": at(-12)});
        question
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        assert_eq!(stand.ask(&question).await.1, "impressions", "{question}");
    }

    // A day of many attempts is read in passes, of few in one; they are the same cells.
    let day = NOW_MS.div_euclid(DAY_MS) * DAY_MS - 2 * DAY_MS;
    let of_version = async |version: i64| {
        let statement = Statement::new(
            "SELECT count() AS cells, groupBitXor(cityHash64(toString(tuple(* EXCEPT version)))) AS hash, sum(sum_play_ms) AS play_ms \
             FROM day_cells WHERE version = {version:UInt64}",
        );
        let told = stand
            .store
            .fetch_bytes(&statement.bind("version", version), "JSONEachRow")
            .await;
        serde_json::from_slice::<Value>(&told.unwrap()).unwrap()
    };
    let mut sides = Vec::new();
    for (chance, held) in [(1, 40), (2, 1_000_000)] {
        let version = query::cells::version_of(NOW_MS, chance);
        let whole = Extent::Whole(TicksFrom::Beacons);
        let passes = add_up(&stand.store, stand.tenant, day, version, whole, held).await;
        assert_eq!(passes.unwrap() > 1, held == 40);
        let side = of_version(version).await;
        assert!(side["play_ms"].as_f64().unwrap() > 0.0, "{side}");
        sides.push(side);
    }
    assert_eq!(sides[0], sides[1]);

    // What is being built takes nothing from what counts, whatever is merged meanwhile.
    stand
        .store
        .execute(&Statement::new("OPTIMIZE TABLE day_cells FINAL"))
        .await
        .unwrap();
    for (question, attempts) in questions().iter().zip(&attempts) {
        let (answer, source) = stand.ask(question).await;
        assert_eq!(source, "cells", "{question}");
        assert_same(&answer, attempts, &question["dimensions"].to_string());
    }
    // What nobody noted is deleted, and nothing else.
    let now_ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now_ms = now_ms.unwrap().as_millis() as i64;
    assert_eq!(sweep(&stand.store, now_ms).await.unwrap(), 2);
    assert_eq!(sweep(&stand.store, now_ms).await.unwrap(), 0);
    assert_eq!(of_version(query::cells::version_of(NOW_MS, 1)).await["cells"], 0);
    let question = &questions()[0];
    assert_same(&stand.ask(question).await.0, &attempts[0], "swept");
}

#[tokio::test]
async fn a_day_that_was_written_to_counts_again_when_it_is_built_again() {
    let stand = Stand::start(4).await;
    assert_eq!(stand.build().await, 5);
    let at = |hours: i64| query::calendar::written_utc(NOW_MS + hours * 3_600_000);
    let question = json!({"metrics": ["attempts", "play_ms", "rebuffer_ratio", "startup_any_ms_p50"],
        "start": at(-84), "end": at(-12), "interval": "day", "dimensions": ["cdn"]});
    let count = |answer: &Value| -> u64 {
        let rows = answer["rows"].as_array().unwrap();
        rows.iter()
            .map(|row| row["values"]["attempts"]["value"].as_f64().unwrap() as u64)
            .sum()
    };
    let before = stand.ask(&question).await.0;

    // Beacons that were kept on devices for a while.
    let late = stand.rows(8, 2, 20.0, |index| index % 3 != 0);
    stand.insert("late", &late).await;
    let (with_late, source) = stand.ask(&question).await;
    assert!(count(&with_late) > count(&before), "late attempts count at once");
    // Where there are more attempts than may be read as they stand, statements tell.
    let too_many = stand.ask_once(&stand.tables, &question, NOW_MS, Some(3)).await.0;
    assert_same(&too_many, &with_late, "too many to be held");
    assert_eq!(source, "cells", "of the days that got none");
    let built = stand.build().await;
    // An hour at a day's border belongs to both.
    assert!((2..=3).contains(&built), "{built} days");
    let (again, source) = stand.ask(&question).await;
    assert_eq!(source, "cells");
    assert_same(&again, &with_late, "late");

    // A viewer leaves.
    let viewer = stand.some_viewer().await;
    let gone = stand
        .store
        .attempts_of_viewer(stand.organization, &viewer)
        .await
        .unwrap();
    assert!(!gone.is_empty());
    stand.store.erase_attempts(stand.organization, &gone).await.unwrap();
    let (without, _) = stand.ask(&question).await;
    assert!(count(&without) < count(&again), "what was erased counts no longer");
    stand.build().await;
    let (rebuilt, source) = stand.ask(&question).await;
    assert_eq!(source, "cells");
    assert_same(&rebuilt, &without, "erased");
}

/// A day that goes on: its cells tell up to an hour, and the attempts that were not over are read beside them.
#[tokio::test]
async fn of_a_day_that_goes_on_cells_and_attempts_say_the_same() {
    const HOUR_MS: i64 = 3_600_000;
    const MINUTE_MS: i64 = 60_000;
    let then = NOW_MS - 3 * HOUR_MS + 40 * MINUTE_MS;
    let (stand, truth) = (Stand::empty().await, Stand::empty().await);
    let audience = [&stand, &truth].map(|stand| stand.audience(7, 2, 2_500.0));
    let rows = |audience: &[(i64, BeaconRow)], kept: &dyn Fn(usize, i64) -> bool| -> Rows {
        let kept = audience
            .iter()
            .enumerate()
            .filter(|(index, (received, _))| kept(*index, *received));
        kept.map(|(_, (_, row))| row).collect()
    };
    // Beacons of this night that stay away for now: one, and twenty.
    let night = NOW_MS - 12 * HOUR_MS..NOW_MS - 5 * HOUR_MS;
    let night: Vec<usize> = (0..audience[0].len())
        .filter(|index| night.contains(&audience[0][*index].0))
        .collect();
    let (one, twenty) = (&night[30..31], &night[40..60]);
    let on_time = |index: usize| !one.contains(&index) && !twenty.contains(&index);
    let insert_late = async |name: &str, late: &[usize]| {
        for (stand, audience) in [&stand, &truth].into_iter().zip(&audience) {
            stand
                .insert(name, &rows(audience, &|index, _| late.contains(&index)))
                .await;
        }
    };
    truth
        .insert("on time", &rows(&audience[1], &|index, _| on_time(index)))
        .await;
    let before = |index, received| on_time(index) && received <= then;
    stand.insert("before", &rows(&audience[0], &before)).await;

    let at = |hours: i64| query::calendar::written_utc(NOW_MS + hours * HOUR_MS);
    let question = |more: Value| {
        let mut question = json!({"metrics": ["attempts", "good_share", "rebuffer_ratio", "startup_any_ms_p95", "play_ms", "exit_before_start"],
            "start": at(-60), "end": at(0)});
        let more = more.as_object().unwrap().clone();
        question.as_object_mut().unwrap().extend(more);
        question
    };
    let questions = [
        question(json!({"compare": ["auto", "day_before"]})),
        question(json!({"dimensions": ["cdn"], "compare": ["day_before"]})),
        question(json!({"dimensions": ["cdn", "country"]})),
        question(json!({"interval": "hour"})),
        question(json!({"interval": "day", "timezone": "Asia/Kolkata"})),
        // Of today alone.
        question(json!({"start": at(-9), "compare": ["day_before"]})),
        question(json!({"includeBots": true, "dimensions": ["browser"]})),
        question(json!({"metrics": ["unique_viewers", "concurrent_viewers", "attempts"]})),
        question(json!({"filters": [{"attribute": "cdn", "operator": "EQ", "value": "cdn-b"}], "start": at(-36)})),
    ];
    let mut keeper = LargeDays::default();
    let known = |organization| (organization == stand.organization).then_some(stand.tenant);
    let mut pass = async |now_ms: i64| keeper.pass(&stand.store, known, now_ms, 1, 0).await.unwrap();
    let tell = async |stand: &Stand| {
        let mut told = Vec::new();
        for question in &questions {
            told.push(stand.ask(question).await);
        }
        told
    };
    let is_same = async |theirs: &[(Value, String)], place: &str| {
        for (question, (theirs, (ours, source))) in questions.iter().zip(theirs.iter().zip(tell(&stand).await)) {
            assert!(["cells", "beacons"].contains(&source.as_str()), "{place}: {question}");
            assert_same(&ours["rows"], &theirs.0["rows"], &format!("{place}: {question}"));
        }
    };

    stand.build().await;
    let built = pass(then).await;
    assert_eq!((built.built, built.compared), (1, 0));
    let left_out = stand.left_out().await;
    assert!(left_out > 0, "somebody watched");
    assert_eq!(pass(then).await, Pass::default(), "nothing is due");
    let after = |index, received| on_time(index) && received > then;
    stand.insert("after", &rows(&audience[0], &after)).await;
    let theirs = tell(&truth).await;
    is_same(&theirs, "goes on").await;
    let compared = pass(then + MINUTE_MS).await;
    assert_eq!((compared.built, compared.compared), (0, 1));
    is_same(&theirs, "compared").await;

    // Up to another hour.
    assert_eq!(pass(NOW_MS).await.built, 1);
    assert!(stand.left_out().await > left_out);
    is_same(&theirs, "built again").await;

    // Late beacons of attempts that are over. One in a thousand counts when the day is built again, of many the attempts tell at once.
    let today = question(json!({"start": at(-36), "metrics": ["attempts", "play_ms"], "includeBots": true}));
    insert_late("one", one).await;
    assert_ne!(
        stand.ask(&today).await.0["completeness"],
        truth.ask(&today).await.0["completeness"]
    );
    assert_eq!(pass(NOW_MS + MINUTE_MS).await.compared, 1);
    assert_eq!(pass(NOW_MS + 2 * MINUTE_MS).await, Pass::default(), "not yet old");
    assert_eq!(pass(NOW_MS + 11 * MINUTE_MS).await.built, 1);
    assert_eq!(
        stand.ask(&today).await.0["completeness"],
        truth.ask(&today).await.0["completeness"]
    );
    is_same(&tell(&truth).await, "one").await;
    insert_late("twenty", twenty).await;
    assert_eq!(stand.ask(&today).await.1, "cells");
    assert_eq!(pass(NOW_MS + 12 * MINUTE_MS).await.compared, 1);
    assert_eq!(stand.ask(&today).await.1, "impressions", "the cells count no longer");
    assert_eq!(pass(NOW_MS + 13 * MINUTE_MS).await.built, 1);
    assert_eq!(stand.ask(&today).await.1, "cells");
    is_same(&tell(&truth).await, "twenty").await;

    // A viewer leaves.
    let viewer = stand.some_viewer().await;
    for stand in [&stand, &truth] {
        let gone = stand
            .store
            .attempts_of_viewer(stand.organization, &viewer)
            .await
            .unwrap();
        stand.store.erase_attempts(stand.organization, &gone).await.unwrap();
    }
    let ((ours, source), (theirs, _)) = (stand.ask(&today).await, truth.ask(&today).await);
    assert_eq!(source, "impressions", "at once");
    assert_same(&ours["rows"], &theirs["rows"], "erased");
}

/// Viewers at each moment: what was counted by the hour and what the beacons say, before and after.
#[tokio::test]
async fn viewers_at_each_moment_are_as_many_in_cells_as_in_beacons() {
    let stand = Stand::start(5).await;
    let at = |hours: i64| query::calendar::written_utc(NOW_MS + hours * 3_600_000);
    let ragged = query::calendar::written_utc(NOW_MS - 2 * DAY_MS - 1_234_567);
    let question = |more: Value| {
        let mut question = json!({"metrics": ["concurrent_viewers", "attempts"], "start": at(-72), "end": at(-12)});
        let more = more.as_object().unwrap().clone();
        question.as_object_mut().unwrap().extend(more);
        question
    };
    let questions = [
        (question(json!({"compare": ["day_before", "auto"]})), "cells"),
        (
            question(
                json!({"metrics": ["concurrent_viewers"], "start": ragged, "end": query::calendar::written_utc(NOW_MS - DAY_MS + 77_777)}),
            ),
            "cells",
        ),
        (question(json!({"interval": "hour", "fill": true})), "cells"),
        (
            question(json!({"interval": "day", "timezone": "Asia/Kolkata", "dimensions": ["country"]})),
            "cells",
        ),
        (
            question(
                json!({"dimensions": ["player_version"], "orderBy": [{"name": "concurrent_viewers", "order": "DESC"}]}),
            ),
            "cells",
        ),
        (
            question(json!({"filters": [{"attribute": "cdn", "operator": "NE", "value": "cdn-a"}], "start": ragged})),
            "cells",
        ),
        (question(json!({"includeBots": true})), "cells"),
        // Some who watch began on a day that is not over.
        (question(json!({"start": ragged, "end": at(1)})), "beacons"),
        (
            question(json!({"metrics": ["concurrent_viewers"], "start": at(-11), "end": at(0)})),
            "beacons",
        ),
        // What cells do not tell.
        (question(json!({"dimensions": ["browser", "cdn"]})), "beacons"),
        (
            question(json!({"metrics": ["concurrent_viewers", "concurrent_viewers_max"]})),
            "beacons",
        ),
        (
            question(json!({"interval": "minute", "start": at(-40), "end": at(-36)})),
            "beacons",
        ),
    ];
    let mut from_beacons = Vec::new();
    for (question, _) in &questions {
        let (answer, source) = stand.ask(question).await;
        assert_eq!(source, "beacons", "{question}");
        let rows = answer["rows"].as_array().unwrap();
        let some = |row: &Value| row["values"]["concurrent_viewers"]["value"].as_f64() > Some(0.0);
        assert!(rows.iter().any(some), "{question}");
        from_beacons.push(answer);
    }
    assert!(stand.build().await > 0);
    for ((question, expected), from_beacons) in questions.iter().zip(&from_beacons) {
        let (answer, source) = stand.ask(question).await;
        assert_eq!(source, *expected, "{question}");
        assert_same(&answer, from_beacons, &question.to_string());
    }

    // Beacons that come twice, and late ones, change nothing but what they should.
    let (question, _) = &questions[0];
    stand.insert("late", &stand.rows(8, 2, 20.0, |_| true)).await;
    let with_late = stand.ask(question).await.0;
    assert_ne!(with_late["rows"], from_beacons[0]["rows"]);
    stand
        .insert("again", &stand.rows(8, 2, 20.0, |index| index % 2 == 0))
        .await;
    assert_same(&stand.ask(question).await.0["rows"], &with_late["rows"], "again");
    assert!(stand.build().await > 0);
    let (rebuilt, source) = stand.ask(question).await;
    assert_eq!(source, "cells");
    assert_same(&rebuilt["rows"], &with_late["rows"], "rebuilt");
}

/// Beacons are kept for less long than attempts. What was counted of them stays.
#[tokio::test]
async fn a_day_that_is_built_again_without_its_beacons_keeps_its_viewers_at_each_moment() {
    let stand = Stand::start(4).await;
    assert_eq!(stand.build().await, 5);
    let at = |hours: i64| query::calendar::written_utc(NOW_MS + hours * 3_600_000);
    let question =
        json!({"metrics": ["concurrent_viewers", "attempts"], "start": at(-60), "end": at(-36), "dimensions": ["cdn"]});
    let told = async |name: &str| -> Vec<(Value, Value)> {
        let rows = stand.ask(&question).await.0["rows"].as_array().unwrap().clone();
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row["dimensions"]["cdn"].clone(), row["values"][name]["value"].clone()))
            .collect();
        told.sort_by_key(|(cdn, _)| cdn.to_string());
        told
    };
    let (viewers, attempts) = (told("concurrent_viewers").await, told("attempts").await);
    assert!(viewers.iter().any(|(_, viewers)| viewers.as_f64() > Some(0.0)));

    let gone = stand
        .store
        .erase_older(stand.organization, Table::Beacons, UnixMs(NOW_MS))
        .await
        .unwrap();
    assert!(gone > 0);
    stand.insert("late", &stand.rows(8, 3, 30.0, |_| true)).await;
    assert!(stand.build().await >= 3);
    assert_ne!(told("attempts").await, attempts, "built again");
    assert_eq!(told("concurrent_viewers").await, viewers);
}

/// What cells said is said again from memory, and only as long as it is what they say.
#[tokio::test]
async fn what_cells_said_is_kept_until_a_day_of_it_is_built_again() {
    let stand = Stand::start(4).await;
    assert_eq!(stand.build().await, 5);
    let asked = |minutes: i64| {
        json!({"metrics": ["attempts", "play_ms", "rebuffer_ratio", "startup_any_ms_p50"], "compare": ["day_before"],
            "start": query::calendar::written_utc(NOW_MS - 60 * 3_600_000),
            "end": query::calendar::written_utc(NOW_MS - 12 * 3_600_000 + minutes * 60_000)})
    };
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        i64::try_from(since.unwrap().as_millis()).unwrap()
    };
    let later = || now() + 11 * 60_000;

    let ask = async |question: &Value, now_ms: i64| stand.ask_once(&stand.tables, question, now_ms, None).await;
    let young = ask(&asked(1), now()).await;
    assert_eq!(stand.answers(), [0, 0], "another replica may not have every row yet");
    let first = ask(&asked(1), later()).await;
    assert_eq!(first, young);
    let [read, kept] = stand.answers();
    assert_eq!(
        [read, kept],
        [2, 0],
        "of the range, and of the day before, which shares a day with it"
    );
    let again = ask(&asked(1), later()).await;
    assert_eq!(again, first);
    assert_eq!(stand.answers(), [read, read]);
    // A range up to now is another one every time; what cells tell of it is the same for an hour.
    let moved = ask(&asked(31), later()).await;
    assert_eq!(stand.answers(), [read, 2 * read]);
    let anew = async |question: &Value| {
        let nothing_kept = Tables::new(stand.store.clone(), &Registry::new()).unwrap();
        stand.ask_once(&nothing_kept, question, later(), None).await
    };
    assert_eq!(moved, anew(&asked(31)).await);

    let late = stand.rows(8, 2, 40.0, |_| true);
    stand.insert("late", &late).await;
    let with_late = ask(&asked(1), later()).await;
    assert_ne!(with_late.0["rows"], first.0["rows"]);
    assert_eq!(with_late, anew(&asked(1)).await);
    assert!(stand.build().await > 0);
    let rebuilt = ask(&asked(1), later()).await;
    assert_same(&rebuilt.0, &with_late.0, "late");
    assert_eq!(rebuilt, anew(&asked(1)).await);
}

impl Stand {
    /// How many answers of cells were read from the tables, and how many from memory.
    fn answers(&self) -> [u64; 2] {
        let families = self.registry.gather();
        let family = families
            .iter()
            .find(|family| family.name() == "playhead_query_cell_answers_total");
        ["tables", "memory"].map(|from| {
            let mut metrics = family.iter().flat_map(|family| family.get_metric());
            let of = metrics.find(|metric| metric.get_label()[0].value() == from);
            of.map_or(0, |metric| metric.get_counter().get_value() as u64)
        })
    }

    /// How many attempts the cells of all versions leave out.
    async fn left_out(&self) -> u64 {
        let statement = Statement::new(
            "SELECT count() AS attempts FROM cells_left_out WHERE organization_id = {organization:UUID}",
        );
        let statement = statement.bind("organization", self.organization);
        let counted = self.store.fetch_bytes(&statement, "JSONEachRow").await.unwrap();
        let counted: Value = serde_json::from_slice(&counted).unwrap();
        counted["attempts"].as_u64().unwrap()
    }

    /// Builds what is over; returns how many days that were.
    async fn build(&self) -> usize {
        let known = |organization| (organization == self.organization).then_some(self.tenant);
        build_all(&self.store, known, NOW_MS, 2).await.unwrap()
    }

    /// The viewer with the most attempts in the days that are asked about.
    async fn some_viewer(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Viewer {
            viewer_id: String,
        }
        let statement = store::Statement::new(
            "SELECT viewer_id FROM impressions WHERE started_hour >= toDateTime({from:Int64}) AND started_hour < toDateTime({to:Int64}) \
             AND viewer_id != '' GROUP BY viewer_id ORDER BY count() DESC, viewer_id LIMIT 1",
        )
        .bind("from", (NOW_MS - 84 * 3_600_000) / 1_000)
        .bind("to", (NOW_MS - 12 * 3_600_000) / 1_000);
        let viewers: Vec<Viewer> = self.store.fetch(&statement).await.unwrap();
        viewers.into_iter().next().unwrap().viewer_id
    }
}
