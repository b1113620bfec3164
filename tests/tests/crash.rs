//! `kill -9` of the server and of the engine in the middle of a simulated load, then a restart: every acknowledged beacon
//! is counted once, and the simulator's truth is what the query API says.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tests::{
    load::{Sender, Truth, requests, window},
    stack::Stack,
};
use tokio::sync::watch;

/// Requests in flight at once.
const WORKERS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_beacon_is_counted_once_whatever_is_killed() {
    let mut stack = Stack::start().await.unwrap();
    let load = requests(7, 400.0).unwrap();
    let beacons: usize = load.iter().map(|request| request.batch.beacons.len()).sum();
    assert!(
        load.len() > 100,
        "a load of {} requests is over before anything can be killed",
        load.len()
    );

    let sender = Sender::new(&stack).unwrap();
    let total = load.len();
    let queue = Arc::new(Mutex::new(load.into_iter()));
    let truth = Arc::new(Mutex::new(Truth::default()));
    let (acknowledged, mut progress) = watch::channel(0_usize);
    let acknowledged = Arc::new(acknowledged);
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (sender, queue, truth, acknowledged) = (
                sender.clone(),
                Arc::clone(&queue),
                Arc::clone(&truth),
                Arc::clone(&acknowledged),
            );
            tokio::spawn(async move {
                loop {
                    let Some(request) = queue.lock().unwrap().next() else {
                        return;
                    };
                    sender.post(&request).await.unwrap();
                    truth.lock().unwrap().acknowledged(&request);
                    acknowledged.send_modify(|count| *count += 1);
                }
            })
        })
        .collect();

    progress.wait_for(|count| *count >= total / 5).await.unwrap();
    stack.kill_server().await.unwrap();
    stack.start_again().await.unwrap();

    progress.wait_for(|count| *count >= total * 2 / 5).await.unwrap();
    stack.kill_engine().unwrap();

    // Once more both at once: the engine is perhaps in the middle of a range that the journal still holds.
    progress.wait_for(|count| *count >= total * 4 / 5).await.unwrap();
    stack.kill_engine().unwrap();
    stack.kill_server().await.unwrap();
    stack.start_again().await.unwrap();

    for worker in workers {
        worker.await.unwrap();
    }
    let expected = truth.lock().unwrap().sums();
    assert!(
        expected.attempts > 0 && expected.plays > 0 && expected.stall_count > 0,
        "an empty load proves nothing: {expected:?}"
    );
    let (start, end) = window();
    let took = stack
        .await_sums(start, end, expected, Duration::from_secs(60))
        .await
        .unwrap();
    println!(
        "{beacons} beacons in {total} requests: {expected:?} in the query API {took:?} after the last acknowledgement"
    );
}
