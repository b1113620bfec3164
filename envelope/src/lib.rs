//! The answer: one shape for every response of every service here, so that a client parses once.
//!
//! A success carries a result and messages; an error carries a code from the closed [catalogue](crate::code), words for
//! a person, words for a developer, and one detail per thing that is wrong. Both carry the request's id.
//! How they travel over HTTP lives in [`actix`] behind the feature of that name; this file knows nothing of HTTP but
//! the status numbers in the catalogue.

#[cfg(feature = "actix")]
pub mod actix;
pub mod code;
pub mod error;
pub mod message;
pub mod request_id;

pub use code::ErrorCode;
pub use error::{ApiError, Detail, ErrorData};
pub use message::{Link, Message, MessageType};
pub use request_id::RequestId;

use serde::{Deserialize, Serialize};

/// Whether a request did what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It did; `data` is a [`SuccessData`].
    Success,
    /// It did not; `data` is an [`ErrorData`].
    Error,
}

/// What every response body is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Envelope<T> {
    /// The request's id, also in the header `X-Request-Id` and on every log line of that request.
    pub request_id: RequestId,
    /// SUCCESS or ERROR.
    pub status: Status,
    /// The answer, or what went wrong.
    pub data: T,
}

/// `data` of a success.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuccessData<T> {
    /// What was asked for.
    pub result: T,
    /// What else the caller should know; often empty.
    pub messages: Vec<Message>,
}

impl<T> Envelope<SuccessData<T>> {
    /// A success.
    pub fn success(request_id: RequestId, result: T, messages: Vec<Message>) -> Self {
        Self {
            request_id,
            status: Status::Success,
            data: SuccessData { result, messages },
        }
    }
}

impl Envelope<ErrorData> {
    /// An error.
    #[must_use]
    pub fn error(request_id: RequestId, error: &ApiError) -> Self {
        Self {
            request_id,
            status: Status::Error,
            data: error.data(),
        }
    }
}
