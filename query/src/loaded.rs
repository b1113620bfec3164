//! Attempts held in memory, as numbers: what is added up here instead of in ClickHouse, where the attempts are few.
//!
//! A statement of sums takes ClickHouse 0.1 s to plan however little it finds. A question has two or three of them, over the same attempts, and a search
//! for causes asks thousands of things. Of few attempts each is read once, as it stands, and what is asked of them is added up here.
//! What comes out is what the statements say, cell by cell: [`Facts`] computes by the same texts.
//!
//! Pure but for [`Loaded::load`], which reads.

use std::collections::{BTreeSet, HashMap};

use statistics::BUCKETS;
use store::StoreError;

use crate::{
    compare::{Cell, Cells, Key},
    each::{self, Attempts, Row, unreadable},
    plan::Plan,
    request::Dimension,
    sql::{
        expression::{Facts, Value},
        metric::{Hist, Part},
        statement::{self, BIN_ROOM, Grid, Scope, Wanted},
    },
    tables::Tables,
};

/// A value of an attribute, `''` for not known.
pub type Condition = (Dimension, String);

/// The bin of an attempt that a histogram does not have.
const NO_BIN: u16 = u16::MAX;

/// One attempt; its attributes, sums and bins stand apart.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    window: u16,
    bucket: u32,
    viewer_bucket: u8,
    is_bot: bool,
    is_identified: bool,
    received: u64,
    expected: u64,
}

/// What is asked of attempts in memory.
#[derive(Debug, Default)]
pub(crate) struct Asked<'a> {
    /// What groups are told apart by; some of the attributes that were read.
    pub(crate) dimensions: &'a [Dimension],
    /// Only these combinations of their values; all without.
    pub(crate) only: Option<&'a [Vec<String>]>,
    /// Sums; some of those that were read.
    pub(crate) parts: &'a [Part],
    /// Histograms; as those.
    pub(crate) hists: &'a [Hist],
    /// Whether sums are told apart by viewer bucket; without, everything stands in bucket 0.
    pub(crate) by_viewer: bool,
    /// Whether only the first window is asked about.
    pub(crate) first_window: bool,
    /// Whether bots count.
    pub(crate) include_bots: bool,
}

/// Attempts in the windows of a grid.
#[derive(Debug)]
pub(crate) struct Loaded {
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
    bins: Vec<u16>,
}

impl Loaded {
    /// Reads the attempts of `scope`, told apart by the dimensions of `wanted`, with its sums and histograms; none where there are more than its limit.
    ///
    /// # Errors
    /// When the tables do not answer within the limits.
    pub(crate) async fn load(tables: &Tables, scope: &Scope, wanted: &Wanted) -> Result<Option<Self>, StoreError> {
        let facts = Facts::new(&wanted.parts, &wanted.hists, scope.now_ms).map_err(|error| StoreError::Shape {
            reason: format!("what is asked of attempts: {error}"),
        })?;
        let mut loaded = Self {
            dimensions: wanted.dimensions.clone(),
            values: vec![Vec::new(); wanted.dimensions.len()],
            attempts: Vec::new(),
            codes: Vec::new(),
            parts: wanted.parts.clone(),
            sums: Vec::new(),
            hists: wanted.hists.clone(),
            bins: Vec::new(),
        };
        // One more tells that there are more.
        let asked = Wanted {
            limit: wanted.limit.map(|limit| limit + 1),
            ..wanted.clone()
        };
        let statement = statement::each(scope, &asked, &facts.columns);
        let mut known: Vec<HashMap<String, u32>> = vec![HashMap::new(); wanted.dimensions.len()];
        let mut told = 0;
        let mut attempts = Attempts::default();
        let mut pieces = tables.stream(&statement, each::FORMAT)?;
        while let Some(piece) = pieces.next().await? {
            attempts.read(&piece, |row| {
                told += 1;
                loaded.take(row, &scope.grid, &facts, &mut known)
            })?;
        }
        attempts.end()?;
        Ok(wanted.limit.is_none_or(|limit| told <= limit).then_some(loaded))
    }

