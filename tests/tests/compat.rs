//! The compatible surface on the whole server, asked as the other vendor's data source asks it (its SDKs are run in `tests/compat/`): the
//! numbers are those of the own API, forms are kept, and nobody sees another organisation's attempts.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::{
    beacons,
    stack::{Stack, now_ms, rfc3339},
};
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;

struct Asker<'a> {
    stack: &'a Stack,
    key: &'a str,
}

impl Asker<'_> {
    async fn ask(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let url = self.stack.url(&format!("/compat/v1/analytics/{path}"));
        let request = self
            .stack
            .client
            .request(method.clone(), url)
            .header("X-Api-Key", self.key);
        let request = match method {
            Method::GET => request,
            _ => request.json(body),
        };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        (answer.status(), answer.json().await.unwrap())
    }

    /// The rows of a question.
    async fn rows(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(Method::POST, path, body).await;
        assert_eq!(
            (status, &answer["status"]),
            (StatusCode::OK, &json!("SUCCESS")),
            "{path} {body}: {answer}"
        );
        let table = &answer["data"]["result"];
        let rows = table["rows"].as_array().unwrap();
        assert_eq!(table["rowCount"], rows.len());
        assert!(
            rows.iter()
                .all(|row| row.as_array().unwrap().len() == table["columnLabels"].as_array().unwrap().len())
        );
        table["rows"].clone()
    }
}

