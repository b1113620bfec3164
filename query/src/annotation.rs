//! What may stand in an annotation, and which stretch of time it is about.
//!
//! Pure: JSON in, [`accounts::AnnotationContent`] or every fault out. Two forms of time: an instant (RFC 3339), or a whole day
//! (`2026-12-25`), which is that day in the time zone of whoever asks. Where they are kept lives in `accounts`, what they mean for a
//! comparison in `plan.rs`.

use accounts::{AnnotationContent, AnnotationKind};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use schemas::{UnixMs, limits::TEXT_BYTES_MAX};
use serde_json::{Map, Value, json};

use crate::{
    calendar::{instant_of_reading, written_day, written_utc},
    request::{Faults, Measures, kind_of, parse_filters, parse_instant, required_text, shortened, unknown_keys},
};

/// Longest `text`, in bytes: a few paragraphs.
pub const ANNOTATION_TEXT_BYTES_MAX: usize = 2_048;

/// Longest `filters`, in bytes of JSON.
pub const ANNOTATION_FILTERS_BYTES_MAX: usize = 2_048;

/// Every key that an annotation is written with.
pub const KEYS: [&str; 6] = ["kind", "start", "end", "title", "text", "filters"];

/// Reads an annotation.
///
/// # Errors
/// Every fault there is.
pub fn parse(body: &Value) -> Result<AnnotationContent, Faults> {
    let mut faults = Faults::default();
    let Some(body) = body.as_object() else {
        faults.add("$", format!("expected an object, found {}", kind_of(body)));
        return Err(faults);
    };
    unknown_keys(body, &KEYS, "", &mut faults);
    let kind = required_text(body, "kind", "", &mut faults).and_then(|name| parse_kind(name, "kind", &mut faults));
    let start = parse_moment(body, "start", &mut faults);
    if start.is_none() && matches!(body.get("start"), None | Some(Value::Null)) {
        faults.add("start", "missing");
    }
    let end = parse_moment(body, "end", &mut faults);
    let title = required_text(body, "title", "", &mut faults).and_then(|title| {
        let fits = (1..=TEXT_BYTES_MAX).contains(&title.len());
        if !fits {
            faults.add(
                "title",
                format!("expected 1 to {TEXT_BYTES_MAX} bytes, found {}", title.len()),
            );
        }
        fits.then(|| title.to_owned())
    });
    let text = match body.get("text") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.len() <= ANNOTATION_TEXT_BYTES_MAX => Some(text.clone()),
        Some(Value::String(text)) => {
            faults.add(
                "text",
                format!("{} bytes; at most {ANNOTATION_TEXT_BYTES_MAX}", text.len()),
            );
            None
        }
        Some(other) => {
            faults.add("text", format!("expected a text, found {}", kind_of(other)));
            None
        }
    };
    parse_filters(body.get("filters"), "filters", Measures::No, &mut faults);
    let filters = match body.get("filters") {
        None | Some(Value::Null) => "[]".to_owned(),
        Some(filters) => filters.to_string(),
    };
    if filters.len() > ANNOTATION_FILTERS_BYTES_MAX {
        faults.add(
            "filters",
            format!(
                "{} bytes of JSON; at most {ANNOTATION_FILTERS_BYTES_MAX}",
                filters.len()
            ),
        );
    }
    let stretch = match (kind, start) {
        // An end that was not understood must not pass for one that is absent.
        (Some(kind), Some(start)) if !faults.0.iter().any(|fault| fault.field == "end") => {
            stretch_of(kind, start, end, &mut faults)
        }
        _ => None,
    };
    match (kind, stretch, title) {
        (Some(kind), Some((start, end, is_floating)), Some(title)) if faults.0.is_empty() => Ok(AnnotationContent {
            kind,
            start: UnixMs(start),
            end: end.map(UnixMs),
            is_floating,
            title,
            text,
            filters,
        }),
        _ => Err(faults),
    }
}

/// Reads a change: the keys that it names replace those that were there, null takes one away.
///
/// # Errors
/// Every fault of what would come out.
pub fn parse_change(current: &AnnotationContent, change: &Value) -> Result<AnnotationContent, Faults> {
    let Some(change) = change.as_object() else {
        return parse(change);
    };
    let mut whole = written(current);
    whole.extend(change.clone());
    parse(&Value::Object(whole))
}

