//! `/v1/analytics/exports`: attempts or an answer as one file. How they are written lives in `export.rs`.

use std::sync::atomic::Ordering;

use accounts::{AccountsError, Export, ExportState, Scope};
use actix_files::NamedFile;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue},
    },
    web,
};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok_with};
use schemas::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Inner, accounts_failed, now_ms, object_of,
    parameters::{OrganizationHeader, id_of},
    query::{FilterRequest, QueryRequest},
    refused,
};
use crate::{
    calendar::written_utc,
    export::{self, Exports, Format, Wanted},
    industry,
};

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportKind {
    /// Every attempt that began in a stretch of time, one a row, with every column that a single attempt has in this API.
    Attempts,
    /// Every row of the answer to a question.
    Answer,
}

/// As what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Apache Parquet, compressed by Snappy.
    Parquet,
    /// Comma-separated values under a head.
    Csv,
}

/// What is asked for, for the documentation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "kind": "attempts",
    "format": "parquet",
    "start": "2026-11-19T00:00:00Z",
    "end": "2026-11-20T00:00:00Z",
}))]
#[allow(dead_code)] // documents what `export::parse` reads
pub struct ExportRequest {
    /// What.
    kind: ExportKind,
    /// As what.
    format: ExportFormat,
    /// Attempts: begin, inclusive, RFC 3339.
    #[schema(example = "2026-11-19T00:00:00Z")]
    start: Option<String>,
    /// Attempts: end, exclusive, RFC 3339.
    #[schema(example = "2026-11-20T00:00:00Z")]
    end: Option<String>,
    /// Attempts: every filter must hold, by attributes.
    filters: Option<Vec<FilterRequest>>,
    /// Attempts: whether bots are among them. They are not when absent.
    include_bots: Option<bool>,
    /// Answer: what `POST /v1/analytics/query` would be asked, without `limit` and `cursor`.
    question: Option<QueryRequest>,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportStateWord {
    /// It waits: one is written at a time for each organisation.
    Queued,
    /// It is being written.
    Running,
    /// Its file can be downloaded.
    Done,
    /// There will be no file.
    Failed,
}

/// How far the writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportProgress {
    /// Rows that were counted beforehand, or read so far of an answer; null before.
    rows_expected: Option<u64>,
    /// Bytes written so far.
    bytes: u64,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportResource {
    /// Its id.
    id: uuid::Uuid,
    /// What was asked for, as it was asked.
    #[schema(value_type = ExportRequest)]
    request: Value,
    /// How far it is.
    state: ExportStateWord,
    /// How far the writing is; null unless it is running.
    progress: Option<ExportProgress>,
    /// Rows of the file, a head not counted; null unless it is done.
    rows: Option<u64>,
    /// Length of the file; null unless it is done.
    bytes: Option<u64>,
    /// SHA-256 of the file, hexadecimal; null unless it is done.
    sha256: Option<String>,
    /// Why it failed; null unless it did.
    reason: Option<String>,
    /// Where the file is; null unless it is done.
    download: Option<String>,
    /// When it was asked for, RFC 3339 UTC.
    created_at: String,
    /// When it was begun, again after a restart of the node; null before.
    started_at: Option<String>,
    /// When it ended; null before.
    finished_at: Option<String>,
    /// When it goes, with its file.
    expires_at: String,
}

/// The exports of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportList {
    /// The latest first.
    exports: Vec<ExportResource>,
}

fn resource(exports: &Exports, export: Export) -> ExportResource {
    let written = |moment: UnixMs| written_utc(moment.0);
    let state = match export.state {
        ExportState::Queued => ExportStateWord::Queued,
        ExportState::Running => ExportStateWord::Running,
        ExportState::Done => ExportStateWord::Done,
        ExportState::Failed => ExportStateWord::Failed,
    };
    let is_running = export.state == ExportState::Running;
    let running = is_running.then(|| exports.running(export.export_id)).flatten();
    let file = export.file.as_ref();
    ExportResource {
        id: export.export_id,
        request: serde_json::from_str(&export.request).unwrap_or_default(),
        state,
        progress: running.map(|running| ExportProgress {
            rows_expected: Some(running.rows_expected.load(Ordering::Relaxed)).filter(|rows| *rows > 0),
            bytes: running.bytes.load(Ordering::Relaxed),
        }),
        rows: file.map(|file| file.rows),
        bytes: file.map(|file| file.bytes),
        sha256: file.map(|file| file.sha256.clone()),
        download: file.map(|_| format!("/v1/analytics/exports/{}/download", export.export_id)),
        reason: export.reason,
        created_at: written(export.created_at),
        started_at: export.started_at.map(written),
        finished_at: export.finished_at.map(written),
        expires_at: written(export.expires_at),
    }
}

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::ExportNotFound)
}

/// Every export of the organisation.
#[utoipa::path(
    get, path = "/v1/analytics/exports", operation_id = "listExports", tag = "exports", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "The exports.", body = Envelope<SuccessData<ExportList>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn list(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let found = inner.accounts.exports(tenant).await;
    let found = found.map_err(|error| accounts_failed(&error))?;
    let list = ExportList {
        exports: found
            .into_iter()
            .map(|export| resource(&inner.exports, export))
            .collect(),
    };
    Ok(ok_with(StatusCode::OK, list, Vec::new()))
}

