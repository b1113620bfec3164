//! Measures the search for causes: how often what was planted is among the first three, how often a quiet day is blamed, and how long it
//! takes. `cargo xtask bench explain`; one JSON object a line, the trials that failed on standard error.
#![allow(clippy::unwrap_used)]

#[path = "../tests/planted/mod.rs"]
mod planted;

use planted::Trials;
use serde_json::json;

#[tokio::main]
async fn main() {
    let mut given = std::env::args().skip(1).map(|number| number.parse::<u64>().unwrap());
    let (faults, quiet) = (given.next().unwrap_or(200), given.next().unwrap_or(100));
    let trials = Trials::start().await;
    let (mut found, mut first, mut took) = (0_u64, 0_u64, Vec::new());
    for seed in 0..faults {
        let outcome = trials.run(seed).await;
        took.push(outcome.took.as_secs_f64());
        first += u64::from(outcome.is_first());
        if outcome.is_found() {
            found += 1;
        } else {
            eprintln!("{outcome:?}");
        }
    }
    let mut blamed = 0_u64;
    for seed in 0..quiet {
        blamed += u64::from(!trials.run_quiet(1_000_000 + seed).await.causes.is_empty());
    }
    took.sort_by(f64::total_cmp);
    let share = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    println!(
        "{}",
        json!({"figure": format!("explain: planted fault among the first three, of {faults}"), "value": share(found, faults), "unit": "1",
            "reference": 0.95, "ratio": share(found, faults) / 0.95})
    );
    println!(
        "{}",
        json!({"figure": "explain: planted fault is the first", "value": share(first, faults), "unit": "1"})
    );
    println!(
        "{}",
        json!({"figure": format!("explain: a quiet day is blamed on something, of {quiet}"), "value": share(blamed, quiet), "unit": "1",
            "reference": 0.05, "ratio": share(blamed, quiet) / 0.05})
    );
    println!(
        "{}",
        json!({"figure": "explain: time, median", "value": took.get(took.len() / 2), "unit": "s"})
    );
}
