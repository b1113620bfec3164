//! Our own collector's JSON: `schemas::BeaconBatch`, read so that one bad beacon never costs its batch.
//!
//! A good batch is read once, as a whole (`plain.rs`). Only when that fails is it taken apart by serde, to say which beacon is bad,
//! in which field, and to keep the others. Unknown fields are kept aside, with a warning that names the nearest known one.

use envelope::{ApiError, ErrorCode};
use schemas::{Beacon, Clock, Rejection, SCHEMA_VERSION, Totals, UnixMs, limits, nearest::nearest};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::plain;

/// Most unknown fields that are named; the others are only counted.
const UNKNOWN_FIELDS_MAX: usize = 16;

/// Most bytes of a beacon's unknown fields that are kept: 4 KiB, four times a beacon.
pub(crate) const UNKNOWN_BYTES_MAX: usize = 4_096;

/// A batch as read.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) sent_at: UnixMs,
    pub(crate) clock: Clock,
    /// In order; a bad one with what is wrong.
    pub(crate) beacons: Vec<Result<Beacon, Fault>>,
    /// Index and text of what beacons say that nobody here knows, in order; most say nothing of the kind.
    pub(crate) unknown_fields: Vec<(usize, String)>,
    pub(crate) warnings: Vec<String>,
}

/// What is wrong with one beacon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: Rejection,
    /// Path inside the beacon (`totals.play_ms`).
    pub(crate) field: String,
    pub(crate) text: String,
}

impl Fault {
    pub(crate) fn new(reason: Rejection, field: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            reason,
            field: field.into(),
            text: text.into(),
        }
    }
}

/// The batch with its beacons still text.
#[derive(Deserialize)]
struct RawBatch<'a> {
    schema_version: u16,
    sent_at_ms: UnixMs,
    #[serde(default)]
    clock: Clock,
    #[serde(borrow)]
    beacons: Vec<&'a RawValue>,
}

/// Reads a body.
pub(crate) fn read(body: &[u8]) -> Result<Batch, ApiError> {
    // serde would take an array for an object whose fields come in order; nobody means that.
    if let Some(first) = body.iter().find(|byte| !byte.is_ascii_whitespace())
        && *first == b'['
    {
        let text = "a batch is a JSON object, this begins with '['".to_owned();
        return Err(ApiError::new(ErrorCode::MalformedBody)
            .developer(text.clone())
            .detail("body", text));
    }
    let Some(batch) = plain::read(body) else {
        return read_piecemeal(body);
    };
    check_head(batch.schema_version, batch.beacons.len())?;
    Ok(Batch {
        sent_at: batch.sent_at_ms,
        clock: batch.clock,
        beacons: batch.beacons.into_iter().map(Ok).collect(),
        unknown_fields: Vec::new(),
        warnings: Vec::new(),
    })
}

pub(crate) fn check_head(schema_version: u16, beacons: usize) -> Result<(), ApiError> {
    if schema_version == 0 || schema_version > SCHEMA_VERSION {
        return Err(ApiError::new(ErrorCode::InvalidRequest).detail(
            "schema_version",
            format!("schema_version {schema_version} is not known here; {SCHEMA_VERSION} is"),
        ));
    }
    if beacons > limits::BATCH_BEACONS_MAX {
        let most = limits::BATCH_BEACONS_MAX;
        return Err(ApiError::new(ErrorCode::BodyTooLarge).detail(
            "beacons",
            format!("{beacons} beacons in one batch; at most {most} are taken"),
        ));
    }
    Ok(())
}

fn read_piecemeal(body: &[u8]) -> Result<Batch, ApiError> {
    let mut unknown = UnknownFields::default();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut track = serde_path_to_error::Track::new();
    let raw: Result<RawBatch<'_>, _> = serde_ignored::deserialize(
        serde_path_to_error::Deserializer::new(&mut deserializer, &mut track),
        |path| unknown.note(&path.to_string()),
    );
    let raw = raw
        .and_then(|raw| deserializer.end().map(|()| raw))
        .map_err(|error| malformed(body, &error, &track.path().to_string()))?;
    check_head(raw.schema_version, raw.beacons.len())?;
    let mut unknown_fields = Vec::new();
    let beacons = raw
        .beacons
        .iter()
        .enumerate()
        .map(|(index, raw)| {
            let mut has_unknown = false;
            let beacon = read_beacon(raw.get(), |path| {
                has_unknown = true;
                unknown.note(&format!("beacons.{index}.{path}"));
            });
            if has_unknown && beacon.is_ok() {
                match kept(raw.get()) {
                    Some(text) => unknown_fields.push((index, text)),
                    None => unknown.unkept += 1,
                }
            }
            beacon
        })
        .collect();
    Ok(Batch {
        sent_at: raw.sent_at_ms,
        clock: raw.clock,
        beacons,
        unknown_fields,
        warnings: unknown.warnings(),
    })
}

