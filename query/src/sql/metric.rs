//! What each metric is in SQL: sums over attempts, and histograms of them. One arm per entry of the catalogue.
//!
//! Expressions speak of the columns of one merged attempt (see `statement.rs`); `boolean` ones count as 0 or 1.
//! How sums become a value with an interval lives in `compare.rs` and the crate `statistics`.

use schemas::{
    limits::STARTUP_MS_MAX,
    metric::{Kind, Metric},
};
use statistics::histogram::LAST_BIN;

use crate::request::Ask;

macro_rules! parts {
    (
        $( $(#[doc = $doc:literal])* $variant:ident = $sql:literal, [$($column:literal),*]; )*
        @not_in_cells
        $( $(#[doc = $other_doc:literal])* $other:ident = $other_sql:literal, [$($other_column:literal),*]; )*
    ) => {
        /// A sum over attempts. The text is what one attempt adds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Part { $( $(#[doc = $doc])* $variant, )* $( $(#[doc = $other_doc])* $other, )* }

        impl Part {
            /// Every part that cells hold: what a whole attempt adds, whatever is asked of it.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// What one attempt adds.
            #[must_use]
            pub fn sql(self) -> &'static str {
                match self { $(Self::$variant => $sql,)* $(Self::$other => $other_sql,)* }
            }

            /// Columns of `impressions` and derived facts that the text speaks of.
            #[must_use]
            pub fn columns(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($column),*],)* $(Self::$other => &[$($other_column),*],)* }
            }
        }
    };
}

