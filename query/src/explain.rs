//! Where a change comes from: the cells (combinations of up to three attributes) that carry the difference between a range and its baseline.
//!
//! A search in levels. First every value of every attribute by itself, in one statement; then, inside each of the few cells that stand out
//! most, every value of every other attribute; then once more. All of it through the same plan, the same tables and the same
//! statistics as any question; where the attempts are few each is read once, and added up in memory (`loaded.rs`).
//!
//! # What stands out most
//! Of all cells that hold a fault, the one that is exactly the fault has the largest statistic `z = difference ÷ standard error`: a wider one
//! dilutes the difference in proportion to its part of it and gains only the root of that in precision, a narrower one has the same
//! difference and less data. It is the argument of the spatial scan statistic (Kulldorff, *Communications in Statistics*, 1997). A narrower cell
//! was picked out of more, so each condition costs what picking it is worth: cells are ranked by `z²/2 − conditions · ln(cells of a level)`, a
//! likelihood with the price of a description, so that the shorter of two names for the same thing wins.
//!
//! A cell whose own rate moved, in the direction of the whole, is a *cause* when it carries at least a twentieth of the change and its
//! p-value, adjusted for all the cells that were looked at (Benjamini–Hochberg), excludes chance. Its attempts are then left out of both
//! sides and the search begins again, until nothing stands out: so each cause stands for itself and does not shine through others. Cells that the
//! data cannot tell from a cause (a score within [`ALIKE`]) are listed beside it.
//!
//! A cell that the baseline does not have, a new release for example, is compared with what it is part of: the same cell without its last condition.
//!
//! # What a cell carries
//! The whole's difference is the sum over the values of one attribute of a rate effect (same part of the audience, other quality) and a mix effect
//! (other part of the audience), each averaged over both orders (Kitagawa, JASA 1955). `carries` is the rate effect as a part of the whole's
//! difference against the baseline's pooled days. For a quantile both are told of the share of attempts beyond the baseline's quantile; a
//! total has no rate: its cell carries its own difference.
//!
//! Pure but for [`explain`], which reads.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use envelope::{ApiError, Message};
use futures_util::{StreamExt, TryStreamExt, stream};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use schemas::{attribute::ATTRIBUTES, metric::Kind};
use serde_json::{Map, Value, json};
use statistics::{Weights, histogram::lower_edge, multiplicity::benjamini_hochberg};

use crate::{
    compare::{Cell, Cells, Judge, Key, ReferenceSide, RowSide},
    loaded::{Loaded, everything_of},
    plan::{Plan, Step},
    request::{self, Ask, AskedMetric, Dimension, Faults, Filter, Operator, Question, Special},
    response::{Cause, ComparedWith, Comparison, Condition, ExplainResult, ExplainedTotal, Source},
    run::{Observe, REPLICATES, Reader, RunError, Sides, known},
    sql::metric::Recipe,
    tables::Tables,
};

/// Attributes that are looked at when none are named: what a fault may sit in. Ids of viewers and titles are left out: the one has nearly as
/// many values as attempts, the other says again what `video_id` says.
const USUAL: &[&str] = &[
    "device_class",
    "browser",
    "os",
    "country",
    "region",
    "isp",
    "cdn",
    "connection_type",
    "player_name",
    "player_version",
    "player_software",
    "stream_type",
    "video_id",
    "page_host",
    "experiment_variant",
];
/// Most attributes looked at.
pub const DIMENSIONS_MAX: usize = 24;
/// Most attributes of one cell.
pub const DEPTH_MAX: usize = 3;
/// Most causes listed; each is a search of its own.
pub const LIMIT_MAX: usize = 10;
const LIMIT_DEFAULT: usize = 3;
/// Most shifts listed.
const SHIFTS_MAX: usize = 10;
/// Cells that are looked into at the same time: much of a statement is planned by one core.
const PARALLEL: usize = 2;
/// Cells that are looked into on the way to the next level.
const BEAM: [usize; DEPTH_MAX - 1] = [4, 2];
/// Most cells of one statement, those with the most attempts: each costs 128 buckets in every window.
const CELLS_MAX: usize = 300;
/// Fewest attempts of a cell in the range: with fewer no verdict is possible.
const ATTEMPTS_MIN: u64 = 30;
/// Most attempts that are held in memory, of the range and its baseline, about 130 bytes each. Of more every look is a statement.
const LOADED_MAX: u64 = 500_000;
/// Smallest part of the change that is worth naming.
const CARRIES_MIN: f64 = 0.05;
/// Cells whose score is within this of a cause's are alike: a ratio of likelihoods of about 20.
const ALIKE: f64 = 3.0;
/// Most cells listed as alike.
const ALIKE_MAX: usize = 5;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Explain {
    /// The metric, the range and the one baseline.
    pub question: Question,
    /// The attributes to look at.
    pub dimensions: Vec<Dimension>,
    /// Most attributes of one cell, 1..=3.
    pub depth: usize,
    /// Most causes.
    pub limit: usize,
    /// Most attempts that are held in memory.
    pub loaded_max: u64,
}

