//! The cells of a day, added up from its attempts.
//!
//! Each attempt is read once, as numbers, and every set of cells is made by putting the attempts in the order of the set's groups and
//! adding up neighbours: so a set takes no more memory than its order. Grouping by all sets at once in ClickHouse says the same and takes
//! several times as long (docs/adr/0015). What one attempt adds is computed by [`Facts`], from the texts that questions are asked with.
//!
//! A day of more attempts than memory should hold is read in passes, each of some viewer buckets: no group of a set that tells viewers apart lies in
//! two of them. What the other sets have of a pass is carried, as if each group were one attempt, and added up at the end. Pure.

use std::collections::HashMap;

use store::{DerivedRows, Field, StoreError};
use uuid::Uuid;

use crate::{
    calendar::HOUR_MS,
    each::{Row, unreadable},
    sql::{
        cells::{self, DAY_MS, DIMENSIONS, SETS, Set},
        expression::{Facts, Value},
        metric::{Hist, Part},
    },
};

/// Hours of a day.
const HOURS: u128 = (DAY_MS / HOUR_MS) as u128;

/// Rows that are stored at once.
const ROWS_AT_ONCE: usize = 65_536;

/// Histograms are put in order when they have so many entries more than after the last time.
const BINS_UNORDERED: usize = 8_192;

/// What stands in front of the sums of the parts: beacons received and expected.
const COUNTS: usize = 2;

/// A day that is being added up.
pub(crate) struct Day {
    organization_id: Uuid,
    day_ms: i64,
    version: i64,
    facts: Facts,
    /// Columns that are read of an attempt: those of the facts, then the dimensions that are not among them.
    columns: Vec<&'static str>,
    /// Where each dimension stands among them.
    places: [usize; DIMENSIONS.len()],
    /// Numbers of the values of each dimension.
    words: [Words; DIMENSIONS.len()],
    /// The attempts of a pass.
    attempts: Rows,
    /// Of each set that does not tell viewers apart, its groups by the hour, of the passes before.
    carried: Vec<(Set, Rows)>,
}

/// Texts by number.
#[derive(Debug, Default)]
struct Words {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Words {
    fn number(&mut self, text: &str) -> u32 {
        match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                let number = self.texts.len() as u32;
                self.numbers.insert(text.to_owned(), number);
                self.texts.push(text.to_owned());
                number
            }
        }
    }
}

/// Where an attempt, or a group of them, stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    hour: u8,
    is_bot: bool,
    viewer_bucket: u8,
    /// The value of each dimension, by number.
    codes: [u32; DIMENSIONS.len()],
}

/// Attempts, or groups of them, and what each adds: only what is not 0 is held.
#[derive(Debug, Default)]
struct Rows {
    places: Vec<Place>,
    /// Where the numbers of each end.
    ends: Vec<usize>,
    numbers: Vec<u8>,
}

impl Rows {
    fn push(&mut self, place: Place, added: &Added) {
        self.places.push(place);
        let sums = added.sums.iter().filter(|sum| **sum != 0).count();
        put(sums as u128, &mut self.numbers);
        for (index, sum) in added.sums.iter().enumerate().filter(|(_, sum)| **sum != 0) {
            put(index as u128, &mut self.numbers);
            put(*sum, &mut self.numbers);
        }
        for (entry, count) in &added.bins {
            put(u128::from(*entry), &mut self.numbers);
            put(u128::from(*count), &mut self.numbers);
        }
        self.ends.push(self.numbers.len());
    }

    /// The numbers of a row.
    fn numbers(&self, row: usize) -> &[u8] {
        let begin = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.numbers[begin..self.ends[row]]
    }

    fn clear(&mut self) {
        self.places.clear();
        self.ends.clear();
        self.numbers.clear();
    }
}

/// Appends a number, seven bits to a byte, the lowest first.
fn put(mut number: u128, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number from the front of what [`put`] wrote.
fn taken(bytes: &mut &[u8]) -> u128 {
    // Most numbers fit into 64 bits, which are several times as quick to shift.
    let (mut number, mut shift) = (0_u64, 0_u32);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return number.into();
        }
        shift += 7;
        if shift == 63 {
            return u128::from(number) | taken(bytes) << shift;
        }
    }
    number.into()
}

