//! Bringing the tables into the form this program expects. One statement a file, because ClickHouse has no
//! transactional DDL: a file is either applied or not. Every statement says `IF NOT EXISTS` (or the like), so a crash
//! between a statement and its record, a second run and a second process are all harmless.

use std::collections::HashMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{Statement, Store, StoreError, cluster};

/// How long a cluster's nodes may take to make or change a table.
const DEFINE_SECONDS: u32 = 300;

/// How long rows are kept, in days. A part is dropped once all of its rows are older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Raw beacons, by the server's receive time.
    pub beacons_days: u32,
    /// Merged attempts, by the hour they began; and what is derived from them.
    pub impressions_days: u32,
}

impl Retention {
    /// Most days: 50 years. A TTL is a `DateTime`, whose last day is in February 2106; a row whose time plus the retention lies
    /// behind that wraps round to 1970 and is dropped at once. With 50 years that cannot happen before 2056.
    pub const DAYS_MAX: u32 = 18_250;

    fn check(&self) -> Result<(), StoreError> {
        for (table, days) in [("beacons", self.beacons_days), ("impressions", self.impressions_days)] {
            if !(1..=Self::DAYS_MAX).contains(&days) {
                return Err(StoreError::Retention { table, days });
            }
        }
        Ok(())
    }
}

impl Default for Retention {
    /// Beacons 14 days (the timeline of single attempts), impressions 400 days (13 months, so a month has last year's beside it).
    fn default() -> Self {
        Self {
            beacons_days: 14,
            impressions_days: 400,
        }
    }
}

/// One file of `migrations/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// The file's name without `.sql`; its number gives the order.
    pub name: &'static str,
    /// One statement.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../migrations/", $name, ".sql")) }),*]
    };
}

/// Days that are kept at least of the attempts that cells leave out; no cells leave any out for so long (`query/src/sql/cells.rs`).
const LEFT_OUT_DAYS: u32 = 30;

impl Migration {
    /// All of them, in the order in which they are applied.
    pub const ALL: &'static [Self] = migrations![
        "0001_beacons",
        "0002_impressions",
        "0003_impressions_from_beacons",
        "0004_dead_letters",
        "0005_unknown_fields",
        "0006_accounts",
        "0007_steps",
        "0008_requests",
        "0009_dense",
        "0010_denser",
        "0011_latest",
        "0012_impressions_from_beacons",
        "0013_first_received_at",
        "0014_phases",
        "0015_phases_of_impressions",
        "0016_impressions_from_beacons",
        "0017_compact",
        "0018_fewer_merges",
        "0019_touched_hours",
        "0020_touched_hours_from_beacons",
        "0021_touched_hours_before",
        "0022_cells",
        "0023_cell_days",
        "0024_shown",
        "0025_shown_of_impressions",
        "0026_impressions_from_beacons",
        "0027_loads",
        "0028_impressions_from_beacons",
        "0029_cells_score",
        "0030_seen",
        "0031_seen_of_impressions",
        "0032_impressions_from_beacons",
        "0033_cells_seen",
        "0034_watched_cells",
        "0035_cell_days_open",
        "0036_cells_left_out",
        "0037_day_cells",
        "0038_no_cell_days",
        "0039_no_cells",
    ];

    /// The statements that do the same on a cluster; `None` when the text is of no form that is known there.
    #[must_use]
    pub fn of_cluster(&self, cluster: &str, database: &str) -> Option<Vec<String>> {
        cluster::rendered(self.sql, &tables(), cluster, database)
    }

    /// SHA-256 of the text, in hexadecimal: tells an edited file from the one that was applied.
    #[must_use]
    pub fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The tables that a cluster spreads over its shards.
fn tables() -> Vec<&'static str> {
    cluster::tables(Migration::ALL.iter().map(|migration| migration.sql))
}

#[derive(Deserialize)]
struct Applied {
    name: String,
    checksum: String,
}

#[derive(Deserialize)]
struct Form {
    engine: String,
}

#[derive(Deserialize)]
struct Table {
    create_table_query: String,
}

