//! Which of a question's time cells answer, and how.
//!
//! Cells are sums over the attempts of a day (UTC) that is over; `sql/cells.rs` makes and reads them, `builder.rs` keeps them. A question's
//! stretch of time is cut in three: whole days and whole hours that cells of one set answer, and the rest, which is read from
//! the attempts and added. Pure.
//!
//! Invariant: what is cut off is put on again. Every ms of a window belongs to exactly one of the three.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::{
    calendar::{HOUR_MS, Window},
    request::Dimension,
    sql::{
        cells::{DAY_MS, Set, set_with},
        statement::{Scope, Wanted},
    },
};

/// Most stretches that are left to the attempts: each is a condition of their statement.
const REST_MAX: usize = 100;

/// A day whose cells count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct CellDay {
    /// When it begins, ms since 1970, UTC.
    pub day_ms: i64,
    /// The version of its rows.
    pub version: i64,
}

/// What cells of one set answer of a question. Stretches are `[from, to)`, ms since 1970, in rising order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Covered {
    /// The days that cells are read of.
    pub days: Vec<CellDay>,
    /// Begins of the days that are read whole.
    pub whole: Vec<i64>,
    /// What is read by the hour.
    pub hours: Vec<(i64, i64)>,
    /// What the attempts have to tell.
    pub rest: Vec<(i64, i64)>,
}

/// The set of cells that answers `wanted`, and for which time; `None` when the attempts have to tell everything. `days` rise.
#[must_use]
pub fn covering(scope: &Scope, wanted: &Wanted, days: &[CellDay]) -> Option<(&'static Set, Covered)> {
    if days.is_empty() || wanted.distinct || wanted.apart {
        return None;
    }
    let set = set_of(scope, &wanted.dimensions, wanted.by_viewer)?;
    let covered = cut(scope.grid.windows(), days, set.hourly)?;
    Some((set, covered))
}

/// The set that can tell these dimensions and the scope's filters apart.
#[must_use]
pub fn set_of(scope: &Scope, dimensions: &[Dimension], by_viewer: bool) -> Option<&'static Set> {
    let needs_attempts = scope.by_end
        || scope.within.is_some()
        || !scope.except.is_empty()
        || scope.stretch_ms.is_some()
        || scope.seen.is_some();
    if needs_attempts {
        return None;
    }
    let filtered = scope.filters.iter().map(|filter| &filter.dimension);
    let names: Option<BTreeSet<&str>> = dimensions
        .iter()
        .chain(filtered)
        .map(|dimension| match dimension {
            Dimension::Attribute(name) => Some(*name),
            Dimension::Custom(_) | Dimension::Rendition => None,
        })
        .collect();
    set_with(&names?, by_viewer)
}

/// Cuts windows into what days and hours of cells answer and the rest. `days` rise. `None` when that is nothing, or the rest is in too many pieces.
#[must_use]
pub fn cut(windows: &[Window], days: &[CellDay], hourly: bool) -> Option<Covered> {
    let mut covered = Covered::default();
    let mut used = BTreeSet::new();
    for window in windows {
        for index in 0..window.buckets() {
            let (from, to) = window.bucket(index);
            let (from, to) = (from.max(window.start()), to.min(window.end()));
            let mut left = from;
            let first = days.partition_point(|day| day.day_ms + DAY_MS <= from);
            for (place, day) in days.iter().enumerate().skip(first) {
                if day.day_ms >= to {
                    break;
                }
                let (begin, end) = (day.day_ms.max(from), (day.day_ms + DAY_MS).min(to));
                let (begin, end) = match end - begin == DAY_MS {
                    true => {
                        covered.whole.push(day.day_ms);
                        (begin, end)
                    }
                    false if hourly => {
                        let hours = (begin + (-begin).rem_euclid(HOUR_MS), end - end.rem_euclid(HOUR_MS));
                        if hours.0 >= hours.1 {
                            continue;
                        }
                        put(&mut covered.hours, hours);
                        hours
                    }
                    false => continue,
                };
                used.insert(place);
                put(&mut covered.rest, (left, begin));
                left = end;
            }
            put(&mut covered.rest, (left, to));
        }
    }
    covered.whole.sort_unstable();
    covered.hours.sort_unstable();
    covered.rest.sort_unstable();
    covered.days = used.into_iter().map(|place| days[place]).collect();
    let is_worth_it = !covered.days.is_empty() && covered.rest.len() <= REST_MAX;
    is_worth_it.then_some(covered)
}

