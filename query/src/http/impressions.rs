//! `GET /v1/analytics/impressions` and `/{id}`: single attempts.

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use accounts::Tenant;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono_tz::Tz;
use envelope::{ApiError, Envelope, ErrorCode, ErrorData, SuccessData, actix::ok_with};
use schemas::{
    EndReason, Event, EventKind, Failure, FailureClass, ObjectType, RenditionPlay, State, Totals,
    attribute::ATTRIBUTES, metric::metric, nearest::nearest,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::{Statement, StoreError};

use super::{
    Inner, now_ms,
    parameters::{OrganizationHeader, Page, Parameters, id_of},
    query::OrderWord,
    refused,
};
use crate::{
    adaptation,
    calendar::{Window, written_utc},
    request::{self, Faults, Having, Measures, Operator},
    response::{BeaconLine, Impression, ImpressionResult, ImpressionsResult},
    run::{self, RunError},
    sql::statement::{self, AttemptOrder, Grid, Scope},
    timeline::{self, Piece},
};

/// Attempts on one page when no limit is given, and at most.
const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 1_000;

/// What attempts are ordered by when nothing is said.
const ORDER_DEFAULT: &str = "stall_session_ms";

/// What a list takes beside `filter`, which may be repeated.
const PARAMETERS: [&str; 7] = ["start", "end", "orderBy", "order", "limit", "cursor", "includeBots"];

#[derive(Debug)]
pub(crate) struct Listing {
    scope_start: i64,
    scope_end: i64,
    filters: Vec<request::Filter>,
    measures: Vec<Having>,
    order: AttemptOrder,
    descending: bool,
    page: Page,
    include_bots: bool,
}

impl Listing {
    /// Chooses this page and one attempt more, which tells whether there is a next one; with the cursor of that one.
    pub(crate) fn page(self, tenant: Tenant, now_ms: i64) -> (Statement, String) {
        let scope = Scope {
            tenant,
            grid: Grid::new(vec![Window::new(self.scope_start, self.scope_end, None, Tz::UTC)]),
            within: None,
            by_end: false,
            filters: self.filters,
            except: Vec::new(),
            stretch_ms: None,
            seen: None,
            ladders: None,
            include_bots: self.include_bots,
            now_ms,
        };
        let Page { limit, offset, .. } = self.page;
        let statement = statement::page(&scope, &self.measures, self.order, self.descending, limit + 1, offset);
        (statement, self.page.next())
    }
}

/// Single attempts, the worst first.
#[utoipa::path(
    get, path = "/v1/analytics/impressions", operation_id = "listImpressions", tag = "analytics", security(("apiKey" = [])),
    params(
        ("start" = String, Query, example = "2026-11-19T00:00:00Z", description = "Begin, inclusive, RFC 3339."),
        ("end" = String, Query, example = "2026-11-20T00:00:00Z", description = "End, exclusive, RFC 3339."),
        ("filter" = Option<Vec<String>>, Query, description = "`attribute:OPERATOR:value`, once per filter; IN takes values apart at commas; an empty value is \"not known\". Or `metric:OPERATOR:number`, by what the attempt itself has of a metric: `startup_any_ms:GT:5000`, `good_share:EQ:0`, `start_failure:EQ:1`. An attempt that has none is not kept."),
        ("orderBy" = Option<String>, Query, description = "What the attempt itself has of a metric (stall_session_ms when absent; any that is not of several attempts only), error_count or started_at."),
        ("order" = Option<OrderWord>, Query, description = "When absent, the worst first: ASC for what should be high, else DESC. Null comes last either way."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Most attempts of a page; 50 when absent."),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before."),
        ("includeBots" = Option<bool>, Query, description = "true counts bots too."),
        OrganizationHeader,
    ),
    responses(
        (status = 200, description = "A page.", body = Envelope<SuccessData<ImpressionsResult>>),
        (status = 400, description = "One detail per fault.", body = Envelope<ErrorData>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 429, description = "Too many questions at once.", body = Envelope<ErrorData>),
        (status = 503, description = "The database does not answer.", body = Envelope<ErrorData>),
    )
)]
pub async fn list(
    inner: web::Data<Inner>,
    request: HttpRequest,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, ApiError> {
    let answer = list_inner(&inner, &request, &query).await;
    inner.count("impressions", &answer);
    answer
}

async fn list_inner(
    inner: &Inner,
    request: &HttpRequest,
    query: &[(String, String)],
) -> Result<HttpResponse, ApiError> {
    let begun = Instant::now();
    let tenant = inner.tenant(request)?;
    let listing = parse(query).map_err(refused)?;
    let _permit = inner.permit()?;
    let limit = listing.page.limit;
    let now_ms = now_ms();
    let (statement, next_cursor) = listing.page(tenant, now_ms);
    let (mut chosen, fresh_ms) = tokio::try_join!(
        async {
            let chosen = inner.tables.fetch::<Chosen>(&statement).await;
            chosen.map_err(reading("impressions"))
        },
        run::fresh_ms(&inner.tables, tenant),
    )
    .map_err(RunError::into_api)?;
    let more = chosen.len() > limit;
    chosen.truncate(limit);
    let rows = match chosen.is_empty() {
        true => Vec::new(),
        false => in_order(inner, tenant, &chosen, now_ms).await?,
    };
    inner.observe("impressions", begun.elapsed().as_secs_f64());
    let result = ImpressionsResult {
        rows,
        next_cursor: more.then_some(next_cursor),
        fresh_as_of: (fresh_ms > 0).then(|| written_utc(fresh_ms)),
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    Ok(ok_with(StatusCode::OK, result, Vec::new()))
}

/// An attempt of a page.
#[derive(Debug, Deserialize)]
struct Chosen {
    attempt_id: uuid::Uuid,
    ms: i64,
}

/// The chosen attempts, whole and in their order. One that was erased since is not among them.
async fn in_order(inner: &Inner, tenant: Tenant, chosen: &[Chosen], now_ms: i64) -> Result<Vec<Impression>, ApiError> {
    let ids: Vec<(uuid::Uuid, i64)> = chosen.iter().map(|chosen| (chosen.attempt_id, chosen.ms)).collect();
    let statement = statement::impressions(tenant, &ids, now_ms);
    let rows = inner.tables.fetch::<AttemptRow>(&statement).await;
    let rows = rows.map_err(reading("impressions")).map_err(RunError::into_api)?;
    let mut rows: HashMap<uuid::Uuid, AttemptRow> = rows.into_iter().map(|row| (row.attempt_id, row)).collect();
    let found = ids.iter().filter_map(|(id, _)| rows.remove(id));
    found.map(AttemptRow::impression).collect()
}

/// Reads the query string's pairs.
pub(crate) fn parse(query: &[(String, String)]) -> Result<Listing, Faults> {
    let mut faults = Faults::default();
    let parameters = Parameters::of(query, &PARAMETERS, &["filter"], &mut faults);
    let mut filters = Vec::new();
    for text in parameters.all("filter") {
        filters.extend(filter_object(text, filters.len(), &mut faults));
    }
    let start = parameters.required_instant("start", &mut faults);
    let end = parameters.required_instant("end", &mut faults);
    request::in_order(start, end, "start", &mut faults);
    let (filters, measures) = request::parse_filters(
        Some(&Value::Array(filters)),
        "filter",
        Measures::OfAttempts,
        &mut faults,
    );
    let order = parse_order(parameters.text("orderBy").unwrap_or(ORDER_DEFAULT), &mut faults);
    let descending = match parameters.text("order") {
        None => order.is_worst_high(),
        Some("DESC") => true,
        Some("ASC") => false,
        Some(_) => {
            faults.add("order", "expected 'ASC' or 'DESC'");
            true
        }
    };
    let include_bots = parameters.flag("includeBots", &mut faults);
    let page = parameters.page("impressions", PAGE_DEFAULT, PAGE_MAX, &mut faults);
    faults.checked(Listing {
        // Both are there when nothing is wrong.
        scope_start: start.unwrap_or_default(),
        scope_end: end.unwrap_or_default(),
        filters,
        measures,
        order,
        descending,
        page,
        include_bots,
    })
}

fn parse_order(name: &str, faults: &mut Faults) -> AttemptOrder {
    match name {
        "started_at" => return AttemptOrder::Start,
        "error_count" => return AttemptOrder::Errors,
        _ => {}
    }
    let known = || {
        request::of_attempts()
            .map(|metric| metric.name)
            .chain(["started_at", "error_count"])
    };
    match request::of_attempts().find(|metric| metric.name == name) {
        Some(metric) => AttemptOrder::Metric(metric),
        None => {
            let near = nearest(name, known())
                .map(|near| format!("; did you mean '{near}'?"))
                .unwrap_or_default();
            let known: Vec<&str> = known().collect();
            faults.add(
                "orderBy",
                format!("attempts are not ordered by this{near} Known are {}", known.join(", ")),
            );
            AttemptOrder::Start
        }
    }
}

/// `attribute:OPERATOR:value` as the object that a query's body would carry.
pub(super) fn filter_object(text: &str, index: usize, faults: &mut Faults) -> Option<Value> {
    let mut parts = text.splitn(3, ':');
    let (Some(attribute), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
        faults.add(format!("filter[{index}]"), "expected attribute:OPERATOR:value");
        return None;
    };
    let takes_a_list = Operator::NAMES
        .iter()
        .any(|(name, known)| *name == operator && *known == Operator::In);
    let value = match value.parse::<f64>() {
        Ok(number) if metric(attribute).is_some() => json!(number),
        _ if takes_a_list => json!(value.split(',').collect::<Vec<_>>()),
        _ => json!(value),
    };
    Some(json!({"attribute": attribute, "operator": operator, "value": value}))
}

/// One attempt whole: what it was, its totals, and what happened when.
#[utoipa::path(
    get, path = "/v1/analytics/impressions/{id}", operation_id = "getImpression", tag = "analytics", security(("apiKey" = [])),
    params(("id" = uuid::Uuid, Path, description = "The attempt's id."), OrganizationHeader),
    responses(
        (status = 200, description = "The attempt.", body = Envelope<SuccessData<ImpressionResult>>),
        (status = 401, description = "No key, or an unknown one.", body = Envelope<ErrorData>),
        (status = 403, description = "Not an organisation of this key.", body = Envelope<ErrorData>),
        (status = 404, description = "No such attempt in this organisation.", body = Envelope<ErrorData>),
        (status = 429, description = "Too many questions at once.", body = Envelope<ErrorData>),
        (status = 503, description = "The database does not answer.", body = Envelope<ErrorData>),
    )
)]
pub async fn one(
    inner: web::Data<Inner>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let answer = one_inner(&inner, &request, &id).await;
    inner.count("impression", &answer);
    answer
}

