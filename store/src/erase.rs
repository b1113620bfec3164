//! Taking rows out before their time: a viewer's attempts, an organisation's old rows.
//!
//! A mutation, not a lightweight delete: that one only hides rows until some merge, a mutation writes the parts anew
//! without them. The parts as they were leave the disk `old_parts_lifetime` (8 minutes) later. A materialized view does
//! not pass deletions on, so each table is mutated, `impressions` last: as long as `impressions` still knows an attempt,
//! a run that was cut short finds it again.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use schemas::{AttemptId, OrganizationId, UnixMs};
use serde::Deserialize;
use uuid::Uuid;

use crate::{Statement, Store, StoreError};

/// A mutation reads the parts that hold the organisation and writes those that change: minutes on a large table.
const MUTATION_SECONDS: u64 = 1_800;

/// Attempts in one mutation: their ids travel in the URL, 45 bytes each, and 200 stay below every server's limit of it.
const ATTEMPTS_MAX: usize = 200;

/// A table whose rows can be taken out by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Raw beacons, by the time of receipt.
    Beacons,
    /// Merged attempts, by the hour in which they began.
    Impressions,
    /// Rows that were refused, by the time they were given up.
    DeadLetters,
    /// Ids of attempts that cells leave out, by the day that these began.
    LeftOut,
}

impl Table {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Beacons => "beacons",
            Self::Impressions => "impressions",
            Self::DeadLetters => "dead_letters",
            Self::LeftOut => "cells_left_out",
        }
    }

    /// The column that its retention goes by.
    fn moment(self) -> &'static str {
        match self {
            Self::Beacons => "received_at",
            Self::Impressions => "started_hour",
            Self::DeadLetters => "buried_at",
            Self::LeftOut => "day",
        }
    }
}

#[derive(Deserialize)]
struct Found {
    attempt_id: Uuid,
}

#[derive(Deserialize)]
struct Hour {
    hour: i64,
}

#[derive(Deserialize)]
struct Count {
    rows: u64,
}

impl Store {
    /// The attempts of an organisation in which `viewer_id` was named by any beacon. A dead letter names it where one of its texts is
    /// the id: as RowBinary has it, behind its length. A part of a text would be somebody else.
    ///
    /// # Errors
    /// When ClickHouse does not answer.
    pub async fn attempts_of_viewer(
        &self,
        organization_id: OrganizationId,
        viewer_id: &str,
    ) -> Result<Vec<AttemptId>, StoreError> {
        let statement = Statement::new(
            "SELECT DISTINCT attempt_id FROM
             (
                 SELECT attempt_id FROM impressions WHERE organization_id = {organization:UUID} AND viewer_id = {viewer:String}
                 UNION ALL
                 SELECT attempt_id FROM beacons WHERE organization_id = {organization:UUID} AND viewer_id = {viewer:String}
                 UNION ALL
                 SELECT attempt_id FROM dead_letters
                 WHERE organization_id = {organization:UUID} AND position(row_bytes, concat(
                     if(length({viewer:String}) < 128, char(length({viewer:String})), char(128 + length({viewer:String}) % 128, intDiv(length({viewer:String}), 128))),
                     {viewer:String})) > 0
             )
             ORDER BY attempt_id",
        )
        .bind("organization", organization_id)
        .bind("viewer", viewer_id)
        .max_execution_seconds(300)
        .log_comment("store::Store::attempts_of_viewer");
        let found: Vec<Found> = self.fetch(&statement).await?;
        Ok(found.into_iter().map(|row| AttemptId(row.attempt_id)).collect())
    }

    /// Deletes every row of these attempts of an organisation. Returns when they are gone.
    ///
    /// # Errors
    /// When ClickHouse does not answer or refuses. Some attempts may be gone then; the same call again is safe.
    pub async fn erase_attempts(
        &self,
        organization_id: OrganizationId,
        attempts: &[AttemptId],
    ) -> Result<u64, StoreError> {
        let mut erased = 0;
        for table in [Table::LeftOut, Table::DeadLetters, Table::Beacons, Table::Impressions] {
            for some in attempts.chunks(ATTEMPTS_MAX) {
                let rows =
                    Statement::new("organization_id = {organization:UUID} AND attempt_id IN {attempts:Array(UUID)}")
                        .bind("organization", organization_id)
                        .bind("attempts", some.iter().map(|attempt| attempt.0).collect::<Vec<_>>());
                erased += self.delete(table, rows).await?;
            }
        }
        Ok(erased)
    }

    /// Deletes the rows of an organisation that are older than `before`. Returns how many there were.
    ///
    /// # Errors
    /// When ClickHouse does not answer or refuses; the same call again is safe.
    pub async fn erase_older(
        &self,
        organization_id: OrganizationId,
        table: Table,
        before: UnixMs,
    ) -> Result<u64, StoreError> {
        // Whole seconds: `started_hour` is a DateTime.
        let before = UnixMs(before.0.div_euclid(1_000) * 1_000);
        let rows = Statement::new(format!(
            "organization_id = {{organization:UUID}} AND {} < {{before:DateTime('UTC')}}",
            table.moment()
        ))
        .bind("organization", organization_id)
        .bind("before", before);
        self.delete(table, rows).await
    }

