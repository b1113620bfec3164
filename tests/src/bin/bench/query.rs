//! Here lives the time of a question, on tables of many attempts of twenty organisations: what the dashboard asks, through the public API,
//! by the largest and by a middling one; the same from the attempts instead of cells; and what cells cost.

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
/// Days they are spread over. The copies are spread over as many more before.
const DAYS: u32 = 28;
/// Organisations, each with a share of the attempts: the second half of the first's, the third a third.
const ORGANIZATIONS: usize = 20;
/// The one that has half of the others above it.
const MIDDLING: usize = ORGANIZATIONS / 2;
/// Runs of each question from cells, each of another range.
const RUNS: usize = 9;
const HOUR_MS: i64 = 3_600_000;
/// After so long a page that stays open asks again, ms.
const AGAIN_MS: i64 = 7_000;
/// Runs of each from the attempts: the largest organisation's take minutes.
const RUNS_SLOW: usize = 3;
const DAY_MS: i64 = 86_400_000;
/// Longest until cells are built.
const BUILT_WITHIN: Duration = Duration::from_secs(2 * 3_600);

/// One of the organisations.
struct Asker {
    name: &'static str,
    organization: String,
    key: String,
}

/// Fills the tables and asks.
pub async fn bench(attempts: u64) -> Result<()> {
    let mut server = Stack::start_apart().await?;
    let mut organizations = vec![(server.keys.organization_id.clone(), server.keys.api_key.clone())];
    for place in 1..ORGANIZATIONS {
        organizations.push(server.create_organization(&format!("bench {place}")).await?);
    }
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
    multiply(&server, attempts, simulated, &organizations).await?;
    let stored = count(&server).await?;
    eprintln!(
        "bench: {stored} attempts, of which {simulated} came through ingest and the rest were made of them inside ClickHouse"
    );
    Figure::print("query_attempts_stored", stored as f64, "count", None)?;

    let askers = [("largest", 0), ("middling", MIDDLING)].map(|(name, place)| Asker {
        name,
        organization: organizations[place].0.clone(),
        key: organizations[place].1.clone(),
    });
    for asker in &askers {
        let own = server
            .clickhouse(&format!(
                "SELECT uniqExact(attempt_id) FROM impressions WHERE organization_id = '{}'",
                asker.organization
            ))
            .await?;
        let own: f64 = own.trim().parse().context("counting attempts")?;
        Figure::print(format!("query_attempts_{}", asker.name), own, "count", None)?;
    }
    cells(&mut server, stored as f64).await?;
    let mut from_cells = Vec::new();
    for asker in &askers {
        from_cells.push(dashboard(&server, asker).await?);
        others(&server, asker, now).await?;
    }
    timeline(&server, now).await?;
    // As it is where a day has cells only when it is over.
    without_cells(&mut server, "is_open").await?;
    let until_yesterday = Asker {
        name: "largest_without_today",
        organization: askers[0].organization.clone(),
        key: askers[0].key.clone(),
    };
    dashboard(&server, &until_yesterday).await?;
    for (asker, from_cells) in askers.iter().zip(from_cells) {
        from_attempts(&mut server, asker, now, &from_cells).await?;
    }
    Ok(())
}

/// Builds cells of every day that is over and says what they cost. `attempts`: how many there are.
async fn cells(server: &mut Stack, attempts: f64) -> Result<()> {
    // One builder alone: the server's own would build the same days beside it.
    server.stop_server().await?;
    let waiting = Instant::now();
    let mut spent = Duration::ZERO;
    let mut days = 0;
    loop {
        let begun = Instant::now();
        let built = server.build_cells().await?;
        if built > 0 {
            spent += begun.elapsed();
            days += built;
            // The first round leaves out the days that beacons came for within the last minutes.
            continue;
        }
        let left = server
            .clickhouse("SELECT dateDiff('second', max(last_received_at), now64(3)) FROM touched_hours")
            .await?;
        let quiet: u64 = left.trim().parse().context("how long nothing came")?;
        if quiet > QUIET_SECONDS {
            break;
        }
        ensure!(waiting.elapsed() < BUILT_WITHIN, "beacons still come");
        tokio::time::sleep(Duration::from_secs(QUIET_SECONDS + 1 - quiet)).await;
    }
    ensure!(days > 0, "no day has cells");
    eprintln!("bench: {days} days of cells built");
    Figure::print(
        "query_cells_built_us_per_attempt",
        spent.as_secs_f64() * 1e6 / attempts,
        "us",
        None,
    )?;
    let bytes = server
        .clickhouse(
            "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table IN ('day_cells', 'watched_cells')",
        )
        .await?;
    let bytes: f64 = bytes.trim().parse().context("the size of a table")?;
    Figure::print("query_cells_bytes_per_attempt", bytes / attempts, "bytes", None)?;
    // The server builds large days that go on. What cells say is kept from ten minutes after they are built, which is what a user meets.
    server.start_again().await?;
    eprintln!("bench: waiting for {QUIET_SECONDS} s until what cells say is kept");
    tokio::time::sleep(Duration::from_secs(QUIET_SECONDS)).await;
    let open = server
        .clickhouse("SELECT uniqExact(organization_id, day) FROM cell_days WHERE is_open")
        .await?;
    let open: f64 = open.trim().parse().context("days that go on")?;
    Figure::print("query_cells_open_days", open, "count", None)
}

