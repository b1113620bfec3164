//! Alert rules, what came of each evaluation, and what is to be told. What a rule says and when it fires lives in `query`.
//!
//! Invariant: what an evaluation came to, how the series stand then and what is to be told of it are one transaction: after a crash an
//! evaluation has happened whole or not at all, so nothing is told twice and nothing is lost.

use schemas::{OrganizationId, UnixMs};
use sqlx::{Connection, Row, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{Accounts, AccountsError, Tenant};

/// Most rules of an organisation.
pub const ALERTS_MAX: u32 = 100;
/// Most evaluations that are kept of a rule.
pub const EVALUATIONS_MAX: u32 = 1_000;
/// Most deliveries that wait of a rule; beyond, the oldest is given up.
pub const WAITING_MAX: u32 = 100;
/// Most deliveries that are kept of a rule.
pub const DELIVERIES_MAX: u32 = 1_000;

/// The key of a webhook's signatures.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(pub [u8; 32]);

// A secret never reaches a log by `{:?}`.
impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// An alert rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub alert_id: Uuid,
    /// Whose it is.
    pub tenant: Tenant,
    /// JSON; the rule as `query` writes it.
    pub rule: String,
    /// JSON; how its series stand, as `query` writes it.
    pub series: String,
    /// Signs what is sent.
    pub secret: WebhookSecret,
    /// When it is to be evaluated next; null when it is switched off.
    pub next_at: Option<UnixMs>,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it was changed last.
    pub updated_at: UnixMs,
}

/// What an evaluation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The moment that was looked at.
    pub at: UnixMs,
    /// JSON, as `query` writes it.
    pub body: String,
}

/// What an evaluation leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// What it came to.
    pub evaluation: Evaluation,
    /// How the series stand now.
    pub series: String,
    /// What is to be told, JSON; null when nothing is.
    pub told: Option<String>,
    /// When to evaluate next.
    pub next_at: UnixMs,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, the same at every try.
    pub delivery_id: Uuid,
    /// The rule.
    pub alert_id: Uuid,
    /// JSON, as it is sent.
    pub body: String,
    /// When it was to be told first.
    pub created_at: UnixMs,
    /// When it is to be tried next; null when it has ended.
    pub next_at: Option<UnixMs>,
    /// How often it was tried.
    pub tries: u32,
    /// When it arrived; null unless it did.
    pub delivered_at: Option<UnixMs>,
    /// What the latest try came to; null before the first.
    pub outcome: Option<String>,
}

const ALERT: &str =
    "SELECT alert_id, organization_id, rule, series, secret, next_at_ms, created_at_ms, updated_at_ms FROM alerts";
const DELIVERY: &str = "SELECT delivery_id, alert_id, body, created_at_ms, next_at_ms, tries, delivered_at_ms, outcome FROM alert_deliveries";

impl Accounts {
    /// Makes a rule.
    ///
    /// # Errors
    /// [`AccountsError::TooManyAlerts`], or when the database cannot be written.
    pub async fn create_alert(
        &self,
        tenant: Tenant,
        rule: &str,
        next_at: Option<UnixMs>,
        now: UnixMs,
    ) -> Result<Alert, AccountsError> {
        let alert = Alert {
            alert_id: Uuid::now_v7(),
            tenant,
            rule: rule.to_owned(),
            series: "[]".to_owned(),
            secret: WebhookSecret(rand::random()),
            next_at,
            created_at: now,
            updated_at: now,
        };
        let query = sqlx::query(
            "INSERT INTO alerts (alert_id, organization_id, rule, series, secret, next_at_ms, created_at_ms, updated_at_ms) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7 WHERE (SELECT count(*) FROM alerts WHERE organization_id = ?2) < ?8",
        )
        .bind(alert.alert_id.to_string())
        .bind(tenant.organization_id().to_string())
        .bind(alert.rule.clone())
        .bind(alert.series.clone())
        .bind(alert.secret.0.to_vec())
        .bind(next_at.map(|next| next.0))
        .bind(now.0)
        .bind(ALERTS_MAX);
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        match done.rows_affected() {
            0 => Err(AccountsError::TooManyAlerts),
            _ => Ok(alert),
        }
    }