/// Every key a request may have.
pub const KEYS: [&str; 11] = [
    "metric",
    "filters",
    "start",
    "end",
    "timezone",
    "compare",
    "dimensions",
    "depth",
    "limit",
    "confidence",
    "includeBots",
];

/// Reads a request.
///
/// # Errors
/// Every fault there is.
pub fn parse(body: &Map<String, Value>) -> Result<Explain, Faults> {
    let mut faults = Faults::default();
    request::unknown_keys(body, &KEYS, "", &mut faults);
    let mut asked: Map<String, Value> = ["filters", "start", "end", "timezone", "confidence", "includeBots"]
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), body.get(key)?.clone())))
        .collect();
    match body.get("metric") {
        None | Some(Value::Null) => faults.add("metric", "missing"),
        Some(metric) => {
            asked.insert("metrics".to_owned(), json!([metric]));
        }
    }
    let baseline = body.get("compare").filter(|baseline| !baseline.is_null());
    asked.insert("compare".to_owned(), json!([baseline.unwrap_or(&json!("auto"))]));
    let question = match request::parse(&Value::Object(asked)) {
        Ok(question) => Some(question),
        Err(found) => {
            for mut fault in found.0 {
                // A question has several of what is one here.
                for (theirs, ours) in [("metrics[0]", "metric"), ("compare[0]", "compare")] {
                    if let Some(rest) = fault.field.strip_prefix(theirs) {
                        fault.field = format!("{ours}{rest}");
                    }
                }
                // Told above in this request's own words.
                if fault.field != "metrics" {
                    faults.0.push(fault);
                }
            }
            None
        }
    };
    if let Some(question) = &question {
        let metric = &question.metrics[0];
        if matches!(metric.metric.kind, Kind::Concurrency | Kind::Distinct) || metric.ask == Ask::Histogram {
            faults.add(
                "metric",
                format!("'{}' does not add up over cells and cannot be explained", metric.name),
            );
        }
        if metric.metric.is_for_reading() {
            faults.add(
                "metric",
                format!(
                    "'{}' is a score to be read; explain good_share, or one of its components",
                    metric.name
                ),
            );
        }
        if !question.having.is_empty() {
            faults.add(
                "filters",
                "attempts are explained by their attributes: filter by attributes only",
            );
        }
    }
    let mut dimensions = request::parse_dimensions(body, DIMENSIONS_MAX, &mut faults);
    if let Some(index) = dimensions
        .iter()
        .position(|dimension| *dimension == Dimension::Rendition)
    {
        faults.add(
            format!("dimensions[{index}]"),
            "'rendition' tells playing time apart, not attempts: a change is explained by attributes",
        );
    }
    if dimensions.is_empty() {
        let usual = ATTRIBUTES.iter().filter(|attribute| USUAL.contains(&attribute.name));
        dimensions.extend(usual.map(|attribute| Dimension::Attribute(attribute.name)));
    }
    let depth = match request::number(body, "depth", &mut faults) {
        None => DEPTH_MAX,
        Some(depth) if depth.fract() == 0.0 && (1.0..=DEPTH_MAX as f64).contains(&depth) => depth as usize,
        Some(depth) => {
            faults.add("depth", format!("{depth} is not a whole number from 1 to {DEPTH_MAX}"));
            1
        }
    };
    let limit = match request::number(body, "limit", &mut faults) {
        None => LIMIT_DEFAULT,
        Some(limit) if limit.fract() == 0.0 && (1.0..=LIMIT_MAX as f64).contains(&limit) => limit as usize,
        Some(limit) => {
            faults.add("limit", format!("{limit} is not a whole number from 1 to {LIMIT_MAX}"));
            1
        }
    };
    match question {
        Some(question) if faults.0.is_empty() => Ok(Explain {
            question,
            dimensions,
            depth,
            limit,
            loaded_max: LOADED_MAX,
        }),
        _ => Err(faults),
    }
}

impl Explain {
    /// The question about one cell.
    fn about(&self, conditions: &[(Dimension, String)]) -> Question {
        let mut question = self.question.clone();
        question
            .filters
            .extend(conditions.iter().map(|(dimension, value)| Filter {
                dimension: dimension.clone(),
                operator: Operator::Eq,
                values: vec![(!value.is_empty()).then(|| value.clone())],
            }));
        question
    }

