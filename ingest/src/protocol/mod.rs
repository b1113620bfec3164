//! What senders speak, each in its file; all become beacons.

mod ignored;
pub(crate) mod native;
