//! What is asked: the body of `POST /v1/analytics/query`, read strictly.
//!
//! Every fault is found, not only the first: one [`Fault`] each, with its JSON path and the nearest known name.
//! What comes out is trusted by all that follows: names are entries of the catalogues, dates are in order.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::DateTime;
use chrono_tz::Tz;
use envelope::{ApiError, ErrorCode};
use schemas::{
    attribute::{ATTRIBUTES, Attribute, CUSTOM_PREFIX, RENDITION, attribute},
    limits::{LABEL_BYTES_MAX, STALL_COUNTED_MS_MIN},
    metric::{Kind, METRICS, Metric, SUFFIXES, metric},
    nearest::nearest,
    unit::{Better, Unit},
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    calendar::{BUCKETS_MAX, Interval},
    industry,
    ladder::Told,
};

/// Most rows of one answer.
pub const ROWS_MAX: usize = 10_000;
/// Rows of one answer when no limit is given.
pub const ROWS_DEFAULT: usize = 1_000;
/// Most metrics, and most filters, of one question.
pub const ITEMS_MAX: usize = 50;
/// Most dimensions: each multiplies the rows.
pub const DIMENSIONS_MAX: usize = 5;
/// Most baselines of one question.
pub const BASELINES_MAX: usize = 8;
/// Most values of one filter; they travel as bound parameters.
pub const VALUES_MAX: usize = 200;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON path.
    pub field: String,
    /// What is wrong and what would be right.
    pub text: String,
    /// The fault's code.
    pub code: ErrorCode,
}

/// Collects faults.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Notes one.
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.push(ErrorCode::InvalidRequest, field, text);
    }

    fn push(&mut self, code: ErrorCode, field: impl Into<String>, text: impl Into<String>) {
        self.0.push(Fault {
            field: field.into(),
            text: text.into(),
            code,
        });
    }

    /// Notes a name that nothing has, with the nearest one that something has.
    pub fn unknown<'a>(&mut self, field: &str, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) {
        let name = shortened(name);
        match nearest(&name, known) {
            Some(near) => self.add(field, format!("unknown {what} '{name}'; did you mean '{near}'?")),
            None => self.add(field, format!("unknown {what} '{name}'")),
        }
    }

    /// What was read, when nothing is wrong with it.
    ///
    /// # Errors
    /// The faults, when there are any.
    pub fn checked<T>(self, read: T) -> Result<T, Self> {
        match self.0.is_empty() {
            true => Ok(read),
            false => Err(self),
        }
    }

    /// The faults as one error; none when there are none.
    #[must_use]
    pub fn into_error(self) -> Option<ApiError> {
        let first = self.0.first()?;
        // A baseline that does not exist yet has a code of its own, when it is all that is wrong.
        let code = match self.0.iter().all(|fault| fault.code == first.code) {
            true => first.code,
            false => ErrorCode::InvalidRequest,
        };
        let count = self.0.len();
        let error = ApiError::new(code).developer(format!(
            "{count} fault{} in the request",
            if count == 1 { "" } else { "s" }
        ));
        Some(
            self.0
                .into_iter()
                .fold(error, |error, fault| error.detail(fault.field, fault.text)),
        )
    }
}

/// What to ask of a metric's distribution; [`Ask::Value`] for a metric that is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ask {
    /// The metric itself.
    Value,
    /// The same with stalls of whatever length counted.
    EveryStall,
    /// Its highest tick (concurrency).
    Max,
    /// A quantile, 0..1.
    Quantile(f64),
    /// The arithmetic mean.
    Mean,
    /// The whole distribution.
    Histogram,
}

/// A metric as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedMetric {
    /// The name with its suffix, as it stands in the answer.
    pub name: String,
    /// The catalogue's entry.
    pub metric: &'static Metric,
    /// What of it.
    pub ask: Ask,
}

impl AskedMetric {
    /// The metric called `name`, suffix included.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let asked = |metric, ask| {
            Some(Self {
                name: name.to_owned(),
                metric,
                ask,
            })
        };
        if let Some(metric) = metric(name) {
            return (metric.kind != Kind::Distribution)
                .then(|| asked(metric, Ask::Value))
                .flatten();
        }
        if let Some(metric) = name.strip_suffix("_max").and_then(metric) {
            return (metric.kind == Kind::Concurrency)
                .then(|| asked(metric, Ask::Max))
                .flatten();
        }
        let (suffix, _) = SUFFIXES.iter().find(|(suffix, _)| name.ends_with(suffix))?;
        let metric = metric(name.strip_suffix(suffix)?)?;
        let ask = match *suffix {
            "_mean" => Ask::Mean,
            "_histogram" => Ask::Histogram,
            quantile => Ask::Quantile(quantile.strip_prefix("_p")?.parse::<f64>().ok()? / 100.0),
        };
        (metric.kind == Kind::Distribution)
            .then(|| asked(metric, ask))
            .flatten()
    }

    /// Every name that can be asked for.
    #[must_use]
    pub fn names() -> Vec<String> {
        METRICS.iter().flat_map(names_of).collect()
    }

    /// Unit of its value.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self.ask {
            Ask::Histogram => Unit::Count,
            _ => self.metric.unit,
        }
    }

    /// Which way it should move.
    #[must_use]
    pub fn better(&self) -> Better {
        self.metric.better
    }
}

