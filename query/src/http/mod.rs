//! The thin shell: who asks, how long it took, and which function answers.

mod account;
mod alerts;
mod annotations;
mod catalogue;
mod compat;
mod drop_off;
mod erasures;
mod experiments;
mod explain;
mod exports;
mod impressions;
mod ladder;
mod live;
mod parameters;
mod query;
mod totals;

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use accounts::{Accounts, AccountsError, Grant, Scope, Tenant};
use actix_web::{HttpRequest, middleware::Compress, web};
use envelope::{ApiError, ErrorCode};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};
use schemas::{OrganizationId, UnixMs};
use store::Store;
use tokio::sync::Notify;
use utoipa::OpenApi as _;

pub(crate) use self::{
    impressions::parse as parse_listing,
    query::{BaselineRequest, FilterRequest, answered, planned},
};
use crate::{
    alert::{AlertError, Watch},
    builder, chance,
    erasure::{self, Pace},
    export::{self, ExportConfig, Exports},
    industry::{Field, IndustryConfig},
    request::Faults,
    retention,
    run::Observe,
    tables::Tables,
    webhook::{Courier, WebhookConfig},
};

/// Largest question, in bytes: 256 KiB hold every limit on filters and values at once.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Largest annotation, in bytes: 16 KiB hold the longest texts, escaped.
const ANNOTATION_BYTES_MAX: usize = 16 * 1024;

/// Settings of the query service.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryConfig {
    /// Questions answered at the same time; more are turned away with 429.
    pub questions_max: usize,
    /// When viewers are erased.
    pub pace: Pace,
    /// How large exports may be, where they lie and for how long.
    pub exports: ExportConfig,
    /// Whom webhooks may reach, and how patiently.
    pub webhooks: WebhookConfig,
    /// When the industry baseline is shown.
    pub industry: IndustryConfig,
    /// Whether [`Query::tend`] builds cells.
    pub build_cells: bool,
}

impl Default for QueryConfig {
    fn default() -> Self {
        // Each question holds at most a few statements and some MiB of sums.
        Self {
            questions_max: 32,
            pace: Pace::default(),
            exports: ExportConfig::default(),
            webhooks: WebhookConfig::default(),
            industry: IndustryConfig::default(),
            build_cells: true,
        }
    }
}

/// The query service. Cheap to clone.
#[derive(Clone)]
pub struct Query {
    inner: web::Data<Inner>,
}

struct Inner {
    tables: Tables,
    accounts: Accounts,
    seconds: HistogramVec,
    questions: IntCounterVec,
    permits: tokio::sync::Semaphore,
    pace: Pace,
    /// Told when there is a viewer to erase.
    wake: Notify,
    streams: live::Streams,
    builder: builder::Telemetry,
    build_cells: bool,
    chance: chance::Telemetry,
    exports: Arc<Exports>,
    watch: Watch,
    courier: Courier,
    industry: IndustryConfig,
}

impl Query {
    /// A service over `store`, for the keys in `accounts`, with its metrics in `registry`.
    ///
    /// # Errors
    /// When the registry already holds metrics of these names.
    pub fn new(
        config: QueryConfig,
        store: Store,
        accounts: Accounts,
        registry: &Registry,
    ) -> Result<Self, prometheus::Error> {
        let seconds = HistogramVec::new(
            HistogramOpts::new("playhead_query_step_seconds", "Time a step of a question took, s.").buckets(vec![
                0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            ]),
            &["step"],
        )?;
        let questions = IntCounterVec::new(
            Opts::new(
                "playhead_query_questions_total",
                "Questions, by endpoint and by how they ended.",
            ),
            &["endpoint", "outcome"],
        )?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(questions.clone()))?;
        let tables = Tables::new(store, registry)?;
        let to_send = Arc::new(Notify::new());
        let courier = Courier::new(accounts.clone(), &config.webhooks, Arc::clone(&to_send));
        let observed = seconds.clone();
        let observe: Arc<dyn Fn(&'static str, f64) + Send + Sync> =
            Arc::new(move |step, seconds| observed.with_label_values(&[step]).observe(seconds));
        let watch = Watch {
            tables: tables.clone(),
            accounts: accounts.clone(),
            observe,
            industry: config.industry,
            rules_changed: Arc::new(Notify::new()),
            to_send,
        };
        Ok(Self {
            inner: web::Data::new(Inner {
                watch,
                courier,
                industry: config.industry,
                tables,
                accounts,
                seconds,
                questions,
                permits: tokio::sync::Semaphore::new(config.questions_max),
                pace: config.pace,
                wake: Notify::new(),
                streams: live::Streams::default(),
                builder: builder::Telemetry::new(registry)?,
                build_cells: config.build_cells,
                chance: chance::Telemetry::new(registry)?,
                exports: Arc::new(Exports::new(config.exports)),
            }),
        })
    }