async fn one_inner(inner: &Inner, request: &HttpRequest, id: &str) -> Result<HttpResponse, ApiError> {
    let tenant = inner.tenant(request)?;
    let result = whole(inner, tenant, id).await?;
    Ok(ok_with(StatusCode::OK, result, Vec::new()))
}

/// One attempt whole.
pub(super) async fn whole(inner: &Inner, tenant: Tenant, id: &str) -> Result<ImpressionResult, ApiError> {
    let begun = Instant::now();
    let id = id_of(id, ErrorCode::AttemptNotFound)?;
    let _permit = inner.permit()?;
    let (whole, beacons) = (
        statement::impression(tenant, id, now_ms()),
        statement::beacons(tenant, id),
    );
    let (rows, beacons) = tokio::try_join!(
        async {
            inner
                .tables
                .fetch::<AttemptRow>(&whole)
                .await
                .map_err(reading("impression"))
        },
        async {
            inner
                .tables
                .fetch::<BeaconRow>(&beacons)
                .await
                .map_err(reading("beacons"))
        },
    )
    .map_err(RunError::into_api)?;
    let row = rows
        .into_iter()
        .next()
        .ok_or_else(|| ApiError::new(ErrorCode::AttemptNotFound))?;
    let last_sequence = row.max_sequence;
    let pieces = beacons.iter().map(BeaconRow::piece).collect::<Result<Vec<_>, _>>()?;
    let arrived: Vec<u32> = beacons.iter().map(|beacon| beacon.sequence).collect();
    let timeline = timeline::timeline(&pieces);
    let result = ImpressionResult {
        impression: row.impression()?,
        adaptation: adaptation::adaptation(&timeline),
        timeline,
        missing_sequences: timeline::missing(&arrived, last_sequence),
        beacons: beacons.into_iter().map(BeaconRow::line).collect(),
    };
    inner.observe("impression", begun.elapsed().as_secs_f64());
    Ok(result)
}

