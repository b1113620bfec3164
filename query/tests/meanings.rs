//! What single metrics mean, on the real engine: from which length on stalls count, how an attempt is scored, what was played of each
//! rendition, when a video is completed,
//! and how far plays come.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use actix_web::http::Method;
use query::{Query, QueryConfig};
use schemas::{EndReason, Failure, FailureClass, RenditionPlay, score::VECTORS};
use serde_json::json;
use support::{Attempt, DAY_MS, HOUR_MS, Node, call, iso};

/// 2026-03-04T00:00:00Z.
const DAY: i64 = 1_772_582_400_000;

fn query(node: &Node) -> Query {
    let (store, accounts) = (node.store.clone(), node.accounts.clone());
    Query::new(QueryConfig::default(), store, accounts, &prometheus::Registry::new()).unwrap()
}

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
    let query = query(&node);
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
    let query = query(&node);
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
    let query = query(&node);
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

#[actix_web::test]
async fn a_video_is_completed_by_who_reached_its_end_and_saw_nine_tenths() {
    const MINUTE: u32 = 60_000;
    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    // The duration, the distinct media and the furthest position, ms; is it told, live, over; and is it completed.
    let seen = |unique_ms, position_ms| Some((unique_ms, position_ms));
    let vectors = [
        (
            Some(10 * MINUTE),
            seen(10 * MINUTE, 10 * MINUTE),
            false,
            true,
            Some(true),
        ),
        // The last 2 % are 12 s.
        (
            Some(10 * MINUTE),
            seen(10 * MINUTE - 12_000, 10 * MINUTE - 12_000),
            false,
            true,
            Some(true),
        ),
        (
            Some(10 * MINUTE),
            seen(10 * MINUTE - 12_001, 10 * MINUTE - 12_001),
            false,
            true,
            Some(false),
        ),
        // Of a minute that would be 1.2 s: 2 s count.
        (
            Some(MINUTE),
            seen(MINUTE - 2_000, MINUTE - 2_000),
            false,
            true,
            Some(true),
        ),
        (
            Some(MINUTE),
            seen(MINUTE - 2_001, MINUTE - 2_001),
            false,
            true,
            Some(false),
        ),
        // At the end, with a tenth skipped, and a little more.
        (
            Some(10 * MINUTE),
            seen(9 * MINUTE, 10 * MINUTE),
            false,
            true,
            Some(true),
        ),
        (
            Some(10 * MINUTE),
            seen(9 * MINUTE - 1, 10 * MINUTE),
            false,
            true,
            Some(false),
        ),
        // Nothing can be said of what was not told, of a live stream, without a duration, and of what is not over.
        (Some(10 * MINUTE), None, false, true, None),
        (Some(10 * MINUTE), seen(10 * MINUTE, 10 * MINUTE), true, true, None),
        (None, seen(10 * MINUTE, 10 * MINUTE), false, true, None),
        (Some(10 * MINUTE), seen(MINUTE, MINUTE), false, false, None),
        (Some(0), seen(0, 0), false, true, None),
    ];
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    // Now, so that an attempt may be under way.
    let now_ms = chrono::Utc::now().timestamp_millis();
    let attempts: Vec<Attempt> = vectors
        .iter()
        .zip(NAMES)
        .map(|((duration_ms, seen, live, over, _), name)| {
            let mut attempt = Attempt::play(now_ms - 60_000, format!("v-{name}"), 20 * MINUTE, 0);
            attempt.cdn = Some(name);
            attempt.video_duration_ms = *duration_ms;
            attempt.stream_type = Some(if *live { "live" } else { "vod" });
            attempt.totals.unique_media_ms = seen.map(|(unique_ms, _)| unique_ms);
            attempt.totals.position_ms_max = seen.map(|(_, position_ms)| position_ms);
            attempt.totals.end_reason = over.then_some(EndReason::Quit);
            attempt
        })
        .collect();
    node.insert(&one, "one", &attempts).await;
    let query = query(&node);
    let ask = async |dimensions: serde_json::Value| {
        let body = json!({"metrics": ["completed", "unique_media_ms"], "dimensions": dimensions,
            "start": iso(now_ms - HOUR_MS), "end": iso(now_ms + HOUR_MS)});
        let (status, answer) = call(&query, Method::POST, "/v1/analytics/query", &one.reader, Some(body)).await;
        assert_eq!(status, 200, "{answer:#}");
        answer["data"]["result"]["rows"].as_array().unwrap().clone()
    };
    let rows = ask(json!(["cdn"])).await;
    let mut distinct_ms = 0.0;
    for (vector, name) in vectors.iter().zip(NAMES) {
        let (_, seen, live, _, completed) = vector;
        let row = rows.iter().find(|row| row["dimensions"]["cdn"] == name).unwrap();
        let value = |metric: &str| row["values"][metric]["value"].as_f64();
        let expected = completed.map(|completed| f64::from(u8::from(completed)));
        assert_eq!(value("completed"), expected, "{vector:?}: {row:#}");
        let unique_ms = seen.filter(|_| !live).map(|(unique_ms, _)| f64::from(unique_ms));
        assert_eq!(value("unique_media_ms"), unique_ms, "{vector:?}: {row:#}");
        distinct_ms += unique_ms.unwrap_or(0.0);
    }
    let all = &ask(json!([])).await[0]["values"];
    let told: Vec<bool> = vectors.iter().filter_map(|(.., completed)| *completed).collect();
    let share = told.iter().filter(|completed| **completed).count() as f64 / told.len() as f64;
    assert_eq!(all["completed"]["value"].as_f64(), Some(share), "{all:#}");
    assert_eq!(all["completed"]["attempts"], told.len(), "{all:#}");
    assert_eq!(all["unique_media_ms"]["value"].as_f64(), Some(distinct_ms), "{all:#}");
    assert_eq!(all["unique_media_ms"]["attempts"], 10, "{all:#}");
    // Of a single attempt it is null where nothing can be said.
    let path = format!(
        "/v1/analytics/impressions?start={}&end={}&filter=unique_media_ms:GTE:0&filter=completed:LT:1",
        iso(now_ms - HOUR_MS),
        iso(now_ms + HOUR_MS)
    );
    let (status, answer) = call(&query, Method::GET, &path, &one.reader, None).await;
    assert_eq!(status, 200, "{answer:#}");
    let listed = answer["data"]["result"]["rows"].as_array().unwrap().len();
    assert_eq!(
        listed,
        told.iter().filter(|completed| !**completed).count(),
        "{answer:#}"
    );
}