parts! {
    /// Attempts.
    Attempts = "1", [];
    /// Attempts with a viewer id.
    Identified = "viewer_id != ''", ["viewer_id"];
    /// Attempts with a frame.
    Plays = "first_frame_seen", ["first_frame_seen"];
    /// Attempts that ended without a frame and an error after at least 1 s of visible waiting.
    Exited = "exited", ["exited"];
    /// Attempts but those that left within 1 s.
    Stayed = "NOT left_early", ["left_early"];
    /// Technical failures before the first frame.
    StartFailed = "failed AND NOT first_frame_seen", ["failed", "first_frame_seen"];
    /// Technical failures after the first frame.
    PlaybackFailed = "failed AND first_frame_seen", ["failed", "first_frame_seen"];
    /// Stall time of plays, ms.
    PlayStallMs = "if(first_frame_seen, stall_ms, 0)", ["first_frame_seen", "stall_ms"];
    /// Stall time of plays for lack of data, ms.
    PlayStallNetworkMs = "if(first_frame_seen, stall_network_ms + stall_live_edge_ms, 0)",
        ["first_frame_seen", "stall_network_ms", "stall_live_edge_ms"];
    /// Stalls of plays.
    PlayStalls = "if(first_frame_seen, stall_count, 0)", ["first_frame_seen", "stall_count"];
    /// Stalls of plays, of whatever length.
    PlayEveryStall = "if(first_frame_seen, stall_count + stall_short_count, 0)", ["first_frame_seen", "stall_count", "stall_short_count"];
    /// Plays with a stall of whatever length.
    EverStalled = "first_frame_seen AND stall_count + stall_short_count > 0", ["first_frame_seen", "stall_count", "stall_short_count"];
    /// Stalls of whatever length.
    EveryStallCount = "stall_count + stall_short_count", ["stall_count", "stall_short_count"];
    /// Play and stall time of plays, ms.
    WantedMs = "if(first_frame_seen, play_ms + stall_ms, 0)", ["first_frame_seen", "play_ms", "stall_ms"];
    /// Plays that played or stalled at all.
    Wanting = "first_frame_seen AND play_ms + stall_ms > 0", ["first_frame_seen", "play_ms", "stall_ms"];
    /// Plays with a stall.
    Stalled = "first_frame_seen AND stall_count > 0", ["first_frame_seen", "stall_count"];
    /// Σ declared bandwidth × media time. 128 bits: 10⁷ long attempts at 5 Mbit/s overflow 64.
    BitrateBpsMs = "toUInt128(bitrate_bps_ms)", ["bitrate_bps_ms"];
    /// Media time with a declared bandwidth, ms.
    BitrateMediaMs = "bitrate_media_ms", ["bitrate_media_ms"];
    /// Attempts with any of it.
    BitrateKnown = "bitrate_media_ms > 0", ["bitrate_media_ms"];
    /// Rendered switches of plays, up and down.
    Switches = "if(first_frame_seen, switch_up_count + switch_down_count, 0)",
        ["first_frame_seen", "switch_up_count", "switch_down_count"];
    /// Frames dropped.
    FramesDropped = "frames_dropped", ["frames_dropped"];
    /// Frames decoded.
    FramesDecoded = "frames_decoded", ["frames_decoded"];
    /// Attempts whose frames were counted.
    FramesKnown = "frames_decoded > 0", ["frames_decoded"];
    /// Play time, ms.
    PlayMs = "play_ms", ["play_ms"];
    /// Stall time, ms.
    StallMs = "stall_ms", ["stall_ms"];
    /// Stalls.
    StallCount = "stall_count", ["stall_count"];
    /// Attempts that met every threshold.
    Good = "good", ["good"];
    /// Attempts that can be judged.
    Judged = "judged", ["judged"];
    /// Σ scores, tenths of a point.
    Score = "score_tenths", ["score_tenths"];
    /// Attempts that have one.
    Scored = "scored", ["scored"];
    /// Σ startup of attempts that have one, ms.
    StartupAnyMs = "if(has_startup_any, assumeNotNull(startup_any_ms), 0)", ["has_startup_any", "startup_any_ms"];
    /// Attempts that have one.
    StartupAnyCount = "has_startup_any", ["has_startup_any"];
    /// Σ content startup of attempts that have one, ms.
    StartupContentMs = "if(has_startup_content, assumeNotNull(startup_content_ms), 0)",
        ["has_startup_content", "startup_content_ms"];
    /// Attempts that have one.
    StartupContentCount = "has_startup_content", ["has_startup_content"];
    /// Attempts whose startup is told apart into phases.
    Phased = "has_phases", ["has_phases"];
    /// Σ startup spent waiting for the manifest, ms.
    StartupManifestMs = "if(has_phases, assumeNotNull(startup_manifest_ms), 0)", ["has_phases", "startup_manifest_ms"];
    /// Σ startup spent waiting for keys, from the first request to the key system until keys were usable, ms.
    StartupDrmMs = "if(has_phases, assumeNotNull(startup_drm_ms), 0)", ["has_phases", "startup_drm_ms"];
    /// Σ startup spent asking for an ad and loading it, ms.
    StartupAdMs = "if(has_phases, assumeNotNull(startup_ad_ms), 0)", ["has_phases", "startup_ad_ms"];
    /// Σ startup spent waiting for init segments, ms.
    StartupInitMs = "if(has_phases, assumeNotNull(startup_init_ms), 0)", ["has_phases", "startup_init_ms"];
    /// Σ startup spent waiting for the first media segment of each kind, ms.
    StartupSegmentMs = "if(has_phases, assumeNotNull(startup_segment_ms), 0)", ["has_phases", "startup_segment_ms"];
    /// Σ startup spent appending, decoding and drawing, after the first media segments had come, ms.
    StartupDecodeMs = "if(has_phases, assumeNotNull(startup_decode_ms), 0)", ["has_phases", "startup_decode_ms"];
    /// Σ startup spent the page and the player, ms.
    StartupOtherMs = "if(has_phases, assumeNotNull(startup_other_ms), 0)", ["has_phases", "startup_other_ms"];
    /// Σ declared peak × media time.
    BitratePeakBpsMs = "toUInt128(bitrate_peak_bps_ms)", ["bitrate_peak_bps_ms"];
    /// Media time with a declared peak, ms.
    BitratePeakMediaMs = "bitrate_peak_media_ms", ["bitrate_peak_media_ms"];
    /// Attempts with any of it.
    BitratePeakKnown = "bitrate_peak_media_ms > 0", ["bitrate_peak_media_ms"];
    /// Bytes of segments of known length.
    MeasuredBytes = "bitrate_measured_bytes", ["bitrate_measured_bytes"];
    /// Media time in them, ms.
    MeasuredMediaMs = "bitrate_measured_media_ms", ["bitrate_measured_media_ms"];
    /// Attempts with any of it.
    MeasuredKnown = "bitrate_measured_media_ms > 0", ["bitrate_measured_media_ms"];
    /// Σ upscaling × playing time, CSS pixels.
    UpscaleCss = "upscale_css_permille_ms", ["upscale_css_permille_ms"];
    /// Σ upscaling × playing time, device pixels.
    UpscalePx = "upscale_px_permille_ms", ["upscale_px_permille_ms"];
    /// Playing time with a known picture and display, ms.
    UpscaleMs = "upscale_ms", ["upscale_ms"];
    /// Attempts with any of it.
    UpscaleKnown = "upscale_ms > 0", ["upscale_ms"];
    /// Σ median latency of attempts that have one, ms.
    LatencyMs = "bitAnd(live_latency_median, 4294967295)", ["live_latency_median"];
    /// Attempts that have one.
    LatencyCount = "live_latency_median > 0", ["live_latency_median"];
    /// Σ median throughput of attempts that have one, bit/s.
    ThroughputBps = "bitAnd(throughput_median, 4294967295)", ["throughput_median"];
    /// Attempts that have one.
    ThroughputCount = "throughput_median > 0", ["throughput_median"];
    /// Σ median time to the first byte of attempts that have one, ms.
    TtfbMs = "bitAnd(ttfb_median, 4294967295)", ["ttfb_median"];
    /// Attempts that have one.
    TtfbCount = "ttfb_median > 0", ["ttfb_median"];
    /// Attempts ended by an error that is no technical one.
    BusinessFailed = "failure_class = 'business'", ["failure_class"];
    /// Time waited for the first frame, stalled and sought, ms.
    WaitedMs = "startup_wait_ms + stall_ms + seek_ms", ["startup_wait_ms", "stall_ms", "seek_ms"];
    /// That and the play time, ms.
    WaitedOrPlayedMs = "startup_wait_ms + stall_ms + seek_ms + play_ms", ["startup_wait_ms", "stall_ms", "seek_ms", "play_ms"];
    /// Attempts with any of it.
    WaitedOrPlayed = "startup_wait_ms + stall_ms + seek_ms + play_ms > 0", ["startup_wait_ms", "stall_ms", "seek_ms", "play_ms"];
    /// Seek time, ms.
    SeekMs = "seek_ms", ["seek_ms"];
    /// Seeks.
    SeekCount = "seek_count", ["seek_count"];
    /// Attempts with a seek.
    Sought = "seek_count > 0", ["seek_count"];
    /// Rendered switches of plays to a higher rendition.
    SwitchesUp = "if(first_frame_seen, switch_up_count, 0)", ["first_frame_seen", "switch_up_count"];
    /// Rendered switches of plays to a lower rendition.
    SwitchesDown = "if(first_frame_seen, switch_down_count, 0)", ["first_frame_seen", "switch_down_count"];
    /// Play and stall time, ms.
    PlayOrStallMs = "play_ms + stall_ms", ["play_ms", "stall_ms"];
    /// Media time played, ms.
    MediaMs = "media_ms", ["media_ms"];
    /// Play time while hidden, ms.
    PlayHiddenMs = "play_hidden_ms", ["play_hidden_ms"];
    /// Bytes of media fetched.
    DataBytes = "data_bytes", ["data_bytes"];
    /// Σ player startup of attempts that have one, ms.
    PlayerStartupMs = "coalesce(player_startup_ms, 0)", ["player_startup_ms"];
    /// Attempts that have one.
    PlayerStartupCount = "isNotNull(player_startup_ms)", ["player_startup_ms"];
    /// Σ page load of attempts that have one, ms.
    PageLoadMs = "coalesce(page_load_ms, 0)", ["page_load_ms"];
    /// Attempts that have one.
    PageLoadCount = "isNotNull(page_load_ms)", ["page_load_ms"];
    /// Σ key load of attempts that have one, ms.
    DrmLoadMs = "coalesce(drm_load_ms, 0)", ["drm_load_ms"];
    /// Attempts that have one.
    DrmLoadCount = "isNotNull(drm_load_ms)", ["drm_load_ms"];
    /// Distinct media played, ms.
    UniqueMediaMs = "if(seen_known, assumeNotNull(unique_media_ms), 0)", ["seen_known", "unique_media_ms"];
    /// Attempts that measured it.
    UniqueMediaKnown = "seen_known", ["seen_known"];
    /// Plays that reached the end and saw 90 %.
    Completed = "completed", ["completed"];
    /// Plays that can be told of.
    Completable = "completable", ["completable"];

    @not_in_cells
    /// Play time on one rung, ms; only where attempts are told apart by it.
    RungPlayMs = "rung_play_ms", ["rung_play_ms"];
    /// Play time on every rung, ms; as that.
    RungsPlayMs = "rungs_play_ms", ["rungs_play_ms"];
    /// Attempts with any of it; as that.
    RungsAttempts = "rungs_attempts", ["rungs_attempts"];
    /// Σ VMAF × playing time on rungs whose VMAF was said, hundredths of a point × ms; only of an experiment's ladders.
    VmafMs = "toUInt128(vmaf_ms)", ["vmaf_ms"];
    /// Playing time on rungs whose VMAF was said, ms; as that.
    VmafPlayMs = "vmaf_play_ms", ["vmaf_play_ms"];
    /// Attempts with any of it; as that.
    VmafKnown = "vmaf_play_ms > 0", ["vmaf_play_ms"];
}

