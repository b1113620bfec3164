//! What a beacon passes, in this order: [`decode`] the body, [`validate`] each beacon, [`deduplicate`] by attempt and sequence,
//! [`enrich`] with what the request tells; then it is a row (`store`) in the journal.

pub(crate) mod decode;
pub(crate) mod deduplicate;
pub(crate) mod enrich;
pub(crate) mod privacy;
pub(crate) mod validate;
