//! Annotations over HTTP: made, listed, changed and deleted, by whom and where that is allowed.
#![allow(clippy::unwrap_used, missing_docs)]

use accounts::{Accounts, Scope};
use actix_web::{App, http::Method, middleware::from_fn, test};
use query::{Query, QueryConfig};
use schemas::UnixMs;
use serde_json::{Value, json};
use store::{Store, StoreConfig};

const PATH: &str = "/v1/analytics/annotations";

struct Stack {
    query: Query,
    accounts: Accounts,
    writer: String,
    reader: String,
    stranger: String,
    _directory: tempfile::TempDir,
}

impl Stack {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&directory.path().join("accounts.sqlite")).await.unwrap();
        let one = accounts.create_organization("one", None, UnixMs(0)).await.unwrap();
        let two = accounts.create_organization("two", None, UnixMs(0)).await.unwrap();
        let key = async |whose, scope| {
            let secret = accounts.create_api_key(whose, "test", scope, UnixMs(0)).await.unwrap();
            secret.reveal().to_owned()
        };
        // Annotations need no tables: nothing listens there.
        let store = Store::connect(StoreConfig::embedded("http://127.0.0.1:9"));
        let registry = prometheus::Registry::new();
        Self {
            query: Query::new(QueryConfig::default(), store, accounts.clone(), &registry).unwrap(),
            writer: key(one, Scope::Write).await,
            reader: key(one, Scope::Read).await,
            stranger: key(two, Scope::Admin).await,
            accounts,
            _directory: directory,
        }
    }

    async fn call(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(key, method, path, body).await
    }

    async fn send(&self, key: &str, method: Method, path: &str, body: String) -> (u16, Value) {
        let routes = self.query.clone();
        let app = test::init_service(
            App::new()
                .wrap(from_fn(envelope::actix::middleware))
                .configure(move |config| routes.configure(config))
                .configure(envelope::actix::configure_default),
        )
        .await;
        let request = test::TestRequest::with_uri(path)
            .method(method)
            .insert_header(("X-Api-Key", key))
            .set_payload(body);
        let response = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let status = response.status().as_u16();
        let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let body = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap(),
        };
        (status, body)
    }

    async fn make(&self, body: Value) -> Value {
        let (status, answer) = self.call(&self.writer, Method::POST, PATH, Some(body)).await;
        assert_eq!(status, 201, "{answer:#}");
        answer["data"]["result"].clone()
    }

    async fn titles(&self, query: &str) -> Vec<String> {
        let (status, answer) = self
            .call(&self.reader, Method::GET, &format!("{PATH}?{query}"), None)
            .await;
        assert_eq!(status, 200, "{answer:#}");
        let found = answer["data"]["result"]["annotations"].as_array().unwrap();
        found
            .iter()
            .map(|one| one["title"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[actix_web::test]
async fn an_annotation_is_made_read_changed_and_deleted() {
    let stack = Stack::start().await;
    let filters = json!([{"attribute": "cdn", "operator": "EQ", "value": ["a", null]}]);
    let made = stack
        .make(json!({"kind": "incident", "start": "2026-11-19T14:00:00+01:00", "title": "CDN a is slow", "filters": filters}))
        .await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let (created_at, updated_at) = (made["createdAt"].clone(), made["updatedAt"].clone());
    assert_eq!(created_at, updated_at);
    assert_eq!(
        made,
        json!({"id": made["id"], "kind": "incident", "start": "2026-11-19T13:00:00.000Z", "end": null, "title": "CDN a is slow",
            "text": null, "filters": filters, "createdAt": created_at, "updatedAt": updated_at})
    );
    let (status, read) = stack.call(&stack.reader, Method::GET, &path, None).await;
    assert_eq!((status, &read["data"]["result"]), (200, &made));

    let change = json!({"end": "2026-11-19T15:30:00Z", "text": "The vendor's edge in Frankfurt."});
    let (status, changed) = stack
        .call(&stack.writer, Method::PATCH, &path, Some(change.clone()))
        .await;
    assert_eq!(status, 200, "{changed:#}");
    let changed = changed["data"]["result"].clone();
    let mut expected = made.clone();
    expected["end"] = json!("2026-11-19T15:30:00.000Z");
    expected["text"] = change["text"].clone();
    expected["updatedAt"] = changed["updatedAt"].clone();
    assert_eq!(changed, expected);
    assert!(changed["updatedAt"].as_str() > made["updatedAt"].as_str());
    // A change that changes nothing is none.
    let (_, same) = stack.call(&stack.writer, Method::PATCH, &path, Some(change)).await;
    assert_eq!(same["data"]["result"], changed);

    let (status, body) = stack.call(&stack.writer, Method::DELETE, &path, None).await;
    assert_eq!((status, body), (204, Value::Null));
    for (method, body) in [
        (Method::GET, None),
        (Method::DELETE, None),
        (Method::PATCH, Some(json!({"title": "back"}))),
    ] {
        let (status, answer) = stack.call(&stack.writer, method.clone(), &path, body).await;
        assert_eq!((status, &answer["data"]["code"]), (404, &json!(3030)), "{method}");
    }
    assert_eq!(stack.titles("").await, [""; 0]);
}

#[actix_web::test]
async fn reading_needs_read_changing_needs_write_and_nobody_else_sees_anything() {
    let stack = Stack::start().await;
    let body = json!({"kind": "release", "start": "2026-11-19T14:00:00Z", "title": "8.1.0"});
    let made = stack.make(body.clone()).await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    for (method, path) in [
        (Method::POST, PATH),
        (Method::PATCH, path.as_str()),
        (Method::DELETE, path.as_str()),
    ] {
        let (status, answer) = stack
            .call(&stack.reader, method.clone(), path, Some(body.clone()))
            .await;
        assert_eq!((status, &answer["data"]["code"]), (403, &json!(2002)), "{method}");
        let (status, _) = stack.call("pk_unknown", method.clone(), path, Some(body.clone())).await;
        assert_eq!(status, 401, "{method}");
    }
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let (status, answer) = stack
            .call(&stack.stranger, method.clone(), &path, Some(json!({})))
            .await;
        assert_eq!((status, &answer["data"]["code"]), (404, &json!(3030)), "{method}");
    }
    let (_, theirs) = stack.call(&stack.stranger, Method::GET, PATH, None).await;
    assert_eq!(theirs["data"]["result"], json!({"annotations": [], "nextCursor": null}));
    assert_eq!(stack.titles("").await, ["8.1.0"]);
}

#[actix_web::test]
async fn a_list_is_of_a_range_and_of_kinds_and_has_pages() {
    let stack = Stack::start().await;
    for (kind, start, end, title) in [
        ("release", "2026-11-01T08:00:00Z", Value::Null, "8.0"),
        ("incident", "2026-11-02T00:00:00Z", json!("2026-11-04T00:00:00Z"), "CDN"),
        ("incident", "2026-11-05T00:00:00Z", Value::Null, "goes on"),
        ("holiday", "2026-11-10", Value::Null, "a day"),
        ("note", "2026-11-12T00:00:00Z", Value::Null, "match"),
    ] {
        stack
            .make(json!({"kind": kind, "start": start, "end": end, "title": title}))
            .await;
    }
    assert_eq!(stack.titles("").await, ["match", "a day", "goes on", "CDN", "8.0"]);
    assert_eq!(
        stack.titles("kind=release&kind=incident").await,
        ["goes on", "CDN", "8.0"]
    );
    assert_eq!(stack.titles("end=2026-11-03T00:00:00Z").await, ["CDN", "8.0"]);
    assert_eq!(
        stack
            .titles("start=2026-11-04T00:00:00Z&end=2026-11-10T00:00:00Z")
            .await,
        ["goes on"]
    );
    // Whose day it is depends on who asks.
    let evening = "start=2026-11-09T23:00:00Z&end=2026-11-10T00:00:00Z&kind=holiday";
    assert_eq!(stack.titles(evening).await, [""; 0]);
    assert_eq!(
        stack.titles(&format!("{evening}&timezone=Europe/Vienna")).await,
        ["a day"]
    );

    let (mut cursor, mut pages) = (String::new(), Vec::new());
    loop {
        let path = format!("{PATH}?limit=2{cursor}");
        let (_, answer) = stack.call(&stack.reader, Method::GET, &path, None).await;
        let result = &answer["data"]["result"];
        pages.push(result["annotations"].as_array().unwrap().len());
        match result["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, [2, 2, 1]);
}

#[actix_web::test]
async fn every_fault_of_a_list_is_named() {
    let stack = Stack::start().await;
    let path = format!(
        "{PATH}?strat=1&kind=relese&start=2026-11-20T00:00:00Z&end=2026-11-19T00:00:00Z&timezone=Europe/Wien&limit=0&limit=0&cursor=x"
    );
    let (status, answer) = stack.call(&stack.reader, Method::GET, &path, None).await;
    assert_eq!((status, &answer["data"]["code"]), (400, &json!(1002)));
    let details = answer["data"]["details"].as_array().unwrap();
    let details: Vec<(&str, &str)> = details
        .iter()
        .map(|detail| (detail["field"].as_str().unwrap(), detail["text"].as_str().unwrap()))
        .collect();
    assert_eq!(
        details,
        [
            ("strat", "unknown parameter 'strat'; did you mean 'start'?"),
            ("limit", "given twice"),
            ("kind", "unknown kind 'relese'; did you mean 'release'?"),
            ("start", "start must be before end"),
            (
                "timezone",
                "unknown timezone 'Europe/Wien'; did you mean 'Europe/Vienna'?"
            ),
            ("limit", "expected a whole number from 1 to 1000"),
            (
                "cursor",
                "this cursor does not belong to this question; send nextCursor of an answer to the same one"
            ),
        ]
    );
}

#[actix_web::test]
async fn a_body_that_cannot_be_read_is_said_to_be_so() {
    let stack = Stack::start().await;
    let code = async |body: String| {
        let (status, answer) = stack.send(&stack.writer, Method::POST, PATH, body).await;
        (status, answer["data"]["code"].as_i64().unwrap())
    };
    assert_eq!(code("{".to_owned()).await, (400, 1001));
    assert_eq!(code("{}".to_owned()).await, (400, 1002));
    assert_eq!(code(" ".repeat(20_000)).await, (413, 1005));
    let (status, answer) = stack
        .call(&stack.writer, Method::GET, &format!("{PATH}/latest"), None)
        .await;
    assert_eq!((status, &answer["data"]["details"][0]["field"]), (404, &json!("id")));
    let (status, _) = stack.call(&stack.writer, Method::PUT, PATH, Some(json!({}))).await;
    assert_eq!(status, 405);
}

#[actix_web::test]
async fn changes_at_the_same_time_are_all_kept() {
    let stack = Stack::start().await;
    let made = stack
        .make(json!({"kind": "note", "start": "2026-11-19", "title": "before"}))
        .await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let change = async |change: Value| {
        let (status, _) = stack.call(&stack.writer, Method::PATCH, &path, Some(change)).await;
        status
    };
    // Each names another field; none may write back what another one has replaced.
    let statuses = futures_util::future::join3(
        change(json!({"title": "after"})),
        change(json!({"text": "more"})),
        change(json!({"kind": "holiday"})),
    )
    .await;
    assert_eq!(statuses, (200, 200, 200));
    let (_, read) = stack.call(&stack.reader, Method::GET, &path, None).await;
    let read = &read["data"]["result"];
    assert_eq!(
        (&read["title"], &read["text"], &read["kind"]),
        (&json!("after"), &json!("more"), &json!("holiday"))
    );
    assert!(
        stack
            .accounts
            .export()
            .await
            .unwrap()
            .iter()
            .any(|entry| entry.kind == "annotation")
    );
}