/// A fact derived from an attempt's columns.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
    /// Columns and other derived facts it speaks of.
    pub columns: &'static [&'static str],
}

// METRICS, Startup: longer is impossible and becomes null. The text below spells the number out.
const _: () = assert!(STARTUP_MS_MAX == 60_000);

/// Derived facts, each after those it speaks of. `now_ms` is bound by the statement.
///
/// An attempt is over when it said so, or when nothing came for 5 min (METRICS, the model).
pub const DERIVED: &[Derived] = &[
    Derived {
        name: "ended",
        sql: "end_reason != '' OR last_received_ms < {now_ms:Int64} - 300000",
        columns: &["end_reason", "last_received_ms"],
    },
    Derived {
        name: "failed",
        sql: "failure_class NOT IN ('', 'business')",
        columns: &["failure_class"],
    },
    Derived {
        name: "left_without_frame",
        sql: "ended AND NOT first_frame_seen AND failure_class = ''",
        columns: &["ended", "first_frame_seen", "failure_class"],
    },
    Derived {
        name: "left_early",
        sql: "left_without_frame AND startup_wait_ms < 1000",
        columns: &["left_without_frame", "startup_wait_ms"],
    },
    Derived {
        name: "exited",
        sql: "left_without_frame AND startup_wait_ms >= 1000",
        columns: &["left_without_frame", "startup_wait_ms"],
    },
    Derived {
        name: "startup_excluded",
        sql: "startup_interrupted OR startup_hidden",
        columns: &["startup_interrupted", "startup_hidden"],
    },
    // Still waiting for its first frame within the threshold: neither good nor bad yet.
    Derived {
        name: "undecided",
        sql: "NOT ended AND NOT first_frame_seen AND failure_class = '' AND (startup_excluded OR startup_wait_ms <= 2000)",
        columns: &[
            "ended",
            "first_frame_seen",
            "failure_class",
            "startup_excluded",
            "startup_wait_ms",
        ],
    },
    Derived {
        name: "judged",
        sql: "NOT left_early AND NOT undecided AND failure_class != 'business'",
        columns: &["left_early", "undecided", "failure_class"],
    },
    // A startup beyond 60 s is null; its waiting time still tells that it was too long.
    Derived {
        name: "good",
        sql: "judged AND NOT failed AND NOT exited AND (startup_excluded OR coalesce(startup_any_ms, startup_wait_ms) <= 2000) \
              AND 100 * (stall_network_ms + stall_live_edge_ms) <= play_ms + stall_ms AND stall_ms_max <= 10000 \
              AND upscale_px_permille_ms <= 1000 * upscale_ms",
        columns: &[
            "judged",
            "failed",
            "exited",
            "startup_excluded",
            "startup_any_ms",
            "startup_wait_ms",
            "stall_network_ms",
            "stall_live_edge_ms",
            "play_ms",
            "stall_ms",
            "stall_ms_max",
            "upscale_px_permille_ms",
            "upscale_ms",
        ],
    },
    Derived {
        name: "seen_known",
        sql: "isNotNull(unique_media_ms) AND stream_type != 'live'",
        columns: &["unique_media_ms", "stream_type"],
    },
    Derived {
        name: "measurable",
        sql: "first_frame_seen AND seen_known AND coalesce(video_duration_ms, 0) > 0",
        columns: &["first_frame_seen", "seen_known", "video_duration_ms"],
    },
    Derived {
        name: "completable",
        sql: "ended AND measurable",
        columns: &["ended", "measurable"],
    },
    Derived {
        name: "completed",
        sql: "completable AND coalesce(position_ms_max, 0) + greatest(2000, intDiv(coalesce(video_duration_ms, 0), 50)) >= coalesce(video_duration_ms, 0) \
              AND 10 * coalesce(unique_media_ms, 0) >= 9 * coalesce(video_duration_ms, 0)",
        columns: &["completable", "position_ms_max", "video_duration_ms", "unique_media_ms"],
    },
    // The components of `experience_score`, points or null; the curves are `schemas::score`'s.
    Derived {
        name: "score_startup",
        sql: "if(startup_excluded, NULL, multiIf(coalesce(startup_any_ms, startup_wait_ms) <= 1000, 100, \
              coalesce(startup_any_ms, startup_wait_ms) <= 2000, 100 - (coalesce(startup_any_ms, startup_wait_ms) - 1000) / 100, \
              coalesce(startup_any_ms, startup_wait_ms) <= 5000, 90 - (coalesce(startup_any_ms, startup_wait_ms) - 2000) / 75, \
              coalesce(startup_any_ms, startup_wait_ms) <= 10000, 50 - (coalesce(startup_any_ms, startup_wait_ms) - 5000) / 100, 0))",
        columns: &["startup_excluded", "startup_any_ms", "startup_wait_ms"],
    },
    Derived {
        name: "stalled_percent",
        sql: "if(play_ms + stall_ms = 0, NULL, 100 * (stall_network_ms + stall_live_edge_ms) / (play_ms + stall_ms))",
        columns: &["play_ms", "stall_ms", "stall_network_ms", "stall_live_edge_ms"],
    },
    Derived {
        name: "score_smoothness",
        sql: "if(isNull(stalled_percent), NULL, multiIf(stalled_percent <= 1, 100 - 20 * stalled_percent, \
              stalled_percent <= 5, 80 - 12.5 * (stalled_percent - 1), stalled_percent <= 10, 30 - 6 * (stalled_percent - 5), 0))",
        columns: &["stalled_percent"],
    },
    Derived {
        name: "upscaled",
        sql: "if(upscale_ms = 0, NULL, upscale_px_permille_ms / upscale_ms / 1000)",
        columns: &["upscale_ms", "upscale_px_permille_ms"],
    },
    Derived {
        name: "score_quality",
        sql: "if(isNull(upscaled), NULL, multiIf(upscaled <= 1, 100 - 40 * upscaled, upscaled <= 3, 60 - 30 * (upscaled - 1), 0))",
        columns: &["upscaled"],
    },
    Derived {
        name: "scored",
        sql: "judged AND (failed OR exited OR isNotNull(score_startup) OR isNotNull(score_smoothness) OR isNotNull(score_quality))",
        columns: &[
            "judged",
            "failed",
            "exited",
            "score_startup",
            "score_smoothness",
            "score_quality",
        ],
    },
    // Whole tenths, so that their sums are the same in whatever order.
    Derived {
        name: "score_tenths",
        sql: "if(scored AND NOT failed AND NOT exited, toUInt64(round(10 * (coalesce(score_startup, 0) + coalesce(score_smoothness, 0) + coalesce(score_quality, 0)) \
              / (isNotNull(score_startup) + isNotNull(score_smoothness) + isNotNull(score_quality)))), 0)",
        columns: &[
            "scored",
            "failed",
            "exited",
            "score_startup",
            "score_smoothness",
            "score_quality",
        ],
    },
    Derived {
        name: "has_startup_any",
        sql: "NOT startup_excluded AND coalesce(startup_any_ms, 4294967295) <= 60000",
        columns: &["startup_excluded", "startup_any_ms"],
    },
    // All seven parts are there or none is.
    Derived {
        name: "has_phases",
        sql: "has_startup_any AND isNotNull(startup_other_ms)",
        columns: &["has_startup_any", "startup_other_ms"],
    },
    Derived {
        name: "has_startup_content",
        sql: "NOT startup_excluded AND coalesce(startup_content_ms, 4294967295) <= 60000",
        columns: &["startup_excluded", "startup_content_ms"],
    },
];

