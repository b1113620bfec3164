//! A small but honest player: it loads a manifest, perhaps a key, an initialisation segment and segments one after the
//! other, keeps a buffer, picks renditions by what it measured, stalls when the buffer is empty, and has a viewer who
//! acts and loses patience.
//!
//! It knows nothing of metrics. It tells [`playback::Session`] what a browser's player would tell our collector, on a
//! virtual clock of whole milliseconds, and the beacons are the session's own.

use std::collections::VecDeque;

use playback::{Options, Rendition, Session, Signal};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use schemas::{Beacon, BeaconKind, EventKind, FailureClass, MonotonicMs, ObjectType, UnixMs};

use crate::{
    catalogue::Rung,
    network::Network,
    random::{Purpose, exponential, lognormal, stream},
    scenario::Emission,
    viewer::Act,
    world::Attempt,
};

/// Length of a segment, ms.
const SEGMENT_MS: u64 = 4_000;
/// How much a player keeps ahead on demand, ms.
const BUFFER_GOAL_MS: u64 = 24_000;
/// How much of a live stream is there when one joins, ms: three segments.
const LIVE_EDGE_MS: u64 = 3 * SEGMENT_MS;
/// A request that takes longer than this is given up, ms.
const REQUEST_MS_MAX: u64 = 20_000;
/// A segment that takes longer than this is given up for the smallest rendition, ms: twice its own length.
const ABANDON_MS: u64 = 2 * SEGMENT_MS;
/// Tries after the first before an error is fatal.
const RETRIES: u32 = 3;
/// Probability that a request fails by itself.
const REQUEST_ERROR_RATE: f64 = 0.000_8;
/// A reading of the clock is owed to the session this often while something is awaited, ms. It takes more than 2 s as sleep.
const SYNC_WAITING_MS: u64 = 1_000;
/// The same while playing, when the moving playhead proves that nobody slept, ms.
const SYNC_PLAYING_MS: u64 = 5_000;
/// No attempt goes on for longer, ms: 12 h.
const ATTEMPT_MS_MAX: u64 = 12 * 3_600_000;

/// A beacon and when the session made it, ms after intent.
pub(crate) type Emitted = (u64, Beacon);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Manifest,
    Playlist,
    Key,
    Init,
    Segment { rung: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Failed,
    TimedOut,
    Abandoned,
}

#[derive(Debug, Clone, Copy)]
struct Request {
    load: Load,
    sent_at: u64,
    over_at: u64,
    ttfb_ms: u64,
    bytes: u32,
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No frame yet; `frame_at` once enough is buffered.
    Startup {
        frame_at: Option<u64>,
    },
    Playing,
    Paused {
        until: u64,
    },
    Stalled {
        since: u64,
    },
    /// The decoder hangs with data at hand.
    Hanging {
        until: u64,
    },
    /// Until data is there and, from then, until `frame_at`.
    Seeking {
        since: u64,
        frame_at: Option<u64>,
    },
}

/// What will go wrong in this attempt for no reason a network could have.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Nothing,
    /// The manifest is refused.
    Refused(FailureClass),
    /// The key server refuses, if there is one to ask.
    KeyRefused,
    /// The decoder gives up after so much playing, ms.
    DecoderAt(u64),
}

struct Player<'a> {
    seed: u64,
    attempt: &'a Attempt,
    emission: Emission,
    network: Network,
    rng: ChaCha8Rng,
    session: Session,
    emitted: Vec<Emitted>,
    reported_at: u64,
    deadline: u64,
    now: u64,
    phase: Phase,
    fate: Fate,
    /// Playhead, ms of media.
    position: u64,
    /// What is buffered from the playhead on: media ms and rung, oldest first.
    chunks: VecDeque<(u64, usize)>,
    buffer: u64,
    /// Where the next segment begins, ms of media.
    next_media: u64,
    /// How much of the next segment lies before the playhead, ms.
    trim: u64,
    request: Option<Request>,
    /// What to load before segments, in order.
    preamble: VecDeque<Load>,
    tries: u32,
    retry_at: u64,
    estimate_bps: Option<f64>,
    shown: Option<usize>,
    rung_max: usize,
    acts: VecDeque<(u64, Act)>,
    watch_ms: u64,
    played: u64,
    stalled: u64,
    hidden_until: Option<u64>,
    /// Frames decoded, thousandths.
    frames_milli: u64,
    /// Frames dropped, thousand-millionths.
    dropped_nano: u64,
}

