//! The metric catalogue: one definition per number. Feeds `GET /v1/analytics/metrics`, the docs, the planner and axis labels.
//!
//! What a metric is in SQL lives in `query/src/sql/metric.rs`, one arm per entry here; a test holds the two together.

use serde::Serialize;

use crate::unit::{Better, Unit};

/// How a metric aggregates, which decides its statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A count or sum over attempts. Grows with the audience.
    Sum,
    /// A ratio of two sums.
    Ratio,
    /// A distribution over attempts: asked for with a suffix.
    Distribution,
    /// Distinct viewers, estimated by a sketch. Never summed over time.
    Distinct,
    /// Viewers at a moment, sampled every 5 s.
    Concurrency,
}

/// The same number elsewhere, and how it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Equivalent {
    /// Whose: CTA-2066, CMCD, Mux, Conviva, Bitmovin.
    pub system: &'static str,
    /// What it is called there.
    pub name: &'static str,
    /// How it differs; empty when it does not.
    pub difference: &'static str,
}

/// One entry of the dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Metric {
    /// Its name. A distribution is asked for as `<name>_p50` and so on, see [`SUFFIXES`].
    pub name: &'static str,
    /// A short title for people.
    pub title: &'static str,
    /// How it aggregates.
    pub kind: Kind,
    /// Unit of its value.
    pub unit: Unit,
    /// Which way it should move.
    pub better: Better,
    /// What exactly is measured.
    pub definition: &'static str,
    /// When the value is null.
    pub null_rule: &'static str,
    /// Version of this definition.
    pub definition_version: u32,
    /// The same number in other systems.
    pub equivalents: &'static [Equivalent],
}

impl Metric {
    /// Whether it is a number to be read only: no alert, no experiment and no search for causes hangs on it.
    #[must_use]
    pub fn is_for_reading(&self) -> bool {
        self.unit == Unit::Points
    }
}

/// Suffixes of a distribution metric and what they ask for.
pub const SUFFIXES: &[(&str, &str)] = &[
    ("_p50", "median"),
    ("_p75", "75th percentile"),
    ("_p90", "90th percentile"),
    ("_p95", "95th percentile"),
    ("_p99", "99th percentile"),
    ("_mean", "arithmetic mean"),
    ("_histogram", "the whole distribution, in bins 2 % wide"),
];

const NO_ATTEMPTS: &str = "Never null; 0 without attempts.";
const NO_DENOMINATOR: &str = "Null when the denominator is 0.";

const fn same(system: &'static str, name: &'static str) -> Equivalent {
    Equivalent {
        system,
        name,
        difference: "",
    }
}

const fn near(system: &'static str, name: &'static str, difference: &'static str) -> Equivalent {
    Equivalent {
        system,
        name,
        difference,
    }
}

