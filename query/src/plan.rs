//! From a question to what must be read: a list of named pure steps.
//!
//! Invariant: a plan holds an [`accounts::Tenant`], so a plan that could see another organisation's data cannot be made.
//! Pure: `now`, the annotations and the days that have cells are arguments. Which steps run at the same time, and what is done with their rows, lives in `run.rs`.

use std::collections::{BTreeMap, BTreeSet};

use accounts::{Annotation, AnnotationKind, Tenant};
use schemas::{limits::ATTEMPT_MS_MAX, metric::Kind};
use store::Statement;
use uuid::Uuid;

use crate::{
    calendar::{HOUR_MS, Window, days_earlier, written, written_utc},
    cells::{self, Covered, Known, TouchedDay},
    choice::{Choice, LOOK_BACK, choose},
    ladder::{DELIVERED, VMAF},
    request::{Ask, AskedBaseline, AskedMetric, Baseline, Dimension, Faults, Filter, OrderKey, Question},
    sql::{
        cells::{self as sql_cells, Halves},
        metric::{ATTEMPTS, Hist, Part, Recipe, recipe},
        statement::{self, Grid, RANKED_MAX, Scope, Wanted, Within},
    },
};

/// Most bytes of dimension values that one statement carries; more chosen rows are asked for in several statements.
/// Values travel in the address of the request, of which ClickHouse takes 1 MiB and a common proxy 64 KiB.
const CHUNK_BYTES_MAX: usize = 16 * 1024;

/// Most bucket borders that one statement lists; they travel like dimension values.
const EDGES_MAX: usize = 4_000;

/// Most bucket borders that joined windows list. Baselines that need more are read by themselves, often by arithmetic.
const EDGES_JOINED_MAX: usize = 500;

/// [`Plan::gathered_max`], unless told otherwise: reading more takes as long as ClickHouse takes to plan two statements of sums.
const GATHERED_MAX: usize = 60_000;

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
    /// Which days have cells that count, and which have nothing: what is so is not read from the attempts. Empty unless [`Self::coverage`] was asked.
    pub known: Known,
    /// Most attempts that are read as they stand and added up in memory. Where there are more, and with 0 always, statements of sums are asked.
    pub gathered_max: usize,
}

/// What tells [`Plan::known`].
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// The text that answers with [`cells::Touches`].
    pub touched: Statement,
    /// The text that answers with [`cells::BuiltDay`]s.
    pub built: Statement,
    from_ms: i64,
    to_ms: i64,
}

impl Coverage {
    /// What the answer says.
    #[must_use]
    pub fn known(&self, days: Vec<TouchedDay>) -> Known {
        Known {
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            days,
        }
    }
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
    /// Whether its windows are other days, which the answer names. Not so for a cohort.
    pub names_days: bool,
    /// Which of its windows count for which time bucket, where not all of them do.
    pub choice: Option<Choice>,
    /// Where its windows stand in [`Plan::joined`]; none when it is read by itself.
    pub places: Option<Vec<usize>>,
    /// Whether its windows are as long as the question's.
    pub same_length: bool,
    /// What the caller should know.
    pub warnings: Vec<String>,
    /// What the caller may like to know.
    pub notes: Vec<String>,
}

/// The annotations that a question's baselines speak of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentioned {
    /// Incidents and holidays that touch this stretch, ms since 1970.
    pub excluding: Option<(i64, i64)>,
    /// The latest release before this moment, ms since 1970.
    pub release_before: Option<i64>,
    /// These.
    pub ids: Vec<Uuid>,
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
        /// Whether it reads sums made before.
        from_cells: bool,
        /// Whether it tells the same whenever it is asked.
        is_settled: bool,
        /// The sums.
        parts: Vec<Part>,
        /// The histograms.
        hists: Vec<Hist>,
        /// Where the attempts are so few that they are read for several steps at once: which they are, and what is asked of them.
        gathered: Option<(Gathering, Wanted)>,
    },
    /// What two steps, or three, are told at once by cells.
    Halves {
        /// The text.
        statement: Statement,
        /// Whether it tells the same whenever it is asked.
        is_settled: bool,
        /// Of the joined windows, or of one baseline that is read by itself.
        reference: Option<usize>,
        /// Which rows are wanted.
        half: Half,
        /// The sums.
        parts: Vec<Part>,
        /// The histograms.
        hists: Vec<Hist>,
    },
    /// Viewers per tick.
    Ticks {
        /// The text.
        statement: Statement,
        /// Whether it reads what was counted before.
        from_cells: bool,
        /// Whether it tells the same whenever it is asked.
        is_settled: bool,
    },
    /// One number.
    Number {
        /// The text.
        statement: Statement,
        /// Whether it tells the same whenever it is asked.
        is_settled: bool,
        /// As of [`Self::Attempts`].
        gathered: Option<Gathering>,
    },
}

