//! ClickHouse is away, hangs, or refuses for one reason after the other. Whatever it is, beacons are acknowledged meanwhile,
//! as far as the journal's bound reaches, and beyond it the sender hears so; afterwards each is counted once.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use tests::{
    load::{Load, Sender, Truth, requests, window},
    stack::Stack,
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

const SENDERS: usize = 8;
const WITHIN: Duration = Duration::from_secs(60);

/// What is wrong with ClickHouse for a while.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// It is not there.
    Away,
    /// It takes connections and never answers.
    Hangs,
    /// Something else is wrong, by these statements, until those.
    Sql {
        name: &'static str,
        begins: &'static [&'static str],
        ends: &'static [&'static str],
    },
    /// The same, and server and engine are killed in the midst of it.
    SqlAndKilled {
        name: &'static str,
        begins: &'static [&'static str],
        ends: &'static [&'static str],
    },
}

const TROUBLES: [Trouble; 7] = [
    Trouble::Away,
    Trouble::Hangs,
    Trouble::Sql {
        name: "too many parts",
        begins: &[
            "SYSTEM STOP MERGES beacons",
            "ALTER TABLE beacons MODIFY SETTING parts_to_throw_insert = 1",
        ],
        ends: &[
            "ALTER TABLE beacons RESET SETTING parts_to_throw_insert",
            "SYSTEM START MERGES beacons",
        ],
    },
    Trouble::Sql {
        name: "read-only",
        begins: &["ALTER TABLE beacons MODIFY SETTING table_readonly = 1"],
        ends: &["ALTER TABLE beacons MODIFY SETTING table_readonly = 0"],
    },
    // Detached, not renamed: while ClickHouse renames a table, an insert under way may pass its view by, and succeeds.
    Trouble::Sql {
        name: "the table is not there",
        begins: &["DETACH TABLE beacons"],
        ends: &["ATTACH TABLE beacons"],
    },
    Trouble::Sql {
        name: "the schema is behind",
        begins: &["ALTER TABLE beacons RENAME COLUMN row_number TO number_of_row"],
        ends: &["ALTER TABLE beacons RENAME COLUMN number_of_row TO row_number"],
    },
    // The view fails after its source has taken the rows: half of an insert is done when everything ends.
    Trouble::SqlAndKilled {
        name: "half an insert",
        begins: &["RENAME TABLE impressions TO impressions_elsewhere"],
        ends: &["RENAME TABLE impressions_elsewhere TO impressions"],
    },
];

impl Trouble {
    fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Hangs => "hangs",
            Self::Sql { name, .. } | Self::SqlAndKilled { name, .. } => name,
        }
    }

    async fn begin(self, stack: &mut Stack) {
        match self {
            Self::Away => stack.kill_engine().await.unwrap(),
            Self::Hangs => stack.signal_engine(libc::SIGSTOP).unwrap(),
            Self::Sql { begins, .. } | Self::SqlAndKilled { begins, .. } => {
                for statement in begins {
                    stack.clickhouse(statement).await.unwrap();
                }
            }
        }
    }

    async fn end(self, stack: &mut Stack) {
        match self {
            Self::Away => stack.start_engine_again().await.unwrap(),
            Self::Hangs => stack.signal_engine(libc::SIGCONT).unwrap(),
            Self::Sql { ends, .. } => {
                for statement in ends {
                    stack.clickhouse(statement).await.unwrap();
                }
            }
            Self::SqlAndKilled { ends, .. } => {
                stack.kill_engine().await.unwrap();
                stack.kill_server().await.unwrap();
                stack.start_engine_again().await.unwrap();
                for statement in ends {
                    stack.clickhouse(statement).await.unwrap();
                }
                stack.start_again().await.unwrap();
            }
        }
    }
}

