//! The driver against a server that refuses, breaks connections and forgets: everything arrives, once, under its own number.
//! The server here is a few lines over a real socket, because no honest one could be asked to behave like this.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use schemas::{AttemptId, BeaconBatch, Clock, UnixMs};
use simulator::{
    Backfill, Emission, Live, Misbehaviour, Mode, Pace, Scenario, SendError, Simulation, Target, World, run, send,
    send::Options,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

struct Received {
    headers: BTreeMap<String, String>,
    line: String,
    batch: BeaconBatch,
}

/// What the server does with the n-th request.
type Policy = fn(usize, &BeaconBatch) -> Answer;

enum Answer {
    /// 202, with the indices turned away.
    Take(Vec<usize>),
    /// 204.
    TakeSilently,
    /// Takes it, and breaks the connection before saying so.
    TakeAndBreak,
    /// This status and this `Retry-After`.
    Refuse(u16, Option<u32>),
}

#[derive(Default)]
struct Log {
    /// Every request that was taken.
    taken: Mutex<Vec<Received>>,
    /// Identities, for duplicates.
    known: Mutex<BTreeSet<(AttemptId, u32)>>,
    count: Mutex<usize>,
    arrived: Notify,
}

async fn serve(policy: Policy) -> (String, Arc<Log>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let log = Arc::new(Log::default());
    let seen = Arc::clone(&log);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(converse(stream, policy, Arc::clone(&seen)));
        }
    });
    (url, log)
}