/// Which rows of [`Read::Halves`] are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Those that tell viewers apart.
    Values,
    /// Those that tell strata apart.
    Strata,
    /// Those of bots.
    Bots,
}

/// Attempts that are read once, as they stand, and added up in memory for every step that asks about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gathering {
    /// Those of the joined windows, or of one baseline that is read by itself.
    pub reference: Option<usize>,
    /// What cells leave of them, of a set that is by the hour or of one that is not; all of them where no cell tells.
    pub beside: Option<bool>,
}

impl Read {
    /// The statement itself.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        match self {
            Self::Attempts { statement, .. }
            | Self::Halves { statement, .. }
            | Self::Ticks { statement, .. }
            | Self::Number { statement, .. } => statement,
        }
    }

    /// Whether it tells what was added up before.
    fn is_from_cells(&self) -> bool {
        match self {
            Self::Attempts { from_cells, .. } | Self::Ticks { from_cells, .. } => *from_cells,
            Self::Halves { .. } => true,
            Self::Number { .. } => false,
        }
    }
}

impl Plan {
    /// The annotations that [`Self::new`] needs for a question.
    #[must_use]
    pub fn mentions(question: &Question, now_ms: i64) -> Mentioned {
        let window = present_window(question, now_ms);
        let mut mentioned = Mentioned::default();
        for asked in &question.compare {
            match &asked.baseline {
                Baseline::Auto => {
                    let back = LOOK_BACK * 7 * whole_weeks(&window, question);
                    let from = days_earlier(window.start(), back, question.timezone);
                    mentioned.excluding = Some((from, window.start()));
                }
                Baseline::Release(None) => mentioned.release_before = Some(window.end()),
                Baseline::Release(Some(id)) => mentioned.ids.push(*id),
                _ => {}
            }
        }
        mentioned
    }

