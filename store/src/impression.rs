//! How a column of `impressions` is read: some are left out where they say the same as others (docs/adr/0011).
//!
//! Totals only grow, so the beacon with the highest sequence has the totals of its attempt. A row of `beacons` tells by a bit each which
//! of its totals are the same as another one, and carries nothing there; the view hands on that beacon's bits in `latest`. A total
//! whose bit is set is read as the other one; one whose bit is not set was put into its own column by that very beacon.

use schemas::{RenditionPlay, Totals};

/// Totals that may be left out, and the columns whose sum they are then; bit by bit from the lowest. Stored rows speak of these places.
const OMISSIBLE: [(&str, &[&str]); 8] = [
    ("media_ms", &["play_ms"]),
    ("bitrate_media_ms", &["media_ms"]),
    ("bitrate_peak_media_ms", &["bitrate_media_ms"]),
    ("upscale_ms", &["play_ms"]),
    ("startup_content_ms", &["startup_any_ms"]),
    ("startup_wait_ms", &["startup_any_ms"]),
    (
        "elapsed_ms",
        &[
            "startup_wait_ms",
            "play_ms",
            "paused_ms",
            "stall_ms",
            "seek_ms",
            "ad_ms",
        ],
    ),
    ("stall_ms_max", &["stall_ms"]),
];

/// The bit of the total called `column`; does not compile for one that has none.
pub(crate) const fn omissible(column: &str) -> u8 {
    let mut bit = 0;
    while bit < OMISSIBLE.len() {
        let (name, column) = (OMISSIBLE[bit].0.as_bytes(), column.as_bytes());
        let mut same = if name.len() == column.len() { 0 } else { name.len() + 1 };
        while same < name.len() && name[same] == column[same] {
            same += 1;
        }
        if same == name.len() {
            return bit as u8;
        }
        bit += 1;
    }
    panic!("no total of this name may be left out")
}

/// Which totals of a beacon are left out of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Omitted(u8);

impl Omitted {
    /// Those of `totals`, up to `to_ms`, that say the same as another one.
    pub(crate) fn of(totals: &Totals, to_ms: u32) -> Self {
        let spent = [
            totals.startup_wait_ms,
            totals.play_ms,
            totals.paused_ms,
            totals.stall_ms,
            totals.seek_ms,
            totals.ad_ms,
        ];
        // In the order of `OMISSIBLE`; a test on the real engine holds the two together.
        let same = [
            totals.media_ms == totals.play_ms,
            totals.bitrate_media_ms == totals.media_ms,
            totals.bitrate_peak_media_ms == totals.bitrate_media_ms,
            totals.upscale_ms == totals.play_ms,
            totals.startup_content_ms.is_some() && totals.startup_content_ms == totals.startup_any_ms,
            totals.startup_any_ms == Some(totals.startup_wait_ms),
            spent.iter().map(|part| u64::from(*part)).sum::<u64>() == u64::from(to_ms),
            totals.stall_ms_max == totals.stall_ms,
        ];
        Self(
            (0..)
                .zip(same)
                .fold(0, |bits, (bit, same)| bits | u8::from(same) << bit),
        )
    }

    /// One bit a total.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// `value` of the total with this `bit`, or nothing where it is left out.
    pub(crate) fn kept<T: Default>(self, bit: u8, value: T) -> T {
        if self.0 >> bit & 1 == 1 { T::default() } else { value }
    }
}

/// The rendition whose time a row leaves out: the one with the most, where all of them together are `play_ms`. `''` for none.
pub(crate) fn main_rendition(plays: &[RenditionPlay], play_ms: u32) -> &str {
    let sum: u64 = plays.iter().map(|play| u64::from(play.play_ms)).sum();
    let main = plays.iter().max_by_key(|play| play.play_ms);
    let is_each_once = || {
        let mut rest = plays;
        while let Some((play, later)) = rest.split_first() {
            if later.iter().any(|other| other.rendition == play.rendition) {
                return false;
            }
            rest = later;
        }
        true
    };
    match main {
        Some(main) if sum == u64::from(play_ms) && is_each_once() => &main.rendition,
        _ => "",
    }
}

/// How many rows of `impressions`, called `i`, an attempt is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptRows {
    /// One, merged by FINAL.
    One,
    /// Those of a group.
    Several,
}

impl AttemptRows {
    /// SQL for a total, an attribute or a fact of the attempt.
    ///
    /// Beside the columns: `received`, how many sequences were seen; `max_sequence`, the highest of them; `last_state`, the letter of the
    /// state at its end; `main_place`, for [`with_main`]; `last_received_ms`, ms since 1970.
    #[must_use]
    pub fn sql(self, column: &str) -> String {
        let latest = || self.stored("latest");
        match column {
            "received" => match self {
                Self::One => "finalizeAggregation(i.sequences)".to_owned(),
                Self::Several => "groupBitmapMerge(i.sequences)".to_owned(),
            },
            "max_sequence" => format!("toUInt32(bitShiftRight({}, 24))", latest()),
            "main_place" => format!("toUInt8(bitShiftRight({}, 16))", latest()),
            "last_state" => format!("char(toUInt8({}))", latest()),
            "last_received_ms" => format!("toUnixTimestamp64Milli({})", self.stored("last_received_at")),
            name => match OMISSIBLE.iter().position(|(omissible, _)| *omissible == name) {
                None => self.stored(name),
                Some(bit) => {
                    let same = match OMISSIBLE[bit].1 {
                        // Null is no number of ms.
                        ["startup_any_ms"] if name == "startup_wait_ms" => {
                            format!("ifNull({}, 0)", self.sql("startup_any_ms"))
                        }
                        [other] => self.sql(other),
                        parts => {
                            let parts: Vec<String> = parts.iter().map(|part| self.sql(part)).collect();
                            format!("toUInt32({})", parts.join(" + "))
                        }
                    };
                    format!("if(bitTest({}, {}), {same}, {})", latest(), 8 + bit, self.stored(name))
                }
            },
        }
    }

    fn stored(self, column: &str) -> String {
        match (self, column) {
            (Self::One, _) => format!("i.{column}"),
            (Self::Several, "custom" | "play_ms_by_rendition") => format!("maxMap(i.{column})"),
            (Self::Several, _) => format!("max(i.{column})"),
        }
    }
}

/// Puts in the playing time of the main rendition, which `impressions` leave out. `plays` are sorted by name; `main_place` counts from 1,
/// 0 for none left out.
pub fn with_main(plays: &mut [RenditionPlay], main_place: u8, play_ms: u32) {
    let Some(main) = usize::from(main_place)
        .checked_sub(1)
        .filter(|main| *main < plays.len())
    else {
        return;
    };
    plays[main].play_ms = 0;
    let others: u64 = plays.iter().map(|play| u64::from(play.play_ms)).sum();
    // Not below 0 where a sender's totals went back.
    plays[main].play_ms = u32::try_from(u64::from(play_ms).saturating_sub(others)).unwrap_or(0);
}