/// What the dashboard asks at a moment, by name. Its ranges begin on the hour, so many `hours` earlier than it would ask.
fn questions(now: i64, hours: i64) -> Vec<(&'static str, Value)> {
    let headline = [
        "good_share",
        "startup_any_ms_p50",
        "startup_any_ms_p95",
        "startup_content_ms_p50",
        "start_failure",
        "exit_before_start",
        "rebuffer_ratio",
        "stalls_per_hour",
        "stalled_attempt_share",
        "playback_failure",
        "bitrate_avg_bps",
        "dropped_frame_share",
        "attempts",
        "plays",
        "play_ms",
    ];
    let hour = now - now.rem_euclid(HOUR_MS) - hours * HOUR_MS;
    let about = |days: i64, baseline: &str, metrics: &[&str]| json!({"metrics": metrics, "start": rfc3339(hour - days * DAY_MS), "end": rfc3339(now), "timezone": "Europe/Vienna", "compare": [baseline]});
    let with = |mut question: Value, more: Value| {
        if let (Some(question), Value::Object(more)) = (question.as_object_mut(), more) {
            question.extend(more);
        }
        question
    };
    vec![
        ("headline", about(28, "last_month", &headline)),
        (
            "headline_of_a_country",
            with(
                about(28, "last_month", &headline),
                json!({"filters": [{"attribute": "country", "operator": "EQ", "value": "DE"}]}),
            ),
        ),
        ("headline_of_a_day", about(1, "last_week", &headline)),
        (
            "by_day",
            with(
                about(28, "last_month", &["rebuffer_ratio", "attempts"]),
                json!({"interval": "day", "fill": true}),
            ),
        ),
        (
            "by_hour",
            with(
                about(7, "last_week", &["startup_any_ms_p95", "attempts"]),
                json!({"interval": "hour", "fill": true}),
            ),
        ),
        (
            "by_cdn",
            with(
                about(28, "last_month", &["rebuffer_ratio", "attempts"]),
                json!({"dimensions": ["cdn"], "orderBy": [{"name": "attempts", "order": "DESC"}], "limit": 10}),
            ),
        ),
        (
            "by_video",
            with(
                about(28, "last_month", &["good_share", "attempts"]),
                json!({"dimensions": ["video_id"], "orderBy": [{"name": "attempts", "order": "DESC"}], "limit": 10}),
            ),
        ),
        (
            "by_cdn_and_player_version",
            with(
                about(28, "last_month", &["rebuffer_ratio", "attempts"]),
                json!({"dimensions": ["cdn", "player_version"], "orderBy": [{"name": "attempts", "order": "DESC"}], "limit": 50}),
            ),
        ),
    ]
}

/// Asks what the dashboard asks: what was not asked before, so that nothing of it is kept, and again some seconds later. Gives the median of each of
/// the first, ms.
async fn dashboard(server: &Stack, asker: &Asker) -> Result<Vec<f64>> {
    let (mut first, mut again) = (Vec::new(), Vec::new());
    let mut medians = Vec::new();
    for (place, (name, _)) in questions(0, 0).into_iter().enumerate() {
        let asked = |hours: i64, later: i64| questions(now_ms() - AGAIN_MS + later, hours).swap_remove(place).1;
        let (mut of_first, mut of_again) = (Vec::new(), Vec::new());
        for run in 0..=RUNS as i64 {
            // Another range, so that nothing of it is kept, up to now.
            for (times, question) in [(&mut of_first, asked(run, 0)), (&mut of_again, asked(run, AGAIN_MS))] {
                let (time, source) = once(server, asker, QUERY, &question).await?;
                // The first run warms the caches of the disk.
                if run == 0 {
                    continue;
                }
                // A small organisation's today has no cells yet, so what is only of it is read from the attempts.
                ensure!(
                    source == "cells" || name == "headline_of_a_day",
                    "{name} was answered from {source}"
                );
                times.push(time);
            }
        }
        let middle = quantile(&of_first, 0.5);
        Figure::print(format!("query_ms_{name}_{}", asker.name), middle, "ms", None)?;
        let figure = format!("query_ms_{name}_again_{}", asker.name);
        Figure::print(figure, quantile(&of_again, 0.5), "ms", Some(middle))?;
        medians.push(middle);
        first.extend(of_first);
        again.extend(of_again);
    }
    for (times, which) in [(first, ""), (again, "again_")] {
        for (percent, goal) in [(50, 100.0), (95, 300.0)] {
            Figure::print(
                format!("query_ms_p{percent}_{which}{}", asker.name),
                quantile(&times, f64::from(percent) / 100.0),
                "ms",
                Some(goal),
            )?;
        }
    }
    Ok(medians)
}

