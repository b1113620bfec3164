//! The cluster's form of the tables: its text in `golden/cluster`, parsed by the real engine, which has no Keeper to make such
//! tables with; the same names without replication, which it can make; and what goes over the wire.
#![allow(clippy::unwrap_used, missing_docs)]

use engine::testing::EngineProcess;
use expect_test::expect_file;
use schemas::{AttemptId, Beacon, BeaconKind, Interval, OrganizationId, State, Totals, UnixMs};
use serde::Deserialize;
use store::{
    BeaconRow, Enrichment, Migration, Receipt, Retention, Rows, Statement, Store, StoreConfig, StoreError, Table,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};
use uuid::Uuid;

const DATABASE: &str = "playhead";

fn of_cluster(migration: &Migration) -> Vec<String> {
    migration.of_cluster("qoe", DATABASE).unwrap_or_else(|| {
        panic!(
            "{} is of a form that store/src/cluster.rs does not know",
            migration.name
        )
    })
}

fn client(engine: &EngineProcess) -> clickhouse::Client {
    clickhouse::Client::default()
        .with_url(&engine.url)
        .with_compression(clickhouse::Compression::None)
}

#[test]
fn every_migration_has_a_form_for_a_cluster() {
    for migration in Migration::ALL {
        let text = of_cluster(migration).join(";\n\n") + ";\n";
        expect_file![format!("golden/cluster/{}.sql", migration.name)].assert_eq(&text);
    }
}

#[tokio::test]
async fn the_engine_parses_every_statement_of_a_cluster() {
    let engine = EngineProcess::start();
    for migration in Migration::ALL {
        for statement in of_cluster(migration) {
            let explain = format!("EXPLAIN AST\n{statement}");
            let parsed = client(&engine).query_raw(&explain).execute().await;
            assert!(parsed.is_ok(), "{}: {parsed:?}\n{statement}", migration.name);
        }
    }
}

/// What a single node runs is what was recorded when it ran: these texts were released.
#[test]
fn a_single_node_s_texts_are_as_they_were() {
    for (name, checksum) in [
        (
            "0001_beacons",
            "61b421a31221e652cbbda69bb876a567a5e94bb36e67dcd2d72c3236a594fb07",
        ),
        (
            "0002_impressions",
            "a64e4dcbe6b6ecb0b537c0f775fe85d17b751da48eb8ad4222fb3852b6ff07e2",
        ),
        (
            "0003_impressions_from_beacons",
            "5cf11688d64051918759a84307bc76e07372cca4e39b30eddde0a675fbee2bef",
        ),
        (
            "0004_dead_letters",
            "0e8a7df38436082b2db6449d91b3cde30807482c9d0d326d20dcbc64d0278d8c",
        ),
    ] {
        let migration = Migration::ALL.iter().find(|migration| migration.name == name).unwrap();
        assert_eq!(migration.checksum(), checksum, "{name}");
    }
}

#[derive(Deserialize, Debug)]
struct Count {
    count: u64,
}

#[tokio::test]
async fn every_setting_of_a_cluster_is_known_to_the_engine() {
    let engine = EngineProcess::start();
    let store = Store::connect(StoreConfig::embedded(&engine.url));
    store.migrate(&Retention::default()).await.unwrap();
    for (names, table) in [
        (
            vec![
                "distributed_foreground_insert",
                "insert_quorum",
                "insert_quorum_timeout",
                "distributed_product_mode",
                "optimize_skip_unused_shards",
                "distributed_ddl_task_timeout",
            ],
            "settings",
        ),
        (
            vec![
                "min_compressed_bytes_to_fsync_after_fetch",
                "replicated_deduplication_window",
                "replicated_deduplication_window_seconds",
            ],
            "merge_tree_settings",
        ),
    ] {
        for name in names {
            let statement = Statement::new(format!(
                "SELECT count() AS count FROM system.{table} WHERE name = {{name:String}}"
            ))
            .bind("name", name);
            assert_eq!(store.fetch::<Count>(&statement).await.unwrap()[0].count, 1, "{name}");
        }
    }
}

fn row(attempt: u128, sequence: u32) -> BeaconRow {
    let began = UnixMs(1_795_168_800_000);
    let beacon = Beacon {
        attempt_id: AttemptId(Uuid::from_u128(attempt)),
        sequence,
        started_at_ms: began,
        kind: BeaconKind::Beat,
        state: State::Playing,
        interval: Interval::default(),
        totals: Totals::default(),
        context: None,
    };
    let receipt = Receipt {
        organization_id: OrganizationId(Uuid::from_u128(1)),
        received_at: began,
        started_at: began,
        skew_ms: 0,
        unknown_fields: "",
    };
    BeaconRow::new(&beacon, &Enrichment::default(), &receipt)
}

