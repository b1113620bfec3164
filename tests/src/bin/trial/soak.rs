//! A steady load: does the server keep its promises minute after minute, and its memory?
//!
//! The load is open: a request is due at its time whether or not the ones before are answered, and its time counts from then.

use std::{
    fs,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use reqwest::StatusCode;
use serde_json::json;
use tests::{beacons, stack::Stack, stack::now_ms};
use tokio::{sync::Semaphore, task::JoinSet};
use uuid::Uuid;

/// Bodies made beforehand; each is sent again and again under other attempts. 2,000 of 50 beacons take 90 MB.
const BODIES: usize = 1_000;
/// Requests in flight at once at most; a server that cannot follow shows as time, not as memory of this program.
const IN_FLIGHT_MAX: usize = 1_000;
/// Freshness is asked for so often.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// And so often looked for: each look is a question that costs the engine some 30 ms.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A probe that is not there by then is given up, and counts with so long.
const FRESH_WITHIN: Duration = Duration::from_secs(60);
/// Longest until ClickHouse has taken the rest.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);
/// The first part of the trial in which memory may still grow.
const WARM_UP: Duration = Duration::from_secs(60);

/// Which load.
#[derive(Debug, Args)]
pub struct Soak {
    /// How long
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Beacons a second
    #[arg(long, default_value_t = 20_000)]
    beacons_per_s: u64,
    /// Beacons of a request
    #[arg(long, default_value_t = 50)]
    batch: usize,
}

/// A body whose attempts can be exchanged.
struct Body {
    bytes: Vec<u8>,
    /// Where the last twelve digits of each attempt's id stand.
    places: Vec<usize>,
}

impl Body {
    fn new(bytes: Vec<u8>) -> Self {
        const NAME: &[u8] = b"\"attempt_id\":\"";
        let places = (0..bytes.len().saturating_sub(NAME.len() + 36))
            .filter(|at| bytes[*at..].starts_with(NAME))
            .map(|at| at + NAME.len() + 24)
            .collect();
        Self { bytes, places }
    }

    /// The body of the `round`th time: same attempt, same round, another id.
    fn of_round(&self, round: u64) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for place in &self.places {
            let digits = &mut bytes[*place..*place + 12];
            // Unwrap safety: these are digits of a UUID that the simulator wrote.
            #[allow(clippy::unwrap_used)]
            let own = u64::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
            let other = own.wrapping_add(round.wrapping_mul(0x9E37_79B9_7F4A_7C15)) & 0xffff_ffff_ffff;
            digits.copy_from_slice(format!("{other:012x}").as_bytes());
        }
        bytes
    }
}