    /// Decides what to read. `annotations` are those that [`Self::mentions`] names, others do no harm.
    ///
    /// # Errors
    /// When a baseline's release is not there, or is later than the range's begin.
    pub fn new(tenant: Tenant, question: Question, annotations: &[Annotation], now_ms: i64) -> Result<Self, Faults> {
        let window = present_window(&question, now_ms);
        let scope = Scope {
            tenant,
            grid: Grid::new(vec![window.clone()]),
            within: None,
            by_end: question.by_end,
            filters: question.filters.clone(),
            except: question.special.except.clone(),
            stretch_ms: question.special.stretch_ms,
            seen: question.special.seen.clone(),
            ladders: question.special.ladders.clone(),
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
        let mut faults = Faults::default();
        let given = Given {
            question: &question,
            scope: &scope,
            window: &window,
            annotations,
        };
        let mut references: Vec<Reference> = (0..question.compare.len())
            .filter_map(|index| given.reference(index, &mut faults))
            .collect();
        if !faults.0.is_empty() {
            return Err(faults);
        }

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
        Ok(Self {
            question,
            recipes,
            scope,
            references,
            joined,
            steps,
            known: Known::default(),
            gathered_max: GATHERED_MAX,
        })
    }

    /// What tells [`Self::known`]; none where nothing of it would be of use.
    #[must_use]
    pub fn coverage(&self) -> Option<Coverage> {
        let only_counts_viewers = self
            .recipes
            .iter()
            .all(|recipe| matches!(recipe, Recipe::Concurrency { max: true } | Recipe::Distinct));
        if self.question.special.apart || only_counts_viewers {
            return None;
        }
        let grids = self.references.iter().map(|reference| &reference.scope.grid);
        let windows = || {
            [&self.scope.grid]
                .into_iter()
                .chain(grids.clone())
                .flat_map(Grid::windows)
        };
        // Who watches may have begun before.
        let of_ticks = |recipe: &Recipe| matches!(recipe, Recipe::Concurrency { max: false });
        let lead_ms = match self.recipes.iter().any(of_ticks) {
            true => i64::from(ATTEMPT_MS_MAX),
            false => 0,
        };
        let from = windows().map(Window::start).min()? - lead_ms;
        let to = windows().map(Window::end).max()?.min(self.scope.now_ms);
        (from < to).then(|| Coverage {
            touched: sql_cells::touched(self.scope.tenant, from, to),
            built: sql_cells::built_days(self.scope.tenant, from, to, self.scope.now_ms),
            from_ms: from - from.rem_euclid(sql_cells::DAY_MS),
            to_ms: to - to.rem_euclid(sql_cells::DAY_MS) + sql_cells::DAY_MS,
        })
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

    /// Whether every baseline is read with the question.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.references.iter().all(|reference| reference.places.is_some())
    }

    /// Every attempt of the joined windows.
    pub(crate) fn joined_scope(&self) -> Scope {
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
        match step {
            Step::Freshness => vec![now_told(statement::freshness(self.scope.tenant))],
            Step::Bots => self.bots(),
            Step::Rank => {
                let mut recipes: Vec<Recipe> = self.ranking().into_iter().map(|index| self.recipes[index]).collect();
                recipes.extend(
                    self.question
                        .having
                        .iter()
                        .filter_map(|having| Self::having_recipe(&having.metric)),
                );
                // Who watches may have begun before the range: then a group has viewers and no attempt.
                let of_ticks = |recipe: &Recipe| matches!(recipe, Recipe::Concurrency { .. });
                if self.recipes.iter().any(of_ticks) {
                    recipes.push(Recipe::Concurrency { max: false });
                    if !self.recipes.iter().all(of_ticks) {
                        recipes.push(ATTEMPTS);
                    }
                }
                let wanted = Wanted {
                    dimensions: self.question.dimensions.clone(),
                    apart: self.question.special.apart,
                    // One more tells that there are more.
                    limit: Some(RANKED_MAX + 1),
                    ..Wanted::default()
                };
                self.reads_of(&self.scope, None, &recipes, wanted)
            }
            Step::Values => chunks(chosen)
                .into_iter()
                .flat_map(|only| {
                    let wanted = Wanted {
                        dimensions: self.question.dimensions.clone(),
                        apart: self.question.special.apart,
                        exact: self.question.special.exact_viewers,
                        by_viewer: true,
                        only,
                        ..Wanted::default()
                    };
                    self.reads_of(&self.joined_scope(), None, &self.asked(None), wanted)
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
                        let all = &self.question.dimensions;
                        let wanted = Wanted {
                            dimensions: match self.question.special.apart {
                                true => all.clone(),
                                false => reference.kept.iter().map(|index| all[*index].clone()).collect(),
                            },
                            apart: self.question.special.apart,
                            by_viewer: true,
                            only,
                            ..Wanted::default()
                        };
                        self.reads_of(&reference.scope, Some(index), &self.asked(Some(index)), wanted)
                    })
                    .collect()
            }
            Step::Strata => self.strata(&self.joined_scope(), None),
            Step::ReferenceStrata(index) => self.strata(&self.references[index].scope, Some(index)),
        }
    }

    /// What is asked of the joined windows, or of a baseline.
    fn asked(&self, reference: Option<usize>) -> Vec<Recipe> {
        if reference.is_some() {
            return self.recipes.clone();
        }
        let having = self
            .question
            .having
            .iter()
            .filter_map(|having| Self::having_recipe(&having.metric));
        let of_ladders = self.question.special.ladders.iter().flat_map(|_| [VMAF, DELIVERED]);
        self.recipes.iter().copied().chain(having).chain(of_ladders).collect()
    }

    fn strata(&self, scope: &Scope, reference: Option<usize>) -> Vec<Read> {
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
        self.reads_of(scope, reference, &decomposed, wanted)
    }

