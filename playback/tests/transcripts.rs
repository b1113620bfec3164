//! Sessions as text: above `--` what the player said, below it what came of it. `UPDATE_EXPECT=1` rewrites the lower part.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{fmt::Write as _, fs, path::Path};

use playback::Transcript;

fn report(session: &str) -> String {
    match Transcript::parse(session) {
        Ok(transcript) => transcript.run().to_string(),
        Err(error) => format!("refused: {error}\n"),
    }
}

#[test]
fn every_transcript_reads_as_it_did() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut differences = String::new();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let (session, expected) = text.split_once("--\n").unwrap();
        let report = report(session);
        assert!(!report.contains("BROKEN"), "{}\n{report}", path.display());
        if report != expected {
            if update {
                fs::write(path, format!("{session}--\n{report}")).unwrap();
            } else {
                writeln!(differences, "{}\nexpected:\n{expected}\ngot:\n{report}", path.display()).unwrap();
            }
        }
    }
    assert!(differences.is_empty(), "{differences}\nUPDATE_EXPECT=1 rewrites them");
    assert!(files.len() >= 20, "the transcripts are gone: {}", files.len());
}
