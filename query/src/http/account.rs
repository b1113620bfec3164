//! `/v1/account/*`: the organisations a key may see, their license keys and their API keys.
//!
//! The same as `playhead account` on the command line, for those who do not sit at the server. Whoever makes an API key makes none
//! that may more than its own.

use std::sync::Arc;

use accounts::{AccountsError, ApiKey, License, LicenseSettings, Organization, Scope};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok_with};
use schemas::{OrganizationId, UnixMs, limits::LABEL_BYTES_MAX};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    Inner, now_ms, object_of,
    parameters::{OrganizationHeader, id_of},
};
use crate::request::{self, Faults};

/// Most domains of one license key.
const DOMAINS_MAX: usize = 100;
/// Longest name of a host (RFC 1035), with `*.` before it.
const DOMAIN_BYTES_MAX: usize = 255;

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationResource {
    /// Its id, for `X-Tenant-Org-Id`.
    id: uuid::Uuid,
    /// The organisation above it; null at the top.
    parent_id: Option<uuid::Uuid>,
    /// Its name.
    name: String,
    /// Days its raw beacons are kept; null is the server's own retention.
    beacons_days: Option<u32>,
    /// Days its attempts are kept; null is the server's own retention.
    impressions_days: Option<u32>,
    /// Whether it takes part in the baseline `industry`: its sums enter the others' comparison, and it sees theirs.
    industry: bool,
}

/// The organisations a key may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationList {
    /// The key's own and those below, oldest first.
    organizations: Vec<OrganizationResource>,
    /// What the key that asks may do in them.
    #[schema(value_type = ScopeWord)]
    scope: Scope,
}

/// What is said about a new organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what is read
pub struct OrganizationRequest {
    /// Its name, for people, 1 to 128 bytes.
    #[schema(example = "Example Sports", min_length = 1, max_length = 128)]
    name: String,
}

/// What may be changed about an organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // documents what is read
pub struct OrganizationChange {
    /// Whether it takes part in the baseline `industry`.
    #[schema(example = true)]
    industry: bool,
}

impl From<Organization> for OrganizationResource {
    fn from(organization: Organization) -> Self {
        Self {
            id: organization.organization_id.0,
            parent_id: organization.parent_id.map(|parent| parent.0),
            name: organization.name,
            beacons_days: organization.beacons_days,
            impressions_days: organization.impressions_days,
            industry: organization.industry,
        }
    }
}

/// A license key and what it may do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LicenseResource {
    /// The key as it stands in the page.
    license_key: String,
    /// A name for people.
    name: String,
    /// Hosts of pages that may use it; `*` is any, `*.example.com` any subdomain.
    allowed_domains: Vec<String>,
    /// Beacons a second; null is the server's default.
    rate_limit_per_s: Option<u32>,
    /// False: nothing is taken under this key, and pages that hear so send nothing more.
    collector_enabled: bool,
    /// The part of attaches that is measured where the page asks the server (`@playhead/collector/remote`), above 0, up to 1.
    sample: f64,
}

/// The license keys of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenseList {
    /// By key.
    licenses: Vec<LicenseResource>,
}

/// What is said about a new license key, for the documentation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Web player", "allowedDomains": ["example.com", "*.example.com"]}))]
#[allow(dead_code)] // documents what `settings` reads
pub struct LicenseRequest {
    /// A name for people.
    name: String,
    /// Hosts of pages that may use it; `*` is any, `*.example.com` any subdomain.
    allowed_domains: Vec<String>,
    /// Beacons a second; the server's default when absent or null.
    rate_limit_per_s: Option<u32>,
    /// False switches measuring off. True when absent.
    collector_enabled: Option<bool>,
    /// The part of attaches that is measured where the page asks the server, 0.001 to 1. 1 when absent.
    sample: Option<f64>,
}

/// What may be changed about a license key, for the documentation. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"collectorEnabled": false}))]
#[allow(dead_code)] // documents what `settings` reads
pub struct LicenseChange {
    /// A name for people.
    name: Option<String>,
    /// Hosts of pages that may use it.
    allowed_domains: Option<Vec<String>>,
    /// Beacons a second; null is the server's default.
    rate_limit_per_s: Option<u32>,
    /// False switches measuring off.
    collector_enabled: Option<bool>,
    /// The part of attaches that is measured where the page asks the server, 0.001 to 1.
    sample: Option<f64>,
}

