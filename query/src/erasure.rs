//! Erasing viewers: carries out the requests that `accounts` keeps, until nothing of the viewer can arrive any more.
//!
//! A request is *running* until everything that was received before it has been deleted; that needs the journal to have
//! been carried into the tables up to the request's moment. Then it is *done*, and the deletion is repeated for
//! [`Pace::guard`]: collectors that were offline, other nodes' journals and retries may still bring beacons, some of them
//! without a viewer id, which is why the attempts are remembered as well. In the end the request forgets both.
//! How rows are deleted lives in `store`.

use std::{collections::HashMap, time::Duration};

use accounts::{Accounts, AccountsError, Erasure};
use schemas::UnixMs;
use store::{Store, StoreError};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::http::now_ms;

/// When an erasure is tried, repeated and closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Pause while a request runs: the journal is carried into the tables about once a second.
    pub retry: Duration,
    /// Pause between repetitions.
    pub repeat: Duration,
    /// For how long after the request the deletion is repeated.
    pub guard: Duration,
}

impl Default for Pace {
    /// Every second; every hour; a day: the longest that a collector's beacons can be under way is a page left open offline
    /// over night.
    fn default() -> Self {
        Self {
            retry: Duration::from_secs(1),
            repeat: Duration::from_secs(3_600),
            guard: Duration::from_secs(24 * 3_600),
        }
    }
}

impl Pace {
    /// Until when the deletion that was asked for at `requested_at` is repeated.
    #[must_use]
    pub fn guarded_until(&self, requested_at: UnixMs) -> UnixMs {
        UnixMs(requested_at.0.saturating_add(milliseconds(self.guard)))
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[derive(Debug, thiserror::Error)]
enum EraseError {
    #[error("keeping an erasure's state")]
    Accounts(#[from] AccountsError),
    #[error("deleting a viewer's rows")]
    Store(#[from] StoreError),
}

/// Carries out requests for ever, and tells `erased` whenever one is done or closed. `is_stored` tells whether everything received up
/// to a moment is in the tables.
pub(crate) async fn run(
    store: &Store,
    accounts: &Accounts,
    wake: &Notify,
    pace: Pace,
    erased: impl Fn(),
    is_stored: impl Fn(UnixMs) -> bool,
) {
    let mut passes = HashMap::new();
    loop {
        let wait = match round(store, accounts, pace, (&erased, &is_stored), &mut passes).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "an erasure will be tried again"
                );
                pace.retry
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Looks at every open request once; says how long nothing is due.
async fn round(
    store: &Store,
    accounts: &Accounts,
    pace: Pace,
    (erased, is_stored): (&impl Fn(), &impl Fn(UnixMs) -> bool),
    passes: &mut HashMap<Uuid, i64>,
) -> Result<Duration, EraseError> {
    let mut wait = pace.repeat;
    let open = accounts.open_erasures().await?;
    passes.retain(|id, _| open.iter().any(|erasure| erasure.erasure_id == *id));
    for erasure in open {
        let (id, begun) = (erasure.erasure_id, now_ms());
        let guarded_until = pace.guarded_until(erasure.requested_at).0;
        // A restart repeats at once: what was done before it is not known here.
        let repeat_at = passes.get(&id).map_or(begun, |pass| pass + milliseconds(pace.repeat));
        let due = repeat_at.min(guarded_until.max(begun));
        let is_running = erasure.erased_at.is_none();
        if is_running || due <= begun {
            // Asked before deleting: what comes in between is for the next time.
            let all_stored = is_stored(erasure.requested_at);
            pass(store, accounts, &erasure).await?;
            passes.insert(id, begun);
            if is_running && all_stored {
                accounts.mark_erased(id, UnixMs(now_ms())).await?;
                tracing::info!(erasure = %id, "a viewer is erased");
                erased();
            }
            if !is_running && begun >= guarded_until {
                accounts.close_erasure(id, UnixMs(now_ms())).await?;
                tracing::info!(erasure = %id, "an erasure is closed");
                erased();
                continue;
            }
        }
        let next = if is_running {
            pace.retry
        } else {
            let next = (begun + milliseconds(pace.repeat)).min(guarded_until) - now_ms();
            Duration::from_millis(u64::try_from(next).unwrap_or(0))
        };
        wait = wait.min(next);
    }
    Ok(wait)
}

/// Finds the viewer's attempts, takes them down, and deletes their rows.
async fn pass(store: &Store, accounts: &Accounts, erasure: &Erasure) -> Result<(), EraseError> {
    let Some(viewer_id) = &erasure.viewer_id else {
        return Ok(());
    };
    let found = store.attempts_of_viewer(erasure.organization_id, viewer_id).await?;
    if !found.is_empty() {
        accounts.add_erasure_attempts(erasure.erasure_id, &found).await?;
    }
    let attempts = accounts.erasure_attempts(erasure.erasure_id).await?;
    store.erase_attempts(erasure.organization_id, &attempts).await?;
    Ok(())
}
