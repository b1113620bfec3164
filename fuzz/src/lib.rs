//! Every decoder that meets the outside, as a function of bytes that panics where something does not hold. `fuzz_targets/` hands
//! them to libFuzzer (`cargo xtask fuzz`); `tests/replay.rs` runs them on the corpus, on any toolchain.
//!
//! A target more is: a function here and in [`TARGETS`], a file in `fuzz_targets/`, a `[[bin]]`, a folder in `corpus/`.

use std::{fs, path::PathBuf, sync::OnceLock, time::Duration};

use accounts::{Accounts, Scope, Tenant};
pub use engine::fuzzing::request as engine_request;
pub use ingest::fuzzing::{compact, content_encoding, headers, native_json};
use journal::{Journal, Options};
pub use query::fuzzing::annotation;
use schemas::UnixMs;
pub use store::fuzzing::rows;

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, also of its folder in `corpus/`.
    pub name: &'static str,
    /// What it does with bytes.
    pub run: fn(&[u8]),
    /// Mutations of its corpus that `tests/replay.rs` tries; fewer where one takes long.
    pub mutations: u32,
}

/// Every target.
pub const TARGETS: [Target; 10] = [
    Target {
        name: "native_json",
        run: native_json,
        mutations: 5_000,
    },
    Target {
        name: "compact",
        run: compact,
        mutations: 5_000,
    },
    Target {
        name: "content_encoding",
        run: content_encoding,
        mutations: 2_000,
    },
    Target {
        name: "headers",
        run: headers,
        mutations: 2_000,
    },
    Target {
        name: "journal",
        run: journal,
        mutations: 200,
    },
    Target {
        name: "rows",
        run: rows,
        mutations: 5_000,
    },
    Target {
        name: "engine_request",
        run: engine_request,
        mutations: 5_000,
    },
    Target {
        name: "question",
        run: question,
        mutations: 5_000,
    },
    Target {
        name: "listing",
        run: listing,
        mutations: 5_000,
    },
    Target {
        name: "annotation",
        run: annotation,
        mutations: 5_000,
    },
];

/// A question to the query API, see [`query::fuzzing::question`].
///
/// # Panics
/// Where that does not hold.
pub fn question(body: &[u8]) {
    query::fuzzing::question(body, tenant());
}

/// The query string of a list of attempts, see [`query::fuzzing::listing`].
///
/// # Panics
/// Where that does not hold.
pub fn listing(text: &[u8]) {
    query::fuzzing::listing(text, tenant());
}

/// Somebody who may ask. There is no way to one but through an API key.
fn tenant() -> Tenant {
    static TENANT: OnceLock<Tenant> = OnceLock::new();
    *TENANT.get_or_init(|| {
        let directory = folder();
        let now = UnixMs(0);
        runtime().block_on(async {
            let accounts = Accounts::open(&directory.path().join("accounts.sqlite"))
                .await
                .expect("accounts open");
            let organization = accounts
                .create_organization("fuzz", None, now)
                .await
                .expect("an organisation is made");
            let secret = accounts
                .create_api_key(organization, "fuzz", Scope::Read, now)
                .await
                .expect("a key is made");
            let grant = accounts.authenticate(secret.reveal()).expect("the key is known");
            grant.tenant(None).expect("a key is good for its own organisation")
        })
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime is built")
}

/// Damage to a journal's files, as edits of a whole one: it opens or says why not, and every record that it hands out is one that was
/// appended, in order, without a gap.
///
/// # Panics
/// Where that does not hold.
pub fn journal(edits: &[u8]) {
    static WHOLE: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let whole = WHOLE.get_or_init(whole_journal);
    let directory = folder();
    for (index, (name, bytes)) in whole.iter().enumerate() {
        let mut bytes = bytes.clone();
        // An edit: which file, where (two bytes), what: cut here, or write this byte.
        for edit in edits.chunks_exact(5) {
            if usize::from(edit[0]) % whole.len() != index || bytes.is_empty() {
                continue;
            }
            let at = usize::from(u16::from_le_bytes([edit[1], edit[2]])) % bytes.len();
            match edit[3] % 4 {
                0 => bytes.truncate(at),
                1 => bytes[at] = 0,
                _ => bytes[at] = edit[4],
            }
        }
        write(&directory.path().join(name), &bytes);
    }
    let Ok((journal, recovery)) = Journal::open(directory.path(), options()) else {
        return;
    };
    let mut next = None;
    let mut found = 0;
    while let Ok(Some(range)) = journal.next_range(3, 1 << 20) {
        let read = journal.read(&range, |lsn, payload| {
            assert_eq!(payload, payload_of(lsn), "record {lsn} is another one");
            assert!(next.is_none_or(|next| next == lsn), "record {lsn} after a gap");
            next = Some(lsn + 1);
            found += 1;
        });
        // What was whole at the start is whole now.
        assert!(read.is_ok(), "{read:?}");
    }
    assert_eq!(found, recovery.records, "not what recovery promised");
}

const RECORDS: u64 = 24;

fn options() -> Options {
    Options {
        segment_bytes: 8 << 10,
        retention: Duration::ZERO,
        ..Options::default()
    }
}

fn payload_of(lsn: u64) -> Vec<u8> {
    vec![lsn as u8; 40 + (lsn as usize * 37) % 400]
}

/// In memory where the machine has such a place: a fuzzer opens thousands of journals a minute.
fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a folder can be made")
}

fn write(path: &std::path::Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("a file can be written");
}

/// The files of a journal with some segments, one complete range and one that is not.
fn whole_journal() -> Vec<(String, Vec<u8>)> {
    let directory = folder();
    let (journal, _) = Journal::open(directory.path(), options()).expect("a new journal opens");
    let runtime = runtime();
    for lsn in 1..=RECORDS {
        runtime
            .block_on(journal.append([payload_of(lsn)].into_iter().collect()))
            .expect("a record is appended");
    }
    let next = || {
        journal
            .next_range(5, 1 << 20)
            .expect("a range is fixed")
            .expect("there are records")
    };
    let first = next();
    next();
    journal.complete(&first).expect("a range is completed");
    journal.close();
    drop(journal);
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(directory.path())
        .expect("the folder is read")
        .map(|entry| {
            let entry = entry.expect("an entry is read");
            let bytes = fs::read(entry.path()).expect("a file is read");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .filter(|(name, _)| name != "lock")
        .collect();
    files.sort();
    files
}