    /// Takes an attempt. `known`: by attribute, the numbers of values.
    fn take(
        &mut self,
        mut row: Row<'_>,
        grid: &Grid,
        facts: &Facts,
        known: &mut [HashMap<String, u32>],
    ) -> Result<(), StoreError> {
        let Some((window, bucket)) = grid.place(row.ms) else {
            return Ok(());
        };
        if row.values.len() != known.len() + facts.columns.len() {
            return Err(unreadable(format_args!("{} values", row.values.len())));
        }
        self.attempts.push(Attempt {
            window: window as u16,
            bucket: bucket as u32,
            viewer_bucket: row.viewer_bucket,
            is_bot: row.is_bot,
            is_identified: row.is_identified,
            received: row.received,
            expected: row.expected,
        });
        let columns = row.values.split_off(known.len());
        for ((told, known), values) in row.values.iter().zip(known).zip(&mut self.values) {
            let Value::Text(value) = told else {
                return Err(unreadable("an attribute is no text"));
            };
            let code = match known.get(*value) {
                Some(code) => *code,
                None => {
                    let code = values.len() as u32;
                    known.insert((*value).to_owned(), code);
                    values.push((*value).to_owned());
                    code
                }
            };
            self.codes.push(code);
        }
        let told = facts.told(columns);
        self.sums.extend(told.sums.into_iter().map(|sum| sum as f64));
        self.bins.extend(told.bins.into_iter().map(|bin| bin.unwrap_or(NO_BIN)));
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
            Some((place, self.code(place, value)))
        });
        coded.collect()
    }

    fn place(&self, dimension: &Dimension) -> Option<usize> {
        self.dimensions.iter().position(|known| known == dimension)
    }

    /// The number of a value; none where no attempt has it.
    fn code(&self, place: usize, value: &str) -> Option<u32> {
        let code = self.values[place].iter().position(|known| known == value);
        code.map(|code| code as u32)
    }

    /// How many attempts of bots the first window has.
    pub(crate) fn bots(&self) -> u64 {
        let bots = self
            .attempts
            .iter()
            .filter(|attempt| attempt.is_bot && attempt.window == 0);
        bots.count() as u64
    }

    /// Sums over the attempts by window, time bucket and values: what [`statement::attempts`] answers.
    pub(crate) fn cells(&self, asked: &Asked) -> Cells {
        let places: Vec<usize> = asked
            .dimensions
            .iter()
            .filter_map(|dimension| self.place(dimension))
            .collect();
        let only: Option<Vec<Vec<u32>>> = asked.only.map(|only| {
            let coded = only.iter().filter_map(|values| {
                let codes = places.iter().zip(values).map(|(place, value)| self.code(*place, value));
                codes.collect::<Option<Vec<u32>>>()
            });
            coded.collect()
        });
        let adding = Adding::of(self, asked.parts, asked.hists, asked.by_viewer);
        let mut cells: HashMap<(u16, u32, Vec<u32>), Cell> = HashMap::new();
        for (number, attempt) in self.attempts.iter().enumerate() {
            if attempt.is_bot && !asked.include_bots || asked.first_window && attempt.window > 0 {
                continue;
            }
            let codes = self.codes_of(number);
            let codes: Vec<u32> = places.iter().map(|place| codes[*place]).collect();
            if only.as_ref().is_none_or(|only| only.contains(&codes)) {
                let cell = cells.entry((attempt.window, attempt.bucket, codes)).or_default();
                adding.add(cell, number);
            }
        }
        let placed = cells.into_iter().map(|((window, bucket, codes), cell)| {
            let values = places
                .iter()
                .zip(codes)
                .map(|(place, code)| self.values[*place][code as usize].clone());
            (key(window, bucket, values.collect()), cell)
        });
        placed.collect()
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
        let adding = self.everything();
        let mut cells: HashMap<u16, Cell> = HashMap::new();
        for attempt in attempts {
            adding.add(cells.entry(self.attempts[*attempt].window).or_default(), *attempt);
        }
        let placed = cells
            .into_iter()
            .map(|(window, cell)| (key(window, 0, Vec::new()), cell));
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
                let code = self.code(place, value)?;
                (*which == index.to_string()).then_some((code, number))
            });
            wanted.push((place, of_this.collect()));
        }
        let adding = self.everything();
        let mut cells: HashMap<(u16, usize), Cell> = HashMap::new();
        for attempt in attempts {
            let (codes, window) = (self.codes_of(*attempt), self.attempts[*attempt].window);
            for (place, of_this) in &wanted {
                if let Some(group) = of_this.get(&codes[*place]) {
                    adding.add(cells.entry((window, *group)).or_default(), *attempt);
                }
            }
        }
        let placed = cells.into_iter();
        placed
            .map(|((window, group), cell)| (key(window, 0, groups[group].clone()), cell))
            .collect()
    }

    /// Adds everything that was read, by viewer bucket.
    fn everything(&self) -> Adding<'_> {
        Adding::of(self, &self.parts, &self.hists, true)
    }
}