    /// The question about all values of all other attributes inside one cell, each by itself.
    fn inside(&self, conditions: &[(Dimension, String)]) -> Question {
        let fixed = |dimension: &Dimension| conditions.iter().any(|(fixed, _)| fixed == dimension);
        let free = self.dimensions.iter().filter(|dimension| !fixed(dimension));
        Question {
            dimensions: free.cloned().collect(),
            special: Special {
                apart: true,
                ..self.question.special.clone()
            },
            ..self.about(conditions)
        }
    }
}

/// The attempts of a cell.
fn filters(conditions: &[(Dimension, String)]) -> Vec<Filter> {
    let filter = |(dimension, value): &(Dimension, String)| Filter {
        dimension: dimension.clone(),
        operator: Operator::Eq,
        values: vec![(!value.is_empty()).then(|| value.clone())],
    };
    conditions.iter().map(filter).collect()
}

/// What picking one condition among the cells of a level is worth.
fn price(first_level: &[Found]) -> f64 {
    (first_level.len().max(2) as f64).ln()
}

/// A cell that was looked at.
#[derive(Debug, Clone)]
struct Found {
    conditions: Vec<(Dimension, String)>,
    /// `difference ÷ standard error`.
    z: f64,
    p_value: Option<f64>,
    /// Rate effect ÷ the whole's difference.
    carries: Option<f64>,
    /// Mix effect ÷ the whole's difference.
    shifts: Option<f64>,
    cause: Cause,
}

/// What a side adds up to, for effects: above and below the line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Tally {
    above: f64,
    below: f64,
}

impl Tally {
    /// `beyond` is the whole's quantile in the baseline.
    fn of(cell: &Cell, recipe: Recipe, beyond: f64) -> Self {
        match recipe {
            Recipe::Ratio {
                numerator,
                denominator,
                scale,
                ..
            } => Self {
                above: cell.whole(numerator) * scale,
                below: cell.whole(denominator),
            },
            Recipe::Quantile { hist, .. } => {
                let histogram = cell.histogram(hist);
                let above = histogram.occupied().filter(|(bin, _)| lower_edge(*bin) >= beyond);
                Self {
                    above: above.map(|(_, count)| count as f64).sum(),
                    below: histogram.count() as f64,
                }
            }
            Recipe::Total { sum, .. } => Self {
                above: cell.whole(sum),
                below: 0.0,
            },
            Recipe::Histogram { .. } | Recipe::Distinct | Recipe::Concurrency { .. } => Self::default(),
        }
    }

    fn rate(self) -> Option<f64> {
        (self.below > 0.0).then(|| self.above / self.below)
    }
}

/// The whole's two sides.
#[derive(Debug, Clone, Copy)]
struct Whole {
    recipe: Recipe,
    current: Tally,
    reference: Tally,
    /// Windows of the baseline with data.
    windows: f64,
    beyond: f64,
    attempts: u64,
    reference_attempts: u64,
}

impl Whole {
    fn new(recipe: Recipe, current: &Cell, reference: &Cell, windows: usize) -> Self {
        let beyond = match recipe {
            Recipe::Quantile { hist, probability } => reference.histogram(hist).quantile(probability).unwrap_or(0.0),
            _ => 0.0,
        };
        Self {
            recipe,
            current: Tally::of(current, recipe, beyond),
            reference: Tally::of(reference, recipe, beyond),
            windows: windows.max(1) as f64,
            beyond,
            attempts: current.attempts,
            reference_attempts: reference.attempts,
        }
    }

    fn difference(&self) -> Option<f64> {
        if let Recipe::Total { .. } = self.recipe {
            return Some(self.current.above - self.reference.above / self.windows);
        }
        Some(self.current.rate()? - self.reference.rate()?)
    }

    /// The same of a cell that the baseline does not have, against what it was part of: it took nobody's place but that of attempts like these.
    fn effects_of_new(&self, current: Tally, wider: Tally) -> Option<(f64, f64)> {
        if let Recipe::Total { .. } = self.recipe {
            return Some((current.above, 0.0));
        }
        let share = current.below / self.current.below;
        Some((share * (current.rate()? - wider.rate()?), 0.0))
    }

    /// A cell's rate effect and mix effect, in the unit of [`Self::difference`].
    fn effects(&self, current: Tally, reference: Tally) -> Option<(f64, f64)> {
        if let Recipe::Total { .. } = self.recipe {
            return Some((current.above - reference.above / self.windows, 0.0));
        }
        let (whole_a, whole_b) = (self.current.rate()?, self.reference.rate()?);
        let (share_a, share_b) = (
            current.below / self.current.below,
            reference.below / self.reference.below,
        );
        // On one side only there is no rate to compare.
        let (rate_a, rate_b) = match (current.rate(), reference.rate()) {
            (Some(a), Some(b)) => (a, b),
            (Some(only), None) | (None, Some(only)) => (only, only),
            (None, None) => return None,
        };
        let rate = f64::midpoint(share_a, share_b) * (rate_a - rate_b);
        // Against the whole's own rate, so that more of a cell that is like all others moves nothing.
        let mix = (f64::midpoint(rate_a, rate_b) - f64::midpoint(whole_a, whole_b)) * (share_a - share_b);
        Some((rate, mix))
    }
}