    /// Whether values, or some of them, come from sums made before.
    #[must_use]
    pub fn reads_cells(&self) -> bool {
        self.reads(Step::Values, &[]).iter().any(Read::is_from_cells)
    }

    /// Attempts of bots, from cells where they can tell.
    fn bots(&self) -> Vec<Read> {
        let set = cells::set_of(&self.scope, &[], false);
        let covered = set.and_then(|set| Some((set, cells::cut(self.scope.grid.windows(), &self.known, set.hourly)?)));
        let Some((set, covered)) = covered else {
            return vec![Read::Number {
                statement: statement::bots(&self.scope),
                is_settled: false,
                gathered: self.gathering(None, None),
            }];
        };
        let mut reads = Vec::new();
        let halves = self.halves(&self.joined_scope(), None, Half::Bots);
        if let Some(halves) = halves {
            reads.push(halves);
        } else if !covered.days.is_empty() {
            reads.push(Read::Number {
                statement: sql_cells::bots(&self.scope, set, &covered),
                is_settled: cells::are_settled(&covered.days, self.scope.now_ms),
                gathered: None,
            });
        }
        if let Some(rest) = rest_of(&self.scope, covered) {
            reads.push(Read::Number {
                statement: statement::bots(&rest),
                is_settled: false,
                gathered: self.gathering(None, Some(set.hourly)),
            });
        }
        reads
    }

    /// The statements that tell the average of viewers at each moment. What several of them say of one group is added.
    fn ticks(&self, scope: &Scope, wanted: &Wanted) -> Vec<Read> {
        let Some((set, covered)) = cells::covering_ticks(scope, wanted, &self.known) else {
            return vec![beacons_told(statement::concurrency(scope, wanted))];
        };
        let mut reads = Vec::new();
        let is_settled = cells::are_settled(&covered.days, scope.now_ms);
        let mut told = |statement, is_settled| {
            reads.push(Read::Ticks {
                statement,
                from_cells: true,
                is_settled,
            });
        };
        if !(covered.days.is_empty() || covered.whole.is_empty() && covered.hours.is_empty()) {
            told(sql_cells::ticks(scope, wanted, set, &covered), is_settled);
        }
        if !(covered.days.is_empty() || covered.parts.is_empty()) {
            // Up to now they are others every time.
            told(sql_cells::ticks_of_parts(scope, wanted, set, &covered), false);
        }
        if !covered.rest.is_empty() {
            let rest = Scope {
                within: Some(Within::all_of(covered.rest)),
                ..scope.clone()
            };
            reads.push(beacons_told(statement::concurrency(&rest, wanted)));
        }
        reads
    }

    /// Whether values, or some of them, come from beacons.
    #[must_use]
    pub fn reads_beacons(&self) -> bool {
        let reads = self.reads(Step::Values, &[]);
        reads
            .iter()
            .any(|read| matches!(read, Read::Ticks { from_cells: false, .. }))
    }