/// How attempts are added to cells.
struct Adding<'a> {
    loaded: &'a Loaded,
    /// The sums, and where each stands among those that were read.
    parts: Vec<(Part, usize)>,
    /// The histograms, as those.
    hists: Vec<(Hist, usize)>,
    by_viewer: bool,
}

impl<'a> Adding<'a> {
    fn of(loaded: &'a Loaded, parts: &[Part], hists: &[Hist], by_viewer: bool) -> Self {
        let parts = parts.iter().filter_map(|part| {
            let place = loaded.parts.iter().position(|known| known == part)?;
            Some((*part, place))
        });
        let hists = hists.iter().filter_map(|hist| {
            let place = loaded.hists.iter().position(|known| known == hist)?;
            Some((*hist, place))
        });
        Self {
            loaded,
            parts: parts.collect(),
            hists: hists.collect(),
            by_viewer,
        }
    }

    /// Adds an attempt to a cell.
    fn add(&self, cell: &mut Cell, number: usize) {
        let loaded = self.loaded;
        let attempt = &loaded.attempts[number];
        let (bucket, buckets) = match self.by_viewer {
            true => (usize::from(attempt.viewer_bucket), BUCKETS),
            false => (0, 1),
        };
        cell.attempts += 1;
        cell.identified += u64::from(attempt.is_identified);
        cell.received += attempt.received;
        cell.expected += attempt.expected;
        let sums = &loaded.sums[number * loaded.parts.len()..];
        for (part, place) in &self.parts {
            cell.sums.entry(*part).or_insert_with(|| vec![0.0; buckets])[bucket] += sums[*place];
        }
        let bins = &loaded.bins[number * loaded.hists.len()..];
        for (hist, place) in &self.hists {
            let counted = cell.histograms.entry(*hist).or_default();
            if bins[*place] != NO_BIN {
                counted.push(((bucket * BIN_ROOM) as u32 + u32::from(bins[*place]), 1));
            }
        }
    }
}

fn key(window: u16, bucket: u32, dimensions: Vec<String>) -> Key {
    Key {
        window: usize::from(window),
        bucket: bucket as usize,
        dimensions,
    }
}

/// What a search reads of a plan's attempts.
pub(crate) fn everything_of(plan: &Plan, dimensions: &[Dimension]) -> Wanted {
    let parts: BTreeSet<Part> = plan.recipes.iter().flat_map(|recipe| recipe.parts()).collect();
    let hists: BTreeSet<Hist> = plan.recipes.iter().filter_map(|recipe| recipe.hist()).collect();
    Wanted {
        dimensions: dimensions.to_vec(),
        parts: parts.into_iter().collect(),
        hists: hists.into_iter().collect(),
        by_viewer: true,
        few: plan.known.are_few(plan.joined.windows()),
        ..Wanted::default()
    }
}
