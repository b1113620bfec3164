//! `DELETE /v1/analytics/viewers/{viewerId}` and `GET /v1/analytics/erasures/{id}`: a viewer asks to be forgotten.

use accounts::{Erasure, Scope};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok_with};
use schemas::{UnixMs, limits::LABEL_BYTES_MAX};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Inner, accounts_failed, now_ms,
    parameters::{OrganizationHeader, id_of},
};
use crate::{calendar::written_utc, erasure::Pace};

/// What became of a request to erase a viewer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureResult {
    /// Ask for it again under this id.
    erasure_id: uuid::Uuid,
    /// Who is erased; null once the request is closed, because then it is forgotten here too.
    viewer_id: Option<String>,
    /// `done` once everything received before the request is deleted.
    state: ErasureState,
    /// Attempts erased so far.
    attempts: u64,
    /// When it was asked for.
    requested_at: String,
    /// When it was done; null before.
    erased_at: Option<String>,
    /// Until then the deletion is repeated, for what arrives late.
    repeated_until: String,
    /// When it was repeated for the last time; null before.
    closed_at: Option<String>,
}

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ErasureState {
    /// Taken down durably; rows are being deleted.
    Running,
    /// Everything received before the request is deleted.
    Done,
}

impl ErasureResult {
    fn new(erasure: Erasure, pace: Pace) -> Self {
        let written = |moment: UnixMs| written_utc(moment.0);
        Self {
            erasure_id: erasure.erasure_id,
            viewer_id: erasure.viewer_id,
            state: match erasure.erased_at {
                Some(_) => ErasureState::Done,
                None => ErasureState::Running,
            },
            attempts: erasure.attempts,
            requested_at: written(erasure.requested_at),
            erased_at: erasure.erased_at.map(written),
            repeated_until: written(pace.guarded_until(erasure.requested_at)),
            closed_at: erasure.closed_at.map(written),
        }
    }
}

/// Erases a viewer: every attempt of this organisation in which the viewer was named, whole.
#[utoipa::path(
    delete, path = "/v1/analytics/viewers/{viewerId}", operation_id = "eraseViewer", tag = "privacy", security(("apiKey" = [])),
    params(
        ("viewerId" = String, Path, description = "The `viewer_id` that the page gave, percent-encoded."),
        OrganizationHeader,
    ),
    responses(
        (status = 202, description = "Taken down durably, and being carried out. An unknown viewer is no error: `attempts` stays 0.", body = Envelope<SuccessData<ErasureResult>>),
        (status = 400, description = "No viewer can have this id.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
    )
)]
pub async fn erase(
    inner: web::Data<Inner>,
    request: HttpRequest,
    viewer_id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let answer = erase_inner(&inner, &request, &viewer_id).await;
    inner.count("erase", &answer);
    answer
}

async fn erase_inner(inner: &Inner, request: &HttpRequest, viewer_id: &str) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(request, Scope::Admin)?;
    if viewer_id.is_empty() || viewer_id.len() > LABEL_BYTES_MAX {
        return Err(ApiError::new(ErrorCode::InvalidRequest)
            .detail("viewerId", format!("a viewer's id has 1 to {LABEL_BYTES_MAX} bytes")));
    }
    let erasure = inner
        .accounts
        .request_erasure(tenant, viewer_id, UnixMs(now_ms()))
        .await
        .map_err(|error| accounts_failed(&error))?;
    inner.wake.notify_one();
    tracing::info!(erasure = %erasure.erasure_id, "an erasure was asked for");
    Ok(ok_with(
        StatusCode::ACCEPTED,
        ErasureResult::new(erasure, inner.pace),
        Vec::new(),
    ))
}

/// How far an erasure is.
#[utoipa::path(
    get, path = "/v1/analytics/erasures/{id}", operation_id = "getErasure", tag = "privacy", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "`erasureId` of the answer to the request."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The erasure.", body = Envelope<SuccessData<ErasureResult>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
        (status = 404, description = "No such erasure in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn one(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let answer = one_inner(&inner, &request, &id).await;
    inner.count("erasure", &answer);
    answer
}

async fn one_inner(inner: &Inner, request: &HttpRequest, id: &str) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(request, Scope::Admin)?;
    let id = id_of(id, ErrorCode::ErasureNotFound)?;
    let erasure = inner
        .accounts
        .erasure(tenant, id)
        .await
        .map_err(|error| accounts_failed(&error))?;
    let erasure = erasure.ok_or_else(|| ApiError::new(ErrorCode::ErasureNotFound))?;
    Ok(ok_with(
        StatusCode::OK,
        ErasureResult::new(erasure, inner.pace),
        Vec::new(),
    ))
}
