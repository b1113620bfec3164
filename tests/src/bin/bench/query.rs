//! Here lives the time of a question, on a table of many attempts: the median of several runs through the public API, from cells and from
//! the attempts, next to the same sums in SQL by hand over the same rows, without viewers, intervals or comparisons.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use schemas::UnixMs;
use serde_json::{Value, json};
use simulator::{Scenario, generate::Backfill, scenario::Emission, world::World};
use tests::{
    load::Sender,
    stack::{Stack, now_ms, rfc3339},
};

use crate::Figure;

/// Attempts that go the whole way through ingest.
const SIMULATED: f64 = 50_000.0;
/// Days they are spread over.
const DAYS: u32 = 28;
/// Runs of each question; the median counts.
const RUNS: usize = 5;
const DAY_MS: i64 = 86_400_000;
/// Longest until cells are built.
const BUILT_WITHIN: Duration = Duration::from_secs(3_600);

/// Fills a table and asks.
pub async fn bench(attempts: u64) -> Result<()> {
    let server = Stack::start_apart().await?;
    let now = now_ms();
    let scenario = Scenario {
        seed: 10_000_000,
        now_ms: UnixMs(now),
        backfill_days: DAYS,
        attempts_per_day: SIMULATED / f64::from(DAYS),
        viewers: 5_000,
        emission: Some(Emission::COMPACT),
        ..Scenario::default()
    };
    fill(&server, scenario).await?;
    let simulated = count(&server).await?;
    multiply(&server, attempts, simulated).await?;
    let stored = count(&server).await?;
    eprintln!(
        "bench: {stored} attempts, of which {simulated} came through ingest and the rest were made of them inside ClickHouse"
    );
    Figure::print("query_attempts_stored", stored as f64, "count", None)?;

    touch(&server).await?;
    let begun = Instant::now();
    built(&server).await?;
    Figure::print("query_cells_built_s", begun.elapsed().as_secs_f64(), "s", None)?;
    let seconds = server.metric("playhead_query_cell_build_seconds_total").await?;
    Figure::print(
        "query_cells_build_us_per_attempt",
        seconds * 1e6 / stored as f64,
        "us",
        None,
    )?;
    for table in ["impressions", "cells"] {
        let bytes = server
            .clickhouse(&format!(
                "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = '{table}'"
            ))
            .await?;
        let bytes: f64 = bytes.trim().parse().context("the size of a table")?;
        Figure::print(
            format!("query_{table}_bytes_per_attempt"),
            bytes / stored as f64,
            "bytes",
            None,
        )?;
    }

    let from = |days: i64| rfc3339(now - days * DAY_MS);
    let metrics = json!([
        "attempts",
        "startup_any_ms_p50",
        "startup_any_ms_p95",
        "rebuffer_ratio",
        "stalls_per_hour",
        "play_ms"
    ]);
    let questions = [
        (
            "one_day",
            1,
            "''",
            json!({"metrics": metrics, "start": from(1), "end": from(0)}),
        ),
        (
            "four_weeks",
            28,
            "''",
            json!({"metrics": metrics, "start": from(28), "end": from(0)}),
        ),
        (
            "four_weeks_by_day",
            28,
            "toStartOfDay(began, 'Europe/Vienna')",
            json!({"metrics": metrics, "start": from(28), "end": from(0), "interval": "day", "timezone": "Europe/Vienna"}),
        ),
        (
            "one_day_by_cdn_against_last_week",
            1,
            "cdn_name",
            json!({"metrics": metrics, "start": from(1), "end": from(0), "dimensions": ["cdn"], "compare": ["last_week"]}),
        ),
    ];
    // Cells first: what follows takes them away.
    let mut from_cells = Vec::new();
    for (_, _, _, question) in &questions {
        from_cells.push(timed(&server, question).await?);
    }
    for ((name, days, group, question), (milliseconds, source)) in questions.into_iter().zip(from_cells) {
        let scan = scan(&server, now - days * DAY_MS, now, group).await?;
        Figure::print(format!("query_ms_{name}_from_{source}"), milliseconds, "ms", Some(scan))?;
        if source == "cells" {
            // Written to: cells do not count until they are built again, which takes longer than this question.
            touch(&server).await?;
            let (attempts, source) = timed(&server, &question).await?;
            ensure!(source == "impressions", "{name} was answered from {source}");
            Figure::print(
                format!("query_ms_{name}_from_impressions"),
                attempts,
                "ms",
                Some(milliseconds),
            )?;
        }
    }
    Ok(())
}

/// The median time of a question, ms, and what it was answered from.
async fn timed(server: &Stack, question: &Value) -> Result<(f64, String)> {
    let mut times = Vec::new();
    let mut source = String::new();
    for run in 0..=RUNS {
        let begun = Instant::now();
        let result = server.query(question).await?;
        // The first run warms the caches.
        if run > 0 {
            times.push(begun.elapsed());
        }
        let rows = result["rows"].as_array().map_or(0, Vec::len);
        ensure!(rows > 0, "{question} has no rows: {result}");
        source = result["source"].as_str().unwrap_or_default().to_owned();
    }
    Ok((median(times), source))
}

