//! Everything that a beacon passes between its sender and the tables fails once, at each place where it matters what was done
//! before: the process ends as by `kill -9`, or the disk gives an error. Then it is started again, and every acknowledged
//! beacon is counted once. The table in docs/guide-operator.md is this test's.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    os::unix::process::ExitStatusExt as _,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use failpoint::Point;
use tests::{
    load::{Load, Sender, Truth, requests, window},
    stack::Stack,
};

/// Requests in flight at once.
const SENDERS: usize = 8;

/// The sums have to be the truth's within this after the last acknowledgement and the last restart.
const WITHIN: Duration = Duration::from_secs(60);
/// Forty refused rows are found by hundreds of inserts, each of them two parts of more than a hundred columns.
const SPLIT_WITHIN: Duration = Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_beacon_is_counted_once_whatever_is_killed() {
    let mut stack = Stack::start().await.unwrap();
    let requests = requests(7, 400.0).unwrap();
    let total = requests.len();
    assert!(
        total > 100,
        "a load of {total} requests is over before anything can be killed"
    );
    let truth = Arc::new(Mutex::new(Truth::default()));
    let load = Load::begin(requests, SENDERS, &Sender::new(&stack).unwrap(), &truth);

    load.reaches(total / 5).await.unwrap();
    stack.kill_server().await.unwrap();
    stack.start_again().await.unwrap();

    load.reaches(total * 2 / 5).await.unwrap();
    stack.kill_engine().await.unwrap();

    // Once more both at once: the engine is perhaps in the middle of a range that the journal still holds.
    load.reaches(total * 4 / 5).await.unwrap();
    stack.kill_engine().await.unwrap();
    stack.kill_server().await.unwrap();
    stack.start_again().await.unwrap();

    let expected = load.all().await.unwrap();
    assert!(
        expected.attempts > 0 && expected.plays > 0 && expected.stall_count > 0,
        "an empty load proves nothing: {expected:?}"
    );
    let (start, end) = window();
    let took = stack.await_sums(start, end, expected, WITHIN).await.unwrap();
    println!("{total} requests: {expected:?} in the query API {took:?} after the last acknowledgement");
}

