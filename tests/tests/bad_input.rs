//! What people and machines send by mistake or malice: each gets the envelope with the right code and field, and nothing
//! else suffers: after the whole table the same node takes and counts a good beacon.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{io::Write as _, time::Duration};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tests::{
    beacons::{batch, playing},
    stack::{Stack, Sums, now_ms, rfc3339},
};
use uuid::Uuid;

/// One line of the table: what is sent, and what has to come back.
struct Case {
    name: &'static str,
    request: RequestBuilder,
    status: u16,
    /// Number in the error catalogue.
    code: i64,
    /// A `field` that one of the details has to name; empty when no field is at fault.
    field: &'static str,
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn every_bad_input_gets_its_envelope_and_nothing_else_suffers() {
    let stack = Stack::start().await.unwrap();
    let mut wrong = Vec::new();
    let table = ingest_cases(&stack)
        .into_iter()
        .chain(query_cases(&stack))
        .chain(surface_cases(&stack));
    for case in table {
        let response = match case.request.send().await {
            Ok(response) => response,
            Err(error) => {
                wrong.push(format!("{}: no answer: {error:?}", case.name));
                continue;
            }
        };
        let status = response.status().as_u16();
        let header = response
            .headers()
            .get("x-request-id")
            .map(|id| id.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        let Ok(body) = serde_json::from_str::<Value>(&text) else {
            wrong.push(format!("{}: {status} without an envelope: {text:.200}", case.name));
            continue;
        };
        let fields: Vec<&str> = body["data"]["details"]
            .as_array()
            .map(|details| details.iter().filter_map(|detail| detail["field"].as_str()).collect())
            .unwrap_or_default();
        if status != case.status
            || body["status"] != "ERROR"
            || body["data"]["code"] != case.code
            || body["requestId"].as_str() != header.as_deref()
            || header.is_none()
            || (!case.field.is_empty() && !fields.contains(&case.field))
        {
            wrong.push(format!(
                "{}: wanted {} code {} field {:?}, got {status} {body}",
                case.name, case.status, case.code, case.field
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));

    // And nothing else suffered.
    let started = now_ms() - 10_000;
    let good = batch(now_ms(), vec![playing(Uuid::now_v7(), 0, started, 2_000, 0)]);
    assert_eq!(stack.post_beacons(&good).await.unwrap().0, StatusCode::ACCEPTED);
    let one = Sums {
        attempts: 1,
        plays: 1,
        play_ms: 2_000,
        stall_count: 0,
    };
    stack
        .await_sums(started - 3_600_000, started + 3_600_000, one, Duration::from_secs(5))
        .await
        .unwrap();
}

fn ingest_cases(stack: &Stack) -> Vec<Case> {
    let post = |body: Vec<u8>| {
        stack
            .client
            .post(stack.beacons_url())
            .header("Content-Type", "text/plain")
            .body(body)
    };
    let text = |body: &str| post(body.as_bytes().to_vec());
    let good = || batch(now_ms(), vec![playing(Uuid::now_v7(), 0, now_ms() - 5_000, 1_000, 0)]);
    let case = |name, request, status, code, field| Case {
        name,
        request,
        status,
        code,
        field,
    };
    vec![
        case("no JSON", text("hello"), 400, 1001, ""),
        case("an empty body", text(""), 400, 1001, ""),
        case(
            "JSON cut in the middle",
            text(&good().to_string()[..100]),
            400,
            1001,
            "",
        ),
        case("an array instead of a batch", text("[]"), 400, 1001, ""),
        case(
            "NaN",
            text(r#"{"schema_version":1,"sent_at_ms":NaN,"beacons":[]}"#),
            400,
            1001,
            "",
        ),
        case(
            "a text for a number",
            text(r#"{"schema_version":1,"sent_at_ms":"now","beacons":[]}"#),
            400,
            1001,
            "",
        ),
        case(
            "a huge number",
            text(r#"{"schema_version":1,"sent_at_ms":1e400,"beacons":[]}"#),
            400,
            1001,
            "",
        ),
        case(
            "beacons no array",
            text(r#"{"schema_version":1,"sent_at_ms":1,"beacons":7}"#),
            400,
            1001,
            "",
        ),
        case(
            "bytes that are no UTF-8",
            post(vec![0xff, 0xfe, b'{', 0x80]),
            400,
            1001,
            "",
        ),
        case("a body of 10 MB", post(vec![b' '; 10_000_000]), 413, 1005, ""),
        case(
            "a gzip bomb",
            post(gzip(&vec![b' '; 50_000_000])).header("Content-Encoding", "gzip"),
            413,
            1005,
            "",
        ),
        case(
            "gzip that is none",
            text("no gzip").header("Content-Encoding", "gzip"),
            400,
            1001,
            "",
        ),
        case(
            "an unknown encoding",
            text(&good().to_string()).header("Content-Encoding", "zstd"),
            415,
            1006,
            "",
        ),
        case(
            "no license key",
            stack.client.post(stack.url("/v1/beacons")).body(good().to_string()),
            401,
            2004,
            "",
        ),
        case(
            "an unknown license key",
            stack
                .client
                .post(stack.url("/v1/beacons?key=pl_nobody"))
                .body(good().to_string()),
            401,
            2005,
            "",
        ),
        case(
            "history without an API key",
            text(&json!({"schema_version": 1, "sent_at_ms": now_ms(), "clock": "historic", "beacons": []}).to_string()),
            401,
            2000,
            "",
        ),
    ]
}

fn query_cases(stack: &Stack) -> Vec<Case> {
    let ask = |question: Value| {
        stack
            .client
            .post(stack.url("/v1/analytics/query"))
            .header("X-Api-Key", &stack.keys.api_key)
            .json(&question)
    };
    let question = |change: Value| {
        let mut question =
            json!({"metrics": ["attempts"], "start": rfc3339(now_ms() - 86_400_000), "end": rfc3339(now_ms())});
        for (name, value) in change.as_object().unwrap() {
            question[name] = value.clone();
        }
        ask(question)
    };
    let get = |path: &str| {
        stack
            .client
            .get(stack.url(path))
            .header("X-Api-Key", &stack.keys.api_key)
    };
    let filter = |filter: Value| question(json!({"filters": [filter]}));
    let case = |name, request, status, code, field| Case {
        name,
        request,
        status,
        code,
        field,
    };
    vec![
        case(
            "an unknown metric",
            question(json!({"metrics": ["rebufer_ratio"]})),
            400,
            1002,
            "metrics[0]",
        ),
        case(
            "an unknown dimension",
            question(json!({"dimensions": ["contry"]})),
            400,
            1002,
            "dimensions[0]",
        ),
        case(
            "an unknown attribute in a filter",
            filter(json!({"attribute": "contry", "operator": "EQ", "value": "AT"})),
            400,
            1002,
            "filters[0].attribute",
        ),
        case(
            "an unknown operator",
            filter(json!({"attribute": "country", "operator": "LIKE", "value": "AT"})),
            400,
            1002,
            "filters[0].operator",
        ),
        case(
            "a date that is none",
            question(json!({"start": "yesterday"})),
            400,
            1002,
            "start",
        ),
        case(
            "an end before its start",
            question(json!({"end": rfc3339(now_ms() - 9 * 86_400_000)})),
            400,
            1002,
            "start",
        ),
        case(
            "an unknown interval",
            question(json!({"interval": "fortnight"})),
            400,
            1002,
            "interval",
        ),
        case(
            "an unknown time zone",
            question(json!({"timezone": "Mars/Olympus"})),
            400,
            1002,
            "timezone",
        ),
        case(
            "a confidence beyond 1",
            question(json!({"confidence": 95})),
            400,
            1002,
            "confidence",
        ),
        case("no metrics", question(json!({"metrics": []})), 400, 1002, "metrics"),
        case(
            "SQL where a name belongs",
            question(json!({"metrics": ["attempts) FROM system.tables --"]})),
            400,
            1002,
            "metrics[0]",
        ),
        case(
            "an unknown field",
            question(json!({"metrix": ["attempts"]})),
            400,
            1002,
            "metrix",
        ),
        case(
            "a question that is no JSON",
            stack
                .client
                .post(stack.url("/v1/analytics/query"))
                .header("X-Api-Key", &stack.keys.api_key)
                .header("Content-Type", "application/json")
                .body("{"),
            400,
            1001,
            "",
        ),
        case(
            "no API key",
            stack
                .client
                .post(stack.url("/v1/analytics/query"))
                .json(&json!({"metrics": ["attempts"]})),
            401,
            2000,
            "",
        ),
        case(
            "an unknown API key",
            stack
                .client
                .get(stack.url("/v1/analytics/impressions"))
                .header("X-Api-Key", "pa_nobody"),
            401,
            2001,
            "",
        ),
        case(
            "another organisation's id",
            get("/v1/analytics/impressions").header("X-Tenant-Org-Id", Uuid::now_v7().to_string()),
            403,
            2003,
            "",
        ),
        case(
            "an organisation that is no id",
            get("/v1/analytics/impressions").header("X-Tenant-Org-Id", "mine"),
            400,
            1009,
            "X-Tenant-Org-Id",
        ),
        case(
            "an attempt nobody made",
            get(&format!("/v1/analytics/impressions/{}", Uuid::now_v7())),
            404,
            3000,
            "",
        ),
    ]
}

fn surface_cases(stack: &Stack) -> Vec<Case> {
    let case = |name, request, status, code, field| Case {
        name,
        request,
        status,
        code,
        field,
    };
    vec![
        case(
            "an unknown path",
            stack.client.get(stack.url("/v1/nothing")),
            404,
            1003,
            "",
        ),
        case(
            "a method nobody takes",
            stack.client.request(Method::DELETE, stack.url("/v1/beacons")),
            405,
            1004,
            "",
        ),
        case(
            "a wrong method on the query",
            stack.client.get(stack.url("/v1/analytics/query")),
            405,
            1004,
            "",
        ),
    ]
}

#[tokio::test]
async fn a_query_sees_no_other_organisation_whatever_its_text() {
    let ours = Stack::start().await.unwrap();
    let started = now_ms() - 10_000;
    let attempt = Uuid::now_v7();
    let sent = batch(now_ms(), vec![playing(attempt, 0, started, 2_000, 0)]);
    assert_eq!(ours.post_beacons(&sent).await.unwrap().0, StatusCode::ACCEPTED);
    let one = Sums {
        attempts: 1,
        plays: 1,
        play_ms: 2_000,
        stall_count: 0,
    };
    ours.await_sums(started - 3_600_000, started + 3_600_000, one, Duration::from_secs(5))
        .await
        .unwrap();

    // A second organisation on the same node, by the same program a person would use.
    let (organization, theirs) = ours.create_organization("others").await.unwrap();
    assert_ne!(organization, ours.keys.organization_id);
    for path in [
        "/v1/analytics/impressions".to_owned(),
        format!("/v1/analytics/impressions/{attempt}"),
    ] {
        let answer: Value = ours
            .client
            .get(ours.url(&path))
            .header("X-Api-Key", &theirs)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert!(
            !answer["data"]["result"].to_string().contains(&attempt.to_string()),
            "{path} shows another organisation's attempt: {answer}"
        );
    }
    let answer: Value = ours
        .client
        .post(ours.url("/v1/analytics/query"))
        .header("X-Api-Key", &theirs)
        .json(&json!({"metrics": ["attempts"], "start": rfc3339(started - 3_600_000), "end": rfc3339(started + 3_600_000)}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["status"], "SUCCESS", "{answer}");
    let value = &answer["data"]["result"]["rows"][0]["values"]["attempts"]["value"];
    assert!(
        value.as_f64().is_none_or(|value| value == 0.0),
        "another organisation's attempts are counted: {answer}"
    );
}