impl From<&License> for LicenseResource {
    fn from(license: &License) -> Self {
        Self {
            license_key: license.license_key.clone(),
            name: license.name.clone(),
            allowed_domains: license.allowed_domains.clone(),
            rate_limit_per_s: license.rate_limit_per_s,
            collector_enabled: license.collector_enabled,
            sample: f64::from(license.sample_permille) / 1_000.0,
        }
    }
}

/// What an API key may do; each may what the ones before it may.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Scope)]
#[allow(dead_code)] // documents `accounts::Scope`
pub enum ScopeWord {
    /// Ask.
    Read,
    /// Note, export, watch and try: annotations, exports, alerts, experiments.
    Write,
    /// Keys, organisations and erasures.
    Admin,
}

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyResource {
    /// Its id.
    id: uuid::Uuid,
    /// A name for people.
    name: String,
    /// What it may do.
    #[schema(value_type = ScopeWord)]
    scope: Scope,
    /// The secret, for `X-Api-Key`: only in the answer that made the key, and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// The API keys of an organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyList {
    /// By id, oldest first.
    api_keys: Vec<ApiKeyResource>,
}

/// What is said about a new API key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Nightly report", "scope": "read"}))]
#[allow(dead_code)] // documents what is read
pub struct ApiKeyRequest {
    /// A name for people.
    name: String,
    /// What it may do.
    scope: ScopeWord,
}

impl From<&ApiKey> for ApiKeyResource {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.api_key_id,
            name: key.name.clone(),
            scope: key.scope,
            secret: None,
        }
    }
}

fn failed(error: &AccountsError) -> ApiError {
    super::accounts_failed(error)
}

fn invalid(faults: Faults) -> Result<(), ApiError> {
    faults.into_error().map_or(Ok(()), Err)
}

/// A name for people, of 1 to as many bytes as a label has.
fn name_of(body: &Map<String, Value>, faults: &mut Faults) -> Option<String> {
    let name = request::text(body, "name", faults)?;
    if name.is_empty() || name.len() > LABEL_BYTES_MAX {
        faults.add("name", format!("expected a text of 1 to {LABEL_BYTES_MAX} bytes"));
    }
    Some(name.to_owned())
}

fn required_name(body: &Map<String, Value>, faults: &mut Faults) -> String {
    if matches!(body.get("name"), None | Some(Value::Null)) {
        faults.add("name", "missing");
    }
    name_of(body, faults).unwrap_or_default()
}

/// Reads what shall change about a license key.
fn settings(body: &Map<String, Value>, faults: &mut Faults) -> LicenseSettings {
    const KEYS: [&str; 5] = ["name", "allowedDomains", "rateLimitPerS", "collectorEnabled", "sample"];
    request::unknown_keys(body, &KEYS, "", faults);
    let whole = |key: &str, least: f64, most: f64, faults: &mut Faults| {
        request::number(body, key, faults).and_then(|value| {
            let fits = value.fract() == 0.0 && (least..=most).contains(&value);
            if !fits {
                faults.add(key, format!("{value} is not a whole number from {least} to {most}"));
            }
            fits.then_some(value as u32)
        })
    };
    let sample = request::number(body, "sample", faults).and_then(|share| {
        let fits = (0.001..=1.0).contains(&share);
        if !fits {
            faults.add("sample", format!("{share} is not between 0.001 and 1"));
        }
        fits.then_some((share * 1_000.0).round() as u32)
    });
    LicenseSettings {
        name: name_of(body, faults),
        allowed_domains: body.get("allowedDomains").map(|given| domains(given, faults)),
        rate_limit_per_s: body
            .contains_key("rateLimitPerS")
            .then(|| whole("rateLimitPerS", 1.0, 1e9, faults)),
        collector_enabled: body
            .contains_key("collectorEnabled")
            .then(|| request::boolean(body, "collectorEnabled", faults)),
        sample_permille: sample,
    }
}

