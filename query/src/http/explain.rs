//! `POST /v1/analytics/explain`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use envelope::{ApiError, Envelope, ErrorData, SuccessData, actix::ok_with};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Inner, now_ms, object_of,
    parameters::OrganizationHeader,
    query::{BaselineRequest, FilterRequest, planned},
    refused,
};
use crate::{explain, response::ExplainResult};

/// What is to be explained, for the documentation. It is read by `explain.rs`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "metric": "rebuffer_ratio",
    "start": "2026-11-19T00:00:00Z",
    "end": "2026-11-20T00:00:00Z",
    "compare": "day_before",
}))]
#[allow(dead_code)] // documents what explain.rs reads
pub struct ExplainRequest {
    /// A metric with its suffix; not viewers at a moment, nor distinct viewers, nor a histogram.
    #[schema(example = "rebuffer_ratio")]
    metric: String,
    /// Every filter must hold; attributes only.
    filters: Option<Vec<FilterRequest>>,
    /// Begin, inclusive, RFC 3339.
    #[schema(example = "2026-11-20T00:00:00Z")]
    start: String,
    /// End, exclusive, RFC 3339. A future end is cut at now.
    #[schema(example = "2026-11-21T00:00:00Z")]
    end: String,
    /// IANA time zone of "the same time a day earlier". UTC when absent.
    timezone: Option<String>,
    /// One baseline, as in a question. `auto` when absent.
    compare: Option<BaselineRequest>,
    /// The attributes to look at, `custom.<key>` included, at most 24. Those a fault may sit in when absent.
    dimensions: Option<Vec<String>>,
    /// Most attributes of one cell, 1 to 3. 3 when absent.
    depth: Option<u32>,
    /// Most causes, 1 to 10; each is a search of its own. 3 when absent.
    limit: Option<u32>,
    /// Confidence of intervals and verdicts, 0.5..=0.999; 0.95 when absent.
    confidence: Option<f64>,
    /// Whether bots count. They do not when absent.
    include_bots: Option<bool>,
}

/// Where a change comes from: the cells that carry it, ranked.
#[utoipa::path(
    post,
    path = "/v1/analytics/explain", operation_id = "explainChange",
    tag = "analytics",
    request_body = ExplainRequest,
    params(OrganizationHeader),
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The change, its causes and the shifts of the audience.", body = Envelope<SuccessData<ExplainResult>>),
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
    inner.count("explain", &answer);
    answer
}

async fn answer_inner(inner: &Inner, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let asked = explain::parse(&object_of(body)?).map_err(refused)?;
    let _permit = inner.permit()?;
    let (result, messages) = explain::explain(
        &inner.tables,
        asked,
        async |question| planned(&inner.accounts, tenant, question, now_ms()).await,
        &|step, seconds| inner.observe(step, seconds),
    )
    .await?;
    Ok(ok_with(StatusCode::OK, result, messages))
}
