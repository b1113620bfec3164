//! Playing time by rung of the ladders of an experiment's arms.

use std::collections::BTreeSet;

use store::{Param, Statement};

use super::{
    Sql,
    metric::Derived,
    rungs::play_ms,
    statement::{Scope, Wanted, finished, located_attempts},
};
use crate::{ladder::Told, request::Dimension};

/// Derived facts that need the ladders of a scope; each after those it speaks of. Not of the cells' form: no cell holds them.
///
/// `rung_ms` is the playing time of each of `rung_names`. `rung_places` are the places in `ladder_vmaf`: of the rung of `ladder_arm`'s ladder for the title, else for every title.
pub const DERIVED: &[Derived] = &[
    Derived {
        name: "rung_names",
        sql: "arraySort(mapKeys(play_ms_by_rendition))",
        columns: &["play_ms_by_rendition"],
    },
    Derived {
        name: "rung_ms",
        sql: concat!(
            "arrayMap((rung, place) -> toUInt64(",
            play_ms!(""),
            "), rung_names, arrayEnumerate(rung_names))"
        ),
        columns: &["rung_names", "play_ms_by_rendition", "play_ms", "main_place"],
    },
    Derived {
        name: "ladder_arm",
        sql: "if(empty({ladder_all_as:String}), experiment_variant, {ladder_all_as:String})",
        columns: &["experiment_variant"],
    },
    Derived {
        name: "rung_places",
        sql: "arrayMap(name -> transform(concat(ladder_arm, '\\n', video_id, '\\n', name), {ladder_rungs:Array(String)}, \
              {ladder_places:Array(Int64)}, transform(concat(ladder_arm, '\\n\\n', name), {ladder_rungs:Array(String)}, \
              {ladder_places:Array(Int64)}, toInt64(1))), rung_names)",
        columns: &["rung_names", "ladder_arm", "video_id"],
    },
    Derived {
        name: "vmaf_play_ms",
        sql: "arraySum((place, played) -> if({ladder_vmaf:Array(Int64)}[place] < 0, 0, played), rung_places, rung_ms)",
        columns: &["rung_places", "rung_ms"],
    },
    Derived {
        name: "vmaf_ms",
        sql: "arraySum((place, played) -> toUInt64(greatest({ladder_vmaf:Array(Int64)}[place], 0)) * played, rung_places, rung_ms)",
        columns: &["rung_places", "rung_ms"],
    },
];

/// Binds what [`DERIVED`] speaks of.
pub(super) fn bind(told: &Told, sql: &mut Sql) {
    sql.named("ladder_rungs", Param::Texts(told.rungs.clone()));
    sql.named("ladder_places", Param::Integers(told.places()));
    sql.named("ladder_vmaf", Param::Integers(told.vmaf.clone()));
    sql.named("ladder_all_as", Param::Text(told.all_as.clone().unwrap_or_default()));
}

/// Playing time by arm and rung of the attempts in a scope that has ladders.
///
/// Answer: `arm` String, `place` Int64 in [`Told::vmaf`], `play_ms` UInt64. No more rows than rungs, and one an arm for those of no ladder.
#[must_use]
pub fn plays(scope: &Scope) -> Statement {
    let mut sql = Sql::default();
    let wanted = Wanted {
        dimensions: vec![Dimension::Attribute("experiment_variant")],
        ..Wanted::default()
    };
    let mut columns: BTreeSet<&str> = ["rung_places", "rung_ms"].into();
    let attempts = located_attempts(scope, &wanted, &mut columns, &mut sql);
    sql.text = format!(
        "SELECT d0 AS arm, place, sum(played) AS play_ms\nFROM (\n{attempts}\n)\n\
         ARRAY JOIN rung_places AS place, rung_ms AS played\nGROUP BY arm, place"
    );
    finished(sql, scope, "query::sql::ladder::plays")
}
