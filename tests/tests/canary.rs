//! The canary finds its own beacon, tells how fresh answers are, and notices when there are none.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::stack::Stack;

/// Asks whether the node is ready until `good` is content with the answer.
async fn ready(stack: &Stack, what: &str, good: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = stack.client.get(stack.url("/v1/health/ready")).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        if good(&answer["data"]["result"]["canary"]) {
            return answer["data"]["result"]["canary"].clone();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_canary_finds_its_beacon_and_says_how_fresh_answers_are() {
    let stack = Stack::start_with(&["--canary-seconds", "1"]).await.unwrap();
    let flight = ready(&stack, "no canary came back", |canary| canary["found"] == true).await;
    let fresh_ms = flight["freshnessMs"].as_u64().unwrap();
    assert!(flight["reason"].is_null(), "{flight}");
    assert_eq!(stack.metric("playhead_canary_healthy").await.unwrap(), 1.0);
    assert_eq!(stack.metric("playhead_canary_failures_total").await.unwrap(), 0.0);
    let shown_s = stack.metric("playhead_canary_freshness_seconds").await.unwrap();
    assert!(shown_s > 0.0 && fresh_ms > 0, "{shown_s} s, {fresh_ms} ms");
    // It is in nobody else's numbers.
    let now = tests::stack::now_ms();
    let sums = stack.sums(now - 3_600_000, now + 3_600_000).await.unwrap();
    assert_eq!(sums.attempts, 0);
    // It flies again.
    let first = flight["at"].clone();
    ready(&stack, "it flew only once", |canary| {
        canary["found"] == true && canary["at"] != first
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_canary_nothing_is_sent_and_nothing_is_claimed() {
    let stack = Stack::start().await.unwrap();
    let answer = stack.client.get(stack.url("/v1/health/ready")).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["result"]["status"], "ok");
    assert!(answer["data"]["result"]["canary"].is_null(), "{answer}");
    assert!(stack.metric("playhead_canary_healthy").await.is_err());
    stack.accounted([0, 0, 0, 0]).await.unwrap();
}
