//! Everything about an attempt so far, and the merge that makes lost, late and repeated beacons harmless.
//!
//! Invariant: each field only grows (null is less than any value) or is set once, so [`Totals::merge`] is commutative, associative and idempotent.
//! `store` declares the same merge per column (`max`); `tests/` compares the two on the real engine.

use serde::{Deserialize, Serialize};

use crate::{
    beacon::{EndReason, Failure, StallCause, is_zero},
    time::DurationMs,
};

/// What a field of [`Totals`] begins with.
trait Nothing {
    const NOTHING: Self;
}

impl Nothing for bool {
    const NOTHING: Self = false;
}

impl Nothing for u32 {
    const NOTHING: Self = 0;
}

impl Nothing for u64 {
    const NOTHING: Self = 0;
}

macro_rules! totals {
    (
        max { $( $(#[$max_doc:meta])* $max:ident: $max_type:ty, )* }
        nullable { $( $(#[$nullable_doc:meta])* $nullable:ident: $nullable_type:ty, )* }
    ) => {
        /// Cumulative totals of one attempt, from intent to the beacon's `interval.to_ms`. A field absent from the JSON is 0, false or null.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(default)]
        pub struct Totals {
            $( $(#[$max_doc])* #[serde(skip_serializing_if = "is_zero")] pub $max: $max_type, )*
            $( $(#[$nullable_doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $nullable: Option<$nullable_type>, )*
            /// Playing time per rung, by name, each name once. At most [`crate::limits::RENDITIONS_MAX`].
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub play_ms_by_rendition: Vec<RenditionPlay>,
        }

        impl Totals {
            /// Of an attempt that begins. As [`Totals::default`], but a constant: memory that is copied, where code would write each field.
            pub const NONE: Self = Self {
                $( $max: Nothing::NOTHING, )*
                $( $nullable: None, )*
                play_ms_by_rendition: Vec::new(),
            };

            /// Names of the fields that merge by `max`, in order of declaration; also their column names.
            pub const MAX_FIELDS: &'static [&'static str] = &[$(stringify!($max)),*];
            /// Names of the fields that are null until known; also their column names.
            pub const NULLABLE_FIELDS: &'static [&'static str] = &[$(stringify!($nullable)),*];

            /// Takes over whatever `other` knows more of.
            pub fn merge(&mut self, other: &Self) {
                $( if other.$max > self.$max { self.$max = other.$max; } )*
                // `None < Some`, and among two different values the greater wins, so the order of merging never matters.
                $( if other.$nullable > self.$nullable { self.$nullable.clone_from(&other.$nullable); } )*
                for theirs in &other.play_ms_by_rendition {
                    match self.play_ms_by_rendition.binary_search_by(|ours| ours.rendition.cmp(&theirs.rendition)) {
                        Ok(index) => {
                            let ours = &mut self.play_ms_by_rendition[index];
                            ours.play_ms = ours.play_ms.max(theirs.play_ms);
                        }
                        Err(index) => self.play_ms_by_rendition.insert(index, theirs.clone()),
                    }
                }
            }
        }
    };
}

totals! {
    max {
        /// Whether a frame was rendered: the attempt is a play.
        first_frame_seen: bool,
        /// A seek or pause came before the first frame; startup is excluded by default and counted.
        startup_interrupted: bool,
        /// The page was hidden before the first frame; startup is excluded by default and counted.
        startup_hidden: bool,
        /// The machine slept during the attempt; the gap is cut out of every duration.
        suspended: bool,
        /// Time the viewer waited for the first frame while the page was visible, ms. Grows until the first frame or the end.
        startup_wait_ms: DurationMs,
        /// Time the playhead advanced, ms of the monotonic clock, content only.
        play_ms: DurationMs,
        /// The part of `play_ms` in which the page was hidden.
        play_hidden_ms: DurationMs,
        /// Time paused, ms.
        paused_ms: DurationMs,
        /// Media time played, ms of the stream's own clock (speed-aware).
        media_ms: DurationMs,
        /// Time stalled, ms, whatever the length of each stall, an open one included.
        stall_ms: DurationMs,
        /// Stalls of at least [`crate::limits::STALL_COUNTED_MS_MIN`], an open one included once it is that long.
        stall_count: u32,
        /// Stalls shorter than that. Known when they end.
        stall_short_count: u32,
        /// Time in stalls shorter than that, ms; part of `stall_ms`.
        stall_short_ms: DurationMs,
        /// The longest stall, ms.
        stall_ms_max: DurationMs,
        /// Part of `stall_ms` for lack of data.
        stall_network_ms: DurationMs,
        /// Part of `stall_ms` after a seek.
        stall_seek_ms: DurationMs,
        /// Part of `stall_ms` after a rendition switch.
        stall_rendition_switch_ms: DurationMs,
        /// Part of `stall_ms` at an ad's border.
        stall_ad_boundary_ms: DurationMs,
        /// Part of `stall_ms` with data in the buffer.
        stall_decoder_ms: DurationMs,
        /// Part of `stall_ms` at the live edge.
        stall_live_edge_ms: DurationMs,
        /// Part of `stall_ms` around a suspension.
        stall_suspended_ms: DurationMs,
        /// Part of `stall_ms` whose cause is unknown.
        stall_unknown_ms: DurationMs,
        /// Time seeking, ms, from each seek's intent to the frame at the new position.
        seek_ms: DurationMs,
        /// Seeks; scrubbing within 1 s is one, a player's step over a gap of less than 200 ms none.
        seek_count: u32,
        /// Time ads played, ms.
        ad_ms: DurationMs,
        /// Σ (declared average bandwidth, bit/s × media ms rendered). Divide by `bitrate_media_ms`.
        bitrate_bps_ms: u64,
        /// Media ms rendered with a known declared average bandwidth.
        bitrate_media_ms: DurationMs,
        /// Σ (declared peak bandwidth, bit/s × media ms rendered). Divide by `bitrate_peak_media_ms`.
        bitrate_peak_bps_ms: u64,
        /// Media ms rendered with a known declared peak bandwidth.
        bitrate_peak_media_ms: DurationMs,
        /// Bytes of media fetched.
        data_bytes: u64,
        /// Rendered switches to a higher rendition.
        switch_up_count: u32,
        /// Rendered switches to a lower rendition.
        switch_down_count: u32,
        /// Frames decoded while visible and playing.
        frames_decoded: u32,
        /// Frames dropped while visible and playing.
        frames_dropped: u32,
        /// Σ (how much larger the picture is shown than it is, in CSS pixels, ‰ × playing ms). Divide by `upscale_ms`.
        upscale_css_permille_ms: u64,
        /// The same in device pixels.
        upscale_px_permille_ms: u64,
        /// Playing ms with a known picture and display size.
        upscale_ms: DurationMs,
        /// Errors, fatal or not.
        error_count: u32,
        /// Bytes of the segments with video whose length in media time is known. Divide by `bitrate_measured_media_ms`.
        bitrate_measured_bytes: u64,
        /// Media ms in those segments.
        bitrate_measured_media_ms: DurationMs,
        /// The part of `play_ms` more than three target durations behind where the player of a live stream means to be.
        dvr_ms: DurationMs,
        /// How far the picture was behind live, ms, sampled once a second of playing outside `dvr_ms`: see [`Median`].
        live_latency_median: u64,
        /// Bytes of each media segment ÷ the time from its request to its last byte, bit/s: see [`Median`].
        throughput_median: u64,
        /// From the request of each media segment to its first byte, ms: see [`Median`].
        ttfb_median: u64,
    }
    nullable {
        /// Intent → first rendered frame of anything, ads included, ms. Null when none was rendered. CMCD `msd`. DIFFERENCE: CMCD says wall clock.
        startup_any_ms: DurationMs,
        /// Intent → first content frame minus ad playing time, ms. Null when none was rendered.
        startup_content_ms: DurationMs,
        /// Player constructed → ready, ms. Null if we attached after ready.
        player_startup_ms: DurationMs,
        /// `performance.timeOrigin` → player constructed, ms; first attempt of a document only.
        page_load_ms: DurationMs,
        /// First key-system request → usable keys, ms. Null without DRM.
        drm_load_ms: DurationMs,
        /// Part of `startup_any_ms` that the manifest was waited for, ms. The seven parts tile it; null, all of them, when the player told of
        /// no request or the startup is null. Where requests overlap, the time is the ad's, the keys', the manifest's, the init segment's, the
        /// media segment's, in that order.
        startup_manifest_ms: DurationMs,
        /// The part that keys were waited for, from the first request to the key system until keys were usable.
        startup_drm_ms: DurationMs,
        /// The part that an ad was asked for and loaded.
        startup_ad_ms: DurationMs,
        /// The part that init segments were waited for.
        startup_init_ms: DurationMs,
        /// The part that the first media segment of each kind (video, audio) was waited for, failed attempts at it included.
        startup_segment_ms: DurationMs,
        /// The part after the first media segments had come: appending, decoding, drawing.
        startup_decode_ms: DurationMs,
        /// The rest: the page and the player.
        startup_other_ms: DurationMs,
        /// Distinct media played, ms of the stream's own clock: what was played twice counts once. Part of `media_ms`. A little less than that
        /// where an attempt has more stretches than are told apart ([`crate::limits::SEEN_STRETCHES_MAX`]). Null for a live stream, whose
        /// positions are not places in a video, and before a frame of content. Grows.
        unique_media_ms: DurationMs,
        /// The furthest position that was played, ms of media time. Null where `unique_media_ms` is. Grows.
        position_ms_max: DurationMs,
        /// The fatal error. Null while there is none.
        failure: Failure,
        /// How it ended. Null while it runs, or when the last beacon was lost.
        end_reason: EndReason,
    }
}

/// A running median as one number that only grows: samples × 2³² + median. So the greatest is the latest, and `max` merges it like any
/// other total. 0 is no sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Median {
    /// How many samples; at most [`Median::SAMPLES_MAX`], so that the number is exact in JavaScript.
    pub samples: u32,
    /// Their median, within 1.6 %.
    pub median: u32,
}

impl Median {
    /// Samples beyond are not counted: a sample a second for two days is fewer.
    pub const SAMPLES_MAX: u32 = (1 << 21) - 1;

    /// As one number.
    #[must_use]
    pub fn packed(self) -> u64 {
        u64::from(self.samples.min(Self::SAMPLES_MAX)) << 32 | u64::from(self.median)
    }

    /// From one number; `None` without a sample.
    #[must_use]
    pub fn unpacked(packed: u64) -> Option<Self> {
        let samples = (packed >> 32) as u32;
        (samples > 0).then_some(Self {
            samples,
            median: packed as u32,
        })
    }
}

/// Playing time on one rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenditionPlay {
    /// Its name: `<height>p@<declared average bit/s>`, with `?` for what is unknown.
    pub rendition: String,
    /// Playing time, ms.
    pub play_ms: DurationMs,
}

impl Totals {
    /// The part of `stall_ms` due to `cause`.
    pub fn stall_cause_ms_mut(&mut self, cause: StallCause) -> &mut DurationMs {
        match cause {
            StallCause::Network => &mut self.stall_network_ms,
            StallCause::Seek => &mut self.stall_seek_ms,
            StallCause::RenditionSwitch => &mut self.stall_rendition_switch_ms,
            StallCause::AdBoundary => &mut self.stall_ad_boundary_ms,
            StallCause::Decoder => &mut self.stall_decoder_ms,
            StallCause::LiveEdge => &mut self.stall_live_edge_ms,
            StallCause::Suspended => &mut self.stall_suspended_ms,
            StallCause::Unknown => &mut self.stall_unknown_ms,
        }
    }
}