fn read_beacon(text: &str, mut unknown: impl FnMut(String)) -> Result<Beacon, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    serde_ignored::deserialize(
        serde_path_to_error::Deserializer::new(&mut deserializer, &mut track),
        |path| unknown(path.to_string()),
    )
    .map_err(|error: serde_json::Error| {
        let words = error.to_string();
        // serde_json's position is one inside the beacon; the field says it better.
        let text = words.rsplit_once(" at line ").map_or(words.as_str(), |(text, _)| text);
        // A number of the right kind that does not fit its field, also one like 1e400 that no machine holds.
        let too_large = text.starts_with("number out of range")
            || text.starts_with("invalid value: integer")
            || text.starts_with("invalid value: floating point");
        let reason = if too_large {
            Rejection::NumberOutOfRange
        } else {
            Rejection::Malformed
        };
        Fault::new(reason, track.path().to_string(), text)
    })
}

/// Fields of a beacon that nobody here knows, as text, by message; `None` when they are too many to keep, or deeper than that.
fn kept(beacon: &str) -> Option<String> {
    let Ok(Value::Object(beacon)) = serde_json::from_str(beacon) else {
        return None;
    };
    let mut unknown = Map::new();
    let mut keep = |message: &str, fields: &Map<String, Value>, known: &[&str]| {
        let others: Map<String, Value> = fields
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !others.is_empty() {
            unknown.insert(message.to_owned(), Value::Object(others));
        }
    };
    keep("", &beacon, BEACON_FIELDS);
    for (message, known) in [
        ("interval", INTERVAL_FIELDS.to_vec()),
        ("totals", totals_fields()),
        ("context", CONTEXT_FIELDS.to_vec()),
    ] {
        if let Some(Value::Object(fields)) = beacon.get(message) {
            keep(message, fields, &known);
        }
    }
    let text = serde_json::json!({ "json": unknown }).to_string();
    (!unknown.is_empty() && text.len() <= UNKNOWN_BYTES_MAX).then_some(text)
}

fn totals_fields() -> Vec<&'static str> {
    [Totals::MAX_FIELDS, Totals::NULLABLE_FIELDS, &["play_ms_by_rendition"]].concat()
}

/// The answer to a body that is no batch at all: where reading stopped (bytes counted from 1, as serde_json's columns), and at
/// which field.
fn malformed(body: &[u8], error: &serde_json::Error, path: &str) -> ApiError {
    let before: usize = body
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let byte = (before + error.column()).min(body.len());
    let text = format!("{error} (byte {byte})");
    let field = if path == "." { "body" } else { path };
    ApiError::new(ErrorCode::MalformedBody)
        .developer(text.clone())
        .detail(field, text)
}

/// Fields that nobody here knows, each path once, batch-wide.
#[derive(Debug, Default)]
struct UnknownFields {
    /// Paths without indices.
    seen: Vec<String>,
    warnings: Vec<String>,
    unnamed: usize,
    /// Beacons whose unknown fields could not be kept.
    unkept: usize,
}

impl UnknownFields {
    fn note(&mut self, path: &str) {
        let general: String = path
            .split('.')
            .filter(|part| part.parse::<usize>().is_err())
            .collect::<Vec<_>>()
            .join(".");
        if self.seen.contains(&general) {
            return;
        }
        if self.seen.len() >= UNKNOWN_FIELDS_MAX {
            self.unnamed += 1;
            return;
        }
        let (parent, name) = general.rsplit_once('.').unwrap_or(("", &general));
        let known = match parent.rsplit('.').next().unwrap_or_default() {
            "" => BATCH_FIELDS.to_vec(),
            "interval" => INTERVAL_FIELDS.to_vec(),
            "context" => CONTEXT_FIELDS.to_vec(),
            "totals" => totals_fields(),
            "beacons" => BEACON_FIELDS.to_vec(),
            _ => Vec::new(),
        };
        let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
        let fate = if parent.is_empty() { "ignored" } else { "kept aside" };
        self.warnings
            .push(format!("unknown field '{}' is {fate}{hint}", shorten(path)));
        self.seen.push(general);
    }

