//! `/compat/v1/…`: the compatible surface, for another vendor's public clients with only their address changed. What it asks and answers lives in
//! `compat/`; ADR 0013 says what is mapped how.
//!
//! Its forms are that vendor's: fields it may leave out, fields it sends and nobody reads, and what it knows and nothing here has: empty lists.
//! Pages of other origins may ask too, as its data source does from a browser: who may is decided by the key, which no browser sends by itself.

use std::sync::Arc;

use accounts::{License, LicenseSettings, Scope, Tenant};
use actix_web::{
    HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderValue,
        },
    },
    middleware::{Next, from_fn},
    web,
};
use chrono::DateTime;
use envelope::{ApiError, ErrorCode, Message, actix::ok_with};
use schemas::{OrganizationId, UnixMs, attribute::attribute as native_attribute};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    BODY_BYTES_MAX, Inner,
    account::{is_domain, license_of},
    accounts_failed, answered, impressions, now_ms, object_of, refused,
};
use crate::{
    calendar::written_utc,
    compat::{Aggregate, Asked, Attribute, Key, Meaning, request},
    request::{Faults, Operator, parse as parse_question},
    response::MetricValue,
    run::RunError,
    sql::compat as sql,
};

/// Entries of a page when no limit is given, and at most.
const PAGE_DEFAULT: usize = 25;
const PAGE_MAX: usize = 1_000;

/// Adds the routes.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/compat/v1")
            .wrap(from_fn(let_pages_read))
            .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
            .route("/analytics/queries/{aggregate}", web::post().to(query))
            .route("/analytics/ads/queries/{aggregate}", web::post().to(ads_query))
            .route("/analytics/metrics/{metric}", web::post().to(metric))
            .route("/analytics/impressions", web::post().to(list_impressions))
            .route("/analytics/impressions/{id}/errors", web::post().to(errors))
            .service(
                web::resource("/analytics/licenses")
                    .route(web::get().to(licenses))
                    .route(web::post().to(create_license)),
            )
            .service(
                web::resource("/analytics/licenses/{id}")
                    .route(web::get().to(license))
                    .route(web::put().to(change_license)),
            )
            .service(
                web::resource("/analytics/licenses/{id}/domains")
                    .route(web::get().to(domains))
                    .route(web::post().to(add_domain)),
            )
            .route(
                "/analytics/licenses/{id}/domains/{domain}",
                web::delete().to(remove_domain),
            )
            .route("/analytics/virtual-licenses", web::get().to(nothing))
            .route("/analytics/demo-licenses", web::get().to(nothing))
            .route("/analytics/exports", web::get().to(nothing))
            .service(
                web::resource("/analytics/insights/organizations/{id}/settings")
                    .route(web::get().to(insights))
                    .route(web::put().to(change_insights)),
            ),
    );
}

/// Lets pages of every origin read the answers, and answers their preflights.
async fn let_pages_read<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<actix_web::body::EitherBody<B>>, actix_web::Error> {
    let mut response = if request.method() == Method::OPTIONS {
        let mut answer = HttpResponse::NoContent().finish();
        let allowed = [
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE"),
            (
                ACCESS_CONTROL_ALLOW_HEADERS,
                "content-type, x-api-key, x-api-client, x-api-client-version, x-tenant-org-id",
            ),
            (ACCESS_CONTROL_MAX_AGE, "86400"),
        ];
        for (name, value) in allowed {
            answer.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        request.into_response(answer).map_into_right_body()
    } else {
        match next.call(request).await {
            Ok(response) => response.map_into_left_body(),
            Err(error) => return Err(error),
        }
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id"));
    Ok(response)
}

/// A page of a list, in that vendor's form.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    total_count: usize,
    offset: usize,
    limit: usize,
    items: Vec<T>,
}

/// `offset` and `limit`; what else a query string says is for lists that this one is not.
#[derive(Debug, Deserialize)]
struct Paging {
    offset: Option<usize>,
    limit: Option<usize>,
}

impl Paging {
    fn page<T>(&self, all: Vec<T>) -> Page<T> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
        let offset = self.offset.unwrap_or(0);
        Page {
            total_count: all.len(),
            offset,
            limit,
            items: all.into_iter().skip(offset).take(limit).collect(),
        }
    }
}

fn ok(result: impl Serialize) -> HttpResponse {
    ok_with(StatusCode::OK, result, Vec::new())
}

