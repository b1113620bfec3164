//! One attempt: closed totals plus what is open, folded signal by signal into beacons.
//!
//! Invariants (checked by `invariant` in tests and simulation):
//! every field of the totals only grows; the times per state plus the suspended time tile the elapsed time exactly;
//! the causes of stalls sum to the stalls.
//!
//! Every call is a reading of the clock. A reading earlier than one before counts as that one; a gap of more than
//! [`SUSPENSION_GAP_MS`] between two readings, where a tick per 250 ms was due, means that the machine slept, unless the
//! playhead moved through it.
//!
//! The playhead decides what the time was spent on: a tick tells how far it came, so when it stopped or moved on between two
//! ticks is known to a few ms, whatever the player said and when. Time is therefore spent up to the latest tick only, and the rest
//! is held back, for no longer than [`HELD_MS_MAX`]. `waiting` and `playing` are hints where ticks come, and decide where none do.

use schemas::{
    AttemptId, Beacon, BeaconKind, Context, DurationMs, EndReason, Event, EventKind, Failure, FailureClass,
    FirstFrameMethod, Interval, MonotonicMs, ObjectType, StallCause, State, StreamType, Totals, UnixMs,
    limits::{
        ATTEMPT_MS_MAX, INTERVAL_EVENTS_MAX, LABEL_BYTES_MAX, STALL_COUNTED_MS_MIN, SUSPENSION_GAP_MS, TEXT_BYTES_MAX,
    },
};

use serde::Serialize;

use crate::{
    bounded::Bounded,
    median::Medians,
    quality::{Display, Quality},
    seek::{OpenSeek, SCRUB_MS},
    seen::Seen,
    signal::Signal,
    stall::{Evidence, OpenStall, STARVED_BUFFER_MS},
    startup::{FRAME_CALLBACK_PATIENCE_MS, Phase, Startup, awaits_callback},
    state,
};

/// The beats are denser in the first 20 s, where most attempts that fail are decided.
const EARLY_MS: DurationMs = 20_000;
/// Later a beat comes when an eighth of what was told is new: what is lost with a page that crashes is a tenth of its attempt at most.
const STEADY_PART: DurationMs = 8;
/// A request that took less than a quarter of the time that its media plays for tells nothing by itself, and so one without media within 250 ms.
const QUICK_PART: DurationMs = 4;
/// Paused for 60 min: the attempt is over (METRICS, attempt).
const PAUSED_MS_MAX: DurationMs = 60 * 60 * 1_000;
/// A playhead is moving again after a stall or seek once it passed this much media: 50 ms, more than a nudged or rounded position.
const ADVANCE_MS_MIN: u32 = 50;
/// How far a playhead may be ahead of the time that passed, 250 ms: it moves in steps, and clocks catch up.
const ROUNDED_MS: u32 = 250;
/// A playhead that stood still this long while it should play is a stall, announced or not: as long as one that counts.
const STILL_MS: DurationMs = STALL_COUNTED_MS_MIN;
/// A stop that the player announced is stored from here on, 20 ms: less is no frame, and no more than a position is worth.
const ANNOUNCED_STILL_MS: DurationMs = 20;
/// Without a tick for longer than one is due, and some, the clock alone and what the player says decide: 300 ms.
const HOLD_MS: DurationMs = 300;
/// The longest time whose state is not told yet, 1,300 ms: what a tick leaves open (a stop too short to be one, a picture that has not moved
/// on, an advance that may have been the first frame) until the next tick, or until that is overdue. Nothing is held back at the end.
pub const HELD_MS_MAX: DurationMs = HOLD_MS + FRAME_CALLBACK_PATIENCE_MS;
/// A frame callback may come so long after the frame: 250 ms of a busy page.
const LATE_FRAME_MS: DurationMs = 250;
/// A rendition told within 100 ms of the first frame is that frame's: its size is an event, which comes after it.
const FIRST_RENDITION_MS: DurationMs = 100;
/// A playhead behind by less is on its way, 50 ms: browsers move it in steps.
const BEHIND_MS: DurationMs = 50;
/// A picture that moves within this time played from when it was there: players take a moment to get going, and one tick to show it.
/// One that does not lacks data.
const HUNGER_MS: DurationMs = 250;
/// A browser's clock catches up at once when playback resumes, or stands once more while the sound begins, Chromium's for some 70 ms:
/// the player's word of it is the moment when it comes so shortly after or before the one that the playhead alone would tell.
const CATCH_UP_MS: DurationMs = 100;
/// A pause this close before the end is the element's own, not the viewer's.
const END_PAUSE_MS: DurationMs = 100;
/// The same error again within this time is the same error: players repeat themselves, first non-fatal, then fatal.
const ERROR_REPEAT_MS: DurationMs = 1_000;
/// The buffer shrank by this much more than playing explains: it was thrown away.
const FLUSH_MS: DurationMs = 1_000;
/// Browsers play at most 16 times as fast.
const RATE_PERMILLE_MAX: u32 = 16_000;
/// Requests may fill half the list of events; states must always fit, because concurrency is read from them.
const REQUEST_EVENTS_MAX: usize = INTERVAL_EVENTS_MAX / 2;
/// A list this full asks for a beacon rather than waiting until it drops something.
const EVENTS_WANTED: usize = INTERVAL_EVENTS_MAX * 3 / 4;

/// How a session behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How the first frame will be seen.
    pub first_frame_method: FirstFrameMethod,
    /// Milliseconds between beats in the attempt's first 20 s.
    pub early_beat_ms: DurationMs,
    /// Milliseconds between beats afterwards, at least.
    pub beat_ms: DurationMs,
    /// Milliseconds between beats, at most: they become rarer with the attempt's age. While they are rarer than `beat_ms`, requests that
    /// came quickly are part of the totals alone.
    pub steady_beat_ms: DurationMs,
    /// Milliseconds between beats while paused.
    pub paused_beat_ms: DurationMs,
    /// How long changes are gathered before they are reported together, ms. Start, first frame and end never wait.
    pub coalesce_ms: DurationMs,
}

impl Options {
    const NEW: Self = Self {
        first_frame_method: FirstFrameMethod::FrameCallback,
        early_beat_ms: 4_000,
        beat_ms: 10_000,
        steady_beat_ms: 60_000,
        paused_beat_ms: 60_000,
        coalesce_ms: 500,
    };
}

impl Default for Options {
    fn default() -> Self {
        Self::NEW
    }
}

/// A playhead that stopped, and may yet turn out to have only stumbled.
#[derive(Debug, Clone, Copy)]
struct Still {
    since_ms: DurationMs,
    /// Where it stands.
    position_ms: u32,
    /// What a stall from here on would be due to.
    cause: StallCause,
    /// The player said so.
    announced: bool,
}