/// Sums and histograms of a group.
#[derive(Debug, Clone)]
struct Added {
    /// [`COUNTS`], then those of [`Part::ALL`].
    sums: Vec<u128>,
    /// Histogram and bin, [`entry`], and how many attempts; an entry may stand here several times until [`Self::ordered`].
    bins: Vec<(u32, u64)>,
    /// How many entries there were after they were last put in order.
    ordered: usize,
}

/// A bin of a histogram, by its place in [`Hist::ALL`].
fn entry(hist: usize, bin: u16) -> u32 {
    (hist as u32) << 16 | u32::from(bin)
}

impl Added {
    fn nothing() -> Self {
        Self {
            sums: vec![0; COUNTS + Part::ALL.len()],
            bins: Vec::new(),
            ordered: 0,
        }
    }

    fn clear(&mut self) {
        self.sums.fill(0);
        self.bins.clear();
        self.ordered = 0;
    }

    /// Adds a row as [`Rows::push`] wrote it.
    fn add(&mut self, mut numbers: &[u8]) {
        for _ in 0..taken(&mut numbers) {
            let index = taken(&mut numbers) as usize;
            self.sums[index] += taken(&mut numbers);
        }
        while !numbers.is_empty() {
            let entry = taken(&mut numbers) as u32;
            self.bins.push((entry, taken(&mut numbers) as u64));
        }
        self.order_sometimes();
    }

    fn absorb(&mut self, other: &Self) {
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            *sum += more;
        }
        self.bins.extend_from_slice(&other.bins);
        self.order_sometimes();
    }

    fn order_sometimes(&mut self) {
        if self.bins.len() > 2 * self.ordered + BINS_UNORDERED {
            self.order();
        }
    }

    /// Has every entry once, rising.
    fn order(&mut self) {
        self.bins.sort_unstable_by_key(|(entry, _)| *entry);
        self.bins.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            kept.1 += if is_same { next.1 } else { 0 };
            is_same
        });
        self.ordered = self.bins.len();
    }
}

/// A group of a set: where it stands, its hour or none for the whole day, and what it has.
struct Group<'a> {
    place: Place,
    hour: Option<u8>,
    added: &'a Added,
}

