//! The command line and the environment, parsed once.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;

use crate::simulate::Simulate;

/// What viewers of your streams experience, and whether it got worse.
#[derive(Debug, Parser)]
#[command(name = "playhead", version, about)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a whole node: ingest, query API and dashboard, with the embedded engine unless CLICKHOUSE_URL is set.
    Serve(Box<Serve>),
    /// Run a whole node for development: `serve` with an organisation and keys of its own, written to a file.
    Dev(Dev),
    /// Create, list and revoke organisations and keys.
    Account(Account),
    /// Bring the tables up to date and end.
    Migrate(Migrate),
    /// Build what questions about days that are over are answered from, all at once, and end; while no node stores beacons. `serve` does it by
    /// itself, a quarter of the time.
    BuildCells(BuildCells),
    /// Send the beacons of a simulated audience.
    Simulate(Simulate),
    /// Run the embedded ClickHouse alone. `serve` starts and watches one by itself.
    Engine(Engine),
    /// Print a document that is made from the code.
    Docs {
        /// Which one.
        which: Document,
    },
}

/// A document made from the code.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Document {
    /// The OpenAPI 3.1 document, JSON.
    Openapi,
    /// The metric and attribute dictionary, Markdown.
    Metrics,
    /// The error catalogue, Markdown.
    Errors,
}

/// Days that a table can keep.
fn days() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(store::Retention::DAYS_MAX))
}

/// Where data lies and how long it is kept.
#[derive(Debug, Clone, Args)]
pub struct Storage {
    /// Folder for everything this node keeps: accounts, journal, and the embedded engine's tables.
    #[arg(long, env = "PLAYHEAD_DATA_DIR", default_value = ".data")]
    pub data_dir: PathBuf,
    /// A ClickHouse server to use instead of the embedded engine, `http://host:8123`.
    #[arg(long, env = "CLICKHOUSE_URL")]
    pub clickhouse_url: Option<String>,
    /// Its user.
    #[arg(long, env = "CLICKHOUSE_USER")]
    pub clickhouse_user: Option<String>,
    /// Its password.
    #[arg(long, env = "CLICKHOUSE_PASSWORD", hide_env_values = true)]
    pub clickhouse_password: Option<String>,
    /// The database to use there.
    #[arg(long, env = "CLICKHOUSE_DATABASE", default_value = "playhead")]
    pub clickhouse_database: String,
    /// The cluster there, as its `remote_servers` name it, to spread and replicate the tables over.
    #[arg(long, env = "CLICKHOUSE_CLUSTER", requires = "clickhouse_url")]
    pub clickhouse_cluster: Option<String>,
    /// Days to keep raw beacons, the source of timelines and of the highest number of concurrent viewers.
    #[arg(long, env = "PLAYHEAD_BEACONS_DAYS", default_value_t = 30, value_parser = days())]
    pub beacons_days: u32,
    /// Days to keep attempts, the source of every other number.
    #[arg(long, env = "PLAYHEAD_IMPRESSIONS_DAYS", default_value_t = 400, value_parser = days())]
    pub impressions_days: u32,
}

/// How many connections there may be, and how long each may keep the node waiting.
#[derive(Debug, Clone, Args)]
pub struct Connections {
    /// Most open connections for each worker thread; more wait unaccepted.
    #[arg(long, env = "PLAYHEAD_CONNECTIONS_MAX", default_value_t = 25_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub connections_max: u32,
    /// Seconds that the head of a request may take to arrive.
    #[arg(long, env = "PLAYHEAD_REQUEST_HEAD_SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub request_head_seconds: u64,
    /// Seconds that a connection may stand idle between requests. A proxy in front should wait for less than that.
    #[arg(long, env = "PLAYHEAD_KEEP_ALIVE_SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub keep_alive_seconds: u64,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            connections_max: 25_000,
            request_head_seconds: 5,
            keep_alive_seconds: 75,
        }
    }
}

/// How much of the disk the journal may take: what is acknowledged and not in ClickHouse yet waits there.
#[derive(Debug, Clone, Args)]
pub struct JournalBounds {
    /// Most bytes of the journal's segments; beyond them beacons are answered 503 until ClickHouse has taken some. A day of 1,000
    /// beacons a second without ClickHouse takes about 50 GB.
    #[arg(long, env = "PLAYHEAD_JOURNAL_BYTES_MAX", default_value_t = 8 << 30, value_parser = clap::value_parser!(u64).range((1 << 20)..))]
    pub journal_bytes_max: u64,
    /// Bytes of one segment, reserved on the disk before it is written to.
    #[arg(long, env = "PLAYHEAD_JOURNAL_SEGMENT_BYTES", default_value_t = 64 << 20, value_parser = clap::value_parser!(u64).range((64 << 10)..=(1 << 30)))]
    pub journal_segment_bytes: u64,
}

