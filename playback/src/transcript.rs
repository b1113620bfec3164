//! A session as text: test fixture, bug report, simulator output. The report of a session is text as well.
//!
//! One line is one moment: `<ms> <signal> [words] [key=value …]`, milliseconds after intent, `#` begins a comment.
//! `<from>..<to> advance from=<ms> buffer=<ms> [drain]` stands for a tick every 250 ms with a moving playhead, `hold position=<ms>
//! buffer=<ms>` for one that stands still. `beacon <kind>` asks for a beacon, `acknowledged <sequence>` acknowledges one,
//! `options <key>=<value>` comes first. Beacons that the session wants by itself are sent as a collector would send them.

use std::{collections::BTreeMap, fmt::Write as _};

use schemas::{
    AttemptId, Beacon, BeaconKind, EventKind, FirstFrameMethod, Median, MonotonicMs, ObjectType, State, Totals, UnixMs,
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    Options, Rendition, Session, Signal,
    invariant::{grew, tiles, violations},
};

/// A tick is due every 250 ms.
pub const TICK_MS: u64 = 250;

/// A session written down.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    /// How the session behaves.
    pub options: Options,
    /// What happens, in the order of the text. Times may run backwards: odd orders are worth testing.
    pub steps: Vec<Step>,
}

/// One thing, `at_ms` after intent.
#[derive(Debug, Clone)]
pub struct Step {
    /// Milliseconds after intent. Negative is before it.
    pub at_ms: i64,
    /// What.
    pub action: Action,
}

/// What a line can ask for.
#[derive(Debug, Clone)]
pub enum Action {
    /// The player says something.
    Signal(Signal),
    /// A beacon is cut.
    Beacon(BeaconKind),
    /// A beacon is acknowledged.
    Acknowledged(u32),
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Report {
    /// Every beacon sent.
    pub beacons: Vec<Beacon>,
    /// The last totals.
    pub totals: Totals,
    /// Milliseconds per state that was entered.
    pub state_ms: Vec<(State, u32)>,
    /// Rules broken on the way; empty unless the fold has a bug.
    pub violations: Vec<&'static str>,
}

/// A line that says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for ParseError {}

/// The words of one line after its time.
struct Words<'a> {
    flags: Vec<&'a str>,
    values: BTreeMap<&'a str, &'a str>,
}

impl<'a> Words<'a> {
    fn read(text: impl Iterator<Item = &'a str>) -> Self {
        let (mut flags, mut values) = (Vec::new(), BTreeMap::new());
        for word in text {
            match word.split_once('=') {
                Some((key, value)) => drop(values.insert(key, value)),
                None => flags.push(word),
            }
        }
        Self { flags, values }
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    fn known(&self, key: &str) -> Result<Option<u32>, String> {
        self.values
            .get(key)
            .map(|text| text.parse().map_err(|_| format!("`{key}={text}` is not a number")))
            .transpose()
    }

    fn number(&self, key: &str) -> Result<u32, String> {
        self.known(key)?.ok_or_else(|| format!("`{key}=` is missing"))
    }

    fn text(&self, key: &str) -> String {
        self.values.get(key).copied().unwrap_or_default().replace('_', " ")
    }

    fn name<T: DeserializeOwned>(&self, text: &str) -> Result<T, String> {
        serde_json::from_value(serde_json::Value::from(text)).map_err(|_| format!("`{text}` is no such name"))
    }

    fn first(&self) -> Result<&'a str, String> {
        self.flags
            .first()
            .copied()
            .ok_or_else(|| "a word is missing".to_owned())
    }
}

