//! What a sender sees of the door, over a real socket, with a real journal behind it and ClickHouse down.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::io::Write;

use accounts::Scope;
use schemas::{UnixMs, limits};
use serde_json::{Value, json};
use support::{Door, NOW, answer, batch, beacon, folder, nowhere};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

#[actix_web::test]
async fn what_is_acknowledged_is_in_the_journal_and_comes_back() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let (status, body) = door.post(&batch(vec![beacon(1, 0), beacon(1, 1), beacon(2, 0)])).await;
    assert_eq!(status, 202);
    assert_eq!(
        body["data"]["result"],
        json!({"accepted": 3, "duplicates": 0, "rejected": [], "received_at_ms": 1_763_600_000_000_i64})
    );
    assert_eq!(
        (
            body["status"].as_str(),
            body["data"]["messages"].as_array().map(Vec::len)
        ),
        (Some("SUCCESS"), Some(0))
    );
    assert_eq!(door.account(), [3, 0, 0, 0, 3]);
    door.close().await;
    let (journal, recovery) =
        journal::Journal::open(folder.path().join("journal"), journal::Options::default()).unwrap();
    assert_eq!(recovery.records, 3);
    drop(journal);
    let door = Door::open(folder.path(), nowhere()).await;
    assert_eq!(
        door.account(),
        [3, 0, 0, 0, 3],
        "what an earlier process left is received and in flight"
    );
    door.close().await;
}

#[actix_web::test]
async fn a_repeated_beacon_is_a_duplicate_for_its_own_organisation_only() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let first = batch(vec![beacon(1, 0), beacon(1, 1), beacon(1, 0)]);
    assert_eq!(door.deliver(&first).await, (2, 1, vec![]), "twice in one batch");
    assert_eq!(door.deliver(&first).await, (0, 3, vec![]), "a retry of the batch");
    assert_eq!(
        door.deliver(&batch(vec![beacon(1, 2), beacon(1, 1)])).await,
        (1, 1, vec![])
    );
    let other = door
        .accounts
        .create_organization("other", None, UnixMs(NOW))
        .await
        .unwrap();
    let key = door
        .accounts
        .create_license_key(other, "web", &["*".to_owned()], None, UnixMs(NOW))
        .await
        .unwrap();
    let (status, body) = answer(door.request_with(&key.0).json(&first)).await;
    assert_eq!((status, &body["data"]["result"]["accepted"]), (202, &json!(2)));
    assert_eq!(door.account(), [11, 0, 6, 0, 5]);
    door.close().await;
}

#[actix_web::test]
async fn one_bad_beacon_costs_its_batch_nothing() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let mut wrong_type = beacon(1, 1);
    wrong_type["totals"]["play_ms"] = json!("many");
    let mut impossible = beacon(1, 2);
    impossible["totals"]["play_ms"] = json!(999_999);
    let mut long = beacon(1, 3);
    long["context"]["viewer_id"] = json!("x".repeat(limits::LABEL_BYTES_MAX + 1));
    let (status, body) = door
        .post(&batch(vec![beacon(1, 0), wrong_type, impossible, long, beacon(1, 4)]))
        .await;
    assert_eq!(status, 202);
    let result = &body["data"]["result"];
    assert_eq!(result["accepted"], 2);
    let rejected: Vec<[&Value; 3]> = result["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| [&one["index"], &one["reason"], &one["field"]])
        .collect();
    let expected = json!([
        [1, "malformed", "beacons[1].totals.play_ms"],
        [2, "totals_exceed_elapsed", "beacons[2].totals.play_ms"],
        [3, "text_too_long", "beacons[3].context.viewer_id"],
    ]);
    assert_eq!(json!(rejected), expected);
    assert_eq!(door.account(), [5, 0, 0, 3, 2]);
    door.close().await;
}

#[actix_web::test]
async fn unknown_fields_are_let_pass_and_named() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let mut strange = beacon(1, 0);
    strange["totals"]["plai_ms"] = json!(5);
    let (status, body) = door.post(&batch(vec![strange])).await;
    assert_eq!((status, &body["data"]["result"]["accepted"]), (202, &json!(1)));
    let message = &body["data"]["messages"][0];
    assert_eq!(message["type"], "WARNING");
    assert_eq!(
        message["text"],
        "unknown field 'beacons.0.totals.plai_ms' is kept aside; did you mean 'play_ms'?"
    );
    door.close().await;
}