/// The names by which one metric of the catalogue can be asked for.
#[must_use]
pub fn names_of(metric: &Metric) -> Vec<String> {
    match metric.kind {
        Kind::Distribution => SUFFIXES
            .iter()
            .map(|(suffix, _)| format!("{}{suffix}", metric.name))
            .collect(),
        Kind::Concurrency => vec![metric.name.to_owned(), format!("{}_max", metric.name)],
        Kind::Sum | Kind::Ratio | Kind::Distinct => vec![metric.name.to_owned()],
    }
}

/// What rows are told apart by, or filtered on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// An entry of the catalogue.
    Attribute(&'static str),
    /// `custom.<key>`.
    Custom(String),
    /// The rendition on the screen: of playing time, not of an attempt. Nothing is filtered by it.
    Rendition,
}

impl Dimension {
    fn parse(name: &str) -> Option<Self> {
        if let Some(key) = name.strip_prefix(CUSTOM_PREFIX) {
            return (!key.is_empty() && key.len() <= LABEL_BYTES_MAX).then(|| Self::Custom(key.to_owned()));
        }
        attribute(name).map(|attribute: &'static Attribute| Self::Attribute(attribute.name))
    }

    /// Its name in requests and answers.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Attribute(name) => (*name).to_owned(),
            Self::Custom(key) => format!("{CUSTOM_PREFIX}{key}"),
            Self::Rendition => RENDITION.name.to_owned(),
        }
    }
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are the API's
pub enum Operator {
    In,
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    Contains,
    NotContains,
}

impl Operator {
    /// Every operator with its name in requests.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("IN", Self::In),
        ("EQ", Self::Eq),
        ("NE", Self::Ne),
        ("LT", Self::Lt),
        ("LTE", Self::Lte),
        ("GT", Self::Gt),
        ("GTE", Self::Gte),
        ("CONTAINS", Self::Contains),
        ("NOTCONTAINS", Self::NotContains),
    ];

    fn parse(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, operator)| *operator)
    }

    fn takes_a_list(self) -> bool {
        matches!(self, Self::In | Self::Eq | Self::Ne)
    }
}

/// Keeps attempts by an attribute. A value of `None` is "not known".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Of what.
    pub dimension: Dimension,
    /// How.
    pub operator: Operator,
    /// With what; one value but for IN, EQ and NE.
    pub values: Vec<Option<String>>,
}

/// Keeps rows of an answer, or single attempts, by a metric's value; a null value is never kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Having {
    /// Of what.
    pub metric: AskedMetric,
    /// How: EQ, NE, LT, LTE, GT or GTE.
    pub operator: Operator,
    /// With what.
    pub value: f64,
}

impl Having {
    /// Whether a row's value is kept.
    #[must_use]
    pub fn keeps(&self, value: Option<f64>) -> bool {
        #[allow(clippy::float_cmp)] // EQ on counts is exact, and asked for as such
        value.is_some_and(|value| match self.operator {
            Operator::Eq => value == self.value,
            Operator::Ne => value != self.value,
            Operator::Lt => value < self.value,
            Operator::Lte => value <= self.value,
            Operator::Gt => value > self.value,
            Operator::Gte => value >= self.value,
            Operator::In | Operator::Contains | Operator::NotContains => false,
        })
    }
}

/// What values are compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Baseline {
    /// Median of the last six same weekdays.
    Auto,
    /// One day earlier.
    DayBefore,
    /// The seven days before.
    LastWeek,
    /// The 28 days before.
    LastMonth,
    /// Seven days earlier.
    SameWeekdayLastWeek,
    /// 52 weeks earlier.
    YearBefore,
    /// As long a stretch before a release: that of the annotation, or the latest one before the end of the range.
    Release(Option<Uuid>),
    /// The organisations that take part, in the latest whole week.
    Industry,
    /// The same time, another audience.
    Cohort(Vec<Filter>),
    /// Another stretch of time, ms since 1970.
    Custom {
        /// Begin, inclusive.
        start: i64,
        /// End, exclusive.
        end: i64,
    },
}

impl Baseline {
    /// The names that exist now.
    pub const NAMES: [&'static str; 10] = [
        "auto",
        "day_before",
        "last_week",
        "last_month",
        "same_weekday_last_week",
        "year_before",
        "release",
        "industry",
        "cohort",
        "custom",
    ];
    /// Names of the contract that are not available yet.
    pub const LATER: [&'static str; 1] = ["experiment"];

    fn simple(name: &str) -> Option<Self> {
        Some(match name {
            "auto" => Self::Auto,
            "day_before" => Self::DayBefore,
            "last_week" => Self::LastWeek,
            "last_month" => Self::LastMonth,
            "same_weekday_last_week" => Self::SameWeekdayLastWeek,
            "year_before" => Self::YearBefore,
            "release" => Self::Release(None),
            "industry" => Self::Industry,
            _ => return None,
        })
    }
}

/// A baseline and the name of its column.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedBaseline {
    /// Key in `comparisons`.
    pub label: String,
    /// What to compare with.
    pub baseline: Baseline,
}

/// What rows are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderKey {
    /// A metric of the question, by its index.
    Metric(usize),
    /// A dimension of the question, by its index.
    Dimension(usize),
    /// The time bucket.
    Time,
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub key: OrderKey,
    /// Greatest first.
    pub descending: bool,
}

