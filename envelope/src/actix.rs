//! How envelopes travel over HTTP with actix-web.
//!
//! [`middleware`] wraps a whole app: it settles the request's id, opens the request's span for whoever listens to spans
//! (`RUST_LOG=envelope=debug`), catches panics, and turns whatever the framework answers by itself (unknown path, wrong method, too large a body) into an envelope.
//! Handlers answer with [`ok`] or an [`ApiError`]; both find the id in a task-local set here, so it needs no passing on.

use std::panic::AssertUnwindSafe;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER},
    },
    middleware::Next,
    web,
};
use futures_util::FutureExt;
use serde::Serialize;
use tracing::Instrument;

use crate::{Envelope, code::ErrorCode, error::ApiError, message::Message, request_id::RequestId};

/// The header that carries the request's id in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: Current;
}

/// What is known of the request being served by whoever serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// Its id.
    pub id: RequestId,
    /// The trace it is part of, by its W3C `traceparent`: 32 hexadecimal digits.
    pub trace_id: Option<String>,
}

/// Shows `look` the request being served; `None` outside of any. For log lines: a span for every request would cost more than
/// reading its body.
pub fn with_current<T>(look: impl FnOnce(&Current) -> T) -> Option<T> {
    CURRENT.try_with(look).ok()
}

/// Marks a response whose body is an envelope already, or needs none.
#[derive(Clone, Copy)]
struct Enveloped;

/// The id of the request being served; a new one outside of any request.
#[must_use]
pub fn current_request_id() -> RequestId {
    with_current(|current| current.id).unwrap_or_else(RequestId::random)
}

/// A success with status 200.
pub fn ok<T: Serialize>(result: T) -> HttpResponse {
    ok_with(StatusCode::OK, result, Vec::new())
}

/// A success with a status and messages of one's own.
pub fn ok_with<T: Serialize>(status: StatusCode, result: T, messages: Vec<Message>) -> HttpResponse {
    HttpResponseBuilder::new(status).json(Envelope::success(current_request_id(), result, messages))
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let id = self.request_id().unwrap_or_else(current_request_id);
        let mut response = HttpResponseBuilder::new(self.status_code())
            .insert_header((X_REQUEST_ID, id.to_string()))
            .json(Envelope::error(id, self));
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Enveloped);
        response
    }
}

/// Answers what no route took, with the path in words.
pub async fn not_found(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorCode::NotFound).developer(format!("no resource at {} {}", request.method(), request.path())))
}

/// Wraps an app; use it as `App::new().wrap(actix_web::middleware::from_fn(envelope::actix::middleware))`, outermost.
///
/// # Errors
/// A panic or an error of an inner middleware, as an [`ApiError`] that carries the request's id.
pub async fn middleware<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let id = RequestId::from_header(header(&request, X_REQUEST_ID.as_str()));
    let trace = header(&request, "traceparent").and_then(trace_id_from_traceparent);
    let span = tracing::debug_span!(
        "request",
        request_id = %id,
        method = %request.method(),
        path = loggable(request.path()),
        trace_id = trace.as_deref().map(tracing::field::display),
    );
    // TRICKY: no clone of the HttpRequest may live while the router runs: it takes the path apart through a unique
    // reference. So a panic, which takes the request with it, is answered as an `Err` that carries the id itself.
    let current = Current { id, trace_id: trace };
    let served = CURRENT.scope(
        current.clone(),
        AssertUnwindSafe(async move { next.call(request).await }).catch_unwind(),
    );
    let served = served.instrument(span.clone()).await;
    CURRENT.sync_scope(current, || span.in_scope(|| answered(id, served)))
}

/// What was served, in an envelope, with the request's id, and in the log.
fn answered<B: MessageBody + 'static>(
    id: RequestId,
    served: std::thread::Result<Result<ServiceResponse<B>, actix_web::Error>>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let mut response = match served {
        Ok(Ok(response)) if needs_envelope(&response) => enveloped(id, response),
        Ok(Ok(response)) => response.map_into_left_body(),
        Ok(Err(error)) => {
            let error = match error.as_error::<ApiError>() {
                Some(known) => known.clone(),
                None => ApiError::new(ErrorCode::from_status(error.as_response_error().status_code().as_u16()))
                    .developer(error.to_string()),
            };
            tracing::info!(status = error.code().status(), "answered");
            return Err(error.for_request(id).into());
        }
        Err(panic) => {
            let text = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            tracing::error!(panic = text, status = 500, "a handler panicked");
            let error = ApiError::new(ErrorCode::Internal).developer("a handler panicked; the log has it");
            return Err(error.for_request(id).into());
        }
    };
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    match status {
        500.. => tracing::error!(status, "answered"),
        400.. => tracing::info!(status, "answered"),
        _ => tracing::debug!(status, "answered"),
    }
    Ok(response)
}

/// Registers the answer for unknown paths.
pub fn configure_default(config: &mut web::ServiceConfig) {
    config.default_service(web::route().to(not_found));
}

fn header<'a>(request: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// A path as it may stand in the log: without the viewer it is about. The query string, which holds keys, is no part of it.
fn loggable(path: &str) -> &str {
    const VIEWERS: &str = "/viewers/";
    path.find(VIEWERS).map_or(path, |at| &path[..at + VIEWERS.len()])
}

/// The trace id of a W3C `traceparent` header; none when the header is not one.
fn trace_id_from_traceparent(value: &str) -> Option<String> {
    let mut parts = value.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let is_hex = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let known = version.len() == 2 && version != "ff" && is_hex(version);
    (known && trace.len() == 32 && is_hex(trace) && trace.bytes().any(|byte| byte != b'0')).then(|| trace.to_owned())
}