#[actix_web::test]
async fn an_impossible_startup_becomes_null_and_is_mentioned() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let mut slow = beacon(1, 8);
    slow["totals"]["startup_any_ms"] = json!(70_000);
    let (status, body) = door.post(&batch(vec![slow])).await;
    assert_eq!((status, &body["data"]["result"]["accepted"]), (202, &json!(1)));
    let text = body["data"]["messages"][0]["text"].as_str().unwrap();
    assert!(text.contains("became null: startup_too_long"), "{text}");
    assert_eq!(door.metric("values_nulled_total"), 1.0);
    door.close().await;
}

/// Posts `body` and compares status, code and the first detail's field.
async fn refused(door: &Door, request: reqwest::RequestBuilder, expected: (u16, i32, &str)) {
    let (status, body) = answer(request).await;
    let data = &body["data"];
    let got = (
        status,
        data["code"].as_i64().unwrap(),
        data["details"][0]["field"].as_str().unwrap_or_default(),
    );
    assert_eq!(got, (expected.0, i64::from(expected.1), expected.2), "{body}");
    assert_eq!(body["status"], "ERROR");
    assert!(body["requestId"].is_string());
    assert_eq!(door.account(), [0; 5], "nothing was taken");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, 4096, 5, 22)
        .write_all(bytes)
        .unwrap();
    out
}

