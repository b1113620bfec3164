//! A question of the compatible surface, read in one pass that finds every fault; and the table that answers it.

use chrono_tz::Tz;
use envelope::Message;
use schemas::nearest::nearest;
use serde::Serialize;
use serde_json::{Map, Value};

use super::attribute::{Attribute, Meaning};
use crate::{
    calendar::{BUCKETS_MAX, Interval, Window},
    request::{self, Faults, Operator, kind_of, shortened},
};

/// Rows when no limit is given, and at most.
pub const LIMIT: usize = 200;
/// Furthest that an offset goes.
const OFFSET_MAX: usize = 100_000;
/// Most attributes to group by.
const GROUPS_MAX: usize = 10;
/// Most filters, and most values of one.
const FILTERS_MAX: usize = 100;

/// What is made of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aggregate {
    /// How many distinct ones there are.
    Count,
    /// Their sum.
    Sum,
    /// Their mean.
    Avg,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// Their standard deviation, of the whole and not of a sample.
    Stddev,
    /// Their variance, likewise.
    Variance,
    /// A quantile, 0 to 1.
    Quantile(f64),
}

impl Aggregate {
    /// The aggregate of a path's last part; the quantile of `percentile` comes from the body.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "count" => Self::Count,
            "sum" => Self::Sum,
            "avg" => Self::Avg,
            "min" => Self::Min,
            "max" => Self::Max,
            "stddev" => Self::Stddev,
            "variance" => Self::Variance,
            "median" | "percentile" => Self::Quantile(0.5),
            _ => return None,
        })
    }
}

/// A filter: every one must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Of what.
    pub attribute: Attribute,
    /// How.
    pub operator: Operator,
    /// With what, as texts; `None` is "not known". Empty only for IN.
    pub values: Vec<Option<String>>,
}

/// What rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The time bucket.
    Time,
    /// The group of this place.
    Group(usize),
    /// The aggregated value.
    Function,
}

/// A key of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub key: Key,
    /// The greatest first.
    pub descending: bool,
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Under which license key.
    pub license_key: String,
    /// What is made of the values.
    pub aggregate: Aggregate,
    /// Of which attribute.
    pub of: Attribute,
    /// When the attempts began, in time buckets of UTC.
    pub window: Window,
    /// Length of the buckets; one without.
    pub interval: Option<Interval>,
    /// What rows are told apart by.
    pub groups: Vec<Attribute>,
    /// What attempts have in common.
    pub filters: Vec<Kept>,
    /// Order of the rows; the time and the groups come last in any case.
    pub order: Vec<Order>,
    /// Most rows.
    pub limit: usize,
    /// Rows before the first.
    pub offset: usize,
    /// Whether the attributes are described.
    pub include_context: bool,
}

/// The attributes of a path's questions, where it names none: `metrics/avg-dropped-frames` is a mean.
pub const DROPPED_FRAMES: &str = "DROPPED_FRAMES";