    /// The statements that answer `recipes`: cells, attempts, ticks, or some of them. What several of them say of one group is added.
    fn reads_of(&self, scope: &Scope, reference: Option<usize>, recipes: &[Recipe], mut wanted: Wanted) -> Vec<Read> {
        let concurrency = recipes
            .iter()
            .any(|recipe| matches!(recipe, Recipe::Concurrency { .. }));
        let only_concurrency = concurrency
            && recipes
                .iter()
                .all(|recipe| matches!(recipe, Recipe::Concurrency { .. }));
        let parts: BTreeSet<Part> = recipes.iter().flat_map(|recipe| recipe.parts()).collect();
        let hists: BTreeSet<Hist> = recipes.iter().filter_map(|recipe| recipe.hist()).collect();
        // Who asks what no set of cells tells asks about few columns, which FINAL merges sooner (350,000 attempts: 0.5 and 0.7 s).
        let is_told = cells::set_of(scope, &wanted.dimensions, wanted.by_viewer).is_some();
        wanted.few = is_told && self.known.are_few(scope.grid.windows());
        let mut reads = Vec::new();
        if concurrency {
            // The highest tick needs every tick, and then tells the average too.
            match recipes.contains(&Recipe::Concurrency { max: true }) {
                true => reads.push(beacons_told(statement::highest_concurrency(scope, &wanted))),
                false => reads.extend(self.ticks(scope, &wanted)),
            }
        }
        if only_concurrency {
            return reads;
        }
        wanted.parts = parts.into_iter().collect();
        wanted.hists = hists.into_iter().collect();
        wanted.distinct = recipes.contains(&Recipe::Distinct);
        let told = |statement, gathered: Option<Gathering>| Read::Attempts {
            statement,
            from_cells: false,
            is_settled: false,
            parts: wanted.parts.clone(),
            hists: wanted.hists.clone(),
            gathered: gathered.map(|gathering| (gathering, wanted.clone())),
        };
        // Viewers, parts of attempts and groups that stand apart only statements tell.
        let may_gather = !wanted.distinct
            && !wanted.apart
            && !wanted.dimensions.contains(&Dimension::Rendition)
            && wanted.parts.iter().all(|part| Part::ALL.contains(part));
        let gathering = |beside| self.gathering(reference, beside).filter(|_| may_gather);
        // Viewers are told by the attempts alone. What else is asked of them need not be; of ranked groups the attempts choose which.
        let sums = Wanted {
            distinct: wanted.distinct && wanted.limit.is_some(),
            ..wanted.clone()
        };
        match cells::covering(scope, &sums, &self.known) {
            Some((set, covered)) => {
                let half = match wanted.by_viewer {
                    true => Half::Values,
                    false => Half::Strata,
                };
                if let Some(halves) = self.halves(scope, reference, half) {
                    reads.push(halves);
                } else if !covered.days.is_empty() {
                    let is_settled = cells::are_settled(&covered.days, scope.now_ms);
                    reads.push(Read::Attempts {
                        statement: sql_cells::sums(scope, &sums, set, &covered),
                        from_cells: true,
                        is_settled,
                        parts: sums.parts.clone(),
                        hists: sums.hists.clone(),
                        gathered: None,
                    });
                }
                if let Some(rest) = rest_of(scope, covered) {
                    let gathering = gathering(Some(set.hourly));
                    reads.push(told(statement::attempts(&rest, &sums), gathering));
                }
                if wanted.distinct {
                    let viewers = Wanted {
                        parts: Vec::new(),
                        hists: Vec::new(),
                        only_distinct: true,
                        by_viewer: false,
                        ..wanted.clone()
                    };
                    reads.push(Read::Attempts {
                        statement: statement::attempts(scope, &viewers),
                        from_cells: false,
                        is_settled: false,
                        parts: Vec::new(),
                        hists: Vec::new(),
                        gathered: None,
                    });
                }
            }
            None => {
                let gathering = gathering(None);
                reads.push(told(statement::attempts(scope, &wanted), gathering));
            }
        }
        reads
    }

    /// One statement for values and strata, where cells of one set tell each of them for the same stretches; else none.
    fn halves(&self, scope: &Scope, reference: Option<usize>, half: Half) -> Option<Read> {
        let has_strata = self.has(reference.map_or(Step::Strata, Step::ReferenceStrata));
        if !has_strata || !self.question.dimensions.is_empty() {
            return None;
        }
        let halves = Halves {
            values: cells::set_of(scope, &[], true)?,
            strata: cells::set_of(scope, &STRATA, false)?,
        };
        let covered = cells::cut(scope.grid.windows(), &self.known, halves.values.hourly)?;
        if covered.days.is_empty() || halves.values.hourly != halves.strata.hourly {
            return None;
        }
        let asked = self.asked(reference);
        let parts: BTreeSet<Part> = asked.iter().flat_map(|recipe| recipe.parts()).collect();
        let hists: BTreeSet<Hist> = asked.iter().filter_map(|recipe| recipe.hist()).collect();
        let parts: Vec<Part> = parts.into_iter().collect();
        let hists: Vec<Hist> = hists.into_iter().collect();
        Some(Read::Halves {
            statement: halves.sums(scope, &parts, &hists, &covered),
            is_settled: cells::are_settled(&covered.days, scope.now_ms),
            reference,
            half,
            parts,
            hists,
        })
    }