/// A distribution over attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hist {
    /// `startup_any_ms`.
    StartupAny,
    /// `startup_content_ms`.
    StartupContent,
    /// `stall_session_ms`: stall time of each play, 0 included.
    StallSession,
    /// `live_latency_ms`: each attempt's median.
    LiveLatency,
    /// `throughput_bps`: each attempt's median.
    Throughput,
    /// `ttfb_ms`: each attempt's median.
    Ttfb,
    /// `player_startup_ms`.
    PlayerStartup,
    /// `page_load_ms`.
    PageLoad,
    /// `drm_load_ms`.
    DrmLoad,
}

impl Hist {
    /// Every distribution.
    pub const ALL: &'static [Self] = &[
        Self::StartupAny,
        Self::StartupContent,
        Self::StallSession,
        Self::LiveLatency,
        Self::Throughput,
        Self::Ttfb,
        Self::PlayerStartup,
        Self::PageLoad,
        Self::DrmLoad,
    ];

    /// The bin of one attempt (`statistics::histogram`).
    #[must_use]
    pub fn bin(self) -> String {
        format!("least({LAST_BIN}, floor(log1p({}) / log(1.02)))", self.value())
    }

    /// The value of one attempt, never null where [`Self::condition`] holds.
    #[must_use]
    pub fn value(self) -> &'static str {
        match self {
            Self::StartupAny => "assumeNotNull(startup_any_ms)",
            Self::StartupContent => "assumeNotNull(startup_content_ms)",
            Self::StallSession => "stall_ms",
            Self::LiveLatency => Part::LatencyMs.sql(),
            Self::Throughput => Part::ThroughputBps.sql(),
            Self::Ttfb => Part::TtfbMs.sql(),
            Self::PlayerStartup => Part::PlayerStartupMs.sql(),
            Self::PageLoad => Part::PageLoadMs.sql(),
            Self::DrmLoad => Part::DrmLoadMs.sql(),
        }
    }

    /// Which attempts have one.
    #[must_use]
    pub fn condition(self) -> &'static str {
        match self {
            Self::StartupAny => "has_startup_any",
            Self::StartupContent => "has_startup_content",
            Self::StallSession => "first_frame_seen",
            Self::LiveLatency => Part::LatencyCount.sql(),
            Self::Throughput => Part::ThroughputCount.sql(),
            Self::Ttfb => Part::TtfbCount.sql(),
            Self::PlayerStartup => Part::PlayerStartupCount.sql(),
            Self::PageLoad => Part::PageLoadCount.sql(),
            Self::DrmLoad => Part::DrmLoadCount.sql(),
        }
    }

    /// Columns both speak of.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::StartupAny => &["has_startup_any", "startup_any_ms"],
            Self::StartupContent => &["has_startup_content", "startup_content_ms"],
            Self::StallSession => &["first_frame_seen", "stall_ms"],
            Self::LiveLatency => Part::LatencyMs.columns(),
            Self::Throughput => Part::ThroughputBps.columns(),
            Self::Ttfb => Part::TtfbMs.columns(),
            Self::PlayerStartup => Part::PlayerStartupMs.columns(),
            Self::PageLoad => Part::PageLoadMs.columns(),
            Self::DrmLoad => Part::DrmLoadMs.columns(),
        }
    }

    /// Sum and count of the values, for their mean.
    #[must_use]
    pub fn sums(self) -> (Part, Part) {
        match self {
            Self::StartupAny => (Part::StartupAnyMs, Part::StartupAnyCount),
            Self::StartupContent => (Part::StartupContentMs, Part::StartupContentCount),
            Self::StallSession => (Part::PlayStallMs, Part::Plays),
            Self::LiveLatency => (Part::LatencyMs, Part::LatencyCount),
            Self::Throughput => (Part::ThroughputBps, Part::ThroughputCount),
            Self::Ttfb => (Part::TtfbMs, Part::TtfbCount),
            Self::PlayerStartup => (Part::PlayerStartupMs, Part::PlayerStartupCount),
            Self::PageLoad => (Part::PageLoadMs, Part::PageLoadCount),
            Self::DrmLoad => (Part::DrmLoadMs, Part::DrmLoadCount),
        }
    }
}