fn domains(given: &Value, faults: &mut Faults) -> Vec<String> {
    let mut domains = Vec::new();
    for (index, item) in request::array(Some(given), "allowedDomains", DOMAINS_MAX, faults)
        .iter()
        .enumerate()
    {
        let at = format!("allowedDomains[{index}]");
        match item.as_str() {
            None => faults.add(at, format!("expected a host, found {}", request::kind_of(item))),
            Some(domain) if !is_domain(domain) => faults.add(
                at,
                format!(
                    "'{}' is no host: expected '*', 'example.com' or '*.example.com'",
                    request::shortened(domain)
                ),
            ),
            Some(domain) => domains.push(domain.to_owned()),
        }
    }
    if domains.is_empty() && given.as_array().is_none_or(Vec::is_empty) {
        faults.add("allowedDomains", "empty; name at least one host, or '*' for any");
    }
    domains
}

/// `*`, a host, or a host after `*.`; without a port, a scheme or a path.
pub(super) fn is_domain(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_v6 = name.starts_with('[') && name.ends_with(']');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte) || (is_v6 && b"[]:".contains(&byte));
    text == "*" || (!name.is_empty() && text.len() <= DOMAIN_BYTES_MAX && name.bytes().all(fits))
}

pub(super) fn license_of(inner: &Inner, organization_id: OrganizationId, key: &str) -> Result<Arc<License>, ApiError> {
    let found = inner.accounts.license(key);
    found
        .filter(|license| license.organization_id == organization_id)
        .ok_or_else(|| ApiError::new(ErrorCode::LicenseNotFound))
}

/// The organisations that the key may see, and what it may do.
#[utoipa::path(
    get, path = "/v1/account/organizations", operation_id = "listOrganizations", tag = "account", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "The key's own and those below it.", body = Envelope<SuccessData<OrganizationList>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn organizations(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (grant, _) = inner.grant(&request)?;
    let all = inner.accounts.organizations().into_iter();
    let list = OrganizationList {
        organizations: all
            .filter(|organization| grant.tenant(Some(organization.organization_id)).is_ok())
            .map(OrganizationResource::from)
            .collect(),
        scope: grant.scope(),
    };
    Ok(ok_with(StatusCode::OK, list, Vec::new()))
}

/// Makes an organisation below the key's own, or below the one picked by `X-Tenant-Org-Id`.
#[utoipa::path(
    post, path = "/v1/account/organizations", operation_id = "createOrganization", tag = "account", security(("apiKey" = [])), request_body = OrganizationRequest,
    params(OrganizationHeader),
    responses(
        (status = 201, description = "The organisation.", body = Envelope<SuccessData<OrganizationResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
    )
)]
pub async fn create_organization(
    inner: web::Data<Inner>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let parent = inner.tenant_with(&request, Scope::Admin)?.organization_id();
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    request::unknown_keys(&body, &["name"], "", &mut faults);
    let name = required_name(&body, &mut faults);
    invalid(faults)?;
    let made = inner
        .accounts
        .create_organization(&name, Some(parent), UnixMs(now_ms()));
    let organization = OrganizationResource {
        id: made.await.map_err(|error| failed(&error))?.0,
        parent_id: Some(parent.0),
        name,
        beacons_days: None,
        impressions_days: None,
        industry: false,
    };
    Ok(ok_with(StatusCode::CREATED, organization, Vec::new()))
}

/// Has an organisation take part in the baseline `industry`, or not any more.
#[utoipa::path(
    patch, path = "/v1/account/organizations/{id}", operation_id = "changeOrganization", tag = "account", security(("apiKey" = [])), request_body = OrganizationChange,
    params(("id" = uuid::Uuid, Path, description = "The key's own organisation, or one below it."), OrganizationHeader),
    responses(
        (status = 200, description = "The organisation as it is now.", body = Envelope<SuccessData<OrganizationResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
    )
)]
pub async fn change_organization(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    inner.tenant_with(&request, Scope::Admin)?;
    let (grant, _) = inner.grant(&request)?;
    let forbidden = || ApiError::new(ErrorCode::OrganizationForbidden);
    let id = OrganizationId(id_of(&id, ErrorCode::OrganizationForbidden)?);
    grant.tenant(Some(id)).map_err(|_| forbidden())?;
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    request::unknown_keys(&body, &["industry"], "", &mut faults);
    if !body.contains_key("industry") {
        faults.add("industry", "missing; true or false");
    }
    let takes_part = request::boolean(&body, "industry", &mut faults);
    invalid(faults)?;
    let accounts = &inner.accounts;
    let set = accounts.set_industry(id, takes_part, UnixMs(now_ms())).await;
    set.map_err(|error| failed(&error))?;
    let mut all = accounts.organizations().into_iter();
    let organization = all
        .find(|organization| organization.organization_id == id)
        .ok_or_else(forbidden)?;
    Ok(ok_with(
        StatusCode::OK,
        OrganizationResource::from(organization),
        Vec::new(),
    ))
}