#[actix_web::test]
async fn bad_requests_get_the_right_code_and_field_and_nothing_else_suffers() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let body = |text: &str| door.request().body(text.to_owned());
    let good = batch(vec![beacon(1, 0)]);
    let good_text = good.to_string();
    refused(&door, body("not JSON"), (400, 1001, "body")).await;
    refused(&door, body(""), (400, 1001, "body")).await;
    refused(&door, body("null"), (400, 1001, "body")).await;
    refused(&door, body("[]"), (400, 1001, "body")).await;
    refused(&door, door.request().body(vec![0xff, 0xfe, 0x00]), (400, 1001, "body")).await;
    refused(&door, body(&good_text.replace("500", "NaN")), (400, 1001, "beacons[0]")).await;
    refused(
        &door,
        body(&good_text[..good_text.len() / 2]),
        (400, 1001, "beacons[0]"),
    )
    .await;
    refused(
        &door,
        body(r#"{"schema_version":1,"sent_at_ms":"now","beacons":[]}"#),
        (400, 1001, "sent_at_ms"),
    )
    .await;
    refused(
        &door,
        body(r#"{"schema_version":1,"sent_at_ms":1e400,"beacons":[]}"#),
        (400, 1001, "sent_at_ms"),
    )
    .await;
    refused(
        &door,
        body(r#"{"schema_version":99,"sent_at_ms":1,"beacons":[]}"#),
        (400, 1002, "schema_version"),
    )
    .await;
    refused(&door, body(&"[".repeat(500_000)), (400, 1001, "body")).await;
    let many = batch(vec![json!({}); limits::BATCH_BEACONS_MAX + 1]);
    refused(&door, door.request().json(&many), (413, 1005, "beacons")).await;
    refused(&door, door.request().body(vec![b' '; 10 << 20]), (413, 1005, "body")).await;
    refused(
        &door,
        door.request().body(vec![b' '; limits::BODY_BYTES_MAX + 1]),
        (413, 1005, "body"),
    )
    .await;
    let bomb = vec![b' '; 64 << 20];
    let encoded = |name: &str, bytes: Vec<u8>| door.request().header("Content-Encoding", name).body(bytes);
    refused(&door, encoded("gzip", gzip(&bomb)), (413, 1005, "body")).await;
    refused(&door, encoded("br", brotli(&bomb)), (413, 1005, "body")).await;
    refused(&door, encoded("gzip", b"no gzip".to_vec()), (400, 1001, "body")).await;
    refused(&door, encoded("zstd", b"x".to_vec()), (415, 1006, "Content-Encoding")).await;
    let image = door.request().header("Content-Type", "image/png").body("a=1");
    refused(&door, image, (415, 1006, "Content-Type")).await;
    refused(
        &door,
        door.client.post(format!("{}/v1/beacons", door.url)).json(&good),
        (401, 2004, ""),
    )
    .await;
    refused(&door, door.request_with("pl_unknown").json(&good), (401, 2005, "key")).await;
    let elsewhere = door.license(&["tv.example", "*.tv.example"], None).await;
    let from = |origin: &str| door.request_with(&elsewhere).header("Origin", origin).json(&good);
    refused(&door, from("https://evil.example"), (403, 2006, "Origin")).await;
    refused(&door, from("https://tv.example.evil"), (403, 2006, "Origin")).await;
    refused(&door, from("null"), (403, 2006, "Origin")).await;
    let referred = door
        .request_with(&elsewhere)
        .header("Referer", "https://evil.example/tv.example")
        .json(&good);
    refused(&door, referred, (403, 2006, "Origin")).await;
    refused(
        &door,
        door.client.get(format!("{}/v1/beacons?key={}", door.url, door.key)),
        (405, 1004, ""),
    )
    .await;
    // After all this the door takes a good batch as before.
    assert_eq!(door.deliver(&good).await, (1, 0, vec![]));
    assert_eq!(answer(from("https://www.tv.example:8443")).await.0, 202);
    assert_eq!(
        answer(door.request_with(&elsewhere).json(&good)).await.0,
        202,
        "an app has no origin"
    );
    door.close().await;
}

#[actix_web::test]
async fn every_way_of_sending_a_good_batch_is_taken() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let text = |number| batch(vec![beacon(number, 0)]).to_string().into_bytes();
    let url = format!("{}/v1/beacons", door.url);
    let requests = [
        door.request()
            .header("Content-Type", "application/json; charset=utf-8")
            .body(text(1)),
        door.request()
            .header("Content-Type", "text/plain;charset=UTF-8")
            .body(text(2)),
        door.request().body(text(3)),
        door.request().header("Content-Encoding", "gzip").body(gzip(&text(4))),
        door.request().header("Content-Encoding", "br").body(brotli(&text(5))),
        door.client.post(&url).header("X-License-Key", &door.key).body(text(6)),
        door.client
            .post(format!("{url}?debug=1&key={}&x=", door.key))
            .body(text(7)),
    ];
    for request in requests {
        let (status, body) = answer(request).await;
        assert_eq!(
            (status, &body["data"]["result"]["accepted"]),
            (202, &json!(1)),
            "{body}"
        );
    }
    let minimal = door
        .request()
        .header("Prefer", "respond-async, return=minimal")
        .body(text(8));
    assert_eq!(answer(minimal).await, (204, Value::Null));
    assert_eq!(answer(door.request().json(&batch(vec![]))).await.0, 202);
    assert_eq!(door.account(), [8, 0, 0, 0, 8]);
    door.close().await;
}

#[actix_web::test]
async fn a_body_without_a_content_type_is_known_by_its_first_byte() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let text = |number| batch(vec![beacon(number, 0)]).to_string().into_bytes();
    let compact = |number| schemas::proto::write(&serde_json::from_slice(&text(number)).unwrap());
    let bytes = |body: Vec<u8>| {
        door.request()
            .header("Content-Type", "application/octet-stream")
            .body(body)
    };
    let taken = [
        door.request().body(compact(1)),
        bytes(compact(2)),
        bytes(text(3)),
        door.request().body([b" \n\t", &*text(4)].concat()),
        door.request()
            .header("Content-Encoding", "gzip")
            .body(gzip(&compact(5))),
        door.request()
            .header("Content-Type", "application/x-protobuf")
            .body(compact(6)),
    ];
    for (index, request) in taken.into_iter().enumerate() {
        let (status, body) = answer(request).await;
        assert_eq!(
            (status, &body["data"]["result"]["accepted"]),
            (202, &json!(1)),
            "{index}: {body}"
        );
    }
    // A type that says something is believed.
    let called_text = door.request().header("Content-Type", "text/plain").body(compact(7));
    assert_eq!(answer(called_text).await.0, 400);
    let called_compact = door
        .request()
        .header("Content-Type", "application/protobuf")
        .body(text(7));
    assert_eq!(answer(called_compact).await.0, 400);
    assert_eq!(answer(door.request().body(Vec::new())).await.0, 400);
    assert_eq!(door.account(), [6, 0, 0, 0, 6]);
    door.close().await;
}