/// How a metric is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recipe {
    /// A sum over attempts.
    Total {
        /// The sum.
        sum: Part,
        /// Size of the smallest event that counts, for the interval of a 0 (see `statistics::total`).
        unit: f64,
        /// Attempts in scope: of which the sum is known. Where that are not all, it is null without any.
        known: Part,
    },
    /// A ratio of two sums.
    Ratio {
        /// Above.
        numerator: Part,
        /// Below.
        denominator: Part,
        /// Attempts in scope.
        scope: Part,
        /// What the ratio is multiplied with.
        scale: f64,
        /// Whether the numerator is part of the denominator.
        share: bool,
    },
    /// A quantile of a distribution.
    Quantile {
        /// Of what.
        hist: Hist,
        /// 0..1.
        probability: f64,
    },
    /// A whole distribution.
    Histogram {
        /// Of what.
        hist: Hist,
    },
    /// Distinct viewer ids.
    Distinct,
    /// Viewers at a moment.
    Concurrency {
        /// The highest tick instead of the average.
        max: bool,
    },
}

/// How many attempts there are.
pub const ATTEMPTS: Recipe = Recipe::Total {
    sum: Part::Attempts,
    unit: 1.0,
    known: Part::Attempts,
};

const MS_PER_HOUR: f64 = 3_600_000.0;

