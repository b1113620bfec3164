//! Telling others: signed POSTs in the manner of Standard Webhooks, tried again until they arrive or nobody takes them.
//!
//! What is told lives in `alert`, what waits in `accounts`.
//! Invariant: a message has the same id at every try, so a receiver that heard it twice can tell; the next message of a rule waits for the
//! one before. Nothing is sent to an address that the operator does not allow: a name is looked up by the same code that connects, so it
//! cannot mean one address when it is checked and another when it is used.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use accounts::{Accounts, AccountsError, Alert, Delivery, WebhookSecret};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, stream};
use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use reqwest_tls::{
    Client, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, RETRY_AFTER},
    redirect,
};
use schemas::UnixMs;
use sha2::Sha256;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{alert::Rule, http::now_ms};

/// Longest address of a webhook, bytes.
const URL_BYTES_MAX: usize = 2_048;
/// Time for a receiver to answer.
const ANSWER: Duration = Duration::from_secs(15);
/// Receivers that are told at the same time.
const PARALLEL: usize = 8;
/// Most that `Retry-After` is obeyed: 6 h.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(6 * 3_600);
/// Where nothing waits; who has something wakes.
const LOOK: Duration = Duration::from_secs(60);
/// After accounts that could not be read.
const AGAIN: Duration = Duration::from_secs(5);

/// Whom webhooks may reach, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookConfig {
    /// Networks that are reached although they are private, also without TLS. None: the public Internet over `https` alone.
    pub allowed: Vec<IpNet>,
    /// Pauses between two tries, each give or take a fifth; after the last a message is given up.
    pub pauses: Vec<Duration>,
}

impl Default for WebhookConfig {
    /// Ten tries within about a day.
    fn default() -> Self {
        let seconds = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200];
        Self {
            allowed: Vec::new(),
            pauses: seconds.map(Duration::from_secs).to_vec(),
        }
    }
}

/// Why an address is not told anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No address.
    #[error(
        "this is no URL of a receiver: https://host/path, at most {URL_BYTES_MAX} bytes, without user, password and fragment"
    )]
    Form,
    /// Without TLS, and not allowed to be.
    #[error("a webhook is reached over https; the operator may allow others by PLAYHEAD_WEBHOOK_ALLOW")]
    Plain,
    /// A private address, and not allowed to be.
    #[error("{0} is no address of the public Internet; the operator may allow it by PLAYHEAD_WEBHOOK_ALLOW")]
    Private(IpAddr),
}

/// Which addresses may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guard {
    allowed: Arc<[IpNet]>,
}

impl Guard {
    /// A guard that lets these networks through beside the public Internet.
    #[must_use]
    pub fn new(allowed: &[IpNet]) -> Self {
        Self {
            allowed: allowed.into(),
        }
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|network| network.contains(&address))
    }

    /// The target that a text names, as far as can be told before its name is looked up.
    ///
    /// # Errors
    /// When it is none, or may not be reached.
    pub fn target(&self, text: &str) -> Result<Url, TargetError> {
        let url = Url::parse(text).map_err(|_| TargetError::Form)?;
        let is_clean = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(TargetError::Form)?;
        if text.len() > URL_BYTES_MAX || !is_clean || !matches!(url.scheme(), "http" | "https") {
            return Err(TargetError::Form);
        }
        let is_plain = url.scheme() == "http";
        if is_plain && self.allowed.is_empty() {
            return Err(TargetError::Plain);
        }
        // An address is not looked up, so it is checked here.
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            Ok(address) if self.is_allowed(address) => Ok(url),
            Ok(_) if is_plain => Err(TargetError::Plain),
            Ok(address) if !is_public(address) => Err(TargetError::Private(address)),
            _ => Ok(url),
        }
    }
}

