//! Time buckets on a calendar: which stretches of time an answer has, and where the same stretches lay days earlier.
//!
//! Pure: `now` and the time zone come as arguments. All instants are milliseconds since 1970-01-01T00:00:00Z.
//! Invariant: a window's edges never decrease, the first is its begin (inclusive), the last its end (exclusive).

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;

/// Most time buckets of one answer, as many as rows.
pub const BUCKETS_MAX: usize = 10_000;

/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * 60 * 1_000;

const MINUTE_MS: i64 = 60 * 1_000;

/// Length of a time bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// One minute.
    Minute,
    /// Five minutes.
    FiveMinutes,
    /// From one full local hour to the next.
    Hour,
    /// From local midnight to local midnight: 23, 24 or 25 hours.
    Day,
    /// Monday to Monday.
    Week,
    /// From a month's first day to the next one's.
    Month,
}

impl Interval {
    /// Every interval with its name in requests.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("minute", Self::Minute),
        ("5min", Self::FiveMinutes),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
    ];

    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, interval)| *interval == self)
            .map_or("", |(name, _)| name)
    }

    /// The usual length in ms; real days, weeks and months differ from it.
    #[must_use]
    pub fn nominal_ms(self) -> i64 {
        match self {
            Self::Minute => MINUTE_MS,
            Self::FiveMinutes => 5 * MINUTE_MS,
            Self::Hour => HOUR_MS,
            Self::Day => 24 * HOUR_MS,
            Self::Week => 7 * 24 * HOUR_MS,
            Self::Month => 28 * 24 * HOUR_MS,
        }
    }

    /// The calendar's border at or before `ms`.
    #[must_use]
    pub fn floor(self, ms: i64, zone: Tz) -> i64 {
        let local = local(ms, zone);
        let midnight = |date: NaiveDate| first_instant(date.and_hms_opt(0, 0, 0).unwrap_or_default(), zone);
        match self {
            // Every zone in use is a whole number of quarter hours away from UTC, so minutes need no calendar.
            Self::Minute | Self::FiveMinutes => ms - ms.rem_euclid(self.nominal_ms()),
            // Within an hour that the clocks repeat, the reading alone is ambiguous: go back by the minutes instead.
            Self::Hour => {
                ms - i64::from(local.minute()) * MINUTE_MS - i64::from(local.second()) * 1_000 - ms.rem_euclid(1_000)
            }
            Self::Day => midnight(local.date()),
            Self::Week => midnight(local.date() - Days::new(u64::from(local.date().weekday().num_days_from_monday()))),
            Self::Month => midnight(local.date().with_day(1).unwrap_or(local.date())),
        }
    }

    /// The calendar's border after the border `ms`.
    #[must_use]
    pub fn next(self, ms: i64, zone: Tz) -> i64 {
        // From the border go safely into the next bucket, then back to its border.
        let into_next = match self {
            Self::Minute | Self::FiveMinutes => return ms + self.nominal_ms(),
            Self::Hour => {
                // A clock change by half an hour (Lord Howe) makes the next border come after 30 or 90 minutes.
                let next = self.floor(ms + HOUR_MS, zone);
                return if next > ms { next } else { ms + HOUR_MS };
            }
            Self::Day => 26 * HOUR_MS,
            Self::Week => (7 * 24 + 12) * HOUR_MS,
            Self::Month => 32 * 24 * HOUR_MS,
        };
        self.floor(ms + into_next, zone)
    }
}

/// A stretch of time, cut into buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Borders, one more than buckets. Two equal ones are a bucket that the clocks skipped.
    pub edges: Vec<i64>,
    /// Calendar border at or before the first edge: the first bucket's name.
    pub floor: i64,
    /// Calendar border at or after the last edge.
    pub ceiling: i64,
}

impl Window {
    /// `[start, end)` cut at the calendar's borders; one bucket without an interval.
    #[must_use]
    pub fn new(start: i64, end: i64, interval: Option<Interval>, zone: Tz) -> Self {
        let Some(interval) = interval else {
            return Self {
                edges: vec![start, end],
                floor: start,
                ceiling: end,
            };
        };
        let floor = interval.floor(start, zone);
        let mut edges = vec![start];
        let mut border = interval.next(floor, zone);
        while border < end {
            edges.push(border);
            border = interval.next(border, zone);
        }
        edges.push(end);
        Self {
            edges,
            floor,
            ceiling: border,
        }
    }

    /// The begin, inclusive.
    #[must_use]
    pub fn start(&self) -> i64 {
        self.edges.first().copied().unwrap_or_default()
    }

