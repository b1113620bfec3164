//! Exports: attempts or an answer as one file, written in the background, one at a time for each organisation.
//!
//! What was asked for and how far it is lives in `accounts`; the files lie in a folder of the node. ClickHouse writes the files of attempts
//! itself; those of answers are written here, because their intervals and verdicts are computed here.
//! Invariant: an export that is `done` has its whole file, synced to the disk, under its own name; everything else in the folder is removed.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use accounts::{Accounts, AccountsError, Export, ExportState, ExportedFile, Tenant};
use chrono_tz::Tz;
use envelope::ApiError;
use schemas::{OrganizationId, UnixMs};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::StoreError;
use tokio::{io::AsyncWriteExt, sync::Notify, task::JoinSet};
use uuid::Uuid;

use crate::{
    calendar::Window,
    http::{answered, now_ms, told},
    industry::{Field, IndustryConfig},
    request::{self, Ask, Faults, Filter, Having, Measures, Question, ROWS_MAX},
    response::{Amount, Comparison, MetricValue, Row},
    run::RunError,
    sql::statement::{self, Grid, Scope},
    table::{Column, Table, TableError, Values},
    tables::Tables,
};

/// How large exports may be, where they lie and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportConfig {
    /// The folder of their files. Nothing else may lie there: what is unknown is removed.
    pub folder: PathBuf,
    /// Most attempts of one export. The embedded engine holds the whole file in memory before it hands it over.
    pub attempts_max: u64,
    /// Most rows of an exported answer.
    pub rows_max: usize,
    /// Most bytes of one file.
    pub bytes_max: u64,
    /// Most bytes of all files.
    pub folder_bytes_max: u64,
    /// For how long a file is kept.
    pub keep: Duration,
    /// Exports written at the same time, of different organisations.
    pub parallel: usize,
}

impl Default for ExportConfig {
    fn default() -> Self {
        Self {
            folder: PathBuf::from(".data/exports"),
            attempts_max: 1_000_000,
            rows_max: 100_000,
            bytes_max: 1 << 30,
            folder_bytes_max: 10 << 30,
            keep: Duration::from_secs(7 * 24 * 3_600),
            parallel: 2,
        }
    }
}

/// How often an export is begun before a node that stops again and again gives it up.
const TRIES_MAX: u32 = 3;

/// Between two looks for what has expired: an export is no file to be exact to the minute about.
const SWEEP: Duration = Duration::from_secs(60);

/// What a file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Apache Parquet, pages compressed by Snappy, which every reader knows.
    Parquet,
    /// Comma-separated, a head with the columns' names.
    Csv,
}

