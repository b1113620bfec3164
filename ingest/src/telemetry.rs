//! The door's own numbers, `playhead_ingest_*`.
//!
//! The equation: `received = stored + duplicate + rejected + in flight`, at any moment in which no request is being served and
//! no range is being completed. A beacon is *received* when its batch is answered with success, so a batch answered 503 counts
//! under `refused` only: the collector still has it. *In flight* is what the journal holds. Counters begin at zero with the
//! process; what an earlier process left in the journal counts as received (and as `recovered`) when the journal is opened, so
//! the equation also holds across a crash and the replay after it.

use std::sync::Arc;

use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    core::{Collector, Desc},
    proto::MetricFamily,
};
use schemas::Rejection;

/// Label of rows that ClickHouse refuses for their own sake; they go to the dead letters.
pub(crate) const UNSTORABLE: &str = "unstorable";

/// Values that are impossible and became null, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repair {
    /// A startup above [`schemas::limits::STARTUP_MS_MAX`].
    StartupTooLong,
    /// A startup during which the machine slept.
    StartupSuspended,
}

impl Repair {
    const ALL: [Self; 2] = [Self::StartupTooLong, Self::StartupSuspended];

    /// Its stable code, as in metrics and messages.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::StartupTooLong => "startup_too_long",
            Self::StartupSuspended => "startup_suspended",
        }
    }
}

/// The counters.
#[derive(Debug)]
pub struct Telemetry {
    pub(crate) received: IntCounter,
    pub(crate) recovered: IntCounter,
    pub(crate) stored: IntCounter,
    pub(crate) duplicate: IntCounter,
    pub(crate) refused: IntCounter,
    pub(crate) lost: IntCounter,
    rejected: IntCounterVec,
    repaired: IntCounterVec,
    inconsistent: IntCounterVec,
    pub(crate) insert_seconds: Histogram,
    pub(crate) insert_rows: Histogram,
    pub(crate) retries: IntCounter,
    pub(crate) dead_letters: IntCounter,
    pub(crate) rate_limited: IntCounter,
    pub(crate) attempts_unremembered: IntCounter,
}

