//! The door: beacons come in over HTTP, and what is acknowledged is in the journal and will be in ClickHouse.
//!
//! [`http`] is what a sender sees, [`protocol`] what it may speak, [`pipeline`] what a beacon passes on its way to the journal,
//! in that order; `batcher` carries the journal into ClickHouse. Who may send lives in `accounts`, the log in `journal`, the
//! tables in `store`.
//!
//! Invariants: a success follows an `fdatasync`; a bad beacon costs its batch nothing; every beacon leaves by a named exit, and
//! `received = stored + duplicate + rejected + in flight` (see `telemetry`). After a crash the journal is replayed under the same
//! tokens; counters begin again at zero, with what the journal still holds counted as received.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accounted;
mod batcher;
pub mod clock;
mod finished;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod pipeline;
mod protocol;
mod rate;
mod telemetry;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use accounts::Accounts;
use actix_web::web;
use ipnet::IpNet;
use journal::Journal;
use prometheus::Registry;
use schemas::UnixMs;
use store::Store;
use tokio::{
    sync::{Notify, watch},
    task::{AbortHandle, JoinHandle},
};
use utoipa::OpenApi;

use crate::{
    batcher::{Batcher, Wish},
    clock::{ServerClock, SystemClock},
    http::budget::Budget,
    pipeline::{
        deduplicate::Attempts,
        enrich::{place::Places, user_agent::UserAgents},
    },
    rate::RateLimiter,
    telemetry::{DepthCollector, Snapshot, Telemetry},
};

pub use crate::{
    http::{
        beacons::{BatchResult, RejectedBeacon},
        config::{CollectorConfig, RunningArm, RunningExperiment},
    },
    pipeline::enrich::{
        place::{AddressPrefixes, PlaceError},
        user_agent::{UserAgentError, find_user_agent_patterns},
    },
};

/// How often idle attempts are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(30);
/// How long a drain waits for requests being served; none takes longer than its body may.
const DRAIN_REQUESTS_MAX: Duration = Duration::from_secs(10);
/// How long a drain waits for ClickHouse; what is left stays in the journal.
const DRAIN_STORE_MAX: Duration = Duration::from_secs(20);

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct IngestConfig {
    /// Holds `journal/`.
    pub data_dir: PathBuf,
    /// The journal's bounds.
    pub journal: journal::Options,
    /// Beacons per second of a license key that has no limit of its own.
    pub rate_limit_per_s: u32,
    /// Memory for bodies that have not arrived whole, bytes; a quarter of it for those of one license key.
    pub body_bytes_max: usize,
    /// Proxies whose `X-Forwarded-For` and `X-Geo-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How much of a client's address is looked up.
    pub address_prefixes: AddressPrefixes,
    /// A file of MaxMind's kind City or Country.
    pub geo_city: Option<PathBuf>,
    /// A file of MaxMind's kind ASN or ISP.
    pub geo_asn: Option<PathBuf>,
    /// The `regexes.yaml` of uap-core; `None` finds it ([`find_user_agent_patterns`]).
    pub user_agent_patterns: Option<PathBuf>,
    /// Most attempts remembered for recognising retries, about 100 bytes each.
    pub attempts_max: usize,
    /// The server's clocks.
    pub clock: Arc<dyn ServerClock>,
}

impl IngestConfig {
    /// The defaults, with everything under `data_dir`: 50,000 beacons a second for each license key, 64 MiB for half-arrived bodies, a million attempts remembered
    /// (about 100 MB when all are there), no proxy trusted, no geography.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            journal: journal::Options::default(),
            rate_limit_per_s: 50_000,
            body_bytes_max: 64 << 20,
            trusted_proxies: Vec::new(),
            address_prefixes: AddressPrefixes::default(),
            geo_city: None,
            geo_asn: None,
            user_agent_patterns: None,
            attempts_max: 1_000_000,
            clock: Arc::new(SystemClock::default()),
        }
    }
}

