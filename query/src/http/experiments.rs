//! `/v1/analytics/experiments`: who sees which arm, since when, and what it is judged by.
//!
//! Who is in which arm is decided by `schemas::assignment`, in the collector or wherever a backend decides; what an experiment may
//! still change once it runs lives in `accounts`. How an arm's ladder is written is `ladder`'s.

use accounts::{Arm, Experiment, ExperimentChange, ExperimentError, ExperimentPlan, ExperimentState, Scope};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok_with};
use schemas::{UnixMs, limits::LABEL_BYTES_MAX};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    Inner,
    ladder::{LadderResource, RUNGS_MAX, ladder},
    now_ms, object_of,
    parameters::{OrganizationHeader, Parameters, id_of},
    refused,
};
use crate::{
    calendar::written_utc,
    experiment,
    request::{self, Ask, AskedMetric, Faults},
    response::ExperimentResults,
};

/// Most arms of one experiment.
const ARMS_MAX: usize = 16;
/// Largest weight of an arm.
const WEIGHT_MAX: f64 = 1_000.0;
/// Most metrics, and most guardrails, of one experiment: each is a column of its results.
const METRICS_MAX: usize = 10;
/// Longest description, bytes.
const DESCRIPTION_BYTES_MAX: usize = 4_000;
/// Shortest and longest stretch of a switchback, minutes. Attempts that began in the stretch before still play in this one.
const SWITCHBACK_MINUTES: std::ops::RangeInclusive<f64> = 10.0..=10_080.0;

const KEYS: [&str; 8] = [
    "name",
    "description",
    "arms",
    "traffic",
    "switchbackMinutes",
    "metrics",
    "guardrails",
    "state",
];

/// An arm.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ArmResource {
    /// The attribute `experiment_variant` of its attempts.
    #[schema(example = "control")]
    name: String,
    /// Its part of the viewers, in proportion to the others': 1 to 1,000. 1 when absent.
    weight: u32,
    /// The encodings that its viewers get, where the arms differ in that; the results then compare quality as watched with what it took.
    ladder: Option<LadderResource>,
}

/// What is said about a new experiment, for the documentation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "abr-2026",
    "arms": [{"name": "control", "weight": 1}, {"name": "gentle", "weight": 1}],
    "metrics": ["rebuffer_ratio"],
    "guardrails": ["startup_any_ms_p95"],
}))]
#[allow(dead_code)] // documents what `plan` reads
pub struct ExperimentRequest {
    /// The attribute `experiment_name` of its attempts; unique in its organisation.
    #[schema(example = "abr-2026")]
    name: String,
    /// What is tried and why.
    description: Option<String>,
    /// 2 to 16 arms; the others are compared with the first.
    arms: Vec<ArmResource>,
    /// The part of the viewers that takes part, 0 to 1. 1 when absent.
    traffic: Option<f64>,
    /// Every viewer sees the same arm for so many minutes (10 to 10,080), then perhaps another. Absent: each viewer stays in one arm.
    switchback_minutes: Option<u32>,
    /// The metrics that decide, the first above all. `["good_share"]` when absent.
    metrics: Option<Vec<String>>,
    /// Metrics that must not get worse.
    guardrails: Option<Vec<String>>,
    /// `running` starts a draft, `stopped` ends it.
    state: Option<StateResource>,
}

/// What may be changed about an experiment, for the documentation. What is left out stays; once it has started its name, arms and
/// switchback are fixed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"state": "running"}))]
#[schema(as = ExperimentChange)]
#[allow(dead_code)] // documents what `plan` reads
pub struct ExperimentPatch {
    /// The attribute `experiment_name` of its attempts; unique in its organisation.
    #[schema(example = "abr-2026")]
    name: Option<String>,
    /// What is tried and why.
    description: Option<String>,
    /// 2 to 16 arms; the others are compared with the first.
    arms: Option<Vec<ArmResource>>,
    /// The part of the viewers that takes part, 0 to 1.
    traffic: Option<f64>,
    /// Every viewer sees the same arm for so many minutes (10 to 10,080), then perhaps another. Null: each viewer stays in one arm.
    switchback_minutes: Option<u32>,
    /// The metrics that decide, the first above all.
    metrics: Option<Vec<String>>,
    /// Metrics that must not get worse.
    guardrails: Option<Vec<String>>,
    /// `running` starts a draft, `stopped` ends it.
    state: Option<StateResource>,
}