#[actix_web::test]
async fn a_page_may_read_its_answer_and_its_errors_and_a_stranger_may_not() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let key = door.license(&["*.tv.example"], None).await;
    let headers = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.unwrap();
        let text = |name: &str| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        (
            response.status().as_u16(),
            text("access-control-allow-origin"),
            text("vary"),
            text("access-control-allow-headers"),
        )
    };
    let page = "https://www.tv.example";
    let seen = |status, headers: Option<&str>| {
        (
            status,
            Some(page.to_owned()),
            Some("Origin".to_owned()),
            headers.map(str::to_owned),
        )
    };
    let post = |origin: &str, body: &str| door.request_with(&key).header("Origin", origin).body(body.to_owned());
    assert_eq!(
        headers(post(page, &batch(vec![beacon(1, 0)]).to_string())).await,
        seen(202, None)
    );
    assert_eq!(headers(post(page, "rubbish")).await, seen(400, None));
    assert_eq!(
        headers(post("https://evil.example", "{}")).await,
        (403, None, None, None)
    );
    let unknown = door.request_with("pl_unknown").header("Origin", page).body("{}");
    assert_eq!(
        headers(unknown).await,
        seen(401, None),
        "a wrong key in the snippet shows in the console"
    );
    let options = |key: &str, origin: &str| {
        let url = format!("{}/v1/beacons{key}", door.url);
        let request = door
            .client
            .request(reqwest::Method::OPTIONS, url)
            .header("Origin", origin);
        request.header("Access-Control-Request-Method", "POST")
    };
    let allowed = "Content-Type, Content-Encoding, Prefer, X-License-Key, X-Api-Key, X-Request-Id, Traceparent";
    assert_eq!(
        headers(options(&format!("?key={key}"), page)).await,
        seen(204, Some(allowed))
    );
    assert_eq!(headers(options("", page)).await, seen(204, Some(allowed)));
    assert_eq!(
        headers(options(&format!("?key={key}"), "https://evil.example")).await,
        (403, None, None, None)
    );
    door.close().await;
}

#[actix_web::test]
async fn history_needs_an_api_key_that_may_write() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let long_ago = |number| {
        let mut old = beacon(number, 0);
        old["started_at_ms"] = json!(NOW - 40 * 86_400_000_i64);
        let mut batch = batch(vec![old]);
        batch["clock"] = json!("historic");
        batch
    };
    let with = |key: Option<String>, batch: &Value| {
        let request = door.request().json(batch);
        match key {
            Some(key) => request.header("X-Api-Key", key),
            None => request,
        }
    };
    let other = door
        .accounts
        .create_organization("other", None, UnixMs(NOW))
        .await
        .unwrap();
    let foreign = door.api_key(other, Scope::Admin).await;
    let reader = door.api_key(door.organization, Scope::Read).await;
    let writer = door.api_key(door.organization, Scope::Write).await;
    refused(&door, with(None, &long_ago(1)), (401, 2000, "X-Api-Key")).await;
    refused(
        &door,
        with(Some("pk_unknown".to_owned()), &long_ago(1)),
        (401, 2001, "X-Api-Key"),
    )
    .await;
    refused(&door, with(Some(foreign), &long_ago(1)), (403, 2003, "X-Api-Key")).await;
    refused(&door, with(Some(reader), &long_ago(1)), (403, 2002, "X-Api-Key")).await;
    let (status, body) = answer(with(Some(writer), &long_ago(1))).await;
    assert_eq!(
        (status, &body["data"]["result"]["accepted"]),
        (202, &json!(1)),
        "{body}"
    );
    // The same start as something that happens now cannot be.
    let mut live = long_ago(2);
    live["clock"] = json!("live");
    assert_eq!(door.deliver(&live).await, (0, 0, vec!["start_implausible".to_owned()]));
    door.close().await;
}

#[actix_web::test]
async fn a_license_key_has_a_rate_and_hears_when_to_come_back() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let key = door.license(&["*"], Some(2)).await;
    let send = |first: u32| {
        let beacons = (first..first + 8).map(|number| beacon(number, 0)).collect();
        door.request_with(&key).json(&batch(beacons))
    };
    assert_eq!(answer(send(0)).await.0, 202);
    let response = send(8).send().await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "3")
    );
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(body["data"]["code"], 1007);
    let pretending = send(8).header("X-Api-Key", "pk_rubbish");
    assert_eq!(answer(pretending).await.0, 429, "only an import is exempt");
    assert_eq!(
        door.deliver(&batch(vec![beacon(50, 0)])).await.0,
        1,
        "another key is not concerned"
    );
    door.clock.advance(3_000);
    assert_eq!(answer(send(8)).await.0, 202);
    assert_eq!(door.metric("requests_rate_limited_total"), 2.0);
    door.close().await;
}

