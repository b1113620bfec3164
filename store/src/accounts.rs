//! Accounts as the nodes of one ClickHouse tell each other. What they mean lives in `accounts`.

use serde::{Deserialize, Serialize};

use crate::{Statement, Store, StoreError};

/// One entry of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEntry {
    /// What it is.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The rest, as JSON.
    pub body: String,
}

impl Store {
    /// Every entry, the one written last for each id.
    ///
    /// # Errors
    /// When ClickHouse does not answer or refuses.
    pub async fn account_entries(&self) -> Result<Vec<AccountEntry>, StoreError> {
        self.fetch(&Statement::new("SELECT kind, id, body FROM accounts FINAL"))
            .await
    }

    /// Writes entries.
    ///
    /// # Errors
    /// When ClickHouse does not answer or refuses.
    pub async fn write_account_entries(&self, entries: &[AccountEntry]) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        for entry in entries {
            // Writing to memory does not fail, and an entry is texts only.
            if serde_json::to_writer(&mut rows, entry).is_ok() {
                rows.push(b'\n');
            }
        }
        let mut insert = self
            .client
            .insert_formatted_with("INSERT INTO accounts (kind, id, body) FORMAT JSONEachRow")
            .with_setting("async_insert", "0");
        insert.send(rows.into()).await?;
        insert.end().await?;
        Ok(())
    }
}