/// Waits until a counter or gauge is at least `least`.
async fn metric_reaches(stack: &Stack, name: &str, least: f64) {
    let begun = Instant::now();
    loop {
        let now = stack.metric(name).await.unwrap();
        if now >= least {
            return;
        }
        assert!(begun.elapsed() < WITHIN, "{name} is {now}, not {least}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_clickhouse_does_beacons_are_acknowledged_and_counted_once() {
    let mut stack = Stack::start_apart().await.unwrap();
    let requests = requests(17, 600.0).unwrap();
    let sender = Sender::new(&stack).unwrap();
    let truth = Arc::new(Mutex::new(Truth::default()));
    let (start, end) = window();
    let part = requests.len() / TROUBLES.len();
    for (trouble, requests) in TROUBLES.into_iter().zip(requests.chunks(part)) {
        let name = trouble.name();
        let load = Load::begin(requests.to_vec(), SENDERS, &sender, &truth);
        load.reaches(part / 4).await.unwrap();
        let retries = stack.metric("playhead_ingest_insert_retries_total").await.unwrap();
        trouble.begin(&mut stack).await;
        // All of it is acknowledged while the trouble lasts.
        let expected = load.all().await.unwrap();
        let waiting = stack.metric("playhead_ingest_beacons_in_flight").await.unwrap();
        assert!(waiting > 0.0, "{name}: nothing waits, so nothing was in the way");
        // The journal's age tells for how long, which is what an alarm watches.
        metric_reaches(&stack, "playhead_ingest_journal_age_ms", 500.0).await;
        // It was tried, and tried again; a hanging ClickHouse has a minute to answer.
        if !matches!(trouble, Trouble::Hangs) {
            metric_reaches(&stack, "playhead_ingest_insert_retries_total", retries + 2.0).await;
        }
        trouble.end(&mut stack).await;
        let took = stack.await_sums(start, end, expected, WITHIN).await;
        let took = took.unwrap_or_else(|error| panic!("after {name}: {error:#}"));
        println!("{name:<24} {waiting} waited, all there {took:?} after its end");
    }
    // A range is complete a moment after its rows can be asked for.
    let begun = Instant::now();
    while stack.metric("playhead_ingest_beacons_in_flight").await.unwrap() > 0.0 {
        assert!(begun.elapsed() < WITHIN, "ranges stay in the journal");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(stack.metric("playhead_ingest_journal_age_ms").await.unwrap(), 0.0);
    let dead = stack.clickhouse("SELECT count() FROM dead_letters").await.unwrap();
    assert_eq!(dead.trim(), "0", "rows were given up that nothing was wrong with");
    let distinct = truth.lock().unwrap().distinct();
    let stored = stack
        .clickhouse("SELECT uniqExact(attempt_id, sequence) FROM beacons")
        .await
        .unwrap();
    assert_eq!(stored.trim(), distinct.beacons.to_string(), "beacons in the table");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_journals_bound_senders_hear_so_and_nothing_is_lost() {
    // Three segments.
    let bounds = ["--journal-bytes-max", "3145728", "--journal-segment-bytes", "1048576"];
    let mut stack = Stack::start_apart_with(&bounds, &[]).await.unwrap();
    stack.kill_engine().await.unwrap();
    let requests = requests(19, 200.0).unwrap();
    let truth = Arc::new(Mutex::new(Truth::default()));
    let load = Load::begin(requests, SENDERS, &Sender::new(&stack).unwrap(), &truth);
    metric_reaches(&stack, "playhead_ingest_beacons_refused_total", 1.0).await;

    // What a sender hears: when to come again, and why.
    let batch = tests::beacons::batch(
        tests::stack::now_ms(),
        (0..200)
            .map(|sequence| tests::beacons::playing(uuid::Uuid::now_v7(), sequence, tests::stack::now_ms(), 1_000, 0))
            .collect(),
    );
    // Half a megabyte, so that there is no room for it even where a smaller one still finds some.
    let bytes = serde_json::to_vec(&batch).unwrap();
    let begun = Instant::now();
    let answer = loop {
        let response = stack
            .client
            .post(stack.beacons_url())
            .body(bytes.clone())
            .send()
            .await
            .unwrap();
        if response.status() != StatusCode::ACCEPTED {
            break response;
        }
        assert!(begun.elapsed() < WITHIN, "the journal takes everything");
    };
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let seconds: u64 = answer.headers()["Retry-After"].to_str().unwrap().parse().unwrap();
    assert!(seconds > 0);
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["code"], 4000, "{answer}");
    let disk = stack.metric("playhead_ingest_journal_disk_bytes").await.unwrap();
    assert!(disk <= 3_145_728.0, "the journal takes {disk} bytes");

    // A restart at the bound finds everything again.
    stack.kill_server().await.unwrap();
    stack.start_engine_again().await.unwrap();
    stack.start_again().await.unwrap();
    load.all().await.unwrap();
    let begun = Instant::now();
    let distinct = truth.lock().unwrap().distinct();
    loop {
        let stored = stack
            .clickhouse("SELECT uniqExact(attempt_id, sequence) FROM beacons")
            .await
            .unwrap();
        if stored.trim().parse::<usize>().unwrap() >= distinct.beacons {
            break;
        }
        assert!(
            begun.elapsed() < WITHIN,
            "{} of {} beacons are in the table",
            stored.trim(),
            distinct.beacons
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_has_an_end_though_clickhouse_hangs_and_a_body_never_arrives_and_nothing_is_lost() {
    let mut stack = Stack::start().await.unwrap();
    let requests = requests(29, 60.0).unwrap();
    let total = requests.len();
    let truth = Arc::new(Mutex::new(Truth::default()));
    let load = Load::begin(requests, SENDERS, &Sender::new(&stack).unwrap(), &truth);
    load.reaches(total / 2).await.unwrap();
    stack.signal_engine(libc::SIGSTOP).unwrap();
    let expected = load.all().await.unwrap();
    let waiting = stack.metric("playhead_ingest_beacons_in_flight").await.unwrap();
    assert!(waiting > 0.0, "nothing is left to drain");
    let mut slow = TcpStream::connect(stack.keys.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let head = format!(
        "POST /v1/beacons?key={} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{",
        stack.keys.license_key
    );
    slow.write_all(head.as_bytes()).await.unwrap();

    // This waits a minute at most. The operator's guide says 55 s.
    let begun = Instant::now();
    stack.stop_server().await.unwrap();
    println!(
        "stopped after {:?} with {waiting} beacons in the journal",
        begun.elapsed()
    );

    stack.start_again().await.unwrap();
    let (start, end) = window();
    stack.await_sums(start, end, expected, WITHIN).await.unwrap();
}