/// What no caller can ask, but `explain` and `experiment` do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Special {
    /// Whether rows are told apart by each dimension by itself instead of by all together.
    pub apart: bool,
    /// Attempts left out: those for which every filter of one of these holds.
    pub except: Vec<Vec<Filter>>,
    /// Whether distinct viewers are counted one by one instead of by a sketch.
    pub exact_viewers: bool,
    /// What the intervals take for independent is not the viewer but a stretch of time of this length, ms.
    pub stretch_ms: Option<i64>,
    /// Only attempts of viewers who were seen elsewhere.
    pub seen: Option<Seen>,
    /// The ladders that renditions are rungs of; what came of them is read with the metrics.
    pub ladders: Option<Told>,
}

/// Viewers with an attempt that began in a stretch of time and that filters keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Begin, inclusive, ms since 1970.
    pub start: i64,
    /// End, exclusive, ms since 1970.
    pub end: i64,
    /// Which attempts.
    pub filters: Vec<Filter>,
}

/// A question that makes sense.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What is asked for.
    pub metrics: Vec<AskedMetric>,
    /// What rows are told apart by.
    pub dimensions: Vec<Dimension>,
    /// Which attempts.
    pub filters: Vec<Filter>,
    /// Which rows.
    pub having: Vec<Having>,
    /// Begin, inclusive, ms since 1970.
    pub start: i64,
    /// End, exclusive, ms since 1970.
    pub end: i64,
    /// Whether attempts belong to the time they ended instead of that they began.
    pub by_end: bool,
    /// Whose days and hours.
    pub timezone: Tz,
    /// Time buckets; one without.
    pub interval: Option<Interval>,
    /// Compared with what.
    pub compare: Vec<AskedBaseline>,
    /// Confidence of the intervals, 0.5..=0.999.
    pub confidence: f64,
    /// Order of the rows; empty means time, then most attempts first.
    pub order: Vec<Order>,
    /// Most rows.
    pub limit: usize,
    /// Rows to skip, from the cursor.
    pub offset: usize,
    /// Whether bots count.
    pub include_bots: bool,
    /// Whether time buckets without attempts get rows.
    pub fill: bool,
    /// What only this service asks of itself.
    pub special: Special,
    /// Hash of everything but the cursor: seeds the bootstrap and binds a cursor to its question.
    pub fingerprint: u64,
}

/// Every key a request may have.
pub const KEYS: [&str; 16] = [
    "metrics",
    "dimensions",
    "filters",
    "start",
    "end",
    "by",
    "timezone",
    "interval",
    "compare",
    "confidence",
    "orderBy",
    "limit",
    "cursor",
    "includeBots",
    "fill",
    "minStallMs",
];

/// Reads a request.
///
/// # Errors
/// Every fault there is.
pub fn parse(body: &Value) -> Result<Question, Faults> {
    let mut faults = Faults::default();
    let Some(body) = body.as_object() else {
        faults.add("$", format!("expected an object, found {}", kind_of(body)));
        return Err(faults);
    };
    unknown_keys(body, &KEYS, "", &mut faults);

    let metrics = parse_metrics(body, &mut faults);
    let dimensions = parse_dimensions(body, DIMENSIONS_MAX, &mut faults);
    let (filters, having) = parse_filters(body.get("filters"), "filters", Measures::OfRows, &mut faults);
    told_apart(body, &dimensions, &having, &mut faults);
    let start = parse_time(body, "start", "start", &mut faults);
    let end = parse_time(body, "end", "end", &mut faults);
    in_order(start, end, "start", &mut faults);
    let by_end = match text(body, "by", &mut faults) {
        None | Some("start") => false,
        Some("end") => true,
        Some(name) => {
            faults.unknown("by", "moment", name, ["start", "end"]);
            false
        }
    };
    let timezone = match text(body, "timezone", &mut faults) {
        Some(name) => parse_zone(name, "timezone", &mut faults),
        None => Some(Tz::UTC),
    };
    let interval = text(body, "interval", &mut faults).and_then(|name| {
        let found = Interval::NAMES.iter().find(|(known, _)| *known == name);
        if found.is_none() {
            faults.unknown("interval", "interval", name, Interval::NAMES.map(|(known, _)| known));
        }
        found.map(|(_, interval)| *interval)
    });
    few_buckets(start, end, interval, "interval", &mut faults);
    let compare = parse_compare(body, interval, &mut faults);
    if compare.iter().any(|asked| asked.baseline == Baseline::Industry) {
        coarse_enough(&dimensions, &filters, &mut faults);
    }
    let confidence = match number(body, "confidence", &mut faults) {
        Some(value) if !(0.5..=0.999).contains(&value) => {
            faults.add("confidence", format!("{value} is not between 0.5 and 0.999"));
            0.95
        }
        value => value.unwrap_or(0.95),
    };
    let (mut metrics, mut having) = (metrics, having);
    if counts_every_stall(body, &mut faults) {
        let asked = metrics
            .iter_mut()
            .chain(having.iter_mut().map(|having| &mut having.metric));
        for asked in asked.filter(|asked| STALL_COUNTS.contains(&asked.metric.name)) {
            asked.ask = Ask::EveryStall;
        }
    }
    let order = parse_order(body, &metrics, &dimensions, interval.is_some(), &mut faults);
    let limit = parse_limit(number(body, "limit", &mut faults), "limit", ROWS_DEFAULT, &mut faults);
    let include_bots = boolean(body, "includeBots", &mut faults);
    let fill = boolean(body, "fill", &mut faults);
    if fill && !dimensions.is_empty() {
        faults.add("fill", "empty time buckets can be filled only without dimensions");
    }
    let fingerprint = fingerprint(body);
    let offset = match text(body, "cursor", &mut faults) {
        Some(cursor) => parse_cursor(cursor, fingerprint, "cursor", &mut faults),
        None => 0,
    };

    match (start, end, timezone) {
        (Some(start), Some(end), Some(timezone)) if faults.0.is_empty() => Ok(Question {
            metrics,
            dimensions,
            filters,
            having,
            start,
            end,
            by_end,
            timezone,
            interval,
            compare,
            confidence,
            order,
            limit,
            offset,
            include_bots,
            fill,
            special: Special::default(),
            fingerprint,
        }),
        _ => Err(faults),
    }
}