/// Reads a question; `of` is the attribute where the path and not the body says which.
///
/// # Errors
/// Every fault there is.
pub fn parse(
    body: &Map<String, Value>,
    aggregate: Aggregate,
    of: Option<Attribute>,
    now_ms: i64,
) -> Result<Asked, Faults> {
    let mut faults = Faults::default();
    let license_key = request::required_text(body, "licenseKey", "", &mut faults).unwrap_or_default();
    let of = of.or_else(|| {
        let name = request::required_text(body, "dimension", "", &mut faults)?;
        attribute(name, "dimension", &mut faults)
    });
    let aggregate = match aggregate {
        Aggregate::Quantile(_) if body.contains_key("percentile") => {
            let percentile = request::number(body, "percentile", &mut faults).unwrap_or(50.0);
            if !(0.0..100.0).contains(&percentile) {
                faults.add("percentile", format!("{percentile} is not from 0 to 99"));
            }
            Aggregate::Quantile(percentile / 100.0)
        }
        other => other,
    };
    if let Some(of) = of {
        of_numbers(aggregate, of, &mut faults);
    }
    let start = instant(body, "start", &mut faults);
    let end = instant(body, "end", &mut faults).map(|end| end.min(now_ms.max(start.unwrap_or(0) + 1)));
    request::in_order(start, end, "start", &mut faults);
    let interval = interval(body, &mut faults);
    let mut groups = Vec::new();
    for (index, item) in request::array(body.get("groupBy"), "groupBy", GROUPS_MAX, &mut faults)
        .iter()
        .enumerate()
    {
        let at = format!("groupBy[{index}]");
        match item.as_str() {
            Some(name) => {
                let found = attribute(name, &at, &mut faults);
                if found.is_some_and(|found| matches!(found.meaning, Meaning::Bucket(_) | Meaning::Function)) {
                    faults.add(at, format!("'{name}' is for orderBy only"));
                } else {
                    groups.extend(found);
                }
            }
            None => faults.add(at, format!("expected an attribute's name, found {}", kind_of(item))),
        }
    }
    let filters = filters(body, &mut faults);
    let order = order(body, interval, &groups, &mut faults);
    let limit = whole(body, "limit", 1, LIMIT, LIMIT, &mut faults);
    let offset = whole(body, "offset", 0, OFFSET_MAX, 0, &mut faults);
    let include_context = request::boolean(body, "includeContext", &mut faults);
    let window = Window::new(
        start.unwrap_or(0),
        end.unwrap_or(1).max(start.unwrap_or(0) + 1),
        None,
        Tz::UTC,
    );
    let window = match interval {
        Some(interval) if faults.0.is_empty() => {
            let most = (window.end() - window.start()) / interval.nominal_ms();
            if most > BUCKETS_MAX as i64 {
                faults.add("interval", format!("{most} time buckets; at most {BUCKETS_MAX}"));
                window
            } else {
                Window::new(window.start(), window.end(), Some(interval), Tz::UTC)
            }
        }
        _ => window,
    };
    let read = of.map(|of| Asked {
        license_key: license_key.to_owned(),
        aggregate,
        of,
        window,
        interval,
        groups,
        filters,
        order,
        limit,
        offset,
        include_context,
    });
    match read {
        Some(asked) => faults.checked(asked),
        None => Err(faults),
    }
}

fn attribute(name: &str, at: &str, faults: &mut Faults) -> Option<Attribute> {
    let found = Attribute::of(name);
    if found.is_none() {
        let near = nearest(name, Attribute::names())
            .map(|near| format!("; did you mean '{near}'?"))
            .unwrap_or_default();
        faults.add(at, format!("'{}' is not a known attribute{near}", shortened(name)));
    }
    found
}

fn of_numbers(aggregate: Aggregate, of: Attribute, faults: &mut Faults) {
    match of.meaning {
        Meaning::Bucket(_) | Meaning::Function => {
            faults.add("dimension", format!("'{}' is for orderBy only", of.label()));
        }
        Meaning::Text(_) | Meaning::Custom(_) | Meaning::LicenseKey if aggregate != Aggregate::Count => {
            faults.add(
                "dimension",
                format!("'{}' holds texts, which can only be counted", of.label()),
            );
        }
        _ => {}
    }
}

/// A moment: RFC 3339, or ms since 1970 as older clients send it.
fn instant(body: &Map<String, Value>, key: &str, faults: &mut Faults) -> Option<i64> {
    match body.get(key).and_then(Value::as_i64) {
        Some(ms) => {
            let text = chrono::DateTime::from_timestamp_millis(ms).map(|moment| moment.to_rfc3339());
            request::parse_instant(&text.unwrap_or_else(|| ms.to_string()), key, faults)
        }
        None => request::parse_time(body, key, key, faults),
    }
}

fn interval(body: &Map<String, Value>, faults: &mut Faults) -> Option<Interval> {
    const NAMES: [&str; 4] = ["MINUTE", "HOUR", "DAY", "MONTH"];
    let name = request::text(body, "interval", faults)?;
    match Attribute::of(name).map(|attribute| attribute.meaning) {
        Some(Meaning::Bucket(interval)) => Some(interval),
        _ => {
            faults.unknown("interval", "interval", name, NAMES);
            None
        }
    }
}

