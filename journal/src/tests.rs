//! The journal against a model of itself: random appends, ranges, completions, reopenings and torn tails; then each fault alone.

use std::{collections::BTreeMap, io::Write, os::fd::AsRawFd};

use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

fn small() -> Options {
    Options {
        segment_bytes: segment::HEADER_BYTES + 2_000,
        ..Options::default()
    }
}

fn open(directory: &Path) -> (Journal, Recovery) {
    Journal::open(directory, small()).unwrap()
}

fn append(journal: &Journal, payloads: &[&[u8]]) -> Result<Appended, AppendError> {
    runtime().block_on(journal.append(payloads.iter().collect()))
}

fn records(journal: &Journal, range: &Range) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    journal
        .read(range, |_, payload| records.push(payload.to_vec()))
        .unwrap();
    records
}

fn segments(directory: &Path) -> Vec<PathBuf> {
    segment_paths(directory).unwrap()
}

/// Ends of a crash: what a group in flight may leave behind the last durable frame.
#[derive(Debug, Clone, Copy)]
enum Tail {
    /// Part of a frame.
    Cut(usize),
    /// A whole frame whose payload did not reach the disk.
    Hollow,
    /// Anything.
    Rubbish(u8),
}

#[derive(Debug, Clone)]
enum Op {
    Append(Vec<u16>),
    NextRange { records: u64, bytes: u64 },
    Complete(prop::sample::Index),
    Reopen,
    Crash(Tail),
}

fn op() -> impl Strategy<Value = Op> {
    let tail = prop_oneof![
        (1usize..40).prop_map(Tail::Cut),
        Just(Tail::Hollow),
        (1u8..).prop_map(Tail::Rubbish),
    ];
    prop_oneof![
        5 => prop::collection::vec(0u16..700, 1..6).prop_map(Op::Append),
        3 => (1u64..20, 1u64..3_000).prop_map(|(records, bytes)| Op::NextRange { records, bytes }),
        3 => any::<prop::sample::Index>().prop_map(Op::Complete),
        1 => Just(Op::Reopen),
        1 => tail.prop_map(Op::Crash),
    ]
}

/// What the journal must be.
#[derive(Default)]
struct Model {
    records: BTreeMap<Lsn, Vec<u8>>,
    assigned: Lsn,
    /// Fixed and not completed, by first record.
    unfinished: BTreeMap<Lsn, Range>,
    /// The part of `unfinished` that the open journal has handed out.
    handed: Vec<Range>,
}

impl Model {
    fn durable(&self) -> Lsn {
        self.records.keys().next_back().copied().unwrap_or(0)
    }
}

