//! Accounts at rest in SQLite, and the copy in memory that answers lookups.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
    sync::{Arc, PoisonError, RwLock, Weak},
    time::{Duration, Instant},
};

use schemas::{OrganizationId, UnixMs};
use sqlx::{
    Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{
    experiment::{self, Experiment},
    key::{self, ApiSecret, LicenseKey},
    model::{ApiKey, License, Organization, Scope},
    tenant::{Grant, Tenant},
};

/// How soon a change made by another process (`playhead account …`) is seen by a running server.
const REFRESH: Duration = Duration::from_secs(1);

/// Longest wait for another process that writes.
const LOCKED_FOR: Duration = Duration::from_secs(10);

/// SQLite's code for a file that another process has locked.
const BUSY: &str = "5";

/// Each migration once, in order; SQLite's `user_version` counts them.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_accounts.sql"),
    include_str!("../migrations/0020_privacy.sql"),
    include_str!("../migrations/0030_shared.sql"),
    include_str!("../migrations/0040_annotations.sql"),
    include_str!("../migrations/0050_experiments.sql"),
    include_str!("../migrations/0060_industry.sql"),
    include_str!("../migrations/0070_exports.sql"),
    include_str!("../migrations/0080_alerts.sql"),
];

/// What can go wrong with the accounts database.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Opening or migrating the file.
    #[error("opening the accounts database")]
    Open(#[source] sqlx::Error),
    /// Reading from it.
    #[error("reading accounts")]
    Read(#[source] sqlx::Error),
    /// Writing to it.
    #[error("writing accounts")]
    Write(#[source] sqlx::Error),
    /// A stored value that no version of this program wrote.
    #[error("the accounts database holds an unreadable {what}: {text}")]
    Unreadable {
        /// Which kind of value.
        what: &'static str,
        /// The value.
        text: String,
    },
    /// The file was written by a newer version.
    #[error("the accounts database is of version {found}, this program knows up to {known}")]
    Newer {
        /// Version of the file.
        found: usize,
        /// Newest version known here.
        known: usize,
    },
    /// An organisation that is not there.
    #[error("there is no organisation {0}")]
    UnknownOrganization(OrganizationId),
    /// An annotation more than an organisation may have.
    #[error("the organisation has all the annotations it may have")]
    TooManyAnnotations,
    /// An alert rule more than an organisation may have.
    #[error("the organisation has all the alert rules it may have")]
    TooManyAlerts,
    /// An export more than an organisation may have at a time.
    #[error("the organisation has all the exports it may have at a time")]
    TooManyExports,
    /// A retention longer than the tables keep anything.
    #[error("{table} cannot be kept for {days} days: this server keeps 1 to {days_max}")]
    Retention {
        /// Which table.
        table: &'static str,
        /// The days asked for.
        days: u32,
        /// The server's own retention.
        days_max: u32,
    },
}

/// What to change about a license key; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LicenseSettings {
    /// A name for people.
    pub name: Option<String>,
    /// Hosts of pages that may use it.
    pub allowed_domains: Option<Vec<String>>,
    /// Beacons per second; `Some(None)` is the server's default.
    pub rate_limit_per_s: Option<Option<u32>>,
    /// Whether pages measure at all.
    pub collector_enabled: Option<bool>,
    /// How many of 1,000 attaches are measured, 1 to 1,000.
    pub sample_permille: Option<u32>,
}

/// The accounts. A cheap clone of one shared state.
#[derive(Clone)]
pub struct Accounts(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) connection: Mutex<SqliteConnection>,
    snapshot: RwLock<Arc<Snapshot>>,
}

#[derive(Default)]
pub(crate) struct Snapshot {
    organizations: Vec<Organization>,
    licenses: HashMap<String, Arc<License>>,
    grants: HashMap<[u8; 32], Grant>,
    pub(crate) experiments: HashMap<OrganizationId, Vec<Experiment>>,
}