    /// The end, exclusive.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.edges.last().copied().unwrap_or_default()
    }

    /// How many buckets.
    #[must_use]
    pub fn buckets(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Begin and end of one bucket.
    #[must_use]
    pub fn bucket(&self, index: usize) -> (i64, i64) {
        (self.edges[index], self.edges[index + 1])
    }

    /// The instant that names a bucket: the calendar's border at its begin, also where the window cuts it.
    #[must_use]
    pub fn name_of(&self, index: usize) -> i64 {
        if index == 0 { self.floor } else { self.edges[index] }
    }

    /// Whether a bucket is cut by the window's begin or end.
    #[must_use]
    pub fn is_partial(&self, index: usize) -> bool {
        (index == 0 && self.start() > self.floor) || (index + 1 == self.buckets() && self.end() < self.ceiling)
    }

    /// The same local times `days` earlier: edge by edge, so that equal local hours are compared over a clock change.
    #[must_use]
    pub fn days_earlier(&self, days: u32, zone: Tz) -> Self {
        let shift = |ms: i64| days_earlier(ms, days, zone);
        Self {
            edges: self.edges.iter().map(|edge| shift(*edge)).collect(),
            floor: shift(self.floor),
            ceiling: shift(self.ceiling),
        }
    }
}

/// The local date of an instant.
#[must_use]
pub fn date(ms: i64, zone: Tz) -> NaiveDate {
    local(ms, zone).date()
}

/// The instant with the same local reading `days` earlier. A reading that the clocks skipped on that day is its first
/// instant after the gap; of a reading that they repeated, the first.
#[must_use]
pub fn days_earlier(ms: i64, days: u32, zone: Tz) -> i64 {
    let reading = local(ms, zone);
    match reading.checked_sub_days(Days::new(u64::from(days))) {
        Some(earlier) => first_instant(earlier, zone),
        None => ms,
    }
}

/// An instant as answers write it: ISO 8601 with the zone's offset at that instant.
#[must_use]
pub fn written(ms: i64, zone: Tz) -> String {
    zone.from_utc_datetime(&utc(ms).naive_utc())
        .to_rfc3339_opts(SecondsFormat::Millis, false)
}

