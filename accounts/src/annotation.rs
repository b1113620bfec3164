//! What happened when: annotations of an organisation, as they are kept and as nodes agree on them.
//!
//! Invariant: of two versions of one annotation the later counts at every node, and a deleted one stays deleted; what it said
//! is forgotten. What may stand in one, and what comparisons make of it, is decided in `query`.

use schemas::{OrganizationId, UnixMs};
use sqlx::{QueryBuilder, Row, Sqlite, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{Accounts, AccountsError, Tenant};

/// Most annotations of one organisation, deleted ones included: five a day for five years. All nodes keep all of them.
pub const ANNOTATIONS_MAX: u32 = 10_000;

/// Furthest that a local clock is from UTC, either way: 14 h in Kiribati, rounded up.
const ZONE_MS_MAX: i64 = 15 * 60 * 60 * 1_000;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnnotationKind {
    /// A new version went live, at a moment.
    Release,
    /// Something was broken.
    Incident,
    /// Viewers behaved as on no ordinary day.
    Holiday,
    /// Anything else worth knowing.
    Note,
}

impl AnnotationKind {
    /// Every kind with its name, stored and shown.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("release", Self::Release),
        ("incident", Self::Incident),
        ("holiday", Self::Holiday),
        ("note", Self::Note),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Incident => "incident",
            Self::Holiday => "holiday",
            Self::Note => "note",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    }
}

/// What an annotation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationContent {
    /// What happened.
    pub kind: AnnotationKind,
    /// Begin, inclusive, ms since 1970. An instant; or, of whole days, the local midnight's reading as though it were UTC.
    pub start: UnixMs,
    /// End, exclusive, in the same clock. `None`: a moment, or an incident that goes on.
    pub end: Option<UnixMs>,
    /// Whether it is whole days in the time zone of whoever asks, rather than instants.
    pub is_floating: bool,
    /// A line for people.
    pub title: String,
    /// More for people.
    pub text: Option<String>,
    /// Which attempts it concerns: a JSON array of filters; `[]` is all.
    pub filters: String,
}

/// An annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Its id.
    pub annotation_id: Uuid,
    /// What it says.
    pub content: AnnotationContent,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it was last changed; later with every change.
    pub updated_at: UnixMs,
}

const COLUMNS: &str = "SELECT annotation_id, kind, start_ms, end_ms, is_floating, title, text, filters, created_at_ms, updated_at_ms \
                       FROM annotations WHERE deleted_at_ms IS NULL AND organization_id = ";

impl Accounts {
    /// Makes an annotation. On the disk when this returns.
    ///
    /// # Errors
    /// When the organisation has [`ANNOTATIONS_MAX`] of them, or the database cannot be written.
    pub async fn create_annotation(
        &self,
        tenant: Tenant,
        content: AnnotationContent,
        now: UnixMs,
    ) -> Result<Annotation, AccountsError> {
        let annotation_id = Uuid::now_v7();
        let query = sqlx::query(
            "INSERT INTO annotations (annotation_id, organization_id, kind, start_ms, end_ms, is_floating, title, text, filters, \
             created_at_ms, updated_at_ms) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10 \
             WHERE (SELECT count(*) FROM annotations WHERE organization_id = ?2) < ?11",
        )
        .bind(annotation_id.to_string())
        .bind(tenant.organization_id().to_string())
        .bind(content.kind.name())
        .bind(content.start.0)
        .bind(content.end.map(|end| end.0))
        .bind(content.is_floating)
        .bind(content.title.clone())
        .bind(content.text.clone())
        .bind(content.filters.clone())
        .bind(now.0)
        .bind(ANNOTATIONS_MAX);
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        match done.rows_affected() {
            0 => Err(AccountsError::TooManyAnnotations),
            _ => Ok(Annotation {
                annotation_id,
                content,
                created_at: now,
                updated_at: now,
            }),
        }
    }

