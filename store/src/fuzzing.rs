//! What `fuzz/` calls: rows as a journal hands them out, with what must hold whatever they are. Panics where it does not hold.

use std::collections::BTreeMap;

use crate::{Rows, row::whole};

/// Records of a journal, each behind its length in two bytes, little-endian. A row is taken whole or refused; one that can be turned
/// into columns says the same with its defaults written out as without, and one that cannot has no such form.
///
/// # Panics
/// Where that does not hold.
pub fn rows(bytes: &[u8]) {
    let mut rows = Rows::default();
    let mut taken = Vec::new();
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk() {
        let (record, after) = after.split_at(usize::from(u16::from_le_bytes(*length)).min(after.len()));
        if rows.push(record).is_ok() {
            taken.push(record);
        }
        rest = after;
    }
    assert_eq!(rows.len(), taken.len());
    for (index, record) in taken.into_iter().enumerate() {
        assert!(record.ends_with(rows.values(index)), "another row");
        let (said, written_out) = (columns(&rows, index), whole(&rows, index));
        assert_eq!(
            said.is_some(),
            written_out.is_some(),
            "a row in one form and not in the other"
        );
        if let (Some(said), Some(written_out)) = (said, written_out) {
            let again = columns(&written_out, 0).unwrap_or_default();
            assert!(
                said.iter().all(|(name, bytes)| again.get(name) == Some(bytes)),
                "another value"
            );
        }
    }
}

/// The columns that row `index` says something for, by name; none where its bytes are not of its columns.
fn columns(rows: &Rows, index: usize) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut block = rows.block(index..index + 1, "range").ok()?;
    block.finish();
    let names = block.names();
    let bytes = (0..block.columns()).map(|column| {
        let mut out = Vec::new();
        block.put(&mut out, column);
        // In front of the first one stands how many columns, and that it is one row.
        let head = if block.columns() < 0x80 { 2 } else { 3 };
        out.split_off(if column == 0 { head } else { 0 })
    });
    Some(names.split(", ").map(str::to_owned).zip(bytes).collect())
}
