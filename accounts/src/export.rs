//! Exports: what was asked for, and how far it is. The files themselves, and who writes them, live in `query`.
//!
//! Invariant: an export begins, ends and goes in one statement each, so that of a deletion and an end at the same time one wins whole.
//! Exports are of one node, where their files are: other nodes are not told of them.

use schemas::{OrganizationId, UnixMs};
use sqlx::{Row, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{Accounts, AccountsError, Tenant};

/// Most exports of an organisation at a time, failed ones included.
pub const EXPORTS_MAX: u32 = 50;

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportState {
    /// It waits for its turn.
    Queued,
    /// It is being written.
    Running,
    /// Its file is there.
    Done,
    /// There will be no file.
    Failed,
}

impl ExportState {
    const NAMES: [(&'static str, Self); 4] = [
        ("queued", Self::Queued),
        ("running", Self::Running),
        ("done", Self::Done),
        ("failed", Self::Failed),
    ];
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedFile {
    /// Rows in it, a head not counted.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub export_id: Uuid,
    /// Who asked for it.
    pub tenant: Tenant,
    /// JSON, as it was asked.
    pub request: String,
    /// How far it is.
    pub state: ExportState,
    /// How often it was begun.
    pub tries: u32,
    /// When it was asked for.
    pub created_at: UnixMs,
    /// When it was begun for the last time; null before.
    pub started_at: Option<UnixMs>,
    /// When it ended; null before.
    pub finished_at: Option<UnixMs>,
    /// When it goes, and its file with it.
    pub expires_at: UnixMs,
    /// Its file; null unless it is done.
    pub file: Option<ExportedFile>,
    /// Why it failed; null unless it did.
    pub reason: Option<String>,
}

const COLUMNS: &str = "SELECT export_id, organization_id, request, state, tries, created_at_ms, started_at_ms, finished_at_ms, expires_at_ms, \
                       rows, bytes, sha256, reason FROM exports";

impl Accounts {
    /// Takes down that `tenant` wants an export. `has_attempts` tells whether it holds single attempts.
    ///
    /// # Errors
    /// [`AccountsError::TooManyExports`], or when the database cannot be written.
    pub async fn create_export(
        &self,
        tenant: Tenant,
        request: &str,
        has_attempts: bool,
        now: UnixMs,
        expires_at: UnixMs,
    ) -> Result<Export, AccountsError> {
        let export = Export {
            export_id: Uuid::now_v7(),
            tenant,
            request: request.to_owned(),
            state: ExportState::Queued,
            tries: 0,
            created_at: now,
            started_at: None,
            finished_at: None,
            expires_at,
            file: None,
            reason: None,
        };
        let query = sqlx::query(
            "INSERT INTO exports (export_id, organization_id, request, has_attempts, state, created_at_ms, expires_at_ms) \
             SELECT ?1, ?2, ?3, ?4, 'queued', ?5, ?6 WHERE (SELECT count(*) FROM exports WHERE organization_id = ?2) < ?7",
        )
        .bind(export.export_id.to_string())
        .bind(tenant.organization_id().to_string())
        .bind(request.to_owned())
        .bind(has_attempts)
        .bind(now.0)
        .bind(expires_at.0)
        .bind(EXPORTS_MAX);
        match self.change_exports(query).await? {
            0 => Err(AccountsError::TooManyExports),
            _ => Ok(export),
        }
    }

    /// The exports of `tenant`, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn exports(&self, tenant: Tenant) -> Result<Vec<Export>, AccountsError> {
        self.read_exports(
            "WHERE organization_id = ? ORDER BY export_id DESC",
            &[tenant.organization_id().to_string()],
        )
        .await
    }

    /// An export of `tenant`, when there is one of that id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn export_of(&self, tenant: Tenant, export_id: Uuid) -> Result<Option<Export>, AccountsError> {
        let values = [tenant.organization_id().to_string(), export_id.to_string()];
        let found = self.read_exports("WHERE organization_id = ? AND export_id = ?", &values);
        Ok(found.await?.pop())
    }

    /// Forgets an export. False when `tenant` has none of that id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_export(&self, tenant: Tenant, export_id: Uuid) -> Result<bool, AccountsError> {
        let query = sqlx::query("DELETE FROM exports WHERE organization_id = ? AND export_id = ?")
            .bind(tenant.organization_id().to_string())
            .bind(export_id.to_string());
        Ok(self.change_exports(query).await? > 0)
    }

    /// Every export that there is, of all organisations, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all_exports(&self) -> Result<Vec<Export>, AccountsError> {
        self.read_exports("ORDER BY export_id", &[]).await
    }

    /// Begins an export that waits. False when it was deleted meanwhile.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn begin_export(&self, export_id: Uuid, now: UnixMs) -> Result<bool, AccountsError> {
        let query = sqlx::query(
            "UPDATE exports SET state = 'running', tries = tries + 1, started_at_ms = ? WHERE export_id = ? AND state = 'queued'",
        )
        .bind(now.0)
        .bind(export_id.to_string());
        Ok(self.change_exports(query).await? > 0)
    }

    /// Ends an export well. False when it was deleted meanwhile: then its file has to go.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn finish_export(
        &self,
        export_id: Uuid,
        file: &ExportedFile,
        now: UnixMs,
        expires_at: UnixMs,
    ) -> Result<bool, AccountsError> {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let query = sqlx::query(
            "UPDATE exports SET state = 'done', finished_at_ms = ?, expires_at_ms = ?, rows = ?, bytes = ?, sha256 = ? \
             WHERE export_id = ? AND state = 'running'",
        )
        .bind(now.0)
        .bind(expires_at.0)
        .bind(whole(file.rows))
        .bind(whole(file.bytes))
        .bind(file.sha256.clone())
        .bind(export_id.to_string());
        Ok(self.change_exports(query).await? > 0)
    }

    /// Ends an export that cannot be written.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn fail_export(
        &self,
        export_id: Uuid,
        reason: &str,
        now: UnixMs,
        expires_at: UnixMs,
    ) -> Result<(), AccountsError> {
        let query = sqlx::query(
            "UPDATE exports SET state = 'failed', finished_at_ms = ?, expires_at_ms = ?, reason = ? \
             WHERE export_id = ? AND state = 'running'",
        )
        .bind(now.0)
        .bind(expires_at.0)
        .bind(reason.to_owned())
        .bind(export_id.to_string());
        self.change_exports(query).await?;
        Ok(())
    }

    /// After a start of the node nothing runs: what was under way waits again, and what was begun `tries_max` times fails.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn requeue_exports(&self, tries_max: u32, now: UnixMs) -> Result<(), AccountsError> {
        let query = sqlx::query(
            "UPDATE exports SET state = iif(tries < ?1, 'queued', 'failed'), \
             reason = iif(tries < ?1, NULL, 'the node stopped each of the ' || tries || ' times that it was begun'), \
             finished_at_ms = iif(tries < ?1, NULL, ?2) WHERE state = 'running'",
        )
        .bind(tries_max)
        .bind(now.0);
        self.change_exports(query).await?;
        Ok(())
    }

    /// Forgets the exports that have expired, and those of attempts that were read before an erasure of their organisation was done with:
    /// the erased viewer may be in them. Those that run are left to end first.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn drop_exports(&self, now: UnixMs) -> Result<(), AccountsError> {
        let query = sqlx::query(
            "DELETE FROM exports WHERE state != 'running' AND (expires_at_ms <= ? OR has_attempts AND state = 'done' AND EXISTS (\
             SELECT 1 FROM erasures e WHERE e.organization_id = exports.organization_id \
             AND exports.started_at_ms <= coalesce(e.closed_at_ms, e.erased_at_ms)))",
        )
        .bind(now.0);
        self.change_exports(query).await?;
        Ok(())
    }

    async fn change_exports(
        &self,
        query: sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>,
    ) -> Result<u64, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok(done.rows_affected())
    }

    async fn read_exports(&self, which: &'static str, values: &[String]) -> Result<Vec<Export>, AccountsError> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} {which}")));
        for value in values {
            query = query.bind(value.clone());
        }
        let mut connection = self.0.connection.lock().await;
        let rows = query.fetch_all(&mut *connection).await.map_err(AccountsError::Read)?;
        rows.iter().map(export).collect()
    }
}

