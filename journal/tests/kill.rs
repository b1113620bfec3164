//! A process is killed in the middle of appending; what it had been told is durable must be there.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use journal::{Journal, Options};

const DIRECTORY: &str = "PLAYHEAD_JOURNAL_KILL_DIRECTORY";
const RUN: &str = "PLAYHEAD_JOURNAL_KILL_RUN";

fn options() -> Options {
    Options {
        segment_bytes: 256 * 1024,
        ..Options::default()
    }
}

/// The victim: eight tasks append for ever and print what was acknowledged. Only does something when the other test starts it.
#[test]
fn victim() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let run: u32 = std::env::var(RUN).unwrap().parse().unwrap();
    let (journal, _) = Journal::open(directory, options()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..8u32)
            .map(|task| {
                let journal = journal.clone();
                tokio::spawn(async move {
                    for number in 0u32.. {
                        let payload = format!("{run}.{task}.{number} {}", "x".repeat((number % 977) as usize));
                        journal.append([&payload].into_iter().collect()).await.unwrap();
                        let name = payload.split(' ').next().unwrap();
                        writeln!(std::io::stdout().lock(), "acked {name}").unwrap();
                        // Some records move on, so that manifests are written under fire too.
                        if number % 50 == 49 && task == 0 {
                            let journal = journal.clone();
                            tokio::task::spawn_blocking(move || journal.next_range(100, 1 << 20).unwrap())
                                .await
                                .unwrap();
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn killed_in_the_middle_of_appending_it_has_everything_it_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let mut acked = BTreeSet::new();
    for run in 0..4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "victim", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .env(RUN, run.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        let mut note = |line: String| {
            // The harness prints its own words on the same line as the first acknowledgement; a killed writer leaves half a line.
            if let Some((_, name)) = line.split_once("acked ")
                && name.split('.').count() == 3
            {
                acked.insert(name.to_owned());
            }
        };
        for line in lines.by_ref() {
            note(line.unwrap());
            seen += 1;
            if seen == 300 + run * 211 {
                child.kill().unwrap();
                break;
            }
        }
        assert!(seen >= 300, "the victim ended early");
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        // The last line may be cut in the middle of a number.
        rest.into_iter().rev().skip(1).for_each(&mut note);
        child.wait().unwrap();
    }
    let (journal, recovery) = Journal::open(directory.path(), options()).unwrap();
    assert!(recovery.unfinished_ranges > 0);
    let mut found = BTreeSet::new();
    let mut count = 0;
    let mut next = 1;
    while let Some(range) = journal.next_range(10_000, u64::MAX).unwrap() {
        assert_eq!(range.first, next, "ranges follow each other without a gap");
        next = range.last + 1;
        journal
            .read(&range, |_, payload| {
                let text = std::str::from_utf8(payload).unwrap();
                found.insert(text.split(' ').next().unwrap().to_owned());
                count += 1;
            })
            .unwrap();
    }
    assert_eq!(found.len(), count, "nothing is there twice");
    let lost: Vec<_> = acked.difference(&found).collect();
    assert!(
        lost.is_empty(),
        "{} of {} acknowledged records are lost: {lost:?}",
        lost.len(),
        acked.len()
    );
}