impl Accounts {
    /// Opens the database, creating and migrating it as needed, and keeps the copy in memory fresh while any clone lives.
    ///
    /// # Errors
    /// When the file cannot be opened, migrated or read.
    pub async fn open(path: &Path) -> Result<Self, AccountsError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten: an erased viewer does not stay in a free page.
            .pragma("secure_delete", "ON")
            .busy_timeout(LOCKED_FOR);
        let mut connection = connect(&options).await.map_err(AccountsError::Open)?;
        migrate(&mut connection).await?;
        let snapshot = load(&mut connection).await?;
        let shared = Arc::new(Shared {
            connection: Mutex::new(connection),
            snapshot: RwLock::new(Arc::new(snapshot)),
        });
        tokio::spawn(refresh(Arc::downgrade(&shared)));
        Ok(Self(shared))
    }

    /// The license of a key, when it is known and not revoked.
    #[must_use]
    pub fn license(&self, license_key: &str) -> Option<Arc<License>> {
        self.0.snapshot().licenses.get(license_key).cloned()
    }

    /// What an API key may do, when it is known and not revoked.
    #[must_use]
    pub fn authenticate(&self, secret: &str) -> Option<Grant> {
        self.0.snapshot().grants.get(&key::hash(secret)).cloned()
    }

    /// Whether an API key of this id is known and not revoked.
    #[must_use]
    pub fn is_active(&self, api_key_id: Uuid) -> bool {
        let all = self.0.snapshot();
        all.grants.values().any(|grant| grant.api_key_id() == api_key_id)
    }

    /// Every organisation, oldest first.
    #[must_use]
    pub fn organizations(&self) -> Vec<Organization> {
        self.0.snapshot().organizations.clone()
    }

    /// The tenant that an organisation is, for what the service does by itself: nothing that a caller wrote may lead here.
    #[must_use]
    pub fn tenant(&self, organization_id: OrganizationId) -> Option<Tenant> {
        let snapshot = self.0.snapshot();
        let mut all = snapshot.organizations.iter();
        all.any(|organization| organization.organization_id == organization_id)
            .then(|| Tenant::of_service(organization_id))
    }

    /// Every license of an organisation.
    #[must_use]
    pub fn licenses(&self, organization_id: OrganizationId) -> Vec<Arc<License>> {
        let snapshot = self.0.snapshot();
        let mut found: Vec<_> = snapshot
            .licenses
            .values()
            .filter(|license| license.organization_id == organization_id)
            .cloned()
            .collect();
        found.sort_by(|a, b| a.license_key.cmp(&b.license_key));
        found
    }

    /// Every API key of an organisation, without secrets.
    #[must_use]
    pub fn api_keys(&self, organization_id: OrganizationId) -> Vec<Arc<ApiKey>> {
        let snapshot = self.0.snapshot();
        let mut found: Vec<_> = snapshot
            .grants
            .values()
            .filter(|grant| grant.organization_id() == organization_id)
            .map(|grant| grant.key.clone())
            .collect();
        found.sort_by_key(|key| key.api_key_id);
        found
    }

    /// Creates an organisation, below another when `parent_id` is given.
    ///
    /// # Errors
    /// When the parent is unknown or the database cannot be written.
    pub async fn create_organization(
        &self,
        name: &str,
        parent_id: Option<OrganizationId>,
        now: UnixMs,
    ) -> Result<OrganizationId, AccountsError> {
        if let Some(parent) = parent_id {
            self.known(parent)?;
        }
        self.insert_organization(name, parent_id, false, now).await
    }

    /// Creates an organisation that other nodes are not told of.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn create_local_organization(&self, name: &str, now: UnixMs) -> Result<OrganizationId, AccountsError> {
        self.insert_organization(name, None, true, now).await
    }

    async fn insert_organization(
        &self,
        name: &str,
        parent_id: Option<OrganizationId>,
        is_local: bool,
        now: UnixMs,
    ) -> Result<OrganizationId, AccountsError> {
        let id = OrganizationId(Uuid::now_v7());
        self.write(
            sqlx::query(
                "INSERT INTO organizations (organization_id, parent_id, name, is_local, created_at_ms) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(id.to_string())
            .bind(parent_id.map(|parent| parent.to_string()))
            .bind(name.to_owned())
            .bind(is_local)
            .bind(now.0),
        )
        .await?;
        Ok(id)
    }

    /// Sets for how many days an organisation's rows are kept; `None` is the server's own retention.
    ///
    /// # Errors
    /// When the organisation is unknown, a number is not in `1..=` the server's own, or the database cannot be written.
    pub async fn set_retention(
        &self,
        organization_id: OrganizationId,
        beacons_days: Option<u32>,
        impressions_days: Option<u32>,
        server: (u32, u32),
        now: UnixMs,
    ) -> Result<(), AccountsError> {
        self.known(organization_id)?;
        for (table, days, days_max) in [
            ("beacons", beacons_days, server.0),
            ("impressions", impressions_days, server.1),
        ] {
            if let Some(days) = days
                && !(1..=days_max).contains(&days)
            {
                return Err(AccountsError::Retention { table, days, days_max });
            }
        }
        self.write(
            sqlx::query("UPDATE organizations SET beacons_days = ?, impressions_days = ?, retention_set_at_ms = ? WHERE organization_id = ?")
                .bind(beacons_days)
                .bind(impressions_days)
                .bind(now.0)
                .bind(organization_id.to_string()),
        )
        .await?;
        Ok(())
    }

    /// Has an organisation take part in the industry baseline, or not any more.
    ///
    /// # Errors
    /// When the organisation is unknown or the database cannot be written.
    pub async fn set_industry(
        &self,
        organization_id: OrganizationId,
        takes_part: bool,
        now: UnixMs,
    ) -> Result<(), AccountsError> {
        self.known(organization_id)?;
        self.write(
            sqlx::query(
                "UPDATE organizations SET industry = ?, industry_set_at_ms = max(?, industry_set_at_ms + 1) WHERE organization_id = ?",
            )
            .bind(takes_part)
            .bind(now.0)
            .bind(organization_id.to_string()),
        )
        .await?;
        Ok(())
    }

    /// Who takes part in the industry baseline beside `tenant`: for each top-level organisation those of its tree that do, without the
    /// tree of the asker. None when the asker does not take part itself.
    #[must_use]
    pub fn industry_peers(&self, tenant: Tenant) -> Option<Vec<Vec<Tenant>>> {
        let snapshot = self.0.snapshot();
        let mut top: HashMap<OrganizationId, OrganizationId> = HashMap::new();
        // Parents are made before children, so one pass in that order is enough.
        for organization in &snapshot.organizations {
            let above = organization.parent_id.and_then(|parent| top.get(&parent).copied());
            top.insert(
                organization.organization_id,
                above.unwrap_or(organization.organization_id),
            );
        }
        let own = tenant.organization_id();
        let taking_part = || {
            snapshot
                .organizations
                .iter()
                .filter(|organization| organization.industry)
        };
        taking_part().find(|organization| organization.organization_id == own)?;
        let mut groups: BTreeMap<OrganizationId, Vec<Tenant>> = BTreeMap::new();
        for organization in taking_part() {
            let id = organization.organization_id;
            if top.get(&id) != top.get(&own) {
                let group = groups.entry(top.get(&id).copied().unwrap_or(id)).or_default();
                group.push(Tenant::left_behind(id));
            }
        }
        Some(groups.into_values().collect())
    }

    /// Creates a license key for pages on `allowed_domains`.
    ///
    /// # Errors
    /// When the organisation is unknown or the database cannot be written.
    pub async fn create_license_key(
        &self,
        organization_id: OrganizationId,
        name: &str,
        allowed_domains: &[String],
        rate_limit_per_s: Option<u32>,
        now: UnixMs,
    ) -> Result<LicenseKey, AccountsError> {
        self.known(organization_id)?;
        let key = LicenseKey::random();
        self.write(
            sqlx::query(
                "INSERT INTO license_keys (license_key, organization_id, name, allowed_domains, rate_limit_per_s, created_at_ms) \
                 SELECT ?, ?, ?, json_group_array(value), ?, ? FROM json_each(?)",
            )
            .bind(key.0.clone())
            .bind(organization_id.to_string())
            .bind(name.to_owned())
            .bind(rate_limit_per_s)
            .bind(now.0)
            .bind(serde_json_array(allowed_domains)),
        )
        .await?;
        Ok(key)
    }

    /// Changes what a license key may do; what is `None` stays. False when there is no such active key in the organisation.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_license(
        &self,
        organization_id: OrganizationId,
        license_key: &str,
        settings: &LicenseSettings,
        now: UnixMs,
    ) -> Result<bool, AccountsError> {
        let (limits, limit) = match settings.rate_limit_per_s {
            Some(limit) => (true, limit),
            None => (false, None),
        };
        let changed = self
            .write(
                sqlx::query(
                    "UPDATE license_keys SET name = coalesce(?, name), allowed_domains = coalesce(?, allowed_domains), \
                     rate_limit_per_s = iif(?, ?, rate_limit_per_s), collector_enabled = coalesce(?, collector_enabled), \
                     sample_permille = coalesce(?, sample_permille), settings_set_at_ms = max(?, settings_set_at_ms + 1) \
                     WHERE license_key = ? AND organization_id = ? AND revoked_at_ms IS NULL",
                )
                .bind(settings.name.clone())
                .bind(settings.allowed_domains.as_deref().map(serde_json_array))
                .bind(limits)
                .bind(limit)
                .bind(settings.collector_enabled)
                .bind(settings.sample_permille)
                .bind(now.0)
                .bind(license_key.to_owned())
                .bind(organization_id.to_string()),
            )
            .await?;
        Ok(changed > 0)
    }

    /// Creates an API key. The secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// When the organisation is unknown or the database cannot be written.
    pub async fn create_api_key(
        &self,
        organization_id: OrganizationId,
        name: &str,
        scope: Scope,
        now: UnixMs,
    ) -> Result<ApiSecret, AccountsError> {
        self.known(organization_id)?;
        let secret = ApiSecret::random();
        self.write(
            sqlx::query(
                "INSERT INTO api_keys (api_key_id, secret_sha256, organization_id, name, scope, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(Uuid::now_v7().to_string())
            .bind(key::hash(secret.reveal()).to_vec())
            .bind(organization_id.to_string())
            .bind(name.to_owned())
            .bind(scope.name())
            .bind(now.0),
        )
        .await?;
        Ok(secret)
    }

    /// Revokes a license key or an API key's id. False when nothing by that name was active.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn revoke(&self, key_or_id: &str, now: UnixMs) -> Result<bool, AccountsError> {
        let licenses = self
            .write(
                sqlx::query(
                    "UPDATE license_keys SET revoked_at_ms = ? WHERE license_key = ? AND revoked_at_ms IS NULL",
                )
                .bind(now.0)
                .bind(key_or_id.to_owned()),
            )
            .await?;
        let keys = self
            .write(
                sqlx::query("UPDATE api_keys SET revoked_at_ms = ? WHERE api_key_id = ? AND revoked_at_ms IS NULL")
                    .bind(now.0)
                    .bind(key_or_id.to_owned()),
            )
            .await?;
        Ok(licenses + keys > 0)
    }

    fn known(&self, organization_id: OrganizationId) -> Result<(), AccountsError> {
        let snapshot = self.0.snapshot();
        if snapshot
            .organizations
            .iter()
            .any(|organization| organization.organization_id == organization_id)
        {
            Ok(())
        } else {
            Err(AccountsError::UnknownOrganization(organization_id))
        }
    }

    pub(crate) async fn write(
        &self,
        query: sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>,
    ) -> Result<u64, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        self.0.replace(load(&mut connection).await?);
        Ok(done.rows_affected())
    }
}

