//! `/v1/analytics/alerts`: rules, how they stand, what came of them and whether it was told. How they are evaluated lives in `alert.rs`,
//! how others are told in `webhook.rs`.

use accounts::{AccountsError, Alert, Delivery, Scope, Tenant};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok_with};
use schemas::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Inner, accounts_failed, now_ms, object_of,
    parameters::{OrganizationHeader, Parameters, id_of},
    refused,
};
use crate::{
    alert::{self, HistoryEntry, Rule, Series},
    calendar::written_utc,
    request::Faults,
    webhook::written_secret,
};

/// Entries of a history, and deliveries, of one answer.
const ENTRIES_DEFAULT: u32 = 100;
const ENTRIES_MAX: u32 = 1_000;

/// A rule and how it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertResource {
    /// Its id.
    id: uuid::Uuid,
    /// What is watched, and who is told.
    #[serde(flatten)]
    rule: Rule,
    /// How its series stand; empty before the first evaluation.
    series: Vec<Series>,
    /// When it is evaluated next; null when it is switched off.
    next_at: Option<String>,
    /// When it was made, RFC 3339 UTC.
    created_at: String,
    /// When it was changed last.
    updated_at: String,
    /// The key of the webhook's signatures: only in the answer that made the rule, and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// What is said about a new rule, for the documentation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Rebuffering in Austria",
    "metric": "rebuffer_ratio",
    "filters": [{"attribute": "country", "operator": "EQ", "value": "AT"}],
    "condition": {"worse": "auto"},
}))]
#[allow(dead_code)] // documents what `alert::parse` reads
pub struct AlertRequest {
    /// A name for people.
    #[schema(example = "Rebuffering in Austria")]
    name: String,
    /// Whether it is evaluated. True when absent.
    enabled: Option<bool>,
    /// One metric, a distribution with its suffix.
    #[schema(example = "rebuffer_ratio")]
    metric: String,
    /// Every filter must hold, by attributes.
    filters: Option<Vec<super::query::FilterRequest>>,
    /// Each value of this attribute is a series of its own, at most the 50 with the most attempts.
    dimension: Option<String>,
    /// Length of the stretch of time that is looked at, minutes, 5 to 10,080; 60 when absent.
    window_minutes: Option<u32>,
    /// Minutes between two evaluations, 1 to 1,440; 5 when absent.
    every_minutes: Option<u32>,
    /// How long before the evaluation the stretch ends, s, 0 to 3,600; 60 when absent.
    delay_seconds: Option<u32>,
    /// Whose days a baseline means; UTC when absent.
    timezone: Option<String>,
    /// Of the intervals and verdicts, 0.5 to 0.999; 0.99 when absent.
    confidence: Option<f64>,
    /// When a series is bad: `{"above": 0.02}`, `{"below": 0.9}` (the whole interval lies there) or `{"worse": "auto"}`.
    condition: alert::Condition,
    /// With fewer attempts a series has no data, 1 to 1,000,000; 100 when absent.
    minimum_attempts: Option<u32>,
    /// How many evaluations in a row have to be bad before it fires, 1 to 100; 1 when absent.
    #[serde(rename = "for")]
    for_evaluations: Option<u32>,
    /// After it fired a series does not fire anew for so many minutes, 0 to 10,080; 60 when absent.
    cool_down_minutes: Option<u32>,
    /// Who is told; nobody when absent or null.
    webhook: Option<alert::Webhook>,
}

