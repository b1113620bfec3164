//! `GET /v1/analytics/live`: what happens now, as server-sent events. Each event is the answer to a question about the stretch of time that ends
//! now, by the same plan and tables as any other question: what is asked later about the same attempts is the same.
//!
//! Whoever asks the same at the same time shares an answer. A stream ends when its key is revoked or the server stops.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use accounts::Tenant;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, HeaderValue},
    web,
};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, RequestId, SuccessData};
use futures_util::stream;
use schemas::OrganizationId;
use serde_json::{Map, Value, json};
use tokio::{sync::watch, time::MissedTickBehavior};

use super::{
    Inner,
    impressions::filter_object,
    now_ms,
    parameters::{OrganizationHeader, Parameters},
    refused,
};
use crate::{
    calendar::written_utc,
    request::{self, Faults},
    response::QueryResult,
};

/// Between two events. With the second that a beacon needs to be in the tables an event is at most 2 s behind.
const TICK: Duration = Duration::from_secs(1);
/// An answer is shared for so long, so that streams that began at different moments ask once.
const SHARED_FOR: Duration = Duration::from_millis(900);
/// Most streams at the same time.
const STREAMS_MAX: usize = 200;
/// Most dimensions: each multiplies the rows of every event.
const DIMENSIONS_MAX: usize = 2;
/// Longest and shortest stretch that an event looks back over, s.
const WINDOW_SECONDS: std::ops::RangeInclusive<i64> = 10..=3_600;
const WINDOW_SECONDS_DEFAULT: i64 = 60;
/// Rows of an event when no limit is given, and most.
const ROWS_DEFAULT: usize = 20;
const ROWS_MAX: usize = 200;
/// What is told when no metric is named.
const METRICS: [&str; 8] = [
    "concurrent_viewers",
    "concurrent_viewers_max",
    "attempts",
    "plays",
    "start_failure",
    "playback_failure",
    "rebuffer_ratio",
    "stall_count",
];
/// What a stream takes beside `filter`, which may be repeated.
const PARAMETERS: [&str; 4] = ["metrics", "dimensions", "windowSeconds", "limit"];

/// What a stream asks again and again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Live {
    /// A question without its time.
    question: Map<String, Value>,
    window_ms: i64,
}

/// An answer that streams share, with the moment at which it was made.
type Shared = tokio::sync::Mutex<Option<(Instant, Arc<str>)>>;

/// What all streams have in common.
pub(super) struct Streams {
    permits: Arc<tokio::sync::Semaphore>,
    answers: Mutex<HashMap<(OrganizationId, String), Weak<Shared>>>,
    closing: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            permits: Arc::new(tokio::sync::Semaphore::new(STREAMS_MAX)),
            answers: Mutex::default(),
            closing: watch::Sender::new(false),
        }
    }
}

impl Streams {
    /// Ends every stream.
    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// The place for the answer to a question; it goes when the last stream that asks it does.
    fn shared(&self, organization: OrganizationId, live: &Live) -> Arc<Shared> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|_, answer| answer.strong_count() > 0);
        let key = (
            organization,
            format!("{}:{}", live.window_ms, Value::Object(live.question.clone())),
        );
        if let Some(shared) = answers.get(&key).and_then(Weak::upgrade) {
            return shared;
        }
        let shared = Arc::new(Shared::default());
        answers.insert(key, Arc::downgrade(&shared));
        shared
    }
}

