//! Beacons that cannot leave unnoticed: every exit has a name and a counter, and `Drop` counts as lost whatever took none.
//!
//! One tally for a batch and not one for each beacon: counters are shared by all cores, and a look at each for each beacon is felt.

use std::sync::Arc;

use schemas::Rejection;

use crate::telemetry::Telemetry;

/// The beacons of one batch that are still on their way through the pipeline.
#[derive(Debug)]
pub(crate) struct Accounted {
    open: u64,
    telemetry: Arc<Telemetry>,
}

impl Accounted {
    /// So many beacons that have just arrived.
    pub(crate) fn new(beacons: usize, telemetry: &Arc<Telemetry>) -> Self {
        Self {
            open: beacons as u64,
            telemetry: Arc::clone(telemetry),
        }
    }

    /// So many are on stable storage; ClickHouse's confirmation will count them as stored.
    pub(crate) fn journaled(&mut self, beacons: usize) {
        self.received(beacons);
    }

    /// So many were acknowledged before.
    pub(crate) fn duplicate(&mut self, beacons: usize) {
        let beacons = self.received(beacons);
        self.telemetry.duplicate.inc_by(beacons);
    }

    /// One is wrong.
    pub(crate) fn rejected(&mut self, reason: Rejection) {
        let beacons = self.received(1);
        self.telemetry.rejected(reason.code()).inc_by(beacons);
    }

    /// The batch is answered with an error, so the sender keeps all that are left.
    pub(crate) fn refused(mut self) {
        self.telemetry.refused.inc_by(std::mem::take(&mut self.open));
    }

    /// So many leave, and never more than there are.
    fn received(&mut self, beacons: usize) -> u64 {
        let beacons = beacons as u64;
        assert!(beacons <= self.open, "{beacons} of {} beacons leave", self.open);
        self.open -= beacons;
        self.telemetry.received.inc_by(beacons);
        beacons
    }
}

impl Drop for Accounted {
    fn drop(&mut self) {
        if self.open > 0 {
            self.telemetry.lost.inc_by(self.open);
            tracing::error!(beacons = self.open, "beacons left the pipeline by no named exit");
        }
    }
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::*;

    #[test]
    fn every_exit_is_counted_and_none_is_counted_as_lost() {
        let telemetry = Telemetry::register(&Registry::new()).unwrap();
        let mut batch = Accounted::new(7, &telemetry);
        batch.journaled(2);
        batch.duplicate(1);
        batch.rejected(Rejection::Malformed);
        batch.refused();
        assert_eq!(telemetry.lost.get(), 0);
        drop(Accounted::new(0, &telemetry));
        assert_eq!(telemetry.lost.get(), 0);
        let mut batch = Accounted::new(3, &telemetry);
        batch.journaled(1);
        drop(batch);
        let counted = [
            &telemetry.received,
            &telemetry.duplicate,
            &telemetry.refused,
            &telemetry.lost,
        ]
        .map(|counter| counter.get());
        assert_eq!(counted, [5, 1, 3, 2]);
        assert_eq!(telemetry.rejected("malformed").get(), 1);
    }

    #[test]
    #[should_panic(expected = "2 of 1 beacons leave")]
    fn nothing_leaves_that_did_not_come() {
        let telemetry = Telemetry::register(&Registry::new()).unwrap();
        Accounted::new(1, &telemetry).journaled(2);
    }
}