/// Lets `attempt` happen. It is cut off with a quit `deadline_ms` after intent, if that comes first.
pub(crate) fn play(seed: u64, attempt: &Attempt, emission: Emission, deadline_ms: u64) -> Vec<Emitted> {
    let mut player = Player::new(seed, attempt, emission, deadline_ms.min(ATTEMPT_MS_MAX));
    player.begin();
    while !player.session.is_over() {
        let next = player.next_moment();
        player.pass_until(next);
        player.act();
        player.report();
    }
    debug_assert!(playback::invariant::tiles(&player.session), "times do not tile");
    player.emitted
}

impl<'a> Player<'a> {
    fn new(seed: u64, attempt: &'a Attempt, emission: Emission, deadline: u64) -> Self {
        let mut rng = stream(seed, Purpose::Player, attempt.part, attempt.number);
        let network = Network::new(
            attempt.network,
            stream(seed, Purpose::Network, attempt.part, attempt.number),
        );
        let options = if emission.changes {
            Options {
                beat_ms: emission.beat_ms,
                steady_beat_ms: emission.steady_beat_ms,
                early_beat_ms: emission.beat_ms.min(Options::default().early_beat_ms),
                ..Options::default()
            }
        } else {
            Options {
                early_beat_ms: emission.beat_ms,
                beat_ms: emission.beat_ms,
                steady_beat_ms: emission.beat_ms,
                paused_beat_ms: emission.beat_ms,
                coalesce_ms: emission.beat_ms,
                ..Options::default()
            }
        };
        let options = Options {
            first_frame_method: attempt.facts.device.first_frame_method,
            ..options
        };
        let wall = UnixMs(attempt.facts.started_at_ms.0 + attempt.skew_ms);
        let session = Session::begin(attempt.facts.attempt_id, wall, MonotonicMs(0), options);
        let (_, height, pixel_ratio) = attempt.facts.device.display;
        let ladder = attempt.video.ladder;
        let shown_height = f64::from(height) * pixel_ratio;
        let rung_max = ladder
            .iter()
            .position(|rung| f64::from(rung.height) >= shown_height)
            .unwrap_or(ladder.len() - 1);
        let luck: f64 = rng.random();
        let fate = match luck {
            x if x < 0.002_0 => Fate::Refused(FailureClass::Manifest),
            x if x < 0.003_5 => Fate::Refused(FailureClass::Business),
            x if x < 0.007_5 => Fate::KeyRefused,
            x if x < 0.010_5 => Fate::DecoderAt(exponential(&mut rng, 120_000.0) as u64),
            _ => Fate::Nothing,
        };
        let mut preamble = VecDeque::from([Load::Manifest, Load::Playlist]);
        if attempt.video.drm {
            preamble.push_back(Load::Key);
        }
        preamble.push_back(Load::Init);
        let watch = attempt.intent.watch_ms;
        Self {
            seed,
            emission,
            network,
            session,
            emitted: Vec::new(),
            reported_at: 0,
            deadline,
            now: 0,
            phase: Phase::Startup { frame_at: None },
            fate,
            position: 0,
            chunks: VecDeque::new(),
            buffer: 0,
            next_media: 0,
            trim: 0,
            request: None,
            preamble,
            tries: 0,
            retry_at: 0,
            estimate_bps: None,
            shown: None,
            rung_max,
            acts: attempt.intent.acts.iter().map(|(at, act)| (*at as u64, *act)).collect(),
            watch_ms: if watch.is_finite() { watch as u64 } else { u64::MAX },
            played: 0,
            stalled: 0,
            hidden_until: None,
            frames_milli: 0,
            dropped_nano: 0,
            rng,
            attempt,
        }
    }

    fn tell(&mut self, signal: Signal) {
        self.session.apply(MonotonicMs(self.now), signal);
    }

    fn begin(&mut self) {
        let attempt = self.attempt;
        self.session
            .update_context(|context| *context = attempt.facts.context.clone());
        self.tell(Signal::PlayRequested {
            autoplay: attempt.intent.autoplay,
            visible: true,
        });
        if attempt.video.duration_ms.is_none() {
            self.tell(Signal::Live);
        }
        let (width, height, pixel_ratio) = attempt.facts.device.display;
        self.tell(Signal::DisplaySize {
            width,
            height,
            pixel_ratio_permille: (pixel_ratio * 1_000.0) as u32,
        });
        let decode_ms = attempt.facts.device.decode_ms;
        let player_startup_ms = lognormal(&mut self.rng, decode_ms * 0.6, 0.3) as u32;
        // Most attempts are the first of their page.
        let page_load_ms = lognormal(&mut self.rng, decode_ms * 8.0, 0.5) as u32;
        let is_first = self.rng.random_bool(0.7);
        self.tell(Signal::PlayerReady {
            player_startup_ms: Some(player_startup_ms),
            page_load_ms: is_first.then_some(page_load_ms),
        });
        self.sample();
        self.load_next();
        self.report();
        // The sender delivers an attempt's first beacon before all others, so its context needs no second telling.
        self.session.context_acknowledged(0);
    }

