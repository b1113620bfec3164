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

    fn holds(self, value: f64) -> bool {
        self.low.is_none_or(|low| low <= value) && self.high.is_none_or(|high| value <= high)
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

/// Measures, and where a figure that is held falls outside its band measures again with four times as many trials and another
/// seed, which counts whatever it says: among two hundred figures of 2,000 trials a few fall outside by chance.
pub fn in_doubt_again<E>(
    (trials, seed): (u32, u64),
    band: Band,
    measure: impl Fn(u32, u64) -> Result<Vec<Tally>, E>,
) -> Result<Vec<Tally>, E> {
    let tallies = measure(trials, seed)?;
    let is_inside = |tally: &Tally| !tally.is_reliable() || band.holds(tally.share());
    if tallies.iter().all(is_inside) {
        Ok(tallies)
    } else {
        measure(4 * trials, seed + 100)
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
