//! The real engine in a real child process, asked by the real client.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use clickhouse::{Client, Compression, Row, error::Error};
use engine::{Ready, State, Supervisor, SupervisorConfig};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// `cargo` builds examples beside the tests.
fn program() -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let program = deps.parent().unwrap().parent().unwrap().join("examples/engine");
    assert!(program.is_file(), "{} is built by `cargo test`", program.display());
    program
}

/// A child without a supervisor.
struct Engine {
    child: Child,
    url: String,
    _directory: Option<TempDir>,
}

impl Engine {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut engine = Self::start_in(directory.path());
        engine._directory = Some(directory);
        engine
    }

    fn start_in(path: &Path) -> Self {
        Self::ready(Self::spawn_in(path))
    }

    fn spawn_in(path: &Path) -> Child {
        Command::new(program())
            .arg("--path")
            .arg(path.join("engine"))
            .args(["--listen", "127.0.0.1:0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn ready(mut child: Child) -> Self {
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Ready = serde_json::from_str(&line).unwrap();
        Self {
            child,
            url: format!("http://{}", ready.listen),
            _directory: None,
        }
    }

    fn client(&self) -> Client {
        client(&self.url)
    }

    fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Closes standard input, as the death of a parent does, and waits.
    fn leave(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

/// The files a process has opened since the last look.
fn opened(pid: u32) -> Vec<PathBuf> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd"));
    links
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|link| std::fs::read_link(link.path()).ok())
        .collect()
}

fn client(url: &str) -> Client {
    Client::default().with_url(url).with_compression(Compression::None)
}

async fn run(client: &Client, sql: &str) {
    client.query_raw(sql).execute().await.unwrap();
}

async fn count(client: &Client, table: &str) -> u64 {
    let sql = format!("SELECT count() FROM {table}");
    client.query_raw(&sql).fetch_one().await.unwrap()
}

#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
struct Reading {
    number: u64,
    name: String,
    maybe: Option<u32>,
}

fn readings(numbers: std::ops::Range<u64>) -> Vec<Reading> {
    numbers
        .map(|number| Reading {
            number,
            name: format!("name {number} \0\n'\\"),
            maybe: number.is_multiple_of(2).then_some(7),
        })
        .collect()
}

const READINGS: &str =
    "CREATE TABLE readings (number UInt64, name String, maybe Nullable(UInt32)) ENGINE = MergeTree ORDER BY number
     SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 100";

async fn insert(client: &Client, rows: &[Reading], token: Option<&str>) -> Result<(), Error> {
    let mut insert = client.insert::<Reading>("readings").await?;
    if let Some(token) = token {
        insert = insert
            .with_setting("insert_deduplication_token", token)
            .with_setting("deduplicate_blocks_in_dependent_materialized_views", "1")
            .with_setting("async_insert", "0");
    }
    for row in rows {
        insert.write(row).await?;
    }
    insert.end().await
}

#[tokio::test]
async fn the_client_makes_tables_inserts_and_reads() {
    let engine = Engine::start();
    let client = engine.client();
    run(&client, "CREATE DATABASE house ENGINE = Atomic").await;
    let client = client.with_database("house");
    run(&client, READINGS).await;
    let none: Vec<Reading> = client.query("SELECT ?fields FROM readings").fetch_all().await.unwrap();
    assert!(none.is_empty(), "an empty answer still carries its columns");
    let rows = readings(0..50_000);
    insert(&client, &rows, None).await.unwrap();
    let read: Vec<Reading> = client
        .query("SELECT ?fields FROM readings ORDER BY number")
        .fetch_all()
        .await
        .unwrap();
    assert!(read == rows, "50,000 rows come back as they were sent");
    // Unqualified names are looked up in the database of the request, whatever the connection did before.
    let error = engine
        .client()
        .query("SELECT count() FROM readings")
        .fetch_one::<u64>()
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::BadResponse(text) if text.contains("Code: 60.")),
        "{error}"
    );
    engine.leave();
}