/// A body that may be empty: the clients send none where they have nothing to say.
fn optional(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match body.trim_ascii() {
        [] => Ok(Map::new()),
        body => object_of(body),
    }
}

#[derive(Deserialize)]
struct Row {
    bucket: i64,
    groups: Vec<String>,
    value: Option<f64>,
}

/// A number as JSON has it: whole ones without a point.
fn written(value: Option<f64>) -> Value {
    const EXACT: f64 = (1_i64 << 53) as f64;
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() <= EXACT => json!(value as i64),
        Some(value) => json!(value),
        None => Value::Null,
    }
}

/// `''` is not known.
fn group(text: String) -> Value {
    match text.is_empty() {
        true => Value::Null,
        false => Value::String(text),
    }
}

async fn query(
    inner: web::Data<Inner>,
    request: HttpRequest,
    aggregate: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let answer = query_inner(&inner, &request, &aggregate, &body).await;
    inner.count("compat_query", &answer);
    answer
}

async fn query_inner(inner: &Inner, request: &HttpRequest, name: &str, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let aggregate = Aggregate::of(name).ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let asked = request::parse(&object_of(body)?, aggregate, None, now_ms()).map_err(refused)?;
    license_of(inner, tenant.organization_id(), &asked.license_key)?;
    table(inner, tenant, &asked).await
}

async fn table(inner: &Inner, tenant: Tenant, asked: &Asked) -> Result<HttpResponse, ApiError> {
    let _permit = inner.permit()?;
    let (statement, grid) = sql::table(asked, tenant, now_ms());
    let begun = std::time::Instant::now();
    let found = inner.tables.fetch::<Row>(&statement).await;
    let found = found
        .map_err(impressions::reading("compat"))
        .map_err(RunError::into_api)?;
    inner.observe("compat", begun.elapsed().as_secs_f64());
    let rows = found.into_iter().map(|row| {
        let begin = grid
            .decode(asked.window.start(), row.bucket)
            .map(|(_, bucket)| asked.window.name_of(bucket));
        let time = asked.interval.map(|_| json!(begin));
        let groups = row.groups.into_iter().map(group);
        time.into_iter().chain(groups).chain([written(row.value)]).collect()
    });
    Ok(ok_with(StatusCode::OK, asked.table(rows.collect()), asked.messages()))
}

/// Ads are not told apart here: every question about them has an empty answer.
async fn ads_query(
    inner: web::Data<Inner>,
    request: HttpRequest,
    aggregate: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    Aggregate::of(&aggregate).ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let body = object_of(&body)?;
    let key = body.get("licenseKey").and_then(Value::as_str).unwrap_or_default();
    license_of(&inner, tenant.organization_id(), key)?;
    let named = |value: &Value| value.as_str().map(|name| json!({"key": name, "label": name}));
    let interval = body.get("interval").into_iter();
    let groups = body.get("groupBy").and_then(Value::as_array).into_iter().flatten();
    let labels = interval.chain(groups).filter_map(named);
    let labels: Vec<Value> = labels
        .chain([json!({"key": "FUNCTION", "label": "Function"})])
        .collect();
    let messages = vec![Message::warning("ads are not told apart here; the answer is empty")];
    let table = json!({"rowCount": 0, "rows": [], "columnLabels": labels});
    Ok(ok_with(StatusCode::OK, table, messages))
}

async fn metric(
    inner: web::Data<Inner>,
    request: HttpRequest,
    name: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let answer = metric_inner(&inner, &request, &name, &body).await;
    inner.count("compat_metric", &answer);
    answer
}

async fn metric_inner(inner: &Inner, request: &HttpRequest, name: &str, body: &[u8]) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    // Its clients do not agree on how these names are written.
    let name = name.to_lowercase().replace('_', "-");
    let metric = match name.as_str() {
        "avg-concurrentviewers" => Some("concurrent_viewers"),
        "max-concurrentviewers" => Some("concurrent_viewers_max"),
        "avg-dropped-frames" => None,
        _ => return Err(ApiError::new(ErrorCode::NotFound)),
    };
    let of = Attribute::of(request::DROPPED_FRAMES);
    let asked = request::parse(&object_of(body)?, Aggregate::Avg, of, now_ms()).map_err(refused)?;
    license_of(inner, tenant.organization_id(), &asked.license_key)?;
    match metric {
        None => table(inner, tenant, &asked).await,
        Some(metric) => concurrency(inner, tenant, &asked, metric).await,
    }
}

