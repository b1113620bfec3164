//! Experiments: who sees which arm, since when, and what it is judged by.
//!
//! Invariant: the name, the arms, their weights and the switchback of an experiment that has started never change, or viewers
//! would change arms under the reader's eyes; its traffic may (it moves nobody to another arm), and what is said of the arms' ladders. Its
//! salt is its id.
//! Who is in which arm is decided by `schemas::assignment`, what came of it by `query`.

use schemas::{OrganizationId, UnixMs};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use uuid::Uuid;

use crate::{Accounts, AccountsError, Tenant};

/// An arm of an experiment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// Its name, which is the attribute `experiment_variant` of its attempts.
    pub name: String,
    /// Its part of the viewers, in proportion to the others'. 1 to 1,000.
    pub weight: u32,
    /// What its viewers' players choose from, where the arms differ in that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
}

/// An encoding ladder as whoever encoded it describes it: what it cost and what its rungs are worth. Nothing of it is measured by players.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// Its rungs, of all titles.
    pub rungs: Vec<Rung>,
    /// Processor time that encoding it took, ms; null when not said.
    pub encode_cpu_ms: Option<u64>,
}

/// One rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// The attribute `video_id` of the title that it is of; null for every title that has no rung of its own of this name.
    pub video_id: Option<String>,
    /// Height of its picture, pixels.
    pub height: u32,
    /// Its declared average bandwidth, bit/s; null where the manifest declares none.
    pub bitrate_bps: Option<u32>,
    /// Its quality against the source, hundredths of a VMAF point, 0 to 10,000; null when not said.
    pub vmaf_hundredths: Option<u16>,
    /// What it takes in storage, bytes; null when not said.
    pub storage_bytes: Option<u64>,
}

/// What an experiment is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentPlan {
    /// Its name, which is the attribute `experiment_name` of its attempts; unique in its organisation.
    pub name: String,
    /// What is tried and why, for people.
    pub description: Option<String>,
    /// Its arms, the first of which the others are compared with.
    pub arms: Vec<Arm>,
    /// How many of 1,000 viewers take part.
    pub traffic_permille: u32,
    /// Every viewer sees the same arm for so many minutes, then perhaps another: for changes that would spill from one arm over
    /// to the other. Null: each viewer stays in one arm.
    pub switchback_minutes: Option<u32>,
    /// The metrics that decide, the first above all; names of the catalogue, suffix included.
    pub metrics: Vec<String>,
    /// Metrics that must not get worse.
    pub guardrails: Vec<String>,
}

/// How far an experiment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExperimentState {
    /// Nobody is assigned yet.
    Draft,
    /// Viewers are assigned.
    Running,
    /// Nobody is assigned any more.
    Stopped,
}

/// An experiment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its id, which is also the salt of its assignment.
    pub experiment_id: Uuid,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What it is about.
    pub plan: ExperimentPlan,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it started; null before.
    pub started_at: Option<UnixMs>,
    /// When it stopped; null before.
    pub stopped_at: Option<UnixMs>,
}

impl Experiment {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> ExperimentState {
        match (self.started_at, self.stopped_at) {
            (None, _) => ExperimentState::Draft,
            (_, None) => ExperimentState::Running,
            _ => ExperimentState::Stopped,
        }
    }
}

/// What becomes of an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExperimentChange {
    /// Another plan.
    Plan(ExperimentPlan),
    /// Viewers are assigned from now on. One that was stopped stays so.
    Start,
    /// Nobody is assigned any more.
    Stop,
}

/// Why an experiment cannot be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// There is none of that id in the organisation.
    #[error("there is no such experiment")]
    Unknown,
    /// Another of the organisation is called so.
    #[error("another experiment is called '{0}'")]
    NameTaken(String),
    /// It has started: this part of it is fixed.
    #[error("the experiment has started, its {0} cannot change any more")]
    Fixed(&'static str),
    /// It is in a state in which that cannot be done.
    #[error("the experiment is {0:?}")]
    State(ExperimentState),
    /// The database.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl Experiment {
    fn change(&mut self, change: ExperimentChange, now: UnixMs) -> Result<(), ExperimentError> {
        match (change, self.state()) {
            (ExperimentChange::Plan(plan), state) => {
                if state != ExperimentState::Draft {
                    // What is known of an arm's ladder may become better known.
                    let drawn = |plan: &ExperimentPlan| -> Vec<(String, u32)> {
                        plan.arms.iter().map(|arm| (arm.name.clone(), arm.weight)).collect()
                    };
                    let fixed = [
                        ("name", plan.name != self.plan.name),
                        ("arms", drawn(&plan) != drawn(&self.plan)),
                        (
                            "switchbackMinutes",
                            plan.switchback_minutes != self.plan.switchback_minutes,
                        ),
                    ];
                    if let Some((part, _)) = fixed.into_iter().find(|(_, changed)| *changed) {
                        return Err(ExperimentError::Fixed(part));
                    }
                }
                self.plan = plan;
            }
            (ExperimentChange::Start, ExperimentState::Draft) => self.started_at = Some(now),
            (ExperimentChange::Stop, ExperimentState::Running) => self.stopped_at = Some(now),
            (ExperimentChange::Start | ExperimentChange::Stop, state) => return Err(ExperimentError::State(state)),
        }
        Ok(())
    }
}

