//! The dictionaries: metrics, attributes, errors. The same for everybody, but the first two need a key like every question.

use actix_web::{HttpRequest, HttpResponse, web};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok, code::CatalogueEntry};
use schemas::{
    DEFINITION_VERSION,
    attribute::{ATTRIBUTES, Attribute, RENDITION},
    metric::{METRICS, Metric},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Inner, parameters::OrganizationHeader};
use crate::{
    calendar::Interval,
    request::{Baseline, Operator, names_of},
};

/// Answer to `GET /v1/analytics/metrics`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    /// The dictionary.
    metrics: Vec<MetricEntry>,
    /// Its version.
    definition_version: u32,
}

/// One metric.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetricEntry {
    /// The dictionary's entry.
    #[serde(flatten)]
    metric: Metric,
    /// What to ask for.
    names: Vec<String>,
}

/// Answer to `GET /v1/analytics/attributes`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attributes {
    /// What attempts can be grouped and filtered by; besides these `custom.<key>`.
    #[schema(value_type = Vec<Attribute>)]
    attributes: &'static [Attribute],
    /// Dimensions that are no attributes: some metrics are told apart by them (`dimension` there), nothing is filtered by them.
    dimensions: [Attribute; 1],
    /// How filters compare.
    operators: Vec<&'static str>,
    /// Time buckets.
    intervals: Vec<&'static str>,
    /// What values are compared with.
    baselines: Vec<&'static str>,
}

/// Answer to `GET /v1/errors`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Errors {
    /// Every error, by code.
    errors: Vec<CatalogueEntry>,
}

/// The metrics: what each means, when it is null, and what it is called elsewhere.
#[utoipa::path(
    get, path = "/v1/analytics/metrics", operation_id = "listMetrics", tag = "analytics", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "The dictionary.", body = Envelope<SuccessData<Metrics>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn metrics(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    inner.tenant(&request)?;
    let entry = |metric: &Metric| MetricEntry {
        metric: *metric,
        names: names_of(metric),
    };
    Ok(ok(Metrics {
        metrics: METRICS.iter().map(entry).collect(),
        definition_version: DEFINITION_VERSION,
    }))
}

/// The attributes, and the words of a question.
#[utoipa::path(
    get, path = "/v1/analytics/attributes", operation_id = "listAttributes", tag = "analytics", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "The dictionary.", body = Envelope<SuccessData<Attributes>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn attributes(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    inner.tenant(&request)?;
    Ok(ok(Attributes {
        attributes: ATTRIBUTES,
        dimensions: [RENDITION],
        operators: Operator::NAMES.iter().map(|(name, _)| *name).collect(),
        intervals: Interval::NAMES.iter().map(|(name, _)| *name).collect(),
        baselines: Baseline::NAMES.to_vec(),
    }))
}

/// Every error this service answers with, and what to do about it. Needs no key: who has none needs it most.
#[utoipa::path(
    get, path = "/v1/errors", operation_id = "listErrors", tag = "analytics",
    responses((status = 200, description = "The catalogue.", body = Envelope<SuccessData<Errors>>))
)]
pub async fn errors() -> HttpResponse {
    ok(Errors {
        errors: ErrorCode::ALL.iter().map(|code| code.entry()).collect(),
    })
}
