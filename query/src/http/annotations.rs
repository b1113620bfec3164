//! `/v1/analytics/annotations`: what happened when, as callers note it. What may stand in one is read by `annotation.rs`.

use accounts::{AccountsError, Annotation, AnnotationKind, Scope};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono_tz::Tz;
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok_with};
use schemas::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Inner, accounts_failed, json_of, now_ms,
    parameters::{OrganizationHeader, Page, Parameters, id_of},
    query::FilterRequest,
    refused,
};
use crate::{
    annotation::{self, stretch, touches},
    calendar::written_utc,
    request::{self, Faults},
};

/// Annotations on one page when no limit is given, and at most.
const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;

/// What a list takes beside `kind`, which may be repeated.
const PARAMETERS: [&str; 5] = ["start", "end", "timezone", "limit", "cursor"];

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindWord {
    /// A new version went live, at a moment. The baseline `release` compares before and after.
    Release,
    /// Something was broken. Its days are no reference of the baseline `auto`.
    Incident,
    /// Viewers behaved as on no ordinary day. Its days are no reference of the baseline `auto`.
    Holiday,
    /// Anything else worth knowing; no comparison looks at it.
    Note,
}

impl From<AnnotationKind> for KindWord {
    fn from(kind: AnnotationKind) -> Self {
        match kind {
            AnnotationKind::Release => Self::Release,
            AnnotationKind::Incident => Self::Incident,
            AnnotationKind::Holiday => Self::Holiday,
            AnnotationKind::Note => Self::Note,
        }
    }
}

/// An annotation's shape, for the documentation. It is read by `annotation.rs`, which finds every fault and not only the first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "release", "start": "2026-11-19T14:00:00+01:00", "title": "Player 8.1.0"}))]
#[allow(dead_code)] // documents what annotation.rs reads
pub struct AnnotationRequest {
    /// What happened.
    kind: KindWord,
    /// Begin, inclusive: date and time with an offset (RFC 3339), or a day, like `2026-12-25`: that day in the time zone of whoever
    /// asks. A release takes a date and time only.
    #[schema(example = "2026-11-19T14:00:00+01:00")]
    start: String,
    /// End, in the form of `start`: exclusive as a date and time, the last day included as a day. A release has none; an incident
    /// without one goes on; a day without one is that day.
    end: Option<String>,
    /// A line for people, at most 512 bytes.
    #[schema(example = "Player 8.1.0")]
    title: String,
    /// More for people, at most 2,048 bytes.
    text: Option<String>,
    /// Which attempts it concerns; all when absent. For people: no comparison looks at them. At most 2,048 bytes of JSON.
    filters: Option<Vec<FilterRequest>>,
}

/// A change of an annotation: what it names is replaced, null takes an optional field away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Player 8.1.0, half of all viewers"}))]
#[allow(dead_code)] // documents what annotation.rs reads
pub struct AnnotationChange {
    /// As in a new one.
    kind: Option<KindWord>,
    /// As in a new one.
    start: Option<String>,
    /// As in a new one.
    end: Option<String>,
    /// As in a new one.
    title: Option<String>,
    /// As in a new one.
    text: Option<String>,
    /// As in a new one.
    filters: Option<Vec<FilterRequest>>,
}

/// An annotation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnotationResult {
    /// Its id.
    id: uuid::Uuid,
    /// What happened.
    kind: KindWord,
    /// Begin, inclusive: RFC 3339 UTC, or a day.
    start: String,
    /// End: RFC 3339 UTC, exclusive; or the last day, included. Null for a moment, for a single day, and while an incident goes on.
    end: Option<String>,
    /// A line for people.
    title: String,
    /// More for people; null when there is no more.
    text: Option<String>,
    /// Which attempts it concerns, as they were sent; empty is all.
    #[schema(value_type = Vec<FilterRequest>)]
    filters: Value,
    /// When it was made, RFC 3339 UTC.
    created_at: String,
    /// When it was last changed; `createdAt` when it never was.
    updated_at: String,
}