    /// Deletes cells of these versions, each with its organisation. They are gone for whoever reads when this returns; what they took on the disk is
    /// free when their parts are merged. Cells are small on every node: one deletes for all.
    ///
    /// # Errors
    /// When ClickHouse does not answer or refuses; the same call again is safe.
    pub async fn erase_cells(&self, versions: &[(Uuid, i64)]) -> Result<(), StoreError> {
        for some in versions.chunks(ATTEMPTS_MAX) {
            let organizations: BTreeSet<Uuid> = some.iter().map(|(organization, _)| *organization).collect();
            let statement = Statement::new(
                "DELETE FROM day_cells WHERE organization_id IN {organizations:Array(UUID)} AND version IN {versions:Array(Int64)}",
            )
            .bind("organizations", organizations.into_iter().collect::<Vec<_>>())
            .bind("versions", some.iter().map(|(_, version)| *version).collect::<Vec<_>>())
            .max_execution_seconds(MUTATION_SECONDS as u32)
            .log_comment("store::Store::erase_cells");
            self.execute(&statement).await?;
        }
        Ok(())
    }

    /// Deletes the rows for which `condition` holds. Asks first: a mutation without rows would still touch every part.
    async fn delete(&self, table: Table, condition: Statement) -> Result<u64, StoreError> {
        let count = Statement {
            sql: format!("SELECT count() AS rows FROM {} WHERE {}", table.name(), condition.sql),
            ..condition.clone()
        }
        .max_execution_seconds(300);
        let rows = self.fetch::<Count>(&count).await?.first().map_or(0, |count| count.rows);
        if rows == 0 {
            return Ok(0);
        }
        // What was derived from these attempts counts no longer: not from now on, nor what is derived while they go.
        let hours = match table {
            Table::Impressions => self.hours(&condition).await?,
            Table::Beacons | Table::DeadLetters | Table::LeftOut => Vec::new(),
        };
        self.touch(&condition, &hours).await?;
        let limit = Duration::from_secs(MUTATION_SECONDS);
        let sql = format!(
            "ALTER TABLE {} DELETE WHERE {}",
            self.altered(table.name()),
            condition.sql
        );
        let mut query = self
            .client
            .query_raw(&sql)
            // 2: done on every replica when this returns.
            .with_setting("mutations_sync", "2")
            // Of a cluster's nodes, too.
            .with_setting("distributed_ddl_task_timeout", MUTATION_SECONDS.to_string())
            .with_setting("log_comment", "store::Store::delete");
        for (name, value) in &condition.params {
            query = query.param(name, value);
        }
        match tokio::time::timeout(limit, query.execute()).await {
            Ok(done) => done?,
            Err(_) => {
                return Err(StoreError::TimedOut {
                    seconds: MUTATION_SECONDS,
                });
            }
        }
        self.touch(&condition, &hours).await?;
        tracing::info!(table = table.name(), rows, "deleted");
        Ok(rows)
    }

    /// The hours in which attempts for which `condition` holds began, seconds since 1970.
    async fn hours(&self, condition: &Statement) -> Result<Vec<i64>, StoreError> {
        let statement = Statement {
            sql: format!(
                "SELECT DISTINCT toInt64(toUnixTimestamp(started_hour)) AS hour FROM impressions WHERE {}",
                condition.sql
            ),
            ..condition.clone()
        }
        .max_execution_seconds(300);
        let hours: Vec<Hour> = self.fetch(&statement).await?;
        Ok(hours.into_iter().map(|row| row.hour).collect())
    }

    /// Says that attempts which began in these hours are others than they were. The organisation is that of `condition`.
    async fn touch(&self, condition: &Statement, hours: &[i64]) -> Result<(), StoreError> {
        if hours.is_empty() {
            return Ok(());
        }
        let touch = Statement {
            sql: "INSERT INTO touched_hours (organization_id, started_hour, touches, last_received_at) \
                  SELECT {organization:UUID}, toDateTime(arrayJoin({hours:Array(Int64)}), 'UTC'), 1, toDateTime64(0, 3, 'UTC')"
                .to_owned(),
            ..condition.clone()
        };
        self.execute(&touch.bind("hours", hours.to_vec()).log_comment("store::Store::touch"))
            .await?;
        // Cells that leave out what is not over count whatever is written. These must not, nor any that are being built.
        let days: BTreeSet<i64> = hours
            .iter()
            .flat_map(|hour| [hour - 3_600, *hour, hour + 3_600].map(|hour| hour.div_euclid(86_400)))
            .collect();
        let now_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as i64);
        let refute = Statement {
            sql: "INSERT INTO cell_days (organization_id, day, version, touches, form) \
                  SELECT {organization:UUID}, toDate(arrayJoin({days:Array(Int64)})), \
                  greatest({version:UInt64}, (SELECT max(version) + 1 FROM cell_days WHERE organization_id = {organization:UUID})), 0, 0"
                .to_owned(),
            ..condition.clone()
        }
        // As the versions that count (migration 0023).
        .bind("version", now_ms << 20);
        let refute = refute.bind("days", days.into_iter().collect::<Vec<_>>());
        self.execute(&refute.log_comment("store::Store::touch")).await
    }
}
