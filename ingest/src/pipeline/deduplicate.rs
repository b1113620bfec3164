//! What this process remembers of recent attempts: the start it gave them, and which beacons were acknowledged.
//!
//! The first corrected start of an attempt holds for its later beacons, so that they agree although the estimate of the skew
//! differs from batch to batch. A sequence counts as seen only after its batch is on stable storage: set earlier, a failed
//! commit and the sender's retry would lose it. All this is an optimisation: a retry that is not recognised (after a restart, on
//! another node, after the idle time, 128 sequences later) is stored twice, and `impressions` merge it away.
//! Attempts are told apart by organisation too, so nobody's id touches another's.

use dashmap::{DashMap, mapref::entry::Entry};
use schemas::{AttemptId, OrganizationId, UnixMs};
use std::sync::atomic::{AtomicUsize, Ordering};

/// An attempt that nothing is heard of for so long is forgotten: 10 min. A retry comes within seconds to minutes.
const IDLE_MS_MAX: u64 = 10 * 60 * 1_000;
/// Imported attempts are whole within a batch or two: 1 min, so that a long import does not fill the memory.
const IDLE_HISTORIC_MS_MAX: u64 = 60 * 1_000;
/// Sequences remembered below the highest one.
const WINDOW: u32 = 128;

#[derive(Debug)]
pub(crate) struct Attempts {
    /// Three looks a beacon: the hash is quick, and nobody outside knows its seed.
    map: DashMap<(OrganizationId, AttemptId), Attempt, foldhash::quality::RandomState>,
    count: AtomicUsize,
    most: usize,
}

#[derive(Debug)]
struct Attempt {
    started_at: UnixMs,
    /// Highest sequence seen; of no meaning while `window` is 0.
    highest: u32,
    /// Bit n: sequence `highest - n` was seen.
    window: u128,
    touched_ms: u64,
    historic: bool,
}

/// What is remembered of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its start, as given to its first beacon.
    pub(crate) started_at: UnixMs,
    /// Whether this sequence was acknowledged before.
    pub(crate) duplicate: bool,
    /// Whether it could be remembered.
    pub(crate) remembered: bool,
}

impl Attempts {
    /// Remembers at most `most` attempts, about 100 bytes each.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            map: DashMap::default(),
            count: AtomicUsize::new(0),
            most,
        }
    }

    /// Looks an attempt up; a new one is remembered with `started_at`.
    pub(crate) fn look(
        &self,
        organization_id: OrganizationId,
        attempt_id: AttemptId,
        sequence: u32,
        started_at: UnixMs,
        historic: bool,
        now_ms: u64,
    ) -> Known {
        match self.map.entry((organization_id, attempt_id)) {
            Entry::Occupied(mut entry) => {
                let attempt = entry.get_mut();
                attempt.touched_ms = now_ms;
                Known {
                    started_at: attempt.started_at,
                    duplicate: attempt.has_seen(sequence),
                    remembered: true,
                }
            }
            Entry::Vacant(entry) => {
                let remembered = self.count.load(Ordering::Relaxed) < self.most;
                if remembered {
                    self.count.fetch_add(1, Ordering::Relaxed);
                    entry.insert(Attempt {
                        started_at,
                        highest: 0,
                        window: 0,
                        touched_ms: now_ms,
                        historic,
                    });
                }
                Known {
                    started_at,
                    duplicate: false,
                    remembered,
                }
            }
        }
    }

    /// Notes that a beacon is on stable storage.
    pub(crate) fn acknowledge(&self, organization_id: OrganizationId, attempt_id: AttemptId, sequence: u32) {
        if let Some(mut attempt) = self.map.get_mut(&(organization_id, attempt_id)) {
            attempt.see(sequence);
        }
    }

    /// Forgets attempts that have been idle too long.
    pub(crate) fn forget_idle(&self, now_ms: u64) {
        self.map.retain(|_, attempt| {
            let most = if attempt.historic {
                IDLE_HISTORIC_MS_MAX
            } else {
                IDLE_MS_MAX
            };
            let keep = now_ms.saturating_sub(attempt.touched_ms) < most;
            if !keep {
                self.count.fetch_sub(1, Ordering::Relaxed);
            }
            keep
        });
    }
}

