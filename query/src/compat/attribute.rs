//! The attributes of the compatible surface, and what each is of one merged attempt. One line per attribute.
//!
//! DIFFERENCE: there an attribute belongs to a sample, of which an attempt has many; here to the attempt. A sum is the same either way,
//! a mean is one over attempts.

use crate::calendar::Interval;

/// What an attribute is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// A text of the attempt; `''` is not known.
    Text(&'static str),
    /// A number of the attempt; null is not known.
    Number(&'static str),
    /// A ratio of two numbers of the attempt. Its mean over attempts is the ratio of their sums.
    Ratio(&'static str, &'static str),
    /// The key of `custom` of this number.
    Custom(u8),
    /// The license key that was asked with: attempts do not keep theirs.
    LicenseKey,
    /// The begin of the time bucket: for `orderBy` only.
    Bucket(Interval),
    /// The aggregated value: for `orderBy` only.
    Function,
    /// A number that nothing here measures.
    Unmeasured,
}

/// An attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub meaning: Meaning,
    /// The columns of a merged attempt that its text speaks of.
    pub columns: &'static [&'static str],
}

macro_rules! attributes {
    ($( $name:literal = $kind:ident($($sql:literal),+), [$($column:literal),*]; )*) => {
        &[$(Attribute { name: $name, meaning: Meaning::$kind($($sql),+), columns: &[$($column),*] }),*]
    };
}