impl Accounts {
    /// The experiments of an organisation, oldest first.
    #[must_use]
    pub fn experiments(&self, organization_id: OrganizationId) -> Vec<Experiment> {
        let all = self.0.snapshot();
        all.experiments.get(&organization_id).cloned().unwrap_or_default()
    }

    /// An experiment of `tenant`, when there is one of that id.
    #[must_use]
    pub fn experiment(&self, tenant: Tenant, experiment_id: Uuid) -> Option<Experiment> {
        let mut all = self.experiments(tenant.organization_id()).into_iter();
        all.find(|experiment| experiment.experiment_id == experiment_id)
    }

    /// Makes an experiment, as a draft.
    ///
    /// # Errors
    /// When its name is taken or the database cannot be written.
    pub async fn create_experiment(
        &self,
        tenant: Tenant,
        plan: ExperimentPlan,
        now: UnixMs,
    ) -> Result<Experiment, ExperimentError> {
        let experiment = Experiment {
            experiment_id: Uuid::now_v7(),
            organization_id: tenant.organization_id(),
            plan,
            created_at: now,
            started_at: None,
            stopped_at: None,
        };
        self.name_is_free(&experiment)?;
        self.put_experiment(&experiment, Some(&experiment), now).await?;
        Ok(experiment)
    }

    /// Changes an experiment, starts or stops it.
    ///
    /// # Errors
    /// When it is unknown, its state does not allow the change, the name is taken or the database cannot be written.
    pub async fn change_experiment(
        &self,
        tenant: Tenant,
        experiment_id: Uuid,
        change: ExperimentChange,
        now: UnixMs,
    ) -> Result<Experiment, ExperimentError> {
        let mut experiment = self.experiment(tenant, experiment_id).ok_or(ExperimentError::Unknown)?;
        experiment.change(change, now)?;
        self.name_is_free(&experiment)?;
        self.put_experiment(&experiment, Some(&experiment), now).await?;
        Ok(experiment)
    }

    /// Deletes an experiment; what its attempts say stays.
    ///
    /// # Errors
    /// When it is unknown or the database cannot be written.
    pub async fn delete_experiment(
        &self,
        tenant: Tenant,
        experiment_id: Uuid,
        now: UnixMs,
    ) -> Result<(), ExperimentError> {
        let experiment = self.experiment(tenant, experiment_id).ok_or(ExperimentError::Unknown)?;
        self.put_experiment(&experiment, None, now).await?;
        Ok(())
    }

    fn name_is_free(&self, experiment: &Experiment) -> Result<(), ExperimentError> {
        let all = self.experiments(experiment.organization_id);
        let taken = all
            .iter()
            .any(|other| other.plan.name == experiment.plan.name && other.experiment_id != experiment.experiment_id);
        if taken {
            return Err(ExperimentError::NameTaken(experiment.plan.name.clone()));
        }
        Ok(())
    }

    async fn put_experiment(
        &self,
        of: &Experiment,
        body: Option<&Experiment>,
        now: UnixMs,
    ) -> Result<(), AccountsError> {
        let body = body.map(|body| serde_json::json!(body).to_string());
        self.write(
            sqlx::query(
                "INSERT INTO experiments (experiment_id, organization_id, body, changed_at_ms) VALUES (?, ?, ?, ?) \
                 ON CONFLICT (experiment_id) DO UPDATE SET body = excluded.body, \
                 changed_at_ms = max(excluded.changed_at_ms, changed_at_ms + 1)",
            )
            .bind(of.experiment_id.to_string())
            .bind(of.organization_id.to_string())
            .bind(body)
            .bind(now.0),
        )
        .await?;
        Ok(())
    }
}

