//! Ends at random moments, many of them in one run.

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt as _,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use failpoint::Point;
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use tests::{
    load::{Load, Sender, Truth, audience, window},
    stack::Stack,
};

/// Requests in flight at once.
const SENDERS: usize = 8;
/// After so many rounds the load rests and the truth is compared.
const ROUNDS_PER_COMPARISON: u32 = 20;
/// Of the load between two ends.
const LOAD_MS: std::ops::Range<u64> = 5..400;
/// How long an engine hangs that is not killed.
const HANG_MS: std::ops::Range<u64> = 50..1_500;
const COMPARED_WITHIN: Duration = Duration::from_secs(120);
/// An armed point that nothing passes within this is let go.
const PASSED_WITHIN: Duration = Duration::from_secs(5);

/// Which trial.
#[derive(Debug, Args)]
pub struct Crash {
    /// How often something ends
    #[arg(long, default_value_t = 200)]
    rounds: u32,
    /// Draws what ends when; printed, so that a run can be repeated as far as a machine's timing can
    #[arg(long)]
    seed: Option<u64>,
}

/// What ends in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// `kill -9` of the server.
    Server,
    /// `kill -9` of the engine.
    Engine,
    /// Both.
    Both,
    /// The server is asked to leave, as by a deployment.
    Deployment,
    /// The engine hangs for a while.
    Hang,
    /// The server ends at a point of its choice.
    Point,
}

const ENDS: [End; 8] = [
    End::Server,
    End::Server,
    End::Server,
    End::Engine,
    End::Both,
    End::Deployment,
    End::Hang,
    End::Point,
];

impl Crash {
    /// Runs the rounds; an error when truth and database differ.
    pub async fn run(self) -> Result<()> {
        let seed = self.seed.unwrap_or_else(rand::random);
        println!("crash: {} rounds, --seed {seed}", self.rounds);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut stack = Stack::start_apart_with(&["--journal-segment-bytes", "1048576"], &[]).await?;
        let sender = Sender::new(&stack)?;
        let truth = Arc::new(Mutex::new(Truth::default()));
        let (start, end) = window();
        let begun = Instant::now();
        let mut ends = BTreeMap::<End, u32>::new();
        let mut rounds = 0;
        while rounds < self.rounds {
            // Far more than is posted before it is ended.
            let requests = audience(seed.wrapping_add(u64::from(rounds)), 5_000.0)?;
            let load = Load::begin(requests, SENDERS, &sender, &truth);
            let until = (rounds + ROUNDS_PER_COMPARISON).min(self.rounds);
            while rounds < until {
                // The moment is what is drawn; there is nothing to wait for.
                tokio::time::sleep(Duration::from_millis(rng.random_range(LOAD_MS))).await;
                let end = *ENDS.choose(&mut rng).context("there are ends")?;
                happen(end, &mut stack, &mut rng)
                    .await
                    .with_context(|| format!("round {rounds} of seed {seed}: {end:?}"))?;
                *ends.entry(end).or_default() += 1;
                rounds += 1;
            }
            load.end();
            let expected = load.all().await?;
            let took = stack
                .await_sums(start, end, expected, COMPARED_WITHIN)
                .await
                .with_context(|| format!("after round {rounds} of seed {seed}"))?;
            println!(
                "crash: round {rounds}: {expected:?} in the query API {took:.1?} after the last acknowledgement; {:.0?} in all",
                begun.elapsed()
            );
        }
        let distinct = truth.lock().unwrap_or_else(PoisonError::into_inner).distinct();
        let rows = stack
            .clickhouse("SELECT uniqExact(attempt_id, sequence), count() FROM beacons FORMAT TSV")
            .await?;
        let (stored, rows) = rows.trim().split_once('\t').context("two columns")?;
        ensure!(
            stored == distinct.beacons.to_string(),
            "{} beacons were acknowledged, {stored} are in the table (seed {seed})",
            distinct.beacons
        );
        println!(
            "crash: {} rounds ({ends:?}), {} beacons of {} attempts acknowledged, each of them stored and none but them; {rows} rows",
            self.rounds, distinct.beacons, distinct.attempts
        );
        Ok(())
    }
}

async fn happen(end: End, stack: &mut Stack, rng: &mut ChaCha8Rng) -> Result<()> {
    match end {
        End::Server => stack.kill_server().await?,
        End::Engine => stack.kill_engine().await?,
        End::Both => {
            stack.kill_engine().await?;
            stack.kill_server().await?;
        }
        End::Deployment => stack.stop_server().await?,
        End::Hang => {
            stack.signal_engine(libc::SIGSTOP)?;
            tokio::time::sleep(Duration::from_millis(rng.random_range(HANG_MS))).await;
            return stack.signal_engine(libc::SIGCONT);
        }
        End::Point => {
            let points: Vec<Point> = Point::ALL.into_iter().filter(|point| is_passed(*point)).collect();
            let point = *points.choose(rng).context("there are points")?;
            stack.arm(point)?;
            let status = match tokio::time::timeout(PASSED_WITHIN, stack.server_ends()).await {
                Ok(status) => status?,
                // Nothing rolled a segment, perhaps.
                Err(_) if stack.disarm(point)? => return Ok(()),
                Err(_) => stack.server_ends().await?,
            };
            let signal = status.signal();
            ensure!(
                signal == Some(libc::SIGKILL),
                "the server at {point:?}: signal {signal:?}"
            );
        }
    }
    if matches!(end, End::Engine | End::Both) {
        stack.start_engine_again().await?;
    }
    if !matches!(end, End::Engine) {
        stack.start_again().await?;
    }
    Ok(())
}

/// Whether the server, under any load, soon passes `point` and ends.
fn is_passed(point: Point) -> bool {
    point.is_end()
        && !matches!(
            point,
            Point::InsertReceived | Point::InsertExecuted | Point::DeadLettersStored
        )
}