fn whole(
    body: &Map<String, Value>,
    key: &str,
    least: usize,
    most: usize,
    default: usize,
    faults: &mut Faults,
) -> usize {
    match request::number(body, key, faults) {
        None => default,
        Some(number) if number.fract() == 0.0 && (least as f64..=most as f64).contains(&number) => number as usize,
        Some(number) => {
            faults.add(key, format!("{number} is not a whole number from {least} to {most}"));
            default
        }
    }
}

/// Reads `filters`.
pub fn filters(body: &Map<String, Value>, faults: &mut Faults) -> Vec<Kept> {
    let mut filters = Vec::new();
    for (index, item) in request::array(body.get("filters"), "filters", FILTERS_MAX, faults)
        .iter()
        .enumerate()
    {
        let at = format!("filters[{index}]");
        let Some(item) = item.as_object() else {
            faults.add(at, format!("expected an object, found {}", kind_of(item)));
            continue;
        };
        let name = request::required_text(item, "name", &at, faults);
        let attribute = name.and_then(|name| attribute(name, &format!("{at}.name"), faults));
        let word = request::required_text(item, "operator", &at, faults).unwrap_or_default();
        let known = Operator::NAMES.iter().find(|(known, _)| *known == word);
        if known.is_none() && !word.is_empty() {
            let names = Operator::NAMES.map(|(name, _)| name);
            faults.unknown(&format!("{at}.operator"), "operator", word, names);
        }
        let (Some(attribute), Some((_, operator))) = (attribute, known) else {
            continue;
        };
        if matches!(attribute.meaning, Meaning::Bucket(_) | Meaning::Function) {
            faults.add(
                format!("{at}.name"),
                format!("'{}' is for orderBy only", attribute.label()),
            );
            continue;
        }
        let values = values(item.get("value"), *operator, &format!("{at}.value"), faults);
        filters.extend(values.map(|values| Kept {
            attribute,
            operator: *operator,
            values,
        }));
    }
    filters
}

/// The values of a filter. An absent one is null: the clients leave null and the empty list out.
fn values(given: Option<&Value>, operator: Operator, at: &str, faults: &mut Faults) -> Option<Vec<Option<String>>> {
    let text = |value: &Value| match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        Value::Number(number) => Some(Some(number.to_string())),
        Value::Bool(flag) => Some(Some(flag.to_string())),
        Value::Array(_) | Value::Object(_) => None,
    };
    let is_list = operator == Operator::In;
    let takes_null = matches!(operator, Operator::Eq | Operator::Ne | Operator::In);
    let values = match given {
        None if is_list => Some(Vec::new()),
        None => Some(vec![None]),
        Some(Value::Array(items)) if is_list && items.len() <= FILTERS_MAX => items.iter().map(text).collect(),
        Some(Value::Array(_)) => None,
        Some(value) => text(value).map(|value| vec![value]),
    };
    match values {
        None if is_list => faults.add(at, format!("expected a list of at most {FILTERS_MAX} values")),
        None => faults.add(at, "expected a text, a number, true, false or null"),
        Some(values) if !takes_null && values.contains(&None) => faults.add(at, "missing"),
        found => return found,
    }
    None
}