/// The dictionary.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "attempts",
        title: "Attempts",
        kind: Kind::Sum,
        unit: Unit::Count,
        better: Better::Neither,
        definition: "Intents to play: play() by the viewer, or autoplay while visible. Preloading is no attempt. Belongs to the time it began.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[
            near(
                "Mux",
                "Views",
                "Mux counts a view when the player loads a source and drops views under 1 s",
            ),
            same("Conviva", "Attempts"),
            near("Bitmovin", "Impressions", "counted when the source loads"),
        ],
    },
    Metric {
        name: "plays",
        title: "Plays",
        kind: Kind::Sum,
        unit: Unit::Count,
        better: Better::Neither,
        definition: "Attempts with a rendered frame.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[same("Conviva", "Plays")],
    },
    Metric {
        name: "unique_viewers",
        title: "Unique viewers",
        kind: Kind::Distinct,
        unit: Unit::Count,
        better: Better::Neither,
        definition: "Distinct viewer ids among attempts. Attempts without a viewer id are left out. A sketch with a known error; not additive over time.",
        null_rule: "Null when no attempt carries a viewer id.",
        definition_version: 1,
        equivalents: &[same("Mux", "Unique Viewers")],
    },
    Metric {
        name: "startup_any_ms",
        title: "Startup",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Intent to the first rendered frame of anything, ads included. Attempts interrupted or hidden before the first frame are left out.",
        null_rule: "Null when no attempt in scope rendered a frame.",
        definition_version: 1,
        equivalents: &[
            same("CTA-2066", "Video Startup Time"),
            near("CMCD", "msd", "CMCD says wall clock; ours is monotonic"),
            near(
                "Mux",
                "Video Startup Time",
                "Mux starts at the player's load or play, whichever is later",
            ),
        ],
    },
    Metric {
        name: "startup_content_ms",
        title: "Startup (content)",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Intent to the first rendered frame of content, minus the time ads played. Same exclusions as startup_any_ms.",
        null_rule: "Null when no attempt in scope rendered a content frame.",
        definition_version: 1,
        equivalents: &[same("Conviva", "Video Startup Time")],
    },
    Metric {
        name: "startup_manifest_ms",
        title: "Startup: the manifest",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean part of startup_any_ms spent waiting for the manifest; the means of the seven parts sum to the mean startup of the same attempts. Where waits overlap, the time is the ad's, the keys', the manifest's, the init segment's, the media segment's, in that order.",
        null_rule: "Null when no attempt in scope told of its requests.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "startup_drm_ms",
        title: "Startup: keys",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean part of startup_any_ms spent waiting for keys, from the first request to the key system until keys were usable; the means of the seven parts sum to the mean startup of the same attempts. Where waits overlap, the time is the ad's, the keys', the manifest's, the init segment's, the media segment's, in that order.",
        null_rule: "Null when no attempt in scope told of its requests.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "startup_ad_ms",
        title: "Startup: ads",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean part of startup_any_ms spent asking for an ad and loading it; the means of the seven parts sum to the mean startup of the same attempts. Where waits overlap, the time is the ad's, the keys', the manifest's, the init segment's, the media segment's, in that order.",
        null_rule: "Null when no attempt in scope told of its requests.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "startup_init_ms",
        title: "Startup: init segments",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean part of startup_any_ms spent waiting for init segments; the means of the seven parts sum to the mean startup of the same attempts. Where waits overlap, the time is the ad's, the keys', the manifest's, the init segment's, the media segment's, in that order.",
        null_rule: "Null when no attempt in scope told of its requests.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "startup_segment_ms",
        title: "Startup: first segments",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean part of startup_any_ms spent waiting for the first media segment of each kind; the means of the seven parts sum to the mean startup of the same attempts. Where waits overlap, the time is the ad's, the keys', the manifest's, the init segment's, the media segment's, in that order.",
        null_rule: "Null when no attempt in scope told of its requests.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "startup_decode_ms",
        title: "Startup: decoding",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean part of startup_any_ms spent appending, decoding and drawing, after the first media segments had come; the means of the seven parts sum to the mean startup of the same attempts. Where waits overlap, the time is the ad's, the keys', the manifest's, the init segment's, the media segment's, in that order.",
        null_rule: "Null when no attempt in scope told of its requests.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "startup_other_ms",
        title: "Startup: the rest",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean part of startup_any_ms that is left: the page and the player: nothing that was asked for was waited for.",
        null_rule: "Null when no attempt in scope told of its requests.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "player_startup_ms",
        title: "Player startup",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Player constructed to ready. Left out where the collector was attached after ready.",
        null_rule: "Null when no attempt in scope measured it.",
        definition_version: 1,
        equivalents: &[same("Mux", "Player Startup Time")],
    },
    Metric {
        name: "page_load_ms",
        title: "Page load",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Begin of the page's navigation to the player constructed; the first attempt of a page only.",
        null_rule: "Null when no attempt in scope measured it.",
        definition_version: 1,
        equivalents: &[near("Mux", "Page Load Time", "up to the player's first call")],
    },
    Metric {
        name: "drm_load_ms",
        title: "Keys",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "First key-system request to usable keys.",
        null_rule: "Null when no attempt in scope asked for keys.",
        definition_version: 1,
        equivalents: &[near("Bitmovin", "drmLoadTime", "per licence, in the session's sample")],
    },
    Metric {
        name: "exit_before_start",
        title: "Exit before start",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Attempts that ended without a frame and without a fatal error after at least 1,000 ms of visible waiting, divided by attempts minus those that left before 1,000 ms.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[
            near("Conviva", "EBVS", "no minimum wait"),
            near("Mux", "Exits Before Video Start", "no minimum wait"),
        ],
    },
    Metric {
        name: "start_failure",
        title: "Start failures",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Attempts ended by a technical fatal error before the first frame, divided by attempts.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[
            same("CTA-2066", "Video Start Failure"),
            same("Conviva", "VSF"),
            near(
                "Mux",
                "Video Startup Failure Percentage",
                "business exceptions are configured apart",
            ),
        ],
    },
    Metric {
        name: "playback_failure",
        title: "Playback failures",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Attempts ended by a technical fatal error after the first frame, divided by plays.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[
            near("Conviva", "VPF", "divided by plays as here"),
            near(
                "Mux",
                "Playback Failure Percentage",
                "includes failures before the first frame and divides by views",
            ),
        ],
    },
    Metric {
        name: "business_failure",
        title: "Business failures",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Attempts ended by an error that is no technical one: entitlement, geography, concurrency; divided by attempts. In no other failure metric.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[near(
            "Mux",
            "Business Exceptions",
            "by a rule over error codes; here the page says so",
        )],
    },
    Metric {
        name: "rebuffer_ratio",
        title: "Rebuffering",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Σ stall time ÷ Σ (play + stall time), content only, over all attempts with a frame.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[
            same("CTA-2066", "Rebuffering Ratio"),
            near("Mux", "Rebuffer Percentage", "watch time includes startup and seeks"),
            near(
                "Conviva",
                "Rebuffering Ratio",
                "connection-induced part is a metric of its own",
            ),
        ],
    },
    Metric {
        name: "rebuffer_ratio_network",
        title: "Rebuffering (network)",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Σ stall time with cause network or live_edge ÷ Σ (play + stall time).",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[near("Conviva", "CIRR", "excludes stalls after a seek by a time window")],
    },
    Metric {
        name: "stalls_per_hour",
        title: "Stalls per hour",
        kind: Kind::Ratio,
        unit: Unit::PerHour,
        better: Better::Lower,
        definition: "Stalls of at least 250 ms ÷ hours of (play + stall).",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[near("Mux", "Rebuffer Frequency", "per minute, no minimum length")],
    },
    Metric {
        name: "stalled_attempt_share",
        title: "Attempts with a stall",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Plays with at least one stall of 250 ms or more ÷ plays.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[near(
            "Bitmovin",
            "Rebuffer Percentage (dashboard)",
            "the share of sessions, often read as a share of time",
        )],
    },
    Metric {
        name: "stall_session_ms",
        title: "Stall time per attempt",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Stall time of each play, 0 included.",
        null_rule: "Null without plays.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "wait_ratio",
        title: "Waiting",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Σ (visible wait for the first frame + stall + seek time) ÷ Σ (that + play time), over all attempts, those that never started included. The headline where most videos are shorter than a minute.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "seek_ms",
        title: "Seek time",
        kind: Kind::Ratio,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Mean time of a seek, from its intent to the frame at the new position; scrubbing within 1 s is one seek.",
        null_rule: "Null without seeks.",
        definition_version: 1,
        equivalents: &[same("Mux", "Seek Latency")],
    },
    Metric {
        name: "bitrate_avg_bps",
        title: "Bitrate",
        kind: Kind::Ratio,
        unit: Unit::Bps,
        better: Better::Higher,
        definition: "Σ (declared average bandwidth × media time rendered) ÷ Σ media time rendered; video only.",
        null_rule: "Null when no rendition declared its bandwidth.",
        definition_version: 1,
        equivalents: &[
            near(
                "Mux",
                "Weighted Average Bitrate",
                "weighted by watch time, stalls included",
            ),
            near("CMCD", "br", "the declared peak where both are declared"),
        ],
    },
    Metric {
        name: "bitrate_peak_declared_bps",
        title: "Bitrate (declared peak)",
        kind: Kind::Ratio,
        unit: Unit::Bps,
        better: Better::Higher,
        definition: "Σ (declared peak bandwidth × media time rendered) ÷ Σ media time rendered.",
        null_rule: "Null when no rendition declared its peak.",
        definition_version: 1,
        equivalents: &[same("CMCD", "br")],
    },
    Metric {
        name: "bitrate_measured_bps",
        title: "Bitrate (measured)",
        kind: Kind::Ratio,
        unit: Unit::Bps,
        better: Better::Higher,
        definition: "Bytes of the segments with video ÷ the media time in them. As fetched, not as rendered; a muxed segment's audio is in it.",
        null_rule: "Null when no segment told its length.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "upscale_css",
        title: "Upscaling (CSS pixels)",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "How much larger the picture is shown than it is, in the limiting dimension, weighted by playing time: 1 is twice as large. A picture shown smaller counts as 0.",
        null_rule: "Null when no picture and display size was known.",
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "upscale_px",
        title: "Upscaling (device pixels)",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "The same in device pixels.",
        null_rule: "Null when no picture and display size was known.",
        definition_version: 1,
        equivalents: &[near("Mux", "Upscale Percentage", "in CSS pixels")],
    },
    Metric {
        name: "switches_per_hour",
        title: "Quality switches per hour",
        kind: Kind::Ratio,
        unit: Unit::PerHour,
        better: Better::Lower,
        definition: "Rendered switches, up and down, ÷ hours of (play + stall).",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "switches_up_per_hour",
        title: "Switches up per hour",
        kind: Kind::Ratio,
        unit: Unit::PerHour,
        better: Better::Neither,
        definition: "Rendered switches to a higher rendition ÷ hours of (play + stall).",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[near("Mux", "Upshift Count", "a count a view")],
    },
    Metric {
        name: "switches_down_per_hour",
        title: "Switches down per hour",
        kind: Kind::Ratio,
        unit: Unit::PerHour,
        better: Better::Lower,
        definition: "Rendered switches to a lower rendition ÷ hours of (play + stall).",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[near("Mux", "Downshift Count", "a count a view")],
    },
    Metric {
        name: "dropped_frame_share",
        title: "Dropped frames",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "Frames dropped ÷ frames decoded, while visible and playing.",
        null_rule: "Null when no frame counts were read.",
        definition_version: 1,
        equivalents: &[near("Mux", "Dropped Frame Percentage", "counts hidden playback too")],
    },
    Metric {
        name: "live_latency_ms",
        title: "Live latency",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Median per attempt of how far the picture was behind live, sampled once a second of playing: programme date time against the server's clock, else the player's own (dimension latency_source). More than three target durations behind where the player means to be is left out.",
        null_rule: "Null when no attempt in scope measured it.",
        definition_version: 1,
        equivalents: &[near("CMCD", "ltc", "one value per request, by the player's clock")],
    },
    Metric {
        name: "throughput_bps",
        title: "Throughput",
        kind: Kind::Distribution,
        unit: Unit::Bps,
        better: Better::Higher,
        definition: "Median per attempt of bytes ÷ time from request to last byte, over media segments.",
        null_rule: "Null when no attempt in scope told of its segments.",
        definition_version: 1,
        equivalents: &[near("CMCD", "mtp", "the player's estimate")],
    },
    Metric {
        name: "ttfb_ms",
        title: "First byte",
        kind: Kind::Distribution,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Median per attempt of the time from request to first byte, over media segments.",
        null_rule: "Null when no attempt in scope told it.",
        definition_version: 1,
        equivalents: &[near("CMCD", "ttfb", "one value per request")],
    },
    Metric {
        name: "play_ms",
        title: "Play time",
        kind: Kind::Sum,
        unit: Unit::Ms,
        better: Better::Neither,
        definition: "Σ time the playhead advanced, monotonic clock.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[near("Mux", "Playing Time", "in seconds")],
    },
    Metric {
        name: "wanted_ms",
        title: "Wanted time",
        kind: Kind::Sum,
        unit: Unit::Ms,
        better: Better::Neither,
        definition: "Σ (play + stall time): as long as viewers wanted to play.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "media_ms",
        title: "Media time",
        kind: Kind::Sum,
        unit: Unit::Ms,
        better: Better::Neither,
        definition: "Σ media time played, by the stream's own clock: an hour at twice the speed is two.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "play_hidden_ms",
        title: "Hidden play time",
        kind: Kind::Sum,
        unit: Unit::Ms,
        better: Better::Neither,
        definition: "The part of play_ms in which the page was hidden.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "data_bytes",
        title: "Data",
        kind: Kind::Sum,
        unit: Unit::Bytes,
        better: Better::Neither,
        definition: "Bytes of media fetched.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "stall_ms",
        title: "Stall time",
        kind: Kind::Sum,
        unit: Unit::Ms,
        better: Better::Lower,
        definition: "Σ stall time, whatever the length of each stall.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "stall_count",
        title: "Stalls",
        kind: Kind::Sum,
        unit: Unit::Count,
        better: Better::Lower,
        definition: "Stalls of at least 250 ms.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "good_share",
        title: "Good attempts",
        kind: Kind::Ratio,
        unit: Unit::Ratio,
        better: Better::Higher,
        definition: "Attempts that meet every threshold: no technical failure, no exit before start, startup ≤ 2 s, network rebuffer ratio ≤ 1 %, no stall > 10 s, upscale_px ≤ 100 %; divided by attempts without those that left before 1 s and without business failures.",
        null_rule: NO_DENOMINATOR,
        definition_version: 1,
        equivalents: &[],
    },
    Metric {
        name: "experience_score",
        title: "Experience score",
        kind: Kind::Ratio,
        unit: Unit::Points,
        better: Better::Neither,
        definition: "Mean over attempts of success × mean(startup, smoothness, quality), 0 to 100; to be read, so no verdict and no alert hangs on it. Success is 0 for a technical failure and an exit before start, else 1. Points, straight between these: startup 100 up to 1 s, 90 at 2 s, 50 at 5 s, 0 from 10 s; smoothness by the network rebuffer ratio 100 at 0, 80 at 1 %, 30 at 5 %, 0 from 10 %; quality by upscale_px 100 at 0, 60 at 100 %, 0 from 300 %. What is not known of an attempt is left out of its mean. Attempts that left before 1 s, that have not started yet and business failures are left out.",
        null_rule: "Null when no attempt in scope failed or has a component.",
        definition_version: 1,
        equivalents: &[near(
            "Mux",
            "Overall Viewer Experience Score",
            "the same four elements by other curves; its video quality also counts the highest upscaling, so that 50 % throughout gives 85 points there and 80 here",
        )],
    },
    Metric {
        name: "concurrent_viewers",
        title: "Concurrent viewers",
        kind: Kind::Concurrency,
        unit: Unit::Viewers,
        better: Better::Neither,
        definition: "Attempts starting, playing, seeking or rebuffering at each 5 s tick, averaged over the ticks of the interval; `_max` asks for the highest tick. One that was active when it last reported goes on until now, for 150 s at most.",
        null_rule: NO_ATTEMPTS,
        definition_version: 1,
        equivalents: &[
            near("Mux", "Concurrent Viewers", "sampled every 5 s too"),
            near("Conviva", "Concurrent Plays", "plays only"),
        ],
    },
];

/// The entry called `name`, without a suffix.
#[must_use]
pub fn metric(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}