    /// Erases the viewers that were asked to be erased, and what organisations do not keep, writes exports, evaluates alerts and tells of
    /// them, builds cells, and compares audiences with themselves at night; for ever. `is_stored` tells whether everything received up to a moment is in the tables.
    pub async fn tend(self, is_stored: impl Fn(UnixMs) -> bool) {
        let Inner {
            tables,
            accounts,
            wake,
            pace,
            builder,
            build_cells,
            chance,
            exports,
            watch,
            courier,
            ..
        } = &**self.inner;
        let desk = export::Desk {
            exports: Arc::clone(exports),
            tables: tables.clone(),
            accounts: accounts.clone(),
            industry: watch.industry,
            observe: Arc::clone(&watch.observe),
        };
        tokio::join!(
            // Exports may hold the viewer.
            erasure::run(tables, accounts, wake, *pace, || exports.wake.notify_one(), is_stored),
            retention::run(tables, accounts),
            export::run(desk),
            watch.run(),
            courier.run(),
            async {
                if *build_cells {
                    builder::run(tables, accounts, builder).await;
                }
            },
            chance::run(tables, accounts, chance)
        );
    }

    /// Evaluates the alert rules that are due at a moment; says how many. [`Self::tend`] does it by this machine's clock.
    ///
    /// # Errors
    /// When the tables or the accounts do not answer; what was evaluated before is kept.
    pub async fn evaluate_alerts(&self, now: UnixMs) -> Result<usize, AlertError> {
        self.inner.watch.evaluate_due(now).await
    }

