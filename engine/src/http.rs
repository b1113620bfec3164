//! ClickHouse's HTTP interface: `/ping`, and `/` with a statement in the body, in `query`, or in a form.
//!
//! It is for programs on this machine. A web page may reach loopback too, through the browser of whoever opens it, so a
//! request that a browser marks as a page's (`Origin`) or that names another host (DNS rebinding) is turned away.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, Resource,
    http::{Method, StatusCode, header},
    web,
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::Semaphore;

use crate::{
    library::Answer,
    pool::Executor,
    request::{Exception, Statement},
};

/// ClickHouse's `TOO_MANY_SIMULTANEOUS_QUERIES`.
const TOO_MANY_SIMULTANEOUS_QUERIES: i32 = 202;
/// ClickHouse's `TOO_MANY_BYTES`.
const TOO_MANY_BYTES: i32 = 307;
/// ClickHouse's `CANNOT_READ_ALL_DATA`.
const CANNOT_READ_ALL_DATA: i32 = 33;
/// ClickHouse's `ACCESS_DENIED`.
const ACCESS_DENIED: i32 = 497;
/// ClickHouse's `BAD_ARGUMENTS`.
const BAD_ARGUMENTS: i32 = 36;

/// ClickHouse's `SOCKET_TIMEOUT`.
const SOCKET_TIMEOUT: i32 = 209;

/// Longest pause between two pieces of a body: whoever waits longer keeps others from their turn.
const READ_PATIENCE: Duration = Duration::from_secs(30);

/// What every request needs.
pub(crate) struct Front {
    pub executor: Executor,
    /// One permit per request whose body is held or whose statement runs.
    pub running: Semaphore,
    /// One permit per request that waits for [`Self::running`].
    pub waiting: Semaphore,
    pub max_body_bytes: usize,
}

pub(crate) fn ping() -> Resource {
    web::resource("/ping").to(|| async { HttpResponse::Ok().content_type("text/plain").body("Ok.\n") })
}

pub(crate) fn root() -> Resource {
    web::resource("/").to(answer)
}

async fn answer(request: HttpRequest, payload: web::Payload, front: web::Data<Front>) -> HttpResponse {
    match handle(&request, payload, &front).await {
        Ok(response) => response,
        Err(exception) => {
            let status = StatusCode::from_u16(exception.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            HttpResponseBuilder::new(status)
                .content_type("text/plain; charset=UTF-8")
                .insert_header(("X-ClickHouse-Exception-Code", exception.code.to_string()))
                .body(exception.text + "\n")
        }
    }
}

async fn handle(request: &HttpRequest, payload: web::Payload, front: &Front) -> Result<HttpResponse, Exception> {
    turn_pages_away(request)?;
    let read_only = match *request.method() {
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => return Err(Exception::new(BAD_ARGUMENTS, "use GET or POST (BAD_ARGUMENTS)")),
    };
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|error| Exception::new(BAD_ARGUMENTS, &format!("the URL: {error} (BAD_ARGUMENTS)")))?
        .into_inner();
    let header_text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(encoding) = header_text("content-encoding").filter(|encoding| *encoding != "identity") {
        return Err(Exception::new(
            48,
            &format!(
                "the embedded engine does not read Content-Encoding {encoding}; switch compression off in the client (NOT_IMPLEMENTED)"
            ),
        ));
    }
    if read_only && pairs.is_empty() {
        return Ok(HttpResponse::Ok().content_type("text/plain").body("Ok.\n"));
    }

    let too_many = || {
        Exception::new(
            TOO_MANY_SIMULTANEOUS_QUERIES,
            "too many statements wait already (TOO_MANY_SIMULTANEOUS_QUERIES)",
        )
    };
    let waiting = front.waiting.try_acquire().map_err(|_| too_many())?;
    let running = front.running.acquire().await.map_err(|_| too_many())?;
    drop(waiting);
    // Held to the end before anything is inserted: an upload that breaks off must leave no rows.
    let body = read(payload, front.max_body_bytes).await?;
    let statement = Statement::parse(
        pairs,
        header_text("content-type"),
        header_text("x-clickhouse-format"),
        body,
        read_only,
    )?;
    let database_header = header_text("x-clickhouse-database").map(str::to_owned);
    let statement = Statement {
        database: statement.database.or(database_header),
        ..statement
    };
    let format = statement.format.clone();
    let answer = front.executor.execute(statement).await?;
    drop(running);
    Ok(HttpResponse::Ok()
        .content_type(content_type(&format))
        .insert_header(("X-ClickHouse-Summary", summary(&answer)))
        .insert_header(("X-ClickHouse-Format", format))
        .insert_header(("X-ClickHouse-Timezone", "UTC"))
        .body(answer.body))
}

fn turn_pages_away(request: &HttpRequest) -> Result<(), Exception> {
    if request.headers().contains_key(header::ORIGIN) {
        return Err(Exception::new(
            ACCESS_DENIED,
            "a web page may not talk to the engine (ACCESS_DENIED)",
        ));
    }
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if matches!(name, "127.0.0.1" | "localhost" | "[::1]" | "") {
        Ok(())
    } else {
        Err(Exception::new(
            ACCESS_DENIED,
            &format!("the engine answers to 127.0.0.1 and localhost, not to {name:?} (ACCESS_DENIED)"),
        ))
    }
}

async fn read(mut payload: web::Payload, max_bytes: usize) -> Result<Bytes, Exception> {
    let mut body = BytesMut::new();
    loop {
        let next = tokio::time::timeout(READ_PATIENCE, payload.next()).await.map_err(|_| {
            Exception::new(
                SOCKET_TIMEOUT,
                "the body does not come; nothing was done (SOCKET_TIMEOUT)",
            )
        })?;
        let Some(chunk) = next else {
            return Ok(body.freeze());
        };
        let chunk = chunk.map_err(|error| {
            Exception::new(
                CANNOT_READ_ALL_DATA,
                &format!("the body broke off: {error}; nothing was done (CANNOT_READ_ALL_DATA)"),
            )
        })?;
        if body.len() + chunk.len() > max_bytes {
            return Err(Exception::new(
                TOO_MANY_BYTES,
                &format!("the body is longer than {max_bytes} bytes; nothing was done (TOO_MANY_BYTES)"),
            ));
        }
        body.extend_from_slice(&chunk);
    }
}

/// Every value is a text, as ClickHouse has it.
fn summary(answer: &Answer) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let elapsed_ns = (answer.elapsed_seconds * 1e9) as u64;
    format!(
        r#"{{"read_rows":"{}","read_bytes":"{}","written_rows":"{}","written_bytes":"{}","elapsed_ns":"{elapsed_ns}"}}"#,
        answer.rows_read, answer.bytes_read, answer.rows_written, answer.bytes_written,
    )
}

fn content_type(format: &str) -> &'static str {
    match format {
        _ if format.starts_with("JSON") => "application/json; charset=UTF-8",
        _ if format.starts_with("CSV") => "text/csv; charset=UTF-8",
        _ if format.starts_with("TabSeparated") || format.starts_with("TSV") => {
            "text/tab-separated-values; charset=UTF-8"
        }
        "Pretty" | "PrettyCompact" | "Vertical" | "Markdown" => "text/plain; charset=UTF-8",
        _ => "application/octet-stream",
    }
}
