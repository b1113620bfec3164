//! Playing time by rendition: an attempt counts in as many groups as it has rungs.
//!
//! A rung is a rendition's name and its playing time. Each attempt is taken apart into its rungs and one more that stands for all of them:
//! from that one every group has what its shares are shares of, also of viewers who never saw the group's own rendition.

use std::collections::BTreeSet;

use statistics::BUCKETS;
use store::Statement;

use super::{
    Sql, dimension,
    metric::Part,
    statement::{Scope, Wanted, dimensions_array, finished, located_attempts, only_these, tuple},
};
use crate::request::Dimension;

/// Columns of an attempt that its rungs are made of.
const COLUMNS: [&str; 3] = ["play_ms_by_rendition", "main_place", "play_ms"];

/// The text of the playing time of `rung`, the `place`-th by name of an attempt whose columns are called `$of play_ms` and so on. The rendition whose
/// time the tables leave out is the `main_place`-th; it has what the others leave of `play_ms`.
macro_rules! play_ms {
    ($of:literal) => {
        concat!(
            "if(place = ",
            $of,
            "main_place, toUInt32(greatest(0, toInt64(",
            $of,
            "play_ms) - toInt64(arraySum(mapValues(",
            $of,
            "play_ms_by_rendition))) + ",
            $of,
            "play_ms_by_rendition[rung])), ",
            $of,
            "play_ms_by_rendition[rung])"
        )
    };
}
pub(super) use play_ms;

/// Sums over attempts told apart by rendition; no histograms. The answer is that of [`super::statement::attempts`], a group's `attempts` are those
/// that played its rendition.
pub(super) fn attempts(scope: &Scope, wanted: &Wanted) -> Statement {
    let mut sql = Sql::default();
    let mut columns: BTreeSet<&str> = ["viewer_id", "received", "max_sequence"].into();
    columns.extend(COLUMNS);
    let of_rungs = [Part::RungPlayMs, Part::RungsPlayMs, Part::RungsAttempts];
    let of_attempts = wanted.parts.iter().filter(|part| !of_rungs.contains(part));
    columns.extend(of_attempts.flat_map(|part| part.columns()));
    let names: Vec<String> = (0..wanted.dimensions.len()).map(|index| format!("d{index}")).collect();
    let (mut keys, mut others) = (vec!["`window`".to_owned(), "bucket".to_owned()], Vec::new());
    others.clone_from(&keys);
    for (name, dimension) in names.iter().zip(&wanted.dimensions) {
        keys.push(name.clone());
        if *dimension != Dimension::Rendition {
            others.push(name.clone());
        }
    }
    let (keys, others) = (keys.join(", "), others.join(", "));

    let whole = Wanted {
        only: None,
        ..wanted.clone()
    };
    let attempts = located_attempts(scope, &whole, &mut columns, &mut sql);
    let rung: String = names
        .iter()
        .zip(&wanted.dimensions)
        .filter(|(_, dimension)| **dimension == Dimension::Rendition)
        .map(|(name, _)| format!(", {} AS {name}", dimension::value(&Dimension::Rendition, &mut sql)))
        .collect();
    let rungs = format!(
        "arrayMap((rung, place) -> (rung, toInt64({}), false), arraySort(mapKeys(play_ms_by_rendition)) AS names, arrayEnumerate(names))",
        play_ms!("")
    );
    // Of an attempt whose rungs are all of its playing time nothing is left for a rendition that is not known.
    let rest =
        "('', if(main_place > 0, 0, toInt64(play_ms) - toInt64(arraySum(mapValues(play_ms_by_rendition)))), false)";
    let inside = format!(
        "  SELECT *, arrayJoin(arrayFilter(rung -> rung.2 > 0, arrayConcat({rungs}, [{rest}, ('', toInt64(play_ms), true)]))) AS part,\n    \
         toUInt64(part.2) AS rung_play_ms, part.3 AS is_every_rung{rung}\n  FROM (\n{attempts}\n  )"
    );

    let buckets = if wanted.by_viewer { BUCKETS } else { 1 };
    let (mut sums, mut taken) = (Vec::new(), Vec::new());
    for (index, part) in wanted.parts.iter().enumerate() {
        let (adds, is_of_every_rung) = match part {
            Part::RungsPlayMs => (Part::RungPlayMs.sql(), true),
            Part::RungsAttempts => (Part::Attempts.sql(), true),
            part => (part.sql(), false),
        };
        sums.push(format!(
            ",\n    sumResample(0, {buckets}, 1)({adds}, viewer_bucket) AS s{index}"
        ));
        taken.push(match is_of_every_rung {
            true => format!("anyIf(s{index}, is_every_rung) OVER (PARTITION BY {others})"),
            false => format!("s{index}"),
        });
    }
    let mut conditions = vec!["NOT is_every_rung".to_owned()];
    if let Some(only) = &wanted.only {
        conditions.push(only_these(&names, only, &mut sql));
    }
    let ranked = match wanted.limit {
        Some(limit) => format!("\nORDER BY attempts DESC, {keys}\nLIMIT {limit}"),
        None => String::new(),
    };
    sql.text = format!(
        "SELECT `window`, bucket, dimensions, attempts, identified, received, expected, 0 AS viewers, sums, tuple() AS histograms\nFROM (\n  \
         SELECT {keys}, is_every_rung, {} AS dimensions, attempts, identified, received, expected,\n    {} AS sums\n  FROM (\n    \
         SELECT {keys}, is_every_rung,\n    count() AS attempts, countIf(viewer_id != '') AS identified,\n    \
         sum(received) AS received, sum(max_sequence + 1) AS expected{}\n  FROM (\n{inside}\n  )\n  GROUP BY {keys}, is_every_rung\n  )\n)\n\
         WHERE {}{ranked}",
        dimensions_array(&names),
        tuple(&taken),
        sums.concat(),
        conditions.join(" AND "),
    );
    finished(sql, scope, "query::sql::rungs::attempts")
}