impl Shared {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        // A poisoned lock still holds a whole snapshot: it is replaced in one assignment.
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn replace(&self, snapshot: Snapshot) {
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }
}

/// Takes over what other processes wrote. SQLite has no notification across processes; its `data_version` is cheap to ask.
async fn refresh(shared: Weak<Shared>) {
    let mut interval = tokio::time::interval(REFRESH);
    let mut seen = None;
    loop {
        interval.tick().await;
        let Some(shared) = shared.upgrade() else { return };
        let mut connection = shared.connection.lock().await;
        // A failed read keeps the old copy: known keys go on working, and the next second asks again.
        match changed(&mut connection, seen).await {
            Ok(None) => {}
            Ok(Some((version, snapshot))) => {
                shared.replace(snapshot);
                seen = Some(version);
            }
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "accounts are not fresh"),
        }
    }
}

/// The accounts as they stand, when another process wrote since `seen`.
async fn changed(
    connection: &mut SqliteConnection,
    seen: Option<i64>,
) -> Result<Option<(i64, Snapshot)>, AccountsError> {
    let version = sqlx::query_scalar("PRAGMA data_version")
        .fetch_one(&mut *connection)
        .await
        .map_err(AccountsError::Read)?;
    if Some(version) == seen {
        return Ok(None);
    }
    Ok(Some((version, load(connection).await?)))
}

