//! Here lives a simulated load with its truth: requests of `simulator`, posted until they are acknowledged, and the sums
//! that the query API then has to give, to the last one.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use reqwest::StatusCode;
use schemas::{AttemptId, Totals, UnixMs};
use simulator::{
    Scenario,
    generate::{Backfill, Request},
    scenario::{Emission, Misbehaviour},
    world::World,
};
use tokio::{sync::watch, task::JoinSet};

use crate::stack::{Stack, Sums, now_ms};

/// Longest one request is tried again: a restart of server and engine on a loaded machine takes a few seconds.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(120);

const DAY_MS: i64 = 86_400_000;

/// The requests of an audience of yesterday and today, oldest first, about `attempts_per_day` attempts each day, with the
/// beacons a collector would send, some of them twice and some out of order.
pub fn requests(seed: u64, attempts_per_day: f64) -> Result<Vec<Request>> {
    Ok(audience(seed, attempts_per_day)?.collect())
}

/// The same, made as they are asked for.
pub fn audience(seed: u64, attempts_per_day: f64) -> Result<Backfill> {
    let scenario = Scenario {
        seed,
        now_ms: UnixMs(now_ms()),
        backfill_days: 1,
        attempts_per_day,
        viewers: 200,
        emission: Some(Emission::LIVE),
        misbehaviour: Misbehaviour {
            duplicate: 0.05,
            shuffle: 0.1,
            ..Misbehaviour::default()
        },
        ..Scenario::default()
    };
    Ok(Backfill::new(Arc::new(World::new(scenario)?)))
}

/// The range of time that holds every attempt of [`requests`].
pub fn window() -> (i64, i64) {
    (now_ms() - 4 * DAY_MS, now_ms() + DAY_MS)
}

/// What the server has to answer, learnt from what was acknowledged.
#[derive(Debug, Default)]
pub struct Truth {
    totals: HashMap<AttemptId, Totals>,
    beacons: HashSet<(AttemptId, u32)>,
}

impl Truth {
    /// Learns of an acknowledged request.
    pub fn acknowledged(&mut self, request: &Request) {
        for beacon in &request.batch.beacons {
            self.totals.entry(beacon.attempt_id).or_default().merge(&beacon.totals);
            self.beacons.insert((beacon.attempt_id, beacon.sequence));
        }
    }

    /// How many beacons and attempts were acknowledged.
    pub fn distinct(&self) -> Distinct {
        Distinct {
            beacons: self.beacons.len(),
            attempts: self.totals.len(),
        }
    }

    /// The sums over everything acknowledged.
    pub fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for totals in self.totals.values() {
            sums.attempts += 1;
            sums.plays += u64::from(totals.first_frame_seen);
            sums.play_ms += u64::from(totals.play_ms);
            sums.stall_count += u64::from(totals.stall_count);
        }
        sums
    }
}

/// Requests that nobody has posted yet; perhaps without end.
type Queue = Arc<Mutex<Box<dyn Iterator<Item = Request> + Send>>>;

/// A load that several senders post at once, each request until it is acknowledged, and the truth that grows from it.
pub struct Load {
    queue: Queue,
    acknowledged: watch::Sender<usize>,
    truth: Arc<Mutex<Truth>>,
    senders: JoinSet<Result<()>>,
}

impl Load {
    /// Begins to post `requests`, so many at once.
    pub fn begin(
        requests: impl IntoIterator<Item = Request, IntoIter: Send + 'static>,
        senders: usize,
        sender: &Sender,
        truth: &Arc<Mutex<Truth>>,
    ) -> Self {
        let queue: Queue = Arc::new(Mutex::new(Box::new(requests.into_iter())));
        let acknowledged = watch::Sender::new(0);
        let mut running = JoinSet::new();
        for _ in 0..senders {
            let (sender, queue, truth) = (sender.clone(), Arc::clone(&queue), Arc::clone(truth));
            let acknowledged = acknowledged.clone();
            running.spawn(async move {
                loop {
                    let Some(request) = lock(&queue).next() else {
                        return Ok(());
                    };
                    sender.post(&request).await?;
                    lock(&truth).acknowledged(&request);
                    acknowledged.send_modify(|count| *count += 1);
                }
            });
        }
        Self {
            queue,
            acknowledged,
            truth: Arc::clone(truth),
            senders: running,
        }
    }

    /// Lets the senders finish what they are posting and take no more.
    pub fn end(&self) {
        *lock(&self.queue) = Box::new(std::iter::empty());
    }

    /// Waits until so many requests are acknowledged.
    pub async fn reaches(&self, count: usize) -> Result<()> {
        let mut acknowledged = self.acknowledged.subscribe();
        acknowledged
            .wait_for(|now| *now >= count)
            .await
            .context("following a load")?;
        Ok(())
    }

    /// Waits until every request is acknowledged; gives the sums of the truth, in which everything before counts too.
    pub async fn all(mut self) -> Result<Sums> {
        while let Some(ended) = self.senders.join_next().await {
            ended.context("a sender panicked")??;
        }
        Ok(lock(&self.truth).sums())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A sender that panicked fails its test anyway.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Distinct beacons that were acknowledged, of how many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distinct {
    /// Beacons, each once.
    pub beacons: usize,
    /// Attempts.
    pub attempts: usize,
}

/// Posts requests to a node that may be gone for a while. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sender {
    client: reqwest::Client,
    /// Of each node; more than one where a load balancer stands in front of them.
    urls: Vec<String>,
    turn: Arc<AtomicUsize>,
    api_key: String,
}

impl Sender {
    /// A sender to `stack`, which may die and come back on the same port.
    pub fn new(stack: &Stack) -> Result<Self> {
        Self::balanced(&[stack])
    }

    /// A sender whose every request, also a repeated one, goes to the next of `nodes`: beacons of one attempt to any of them.
    pub fn balanced(nodes: &[&Stack]) -> Result<Self> {
        let stack = nodes.first().context("no node to send to")?;
        Ok(Self {
            client: reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?,
            urls: nodes.iter().map(|node| node.beacons_url()).collect(),
            turn: Arc::default(),
            api_key: stack.keys.api_key.clone(),
        })
    }

    /// Posts once. `Ok(false)` when the node is not there or cannot take it now.
    pub async fn try_post(&self, request: &Request) -> Result<bool> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut post = self
            .client
            .post(&self.urls[turn % self.urls.len()])
            .header("X-Api-Key", &self.api_key);
        for (name, value) in request.headers() {
            post = post.header(name, value);
        }
        // A connection that breaks leaves open whether the server has it: exactly what deduplication is for.
        let Ok(response) = post.json(&request.batch).send().await else {
            return Ok(false);
        };
        match response.status() {
            StatusCode::ACCEPTED => {
                let Ok(answer) = response.json::<serde_json::Value>().await else {
                    return Ok(false);
                };
                let rejected = &answer["data"]["result"]["rejected"];
                ensure!(
                    rejected == &serde_json::json!([]),
                    "good beacons were rejected: {rejected}"
                );
                Ok(true)
            }
            // 408: the server gave up reading, so it has not got it.
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Ok(false),
            status => bail!("{status}: {}", response.text().await.context("reading an answer")?),
        }
    }

    /// Posts until it is acknowledged, as a collector does.
    pub async fn post(&self, request: &Request) -> Result<()> {
        let tries = async {
            while !self.try_post(request).await? {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        };
        tokio::time::timeout(ACKNOWLEDGED_WITHIN, tries)
            .await
            .context("a request was not acknowledged in time")?
    }
}