pub(super) fn reading(step: &'static str) -> impl Fn(StoreError) -> RunError {
    move |source| RunError::Reading { step, source }
}

#[derive(Deserialize)]
struct AttemptRow {
    attempt_id: uuid::Uuid,
    ms: i64,
    last_received_ms: i64,
    last_state: String,
    #[serde(deserialize_with = "flag")]
    ended: bool,
    elapsed_ms: u32,
    video_duration_ms: Option<u32>,
    received: u64,
    max_sequence: u32,
    custom: BTreeMap<String, String>,
    play_ms_by_rendition: BTreeMap<String, u32>,
    main_place: u8,
    failure_message: String,
    /// Everything else: attributes and totals under their own names.
    #[serde(flatten)]
    columns: Map<String, Value>,
}

/// ClickHouse's conditions are numbers, its `Bool` columns are not.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Number(u8),
    }
    Ok(match Flag::deserialize(deserializer)? {
        Flag::Bool(value) => value,
        Flag::Number(value) => value != 0,
    })
}

fn broken(what: &str, error: impl std::fmt::Display) -> ApiError {
    tracing::error!(error = %error, what, "a stored attempt cannot be read");
    ApiError::new(ErrorCode::Internal)
}

/// A word of a closed list, as its serde name. Empty is none.
fn named<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<Option<T>, ApiError> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_value(json!(text))
        .map(Some)
        .map_err(|error| broken(what, error))
}