impl Transcript {
    /// Reads a transcript.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut transcript = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                transcript.line(line).map_err(|problem| ParseError {
                    line: index + 1,
                    problem,
                })?;
            }
        }
        Ok(transcript)
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let mut parts = line.split_whitespace();
        let time = parts.next().unwrap_or_default();
        if time == "options" {
            return self.read_options(&Words::read(parts));
        }
        let verb = parts.next().ok_or("a time alone says nothing")?;
        let words = Words::read(parts);
        if let Some((from, to)) = time.split_once("..") {
            let (from, to) = (parse_time(from)?, parse_time(to)?);
            return self.range(from, to, verb, &words);
        }
        let at_ms = parse_time(time)?;
        let action = match verb {
            "beacon" => Action::Beacon(words.name(words.first()?)?),
            "acknowledged" => {
                let text = words.first()?;
                Action::Acknowledged(text.parse().map_err(|_| format!("`{text}` is not a number"))?)
            }
            _ => Action::Signal(signal(verb, &words)?),
        };
        self.steps.push(Step { at_ms, action });
        Ok(())
    }

    fn read_options(&mut self, words: &Words<'_>) -> Result<(), String> {
        if let Some(method) = words.values.get("first_frame") {
            self.options.first_frame_method = words.name(method)?;
        }
        let options = &mut self.options;
        for (key, slot) in [
            ("early_beat", &mut options.early_beat_ms),
            ("beat", &mut options.beat_ms),
            ("steady_beat", &mut options.steady_beat_ms),
            ("paused_beat", &mut options.paused_beat_ms),
            ("coalesce", &mut options.coalesce_ms),
        ] {
            if let Some(ms) = words.known(key)? {
                *slot = ms;
            }
        }
        Ok(())
    }

    fn range(&mut self, from: i64, to: i64, verb: &str, words: &Words<'_>) -> Result<(), String> {
        let rate = words.known("rate")?.unwrap_or(1_000);
        let step = i64::from(words.known("every")?.unwrap_or(TICK_MS as u32).max(1));
        let buffer_ms = words.known("buffer")?;
        let (start, moves) = match verb {
            "advance" => (words.number("from")?, true),
            "hold" => (words.number("position")?, false),
            _ => return Err(format!("`{verb}` cannot last")),
        };
        let mut at_ms = from;
        while at_ms <= to {
            let moved = if moves {
                (at_ms - from) * i64::from(rate) / 1_000
            } else {
                0
            };
            let position_ms = start.saturating_add(u32::try_from(moved).unwrap_or(u32::MAX));
            // `drain`: what is played is not refilled.
            let spent = if words.has("drain") {
                position_ms.saturating_sub(start)
            } else {
                0
            };
            let buffer_ms = buffer_ms.map(|ms| ms.saturating_sub(spent));
            let action = Action::Signal(Signal::Tick { position_ms, buffer_ms });
            self.steps.push(Step { at_ms, action });
            if at_ms == to {
                break;
            }
            at_ms = (at_ms + step).min(to);
        }
        Ok(())
    }

    /// Plays the session, as a collector would.
    #[must_use]
    pub fn run(&self) -> Report {
        // An hour into the document, so that times before intent exist.
        let begun = MonotonicMs(3_600_000);
        let mut session = Session::begin(AttemptId(Uuid::nil()), UnixMs(1_800_000_000_000), begun, self.options);
        let mut broken: Vec<&'static str> = Vec::new();
        let mut beacons = Vec::new();
        let mut before = Totals::default();
        for step in &self.steps {
            let at = MonotonicMs(begun.0.saturating_add_signed(step.at_ms));
            match &step.action {
                Action::Signal(signal) => session.apply(at, signal.clone()),
                Action::Beacon(kind) => beacons.push(session.beacon(at, *kind)),
                Action::Acknowledged(sequence) => session.context_acknowledged(*sequence),
            }
            if let Some(kind) = session.wanted(at) {
                beacons.push(session.beacon(at, kind));
            }
            let totals = session.totals(at).clone();
            broken.extend(violations(&totals, session.elapsed_ms()));
            if !grew(&before, &totals) {
                broken.push("totals shrank");
            }
            if !tiles(&session) {
                broken.push("times do not tile");
            }
            before = totals;
        }
        if let Some(end) = session.wanted(begun) {
            beacons.push(session.beacon(begun, end));
        }
        broken.dedup();
        let state_ms = crate::invariant::STATES
            .iter()
            .map(|state| (*state, session.state_ms(*state)))
            .filter(|(_, ms)| *ms > 0)
            .collect();
        Report {
            beacons,
            totals: before,
            state_ms,
            violations: broken,
        }
    }
}

fn parse_time(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a time"))
}

fn signal(verb: &str, words: &Words<'_>) -> Result<Signal, String> {
    Ok(match verb {
        "play_requested" => Signal::PlayRequested {
            autoplay: words.has("autoplay"),
            visible: !words.has("hidden"),
        },
        "play_blocked" => Signal::PlayBlocked,
        "player_ready" => Signal::PlayerReady {
            player_startup_ms: words.known("player_startup")?,
            page_load_ms: words.known("page_load")?,
        },
        "drm_requested" => Signal::DrmRequested,
        "drm_usable" => Signal::DrmUsable,
        "ad_requested" => Signal::AdRequested,
        "preloaded" => Signal::Preloaded,
        "first_frame" => Signal::FirstFrame {
            method: words
                .flags
                .first()
                .map_or(Ok(FirstFrameMethod::FrameCallback), |name| words.name(name))?,
        },
        "already_playing" => Signal::AlreadyPlaying,
        "playing" => Signal::Playing,
        "waiting" => Signal::Waiting,
        "tick" => Signal::Tick {
            position_ms: words.number("position")?,
            buffer_ms: words.known("buffer")?,
        },
        "pause" => Signal::Pause,
        "seek_started" => Signal::SeekStarted {
            from_position_ms: words.known("from")?,
        },
        "seek_ended" => Signal::SeekEnded {
            to_position_ms: words.number("to")?,
        },
        "rate" => Signal::PlaybackRate {
            rate_permille: words.number("permille")?,
        },
        "rendition" => Signal::Rendition(Rendition {
            bitrate_bps: words.known("average")?,
            bitrate_peak_bps: words.known("peak")?,
            width: words.known("width")?,
            height: words.known("height")?,
        }),
        "display" => Signal::DisplaySize {
            width: words.number("width")?,
            height: words.number("height")?,
            pixel_ratio_permille: words.known("ratio")?.unwrap_or(1_000),
        },
        "frames" => Signal::Frames {
            decoded: words.number("decoded")?,
            dropped: words.number("dropped")?,
        },
        "hidden" => Signal::Visibility { hidden: true },
        "visible" => Signal::Visibility { hidden: false },
        "rendition_selected" => Signal::RenditionSelected {
            automatic: !words.has("by_viewer"),
        },
        "live" => Signal::Live,
        "live_latency" => Signal::LiveLatency {
            latency_ms: words.known("latency")?,
            dvr: words.has("dvr"),
        },
        "error" => Signal::Error {
            class: words.name(words.first()?)?,
            code: words.text("code"),
            message: words.text("message"),
            context: words.text("context"),
            fatal: words.has("fatal"),
        },
        "request_started" => Signal::RequestStarted {
            object_type: object_type(words)?,
        },
        "request_finished" => Signal::RequestFinished {
            object_type: object_type(words)?,
            bytes: words.number("bytes")?,
            ttfb_ms: words.known("ttfb")?,
            duration_ms: words.number("took")?,
            media_ms: words.known("media")?,
            host: words.values.get("host").map(|host| (*host).to_owned()),
        },
        "request_cancelled" => Signal::RequestCancelled {
            object_type: object_type(words)?,
        },
        "ad_started" => Signal::AdStarted,
        "ad_ended" => Signal::AdEnded,
        "ended" => Signal::Ended,
        "quit" => Signal::Quit,
        "source_changed" => Signal::SourceChanged,
        _ => return Err(format!("`{verb}` is no signal")),
    })
}