/// The license keys of the organisation.
#[utoipa::path(
    get, path = "/v1/account/licenses", operation_id = "listLicenses", tag = "account", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "Those that are not revoked.", body = Envelope<SuccessData<LicenseList>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
    )
)]
pub async fn licenses(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let organization_id = inner.tenant(&request)?.organization_id();
    let all = inner.accounts.licenses(organization_id);
    let list = LicenseList {
        licenses: all.iter().map(|license| LicenseResource::from(&**license)).collect(),
    };
    Ok(ok_with(StatusCode::OK, list, Vec::new()))
}

/// Makes a license key.
#[utoipa::path(
    post, path = "/v1/account/licenses", operation_id = "createLicense", tag = "account", security(("apiKey" = [])), request_body = LicenseRequest,
    params(OrganizationHeader),
    responses(
        (status = 201, description = "The license key.", body = Envelope<SuccessData<LicenseResource>>),
        (status = 400, description = "One detail per fault; `name` and `allowedDomains` are needed.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
    )
)]
pub async fn create_license(
    inner: web::Data<Inner>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let organization_id = inner.tenant_with(&request, Scope::Admin)?.organization_id();
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    let mut settings = settings(&body, &mut faults);
    for key in ["name", "allowedDomains"] {
        if matches!(body.get(key), None | Some(Value::Null)) {
            faults.0.retain(|fault| fault.field != key);
            faults.add(key, "missing");
        }
    }
    invalid(faults)?;
    let (name, domains) = (settings.name.take(), settings.allowed_domains.take());
    let rate = settings.rate_limit_per_s.take().flatten();
    let (name, domains) = (name.unwrap_or_default(), domains.unwrap_or_default());
    let now = UnixMs(now_ms());
    let made = inner
        .accounts
        .create_license_key(organization_id, &name, &domains, rate, now);
    let key = made.await.map_err(|error| failed(&error))?.0;
    if settings != LicenseSettings::default() {
        let set = inner.accounts.set_license(organization_id, &key, &settings, now);
        set.await.map_err(|error| failed(&error))?;
    }
    let license = license_of(&inner, organization_id, &key)?;
    Ok(ok_with(
        StatusCode::CREATED,
        LicenseResource::from(&*license),
        Vec::new(),
    ))
}

