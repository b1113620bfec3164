//! Which of a question's time cells answer, and how.
//!
//! Cells are sums over the attempts of a day (UTC); `sql/cells.rs` makes and reads them, `builder.rs` keeps them. A question's
//! stretch of time is cut in four: whole days and whole hours that cells of one set answer, days of which nothing was ever written, and
//! the rest, which is read from the attempts and added. Of a day that goes on cells tell up to an hour, and leave out what was not over when they
//! were built: those attempts are read and added too. Pure.
//!
//! Invariant: what is cut off is put on again. Every ms of a window belongs to exactly one of the four, and every attempt is counted once.

use std::collections::{BTreeSet, HashMap};

use schemas::limits::ATTEMPT_MS_MAX;
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

/// Attempts that were written of so often at most are grouped: then there are no more of them, and grouping two million takes less than 2 GiB.
const FEW_TOUCHES: u64 = 2_000_000;

/// A day that something was written of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TouchedDay {
    /// When it begins, ms since 1970, UTC.
    pub day_ms: i64,
    /// Its cells that count; none where the attempts have to tell.
    pub cells: Option<DayCells>,
    /// How often something was written of it: at least as many beacons as it has.
    pub touches: u64,
}

/// The cells of a day that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCells {
    /// Their version.
    pub version: i64,
    /// When what they tell of ends, ms since 1970: with the day, or with an hour of it.
    pub until_ms: i64,
    /// Whether they leave attempts out that were not over when they were built.
    pub is_open: bool,
}

/// How often something was written of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Touches {
    /// When the day begins, ms since 1970, UTC.
    pub day_ms: i64,
    /// How often.
    pub touches: u64,
}

/// What a day was last built as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct BuiltDay {
    /// When the day begins, ms since 1970, UTC.
    pub day_ms: i64,
    /// The version of its cells.
    pub version: i64,
    /// How often something had been written of it by then.
    pub touches: u64,
    /// Of how many of its hours.
    pub hours: i64,
    /// Whether attempts that were not over are left out. Then what is written to them takes nothing from the cells.
    pub is_open: bool,
}

/// The days of `touched`, each with the cells that count: those that were built from as many touches, or leave out what is not over.
#[must_use]
pub fn touched_days(touched: &[Touches], built: &[BuiltDay]) -> Vec<TouchedDay> {
    let built: HashMap<i64, &BuiltDay> = built.iter().map(|day| (day.day_ms, day)).collect();
    let day = |day: &Touches| TouchedDay {
        day_ms: day.day_ms,
        cells: built
            .get(&day.day_ms)
            .filter(|built| built.is_open || built.touches == day.touches)
            .map(|built| DayCells {
                version: built.version,
                until_ms: day.day_ms + built.hours * HOUR_MS,
                is_open: built.is_open,
            }),
        touches: day.touches,
    };
    touched.iter().map(day).collect()
}

/// What the tables hold of a stretch of whole days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// When the stretch begins, ms since 1970, UTC.
    pub from_ms: i64,
    /// When it ends, ms since 1970, UTC.
    pub to_ms: i64,
    /// Its days that something was written of, rising; of the others there is nothing.
    pub days: Vec<TouchedDay>,
}

/// What is known of one day.
enum Told {
    /// Nothing, or that the attempts have to tell.
    ByAttempts,
    /// Nothing was ever written of it.
    Empty,
    /// These cells, until they end.
    ByCells(DayCells),
}

impl Known {
    /// Whether the attempts of these windows are known to be few enough to be grouped by a question.
    #[must_use]
    pub fn are_few(&self, windows: &[Window]) -> bool {
        let touches = |window: &Window| {
            let (from, to) = (window.start().max(self.from_ms), window.end().min(self.to_ms));
            let within = |day: &&TouchedDay| day.day_ms + DAY_MS > from && day.day_ms < to;
            self.days.iter().filter(within).map(|day| day.touches).sum::<u64>()
        };
        let is_known = |window: &Window| window.start() >= self.from_ms && window.end() <= self.to_ms;
        windows.iter().all(is_known) && windows.iter().map(touches).sum::<u64>() <= FEW_TOUCHES
    }

