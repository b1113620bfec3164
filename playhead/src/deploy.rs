//! What `deploy/` and the operator's guide say is what the program does: settings, metrics, hosts, ports and paths.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use accounts::Accounts;
use clap::CommandFactory as _;
use ingest::{Ingest, IngestConfig};
use prometheus::Registry;
use query::{Query, QueryConfig};
use serde_json::Value;
use store::{Store, StoreConfig};

use crate::{
    arguments::Arguments,
    canary::{Canary, LastFlight},
};

/// Read by the logger and by the engine's process, so not among `serve`'s own settings.
const ELSEWHERE: [(&str, &str); 2] = [
    ("PLAYHEAD_LIBCHDB", ""),
    ("RUST_LOG", "warn,playhead=info,ingest=info,engine=info,store=info"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The settings of `playhead serve` and their defaults; '' for none.
fn settings() -> BTreeMap<String, String> {
    let command = Arguments::command();
    let serve = command.find_subcommand("serve").unwrap();
    let own = serve.get_arguments().filter_map(|argument| {
        let name = argument.get_env()?.to_str().unwrap().to_owned();
        let default = argument.get_default_values().first();
        Some((
            name,
            default.map_or_else(String::new, |value| value.to_str().unwrap().to_owned()),
        ))
    });
    let elsewhere = ELSEWHERE.map(|(name, default)| (name.to_owned(), default.to_owned()));
    own.chain(elsewhere).collect()
}

#[test]
fn the_example_names_every_setting_with_its_default() {
    let example = text("deploy/playhead.env.example");
    let named: BTreeMap<String, String> = example
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once('='))
        .filter(|(name, _)| !name.contains(' '))
        .map(|(name, default)| (name.to_owned(), default.to_owned()))
        .collect();
    assert_eq!(named, settings());
}

const COMPOSITIONS: [&str; 2] = ["deploy/docker-compose.yml", "deploy/docker-compose.cluster.yml"];

/// Services of a composition by name.
fn services(path: &str) -> BTreeMap<String, Value> {
    serde_json::from_value(yaml(path)["services"].clone()).unwrap()
}

fn image(service: &Value) -> &str {
    service["image"].as_str().unwrap()
}

fn environment(service: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(service["environment"].clone()).unwrap_or_default()
}

/// Values behind `Environment=` or between `ENV` and the next instruction.
fn assigned(text: &str) -> BTreeSet<String> {
    text.split(|c: char| c.is_whitespace())
        .filter_map(|word| Some(word.strip_prefix("Environment=").unwrap_or(word).split_once('=')?.0))
        .filter(|name| name.starts_with("PLAYHEAD_") || name.starts_with("CLICKHOUSE_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_variable_that_is_set_is_a_setting() {
    let settings = settings();
    let mut set = assigned(&text("deploy/Dockerfile"));
    assert!(set.contains("PLAYHEAD_LISTEN"), "{set:?}");
    let unit = assigned(&text("deploy/playhead.service"));
    assert!(unit.contains("PLAYHEAD_DATA_DIR"), "{unit:?}");
    set.extend(unit);
    for path in COMPOSITIONS {
        for service in services(path).values().filter(|service| image(service) == "playhead") {
            set.extend(environment(service).into_keys());
        }
    }
    assert!(set.contains("CLICKHOUSE_CLUSTER"), "{set:?}");
    let unknown: Vec<&String> = set.iter().filter(|name| !settings.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn what_is_mounted_is_there_and_named_volumes_are_declared() {
    for path in COMPOSITIONS {
        let declared = yaml(path)["volumes"].clone();
        for (name, service) in services(path) {
            for mount in service["volumes"].as_array().into_iter().flatten() {
                let source = mount.as_str().unwrap().split(':').next().unwrap();
                let is_there = if source.starts_with('.') {
                    root().join("deploy").join(source).is_file()
                } else {
                    declared.get(source).is_some()
                };
                assert!(is_there, "{path}: {name} mounts {source}");
            }
            let waits_for = &service["depends_on"];
            let waits_for: Vec<String> = serde_json::from_value(waits_for.clone())
                .or_else(|_| {
                    serde_json::from_value::<BTreeMap<String, Value>>(waits_for.clone())
                        .map(|map| map.into_keys().collect())
                })
                .unwrap_or_default();
            for other in waits_for {
                assert!(services(path).contains_key(&other), "{path}: {name} waits for {other}");
            }
        }
    }
}

/// Texts of every element called `tag`.
fn texts(document: &roxmltree::Document<'_>, tag: &str) -> BTreeSet<String> {
    let elements = document.descendants().filter(|node| node.has_tag_name(tag));
    elements.filter_map(|node| Some(node.text()?.to_owned())).collect()
}

#[test]
fn the_cluster_s_hosts_are_the_composition_s_services() {
    let services = services("deploy/docker-compose.cluster.yml");
    let of = |start: &str| -> BTreeMap<String, Value> {
        let chosen = services.iter().filter(|(_, service)| image(service).starts_with(start));
        chosen.map(|(name, service)| (name.clone(), service.clone())).collect()
    };
    let (clickhouses, keepers) = (of("clickhouse/clickhouse-server:"), of("clickhouse/clickhouse-keeper:"));
    let (cluster_text, keeper_text) = (
        text("deploy/clickhouse/cluster.xml"),
        text("deploy/clickhouse/keeper.xml"),
    );
    let cluster = roxmltree::Document::parse(&cluster_text).unwrap();
    let keeper = roxmltree::Document::parse(&keeper_text).unwrap();
    let hosts: BTreeSet<String> = clickhouses.keys().chain(keepers.keys()).cloned().collect();
    assert_eq!(texts(&cluster, "host"), hosts);
    assert_eq!(texts(&keeper, "hostname"), keepers.keys().cloned().collect());
    assert_eq!((clickhouses.len(), keepers.len()), (4, 3));
    assert_eq!(texts(&keeper, "tcp_port").first(), Some(&"9181".to_owned()));
    // Macros and identities come from the services' environment.
    let asked = |document: &roxmltree::Document<'_>| -> BTreeSet<String> {
        let elements = document.descendants();
        elements
            .filter_map(|node| Some(node.attribute("from_env")?.to_owned()))
            .collect()
    };
    let users_text = text("deploy/clickhouse/users.xml");
    let users = roxmltree::Document::parse(&users_text).unwrap();
    for (name, service) in &clickhouses {
        let given = environment(service);
        assert_eq!(&given["REPLICA"], name);
        for variable in asked(&cluster).union(&asked(&users)) {
            assert!(given.contains_key(variable), "{name} lacks {variable}");
        }
        // The shard that the macro says is the one that the cluster puts the host in.
        let shard: usize = given["SHARD"].parse().unwrap();
        let shards: Vec<_> = cluster
            .descendants()
            .filter(|node| node.has_tag_name("shard") && node.has_children())
            .collect();
        let is_in = shards[shard - 1].descendants().any(|node| node.text() == Some(name));
        assert!(is_in, "{name} is not in shard {shard}");
    }
    for service in keepers.values() {
        assert!(
            asked(&keeper)
                .iter()
                .all(|variable| environment(service).contains_key(variable))
        );
    }
    // The nodes ask for a cluster, a user and a database that are there.
    let remote = cluster
        .descendants()
        .find(|node| node.has_tag_name("remote_servers"))
        .unwrap();
    let user = users.descendants().find(|node| node.has_tag_name("users")).unwrap();
    for (name, node) in of("playhead") {
        let given = environment(&node);
        let has = |parent: roxmltree::Node<'_, '_>, child: &str| parent.children().any(|node| node.has_tag_name(child));
        assert!(has(remote, &given["CLICKHOUSE_CLUSTER"]), "{name}");
        assert!(has(user, &given["CLICKHOUSE_USER"]), "{name}");
        let grants = texts(&users, "query");
        let database = &given["CLICKHOUSE_DATABASE"];
        assert!(
            grants.iter().any(|grant| grant.ends_with(&format!(" ON {database}.*"))),
            "{name}"
        );
        let host = given["CLICKHOUSE_URL"]
            .strip_prefix("http://")
            .unwrap()
            .strip_suffix(":8123")
            .unwrap();
        assert!(clickhouses.contains_key(host), "{name}: {host}");
    }
}

#[test]
fn the_server_s_settings_are_those_of_the_tables() {
    let storage_text = text("deploy/clickhouse/storage.xml");
    let storage = roxmltree::Document::parse(&storage_text).unwrap();
    let merge_tree = storage
        .descendants()
        .find(|node| node.has_tag_name("merge_tree"))
        .unwrap();
    let table = store::Migration::ALL[0]
        .of_cluster("playhead", "playhead")
        .unwrap()
        .remove(0);
    let settings: Vec<_> = merge_tree.children().filter(roxmltree::Node::is_element).collect();
    assert!(!settings.is_empty());
    for setting in settings {
        let written = format!("{} = {}", setting.tag_name().name(), setting.text().unwrap());
        assert!(table.contains(&written), "{written}");
    }
}

#[test]
fn the_proxy_the_image_and_the_compositions_agree_on_ports_and_paths() {
    let dockerfile = text("deploy/Dockerfile");
    let proxy = text("deploy/haproxy/haproxy.cfg");
    let port = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("EXPOSE "))
        .unwrap();
    assert!(dockerfile.contains(&format!("PLAYHEAD_LISTEN=0.0.0.0:{port} ")));
    let health = include_str!("health.rs");
    let asked = dockerfile
        .lines()
        .chain(proxy.lines())
        .filter(|line| !line.starts_with('#'));
    for word in asked.flat_map(|line| line.split(|c: char| c.is_whitespace() || c == '"')) {
        if let Some(at) = word.find("/v1/health/") {
            let path = &word[at..];
            assert!(health.contains(&format!("resource(\"{path}\")")), "{path}");
        }
    }
    assert!(proxy.contains("GET /v1/health/live") && proxy.contains("GET /v1/health/ready"));
    let cluster = services("deploy/docker-compose.cluster.yml");
    let behind: BTreeSet<&str> = proxy
        .lines()
        .filter_map(|line| line.trim().strip_prefix("server ")?.split(' ').nth(1))
        .collect();
    let nodes: BTreeSet<String> = cluster
        .iter()
        .filter(|(_, service)| image(service) == "playhead")
        .map(|(name, _)| format!("{name}:{port}"))
        .collect();
    assert_eq!(behind, nodes.iter().map(String::as_str).collect());
    for path in COMPOSITIONS {
        for service in services(path).values() {
            for published in service["ports"].as_array().into_iter().flatten() {
                assert!(
                    published.as_str().unwrap().ends_with(&format!(":{port}")),
                    "{path}: {published}"
                );
            }
        }
    }
    // One deadline for a stop everywhere.
    let unit = text("deploy/playhead.service");
    assert!(unit.contains("\nTimeoutStopSec=90s\n"));
    for path in COMPOSITIONS {
        for service in services(path).values().filter(|service| image(service) == "playhead") {
            assert_eq!(service["stop_grace_period"], "90s", "{path}");
        }
    }
}

/// Names that begin with `playhead_` in a text, in front of whatever is no name.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let areas = ["playhead_ingest_", "playhead_query_", "playhead_canary_"];
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| {
            areas
                .iter()
                .any(|area| word.len() > area.len() && word.starts_with(area))
        })
        .map(str::to_owned)
        .collect()
}

/// A registry with every metric of a node in it.
async fn registered(folder: &Path) -> Registry {
    let registry = Registry::new();
    let accounts = Accounts::open(&folder.join("accounts.sqlite")).await.unwrap();
    let store = Store::connect(StoreConfig::embedded("http://127.0.0.1:9"));
    Ingest::start(IngestConfig::new(folder), store.clone(), accounts.clone(), &registry).unwrap();
    Query::new(QueryConfig::default(), store, accounts.clone(), &registry).unwrap();
    Canary::new(
        "http://127.0.0.1:9".to_owned(),
        &accounts,
        LastFlight::default(),
        &registry,
    )
    .await
    .unwrap();
    registry
}

/// The guide's table, by name.
fn documented() -> BTreeSet<String> {
    let guide = text("docs/guide-operator.md");
    let rows = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    rows.flat_map(metrics_in).collect()
}

#[tokio::test]
async fn the_guide_has_every_metric_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registered(folder.path()).await;
    let documented = documented();
    // A family without a label's value yet is not among what is gathered, so what the code registers is also read from it.
    let gathered = registry
        .gather()
        .iter()
        .map(|family| family.name().to_owned())
        .collect::<BTreeSet<_>>();
    let undocumented: Vec<&String> = gathered.difference(&documented).collect();
    assert!(
        undocumented.is_empty(),
        "not in docs/guide-operator.md: {undocumented:?}"
    );
    let written = written_metrics();
    assert!(gathered.is_subset(&written), "{:?}", gathered.difference(&written));
    let undocumented: Vec<&String> = written.difference(&documented).collect();
    assert!(
        undocumented.is_empty(),
        "not in docs/guide-operator.md: {undocumented:?}"
    );
    for name in &documented {
        // A name can be taken once.
        let again = prometheus::IntCounter::new(name, "again").unwrap();
        assert!(
            registry.register(Box::new(again)).is_err(),
            "docs/guide-operator.md has {name}, the program has not"
        );
    }
}

