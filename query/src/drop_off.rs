//! How far plays come: the part of an audience that is left at each hundredth of a video.
//!
//! How far a play came is its distinct media as a part of the video's duration. A play that goes on counts for as far as it came
//! (`statistics::survival`). Live streams have no such part, nor has what did not measure it; these are counted as unknown.

use std::time::Instant;

use schemas::DEFINITION_VERSION;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use statistics::survival::{self, Seen};
use store::Store;

use crate::{
    plan::Plan,
    request::{self, Faults, Question},
    response::{DropOffPoint, DropOffResult, Source},
    run::{Observe, RunError},
    sql::statement,
};

/// A video is cut into so many places.
pub const PLACES: usize = 100;

/// Every key a request may have.
pub const KEYS: [&str; 5] = ["filters", "start", "end", "confidence", "includeBots"];

/// Reads a request.
///
/// # Errors
/// Every fault there is.
pub fn parse(body: &Map<String, Value>) -> Result<Question, Faults> {
    let mut faults = Faults::default();
    request::unknown_keys(body, &KEYS, "", &mut faults);
    let mut asked: Map<String, Value> = KEYS
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), body.get(key)?.clone())))
        .collect();
    // The same plays.
    asked.insert("metrics".to_owned(), json!(["completed"]));
    let question = match request::parse(&Value::Object(asked)) {
        Ok(question) => Some(question),
        Err(found) => {
            faults.0.extend(found.0);
            None
        }
    };
    if question.as_ref().is_some_and(|question| !question.having.is_empty()) {
        faults.add(
            "filters",
            "plays are told by their attributes: filter by attributes only",
        );
    }
    match question {
        Some(question) => faults.checked(question),
        None => Err(faults),
    }
}

#[derive(Deserialize)]
struct Row {
    /// -1 for plays of which it is not known.
    place: i64,
    over: u64,
    ongoing: u64,
}

/// Answers for the plays that `plan` asks about.
///
/// # Errors
/// When the tables do not answer within the limits.
pub async fn answer(store: &Store, plan: &Plan, observe: Observe<'_>) -> Result<DropOffResult, RunError> {
    let begun = Instant::now();
    let statement = statement::drop_off(&plan.scope);
    let rows: Vec<Row> = store.fetch(&statement).await.map_err(|source| RunError::Reading {
        step: "drop_off",
        source,
    })?;
    observe("drop_off", begun.elapsed().as_secs_f64());
    let mut seen = [Seen::default(); PLACES + 1];
    let mut unknown = 0;
    for row in rows {
        match usize::try_from(row.place).ok().and_then(|place| seen.get_mut(place)) {
            Some(place) => {
                *place = Seen {
                    ended: row.over,
                    ongoing: row.ongoing,
                }
            }
            None => unknown += row.over + row.ongoing,
        }
    }
    // Who saw all of it is in the place behind the last, and left nowhere.
    let curve = survival::kaplan_meier(&seen, plan.question.confidence);
    let points: Vec<DropOffPoint> = (1..=PLACES)
        .zip(&curve)
        .map(|(place, point)| DropOffPoint {
            position: place as f64 / PLACES as f64,
            at_risk: point.at_risk,
            value: (point.at_risk > 0).then_some(point.value),
            low: point.low.filter(|_| point.at_risk > 0),
            high: point.high.filter(|_| point.at_risk > 0),
        })
        .collect();
    let half = points
        .iter()
        .find(|point| point.value.is_some_and(|value| value <= 0.5));
    Ok(DropOffResult {
        median: half.map(|point| point.position),
        points,
        plays: seen.iter().map(|place| place.ended + place.ongoing).sum(),
        ongoing: seen.iter().map(|place| place.ongoing).sum(),
        unknown,
        definition_version: DEFINITION_VERSION,
        source: Source::Impressions,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}
