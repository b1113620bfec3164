//! Here lives the cost of a beacon: CPU seconds of the whole server process per million, from the first byte read to the
//! row confirmed by ClickHouse, next to an actix server in the same run that reads the body and answers 204.
//! CPU seconds and not rates, because the load comes from the same two cores.

use std::{
    fs,
    ops::Range,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::{Context, Result, ensure};
use tests::stack::Stack;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::Figure;

/// Connections kept open; 64 is where group commit has something to group.
const CONNECTIONS: usize = 64;
/// Share of the bodies that go first and are not measured, so that pools, caches and the engine are warm.
const WARM_UP_SHARE: usize = 10;
/// Most bodies made, by beacons per body: 200,000 of about 1 kB, 40,000 of 11 kB or 8,000 of 58 kB stay below 500 MB of this
/// program's memory. In the compact form, a quarter of that, four times as many.
const BODIES_MAX: [(usize, usize); 3] = [(1, 200_000), (10, 40_000), (50, 8_000)];
/// Bodies for the bare request that the goals are measured by; it sees them again and again.
const BARE_BODIES: usize = 2_000;
/// CPU seconds that a million bare requests of one beacon took where the goals were set: the mean of 11.7, 12.5 and 14.3.
const BARE_S: f64 = 12.8;
/// What is aimed at, CPU seconds per million beacons there. Machines differ, and so does one machine from hour to hour, so each is
/// scaled by what a bare request takes in the same run.
const GOALS_S: [(Form, usize, f64); 5] = [
    // 2.5 bare requests.
    (Form::Json, 1, 2.5 * BARE_S),
    (Form::Json, 10, 6.0),
    (Form::Json, 50, 4.0),
    (Form::Compact, 10, 3.0),
    (Form::Compact, 50, 2.0),
];
/// Longest wait until ClickHouse has confirmed everything acknowledged.
const DRAINED_WITHIN: Duration = Duration::from_secs(60);

/// Runs every load, or those asked for, against both servers.
pub async fn bench(seconds: u64, batch: Option<usize>, form: Option<Form>) -> Result<()> {
    let (only_batch, only_form) = (batch, form);
    let bare_s = bare(seconds).await?;
    for (form, (per_batch, bodies)) in Form::ALL
        .into_iter()
        .flat_map(|form| BODIES_MAX.map(|load| (form, load)))
    {
        if only_batch.is_some_and(|only| only != per_batch) || only_form.is_some_and(|only| only != form) {
            continue;
        }
        eprintln!("bench: making {bodies} bodies of {per_batch} beacons");
        let bodies = Arc::new(match form {
            Form::Json => simulator::generate::bodies(per_batch as u64, bodies, per_batch),
            Form::Compact => simulator::generate::compact_bodies(per_batch as u64, bodies * 4, per_batch),
        });
        let bytes = bodies.iter().map(Vec::len).sum::<usize>();
        let bytes_per_beacon = bytes as f64 / (bodies.len() * per_batch) as f64;
        let sample = &bodies[..bodies.len().min(PACKED_BODIES)];
        let packed = sample
            .iter()
            .map(|body| packed_bytes(body))
            .sum::<std::io::Result<usize>>()?;
        let packed_per_beacon = packed as f64 / (sample.len() * per_batch) as f64;
        ensure!(!bodies.is_empty(), "the simulator made no bodies");
        // The reference reads nothing, so it may see a body twice.
        let supply = |repeat| Supply::new(&bodies, form, repeat);

        let (nothing, nothing_url) = start_nothing().await?;
        let pid = nothing.id().context("the reference server has no process id")?;
        let reference = measure(&supply(true), &nothing_url, &[pid], seconds, async || Ok(())).await?;
        drop(nothing);

        let stack = Stack::start().await?;
        let pids = [stack.server_pid()?, u32::try_from(stack.engine_pid()?)?];
        let measured = measure(&supply(false), &stack.beacons_url(), &pids, seconds, async || {
            drained(&stack).await
        })
        .await?;
        // What was timed did what it is for: every beacon is a row that ClickHouse has confirmed.
        let sent = (measured.requests + measured.warm_up) * per_batch as u64;
        stack.accounted([sent, sent, 0, 0]).await?;
        let per_million =
            |load: &Load, process: usize| load.cpu_s[process] / (load.requests * per_batch as u64) as f64 * 1e6;
        let size = match per_batch {
            1 => "single".to_owned(),
            beacons => format!("batches_of_{beacons}"),
        };
        let name = match form {
            Form::Json => size,
            Form::Compact => format!("{size}_compact"),
        };
        Figure::print(
            format!("ingest_wire_bytes_per_beacon_{name}"),
            bytes_per_beacon,
            "B",
            None,
        )?;
        Figure::print(
            format!("ingest_wire_bytes_per_beacon_gzip_{name}"),
            packed_per_beacon,
            "B",
            Some(bytes_per_beacon),
        )?;
        Figure::print(
            format!("ingest_cpu_s_per_million_beacons_{name}"),
            per_million(&measured, 0),
            "s",
            Some(per_million(&reference, 0)),
        )?;
        if let Some((.., goal_s)) = GOALS_S.iter().find(|(of, size, _)| (*of, *size) == (form, per_batch)) {
            Figure::print(
                format!("ingest_cpu_s_per_million_beacons_{name}_to_goal"),
                per_million(&measured, 0),
                "s",
                Some(goal_s * bare_s / BARE_S),
            )?;
        }
        Figure::print(
            format!("ingest_engine_cpu_s_per_million_beacons_{name}"),
            per_million(&measured, 1),
            "s",
            Some(per_million(&reference, 0)),
        )?;
        Figure::print(
            format!("ingest_beacons_per_s_{name}"),
            (measured.requests * per_batch as u64) as f64 / measured.took.as_secs_f64(),
            "1/s",
            Some((reference.requests * per_batch as u64) as f64 / reference.took.as_secs_f64()),
        )?;
    }
    Ok(())
}

/// CPU seconds that a million bare requests of one beacon take on this machine now.
async fn bare(seconds: u64) -> Result<f64> {
    let bodies = Arc::new(simulator::generate::bodies(1, BARE_BODIES, 1));
    let (nothing, url) = start_nothing().await?;
    let pid = nothing.id().context("the reference server has no process id")?;
    let load = measure(
        &Supply::new(&bodies, Form::Json, true),
        &url,
        &[pid],
        seconds,
        async || Ok(()),
    )
    .await?;
    let bare_s = load.cpu_s[0] / load.requests as f64 * 1e6;
    Figure::print("ingest_cpu_s_per_million_bare_requests", bare_s, "s", Some(BARE_S))?;
    Ok(bare_s)
}

/// Bodies that are compressed, to see what that gives.
const PACKED_BODIES: usize = 500;

/// Bytes of `body` after gzip at its usual level.
fn packed_bytes(body: &[u8]) -> std::io::Result<usize> {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(body, flate2::Compression::default());
    std::io::Read::read_to_end(&mut encoder, &mut packed)
}

/// What the bodies are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// JSON
    Json,
    /// Protocol Buffers
    Compact,
}

