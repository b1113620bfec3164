//! Here lives `cargo xtask bench`: figures with what they were measured against in the same run, one JSON object a line.
//! What needs a running system is measured by the `bench` program of `tests/`; this adds what does not.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    bands,
    prerequisites::node_packages,
    project::{Project, run_step, say},
    web,
};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Area {
    /// CPU per million beacons, next to a server that answers 204
    Ingest,
    /// A tenant's acknowledgement times while another sends a hundred times its limit, next to those while it is silent
    Fairness,
    /// Times of the dashboard's questions on many attempts, from cells and from the attempts
    Query,
    /// Bytes on disk of a beacon and of an attempt, next to what is aimed at
    Storage,
    /// Size of the collector, next to its budget
    Collector,
    /// How often intervals hold the truth and equals differ, next to what is allowed; fails outside
    Statistics,
    /// How often a planted fault is found among its causes, a quiet day is blamed on something, and how long the search takes
    Explain,
}

/// How much is measured.
#[derive(Debug, clap::Args)]
pub struct BenchArguments {
    /// Only this area
    #[arg(value_enum)]
    area: Option<Area>,
    /// One JSON object a line: {"figure","value","unit","reference","ratio"}; a table without it
    #[arg(long)]
    json: bool,
    /// Write the tables of `statistics` into docs/statistics.md
    #[arg(long)]
    write: bool,
    /// Attempts in the tables for the query times
    #[arg(long, default_value_t = 10_000_000)]
    attempts: u64,
    /// Length of each ingest load, s, at most 20
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=20))]
    seconds: u64,
}

/// Most bytes of the collector with one adapter, brotli: COLLECTOR's hard gate, below every collector it was compared with.
const COLLECTOR_BYTES_MAX: u64 = 18_000;

/// Measures and prints.
pub fn bench(project: &Project, arguments: &BenchArguments) -> Result<()> {
    let wanted = |area| arguments.area.is_none_or(|only| only == area);
    if wanted(Area::Collector) {
        collector(project, arguments.json)?;
    }
    if wanted(Area::Statistics) {
        bands::statistics(project, arguments.json, arguments.write)?;
    }
    if wanted(Area::Explain) {
        let example = [
            "run",
            "--quiet",
            "--release",
            "--package",
            "playhead-query",
            "--example",
            "planted",
        ];
        node_packages(project)?;
        for line in crate::project::output(project.cargo().args(example))?.lines() {
            print(
                &serde_json::from_str(line).with_context(|| format!("reading {line:?}"))?,
                arguments.json,
            );
        }
    }
    let areas = [Area::Ingest, Area::Fairness, Area::Query, Area::Storage];
    if areas.into_iter().any(wanted) {
        node_packages(project)?;
        run_step(
            "building playhead and its load (profile dist: LTO takes some minutes)",
            project.cargo().args([
                "build",
                "--quiet",
                "--profile",
                "dist",
                "--package",
                "playhead",
                "--package",
                "playhead-tests",
                "--bins",
            ]),
        )?;
    }
    let running = |extra: &[&str]| -> Result<()> {
        let text = crate::project::output(
            project
                .command(project.binary("dist", "bench"))
                .args(extra)
                .env("PLAYHEAD_BIN", project.binary("dist", "playhead")),
        )?;
        for line in text.lines() {
            print(
                &serde_json::from_str(line).with_context(|| format!("reading {line:?}"))?,
                arguments.json,
            );
        }
        Ok(())
    };
    if wanted(Area::Ingest) {
        running(&["ingest", "--seconds", &arguments.seconds.to_string()])?;
    }
    if wanted(Area::Fairness) {
        running(&["fairness", "--seconds", &arguments.seconds.to_string()])?;
    }
    if wanted(Area::Storage) {
        running(&["storage"])?;
    }
    if wanted(Area::Query) {
        running(&["query", "--attempts", &arguments.attempts.to_string()])?;
    }
    Ok(())
}

/// Sizes from the collector's own build, next to the budget.
fn collector(project: &Project, json: bool) -> Result<()> {
    crate::prerequisites::wasm_target(project)?;
    node_packages(project)?;
    web::collector(project)?;
    let path = project.path("collector-wasm/dist/sizes.json");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let sizes: std::collections::BTreeMap<String, Value> = serde_json::from_str(&text).context("reading sizes.json")?;
    for (file, size) in sizes {
        let Some(bytes) = size.as_u64().or_else(|| size.get("brotli").and_then(Value::as_u64)) else {
            say(format!("sizes.json: {file} has no number of bytes"));
            continue;
        };
        let ratio = (bytes as f64 / COLLECTOR_BYTES_MAX as f64 * 1_000.0).round() / 1_000.0;
        print(
            &json!({"figure": format!("collector_bytes_brotli {file}"), "value": bytes, "unit": "B", "reference": COLLECTOR_BYTES_MAX, "ratio": ratio}),
            json,
        );
    }
    Ok(())
}

/// One figure, as JSON or as a line of text.
pub fn print(figure: &Value, json: bool) {
    if json {
        println!("{figure}");
        return;
    }
    let cell = |name: &str| match &figure[name] {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    println!(
        "{:<62} {:>14} {:<6} against {:>14}  = {:>8}",
        cell("figure"),
        cell("value"),
        cell("unit"),
        cell("reference"),
        cell("ratio")
    );
}