/// What may be changed about a rule, for the documentation. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"enabled": false}))]
#[allow(dead_code)] // documents what `alert::parse` reads
pub struct AlertChange {
    /// A name for people.
    #[schema(example = "Rebuffering in Austria")]
    name: Option<String>,
    /// Whether it is evaluated.
    enabled: Option<bool>,
    /// One metric, a distribution with its suffix.
    #[schema(example = "rebuffer_ratio")]
    metric: Option<String>,
    /// Every filter must hold, by attributes.
    filters: Option<Vec<super::query::FilterRequest>>,
    /// Each value of this attribute is a series of its own, at most the 50 with the most attempts.
    dimension: Option<String>,
    /// Length of the stretch of time that is looked at, minutes, 5 to 10,080.
    window_minutes: Option<u32>,
    /// Minutes between two evaluations, 1 to 1,440.
    every_minutes: Option<u32>,
    /// How long before the evaluation the stretch ends, s, 0 to 3,600.
    delay_seconds: Option<u32>,
    /// Whose days a baseline means.
    timezone: Option<String>,
    /// Of the intervals and verdicts, 0.5 to 0.999.
    confidence: Option<f64>,
    /// When a series is bad: `{"above": 0.02}`, `{"below": 0.9}` (the whole interval lies there) or `{"worse": "auto"}`.
    condition: Option<alert::Condition>,
    /// With fewer attempts a series has no data, 1 to 1,000,000.
    minimum_attempts: Option<u32>,
    /// How many evaluations in a row have to be bad before it fires, 1 to 100.
    #[serde(rename = "for")]
    for_evaluations: Option<u32>,
    /// After it fired a series does not fire anew for so many minutes, 0 to 10,080.
    cool_down_minutes: Option<u32>,
    /// Who is told; nobody when null.
    webhook: Option<alert::Webhook>,
}

/// The rules of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertList {
    /// Oldest first.
    alerts: Vec<AlertResource>,
}

/// What came of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertHistory {
    /// The latest first.
    evaluations: Vec<HistoryEntry>,
}

/// A message, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryResource {
    /// Its id, which is the header `webhook-id` at every try.
    id: uuid::Uuid,
    /// What is sent.
    #[schema(value_type = Object)]
    body: Value,
    /// How often it was tried.
    tries: u32,
    /// What the latest try came to: a status, or what went wrong; null before the first.
    outcome: Option<String>,
    /// When it was to be sent first, RFC 3339 UTC.
    created_at: String,
    /// When it arrived; null unless it did.
    delivered_at: Option<String>,
    /// When it is tried next; null when it arrived or was given up.
    next_at: Option<String>,
}

/// The messages of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryList {
    /// The latest first.
    deliveries: Vec<DeliveryResource>,
}

fn resource(alert: &Alert) -> Result<AlertResource, ApiError> {
    let written = |moment: UnixMs| written_utc(moment.0);
    let kept = |error: serde_json::Error| {
        tracing::error!(alert = %alert.alert_id, error = &error as &dyn std::error::Error, "a kept alert cannot be read");
        ApiError::new(ErrorCode::Internal)
    };
    Ok(AlertResource {
        id: alert.alert_id,
        rule: serde_json::from_str(&alert.rule).map_err(kept)?,
        series: serde_json::from_str(&alert.series).map_err(kept)?,
        next_at: alert.next_at.map(written),
        created_at: written(alert.created_at),
        updated_at: written(alert.updated_at),
        secret: None,
    })
}

impl From<Delivery> for DeliveryResource {
    fn from(delivery: Delivery) -> Self {
        let written = |moment: UnixMs| written_utc(moment.0);
        Self {
            id: delivery.delivery_id,
            body: serde_json::from_str(&delivery.body).unwrap_or_default(),
            tries: delivery.tries,
            outcome: delivery.outcome,
            created_at: written(delivery.created_at),
            delivered_at: delivery.delivered_at.map(written),
            next_at: delivery.next_at.map(written),
        }
    }
}

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::AlertNotFound)
}

async fn found(inner: &Inner, tenant: Tenant, id: &str) -> Result<Alert, ApiError> {
    let id = id_of(id, ErrorCode::AlertNotFound)?;
    let found = inner.accounts.alert(tenant, id).await;
    found.map_err(|error| accounts_failed(&error))?.ok_or_else(not_found)
}

fn written_rule(rule: &Rule) -> Result<String, ApiError> {
    serde_json::to_string(rule).map_err(|_| ApiError::new(ErrorCode::Internal))
}