    // Time.

    fn end_of_media(&self) -> u64 {
        self.attempt.video.duration_ms.map_or(u64::MAX, u64::from)
    }

    /// The next moment at which anything can happen.
    fn next_moment(&self) -> u64 {
        let now = self.now;
        let mut next = self.deadline;
        let mut consider = |at: u64| next = next.min(at.max(now));
        consider(match self.phase {
            Phase::Playing => now + SYNC_PLAYING_MS,
            Phase::Paused { until } => until,
            Phase::Hanging { until } => until.min(now + SYNC_WAITING_MS),
            Phase::Startup { .. } | Phase::Stalled { .. } | Phase::Seeking { .. } => now + SYNC_WAITING_MS,
        });
        if self.emission.changes {
            if let Some(due) = self.session.next_due() {
                consider(due.0);
            }
        } else {
            consider(self.reported_at + u64::from(self.emission.beat_ms));
        }
        if let Some(until) = self.hidden_until {
            consider(until);
        }
        match &self.request {
            Some(request) => consider(request.over_at),
            None => {
                if let Some(at) = self.may_load_at() {
                    consider(at);
                }
            }
        }
        match self.phase {
            Phase::Startup { frame_at } => {
                if let Some(at) = frame_at {
                    consider(at);
                }
                consider(self.attempt.intent.startup_patience_ms as u64);
            }
            Phase::Playing => {
                consider(now + self.chunks.front().map_or(0, |(chunk, _)| *chunk));
                consider(now.saturating_add(self.end_of_media().saturating_sub(self.position)));
                consider(now.saturating_add(self.watch_ms.saturating_sub(self.played)));
                if let Some((at, _)) = self.acts.front() {
                    consider(now + at.saturating_sub(self.played));
                }
                if let Fate::DecoderAt(at) = self.fate {
                    consider(now + at.saturating_sub(self.played));
                }
            }
            Phase::Stalled { since } => consider(since + self.stall_patience()),
            Phase::Seeking { since, frame_at } => consider(frame_at.unwrap_or(since + self.stall_patience())),
            Phase::Paused { .. } | Phase::Hanging { .. } => {}
        }
        next
    }

    /// How long one wait may be, ms, given all that came before it.
    fn stall_patience(&self) -> u64 {
        let intent = &self.attempt.intent;
        let left = (intent.stall_total_patience_ms as u64).saturating_sub(self.stalled);
        (intent.stall_patience_ms as u64).min(left).max(500)
    }

    fn pass_until(&mut self, at: u64) {
        let ms = at - self.now;
        self.now = at;
        if self.phase == Phase::Playing {
            self.position += ms;
            self.played += ms;
            self.buffer = self.buffer.saturating_sub(ms);
            let mut left = ms;
            while let Some((chunk, _)) = self.chunks.front_mut() {
                let eaten = left.min(*chunk);
                *chunk -= eaten;
                left -= eaten;
                if *chunk > 0 {
                    break;
                }
                self.chunks.pop_front();
            }
            // Whole numbers, so that the sum does not depend on how the time was cut.
            let rate = if self.attempt.video.section == "sport" { 50 } else { 25 };
            let height = self.shown.map_or(0, |rung| self.attempt.video.ladder[rung].height);
            let dropped_share = self.attempt.facts.device.dropped_share * (f64::from(height) / 1_080.0).powi(2);
            let before = self.frames_milli / 1_000;
            self.frames_milli += ms * rate;
            // Whole frames: what was not decoded was not dropped either.
            let frames = self.frames_milli / 1_000 - before;
            self.dropped_nano += frames * (dropped_share * 1e9) as u64;
        }
        self.sample();
    }

    /// Tells the session where the playhead stands, which is also its reading of the clock.
    fn sample(&mut self) {
        let (position, buffer) = (self.position, self.buffer);
        self.tell(Signal::Tick {
            position_ms: u32::try_from(position).unwrap_or(u32::MAX),
            buffer_ms: Some(u32::try_from(buffer).unwrap_or(u32::MAX)),
        });
        let (decoded, dropped) = (
            (self.frames_milli / 1_000) as u32,
            (self.dropped_nano / 1_000_000_000) as u32,
        );
        self.tell(Signal::Frames { decoded, dropped });
    }

    // What happens.