/// What a request is for; video when the line does not say.
fn object_type(words: &Words<'_>) -> Result<ObjectType, String> {
    words
        .values
        .get("type")
        .map_or(Ok(ObjectType::Video), |letters| words.name(letters))
}

/// The JSON name of a unit variant, without its quotes.
fn name<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .unwrap_or_default()
        .trim_matches('"')
        .to_owned()
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for beacon in &self.beacons {
            let Beacon {
                sequence,
                kind,
                state,
                interval,
                context,
                ..
            } = beacon;
            let mut line = format!(
                "#{sequence} {} {}..{} {}",
                name(kind),
                interval.from_ms,
                interval.to_ms,
                state.letter()
            );
            if context.is_some() {
                line.push_str(" +context");
            }
            let mut requests = 0;
            for event in &interval.events {
                let at = event.at_ms;
                let _ = match &event.kind {
                    EventKind::State { state } => write!(line, " | {at} {}", state.letter()),
                    EventKind::FirstFrame { startup_ms } => write!(line, " | {at} first frame after {startup_ms}"),
                    EventKind::Stall { stall_ms, cause } => write!(line, " | {at} stall {stall_ms} {}", name(cause)),
                    EventKind::Seek {
                        seek_ms,
                        from_position_ms,
                        to_position_ms,
                    } => {
                        write!(line, " | {at} seek {seek_ms} {from_position_ms}->{to_position_ms}")
                    }
                    EventKind::Rendition {
                        bitrate_bps, height, ..
                    } => {
                        let text =
                            |value: &Option<u32>| value.map_or_else(|| "?".to_owned(), |value| value.to_string());
                        write!(line, " | {at} {}p@{}", text(height), text(bitrate_bps))
                    }
                    EventKind::Error {
                        class,
                        code,
                        fatal,
                        repeat_count,
                        ..
                    } => {
                        let word = if *fatal { "fatal" } else { "error" };
                        let again = match repeat_count {
                            0 => String::new(),
                            more => format!(" and {more} more"),
                        };
                        write!(line, " | {at} {word} {} {code}{again}", name(class))
                    }
                    EventKind::Visibility { hidden } => {
                        write!(line, " | {at} {}", if *hidden { "hidden" } else { "visible" })
                    }
                    EventKind::Suspension { gap_ms } => write!(line, " | {at} slept {gap_ms}"),
                    EventKind::Buffer { .. } => Ok(()),
                    EventKind::Request { .. } => {
                        requests += 1;
                        Ok(())
                    }
                };
            }
            if requests > 0 {
                let _ = write!(line, " | {requests} requests");
            }
            if interval.events_dropped > 0 {
                let _ = write!(line, " | {} dropped", interval.events_dropped);
            }
            writeln!(f, "{line}")?;
        }
        let states: Vec<String> = self
            .state_ms
            .iter()
            .map(|(state, ms)| format!("{} {ms}", state.letter()))
            .collect();
        writeln!(f, "states: {}", states.join(", "))?;
        if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(&self.totals) {
            for (field, value) in fields {
                match value.as_u64().and_then(Median::unpacked) {
                    Some(Median { samples, median }) if field.ends_with("_median") => {
                        writeln!(f, "{field}: {median} of {samples}")?;
                    }
                    _ => writeln!(f, "{field}: {value}")?,
                }
            }
        }
        for violation in &self.violations {
            writeln!(f, "BROKEN: {violation}")?;
        }
        Ok(())
    }
}
