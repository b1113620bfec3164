//! Why did the playhead stand still? Whether it did, and since when, `session` reads from its positions.
//!
//! Causes are decided once, at onset, because a stall is reported while it is open and what was reported may not move to another cause later.

use schemas::{DurationMs, StallCause, Totals, limits::STALL_COUNTED_MS_MIN};

use crate::bounded::Bounded;

/// Below this much buffered media a player that stands still lacks data: 500 ms.
/// Chromium fires `waiting` with 0–100 ms left; Shaka stops with 390 ms left (measured).
pub const STARVED_BUFFER_MS: DurationMs = 500;

/// How long an action can be blamed for a stall after it: 2 s (METRICS, `stall_cause`).
pub const BLAME_MS: DurationMs = 2_000;

/// What is known when a stall begins. Times are milliseconds since the action, `None` when it never happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence {
    /// Media ahead of the playhead.
    pub buffer_ms: Option<DurationMs>,
    /// Requests sent and not finished; `None` when the player does not report requests.
    pub pending_requests: Option<u32>,
    /// The stream is live.
    pub live: bool,
    /// Since the machine woke.
    pub since_suspension_ms: Option<DurationMs>,
    /// Since the border between an ad and content.
    pub since_ad_boundary_ms: Option<DurationMs>,
    /// Since the last seek ended.
    pub since_seek_ms: Option<DurationMs>,
    /// Since another rendition was shown.
    pub since_rendition_ms: Option<DurationMs>,
    /// Since the buffer was thrown away without a seek, as a forced switch does.
    pub since_flush_ms: Option<DurationMs>,
}

impl Evidence {
    /// The cause. Actions that empty a buffer by themselves come before the buffer's own witness.
    ///
    /// TRICKY: a rendition switch is blamed only with data at hand, or when the buffer was thrown away. An adaptive player
    /// shows a lower rung just as its buffer runs dry; that stall is the network's.
    #[must_use]
    pub fn cause(&self) -> StallCause {
        let recent = |since: Option<DurationMs>| since.is_some_and(|since| since <= BLAME_MS);
        let starved = self.buffer_ms.map(|buffer| buffer < STARVED_BUFFER_MS);
        if recent(self.since_suspension_ms) {
            return StallCause::Suspended;
        }
        if recent(self.since_ad_boundary_ms) {
            return StallCause::AdBoundary;
        }
        if recent(self.since_seek_ms) {
            return StallCause::Seek;
        }
        if recent(self.since_flush_ms) || (recent(self.since_rendition_ms) && starved != Some(true)) {
            return StallCause::RenditionSwitch;
        }
        match (starved, self.pending_requests) {
            (Some(false), _) => StallCause::Decoder,
            (Some(true), Some(0)) if self.live => StallCause::LiveEdge,
            (Some(true), _) => StallCause::Network,
            (None, Some(pending)) if pending > 0 => StallCause::Network,
            (None, _) => StallCause::Unknown,
        }
    }
}

/// A stall that has not ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenStall {
    pub cause: StallCause,
    /// Its length so far, suspensions cut out.
    pub stall_ms: DurationMs,
    /// It began inside an ad: never part of a content number.
    pub in_ad: bool,
}

impl OpenStall {
    /// Makes the stall longer and brings the totals up to it.
    pub fn lengthen(&mut self, by_ms: DurationMs, totals: &mut Totals) {
        let counted_before = self.stall_ms >= STALL_COUNTED_MS_MIN;
        self.stall_ms = self.stall_ms.plus(by_ms);
        if self.in_ad {
            return;
        }
        totals.stall_ms = totals.stall_ms.plus(by_ms);
        *totals.stall_cause_ms_mut(self.cause) += by_ms;
        totals.stall_ms_max = totals.stall_ms_max.max(self.stall_ms);
        if !counted_before && self.stall_ms >= STALL_COUNTED_MS_MIN {
            totals.stall_count += 1;
        }
    }

    /// Closes the stall. Only now is a short one known to have been short.
    pub fn close(self, totals: &mut Totals) {
        if !self.in_ad && self.stall_ms < STALL_COUNTED_MS_MIN {
            totals.stall_short_count += 1;
            totals.stall_short_ms = totals.stall_short_ms.plus(self.stall_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(evidence: Evidence, expected: StallCause) {
        assert_eq!(evidence.cause(), expected, "{evidence:?}");
    }

    #[test]
    fn an_empty_buffer_is_the_network_unless_an_action_emptied_it() {
        let empty = Evidence {
            buffer_ms: Some(40),
            ..Evidence::default()
        };
        check(empty, StallCause::Network);
        check(
            Evidence {
                since_seek_ms: Some(1_999),
                ..empty
            },
            StallCause::Seek,
        );
        check(
            Evidence {
                since_seek_ms: Some(2_001),
                ..empty
            },
            StallCause::Network,
        );
        check(
            Evidence {
                since_flush_ms: Some(100),
                ..empty
            },
            StallCause::RenditionSwitch,
        );
        check(
            Evidence {
                since_ad_boundary_ms: Some(0),
                since_seek_ms: Some(0),
                ..empty
            },
            StallCause::AdBoundary,
        );
        check(
            Evidence {
                since_suspension_ms: Some(300),
                ..empty
            },
            StallCause::Suspended,
        );
    }

    #[test]
    fn an_adaptive_switch_just_before_an_empty_buffer_is_not_to_blame() {
        let switched = Evidence {
            since_rendition_ms: Some(500),
            ..Evidence::default()
        };
        check(
            Evidence {
                buffer_ms: Some(0),
                ..switched
            },
            StallCause::Network,
        );
        check(
            Evidence {
                buffer_ms: Some(8_000),
                ..switched
            },
            StallCause::RenditionSwitch,
        );
        check(switched, StallCause::RenditionSwitch);
    }

    #[test]
    fn a_full_buffer_is_the_decoder_and_no_witness_is_unknown() {
        check(
            Evidence {
                buffer_ms: Some(5_000),
                pending_requests: Some(1),
                ..Evidence::default()
            },
            StallCause::Decoder,
        );
        check(Evidence::default(), StallCause::Unknown);
        check(
            Evidence {
                pending_requests: Some(2),
                ..Evidence::default()
            },
            StallCause::Network,
        );
    }

    #[test]
    fn a_live_stream_without_a_pending_request_ran_into_its_edge() {
        let live = Evidence {
            buffer_ms: Some(0),
            live: true,
            ..Evidence::default()
        };
        check(
            Evidence {
                pending_requests: Some(0),
                ..live
            },
            StallCause::LiveEdge,
        );
        check(
            Evidence {
                pending_requests: Some(1),
                ..live
            },
            StallCause::Network,
        );
        check(live, StallCause::Network);
    }

    #[test]
    fn an_open_stall_is_counted_once_it_is_long_enough() {
        let mut totals = Totals::default();
        let mut stall = OpenStall {
            cause: StallCause::Network,
            stall_ms: 0,
            in_ad: false,
        };
        stall.lengthen(249, &mut totals);
        assert_eq!((totals.stall_count, totals.stall_ms), (0, 249));
        stall.lengthen(1, &mut totals);
        stall.lengthen(1_000, &mut totals);
        assert_eq!(
            (totals.stall_count, totals.stall_network_ms, totals.stall_ms_max),
            (1, 1_250, 1_250)
        );
        stall.close(&mut totals);
        assert_eq!((totals.stall_count, totals.stall_short_count), (1, 0));
    }
}
