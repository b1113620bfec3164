//! How often the intervals hold the truth, and how often a comparison of equals cries wolf, on a simulated audience.
//!
//! Prints one JSON object a line: `{"figure","value","unit","reference","ratio","low","high","held","table","row","column"}`. The
//! reference is the nominal rate, or for a contrast the rate of ours in the same run. `low` and `high` are the band that the
//! value has to lie in, null where there is no such bound; `held` tells whether it is: figures of which most intervals are
//! marked unreliable are printed and not held. `cargo xtask bench statistics` compares, draws the tables and fails outside the band.
//!
//! A number as argument sets the number of trials (default 2,000; the bands are meant for it), words name the parts to run.

#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a bench may read the clock, and ends where its numbers do

mod arms;
mod baselines;
mod comparisons;
mod intervals;
#[path = "../../tests/population/mod.rs"]
mod population;
mod report;
mod tables;

use population::rng;
use statistics::{Null, Weights};

const CONFIDENCE: f64 = 0.95;

fn main() -> Result<(), Null> {
    let trials: u32 = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(2_000);
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument.parse::<u32>().is_err())
        .collect();
    let weights = Weights::draw(400, &mut rng(1));
    type Part<'a> = (&'a str, &'a dyn Fn() -> Result<(), Null>);
    let parts: [Part; 11] = [
        ("intervals", &|| intervals::coverage(trials, &weights)),
        ("wilson", &|| intervals::independent(trials * 2)),
        ("alarms", &|| comparisons::alarms(trials, &weights)),
        ("power", &|| comparisons::power(trials)),
        ("sequences", &|| arms::sequences(trials / 4)),
        ("cuped", &|| arms::cuped(trials)),
        ("assignment", &|| tables::assignment(trials * 2)),
        ("multiplicity", &|| tables::multiplicity(trials * 2)),
        ("weekdays", &|| baselines::weekdays(trials * 2)),
        ("days", &|| baselines::whole_days(trials / 5, &weights)),
        ("speed", &|| intervals::speed(&weights)),
    ];
    for (name, part) in parts {
        if named.is_empty() || named.iter().any(|wanted| wanted == name) {
            part()?;
        }
    }
    Ok(())
}