#[tokio::test]
async fn its_numbers_are_those_of_the_own_api() {
    let stack = Stack::start().await.unwrap();
    let now = now_ms();
    let hour = now - now.rem_euclid(60 * MINUTE_MS) - 60 * MINUTE_MS;
    let began = [hour + 5_000, hour + 10_000, hour + 2 * MINUTE_MS];
    let played = [(60_000, 0), (30_000, 3_000), (10_000, 2_000)];
    let sent = began
        .iter()
        .zip(played)
        .map(|(began, (play_ms, stall_ms))| beacons::playing(Uuid::now_v7(), 0, *began, play_ms, stall_ms));
    let mut batch = beacons::batch(now, sent.collect());
    batch["clock"] = json!("historic");
    for (name, value) in [("muted", true), ("fullscreen", true), ("casting", false)] {
        batch["beacons"][2]["context"][name] = json!(value);
    }
    let answer = stack
        .client
        .post(stack.beacons_url())
        .header("X-Api-Key", &stack.keys.api_key)
        .json(&batch)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    stack
        .accounted_within([3, 3, 0, 0], Duration::from_secs(20))
        .await
        .unwrap();

    let asker = Asker {
        stack: &stack,
        key: &stack.keys.api_key,
    };
    let question = |more: Value| {
        let mut body = json!({
            "licenseKey": stack.keys.license_key, "start": rfc3339(hour), "end": rfc3339(hour + 60 * MINUTE_MS),
            "filters": [], "groupBy": [], "orderBy": [],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let count = question(json!({"dimension": "IMPRESSION_ID"}));
    assert_eq!(asker.rows("queries/count", &count).await, json!([[3]]));
    let by_minute = question(json!({"dimension": "IMPRESSION_ID", "interval": "MINUTE"}));
    assert_eq!(
        asker.rows("queries/count", &by_minute).await,
        json!([[hour, 2], [hour + 2 * MINUTE_MS, 1]])
    );
    let grouped = question(json!({
        "dimension": "PLAYED", "interval": "HOUR", "groupBy": ["VIDEO_ID", "PATH"], "orderBy": [{"name": "FUNCTION", "order": "DESC"}],
    }));
    let rows = asker.rows("queries/sum", &grouped).await;
    assert_eq!(
        (&rows[0][0], &rows[0][2], &rows[0][3]),
        (&json!(hour), &Value::Null, &json!(100_000)),
        "{rows}"
    );
    for (aggregate, of, expected) in [
        ("sum", "BUFFERED", json!(5_000)),
        ("min", "PLAYED", json!(10_000)),
        ("max", "PLAYED", json!(60_000)),
        ("median", "PLAYED", json!(30_000)),
        ("avg", "BUFFERED", json!(5_000.0 / 3.0)),
        ("variance", "PLAYED", json!(1_266_666_666.666_666_7 / 3.0)),
        ("count", "PATH", json!(0)),
        ("sum", "VIDEOTIME_START", Value::Null),
    ] {
        let rows = asker
            .rows(&format!("queries/{aggregate}"), &question(json!({"dimension": of})))
            .await;
        match (rows[0][0].as_f64(), expected.as_f64()) {
            (Some(got), Some(expected)) => assert!(
                (got - expected).abs() <= 1e-6 * expected.abs().max(1.0),
                "{aggregate} {of}: {rows}"
            ),
            _ => assert_eq!(rows[0][0], expected, "{aggregate} {of}"),
        }
    }
    // Filters by numbers, by null, and by null that the clients leave out.
    for (filter, expected) in [
        (json!({"name": "BUFFERED", "operator": "GT", "value": 0}), 2),
        (json!({"name": "ERROR_CODE", "operator": "NE"}), 0),
        (json!({"name": "ERROR_CODE", "operator": "NE", "value": 10_000}), 3),
        (json!({"name": "ERROR_CODE", "operator": "EQ", "value": null}), 3),
        (
            json!({"name": "PLAYED", "operator": "IN", "value": [60_000, 10_000]}),
            2,
        ),
        (json!({"name": "VIDEO_ID", "operator": "EQ", "value": "none"}), 0),
        (json!({"name": "IS_MUTED", "operator": "EQ", "value": "true"}), 1),
        (json!({"name": "SIZE", "operator": "EQ", "value": "FULLSCREEN"}), 1),
        (json!({"name": "IS_CASTING", "operator": "EQ", "value": "false"}), 1),
    ] {
        let body = question(json!({"dimension": "IMPRESSION_ID", "filters": [filter]}));
        let rows = asker.rows("queries/count", &body).await;
        assert_eq!(rows[0][0].as_u64().unwrap_or_default(), expected, "{filter}: {rows}");
    }
    let ratio = asker
        .rows("queries/avg", &question(json!({"dimension": "REBUFFER_PERCENTAGE"})))
        .await;
    let own = stack
        .query(&json!({"metrics": ["rebuffer_ratio", "attempts"], "start": rfc3339(hour), "end": rfc3339(hour + 60 * MINUTE_MS)}))
        .await
        .unwrap();
    let own = own["rows"][0]["values"]["rebuffer_ratio"]["value"].as_f64().unwrap();
    assert!(
        (ratio[0][0].as_f64().unwrap() - own).abs() < 1e-9,
        "{ratio} is not {own}"
    );

    // The names of metrics, as its clients write them.
    for name in [
        "max-concurrentviewers",
        "MAX_CONCURRENTVIEWERS",
        "avg-concurrentviewers",
        "AVG-DROPPED-FRAMES",
    ] {
        let rows = asker
            .rows(
                &format!("metrics/{name}"),
                &question(json!({"interval": "MINUTE", "metric": name})),
            )
            .await;
        assert!(
            rows.as_array()
                .unwrap()
                .iter()
                .all(|row| row[0].as_i64().unwrap() % MINUTE_MS == 0),
            "{rows}"
        );
        if name.starts_with("max") {
            assert_eq!(rows[0], json!([hour, 2]), "{rows}");
        }
    }
    let (_, listed) = asker
        .ask(Method::POST, "impressions", &question(json!({"limit": 2})))
        .await;
    let listed = listed["data"]["result"]["impressions"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2);
    let path = format!("impressions/{}/errors", listed[0]["impressionId"].as_str().unwrap());
    let (status, errors) = asker
        .ask(Method::POST, &path, &json!({"licenseKey": stack.keys.license_key}))
        .await;
    assert_eq!(
        (status, &errors["data"]["result"]),
        (StatusCode::OK, &json!({"errorDetails": []}))
    );

    // Nobody else's.
    let (_, stranger) = stack.create_organization("stranger").await.unwrap();
    let stranger = Asker {
        stack: &stack,
        key: &stranger,
    };
    let (status, refusal) = stranger.ask(Method::POST, "queries/count", &count).await;
    assert_eq!(
        (status, &refusal["data"]["code"]),
        (StatusCode::NOT_FOUND, &json!(2008))
    );
    let (status, refusal) = stranger
        .ask(Method::POST, &path, &json!({"licenseKey": stack.keys.license_key}))
        .await;
    assert_eq!(
        (status, &refusal["data"]["code"]),
        (StatusCode::NOT_FOUND, &json!(2008))
    );
    let (_, none) = stranger.ask(Method::GET, "licenses", &Value::Null).await;
    assert_eq!(none["data"]["result"]["items"], json!([]));
}

#[tokio::test]
async fn licenses_errors_and_preflights_have_its_forms() {
    let stack = Stack::start().await.unwrap();
    let asker = Asker {
        stack: &stack,
        key: &stack.keys.api_key,
    };
    let (_, page) = asker.ask(Method::GET, "licenses?offset=0&limit=25", &Value::Null).await;
    let page = &page["data"]["result"];
    assert_eq!(
        (&page["totalCount"], &page["offset"], &page["limit"]),
        (&json!(1), &json!(0), &json!(25))
    );
    assert_eq!(page["items"][0]["licenseKey"], stack.keys.license_key.as_str());

    let (status, made) = asker.ask(Method::POST, "licenses", &json!({"name": "shop"})).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = made["data"]["result"]["id"].as_str().unwrap().to_owned();
    for url in ["example.com", "*.example.com"] {
        let (status, _) = asker
            .ask(Method::POST, &format!("licenses/{id}/domains"), &json!({"url": url}))
            .await;
        assert_eq!(status, StatusCode::CREATED);
    }
    let (_, gone) = asker
        .ask(
            Method::DELETE,
            &format!("licenses/{id}/domains/example.com"),
            &Value::Null,
        )
        .await;
    assert_eq!(gone["data"]["result"], json!({"id": "example.com"}));
    let (_, renamed) = asker
        .ask(Method::PUT, &format!("licenses/{id}"), &json!({"name": "store"}))
        .await;
    let renamed = &renamed["data"]["result"];
    assert_eq!(
        (&renamed["name"], &renamed["domains"]),
        (
            &json!("store"),
            &json!([{"id": "*.example.com", "url": "*.example.com"}])
        )
    );
    let (status, refusal) = asker
        .ask(
            Method::DELETE,
            &format!("licenses/{id}/domains/*.example.com"),
            &Value::Null,
        )
        .await;
    assert_eq!((status, &refusal["status"]), (StatusCode::BAD_REQUEST, &json!("ERROR")));

    for path in ["virtual-licenses", "demo-licenses", "exports"] {
        let (_, page) = asker.ask(Method::GET, path, &Value::Null).await;
        assert_eq!(page["data"]["result"]["items"], json!([]), "{path}");
    }
    let settings = format!("insights/organizations/{}/settings", stack.keys.organization_id);
    let (_, changed) = asker
        .ask(Method::PUT, &settings, &json!({"includeInInsights": true}))
        .await;
    assert_eq!(changed["data"]["result"]["includeInInsights"], true, "{changed}");
    let (_, read) = asker.ask(Method::GET, &settings, &Value::Null).await;
    assert_eq!(read["data"]["result"]["includeInInsights"], true);

    let (status, refusal) = asker
        .ask(
            Method::POST,
            "queries/count",
            &json!({"dimension": "NOPE", "licenseKey": "x"}),
        )
        .await;
    let fields = refusal["data"]["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail["field"].as_str().unwrap());
    assert_eq!(
        (status, fields.collect::<Vec<_>>()),
        (StatusCode::BAD_REQUEST, vec!["dimension", "start", "end"])
    );
    for path in ["queries/mode", "outputs/azure", "metrics/max-fun"] {
        let (status, refusal) = asker.ask(Method::POST, path, &json!({})).await;
        assert_eq!(
            (status, &refusal["status"]),
            (StatusCode::NOT_FOUND, &json!("ERROR")),
            "{path}"
        );
    }
    let nobody = Asker {
        stack: &stack,
        key: "wrong",
    };
    let (status, refusal) = nobody.ask(Method::GET, "licenses", &Value::Null).await;
    assert_eq!(
        (status, &refusal["data"]["code"]),
        (StatusCode::UNAUTHORIZED, &json!(2001))
    );

    let preflight = stack
        .client
        .request(Method::OPTIONS, stack.url("/compat/v1/analytics/queries/count"))
        .header("Origin", "https://grafana.example")
        .header("Access-Control-Request-Headers", "content-type,x-api-key,x-api-client")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
    assert!(
        preflight.headers()["access-control-allow-headers"]
            .to_str()
            .unwrap()
            .contains("x-api-client")
    );
}
