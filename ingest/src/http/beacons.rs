//! `POST /v1/beacons`: from the request to the journal to the answer.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use accounts::{License, Scope};
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{HeaderMap, USER_AGENT},
    },
    web,
};
use envelope::{ApiError, ErrorCode, Message};
use journal::{AppendError, Records};
use schemas::{AttemptId, Beacon, Clock, OrganizationId, Rejection, UnixMs};
use serde::Serialize;
use store::{BeaconRow, Enrichment, Receipt};

use crate::{
    Shared,
    accounted::Accounted,
    finished::Finished,
    http::{
        body::{self, Form},
        origin,
    },
    pipeline::{
        decode::decode,
        enrich::enrichment,
        privacy,
        validate::{Timing, validate},
    },
    protocol::{
        compact,
        native::{self, Batch, Fault},
    },
    telemetry::Repair,
};

/// When to come back after a 503: the disk may be free in a second; a full journal, a restart or another node takes longer.
const RETRY_BUSY_S: u32 = 1;
const RETRY_FULL_S: u32 = 15;
const RETRY_FAILED_S: u32 = 10;
const RETRY_DRAINING_S: u32 = 2;
/// Most different warnings in one answer about values that became null or contradict each other.
const WARNINGS_MAX: usize = 16;

/// What became of a batch.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct BatchResult {
    /// Beacons that are on stable storage now.
    pub accepted: usize,
    /// Beacons that had been acknowledged before, or stand twice in this batch; stored once.
    pub duplicates: usize,
    /// Beacons that were turned away. Sending them again does not help.
    pub rejected: Vec<RejectedBeacon>,
    /// The server's wall clock when the batch had arrived, ms since 1970: a collector measures live latency against it.
    pub received_at_ms: i64,
}

/// A beacon that was turned away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RejectedBeacon {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Why.
    pub reason: Rejection,
    /// The field that is wrong, as a path (`beacons[3].totals.play_ms`).
    pub field: String,
    /// What is wrong with it.
    pub text: String,
}

/// The query string, for the documentation.
#[derive(utoipa::IntoParams)]
#[allow(
    dead_code,
    reason = "only its description is used; the key is read without allocating"
)]
struct KeyParameter {
    /// The license key.
    key: String,
}

/// Takes a batch of beacons.
#[utoipa::path(
    post,
    path = "/v1/beacons",
    operation_id = "sendBeacons",
    tag = "ingest",
    params(
        KeyParameter,
        ("X-License-Key" = Option<String>, Header, description = "The license key, instead of `key`."),
        ("X-Api-Key" = Option<String>, Header, description = "An API key with write scope, for `\"clock\":\"historic\"` only."),
        ("Content-Encoding" = Option<String>, Header, description = "`gzip` or `br`."),
        ("Prefer" = Option<String>, Header, description = "`return=minimal` asks for 204 without a body."),
    ),
    request_body(content = schemas::BeaconBatch, description = "JSON as `application/json` or `text/plain`; or Protocol Buffers as `application/x-protobuf`, message playhead.v1.BeaconBatch. Without a content type, or as `application/octet-stream`, the body's first byte tells which."),
    responses(
        (status = 202, description = "On stable storage, or turned away for good.", body = envelope::Envelope<envelope::SuccessData<BatchResult>>),
        (status = 204, description = "The same, for `Prefer: return=minimal`."),
        (status = 400, description = "No batch.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 401, description = "No license key, or an unknown one.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 403, description = "The license key does not cover the page or is switched off, or the API key may not import.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 408, description = "The body did not arrive in time.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 413, description = "Too large.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 415, description = "Content type or encoding not understood.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 429, description = "Too many beacons for this license key; `Retry-After` says when.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 503, description = "Nothing was taken; keep the beacons and send them again after `Retry-After`.", body = envelope::Envelope<envelope::ErrorData>),
    )
)]
pub(crate) async fn post(request: HttpRequest, mut payload: web::Payload, shared: web::Data<Shared>) -> HttpResponse {
    let _serving = shared.serving();
    let license = license(&request, &shared);
    // Who may not send may not read the answer either, except where nobody can say who may.
    let page_may_read = match &license {
        Ok(license) => origin::is_allowed(license, origin::page(request.headers())),
        Err(_) => true,
    };
    let answer = match license {
        Ok(license) => receive(&request, &mut payload, &shared, &license, page_may_read).await,
        Err(error) => Err(error),
    };
    let mut response = match answer {
        Ok(response) => response,
        Err(error) => {
            // A body that did not arrive in time will not arrive now.
            if error.code() != ErrorCode::RequestTimeout {
                body::discard(&mut payload).await;
            }
            error.error_response()
        }
    };
    if page_may_read {
        origin::let_page_read(request.headers(), &mut response);
    }
    response
}

