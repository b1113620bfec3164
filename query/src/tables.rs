//! What questions are put to: the tables, and what cells said before.
//!
//! A statement over cells names the version of every day it reads, and the rows of a version stay what they are. So what it said is
//! kept, and said again without asking for as long as questions name the same versions, which each looks up first: a dashboard that asks anew every
//! minute reads only what is new. Statements over attempts are asked each time.
//!
//! Invariant: a kept answer is what the tables would say. Versions so young that a replica may lack some of their rows are not kept.

use std::{collections::BTreeMap, ops::Deref, sync::Arc};

use prometheus::{IntCounterVec, Opts, Registry};
use quick_cache::{Weighter, sync::Cache};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use store::{Statement, Store, StoreError};

/// Memory for what is kept, bytes: some twenty of a large organisation's whole pages.
const KEPT_BYTES_MAX: u64 = 64 << 20;

/// How many answers that is, about.
const KEPT_ABOUT: usize = 1_000;

/// A group as a statement tells it; see [`crate::sql::statement::attempts`].
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AttemptsRow {
    pub window: i64,
    pub bucket: i64,
    pub dimensions: Vec<String>,
    pub attempts: u64,
    pub identified: u64,
    pub received: u64,
    pub expected: u64,
    pub viewers: u64,
    pub sums: Vec<Vec<f64>>,
    pub histograms: Vec<(Vec<u32>, Vec<u64>)>,
}

impl AttemptsRow {
    /// The memory it takes, about.
    fn bytes(&self) -> usize {
        let texts: usize = self
            .dimensions
            .iter()
            .map(|text| size_of::<String>() + text.len())
            .sum();
        let sums: usize = self
            .sums
            .iter()
            .map(|sums| size_of_val(sums) + size_of_val(&sums[..]))
            .sum();
        let histograms = self.histograms.iter();
        let histograms: usize = histograms
            .map(|bins| size_of_val(bins) + size_of_val(&bins.0[..]) + size_of_val(&bins.1[..]))
            .sum();
        size_of::<Self>() + texts + sums + histograms
    }
}

/// A group's viewers as a statement tells them; see [`crate::sql::statement::concurrency`].
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TicksRow {
    pub window: i64,
    pub bucket: i64,
    pub dimensions: Vec<String>,
    pub viewer_ticks: Vec<f64>,
    pub at_highest: Vec<f64>,
}

impl TicksRow {
    /// The memory it takes, about.
    fn bytes(&self) -> usize {
        let texts: usize = self
            .dimensions
            .iter()
            .map(|text| size_of::<String>() + text.len())
            .sum();
        size_of::<Self>() + texts + size_of_val(&self.viewer_ticks[..]) + size_of_val(&self.at_highest[..])
    }
}

/// An answer that is kept.
#[derive(Clone)]
enum Kept {
    Groups { rows: Arc<Vec<AttemptsRow>>, bytes: usize },
    Ticks { rows: Arc<Vec<TicksRow>>, bytes: usize },
    Number(i64),
}

/// Weighs an answer by its memory.
#[derive(Clone)]
struct Memory;

impl Weighter<[u8; 32], Kept> for Memory {
    fn weight(&self, key: &[u8; 32], kept: &Kept) -> u64 {
        let bytes = match kept {
            Kept::Groups { bytes, .. } | Kept::Ticks { bytes, .. } => *bytes,
            Kept::Number(_) => 0,
        };
        (size_of_val(key) + size_of::<Kept>() + bytes) as u64
    }
}

/// The tables of a node, with what it keeps of their answers. Cheap to clone; clones keep together.
#[derive(Clone)]
pub struct Tables {
    store: Store,
    kept: Arc<Cache<[u8; 32], Kept, Memory>>,
    answers: IntCounterVec,
}

impl Deref for Tables {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Tables {
    /// Tables of which nothing is kept yet.
    ///
    /// # Errors
    /// When the registry already holds metrics of these names.
    pub fn new(store: Store, registry: &Registry) -> Result<Self, prometheus::Error> {
        let answers = Opts::new(
            "playhead_query_cell_answers_total",
            "Answers from cells, by whether they were read from the tables or kept in memory from before.",
        );
        let answers = IntCounterVec::new(answers, &["from"])?;
        registry.register(Box::new(answers.clone()))?;
        Ok(Self {
            store,
            kept: Arc::new(Cache::with_weighter(KEPT_ABOUT, KEPT_BYTES_MAX, Memory)),
            answers,
        })
    }

    /// The groups that a statement tells. `is_settled`: it tells the same whenever it is asked.
    pub(crate) async fn groups(
        &self,
        statement: &Statement,
        is_settled: bool,
    ) -> Result<Arc<Vec<AttemptsRow>>, StoreError> {
        let read = async || self.store.fetch::<AttemptsRow>(statement).await;
        if !is_settled {
            return Ok(Arc::new(read().await?));
        }
        let kept = self.kept_or(statement, async {
            let rows = Arc::new(read().await?);
            let bytes = rows.iter().map(AttemptsRow::bytes).sum();
            Ok(Kept::Groups { rows, bytes })
        });
        match kept.await? {
            Kept::Groups { rows, .. } => Ok(rows),
            // The text of one that tells something else is another.
            Kept::Ticks { .. } | Kept::Number(_) => Ok(Arc::new(read().await?)),
        }
    }

    /// The viewers that a statement tells. `is_settled` as in [`Self::groups`].
    pub(crate) async fn ticks(
        &self,
        statement: &Statement,
        is_settled: bool,
    ) -> Result<Arc<Vec<TicksRow>>, StoreError> {
        let read = async || self.store.fetch::<TicksRow>(statement).await;
        if !is_settled {
            return Ok(Arc::new(read().await?));
        }
        let kept = self.kept_or(statement, async {
            let rows = Arc::new(read().await?);
            let bytes = rows.iter().map(TicksRow::bytes).sum();
            Ok(Kept::Ticks { rows, bytes })
        });
        match kept.await? {
            Kept::Ticks { rows, .. } => Ok(rows),
            Kept::Groups { .. } | Kept::Number(_) => Ok(Arc::new(read().await?)),
        }
    }

    /// The one number that a statement tells; 0 where it tells none. `is_settled` as in [`Self::groups`].
    pub(crate) async fn number(&self, statement: &Statement, is_settled: bool) -> Result<i64, StoreError> {
        let read = async || {
            let rows: Vec<BTreeMap<String, i64>> = self.store.fetch(statement).await?;
            let first = rows.first().and_then(|row| row.values().next());
            Ok::<_, StoreError>(first.copied().unwrap_or_default())
        };
        if !is_settled {
            return read().await;
        }
        match self
            .kept_or(statement, async { Ok(Kept::Number(read().await?)) })
            .await?
        {
            Kept::Number(number) => Ok(number),
            Kept::Groups { .. } | Kept::Ticks { .. } => read().await,
        }
    }

    /// What is kept of this statement; else `read`, once however many ask at the same time.
    async fn kept_or(
        &self,
        statement: &Statement,
        read: impl Future<Output = Result<Kept, StoreError>>,
    ) -> Result<Kept, StoreError> {
        let mut digest = Sha256::new();
        digest.update(format!("{:?}{:?}", statement.sql(), statement.params()));
        let key: [u8; 32] = digest.finalize().into();
        let mut from = "memory";
        let read = async {
            from = "tables";
            read.await
        };
        let kept = self.kept.get_or_insert_async(&key, read).await;
        self.answers.with_label_values(&[from]).inc();
        kept
    }
}