/// The door could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The journal could not be opened.
    #[error("opening the journal")]
    Journal(#[from] journal::OpenError),
    /// A geography file could not be opened.
    #[error("opening geography")]
    Place(#[from] PlaceError),
    /// The patterns of user agents are there but cannot be used.
    #[error("opening the user agent patterns")]
    UserAgent(#[from] UserAgentError),
    /// The metrics could not be registered; perhaps a second ingest uses the same registry.
    #[error("registering metrics")]
    Telemetry(#[from] prometheus::Error),
}

/// The open door; clones are the same one.
#[derive(Clone)]
pub struct Ingest {
    shared: Arc<Shared>,
    running: Arc<Running>,
}

/// What a request needs.
pub(crate) struct Shared {
    pub(crate) accounts: Accounts,
    pub(crate) journal: Journal,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) attempts: Attempts,
    pub(crate) agents: UserAgents,
    pub(crate) places: Places,
    pub(crate) rates: RateLimiter,
    pub(crate) rate_limit_per_s: u32,
    pub(crate) bodies: Budget,
    pub(crate) clock: Arc<dyn ServerClock>,
    pub(crate) draining: AtomicBool,
    /// When the journal was opened: what it held then counts as arrived at that moment.
    opened_at: UnixMs,
    serving: AtomicUsize,
    served: Notify,
}

/// What runs beside the requests.
struct Running {
    wish: watch::Sender<Wish>,
    batcher: Mutex<Option<JoinHandle<()>>>,
    forgetter: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.forgetter.abort();
        if let Some(batcher) = self.batcher.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            batcher.abort();
        }
    }
}

/// Counts a request as being served while it lives.
pub(crate) struct Serving<'a>(&'a Shared);

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        if self.0.serving.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.served.notify_waiters();
        }
    }
}

impl Shared {
    pub(crate) fn serving(&self) -> Serving<'_> {
        self.serving.fetch_add(1, Ordering::AcqRel);
        Serving(self)
    }
}