/// The fold itself: everything about an attempt but who watches what. The browser keeps that on the other side of the border,
/// where it is already; everyone else uses [`Session`].
// In this order, what is used most first: an address below 128 is a byte shorter in the browser's module, and there are hundreds of them.
#[repr(C)]
#[derive(Debug, Clone)]
pub struct Fold {
    /// The latest reading of the clock, ms after intent, suspensions included.
    now_ms: DurationMs,
    /// Up to here, ms after intent, the time is spent; from here to the latest reading it is the current state's until a tick tells.
    settled_ms: DurationMs,
    state: State,
    wants_play: bool,
    hidden: bool,
    in_ad: bool,
    /// Position of the latest sample and when it was taken.
    position: Option<(u32, DurationMs)>,
    /// Where the playhead must move on from for a stall, seek or wait to be over.
    anchor_position_ms: Option<u32>,
    /// The playhead stands still, for now.
    still: Option<Still>,
    buffer_ms: Option<DurationMs>,
    rate_permille: u32,
    seek: Option<OpenSeek>,
    stall: Option<OpenStall>,
    frame_seen_ms: DurationMs,
    ad_boundary_at: Option<DurationMs>,
    state_since_ms: DurationMs,
    changed_at: Option<DurationMs>,
    suspension_at: Option<DurationMs>,
    startup: Startup,
    interval: Interval,
    urgent: Option<BeaconKind>,
    intent_given: bool,
    live: bool,
    in_dvr: bool,
    suspended_ms: DurationMs,
    /// When the player last said that it plays.
    said_playing_ms: DurationMs,
    pending_requests: Option<u32>,
    seek_ended_at: Option<DurationMs>,
    rendition_at: Option<DurationMs>,
    flush_at: Option<DurationMs>,
    begun: MonotonicMs,
    options: Options,
    quality: Quality,
    totals: Totals,
    latencies: Medians,
    throughputs: Medians,
    first_bytes: Medians,
    seen: Seen,
    host: Option<String>,
    last_error: Option<(FailureClass, String, DurationMs)>,
    state_ms: [DurationMs; 10],
    autoplay: Option<bool>,
    first_frame_method: FirstFrameMethod,
    sequence: u32,
    attempt_id: AttemptId,
    started_at: UnixMs,
}

impl Fold {
    /// An attempt that nobody knows, with the default options. A constant: memory that is copied, where code would write each field.
    pub const NEW: Self = Self {
        attempt_id: AttemptId(uuid::Uuid::nil()),
        started_at: UnixMs(0),
        options: Options::NEW,
        begun: MonotonicMs(0),
        now_ms: 0,
        settled_ms: 0,
        state: State::Starting,
        state_since_ms: 0,
        state_ms: [0; 10],
        suspended_ms: 0,
        wants_play: true,
        intent_given: false,
        hidden: false,
        in_ad: false,
        live: false,
        rate_permille: 1_000,
        totals: Totals::NONE,
        startup: Startup::NEW,
        frame_seen_ms: 0,
        said_playing_ms: 0,
        stall: None,
        seek: None,
        quality: Quality::NEW,
        position: None,
        anchor_position_ms: None,
        still: None,
        buffer_ms: None,
        pending_requests: None,
        host: None,
        in_dvr: false,
        latencies: Medians::NEW,
        throughputs: Medians::NEW,
        first_bytes: Medians::NEW,
        seen: Seen::NEW,
        suspension_at: None,
        ad_boundary_at: None,
        seek_ended_at: None,
        rendition_at: None,
        flush_at: None,
        last_error: None,
        autoplay: None,
        first_frame_method: FirstFrameMethod::FrameCallback,
        sequence: 0,
        interval: Interval {
            from_ms: 0,
            to_ms: 0,
            state: State::Starting,
            events: Vec::new(),
            events_dropped: 0,
        },
        urgent: Some(BeaconKind::Start),
        changed_at: None,
    };

    /// Begins an attempt at the moment of intent.
    ///
    /// `started_at` is the wall clock at the same moment as `at`; it only places the attempt on the calendar.
    #[must_use]
    pub fn begin(attempt_id: AttemptId, started_at: UnixMs, at: MonotonicMs, options: Options) -> Self {
        let mut fold = Self::NEW;
        fold.attempt_id = attempt_id;
        fold.started_at = started_at;
        fold.options = options;
        fold.begin_at(at, options.first_frame_method);
        fold
    }

    /// Lets [`Self::NEW`] begin.
    pub fn begin_at(&mut self, at: MonotonicMs, first_frame_method: FirstFrameMethod) {
        self.begun = at;
        self.options.first_frame_method = first_frame_method;
        self.first_frame_method = first_frame_method;
    }

    /// The attempt's id.
    #[must_use]
    pub fn attempt_id(&self) -> AttemptId {
        self.attempt_id
    }

