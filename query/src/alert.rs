//! Alert rules: what is asked, what an answer means, and when somebody is told. The rules and what came of them are kept by `accounts`,
//! messages are carried by `webhook`.
//!
//! A rule is a question to the query API with a condition. Everything here but [`run`] is pure: the moment is an argument.
//! Invariant: the same incident of the same series is told once when it begins and once when it ends; data that are missing or still
//! arriving begin and end nothing.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use accounts::{Accounts, AccountsError, Alert, Evaluated, Evaluation};
use envelope::{ApiError, ErrorCode};
use schemas::{
    UnixMs,
    limits::LABEL_BYTES_MAX,
    unit::{Better, Unit},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    calendar::written_utc,
    http::{BaselineRequest, answered, now_ms, told},
    industry::{Field, IndustryConfig},
    request::{self, Ask, AskedMetric, Faults, Question},
    response::{Amount, Comparison, MetricValue, QueryResult, Row, VerdictWord},
    tables::Tables,
    webhook::Guard,
};

/// Most series of a rule: the values of its dimension with the most attempts.
const SERIES_MAX: usize = 50;
/// Below this completeness data are missing: nothing begins or ends (as a verdict is provisional then).
const COMPLETE: f64 = 0.99;
/// An incident whose data stay away is over after so long, or after twice its window: a day.
const SILENT_MS: i64 = 24 * 3_600_000;
/// After tables that did not answer.
const RETRY: Duration = Duration::from_secs(10);
/// Between two looks for rules that are due, where none is known to be due earlier.
const LOOK: Duration = Duration::from_secs(60);

const MINUTE_MS: i64 = 60_000;

/// When a series is bad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AlertCondition)]
pub enum Condition {
    /// The whole interval lies above this.
    Above(f64),
    /// The whole interval lies below this.
    Below(f64),
    /// The verdict against this baseline is `worse`: a name, or an object as in a question.
    #[schema(value_type = BaselineRequest)]
    Worse(Value),
}

/// What is watched, and who is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertRule)]
pub struct Rule {
    /// A name for people.
    #[schema(example = "Rebuffering in Austria")]
    pub name: String,
    /// Whether it is evaluated. True when absent.
    pub enabled: bool,
    /// One metric, a distribution with its suffix.
    #[schema(example = "rebuffer_ratio")]
    pub metric: String,
    /// Every filter must hold, by attributes. None when absent.
    #[schema(value_type = Vec<crate::http::FilterRequest>)]
    pub filters: Vec<Value>,
    /// Each value of this attribute is a series of its own, at most the 50 with the most attempts. One series without.
    pub dimension: Option<String>,
    /// Length of the stretch of time that is looked at, minutes, 5 to 10,080. 60 when absent.
    pub window_minutes: u32,
    /// Minutes between two evaluations, 1 to 1,440. 5 when absent.
    pub every_minutes: u32,
    /// How long before the evaluation the stretch ends, s, 0 to 3,600, so that what happened in it has arrived. 60 when absent.
    pub delay_seconds: u32,
    /// Whose days a baseline means. UTC when absent.
    pub timezone: String,
    /// Of the intervals and verdicts, 0.5 to 0.999. 0.99 when absent: a rule looks often.
    pub confidence: f64,
    /// When a series is bad.
    pub condition: Condition,
    /// With fewer attempts a series has no data, 1 to 1,000,000. 100 when absent.
    pub minimum_attempts: u32,
    /// How many evaluations in a row have to be bad before it fires, 1 to 100. 1 when absent.
    #[serde(rename = "for")]
    pub for_evaluations: u32,
    /// After it fired a series does not fire anew for so many minutes, 0 to 10,080. 60 when absent.
    pub cool_down_minutes: u32,
    /// Who is told: `{"url"}`. Nobody when absent; then state and history are there to be read.
    pub webhook: Option<Webhook>,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertWebhook)]
pub struct Webhook {
    /// Gets a POST for everything that begins or ends; `https`, at an address of the public Internet unless the operator allows others.
    #[schema(example = "https://example.com/playhead")]
    pub url: String,
}

/// Every key of a rule.
const KEYS: [&str; 15] = [
    "name",
    "enabled",
    "metric",
    "filters",
    "dimension",
    "windowMinutes",
    "everyMinutes",
    "delaySeconds",
    "timezone",
    "confidence",
    "condition",
    "minimumAttempts",
    "for",
    "coolDownMinutes",
    "webhook",
];

