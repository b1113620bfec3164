//! Accounts as several nodes tell each other: entries that merge in any order, any number of times, to the same.
//!
//! An organisation or a key is made once and never changes but for what has an order: a key is revoked at the earliest moment that
//! anyone knows, a retention, a part in the industry baseline, a license key's settings and an experiment are those set last, an erasure has found the most attempts, an
//! annotation says what was written last unless it was deleted. Viewers are told to nobody: a request to
//! erase one is carried out by the node that was asked, the others only know how far it is.

use sqlx::{Connection, Row};

use crate::{Accounts, AccountsError, database::load};

/// One entry: an organisation, a key, or how far an erasure is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// `organization`, `industry`, `license_key`, `license_settings`, `api_key`, `erasure`, `annotation` or `experiment`.
    pub kind: String,
    /// Its id; of a license key the key itself.
    pub id: String,
    /// The rest, as JSON. Of an API key the hash of its secret.
    pub body: String,
}

/// A kind of entry: how it is read out of the tables, and how it is taken in.
struct Kind {
    name: &'static str,
    /// `id` and `body` of every entry of the kind.
    export: &'static str,
    /// Takes a body in, bound as ?1.
    merge: &'static str,
}

/// Organisations first: the others refer to them.
const KINDS: [Kind; 8] = [
    Kind {
        name: "organization",
        export: "SELECT organization_id AS id, json_object('organization_id', organization_id, 'parent_id', parent_id, 'name', name, \
                 'created_at_ms', created_at_ms, 'beacons_days', beacons_days, 'impressions_days', impressions_days, \
                 'retention_set_at_ms', retention_set_at_ms) AS body FROM organizations WHERE is_local = 0",
        merge: "INSERT INTO organizations (organization_id, parent_id, name, created_at_ms, beacons_days, impressions_days, retention_set_at_ms) \
                SELECT ?1 ->> 'organization_id', ?1 ->> 'parent_id', ?1 ->> 'name', ?1 ->> 'created_at_ms', ?1 ->> 'beacons_days', \
                ?1 ->> 'impressions_days', ?1 ->> 'retention_set_at_ms' WHERE true \
                ON CONFLICT (organization_id) DO UPDATE SET beacons_days = excluded.beacons_days, \
                impressions_days = excluded.impressions_days, retention_set_at_ms = excluded.retention_set_at_ms \
                WHERE (excluded.retention_set_at_ms, coalesce(excluded.beacons_days, 0), coalesce(excluded.impressions_days, 0)) \
                > (retention_set_at_ms, coalesce(organizations.beacons_days, 0), coalesce(organizations.impressions_days, 0))",
    },
    Kind {
        name: "industry",
        export: "SELECT organization_id AS id, json_object('organization_id', organization_id, 'industry', industry, \
                 'industry_set_at_ms', industry_set_at_ms) AS body FROM organizations WHERE is_local = 0 AND industry_set_at_ms > 0",
        // Of two changes of the same moment the one that takes no part counts.
        merge: "UPDATE organizations SET industry = ?1 ->> 'industry', industry_set_at_ms = ?1 ->> 'industry_set_at_ms' \
                WHERE organization_id = ?1 ->> 'organization_id' \
                AND (?1 ->> 'industry_set_at_ms', 1 - (?1 ->> 'industry')) > (industry_set_at_ms, 1 - industry)",
    },
    Kind {
        name: "license_key",
        export: "SELECT license_key AS id, json_object('license_key', license_key, 'organization_id', organization_id, 'name', k.name, \
                 'allowed_domains', allowed_domains, 'rate_limit_per_s', rate_limit_per_s, 'created_at_ms', k.created_at_ms, \
                 'revoked_at_ms', revoked_at_ms) AS body FROM license_keys k JOIN organizations o USING (organization_id) WHERE is_local = 0",
        merge: "INSERT INTO license_keys (license_key, organization_id, name, allowed_domains, rate_limit_per_s, created_at_ms, revoked_at_ms) \
                SELECT ?1 ->> 'license_key', ?1 ->> 'organization_id', ?1 ->> 'name', ?1 ->> 'allowed_domains', \
                ?1 ->> 'rate_limit_per_s', ?1 ->> 'created_at_ms', ?1 ->> 'revoked_at_ms' WHERE true \
                ON CONFLICT (license_key) DO UPDATE SET revoked_at_ms = excluded.revoked_at_ms \
                WHERE excluded.revoked_at_ms < coalesce(revoked_at_ms, 9223372036854775807)",
    },
    Kind {
        // What was changed about a key since it was made, as a whole.
        name: "license_settings",
        export: "SELECT license_key AS id, json_object('license_key', license_key, 'name', k.name, 'allowed_domains', allowed_domains, \
                 'rate_limit_per_s', rate_limit_per_s, 'collector_enabled', collector_enabled, 'sample_permille', sample_permille, \
                 'settings_set_at_ms', settings_set_at_ms) AS body \
                 FROM license_keys k JOIN organizations o USING (organization_id) WHERE is_local = 0 AND settings_set_at_ms > 0",
        merge: "UPDATE license_keys SET name = ?1 ->> 'name', allowed_domains = ?1 ->> 'allowed_domains', \
                rate_limit_per_s = ?1 ->> 'rate_limit_per_s', collector_enabled = ?1 ->> 'collector_enabled', \
                sample_permille = ?1 ->> 'sample_permille', settings_set_at_ms = ?1 ->> 'settings_set_at_ms' \
                WHERE license_key = ?1 ->> 'license_key' AND (?1 ->> 'settings_set_at_ms', ?1 ->> 'name', ?1 ->> 'allowed_domains', \
                coalesce(?1 ->> 'rate_limit_per_s', 0), ?1 ->> 'collector_enabled', ?1 ->> 'sample_permille') \
                > (settings_set_at_ms, name, allowed_domains, coalesce(rate_limit_per_s, 0), collector_enabled, sample_permille)",
    },
    Kind {
        name: "api_key",
        export: "SELECT api_key_id AS id, json_object('api_key_id', api_key_id, 'secret_sha256', hex(secret_sha256), \
                 'organization_id', organization_id, 'name', k.name, 'scope', scope, 'diagnostics', diagnostics, \
                 'created_at_ms', k.created_at_ms, 'revoked_at_ms', revoked_at_ms) AS body \
                 FROM api_keys k JOIN organizations o USING (organization_id) WHERE is_local = 0",
        merge: "INSERT INTO api_keys (api_key_id, secret_sha256, organization_id, name, scope, diagnostics, created_at_ms, revoked_at_ms) \
                SELECT ?1 ->> 'api_key_id', unhex(?1 ->> 'secret_sha256'), ?1 ->> 'organization_id', ?1 ->> 'name', ?1 ->> 'scope', \
                ?1 ->> 'diagnostics', ?1 ->> 'created_at_ms', ?1 ->> 'revoked_at_ms' WHERE true \
                ON CONFLICT (api_key_id) DO UPDATE SET revoked_at_ms = excluded.revoked_at_ms \
                WHERE excluded.revoked_at_ms < coalesce(revoked_at_ms, 9223372036854775807)",
    },
    Kind {
        name: "erasure",
        export: "SELECT erasure_id AS id, json_object('erasure_id', erasure_id, 'organization_id', organization_id, \
                 'requested_at_ms', requested_at_ms, 'attempts', attempts, 'erased_at_ms', erased_at_ms, 'closed_at_ms', closed_at_ms) \
                 AS body FROM erasures JOIN organizations o USING (organization_id) WHERE is_local = 0",
        merge: "INSERT INTO erasures (erasure_id, organization_id, requested_at_ms, attempts, erased_at_ms, closed_at_ms) \
                SELECT ?1 ->> 'erasure_id', ?1 ->> 'organization_id', ?1 ->> 'requested_at_ms', ?1 ->> 'attempts', \
                ?1 ->> 'erased_at_ms', ?1 ->> 'closed_at_ms' WHERE true \
                ON CONFLICT (erasure_id) DO UPDATE SET attempts = max(attempts, excluded.attempts), \
                erased_at_ms = coalesce(erased_at_ms, excluded.erased_at_ms), closed_at_ms = coalesce(closed_at_ms, excluded.closed_at_ms) \
                WHERE viewer_id IS NULL",
    },
    Kind {
        name: "annotation",
        export: "SELECT annotation_id AS id, json_object('annotation_id', annotation_id, 'organization_id', organization_id, 'kind', kind, \
                 'start_ms', start_ms, 'end_ms', end_ms, 'is_floating', is_floating, 'title', title, 'text', text, 'filters', filters, \
                 'created_at_ms', a.created_at_ms, 'updated_at_ms', updated_at_ms, 'deleted_at_ms', deleted_at_ms) \
                 AS body FROM annotations a JOIN organizations o USING (organization_id) WHERE is_local = 0",
        // Two versions of the same moment: every node takes the one that sorts last.
        merge: "INSERT INTO annotations (annotation_id, organization_id, kind, start_ms, end_ms, is_floating, title, text, filters, \
                created_at_ms, updated_at_ms, deleted_at_ms) \
                SELECT ?1 ->> 'annotation_id', ?1 ->> 'organization_id', ?1 ->> 'kind', ?1 ->> 'start_ms', ?1 ->> 'end_ms', \
                ?1 ->> 'is_floating', ?1 ->> 'title', ?1 ->> 'text', ?1 ->> 'filters', ?1 ->> 'created_at_ms', \
                ?1 ->> 'updated_at_ms', ?1 ->> 'deleted_at_ms' WHERE true \
                ON CONFLICT (annotation_id) DO UPDATE SET kind = excluded.kind, start_ms = excluded.start_ms, end_ms = excluded.end_ms, \
                is_floating = excluded.is_floating, title = excluded.title, text = excluded.text, filters = excluded.filters, \
                updated_at_ms = excluded.updated_at_ms, deleted_at_ms = excluded.deleted_at_ms \
                WHERE excluded.deleted_at_ms < coalesce(annotations.deleted_at_ms, 9223372036854775807) \
                OR annotations.deleted_at_ms IS NULL AND excluded.deleted_at_ms IS NULL \
                AND (excluded.updated_at_ms, excluded.title, excluded.kind, excluded.start_ms, coalesce(excluded.end_ms, 0), \
                excluded.is_floating, coalesce(excluded.text, ''), excluded.filters) \
                > (annotations.updated_at_ms, annotations.title, annotations.kind, annotations.start_ms, coalesce(annotations.end_ms, 0), \
                annotations.is_floating, coalesce(annotations.text, ''), annotations.filters)",
    },
    Kind {
        name: "experiment",
        export: "SELECT experiment_id AS id, json_object('experiment_id', experiment_id, 'organization_id', organization_id, \
                 'body', body, 'changed_at_ms', changed_at_ms) AS body \
                 FROM experiments JOIN organizations o USING (organization_id) WHERE is_local = 0",
        merge: "INSERT INTO experiments (experiment_id, organization_id, body, changed_at_ms) \
                SELECT ?1 ->> 'experiment_id', ?1 ->> 'organization_id', ?1 ->> 'body', ?1 ->> 'changed_at_ms' WHERE true \
                ON CONFLICT (experiment_id) DO UPDATE SET body = excluded.body, changed_at_ms = excluded.changed_at_ms \
                WHERE (excluded.changed_at_ms, coalesce(excluded.body, '')) > (changed_at_ms, coalesce(experiments.body, ''))",
    },
];