/// How far an experiment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateResource {
    /// Nobody is assigned yet.
    Draft,
    /// Viewers are assigned.
    Running,
    /// Nobody is assigned any more.
    Stopped,
}

/// An experiment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExperimentResource {
    /// Its id, which is also the salt of its assignment.
    id: uuid::Uuid,
    /// The attribute `experiment_name` of its attempts.
    name: String,
    /// What is tried and why.
    description: Option<String>,
    /// Its arms.
    arms: Vec<ArmResource>,
    /// The part of the viewers that takes part, 0 to 1.
    traffic: f64,
    /// Minutes after which every viewer may see another arm; null when each stays in one.
    switchback_minutes: Option<u32>,
    /// The metrics that decide.
    metrics: Vec<String>,
    /// Metrics that must not get worse.
    guardrails: Vec<String>,
    /// How far it is.
    state: StateResource,
    /// When it was made, RFC 3339 UTC.
    created_at: String,
    /// When it started; null before.
    started_at: Option<String>,
    /// When it stopped; null before.
    stopped_at: Option<String>,
}

/// The experiments of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExperimentList {
    /// Oldest first.
    experiments: Vec<ExperimentResource>,
}

impl From<Arm> for ArmResource {
    fn from(arm: Arm) -> Self {
        Self {
            name: arm.name,
            weight: arm.weight,
            ladder: arm.ladder.map(LadderResource::from),
        }
    }
}

impl From<Experiment> for ExperimentResource {
    fn from(experiment: Experiment) -> Self {
        let written = |moment: UnixMs| written_utc(moment.0);
        let state = match experiment.state() {
            ExperimentState::Draft => StateResource::Draft,
            ExperimentState::Running => StateResource::Running,
            ExperimentState::Stopped => StateResource::Stopped,
        };
        let plan = experiment.plan;
        let arms = plan.arms.into_iter();
        Self {
            id: experiment.experiment_id,
            name: plan.name,
            description: plan.description,
            arms: arms.map(ArmResource::from).collect(),
            traffic: f64::from(plan.traffic_permille) / 1_000.0,
            switchback_minutes: plan.switchback_minutes,
            metrics: plan.metrics,
            guardrails: plan.guardrails,
            state,
            created_at: written(experiment.created_at),
            started_at: experiment.started_at.map(written),
            stopped_at: experiment.stopped_at.map(written),
        }
    }
}

/// Reads the plan of an experiment; what is left out stays as in `before`.
fn plan(body: &Map<String, Value>, before: Option<&ExperimentPlan>, faults: &mut Faults) -> Option<ExperimentPlan> {
    let found = faults.0.len();
    request::unknown_keys(body, &KEYS, "", faults);
    let name = match (label(body, "name", faults), before) {
        (Some(name), _) => name,
        (None, Some(before)) => before.name.clone(),
        (None, None) => {
            if !body.contains_key("name") {
                faults.add("name", "missing");
            }
            String::new()
        }
    };
    let description = match body.get("description") {
        Some(Value::Null) => None,
        None => before.and_then(|before| before.description.clone()),
        Some(_) => {
            let text = request::text(body, "description", faults).map(str::to_owned);
            if text.as_ref().is_some_and(|text| text.len() > DESCRIPTION_BYTES_MAX) {
                faults.add("description", format!("at most {DESCRIPTION_BYTES_MAX} bytes"));
            }
            text
        }
    };
    let arms = match (body.get("arms"), before) {
        (None, Some(before)) => before.arms.clone(),
        (given, _) => arms(given, faults),
    };
    let traffic_permille = match request::number(body, "traffic", faults) {
        Some(share) if (0.0..=1.0).contains(&share) => (share * 1_000.0).round() as u32,
        Some(share) => {
            faults.add("traffic", format!("{share} is not between 0 and 1"));
            0
        }
        None => before.map_or(1_000, |before| before.traffic_permille),
    };
    let switchback_minutes = match (body.get("switchbackMinutes"), before) {
        (None, Some(before)) => before.switchback_minutes,
        _ => request::number(body, "switchbackMinutes", faults).and_then(|minutes| {
            let fits = minutes.fract() == 0.0 && SWITCHBACK_MINUTES.contains(&minutes);
            if !fits {
                let (least, most) = (SWITCHBACK_MINUTES.start(), SWITCHBACK_MINUTES.end());
                faults.add(
                    "switchbackMinutes",
                    format!("{minutes} is not a whole number from {least} to {most}"),
                );
            }
            fits.then_some(minutes as u32)
        }),
    };
    let metrics = match (body.get("metrics"), before) {
        (None, Some(before)) => before.metrics.clone(),
        (None, None) => vec!["good_share".to_owned()],
        (given, _) => {
            let names = metric_names(given, "metrics", faults);
            if names.is_empty() && faults.0.len() == found {
                faults.add("metrics", "empty; name at least one metric");
            }
            names
        }
    };
    let guardrails = match (body.get("guardrails"), before) {
        (None, Some(before)) => before.guardrails.clone(),
        (given, _) => metric_names(given, "guardrails", faults),
    };
    (faults.0.len() == found).then_some(ExperimentPlan {
        name,
        description,
        arms,
        traffic_permille,
        switchback_minutes,
        metrics,
        guardrails,
    })
}