/// Says that every hour was written to, as an insert through `beacons` does.
async fn touch(server: &Stack) -> Result<()> {
    server
        .clickhouse(
            "INSERT INTO touched_hours SELECT organization_id, started_hour, count(), max(i.last_received_at) \
             FROM impressions AS i GROUP BY organization_id, started_hour",
        )
        .await?;
    Ok(())
}

/// Waits until every day that is over has cells.
async fn built(server: &Stack) -> Result<()> {
    let begun = Instant::now();
    loop {
        let built = server.metric("playhead_query_cell_days_total").await?;
        let waiting = server.metric("playhead_query_cell_days_waiting").await?;
        if built > 0.0 && waiting == 0.0 {
            return Ok(());
        }
        ensure!(begun.elapsed() < BUILT_WITHIN, "{waiting} days still have no cells");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// Sends a simulated past through ingest.
pub async fn fill(server: &Stack, scenario: Scenario) -> Result<()> {
    let world = Arc::new(World::new(scenario)?);
    let sender = Sender::new(server)?;
    let begun = Instant::now();
    let (queue, jobs) = tokio::sync::mpsc::channel(64);
    let jobs = Arc::new(tokio::sync::Mutex::new(jobs));
    let workers: Vec<_> = (0..16)
        .map(|_| {
            let (jobs, sender) = (Arc::clone(&jobs), sender.clone());
            tokio::spawn(async move {
                loop {
                    let next = jobs.lock().await.recv().await;
                    let Some(request) = next else {
                        return Ok::<_, anyhow::Error>(());
                    };
                    sender.post(&request).await?;
                }
            })
        })
        .collect();
    let made = tokio::task::spawn_blocking(move || {
        for request in Backfill::new(world) {
            if queue.blocking_send(request).is_err() {
                break;
            }
        }
    });
    for worker in workers {
        worker.await??;
    }
    made.await?;
    while server.metric("playhead_ingest_beacons_in_flight").await? > 0.0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eprintln!("bench: simulated and stored in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn count(server: &Stack) -> Result<u64> {
    let text = server
        .clickhouse("SELECT uniqExact(attempt_id) FROM impressions")
        .await?;
    text.trim().parse().context("counting attempts")
}

/// Copies every attempt until there are about `attempts`: new id, another viewer, and a start shifted within half an hour.
async fn multiply(server: &Stack, attempts: u64, simulated: u64) -> Result<()> {
    ensure!(simulated > 0, "nothing was simulated");
    let copies = attempts.saturating_sub(simulated) / simulated;
    let begun = Instant::now();
    server
        .clickhouse("CREATE TABLE impressions_simulated AS impressions")
        .await?;
    server
        .clickhouse("INSERT INTO impressions_simulated SELECT * FROM impressions")
        .await?;
    let shifted = "(s.started_at + toIntervalSecond(toInt64(cityHash64(s.attempt_id, c.copy) % 3600) - 1800))";
    // In steps, so that no single insert holds all rows in memory.
    for step in (0..copies).step_by(10) {
        let many = (copies - step).min(10);
        server
            .clickhouse(&format!(
                "INSERT INTO impressions SELECT s.* REPLACE ( \
                   generateUUIDv4(c.copy) AS attempt_id, toStartOfHour({shifted}) AS started_hour, {shifted} AS started_at, \
                   if(s.viewer_id = '', '', concat(s.viewer_id, '-', toString(c.copy))) AS viewer_id) \
                 FROM impressions_simulated AS s CROSS JOIN (SELECT number + {step} AS copy FROM numbers({many})) AS c"
            ))
            .await?;
    }
    eprintln!(
        "bench: {copies} copies of each made in {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The same sums in SQL by hand, ms, median: attempts merged, as they must be, and nothing else. No viewers, no intervals,
/// no comparison, no second range.
async fn scan(server: &Stack, from: i64, to: i64, group: &str) -> Result<f64> {
    let sql = format!(
        "SELECT {group} AS part, count(), sum(play), sum(stall) / sum(play + stall), sum(stalls), quantiles(0.5, 0.95)(startup) \
         FROM (SELECT attempt_id, max(play_ms) AS play, max(stall_ms) AS stall, max(stall_count) AS stalls, \
           max(startup_any_ms) AS startup, min(started_at) AS began, max(cdn) AS cdn_name \
           FROM impressions WHERE started_hour >= toDateTime({}) AND started_hour < toDateTime({}) GROUP BY attempt_id) \
         GROUP BY part",
        from / 1_000,
        to / 1_000
    );
    let mut times = Vec::new();
    for run in 0..=RUNS {
        let begun = Instant::now();
        server.clickhouse(&sql).await?;
        if run > 0 {
            times.push(begun.elapsed());
        }
    }
    Ok(median(times))
}
