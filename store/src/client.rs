//! The client: inserts with a token, questions with bound values. Cheap to clone; clones share one connection pool.

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use clickhouse::{Client, Compression, insert_formatted::InsertFormatted, query::BytesCursor};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::{Rows, StoreError, cluster, derived::DerivedRows, native::Block, statement::Statement};

/// Time for an insert to be sent, and again for it to be answered: 60 s. A range of 100,000 rows takes about 1 s.
const INSERT_SECONDS: u64 = 60;

/// Rows are sent in pieces of about this size.
const CHUNK_BYTES: usize = 256 * 1024;

/// Added to a statement's own limit before we give up waiting: ClickHouse looks at its clock between blocks only.
const GRACE_SECONDS: u64 = 5;

/// Where ClickHouse is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// Its HTTP interface, such as `http://127.0.0.1:8123`.
    pub url: String,
    /// The database that holds our tables; made by [`Store::migrate`] if missing.
    pub database: String,
    /// User name; `None` for the embedded engine, which has no users.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// The cluster, as ClickHouse's `remote_servers` name it, over which the tables are spread; `None` for a single node.
    pub cluster: Option<String>,
}

impl StoreConfig {
    /// The embedded engine at `url`, database `playhead`.
    #[must_use]
    pub fn embedded(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            database: "playhead".into(),
            user: None,
            password: None,
            cluster: None,
        }
    }
}

/// The tables, wherever they are.
#[derive(Clone)]
pub struct Store {
    /// Knows the database.
    pub(crate) client: Client,
    /// Names no database: the only one that works before the database exists.
    pub(crate) bare: Client,
    pub(crate) database: String,
    pub(crate) cluster: Option<String>,
}

impl Store {
    /// A store at `config`. Nothing is sent yet; [`Self::ping`] tells whether somebody answers.
    #[must_use]
    pub fn connect(config: StoreConfig) -> Self {
        let mut bare = Client::default()
            .with_url(config.url)
            .with_compression(Compression::None)
            .with_product_info("playhead", env!("CARGO_PKG_VERSION"));
        if let Some(user) = config.user {
            bare = bare.with_user(user);
        }
        if let Some(password) = config.password {
            bare = bare.with_password(password);
        }
        Self {
            client: bare.clone().with_database(&config.database),
            bare,
            database: config.database,
            cluster: config.cluster,
        }
    }

    /// The database that holds our tables.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// When ClickHouse does not answer `SELECT 1` within 5 s.
    pub async fn ping(&self) -> Result<(), StoreError> {
        within(5, self.bare.query_raw("SELECT 1").execute()).await
    }

    /// Stores `part` of `rows` as one block under `token`. Sent again with the same token and the same rows it changes nothing,
    /// in `beacons` as in `impressions`. An empty part is stored without asking anybody.
    ///
    /// # Errors
    /// [`StoreError::is_retryable`] tells whether to send the same again or to look for a bad row.
    pub async fn insert_beacons(&self, token: &str, rows: &Rows, part: Range<usize>) -> Result<(), StoreError> {
        if part.is_empty() {
            return Ok(());
        }
        let mut block = rows.block(part, token).map_err(|index| StoreError::Row { index })?;
        block.finish();
        let insert = self
            .insert_as_one_block(native("beacons", &block), token)
            .with_setting("deduplicate_blocks_in_dependent_materialized_views", "1")
            .with_setting("log_comment", "store::Store::insert_beacons");
        send(insert, &block).await
    }

    /// Stores rows in a table that is derived from others, as one block. Not safe to be repeated: what such a table holds of an insert that
    /// failed is of a version that nobody reads. No rows are stored without asking anybody.
    ///
    /// # Errors
    /// When ClickHouse does not answer or refuses.
    pub async fn insert_derived(&self, table: &'static str, rows: DerivedRows) -> Result<(), StoreError> {
        let block = rows.finished();
        if block.columns() == 0 {
            return Ok(());
        }
        let insert = self
            .insert(native(table, &block))
            .with_setting("log_comment", "store::Store::insert_derived");
        send(insert, &block).await
    }