fn label(body: &Map<String, Value>, key: &str, faults: &mut Faults) -> Option<String> {
    let text = request::text(body, key, faults)?;
    if text.is_empty() || text.len() > LABEL_BYTES_MAX {
        faults.add(key, format!("expected a text of 1 to {LABEL_BYTES_MAX} bytes"));
    }
    Some(text.to_owned())
}

fn arms(given: Option<&Value>, faults: &mut Faults) -> Vec<Arm> {
    let mut arms: Vec<Arm> = Vec::new();
    let items = request::array(given, "arms", ARMS_MAX, faults);
    for (index, item) in items.iter().enumerate() {
        let at = format!("arms[{index}]");
        let Some(item) = item.as_object() else {
            faults.add(at, format!("expected an object, found {}", request::kind_of(item)));
            continue;
        };
        request::unknown_keys(item, &["name", "weight", "ladder"], &format!("{at}."), faults);
        let weight = match item.get("weight").map(|weight| (weight, weight.as_f64())) {
            None => 1,
            Some((_, Some(weight))) if weight.fract() == 0.0 && (1.0..=WEIGHT_MAX).contains(&weight) => weight as u32,
            Some((weight, _)) => {
                let weight = request::shortened(&weight.to_string());
                faults.add(
                    format!("{at}.weight"),
                    format!("{weight} is not a whole number from 1 to {WEIGHT_MAX}"),
                );
                1
            }
        };
        let Some(name) = request::required_text(item, "name", &at, faults) else {
            continue;
        };
        if name.is_empty() || name.len() > LABEL_BYTES_MAX {
            faults.add(
                format!("{at}.name"),
                format!("expected a text of 1 to {LABEL_BYTES_MAX} bytes"),
            );
        }
        if arms.iter().any(|arm| arm.name == name) {
            faults.add(
                format!("{at}.name"),
                format!("two arms are called '{}'", request::shortened(name)),
            );
        }
        arms.push(Arm {
            name: name.to_owned(),
            weight,
            ladder: ladder(item.get("ladder"), &at, faults),
        });
    }
    let rungs: usize = arms
        .iter()
        .flat_map(|arm| &arm.ladder)
        .map(|ladder| ladder.rungs.len())
        .sum();
    if rungs > RUNGS_MAX {
        faults.add(
            "arms",
            format!("{rungs} rungs; at most {RUNGS_MAX} of all arms together"),
        );
    }
    if items.len() < 2 {
        faults.add("arms", format!("{} arms; at least 2, at most {ARMS_MAX}", items.len()));
    }
    arms
}

fn metric_names(given: Option<&Value>, field: &str, faults: &mut Faults) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, item) in request::array(given, field, METRICS_MAX, faults).iter().enumerate() {
        let at = format!("{field}[{index}]");
        let Some(name) = item.as_str() else {
            faults.add(
                at,
                format!("expected a metric's name, found {}", request::kind_of(item)),
            );
            continue;
        };
        match AskedMetric::parse(name) {
            Some(asked) if asked.ask == Ask::Histogram => faults.add(at, "a histogram is not better or worse"),
            Some(asked) if asked.metric.is_for_reading() => {
                faults.add(at, format!("'{name}' is a score to be read, nothing hangs on it; good_share says how many attempts were well"));
            }
            Some(AskedMetric {
                metric:
                    schemas::metric::Metric {
                        dimension: Some(dimension),
                        ..
                    },
                ..
            }) => {
                faults.add(
                    at,
                    format!("'{name}' is told by {dimension}; an experiment's metrics are of whole attempts"),
                );
            }
            Some(_) if names.iter().any(|other| other == name) => {
                faults.add(at, format!("'{name}' is named twice"));
            }
            Some(_) => names.push(name.to_owned()),
            None => request::unknown_metric(&at, name, faults),
        }
    }
    names
}