/// The recipe of a metric as asked for. `None` for a pair that the parser never makes.
#[must_use]
pub fn recipe(metric: &Metric, ask: Ask) -> Option<Recipe> {
    let share = |numerator, denominator, scope| Recipe::Ratio {
        numerator,
        denominator,
        scope,
        scale: 1.0,
        share: true,
    };
    let rate = |numerator, denominator, scope, scale| Recipe::Ratio {
        numerator,
        denominator,
        scope,
        scale,
        share: false,
    };
    let total = |sum, unit| Recipe::Total {
        sum,
        unit,
        known: Part::Attempts,
    };
    let every_stall = ask == Ask::EveryStall;
    Some(match (metric.name, metric.kind) {
        ("attempts", _) => total(Part::Attempts, 1.0),
        ("plays", _) => total(Part::Plays, 1.0),
        ("play_ms", _) => total(Part::PlayMs, 1_000.0),
        ("play_ms_by_rendition", _) => total(Part::RungPlayMs, 1_000.0),
        ("play_share_by_rendition", _) => share(Part::RungPlayMs, Part::RungsPlayMs, Part::RungsAttempts),
        ("stall_ms", _) => total(Part::StallMs, 250.0),
        ("stall_count", _) if every_stall => total(Part::EveryStallCount, 1.0),
        ("stalled_attempt_share", _) if every_stall => share(Part::EverStalled, Part::Plays, Part::Plays),
        ("stalls_per_hour", _) if every_stall => rate(Part::PlayEveryStall, Part::WantedMs, Part::Wanting, MS_PER_HOUR),
        ("stall_count", _) => total(Part::StallCount, 1.0),
        ("wanted_ms", _) => total(Part::PlayOrStallMs, 1_000.0),
        ("media_ms", _) => total(Part::MediaMs, 1_000.0),
        ("unique_media_ms", _) => Recipe::Total {
            sum: Part::UniqueMediaMs,
            unit: 1_000.0,
            known: Part::UniqueMediaKnown,
        },
        ("play_hidden_ms", _) => total(Part::PlayHiddenMs, 1_000.0),
        ("data_bytes", _) => total(Part::DataBytes, 1e6),
        ("unique_viewers", _) => Recipe::Distinct,
        ("exit_before_start", _) => share(Part::Exited, Part::Stayed, Part::Stayed),
        ("start_failure", _) => share(Part::StartFailed, Part::Attempts, Part::Attempts),
        ("playback_failure", _) => share(Part::PlaybackFailed, Part::Plays, Part::Plays),
        ("business_failure", _) => share(Part::BusinessFailed, Part::Attempts, Part::Attempts),
        ("wait_ratio", _) => share(Part::WaitedMs, Part::WaitedOrPlayedMs, Part::WaitedOrPlayed),
        ("seek_ms", _) => rate(Part::SeekMs, Part::SeekCount, Part::Sought, 1.0),
        ("rebuffer_ratio", _) => share(Part::PlayStallMs, Part::WantedMs, Part::Wanting),
        ("rebuffer_ratio_network", _) => share(Part::PlayStallNetworkMs, Part::WantedMs, Part::Wanting),
        ("stalled_attempt_share", _) => share(Part::Stalled, Part::Plays, Part::Plays),
        ("dropped_frame_share", _) => share(Part::FramesDropped, Part::FramesDecoded, Part::FramesKnown),
        ("completed", _) => share(Part::Completed, Part::Completable, Part::Completable),
        ("good_share", _) => share(Part::Good, Part::Judged, Part::Judged),
        ("experience_score", _) => rate(Part::Score, Part::Scored, Part::Scored, 0.1),
        ("stalls_per_hour", _) => rate(Part::PlayStalls, Part::WantedMs, Part::Wanting, MS_PER_HOUR),
        ("switches_per_hour", _) => rate(Part::Switches, Part::WantedMs, Part::Wanting, MS_PER_HOUR),
        ("switches_up_per_hour", _) => rate(Part::SwitchesUp, Part::WantedMs, Part::Wanting, MS_PER_HOUR),
        ("switches_down_per_hour", _) => rate(Part::SwitchesDown, Part::WantedMs, Part::Wanting, MS_PER_HOUR),
        ("bitrate_avg_bps", _) => rate(Part::BitrateBpsMs, Part::BitrateMediaMs, Part::BitrateKnown, 1.0),
        ("startup_any_ms", _) => distribution(Hist::StartupAny, ask)?,
        ("startup_content_ms", _) => distribution(Hist::StartupContent, ask)?,
        ("stall_session_ms", _) => distribution(Hist::StallSession, ask)?,
        ("live_latency_ms", _) => distribution(Hist::LiveLatency, ask)?,
        ("throughput_bps", _) => distribution(Hist::Throughput, ask)?,
        ("ttfb_ms", _) => distribution(Hist::Ttfb, ask)?,
        ("player_startup_ms", _) => distribution(Hist::PlayerStartup, ask)?,
        ("page_load_ms", _) => distribution(Hist::PageLoad, ask)?,
        ("drm_load_ms", _) => distribution(Hist::DrmLoad, ask)?,
        ("startup_manifest_ms", _) => rate(Part::StartupManifestMs, Part::Phased, Part::Phased, 1.0),
        ("startup_drm_ms", _) => rate(Part::StartupDrmMs, Part::Phased, Part::Phased, 1.0),
        ("startup_ad_ms", _) => rate(Part::StartupAdMs, Part::Phased, Part::Phased, 1.0),
        ("startup_init_ms", _) => rate(Part::StartupInitMs, Part::Phased, Part::Phased, 1.0),
        ("startup_segment_ms", _) => rate(Part::StartupSegmentMs, Part::Phased, Part::Phased, 1.0),
        ("startup_decode_ms", _) => rate(Part::StartupDecodeMs, Part::Phased, Part::Phased, 1.0),
        ("startup_other_ms", _) => rate(Part::StartupOtherMs, Part::Phased, Part::Phased, 1.0),
        ("bitrate_peak_declared_bps", _) => rate(
            Part::BitratePeakBpsMs,
            Part::BitratePeakMediaMs,
            Part::BitratePeakKnown,
            1.0,
        ),
        ("bitrate_measured_bps", _) => rate(Part::MeasuredBytes, Part::MeasuredMediaMs, Part::MeasuredKnown, 8_000.0),
        ("upscale_css", _) => rate(Part::UpscaleCss, Part::UpscaleMs, Part::UpscaleKnown, 0.001),
        ("upscale_px", _) => rate(Part::UpscalePx, Part::UpscaleMs, Part::UpscaleKnown, 0.001),
        ("concurrent_viewers", Kind::Concurrency) => Recipe::Concurrency { max: ask == Ask::Max },
        _ => return None,
    })
}