/// How large exports may be, and how long they stay.
#[derive(Debug, Clone, Args)]
pub struct ExportBounds {
    /// Most attempts of one export. The embedded engine holds the file in memory before it hands it over
    #[arg(long, env = "PLAYHEAD_EXPORT_ATTEMPTS_MAX", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub export_attempts_max: u64,
    /// Most bytes of one export's file.
    #[arg(long, env = "PLAYHEAD_EXPORT_BYTES_MAX", default_value_t = 1 << 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub export_bytes_max: u64,
    /// Most bytes of all exports' files, which lie in `exports` of the data folder.
    #[arg(long, env = "PLAYHEAD_EXPORTS_BYTES_MAX", default_value_t = 10 << 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub exports_bytes_max: u64,
    /// Days that an export is kept.
    #[arg(long, env = "PLAYHEAD_EXPORT_DAYS", default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=365))]
    pub export_days: u64,
}

impl Default for ExportBounds {
    fn default() -> Self {
        Self {
            export_attempts_max: 1_000_000,
            export_bytes_max: 1 << 30,
            exports_bytes_max: 10 << 30,
            export_days: 7,
        }
    }
}

/// A whole node.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Address to listen on.
    #[arg(long, env = "PLAYHEAD_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Certificate chain, PEM: the node speaks HTTPS only then. Read again at SIGHUP.
    #[arg(long, env = "PLAYHEAD_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM.
    #[arg(long, env = "PLAYHEAD_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Connections and waiting.
    #[command(flatten)]
    pub connections: Connections,
    /// Where data lies.
    #[command(flatten)]
    pub storage: Storage,
    /// The journal's bounds.
    #[command(flatten)]
    pub journal: JournalBounds,
    /// Exports' bounds.
    #[command(flatten)]
    pub exports: ExportBounds,
    /// Networks that webhooks of alerts may reach although they are private, also without TLS. Without any: the public Internet, over https.
    #[arg(long = "webhook-allow", env = "PLAYHEAD_WEBHOOK_ALLOW", value_delimiter = ',')]
    pub webhook_allow: Vec<IpNet>,
    /// Fewest other organisations that the baseline `industry` is made of.
    #[arg(long, env = "PLAYHEAD_INDUSTRY_ORGANIZATIONS_MIN", default_value_t = 7, value_parser = clap::value_parser!(u32).range(3..))]
    pub industry_organizations_min: u32,
    /// Fewest viewers of each of them in what is compared.
    #[arg(long, env = "PLAYHEAD_INDUSTRY_VIEWERS_MIN", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub industry_viewers_min: u64,
    /// Largest part of the attempts that one of them may have, percent.
    #[arg(long, env = "PLAYHEAD_INDUSTRY_WEIGHT_PERCENT_MAX", default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub industry_weight_percent_max: u32,
    /// Proxies whose X-Forwarded-For and X-Geo-* headers are believed.
    #[arg(long = "trusted-proxy", env = "PLAYHEAD_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
    /// Bits of a viewer's IPv4 address that are looked up; the rest is zeroed first. The address is kept nowhere in any case.
    #[arg(long, env = "PLAYHEAD_ADDRESS_PREFIX_V4", default_value_t = 24, value_parser = clap::value_parser!(u8).range(0..=32))]
    pub address_prefix_v4: u8,
    /// The same for IPv6.
    #[arg(long, env = "PLAYHEAD_ADDRESS_PREFIX_V6", default_value_t = 48, value_parser = clap::value_parser!(u8).range(0..=128))]
    pub address_prefix_v6: u8,
    /// A city database in MaxMind's format; without it and without a proxy's headers places are null.
    #[arg(long, env = "PLAYHEAD_GEO_CITY")]
    pub geo_city: Option<PathBuf>,
    /// An ASN database in MaxMind's format.
    #[arg(long, env = "PLAYHEAD_GEO_ASN")]
    pub geo_asn: Option<PathBuf>,
    /// The patterns of user agents, regexes.yaml of uap-core; found in node_modules by default. Without them browsers are null.
    #[arg(long, env = "PLAYHEAD_UA_PATTERNS")]
    pub ua_patterns: Option<PathBuf>,
    /// Folder with the built dashboard, collector and player page; found beside the program or above the current folder by default.
    #[arg(long, env = "PLAYHEAD_WEB_DIR")]
    pub web_dir: Option<PathBuf>,
    /// Whether this node makes the sums that questions are answered from. Of several nodes on one ClickHouse one is enough.
    #[arg(long, env = "PLAYHEAD_BUILD_CELLS", default_value_t = true, action = clap::ArgAction::Set)]
    pub build_cells: bool,
    /// Seconds between two beacons that the node sends itself and asks for; 0 for none.
    #[arg(long, env = "PLAYHEAD_CANARY_SECONDS", default_value_t = 60)]
    pub canary_seconds: u32,
}