/// Adds a stretch that has a length, joined to the last one where it follows it.
fn put(stretches: &mut Vec<(i64, i64)>, (from, to): (i64, i64)) {
    if from >= to {
        return;
    }
    match stretches.last_mut() {
        Some((_, end)) if *end == from => *end = to,
        _ => stretches.push((from, to)),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Asia::Kolkata, Europe::Vienna, Tz, UTC};
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Interval;

    /// 2026-11-01T00:00:00Z.
    const FIRST: i64 = 1_793_491_200_000;

    fn days(places: impl IntoIterator<Item = i64>) -> Vec<CellDay> {
        places
            .into_iter()
            .map(|place| CellDay {
                day_ms: FIRST + place * DAY_MS,
                version: place + 1,
            })
            .collect()
    }

    fn window(from_hours: f64, to_hours: f64, interval: Option<Interval>, zone: Tz) -> Window {
        let at = |hours: f64| FIRST + (hours * HOUR_MS as f64) as i64;
        Window::new(at(from_hours), at(to_hours), interval, zone)
    }

    #[test]
    fn a_range_is_whole_days_hours_at_its_ends_and_the_rest() {
        let covered = cut(&[window(-1.0, 73.5, None, UTC)], &days([0, 1, 3]), true).unwrap();
        assert_eq!(covered.whole, [FIRST, FIRST + DAY_MS]);
        assert_eq!(covered.hours, [(FIRST + 3 * DAY_MS, FIRST + 73 * HOUR_MS)]);
        // Before the first day, the day without cells, and the half hour.
        let hour = |hours: i64| FIRST + hours * HOUR_MS;
        assert_eq!(
            covered.rest,
            [
                (hour(-1), hour(0)),
                (hour(48), hour(72)),
                (hour(73), hour(73) + HOUR_MS / 2)
            ]
        );
        assert_eq!(covered.days, days([0, 1, 3]));
    }

    #[test]
    fn local_days_need_hours() {
        let local = window(-1.0, 47.0, Some(Interval::Day), Vienna);
        assert_eq!(cut(std::slice::from_ref(&local), &days([-1, 0, 1]), false), None);
        let covered = cut(&[local], &days([-1, 0, 1]), true).unwrap();
        assert!(covered.whole.is_empty() && covered.rest.is_empty());
        assert_eq!(covered.hours, [(FIRST - HOUR_MS, FIRST + 47 * HOUR_MS)]);
    }

    #[test]
    fn minutes_are_left_to_the_attempts() {
        assert_eq!(
            cut(&[window(0.0, 24.0, Some(Interval::Minute), UTC)], &days([0]), true),
            None
        );
    }

    proptest! {
        #[test]
        fn every_moment_is_told_once(
            from in -60.0..60.0_f64,
            length in 0.1..120.0_f64,
            built in proptest::collection::btree_set(-4_i64..8, 0..8),
            zone in prop_oneof![Just(UTC), Just(Vienna), Just(Kolkata)],
            interval in prop_oneof![Just(None), Just(Some(Interval::Hour)), Just(Some(Interval::Day)), Just(Some(Interval::Week))],
            hourly: bool,
        ) {
            let window = window(from, from + length, interval, zone);
            if let Some(covered) = cut(std::slice::from_ref(&window), &days(built), hourly) {
                let mut told = covered.rest.clone();
                told.extend(&covered.hours);
                told.extend(covered.whole.iter().map(|day| (*day, day + DAY_MS)));
                told.sort_unstable();
                prop_assert_eq!(told.first().map(|first| first.0), Some(window.start()));
                prop_assert_eq!(told.last().map(|last| last.1), Some(window.end()));
                for pair in told.windows(2) {
                    prop_assert_eq!(pair[0].1, pair[1].0);
                }
                // What cells answer lies in one bucket whole, or by the hour within one.
                for day in &covered.whole {
                    let bucket = window.edges.partition_point(|edge| edge <= day) - 1;
                    prop_assert!(day + DAY_MS <= window.bucket(bucket).1);
                }
            }
        }
    }
}