    fn act(&mut self) {
        if self.now >= self.deadline {
            return self.tell(Signal::Quit);
        }
        if self.hidden_until.is_some_and(|until| self.now >= until) {
            self.hidden_until = None;
            self.tell(Signal::Visibility { hidden: false });
        }
        if let Some(request) = self.request.filter(|request| self.now >= request.over_at) {
            self.request = None;
            self.request_over(request);
        }
        if self.session.is_over() {
            return;
        }
        match self.phase {
            Phase::Startup { frame_at } => self.start_up(frame_at),
            Phase::Playing => self.play_on(),
            Phase::Paused { until } => {
                if self.now >= until {
                    self.resume();
                }
            }
            Phase::Stalled { since } => self.wait_for_data(since),
            Phase::Hanging { until } => {
                if self.now >= until {
                    self.tell(Signal::Playing);
                    self.phase = Phase::Playing;
                }
            }
            Phase::Seeking { since, frame_at } => self.arrive(since, frame_at),
        }
        if !self.session.is_over() {
            self.load_next();
        }
    }

    fn enough(&self) -> bool {
        self.buffer > 0 && (self.buffer >= SEGMENT_MS / 2 || self.next_media >= self.end_of_media())
    }

    fn start_up(&mut self, frame_at: Option<u64>) {
        if frame_at.is_none() && self.preamble.is_empty() && self.enough() {
            let decode_ms = lognormal(&mut self.rng, self.attempt.facts.device.decode_ms, 0.35);
            self.phase = Phase::Startup {
                frame_at: Some(self.now + decode_ms.max(1.0) as u64),
            };
        } else if frame_at.is_some_and(|at| self.now >= at) {
            self.show_front();
            self.tell(Signal::FirstFrame {
                method: self.attempt.facts.device.first_frame_method,
            });
            self.tell(Signal::Playing);
            self.phase = Phase::Playing;
        } else if self.now >= self.attempt.intent.startup_patience_ms as u64 {
            self.tell(Signal::Quit);
        }
    }

    fn play_on(&mut self) {
        if self.position >= self.end_of_media() {
            return self.tell(Signal::Ended);
        }
        if self.played >= self.watch_ms {
            return self.tell(Signal::Quit);
        }
        if let Fate::DecoderAt(at) = self.fate
            && self.played >= at
        {
            return self.fail(FailureClass::Decode, "bufferAppendError", "the decoder gave up");
        }
        self.show_front();
        if let Some((_, act)) = self.acts.pop_front_if(|(at, _)| *at <= self.played) {
            return self.do_as_viewer_wants(act);
        }
        if self.buffer == 0 {
            self.tell(Signal::Waiting);
            self.phase = Phase::Stalled { since: self.now };
        }
    }

    fn do_as_viewer_wants(&mut self, act: Act) {
        match act {
            Act::Pause(ms) => {
                self.tell(Signal::Pause);
                self.phase = Phase::Paused {
                    until: self.now + ms.max(1.0) as u64,
                };
            }
            Act::Hide(ms) => {
                self.tell(Signal::Visibility { hidden: true });
                self.hidden_until = Some(self.now + ms.max(1.0) as u64);
            }
            Act::Hang(ms) => {
                self.tell(Signal::Waiting);
                self.phase = Phase::Hanging {
                    until: self.now + ms.max(1.0) as u64,
                };
            }
            // Nobody seeks in a live stream without a past.
            Act::Seek(_) if self.attempt.video.duration_ms.is_none() => {}
            Act::Seek(by) => self.seek(by),
        }
    }

    fn seek(&mut self, by: f64) {
        let last = self.end_of_media().saturating_sub(2_000);
        let target = ((self.position as f64 + by).max(0.0) as u64).min(last);
        self.tell(Signal::SeekStarted {
            from_position_ms: Some(u32::try_from(self.position).unwrap_or(u32::MAX)),
        });
        let buffered = self.position..self.position + self.buffer;
        if buffered.contains(&target) {
            let mut skip = target - self.position;
            self.buffer -= skip;
            while let Some((chunk, _)) = self.chunks.front_mut() {
                let eaten = skip.min(*chunk);
                *chunk -= eaten;
                skip -= eaten;
                if *chunk > 0 {
                    break;
                }
                self.chunks.pop_front();
            }
        } else {
            self.chunks.clear();
            self.buffer = 0;
            if let Some(request) = self.request.take() {
                let object_type = object_type(request.load);
                self.tell(Signal::RequestCancelled { object_type });
            }
            self.next_media = target / SEGMENT_MS * SEGMENT_MS;
            self.trim = target - self.next_media;
        }
        self.position = target;
        // What is buffered there can be shown at once.
        self.arrive(self.now, None);
    }

