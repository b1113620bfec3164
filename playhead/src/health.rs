//! Probes and the page of numbers that Prometheus reads.

use actix_web::{HttpResponse, Responder, http::header::ContentType, web};
use envelope::{ApiError, ErrorCode};
use prometheus::{Encoder as _, Registry, TextEncoder};
use serde::Serialize;
use store::Store;

use crate::canary::{Flight, LastFlight};

/// What a probe answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok` when it is.
    status: &'static str,
    /// How the canary's last beacon fared on its way through all of this node. Null where the canary is off or has not come back yet.
    canary: Option<Flight>,
}

/// Adds the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/v1/health/live").route(web::get().to(live)))
        .service(web::resource("/v1/health/ready").route(web::get().to(ready)))
        .service(web::resource("/metrics").route(web::get().to(metrics)));
}

/// The process runs.
#[utoipa::path(
    get, path = "/v1/health/live", operation_id = "getLiveness", tag = "health",
    responses((status = 200, description = "It runs.", body = envelope::Envelope<envelope::SuccessData<Health>>))
)]
pub(crate) async fn live() -> impl Responder {
    envelope::actix::ok(Health {
        status: "ok",
        canary: None,
    })
}

/// The database answers: questions can be answered and beacons drain. The canary's last flight is shown and decides nothing: where
/// it fails, answering 503 here would only take away the node that still accepts beacons.
#[utoipa::path(
    get, path = "/v1/health/ready", operation_id = "getReadiness", tag = "health",
    responses(
        (status = 200, description = "It can answer.", body = envelope::Envelope<envelope::SuccessData<Health>>),
        (status = 503, description = "The database does not answer.", body = envelope::Envelope<envelope::ErrorData>),
    )
)]
pub(crate) async fn ready(store: web::Data<Store>, canary: web::Data<LastFlight>) -> Result<HttpResponse, ApiError> {
    store.ping().await.map_err(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "the database does not answer");
        ApiError::new(ErrorCode::StoreUnavailable).retry_after(2)
    })?;
    Ok(envelope::actix::ok(Health {
        status: "ok",
        canary: canary.get(),
    }))
}

async fn metrics(registry: web::Data<Registry>) -> Result<HttpResponse, ApiError> {
    let mut text = Vec::new();
    TextEncoder::new()
        .encode(&registry.gather(), &mut text)
        .map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the metrics cannot be written"
            );
            ApiError::new(ErrorCode::Internal)
        })?;
    Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body(text))
}
