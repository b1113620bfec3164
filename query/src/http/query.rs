//! `POST /v1/analytics/query`.

use accounts::{Accounts, AccountsError, Annotation, Tenant};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, Message, SuccessData, actix::ok_with};
use schemas::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Inner, accounts_failed, json_of, now_ms, parameters::OrganizationHeader, refused};
use crate::{
    choice::EXCLUDING,
    industry::{self, Field},
    plan::{Mentioned, Plan},
    request::{self, Question},
    response::QueryResult,
    run,
};

/// The question's shape, for the documentation. It is read by `request.rs`, which finds every fault and not only the first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "metrics": ["attempts", "startup_any_ms_p95", "rebuffer_ratio"],
    "dimensions": ["browser"],
    "filters": [{"attribute": "country", "operator": "EQ", "value": "AT"}],
    "start": "2026-11-19T00:00:00Z",
    "end": "2026-11-20T00:00:00Z",
    "timezone": "Europe/Vienna",
    "compare": ["auto"],
}))]
#[allow(dead_code)] // documents what request.rs reads
pub struct QueryRequest {
    /// Names from `GET /v1/analytics/metrics`, distributions with a suffix.
    #[schema(example = json!(["attempts", "startup_any_ms_p50"]), min_items = 1)]
    metrics: Vec<String>,
    /// Names from `GET /v1/analytics/attributes`, or `custom.<key>`. At most 5.
    dimensions: Option<Vec<String>>,
    /// Every filter must hold.
    filters: Option<Vec<FilterRequest>>,
    /// Begin, inclusive, RFC 3339.
    #[schema(example = "2026-11-19T00:00:00Z")]
    start: String,
    /// End, exclusive, RFC 3339. A future end is cut at now.
    #[schema(example = "2026-11-20T00:00:00Z")]
    end: String,
    /// `start` (when absent) or `end`: the moment by which attempts belong to a time. By their end those that are not over belong to
    /// none. Concurrency counts who watches at a moment either way.
    by: Option<MomentWord>,
    /// IANA time zone of the buckets and of "the same time a day earlier". UTC when absent.
    #[schema(example = "Europe/Vienna")]
    timezone: Option<String>,
    /// Length of the time buckets; one bucket for everything when absent.
    interval: Option<IntervalWord>,
    /// What the values are compared with, each by itself.
    #[schema(example = json!(["auto"]))]
    compare: Option<Vec<BaselineRequest>>,
    /// Confidence of the intervals, 0.5..=0.999; 0.95 when absent.
    confidence: Option<f64>,
    /// Order of the rows; time and then most attempts first when absent.
    order_by: Option<Vec<OrderRequest>>,
    /// Most rows, 1..=10,000; 1,000 when absent.
    limit: Option<u32>,
    /// `nextCursor` of the answer before, to the same question.
    cursor: Option<String>,
    /// Whether bots count. They do not when absent.
    include_bots: Option<bool>,
    /// Whether time buckets without attempts get rows. They do not when absent. Not with dimensions.
    fill: Option<bool>,
    /// From which length on stalls are counted in `stall_count`, `stalls_per_hour` and `stalled_attempt_share`: 250, or 0 for every one; 250 when
    /// absent. Stall time counts whatever the length of each stall.
    min_stall_ms: Option<u32>,
}

/// One filter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"attribute": "country", "operator": "EQ", "value": "AT"}))]
#[allow(dead_code)] // documents what request.rs reads
pub struct FilterRequest {
    /// An attribute, `custom.<key>`, or a metric (then rows are kept by its value).
    attribute: String,
    /// How it is compared.
    operator: OperatorWord,
    /// Text, number, true, false or null; a list for IN, EQ and NE. Null is "not known": EQ null keeps what is not known,
    /// NE and NOTCONTAINS keep it too, LT to GTE never do. Numbers compare as numbers. CONTAINS does not tell cases apart.
    value: serde_json::Value,
}

/// One key of the order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what request.rs reads
pub struct OrderRequest {
    /// A metric or dimension of the question, or `time`.
    name: String,
    /// DESC for metrics and ASC for the rest when absent.
    order: Option<OrderWord>,
}

/// A baseline: its name (`GET /v1/analytics/attributes` lists them), or an object with one kind and a label. Answers name it by its label, else
/// by its kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code)] // documents what request.rs reads
pub enum BaselineRequest {
    /// By name.
    Name(String),
    /// Other attempts at the same time.
    Cohort(CohortBaseline),
    /// A stretch of time of one's own.
    Custom(CustomBaseline),
    /// Before a release that is noted as an annotation.
    Release(ReleaseBaseline),
}

/// Other attempts at the same time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what request.rs reads
pub struct CohortBaseline {
    /// Which attempts.
    cohort: Cohort,
    /// What answers call it.
    label: Option<String>,
}

/// Attempts for which every filter holds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what request.rs reads
pub struct Cohort {
    /// At least one, by attributes.
    #[schema(min_items = 1)]
    filters: Vec<FilterRequest>,
}

/// A stretch of time of one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what request.rs reads
pub struct CustomBaseline {
    /// Which.
    custom: Stretch,
    /// What answers call it.
    label: Option<String>,
}

/// A stretch of time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what request.rs reads
pub struct Stretch {
    /// Begin, inclusive, RFC 3339.
    #[schema(example = "2026-11-12T00:00:00Z")]
    start: String,
    /// End, exclusive, RFC 3339.
    #[schema(example = "2026-11-13T00:00:00Z")]
    end: String,
}

/// Before a release that is noted as an annotation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what request.rs reads
pub struct ReleaseBaseline {
    /// Which.
    release: NotedRelease,
    /// What answers call it.
    label: Option<String>,
}