fn export(row: &SqliteRow) -> Result<Export, AccountsError> {
    let unreadable = |what, text| AccountsError::Unreadable { what, text };
    let id = |what, text: String| Uuid::try_parse(&text).map_err(|_| unreadable(what, text));
    let state: String = row.get("state");
    let known = ExportState::NAMES.iter().find(|(name, _)| *name == state);
    let count = |name: &str| {
        let number: Option<i64> = row.get(name);
        number.and_then(|number| u64::try_from(number).ok())
    };
    let moment = |name: &str| row.get::<Option<i64>, _>(name).map(UnixMs);
    let file = match (count("rows"), count("bytes"), row.get("sha256")) {
        (Some(rows), Some(bytes), Some(sha256)) => Some(ExportedFile { rows, bytes, sha256 }),
        _ => None,
    };
    Ok(Export {
        export_id: id("export id", row.get("export_id"))?,
        tenant: Tenant::left_behind(OrganizationId(id("organisation id", row.get("organization_id"))?)),
        request: row.get("request"),
        state: known
            .map(|(_, state)| *state)
            .ok_or_else(|| unreadable("state of an export", state))?,
        tries: row.get("tries"),
        created_at: UnixMs(row.get("created_at_ms")),
        started_at: moment("started_at_ms"),
        finished_at: moment("finished_at_ms"),
        expires_at: UnixMs(row.get("expires_at_ms")),
        file,
        reason: row.get("reason"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const NOW: UnixMs = UnixMs(1_763_600_000_000);
    const LATER: UnixMs = UnixMs(NOW.0 + 1_000);

    async fn open() -> (tempfile::TempDir, Accounts, Tenant, Tenant) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        let tenant = async |name: &str| {
            let organization = accounts.create_organization(name, None, NOW).await.unwrap();
            let key = accounts.create_api_key(organization, "key", Scope::Admin, NOW);
            let secret = key.await.unwrap();
            accounts.authenticate(secret.reveal()).unwrap().tenant(None).unwrap()
        };
        let (one, two) = (tenant("one").await, tenant("two").await);
        (folder, accounts, one, two)
    }

    fn file() -> ExportedFile {
        ExportedFile {
            rows: 3,
            bytes: 100,
            sha256: "ab".to_owned(),
        }
    }

    #[tokio::test]
    async fn an_export_is_seen_and_deleted_by_its_own_organisation_only() {
        let (_folder, accounts, one, two) = open().await;
        let made = accounts.create_export(one, "{}", true, NOW, LATER).await.unwrap();
        assert_eq!(accounts.exports(one).await.unwrap(), std::slice::from_ref(&made));
        assert_eq!(accounts.exports(two).await.unwrap(), []);
        assert_eq!(accounts.export_of(two, made.export_id).await.unwrap(), None);
        assert!(!accounts.delete_export(two, made.export_id).await.unwrap());
        assert!(accounts.delete_export(one, made.export_id).await.unwrap());
        assert!(!accounts.delete_export(one, made.export_id).await.unwrap());
    }

    #[tokio::test]
    async fn what_ran_at_a_stop_waits_again_and_fails_after_so_many() {
        let (_folder, accounts, one, _) = open().await;
        let id = accounts
            .create_export(one, "{}", true, NOW, LATER)
            .await
            .unwrap()
            .export_id;
        for tries in 1..=3 {
            assert!(accounts.begin_export(id, NOW).await.unwrap());
            assert!(!accounts.begin_export(id, NOW).await.unwrap(), "it runs already");
            accounts.requeue_exports(3, LATER).await.unwrap();
            let export = accounts.export_of(one, id).await.unwrap().unwrap();
            assert_eq!(export.tries, tries);
            match tries {
                3 => {
                    assert_eq!((export.state, export.finished_at), (ExportState::Failed, Some(LATER)));
                    assert!(export.reason.unwrap().contains("3 times"));
                }
                _ => assert_eq!((export.state, export.reason), (ExportState::Queued, None)),
            }
        }
    }

    #[tokio::test]
    async fn an_export_that_was_deleted_while_it_ran_does_not_end() {
        let (_folder, accounts, one, _) = open().await;
        let export = accounts.create_export(one, "{}", true, NOW, LATER).await.unwrap();
        assert!(accounts.begin_export(export.export_id, NOW).await.unwrap());
        assert!(accounts.delete_export(one, export.export_id).await.unwrap());
        let ended = accounts.finish_export(export.export_id, &file(), NOW, LATER).await;
        assert!(!ended.unwrap());
    }

    #[tokio::test]
    async fn an_export_goes_when_it_expires_and_when_a_viewer_in_it_may_have_been_erased() {
        let (_folder, accounts, one, two) = open().await;
        let done = async |tenant, has_attempts| {
            let made = accounts.create_export(tenant, "{}", has_attempts, NOW, LATER).await;
            let id = made.unwrap().export_id;
            accounts.begin_export(id, UnixMs(NOW.0 + 10)).await.unwrap();
            accounts.finish_export(id, &file(), NOW, LATER).await.unwrap();
            id
        };
        let attempts = done(one, true).await;
        let (answer, stranger) = (done(one, false).await, done(two, true).await);
        let erasure = accounts.request_erasure(one, "viewer", NOW).await.unwrap().erasure_id;
        let left = async |now| {
            accounts.drop_exports(now).await.unwrap();
            let all = accounts.all_exports().await.unwrap();
            all.into_iter().map(|export| export.export_id).collect::<Vec<_>>()
        };
        assert_eq!(left(NOW).await, [attempts, answer, stranger], "nothing is erased yet");
        accounts.mark_erased(erasure, UnixMs(NOW.0 + 20)).await.unwrap();
        assert_eq!(left(NOW).await, [answer, stranger]);
        // What is read after the erasure stays, until the erasure's last repetition: late beacons may have been in it.
        let after = accounts.create_export(one, "{}", true, NOW, LATER).await.unwrap();
        accounts
            .begin_export(after.export_id, UnixMs(NOW.0 + 30))
            .await
            .unwrap();
        accounts
            .finish_export(after.export_id, &file(), NOW, LATER)
            .await
            .unwrap();
        assert_eq!(left(NOW).await, [answer, stranger, after.export_id]);
        accounts.close_erasure(erasure, UnixMs(NOW.0 + 40)).await.unwrap();
        assert_eq!(left(NOW).await, [answer, stranger]);
        assert_eq!(left(LATER).await, [] as [Uuid; 0]);
    }

    #[tokio::test]
    async fn an_organisation_has_so_many_exports_and_no_more() {
        let (_folder, accounts, one, two) = open().await;
        for _ in 0..EXPORTS_MAX {
            accounts.create_export(one, "{}", false, NOW, LATER).await.unwrap();
        }
        let refused = accounts.create_export(one, "{}", false, NOW, LATER).await;
        assert!(matches!(refused, Err(AccountsError::TooManyExports)), "{refused:?}");
        accounts.create_export(two, "{}", false, NOW, LATER).await.unwrap();
    }
}