    fn arrive(&mut self, since: u64, frame_at: Option<u64>) {
        self.phase = Phase::Seeking { since, frame_at };
        if frame_at.is_none() && self.enough() {
            let decode_ms = lognormal(&mut self.rng, self.attempt.facts.device.decode_ms * 0.5, 0.35);
            self.phase = Phase::Seeking {
                since,
                frame_at: Some(self.now + decode_ms.max(1.0) as u64),
            };
        } else if frame_at.is_some_and(|at| self.now >= at) {
            self.tell(Signal::SeekEnded {
                to_position_ms: u32::try_from(self.position).unwrap_or(u32::MAX),
            });
            self.tell(Signal::Playing);
            self.show_front();
            self.phase = Phase::Playing;
        } else if frame_at.is_none() && self.now - since >= self.stall_patience() {
            self.tell(Signal::Quit);
        }
    }

    fn resume(&mut self) {
        self.tell(Signal::PlayRequested {
            autoplay: false,
            visible: self.hidden_until.is_none(),
        });
        if self.buffer > 0 {
            self.tell(Signal::Playing);
            self.phase = Phase::Playing;
        } else {
            self.tell(Signal::Waiting);
            self.phase = Phase::Stalled { since: self.now };
        }
    }

    fn wait_for_data(&mut self, since: u64) {
        if self.enough() {
            self.stalled += self.now - since;
            self.tell(Signal::Playing);
            self.show_front();
            self.phase = Phase::Playing;
        } else if self.now - since >= self.stall_patience() {
            self.tell(Signal::Quit);
        }
    }

    fn fail(&mut self, class: FailureClass, code: &str, message: &str) {
        self.tell(Signal::Error {
            class,
            code: code.to_owned(),
            message: message.to_owned(),
            context: String::new(),
            fatal: true,
        });
    }

    /// What is at the playhead is on the screen.
    fn show_front(&mut self) {
        let Some((_, rung)) = self.chunks.front().copied() else {
            return;
        };
        if self.shown != Some(rung) {
            self.shown = Some(rung);
            let Rung {
                average_bps,
                peak_bps,
                width,
                height,
            } = self.attempt.video.ladder[rung];
            self.tell(Signal::Rendition(Rendition {
                bitrate_bps: Some(average_bps),
                bitrate_peak_bps: Some(peak_bps),
                width: Some(width),
                height: Some(height),
            }));
        }
    }

    // Loading.

    /// When the next request may be sent, as far as the clock alone decides; `None` when something else must happen first.
    fn may_load_at(&self) -> Option<u64> {
        if !self.preamble.is_empty() {
            return Some(self.retry_at);
        }
        let end = self.end_of_media();
        if self.next_media >= end {
            return None;
        }
        let at = match self.attempt.video.duration_ms {
            None => (self.next_media + SEGMENT_MS).saturating_sub(LIVE_EDGE_MS),
            Some(_) => {
                let surplus = (self.buffer + SEGMENT_MS).saturating_sub(BUFFER_GOAL_MS);
                match self.phase {
                    _ if surplus == 0 => 0,
                    Phase::Playing => self.now + surplus,
                    _ => return None,
                }
            }
        };
        Some(at.max(self.retry_at))
    }

    /// How long the file of the next segment is: the same for everybody who loads it.
    fn segment_bytes(&self, rung: usize) -> f64 {
        let video = &self.attempt.video;
        // A live stream's segments are counted by the clock, not from where somebody tuned in.
        let media = match video.duration_ms {
            Some(_) => self.next_media,
            None => self.attempt.facts.started_at_ms.0.unsigned_abs() + self.next_media,
        };
        let segment = media / SEGMENT_MS * video.ladder.len() as u64 + rung as u64;
        let rung = video.ladder[rung];
        let length = SEGMENT_MS.min(self.end_of_media() - self.next_media) as f64 / 1_000.0;
        let mut rng = stream(self.seed, Purpose::Segment, video.number, segment);
        let size = lognormal(&mut rng, f64::from(rung.average_bps) / 8.0 * length, 0.15);
        size.min(f64::from(rung.peak_bps) / 8.0 * length)
    }

