//! The row one beacon becomes. It is what the journal keeps and what `beacons` stores, so a token maps to the same rows
//! for ever, also after an upgrade changed how rows are made.
//!
//! Invariant: every field is a column of `beacons` of the same name (a test compares them with the migration).

use std::collections::BTreeMap;

use clickhouse::Row;
use schemas::{ActiveSpan, Beacon, Context, OrganizationId, Totals, UnixMs};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the server derives itself, from the `User-Agent` header and from the client's address (which is then dropped).
/// `None` means not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Enrichment {
    /// Name of the browser.
    pub browser: Option<String>,
    /// Major version of the browser.
    pub browser_version: Option<String>,
    /// Name of the operating system.
    pub os: Option<String>,
    /// Version of the operating system.
    pub os_version: Option<String>,
    /// `desktop`, `phone`, `tablet`, `tv`, `console`, `bot` or `other`.
    pub device_class: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// ISO 3166-2 subdivision code.
    pub region: Option<String>,
    /// Name of the city.
    pub city: Option<String>,
    /// Number of the autonomous system, in decimal digits.
    pub asn: Option<String>,
    /// Name of the network's operator.
    pub isp: Option<String>,
}

macro_rules! beacon_row {
    ($( $(#[doc = $doc:literal])* $(#[serde(with = $with:literal)])? $field:ident: $type:ty, )*) => {
        /// One beacon, flat, as it goes into the journal (postcard) and into `beacons`. Texts: `''` means not known.
        /// A field more is a migration more, and a new version of the journal's record, because postcard knows no field names.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct BeaconRow {
            $( $(#[doc = $doc])* pub $field: $type, )*
        }

        /// A [`BeaconRow`] with its place in the journal, as it is sent.
        #[derive(Serialize, Row)]
        pub(crate) struct InsertedRow<'a> {
            $( $(#[serde(with = $with)])? $field: &'a $type, )*
            journal_range: &'a str,
            row_number: u32,
        }

        impl BeaconRow {
            /// The columns, in order of declaration.
            pub const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// This row as number `row_number` of the range called `journal_range`.
            pub(crate) fn inserted<'a>(&'a self, journal_range: &'a str, row_number: u32) -> InsertedRow<'a> {
                InsertedRow { $( $field: &self.$field, )* journal_range, row_number }
            }
        }
    };
}

beacon_row! {
    /// The tenant.
    #[serde(with = "clickhouse::serde::uuid")]
    organization_id: Uuid,
    /// The attempt reported on.
    #[serde(with = "clickhouse::serde::uuid")]
    attempt_id: Uuid,
    /// Number of the beacon in its attempt, from 0.
    sequence: u32,
    /// Why it was sent, in snake_case.
    kind: String,
    /// State at `to_ms`, letter of CMCD `sta`.
    state: String,
    /// Wall clock at intent, corrected by `skew_ms`; Unix ms.
    started_at: i64,
    /// The server's wall clock at receipt; Unix ms.
    received_at: i64,
    /// Server clock minus sender clock, ms; 0 for imported history.
    skew_ms: i64,
    /// Begin of the interval, ms after intent, monotonic.
    from_ms: u32,
    /// End of the interval, ms after intent, monotonic.
    to_ms: u32,
    /// State at `from_ms`, letter of CMCD `sta`.
    interval_state: String,
    /// Stretches as a concurrent viewer, `[from, to)` in ms after intent.
    active_spans: Vec<(u32, u32)>,
    /// JSON array of [`schemas::Event`].
    events: String,
    /// Events beyond the limit.
    events_dropped: u32,
    /// [`Totals::first_frame_seen`].
    first_frame_seen: bool,
    /// [`Totals::startup_interrupted`].
    startup_interrupted: bool,
    /// [`Totals::startup_hidden`].
    startup_hidden: bool,
    /// [`Totals::suspended`].
    suspended: bool,
    /// [`Totals::startup_wait_ms`].
    startup_wait_ms: u32,
    /// [`Totals::play_ms`].
    play_ms: u32,
    /// [`Totals::play_hidden_ms`].
    play_hidden_ms: u32,
    /// [`Totals::paused_ms`].
    paused_ms: u32,
    /// [`Totals::media_ms`].
    media_ms: u32,
    /// [`Totals::stall_ms`].
    stall_ms: u32,
    /// [`Totals::stall_count`].
    stall_count: u32,
    /// [`Totals::stall_short_count`].
    stall_short_count: u32,
    /// [`Totals::stall_short_ms`].
    stall_short_ms: u32,
    /// [`Totals::stall_ms_max`].
    stall_ms_max: u32,
    /// [`Totals::stall_network_ms`].
    stall_network_ms: u32,
    /// [`Totals::stall_seek_ms`].
    stall_seek_ms: u32,
    /// [`Totals::stall_rendition_switch_ms`].
    stall_rendition_switch_ms: u32,
    /// [`Totals::stall_ad_boundary_ms`].
    stall_ad_boundary_ms: u32,
    /// [`Totals::stall_decoder_ms`].
    stall_decoder_ms: u32,
    /// [`Totals::stall_live_edge_ms`].
    stall_live_edge_ms: u32,
    /// [`Totals::stall_suspended_ms`].
    stall_suspended_ms: u32,
    /// [`Totals::stall_unknown_ms`].
    stall_unknown_ms: u32,
    /// [`Totals::seek_ms`].
    seek_ms: u32,
    /// [`Totals::seek_count`].
    seek_count: u32,
    /// [`Totals::ad_ms`].
    ad_ms: u32,
    /// [`Totals::bitrate_bps_ms`].
    bitrate_bps_ms: u64,
    /// [`Totals::bitrate_media_ms`].
    bitrate_media_ms: u32,
    /// [`Totals::bitrate_peak_bps_ms`].
    bitrate_peak_bps_ms: u64,
    /// [`Totals::bitrate_peak_media_ms`].
    bitrate_peak_media_ms: u32,
    /// [`Totals::data_bytes`].
    data_bytes: u64,
    /// [`Totals::switch_up_count`].
    switch_up_count: u32,
    /// [`Totals::switch_down_count`].
    switch_down_count: u32,
    /// [`Totals::frames_decoded`].
    frames_decoded: u32,
    /// [`Totals::frames_dropped`].
    frames_dropped: u32,
    /// [`Totals::upscale_css_permille_ms`].
    upscale_css_permille_ms: u64,
    /// [`Totals::upscale_px_permille_ms`].
    upscale_px_permille_ms: u64,
    /// [`Totals::upscale_ms`].
    upscale_ms: u32,
    /// [`Totals::error_count`].
    error_count: u32,
    /// [`Totals::startup_any_ms`].
    startup_any_ms: Option<u32>,
    /// [`Totals::startup_content_ms`].
    startup_content_ms: Option<u32>,
    /// [`Totals::player_startup_ms`].
    player_startup_ms: Option<u32>,
    /// [`Totals::page_load_ms`].
    page_load_ms: Option<u32>,
    /// [`Totals::drm_load_ms`].
    drm_load_ms: Option<u32>,
    /// [`Totals::failure`]: its class in snake_case; empty without one.
    failure_class: String,
    /// [`Totals::failure`]: the player's code; empty without one.
    failure_code: String,
    /// [`Totals::failure`]: the player's words; empty without them.
    failure_message: String,
    /// [`Totals::end_reason`] in snake_case; empty while it runs.
    end_reason: String,
    /// [`Totals::play_ms_by_rendition`]: name and ms.
    play_ms_by_rendition: BTreeMap<String, u32>,
    /// [`Context::viewer_id`]; empty when not known.
    viewer_id: String,
    /// [`Context::video_id`]; empty when not known.
    video_id: String,
    /// [`Context::video_title`]; empty when not known.
    video_title: String,
    /// [`Context::stream_type`]; empty when not known.
    stream_type: String,
    /// [`Context::player_name`]; empty when not known.
    player_name: String,
    /// [`Context::player_version`]; empty when not known.
    player_version: String,
    /// [`Context::player_software`]; empty when not known.
    player_software: String,
    /// [`Context::player_software_version`]; empty when not known.
    player_software_version: String,
    /// [`Context::collector_version`]; empty when not known.
    collector_version: String,
    /// [`Context::page_host`]; empty when not known.
    page_host: String,
    /// [`Context::cdn`]; empty when not known.
    cdn: String,
    /// [`Context::connection_type`]; empty when not known.
    connection_type: String,
    /// [`Context::language`]; empty when not known.
    language: String,
    /// [`Context::experiment_name`]; empty when not known.
    experiment_name: String,
    /// [`Context::experiment_variant`]; empty when not known.
    experiment_variant: String,
    /// [`Context::autoplay`]; empty when not known.
    autoplay: String,
    /// [`Context::first_frame_method`]; empty when not known.
    first_frame_method: String,
    /// [`Enrichment::browser`]; empty when not known.
    browser: String,
    /// [`Enrichment::browser_version`]; empty when not known.
    browser_version: String,
    /// [`Enrichment::os`]; empty when not known.
    os: String,
    /// [`Enrichment::os_version`]; empty when not known.
    os_version: String,
    /// [`Enrichment::device_class`]; empty when not known.
    device_class: String,
    /// [`Enrichment::country`]; empty when not known.
    country: String,
    /// [`Enrichment::region`]; empty when not known.
    region: String,
    /// [`Enrichment::city`]; empty when not known.
    city: String,
    /// [`Enrichment::asn`]; empty when not known.
    asn: String,
    /// [`Enrichment::isp`]; empty when not known.
    isp: String,
    /// [`Context::custom`].
    custom: BTreeMap<String, String>,
    /// [`Context::video_duration_ms`].
    video_duration_ms: Option<u32>,
}

/// What is known about a beacon beside what it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The tenant, from the license key.
    pub organization_id: OrganizationId,
    /// The server's wall clock at receipt.
    pub received_at: UnixMs,
    /// The attempt's start on the server's clock: `started_at_ms` plus `skew_ms`.
    pub started_at: UnixMs,
    /// Server clock minus sender clock, ms, estimated from the batch; 0 for imported history.
    pub skew_ms: i64,
}

impl BeaconRow {
    /// The row of `beacon` as received under `receipt`.
    #[must_use]
    pub fn new(beacon: Beacon, enrichment: Enrichment, receipt: Receipt) -> Self {
        let Beacon {
            attempt_id,
            sequence,
            started_at_ms: _,
            kind,
            state,
            interval,
            totals,
            context,
        } = beacon;
        let active_spans = interval
            .active_spans()
            .into_iter()
            .map(|ActiveSpan { from_ms, to_ms }| (from_ms, to_ms))
            .collect();
        let Totals {
            first_frame_seen,
            startup_interrupted,
            startup_hidden,
            suspended,
            startup_wait_ms,
            play_ms,
            play_hidden_ms,
            paused_ms,
            media_ms,
            stall_ms,
            stall_count,
            stall_short_count,
            stall_short_ms,
            stall_ms_max,
            stall_network_ms,
            stall_seek_ms,
            stall_rendition_switch_ms,
            stall_ad_boundary_ms,
            stall_decoder_ms,
            stall_live_edge_ms,
            stall_suspended_ms,
            stall_unknown_ms,
            seek_ms,
            seek_count,
            ad_ms,
            bitrate_bps_ms,
            bitrate_media_ms,
            bitrate_peak_bps_ms,
            bitrate_peak_media_ms,
            data_bytes,
            switch_up_count,
            switch_down_count,
            frames_decoded,
            frames_dropped,
            upscale_css_permille_ms,
            upscale_px_permille_ms,
            upscale_ms,
            error_count,
            startup_any_ms,
            startup_content_ms,
            player_startup_ms,
            page_load_ms,
            drm_load_ms,
            failure,
            end_reason,
            play_ms_by_rendition,
        } = totals;
        let (failure_class, failure_code, failure_message) = failure.map_or_else(Default::default, |failure| {
            (word(&failure.class), failure.code, failure.message)
        });
        let Context {
            viewer_id,
            video_id,
            video_title,
            stream_type,
            player_name,
            player_version,
            player_software,
            player_software_version,
            collector_version,
            page_host,
            cdn,
            connection_type,
            language,
            experiment_name,
            experiment_variant,
            autoplay,
            first_frame_method,
            video_duration_ms,
            custom,
        } = context.unwrap_or_default();
        Self {
            organization_id: receipt.organization_id.0,
            attempt_id: attempt_id.0,
            sequence,
            kind: word(&kind),
            state: state.letter().to_string(),
            started_at: receipt.started_at.0,
            received_at: receipt.received_at.0,
            skew_ms: receipt.skew_ms,
            from_ms: interval.from_ms,
            to_ms: interval.to_ms,
            interval_state: interval.state.letter().to_string(),
            active_spans,
            // Unwrap safety: events hold numbers, texts and closed lists; JSON can say all of them.
            events: serde_json::to_string(&interval.events).expect("events can be said in JSON"),
            events_dropped: interval.events_dropped,
            first_frame_seen,
            startup_interrupted,
            startup_hidden,
            suspended,
            startup_wait_ms,
            play_ms,
            play_hidden_ms,
            paused_ms,
            media_ms,
            stall_ms,
            stall_count,
            stall_short_count,
            stall_short_ms,
            stall_ms_max,
            stall_network_ms,
            stall_seek_ms,
            stall_rendition_switch_ms,
            stall_ad_boundary_ms,
            stall_decoder_ms,
            stall_live_edge_ms,
            stall_suspended_ms,
            stall_unknown_ms,
            seek_ms,
            seek_count,
            ad_ms,
            bitrate_bps_ms,
            bitrate_media_ms,
            bitrate_peak_bps_ms,
            bitrate_peak_media_ms,
            data_bytes,
            switch_up_count,
            switch_down_count,
            frames_decoded,
            frames_dropped,
            upscale_css_permille_ms,
            upscale_px_permille_ms,
            upscale_ms,
            error_count,
            startup_any_ms,
            startup_content_ms,
            player_startup_ms,
            page_load_ms,
            drm_load_ms,
            failure_class,
            failure_code,
            failure_message,
            end_reason: end_reason.map(|reason| word(&reason)).unwrap_or_default(),
            play_ms_by_rendition: play_ms_by_rendition
                .into_iter()
                .map(|play| (play.rendition, play.play_ms))
                .collect(),
            viewer_id: viewer_id.unwrap_or_default(),
            video_id: video_id.unwrap_or_default(),
            video_title: video_title.unwrap_or_default(),
            stream_type: stream_type.map(|value| word(&value)).unwrap_or_default(),
            player_name: player_name.unwrap_or_default(),
            player_version: player_version.unwrap_or_default(),
            player_software: player_software.unwrap_or_default(),
            player_software_version: player_software_version.unwrap_or_default(),
            collector_version: collector_version.unwrap_or_default(),
            page_host: page_host.unwrap_or_default(),
            cdn: cdn.unwrap_or_default(),
            connection_type: connection_type.unwrap_or_default(),
            language: language.unwrap_or_default(),
            experiment_name: experiment_name.unwrap_or_default(),
            experiment_variant: experiment_variant.unwrap_or_default(),
            autoplay: autoplay.map(|value| value.to_string()).unwrap_or_default(),
            first_frame_method: first_frame_method.map(|value| word(&value)).unwrap_or_default(),
            browser: enrichment.browser.unwrap_or_default(),
            browser_version: enrichment.browser_version.unwrap_or_default(),
            os: enrichment.os.unwrap_or_default(),
            os_version: enrichment.os_version.unwrap_or_default(),
            device_class: enrichment.device_class.unwrap_or_default(),
            country: enrichment.country.unwrap_or_default(),
            region: enrichment.region.unwrap_or_default(),
            city: enrichment.city.unwrap_or_default(),
            asn: enrichment.asn.unwrap_or_default(),
            isp: enrichment.isp.unwrap_or_default(),
            custom,
            video_duration_ms,
        }
    }
}

/// The word serde writes for a value of a closed list.
fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a closed list serialises to a word, got {other:?}"),
    }
}
