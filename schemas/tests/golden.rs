//! One example of every kind of beacon in both forms, readable for ever. A released file never changes; a new field gets new files.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use schemas::{Beacon, BeaconBatch, BeaconKind, EventKind, proto};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

/// The examples: name, batch, and where the compact form lies.
fn examples() -> Vec<(String, BeaconBatch, PathBuf)> {
    let mut examples: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let batch = serde_json::from_slice(&fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, batch, path.with_extension("pb"))
        })
        .collect();
    examples.sort_by(|a, b| a.0.cmp(&b.0));
    examples
}

#[test]
fn both_forms_say_the_same() {
    for (name, batch, compact) in examples() {
        // A new example's compact form is written once.
        if env::var_os("CODEGEN").is_some() && !compact.exists() {
            fs::write(&compact, proto::write(&batch)).unwrap();
        }
        let bytes = fs::read(&compact).unwrap_or_else(|error| panic!("{}: {error}", compact.display()));
        let head = proto::split(&bytes).unwrap();
        let beacons: Vec<Beacon> = head
            .beacons
            .iter()
            .map(|beacon| proto::read_beacon(beacon).unwrap())
            .inspect(|(_, unknown)| assert!(unknown.is_empty(), "{name}: {unknown:?}"))
            .map(|(beacon, _)| beacon)
            .collect();
        let read = BeaconBatch {
            schema_version: head.schema_version,
            sent_at_ms: head.sent_at_ms,
            clock: head.clock,
            beacons,
        };
        assert_eq!(read, batch, "{name}");
        assert_eq!(proto::write(&batch), bytes, "{name}: written otherwise");
        let json = serde_json::to_value(&batch).unwrap();
        let kept: serde_json::Value =
            serde_json::from_slice(&fs::read(compact.with_extension("json")).unwrap()).unwrap();
        assert_eq!(json, kept, "{name}: written otherwise");
    }
}

#[test]
fn the_examples_have_every_kind_of_beacon_and_of_event() {
    let beacons: Vec<Beacon> = examples().into_iter().flat_map(|(_, batch, _)| batch.beacons).collect();
    let kinds: BTreeSet<BeaconKind> = beacons.iter().map(|beacon| beacon.kind).collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    let events: BTreeSet<String> = beacons
        .iter()
        .flat_map(|beacon| &beacon.interval.events)
        .map(|event| {
            let EventKind::State { .. } = event.kind else {
                let json = serde_json::to_value(event).unwrap();
                return json["event"].as_str().unwrap().to_owned();
            };
            "state".to_owned()
        })
        .collect();
    assert_eq!(events.len(), 10, "{events:?}");
}

/// Every number of the definition is known to the reader, which takes higher ones for newer fields.
#[test]
fn field_numbers_have_no_gaps() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("proto");
    let definition = protox::compile(["playhead/v1/beacon.proto"], [root]).unwrap();
    for message in &definition.file[0].message_type {
        let mut numbers: Vec<i32> = message.field.iter().map(|field| field.number()).collect();
        numbers.sort_unstable();
        let name = match message.name() {
            "Beacon" => "",
            "Interval" => "interval",
            "Totals" => "totals",
            "Context" => "context",
            _ => continue,
        };
        assert_eq!(
            numbers,
            (1..=numbers.len() as i32).collect::<Vec<_>>(),
            "{}",
            message.name()
        );
        let known = proto::KNOWN.iter().find(|(known, _)| *known == name).unwrap();
        assert_eq!(known.1 as usize, numbers.len(), "{}", message.name());
    }
}