/// Leaves `tail` behind the last frame of the last segment, as a crash in the middle of a write would.
fn tear(directory: &Path, durable: Lsn, tail: Tail) {
    let Some(path) = segments(directory).pop() else {
        return;
    };
    let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let length = file.metadata().unwrap().len();
    let mut reader = frame::FrameReader::new(&file, segment::HEADER_BYTES, length);
    while matches!(reader.next().unwrap(), frame::Next::Frame { .. }) {}
    let mut bytes = [&[0; frame::HEADER_BYTES][..], &[7; 50]].concat();
    frame::seal(&mut bytes, durable + 1);
    match tail {
        Tail::Cut(kept) => bytes.truncate(kept),
        Tail::Hollow => bytes[frame::HEADER_BYTES..].fill(0),
        Tail::Rubbish(byte) => bytes.fill(byte),
    }
    io::Seek::seek(&mut &file, io::SeekFrom::Start(reader.offset())).unwrap();
    (&file).write_all(&bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_acknowledged_record_is_handed_out_until_it_is_completed(ops in prop::collection::vec(op(), 1..60)) {
        let directory = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(directory.path());
        let mut model = Model::default();
        let mut filler = 0u8;
        for op in ops {
            match op {
                Op::Append(sizes) => {
                    let payloads: Vec<Vec<u8>> = sizes.iter().map(|size| {
                        filler = filler.wrapping_add(1);
                        vec![filler; usize::from(*size)]
                    }).collect();
                    let appended = runtime().block_on(journal.append(payloads.iter().collect())).unwrap();
                    prop_assert_eq!(appended.first, model.durable() + 1);
                    prop_assert_eq!(appended.last - appended.first + 1, payloads.len() as u64);
                    model.records.extend((appended.first..).zip(payloads));
                }
                Op::NextRange { records: records_max, bytes } => {
                    let waiting = model.unfinished.values().find(|range| !model.handed.contains(range)).copied();
                    match journal.next_range(records_max, bytes).unwrap() {
                        Some(range) => {
                            match waiting {
                                // A range of a previous run comes first, and as it was.
                                Some(waiting) => prop_assert_eq!(range, waiting),
                                None => {
                                    prop_assert_eq!(range.first, model.assigned + 1);
                                    prop_assert!(range.records() <= records_max && range.last <= model.durable());
                                    prop_assert!(range.bytes <= bytes || range.records() == 1);
                                    model.assigned = range.last;
                                }
                            }
                            let expected: Vec<Vec<u8>> = model.records.range(range.first..=range.last).map(|(_, payload)| payload.clone()).collect();
                            prop_assert_eq!(records(&journal, &range), expected);
                            model.unfinished.insert(range.first, range);
                            model.handed.push(range);
                        }
                        None => {
                            prop_assert_eq!(waiting, None);
                            prop_assert_eq!(model.assigned, model.durable());
                        }
                    }
                }
                Op::Complete(index) if !model.handed.is_empty() => {
                    let range = model.handed.swap_remove(index.index(model.handed.len()));
                    journal.complete(&range).unwrap();
                    prop_assert!(journal.complete(&range).is_err());
                    model.unfinished.remove(&range.first);
                }
                Op::Complete(_) => {}
                Op::Reopen | Op::Crash(_) => {
                    drop(journal);
                    if let Op::Crash(tail) = op {
                        tear(directory.path(), model.durable(), tail);
                    }
                    let recovery;
                    (journal, recovery) = open(directory.path());
                    prop_assert_eq!(recovery.unfinished_ranges, model.unfinished.len());
                    model.handed.clear();
                }
            }
            let depth = journal.depth();
            let open_records = model.durable() - model.assigned + model.unfinished.values().map(Range::records).sum::<u64>();
            prop_assert_eq!(depth.records, open_records);
            let open_bytes = model.records.range(model.assigned + 1..).map(|(_, payload)| frame::frame_bytes(payload)).sum::<u64>()
                + model.unfinished.values().map(|range| range.bytes).sum::<u64>();
            prop_assert_eq!(depth.bytes, open_bytes);
            prop_assert_eq!(depth.age > Duration::ZERO, depth.records > 0);
        }
        // At most the writer's own segment is left when everything is complete.
        while let Some(range) = journal.next_range(u64::MAX, u64::MAX).unwrap() {
            model.handed.push(range);
        }
        for range in &model.handed {
            journal.complete(range).unwrap();
        }
        prop_assert!(segments(directory.path()).len() <= 1);
    }
}

#[test]
fn a_new_journal_says_so_and_an_old_one_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, recovery) = open(directory.path());
    assert!(recovery.created);
    append(&journal, &[b"a", b"b"]).unwrap();
    drop(journal);
    let (_, recovery) = open(directory.path());
    assert_eq!(
        recovery,
        Recovery {
            created: false,
            records: 2,
            unfinished_ranges: 0,
            torn_tail: None
        }
    );
}

#[test]
fn two_openers_never_share_a_journal() {
    let directory = tempfile::tempdir().unwrap();
    let (_journal, _) = open(directory.path());
    assert!(matches!(
        Journal::open(directory.path(), small()),
        Err(OpenError::Locked(_))
    ));
}

#[test]
fn tokens_differ_between_ranges_runs_and_journals() {
    let directory = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    append(&journal, &[b"a", b"b"]).unwrap();
    let first = journal.next_range(1, u64::MAX).unwrap().unwrap();
    let second = journal.next_range(1, u64::MAX).unwrap().unwrap();
    assert_ne!(first.token(), second.token());
    assert!(first.token().ends_with("/1/1-1"), "{}", first.token());
    drop(journal);
    let (journal, _) = open(directory.path());
    assert_eq!(journal.next_range(9, 9).unwrap().unwrap().token(), first.token());
    let (journal, _) = open(other.path());
    append(&journal, &[b"a"]).unwrap();
    assert_ne!(journal.next_range(1, u64::MAX).unwrap().unwrap().token(), first.token());
}