/// Whether a response is an error that the framework answered by itself.
fn needs_envelope<B>(response: &ServiceResponse<B>) -> bool {
    response.status().as_u16() >= 400 && response.response().extensions().get::<Enveloped>().is_none()
}

/// Puts an envelope in the place of an error body that the framework wrote.
fn enveloped<B: MessageBody>(id: RequestId, response: ServiceResponse<B>) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let status = response.status();
    let code = ErrorCode::from_status(status.as_u16());
    let words = match response.response().error() {
        Some(error) => error.to_string(),
        None => format!("{} {}", response.request().method(), response.request().path()),
    };
    let allow = response.headers().get(ALLOW).cloned();
    let mut body = ApiError::new(code).developer(words).for_request(id).error_response();
    // The framework's own status stays, also where the catalogue has only its neighbour.
    *body.status_mut() = status;
    if let Some(allow) = allow {
        body.headers_mut().insert(ALLOW, allow);
    }
    response.into_response(body).map_into_right_body()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use actix_web::{App, middleware::from_fn, test};
    use serde_json::Value;

    async fn panics() -> HttpResponse {
        panic!("boom")
    }

    async fn fails() -> Result<HttpResponse, ApiError> {
        Err(ApiError::new(ErrorCode::JournalFull)
            .retry_after(7)
            .detail("body", "too much"))
    }

    async fn call(request: test::TestRequest) -> (u16, Option<String>, Option<String>, Value) {
        let app = test::init_service(
            App::new()
                .wrap(from_fn(middleware))
                .app_data(web::PayloadConfig::new(16))
                .route("/ok", web::get().to(|| async { ok("fine") }))
                .route("/panics", web::get().to(panics))
                .route("/fails", web::get().to(fails))
                .service(web::resource("/body").route(web::post().to(|_: web::Bytes| async { ok(1) })))
                .service(web::resource("/json").route(web::post().to(|_: web::Json<u32>| async { ok(1) })))
                .configure(configure_default),
        )
        .await;
        let response = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let text = |name: &str| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let (id, retry) = (text("x-request-id"), text("retry-after"));
        let status = response.status().as_u16();
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap();
        (status, id, retry, body)
    }

    fn check(got: (u16, Option<String>, Option<String>, Value), status: u16, code: i32) {
        assert_eq!(got.0, status);
        assert_eq!(got.3["status"], "ERROR");
        assert_eq!(got.3["data"]["code"], code);
        assert_eq!(
            got.3["requestId"].as_str(),
            got.1.as_deref(),
            "body and header carry the same id"
        );
        assert!(!got.3["data"]["message"].as_str().unwrap().is_empty());
        assert!(
            got.3["data"]["links"][0]["href"]
                .as_str()
                .unwrap()
                .contains(&code.to_string())
        );
    }

    #[actix_web::test]
    async fn a_success_keeps_the_callers_id() {
        let id = "6d84e126-d10c-4e52-bbfb-bd4c92bc8333";
        let got = call(test::TestRequest::get().uri("/ok").insert_header(("X-Request-Id", id))).await;
        assert_eq!((got.0, got.1.as_deref()), (200, Some(id)));
        assert_eq!(
            got.3,
            serde_json::json!({"requestId": id, "status": "SUCCESS", "data": {"result": "fine", "messages": []}})
        );
    }

    #[actix_web::test]
    async fn an_unknown_path_is_an_envelope() {
        check(call(test::TestRequest::get().uri("/nowhere")).await, 404, 1003);
    }

    #[actix_web::test]
    async fn a_wrong_method_is_an_envelope() {
        check(call(test::TestRequest::delete().uri("/body")).await, 405, 1004);
    }

    #[actix_web::test]
    async fn a_body_too_large_is_an_envelope() {
        check(
            call(test::TestRequest::post().uri("/body").set_payload(vec![b'x'; 64])).await,
            413,
            1005,
        );
    }

    #[actix_web::test]
    async fn malformed_json_is_an_envelope() {
        let request = test::TestRequest::post()
            .uri("/json")
            .insert_header(("content-type", "application/json"))
            .set_payload("{");
        check(call(request).await, 400, 1001);
    }

    #[actix_web::test]
    async fn a_panic_is_an_envelope() {
        check(call(test::TestRequest::get().uri("/panics")).await, 500, 1000);
    }

    #[actix_web::test]
    async fn an_error_of_ours_keeps_its_details_and_retry_after() {
        let got = call(test::TestRequest::get().uri("/fails")).await;
        assert_eq!(got.2.as_deref(), Some("7"));
        assert_eq!(got.3["data"]["details"][0]["field"], "body");
        check(got, 503, 4000);
    }

    #[std::prelude::v1::test]
    fn a_viewer_stays_out_of_the_log() {
        assert_eq!(loggable("/v1/analytics/viewers/v1/x"), "/v1/analytics/viewers/");
        assert_eq!(loggable("/v1/analytics/query"), "/v1/analytics/query");
    }

    #[std::prelude::v1::test]
    fn a_traceparent_is_continued_and_rubbish_is_not() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            trace_id_from_traceparent(good).as_deref(),
            Some("4bf92f3577b34da6a3ce929d0e0e4736")
        );
        for bad in ["", "00-xyz", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"] {
            assert_eq!(trace_id_from_traceparent(bad), None, "{bad}");
        }
    }
}
