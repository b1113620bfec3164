//! A whole node: what starts in which order, and in which order it stops.
//!
//! Start: accounts, engine (unless a ClickHouse is given), migrations, ingest (which replays its journal), query, HTTP.
//! Stop: HTTP takes no more, ingest drains its journal, the engine ends last, so that nothing waits for what is gone.

use std::{
    io::Write as _,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use accounts::Accounts;
use actix_web::{App, HttpResponse, HttpServer, dev::Server, middleware::from_fn, web};
use anyhow::Context as _;
use engine::{Supervisor, SupervisorConfig};
use ingest::{AddressPrefixes, Ingest, IngestConfig};
use prometheus::Registry;
use query::{ExportConfig, IndustryConfig, Query, QueryConfig, WebhookConfig};
use store::{Retention, Store, StoreConfig};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::{AbortHandle, JoinHandle},
};

use crate::{
    account::FILE,
    arguments::{BuildCells, Engine, Migrate, Serve, Storage},
    canary::{Canary, LastFlight},
    health, openapi, share,
    tls::{Certificate, Files},
    web::Web,
};

/// How long a stopping server waits for requests under way.
const SHUTDOWN: Duration = Duration::from_secs(10);

/// Connections that the kernel keeps while the workers are busy: a reload of a popular page's players arrives at once.
const BACKLOG: u32 = 4_096;

/// How long a closing connection waits for the other side.
const DISCONNECT: Duration = Duration::from_secs(1);

/// Runs a node until it is told to stop.
pub async fn serve(arguments: Serve) -> anyhow::Result<()> {
    let node = Node::start(arguments).await?;
    tracing::info!(url = node.url(), "ready");
    node.run().await
}

/// Brings the tables up to date.
pub async fn migrate(arguments: Migrate) -> anyhow::Result<()> {
    let database = Database::start(&arguments.storage).await?;
    database.stop().await;
    Ok(())
}

/// Builds the cells of every day that is over and has none that count, of the organisations that the data folder's accounts know; prints how
/// many days that were.
pub async fn build_cells(arguments: BuildCells) -> anyhow::Result<()> {
    let database = Database::start(&arguments.storage).await?;
    let accounts = Accounts::open(&arguments.storage.data_dir.join(FILE)).await?;
    let now_ms = chrono::Utc::now().timestamp_millis();
    let built = query::builder::build_all(
        &database.store,
        |organization| accounts.tenant(organization),
        now_ms,
        arguments.jobs.into(),
    )
    .await;
    database.stop().await;
    let days = built.context("building cells; those that were built by then count")?;
    writeln!(std::io::stdout(), "{days}").context("writing to standard output")
}

impl Engine {
    /// Runs the embedded engine alone.
    pub async fn run(self) -> anyhow::Result<()> {
        let config = engine::EngineConfig {
            library: self.library,
            ..engine::EngineConfig::new(self.path, self.listen)
        };
        engine::serve(config).await.context("running the engine")
    }
}

/// The tables, wherever they are.
struct Database {
    store: Store,
    /// The embedded engine; none when ClickHouse is elsewhere.
    engine: Option<Supervisor>,
}

impl Database {
    async fn start(storage: &Storage) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&storage.data_dir)
            .with_context(|| format!("creating {}", storage.data_dir.display()))?;
        let engine = match storage.clickhouse_url {
            Some(_) => None,
            None => Some(supervised(&storage.data_dir.join("engine")).await?),
        };
        let url = match (&storage.clickhouse_url, &engine) {
            (Some(url), _) => url.clone(),
            (None, Some(engine)) => engine.url().to_owned(),
            (None, None) => unreachable!("one of the two is set just above"),
        };
        let store = Store::connect(StoreConfig {
            url,
            database: storage.clickhouse_database.clone(),
            user: storage.clickhouse_user.clone(),
            password: storage.clickhouse_password.clone(),
            cluster: storage.clickhouse_cluster.clone(),
        });
        let retention = Retention {
            beacons_days: storage.beacons_days,
            impressions_days: storage.impressions_days,
        };
        store
            .migrate(&retention)
            .await
            .context("bringing the tables up to date")?;
        Ok(Self { store, engine })
    }

    async fn stop(self) {
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
    }
}

