//! Exports on the real engine: the files hold what the query API says, belong to their organisation, and go when they should.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use actix_web::http::{Method, header};
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};
use query::{ExportConfig, Query, QueryConfig};
use schemas::{RenditionPlay, UnixMs};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{Attempt, DAY_MS, HOUR_MS, Node, Organization, Random, call, iso, send, until};
use tokio::task::JoinHandle;

const PATH: &str = "/v1/analytics/exports";
/// 2026-03-04T00:00:00Z.
const DAY: i64 = 1_772_582_400_000;

/// A service that writes exports until it is dropped.
struct Service {
    query: Query,
    tending: JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.tending.abort();
    }
}

fn folder(node: &Node) -> PathBuf {
    node.directory.path().join("exports")
}

fn service(node: &Node, change: impl FnOnce(&mut ExportConfig)) -> Service {
    let mut exports = ExportConfig {
        folder: folder(node),
        ..ExportConfig::default()
    };
    change(&mut exports);
    let config = QueryConfig {
        exports,
        ..QueryConfig::default()
    };
    let registry = prometheus::Registry::new();
    let query = Query::new(config, node.store.clone(), node.accounts.clone(), &registry).unwrap();
    let tending = tokio::spawn(query.clone().tend(|_| true));
    Service { query, tending }
}

/// Attempts of a day in two countries, some with a stall, some by bots.
fn audience(count: u64) -> Vec<Attempt> {
    let mut random = Random(7);
    (0..count)
        .map(|index| {
            let stall_ms = if random.below(4) == 0 {
                300 + random.below(5_000) as u32
            } else {
                0
            };
            let viewer = if index % 10 == 0 {
                String::new()
            } else {
                format!("v-{}", index % 97)
            };
            let started = DAY + random.below(DAY_MS as u64) as i64;
            let mut attempt = Attempt::play(started, viewer, 10_000 + random.below(900_000) as u32, stall_ms);
            attempt.country = ["AT", "DE", ""][random.below(3) as usize];
            attempt.device = if random.below(20) == 0 { "bot" } else { "desktop" };
            attempt.custom = vec![("team", "red, \"the\nfirst\"")];
            // The tables leave the main rung's time out.
            let other = attempt.totals.play_ms / 3;
            attempt.totals.play_ms_by_rendition = [
                ("1080p@5000000", attempt.totals.play_ms - other),
                ("360p@800000", other),
            ]
            .map(|(rendition, play_ms)| RenditionPlay {
                rendition: rendition.to_owned(),
                play_ms,
            })
            .to_vec();
            attempt
        })
        .collect()
}

async fn ask(query: &Query, key: &str, body: Value) -> Value {
    let (status, answer) = call(query, Method::POST, "/v1/analytics/query", key, Some(body)).await;
    assert_eq!(status, 200, "{answer:#}");
    answer["data"]["result"].clone()
}

async fn make(query: &Query, key: &str, body: Value) -> String {
    let (status, answer) = call(query, Method::POST, PATH, key, Some(body)).await;
    assert_eq!(status, 202, "{answer:#}");
    let made = &answer["data"]["result"];
    assert_eq!((&made["download"], &made["rows"]), (&Value::Null, &Value::Null));
    format!("{PATH}/{}", made["id"].as_str().unwrap())
}

fn has_ended(export: &Value) -> bool {
    export["state"] == "done" || export["state"] == "failed"
}

/// An export that is done, and its file.
async fn exported(service: &Service, organization: &Organization, body: Value) -> (Value, Vec<u8>) {
    let path = make(&service.query, &organization.writer, body).await;
    let export = until(&service.query, &path, &organization.reader, has_ended).await;
    assert_eq!(export["state"], "done", "{export:#}");
    let download = export["download"].as_str().unwrap();
    let (status, _, bytes) = send(&service.query, Method::GET, download, &organization.reader, &[], None).await;
    assert_eq!(status, 200);
    assert_eq!(export["bytes"].as_u64(), Some(bytes.len() as u64));
    let digest: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(export["sha256"], digest.as_str());
    (export, bytes.to_vec())
}

type Rows = Vec<BTreeMap<String, Field>>;

fn parquet_rows(bytes: Vec<u8>) -> Rows {
    let reader = SerializedFileReader::new(parquet_bytes(bytes)).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| {
        let row = row.unwrap();
        row.get_column_iter()
            .map(|(name, field)| (name.clone(), field.clone()))
            .collect()
    })
    .collect()
}

fn parquet_bytes(bytes: Vec<u8>) -> actix_web::web::Bytes {
    bytes.into()
}

fn csv_rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(Result::unwrap).collect()
}