/// Metrics that count stalls, from `minStallMs` on.
pub const STALL_COUNTS: [&str; 3] = ["stall_count", "stalls_per_hour", "stalled_attempt_share"];

/// Reads `minStallMs`. An attempt's totals tell the stalls from 250 ms on and those below apart, and nothing between.
fn counts_every_stall(body: &Map<String, Value>, faults: &mut Faults) -> bool {
    let least = f64::from(STALL_COUNTED_MS_MIN);
    match number(body, "minStallMs", faults) {
        None => false,
        Some(0.0) => true,
        Some(ms) if ms == least => false,
        Some(ms) => {
            faults.add(
                "minStallMs",
                format!("{ms} is neither 0, for every stall, nor {least}, from which they count without it"),
            );
            false
        }
    }
}

fn parse_metrics(body: &Map<String, Value>, faults: &mut Faults) -> Vec<AskedMetric> {
    let mut metrics: Vec<AskedMetric> = Vec::new();
    match body.get("metrics") {
        None => faults.add("metrics", "missing; name at least one metric"),
        Some(Value::Array(items)) if items.is_empty() => faults.add("metrics", "empty; name at least one metric"),
        Some(Value::Array(items)) if items.len() > ITEMS_MAX => {
            faults.add("metrics", format!("{} metrics; at most {ITEMS_MAX}", items.len()));
        }
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let field = format!("metrics[{index}]");
                let Some(name) = item.as_str() else {
                    faults.add(field, format!("expected a metric's name, found {}", kind_of(item)));
                    continue;
                };
                match AskedMetric::parse(name) {
                    Some(asked) if metrics.iter().any(|other| other.name == asked.name) => {
                        faults.add(field, format!("'{}' is asked for twice", asked.name));
                    }
                    Some(asked) => metrics.push(asked),
                    None => unknown_metric(&field, name, faults),
                }
            }
        }
        Some(other) => faults.add(
            "metrics",
            format!("expected an array of names, found {}", kind_of(other)),
        ),
    }
    metrics
}

pub(crate) fn unknown_metric(field: &str, name: &str, faults: &mut Faults) {
    if let Some(metric) = metric(name) {
        let names = names_of(metric).join(", ");
        faults.add(field, format!("'{name}' is a distribution; ask for one of {names}"));
    } else {
        let names = AskedMetric::names();
        faults.unknown(field, "metric", name, names.iter().map(String::as_str));
    }
}

/// Reads the attributes to tell rows apart by, at most so many.
pub(crate) fn parse_dimensions(body: &Map<String, Value>, most: usize, faults: &mut Faults) -> Vec<Dimension> {
    let mut dimensions = Vec::new();
    for (index, item) in array(body.get("dimensions"), "dimensions", most, faults)
        .iter()
        .enumerate()
    {
        let field = format!("dimensions[{index}]");
        match item.as_str() {
            None => faults.add(field, format!("expected an attribute's name, found {}", kind_of(item))),
            Some(name) => match Dimension::parse(name).or((name == RENDITION.name).then_some(Dimension::Rendition)) {
                Some(dimension) if dimensions.contains(&dimension) => {
                    faults.add(field, format!("'{name}' is asked for twice"))
                }
                Some(dimension) => dimensions.push(dimension),
                None => unknown_attribute(&field, name, Measures::No, faults),
            },
        }
    }
    dimensions
}

/// What besides attributes a list of filters may speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measures {
    /// Nothing.
    No,
    /// Metrics of an answer's rows, suffix included.
    OfRows,
    /// Metrics of single attempts: what the attempt itself has of them, without suffix.
    OfAttempts,
}

impl Measures {
    fn parse(self, name: &str) -> Option<AskedMetric> {
        match self {
            Self::No => None,
            Self::OfRows => AskedMetric::parse(name),
            Self::OfAttempts => of_attempts()
                .find(|metric| metric.name == name)
                .map(|metric| AskedMetric {
                    name: name.to_owned(),
                    metric,
                    ask: Ask::Value,
                }),
        }
    }

    fn names(self) -> Vec<String> {
        match self {
            Self::No => Vec::new(),
            Self::OfRows => AskedMetric::names(),
            Self::OfAttempts => of_attempts().map(|metric| metric.name.to_owned()).collect(),
        }
    }
}

