//! From a question to what must be read: a list of named pure steps.
//!
//! Invariant: a plan holds an [`accounts::Tenant`], so a plan that could see another organisation's data cannot be made.
//! Pure: `now` is an argument. Which steps run at the same time, and what is done with their rows, lives in `run.rs`.

use std::collections::BTreeSet;

use accounts::Tenant;
use chrono::NaiveDate;
use schemas::metric::Kind;
use statistics::baseline::MAX_REFERENCES;
use store::Statement;

use crate::{
    calendar::{Window, days_earlier},
    request::{Ask, AskedMetric, Baseline, Dimension, Filter, OrderKey, Question},
    sql::{
        metric::{Hist, Part, Recipe, recipe},
        statement::{self, Grid, RANKED_MAX, Scope, Wanted},
    },
};

/// Most bytes of dimension values that one statement carries; more chosen rows are asked for in several statements.
/// Values travel in the address of the request, of which ClickHouse takes 1 MiB and a common proxy 64 KiB.
const CHUNK_BYTES_MAX: usize = 16 * 1024;

/// Most bucket borders that one statement lists; they travel like dimension values.
const EDGES_MAX: usize = 4_000;

/// Most bucket borders that joined windows list. Baselines that need more are read by themselves, often by arithmetic.
const EDGES_JOINED_MAX: usize = 500;

/// What dimension values a difference's mix is made of (STATISTICS, Baselines).
pub const STRATA: [Dimension; 3] = [
    Dimension::Attribute("device_class"),
    Dimension::Attribute("country"),
    Dimension::Attribute("connection_type"),
];

/// A question with everything decided.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What was asked.
    pub question: Question,
    /// Recipes, one per metric of the question.
    pub recipes: Vec<Recipe>,
    /// The attempts asked about, in one window up to now.
    pub scope: Scope,
    /// What they are compared with, one per baseline.
    pub references: Vec<Reference>,
    /// What values and strata are read over: the question's window first, then those of the baselines that are only other
    /// times of the same attempts. One statement over all of them costs less than one each.
    pub joined: Grid,
    /// What must be read.
    pub steps: Vec<Step>,
}

/// One baseline's side.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Key in `comparisons`.
    pub label: String,
    /// How its windows become one value.
    pub kind: ReferenceKind,
    /// Its attempts; windows most recent first.
    pub scope: Scope,
    /// Which of the question's dimensions tell its rows apart. A cohort lacks those it fixes itself.
    pub kept: Vec<usize>,
    /// Local date each window begins on. Empty for a cohort.
    pub days: Vec<NaiveDate>,
    /// Where its windows stand in [`Plan::joined`]; none when it is read by itself.
    pub places: Option<Vec<usize>>,
    /// Whether its windows are as long as the question's.
    pub same_length: bool,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

/// How the windows of a baseline become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// Median of the windows.
    Median,
    /// Mean of counts, ratio of all sums.
    Pooled,
    /// The one window.
    Single,
}

/// One thing to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// When the latest beacon came.
    Freshness,
    /// Attempts of bots that are left out.
    Bots,
    /// Every group without viewer buckets, only as much as the order and the metric filters need.
    Rank,
    /// The chosen groups by viewer bucket, in all joined windows.
    Values,
    /// The chosen groups of one baseline that is read by itself, by viewer bucket.
    Reference(usize),
    /// Strata in all joined windows, for rate and mix.
    Strata,
    /// Strata of one baseline that is read by itself.
    ReferenceStrata(usize),
}

impl Step {
    /// Its name, in logs, metrics and goldens.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Freshness => "freshness",
            Self::Bots => "bots",
            Self::Rank => "rank",
            Self::Values => "values",
            Self::Reference(_) => "reference",
            Self::Strata => "strata",
            Self::ReferenceStrata(_) => "reference_strata",
        }
    }
}

/// One statement of a step and what its rows hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// Sums and histograms in this order.
    Attempts {
        /// The text.
        statement: Statement,
        /// The sums.
        parts: Vec<Part>,
        /// The histograms.
        hists: Vec<Hist>,
    },
    /// Viewers per tick.
    Ticks(Statement),
    /// One number.
    Number(Statement),
}

impl Read {
    /// The statement itself.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        match self {
            Self::Attempts { statement, .. } | Self::Ticks(statement) | Self::Number(statement) => statement,
        }
    }
}