fn whole(field: &Field) -> u64 {
    match field {
        Field::UInt(value) => u64::from(*value),
        Field::ULong(value) => *value,
        other => panic!("no whole number: {other:?}"),
    }
}

fn value(row: &Value, metric: &str) -> f64 {
    row["values"][metric]["value"].as_f64().unwrap()
}

#[actix_web::test]
async fn exported_attempts_are_those_that_the_query_api_counts() {
    let node = Node::start().await;
    let (one, two) = (
        node.organization("one", None).await,
        node.organization("two", None).await,
    );
    let attempts = audience(3_000);
    node.insert(&one, "one", &attempts).await;
    node.insert(&two, "two", &audience(50)).await;
    let service = service(&node, |_| {});
    let range = (iso(DAY + HOUR_MS), iso(DAY + 20 * HOUR_MS));
    let filters = json!([{"attribute": "country", "operator": "EQ", "value": ["AT", null]}]);
    let metrics = ["attempts", "play_ms", "stall_count", "stall_time_ms"];
    let known = query::request::AskedMetric::names();
    let metrics: Vec<&str> = metrics
        .into_iter()
        .filter(|name| known.iter().any(|known| known == name))
        .collect();
    let question = json!({"metrics": metrics, "filters": filters, "start": range.0, "end": range.1});
    let told = ask(&service.query, &one.reader, question).await["rows"][0].clone();
    let body = |format: &str| json!({"kind": "attempts", "format": format, "start": range.0, "end": range.1, "filters": filters});

    let (export, bytes) = exported(&service, &one, body("parquet")).await;
    let rows = parquet_rows(bytes);
    let attempts_told = value(&told, "attempts");
    assert!(attempts_told > 1_000.0, "{told}");
    assert_eq!(
        (rows.len() as f64, export["rows"].as_f64()),
        (attempts_told, Some(attempts_told))
    );
    for metric in metrics.iter().filter(|metric| **metric != "attempts") {
        let sum: u64 = rows.iter().map(|row| whole(&row[*metric])).sum();
        assert_eq!(sum as f64, value(&told, metric), "{metric}");
    }
    let unknown = rows.iter().filter(|row| row["country"] == Field::Null).count();
    assert!(
        unknown > 100 && unknown < rows.len(),
        "{unknown}: null is not known, and no text"
    );

    // One attempt is the same whichever way one looks at it.
    let row = rows.iter().find(|row| whole(&row["stall_ms"]) > 0).unwrap();
    let Field::Str(id) = &row["attempt_id"] else { panic!() };
    let path = format!("/v1/analytics/impressions/{id}");
    let (status, single) = call(&service.query, Method::GET, &path, &one.reader, None).await;
    assert_eq!(status, 200, "{single}");
    let single = &single["data"]["result"];
    let json_of = |name: &str| match &row[name] {
        Field::Str(text) => serde_json::from_str::<Value>(text).unwrap(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(json_of("custom"), single["custom"]);
    let rungs = json_of("play_ms_by_rendition");
    for rung in single["totals"]["play_ms_by_rendition"].as_array().unwrap() {
        assert_eq!(rungs[rung["rendition"].as_str().unwrap()], rung["play_ms"], "{rungs}");
    }
    assert_eq!(whole(&row["elapsed_ms"]), single["elapsedMs"].as_u64().unwrap());
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    for name in single["dimensions"]
        .as_object()
        .unwrap()
        .keys()
        .chain(single["totals"].as_object().unwrap().keys())
    {
        assert!(names.contains(&name.as_str()), "{name} is no column");
    }

    // The same as CSV.
    let (_, bytes) = exported(&service, &one, body("csv")).await;
    let csv = csv_rows(&bytes);
    assert_eq!(csv.len(), rows.len());
    let stalled = |text: &str| text.parse::<u64>().unwrap();
    let sum: u64 = csv.iter().map(|row| stalled(&row["stall_ms"])).sum();
    assert_eq!(sum, rows.iter().map(|row| whole(&row["stall_ms"])).sum::<u64>());
    assert!(csv.iter().all(|row| row["custom"].contains("red, ")));
}

#[actix_web::test]
async fn an_exported_answer_is_the_answer_beyond_its_first_page() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    node.insert(&one, "one", &audience(2_000)).await;
    node.insert(&one, "before", &{
        let mut before = audience(2_000);
        for attempt in &mut before {
            attempt.started_at -= DAY_MS;
            attempt.id = uuid::Uuid::now_v7();
        }
        before
    })
    .await;
    let service = service(&node, |_| {});
    let question = json!({"metrics": ["attempts", "rebuffer_ratio"], "dimensions": ["country"], "compare": ["day_before"],
        "start": iso(DAY), "end": iso(DAY + DAY_MS), "interval": "hour"});
    let told = ask(&service.query, &one.reader, question.clone()).await;
    let told = told["rows"].as_array().unwrap();
    assert_eq!(told.len(), 72);
    for format in ["parquet", "csv"] {
        let body = json!({"kind": "answer", "format": format, "question": question});
        let (export, bytes) = exported(&service, &one, body).await;
        assert_eq!(export["rows"], 72);
        if format == "csv" {
            let rows = csv_rows(&bytes);
            for (row, told) in rows.iter().zip(told) {
                assert_eq!(row["time"], told["time"].as_str().unwrap());
                assert_eq!(
                    row["country"],
                    told["dimensions"]["country"].as_str().unwrap_or_default()
                );
                assert_eq!(row["attempts"].parse::<f64>().unwrap(), value(told, "attempts"));
                let verdict = &told["comparisons"]["day_before"]["rebuffer_ratio"]["verdict"];
                assert_eq!(row["rebuffer_ratio_vs_day_before_verdict"], verdict.as_str().unwrap());
            }
            continue;
        }
        let number = |field: &Field| match field {
            Field::Double(value) => Some(*value),
            Field::Null => None,
            other => panic!("{other:?}"),
        };
        for (row, told) in parquet_rows(bytes).iter().zip(told) {
            let at = &told["comparisons"]["day_before"]["rebuffer_ratio"];
            // Asked twice, sums may differ in their last bit: rows come in another order.
            let same = |name: &str, told: &Value| match (number(&row[name]), told.as_f64()) {
                (Some(value), Some(told)) => {
                    assert!((value - told).abs() <= 1e-9 * told.abs(), "{name}: {value} {told}")
                }
                (value, told) => assert_eq!(value, told, "{name}"),
            };
            same("attempts", &told["values"]["attempts"]["value"]);
            same("rebuffer_ratio_low", &told["values"]["rebuffer_ratio"]["low"]);
            same("rebuffer_ratio_vs_day_before_reference", &at["reference"]);
            same("rebuffer_ratio_vs_day_before_p_value", &at["pValue"]);
        }
    }
}

fn day(format: &str) -> Value {
    json!({"kind": "attempts", "format": format, "start": iso(DAY), "end": iso(DAY + DAY_MS)})
}

#[actix_web::test]
async fn an_export_belongs_to_its_organisation() {
    let node = Node::start().await;
    let (one, two) = (
        node.organization("one", None).await,
        node.organization("two", None).await,
    );
    node.insert(&one, "one", &audience(100)).await;
    let service = service(&node, |_| {});
    let query = &service.query;
    let (status, refused) = call(query, Method::POST, PATH, &one.reader, Some(day("csv"))).await;
    assert_eq!((status, &refused["data"]["code"]), (403, &json!(2002)));
    let (status, refused) = call(
        query,
        Method::POST,
        PATH,
        &one.writer,
        Some(json!({"kind": "attempts"})),
    )
    .await;
    assert_eq!((status, &refused["data"]["code"]), (400, &json!(1002)));
    let (export, bytes) = exported(&service, &one, day("csv")).await;
    let path = format!("{PATH}/{}", export["id"].as_str().unwrap());
    let download = export["download"].as_str().unwrap();
    for address in [path.as_str(), download] {
        let (status, refused) = call(query, Method::GET, address, &two.admin, None).await;
        assert_eq!((status, &refused["data"]["code"]), (404, &json!(3040)), "{address}");
    }
    let (status, _) = call(query, Method::DELETE, &path, &two.admin, None).await;
    assert_eq!(status, 404);
    let (_, list) = call(query, Method::GET, PATH, &two.admin, None).await;
    assert_eq!(list["data"]["result"]["exports"], json!([]));
    let (_, list) = call(query, Method::GET, PATH, &one.reader, None).await;
    assert_eq!(list["data"]["result"]["exports"], json!([export]));

    // A download that broke off goes on where it was.
    let range = [("Range", "bytes=10-")];
    let (status, headers, rest) = send(query, Method::GET, download, &one.reader, &range, None).await;
    assert_eq!((status, &rest[..]), (206, &bytes[10..]));
    assert_eq!(headers.get(header::CONTENT_TYPE).unwrap(), "text/csv; charset=utf-8");
    assert!(
        headers
            .get(header::CONTENT_DISPOSITION)
            .unwrap()
            .to_str()
            .unwrap()
            .ends_with(".csv\"")
    );

    let (status, _) = call(query, Method::DELETE, &path, &one.writer, None).await;
    assert_eq!(status, 204);
    let (status, _) = call(query, Method::GET, download, &one.reader, None).await;
    assert_eq!(status, 404);
    until_empty(&node).await;
}

/// Waits until nothing lies in the folder any more.
async fn until_empty(node: &Node) {
    let begun = std::time::Instant::now();
    while std::fs::read_dir(folder(node)).unwrap().next().is_some() {
        assert!(begun.elapsed() < Duration::from_secs(60), "a file stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[actix_web::test]
async fn what_is_too_large_fails_with_its_reason_and_leaves_nothing() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    node.insert(&one, "one", &audience(200)).await;
    let failed = async |service: Service, body: Value| {
        let path = make(&service.query, &one.writer, body).await;
        let export = until(&service.query, &path, &one.reader, has_ended).await;
        assert_eq!(export["state"], "failed", "{export:#}");
        let (status, answer) = call(
            &service.query,
            Method::GET,
            &format!("{path}/download"),
            &one.reader,
            None,
        )
        .await;
        assert_eq!((status, &answer["data"]["code"]), (409, &json!(3042)));
        export["reason"].as_str().unwrap().to_owned()
    };
    let reason = failed(service(&node, |config| config.attempts_max = 50), day("csv")).await;
    assert!(reason.contains("attempts are more than 50"), "{reason}");
    let reason = failed(service(&node, |config| config.bytes_max = 5_000), day("csv")).await;
    assert!(reason.contains("more than 5000 bytes"), "{reason}");
    let question =
        json!({"metrics": ["attempts"], "dimensions": ["viewer_id"], "start": iso(DAY), "end": iso(DAY + DAY_MS)});
    let body = json!({"kind": "answer", "format": "csv", "question": question});
    let reason = failed(service(&node, |config| config.rows_max = 10), body).await;
    assert!(reason.contains("more than 10 rows"), "{reason}");
    until_empty(&node).await;
}

#[actix_web::test]
async fn an_export_survives_a_restart_and_goes_when_it_expires() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    node.insert(&one, "one", &audience(100)).await;
    let made = {
        // Nobody writes: it stands as it would if the node had stopped in the middle.
        let config = QueryConfig::default();
        let registry = prometheus::Registry::new();
        let query = Query::new(config, node.store.clone(), node.accounts.clone(), &registry).unwrap();
        make(&query, &one.writer, day("parquet")).await
    };
    let id = node.accounts.all_exports().await.unwrap()[0].export_id;
    assert!(node.accounts.begin_export(id, UnixMs(DAY)).await.unwrap());
    std::fs::create_dir(folder(&node)).unwrap();
    std::fs::write(folder(&node).join(format!("{id}.part")), "half").unwrap();
    let stray = folder(&node).join(format!("{}.csv", uuid::Uuid::now_v7()));
    std::fs::write(&stray, "of nobody").unwrap();
    {
        let again = service(&node, |_| {});
        let export = until(&again.query, &made, &one.reader, has_ended).await;
        assert_eq!(
            (&export["state"], &export["request"]["format"]),
            (&json!("done"), &json!("parquet"))
        );
        assert!(!stray.exists());
    }
    // Its file is there after another restart, whole; what keeps exports for no time removes the next one at once.
    let brief = service(&node, |config| config.keep = Duration::ZERO);
    let (status, _, bytes) = send(
        &brief.query,
        Method::GET,
        &format!("{made}/download"),
        &one.reader,
        &[],
        None,
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(&bytes[..4], b"PAR1");
    let second = make(&brief.query, &one.writer, day("csv")).await;
    let begun = std::time::Instant::now();
    loop {
        let (status, _) = call(&brief.query, Method::GET, &second, &one.reader, None).await;
        if status == 404 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[actix_web::test]
async fn an_erased_viewer_is_in_no_export() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    node.insert(&one, "one", &audience(100)).await;
    let service = service(&node, |_| {});
    let (export, bytes) = exported(&service, &one, day("csv")).await;
    assert!(csv_rows(&bytes).iter().any(|row| row["viewer_id"] == "v-3"));
    let (status, erasure) = call(
        &service.query,
        Method::DELETE,
        "/v1/analytics/viewers/v-3",
        &one.admin,
        None,
    )
    .await;
    assert_eq!(status, 202);
    let id = erasure["data"]["result"]["erasureId"].as_str().unwrap();
    let path = format!("/v1/analytics/erasures/{id}");
    until(&service.query, &path, &one.admin, |erasure| erasure["state"] == "done").await;
    until_empty(&node).await;
    let (status, _) = call(
        &service.query,
        Method::GET,
        export["download"].as_str().unwrap(),
        &one.reader,
        None,
    )
    .await;
    assert_eq!(status, 404);
    let (_, bytes) = exported(&service, &one, day("csv")).await;
    assert!(csv_rows(&bytes).iter().all(|row| row["viewer_id"] != "v-3"));
}