    /// The state after the latest signal.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state.is_terminal()
    }

    /// Milliseconds from intent to the latest reading of the clock, suspensions included; stands still once the attempt is over.
    #[must_use]
    pub fn elapsed_ms(&self) -> DurationMs {
        self.now_ms
    }

    /// Time spent in `state` so far, ms, suspensions cut out.
    #[must_use]
    pub fn state_ms(&self, state: State) -> DurationMs {
        let held_ms = if state == self.state {
            self.now_ms - self.settled_ms
        } else {
            0
        };
        self.state_ms[state::index(state)] + held_ms
    }

    /// Time the machine slept, ms; with the times of all states it tiles [`Self::elapsed_ms`].
    #[must_use]
    pub fn suspended_ms(&self) -> DurationMs {
        self.suspended_ms
    }

    /// Everything so far, open stalls, seeks and plays included. A reading of the clock like any other.
    pub fn totals(&mut self, at: MonotonicMs) -> &Totals {
        self.advance(at, None);
        &self.totals
    }

    /// Which beacon should be sent now, if any. Ask after every signal and at every tick.
    #[must_use]
    pub fn wanted(&self, at: MonotonicMs) -> Option<BeaconKind> {
        if self.urgent.is_some() || self.is_over() {
            return self.urgent;
        }
        let due_ms = self.due_ms()?;
        (at.since(self.begun) >= due_ms).then(|| {
            if self.changed_at.is_some() {
                BeaconKind::Change
            } else {
                BeaconKind::Beat
            }
        })
    }

    /// When a beacon will be wanted if no signal comes before; `None` once the attempt is over and reported.
    #[must_use]
    pub fn next_due(&self) -> Option<MonotonicMs> {
        let due_ms = self.due_ms()?;
        Some(MonotonicMs(self.begun.0.saturating_add(u64::from(due_ms))))
    }

    fn due_ms(&self) -> Option<DurationMs> {
        Some(match (self.urgent, self.is_over(), self.changed_at) {
            (Some(_), _, _) => self.now_ms,
            (None, true, _) => return None,
            (None, false, Some(_)) if self.interval.events.len() >= EVENTS_WANTED => self.now_ms,
            (None, false, changed_at) => {
                let beat = self.interval.from_ms.plus(self.beat_ms());
                changed_at.map_or(beat, |changed| beat.min(changed.plus(self.options.coalesce_ms)))
            }
        })
    }

    /// How long an interval may become.
    fn beat_ms(&self) -> DurationMs {
        let options = &self.options;
        match self.interval.from_ms {
            _ if self.state == State::Paused => options.paused_beat_ms,
            from_ms if from_ms < EARLY_MS => options.early_beat_ms,
            from_ms => (from_ms / STEADY_PART).min(options.steady_beat_ms).max(options.beat_ms),
        }
    }

    /// Closes the interval and takes the next sequence number. [`Session::beacon`] and the browser's encoder make a beacon of it.
    pub fn cut(&mut self, at: MonotonicMs, kind: BeaconKind) -> Cut<'_> {
        self.advance(at, None);
        if let (false, Some(buffer_ms)) = (self.is_over(), self.buffer_ms) {
            self.note(EventKind::Buffer { buffer_ms });
        }
        let to_ms = self.now_ms;
        let next = Interval {
            from_ms: to_ms,
            to_ms,
            state: self.state,
            ..Interval::default()
        };
        let mut interval = std::mem::replace(&mut self.interval, next);
        interval.to_ms = to_ms;
        let sequence = self.sequence;
        self.sequence += 1;
        self.urgent = None;
        self.changed_at = None;
        Cut {
            attempt_id: self.attempt_id,
            sequence,
            started_at_ms: self.started_at,
            kind,
            state: self.state,
            interval,
            totals: &self.totals,
        }
    }

    /// Takes one signal. After the end nothing has an effect.
    pub fn apply(&mut self, at: MonotonicMs, signal: Signal) {
        let position_ms = match signal {
            Signal::Tick { position_ms, .. } => Some(position_ms),
            _ => None,
        };
        if self.read(at, position_ms) {
            self.take(at, signal);
        }
    }

    /// The first half of [`Self::apply`]: reads the clock, and of a tick where the playhead is. Whether a signal can follow.
    pub fn read(&mut self, at: MonotonicMs, position_ms: Option<u32>) -> bool {
        self.advance(at, position_ms);
        !self.is_over()
    }

    /// The second half: what a signal means.
    #[cfg_attr(target_arch = "wasm32", inline(always))]
    pub fn take(&mut self, at: MonotonicMs, signal: Signal) {
        match signal {
            Signal::PlayRequested { autoplay, visible } => self.play_requested(autoplay, visible),
            Signal::PlayBlocked => self.play_blocked(),
            Signal::PlayerReady {
                player_startup_ms,
                page_load_ms,
            } => {
                self.totals.player_startup_ms = self.totals.player_startup_ms.or(player_startup_ms);
                self.totals.page_load_ms = self.totals.page_load_ms.or(page_load_ms);
            }
            Signal::DrmRequested => {
                if self.startup.drm_requested.is_none() {
                    self.startup.drm_requested = Some(at);
                    self.startup.wait_from(Phase::Drm, self.since_intent(at));
                }
            }
            Signal::DrmUsable => {
                if let Some(requested) = self.startup.drm_requested {
                    self.totals.drm_load_ms.get_or_insert(at.since(requested));
                    self.startup.wait_until(Phase::Drm, self.since_intent(at));
                }
            }
            Signal::AdRequested => self.startup.wait_from(Phase::Ad, self.since_intent(at)),
            Signal::Preloaded => self.startup.preloaded(),
            Signal::FirstFrame { method } => {
                if at >= self.begun {
                    self.frame_seen(self.since_intent(at), method);
                }
            }
            Signal::AlreadyPlaying => self.already_playing(),
            Signal::Playing => self.playing(),
            Signal::Waiting => self.waiting(),
            Signal::Tick { position_ms, buffer_ms } => self.tick(position_ms, buffer_ms),
            Signal::Pause => self.pause(),
            Signal::SeekStarted { from_position_ms } => self.seek_started(from_position_ms),
            Signal::SeekEnded { to_position_ms } => self.seek_ended(to_position_ms),
            Signal::PlaybackRate { rate_permille } => {
                self.rate_permille = rate_permille.min(RATE_PERMILLE_MAX);
                // Shaka waits by rate 0; `waiting` never comes.
                let starved = self.buffer_ms.is_some_and(|ms| ms < STARVED_BUFFER_MS);
                if rate_permille == 0 && starved && self.state == State::Playing {
                    self.waiting();
                }
            }
            Signal::Rendition(rendition) => {
                let rendered = self.totals.first_frame_seen && self.now_ms - self.frame_seen_ms > FIRST_RENDITION_MS;
                if self.quality.show(rendition, rendered, &mut self.totals) {
                    self.rendition_at = rendered.then_some(self.now_ms).or(self.rendition_at);
                    self.note(EventKind::Rendition {
                        bitrate_bps: rendition.bitrate_bps,
                        width: rendition.width,
                        height: rendition.height,
                    });
                    self.change();
                }
            }
            Signal::DisplaySize {
                width,
                height,
                pixel_ratio_permille,
            } => {
                self.quality.resize(Display {
                    width,
                    height,
                    pixel_ratio_permille,
                });
            }
            Signal::Frames { decoded, dropped } => {
                // The first frames after a stall or a seek come before the tick that tells of its end.
                let shows = match self.state {
                    State::Playing | State::Rebuffering | State::Waiting => self.totals.first_frame_seen,
                    State::Seeking => self.wants_play && self.shown_ms().is_some(),
                    _ => false,
                };
                let counts = shows && !self.hidden;
                self.quality.count_frames(decoded, dropped, counts, &mut self.totals);
            }
            Signal::Visibility { hidden } => self.visibility(hidden),
            Signal::Live => self.live = true,
            Signal::LiveLatency { latency_ms, dvr } => {
                self.in_dvr = dvr;
                if let (Some(latency_ms), State::Playing, false) = (latency_ms, self.state, dvr || self.in_ad) {
                    let median = &mut self.totals.live_latency_median;
                    *median = self.latencies.push(latency_ms, *median);
                }
            }
            Signal::RenditionSelected { automatic } => {
                if !automatic {
                    self.flush_at = Some(self.now_ms);
                }
            }
            Signal::Error {
                class,
                code,
                message,
                context,
                fatal,
            } => self.error(class, code, message, context, fatal),
            Signal::RequestStarted { object_type } => {
                if let Some(phase) = Phase::of(object_type) {
                    self.startup.wait_from(phase, self.since_intent(at));
                }
                if is_media(object_type) {
                    let pending = self.pending_requests.get_or_insert(0);
                    *pending = pending.plus(1);
                }
            }
            Signal::RequestFinished {
                object_type,
                bytes,
                ttfb_ms,
                duration_ms,
                media_ms,
                host,
            } => {
                let to_ms = self.since_intent(at);
                if let Some(phase) = Phase::of(object_type) {
                    self.startup.fetched(phase, to_ms.minus(duration_ms), to_ms);
                }
                self.request_over(object_type);
                self.totals.data_bytes = self.totals.data_bytes.saturating_add(u64::from(bytes));
                self.segment_came(object_type, bytes, ttfb_ms, duration_ms, media_ms);
                let host = host.filter(|host| self.host.as_ref() != Some(host));
                if let Some(host) = &host {
                    self.host = Some(host.clone());
                }
                let is_quick = duration_ms <= media_ms.unwrap_or(1_000) / QUICK_PART;
                if host.is_none() && is_quick && self.beat_ms() > self.options.beat_ms {
                    return;
                }
                self.note_at(
                    to_ms,
                    EventKind::Request {
                        bytes,
                        ttfb_ms,
                        duration_ms,
                        object_type: Some(object_type),
                        host,
                    },
                );
            }
            Signal::RequestCancelled { object_type } => {
                if let Some(phase) = Phase::of(object_type) {
                    self.startup.wait_until(phase, self.since_intent(at));
                }
                self.request_over(object_type);
            }
            Signal::AdStarted => self.ad(true),
            Signal::AdEnded => self.ad(false),
            Signal::Ended => self.ended(),
            Signal::Quit => self.end(State::Quit, EndReason::Quit),
            Signal::SourceChanged => self.end(State::Quit, EndReason::SourceChange),
        }
    }

    // The clock.

    /// Reads the clock: spends the time that no tick will tell about, or cuts out a gap.
    fn advance(&mut self, at: MonotonicMs, position_ms: Option<u32>) {
        if self.is_over() {
            return;
        }
        let before_ms = self.now_ms;
        let now_ms = at.since(self.begun).clamp(before_ms, ATTEMPT_MS_MAX);
        let gap_ms = now_ms - before_ms;
        // Hidden pages get their timers late; only a playing one is due to be heard of.
        let due = match self.state {
            State::Playing => true,
            State::Starting | State::Seeking | State::Rebuffering => !self.hidden,
            _ => false,
        };
        if due && gap_ms > SUSPENSION_GAP_MS && !self.moved_through(gap_ms, position_ms) {
            self.settle(before_ms);
            self.now_ms = now_ms;
            self.suspend(before_ms, gap_ms);
        } else {
            self.now_ms = now_ms;
            if position_ms.is_none() && !self.is_sampled() {
                self.settle(self.now_ms);
            }
        }
        let forgotten = self.state == State::Paused && self.now_ms - self.state_since_ms >= PAUSED_MS_MAX;
        if forgotten || now_ms == ATTEMPT_MS_MAX {
            self.end(State::Quit, EndReason::Timeout);
        }
    }

    /// Whether ticks come, so that the next one will tell what happened since the latest.
    fn is_sampled(&self) -> bool {
        let recent = |at: DurationMs| self.now_ms - at <= HOLD_MS;
        self.state != State::Paused && self.position.is_some_and(|(_, at)| recent(at))
    }

    /// Spends the time up to `to_ms` in the current state.
    fn settle(&mut self, to_ms: DurationMs) {
        let to_ms = to_ms.clamp(self.settled_ms, self.now_ms);
        self.spend(to_ms - self.settled_ms);
        self.settled_ms = to_ms;
    }

    fn moved_through(&self, gap_ms: DurationMs, position_ms: Option<u32>) -> bool {
        let (Some(now), Some((before, _))) = (position_ms, self.position) else {
            return false;
        };
        u64::from(now.minus(before)) * 2_000 >= u64::from(gap_ms) * u64::from(self.rate_permille) && now > before
    }

    fn spend(&mut self, ms: DurationMs) {
        self.state_ms[state::index(self.state)] += ms;
        let totals = &mut self.totals;
        match self.state {
            State::Starting if !totals.first_frame_seen && !self.hidden => totals.startup_wait_ms += ms,
            State::Playing if self.in_ad => totals.ad_ms += ms,
            State::Playing => {
                totals.play_ms += ms;
                if self.in_dvr {
                    totals.dvr_ms += ms;
                }
                if self.hidden {
                    totals.play_hidden_ms += ms;
                }
                self.quality.played(ms, totals);
            }
            State::Paused => totals.paused_ms += ms,
            State::Rebuffering => {
                if let Some(stall) = &mut self.stall {
                    stall.lengthen(ms, totals);
                }
            }
            State::Seeking => {
                totals.seek_ms += ms;
                if let Some(seek) = &mut self.seek {
                    seek.seek_ms += ms;
                }
            }
            _ => {}
        }
    }

    fn suspend(&mut self, before_ms: DurationMs, gap_ms: DurationMs) {
        self.suspended_ms += gap_ms;
        self.settled_ms += gap_ms;
        self.still = None;
        self.totals.suspended = true;
        self.suspension_at = Some(self.now_ms);
        // Nobody watches while the machine sleeps: the timeline leaves the state and comes back to it.
        self.note_at(before_ms, EventKind::State { state: State::Waiting });
        self.note(EventKind::Suspension { gap_ms });
        self.note(EventKind::State { state: self.state });
        self.change();
    }

    fn ago(&self, at: Option<DurationMs>) -> Option<DurationMs> {
        at.map(|at| self.now_ms.minus(at))
    }

    // The timeline and the wish to report.

    fn note(&mut self, kind: EventKind) {
        self.note_at(self.now_ms, kind);
    }

    fn note_at(&mut self, at_ms: DurationMs, kind: EventKind) {
        let limit = match kind {
            EventKind::Request { .. } => REQUEST_EVENTS_MAX,
            _ => INTERVAL_EVENTS_MAX,
        };
        let events = &mut self.interval.events;
        if events.len() < limit {
            // What a tick found out later stands where it happened, as far as that is not reported yet.
            let at_ms = at_ms.max(self.interval.from_ms);
            // `extend` here and elsewhere, because `push` and `insert` grow a list by code of their own: 0.1 kB in the browser.
            let mut place = events.len();
            events.extend([Event { at_ms, kind }]);
            while place > 0 && events[place - 1].at_ms > at_ms {
                events.swap(place - 1, place);
                place -= 1;
            }
        } else {
            self.interval.events_dropped = self.interval.events_dropped.plus(1);
        }
    }

    fn change(&mut self) {
        let now = self.now_ms;
        self.changed_at.get_or_insert(now);
    }

    fn urge(&mut self, kind: BeaconKind) {
        // Of several reasons the latest in an attempt's life is told; kinds are declared in that order.
        self.urgent = self.urgent.max(Some(kind));
    }

    // The states.

    fn enter(&mut self, next: State) {
        self.enter_at(next, self.now_ms);
    }

    /// Enters `next` at a moment since the time was last spent.
    fn enter_at(&mut self, next: State, at_ms: DurationMs) {
        if next == self.state {
            return;
        }
        debug_assert!(state::may_follow(self.state, next), "{:?} -> {next:?}", self.state);
        self.settle(at_ms);
        let at_ms = self.settled_ms;
        match self.state {
            State::Rebuffering => self.close_stall(),
            State::Seeking => self.close_seek(),
            _ => {}
        }
        self.state = next;
        self.state_since_ms = at_ms;
        self.still = None;
        self.note_at(at_ms, EventKind::State { state: next });
        self.changed_at.get_or_insert(at_ms);
    }

    fn end(&mut self, state: State, reason: EndReason) {
        self.play_since_shown();
        self.advance_unseen();
        self.enter(state);
        self.totals.end_reason = Some(reason);
        self.urge(BeaconKind::End);
    }

    fn close_stall(&mut self) {
        if let Some(stall) = self.stall.take() {
            stall.close(&mut self.totals);
            if !stall.in_ad {
                self.note_at(
                    self.settled_ms,
                    EventKind::Stall {
                        stall_ms: stall.stall_ms,
                        cause: stall.cause,
                    },
                );
            }
        }
    }

    fn close_seek(&mut self) {
        if let Some(seek) = self.seek.take() {
            self.seek_ended_at = Some(self.settled_ms);
            self.note_at(
                self.settled_ms,
                EventKind::Seek {
                    seek_ms: seek.seek_ms,
                    from_position_ms: seek.from_position_ms,
                    to_position_ms: seek.to_position_ms,
                },
            );
        }
    }

    /// Why the playhead stopped at `at_ms`, with so much media ahead of it.
    fn cause(&self, at_ms: DurationMs, buffer_ms: Option<DurationMs>) -> StallCause {
        // What a tick saw may have happened just after the stop, never long before it.
        let ago = |at: Option<DurationMs>| at.map(|at| at_ms.minus(at));
        Evidence {
            buffer_ms,
            pending_requests: self.pending_requests,
            live: self.live,
            since_suspension_ms: ago(self.suspension_at),
            since_ad_boundary_ms: ago(self.ad_boundary_at),
            since_seek_ms: ago(self.seek_ended_at),
            since_rendition_ms: ago(self.rendition_at),
            since_flush_ms: ago(self.flush_at),
        }
        .cause()
    }

    fn rebuffer_at(&mut self, at_ms: DurationMs, cause: StallCause) {
        self.enter_at(State::Rebuffering, at_ms);
        self.stall = Some(OpenStall {
            cause,
            stall_ms: 0,
            in_ad: self.in_ad,
        });
    }

    /// Remembers where the playhead stands, if it was looked at just now; else the next look tells.
    fn anchor(&mut self) {
        let now = self.now_ms;
        self.anchor_position_ms = self.position.filter(|(_, at)| *at == now).map(|(position, _)| position);
    }

    fn visibility(&mut self, hidden: bool) {
        if hidden == self.hidden {
            return;
        }
        self.hidden = hidden;
        if hidden && !self.totals.first_frame_seen {
            self.totals.startup_hidden = true;
        }
        self.note(EventKind::Visibility { hidden });
    }

    // The signals.

    fn play_requested(&mut self, autoplay: bool, visible: bool) {
        if !self.intent_given {
            self.intent_given = true;
            self.autoplay = Some(autoplay);
        }
        self.visibility(!visible);
        self.wants_play = true;
        match (self.state, self.totals.first_frame_seen) {
            (State::Paused, true) => {
                self.enter(State::Waiting);
                self.anchor();
            }
            (State::Paused | State::Waiting, false) => self.enter(State::Starting),
            _ => {}
        }
    }

    fn play_blocked(&mut self) {
        match self.state {
            State::Starting => self.enter(State::Waiting),
            State::Waiting if self.totals.first_frame_seen => self.enter(State::Paused),
            _ => {}
        }
    }

    /// A frame is on the screen, `at_ms` after intent.
    fn frame_seen(&mut self, at_ms: DurationMs, method: FirstFrameMethod) {
        if !self.wants_play {
            return;
        }
        if !self.startup.any_seen {
            self.settle(at_ms);
            self.startup.any_seen = true;
            self.totals.first_frame_seen = true;
            self.frame_seen_ms = at_ms;
            // A startup across a suspension is impossible to measure: null, not a guess.
            if self.suspended_ms == 0 {
                self.totals.startup_any_ms = Some(at_ms);
                self.startup.tile(at_ms, &mut self.totals);
            }
            self.first_frame_method = method;
            let startup_ms = at_ms.minus(self.suspended_ms);
            self.note_at(at_ms, EventKind::FirstFrame { startup_ms });
            self.urge(BeaconKind::FirstFrame);
            if self.state == State::Waiting || (self.state == State::Starting && !self.startup.starved) {
                self.enter_at(State::Playing, at_ms);
            }
        }
        self.content_seen(at_ms);
    }

    /// Somebody watches already: the startup was not seen, so nothing is said of it.
    fn already_playing(&mut self) {
        if self.startup.any_seen {
            return;
        }
        self.startup.any_seen = true;
        self.startup.content_seen = true;
        self.totals.first_frame_seen = true;
        self.frame_seen_ms = self.now_ms;
        self.urge(BeaconKind::FirstFrame);
        self.enter(State::Playing);
    }

    fn content_seen(&mut self, at_ms: DurationMs) {
        if self.startup.content_seen || self.in_ad || !self.startup.any_seen {
            return;
        }
        self.startup.content_seen = true;
        // Nothing yet, but that is known.
        if !self.live {
            self.seen.add(0, 0, &mut self.totals);
        }
        if self.suspended_ms == 0 {
            self.totals.startup_content_ms = Some(at_ms.minus(self.totals.ad_ms));
        }
    }

    fn playing(&mut self) {
        self.startup.starved = false;
        self.said_playing_ms = self.now_ms;
        if !self.totals.first_frame_seen {
            if self.state == State::Waiting {
                self.enter(State::Starting);
            }
            return;
        }
        match self.state {
            // `playing` before `seeked` is the old position's.
            State::Seeking if self.shown_ms().is_none() => {}
            // Only the player speaks, no tick: then it is believed.
            State::Playing => {
                if let (Some(still), false) = (self.still, self.is_sampled()) {
                    self.rebuffer_at(still.since_ms, still.cause);
                    self.enter(State::Playing);
                }
            }
            _ => {
                self.wants_play = true;
                if !self.is_sampled() || self.state == State::Paused {
                    self.enter(State::Playing);
                }
            }
        }
    }

    fn waiting(&mut self) {
        let now = self.now_ms;
        match self.state {
            State::Starting => self.startup.starved = true,
            State::Playing => {
                // Where the latest tick left the playhead.
                let (position_ms, since_ms) = match self.position {
                    Some((position, _)) if self.is_sampled() => (position, self.settled_ms),
                    _ => (0, now),
                };
                let still = self.still.get_or_insert(Still {
                    since_ms,
                    position_ms,
                    cause: StallCause::Unknown,
                    announced: false,
                });
                still.announced = true;
                let Still { since_ms, .. } = *still;
                let cause = self.cause(since_ms, self.buffer_ms);
                if !self.is_sampled() {
                    self.rebuffer_at(since_ms, cause);
                } else if let Some(still) = &mut self.still {
                    still.cause = cause;
                }
            }
            State::Waiting if self.totals.first_frame_seen => {
                let cause = self.cause(now, self.buffer_ms);
                self.rebuffer_at(now, cause);
                self.anchor();
            }
            // A seek owns its waiting; paused, nobody waits.
            _ => {}
        }
    }

    fn tick(&mut self, position_ms: u32, buffer_ms: Option<DurationMs>) {
        let now = self.now_ms;
        let before = self.position.replace((position_ms, now));
        let played_ms = before.map_or(0, |(position, _)| position_ms.minus(position));
        let buffer_before = std::mem::replace(&mut self.buffer_ms, buffer_ms);
        let mut lowest_ms = buffer_ms;
        if let (Some(old), Some(new), false) = (buffer_before, buffer_ms, self.state == State::Seeking) {
            if new.plus(played_ms).plus(FLUSH_MS) < old {
                self.flush_at = Some(now);
            }
            // Data may have come since the playhead stopped.
            lowest_ms = Some(new.min(old.minus(played_ms)));
        }
        if !self.totals.first_frame_seen {
            // More than the time allows is a player that goes where it begins.
            let jumped = before.is_some_and(|(_, at_ms)| played_ms > self.media_ms(now - at_ms).plus(ROUNDED_MS));
            if jumped {
                self.startup.moved();
            }
            if self.wants_play && matches!(self.state, State::Starting | State::Waiting) {
                let patient = awaits_callback(self.options.first_frame_method, self.hidden);
                let since_ms = self.began_ms(played_ms);
                if let Some(first_ms) = self.startup.advance(since_ms, position_ms, patient) {
                    self.startup.starved = false;
                    self.frame_seen(first_ms, FirstFrameMethod::PlayheadAdvance);
                    let window_ms = now - first_ms;
                    self.moved(self.media_ms(window_ms), window_ms);
                    return self.settle(now);
                }
            }
            let frame_ms = self.startup.first_advance_ms().unwrap_or(now);
            let frame_ms = frame_ms.min(now.minus(LATE_FRAME_MS));
            self.settle(frame_ms.max(now.minus(FRAME_CALLBACK_PATIENCE_MS)));
            return;
        }
        match self.state {
            State::Playing => self.tick_playing(before, position_ms, lowest_ms),
            State::Starting | State::Waiting | State::Rebuffering | State::Seeking if self.wants_play => {
                self.tick_held_up(before, position_ms);
            }
            _ => self.settle(now),
        }
    }

    /// When the playhead began to move that came as far as `media_ms` by now.
    fn began_ms(&self, media_ms: u32) -> DurationMs {
        self.now_ms.minus(self.needed_ms(media_ms))
    }

    /// How long the playhead needs for so much media, at the current rate.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn needed_ms(&self, media_ms: u32) -> DurationMs {
        let rate = match self.rate_permille {
            0 => 1_000,
            rate => rate,
        };
        DurationMs::try_from(u64::from(media_ms) * 1_000 / u64::from(rate)).unwrap_or(DurationMs::MAX)
    }

    /// How much media that long shows, at the current rate.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn media_ms(&self, window_ms: DurationMs) -> u32 {
        u32::try_from(u64::from(window_ms) * u64::from(self.rate_permille) / 1_000).unwrap_or(u32::MAX)
    }

    /// The playhead passed `media_ms` of media within the last `window_ms`, up to where it is.
    fn moved(&mut self, media_ms: u32, window_ms: DurationMs) {
        let now = self.now_ms;
        self.content_seen(self.began_ms(media_ms).max(now - window_ms));
        if !self.in_ad {
            // A jump without a seek is not media that was rendered: no more than time and rate allow, and a tick for rounding.
            let most = u64::from(window_ms) * u64::from(self.rate_permille.max(1_000)) / 1_000 + u64::from(ROUNDED_MS);
            let media_ms = media_ms.min(most as u32);
            self.quality.advanced(media_ms, &mut self.totals);
            if let (Some((position_ms, _)), false) = (self.position, self.live) {
                self.seen.add(media_ms, position_ms, &mut self.totals);
            }
        }
    }

    /// A tick while playing: did the playhead come as far as the time that passed?
    fn tick_playing(&mut self, before: Option<(u32, DurationMs)>, position_ms: u32, buffer_ms: Option<DurationMs>) {
        let now = self.now_ms;
        let Some((from_position_ms, from_ms)) = before.filter(|(position, _)| *position <= position_ms) else {
            // Nothing to compare with, or it was put back: by an ad's end to where the content goes on.
            self.still = None;
            if let Some(ago_ms) = self.ago(self.ad_boundary_at).filter(|ago| *ago <= HOLD_MS) {
                self.moved(self.media_ms(ago_ms), ago_ms);
            }
            return self.settle(now);
        };
        let advance_ms = position_ms - from_position_ms;
        if advance_ms > 0 {
            self.moved(advance_ms, now - from_ms);
        }
        let held_at_will = self.rate_permille == 0 && buffer_ms.is_none_or(|ms| ms >= STARVED_BUFFER_MS);
        // A playhead that slept with the machine did not stand still.
        let woke = self.suspension_at == Some(now);
        let announced = self.still.is_some_and(|still| still.announced);
        if self.hidden || woke || (held_at_will && !announced) {
            self.still = None;
            return self.settle(now);
        }
        let still = match self.still {
            Some(still) => still,
            None => {
                let from_ms = from_ms.max(self.state_since_ms);
                let stopped_ms = from_ms.plus(self.needed_ms(advance_ms)).min(now);
                self.settle(stopped_ms);
                if now - stopped_ms < BEHIND_MS {
                    return;
                }
                Still {
                    since_ms: self.settled_ms,
                    position_ms,
                    cause: self.cause(stopped_ms, buffer_ms),
                    announced: false,
                }
            }
        };
        let shortest_ms = if still.announced { ANNOUNCED_STILL_MS } else { STILL_MS };
        let after_ms = position_ms.minus(still.position_ms);
        if after_ms < ADVANCE_MS_MIN {
            self.still = Some(still);
            if now - still.since_ms >= shortest_ms {
                self.rebuffer_at(still.since_ms, still.cause);
                self.anchor_position_ms = Some(still.position_ms);
                self.settle(self.began_ms(after_ms));
            }
            return;
        }
        // It moves again. Since when tells whether it had stopped or only stumbled.
        let resumed_ms = self.began_ms(after_ms).max(still.since_ms);
        if resumed_ms - still.since_ms >= shortest_ms {
            self.rebuffer_at(still.since_ms, still.cause);
            self.enter_at(State::Playing, resumed_ms);
        }
        self.still = None;
        self.settle(now);
    }

    /// A tick while the playhead is waited for: after a stall, a seek, a pause, or a first frame that nothing followed.
    fn tick_held_up(&mut self, before: Option<(u32, DurationMs)>, position_ms: u32) {
        let now = self.now_ms;
        if self.seek.is_some_and(|seek| seek.arrived_ms.is_none()) {
            return self.settle(now);
        }
        // A busy page may look again only long after its first frame: the playhead set out from where the look before found it.
        let begin = before.filter(|(from_ms, at_ms)| {
            let most_ms = from_ms.plus(self.media_ms(now - at_ms)).plus(ROUNDED_MS);
            self.state == State::Starting && position_ms <= most_ms
        });
        let anchor = self.anchor_position_ms.or(begin.map(|(from_ms, _)| from_ms));
        let anchor = anchor.filter(|anchor| *anchor <= position_ms);
        let anchor = *self.anchor_position_ms.insert(anchor.unwrap_or(position_ms));
        let advance_ms = position_ms - anchor;
        let mut resumed_ms = self.began_ms(advance_ms);
        let shown_ms = self.shown_ms();
        let moves = advance_ms >= ADVANCE_MS_MIN;
        let hungry = shown_ms.is_some_and(|shown_ms| resumed_ms >= shown_ms.plus(HUNGER_MS));
        if hungry && self.state == State::Starting {
            let cause = self.cause(self.frame_seen_ms, self.buffer_ms);
            self.rebuffer_at(self.frame_seen_ms, cause);
        }
        match shown_ms {
            Some(shown_ms) if !hungry => resumed_ms = shown_ms,
            _ if self.said_playing_ms.abs_diff(resumed_ms) < CATCH_UP_MS => resumed_ms = self.said_playing_ms,
            _ => {}
        }
        if moves {
            let window_ms = now - self.settled_ms;
            self.enter_at(State::Playing, resumed_ms);
            self.moved(advance_ms, window_ms);
            self.settle(now);
        } else {
            // A picture that is there may yet turn out to have played from then on.
            self.settle(resumed_ms);
        }
    }

    /// Since when a picture is there that only has to move on: the first frame, or that of the place sought.
    fn shown_ms(&self) -> Option<DurationMs> {
        match self.state {
            State::Starting if self.totals.first_frame_seen => Some(self.frame_seen_ms),
            State::Seeking => self.seek.and_then(|seek| seek.arrived_ms),
            _ => None,
        }
    }

    /// What was shown is left before a tick could tell whether it moved: it did, unless that should have been seen by now.
    fn play_since_shown(&mut self) {
        if let (true, Some(shown_ms)) = (self.wants_play, self.shown_ms())
            && self.now_ms < shown_ms.plus(HUNGER_MS)
        {
            self.enter_at(State::Playing, shown_ms);
            if let (Some((position_ms, _)), Some(anchor_ms)) = (self.position, self.anchor_position_ms) {
                self.moved(position_ms.minus(anchor_ms), self.now_ms - shown_ms);
            }
        }
    }

    /// The media since the latest tick, which the next can no longer tell of: the time has shown it, and there was no more than was buffered.
    fn advance_unseen(&mut self) {
        let now = self.now_ms;
        let (State::Playing, Some((position_ms, at_ms)), None) = (self.state, self.position, self.still) else {
            return;
        };
        let media_ms = self.media_ms(now - at_ms).min(self.buffer_ms.unwrap_or(u32::MAX));
        if self.is_sampled() && !self.hidden && media_ms > 0 {
            self.position = Some((position_ms.plus(media_ms), now));
            self.moved(media_ms, now - at_ms);
        }
    }

    fn pause(&mut self) {
        self.play_since_shown();
        self.advance_unseen();
        self.wants_play = false;
        match self.state {
            State::Starting | State::Waiting | State::Playing | State::Rebuffering => {
                if !self.totals.first_frame_seen {
                    self.totals.startup_interrupted = true;
                    self.startup.moved();
                }
                self.enter(State::Paused);
            }
            State::Seeking if self.shown_ms().is_some() => self.enter(State::Paused),
            _ => {}
        }
    }

    fn seek_started(&mut self, from_position_ms: Option<u32>) {
        let now = self.now_ms;
        self.play_since_shown();
        let mut from_position_ms = from_position_ms;
        if let Some((position_ms, at_ms)) = self.position {
            // No further than the time since the latest tick allows: what was played before may end anywhere.
            let most_ms = position_ms.plus(self.media_ms(now - at_ms));
            let left_ms = from_position_ms.unwrap_or(position_ms).clamp(position_ms, most_ms);
            if self.state == State::Playing && left_ms > position_ms {
                self.position = Some((left_ms, now));
                self.moved(left_ms - position_ms, now - at_ms);
            }
            from_position_ms = Some(left_ms);
        }
        let from_position_ms = from_position_ms.unwrap_or(0);
        self.position = None;
        self.anchor_position_ms = None;
        if !self.totals.first_frame_seen {
            self.totals.startup_interrupted = true;
            self.startup.moved();
            return;
        }
        if let Some(seek) = &mut self.seek {
            seek.arrived_ms = None;
            return;
        }
        if self.state == State::Starting {
            // A frame was seen but the player never got going; the seek ends that.
            self.enter(State::Playing);
        }
        if self.ago(self.seek_ended_at).is_none_or(|ago| ago >= SCRUB_MS) {
            self.totals.seek_count += 1;
        }
        self.enter(State::Seeking);
        self.seek = Some(OpenSeek {
            seek_ms: 0,
            from_position_ms,
            to_position_ms: from_position_ms,
            arrived_ms: None,
        });
    }

    fn seek_ended(&mut self, to_position_ms: u32) {
        let now = self.now_ms;
        self.position = Some((to_position_ms, now));
        self.anchor_position_ms = Some(to_position_ms);
        if !self.totals.first_frame_seen {
            self.startup.moved();
            return;
        }
        let Some(seek) = &mut self.seek else { return };
        seek.to_position_ms = to_position_ms;
        seek.arrived_ms = Some(now);
        if !self.wants_play {
            self.enter(State::Paused);
        }
    }

    fn error(&mut self, class: FailureClass, mut code: String, mut message: String, mut context: String, fatal: bool) {
        truncate(&mut code, LABEL_BYTES_MAX);
        truncate(&mut message, TEXT_BYTES_MAX);
        truncate(&mut context, TEXT_BYTES_MAX);
        let now = self.now_ms;
        let last = self
            .last_error
            .as_ref()
            .filter(|(of, text, _)| *of == class && *text == code)
            .map(|(_, _, at)| now - at);
        // The same at once is the same: players say a thing first as a warning, then as the end.
        let is_same = last.is_some_and(|ago| ago <= ERROR_REPEAT_MS);
        if !is_same {
            self.totals.error_count = self.totals.error_count.plus(1);
            self.last_error = Some((class, code.clone(), now));
        }
        let folded = !fatal && self.fold_error(class, &code, u32::from(!is_same));
        if fatal || !(folded || is_same) {
            self.note(EventKind::Error {
                class,
                code: code.clone(),
                fatal,
                repeat_count: 0,
                message: message.clone(),
                context,
            });
            // One that comes again and again is told with the next beat.
            if fatal || last.is_none() {
                self.change();
            }
        }
        if fatal {
            self.totals.failure = Some(Failure { class, code, message });
            self.end(State::Fatal, EndReason::Fatal);
        }
    }

    /// Counts an error with its like, if that is not reported yet.
    fn fold_error(&mut self, class: FailureClass, code: &str, by: u32) -> bool {
        self.interval.events.iter_mut().any(|event| match &mut event.kind {
            EventKind::Error {
                class: of,
                code: text,
                fatal: false,
                repeat_count,
                ..
            } if *of == class && text == code => {
                *repeat_count = repeat_count.plus(by);
                true
            }
            _ => false,
        })
    }

    fn request_over(&mut self, object_type: ObjectType) {
        if let (Some(pending), true) = (&mut self.pending_requests, is_media(object_type)) {
            *pending = pending.minus(1);
        }
    }

    /// What a media segment says about the line and the stream.
    fn segment_came(
        &mut self,
        object_type: ObjectType,
        bytes: u32,
        ttfb_ms: Option<DurationMs>,
        duration_ms: DurationMs,
        media_ms: Option<DurationMs>,
    ) {
        let totals = &mut self.totals;
        if let (ObjectType::Video | ObjectType::Muxed, Some(media_ms)) = (object_type, media_ms) {
            totals.bitrate_measured_bytes = totals.bitrate_measured_bytes.saturating_add(bytes.into());
            totals.bitrate_measured_media_ms = totals.bitrate_measured_media_ms.plus(media_ms);
        }
        if !matches!(object_type, ObjectType::Video | ObjectType::Audio | ObjectType::Muxed) {
            return;
        }
        if let Some(ttfb_ms) = ttfb_ms {
            totals.ttfb_median = self.first_bytes.push(ttfb_ms, totals.ttfb_median);
        }
        // What took no time came from a cache.
        if let Some(bps) = (u64::from(bytes) * 8_000).checked_div(duration_ms.into()) {
            let bps = u32::try_from(bps).unwrap_or(u32::MAX);
            totals.throughput_median = self.throughputs.push(bps, totals.throughput_median);
        }
    }

    /// When a signal happened, ms after intent: not before it, not after the latest reading.
    fn since_intent(&self, at: MonotonicMs) -> DurationMs {
        at.since(self.begun).min(self.now_ms)
    }

    fn ad(&mut self, begins: bool) {
        // It came, or never will.
        self.startup.wait_until(Phase::Ad, self.now_ms);
        if begins == self.in_ad {
            return;
        }
        self.play_since_shown();
        // What is left open belongs to this side of the border, also that the playhead stood for too short a time to tell why.
        self.settle(self.now_ms);
        self.still = None;
        self.in_ad = begins;
        self.ad_boundary_at = Some(self.now_ms);
        self.change();
        // A stall across the border is two: one in content, one not.
        if self.state == State::Rebuffering {
            self.close_stall();
            self.stall = Some(OpenStall {
                cause: StallCause::AdBoundary,
                stall_ms: 0,
                in_ad: begins,
            });
        }
        // The ad may have a playhead of its own.
        self.anchor_position_ms = None;
    }

    fn ended(&mut self) {
        let own_pause = self.state == State::Paused && self.now_ms - self.state_since_ms <= END_PAUSE_MS;
        if own_pause {
            let is_pause = |event: &Event| event.kind == EventKind::State { state: State::Paused };
            if self.interval.events.last().is_some_and(is_pause) {
                self.interval.events.pop();
            }
        }
        self.end(State::Ended, EndReason::Ended);
    }
}

