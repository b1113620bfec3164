//! What `fuzz/` calls: the decoders of this crate, each with what must hold whatever it reads. Each panics where it does not hold.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::OnceLock,
};

use accounts::License;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use schemas::{Beacon, BeaconBatch, OrganizationId, SCHEMA_VERSION, limits::BODY_BYTES_MAX};
use store::{BeaconRow, Enrichment, Receipt, Rows};

use crate::{
    http::origin::{Page, is_allowed, page},
    pipeline::{
        decode::decode,
        enrich::{
            place::{AddressPrefixes, Places},
            user_agent::{UserAgents, find_user_agent_patterns},
        },
        validate::{Timing, validate},
    },
    protocol::{
        compact,
        native::{self, Batch},
        plain,
    },
};

/// A body in JSON: what the reader in one pass takes, serde takes too, and both read the same; and what serde takes as a whole, the
/// piecemeal reader takes beacon by beacon. What is read becomes rows, or is rejected with a reason.
///
/// # Panics
/// Where that does not hold.
pub fn native_json(body: &[u8]) {
    let whole: Option<BeaconBatch> = serde_json::from_slice(body).ok();
    if let Some(plain) = plain::read(body) {
        assert_eq!(Some(&plain), whole.as_ref(), "the two readers disagree");
    }
    let Ok(batch) = native::read(body) else {
        return;
    };
    if let Some(whole) = whole {
        assert_eq!(batch.sent_at, whole.sent_at_ms);
        assert_eq!(batch.beacons.len(), whole.beacons.len());
        for (read, beacon) in batch.beacons.iter().zip(whole.beacons) {
            assert_eq!(read.as_ref(), Ok(&beacon), "the piecemeal reader disagrees");
        }
    }
    sorted(batch);
}

/// A body in the compact form: what is read can be written, and read again as the same; the reader in one pass and the generated one
/// read each beacon alike. What is read becomes rows, or is rejected with a reason.
///
/// # Panics
/// Where that does not hold.
pub fn compact(body: &[u8]) {
    let beacons = schemas::proto::split(body).map_or_else(|_| vec![body], |head| head.beacons);
    for beacon in beacons {
        assert_eq!(
            schemas::proto::read_beacon(beacon),
            schemas::proto::read_any_beacon(beacon),
            "the two readers disagree"
        );
    }
    let Ok(batch) = compact::read(body) else {
        return;
    };
    let beacons: Vec<Beacon> = batch.beacons.iter().flatten().cloned().collect();
    let written = schemas::proto::write(&BeaconBatch {
        schema_version: SCHEMA_VERSION,
        sent_at_ms: batch.sent_at,
        clock: batch.clock,
        beacons: beacons.clone(),
    });
    let again = compact::read(&written)
        .map(|batch| (batch.sent_at, batch.clock, batch.beacons))
        .ok();
    let expected = (batch.sent_at, batch.clock, beacons.into_iter().map(Ok).collect());
    assert_eq!(again, Some(expected), "another batch");
    sorted(batch);
}

/// Beacons as the door sorts them once they are read, short of remembering them: each is rejected with a reason or becomes a row.
fn sorted(mut batch: Batch) {
    let mut rows = Rows::default();
    let mut unknown_fields = batch.unknown_fields.iter().peekable();
    for (index, beacon) in batch.beacons.iter_mut().enumerate() {
        let unknown = unknown_fields.next_if(|(of, _)| *of == index);
        let Ok(beacon) = beacon else { continue };
        // As if nothing were on the way for any time and both clocks said the same: the start is then judged by the beacon's own times.
        let timing = Timing {
            clock: batch.clock,
            sent_at: batch.sent_at,
            received_at: batch.sent_at,
            started_at: beacon.started_at_ms,
        };
        if let Err(fault) = validate(beacon, timing) {
            assert!(
                !fault.field.is_empty() && !fault.text.is_empty(),
                "{fault:?} says nothing"
            );
            continue;
        }
        let _ = playback::invariant::violations(&beacon.totals, beacon.interval.to_ms);
        let receipt = Receipt {
            organization_id: OrganizationId(uuid::Uuid::nil()),
            received_at: batch.sent_at,
            started_at: beacon.started_at_ms,
            skew_ms: 0,
            unknown_fields: unknown.map_or("", |(_, text)| text),
        };
        let mut row = Vec::new();
        BeaconRow::put(beacon, &Enrichment::default(), &receipt, &mut row);
        assert_eq!(rows.push(&row), Ok(()), "a row that the batcher refuses");
    }
    assert!(unknown_fields.next().is_none(), "fields of no beacon, or out of order");
}

/// A compressed body: never more than the bound comes out, and what was compressed comes back.
///
/// # Panics
/// Where that does not hold.
pub fn content_encoding(body: &[u8]) {
    for encoding in ["gzip", "br"] {
        if let Ok(bytes) = decode(body, Some(encoding)) {
            assert!(bytes.len() <= BODY_BYTES_MAX, "{encoding} gives {} bytes", bytes.len());
        }
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    // Writing to memory does not fail.
    let packed = gzip.write_all(body).and_then(|()| gzip.finish()).unwrap_or_default();
    let back = decode(&packed, Some("gzip")).ok();
    assert_eq!(
        back.as_deref(),
        (body.len() <= BODY_BYTES_MAX).then_some(body),
        "gzip there and back"
    );
}

/// A request's headers, one `name: value` a line: a page is allowed only where its host ends as the license says; nobody but a
/// trusted proxy says where a viewer is; a user agent is read or not.
///
/// # Panics
/// Where that does not hold.
pub fn headers(text: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in text.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let license = License {
        license_key: String::new(),
        organization_id: OrganizationId(uuid::Uuid::nil()),
        name: String::new(),
        allowed_domains: vec!["*.example.com".to_owned()],
        rate_limit_per_s: None,
        collector_enabled: true,
        sample_permille: 1_000,
    };
    if let Page::Host(host) = page(&headers)
        && is_allowed(&license, Page::Host(host))
    {
        let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        assert!(name.ends_with(".example.com"), "{host:?} is no subdomain");
    }
    let proxy = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let stranger = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
    let place = |peer| places().place(Some(peer), &headers);
    place(proxy);
    let from_stranger = place(stranger);
    assert!(
        from_stranger.country.is_none() && from_stranger.city.is_none() && from_stranger.isp.is_none(),
        "a stranger says where it is"
    );
    if let Some(agent) = headers.get("user-agent").and_then(|value| value.to_str().ok()) {
        agents().get(agent);
    }
}

fn places() -> &'static Places {
    static PLACES: OnceLock<Places> = OnceLock::new();
    PLACES.get_or_init(|| {
        let none: Option<&Path> = None;
        let proxies = vec![IpAddr::V4(Ipv4Addr::LOCALHOST).into()];
        // Unwrap safety: no file is opened.
        #[allow(clippy::expect_used)]
        Places::open(none, none, proxies, AddressPrefixes::default()).expect("nothing is opened")
    })
}

fn agents() -> &'static UserAgents {
    static AGENTS: OnceLock<UserAgents> = OnceLock::new();
    AGENTS.get_or_init(|| {
        find_user_agent_patterns()
            .and_then(|path| UserAgents::open(&path).ok())
            .unwrap_or_default()
    })
}