/// Those that come from an attempt's columns. Texts are compared and grouped as they stand.
const MEASURED: &[Attribute] = attributes! {
    // Who and what.
    "IMPRESSION_ID" = Text("toString(attempt_id)"), [];
    "USER_ID" = Text("viewer_id"), ["viewer_id"];
    "CUSTOM_USER_ID" = Text("viewer_id"), ["viewer_id"];
    "VIDEO_ID" = Text("video_id"), ["video_id"];
    "VIDEO_TITLE" = Text("video_title"), ["video_title"];
    "IS_LIVE" = Text("multiIf(stream_type = 'live', 'true', stream_type = 'vod', 'false', '')"), ["stream_type"];
    "EXPERIMENT_NAME" = Text("if(experiment_name = '' OR experiment_variant = '', experiment_name, concat(experiment_name, '/', experiment_variant))"),
        ["experiment_name", "experiment_variant"];
    "DOMAIN" = Text("page_host"), ["page_host"];
    "LANGUAGE" = Text("language"), ["language"];
    "AUTOPLAY" = Text("autoplay"), ["autoplay"];
    "IS_MUTED" = Text("muted"), ["muted"];
    "IS_CASTING" = Text("casting"), ["casting"];
    "SIZE" = Text("multiIf(fullscreen = 'true', 'FULLSCREEN', fullscreen = 'false', 'WINDOW', '')"), ["fullscreen"];
    "ANALYTICS_VERSION" = Text("collector_version"), ["collector_version"];
    // What it played with.
    "PLAYER" = Text("player_software"), ["player_software"];
    "PLAYER_VERSION" = Text("if(player_software = '' OR player_software_version = '', player_software, concat(player_software, '-', player_software_version))"),
        ["player_software", "player_software_version"];
    "CDN_PROVIDER" = Text("cdn"), ["cdn"];
    "VIDEO_CODEC" = Text("video_codec"), ["video_codec"];
    "AUDIO_CODEC" = Text("audio_codec"), ["audio_codec"];
    "AUDIO_LANGUAGE" = Text("audio_language"), ["audio_language"];
    "SUBTITLE_LANGUAGE" = Text("subtitle_language"), ["subtitle_language"];
    "SUBTITLE_ENABLED" = Text("if(subtitle_language = '', 'false', 'true')"), ["subtitle_language"];
    "DRM_TYPE" = Text("drm_system"), ["drm_system"];
    "BROWSER" = Text("browser"), ["browser"];
    "BROWSER_VERSION_MAJOR" = Text("browser_version"), ["browser_version"];
    "BROWSER_IS_BOT" = Text("if(device_class = 'bot', 'true', 'false')"), ["device_class"];
    "OPERATINGSYSTEM" = Text("os"), ["os"];
    "OPERATINGSYSTEM_VERSION_MAJOR" = Text("os_version"), ["os_version"];
    "DEVICE_CLASS" = Text("device_class"), ["device_class"];
    "DEVICE_TYPE" = Text("device_class"), ["device_class"];
    // Where.
    "COUNTRY" = Text("country"), ["country"];
    "REGION" = Text("region"), ["region"];
    "CITY" = Text("city"), ["city"];
    "ISP" = Text("isp"), ["isp"];
    // How it ended.
    "ERROR_CODE" = Text("failure_code"), ["failure_code"];
    "ERROR_MESSAGE" = Text("failure_message"), ["failure_message"];
    "ERROR_SEVERITY" = Text("if(failure_class = '', '', 'CRITICAL')"), ["failure_class"];
    "VIDEOSTART_FAILED" = Text("if(failed AND NOT first_frame_seen, 'true', 'false')"), ["failed", "first_frame_seen"];
    "VIDEOSTART_FAILED_REASON" = Text("multiIf(failed AND NOT first_frame_seen, 'PLAYER_ERROR', exited OR left_early, 'PAGE_CLOSED', '')"),
        ["failed", "first_frame_seen", "exited", "left_early"];
    // When, ms since 1970.
    "TIME" = Number("ms"), [];
    "CLIENT_TIME" = Number("ms"), [];
    // Startup, ms.
    "VIDEO_STARTUPTIME" = Number("if(has_startup_any, startup_any_ms, NULL)"), ["has_startup_any", "startup_any_ms"];
    "PLAYER_STARTUPTIME" = Number("player_startup_ms"), ["player_startup_ms"];
    "ACTIVE_PLAYER_STARTUPTIME" = Number("player_startup_ms"), ["player_startup_ms"];
    "STARTUPTIME" = Number("if(has_startup_any, startup_any_ms, NULL) + ifNull(player_startup_ms, 0)"),
        ["has_startup_any", "startup_any_ms", "player_startup_ms"];
    "PAGE_LOAD_TIME" = Number("page_load_ms"), ["page_load_ms"];
    "DRM_LOAD_TIME" = Number("drm_load_ms"), ["drm_load_ms"];
    // What the time went into, ms.
    "PLAYED" = Number("play_ms"), ["play_ms"];
    "BUFFERED" = Number("stall_ms"), ["stall_ms"];
    "PAUSED" = Number("paused_ms"), ["paused_ms"];
    "SEEKED" = Number("seek_ms"), ["seek_ms"];
    "VIEWTIME" = Number("play_ms + stall_ms"), ["play_ms", "stall_ms"];
    "DURATION" = Number("elapsed_ms"), ["elapsed_ms"];
    "AD" = Number("if(ad_ms > 0, 1, 0)"), ["ad_ms"];
    "VIDEO_DURATION" = Number("video_duration_ms"), ["video_duration_ms"];
    // Quality.
    "VIDEO_BITRATE" = Number("if(bitrate_media_ms > 0, bitrate_bps_ms / bitrate_media_ms, NULL)"), ["bitrate_bps_ms", "bitrate_media_ms"];
    "DOWNLOAD_SPEED" = Number("if(throughput_median > 0, bitAnd(throughput_median, 4294967295), NULL)"), ["throughput_median"];
    "VIDEO_SEGMENTS_DOWNLOAD_SIZE" = Number("data_bytes"), ["data_bytes"];
    "DROPPED_FRAMES" = Number("if(frames_decoded > 0, frames_dropped, NULL)"), ["frames_decoded", "frames_dropped"];
    "SCALE_FACTOR" = Number("if(upscale_ms > 0, upscale_css_permille_ms / (1000 * upscale_ms), NULL)"), ["upscale_css_permille_ms", "upscale_ms"];
    "LATENCY" = Number("if(live_latency_median > 0, bitAnd(live_latency_median, 4294967295), NULL)"), ["live_latency_median"];
    "SCREEN_WIDTH" = Number("toUInt32OrNull(extract(screen, '^([0-9]+)x'))"), ["screen"];
    "SCREEN_HEIGHT" = Number("toUInt32OrNull(extract(screen, '^[0-9]+x([0-9]+)'))"), ["screen"];
    // Counts and shares, 0 to 1.
    "PLAY_ATTEMPTS" = Number("1"), [];
    "SEQUENCE_NUMBER" = Number("max_sequence"), ["max_sequence"];
    "ERROR_RATE" = Number("error_count"), ["error_count"];
    "ERROR_PERCENTAGE" = Ratio("failed", "1"), ["failed"];
    "START_FAILURE_PERCENTAGE" = Ratio("failed AND NOT first_frame_seen", "NOT left_early"), ["failed", "first_frame_seen", "left_early"];
    "REBUFFER_PERCENTAGE" = Ratio("if(first_frame_seen, stall_ms, 0)", "if(first_frame_seen, play_ms + stall_ms, 0)"),
        ["first_frame_seen", "stall_ms", "play_ms"];
};