fn order(
    body: &Map<String, Value>,
    interval: Option<Interval>,
    groups: &[Attribute],
    faults: &mut Faults,
) -> Vec<Order> {
    let mut order = Vec::new();
    for (index, item) in request::array(body.get("orderBy"), "orderBy", GROUPS_MAX + 2, faults)
        .iter()
        .enumerate()
    {
        let at = format!("orderBy[{index}]");
        let Some(item) = item.as_object() else {
            faults.add(at, format!("expected an object, found {}", kind_of(item)));
            continue;
        };
        let descending = match request::text(item, "order", faults) {
            None | Some("ASC") => false,
            Some("DESC") => true,
            Some(other) => {
                faults.unknown(&format!("{at}.order"), "order", other, ["ASC", "DESC"]);
                false
            }
        };
        let Some(name) = request::required_text(item, "name", &at, faults) else {
            continue;
        };
        let at = format!("{at}.name");
        let Some(attribute) = attribute(name, &at, faults) else {
            continue;
        };
        let place = groups.iter().position(|group| *group == attribute);
        let key = match (attribute.meaning, place) {
            (Meaning::Function, _) => Some(Key::Function),
            (Meaning::Bucket(asked), _) if Some(asked) == interval => Some(Key::Time),
            (_, Some(place)) => Some(Key::Group(place)),
            // What rows are not told apart by orders nothing; the clients send it all the same.
            _ => None,
        };
        order.extend(key.map(|key| Order { key, descending }));
    }
    order
}

/// What a column is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The interval's or the attribute's name, or `FUNCTION`.
    pub key: String,
    /// The same in words.
    pub label: String,
}

/// What an attribute means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    /// The attribute in words.
    pub label: String,
    /// What it is here.
    pub description: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Rows there are.
    pub row_count: usize,
    /// Begin of the time bucket, ms since 1970, where there are buckets; the groups; the value.
    pub rows: Vec<Vec<Value>>,
    /// One for each column.
    pub column_labels: Vec<Label>,
    /// What the attributes mean; only where it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_description: Option<Vec<Description>>,
}

impl Asked {
    /// The table with these rows.
    #[must_use]
    pub fn table(&self, rows: Vec<Vec<Value>>) -> Table {
        let interval = self.interval.map(|interval| interval.name().to_uppercase());
        let groups = self.groups.iter().map(Attribute::label);
        let keys = interval.into_iter().chain(groups).chain(["FUNCTION".to_owned()]);
        Table {
            row_count: rows.len(),
            rows,
            column_labels: keys
                .map(|key| Label {
                    label: in_words(&key),
                    key,
                })
                .collect(),
            context_description: self.include_context.then(|| {
                let described = self.groups.iter().chain([&self.of]);
                described.map(description).collect()
            }),
        }
    }

    /// What is to be said beside the table.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let filtered = self.filters.iter().map(|filter| &filter.attribute);
        let named = self.groups.iter().chain([&self.of]).chain(filtered);
        let unmeasured = named.filter(|attribute| attribute.meaning == Meaning::Unmeasured);
        unmeasured
            .map(|attribute| {
                let label = attribute.label();
                Message::warning(format!("{label} is not measured here; it is null in every attempt"))
            })
            .collect()
    }
}

/// `VIDEO_STARTUPTIME` in words.
fn in_words(key: &str) -> String {
    let words = key.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{first}{}", rest.to_lowercase())
    });
    words.collect::<Vec<_>>().join(" ")
}

