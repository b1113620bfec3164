//! The door with a real engine behind it: what is acknowledged is in ClickHouse, once, with what the server knows.
#![allow(clippy::unwrap_used, missing_docs)]

mod proxy;
mod support;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use engine::testing::EngineProcess;
use proxy::{Fault, Proxy};
use serde_json::{Value, json};
use store::{Migration, Retention, Statement, Store, StoreConfig};
use support::{Door, NOW, answer, attempt, batch, beacon, folder, nowhere};

/// The tests' clock stands in 2025; no row may be too old for its table.
const FOR_EVER: Retention = Retention {
    beacons_days: 3_650,
    impressions_days: 3_650,
};

async fn prepared() -> (EngineProcess, Store) {
    let engine = EngineProcess::prepared((Migration::ALL, FOR_EVER), async |url| {
        Store::connect(StoreConfig::embedded(url))
            .migrate(&FOR_EVER)
            .await
            .unwrap();
    })
    .await;
    let store = Store::connect(StoreConfig::embedded(&engine.url));
    (engine, store)
}

async fn ask(store: &Store, sql: &str) -> Value {
    let rows: Vec<Value> = store.fetch(&Statement::new(sql)).await.unwrap();
    Value::from(rows)
}

/// Waits until ClickHouse has confirmed `count` beacons to this door.
async fn stored(door: &Door, count: u64) {
    let until = Instant::now() + Duration::from_secs(30);
    // The counter has no event to wait for.
    while door.metric("beacons_stored_total") < count as f64 {
        assert!(Instant::now() < until, "{:?}", door.account());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[actix_web::test]
async fn a_beacon_is_in_clickhouse_within_seconds_with_browser_place_and_corrected_start() {
    let (_engine, store) = prepared().await;
    let folder = folder();
    let door = Door::open(folder.path(), store.clone()).await;
    // The sender's clock is an hour slow, and by the second batch it estimates itself 250 ms differently.
    let slow = |mut batch: Value, late_ms: i64| {
        batch["sent_at_ms"] = json!(NOW - 3_600_000 - late_ms);
        batch["beacons"][0]["started_at_ms"] = json!(NOW - 3_620_000);
        batch
    };
    let agent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
    let send = |body: Value| {
        let request = door
            .request()
            .header("User-Agent", agent)
            .header("X-Geo-Country", "AT")
            .header("X-Geo-Asn", "8447");
        request.json(&body)
    };
    assert_eq!(answer(send(slow(batch(vec![beacon(1, 0)]), 0))).await.0, 202);
    let acknowledged = Instant::now();
    stored(&door, 1).await;
    // A second normally; the bound leaves room for a machine that does something else as well.
    let took = acknowledged.elapsed();
    println!("in ClickHouse {took:?} after the acknowledgement");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(answer(send(slow(batch(vec![beacon(1, 1)]), 250))).await.0, 202);
    stored(&door, 2).await;
    let sql = "SELECT attempt_id, sequence, toUnixTimestamp64Milli(started_at) AS started_at, skew_ms, browser, browser_version, os, \
               device_class, country, asn, viewer_id, custom['plan'] AS plan, play_ms FROM beacons ORDER BY sequence";
    let row = |sequence: u32, play_ms: u32| {
        json!({"attempt_id": attempt(1), "sequence": sequence, "started_at": NOW - 20_000, "skew_ms": 3_600_000, "browser": "Chrome",
            "browser_version": "142", "os": "Android", "device_class": "phone", "country": "AT", "asn": "8447", "viewer_id": "v1",
            "plan": "gold", "play_ms": play_ms})
    };
    assert_eq!(ask(&store, sql).await, json!([row(0, 9_500), row(1, 19_500)]));
    assert_eq!(door.account(), [2, 2, 0, 0, 0]);
    door.close().await;
}

#[actix_web::test]
async fn what_one_process_acknowledged_the_next_one_stores_once() {
    let folder = folder();
    // ClickHouse is down: everything stays in the journal.
    let door = Door::open(folder.path(), nowhere()).await;
    for number in 0..20 {
        assert_eq!(
            door.deliver(&batch(vec![beacon(number, 0), beacon(number, 1)])).await.0,
            2
        );
    }
    assert_eq!(door.account(), [40, 0, 0, 0, 40]);
    door.ingest.drain().await;
    door.abandon().await;
    let (_engine, store) = prepared().await;
    let door = Door::open(folder.path(), store.clone()).await;
    // A retry that only the first process would have recognised.
    assert_eq!(
        door.deliver(&batch(vec![beacon(0, 1), beacon(20, 0)])).await,
        (2, 0, vec![])
    );
    stored(&door, 42).await;
    assert_eq!(door.account(), [42, 42, 0, 0, 0]);
    assert_eq!(door.metric("beacons_recovered_total"), 40.0);
    let sql = "SELECT uniqExact(attempt_id, sequence) AS beacons, count() AS rows FROM beacons";
    assert_eq!(ask(&store, sql).await, json!([{"beacons": 41, "rows": 42}]));
    let sql = "SELECT count() AS attempts, sum(play) AS play_ms FROM (SELECT attempt_id, max(play_ms) AS play FROM impressions GROUP BY attempt_id)";
    assert_eq!(
        ask(&store, sql).await,
        json!([{"attempts": 21, "play_ms": 20 * 19_500 + 9_500}])
    );
    door.close().await;
}

#[actix_web::test]
async fn a_range_sent_again_under_its_token_changes_nothing() {
    let (_engine, store) = prepared().await;
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    assert_eq!(
        door.deliver(&batch((0..30).map(|number| beacon(number, 0)).collect()))
            .await
            .0,
        30
    );
    // The journal as it is before ClickHouse's confirmation is noted: the crash that comes between.
    door.ingest.drain().await;
    door.abandon().await;
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder.path().join("journal")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::create_dir_all(copy.path().join("journal")).unwrap();
        std::fs::copy(&path, copy.path().join("journal").join(path.file_name().unwrap())).unwrap();
    }
    for data in [folder.path(), copy.path()] {
        let door = Door::open(data, store.clone()).await;
        stored(&door, 30).await;
        assert_eq!(door.account(), [30, 30, 0, 0, 0]);
        door.close().await;
        assert_eq!(
            ask(&store, "SELECT count() AS rows FROM beacons").await,
            json!([{"rows": 30}])
        );
    }
}

#[actix_web::test]
async fn a_missing_table_costs_no_beacon() {
    let engine = EngineProcess::start();
    let store = Store::connect(StoreConfig::embedded(&engine.url));
    let folder = folder();
    let door = Door::open(folder.path(), store.clone()).await;
    assert_eq!(door.deliver(&batch(vec![beacon(1, 0)])).await.0, 1);
    let until = Instant::now() + Duration::from_secs(30);
    while door.metric("insert_retries_total") < 2.0 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(door.account(), [1, 0, 0, 0, 1]);
    store.migrate(&FOR_EVER).await.unwrap();
    stored(&door, 1).await;
    assert_eq!(door.metric("dead_letters_total"), 0.0);
    door.close().await;
}

#[actix_web::test]
async fn a_row_that_clickhouse_refuses_goes_to_the_dead_letters_and_the_others_are_stored() {
    let (engine, store) = prepared().await;
    let proxy = Proxy::start(&engine.url, |body, _| {
        let has = |text: &[u8]| body.windows(text.len()).any(|window| window == text);
        // Only an insert into `beacons` begins with the names of its columns.
        let poisoned = has(b"poison") && has(b"row_number");
        if poisoned { Fault::Refuse } else { Fault::None }
    });
    let folder = folder();
    let door = Door::open(folder.path(), Store::connect(StoreConfig::embedded(&proxy.url))).await;
    let mut beacons: Vec<Value> = (0..9).map(|number| beacon(number, 0)).collect();
    beacons[4]["context"]["video_title"] = json!("poison");
    assert_eq!(door.deliver(&batch(beacons)).await.0, 9);
    stored(&door, 8).await;
    assert_eq!(door.account(), [9, 8, 0, 1, 0]);
    assert_eq!(door.metric("dead_letters_total"), 1.0);
    assert_eq!(
        ask(
            &store,
            "SELECT count() AS rows, uniqExact(attempt_id) AS attempts FROM beacons"
        )
        .await,
        json!([{"rows": 8, "attempts": 8}])
    );
    let letters = ask(
        &store,
        "SELECT row_number, reason LIKE '%code 53%' AS with_reason, position(row_bytes, 'poison') > 0 AS whole, columns,
                organization_id IN (SELECT organization_id FROM beacons) AS of_the_tenant
         FROM dead_letters",
    )
    .await;
    let columns = store::BeaconRow::COLUMNS.len();
    assert_eq!(
        letters,
        json!([{"row_number": 4, "with_reason": 1, "whole": 1, "columns": columns, "of_the_tenant": 1}])
    );
    door.close().await;
}

#[actix_web::test]
async fn rows_that_are_refused_all_together_hold_nobody_up_and_are_given_up_once_others_are_taken() {
    let (engine, store) = prepared().await;
    let proxy = Proxy::start(&engine.url, |body, _| {
        let has = |text: &[u8]| body.windows(text.len()).any(|window| window == text);
        let poisoned = has(b"poison") && has(b"row_number");
        if poisoned { Fault::Refuse } else { Fault::None }
    });
    let folder = folder();
    let door = Door::open(folder.path(), Store::connect(StoreConfig::embedded(&proxy.url))).await;
    let mut beacons: Vec<Value> = (0..3).map(|number| beacon(number, 0)).collect();
    for beacon in &mut beacons {
        beacon["context"]["video_title"] = json!("poison");
    }
    assert_eq!(door.deliver(&batch(beacons)).await.0, 3);
    let until = Instant::now() + Duration::from_secs(30);
    let wait = async |name: &str, least: f64| {
        while door.metric(name) < least {
            assert!(Instant::now() < until, "{name}: {:?}", door.account());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Tried again for a while: it may be the table that takes nothing.
    wait("insert_retries_total", 2.0).await;
    assert_eq!(door.account(), [3, 0, 0, 0, 3]);
    assert_eq!(door.deliver(&batch(vec![beacon(7, 0)])).await.0, 1);
    stored(&door, 1).await;
    wait("beacons_rejected_total", 3.0).await;
    assert_eq!(door.account(), [4, 1, 0, 3, 0]);
    let sql = "SELECT (SELECT count() FROM beacons) AS stored, (SELECT count() FROM dead_letters) AS dead";
    assert_eq!(ask(&store, sql).await, json!([{"stored": 1, "dead": 3}]));
    door.close().await;
}

#[actix_web::test]
async fn after_an_outage_the_newest_and_the_oldest_go_in_turns() {
    let folder = folder();
    // A start fixes what the one before has left, so that each beacon is in a range of its own.
    for number in 0..4 {
        let door = Door::open(folder.path(), nowhere()).await;
        let mut beacon = beacon(number, 0);
        beacon["context"]["video_title"] = json!(format!("number-{number}"));
        assert_eq!(door.deliver(&batch(vec![beacon])).await.0, 1);
        door.ingest.drain().await;
        door.abandon().await;
    }
    let (engine, _) = prepared().await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let proxy = Proxy::start(&engine.url, move |body, _| {
        let text = String::from_utf8_lossy(body);
        let (_, after) = text.split_once("number-").unwrap();
        seen.lock().unwrap().push(after[..1].to_owned());
        Fault::None
    });
    let door = Door::open(folder.path(), Store::connect(StoreConfig::embedded(&proxy.url))).await;
    stored(&door, 4).await;
    assert_eq!(*order.lock().unwrap(), ["3", "0", "2", "1"]);
    door.close().await;
}

#[actix_web::test]
async fn an_answer_that_is_lost_is_asked_for_again_and_counts_once() {
    let (engine, store) = prepared().await;
    let proxy = Proxy::start(
        &engine.url,
        |_, insert| if insert < 2 { Fault::LoseAnswer } else { Fault::None },
    );
    let folder = folder();
    let door = Door::open(folder.path(), Store::connect(StoreConfig::embedded(&proxy.url))).await;
    assert_eq!(
        door.deliver(&batch((0..9).map(|number| beacon(number, 0)).collect()))
            .await
            .0,
        9
    );
    stored(&door, 9).await;
    assert_eq!(door.metric("insert_retries_total"), 2.0);
    assert_eq!(proxy.inserts(), 3);
    assert_eq!(
        ask(&store, "SELECT count() AS rows FROM beacons").await,
        json!([{"rows": 9}])
    );
    door.close().await;
}