/// Networks that are no part of the public Internet, from the IANA registries of special-purpose addresses.
const SPECIAL: [(IpAddr, u8); 26] = {
    const fn v4(a: u8, b: u8, c: u8, bits: u8) -> (IpAddr, u8) {
        (IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), bits)
    }
    const fn v6(a: u16, b: u16, c: u16, bits: u8) -> (IpAddr, u8) {
        (IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), bits)
    }
    [
        v4(0, 0, 0, 8),
        v4(10, 0, 0, 8),
        v4(100, 64, 0, 10),
        v4(127, 0, 0, 8),
        v4(169, 254, 0, 16),
        v4(172, 16, 0, 12),
        v4(192, 0, 0, 24),
        v4(192, 0, 2, 24),
        v4(192, 31, 196, 24),
        v4(192, 52, 193, 24),
        v4(192, 88, 99, 24),
        v4(192, 168, 0, 16),
        v4(192, 175, 48, 24),
        v4(198, 18, 0, 15),
        v4(198, 51, 100, 24),
        v4(203, 0, 113, 24),
        // Multicast, and what is reserved up to the broadcast.
        v4(224, 0, 0, 4),
        v4(240, 0, 0, 4),
        // Outside 2000::/3 nothing is public: loopback, mapped and translated IPv4, unique local, link local, multicast.
        v6(0, 0, 0, 3),
        v6(0x4000, 0, 0, 2),
        v6(0x8000, 0, 0, 1),
        // Teredo and other protocols of the IETF, 6to4, documentation: addresses within addresses, or nobody's.
        v6(0x2001, 0, 0, 23),
        v6(0x2001, 0x0db8, 0, 32),
        v6(0x2002, 0, 0, 16),
        v6(0x2620, 0x004f, 0x8000, 48),
        v6(0x3fff, 0, 0, 20),
    ]
};

/// Whether an address is one of the public Internet.
fn is_public(address: IpAddr) -> bool {
    SPECIAL
        .iter()
        .all(|(network, bits)| IpNet::new(*network, *bits).is_ok_and(|network| !network.contains(&address)))
}

/// Looks names up, and knows only the addresses that may be reached.
struct GuardedLookup {
    guard: Guard,
    /// Whether the public Internet may be.
    public: bool,
}

/// A name that means no address that may be reached.
#[derive(Debug, thiserror::Error)]
#[error("the host's name means no address that webhooks may reach")]
struct NoAddress;