/// Reads a rule; what is left out stays as in `before`.
///
/// # Errors
/// Every fault there is.
pub fn parse(body: &Map<String, Value>, before: Option<&Rule>, guard: &Guard) -> Result<Rule, Faults> {
    let mut faults = Faults::default();
    request::unknown_keys(body, &KEYS, "", &mut faults);
    let text = |key: &str, faults: &mut Faults| request::text(body, key, faults).map(str::to_owned);
    let mut whole = |key: &str, range: std::ops::RangeInclusive<u32>, before: Option<u32>, default: u32| {
        let (least, most) = (f64::from(*range.start()), f64::from(*range.end()));
        match request::number(body, key, &mut faults) {
            None => before.unwrap_or(default),
            Some(number) if number.fract() == 0.0 && (least..=most).contains(&number) => number as u32,
            Some(number) => {
                faults.add(key, format!("{number} is not a whole number from {least} to {most}"));
                default
            }
        }
    };
    let window_minutes = whole("windowMinutes", 5..=10_080, before.map(|rule| rule.window_minutes), 60);
    let every_minutes = whole("everyMinutes", 1..=1_440, before.map(|rule| rule.every_minutes), 5);
    let delay_seconds = whole("delaySeconds", 0..=3_600, before.map(|rule| rule.delay_seconds), 60);
    let minimum_attempts = whole(
        "minimumAttempts",
        1..=1_000_000,
        before.map(|rule| rule.minimum_attempts),
        100,
    );
    let for_evaluations = whole("for", 1..=100, before.map(|rule| rule.for_evaluations), 1);
    let cool_down_minutes = whole(
        "coolDownMinutes",
        0..=10_080,
        before.map(|rule| rule.cool_down_minutes),
        60,
    );
    let mut required = |key: &str, before: Option<&String>| {
        let given = text(key, &mut faults);
        if given.is_none() && before.is_none() && !body.contains_key(key) {
            faults.add(key, "missing");
        }
        given.or_else(|| before.cloned()).unwrap_or_default()
    };
    let name = required("name", before.map(|rule| &rule.name));
    let metric = required("metric", before.map(|rule| &rule.metric));
    if body.contains_key("name") && (name.is_empty() || name.len() > LABEL_BYTES_MAX) {
        faults.add("name", format!("expected a text of 1 to {LABEL_BYTES_MAX} bytes"));
    }
    let enabled = match body.contains_key("enabled") {
        true => request::boolean(body, "enabled", &mut faults),
        false => before.is_none_or(|rule| rule.enabled),
    };
    let filters = match body.get("filters") {
        None => before.map(|rule| rule.filters.clone()).unwrap_or_default(),
        given => request::array(given, "filters", request::ITEMS_MAX, &mut faults).to_vec(),
    };
    let dimension = match body.contains_key("dimension") {
        true => text("dimension", &mut faults),
        false => before.and_then(|rule| rule.dimension.clone()),
    };
    let timezone = text("timezone", &mut faults);
    let timezone = timezone.or_else(|| before.map(|rule| rule.timezone.clone()));
    let confidence = request::number(body, "confidence", &mut faults);
    let condition = match (body.get("condition"), before) {
        (None, Some(before)) => Some(before.condition.clone()),
        (given, _) => condition(given, &mut faults),
    };
    let webhook = match body.get("webhook") {
        None => before.and_then(|rule| rule.webhook.clone()),
        given => webhook(given, guard, &mut faults),
    };
    let rule = condition.map(|condition| Rule {
        name,
        enabled,
        metric,
        filters,
        dimension,
        window_minutes,
        every_minutes,
        delay_seconds,
        timezone: timezone.unwrap_or_else(|| "UTC".to_owned()),
        confidence: confidence.or(before.map(|rule| rule.confidence)).unwrap_or(0.99),
        condition,
        minimum_attempts,
        for_evaluations,
        cool_down_minutes,
        webhook,
    });
    match rule {
        Some(rule) => {
            rule.check(&mut faults);
            if faults.0.is_empty() { Ok(rule) } else { Err(faults) }
        }
        None => Err(faults),
    }
}

