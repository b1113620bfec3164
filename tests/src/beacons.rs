//! Here lives what tests post by hand: small batches whose numbers are easy to check in the head.
//! Audiences of any size come from `simulator`.

use serde_json::{Value, json};
use uuid::Uuid;

/// A batch as a collector sends it, `sent_at_ms` being its own wall clock.
pub fn batch(sent_at_ms: i64, beacons: Vec<Value>) -> Value {
    json!({"schema_version": 1, "sent_at_ms": sent_at_ms, "beacons": beacons})
}

/// The only beacon of an attempt that began at `started_at_ms`: startup 400 ms, then `play_ms` of playing with one stall
/// of `stall_ms` in it (none when 0), reported while playing.
pub fn playing(attempt_id: Uuid, sequence: u32, started_at_ms: i64, play_ms: u32, stall_ms: u32) -> Value {
    let mut totals = json!({
        "first_frame_seen": true, "startup_wait_ms": 400, "startup_any_ms": 400, "startup_content_ms": 400,
        "play_ms": play_ms, "media_ms": play_ms,
    });
    if stall_ms > 0 {
        totals["stall_ms"] = json!(stall_ms);
        totals["stall_count"] = json!(1);
        totals["stall_ms_max"] = json!(stall_ms);
        totals["stall_network_ms"] = json!(stall_ms);
    }
    json!({
        "attempt_id": attempt_id, "sequence": sequence, "started_at_ms": started_at_ms,
        "kind": "beat", "state": "p",
        "interval": {"from_ms": 0, "to_ms": 400 + play_ms + stall_ms, "state": "s", "events": [
            {"at_ms": 400, "event": "first_frame", "startup_ms": 400},
            {"at_ms": 400, "event": "state", "state": "p"},
        ]},
        "totals": totals,
        "context": {"viewer_id": format!("viewer-{attempt_id}"), "video_id": "v1"},
    })
}
