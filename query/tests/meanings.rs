//! What single metrics mean, on the real engine: from which length on stalls count, how an attempt is scored, and what was played of each
//! rendition.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use actix_web::http::Method;
use query::{Query, QueryConfig};
use schemas::{Failure, FailureClass, RenditionPlay, score::VECTORS};
use serde_json::json;
use support::{Attempt, DAY_MS, HOUR_MS, Node, call, iso};

/// 2026-03-04T00:00:00Z.
const DAY: i64 = 1_772_582_400_000;

#[actix_web::test]
async fn short_stalls_count_where_every_stall_is_asked_for() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    let attempts: Vec<Attempt> = (0..100)
        .map(|index| {
            let mut attempt = Attempt::play(
                DAY + index * HOUR_MS / 10,
                format!("v-{}", index % 40),
                3_599_000,
                1_000,
            );
            // All have a short stall or two, a quarter also a long one.
            attempt.totals.stall_count = u32::from(index % 4 == 0);
            attempt.totals.stall_short_count = 1 + u32::from(index % 2 == 0);
            attempt
        })
        .collect();
    node.insert(&one, "one", &attempts).await;
    let registry = prometheus::Registry::new();
    let query = Query::new(
        QueryConfig::default(),
        node.store.clone(),
        node.accounts.clone(),
        &registry,
    )
    .unwrap();
    let metrics = [
        "stall_count",
        "stalls_per_hour",
        "stalled_attempt_share",
        "rebuffer_ratio",
    ];
    let values = async |more: serde_json::Value| {
        let mut body = json!({"metrics": metrics, "start": iso(DAY), "end": iso(DAY + DAY_MS)});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = call(&query, Method::POST, "/v1/analytics/query", &one.reader, Some(body)).await;
        assert_eq!(status, 200, "{answer:#}");
        let values = &answer["data"]["result"]["rows"][0]["values"];
        metrics.map(|metric| values[metric]["value"].as_f64().unwrap())
    };
    let is_near = |values: [f64; 4], expected: [f64; 4]| {
        let near = values
            .iter()
            .zip(expected)
            .all(|(value, expected)| (value / expected - 1.0).abs() < 1e-9);
        assert!(near, "{values:?} {expected:?}");
    };
    let ratio = 1_000.0 / 3_600_000.0;
    is_near(values(json!({})).await, [25.0, 0.25, 0.25, ratio]);
    is_near(values(json!({"minStallMs": 250})).await, [25.0, 0.25, 0.25, ratio]);
    is_near(values(json!({"minStallMs": 0})).await, [175.0, 1.75, 1.0, ratio]);
    // A filter by such a metric counts as the question does.
    let having = json!([{"attribute": "stall_count", "operator": "GT", "value": 100}]);
    assert_eq!(values(json!({"minStallMs": 0, "filters": having})).await[0], 175.0);
}

#[actix_web::test]
async fn attempts_are_scored_as_the_published_vectors_say() {
    const NAMES: [&str; VECTORS.len()] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    let attempts: Vec<Attempt> = VECTORS
        .iter()
        .zip(NAMES)
        .map(|(vector, name)| {
            let (play_ms, stall_ms) = vector.play_and_stall_ms;
            let mut attempt = Attempt::play(DAY + HOUR_MS, format!("v-{name}"), play_ms, stall_ms);
            attempt.cdn = Some(name);
            attempt.totals.startup_any_ms = vector.startup_ms;
            attempt.totals.startup_wait_ms = vector.startup_ms.unwrap_or(700);
            attempt.totals.startup_hidden = vector.startup_ms.is_none();
            if let Some(upscale) = vector.upscale {
                attempt.totals.upscale_ms = play_ms;
                attempt.totals.upscale_px_permille_ms = (upscale * 1_000.0) as u64 * u64::from(play_ms);
            }
            attempt.totals.failure = vector.failed.then(|| Failure {
                class: FailureClass::Decode,
                code: "3".to_owned(),
                message: String::new(),
            });
            attempt
        })
        .collect();
    node.insert(&one, "one", &attempts).await;
    let registry = prometheus::Registry::new();
    let query = Query::new(
        QueryConfig::default(),
        node.store.clone(),
        node.accounts.clone(),
        &registry,
    )
    .unwrap();
    let ask =
        async |path: &str, body: serde_json::Value| call(&query, Method::POST, path, &one.reader, Some(body)).await;
    let body = json!({
        "metrics": ["experience_score"], "dimensions": ["cdn"], "limit": 50, "start": iso(DAY), "end": iso(DAY + DAY_MS),
    });
    let (status, answer) = ask("/v1/analytics/query", body).await;
    assert_eq!(status, 200, "{answer:#}");
    let rows = answer["data"]["result"]["rows"].as_array().unwrap();
    for (vector, name) in VECTORS.iter().zip(NAMES) {
        let row = rows.iter().find(|row| row["dimensions"]["cdn"] == name).unwrap();
        let tenths = |score: Option<f64>| score.map(|score| (10.0 * score).round());
        let score = row["values"]["experience_score"]["value"].as_f64();
        assert_eq!(tenths(score), tenths(vector.score), "{vector:?}: {row:#}");
    }
    // Over all of them it is the mean of those that can be scored.
    let (_, answer) = ask(
        "/v1/analytics/query",
        json!({"metrics": ["experience_score"], "start": iso(DAY), "end": iso(DAY + DAY_MS)}),
    )
    .await;
    let scores: Vec<f64> = VECTORS.iter().filter_map(|vector| vector.score).collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    let score = &answer["data"]["result"]["rows"][0]["values"]["experience_score"]["value"];
    assert!((score.as_f64().unwrap() - mean).abs() < 1e-9, "{score} is not {mean}");
    // Nothing hangs on it.
    let (status, answer) = ask(
        "/v1/analytics/explain",
        json!({"metric": "experience_score", "start": iso(DAY), "end": iso(DAY + DAY_MS)}),
    )
    .await;
    assert_eq!(status, 400, "{answer:#}");
    assert_eq!(answer["data"]["details"][0]["field"], "metric");
}