/// Every rule of the organisation, with how it stands.
#[utoipa::path(
    get, path = "/v1/analytics/alerts", operation_id = "listAlerts", tag = "alerts", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "The rules.", body = Envelope<SuccessData<AlertList>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn list(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let found = inner.accounts.alerts(tenant).await;
    let found = found.map_err(|error| accounts_failed(&error))?;
    let alerts = found.iter().map(resource).collect::<Result<_, _>>()?;
    Ok(ok_with(StatusCode::OK, AlertList { alerts }, Vec::new()))
}

/// Makes a rule. The key of its webhook's signatures is in the answer and nowhere else.
#[utoipa::path(
    post, path = "/v1/analytics/alerts", operation_id = "createAlert", tag = "alerts", security(("apiKey" = [])), request_body = AlertRequest,
    params(OrganizationHeader),
    responses(
        (status = 201, description = "The rule.", body = Envelope<SuccessData<AlertResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 409, description = "The organisation has all the rules it may have.", body = Envelope<ErrorData>),
    )
)]
pub async fn create(inner: web::Data<Inner>, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let rule = alert::parse(&object_of(&body)?, None, inner.courier.guard()).map_err(refused)?;
    let now = UnixMs(now_ms());
    let made = inner
        .accounts
        .create_alert(tenant, &written_rule(&rule)?, rule.next_at(now), now)
        .await;
    let made = made.map_err(|error| match error {
        AccountsError::TooManyAlerts => ApiError::new(ErrorCode::AlertsFull),
        error => accounts_failed(&error),
    })?;
    inner.watch.rules_changed.notify_one();
    let resource = AlertResource {
        secret: Some(written_secret(&made.secret)),
        ..resource(&made)?
    };
    Ok(ok_with(StatusCode::CREATED, resource, Vec::new()))
}

/// One rule, with how it stands.
#[utoipa::path(
    get, path = "/v1/analytics/alerts/{id}", operation_id = "getAlert", tag = "alerts", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The rule.", body = Envelope<SuccessData<AlertResource>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such rule in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn one(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let alert = found(&inner, inner.tenant(&request)?, &id).await?;
    Ok(ok_with(StatusCode::OK, resource(&alert)?, Vec::new()))
}

/// Changes a rule. One that asks something else than before begins anew: incidents that were open are not told to end.
#[utoipa::path(
    patch, path = "/v1/analytics/alerts/{id}", operation_id = "changeAlert", tag = "alerts", security(("apiKey" = [])), request_body = AlertChange,
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The rule as it is now.", body = Envelope<SuccessData<AlertResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such rule in this organisation.", body = Envelope<ErrorData>),
        (status = 409, description = "Somebody else changed it at the same moment.", body = Envelope<ErrorData>),
    )
)]
pub async fn change(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let before = found(&inner, tenant, &id).await?;
    let old: Rule = resource(&before)?.rule;
    let rule = alert::parse(&object_of(&body)?, Some(&old), inner.courier.guard()).map_err(refused)?;
    let now = UnixMs(now_ms());
    let asks_the_same = Rule {
        name: old.name.clone(),
        enabled: old.enabled,
        webhook: old.webhook.clone(),
        every_minutes: old.every_minutes,
        cool_down_minutes: old.cool_down_minutes,
        ..rule.clone()
    } == old;
    let series = if asks_the_same { before.series.as_str() } else { "[]" };
    let accounts = &inner.accounts;
    let changed = accounts
        .update_alert(&before, &written_rule(&rule)?, series, rule.next_at(now), now)
        .await;
    let changed = changed.map_err(|error| accounts_failed(&error))?;
    let changed = changed.ok_or_else(|| ApiError::new(ErrorCode::AlertChanged))?;
    inner.watch.rules_changed.notify_one();
    Ok(ok_with(StatusCode::OK, resource(&changed)?, Vec::new()))
}

/// Deletes a rule with its history and its messages, those that wait included.
#[utoipa::path(
    delete, path = "/v1/analytics/alerts/{id}", operation_id = "deleteAlert", tag = "alerts", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such rule in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn delete(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let alert = found(&inner, tenant, &id).await?;
    let deleted = inner.accounts.delete_alert(tenant, alert.alert_id).await;
    match deleted.map_err(|error| accounts_failed(&error))? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(not_found()),
    }
}

