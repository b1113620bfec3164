//! Which days the baseline `auto` takes, and which it leaves out because an incident or a holiday is noted there.
//!
//! Pure. The grain is the local day: an incident of an hour takes its whole day out, for every hour of it. A time bucket that touches
//! such a day has no counterpart there, and the next same weekday takes its place, as far back as [`LOOK_BACK`]. A bucket longer than a
//! week stays whole: nearly every month holds a holiday, and a month without its days would be no month. The annotations' filters decide
//! nothing: whether an incident of one CDN spoils the day of all is for whoever notes it.

use accounts::{Annotation, AnnotationKind};
use chrono_tz::Tz;
use statistics::baseline::MAX_REFERENCES;

use crate::{
    annotation::{stretch, touches},
    calendar::{HOUR_MS, Interval, Window, date},
    response::ExcludedDay,
};

/// How far back references are looked for, in steps of the baseline: twice as many as it takes. For a day that is a quarter of a year,
/// within which half of the same weekdays may be left out.
pub const LOOK_BACK: u32 = 2 * MAX_REFERENCES as u32;

/// Longest time bucket out of which days drop: a week, with the hour that the clocks may add.
const BUCKET_MS_MAX: i64 = (7 * 24 + 1) * HOUR_MS;

/// The kinds whose days are no reference.
pub const EXCLUDING: [AnnotationKind; 2] = [AnnotationKind::Incident, AnnotationKind::Holiday];

/// The windows of `auto`, and what they are good for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Windows with any use, most recent first.
    pub windows: Vec<Window>,
    /// By window and time bucket: whether the one is a reference of the other. At most [`MAX_REFERENCES`] per bucket.
    pub used: Vec<Vec<bool>>,
    /// By time bucket: what was left out, most recent first.
    pub left_out: Vec<Vec<ExcludedDay>>,
    /// References that stay although they touch such a day, because they are longer than a week.
    pub kept: Vec<ExcludedDay>,
}

/// Chooses the references of `window`, at multiples of `step_days` before it.
#[must_use]
pub fn choose(window: &Window, step_days: u32, annotations: &[Annotation], zone: Tz) -> Choice {
    let days = spoilt_days(annotations, zone);
    let mut choice = Choice {
        left_out: vec![Vec::new(); window.buckets()],
        ..Choice::default()
    };
    let mut found = vec![0; window.buckets()];
    for step in 1..=LOOK_BACK {
        let earlier = window.days_earlier(step * step_days, zone);
        let mut used = vec![false; window.buckets()];
        for bucket in 0..window.buckets() {
            if found[bucket] == MAX_REFERENCES {
                continue;
            }
            let (from, to) = earlier.bucket(bucket);
            // They do not overlap, so the first one that ends behind the bucket's begin is the only one that can touch it.
            let next = days.partition_point(|(stretch, _)| stretch.1 <= from);
            let spoilt = days.get(next).filter(|(stretch, _)| touches(*stretch, (from, to)));
            let left_out = spoilt.map(|(_, annotation)| ExcludedDay {
                date: date(from, zone),
                kind: annotation.content.kind.name(),
                annotation: annotation.annotation_id,
            });
            match left_out {
                Some(left_out) if to - from <= BUCKET_MS_MAX => choice.left_out[bucket].push(left_out),
                stays => {
                    choice.kept.extend(stays);
                    used[bucket] = true;
                    found[bucket] += 1;
                }
            }
        }
        if used.contains(&true) {
            choice.windows.push(earlier);
            choice.used.push(used);
        }
    }
    choice
}

impl Choice {
    /// What a caller should know of it, as sentences about the baseline called `label`. `annotations` are those it was chosen by.
    #[must_use]
    pub fn warnings(&self, label: &str, annotations: &[Annotation]) -> Vec<String> {
        let listed = |days: &mut Vec<ExcludedDay>| {
            days.sort_unstable_by(|a, b| b.cmp(a));
            days.dedup();
            listed(days, annotations)
        };
        let mut left_out: Vec<ExcludedDay> = self.left_out.iter().flatten().copied().collect();
        let mut warnings = Vec::new();
        if !left_out.is_empty() {
            let fewest = (0..self.left_out.len())
                .map(|bucket| self.used.iter().filter(|used| used[bucket]).count())
                .min()
                .unwrap_or_default();
            let remain = match fewest {
                MAX_REFERENCES => String::new(),
                fewest => format!("; of {LOOK_BACK} references looked at {fewest} remain"),
            };
            warnings.push(format!("{label} leaves out {}{remain}", listed(&mut left_out)));
        }
        if !self.kept.is_empty() {
            warnings.push(format!(
                "{label} keeps what is longer than a week whole, incidents and holidays included: {}",
                listed(&mut self.kept.clone())
            ));
        }
        warnings
    }
}