/// Every experiment that is not deleted, oldest first.
pub(crate) async fn load_all(connection: &mut sqlx::SqliteConnection) -> Result<Vec<Experiment>, AccountsError> {
    let rows = sqlx::query("SELECT body FROM experiments WHERE body IS NOT NULL ORDER BY experiment_id")
        .fetch_all(&mut *connection)
        .await
        .map_err(AccountsError::Read)?;
    rows.into_iter()
        .map(|row| {
            let text: String = row.get("body");
            serde_json::from_str(&text).map_err(|_| AccountsError::Unreadable {
                what: "experiment",
                text,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const NOW: UnixMs = UnixMs(1_763_600_000_000);

    async fn open() -> (tempfile::TempDir, Accounts, Tenant) {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        let organization = accounts.create_organization("o", None, NOW).await.unwrap();
        let secret = accounts
            .create_api_key(organization, "key", Scope::Admin, NOW)
            .await
            .unwrap();
        let tenant = accounts.authenticate(secret.reveal()).unwrap().tenant(None).unwrap();
        (folder, accounts, tenant)
    }

    fn plan(name: &str) -> ExperimentPlan {
        let arm = |name: &str| Arm {
            name: name.to_owned(),
            weight: 1,
            ladder: None,
        };
        ExperimentPlan {
            name: name.to_owned(),
            description: None,
            arms: vec![arm("control"), arm("treatment")],
            traffic_permille: 1_000,
            switchback_minutes: None,
            metrics: vec!["rebuffer_ratio".to_owned()],
            guardrails: Vec::new(),
        }
    }

    #[tokio::test]
    async fn what_decides_the_arm_is_fixed_from_the_start_on() {
        let (_folder, accounts, tenant) = open().await;
        let made = accounts.create_experiment(tenant, plan("abr"), NOW).await.unwrap();
        let id = made.experiment_id;
        let change = |change| accounts.change_experiment(tenant, id, change, NOW);
        change(ExperimentChange::Plan(plan("abr-2"))).await.unwrap();
        assert!(matches!(
            change(ExperimentChange::Stop).await,
            Err(ExperimentError::State(ExperimentState::Draft))
        ));
        let running = change(ExperimentChange::Start).await.unwrap();
        assert_eq!(
            (running.state(), running.started_at),
            (ExperimentState::Running, Some(NOW))
        );
        assert!(matches!(
            change(ExperimentChange::Plan(plan("abr-3"))).await,
            Err(ExperimentError::Fixed("name"))
        ));
        let mut other_arms = plan("abr-2");
        other_arms.arms[1].weight = 2;
        assert!(matches!(
            change(ExperimentChange::Plan(other_arms)).await,
            Err(ExperimentError::Fixed("arms"))
        ));
        let mut described = plan("abr-2");
        described.arms[1].ladder = Some(Ladder {
            rungs: Vec::new(),
            encode_cpu_ms: Some(1),
        });
        let known = change(ExperimentChange::Plan(described)).await.unwrap().plan;
        assert_eq!(
            known.arms[1].ladder.as_ref().and_then(|ladder| ladder.encode_cpu_ms),
            Some(1)
        );
        let mut less = plan("abr-2");
        less.traffic_permille = 100;
        assert_eq!(
            change(ExperimentChange::Plan(less))
                .await
                .unwrap()
                .plan
                .traffic_permille,
            100
        );
        let stopped = change(ExperimentChange::Stop).await.unwrap();
        assert_eq!(stopped.state(), ExperimentState::Stopped);
        assert!(matches!(
            change(ExperimentChange::Start).await,
            Err(ExperimentError::State(ExperimentState::Stopped))
        ));
    }

    #[tokio::test]
    async fn a_name_belongs_to_one_experiment_of_an_organisation_until_it_is_deleted() {
        let (folder, accounts, tenant) = open().await;
        let first = accounts.create_experiment(tenant, plan("abr"), NOW).await.unwrap();
        assert!(matches!(
            accounts.create_experiment(tenant, plan("abr"), NOW).await,
            Err(ExperimentError::NameTaken(_))
        ));
        accounts
            .delete_experiment(tenant, first.experiment_id, NOW)
            .await
            .unwrap();
        assert!(matches!(
            accounts.delete_experiment(tenant, first.experiment_id, NOW).await,
            Err(ExperimentError::Unknown)
        ));
        let second = accounts.create_experiment(tenant, plan("abr"), NOW).await.unwrap();
        drop(accounts);
        let accounts = Accounts::open(&folder.path().join("accounts.sqlite")).await.unwrap();
        assert_eq!(accounts.experiments(tenant.organization_id()), [second]);
    }

    #[tokio::test]
    async fn nodes_agree_on_the_later_change_and_on_what_is_deleted() {
        let (_folder, a, tenant) = open().await;
        let (_other, b, _) = open().await;
        let one = a.create_experiment(tenant, plan("one"), NOW).await.unwrap();
        let two = a.create_experiment(tenant, plan("two"), NOW).await.unwrap();
        let old = a.export().await.unwrap();
        b.merge(&old).await.unwrap();
        assert_eq!(b.experiments(tenant.organization_id()).len(), 2);
        a.change_experiment(tenant, one.experiment_id, ExperimentChange::Start, UnixMs(NOW.0 + 5))
            .await
            .unwrap();
        b.delete_experiment(tenant, two.experiment_id, UnixMs(NOW.0 + 6))
            .await
            .unwrap();
        let (from_a, from_b) = (a.export().await.unwrap(), b.export().await.unwrap());
        a.merge(&from_b).await.unwrap();
        b.merge(&from_a).await.unwrap();
        b.merge(&old).await.unwrap();
        for node in [&a, &b] {
            let left = node.experiments(tenant.organization_id());
            assert_eq!(left.len(), 1, "{left:?}");
            assert_eq!(left[0].state(), ExperimentState::Running);
        }
    }
}
