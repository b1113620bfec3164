//! What a response says beside its result.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

/// How much a message matters. DEBUG and TRACE appear only where the API key has diagnostics enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageType {
    /// Good to know.
    Info,
    /// The result stands, but read this.
    Warning,
    /// Something is wrong.
    Error,
    /// For developers.
    Debug,
    /// For developers of this service.
    Trace,
}

/// Something the caller should know.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// When it was written, RFC 3339 with milliseconds, UTC.
    #[serde(serialize_with = "milliseconds")]
    pub date: DateTime<Utc>,
    /// Its own id, for support.
    pub id: Uuid,
    /// How much it matters.
    #[serde(rename = "type")]
    pub kind: MessageType,
    /// What it says.
    pub text: String,
}

impl Message {
    /// A message of the given kind, dated now.
    pub fn new(kind: MessageType, text: impl Into<String>) -> Self {
        Self {
            date: Utc::now(),
            id: Uuid::new_v4(),
            kind,
            text: text.into(),
        }
    }

    /// An INFO message.
    pub fn info(text: impl Into<String>) -> Self {
        Self::new(MessageType::Info, text)
    }

    /// A WARNING message.
    pub fn warning(text: impl Into<String>) -> Self {
        Self::new(MessageType::Warning, text)
    }
}

/// Where to read on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// Address, absolute or relative to this server.
    pub href: String,
    /// What is there.
    pub title: String,
}

pub(crate) fn milliseconds<S: Serializer>(date: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&date.to_rfc3339_opts(SecondsFormat::Millis, true))
}