impl Telemetry {
    /// Makes the counters and puts them into `registry`.
    pub(crate) fn register(registry: &Registry) -> Result<Arc<Self>, prometheus::Error> {
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(format!("playhead_ingest_{name}"), help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let family = |name: &str, label: &str, help: &str| {
            let family = IntCounterVec::new(Opts::new(format!("playhead_ingest_{name}"), help), &[label])?;
            registry.register(Box::new(family.clone()))?;
            Ok::<_, prometheus::Error>(family)
        };
        let histogram = |name: &str, help: &str, buckets: Vec<f64>| {
            let options = HistogramOpts::new(format!("playhead_ingest_{name}"), help).buckets(buckets);
            let histogram = Histogram::with_opts(options)?;
            registry.register(Box::new(histogram.clone()))?;
            Ok::<_, prometheus::Error>(histogram)
        };
        let telemetry = Self {
            received: counter(
                "beacons_received_total",
                "Beacons of batches answered with success, and those found in the journal at start.",
            )?,
            recovered: counter(
                "beacons_recovered_total",
                "Beacons found in the journal at start; part of received.",
            )?,
            stored: counter("beacons_stored_total", "Beacons that ClickHouse has confirmed.")?,
            duplicate: counter(
                "beacons_duplicate_total",
                "Beacons whose attempt and sequence had been acknowledged before.",
            )?,
            refused: counter(
                "beacons_refused_total",
                "Beacons of batches answered with 503; the sender keeps them.",
            )?,
            lost: counter(
                "beacons_lost_total",
                "Beacons that left by no named exit: a bug when not zero.",
            )?,
            rejected: family(
                "beacons_rejected_total",
                "code",
                "Beacons turned away, by reason; `unstorable` are in the dead letters.",
            )?,
            repaired: family(
                "values_nulled_total",
                "code",
                "Impossible values that became null, by reason.",
            )?,
            inconsistent: family(
                "beacons_inconsistent_total",
                "rule",
                "Beacons stored although their totals contradict each other, by rule of `playback::invariant`.",
            )?,
            insert_seconds: histogram(
                "insert_seconds",
                "Time ClickHouse took for one insert, failed ones included.",
                vec![0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0],
            )?,
            insert_rows: histogram(
                "insert_rows",
                "Rows per range.",
                vec![1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0],
            )?,
            retries: counter("insert_retries_total", "Inserts sent again.")?,
            dead_letters: counter("dead_letters_total", "Rows written to the dead letters.")?,
            rate_limited: counter("requests_rate_limited_total", "Requests answered with 429.")?,
            attempts_unremembered: counter(
                "attempts_unremembered_total",
                "Attempts not remembered because the memory of attempts is full; their retries are stored twice, harmlessly.",
            )?,
        };
        // Every reason is on the page from the start, so that an alert on its increase works the first time.
        for rejection in Rejection::ALL {
            telemetry.rejected.with_label_values(&[rejection.code()]);
        }
        telemetry.rejected.with_label_values(&[UNSTORABLE]);
        for repair in Repair::ALL {
            telemetry.repaired.with_label_values(&[repair.code()]);
        }
        Ok(Arc::new(telemetry))
    }

    pub(crate) fn rejected(&self, code: &str) -> IntCounter {
        self.rejected.with_label_values(&[code])
    }

    pub(crate) fn repaired(&self, repair: Repair) -> IntCounter {
        self.repaired.with_label_values(&[repair.code()])
    }

    pub(crate) fn inconsistent(&self, rule: &str) -> IntCounter {
        self.inconsistent.with_label_values(&[rule])
    }
}

/// The journal's depth, read when somebody asks.
pub(crate) struct DepthCollector<F> {
    depth: F,
    in_flight: IntGauge,
    bytes: IntGauge,
    disk_bytes: IntGauge,
    ranges: IntGauge,
    age_ms: IntGauge,
    commits: IntGauge,
    healthy: IntGauge,
    body_bytes: IntGauge,
}

/// What [`DepthCollector`] shows.
pub(crate) struct Snapshot {
    pub(crate) body_bytes: usize,
    pub(crate) depth: journal::Depth,
    pub(crate) healthy: bool,
}

impl<F: Fn() -> Option<Snapshot> + Send + Sync + 'static> DepthCollector<F> {
    /// Shows what `depth` says; nothing once it says `None`.
    pub(crate) fn register(depth: F, registry: &Registry) -> Result<(), prometheus::Error> {
        let gauge = |name: &str, help: &str| IntGauge::new(format!("playhead_ingest_{name}"), help);
        registry.register(Box::new(Self {
            depth,
            in_flight: gauge(
                "beacons_in_flight",
                "Acknowledged beacons in the journal that ClickHouse has not confirmed.",
            )?,
            bytes: gauge("journal_bytes", "Bytes of those beacons.")?,
            disk_bytes: gauge("journal_disk_bytes", "Bytes the journal takes on disk.")?,
            ranges: gauge("journal_ranges", "Ranges being inserted or retried.")?,
            age_ms: gauge(
                "journal_age_ms",
                "Age of the oldest beacon in flight, ms; 0 when there is none.",
            )?,
            commits: gauge("journal_commits", "Group commits, one fdatasync each, since start.")?,
            healthy: gauge("journal_healthy", "1, or 0 after a disk error stopped the journal.")?,
            body_bytes: gauge("body_bytes", "Bytes of request bodies that have not arrived whole.")?,
        }))
    }

    fn gauges(&self) -> [&IntGauge; 8] {
        [
            &self.in_flight,
            &self.bytes,
            &self.disk_bytes,
            &self.ranges,
            &self.age_ms,
            &self.commits,
            &self.healthy,
            &self.body_bytes,
        ]
    }
}

impl<F: Fn() -> Option<Snapshot> + Send + Sync + 'static> Collector for DepthCollector<F> {
    fn desc(&self) -> Vec<&Desc> {
        self.gauges().into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let Some(Snapshot {
            body_bytes,
            depth,
            healthy,
        }) = (self.depth)()
        else {
            return Vec::new();
        };
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.in_flight.set(signed(depth.records));
        self.bytes.set(signed(depth.bytes));
        self.disk_bytes.set(signed(depth.disk_bytes));
        self.ranges.set(signed(depth.ranges));
        self.age_ms
            .set(i64::try_from(depth.age.as_millis()).unwrap_or(i64::MAX));
        self.commits.set(signed(depth.commits));
        self.healthy.set(i64::from(healthy));
        self.body_bytes.set(signed(body_bytes as u64));
        self.gauges().into_iter().flat_map(Collector::collect).collect()
    }
}