    /// How often something was written of the attempts that began in `[from, to)`, ms, about: of a part of a day its share of what there
    /// is at `now_ms`. None where that is not known.
    #[must_use]
    pub fn touches(&self, from: i64, to: i64, now_ms: i64) -> Option<u64> {
        let is_known = from >= self.from_ms && to <= self.to_ms;
        let of_day = |day: &TouchedDay| {
            let within = (to.min(day.day_ms + DAY_MS) - from.max(day.day_ms)).max(0);
            let so_far = (now_ms - day.day_ms).clamp(HOUR_MS, DAY_MS);
            day.touches as f64 * within as f64 / so_far as f64
        };
        is_known.then(|| self.days.iter().map(of_day).sum::<f64>().ceil() as u64)
    }

    fn told(&self, day_ms: i64) -> Told {
        if day_ms < self.from_ms || day_ms >= self.to_ms {
            return Told::ByAttempts;
        }
        match self.days.binary_search_by_key(&day_ms, |day| day.day_ms) {
            Ok(place) => self.days[place].cells.map_or(Told::ByAttempts, Told::ByCells),
            Err(_) => Told::Empty,
        }
    }
}

/// Rows of a version that was made so long ago are there wherever one asks, ms: an insert waits for a quorum of replicas, the rest follow.
const SETTLED_MS: i64 = 10 * 60 * 1_000;

/// A day that cells are read of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellDay {
    /// When it begins, ms since 1970, UTC.
    pub day_ms: i64,
    /// The version of its rows.
    pub version: i64,
}

/// What cells of one set answer of a question. Stretches are `[from, to)`, ms since 1970, in rising order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Covered {
    /// The days that cells are read of. None where the tables hold nothing, or only such as the attempts tell.
    pub days: Vec<CellDay>,
    /// Begins of the days that are read whole.
    pub whole: Vec<i64>,
    /// What is read by the hour.
    pub hours: Vec<(i64, i64)>,
    /// What the attempts have to tell.
    pub rest: Vec<(i64, i64)>,
    /// Where the attempts have to tell what cells leave out.
    pub left_out: Vec<LeftOut>,
}

/// A stretch that cells tell of but for attempts that were not over when it was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// When it begins, ms since 1970.
    pub from: i64,
    /// When it ends.
    pub to: i64,
    /// The version that leaves them out.
    pub version: i64,
}

/// A version of cells that are built at `now_ms`, as good as its own: `chance` tells apart those of two nodes in one ms.
#[must_use]
pub fn version_of(now_ms: i64, chance: u64) -> i64 {
    now_ms << CHANCE_BITS | (chance & ((1 << CHANCE_BITS) - 1)) as i64
}

/// When a version was made, ms since 1970.
pub(crate) fn made_ms(version: i64) -> i64 {
    version >> CHANCE_BITS
}

const CHANCE_BITS: u32 = 20;

/// What cells of one set tell of the viewers at each moment. Stretches are `[from, to)`, ms since 1970, in rising order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoveredTicks {
    /// The days that the attempts began in.
    pub days: Vec<CellDay>,
    /// Begins of the days that are watched whole.
    pub whole: Vec<i64>,
    /// What is watched by the hour.
    pub hours: Vec<(i64, i64)>,
    /// Parts of an hour.
    pub parts: Vec<(i64, i64)>,
    /// When the attempts began that beacons have to tell of.
    pub rest: Vec<(i64, i64)>,
}

/// The set of cells that tells the viewers at each moment, and which; `None` when beacons have to tell of every attempt.
#[must_use]
pub fn covering_ticks(scope: &Scope, wanted: &Wanted, known: &Known) -> Option<(&'static Set, CoveredTicks)> {
    if wanted.apart {
        return None;
    }
    let set = set_of(scope, &wanted.dimensions, wanted.by_viewer).filter(|set| set.has_ticks())?;
    Some((set, cut_ticks(scope.grid.windows(), known)?))
}

