//! The catalogue of attributes: what an attempt can be grouped and filtered by. The name is also the column of `impressions`.

use serde::Serialize;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Sent in the beacon's context.
    Context,
    /// Derived from the `User-Agent` header.
    UserAgent,
    /// Looked up from the client's address, which is then dropped.
    Address,
    /// Derived from the attempt's totals.
    Totals,
}

/// One attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attribute {
    /// Its name; also the column.
    pub name: &'static str,
    /// A short title for people.
    pub title: &'static str,
    /// Where it comes from.
    pub source: Source,
    /// What it says.
    pub description: &'static str,
}

const fn of(name: &'static str, title: &'static str, source: Source, description: &'static str) -> Attribute {
    Attribute {
        name,
        title,
        source,
        description,
    }
}

/// The catalogue. Every value is text; an attribute that is not known is null.
pub const ATTRIBUTES: &[Attribute] = &[
    of(
        "viewer_id",
        "Viewer",
        Source::Context,
        "Pseudonymous id of the viewer, chosen by the page.",
    ),
    of("video_id", "Video", Source::Context, "The publisher's id of the video."),
    of("video_title", "Title", Source::Context, "The video's title."),
    of("stream_type", "Live or on demand", Source::Context, "`live` or `vod`."),
    of(
        "player_name",
        "Player",
        Source::Context,
        "The publisher's name for its player.",
    ),
    of(
        "player_version",
        "Player version",
        Source::Context,
        "The publisher's version of its player or app.",
    ),
    of(
        "player_software",
        "Playback library",
        Source::Context,
        "hls.js, html5, …",
    ),
    of(
        "player_software_version",
        "Playback library version",
        Source::Context,
        "Version of the playback library.",
    ),
    of(
        "collector_version",
        "Collector version",
        Source::Context,
        "Version of this project's collector.",
    ),
    of(
        "page_host",
        "Page host",
        Source::Context,
        "Host of the page that embeds the player.",
    ),
    of(
        "cdn",
        "CDN",
        Source::Context,
        "The CDN as the page names it, else the host that served the media.",
    ),
    of(
        "connection_type",
        "Connection",
        Source::Context,
        "The browser's effective connection type.",
    ),
    of(
        "language",
        "Language",
        Source::Context,
        "Language of the user, as the browser says.",
    ),
    of(
        "experiment_name",
        "Experiment",
        Source::Context,
        "The experiment the attempt was exposed to.",
    ),
    of(
        "experiment_variant",
        "Experiment arm",
        Source::Context,
        "The arm of that experiment.",
    ),
    of(
        "autoplay",
        "Autoplay",
        Source::Context,
        "`true` when playback began by itself, else `false`.",
    ),
    of(
        "first_frame_method",
        "First frame by",
        Source::Context,
        "How the first frame was seen: `frame_callback` or `playhead_advance`.",
    ),
    of(
        "video_series",
        "Series",
        Source::Context,
        "The series, show or channel the video belongs to.",
    ),
    of(
        "page_version",
        "Page version",
        Source::Context,
        "The publisher's version of its page or app.",
    ),
    of(
        "screen",
        "Screen",
        Source::Context,
        "CSS pixels and device pixels per CSS pixel: `1920x1080@2`.",
    ),
    of(
        "audio_language",
        "Audio language",
        Source::Context,
        "Language of the audio, BCP 47.",
    ),
    of(
        "subtitle_language",
        "Subtitles",
        Source::Context,
        "Language of the subtitles that show, BCP 47.",
    ),
    of(
        "video_codec",
        "Video codec",
        Source::Context,
        "The video's codec as in a codecs string.",
    ),
    of(
        "audio_codec",
        "Audio codec",
        Source::Context,
        "The audio's codec as in a codecs string.",
    ),
    of("drm_system", "Key system", Source::Context, "`com.widevine.alpha`, …"),
    of(
        "latency_source",
        "Latency by",
        Source::Context,
        "What live latency was measured by: `programme_time` or `player`.",
    ),
    of(
        "muted",
        "Muted",
        Source::Context,
        "`true` when the sound was off at some time, else `false`.",
    ),
    of(
        "fullscreen",
        "Fullscreen",
        Source::Context,
        "`true` when it filled the screen at some time, else `false`.",
    ),
    of(
        "pip",
        "Picture in picture",
        Source::Context,
        "`true` when it was shown in a window of its own at some time, else `false`.",
    ),
    of(
        "casting",
        "Casting",
        Source::Context,
        "`true` when it played on another device at some time, as far as the browser tells, else `false`.",
    ),
    of("browser", "Browser", Source::UserAgent, "Name of the browser."),
    of(
        "browser_version",
        "Browser version",
        Source::UserAgent,
        "Major version of the browser.",
    ),
    of(
        "os",
        "Operating system",
        Source::UserAgent,
        "Name of the operating system.",
    ),
    of(
        "os_version",
        "OS version",
        Source::UserAgent,
        "Version of the operating system.",
    ),
    of(
        "device_class",
        "Device class",
        Source::UserAgent,
        "`desktop`, `phone`, `tablet`, `tv`, `console`, `bot` or `other`.",
    ),
    of("country", "Country", Source::Address, "ISO 3166-1 alpha-2 code."),
    of("region", "Region", Source::Address, "ISO 3166-2 subdivision code."),
    of("city", "City", Source::Address, "Name of the city."),
    of("asn", "ASN", Source::Address, "Number of the autonomous system."),
    of("isp", "ISP", Source::Address, "Name of the network's operator."),
    of(
        "end_reason",
        "Ended by",
        Source::Totals,
        "`ended`, `quit`, `fatal`, `source_change`, `timeout`; null while it runs.",
    ),
    of(
        "failure_class",
        "Failure class",
        Source::Totals,
        "Kind of the fatal error; null without one.",
    ),
    of(
        "failure_code",
        "Failure code",
        Source::Totals,
        "The player's code of the fatal error; null without one.",
    ),
];

/// What playing time, unlike a whole attempt, is told apart by. No attribute: nothing is filtered by it, and only the metrics that name it
/// (`dimension` in the dictionary) are told apart by it.
pub const RENDITION: Attribute = of(
    "rendition",
    "Rendition",
    Source::Totals,
    "`<height>p@<declared average bit/s>` of the picture on the screen, `?` for what is unknown of it; null where nothing is.",
);

/// Prefix of custom dimensions: `custom.<key>`.
pub const CUSTOM_PREFIX: &str = "custom.";

/// The attribute called `name`.
#[must_use]
pub fn attribute(name: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.iter().find(|attribute| attribute.name == name)
}