    /// The attempts of the joined windows or of a baseline, as [`Gathering`] names them, where they are few; else none.
    fn gathering(&self, reference: Option<usize>, beside: Option<bool>) -> Option<Gathering> {
        let gathering = Gathering { reference, beside };
        let touches = |from, to| self.known.touches(from, to, self.scope.now_ms);
        let touches = match self.gathered_scope(gathering)?.within {
            Some(Within::Stretches { stretches, left_out }) => {
                let stretches = stretches.iter().map(|(from, to)| touches(*from, *to));
                // Who goes on when a day is built did about as much as in an hour of it.
                let left_out = left_out.iter().map(|left| touches(left.to - HOUR_MS, left.to));
                stretches.chain(left_out).sum::<Option<u64>>()?
            }
            _ => {
                let windows = self.gathered_grid(reference).windows().iter();
                let touches = windows.map(|window| touches(window.start(), window.end()));
                touches.sum::<Option<u64>>()?
            }
        };
        // There are no more of them than was written of them.
        (touches < self.gathered_max as u64).then_some(gathering)
    }

    fn gathered_grid(&self, reference: Option<usize>) -> &Grid {
        match reference {
            Some(index) => &self.references[index].scope.grid,
            None => &self.joined,
        }
    }

    /// The attempts that a gathering is of; none where cells do not tell of the others.
    fn gathered_scope(&self, gathering: Gathering) -> Option<Scope> {
        let scope = match gathering.reference {
            Some(index) => self.references[index].scope.clone(),
            None => self.joined_scope(),
        };
        match gathering.beside {
            Some(hourly) => rest_of(&scope, cells::cut(scope.grid.windows(), &self.known, hourly)?),
            None => Some(scope),
        }
    }

    /// Every gathering that the steps ask about, each once: the scope to read, and what of it, with its limit.
    #[must_use]
    pub fn gathered(&self) -> BTreeMap<Gathering, (Scope, Wanted)> {
        let mut all: BTreeMap<Gathering, (Scope, Wanted)> = BTreeMap::new();
        let reads = self.steps.iter().flat_map(|step| self.reads(*step, &[]));
        for read in reads {
            let Read::Attempts {
                gathered: Some((gathering, asked)),
                ..
            } = read
            else {
                continue;
            };
            let Some(scope) = self.gathered_scope(gathering) else {
                continue;
            };
            let (_, wanted) = all.entry(gathering).or_insert_with(|| {
                let scope = Scope {
                    // They are counted beside.
                    include_bots: true,
                    ..scope
                };
                let wanted = Wanted {
                    by_viewer: true,
                    few: true,
                    limit: Some(self.gathered_max),
                    ..Wanted::default()
                };
                (scope, wanted)
            });
            add_new(&mut wanted.dimensions, asked.dimensions);
            add_new(&mut wanted.parts, asked.parts);
            add_new(&mut wanted.hists, asked.hists);
        }
        all
    }
}

/// Adds what is not there yet.
fn add_new<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// Viewers per tick as the beacons tell them.
fn beacons_told(statement: Statement) -> Read {
    Read::Ticks {
        statement,
        from_cells: false,
        is_settled: false,
    }
}

/// A number that is another when it is asked again.
fn now_told(statement: Statement) -> Read {
    Read::Number {
        statement,
        is_settled: false,
        gathered: None,
    }
}

/// The scope of what cells leave to the attempts; none when that is nothing.
fn rest_of(scope: &Scope, covered: Covered) -> Option<Scope> {
    let is_told = covered.rest.is_empty() && covered.left_out.is_empty();
    (!is_told).then(|| Scope {
        within: Some(Within::Stretches {
            stretches: covered.rest,
            left_out: covered.left_out,
        }),
        ..scope.clone()
    })
}

impl Reference {
    /// Whether one of its windows counts for a time bucket of the question.
    #[must_use]
    pub fn is_used(&self, window: usize, bucket: usize) -> bool {
        self.choice.as_ref().is_none_or(|choice| choice.used[window][bucket])
    }

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
        // There is nothing to read where every day was left out.
        if reference.scope.grid.windows().is_empty() {
            reference.places = Some(Vec::new());
            continue;
        }
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

/// The question's window. A present side is cut at now; references are that window moved, so both sides end at the same elapsed time.
fn present_window(question: &Question, now_ms: i64) -> Window {
    let end = question.end.min(now_ms).max(question.start);
    let mut window = Window::new(question.start, end, question.interval, question.timezone);
    if end < question.end && question.interval.is_none() {
        window.ceiling = question.end;
    }
    window
}

fn unadjusted(label: &str) -> String {
    format!("{label} is not adjusted for weekday")
}

/// What baselines are made of.
struct Given<'a> {
    question: &'a Question,
    scope: &'a Scope,
    window: &'a Window,
    annotations: &'a [Annotation],
}