/// Asks for an export. It is written in the background; `GET …/{id}` tells how far it is.
#[utoipa::path(
    post, path = "/v1/analytics/exports", operation_id = "createExport", tag = "exports", security(("apiKey" = [])), request_body = ExportRequest,
    params(OrganizationHeader),
    responses(
        (status = 202, description = "The export, which waits for its turn.", body = Envelope<SuccessData<ExportResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 409, description = "The organisation has all the exports it may have at a time.", body = Envelope<ErrorData>),
        (status = 422, description = "Too expensive.", body = Envelope<ErrorData>),
    )
)]
pub async fn create(inner: web::Data<Inner>, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, ApiError> {
    let answer = create_inner(&inner, &request, &body).await;
    inner.count("export", &answer);
    answer
}

async fn create_inner(inner: &Inner, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(request, Scope::Write)?;
    let body = object_of(body)?;
    let asked = export::parse(&body).map_err(refused)?;
    let now = UnixMs(now_ms());
    if let Wanted::Answer(question) = &asked.wanted {
        // A release that is not there, or a question that is too large, shows at once.
        let mut question = (**question).clone();
        industry::taken_out(&mut question);
        super::planned(&inner.accounts, tenant, question, now.0).await?;
    }
    let has_attempts = matches!(asked.wanted, Wanted::Attempts { .. });
    let text = Value::Object(body).to_string();
    let expires_at = inner.exports.expiry(now);
    let accounts = &inner.accounts;
    let made = accounts
        .create_export(tenant, &text, has_attempts, now, expires_at)
        .await;
    let made = made.map_err(|error| match error {
        AccountsError::TooManyExports => ApiError::new(ErrorCode::ExportsFull),
        error => accounts_failed(&error),
    })?;
    inner.exports.wake.notify_one();
    Ok(ok_with(
        StatusCode::ACCEPTED,
        resource(&inner.exports, made),
        Vec::new(),
    ))
}

async fn found(inner: &Inner, request: &HttpRequest, id: &str) -> Result<Export, ApiError> {
    let tenant = inner.tenant(request)?;
    let export = inner
        .accounts
        .export_of(tenant, id_of(id, ErrorCode::ExportNotFound)?)
        .await;
    export.map_err(|error| accounts_failed(&error))?.ok_or_else(not_found)
}

/// How far an export is.
#[utoipa::path(
    get, path = "/v1/analytics/exports/{id}", operation_id = "getExport", tag = "exports", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The export.", body = Envelope<SuccessData<ExportResource>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such export in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn one(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let export = found(&inner, &request, &id).await?;
    Ok(ok_with(StatusCode::OK, resource(&inner.exports, export), Vec::new()))
}

/// The file of an export. Parts of it can be asked for (`Range`), so that a download that broke off goes on.
#[utoipa::path(
    get, path = "/v1/analytics/exports/{id}/download", operation_id = "downloadExport", tag = "exports", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The file.", content(
            (Vec<u8> = "application/vnd.apache.parquet"),
            (String = "text/csv"),
        )),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such export in this organisation.", body = Envelope<ErrorData>),
        (status = 409, description = "It is not done.", body = Envelope<ErrorData>),
    )
)]
pub async fn download(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let answer = download_inner(&inner, &request, &id).await;
    inner.count("export_download", &answer);
    answer
}

async fn download_inner(inner: &Inner, request: &HttpRequest, id: &str) -> Result<HttpResponse, ApiError> {
    let export = found(inner, request, id).await?;
    if export.state != ExportState::Done {
        return Err(ApiError::new(ErrorCode::ExportNotReady));
    }
    let asked: Value = serde_json::from_str(&export.request).unwrap_or_default();
    let format = match asked["format"].as_str() {
        Some("csv") => Format::Csv,
        _ => Format::Parquet,
    };
    let path = inner.exports.path(export.export_id, format);
    let file = NamedFile::open(&path).map_err(|error| {
        // It may just have expired; if it has not, somebody else removed it.
        tracing::warn!(export = %export.export_id, error = &error as &dyn std::error::Error, "an export has no file");
        not_found()
    })?;
    let mut response = file.into_response(request);
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(match format {
            Format::Parquet => "application/vnd.apache.parquet",
            Format::Csv => "text/csv; charset=utf-8",
        }),
    );
    let name = format!("attachment; filename=\"{}.{}\"", export.export_id, format.name());
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// Ends an export that is being written, and removes it with its file.
#[utoipa::path(
    delete, path = "/v1/analytics/exports/{id}", operation_id = "deleteExport", tag = "exports", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such export in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn delete(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let id = id_of(&id, ErrorCode::ExportNotFound)?;
    let deleted = inner.accounts.delete_export(tenant, id).await;
    if !deleted.map_err(|error| accounts_failed(&error))? {
        return Err(not_found());
    }
    inner.exports.forget(id);
    Ok(HttpResponse::NoContent().finish())
}
