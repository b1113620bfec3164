//! What accounts are made of.

use schemas::OrganizationId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A tenant, perhaps below another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organization {
    /// Its id.
    pub organization_id: OrganizationId,
    /// The organisation above it, whose keys may see it.
    pub parent_id: Option<OrganizationId>,
    /// Its name, for people.
    pub name: String,
    /// Days its raw beacons are kept; null is the server's own retention.
    pub beacons_days: Option<u32>,
    /// Days its attempts are kept; null is the server's own retention.
    pub impressions_days: Option<u32>,
    /// Whether it takes part in the industry baseline.
    pub industry: bool,
}

/// What a license key may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct License {
    /// The key as it stands in the page.
    pub license_key: String,
    /// Whose beacons arrive under it.
    pub organization_id: OrganizationId,
    /// A name for people.
    pub name: String,
    /// Hosts of pages that may use it; `*` is any, `*.example.com` any subdomain.
    pub allowed_domains: Vec<String>,
    /// Beacons per second; null is the server's default.
    pub rate_limit_per_s: Option<u32>,
    /// Whether pages may measure at all: false is the switch that ends it without another release of the page.
    pub collector_enabled: bool,
    /// How many of 1,000 attaches the collector measures where the page asks the server.
    pub sample_permille: u32,
}

impl License {
    /// Whether a page on `host` may use this key. Hosts compare without case and port.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let host = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty() {
                name
            } else {
                host
            }
        });
        let host = host.to_ascii_lowercase();
        self.allowed_domains.iter().any(|domain| {
            let domain = domain.to_ascii_lowercase();
            domain == "*"
                || domain == host
                || domain.strip_prefix("*.").is_some_and(|base| {
                    host.strip_suffix(base)
                        .is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
                })
        })
    }
}

/// How much an API key may do; each scope holds those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Ask.
    Read,
    /// Ask, and import history.
    Write,
    /// Everything, accounts included.
    Admin,
}

impl Scope {
    /// Its name as stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Read, Self::Write, Self::Admin]
            .into_iter()
            .find(|scope| scope.name() == text)
            .ok_or_else(|| format!("scope '{text}' is none of read, write, admin"))
    }
}

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Its id, fit for logs.
    pub api_key_id: Uuid,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// A name for people.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// Whether its answers carry DEBUG and TRACE messages.
    pub diagnostics: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(domain: &str, host: &str) -> bool {
        License {
            license_key: String::new(),
            organization_id: OrganizationId(Uuid::nil()),
            name: String::new(),
            allowed_domains: vec![domain.to_owned()],
            rate_limit_per_s: None,
            collector_enabled: true,
            sample_permille: 1_000,
        }
        .allows(host)
    }

    #[test]
    fn a_domain_covers_itself_and_a_wildcard_its_subdomains_only() {
        assert!(allows("example.com", "Example.com:8443"));
        assert!(!allows("example.com", "www.example.com"));
        assert!(allows("*.example.com", "www.example.com"));
        assert!(!allows("*.example.com", "example.com"));
        assert!(!allows("*.example.com", "badexample.com"));
        assert!(!allows("example.com", "example.com.evil.net"));
        assert!(allows("*", "anything"));
        assert!(allows("[::1]", "[::1]:8080"));
    }
}