    /// Sends the messages of alerts that are due at a moment, of each rule the oldest; says how many were tried. [`Self::tend`] does it by this
    /// machine's clock.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn send_alerts(&self, now: UnixMs) -> Result<usize, AccountsError> {
        self.inner.courier.send_due(now).await
    }

    /// Ends the streams of those who watch live, so that a stop does not wait for them.
    pub fn close(&self) {
        self.inner.streams.close();
    }

    /// Adds the routes.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.inner.clone())
            .service(
                web::resource("/v1/analytics/query")
                    .wrap(Compress::default())
                    .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
                    .route(web::post().to(query::answer)),
            )
            .service(
                web::resource("/v1/analytics/explain")
                    .wrap(Compress::default())
                    .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
                    .route(web::post().to(explain::answer)),
            )
            .service(
                web::resource("/v1/analytics/drop-off")
                    .wrap(Compress::default())
                    .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
                    .route(web::post().to(drop_off::answer)),
            )
            .service(web::resource("/v1/analytics/live").route(web::get().to(live::live)))
            .service(
                web::resource("/v1/analytics/impressions")
                    .wrap(Compress::default())
                    .route(web::get().to(impressions::list)),
            )
            .service(
                web::resource("/v1/analytics/impressions/{id}")
                    .wrap(Compress::default())
                    .route(web::get().to(impressions::one)),
            )
            .service(
                web::resource("/v1/analytics/annotations")
                    .app_data(web::PayloadConfig::new(ANNOTATION_BYTES_MAX))
                    .route(web::get().to(annotations::list))
                    .route(web::post().to(annotations::create)),
            )
            .service(
                web::resource("/v1/analytics/annotations/{id}")
                    .app_data(web::PayloadConfig::new(ANNOTATION_BYTES_MAX))
                    .route(web::get().to(annotations::one))
                    .route(web::patch().to(annotations::change))
                    .route(web::delete().to(annotations::delete)),
            )
            .service(web::resource("/v1/analytics/viewers/{viewerId}").route(web::delete().to(erasures::erase)))
            .service(web::resource("/v1/analytics/erasures/{id}").route(web::get().to(erasures::one)))
            .service(
                web::resource("/v1/analytics/experiments")
                    .route(web::get().to(experiments::list))
                    .route(web::post().to(experiments::create)),
            )
            .service(
                web::resource("/v1/analytics/experiments/{id}")
                    .route(web::get().to(experiments::one))
                    .route(web::patch().to(experiments::change))
                    .route(web::delete().to(experiments::delete)),
            )
            .service(
                web::resource("/v1/analytics/experiments/{id}/results")
                    .wrap(Compress::default())
                    .route(web::get().to(experiments::results)),
            )
            .service(
                web::resource("/v1/analytics/exports")
                    .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
                    .route(web::get().to(exports::list))
                    .route(web::post().to(exports::create)),
            )
            .service(
                web::resource("/v1/analytics/exports/{id}")
                    .route(web::get().to(exports::one))
                    .route(web::delete().to(exports::delete)),
            )
            .service(web::resource("/v1/analytics/exports/{id}/download").route(web::get().to(exports::download)))
            .service(
                web::resource("/v1/analytics/alerts")
                    .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
                    .route(web::get().to(alerts::list))
                    .route(web::post().to(alerts::create)),
            )
            .service(
                web::resource("/v1/analytics/alerts/{id}")
                    .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
                    .route(web::get().to(alerts::one))
                    .route(web::patch().to(alerts::change))
                    .route(web::delete().to(alerts::delete)),
            )
            .service(web::resource("/v1/analytics/alerts/{id}/history").route(web::get().to(alerts::history)))
            .service(web::resource("/v1/analytics/alerts/{id}/deliveries").route(web::get().to(alerts::deliveries)))
            .service(web::resource("/v1/analytics/alerts/{id}/test").route(web::post().to(alerts::test)))
            .service(
                web::resource("/v1/account/organizations")
                    .route(web::get().to(account::organizations))
                    .route(web::post().to(account::create_organization)),
            )
            .service(
                web::resource("/v1/account/organizations/totals")
                    .wrap(Compress::default())
                    .route(web::get().to(totals::answer)),
            )
            .service(
                web::resource("/v1/account/organizations/{id}").route(web::patch().to(account::change_organization)),
            )
            .service(
                web::resource("/v1/account/licenses")
                    .route(web::get().to(account::licenses))
                    .route(web::post().to(account::create_license)),
            )
            .service(
                web::resource("/v1/account/licenses/{licenseKey}")
                    .route(web::patch().to(account::change_license))
                    .route(web::delete().to(account::revoke_license)),
            )
            .service(
                web::resource("/v1/account/api-keys")
                    .route(web::get().to(account::api_keys))
                    .route(web::post().to(account::create_api_key)),
            )
            .service(web::resource("/v1/account/api-keys/{id}").route(web::delete().to(account::revoke_api_key)))
            .configure(compat::configure)
            .service(
                web::resource("/v1/analytics/metrics")
                    .wrap(Compress::default())
                    .route(web::get().to(catalogue::metrics)),
            )
            .service(
                web::resource("/v1/analytics/attributes")
                    .wrap(Compress::default())
                    .route(web::get().to(catalogue::attributes)),
            )
            .service(
                web::resource("/v1/errors")
                    .wrap(Compress::default())
                    .route(web::get().to(catalogue::errors)),
            );
    }
}

impl Inner {
    /// The tenant of a request, by its key and the organisation it picks.
    fn tenant(&self, request: &HttpRequest) -> Result<Tenant, ApiError> {
        self.grant(request).map(|(_, tenant)| tenant)
    }

    /// The tenant of a request whose key must have `scope`.
    fn tenant_with(&self, request: &HttpRequest, scope: Scope) -> Result<Tenant, ApiError> {
        let (grant, tenant) = self.grant(request)?;
        if grant.scope() < scope {
            return Err(ApiError::new(ErrorCode::ScopeMissing)
                .detail("X-Api-Key", format!("this needs the scope {}", scope.name())));
        }
        Ok(tenant)
    }