    /// An annotation of `tenant`, when there is one of that id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn annotation(&self, tenant: Tenant, annotation_id: Uuid) -> Result<Option<Annotation>, AccountsError> {
        let mut query = of(tenant.organization_id());
        query.push(" AND annotation_id = ").push_bind(annotation_id.to_string());
        Ok(self.read_annotations(query).await?.pop())
    }

    /// The annotations of `tenant` of these kinds that may touch `[from, to)`, the latest begin first. Of whole days also those
    /// that touch it in another time zone only: the zone is the reader's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn annotations(
        &self,
        tenant: Tenant,
        kinds: &[AnnotationKind],
        (from, to): (UnixMs, UnixMs),
    ) -> Result<Vec<Annotation>, AccountsError> {
        let mut query = of(tenant.organization_id());
        query.push(" AND kind IN (");
        let mut list = query.separated(", ");
        for kind in kinds {
            list.push_bind(kind.name());
        }
        query
            .push(") AND start_ms < ")
            .push_bind(to.0.saturating_add(ZONE_MS_MAX))
            // Without an end it is a moment, or it goes on.
            .push(" AND (coalesce(end_ms, start_ms) >= ")
            .push_bind(from.0.saturating_sub(ZONE_MS_MAX))
            .push(" OR end_ms IS NULL AND kind = 'incident') ORDER BY start_ms DESC, annotation_id DESC");
        self.read_annotations(query).await
    }

    /// The latest release before a moment.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn latest_release(&self, tenant: Tenant, before: UnixMs) -> Result<Option<Annotation>, AccountsError> {
        let mut query = of(tenant.organization_id());
        query
            .push(" AND kind = 'release' AND start_ms < ")
            .push_bind(before.0)
            .push(" ORDER BY start_ms DESC, annotation_id DESC LIMIT 1");
        Ok(self.read_annotations(query).await?.pop())
    }

    /// Changes what an annotation says, when it is still as it was read. `None` when it was changed or deleted in between.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn update_annotation(
        &self,
        tenant: Tenant,
        read: &Annotation,
        content: AnnotationContent,
        now: UnixMs,
    ) -> Result<Option<Annotation>, AccountsError> {
        // Later than what it replaces, whatever the clock says: the later version counts.
        let updated_at = UnixMs(now.0.max(read.updated_at.0.saturating_add(1)));
        let query = sqlx::query(
            "UPDATE annotations SET kind = ?, start_ms = ?, end_ms = ?, is_floating = ?, title = ?, text = ?, filters = ?, \
             updated_at_ms = ? WHERE annotation_id = ? AND organization_id = ? AND updated_at_ms = ? AND deleted_at_ms IS NULL",
        )
        .bind(content.kind.name())
        .bind(content.start.0)
        .bind(content.end.map(|end| end.0))
        .bind(content.is_floating)
        .bind(content.title.clone())
        .bind(content.text.clone())
        .bind(content.filters.clone())
        .bind(updated_at.0)
        .bind(read.annotation_id.to_string())
        .bind(tenant.organization_id().to_string())
        .bind(read.updated_at.0);
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok((done.rows_affected() > 0).then(|| Annotation {
            content,
            updated_at,
            ..read.clone()
        }))
    }

    /// Deletes an annotation and forgets what it said. False when `tenant` has none of that id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_annotation(
        &self,
        tenant: Tenant,
        annotation_id: Uuid,
        now: UnixMs,
    ) -> Result<bool, AccountsError> {
        // Emptied to the same everywhere, so that nodes which deleted different versions agree.
        let query = sqlx::query(
            "UPDATE annotations SET kind = 'note', start_ms = 0, end_ms = NULL, is_floating = 0, title = '', text = NULL, \
             filters = '[]', updated_at_ms = ?1, deleted_at_ms = ?1 \
             WHERE annotation_id = ?2 AND organization_id = ?3 AND deleted_at_ms IS NULL",
        )
        .bind(now.0)
        .bind(annotation_id.to_string())
        .bind(tenant.organization_id().to_string());
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok(done.rows_affected() > 0)
    }

    async fn read_annotations(&self, mut query: QueryBuilder<Sqlite>) -> Result<Vec<Annotation>, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        query
            .build()
            .fetch_all(&mut *connection)
            .await
            .map_err(AccountsError::Read)?
            .into_iter()
            .map(annotation)
            .collect()
    }
}

fn of(organization_id: OrganizationId) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push_bind(organization_id.to_string());
    query
}

