//! Reading a body, bounded in size and time.

use std::time::Duration;

use actix_web::{
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap},
    web::{Bytes, BytesMut, Payload},
};
use envelope::{ApiError, ErrorCode};
use futures_util::{FutureExt, StreamExt};
use schemas::limits::BODY_BYTES_MAX;

use crate::{
    http::budget::{Held, NoRoom},
    pipeline::decode::too_large,
};

/// When to come back when there is no memory for a body: most have arrived after a second.
const RETRY_NO_ROOM_S: u32 = 2;

/// A body must have arrived after this: 30 s for 1 MiB is slower than any connection that can play video.
const SECONDS_MAX: u64 = 30;
/// So long an unwanted body may take.
const DISCARD_SECONDS_MAX: u64 = 5;
/// So much of a body that is not wanted is read and thrown away, so that the sender gets to hear the answer: a server that answers
/// and hangs up in the middle of a body shows as a broken connection.
const DISCARDED_BYTES_MAX: usize = 32 * BODY_BYTES_MAX;

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `schemas::BeaconBatch` in JSON.
    Json,
    /// The same in Protocol Buffers.
    Compact,
}

impl Form {
    /// The form of a body whose headers do not say. Every writer of Protocol Buffers begins a batch with `schema_version`, so with byte 8,
    /// which begins no JSON.
    pub(crate) fn of(body: &[u8]) -> Self {
        match body.first() {
            Some(8) => Self::Compact,
            _ => Self::Json,
        }
    }
}

/// Content types and what they mean; `None` says nothing. The collector in the browser sends bytes without a type, since one would cost a
/// preflight; the octet stream is the word for bytes of which nothing is known, and the form type is what curl and old HTTP libraries say
/// when nobody told them a type.
const CONTENT_TYPES: [(&str, Option<Form>); 7] = [
    ("", None),
    ("application/octet-stream", None),
    ("application/x-www-form-urlencoded", None),
    ("application/json", Some(Form::Json)),
    ("text/plain", Some(Form::Json)),
    ("application/x-protobuf", Some(Form::Compact)),
    ("application/protobuf", Some(Form::Compact)),
];

/// Checks what the headers say of the body: its form if they know it, and its encoding if it has one.
pub(crate) fn check_headers(headers: &HeaderMap) -> Result<(Option<Form>, Option<&str>), ApiError> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map_or("", |value| value.to_str().unwrap_or("?"));
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let known = CONTENT_TYPES
        .iter()
        .find(|(name, _)| essence.eq_ignore_ascii_case(name));
    let Some((_, form)) = known else {
        let shown: String = essence.chars().take(80).collect();
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType).detail(
            "Content-Type",
            format!("{shown:?} is not understood; application/json, text/plain and application/x-protobuf are"),
        ));
    };
    let Some(encoding) = headers.get(CONTENT_ENCODING) else {
        return Ok((*form, None));
    };
    let encoding = encoding.to_str().map_err(|_| {
        ApiError::new(ErrorCode::UnsupportedMediaType).detail("Content-Encoding", "it is not readable text")
    })?;
    Ok((*form, Some(encoding)))
}

/// Reads the whole body.
pub(crate) async fn read(headers: &HeaderMap, payload: &mut Payload, held: Held<'_>) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(Duration::from_secs(SECONDS_MAX), collect(headers, payload, held)).await {
        Ok(result) => result,
        Err(_) => Err(ApiError::new(ErrorCode::RequestTimeout)
            .detail("body", format!("it did not arrive within {SECONDS_MAX} s"))),
    }
}

fn no_room(reason: NoRoom) -> ApiError {
    let (code, text) = match reason {
        NoRoom::Share => (
            ErrorCode::TooManyRequests,
            "bodies of this license key that have not arrived whole take as much memory as one key may have",
        ),
        NoRoom::All => (
            ErrorCode::Overloaded,
            "bodies that have not arrived whole take as much memory as they may have",
        ),
    };
    ApiError::new(code).developer(text).retry_after(RETRY_NO_ROOM_S)
}

/// Reads what is left of a body that nobody wants, within bounds.
pub(crate) async fn discard(payload: &mut Payload) {
    let rest = async {
        let mut left = DISCARDED_BYTES_MAX;
        while let Some(Ok(chunk)) = payload.next().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // A sender slower than this gets its connection closed instead.
    let _ = tokio::time::timeout(Duration::from_secs(DISCARD_SECONDS_MAX), rest).await;
}

async fn collect(headers: &HeaderMap, payload: &mut Payload, mut held: Held<'_>) -> Result<Bytes, ApiError> {
    let failed = |error: actix_web::error::PayloadError| {
        let text = format!("reading the body failed: {error}");
        ApiError::new(ErrorCode::MalformedBody)
            .developer(text.clone())
            .detail("body", text)
    };
    let Some(first) = payload.next().await else {
        return Ok(Bytes::new());
    };
    let first = first.map_err(failed)?;
    // Most bodies are whole by now, and are neither counted nor copied. What has to wait for more is.
    let mut counted = 0;
    let second = match payload.next().now_or_never() {
        Some(second) => second,
        None => {
            counted = first.len();
            held.grow(counted).map_err(no_room)?;
            payload.next().await
        }
    };
    let Some(second) = second else {
        return if first.len() > BODY_BYTES_MAX {
            Err(too_large("as sent"))
        } else {
            Ok(first)
        };
    };
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or_default();
    if declared > DISCARDED_BYTES_MAX {
        return Err(too_large("as sent"));
    }
    // Grows with what arrives: a length that is only declared takes no memory.
    let mut body = BytesMut::new();
    let mut total = 0;
    let mut next = Some(Ok(first));
    let mut second = Some(second);
    while let Some(chunk) = next {
        let chunk = chunk.map_err(failed)?;
        total += chunk.len();
        if total <= BODY_BYTES_MAX {
            held.grow(chunk.len() - std::mem::take(&mut counted)).map_err(no_room)?;
            body.extend_from_slice(&chunk);
        } else if total > DISCARDED_BYTES_MAX {
            break;
        }
        next = match second.take() {
            Some(second) => Some(second),
            None => payload.next().await,
        };
    }
    if total > BODY_BYTES_MAX {
        return Err(too_large("as sent"));
    }
    Ok(body.freeze())
}
