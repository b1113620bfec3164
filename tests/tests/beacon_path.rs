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

/// The counts of an answer, without the moment of receipt.
fn counted(answer: &Value) -> Value {
    let result = &answer["data"]["result"];
    assert!(result["received_at_ms"].is_i64(), "{answer}");
    json!({"accepted": result["accepted"], "duplicates": result["duplicates"], "rejected": result["rejected"]})
}

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
        counted(&answer),
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
        counted(&answer),
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

#[tokio::test]
async fn the_compact_form_arrives_as_json_does_and_a_newer_senders_fields_survive() {
    let stack = Stack::start_apart().await.unwrap();
    let now = now_ms();
    let json = batch(
        now,
        vec![
            playing(Uuid::now_v7(), 0, now - 20_000, 10_000, 3_000),
            playing(Uuid::now_v7(), 0, now - 30_000, 20_000, 0),
        ],
    );
    let (status, answer) = stack.post_beacons(&json).await.unwrap();
    assert_eq!(
        (status, &answer["data"]["result"]["accepted"]),
        (StatusCode::ACCEPTED, &2.into())
    );

    // The same again, of other attempts, in the compact form.
    let mut compact: schemas::BeaconBatch = serde_json::from_value(json).unwrap();
    for beacon in &mut compact.beacons {
        beacon.attempt_id = schemas::AttemptId(Uuid::now_v7());
    }
    let mut bytes = schemas::proto::write(&compact);
    // A third one says something of tomorrow: field 15 of a beacon, a text.
    compact.beacons.truncate(1);
    compact.beacons[0].attempt_id = schemas::AttemptId(Uuid::now_v7());
    let third = schemas::proto::write(&compact);
    let beacon = schemas::proto::split(&third).unwrap().beacons[0].to_vec();
    let newer = [&beacon[..], &[15 << 3 | 2, 3], b"new"].concat();
    bytes.push(4 << 3 | 2);
    let length = newer.len();
    bytes.extend([(length & 0x7f | 0x80) as u8, (length >> 7) as u8]);
    bytes.extend(&newer);
    let response = stack
        .client
        .post(stack.beacons_url())
        .header("Content-Type", "application/x-protobuf")
        .body(bytes)
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value = response.json().await.unwrap();
    assert_eq!(answer["data"]["result"]["accepted"], 3, "{answer}");
    assert_eq!(answer["data"]["messages"].as_array().unwrap().len(), 1, "{answer}");

    let expected = Sums {
        attempts: 5,
        plays: 5,
        play_ms: 3 * 10_000 + 2 * 20_000,
        stall_count: 3,
    };
    let (start, end) = (now - 3_600_000, now + 3_600_000);
    stack
        .await_sums(start, end, expected, Duration::from_secs(30))
        .await
        .unwrap();
    let kept = stack
        .clickhouse("SELECT unknown_fields FROM beacons WHERE unknown_fields != '' FORMAT TSVRaw")
        .await
        .unwrap();
    assert_eq!(kept.trim(), r#"{"protobuf":{"":"7a036e6577"}}"#);
}
