//! A beacon that cannot leave unnoticed: every exit has a name and a counter, and `Drop` counts anything else as lost.

use std::sync::Arc;

use schemas::Rejection;

use crate::telemetry::Telemetry;

/// Something made of one beacon, on its way through the pipeline.
#[derive(Debug)]
pub(crate) struct Accounted<T> {
    item: Option<T>,
    telemetry: Arc<Telemetry>,
}

impl<T> Accounted<T> {
    pub(crate) fn new(item: T, telemetry: &Arc<Telemetry>) -> Self {
        Self {
            item: Some(item),
            telemetry: Arc::clone(telemetry),
        }
    }

    /// The same beacon in another form.
    pub(crate) fn map<U>(mut self, form: impl FnOnce(T) -> U) -> Accounted<U> {
        Accounted {
            item: self.item.take().map(form),
            telemetry: Arc::clone(&self.telemetry),
        }
    }

    /// It is on stable storage; ClickHouse's confirmation will count it as stored.
    pub(crate) fn journaled(mut self) {
        self.item = None;
        self.telemetry.received.inc();
    }

    /// It was acknowledged before.
    pub(crate) fn duplicate(mut self) {
        self.item = None;
        self.telemetry.received.inc();
        self.telemetry.duplicate.inc();
    }

    /// It is wrong.
    pub(crate) fn rejected(mut self, reason: Rejection) {
        self.item = None;
        self.telemetry.received.inc();
        self.telemetry.rejected(reason.code()).inc();
    }

    /// Its batch is answered with an error, so the sender keeps it.
    pub(crate) fn refused(mut self) {
        self.item = None;
        self.telemetry.refused.inc();
    }
}

impl<T> Drop for Accounted<T> {
    fn drop(&mut self) {
        if self.item.is_some() {
            self.telemetry.lost.inc();
            tracing::error!("a beacon left the pipeline by no named exit");
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
        let beacon = || Accounted::new(1, &telemetry);
        beacon().map(|number| number + 1).journaled();
        beacon().duplicate();
        beacon().rejected(Rejection::Malformed);
        beacon().refused();
        assert_eq!(telemetry.lost.get(), 0);
        drop(beacon().map(|number| number.to_string()));
        let counted = [
            &telemetry.received,
            &telemetry.duplicate,
            &telemetry.refused,
            &telemetry.lost,
        ]
        .map(|counter| counter.get());
        assert_eq!(counted, [3, 1, 1, 1]);
        assert_eq!(telemetry.rejected("malformed").get(), 1);
    }
}