    /// Stores rows of the range called `token` that are refused by `beacons`, each by its index and with the reason.
    ///
    /// # Errors
    /// As [`Self::insert_beacons`]; sent again it changes nothing.
    pub async fn insert_dead_letters(
        &self,
        token: &str,
        rows: &Rows,
        letters: &[(usize, String)],
    ) -> Result<(), StoreError> {
        if letters.is_empty() {
            return Ok(());
        }
        let statement = "INSERT INTO dead_letters (organization_id, attempt_id, journal_range, row_number, reason, columns, row_bytes) \
                         FORMAT RowBinary";
        let mut insert = self
            .insert_as_one_block(statement.to_owned(), &format!("{token}#dead"))
            .with_setting("log_comment", "store::Store::insert_dead_letters");
        let mut bytes = Vec::new();
        for (index, reason) in letters {
            rows.put_letter(*index, token, reason, &mut bytes);
        }
        insert.send(bytes.into()).await?;
        insert.end().await?;
        Ok(())
    }

    /// An insert that is one block, so that one token stands for all of it.
    fn insert_as_one_block(&self, statement: String, token: &str) -> InsertFormatted {
        self.insert(statement)
            .with_setting("insert_deduplication_token", token)
            .with_setting("insert_deduplicate", "1")
    }

    /// An insert that is one block.
    fn insert(&self, statement: String) -> InsertFormatted {
        let limit = Some(Duration::from_secs(INSERT_SECONDS));
        let insert = self
            .client
            .insert_formatted_with(statement)
            // We batch ourselves; the server must neither wait for other inserts nor split ours.
            .with_setting("async_insert", "0")
            .with_setting("max_insert_threads", "1")
            .with_setting("max_insert_block_size", "1048576")
            .with_setting("min_insert_block_size_rows", "1048576")
            .with_setting("min_insert_block_size_bytes", "1073741824")
            .with_timeouts(limit, limit);
        self.of_cluster(&cluster::INSERT_SETTINGS)
            .iter()
            .fold(insert, |insert, (name, value)| insert.with_setting(*name, *value))
    }