#[actix_web::test]
async fn playing_time_by_rendition_sums_to_playing_time() {
    const HIGH: &str = "1080p@5000000";
    const LOW: &str = "360p@800000";
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    // On the second day the lower rendition is played twice as long.
    let attempts: Vec<Attempt> = (0..400)
        .map(|index: i64| {
            let day = index / 200;
            let mut attempt = Attempt::play(
                DAY + day * DAY_MS + index % 200 * HOUR_MS / 10,
                format!("v-{}", index % 90),
                60_000,
                0,
            );
            attempt.cdn = Some(["cdn-a", "cdn-b"][index as usize % 2]);
            let low_ms = [6_000, 12_000][day as usize];
            let play = |rendition: &str, play_ms| RenditionPlay {
                rendition: rendition.to_owned(),
                play_ms,
            };
            attempt.totals.play_ms_by_rendition = match index % 4 {
                // All of it is known: the row leaves the main one's time out.
                0 | 1 => vec![play(HIGH, 60_000 - low_ms), play(LOW, low_ms)],
                // A part is not.
                2 => vec![play(HIGH, 20_000), play(LOW, low_ms)],
                _ => vec![play(LOW, 60_000)],
            };
            attempt
        })
        .collect();
    let mut expected = std::collections::BTreeMap::<Option<&str>, [f64; 2]>::new();
    for (index, attempt) in attempts.iter().enumerate() {
        let mut rest = 60_000;
        for play in &attempt.totals.play_ms_by_rendition {
            rest -= play.play_ms;
            let name = [HIGH, LOW].into_iter().find(|name| play.rendition == **name);
            expected.entry(name).or_default()[index / 200] += f64::from(play.play_ms);
        }
        expected.entry(None).or_default()[index / 200] += f64::from(rest);
    }
    node.insert(&one, "one", &attempts).await;
    let registry = prometheus::Registry::new();
    let query = Query::new(
        QueryConfig::default(),
        node.store.clone(),
        node.accounts.clone(),
        &registry,
    )
    .unwrap();
    let ask = async |more: serde_json::Value| {
        let mut body = json!({"metrics": ["play_ms_by_rendition", "play_share_by_rendition"], "dimensions": ["rendition"],
            "start": iso(DAY + DAY_MS), "end": iso(DAY + 2 * DAY_MS), "compare": ["day_before"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = call(&query, Method::POST, "/v1/analytics/query", &one.reader, Some(body)).await;
        assert_eq!(status, 200, "{answer:#}");
        answer["data"]["result"].clone()
    };
    let answer = ask(json!({})).await;
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "{answer:#}");
    let all = 200.0 * 60_000.0;
    for row in rows {
        let expected = expected[&row["dimensions"]["rendition"].as_str()];
        let (played, share) = (
            &row["values"]["play_ms_by_rendition"],
            &row["values"]["play_share_by_rendition"],
        );
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        assert_eq!(number(&played["value"]), expected[1], "{row:#}");
        assert!((number(&share["value"]) - expected[1] / all).abs() < 1e-12, "{row:#}");
        for value in [played, share] {
            let (low, high) = (number(&value["low"]), number(&value["high"]));
            assert!(
                low < number(&value["value"]) && number(&value["value"]) < high,
                "{row:#}"
            );
            assert_eq!(value["clusteredBy"], "viewer");
        }
        // A share is of all that played, whichever rendition they saw.
        assert_eq!(share["attempts"], 200, "{row:#}");
        let compared = &row["comparisons"]["day_before"];
        assert_eq!(
            number(&compared["play_ms_by_rendition"]["reference"]),
            expected[0],
            "{row:#}"
        );
        let change = number(&compared["play_share_by_rendition"]["difference"]);
        assert!((change - (expected[1] - expected[0]) / all).abs() < 1e-12, "{row:#}");
        assert_eq!(compared["play_share_by_rendition"]["verdict"], "refused");
    }
    // One row of a page, and of each CDN, has the share that it has among all rows.
    let page = ask(json!({"orderBy": [{"name": "play_ms_by_rendition", "order": "DESC"}], "limit": 1})).await;
    assert_eq!(
        page["rows"][0]["values"],
        rows.iter().find(|row| row["dimensions"]["rendition"] == HIGH).unwrap()["values"]
    );
    assert!(page["nextCursor"].is_string());
    let by_cdn = ask(json!({"dimensions": ["cdn", "rendition"]})).await;
    let mut shares = std::collections::BTreeMap::<String, f64>::new();
    for row in by_cdn["rows"].as_array().unwrap() {
        let cdn = row["dimensions"]["cdn"].to_string();
        *shares.entry(cdn).or_default() += row["values"]["play_share_by_rendition"]["value"].as_f64().unwrap();
    }
    assert_eq!(shares.len(), 2, "{by_cdn:#}");
    assert!(shares.values().all(|sum| (sum - 1.0).abs() < 1e-12), "{shares:?}");
}