/// TRICKY: the first switch to a write-ahead log does not wait as every other statement does. Who opens a new file while another process
/// writes to it is told that it is locked, so it is tried again.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let begun = Instant::now();
    loop {
        match SqliteConnection::connect_with(options).await {
            Err(sqlx::Error::Database(error))
                if error.code().as_deref() == Some(BUSY) && begun.elapsed() < LOCKED_FOR =>
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), AccountsError> {
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(AccountsError::Open)?;
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *transaction)
        .await
        .map_err(AccountsError::Open)?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(AccountsError::Newer {
            found: done,
            known: MIGRATIONS.len(),
        });
    }
    for migration in &MIGRATIONS[done..] {
        sqlx::raw_sql(*migration)
            .execute(&mut *transaction)
            .await
            .map_err(AccountsError::Open)?;
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "PRAGMA user_version = {}",
        MIGRATIONS.len()
    )))
    .execute(&mut *transaction)
    .await
    .map_err(AccountsError::Open)?;
    transaction.commit().await.map_err(AccountsError::Open)
}

pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<Snapshot, AccountsError> {
    let mut snapshot = Snapshot::default();
    let rows = sqlx::query(
        "SELECT organization_id, parent_id, name, beacons_days, impressions_days, industry FROM organizations ORDER BY created_at_ms, organization_id",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(AccountsError::Read)?;
    for row in rows {
        let parent: Option<String> = row.get("parent_id");
        snapshot.organizations.push(Organization {
            organization_id: organization(&row.get::<String, _>("organization_id"))?,
            parent_id: parent.as_deref().map(organization).transpose()?,
            name: row.get("name"),
            beacons_days: row.get("beacons_days"),
            impressions_days: row.get("impressions_days"),
            industry: row.get("industry"),
        });
    }
    let rows = sqlx::query(
        "SELECT l.license_key, l.organization_id, l.name, l.rate_limit_per_s, l.collector_enabled, l.sample_permille, d.value AS domain \
         FROM license_keys l LEFT JOIN json_each(l.allowed_domains) d WHERE l.revoked_at_ms IS NULL ORDER BY d.key",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(AccountsError::Read)?;
    let mut licenses: HashMap<String, License> = HashMap::new();
    for row in rows {
        let key: String = row.get("license_key");
        let domain: Option<String> = row.get("domain");
        let license = match licenses.entry(key.clone()) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(License {
                license_key: key,
                organization_id: organization(&row.get::<String, _>("organization_id"))?,
                name: row.get("name"),
                allowed_domains: Vec::new(),
                rate_limit_per_s: row.get("rate_limit_per_s"),
                collector_enabled: row.get("collector_enabled"),
                sample_permille: row.get("sample_permille"),
            }),
        };
        license.allowed_domains.extend(domain);
    }
    snapshot.licenses = licenses
        .into_iter()
        .map(|(key, license)| (key, Arc::new(license)))
        .collect();
    let rows = sqlx::query(
        "SELECT api_key_id, secret_sha256, organization_id, name, scope, diagnostics FROM api_keys WHERE revoked_at_ms IS NULL",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(AccountsError::Read)?;
    let mut visible: HashMap<OrganizationId, Arc<HashSet<OrganizationId>>> = HashMap::new();
    for row in rows {
        let organization_id = organization(&row.get::<String, _>("organization_id"))?;
        let scope: String = row.get("scope");
        let id: String = row.get("api_key_id");
        let hash: Vec<u8> = row.get("secret_sha256");
        let key = ApiKey {
            api_key_id: Uuid::try_parse(&id).map_err(|_| AccountsError::Unreadable {
                what: "API key id",
                text: id,
            })?,
            organization_id,
            name: row.get("name"),
            scope: scope
                .parse()
                .map_err(|text| AccountsError::Unreadable { what: "scope", text })?,
            diagnostics: row.get("diagnostics"),
        };
        let hash = <[u8; 32]>::try_from(hash).map_err(|hash| AccountsError::Unreadable {
            what: "key hash",
            text: format!("{} bytes", hash.len()),
        })?;
        let visible = visible
            .entry(organization_id)
            .or_insert_with(|| Arc::new(below(organization_id, &snapshot.organizations)))
            .clone();
        snapshot.grants.insert(
            hash,
            Grant {
                key: Arc::new(key),
                visible,
            },
        );
    }
    for experiment in experiment::load_all(connection).await? {
        let of_organization = snapshot.experiments.entry(experiment.organization_id).or_default();
        of_organization.push(experiment);
    }
    Ok(snapshot)
}

/// An organisation and everything below it. Parents are created before children, so one pass in that order is enough.
fn below(top: OrganizationId, organizations: &[Organization]) -> HashSet<OrganizationId> {
    let mut visible = HashSet::from([top]);
    for organization in organizations {
        if organization.parent_id.is_some_and(|parent| visible.contains(&parent)) {
            visible.insert(organization.organization_id);
        }
    }
    visible
}

fn organization(text: &str) -> Result<OrganizationId, AccountsError> {
    Uuid::try_parse(text)
        .map(OrganizationId)
        .map_err(|_| AccountsError::Unreadable {
            what: "organisation id",
            text: text.to_owned(),
        })
}

fn serde_json_array(texts: &[String]) -> String {
    serde_json::Value::from(texts).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Forbidden;

    const NOW: UnixMs = UnixMs(1_763_600_000_000);

    async fn open() -> (tempfile::TempDir, Accounts) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        (folder, accounts)
    }

    #[tokio::test]
    async fn a_new_file_that_another_process_just_writes_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.sqlite");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut other = SqliteConnection::connect_with(&options).await.unwrap();
        for statement in [
            "CREATE TABLE other (a)",
            "BEGIN IMMEDIATE",
            "INSERT INTO other VALUES (1)",
        ] {
            sqlx::raw_sql(statement).execute(&mut other).await.unwrap();
        }
        let leaving = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            other.close().await.unwrap();
        });
        Accounts::open(&path).await.unwrap();
        leaving.await.unwrap();
    }

    #[tokio::test]
    async fn a_key_opens_its_own_organisation_and_those_below_only() {
        let (_folder, accounts) = open().await;
        let platform = accounts.create_organization("platform", None, NOW).await.unwrap();
        let child = accounts
            .create_organization("child", Some(platform), NOW)
            .await
            .unwrap();
        let stranger = accounts.create_organization("stranger", None, NOW).await.unwrap();
        let secret = accounts
            .create_api_key(platform, "key", Scope::Read, NOW)
            .await
            .unwrap();
        let grant = accounts.authenticate(secret.reveal()).unwrap();
        assert_eq!(grant.tenant(None).unwrap().organization_id(), platform);
        assert_eq!(grant.tenant(Some(child)).unwrap().organization_id(), child);
        assert_eq!(grant.tenant(Some(stranger)), Err(Forbidden));
        let below = accounts.create_api_key(child, "key", Scope::Read, NOW).await.unwrap();
        assert_eq!(
            accounts.authenticate(below.reveal()).unwrap().tenant(Some(platform)),
            Err(Forbidden)
        );
        assert!(accounts.authenticate("pk_wrong").is_none());
    }

    #[tokio::test]
    async fn a_tree_of_organisations_is_one_of_the_industry_and_the_askers_is_none() {
        let (_folder, accounts) = open().await;
        let make = async |name: &str, parent| accounts.create_organization(name, parent, NOW).await.unwrap();
        let (own, platform, other) = (
            make("own", None).await,
            make("platform", None).await,
            make("other", None).await,
        );
        let below = [make("a", Some(platform)).await, make("b", Some(platform)).await];
        let sister = make("sister", Some(own)).await;
        make("silent", None).await;
        let secret = accounts.create_api_key(own, "key", Scope::Read, NOW).await.unwrap();
        let tenant = accounts.authenticate(secret.reveal()).unwrap().tenant(None).unwrap();
        for organization in [below[0], below[1], other, sister] {
            accounts.set_industry(organization, true, NOW).await.unwrap();
        }
        assert_eq!(
            accounts.industry_peers(tenant),
            None,
            "who does not take part sees nothing"
        );
        accounts.set_industry(own, true, NOW).await.unwrap();
        let peers: Vec<Vec<OrganizationId>> = accounts
            .industry_peers(tenant)
            .unwrap()
            .into_iter()
            .map(|group| group.into_iter().map(Tenant::organization_id).collect())
            .collect();
        assert_eq!(peers, [below.to_vec(), vec![other]]);
    }

    #[tokio::test]
    async fn keys_survive_a_restart_and_end_when_revoked() {
        let (folder, accounts) = open().await;
        let organization = accounts.create_organization("o", None, NOW).await.unwrap();
        let domains = vec!["a.example".to_owned(), "*.b.example".to_owned()];
        let key = accounts
            .create_license_key(organization, "web", &domains, Some(50), NOW)
            .await
            .unwrap();
        let secret = accounts
            .create_api_key(organization, "key", Scope::Admin, NOW)
            .await
            .unwrap();
        drop(accounts);
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        let license = accounts.license(&key.0).unwrap();
        assert_eq!(
            (&license.allowed_domains, license.rate_limit_per_s),
            (&domains, Some(50))
        );
        let id = accounts.authenticate(secret.reveal()).unwrap().api_key_id();
        assert!(accounts.revoke(&key.0, NOW).await.unwrap());
        assert!(accounts.revoke(&id.to_string(), NOW).await.unwrap());
        assert!(!accounts.revoke(&key.0, NOW).await.unwrap(), "it was revoked already");
        assert!(accounts.license(&key.0).is_none());
        assert!(accounts.authenticate(secret.reveal()).is_none());
    }

    #[tokio::test]
    async fn the_secret_is_not_in_the_file() {
        let (folder, accounts) = open().await;
        let organization = accounts.create_organization("o", None, NOW).await.unwrap();
        let secret = accounts
            .create_api_key(organization, "key", Scope::Read, NOW)
            .await
            .unwrap();
        let needle = &secret.reveal().as_bytes()[3..];
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }

    #[tokio::test]
    async fn an_organisation_must_exist_before_its_keys() {
        let (_folder, accounts) = open().await;
        let nobody = OrganizationId(Uuid::nil());
        assert!(matches!(
            accounts.create_api_key(nobody, "key", Scope::Read, NOW).await,
            Err(AccountsError::UnknownOrganization(_))
        ));
    }

    #[tokio::test]
    async fn a_key_made_by_another_process_is_seen() {
        let (folder, accounts) = open().await;
        let other = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        let organization = other.create_organization("o", None, NOW).await.unwrap();
        let secret = other
            .create_api_key(organization, "key", Scope::Read, NOW)
            .await
            .unwrap();
        let seen = async {
            while accounts.authenticate(secret.reveal()).is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), seen)
            .await
            .expect("the other process's key is seen");
    }
}
