//! Pure generators: iterators of requests, each with the moment it leaves. No clock, no network; the driver that posts
//! them lives in [`crate::send`].

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
    sync::Arc,
};

use chrono::NaiveDate;
use rand::{RngExt, seq::SliceRandom};
use schemas::{Beacon, BeaconBatch, Clock, SCHEMA_VERSION, UnixMs};

use crate::{
    player::{self, Emitted},
    random::{Purpose, exponential, stream},
    scenario::Emission,
    world::{Appointment, Attempt, Facts, World, slot_part},
};

/// Most beacons of a generated batch: 100 of at most 8 kB stay below the body limit of 1 MiB.
pub const BATCH_BEACONS_MAX: usize = 100;
/// Days of past whose attempts share requests, one viewer's device each.
const BACKFILL_WINDOW_DAYS: usize = 7;
/// Over how long the live audience arrives, ms.
const ARRIVAL_MS: i64 = 20_000;
/// Mean pause between two attempts of a slot of the live audience, ms.
const GAP_MS: f64 = 8_000.0;
/// Mean delay of a beacon that is sent twice, ms.
const DUPLICATE_DELAY_MS: f64 = 5_000.0;

/// A batch about to be posted from one viewer's device.
#[derive(Debug, Clone)]
pub struct Request {
    /// When it leaves, true time.
    pub at: UnixMs,
    /// How far the sender's wall clock is ahead, ms. Already in `started_at_ms`; the driver adds it to `sent_at_ms`.
    pub skew_ms: i64,
    /// What is sent. `sent_at_ms` is `at` plus the skew until the driver stamps it.
    pub batch: BeaconBatch,
    /// What is known of each beacon's attempt, one for one with `batch.beacons`; never empty, one device for all.
    pub facts: Vec<Arc<Facts>>,
}