/// Changes what a license key may do. `collectorEnabled: false` ends measuring without another release of the page: pages that are open
/// hear so with their next report and send nothing more.
#[utoipa::path(
    patch, path = "/v1/account/licenses/{licenseKey}", operation_id = "changeLicense", tag = "account", security(("apiKey" = [])), request_body = LicenseChange,
    params(
        ("licenseKey" = String, Path, description = "The key as it stands in the page."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "The license key as it is now.", body = Envelope<SuccessData<LicenseResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
        (status = 404, description = "No such license key in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn change_license(
    inner: web::Data<Inner>,
    request: HttpRequest,
    key: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let organization_id = inner.tenant_with(&request, Scope::Admin)?.organization_id();
    license_of(&inner, organization_id, &key)?;
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    let settings = settings(&body, &mut faults);
    invalid(faults)?;
    let set = inner
        .accounts
        .set_license(organization_id, &key, &settings, UnixMs(now_ms()));
    set.await.map_err(|error| failed(&error))?;
    let license = license_of(&inner, organization_id, &key)?;
    Ok(ok_with(StatusCode::OK, LicenseResource::from(&*license), Vec::new()))
}

/// Revokes a license key, for ever.
#[utoipa::path(
    delete, path = "/v1/account/licenses/{licenseKey}", operation_id = "revokeLicense", tag = "account", security(("apiKey" = [])),
    params(
        ("licenseKey" = String, Path, description = "The key as it stands in the page."),
        OrganizationHeader,
    ),
    responses(
        (status = 204, description = "It is revoked."),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
        (status = 404, description = "No such license key in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn revoke_license(
    inner: web::Data<Inner>,
    request: HttpRequest,
    key: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let organization_id = inner.tenant_with(&request, Scope::Admin)?.organization_id();
    let license = license_of(&inner, organization_id, &key)?;
    let revoked = inner.accounts.revoke(&license.license_key, UnixMs(now_ms()));
    revoked.await.map_err(|error| failed(&error))?;
    Ok(HttpResponse::NoContent().finish())
}

/// The API keys of the organisation, without their secrets.
#[utoipa::path(
    get, path = "/v1/account/api-keys", operation_id = "listApiKeys", tag = "account", security(("apiKey" = [])),
    params(OrganizationHeader),
    responses(
        (status = 200, description = "Those that are not revoked.", body = Envelope<SuccessData<ApiKeyList>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
    )
)]
pub async fn api_keys(inner: web::Data<Inner>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let organization_id = inner.tenant_with(&request, Scope::Admin)?.organization_id();
    let all = inner.accounts.api_keys(organization_id);
    let list = ApiKeyList {
        api_keys: all.iter().map(|key| ApiKeyResource::from(&**key)).collect(),
    };
    Ok(ok_with(StatusCode::OK, list, Vec::new()))
}

/// Makes an API key. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/v1/account/api-keys", operation_id = "createApiKey", tag = "account", security(("apiKey" = [])), request_body = ApiKeyRequest,
    params(OrganizationHeader),
    responses(
        (status = 201, description = "The key with its secret.", body = Envelope<SuccessData<ApiKeyResource>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
    )
)]
pub async fn create_api_key(
    inner: web::Data<Inner>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    const SCOPES: [&str; 3] = ["read", "write", "admin"];
    let organization_id = inner.tenant_with(&request, Scope::Admin)?.organization_id();
    let body = object_of(&body)?;
    let mut faults = Faults::default();
    request::unknown_keys(&body, &["name", "scope"], "", &mut faults);
    let name = required_name(&body, &mut faults);
    let scope = match request::text(&body, "scope", &mut faults) {
        Some(text) => {
            let scope = text.parse::<Scope>().ok();
            if scope.is_none() {
                faults.unknown("scope", "scope", text, SCOPES);
            }
            scope
        }
        None => {
            if matches!(body.get("scope"), None | Some(Value::Null)) {
                faults.add("scope", "missing; one of read, write, admin");
            }
            None
        }
    };
    invalid(faults)?;
    let scope = scope.ok_or_else(|| ApiError::new(ErrorCode::InvalidRequest))?;
    let made = inner
        .accounts
        .create_api_key(organization_id, &name, scope, UnixMs(now_ms()));
    let secret = made.await.map_err(|error| failed(&error))?;
    let grant = inner.accounts.authenticate(secret.reveal());
    let grant = grant.ok_or_else(|| ApiError::new(ErrorCode::Internal))?;
    let key = ApiKeyResource {
        id: grant.api_key_id(),
        name,
        scope,
        secret: Some(secret.reveal().to_owned()),
    };
    Ok(ok_with(StatusCode::CREATED, key, Vec::new()))
}

/// Revokes an API key, for ever. A key may revoke itself.
#[utoipa::path(
    delete, path = "/v1/account/api-keys/{id}", operation_id = "revokeApiKey", tag = "account", security(("apiKey" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "Its id."),
        OrganizationHeader,
    ),
    responses(
        (status = 204, description = "It is revoked."),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key, or not the scope admin.", body = Envelope<ErrorData>),
        (status = 404, description = "No such API key in this organisation.", body = Envelope<ErrorData>),
    )
)]
pub async fn revoke_api_key(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let organization_id = inner.tenant_with(&request, Scope::Admin)?.organization_id();
    let id = id_of(&id, ErrorCode::ApiKeyNotFound)?;
    let keys = inner.accounts.api_keys(organization_id);
    let key = keys.iter().find(|key| key.api_key_id == id);
    let key = key.ok_or_else(|| ApiError::new(ErrorCode::ApiKeyNotFound))?;
    let key = key.api_key_id.to_string();
    let revoked = inner.accounts.revoke(&key, UnixMs(now_ms()));
    revoked.await.map_err(|error| failed(&error))?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_host_and_nothing_more() {
        for right in ["*", "example.com", "*.example.com", "localhost", "127.0.0.1", "[::1]"] {
            assert!(is_domain(right), "{right}");
        }
        for wrong in [
            "",
            "*.",
            "https://example.com",
            "example.com/",
            "example.com:443",
            "a b",
            "*.*.com",
        ] {
            assert!(!is_domain(wrong), "{wrong}");
        }
    }
}