/// Without replication, which needs a Keeper, and without the tables over all shards.
#[tokio::test]
async fn the_view_feeds_the_local_attempts_from_the_local_beacons() {
    let engine = EngineProcess::start();
    let single = Store::connect(StoreConfig::embedded(&engine.url));
    single.migrate(&Retention::default()).await.unwrap();
    let within = client(&engine).with_database(DATABASE);
    // The tables that are not spread keep their name, and are there; but for one that a later migration drops.
    let dropped = ["0022_cells", "0029_cells_score", "0033_cells_seen"];
    for migration in Migration::ALL
        .iter()
        .filter(|migration| migration.name != "0006_accounts" && !dropped.contains(&migration.name))
    {
        let statement = of_cluster(migration)[0]
            .replace(" ON CLUSTER 'qoe'", "")
            .replace("impressions_from_beacons", "impressions_from_beacons_of_a_shard")
            .replace("ENGINE = Replicated", "ENGINE = ")
            .replace("('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')", "")
            .replace("replicated_deduplication_window_seconds = 604800, ", "")
            .replace("replicated_deduplication_window", "non_replicated_deduplication_window");
        within.query_raw(&statement).execute().await.unwrap();
    }
    let rows: Rows = [row(1, 0), row(1, 1), row(2, 0)].iter().collect();
    single.insert_beacons("a", &rows, 0..rows.len()).await.unwrap();
    within
        .query_raw("INSERT INTO beacons_local SELECT * FROM beacons")
        .execute()
        .await
        .unwrap();
    let statement = Statement::new("SELECT uniqExact(attempt_id) AS count FROM impressions_local");
    assert_eq!(single.fetch::<Count>(&statement).await.unwrap()[0].count, 2);
}

#[tokio::test]
async fn tables_of_a_single_node_are_not_taken_for_a_cluster_s() {
    let engine = EngineProcess::start();
    let single = StoreConfig::embedded(&engine.url);
    let spread = StoreConfig {
        cluster: Some("qoe".into()),
        ..single.clone()
    };
    Store::connect(single).migrate(&Retention::default()).await.unwrap();
    let error = Store::connect(spread).migrate(&Retention::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherForm { .. }), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_cluster_s_name_cannot_carry_sql() {
    let store = Store::connect(StoreConfig {
        cluster: Some("c' ENGINE = Memory --".into()),
        ..StoreConfig::embedded("http://127.0.0.1:9")
    });
    let error = store.migrate(&Retention::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Name { of: "cluster", .. }), "{error}");
}

/// Answers each request as `answer` says and hands out what was asked: address and body as one text.
async fn listening(
    answer: impl Fn(&str) -> String + Send + Sync + Clone + 'static,
) -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (heard, receiver) = unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (heard, answer) = (heard.clone(), answer.clone());
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                let mut chunk = [0; 16_384];
                loop {
                    let read = stream.read(&mut chunk).await.unwrap_or(0);
                    bytes.extend_from_slice(&chunk[..read]);
                    let text = String::from_utf8_lossy(&bytes);
                    let Some(head) = text.find("\r\n\r\n") else { continue };
                    let is_whole = match text.to_ascii_lowercase().split_once("content-length: ") {
                        Some((_, rest)) => {
                            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                            bytes.len() >= head + 4 + digits.parse::<usize>().unwrap()
                        }
                        None => bytes.ends_with(b"0\r\n\r\n"),
                    };
                    if is_whole || read == 0 {
                        break;
                    }
                }
                let request = String::from_utf8_lossy(&bytes).into_owned();
                let answer = answer(&request);
                let _ = heard.send(request);
                let response = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                    answer.len()
                );
                let _ = stream.write_all(response.as_bytes()).await;
            });
        }
    });
    (url, receiver)
}

fn spread(url: &str) -> Store {
    Store::connect(StoreConfig {
        cluster: Some("qoe".into()),
        ..StoreConfig::embedded(url)
    })
}