fn description(attribute: &Attribute) -> Description {
    let description = match attribute.meaning {
        Meaning::Unmeasured => "Not measured here; null in every attempt.".to_owned(),
        Meaning::LicenseKey => "The license key of the question.".to_owned(),
        Meaning::Custom(number) => format!("The custom dimension customData{number}."),
        Meaning::Text("toString(attempt_id)") => "The attempt.".to_owned(),
        _ => format!("Of an attempt, from {}.", attribute.columns.join(", ")),
    };
    Description {
        label: in_words(&attribute.label()),
        description,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_795_204_661_000;

    fn read(body: Value, aggregate: Aggregate) -> Result<Asked, Vec<(String, String)>> {
        let Value::Object(body) = body else {
            unreachable!("the tests pass objects")
        };
        let faults = |faults: Faults| faults.0.into_iter().map(|fault| (fault.field, fault.text)).collect();
        parse(&body, aggregate, None, NOW).map_err(faults)
    }

    fn question() -> Value {
        json!({"licenseKey": "k", "start": "2026-11-20T16:57:00.000Z", "end": "2026-11-20T18:57:41.282Z", "dimension": "IMPRESSION_ID"})
    }

    fn with(more: Value) -> Value {
        let mut body = question();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    #[test]
    fn the_least_that_a_client_sends_is_a_question() {
        let asked = read(question(), Aggregate::Count).unwrap();
        assert_eq!((asked.limit, asked.offset, asked.interval), (200, 0, None));
        assert_eq!(asked.window.buckets(), 1);
    }

    #[test]
    fn moments_come_in_three_forms() {
        for start in [
            json!("2026-11-20T16:57:00Z"),
            json!("2026-11-20T16:57:00.000Z"),
            json!(1_795_193_820_000_i64),
        ] {
            let asked = read(with(json!({"start": start})), Aggregate::Count).unwrap();
            assert_eq!(asked.window.start(), 1_795_193_820_000);
        }
    }

    #[test]
    fn a_value_that_is_not_there_is_null() {
        let filter = |value: Value| {
            read(with(json!({"filters": [value]})), Aggregate::Count).map(|asked| asked.filters[0].values.clone())
        };
        assert_eq!(filter(json!({"name": "ERROR_CODE", "operator": "NE"})), Ok(vec![None]));
        assert_eq!(
            filter(json!({"name": "ERROR_CODE", "operator": "NE", "value": null})),
            Ok(vec![None])
        );
        assert_eq!(filter(json!({"name": "BROWSER", "operator": "IN"})), Ok(Vec::new()));
        assert_eq!(
            filter(json!({"name": "IS_LIVE", "operator": "EQ", "value": false})),
            Ok(vec![Some("false".to_owned())])
        );
        assert!(filter(json!({"name": "PLAYED", "operator": "GT"})).is_err());
    }

    #[test]
    fn every_fault_is_named_with_its_field() {
        let body = json!({
            "licenseKey": "k", "start": "yesterday", "dimension": "NOPE", "interval": "WEEK", "groupBy": ["BROWSR", "HOUR"],
            "filters": [{"name": "PLAYED", "operator": "EG", "value": 1}], "orderBy": [{"name": "FUNCTION", "order": "UP"}], "limit": 201,
        });
        let faults = read(body, Aggregate::Count).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "dimension",
                "start",
                "end",
                "interval",
                "groupBy[0]",
                "groupBy[1]",
                "filters[0].operator",
                "orderBy[0].order",
                "limit"
            ]
        );
        assert!(faults[4].1.contains("did you mean 'BROWSER'"), "{faults:?}");
    }

    #[test]
    fn texts_are_counted_and_nothing_else() {
        assert!(read(with(json!({"dimension": "BROWSER"})), Aggregate::Sum).is_err());
        assert!(read(with(json!({"dimension": "BROWSER"})), Aggregate::Count).is_ok());
        assert!(read(with(json!({"dimension": "PLAYED"})), Aggregate::Sum).is_ok());
    }

    #[test]
    fn a_percentile_is_a_quantile() {
        let asked = read(
            with(json!({"dimension": "PLAYED", "percentile": 95})),
            Aggregate::Quantile(0.5),
        )
        .unwrap();
        assert_eq!(asked.aggregate, Aggregate::Quantile(0.95));
        assert!(
            read(
                with(json!({"dimension": "PLAYED", "percentile": 100})),
                Aggregate::Quantile(0.5)
            )
            .is_err()
        );
    }

    #[test]
    fn labels_are_words() {
        let asked = read(
            with(json!({"interval": "HOUR", "groupBy": ["CDN_PROVIDER"], "includeContext": true})),
            Aggregate::Count,
        )
        .unwrap();
        let table = asked.table(Vec::new());
        let labels: Vec<(&str, &str)> = table
            .column_labels
            .iter()
            .map(|label| (&*label.key, &*label.label))
            .collect();
        assert_eq!(
            labels,
            [
                ("HOUR", "Hour"),
                ("CDN_PROVIDER", "Cdn Provider"),
                ("FUNCTION", "Function")
            ]
        );
        assert_eq!(table.context_description.map(|described| described.len()), Some(2));
    }
}
