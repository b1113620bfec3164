//! What senders speak, each in its file; all become beacons.

pub(crate) mod native;
mod plain;