impl AttemptRow {
    fn impression(mut self) -> Result<Impression, ApiError> {
        let text = |columns: &Map<String, Value>, name: &str| {
            columns
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let dimensions = ATTRIBUTES
            .iter()
            .map(|attribute| (attribute.name, text(&self.columns, attribute.name)))
            .collect();
        let end_reason = text(&self.columns, "end_reason").unwrap_or_default();
        let class = text(&self.columns, "failure_class").unwrap_or_default();
        let failure = named::<FailureClass>("failure_class", &class)?.map(|class| Failure {
            class,
            code: text(&self.columns, "failure_code").unwrap_or_default(),
            message: std::mem::take(&mut self.failure_message),
        });
        // The totals' own fields, read by their own names; the structured ones follow.
        self.columns.retain(|name, value| {
            !value.is_null()
                && name != "end_reason"
                && (Totals::MAX_FIELDS.contains(&name.as_str()) || Totals::NULLABLE_FIELDS.contains(&name.as_str()))
        });
        let mut totals: Totals =
            serde_json::from_value(Value::Object(self.columns)).map_err(|error| broken("totals", error))?;
        totals.failure = failure;
        totals.end_reason = named::<EndReason>("end_reason", &end_reason)?;
        totals.play_ms_by_rendition = self
            .play_ms_by_rendition
            .into_iter()
            .map(|(rendition, play_ms)| RenditionPlay { rendition, play_ms })
            .collect();
        store::with_main(&mut totals.play_ms_by_rendition, self.main_place, totals.play_ms);
        Ok(Impression {
            attempt_id: self.attempt_id,
            started_at: written_utc(self.ms),
            last_received_at: written_utc(self.last_received_ms),
            state: self.last_state,
            ended: self.ended,
            dimensions,
            custom: self.custom,
            totals,
            elapsed_ms: self.elapsed_ms,
            video_duration_ms: self.video_duration_ms,
            beacons_received: self.received,
            beacons_missing: (u64::from(self.max_sequence) + 1).saturating_sub(self.received),
        })
    }
}

#[derive(Deserialize)]
struct BeaconRow {
    sequence: u32,
    kind: String,
    state: String,
    interval_state: String,
    from_ms: u32,
    to_ms: u32,
    events: String,
    events_dropped: u32,
    requests: Vec<RequestRow>,
    fetches: Vec<FetchRow>,
    loads: Vec<LoadRow>,
    /// In the order of `requests`, `fetches` or `loads`, whichever a row has; empty in rows from before there were such columns.
    request_object_types: Vec<String>,
    request_hosts: Vec<String>,
    buffer_ms: Option<u32>,
    received_ms: i64,
}

#[derive(Deserialize)]
struct RequestRow {
    at_ms: u32,
    bytes: u32,
    ttfb_ms: Option<u32>,
    duration_ms: u32,
}

#[derive(Deserialize)]
struct FetchRow {
    wait_ms: i32,
    bytes: u32,
    ttfb_ms: Option<u32>,
    duration_ms: u32,
}

#[derive(Deserialize)]
struct LoadRow {
    /// Twice the ms since the sending before; or odd, and half of it since the end before.
    start: i64,
    bytes: u32,
    ttfb_ms: Option<u32>,
    duration_ms: u32,
}

impl BeaconRow {
    fn piece(&self) -> Result<Piece, ApiError> {
        let mut events: Vec<Event> = match self.events.as_str() {
            "" => Vec::new(),
            text => serde_json::from_str(text).map_err(|error| broken("events", error))?,
        };
        let text = |texts: &[String], index: usize| texts.get(index).filter(|text| !text.is_empty()).cloned();
        let mut request = |index: usize, at_ms, bytes, ttfb_ms, duration_ms| -> Result<(), ApiError> {
            let object_type = text(&self.request_object_types, index).unwrap_or_default();
            events.push(Event {
                at_ms,
                kind: EventKind::Request {
                    bytes,
                    ttfb_ms,
                    duration_ms,
                    object_type: named::<ObjectType>("request_object_types", &object_type)?,
                    host: text(&self.request_hosts, index),
                },
            });
            Ok(())
        };
        for (index, of) in self.requests.iter().enumerate() {
            request(index, of.at_ms, of.bytes, of.ttfb_ms, of.duration_ms)?;
        }
        let mut before_ms = self.from_ms;
        for (index, of) in self.fetches.iter().enumerate() {
            before_ms = before_ms
                .wrapping_add(of.wait_ms.cast_unsigned())
                .wrapping_add(of.duration_ms);
            request(index, before_ms, of.bytes, of.ttfb_ms, of.duration_ms)?;
        }
        let (mut sent_before_ms, mut ended_before_ms) = (self.from_ms, self.from_ms);
        for (index, of) in self.loads.iter().enumerate() {
            let since = if of.start & 1 == 0 {
                sent_before_ms
            } else {
                ended_before_ms
            };
            // Times are counted in u32, and their differences may wrap.
            sent_before_ms = since.wrapping_add((of.start >> 1) as u32);
            ended_before_ms = sent_before_ms.wrapping_add(of.duration_ms);
            request(index, ended_before_ms, of.bytes, of.ttfb_ms, of.duration_ms)?;
        }
        events.extend(self.buffer_ms.map(|buffer_ms| Event {
            at_ms: self.to_ms,
            kind: EventKind::Buffer { buffer_ms },
        }));
        Ok(Piece {
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            state: named::<State>("interval_state", &self.interval_state)?.unwrap_or_default(),
            events,
            events_dropped: self.events_dropped,
        })
    }