    fn load_next(&mut self) {
        if self.request.is_some() || self.may_load_at().is_none_or(|at| at > self.now) {
            return;
        }
        let load = self
            .preamble
            .front()
            .copied()
            .unwrap_or_else(|| Load::Segment { rung: self.pick() });
        // The first request opens the connection; keys come from another host.
        let (bytes, round_trips) = match load {
            Load::Manifest => (3_000.0, 4.0),
            Load::Playlist => (12_000.0, 1.0),
            Load::Key => (4_000.0, 4.0),
            Load::Init => (1_200.0, 1.0),
            Load::Segment { rung } => (self.segment_bytes(rung), 1.0),
        };
        if load == Load::Key {
            self.tell(Signal::DrmRequested);
        }
        let effect = self
            .attempt
            .exposure
            .at(UnixMs(self.attempt.facts.started_at_ms.0 + self.now as i64));
        let (jitter, luck): (f64, f64) = (self.rng.random(), self.rng.random());
        let transfer = self
            .network
            .transfer(self.now as f64, bytes, round_trips, jitter, effect);
        let error_rate = 1.0 - (1.0 - REQUEST_ERROR_RATE) * (1.0 - effect.error_rate);
        let ttfb_ms = (transfer.ttfb_ms.ceil() as u64).max(1);
        let end_ms = (transfer.end_ms.ceil() as u64).max(self.now + ttfb_ms);
        let (over_at, outcome) = if luck < error_rate && ttfb_ms < REQUEST_MS_MAX {
            (self.now + ttfb_ms, Outcome::Failed)
        } else if matches!(load, Load::Segment { rung } if rung > 0) && end_ms > self.now + ABANDON_MS {
            (self.now + ABANDON_MS, Outcome::Abandoned)
        } else if end_ms > self.now + REQUEST_MS_MAX {
            (self.now + REQUEST_MS_MAX, Outcome::TimedOut)
        } else {
            (end_ms, Outcome::Done)
        };
        let object_type = object_type(load);
        self.tell(Signal::RequestStarted { object_type });
        if outcome == Outcome::Abandoned {
            // What arrived until then tells how slow the line is.
            self.estimate_bps = Some(bytes * 8_000.0 / (transfer.end_ms - self.now as f64));
        }
        self.request = Some(Request {
            load,
            sent_at: self.now,
            over_at,
            ttfb_ms,
            bytes: bytes as u32,
            outcome,
        });
    }

    /// The rendition for the next segment: the largest that fits into 80 % of what was measured, 50 % with a low buffer.
    fn pick(&self) -> usize {
        let ladder = self.attempt.video.ladder;
        let Some(estimate) = self.estimate_bps else {
            return 1.min(self.rung_max);
        };
        let share = if self.buffer < 2 * SEGMENT_MS { 0.5 } else { 0.8 };
        (0..=self.rung_max)
            .rev()
            .find(|rung| f64::from(ladder[*rung].average_bps) <= estimate * share)
            .unwrap_or(0)
    }

    fn request_over(&mut self, request: Request) {
        let (class, code) = match request.load {
            Load::Manifest | Load::Playlist => (FailureClass::Manifest, "manifestLoad"),
            Load::Key => (FailureClass::Drm, "keyLoad"),
            Load::Init | Load::Segment { .. } => (FailureClass::Segment, "fragLoad"),
        };
        let object_type = object_type(request.load);
        match request.outcome {
            Outcome::Abandoned => self.tell(Signal::RequestCancelled { object_type }),
            Outcome::Failed | Outcome::TimedOut => {
                self.tell(Signal::RequestCancelled { object_type });
                let (class, code) = match request.outcome {
                    Outcome::TimedOut => (FailureClass::Timeout, format!("{code}TimeOut")),
                    _ => (class, format!("{code}Error")),
                };
                if self.tries == RETRIES {
                    return self.fail(class, &code, "given up after four tries");
                }
                self.tell(Signal::Error {
                    class,
                    code,
                    message: String::new(),
                    context: String::new(),
                    fatal: false,
                });
                self.retry_at = self.now + (500 << self.tries);
                self.tries += 1;
            }
            Outcome::Done => {
                let duration_ms = request.over_at - request.sent_at;
                let media_ms = match request.load {
                    Load::Segment { .. } => Some(SEGMENT_MS.min(self.end_of_media() - self.next_media) as u32),
                    _ => None,
                };
                self.tell(Signal::RequestFinished {
                    object_type,
                    bytes: request.bytes,
                    ttfb_ms: Some(request.ttfb_ms as u32),
                    duration_ms: duration_ms as u32,
                    media_ms,
                    host: None,
                });
                self.tries = 0;
                self.loaded(request, duration_ms);
            }
        }
    }

