//! From a key to the one organisation a request may see.

use std::{collections::HashSet, sync::Arc};

use schemas::OrganizationId;
use uuid::Uuid;

use crate::model::{ApiKey, Scope};

/// What an authenticated API key may do.
#[derive(Debug, Clone)]
pub struct Grant {
    pub(crate) key: Arc<ApiKey>,
    /// The key's organisation and everything below it.
    pub(crate) visible: Arc<HashSet<OrganizationId>>,
}

/// Proof that the caller may see this organisation's data. Comes out of [`Grant::tenant`], or with what a tenant left in the database to be
/// done later, and out of [`crate::Accounts::tenant`] for what the service does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenant(OrganizationId);

/// The key may not see that organisation, which may not even exist: the answer is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this API key may not see that organisation")]
pub struct Forbidden;

impl Tenant {
    pub(crate) fn of_service(organization_id: OrganizationId) -> Self {
        Self(organization_id)
    }

    /// The organisation.
    #[must_use]
    pub fn organization_id(self) -> OrganizationId {
        self.0
    }

    /// The tenant who left something in the database to be done later.
    pub(crate) fn left_behind(organization_id: OrganizationId) -> Self {
        Self(organization_id)
    }
}

impl Grant {
    /// What the key may do.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.key.scope
    }

    /// Whose key it is.
    #[must_use]
    pub fn organization_id(&self) -> OrganizationId {
        self.key.organization_id
    }

    /// The key's id, fit for logs.
    #[must_use]
    pub fn api_key_id(&self) -> Uuid {
        self.key.api_key_id
    }

    /// Whether answers carry DEBUG and TRACE messages.
    #[must_use]
    pub fn diagnostics(&self) -> bool {
        self.key.diagnostics
    }

    /// The tenant of a request: the key's own organisation, or the one below it that the caller picked.
    ///
    /// # Errors
    /// [`Forbidden`] when the picked organisation is not the key's own or below it.
    pub fn tenant(&self, picked: Option<OrganizationId>) -> Result<Tenant, Forbidden> {
        let wanted = picked.unwrap_or(self.key.organization_id);
        if self.visible.contains(&wanted) {
            Ok(Tenant(wanted))
        } else {
            Err(Forbidden)
        }
    }
}