/// Viewers at a moment, by the question that this project's own API would be asked.
async fn concurrency(inner: &Inner, tenant: Tenant, asked: &Asked, metric: &str) -> Result<HttpResponse, ApiError> {
    let question = parse_question(&question(asked, metric).map_err(refused)?).map_err(refused)?;
    let _permit = inner.permit()?;
    let observe = |step, seconds| inner.observe(step, seconds);
    let (result, _) = answered(&inner.field(&observe), tenant, question, now_ms()).await?;
    let names: Vec<String> = asked.groups.iter().filter_map(native).collect();
    let rows = result.rows.into_iter().skip(asked.offset).map(|mut row| {
        let moment = row
            .time
            .as_deref()
            .and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        let time = moment.map(|moment| json!(moment.timestamp_millis()));
        let groups: Vec<Value> = names
            .iter()
            .map(|name| json!(row.dimensions.remove(name).flatten()))
            .collect();
        let value = match row.values.remove(metric) {
            Some(MetricValue::Number(number)) => json!(number.value),
            _ => Value::Null,
        };
        time.into_iter().chain(groups).chain([value]).collect()
    });
    Ok(ok_with(StatusCode::OK, asked.table(rows.collect()), asked.messages()))
}

/// What this project's own API calls an attribute, where that is one of its own.
fn native(attribute: &Attribute) -> Option<String> {
    match attribute.meaning {
        Meaning::Text(column) => native_attribute(column).map(|known| known.name.to_owned()),
        Meaning::Custom(number) => Some(format!("custom.customData{number}")),
        _ => None,
    }
}

fn question(asked: &Asked, metric: &str) -> Result<Value, Faults> {
    let mut faults = Faults::default();
    let mut known = |attribute: &Attribute, at: String| {
        let name = native(attribute);
        if name.is_none() {
            faults.add(
                at,
                format!("viewers at a moment are not told apart by {}", attribute.label()),
            );
        }
        name.unwrap_or_default()
    };
    let groups = asked.groups.iter().enumerate();
    let groups: Vec<String> = groups
        .map(|(index, group)| known(group, format!("groupBy[{index}]")))
        .collect();
    let filters: Vec<Value> = asked
        .filters
        .iter()
        .enumerate()
        .map(|(index, filter)| {
            let name = known(&filter.attribute, format!("filters[{index}].name"));
            let operator = Operator::NAMES
                .iter()
                .find(|(_, operator)| *operator == filter.operator);
            let value = match (filter.operator, filter.values.as_slice()) {
                (Operator::In, values) => json!(values),
                (_, values) => json!(values.first()),
            };
            json!({"attribute": name, "operator": operator.map(|(name, _)| name), "value": value})
        })
        .collect();
    let order = asked.order.iter().map(|order| {
        let name = match order.key {
            Key::Time => "time",
            Key::Group(index) => groups[index].as_str(),
            Key::Function => metric,
        };
        json!({"name": name, "order": if order.descending { "DESC" } else { "ASC" }})
    });
    let order: Vec<Value> = order.collect();
    let question = json!({
        "metrics": [metric],
        "dimensions": groups,
        "filters": filters,
        "start": written_utc(asked.window.start()),
        "end": written_utc(asked.window.end()),
        "interval": asked.interval.map(|interval| interval.name()),
        "orderBy": order,
        "limit": asked.offset + asked.limit,
    });
    faults.checked(question)
}

#[derive(Deserialize)]
struct AttemptId {
    attempt_id: uuid::Uuid,
}

async fn list_impressions(
    inner: web::Data<Inner>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let of = Attribute::of("IMPRESSION_ID");
    let asked = request::parse(&object_of(&body)?, Aggregate::Count, of, now_ms()).map_err(refused)?;
    license_of(&inner, tenant.organization_id(), &asked.license_key)?;
    let _permit = inner.permit()?;
    let statement = sql::impressions(&asked, tenant, now_ms());
    let found = inner.tables.fetch::<AttemptId>(&statement).await;
    let found = found
        .map_err(impressions::reading("compat"))
        .map_err(RunError::into_api)?;
    let impressions = found.iter().map(|row| json!({"impressionId": row.attempt_id}));
    Ok(ok_with(
        StatusCode::OK,
        json!({"impressions": impressions.collect::<Vec<_>>()}),
        asked.messages(),
    ))
}

