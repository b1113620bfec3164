//! The cells of a day, added up from its attempts.
//!
//! Each attempt is read once, as numbers, and every set of cells is made by putting the attempts in the order of the set's groups and
//! adding up neighbours: so a set takes no more memory than its order. Grouping by all sets at once in ClickHouse says the same and takes
//! several times as long (docs/adr/0015). What one attempt adds is computed by [`Facts`], from the texts that questions are asked with.
//!
//! A day of more attempts than memory should hold is read in passes, each of some viewer buckets: no group of a set that tells viewers apart lies in
//! two of them. What the other sets have of a pass is carried, as if each group were one attempt, and added up at the end. Pure.

use std::{collections::HashMap, sync::LazyLock};

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

/// Rows that are stored at once, at most.
const ROWS_AT_ONCE: usize = 32_768;

/// And their bytes, but for what they do not say: the embedded engine takes no more than 128 MiB, and 32,768 rows that say nothing are 40.
const BYTES_AT_ONCE: usize = 32 << 20;

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
        put(added.sums().count() as u128, &mut self.numbers);
        for (place, sum) in added.sums() {
            put(place as u128, &mut self.numbers);
            put(sum, &mut self.numbers);
        }
        for (entry, count) in &added.bins {
            put(u128::from(*entry), &mut self.numbers);
            put(u128::from(*count), &mut self.numbers);
        }
        self.ends.push(self.numbers.len());
    }

    /// What a row adds, put into `added`.
    fn read(&self, row: usize, added: &mut Added) {
        added.clear();
        let begin = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut numbers = &self.numbers[begin..self.ends[row]];
        for _ in 0..taken(&mut numbers) {
            let place = taken(&mut numbers) as usize;
            let fitted = added.plus(place, taken(&mut numbers));
            debug_assert!(fitted.is_some(), "it was written from one that fits");
        }
        while !numbers.is_empty() {
            let entry = taken(&mut numbers) as u32;
            added.bins.push((entry, taken(&mut numbers) as u64));
        }
    }

    /// The rows of one viewer bucket after the other, bots and others apart, so that they can be added up many times.
    fn by_bucket(&self, mut take: impl FnMut(&mut Unpacked) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let of = |place: &Place| (place.is_bot, place.viewer_bucket);
        let mut order: Vec<((bool, u8), u32)> = self.places.iter().map(of).zip(0..).collect();
        order.sort_unstable();
        let (mut unpacked, mut added) = (Unpacked::default(), Added::nothing());
        for bucket in order.chunk_by(|(one, _), (other, _)| one == other) {
            unpacked.clear();
            for (_, row) in bucket {
                self.read(*row as usize, &mut added);
                unpacked.push(self.places[*row as usize], &added);
            }
            take(&mut unpacked)?;
        }
        Ok(())
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

/// Where sums of 128 bits stand among those that are held as such; none for the others. By the place of the sum.
static WIDE: LazyLock<Vec<Option<usize>>> = LazyLock::new(|| {
    let mut held = 0;
    let of_parts = Part::ALL.iter().map(|part| {
        cells::is_wide(*part).then(|| {
            held += 1;
            held - 1
        })
    });
    std::iter::repeat_n(None, COUNTS).chain(of_parts).collect()
});

/// Sums and histograms of a group.
#[derive(Debug, Clone)]
struct Added {
    /// [`COUNTS`], then those of [`Part::ALL`]; 0 where one stands among the wide ones.
    sums: Vec<u64>,
    /// Those of 128 bits, as [`WIDE`] says.
    wide: Vec<u128>,
    /// Histogram and bin, [`entry`], and how many attempts; an entry may stand here several times until [`Self::order`].
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
            sums: vec![0; WIDE.len()],
            wide: vec![0; WIDE.iter().flatten().count()],
            bins: Vec::new(),
            ordered: 0,
        }
    }

    fn clear(&mut self) {
        self.sums.fill(0);
        self.wide.fill(0);
        self.bins.clear();
        self.ordered = 0;
    }

    /// Adds to one sum; nothing where it would not fit.
    fn plus(&mut self, place: usize, more: u128) -> Option<()> {
        match WIDE.get(place)? {
            Some(wide) => self.wide[*wide] = self.wide[*wide].checked_add(more)?,
            None => self.sums[place] = self.sums[place].checked_add(more.try_into().ok()?)?,
        }
        Some(())
    }

    /// The sums that are not 0, each with its place, rising.
    fn sums(&self) -> impl Iterator<Item = (usize, u128)> {
        let sums = WIDE.iter().zip(&self.sums).map(|(wide, sum)| match wide {
            Some(wide) => self.wide[*wide],
            None => u128::from(*sum),
        });
        sums.enumerate().filter(|(_, sum)| *sum != 0)
    }

    fn absorb(&mut self, sums: &[u64], wide: &[u128], bins: &[(u32, u64)]) {
        // What is not wide counts attempts or ms, and of a day neither comes near 64 bits.
        self.sums.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more);
        self.wide.iter_mut().zip(wide).for_each(|(sum, more)| *sum += more);
        self.bins.extend_from_slice(bins);
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

/// Some rows, so that they can be added up many times.
#[derive(Debug, Default)]
struct Unpacked {
    places: Vec<Place>,
    sums: Vec<u64>,
    wide: Vec<u128>,
    bins: Vec<(u32, u64)>,
    /// Where the bins of each end.
    ends: Vec<usize>,
}