    fn grant(&self, request: &HttpRequest) -> Result<(Grant, Tenant), ApiError> {
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap_or_default().trim())
        };
        let Some(secret) = header("x-api-key").filter(|secret| !secret.is_empty()) else {
            return Err(ApiError::new(ErrorCode::ApiKeyMissing));
        };
        let Some(grant) = self.accounts.authenticate(secret) else {
            return Err(ApiError::new(ErrorCode::ApiKeyUnknown));
        };
        let picked = match header("x-tenant-org-id") {
            None => None,
            Some(text) => match uuid::Uuid::try_parse(text) {
                Ok(id) => Some(OrganizationId(id)),
                Err(_) => {
                    return Err(ApiError::new(ErrorCode::InvalidHeader).detail("X-Tenant-Org-Id", "this is no UUID"));
                }
            },
        };
        let tenant = grant
            .tenant(picked)
            .map_err(|forbidden| ApiError::new(ErrorCode::OrganizationForbidden).developer(forbidden.to_string()))?;
        Ok((grant, tenant))
    }

    /// What answering a question needs.
    fn field<'a>(&'a self, observe: Observe<'a>) -> Field<'a> {
        Field {
            tables: &self.tables,
            accounts: &self.accounts,
            config: self.industry,
            observe,
        }
    }

    fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, ApiError> {
        self.permits
            .try_acquire()
            .map_err(|_| ApiError::new(ErrorCode::TooManyRequests).retry_after(1))
    }

    fn observe(&self, step: &'static str, seconds: f64) {
        self.seconds.with_label_values(&[step]).observe(seconds);
    }

    fn count<T>(&self, endpoint: &'static str, answer: &Result<T, ApiError>) {
        let outcome = match answer {
            Ok(_) => "answered",
            Err(error) => error.code().name(),
        };
        self.questions.with_label_values(&[endpoint, outcome]).inc();
    }
}

/// A body that is JSON.
fn json_of(body: &[u8]) -> Result<serde_json::Value, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(ErrorCode::MalformedBody).detail("$", format!("not JSON: {error}")))
}

/// A body that is a JSON object.
fn object_of(body: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>, ApiError> {
    match json_of(body)? {
        serde_json::Value::Object(object) => Ok(object),
        other => Err(ApiError::new(ErrorCode::MalformedBody).detail(
            "$",
            format!("expected an object, found {}", crate::request::kind_of(&other)),
        )),
    }
}

/// The answer when the accounts cannot be read or written.
fn accounts_failed(error: &AccountsError) -> ApiError {
    tracing::error!(error = error as &dyn std::error::Error, "accounts cannot be used");
    ApiError::new(ErrorCode::Internal)
}

/// An error in words for a caller who reads it later.
pub(crate) fn told(error: &ApiError) -> String {
    let data = error.data();
    let details = data.details.iter().map(|detail| {
        let field = detail.field.as_deref().unwrap_or_default();
        format!(" {field}: {}", detail.text)
    });
    format!("{}{}", data.message, details.collect::<String>())
}

/// A request's faults as the error that names them all.
fn refused(faults: Faults) -> ApiError {
    faults
        .into_error()
        .unwrap_or_else(|| ApiError::new(ErrorCode::InvalidRequest))
}

/// Now, ms since 1970-01-01T00:00:00Z, by this machine's clock.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// This service's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Documentation::openapi()
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        query::answer,
        explain::answer,
        drop_off::answer,
        live::live,
        impressions::list,
        impressions::one,
        annotations::list,
        annotations::create,
        annotations::one,
        annotations::change,
        annotations::delete,
        erasures::erase,
        erasures::one,
        experiments::list,
        experiments::create,
        experiments::one,
        experiments::change,
        experiments::delete,
        experiments::results,
        exports::list,
        exports::create,
        exports::one,
        exports::download,
        exports::delete,
        alerts::list,
        alerts::create,
        alerts::one,
        alerts::change,
        alerts::delete,
        alerts::history,
        alerts::deliveries,
        alerts::test,
        account::organizations,
        totals::answer,
        account::create_organization,
        account::change_organization,
        account::licenses,
        account::create_license,
        account::change_license,
        account::revoke_license,
        account::api_keys,
        account::create_api_key,
        account::revoke_api_key,
        catalogue::metrics,
        catalogue::attributes,
        catalogue::errors
    ),
    // What only parameters speak of is not found by itself.
    components(schemas(
        envelope::Envelope<envelope::ErrorData>,
        query::OrderWord,
        annotations::KindWord
    )),
    modifiers(&ApiKeyHeader),
    tags(
        (name = "analytics", description = "Numbers with intervals, comparisons with verdicts, and single attempts."),
        (name = "experiments", description = "Who sees which arm, and what came of it."),
        (name = "alerts", description = "Rules that watch, and who is told."),
        (name = "exports", description = "Attempts and answers as files."),
        (name = "account", description = "Organisations, license keys and API keys."),
        (name = "annotations", description = "What happened when: releases, incidents, holidays."),
        (name = "privacy", description = "What viewers may ask for."))
)]
struct Documentation;

struct ApiKeyHeader;

impl utoipa::Modify for ApiKeyHeader {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme(
            "apiKey",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Api-Key"))),
        );
    }
}