#[actix_web::test]
async fn a_full_journal_says_503_and_the_retry_is_no_duplicate() {
    let folder = folder();
    let door = Door::open_with(folder.path(), nowhere(), |config| {
        config.journal.segment_bytes = 64 << 10;
        config.journal.disk_bytes_max = 128 << 10;
    })
    .await;
    let fifty = |first: u32| batch((first..first + 50).map(|number| beacon(number, 0)).collect());
    let mut taken = 0;
    let response = loop {
        let response = door.request().json(&fifty(taken * 50)).send().await.unwrap();
        if response.status().as_u16() != 202 {
            break response;
        }
        taken += 1;
        assert!(taken < 100, "the journal never fills");
    };
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["retry-after"].to_str().unwrap()
        ),
        (503, "15")
    );
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(body["data"]["code"], 4000);
    let counted = u64::from(taken) * 50;
    assert_eq!(door.account(), [counted, 0, 0, 0, counted]);
    assert_eq!(door.metric("beacons_refused_total"), 50.0);
    door.close().await;
    // With more room, the beacons that were refused are new.
    let door = Door::open(folder.path(), nowhere()).await;
    assert_eq!(door.deliver(&fifty(taken * 50)).await, (50, 0, vec![]));
    door.close().await;
}

/// Makes the open segment of the journal in `folder` a file that takes writes and cannot be synced: its descriptor becomes that of
/// `/dev/null`, for which `fdatasync` answers EINVAL.
#[cfg(target_os = "linux")]
fn break_segment(folder: &std::path::Path) {
    use std::os::fd::AsRawFd;
    let null = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")
        .unwrap();
    let folder = folder.canonicalize().unwrap().join("journal");
    let is_segment = |path: &std::path::Path| {
        std::fs::read_link(path)
            .is_ok_and(|file| file.starts_with(&folder) && file.extension() == Some("segment".as_ref()))
    };
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_segment(path))
        .map(|path| path.file_name().unwrap().to_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(open.len(), 1, "{open:?}");
    // SAFETY: both descriptors are open; the segment's stays valid and now names the other file.
    assert!(unsafe { libc::dup2(null.as_raw_fd(), open[0]) } >= 0);
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_disk_error_says_503_to_everyone_after_it_and_a_new_start_has_what_was_acknowledged() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    assert_eq!(door.deliver(&batch(vec![beacon(1, 0)])).await, (1, 0, vec![]));
    break_segment(folder.path());
    let ingest = door.ingest.clone();
    let failed = tokio::spawn(async move { ingest.failed().await });
    assert!(!failed.is_finished() && door.ingest.is_ready());
    for number in [2, 3] {
        let response = door
            .request()
            .json(&batch(vec![beacon(number, 0)]))
            .send()
            .await
            .unwrap();
        let retry_after = response.headers()["retry-after"].to_str().unwrap().to_owned();
        assert_eq!((response.status().as_u16(), &*retry_after), (503, "10"));
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(
            body["data"]["code"],
            i64::from(envelope::ErrorCode::JournalFailed.code()),
            "{body}"
        );
    }
    let why = failed.await.unwrap();
    assert!(why.contains("os error 22"), "{why}");
    assert!(!door.ingest.is_ready());
    assert_eq!(door.metric("journal_healthy"), 0.0);
    assert_eq!(door.account(), [1, 0, 0, 0, 1]);
    assert_eq!(door.metric("beacons_refused_total"), 1.0, "the third was not even read");
    door.close().await;
    let door = Door::open(folder.path(), nowhere()).await;
    assert_eq!(door.account(), [1, 0, 0, 0, 1]);
    assert_eq!(
        door.deliver(&batch(vec![beacon(2, 0), beacon(3, 0)])).await,
        (2, 0, vec![])
    );
    door.close().await;
}

