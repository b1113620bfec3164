//! From the journal into ClickHouse: range by range, each under its own token, until ClickHouse takes it.
//!
//! Ranges are fixed when the oldest waiting record has waited [`LINGER`], up to [`LINGER_MOST`] under load, or earlier when much waits. What may succeed later is
//! sent again for ever, with the same token and the same rows. When the rows themselves are at fault the range is split, always in
//! the same way and under tokens derived from the range's, until the bad row stands alone; that one goes to the dead letters.
//! Where every row of a range is refused it may be the rows or the table, and the next rows tell: the range is put aside, and when
//! ClickHouse takes any other it was the rows. A refusal that is about names waits for a column or table to come back.
//!
//! After an outage the newest range and the oldest one go in turns, so that fresh data is fresh at once while the past catches up.
//!
//! After a power loss ClickHouse may have kept a range's rows and forgotten its token; then they stand twice in `beacons`. Asking
//! for the rows first, to send only what is missing, was rejected: rows in `beacons` do not show that the materialized view's part
//! was kept too, so it could lose an attempt, while rows that stand twice change no answer: `impressions` merge them away, and
//! what reads `beacons` takes each sequence, or each moment of an attempt, once.

use std::{collections::VecDeque, ops::Range as Part, sync::Arc, time::Duration};

use failpoint::Point;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use journal::{Journal, Range, RangeError};
use store::{RowError, Rows, Store, StoreError};
use tokio::{
    sync::watch,
    task::{JoinError, spawn_blocking},
    time::{Instant, sleep_until, timeout_at},
};

use crate::telemetry::{Telemetry, UNSTORABLE};

/// How long records gather: 400 ms. An insert costs ClickHouse a part in two tables whatever its size, and a beacon should be
/// in ClickHouse within a second of its acknowledgement.
const LINGER: Duration = Duration::from_millis(400);
/// Under load they gather twice as long as the last range took, up to 1.2 s: larger ranges cost less a row, now and when their parts are
/// merged, and a beacon is still there within 3 s.
const LINGER_MOST: Duration = Duration::from_millis(1_200);
/// Rows of a range. 50,000 take about half a second and stay far below ClickHouse's limit of 1,048,449 rows a block.
const RECORDS_MAX: u64 = 50_000;
/// Journal bytes of a range: 50,000 usual rows take half of it. Bounds the memory that a range of large ones needs.
const BYTES_MAX: u64 = 32 << 20;
/// So much waiting ends the gathering early.
const BYTES_LARGE: u64 = BYTES_MAX / 2;
/// So many refusals without a row taken, and a range is put aside: 64 inserts tell enough about the table.
const REFUSALS_MAX: usize = 64;
/// Parts of a split range that are inserted at a time. Each waits for ClickHouse's disk, and a range with a few bad rows has a hundred.
const PARTS_AT_ONCE: usize = 8;
/// First and longest pause between two tries.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MOST: Duration = Duration::from_secs(10);

/// What the batcher is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Wish {
    /// Go on.
    #[default]
    Run,
    /// Insert what is there without waiting, stop at the first failure.
    Drain,
}