    /// The rules of `tenant`, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alerts(&self, tenant: Tenant) -> Result<Vec<Alert>, AccountsError> {
        let organization = tenant.organization_id().to_string();
        self.read_alerts("WHERE organization_id = ? ORDER BY alert_id", &[organization])
            .await
    }

    /// A rule of `tenant`, when there is one of that id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alert(&self, tenant: Tenant, alert_id: Uuid) -> Result<Option<Alert>, AccountsError> {
        let values = [tenant.organization_id().to_string(), alert_id.to_string()];
        let found = self.read_alerts("WHERE organization_id = ? AND alert_id = ?", &values);
        Ok(found.await?.pop())
    }

    /// The rules that are to be evaluated at `now`, those that have waited longest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_alerts(&self, now: UnixMs) -> Result<Vec<Alert>, AccountsError> {
        self.read_alerts(
            "WHERE next_at_ms <= CAST(? AS INTEGER) ORDER BY next_at_ms, alert_id",
            &[now.0.to_string()],
        )
        .await
    }

    /// When the next rule is to be evaluated; null when none is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_alert_at(&self) -> Result<Option<UnixMs>, AccountsError> {
        self.earliest("SELECT min(next_at_ms) FROM alerts").await
    }

    /// Changes a rule, when it is still as it was read. Its series begin anew when `series` says so. None when it was changed or deleted
    /// in between.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn update_alert(
        &self,
        read: &Alert,
        rule: &str,
        series: &str,
        next_at: Option<UnixMs>,
        now: UnixMs,
    ) -> Result<Option<Alert>, AccountsError> {
        let updated_at = UnixMs(now.0.max(read.updated_at.0.saturating_add(1)));
        let query = sqlx::query(
            "UPDATE alerts SET rule = ?, series = ?, next_at_ms = ?, updated_at_ms = ? WHERE alert_id = ? AND updated_at_ms = ?",
        )
        .bind(rule.to_owned())
        .bind(series.to_owned())
        .bind(next_at.map(|next| next.0))
        .bind(updated_at.0)
        .bind(read.alert_id.to_string())
        .bind(read.updated_at.0);
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok((done.rows_affected() > 0).then(|| Alert {
            rule: rule.to_owned(),
            series: series.to_owned(),
            next_at,
            updated_at,
            ..read.clone()
        }))
    }

    /// Deletes a rule with all that came of it. False when `tenant` has none of that id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_alert(&self, tenant: Tenant, alert_id: Uuid) -> Result<bool, AccountsError> {
        let query = sqlx::query("DELETE FROM alerts WHERE organization_id = ? AND alert_id = ?")
            .bind(tenant.organization_id().to_string())
            .bind(alert_id.to_string());
        let mut connection = self.0.connection.lock().await;
        let done = query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps what an evaluation of a rule came to, when the rule is still as it was read. False, and nothing is kept, when it is not.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_evaluation(&self, read: &Alert, evaluated: &Evaluated) -> Result<bool, AccountsError> {
        let id = read.alert_id.to_string();
        let at = evaluated.evaluation.at;
        let mut connection = self.0.connection.lock().await;
        let mut transaction = connection.begin().await.map_err(AccountsError::Write)?;
        let done = sqlx::query(
            "UPDATE alerts SET series = ?, next_at_ms = ? WHERE alert_id = ? AND updated_at_ms = ? AND next_at_ms IS ?",
        )
        .bind(&evaluated.series)
        .bind(evaluated.next_at.0)
        .bind(&id)
        .bind(read.updated_at.0)
        .bind(read.next_at.map(|next| next.0))
        .execute(&mut *transaction)
        .await
        .map_err(AccountsError::Write)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("INSERT OR REPLACE INTO alert_evaluations (alert_id, at_ms, body) VALUES (?, ?, ?)")
            .bind(&id)
            .bind(at.0)
            .bind(&evaluated.evaluation.body)
            .execute(&mut *transaction)
            .await
            .map_err(AccountsError::Write)?;
        sqlx::query(
            "DELETE FROM alert_evaluations WHERE alert_id = ?1 AND at_ms <= \
             (SELECT at_ms FROM alert_evaluations WHERE alert_id = ?1 ORDER BY at_ms DESC LIMIT 1 OFFSET ?2)",
        )
        .bind(&id)
        .bind(EVALUATIONS_MAX)
        .execute(&mut *transaction)
        .await
        .map_err(AccountsError::Write)?;
        if let Some(body) = &evaluated.told {
            put_delivery(&mut transaction, &delivery_of(read.alert_id, body, at)).await?;
        }
        transaction.commit().await.map_err(AccountsError::Write)?;
        Ok(true)
    }

    /// The latest evaluations of a rule, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alert_evaluations(
        &self,
        alert: &Alert,
        before: UnixMs,
        limit: u32,
    ) -> Result<Vec<Evaluation>, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        let rows = sqlx::query(
            "SELECT at_ms, body FROM alert_evaluations WHERE alert_id = ? AND at_ms < ? ORDER BY at_ms DESC LIMIT ?",
        )
        .bind(alert.alert_id.to_string())
        .bind(before.0)
        .bind(limit)
        .fetch_all(&mut *connection)
        .await
        .map_err(AccountsError::Read)?;
        let rows = rows.iter().map(|row| Evaluation {
            at: UnixMs(row.get("at_ms")),
            body: row.get("body"),
        });
        Ok(rows.collect())
    }

    /// Has something told of a rule.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn create_delivery(&self, alert: &Alert, body: &str, now: UnixMs) -> Result<Delivery, AccountsError> {
        let delivery = delivery_of(alert.alert_id, body, now);
        let mut connection = self.0.connection.lock().await;
        let mut transaction = connection.begin().await.map_err(AccountsError::Write)?;
        put_delivery(&mut transaction, &delivery).await?;
        transaction.commit().await.map_err(AccountsError::Write)?;
        Ok(delivery)
    }

    /// What is to be told now, with its rule: of each rule the oldest that waits, so that what came first arrives first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_deliveries(&self, now: UnixMs) -> Result<Vec<(Delivery, Alert)>, AccountsError> {
        let deliveries = self
            .read_deliveries(
                "WHERE next_at_ms <= CAST(? AS INTEGER) AND delivery_id IN (SELECT min(delivery_id) FROM alert_deliveries \
                 WHERE next_at_ms IS NOT NULL GROUP BY alert_id) ORDER BY next_at_ms",
                &[now.0.to_string()],
            )
            .await?;
        let mut due = Vec::new();
        for delivery in deliveries {
            let mut alert = self
                .read_alerts("WHERE alert_id = ?", &[delivery.alert_id.to_string()])
                .await?;
            due.extend(alert.pop().map(|alert| (delivery, alert)));
        }
        Ok(due)
    }

    /// When the next delivery is to be tried; null when none waits.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_delivery_at(&self) -> Result<Option<UnixMs>, AccountsError> {
        self.earliest(
            "SELECT min(next_at_ms) FROM alert_deliveries WHERE delivery_id IN (SELECT min(delivery_id) FROM alert_deliveries \
             WHERE next_at_ms IS NOT NULL GROUP BY alert_id)",
        )
        .await
    }

    /// Keeps what a try came to: `delivered_at` when it arrived, `next_at` when it is to be tried again, neither when it is given up.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_try(
        &self,
        delivery_id: Uuid,
        outcome: &str,
        delivered_at: Option<UnixMs>,
        next_at: Option<UnixMs>,
    ) -> Result<(), AccountsError> {
        let query = sqlx::query(
            "UPDATE alert_deliveries SET tries = tries + 1, outcome = ?, delivered_at_ms = ?, next_at_ms = ? WHERE delivery_id = ?",
        )
        .bind(outcome.to_owned())
        .bind(delivered_at.map(|at| at.0))
        .bind(next_at.map(|at| at.0))
        .bind(delivery_id.to_string());
        let mut connection = self.0.connection.lock().await;
        query.execute(&mut *connection).await.map_err(AccountsError::Write)?;
        Ok(())
    }

    /// The deliveries of a rule, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deliveries(&self, alert: &Alert, limit: u32) -> Result<Vec<Delivery>, AccountsError> {
        let values = [alert.alert_id.to_string(), limit.to_string()];
        self.read_deliveries(
            "WHERE alert_id = ? ORDER BY delivery_id DESC LIMIT CAST(? AS INTEGER)",
            &values,
        )
        .await
    }

    async fn earliest(&self, query: &'static str) -> Result<Option<UnixMs>, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        let earliest: Option<i64> = sqlx::query_scalar(query)
            .fetch_one(&mut *connection)
            .await
            .map_err(AccountsError::Read)?;
        Ok(earliest.map(UnixMs))
    }

    async fn read_alerts(&self, which: &'static str, values: &[String]) -> Result<Vec<Alert>, AccountsError> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("{ALERT} {which}")));
        for value in values {
            query = query.bind(value.clone());
        }
        let mut connection = self.0.connection.lock().await;
        let rows = query.fetch_all(&mut *connection).await.map_err(AccountsError::Read)?;
        rows.iter().map(alert).collect()
    }

    async fn read_deliveries(&self, which: &'static str, values: &[String]) -> Result<Vec<Delivery>, AccountsError> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("{DELIVERY} {which}")));
        for value in values {
            query = query.bind(value.clone());
        }
        let mut connection = self.0.connection.lock().await;
        let rows = query.fetch_all(&mut *connection).await.map_err(AccountsError::Read)?;
        rows.iter().map(delivery).collect()
    }
}