/// Puts rows in the order of a set's groups and gives each group to `take`.
fn grouped(
    rows: &Rows,
    words: &[Words; DIMENSIONS.len()],
    set: &Set,
    take: &mut impl FnMut(Group<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let own: Vec<usize> = DIMENSIONS
        .iter()
        .enumerate()
        .filter(|(_, name)| set.dimensions.contains(name))
        .map(|(place, _)| place)
        .collect();
    // One number for each group and hour of it: the hour last, so that the hours of a group are neighbours.
    let key = |place: &Place| {
        let viewer = if set.by_viewer { place.viewer_bucket } else { 0 };
        let key = u128::from(place.is_bot) << 8 | u128::from(viewer);
        let key = own.iter().fold(key, |key, dimension| {
            key * words[*dimension].texts.len() as u128 + u128::from(place.codes[*dimension])
        });
        key * HOURS + u128::from(place.hour)
    };
    let mut order: Vec<(u128, u32)> = rows.places.iter().map(key).zip(0..).collect();
    order.sort_unstable();

    let (mut of_hour, mut of_day) = (Added::nothing(), Added::nothing());
    for group in order.chunk_by(|(one, _), (other, _)| one / HOURS == other / HOURS) {
        let Some((_, first)) = group.first() else { continue };
        let place = Place {
            viewer_bucket: if set.by_viewer {
                rows.places[*first as usize].viewer_bucket
            } else {
                0
            },
            ..rows.places[*first as usize]
        };
        of_day.clear();
        for hour in group.chunk_by(|(one, _), (other, _)| one == other) {
            if !set.hourly {
                hour.iter().for_each(|(_, row)| of_day.add(rows.numbers(*row as usize)));
                continue;
            }
            of_hour.clear();
            hour.iter()
                .for_each(|(_, row)| of_hour.add(rows.numbers(*row as usize)));
            of_hour.order();
            of_day.absorb(&of_hour);
            take(Group {
                place,
                hour: hour.first().map(|(key, _)| (key % HOURS) as u8),
                added: &of_hour,
            })?;
        }
        of_day.order();
        take(Group {
            place,
            hour: None,
            added: &of_day,
        })?;
    }
    Ok(())
}

impl Day {
    /// A day without attempts yet: that which begins at `day_ms`, ms since 1970, UTC, under a version of its cells.
    ///
    /// # Errors
    /// When what cells hold is not told by an attempt's own columns.
    pub(crate) fn new(organization_id: Uuid, day_ms: i64, version: i64) -> Result<Self, StoreError> {
        // The attempts that cells are made of are over, whenever one asks.
        let facts = Facts::new(Part::ALL, Hist::ALL, i64::MAX / 2).map_err(unreadable)?;
        let mut columns = facts.columns.clone();
        let places = DIMENSIONS.map(|name| {
            columns.iter().position(|column| *column == name).unwrap_or_else(|| {
                columns.push(name);
                columns.len() - 1
            })
        });
        Ok(Self {
            organization_id,
            day_ms,
            version,
            facts,
            columns,
            places,
            words: Default::default(),
            attempts: Rows::default(),
            carried: SETS
                .iter()
                .filter(|set| !set.by_viewer)
                .map(|set| (set.clone(), Rows::default()))
                .collect(),
        })
    }

    /// The columns that are read of an attempt, in their order.
    pub(crate) fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    /// Takes an attempt of the day.
    ///
    /// # Errors
    /// When it is not of the day, or not as it was asked for.
    pub(crate) fn take(&mut self, mut row: Row<'_>) -> Result<(), StoreError> {
        let since = row.ms - self.day_ms;
        if !(0..DAY_MS).contains(&since) || row.values.len() != self.columns.len() {
            return Err(unreadable(format_args!(
                "{since} ms of its day, {} values",
                row.values.len()
            )));
        }
        let mut codes = [0; DIMENSIONS.len()];
        for ((code, place), words) in codes.iter_mut().zip(self.places).zip(&mut self.words) {
            let Value::Text(text) = row.values[place] else {
                return Err(unreadable(format_args!("{} is no text", self.columns[place])));
            };
            *code = words.number(text);
        }
        row.values.truncate(self.facts.columns.len());
        let told = self.facts.told(row.values);
        let counts = [row.received, row.expected].map(u128::from);
        let sums =
            told.sums.into_iter().zip(Part::ALL).map(|(sum, part)| {
                u128::try_from(sum).map_err(|_| unreadable(format_args!("it adds {sum} to {part:?}")))
            });
        let bins = told.bins.into_iter().enumerate();
        let added = Added {
            sums: counts.into_iter().map(Ok).chain(sums).collect::<Result<_, _>>()?,
            bins: bins.filter_map(|(hist, bin)| Some((entry(hist, bin?), 1))).collect(),
            ordered: 0,
        };
        let place = Place {
            hour: (since / HOUR_MS) as u8,
            is_bot: row.is_bot,
            viewer_bucket: row.viewer_bucket,
            codes,
        };
        self.attempts.push(place, &added);
        Ok(())
    }

    /// Ends a pass: gives the rows of the sets that tell viewers apart to `store`, some at a time, and keeps what the other sets have.
    ///
    /// # Errors
    /// When a row is not of the table, or is not taken.
    pub(crate) fn end_pass(
        &mut self,
        store: &mut impl FnMut(DerivedRows) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut table = TableRows::new(self)?;
        for set in SETS.iter().filter(|set| set.by_viewer) {
            let name = set.name();
            grouped(&self.attempts, &self.words, set, &mut |group| {
                table.push(set, &name, &group, store)
            })?;
        }
        table.end(store)?;
        for (set, carried) in &mut self.carried {
            let by_hour = Set {
                hourly: true,
                ..set.clone()
            };
            grouped(&self.attempts, &self.words, &by_hour, &mut |group| {
                if let Some(hour) = group.hour {
                    carried.push(Place { hour, ..group.place }, group.added);
                }
                Ok(())
            })?;
        }
        self.attempts.clear();
        Ok(())
    }

    /// Ends the day: gives the rows of the sets that do not tell viewers apart to `store`.
    ///
    /// # Errors
    /// As [`Self::end_pass`].
    pub(crate) fn end(&self, store: &mut impl FnMut(DerivedRows) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut table = TableRows::new(self)?;
        for (set, carried) in &self.carried {
            let name = set.name();
            grouped(carried, &self.words, set, &mut |group| {
                table.push(set, &name, &group, store)
            })?;
        }
        table.end(store)
    }
}

/// Rows as the table has them, until there are enough to be stored.
struct TableRows<'a> {
    day: &'a Day,
    rows: DerivedRows,
    /// Bins of the row that is put together, histogram by histogram.
    bins: Vec<(u16, u64)>,
}