/// The errors of one attempt.
async fn errors(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let body = object_of(&body)?;
    let key = body.get("licenseKey").and_then(Value::as_str).unwrap_or_default();
    license_of(&inner, tenant.organization_id(), key)?;
    let _permit = inner.permit()?;
    let whole = impressions::whole(&inner, tenant, &id).await?;
    let began =
        DateTime::parse_from_rfc3339(&whole.impression.started_at).map_or(0, |moment| moment.timestamp_millis());
    let errors = whole.timeline.errors.iter().enumerate().map(|(index, error)| {
        let moment = written_utc(began + i64::from(error.at_ms));
        // Its codes are numbers; one that is none stands in the words.
        let code: Option<i64> = error.code.parse().ok();
        let message = match code {
            Some(_) => error.message.clone(),
            None => format!("{}: {}", error.code, error.message),
        };
        json!({
            "errorId": index,
            "time": moment,
            "clientTime": moment,
            "code": code,
            "message": message,
            "severity": if error.fatal { "CRITICAL" } else { "INFO" },
            "errorData": {"exceptionMessage": error.message, "additionalData": error.context, "exceptionStacktrace": []},
            "httpRequests": [],
        })
    });
    Ok(ok(json!({"errorDetails": errors.collect::<Vec<_>>()})))
}

/// A license key in that vendor's form. Its id is the key itself.
fn resource(license: &License) -> Value {
    let domains: Vec<Value> = license
        .allowed_domains
        .iter()
        .map(|domain| domain_resource(domain))
        .collect();
    json!({
        "id": license.license_key,
        "licenseKey": license.license_key,
        "name": license.name,
        "timeZone": "UTC",
        "ignoreDNT": false,
        "domains": domains,
        "orderIndex": 0,
        "customDataFieldsCount": 100,
        "features": {"errorDetails": {"enabled": true, "networkExplorerEnabled": false}},
    })
}

fn domain_resource(domain: &str) -> Value {
    json!({"id": domain, "url": domain})
}

async fn licenses(
    inner: web::Data<Inner>,
    request: HttpRequest,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let all = inner.accounts.licenses(tenant.organization_id());
    Ok(ok(paging.page(all.iter().map(|license| resource(license)).collect())))
}

async fn license(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    Ok(ok(resource(&*license_of(&inner, tenant.organization_id(), &id)?)))
}

fn admin(inner: &Inner, request: &HttpRequest) -> Result<OrganizationId, ApiError> {
    Ok(inner.tenant_with(request, Scope::Admin)?.organization_id())
}

async fn create_license(
    inner: web::Data<Inner>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let organization_id = admin(&inner, &request)?;
    let body = optional(&body)?;
    let name = name_of(&body)?.unwrap_or_else(|| "License".to_owned());
    let accounts = &inner.accounts;
    // A new one there allows every domain until one is added.
    let any = ["*".to_owned()];
    let made = accounts.create_license_key(organization_id, &name, &any, None, UnixMs(now_ms()));
    let key = made.await.map_err(|error| accounts_failed(&error))?.0;
    let license = license_of(&inner, organization_id, &key)?;
    Ok(ok_with(StatusCode::CREATED, resource(&license), Vec::new()))
}

/// The name that a body gives. The rest of what it may say has no counterpart here.
fn name_of(body: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    let mut faults = Faults::default();
    let name = crate::request::text(body, "name", &mut faults).map(str::to_owned);
    if name
        .as_ref()
        .is_some_and(|name| name.is_empty() || name.len() > schemas::limits::LABEL_BYTES_MAX)
    {
        faults.add(
            "name",
            format!("expected a text of 1 to {} bytes", schemas::limits::LABEL_BYTES_MAX),
        );
    }
    faults.checked(name).map_err(refused)
}

async fn change_license(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let organization_id = admin(&inner, &request)?;
    license_of(&inner, organization_id, &id)?;
    let name = name_of(&optional(&body)?)?;
    let settings = LicenseSettings {
        name,
        ..LicenseSettings::default()
    };
    changed(&inner, organization_id, &id, &settings)
        .await
        .map(|license| ok(resource(&license)))
}

