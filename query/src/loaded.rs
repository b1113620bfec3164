//! Attempts of a question and its baseline, held in memory: what a search over thousands of cells asks again and again.
//!
//! A statement takes ClickHouse 0.1 s to plan however little it finds, and a search asks dozens. Of few attempts the search reads each once,
//! with its attributes as numbers, and adds them up here. What comes out is what the statements say, cell by cell.
//!
//! Pure but for [`Loaded::load`], which reads.

use std::collections::HashMap;

use serde::Deserialize;
use statistics::BUCKETS;
use store::StoreError;

use crate::{
    compare::{Cell, Cells, Key},
    plan::Plan,
    request::Dimension,
    sql::{
        metric::{Hist, Part},
        statement::{self, BIN_ROOM, NO_BIN, Wanted},
    },
    tables::Tables,
};

/// A value of an attribute, `''` for not known.
pub type Condition = (Dimension, String);

/// An attempt as [`statement::each`] tells it.
#[derive(Deserialize)]
struct Row(i64, Vec<String>, u8, u8, u64, u64, Vec<f64>, Vec<i32>);

/// One attempt; its attributes, sums and bins stand apart.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    window: u16,
    viewer_bucket: u8,
    is_identified: bool,
    received: u64,
    expected: u64,
}

/// Attempts in the joined windows of a plan.
#[derive(Debug)]
pub struct Loaded {
    dimensions: Vec<Dimension>,
    /// By attribute, what its numbers stand for.
    values: Vec<Vec<String>>,
    attempts: Vec<Attempt>,
    /// By attempt, the number of each attribute's value.
    codes: Vec<u32>,
    parts: Vec<Part>,
    /// By attempt, what it adds to each part.
    sums: Vec<f64>,
    hists: Vec<Hist>,
    /// By attempt, its bin of each histogram.
    bins: Vec<i32>,
}

impl Loaded {
    /// Reads the attempts that `plan` is about, told apart by `dimensions`.
    ///
    /// # Errors
    /// When the tables do not answer within the limits.
    pub(crate) async fn load(tables: &Tables, plan: &Plan, dimensions: &[Dimension]) -> Result<Self, StoreError> {
        let wanted = Wanted {
            dimensions: dimensions.to_vec(),
            parts: plan.recipes.iter().flat_map(|recipe| recipe.parts()).collect(),
            hists: plan.recipes.iter().filter_map(|recipe| recipe.hist()).collect(),
            by_viewer: true,
            few: plan.known.are_few(plan.joined.windows()),
            ..Wanted::default()
        };
        let mut loaded = Self {
            dimensions: wanted.dimensions.clone(),
            values: vec![Vec::new(); dimensions.len()],
            attempts: Vec::new(),
            codes: Vec::new(),
            parts: wanted.parts.clone(),
            sums: Vec::new(),
            hists: wanted.hists.clone(),
            bins: Vec::new(),
        };
        let statement = statement::each(&plan.joined_scope(), &wanted);
        let mut known: Vec<HashMap<String, u32>> = vec![HashMap::new(); dimensions.len()];
        let mut pieces = tables.stream(&statement, "JSONCompactEachRow")?;
        // A piece ends anywhere in a line.
        let mut left = Vec::new();
        while let Some(piece) = pieces.next().await? {
            left.extend_from_slice(&piece);
            let whole = left.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            for line in left[..whole]
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
            {
                loaded.take(line, plan, &mut known)?;
            }
            left.drain(..whole);
        }
        Ok(loaded)
    }

    /// Takes an attempt as a line tells it. `known`: by attribute, the numbers of values.
    fn take(&mut self, line: &[u8], plan: &Plan, known: &mut [HashMap<String, u32>]) -> Result<(), StoreError> {
        let row = serde_json::from_slice(line).map_err(|error| StoreError::Shape {
            reason: format!("an attempt: {error}"),
        })?;
        let Row(window, values, viewer_bucket, identified, received, expected, sums, bins) = row;
        let Some((window, _)) = plan.joined.decode(window, 0) else {
            return Ok(());
        };
        self.attempts.push(Attempt {
            window: window as u16,
            viewer_bucket,
            is_identified: identified > 0,
            received,
            expected,
        });
        for ((value, known), values) in values.into_iter().zip(known).zip(&mut self.values) {
            let code = *known.entry(value).or_insert_with_key(|value| {
                values.push(value.clone());
                values.len() as u32 - 1
            });
            self.codes.push(code);
        }
        self.sums.extend(sums);
        self.bins.extend(bins);
        Ok(())
    }

    /// The attempts for which all of `conditions` hold, and not all of one of `except`.
    pub(crate) fn kept(&self, conditions: &[Condition], except: &[Vec<Condition>]) -> Vec<usize> {
        let conditions = self.coded(conditions);
        let except: Vec<_> = except.iter().map(|conditions| self.coded(conditions)).collect();
        let holds = |codes: &[u32], conditions: &[(usize, Option<u32>)]| {
            conditions.iter().all(|(place, code)| Some(codes[*place]) == *code)
        };
        (0..self.attempts.len())
            .filter(|attempt| {
                let codes = self.codes_of(*attempt);
                holds(codes, &conditions) && !except.iter().any(|conditions| holds(codes, conditions))
            })
            .collect()
    }