impl Plan {
    /// Decides what to read.
    #[must_use]
    pub fn new(tenant: Tenant, question: Question, now_ms: i64) -> Self {
        let zone = question.timezone;
        // A present side is cut at now; references are that window moved, so both sides end at the same elapsed time.
        let end = question.end.min(now_ms).max(question.start);
        let mut window = Window::new(question.start, end, question.interval, zone);
        if end < question.end && question.interval.is_none() {
            window.ceiling = question.end;
        }
        let scope = Scope {
            tenant,
            grid: Grid::new(vec![window.clone()]),
            filters: question.filters.clone(),
            include_bots: question.include_bots,
            now_ms,
        };
        let recipes: Vec<Recipe> = question
            .metrics
            .iter()
            .filter_map(|asked| recipe(asked.metric, asked.ask))
            .collect();
        debug_assert_eq!(
            recipes.len(),
            question.metrics.len(),
            "the parser knows only metrics with a recipe"
        );
        let mut references: Vec<Reference> = question
            .compare
            .iter()
            .map(|asked| reference(&asked.label, &asked.baseline, &question, &scope, &window))
            .collect();

        let joined = joined(&scope, &mut references);
        let alone: Vec<usize> = (0..references.len())
            .filter(|index| references[*index].places.is_none())
            .collect();
        let mut steps = vec![Step::Freshness];
        if !question.include_bots {
            steps.push(Step::Bots);
        }
        if !question.dimensions.is_empty() {
            steps.push(Step::Rank);
        }
        steps.push(Step::Values);
        steps.extend(alone.iter().copied().map(Step::Reference));
        let decomposes = recipes
            .iter()
            .any(|recipe| matches!(recipe, Recipe::Ratio { .. } | Recipe::Quantile { .. }));
        if question.dimensions.is_empty() && question.interval.is_none() && decomposes && !references.is_empty() {
            steps.push(Step::Strata);
            steps.extend(alone.into_iter().map(Step::ReferenceStrata));
        }
        Self {
            question,
            recipes,
            scope,
            references,
            joined,
            steps,
        }
    }

    /// Why the question cannot be put to the tables at all; none when it can.
    #[must_use]
    pub fn too_large(&self) -> Option<String> {
        let scopes = self
            .references
            .iter()
            .map(|reference| &reference.scope)
            .chain([&self.scope]);
        let most = scopes.map(|scope| scope.grid.listed_edges()).max().unwrap_or_default();
        (most > EDGES_MAX).then(|| format!("{most} time buckets over clock changes are more than {EDGES_MAX}"))
    }

    /// The windows that a step reads.
    #[must_use]
    pub fn grid(&self, step: Step) -> &Grid {
        match step {
            Step::Freshness | Step::Bots | Step::Rank => &self.scope.grid,
            Step::Values | Step::Strata => &self.joined,
            Step::Reference(index) | Step::ReferenceStrata(index) => &self.references[index].scope.grid,
        }
    }

    /// Every attempt of the joined windows.
    fn joined_scope(&self) -> Scope {
        Scope {
            grid: self.joined.clone(),
            ..self.scope.clone()
        }
    }

    /// The question's window.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.scope.grid.windows()[0]
    }

    /// Whether a step of this name is part of the plan.
    #[must_use]
    pub fn has(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }

    /// Metrics that order or filter rows, by index.
    #[must_use]
    pub fn ranking(&self) -> BTreeSet<usize> {
        let ordering = self.question.order.iter().filter_map(|order| match order.key {
            OrderKey::Metric(index) => Some(index),
            OrderKey::Dimension(_) | OrderKey::Time => None,
        });
        ordering.collect()
    }

    /// The recipe of a metric filter.
    #[must_use]
    pub fn having_recipe(asked: &AskedMetric) -> Option<Recipe> {
        recipe(asked.metric, asked.ask)
    }

    /// What a step reads. `chosen` are the combinations of dimension values on this page; none without dimensions.
    #[must_use]
    pub fn reads(&self, step: Step, chosen: &[Vec<String>]) -> Vec<Read> {
        let asked = || {
            let having = self
                .question
                .having
                .iter()
                .filter_map(|having| Self::having_recipe(&having.metric));
            self.recipes.iter().copied().chain(having).collect::<Vec<_>>()
        };
        match step {
            Step::Freshness => vec![Read::Number(statement::freshness(self.scope.tenant))],
            Step::Bots => vec![Read::Number(statement::bots(&self.scope))],
            Step::Rank => {
                let mut recipes: Vec<Recipe> = self.ranking().into_iter().map(|index| self.recipes[index]).collect();
                recipes.extend(
                    self.question
                        .having
                        .iter()
                        .filter_map(|having| Self::having_recipe(&having.metric)),
                );
                if self
                    .recipes
                    .iter()
                    .all(|recipe| matches!(recipe, Recipe::Concurrency { .. }))
                {
                    recipes.push(Recipe::Concurrency { max: false });
                }
                let wanted = Wanted {
                    dimensions: self.question.dimensions.clone(),
                    // One more tells that there are more.
                    limit: Some(RANKED_MAX + 1),
                    ..Wanted::default()
                };
                reads(&self.scope, &recipes, wanted)
            }
            Step::Values => chunks(chosen)
                .into_iter()
                .flat_map(|only| {
                    let wanted = Wanted {
                        dimensions: self.question.dimensions.clone(),
                        by_viewer: true,
                        only,
                        ..Wanted::default()
                    };
                    reads(&self.joined_scope(), &asked(), wanted)
                })
                .collect(),
            Step::Reference(index) => {
                let reference = &self.references[index];
                let mut kept: Vec<Vec<String>> = Vec::new();
                if !reference.kept.is_empty() {
                    let projected: BTreeSet<Vec<String>> = chosen.iter().map(|values| reference.key(values)).collect();
                    kept.extend(projected);
                }
                chunks(&kept)
                    .into_iter()
                    .flat_map(|only| {
                        let dimensions = reference
                            .kept
                            .iter()
                            .map(|index| self.question.dimensions[*index].clone());
                        let wanted = Wanted {
                            dimensions: dimensions.collect(),
                            by_viewer: true,
                            only,
                            ..Wanted::default()
                        };
                        reads(&reference.scope, &self.recipes, wanted)
                    })
                    .collect()
            }
            Step::Strata => self.strata(&self.joined_scope()),
            Step::ReferenceStrata(index) => self.strata(&self.references[index].scope),
        }
    }

    fn strata(&self, scope: &Scope) -> Vec<Read> {
        let decomposed: Vec<Recipe> = self
            .recipes
            .iter()
            .copied()
            .filter(|recipe| matches!(recipe, Recipe::Ratio { .. } | Recipe::Quantile { .. }))
            .collect();
        let wanted = Wanted {
            dimensions: STRATA.to_vec(),
            ..Wanted::default()
        };
        reads(scope, &decomposed, wanted)
    }
}