/// Cuts windows into whole days, whole hours and parts of an hour; and the days that attempts seen in them began in, into those that cells
/// tell of and the rest. `None` when the rest is everything, or something is in too many pieces.
#[must_use]
pub fn cut_ticks(windows: &[Window], known: &Known) -> Option<CoveredTicks> {
    let mut covered = CoveredTicks::default();
    let (mut whole, mut began) = (BTreeSet::new(), BTreeSet::new());
    for window in windows {
        for index in 0..window.buckets() {
            let (from, to) = window.bucket(index);
            let (from, to) = (from.max(window.start()), to.min(window.end()));
            let hours = (from + (-from).rem_euclid(HOUR_MS), to - to.rem_euclid(HOUR_MS));
            if hours.0 >= hours.1 {
                // What is left of the first hour, and what is begun of the last, or both in one.
                let border = hours.0.clamp(from, to.max(from));
                covered.parts.extend(
                    [(from, border), (border, to)]
                        .into_iter()
                        .filter(|(from, to)| from < to),
                );
                continue;
            }
            covered.parts.extend(
                [(from, hours.0), (hours.1, to)]
                    .into_iter()
                    .filter(|(from, to)| from < to),
            );
            let days = (
                hours.0 + (-hours.0).rem_euclid(DAY_MS),
                hours.1 - hours.1.rem_euclid(DAY_MS),
            );
            if days.0 >= days.1 {
                put(&mut covered.hours, hours);
                continue;
            }
            put(&mut covered.hours, (hours.0, days.0));
            put(&mut covered.hours, (days.1, hours.1));
            whole.extend((days.0..days.1).step_by(DAY_MS as usize));
        }
        let first = window.start() - i64::from(ATTEMPT_MS_MAX);
        began.extend((first - first.rem_euclid(DAY_MS)..window.end()).step_by(DAY_MS as usize));
    }
    let mut is_told = false;
    for day_ms in began {
        match known.told(day_ms) {
            Told::ByCells(DayCells {
                version,
                is_open: false,
                ..
            }) => covered.days.push(CellDay { day_ms, version }),
            Told::Empty => is_told = true,
            // Who watches at a moment is counted of days that are over.
            Told::ByCells(_) | Told::ByAttempts => put(&mut covered.rest, (day_ms, day_ms + DAY_MS)),
        }
    }
    is_told |= !covered.days.is_empty();
    covered.whole = whole.into_iter().collect();
    covered.hours.sort_unstable();
    covered.parts.sort_unstable();
    let most = [&covered.hours, &covered.parts, &covered.rest]
        .map(Vec::len)
        .into_iter()
        .max();
    (is_told && most <= Some(REST_MAX)).then_some(covered)
}

/// Whether what cells of these days tell at `now_ms` is what they tell from then on.
#[must_use]
pub fn are_settled(days: &[CellDay], now_ms: i64) -> bool {
    days.iter().all(|day| made_ms(day.version) + SETTLED_MS <= now_ms)
}