fn condition(given: Option<&Value>, faults: &mut Faults) -> Option<Condition> {
    let kinds = "{\"above\": number}, {\"below\": number} or {\"worse\": baseline}";
    let Some(Value::Object(given)) = given else {
        faults.add("condition", format!("expected {kinds}"));
        return None;
    };
    request::unknown_keys(given, &["above", "below", "worse"], "condition.", faults);
    let mut number = |key: &str| match given.get(key) {
        Some(Value::Number(number)) => number.as_f64(),
        Some(other) => {
            let found = request::kind_of(other);
            faults.add(format!("condition.{key}"), format!("expected a number, found {found}"));
            None
        }
        None => None,
    };
    let found = [
        number("above").map(Condition::Above),
        number("below").map(Condition::Below),
        given.get("worse").cloned().map(Condition::Worse),
    ];
    let mut found = found.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(condition), None) => Some(condition),
        _ => {
            if faults.0.iter().all(|fault| !fault.field.starts_with("condition")) {
                faults.add("condition", format!("expected exactly one of {kinds}"));
            }
            None
        }
    }
}

fn webhook(given: Option<&Value>, guard: &Guard, faults: &mut Faults) -> Option<Webhook> {
    let given = match given {
        None | Some(Value::Null) => return None,
        Some(Value::Object(given)) => given,
        Some(other) => {
            let found = request::kind_of(other);
            faults.add("webhook", format!("expected {{\"url\": text}}, found {found}"));
            return None;
        }
    };
    request::unknown_keys(given, &["url"], "webhook.", faults);
    let url = request::required_text(given, "url", "webhook", faults)?;
    if let Err(error) = guard.target(url) {
        faults.add("webhook.url", error.to_string());
    }
    Some(Webhook { url: url.to_owned() })
}

impl Rule {
    /// The body of the question that the rule asks at a moment.
    #[must_use]
    pub fn question(&self, at: UnixMs) -> Value {
        let end = at.0 - i64::from(self.delay_seconds) * 1_000;
        let start = end - i64::from(self.window_minutes) * MINUTE_MS;
        let mut metrics = vec![self.metric.as_str()];
        if self.metric != "attempts" {
            metrics.push("attempts");
        }
        let compare = match &self.condition {
            Condition::Worse(baseline) => vec![baseline],
            Condition::Above(_) | Condition::Below(_) => Vec::new(),
        };
        json!({
            "metrics": metrics,
            "dimensions": self.dimension.iter().collect::<Vec<_>>(),
            "filters": self.filters,
            "start": written_utc(start),
            "end": written_utc(end),
            "timezone": self.timezone,
            "compare": compare,
            "confidence": self.confidence,
            "orderBy": [{"name": "attempts", "order": "DESC"}],
            "limit": SERIES_MAX,
        })
    }

    /// Notes what the query API would find wrong with the rule's question, under the rule's own names.
    fn check(&self, faults: &mut Faults) {
        // Any moment will do.
        let sample = UnixMs(1_795_176_000_000);
        match request::parse(&self.question(sample)) {
            Ok(question) => self.check_question(&question, faults),
            Err(found) => {
                for fault in found.0 {
                    let field = match fault.field.as_str() {
                        "metrics[0]" => "metric".to_owned(),
                        "dimensions[0]" => "dimension".to_owned(),
                        field => field.replacen("compare[0]", "condition.worse", 1),
                    };
                    faults.add(field, fault.text);
                }
            }
        }
    }

    fn check_question(&self, question: &Question, faults: &mut Faults) {
        if let Some(index) = question.having.first().map(|_| 0) {
            faults.add(
                format!("filters[{index}].attribute"),
                "a rule filters by attributes only",
            );
        }
        let Some(AskedMetric { metric, ask, .. }) = question.metrics.first() else {
            return;
        };
        if *ask == Ask::Histogram {
            faults.add("metric", "a histogram is not one number");
        }
        if metric.is_for_reading() {
            faults.add(
                "metric",
                format!(
                    "'{}' is a score to be read, nothing hangs on it; good_share says how many attempts were well",
                    self.metric
                ),
            );
        } else if matches!(self.condition, Condition::Worse(_)) && metric.better == Better::Neither {
            faults.add(
                "condition.worse",
                format!(
                    "'{}' has no better side, so nothing is worse; give a threshold",
                    self.metric
                ),
            );
        }
    }

