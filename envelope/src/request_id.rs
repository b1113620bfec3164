//! The id that ties a response to its log lines and spans in every process it passed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A request's id: the caller's, when it sent a UUID in `X-Request-Id`, else a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The caller's id when it is a UUID, else a new one: nobody can write free text into our logs.
    #[must_use]
    pub fn from_header(value: Option<&str>) -> Self {
        value
            .and_then(|text| Uuid::try_parse(text.trim()).ok())
            .map_or_else(Self::random, Self)
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn an_incoming_uuid_is_kept_and_anything_else_is_replaced() {
        let text = "6d84e126-d10c-4e52-bbfb-bd4c92bc8333";
        assert_eq!(RequestId::from_header(Some(text)).to_string(), text);
        let injected = RequestId::from_header(Some("x\nlevel=ERROR"));
        assert_ne!(
            injected,
            RequestId::from_header(Some("x\nlevel=ERROR")),
            "two replacements are two ids"
        );
        assert_eq!(injected.0.get_version_num(), 4);
    }
}