fn distribution(hist: Hist, ask: Ask) -> Option<Recipe> {
    match ask {
        Ask::Quantile(probability) => Some(Recipe::Quantile { hist, probability }),
        Ask::Histogram => Some(Recipe::Histogram { hist }),
        Ask::Mean => {
            let (numerator, denominator) = hist.sums();
            Some(Recipe::Ratio {
                numerator,
                denominator,
                scope: denominator,
                scale: 1.0,
                share: false,
            })
        }
        Ask::Value | Ask::EveryStall | Ask::Max => None,
    }
}

/// What one attempt has of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfAttempt {
    /// Its value, a Float64, or null where the attempt has none.
    pub text: String,
    /// Columns and derived facts that the text speaks of.
    pub columns: Vec<&'static str>,
}

/// The value that a single attempt has of a metric: the metric over that attempt alone, a distribution's as it is. `None` for what only
/// several attempts have.
#[must_use]
pub fn of_attempt(metric: &Metric) -> Option<OfAttempt> {
    // Of its parts, not of an attempt.
    if metric.dimension.is_some() {
        return None;
    }
    if metric.kind == Kind::Distribution {
        let Recipe::Quantile { hist, .. } = recipe(metric, Ask::Quantile(0.5))? else {
            return None;
        };
        return Some(OfAttempt {
            text: format!("if({}, toFloat64({}), NULL)", hist.condition(), hist.value()),
            columns: hist.columns().to_vec(),
        });
    }
    match recipe(metric, Ask::Value)? {
        Recipe::Total { sum, known, .. } => Some(OfAttempt {
            text: match known {
                Part::Attempts => format!("toFloat64({})", sum.sql()),
                known => format!("if({}, toFloat64({}), NULL)", known.sql(), sum.sql()),
            },
            columns: [sum.columns(), known.columns()].concat(),
        }),
        Recipe::Ratio {
            numerator,
            denominator,
            scale,
            ..
        } => {
            let (above, below) = (numerator.sql(), denominator.sql());
            Some(OfAttempt {
                text: format!("if(toFloat64({below}) > 0, toFloat64({above}) * {scale:?} / toFloat64({below}), NULL)"),
                columns: [numerator.columns(), denominator.columns()].concat(),
            })
        }
        Recipe::Quantile { .. } | Recipe::Histogram { .. } | Recipe::Distinct | Recipe::Concurrency { .. } => None,
    }
}

