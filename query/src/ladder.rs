//! What came of the ladders of an experiment's arms: what viewers saw of them and what that took.
//!
//! Whoever encoded says what the rungs of an arm are worth (VMAF) and what they take (storage, processor time); players say for how long each
//! was on the screen, by the name they give it, `<height>p@<declared average bit/s>` (`?` where none is declared). Together that is the quality as it was watched, the mean
//! VMAF over playing time, beside the bits that were sent for it: a ladder is better where one gets better and the other no worse, and both
//! have intervals and verdicts like every metric of an experiment.
//!
//! Pure. What is read for it is in `sql::ladder`; the arms are judged by `experiment`.

use std::collections::HashMap;

use accounts::{Arm, Ladder, Rung};

use crate::{
    compare::Cell,
    response::{LadderArm, LadderRung, MetricValue},
    sql::metric::{Part, Recipe},
};

/// Mean VMAF over the playing time on rungs that have one.
pub const VMAF: Recipe = Recipe::Ratio {
    numerator: Part::VmafMs,
    denominator: Part::VmafPlayMs,
    scope: Part::VmafKnown,
    scale: 0.01,
    share: false,
};

/// Bits of media fetched ÷ seconds played.
pub const DELIVERED: Recipe = Recipe::Ratio {
    numerator: Part::DataBytes,
    denominator: Part::PlayMs,
    scope: Part::Plays,
    scale: 8_000.0,
    share: false,
};

/// Where a rung that no ladder has stands in [`Told::vmaf`]. Arrays of ClickHouse begin at 1.
pub const NOWHERE: i64 = 1;

/// The rungs of all arms as statements speak of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Arm, title (empty: every other) and name of each rung, in one text.
    pub rungs: Vec<String>,
    /// The VMAF of each, hundredths of a point, behind that of [`NOWHERE`]; -1 where it was not said.
    pub vmaf: Vec<i64>,
    /// The arm by whose ladder every attempt is told; none: each by its own arm's.
    pub all_as: Option<String>,
}

/// The name that a player's collector gives a rung.
#[must_use]
pub fn name(rung: &Rung) -> String {
    match rung.bitrate_bps {
        Some(bps) => format!("{}p@{bps}", rung.height),
        None => format!("{}p@?", rung.height),
    }
}

fn ladders(arms: &[Arm]) -> impl Iterator<Item = (&Arm, &Rung)> {
    arms.iter().flat_map(|arm| {
        let rungs = arm.ladder.iter().flat_map(|ladder| &ladder.rungs);
        rungs.map(move |rung| (arm, rung))
    })
}

impl Told {
    /// The rungs of `arms`; none where no arm has any.
    #[must_use]
    pub fn of(arms: &[Arm]) -> Option<Self> {
        let mut told = Self {
            rungs: Vec::new(),
            vmaf: vec![-1],
            all_as: None,
        };
        for (arm, rung) in ladders(arms) {
            let title = rung.video_id.as_deref().unwrap_or_default();
            told.rungs.push(format!("{}\n{title}\n{}", arm.name, name(rung)));
            told.vmaf.push(rung.vmaf_hundredths.map_or(-1, i64::from));
        }
        (!told.rungs.is_empty()).then_some(told)
    }

    /// The same, every attempt told by the ladder of `arm`: of before an experiment what is taken off its result must not hang on the arms, whatever
    /// an attempt says that it was part of then.
    #[must_use]
    pub fn all_as(self, arm: &str) -> Self {
        Self {
            all_as: Some(arm.to_owned()),
            ..self
        }
    }

    /// Where each of them stands in `vmaf`.
    #[must_use]
    pub fn places(&self) -> Vec<i64> {
        (NOWHERE + 1..=NOWHERE + self.rungs.len() as i64).collect()
    }
}

/// Playing time by arm and place in [`Told::vmaf`], ms.
pub type Plays = HashMap<(String, i64), u64>;

/// An arm's ladder with what was watched of it. `place` is that of its first rung; `cell` holds its sums, `value` makes numbers of them.
fn watched(
    (arm, ladder): (&Arm, &Ladder),
    place: i64,
    plays: &Plays,
    cell: &Cell,
    value: impl Fn(&Cell, Recipe) -> MetricValue,
) -> LadderArm {
    let of = |place: i64| plays.get(&(arm.name.clone(), place)).copied().unwrap_or_default();
    let played = cell.whole(Part::PlayMs);
    // Of the same reading as the rungs': the audience may play on between two.
    let shown: u64 = plays
        .iter()
        .filter(|((of, _), _)| *of == arm.name)
        .map(|(_, ms)| ms)
        .sum();
    let share = |ms: u64| (shown > 0).then(|| ms as f64 / shown as f64);
    let mut rungs: Vec<LadderRung> = Vec::with_capacity(ladder.rungs.len());
    for (rung, place) in ladder.rungs.iter().zip(place..) {
        let play_ms = of(place);
        rungs.push(LadderRung {
            video_id: rung.video_id.clone(),
            rendition: name(rung),
            vmaf: rung.vmaf_hundredths.map(|vmaf| f64::from(vmaf) / 100.0),
            storage_bytes: rung.storage_bytes,
            play_ms,
            play_share: share(play_ms),
        });
    }
    let stored = |only: fn(&LadderRung) -> bool| {
        let of_interest = rungs.iter().filter(|rung| only(rung));
        of_interest.map(|rung| rung.storage_bytes).sum::<Option<u64>>()
    };
    let other_play_ms = of(NOWHERE);
    LadderArm {
        arm: arm.name.clone(),
        vmaf: value(cell, VMAF),
        vmaf_known_share: (played > 0.0).then(|| cell.whole(Part::VmafPlayMs) / played),
        delivered_bps: value(cell, DELIVERED),
        encode_cpu_seconds: ladder.encode_cpu_ms.map(|ms| ms as f64 / 1_000.0),
        storage_bytes: stored(|_| true),
        unwatched_storage_bytes: stored(|rung| rung.play_ms == 0),
        other_play_ms,
        rungs,
    }
}