impl Store {
    /// Makes the database if missing, applies what is not applied yet, sets the retention and notes the hours of attempts that nothing
    /// was noted of. Returns the names of the migrations applied by this call.
    ///
    /// # Errors
    /// When ClickHouse refuses, a migration that was applied has another text now, or a retention is not in
    /// 1..=[`Retention::DAYS_MAX`] (then nothing was changed).
    pub async fn migrate(&self, retention: &Retention) -> Result<Vec<&'static str>, StoreError> {
        check_identifier("database", &self.database)?;
        if let Some(cluster) = &self.cluster {
            check_identifier("cluster", cluster)?;
        }
        retention.check()?;
        if !self.has_migrations().await? {
            self.begin().await?;
        }
        let applied: HashMap<String, String> = self
            .fetch::<Applied>(&Statement::new("SELECT name, checksum FROM migrations FINAL"))
            .await?
            .into_iter()
            .map(|Applied { name, checksum }| (name, checksum))
            .collect();
        let mut newly = Vec::new();
        for migration in Migration::ALL {
            let expected = migration.checksum();
            match applied.get(migration.name) {
                Some(checksum) if *checksum == expected => {}
                Some(checksum) => {
                    return Err(StoreError::MigrationChanged {
                        name: migration.name.to_owned(),
                        applied: checksum.clone(),
                        expected,
                    });
                }
                None => {
                    for statement in self.statements_of(migration)? {
                        self.define(&self.client, &statement).await?;
                    }
                    self.client
                        .query_raw("INSERT INTO migrations (name, checksum) SELECT {name:String}, {checksum:String}")
                        .param("name", migration.name)
                        .param("checksum", &expected)
                        .execute()
                        .await?;
                    tracing::info!(migration = migration.name, "applied");
                    newly.push(migration.name);
                }
            }
        }
        // The insert's column types are cached per client; they may be others now.
        self.client.clear_cached_metadata().await;
        self.set_retention("beacons", "toDateTime(received_at)", retention.beacons_days)
            .await?;
        for (table, moment) in [
            ("impressions", "started_hour"),
            ("touched_hours", "started_hour"),
            ("day_cells", "started_at"),
            ("watched_cells", "started_at"),
            ("cell_days", "day"),
        ] {
            self.set_retention(table, moment, retention.impressions_days).await?;
        }
        self.set_retention("cells_left_out", "day", retention.beacons_days.max(LEFT_OUT_DAYS))
            .await?;
        self.touch_unknown_hours().await?;
        Ok(newly)
    }

    /// Tells `touched_hours` of attempts whose hour it does not know: of a backup that was made without it, say. Questions take a day
    /// that it does not know for empty.
    async fn touch_unknown_hours(&self) -> Result<(), StoreError> {
        let touch = Statement::new(
            "INSERT INTO touched_hours (organization_id, started_hour, touches, last_received_at) \
             SELECT organization_id, started_hour, count() AS touches, max(i.last_received_at) AS last_received_at \
             FROM impressions AS i \
             WHERE (organization_id, started_hour) NOT IN (SELECT organization_id, started_hour FROM touched_hours) \
             GROUP BY organization_id, started_hour",
        )
        // A shard that is away tells of its attempts at the next start; what it holds is known, unless it was just restored.
        .setting("skip_unavailable_shards", "1")
        .max_execution_seconds(DEFINE_SECONDS)
        .log_comment("store::Store::touch_unknown_hours");
        self.execute(&touch).await
    }

    /// Makes the database and the table that says what is in it.
    async fn begin(&self) -> Result<(), StoreError> {
        let on_cluster = cluster::on_cluster(self.cluster.as_deref());
        // Atomic: the embedded engine's default database engine cannot hold materialized views.
        let create = format!(
            "CREATE DATABASE IF NOT EXISTS `{}`{on_cluster} ENGINE = Atomic",
            self.database
        );
        self.define(&self.bare, &create).await?;
        let engine = match self.cluster {
            Some(_) => format!("ReplicatedReplacingMergeTree({})", cluster::WHOLE),
            None => "ReplacingMergeTree".to_owned(),
        };
        let create = format!(
            "CREATE TABLE IF NOT EXISTS migrations{on_cluster}
             (
                 name String COMMENT 'file name without .sql',
                 checksum String COMMENT 'SHA-256 of the text as applied, hexadecimal',
                 applied_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'wall clock of the server, ms resolution'
             )
             ENGINE = {engine}
             ORDER BY name
             SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, old_parts_lifetime = 480"
        );
        self.define(&self.client, &create).await
    }

    /// Whether the database was begun. Its engine tells which form the tables have; tables of both forms side by side would each
    /// hold some of the rows. What is there is not made again: on a cluster that needs every node, and a start must not.
    async fn has_migrations(&self) -> Result<bool, StoreError> {
        let statement = Statement::new(
            "SELECT engine FROM system.tables WHERE database = {database:String} AND name = 'migrations'",
        )
        .bind("database", self.database.as_str());
        // This database may not be there yet.
        let answer = self.fetch_by::<Form>(&self.bare, &statement).await?;
        let [Form { engine }] = answer.as_slice() else {
            return Ok(false);
        };
        let words = |is_cluster| if is_cluster { "a cluster" } else { "a single node" };
        let (found, told) = (engine.starts_with("Replicated"), self.cluster.is_some());
        if found == told {
            Ok(true)
        } else {
            Err(StoreError::OtherForm {
                found: words(found),
                told: words(told),
            })
        }
    }

    /// What `migration` says here.
    fn statements_of(&self, migration: &Migration) -> Result<Vec<String>, StoreError> {
        match &self.cluster {
            None => Ok(vec![migration.sql.to_owned()]),
            Some(name) => migration
                .of_cluster(name, &self.database)
                .ok_or(StoreError::NoClusterForm { name: migration.name }),
        }
    }

    /// Makes or changes a table.
    async fn define(&self, client: &clickhouse::Client, statement: &str) -> Result<(), StoreError> {
        client
            .query_raw(statement)
            .with_setting("distributed_ddl_task_timeout", DEFINE_SECONDS.to_string())
            .execute()
            .await?;
        Ok(())
    }

    /// How a table that holds rows is named where it is changed.
    pub(crate) fn altered(&self, table: &str) -> String {
        match self.cluster.as_deref() {
            None => table.to_owned(),
            Some(name) => cluster::stored(table, &tables()) + &cluster::on_cluster(Some(name)),
        }
    }

    /// Changes a table's TTL, unless it is what it should be: each change rewrites metadata and looks at every part.
    async fn set_retention(&self, table: &str, moment: &str, days: u32) -> Result<(), StoreError> {
        let (tables, name) = match self.cluster.as_deref() {
            None => ("system.tables".to_owned(), table.to_owned()),
            // A node that was away the last time may have another TTL.
            Some(name) => (
                format!("clusterAllReplicas('{name}', system.tables)"),
                cluster::stored(table, &tables()),
            ),
        };
        let statement = Statement::new(format!(
            "SELECT create_table_query FROM {tables} WHERE database = {{database:String}} AND name = {{table:String}} \
             SETTINGS skip_unavailable_shards = 1"
        ))
        .bind("database", self.database.as_str())
        .bind("table", name);
        let wanted = format!("TTL {moment} + toIntervalDay({days})");
        let tables = self.fetch::<Table>(&statement).await?;
        if !tables.is_empty() && tables.iter().all(|table| table.create_table_query.contains(&wanted)) {
            return Ok(());
        }
        let alter = format!("ALTER TABLE {} MODIFY {wanted}", self.altered(table));
        self.client
            .query_raw(&alter)
            .with_setting("distributed_ddl_task_timeout", DEFINE_SECONDS.to_string())
            // Old parts learn the new date at their next merge or at the daily look, not by rewriting them all now.
            .with_setting("materialize_ttl_after_modify", "0")
            .execute()
            .await?;
        tracing::info!(table, days, "retention set");
        Ok(())
    }
}

fn check_identifier(of: &'static str, name: &str) -> Result<(), StoreError> {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Ok(())
    } else {
        Err(StoreError::Name {
            of,
            name: name.to_owned(),
        })
    }
}
