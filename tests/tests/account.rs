//! Accounts and experiments over HTTP, on the whole server: keys are made, narrowed, switched off and ended; an experiment reaches the
//! collector's configuration when it runs and leaves it when it stops.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::{
    beacons,
    stack::{Stack, now_ms, rfc3339},
};
use uuid::Uuid;

/// Asks as `key`, for `organization` when it is named; gives the status and the envelope's data.
async fn ask(
    stack: &Stack,
    key: &str,
    organization: Option<&str>,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let mut request = stack.client.request(method, stack.url(path)).header("X-Api-Key", key);
    if let Some(organization) = organization {
        request = request.header("X-Tenant-Org-Id", organization);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    if text.is_empty() {
        return (status, Value::Null);
    }
    let envelope: Value = serde_json::from_str(&text).unwrap();
    (status, envelope["data"].clone())
}

/// The fields that an error names, in order.
fn fields(data: &Value) -> Vec<&str> {
    let details = data["details"].as_array().unwrap().iter();
    details.map(|detail| detail["field"].as_str().unwrap()).collect()
}

async fn post(stack: &Stack, license: &str, origin: &str) -> (StatusCode, i64) {
    let now = now_ms();
    let batch = beacons::batch(now, vec![beacons::playing(Uuid::now_v7(), 0, now, 1_000, 0)]);
    let request = stack.client.post(stack.url(&format!("/v1/beacons?key={license}")));
    let response = request.header("Origin", origin).json(&batch).send().await.unwrap();
    let status = response.status();
    let answer: Value = response.json().await.unwrap();
    (status, answer["data"]["code"].as_i64().unwrap_or_default())
}

#[tokio::test]
async fn keys_are_made_narrowed_switched_off_and_ended_over_http() {
    let stack = Stack::start().await.unwrap();
    let own = stack.keys.api_key.as_str();

    // A platform makes an organisation below its own, and keys for it.
    let path = "/v1/account/organizations";
    let (status, made) = ask(&stack, own, None, Method::POST, path, Some(json!({"name": "below"}))).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let below = made["result"]["id"].as_str().unwrap();
    assert_eq!(made["result"]["parentId"], stack.keys.organization_id);
    let (_, list) = ask(&stack, own, None, Method::GET, path, None).await;
    assert_eq!(
        list["result"]["organizations"].as_array().unwrap().len(),
        2,
        "the canary's is nobody's"
    );
    assert_eq!(list["result"]["scope"], "admin");

    let keys = "/v1/account/api-keys";
    let wanted = json!({"name": "reader", "scope": "read"});
    let (status, made) = ask(&stack, own, Some(below), Method::POST, keys, Some(wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (reader, reader_id) = (
        made["result"]["secret"].as_str().unwrap(),
        made["result"]["id"].as_str().unwrap(),
    );
    let (_, list) = ask(&stack, own, Some(below), Method::GET, keys, None).await;
    assert!(!list.to_string().contains(reader), "a secret is told once");
    assert_eq!(list["result"]["apiKeys"][0]["id"], reader_id);
    let (status, refused) = ask(&stack, reader, None, Method::GET, keys, None).await;
    assert_eq!((status, &refused["code"]), (StatusCode::FORBIDDEN, &json!(2002)));
    let (_, list) = ask(&stack, reader, None, Method::GET, path, None).await;
    assert_eq!(list["result"]["scope"], "read", "what the key that asks may do");
    let (status, _) = ask(&stack, reader, None, Method::GET, "/v1/analytics/experiments", None).await;
    assert_eq!(status, StatusCode::OK);

    // Every fault at once, with the nearest right name.
    let licenses = "/v1/account/licenses";
    let wrong = json!({"nam": "web", "allowedDomains": ["https://example.com"], "rateLimitPerS": 0, "sample": 2});
    let (status, refused) = ask(&stack, own, Some(below), Method::POST, licenses, Some(wrong)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let mut named = fields(&refused);
    named.sort_unstable();
    assert_eq!(named, ["allowedDomains[0]", "nam", "name", "rateLimitPerS", "sample"]);
    assert!(refused.to_string().contains("did you mean 'name'?"), "{refused}");

    let wanted = json!({"name": "web", "allowedDomains": ["*.example.com"], "rateLimitPerS": 50});
    let (status, made) = ask(&stack, own, Some(below), Method::POST, licenses, Some(wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let license = made["result"]["licenseKey"].as_str().unwrap().to_owned();
    let expected = json!({"licenseKey": license, "name": "web", "allowedDomains": ["*.example.com"], "rateLimitPerS": 50,
        "collectorEnabled": true, "sample": 1.0});
    assert_eq!(made["result"], expected);
    let (page, other) = ("https://www.example.com", "https://www.example.org");
    assert_eq!(post(&stack, &license, page).await.0, StatusCode::ACCEPTED);
    assert_eq!(post(&stack, &license, other).await.0, StatusCode::FORBIDDEN);

    let one = format!("{licenses}/{license}");
    let (status, _) = ask(&stack, reader, None, Method::PATCH, &one, Some(json!({"sample": 1}))).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, refused) = ask(&stack, own, None, Method::PATCH, &one, Some(json!({"sample": 1}))).await;
    assert_eq!(
        (status, &refused["code"]),
        (StatusCode::NOT_FOUND, &json!(2008)),
        "another organisation's"
    );
    let wanted = json!({"allowedDomains": ["*"], "rateLimitPerS": null});
    let (status, changed) = ask(&stack, own, Some(below), Method::PATCH, &one, Some(wanted)).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(changed["result"]["rateLimitPerS"], Value::Null);
    assert_eq!(changed["result"]["name"], "web", "what was not named stays");
    assert_eq!(post(&stack, &license, other).await.0, StatusCode::ACCEPTED);

    // Off and on again.
    for (on, expected) in [
        (false, (StatusCode::FORBIDDEN, 2007)),
        (true, (StatusCode::ACCEPTED, 0)),
    ] {
        let wanted = json!({"collectorEnabled": on});
        let (status, _) = ask(&stack, own, Some(below), Method::PATCH, &one, Some(wanted)).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(post(&stack, &license, page).await, expected);
    }

    let (status, _) = ask(&stack, own, Some(below), Method::DELETE, &one, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(post(&stack, &license, page).await.0, StatusCode::UNAUTHORIZED);
    let (status, _) = ask(&stack, own, Some(below), Method::DELETE, &one, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let path = format!("{keys}/{reader_id}");
    let (status, _) = ask(&stack, own, Some(below), Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = ask(&stack, reader, None, Method::GET, "/v1/analytics/experiments", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_experiment_reaches_pages_while_it_runs() {
    let stack = Stack::start().await.unwrap();
    let own = stack.keys.api_key.as_str();
    let path = "/v1/analytics/experiments";
    let config = async || {
        let path = format!("/v1/collector/config?key={}", stack.keys.license_key);
        let request = stack.client.get(stack.url(&path)).header("Origin", "https://a.example");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["access-control-allow-origin"], "https://a.example");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let answer: Value = response.json().await.unwrap();
        answer["data"]["result"].clone()
    };
    let wrong = json!({"arms": [{"name": "a"}, {"name": "a", "weight": 0}, 3], "traffic": 1.5, "metrics": ["rebufer_ratio"],
        "state": "runing", "switchbackMinutes": 5});
    let (status, refused) = ask(&stack, own, None, Method::POST, path, Some(wrong)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let mut named = fields(&refused);
    named.sort_unstable();
    let expected = [
        "arms[1].name",
        "arms[1].weight",
        "arms[2]",
        "metrics[0]",
        "name",
        "state",
        "switchbackMinutes",
        "traffic",
    ];
    assert_eq!(named, expected);
    for near in ["'rebuffer_ratio'", "'running'"] {
        assert!(
            refused.to_string().contains(&format!("did you mean {near}?")),
            "{refused}"
        );
    }

    let wanted = json!({"name": "abr-2026", "arms": [{"name": "control"}, {"name": "treatment", "weight": 3}], "traffic": 0.5,
        "metrics": ["rebuffer_ratio", "startup_any_ms_p50"], "guardrails": ["start_failure"]});
    let (status, made) = ask(&stack, own, None, Method::POST, path, Some(wanted.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["result"]["state"], "draft");
    let (status, refused) = ask(&stack, own, None, Method::POST, path, Some(wanted)).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!(3021)));
    assert_eq!(config().await["experiments"], json!([]));

    let id = made["result"]["id"].as_str().unwrap();
    let one = format!("{path}/{id}");
    let change = async |body: Value| ask(&stack, own, None, Method::PATCH, &one, Some(body)).await;
    let (status, running) = change(json!({"state": "running"})).await;
    assert_eq!(
        (status, &running["result"]["state"]),
        (StatusCode::OK, &json!("running"))
    );
    let told = config().await;
    assert_eq!(
        (&told["enabled"], &told["sample_permille"]),
        (&json!(true), &json!(1_000))
    );
    assert!((told["now_ms"].as_i64().unwrap() - now_ms()).abs() < 60_000);
    let expected = json!([{"name": "abr-2026", "salt": id, "traffic_permille": 500, "switchback_ms": null,
        "arms": [{"name": "control", "weight": 1}, {"name": "treatment", "weight": 3}]}]);
    assert_eq!(told["experiments"], expected);

    let (status, refused) = change(json!({"arms": [{"name": "a"}, {"name": "b"}]})).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!(3022)));
    assert_eq!(fields(&refused), ["arms"]);
    let (status, _) = change(json!({"traffic": 1, "description": "all of them"})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(config().await["experiments"][0]["traffic_permille"], 1_000);
    let (_, stopped) = change(json!({"state": "stopped"})).await;
    assert_eq!(stopped["result"]["description"], "all of them");
    assert_eq!(config().await["experiments"], json!([]));
    let (status, _) = change(json!({"state": "running"})).await;
    assert_eq!(status, StatusCode::CONFLICT);

    let (organization, stranger) = stack.create_organization("stranger").await.unwrap();
    let (status, _) = ask(&stack, &stranger, None, Method::GET, &one, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{organization} must not see it");
    let (status, _) = ask(&stack, own, None, Method::DELETE, &one, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, list) = ask(&stack, own, None, Method::GET, path, None).await;
    assert_eq!(list["result"]["experiments"], json!([]));
}

/// Attempts of viewers as the experiment assigns them; those of the second arm stall more. `lost` of 10 viewers of the second arm never send.
async fn expose(stack: &Stack, experiment: &str, id: &str, viewers: u32, lost: u32) -> u64 {
    let now = now_ms();
    let mut all = Vec::new();
    for viewer in 0..viewers {
        let name = format!("{experiment}-viewer-{viewer}");
        let arm = schemas::assignment::arm(id, &name, &[1, 1], 1_000).unwrap();
        if arm == 1 && viewer % 10 < lost {
            continue;
        }
        let stall_ms = if viewer % 20 < [1, 8][arm] {
            2_000 + viewer % 700
        } else {
            0
        };
        let variant = ["control", "treatment"][arm];
        for _ in 0..2 {
            let mut beacon = beacons::playing(Uuid::now_v7(), 0, now, 40_000 + viewer % 9_000, stall_ms);
            beacon["context"] = json!({"viewer_id": name, "video_id": "v1", "experiment_name": experiment,
                "experiment_variant": variant});
            all.push(beacon);
        }
    }
    for some in all.chunks(200) {
        let (status, answer) = stack.post_beacons(&beacons::batch(now, some.to_vec())).await.unwrap();
        assert_eq!(
            (status, &answer["data"]["result"]["rejected"]),
            (StatusCode::ACCEPTED, &json!([]))
        );
    }
    all.len() as u64
}

/// What four of five viewers watched three days before the experiment; as long as they do in it, as viewers are.
async fn watched_before(stack: &Stack, experiment: &str, viewers: u32) -> u64 {
    let then = now_ms() - 3 * 86_400_000;
    let mut all = Vec::new();
    for viewer in (0..viewers).filter(|viewer| viewer % 5 > 0) {
        let mut beacon = beacons::playing(Uuid::now_v7(), 0, then, 40_000 + viewer % 9_000, 0);
        beacon["context"] = json!({"viewer_id": format!("{experiment}-viewer-{viewer}"), "video_id": "v1"});
        all.push(beacon);
    }
    for some in all.chunks(200) {
        let mut batch = beacons::batch(now_ms(), some.to_vec());
        batch["clock"] = json!("historic");
        let request = stack
            .client
            .post(stack.beacons_url())
            .header("X-Api-Key", &stack.keys.api_key);
        assert_eq!(
            request.json(&batch).send().await.unwrap().status(),
            StatusCode::ACCEPTED
        );
    }
    all.len() as u64
}

#[tokio::test]
async fn an_arm_that_stalls_more_is_worse_and_one_that_loses_viewers_is_refused() {
    let stack = Stack::start().await.unwrap();
    let own = stack.keys.api_key.as_str();
    let path = "/v1/analytics/experiments";
    let mut ids = Vec::new();
    for name in ["sound", "leaky"] {
        let wanted = json!({"name": name, "arms": [{"name": "control"}, {"name": "treatment"}], "state": "running",
            "metrics": ["rebuffer_ratio", "startup_any_ms_p50", "play_ms"], "guardrails": ["good_share"]});
        let (status, made) = ask(&stack, own, None, Method::POST, path, Some(wanted)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        ids.push(made["result"]["id"].as_str().unwrap().to_owned());
    }
    let sent = watched_before(&stack, "sound", 1_200).await
        + expose(&stack, "sound", &ids[0], 1_200, 0).await
        + expose(&stack, "leaky", &ids[1], 1_200, 3).await;
    stack.accounted([sent, sent, 0, 0]).await.unwrap();

    let results = async |id: &str| {
        let path = format!("{path}/{id}/results");
        let (status, data) = ask(&stack, own, None, Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{data}");
        data
    };
    let sound = results(&ids[0]).await;
    let result = &sound["result"];
    assert_eq!(result["sampleRatio"]["mismatch"], false, "{result:#}");
    let viewers: u64 = (0..2).map(|arm| result["arms"][arm]["viewers"].as_u64().unwrap()).sum();
    assert_eq!(viewers, 1_200, "counted one by one");
    assert_eq!(result["arms"][0]["name"], "control");
    let metrics = &result["comparisons"][0]["metrics"];
    let of = |metric: &str, key: &str| metrics[metric][key].clone();
    assert_eq!(of("rebuffer_ratio", "verdict"), "worse", "{metrics:#}");
    assert!(of("rebuffer_ratio", "eValue").as_f64().unwrap() > 20.0);
    assert_eq!(of("rebuffer_ratio", "postTreatment"), true);
    assert_eq!(of("good_share", "guardrail"), true);
    assert_eq!(of("good_share", "postTreatment"), false);
    assert_eq!(of("good_share", "verdict"), "worse");
    assert_ne!(of("startup_any_ms_p50", "verdict"), "worse", "all startups are alike");
    let difference = |metric: &str| of(metric, "difference").as_f64().unwrap();
    let per_attempt = of("play_ms", "reference").as_f64().unwrap();
    assert!((40_000.0..49_000.0).contains(&per_attempt), "{metrics:#}");
    assert!(difference("play_ms").abs() < 1_000.0);

    // How long a viewer plays was known before; the stalls were not, for nobody stalled.
    let taken = of("play_ms", "cuped");
    assert!(taken["varianceRemoved"].as_f64().unwrap() > 0.5, "{metrics:#}");
    let new = taken["newShare"].as_f64().unwrap();
    assert!((new - 0.2).abs() < 0.02, "a fifth was not there before: {new}");
    assert_eq!(of("rebuffer_ratio", "cuped"), Value::Null);

    let leaky = results(&ids[1]).await;
    assert_eq!(leaky["result"]["sampleRatio"]["mismatch"], true, "{leaky:#}");
    for comparison in leaky["result"]["comparisons"][0]["metrics"]
        .as_object()
        .unwrap()
        .values()
    {
        assert_eq!(comparison["verdict"], "refused", "{comparison:#}");
    }
    assert!(leaky["messages"].to_string().contains("sample ratio mismatch"));

    let wanted = json!({"name": "draft", "arms": [{"name": "a"}, {"name": "b"}]});
    let (_, made) = ask(&stack, own, None, Method::POST, path, Some(wanted)).await;
    let path = format!("{path}/{}/results", made["result"]["id"].as_str().unwrap());
    let (status, refused) = ask(&stack, own, None, Method::GET, &path, None).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!(3022)));
}

#[tokio::test]
async fn what_the_organisations_of_a_platform_had_is_told_apart_and_added_up() {
    let stack = Stack::start().await.unwrap();
    let own = stack.keys.api_key.as_str();
    let organizations = "/v1/account/organizations";
    let mut made = Vec::new();
    for name in ["below", "empty"] {
        let (_, answer) = ask(
            &stack,
            own,
            None,
            Method::POST,
            organizations,
            Some(json!({"name": name})),
        )
        .await;
        made.push(answer["result"]["id"].as_str().unwrap().to_owned());
    }
    let [below, empty] = &made[..] else { unreachable!() };
    let wanted = json!({"name": "reader", "scope": "read"});
    let (_, key) = ask(
        &stack,
        own,
        Some(below),
        Method::POST,
        "/v1/account/api-keys",
        Some(wanted),
    )
    .await;
    let reader = key["result"]["secret"].as_str().unwrap();
    let wanted = json!({"name": "web", "allowedDomains": ["*"]});
    let (_, key) = ask(
        &stack,
        own,
        Some(below),
        Method::POST,
        "/v1/account/licenses",
        Some(wanted),
    )
    .await;
    let license = key["result"]["licenseKey"].as_str().unwrap();
    // Two attempts above, one below; the third organisation has none.
    for license in [
        stack.keys.license_key.as_str(),
        stack.keys.license_key.as_str(),
        license,
    ] {
        let (status, _) = post(&stack, license, "https://www.example.com").await;
        assert_eq!(status, StatusCode::ACCEPTED);
    }

    let now = now_ms();
    let range = format!("start={}&end={}", rfc3339(now - 3_600_000), rfc3339(now + 3_600_000));
    let path = format!("/v1/account/organizations/totals?{range}");
    let begun = Instant::now();
    let told = loop {
        let (status, answer) = ask(&stack, own, None, Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        if answer["result"]["total"]["attempts"] == 3 {
            break answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "{answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let had = |id: &str| {
        let all = told["result"]["organizations"].as_array().unwrap();
        assert_eq!(all.len(), 3, "the canary's is nobody's");
        all.iter()
            .find(|organization| organization["id"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(had(&stack.keys.organization_id)["values"]["attempts"], 2);
    assert_eq!(
        had(below)["values"],
        json!({"attempts": 1, "plays": 1, "play_ms": 1_000})
    );
    assert_eq!(had(below)["parentId"], stack.keys.organization_id);
    assert!(had(below)["freshAsOf"].is_string());
    assert_eq!(had(empty)["values"], json!({"attempts": 0, "plays": 0, "play_ms": 0}));
    assert_eq!(had(empty)["freshAsOf"], Value::Null);
    assert_eq!(
        told["result"]["total"],
        json!({"attempts": 3, "plays": 3, "play_ms": 3_000})
    );

    // A key from below sees nothing of what is above or beside it.
    let (_, answer) = ask(&stack, reader, None, Method::GET, &path, None).await;
    assert_eq!(answer["result"]["organizations"].as_array().unwrap().len(), 1);
    assert_eq!(answer["result"]["total"]["attempts"], 1);

    let wrong = "/v1/account/organizations/totals?start=yesterday&ende=2026-11-20T00:00:00Z";
    let (status, refused) = ask(&stack, own, None, Method::GET, wrong, None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(fields(&refused), ["ende", "start", "end"]);
    assert!(refused.to_string().contains("did you mean 'end'?"), "{refused}");
}
