//! The encoding ladder of an experiment's arm: how a caller writes it and reads it again.

use accounts::{Ladder, Rung};
use schemas::limits::LABEL_BYTES_MAX;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    ladder,
    request::{self, Faults},
};

/// Most rungs of all arms of one experiment: each stands in the statements that read its results.
pub const RUNGS_MAX: usize = 2_000;
/// Largest picture, pixels.
const HEIGHT_MAX: f64 = 16_384.0;
/// Whole numbers up to here are exact in JSON (RFC 8259, 6).
const EXACT_MAX: f64 = 9_007_199_254_740_991.0;

/// What an arm's viewers choose from, as whoever encoded it describes it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Ladder)]
pub struct LadderResource {
    /// At least one rung; all arms together at most 2,000. A static ladder names each rung once, a per-title one each title's.
    rungs: Vec<RungResource>,
    /// Processor time that encoding it took, s.
    encode_cpu_seconds: Option<f64>,
}

/// One rung. Playing time is found by the rendition's name, `<height>p@<bitrateBps>`: say the bandwidth that the manifest declares.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Rung)]
pub struct RungResource {
    /// The attribute `video_id` of the title that it is of; absent for every title without a rung of its own of this name.
    video_id: Option<String>,
    /// Height of its picture, pixels.
    #[schema(example = 1080)]
    height: u32,
    /// Its declared average bandwidth, bit/s; absent where the manifest declares none (`<height>p@?`).
    #[schema(example = 4_300_000)]
    bitrate_bps: Option<u32>,
    /// Its quality against the source, VMAF, 0 to 100; kept to hundredths.
    #[schema(example = 95.1)]
    vmaf: Option<f64>,
    /// What it takes in storage, bytes.
    storage_bytes: Option<u64>,
}

impl From<Ladder> for LadderResource {
    fn from(ladder: Ladder) -> Self {
        let rungs = ladder.rungs.into_iter().map(|rung| RungResource {
            video_id: rung.video_id,
            height: rung.height,
            bitrate_bps: rung.bitrate_bps,
            vmaf: rung.vmaf_hundredths.map(|vmaf| f64::from(vmaf) / 100.0),
            storage_bytes: rung.storage_bytes,
        });
        Self {
            rungs: rungs.collect(),
            encode_cpu_seconds: ladder.encode_cpu_ms.map(|ms| ms as f64 / 1_000.0),
        }
    }
}

/// Reads the ladder of the arm that stands at `arm`.
pub fn ladder(given: Option<&Value>, arm: &str, faults: &mut Faults) -> Option<Ladder> {
    let given = given.filter(|given| !given.is_null())?;
    let at = format!("{arm}.ladder");
    let Some(object) = given.as_object() else {
        faults.add(at, format!("expected an object, found {}", request::kind_of(given)));
        return None;
    };
    let at = format!("{at}.");
    request::unknown_keys(object, &["rungs", "encodeCpuSeconds"], &at, faults);
    let encode_cpu_ms = bounded(object, "encodeCpuSeconds", &at, 0.0..=EXACT_MAX / 1_000.0, faults);
    let items = request::array(object.get("rungs"), &format!("{at}rungs"), RUNGS_MAX, faults);
    if items.is_empty() {
        faults.add(format!("{at}rungs"), "a ladder has at least one rung");
    }
    let mut rungs: Vec<Rung> = Vec::with_capacity(items.len());
    let mut names = std::collections::HashSet::new();
    for (index, item) in items.iter().enumerate() {
        let at = format!("{at}rungs[{index}]");
        let Some(rung) = rung(item, &at, faults) else {
            continue;
        };
        let name = ladder::name(&rung);
        if !names.insert((rung.video_id.clone(), name.clone())) {
            faults.add(at, format!("two rungs of one title are called {name}"));
        }
        rungs.push(rung);
    }
    Some(Ladder {
        rungs,
        encode_cpu_ms: encode_cpu_ms.map(|seconds| (seconds * 1_000.0).round() as u64),
    })
}

