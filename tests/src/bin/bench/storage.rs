//! Here lives what a beacon and an attempt take on disk, next to what is aimed at: realistic traffic, everything that the collector
//! sends, through ingest into the engine, its parts merged as a night leaves them.
//!
//! A beacon of a beat every 10 s (`--dense`), as collectors had it when the aim was set, takes 29.9 bytes (354,620 of 3,445 attempts). In the
//! collector's rhythm of today it takes 57 (244,816 of 6,159 attempts): beacons are fewer, 40 an attempt instead of 103, and each has more to tell; an
//! attempt's take 2.3 kB instead of 3.0. Of such a beacon its requests are 22 bytes.
//! An attempt misses its aim by more: it takes 89 bytes
//! in a wide part (107 in a compact one, which parts below 64 MiB are), 84 of them in columns, and nearly all of it is chance that somebody asks
//! for. Measured with 22,895 attempts, bytes each: its id 15.1 (74 bits of a UUIDv7 are random, 9.3); bits and bytes moved 14.1; the
//! picture and its frames 8.0; viewer, video and custom dimensions 7.5; 27 labels 7.2; playing time per rendition 6.6; when it began and was
//! last heard of 5.1; which beacons arrived 5.0; time played, paused and sought 5.0; startup 5.0; stalls 3.6; counts 1.5. The rest of a
//! part is its index of ids 1.3 (10 bits), marks 0.4, and files that a part has once, 3.9, less the more attempts it holds.
//! A total to the millisecond takes 2.8 where an attempt lasts minutes, and there are a dozen that do not follow from others.

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
const COLUMNS_SHOWN: usize = 30;

/// Fills the tables and weighs them.
pub async fn bench(attempts: u64, dense: bool) -> Result<()> {
    let server = Stack::start_apart().await?;
    let scenario = Scenario {
        seed: 20_000_000,
        now_ms: UnixMs(now_ms()),
        backfill_days: DAYS,
        attempts_per_day: attempts as f64 / f64::from(DAYS),
        viewers: u32::try_from(attempts / 10).unwrap_or(u32::MAX).max(100),
        emission: Some(if dense { Emission::LIVE } else { Emission::COLLECTOR }),
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
        let pieces = server
            .clickhouse(&format!(
                "SELECT round(sum(data_compressed_bytes) / {rows}, 2), round(sum(marks_bytes) / {rows}, 2), \
                 round(sum(secondary_indices_compressed_bytes + secondary_indices_marks_bytes) / {rows}, 2), \
                 round(sum(bytes_on_disk - data_compressed_bytes - marks_bytes \
                 - secondary_indices_compressed_bytes - secondary_indices_marks_bytes) / {rows}, 2) \
                 FROM system.parts WHERE database = 'playhead' AND table = '{table}' AND active FORMAT TSV"
            ))
            .await
            .context("weighing the pieces of a part")?;
        let pieces: Vec<&str> = pieces.split_whitespace().collect();
        let [columns, marks, index, files] = pieces.as_slice() else {
            anyhow::bail!("system.parts says {pieces:?} of {table}");
        };
        eprintln!(
            "bench: {table} has {rows} rows in {bytes} bytes; a row: {columns} in columns, {marks} in marks, {index} in indices, \
             {files} in files that each part has once; the largest columns, bytes a row:"
        );
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