/// The ladders of `arms` with what was watched of them, in their order; arms without one are left out. `cells` are those of the arms;
/// `value` tells a recipe's value over one of them.
#[must_use]
pub fn arms<'a>(
    arms: &[Arm],
    cells: impl Iterator<Item = &'a Cell>,
    plays: &Plays,
    value: impl Fn(&Cell, Recipe) -> MetricValue,
) -> Vec<LadderArm> {
    let mut place = NOWHERE + 1;
    let mut found = Vec::new();
    for (arm, cell) in arms.iter().zip(cells) {
        if let Some(ladder) = &arm.ladder {
            found.push(watched((arm, ladder), place, plays, cell, &value));
            place += ladder.rungs.len() as i64;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::NullValue;

    fn rung(video_id: Option<&str>, height: u32, vmaf: Option<u16>, storage_bytes: Option<u64>) -> Rung {
        Rung {
            video_id: video_id.map(str::to_owned),
            height,
            bitrate_bps: (height != 240).then_some(height * 4_000),
            vmaf_hundredths: vmaf,
            storage_bytes,
        }
    }

    fn arm(name: &str, rungs: Vec<Rung>) -> Arm {
        Arm {
            name: name.to_owned(),
            weight: 1,
            ladder: Some(Ladder {
                rungs,
                encode_cpu_ms: Some(1_500),
            }),
        }
    }

    #[test]
    fn rungs_are_told_by_arm_title_and_the_name_that_players_give_them() {
        let arms = [
            arm("static", vec![rung(None, 1_080, Some(9_512), None)]),
            arm("per-title", vec![rung(Some("film"), 720, None, None)]),
        ];
        let told = Told::of(&arms).unwrap();
        assert_eq!(told.rungs, ["static\n\n1080p@4320000", "per-title\nfilm\n720p@2880000"]);
        assert_eq!(told.vmaf, [-1, 9_512, -1], "behind the one that no ladder has");
        assert_eq!(told.places(), [2, 3]);
        let none = Arm {
            ladder: None,
            ..arms[0].clone()
        };
        assert_eq!(Told::of(&[none]), None);
        assert_eq!(name(&rung(None, 240, None, None)), "240p@?");
    }

    #[test]
    fn what_nobody_watched_of_a_ladder_takes_storage_for_nothing() {
        let all = [
            arm(
                "static",
                vec![
                    rung(None, 360, Some(6_000), Some(10)),
                    rung(None, 2_160, Some(9_900), Some(90)),
                ],
            ),
            arm("per-title", vec![rung(None, 360, None, None)]),
        ];
        let plays: Plays = [
            (("static".to_owned(), 2), 750),
            (("static".to_owned(), NOWHERE), 250),
            (("per-title".to_owned(), 4), 40),
        ]
        .into();
        let mut cell = Cell::default();
        cell.sums.insert(Part::PlayMs, vec![600.0, 400.0]);
        cell.sums.insert(Part::VmafPlayMs, vec![750.0]);
        let none = |_: &Cell, _| {
            MetricValue::Null(NullValue {
                value: (),
                reason: String::new(),
            })
        };
        let found = arms(&all, [&cell, &Cell::default()].into_iter(), &plays, none);
        let [first, second] = found.as_slice() else {
            panic!("{found:#?}")
        };
        assert_eq!(
            (first.storage_bytes, first.unwatched_storage_bytes),
            (Some(100), Some(90))
        );
        assert_eq!((first.vmaf_known_share, first.other_play_ms), (Some(0.75), 250));
        assert_eq!(first.rungs[0].play_share, Some(0.75));
        assert_eq!(first.rungs[1].play_ms, 0);
        assert_eq!(first.encode_cpu_seconds, Some(1.5));
        assert_eq!(
            (second.storage_bytes, second.rungs[0].play_ms),
            (None, 40),
            "a sum with an unknown in it is none"
        );
        assert_eq!(second.vmaf_known_share, None, "nothing was played");
    }
}