fn delivery_of(alert_id: Uuid, body: &str, now: UnixMs) -> Delivery {
    Delivery {
        delivery_id: Uuid::now_v7(),
        alert_id,
        body: body.to_owned(),
        created_at: now,
        next_at: Some(now),
        tries: 0,
        delivered_at: None,
        outcome: None,
    }
}

/// Puts a delivery behind those that wait, gives up the oldest beyond [`WAITING_MAX`] and forgets what is beyond [`DELIVERIES_MAX`].
async fn put_delivery(transaction: &mut sqlx::SqliteConnection, delivery: &Delivery) -> Result<(), AccountsError> {
    let id = delivery.alert_id.to_string();
    for query in [
        sqlx::query(
            "INSERT INTO alert_deliveries (delivery_id, alert_id, body, created_at_ms, next_at_ms) VALUES (?2, ?1, ?3, ?4, ?4)",
        )
        .bind(&id)
        .bind(delivery.delivery_id.to_string())
        .bind(&delivery.body)
        .bind(delivery.created_at.0),
        sqlx::query(
            "UPDATE alert_deliveries SET next_at_ms = NULL, outcome = 'given up: too many wait' WHERE alert_id = ?1 \
             AND next_at_ms IS NOT NULL AND delivery_id <= (SELECT delivery_id FROM alert_deliveries WHERE alert_id = ?1 \
             AND next_at_ms IS NOT NULL ORDER BY delivery_id DESC LIMIT 1 OFFSET ?2)",
        )
        .bind(&id)
        .bind(WAITING_MAX),
        sqlx::query(
            "DELETE FROM alert_deliveries WHERE alert_id = ?1 AND delivery_id <= \
             (SELECT delivery_id FROM alert_deliveries WHERE alert_id = ?1 ORDER BY delivery_id DESC LIMIT 1 OFFSET ?2)",
        )
        .bind(&id)
        .bind(DELIVERIES_MAX),
    ] {
        query.execute(&mut *transaction).await.map_err(AccountsError::Write)?;
    }
    Ok(())
}

