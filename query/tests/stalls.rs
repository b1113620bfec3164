//! From which length on stalls count, on the real engine.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use actix_web::http::Method;
use query::{Query, QueryConfig};
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
