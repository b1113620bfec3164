//! `playhead dev`: a whole node that brings its own organisation and keys, for demos, tests and first looks.
//!
//! The secret API key is kept in the data folder, readable by its owner only, because a node for development is
//! restarted with the same keys. `serve` never does that.

use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use accounts::{Accounts, Scope};
use anyhow::Context as _;
use schemas::OrganizationId;
use serde::{Deserialize, Serialize};

use crate::{
    account::now,
    arguments::{Connections, Dev, ExportBounds, Serve, Storage},
    serve::Node,
};

/// Name of the kept keys in the data folder.
const KEPT: &str = "dev-keys.json";

/// What is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    organization_id: OrganizationId,
    license_key: String,
    api_key: String,
}

/// What is written to the file that the caller named.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    #[serde(flatten)]
    keys: &'a Keys,
}

/// Runs the node until it is told to stop.
pub async fn dev(arguments: Dev) -> anyhow::Result<()> {
    // A file from the run before would tell a waiting caller that this run is ready.
    remove(&arguments.keys)?;
    let node = Node::start(serve_arguments(&arguments)).await?;
    let keys = keys(node.accounts(), &arguments.data_dir).await?;
    let url = node.url();
    write_private(&arguments.keys, &serde_json::to_vec(&Ready { url: &url, keys: &keys })?)?;
    tracing::info!(url, "ready");
    node.run().await
}

fn serve_arguments(dev: &Dev) -> Serve {
    Serve {
        listen: dev.listen,
        tls_cert: None,
        tls_key: None,
        connections: Connections::default(),
        storage: Storage {
            data_dir: dev.data_dir.clone(),
            clickhouse_url: None,
            clickhouse_user: None,
            clickhouse_password: None,
            clickhouse_database: "playhead".to_owned(),
            clickhouse_cluster: None,
            beacons_days: 120,
            impressions_days: 400,
        },
        journal: dev.journal.clone(),
        exports: ExportBounds::default(),
        // A receiver of alerts is tried on this machine.
        webhook_allow: loopback(),
        industry_organizations_min: 7,
        industry_viewers_min: 1_000,
        industry_weight_percent_max: 25,
        // The simulator plays the proxy that tells where a viewer is.
        trusted_proxies: loopback(),
        address_prefix_v4: 24,
        address_prefix_v6: 48,
        geo_city: None,
        geo_asn: None,
        ua_patterns: None,
        web_dir: dev.web_dir.clone(),
        build_cells: true,
        canary_seconds: dev.canary_seconds,
    }
}

/// This machine.
fn loopback() -> Vec<ipnet::IpNet> {
    vec![
        ipnet::Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 0, 0, 0), 8).into(),
        ipnet::Ipv6Net::new_assert(std::net::Ipv6Addr::LOCALHOST, 128).into(),
    ]
}

/// The keys of the first start.
async fn keys(accounts: &Accounts, data_dir: &Path) -> anyhow::Result<Keys> {
    let path = data_dir.join(KEPT);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let keys: Keys =
                serde_json::from_slice(&bytes).with_context(|| format!("{} is damaged", path.display()))?;
            anyhow::ensure!(
                accounts.authenticate(&keys.api_key).is_some() && accounts.license(&keys.license_key).is_some(),
                "the keys in {} are not in the accounts database beside it",
                path.display()
            );
            Ok(keys)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let organization_id = accounts.create_organization("dev", None, now()).await?;
            let any = ["*".to_owned()];
            let license = accounts
                .create_license_key(organization_id, "dev", &any, Some(1_000_000), now())
                .await?;
            let secret = accounts
                .create_api_key(organization_id, "dev", Scope::Admin, now())
                .await?;
            let keys = Keys {
                organization_id,
                license_key: license.0,
                api_key: secret.reveal().to_owned(),
            };
            write_private(&path, &serde_json::to_vec(&keys)?)?;
            Ok(keys)
        }
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// Writes a file that appears whole or not at all, readable by its owner only.
fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    remove(&part)?;
    let write = || {
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().with_context(|| format!("writing {}", path.display()))
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::account::FILE;

    #[tokio::test]
    async fn a_restart_keeps_the_keys_and_only_their_owner_can_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join(FILE)).await.unwrap();
        let first = keys(&accounts, folder.path()).await.unwrap();
        let again = keys(&accounts, folder.path()).await.unwrap();
        assert_eq!(first.api_key, again.api_key);
        assert_eq!(accounts.organizations().len(), 1);
        let mode = std::fs::metadata(folder.path().join(KEPT))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[tokio::test]
    async fn keys_of_another_database_are_refused_rather_than_handed_out() {
        let folder = tempfile::tempdir().unwrap();
        let other = Accounts::open(&folder.path().join("other.sqlite")).await.unwrap();
        keys(&other, folder.path()).await.unwrap();
        let accounts = Accounts::open(&folder.path().join(FILE)).await.unwrap();
        let error = keys(&accounts, folder.path()).await.unwrap_err().to_string();
        assert!(error.contains("not in the accounts database"), "{error}");
    }
}