impl Ingest {
    /// Opens the journal (reading what is in it), starts carrying it into `store`, and registers metrics. Must be called inside a
    /// tokio runtime. `store` need not be reachable yet, but must be migrated before it is.
    ///
    /// # Errors
    /// When the journal, a geography file or the user agent patterns cannot be opened. Patterns that are nowhere are no error:
    /// browser, operating system and device class are null then.
    pub fn start(
        config: IngestConfig,
        store: Store,
        accounts: Accounts,
        registry: &Registry,
    ) -> Result<Self, IngestError> {
        let places = Places::open(
            config.geo_city.as_deref(),
            config.geo_asn.as_deref(),
            config.trusted_proxies,
            config.address_prefixes,
        )?;
        let agents = match config.user_agent_patterns.or_else(find_user_agent_patterns) {
            Some(path) => UserAgents::open(&path)?,
            None => {
                tracing::warn!(
                    "no user agent patterns: browser, operating system and device class will be null, and bots count as viewers; \
                     run `npm install`, or set PLAYHEAD_UA_PATTERNS to the regexes.yaml of uap-core"
                );
                UserAgents::default()
            }
        };
        let (journal, recovery) = Journal::open(config.data_dir.join("journal"), config.journal)?;
        if let Some(torn_tail) = &recovery.torn_tail {
            tracing::info!(
                torn_tail,
                "the journal's last write had not finished; no one was told of it"
            );
        }
        if recovery.records > 0 {
            tracing::info!(
                records = recovery.records,
                ranges = recovery.unfinished_ranges,
                "beacons of an earlier run are in the journal"
            );
        }
        let telemetry = Telemetry::register(registry)?;
        telemetry.received.inc_by(recovery.records);
        telemetry.recovered.inc_by(recovery.records);
        let opened_at = config.clock.unix();
        let shared = Arc::new(Shared {
            opened_at,
            accounts,
            journal: journal.clone(),
            telemetry: Arc::clone(&telemetry),
            attempts: Attempts::new(config.attempts_max),
            agents,
            places,
            rates: RateLimiter::default(),
            rate_limit_per_s: config.rate_limit_per_s,
            bodies: Budget::new(config.body_bytes_max),
            clock: config.clock,
            draining: AtomicBool::new(false),
            serving: AtomicUsize::new(0),
            served: Notify::new(),
        });
        let watched = Arc::downgrade(&shared);
        let depth = move || {
            watched.upgrade().map(|shared| Snapshot {
                body_bytes: shared.bodies.used(),
                depth: shared.journal.depth(),
                healthy: shared.journal.poisoned().is_none(),
            })
        };
        DepthCollector::register(depth, registry)?;
        let (wish, wishes) = watch::channel(Wish::Run);
        let batcher = Batcher {
            journal,
            store,
            telemetry,
            wish: wishes,
        };
        let batcher = tokio::spawn(batcher.run());
        let forgetting = Arc::downgrade(&shared);
        let forgetter = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(FORGET_EVERY);
            loop {
                ticks.tick().await;
                let Some(shared) = forgetting.upgrade() else {
                    return;
                };
                shared.attempts.forget_idle(shared.clock.monotonic_ms());
            }
        });
        let running = Running {
            wish,
            batcher: Mutex::new(Some(batcher)),
            forgetter: forgetter.abort_handle(),
        };
        Ok(Self {
            shared,
            running: Arc::new(running),
        })
    }

    /// Adds the door's routes to an app.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        config.app_data(web::Data::from(Arc::clone(&self.shared))).service(
            web::resource("/v1/beacons")
                .route(web::post().to(http::beacons::post))
                .route(web::method(actix_web::http::Method::OPTIONS).to(http::beacons::options)),
        );
        config.service(web::resource("/v1/collector/config").route(web::get().to(http::config::get)));
    }

    /// Waits until a disk error stops the journal, and says which. Nothing can be taken any more then; the process should end and be
    /// started again, which recovers what was acknowledged.
    pub async fn failed(&self) -> String {
        let mut progress = self.shared.journal.watch();
        let failed = progress.wait_for(|progress| progress.poisoned.is_some()).await;
        // The sender lives as long as `shared`.
        failed.map_or_else(
            |_| "the journal is gone".to_owned(),
            |progress| progress.poisoned.as_deref().unwrap_or_default().to_owned(),
        )
    }

    /// Whether everything that was acknowledged up to `moment` has been carried into ClickHouse.
    #[must_use]
    pub fn has_stored(&self, moment: UnixMs) -> bool {
        let depth = self.shared.journal.depth();
        let age_ms = i64::try_from(depth.age.as_millis()).unwrap_or(i64::MAX);
        let oldest_waiting = self.shared.clock.unix().0.saturating_sub(age_ms);
        depth.records == 0 || oldest_waiting > moment.0.max(self.shared.opened_at.0)
    }

    /// Whether requests are taken.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.shared.draining.load(Ordering::Relaxed) && self.shared.journal.poisoned().is_none()
    }

    /// Takes no more requests (503 with `Retry-After`), waits for those being served, carries the journal into ClickHouse as far as
    /// that answers, and closes the journal. What is left there is carried on by the next start.
    pub async fn drain(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        let served = async {
            loop {
                let served = self.shared.served.notified();
                if self.shared.serving.load(Ordering::Acquire) == 0 {
                    return;
                }
                served.await;
            }
        };
        if tokio::time::timeout(DRAIN_REQUESTS_MAX, served).await.is_err() {
            tracing::warn!("requests are still being served; draining goes on without them");
        }
        self.running.wish.send_replace(Wish::Drain);
        let batcher = self
            .running
            .batcher
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut batcher) = batcher
            && tokio::time::timeout(DRAIN_STORE_MAX, &mut batcher).await.is_err()
        {
            tracing::warn!("ClickHouse is slow; the journal keeps the rest");
            batcher.abort();
        }
        let journal = self.shared.journal.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || journal.close()).await {
            tracing::error!(%error, "closing the journal failed");
        }
    }
}

/// The door's part of the API's description.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(
        paths(http::beacons::post, http::config::get),
        components(schemas(BatchResult, RejectedBeacon, CollectorConfig, schemas::BeaconBatch))
    )]
    struct Door;
    Door::openapi()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_description_has_every_answer_of_the_door() {
        let document = serde_json::to_value(super::openapi()).unwrap();
        let responses = document["paths"]["/v1/beacons"]["post"]["responses"]
            .as_object()
            .unwrap();
        let statuses: Vec<&str> = responses.keys().map(String::as_str).collect();
        assert_eq!(
            statuses,
            ["202", "204", "400", "401", "403", "408", "413", "415", "429", "503"]
        );
        assert!(document["components"]["schemas"]["BeaconBatch"].is_object());
    }
}