impl Soak {
    /// Runs the load and prints what was measured, one JSON object a line.
    pub async fn run(self) -> Result<()> {
        eprintln!("soak: making {BODIES} bodies of {} beacons", self.batch);
        let bodies: Arc<Vec<Body>> = Arc::new(
            simulator::generate::bodies(1, BODIES, self.batch)
                .into_iter()
                .map(Body::new)
                .collect(),
        );
        let per_body: Vec<u64> = bodies.iter().map(|body| body.places.len() as u64).collect();
        let stack = Arc::new(Stack::start().await?);
        let pid = stack.server_pid()?;
        let length = Duration::from_secs(self.minutes * 60);
        let begun = Instant::now();

        let fresh = tokio::spawn(probe(Arc::clone(&stack), begun + length));
        let memory = tokio::spawn(watch_memory(pid, begun + length));
        let took = Arc::new(Mutex::new(Vec::<u32>::new()));
        let refused = Arc::new(AtomicU64::new(0));
        let in_flight = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
        let client = reqwest::Client::new();
        let url = stack.beacons_url();
        let mut requests = JoinSet::new();
        let (mut due, mut sent, mut index) = (begun, 0_u64, 0_usize);
        while begun.elapsed() < length {
            tokio::time::sleep_until(due.into()).await;
            let permit = Arc::clone(&in_flight).acquire_owned().await?;
            let round = (index / bodies.len()) as u64;
            let which = index % bodies.len();
            let (client, url, took, refused) = (client.clone(), url.clone(), Arc::clone(&took), Arc::clone(&refused));
            let all = Arc::clone(&bodies);
            requests.spawn(async move {
                let _permit = permit;
                let request = client.post(url).header("Prefer", "return=minimal");
                let response = match request.body(all[which].of_round(round)).send().await {
                    Ok(response) => response,
                    Err(error) => {
                        eprintln!("soak: {:#}", anyhow::Error::from(error));
                        refused.fetch_add(1, Ordering::Relaxed);
                        return Ok(());
                    }
                };
                if response.status() == StatusCode::NO_CONTENT {
                    let micros = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
                    took.lock().unwrap_or_else(PoisonError::into_inner).push(micros);
                } else {
                    refused.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            });
            while let Some(ended) = requests.try_join_next() {
                ended??;
            }
            sent += per_body[which];
            index += 1;
            due += Duration::from_secs_f64(per_body[which] as f64 / self.beacons_per_s as f64);
        }
        let lasted = begun.elapsed();
        while let Some(ended) = requests.join_next().await {
            ended??;
        }
        let fresh = fresh.await??;
        let memory = memory.await??;
        let probes = fresh.len() as u64;
        let refused = refused.load(Ordering::Relaxed);
        let figure = |name: &str, value: f64, unit: &str| {
            println!(
                "{}",
                json!({"figure": format!("soak_{name}"), "value": value, "unit": unit})
            );
        };
        let mut took: Vec<f64> = took
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|micros| f64::from(*micros) / 1e3)
            .collect();
        let mut fresh: Vec<f64> = fresh.iter().map(Duration::as_secs_f64).collect();
        figure("beacons_per_s", (sent as f64 / lasted.as_secs_f64()).round(), "1/s");
        figure("refused_requests", refused as f64, "1");
        figure("acknowledgement_ms_p50", quantile(&mut took, 0.5), "ms");
        figure("acknowledgement_ms_p99", quantile(&mut took, 0.99), "ms");
        figure("acknowledgement_ms_max", quantile(&mut took, 1.0), "ms");
        figure("beacon_to_queryable_s_p50", quantile(&mut fresh, 0.5), "s");
        figure("beacon_to_queryable_s_p95", quantile(&mut fresh, 0.95), "s");
        figure("beacon_to_queryable_s_max", quantile(&mut fresh, 1.0), "s");
        figure("server_resident_mb_max", memory.most, "MB");
        figure("server_resident_mb_after_warm_up", memory.early, "MB");
        figure("server_resident_mb_at_the_end", memory.late, "MB");
        // Nothing was lost on the way: every beacon sent is a row that ClickHouse has confirmed.
        if refused == 0 {
            let all = sent + probes;
            let begun = Instant::now();
            let settled = stack.accounted_within([all, all, 0, 0], SETTLED_WITHIN).await;
            settled.with_context(|| stack.log().unwrap_or_default())?;
            figure("settled_s", begun.elapsed().as_secs_f64(), "s");
        }
        Ok(())
    }
}

/// The value below which a share of the values lies.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() as f64 * share).ceil() as usize;
    let value = values.get(index.saturating_sub(1)).copied().unwrap_or(f64::NAN);
    (value * 1e3).round() / 1e3
}

/// Sends one beacon a second and looks for it in the query API until it is there; gives the times.
async fn probe(stack: Arc<Stack>, until: Instant) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    let mut ticks = tokio::time::interval(PROBE_EVERY);
    while Instant::now() < until {
        ticks.tick().await;
        let attempt_id = Uuid::now_v7();
        let now = now_ms();
        let batch = beacons::batch(now, vec![beacons::playing(attempt_id, 0, now, 1_000, 0)]);
        let sent = Instant::now();
        let (status, answer) = stack.post_beacons(&batch).await?;
        ensure!(
            status == StatusCode::ACCEPTED,
            "a probe was answered {status}: {answer}"
        );
        loop {
            let found = stack
                .client
                .get(stack.url(&format!("/v1/analytics/impressions/{attempt_id}")))
                .header("X-Api-Key", &stack.keys.api_key)
                .send()
                .await?;
            if found.status() == StatusCode::OK {
                break;
            }
            if sent.elapsed() >= FRESH_WITHIN {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        times.push(sent.elapsed());
    }
    Ok(times)
}

/// Resident memory of the server, MB.
struct Memory {
    most: f64,
    /// The most between the warm-up and twice of it.
    early: f64,
    /// The most in the last minute.
    late: f64,
}

async fn watch_memory(pid: u32, until: Instant) -> Result<Memory> {
    let begun = Instant::now();
    let mut samples = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    while Instant::now() < until {
        ticks.tick().await;
        samples.push((begun.elapsed(), resident_mb(pid)?));
    }
    let last = begun.elapsed().saturating_sub(WARM_UP);
    let most = |from: Duration, to: Duration| {
        let within = samples.iter().filter(|(at, _)| *at >= from && *at <= to);
        within.map(|(_, mb)| *mb).fold(f64::NAN, f64::max).round()
    };
    Ok(Memory {
        most: most(Duration::ZERO, Duration::MAX),
        early: most(WARM_UP, WARM_UP * 2),
        late: most(last, Duration::MAX),
    })
}

fn resident_mb(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("reading the server's memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line
        .and_then(|line| line.split_whitespace().next())
        .context("no VmRSS")?;
    Ok(kb.parse::<f64>()? / 1e3)
}