#[tokio::test]
async fn an_error_comes_with_its_code_and_a_status() {
    let engine = Engine::start();
    let error = engine
        .client()
        .query_raw("SELECT * FROM nowhere")
        .execute()
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::BadResponse(text) if text.starts_with("Code: 60. DB::Exception: ")),
        "{error}"
    );
    let http = reqwest::Client::new();
    let answer = http.post(&engine.url).body("SELEC 1").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()["x-clickhouse-exception-code"], "62");
    let answer = http
        .post(format!("{}/?no_such_setting=1", engine.url))
        .body("SELECT 1")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-clickhouse-exception-code"], "115");
    let answer = http
        .post(format!("{}/?decompress=1&query=SELECT+1", engine.url))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["x-clickhouse-exception-code"].as_bytes()
        ),
        (501, &b"48"[..])
    );
    let answer = http
        .post(&engine.url)
        .body("SELECT 1 AS one FORMAT JSONEachRow")
        .send()
        .await
        .unwrap();
    assert!(
        answer.headers()["x-clickhouse-summary"]
            .to_str()
            .unwrap()
            .contains("\"read_rows\":\"")
    );
    assert_eq!(answer.text().await.unwrap(), "{\"one\":1}\n");
    assert_eq!(
        http.get(format!("{}/ping", engine.url))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "Ok.\n"
    );
    engine.leave();
}

#[tokio::test]
async fn a_value_is_never_part_of_the_statement() {
    let engine = Engine::start();
    let client = engine.client();
    run(
        &client,
        "CREATE TABLE kept (name String) ENGINE = MergeTree ORDER BY name",
    )
    .await;
    for value in [
        "'); DROP TABLE kept; --",
        "{x:String}",
        "back\\slash \\n \\'",
        "tab\tline\nreturn\r\0nul",
        "ünï→😀",
        "",
    ] {
        let read: String = client
            .query_raw("SELECT {value:String}")
            .param("value", value)
            .fetch_one()
            .await
            .unwrap();
        assert_eq!(read, value);
        let one = vec![value.to_owned(), "'".to_owned()];
        let read: Vec<String> = client
            .query_raw("SELECT {values:Array(String)}")
            .param("values", &one)
            .fetch_one()
            .await
            .unwrap();
        assert_eq!(read, one);
    }
    let error = client
        .query_raw("SELECT {number:UInt8}")
        .param("number", "1 OR 1")
        .fetch_one::<u8>()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::BadResponse(_)), "{error}");
    // In the URL, as curl and the other clients send them; the value is percent-encoded `a\tb` in ClickHouse's escaped form.
    let url = format!(
        "{}/?param_v=a%5Ctb&query=SELECT+%7Bv:String%7D+AS+v+FORMAT+JSONEachRow",
        engine.url
    );
    assert_eq!(
        reqwest::get(url).await.unwrap().text().await.unwrap(),
        "{\"v\":\"a\\tb\"}\n"
    );
    assert_eq!(count(&client, "kept").await, 0);
    engine.leave();
}

#[tokio::test]
async fn a_token_sent_again_changes_neither_the_table_nor_its_view() {
    let engine = Engine::start();
    let client = engine.client();
    run(&client, READINGS).await;
    run(
        &client,
        "CREATE TABLE sums (bucket UInt64, total SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY bucket
         SETTINGS non_replicated_deduplication_window = 100",
    )
    .await;
    run(&client, "CREATE MATERIALIZED VIEW to_sums TO sums AS SELECT number % 10 AS bucket, sum(number) AS total FROM readings GROUP BY bucket").await;
    let rows = readings(0..1_000);
    for _ in 0..3 {
        insert(&client, &rows, Some("node/1/0-999")).await.unwrap();
    }
    assert_eq!(count(&client, "readings").await, 1_000);
    let total: u64 = client
        .query_raw("SELECT sum(total) FROM sums")
        .fetch_one()
        .await
        .unwrap();
    assert_eq!(total, 499_500);
    // The token was taken back: an insert without one, on any connection, is not swallowed.
    for round in 1..=12 {
        insert(&client, &readings(round * 1_000..round * 1_000 + 10), None)
            .await
            .unwrap();
        assert_eq!(count(&client, "readings").await, 1_000 + round * 10);
    }
    engine.leave();
}