impl<'a> TableRows<'a> {
    fn new(day: &'a Day) -> Result<Self, StoreError> {
        Ok(Self {
            day,
            rows: no_rows()?,
            bins: Vec::new(),
        })
    }

    fn push(
        &mut self,
        set: &Set,
        name: &str,
        group: &Group<'_>,
        store: &mut impl FnMut(DerivedRows) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Day {
            organization_id,
            day_ms,
            version,
            words,
            ..
        } = self.day;
        let Place {
            is_bot,
            viewer_bucket,
            codes,
            ..
        } = group.place;
        let (grain, begins_ms) = match group.hour {
            Some(hour) => ("hour", day_ms + i64::from(hour) * HOUR_MS),
            None => ("day", *day_ms),
        };
        let number = |number: i64, width: usize| Field::Number(number as u128, width);
        let head = [
            Field::Uuid(*organization_id),
            Field::Text(name),
            Field::Text(grain),
            number(begins_ms / 1_000, 4),
            number(is_bot.into(), 1),
            number(viewer_bucket.into(), 1),
            number(*version, 8),
        ];
        let dimensions = DIMENSIONS.iter().enumerate().zip(codes);
        let dimensions = dimensions
            .filter(|((_, name), _)| set.dimensions.contains(name))
            .map(|((place, _), code)| (head.len() + place, Field::Text(&words[place].texts[code as usize])));
        let first_sum = head.len() + DIMENSIONS.len();
        let sums = group.added.sums.iter().enumerate().filter(|(_, sum)| **sum != 0);
        let sums = sums.map(|(place, sum)| {
            let width = if is_wide(place) { 16 } else { 8 };
            (first_sum + place, Field::Number(*sum, width))
        });
        let first_bins = first_sum + group.added.sums.len();
        self.bins.clear();
        self.bins
            .extend(group.added.bins.iter().map(|(entry, count)| (*entry as u16, *count)));
        let mut left = &self.bins[..];
        let hists = group
            .added
            .bins
            .chunk_by(|(one, _), (other, _)| one >> 16 == other >> 16);
        let hists = hists.filter_map(|bins| {
            let (own, rest) = left.split_at(bins.len());
            left = rest;
            let (first, _) = bins.first()?;
            Some((first_bins + (first >> 16) as usize, Field::Counts(own)))
        });
        self.rows
            .push(head.into_iter().enumerate().chain(dimensions).chain(sums).chain(hists))?;
        if self.rows.len() < ROWS_AT_ONCE {
            return Ok(());
        }
        store(std::mem::replace(&mut self.rows, no_rows()?))
    }

    fn end(self, store: &mut impl FnMut(DerivedRows) -> Result<(), StoreError>) -> Result<(), StoreError> {
        match self.rows.is_empty() {
            true => Ok(()),
            false => store(self.rows),
        }
    }
}