impl Format {
    /// Every format with its name, which is also the ending of its files.
    pub const NAMES: [(&'static str, Self); 2] = [("parquet", Self::Parquet), ("csv", Self::Csv)];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }

    /// What ClickHouse calls it.
    fn clickhouse(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Csv => "CSVWithNames",
        }
    }
}

/// What an export holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Every attempt that began in a stretch of time.
    Attempts {
        /// Begin, inclusive, ms since 1970.
        start: i64,
        /// End, exclusive, ms since 1970.
        end: i64,
        /// Which, by their attributes.
        filters: Vec<Filter>,
        /// Which, by what they have of a metric.
        measures: Vec<Having>,
        /// Whether bots are among them.
        include_bots: bool,
    },
    /// Every row of the answer to a question.
    Answer(Box<Question>),
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRequest {
    /// As what.
    pub format: Format,
    /// What.
    pub wanted: Wanted,
}

/// Reads what is asked for.
///
/// # Errors
/// Every fault there is.
pub fn parse(body: &Map<String, Value>) -> Result<ExportRequest, Faults> {
    let mut faults = Faults::default();
    let format = request::required_text(body, "format", "", &mut faults).and_then(|name| {
        let found = Format::NAMES.iter().find(|(known, _)| *known == name);
        if found.is_none() {
            faults.unknown("format", "format", name, Format::NAMES.map(|(known, _)| known));
        }
        found.map(|(_, format)| *format)
    });
    let wanted = match request::required_text(body, "kind", "", &mut faults) {
        Some("attempts") => attempts(body, &mut faults),
        Some("answer") => answer(body, &mut faults),
        Some(name) => {
            faults.unknown("kind", "kind of export", name, ["attempts", "answer"]);
            None
        }
        None => None,
    };
    match (format, wanted) {
        (Some(format), Some(wanted)) if faults.0.is_empty() => Ok(ExportRequest { format, wanted }),
        _ => Err(faults),
    }
}

fn attempts(body: &Map<String, Value>, faults: &mut Faults) -> Option<Wanted> {
    let known = ["kind", "format", "start", "end", "filters", "includeBots"];
    request::unknown_keys(body, &known, "", faults);
    let start = request::parse_time(body, "start", "start", faults);
    let end = request::parse_time(body, "end", "end", faults);
    request::in_order(start, end, "start", faults);
    let (filters, measures) = request::parse_filters(body.get("filters"), "filters", Measures::OfAttempts, faults);
    let include_bots = request::boolean(body, "includeBots", faults);
    Some(Wanted::Attempts {
        start: start?,
        end: end?,
        filters,
        measures,
        include_bots,
    })
}

fn answer(body: &Map<String, Value>, faults: &mut Faults) -> Option<Wanted> {
    request::unknown_keys(body, &["kind", "format", "question"], "", faults);
    let question = match body.get("question") {
        Some(question @ Value::Object(keys)) => {
            for key in ["limit", "cursor"] {
                if keys.contains_key(key) {
                    faults.add(
                        format!("question.{key}"),
                        "an export holds every row of the answer; leave this out",
                    );
                }
            }
            question
        }
        Some(other) => {
            let found = request::kind_of(other);
            faults.add("question", format!("expected an object, found {found}"));
            return None;
        }
        None => {
            faults.add("question", "missing; what POST /v1/analytics/query would be asked");
            return None;
        }
    };
    match request::parse(question) {
        Ok(question) => {
            for (index, metric) in question.metrics.iter().enumerate() {
                if metric.ask == Ask::Histogram {
                    let field = format!("question.metrics[{index}]");
                    faults.add(field, "a histogram is not one number and has no column");
                }
            }
            Some(Wanted::Answer(Box::new(question)))
        }
        Err(found) => {
            for fault in found.0 {
                faults.add(format!("question.{}", fault.field), fault.text);
            }
            None
        }
    }
}

/// Why an export ends without a file.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    /// It is larger than may be, or cannot be asked: the caller can mend it.
    #[error("{0}")]
    Refused(String),
    /// The question cannot be asked any more.
    #[error("asking again what was asked")]
    Question(#[from] ApiError),
    #[error("asking the tables")]
    Run(#[from] RunError),
    #[error("writing the file")]
    File(#[from] std::io::Error),
    #[error("writing the rows")]
    Table(#[from] TableError),
    #[error("working beside the others")]
    Thread(#[from] tokio::task::JoinError),
    #[error("keeping an export's state")]
    Accounts(#[from] AccountsError),
}

impl ExportError {
    /// Why, as the caller sees it; what the caller should not see goes to the log.
    fn into_reason(self, export_id: Uuid) -> String {
        match self {
            Self::Refused(text) => text,
            Self::Question(error) => told(&error),
            Self::Run(error) => told(&error.into_api()),
            error => {
                tracing::error!(export = %export_id, error = &error as &dyn std::error::Error, "an export cannot be written");
                "The file could not be written; the operator's log says why.".to_owned()
            }
        }
    }
}

/// An export that is being written.
#[derive(Debug, Default)]
pub(crate) struct Running {
    cancel: Notify,
    /// Rows that there will be; 0 until they are counted.
    pub rows_expected: AtomicU64,
    /// Bytes written so far.
    pub bytes: AtomicU64,
}

/// What the exports of a node have in common.
#[derive(Debug)]
pub(crate) struct Exports {
    pub config: ExportConfig,
    /// Told when there is something to write or to remove.
    pub wake: Notify,
    running: Mutex<HashMap<Uuid, Arc<Running>>>,
}

impl Exports {
    pub(crate) fn new(config: ExportConfig) -> Self {
        Self {
            config,
            wake: Notify::new(),
            running: Mutex::default(),
        }
    }

    /// An export that is being written now.
    pub(crate) fn running(&self, export_id: Uuid) -> Option<Arc<Running>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&export_id).cloned()
    }

    /// Where the file of an export lies once it is done.
    pub(crate) fn path(&self, export_id: Uuid, format: Format) -> PathBuf {
        self.config.folder.join(format!("{export_id}.{}", format.name()))
    }

    /// Until when an export is kept that ends `now`.
    pub(crate) fn expiry(&self, now: UnixMs) -> UnixMs {
        let keep = i64::try_from(self.config.keep.as_millis()).unwrap_or(i64::MAX);
        UnixMs(now.0.saturating_add(keep))
    }

    /// Ends the writing of an export that was deleted, and has its file removed.
    pub(crate) fn forget(&self, export_id: Uuid) {
        if let Some(running) = self.running(export_id) {
            running.cancel.notify_one();
        }
        self.wake.notify_one();
    }
}

/// What a job needs.
#[derive(Clone)]
pub(crate) struct Desk {
    pub exports: Arc<Exports>,
    pub tables: Tables,
    pub accounts: Accounts,
    /// When the industry baseline is shown.
    pub industry: IndustryConfig,
    /// As [`crate::run::Observe`].
    pub observe: Arc<dyn Fn(&'static str, f64) + Send + Sync>,
}

/// Writes and removes exports for ever.
pub(crate) async fn run(desk: Desk) {
    let Desk { exports, accounts, .. } = &desk;
    let requeued = accounts.requeue_exports(TRIES_MAX, UnixMs(now_ms())).await;
    if let Err(error) = requeued {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "exports that were under way are lost"
        );
    }
    let mut busy: HashSet<OrganizationId> = HashSet::new();
    // Tasks of their own: one that is not polled while this loop waits for the accounts might itself hold them.
    let mut under_way = JoinSet::new();
    loop {
        match turn(&desk, &mut busy).await {
            Ok(next) => {
                for (export, running) in next {
                    let desk = desk.clone();
                    under_way.spawn(async move {
                        carry_out(&desk, &export, &running).await;
                        export
                    });
                }
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "exports will be looked at again"
                );
            }
        }
        tokio::select! {
            Some(ended) = under_way.join_next() => match ended {
                Ok(export) => {
                    busy.remove(&export.tenant.organization_id());
                    let mut running = exports.running.lock().unwrap_or_else(PoisonError::into_inner);
                    running.remove(&export.export_id);
                }
                // Its organisation waits for the next start, which begins the export again.
                Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "writing an export panicked"),
            },
            () = exports.wake.notified() => {}
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}

/// Removes what goes, and begins what may be written next.
async fn turn(desk: &Desk, busy: &mut HashSet<OrganizationId>) -> Result<Vec<(Export, Arc<Running>)>, ExportError> {
    let Desk { exports, accounts, .. } = desk;
    accounts.drop_exports(UnixMs(now_ms())).await?;
    let all = accounts.all_exports().await?;
    sweep(&exports.config.folder, &all).await?;
    let mut next = Vec::new();
    for export in all {
        let organization = export.tenant.organization_id();
        let is_next = export.state == ExportState::Queued
            && busy.len() < exports.config.parallel
            && !busy.contains(&organization);
        if is_next && accounts.begin_export(export.export_id, UnixMs(now_ms())).await? {
            busy.insert(organization);
            let running = Arc::new(Running::default());
            let mut all = exports.running.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(export.export_id, Arc::clone(&running));
            next.push((export, running));
        }
    }
    Ok(next)
}

/// Removes every file that belongs to no export.
async fn sweep(folder: &Path, all: &[Export]) -> Result<(), ExportError> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let id = name.split_once('.').and_then(|(id, _)| Uuid::try_parse(id).ok());
        let is_known = all.iter().any(|export| {
            Some(export.export_id) == id && matches!(export.state, ExportState::Running | ExportState::Done)
        });
        if !is_known {
            remove(&entry.path()).await?;
        }
    }
    Ok(())
}

async fn remove(path: &Path) -> std::io::Result<()> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// Writes one export and takes down how it ended.
async fn carry_out(desk: &Desk, export: &Export, running: &Running) {
    let Desk { exports, accounts, .. } = desk;
    let id = export.export_id;
    let written = tokio::select! {
        written = write(desk, export, running) => written,
        () = running.cancel.notified() => {
            tracing::info!(export = %id, "an export was deleted while it was written");
            // Its row is gone: the next turn removes what was written.
            exports.wake.notify_one();
            return;
        }
    };
    let now = UnixMs(now_ms());
    let ended = match written {
        Ok(file) => {
            tracing::info!(export = %id, rows = file.rows, bytes = file.bytes, "an export is written");
            accounts
                .finish_export(id, &file, now, exports.expiry(now))
                .await
                .map(drop)
        }
        Err(error) => {
            let reason = error.into_reason(id);
            accounts.fail_export(id, &reason, now, exports.expiry(now)).await
        }
    };
    if let Err(error) = ended {
        tracing::error!(export = %id, error = &error as &dyn std::error::Error, "how an export ended cannot be kept");
    }
    exports.wake.notify_one();
}

async fn write(desk: &Desk, export: &Export, running: &Running) -> Result<ExportedFile, ExportError> {
    let exports = &desk.exports;
    let body: Value = serde_json::from_str(&export.request)
        .map_err(|error| ExportError::Refused(format!("what was asked cannot be read any more: {error}")))?;
    let asked = body.as_object().cloned().unwrap_or_default();
    let asked = parse(&asked).map_err(|faults| match faults.into_error() {
        Some(error) => ExportError::Question(error),
        None => ExportError::Refused("what was asked cannot be read any more".to_owned()),
    })?;
    let room = room(desk).await?;
    tokio::fs::create_dir_all(&exports.config.folder).await?;
    let path = exports.path(export.export_id, asked.format);
    let part = path.with_extension("part");
    match asked.wanted {
        Wanted::Attempts {
            start,
            end,
            filters,
            measures,
            include_bots,
        } => {
            let scope = Scope {
                tenant: export.tenant,
                grid: Grid::new(vec![Window::new(start, end, None, Tz::UTC)]),
                within: None,
                by_end: false,
                filters,
                except: Vec::new(),
                stretch_ms: None,
                seen: None,
                ladders: None,
                include_bots,
                now_ms: now_ms(),
            };
            write_attempts(desk, &scope, &measures, asked.format, &part, room, running).await?;
        }
        Wanted::Answer(question) => {
            let table = table_of(desk, export.tenant, *question, running).await?;
            let (part, format) = (part.clone(), asked.format);
            tokio::task::spawn_blocking(move || table.write(&part, format)).await??;
        }
    }
    let (measured, format) = (part.clone(), asked.format);
    let file = tokio::task::spawn_blocking(move || measure(&measured, format)).await??;
    if file.bytes > room {
        return Err(too_many_bytes(desk, room));
    }
    tokio::fs::rename(&part, &path).await?;
    tokio::fs::File::open(&exports.config.folder).await?.sync_all().await?;
    Ok(file)
}

/// How many bytes a file may have.
async fn room(desk: &Desk) -> Result<u64, ExportError> {
    let config = &desk.exports.config;
    let all = desk.accounts.all_exports().await?;
    let taken: u64 = all.iter().filter_map(|export| Some(export.file.as_ref()?.bytes)).sum();
    Ok(config.bytes_max.min(config.folder_bytes_max.saturating_sub(taken)))
}

fn too_many_bytes(desk: &Desk, room: u64) -> ExportError {
    ExportError::Refused(match room < desk.exports.config.bytes_max {
        true => {
            format!("only {room} bytes are left for all exports of this node; delete some, or wait until they expire")
        }
        false => format!("the file would have more than {room} bytes; export a shorter range, or filter"),
    })
}

async fn write_attempts(
    desk: &Desk,
    scope: &Scope,
    measures: &[Having],
    format: Format,
    part: &Path,
    room: u64,
    running: &Running,
) -> Result<(), ExportError> {
    let reading = |source: StoreError| RunError::Reading { step: "export", source };
    let counted: Vec<BTreeMap<String, u64>> = desk
        .tables
        .fetch(&statement::count(scope, measures))
        .await
        .map_err(reading)?;
    let attempts = counted.first().and_then(|row| row.values().next()).copied();
    let attempts = attempts.unwrap_or_default();
    let most = desk.exports.config.attempts_max;
    if attempts > most {
        let text = format!("{attempts} attempts are more than {most}; export a shorter range, or filter");
        return Err(ExportError::Refused(text));
    }
    running.rows_expected.store(attempts, Ordering::Relaxed);
    let begun = std::time::Instant::now();
    let statement = statement::export(scope, measures);
    let mut pieces = desk.tables.stream(&statement, format.clickhouse()).map_err(reading)?;
    let mut file = tokio::io::BufWriter::new(tokio::fs::File::create(part).await?);
    let mut bytes = 0;
    while let Some(piece) = pieces.next().await.map_err(reading)? {
        bytes += piece.len() as u64;
        if bytes > room {
            return Err(too_many_bytes(desk, room));
        }
        file.write_all(&piece).await?;
        running.bytes.store(bytes, Ordering::Relaxed);
    }
    file.flush().await?;
    file.into_inner().sync_all().await?;
    (desk.observe)("export", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Every row of an answer, page by page.
async fn table_of(
    desk: &Desk,
    tenant: Tenant,
    mut question: Question,
    running: &Running,
) -> Result<Table, ExportError> {
    let now = now_ms();
    let most = desk.exports.config.rows_max;
    question.limit = ROWS_MAX;
    let field = Field {
        tables: &desk.tables,
        accounts: &desk.accounts,
        config: desk.industry,
        observe: &*desk.observe,
    };
    let mut rows: Vec<Row> = Vec::new();
    loop {
        question.offset = rows.len();
        let (result, _) = answered(&field, tenant, question.clone(), now).await?;
        rows.extend(result.rows);
        if rows.len() > most || rows.len() == most && result.next_cursor.is_some() {
            let text = format!("the answer has more than {most} rows; ask for a shorter range, or fewer dimensions");
            return Err(ExportError::Refused(text));
        }
        running.rows_expected.store(rows.len() as u64, Ordering::Relaxed);
        if result.next_cursor.is_none() {
            break;
        }
    }
    Ok(table(&question, &rows))
}

/// What a column takes of a comparison.
type Taken = fn(&Comparison) -> Option<f64>;

/// An answer as columns: time, dimensions, then each metric with its interval and each of its comparisons.
fn table(question: &Question, rows: &[Row]) -> Table {
    let mut columns = Vec::new();
    let mut add = |name: String, values: Values| columns.push(Column { name, values });
    let texts = |of: &dyn Fn(&Row) -> Option<String>| Values::Texts(rows.iter().map(of).collect());
    let numbers = |of: &dyn Fn(&Row) -> Option<f64>| Values::Numbers(rows.iter().map(of).collect());
    if question.interval.is_some() {
        add("time".to_owned(), texts(&|row| row.time.clone()));
    }
    for dimension in &question.dimensions {
        let name = dimension.name();
        let values = texts(&|row| row.dimensions.get(&name).cloned().flatten());
        add(name.clone(), values);
    }
    add(
        "partial".to_owned(),
        Values::Flags(rows.iter().map(|row| row.partial).collect()),
    );
    add("completeness".to_owned(), numbers(&|row| row.completeness));
    for metric in &question.metrics {
        let name = &metric.name;
        let number = |row: &Row| match row.values.get(name) {
            Some(MetricValue::Number(number)) => Some(number.clone()),
            _ => None,
        };
        let value = |row: &Row| {
            number(row).map(|number| match number.value {
                Amount::Counted(count) => count as f64,
                Amount::Measured(value) => value,
            })
        };
        add(name.clone(), numbers(&value));
        add(format!("{name}_low"), numbers(&|row| number(row)?.low));
        add(format!("{name}_high"), numbers(&|row| number(row)?.high));
        add(
            format!("{name}_attempts"),
            numbers(&|row| number(row)?.attempts.map(|count| count as f64)),
        );
        for baseline in &question.compare {
            let label = &baseline.label;
            let of = |row: &Row| {
                row.comparisons
                    .get(label)
                    .and_then(|metrics| metrics.get(name))
                    .cloned()
            };
            let parts: [(&str, Taken); 7] = [
                ("reference", |comparison| comparison.reference),
                ("difference", |comparison| comparison.difference),
                ("low", |comparison| comparison.low),
                ("high", |comparison| comparison.high),
                ("relative", |comparison| comparison.relative),
                ("p_value", |comparison| comparison.p_value),
                ("p_value_adjusted", |comparison| comparison.adjusted_p_value),
            ];
            for (part, take) in parts {
                let values = numbers(&|row| of(row).as_ref().and_then(take));
                add(format!("{name}_vs_{label}_{part}"), values);
            }
            let values = texts(&|row| of(row).map(|comparison| comparison.verdict.name().to_owned()));
            add(format!("{name}_vs_{label}_verdict"), values);
        }
    }
    Table {
        columns,
        rows: rows.len(),
    }
}

/// What is in a file, as it lies on the disk.
fn measure(path: &Path, format: Format) -> Result<ExportedFile, TableError> {
    let mut file = std::fs::File::open(path)?;
    let (mut digest, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 256 * 1024]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        digest.update(&piece[..read]);
        bytes += read as u64;
    }
    let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(ExportedFile {
        rows: crate::table::rows(path, format)?,
        bytes,
        sha256,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(body: Value) -> Vec<(String, String)> {
        let body = body.as_object().unwrap();
        match parse(body) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.0.into_iter().map(|fault| (fault.field, fault.text)).collect(),
        }
    }

    #[test]
    fn every_fault_of_an_export_is_found() {
        let range = json!({"start": "2026-11-19T00:00:00Z", "end": "2026-11-20T00:00:00Z"});
        let with = |more: Value| {
            let mut body = range.clone();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        assert_eq!(faults(with(json!({"kind": "attempts", "format": "parquet"}))), []);
        let long = json!({"kind": "attempts", "format": "parquet",
            "filters": [{"attribute": "rebuffer_ratio", "operator": "GT", "value": 0.05}]});
        assert_eq!(faults(with(long)), []);
        let found = faults(with(json!({"kind": "attempts", "format": "parqet", "filter": [],
            "filters": [{"attribute": "unique_viewers", "operator": "GT", "value": 1}]})));
        let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["format", "filter", "filters[0].attribute"], "{found:?}");
        assert!(
            found[0].1.contains("'parquet'") && found[1].1.contains("'filters'"),
            "{found:?}"
        );
        let found = faults(json!({"kind": "answers", "format": "csv"}));
        assert!(found[0].1.contains("'answer'"), "{found:?}");
        let question = with(json!({"metrics": ["attemps", "startup_any_ms_histogram"], "limit": 1}));
        let found = faults(json!({"kind": "answer", "format": "csv", "question": question}));
        let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["question.limit", "question.metrics[0]"], "{found:?}");
        let question = with(json!({"metrics": ["startup_any_ms_histogram"]}));
        let found = faults(json!({"kind": "answer", "format": "csv", "question": question}));
        assert_eq!(found[0].0, "question.metrics[0]");
        assert_eq!(faults(json!({"kind": "answer", "format": "csv"}))[0].0, "question");
    }
}
