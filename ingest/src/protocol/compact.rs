//! The compact form: `schemas::proto`, read so that one bad beacon never costs its batch. Fields of a newer definition are kept.

use std::fmt::Write as _;

use envelope::{ApiError, ErrorCode};
use schemas::{
    Rejection,
    proto::{self, UnknownFields, WireError},
};

use super::native::{Batch, Fault, UNKNOWN_BYTES_MAX, check_head};

/// Reads a body.
pub(crate) fn read(body: &[u8]) -> Result<Batch, ApiError> {
    let head = proto::split(body).map_err(|WireError { field, text, .. }| {
        let field = if field.is_empty() { "body" } else { &field };
        ApiError::new(ErrorCode::MalformedBody)
            .developer(text.clone())
            .detail(field, text)
    })?;
    check_head(head.schema_version, head.beacons.len())?;
    let mut unknown_fields = Vec::new();
    let mut too_many = 0;
    let beacons = head
        .beacons
        .iter()
        .enumerate()
        .map(|(index, bytes)| match proto::read_beacon(bytes) {
            Ok((beacon, unknown)) => {
                if !unknown.is_empty() {
                    match kept(&unknown) {
                        Some(text) => unknown_fields.push((index, text)),
                        None => too_many += 1,
                    }
                }
                Ok(beacon)
            }
            Err(WireError {
                field,
                text,
                is_out_of_range,
            }) => {
                let field = if field.is_empty() { "." } else { &field };
                let reason = if is_out_of_range {
                    Rejection::NumberOutOfRange
                } else {
                    Rejection::Malformed
                };
                Err(Fault::new(reason, field, text))
            }
        })
        .collect();
    let mut warnings = Vec::new();
    if !unknown_fields.is_empty() {
        let count = unknown_fields.len();
        warnings.push(format!(
            "{count} beacons have fields that this server does not know; they are kept aside"
        ));
    }
    if too_many > 0 {
        warnings.push(format!(
            "{too_many} beacons have more than {UNKNOWN_BYTES_MAX} bytes of fields that this server does not know; those are dropped"
        ));
    }
    Ok(Batch {
        sent_at: head.sent_at_ms,
        clock: head.clock,
        beacons,
        unknown_fields,
        warnings,
    })
}

/// Fields of a newer definition as text, by message; `None` when they are too many to keep.
fn kept(unknown: &UnknownFields<'_>) -> Option<String> {
    let mut text = String::from(r#"{"protobuf":{"#);
    for (index, (message, fields)) in unknown.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(text, r#"{comma}"{message}":""#);
        for byte in fields.iter().flat_map(|field| field.iter()) {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('"');
    }
    text.push_str("}}");
    (text.len() <= UNKNOWN_BYTES_MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use schemas::{AttemptId, Beacon, BeaconBatch, BeaconKind, Clock, Interval, SCHEMA_VERSION, State, Totals, UnixMs};
    use uuid::Uuid;

    use super::*;

    fn batch() -> BeaconBatch {
        let beacon = |number: u128| Beacon {
            attempt_id: AttemptId(Uuid::from_u128(number)),
            sequence: 3,
            started_at_ms: UnixMs(1_700_000_000_000),
            kind: BeaconKind::Beat,
            state: State::Playing,
            interval: Interval {
                from_ms: 5,
                to_ms: 10,
                state: State::Playing,
                ..Interval::default()
            },
            totals: Totals {
                play_ms: 10,
                startup_any_ms: Some(0),
                ..Totals::default()
            },
            context: None,
        };
        BeaconBatch {
            schema_version: SCHEMA_VERSION,
            sent_at_ms: UnixMs(1_700_000_000_010),
            clock: Clock::Live,
            beacons: vec![beacon(1), beacon(2)],
        }
    }

    /// A field of type bytes.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    }

    #[test]
    fn what_is_written_is_read() {
        let written = batch();
        let read = read(&proto::write(&written)).unwrap();
        assert_eq!(read.beacons, written.beacons.into_iter().map(Ok).collect::<Vec<_>>());
        assert_eq!((read.sent_at, read.clock), (written.sent_at_ms, written.clock));
        assert!(read.warnings.is_empty() && read.unknown_fields.is_empty());
    }

    #[test]
    fn one_bad_beacon_does_not_cost_its_batch() {
        let mut body = proto::write(&batch());
        body.extend(field(4, b"\xff\xff\xff"));
        // An attempt id of three bytes; a kind of the future.
        body.extend(field(4, &[&field(1, b"abc")[..], &[4 << 3, 99]].concat()));
        body.extend(field(4, &[&field(1, &[7; 16])[..], &[4 << 3, 99]].concat()));
        // A sequence of 33 bits.
        body.extend(field(
            4,
            &[&field(1, &[7; 16])[..], &[2 << 3, 0x80, 0x80, 0x80, 0x80, 0x10]].concat(),
        ));
        let read = read(&body).unwrap();
        let faults: Vec<Option<(Rejection, &str)>> = read
            .beacons
            .iter()
            .map(|beacon| beacon.as_ref().err().map(|fault| (fault.reason, &*fault.field)))
            .collect();
        let malformed = |field| Some((Rejection::Malformed, field));
        assert_eq!(
            faults,
            [
                None,
                None,
                malformed("."),
                malformed("attempt_id"),
                malformed("kind"),
                Some((Rejection::NumberOutOfRange, "sequence")),
            ]
        );
    }

    #[test]
    fn a_body_that_is_no_batch_says_so() {
        for (body, field) in [
            (&b""[..], "schema_version"),
            (b"{\"schema_version\":1}", "body"),
            (&[1 << 3, 1], "sent_at_ms"),
            (&[1 << 3, 1, 2 << 3, 1, 3 << 3, 9], "clock"),
            (&[4 << 3 | 2, 100, 1], "beacons"),
        ] {
            let error = read(body).unwrap_err();
            assert_eq!(error.code(), ErrorCode::MalformedBody);
            assert_eq!(error.details()[0].field.as_deref(), Some(field), "{body:?}");
        }
    }

    #[test]
    fn fields_of_a_newer_definition_are_kept_as_they_came() {
        let mut wire = proto::write(&BeaconBatch {
            beacons: Vec::new(),
            ..batch()
        });
        let one = proto::write(&BeaconBatch {
            beacons: vec![batch().beacons[0].clone()],
            ..batch()
        });
        // The beacon's own bytes: behind the head, the key and the length.
        let beacon = &one[wire.len() + 2..];
        wire.extend(field(4, &[beacon, &field(15, b"new")].concat()));
        let read_one = read(&wire).unwrap();
        assert_eq!(read_one.beacons[0].as_ref(), Ok(&batch().beacons[0]));
        assert_eq!(
            read_one.unknown_fields,
            [(0, r#"{"protobuf":{"":"7a036e6577"}}"#.to_owned())]
        );
        assert_eq!(read_one.warnings.len(), 1);
        // One in the totals: a second `totals` is merged into the first.
        let newer_totals = field(7, &[0xf8, 0x07, 1]);
        let read = read(
            &[
                &wire[..wire.len() - beacon.len() - 7],
                &field(4, &[beacon, &newer_totals].concat()),
            ]
            .concat(),
        );
        assert_eq!(
            read.unwrap().unknown_fields,
            [(0, r#"{"protobuf":{"totals":"f80701"}}"#.to_owned())]
        );
    }
}