impl Accounts {
    /// Everything that other nodes shall know, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn export(&self) -> Result<Vec<Entry>, AccountsError> {
        let mut connection = self.0.connection.lock().await;
        let mut entries = Vec::new();
        for kind in KINDS {
            let rows = sqlx::query(kind.export)
                .fetch_all(&mut *connection)
                .await
                .map_err(AccountsError::Read)?;
            entries.extend(rows.into_iter().map(|row| Entry {
                kind: kind.name.to_owned(),
                id: row.get("id"),
                body: row.get("body"),
            }));
        }
        entries.sort();
        Ok(entries)
    }

    /// Takes over what other nodes know, at once. Entries of a kind that only a newer node knows are left alone.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing was changed.
    pub async fn merge(&self, entries: &[Entry]) -> Result<(), AccountsError> {
        let mut connection = self.0.connection.lock().await;
        let mut transaction = connection.begin().await.map_err(AccountsError::Write)?;
        // A parent may come behind its child.
        sqlx::query("PRAGMA defer_foreign_keys = ON")
            .execute(&mut *transaction)
            .await
            .map_err(AccountsError::Write)?;
        let mut changed = 0;
        for kind in KINDS {
            for entry in entries.iter().filter(|entry| entry.kind == kind.name) {
                let done = sqlx::query(kind.merge)
                    .bind(&entry.body)
                    .execute(&mut *transaction)
                    .await;
                changed += done.map_err(AccountsError::Write)?.rows_affected();
            }
        }
        transaction.commit().await.map_err(AccountsError::Write)?;
        if changed > 0 {
            self.0.replace(load(&mut connection).await?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use schemas::UnixMs;

    use super::*;
    use crate::{LicenseSettings, Scope};

    async fn node() -> (tempfile::TempDir, Accounts) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        (folder, accounts)
    }

    #[tokio::test]
    async fn nodes_that_tell_each_other_know_the_same_whatever_the_order() {
        let (_folder, a) = node().await;
        let (_folder, b) = node().await;
        let parent = a.create_organization("parent", None, UnixMs(9)).await.unwrap();
        let child = a.create_organization("child", Some(parent), UnixMs(1)).await.unwrap();
        let domains = ["*.example.com".to_owned()];
        let license = a
            .create_license_key(child, "web", &domains, Some(7), UnixMs(2))
            .await
            .unwrap();
        let secret = a.create_api_key(parent, "api", Scope::Admin, UnixMs(3)).await.unwrap();
        let local = b.create_local_organization("canary", UnixMs(4)).await.unwrap();
        b.create_license_key(local, "canary", &domains, None, UnixMs(4))
            .await
            .unwrap();

        let mut told = a.export().await.unwrap();
        told.reverse();
        b.merge(&told).await.unwrap();
        assert_eq!(a.export().await.unwrap(), b.export().await.unwrap());
        assert_eq!(*a.license(&license.0).unwrap(), *b.license(&license.0).unwrap());
        let grant = b.authenticate(secret.reveal()).unwrap();
        assert!(
            grant.tenant(Some(child)).is_ok(),
            "a child is seen by its parent's key elsewhere"
        );
        assert_eq!(b.organizations().len(), 3);
        assert_eq!(a.organizations().len(), 2, "what is local stays there");

        // Both revoke, and both set a retention: the earlier and the later one count, at both.
        let key = grant.api_key_id().to_string();
        a.revoke(&key, UnixMs(20)).await.unwrap();
        b.revoke(&key, UnixMs(10)).await.unwrap();
        b.set_retention(child, Some(5), None, (30, 400), UnixMs(40))
            .await
            .unwrap();
        a.set_retention(child, Some(6), Some(7), (30, 400), UnixMs(30))
            .await
            .unwrap();
        let (from_a, from_b) = (a.export().await.unwrap(), b.export().await.unwrap());
        a.merge(&from_b).await.unwrap();
        b.merge(&from_a).await.unwrap();
        a.merge(&from_a).await.unwrap();
        assert_eq!(a.export().await.unwrap(), b.export().await.unwrap());
        assert!(a.authenticate(secret.reveal()).is_none() && b.authenticate(secret.reveal()).is_none());
        let kept = a
            .organizations()
            .into_iter()
            .find(|one| one.organization_id == child)
            .unwrap();
        assert_eq!((kept.beacons_days, kept.impressions_days), (Some(5), None));
        // Both change the key's settings in the same millisecond: both end with the same of the two.
        for (node, collector_enabled) in [(&a, false), (&b, true)] {
            let settings = LicenseSettings {
                collector_enabled: Some(collector_enabled),
                rate_limit_per_s: Some(None),
                ..LicenseSettings::default()
            };
            assert!(
                node.set_license(child, &license.0, &settings, UnixMs(50))
                    .await
                    .unwrap()
            );
            assert!(
                !node
                    .set_license(parent, &license.0, &settings, UnixMs(60))
                    .await
                    .unwrap()
            );
        }
        let (from_a, from_b) = (a.export().await.unwrap(), b.export().await.unwrap());
        assert_ne!(from_a, from_b);
        a.merge(&from_b).await.unwrap();
        b.merge(&from_a).await.unwrap();
        assert_eq!(a.export().await.unwrap(), b.export().await.unwrap());
        let changed = a.license(&license.0).unwrap();
        assert_eq!((changed.collector_enabled, changed.rate_limit_per_s), (true, None));
        assert_eq!(changed.allowed_domains, domains, "what was not named stays");
        let told = a.export().await.unwrap();
        assert!(
            told.iter().any(|entry| entry.body.contains("\"revoked_at_ms\":10")),
            "{told:?}"
        );
    }

    #[tokio::test]
    async fn of_two_changes_at_once_the_one_that_takes_no_part_in_the_industry_counts() {
        let (_folder, a) = node().await;
        let (_folder, b) = node().await;
        let organization = a.create_organization("one", None, UnixMs(1)).await.unwrap();
        b.merge(&a.export().await.unwrap()).await.unwrap();
        a.set_industry(organization, true, UnixMs(5)).await.unwrap();
        b.set_industry(organization, false, UnixMs(5)).await.unwrap();
        let (from_a, from_b) = (a.export().await.unwrap(), b.export().await.unwrap());
        a.merge(&from_b).await.unwrap();
        b.merge(&from_a).await.unwrap();
        assert_eq!(a.export().await.unwrap(), b.export().await.unwrap());
        assert!(!a.organizations()[0].industry);
        a.set_industry(organization, true, UnixMs(6)).await.unwrap();
        b.merge(&a.export().await.unwrap()).await.unwrap();
        assert!(b.organizations()[0].industry);
    }

    #[tokio::test]
    async fn how_far_an_erasure_is_is_told_but_not_of_whom() {
        let (_folder, a) = node().await;
        let (_folder, b) = node().await;
        let organization = a.create_organization("one", None, UnixMs(1)).await.unwrap();
        let secret = a
            .create_api_key(organization, "api", Scope::Admin, UnixMs(1))
            .await
            .unwrap();
        let tenant = a.authenticate(secret.reveal()).unwrap().tenant(None).unwrap();
        let erasure = a.request_erasure(tenant, "viewer-7", UnixMs(2)).await.unwrap();
        let told = a.export().await.unwrap();
        assert!(told.iter().all(|entry| !entry.body.contains("viewer-7")), "{told:?}");
        b.merge(&told).await.unwrap();
        assert_eq!(b.open_erasures().await.unwrap(), [], "who was asked carries it out");
        let elsewhere = b.erasure(tenant, erasure.erasure_id).await.unwrap().unwrap();
        assert_eq!((elsewhere.viewer_id, elsewhere.erased_at), (None, None));
        a.mark_erased(erasure.erasure_id, UnixMs(5)).await.unwrap();
        // What comes back from elsewhere changes nothing here.
        a.merge(&b.export().await.unwrap()).await.unwrap();
        b.merge(&a.export().await.unwrap()).await.unwrap();
        let elsewhere = b.erasure(tenant, erasure.erasure_id).await.unwrap().unwrap();
        assert_eq!(elsewhere.erased_at, Some(UnixMs(5)));
        assert_eq!(
            a.open_erasures().await.unwrap()[0].viewer_id.as_deref(),
            Some("viewer-7")
        );
    }

    #[tokio::test]
    async fn an_entry_of_a_newer_node_is_left_alone() {
        let (_folder, a) = node().await;
        let strange = Entry {
            kind: "role".to_owned(),
            id: "1".to_owned(),
            body: "{}".to_owned(),
        };
        a.merge(&[strange]).await.unwrap();
        assert_eq!(a.export().await.unwrap(), []);
    }
}