#[actix_web::test]
async fn who_goes_on_counts_in_the_drop_off_for_as_far_as_they_came() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    let now_ms = chrono::Utc::now().timestamp_millis();
    // Of a video of 200 s: so many plays came so far, s, and are over or not.
    let groups = [
        (0, 10, true),
        (50, 30, true),
        (99, 20, false),
        (100, 20, true),
        (150, 10, false),
        (200, 10, true),
    ];
    let mut attempts = Vec::new();
    for (group, (seconds, count, over)) in groups.into_iter().enumerate() {
        for index in 0..count {
            let mut attempt = Attempt::play(now_ms - 60_000, format!("v-{group}-{index}"), 1_000 * seconds, 0);
            attempt.video_duration_ms = Some(200_000);
            attempt.stream_type = Some("vod");
            attempt.totals.unique_media_ms = Some(1_000 * seconds);
            attempt.totals.position_ms_max = Some(1_000 * seconds);
            attempt.totals.end_reason = over.then_some(EndReason::Quit);
            attempts.push(attempt);
        }
    }
    // No play, and plays that cannot tell.
    let mut never = Attempt::play(now_ms - 60_000, "v-never".into(), 0, 0);
    never.totals.first_frame_seen = false;
    attempts.push(never);
    let mut live = attempts[0].clone();
    (live.id, live.stream_type) = (uuid::Uuid::now_v7(), Some("live"));
    attempts.push(live);
    attempts.push(Attempt::play(now_ms - 60_000, "v-older".into(), 1_000, 0));
    node.insert(&one, "one", &attempts).await;
    let query = query(&node);
    let ask = async |more: serde_json::Value| {
        let mut body = json!({"start": iso(now_ms - HOUR_MS), "end": iso(now_ms + HOUR_MS)});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call(&query, Method::POST, "/v1/analytics/drop-off", &one.reader, Some(body)).await
    };
    let (status, answer) = ask(json!({})).await;
    assert_eq!(status, 200, "{answer:#}");
    let result = &answer["data"]["result"];
    assert_eq!(
        [&result["plays"], &result["ongoing"], &result["unknown"]],
        [&json!(100), &json!(30), &json!(2)]
    );
    let points = result["points"].as_array().unwrap();
    assert_eq!(points.len(), 100);
    // Past half of the video the 20 that were still on their way there are no longer at risk.
    for (place, at_risk, value) in [
        (1, 100, 0.9),
        (25, 90, 0.9),
        (26, 90, 0.6),
        (50, 60, 0.6),
        (51, 40, 0.6 * 20.0 / 40.0),
        (76, 20, 0.3),
        (100, 10, 0.3),
    ] {
        let point = &points[place - 1];
        assert_eq!(point["position"].as_f64(), Some(place as f64 / 100.0));
        assert_eq!(point["atRisk"], at_risk, "{point:#}");
        let told = |name: &str| point[name].as_f64().unwrap();
        assert!((told("value") - value).abs() < 1e-12, "{point:#}");
        assert!(told("low") < value && value < told("high"), "{point:#}");
    }
    assert_eq!(result["median"].as_f64(), Some(0.51));
    let (status, answer) =
        ask(json!({"metric": "completed", "filters": [{"attribute": "completed", "operator": "GT", "value": 0}]}))
            .await;
    assert_eq!(status, 400, "{answer:#}");
    let fields: Vec<&str> = answer["data"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["metric", "filters"], "{answer:#}");
}

