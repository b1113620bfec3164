//! Retention per organisation: deletes what an organisation wants gone before the tables' own retention ends.
//! The limits live in `accounts`, the tables' own in `store`.

use std::time::Duration;

use accounts::Accounts;
use schemas::UnixMs;
use store::{Store, StoreError, Table};

use crate::http::now_ms;

const DAY_MS: i64 = 24 * 3_600_000;

/// How often: a day is also the grain of the numbers.
const EVERY: Duration = Duration::from_secs(24 * 3_600);

/// After a failure: often enough to catch up on the same day.
const RETRY: Duration = Duration::from_secs(600);

/// Enforces now and then daily, for ever.
pub(crate) async fn run(store: &Store, accounts: &Accounts) {
    loop {
        let wait = match enforce(store, accounts, UnixMs(now_ms())).await {
            Ok(_) => EVERY,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "retention will be tried again"
                );
                RETRY
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Deletes every row that is older at `now` than its organisation keeps it. Returns how many.
///
/// # Errors
/// When the tables do not answer; the same call again is safe.
pub async fn enforce(store: &Store, accounts: &Accounts, now: UnixMs) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for organization in accounts.organizations() {
        for (table, days) in [
            (Table::Beacons, organization.beacons_days),
            // Beacons too, as they came.
            (Table::DeadLetters, organization.beacons_days),
            (Table::Impressions, organization.impressions_days),
        ] {
            if let Some(days) = days {
                let before = UnixMs(now.0 - i64::from(days) * DAY_MS);
                deleted += store.erase_older(organization.organization_id, table, before).await?;
            }
        }
    }
    Ok(deleted)
}
