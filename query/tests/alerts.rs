//! Alerts on the real engine: a planted incident is told once when it begins and once when it ends, and who is told can verify it.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::Method, web};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use query::{Query, QueryConfig, WebhookConfig};
use schemas::UnixMs;
use serde_json::{Value, json};
use sha2::Sha256;
use support::{Attempt, DAY_MS, HOUR_MS, MINUTE_MS, Node, Organization, call};
use tokio::task::JoinHandle;

const PATH: &str = "/v1/analytics/alerts";

fn now() -> i64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    now.as_millis() as i64
}

/// An hour that is over, with four more behind it.
fn base() -> i64 {
    now().div_euclid(HOUR_MS) * HOUR_MS - 5 * HOUR_MS
}

/// Has every rule be due at a moment that is over, as though it had been made before.
async fn wind_back(node: &Node, to: i64) {
    for alert in node.accounts.due_alerts(UnixMs(i64::MAX)).await.unwrap() {
        let wound = node
            .accounts
            .update_alert(&alert, &alert.rule, &alert.series, Some(UnixMs(to)), UnixMs(to));
        wound.await.unwrap().unwrap();
    }
}

fn query(node: &Node) -> Query {
    let config = QueryConfig {
        webhooks: WebhookConfig {
            allowed: vec!["127.0.0.0/8".parse().unwrap()],
            pauses: vec![Duration::from_millis(20); 5],
        },
        ..QueryConfig::default()
    };
    let registry = prometheus::Registry::new();
    Query::new(config, node.store.clone(), node.accounts.clone(), &registry).unwrap()
}

/// A service that evaluates and tells until it is dropped.
struct Tending(JoinHandle<()>);

impl Tending {
    fn of(query: &Query) -> Self {
        Self(tokio::spawn(query.clone().tend(|_| true)))
    }
}

impl Drop for Tending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a receiver heard: headers `webhook-id`, `-timestamp`, `-signature`, and the body.
#[derive(Debug, Clone)]
struct Heard {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

impl Heard {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// As the guide tells a receiver to.
    fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        self.signature == format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[derive(Default)]
struct Book {
    heard: Vec<Heard>,
    /// Statuses of the next answers; 204 when there are none.
    answers: Vec<u16>,
}

struct Receiver {
    address: SocketAddr,
    book: Arc<Mutex<Book>>,
    handle: ServerHandle,
}

impl Receiver {
    fn start() -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let kept = web::Data::from(Arc::clone(&book));
        let hear = async |request: HttpRequest, body: String, book: web::Data<Mutex<Book>>| {
            let header = |name: &str| request.headers().get(name).unwrap().to_str().unwrap().to_owned();
            let mut book = book.lock().unwrap();
            book.heard.push(Heard {
                id: header("webhook-id"),
                timestamp: header("webhook-timestamp"),
                signature: header("webhook-signature"),
                body,
            });
            let status = if book.answers.is_empty() {
                204
            } else {
                book.answers.remove(0)
            };
            HttpResponse::build(status.try_into().unwrap())
                .insert_header(("Retry-After", "0"))
                .finish()
        };
        let server = HttpServer::new(move || App::new().app_data(kept.clone()).route("/hook", web::post().to(hear)))
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { address, book, handle }
    }

    fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    fn heard(&self) -> Vec<Heard> {
        self.book.lock().unwrap().heard.clone()
    }