#[test]
fn a_torn_tail_is_cut_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    append(&journal, &[b"kept"]).unwrap();
    drop(journal);
    tear(directory.path(), 1, Tail::Hollow);
    let (journal, recovery) = open(directory.path());
    let torn_tail = recovery.torn_tail.unwrap();
    assert!(
        torn_tail.contains("behind record 1") && torn_tail.contains("checksum"),
        "{torn_tail}"
    );
    assert_eq!(append(&journal, &[b"next"]).unwrap().first, 2);
    let range = journal.next_range(9, u64::MAX).unwrap().unwrap();
    assert_eq!(records(&journal, &range), [b"kept".to_vec(), b"next".to_vec()]);
}

#[test]
fn a_bad_frame_before_the_last_segment_is_an_error_and_nothing_is_changed() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    for _ in 0..4 {
        append(&journal, &[&[1; 900]]).unwrap();
    }
    drop(journal);
    let paths = segments(directory.path());
    assert!(paths.len() >= 2, "{paths:?}");
    let mut bytes = fs::read(&paths[0]).unwrap();
    let at = segment::HEADER_BYTES as usize + 100;
    bytes[at] ^= 1;
    fs::write(&paths[0], &bytes).unwrap();
    let error = Journal::open(directory.path(), small()).unwrap_err().to_string();
    assert!(
        error.contains("damaged at byte 4096") && error.contains("checksum"),
        "{error}"
    );
    assert_eq!(fs::read(&paths[0]).unwrap(), bytes);
}

#[test]
fn a_segment_that_disappeared_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    for _ in 0..6 {
        append(&journal, &[&[1; 900]]).unwrap();
    }
    drop(journal);
    let paths = segments(directory.path());
    fs::remove_file(&paths[1]).unwrap();
    let error = Journal::open(directory.path(), small()).unwrap_err();
    assert!(matches!(error, OpenError::Missing { first: 3, last: 4, .. }), "{error}");
}

#[test]
fn a_lost_tail_that_was_already_in_a_range_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    append(&journal, &[b"a", b"b"]).unwrap();
    journal.next_range(9, u64::MAX).unwrap().unwrap();
    drop(journal);
    let path = segments(directory.path()).pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(segment::HEADER_BYTES as usize + 17);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(
        Journal::open(directory.path(), small()),
        Err(OpenError::Missing { first: 1, last: 2, .. })
    ));
}

#[test]
fn a_failed_sync_poisons_the_journal_and_is_never_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    append(&journal, &[b"a"]).unwrap();
    let mut watch = journal.watch();
    watch.mark_unchanged();
    // The segment's descriptor becomes /dev/null: writing succeeds, fdatasync answers EINVAL.
    let null = fs::OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    let segment = Arc::clone(lock(&journal.shared().log).segments.values().last().unwrap());
    // SAFETY: both descriptors are open; the segment's stays valid and now names the other file.
    assert!(unsafe { libc::dup2(null.as_raw_fd(), segment.file.as_raw_fd()) } >= 0);
    for _ in 0..2 {
        let error = append(&journal, &[b"b"]).unwrap_err();
        assert!(
            matches!(&error, AppendError::Poisoned(reason) if reason.contains("os error 22")),
            "{error}"
        );
    }
    assert!(watch.has_changed().unwrap());
    assert!(journal.poisoned().is_some());
    assert!(matches!(
        journal.next_range(1, 1),
        Err(RangeError::Io { .. } | RangeError::Poisoned(_) | RangeError::Corrupt { .. })
    ));
    drop(journal);
    drop(segment);
    let (journal, _) = open(directory.path());
    let range = journal.next_range(9, u64::MAX).unwrap().unwrap();
    assert_eq!(records(&journal, &range), [b"a".to_vec()]);
}

#[test]
fn a_full_journal_refuses_until_ranges_are_completed() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        disk_bytes_max: 3 * (segment::HEADER_BYTES + 2_000),
        ..small()
    };
    let (journal, _) = Journal::open(directory.path(), options).unwrap();
    let mut taken = 0;
    let error = loop {
        match append(&journal, &[&[1; 900]]) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, AppendError::Full { .. }), "{error}");
    assert!(taken >= 4, "{taken}");
    // What is small enough for the rest of the segment is still taken.
    append(&journal, &[&[1; 20]]).unwrap();
    let range = journal.next_range(2, u64::MAX).unwrap().unwrap();
    journal.complete(&range).unwrap();
    append(&journal, &[&[1; 900]]).unwrap();
}