#[tokio::test]
async fn an_insert_waits_for_most_replicas_of_every_shard() {
    let (url, mut heard) = listening(|_| String::new()).await;
    let rows: Rows = [row(1, 0)].iter().collect();
    spread(&url).insert_beacons("a-token", &rows, 0..1).await.unwrap();
    let request = heard.recv().await.unwrap();
    for part in [
        "INTO+beacons+",
        "distributed_foreground_insert=1",
        "insert_quorum=auto",
        "insert_deduplication_token=a-token",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
    let (url, mut heard) = listening(|_| String::new()).await;
    let single = Store::connect(StoreConfig::embedded(&url));
    single.insert_beacons("a-token", &rows, 0..1).await.unwrap();
    let request = heard.recv().await.unwrap();
    assert!(!request.contains("insert_quorum"), "{request}");
}

#[tokio::test]
async fn rows_are_erased_on_every_shard() {
    let answer = |request: &str| match request {
        request if request.contains("DISTINCT") => "{\"hour\":3600}",
        request if request.contains("INSERT") => "",
        _ => "{\"rows\":3}",
    };
    let (url, mut heard) = listening(move |request| answer(request).to_owned()).await;
    let store = spread(&url);
    let organization = OrganizationId(Uuid::from_u128(1));
    let attempts = [AttemptId(Uuid::from_u128(2))];
    assert_eq!(store.erase_attempts(organization, &attempts).await.unwrap(), 12);
    store
        .erase_older(organization, Table::Beacons, UnixMs(0))
        .await
        .unwrap();
    for table in ["cells_left_out", "dead_letters", "beacons", "impressions", "beacons"] {
        let counted = heard.recv().await.unwrap();
        assert!(counted.contains(&format!("FROM {table} WHERE")), "{counted}");
        assert!(counted.contains("distributed_product_mode=local"), "{counted}");
        let is_of_attempts = table == "impressions";
        if is_of_attempts {
            let hours = heard.recv().await.unwrap();
            assert!(hours.contains("SELECT DISTINCT"), "{hours}");
            for derived in ["touched_hours", "cell_days"] {
                let touched = heard.recv().await.unwrap();
                assert!(touched.contains(&format!("INSERT INTO {derived}")), "{touched}");
            }
        }
        let deleted = heard.recv().await.unwrap();
        let statement = format!("ALTER TABLE {table}_local ON CLUSTER 'qoe' DELETE WHERE");
        assert!(deleted.contains(&statement), "{deleted}");
        assert!(deleted.contains("distributed_ddl_task_timeout=1800"), "{deleted}");
        if is_of_attempts {
            for derived in ["touched_hours", "cell_days"] {
                let touched = heard.recv().await.unwrap();
                assert!(touched.contains(&format!("INSERT INTO {derived}")), "{touched}");
            }
        }
    }
}

#[tokio::test]
async fn a_fresh_cluster_gets_its_tables_and_its_retention() {
    let (url, mut heard) = listening(|_| String::new()).await;
    spread(&url).migrate(&Retention::default()).await.unwrap();
    heard.close();
    let mut requests = Vec::new();
    while let Some(request) = heard.recv().await {
        requests.push(request);
    }
    for part in [
        "CREATE DATABASE IF NOT EXISTS `playhead` ON CLUSTER 'qoe' ENGINE = Atomic",
        "CREATE TABLE IF NOT EXISTS migrations ON CLUSTER 'qoe'",
        "CREATE TABLE IF NOT EXISTS beacons_local ON CLUSTER 'qoe'",
        "CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe'",
        "FROM clusterAllReplicas('qoe', system.tables)",
        "ALTER TABLE beacons_local ON CLUSTER 'qoe' MODIFY TTL toDateTime(received_at) + toIntervalDay(14)",
        "ALTER TABLE impressions_local ON CLUSTER 'qoe' MODIFY TTL started_hour + toIntervalDay(400)",
        "ALTER TABLE day_cells ON CLUSTER 'qoe' MODIFY TTL started_at + toIntervalDay(400)",
        "ALTER TABLE watched_cells ON CLUSTER 'qoe' MODIFY TTL started_at + toIntervalDay(400)",
        "ALTER TABLE cells_left_out_local ON CLUSTER 'qoe' MODIFY TTL day + toIntervalDay(30)",
    ] {
        let times = requests.iter().filter(|request| request.contains(part)).count();
        // The table over all shards is renewed with each migration of what it stands over.
        let of_impressions = |migration: &&Migration| {
            ["CREATE TABLE IF NOT EXISTS", "ALTER TABLE"].iter().any(|head| {
                let behind = migration.sql.split_once(head).map_or("", |(_, behind)| behind);
                behind.split_whitespace().next() == Some("impressions")
            })
        };
        let expected = match part {
            "CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe'" => {
                Migration::ALL.iter().filter(of_impressions).count()
            }
            _ if part.starts_with("FROM") => 7,
            _ => 1,
        };
        assert_eq!(times, expected, "{part}");
    }
}

#[tokio::test]
async fn a_start_on_tables_that_are_as_they_should_be_needs_no_replica_that_is_away() {
    let (url, mut heard) = listening(|request| {
        let ttls = "TTL toDateTime(received_at) + toIntervalDay(14) TTL started_hour + toIntervalDay(400) \
                    TTL started_at + toIntervalDay(400) TTL day + toIntervalDay(400) TTL day + toIntervalDay(30)";
        if request.contains("SELECT engine") {
            "{\"engine\":\"ReplicatedReplacingMergeTree\"}".to_owned()
        } else if request.contains("SELECT name, checksum") {
            let applied = Migration::ALL.iter();
            applied
                .map(|migration| {
                    format!(
                        "{{\"name\":\"{}\",\"checksum\":\"{}\"}}\n",
                        migration.name,
                        migration.checksum()
                    )
                })
                .collect()
        } else if request.contains("INSERT INTO touched_hours") {
            assert!(request.contains("skip_unavailable_shards=1"), "{request}");
            String::new()
        } else {
            assert!(request.contains("SETTINGS skip_unavailable_shards = 1"), "{request}");
            format!("{{\"create_table_query\":\"{ttls}\"}}")
        }
    })
    .await;
    assert_eq!(
        spread(&url).migrate(&Retention::default()).await.unwrap(),
        Vec::<&str>::new()
    );
    heard.close();
    while let Some(request) = heard.recv().await {
        assert!(!request.contains("ON CLUSTER"), "{request}");
    }
}