/// The set of cells that answers `wanted`, and for which time; `None` when the attempts have to tell everything.
#[must_use]
pub fn covering(scope: &Scope, wanted: &Wanted, known: &Known) -> Option<(&'static Set, Covered)> {
    if wanted.distinct || wanted.apart {
        return None;
    }
    let set = set_of(scope, &wanted.dimensions, wanted.by_viewer)?;
    let covered = cut(scope.grid.windows(), known, set.hourly)?;
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

/// Cuts windows into what days and hours of cells answer, what is empty, and the rest. `None` when the rest is everything, or in too many pieces.
#[must_use]
pub fn cut(windows: &[Window], known: &Known, hourly: bool) -> Option<Covered> {
    let mut covered = Covered::default();
    let mut used = BTreeSet::new();
    let mut cut_off = false;
    for window in windows {
        for index in 0..window.buckets() {
            let (from, to) = window.bucket(index);
            let (from, to) = (from.max(window.start()), to.min(window.end()));
            if from >= to {
                continue;
            }
            let mut left = from;
            let mut day_ms = from - from.rem_euclid(DAY_MS);
            while day_ms < to {
                let (begin, end) = (day_ms.max(from), (day_ms + DAY_MS).min(to));
                let off = match known.told(day_ms) {
                    Told::ByAttempts => None,
                    Told::Empty => Some((begin, end)),
                    Told::ByCells(cells) => {
                        let off = match begin == day_ms && end >= cells.until_ms {
                            true => {
                                covered.whole.push(day_ms);
                                Some((begin, cells.until_ms))
                            }
                            false => {
                                let end = end.min(cells.until_ms);
                                let hours = (begin + (-begin).rem_euclid(HOUR_MS), end - end.rem_euclid(HOUR_MS));
                                (hourly && hours.0 < hours.1).then(|| {
                                    put(&mut covered.hours, hours);
                                    hours
                                })
                            }
                        };
                        let version = cells.version;
                        used.extend(off.map(|_| CellDay { day_ms, version }));
                        let left_out = off.filter(|_| cells.is_open);
                        covered
                            .left_out
                            .extend(left_out.map(|(from, to)| LeftOut { from, to, version }));
                        off
                    }
                };
                if let Some((begin, end)) = off {
                    cut_off = true;
                    put(&mut covered.rest, (left, begin));
                    left = end;
                }
                day_ms += DAY_MS;
            }
            put(&mut covered.rest, (left, to));
        }
    }
    covered.whole.sort_unstable();
    covered.hours.sort_unstable();
    covered.rest.sort_unstable();
    covered.left_out = joined(covered.left_out);
    covered.days = used.into_iter().collect();
    let pieces = covered.rest.len() + covered.left_out.len();
    (cut_off && pieces <= REST_MAX).then_some(covered)
}

/// Stretches of one version that follow each other as one, rising.
fn joined(mut stretches: Vec<LeftOut>) -> Vec<LeftOut> {
    stretches.sort_unstable();
    let mut joined: Vec<LeftOut> = Vec::new();
    for stretch in stretches {
        match joined.last_mut() {
            Some(last) if last.to == stretch.from && last.version == stretch.version => last.to = stretch.to,
            _ => joined.push(stretch),
        }
    }
    joined
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
    use std::collections::BTreeMap;

    use chrono_tz::{Asia::Kolkata, Europe::Vienna, Tz, UTC};
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Interval;

    /// 2026-11-01T00:00:00Z.
    const FIRST: i64 = 1_793_491_200_000;

    /// Nine days from four before [`FIRST`] on have attempts, these of them cells.
    fn known(built: impl IntoIterator<Item = i64>) -> Known {
        let built: BTreeSet<i64> = built.into_iter().collect();
        knowing(built, -4..9)
    }

    /// Of these days something was written, of these of them there are cells; it is known of thirteen days.
    fn knowing(built: BTreeSet<i64>, touched: impl IntoIterator<Item = i64>) -> Known {
        let day = |place: i64| TouchedDay {
            day_ms: FIRST + place * DAY_MS,
            cells: built.contains(&place).then_some(DayCells {
                version: place + 1,
                until_ms: FIRST + (place + 1) * DAY_MS,
                is_open: false,
            }),
            touches: FEW_TOUCHES / 2,
        };
        Known {
            from_ms: FIRST - 4 * DAY_MS,
            to_ms: FIRST + 9 * DAY_MS,
            days: touched.into_iter().map(day).collect(),
        }
    }

    /// As [`knowing`], of days whose cells are open and end with an hour.
    fn knowing_open(built: &BTreeMap<i64, i64>, touched: impl IntoIterator<Item = i64>) -> Known {
        let mut known = knowing(built.keys().copied().collect(), touched);
        for day in &mut known.days {
            if let (Some(cells), Some(hours)) = (&mut day.cells, built.get(&((day.day_ms - FIRST) / DAY_MS))) {
                cells.until_ms = day.day_ms + hours * HOUR_MS;
                cells.is_open = true;
            }
        }
        known
    }

    fn window(from_hours: f64, to_hours: f64, interval: Option<Interval>, zone: Tz) -> Window {
        let at = |hours: f64| FIRST + (hours * HOUR_MS as f64) as i64;
        Window::new(at(from_hours), at(to_hours), interval, zone)
    }

    #[test]
    fn a_day_s_cells_count_while_nothing_was_written_since() {
        let (day, other) = (FIRST, FIRST + DAY_MS);
        let touched = [(day, 3), (other, 4)].map(|(day_ms, touches)| Touches { day_ms, touches });
        let built = [(day, 7, 3), (other, 8, 3), (other + DAY_MS, 9, 4)];
        let built = built.map(|(day_ms, version, touches)| BuiltDay {
            day_ms,
            version,
            touches,
            hours: 24,
            is_open: false,
        });
        let versions = |built: &[BuiltDay]| -> Vec<(i64, Option<i64>)> {
            touched_days(&touched, built)
                .into_iter()
                .map(|day| (day.day_ms, day.cells.map(|cells| cells.version)))
                .collect()
        };
        assert_eq!(versions(&built), [(day, Some(7)), (other, None)]);
        // Those that leave out what is not over count for as far as they go.
        let open = built.map(|day| BuiltDay {
            hours: 5,
            is_open: true,
            ..day
        });
        assert_eq!(versions(&open), [(day, Some(7)), (other, Some(8))]);
        let cells = touched_days(&touched, &open)[1].cells.unwrap();
        assert_eq!((cells.until_ms, cells.is_open), (other + 5 * HOUR_MS, true));
    }

    #[test]
    fn of_a_day_that_goes_on_cells_tell_up_to_an_hour_but_for_what_was_not_over() {
        let known = knowing_open(&[(0, 5), (1, 24)].into(), [0, 1]);
        let hour = |hours: i64| FIRST + hours * HOUR_MS;
        let covered = cut(&[window(0.0, 26.5, None, UTC)], &known, true).unwrap();
        assert_eq!(covered.whole, [FIRST]);
        assert_eq!(covered.hours, [(hour(24), hour(26))]);
        assert_eq!(covered.rest, [(hour(5), hour(24)), (hour(26), hour(26) + HOUR_MS / 2)]);
        let left = |from: i64, to: i64, version: i64| LeftOut {
            from: hour(from),
            to: hour(to),
            version,
        };
        assert_eq!(covered.left_out, [left(0, 5, 1), left(24, 26, 2)]);
        // By the hour it is one stretch all the same.
        let covered = cut(&[window(1.0, 5.0, Some(Interval::Hour), UTC)], &known, true).unwrap();
        assert_eq!(covered.hours, [(hour(1), hour(5))]);
        assert_eq!((covered.rest, covered.left_out), (vec![], vec![left(1, 5, 1)]));
        // A part of it only hours tell.
        assert_eq!(cut(&[window(0.0, 4.0, None, UTC)], &known, false), None);
        // Who watched when is counted when a day is over.
        let ticks = cut_ticks(&[window(0.0, 24.0, None, UTC)], &known).unwrap();
        assert_eq!((ticks.days, ticks.rest), (vec![], vec![(FIRST, FIRST + DAY_MS)]));
    }

    #[test]
    fn watched_time_is_whole_days_hours_and_parts_and_those_who_watch_began_up_to_two_days_before() {
        let ticks = cut_ticks(&[window(-1.25, 73.5, None, UTC)], &known([-2, -1, 0, 1, 3])).unwrap();
        let hour = |hours: i64| FIRST + hours * HOUR_MS;
        assert_eq!(ticks.whole, [FIRST, FIRST + DAY_MS, FIRST + 2 * DAY_MS]);
        assert_eq!(ticks.hours, [(hour(-1), hour(0)), (hour(72), hour(73))]);
        let quarter = HOUR_MS / 4;
        assert_eq!(
            ticks.parts,
            [(hour(-1) - quarter, hour(-1)), (hour(73), hour(73) + 2 * quarter)]
        );
        let days: Vec<i64> = ticks.days.iter().map(|day| (day.day_ms - FIRST) / DAY_MS).collect();
        assert_eq!(days, [-2, -1, 0, 1, 3]);
        assert_eq!(ticks.rest, [(hour(-72), hour(-48)), (hour(48), hour(72))]);

        assert_eq!(
            cut_ticks(&[window(-1.0, 73.5, None, UTC)], &known([])),
            None,
            "beacons tell everything"
        );
        let minutes = cut_ticks(&[window(1.5, 1.75, None, UTC)], &known([-2, -1, 0])).unwrap();
        assert_eq!((minutes.whole.len(), minutes.hours.len()), (0, 0));
        assert_eq!(minutes.parts, [(hour(1) + 2 * quarter, hour(1) + 3 * quarter)]);
        assert_eq!(minutes.rest, []);
    }

    proptest! {
        /// Every moment of every bucket is told once, and by pieces that lie in one bucket.
        #[test]
        fn watched_time_is_cut_without_gaps_and_overlaps(from in -80.0..80.0_f64, length in 0.0..200.0_f64,
            interval in prop::option::of(prop_oneof![Just(Interval::Hour), Just(Interval::Day), Just(Interval::Week)]),
            zone in prop_oneof![Just(UTC), Just(Vienna), Just(Kolkata)]) {
            let window = window(from, from + length, interval, zone);
            let days = -10..20_i64;
            let known = Known {
                from_ms: FIRST + days.start * DAY_MS,
                to_ms: FIRST + days.end * DAY_MS,
                days: knowing(days.clone().collect(), days).days,
            };
            let Some(ticks) = cut_ticks(std::slice::from_ref(&window), &known) else {
                // Too many pieces of an hour.
                prop_assert!(window.buckets() > REST_MAX / 2);
                return Ok(());
            };
            let whole = ticks.whole.iter().map(|day| (*day, day + DAY_MS));
            let hours = ticks.hours.iter().flat_map(|(from, to)| (*from..*to).step_by(HOUR_MS as usize).map(|hour| (hour, hour + HOUR_MS)));
            let mut pieces: Vec<(i64, i64)> = whole.chain(hours).chain(ticks.parts.iter().copied()).collect();
            pieces.sort_unstable();
            for (from, to) in &pieces {
                let inside = (0..window.buckets()).any(|index| window.bucket(index).0 <= *from && *to <= window.bucket(index).1);
                prop_assert!(inside, "{from} to {to}");
            }
            for (from, to) in &ticks.parts {
                prop_assert_eq!(from.div_euclid(HOUR_MS), (to - 1).div_euclid(HOUR_MS));
            }
            let covered: i64 = pieces.iter().map(|(from, to)| to - from).sum();
            prop_assert_eq!(covered, window.end() - window.start());
            prop_assert!(pieces.windows(2).all(|pair| pair[0].1 == pair[1].0));
        }
    }

    #[test]
    fn a_range_is_whole_days_hours_at_its_ends_and_the_rest() {
        let covered = cut(&[window(-1.0, 73.5, None, UTC)], &known([0, 1, 3]), true).unwrap();
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
        let days: Vec<i64> = covered.days.iter().map(|day| day.version - 1).collect();
        assert_eq!(days, [0, 1, 3]);
    }

    #[test]
    fn local_days_need_hours() {
        let local = window(-1.0, 47.0, Some(Interval::Day), Vienna);
        assert_eq!(cut(std::slice::from_ref(&local), &known([-1, 0, 1]), false), None);
        let covered = cut(&[local], &known([-1, 0, 1]), true).unwrap();
        assert!(covered.whole.is_empty() && covered.rest.is_empty());
        assert_eq!(covered.hours, [(FIRST - HOUR_MS, FIRST + 47 * HOUR_MS)]);
    }

    #[test]
    fn minutes_are_left_to_the_attempts() {
        assert_eq!(
            cut(&[window(0.0, 24.0, Some(Interval::Minute), UTC)], &known([0]), true),
            None
        );
    }

    #[test]
    fn a_day_that_nothing_was_written_of_is_not_read() {
        let known = knowing([1].into(), [1, 2]);
        let covered = cut(&[window(-1.0, 72.0, None, UTC)], &known, true).unwrap();
        assert_eq!(covered.whole, [FIRST + DAY_MS]);
        assert_eq!(covered.rest, [(FIRST + 2 * DAY_MS, FIRST + 3 * DAY_MS)]);
        let nothing = cut(&[window(-30.0, 20.0, Some(Interval::Minute), UTC)], &known, false).unwrap();
        assert_eq!(nothing, Covered::default());
        // Of what nobody asked about the attempts have to tell.
        assert_eq!(cut(&[window(24.0 * 9.0, 24.0 * 10.0, None, UTC)], &known, true), None);
    }

    #[test]
    fn attempts_are_few_where_little_was_written_in_all_of_the_windows() {
        let known = known([]);
        let few = |windows: &[Window]| known.are_few(windows);
        assert!(few(&[window(-1.0, 24.0, None, UTC)]));
        assert!(few(&[window(0.0, 24.0, None, UTC), window(30.0, 31.0, None, UTC)]));
        assert!(!few(&[window(0.0, 48.1, None, UTC)]));
        assert!(!few(&[window(0.0, 24.0, None, UTC), window(47.0, 49.0, None, UTC)]));
        // Of what nobody asked nothing is known.
        assert!(!few(&[window(24.0 * 8.0, 24.0 * 9.5, None, UTC)]));
    }

    #[test]
    fn a_part_of_a_day_was_written_of_as_often_as_it_is_of_what_there_is_of_it() {
        let known = known([]);
        let (day, now) = (FIRST + DAY_MS, FIRST + DAY_MS + 6 * HOUR_MS);
        let touches = |from: i64, to: i64| known.touches(from, to, now);
        assert_eq!(touches(FIRST, FIRST + DAY_MS), Some(FEW_TOUCHES / 2));
        assert_eq!(
            touches(FIRST + 6 * HOUR_MS, FIRST + 12 * HOUR_MS),
            Some(FEW_TOUCHES / 8)
        );
        // Of a day that goes on everything came in its first hours.
        assert_eq!(touches(day, now), Some(FEW_TOUCHES / 2));
        assert_eq!(touches(day + 3 * HOUR_MS, now), Some(FEW_TOUCHES / 4));
        assert_eq!(touches(FIRST - DAY_MS, now), Some(FEW_TOUCHES * 3 / 2));
        assert_eq!(touches(FIRST - 5 * DAY_MS, FIRST), None, "it was not asked");
    }

    proptest! {
        #[test]
        fn every_moment_is_told_once(
            from in -60.0..60.0_f64,
            length in 0.1..120.0_f64,
            built in proptest::collection::btree_set(-4_i64..8, 0..8),
            touched in proptest::collection::btree_set(-4_i64..8, 0..8),
            zone in prop_oneof![Just(UTC), Just(Vienna), Just(Kolkata)],
            interval in prop_oneof![Just(None), Just(Some(Interval::Hour)), Just(Some(Interval::Day)), Just(Some(Interval::Week))],
            open in proptest::option::of(1..=24_i64),
            hourly: bool,
        ) {
            let window = window(from, from + length, interval, zone);
            let touched_days = built.union(&touched).copied();
            let hours = built.iter().map(|day| (*day, open.unwrap_or(24))).collect();
            let known = match open {
                Some(_) => knowing_open(&hours, touched_days),
                None => knowing(built.clone(), touched_days),
            };
            let until = |day: i64| day + open.unwrap_or(24) * HOUR_MS;
            if let Some(covered) = cut(std::slice::from_ref(&window), &known, hourly) {
                let mut told = covered.rest.clone();
                told.extend(&covered.hours);
                told.extend(covered.whole.iter().map(|day| (*day, until(*day))));
                told.sort_unstable();
                for pair in told.windows(2) {
                    prop_assert!(pair[0].1 <= pair[1].0);
                }
                // What nobody tells is empty, and what is empty nobody tells.
                let is_told = |ms: i64| told.iter().any(|(from, to)| (*from..*to).contains(&ms));
                for ms in (window.start()..window.end()).step_by(HOUR_MS as usize / 2) {
                    let day = (ms - FIRST).div_euclid(DAY_MS);
                    let is_empty = (-4..9).contains(&day) && !built.contains(&day) && !touched.contains(&day);
                    prop_assert_eq!(is_told(ms), !is_empty);
                }
                prop_assert!(told.iter().all(|(from, to)| window.start() <= *from && *to <= window.end()));
                // What cells answer lies in one bucket whole, or by the hour within one.
                for day in &covered.whole {
                    let bucket = window.edges.partition_point(|edge| edge <= day) - 1;
                    prop_assert!(until(*day) <= window.bucket(bucket).1);
                }
                // What open cells leave out is asked for wherever they tell, and nowhere else.
                let by_cells = |ms: i64| told.iter().any(|(from, to)| (*from..*to).contains(&ms))
                    && !covered.rest.iter().any(|(from, to)| (*from..*to).contains(&ms));
                for ms in (window.start()..window.end()).step_by(HOUR_MS as usize / 2) {
                    let left_out = covered.left_out.iter().filter(|left| (left.from..left.to).contains(&ms)).count();
                    prop_assert_eq!(left_out, usize::from(open.is_some() && by_cells(ms)));
                }
            }
        }
    }
}