impl Form {
    const ALL: [Self; 2] = [Self::Json, Self::Compact];

    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Compact => "application/x-protobuf",
        }
    }
}

/// Bodies for one server: some to warm it up, the rest to measure it, each given out once, or round and round.
struct Supply {
    warm_up: Bodies,
    measured: Bodies,
}

impl Supply {
    fn new(bodies: &Arc<Vec<Vec<u8>>>, form: Form, repeat: bool) -> Self {
        let border = bodies.len() / WARM_UP_SHARE;
        let part = |range: Range<usize>, repeat| Bodies {
            bodies: Arc::clone(bodies),
            content_type: form.content_type(),
            range,
            next: Arc::default(),
            repeat,
        };
        Self {
            warm_up: part(0..border, false),
            measured: part(border..bodies.len(), repeat),
        }
    }
}

/// Bodies in a row.
#[derive(Clone)]
struct Bodies {
    bodies: Arc<Vec<Vec<u8>>>,
    content_type: &'static str,
    range: Range<usize>,
    next: Arc<AtomicUsize>,
    repeat: bool,
}

impl Bodies {
    fn next(&self) -> Option<Vec<u8>> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let offset = if self.repeat { next % self.range.len() } else { next };
        let index = self.range.start + offset;
        self.range.contains(&index).then(|| self.bodies[index].clone())
    }
}