/// An annotation's content as it is written: what [`parse`] reads.
#[must_use]
pub fn written(content: &AnnotationContent) -> Map<String, Value> {
    let (start, end) = written_stretch(content);
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(content.kind.name()));
    object.insert("start".to_owned(), json!(start));
    object.insert("end".to_owned(), json!(end));
    object.insert("title".to_owned(), json!(content.title));
    object.insert("text".to_owned(), json!(content.text));
    object.insert("filters".to_owned(), written_filters(content));
    object
}

/// The filters as they were sent.
#[must_use]
pub fn written_filters(content: &AnnotationContent) -> Value {
    // They were read by `parse` before they were kept.
    serde_json::from_str(&content.filters).unwrap_or_else(|_| json!([]))
}

/// `start` and `end` as they are written: instants in UTC, or days of which the last is included.
#[must_use]
pub fn written_stretch(content: &AnnotationContent) -> (String, Option<String>) {
    match content.is_floating {
        true => {
            let last = content.end.map(|end| written_day(end.0 - 1));
            let first = written_day(content.start.0);
            (first.clone(), last.filter(|last| *last != first))
        }
        false => (written_utc(content.start.0), content.end.map(|end| written_utc(end.0))),
    }
}

/// Reads a kind's name.
pub fn parse_kind(name: &str, field: &str, faults: &mut Faults) -> Option<AnnotationKind> {
    let kind = AnnotationKind::parse(name);
    if kind.is_none() {
        faults.unknown(field, "kind", name, AnnotationKind::NAMES.map(|(known, _)| known));
    }
    kind
}

/// From when (inclusive) to when (exclusive) an annotation is, in ms since 1970, its days taken in `zone`. A moment begins and ends at
/// once; what goes on has no end.
#[must_use]
pub fn stretch(content: &AnnotationContent, zone: Tz) -> (i64, i64) {
    let instant = |ms: UnixMs| match content.is_floating {
        true => instant_of_reading(ms.0, zone),
        false => ms.0,
    };
    let start = instant(content.start);
    let end = match (content.end, content.kind) {
        (Some(end), _) => instant(end),
        (None, AnnotationKind::Incident) => i64::MAX,
        (None, _) => start,
    };
    (start, end)
}

/// Whether a stretch, or a moment, touches `[from, to)`.
#[must_use]
pub fn touches((start, end): (i64, i64), (from, to): (i64, i64)) -> bool {
    start < to && (end > from || (start == end && start >= from))
}

/// A point in time as a caller writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// An instant, ms since 1970.
    Instant(i64),
    /// A whole day.
    Day(NaiveDate),
}

fn parse_moment(body: &Map<String, Value>, field: &str, faults: &mut Faults) -> Option<Moment> {
    match body.get(field) {
        None | Some(Value::Null) => None,
        // `%Y-%m-%d` alone would also take 2026-1-5.
        Some(Value::String(text)) if text.len() == "2026-12-25".len() && !text.contains('T') => {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            if day.is_none() {
                faults.add(
                    field,
                    format!(
                        "'{}' is neither a day, like 2026-12-25, nor a date and time with an offset, like 2026-11-19T00:00:00Z",
                        shortened(text)
                    ),
                );
            }
            // The bounds of years are those of instants.
            let within = day.and_then(|day| parse_instant(&format!("{day}T00:00:00Z"), field, faults));
            within.and(day).map(Moment::Day)
        }
        Some(Value::String(text)) => parse_instant(text, field, faults).map(Moment::Instant),
        Some(other) => {
            faults.add(
                field,
                format!("expected a date and time or a day, found {}", kind_of(other)),
            );
            None
        }
    }
}