#[actix_web::test]
async fn what_was_played_again_is_told_by_place_as_far_as_seeks_are_known() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    let now_ms = chrono::Utc::now().timestamp_millis();
    // Of a video of 100 s: how much was played, how much of it distinct, s, and the seeks in between.
    let play = |viewer: usize, media: u32, unique: u32, seeks: &[(u32, u32)]| {
        let mut attempt = Attempt::play(now_ms - 60_000, format!("v-{viewer}"), 1_000 * media, 0);
        attempt.video_duration_ms = Some(100_000);
        attempt.stream_type = Some("vod");
        attempt.totals.unique_media_ms = Some(1_000 * unique);
        attempt.totals.position_ms_max = Some(1_000 * unique);
        attempt.seeks = seeks.iter().map(|(from, to)| (1_000 * from, 1_000 * to)).collect();
        attempt
    };
    let mut attempts: Vec<Attempt> = (0..60).map(|viewer| play(viewer, 80, 80, &[(40, 50)])).collect();
    // Twenty go back from 60 to 30 s and leave at 50; ten play 10 to 20 twice more.
    attempts.extend((60..80).map(|viewer| play(viewer, 80, 60, &[(60, 30)])));
    attempts.extend((80..90).map(|viewer| play(viewer, 50, 30, &[(20, 10), (20, 10)])));
    // Ten played 5 s again, and nothing tells where.
    attempts.extend((90..100).map(|viewer| play(viewer, 25, 20, &[])));
    node.insert(&one, "one", &attempts).await;
    let query = query(&node);
    let ask = async |more: serde_json::Value| {
        let mut body = json!({"start": iso(now_ms - HOUR_MS), "end": iso(now_ms + HOUR_MS)});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call(&query, Method::POST, "/v1/analytics/drop-off", &one.reader, Some(body)).await
    };
    let (status, answer) = ask(json!({"rewatches": true})).await;
    assert_eq!(status, 200, "{answer:#}");
    let result = &answer["data"]["result"];
    assert_eq!(result["plays"], 100);
    let (placed, all) = (20 * 20_000 + 10 * 20_000, 20 * 20_000 + 10 * 20_000 + 10 * 5_000);
    assert_eq!(result["rewatched"], json!({"mediaMs": all, "placedMs": placed}));
    let points = result["points"].as_array().unwrap();
    for (place, times) in [
        (10, 0.0),
        (11, 0.2),
        (20, 0.2),
        (21, 0.0),
        (31, 0.2),
        (50, 0.2),
        (51, 0.0),
        (60, 0.0),
    ] {
        let point = &points[place - 1];
        let told = |name: &str| point[name].as_f64().unwrap();
        assert!((told("rewatches") - times).abs() < 1e-9, "{point:#}");
        assert!(
            told("rewatchesLow") <= times && times < told("rewatchesHigh"),
            "{point:#}"
        );
    }
    assert_eq!(result["source"], "beacons");

    let (_, answer) = ask(json!({})).await;
    let result = &answer["data"]["result"];
    assert_eq!(
        (&result["rewatched"], &result["source"]),
        (&json!(null), &json!("impressions"))
    );
    assert_eq!(result["points"][10]["rewatches"], json!(null));
    // Nobody watched at all.
    let before = json!({"rewatches": true, "start": iso(now_ms - 9 * HOUR_MS), "end": iso(now_ms - 8 * HOUR_MS)});
    let (status, answer) = ask(before).await;
    assert_eq!(status, 200, "{answer:#}");
    let result = &answer["data"]["result"];
    assert_eq!((&result["plays"], &result["median"]), (&json!(0), &json!(null)));
    let points = result["points"].as_array().unwrap();
    assert_eq!(points.len(), 100);
    assert!(
        points
            .iter()
            .all(|point| point["value"].is_null() && point["rewatches"].is_null()),
        "{answer:#}"
    );
    let (status, answer) = ask(json!({"rewatches": "yes"})).await;
    assert_eq!(
        (status, &answer["data"]["details"][0]["field"]),
        (400, &json!("rewatches"))
    );
}