#[tokio::test]
async fn nothing_of_a_request_stays_on_its_connection() {
    let engine = Engine::start();
    let client = engine.client();
    let setting = "SELECT value FROM system.settings WHERE name = 'max_threads'";
    let before: String = client.query_raw(setting).fetch_one().await.unwrap();
    let during: String = client
        .query_raw(setting)
        .with_setting("max_threads", "13")
        .fetch_one()
        .await
        .unwrap();
    assert_eq!(during, "13");
    // Failing leaves nothing behind either, nor does a statement that changes the session.
    client
        .query_raw("SELECT * FROM nowhere")
        .with_setting("max_threads", "14")
        .execute()
        .await
        .unwrap_err();
    client
        .query_raw("SELECT 1")
        .with_setting("max_threads", "15")
        .with_setting("no_such", "1")
        .execute()
        .await
        .unwrap_err();
    run(&client, "SET max_threads = 16").await;
    run(&client, "USE system").await;
    for _ in 0..24 {
        let after: String = client.query_raw(setting).fetch_one().await.unwrap();
        assert_eq!(after, before);
        let database: String = client.query_raw("SELECT currentDatabase()").fetch_one().await.unwrap();
        assert_eq!(database, "default");
    }
    engine.leave();
}

#[tokio::test]
async fn an_insert_that_breaks_off_leaves_no_rows() {
    let engine = Engine::start();
    let client = engine.client();
    run(&client, READINGS).await;
    let mut started = client.insert::<Reading>("readings").await.unwrap();
    for row in readings(0..40_000) {
        started.write(&row).await.unwrap();
    }
    drop(started);
    // By hand: a chunk of whole rows, and then the connection is gone without the last chunk.
    let mut stream = TcpStream::connect(engine.address()).unwrap();
    let rows = "1\ta\t\\N\n".repeat(5_000);
    write!(
        stream,
        "POST /?query=INSERT+INTO+readings+FORMAT+TSV HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{rows}\r\n",
        rows.len()
    )
    .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(count(&client, "readings").await, 0);
    // Rows that do not parse leave nothing of those before them.
    let bad = format!("{rows}x\ta\t\\N\n");
    let url = format!("{}/?query=INSERT+INTO+readings+FORMAT+TSV", engine.url);
    let answer = reqwest::Client::new().post(&url).body(bad).send().await.unwrap();
    assert_eq!(answer.status(), 400, "{}", answer.text().await.unwrap());
    assert_eq!(count(&client, "readings").await, 0);
    // The connection serves on.
    let answer = reqwest::Client::new().post(&url).body(rows).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(count(&client, "readings").await, 5_000);
    engine.leave();
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let engine = Engine::start();
    run(
        &engine.client(),
        "CREATE TABLE big (text String) ENGINE = MergeTree ORDER BY tuple()",
    )
    .await;
    let url = format!("{}/?query=INSERT+INTO+big+FORMAT+RawBLOB", engine.url);
    let http = reqwest::Client::new();
    let answer = http
        .post(&url)
        .body(vec![b'x'; 128 * 1024 * 1024 + 1])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(count(&engine.client(), "big").await, 0);
    engine.leave();
}