/// Answers a preflight. A key in a header is not known yet; then the request itself decides.
pub(crate) async fn options(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    match license(&request, &shared) {
        Ok(license) if !origin::is_allowed(&license, origin::page(request.headers())) => {
            domain_not_allowed().error_response()
        }
        _ => origin::preflight(request.headers()),
    }
}

/// The license of a request, by `?key=` or the header `X-License-Key`.
pub(crate) fn license(request: &HttpRequest, shared: &Shared) -> Result<Arc<License>, ApiError> {
    let in_query = request
        .query_string()
        .split('&')
        .find_map(|pair| pair.strip_prefix("key="));
    let key = in_query
        .or_else(|| header(request.headers(), "x-license-key"))
        .filter(|key| !key.is_empty())
        .ok_or_else(|| ApiError::new(ErrorCode::LicenseKeyMissing))?;
    shared.accounts.license(key).ok_or_else(|| {
        ApiError::new(ErrorCode::LicenseKeyUnknown).detail("key", "no such license key, or it was revoked")
    })
}

pub(crate) fn domain_not_allowed() -> ApiError {
    ApiError::new(ErrorCode::DomainNotAllowed)
        .detail("Origin", "this page's host is not among the license key's domains")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn receive(
    request: &HttpRequest,
    payload: &mut web::Payload,
    shared: &web::Data<Shared>,
    license: &License,
    page_is_allowed: bool,
) -> Result<HttpResponse, ApiError> {
    if !page_is_allowed {
        return Err(domain_not_allowed());
    }
    if !license.collector_enabled {
        return Err(ApiError::new(ErrorCode::CollectorDisabled));
    }
    if shared.draining.load(Ordering::Relaxed) {
        return Err(ApiError::new(ErrorCode::Draining).retry_after(RETRY_DRAINING_S));
    }
    if shared.journal.poisoned().is_some() {
        return Err(ApiError::new(ErrorCode::JournalFailed).retry_after(RETRY_FAILED_S));
    }
    let headers = request.headers();
    let per_s = license.rate_limit_per_s.unwrap_or(shared.rate_limit_per_s);
    let api_key = header(headers, "x-api-key");
    // Before the body is read, where it is certain that this is no import: that is bounded by the journal, not by a page's rate.
    if api_key.is_none() {
        admit(shared, license, per_s)?;
    }
    let (form, encoding) = body::check_headers(headers)?;
    let bytes = body::read(headers, payload, shared.bodies.open(&license.license_key)).await?;
    let received_at = shared.clock.unix();
    let body = decode(&bytes, encoding)?;
    let mut batch = match form.unwrap_or_else(|| Form::of(&body)) {
        Form::Json => native::read(&body)?,
        Form::Compact => compact::read(&body)?,
    };
    match batch.clock {
        Clock::Historic => may_import(shared, license, api_key)?,
        Clock::Live => {
            if api_key.is_some() {
                admit(shared, license, per_s)?;
            }
            let now_ms = shared.clock.monotonic_ms();
            shared
                .rates
                .take(&license.license_key, per_s, now_ms, batch.beacons.len());
        }
    }
    let agent = shared
        .agents
        .get(header(headers, USER_AGENT.as_str()).unwrap_or_default());
    let mut place = shared.places.place(request.peer_addr().map(|peer| peer.ip()), headers);
    if privacy::is_opted_out(headers) {
        place = privacy::reduced(place);
        batch.beacons.iter_mut().flatten().for_each(privacy::forget_viewer);
        // Nobody here knows what they say about whom.
        batch.unknown_fields.clear();
    }
    let sorted = sort(
        shared,
        license.organization_id,
        batch,
        &enrichment(&agent, place),
        received_at,
    );
    let (result, messages) = commit(shared, sorted).await?;
    if prefers_minimal(headers) {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(envelope::actix::ok_with(StatusCode::ACCEPTED, result, messages))
}

/// Whether the license key's rate lets another batch in.
fn admit(shared: &Shared, license: &License, per_s: u32) -> Result<(), ApiError> {
    let admitted = shared
        .rates
        .admit(&license.license_key, per_s, shared.clock.monotonic_ms());
    admitted.map_err(|seconds| {
        shared.telemetry.rate_limited.inc();
        ApiError::new(ErrorCode::TooManyRequests)
            .developer(format!("this license key may send {per_s} beacons a second"))
            .retry_after(seconds)
    })
}

/// Whether this request may import history for the license's organisation.
fn may_import(shared: &Shared, license: &License, api_key: Option<&str>) -> Result<(), ApiError> {
    let field = "X-Api-Key";
    let api_key = api_key.ok_or_else(|| {
        ApiError::new(ErrorCode::ApiKeyMissing).detail(
            field,
            "a batch with \"clock\":\"historic\" needs an API key with write scope",
        )
    })?;
    let grant = shared
        .accounts
        .authenticate(api_key)
        .ok_or_else(|| ApiError::new(ErrorCode::ApiKeyUnknown).detail(field, "no such API key, or it was revoked"))?;
    grant.tenant(Some(license.organization_id)).map_err(|_| {
        ApiError::new(ErrorCode::OrganizationForbidden)
            .detail(field, "the API key is not of the license key's organisation")
    })?;
    if grant.scope() < Scope::Write {
        return Err(ApiError::new(ErrorCode::ScopeMissing).detail(field, "importing history needs the scope write"));
    }
    Ok(())
}

fn prefers_minimal(headers: &HeaderMap) -> bool {
    header(headers, "prefer").is_some_and(|prefer| {
        // As nearly everybody writes it who does.
        prefer == "return=minimal"
            || prefer
                .split([',', ';'])
                .any(|part| part.trim().eq_ignore_ascii_case("return=minimal"))
    })
}

/// A batch whose beacons know where they go.
struct Sorted {
    organization_id: OrganizationId,
    received_at: UnixMs,
    /// Records for the journal, and whose they are.
    records: Records,
    accounted: Accounted,
    accepted: Vec<(AttemptId, u32)>,
    duplicates: usize,
    rejected: Vec<RejectedBeacon>,
    warnings: Vec<String>,
}

/// Sends each beacon of a batch to its exit, short of writing it.
fn sort(
    shared: &Shared,
    organization_id: OrganizationId,
    mut batch: Batch,
    enrichment: &Enrichment,
    received_at: UnixMs,
) -> Sorted {
    let skew_ms = match batch.clock {
        Clock::Live => received_at.0.saturating_sub(batch.sent_at.0),
        Clock::Historic => 0,
    };
    let now_ms = shared.clock.monotonic_ms();
    let count = batch.beacons.len();
    let mut sorted = Sorted {
        organization_id,
        received_at,
        records: Records::with_capacity(count, BeaconRow::BYTES_USUAL),
        accounted: Accounted::new(count, &shared.telemetry),
        accepted: Vec::with_capacity(count),
        duplicates: 0,
        rejected: Vec::new(),
        warnings: std::mem::take(&mut batch.warnings),
    };
    let mut in_batch = HashSet::with_capacity_and_hasher(
        if count > 1 { count } else { 0 },
        foldhash::quality::RandomState::default(),
    );
    let mut unknown_fields = batch.unknown_fields.iter().peekable();
    // By reference: a beacon is large, and moving it costs as much as checking it.
    for (index, beacon) in batch.beacons.iter_mut().enumerate() {
        let unknown = unknown_fields.next_if(|(of, _)| *of == index);
        let checked = beacon.as_mut().map_err(|fault| fault.clone()).and_then(|beacon| {
            let known_start = UnixMs(beacon.started_at_ms.0.saturating_add(skew_ms));
            let timing = Timing {
                clock: batch.clock,
                sent_at: batch.sent_at,
                received_at,
                started_at: known_start,
            };
            let repair = validate(beacon, timing)?;
            Ok((&*beacon, known_start, repair))
        });
        let (beacon, estimated_start, repair) = match checked {
            Ok(checked) => checked,
            Err(Fault { reason, field, text }) => {
                let field = match &*field {
                    "." => format!("beacons[{index}]"),
                    path => format!("beacons[{index}].{path}"),
                };
                sorted.rejected.push(RejectedBeacon {
                    index,
                    reason,
                    field,
                    text,
                });
                continue;
            }
        };
        let (attempt_id, sequence) = (beacon.attempt_id, beacon.sequence);
        let historic = !batch.clock.is_live();
        let known = shared
            .attempts
            .look(organization_id, attempt_id, sequence, estimated_start, historic, now_ms);
        if !known.remembered {
            shared.telemetry.attempts_unremembered.inc();
        }
        // A batch of one repeats nothing.
        if known.duplicate || count > 1 && !in_batch.insert((attempt_id, sequence)) {
            sorted.duplicates += 1;
            continue;
        }
        warn(shared, &mut sorted.warnings, beacon, index, repair);
        // The start of the attempt's first beacon holds; the skew follows, so that start and sender's start still differ by it.
        let receipt = Receipt {
            organization_id,
            received_at,
            started_at: known.started_at,
            skew_ms: known.started_at.0.saturating_sub(beacon.started_at_ms.0),
            unknown_fields: unknown.map_or("", |(_, text)| text),
        };
        sorted
            .records
            .push(|bytes| BeaconRow::put(beacon, enrichment, &receipt, bytes));
        sorted.accepted.push((attempt_id, sequence));
    }
    sorted
}

/// Counts and mentions what is strange about a beacon that is stored all the same.
fn warn(shared: &Shared, warnings: &mut Vec<String>, beacon: &Beacon, index: usize, repair: Option<Repair>) {
    if let Some(repair) = repair {
        shared.telemetry.repaired(repair).inc();
        if warnings.len() < WARNINGS_MAX {
            warnings.push(format!(
                "beacons[{index}].totals.startup_any_ms became null: {}",
                repair.code()
            ));
        }
    }
    for rule in playback::invariant::violations(&beacon.totals, beacon.interval.to_ms) {
        shared.telemetry.inconsistent(rule).inc();
        if warnings.len() < WARNINGS_MAX {
            warnings.push(format!("beacons[{index}].totals: {rule}"));
        }
    }
}

impl Sorted {
    /// Every beacon stays with the sender.
    fn refuse(self) {
        self.accounted.refused();
    }

    /// Every beacon leaves by its exit.
    fn settle(mut self, shared: &Shared) -> (BatchResult, Vec<Message>) {
        self.accounted.journaled(self.accepted.len());
        self.accounted.duplicate(self.duplicates);
        for rejected in &self.rejected {
            self.accounted.rejected(rejected.reason);
        }
        let result = BatchResult {
            accepted: self.accepted.len(),
            duplicates: self.duplicates,
            rejected: self.rejected,
            received_at_ms: self.received_at.0,
        };
        for (attempt_id, sequence) in self.accepted {
            shared.attempts.acknowledge(self.organization_id, attempt_id, sequence);
        }
        (result, self.warnings.into_iter().map(Message::warning).collect())
    }
}

/// Writes the records; the answer comes after they are on stable storage.
async fn commit(shared: &web::Data<Shared>, mut sorted: Sorted) -> Result<(BatchResult, Vec<Message>), ApiError> {
    let records = std::mem::take(&mut sorted.records);
    if records.is_empty() {
        return Ok(sorted.settle(shared));
    }
    let shared = Arc::clone(shared);
    // When the sender hangs up, the request's future is dropped, but the beacons are in the journal all the same and must be counted
    // and remembered.
    Finished::new(async move {
        match shared.journal.append(records).await {
            Ok(_) => Ok(sorted.settle(&shared)),
            Err(error) => {
                sorted.refuse();
                Err(refusal(&error))
            }
        }
    })
    .await
}

/// The answer when the journal does not take a batch.
fn refusal(error: &AppendError) -> ApiError {
    let (code, seconds) = match error {
        AppendError::Busy { .. } => (ErrorCode::JournalBusy, RETRY_BUSY_S),
        AppendError::Full { .. } => (ErrorCode::JournalFull, RETRY_FULL_S),
        AppendError::Poisoned(_) | AppendError::Segment(_) => (ErrorCode::JournalFailed, RETRY_FAILED_S),
        AppendError::Closed => (ErrorCode::Draining, RETRY_DRAINING_S),
        // A body is smaller than the largest record, and an empty batch is not appended.
        AppendError::TooLarge { .. } | AppendError::Empty => (ErrorCode::Internal, RETRY_FAILED_S),
    };
    tracing::warn!(%error, "the journal did not take a batch");
    ApiError::new(code).developer(error.to_string()).retry_after(seconds)
}