/// A beacon without its context.
#[derive(Debug, Clone, Serialize)]
pub struct Cut<'a> {
    /// As in [`Beacon`]; so are the others.
    pub attempt_id: AttemptId,
    /// The number taken.
    pub sequence: u32,
    /// The wall clock at intent.
    pub started_at_ms: UnixMs,
    /// Why now.
    pub kind: BeaconKind,
    /// The state at the interval's end.
    pub state: State,
    /// What happened since the cut before.
    pub interval: Interval,
    /// Everything so far.
    pub totals: &'a Totals,
}

/// One attempt, from intent to its end, with its context.
#[derive(Debug, Clone)]
pub struct Session {
    fold: Fold,
    context: Context,
    context_due: bool,
    /// The first beacon that carries the context as it stands now.
    context_sequence: u32,
}

impl std::ops::Deref for Session {
    type Target = Fold;

    fn deref(&self) -> &Fold {
        &self.fold
    }
}

impl Session {
    /// Begins an attempt at the moment of intent. See [`Fold::begin`].
    #[must_use]
    pub fn begin(attempt_id: AttemptId, started_at: UnixMs, at: MonotonicMs, options: Options) -> Self {
        let context = Context {
            first_frame_method: Some(options.first_frame_method),
            ..Context::default()
        };
        Self {
            fold: Fold::begin(attempt_id, started_at, at, options),
            context,
            context_due: true,
            context_sequence: 0,
        }
    }