/// A release that is noted as an annotation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what request.rs reads
pub struct NotedRelease {
    /// The annotation's id; the latest release before the end of the question when absent.
    annotation: Option<uuid::Uuid>,
}

/// How a filter compares.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = Operator)]
#[allow(dead_code)] // documents `request::Operator`
pub enum OperatorWord {
    /// Is one of a list.
    In,
    /// Is.
    Eq,
    /// Is not; what is not known is kept.
    Ne,
    /// Is less than, as a number.
    Lt,
    /// Is at most.
    Lte,
    /// Is greater than.
    Gt,
    /// Is at least.
    Gte,
    /// Holds a text, in capitals or not.
    Contains,
    /// Does not hold it; what is not known is kept.
    NotContains,
}

/// Which way rows are ordered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = Order)]
#[allow(dead_code)] // documents what request.rs reads
pub enum OrderWord {
    /// The least first.
    Asc,
    /// The greatest first.
    Desc,
}

/// By which moment attempts belong to a time.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BelongsBy)]
#[allow(dead_code)] // documents what request.rs reads
pub enum MomentWord {
    /// When they began.
    Start,
    /// When they ended.
    End,
}

/// Length of the time buckets.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BucketLength)]
#[allow(dead_code)] // documents `calendar::Interval`
pub enum IntervalWord {
    /// A minute.
    Minute,
    /// Five minutes.
    #[serde(rename = "5min")]
    FiveMinutes,
    /// An hour.
    Hour,
    /// A day of the time zone.
    Day,
    /// A week of the time zone, from Monday.
    Week,
    /// A month of the time zone.
    Month,
}

/// Numbers with intervals, and their change against baselines with verdicts.
#[utoipa::path(
    post,
    path = "/v1/analytics/query", operation_id = "queryMetrics",
    tag = "analytics",
    request_body = QueryRequest,
    params(OrganizationHeader),
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The answer.", body = Envelope<SuccessData<QueryResult>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 422, description = "Too expensive.", body = Envelope<ErrorData>),
        (status = 429, description = "Too many questions at once.", body = Envelope<ErrorData>),
        (status = 503, description = "The database does not answer.", body = Envelope<ErrorData>),
    )
)]
pub async fn answer(inner: web::Data<Inner>, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, ApiError> {
    let answer = answer_inner(&inner, &request, &body).await;
    inner.count("query", &answer);
    answer
}

async fn answer_inner(inner: &Inner, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let question = request::parse(&json_of(body)?).map_err(refused)?;
    let _permit = inner.permit()?;
    let observe = |step, seconds| inner.observe(step, seconds);
    let (result, messages) = answered(&inner.field(&observe), tenant, question, now_ms()).await?;
    Ok(ok_with(StatusCode::OK, result, messages))
}

/// The answer to a question asked at `now_ms`, with every baseline.
pub(crate) async fn answered(
    field: &Field<'_>,
    tenant: Tenant,
    mut question: Question,
    now_ms: i64,
) -> Result<(QueryResult, Vec<Message>), ApiError> {
    // Who takes no part is told so before anything is read.
    let industry = match industry::taken_out(&mut question) {
        Some(label) => Some((label, field.peers(tenant)?)),
        None => None,
    };
    let plan = planned(field.accounts, tenant, question.clone(), now_ms).await?;
    let answer = run::run(field.tables, plan, field.observe).await;
    let (mut result, messages) = answer.map_err(run::RunError::into_api)?;
    if let Some((label, peers)) = industry {
        let asker = (tenant, peers);
        field.compare(asker, &question, &label, now_ms, &mut result).await?;
    }
    Ok((result, messages))
}

/// The plan of a question asked at `now_ms`, with the annotations that its baselines speak of.
pub(crate) async fn planned(
    accounts: &Accounts,
    tenant: Tenant,
    question: Question,
    now_ms: i64,
) -> Result<Plan, ApiError> {
    let annotations = mentioned(accounts, tenant, &Plan::mentions(&question, now_ms)).await?;
    let plan = Plan::new(tenant, question, &annotations, now_ms).map_err(refused)?;
    match plan.too_large() {
        Some(text) => Err(ApiError::new(ErrorCode::QueryTooExpensive).developer(text)),
        None => Ok(plan),
    }
}

/// The annotations that a question's baselines speak of.
async fn mentioned(accounts: &Accounts, tenant: Tenant, mentioned: &Mentioned) -> Result<Vec<Annotation>, ApiError> {
    let found = async {
        let mut found = Vec::new();
        if let Some((from, to)) = mentioned.excluding {
            let range = (UnixMs(from), UnixMs(to));
            found.extend(accounts.annotations(tenant, &EXCLUDING, range).await?);
        }
        if let Some(before) = mentioned.release_before {
            found.extend(accounts.latest_release(tenant, UnixMs(before)).await?);
        }
        for id in &mentioned.ids {
            found.extend(accounts.annotation(tenant, *id).await?);
        }
        Ok(found)
    };
    found.await.map_err(|error: AccountsError| accounts_failed(&error))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::*;
    use crate::calendar::Interval;

    fn words<T: PartialSchema>() -> Vec<Value> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["enum"].as_array().unwrap().clone()
    }

    #[test]
    fn the_documentation_knows_every_word_of_a_question() {
        assert_eq!(
            words::<OperatorWord>(),
            request::Operator::NAMES.map(|(name, _)| Value::from(name))
        );
        assert_eq!(
            words::<IntervalWord>(),
            Interval::NAMES.map(|(name, _)| Value::from(name))
        );
    }
}