    fn warnings(mut self) -> Vec<String> {
        if self.unnamed > 0 {
            self.warnings.push(format!("{} more unknown fields", self.unnamed));
        }
        if self.unkept > 0 {
            self.warnings.push(format!(
                "{} beacons have unknown fields that are dropped: more than {UNKNOWN_BYTES_MAX} bytes, or inside an event",
                self.unkept
            ));
        }
        self.warnings
    }
}

/// A path a stranger wrote, short enough for an answer.
fn shorten(path: &str) -> &str {
    let mut end = path.len().min(200);
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    &path[..end]
}

const BATCH_FIELDS: &[&str] = &["schema_version", "sent_at_ms", "clock", "beacons"];
const BEACON_FIELDS: &[&str] = &[
    "attempt_id",
    "sequence",
    "started_at_ms",
    "kind",
    "state",
    "interval",
    "totals",
    "context",
];
const INTERVAL_FIELDS: &[&str] = &["from_ms", "to_ms", "state", "events", "events_dropped"];
const CONTEXT_FIELDS: &[&str] = &[
    "viewer_id",
    "video_id",
    "video_title",
    "stream_type",
    "player_name",
    "player_version",
    "player_software",
    "player_software_version",
    "collector_version",
    "page_host",
    "cdn",
    "connection_type",
    "language",
    "experiment_name",
    "experiment_variant",
    "autoplay",
    "first_frame_method",
    "video_duration_ms",
    "video_series",
    "page_version",
    "screen",
    "audio_language",
    "subtitle_language",
    "video_codec",
    "audio_codec",
    "drm_system",
    "latency_source",
    "connection_downlink_bps",
    "connection_rtt_ms",
    "sample_weight_permille",
    "muted",
    "fullscreen",
    "pip",
    "casting",
    "custom",
];

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"attempt_id":"0190a000-0000-7000-8000-000000000001","sequence":0,"started_at_ms":5,"kind":"start","state":"s",
        "interval":{"from_ms":0,"to_ms":10,"state":"s"},"totals":{}}"#;

    fn batch(beacons: &str) -> String {
        format!(r#"{{"schema_version":1,"sent_at_ms":10,"beacons":[{beacons}]}}"#)
    }

    fn error(body: &str) -> (ErrorCode, String, String) {
        let error = read(body.as_bytes()).unwrap_err();
        let detail = &error.details()[0];
        (error.code(), detail.field.clone().unwrap(), detail.text.clone())
    }

    fn faults(body: &str) -> Vec<Option<(Rejection, String)>> {
        let faults = |result: Result<Beacon, Fault>| result.err().map(|fault| (fault.reason, fault.field));
        read(body.as_bytes()).unwrap().beacons.into_iter().map(faults).collect()
    }

    #[test]
    fn a_good_batch_is_read() {
        let read = read(batch(&format!("{GOOD},{GOOD}")).as_bytes()).unwrap();
        assert_eq!(
            (read.beacons.len(), read.sent_at, read.clock),
            (2, UnixMs(10), Clock::Live)
        );
        assert!(read.beacons.iter().all(Result::is_ok) && read.warnings.is_empty());
    }

    #[test]
    fn a_body_that_is_no_batch_says_where() {
        let (code, field, text) = error("{\"schema_version\":1,\n\"sent_at_ms\":NaN}");
        assert_eq!((code, field.as_str()), (ErrorCode::MalformedBody, "sent_at_ms"));
        assert!(
            text.contains("line 2 column 14") && text.contains("(byte 35)"),
            "{text}"
        );
        assert_eq!(error("").1, "body");
        assert_eq!(error("[]").0, ErrorCode::MalformedBody);
        assert_eq!(error(r#"{"schema_version":"1"}"#).1, "schema_version");
        assert!(
            error(r#"{"schema_version":1,"sent_at_ms":1}"#)
                .2
                .contains("missing field `beacons`")
        );
        assert_eq!(error(&(batch(GOOD) + "x")).0, ErrorCode::MalformedBody);
        assert_eq!(error(&"[".repeat(100_000)).0, ErrorCode::MalformedBody);
    }

    #[test]
    fn a_schema_of_the_future_and_an_endless_batch_are_refused() {
        assert_eq!(
            error(r#"{"schema_version":2,"sent_at_ms":1,"beacons":[]}"#).1,
            "schema_version"
        );
        let many = vec!["{}"; limits::BATCH_BEACONS_MAX + 1].join(",");
        assert_eq!(error(&batch(&many)).0, ErrorCode::BodyTooLarge);
    }

    #[test]
    fn one_bad_beacon_does_not_cost_its_batch() {
        let change = |from: &str, to: &str| GOOD.replace(from, to);
        let bad = [
            (
                change(r#""sequence":0"#, r#""sequence":"0""#),
                Rejection::Malformed,
                "sequence",
            ),
            (change(r#""sequence":0,"#, ""), Rejection::Malformed, "."),
            (
                change(r#""to_ms":10"#, r#""to_ms":1e400"#),
                Rejection::NumberOutOfRange,
                "interval.to_ms",
            ),
            (
                change(r#""to_ms":10"#, r#""to_ms":5000000000"#),
                Rejection::NumberOutOfRange,
                "interval.to_ms",
            ),
            (
                change(r#""to_ms":10"#, r#""to_ms":-1"#),
                Rejection::NumberOutOfRange,
                "interval.to_ms",
            ),
            (change("0190a000", "xyz"), Rejection::Malformed, "attempt_id"),
            (change("start\"", "stort\""), Rejection::Malformed, "kind"),
            (
                change("{}", r#"{"failure":{"class":"manifest"}}"#),
                Rejection::Malformed,
                "totals.failure",
            ),
            ("null".to_owned(), Rejection::Malformed, "."),
        ];
        for (beacon, reason, field) in bad {
            let got = faults(&batch(&format!("{GOOD},{beacon},{GOOD}")));
            assert_eq!(got, [None, Some((reason, field.to_owned())), None], "{beacon}");
        }
    }

    #[test]
    fn unknown_fields_are_named_once_with_the_nearest_known_one() {
        let beacon = GOOD.replace("{}", r#"{"plya_ms":1,"zzz":{"deep":[1]}}"#);
        for body in [
            batch(&format!("{beacon},{beacon}")),
            // The same when the batch is taken apart.
            batch(&format!("{beacon},{beacon},null")),
        ] {
            let warnings = read(
                body.replace("\"sent_at_ms\"", "\"snet_at\":1,\"sent_at_ms\"")
                    .as_bytes(),
            )
            .unwrap()
            .warnings;
            let expected = [
                "unknown field 'snet_at' is ignored; did you mean 'sent_at_ms'?",
                "unknown field 'beacons.0.totals.plya_ms' is kept aside; did you mean 'play_ms'?",
                "unknown field 'beacons.0.totals.zzz' is kept aside",
            ];
            assert_eq!(warnings, expected);
        }
        let kept = read(batch(&format!("{GOOD},{beacon}")).as_bytes())
            .unwrap()
            .unknown_fields;
        let expected = r#"{"json":{"totals":{"plya_ms":1,"zzz":{"deep":[1]}}}}"#;
        assert_eq!(kept, [(1, expected.to_owned())]);
        let long = GOOD.replace("{}", &format!(r#"{{"long":"{}"}}"#, "x".repeat(UNKNOWN_BYTES_MAX)));
        let read_long = read(batch(&long).as_bytes()).unwrap();
        assert!(read_long.beacons[0].is_ok() && read_long.unknown_fields.is_empty());
        assert_eq!(read_long.warnings.len(), 2, "{:?}", read_long.warnings);
        let many: Vec<String> = (0..100).map(|number| format!("\"unknown{number}x\":1")).collect();
        let warnings = read(batch(&GOOD.replace("{}", &format!("{{{}}}", many.join(",")))).as_bytes())
            .unwrap()
            .warnings;
        assert_eq!(warnings.len(), UNKNOWN_FIELDS_MAX + 1);
        assert!(warnings[UNKNOWN_FIELDS_MAX].starts_with("84 more"));
    }

    #[test]
    fn the_lists_of_known_fields_are_those_of_the_schema() {
        fn known<T: serde::de::DeserializeOwned>(fields: &[&str]) {
            for field in fields {
                let text = format!(r#"{{"{field}":null}}"#);
                let mut unknown = false;
                let mut deserializer = serde_json::Deserializer::from_str(&text);
                let _: Result<T, _> = serde_ignored::deserialize(&mut deserializer, |_| unknown = true);
                assert!(!unknown, "{field}");
            }
        }
        known::<schemas::BeaconBatch>(BATCH_FIELDS);
        known::<Beacon>(BEACON_FIELDS);
        known::<schemas::Interval>(INTERVAL_FIELDS);
        known::<schemas::Context>(CONTEXT_FIELDS);
    }
}
