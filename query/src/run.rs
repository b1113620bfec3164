//! Runs a plan: asks the tables, step by step, and hands the rows to `compare`.
//!
//! The one place here that waits. Every statement carries its own limits of time and memory (see `sql/statement.rs`).

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc, time::Instant};

use envelope::{ApiError, ErrorCode, Message};
use futures_util::{
    StreamExt, TryStreamExt,
    future::{try_join, try_join_all},
    stream,
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use schemas::DEFINITION_VERSION;
use statistics::{BUCKETS, Weights};
use store::{Statement, StoreError};
use tokio::sync::OnceCell;

use crate::{
    calendar::{date, written, written_utc},
    cells::{Known, touched_days},
    compare::{Cell, Cells, Judge, Key, ReferenceSide, RowSide, add, point},
    loaded::{Asked, Loaded},
    plan::{Gathering, Half, Plan, Read, Step},
    request::{Dimension, OrderKey, cursor},
    response::{Column, ColumnKind, Comparison, QueryResult, Row, Source, VerdictWord},
    sql::{
        metric::{Hist, Part, Recipe},
        statement::{BIN_ROOM, Grid, RANKED_MAX, Scope, Wanted},
    },
    tables::{AttemptsRow, HalvesRow, Tables, TicksRow},
};

/// Bootstrap replicates: 200 keep an interval's ends within about a fifteenth of its width.
pub(crate) const REPLICATES: usize = 200;

/// Steps of one question under way at once.
const PARALLEL: usize = 4;

/// Statements of one step under way at once: cells, the attempts that they do not tell of, and as many for viewers.
const PARALLEL_READS: usize = 6;

/// Below this completeness a side is provisional (STATISTICS, Baselines).
const COMPLETE: f64 = 0.99;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The tables did not answer.
    #[error("reading {step}")]
    Reading {
        /// Which step.
        step: &'static str,
        /// What they said.
        #[source]
        source: StoreError,
    },
    /// Computing intervals panicked.
    #[error("computing intervals")]
    Computing(#[source] tokio::task::JoinError),
}

impl RunError {
    /// The error as a caller sees it; what the caller should not see goes to the log.
    #[must_use]
    pub fn into_api(self) -> ApiError {
        // TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED, TOO_MANY_ROWS_OR_BYTES: the question is too large.
        const TOO_MUCH: [i32; 4] = [159, 160, 241, 396];
        let text = std::iter::successors(Some(&self as &dyn std::error::Error), |error| error.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(": ");
        let Self::Reading { step, source } = &self else {
            tracing::error!(error = text, "a question failed");
            return ApiError::new(ErrorCode::Internal);
        };
        match source {
            StoreError::Refused { code, .. } if TOO_MUCH.contains(code) => {
                tracing::warn!(error = text, "a question is too expensive");
                ApiError::new(ErrorCode::QueryTooExpensive)
                    .developer(format!("{step}: ClickHouse gave up with code {code}"))
            }
            // What takes ClickHouse too long it gives up itself, and says so: where it says nothing it hangs.
            StoreError::Unreachable(_) | StoreError::TimedOut { .. } => {
                tracing::warn!(error = text, "ClickHouse does not answer");
                ApiError::new(ErrorCode::StoreUnavailable).retry_after(2)
            }
            _ => {
                tracing::error!(error = text, "a question failed");
                ApiError::new(ErrorCode::Internal)
            }
        }
    }
}

/// What was observed while a plan ran, for the service's metrics.
pub type Observe<'a> = &'a (dyn Fn(&'static str, f64) + Send + Sync);

/// Answers a question.
///
/// # Errors
/// When the tables do not answer within the limits.
pub async fn run(
    tables: &Tables,
    mut plan: Plan,
    observe: Observe<'_>,
) -> Result<(QueryResult, Vec<Message>), RunError> {
    let begun = Instant::now();
    let warnings = plan.references.iter().flat_map(|reference| &reference.warnings);
    let notes = plan.references.iter().flat_map(|reference| &reference.notes);
    let mut messages: Vec<Message> = warnings.map(Message::warning).chain(notes.map(Message::info)).collect();

    let reader = Reader::new(tables, &plan, observe);
    let (known, fresh_ms) = try_join(known(tables, &plan, observe), reader.number(Step::Freshness)).await?;
    plan.known = known;
    let reader = Reader::new(tables, &plan, observe);
    let (bots, Found { ranked, page, sides }) = try_join(reader.number(Step::Bots), Found::read(&reader)).await?;
    if bots > 0 {
        messages.push(Message::info(format!(
            "{bots} attempts of bots are left out; includeBots counts them"
        )));
    }
    if ranked.as_ref().is_some_and(|cells| cells.len() > RANKED_MAX) {
        messages.push(Message::warning(format!(
            "more than {RANKED_MAX} groups: those with the fewest attempts are left out; use fewer dimensions or a filter"
        )));
    }

    let completeness = completeness_of(ranked.as_ref().unwrap_or(&sides.values));
    let computing = Instant::now();
    let computed = tokio::task::spawn_blocking(move || {
        let page = page.unwrap_or_else(|| Page::of(&plan, &sides.values));
        let rows = rows(&plan, &page, &sides);
        (plan, page.next, rows)
    });
    let (plan, next, rows) = computed.await.map_err(RunError::Computing)?;
    observe("compute", computing.elapsed().as_secs_f64());

    let provisional = rows
        .iter()
        .flat_map(|row| row.comparisons.values())
        .flat_map(BTreeMap::values)
        .any(|comparison: &Comparison| comparison.verdict == VerdictWord::Provisional);
    if provisional || completeness.is_some_and(|completeness| completeness < COMPLETE) {
        messages.push(Message::warning(
            "not every beacon has arrived: verdicts of such rows are provisional",
        ));
    }
    let fingerprint = plan.question.fingerprint;
    let result = QueryResult {
        columns: columns(&plan),
        rows,
        next_cursor: next.map(|offset| cursor(offset, fingerprint)),
        completeness,
        definition_version: DEFINITION_VERSION,
        fresh_as_of: (fresh_ms > 0).then(|| written_utc(fresh_ms)),
        source: match (plan.reads_beacons(), plan.reads_cells()) {
            (true, _) => Source::Beacons,
            (false, true) => Source::Cells,
            (false, false) => Source::Impressions,
        },
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    Ok((result, messages))
}

/// What a question is answered with.
struct Found {
    /// Every group, by what orders them; none where all groups are on the page.
    ranked: Option<Cells>,
    /// The groups that were chosen of them.
    page: Option<Page>,
    sides: Sides,
}

impl Found {
    async fn read(reader: &Reader<'_>) -> Result<Self, RunError> {
        let plan = reader.plan;
        let ranked = match plan.has(Step::Rank) {
            true => Some(reader.cells(Step::Rank, &[]).await?),
            false => None,
        };
        let page = ranked.as_ref().map(|cells| Page::of(plan, cells));
        let chosen: Vec<Vec<String>> = page.as_ref().map(Page::combinations).unwrap_or_default();
        let sides = match page.as_ref().is_some_and(|page| page.keys.is_empty()) {
            true => Sides::nothing(plan),
            false => Sides::read(reader, &chosen).await?,
        };
        Ok(Self { ranked, page, sides })
    }
}

/// What was read of the chosen groups, by the side of the comparison that it belongs to.
pub(crate) struct Sides {
    /// The question's own.
    pub values: Cells,
    /// Those of each baseline.
    pub references: Vec<Cells>,
    /// Strata of the question's own side; none unless the plan has them.
    strata: Option<Cells>,
    /// Strata of each baseline.
    reference_strata: Vec<Cells>,
}

impl Sides {
    fn nothing(plan: &Plan) -> Self {
        let none = || vec![Cells::default(); plan.references.len()];
        Self {
            values: Cells::default(),
            references: none(),
            strata: plan.has(Step::Strata).then(Cells::default),
            reference_strata: none(),
        }
    }

    /// Reads everything that a plan needs of the chosen groups, several statements at a time.
    pub(crate) async fn read(reader: &Reader<'_>, chosen: &[Vec<String>]) -> Result<Self, RunError> {
        let plan = reader.plan;
        let steps = plan
            .steps
            .iter()
            .copied()
            .filter(|step| !matches!(step, Step::Freshness | Step::Bots | Step::Rank));
        let read: Vec<(Step, Cells)> = stream::iter(steps.collect::<Vec<_>>())
            .map(|step| async move { Ok::<_, RunError>((step, reader.cells(step, chosen).await?)) })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await?;
        let mut sides = Self::nothing(plan);
        for (step, cells) in read {
            match step {
                Step::Values => sides.values = shared_out(plan, cells, &mut sides.references),
                Step::Reference(index) => sides.references[index] = cells,
                Step::Strata => sides.strata = Some(shared_out(plan, cells, &mut sides.reference_strata)),
                Step::ReferenceStrata(index) => sides.reference_strata[index] = cells,
                Step::Freshness | Step::Bots | Step::Rank => {}
            }
        }
        Ok(sides)
    }

    /// What was read of the joined windows, where every baseline is of them; no strata.
    pub(crate) fn of_joined(plan: &Plan, cells: Cells) -> Self {
        let mut references = vec![Cells::default(); plan.references.len()];
        Self {
            values: shared_out(plan, cells, &mut references),
            references,
            strata: None,
            reference_strata: Vec::new(),
        }
    }

    /// What stands against one row in one baseline: one cell per window that has any data at all, empty ones included.
    pub(crate) fn counterpart<'a>(
        &'a self,
        plan: &'a Plan,
        index: usize,
        bucket: usize,
        dimensions: &[String],
    ) -> ReferenceSide<'a> {
        let strata = self.strata.as_ref().map(|own| (own, &self.reference_strata[index]));
        counterpart(plan, index, &self.references[index], bucket, dimensions, strata)
    }
}

/// When the organisation's latest beacon was received, ms since 1970; 0 before the first.
///
/// # Errors
/// When the tables do not answer.
pub async fn fresh_ms(tables: &Tables, tenant: accounts::Tenant) -> Result<i64, RunError> {
    let statement = crate::sql::statement::freshness(tenant);
    let step = "freshness";
    let told = tables.number(&statement, false).await;
    told.map_err(|source| RunError::Reading { step, source })
}

/// What [`Plan::known`] is to be.
pub(crate) async fn known(tables: &Tables, plan: &Plan, observe: Observe<'_>) -> Result<Known, RunError> {
    let Some(coverage) = plan.coverage() else {
        return Ok(Known::default());
    };
    let begun = Instant::now();
    let step = "coverage";
    let read = try_join(tables.fetch(&coverage.touched), tables.fetch(&coverage.built)).await;
    let (touched, built) = read.map_err(|source| RunError::Reading { step, source })?;
    observe(step, begun.elapsed().as_secs_f64());
    Ok(coverage.known(touched_days(&touched, &built)))
}

/// Reads what the steps of a plan need.
pub(crate) struct Reader<'a> {
    tables: &'a Tables,
    plan: &'a Plan,
    observe: Observe<'a>,
    /// What several steps are told of.
    gathered: BTreeMap<Gathering, Gathered>,
    /// What several steps are told by cells, by baseline.
    halves: BTreeMap<Option<usize>, OnceCell<Arc<Vec<HalvesRow>>>>,
}

/// Attempts that several steps are told of.
struct Gathered {
    scope: Scope,
    wanted: Wanted,
    /// None where they turned out to be too many.
    loaded: OnceCell<Option<Loaded>>,
}

impl<'a> Reader<'a> {
    /// Nothing is read yet.
    pub(crate) fn new(tables: &'a Tables, plan: &'a Plan, observe: Observe<'a>) -> Self {
        let gathered = plan.gathered().into_iter().map(|(gathering, (scope, wanted))| {
            let loaded = OnceCell::new();
            (gathering, Gathered { scope, wanted, loaded })
        });
        Self {
            tables,
            plan,
            observe,
            gathered: gathered.collect(),
            halves: (0..plan.references.len())
                .map(Some)
                .chain([None])
                .map(|reference| (reference, OnceCell::new()))
                .collect(),
        }
    }

    /// What cells tell several steps of the joined windows, or of a baseline, asked when the first wants to know.
    async fn halves(
        &self,
        reference: Option<usize>,
        statement: &Statement,
        is_settled: bool,
    ) -> Result<Arc<Vec<HalvesRow>>, StoreError> {
        let read = || self.tables.rows(statement, is_settled);
        match self.halves.get(&reference) {
            Some(told) => told.get_or_try_init(read).await.cloned(),
            None => read().await,
        }
    }

    /// The attempts of a gathering, read when a step first asks; none where statements have to tell.
    async fn loaded(&self, gathering: Gathering) -> Result<Option<&Loaded>, StoreError> {
        let Some(Gathered { scope, wanted, loaded }) = self.gathered.get(&gathering) else {
            return Ok(None);
        };
        let loaded = loaded.get_or_try_init(|| async {
            let begun = Instant::now();
            let loaded = Loaded::load(self.tables, scope, wanted).await?;
            (self.observe)("attempts", begun.elapsed().as_secs_f64());
            Ok(loaded)
        });
        loaded.await.map(Option::as_ref)
    }

    /// The sum of a step's numbers.
    async fn number(&self, step: Step) -> Result<i64, RunError> {
        if !self.plan.has(step) {
            return Ok(0);
        }
        let begun = Instant::now();
        let failed = |source| RunError::Reading {
            step: step.name(),
            source,
        };
        let numbers = self.plan.reads(step, &[]).into_iter().map(|read| self.number_of(read));
        let numbers = try_join_all(numbers).await.map_err(failed)?;
        (self.observe)(step.name(), begun.elapsed().as_secs_f64());
        Ok(numbers.iter().sum())
    }

    async fn number_of(&self, read: Read) -> Result<i64, StoreError> {
        let (statement, is_settled, gathered) = match read {
            Read::Number {
                statement,
                is_settled,
                gathered,
            } => (statement, is_settled, gathered),
            Read::Halves {
                statement,
                is_settled,
                reference,
                ..
            } => {
                let rows = self.halves(reference, &statement, is_settled).await?;
                let window = self.plan.window().start();
                let bots = rows.iter().filter(|row| {
                    let is_counted = row.is_bot.into() && !bool::from(row.is_strata);
                    is_counted && row.window == window
                });
                return Ok(bots.map(|row| row.attempts as i64).sum());
            }
            // No other read has a number.
            Read::Attempts { .. } | Read::Ticks { .. } => return Ok(0),
        };
        if let Some(gathering) = gathered
            && let Some(loaded) = self.loaded(gathering).await?
        {
            return Ok(loaded.bots() as i64);
        }
        self.tables.number(&statement, is_settled).await
    }

    /// The groups of a step. `chosen` are the combinations of dimension values on this page; none without dimensions.
    pub(crate) async fn cells(&self, step: Step, chosen: &[Vec<String>]) -> Result<Cells, RunError> {
        let begun = Instant::now();
        let grid = self.plan.grid(step);
        let failed = |source| RunError::Reading {
            step: step.name(),
            source,
        };
        // What cells tell and what the attempts beside them do: read at once, put together in order, so that sums come out the same each time.
        let mut answers = stream::iter(self.plan.reads(step, chosen))
            .map(|read| self.answer(step, read))
            .buffered(PARALLEL_READS);
        let mut cells = Cells::default();
        while let Some(answer) = answers.try_next().await.map_err(failed)? {
            for (key, told) in answer.into_cells(grid) {
                let cell = cells.entry(key).or_default();
                // Where cells and attempts both tell of a group, each tells of other attempts; of its viewers one statement does.
                cell.merge(&told);
                cell.viewers += told.viewers;
                // Cells and beacons tell of other attempts, and of other hours. The highest tick one statement tells.
                add(&mut cell.viewer_ticks, &told.viewer_ticks);
                add(&mut cell.at_highest, &told.at_highest);
            }
        }
        (self.observe)(step.name(), begun.elapsed().as_secs_f64());
        Ok(cells)
    }

    async fn answer(&self, step: Step, read: Read) -> Result<Answer, StoreError> {
        Ok(match read {
            Read::Attempts {
                statement,
                parts,
                hists,
                is_settled,
                gathered,
                from_cells: _,
            } => {
                if let Some((gathering, wanted)) = gathered
                    && let Some(loaded) = self.loaded(gathering).await?
                {
                    return Ok(Answer::Gathered(loaded.cells(&Asked {
                        dimensions: &wanted.dimensions,
                        only: wanted.only.as_deref(),
                        parts: &wanted.parts,
                        hists: &wanted.hists,
                        by_viewer: wanted.by_viewer,
                        first_window: step == Step::Rank,
                        include_bots: self.plan.question.include_bots,
                    })));
                }
                Answer::Attempts {
                    rows: self.tables.rows(&statement, is_settled).await?,
                    parts,
                    hists,
                }
            }
            Read::Halves {
                statement,
                is_settled,
                reference,
                half,
                parts,
                hists,
            } => Answer::Half {
                rows: self.halves(reference, &statement, is_settled).await?,
                is_strata: half == Half::Strata,
                include_bots: self.plan.question.include_bots,
                parts,
                hists,
            },
            Read::Ticks {
                statement,
                is_settled,
                from_cells: _,
            } => Answer::Ticks(self.tables.rows(&statement, is_settled).await?),
            // A number is of no group.
            Read::Number { .. } => Answer::Ticks(Arc::default()),
        })
    }
}

/// What was told of groups.
enum Answer {
    Attempts {
        rows: Arc<Vec<AttemptsRow>>,
        parts: Vec<Part>,
        hists: Vec<Hist>,
    },
    Half {
        rows: Arc<Vec<HalvesRow>>,
        is_strata: bool,
        include_bots: bool,
        parts: Vec<Part>,
        hists: Vec<Hist>,
    },
    Ticks(Arc<Vec<TicksRow>>),
    Gathered(Cells),
}

impl Answer {
    /// Where each group stands in `grid`, and what was told of it.
    fn into_cells(self, grid: &Grid) -> Vec<(Key, Cell)> {
        let place = |window, bucket, dimensions| {
            let (window, bucket) = grid.decode(window, bucket)?;
            Some(Key {
                window,
                bucket,
                dimensions,
            })
        };
        match self {
            Self::Attempts { rows, parts, hists } => {
                let told = Arc::unwrap_or_clone(rows).into_iter().filter_map(|row| {
                    let key = place(row.window, row.bucket, row.dimensions)?;
                    let binned = row.histograms.into_iter();
                    let binned = binned.map(|(keys, counts)| keys.into_iter().zip(counts).collect());
                    let cell = Cell {
                        attempts: row.attempts,
                        identified: row.identified,
                        received: row.received,
                        expected: row.expected,
                        viewers: row.viewers,
                        sums: parts.iter().copied().zip(row.sums).collect(),
                        histograms: hists.iter().copied().zip(binned).collect(),
                        ..Cell::default()
                    };
                    Some((key, cell))
                });
                told.collect()
            }
            Self::Half {
                rows,
                is_strata,
                include_bots,
                parts,
                hists,
            } => {
                let mut cells = Cells::default();
                for row in rows.iter() {
                    if bool::from(row.is_strata) != is_strata || row.is_bot.into() && !include_bots {
                        continue;
                    }
                    let dimensions = match is_strata {
                        true => row.dimensions.clone(),
                        false => Vec::new(),
                    };
                    let Some(key) = place(row.window, 0, dimensions) else {
                        continue;
                    };
                    let cell = cells.entry(key).or_default();
                    cell.attempts += row.attempts;
                    cell.identified += row.identified;
                    cell.received += row.received;
                    cell.expected += row.expected;
                    let (bucket, buckets) = match is_strata {
                        true => (0, 1),
                        false => (row.viewer_bucket, BUCKETS),
                    };
                    for (part, sum) in parts.iter().zip(&row.sums) {
                        cell.sums.entry(*part).or_insert_with(|| vec![0.0; buckets])[bucket] += sum;
                    }
                    for (hist, (bins, counts)) in hists.iter().zip(&row.histograms) {
                        let keys = bins.iter().map(|bin| (bucket * BIN_ROOM) as u32 + bin);
                        let binned = cell.histograms.entry(*hist).or_default();
                        binned.extend(keys.zip(counts.iter().copied()));
                    }
                }
                cells.into_iter().collect()
            }
            Self::Ticks(rows) => {
                let told = Arc::unwrap_or_clone(rows).into_iter().filter_map(|row| {
                    let key = place(row.window, row.bucket, row.dimensions)?;
                    let cell = Cell {
                        viewer_ticks: row.viewer_ticks,
                        at_highest: row.at_highest,
                        ..Cell::default()
                    };
                    Some((key, cell))
                });
                told.collect()
            }
            Self::Gathered(cells) => cells.into_iter().collect(),
        }
    }
}

/// Gives the cells of the joined windows to the sides that they belong to; returns the question's own.
fn shared_out(plan: &Plan, cells: Cells, references: &mut [Cells]) -> Cells {
    let mut own = Cells::default();
    let mut owners: Vec<Vec<(usize, usize)>> = vec![Vec::new(); plan.joined.windows().len()];
    for (reference, plan) in plan.references.iter().enumerate() {
        for (window, place) in plan.places.iter().flatten().enumerate() {
            owners[*place].push((reference, window));
        }
    }
    for (key, cell) in cells {
        let placed = |window| Key { window, ..key.clone() };
        match owners[key.window].as_slice() {
            // The first window is the question's; a baseline of the same time shares it.
            owners if key.window == 0 => {
                for (reference, window) in owners {
                    references[*reference].insert(placed(*window), cell.clone());
                }
                own.insert(key, cell);
            }
            [] => {}
            [others @ .., (last, last_window)] => {
                for (reference, window) in others {
                    references[*reference].insert(placed(*window), cell.clone());
                }
                references[*last].insert(placed(*last_window), cell);
            }
        }
    }
    own
}

/// The rows of one page, in order, before they have values.
struct Page {
    keys: Vec<Key>,
    next: Option<usize>,
}

impl Page {
    fn of(plan: &Plan, cells: &Cells) -> Self {
        let question = &plan.question;
        let window = plan.window();
        let empty = Cell::default();
        let mut keys: Vec<&Key> = cells.keys().collect();
        let filled: Vec<Key>;
        if question.dimensions.is_empty() && (question.fill || question.interval.is_none()) {
            filled = (0..window.buckets())
                .map(|bucket| Key {
                    window: 0,
                    bucket,
                    dimensions: Vec::new(),
                })
                .filter(|key| !cells.contains_key(key))
                .collect();
            keys.extend(&filled);
        }
        let value =
            |key: &Key, recipe: Recipe| point(cells.get(key).unwrap_or(&empty), recipe, window.bucket(key.bucket));
        keys.retain(|key| {
            question
                .having
                .iter()
                .all(|having| having.keeps(Plan::having_recipe(&having.metric).and_then(|recipe| value(key, recipe))))
        });
        let ranking: BTreeMap<usize, Vec<Option<f64>>> = plan
            .ranking()
            .into_iter()
            .map(|metric| {
                (
                    metric,
                    keys.iter().map(|key| value(key, plan.recipes[metric])).collect(),
                )
            })
            .collect();
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by(|a, b| {
            let (left, right) = (keys[*a], keys[*b]);
            let asked = question.order.iter().map(|order| {
                let compared = match order.key {
                    OrderKey::Metric(metric) => {
                        return by_value(ranking[&metric][*a], ranking[&metric][*b], order.descending);
                    }
                    OrderKey::Dimension(index) => left.dimensions[index].cmp(&right.dimensions[index]),
                    OrderKey::Time => left.bucket.cmp(&right.bucket),
                };
                if order.descending { compared.reverse() } else { compared }
            });
            let attempts = |key: &Key| cells.get(key).map_or(0, |cell| cell.attempts);
            asked
                .fold(Ordering::Equal, Ordering::then)
                .then_with(|| left.bucket.cmp(&right.bucket))
                .then_with(|| attempts(right).cmp(&attempts(left)))
                .then_with(|| left.dimensions.cmp(&right.dimensions))
        });
        let after = question.offset + question.limit;
        let next = (after < order.len()).then_some(after);
        let keys = order
            .into_iter()
            .skip(question.offset)
            .take(question.limit)
            .map(|index| keys[index].clone())
            .collect();
        Self { keys, next }
    }

    /// The combinations of dimension values on this page, each once.
    fn combinations(&self) -> Vec<Vec<String>> {
        let mut combinations: Vec<Vec<String>> = self.keys.iter().map(|key| key.dimensions.clone()).collect();
        combinations.sort_unstable();
        combinations.dedup();
        combinations
    }
}

/// Orders values; null comes last either way.
fn by_value(a: Option<f64>, b: Option<f64>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.total_cmp(&a),
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn rows(plan: &Plan, page: &Page, sides: &Sides) -> Vec<Row> {
    let question = &plan.question;
    let window = plan.window();
    let weights = Weights::draw(REPLICATES, &mut ChaCha8Rng::seed_from_u64(question.fingerprint));
    let judge = Judge {
        plan,
        weights: &weights,
    };
    let empty = Cell::default();
    let asked = || question.metrics.iter().zip(&plan.recipes);
    let side = |key: &Key| RowSide {
        cell: sides.values.get(key).unwrap_or(&empty),
        stretch: window.bucket(key.bucket),
    };
    // By baseline, because the verdicts of a table's rows depend on each other.
    let mut comparisons: Vec<BTreeMap<String, BTreeMap<String, Comparison>>> = vec![BTreeMap::new(); page.keys.len()];
    for (index, reference) in plan.references.iter().enumerate() {
        let (mut places, mut compared) = (Vec::new(), Vec::new());
        for (row, key) in page.keys.iter().enumerate() {
            let wanted = reference.key(&key.dimensions);
            let counterpart = sides.counterpart(plan, index, key.bucket, &wanted);
            for (asked, recipe) in asked() {
                let one = judge.compare(&side(key), &counterpart, asked, *recipe);
                places.extend(one.is_some().then_some((row, &asked.name)));
                compared.extend(one);
            }
            comparisons[row].insert(reference.label.clone(), BTreeMap::new());
        }
        for ((row, name), comparison) in places.into_iter().zip(judge.concluded(compared, page.keys.len())) {
            let column = comparisons[row].entry(reference.label.clone()).or_default();
            column.insert(name.clone(), comparison);
        }
    }
    page.keys
        .iter()
        .zip(comparisons)
        .map(|(key, comparisons)| {
            let RowSide { cell, stretch } = side(key);
            let names = question.dimensions.iter().map(Dimension::name);
            let known = key
                .dimensions
                .iter()
                .map(|value| (!value.is_empty()).then(|| value.clone()));
            Row {
                time: question
                    .interval
                    .map(|_| written(window.name_of(key.bucket), question.timezone)),
                dimensions: names.zip(known).collect(),
                partial: window.is_partial(key.bucket),
                completeness: cell.completeness(),
                values: asked()
                    .map(|(asked, recipe)| (asked.name.clone(), judge.value(cell, *recipe, stretch)))
                    .collect(),
                comparisons,
            }
        })
        .collect()
}

fn counterpart<'a>(
    plan: &'a Plan,
    index: usize,
    cells: &Cells,
    bucket: usize,
    dimensions: &[String],
    strata: Option<(&'a Cells, &'a Cells)>,
) -> ReferenceSide<'a> {
    let reference = &plan.references[index];
    let mut side = ReferenceSide {
        plan: reference,
        cells: Vec::new(),
        days: Vec::new(),
        left_out: reference
            .choice
            .as_ref()
            .map_or(&[][..], |choice| choice.left_out[bucket].as_slice()),
        strata,
    };
    for (number, window) in reference.scope.grid.windows().iter().enumerate() {
        let has_data = cells.keys().any(|key| key.window == number);
        // A bucket that the clocks skipped on that day has no counterpart.
        let skipped = bucket >= window.buckets() || window.bucket(bucket).0 >= window.bucket(bucket).1;
        if !has_data || skipped || !reference.is_used(number, bucket) {
            continue;
        }
        let key = Key {
            window: number,
            bucket,
            dimensions: dimensions.to_vec(),
        };
        side.cells.push((
            number,
            cells.get(&key).cloned().unwrap_or_default(),
            window.bucket(bucket),
        ));
        if reference.names_days {
            side.days.push(date(window.bucket(bucket).0, plan.question.timezone));
        }
    }
    side
}

fn completeness_of(cells: &Cells) -> Option<f64> {
    let mut whole = Cell::default();
    for cell in cells.values() {
        whole.received += cell.received;
        whole.expected += cell.expected;
    }
    whole.completeness()
}

fn columns(plan: &Plan) -> Vec<Column> {
    let column = |name: String, kind| Column {
        name,
        kind,
        unit: None,
        better: None,
    };
    let time = plan
        .question
        .interval
        .map(|_| column("time".to_owned(), ColumnKind::Time));
    let dimensions = plan
        .question
        .dimensions
        .iter()
        .map(|dimension| column(dimension.name(), ColumnKind::Dimension));
    let metrics = plan.question.metrics.iter().map(|asked| Column {
        name: asked.name.clone(),
        kind: ColumnKind::Metric,
        unit: Some(asked.unit()),
        better: Some(asked.better()),
    });
    time.into_iter().chain(dimensions).chain(metrics).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_hangs_is_away_and_a_question_that_it_gives_up_is_too_expensive() {
        let code = |source| {
            let step = "values";
            RunError::Reading { step, source }.into_api().code()
        };
        assert_eq!(code(StoreError::TimedOut { seconds: 35 }), ErrorCode::StoreUnavailable);
        for (number, expected) in [(159, ErrorCode::QueryTooExpensive), (62, ErrorCode::Internal)] {
            let message = String::new();
            assert_eq!(code(StoreError::Refused { code: number, message }), expected);
        }
    }
}
