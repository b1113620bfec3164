//! An error on its way to a caller: a code from the catalogue, what exactly was wrong, and what may be done.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    code::ErrorCode,
    message::{Link, MessageType, milliseconds},
    request_id::RequestId,
};

/// `data` of an error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorData {
    /// Number from the catalogue.
    pub code: i32,
    /// Fit to show a user.
    pub message: String,
    /// Fit for a developer's log.
    pub developer_message: String,
    /// Where to read on.
    pub links: Vec<Link>,
    /// One entry for each thing that is wrong.
    pub details: Vec<Detail>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Detail {
    /// When it was found, RFC 3339 with milliseconds, UTC.
    #[serde(serialize_with = "milliseconds")]
    pub date: DateTime<Utc>,
    /// Its own id, for support.
    pub id: Uuid,
    /// ERROR, or WARNING for something that was let pass.
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// What is wrong and, where one is near, the right name.
    pub text: String,
    /// Where in the request: a JSON path, a header or a parameter. Null when it is no field's fault.
    pub field: Option<String>,
    /// Where to read on.
    pub links: Vec<Link>,
}

/// An error that ends a request.
#[derive(Debug, Clone)]
pub struct ApiError {
    code: ErrorCode,
    developer_message: Option<String>,
    details: Vec<Detail>,
    retry_after_s: Option<u32>,
    request_id: Option<RequestId>,
}

impl ApiError {
    /// An error with the catalogue's own words.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            developer_message: None,
            details: Vec::new(),
            retry_after_s: None,
            request_id: None,
        }
    }

    /// Adds words for a developer's log. Nothing secret: the caller reads them.
    #[must_use]
    pub fn developer(mut self, text: impl Into<String>) -> Self {
        self.developer_message = Some(text.into());
        self
    }

    /// Adds one thing that is wrong at `field`.
    #[must_use]
    pub fn detail(mut self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.details.push(Detail {
            date: Utc::now(),
            id: Uuid::new_v4(),
            kind: MessageType::Error,
            text: text.into(),
            field: Some(field.into()),
            links: Vec::new(),
        });
        self
    }

    /// Asks the caller to come back after so many seconds (`Retry-After`).
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Binds the error to a request, for where it is turned into a response outside of that request's scope.
    #[must_use]
    pub fn for_request(mut self, id: RequestId) -> Self {
        self.request_id = Some(id);
        self
    }

    /// The request it is bound to.
    #[must_use]
    pub fn request_id(&self) -> Option<RequestId> {
        self.request_id
    }

    /// The catalogue's code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What was found wrong.
    #[must_use]
    pub fn details(&self) -> &[Detail] {
        &self.details
    }

    /// Seconds for `Retry-After`.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    /// The body's `data`.
    #[must_use]
    pub fn data(&self) -> ErrorData {
        let entry = self.code.entry();
        ErrorData {
            code: entry.code,
            message: entry.message.to_owned(),
            developer_message: self
                .developer_message
                .clone()
                .unwrap_or_else(|| format!("{}: {}", entry.name, entry.user_action)),
            links: vec![Link {
                href: format!("/v1/errors#{}", entry.code),
                title: format!("{}: what to do", entry.name),
            }],
            details: self.details.clone(),
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code.code(), self.code.name())?;
        if let Some(text) = &self.developer_message {
            write!(f, ": {text}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}