/// The first few in words.
fn listed(days: &[ExcludedDay], annotations: &[Annotation]) -> String {
    const SHOWN: usize = 6;
    let shown = days.iter().take(SHOWN).map(|day| {
        let noted = annotations.iter().find(|noted| noted.annotation_id == day.annotation);
        let title = noted.map_or("", |noted| noted.content.title.as_str());
        format!("{} ({} '{title}')", day.date, day.kind)
    });
    let more = days.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("{more} more"));
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

/// The local days that are no reference, in order and without overlap: a day that two annotations spoil is the earlier one's.
fn spoilt_days(annotations: &[Annotation], zone: Tz) -> Vec<((i64, i64), &Annotation)> {
    let mut days: Vec<((i64, i64), &Annotation)> = annotations
        .iter()
        .filter(|annotation| EXCLUDING.contains(&annotation.content.kind))
        .map(|annotation| (whole_days(stretch(&annotation.content, zone), zone), annotation))
        .collect();
    days.sort_by_key(|(stretch, annotation)| (*stretch, annotation.annotation_id));
    let mut covered = i64::MIN;
    days.retain_mut(|((from, to), _)| {
        *from = (*from).max(covered);
        covered = covered.max(*to);
        from < to
    });
    days
}

/// The local days that a stretch touches.
fn whole_days((start, end): (i64, i64), zone: Tz) -> (i64, i64) {
    let midnight = |ms: i64| Interval::Day.floor(ms, zone);
    let last = match end {
        // It goes on.
        i64::MAX => end,
        end if end > start && midnight(end) == end => end,
        end => Interval::Day.next(midnight(end), zone),
    };
    (midnight(start), last)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Europe::Vienna;
    use serde_json::{Value, json};

    use super::*;

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    fn noted(kind: &str, start: &str, end: Value, title: &str) -> Annotation {
        let body = json!({"kind": kind, "start": start, "end": end, "title": title});
        Annotation {
            // Different ones for different titles.
            annotation_id: uuid::Uuid::from_u128(title.bytes().map(u128::from).sum()),
            content: crate::annotation::parse(&body).unwrap(),
            created_at: schemas::UnixMs(0),
            updated_at: schemas::UnixMs(0),
        }
    }

    fn friday(interval: Option<Interval>) -> Window {
        let (start, end) = (at("2026-11-20T00:00:00+01:00"), at("2026-11-20T14:30:00+01:00"));
        Window::new(start, end, interval, Vienna)
    }

    fn dates(choice: &Choice) -> Vec<String> {
        let begins = choice
            .windows
            .iter()
            .map(|window| date(window.start(), Vienna).to_string());
        begins.collect()
    }

    #[test]
    fn six_same_weekdays_without_annotations() {
        let annotations = [];
        let choice = choose(&friday(None), 7, &annotations, Vienna);
        let expected = [
            "2026-11-13",
            "2026-11-06",
            "2026-10-30",
            "2026-10-23",
            "2026-10-16",
            "2026-10-09",
        ];
        assert_eq!(dates(&choice), expected);
        assert_eq!(choice.left_out, [vec![]]);
        assert_eq!(choice.warnings("auto", &annotations), [""; 0]);
    }

    #[test]
    fn a_day_with_an_incident_or_holiday_gives_its_place_to_the_next_one() {
        let annotations = [
            // In the evening, after the window's end: the whole day is left out all the same.
            noted(
                "incident",
                "2026-11-13T20:00:00+01:00",
                json!("2026-11-13T20:10:00+01:00"),
                "CDN",
            ),
            noted("holiday", "2026-10-30", json!("2026-11-01"), "long weekend"),
            // On other weekdays, or of other kinds.
            noted(
                "incident",
                "2026-11-12T20:00:00+01:00",
                json!("2026-11-13T00:00:00+01:00"),
                "over at midnight",
            ),
            noted("release", "2026-11-06T10:00:00+01:00", Value::Null, "8.1"),
            noted("note", "2026-11-06", Value::Null, "match"),
        ];
        let choice = choose(&friday(None), 7, &annotations, Vienna);
        let expected = [
            "2026-11-06",
            "2026-10-23",
            "2026-10-16",
            "2026-10-09",
            "2026-10-02",
            "2026-09-25",
        ];
        assert_eq!(dates(&choice), expected);
        let left_out: Vec<(String, &str)> = choice.left_out[0]
            .iter()
            .map(|one| (one.date.to_string(), one.kind))
            .collect();
        assert_eq!(
            left_out,
            [
                ("2026-11-13".to_owned(), "incident"),
                ("2026-10-30".to_owned(), "holiday")
            ]
        );
        assert_eq!(
            choice.warnings("auto", &annotations),
            ["auto leaves out 2026-11-13 (incident 'CDN'), 2026-10-30 (holiday 'long weekend')"]
        );
    }

    #[test]
    fn the_look_back_is_bounded_and_what_goes_on_leaves_nothing() {
        let annotations = [noted(
            "incident",
            "2026-09-14T00:00:00+02:00",
            json!("2026-11-14T00:00:00+01:00"),
            "autumn",
        )];
        let choice = choose(&friday(None), 7, &annotations, Vienna);
        assert_eq!(dates(&choice), ["2026-09-11", "2026-09-04", "2026-08-28"]);
        assert_eq!(
            choice.warnings("auto", &annotations),
            [
                "auto leaves out 2026-11-13 (incident 'autumn'), 2026-11-06 (incident 'autumn'), 2026-10-30 (incident 'autumn'), \
              2026-10-23 (incident 'autumn'), 2026-10-16 (incident 'autumn'), 2026-10-09 (incident 'autumn'), 3 more; of 12 \
              references looked at 3 remain"
            ]
        );
        let for_ever = [noted("incident", "2026-01-01T00:00:00Z", Value::Null, "x")];
        let choice = choose(&friday(None), 7, &for_ever, Vienna);
        assert_eq!((choice.windows.len(), choice.left_out[0].len()), (0, 12));
    }

    #[test]
    fn each_day_of_a_range_has_references_of_its_own() {
        let (start, end) = (at("2026-11-16T00:00:00+01:00"), at("2026-11-21T00:00:00+01:00"));
        let week = Window::new(start, end, Some(Interval::Day), Vienna);
        let annotations = [noted(
            "incident",
            "2026-11-11T09:00:00+01:00",
            json!("2026-11-11T10:00:00+01:00"),
            "CDN",
        )];
        let choice = choose(&week, 7, &annotations, Vienna);
        assert_eq!(choice.windows.len(), 7, "one more, for the Wednesday alone");
        let of = |bucket: usize| choice.used.iter().map(|used| used[bucket]).collect::<Vec<bool>>();
        assert_eq!(of(1), [true, true, true, true, true, true, false]);
        assert_eq!(of(2), [false, true, true, true, true, true, true]);
        assert_eq!(choice.left_out[2][0].date.to_string(), "2026-11-11");
        assert!(choice.left_out[1].is_empty() && choice.left_out[3].is_empty());
        let warning = "auto leaves out 2026-11-11 (incident 'CDN')";
        assert_eq!(choice.warnings("auto", &annotations), [warning]);
    }

    #[test]
    fn a_day_that_two_annotations_spoil_is_left_out_once() {
        let annotations = [
            noted(
                "incident",
                "2026-11-13T10:00:00+01:00",
                json!("2026-11-13T11:00:00+01:00"),
                "second",
            ),
            noted("holiday", "2026-11-12", json!("2026-11-14"), "first"),
            noted(
                "incident",
                "2026-11-13T09:00:00+01:00",
                json!("2026-11-20T11:00:00+01:00"),
                "longer",
            ),
        ];
        let choice = choose(&friday(None), 7, &annotations, Vienna);
        assert_eq!(choice.left_out[0].len(), 1);
        assert_eq!(
            choice.warnings("auto", &annotations),
            ["auto leaves out 2026-11-13 (holiday 'first')"]
        );
        let days = spoilt_days(&annotations, Vienna);
        let stretches: Vec<(i64, i64)> = days.iter().map(|(stretch, _)| *stretch).collect();
        let at = |day: &str| at(&format!("2026-11-{day}T00:00:00+01:00"));
        assert_eq!(stretches, [(at("12"), at("15")), (at("15"), at("21"))]);
    }

    #[test]
    fn a_month_stays_whole_and_the_answer_says_so() {
        let (start, end) = (at("2026-11-01T00:00:00+01:00"), at("2026-11-20T00:00:00+01:00"));
        let annotations = [noted("holiday", "2026-10-26", Value::Null, "national day")];
        let choice = choose(&Window::new(start, end, None, Vienna), 21, &annotations, Vienna);
        assert_eq!(choice.windows.len(), 6);
        assert_eq!(
            choice.warnings("auto", &annotations),
            [
                "auto keeps what is longer than a week whole, incidents and holidays included: 2026-10-11 (holiday 'national day')"
            ]
        );
    }

    #[test]
    fn days_are_local_also_when_the_clocks_change() {
        let incident = [noted(
            "incident",
            "2026-10-24T22:30:00Z",
            json!("2026-10-24T22:40:00Z"),
            "after midnight in Vienna",
        )];
        let (start, end) = (at("2026-11-01T22:00:00+01:00"), at("2026-11-01T23:00:00+01:00"));
        let choice = choose(&Window::new(start, end, None, Vienna), 7, &incident, Vienna);
        assert_eq!(choice.left_out[0][0].date.to_string(), "2026-10-25", "25 hours long");
        let utc = choose(&Window::new(start, end, None, Tz::UTC), 7, &incident, Tz::UTC);
        assert!(utc.left_out[0].is_empty(), "in UTC it is the day before");
    }
}