fn rung(item: &Value, at: &str, faults: &mut Faults) -> Option<Rung> {
    let Some(item) = item.as_object() else {
        faults.add(at, format!("expected an object, found {}", request::kind_of(item)));
        return None;
    };
    let at = format!("{at}.");
    request::unknown_keys(
        item,
        &["videoId", "height", "bitrateBps", "vmaf", "storageBytes"],
        &at,
        faults,
    );
    let video_id = match item.get("videoId") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) if (1..=LABEL_BYTES_MAX).contains(&id.len()) => Some(id.clone()),
        Some(_) => {
            faults.add(
                format!("{at}videoId"),
                format!("expected a text of 1 to {LABEL_BYTES_MAX} bytes"),
            );
            None
        }
    };
    let mut whole = |key: &str, range: std::ops::RangeInclusive<f64>| {
        let number = bounded(item, key, &at, range, faults)?;
        if number.fract() != 0.0 {
            faults.add(format!("{at}{key}"), format!("{number} is not a whole number"));
        }
        Some(number)
    };
    let height = whole("height", 1.0..=HEIGHT_MAX);
    let bitrate_bps = whole("bitrateBps", 1.0..=f64::from(u32::MAX));
    let storage_bytes = whole("storageBytes", 0.0..=EXACT_MAX);
    let vmaf = bounded(item, "vmaf", &at, 0.0..=100.0, faults);
    if item.get("height").is_none_or(Value::is_null) {
        faults.add(format!("{at}height"), "missing");
    }
    Some(Rung {
        video_id,
        height: height? as u32,
        bitrate_bps: bitrate_bps.map(|bps| bps as u32),
        vmaf_hundredths: vmaf.map(|vmaf| (vmaf * 100.0).round() as u16),
        storage_bytes: storage_bytes.map(|bytes| bytes as u64),
    })
}

/// A number within bounds; one that is not there or out of them is none.
fn bounded(
    object: &Map<String, Value>,
    key: &str,
    at: &str,
    range: std::ops::RangeInclusive<f64>,
    faults: &mut Faults,
) -> Option<f64> {
    let given = object.get(key).filter(|given| !given.is_null())?;
    match given.as_f64() {
        Some(number) if range.contains(&number) => Some(number),
        Some(number) => {
            let (least, most) = (range.start(), range.end());
            faults.add(
                format!("{at}{key}"),
                format!("{number} is not between {least} and {most}"),
            );
            None
        }
        None => {
            faults.add(
                format!("{at}{key}"),
                format!("expected a number, found {}", request::kind_of(given)),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(given: Value) -> (Option<Ladder>, Vec<(String, String)>) {
        let mut faults = Faults::default();
        let ladder = ladder(Some(&given), "arms[0]", &mut faults);
        (
            ladder,
            faults.0.into_iter().map(|fault| (fault.field, fault.text)).collect(),
        )
    }

    #[test]
    fn a_ladder_comes_back_as_it_was_said() {
        let given = json!({"encodeCpuSeconds": 12.5, "rungs": [
            {"videoId": null, "height": 1080, "bitrateBps": 4_300_000, "vmaf": 95.12, "storageBytes": 9_000_000_000_u64},
            {"videoId": "film", "height": 1080, "bitrateBps": null, "vmaf": null, "storageBytes": null},
        ]});
        let (ladder, faults) = read(given.clone());
        assert_eq!(faults, []);
        assert_eq!(
            serde_json::to_value(LadderResource::from(ladder.unwrap())).unwrap(),
            given
        );
    }

    #[test]
    fn every_fault_is_told_by_its_place() {
        let (_, faults) = read(json!({"encodeCpuSeconds": "an hour", "rungs": [
            {"height": 1080.5, "bitrateBps": 1, "vmaf": 101, "storage": 1},
            {"videoId": "", "bitrateBps": 1},
            7,
            {"height": 720, "bitrateBps": 1},
            {"height": 720, "bitrateBps": 1},
        ]}));
        let fields: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "arms[0].ladder.encodeCpuSeconds",
                "arms[0].ladder.rungs[0].storage",
                "arms[0].ladder.rungs[0].height",
                "arms[0].ladder.rungs[0].vmaf",
                "arms[0].ladder.rungs[1].videoId",
                "arms[0].ladder.rungs[1].height",
                "arms[0].ladder.rungs[2]",
                "arms[0].ladder.rungs[4]",
            ],
            "{faults:#?}"
        );
        assert!(
            faults[1].1.contains("storageBytes"),
            "the nearest name: {}",
            faults[1].1
        );
        let (_, faults) = read(json!({"rungs": []}));
        assert_eq!(faults.len(), 1, "{faults:#?}");
    }
}