/// Metrics of which a single attempt has a value; `sql::metric::of_attempt` says which.
pub(crate) fn of_attempts() -> impl Iterator<Item = &'static Metric> {
    METRICS
        .iter()
        .filter(|metric| metric.dimension.is_none() && !matches!(metric.kind, Kind::Distinct | Kind::Concurrency))
}

/// Notes metrics that are told by a dimension that is not asked for, and metrics of whole attempts beside such a dimension.
fn told_apart(body: &Map<String, Value>, dimensions: &[Dimension], having: &[Having], faults: &mut Faults) {
    let by_rendition = dimensions.contains(&Dimension::Rendition);
    let mut check = |field: String, metric: &Metric| match (metric.dimension, by_rendition) {
        (Some(name), false) => faults.add(
            field,
            format!("'{}' is told by {name}: it needs the dimension '{name}'", metric.name),
        ),
        (None, true) => {
            let fitting: Vec<&str> = METRICS
                .iter()
                .filter(|metric| metric.dimension == Some(RENDITION.name))
                .map(|metric| metric.name)
                .collect();
            faults.add(
                field,
                format!(
                    "'{}' is of whole attempts, which have several renditions; by 'rendition' ask for {}",
                    metric.name,
                    fitting.join(" or ")
                ),
            );
        }
        _ => {}
    };
    // Those that are no metrics have faults of their own.
    let named = body.get("metrics").and_then(Value::as_array).into_iter().flatten();
    for (index, item) in named.enumerate() {
        if let Some(asked) = item.as_str().and_then(AskedMetric::parse) {
            check(format!("metrics[{index}]"), asked.metric);
        }
    }
    let filters = body.get("filters").and_then(Value::as_array).into_iter().flatten();
    for (index, item) in filters.enumerate() {
        let name = item.get("attribute").and_then(Value::as_str);
        if let Some(having) = having.iter().find(|having| Some(having.metric.name.as_str()) == name) {
            check(format!("filters[{index}].attribute"), having.metric.metric);
        }
    }
}

fn unknown_attribute(field: &str, name: &str, measures: Measures, faults: &mut Faults) {
    if name.starts_with(CUSTOM_PREFIX) {
        faults.add(
            field,
            format!("the key of a custom dimension has 1 to {LABEL_BYTES_MAX} bytes"),
        );
        return;
    }
    if name == RENDITION.name {
        faults.add(
            field,
            "'rendition' tells playing time apart, not attempts: it is a dimension of some metrics and no filter",
        );
        return;
    }
    let metrics = measures.names();
    let known = ATTRIBUTES
        .iter()
        .map(|attribute| attribute.name)
        .chain(metrics.iter().map(String::as_str));
    faults.unknown(field, "attribute", name, known);
}

/// Reads a list of filters, each with its faults: by attributes, and by the metrics that `measures` allows.
pub fn parse_filters(
    value: Option<&Value>,
    at: &str,
    measures: Measures,
    faults: &mut Faults,
) -> (Vec<Filter>, Vec<Having>) {
    let (mut filters, mut having) = (Vec::new(), Vec::new());
    for (index, item) in array(value, at, ITEMS_MAX, faults).iter().enumerate() {
        let at = format!("{at}[{index}]");
        let Some(item) = item.as_object() else {
            faults.add(at, format!("expected an object, found {}", kind_of(item)));
            continue;
        };
        unknown_keys(item, &["attribute", "operator", "value"], &format!("{at}."), faults);
        let name = required_text(item, "attribute", &at, faults);
        let operator = required_text(item, "operator", &at, faults).and_then(|name| {
            let operator = Operator::parse(name);
            if operator.is_none() {
                faults.unknown(
                    &format!("{at}.operator"),
                    "operator",
                    name,
                    Operator::NAMES.map(|(known, _)| known),
                );
            }
            operator
        });
        let Some(value) = item.get("value") else {
            faults.add(format!("{at}.value"), "missing");
            continue;
        };
        let Some(name) = name else { continue };
        if let Some(dimension) = Dimension::parse(name) {
            if let Some((operator, values)) = operator.and_then(|operator| {
                parse_values(value, operator, &format!("{at}.value"), faults).map(|values| (operator, values))
            }) {
                filters.push(Filter {
                    dimension,
                    operator,
                    values,
                });
            }
        } else if let Some(metric) = measures.parse(name) {
            let numeric = operator.filter(|operator| {
                let fits = !matches!(operator, Operator::In | Operator::Contains | Operator::NotContains);
                if !fits {
                    faults.add(
                        format!("{at}.operator"),
                        "a metric compares by EQ, NE, LT, LTE, GT or GTE",
                    );
                }
                fits
            });
            if metric.ask == Ask::Histogram {
                faults.add(format!("{at}.attribute"), "a histogram has no order to filter by");
            }
            match value.as_f64() {
                None => faults.add(
                    format!("{at}.value"),
                    format!("expected a number, found {}", kind_of(value)),
                ),
                Some(value) => having.extend(numeric.map(|operator| Having {
                    metric,
                    operator,
                    value,
                })),
            }
        } else {
            unknown_attribute(&format!("{at}.attribute"), name, measures, faults);
        }
    }
    (filters, having)
}

