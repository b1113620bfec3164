//! What the request itself tells: browser and device from the `User-Agent`, place from the client's address. The address is used
//! for the lookup and dropped; it is neither stored nor logged.

pub(crate) mod place;
pub(crate) mod user_agent;

use std::sync::Arc;

use store::Enrichment;

use self::{place::Place, user_agent::UserAgent};

/// Everything derived, as the row takes it.
pub(crate) fn enrichment(agent: &Arc<UserAgent>, place: Place) -> Enrichment {
    Enrichment {
        browser: agent.browser.clone(),
        browser_version: agent.browser_version.clone(),
        os: agent.os.clone(),
        os_version: agent.os_version.clone(),
        device_class: agent.device_class.map(str::to_owned),
        country: place.country,
        region: place.region,
        city: place.city,
        asn: place.asn,
        isp: place.isp,
    }
}
