//! Prints the ground truth of a scenario's past as JSON, without a server: `cargo run --example truth -- [SCENARIO.json] [DIMENSION,…]…`.
//! Without a file it is the demo at the default present.

use std::{io::Write, sync::Arc};

use simulator::{Backfill, Scenario, Truth, World};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let scenario = match arguments.next() {
        Some(path) if path != "-" => serde_json::from_slice(&std::fs::read(path)?)?,
        _ => Scenario::demo(Scenario::default().now_ms),
    };
    let dimensions: Vec<Vec<String>> = arguments
        .map(|names| names.split(',').map(str::to_owned).collect())
        .collect();
    let world = Arc::new(World::new(scenario)?);
    let mut truth = Truth::new(&world);
    for request in Backfill::new(world) {
        for (facts, beacon) in request.facts.iter().zip(&request.batch.beacons) {
            truth.observe(facts, beacon);
        }
    }
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &truth.report(&dimensions))?;
    out.write_all(b"\n")?;
    Ok(())
}