/// The state that a request wants.
fn wanted_state(body: &Map<String, Value>, faults: &mut Faults) -> Option<StateResource> {
    const NAMES: [(&str, StateResource); 3] = [
        ("draft", StateResource::Draft),
        ("running", StateResource::Running),
        ("stopped", StateResource::Stopped),
    ];
    let name = request::text(body, "state", faults)?;
    let found = NAMES.iter().find(|(known, _)| *known == name);
    if found.is_none() {
        faults.unknown("state", "state", name, NAMES.map(|(known, _)| known));
    }
    found.map(|(_, state)| *state)
}

fn refusal(error: ExperimentError) -> ApiError {
    match error {
        ExperimentError::Unknown => ApiError::new(ErrorCode::ExperimentNotFound),
        ExperimentError::NameTaken(_) => {
            ApiError::new(ErrorCode::ExperimentNameTaken).detail("name", error.to_string())
        }
        ExperimentError::Fixed(part) => ApiError::new(ErrorCode::ExperimentState).detail(part, error.to_string()),
        ExperimentError::State(_) => ApiError::new(ErrorCode::ExperimentState).detail("state", error.to_string()),
        ExperimentError::Accounts(error) => super::accounts_failed(&error),
    }
}

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::ExperimentNotFound)
}

/// Every experiment of the organisation.
#[utoipa::path(
    get, path = "/v1/analytics/experiments", operation_id = "listExperiments", tag = "experiments", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "The experiments.", body = Envelope<SuccessData<ExperimentList>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn list(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let experiments = inner.accounts.experiments(tenant.organization_id()).into_iter();
    let list = ExperimentList {
        experiments: experiments.map(ExperimentResource::from).collect(),
    };
    Ok(ok_with(StatusCode::OK, list, Vec::new()))
}

/// Makes an experiment, as a draft, or running at once when `state` says so.
#[utoipa::path(
    post, path = "/v1/analytics/experiments", operation_id = "createExperiment", tag = "experiments", security(("apiKey" = [])), request_body = ExperimentRequest,
    params(OrganizationHeader),
    responses(
        (status = 201, description = "The experiment.", body = Envelope<SuccessData<ExperimentResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 409, description = "The name is taken.", body = Envelope<ErrorData>),
    )
)]
pub async fn create(inner: web::Data<Inner>, request: HttpRequest, body: web::Bytes) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    let plan = plan(&body, None, &mut faults);
    let state = wanted_state(&body, &mut faults);
    if state == Some(StateResource::Stopped) {
        faults.add("state", "a new experiment is 'draft' or 'running'");
    }
    if let Some(error) = faults.into_error() {
        return Err(error);
    }
    let plan = plan.ok_or_else(|| ApiError::new(ErrorCode::InvalidRequest))?;
    let now = UnixMs(now_ms());
    let accounts = &inner.accounts;
    let mut experiment = accounts.create_experiment(tenant, plan, now).await.map_err(refusal)?;
    if state == Some(StateResource::Running) {
        let id = experiment.experiment_id;
        let started = accounts
            .change_experiment(tenant, id, ExperimentChange::Start, now)
            .await;
        experiment = started.map_err(refusal)?;
    }
    Ok(ok_with(
        StatusCode::CREATED,
        ExperimentResource::from(experiment),
        Vec::new(),
    ))
}

/// One experiment.
#[utoipa::path(
    get, path = "/v1/analytics/experiments/{id}", operation_id = "getExperiment", tag = "experiments", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The experiment.", body = Envelope<SuccessData<ExperimentResource>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such experiment in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn one(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let experiment = inner
        .accounts
        .experiment(tenant, id_of(&id, ErrorCode::ExperimentNotFound)?)
        .ok_or_else(not_found)?;
    Ok(ok_with(
        StatusCode::OK,
        ExperimentResource::from(experiment),
        Vec::new(),
    ))
}

