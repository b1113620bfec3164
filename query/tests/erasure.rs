//! Erasure and retention on the real engine: afterwards no question finds anything, and nobody else lost a row.
#![allow(clippy::unwrap_used, missing_docs)]

mod prepared;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use accounts::{Accounts, Scope};
use actix_web::{App, http::Method, middleware::from_fn, test};
use engine::testing::EngineProcess;
use prepared::prepared_engine;
use query::{Pace, Query, QueryConfig};
use schemas::{AttemptId, Beacon, BeaconKind, Context, Interval, OrganizationId, State, Totals, UnixMs};
use serde_json::{Value, json};
use store::{BeaconRow, Enrichment, Receipt, Retention, Rows, Statement, Store, StoreConfig};
use tokio::task::JoinHandle;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// A viewer's id as a page might make it: nothing in it may end a path, a string or a statement.
const VIEWER: &str = "v/1 ü%' OR 1=1 --";
const VIEWER_ENCODED: &str = "v%2F1%20%C3%BC%25'%20OR%201%3D1%20--";

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

struct Stack {
    engine: EngineProcess,
    directory: tempfile::TempDir,
    store: Store,
    accounts: Accounts,
    organization: OrganizationId,
    stranger: OrganizationId,
    admin: String,
    reader: String,
    stranger_admin: String,
}

impl Stack {
    async fn start() -> Self {
        let engine = prepared_engine(&Retention::default()).await;
        let directory = tempfile::tempdir().unwrap();
        let store = Store::connect(StoreConfig::embedded(&engine.url));
        let accounts = Accounts::open(&directory.path().join("accounts.sqlite")).await.unwrap();
        let organization = accounts.create_organization("one", None, UnixMs(0)).await.unwrap();
        let stranger = accounts.create_organization("two", None, UnixMs(0)).await.unwrap();
        let key = async |whose, scope| {
            let secret = accounts.create_api_key(whose, "test", scope, UnixMs(0)).await.unwrap();
            secret.reveal().to_owned()
        };
        Self {
            admin: key(organization, Scope::Admin).await,
            reader: key(organization, Scope::Write).await,
            stranger_admin: key(stranger, Scope::Admin).await,
            engine,
            directory,
            store,
            organization,
            stranger,
            accounts,
        }
    }

    fn query(&self, store: &Store, pace: Pace) -> Query {
        let config = QueryConfig {
            pace,
            ..QueryConfig::default()
        };
        Query::new(
            config,
            store.clone(),
            self.accounts.clone(),
            &prometheus::Registry::new(),
        )
        .unwrap()
    }

    async fn insert(&self, token: &str, rows: &[BeaconRow]) {
        let rows: Rows = rows.iter().collect();
        let all = 0..rows.len();
        self.store.insert_beacons(token, &rows, all).await.unwrap();
    }