fn annotation(row: SqliteRow) -> Result<Annotation, AccountsError> {
    let unreadable = |what, text| AccountsError::Unreadable { what, text };
    let id: String = row.get("annotation_id");
    let kind: String = row.get("kind");
    Ok(Annotation {
        annotation_id: Uuid::try_parse(&id).map_err(|_| unreadable("annotation id", id))?,
        content: AnnotationContent {
            kind: AnnotationKind::parse(&kind).ok_or_else(|| unreadable("kind of annotation", kind))?,
            start: UnixMs(row.get("start_ms")),
            end: row.get::<Option<i64>, _>("end_ms").map(UnixMs),
            is_floating: row.get("is_floating"),
            title: row.get("title"),
            text: row.get("text"),
            filters: row.get("filters"),
        },
        created_at: UnixMs(row.get("created_at_ms")),
        updated_at: UnixMs(row.get("updated_at_ms")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const DAY_MS: i64 = 86_400_000;

    async fn node() -> (tempfile::TempDir, Accounts) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        (folder, accounts)
    }

    async fn tenant(accounts: &Accounts, name: &str) -> (Tenant, String) {
        let organization = accounts.create_organization(name, None, UnixMs(1)).await.unwrap();
        let secret = accounts
            .create_api_key(organization, "api", Scope::Write, UnixMs(1))
            .await
            .unwrap();
        let secret = secret.reveal().to_owned();
        (accounts.authenticate(&secret).unwrap().tenant(None).unwrap(), secret)
    }

    fn content(kind: AnnotationKind, start: i64, end: Option<i64>, title: &str) -> AnnotationContent {
        AnnotationContent {
            kind,
            start: UnixMs(start),
            end: end.map(UnixMs),
            is_floating: false,
            title: title.to_owned(),
            text: None,
            filters: "[]".to_owned(),
        }
    }

    async fn titles(accounts: &Accounts, tenant: Tenant, range: (i64, i64)) -> Vec<String> {
        let kinds = AnnotationKind::NAMES.map(|(_, kind)| kind);
        let found = accounts.annotations(tenant, &kinds, (UnixMs(range.0), UnixMs(range.1)));
        found
            .await
            .unwrap()
            .into_iter()
            .map(|found| found.content.title)
            .collect()
    }

    #[tokio::test]
    async fn an_organisation_sees_its_own_only() {
        let (_folder, accounts) = node().await;
        let (one, _) = tenant(&accounts, "one").await;
        let (other, _) = tenant(&accounts, "other").await;
        let made = accounts
            .create_annotation(one, content(AnnotationKind::Release, 5, None, "8.1"), UnixMs(9))
            .await
            .unwrap();
        let id = made.annotation_id;
        assert_eq!(accounts.annotation(one, id).await.unwrap(), Some(made.clone()));
        assert_eq!(accounts.annotation(other, id).await.unwrap(), None);
        assert_eq!(titles(&accounts, other, (0, 10)).await, [""; 0]);
        assert_eq!(accounts.latest_release(other, UnixMs(99)).await.unwrap(), None);
        let theirs = content(AnnotationKind::Note, 1, None, "mine now");
        assert_eq!(
            accounts
                .update_annotation(other, &made, theirs, UnixMs(10))
                .await
                .unwrap(),
            None
        );
        assert!(!accounts.delete_annotation(other, id, UnixMs(10)).await.unwrap());
        assert!(accounts.delete_annotation(one, id, UnixMs(10)).await.unwrap());
        assert!(!accounts.delete_annotation(one, id, UnixMs(11)).await.unwrap());
        assert_eq!(accounts.annotation(one, id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_may_touch_a_range_is_found_the_latest_first() {
        let (_folder, accounts) = node().await;
        let (one, _) = tenant(&accounts, "one").await;
        use AnnotationKind::{Holiday, Incident, Note, Release};
        for (kind, start, end, title) in [
            (Incident, 1, None, "goes on"),
            (Incident, 2 * DAY_MS, Some(3 * DAY_MS), "over long before"),
            (Release, 10 * DAY_MS, None, "a moment before"),
            (Note, 20 * DAY_MS, None, "a moment inside"),
            (Holiday, 19 * DAY_MS, Some(22 * DAY_MS), "over the begin"),
            (Release, 24 * DAY_MS, None, "a moment after"),
        ] {
            accounts
                .create_annotation(one, content(kind, start, end, title), UnixMs(0))
                .await
                .unwrap();
        }
        assert_eq!(
            titles(&accounts, one, (20 * DAY_MS, 23 * DAY_MS)).await,
            ["a moment inside", "over the begin", "goes on"]
        );
        let latest = async |before: i64| {
            let found = accounts.latest_release(one, UnixMs(before)).await.unwrap();
            found.map(|found| found.content.title)
        };
        assert_eq!(latest(24 * DAY_MS).await.as_deref(), Some("a moment before"));
        assert_eq!(latest(24 * DAY_MS + 1).await.as_deref(), Some("a moment after"));
        assert_eq!(latest(10 * DAY_MS).await, None);
    }

    #[tokio::test]
    async fn there_is_a_bound() {
        let (_folder, accounts) = node().await;
        let (one, _) = tenant(&accounts, "one").await;
        let (other, _) = tenant(&accounts, "other").await;
        let note = || content(AnnotationKind::Note, 1, None, "n");
        let made = accounts.create_annotation(one, note(), UnixMs(0)).await.unwrap();
        let mut connection = accounts.0.connection.lock().await;
        sqlx::query(
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
             INSERT INTO annotations SELECT 'filler-' || i, organization_id, kind, start_ms, end_ms, is_floating, title, text, filters, \
             created_at_ms, updated_at_ms, 1 FROM annotations, n",
        )
        .bind(ANNOTATIONS_MAX)
        .execute(&mut *connection)
        .await
        .unwrap();
        drop(connection);
        let refused = accounts.create_annotation(one, note(), UnixMs(0)).await;
        assert!(matches!(refused, Err(AccountsError::TooManyAnnotations)), "{refused:?}");
        accounts
            .delete_annotation(one, made.annotation_id, UnixMs(1))
            .await
            .unwrap();
        assert!(
            accounts.create_annotation(one, note(), UnixMs(0)).await.is_err(),
            "a deleted one counts: every node has to remember it"
        );
        assert!(accounts.create_annotation(other, note(), UnixMs(0)).await.is_ok());
    }

    #[tokio::test]
    async fn nodes_agree_whatever_they_were_told_first() {
        let (_folder, a) = node().await;
        let (_folder, b) = node().await;
        let (one, secret) = tenant(&a, "one").await;
        let release = || content(AnnotationKind::Release, 5, None, "8.1");
        let edited = a.create_annotation(one, release(), UnixMs(10)).await.unwrap();
        let same_moment = a.create_annotation(one, release(), UnixMs(10)).await.unwrap();
        let deleted = a.create_annotation(one, release(), UnixMs(10)).await.unwrap();
        let deleted_at_both = a.create_annotation(one, release(), UnixMs(10)).await.unwrap();
        b.merge(&a.export().await.unwrap()).await.unwrap();
        let there = b.authenticate(&secret).unwrap().tenant(None).unwrap();

        let says = |title: &str| content(AnnotationKind::Note, 7, Some(9), title);
        // The later edit counts, and where both are of one moment, both nodes take the same one.
        a.update_annotation(one, &edited, says("earlier"), UnixMs(20))
            .await
            .unwrap();
        b.update_annotation(there, &edited, says("later"), UnixMs(30))
            .await
            .unwrap();
        a.update_annotation(one, &same_moment, says("aa"), UnixMs(20))
            .await
            .unwrap();
        b.update_annotation(there, &same_moment, says("bb"), UnixMs(20))
            .await
            .unwrap();
        // A deletion counts, also against a later edit.
        a.delete_annotation(one, deleted.annotation_id, UnixMs(20))
            .await
            .unwrap();
        b.update_annotation(there, &deleted, says("withdrawn"), UnixMs(30))
            .await
            .unwrap();
        a.delete_annotation(one, deleted_at_both.annotation_id, UnixMs(50))
            .await
            .unwrap();
        b.update_annotation(there, &deleted_at_both, says("x"), UnixMs(30))
            .await
            .unwrap();
        b.delete_annotation(there, deleted_at_both.annotation_id, UnixMs(40))
            .await
            .unwrap();

        let (from_a, from_b) = (a.export().await.unwrap(), b.export().await.unwrap());
        a.merge(&from_b).await.unwrap();
        b.merge(&from_a).await.unwrap();
        // What is told again, or late, changes nothing.
        a.merge(&from_a).await.unwrap();
        b.merge(&from_a).await.unwrap();
        b.merge(&from_b).await.unwrap();
        assert_eq!(a.export().await.unwrap(), b.export().await.unwrap());
        for (accounts, tenant) in [(&a, one), (&b, there)] {
            let title = async |id| {
                let found = accounts.annotation(tenant, id).await.unwrap();
                found.map(|found| found.content.title)
            };
            assert_eq!(title(edited.annotation_id).await.as_deref(), Some("later"));
            assert_eq!(title(same_moment.annotation_id).await.as_deref(), Some("bb"));
            assert_eq!(title(deleted.annotation_id).await, None);
            assert_eq!(title(deleted_at_both.annotation_id).await, None);
            let told = accounts.export().await.unwrap();
            assert!(told.iter().all(|entry| !entry.body.contains("withdrawn")), "{told:?}");
        }
    }

    #[tokio::test]
    async fn an_edit_of_what_has_changed_meanwhile_is_none() {
        let (_folder, accounts) = node().await;
        let (one, _) = tenant(&accounts, "one").await;
        let note = |title: &str| content(AnnotationKind::Note, 1, None, title);
        let read = accounts
            .create_annotation(one, note("first"), UnixMs(10))
            .await
            .unwrap();
        // The same moment by the clock, and still a later version.
        let edited = accounts.update_annotation(one, &read, note("second"), UnixMs(10)).await;
        assert_eq!(edited.unwrap().unwrap().updated_at, UnixMs(11));
        let lost = accounts.update_annotation(one, &read, note("third"), UnixMs(12)).await;
        assert_eq!(lost.unwrap(), None);
    }
}