/// Answer to `GET /v1/analytics/annotations`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnotationsResult {
    /// Those of this page, the latest begin first.
    annotations: Vec<AnnotationResult>,
    /// Where the next page begins. Null on the last one.
    next_cursor: Option<String>,
}

impl From<Annotation> for AnnotationResult {
    fn from(annotation: Annotation) -> Self {
        let (start, end) = annotation::written_stretch(&annotation.content);
        Self {
            id: annotation.annotation_id,
            kind: annotation.content.kind.into(),
            start,
            end,
            filters: annotation::written_filters(&annotation.content),
            title: annotation.content.title,
            text: annotation.content.text,
            created_at: written_utc(annotation.created_at.0),
            updated_at: written_utc(annotation.updated_at.0),
        }
    }
}

/// Releases, incidents, holidays and notes, the latest first.
#[utoipa::path(
    get, path = "/v1/analytics/annotations", operation_id = "listAnnotations", tag = "annotations", security(("apiKey" = [])),
    params(
        ("start" = Option<String>, Query, description = "Begin, inclusive, RFC 3339: only what touches the range from here on."),
        ("end" = Option<String>, Query, description = "End, exclusive, RFC 3339: only what touches the range before it."),
        ("kind" = Option<Vec<KindWord>>, Query, description = "Only these kinds; once per kind."),
        ("timezone" = Option<String>, Query, description = "IANA time zone whose days annotations of whole days are. UTC when absent."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Most entries of an answer; 100 when absent."),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "A page.", body = Envelope<SuccessData<AnnotationsResult>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn list(
    inner: web::Data<Inner>,
    request: HttpRequest,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ApiError> {
    let answer = list_inner(&inner, &request, &query).await;
    inner.count("annotations", &answer);
    answer
}

async fn list_inner(
    inner: &Inner,
    request: &HttpRequest,
    query: &[(String, String)],
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let listing = parse_list(query).map_err(refused)?;
    let (from, to) = listing.range;
    let found = inner
        .accounts
        .annotations(tenant, &listing.kinds, (UnixMs(from), UnixMs(to)))
        .await
        .map_err(failed)?;
    let mut found = found
        .into_iter()
        .filter(|found| touches(stretch(&found.content, listing.timezone), listing.range))
        .skip(listing.page.offset)
        .peekable();
    let page = found.by_ref().take(listing.page.limit);
    let annotations = page.map(AnnotationResult::from).collect();
    let more = found.peek().is_some();
    let result = AnnotationsResult {
        annotations,
        next_cursor: more.then(|| listing.page.next()),
    };
    Ok(ok_with(StatusCode::OK, result, Vec::new()))
}

/// Notes what happened.
#[utoipa::path(
    post, path = "/v1/analytics/annotations", operation_id = "createAnnotation", tag = "annotations", security(("apiKey" = [])),
    request_body = AnnotationRequest,
    params(OrganizationHeader),
    responses(
        (status = 201, description = "The annotation.", body = Envelope<SuccessData<AnnotationResult>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 409, description = "The organisation has 10,000 of them, deleted ones included.", body = Envelope<ErrorData>),
    )
)]
pub async fn create(inner: web::Data<Inner>, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, ApiError> {
    let answer = create_inner(&inner, &request, &body).await;
    inner.count("annotation_create", &answer);
    answer
}

async fn create_inner(inner: &Inner, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(request, Scope::Write)?;
    let content = annotation::parse(&json_of(body)?).map_err(refused)?;
    let made = inner
        .accounts
        .create_annotation(tenant, content, UnixMs(now_ms()))
        .await;
    Ok(ok_with(
        StatusCode::CREATED,
        AnnotationResult::from(made.map_err(failed)?),
        Vec::new(),
    ))
}

/// One annotation.
#[utoipa::path(
    get, path = "/v1/analytics/annotations/{id}", operation_id = "getAnnotation", tag = "annotations", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The annotation's id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The annotation.", body = Envelope<SuccessData<AnnotationResult>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such annotation in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn one(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let answer = one_inner(&inner, &request, &id).await;
    inner.count("annotation", &answer);
    answer
}

