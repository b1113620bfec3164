//! `POST /v1/analytics/drop-off`.

use actix_web::{HttpRequest, HttpResponse, web};
use envelope::{ApiError, Envelope, ErrorData, SuccessData, actix::ok};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Inner, now_ms, object_of,
    parameters::OrganizationHeader,
    query::{FilterRequest, planned},
    refused,
};
use crate::{drop_off, response::DropOffResult, run::RunError};

/// Which plays, for the documentation. It is read by `drop_off.rs`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "filters": [{"attribute": "video_id", "operator": "EQ", "value": "tears-of-steel"}],
    "start": "2026-11-13T00:00:00Z",
    "end": "2026-11-20T00:00:00Z",
}))]
#[allow(dead_code)] // documents what drop_off.rs reads
pub struct DropOffRequest {
    /// Every filter must hold; attributes only.
    filters: Option<Vec<FilterRequest>>,
    /// Begin, inclusive, RFC 3339; plays belong to the time they began.
    #[schema(example = "2026-11-13T00:00:00Z")]
    start: String,
    /// End, exclusive, RFC 3339. A future end is cut at now.
    #[schema(example = "2026-11-20T00:00:00Z")]
    end: String,
    /// Confidence of the limits at each point, 0.5..=0.999; 0.95 when absent.
    confidence: Option<f64>,
    /// Whether bots count. They do not when absent.
    include_bots: Option<bool>,
    /// Whether it is told where the plays played something again. It is not when absent: that reads their beacons.
    rewatches: Option<bool>,
}

/// How far plays come: the part that is left at each hundredth of a video, and how often each was played again.
#[utoipa::path(
    post,
    path = "/v1/analytics/drop-off", operation_id = "queryDropOff",
    tag = "analytics",
    request_body = DropOffRequest,
    params(OrganizationHeader),
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The curve.", body = Envelope<SuccessData<DropOffResult>>),
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
    inner.count("drop_off", &answer);
    answer
}

async fn answer_inner(inner: &Inner, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let asked = drop_off::parse(&object_of(body)?).map_err(refused)?;
    let _permit = inner.permit()?;
    let plan = planned(&inner.accounts, tenant, asked.question, now_ms()).await?;
    let observe = |step, seconds| inner.observe(step, seconds);
    let result = drop_off::answer(&inner.tables, &plan, asked.rewatches, &observe).await;
    Ok(ok(result.map_err(RunError::into_api)?))
}