fn unreadable(what: &'static str, text: String) -> AccountsError {
    AccountsError::Unreadable { what, text }
}

fn id(what: &'static str, text: String) -> Result<Uuid, AccountsError> {
    Uuid::try_parse(&text).map_err(|_| unreadable(what, text))
}

fn alert(row: &SqliteRow) -> Result<Alert, AccountsError> {
    let secret: Vec<u8> = row.get("secret");
    Ok(Alert {
        alert_id: id("alert id", row.get("alert_id"))?,
        tenant: Tenant::left_behind(OrganizationId(id("organisation id", row.get("organization_id"))?)),
        rule: row.get("rule"),
        series: row.get("series"),
        secret: WebhookSecret(
            <[u8; 32]>::try_from(secret)
                .map_err(|secret| unreadable("webhook secret", format!("{} bytes", secret.len())))?,
        ),
        next_at: row.get::<Option<i64>, _>("next_at_ms").map(UnixMs),
        created_at: UnixMs(row.get("created_at_ms")),
        updated_at: UnixMs(row.get("updated_at_ms")),
    })
}

fn delivery(row: &SqliteRow) -> Result<Delivery, AccountsError> {
    Ok(Delivery {
        delivery_id: id("delivery id", row.get("delivery_id"))?,
        alert_id: id("alert id", row.get("alert_id"))?,
        body: row.get("body"),
        created_at: UnixMs(row.get("created_at_ms")),
        next_at: row.get::<Option<i64>, _>("next_at_ms").map(UnixMs),
        tries: row.get("tries"),
        delivered_at: row.get::<Option<i64>, _>("delivered_at_ms").map(UnixMs),
        outcome: row.get("outcome"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const NOW: UnixMs = UnixMs(1_763_600_000_000);

    fn after(ms: i64) -> UnixMs {
        UnixMs(NOW.0 + ms)
    }

    async fn open() -> (tempfile::TempDir, Accounts, Tenant) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        let organization = accounts.create_organization("o", None, NOW).await.unwrap();
        let key = accounts.create_api_key(organization, "key", Scope::Admin, NOW);
        let secret = key.await.unwrap();
        let tenant = accounts.authenticate(secret.reveal()).unwrap().tenant(None).unwrap();
        (folder, accounts, tenant)
    }

    fn evaluated(at: UnixMs, told: Option<&str>) -> Evaluated {
        Evaluated {
            evaluation: Evaluation {
                at,
                body: "{}".to_owned(),
            },
            series: format!("[{}]", at.0),
            told: told.map(str::to_owned),
            next_at: UnixMs(at.0 + 60_000),
        }
    }

    #[tokio::test]
    async fn an_evaluation_is_kept_once_with_what_is_told_of_it() {
        let (_folder, accounts, tenant) = open().await;
        let made = accounts.create_alert(tenant, "{}", Some(NOW), NOW).await.unwrap();
        assert_eq!(accounts.due_alerts(UnixMs(NOW.0 - 1)).await.unwrap(), []);
        let due = accounts.due_alerts(NOW).await.unwrap();
        assert_eq!(due, std::slice::from_ref(&made));
        assert!(
            accounts
                .keep_evaluation(&made, &evaluated(NOW, Some("fire")))
                .await
                .unwrap()
        );
        assert!(
            !accounts
                .keep_evaluation(&made, &evaluated(NOW, Some("fire")))
                .await
                .unwrap(),
            "another had done it already"
        );
        assert_eq!(accounts.deliveries(&made, 10).await.unwrap().len(), 1);
        let now = accounts.alert(tenant, made.alert_id).await.unwrap().unwrap();
        assert_eq!(
            (now.series.as_str(), now.next_at),
            (&*format!("[{}]", NOW.0), Some(after(60_000)))
        );
        // A rule that was changed meanwhile is evaluated anew.
        let changed = accounts.update_alert(&now, "{1}", "[]", Some(NOW), NOW).await.unwrap();
        assert!(
            !accounts
                .keep_evaluation(&now, &evaluated(after(1), None))
                .await
                .unwrap()
        );
        assert_eq!(accounts.update_alert(&now, "{2}", "[]", None, NOW).await.unwrap(), None);
        assert_eq!(accounts.alert(tenant, made.alert_id).await.unwrap(), changed);
    }

    #[tokio::test]
    async fn what_came_first_is_told_first_and_the_queue_is_bounded() {
        let (_folder, accounts, tenant) = open().await;
        let alert = accounts.create_alert(tenant, "{}", None, NOW).await.unwrap();
        let first = accounts.create_delivery(&alert, "1", NOW).await.unwrap();
        let second = accounts.create_delivery(&alert, "2", NOW).await.unwrap();
        let due = async |now| {
            let due = accounts.due_deliveries(now).await.unwrap();
            due.into_iter().map(|(delivery, _)| delivery.body).collect::<Vec<_>>()
        };
        assert_eq!(due(NOW).await, ["1"]);
        let id = first.delivery_id;
        accounts.keep_try(id, "503", None, Some(after(5))).await.unwrap();
        assert_eq!(due(NOW).await, [] as [&str; 0], "the second waits for the first");
        assert_eq!(accounts.next_delivery_at().await.unwrap(), Some(after(5)));
        assert_eq!(due(after(5)).await, ["1"]);
        accounts.keep_try(id, "200", Some(after(6)), None).await.unwrap();
        assert_eq!(due(after(6)).await, ["2"]);
        for _ in 0..WAITING_MAX {
            accounts.create_delivery(&alert, "more", NOW).await.unwrap();
        }
        let all = accounts.deliveries(&alert, DELIVERIES_MAX).await.unwrap();
        let waiting = all.iter().filter(|delivery| delivery.next_at.is_some()).count();
        assert_eq!(waiting, WAITING_MAX as usize);
        let given_up = all.iter().find(|one| one.delivery_id == second.delivery_id).unwrap();
        assert_eq!((given_up.next_at, given_up.delivered_at), (None, None));
    }

    #[tokio::test]
    async fn a_deleted_rule_takes_all_with_it_and_the_secret_does_not_print_itself() {
        let (_folder, accounts, tenant) = open().await;
        let alert = accounts.create_alert(tenant, "{}", Some(NOW), NOW).await.unwrap();
        assert_eq!(format!("{:?}", alert.secret), "WebhookSecret(…)");
        accounts
            .keep_evaluation(&alert, &evaluated(NOW, Some("fire")))
            .await
            .unwrap();
        assert!(accounts.delete_alert(tenant, alert.alert_id).await.unwrap());
        assert!(!accounts.delete_alert(tenant, alert.alert_id).await.unwrap());
        assert_eq!(accounts.due_deliveries(after(1_000)).await.unwrap(), []);
        assert_eq!(accounts.alert_evaluations(&alert, after(9), 10).await.unwrap(), []);
    }

    #[tokio::test]
    async fn of_the_evaluations_the_latest_are_kept() {
        let (_folder, accounts, tenant) = open().await;
        let mut alert = accounts.create_alert(tenant, "{}", Some(NOW), NOW).await.unwrap();
        for round in 0..i64::from(EVALUATIONS_MAX) + 5 {
            assert!(
                accounts
                    .keep_evaluation(&alert, &evaluated(after(round), None))
                    .await
                    .unwrap()
            );
            alert.next_at = Some(after(round + 60_000));
        }
        let kept = accounts
            .alert_evaluations(&alert, after(1 << 30), 10_000)
            .await
            .unwrap();
        assert_eq!(kept.len(), EVALUATIONS_MAX as usize);
        assert_eq!(kept.last().unwrap().at, after(5));
    }
}
