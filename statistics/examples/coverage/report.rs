//! One figure a line, with its band and its place in a table.

use statistics::Reliability;

/// Where 95 % intervals have to hold the truth.
pub const COVERAGE: Band = Band::within(0.935, 0.965);
/// How often two equals may differ at 5 %.
pub const ALARMS: Band = Band::within(0.035, 0.065);

/// Where a figure has to lie.
#[derive(Clone, Copy)]
pub struct Band {
    low: Option<f64>,
    high: Option<f64>,
}

impl Band {
    pub const fn within(low: f64, high: f64) -> Self {
        Self {
            low: Some(low),
            high: Some(high),
        }
    }

    pub const fn at_most(high: f64) -> Self {
        Self {
            low: None,
            high: Some(high),
        }
    }

    pub const fn at_least(low: f64) -> Self {
        Self {
            low: Some(low),
            high: None,
        }
    }

    pub const fn none() -> Self {
        Self { low: None, high: None }
    }
}

/// Where a figure stands.
pub struct Place<'a> {
    pub table: &'a str,
    pub row: &'a str,
    pub column: &'a str,
}

/// Prints a share. `held` is false where most of what it was made from was marked unreliable.
pub fn share(place: &Place, value: f64, reference: f64, band: Band, held: bool) {
    let ratio = if reference == 0.0 { 0.0 } else { value / reference };
    let end = |end: Option<f64>| end.map_or("null".to_owned(), |end| end.to_string());
    let figure: String = format!("statistics {} {} {}", place.table, place.row, place.column)
        .to_lowercase()
        .replace(' ', "_");
    println!(
        r#"{{"figure":"{figure}","value":{value:.5},"unit":"ratio","reference":{reference:.5},"ratio":{ratio:.4},"low":{},"high":{},"held":{held},"table":"{}","row":"{}","column":"{}"}}"#,
        end(band.low),
        end(band.high),
        place.table,
        place.row,
        place.column
    );
}

/// Hits among trials, and how many of them were called reliable.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    hits: u32,
    reliable: u32,
    trials: u32,
}

impl Tally {
    pub fn note(&mut self, hit: bool, reliability: Reliability) {
        self.hits += u32::from(hit);
        self.reliable += u32::from(reliability == Reliability::Reliable);
        self.trials += 1;
    }

    pub fn share(&self) -> f64 {
        f64::from(self.hits) / f64::from(self.trials.max(1))
    }

    pub fn is_reliable(&self) -> bool {
        2 * self.reliable > self.trials
    }
}

/// A number with thousands apart.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