/// Every window of a baseline together.
fn pooled(cells: &[(usize, Cell, (i64, i64))]) -> Cell {
    let mut pooled = Cell::default();
    cells.iter().for_each(|(_, cell, _)| pooled.merge(cell));
    pooled
}

/// The groups worth reading: those with enough attempts, the largest.
fn chosen(ranked: &Cells, whole_attempts: u64) -> Vec<Vec<String>> {
    let least = ATTEMPTS_MIN.max(whole_attempts / 2_000);
    let mut groups: Vec<(&Vec<String>, u64)> = ranked
        .iter()
        .map(|(key, cell)| (&key.dimensions, cell.attempts))
        .filter(|(_, attempts)| *attempts >= least)
        .collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    groups.truncate(CELLS_MAX);
    groups.into_iter().map(|(group, _)| group.clone()).collect()
}

/// What was read of one cell, and of every value inside it.
struct Level {
    conditions: Vec<(Dimension, String)>,
    /// The cell itself.
    parent: (Plan, Sides),
    /// Every value of every other attribute.
    inside: (Plan, Sides),
    /// Which of them were chosen: index of the attribute, and value.
    groups: Vec<Vec<String>>,
}

impl Level {
    /// Of attempts in memory; none where nothing is inside. `base` is the plan they were read by, `questions` are those about the cell and what is inside it.
    fn of_loaded(
        loaded: &Loaded,
        base: &Plan,
        [about, inside]: [Question; 2],
        conditions: Vec<(Dimension, String)>,
        except: &[Vec<(Dimension, String)>],
        whole: &Whole,
    ) -> Option<Self> {
        let attempts = loaded.kept(&conditions, except);
        let groups = chosen(&loaded.ranked(&attempts, &inside.dimensions), whole.attempts);
        if groups.is_empty() {
            return None;
        }
        let with = |question: Question| Plan {
            question,
            ..base.clone()
        };
        let (about, inside) = (with(about), with(inside));
        let own = Sides::of_joined(&about, loaded.whole(&attempts));
        let sides = loaded.groups(&attempts, &inside.question.dimensions, &groups);
        let sides = Sides::of_joined(&inside, sides);
        Some(Self {
            conditions,
            parent: (about, own),
            inside: (inside, sides),
            groups,
        })
    }

    /// The cells of the level, each compared with itself in the baseline; one that is new with what it is part of.
    fn found(&self, whole: &Whole) -> Vec<Found> {
        let (plan, sides) = &self.inside;
        let question = &plan.question;
        let weights = weights(question);
        let judge = Judge {
            plan,
            weights: &weights,
        };
        let (asked, recipe) = (&question.metrics[0], whole.recipe);
        let stretch = plan.window().bucket(0);
        let tally = |cell: &Cell| Tally::of(cell, recipe, whole.beyond);
        let wider = self.parent.1.counterpart(&self.parent.0, 0, 0, &[]);
        let wider_cell = pooled(&wider.cells);
        let share = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64);
        let part = |effect: f64| {
            whole
                .difference()
                .filter(|whole| *whole != 0.0)
                .map(|whole| effect / whole)
        };
        let in_unit = matches!(recipe, Recipe::Ratio { .. } | Recipe::Total { .. });
        let mut all = Vec::new();
        for group in &self.groups {
            let [which, value] = group.as_slice() else { continue };
            let index = which.parse::<usize>().ok();
            let Some(dimension) = index.and_then(|index| question.dimensions.get(index)) else {
                continue;
            };
            let Some(cell) = sides.values.get(&Key::single(group.clone())) else {
                continue;
            };
            let row = RowSide { cell, stretch };
            let own = sides.counterpart(plan, 0, 0, group);
            let own_cell = pooled(&own.cells);
            let compare = |reference: &ReferenceSide| {
                let compared = judge.compare(&row, reference, asked, recipe);
                compared.and_then(|compared| Some((*compared.difference()?, compared)))
            };
            let itself = compare(&own).filter(|_| own_cell.attempts >= ATTEMPTS_MIN);
            let is_new = itself.is_none();
            let Some((difference, compared)) = itself.or_else(|| compare(&wider)) else {
                continue;
            };
            let Some(comparison) = judge.concluded(vec![compared], 1).pop() else {
                continue;
            };
            let effects = match is_new {
                true => whole.effects_of_new(tally(cell), tally(&wider_cell)),
                false => whole.effects(tally(cell), tally(&own_cell)),
            };
            let mut conditions = self.conditions.clone();
            conditions.push((dimension.clone(), value.clone()));
            let (carries, shifts) = (
                effects.and_then(|(rate, _)| part(rate)),
                effects.and_then(|(_, mix)| part(mix)),
            );
            let written = conditions.iter().map(|(dimension, value)| Condition {
                attribute: dimension.name(),
                value: (!value.is_empty()).then(|| value.clone()),
            });
            all.push(Found {
                z: match difference.standard_error > 0.0 {
                    true => difference.difference / difference.standard_error,
                    false => 0.0,
                },
                p_value: difference.p_value,
                carries,
                shifts,
                cause: Cause {
                    conditions: written.collect(),
                    value: judge.value(cell, recipe, stretch),
                    compared_with: match is_new {
                        true => ComparedWith::Wider,
                        false => ComparedWith::Itself,
                    },
                    comparison,
                    adjusted_p_value: None,
                    alike: Vec::new(),
                    carries,
                    rate_effect: effects.filter(|_| in_unit).map(|(rate, _)| rate),
                    mix_effect: effects.filter(|_| in_unit).map(|(_, mix)| mix),
                    attempt_share: share(cell.attempts, whole.attempts),
                    reference_attempt_share: share(own_cell.attempts, whole.reference_attempts),
                },
                conditions,
            });
        }
        all
    }
}

