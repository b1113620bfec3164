//! What happens now, on the whole server: an attempt shows in a stream within seconds, what the stream says is what is said later, and an open
//! stream delays no stop.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tests::{beacons, stack::Stack, stack::now_ms, stack::rfc3339};
use tokio::time::timeout;
use uuid::Uuid;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

struct Stream {
    response: Response,
    read: String,
}

impl Stream {
    async fn open(stack: &Stack, parameters: &str) -> Self {
        let path = format!("/v1/analytics/live?{parameters}");
        let request = stack
            .client
            .get(stack.url(&path))
            .header("X-Api-Key", &stack.keys.api_key);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next event: its name and its envelope. None when the stream has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (name, data) = event.split_once('\n').unwrap();
                let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
                let event = (name.strip_prefix("event: ").unwrap().to_owned(), data);
                self.read = rest.to_owned();
                return Some(event);
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.unwrap().unwrap()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn an_attempt_shows_within_seconds_and_what_is_said_now_is_said_later() {
    let mut stack = Stack::start().await.unwrap();
    let mut stream = Stream::open(
        &stack,
        "dimensions=video_id&metrics=attempts,plays,stall_count&windowSeconds=3600",
    )
    .await;
    let (name, first) = stream.next().await.unwrap();
    assert_eq!(
        (name.as_str(), &first["data"]["result"]["rows"]),
        ("tick", &json!([])),
        "{first:#}"
    );

    let now = now_ms();
    let batch = beacons::batch(
        now,
        (0..3)
            .map(|_| beacons::playing(Uuid::now_v7(), 0, now, 4_000, 900))
            .collect(),
    );
    let (status, _) = stack.post_beacons(&batch).await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED);
    let sent = Instant::now();
    let row = loop {
        assert!(sent.elapsed() < PATIENCE, "the attempts do not show");
        let (name, told) = stream.next().await.unwrap();
        assert_eq!(name, "tick", "{told:#}");
        if let Some(row) = told["data"]["result"]["rows"].get(0) {
            break row.clone();
        }
    };
    let value = |row: &Value, metric: &str| row["values"][metric]["value"].clone();
    assert_eq!(row["dimensions"], json!({"video_id": "v1"}));
    assert_eq!(
        (value(&row, "attempts"), value(&row, "stall_count")),
        (json!(3), json!(3))
    );

    let later = stack
        .query(
            &json!({"metrics": ["attempts", "plays", "stall_count"], "dimensions": ["video_id"],
            "start": rfc3339(now - 3_600_000), "end": rfc3339(now + 60_000)}),
        )
        .await
        .unwrap();
    assert_eq!(later["rows"][0]["values"], row["values"]);

    let path = stack.url("/v1/analytics/live?dimension=cdn&windowSeconds=5");
    let refused = stack
        .client
        .get(path)
        .header("X-Api-Key", &stack.keys.api_key)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let refused = refused.text().await.unwrap();
    for told in ["did you mean 'dimensions'?", "from 10 to 3600"] {
        assert!(refused.contains(told), "{refused}");
    }

    let begun = Instant::now();
    stack.stop_server().await.unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "the stop waited for the stream"
    );
    while stream.next().await.is_some() {}
}