    /// Every row of both tables that is not of `viewer_attempts`, as text.
    async fn others(&self, viewer_attempts: &[Uuid]) -> String {
        let mut all = String::new();
        for (table, order) in [("beacons", "sequence"), ("impressions FINAL", "started_hour")] {
            let statement = Statement::new(format!(
                "SELECT * FROM {table} WHERE NOT (organization_id = {{organization:UUID}} AND attempt_id IN {{attempts:Array(UUID)}})
                 ORDER BY organization_id, attempt_id, {order}"
            ))
            .bind("organization", self.organization)
            .bind("attempts", viewer_attempts.to_vec());
            let bytes = self.store.fetch_bytes(&statement, "TSV").await.unwrap();
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
        all
    }

    /// Rows of the organisation's `attempts`, in `beacons` and in `impressions`.
    async fn rows(&self, attempts: &[Uuid]) -> [u64; 2] {
        let mut counts = [0; 2];
        for (count, table) in counts.iter_mut().zip(["beacons", "impressions"]) {
            let statement = Statement::new(format!(
                "SELECT count() AS rows FROM {table} WHERE organization_id = {{organization:UUID}} AND attempt_id IN {{attempts:Array(UUID)}}"
            ))
            .bind("organization", self.organization)
            .bind("attempts", attempts.to_vec());
            let rows: Vec<Value> = self.store.fetch(&statement).await.unwrap();
            *count = rows[0]["rows"].as_u64().unwrap();
        }
        counts
    }
}

async fn call(query: &Query, method: Method, path: &str, key: &str, body: Option<Value>) -> (u16, Value) {
    let routes = query.clone();
    let app = test::init_service(
        App::new()
            .wrap(from_fn(envelope::actix::middleware))
            .configure(move |config| routes.configure(config))
            .configure(envelope::actix::configure_default),
    )
    .await;
    let mut request = test::TestRequest::with_uri(path)
        .method(method)
        .insert_header(("X-Api-Key", key));
    if let Some(body) = body {
        request = request.set_json(body);
    }
    let response = match test::try_call_service(&app, request.to_request()).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let status = response.status().as_u16();
    let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn erase(query: &Query, key: &str) -> (u16, Value) {
    call(
        query,
        Method::DELETE,
        &format!("/v1/analytics/viewers/{VIEWER_ENCODED}"),
        key,
        None,
    )
    .await
}

/// Asks for an erasure until `is_so`.
async fn until(query: &Query, key: &str, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let (status, answer) = call(query, Method::GET, &format!("/v1/analytics/erasures/{id}"), key, None).await;
        assert_eq!(status, 200, "{answer}");
        if is_so(&answer["data"]["result"]) {
            return answer["data"]["result"].clone();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{answer}");
        // The API tells a state and not a change of it.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn id(attempt: u128) -> Uuid {
    Uuid::from_u128(0x0199_f000_0000_7000_8000_0000_0000_0000 + attempt)
}

fn row(organization_id: OrganizationId, attempt: u128, sequence: u32, viewer: Option<&str>, started: i64) -> BeaconRow {
    let beacon = Beacon {
        attempt_id: AttemptId(id(attempt)),
        sequence,
        started_at_ms: UnixMs(started),
        kind: BeaconKind::Beat,
        state: State::Playing,
        interval: Interval {
            from_ms: sequence * 10_000,
            to_ms: (sequence + 1) * 10_000,
            state: State::Playing,
            ..Interval::default()
        },
        totals: Totals {
            first_frame_seen: true,
            play_ms: (sequence + 1) * 10_000,
            ..Totals::default()
        },
        context: viewer.map(|viewer| {
            Context {
                viewer_id: Some(viewer.to_owned()),
                ..Context::default()
            }
            .into()
        }),
    };
    let receipt = Receipt {
        organization_id,
        received_at: UnixMs(started + 10_000 * i64::from(sequence + 1)),
        started_at: UnixMs(started),
        skew_ms: 0,
        unknown_fields: "",
    };
    BeaconRow::new(&beacon, &Enrichment::default(), &receipt)
}

/// Two attempts of the viewer (in the second only one beacon of three says so), one of another viewer, one of nobody,
/// and the same ids and the same viewer in another organisation.
fn audience(stack: &Stack, started: i64) -> Vec<BeaconRow> {
    let mut rows = Vec::new();
    for sequence in 0..3 {
        rows.push(row(stack.organization, 1, sequence, Some(VIEWER), started));
        rows.push(row(
            stack.organization,
            2,
            sequence,
            (sequence == 1).then_some(VIEWER),
            started,
        ));
        rows.push(row(stack.organization, 3, sequence, Some("v2"), started));
        rows.push(row(stack.organization, 4, sequence, None, started));
        rows.push(row(stack.stranger, 1, sequence, Some(VIEWER), started));
    }
    rows
}

fn quick() -> Pace {
    Pace {
        retry: Duration::from_millis(50),
        repeat: Duration::from_millis(50),
        guard: Duration::from_secs(3_600),
    }
}

fn tend(query: &Query, is_stored: impl Fn(UnixMs) -> bool + Send + Sync + 'static) -> JoinHandle<()> {
    tokio::spawn(query.clone().tend(is_stored))
}

#[actix_web::test]
async fn an_erased_viewer_is_found_by_no_question_and_nobody_else_lost_a_row() {
    let stack = Stack::start().await;
    let started = now() - 2 * HOUR_MS;
    // In two inserts, so that an attempt's rows lie in several parts, with and without the viewer's id.
    let rows = audience(&stack, started);
    stack.insert("one", &rows[..7]).await;
    stack.insert("two", &rows[7..]).await;
    let erased = [id(1), id(2)];
    let before = stack.others(&erased).await;
    assert_eq!(stack.rows(&erased).await[0], 6);
    let query = stack.query(&stack.store, quick());
    let tending = tend(&query, |_| true);

    let ask = async |name: &str| {
        let body = json!({"metrics": ["attempts", "unique_viewers"], "start": query::calendar::written_utc(started - HOUR_MS),
            "end": query::calendar::written_utc(now()), "filters": [{"attribute": "viewer_id", "operator": "EQ", "value": name}]});
        let (status, answer) = call(&query, Method::POST, "/v1/analytics/query", &stack.admin, Some(body)).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"]["result"]["rows"][0]["values"]["attempts"]["value"].as_f64()
    };
    assert_eq!(ask(VIEWER).await, Some(2.0), "the question finds the viewer before");
    for (key, code) in [(stack.reader.as_str(), "2002"), ("pk_wrong", "2001")] {
        let (_, answer) = erase(&query, key).await;
        assert_eq!(answer["data"]["code"].to_string(), code, "{answer}");
    }

    let (status, answer) = erase(&query, &stack.admin).await;
    assert_eq!(status, 202, "{answer}");
    let result = &answer["data"]["result"];
    assert_eq!(
        (&result["viewerId"], &result["state"]),
        (&json!(VIEWER), &json!("running"))
    );
    let erasure = result["erasureId"].as_str().unwrap().to_owned();
    let done = until(&query, &stack.admin, &erasure, |result| result["state"] == "done").await;
    assert_eq!(done["attempts"], 2, "{done}");
    assert_eq!(done["closedAt"], Value::Null);

    assert_eq!(stack.rows(&erased).await, [0, 0]);
    assert_eq!(stack.others(&erased).await, before, "nobody else lost or gained a row");
    assert_eq!(ask(VIEWER).await.unwrap_or(0.0), 0.0);
    assert_eq!(ask("v2").await, Some(1.0));
    for attempt in erased {
        let path = format!("/v1/analytics/impressions/{attempt}");
        assert_eq!(call(&query, Method::GET, &path, &stack.admin, None).await.0, 404);
        let (status, _) = call(&query, Method::GET, &path, &stack.stranger_admin, None).await;
        assert_eq!(status, if attempt == id(1) { 200 } else { 404 }, "{attempt}");
    }

    // Another organisation's key sees neither the erasure nor can it erase here: it erases its own viewer of that name.
    let path = format!("/v1/analytics/erasures/{erasure}");
    let (status, answer) = call(&query, Method::GET, &path, &stack.stranger_admin, None).await;
    assert_eq!((status, &answer["data"]["code"]), (404, &json!(3010)));
    tending.abort();
}

#[actix_web::test]
async fn another_organisations_key_cannot_erase() {
    let stack = Stack::start().await;
    stack.insert("one", &audience(&stack, now() - HOUR_MS)).await;
    let mine = stack.rows(&[id(1), id(2), id(3), id(4)]).await;
    let query = stack.query(&stack.store, quick());
    let tending = tend(&query, |_| true);
    let (status, answer) = erase(&query, &stack.stranger_admin).await;
    assert_eq!(status, 202, "{answer}");
    let erasure = answer["data"]["result"]["erasureId"].as_str().unwrap().to_owned();
    let done = until(&query, &stack.stranger_admin, &erasure, |result| {
        result["state"] == "done"
    })
    .await;
    assert_eq!(done["attempts"], 1, "its own viewer of that name");
    assert_eq!(stack.rows(&[id(1), id(2), id(3), id(4)]).await, mine);
    // A viewer nobody knows is erased as well as can be.
    let (_, answer) = call(
        &query,
        Method::DELETE,
        "/v1/analytics/viewers/nobody",
        &stack.admin,
        None,
    )
    .await;
    let erasure = answer["data"]["result"]["erasureId"].as_str().unwrap().to_owned();
    let done = until(&query, &stack.admin, &erasure, |result| result["state"] == "done").await;
    assert_eq!(done["attempts"], 0);
    assert_eq!(stack.rows(&[id(1), id(2), id(3), id(4)]).await, mine);
    let long = format!("/v1/analytics/viewers/{}", "x".repeat(129));
    let (status, _) = call(&query, Method::DELETE, &long, &stack.admin, None).await;
    assert_eq!(status, 400);
    tending.abort();
}

#[actix_web::test]
async fn what_arrives_late_is_erased_too_and_then_the_request_forgets() {
    let stack = Stack::start().await;
    let started = now() - HOUR_MS;
    stack.insert("one", &audience(&stack, started)).await;
    let journal_is_carried = Arc::new(AtomicBool::new(false));
    let query = stack.query(&stack.store, quick());
    let carried = Arc::clone(&journal_is_carried);
    let tending = tend(&query, move |_| carried.load(Ordering::Relaxed));
    let (_, answer) = erase(&query, &stack.admin).await;
    let erasure = answer["data"]["result"]["erasureId"].as_str().unwrap().to_owned();
    let seen = until(&query, &stack.admin, &erasure, |result| result["attempts"] == 2).await;
    assert_eq!(seen["state"], "running", "the journal may still hold the viewer");
    // From the journal: an attempt not seen before.
    stack
        .insert("late", &[row(stack.organization, 9, 0, Some(VIEWER), started)])
        .await;
    journal_is_carried.store(true, Ordering::Relaxed);
    let done = until(&query, &stack.admin, &erasure, |result| result["state"] == "done").await;
    assert_eq!(done["attempts"], 3);
    assert_eq!(stack.rows(&[id(1), id(2), id(9)]).await, [0, 0]);
    // From a collector that was offline: no viewer id, but an attempt that is known.
    let late = row(stack.organization, 2, 7, None, started);
    stack.insert("later", &[late]).await;
    let begun = Instant::now();
    while stack.rows(&[id(2)]).await != [0, 0] {
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    tending.abort();

    // The guard's end.
    let short = Pace {
        guard: Duration::ZERO,
        ..quick()
    };
    let query = stack.query(&stack.store, short);
    let tending = tend(&query, |_| true);
    let closed = until(&query, &stack.admin, &erasure, |result| !result["closedAt"].is_null()).await;
    assert_eq!(
        (&closed["viewerId"], &closed["attempts"], &closed["state"]),
        (&Value::Null, &json!(3), &json!("done"))
    );
    tending.abort();
    assert_eq!(
        stack.accounts.erasure_attempts(erasure.parse().unwrap()).await.unwrap(),
        []
    );
}

#[actix_web::test]
async fn a_request_survives_the_end_of_its_process() {
    let stack = Stack::start().await;
    stack.insert("one", &audience(&stack, now() - HOUR_MS)).await;
    // The database does not answer while the first process lives.
    let nowhere = Store::connect(StoreConfig::embedded("http://127.0.0.1:9"));
    let query = stack.query(&nowhere, quick());
    let tending = tend(&query, |_| true);
    let (status, answer) = erase(&query, &stack.admin).await;
    assert_eq!(status, 202, "taken down without the database");
    let erasure = answer["data"]["result"]["erasureId"].as_str().unwrap().to_owned();
    tending.abort();
    drop(query);
    let accounts = Accounts::open(&stack.directory.path().join("accounts.sqlite"))
        .await
        .unwrap();
    assert_eq!(accounts.open_erasures().await.unwrap().len(), 1);
    let next = Stack { accounts, ..stack };
    let query = next.query(&next.store, quick());
    let tending = tend(&query, |_| true);
    until(&query, &next.admin, &erasure, |result| result["state"] == "done").await;
    assert_eq!(next.rows(&[id(1), id(2)]).await, [0, 0]);
    assert!(next.rows(&[id(3), id(4)]).await[0] > 0);
    tending.abort();
    drop(next.engine);
}

#[actix_web::test]
async fn dead_letters_go_with_their_viewer_and_with_their_organisations_retention() {
    let stack = Stack::start().await;
    let started = now() - HOUR_MS;
    stack.insert("one", &audience(&stack, started)).await;
    let longer = format!("{VIEWER}!");
    let long = "x".repeat(128);
    let letters = [
        row(stack.organization, 3, 9, Some(&longer), started),
        row(stack.organization, 5, 0, Some(VIEWER), started),
        row(stack.organization, 6, 0, Some(&long), started),
        row(stack.stranger, 1, 9, Some(VIEWER), started),
    ];
    let rows: Rows = letters.iter().collect();
    let refused: Vec<(usize, String)> = (0..letters.len()).map(|index| (index, "no".to_owned())).collect();
    stack.store.insert_dead_letters("t", &rows, &refused).await.unwrap();
    let left = async || {
        let statement = Statement::new("SELECT row_number FROM dead_letters ORDER BY row_number");
        let rows: Vec<Value> = stack.store.fetch(&statement).await.unwrap();
        rows.iter()
            .map(|row| row["row_number"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let query = stack.query(&stack.store, quick());
    let tending = tend(&query, |_| true);
    let others = stack.others(&[id(1), id(2)]).await;
    for (viewer, attempts) in [(VIEWER_ENCODED, 3), (&*long, 1)] {
        let path = format!("/v1/analytics/viewers/{viewer}");
        let (_, answer) = call(&query, Method::DELETE, &path, &stack.admin, None).await;
        let erasure = answer["data"]["result"]["erasureId"].as_str().unwrap().to_owned();
        let done = until(&query, &stack.admin, &erasure, |result| result["state"] == "done").await;
        assert_eq!(done["attempts"], attempts, "{viewer}");
    }
    tending.abort();
    assert_eq!(left().await, [0, 3]);
    assert_eq!(
        stack.others(&[id(1), id(2)]).await,
        others,
        "somebody of a longer name lost a row"
    );

    stack
        .accounts
        .set_retention(stack.organization, Some(3), None, (14, 400), UnixMs(1))
        .await
        .unwrap();
    query::retention::enforce(&stack.store, &stack.accounts, UnixMs(now() + 4 * DAY_MS))
        .await
        .unwrap();
    assert_eq!(left().await, [3], "another organisation keeps its own");
}

#[actix_web::test]
async fn an_organisation_keeps_its_rows_no_longer_than_it_wants() {
    let stack = Stack::start().await;
    let now = now();
    let (old, young) = (now - 5 * DAY_MS, now - 2 * DAY_MS);
    let mut rows = Vec::new();
    for organization in [stack.organization, stack.stranger] {
        rows.push(row(organization, 1, 0, Some("v"), old));
        rows.push(row(organization, 2, 0, Some("v"), young));
    }
    stack.insert("one", &rows).await;
    let both = [id(1), id(2)];
    let strangers = stack.others(&both).await;
    assert_eq!(
        query::retention::enforce(&stack.store, &stack.accounts, UnixMs(now))
            .await
            .unwrap(),
        0
    );
    let server = (14, 400);
    let too_long = stack
        .accounts
        .set_retention(stack.organization, Some(15), None, server, UnixMs(1))
        .await;
    assert_eq!(
        too_long.unwrap_err().to_string(),
        "beacons cannot be kept for 15 days: this server keeps 1 to 14"
    );
    stack
        .accounts
        .set_retention(stack.organization, Some(3), None, server, UnixMs(1))
        .await
        .unwrap();
    assert_eq!(
        query::retention::enforce(&stack.store, &stack.accounts, UnixMs(now))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        (stack.rows(&[id(1)]).await, stack.rows(&[id(2)]).await),
        ([0, 1], [1, 1])
    );
    stack
        .accounts
        .set_retention(stack.organization, Some(3), Some(4), server, UnixMs(1))
        .await
        .unwrap();
    assert_eq!(
        query::retention::enforce(&stack.store, &stack.accounts, UnixMs(now))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        (stack.rows(&[id(1)]).await, stack.rows(&[id(2)]).await),
        ([0, 0], [1, 1])
    );
    assert_eq!(
        stack.others(&both).await,
        strangers,
        "another organisation keeps everything"
    );
}
