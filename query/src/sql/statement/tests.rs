//! When borders of time buckets are listed and when arithmetic finds them.

use chrono_tz::Europe::Vienna;

use super::*;
use crate::calendar::Interval;

fn at(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
}

#[test]
fn equal_buckets_need_no_list_of_borders() {
    let window = Window::new(
        at("2026-11-18T10:10:00Z"),
        at("2026-11-18T12:30:00Z"),
        Some(Interval::Hour),
        Vienna,
    );
    let windows = vec![window.days_earlier(1, Vienna), window.days_earlier(2, Vienna)];
    let grid = Grid::new(windows.clone());
    assert_eq!(grid.listed_edges(), 0);
    // 10:10 is 10 min into its hour: the bucket number counts from the full hour.
    assert_eq!(grid.decode(windows[1].start(), 2), Some((1, 2)));
    assert_eq!(grid.decode(windows[1].start(), 3), None);
    assert_eq!(grid.decode(windows[1].start() + 1, 0), None);
}

#[test]
fn a_day_of_25_hours_lists_its_borders() {
    let window = Window::new(
        at("2026-10-24T00:00:00+02:00"),
        at("2026-10-27T00:00:00+01:00"),
        Some(Interval::Day),
        Vienna,
    );
    let grid = Grid::new(vec![window.clone()]);
    assert_eq!(grid.listed_edges(), 4);
    for (index, edge) in window.edges[..3].iter().enumerate() {
        assert_eq!(grid.decode(window.start(), *edge), Some((0, index)));
    }
}

/// Three hours, of which one was skipped a day earlier.
fn after_the_clocks_changed() -> Window {
    Window::new(
        at("2026-03-30T01:00:00+02:00"),
        at("2026-03-30T04:00:00+02:00"),
        Some(Interval::Hour),
        Vienna,
    )
}

#[test]
fn of_a_skipped_hour_the_bucket_with_a_length_is_taken() {
    let window = after_the_clocks_changed();
    let earlier = window.days_earlier(1, Vienna);
    let grid = Grid::new(vec![earlier.clone()]);
    assert_eq!(grid.decode(earlier.start(), earlier.edges[1]), Some((0, 2)));
}

#[test]
fn hours_to_read_reach_one_beyond_each_window_and_are_merged() {
    let window = |day: i64| Window::new(day * 24 * HOUR_MS, day * 24 * HOUR_MS + HOUR_MS, None, Vienna);
    let grid = Grid::new(vec![window(2), window(1)]);
    assert_eq!(
        grid.hours(0),
        [(23 * HOUR_MS, 26 * HOUR_MS), (47 * HOUR_MS, 50 * HOUR_MS)]
    );
    assert_eq!(grid.hours(48 * HOUR_MS).len(), 1);
}

#[test]
fn a_moment_has_the_place_that_rows_of_it_have() {
    let window = after_the_clocks_changed();
    let earlier = window.days_earlier(1, Vienna);
    let grid = Grid::new(vec![window.clone(), earlier.clone()]);
    assert_eq!(grid.place(window.start()), Some((0, 0)));
    assert_eq!(grid.place(window.end() - 1), Some((0, 2)));
    assert_eq!(grid.place(window.end()), None);
    assert_eq!(grid.place(earlier.start() - 1), None);
    // Of a skipped hour the bucket with a length is taken.
    assert_eq!(grid.place(earlier.edges[1]), Some((1, 2)));
}