impl Unpacked {
    fn clear(&mut self) {
        self.places.clear();
        self.sums.clear();
        self.wide.clear();
        self.bins.clear();
        self.ends.clear();
    }

    fn push(&mut self, place: Place, added: &Added) {
        self.places.push(place);
        self.sums.extend_from_slice(&added.sums);
        self.wide.extend_from_slice(&added.wide);
        self.bins.extend_from_slice(&added.bins);
        self.ends.push(self.bins.len());
    }
}

/// What can be put into groups.
trait Source {
    /// Where each row stands.
    fn places(&self) -> &[Place];

    /// Adds a row to a group.
    fn add_to(&mut self, group: &mut Added, row: usize);
}

impl Source for Unpacked {
    fn places(&self) -> &[Place] {
        &self.places
    }

    fn add_to(&mut self, group: &mut Added, row: usize) {
        let (sums, wide) = (group.sums.len(), group.wide.len());
        let begin = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        group.absorb(
            &self.sums[row * sums..(row + 1) * sums],
            &self.wide[row * wide..(row + 1) * wide],
            &self.bins[begin..self.ends[row]],
        );
    }
}

/// Rows that are added up once.
struct Packed<'a> {
    rows: &'a Rows,
    /// The one that was read last.
    read: Added,
}

impl<'a> Packed<'a> {
    fn of(rows: &'a Rows) -> Self {
        Self {
            rows,
            read: Added::nothing(),
        }
    }
}

impl Source for Packed<'_> {
    fn places(&self) -> &[Place] {
        &self.rows.places
    }

    fn add_to(&mut self, group: &mut Added, row: usize) {
        self.rows.read(row, &mut self.read);
        group.absorb(&self.read.sums, &self.read.wide, &self.read.bins);
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
    rows: &mut impl Source,
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
    let mut order: Vec<(u128, u32)> = rows.places().iter().map(key).zip(0..).collect();
    order.sort_unstable();

    let (mut of_hour, mut of_day) = (Added::nothing(), Added::nothing());
    for group in order.chunk_by(|(one, _), (other, _)| one / HOURS == other / HOURS) {
        let Some((_, first)) = group.first() else { continue };
        let mut place = rows.places()[*first as usize];
        if !set.by_viewer {
            place.viewer_bucket = 0;
        }
        of_day.clear();
        for hour in group.chunk_by(|(one, _), (other, _)| one == other) {
            if !set.hourly {
                hour.iter().for_each(|(_, row)| rows.add_to(&mut of_day, *row as usize));
                continue;
            }
            of_hour.clear();
            hour.iter()
                .for_each(|(_, row)| rows.add_to(&mut of_hour, *row as usize));
            of_hour.order();
            of_day.absorb(&of_hour.sums, &of_hour.wide, &of_hour.bins);
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
        let mut added = Added::nothing();
        let counts = [row.received, row.expected].map(i128::from);
        for (place, sum) in counts.into_iter().chain(told.sums).enumerate() {
            let fitted = u128::try_from(sum).ok().and_then(|sum| added.plus(place, sum));
            fitted.ok_or_else(|| unreadable(format_args!("it adds {sum} to the sum at {place}")))?;
        }
        let bins = told.bins.into_iter().enumerate();
        added.bins = bins.filter_map(|(hist, bin)| Some((entry(hist, bin?), 1))).collect();
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
        let by_viewer: Vec<(&Set, String)> = SETS
            .iter()
            .filter(|set| set.by_viewer)
            .map(|set| (set, set.name()))
            .collect();
        self.attempts.by_bucket(|bucket| {
            for (set, name) in &by_viewer {
                grouped(bucket, &self.words, set, &mut |group| {
                    table.push(set, name, &group, store)
                })?;
            }
            Ok(())
        })?;
        table.end(store)?;
        for (set, carried) in &mut self.carried {
            let by_hour = Set {
                hourly: true,
                ..set.clone()
            };
            grouped(&mut Packed::of(&self.attempts), &self.words, &by_hour, &mut |group| {
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
            grouped(&mut Packed::of(carried), &self.words, set, &mut |group| {
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
        let sums = group.added.sums().map(|(place, sum)| {
            let width = if WIDE[place].is_some() { 16 } else { 8 };
            (first_sum + place, Field::Number(sum, width))
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
        if self.rows.len() < ROWS_AT_ONCE && self.rows.bytes() < BYTES_AT_ONCE {
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
                added.plus(COUNTS + 5, *sum).unwrap();
                added.plus(WIDE.iter().position(Option::is_some).unwrap(), *sum << 70).unwrap();
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
                let mut take = |group: Group<'_>| {
                    let bins = group.added.bins.iter().copied().collect();
                    let sum = u128::from(group.added.sums[COUNTS + 5]);
                    assert_eq!(group.added.wide[0], sum << 70);
                    let before = told.insert(of(&group.place, group.hour), (sum, bins));
                    assert!(before.is_none(), "a group is told twice");
                    Ok(())
                };
                match set.by_viewer {
                    true => rows.by_bucket(|bucket| grouped(bucket, &words, set, &mut take)).unwrap(),
                    false => grouped(&mut Packed::of(&rows), &words, set, &mut take).unwrap(),
                }
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
            Packed::of(&rows).add_to(&mut added, 0);
        }
        assert!(added.bins.len() < 2 * BINS_UNORDERED);
        added.order();
        let times = 3 * BINS_UNORDERED as u64;
        assert_eq!(added.bins, [(entry(0, 3), 2 * times), (entry(1, 7), times)]);
    }
}