    /// The earliest moment after `now` at which the rule is evaluated.
    #[must_use]
    pub fn next_at(&self, now: UnixMs) -> Option<UnixMs> {
        let every = i64::from(self.every_minutes) * MINUTE_MS;
        self.enabled.then(|| UnixMs((now.0.div_euclid(every) + 1) * every))
    }

    /// The latest moment not after `now` at which it is: what was missed in between is not made up for.
    fn latest_at(&self, now: UnixMs) -> UnixMs {
        let every = i64::from(self.every_minutes) * MINUTE_MS;
        UnixMs(now.0.div_euclid(every) * every)
    }
}

/// How a series stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertState)]
pub enum SeriesState {
    /// Not bad.
    Ok,
    /// Bad, for fewer evaluations than `for`, or within the cool-down.
    Pending,
    /// Bad, and told.
    Firing,
    /// Too few attempts to say, or no value.
    NoData,
}

/// A series as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertSeries)]
pub struct Series {
    /// Value of the rule's dimension; null is "not known", or a rule without a dimension.
    pub value: Option<String>,
    /// How it stands.
    pub state: SeriesState,
    /// Since when, RFC 3339 UTC.
    #[schema(value_type = String)]
    #[serde(with = "written")]
    pub since: UnixMs,
    /// Bad evaluations in a row so far.
    pub bad: u32,
    /// The incident that was told and is not over; null without.
    pub incident: Option<Uuid>,
    /// When it fired last; null when it never did.
    #[schema(value_type = Option<String>)]
    #[serde(with = "written_option")]
    pub fired_at: Option<UnixMs>,
}

/// Moments as RFC 3339 in what is kept and told.
mod written {
    use chrono::DateTime;
    use schemas::UnixMs;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(moment: &UnixMs, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::calendar::written_utc(moment.0))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnixMs, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = DateTime::parse_from_rfc3339(&text).map_err(D::Error::custom)?;
        Ok(UnixMs(moment.timestamp_millis()))
    }
}

