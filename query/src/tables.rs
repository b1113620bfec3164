//! What questions are put to: the tables, and what cells said before.
//!
//! A statement over cells names the version of every day it reads, and the rows of a version stay what they are. So what it said is
//! kept, and said again without asking for as long as questions name the same versions, which each looks up first: a dashboard that asks anew every
//! minute reads only what is new. Statements over attempts are asked each time.
//!
//! Invariant: a kept answer is what the tables would say. Versions so young that a replica may lack some of their rows are not kept.

use std::{
    any::{Any, type_name},
    collections::BTreeMap,
    ops::Deref,
    sync::Arc,
};

use prometheus::{IntCounterVec, Opts, Registry};
use quick_cache::{Weighter, sync::Cache};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use store::{Statement, Store, StoreError};

/// Memory for what is kept, bytes.
const KEPT_BYTES_MAX: u64 = 64 << 20;

/// How many answers that is, about.
const KEPT_ABOUT: usize = 1_000;

/// What answers consist of.
pub(crate) trait Row: DeserializeOwned + Clone + Send + Sync + 'static {
    /// The memory it takes, about.
    fn bytes(&self) -> usize;

    /// The same, as short as it can be said: what is kept.
    fn settled(self) -> Self {
        self
    }
}

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
    pub histograms: Vec<Histogram>,
}

impl Row for AttemptsRow {
    fn bytes(&self) -> usize {
        let sums: usize = self
            .sums
            .iter()
            .map(|sums| size_of_val(sums) + size_of_val(&sums[..]))
            .sum();
        size_of::<Self>() + texts(&self.dimensions) + sums + bytes_of(&self.histograms)
    }

    fn settled(self) -> Self {
        Self {
            histograms: self.histograms.into_iter().map(added).collect(),
            ..self
        }
    }
}

/// Keys of bins, and how many attempts each has.
type Histogram = (Vec<u32>, Vec<u64>);

fn bytes_of(histograms: &[Histogram]) -> usize {
    let bytes = histograms
        .iter()
        .map(|(keys, counts)| size_of_val(&keys[..]) + size_of_val(&counts[..]));
    size_of_val(histograms) + bytes.sum::<usize>()
}

/// The same with each bin once.
fn added((keys, counts): Histogram) -> Histogram {
    let mut bins: Vec<(u32, u64)> = keys.into_iter().zip(counts).collect();
    bins.sort_unstable_by_key(|(key, _)| *key);
    bins.dedup_by(|next, bin| {
        let is_same = next.0 == bin.0;
        bin.1 += if is_same { next.1 } else { 0 };
        is_same
    });
    bins.into_iter().unzip()
}

/// A group of two sets; see [`crate::sql::cells::Halves::sums`].
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct HalvesRow {
    pub window: i64,
    pub is_strata: Flag,
    pub is_bot: Flag,
    pub dimensions: Vec<String>,
    pub viewer_bucket: usize,
    pub attempts: u64,
    pub identified: u64,
    pub received: u64,
    pub expected: u64,
    pub sums: Vec<f64>,
    pub histograms: Vec<Histogram>,
}

impl Row for HalvesRow {
    fn bytes(&self) -> usize {
        size_of::<Self>() + texts(&self.dimensions) + size_of_val(&self.sums[..]) + bytes_of(&self.histograms)
    }

    fn settled(self) -> Self {
        Self {
            histograms: self.histograms.into_iter().map(added).collect(),
            ..self
        }
    }
}

/// A truth as ClickHouse tells it: of a comparison a number, of a column a truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Flag {
    Truth(bool),
    Number(u8),
}

impl From<Flag> for bool {
    fn from(flag: Flag) -> Self {
        match flag {
            Flag::Truth(truth) => truth,
            Flag::Number(number) => number > 0,
        }
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

impl Row for TicksRow {
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + texts(&self.dimensions)
            + size_of_val(&self.viewer_ticks[..])
            + size_of_val(&self.at_highest[..])
    }
}

/// The memory that texts take.
fn texts(texts: &[String]) -> usize {
    texts.iter().map(|text| size_of::<String>() + text.len()).sum()
}

/// A row with one number.
type NumberRow = BTreeMap<String, i64>;

impl Row for NumberRow {
    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of::<(String, i64)>() * self.len()
    }
}

/// An answer that is kept: rows of one type.
#[derive(Clone)]
struct Kept {
    rows: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

/// A statement and the type of its rows.
type Place = [u8; 32];

/// Weighs an answer by its memory.
#[derive(Clone)]
struct Memory;

impl Weighter<Place, Kept> for Memory {
    fn weight(&self, place: &Place, kept: &Kept) -> u64 {
        (size_of_val(place) + size_of::<Kept>() + kept.bytes) as u64
    }
}

/// The tables of a node, with what it keeps of their answers. Cheap to clone; clones keep together.
#[derive(Clone)]
pub struct Tables {
    store: Store,
    kept: Arc<Cache<Place, Kept, Memory>>,
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

    /// The rows that a statement tells. `is_settled`: it tells the same whenever it is asked; then it is asked once, however many want to know.
    pub(crate) async fn rows<R: Row>(
        &self,
        statement: &Statement,
        is_settled: bool,
    ) -> Result<Arc<Vec<R>>, StoreError> {
        let read = async || self.store.fetch::<R>(statement).await.map(Arc::new);
        if !is_settled {
            return read().await;
        }
        let mut digest = Sha256::new();
        digest.update(format!(
            "{}{:?}{:?}",
            type_name::<R>(),
            statement.sql(),
            statement.params()
        ));
        let place: Place = digest.finalize().into();
        let mut from = "memory";
        let kept = self.kept.get_or_insert_async(&place, async {
            from = "tables";
            let rows = Arc::unwrap_or_clone(read().await?);
            let rows: Arc<Vec<R>> = Arc::new(rows.into_iter().map(R::settled).collect());
            let bytes = rows.iter().map(R::bytes).sum();
            Ok::<_, StoreError>(Kept { rows, bytes })
        });
        let kept = kept.await?;
        self.answers.with_label_values(&[from]).inc();
        match kept.rows.downcast() {
            Ok(rows) => Ok(rows),
            // Two types of one name: the compiler may name them as it likes.
            Err(_) => read().await,
        }
    }

    /// The one number that a statement tells; 0 where it tells none. `is_settled` as in [`Self::rows`].
    pub(crate) async fn number(&self, statement: &Statement, is_settled: bool) -> Result<i64, StoreError> {
        let rows = self.rows::<NumberRow>(statement, is_settled).await?;
        let first = rows.first().and_then(|row| row.values().next());
        Ok(first.copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_that_is_told_several_times_is_kept_once() {
        let told = (vec![7, 3, 7, 9, 3], vec![1, 2, 4, 8, 16]);
        assert_eq!(added(told), (vec![3, 7, 9], vec![18, 5, 8]));
    }
}
