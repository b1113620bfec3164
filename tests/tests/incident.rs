//! The demo's promise: the planted incident reads `worse` against the usual weekday, and quiet days do not.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{future::pending, num::NonZeroUsize};

use chrono::{DateTime, Days, NaiveDate, TimeZone as _, Utc};
use schemas::UnixMs;
use serde_json::{Value, json};
use simulator::{Mode, Scenario, Simulation, Target, run};
use tests::stack::{Stack, now_ms};

const METRICS: [&str; 4] = [
    "rebuffer_ratio",
    "startup_any_ms_p50",
    "startup_any_ms_p95",
    "good_share",
];
const QUIET_DAYS: u64 = 7;
/// Of the 28 quiet verdicts. A quiet one is called `worse` in 0.2 to 0.6 % of cases (see `statistics`); three or more
/// of 28 would happen once in two thousand runs.
const FALSE_ALARMS_MAX: usize = 2;

/// The verdicts of a whole local day, one for each of [`METRICS`].
async fn verdicts(stack: &Stack, day: NaiveDate, end: String) -> Vec<String> {
    let question = json!({
        "metrics": METRICS,
        "start": format!("{day}T00:00:00Z"),
        "end": end,
        "timezone": "UTC",
        "compare": ["auto"],
    });
    let answer = stack.query(&question).await.unwrap();
    let row = &answer["rows"][0]["comparisons"]["auto"];
    METRICS
        .iter()
        .map(|metric| {
            assert_eq!(
                row[metric]["referenceDays"].as_array().map(Vec::len),
                Some(6),
                "{day} {metric}: {row}"
            );
            row[metric]["verdict"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_planted_incident_is_worse_and_quiet_days_are_not() {
    let stack = Stack::start().await.unwrap();
    // The scenario's present is yesterday evening, so that its last day is as long whenever this runs.
    let real = DateTime::from_timestamp_millis(now_ms()).unwrap();
    let today = real.date_naive().checked_sub_days(Days::new(1)).unwrap();
    let now = Utc.from_utc_datetime(&today.and_hms_opt(20, 0, 0).unwrap());
    let scenario = Scenario {
        attempts_per_day: 500.0,
        timezone: "UTC".to_owned(),
        ..Scenario::demo(UnixMs(now.timestamp_millis()))
    };
    let simulation = Simulation {
        scenario,
        mode: Mode::Backfill,
        target: Target {
            url: stack.keys.url.clone(),
            license_key: stack.keys.license_key.clone(),
            api_key: Some(stack.keys.api_key.clone()),
        },
        concurrency: NonZeroUsize::new(16).unwrap(),
        dimensions: Vec::new(),
    };
    let outcome = run(simulation, pending()).await.unwrap();
    let sent = outcome.delivery.beacons;
    assert_eq!(outcome.delivery.accepted, sent, "{:?}", outcome.delivery);
    stack.accounted([sent, sent, 0, 0]).await.unwrap();

    let mut wrong = Vec::new();
    for back in 2..2 + QUIET_DAYS {
        let day = today.checked_sub_days(Days::new(back)).unwrap();
        let next = day.checked_add_days(Days::new(1)).unwrap();
        for (metric, verdict) in METRICS
            .iter()
            .zip(verdicts(&stack, day, format!("{next}T00:00:00Z")).await)
        {
            if verdict == "worse" {
                wrong.push(format!("{day} {metric}"));
            }
        }
    }
    assert!(wrong.len() <= FALSE_ALARMS_MAX, "quiet, yet called worse: {wrong:?}");

    for (day, end) in [
        (
            today.checked_sub_days(Days::new(1)).unwrap(),
            format!("{today}T00:00:00Z"),
        ),
        (today, format!("{today}T20:00:00Z")),
    ] {
        assert_eq!(
            verdicts(&stack, day, end).await,
            ["worse"; METRICS.len()],
            "{day}, in the incident"
        );
    }
    let by_cause: Value = stack
        .query(&json!({
            "metrics": ["rebuffer_ratio"],
            "dimensions": ["cdn"],
            "start": format!("{today}T00:00:00Z"),
            "end": format!("{today}T20:00:00Z"),
            "compare": ["auto"],
        }))
        .await
        .unwrap();
    let rows = by_cause["rows"].as_array().unwrap();
    let guilty = rows.iter().find(|row| row["dimensions"]["cdn"] == "cdn-b").unwrap();
    assert_eq!(
        guilty["comparisons"]["auto"]["rebuffer_ratio"]["verdict"], "worse",
        "{guilty}"
    );

    // And where it came from is found, among the first three as bench explain holds it. By then everybody has the player that it was planted for,
    // so that the CDN alone says the same. Of 300 attempts chance may make something else stand out more, or a part of it as much: then it is
    // among the cells that the data cannot tell from that part.
    for metric in ["rebuffer_ratio", "good_share", "startup_any_ms_p95"] {
        let asked = json!({
            "metric": metric,
            "start": format!("{today}T00:00:00Z"),
            "end": format!("{today}T20:00:00Z"),
        });
        let explained = stack.explain(&asked).await.unwrap();
        let planted = json!([{"attribute": "cdn", "value": "cdn-b"}]);
        let is_planted =
            |cause: &&Value| cause["conditions"] == planted || cause["alike"].as_array().unwrap().contains(&planted);
        let cause = explained["causes"].as_array().unwrap().iter().take(3).find(is_planted);
        let cause = cause.unwrap_or_else(|| panic!("{metric}: {explained:#}"));
        let carries = cause["carries"].as_f64().unwrap();
        assert!((0.5..2.0).contains(&carries), "{metric}: {cause}");
    }
}
