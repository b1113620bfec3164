//! Global Privacy Control: what is left of a beacon whose sender says that it does not want to be followed.
//!
//! Obeyed means: no id of the viewer and no place finer than the country reaches the journal, so nothing can be undone
//! later. What remains are numbers about playback, which is what the viewer came for; `custom` dimensions are kept, as the
//! page that sets them must not put an identity there. Browsers send the header by themselves, with `sendBeacon` too.

use actix_web::http::header::HeaderMap;
use schemas::Beacon;

use crate::pipeline::enrich::place::Place;

/// Whether the sender's browser says `Sec-GPC: 1`, the only value that means anything.
pub(crate) fn is_opted_out(headers: &HeaderMap) -> bool {
    headers.get("sec-gpc").is_some_and(|value| value.as_bytes() == b"1")
}

/// The country of a place, which is about millions of people.
pub(crate) fn reduced(place: Place) -> Place {
    Place {
        country: place.country,
        ..Place::default()
    }
}

/// Takes the viewer's id out of a beacon.
pub(crate) fn forget_viewer(beacon: &mut Beacon) {
    if let Some(context) = &mut beacon.context {
        context.viewer_id = None;
    }
}