async fn converse(mut stream: TcpStream, policy: Policy, log: Arc<Log>) {
    let mut buffer = Vec::new();
    loop {
        let head_end = loop {
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let head = String::from_utf8(buffer[..head_end].to_vec()).unwrap();
        let mut lines = head.lines();
        let line = lines.next().unwrap().to_owned();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers["content-length"].parse().unwrap();
        while buffer.len() < head_end + length {
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let batch: BeaconBatch = serde_json::from_slice(&buffer[head_end..head_end + length]).unwrap();
        buffer.drain(..head_end + length);
        let number = {
            let mut count = log.count.lock().unwrap();
            *count += 1;
            *count - 1
        };
        let answer = policy(number, &batch);
        let take = |rejected: &[usize]| {
            let mut known = log.known.lock().unwrap();
            let mut duplicates = 0;
            for (index, beacon) in batch.beacons.iter().enumerate() {
                if !rejected.contains(&index) && !known.insert((beacon.attempt_id, beacon.sequence)) {
                    duplicates += 1;
                }
            }
            let accepted = batch.beacons.len() - rejected.len() - duplicates;
            let received = Received {
                headers: headers.clone(),
                line: line.clone(),
                batch: batch.clone(),
            };
            log.taken.lock().unwrap().push(received);
            (accepted, duplicates)
        };
        let text = match answer {
            Answer::Take(rejected) => {
                let (accepted, duplicates) = take(&rejected);
                let rejected: Vec<_> = rejected
                    .iter()
                    .map(|index| serde_json::json!({"index": index, "reason": "text_too_long"}))
                    .collect();
                let body = serde_json::json!({
                    "requestId": "6d84e126-d10c-4e52-bbfb-bd4c92bc8333", "status": "SUCCESS",
                    "data": {"result": {"accepted": accepted, "duplicates": duplicates, "rejected": rejected}, "messages": []},
                })
                .to_string();
                format!("HTTP/1.1 202 Accepted\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            }
            Answer::TakeSilently => {
                take(&[]);
                "HTTP/1.1 204 No Content\r\n\r\n".to_owned()
            }
            Answer::TakeAndBreak => {
                take(&[]);
                log.arrived.notify_one();
                return;
            }
            Answer::Refuse(status, after) => {
                let after = after
                    .map(|seconds| format!("Retry-After: {seconds}\r\n"))
                    .unwrap_or_default();
                format!("HTTP/1.1 {status} No\r\n{after}Content-Length: 2\r\n\r\nno")
            }
        };
        log.arrived.notify_one();
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn target(url: String) -> Target {
    Target {
        url,
        license_key: "a key/with signs".into(),
        api_key: Some("secret".into()),
    }
}

fn scenario() -> Scenario {
    Scenario {
        seed: 5,
        backfill_days: 1,
        attempts_per_day: 60.0,
        viewers: 40,
        emission: Some(Emission::COMPACT),
        ..Scenario::default()
    }
}

#[tokio::test]
async fn whatever_the_server_does_everything_arrives_and_the_truth_is_what_it_took() {
    let (url, log) = serve(|number, _| match number % 7 {
        1 => Answer::Refuse(503, None),
        2 => Answer::TakeAndBreak,
        3 => Answer::Refuse(429, Some(0)),
        4 => Answer::Refuse(500, None),
        5 => Answer::TakeSilently,
        _ => Answer::Take(Vec::new()),
    })
    .await;
    let world = Arc::new(World::new(scenario()).unwrap());
    let expected: BTreeSet<(AttemptId, u32)> = Backfill::new(Arc::clone(&world))
        .flat_map(|request| request.batch.beacons)
        .map(|beacon| (beacon.attempt_id, beacon.sequence))
        .collect();
    let requests = Backfill::new(Arc::clone(&world));
    let options = Options {
        retry: Duration::from_millis(2),
        ..Options::default()
    };
    let (truth, delivery) = send(&world, requests, &target(url), options, std::future::pending())
        .await
        .unwrap();
    assert_eq!(*log.known.lock().unwrap(), expected);
    assert_eq!(truth.beacons(), expected.len() as u64);
    assert_eq!(delivery.beacons, expected.len() as u64);
    assert_eq!(delivery.accepted + delivery.duplicates, delivery.beacons);
    assert!(
        delivery.duplicates > 0,
        "a broken acknowledgement makes the retry a duplicate"
    );
    assert!(delivery.retries > 10);
    assert_eq!((delivery.unacknowledged, delivery.rejected.len()), (0, 0));
    for received in log.taken.lock().unwrap().iter() {
        assert_eq!(received.line, "POST /v1/beacons?key=a+key%2Fwith+signs HTTP/1.1");
        assert_eq!(received.headers["x-api-key"], "secret");
        assert_eq!(received.batch.clock, Clock::Historic);
        let attempt = &truth.attempts()[&received.batch.beacons[0].attempt_id];
        let facts = &attempt.facts;
        assert_eq!(received.headers["user-agent"], facts.device.user_agent);
        for (header, attribute) in [
            ("x-geo-country", "country"),
            ("x-geo-region", "region"),
            ("x-geo-city", "city"),
            ("x-geo-asn", "asn"),
            ("x-geo-isp", "isp"),
        ] {
            assert_eq!(Some(received.headers[header].clone()), facts.attribute(attribute));
        }
        assert!(received.headers["x-forwarded-for"].starts_with("198.1"));
    }
}

#[tokio::test]
async fn what_is_turned_away_is_counted_and_not_part_of_the_truth() {
    let (url, log) = serve(|_, batch| Answer::Take(if batch.beacons.len() > 2 { vec![1] } else { vec![] })).await;
    let world = Arc::new(World::new(scenario()).unwrap());
    let requests = Backfill::new(Arc::clone(&world));
    let (truth, delivery) = send(
        &world,
        requests,
        &target(url),
        Options::default(),
        std::future::pending(),
    )
    .await
    .unwrap();
    let turned_away = delivery.rejected["text_too_long"];
    assert!(turned_away > 5);
    assert_eq!(delivery.accepted + turned_away, delivery.beacons);
    let known: BTreeSet<(AttemptId, u32)> = truth
        .attempts()
        .iter()
        .flat_map(|(id, known)| known.sequences.iter().map(|sequence| (*id, *sequence)))
        .collect();
    assert_eq!(known, *log.known.lock().unwrap());
}

#[tokio::test]
async fn a_refusal_for_good_ends_the_run_and_names_itself() {
    let (url, log) = serve(|_, _| Answer::Refuse(403, None)).await;
    let simulation = Simulation {
        scenario: scenario(),
        mode: Mode::Backfill,
        target: target(url),
        concurrency: NonZeroUsize::MIN,
        dimensions: Vec::new(),
    };
    let error = run(simulation, std::future::pending()).await.unwrap_err();
    let simulator::RunError::Send(SendError::Refused { status, body }) = error else {
        panic!("{error:?}")
    };
    assert_eq!((status, body.as_str()), (403, "no"));
    assert_eq!(*log.count.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_stop_gives_up_what_the_server_does_not_take_and_says_how_much() {
    let (url, log) = serve(|_, _| Answer::Refuse(503, None)).await;
    let world = Arc::new(World::new(scenario()).unwrap());
    let options = Options {
        concurrency: NonZeroUsize::new(3).unwrap(),
        grace: Duration::from_millis(50),
        ..Options::default()
    };
    let requests = Backfill::new(Arc::clone(&world));
    let stop = async {
        for _ in 0..4 {
            log.arrived.notified().await;
        }
    };
    let (truth, delivery) = send(&world, requests, &target(url), options, stop).await.unwrap();
    assert!(truth.attempts().is_empty());
    assert!(delivery.unacknowledged >= 3);
    assert_eq!(delivery.requests, 0);
}

#[tokio::test]
async fn live_beacons_leave_at_their_moment_with_the_clock_of_their_sender() {
    let (url, log) = serve(|_, _| Answer::Take(Vec::new())).await;
    let misbehaviour = Misbehaviour {
        skew_ms: 100_000.0,
        ..Misbehaviour::default()
    };
    let world = Arc::new(
        World::new(Scenario {
            misbehaviour,
            ..scenario()
        })
        .unwrap(),
    );
    let clock = || UnixMs(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64);
    // The audience arrived 30 s ago, so that all are there; what is past leaves at once, the rest in real time.
    let from = UnixMs(clock().0 - 30_000);
    let until = UnixMs(clock().0 + 1_500);
    let live = Live::new(Arc::clone(&world), 25, from, Some(until));
    let skews: BTreeMap<(AttemptId, u32), (i64, UnixMs)> = Live::new(Arc::clone(&world), 25, from, Some(until))
        .map(|request| {
            let beacon = &request.batch.beacons[0];
            ((beacon.attempt_id, beacon.sequence), (request.skew_ms, request.at))
        })
        .collect();
    let options = Options {
        pace: Pace::RealTime,
        ..Options::default()
    };
    let (truth, delivery) = send(&world, live, &target(url), options, std::future::pending())
        .await
        .unwrap();
    assert!(clock() >= until, "the last beacons are everybody's end");
    assert_eq!(delivery.beacons as usize, skews.len());
    assert!(truth.attempts().values().all(|known| known.totals.end_reason.is_some()));
    for received in log.taken.lock().unwrap().iter() {
        let beacon = &received.batch.beacons[0];
        let (skew_ms, at) = skews[&(beacon.attempt_id, beacon.sequence)];
        assert_eq!(received.batch.clock, Clock::Live);
        assert!(!received.headers.contains_key("x-api-key"), "a page has no secret");
        assert!(received.batch.sent_at_ms.0 - skew_ms >= at.0, "not before its moment");
        let facts = &truth.attempts()[&beacon.attempt_id].facts;
        assert_eq!(beacon.started_at_ms.0 - skew_ms, facts.started_at_ms.0);
    }
}