/// A comparison by itself; for the cells together see [`cause`].
fn alone(
    judge: &Judge,
    row: &RowSide,
    reference: &ReferenceSide,
    asked: &AskedMetric,
    recipe: Recipe,
) -> Option<Comparison> {
    let compared = judge.compare(row, reference, asked, recipe)?;
    judge.concluded(vec![compared], 1).pop()
}

fn weights(question: &Question) -> Weights {
    Weights::draw(REPLICATES, &mut ChaCha8Rng::seed_from_u64(question.fingerprint))
}

/// `z²/2 − conditions · price`: how much better a cell tells of the change than "none", less what its description costs.
fn score(found: &Found, price: f64) -> f64 {
    found.z * found.z / 2.0 - found.conditions.len() as f64 * price
}

/// The cells whose own rate moved as the whole did, those that stand out most first.
fn candidates(all: &[Found], rises: Option<bool>, price: f64) -> Vec<&Found> {
    let mut candidates: Vec<&Found> = all
        .iter()
        .filter(|found| rises.is_none_or(|rises| (found.z > 0.0) == rises))
        .filter(|found| found.carries.is_some_and(|carries| carries >= CARRIES_MIN))
        .collect();
    candidates.sort_by(|a, b| {
        let order = score(b, price).total_cmp(&score(a, price));
        order.then_with(|| name(a).cmp(&name(b)))
    });
    candidates
}

/// The cell that stands out most, with those that the data cannot tell from it; none when chance makes such a cell among so many.
fn cause(all: &[Found], rises: Option<bool>, price: f64, alpha: f64) -> Option<(Vec<(Dimension, String)>, Cause)> {
    let candidates = candidates(all, rises, price);
    let (best, others) = candidates.split_first()?;
    let p_values: Vec<Option<f64>> = all.iter().map(|found| found.p_value).collect();
    let place = all.iter().position(|found| std::ptr::eq(found, *best))?;
    let adjusted = benjamini_hochberg(&p_values)[place].filter(|p| *p <= alpha)?;
    let alike = others
        .iter()
        .take_while(|other| score(other, price) >= score(best, price) - ALIKE)
        .take(ALIKE_MAX);
    let cause = Cause {
        adjusted_p_value: Some(adjusted),
        alike: alike.map(|other| other.cause.conditions.clone()).collect(),
        ..best.cause.clone()
    };
    Some((best.conditions.clone(), cause))
}

fn name(found: &Found) -> BTreeSet<(String, &str)> {
    let conditions = found.conditions.iter();
    conditions
        .map(|(dimension, value)| (dimension.name(), value.as_str()))
        .collect()
}

/// The values whose part of the audience moved the whole most, in its direction.
fn shifts(first_level: &[Found]) -> Vec<Cause> {
    let mut shifts: Vec<&Found> = first_level
        .iter()
        .filter(|found| found.shifts.is_some_and(|shifts| shifts >= CARRIES_MIN))
        .collect();
    shifts.sort_by(|a, b| {
        b.shifts
            .unwrap_or_default()
            .total_cmp(&a.shifts.unwrap_or_default())
            .then_with(|| name(a).cmp(&name(b)))
    });
    shifts
        .into_iter()
        .take(SHIFTS_MAX)
        .map(|found| found.cause.clone())
        .collect()
}

