//! Which records are assigned to which range, on disk. Small text a person can read, in two preallocated slots.
//!
//! Each save writes the slot not written last, with a higher generation, and syncs it; the valid slot with the highest generation
//! counts. A torn save leaves the other slot whole. In-place slots instead of the usual temporary file and rename, because they
//! need no new block: a full disk can always complete ranges, which is what empties it.
//!
//! Invariant: every record up to `assigned` is complete unless it lies in one of `unfinished`.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use failpoint::Point;

use crate::{COUNT_MAX, Lsn, OpenError, Range, disk};

/// Size of a slot: 128 KiB hold the header and [`UNFINISHED_MAX`] ranges of at most 100 bytes.
const SLOT_BYTES: usize = 128 * 1024;
/// Most unfinished ranges.
pub(crate) const UNFINISHED_MAX: usize = 1_000;
const MAGIC: &str = "playhead-journal-manifest 1";

/// The manifest as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// Counts saves.
    pub(crate) generation: u64,
    /// The journal's own random number; part of every token, so that a new journal never repeats an old one's tokens.
    pub(crate) node: u128,
    /// Counts opens.
    pub(crate) epoch: u64,
    /// Highest record that was ever put into a range; 0 for none.
    pub(crate) assigned: Lsn,
    /// Ranges handed out and not completed, by first record.
    pub(crate) unfinished: BTreeMap<Lsn, Range>,
}

impl Manifest {
    /// Highest record such that it and all before are complete.
    pub(crate) fn completed_through(&self) -> Lsn {
        self.unfinished.keys().next().map_or(self.assigned, |first| first - 1)
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "{MAGIC}\ngeneration {}\nnode {:032x}\nepoch {}\nassigned {}\n",
            self.generation, self.node, self.epoch, self.assigned
        );
        for range in self.unfinished.values() {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "range {} {} {} {}",
                range.epoch, range.first, range.last, range.bytes
            );
        }
        let sum = crc32c::crc32c(text.as_bytes());
        let _ = writeln!(text, "crc32c {sum:08x}");
        text
    }

    fn from_text(text: &str) -> Option<Self> {
        let (body, sum) = text.split_once("crc32c ")?;
        if u32::from_str_radix(sum.lines().next()?, 16).ok()? != crc32c::crc32c(body.as_bytes()) {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != MAGIC {
            return None;
        }
        let generation = lines.next()?.strip_prefix("generation ")?.parse().ok()?;
        let node = u128::from_str_radix(lines.next()?.strip_prefix("node ")?, 16).ok()?;
        let epoch = lines.next()?.strip_prefix("epoch ")?.parse().ok()?;
        let assigned = lines.next()?.strip_prefix("assigned ")?.parse().ok()?;
        let mut unfinished = BTreeMap::new();
        for line in lines {
            let mut numbers = line.strip_prefix("range ")?.split(' ').map(str::parse::<u64>);
            let mut number = || numbers.next()?.ok();
            let range = Range {
                node,
                epoch: number()?,
                first: number()?,
                last: number()?,
                bytes: number()?,
            };
            unfinished.insert(range.first, range);
        }
        let manifest = Self {
            generation,
            node,
            epoch,
            assigned,
            unfinished,
        };
        manifest.is_possible().then_some(manifest)
    }

    /// Whether it could have been saved: numbers that can be counted on, ranges of at least one record that follow each other up to
    /// `assigned`. A right checksum over anything else is no manifest, and counting with it would overflow.
    fn is_possible(&self) -> bool {
        let mut before = 0;
        let follows = |range: &Range| {
            let follows = before < range.first && range.first <= range.last;
            before = range.last;
            follows
        };
        let counters = [self.generation, self.epoch, self.assigned];
        counters.into_iter().all(|counter| counter <= COUNT_MAX)
            && self.unfinished.values().all(follows)
            && before <= self.assigned
    }
}

/// The two slots.
#[derive(Debug)]
pub(crate) struct ManifestFile {
    slots: [File; 2],
    directory: PathBuf,
}