async fn supervised(path: &Path) -> anyhow::Result<Supervisor> {
    let program = std::env::current_exe().context("finding this program")?;
    let config = SupervisorConfig::new(program, vec!["engine".into()], path);
    Supervisor::start(config).await.context("starting the embedded engine")
}

/// A node that listens.
pub struct Node {
    accounts: Accounts,
    address: SocketAddr,
    canary: Option<AbortHandle>,
    is_secure: bool,
    database: Database,
    ingest: Ingest,
    server: Server,
    /// Tells other nodes of accounts; may be cut short at any moment.
    sharing: Option<AbortHandle>,
    /// Erasure, retention and exports; may be cut short at any moment.
    tending: JoinHandle<()>,
}

impl Node {
    /// Starts everything. When this returns, requests are answered.
    pub async fn start(arguments: Serve) -> anyhow::Result<Self> {
        let data_dir = &arguments.storage.data_dir;
        std::fs::create_dir_all(data_dir).with_context(|| format!("creating {}", data_dir.display()))?;
        let accounts = Accounts::open(&data_dir.join(FILE)).await?;
        let database = Database::start(&arguments.storage).await?;
        // With a ClickHouse of one's own there may be other nodes; the embedded engine has this one.
        let sharing = match arguments.storage.clickhouse_url {
            Some(_) => {
                share::once(&database.store, &accounts).await?;
                Some(tokio::spawn(share::run(database.store.clone(), accounts.clone())).abort_handle())
            }
            None => None,
        };
        let registry = Registry::new();
        let config = IngestConfig {
            journal: journal::Options {
                segment_bytes: arguments.journal.journal_segment_bytes,
                disk_bytes_max: arguments.journal.journal_bytes_max,
                ..journal::Options::default()
            },
            geo_city: arguments.geo_city.clone(),
            geo_asn: arguments.geo_asn.clone(),
            trusted_proxies: arguments.trusted_proxies.clone(),
            address_prefixes: AddressPrefixes {
                v4: arguments.address_prefix_v4,
                v6: arguments.address_prefix_v6,
            },
            user_agent_patterns: arguments.ua_patterns.clone(),
            ..IngestConfig::new(data_dir)
        };
        let store = database.store.clone();
        let ingest = Ingest::start(config, store.clone(), accounts.clone(), &registry).context("starting ingest")?;
        let query_config = QueryConfig {
            exports: ExportConfig {
                folder: data_dir.join("exports"),
                attempts_max: arguments.exports.export_attempts_max,
                bytes_max: arguments.exports.export_bytes_max,
                folder_bytes_max: arguments.exports.exports_bytes_max,
                keep: Duration::from_secs(arguments.exports.export_days * 24 * 3_600),
                ..ExportConfig::default()
            },
            webhooks: WebhookConfig {
                allowed: arguments.webhook_allow.clone(),
                ..WebhookConfig::default()
            },
            industry: IndustryConfig {
                organizations_min: arguments.industry_organizations_min as usize,
                viewers_min: arguments.industry_viewers_min,
                weight_max: f64::from(arguments.industry_weight_percent_max) / 100.0,
            },
            build_cells: arguments.build_cells,
            ..QueryConfig::default()
        };
        let query = Query::new(query_config, store.clone(), accounts.clone(), &registry)?;
        let web = Web::find(arguments.web_dir.as_deref());
        if web.is_none() {
            tracing::warn!("no built dashboard was found; run `cargo xtask demo` once, or give --web-dir");
        }
        let openapi = web::Data::new(openapi::document()?);
        let last_flight = LastFlight::default();
        let (app_last_flight, canary_registry) = (last_flight.clone(), registry.clone());
        let app_ingest = ingest.clone();
        let tended = ingest.clone();
        let tending = tokio::spawn(query.clone().tend(move |moment| tended.has_stored(moment)));
        tokio::spawn(close_when_told(query.clone()));
        let server = HttpServer::new(move || {
            App::new()
                .wrap(from_fn(envelope::actix::middleware))
                .app_data(web::Data::new(store.clone()))
                .app_data(web::Data::new(registry.clone()))
                .app_data(openapi.clone())
                .app_data(web::Data::new(app_last_flight.clone()))
                .configure(|config| app_ingest.configure(config))
                .configure(|config| query.configure(config))
                .configure(health::configure)
                .route("/v1/openapi.json", web::get().to(serve_openapi))
                .configure(|config| {
                    if let Some(web) = &web {
                        web.configure(config);
                    }
                })
                .configure(envelope::actix::configure_default)
        })
        .shutdown_timeout(SHUTDOWN.as_secs())
        .backlog(BACKLOG)
        .max_connections(arguments.connections.connections_max as usize)
        .client_request_timeout(Duration::from_secs(arguments.connections.request_head_seconds))
        .client_disconnect_timeout(DISCONNECT)
        .keep_alive(Duration::from_secs(arguments.connections.keep_alive_seconds));
        let certificate = match (arguments.tls_cert, arguments.tls_key) {
            (Some(certificate), Some(key)) => Some(Certificate::open(Files { certificate, key })?),
            _ => None,
        };
        let server = match &certificate {
            Some(certificate) => server.bind_rustls_0_23(arguments.listen, certificate.config()?),
            None => server.bind(arguments.listen),
        }
        .with_context(|| format!("listening on {}", arguments.listen))?;
        let is_secure = certificate.is_some();
        if let Some(certificate) = certificate {
            tokio::spawn(certificate.reload_when_told());
        }
        // The canary does not know the certificate's name: it comes in by a door of its own, which only this machine reaches.
        let server = if is_secure && arguments.canary_seconds > 0 {
            server
                .bind((Ipv4Addr::LOCALHOST, 0))
                .context("listening for the canary")?
        } else {
            server
        };
        let addresses = server.addrs();
        let address = *addresses.first().context("the server has no address")?;
        let plain = *addresses.last().context("the server has no address")?;
        let server = server.run();
        let canary = match arguments.canary_seconds {
            0 => None,
            seconds => {
                let url = format!("http://{}", reachable(plain));
                let canary = Canary::new(url, &accounts, last_flight, &canary_registry).await?;
                let every = Duration::from_secs(seconds.into());
                Some(tokio::spawn(canary.run(every)).abort_handle())
            }
        };
        Ok(Self {
            accounts,
            address,
            canary,
            is_secure,
            database,
            ingest,
            server,
            sharing,
            tending,
        })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Its accounts.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Serves until SIGTERM or SIGINT, then stops in order. A journal that can no longer write ends the process with an
    /// error: only a new start recovers what is on the disk.
    pub async fn run(self) -> anyhow::Result<()> {
        let handle = self.server.handle();
        let outcome = tokio::select! {
            served = self.server => served.context("serving"),
            why = self.ingest.failed() => Err(anyhow::anyhow!("the journal failed: {why}")),
        };
        if let Some(canary) = self.canary {
            canary.abort();
        }
        handle.stop(true).await;
        self.tending.abort();
        if let Some(sharing) = self.sharing {
            sharing.abort();
        }
        self.ingest.drain().await;
        self.database.stop().await;
        outcome
    }
}

/// Ends what would never end by itself as soon as the process is told to stop: HTTP waits for every answer.
async fn close_when_told(query: Query) {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        tracing::warn!("signals cannot be heard: a stop waits for those who watch live");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    query.close();
}

/// Where this machine itself reaches what listens on `address`.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// The OpenAPI document. The one answer without an envelope: it has a standard form of its own.
async fn serve_openapi(document: web::Data<serde_json::Value>) -> HttpResponse {
    HttpResponse::Ok().json(document.get_ref())
}