/// Reads the query string's pairs.
fn parse(pairs: &[(String, String)]) -> Result<Live, Faults> {
    let mut faults = Faults::default();
    let parameters = Parameters::of(pairs, &PARAMETERS, &["filter"], &mut faults);
    let names = |text: &str| text.split(',').map(|name| json!(name.trim())).collect::<Vec<_>>();
    let mut question = Map::new();
    let metrics = parameters.text("metrics");
    question.insert(
        "metrics".to_owned(),
        metrics.map_or_else(|| json!(METRICS), |text| names(text).into()),
    );
    if let Some(given) = parameters.text("dimensions").map(names) {
        if given.len() > DIMENSIONS_MAX {
            faults.add(
                "dimensions",
                format!("{} dimensions; at most {DIMENSIONS_MAX}", given.len()),
            );
        }
        question.insert("dimensions".to_owned(), given.into());
    }
    let mut filters = Vec::new();
    for text in parameters.all("filter") {
        filters.extend(filter_object(text, filters.len(), &mut faults));
    }
    question.insert("filters".to_owned(), filters.into());
    // The parts with the most viewers first: those with the most attempts are those where many have just begun.
    let asked = question["metrics"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let viewers = asked.filter(|name| name.starts_with("concurrent_viewers")).min();
    if let Some(viewers) = viewers {
        question.insert("orderBy".to_owned(), json!([{"name": viewers, "order": "DESC"}]));
    }
    let limit = parameters.whole("limit", 1..=ROWS_MAX, ROWS_DEFAULT, &mut faults);
    question.insert("limit".to_owned(), json!(limit));
    let window = parameters.whole("windowSeconds", WINDOW_SECONDS, WINDOW_SECONDS_DEFAULT, &mut faults);
    let live = Live {
        question,
        window_ms: window * 1_000,
    };
    // Whatever else is wrong shows before the stream begins.
    if let Err(found) = request::parse(&live.at(now_ms())) {
        faults.0.extend(found.0);
    }
    faults.checked(live)
}

impl Live {
    /// The question about the stretch that ends at `now_ms`.
    fn at(&self, now_ms: i64) -> Value {
        let mut question = self.question.clone();
        question.insert("start".to_owned(), json!(written_utc(now_ms - self.window_ms)));
        question.insert("end".to_owned(), json!(written_utc(now_ms)));
        Value::Object(question)
    }
}

/// One event's text.
fn event(name: &str, data: &str) -> Arc<str> {
    format!("event: {name}\ndata: {data}\n\n").into()
}

fn refusal(error: &ApiError) -> Arc<str> {
    let envelope = Envelope::error(RequestId::random(), error);
    event("error", &serde_json::to_string(&envelope).unwrap_or_default())
}

async fn answered(inner: &Inner, tenant: Tenant, live: &Live) -> Result<Arc<str>, ApiError> {
    let question = request::parse(&live.at(now_ms())).map_err(refused)?;
    let _permit = inner.permit()?;
    let observe = |step, seconds| inner.observe(step, seconds);
    let (result, messages) = super::answered(&inner.field(&observe), tenant, question, now_ms()).await?;
    let envelope = Envelope::success(RequestId::random(), result, messages);
    let data = serde_json::to_string(&envelope).map_err(|_| ApiError::new(ErrorCode::Internal))?;
    Ok(event("tick", &data))
}

/// What happens now, once a second, until the caller goes.
#[utoipa::path(
    get, path = "/v1/analytics/live", operation_id = "watchLive", tag = "analytics", security(("apiKey" = [])),
    params(
        ("metrics" = Option<String>, Query, description = "Names with commas between; viewers, starts, failures and stalls when absent."),
        ("dimensions" = Option<String>, Query, description = "At most two, with a comma between."),
        ("filter" = Option<Vec<String>>, Query, description = "`attribute:OPERATOR:value`; may be given more than once."),
        ("windowSeconds" = Option<i64>, Query, minimum = 10, maximum = 3600, description = "How far each event looks back, s; 60 when absent. Attempts belong to the time they began."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Most rows of an event; 20 when absent."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "Server-sent events: `tick` with an envelope whose result is that of `POST /v1/analytics/query`, `error` with an envelope of an error, after which the stream goes on unless the key was revoked.", body = Envelope<SuccessData<QueryResult>>, content_type = "text/event-stream"),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 429, description = "Too many streams.", body = Envelope<ErrorData>),
    )
)]
pub async fn live(
    inner: web::Data<Inner>,
    request: HttpRequest,
    pairs: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ApiError> {
    let (grant, tenant) = inner.grant(&request)?;
    let live = parse(&pairs).map_err(refused)?;
    let streams = &inner.streams;
    let permit = Arc::clone(&streams.permits)
        .try_acquire_owned()
        .map_err(|_| ApiError::new(ErrorCode::TooManyRequests).retry_after(5))?;
    let shared = streams.shared(tenant.organization_id(), &live);
    let closing = streams.closing.subscribe();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let key = grant.api_key_id();
    let inner = web::Data::clone(&inner);
    inner.count::<()>("live", &Ok(()));
    let state = (inner, ticks, closing, permit, false);
    let events = stream::unfold(state, move |(inner, mut ticks, mut closing, permit, ended)| {
        let (live, shared) = (live.clone(), Arc::clone(&shared));
        async move {
            if ended {
                return None;
            }
            tokio::select! {
                _ = ticks.tick() => {}
                _ = closing.wait_for(|closing| *closing) => return None,
            }
            if !inner.accounts.is_active(key) {
                let text = refusal(&ApiError::new(ErrorCode::ApiKeyUnknown));
                return Some((
                    Ok::<_, actix_web::Error>(bytes(&text)),
                    (inner, ticks, closing, permit, true),
                ));
            }
            let mut latest = shared.lock().await;
            let text = match &*latest {
                Some((made, text)) if made.elapsed() < SHARED_FOR => Arc::clone(text),
                _ => {
                    let text = answered(&inner, tenant, &live)
                        .await
                        .unwrap_or_else(|error| refusal(&error));
                    *latest = Some((Instant::now(), Arc::clone(&text)));
                    text
                }
            };
            drop(latest);
            Some((Ok(bytes(&text)), (inner, ticks, closing, permit, false)))
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        // Proxies that collect answers would hold the events back.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events))
}

fn bytes(text: &str) -> web::Bytes {
    web::Bytes::copy_from_slice(text.as_bytes())
}