/// What no cell can tell, and where a change comes from.
async fn others(server: &Stack, asker: &Asker, now: i64) -> Result<()> {
    let about = json!({"start": rfc3339(now - 28 * DAY_MS), "end": rfc3339(now), "metrics": ["rebuffer_ratio", "startup_any_ms_p95", "attempts"],
        "filters": [{"attribute": "city", "operator": "EQ", "value": "Berlin"}, {"attribute": "isp", "operator": "CONTAINS", "value": "a"}]});
    let (times, source) = timed(server, asker, QUERY, &about, RUNS_SLOW).await?;
    ensure!(source == "impressions", "a city was answered from {source}");
    let name = format!("query_ms_any_filter_{}", asker.name);
    Figure::print(name, quantile(&times, 0.5), "ms", Some(1_500.0))?;
    let viewers = json!({"start": rfc3339(now - 28 * DAY_MS), "end": rfc3339(now), "metrics": ["unique_viewers", "attempts"], "compare": ["last_month"]});
    let (times, _) = timed(server, asker, QUERY, &viewers, RUNS_SLOW).await?;
    let name = format!("query_ms_unique_viewers_{}", asker.name);
    Figure::print(name, quantile(&times, 0.5), "ms", None)?;
    let name = format!("query_ms_worst_attempts_{}", asker.name);
    Figure::print(name, quantile(&worst(server, asker, now).await?, 0.5), "ms", None)?;
    let why = json!({"metric": "rebuffer_ratio", "start": rfc3339(now - DAY_MS), "end": rfc3339(now), "compare": "last_week"});
    let (times, _) = timed(server, asker, "/v1/analytics/explain", &why, RUNS_SLOW).await?;
    let name = format!("query_ms_explain_a_day_{}", asker.name);
    Figure::print(name, quantile(&times, 0.5), "ms", Some(5_000.0))
}