impl Reference {
    /// The values that tell this baseline's rows apart, of a row of the question.
    #[must_use]
    pub fn key(&self, values: &[String]) -> Vec<String> {
        self.kept.iter().map(|index| values[*index].clone()).collect()
    }
}

/// Joins the windows of the baselines that read the same attempts at other times, and notes their places.
///
/// Windows of one statement must not overlap: a baseline with a window that cuts another one is read by itself.
fn joined(scope: &Scope, references: &mut [Reference]) -> Grid {
    let mut joined = scope.grid.clone();
    for reference in references {
        // A cohort has other filters.
        if reference.scope.filters != scope.filters {
            continue;
        }
        let mut windows = joined.windows().to_vec();
        let places = reference.scope.grid.windows().iter().map(|window| {
            let known = windows.iter().position(|known| known.edges == window.edges);
            known.or_else(|| {
                let apart = |known: &Window| window.end() <= known.start() || known.end() <= window.start();
                windows.iter().all(apart).then(|| {
                    windows.push(window.clone());
                    windows.len() - 1
                })
            })
        });
        let Some(places) = places.collect::<Option<Vec<usize>>>() else {
            continue;
        };
        let wider = Grid::new(windows);
        if wider.listed_edges() <= EDGES_JOINED_MAX {
            reference.places = Some(places);
            joined = wider;
        }
    }
    joined
}

/// The statements that answer `recipes`: attempts, ticks or both.
fn reads(scope: &Scope, recipes: &[Recipe], mut wanted: Wanted) -> Vec<Read> {
    let concurrency = recipes
        .iter()
        .any(|recipe| matches!(recipe, Recipe::Concurrency { .. }));
    let only_concurrency = concurrency
        && recipes
            .iter()
            .all(|recipe| matches!(recipe, Recipe::Concurrency { .. }));
    let parts: BTreeSet<Part> = recipes.iter().flat_map(|recipe| recipe.parts()).collect();
    let hists: BTreeSet<Hist> = recipes.iter().filter_map(|recipe| recipe.hist()).collect();
    let mut reads = Vec::new();
    if concurrency {
        // The highest tick needs every tick, and then tells the average too.
        reads.push(Read::Ticks(
            match recipes.contains(&Recipe::Concurrency { max: true }) {
                true => statement::highest_concurrency(scope, &wanted),
                false => statement::concurrency(scope, &wanted),
            },
        ));
    }
    if !only_concurrency {
        wanted.parts = parts.into_iter().collect();
        wanted.hists = hists.into_iter().collect();
        wanted.distinct = recipes.contains(&Recipe::Distinct);
        reads.push(Read::Attempts {
            statement: statement::attempts(scope, &wanted),
            parts: wanted.parts,
            hists: wanted.hists,
        });
    }
    reads
}