/// Lets `point` fail under the load that is running, and brings back what ended there.
async fn fail_at(point: Point, stack: &mut Stack) {
    match point {
        Point::InsertReceived | Point::InsertExecuted => {
            let status = stack.engine_ends().await.unwrap();
            assert_eq!(
                status.signal(),
                Some(libc::SIGKILL),
                "the engine at {point:?}: {status}"
            );
            stack.start_engine_again().await.unwrap();
        }
        // The disk is full for one moment: senders hear 503 and come again.
        Point::DiskFull => {
            let begun = Instant::now();
            while stack.is_armed(point) {
                assert!(begun.elapsed() < WITHIN, "nothing passed {point:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        // What the disk holds is not certain any more: the server leaves, so that a new start finds out.
        Point::SyncFails => {
            let status = stack.server_ends().await.unwrap();
            assert_eq!(status.code(), Some(1), "the server after a failed sync: {status}");
            stack.start_again().await.unwrap();
        }
        _ => {
            let status = stack.server_ends().await.unwrap();
            assert_eq!(
                status.signal(),
                Some(libc::SIGKILL),
                "the server at {point:?}: {status}"
            );
            stack.start_again().await.unwrap();
        }
    }
}

/// A constraint that no beacon's sender could know, so that ClickHouse refuses a row in 300.
const REFUSE: &str = "ALTER TABLE beacons ADD CONSTRAINT some CHECK cityHash64(attempt_id, sequence) % 300 != 7";

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_beacon_is_counted_once_wherever_the_process_ends() {
    // The smallest segments, so that each part of the load makes some.
    let mut stack = Stack::start_apart_with(&["--journal-segment-bytes", "65536"], &[])
        .await
        .unwrap();
    let requests = requests(11, 1_200.0).unwrap();
    let sender = Sender::new(&stack).unwrap();
    let truth = Arc::new(Mutex::new(Truth::default()));
    let (start, end) = window();
    let part = requests.len() / Point::ALL.len();
    let mut parts = requests.chunks(part);
    for point in Point::ALL {
        if point == Point::DeadLettersStored {
            continue; // below, as it needs rows that ClickHouse refuses
        }
        let load = Load::begin(parts.next().unwrap().to_vec(), SENDERS, &sender, &truth);
        // Some of the part is stored before it.
        load.reaches(part / 4).await.unwrap();
        stack.arm(point).unwrap();
        fail_at(point, &mut stack).await;
        assert!(!stack.is_armed(point));
        let expected = load.all().await.unwrap();
        let took = stack.await_sums(start, end, expected, WITHIN).await;
        let took = took.unwrap_or_else(|error| panic!("after {point:?}: {error:#}"));
        println!(
            "{:<20} {expected:?} {took:?} after the last acknowledgement",
            point.name()
        );
    }
    // Not only what is asked for agrees: no row is missing or twice, through nine ends of the server and two of the engine.
    let distinct = truth.lock().unwrap().distinct();
    let rows = stack
        .clickhouse("SELECT count(), uniqExact(attempt_id, sequence), uniqExact(attempt_id) FROM beacons FORMAT TSV")
        .await
        .unwrap();
    let rows: Vec<usize> = rows.trim().split('\t').map(|count| count.parse().unwrap()).collect();
    assert_eq!(rows[1..], [distinct.beacons, distinct.attempts], "beacons, attempts");
    // A sender that was not answered sends again, and a new process does not remember the beacon: those few stand twice.
    let twice = rows[0] - rows[1];
    println!("{twice} of {} rows stand twice", rows[0]);
    let impressions = stack
        .clickhouse("SELECT uniqExact(attempt_id), sum(bitmapCardinality(seen)) FROM (SELECT attempt_id, groupBitmapMergeState(sequences) AS seen FROM impressions GROUP BY attempt_id) FORMAT TSV")
        .await
        .unwrap();
    assert_eq!(
        impressions.trim(),
        format!("{}\t{}", distinct.attempts, distinct.beacons),
        "attempts, sequences"
    );
    let left = stack.metric("playhead_ingest_beacons_in_flight").await.unwrap();
    assert_eq!(left, 0.0, "records left in the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_among_dead_letters_neither_loses_nor_doubles_one() {
    let mut stack = Stack::start_apart().await.unwrap();
    let requests = requests(13, 100.0).unwrap();
    let truth = Arc::new(Mutex::new(Truth::default()));
    stack.clickhouse(REFUSE).await.unwrap();
    stack.arm(Point::DeadLettersStored).unwrap();
    let load = Load::begin(requests, SENDERS, &Sender::new(&stack).unwrap(), &truth);
    let status = stack.server_ends().await.unwrap();
    assert_eq!(status.signal(), Some(libc::SIGKILL), "{status}");
    stack.start_again().await.unwrap();
    load.all().await.unwrap();
    let distinct = truth.lock().unwrap().distinct();
    let begun = Instant::now();
    loop {
        // A row begins with organisation and attempt, 16 bytes each, and its sequence, 4. A beacon that was sent again after the crash
        // is another row.
        let found = stack
            .clickhouse("SELECT (SELECT uniqExact(attempt_id, sequence) FROM beacons), (SELECT uniqExact(attempt_id, substring(row_bytes, 33, 4)) FROM dead_letters) FORMAT TSV")
            .await
            .unwrap();
        let (stored, dead) = found.trim().split_once('\t').unwrap();
        let (stored, dead): (usize, usize) = (stored.parse().unwrap(), dead.parse().unwrap());
        if stored + dead == distinct.beacons {
            assert!(dead > 0, "ClickHouse refused nothing");
            println!("{stored} stored, {dead} among the dead letters");
            break;
        }
        assert!(
            begun.elapsed() < SPLIT_WITHIN,
            "{stored} stored and {dead} dead are not {} beacons",
            distinct.beacons
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let repeated = stack
        .clickhouse("SELECT count() FROM (SELECT count() AS n FROM dead_letters GROUP BY journal_range, row_number HAVING n > 1)")
        .await
        .unwrap();
    assert_eq!(repeated.trim(), "0", "dead letters that stand twice");
}