/// Answers. `planned` makes a plan of a question.
///
/// # Errors
/// When the tables do not answer within the limits.
pub async fn explain(
    tables: &Tables,
    explain: Explain,
    planned: impl AsyncFn(Question) -> Result<Plan, ApiError>,
    observe: Observe<'_>,
) -> Result<(ExplainResult, Vec<Message>), ApiError> {
    let begun = Instant::now();
    let mut plan = planned(explain.question.clone()).await?;
    plan.known = known(tables, &plan, observe).await.map_err(RunError::into_api)?;
    let warnings = plan.references.iter().flat_map(|reference| &reference.warnings);
    let notes = plan.references.iter().flat_map(|reference| &reference.notes);
    let mut messages: Vec<Message> = warnings.map(Message::warning).chain(notes.map(Message::info)).collect();
    let sides = Sides::read(&Reader::new(tables, &plan, observe), &[])
        .await
        .map_err(RunError::into_api)?;
    let (asked, recipe) = (plan.question.metrics[0].clone(), plan.recipes[0]);
    let base = plan.clone();
    let computed = tokio::task::spawn_blocking(move || {
        let weights = weights(&plan.question);
        let judge = Judge {
            plan: &plan,
            weights: &weights,
        };
        let empty = Cell::default();
        let cell = sides.values.values().next().unwrap_or(&empty);
        let row = RowSide {
            cell,
            stretch: plan.window().bucket(0),
        };
        let counterpart = sides.counterpart(&plan, 0, 0, &[]);
        let total = ExplainedTotal {
            value: judge.value(cell, recipe, row.stretch),
            comparison: alone(&judge, &row, &counterpart, &plan.question.metrics[0], recipe).unwrap_or_default(),
        };
        (
            total,
            Whole::new(recipe, cell, &pooled(&counterpart.cells), counterpart.cells.len()),
        )
    });
    let (total, whole) = computed
        .await
        .map_err(RunError::Computing)
        .map_err(RunError::into_api)?;
    let rises = total
        .comparison
        .difference
        .filter(|difference| *difference != 0.0)
        .map(|difference| difference > 0.0);

    let alpha = 1.0 - explain.question.confidence;
    let (mut causes, mut first_shifts, mut tested) = (Vec::new(), None, 0);
    let loaded = match whole.attempts + whole.reference_attempts <= explain.loaded_max && base.is_joined() {
        true => load(tables, base, &explain.dimensions, observe).await?,
        false => None,
    };
    let mut search = Search {
        tables,
        explain,
        loaded,
        except: Vec::new(),
        whole,
        planned,
        observe,
    };
    while causes.len() < search.explain.limit {
        let (first_level, all) = search.levels(rises).await?;
        tested += all.len();
        first_shifts.get_or_insert_with(|| shifts(&first_level));
        let Some((conditions, cause)) = cause(&all, rises, price(&first_level), alpha) else {
            break;
        };
        search.explain.question.special.except.push(filters(&conditions));
        search.except.push(conditions);
        causes.push(cause);
    }
    let explain = search.explain;
    if causes.is_empty() {
        messages.push(Message::info(
            "no cell moved by more than chance moves one of so many; the change, if there is one, is everywhere alike",
        ));
    }
    let result = ExplainResult {
        metric: asked.name.clone(),
        unit: asked.unit(),
        better: asked.better(),
        baseline: explain.question.compare[0].label.clone(),
        total,
        causes,
        shifts: first_shifts.unwrap_or_default(),
        tested,
        source: Source::Impressions,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    Ok((result, messages))
}

/// Reads the attempts of a range and its baseline.
async fn load(
    tables: &Tables,
    plan: Plan,
    dimensions: &[Dimension],
    observe: Observe<'_>,
) -> Result<Option<(Arc<Plan>, Arc<Loaded>)>, ApiError> {
    let (step, begun) = ("attempts", Instant::now());
    let wanted = everything_of(&plan, dimensions);
    let loaded = Loaded::load(tables, &plan.joined_scope(), &wanted).await;
    let loaded = loaded
        .map_err(|source| RunError::Reading { step, source })
        .map_err(RunError::into_api)?;
    observe(step, begun.elapsed().as_secs_f64());
    Ok(loaded.map(|loaded| (Arc::new(plan), Arc::new(loaded))))
}

/// What a search needs.
struct Search<'a, P> {
    tables: &'a Tables,
    explain: Explain,
    /// The attempts and what they are of, where they are few.
    loaded: Option<(Arc<Plan>, Arc<Loaded>)>,
    /// The cells that are left out.
    except: Vec<Vec<(Dimension, String)>>,
    whole: Whole,
    planned: P,
    observe: Observe<'a>,
}