impl Given<'_> {
    /// The baseline at `index` of the question; none, and a fault, when its release is not there.
    fn reference(&self, index: usize, faults: &mut Faults) -> Option<Reference> {
        let (question, window) = (self.question, self.window);
        let AskedBaseline { label, baseline } = &question.compare[index];
        let zone = question.timezone;
        let days = whole_days(window, question);
        let of = |kind, shifts: Vec<u32>, warnings: Vec<String>| {
            let windows = shifts.iter().map(|shift| window.days_earlier(*shift, zone)).collect();
            Reference {
                warnings,
                ..self.earlier(label, kind, windows)
            }
        };
        let overlapping = |shift: u32| {
            (days > shift)
                .then(|| format!("{label} lies {shift} days back, the range is longer: both sides share attempts"))
        };
        Some(match baseline {
            Baseline::DayBefore => {
                let warnings = [unadjusted(label)].into_iter().chain(overlapping(1)).collect();
                of(ReferenceKind::Single, vec![1], warnings)
            }
            Baseline::SameWeekdayLastWeek => of(ReferenceKind::Single, vec![7], overlapping(7).into_iter().collect()),
            Baseline::YearBefore => of(
                ReferenceKind::Single,
                vec![YEAR_DAYS],
                overlapping(YEAR_DAYS).into_iter().collect(),
            ),
            // As many windows of the range's own length as fit, at least one.
            Baseline::LastWeek => of(ReferenceKind::Pooled, multiples(days, 7), vec![unadjusted(label)]),
            Baseline::LastMonth => of(ReferenceKind::Pooled, multiples(days, 28), vec![unadjusted(label)]),
            Baseline::Auto => {
                let choice = choose(window, 7 * whole_weeks(window, question), self.annotations, zone);
                Reference {
                    warnings: choice.warnings(label, self.annotations),
                    choice: Some(choice.clone()),
                    ..self.earlier(label, ReferenceKind::Median, choice.windows)
                }
            }
            Baseline::Release(id) => self.since(self.release(*id, index, faults)?, label),
            // Whoever can compare with others takes this out before.
            Baseline::Industry => {
                faults.add(format!("compare[{index}]"), "'industry' cannot be compared with here");
                return None;
            }
            Baseline::Cohort(filters) => self.cohort(label, filters),
            Baseline::Custom { start, end } => {
                let end = (*end).min(self.scope.now_ms).max(*start);
                let other = Window::new(*start, end, question.interval, zone);
                let same_length = other.end() - other.start() == window.end() - window.start();
                Reference {
                    same_length,
                    warnings: (!same_length)
                        .then(|| format!("{label} is not as long as the range: counts are not compared"))
                        .into_iter()
                        .collect(),
                    ..self.earlier(label, ReferenceKind::Single, vec![other])
                }
            }
        })
    }

    /// The same attempts in other windows.
    fn earlier(&self, label: &str, kind: ReferenceKind, windows: Vec<Window>) -> Reference {
        Reference {
            label: label.to_owned(),
            kind,
            scope: Scope {
                grid: Grid::new(windows),
                ..self.scope.clone()
            },
            // Apart, a group is named by the dimension's index and its value.
            kept: match self.question.special.apart {
                true => vec![0, 1],
                false => (0..self.question.dimensions.len()).collect(),
            },
            names_days: true,
            choice: None,
            places: None,
            same_length: true,
            warnings: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Other attempts at the same time.
    fn cohort(&self, label: &str, filters: &[Filter]) -> Reference {
        let fixed = |dimension: &Dimension| filters.iter().any(|filter| filter.dimension == *dimension);
        let others = self.question.filters.iter().filter(|filter| !fixed(&filter.dimension));
        let windows = self.scope.grid.windows().to_vec();
        let mut cohort = self.earlier(label, ReferenceKind::Single, windows);
        cohort.scope.filters = others.chain(filters).cloned().collect();
        if !self.question.special.apart {
            cohort.kept.retain(|index| !fixed(&self.question.dimensions[*index]));
        }
        cohort.names_days = false;
        cohort
    }

    /// The release that the baseline at `index` speaks of; a fault when there is none or the range begins before it.
    fn release(&self, id: Option<Uuid>, index: usize, faults: &mut Faults) -> Option<&Annotation> {
        let is_release = |annotation: &&Annotation| annotation.content.kind == AnnotationKind::Release;
        let release = match id {
            Some(id) => {
                let field = format!("compare[{index}].release.annotation");
                let found = self
                    .annotations
                    .iter()
                    .find(|annotation| annotation.annotation_id == id);
                match found {
                    None => faults.add(field, format!("there is no annotation {id}")),
                    Some(found) if !is_release(&found) => {
                        let (kind, title) = (found.content.kind.name(), &found.content.title);
                        faults.add(field, format!("'{title}' is no release but of the kind '{kind}'"));
                    }
                    Some(_) => {}
                }
                found.filter(is_release)?
            }
            None => {
                let latest = self
                    .annotations
                    .iter()
                    .filter(is_release)
                    .filter(|release| release.content.start.0 < self.window.end())
                    .max_by_key(|release| (release.content.start, release.annotation_id));
                if latest.is_none() {
                    faults.add(
                        format!("compare[{index}]"),
                        "no release is noted before the end of the range; POST /v1/analytics/annotations notes one",
                    );
                }
                latest?
            }
        };
        let (title, at) = (&release.content.title, release.content.start.0);
        if self.window.start() < at {
            faults.add(
                "start",
                format!(
                    "compare[{index}] compares what came after the release '{title}' with what came before it, so the range must not \
                     begin before {}",
                    written_utc(at)
                ),
            );
            return None;
        }
        Some(release)
    }

    /// As long a stretch before a release: the window moved back by the fewest whole local days that put it there, so that the same
    /// hours are compared.
    fn since(&self, release: &Annotation, label: &str) -> Reference {
        let (question, window) = (self.question, self.window);
        let zone = question.timezone;
        let at = release.content.start.0;
        let days = fewest_days(window.end(), at, question);
        // Whole weeks hold every weekday as often as any others do.
        let own = whole_days(window, question);
        let is_whole_weeks = question.interval.is_none()
            && own.is_multiple_of(7)
            && days_earlier(window.end(), own, zone) == window.start();
        Reference {
            warnings: (!days.is_multiple_of(7) && !is_whole_weeks)
                .then(|| unadjusted(label))
                .into_iter()
                .collect(),
            notes: vec![format!(
                "{label} is the same hours {days} day{} earlier, before the release '{}' of {}",
                if days == 1 { "" } else { "s" },
                release.content.title,
                written(at, zone)
            )],
            ..self.earlier(label, ReferenceKind::Single, vec![window.days_earlier(days, zone)])
        }
    }
}

/// 52 weeks: the same weekday, and nearly the same season.
const YEAR_DAYS: u32 = 52 * 7;

/// The fewest weeks by which the window can be moved back without touching itself; at least 1.
fn whole_weeks(window: &Window, question: &Question) -> u32 {
    whole_days(window, question).div_ceil(7)
}

/// The fewest local days by which the window can be moved back without touching itself; at least 1.
fn whole_days(window: &Window, question: &Question) -> u32 {
    fewest_days(window.end(), window.start(), question)
}

/// The fewest local days by which `end` can be moved back to `limit` or before it; at least 1.
fn fewest_days(end: i64, limit: i64, question: &Question) -> u32 {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    // Begin below the nominal number: a day may have 23 hours. Ranges end after at most 100 years.
    let mut days = u32::try_from((end - limit) / DAY_MS)
        .unwrap_or_default()
        .saturating_sub(1)
        .max(1);
    while days_earlier(end, days, question.timezone) > limit {
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
    matches!(asked.metric.kind, Kind::Sum | Kind::Distinct) && matches!(asked.ask, Ask::Value | Ask::EveryStall)
}
