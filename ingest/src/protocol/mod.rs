//! What senders speak, each in its file; all become beacons.

pub(crate) mod compact;
pub(crate) mod native;
pub(crate) mod plain;