    fn loaded(&mut self, request: Request, duration_ms: u64) {
        match (request.load, self.fate) {
            (Load::Manifest, Fate::Refused(FailureClass::Business)) => {
                return self.fail(FailureClass::Business, "geoBlocked", "not available in this country");
            }
            (Load::Manifest, Fate::Refused(class)) => {
                return self.fail(class, "manifestParsingError", "no EXTM3U delimiter");
            }
            (Load::Key, Fate::KeyRefused) => {
                return self.fail(FailureClass::Drm, "keySystemLicenseRequestFailed", "licence refused");
            }
            (Load::Key, _) => {
                self.tell(Signal::DrmUsable);
            }
            _ => {}
        }
        let Load::Segment { rung } = request.load else {
            self.preamble.pop_front();
            return;
        };
        let receiving_ms = duration_ms.saturating_sub(request.ttfb_ms).max(1) as f64;
        // Tiny bodies say little about a line; 10 ms of receiving is the least that is believed.
        let sample_bps = f64::from(request.bytes) * 8_000.0 / receiving_ms.max(10.0);
        self.estimate_bps = Some(match self.estimate_bps {
            None => sample_bps,
            // Quicker to believe bad news.
            Some(old) if sample_bps < old => old * 0.4 + sample_bps * 0.6,
            Some(old) => old * 0.7 + sample_bps * 0.3,
        });
        let length = SEGMENT_MS.min(self.end_of_media() - self.next_media);
        let fresh = length.saturating_sub(self.trim);
        self.trim = 0;
        self.next_media += length;
        self.buffer += fresh;
        if fresh > 0 {
            self.chunks.push_back((fresh, rung));
        }
    }

    // Reporting.

    fn report(&mut self) {
        let at = MonotonicMs(self.now);
        while let Some(kind) = self.session.wanted(at) {
            let is_due = self.emission.changes
                || matches!(kind, BeaconKind::Start | BeaconKind::End)
                || self.now >= self.reported_at + u64::from(self.emission.beat_ms);
            if !is_due {
                return;
            }
            let mut beacon = self.session.beacon(at, kind);
            if !self.emission.requests {
                let all = beacon.interval.events.len();
                beacon
                    .interval
                    .events
                    .retain(|event| !matches!(event.kind, EventKind::Request { .. } | EventKind::Buffer { .. }));
                let hidden = all - beacon.interval.events.len();
                beacon.interval.events_dropped += hidden as u32;
            }
            self.reported_at = self.now;
            self.emitted.push((self.now, beacon));
        }
    }
}

