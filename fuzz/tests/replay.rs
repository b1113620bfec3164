//! The corpus of every target, and seeded mutations of it: what a fuzzer found once stays found, on any toolchain.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use fuzz::{TARGETS, Target};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use schemas::{BeaconBatch, OrganizationId};
use store::{BeaconRow, Enrichment, Receipt};

fn corpus(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let mut files: Vec<(PathBuf, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

/// `bytes` with one to eight small changes, some of them a piece of `other`.
fn mutated(bytes: &[u8], other: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.random_range(1..=8) {
        let at = rng.random_range(0..=bytes.len());
        let end = (at + rng.random_range(0..16)).min(bytes.len());
        match rng.random_range(0..5) {
            0 if at < bytes.len() => bytes[at] = rng.random(),
            1 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ if !other.is_empty() => {
                let from = rng.random_range(0..other.len());
                let to = (from + rng.random_range(1..64)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => bytes.insert(at, rng.random()),
        }
    }
    bytes
}

/// Runs `target` on `bytes`; a panic names what it was.
fn check(target: &Target, bytes: &[u8], what: &str) {
    if catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))).is_err() {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]).into_owned();
        panic!("{}: {what}: {shown:?}", target.name);
    }
}

fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let corpus = corpus(target);
    for (path, bytes) in &corpus {
        check(target, bytes, &path.display().to_string());
    }
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    for number in 0..target.mutations {
        let (path, bytes) = corpus.choose(&mut rng).unwrap();
        let (_, other) = corpus.choose(&mut rng).unwrap();
        let bytes = mutated(bytes, other, &mut rng);
        check(target, &bytes, &format!("mutation {number} of {}", path.display()));
    }
}

macro_rules! replay {
    ($($target:ident),*) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target));
        })*

        #[test]
        fn every_target_is_replayed() {
            let replayed = [$(stringify!($target)),*];
            assert_eq!(TARGETS.map(|target| target.name), replayed);
        }
    };
}

replay!(
    native_json,
    compact,
    content_encoding,
    headers,
    journal,
    rows,
    engine_request,
    question,
    listing,
    annotation
);

/// Seeds of real traffic, for a new target or a new form: `cargo test -p playhead-fuzz -- --ignored` writes them.
#[test]
#[ignore = "writes seeds into the corpus"]
fn seeds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(folder.join(target)).unwrap();
        fs::write(folder.join(target).join(name), bytes).unwrap();
    };
    for (index, body) in simulator::generate::bodies(3, 400, 1)
        .into_iter()
        .step_by(40)
        .enumerate()
    {
        write("native_json", &format!("simulated-{index}"), &body);
        let mut gzip = flate2::read::GzEncoder::new(&body[..], flate2::Compression::best());
        let mut packed = Vec::new();
        std::io::Read::read_to_end(&mut gzip, &mut packed).unwrap();
        write("content_encoding", &format!("gzip-{index}"), &packed);
        let mut packed = Vec::new();
        brotli::BrotliCompress(
            &mut &body[..],
            &mut packed,
            &brotli::enc::BrotliEncoderParams::default(),
        )
        .unwrap();
        write("content_encoding", &format!("br-{index}"), &packed);
    }
    for (index, body) in simulator::generate::compact_bodies(3, 400, 2)
        .into_iter()
        .step_by(40)
        .enumerate()
    {
        write("compact", &format!("simulated-{index}"), &body);
    }
    for (name, text) in [
        (
            "page",
            "origin: https://www.example.com:8443\nreferer: https://user@www.example.com/a?b#c\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        ),
        (
            "proxy",
            "x-forwarded-for: 203.0.113.7, [2001:db8::1]:443, 127.0.0.1\nx-geo-country: AT\nx-geo-city: Wien\norigin: null\nsec-gpc: 1",
        ),
        (
            "v6",
            "origin: http://[::1]:8080\nuser-agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1",
        ),
    ] {
        write("headers", name, text.as_bytes());
    }
    write("journal", "cut", &[2, 200, 0, 0, 0]);
    write("journal", "two-edits", &[0, 40, 0, 2, 9, 3, 0, 16, 2, 255]);
    write("journal", "none", b"");
    let mut rows = vec![[&[2, 0][..], &[7; 32]].concat()];
    let bodies = simulator::generate::bodies(3, 400, 1);
    for body in bodies.iter().step_by(80) {
        let batch: BeaconBatch = serde_json::from_slice(body).unwrap();
        for beacon in batch.beacons {
            let receipt = Receipt {
                organization_id: OrganizationId(beacon.attempt_id.0),
                received_at: batch.sent_at_ms,
                started_at: beacon.started_at_ms,
                skew_ms: 0,
                unknown_fields: "",
            };
            let mut row = Vec::new();
            BeaconRow::put(&beacon, &Enrichment::default(), &receipt, &mut row);
            rows.push(row);
        }
    }
    let behind_length = |row: &Vec<u8>| [&u16::try_from(row.len()).unwrap().to_le_bytes()[..], row].concat();
    for (index, row) in rows.iter().enumerate() {
        write("rows", &format!("row-{index}"), &behind_length(row));
    }
    let all: Vec<u8> = rows.iter().flat_map(behind_length).collect();
    write("rows", "all", &all);
    for (name, text) in [
        (
            "insert",
            "query=INSERT INTO `t`(`a`) FORMAT RowBinary&database=d&insert_deduplication_token=x\ntext/plain\nrows",
        ),
        (
            "select",
            "default_format=JSON&param_a=1\n\nSELECT {a:UInt32} FORMAT TSV",
        ),
        (
            "form",
            "database=d\nmultipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT 1\r\n--b--\r\n",
        ),
    ] {
        write("engine_request", name, text.as_bytes());
    }
    for (name, text) in [
        (
            "plain",
            r#"{"metrics":["startup_any_ms_p95","attempts"],"start":"2026-11-01T00:00:00Z","end":"2026-11-02T00:00:00Z","dimensions":["country","custom.a"],"interval":"hour","compare":["day_before","auto"],"timezone":"Europe/Vienna"}"#,
        ),
        (
            "filters",
            r#"{"metrics":["stall_ratio"],"start":"2026-11-01T00:00:00Z","end":"2026-11-02T00:00:00Z","filters":[{"attribute":"country","operator":"IN","value":["AT",null]},{"attribute":"attempts","operator":"GT","value":5}],"orderBy":[{"name":"attempts","order":"ASC"}],"limit":10,"includeBots":true}"#,
        ),
        (
            "custom",
            r#"{"metrics":["plays"],"start":"2026-11-01T00:00:00Z","end":"2026-11-02T00:00:00Z","compare":[{"custom":{"start":"2026-10-01T00:00:00Z","end":"2026-10-02T00:00:00Z"},"label":"x"},{"cohort":{"filters":[]}}],"confidence":0.9,"fill":true}"#,
        ),
    ] {
        write("question", name, text.as_bytes());
    }
    for (name, text) in [
        (
            "plain",
            "start=2026-11-01T00:00:00Z&end=2026-11-02T00:00:00Z&limit=20&orderBy=stall_count&order=ASC&includeBots=true",
        ),
        (
            "filters",
            "start=2026-11-01T00%3A00%3A00%2B01%3A00&end=2026-11-02T00:00:00Z&filter=country:IN:AT,DE,&filter=custom.a:CONTAINS:%C3%A9&filter=cdn:NE:",
        ),
        (
            "cursor",
            "start=2026-11-01T00:00:00Z&end=2026-11-02T00:00:00Z&cursor=9e3779b97f4a7c1514",
        ),
    ] {
        write("listing", name, text.as_bytes());
    }
}