    /// Waits until so many messages were heard.
    async fn has_heard(&self, count: usize) -> Vec<Heard> {
        let begun = Instant::now();
        loop {
            let heard = self.heard();
            if heard.len() >= count {
                return heard;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{heard:#?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn make(query: &Query, organization: &Organization, rule: Value) -> Value {
    let (status, answer) = call(query, Method::POST, PATH, &organization.writer, Some(rule)).await;
    assert_eq!(status, 201, "{answer:#}");
    answer["data"]["result"].clone()
}

async fn get(query: &Query, organization: &Organization, path: &str) -> Value {
    let (status, answer) = call(query, Method::GET, path, &organization.reader, None).await;
    assert_eq!(status, 200, "{answer:#}");
    answer["data"]["result"].clone()
}

fn path_of(alert: &Value) -> String {
    format!("{PATH}/{}", alert["id"].as_str().unwrap())
}

/// Plays of two CDNs, eight a minute each, of which those of `cdn-b` stall badly from `bad.0` to `bad.1`.
fn audience(from: i64, to: i64, bad: (i64, i64)) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for index in 0..(to - from) / MINUTE_MS * 8 {
        let started = from + index * MINUTE_MS / 8;
        for cdn in ["cdn-a", "cdn-b"] {
            let is_bad = cdn == "cdn-b" && (bad.0..bad.1).contains(&started);
            let stall_ms = match (is_bad, index % 11) {
                (true, _) => 9_000 + 100 * (index % 17) as u32,
                (false, 0) => 700,
                _ => 0,
            };
            let mut attempt = Attempt::play(started, format!("{cdn}-{}", index % 211), 100_000, stall_ms);
            attempt.cdn = Some(cdn);
            attempts.push(attempt);
        }
    }
    attempts
}

#[actix_web::test]
async fn a_planted_incident_is_told_once_when_it_begins_and_once_when_it_ends() {
    let node = Node::start().await;
    let (one, two) = (
        node.organization("one", None).await,
        node.organization("two", None).await,
    );
    let base = base();
    let bad = (base + 45 * MINUTE_MS, base + 120 * MINUTE_MS);
    node.insert(&one, "one", &audience(base - HOUR_MS, base + 3 * HOUR_MS, bad))
        .await;
    let receiver = Receiver::start();
    let query = query(&node);
    let rule = json!({"name": "stalls", "metric": "rebuffer_ratio", "dimension": "cdn", "condition": {"above": 0.03}, "windowMinutes": 30,
        "everyMinutes": 15, "delaySeconds": 0, "for": 2, "coolDownMinutes": 0, "minimumAttempts": 50, "webhook": {"url": receiver.url()}});
    let made = make(&query, &one, rule.clone()).await;
    let quiet = make(&query, &two, rule).await;
    let (path, secret) = (path_of(&made), made["secret"].as_str().unwrap().to_owned());
    let mut states = Vec::new();
    wind_back(&node, base).await;
    for step in 0..13 {
        let at = UnixMs(base + step * 15 * MINUTE_MS);
        assert_eq!(query.evaluate_alerts(at).await.unwrap(), 2);
        assert_eq!(
            query.evaluate_alerts(UnixMs(at.0 + 1)).await.unwrap(),
            0,
            "it was evaluated already"
        );
        let now = get(&query, &one, &path).await;
        assert_eq!(now["secret"], Value::Null, "the secret is shown once");
        let of = |cdn: &str| {
            let series = now["series"]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["value"] == cdn)
                .unwrap();
            series["state"].as_str().unwrap().to_owned()
        };
        assert_eq!(of("cdn-a"), "ok");
        states.push(of("cdn-b"));
    }
    states.dedup();
    assert_eq!(states, ["ok", "pending", "firing", "ok"]);
    assert_eq!(
        get(&query, &two, &path_of(&quiet)).await["series"][0]["state"],
        Value::Null,
        "no data, no series"
    );

    let later = UnixMs(now());
    let tried = [(); 3].map(|()| query.send_alerts(later));
    for (tried, expected) in tried.into_iter().zip([1, 1, 0]) {
        assert_eq!(tried.await.unwrap(), expected, "the second waits for the first");
    }
    let heard = receiver.heard();
    let (first, second) = (heard[0].json(), heard[1].json());
    assert_eq!(
        (&first["type"], first["events"].as_array().unwrap().len()),
        (&json!("alert"), 1)
    );
    let (firing, resolved) = (&first["events"][0], &second["events"][0]);
    assert_eq!(
        (&firing["kind"], &resolved["kind"]),
        (&json!("firing"), &json!("resolved"))
    );
    assert_eq!(firing["incident"], resolved["incident"]);
    assert_eq!(firing["dimensions"], json!({"cdn": "cdn-b"}));
    assert!(firing["reading"]["low"].as_f64().unwrap() > 0.03, "{firing}");
    for message in &heard {
        assert!(message.is_signed_by(&secret), "{message:?}");
        assert!(!message.is_signed_by(quiet["secret"].as_str().unwrap()));
    }

    // What was told can be asked again, by the question that is told with it.
    let (status, again) = call(
        &query,
        Method::POST,
        "/v1/analytics/query",
        &one.reader,
        Some(first["question"].clone()),
    )
    .await;
    assert_eq!(status, 200, "{again:#}");
    let rows = again["data"]["result"]["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["dimensions"]["cdn"] == "cdn-b").unwrap();
    let value = row["values"]["rebuffer_ratio"]["value"].as_f64().unwrap();
    assert!((value - firing["reading"]["value"].as_f64().unwrap()).abs() < 1e-12);

    let history = get(&query, &one, &format!("{path}/history?limit=1000")).await;
    let history = history["evaluations"].as_array().unwrap();
    assert_eq!(history.len(), 13);
    let told: Vec<&Value> = history
        .iter()
        .flat_map(|entry| entry["series"].as_array().unwrap())
        .map(|series| &series["told"])
        .filter(|told| !told.is_null())
        .collect();
    assert_eq!(told, ["resolved", "firing"], "the latest first");
    let before = history[5]["at"].as_str().unwrap();
    let page = get(&query, &one, &format!("{path}/history?limit=2&before={before}")).await;
    assert_eq!(page["evaluations"], json!(history[6..8]));
    // The rest is quiet: nothing more was heard than what the log tells.
    let log = get(&query, &one, &format!("{path}/deliveries")).await;
    assert_eq!(log["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(receiver.heard().len(), 2);
}

#[actix_web::test]
async fn a_verdict_fires_and_data_that_are_missing_do_not() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    let base = base();
    let bad = (base, base + HOUR_MS);
    node.insert(
        &one,
        "before",
        &audience(base - DAY_MS, base - DAY_MS + HOUR_MS, (0, 0)),
    )
    .await;
    let mut attempts = audience(base, base + HOUR_MS, bad);
    // Nine of ten beacons of these have not come.
    for attempt in &mut attempts {
        attempt.sequence = 9;
    }
    node.insert(&one, "lossy", &attempts).await;
    let query = query(&node);
    let rule = json!({"name": "worse", "metric": "rebuffer_ratio", "condition": {"worse": "day_before"}, "windowMinutes": 60,
        "everyMinutes": 60, "delaySeconds": 0, "filters": [{"attribute": "cdn", "operator": "EQ", "value": "cdn-b"}]});
    let made = make(&query, &one, rule.clone()).await;
    let few = make(&query, &one, {
        let mut few = rule;
        few["minimumAttempts"] = json!(100_000);
        few
    })
    .await;
    let at = UnixMs(base + HOUR_MS);
    wind_back(&node, at.0).await;
    assert_eq!(query.evaluate_alerts(at).await.unwrap(), 2);
    let latest = async |alert: &Value| {
        let history = get(&query, &one, &format!("{}/history", path_of(alert))).await;
        history["evaluations"][0]["series"][0].clone()
    };
    let lossy = latest(&made).await;
    assert_eq!(
        (&lossy["reading"]["judgement"], &lossy["state"]),
        (&json!("provisional"), &json!("ok")),
        "{lossy}"
    );
    let silent = latest(&few).await;
    assert_eq!(
        (&silent["reading"]["judgement"], &silent["state"]),
        (&json!("no_data"), &json!("no_data"))
    );

    // The rest arrives.
    for attempt in &mut attempts {
        attempt.sequence = 0;
    }
    for round in 0..9 {
        for attempt in &mut attempts {
            attempt.sequence = round;
        }
        node.insert(&one, &format!("late-{round}"), &attempts).await;
    }
    let (status, _) = call(
        &query,
        Method::PATCH,
        &path_of(&made),
        &one.writer,
        Some(json!({"name": "again", "enabled": true})),
    )
    .await;
    assert_eq!(status, 200);
    wind_back(&node, at.0).await;
    assert_eq!(
        query.evaluate_alerts(at).await.unwrap(),
        2,
        "a changed rule is looked at anew"
    );
    let worse = latest(&made).await;
    assert_eq!(
        (&worse["reading"]["verdict"], &worse["state"]),
        (&json!("worse"), &json!("firing")),
        "{worse:#}"
    );
    assert!(worse["reading"]["difference"].as_f64().unwrap() > 0.05);
}

/// A rule that nobody evaluates here.
fn idle(url: &str) -> Value {
    json!({"name": "idle", "metric": "attempts", "condition": {"below": 1}, "webhook": {"url": url}})
}

#[actix_web::test]
async fn a_receiver_that_is_down_and_comes_back_is_told_once() {
    let node = Node::start().await;
    let one = node.organization("one", None).await;
    let receiver = Receiver::start();
    receiver.book.lock().unwrap().answers = vec![503, 500, 302];
    let query = query(&node);
    let made = make(&query, &one, idle(&receiver.url())).await;
    let path = path_of(&made);
    // Nobody tends yet: what is to be told waits for the start.
    let (status, sent) = call(&query, Method::POST, &format!("{path}/test"), &one.writer, None).await;
    assert_eq!((status, &sent["data"]["result"]["tries"]), (202, &json!(0)));
    drop(query);
    let query = self::query(&node);
    let _tending = Tending::of(&query);
    let heard = receiver.has_heard(4).await;
    assert!(
        heard
            .iter()
            .all(|message| message.id == heard[0].id && message.body == heard[0].body)
    );
    assert!(
        heard
            .iter()
            .all(|message| message.is_signed_by(made["secret"].as_str().unwrap()))
    );
    assert_eq!(heard[0].json()["type"], "alert.test");
    let deliveries = format!("{path}/deliveries");
    let until = async |is_so: &dyn Fn(&Value) -> bool| {
        support::until(&query, &deliveries, &one.reader, |log| is_so(&log["deliveries"][0])).await["deliveries"][0]
            .clone()
    };
    let delivered = until(&|one| !one["deliveredAt"].is_null()).await;
    assert_eq!(
        (&delivered["tries"], &delivered["outcome"], &delivered["nextAt"]),
        (&json!(4), &json!("204 No Content"), &Value::Null)
    );
    assert_eq!(receiver.heard().len(), 4, "what has arrived is not sent again");

    // Gone for good, and nobody there at all: both are given up, and the log says why.
    receiver.book.lock().unwrap().answers = vec![410];
    let test = async || {
        let (status, sent) = call(&query, Method::POST, &format!("{path}/test"), &one.writer, None).await;
        assert_eq!(status, 202);
        sent["data"]["result"]["id"].clone()
    };
    let id = test().await;
    let gone = until(&|one| one["id"] == id && one["nextAt"].is_null()).await;
    assert_eq!(
        (&gone["tries"], &gone["outcome"]),
        (&json!(1), &json!("given up: 410 Gone"))
    );
    receiver.handle.stop(false).await;
    let id = test().await;
    let lost = until(&|one| one["id"] == id && one["nextAt"].is_null()).await;
    assert_eq!((&lost["tries"], &lost["deliveredAt"]), (&json!(6), &Value::Null));
    assert!(lost["outcome"].as_str().unwrap().starts_with("given up: "), "{lost}");
}

#[actix_web::test]
async fn a_rule_belongs_to_its_organisation_and_reaches_no_private_address() {
    let node = Node::start().await;
    let (one, two) = (
        node.organization("one", None).await,
        node.organization("two", None).await,
    );
    let query = query(&node);
    let made = make(&query, &one, idle("https://example.com/hook")).await;
    let path = path_of(&made);
    for suffix in ["", "/history", "/deliveries"] {
        let (status, answer) = call(&query, Method::GET, &format!("{path}{suffix}"), &two.admin, None).await;
        assert_eq!((status, &answer["data"]["code"]), (404, &json!(3050)), "{suffix}");
    }
    for (method, suffix, body) in [
        (Method::PATCH, "", Some(json!({"name": "mine"}))),
        (Method::DELETE, "", None),
        (Method::POST, "/test", None),
    ] {
        let (status, _) = call(
            &query,
            method.clone(),
            &format!("{path}{suffix}"),
            &two.admin,
            body.clone(),
        )
        .await;
        assert_eq!(status, 404);
        let (status, _) = call(&query, method, &format!("{path}{suffix}"), &one.reader, body).await;
        assert_eq!(status, 403);
    }
    assert_eq!(get(&query, &two, PATH).await["alerts"], json!([]));
    for url in [
        "https://10.0.0.1/",
        "http://example.com/",
        "https://[::1]/",
        "https://169.254.169.254/",
    ] {
        let (status, answer) = call(&query, Method::POST, PATH, &one.writer, Some(idle(url))).await;
        let allowed_plain = url.starts_with("http://");
        match allowed_plain {
            // Where any network may be reached without TLS, names are looked up when they are told.
            true => assert_eq!(status, 201),
            false => {
                assert_eq!(status, 400, "{url}");
                assert_eq!(answer["data"]["details"][0]["field"], "webhook.url");
            }
        }
    }
    let change = json!({"condition": {"above": 3}, "webhook": null, "enabled": false});
    let (status, changed) = call(&query, Method::PATCH, &path, &one.writer, Some(change)).await;
    let changed = &changed["data"]["result"];
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (&changed["condition"], &changed["webhook"], &changed["nextAt"]),
        (&json!({"above": 3.0}), &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&changed["name"], &changed["metric"]),
        (&json!("idle"), &json!("attempts"))
    );
    let (status, refused) = call(&query, Method::POST, &format!("{path}/test"), &one.writer, None).await;
    assert_eq!((status, &refused["data"]["code"]), (409, &json!(3053)));
    let (status, _) = call(&query, Method::DELETE, &path, &one.writer, None).await;
    assert_eq!(status, 204);
    let (status, _) = call(&query, Method::GET, &path, &one.reader, None).await;
    assert_eq!(status, 404);
}
