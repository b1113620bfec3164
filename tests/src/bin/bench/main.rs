//! What `cargo xtask bench` measures on the running system: ingest's CPU next to a server that does nothing, and query
//! times from cells next to those from attempts. Prints one JSON object a line; remarks go to standard error.
//! The size of the collector and the example of `statistics` need no running system and are measured by xtask itself.

mod fairness;
mod ingest;
mod query;
mod storage;

use anyhow::Result;
use clap::{Parser, Subcommand};
use serde::Serialize;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    area: Area,
}

#[derive(Debug, Subcommand)]
enum Area {
    /// CPU seconds per million beacons, single and in batches, in both forms, next to an actix server that answers 204
    Ingest {
        /// How long each load lasts at most, s
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Only bodies of so many beacons: 1, 10 or 50
        #[arg(long)]
        batch: Option<usize>,
        /// Only bodies in this form
        #[arg(long, value_enum)]
        form: Option<ingest::Form>,
    },
    /// What a tenant at a hundred times its limit does to another's acknowledgement times
    Fairness {
        /// How long each of the two loads, s
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Times of the dashboard's questions on the attempts of twenty organisations, from cells and from the attempts
    Query {
        /// Attempts in the tables; 50,000 of them are simulated, the rest are made of those inside ClickHouse
        #[arg(long, default_value_t = 10_000_000)]
        attempts: u64,
    },
    /// Bytes on disk of a beacon and of an attempt, next to what is aimed at
    Storage {
        /// Attempts that are simulated
        #[arg(long, default_value_t = 30_000)]
        attempts: u64,
        /// A beat every 10 s with every request, as collectors had it when the aim was set; else as they have it now
        #[arg(long)]
        dense: bool,
    },
    /// The reference server; prints its address
    Nothing,
}

/// One measured figure.
#[derive(Debug, Serialize)]
pub struct Figure {
    figure: String,
    value: f64,
    unit: &'static str,
    /// What it was measured against in the same run; null for a figure that stands alone.
    reference: Option<f64>,
    ratio: Option<f64>,
}

impl Figure {
    /// Prints the figure as one line.
    pub fn print(figure: impl Into<String>, value: f64, unit: &'static str, reference: Option<f64>) -> Result<()> {
        let rounded = |number: f64| (number * 1_000.0).round() / 1_000.0;
        let figure = Self {
            figure: figure.into(),
            value: rounded(value),
            unit,
            reference: reference.map(rounded),
            ratio: reference
                .filter(|reference| *reference > 0.0)
                .map(|reference| rounded(value / reference)),
        };
        println!("{}", serde_json::to_string(&figure)?);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().area {
        Area::Ingest { seconds, batch, form } => ingest::bench(seconds, batch, form).await,
        Area::Fairness { seconds } => fairness::bench(seconds).await,
        Area::Query { attempts } => query::bench(attempts).await,
        Area::Storage { attempts, dense } => storage::bench(attempts, dense).await,
        Area::Nothing => ingest::nothing().await,
    }
}
