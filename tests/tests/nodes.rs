//! Three nodes on one ClickHouse, with nothing else in common. A load balancer sends the beacons of one attempt to any of them, one
//! is killed under load, and nothing is lost or counted twice.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::{
    load::{Load, Sender, Truth, requests, window},
    stack::Stack,
};

const SENDERS: usize = 9;
const WITHIN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_share_a_clickhouse_and_one_of_them_dies() {
    let first = Stack::start_apart().await.unwrap();
    // Keys were made at the first node only; the others know them when they are ready.
    let mut second = first.start_beside().await.unwrap();
    let third = first.start_beside().await.unwrap();
    let requests = requests(23, 600.0).unwrap();
    let total = requests.len();
    let sender = Sender::balanced(&[&first, &second, &third]).unwrap();
    let truth = Arc::new(Mutex::new(Truth::default()));
    let load = Load::begin(requests, SENDERS, &sender, &truth);
    load.reaches(total / 3).await.unwrap();
    second.kill_server().await.unwrap();
    // The load balancer goes on asking it and is sent to the others.
    let expected = load.all().await.unwrap();
    assert!(expected.plays > 100, "an empty load proves nothing: {expected:?}");

    // What only the dead one's journal has comes with its next start.
    second.start_again().await.unwrap();
    let (start, end) = window();
    for node in [&first, &second, &third] {
        let took = node.await_sums(start, end, expected, WITHIN).await.unwrap();
        println!(
            "{expected:?} {took:?} after the last acknowledgement, at {}",
            node.keys.url
        );
    }
    let stored = first
        .clickhouse("SELECT uniqExact(attempt_id, sequence), uniqExact(splitByChar('/', toString(journal_range))[1]) FROM beacons FORMAT TSV")
        .await
        .unwrap();
    let distinct = truth.lock().unwrap().distinct();
    assert_eq!(stored.trim(), format!("{}\t3", distinct.beacons), "beacons, journals");
    let split = first
        .clickhouse("SELECT count() FROM (SELECT attempt_id FROM beacons GROUP BY attempt_id HAVING uniqExact(splitByChar('/', toString(journal_range))[1]) > 1)")
        .await
        .unwrap();
    assert_ne!(split.trim(), "0", "no attempt came in through more than one node");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_at_one_node_is_good_at_another_and_revoked_at_both() {
    let first = Stack::start_apart().await.unwrap();
    let second = first.start_beside().await.unwrap();
    let (organization, key) = second.create_organization("made at the second").await.unwrap();
    let status = async || {
        let request = first
            .client
            .get(first.url("/v1/analytics/metrics"))
            .header("X-Api-Key", &key);
        request.send().await.unwrap().status()
    };
    let becomes = async |wanted: StatusCode| {
        let begun = Instant::now();
        while status().await != wanted {
            assert!(begun.elapsed() < WITHIN, "never answered {wanted}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    becomes(StatusCode::OK).await;
    second.revoke_api_keys(&organization).await.unwrap();
    becomes(StatusCode::UNAUTHORIZED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annotation_made_at_one_node_is_changed_and_deleted_at_another() {
    let first = Stack::start_apart().await.unwrap();
    let second = first.start_beside().await.unwrap();
    let call = async |stack: &Stack, method: Method, id: &str, body: Value| -> (StatusCode, Value) {
        let url = stack.url(&format!("/v1/analytics/annotations{id}"));
        let request = first
            .client
            .request(method, url)
            .header("X-Api-Key", &first.keys.api_key);
        let response = request.json(&body).send().await.unwrap();
        let status = response.status();
        let bytes = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    };
    let titles = async |stack: &Stack| -> Vec<String> {
        let (_, answer) = call(stack, Method::GET, "", json!(null)).await;
        let found = answer["data"]["result"]["annotations"].as_array().unwrap();
        found
            .iter()
            .map(|one| one["title"].as_str().unwrap().to_owned())
            .collect()
    };
    let becomes = async |stack: &Stack, wanted: &[&str]| {
        let begun = Instant::now();
        while titles(stack).await != wanted {
            assert!(begun.elapsed() < WITHIN, "never {wanted:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let body = json!({"kind": "release", "start": "2026-11-19T14:00:00Z", "title": "8.1.0"});
    let (status, made) = call(&first, Method::POST, "", body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let id = format!("/{}", made["data"]["result"]["id"].as_str().unwrap());
    becomes(&second, &["8.1.0"]).await;
    let (status, _) = call(&second, Method::PATCH, &id, json!({"title": "8.1.1"})).await;
    assert_eq!(status, StatusCode::OK);
    becomes(&first, &["8.1.1"]).await;
    let (status, _) = call(&first, Method::DELETE, &id, json!(null)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    becomes(&second, &[]).await;
}