/// A whole node for development.
#[derive(Debug, Clone, Args)]
pub struct Dev {
    /// Address to listen on; port 0 takes a free one, which stands in the keys file.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Folder for everything this node keeps.
    #[arg(long, default_value = ".data")]
    pub data_dir: PathBuf,
    /// Seconds between two beacons that the node sends itself and asks for; 0 for none, so that counters show your own beacons only.
    #[arg(long, default_value_t = 0)]
    pub canary_seconds: u32,
    /// The journal's bounds.
    #[command(flatten)]
    pub journal: JournalBounds,
    /// File to write `{"url","organizationId","licenseKey","apiKey"}` to once the node is ready.
    #[arg(long)]
    pub keys: PathBuf,
    /// Folder with the built dashboard, collector and player page.
    #[arg(long, env = "PLAYHEAD_WEB_DIR")]
    pub web_dir: Option<PathBuf>,
}

/// Accounts.
#[derive(Debug, Args)]
pub struct Account {
    /// Folder of the node whose accounts these are.
    #[arg(long, env = "PLAYHEAD_DATA_DIR", default_value = ".data", global = true)]
    pub data_dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub action: AccountAction,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountAction {
    /// Create an organisation; prints its id.
    CreateOrganization {
        /// Its name.
        name: String,
        /// The organisation above it.
        #[arg(long)]
        parent: Option<String>,
    },
    /// Create a license key for pages; prints it.
    CreateLicenseKey {
        /// Whose it is.
        #[arg(long)]
        organization: String,
        /// A name for people.
        #[arg(long, default_value = "web")]
        name: String,
        /// Hosts of pages that may use it: `example.com`, `*.example.com`, or `*` for any. May be given more than once.
        #[arg(long = "domain", required = true)]
        domains: Vec<String>,
        /// Beacons per second it may send; the server's default without it.
        #[arg(long)]
        rate_limit: Option<u32>,
    },
    /// Create an API key; prints its secret, once.
    CreateApiKey {
        /// Whose it is.
        #[arg(long)]
        organization: String,
        /// A name for people.
        #[arg(long, default_value = "api")]
        name: String,
        /// What it may do: read, write or admin.
        #[arg(long, default_value = "read")]
        scope: accounts::Scope,
    },
    /// Set for how many days an organisation's rows are kept, where that shall be shorter than the server's own retention.
    SetRetention {
        /// Whose rows.
        organization: String,
        /// Days to keep its raw beacons; the server's own without it.
        #[arg(long, value_parser = days())]
        beacons_days: Option<u32>,
        /// Days to keep its attempts; the server's own without it.
        #[arg(long, value_parser = days())]
        impressions_days: Option<u32>,
        /// The server's own retention of raw beacons, which none can exceed.
        #[arg(long, env = "PLAYHEAD_BEACONS_DAYS", default_value_t = 30, value_parser = days())]
        server_beacons_days: u32,
        /// The server's own retention of attempts, which none can exceed.
        #[arg(long, env = "PLAYHEAD_IMPRESSIONS_DAYS", default_value_t = 400, value_parser = days())]
        server_impressions_days: u32,
    },
    /// List organisations with their keys, as JSON.
    List,
    /// Revoke a license key, or an API key by its id.
    Revoke {
        /// The license key, or the API key's id.
        key: String,
    },
}

/// Migrations alone.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Where data lies.
    #[command(flatten)]
    pub storage: Storage,
}

/// Building cells alone.
#[derive(Debug, Args)]
pub struct BuildCells {
    /// Where data lies.
    #[command(flatten)]
    pub storage: Storage,
    /// Days that are built at once. Each takes a core of ClickHouse's, and up to 3 GiB of its memory.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
}

/// The embedded ClickHouse alone.
#[derive(Debug, Args)]
pub struct Engine {
    /// Folder of its tables.
    #[arg(long)]
    pub path: PathBuf,
    /// Address to listen on, loopback only.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The engine's library; found in node_modules by default.
    #[arg(long, env = "PLAYHEAD_LIBCHDB")]
    pub library: Option<PathBuf>,
}