/// An instant in UTC, as answers write it.
#[must_use]
pub fn written_utc(ms: i64) -> String {
    utc(ms).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A local day as answers write it, of a reading that is given as though it were UTC.
#[must_use]
pub fn written_day(reading_ms: i64) -> String {
    utc(reading_ms).date_naive().to_string()
}

/// The first instant at which the clocks of `zone` show a reading that is given as though it were UTC.
#[must_use]
pub fn instant_of_reading(reading_ms: i64, zone: Tz) -> i64 {
    first_instant(utc(reading_ms).naive_utc(), zone)
}

fn utc(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

fn local(ms: i64, zone: Tz) -> NaiveDateTime {
    zone.from_utc_datetime(&utc(ms).naive_utc()).naive_local()
}

fn first_instant(reading: NaiveDateTime, zone: Tz) -> i64 {
    match zone.from_local_datetime(&reading) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.timestamp_millis(),
        LocalResult::None => {
            // The clocks jumped over this reading: take the first instant after the jump. Before the jump the old
            // offset holds, so the reading taken with it lies after the jump by as much as it lay inside the gap.
            let before = reading - TimeDelta::hours(3);
            match zone.from_local_datetime(&before) {
                LocalResult::Single(time) | LocalResult::Ambiguous(_, time) => {
                    let naive = time.timestamp_millis() + 3 * HOUR_MS;
                    let inside_gap = (local(naive, zone) - reading).num_milliseconds();
                    // `naive` reads `inside_gap` (the jump's size) later than asked; the jump lies at the reading
                    // before it, found by going back minute by minute at most that far.
                    let mut first = naive;
                    while first > naive - inside_gap && local(first - MINUTE_MS, zone) > reading {
                        first -= MINUTE_MS;
                    }
                    first
                }
                LocalResult::None => utc(reading.and_utc().timestamp_millis()).timestamp_millis(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::New_York, Asia::Kathmandu, Australia::Lord_Howe, Europe::Vienna};

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    fn check(start: &str, end: &str, interval: Interval, zone: Tz, expected: &[&str]) {
        let window = Window::new(at(start), at(end), Some(interval), zone);
        let got: Vec<String> = (0..window.buckets())
            .map(|index| written(window.name_of(index), zone))
            .collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|text| format!("{}.000{}", &text[..19], &text[19..]))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn the_hour_that_comes_twice_is_two_buckets() {
        check(
            "2026-10-25T00:00:00Z",
            "2026-10-25T03:00:00Z",
            Interval::Hour,
            Vienna,
            &[
                "2026-10-25T02:00:00+02:00",
                "2026-10-25T02:00:00+01:00",
                "2026-10-25T03:00:00+01:00",
            ],
        );
    }

    #[test]
    fn the_hour_that_is_skipped_is_no_bucket() {
        check(
            "2026-03-29T00:00:00Z",
            "2026-03-29T02:00:00Z",
            Interval::Hour,
            Vienna,
            &["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"],
        );
    }

    #[test]
    fn days_have_23_24_and_25_hours() {
        let window = Window::new(
            at("2026-03-28T00:00:00+01:00"),
            at("2026-03-31T00:00:00+02:00"),
            Some(Interval::Day),
            Vienna,
        );
        let hours: Vec<i64> = window
            .edges
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) / HOUR_MS)
            .collect();
        assert_eq!(hours, [24, 23, 24]);
        let window = Window::new(
            at("2026-11-01T00:00:00-04:00"),
            at("2026-11-02T00:00:00-05:00"),
            Some(Interval::Day),
            New_York,
        );
        assert_eq!((window.buckets(), window.end() - window.start()), (1, 25 * HOUR_MS));
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        check(
            "2026-11-18T00:00:00+01:00",
            "2026-11-25T00:00:00+01:00",
            Interval::Week,
            Vienna,
            &["2026-11-16T00:00:00+01:00", "2026-11-23T00:00:00+01:00"],
        );
        check(
            "2026-01-31T00:00:00+01:00",
            "2026-04-02T00:00:00+02:00",
            Interval::Month,
            Vienna,
            &[
                "2026-01-01T00:00:00+01:00",
                "2026-02-01T00:00:00+01:00",
                "2026-03-01T00:00:00+01:00",
                "2026-04-01T00:00:00+02:00",
            ],
        );
    }

    #[test]
    fn zones_off_the_full_hour_have_buckets_on_their_own_hours() {
        check(
            "2026-11-18T00:00:00Z",
            "2026-11-18T02:00:00Z",
            Interval::Hour,
            Kathmandu,
            &[
                "2026-11-18T05:00:00+05:45",
                "2026-11-18T06:00:00+05:45",
                "2026-11-18T07:00:00+05:45",
            ],
        );
        let window = Window::new(
            at("2026-04-04T12:00:00Z"),
            at("2026-04-04T18:00:00Z"),
            Some(Interval::Hour),
            Lord_Howe,
        );
        assert!(
            window.edges.is_sorted_by(|a, b| a < b),
            "a clock change of half an hour leaves borders in order: {window:?}"
        );
    }

    #[test]
    fn cut_buckets_are_partial() {
        let window = Window::new(
            at("2026-11-18T10:10:00Z"),
            at("2026-11-18T12:30:00Z"),
            Some(Interval::Hour),
            Vienna,
        );
        let partial: Vec<bool> = (0..window.buckets()).map(|index| window.is_partial(index)).collect();
        assert_eq!(partial, [true, false, true]);
    }

    #[test]
    fn equal_elapsed_time_is_by_local_hour() {
        // Sunday 29 March 2026 14:30 in Vienna is after the change, the Sunday before it was not.
        let window = Window::new(
            at("2026-03-29T00:00:00+01:00"),
            at("2026-03-29T14:30:00+02:00"),
            None,
            Vienna,
        );
        let earlier = window.days_earlier(7, Vienna);
        assert_eq!(earlier.start(), at("2026-03-22T00:00:00+01:00"));
        assert_eq!(earlier.end(), at("2026-03-22T14:30:00+01:00"));
        assert_eq!(window.end() - window.start() + HOUR_MS, earlier.end() - earlier.start());
    }

    #[test]
    fn a_reading_skipped_on_the_reference_day_is_an_empty_bucket() {
        let window = Window::new(
            at("2026-03-30T01:00:00+02:00"),
            at("2026-03-30T04:00:00+02:00"),
            Some(Interval::Hour),
            Vienna,
        );
        let earlier = window.days_earlier(1, Vienna);
        let lengths: Vec<i64> = earlier
            .edges
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) / HOUR_MS)
            .collect();
        assert_eq!(lengths, [1, 0, 1], "{earlier:?}");
        let inside = at("2026-03-30T02:30:00+02:00");
        assert_eq!(days_earlier(inside, 1, Vienna), at("2026-03-29T03:00:00+02:00"));
    }
}