    /// `settings`, where the tables are spread over a cluster.
    fn of_cluster<'a>(&self, settings: &'a [(&'static str, &'static str)]) -> &'a [(&'static str, &'static str)] {
        if self.cluster.is_some() { settings } else { &[] }
    }

    /// Runs `statement` and reads each row of its answer as a `T` by column name.
    /// 64-bit integers come as numbers; NaN and infinity as null.
    ///
    /// # Errors
    /// When ClickHouse refuses, does not answer in time, or answers with rows that are no `T`.
    pub async fn fetch<T: DeserializeOwned>(&self, statement: &Statement) -> Result<Vec<T>, StoreError> {
        self.fetch_by(&self.client, statement).await
    }

    /// The same by a client of its own.
    pub(crate) async fn fetch_by<T: DeserializeOwned>(
        &self,
        client: &Client,
        statement: &Statement,
    ) -> Result<Vec<T>, StoreError> {
        let bytes = self.fetch_bytes_by(client, statement, "JSONEachRow").await?;
        serde_json::Deserializer::from_slice(&bytes)
            .into_iter::<T>()
            .enumerate()
            .map(|(index, row)| {
                row.map_err(|error| StoreError::Shape {
                    reason: format!("row {index} of the answer: {error}"),
                })
            })
            .collect()
    }

    /// Runs `statement` and gives its answer as it comes, in the ClickHouse format called `format`.
    ///
    /// # Errors
    /// When ClickHouse refuses or does not answer in time.
    pub async fn fetch_bytes(&self, statement: &Statement, format: &str) -> Result<Vec<u8>, StoreError> {
        self.fetch_bytes_by(&self.client, statement, format).await
    }

    /// Runs `statement`, which writes and answers nothing.
    ///
    /// # Errors
    /// When ClickHouse refuses or does not answer in time; then some of it may have been written.
    pub async fn execute(&self, statement: &Statement) -> Result<(), StoreError> {
        let mut query = self.query(&self.client, statement);
        for (name, value) in self.of_cluster(&cluster::INSERT_SETTINGS) {
            query = query.with_setting(*name, *value);
        }
        let seconds = u64::from(statement.max_execution_seconds) + GRACE_SECONDS;
        within(seconds, query.execute()).await
    }

    async fn fetch_bytes_by(
        &self,
        client: &Client,
        statement: &Statement,
        format: &str,
    ) -> Result<Vec<u8>, StoreError> {
        let mut pieces = self.stream_by(client, statement, format)?;
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// Runs `statement` and gives its answer piece by piece, in the ClickHouse format called `format`: for what memory should not hold.
    /// Dropping what comes ends the statement, where ClickHouse notices that nobody reads on; the embedded engine goes on to its end.
    ///
    /// # Errors
    /// When the statement cannot be asked at all; whatever else fails shows in [`Pieces::next`].
    pub fn stream(&self, statement: &Statement, format: &str) -> Result<Pieces, StoreError> {
        self.stream_by(&self.client, statement, format)
    }

    fn stream_by(&self, client: &Client, statement: &Statement, format: &str) -> Result<Pieces, StoreError> {
        let query = self
            .query(client, statement)
            // 2: reads only, and may still carry settings.
            .with_setting("readonly", "2")
            .with_setting("cancel_http_readonly_queries_on_client_close", "1")
            .with_setting("output_format_json_quote_64bit_integers", "0")
            .with_setting("output_format_json_quote_denormals", "0");
        let seconds = u64::from(statement.max_execution_seconds) + GRACE_SECONDS;
        Ok(Pieces {
            cursor: query.fetch_bytes(format)?,
            seconds,
            deadline: Instant::now() + Duration::from_secs(seconds),
        })
    }

    /// `statement` with its values and limits.
    fn query(&self, client: &Client, statement: &Statement) -> clickhouse::query::Query {
        let mut query = client
            .query_raw(&statement.sql)
            .with_setting("max_execution_time", statement.max_execution_seconds.to_string());
        if let Some(comment) = &statement.log_comment {
            query = query.with_setting("log_comment", comment);
        }
        if let Some(bytes) = statement.max_memory_bytes {
            query = query.with_setting("max_memory_usage", bytes.to_string());
        }
        for (name, value) in self.of_cluster(&cluster::READ_SETTINGS) {
            query = query.with_setting(*name, *value);
        }
        for (name, value) in &statement.settings {
            query = query.with_setting(*name, *value);
        }
        for (name, value) in &statement.params {
            query = query.param(name, value);
        }
        query
    }
}

/// An answer that comes piece by piece.
pub struct Pieces {
    cursor: BytesCursor,
    seconds: u64,
    deadline: Instant,
}

impl Pieces {
    /// The next piece; none at the end.
    ///
    /// # Errors
    /// When ClickHouse refuses, breaks off or does not come to its end in time.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        match tokio::time::timeout_at(self.deadline, self.cursor.next()).await {
            Ok(piece) => Ok(piece?),
            Err(_) => Err(StoreError::TimedOut { seconds: self.seconds }),
        }
    }
}

/// The statement that inserts `block`. Names and types go with the values: a table that is not as this program thinks refuses them instead of
/// misreading them.
fn native(table: &str, block: &Block) -> String {
    format!("INSERT INTO {table} ({}) FORMAT Native", block.names())
}

/// Sends a block to its end.
async fn send(insert: InsertFormatted, block: &Block) -> Result<(), StoreError> {
    let mut insert = insert.with_setting("input_format_native_allow_types_conversion", "0");
    let mut chunk = Vec::new();
    for column in 0..block.columns() {
        block.put(&mut chunk, column);
        if chunk.len() >= CHUNK_BYTES {
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 8));
            insert.send(full.into()).await?;
        }
    }
    insert.send(chunk.into()).await?;
    insert.end().await?;
    Ok(())
}

async fn within<T>(
    seconds: u64,
    work: impl Future<Output = Result<T, clickhouse::error::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(Duration::from_secs(seconds), work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(StoreError::TimedOut { seconds }),
    }
}