fn no_rows() -> Result<DerivedRows, StoreError> {
    DerivedRows::of(cells::columns_of_rows(), ROWS_AT_ONCE)
}

/// Whether the sum at this place is one of 128 bits.
fn is_wide(place: usize) -> bool {
    let part = place.checked_sub(COUNTS).and_then(|place| Part::ALL.get(place));
    part.is_some_and(|part| cells::is_wide(*part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(numbers in prop::collection::vec(prop_oneof![any::<u128>(), any::<u64>().prop_map(u128::from), 0..300_u128], 0..20)) {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|number| put(*number, &mut bytes));
            let mut rest = &bytes[..];
            let read: Vec<u128> = numbers.iter().map(|_| taken(&mut rest)).collect();
            prop_assert_eq!(read, numbers);
            prop_assert!(rest.is_empty());
        }

        /// In however many passes, with however many values: the groups of every set have what their attempts have, and each group is told once.
        #[test]
        fn groups_have_what_their_attempts_have(attempts in prop::collection::vec((0..24_u8, any::<bool>(), 0..128_u8, 0..3_u32, 0..4_u32, 0..1_000_u128, 0..20_u16), 0..60)) {
            let mut words: [Words; DIMENSIONS.len()] = Default::default();
            for words in &mut words {
                (0..4).for_each(|number| { words.number(&number.to_string()); });
            }
            let mut rows = Rows::default();
            for (hour, is_bot, viewer_bucket, even, odd, sum, bin) in &attempts {
                let mut added = Added::nothing();
                added.sums[COUNTS + 5] = *sum;
                added.bins = vec![(entry(3, *bin), 1)];
                let codes = std::array::from_fn(|place| if place % 2 == 0 { *even } else { *odd });
                rows.push(Place { hour: *hour, is_bot: *is_bot, viewer_bucket: *viewer_bucket, codes }, &added);
            }
            for set in &*SETS {
                let of = |place: &Place, hour: Option<u8>| {
                    let codes: Vec<u32> = DIMENSIONS.iter().zip(place.codes).filter(|(name, _)| set.dimensions.contains(name)).map(|(_, code)| code).collect();
                    (hour, place.is_bot, if set.by_viewer { place.viewer_bucket } else { 0 }, codes)
                };
                let mut expected: HashMap<_, (u128, HashMap<u32, u64>)> = HashMap::new();
                for (row, attempt) in attempts.iter().enumerate() {
                    let place = &rows.places[row];
                    for hour in [None, Some(place.hour)].into_iter().filter(|hour| hour.is_none() || set.hourly) {
                        let group = expected.entry(of(place, hour)).or_default();
                        group.0 += attempt.5;
                        *group.1.entry(entry(3, attempt.6)).or_default() += 1;
                    }
                }
                let mut told = HashMap::new();
                grouped(&rows, &words, set, &mut |group| {
                    let bins = group.added.bins.iter().copied().collect();
                    let before = told.insert(of(&group.place, group.hour), (group.added.sums[COUNTS + 5], bins));
                    assert!(before.is_none(), "a group is told twice");
                    Ok(())
                }).unwrap();
                prop_assert_eq!(told, expected);
            }
        }
    }

    #[test]
    fn histograms_are_put_in_order_now_and_then_and_lose_nothing() {
        let mut added = Added::nothing();
        let mut rows = Rows::default();
        let one = Added {
            bins: vec![(entry(1, 7), 1), (entry(0, 3), 2)],
            ..Added::nothing()
        };
        let place = Place {
            hour: 0,
            is_bot: false,
            viewer_bucket: 0,
            codes: Default::default(),
        };
        rows.push(place, &one);
        for _ in 0..3 * BINS_UNORDERED {
            added.add(rows.numbers(0));
        }
        assert!(added.bins.len() < 2 * BINS_UNORDERED);
        added.order();
        let times = 3 * BINS_UNORDERED as u64;
        assert_eq!(added.bins, [(entry(0, 3), 2 * times), (entry(1, 7), times)]);
    }
}