impl ManifestFile {
    /// Opens the slots in `directory`; `None` beside them when the journal is new.
    pub(crate) fn open(directory: &Path) -> Result<(Self, Option<Manifest>), OpenError> {
        let mut newest: Option<Manifest> = None;
        let mut written = None;
        let mut open = |name: &str| -> Result<File, OpenError> {
            let path = directory.join(name);
            let failed = |doing: &'static str| {
                let path = path.clone();
                move |source: io::Error| OpenError::Io { doing, path, source }
            };
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(failed("opening manifest"))?;
            let mut bytes = vec![0; SLOT_BYTES];
            let length = file.metadata().map_err(failed("reading manifest"))?.len();
            if length < SLOT_BYTES as u64 {
                // Zeros are written, not only reserved, so that later saves change no metadata.
                file.write_all_at(&bytes[length as usize..], length)
                    .and_then(|()| file.sync_all())
                    .map_err(failed("creating manifest"))?;
            }
            file.read_exact_at(&mut bytes, 0).map_err(failed("reading manifest"))?;
            let text_end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            if text_end > 0 {
                written = Some(path);
                let found = std::str::from_utf8(&bytes[..text_end])
                    .ok()
                    .and_then(Manifest::from_text);
                match found {
                    Some(found) if newest.as_ref().is_none_or(|best| found.generation > best.generation) => {
                        newest = Some(found);
                    }
                    Some(_) => {}
                    None => tracing::warn!(
                        slot = name,
                        "a slot of the journal's manifest is torn; the other one counts"
                    ),
                }
            }
            Ok(file)
        };
        let slots = [open("manifest.0")?, open("manifest.1")?];
        if let (None, Some(path)) = (&newest, written) {
            return Err(OpenError::Corrupt {
                path,
                offset: 0,
                reason: "neither slot of the manifest can be read".to_owned(),
            });
        }
        disk::sync_directory(directory).map_err(|source| OpenError::Io {
            doing: "syncing",
            path: directory.to_owned(),
            source,
        })?;
        let directory = directory.to_owned();
        Ok((Self { slots, directory }, newest))
    }

    /// Writes `manifest` durably. Its generation is one above the one saved before.
    pub(crate) fn save(&self, manifest: &Manifest) -> io::Result<()> {
        let mut bytes = manifest.to_text().into_bytes();
        bytes.push(0);
        let slot = &self.slots[(manifest.generation % 2) as usize];
        failpoint::end_after(Point::ManifestTorn, || {
            // As far as it gets.
            let _ = slot.write_all_at(&bytes[..bytes.len() / 2], 0);
        });
        slot.write_all_at(&bytes, 0)?;
        slot.sync_data()
    }

    /// Path of the slot that `manifest` is saved to, for error messages.
    pub(crate) fn path(&self, manifest: &Manifest) -> PathBuf {
        self.directory.join(format!("manifest.{}", manifest.generation % 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(generation: u64) -> Manifest {
        let range = |first, last| Range {
            node: 7,
            epoch: 2,
            first,
            last,
            bytes: 100,
        };
        Manifest {
            generation,
            node: 7,
            epoch: 3,
            assigned: 40,
            unfinished: [(11, range(11, 20)), (31, range(31, 40))].into(),
        }
    }

    #[test]
    fn a_saved_manifest_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let (file, found) = ManifestFile::open(directory.path()).unwrap();
        assert_eq!(found, None);
        file.save(&manifest(1)).unwrap();
        file.save(&manifest(2)).unwrap();
        let (_, found) = ManifestFile::open(directory.path()).unwrap();
        assert_eq!(found, Some(manifest(2)));
        assert_eq!(manifest(2).completed_through(), 10);
    }

    #[test]
    fn a_torn_save_leaves_the_one_before() {
        let directory = tempfile::tempdir().unwrap();
        let (file, _) = ManifestFile::open(directory.path()).unwrap();
        file.save(&manifest(1)).unwrap();
        file.save(&manifest(2)).unwrap();
        file.slots[0]
            .write_all_at(b"playhead-journal-manifest 1\ngeneration 4\nno", 0)
            .unwrap();
        let (_, found) = ManifestFile::open(directory.path()).unwrap();
        assert_eq!(found, Some(manifest(1)));
    }

    #[test]
    fn two_unreadable_slots_are_an_error_and_not_a_new_journal() {
        let directory = tempfile::tempdir().unwrap();
        let (file, _) = ManifestFile::open(directory.path()).unwrap();
        for slot in &file.slots {
            slot.write_all_at(b"rubbish", 0).unwrap();
        }
        assert!(matches!(
            ManifestFile::open(directory.path()),
            Err(OpenError::Corrupt { .. })
        ));
    }

    #[test]
    fn what_could_not_have_been_saved_is_no_manifest() {
        let with = |change: fn(&mut Manifest)| {
            let mut changed = manifest(1);
            change(&mut changed);
            Manifest::from_text(&changed.to_text())
        };
        assert_eq!(with(|_| ()), Some(manifest(1)));
        let impossible: [fn(&mut Manifest); 6] = [
            |manifest| manifest.generation = u64::MAX,
            |manifest| manifest.epoch = u64::MAX,
            |manifest| manifest.assigned = u64::MAX,
            |manifest| manifest.assigned = 39,
            |manifest| manifest.unfinished.get_mut(&11).unwrap().last = 10,
            |manifest| manifest.unfinished.get_mut(&11).unwrap().last = 31,
        ];
        for change in impossible {
            assert_eq!(with(change), None);
        }
    }

    #[test]
    fn the_largest_manifest_fits_its_slot() {
        let range = |first| Range {
            node: u128::MAX,
            epoch: COUNT_MAX,
            first,
            last: first,
            bytes: u64::MAX,
        };
        let largest = Manifest {
            generation: COUNT_MAX,
            node: u128::MAX,
            epoch: COUNT_MAX,
            assigned: COUNT_MAX,
            unfinished: (0..UNFINISHED_MAX as u64)
                .map(|back| (COUNT_MAX - back, range(COUNT_MAX - back)))
                .collect(),
        };
        assert!(largest.to_text().len() < SLOT_BYTES);
        assert_eq!(Manifest::from_text(&largest.to_text()), Some(largest));
    }
}