/// Reads how many entries are asked for, and of which moments, by the names in `allowed`.
fn entries(pairs: &[(String, String)], allowed: &[&str]) -> Result<(u32, UnixMs), Faults> {
    let mut faults = Faults::default();
    let parameters = Parameters::of(pairs, allowed, &[], &mut faults);
    let limit = parameters.whole("limit", 1..=ENTRIES_MAX, ENTRIES_DEFAULT, &mut faults);
    let before = parameters.instant("before", &mut faults).unwrap_or(i64::MAX);
    faults.checked((limit, UnixMs(before)))
}

/// What came of a rule, the latest evaluation first; the latest 1,000 are kept.
#[utoipa::path(
    get, path = "/v1/analytics/alerts/{id}/history", operation_id = "listAlertHistory", tag = "alerts", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        ("before" = Option<String>, Query, description = "Only evaluations before this moment, RFC 3339."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Most entries of an answer; 100 when absent."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The evaluations.", body = Envelope<SuccessData<AlertHistory>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such rule in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn history(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    pairs: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let (limit, before) = entries(&pairs, &["limit", "before"]).map_err(refused)?;
    let alert = found(&inner, tenant, &id).await?;
    let kept = inner.accounts.alert_evaluations(&alert, before, limit).await;
    let kept = kept.map_err(|error| accounts_failed(&error))?;
    let evaluations = kept.iter().map(|evaluation| serde_json::from_str(&evaluation.body));
    let evaluations = evaluations.collect::<Result<_, serde_json::Error>>().map_err(|error| {
        tracing::error!(alert = %alert.alert_id, error = &error as &dyn std::error::Error, "a kept evaluation cannot be read");
        ApiError::new(ErrorCode::Internal)
    })?;
    Ok(ok_with(StatusCode::OK, AlertHistory { evaluations }, Vec::new()))
}

/// The messages of a rule and how far they are, the latest first; the latest 1,000 are kept.
#[utoipa::path(
    get, path = "/v1/analytics/alerts/{id}/deliveries", operation_id = "listAlertDeliveries", tag = "alerts", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Most entries of an answer; 100 when absent."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The messages.", body = Envelope<SuccessData<DeliveryList>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such rule in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn deliveries(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    pairs: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let (limit, _) = entries(&pairs, &["limit"]).map_err(refused)?;
    let alert = found(&inner, tenant, &id).await?;
    let kept = inner.accounts.deliveries(&alert, limit).await;
    let kept = kept.map_err(|error| accounts_failed(&error))?;
    let deliveries = kept.into_iter().map(DeliveryResource::from).collect();
    Ok(ok_with(StatusCode::OK, DeliveryList { deliveries }, Vec::new()))
}

/// Sends a message of the type `alert.test` to the rule's webhook, signed and tried as any other; `…/deliveries` tells how it went.
#[utoipa::path(
    post, path = "/v1/analytics/alerts/{id}/test", operation_id = "testAlert", tag = "alerts", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 202, description = "The message, which waits for its turn.", body = Envelope<SuccessData<DeliveryResource>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such rule in this organisation.", body = Envelope<ErrorData>),
        (status = 409, description = "The rule tells nobody.", body = Envelope<ErrorData>),
    )
)]
pub async fn test(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let alert = found(&inner, tenant, &id).await?;
    let rule = resource(&alert)?.rule;
    if rule.webhook.is_none() {
        return Err(ApiError::new(ErrorCode::AlertWithoutWebhook));
    }
    let now = UnixMs(now_ms());
    let body = alert::message("alert.test", &alert, &rule, &rule.question(now), Vec::new(), now);
    let delivery = inner.accounts.create_delivery(&alert, &body.to_string(), now).await;
    let delivery = delivery.map_err(|error| accounts_failed(&error))?;
    inner.courier.to_send.notify_one();
    Ok(ok_with(
        StatusCode::ACCEPTED,
        DeliveryResource::from(delivery),
        Vec::new(),
    ))
}