impl Attempt {
    fn has_seen(&self, sequence: u32) -> bool {
        match self.highest.checked_sub(sequence) {
            Some(below) if below < WINDOW => self.window & (1 << below) != 0,
            // Above the highest: new. Below the window: nobody knows, and storing it again does no harm.
            _ => false,
        }
    }

    fn see(&mut self, sequence: u32) {
        if self.window == 0 {
            (self.highest, self.window) = (sequence, 1);
        } else if let Some(above) = sequence.checked_sub(self.highest) {
            self.window = if above < WINDOW { self.window << above } else { 0 } | 1;
            self.highest = sequence;
        } else if self.highest - sequence < WINDOW {
            self.window |= 1 << (self.highest - sequence);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;

    const A: OrganizationId = OrganizationId(Uuid::from_u128(1));
    const B: OrganizationId = OrganizationId(Uuid::from_u128(2));
    const ATTEMPT: AttemptId = AttemptId(Uuid::from_u128(9));

    fn duplicate(attempts: &Attempts, sequence: u32) -> bool {
        attempts.look(A, ATTEMPT, sequence, UnixMs(0), false, 0).duplicate
    }

    #[test]
    fn a_sequence_is_a_duplicate_only_after_it_was_acknowledged() {
        let attempts = Attempts::new(10);
        assert!(!duplicate(&attempts, 0));
        assert!(!duplicate(&attempts, 0));
        attempts.acknowledge(A, ATTEMPT, 0);
        assert!(duplicate(&attempts, 0));
        assert!(!duplicate(&attempts, 1));
    }

    #[test]
    fn whatever_the_order_the_window_agrees_with_a_set() {
        let attempts = Attempts::new(10);
        duplicate(&attempts, 0);
        let mut seen = BTreeSet::new();
        // A fixed walk through 0..300 with jumps, repeats and gaps; 7 and 300 have no common factor.
        for step in 0u32..400 {
            let sequence = (step * 7 + (step % 5) * 31) % 300;
            let highest = seen.last().copied().unwrap_or(0);
            let expected = seen.contains(&sequence) && (sequence > highest || highest - sequence < WINDOW);
            assert_eq!(duplicate(&attempts, sequence), expected, "step {step}: {sequence}");
            attempts.acknowledge(A, ATTEMPT, sequence);
            if sequence > highest || highest - sequence < WINDOW {
                seen.insert(sequence);
            }
        }
    }

    #[test]
    fn the_first_start_holds_and_another_organisation_has_its_own() {
        let attempts = Attempts::new(10);
        let start = |organization, start| {
            attempts
                .look(organization, ATTEMPT, 0, UnixMs(start), false, 0)
                .started_at
        };
        assert_eq!(start(A, 5), UnixMs(5));
        assert_eq!(start(A, 7), UnixMs(5));
        assert_eq!(start(B, 9), UnixMs(9));
        attempts.acknowledge(A, ATTEMPT, 3);
        assert!(!attempts.look(B, ATTEMPT, 3, UnixMs(0), false, 0).duplicate);
    }

    #[test]
    fn memory_is_bounded_and_idle_attempts_leave_it() {
        let attempts = Attempts::new(2);
        let remembered = |number, historic, now_ms| {
            let id = AttemptId(Uuid::from_u128(number));
            attempts.look(A, id, 0, UnixMs(0), historic, now_ms).remembered
        };
        assert!(remembered(1, false, 0));
        assert!(remembered(2, true, 0));
        assert!(!remembered(3, false, 0));
        attempts.forget_idle(IDLE_HISTORIC_MS_MAX);
        assert!(remembered(3, false, IDLE_HISTORIC_MS_MAX));
        assert!(!remembered(4, false, IDLE_HISTORIC_MS_MAX));
        attempts.forget_idle(IDLE_MS_MAX);
        assert!(remembered(4, false, IDLE_MS_MAX));
        assert!(!remembered(1, false, IDLE_MS_MAX));
    }
}