/// Cuts the chosen combinations into statements' worth. No dimensions: one statement for everything.
fn chunks(chosen: &[Vec<String>]) -> Vec<Option<Vec<Vec<String>>>> {
    if chosen.is_empty() {
        return vec![None];
    }
    let (mut all, mut current, mut bytes) = (Vec::new(), Vec::new(), 0);
    for values in chosen {
        let size: usize = values.iter().map(|value| value.len() + 16).sum();
        if bytes + size > CHUNK_BYTES_MAX && !current.is_empty() {
            all.push(Some(std::mem::take(&mut current)));
            bytes = 0;
        }
        bytes += size;
        current.push(values.clone());
    }
    all.push(Some(current));
    all
}

fn reference(label: &str, baseline: &Baseline, question: &Question, scope: &Scope, window: &Window) -> Reference {
    let zone = question.timezone;
    let every: Vec<usize> = (0..question.dimensions.len()).collect();
    let days = whole_days(window, question);
    let of = |kind, shifts: Vec<u32>, warnings: Vec<String>| {
        let windows: Vec<Window> = shifts.iter().map(|shift| window.days_earlier(*shift, zone)).collect();
        Reference {
            label: label.to_owned(),
            kind,
            days: windows.iter().map(|window| window.date(zone)).collect(),
            scope: Scope {
                grid: Grid::new(windows),
                ..scope.clone()
            },
            kept: every.clone(),
            places: None,
            same_length: true,
            warnings,
        }
    };
    let unadjusted = || format!("{label} is not adjusted for weekday");
    let overlapping = |shift: u32| {
        (days > shift)
            .then(|| format!("{label} lies {shift} days back, the range is longer: both sides share attempts"))
    };
    match baseline {
        Baseline::DayBefore => {
            let warnings = [unadjusted()].into_iter().chain(overlapping(1)).collect();
            of(ReferenceKind::Single, vec![1], warnings)
        }
        Baseline::SameWeekdayLastWeek => of(ReferenceKind::Single, vec![7], overlapping(7).into_iter().collect()),
        // As many windows of the range's own length as fit, at least one.
        Baseline::LastWeek => of(ReferenceKind::Pooled, multiples(days, 7), vec![unadjusted()]),
        Baseline::LastMonth => of(ReferenceKind::Pooled, multiples(days, 28), vec![unadjusted()]),
        Baseline::Auto => {
            let weeks = days.div_ceil(7);
            of(
                ReferenceKind::Median,
                (1..=MAX_REFERENCES as u32).map(|index| index * weeks * 7).collect(),
                Vec::new(),
            )
        }
        Baseline::Cohort(filters) => {
            let fixed = |dimension: &Dimension| filters.iter().any(|filter| filter.dimension == *dimension);
            let others = question
                .filters
                .iter()
                .filter(|filter| !fixed(&filter.dimension))
                .cloned();
            let filters: Vec<Filter> = others.chain(filters.iter().cloned()).collect();
            Reference {
                label: label.to_owned(),
                kind: ReferenceKind::Single,
                scope: Scope {
                    filters,
                    ..scope.clone()
                },
                kept: every
                    .into_iter()
                    .filter(|index| !fixed(&question.dimensions[*index]))
                    .collect(),
                days: Vec::new(),
                places: None,
                same_length: true,
                warnings: Vec::new(),
            }
        }
        Baseline::Custom { start, end } => {
            let end = (*end).min(scope.now_ms).max(*start);
            let other = Window::new(*start, end, question.interval, zone);
            let same_length = other.end() - other.start() == window.end() - window.start();
            Reference {
                label: label.to_owned(),
                kind: ReferenceKind::Single,
                days: vec![other.date(zone)],
                scope: Scope {
                    grid: Grid::new(vec![other]),
                    ..scope.clone()
                },
                kept: every,
                places: None,
                same_length,
                warnings: (!same_length)
                    .then(|| format!("{label} is not as long as the range: counts are not compared"))
                    .into_iter()
                    .collect(),
            }
        }
    }
}

/// The fewest local days by which the window can be moved back without touching itself; at least 1.
fn whole_days(window: &Window, question: &Question) -> u32 {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    // Begin below the nominal number: a day may have 23 hours. Ranges end after at most 100 years.
    let mut days = u32::try_from((window.end() - window.start()) / DAY_MS)
        .unwrap_or_default()
        .saturating_sub(1)
        .max(1);
    while days_earlier(window.end(), days, question.timezone) > window.start() {
        days += 1;
    }
    days
}

fn multiples(step: u32, within: u32) -> Vec<u32> {
    (1..=(within / step).max(1)).map(|index| index * step).collect()
}

/// Whether a metric is a count that only compares over equally long windows.
#[must_use]
pub fn needs_equal_length(asked: &AskedMetric) -> bool {
    matches!(asked.metric.kind, Kind::Sum | Kind::Distinct) && asked.ask == Ask::Value
}
