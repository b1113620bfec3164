//! The beacon's walk, once through: posted, acknowledged, in the query API within five seconds, in one attempt's
//! timeline, and in the accounting.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{
    beacons::{batch, playing},
    stack::{Stack, Sums, now_ms},
};
use uuid::Uuid;

#[tokio::test]
async fn a_beacon_becomes_a_number_within_five_seconds_and_is_counted_once() {
    let stack = Stack::start().await.unwrap();
    let started = now_ms() - 10_000;
    let attempt = Uuid::now_v7();
    let window = (started - 3_600_000, started + 3_600_000);

    let first = batch(now_ms(), vec![playing(attempt, 0, started, 5_000, 0)]);
    let (status, answer) = stack.post_beacons(&first).await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    assert_eq!(answer["status"], "SUCCESS");
    assert_eq!(
        answer["data"]["result"],
        json!({"accepted": 1, "duplicates": 0, "rejected": []})
    );
    let one = Sums {
        attempts: 1,
        plays: 1,
        play_ms: 5_000,
        stall_count: 0,
    };
    stack
        .await_sums(window.0, window.1, one, Duration::from_secs(5))
        .await
        .unwrap();

    // The same once more changes nothing and says so.
    let (status, answer) = stack.post_beacons(&first).await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(
        answer["data"]["result"],
        json!({"accepted": 0, "duplicates": 1, "rejected": []})
    );

    // A later beacon of the attempt carries larger totals; the attempt stays one.
    let later = batch(now_ms(), vec![playing(attempt, 1, started, 7_000, 1_200)]);
    assert_eq!(stack.post_beacons(&later).await.unwrap().0, StatusCode::ACCEPTED);
    let grown = Sums {
        attempts: 1,
        plays: 1,
        play_ms: 7_000,
        stall_count: 1,
    };
    stack
        .await_sums(window.0, window.1, grown, Duration::from_secs(5))
        .await
        .unwrap();

    let whole: Value = stack
        .client
        .get(stack.url(&format!("/v1/analytics/impressions/{attempt}")))
        .header("X-Api-Key", &stack.keys.api_key)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(whole["status"], "SUCCESS", "{whole}");
    assert!(whole.to_string().contains(&attempt.to_string()));

    // received = stored + duplicate + rejected
    stack.accounted([3, 2, 1, 0]).await.unwrap();
}

#[tokio::test]
async fn one_bad_beacon_never_costs_its_batch() {
    let stack = Stack::start().await.unwrap();
    let started = now_ms() - 10_000;
    let mut impossible = playing(Uuid::now_v7(), 0, started, 5_000, 0);
    impossible["totals"]["play_ms"] = json!(50_000_000);
    let beacons = vec![
        playing(Uuid::now_v7(), 0, started, 4_000, 0),
        json!({"attempt_id": "no uuid"}),
        impossible,
        playing(Uuid::now_v7(), 0, started, 3_000, 500),
    ];
    let (status, answer) = stack.post_beacons(&batch(now_ms(), beacons)).await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let result = &answer["data"]["result"];
    assert_eq!(result["accepted"], 2, "{answer}");
    let reasons: Vec<_> = result["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rejected| {
            (
                rejected["index"].as_u64().unwrap(),
                rejected["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(reasons, [(1, "malformed"), (2, "totals_exceed_elapsed")], "{answer}");
    let good = Sums {
        attempts: 2,
        plays: 2,
        play_ms: 7_000,
        stall_count: 1,
    };
    stack
        .await_sums(started - 3_600_000, started + 3_600_000, good, Duration::from_secs(5))
        .await
        .unwrap();
}