/// The same, or null.
mod written_option {
    use schemas::UnixMs;
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    struct Moment(#[serde(with = "super::written")] UnixMs);

    pub fn serialize<S: Serializer>(moment: &Option<UnixMs>, serializer: S) -> Result<S::Ok, S::Error> {
        match moment {
            Some(moment) => super::written::serialize(moment, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UnixMs>, D::Error> {
        Ok(Option::<Moment>::deserialize(deserializer)?.map(|moment| moment.0))
    }
}

/// What one evaluation says of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertJudgement)]
pub enum Judgement {
    /// The condition holds.
    Bad,
    /// It does not.
    Fine,
    /// Too few attempts to say, or no value.
    NoData,
    /// Beacons are missing or still arriving: nothing begins or ends.
    Provisional,
}

/// What was seen of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertReading)]
pub struct Reading {
    /// What it says.
    pub judgement: Judgement,
    /// The metric; null without a value.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// Attempts of the series.
    pub attempts: u64,
    /// Beacons received ÷ beacons known to have been sent; null without attempts.
    pub completeness: Option<f64>,
    /// The baseline's value; null without a baseline.
    pub reference: Option<f64>,
    /// Value minus reference.
    pub difference: Option<f64>,
    /// The verdict against the baseline; null without one.
    pub verdict: Option<String>,
    /// The verdict's reason, or why there is no value.
    pub reason: Option<String>,
}

impl Reading {
    fn nothing() -> Self {
        Self {
            judgement: Judgement::NoData,
            value: None,
            low: None,
            high: None,
            attempts: 0,
            completeness: None,
            reference: None,
            difference: None,
            verdict: None,
            reason: None,
        }
    }

    /// What a row of the rule's answer says.
    fn of(rule: &Rule, row: &Row) -> Self {
        let mut reading = Self {
            completeness: row.completeness,
            attempts: count_of(row.values.get("attempts")),
            ..Self::nothing()
        };
        let mut unreliable = false;
        match row.values.get(&rule.metric) {
            Some(MetricValue::Number(number)) => {
                reading.value = Some(match number.value {
                    Amount::Counted(count) => count as f64,
                    Amount::Measured(value) => value,
                });
                (reading.low, reading.high) = (number.low, number.high);
                unreliable = number.unreliable;
            }
            Some(MetricValue::Null(null)) => reading.reason = Some(null.reason.clone()),
            Some(MetricValue::Histogram(_)) | None => {}
        }
        let comparison = row.comparisons.values().find_map(|metrics| metrics.get(&rule.metric));
        if let Some(comparison) = comparison {
            (reading.reference, reading.difference) = (comparison.reference, comparison.difference);
            reading.verdict = Some(comparison.verdict.name().to_owned());
            reading.reason = Some(comparison.reason.clone());
        }
        reading.judgement = reading.judged(rule, comparison, unreliable);
        reading
    }

    fn judged(&self, rule: &Rule, comparison: Option<&Comparison>, unreliable: bool) -> Judgement {
        if self.attempts < u64::from(rule.minimum_attempts) || self.value.is_none() {
            return Judgement::NoData;
        }
        if self.completeness.is_some_and(|share| share < COMPLETE) {
            return Judgement::Provisional;
        }
        let beyond = |is_beyond: Option<bool>| match is_beyond {
            // An interval that may be too narrow tells nothing.
            Some(true) if unreliable => Judgement::NoData,
            Some(true) => Judgement::Bad,
            _ => Judgement::Fine,
        };
        match &rule.condition {
            Condition::Above(limit) => beyond(self.low.map(|low| low > *limit)),
            Condition::Below(limit) => beyond(self.high.map(|high| high < *limit)),
            Condition::Worse(_) => match comparison.map(|comparison| comparison.verdict) {
                Some(VerdictWord::Worse) => Judgement::Bad,
                Some(VerdictWord::Better | VerdictWord::NoDetectableChange) => Judgement::Fine,
                Some(VerdictWord::Provisional) => Judgement::Provisional,
                Some(VerdictWord::InsufficientData | VerdictWord::Refused) | None => Judgement::NoData,
            },
        }
    }
}

fn count_of(value: Option<&MetricValue>) -> u64 {
    match value {
        Some(MetricValue::Number(number)) => match number.value {
            Amount::Counted(count) => count,
            Amount::Measured(value) => value as u64,
        },
        _ => 0,
    }
}

/// What somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertEvent)]
pub enum EventKind {
    /// An incident begins.
    Firing,
    /// It is over: the condition does not hold any more.
    Resolved,
    /// It is over because its data stay away.
    Silent,
}

/// Something that began or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub kind: EventKind,
    /// Of which incident; a firing and its end have the same.
    pub incident: Uuid,
}

impl Series {
    fn new(value: Option<String>, at: UnixMs) -> Self {
        Self {
            value,
            state: SeriesState::Ok,
            since: at,
            bad: 0,
            incident: None,
            fired_at: None,
        }
    }

    /// The series after one more evaluation, and what is to be told of it.
    #[must_use]
    pub fn after(&self, judgement: Judgement, rule: &Rule, at: UnixMs) -> (Self, Option<Happened>) {
        let mut next = self.clone();
        let mut happened = None;
        let cool_down = i64::from(rule.cool_down_minutes) * MINUTE_MS;
        let state = match judgement {
            Judgement::Provisional => return (next, None),
            Judgement::Bad => {
                next.bad = self.bad.saturating_add(1);
                let has_cooled = self.fired_at.is_none_or(|fired| at.0 - fired.0 >= cool_down);
                if self.incident.is_some() {
                    SeriesState::Firing
                } else if next.bad >= rule.for_evaluations && has_cooled {
                    let incident = Uuid::now_v7();
                    next.incident = Some(incident);
                    next.fired_at = Some(at);
                    let kind = EventKind::Firing;
                    happened = Some(Happened { kind, incident });
                    SeriesState::Firing
                } else {
                    SeriesState::Pending
                }
            }
            Judgement::Fine => {
                next.bad = 0;
                happened = next.incident.take().map(|incident| Happened {
                    kind: EventKind::Resolved,
                    incident,
                });
                SeriesState::Ok
            }
            Judgement::NoData => {
                next.bad = 0;
                let window = i64::from(rule.window_minutes) * MINUTE_MS;
                let is_over = self.state == SeriesState::NoData && at.0 - self.since.0 >= SILENT_MS.max(2 * window);
                if is_over {
                    happened = next.incident.take().map(|incident| Happened {
                        kind: EventKind::Silent,
                        incident,
                    });
                }
                SeriesState::NoData
            }
        };
        if state != self.state {
            next.state = state;
            next.since = at;
        }
        (next, happened)
    }
}

/// What a rule was evaluated to, as it is kept and read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertEvaluation)]
pub struct HistoryEntry {
    /// The moment, RFC 3339 UTC.
    pub at: String,
    /// The question that was asked: send it to `POST /v1/analytics/query`.
    pub question: Value,
    /// Every series, with what was seen of it.
    pub series: Vec<HistorySeries>,
    /// Why nothing could be asked; null when it could.
    pub error: Option<String>,
}

/// A series in an evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertEvaluatedSeries)]
pub struct HistorySeries {
    /// How it stands after it.
    #[serde(flatten)]
    pub series: Series,
    /// What was seen.
    pub reading: Reading,
    /// What was told of it; null when nothing was.
    pub told: Option<EventKind>,
}

/// What an answer makes of the series: how they stand, what is kept, and what is told.
struct Outcome {
    series: Vec<Series>,
    entry: HistoryEntry,
    told: Option<Value>,
}

fn evaluated(alert: &Alert, rule: &Rule, before: &[Series], answer: &QueryResult, at: UnixMs) -> Outcome {
    let value_of = |row: &Row| {
        let name = rule.dimension.as_ref()?;
        row.dimensions.get(name).cloned().flatten()
    };
    // Whether it is in the answer, too.
    let mut seen: Vec<(Series, Reading, bool)> = Vec::new();
    for row in &answer.rows {
        let value = value_of(row);
        let series = before.iter().find(|series| series.value == value).cloned();
        let series = series.unwrap_or_else(|| Series::new(value, at));
        seen.push((series, Reading::of(rule, row), true));
    }
    for series in before {
        if seen.iter().all(|(known, ..)| known.value != series.value) {
            seen.push((series.clone(), Reading::nothing(), false));
        }
    }
    if seen.is_empty() && rule.dimension.is_none() {
        seen.push((Series::new(None, at), Reading::nothing(), true));
    }
    let unit = answer.columns.iter().find(|column| column.name == rule.metric);
    let unit = unit.and_then(|column| column.unit);
    let (mut series, mut entries, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for (one, reading, is_seen) in seen {
        let (next, happened) = one.after(reading.judgement, rule, at);
        let told = happened.as_ref().map(|happened| happened.kind);
        events.extend(happened.map(|happened| event(rule, &next, &reading, &happened, unit)));
        entries.push(HistorySeries {
            series: next.clone(),
            reading,
            told,
        });
        // What is quiet and not there any more need not be remembered, but for its cool-down.
        let is_cooling = next
            .fired_at
            .is_some_and(|fired| at.0 - fired.0 < i64::from(rule.cool_down_minutes) * MINUTE_MS);
        if is_seen
            || next.state != SeriesState::NoData
            || next.incident.is_some()
            || is_cooling
            || rule.dimension.is_none()
        {
            series.push(next);
        }
    }
    let question = rule.question(at);
    let told =
        (!events.is_empty() && rule.webhook.is_some()).then(|| message("alert", alert, rule, &question, events, at));
    Outcome {
        series,
        entry: HistoryEntry {
            at: written_utc(at.0),
            question,
            series: entries,
            error: None,
        },
        told,
    }
}

fn event(rule: &Rule, series: &Series, reading: &Reading, happened: &Happened, unit: Option<Unit>) -> Value {
    let dimensions: BTreeMap<&str, &Option<String>> = rule
        .dimension
        .iter()
        .map(|name| (name.as_str(), &series.value))
        .collect();
    json!({
        "kind": happened.kind,
        "incident": happened.incident,
        "dimensions": dimensions,
        "metric": rule.metric,
        "unit": unit,
        "firedAt": series.fired_at.map(|fired| written_utc(fired.0)),
        "reading": reading,
    })
}

/// What is sent.
pub(crate) fn message(
    kind: &str,
    alert: &Alert,
    rule: &Rule,
    question: &Value,
    events: Vec<Value>,
    at: UnixMs,
) -> Value {
    json!({
        "type": kind,
        "at": written_utc(at.0),
        "organization": alert.tenant.organization_id().0,
        "alert": {"id": alert.alert_id, "name": rule.name, "condition": rule.condition},
        "question": question,
        "events": events,
    })
}

/// What evaluating needs.
#[derive(Clone)]
pub(crate) struct Watch {
    pub tables: Tables,
    pub accounts: Accounts,
    /// When the industry baseline is shown.
    pub industry: IndustryConfig,
    /// As [`crate::run::Observe`].
    pub observe: Arc<dyn Fn(&'static str, f64) + Send + Sync>,
    /// Told when a rule was made or changed.
    pub rules_changed: Arc<Notify>,
    /// Told when there is something to send.
    pub to_send: Arc<Notify>,
}

/// Why a rule could not be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// The tables do not answer: later they may.
    #[error("asking a rule's question")]
    Asking(#[source] ApiError),
    /// The accounts cannot be used.
    #[error("keeping alerts")]
    Accounts(#[from] AccountsError),
    /// What was kept is none that this program writes.
    #[error("reading what was kept of an alert")]
    Kept(#[from] serde_json::Error),
}

impl Watch {
    /// Evaluates every rule that is due at `now`; says how many.
    pub(crate) async fn evaluate_due(&self, now: UnixMs) -> Result<usize, AlertError> {
        let due = self.accounts.due_alerts(now).await?;
        let mut evaluated = 0;
        for alert in due {
            evaluated += usize::from(self.evaluate(&alert, now).await?);
        }
        Ok(evaluated)
    }

    async fn evaluate(&self, alert: &Alert, now: UnixMs) -> Result<bool, AlertError> {
        let rule: Rule = serde_json::from_str(&alert.rule)?;
        let before: Vec<Series> = serde_json::from_str(&alert.series)?;
        let at = rule.latest_at(now);
        let outcome = match self.ask(alert, &rule, at).await {
            Ok(answer) => evaluated(alert, &rule, &before, &answer, at),
            Err(error) if matches!(error.code(), ErrorCode::StoreUnavailable | ErrorCode::Internal) => {
                return Err(AlertError::Asking(error));
            }
            // It cannot be asked as it stands: whoever reads the history sees why, and nothing begins or ends.
            Err(error) => Outcome {
                series: before,
                entry: HistoryEntry {
                    at: written_utc(at.0),
                    question: rule.question(at),
                    series: Vec::new(),
                    error: Some(told(&error)),
                },
                told: None,
            },
        };
        let next_at = rule.next_at(at).unwrap_or(UnixMs(at.0 + MINUTE_MS));
        let kept = Evaluated {
            evaluation: Evaluation {
                at,
                body: serde_json::to_string(&outcome.entry)?,
            },
            series: serde_json::to_string(&outcome.series)?,
            told: outcome.told.map(|told| told.to_string()),
            next_at,
        };
        let is_kept = self.accounts.keep_evaluation(alert, &kept).await?;
        if is_kept && kept.told.is_some() {
            self.to_send.notify_one();
        }
        Ok(is_kept)
    }

    async fn ask(&self, alert: &Alert, rule: &Rule, at: UnixMs) -> Result<QueryResult, ApiError> {
        let question = request::parse(&rule.question(at));
        let question = question.map_err(|faults| {
            faults
                .into_error()
                .unwrap_or_else(|| ApiError::new(ErrorCode::InvalidRequest))
        })?;
        let field = Field {
            tables: &self.tables,
            accounts: &self.accounts,
            config: self.industry,
            observe: &*self.observe,
        };
        let (answer, _) = answered(&field, alert.tenant, question, at.0).await?;
        Ok(answer)
    }

    /// Evaluates rules when they are due, for ever.
    pub(crate) async fn run(&self) {
        loop {
            let wait = match self.turn().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "alerts will be evaluated again"
                    );
                    RETRY
                }
            };
            tokio::select! {
                () = self.rules_changed.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn turn(&self) -> Result<Duration, AlertError> {
        self.evaluate_due(UnixMs(now_ms())).await?;
        let next = self.accounts.next_alert_at().await?;
        let wait = next.map(|next| u64::try_from(next.0 - now_ms()).unwrap_or(0));
        Ok(wait.map_or(LOOK, |wait| Duration::from_millis(wait).min(LOOK)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(more: Value) -> Result<Rule, Vec<(String, String)>> {
        let mut body = json!({"name": "a", "metric": "rebuffer_ratio", "condition": {"above": 0.02}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let parsed = parse(body.as_object().unwrap(), None, &Guard::default());
        parsed.map_err(|faults| faults.0.into_iter().map(|fault| (fault.field, fault.text)).collect())
    }

    #[test]
    fn every_fault_of_a_rule_is_found_under_its_own_name() {
        let fields = |more: Value| {
            let found = rule(more).unwrap_err();
            found.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert!(rule(json!({})).is_ok());
        assert_eq!(fields(json!({"metric": "rebufer_ratio"})), ["metric"]);
        assert_eq!(fields(json!({"metric": "startup_any_ms_histogram"})), ["metric"]);
        assert_eq!(fields(json!({"dimension": "contry", "for": 0})), ["for", "dimension"]);
        assert_eq!(fields(json!({"condition": {"worse": "atuo"}})), ["condition.worse"]);
        assert_eq!(fields(json!({"condition": {"above": 1, "below": 2}})), ["condition"]);
        assert_eq!(fields(json!({"condition": {"over": 1}})), ["condition.over"]);
        let moved = json!({"metric": "attempts", "condition": {"worse": "auto"}});
        assert_eq!(fields(moved), ["condition.worse"]);
        let filters = json!({"filters": [{"attribute": "good_share", "operator": "GT", "value": 1}]});
        assert_eq!(fields(filters), ["filters[0].attribute"]);
        assert_eq!(
            fields(json!({"webhook": {"url": "http://127.0.0.1/"}})),
            ["webhook.url"]
        );
        assert_eq!(
            fields(json!({"confidence": 2, "windowMinuts": 5})),
            ["windowMinuts", "confidence"]
        );
    }

    /// Evaluations once a minute: B bad, F fine, N no data, P provisional; what is told below: `!` firing, `.` its end, `~` silence.
    fn told(rule: &Rule, judgements: &str) -> String {
        let mut series = Series::new(None, UnixMs(0));
        let mut text = String::new();
        for (minute, judgement) in (0..).zip(judgements.chars()) {
            let judgement = match judgement {
                'B' => Judgement::Bad,
                'F' => Judgement::Fine,
                'N' => Judgement::NoData,
                _ => Judgement::Provisional,
            };
            let (next, happened) = series.after(judgement, rule, UnixMs(minute * MINUTE_MS));
            series = next;
            text.push(match happened.map(|happened| happened.kind) {
                Some(EventKind::Firing) => '!',
                Some(EventKind::Resolved) => '.',
                Some(EventKind::Silent) => '~',
                None => '_',
            });
        }
        text
    }

    #[test]
    fn an_incident_is_told_once_when_it_begins_and_once_when_it_ends() {
        let plain = rule(json!({"coolDownMinutes": 0})).unwrap();
        assert_eq!(told(&plain, "FBBBF"), "_!__.");
        let patient = rule(json!({"for": 3, "coolDownMinutes": 0})).unwrap();
        assert_eq!(told(&patient, "BBFBBBB"), "_____!_");
        // What is missing or still arriving begins and ends nothing, and no data ends no incident.
        assert_eq!(told(&patient, "BPBPB"), "____!");
        assert_eq!(told(&patient, "BBNBBB"), "_____!");
        assert_eq!(told(&plain, "PPP"), "___");
        assert_eq!(told(&plain, "BPNBF"), "!___.");
        let cooling = rule(json!({"coolDownMinutes": 5})).unwrap();
        assert_eq!(told(&cooling, "BFBFBBBB"), "!.___!__");
        let silent = format!("B{}", "N".repeat(1_500));
        let heard = told(&plain, &silent);
        assert_eq!((&heard[..1], heard.matches('~').count()), ("!", 1));
    }

    #[test]
    fn the_window_ends_before_the_evaluation_and_evaluations_stand_on_the_clock() {
        let rule = rule(json!({"everyMinutes": 5, "windowMinutes": 30, "delaySeconds": 120})).unwrap();
        let at = UnixMs(1_795_176_000_000);
        let question = rule.question(at);
        assert_eq!(question["end"], "2026-11-20T11:58:00.000Z");
        assert_eq!(question["start"], "2026-11-20T11:28:00.000Z");
        assert_eq!(rule.next_at(at), Some(UnixMs(at.0 + 300_000)));
        assert_eq!(rule.next_at(UnixMs(at.0 - 1)), Some(at));
        assert_eq!(rule.latest_at(UnixMs(at.0 + 299_999)), at);
    }
}