fn parse_values(value: &Value, operator: Operator, at: &str, faults: &mut Faults) -> Option<Vec<Option<String>>> {
    let mut one = |value: &Value, at: &str| match value {
        // Empty text is how the tables write "not known".
        Value::Null => Some(None),
        Value::String(text) if text.is_empty() => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        Value::Bool(value) => Some(Some(value.to_string())),
        Value::Number(number) => Some(Some(number.to_string())),
        Value::Array(_) | Value::Object(_) => {
            faults.add(
                at,
                format!("expected text, a number, true, false or null, found {}", kind_of(value)),
            );
            None
        }
    };
    let values = match value {
        Value::Array(items) if operator.takes_a_list() => {
            if items.is_empty() || items.len() > VALUES_MAX {
                faults.add(at, format!("{} values; at least 1, at most {VALUES_MAX}", items.len()));
                return None;
            }
            let mut values = Vec::new();
            for (index, item) in items.iter().enumerate() {
                values.push(one(item, &format!("{at}[{index}]"))?);
            }
            values
        }
        value => vec![one(value, at)?],
    };
    if !operator.takes_a_list() && values.iter().any(Option::is_none) {
        faults.add(at, "null compares by IN, EQ and NE only");
        return None;
    }
    Some(values)
}

/// Notes what could single one organisation out of the industry.
fn coarse_enough(dimensions: &[Dimension], filters: &[Filter], faults: &mut Faults) {
    let is_known = |dimension: &Dimension| industry::DIMENSIONS.contains(&dimension.name().as_str());
    let known = industry::DIMENSIONS.join(", ");
    for (index, _) in dimensions
        .iter()
        .enumerate()
        .filter(|(_, dimension)| !is_known(dimension))
    {
        faults.add(
            format!("dimensions[{index}]"),
            format!("'industry' compares by {known} only"),
        );
    }
    for (index, filter) in filters.iter().enumerate() {
        if !is_known(&filter.dimension) {
            faults.add(
                format!("filters[{index}].attribute"),
                format!("'industry' compares attempts filtered by {known} only"),
            );
        } else if !matches!(filter.operator, Operator::Eq | Operator::In) {
            faults.add(format!("filters[{index}].operator"), "'industry' takes EQ and IN only");
        }
    }
}

fn parse_compare(body: &Map<String, Value>, interval: Option<Interval>, faults: &mut Faults) -> Vec<AskedBaseline> {
    let mut asked: Vec<AskedBaseline> = Vec::new();
    for (index, item) in array(body.get("compare"), "compare", BASELINES_MAX, faults)
        .iter()
        .enumerate()
    {
        let at = format!("compare[{index}]");
        let (label, baseline) = match item {
            Value::String(name) => (None, simple_baseline(name, &at, faults)),
            Value::Object(object) => parse_baseline(object, interval, &at, faults),
            other => {
                faults.add(
                    at,
                    format!("expected a baseline's name or an object, found {}", kind_of(other)),
                );
                continue;
            }
        };
        let Some((kind, baseline)) = baseline else { continue };
        let label = label.unwrap_or(kind);
        if asked.iter().any(|other| other.label == label) {
            faults.add(at, format!("two baselines are called '{label}'; give one a label"));
            continue;
        }
        asked.push(AskedBaseline { label, baseline });
    }
    asked
}

fn simple_baseline(name: &str, at: &str, faults: &mut Faults) -> Option<(String, Baseline)> {
    if let Some(baseline) = Baseline::simple(name) {
        return Some((name.to_owned(), baseline));
    }
    if Baseline::LATER.contains(&name) {
        later(name, at, faults);
    } else if Baseline::NAMES.contains(&name) {
        faults.add(at, format!("'{name}' needs an object: {{\"{name}\": {{…}}}}"));
    } else {
        faults.unknown(at, "baseline", name, Baseline::NAMES.into_iter().chain(Baseline::LATER));
    }
    None
}

fn later(name: &str, at: &str, faults: &mut Faults) {
    let known = Baseline::NAMES.join(", ");
    faults.push(
        ErrorCode::BaselineNotAvailable,
        at,
        format!("baseline not available yet: '{name}'; known are {known}"),
    );
}

