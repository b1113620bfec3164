//! Posts requests to `/v1/beacons` until each is acknowledged, and keeps the truth of what was.
//!
//! A request that meets 429, a 5xx or a broken connection is sent again, the same beacons under the same sequence numbers, as a
//! collector does; a server that is killed and started again therefore misses nothing it acknowledged, and nothing else.

use std::{
    collections::BTreeMap,
    future::Future,
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::{Client, StatusCode, header};
use schemas::{Clock, UnixMs};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

use crate::{generate::Request, truth::Truth, world::World};

/// Longest pause of ours before sending again. The server's `Retry-After` is honoured up to [`RETRY_AFTER_S_MAX`].
const RETRY_MAX: Duration = Duration::from_secs(5);
/// Longest `Retry-After` believed, s.
const RETRY_AFTER_S_MAX: u64 = 60;
/// How long one request may take before it counts as lost, ms.
const REQUEST_MS_MAX: u64 = 30_000;
/// Requests generated ahead of sending.
const AHEAD: usize = 256;

/// Where beacons go.
#[derive(Debug, Clone)]
pub struct Target {
    /// The server's origin, `http://127.0.0.1:8080`.
    pub url: String,
    /// License key: whose beacons these are.
    pub license_key: String,
    /// API key with write scope, needed for history.
    pub api_key: Option<String>,
}

/// How they go there.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Requests in flight at once.
    pub concurrency: NonZeroUsize,
    /// Whether a request waits for its moment ([`Request::at`], on this machine's clock) or leaves as soon as possible.
    pub pace: Pace,
    /// First pause before sending again when the server names none; doubled each time, up to 5 s.
    pub retry: Duration,
    /// After a stop, how long requests in flight may still try to be acknowledged.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: NonZeroUsize::MIN.saturating_add(47),
            pace: Pace::AsSoonAsPossible,
            retry: Duration::from_millis(200),
            grace: Duration::from_secs(10),
        }
    }
}

/// When requests leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// At once, for history.
    AsSoonAsPossible,
    /// At their moment, one virtual second a second.
    RealTime,
}

/// What became of the requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Delivery {
    /// Requests acknowledged.
    pub requests: u64,
    /// Beacons in them, repeats included: `accepted + duplicates + rejected`.
    pub beacons: u64,
    /// Beacons the server took.
    pub accepted: u64,
    /// Beacons the server had already.
    pub duplicates: u64,
    /// Beacons the server turned away, by reason. They are not part of the truth.
    pub rejected: BTreeMap<String, u64>,
    /// Times a request was sent again.
    pub retries: u64,
    /// Beacons given up when told to stop. The server may or may not have them; they are not part of the truth.
    pub unacknowledged: u64,
}

impl Delivery {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.beacons += other.beacons;
        self.accepted += other.accepted;
        self.duplicates += other.duplicates;
        self.retries += other.retries;
        self.unacknowledged += other.unacknowledged;
        for (reason, count) in other.rejected {
            *self.rejected.entry(reason).or_default() += count;
        }
    }
}