/// What one load cost.
struct Load {
    warm_up: u64,
    requests: u64,
    took: Duration,
    /// CPU seconds of each watched process, user and system.
    cpu_s: Vec<f64>,
}

/// Warms up, posts for `seconds` or until the bodies are used up, waits for `settled`, and reads the processes' CPU.
async fn measure(
    supply: &Supply,
    url: &str,
    pids: &[u32],
    seconds: u64,
    settled: impl AsyncFn() -> Result<()>,
) -> Result<Load> {
    let client = reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS).build()?;
    let limit = Duration::from_secs(seconds);
    let (warm_up, _) = post_for(limit, &client, url, &supply.warm_up).await?;
    settled().await?;
    let before = pids.iter().map(|pid| cpu_s(*pid)).collect::<Result<Vec<_>>>()?;
    let (requests, took) = post_for(limit, &client, url, &supply.measured).await?;
    settled().await?;
    let after = pids.iter().map(|pid| cpu_s(*pid)).collect::<Result<Vec<_>>>()?;
    ensure!(requests > 0, "nothing was acknowledged");
    if took.as_secs_f64() < seconds as f64 * 0.9 {
        eprintln!("bench: all bodies were used after {:.1} s", took.as_secs_f64());
    }
    Ok(Load {
        warm_up,
        requests,
        took,
        cpu_s: after.iter().zip(before).map(|(after, before)| after - before).collect(),
    })
}

async fn post_for(length: Duration, client: &reqwest::Client, url: &str, supply: &Bodies) -> Result<(u64, Duration)> {
    let begun = Instant::now();
    let acknowledged = Arc::new(AtomicU64::new(0));
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (client, url, supply, acknowledged) = (
                client.clone(),
                url.to_owned(),
                supply.clone(),
                Arc::clone(&acknowledged),
            );
            tokio::spawn(async move {
                while begun.elapsed() < length {
                    let Some(body) = supply.next() else { break };
                    let response = client
                        .post(&url)
                        .header("Content-Type", supply.content_type)
                        .header("Prefer", "return=minimal")
                        .body(body)
                        .send()
                        .await?;
                    ensure!(
                        response.status().is_success(),
                        "{}: {}",
                        response.status(),
                        response.text().await?
                    );
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }
    Ok((acknowledged.load(Ordering::Relaxed), begun.elapsed()))
}

/// Waits until ClickHouse has confirmed every acknowledged beacon.
async fn drained(stack: &Stack) -> Result<()> {
    let begun = Instant::now();
    while stack.metric("playhead_ingest_beacons_in_flight").await? > 0.0 {
        ensure!(
            begun.elapsed() < DRAINED_WITHIN,
            "the journal did not drain within {DRAINED_WITHIN:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// User and system CPU of a process and its threads, s.
fn cpu_s(pid: u32) -> Result<f64> {
    let stat =
        fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("reading the CPU time of {pid}"))?;
    // After `pid (name)`: state is field 3, utime 14, stime 15.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .context("an odd stat line")?
        .1
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    // Safety: `sysconf` takes a number and gives one.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    Ok(ticks as f64 / per_second as f64)
}

/// Starts this program again as the reference server.
async fn start_nothing() -> Result<(tokio::process::Child, String)> {
    let mut child = tokio::process::Command::new(std::env::current_exe()?)
        .arg("nothing")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let out = child.stdout.take().context("no output of the reference server")?;
    let url = BufReader::new(out)
        .lines()
        .next_line()
        .await?
        .context("the reference server ended at once")?;
    Ok((child, url))
}

/// The reference: actix reads the body, throws it away and answers 204, with as many workers as the real server.
pub async fn nothing() -> Result<()> {
    let server = HttpServer::new(|| {
        App::new()
            .app_data(web::PayloadConfig::new(1 << 20))
            .default_service(web::to(|_: web::Bytes| async { HttpResponse::NoContent().finish() }))
    })
    .bind("127.0.0.1:0")?;
    println!("http://{}/v1/beacons", server.addrs()[0]);
    server.run().await?;
    Ok(())
}
