//! Requests to erase a viewer, as they are kept until nothing of that viewer can arrive any more.
//!
//! Invariant: a request that was answered is on the disk, with every attempt it found, until it is closed; a closed one
//! has forgotten the viewer and the attempts. Who deletes the rows lives in `query`, how in `store`.

use schemas::{AttemptId, OrganizationId, UnixMs};
use sqlx::{Connection, Row, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{Accounts, AccountsError, Tenant};

/// A request to erase a viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its id.
    pub erasure_id: Uuid,
    /// Whose viewer.
    pub organization_id: OrganizationId,
    /// Who; `None` once the request is closed, and at nodes that were not asked.
    pub viewer_id: Option<String>,
    /// When it was asked for.
    pub requested_at: UnixMs,
    /// Attempts erased so far.
    pub attempts: u64,
    /// When everything received before the request had been deleted.
    pub erased_at: Option<UnixMs>,
    /// When the deletion was repeated for the last time.
    pub closed_at: Option<UnixMs>,
}

const COLUMNS: &str = "SELECT erasure_id, organization_id, viewer_id, requested_at_ms, attempts, erased_at_ms, closed_at_ms FROM erasures";

impl Accounts {
    /// Takes down that a viewer of `tenant` shall be erased. On the disk when this returns.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn request_erasure(
        &self,
        tenant: Tenant,
        viewer_id: &str,
        now: UnixMs,
    ) -> Result<Erasure, AccountsError> {
        let erasure = Erasure {
            erasure_id: Uuid::now_v7(),
            organization_id: tenant.organization_id(),
            viewer_id: Some(viewer_id.to_owned()),
            requested_at: now,
            attempts: 0,
            erased_at: None,
            closed_at: None,
        };
        let query = sqlx::query(
            "INSERT INTO erasures (erasure_id, organization_id, viewer_id, requested_at_ms) VALUES (?, ?, ?, ?)",
        )
        .bind(erasure.erasure_id.to_string())
        .bind(erasure.organization_id.to_string())
        .bind(viewer_id.to_owned())
        .bind(now.0);
        let mut connection = self.0.connection.lock().await;
        query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok(erasure)
    }

    /// A request of `tenant`, when there is one of that id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn erasure(&self, tenant: Tenant, erasure_id: Uuid) -> Result<Option<Erasure>, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} WHERE erasure_id = ? AND organization_id = ?"
        )))
        .bind(erasure_id.to_string())
        .bind(tenant.organization_id().to_string())
        .fetch_optional(&mut *connection)
        .await
        .map_err(AccountsError::Read)?
        .map(erasure)
        .transpose()
    }

    /// Every request that this node was asked for and that is not closed, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_erasures(&self) -> Result<Vec<Erasure>, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} WHERE closed_at_ms IS NULL AND viewer_id IS NOT NULL ORDER BY requested_at_ms, erasure_id"
        )))
        .fetch_all(&mut *connection)
        .await
        .map_err(AccountsError::Read)?
        .into_iter()
        .map(erasure)
        .collect()
    }

    /// The attempts that a request has found so far.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn erasure_attempts(&self, erasure_id: Uuid) -> Result<Vec<AttemptId>, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        sqlx::query("SELECT attempt_id FROM erasure_attempts WHERE erasure_id = ? ORDER BY attempt_id")
            .bind(erasure_id.to_string())
            .fetch_all(&mut *connection)
            .await
            .map_err(AccountsError::Read)?
            .into_iter()
            .map(|row| id("attempt id", row.get("attempt_id")).map(AttemptId))
            .collect()
    }

    /// Takes down attempts that a request has found, before they are deleted.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn add_erasure_attempts(&self, erasure_id: Uuid, attempts: &[AttemptId]) -> Result<(), AccountsError> {
        let ids = serde_json::Value::from_iter(attempts.iter().map(ToString::to_string)).to_string();
        let mut connection = self.0.connection.lock().await;
        let mut transaction = connection.begin().await.map_err(AccountsError::Write)?;
        sqlx::query(
            "INSERT OR IGNORE INTO erasure_attempts (erasure_id, attempt_id) SELECT ?, value FROM json_each(?)",
        )
        .bind(erasure_id.to_string())
        .bind(ids)
        .execute(&mut *transaction)
        .await
        .map_err(AccountsError::Write)?;
        sqlx::query(
            "UPDATE erasures SET attempts = (SELECT count(*) FROM erasure_attempts WHERE erasure_id = ?1) WHERE erasure_id = ?1",
        )
        .bind(erasure_id.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(AccountsError::Write)?;
        transaction.commit().await.map_err(AccountsError::Write)
    }

    /// Takes down that everything received before the request has been deleted.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn mark_erased(&self, erasure_id: Uuid, now: UnixMs) -> Result<(), AccountsError> {
        let query = sqlx::query("UPDATE erasures SET erased_at_ms = ? WHERE erasure_id = ? AND erased_at_ms IS NULL")
            .bind(now.0)
            .bind(erasure_id.to_string());
        let mut connection = self.0.connection.lock().await;
        query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok(())
    }

    /// Closes a request and forgets who it was about.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn close_erasure(&self, erasure_id: Uuid, now: UnixMs) -> Result<(), AccountsError> {
        let mut connection = self.0.connection.lock().await;
        let mut transaction = connection.begin().await.map_err(AccountsError::Write)?;
        sqlx::query("DELETE FROM erasure_attempts WHERE erasure_id = ?")
            .bind(erasure_id.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(AccountsError::Write)?;
        sqlx::query("UPDATE erasures SET closed_at_ms = ?, viewer_id = NULL WHERE erasure_id = ?")
            .bind(now.0)
            .bind(erasure_id.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(AccountsError::Write)?;
        transaction.commit().await.map_err(AccountsError::Write)
    }
}

fn id(what: &'static str, text: String) -> Result<Uuid, AccountsError> {
    Uuid::try_parse(&text).map_err(|_| AccountsError::Unreadable { what, text })
}

fn erasure(row: SqliteRow) -> Result<Erasure, AccountsError> {
    let moment = |name: &str| row.get::<Option<i64>, _>(name).map(UnixMs);
    Ok(Erasure {
        erasure_id: id("erasure id", row.get("erasure_id"))?,
        organization_id: OrganizationId(id("organisation id", row.get("organization_id"))?),
        viewer_id: row.get("viewer_id"),
        requested_at: UnixMs(row.get("requested_at_ms")),
        attempts: row.get::<i64, _>("attempts").try_into().unwrap_or(0),
        erased_at: moment("erased_at_ms"),
        closed_at: moment("closed_at_ms"),
    })
}