impl Request {
    /// The headers by which a server behind a trusted proxy knows the device and the place.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let Some(facts) = self.facts.first() else {
            return Vec::new();
        };
        let place = |name, attribute| facts.attribute(attribute).map(|value| (name, value));
        [
            Some(("User-Agent", facts.device.user_agent.to_owned())),
            Some(("X-Forwarded-For", facts.viewer.address())),
            place("X-Geo-Country", "country"),
            place("X-Geo-Region", "region"),
            place("X-Geo-City", "city"),
            place("X-Geo-Asn", "asn"),
            place("X-Geo-Isp", "isp"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// An attempt's beacons after what happened to them on their way: (when, beacon).
fn deliver(world: &World, attempt: &Attempt, mut emitted: Vec<Emitted>) -> Vec<(UnixMs, Beacon)> {
    let misbehaviour = world.scenario().misbehaviour;
    let mut rng = stream(world.scenario().seed, Purpose::Delivery, attempt.part, attempt.number);
    // Drawn whether used or not, so that one kind of misbehaviour does not change the others.
    let (drops, shuffles): (f64, f64) = (rng.random(), rng.random());
    let lost = rng.random_range(0..=misbehaviour.drop_tail_max) as usize;
    if drops < misbehaviour.drop_tail {
        emitted.truncate(emitted.len().saturating_sub(lost).max(1));
    }
    let start = attempt.facts.started_at_ms.0;
    let mut sent: Vec<(i64, Beacon)> = emitted
        .into_iter()
        .map(|(at, beacon)| (start + at as i64, beacon))
        .collect();
    for index in 0..sent.len() {
        let (luck, delay): (f64, f64) = (rng.random(), exponential(&mut rng, DUPLICATE_DELAY_MS));
        if luck < misbehaviour.duplicate {
            let (at, beacon) = sent[index].clone();
            sent.push((at + delay as i64, beacon));
        }
    }
    sent.sort_by_key(|(at, _)| *at);
    if shuffles < misbehaviour.shuffle {
        let mut times: Vec<i64> = sent.iter().map(|(at, _)| *at).collect();
        times.shuffle(&mut rng);
        for ((at, _), time) in sent.iter_mut().zip(times) {
            *at = time;
        }
        sent.sort_by_key(|(at, _)| *at);
    }
    sent.into_iter().map(|(at, beacon)| (UnixMs(at), beacon)).collect()
}

/// A beacon on its way.
struct Parcel {
    at: UnixMs,
    beacon: Beacon,
    facts: Arc<Facts>,
}

/// Lives through one attempt and delivers its beacons.
fn happen(
    world: &World,
    appointment: Appointment,
    emission: Emission,
    until: UnixMs,
) -> (Attempt, Vec<(UnixMs, Beacon)>) {
    let attempt = world.attempt(appointment);
    let deadline = u64::try_from(until.0.saturating_sub(appointment.at.0)).unwrap_or(0);
    let emitted = player::play(world.scenario().seed, &attempt, emission, deadline);
    let delivered = deliver(world, &attempt, emitted);
    (attempt, delivered)
}

/// The past of a scenario: every attempt of its days up to its present, oldest week first. Attempts that would still be
/// running at the present are cut off there.
pub struct Backfill {
    world: Arc<World>,
    emission: Emission,
    days: VecDeque<NaiveDate>,
    ready: VecDeque<Request>,
    attempts: u64,
}

impl Backfill {
    /// The whole past of `world`, with the beacons of its scenario's emission.
    #[must_use]
    pub fn new(world: Arc<World>) -> Self {
        Self {
            emission: world.scenario().emission.unwrap_or(Emission::COMPACT),
            days: world.days().collect(),
            ready: VecDeque::new(),
            attempts: 0,
            world,
        }
    }

    /// Attempts generated so far.
    #[must_use]
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    fn fill(&mut self) {
        let now = self.world.scenario().now_ms;
        let mut by_device: BTreeMap<(u32, &'static str), Vec<Parcel>> = BTreeMap::new();
        for _ in 0..BACKFILL_WINDOW_DAYS {
            let Some(day) = self.days.pop_front() else { break };
            for appointment in self.world.appointments(day) {
                if appointment.at >= now {
                    continue;
                }
                self.attempts += 1;
                let (attempt, delivered) = happen(&self.world, appointment, self.emission, now);
                let facts = Arc::new(attempt.facts);
                let beacons = by_device
                    .entry((facts.viewer.number, facts.device.user_agent))
                    .or_default();
                for (at, mut beacon) in delivered {
                    // History has no clock to correct.
                    beacon.started_at_ms = facts.started_at_ms;
                    let facts = Arc::clone(&facts);
                    beacons.push(Parcel { at, beacon, facts });
                }
            }
        }
        let mut requests: Vec<Request> = by_device
            .into_values()
            .flat_map(|beacons| {
                let mut beacons = beacons.into_iter().peekable();
                let mut requests = Vec::new();
                while beacons.peek().is_some() {
                    let some: Vec<_> = beacons.by_ref().take(BATCH_BEACONS_MAX).collect();
                    requests.push(request(some, 0, Clock::Historic));
                }
                requests
            })
            .collect();
        requests.sort_by_key(|request| (request.at, request.batch.beacons[0].attempt_id));
        self.ready.extend(requests);
    }
}

impl Iterator for Backfill {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        while self.ready.is_empty() && !self.days.is_empty() {
            self.fill();
        }
        self.ready.pop_front()
    }
}

fn request(parcels: Vec<Parcel>, skew_ms: i64, clock: Clock) -> Request {
    let at = parcels.iter().map(|parcel| parcel.at).max().unwrap_or_default();
    let (beacons, facts) = parcels.into_iter().map(|parcel| (parcel.beacon, parcel.facts)).unzip();
    Request {
        at,
        skew_ms,
        batch: BeaconBatch {
            schema_version: SCHEMA_VERSION,
            sent_at_ms: UnixMs(at.0 + skew_ms),
            clock,
            beacons,
        },
        facts,
    }
}

/// An audience of constant size: so many slots, in each one attempt after the other. One request per beacon, in order of time.
pub struct Live {
    world: Arc<World>,
    until: UnixMs,
    /// (next start, slot).
    starts: BinaryHeap<Reverse<(UnixMs, u32)>>,
    /// Generated and not yet given out, by time and a running number.
    ready: BTreeMap<(UnixMs, u64), Request>,
    generated: u64,
}

impl Live {
    /// `viewers` at once from `from` on. At `until`, when given, everybody leaves.
    #[must_use]
    pub fn new(world: Arc<World>, viewers: u32, from: UnixMs, until: Option<UnixMs>) -> Self {
        let until = until.unwrap_or(UnixMs(i64::MAX));
        let seed = world.scenario().seed;
        let starts = (0..viewers)
            .map(|slot| {
                let mut rng = stream(seed, Purpose::Slot, u64::from(slot), slot_salt(from));
                Reverse((UnixMs(from.0 + rng.random_range(0..ARRIVAL_MS)), slot))
            })
            .filter(|Reverse((at, _))| *at < until)
            .collect();
        Self {
            world,
            until,
            starts,
            ready: BTreeMap::new(),
            generated: 0,
        }
    }

    fn start_next(&mut self) {
        let Some(Reverse((at, slot))) = self.starts.pop() else {
            return;
        };
        let scenario = self.world.scenario();
        let emission = scenario.emission.unwrap_or(Emission::LIVE);
        // An attempt of a slot is numbered by the moment it begins, so that an audience of another day is not this one again.
        let appointment = Appointment {
            at,
            part: slot_part(slot),
            number: slot_salt(at),
        };
        let seed = scenario.seed;
        let (attempt, delivered) = happen(&self.world, appointment, emission, self.until);
        let skew_ms = attempt.skew_ms;
        let facts = Arc::new(attempt.facts);
        let mut over = at;
        for (at, beacon) in delivered {
            over = over.max(at);
            let facts = Arc::clone(&facts);
            let request = request(vec![Parcel { at, beacon, facts }], skew_ms, Clock::Live);
            self.ready.insert((at, self.generated), request);
            self.generated += 1;
        }
        let mut rng = stream(seed, Purpose::Slot, u64::from(slot), slot_salt(at).wrapping_add(1));
        let next = UnixMs(over.0 + 1 + exponential(&mut rng, GAP_MS) as i64);
        if next < self.until {
            self.starts.push(Reverse((next, slot)));
        }
    }
}

fn slot_salt(at: UnixMs) -> u64 {
    u64::try_from(at.0).unwrap_or(0)
}

impl Iterator for Live {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        // A request may leave once no attempt that has not begun could send one before it.
        while let Some(Reverse((start, _))) = self.starts.peek()
            && self.ready.first_key_value().is_none_or(|((at, _), _)| at >= start)
        {
            self.start_next();
        }
        self.ready.pop_first().map(|(_, request)| request)
    }
}

/// `count` bodies of `POST /v1/beacons` with `beacons_per_batch` beacons each, as a busy audience's collectors send
/// them, for load tests. Beacons of one batch belong to different attempts.
#[must_use]
pub fn bodies(seed: u64, count: usize, beacons_per_batch: usize) -> Vec<Vec<u8>> {
    batches(seed, count, beacons_per_batch)
        // Unwrap safety: a batch has text keys only and writing to memory does not fail.
        .map(|batch| serde_json::to_vec(&batch).expect("a batch can be written as JSON"))
        .collect()
}

/// The same bodies in the compact form.
#[must_use]
pub fn compact_bodies(seed: u64, count: usize, beacons_per_batch: usize) -> Vec<Vec<u8>> {
    batches(seed, count, beacons_per_batch)
        .map(|batch| schemas::proto::write(&batch))
        .collect()
}

fn batches(seed: u64, count: usize, beacons_per_batch: usize) -> impl Iterator<Item = BeaconBatch> {
    let scenario = crate::Scenario {
        seed,
        ..crate::Scenario::default()
    };
    let from = scenario.now_ms;
    // Unwrap safety: the default scenario can be simulated, whatever its seed; a test of `scenario` holds it to that.
    let world = World::new(scenario).expect("the default scenario can be simulated");
    // Enough slots that no attempt needs to come twice in a batch.
    let viewers = u32::try_from(beacons_per_batch)
        .unwrap_or(u32::MAX)
        .saturating_mul(4)
        .max(200);
    let mut live = Live::new(Arc::new(world), viewers, from, None);
    (0..count).map(move |_| {
        let beacons: Vec<Beacon> = live
            .by_ref()
            .take(beacons_per_batch.max(1))
            .flat_map(|request| request.batch.beacons)
            .collect();
        let sent_at_ms = beacons
            .iter()
            .map(|beacon| UnixMs(beacon.started_at_ms.0 + i64::from(beacon.interval.to_ms)))
            .max()
            .unwrap_or(from);
        BeaconBatch {
            schema_version: SCHEMA_VERSION,
            sent_at_ms,
            clock: Clock::Live,
            beacons,
        }
    })
}
