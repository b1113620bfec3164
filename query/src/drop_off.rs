//! How far plays come: the part of an audience that is left at each hundredth of a video, and how often each was played again.
//!
//! How far a play came is its distinct media as a part of the video's duration. A play that goes on counts for as far as it came
//! (`statistics::survival`). Live streams have no such part, nor has what did not measure it; these are counted as unknown.

use std::time::Instant;

use schemas::DEFINITION_VERSION;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use statistics::{
    BUCKETS, Buckets, Domain, Estimate, Sums,
    ratio::ratio,
    survival::{self, Seen},
};
use store::Store;

use crate::{
    plan::Plan,
    request::{self, Faults, Question},
    response::{DropOffPoint, DropOffResult, Rewatched, Source},
    rewatch::{self, Jump},
    run::{Observe, RunError},
    sql::statement,
};

/// A video is cut into so many places.
pub const PLACES: usize = 100;

/// Every key a request may have.
pub const KEYS: [&str; 6] = ["filters", "start", "end", "confidence", "includeBots", REWATCHES];

/// The key that asks what was played again.
const REWATCHES: &str = "rewatches";

/// What is asked.
#[derive(Debug)]
pub struct Asked {
    /// Whose plays.
    pub question: Question,
    /// Whether what was played again is wanted.
    pub rewatches: bool,
}

/// Reads a request.
///
/// # Errors
/// Every fault there is.
pub fn parse(body: &Map<String, Value>) -> Result<Asked, Faults> {
    let mut faults = Faults::default();
    request::unknown_keys(body, &KEYS, "", &mut faults);
    let rewatches = request::boolean(body, REWATCHES, &mut faults);
    let mut asked: Map<String, Value> = KEYS
        .into_iter()
        .filter(|key| *key != REWATCHES)
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
        Some(question) => faults.checked(Asked { question, rewatches }),
        None => Err(faults),
    }
}

#[derive(Deserialize)]
struct Row {
    viewer_bucket: usize,
    /// -1 for plays of which it is not known.
    place: i64,
    over: u64,
    ongoing: u64,
    rewatched_ms: u64,
}

#[derive(Deserialize)]
struct Again {
    viewer_bucket: usize,
    duration_ms: u32,
    rewatched_ms: u32,
    /// Moment, position before, position after.
    seeks: Vec<(u32, u32, u32)>,
}

/// Answers for the plays that `plan` asks about, with what was played again where it is wanted.
///
/// # Errors
/// When the tables do not answer within the limits.
pub async fn answer(
    store: &Store,
    plan: &Plan,
    rewatches: bool,
    observe: Observe<'_>,
) -> Result<DropOffResult, RunError> {
    let begun = Instant::now();
    let reading = |source| RunError::Reading {
        step: "drop_off",
        source,
    };
    let rows = async {
        let rows = store.fetch::<Row>(&statement::drop_off(&plan.scope)).await;
        rows.map_err(reading)
    };
    let again = async {
        match rewatches {
            true => {
                let again = store.fetch::<Again>(&statement::rewatched(&plan.scope)).await;
                again.map(Some).map_err(reading)
            }
            false => Ok(None),
        }
    };
    let (rows, again) = tokio::try_join!(rows, again)?;
    observe("drop_off", begun.elapsed().as_secs_f64());

    let mut clusters = vec![vec![Seen::default(); PLACES + 1]; BUCKETS];
    let (mut unknown, mut rewatched_ms) = (0, 0);
    for row in rows {
        let places = &mut clusters[row.viewer_bucket % BUCKETS];
        match usize::try_from(row.place).ok().and_then(|place| places.get_mut(place)) {
            Some(place) => {
                *place = Seen {
                    ended: row.over,
                    ongoing: row.ongoing,
                }
            }
            None => unknown += row.over + row.ongoing,
        }
        rewatched_ms += row.rewatched_ms;
    }
    let of = |count: fn(&Seen) -> u64| clusters.iter().flatten().map(count).sum::<u64>();
    let (plays, ongoing) = (of(|seen| seen.ended + seen.ongoing), of(|seen| seen.ongoing));
    // Who saw all of it is in the place behind the last, and left nowhere.
    let curve = survival::kaplan_meier(&clusters, plan.question.confidence);
    let density = again.map(|again| density(&again, &clusters, plan.question.confidence));
    let points: Vec<DropOffPoint> = (0..PLACES)
        .map(|place| {
            let point = &curve[place];
            let known = point.at_risk > 0;
            let rewatches = density.as_ref().and_then(|density| density.places[place].as_ref());
            DropOffPoint {
                position: (place + 1) as f64 / PLACES as f64,
                at_risk: point.at_risk,
                value: known.then_some(point.value),
                low: point.low.filter(|_| known),
                high: point.high.filter(|_| known),
                rewatches: rewatches.map(|estimate| estimate.value),
                rewatches_low: rewatches.and_then(|estimate| estimate.low),
                rewatches_high: rewatches.and_then(|estimate| estimate.high),
            }
        })
        .collect();
    let half = points
        .iter()
        .find(|point| point.value.is_some_and(|value| value <= 0.5));
    Ok(DropOffResult {
        median: half.map(|point| point.position),
        points,
        plays,
        ongoing,
        unknown,
        source: match density {
            Some(_) => Source::Beacons,
            None => Source::Impressions,
        },
        rewatched: density.map(|density| Rewatched {
            media_ms: rewatched_ms,
            placed_ms: density.placed_ms,
        }),
        definition_version: DEFINITION_VERSION,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Where something was played again.
struct Density {
    /// How often a play played each place again; `None` without plays.
    places: Vec<Option<Estimate>>,
    placed_ms: u64,
}

fn density(again: &[Again], clusters: &[Vec<Seen>], confidence: f64) -> Density {
    let mut times = vec![vec![0.0; PLACES]; BUCKETS];
    let mut placed_ms = 0;
    for row in again {
        let jumps: Vec<Jump> = row
            .seeks
            .iter()
            .map(|&(_, from_ms, to_ms)| Jump { from_ms, to_ms })
            .collect();
        for stretch in rewatch::again(&jumps, row.rewatched_ms) {
            placed_ms += u64::from(stretch.1 - stretch.0);
            rewatch::spread(stretch, row.duration_ms, &mut times[row.viewer_bucket % BUCKETS]);
        }
    }
    let places = (0..PLACES).map(|place| {
        let buckets = Buckets::from_rows(clusters.iter().enumerate().map(|(bucket, places)| {
            let plays: u64 = places.iter().map(|seen| seen.ended + seen.ongoing).sum();
            let sums = Sums {
                attempts: plays,
                numerator: times[bucket][place],
                denominator: plays as f64,
            };
            (bucket, sums)
        }));
        ratio(&buckets, Domain::NonNegative, confidence).ok()
    });
    Density {
        places: places.collect(),
        placed_ms,
    }
}