impl Resolve for GuardedLookup {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, public) = (self.guard.clone(), self.public);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let may = |address: &SocketAddr| guard.is_allowed(address.ip()) || public && is_public(address.ip());
            let found: Vec<SocketAddr> = found.filter(may).collect();
            if found.is_empty() {
                return Err(NoAddress.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// The secret as a receiver is given it: `whsec_` and base64.
#[must_use]
pub fn written_secret(secret: &WebhookSecret) -> String {
    format!("whsec_{}", STANDARD.encode(secret.0))
}

/// What `webhook-signature` is: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
#[must_use]
pub fn signature(secret: &WebhookSecret, id: Uuid, timestamp: i64, body: &str) -> String {
    // Unwrap safety: HMAC takes a key of any length.
    #[allow(clippy::expect_used)]
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).expect("a key of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// How a try ended.
enum Tried {
    Arrived(String),
    Failed {
        outcome: String,
        /// What the receiver asked for.
        wait: Option<Duration>,
        /// Nobody is there any more.
        is_final: bool,
    },
}

/// Carries messages.
#[derive(Clone)]
pub(crate) struct Courier {
    accounts: Accounts,
    guard: Guard,
    pauses: Arc<[Duration]>,
    /// Made when first needed: reading the machine's certificates takes a while, and most nodes tell nobody.
    clients: Arc<OnceLock<Result<[Client; 2], String>>>,
    /// Told when there is something to send.
    pub(crate) to_send: Arc<Notify>,
}

impl Courier {
    pub(crate) fn new(accounts: Accounts, config: &WebhookConfig, to_send: Arc<Notify>) -> Self {
        Self {
            accounts,
            guard: Guard::new(&config.allowed),
            pauses: config.pauses.clone().into(),
            clients: Arc::default(),
            to_send,
        }
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Sends what waits when it is due, for ever.
    pub(crate) async fn run(&self) {
        loop {
            let wait = match self.turn().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "webhooks will be looked at again"
                    );
                    AGAIN
                }
            };
            tokio::select! {
                () = self.to_send.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn turn(&self) -> Result<Duration, AccountsError> {
        if self.send_due(UnixMs(now_ms())).await? > 0 {
            // The next of the same rule may be due at once.
            return Ok(Duration::ZERO);
        }
        let next = self.accounts.next_delivery_at().await?;
        let wait = next.map(|next| u64::try_from(next.0 - now_ms()).unwrap_or(0));
        Ok(wait.map_or(LOOK, |wait| Duration::from_millis(wait).min(LOOK)))
    }

    /// Sends what is due at `now`, of each rule the oldest; says how many were tried.
    pub(crate) async fn send_due(&self, now: UnixMs) -> Result<usize, AccountsError> {
        let due = self.accounts.due_deliveries(now).await?;
        let tried = due.len();
        stream::iter(due)
            .for_each_concurrent(PARALLEL, async |(delivery, alert)| {
                if let Err(error) = self.deliver(&delivery, &alert, now).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "how a webhook went cannot be kept"
                    );
                }
            })
            .await;
        Ok(tried)
    }

    async fn deliver(&self, delivery: &Delivery, alert: &Alert, now: UnixMs) -> Result<(), AccountsError> {
        let id = delivery.delivery_id;
        let url = serde_json::from_str::<Rule>(&alert.rule)
            .ok()
            .and_then(|rule| rule.webhook);
        let Some(webhook) = url else {
            return self
                .accounts
                .keep_try(id, "given up: the rule tells nobody any more", None, None)
                .await;
        };
        let tried = match self.guard.target(&webhook.url) {
            Ok(url) => self.send(delivery, alert, url).await,
            Err(error) => Tried::Failed {
                outcome: error.to_string(),
                wait: None,
                is_final: false,
            },
        };
        let (outcome, delivered_at, next_at) = match tried {
            Tried::Arrived(outcome) => (outcome, Some(now), None),
            Tried::Failed {
                outcome,
                wait,
                is_final,
            } => {
                let pause = self.pause(id, delivery.tries).filter(|_| !is_final);
                match pause {
                    Some(pause) => {
                        let pause = pause.max(wait.unwrap_or_default().min(RETRY_AFTER_MAX));
                        let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
                        (outcome, None, Some(UnixMs(now.0.saturating_add(pause))))
                    }
                    None => (format!("given up: {outcome}"), None, None),
                }
            }
        };
        tracing::info!(delivery = %id, alert = %alert.alert_id, tries = delivery.tries + 1, outcome, "a webhook was tried");
        self.accounts.keep_try(id, &outcome, delivered_at, next_at).await
    }

    /// The pause after a try, give or take a fifth, so that receivers that come back do not get everything at the same moment. None after
    /// the last.
    fn pause(&self, id: Uuid, tries: u32) -> Option<Duration> {
        let pause = *self.pauses.get(tries as usize)?;
        let mut hasher = DefaultHasher::new();
        (id, tries).hash(&mut hasher);
        let share = (hasher.finish() % 1_000) as f64 / 1_000.0;
        Some(pause.mul_f64(0.8 + 0.4 * share))
    }

    async fn send(&self, delivery: &Delivery, alert: &Alert, url: Url) -> Tried {
        let failed = |outcome: String| Tried::Failed {
            outcome,
            wait: None,
            is_final: false,
        };
        let clients = self.clients.get_or_init(|| clients(&self.guard));
        let [secure, plain] = match clients {
            Ok(clients) => clients,
            Err(error) => return failed(error.clone()),
        };
        let client = if url.scheme() == "https" { secure } else { plain };
        let timestamp = now_ms() / 1_000;
        let id = delivery.delivery_id;
        let sent = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id.to_string())
            .header("webhook-timestamp", timestamp.to_string())
            .header(
                "webhook-signature",
                signature(&alert.secret, id, timestamp, &delivery.body),
            )
            .body(delivery.body.clone())
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status().is_success() => Tried::Arrived(answer.status().to_string()),
            Ok(answer) => Tried::Failed {
                outcome: answer.status().to_string(),
                wait: answer
                    .headers()
                    .get(RETRY_AFTER)
                    .and_then(|value| retry_after(value.to_str().ok()?)),
                is_final: answer.status() == StatusCode::GONE,
            },
            Err(error) => failed(causes(&error.without_url())),
        }
    }
}