/// Why sending cannot go on. Whatever may pass is tried again instead.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The client could not be built, or the URL is none.
    #[error("preparing requests to the server")]
    Prepare(#[source] reqwest::Error),
    /// The server will never take this: a wrong key, a wrong scope, a body it does not understand.
    #[error("the server refused a batch: {status}: {body}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        body: String,
    },
    /// A batch could not be written as JSON.
    #[error("writing a batch as JSON")]
    Encode(#[source] serde_json::Error),
    /// The server acknowledged in a way that cannot be read.
    #[error("reading an acknowledgement: {body}")]
    Acknowledgement {
        /// What it said.
        body: String,
        /// Why that cannot be read.
        #[source]
        source: serde_json::Error,
    },
    /// A task of ours ended by a panic.
    #[error("a sending task broke")]
    Task(#[source] tokio::task::JoinError),
}

/// The server's answer to a batch, inside the envelope.
#[derive(Debug, Deserialize)]
struct Answer {
    data: AnswerData,
}

#[derive(Debug, Deserialize)]
struct AnswerData {
    result: Acknowledgement,
}

#[derive(Debug, Deserialize)]
struct Acknowledgement {
    accepted: u64,
    duplicates: u64,
    #[serde(default)]
    rejected: Vec<RejectedBeacon>,
}

#[derive(Debug, Deserialize)]
struct RejectedBeacon {
    index: usize,
    reason: String,
}

/// Sends `requests` and returns what became of them, with the truth of all that was acknowledged.
///
/// Ends when `requests` end and all are acknowledged, when `stop` completes, or at the first refusal. `requests` are drawn
/// on a thread of their own, so generating may take its time.
///
/// # Errors
/// When the server refuses a batch for good.
pub async fn send(
    world: &World,
    requests: impl Iterator<Item = Request> + Send + 'static,
    target: &Target,
    options: Options,
    stop: impl Future<Output = ()> + Send,
) -> Result<(Truth, Delivery), SendError> {
    let poster = Arc::new(Poster::new(target)?);
    let (ahead, mut next) = mpsc::channel(AHEAD);
    // Ends by itself once the receiver is gone.
    let generator = tokio::task::spawn_blocking(move || {
        for request in requests {
            if ahead.blocking_send(request).is_err() {
                break;
            }
        }
    });
    // Told the moment after which nobody tries any more.
    let (giving_up, patience) = watch::channel(None::<Instant>);
    let mut stop = std::pin::pin!(stop);
    let mut flying: JoinSet<Result<Outcome, SendError>> = JoinSet::new();
    let mut truth = Truth::new(world);
    let mut delivery = Delivery::default();
    let mut stopped = false;
    let mut exhausted = false;
    let mut waiting: Option<Request> = None;

    loop {
        if exhausted && waiting.is_none() && flying.is_empty() {
            break;
        }
        let has_room = flying.len() < options.concurrency.get();
        let moment = waiting.as_ref().map(|request| match options.pace {
            Pace::AsSoonAsPossible => Duration::ZERO,
            Pace::RealTime => Duration::from_millis(u64::try_from(request.at.0 - now().0).unwrap_or(0)),
        });
        tokio::select! {
            biased;
            () = &mut stop, if !stopped => {
                stopped = true;
                exhausted = true;
                waiting = None;
                next.close();
                giving_up.send_replace(Some(Instant::now() + options.grace));
            }
            Some(outcome) = flying.join_next(), if !flying.is_empty() => {
                let Outcome { request, delivery: one, rejected } = outcome.map_err(SendError::Task)??;
                if one.requests > 0 {
                    for (index, (facts, beacon)) in request.facts.iter().zip(&request.batch.beacons).enumerate() {
                        if !rejected.contains(&index) {
                            truth.observe(facts, beacon);
                        }
                    }
                }
                delivery.add(one);
            }
            () = tokio::time::sleep(moment.unwrap_or_default()), if moment.is_some() && has_room => {
                if let Some(request) = waiting.take() {
                    flying.spawn(deliver(Arc::clone(&poster), request, options.retry, patience.clone()));
                }
            }
            request = next.recv(), if waiting.is_none() && !exhausted => {
                exhausted = request.is_none();
                waiting = request;
            }
        }
    }
    drop(next);
    generator.await.map_err(SendError::Task)?;
    Ok((truth, delivery))
}

/// This machine's wall clock.
fn now() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

struct Outcome {
    request: Request,
    delivery: Delivery,
    rejected: Vec<usize>,
}

async fn deliver(
    poster: Arc<Poster>,
    mut request: Request,
    retry: Duration,
    mut patience: watch::Receiver<Option<Instant>>,
) -> Result<Outcome, SendError> {
    let mut delivery = Delivery::default();
    let beacons = request.batch.beacons.len() as u64;
    let mut attempt = 0_u32;
    loop {
        let pause = match poster.post(&mut request).await? {
            Post::Acknowledged(acknowledgement) => {
                delivery.requests = 1;
                delivery.beacons = beacons;
                let mut rejected = Vec::new();
                match acknowledgement {
                    Some(answer) => {
                        delivery.accepted = answer.accepted;
                        delivery.duplicates = answer.duplicates;
                        for RejectedBeacon { index, reason } in answer.rejected {
                            rejected.push(index);
                            *delivery.rejected.entry(reason).or_default() += 1;
                        }
                    }
                    // Without a body everything was taken.
                    None => delivery.accepted = beacons,
                }
                return Ok(Outcome {
                    request,
                    delivery,
                    rejected,
                });
            }
            Post::Later(asked) => asked.unwrap_or_else(|| (retry * 2_u32.pow(attempt.min(8))).min(RETRY_MAX)),
        };
        let give_up = async {
            // A closed channel means that the driver is gone, and this task with it.
            let deadline = patience
                .wait_for(Option::is_some)
                .await
                .ok()
                .and_then(|deadline| *deadline);
            if let Some(deadline) = deadline {
                tokio::time::sleep_until(deadline).await;
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = give_up => {
                delivery.unacknowledged = beacons;
                return Ok(Outcome { request, delivery, rejected: Vec::new() });
            }
        }
        attempt += 1;
        delivery.retries += 1;
    }
}

enum Post {
    /// Taken; `None` when the answer had no body.
    Acknowledged(Option<Acknowledgement>),
    /// To be sent again, after the server's own `Retry-After` when it gave one.
    Later(Option<Duration>),
}

struct Poster {
    client: Client,
    url: reqwest::Url,
    api_key: Option<String>,
}

impl Poster {
    fn new(target: &Target) -> Result<Self, SendError> {
        let client = Client::builder()
            .timeout(Duration::from_millis(REQUEST_MS_MAX))
            .tcp_nodelay(true)
            .build()
            .map_err(SendError::Prepare)?;
        // Built once so that a wrong URL is told before anything is generated, and the key is escaped.
        let mut url = client
            .post(format!("{}/v1/beacons", target.url.trim_end_matches('/')))
            .build()
            .map_err(SendError::Prepare)?
            .url()
            .clone();
        url.query_pairs_mut().append_pair("key", &target.license_key);
        Ok(Self {
            client,
            url,
            api_key: target.api_key.clone(),
        })
    }

    async fn post(&self, request: &mut Request) -> Result<Post, SendError> {
        request.batch.sent_at_ms = UnixMs(now().0 + request.skew_ms);
        let body = serde_json::to_vec(&request.batch).map_err(SendError::Encode)?;
        let mut post = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        for (name, value) in request.headers() {
            post = post.header(name, value);
        }
        if let (Clock::Historic, Some(key)) = (request.batch.clock, &self.api_key) {
            post = post.header("X-Api-Key", key);
        }
        let response = match post.send().await {
            Ok(response) => response,
            Err(error) if error.is_builder() => return Err(SendError::Prepare(error)),
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "a batch did not get through");
                return Ok(Post::Later(None));
            }
        };
        let status = response.status();
        let retry_after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
            .map(|seconds| Duration::from_secs(seconds.min(RETRY_AFTER_S_MAX)));
        // An answer that broke off acknowledges nothing.
        let Ok(body) = response.text().await else {
            return Ok(Post::Later(retry_after));
        };
        match status {
            StatusCode::NO_CONTENT => Ok(Post::Acknowledged(None)),
            _ if status.is_success() => serde_json::from_str::<Answer>(&body)
                .map(|answer| Post::Acknowledged(Some(answer.data.result)))
                .map_err(|source| SendError::Acknowledgement { body, source }),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Ok(Post::Later(retry_after)),
            _ if status.is_server_error() => Ok(Post::Later(retry_after)),
            _ => Err(SendError::Refused {
                status: status.as_u16(),
                body,
            }),
        }
    }
}
