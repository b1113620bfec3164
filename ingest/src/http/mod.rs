//! The routes of the door.

pub(crate) mod beacons;
pub(crate) mod body;
pub(crate) mod budget;
pub(crate) mod config;
pub(crate) mod origin;