/// Those that only the surface itself gives a meaning.
const OWN: &[Attribute] = &[
    own("LICENSE_KEY", Meaning::LicenseKey),
    own("FUNCTION", Meaning::Function),
    own("MINUTE", Meaning::Bucket(Interval::Minute)),
    own("HOUR", Meaning::Bucket(Interval::Hour)),
    own("DAY", Meaning::Bucket(Interval::Day)),
    own("MONTH", Meaning::Bucket(Interval::Month)),
];

/// Those that the clients know and nothing here measures.
const UNMEASURED: &[&str] = &[
    "AD_ID",
    "AD_INDEX",
    "AD_POSITION",
    "AD_SYSTEM",
    "AUDIO_BITRATE",
    "BROWSER_VERSION_MINOR",
    "CAST_TECH",
    "CONTEXT",
    "DAYPART",
    "ID",
    "INITIAL_TIME_TO_TARGET_LATENCY",
    "IP_ADDRESS",
    "IS_LOW_LATENCY",
    "IS_PROGRAM_CHANGE",
    "LATENCY_DELTA",
    "M3U8_URL",
    "MPD_URL",
    "OPERATINGSYSTEM_VERSION_MINOR",
    "ORGANIZATION",
    "PAGE_LOAD_TYPE",
    "PATH",
    "PLATFORM",
    "PLAYBACK_SCORE",
    "PLAYER_KEY",
    "PLAYER_TECH",
    "PROG_URL",
    "SCREEN_ORIENTATION",
    "SMOOTHNESS_SCORE",
    "STARTUP_SCORE",
    "STATE",
    "STREAM_FORMAT",
    "SUCCESS_FACTOR",
    "SUPPORTED_VIDEO_CODECS",
    "TARGET_LATENCY",
    "TARGET_LATENCY_DELTA",
    "TIME_TO_TARGET_LATENCY",
    "VIDEOTIME_END",
    "VIDEOTIME_START",
    "VIDEO_CODEC_TYPE",
    "VIDEO_PLAYBACK_HEIGHT",
    "VIDEO_PLAYBACK_WIDTH",
    "VIDEO_SEGMENTS_DOWNLOADED",
    "VIDEO_WINDOW_HEIGHT",
    "VIDEO_WINDOW_WIDTH",
    "YEAR",
];

/// Highest number of a custom attribute.
const CUSTOM_MAX: u8 = 100;
const CUSTOM: &str = "CUSTOM_DATA_";

const fn own(name: &'static str, meaning: Meaning) -> Attribute {
    Attribute {
        name,
        meaning,
        columns: &[],
    }
}

impl Attribute {
    /// The attribute of a name; the name of a custom one is not kept.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if let Some(number) = name.strip_prefix(CUSTOM) {
            let number = number.parse().ok().filter(|number| (1..=CUSTOM_MAX).contains(number))?;
            return Some(Self {
                name: CUSTOM,
                meaning: Meaning::Custom(number),
                columns: &["custom"],
            });
        }
        let measured = MEASURED.iter().chain(OWN).find(|attribute| attribute.name == name);
        measured.copied().or_else(|| {
            let unmeasured = UNMEASURED.iter().find(|known| **known == name)?;
            Some(own(unmeasured, Meaning::Unmeasured))
        })
    }

    /// Every name but those of custom ones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let measured = MEASURED.iter().chain(OWN).map(|attribute| attribute.name);
        measured.chain(UNMEASURED.iter().copied())
    }

    /// The name as requests and answers have it.
    #[must_use]
    pub fn label(&self) -> String {
        match self.meaning {
            Meaning::Custom(number) => format!("{CUSTOM}{number}"),
            _ => self.name.to_owned(),
        }
    }

    /// Whether its values are numbers.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self.meaning, Meaning::Number(_) | Meaning::Ratio(..))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_means_two_things() {
        let names: Vec<&str> = Attribute::names().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn custom_attributes_are_numbered() {
        let label = |name: &str| Attribute::of(name).map(|attribute| attribute.label());
        assert_eq!(label("CUSTOM_DATA_7").as_deref(), Some("CUSTOM_DATA_7"));
        assert_eq!(label("CUSTOM_DATA_0"), None);
        assert_eq!(label("CUSTOM_DATA_101"), None);
        assert_eq!(label("BROWSER").as_deref(), Some("BROWSER"));
        assert_eq!(label("browser"), None);
    }
}
