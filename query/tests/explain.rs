//! Planted faults and the search for them, on the real engine.
#![allow(clippy::unwrap_used, missing_docs)]

mod planted;

use planted::{Place, Trials, asked};
use serde_json::{Value, json};

#[tokio::test]
async fn a_planted_fault_is_among_the_first_three_causes() {
    let trials = Trials::start().await;
    for seed in 0..3 {
        let outcome = trials.run(seed).await;
        assert!(outcome.is_found(), "{outcome:#?}");
    }
}

#[tokio::test]
async fn a_quiet_day_has_no_cause() {
    let trials = Trials::start().await;
    let mut blamed = Vec::new();
    for seed in 100..103 {
        let outcome = trials.run_quiet(seed).await;
        if !outcome.causes.is_empty() {
            blamed.push(outcome);
        }
    }
    // Each search as a whole errs in one of twenty; two of three would happen once in a hundred times.
    assert!(blamed.len() < 2, "{blamed:#?}");
}

/// Of few attempts each is read once and added up in memory; of many every look is a statement. Both say the same.
#[tokio::test]
async fn attempts_in_memory_and_statements_say_the_same() {
    let trials = Trials::start().await;
    let planted = Place::from([("cdn", "cdn-b"), ("country", "AT")]);
    let tenant = trials.audience(7, planted).await;
    let with = |mut asked: Value, more: Value| {
        let more = more.as_object().unwrap().clone();
        asked.as_object_mut().unwrap().extend(more);
        asked
    };
    for asked in [
        with(asked("rebuffer_ratio"), json!({"limit": 2})),
        with(asked("play_ms"), json!({"limit": 1, "depth": 2})),
        with(
            asked("stall_session_ms_p95"),
            json!({"limit": 2, "depth": 2, "filters": [{"attribute": "os", "operator": "NE", "value": "iOS"}]}),
        ),
    ] {
        let mut both = Vec::new();
        for loaded_max in [None, Some(0)] {
            let mut answer = trials.explain(tenant, &asked, loaded_max).await;
            answer.as_object_mut().unwrap().remove("tookMs").unwrap();
            both.push(answer);
        }
        assert!(both[0]["tested"].as_u64() > Some(20), "{asked}");
        assert_eq!(both[0], both[1], "{asked}");
    }
}