impl<P: AsyncFn(Question) -> Result<Plan, ApiError>> Search<'_, P> {
    /// Searches once, level by level; gives the cells of the first level, and all.
    async fn levels(&self, rises: Option<bool>) -> Result<(Vec<Found>, Vec<Found>), ApiError> {
        let (mut first_level, mut all): (Vec<Found>, Vec<Found>) = (Vec::new(), Vec::new());
        let mut to_look_into: Vec<Vec<(Dimension, String)>> = vec![Vec::new()];
        let mut seen = BTreeSet::new();
        for depth in 0..self.explain.depth {
            // In their order, so that an answer is the same each time.
            let mut level: Vec<Found> = stream::iter(std::mem::take(&mut to_look_into))
                .map(|conditions| self.look_into(conditions))
                .buffered(PARALLEL)
                .try_collect::<Vec<_>>()
                .await?
                .into_iter()
                .flatten()
                .collect();
            // The same cell is found from each of its sides.
            level.retain(|found| {
                let name = name(found).into_iter();
                seen.insert(name.map(|(name, value)| (name, value.to_owned())).collect::<Vec<_>>())
            });
            if depth == 0 {
                first_level.clone_from(&level);
            }
            if let Some(width) = BEAM.get(depth) {
                let best = candidates(&level, rises, price(&first_level)).into_iter().take(*width);
                to_look_into = best.map(|found| found.conditions.clone()).collect();
            }
            all.append(&mut level);
        }
        Ok((first_level, all))
    }

    /// Every value of every attribute inside a cell.
    async fn look_into(&self, conditions: Vec<(Dimension, String)>) -> Result<Vec<Found>, ApiError> {
        let failed = RunError::into_api;
        let whole = self.whole;
        let found: Box<dyn FnOnce() -> Vec<Found> + Send> = match &self.loaded {
            Some((base, loaded)) => {
                let (base, loaded, except) = (Arc::clone(base), Arc::clone(loaded), self.except.clone());
                let (about, inside) = (self.explain.about(&conditions), self.explain.inside(&conditions));
                Box::new(move || {
                    let level = Level::of_loaded(&loaded, &base, [about, inside], conditions, &except, &whole);
                    level.map_or_else(Vec::new, |level| level.found(&whole))
                })
            }
            None => match self.read(conditions).await? {
                Some(level) => Box::new(move || level.found(&whole)),
                None => return Ok(Vec::new()),
            },
        };
        let computing = Instant::now();
        let found = tokio::task::spawn_blocking(found).await;
        let found = found.map_err(RunError::Computing).map_err(failed)?;
        (self.observe)("compute", computing.elapsed().as_secs_f64());
        Ok(found)
    }

    /// Reads a level from the tables; none where nothing is inside.
    async fn read(&self, conditions: Vec<(Dimension, String)>) -> Result<Option<Level>, ApiError> {
        let failed = RunError::into_api;
        let (tables, observe) = (self.tables, self.observe);
        let plan = (self.planned)(self.explain.inside(&conditions)).await?;
        if plan.question.dimensions.is_empty() {
            return Ok(None);
        }
        let reader = Reader::new(tables, &plan, observe);
        let ranked = reader.cells(Step::Rank, &[]).await.map_err(failed)?;
        let groups = chosen(&ranked, self.whole.attempts);
        if groups.is_empty() {
            return Ok(None);
        }
        let mut about = (self.planned)(self.explain.about(&conditions)).await?;
        // Only its sums are wanted, not whom they are made of.
        about
            .steps
            .retain(|step| !matches!(step, Step::Strata | Step::ReferenceStrata(_)));
        let whole = Reader::new(tables, &about, observe);
        let (sides, own) =
            tokio::try_join!(Sides::read(&reader, &groups), Sides::read(&whole, &[]),).map_err(failed)?;
        Ok(Some(Level {
            conditions,
            parent: (about, own),
            inside: (plan, sides),
            groups,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        response::{Amount, ClusteredBy, MetricValue, NumberValue},
        sql::metric::Part,
    };

    fn found(conditions: &[(&'static str, &str)], z: f64, carries: f64) -> Found {
        let conditions: Vec<(Dimension, String)> = conditions
            .iter()
            .map(|(name, value)| (Dimension::Attribute(name), (*value).to_owned()))
            .collect();
        Found {
            z,
            // Of a normal statistic, roughly: enough to order them.
            p_value: Some((-z * z / 2.0).exp()),
            carries: Some(carries),
            shifts: Some(0.0),
            cause: Cause {
                conditions: conditions
                    .iter()
                    .map(|(dimension, value)| Condition {
                        attribute: dimension.name(),
                        value: Some(value.clone()),
                    })
                    .collect(),
                value: MetricValue::Number(NumberValue {
                    value: Amount::Measured(0.0),
                    low: None,
                    high: None,
                    attempts: None,
                    clustered_by: ClusteredBy::Viewer,
                    unreliable: false,
                }),
                compared_with: ComparedWith::Itself,
                comparison: Comparison::default(),
                adjusted_p_value: None,
                alike: Vec::new(),
                carries: Some(carries),
                rate_effect: None,
                mix_effect: None,
                attempt_share: None,
                reference_attempt_share: None,
            },
            conditions,
        }
    }

    fn attributes(cause: &Cause) -> Vec<&str> {
        cause
            .conditions
            .iter()
            .map(|condition| condition.attribute.as_str())
            .collect()
    }

    #[test]
    fn of_two_names_for_the_same_thing_the_shorter_wins_and_a_sharper_one_pays_for_itself() {
        let price = 100_f64.ln();
        let alike = [
            found(&[("cdn", "b")], 8.0, 1.0),
            found(&[("cdn", "b"), ("os", "tv")], 8.3, 0.9),
        ];
        let (conditions, cause) = cause(&alike, Some(true), price, 0.05).unwrap();
        assert_eq!(attributes(&cause), ["cdn"]);
        assert_eq!(conditions.len(), 1);
        assert_eq!(cause.alike.len(), 1, "{cause:?}");
        let sharper = [
            found(&[("cdn", "b")], 8.0, 1.0),
            found(&[("cdn", "b"), ("os", "tv")], 14.0, 1.0),
        ];
        let (_, cause) = super::cause(&sharper, Some(true), price, 0.05).unwrap();
        assert_eq!(attributes(&cause), ["cdn", "os"]);
        assert_eq!(cause.alike.len(), 0);
    }

    #[test]
    fn what_moved_the_other_way_carries_little_or_is_chance_is_no_cause() {
        let price = 10_f64.ln();
        let none = |found: Found| cause(&[found], Some(true), price, 0.05).is_none();
        assert!(none(super::tests::found(&[("cdn", "b")], -9.0, 1.0)));
        assert!(none(super::tests::found(&[("cdn", "b")], 9.0, 0.01)));
        assert!(none(super::tests::found(&[("cdn", "b")], 1.0, 1.0)));
        // Significant by itself, not among a hundred.
        let mut many: Vec<Found> = (0..99).map(|_| super::tests::found(&[("os", "x")], 0.1, 0.2)).collect();
        many.push(super::tests::found(&[("cdn", "b")], 2.6, 1.0));
        assert!(cause(&many, Some(true), price, 0.05).is_none());
        assert!(cause(&many[99..], Some(true), price, 0.05).is_some());
    }

    fn cell(above: f64, below: f64) -> Cell {
        Cell {
            attempts: below as u64,
            sums: [(Part::Good, vec![above]), (Part::Judged, vec![below])].into(),
            ..Cell::default()
        }
    }

    #[test]
    fn rate_and_mix_of_the_values_of_an_attribute_sum_to_the_whole() {
        let recipe = Recipe::Ratio {
            numerator: Part::Good,
            denominator: Part::Judged,
            scope: Part::Judged,
            scale: 1.0,
            share: true,
        };
        let current = [cell(90.0, 100.0), cell(30.0, 200.0)];
        let reference = [cell(160.0, 200.0), cell(60.0, 100.0)];
        let sum = |cells: &[Cell; 2]| {
            let mut sum = cells[0].clone();
            sum.merge(&cells[1]);
            sum
        };
        let whole = Whole::new(recipe, &sum(&current), &sum(&reference), 1);
        let effects: f64 = current
            .iter()
            .zip(&reference)
            .map(|(a, b)| {
                whole
                    .effects(Tally::of(a, recipe, 0.0), Tally::of(b, recipe, 0.0))
                    .unwrap()
            })
            .map(|(rate, mix)| rate + mix)
            .sum();
        let difference = 120.0 / 300.0 - 220.0 / 300.0;
        assert!((effects - difference).abs() < 1e-12, "{effects} is not {difference}");
        assert_eq!(whole.difference(), Some(difference));
        // One that is new took its place from attempts like those it is part of.
        let new = whole
            .effects_of_new(Tally::of(&current[1], recipe, 0.0), whole.reference)
            .unwrap();
        assert!((new.0 - 200.0 / 300.0 * (0.15 - 220.0 / 300.0)).abs() < 1e-12);
    }

    #[test]
    fn faults_are_told_in_the_words_of_the_request() {
        let body = json!({"metric": "rebufer_ratio", "compare": "autoo", "start": "2026-01-01T00:00:00Z", "depth": 4, "limt": 3,
            "dimensions": ["cdn", "brwser"]});
        let faults = parse(body.as_object().unwrap()).unwrap_err();
        let mut fields: Vec<&str> = faults.0.iter().map(|fault| fault.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["compare", "depth", "dimensions[1]", "end", "limt", "metric"]);
        let body =
            json!({"metric": "concurrent_viewers", "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"});
        assert_eq!(parse(body.as_object().unwrap()).unwrap_err().0[0].field, "metric");
    }
}