#[tokio::test]
async fn many_ask_at_once_and_each_gets_its_own_answer() {
    let engine = Engine::start();
    let client = engine.client();
    run(&client, READINGS).await;
    let tasks: Vec<_> = (0..60_u64)
        .map(|task| {
            let client = client.clone();
            tokio::spawn(async move {
                if task % 3 == 0 {
                    insert(
                        &client,
                        &readings(task * 100..task * 100 + 100),
                        Some(&format!("task {task}")),
                    )
                    .await
                    .unwrap();
                }
                let sql = "SELECT sum(number) + {task:UInt64} FROM numbers(100000)";
                let sum: u64 = client.query_raw(sql).param("task", task).fetch_one().await.unwrap();
                assert_eq!(sum, 4_999_950_000 + task);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count(&client, "readings").await, 2_000);
    engine.leave();
}

#[tokio::test]
async fn get_only_reads() {
    let engine = Engine::start();
    let client = engine.client();
    run(&client, READINGS).await;
    insert(&client, &readings(0..3), None).await.unwrap();
    let http = reqwest::Client::new();
    let get = async |query: &str| {
        let query: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let answer = http.get(format!("{}/?query={query}", engine.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(get("SELECT count() FROM readings").await, (200, "3\n".into()));
    assert_eq!(get("SHOW TABLES").await.0, 200);
    assert_eq!(get("DESCRIBE TABLE readings").await.0, 200);
    for refused in [
        "DROP TABLE readings",
        "INSERT INTO readings VALUES (1, '', NULL)",
        "INSERT INTO readings FORMAT TSV",
        "TRUNCATE TABLE readings",
        "SET max_threads = 1",
        "USE system",
        "ALTER TABLE readings DELETE WHERE 1",
        "CREATE TABLE other (a UInt8) ENGINE = Memory",
        "SELECT 1 INTO OUTFILE '/tmp/playhead-outfile'",
        "KILL QUERY WHERE 1",
        "SYSTEM STOP MERGES",
    ] {
        assert_eq!(get(refused).await.0, 403, "{refused}");
    }
    for refused in ["DROP TABLE readings; SELECT (", "SELECT 1; DROP TABLE readings"] {
        assert_eq!(get(refused).await.0, 400, "{refused}");
    }
    let error = client
        .query_raw("DROP TABLE readings")
        .with_setting("readonly", "1")
        .execute()
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::BadResponse(text) if text.contains("Code: 164.")),
        "{error}"
    );
    assert_eq!(count(&client, "readings").await, 3);
    engine.leave();
}

#[tokio::test]
async fn a_web_page_is_turned_away() {
    let engine = Engine::start();
    let http = reqwest::Client::new();
    let page = http
        .post(&engine.url)
        .header("Origin", "https://example.com")
        .body("SELECT 1")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 403);
    let rebound = http
        .post(&engine.url)
        .header("Host", "example.com:80")
        .body("SELECT 1")
        .send()
        .await
        .unwrap();
    assert_eq!(rebound.status(), 403);
    engine.leave();
}

#[tokio::test]
async fn a_child_left_alone_leaves_and_another_takes_its_data() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = Engine::start_in(directory.path());
    run(&first.client(), READINGS).await;
    insert(&first.client(), &readings(0..10), None).await.unwrap();
    let mut second = Engine::spawn_in(directory.path());
    // Until the second has found the data held: its lock file is opened, its port is not bound yet.
    while !opened(second.id()).contains(&directory.path().join("engine/playhead.lock")) {
        assert!(second.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    drop(first.child.stdin.take());
    let second = Engine::ready(second);
    assert!(first.child.wait().unwrap().success());
    assert_eq!(count(&second.client(), "readings").await, 10);
    second.leave();
}

#[tokio::test]
async fn a_child_told_to_leave_ends_what_runs_and_closes_its_data() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = Engine::start_in(directory.path());
    let client = engine.client();
    run(&client, READINGS).await;
    let slow = "INSERT INTO readings SELECT number, '', NULL FROM numbers(30) WHERE sleepEachRow(0.02) = 0";
    let running = tokio::spawn(async move { client.query_raw(slow).execute().await });
    let client = engine.client();
    let seen = "SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO readings SELECT%'";
    while client.query_raw(seen).fetch_one::<u64>().await.unwrap() == 0 {
        assert!(!running.is_finished(), "the slow statement can be seen while it runs");
    }
    // SAFETY: a signal to the child this test started.
    assert_eq!(
        unsafe { libc::kill(i32::try_from(engine.child.id()).unwrap(), libc::SIGTERM) },
        0
    );
    running.await.unwrap().unwrap();
    assert!(engine.child.wait().unwrap().success());
    let again = Engine::start_in(directory.path());
    assert_eq!(count(&again.client(), "readings").await, 30);
    again.leave();
}

#[tokio::test]
async fn a_folder_named_from_here_holds_durable_tables_too() {
    let directory = tempfile::tempdir().unwrap();
    let child = Command::new(program())
        .current_dir(directory.path())
        .args(["--path", "data/engine", "--listen", "127.0.0.1:0"])
        .env("PLAYHEAD_LIBCHDB", engine::find_library().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let engine = Engine::ready(child);
    run(
        &engine.client(),
        "CREATE TABLE durable (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS fsync_after_insert = 1, fsync_part_directory = 1",
    )
    .await;
    run(&engine.client(), "INSERT INTO durable SELECT 1").await;
    assert_eq!(count(&engine.client(), "durable").await, 1);
    engine.leave();
}

#[tokio::test]
async fn a_killed_child_is_replaced_on_the_same_port_with_every_acknowledged_row() {
    let directory = tempfile::tempdir().unwrap();
    let config = SupervisorConfig::new(program(), Vec::new(), directory.path().join("engine"));
    let supervisor = Supervisor::start(config).await.unwrap();
    let client = client(supervisor.url());
    run(&client, READINGS).await;
    let url = supervisor.url().to_owned();
    for round in 0..3 {
        insert(
            &client,
            &readings(round * 100..round * 100 + 100),
            Some(&format!("round {round}")),
        )
        .await
        .unwrap();
        let pid = supervisor.pid().unwrap();
        // SAFETY: a signal to the child this test started.
        assert_eq!(unsafe { libc::kill(i32::try_from(pid).unwrap(), libc::SIGKILL) }, 0);
        assert!(supervisor.restarted(round + 1).await);
        assert_ne!(supervisor.pid().unwrap(), pid);
        assert_eq!(supervisor.url(), url);
        // The retry of an acknowledged insert is known after the crash, too.
        insert(
            &client,
            &readings(round * 100..round * 100 + 100),
            Some(&format!("round {round}")),
        )
        .await
        .unwrap();
        assert_eq!(count(&client, "readings").await, (round + 1) * 100);
    }
    assert_eq!(supervisor.restarts(), 3);
    let pid = supervisor.pid().unwrap();
    assert_eq!(supervisor.state(), State::Running { pid });
    supervisor.stop().await;
    // SAFETY: signal 0 only asks.
    assert_eq!(
        unsafe { libc::kill(i32::try_from(pid).unwrap(), 0) },
        -1,
        "the child is gone"
    );
}

#[tokio::test]
async fn a_child_that_cannot_start_is_an_error_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let missing = SupervisorConfig::new(
        directory.path().join("nothing"),
        Vec::new(),
        directory.path().join("engine"),
    );
    assert!(matches!(
        Supervisor::start(missing).await,
        Err(engine::EngineError::Spawn { .. })
    ));
    let leaves = SupervisorConfig::new("/bin/false", Vec::new(), directory.path().join("engine"));
    assert!(matches!(
        Supervisor::start(leaves).await,
        Err(engine::EngineError::LeftEarly { .. })
    ));
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let no_directory = SupervisorConfig::new(program(), Vec::new(), file.join("engine"));
    assert!(matches!(
        Supervisor::start(no_directory).await,
        Err(engine::EngineError::LeftEarly { .. })
    ));
}

#[tokio::test]
async fn a_missing_library_is_named_with_what_to_run() {
    let output = Command::new(program())
        .args(["--path", "/nonexistent", "--listen", "127.0.0.1:0"])
        .env("PLAYHEAD_LIBCHDB", "/nonexistent/libchdb.so")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        words.contains("npm ci") && words.contains("/nonexistent/libchdb.so"),
        "{words}"
    );
}
