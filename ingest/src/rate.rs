//! How many beacons a license key may send: one token bucket each, in memory, filled by the monotonic clock.

use dashmap::DashMap;

/// Seconds' worth of tokens a bucket holds: a page that was offline may catch up with two seconds of its rate at once.
const BURST_SECONDS: f64 = 2.0;

#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    /// By license key. Only known keys get a bucket, so their number is bounded by the accounts.
    buckets: DashMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_ms: u64,
}

impl RateLimiter {
    /// Whether `license` may send at `now_ms`; else in how many seconds. A batch is let in when the bucket is not empty and may
    /// overdraw it, since how many beacons it has is only known when it has been read.
    pub(crate) fn admit(&self, license: &str, per_s: u32, now_ms: u64) -> Result<(), u32> {
        let per_s = f64::from(per_s.max(1));
        self.with(license, per_s, now_ms, |bucket| {
            if bucket.tokens > 0.0 {
                return Ok(());
            }
            // At most an hour, so that the cast is exact; at least a second, as the header has no fractions.
            Err(((1.0 - bucket.tokens) / per_s).ceil().clamp(1.0, 3_600.0) as u32)
        })
    }

    /// Takes `beacons` tokens.
    pub(crate) fn take(&self, license: &str, per_s: u32, now_ms: u64, beacons: usize) {
        self.with(license, f64::from(per_s.max(1)), now_ms, |bucket| {
            bucket.tokens -= beacons as f64
        });
    }

    fn with<T>(&self, license: &str, per_s: f64, now_ms: u64, act: impl FnOnce(&mut Bucket) -> T) -> T {
        let full = per_s * BURST_SECONDS;
        let fill = |bucket: &mut Bucket| {
            let elapsed_ms = now_ms.saturating_sub(bucket.filled_ms);
            bucket.tokens = (bucket.tokens + per_s * elapsed_ms as f64 / 1_000.0).min(full);
            bucket.filled_ms = bucket.filled_ms.max(now_ms);
        };
        if let Some(mut bucket) = self.buckets.get_mut(license) {
            fill(&mut bucket);
            return act(&mut bucket);
        }
        let mut bucket = self.buckets.entry(license.to_owned()).or_insert(Bucket {
            tokens: full,
            filled_ms: now_ms,
        });
        act(&mut bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lets_its_rate_through_and_says_when_to_come_back() {
        let limiter = RateLimiter::default();
        assert_eq!(limiter.admit("a", 10, 0), Ok(()));
        limiter.take("a", 10, 0, 50);
        assert_eq!(limiter.admit("a", 10, 0), Err(4), "30 below zero at 10 a second");
        assert_eq!(limiter.admit("b", 10, 0), Ok(()), "another key has its own bucket");
        assert_eq!(limiter.admit("a", 10, 2_900), Err(1));
        assert_eq!(limiter.admit("a", 10, 3_200), Ok(()));
    }

    #[test]
    fn an_idle_bucket_holds_no_more_than_its_burst() {
        let limiter = RateLimiter::default();
        limiter.take("a", 10, 0, 1);
        limiter.take("a", 10, 1_000_000, 20);
        assert!(limiter.admit("a", 10, 1_000_000).is_err());
    }
}