/// The names as they stand in the code: whole ones, and the short ones of `telemetry.rs` behind its prefix.
fn written_metrics() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = [
        "query/src/http/mod.rs",
        "query/src/builder.rs",
        "query/src/chance.rs",
        "playhead/src/canary.rs",
    ]
    .into_iter()
    .flat_map(|path| {
        text(path)
            .split('"')
            .skip(1)
            .step_by(2)
            .flat_map(metrics_in)
            .collect::<Vec<_>>()
    })
    .collect();
    for (path, area) in [
        ("ingest/src/telemetry.rs", "ingest"),
        ("playhead/src/canary.rs", "canary"),
    ] {
        let source = text(path);
        for maker in ["counter(", "family(", "histogram(", "gauge("] {
            let made = source
                .split(maker)
                .skip(1)
                .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
            names.extend(made.map(|name| format!("playhead_{area}_{name}")));
        }
    }
    names
}

#[test]
fn alerts_are_about_metrics_that_exist() {
    let rules = yaml("deploy/prometheus/alerts.yml");
    let mut named = BTreeSet::new();
    for rule in rules["groups"][0]["rules"].as_array().unwrap() {
        let alert = rule["alert"].as_str().unwrap();
        assert!(rule["annotations"]["summary"].is_string(), "{alert}");
        assert!(
            ["page", "ticket"].contains(&rule["labels"]["severity"].as_str().unwrap()),
            "{alert}"
        );
        named.extend(metrics_in(rule["expr"].as_str().unwrap()));
    }
    assert!(named.len() > 10, "{named:?}");
    let unknown: Vec<String> = named.difference(&documented()).cloned().collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_guide_has_every_code_of_an_unavailable_door() {
    let guide = text("docs/guide-operator.md");
    for code in envelope::ErrorCode::ALL.iter().filter(|code| code.code() >= 4000) {
        let row = format!("| {} `{}` |", code.code(), code.name());
        assert!(guide.contains(&row), "{row}");
    }
}
