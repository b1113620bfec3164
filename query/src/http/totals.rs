//! `GET /v1/account/organizations/totals`: what each organisation that a key may see had, and all of them together.
//!
//! Only what adds up is told: a viewer may watch in two organisations, and no interval says how far two of them are alike. Each
//! organisation is asked as itself, through the plan of any other question, so its numbers are those of its own dashboard.

use std::time::Instant;

use accounts::{Organization, Tenant};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use envelope::{ApiError, Envelope, ErrorData, SuccessData, actix::ok_with};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Inner, now_ms,
    parameters::{OrganizationHeader, Parameters},
    query::planned,
    refused,
};
use crate::{
    calendar::written_utc,
    request::{self, Faults, Question},
    response::{Amount, MetricValue, QueryResult},
    run::{self, Observe, RunError},
};

/// Organisations read at the same time: a platform of hundreds holds nobody else's questions up.
const PARALLEL: usize = 2;

/// What is taken.
const PARAMETERS: [&str; 3] = ["start", "end", "includeBots"];

/// What adds up over organisations, by the names and definitions of `GET /v1/analytics/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct TotalValues {
    /// Attempts that began in the range.
    attempts: u64,
    /// Those with a frame.
    plays: u64,
    /// Playing time, ms.
    play_ms: u64,
}

impl TotalValues {
    const NAMES: [&str; 3] = ["attempts", "plays", "play_ms"];

    /// What an answer of one row says; nothing was there where a value is null.
    fn of(result: &QueryResult) -> Self {
        let [attempts, plays, play_ms] = Self::NAMES.map(|name| {
            match result.rows.first().and_then(|row| row.values.get(name)) {
                Some(MetricValue::Number(number)) => match number.value {
                    Amount::Counted(value) => value,
                    // Beyond 2⁵³, which no sum of these comes to.
                    Amount::Measured(value) => value as u64,
                },
                _ => 0,
            }
        });
        Self {
            attempts,
            plays,
            play_ms,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            attempts: self.attempts.saturating_add(other.attempts),
            plays: self.plays.saturating_add(other.plays),
            play_ms: self.play_ms.saturating_add(other.play_ms),
        }
    }
}

/// What one organisation had; not those below it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationTotals {
    /// Its id.
    id: uuid::Uuid,
    /// The organisation above it; null at the top.
    parent_id: Option<uuid::Uuid>,
    /// Its name.
    name: String,
    /// What it had.
    values: TotalValues,
    /// When its latest beacon was received, RFC 3339 UTC. Null before the first.
    fresh_as_of: Option<String>,
}

/// What the organisations of a key had.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlatformTotals {
    /// Begin, inclusive, RFC 3339 UTC.
    start: String,
    /// End, exclusive, RFC 3339 UTC; now where the end that was asked for lies behind it.
    end: String,
    /// The key's own and those below, oldest first.
    organizations: Vec<OrganizationTotals>,
    /// All of them together.
    total: TotalValues,
    /// Time the answer took, ms.
    took_ms: u64,
}

/// What each organisation that the key may see had, and all of them together.
#[utoipa::path(
    get, path = "/v1/account/organizations/totals", operation_id = "getOrganizationTotals", tag = "account", security(("apiKey" = [])),
    params(
        ("start" = String, Query, example = "2026-11-01T00:00:00Z", description = "Begin, inclusive, RFC 3339; attempts belong to the time they began."),
        ("end" = String, Query, example = "2026-12-01T00:00:00Z", description = "End, exclusive, RFC 3339. A future end is cut at now."),
        ("includeBots" = Option<bool>, Query, description = "true counts bots too."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The key's own and those below it.", body = Envelope<SuccessData<PlatformTotals>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 422, description = "Too expensive.", body = Envelope<ErrorData>),
        (status = 429, description = "Too many questions at once.", body = Envelope<ErrorData>),
        (status = 503, description = "The database does not answer.", body = Envelope<ErrorData>),
    )
)]
pub async fn answer(
    inner: web::Data<Inner>,
    request: HttpRequest,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ApiError> {
    let answer = answer_inner(&inner, &request, &query).await;
    inner.count("totals", &answer);
    answer
}

async fn answer_inner(
    inner: &Inner,
    request: &HttpRequest,
    query: &[(String, String)],
) -> Result<HttpResponse, ApiError> {
    let begun = Instant::now();
    let (grant, _) = inner.grant(request)?;
    let question = parse(query).map_err(refused)?;
    let _permit = inner.permit()?;
    let now_ms = now_ms();
    let all = inner.accounts.organizations().into_iter();
    let visible = all.filter_map(|organization| {
        let tenant = grant.tenant(Some(organization.organization_id)).ok()?;
        Some((organization, tenant))
    });
    let observe = |step, seconds| inner.observe(step, seconds);
    let organizations: Vec<OrganizationTotals> = stream::iter(visible)
        .map(|(organization, tenant)| one(inner, organization, tenant, question.clone(), now_ms, &observe))
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    let total = organizations
        .iter()
        .fold(TotalValues::default(), |total, organization| {
            total.and(organization.values)
        });
    let result = PlatformTotals {
        start: written_utc(question.start),
        end: written_utc(question.end.min(now_ms)),
        organizations,
        total,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    Ok(ok_with(StatusCode::OK, result, Vec::new()))
}

async fn one(
    inner: &Inner,
    organization: Organization,
    tenant: Tenant,
    question: Question,
    now_ms: i64,
    observe: Observe<'_>,
) -> Result<OrganizationTotals, ApiError> {
    let plan = planned(&inner.accounts, tenant, question, now_ms).await?;
    let (result, _) = run::run(&inner.tables, plan, observe)
        .await
        .map_err(RunError::into_api)?;
    Ok(OrganizationTotals {
        id: organization.organization_id.0,
        parent_id: organization.parent_id.map(|parent| parent.0),
        name: organization.name,
        values: TotalValues::of(&result),
        fresh_as_of: result.fresh_as_of,
    })
}

/// The question that each organisation is asked.
fn parse(query: &[(String, String)]) -> Result<Question, Faults> {
    let mut faults = Faults::default();
    let parameters = Parameters::of(query, &PARAMETERS, &[], &mut faults);
    let include_bots = parameters.flag("includeBots", &mut faults);
    let mut asked = json!({"metrics": TotalValues::NAMES, "includeBots": include_bots});
    for name in ["start", "end"] {
        if let Some(text) = parameters.text(name) {
            asked[name] = text.into();
        }
    }
    match request::parse(&asked) {
        Ok(question) => faults.checked(question),
        Err(found) => {
            faults.0.extend(found.0);
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn every_fault_of_the_parameters_is_named() {
        let faults = parse(&pairs(&[("start", "yesterday"), ("bots", "true")])).unwrap_err();
        let fields: Vec<&str> = faults.0.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["bots", "start", "end"]);
        assert!(
            parse(&pairs(&[
                ("start", "2026-11-01T00:00:00Z"),
                ("end", "2026-12-01T00:00:00Z")
            ]))
            .is_ok()
        );
    }
}
