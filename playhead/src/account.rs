//! `playhead account`: organisations and keys from the command line, also while a server runs.

use std::{
    io::Write as _,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use accounts::Accounts;
use anyhow::Context as _;
use schemas::{OrganizationId, UnixMs};
use serde_json::json;

use crate::arguments::{Account, AccountAction};

/// Name of the accounts database in the data folder.
pub const FILE: &str = "accounts.sqlite";

/// Opens the accounts database: the one that is named, or the data folder's own.
pub async fn open(data_dir: &Path, named: Option<&Path>) -> anyhow::Result<Accounts> {
    let path = named.map_or_else(|| data_dir.join(FILE), Path::to_owned);
    Ok(Accounts::open(&path).await?)
}

/// Runs one action.
pub async fn account(arguments: Account) -> anyhow::Result<()> {
    std::fs::create_dir_all(&arguments.data_dir)
        .with_context(|| format!("creating {}", arguments.data_dir.display()))?;
    let accounts = open(&arguments.data_dir, arguments.accounts.as_deref()).await?;
    let answer = match arguments.action {
        AccountAction::CreateOrganization { name, parent } => {
            let parent = parent.as_deref().map(organization).transpose()?;
            accounts.create_organization(&name, parent, now()).await?.to_string()
        }
        AccountAction::CreateLicenseKey {
            organization: id,
            name,
            domains,
            rate_limit,
        } => {
            accounts
                .create_license_key(organization(&id)?, &name, &domains, rate_limit, now())
                .await?
                .0
        }
        AccountAction::CreateApiKey {
            organization: id,
            name,
            scope,
        } => accounts
            .create_api_key(organization(&id)?, &name, scope, now())
            .await?
            .reveal()
            .to_owned(),
        AccountAction::Revoke { key } => {
            anyhow::ensure!(accounts.revoke(&key, now()).await?, "nothing active is called {key}");
            "revoked".to_owned()
        }
        AccountAction::SetRetention {
            organization: id,
            beacons_days,
            impressions_days,
            server_beacons_days,
            server_impressions_days,
        } => {
            let server = (server_beacons_days, server_impressions_days);
            accounts
                .set_retention(organization(&id)?, beacons_days, impressions_days, server, now())
                .await?;
            "set".to_owned()
        }
        AccountAction::List => {
            let list: Vec<_> = accounts
                .organizations()
                .into_iter()
                .map(|organization| {
                    let id = organization.organization_id;
                    json!({
                        "organization": organization,
                        "license_keys": accounts.licenses(id).iter().map(|license| json!(**license)).collect::<Vec<_>>(),
                        "api_keys": accounts.api_keys(id).iter().map(|key| json!(**key)).collect::<Vec<_>>(),
                    })
                })
                .collect();
            serde_json::to_string_pretty(&list)?
        }
    };
    writeln!(std::io::stdout(), "{answer}").context("writing to standard output")
}

/// The wall clock.
pub fn now() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn organization(text: &str) -> anyhow::Result<OrganizationId> {
    serde_json::from_value(json!(text)).with_context(|| format!("'{text}' is no organisation id"))
}
