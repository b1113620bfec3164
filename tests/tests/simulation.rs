//! Seeded misfortune: a list of operations (deliver, deliver twice, out of order, lose, skew a clock, restart, kill, fill the disk,
//! take ClickHouse away) is drawn from a seed and carried out on the real program. Whatever happens, what was acknowledged is
//! what is counted, and what was received is accounted for. A seed that once found something stays in the list; `SIMULATION_SEED` tries another.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{collections::VecDeque, time::Duration};

use failpoint::Point;
use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use schemas::{Clock, UnixMs};
use simulator::generate::Request;
use tests::{
    load::{Sender, Truth, requests, window},
    stack::{Stack, now_ms},
};

/// One thing that happens. Indices count the load's requests.
#[derive(Debug, Clone, PartialEq)]
enum Op {
    /// The request is posted until acknowledged.
    Deliver(usize),
    /// It is posted, acknowledged, and posted again.
    DeliverTwice(usize),
    /// It never arrives.
    Lose(usize),
    /// Some of its beacons are gone.
    LoseSome(usize, u64),
    /// It comes from a machine whose clock is wrong by so many ms; the server is to put it right.
    Skew(usize, i64),
    /// The server is killed while it is in flight, started again, and the request posted again.
    KillDuring(usize),
    /// The engine is killed.
    KillEngine,
    /// The server is asked to leave and started again.
    Restart,
    /// ClickHouse hangs until [`Op::ClickHouseBack`].
    ClickHouseAway,
    /// It goes on.
    ClickHouseBack,
    /// The disk has no room for the journal's next segment.
    FillDisk,
}

/// The operations of `seed` on `count` requests, every request once, in a drawn order; at last one that was delivered comes again, so that
/// something is received after the last start wherever that stands.
fn operations(seed: u64, count: usize) -> Vec<Op> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut rng);
    let mut kills = 2;
    let mut ops = Vec::new();
    for index in order {
        ops.push(match rng.random_range(0..100) {
            0..10 => Op::DeliverTwice(index),
            10..15 => Op::Lose(index),
            15..25 => Op::LoseSome(index, rng.next_u64()),
            25..35 => Op::Skew(index, rng.random_range(-36_000_000..36_000_000)),
            35..38 if kills > 0 => {
                kills -= 1;
                Op::KillDuring(index)
            }
            _ => Op::Deliver(index),
        });
    }
    for op in [Op::KillEngine, Op::Restart, Op::FillDisk, Op::FillDisk] {
        ops.insert(rng.random_range(0..=ops.len()), op);
    }
    // Away for a while in which nothing else asks the engine to be there.
    let away = rng.random_range(0..ops.len());
    let calm = ops[away..]
        .iter()
        .take(AWAY_MAX)
        .take_while(|op| !matches!(op, Op::KillEngine | Op::Restart | Op::KillDuring(_)))
        .count();
    ops.insert(away + calm, Op::ClickHouseBack);
    ops.insert(away, Op::ClickHouseAway);
    let again = ops.iter().find_map(|op| match op {
        Op::Deliver(index) => Some(Op::Deliver(*index)),
        _ => None,
    });
    ops.extend(again);
    ops
}

/// Operations during which ClickHouse is away at most.
const AWAY_MAX: usize = 20;

/// Makes the request one that a machine with a wrong clock sends now.
fn skewed(mut request: Request, skew_ms: i64) -> Request {
    request.batch.clock = Clock::Live;
    request.batch.sent_at_ms = UnixMs(now_ms() + skew_ms);
    for beacon in &mut request.batch.beacons {
        beacon.started_at_ms.0 += skew_ms;
    }
    request
}

async fn survives(seed: u64) {
    let load = requests(seed, 60.0).unwrap();
    let mut ops: VecDeque<Op> = operations(seed, load.len()).into();
    // Small segments, so that the disk is asked for room now and then.
    let mut stack = Stack::start_with(&["--journal-segment-bytes", "262144"]).await.unwrap();
    let sender = Sender::new(&stack).unwrap();
    let mut truth = Truth::default();
    while let Some(op) = ops.pop_front() {
        match op {
            Op::Deliver(index) => {
                sender.post(&load[index]).await.unwrap();
                truth.acknowledged(&load[index]);
            }
            Op::DeliverTwice(index) => {
                sender.post(&load[index]).await.unwrap();
                sender.post(&load[index]).await.unwrap();
                truth.acknowledged(&load[index]);
            }
            Op::Lose(_) => {}
            Op::LoseSome(index, mask) => {
                let mut some = load[index].clone();
                let mut position = 0;
                some.batch.beacons.retain(|_| {
                    position += 1;
                    mask >> (position % 64) & 1 == 1
                });
                if some.batch.beacons.is_empty() {
                    continue;
                }
                some.facts.truncate(some.batch.beacons.len());
                sender.post(&some).await.unwrap();
                truth.acknowledged(&some);
            }
            Op::Skew(index, skew_ms) => {
                let request = skewed(load[index].clone(), skew_ms);
                sender.post(&request).await.unwrap();
                truth.acknowledged(&request);
            }
            Op::KillDuring(index) => {
                let (tried, killed) = tokio::join!(sender.try_post(&load[index]), stack.kill_server());
                killed.unwrap();
                tried.unwrap();
                stack.start_again().await.unwrap();
                sender.post(&load[index]).await.unwrap();
                truth.acknowledged(&load[index]);
            }
            Op::KillEngine => {
                stack.engine_runs().await.unwrap();
                stack.kill_engine().await.unwrap();
            }
            Op::Restart => {
                stack.stop_server().await.unwrap();
                stack.start_again().await.unwrap();
            }
            Op::ClickHouseAway => {
                stack.engine_runs().await.unwrap();
                stack.signal_engine(libc::SIGSTOP).unwrap();
            }
            Op::ClickHouseBack => stack.signal_engine(libc::SIGCONT).unwrap(),
            Op::FillDisk => stack.arm(Point::DiskFull).unwrap(),
        }
    }
    let expected = truth.sums();
    assert!(expected.plays > 10, "an empty load proves nothing: {expected:?}");
    let (start, end) = window();
    if let Err(error) = stack.await_sums(start, end, expected, Duration::from_secs(60)).await {
        panic!("seed {seed}: {error:#}\noperations: {:?}", operations(seed, load.len()));
    }
    // Every beacon since the last start left by a named exit.
    let mut exits = [0.0; 5];
    let names = ["received", "stored", "duplicate", "rejected", "lost"];
    for (exit, name) in exits.iter_mut().zip(names) {
        *exit = stack
            .metric(&format!("playhead_ingest_beacons_{name}_total"))
            .await
            .unwrap();
    }
    let in_flight = stack.metric("playhead_ingest_beacons_in_flight").await.unwrap();
    let [received, stored, duplicate, rejected, lost] = exits;
    assert!(received > 0.0, "seed {seed}: nothing was received since the last start");
    assert_eq!(
        (received, lost),
        (stored + duplicate + rejected + in_flight, 0.0),
        "seed {seed}: received and lost; {names:?} are {exits:?}, {in_flight} in flight"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_what_is_counted_seed_1() {
    survives(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_what_is_counted_seed_2() {
    survives(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_what_is_counted_with_a_seed_of_yours() {
    let Ok(seed) = std::env::var("SIMULATION_SEED") else {
        println!("skipped: set SIMULATION_SEED to a number to try another list of operations");
        return;
    };
    survives(seed.parse().unwrap()).await;
}