fn object_type(load: Load) -> ObjectType {
    match load {
        Load::Manifest | Load::Playlist => ObjectType::Manifest,
        Load::Key => ObjectType::Key,
        Load::Init => ObjectType::Init,
        Load::Segment { .. } => ObjectType::Muxed,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use schemas::{EndReason, State};

    use super::*;
    use crate::{Effect, Scenario, World, scenario::Cdn};

    /// Attempt `number` of the default present's day in a world where the one CDN has `effect`.
    fn attempt(seed: u64, number: usize, effect: Effect) -> (Attempt, u64) {
        let cdns = vec![Cdn {
            name: "only".into(),
            weight: 1.0,
            effect,
        }];
        let world = World::new(Scenario {
            seed,
            cdns,
            viewers: 50,
            attempts_per_day: 300.0,
            ..Scenario::default()
        })
        .unwrap();
        let appointments = world.appointments(world.day(world.scenario().now_ms));
        let appointment = appointments[number % appointments.len()];
        (world.attempt(appointment), seed)
    }

    fn check(emitted: &[Emitted], deadline: u64) -> Result<(), TestCaseError> {
        let (last_at, last) = emitted.last().unwrap();
        prop_assert!(last_at <= &deadline);
        prop_assert_eq!(last.kind, BeaconKind::End);
        prop_assert!(last.state.is_terminal() && last.totals.end_reason.is_some());
        prop_assert!(!last.totals.suspended, "nobody sleeps here");
        prop_assert!(emitted.is_sorted_by_key(|(at, _)| *at));
        for (index, (at, beacon)) in emitted.iter().enumerate() {
            prop_assert_eq!(beacon.sequence as usize, index);
            prop_assert_eq!(u64::from(beacon.interval.to_ms), *at);
            prop_assert_eq!(
                playback::invariant::violations(&beacon.totals, beacon.interval.to_ms),
                Vec::<&str>::new()
            );
            prop_assert_eq!(beacon.context.is_some(), index == 0);
        }
        for pair in emitted.windows(2) {
            prop_assert_eq!(pair[0].1.interval.to_ms, pair[1].1.interval.from_ms);
            prop_assert!(playback::invariant::grew(&pair[0].1.totals, &pair[1].1.totals));
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]
        #[test]
        fn whatever_the_network_an_attempt_is_a_true_story(
            seed in 0..1_000_u64,
            number in 0..1_000_usize,
            throughput_factor in 0.005..2.0_f64,
            latency_ms in 0..2_000_u32,
            error_rate in prop_oneof![4 => Just(0.0), 1 => 0.0..1.0_f64],
            flakiness_factor in 0.1..100.0_f64,
            deadline in prop_oneof![Just(u64::MAX), 0..600_000_u64],
            live in any::<bool>(),
        ) {
            let effect = Effect { throughput_factor, latency_ms, error_rate, flakiness_factor };
            let (attempt, seed) = attempt(seed, number, effect);
            let emission = if live { Emission::LIVE } else { Emission::COMPACT };
            check(&play(seed, &attempt, emission, deadline), deadline)?;
        }
    }

    #[test]
    fn a_segment_is_the_same_file_for_everybody() {
        let mut files = HashMap::new();
        let mut shared = 0;
        for number in 0..100 {
            let (attempt, seed) = attempt(14, number, Effect::default());
            let mut player = Player::new(seed, &attempt, Emission::LIVE, u64::MAX);
            if attempt.video.duration_ms.is_none() {
                continue;
            }
            let bytes = [0, 2].map(|segment| {
                player.next_media = segment * SEGMENT_MS;
                player.segment_bytes(1)
            });
            assert_ne!(bytes[0], bytes[1], "{}", attempt.video.id);
            shared += usize::from(files.contains_key(&attempt.video.id));
            assert_eq!(*files.entry(attempt.video.id.clone()).or_insert(bytes), bytes);
        }
        assert!(shared > 5, "{shared}");
    }

    #[test]
    fn a_network_that_never_fails_still_takes_time_to_start_and_does_not_stall() {
        let effect = Effect {
            throughput_factor: 50.0,
            flakiness_factor: 1e-9,
            ..Effect::default()
        };
        let mut plays = 0;
        for number in 0..120 {
            let (attempt, seed) = attempt(11, number, effect);
            let totals = play(seed, &attempt, Emission::COMPACT, u64::MAX)
                .pop()
                .unwrap()
                .1
                .totals;
            assert_eq!(totals.stall_network_ms, 0, "attempt {number}");
            if let Some(startup) = totals.startup_any_ms {
                plays += 1;
                assert!((100..5_000).contains(&startup), "attempt {number}: {startup} ms");
                assert_eq!(totals.startup_content_ms, Some(startup));
            }
        }
        assert!(plays > 110, "{plays} plays");
    }

    #[test]
    fn a_dead_service_ends_in_failures_and_exits_without_a_frame() {
        let effect = Effect {
            error_rate: 1.0,
            ..Effect::default()
        };
        for number in 0..40 {
            let (attempt, seed) = attempt(12, number, effect);
            let last = play(seed, &attempt, Emission::LIVE, u64::MAX).pop().unwrap().1;
            assert!(!last.totals.first_frame_seen);
            match last.state {
                State::Fatal => assert_eq!(last.totals.failure.unwrap().class, FailureClass::Manifest),
                state => assert_eq!((state, last.totals.end_reason), (State::Quit, Some(EndReason::Quit))),
            }
        }
    }

    #[test]
    fn slower_networks_stall_more_start_later_and_lose_more_viewers() {
        let sums = |throughput_factor| {
            let effect = Effect {
                throughput_factor,
                ..Effect::default()
            };
            let (mut stall_ms, mut play_ms, mut wait_ms, mut frames) = (0.0, 0.0, 0.0, 0);
            for number in 0..250 {
                let (attempt, seed) = attempt(13, number, effect);
                let totals = play(seed, &attempt, Emission::COMPACT, u64::MAX)
                    .pop()
                    .unwrap()
                    .1
                    .totals;
                stall_ms += f64::from(totals.stall_network_ms);
                play_ms += f64::from(totals.play_ms);
                wait_ms += f64::from(totals.startup_wait_ms);
                frames += u32::from(totals.first_frame_seen);
            }
            (stall_ms / play_ms, wait_ms, frames)
        };
        let (usual, slow, terrible) = (sums(1.0), sums(0.1), sums(0.02));
        assert!(
            usual.0 < slow.0 && slow.0 < terrible.0,
            "{usual:?} {slow:?} {terrible:?}"
        );
        assert!(
            usual.1 < slow.1 && slow.1 < terrible.1,
            "{usual:?} {slow:?} {terrible:?}"
        );
        assert!(
            usual.2 > slow.2 && slow.2 > terrible.2,
            "{usual:?} {slow:?} {terrible:?}"
        );
    }
}
