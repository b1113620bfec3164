//! Writes bodies of `POST /v1/beacons` for load tests, one JSON document a line: `cargo run --example bodies -- SEED COUNT BEACONS_PER_BATCH > FILE`.

use std::io::{BufWriter, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    let [seed, count, beacons_per_batch] = numbers[..] else {
        return Err("usage: bodies SEED COUNT BEACONS_PER_BATCH".into());
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    for body in simulator::bodies(seed as u64, count, beacons_per_batch) {
        out.write_all(&body)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}