fn parse_baseline(
    object: &Map<String, Value>,
    interval: Option<Interval>,
    at: &str,
    faults: &mut Faults,
) -> (Option<String>, Option<(String, Baseline)>) {
    let label = match object.get("label") {
        None | Some(Value::Null) => None,
        Some(Value::String(label)) if !label.is_empty() && label.len() <= LABEL_BYTES_MAX => Some(label.clone()),
        Some(_) => {
            faults.add(
                format!("{at}.label"),
                format!("expected a text of 1 to {LABEL_BYTES_MAX} bytes"),
            );
            None
        }
    };
    let kinds: Vec<&String> = object.keys().filter(|key| *key != "label").collect();
    let [kind] = kinds.as_slice() else {
        faults.add(
            at,
            format!("expected exactly one kind of baseline, found {}", kinds.len()),
        );
        return (label, None);
    };
    let (at, value) = (format!("{at}.{kind}"), &object[kind.as_str()]);
    let baseline = match (kind.as_str(), value) {
        ("cohort", Value::Object(cohort)) => {
            unknown_keys(cohort, &["filters"], &format!("{at}."), faults);
            let count = faults.0.len();
            let (filters, _) = parse_filters(cohort.get("filters"), &format!("{at}.filters"), Measures::No, faults);
            if filters.is_empty() && faults.0.len() == count {
                faults.add(format!("{at}.filters"), "a cohort needs at least one filter");
            }
            Some(Baseline::Cohort(filters))
        }
        ("custom", Value::Object(range)) => {
            unknown_keys(range, &["start", "end"], &format!("{at}."), faults);
            let start = parse_time(range, "start", &format!("{at}.start"), faults);
            let end = parse_time(range, "end", &format!("{at}.end"), faults);
            in_order(start, end, &format!("{at}.start"), faults);
            few_buckets(start, end, interval, &at, faults);
            match (start, end) {
                (Some(start), Some(end)) => Some(Baseline::Custom { start, end }),
                _ => None,
            }
        }
        ("release", Value::Object(release)) => {
            unknown_keys(release, &["annotation"], &format!("{at}."), faults);
            match release.get("annotation") {
                None | Some(Value::Null) => Some(Baseline::Release(None)),
                Some(id) => {
                    let parsed = id.as_str().and_then(|id| Uuid::try_parse(id).ok());
                    if parsed.is_none() {
                        faults.add(
                            format!("{at}.annotation"),
                            format!(
                                "expected an annotation's id, a UUID, found {}",
                                shortened(&id.to_string())
                            ),
                        );
                    }
                    parsed.map(|id| Baseline::Release(Some(id)))
                }
            }
        }
        ("cohort" | "custom", other) => {
            faults.add(at, format!("expected an object, found {}", kind_of(other)));
            None
        }
        (name, Value::Object(_) | Value::Bool(true) | Value::Null) if Baseline::simple(name).is_some() => {
            Baseline::simple(name)
        }
        (name, _) => simple_baseline(name, &at, faults).map(|(_, baseline)| baseline),
    };
    (label, baseline.map(|baseline| ((*kind).clone(), baseline)))
}

fn parse_order(
    body: &Map<String, Value>,
    metrics: &[AskedMetric],
    dimensions: &[Dimension],
    has_interval: bool,
    faults: &mut Faults,
) -> Vec<Order> {
    let mut order = Vec::new();
    for (index, item) in array(body.get("orderBy"), "orderBy", ITEMS_MAX, faults)
        .iter()
        .enumerate()
    {
        let at = format!("orderBy[{index}]");
        let Some(item) = item.as_object() else {
            faults.add(at, format!("expected an object, found {}", kind_of(item)));
            continue;
        };
        unknown_keys(item, &["name", "order"], &format!("{at}."), faults);
        let descending = match item.get("order") {
            None | Some(Value::Null) => None,
            Some(Value::String(word)) if word == "ASC" => Some(false),
            Some(Value::String(word)) if word == "DESC" => Some(true),
            Some(other) => {
                faults.add(
                    format!("{at}.order"),
                    format!("expected 'ASC' or 'DESC', found {}", shortened(&other.to_string())),
                );
                None
            }
        };
        let Some(name) = required_text(item, "name", &at, faults) else {
            continue;
        };
        let key = if let Some(index) = metrics.iter().position(|metric| metric.name == name) {
            if metrics[index].ask == Ask::Histogram {
                faults.add(format!("{at}.name"), "a histogram has no order");
                continue;
            }
            OrderKey::Metric(index)
        } else if let Some(index) = dimensions.iter().position(|dimension| dimension.name() == name) {
            OrderKey::Dimension(index)
        } else if name == "time" && has_interval {
            OrderKey::Time
        } else {
            let dimension_names: Vec<String> = dimensions.iter().map(Dimension::name).collect();
            let known = metrics
                .iter()
                .map(|metric| metric.name.as_str())
                .chain(dimension_names.iter().map(String::as_str));
            let known = known.chain(has_interval.then_some("time"));
            let near = nearest(name, known)
                .map(|near| format!("; did you mean '{near}'?"))
                .unwrap_or_default();
            faults.add(
                format!("{at}.name"),
                format!(
                    "'{}' is not a metric or dimension of this request{near}",
                    shortened(name)
                ),
            );
            continue;
        };
        let descending = descending.unwrap_or(matches!(key, OrderKey::Metric(_)));
        order.push(Order { key, descending });
    }
    order
}

/// A whole number of rows, 1..=[`ROWS_MAX`].
pub fn parse_limit(value: Option<f64>, field: &str, default: usize, faults: &mut Faults) -> usize {
    match value {
        None => default,
        Some(value) if value.fract() == 0.0 && (1.0..=ROWS_MAX as f64).contains(&value) => value as usize,
        Some(value) => {
            faults.add(field, format!("{value} is not a whole number from 1 to {ROWS_MAX}"));
            default
        }
    }
}

pub(crate) fn parse_time(object: &Map<String, Value>, key: &str, field: &str, faults: &mut Faults) -> Option<i64> {
    match object.get(key) {
        None | Some(Value::Null) => {
            faults.add(field, "missing");
            None
        }
        Some(Value::String(text)) => parse_instant(text, field, faults),
        Some(other) => {
            faults.add(field, format!("expected a date and time, found {}", kind_of(other)));
            None
        }
    }
}

