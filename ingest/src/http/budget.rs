//! How much memory half-arrived bodies may take: all together, and those of one license key, so that nobody's slow or endless
//! bodies shut others out. A body that arrives whole is never asked: it waits for nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use dashmap::DashMap;

/// One license key's part of all: a quarter. Four keys are then needed to use everything up, and each has to send the bytes.
const SHARE: usize = 4;

/// The bounds, and what is in use.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes_max: usize,
    used: AtomicUsize,
    /// By license key. Only known keys get an entry, so their number is bounded by the accounts.
    used_by: DashMap<String, Arc<AtomicUsize>>,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// The license key has its share.
    Share,
    /// All of it is in use.
    All,
}

impl Budget {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            used: AtomicUsize::new(0),
            used_by: DashMap::new(),
        }
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// An account for one body of `license`, holding nothing yet.
    pub(crate) fn open(&self, license: &str) -> Held<'_> {
        let by = match self.used_by.get(license) {
            Some(by) => Arc::clone(&by),
            None => Arc::clone(&self.used_by.entry(license.to_owned()).or_default()),
        };
        Held {
            budget: self,
            by,
            bytes: 0,
        }
    }
}

/// What one body holds; given back when dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    budget: &'a Budget,
    by: Arc<AtomicUsize>,
    bytes: usize,
}

impl Held<'_> {
    /// Takes `bytes` more.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let take = |used: &AtomicUsize, most: usize| {
            let add = |now: usize| now.checked_add(bytes).filter(|sum| *sum <= most);
            used.try_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
        };
        if !take(&self.by, self.budget.bytes_max / SHARE) {
            return Err(NoRoom::Share);
        }
        if !take(&self.budget.used, self.budget.bytes_max) {
            self.by.fetch_sub(bytes, Ordering::Relaxed);
            return Err(NoRoom::All);
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.by.fetch_sub(self.bytes, Ordering::Relaxed);
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_share_and_all_have_theirs_and_what_is_dropped_is_free_again() {
        let budget = Budget::new(400);
        let mut greedy = budget.open("a");
        assert_eq!(greedy.grow(100), Ok(()));
        assert_eq!(greedy.grow(1), Err(NoRoom::Share));
        assert_eq!(budget.open("a").grow(1), Err(NoRoom::Share), "its other bodies too");
        let others: Vec<_> = ["b", "c", "d"]
            .map(|key| {
                let mut held = budget.open(key);
                assert_eq!(held.grow(100), Ok(()));
                held
            })
            .into();
        assert_eq!(budget.open("e").grow(1), Err(NoRoom::All));
        assert_eq!(budget.used(), 400);
        drop(others);
        assert_eq!(budget.open("e").grow(100), Ok(()));
        drop(greedy);
        assert_eq!(budget.used(), 0);
        assert_eq!(budget.open("a").grow(100), Ok(()));
    }
}
