//! `GET /v1/collector/config`: what the server wants of the collector of a page: whether to measure, how much, and which experiments
//! run. Answered from memory; asked by `collector-wasm/js/remote.ts`.

use accounts::{Experiment, ExperimentState};
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderValue},
    },
    web,
};
use serde::Serialize;

use crate::{
    Shared,
    http::{beacons, origin},
};

/// What the server wants of a collector.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CollectorConfig {
    /// False: measure nothing, send nothing.
    pub enabled: bool,
    /// How many of 1,000 attaches are to be measured.
    pub sample_permille: u32,
    /// The server's wall clock, ms since 1970: switchback experiments go by it.
    pub now_ms: i64,
    /// The experiments that run now.
    pub experiments: Vec<RunningExperiment>,
}

/// An experiment that runs: all that is needed to know a viewer's arm (`schemas::assignment`).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RunningExperiment {
    /// The attribute `experiment_name`.
    pub name: String,
    /// Goes into the hash, so that experiments split viewers independently.
    pub salt: String,
    /// How many of 1,000 units take part.
    pub traffic_permille: u32,
    /// The unit is no viewer but a stretch of the server's time of this length, ms since 1970 ÷ it. Null: the unit is the viewer.
    pub switchback_ms: Option<u64>,
    /// The arms, in the order in which the hash picks them.
    pub arms: Vec<RunningArm>,
}

/// An arm of an experiment that runs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RunningArm {
    /// The attribute `experiment_variant`.
    pub name: String,
    /// Its part of the units, in proportion to the others'.
    pub weight: u32,
}

impl From<Experiment> for RunningExperiment {
    fn from(experiment: Experiment) -> Self {
        let arms = experiment.plan.arms.into_iter();
        Self {
            name: experiment.plan.name,
            salt: experiment.experiment_id.to_string(),
            traffic_permille: experiment.plan.traffic_permille,
            switchback_ms: experiment
                .plan
                .switchback_minutes
                .map(|minutes| u64::from(minutes) * 60_000),
            arms: arms
                .map(|arm| RunningArm {
                    name: arm.name,
                    weight: arm.weight,
                })
                .collect(),
        }
    }
}

/// What the server wants of the collector of a page.
#[utoipa::path(
    get,
    path = "/v1/collector/config",
    operation_id = "getCollectorConfig",
    tag = "ingest",
    params(("key" = String, Query, description = "The license key.")),
    responses(
        (status = 200, description = "The settings of the license key and the experiments of its organisation that run.", body = envelope::Envelope<envelope::SuccessData<CollectorConfig>>),
        (status = 401, description = "No license key, or an unknown one.", body = envelope::Envelope<envelope::ErrorData>),
        (status = 403, description = "The license key does not cover the page.", body = envelope::Envelope<envelope::ErrorData>),
    )
)]
pub(crate) async fn get(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let license = match beacons::license(&request, &shared) {
        Ok(license) => license,
        Err(error) => {
            let mut response = error.error_response();
            origin::let_page_read(request.headers(), &mut response);
            return response;
        }
    };
    if !origin::is_allowed(&license, origin::page(request.headers())) {
        return beacons::domain_not_allowed().error_response();
    }
    let running = shared.accounts.experiments(license.organization_id).into_iter();
    let config = CollectorConfig {
        enabled: license.collector_enabled,
        sample_permille: license.sample_permille,
        now_ms: shared.clock.unix().0,
        experiments: running
            .filter(|experiment| experiment.state() == ExperimentState::Running)
            .map(RunningExperiment::from)
            .collect(),
    };
    let mut response = envelope::actix::ok_with(StatusCode::OK, config, Vec::new());
    // A switch that is heard of only when a cache forgets is none.
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    origin::let_page_read(request.headers(), &mut response);
    response
}