impl Recipe {
    /// The sums it needs.
    #[must_use]
    pub fn parts(self) -> Vec<Part> {
        match self {
            Self::Total { sum, known, .. } => vec![sum, known, Part::Attempts],
            Self::Ratio {
                numerator,
                denominator,
                scope,
                ..
            } => vec![numerator, denominator, scope],
            Self::Quantile { .. } | Self::Histogram { .. } | Self::Concurrency { .. } => Vec::new(),
            Self::Distinct => vec![Part::Identified],
        }
    }

    /// The histogram it needs.
    #[must_use]
    pub fn hist(self) -> Option<Hist> {
        match self {
            Self::Quantile { hist, .. } | Self::Histogram { hist } => Some(hist),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::AskedMetric;

    #[test]
    fn every_metric_of_the_catalogue_has_a_recipe_under_every_name() {
        for name in AskedMetric::names() {
            let asked = AskedMetric::parse(&name).unwrap_or_else(|| panic!("{name} does not parse"));
            assert!(recipe(asked.metric, asked.ask).is_some(), "{name} has no recipe");
        }
    }

    #[test]
    fn a_single_attempt_has_a_value_of_what_may_be_asked_of_one() {
        for metric in schemas::metric::METRICS {
            let may = crate::request::of_attempts().any(|other| other.name == metric.name);
            assert_eq!(of_attempt(metric).is_some(), may, "{}", metric.name);
        }
    }

    #[test]
    fn a_derived_fact_stands_after_those_it_speaks_of() {
        for (index, derived) in DERIVED.iter().enumerate() {
            for column in derived.columns {
                let place = DERIVED.iter().position(|other| other.name == *column);
                assert!(
                    place.is_none_or(|place| place < index),
                    "{} before {column}",
                    derived.name
                );
            }
        }
    }

    #[test]
    fn every_text_speaks_only_of_the_columns_it_names() {
        let names: Vec<&str> = Part::ALL.iter().flat_map(|part| part.columns()).copied().collect();
        for part in Part::ALL {
            for name in &names {
                let spoken = part
                    .sql()
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == *name);
                assert_eq!(spoken, part.columns().contains(name), "{part:?} and {name}");
            }
        }
    }
}