/// Begin, end, and whether they are local readings; where kind and times fit together.
fn stretch_of(
    kind: AnnotationKind,
    start: Moment,
    end: Option<Moment>,
    faults: &mut Faults,
) -> Option<(i64, Option<i64>, bool)> {
    let count = faults.0.len();
    if kind == AnnotationKind::Release {
        if matches!(start, Moment::Day(_)) {
            faults.add(
                "start",
                "a release went live at a moment: give date and time with an offset, like 2026-11-19T14:00:00Z",
            );
        }
        if end.is_some() {
            faults.add("end", "a release is a moment and has no end");
        }
    }
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
    let stretch = match (start, end) {
        (Moment::Instant(start), None) => {
            if kind == AnnotationKind::Holiday {
                faults.add(
                    "end",
                    "a holiday that begins at a moment needs an end; or give days, like 2026-12-25",
                );
            }
            (start, None, false)
        }
        (Moment::Instant(start), Some(Moment::Instant(end))) => {
            crate::request::in_order(Some(start), Some(end), "start", faults);
            (start, Some(end), false)
        }
        (Moment::Day(first), last) => {
            let last = match last {
                None => first,
                Some(Moment::Day(last)) => last,
                Some(Moment::Instant(_)) => {
                    faults.add(
                        "end",
                        "start is a day, so the end is one too: the last day, like 2026-12-26",
                    );
                    first
                }
            };
            if last < first {
                faults.add("start", "start must not be after end");
            }
            // Days within the bounds of instants have a next one.
            let after = last.checked_add_days(Days::new(1)).unwrap_or(last);
            (midnight(first), Some(midnight(after)), true)
        }
        (Moment::Instant(start), Some(Moment::Day(_))) => {
            faults.add("end", "start is a date and time, so the end is one too");
            (start, None, false)
        }
    };
    (faults.0.len() == count).then_some(stretch)
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Europe::Vienna, Pacific::Kiritimati};

    use super::*;

    fn check(body: Value, expected: &[(&str, &str)]) {
        let got = match parse(&body) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.0.into_iter().map(|fault| (fault.field, fault.text)).collect(),
        };
        let got: Vec<(&str, &str)> = got
            .iter()
            .map(|(field, text)| (field.as_str(), text.as_str()))
            .collect();
        assert_eq!(got, expected, "{body}");
    }

    fn read(body: Value) -> AnnotationContent {
        parse(&body).unwrap_or_else(|faults| panic!("{body} {faults:?}"))
    }

    #[test]
    fn a_number_is_kept_as_it_was_sent() {
        let sent = r#"{"kind": "release", "start": "2026-11-20T14:20:00Z", "title": "8.2.0", "filters": [{"attribute": "custom.1", "operator": "EQ",
            "value": 333333333333333333333333333333333331666660}]}"#;
        let content = read(serde_json::from_str(sent).unwrap());
        assert_eq!(read(written(&content).into()), content);
    }

    #[test]
    fn every_fault_is_named_with_the_nearest_right_name() {
        check(json!([]), &[("$", "expected an object, found an array")]);
        check(
            json!({}),
            &[("kind", "missing"), ("start", "missing"), ("title", "missing")],
        );
        check(
            json!({"kind": "realease", "start": "yesterday", "end": 5, "title": "", "text": [], "filter": [],
                "filters": [{"attribute": "contry", "operator": "EQ", "value": "AT"}, {"attribute": "rebuffer_ratio", "operator": "GT", "value": 1}]}),
            &[
                ("filter", "unknown field 'filter'; did you mean 'filters'?"),
                ("kind", "unknown kind 'realease'; did you mean 'release'?"),
                (
                    "start",
                    "'yesterday' is no date and time with an offset, like 2026-11-19T00:00:00Z",
                ),
                ("end", "expected a date and time or a day, found a number"),
                ("title", "expected 1 to 512 bytes, found 0"),
                ("text", "expected a text, found an array"),
                (
                    "filters[0].attribute",
                    "unknown attribute 'contry'; did you mean 'country'?",
                ),
                ("filters[1].attribute", "unknown attribute 'rebuffer_ratio'"),
            ],
        );
        check(
            json!({"kind": "note", "start": "2026-02-30", "title": "t".repeat(513), "text": "t".repeat(2_049)}),
            &[
                (
                    "start",
                    "'2026-02-30' is neither a day, like 2026-12-25, nor a date and time with an offset, like 2026-11-19T00:00:00Z",
                ),
                ("title", "expected 1 to 512 bytes, found 513"),
                ("text", "2049 bytes; at most 2048"),
            ],
        );
    }

    #[test]
    fn kind_and_times_fit_together() {
        let with =
            |kind: &str, start: &str, end: Value| json!({"kind": kind, "start": start, "end": end, "title": "t"});
        let (moment, later) = ("2026-11-19T14:00:00+01:00", json!("2026-11-19T15:00:00+01:00"));
        for kind in ["release", "incident", "note"] {
            check(with(kind, moment, Value::Null), &[]);
        }
        for kind in ["incident", "holiday", "note"] {
            check(with(kind, moment, later.clone()), &[]);
            check(with(kind, "2026-12-25", Value::Null), &[]);
            check(with(kind, "2026-12-25", json!("2026-12-26")), &[]);
            check(
                with(kind, "2026-12-25", json!("2026-12-24")),
                &[("start", "start must not be after end")],
            );
            check(
                with(kind, "2026-11-19", later.clone()),
                &[(
                    "end",
                    "start is a day, so the end is one too: the last day, like 2026-12-26",
                )],
            );
            check(
                with(kind, moment, json!("2026-12-24")),
                &[("end", "start is a date and time, so the end is one too")],
            );
            check(
                with(kind, moment, json!(moment)),
                &[("start", "start must be before end")],
            );
        }
        check(
            with("release", moment, later),
            &[("end", "a release is a moment and has no end")],
        );
        check(
            with("release", "2026-11-19", Value::Null),
            &[(
                "start",
                "a release went live at a moment: give date and time with an offset, like 2026-11-19T14:00:00Z",
            )],
        );
        check(
            with("holiday", moment, Value::Null),
            &[(
                "end",
                "a holiday that begins at a moment needs an end; or give days, like 2026-12-25",
            )],
        );
    }

    #[test]
    fn days_are_those_of_whoever_asks_and_the_last_one_is_included() {
        let holiday = read(json!({"kind": "holiday", "start": "2026-10-24", "end": "2026-10-25", "title": "t"}));
        let hours = |zone| {
            let (start, end) = stretch(&holiday, zone);
            (end - start) / crate::calendar::HOUR_MS
        };
        assert_eq!(hours(Tz::UTC), 48);
        assert_eq!(hours(Vienna), 49, "the clocks go back on the 25th");
        let (start, _) = stretch(&holiday, Kiritimati);
        assert_eq!(written_utc(start), "2026-10-23T10:00:00.000Z");
    }

    #[test]
    fn an_incident_without_an_end_goes_on_and_a_release_is_a_moment() {
        let of = |kind: &str| {
            let start = "2026-11-19T14:00:00Z";
            stretch(&read(json!({"kind": kind, "start": start, "title": "t"})), Vienna)
        };
        let (start, end) = of("incident");
        assert!(touches((start, end), (start + 1_000_000, start + 1_000_001)));
        let release = of("release");
        assert!(touches(release, (start, start + 1)), "the begin is inclusive");
        assert!(!touches(release, (start - 1, start)), "the end is exclusive");
        assert!(!touches((start, start + 10), (start + 10, start + 20)));
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for body in [
            json!({"kind": "release", "start": "2026-11-19T14:00:00+01:00", "title": "8.1", "text": "ü", "filters":
                [{"attribute": "player_version", "operator": "EQ", "value": ["8.1", null]}]}),
            json!({"kind": "incident", "start": "2026-11-19T14:00:00Z", "end": "2026-11-19T15:00:00Z", "title": "CDN"}),
            json!({"kind": "holiday", "start": "2026-12-25", "title": "Christmas"}),
            json!({"kind": "holiday", "start": "2026-12-25", "end": "2026-12-26", "title": "Christmas"}),
        ] {
            let content = read(body);
            assert_eq!(read(Value::Object(written(&content))), content);
        }
    }

    #[test]
    fn a_change_replaces_what_it_names_and_is_held_against_the_rest() {
        let open = read(json!({"kind": "incident", "start": "2026-11-19T14:00:00Z", "title": "CDN", "text": "why"}));
        let closed = parse_change(&open, &json!({"end": "2026-11-19T15:00:00Z", "text": null})).unwrap();
        assert_eq!(
            (closed.end.map(|end| end.0 - open.start.0), closed.text),
            (Some(3_600_000), None)
        );
        assert_eq!(closed.title, "CDN");
        let faults = parse_change(&open, &json!({"end": "2026-11-19T13:00:00Z", "titel": "x"})).unwrap_err();
        let fields: Vec<&str> = faults.0.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["titel", "start"]);
        assert_eq!(
            parse_change(&open, &json!({"title": null})).unwrap_err().0[0].field,
            "title"
        );
        assert_eq!(parse_change(&open, &json!(7)).unwrap_err().0[0].field, "$");
    }
}
