//! Nodes that share a ClickHouse and nothing else tell each other their accounts through it, so that a key made at one is good at
//! all. Each node has its own copy and goes on with it while ClickHouse is away.

use std::{collections::HashSet, time::Duration};

use accounts::{Accounts, Entry};
use anyhow::Context as _;
use store::{AccountEntry, Store};

/// How often a node asks what is new: a key made elsewhere is good here after about as long.
const EVERY: Duration = Duration::from_secs(2);

/// Tells and asks for ever.
pub async fn run(store: Store, accounts: Accounts) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_away = false;
    loop {
        ticks.tick().await;
        match once(&store, &accounts).await {
            Ok(()) if is_away => {
                is_away = false;
                tracing::info!("accounts are shared again");
            }
            Ok(()) => {}
            Err(error) if is_away => tracing::debug!(error = format!("{error:#}"), "accounts are still not shared"),
            Err(error) => {
                is_away = true;
                tracing::warn!(
                    error = format!("{error:#}"),
                    "accounts are not shared for now; this node goes on with its own"
                );
            }
        }
    }
}

/// Takes over what the others know, and tells what they do not.
pub async fn once(store: &Store, accounts: &Accounts) -> anyhow::Result<()> {
    let known: HashSet<Entry> = store
        .account_entries()
        .await
        .context("reading shared accounts")?
        .into_iter()
        .map(|AccountEntry { kind, id, body }| Entry { kind, id, body })
        .collect();
    let own: HashSet<Entry> = accounts.export().await?.into_iter().collect();
    let theirs: Vec<Entry> = known.difference(&own).cloned().collect();
    if !theirs.is_empty() {
        accounts.merge(&theirs).await?;
    }
    let news: Vec<AccountEntry> = accounts
        .export()
        .await?
        .into_iter()
        .filter(|entry| !known.contains(entry))
        .map(|Entry { kind, id, body }| AccountEntry { kind, id, body })
        .collect();
    if !news.is_empty() {
        store.write_account_entries(&news).await.context("sharing accounts")?;
    }
    Ok(())
}