/// The batcher stopped for good.
#[derive(Debug, thiserror::Error)]
enum Stop {
    /// The journal stopped or was closed.
    #[error(transparent)]
    Journal(#[from] RangeError),
    /// A record of the journal cannot be read by this program. Skipping it would lose what was acknowledged.
    #[error("record {index} of range {range}")]
    Record {
        range: Range,
        index: usize,
        source: RowError,
    },
    /// A blocking task ended by a panic.
    #[error("a task of the batcher ended early")]
    Task(#[from] JoinError),
    /// It was asked to drain and ClickHouse does not answer; the journal keeps the rest.
    #[error("stopped with records left, as ClickHouse does not take them: {0}")]
    Drained(String),
}

/// Where rows go.
trait Sink {
    /// Stores `part` of `rows` as one under `token`.
    fn insert(
        &self,
        token: &str,
        rows: &Rows,
        part: Part<usize>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl Sink for Batcher {
    async fn insert(&self, token: &str, rows: &Rows, part: Part<usize>) -> Result<(), StoreError> {
        let timer = self.telemetry.insert_seconds.start_timer();
        let result = self.store.insert_beacons(token, rows, part).await;
        timer.observe_duration();
        result
    }
}

pub(crate) struct Batcher {
    pub(crate) journal: Journal,
    pub(crate) store: Store,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) wish: watch::Receiver<Wish>,
}

impl Batcher {
    /// Runs until asked to drain, or until the journal stops.
    pub(crate) async fn run(mut self) {
        match self.work().await {
            Ok(()) => tracing::info!("the batcher has drained the journal"),
            Err(stop @ Stop::Drained(_)) => tracing::warn!(%stop, "the batcher has stopped"),
            Err(stop) => {
                let cause = std::error::Error::source(&stop).map(ToString::to_string);
                tracing::error!(%stop, cause, "the batcher has stopped; beacons stay in the journal");
            }
        }
    }

    async fn work(&mut self) -> Result<(), Stop> {
        let mut progress = self.journal.watch();
        // Ranges that are fixed and not stored, oldest first. Those of the run before come first and at once.
        let mut waiting = VecDeque::new();
        let mut doubted = Doubted::default();
        let mut newest_next = true;
        // Kept from range to range, so that the kernel need not clear pages for each.
        let mut rows = Rows::default();
        let mut gathered = true;
        let mut fixed_at: Option<Instant> = None;
        let mut linger = LINGER;
        loop {
            if waiting.is_empty() && !gathered {
                self.gather(linger, doubted.ranges.is_empty()).await;
            }
            gathered = false;
            // Marks everything up to now as seen, so that records of a moment later wake us.
            progress.borrow_and_update();
            // While ranges wait, new ones are fixed no more often than otherwise: a small range costs ClickHouse as much as a large one,
            // and one more for each that is stored would never let the past catch up.
            if waiting.is_empty() || fixed_at.is_none_or(|at| at.elapsed() >= linger) {
                failpoint::end(Point::BatchGathered);
                let journal = self.journal.clone();
                waiting.extend(spawn_blocking(move || fix_all(&journal)).await??);
                fixed_at = Some(Instant::now());
            }
            let next = if newest_next {
                waiting.pop_back()
            } else {
                waiting.pop_front()
            };
            let (next, are_rows_at_fault) = match next {
                Some(range) => (Some(range), false),
                None => (doubted.next(), doubted.others_are_taken),
            };
            if let Some(range) = next {
                let begun = Instant::now();
                let shipped;
                (shipped, rows) = self.ship(range, rows, are_rows_at_fault).await?;
                linger = (2 * begun.elapsed()).clamp(LINGER, LINGER_MOST);
                newest_next = !newest_next;
                match shipped {
                    Shipped::Stored(0) => {}
                    Shipped::Stored(_) => doubted.taken(),
                    Shipped::Refused => {
                        self.telemetry.retries.inc();
                        doubted.put(range);
                    }
                }
                continue;
            }
            if *self.wish.borrow() == Wish::Drain {
                return match doubted.ranges.len() {
                    0 => Ok(()),
                    ranges => Err(Stop::Drained(format!("every row of {ranges} ranges is refused"))),
                };
            }
            newest_next = true;
            let mut wish = self.wish.clone();
            tokio::select! {
                changed = progress.changed() => {
                    if changed.is_err() {
                        return Err(RangeError::Closed.into());
                    }
                    if let Some(reason) = self.journal.poisoned() {
                        return Err(RangeError::Poisoned(reason.to_string()).into());
                    }
                }
                _ = wish.wait_for(|wish| *wish == Wish::Drain) => gathered = true,
                () = sleep_until(doubted.again_at), if !doubted.ranges.is_empty() => gathered = true,
            }
        }
    }

    /// Waits until the oldest waiting record has waited long enough, or enough wait. Its age is known where it is the journal's oldest.
    async fn gather(&self, linger: Duration, is_oldest: bool) {
        let depth = self.journal.depth();
        let age = if is_oldest { depth.age } else { Duration::ZERO };
        let deadline = Instant::now() + linger.saturating_sub(age);
        let mut progress = self.journal.watch();
        let mut wish = self.wish.clone();
        let enough = async { while self.journal.depth().bytes < BYTES_LARGE && progress.changed().await.is_ok() {} };
        tokio::select! {
            _ = timeout_at(deadline, enough) => {}
            _ = wish.wait_for(|wish| *wish == Wish::Drain) => {}
        }
    }

    /// Carries a range into ClickHouse. `rows` is memory to do it in, and comes back empty. `are_rows_at_fault` where ClickHouse takes
    /// others: then every row may be given up.
    async fn ship(&self, range: Range, mut rows: Rows, are_rows_at_fault: bool) -> Result<(Shipped, Rows), Stop> {
        let journal = self.journal.clone();
        let mut rows = spawn_blocking(move || read_rows(&journal, range, &mut rows).map(|()| rows)).await??;
        let token = range.token();
        let mut backoff = Backoff::default();
        let dead = loop {
            match insert_all(&token, &rows, self, are_rows_at_fault).await {
                Ok(Inserted::Sorted(dead)) => break dead,
                Ok(Inserted::NoneTaken(error)) => {
                    let reason = words(&error);
                    tracing::error!(%token, rows = rows.len(), reason, "ClickHouse refuses every row; the range waits until it takes others");
                    rows.clear();
                    return Ok((Shipped::Refused, rows));
                }
                Err(error) => {
                    let reason = words(&error);
                    if error.is_retryable() {
                        tracing::warn!(%token, rows = rows.len(), reason, "ClickHouse did not take a range; it will be sent again");
                    } else {
                        tracing::error!(%token, rows = rows.len(), reason, "ClickHouse refuses every row; the range waits until this is mended");
                    }
                    self.pause(&mut backoff, &reason).await?;
                    self.telemetry.retries.inc();
                }
            }
        };
        let stored = rows.len() - dead.len();
        if !dead.is_empty() {
            let mut backoff = Backoff::default();
            while let Err(error) = self.store.insert_dead_letters(&token, &rows, &dead).await {
                let reason = words(&error);
                tracing::error!(%token, rows = dead.len(), reason, "writing dead letters failed; it will be tried again");
                self.pause(&mut backoff, &reason).await?;
                self.telemetry.retries.inc();
            }
            for (index, reason) in &dead {
                tracing::error!(%token, index, reason, "ClickHouse refuses a row; it is among the dead letters");
            }
            self.telemetry.dead_letters.inc_by(dead.len() as u64);
            failpoint::end(Point::DeadLettersStored);
        }
        failpoint::end(Point::InsertAnswered);
        let journal = self.journal.clone();
        spawn_blocking(move || journal.complete(&range)).await??;
        self.telemetry.stored.inc_by(stored as u64);
        self.telemetry.rejected(UNSTORABLE).inc_by(dead.len() as u64);
        self.telemetry.insert_rows.observe(stored as f64);
        tracing::debug!(%token, stored, dead = dead.len(), "a range is in ClickHouse");
        rows.clear();
        Ok((Shipped::Stored(stored), rows))
    }

    /// Waits before the next try; an error when there shall be none.
    async fn pause(&self, backoff: &mut Backoff, reason: &str) -> Result<(), Stop> {
        let mut wish = self.wish.clone();
        tokio::select! {
            () = sleep_until(Instant::now() + backoff.next()) => Ok(()),
            _ = wish.wait_for(|wish| *wish == Wish::Drain) => Err(Stop::Drained(reason.to_owned())),
        }
    }
}

/// Puts every record that is durable now and in no range into one, as far as the journal has room for ranges. Those that become durable
/// meanwhile wait for the next time: fixing a range takes a sync of the disk, and they would make a range of a few rows.
fn fix_all(journal: &Journal) -> Result<Vec<Range>, RangeError> {
    let durable = journal.watch().borrow().durable;
    let mut ranges: Vec<Range> = Vec::new();
    while ranges.last().is_none_or(|range| range.last < durable) {
        match journal.next_range(RECORDS_MAX, BYTES_MAX) {
            Ok(Some(range)) => ranges.push(range),
            Ok(None) | Err(RangeError::TooMany(_)) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(ranges)
}

/// Puts the rows of `range` into `rows`.
fn read_rows(journal: &Journal, range: Range, rows: &mut Rows) -> Result<(), Stop> {
    let mut failed = None;
    journal.read(&range, |_, record| {
        if let Err(source) = rows.push(record) {
            failed.get_or_insert(Stop::Record {
                range,
                index: rows.len(),
                source,
            });
        }
    })?;
    failed.map_or(Ok(()), Err)
}

/// An error and its causes in one line.
fn words(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// What ClickHouse did with the rows of a range.
#[derive(Debug)]
enum Inserted {
    /// It took them, except these, by index and with the reason.
    Sorted(Vec<(usize, String)>),
    /// It took none, and refused the last one tried for this reason.
    NoneTaken(StoreError),
}

/// Inserts `rows`, splitting around those that ClickHouse refuses for their own sake. Where it takes none they are given up only if
/// `are_rows_at_fault`. Large parts go first, so that a few inserts show whether any row is taken.
///
/// # Errors
/// When the same may succeed later; everything inserted so far is recognised by its token then. Also when the refusal is about names
/// and not about values.
async fn insert_all(
    token: &str,
    rows: &Rows,
    sink: &impl Sink,
    are_rows_at_fault: bool,
) -> Result<Inserted, StoreError> {
    let mut dead = Vec::new();
    let mut refusals = 0;
    let mut are_taken = are_rows_at_fault;
    // Parts still to insert.
    let mut parts: VecDeque<Part<usize>> = std::iter::once(0..rows.len()).collect();
    let mut inserting = FuturesUnordered::new();
    loop {
        while inserting.len() < PARTS_AT_ONCE
            && let Some(part) = parts.pop_front()
        {
            inserting.push(async move {
                let part_token = if part.len() == rows.len() {
                    token.to_owned()
                } else {
                    format!("{token}#{}-{}", part.start, part.end)
                };
                let result = sink.insert(&part_token, rows, part.clone()).await;
                (part, result)
            });
        }
        let Some((part, result)) = inserting.next().await else {
            break;
        };
        match result {
            Ok(()) => are_taken = true,
            Err(error) if error.is_retryable() || is_systemic(&error) => return Err(error),
            Err(error) => {
                refusals += 1;
                if part.len() == 1 {
                    dead.push((part.start, words(&error)));
                } else {
                    let middle = part.start + part.len() / 2;
                    parts.extend([part.start..middle, middle..part.end]);
                }
                if !are_taken && (refusals == REFUSALS_MAX || (parts.is_empty() && inserting.is_empty())) {
                    return Ok(Inserted::NoneTaken(error));
                }
            }
        }
    }
    dead.sort_unstable_by_key(|(index, _)| *index);
    Ok(Inserted::Sorted(dead))
}

/// Whether a refusal is about this program and its tables rather than about values: unknown columns, syntax, unknown table or
/// database, an unparsable statement (16, 47, 60, 62, 81), or rows that do not fit the columns at all.
fn is_systemic(error: &StoreError) -> bool {
    match error {
        StoreError::Refused { code, .. } => matches!(code, 16 | 47 | 60 | 62 | 81),
        StoreError::Shape { .. }
        | StoreError::MigrationChanged { .. }
        | StoreError::Retention { .. }
        | StoreError::OtherForm { .. }
        | StoreError::NoClusterForm { .. }
        | StoreError::Name { .. } => true,
        StoreError::Unreachable(_) | StoreError::TimedOut { .. } | StoreError::Row { .. } => false,
    }
}

/// Doubling pauses with jitter: between half and the whole of each, so that nodes do not come back together.
#[derive(Debug, Default)]
struct Backoff {
    tries: u32,
}

impl Backoff {
    fn next(&mut self) -> Duration {
        let most = BACKOFF_FIRST.saturating_mul(1 << self.tries.min(10)).min(BACKOFF_MOST);
        self.tries += 1;
        most.mul_f64(rand::random_range(0.5..=1.0))
    }
}

/// What became of a range.
#[derive(Debug)]
enum Shipped {
    /// It is complete, with so many rows in the table.
    Stored(usize),
    /// ClickHouse refused every row of it.
    Refused,
}

/// Ranges whose every row was refused. Whether they or the table are to blame shows when ClickHouse takes another.
#[derive(Debug)]
struct Doubted {
    ranges: VecDeque<Range>,
    /// Since the last range was put here.
    others_are_taken: bool,
    backoff: Backoff,
    /// When to try one again though nothing else has been taken: the table may be mended.
    again_at: Instant,
}

impl Default for Doubted {
    fn default() -> Self {
        Self {
            ranges: VecDeque::new(),
            others_are_taken: false,
            backoff: Backoff::default(),
            again_at: Instant::now(),
        }
    }
}

impl Doubted {
    fn put(&mut self, range: Range) {
        self.ranges.push_back(range);
        self.others_are_taken = false;
        self.again_at = Instant::now() + self.backoff.next();
    }

    fn taken(&mut self) {
        self.others_are_taken = true;
        self.backoff = Backoff::default();
    }

    /// The next one to try, if it is time.
    fn next(&mut self) -> Option<Range> {
        (self.others_are_taken || Instant::now() >= self.again_at)
            .then(|| self.ranges.pop_front())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Mutex};

    use super::*;

    /// Ten rows, each of which holds its index.
    fn ten_rows() -> Rows {
        let mut rows = Rows::default();
        for index in 0..10 {
            rows.push(&[&[3, 0][..], &[index; 32]].concat()).unwrap();
        }
        rows
    }

    fn refused(code: i32) -> StoreError {
        StoreError::Refused {
            code,
            message: "no".to_owned(),
        }
    }

    /// A table that says what `answer` says to each row.
    struct Table<F> {
        answer: F,
        stored: Mutex<BTreeMap<String, Vec<u32>>>,
    }

    impl<F: Fn(u32) -> Option<i32> + Sync> Sink for Table<F> {
        async fn insert(&self, token: &str, rows: &Rows, part: Part<usize>) -> Result<(), StoreError> {
            let sequences: Vec<u32> = part.map(|index| u32::from(rows.values(index)[0])).collect();
            if let Some(code) = sequences.iter().find_map(|sequence| (self.answer)(*sequence)) {
                return Err(refused(code));
            }
            let again = self.stored.lock().unwrap().insert(token.to_owned(), sequences);
            assert_eq!(again, None, "no token is used twice");
            Ok(())
        }
    }

    /// Inserts ten rows.
    async fn run(answer: impl Fn(u32) -> Option<i32> + Sync) -> (Result<Vec<usize>, i32>, BTreeMap<String, Vec<u32>>) {
        insert(ten_rows(), answer, false).await
    }

    async fn insert(
        rows: Rows,
        answer: impl Fn(u32) -> Option<i32> + Sync,
        are_rows_at_fault: bool,
    ) -> (Result<Vec<usize>, i32>, BTreeMap<String, Vec<u32>>) {
        let table = Table {
            answer,
            stored: Mutex::default(),
        };
        let result = match insert_all("t", &rows, &table, are_rows_at_fault).await {
            Ok(Inserted::Sorted(dead)) => Ok(dead.into_iter().map(|(index, _)| index).collect()),
            Ok(Inserted::NoneTaken(error)) | Err(error) => Err(error.code().unwrap()),
        };
        (result, table.stored.into_inner().unwrap())
    }

    #[tokio::test]
    async fn good_rows_go_as_one_under_the_ranges_token() {
        let (result, stored) = run(|_| None).await;
        assert_eq!(result, Ok(Vec::new()));
        assert_eq!(stored, [("t".to_owned(), (0..10).collect())].into());
    }

    #[tokio::test]
    async fn bad_rows_are_found_and_the_others_stored_once_each_and_always_in_the_same_parts() {
        let bad = |sequence| (sequence == 3 || sequence == 7).then_some(53);
        let (result, stored) = run(bad).await;
        assert_eq!(result, Ok(vec![3, 7]));
        let mut all: Vec<u32> = stored.values().flatten().copied().collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 4, 5, 6, 8, 9]);
        assert_eq!(run(bad).await.1, stored);
    }

    #[tokio::test]
    async fn nothing_is_given_up_when_every_row_is_refused_until_others_are_taken() {
        let every = |_| Some(53);
        assert_eq!(run(every).await.0, Err(53));
        assert_eq!(insert(ten_rows(), every, true).await.0, Ok((0..10).collect()));
    }

    #[tokio::test]
    async fn a_table_that_takes_nothing_is_not_asked_for_every_row() {
        let mut rows = Rows::default();
        for _ in 0..10_000 {
            rows.push(&[&[3, 0][..], &[7; 32]].concat()).unwrap();
        }
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let answer = |_| {
            asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Some(53)
        };
        assert_eq!(insert(rows, answer, false).await.0, Err(53));
        assert_eq!(asked.into_inner(), REFUSALS_MAX);
    }

    #[tokio::test]
    async fn a_missing_table_or_a_busy_server_costs_no_row() {
        for code in [60, 16, 241, 252_000] {
            let (result, _) = run(|sequence| (sequence == 3).then_some(code)).await;
            assert_eq!(result, Err(code));
        }
    }

    #[test]
    fn pauses_double_up_to_a_bound_and_differ() {
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..40).map(|_| backoff.next()).collect();
        assert!(pauses[0] >= BACKOFF_FIRST / 2 && pauses[0] <= BACKOFF_FIRST);
        assert!(pauses[3] >= BACKOFF_FIRST * 4);
        assert!(pauses.iter().all(|pause| *pause <= BACKOFF_MOST));
        assert!(pauses[20..].iter().any(|pause| *pause != pauses[20]));
    }
}