    /// The context as it stands.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Changes the context. A change is sent with every beacon until one that carried it was acknowledged.
    pub fn update_context(&mut self, change: impl FnOnce(&mut Context)) {
        let before = self.context.clone();
        change(&mut self.context);
        if self.context != before {
            self.context_due = true;
            self.context_sequence = self.fold.sequence;
        }
    }

    /// The beacon `sequence` was acknowledged; if it carried the context as it stands, later ones leave it out.
    pub fn context_acknowledged(&mut self, sequence: u32) {
        if sequence >= self.context_sequence && sequence < self.fold.sequence {
            self.context_due = false;
        }
    }

    /// Takes one signal. After the end nothing has an effect.
    pub fn apply(&mut self, at: MonotonicMs, signal: Signal) {
        self.fold.apply(at, signal);
        let (autoplay, method, live) = (self.fold.autoplay, self.fold.first_frame_method, self.fold.live);
        let known = self.context.autoplay == autoplay.or(self.context.autoplay)
            && self.context.first_frame_method == Some(method)
            && (!live || self.context.stream_type == Some(StreamType::Live));
        if !known {
            self.update_context(|context| {
                context.autoplay = autoplay.or(context.autoplay);
                context.first_frame_method = Some(method);
                if live {
                    context.stream_type = Some(StreamType::Live);
                }
            });
        }
    }

    /// Everything so far, open stalls, seeks and plays included. A reading of the clock like any other.
    pub fn totals(&mut self, at: MonotonicMs) -> &Totals {
        self.fold.totals(at)
    }

    /// Closes the interval and reports it together with everything so far. Takes the next sequence number.
    pub fn beacon(&mut self, at: MonotonicMs, kind: BeaconKind) -> Beacon {
        let cut = self.fold.cut(at, kind);
        Beacon {
            attempt_id: cut.attempt_id,
            sequence: cut.sequence,
            started_at_ms: cut.started_at_ms,
            kind: cut.kind,
            state: cut.state,
            interval: cut.interval,
            totals: cut.totals.clone(),
            context: self.context_due.then(|| Box::new(self.context.clone())),
        }
    }
}

/// Whether a stall would wait for it.
fn is_media(object_type: ObjectType) -> bool {
    use ObjectType::{Audio, Init, Muxed, Video};
    matches!(object_type, Init | Video | Audio | Muxed)
}

/// Shortens `text` to at most `bytes`, at a border between characters.
pub fn truncate(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
}