#[actix_web::test]
async fn a_draining_door_sends_elsewhere() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    assert!(door.ingest.is_ready());
    assert_eq!(door.deliver(&batch(vec![beacon(1, 0)])).await.0, 1);
    door.ingest.drain().await;
    assert!(!door.ingest.is_ready());
    let (status, body) = door.post(&batch(vec![beacon(2, 0)])).await;
    assert_eq!((status, &body["data"]["code"]), (503, &json!(4003)));
    door.close().await;
}

#[actix_web::test]
async fn a_sender_that_hangs_up_is_counted_all_the_same() {
    let folder = folder();
    let door = Door::open(folder.path(), nowhere()).await;
    let address = door.url.trim_start_matches("http://").to_owned();
    let body = batch(vec![beacon(1, 0)]).to_string();
    let head = format!(
        "POST /v1/beacons?key={} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        door.key,
        body.len()
    );
    // Some of these are cut off before they are read, some after; whatever was taken must be in the account.
    for _ in 0..20 {
        let mut socket = std::net::TcpStream::connect(&address).unwrap();
        socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
        drop(socket);
    }
    let mut half = std::net::TcpStream::connect(&address).unwrap();
    half.write_all(format!("{head}{}", &body[..50]).as_bytes()).unwrap();
    drop(half);
    let (accepted, duplicates, _) = door.deliver(&batch(vec![beacon(1, 0)])).await;
    assert_eq!(accepted + duplicates, 1);
    door.ingest.drain().await;
    let [received, stored, duplicate, rejected, in_flight] = door.account();
    assert_eq!((stored, rejected), (0, 0));
    assert!(
        received >= 1 && in_flight >= 1 && duplicate < 21,
        "{received} {in_flight} {duplicate}"
    );
    door.close().await;
}

/// Sends a post whose body comes in two chunks, to its end or not.
async fn send(door: &Door, key: &str, body: &[u8], ends: bool) -> TcpStream {
    let mut stream = TcpStream::connect(door.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let mut text =
        format!("POST /v1/beacons?key={key} HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in [&body[..1], &body[1..]] {
        text.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        text.extend(chunk);
        text.extend(b"\r\n");
    }
    if ends {
        text.extend(b"0\r\n\r\n");
    }
    stream.write_all(&text).await.unwrap();
    stream
}

#[actix_web::test]
async fn half_arrived_bodies_take_no_more_memory_than_they_may_and_cost_only_their_own_key() {
    let folder = folder();
    let door = Door::open_with(folder.path(), nowhere(), |config| config.body_bytes_max = 64 << 10).await;
    let (greedy, other) = (door.license(&["*"], None).await, door.license(&["*"], None).await);
    let held = async |bytes: f64| {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        // The gauge has no event to wait for.
        while door.metric("body_bytes") != bytes {
            assert!(std::time::Instant::now() < until, "{}", door.metric("body_bytes"));
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let part = vec![b' '; 10 << 10];
    // The first piece of a body takes memory too, as long as the next one does not come.
    let mut first = tokio::net::TcpStream::connect(door.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let head = format!("POST /v1/beacons?key={greedy} HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n");
    first.write_all(&[head.as_bytes(), &part].concat()).await.unwrap();
    held(part.len() as f64).await;
    drop(first);
    held(0.0).await;
    let slow = send(&door, &greedy, &part, false).await;
    held(part.len() as f64).await;
    // A second one is over the share of its key, a quarter of all: it is told so, whole or not.
    let mut second = send(&door, &greedy, &part, true).await;
    let mut answer = vec![0; 4096];
    let read = second.read(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer[..read]).to_lowercase();
    assert!(
        text.starts_with("http/1.1 429") && text.contains("retry-after: 2"),
        "{text}"
    );
    // Somebody else's beacons are taken, in one piece and in several.
    let whole = serde_json::to_vec(&batch(vec![beacon(1, 0)])).unwrap();
    let (status, _) = support::answer(door.request_with(&other).body(whole.clone())).await;
    assert_eq!(status, 202);
    let mut pieces = send(&door, &other, &whole, true).await;
    let read = pieces.read(&mut answer).await.unwrap();
    assert!(
        answer[..read].starts_with(b"HTTP/1.1 202"),
        "{}",
        String::from_utf8_lossy(&answer[..read])
    );
    // Who hangs up gives back what was held.
    drop(slow);
    held(0.0).await;
    let (status, _) = support::answer(door.request_with(&greedy).body(whole)).await;
    assert_eq!(status, 202);
    door.close().await;
}