async fn changed(
    inner: &Inner,
    organization_id: OrganizationId,
    key: &str,
    settings: &LicenseSettings,
) -> Result<Arc<License>, ApiError> {
    let set = inner
        .accounts
        .set_license(organization_id, key, settings, UnixMs(now_ms()));
    set.await.map_err(|error| accounts_failed(&error))?;
    license_of(inner, organization_id, key)
}

async fn domains(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(&request)?;
    let license = license_of(&inner, tenant.organization_id(), &id)?;
    Ok(ok(json!({"domains": resource(&license)["domains"]})))
}

async fn add_domain(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let organization_id = admin(&inner, &request)?;
    let license = license_of(&inner, organization_id, &id)?;
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    let url = crate::request::required_text(&body, "url", "", &mut faults)
        .unwrap_or_default()
        .to_owned();
    if faults.0.is_empty() && !is_domain(&url) {
        faults.add("url", "expected '*', 'example.com' or '*.example.com'");
    }
    let url = faults.checked(url).map_err(refused)?;
    // The first one that is named narrows a key that allows all.
    let mut allowed: Vec<String> = license
        .allowed_domains
        .iter()
        .filter(|domain| *domain != "*")
        .cloned()
        .collect();
    if !allowed.contains(&url) {
        allowed.push(url.clone());
    }
    let settings = LicenseSettings {
        allowed_domains: Some(allowed),
        ..LicenseSettings::default()
    };
    changed(&inner, organization_id, &id, &settings).await?;
    Ok(ok_with(StatusCode::CREATED, domain_resource(&url), Vec::new()))
}

async fn remove_domain(
    inner: web::Data<Inner>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let organization_id = admin(&inner, &request)?;
    let (id, domain) = path.into_inner();
    let license = license_of(&inner, organization_id, &id)?;
    let mut allowed = license.allowed_domains.clone();
    allowed.retain(|known| *known != domain);
    if allowed.len() == license.allowed_domains.len() {
        return Err(ApiError::new(ErrorCode::NotFound).detail("domainId", "this license key allows no such domain"));
    }
    if allowed.is_empty() {
        // A key without domains would allow nobody, which is no state of one here: it is revoked instead.
        return Err(
            ApiError::new(ErrorCode::InvalidRequest).detail("domainId", "a license key keeps at least one domain")
        );
    }
    let settings = LicenseSettings {
        allowed_domains: Some(allowed),
        ..LicenseSettings::default()
    };
    changed(&inner, organization_id, &id, &settings).await?;
    Ok(ok(json!({"id": domain})))
}

/// A list of what nothing here has.
async fn nothing(
    inner: web::Data<Inner>,
    request: HttpRequest,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, ApiError> {
    inner.tenant(&request)?;
    Ok(ok(paging.page(Vec::<Value>::new())))
}

/// The organisation of a path, when the key may see it.
fn organization_of(inner: &Inner, request: &HttpRequest, id: &str) -> Result<OrganizationId, ApiError> {
    let (grant, _) = inner.grant(request)?;
    let id = OrganizationId(super::parameters::id_of(id, ErrorCode::OrganizationForbidden)?);
    match grant.tenant(Some(id)) {
        Ok(_) => Ok(id),
        Err(_) => Err(ApiError::new(ErrorCode::OrganizationForbidden)),
    }
}

fn insights_of(inner: &Inner, id: OrganizationId) -> Result<HttpResponse, ApiError> {
    let mut all = inner.accounts.organizations().into_iter();
    let organization = all.find(|organization| organization.organization_id == id);
    let organization = organization.ok_or_else(|| ApiError::new(ErrorCode::OrganizationForbidden))?;
    Ok(ok(
        json!({"orgId": id.0, "includeInInsights": organization.industry, "isTrial": false}),
    ))
}

async fn insights(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = organization_of(&inner, &request, &id)?;
    insights_of(&inner, id)
}

async fn change_insights(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    admin(&inner, &request)?;
    let id = organization_of(&inner, &request, &id)?;
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    if !body.contains_key("includeInInsights") {
        faults.add("includeInInsights", "missing; true or false");
    }
    let takes_part = crate::request::boolean(&body, "includeInInsights", &mut faults);
    let takes_part = faults.checked(takes_part).map_err(refused)?;
    let set = inner.accounts.set_industry(id, takes_part, UnixMs(now_ms()));
    set.await.map_err(|error| accounts_failed(&error))?;
    insights_of(&inner, id)
}