    fn codes_of(&self, attempt: usize) -> &[u32] {
        let width = self.dimensions.len();
        &self.codes[attempt * width..(attempt + 1) * width]
    }

    /// Places of attributes and numbers of values; none for a value that no attempt has.
    fn coded(&self, conditions: &[Condition]) -> Vec<(usize, Option<u32>)> {
        let coded = conditions.iter().filter_map(|(dimension, value)| {
            let place = self.place(dimension)?;
            let code = self.values[place].iter().position(|known| known == value);
            Some((place, code.map(|code| code as u32)))
        });
        coded.collect()
    }

    fn place(&self, dimension: &Dimension) -> Option<usize> {
        self.dimensions.iter().position(|known| known == dimension)
    }

    /// How many of these attempts in the plan's own window have each value of each of `dimensions`: groups as those of a question whose
    /// dimensions stand apart.
    pub(crate) fn ranked(&self, attempts: &[usize], dimensions: &[Dimension]) -> Cells {
        let mut ranked = Cells::new();
        for (index, dimension) in dimensions.iter().enumerate() {
            let Some(place) = self.place(dimension) else { continue };
            let mut counts = vec![0; self.values[place].len()];
            for attempt in attempts.iter().filter(|attempt| self.attempts[**attempt].window == 0) {
                counts[self.codes_of(*attempt)[place] as usize] += 1;
            }
            for (value, count) in self.values[place].iter().zip(counts) {
                if count > 0 {
                    let cell = Cell {
                        attempts: count,
                        ..Cell::default()
                    };
                    ranked.insert(Key::single(vec![index.to_string(), value.clone()]), cell);
                }
            }
        }
        ranked
    }

    /// Sums over these attempts by window and viewer bucket: of all of them together.
    pub(crate) fn whole(&self, attempts: &[usize]) -> Cells {
        let mut cells: HashMap<u16, Cell> = HashMap::new();
        for attempt in attempts {
            self.add(cells.entry(self.attempts[*attempt].window).or_default(), *attempt);
        }
        let placed = cells.into_iter().map(|(window, cell)| (key(window, Vec::new()), cell));
        placed.collect()
    }

    /// The same of each of `groups`, as [`Self::ranked`] names them.
    pub(crate) fn groups(&self, attempts: &[usize], dimensions: &[Dimension], groups: &[Vec<String>]) -> Cells {
        // By attribute, which group a value is.
        let mut wanted: Vec<(usize, HashMap<u32, usize>)> = Vec::new();
        for (index, dimension) in dimensions.iter().enumerate() {
            let Some(place) = self.place(dimension) else { continue };
            let of_this = groups.iter().enumerate().filter_map(|(number, group)| {
                let [which, value] = group.as_slice() else { return None };
                let code = self.values[place].iter().position(|known| known == value)?;
                (*which == index.to_string()).then_some((code as u32, number))
            });
            wanted.push((place, of_this.collect()));
        }
        let mut cells: HashMap<(u16, usize), Cell> = HashMap::new();
        for attempt in attempts {
            let (codes, window) = (self.codes_of(*attempt), self.attempts[*attempt].window);
            for (place, of_this) in &wanted {
                if let Some(group) = of_this.get(&codes[*place]) {
                    self.add(cells.entry((window, *group)).or_default(), *attempt);
                }
            }
        }
        let placed = cells.into_iter();
        placed
            .map(|((window, group), cell)| (key(window, groups[group].clone()), cell))
            .collect()
    }

    /// Adds an attempt to a cell.
    fn add(&self, cell: &mut Cell, number: usize) {
        let attempt = &self.attempts[number];
        let bucket = usize::from(attempt.viewer_bucket);
        cell.attempts += 1;
        cell.identified += u64::from(attempt.is_identified);
        cell.received += attempt.received;
        cell.expected += attempt.expected;
        let sums = &self.sums[number * self.parts.len()..];
        for (part, sum) in self.parts.iter().zip(sums) {
            cell.sums.entry(*part).or_insert_with(|| vec![0.0; BUCKETS])[bucket] += sum;
        }
        let bins = &self.bins[number * self.hists.len()..];
        for (hist, bin) in self.hists.iter().zip(bins) {
            let counted = cell.histograms.entry(*hist).or_default();
            if *bin != NO_BIN {
                counted.push(((bucket * BIN_ROOM) as u32 + *bin as u32, 1));
            }
        }
    }
}

fn key(window: u16, dimensions: Vec<String>) -> Key {
    Key {
        window: usize::from(window),
        bucket: 0,
        dimensions,
    }
}