/// What went wrong, with every cause: a caller mends it by these words.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}

/// `Retry-After`: seconds, or a moment.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(text.trim()).ok()?;
    Some(moment.duration_since(SystemTime::now()).unwrap_or_default())
}

/// A client that speaks TLS alone and one without, which reaches allowed networks alone.
fn clients(guard: &Guard) -> Result<[Client; 2], String> {
    let client = |secure: bool| {
        Client::builder()
            .user_agent(concat!("Playhead/", env!("CARGO_PKG_VERSION")))
            .https_only(secure)
            .dns_resolver(Arc::new(GuardedLookup {
                guard: guard.clone(),
                public: secure,
            }))
            // A receiver may not send us elsewhere, and no proxy stands between the guard and the connection.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(ANSWER)
            .pool_max_idle_per_host(1)
            .build()
            .map_err(|error| causes(&error))
    };
    Ok([client(true)?, client(false)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_reached_unless_the_operator_allows_more() {
        let closed = Guard::default();
        for good in [
            "https://example.com/hook?x=1",
            "https://8.8.8.8/",
            "https://[2606:4700::1]/",
        ] {
            assert!(closed.target(good).is_ok(), "{good}");
        }
        for bad in [
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1:8443/",
            "https://172.31.255.255/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://255.255.255.255/",
            // The same address in the ways that URLs allow.
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
        ] {
            assert!(
                matches!(closed.target(bad), Err(TargetError::Private(_))),
                "{bad}: {:?}",
                closed.target(bad)
            );
        }
        assert_eq!(closed.target("http://example.com/"), Err(TargetError::Plain));
        for bad in [
            "ftp://example.com/",
            "https://user:word@example.com/",
            "example.com",
            "https://example.com/#x",
            "https://",
        ] {
            assert_eq!(closed.target(bad), Err(TargetError::Form), "{bad}");
        }
        let open = Guard::new(&["127.0.0.0/8".parse().unwrap()]);
        assert!(open.target("http://127.0.0.1:8080/").is_ok());
        assert!(
            open.target("http://localhost/").is_ok(),
            "what it means is checked when it is looked up"
        );
        assert_eq!(open.target("http://8.8.8.8/"), Err(TargetError::Plain));
        assert!(matches!(open.target("https://10.0.0.1/"), Err(TargetError::Private(_))));
    }

    #[tokio::test]
    async fn a_name_that_means_a_private_address_is_not_reached() {
        let reached = async |guard: Guard, public| {
            let lookup = GuardedLookup { guard, public };
            let found = lookup.resolve("localhost".parse().unwrap()).await;
            found.is_ok()
        };
        assert!(!reached(Guard::default(), true).await);
        let loopback: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        assert!(reached(Guard::new(&loopback), false).await);
    }

    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        let secret = WebhookSecret(*b"0123456789abcdef0123456789abcdef");
        let id = Uuid::from_u128(7);
        let signed = signature(&secret, id, 1_674_087_231, "{\"a\":1}");
        // By `openssl dgst -sha256 -mac HMAC` over "00000000-0000-0000-0000-000000000007.1674087231.{"a":1}".
        assert_eq!(signed, "v1,SjNMT1dqEwKAFzJkFYqF+S98bewD0i+hQ/y+yiq45OQ=");
        assert_eq!(
            written_secret(&secret),
            "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_moment() {
        assert_eq!(retry_after(" 7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(retry_after(&soon).unwrap() > Duration::from_secs(90));
        assert_eq!(retry_after("soon"), None);
    }
}