/// An RFC 3339 date and time between 2000 and 2100.
pub fn parse_instant(text: &str, field: &str, faults: &mut Faults) -> Option<i64> {
    // 2000-01-01 and 2100-01-01 UTC, in ms: what the tables' dates hold with room on both sides.
    const EARLIEST: i64 = 946_684_800_000;
    const LATEST: i64 = 4_102_444_800_000;
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) if (EARLIEST..LATEST).contains(&time.timestamp_millis()) => Some(time.timestamp_millis()),
        Ok(_) => {
            faults.add(
                field,
                format!("'{}' is not between the years 2000 and 2100", shortened(text)),
            );
            None
        }
        Err(_) => {
            let text = shortened(text);
            faults.add(
                field,
                format!("'{text}' is no date and time with an offset, like 2026-11-19T00:00:00Z"),
            );
            None
        }
    }
}

/// Notes a fault when `start` is not before `end`.
pub fn in_order(start: Option<i64>, end: Option<i64>, field: &str, faults: &mut Faults) {
    if let (Some(start), Some(end)) = (start, end)
        && start >= end
    {
        faults.add(field, "start must be before end");
    }
}

/// Notes a fault when a stretch of time has more buckets than an answer rows.
fn few_buckets(start: Option<i64>, end: Option<i64>, interval: Option<Interval>, field: &str, faults: &mut Faults) {
    if let (Some(start), Some(end), Some(interval)) = (start, end, interval) {
        let buckets = (end - start) / interval.nominal_ms();
        if buckets > BUCKETS_MAX as i64 {
            faults.add(
                field,
                format!(
                    "{buckets} time buckets of '{}' are too many rows; at most {BUCKETS_MAX}",
                    interval.name()
                ),
            );
        }
    }
}

/// An IANA time zone.
pub fn parse_zone(name: &str, field: &str, faults: &mut Faults) -> Option<Tz> {
    let zone = name.parse().ok();
    if zone.is_none() {
        faults.unknown(
            field,
            "timezone",
            name,
            chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()),
        );
    }
    zone
}

/// The cursor to the rows after `offset`.
#[must_use]
pub fn cursor(offset: usize, fingerprint: u64) -> String {
    format!("{:016x}{offset:x}", fingerprint ^ CURSOR_SALT)
}

/// Keeps readers from taking the cursor for something to build themselves.
const CURSOR_SALT: u64 = 0x9e37_79b9_7f4a_7c15;

/// Reads a cursor of this very question.
pub fn parse_cursor(text: &str, fingerprint: u64, field: &str, faults: &mut Faults) -> usize {
    let parsed = text
        .is_ascii()
        .then(|| text.split_at_checked(16))
        .flatten()
        .and_then(|(hash, offset)| {
            let hash = u64::from_str_radix(hash, 16).ok()?;
            let offset = usize::from_str_radix(offset, 16).ok()?;
            (hash == fingerprint ^ CURSOR_SALT && offset < 1 << 32).then_some(offset)
        });
    parsed.unwrap_or_else(|| {
        faults.add(
            field,
            "this cursor does not belong to this question; send nextCursor of an answer to the same one",
        );
        0
    })
}

/// Hash of a request without its cursor, the same for the same question in every process of one build.
#[must_use]
pub fn fingerprint(body: &Map<String, Value>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (key, value) in body {
        if key != "cursor" {
            (key, value.to_string()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

pub(crate) fn unknown_keys(object: &Map<String, Value>, known: &[&str], prefix: &str, faults: &mut Faults) {
    for key in object.keys() {
        if !known.contains(&key.as_str()) {
            // A key may be no text at all, its path may not.
            let shown = if key.is_empty() {
                "\"\"".to_owned()
            } else {
                shortened(key)
            };
            faults.unknown(&format!("{prefix}{shown}"), "field", key, known.iter().copied());
        }
    }
}

pub(crate) fn array<'a>(value: Option<&'a Value>, field: &str, most: usize, faults: &mut Faults) -> &'a [Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) if items.len() > most => {
            faults.add(field, format!("{} entries; at most {most}", items.len()));
            &[]
        }
        Some(Value::Array(items)) => items,
        Some(other) => {
            faults.add(field, format!("expected an array, found {}", kind_of(other)));
            &[]
        }
    }
}

pub(crate) fn text<'a>(object: &'a Map<String, Value>, key: &str, faults: &mut Faults) -> Option<&'a str> {
    match object.get(key) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(other) => {
            faults.add(key, format!("expected a text, found {}", kind_of(other)));
            None
        }
    }
}

pub(crate) fn required_text<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    at: &str,
    faults: &mut Faults,
) -> Option<&'a str> {
    let field = match at {
        "" => key.to_owned(),
        at => format!("{at}.{key}"),
    };
    match object.get(key) {
        Some(Value::String(text)) => Some(text),
        Some(other) => {
            faults.add(field, format!("expected a text, found {}", kind_of(other)));
            None
        }
        None => {
            faults.add(field, "missing");
            None
        }
    }
}

pub(crate) fn number(object: &Map<String, Value>, key: &str, faults: &mut Faults) -> Option<f64> {
    match object.get(key) {
        None | Some(Value::Null) => None,
        Some(Value::Number(number)) => number.as_f64(),
        Some(other) => {
            faults.add(key, format!("expected a number, found {}", kind_of(other)));
            None
        }
    }
}

pub(crate) fn boolean(object: &Map<String, Value>, key: &str, faults: &mut Faults) -> bool {
    match object.get(key) {
        None | Some(Value::Null) => false,
        Some(Value::Bool(value)) => *value,
        Some(other) => {
            faults.add(key, format!("expected true or false, found {}", kind_of(other)));
            false
        }
    }
}

pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A caller's text, cut so that an error answer stays small.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
