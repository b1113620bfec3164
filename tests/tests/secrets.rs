//! What the log never says, however much it is asked to say: keys, passwords, and where a viewer is.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::StatusCode;
use serde_json::json;
use tests::{
    beacons::{batch, playing},
    stack::{Stack, now_ms, rfc3339},
};
use uuid::Uuid;

/// Files under `folder`, log and tables included, that hold `needle`.
fn holding(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // What goes away while we look (parts are merged, logs are folded) holds nothing any more.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, needle));
        } else if std::fs::read(&path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle)) {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn at_trace_level_the_log_holds_no_key_no_password_and_no_address() {
    let password = "pw-of-the-database-5d41";
    let stack = Stack::start_apart_with(
        &[],
        &[
            ("RUST_LOG", "trace"),
            ("CLICKHOUSE_USER", "default"),
            ("CLICKHOUSE_PASSWORD", password),
        ],
    )
    .await
    .unwrap();
    let (address, wrong_key, viewer) = ("203.0.113.77", "pk_0badc0de0badc0de", "viewer-7f3a");
    let start = now_ms() - 60_000;
    let mut beacon = playing(Uuid::now_v7(), 0, start, 10_000, 0);
    beacon["context"] = json!({"viewer_id": viewer});
    let posted = stack
        .client
        .post(stack.beacons_url())
        .header("X-Forwarded-For", address)
        .json(&batch(now_ms(), vec![beacon]))
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), StatusCode::ACCEPTED);
    stack.accounted([1, 1, 0, 0]).await.unwrap();
    let question = json!({"metrics": ["attempts"], "start": rfc3339(start - 60_000), "end": rfc3339(now_ms())});
    stack.query(&question).await.unwrap();
    let key = &stack.keys.license_key;
    let asked = [
        (stack.url("/v1/analytics/metrics"), wrong_key, 401),
        (stack.url("/v1/beacons?key=pl_unknown_1234"), wrong_key, 404),
        (stack.url(&format!("/v1/nowhere?key={key}")), &stack.keys.api_key, 404),
        (
            stack.url(&format!("/v1/analytics/impressions?key={key}")),
            &stack.keys.api_key,
            400,
        ),
    ];
    for (url, api_key, _) in &asked {
        let answer = stack
            .client
            .get(url)
            .header("X-Api-Key", *api_key)
            .header("X-Forwarded-For", address)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_client_error(), "{url} {}", answer.status());
    }
    let tables = "SELECT * FROM beacons FORMAT JSONEachRow";
    assert!(
        stack.clickhouse(tables).await.unwrap().contains(viewer),
        "the search can find"
    );
    assert!(!stack.clickhouse(tables).await.unwrap().contains(address));
    let erased = stack
        .client
        .delete(stack.url(&format!("/v1/analytics/viewers/{viewer}")))
        .header("X-Api-Key", &stack.keys.api_key)
        .send()
        .await
        .unwrap();
    assert_eq!(erased.status(), StatusCode::ACCEPTED);
    let answer: serde_json::Value = erased.json().await.unwrap();
    let id = answer["data"]["result"]["erasureId"].as_str().unwrap();
    let begun = std::time::Instant::now();
    loop {
        let request = stack.client.get(stack.url(&format!("/v1/analytics/erasures/{id}")));
        let answer: serde_json::Value = request
            .header("X-Api-Key", &stack.keys.api_key)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let result = &answer["data"]["result"];
        if result["state"] == "done" {
            assert_eq!(result["attempts"], 1, "{answer}");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{answer}");
        // The API tells a state and not a change of it.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("a viewer was erased after {:?}", begun.elapsed());
    assert_eq!(stack.clickhouse(tables).await.unwrap(), "");
    let secrets = [stack.keys.api_key.as_bytes(), password.as_bytes(), address.as_bytes()];
    for secret in secrets {
        assert_eq!(holding(stack.folder(), secret), [] as [PathBuf; 0]);
    }
    assert!(
        !holding(stack.folder(), key.as_bytes()).is_empty(),
        "the search can find"
    );

    let log = stack.log().unwrap();
    let levels = ["\"level\":\"TRACE\"", "\"level\":\"DEBUG\""];
    assert!(
        levels.iter().all(|level| log.contains(level)),
        "the log was asked for everything"
    );
    let mut told = Vec::new();
    for secret in [
        stack.keys.api_key.as_str(),
        key,
        wrong_key,
        "pl_unknown_1234",
        password,
        address,
        viewer,
    ] {
        for line in log.lines().filter(|line| line.contains(secret)).take(2) {
            told.push(format!("{secret}: {}", line.chars().take(400).collect::<String>()));
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}