    fn line(self) -> BeaconLine {
        BeaconLine {
            sequence: self.sequence,
            kind: self.kind,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            state: self.state,
            received_at: written_utc(self.received_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BeaconRow, parse};

    fn faults(query: &str) -> Vec<(String, String)> {
        let query: Vec<(String, String)> = query
            .split('&')
            .map(|pair| {
                pair.split_once('=')
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .unwrap()
            })
            .collect();
        parse(&query).map_or_else(
            |faults| faults.0.into_iter().map(|fault| (fault.field, fault.text)).collect(),
            |_| Vec::new(),
        )
    }

    #[test]
    fn every_fault_of_a_listing_is_found() {
        let got = faults(
            "start=yesterday&ende=1&filter=contry:EQ:AT&filter=country&orderBy=stall_sesion_ms&order=UP&limit=0&cursor=1",
        );
        let fields: Vec<&str> = got.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "ende",
                "filter[1]",
                "start",
                "end",
                "filter[0].attribute",
                "orderBy",
                "order",
                "limit",
                "cursor"
            ]
        );
        assert!(got[0].1.contains("'end'"), "{got:?}");
        assert!(got[4].1.contains("'country'"), "{got:?}");
    }

    #[test]
    fn a_request_is_told_whichever_column_has_it() {
        let row = |events: &str, requests: &str, fetches: &str, loads: &str| {
            let text = format!(
                r#"{{"sequence": 0, "kind": "beat", "state": "p", "interval_state": "p", "from_ms": 0, "to_ms": 9000, "events": {events:?},
                "events_dropped": 0, "requests": {requests}, "fetches": {fetches}, "loads": {loads}, "request_object_types": [], "request_hosts": [],
                "buffer_ms": null, "received_ms": 0}}"#
            );
            let row: BeaconRow = serde_json::from_str(&text).unwrap();
            row.piece().unwrap().events
        };
        let before = row(
            r#"[{"at_ms":5,"event":"request","bytes":9,"ttfb_ms":null,"duration_ms":4}]"#,
            "[]",
            "[]",
            "[]",
        );
        let first = row(
            "",
            r#"[{"at_ms": 5, "bytes": 9, "ttfb_ms": null, "duration_ms": 4}]"#,
            "[]",
            "[]",
        );
        let second = row(
            "",
            "[]",
            r#"[{"wait_ms": 1, "bytes": 9, "ttfb_ms": null, "duration_ms": 4}]"#,
            "[]",
        );
        assert_eq!(before.len(), 1);
        assert_eq!(before, first);
        assert_eq!(before, second);
        for start in [2, 3] {
            let now = format!(r#"[{{"start": {start}, "bytes": 9, "ttfb_ms": null, "duration_ms": 4}}]"#);
            assert_eq!(before, row("", "[]", "[]", &now));
        }
    }

    #[test]
    fn a_filter_value_may_hold_colons() {
        assert!(
            faults("start=2026-11-19T00:00:00Z&end=2026-11-20T00:00:00Z&filter=custom.url:EQ:https://x/y?z=1")
                .is_empty()
        );
    }
}
