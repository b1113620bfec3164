//! Here lives what a noisy tenant does to a quiet one: the quiet one's acknowledgement times while the other sends a hundred times
//! what its license allows, next to the same times while it sends nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use tests::stack::Stack;
use tokio::task::JoinSet;

use crate::Figure;

/// What the noisy tenant's license allows, beacons a second.
const ALLOWED_PER_S: u64 = 50;
/// What it sends, in requests of one beacon.
const NOISE: u64 = 100;
/// Requests a second of the quiet tenant.
const QUIET_PER_S: u64 = 50;
const SENDERS: usize = 32;

/// Measures the quiet tenant alone, then beside the noisy one.
pub async fn bench(seconds: u64) -> Result<()> {
    let stack = Arc::new(Stack::start_apart().await?);
    let noisy = stack.create_license_key(ALLOWED_PER_S).await?;
    let length = Duration::from_secs(seconds);
    let count = usize::try_from(QUIET_PER_S * seconds)?;
    let quiet = |seed: u64| Arc::new(simulator::generate::bodies(seed, count, 1));
    let quiet_url = stack.beacons_url();
    // Connections and caches are warm.
    acknowledged(&quiet_url, &quiet(1), Duration::from_secs(seconds.min(3))).await?;
    let mut alone = acknowledged(&quiet_url, &quiet(2), length).await?;

    let over = Arc::new(AtomicBool::new(false));
    let noise = Arc::new(simulator::generate::bodies(3, 20_000, 1));
    let (sent, taken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let begun = Instant::now();
    let url = stack.url(&format!("/v1/beacons?key={noisy}"));
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let (over, noise, sent, taken) = (
            Arc::clone(&over),
            Arc::clone(&noise),
            Arc::clone(&sent),
            Arc::clone(&taken),
        );
        let (url, client) = (url.clone(), reqwest::Client::new());
        senders.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let number = sent.fetch_add(1, Ordering::Relaxed);
                let due = begun + Duration::from_secs_f64(number as f64 / (ALLOWED_PER_S * NOISE) as f64);
                tokio::time::sleep_until(due.into()).await;
                let body = noise[number as usize % noise.len()].clone();
                let response = client
                    .post(&url)
                    .header("Prefer", "return=minimal")
                    .body(body)
                    .send()
                    .await?;
                match response.status() {
                    StatusCode::NO_CONTENT => taken.fetch_add(1, Ordering::Relaxed),
                    StatusCode::TOO_MANY_REQUESTS => 0,
                    status => anyhow::bail!("the noisy tenant was answered {status}"),
                };
            }
            Ok(())
        });
    }
    let mut beside = acknowledged(&quiet_url, &quiet(4), length).await?;
    let lasted = begun.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    while let Some(ended) = senders.join_next().await {
        ended??;
    }
    let rate = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64 / lasted;
    Figure::print(
        "fairness_noisy_requests_per_s",
        rate(&sent),
        "1/s",
        Some(ALLOWED_PER_S as f64),
    )?;
    Figure::print(
        "fairness_noisy_beacons_taken_per_s",
        rate(&taken),
        "1/s",
        Some(ALLOWED_PER_S as f64),
    )?;
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let (alone, beside) = (quantile(&mut alone, share), quantile(&mut beside, share));
        Figure::print(
            format!("fairness_quiet_acknowledgement_ms_{name}"),
            beside,
            "ms",
            Some(alone),
        )?;
    }
    Ok(())
}

/// Posts bodies at the quiet tenant's pace, each when it is due; gives the times from then to the answer, ms.
async fn acknowledged(url: &str, bodies: &Arc<Vec<Vec<u8>>>, length: Duration) -> Result<Vec<f64>> {
    let client = reqwest::Client::new();
    let begun = Instant::now();
    let mut requests = JoinSet::new();
    for (number, body) in bodies.iter().enumerate() {
        let due = begun + Duration::from_secs_f64(number as f64 / QUIET_PER_S as f64);
        if due > begun + length {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let request = client.post(url).header("Prefer", "return=minimal").body(body.clone());
        requests.spawn(async move {
            let response = request.send().await.context("the quiet tenant")?;
            ensure!(
                response.status() == StatusCode::NO_CONTENT,
                "the quiet tenant was answered {}",
                response.status()
            );
            Ok(due.elapsed().as_secs_f64() * 1e3)
        });
    }
    let mut times = Vec::new();
    while let Some(ended) = requests.join_next().await {
        times.push(ended??);
    }
    Ok(times)
}

/// The value below which a share of the values lies.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() as f64 * share).ceil() as usize;
    values.get(index.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