#[test]
fn bytes_waiting_for_the_disk_are_bounded() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        waiting_bytes_max: 1_000,
        ..small()
    };
    let (journal, _) = Journal::open(directory.path(), options).unwrap();
    // The writer stops at the log's lock, so what is appended waits.
    let log = lock(&journal.shared().log);
    runtime().block_on(async {
        let mut first = Box::pin(journal.append([vec![1; 900]].into_iter().collect()));
        assert!(poll_once(&mut first).is_none());
        let error = journal.append([vec![1; 900]].into_iter().collect()).await.unwrap_err();
        assert_eq!(error, AppendError::Busy { waiting_bytes: 916 });
        drop(log);
        first.await.unwrap();
        journal.append([vec![1; 900]].into_iter().collect()).await.unwrap();
    });
}

fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(future).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[test]
fn appends_that_wait_together_are_synced_together() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(directory.path(), Options::default()).unwrap();
    runtime().block_on(async {
        let appends: Vec<_> = (0..200u8)
            .map(|number| {
                let journal = journal.clone();
                tokio::spawn(async move { journal.append([vec![number; 100]].into_iter().collect()).await })
            })
            .collect();
        for append in appends {
            append.await.unwrap().unwrap();
        }
    });
    let commits = journal.depth().commits;
    assert!((1..200).contains(&commits), "{commits} commits for 200 appends");
}

#[test]
fn a_watcher_hears_of_new_records() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    let mut watch = journal.watch();
    runtime().block_on(async {
        let heard = async {
            watch.changed().await.unwrap();
            watch.borrow().durable
        };
        let appended = journal.append([b"a".to_vec(), b"b".to_vec()].into_iter().collect());
        let (appended, heard) = tokio::join!(appended, heard);
        assert_eq!(appended.unwrap().last, heard);
    });
}

#[test]
fn retention_keeps_complete_segments_until_space_is_short() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        retention: Duration::from_secs(3_600),
        disk_bytes_max: 4 * (segment::HEADER_BYTES + 2_000),
        ..small()
    };
    let (journal, _) = Journal::open(directory.path(), options).unwrap();
    let turn = || {
        append(&journal, &[&[1; 900], &[1; 900]]).unwrap();
        let range = journal.next_range(9, u64::MAX).unwrap().unwrap();
        journal.complete(&range).unwrap();
    };
    turn();
    turn();
    assert_eq!(segments(directory.path()).len(), 2);
    for _ in 0..8 {
        turn();
    }
    assert!(journal.depth().disk_bytes <= 4 * (segment::HEADER_BYTES + 2_000));
}

#[test]
fn an_append_larger_than_a_segment_gets_one_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    let large = vec![5; 10_000];
    append(&journal, &[b"a", &large, b"b"]).unwrap();
    let range = journal.next_range(9, u64::MAX).unwrap().unwrap();
    assert_eq!(records(&journal, &range), [b"a".to_vec(), large, b"b".to_vec()]);
    assert_eq!(append(&journal, &[]), Err(AppendError::Empty));
    let error = runtime()
        .block_on(journal.append([vec![0; 17 << 20]].into_iter().collect()))
        .unwrap_err();
    assert!(matches!(error, AppendError::TooLarge { .. }), "{error}");
}

#[test]
fn a_range_that_is_not_open_can_neither_be_read_nor_completed() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    append(&journal, &[b"a", b"b"]).unwrap();
    let range = journal.next_range(9, u64::MAX).unwrap().unwrap();
    let shorter = Range { last: 1, ..range };
    assert!(matches!(
        journal.read(&shorter, |_, _| {}),
        Err(RangeError::Unknown { .. })
    ));
    assert!(matches!(journal.complete(&shorter), Err(RangeError::Unknown { .. })));
}

#[test]
fn a_closed_journal_refuses_everything_and_can_be_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    append(&journal, &[b"a", b"b"]).unwrap();
    let range = journal.next_range(1, u64::MAX).unwrap().unwrap();
    journal.close();
    assert_eq!(append(&journal, &[b"c"]), Err(AppendError::Closed));
    assert!(matches!(journal.next_range(1, 1), Err(RangeError::Closed)));
    assert!(matches!(journal.complete(&range), Err(RangeError::Closed)));
    let (_, recovery) = open(directory.path());
    assert_eq!((recovery.records, recovery.unfinished_ranges), (2, 1));
}