async fn one_inner(inner: &Inner, request: &HttpRequest, id: &str) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let found = inner
        .accounts
        .annotation(tenant, id_of(id, ErrorCode::AnnotationNotFound)?)
        .await
        .map_err(failed)?;
    let found = found.ok_or_else(not_found)?;
    Ok(ok_with(StatusCode::OK, AnnotationResult::from(found), Vec::new()))
}

/// Changes an annotation; an incident is over, say.
#[utoipa::path(
    patch, path = "/v1/analytics/annotations/{id}", operation_id = "changeAnnotation", tag = "annotations", security(("apiKey" = [])),
    request_body = AnnotationChange,
    params(
        ("id" = uuid::Uuid, Path, description = "The annotation's id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The annotation as it is now.", body = Envelope<SuccessData<AnnotationResult>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such annotation in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn change(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let answer = change_inner(&inner, &request, &id, &body).await;
    inner.count("annotation_change", &answer);
    answer
}

async fn change_inner(inner: &Inner, request: &HttpRequest, id: &str, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(request, Scope::Write)?;
    let id = id_of(id, ErrorCode::AnnotationNotFound)?;
    let change = json_of(body)?;
    // Somebody else may change it between reading and writing: then what they wrote is read. Each turn is one of theirs that got through.
    let changed = loop {
        let read = inner.accounts.annotation(tenant, id).await.map_err(failed)?;
        let read = read.ok_or_else(not_found)?;
        let content = annotation::parse_change(&read.content, &change).map_err(refused)?;
        if content == read.content {
            break read;
        }
        let written = inner
            .accounts
            .update_annotation(tenant, &read, content, UnixMs(now_ms()))
            .await;
        if let Some(changed) = written.map_err(failed)? {
            break changed;
        }
    };
    Ok(ok_with(StatusCode::OK, AnnotationResult::from(changed), Vec::new()))
}

/// Deletes an annotation.
#[utoipa::path(
    delete, path = "/v1/analytics/annotations/{id}", operation_id = "deleteAnnotation", tag = "annotations", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The annotation's id."),
        OrganizationHeader,
    ),
    responses(
        (status = 204, description = "It is gone, and what it said is forgotten."),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such annotation in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn delete(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let answer = delete_inner(&inner, &request, &id).await;
    inner.count("annotation_delete", &answer);
    answer
}

async fn delete_inner(inner: &Inner, request: &HttpRequest, id: &str) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(request, Scope::Write)?;
    let deleted = inner
        .accounts
        .delete_annotation(tenant, id_of(id, ErrorCode::AnnotationNotFound)?, UnixMs(now_ms()))
        .await;
    match deleted.map_err(failed)? {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(not_found()),
    }
}

struct Listing {
    range: (i64, i64),
    kinds: Vec<AnnotationKind>,
    timezone: Tz,
    page: Page,
}

/// Reads the query string's pairs.
fn parse_list(query: &[(String, String)]) -> Result<Listing, Faults> {
    let mut faults = Faults::default();
    let parameters = Parameters::of(query, &PARAMETERS, &["kind"], &mut faults);
    let mut kinds = Vec::new();
    for word in parameters.all("kind") {
        kinds.extend(annotation::parse_kind(word, "kind", &mut faults));
    }
    let start = parameters.instant("start", &mut faults);
    let end = parameters.instant("end", &mut faults);
    request::in_order(start, end, "start", &mut faults);
    let timezone = parameters.text("timezone");
    let timezone = timezone.and_then(|name| request::parse_zone(name, "timezone", &mut faults));
    let page = parameters.page("annotations", PAGE_DEFAULT, PAGE_MAX, &mut faults);
    if kinds.is_empty() {
        kinds.extend(AnnotationKind::NAMES.map(|(_, kind)| kind));
    }
    faults.checked(Listing {
        range: (start.unwrap_or(0), end.unwrap_or(i64::MAX)),
        kinds,
        timezone: timezone.unwrap_or(Tz::UTC),
        page,
    })
}

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::AnnotationNotFound)
}

fn failed(error: AccountsError) -> ApiError {
    if matches!(error, AccountsError::TooManyAnnotations) {
        return ApiError::new(ErrorCode::AnnotationsFull);
    }
    accounts_failed(&error)
}
