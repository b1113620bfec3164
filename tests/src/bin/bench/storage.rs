//! Here lives what a beacon and an attempt take on disk, next to what is aimed at: realistic traffic, everything that the collector
//! sends, through ingest into the engine, its parts merged as a night leaves them.

use anyhow::{Context, Result, ensure};
use schemas::UnixMs;
use simulator::{Scenario, scenario::Emission};
use tests::stack::{Stack, now_ms};

use crate::{Figure, query::fill};

/// Days that the attempts are spread over.
const DAYS: u32 = 2;
/// Bytes aimed at, of a beacon in `beacons` and of an attempt in `impressions`.
const GOALS: [(&str, f64); 2] = [("beacons", 30.0), ("impressions", 60.0)];
/// Columns listed, the largest first.
const COLUMNS_SHOWN: usize = 12;

/// Fills the tables and weighs them.
pub async fn bench(attempts: u64) -> Result<()> {
    let server = Stack::start_apart().await?;
    let scenario = Scenario {
        seed: 20_000_000,
        now_ms: UnixMs(now_ms()),
        backfill_days: DAYS,
        attempts_per_day: attempts as f64 / f64::from(DAYS),
        viewers: u32::try_from(attempts / 10).unwrap_or(u32::MAX).max(100),
        emission: Some(Emission::LIVE),
        ..Scenario::default()
    };
    fill(&server, scenario).await?;
    for (table, goal) in GOALS {
        server.clickhouse(&format!("OPTIMIZE TABLE {table} FINAL")).await?;
        let sql = format!(
            "SELECT sum(rows), sum(bytes_on_disk) FROM system.parts WHERE database = 'playhead' AND table = '{table}' AND active"
        );
        let text = server.clickhouse(&sql).await?;
        let mut numbers = text.split_whitespace().map(str::parse::<f64>);
        let (Some(Ok(rows)), Some(Ok(bytes))) = (numbers.next(), numbers.next()) else {
            anyhow::bail!("system.parts says {text:?} of {table}");
        };
        ensure!(rows > 0.0, "{table} is empty");
        eprintln!("bench: {table} has {rows} rows in {bytes} bytes; its largest columns, bytes a row:");
        let columns = server
            .clickhouse(&format!(
                "SELECT name, round(sum(data_compressed_bytes + marks_bytes) / {rows}, 2) AS bytes FROM system.columns \
                 WHERE database = 'playhead' AND table = '{table}' GROUP BY name ORDER BY bytes DESC LIMIT {COLUMNS_SHOWN}"
            ))
            .await
            .context("weighing the columns")?;
        columns.lines().for_each(|line| eprintln!("bench:   {line}"));
        Figure::print(format!("storage_bytes_per_row_{table}"), bytes / rows, "B", Some(goal))?;
    }
    Ok(())
}