/// The times of the list of the ten worst attempts of 28 days, ms.
async fn worst(server: &Stack, asker: &Asker, now: i64) -> Result<Vec<f64>> {
    let (start, end) = (rfc3339(now - 28 * DAY_MS), rfc3339(now));
    let list = server.url(&format!("/v1/analytics/impressions?start={start}&end={end}&limit=10"));
    let mut times = Vec::new();
    for run in 0..=RUNS_SLOW {
        let begun = Instant::now();
        let answer = server.client.get(&list).header("X-Api-Key", &asker.key).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        let rows = answer["data"]["result"]["rows"].as_array().map_or(0, Vec::len);
        ensure!(rows == 10, "the list has {rows} attempts: {answer}");
        if run > 0 {
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(times)
}

/// One attempt's whole story, of one that came through ingest.
async fn timeline(server: &Stack, now: i64) -> Result<()> {
    let ids = server
        .clickhouse(&format!(
            "SELECT DISTINCT attempt_id FROM beacons WHERE organization_id = '{}' AND started_at < toDateTime64({}, 3) LIMIT {}",
            server.keys.organization_id,
            (now - 7 * DAY_MS) / 1_000,
            RUNS + 1
        ))
        .await?;
    let mut times = Vec::new();
    for (run, id) in ids.lines().enumerate() {
        let begun = Instant::now();
        let answer = server
            .client
            .get(server.url(&format!("/v1/analytics/impressions/{id}")))
            .header("X-Api-Key", &server.keys.api_key)
            .send()
            .await?;
        ensure!(answer.status().is_success(), "{id}: {}", answer.status());
        answer.bytes().await?;
        if run > 0 {
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    ensure!(!times.is_empty(), "there are no attempts with beacons");
    Figure::print("query_ms_timeline", quantile(&times, 0.5), "ms", Some(50.0))
}

/// Days for which `condition` holds have no cells, and nobody makes any.
async fn without_cells(server: &mut Stack, condition: &str) -> Result<()> {
    server.stop_server().await?;
    server.set_variable("PLAYHEAD_BUILD_CELLS", "false");
    server
        .clickhouse(&format!(
            "ALTER TABLE cell_days DELETE WHERE {condition} SETTINGS mutations_sync = 2"
        ))
        .await?;
    server.start_again().await
}

/// The same questions from the attempts, with what cells took for them beside.
async fn from_attempts(server: &mut Stack, asker: &Asker, now: i64, from_cells: &[f64]) -> Result<()> {
    without_cells(server, &format!("organization_id = '{}'", asker.organization)).await?;
    let mut ratios = Vec::new();
    for ((name, question), cells) in questions(now, 0).into_iter().zip(from_cells) {
        match timed(server, asker, QUERY, &question, RUNS_SLOW).await {
            Ok((times, source)) => {
                ensure!(source == "impressions", "{name} was answered from {source}");
                let middle = quantile(&times, 0.5);
                let figure = format!("query_ms_{name}_{}_from_attempts", asker.name);
                Figure::print(figure, middle, "ms", Some(*cells))?;
                ratios.push(middle / cells);
            }
            // More than a question may cost: that is an answer too, but has no time.
            Err(error) => eprintln!("bench: {name} of the {} from attempts: {error:#}", asker.name),
        }
    }
    if !ratios.is_empty() {
        let figure = format!("query_attempts_to_cells_{}", asker.name);
        Figure::print(figure, quantile(&ratios, 0.5), "ratio", Some(30.0))?;
    }
    Ok(())
}

const QUERY: &str = "/v1/analytics/query";

/// Nothing may have come for a day's attempts for so long before its cells are built, and a little.
const QUIET_SECONDS: u64 = 605;

/// The times of a question, ms, and what it was answered from.
async fn timed(server: &Stack, asker: &Asker, path: &str, question: &Value, runs: usize) -> Result<(Vec<f64>, String)> {
    let mut times = Vec::new();
    let mut source = String::new();
    for run in 0..=runs {
        let (time, from) = once(server, asker, path, question).await?;
        // The first run warms the caches.
        if run > 0 {
            times.push(time);
        }
        source = from;
    }
    Ok((times, source))
}

/// The time of a question, ms, and what it was answered from.
async fn once(server: &Stack, asker: &Asker, path: &str, question: &Value) -> Result<(f64, String)> {
    let begun = Instant::now();
    let result = server.ask_with(&asker.key, path, question).await?;
    let time = begun.elapsed().as_secs_f64() * 1e3;
    if path == QUERY {
        let rows = result["rows"].as_array().map_or(0, Vec::len);
        ensure!(rows > 0, "{question} has no rows: {result}");
    }
    Ok((time, result["source"].as_str().unwrap_or_default().to_owned()))
}

fn quantile(times: &[f64], part: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * part).round() as usize]
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

/// Copies every attempt until there are about `attempts` in all: another organisation, a new id, another viewer, a start shifted within half
/// an hour, and half of the copies four weeks earlier.
async fn multiply(server: &Stack, attempts: u64, simulated: u64, organizations: &[(String, String)]) -> Result<()> {
    ensure!(simulated > 0, "nothing was simulated");
    let begun = Instant::now();
    server
        .clickhouse("CREATE TABLE impressions_simulated AS impressions")
        .await?;
    server
        .clickhouse("INSERT INTO impressions_simulated SELECT * FROM impressions")
        .await?;
    let shifted = format!(
        "(s.started_at + toIntervalSecond(toInt64(cityHash64(s.attempt_id, c.copy) % 3600) - 1800 - toInt64(c.copy % 2) * {DAYS} * 86400))"
    );
    let parts: f64 = (1..=organizations.len()).map(|place| 1.0 / place as f64).sum();
    for (place, (organization, _)) in organizations.iter().enumerate() {
        let own = attempts as f64 / parts / (place + 1) as f64 / simulated as f64;
        let copies = own.round().max(1.0) as u64;
        // In steps, so that no single insert holds all rows in memory.
        for step in (0..copies).step_by(10) {
            let many = (copies - step).min(10);
            server
                .clickhouse(&format!(
                    "INSERT INTO impressions SELECT s.* REPLACE ( \
                       toUUID('{organization}') AS organization_id, generateUUIDv4(c.copy) AS attempt_id, \
                       toStartOfHour({shifted}) AS started_hour, {shifted} AS started_at, \
                       if(s.viewer_id = '', '', concat(s.viewer_id, '-', toString(intDiv(c.copy, 2)))) AS viewer_id) \
                     FROM impressions_simulated AS s CROSS JOIN (SELECT number + {step} AS copy FROM numbers({many})) AS c"
                ))
                .await?;
        }
        eprintln!(
            "bench: {copies} copies for organisation {place}, {:.0} s",
            begun.elapsed().as_secs_f64()
        );
    }
    // As if every one of their beacons had come through ingest.
    server
        .clickhouse(
            "INSERT INTO touched_hours SELECT organization_id, started_hour, sum(finalizeAggregation(i.sequences)), max(i.last_received_at) \
             FROM impressions AS i GROUP BY organization_id, started_hour",
        )
        .await?;
    Ok(())
}