/// Changes an experiment, starts or stops it. Once it has started its name, arms and switchback are fixed; its traffic may change, which
/// moves nobody to another arm.
#[utoipa::path(
    patch, path = "/v1/analytics/experiments/{id}", operation_id = "changeExperiment", tag = "experiments", security(("apiKey" = [])), request_body = ExperimentPatch,
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The experiment as it is now.", body = Envelope<SuccessData<ExperimentResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such experiment in this organisation.", body = Envelope<ErrorData>),
        (status = 409, description = "The name is taken, or its state does not allow the change.", body = Envelope<ErrorData>),
    )
)]
pub async fn change(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let id = id_of(&id, ErrorCode::ExperimentNotFound)?;
    let body = object_of(&body)?;
    let accounts = &inner.accounts;
    let before = accounts.experiment(tenant, id).ok_or_else(not_found)?;
    let mut faults = Faults::default();
    let plan = plan(&body, Some(&before.plan), &mut faults);
    let state = wanted_state(&body, &mut faults);
    if state == Some(StateResource::Draft) && before.state() != ExperimentState::Draft {
        faults.add("state", "an experiment that has started is no draft any more");
    }
    if let Some(error) = faults.into_error() {
        return Err(error);
    }
    let now = UnixMs(now_ms());
    let mut changes: Vec<ExperimentChange> = plan
        .filter(|plan| *plan != before.plan)
        .map(ExperimentChange::Plan)
        .into_iter()
        .collect();
    match (state, before.state()) {
        (Some(StateResource::Running), ExperimentState::Running) => {}
        (Some(StateResource::Running), _) => changes.push(ExperimentChange::Start),
        (Some(StateResource::Stopped), ExperimentState::Stopped) => {}
        (Some(StateResource::Stopped), _) => changes.push(ExperimentChange::Stop),
        (Some(StateResource::Draft) | None, _) => {}
    }
    let mut experiment = before;
    for change in changes {
        let changed = accounts.change_experiment(tenant, id, change, now).await;
        experiment = changed.map_err(refusal)?;
    }
    Ok(ok_with(
        StatusCode::OK,
        ExperimentResource::from(experiment),
        Vec::new(),
    ))
}

/// Deletes an experiment. What its attempts say about arms stays in them.
#[utoipa::path(
    delete, path = "/v1/analytics/experiments/{id}", operation_id = "deleteExperiment", tag = "experiments", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope write.", body = Envelope<ErrorData>),
        (status = 404, description = "No such experiment in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn delete(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant_with(&request, Scope::Write)?;
    let deleted = inner
        .accounts
        .delete_experiment(tenant, id_of(&id, ErrorCode::ExperimentNotFound)?, UnixMs(now_ms()))
        .await;
    deleted.map_err(refusal)?;
    Ok(HttpResponse::NoContent().finish())
}

/// What came of an experiment so far: every arm by itself, and every arm against the first. May be read as often as one likes: intervals and
/// p-values hold at all looks together. `until` reads it as of then, for a line of readings: by the attempts that had begun, with all that is
/// known of them by now.
#[utoipa::path(
    get, path = "/v1/analytics/experiments/{id}/results", operation_id = "getExperimentResults", tag = "experiments", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        ("until" = Option<String>, Query, description = "RFC 3339, after the experiment's start: only attempts that began before it. Now when absent or later than now; its end once it has stopped."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The results.", body = Envelope<SuccessData<ExperimentResults>>),
        (status = 400, description = "`until` is no date and time, or not after the start.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such experiment in this organisation.", body = Envelope<ErrorData>),
        (status = 409, description = "It has not started.", body = Envelope<ErrorData>),
        (status = 429, description = "Too many questions at once.", body = Envelope<ErrorData>),
        (status = 503, description = "The database does not answer.", body = Envelope<ErrorData>),
    )
)]
pub async fn results(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ApiError> {
    let answer = results_inner(&inner, &request, &id, &query).await;
    inner.count("experiment_results", &answer);
    answer
}

async fn results_inner(
    inner: &Inner,
    request: &HttpRequest,
    id: &str,
    query: &[(String, String)],
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let until = parse_until(query).map_err(refused)?;
    let found = inner
        .accounts
        .experiment(tenant, id_of(id, ErrorCode::ExperimentNotFound)?)
        .ok_or_else(not_found)?;
    let _permit = inner.permit()?;
    let observe = |step, seconds| inner.observe(step, seconds);
    let (result, messages) = experiment::results(&inner.tables, tenant, found, until, now_ms(), &observe).await?;
    Ok(ok_with(StatusCode::OK, result, messages))
}

/// The end of a reading, ms since 1970-01-01T00:00:00Z, out of the query string's pairs.
fn parse_until(query: &[(String, String)]) -> Result<Option<i64>, Faults> {
    let mut faults = Faults::default();
    let until = Parameters::of(query, &["until"], &[], &mut faults).instant("until", &mut faults);
    faults.checked(until)
}
