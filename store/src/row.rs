//! The row one beacon becomes, encoded once, at the door: the same values lie in the journal and go to ClickHouse. So a token
//! maps to the same rows for ever, also after an upgrade changed how rows are made. Between the two they are only turned from rows into
//! columns (`native.rs`).
//!
//! A row is the number of its columns, a bit for each that says whether the row has a value for it, and those values, each as
//! ClickHouse's RowBinary has it. A column without a value holds its type's default: 0, `''`, null, an empty array. Two thirds do, in
//! a usual row. Columns are only ever appended, so their number says which they are, and a row of an older program finds its place
//! in a newer table.
//!
//! Invariant: [`BeaconRow::COLUMNS`] are the columns of `beacons`, with their types, and none has a default of its own (a test compares
//! them with the table).

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::LazyLock};

use schemas::{ActiveSpan, Beacon, Context, Event, EventKind, Interval, OrganizationId, RenditionPlay, State, UnixMs};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    impression::{Omitted, main_rendition, omissible},
    native::{Block, NotARow, with_defaults},
};

/// What the server derives itself, from the `User-Agent` header and from the client's address (which is then dropped).
/// `None` means not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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

/// What is known about a beacon beside what it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The tenant, from the license key.
    pub organization_id: OrganizationId,
    /// The server's wall clock at receipt.
    pub received_at: UnixMs,
    /// The attempt's start on the server's clock: `started_at_ms` plus `skew_ms`.
    pub started_at: UnixMs,
    /// Server clock minus sender clock, ms, estimated from the batch; 0 for imported history.
    pub skew_ms: i64,
    /// What the beacon says that this program does not know, as the column has it; empty for nothing.
    pub unknown_fields: &'a str,
}

/// A column of `beacons`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type, as ClickHouse writes it.
    pub kind: &'static str,
}

/// What every row has beside its own columns: the token of its range.
const JOURNAL_RANGE: Column = Column {
    name: "journal_range",
    kind: "LowCardinality(String)",
};
/// And its place there.
const ROW_NUMBER: Column = Column {
    name: "row_number",
    kind: "UInt32",
};

/// Bytes in front of a row: the number of its columns, little-endian.
const COUNT_BYTES: usize = 2;
/// Added to that number where a word for each 64 columns follows, with a bit for each that has a value, the lowest first. Rows of
/// older programs have a value for every column and no such words.
const MARKED: u16 = 1 << 15;
/// Words of such bits that a row of this program has.
const MARKS: usize = BeaconRow::COLUMNS.len().div_ceil(64);
/// The first two columns, which every row has a value for: the ids of organisation and attempt.
const IDS_BYTES: usize = 2 * size_of::<Uuid>();

/// One beacon as `beacons` stores it and as the journal keeps it. Texts: `''` means not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeaconRow(Vec<u8>);

impl BeaconRow {
    /// A typical row takes 300 bytes; one growth step less.
    pub const BYTES_USUAL: usize = 512;

    /// The row of `beacon` as received under `receipt`.
    #[must_use]
    pub fn new(beacon: &Beacon, enrichment: &Enrichment, receipt: &Receipt<'_>) -> Self {
        let mut out = Vec::with_capacity(Self::BYTES_USUAL);
        Self::put(beacon, enrichment, receipt, &mut out);
        Self(out)
    }

    /// Appends that row's bytes, for the journal. [`Rows::push`] takes them back.
    pub fn put(beacon: &Beacon, enrichment: &Enrichment, receipt: &Receipt<'_>, out: &mut Vec<u8>) {
        const COUNT: u16 = BeaconRow::COLUMNS.len() as u16 | MARKED;
        out.extend_from_slice(&COUNT.to_le_bytes());
        let begin = out.len();
        out.extend_from_slice(&[0; MARKS * size_of::<u64>()]);
        let marks = put_columns(beacon, enrichment, receipt, out);
        for (place, word) in out[begin..].as_chunks_mut().0.iter_mut().zip(marks) {
            *place = word.to_le_bytes();
        }
    }
}

/// The columns with their types and what they hold, in one list: a name, a type and a value cannot come apart.
macro_rules! columns {
    (|$beacon:ident, $enrichment:ident, $receipt:ident, $totals:ident, $context:ident, $left_out:ident| {
        $( $name:ident $kind:literal = $value:expr, )*
    }) => {
        impl BeaconRow {
            /// The columns of a row as this program makes it, in order. A column more is added at the end, and by a migration.
            pub const COLUMNS: &'static [Column] = &[$(Column { name: stringify!($name), kind: $kind }),*];
        }

        /// Appends the values that are no defaults; answers which.
        fn put_columns($beacon: &Beacon, $enrichment: &Enrichment, $receipt: &Receipt<'_>, out: &mut Vec<u8>) -> [u64; MARKS] {
            static NOTHING: LazyLock<Context> = LazyLock::new(Context::default);
            let $totals = &$beacon.totals;
            let $left_out = LeftOut::of($beacon);
            let $context = $beacon.context.as_deref().unwrap_or(&NOTHING);
            let mut marks = [0; MARKS];
            let mut columns = 0..;
            $( {
                let value = $value;
                // The compiler counts, and leaves no counter.
                let column: usize = columns.next().unwrap_or_default();
                if !value.is_default() {
                    marks[column / 64] |= 1 << (column % 64);
                    value.put(out);
                }
            } )*
            marks
        }
    };
}

columns! { |beacon, enrichment, receipt, totals, context, left_out| {
    organization_id "UUID" = receipt.organization_id.0,
    attempt_id "UUID" = beacon.attempt_id.0,
    sequence "UInt32" = beacon.sequence,
    kind "LowCardinality(String)" = word(&beacon.kind),
    state "LowCardinality(String)" = letter(beacon.state),
    started_at "DateTime64(3, 'UTC')" = receipt.started_at.0,
    received_at "DateTime64(3, 'UTC')" = receipt.received_at.0,
    skew_ms "Int64" = receipt.skew_ms,
    from_ms "UInt32" = beacon.interval.from_ms,
    to_ms "UInt32" = beacon.interval.to_ms,
    interval_state "LowCardinality(String)" = letter(beacon.interval.state),
    active_spans "Array(Tuple(UInt32, UInt32))" = &left_out.active_spans[..],
    events "String" = Events(&beacon.interval),
    events_dropped "UInt32" = beacon.interval.events_dropped,
    first_frame_seen "Bool" = totals.first_frame_seen,
    startup_interrupted "Bool" = totals.startup_interrupted,
    startup_hidden "Bool" = totals.startup_hidden,
    suspended "Bool" = totals.suspended,
    startup_wait_ms "UInt32" = left_out.totals.kept(const { omissible("startup_wait_ms") }, totals.startup_wait_ms),
    play_ms "UInt32" = totals.play_ms,
    play_hidden_ms "UInt32" = totals.play_hidden_ms,
    paused_ms "UInt32" = totals.paused_ms,
    media_ms "UInt32" = left_out.totals.kept(const { omissible("media_ms") }, totals.media_ms),
    stall_ms "UInt32" = totals.stall_ms,
    stall_count "UInt32" = totals.stall_count,
    stall_short_count "UInt32" = totals.stall_short_count,
    stall_short_ms "UInt32" = totals.stall_short_ms,
    stall_ms_max "UInt32" = left_out.totals.kept(const { omissible("stall_ms_max") }, totals.stall_ms_max),
    stall_network_ms "UInt32" = totals.stall_network_ms,
    stall_seek_ms "UInt32" = totals.stall_seek_ms,
    stall_rendition_switch_ms "UInt32" = totals.stall_rendition_switch_ms,
    stall_ad_boundary_ms "UInt32" = totals.stall_ad_boundary_ms,
    stall_decoder_ms "UInt32" = totals.stall_decoder_ms,
    stall_live_edge_ms "UInt32" = totals.stall_live_edge_ms,
    stall_suspended_ms "UInt32" = totals.stall_suspended_ms,
    stall_unknown_ms "UInt32" = totals.stall_unknown_ms,
    seek_ms "UInt32" = totals.seek_ms,
    seek_count "UInt32" = totals.seek_count,
    ad_ms "UInt32" = totals.ad_ms,
    bitrate_bps_ms "UInt64" = totals.bitrate_bps_ms,
    bitrate_media_ms "UInt32" = left_out.totals.kept(const { omissible("bitrate_media_ms") }, totals.bitrate_media_ms),
    bitrate_peak_bps_ms "UInt64" = totals.bitrate_peak_bps_ms,
    bitrate_peak_media_ms "UInt32" = left_out.totals.kept(const { omissible("bitrate_peak_media_ms") }, totals.bitrate_peak_media_ms),
    data_bytes "UInt64" = totals.data_bytes,
    switch_up_count "UInt32" = totals.switch_up_count,
    switch_down_count "UInt32" = totals.switch_down_count,
    frames_decoded "UInt32" = totals.frames_decoded,
    frames_dropped "UInt32" = totals.frames_dropped,
    upscale_css_permille_ms "UInt64" = totals.upscale_css_permille_ms,
    upscale_px_permille_ms "UInt64" = totals.upscale_px_permille_ms,
    upscale_ms "UInt32" = left_out.totals.kept(const { omissible("upscale_ms") }, totals.upscale_ms),
    error_count "UInt32" = totals.error_count,
    startup_any_ms "Nullable(UInt32)" = totals.startup_any_ms,
    startup_content_ms "Nullable(UInt32)" = left_out.totals.kept(const { omissible("startup_content_ms") }, totals.startup_content_ms),
    player_startup_ms "Nullable(UInt32)" = totals.player_startup_ms,
    page_load_ms "Nullable(UInt32)" = totals.page_load_ms,
    drm_load_ms "Nullable(UInt32)" = totals.drm_load_ms,
    failure_class "LowCardinality(String)" = totals.failure.as_ref().map_or("", |failure| word(&failure.class)),
    failure_code "LowCardinality(String)" = totals.failure.as_ref().map_or("", |failure| &*failure.code),
    failure_message "String" = totals.failure.as_ref().map_or("", |failure| &*failure.message),
    end_reason "LowCardinality(String)" = totals.end_reason.as_ref().map_or("", word),
    play_ms_by_rendition "Map(String, UInt32)" = Renditions { plays: &totals.play_ms_by_rendition, but: left_out.main_rendition },
    viewer_id "String" = text(&context.viewer_id),
    video_id "LowCardinality(String)" = text(&context.video_id),
    video_title "String" = text(&context.video_title),
    stream_type "LowCardinality(String)" = context.stream_type.as_ref().map_or("", word),
    player_name "LowCardinality(String)" = text(&context.player_name),
    player_version "LowCardinality(String)" = text(&context.player_version),
    player_software "LowCardinality(String)" = text(&context.player_software),
    player_software_version "LowCardinality(String)" = text(&context.player_software_version),
    collector_version "LowCardinality(String)" = text(&context.collector_version),
    page_host "LowCardinality(String)" = text(&context.page_host),
    cdn "LowCardinality(String)" = text(&context.cdn),
    connection_type "LowCardinality(String)" = text(&context.connection_type),
    language "LowCardinality(String)" = text(&context.language),
    experiment_name "LowCardinality(String)" = text(&context.experiment_name),
    experiment_variant "LowCardinality(String)" = text(&context.experiment_variant),
    autoplay "LowCardinality(String)" = truth(context.autoplay),
    first_frame_method "LowCardinality(String)" = context.first_frame_method.as_ref().map_or("", word),
    browser "LowCardinality(String)" = text(&enrichment.browser),
    browser_version "LowCardinality(String)" = text(&enrichment.browser_version),
    os "LowCardinality(String)" = text(&enrichment.os),
    os_version "LowCardinality(String)" = text(&enrichment.os_version),
    device_class "LowCardinality(String)" = text(&enrichment.device_class),
    country "LowCardinality(String)" = text(&enrichment.country),
    region "LowCardinality(String)" = text(&enrichment.region),
    city "LowCardinality(String)" = text(&enrichment.city),
    asn "LowCardinality(String)" = text(&enrichment.asn),
    isp "LowCardinality(String)" = text(&enrichment.isp),
    custom "Map(String, String)" = &context.custom,
    video_duration_ms "Nullable(UInt32)" = context.video_duration_ms,
    unknown_fields "String" = receipt.unknown_fields,
    requests "Array(Tuple(at_ms UInt32, bytes UInt32, ttfb_ms Nullable(UInt32), duration_ms UInt32))" = Empty,
    buffer_ms "Nullable(UInt32)" = last_sample(&beacon.interval).map(|(_, buffer_ms)| buffer_ms),
    active_throughout "Bool" = left_out.active_throughout,
    main_rendition "LowCardinality(String)" = left_out.main_rendition,
    fetches "Array(Tuple(wait_ms Int32, bytes UInt32, ttfb_ms Nullable(UInt32), duration_ms UInt32))" = Empty,
    omitted "UInt8" = left_out.totals.bits(),
    bitrate_measured_bytes "UInt64" = if left_out.unmeasured_bytes.is_some() { 0 } else { totals.bitrate_measured_bytes },
    bitrate_measured_media_ms "UInt32" = totals.bitrate_measured_media_ms,
    dvr_ms "UInt32" = totals.dvr_ms,
    live_latency_median "UInt64" = totals.live_latency_median,
    throughput_median "UInt64" = totals.throughput_median,
    ttfb_median "UInt64" = totals.ttfb_median,
    startup_manifest_ms "Nullable(UInt32)" = totals.startup_manifest_ms,
    startup_drm_ms "Nullable(UInt32)" = totals.startup_drm_ms,
    startup_ad_ms "Nullable(UInt32)" = totals.startup_ad_ms,
    startup_init_ms "Nullable(UInt32)" = totals.startup_init_ms,
    startup_segment_ms "Nullable(UInt32)" = totals.startup_segment_ms,
    startup_decode_ms "Nullable(UInt32)" = totals.startup_decode_ms,
    startup_other_ms "Nullable(UInt32)" = totals.startup_other_ms,
    video_series "LowCardinality(String)" = text(&context.video_series),
    page_version "LowCardinality(String)" = text(&context.page_version),
    screen "LowCardinality(String)" = text(&context.screen),
    audio_language "LowCardinality(String)" = text(&context.audio_language),
    subtitle_language "LowCardinality(String)" = text(&context.subtitle_language),
    video_codec "LowCardinality(String)" = text(&context.video_codec),
    audio_codec "LowCardinality(String)" = text(&context.audio_codec),
    drm_system "LowCardinality(String)" = text(&context.drm_system),
    latency_source "LowCardinality(String)" = context.latency_source.as_ref().map_or("", word),
    connection_downlink_bps "Nullable(UInt32)" = context.connection_downlink_bps,
    connection_rtt_ms "Nullable(UInt32)" = context.connection_rtt_ms,
    sample_weight_permille "Nullable(UInt32)" = context.sample_weight_permille,
    muted "LowCardinality(String)" = truth(context.muted),
    fullscreen "LowCardinality(String)" = truth(context.fullscreen),
    pip "LowCardinality(String)" = truth(context.pip),
    casting "LowCardinality(String)" = truth(context.casting),
    request_object_types "Array(LowCardinality(String))" = OfRequests(&beacon.interval.events, |kind| kind.0),
    request_hosts "Array(LowCardinality(String))" = OfRequests(&beacon.interval.events, |kind| kind.1),
    loads "Array(Tuple(start Int64, bytes UInt32, ttfb_ms Nullable(UInt32), duration_ms UInt32))" = Loads(&beacon.interval),
    unmeasured_bytes "Nullable(UInt64)" = left_out.unmeasured_bytes,
    repeated_media_ms "Nullable(UInt32)" = left_out.repeated_media_ms,
    position_lead_ms "Int64" = left_out.position_lead_ms,
} }

/// What a row does not carry because the rest of it says the same, and what it carries instead.
struct LeftOut<'a> {
    totals: Omitted,
    /// Its time is left out; `''` for none.
    main_rendition: &'a str,
    /// One span is all of the interval, and left out.
    active_throughout: bool,
    /// Those that are not left out.
    active_spans: Vec<ActiveSpan>,
    /// `data_bytes` without the measured ones, which are left out. `None` without any, and where a sender's sums contradict each
    /// other.
    unmeasured_bytes: Option<u64>,
    /// `media_ms` without the distinct media, which is left out. `None` without distinct media or the furthest position, and where a sender has
    /// more distinct media than media.
    repeated_media_ms: Option<u32>,
    /// How much further the furthest position is than `media_ms`, ms; 0 where the other is `None`.
    position_lead_ms: i64,
}

impl<'a> LeftOut<'a> {
    fn of(beacon: &'a Beacon) -> Self {
        let Interval { from_ms, to_ms, .. } = beacon.interval;
        let mut active_spans = beacon.interval.active_spans();
        let active_throughout = active_spans == [ActiveSpan { from_ms, to_ms }];
        if active_throughout {
            active_spans.clear();
        }
        let media_ms = beacon.totals.media_ms;
        let seen = beacon.totals.unique_media_ms.zip(beacon.totals.position_ms_max);
        let seen = seen.and_then(|(unique_ms, position_ms)| Some((media_ms.checked_sub(unique_ms)?, position_ms)));
        Self {
            totals: Omitted::of(&beacon.totals, to_ms),
            main_rendition: main_rendition(&beacon.totals.play_ms_by_rendition, beacon.totals.play_ms),
            active_throughout,
            active_spans,
            unmeasured_bytes: beacon
                .totals
                .data_bytes
                .checked_sub(beacon.totals.bitrate_measured_bytes)
                .filter(|_| beacon.totals.bitrate_measured_bytes > 0),
            repeated_media_ms: seen.map(|(repeated_ms, _)| repeated_ms),
            position_lead_ms: seen.map_or(0, |(_, position_ms)| i64::from(position_ms) - i64::from(media_ms)),
        }
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

fn letter(state: State) -> char {
    state.letter()
}

/// An answer as a word; none when it is not known.
fn truth(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "true",
        Some(false) => "false",
        None => "",
    }
}

/// The word serde writes for a value of a closed list.
fn word<T: Serialize>(value: &T) -> &'static str {
    // Unwrap safety: closed lists are enums without fields; a test passes every one of them through here.
    serde_variant::to_variant_name(value).expect("a closed list serialises to a word")
}

/// A value as RowBinary has it.
trait Put {
    /// Whether the column holds it without being told.
    fn is_default(&self) -> bool;

    fn put(self, out: &mut Vec<u8>);
}

macro_rules! put_numbers {
    ($($type:ty)*) => {
        $(impl Put for $type {
            fn is_default(&self) -> bool {
                *self == 0
            }

            fn put(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        })*
    };
}
put_numbers! { u8 u32 i32 u64 i64 }

/// A length: seven bits a byte, the lowest first.
pub(crate) fn put_length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

impl Put for bool {
    fn is_default(&self) -> bool {
        !self
    }

    fn put(self, out: &mut Vec<u8>) {
        out.push(u8::from(self));
    }
}

impl Put for &str {
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    fn put(self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        out.extend_from_slice(self.as_bytes());
    }
}

/// A letter is a text of one byte.
impl Put for char {
    fn is_default(&self) -> bool {
        false
    }

    fn put(self, out: &mut Vec<u8>) {
        self.encode_utf8(&mut [0; 4]).put(out);
    }
}

impl Put for &mut str {
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    fn put(self, out: &mut Vec<u8>) {
        (&*self).put(out);
    }
}

/// ClickHouse keeps a UUID as two numbers, the high half first, each little-endian. An id is always said: the first two columns of a
/// row are where they are looked for.
impl Put for Uuid {
    fn is_default(&self) -> bool {
        false
    }

    fn put(self, out: &mut Vec<u8>) {
        let (high, low) = self.as_u64_pair();
        high.put(out);
        low.put(out);
    }
}

impl<T: Put> Put for Option<T> {
    fn is_default(&self) -> bool {
        self.is_none()
    }

    fn put(self, out: &mut Vec<u8>) {
        match self {
            Some(value) => {
                out.push(0);
                value.put(out);
            }
            None => out.push(1),
        }
    }
}

impl Put for &[ActiveSpan] {
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    fn put(self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        for ActiveSpan { from_ms, to_ms } in self {
            from_ms.put(out);
            to_ms.put(out);
        }
    }
}

impl Put for &BTreeMap<String, String> {
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    fn put(self, out: &mut Vec<u8>) {
        put_length(self.len(), out);
        for (key, value) in self {
            key.as_str().put(out);
            value.as_str().put(out);
        }
    }
}

/// A map's keys are different, so of a rendition that stands twice the last counts.
struct Renditions<'a> {
    plays: &'a [RenditionPlay],
    /// Left out.
    but: &'a str,
}

impl Renditions<'_> {
    fn kept(&self) -> impl Iterator<Item = &RenditionPlay> {
        let is_last_of_its_name = |index: usize| {
            let name = &self.plays[index].rendition;
            self.plays[index + 1..].iter().all(|later| later.rendition != *name)
        };
        let is_named = |play: &RenditionPlay| self.but.is_empty() || play.rendition != self.but;
        let kept = move |(index, play): &(usize, &RenditionPlay)| is_named(play) && is_last_of_its_name(*index);
        self.plays.iter().enumerate().filter(kept).map(|(_, play)| play)
    }
}

impl Put for Renditions<'_> {
    fn is_default(&self) -> bool {
        self.kept().next().is_none()
    }

    fn put(self, out: &mut Vec<u8>) {
        put_length(self.kept().count(), out);
        for RenditionPlay { rendition, play_ms } in self.kept() {
            rendition.as_str().put(out);
            play_ms.put(out);
        }
    }
}

/// An array of nothing: a column that only rows of older programs fill.
struct Empty;

impl Put for Empty {
    fn is_default(&self) -> bool {
        true
    }

    fn put(self, out: &mut Vec<u8>) {
        put_length(0, out);
    }
}

/// A request that is sent so soon after the one before came was waiting for it: below, its sending is told from that end, which is nearly the
/// same number each time. All others are told from the sending before, ms.
const AT_ONCE_MS: u32 = 64;

/// The finished requests of an interval: they are most of its events, and a column of their own takes a third of the room.
struct Loads<'a>(&'a Interval);

impl Put for Loads<'_> {
    fn is_default(&self) -> bool {
        !self.0.events.iter().any(is_request)
    }

    fn put(self, out: &mut Vec<u8>) {
        let requests = || self.0.events.iter().filter(|event| is_request(event));
        put_length(requests().count(), out);
        let (mut sent_before_ms, mut ended_before_ms) = (self.0.from_ms, self.0.from_ms);
        for Event { at_ms, kind } in requests() {
            if let EventKind::Request {
                bytes,
                ttfb_ms,
                duration_ms,
                ..
            } = kind
            {
                // Any two times come back whole, also those whose difference is no i32.
                let sent_ms = at_ms.wrapping_sub(*duration_ms);
                let start = match sent_ms.wrapping_sub(ended_before_ms) {
                    wait_ms @ 0..AT_ONCE_MS => 1 + 2 * i64::from(wait_ms),
                    _ => 2 * i64::from(sent_ms.wrapping_sub(sent_before_ms).cast_signed()),
                };
                start.put(out);
                bytes.put(out);
                ttfb_ms.put(out);
                duration_ms.put(out);
                (sent_before_ms, ended_before_ms) = (sent_ms, *at_ms);
            }
        }
    }
}

/// A text of each request, in the same order.
struct OfRequests<'a>(&'a [Event], fn((&'static str, &'a str)) -> &'a str);

impl Put for OfRequests<'_> {
    fn is_default(&self) -> bool {
        !self.0.iter().any(is_request)
    }

    fn put(self, out: &mut Vec<u8>) {
        put_length(self.0.iter().filter(|event| is_request(event)).count(), out);
        for event in self.0 {
            if let EventKind::Request { object_type, host, .. } = &event.kind {
                self.1((object_type.as_ref().map_or("", word), text(host))).put(out);
            }
        }
    }
}

fn is_request(event: &Event) -> bool {
    matches!(event.kind, EventKind::Request { .. })
}

/// The buffer ahead of the playhead at the end of the interval, and the index of the event that says so.
fn last_sample(interval: &Interval) -> Option<(usize, u32)> {
    let Event {
        at_ms,
        kind: EventKind::Buffer { buffer_ms },
    } = interval.events.last()?
    else {
        return None;
    };
    (*at_ms == interval.to_ms).then_some((interval.events.len() - 1, *buffer_ms))
}

/// The rest of the timeline, as JSON.
struct Events<'a>(&'a Interval);

impl Events<'_> {
    fn rest(&self) -> impl Iterator<Item = &Event> {
        let sampled = last_sample(self.0).map(|(index, _)| index);
        let events = self.0.events.iter().enumerate();
        let rest = events.filter(move |(index, event)| Some(*index) != sampled && !is_request(event));
        rest.map(|(_, event)| event)
    }
}

impl Put for Events<'_> {
    fn is_default(&self) -> bool {
        self.rest().next().is_none()
    }

    fn put(self, out: &mut Vec<u8>) {
        let rest: Vec<&Event> = self.rest().collect();
        // Unwrap safety: events hold numbers, texts and closed lists; JSON can say all of them.
        let text = serde_json::to_string(&rest).expect("events can be said in JSON");
        text.as_str().put(out);
    }
}

/// Bytes that are no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Not even the number of its columns, which have a value, and the ids are there.
    #[error("the row is cut off")]
    Short,
    /// It has more columns than this program knows: a newer one wrote it.
    #[error("the row has {0} columns, this program knows {known}: run the version that wrote it, or a newer one", known = BeaconRow::COLUMNS.len())]
    Columns(u16),
    /// It says to have values of columns that it does not have, or none of its ids.
    #[error("the row's columns are marked wrongly")]
    Marks,
}

/// Rows that are sent together, one behind the other in one piece of memory.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    bytes: Vec<u8>,
    rows: Vec<Place>,
}

/// Where a row lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    columns: u16,
    /// Which of them have a value.
    marks: [u64; MARKS],
    start: usize,
    end: usize,
}

impl Rows {
    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.rows.clear();
    }

    /// Appends a row from its bytes, as [`BeaconRow::put`] wrote them.
    ///
    /// # Errors
    /// When they were not written by this program or an older one.
    pub fn push(&mut self, row: &[u8]) -> Result<(), RowError> {
        let (count, rest) = row.split_first_chunk::<COUNT_BYTES>().ok_or(RowError::Short)?;
        let count = u16::from_le_bytes(*count);
        let columns = count & !MARKED;
        if columns < 2 || usize::from(columns) > BeaconRow::COLUMNS.len() {
            return Err(RowError::Columns(columns));
        }
        let (marks, values) = if count & MARKED == 0 {
            (marks_below(columns), rest)
        } else {
            marks_in_front(columns, rest)?
        };
        if values.len() < IDS_BYTES {
            return Err(RowError::Short);
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(values);
        let end = self.bytes.len();
        self.rows.push(Place {
            columns,
            marks,
            start,
            end,
        });
        Ok(())
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The values that row `index` has, RowBinary, one behind the other.
    #[must_use]
    pub fn values(&self, index: usize) -> &[u8] {
        let Place { start, end, .. } = self.rows[index];
        &self.bytes[start..end]
    }

    /// The rows of `part` as one block of columns, each row with its place in the range called `journal_range`.
    ///
    /// # Errors
    /// With the index of a row whose bytes are not of its columns.
    pub(crate) fn block(&self, part: Range<usize>, journal_range: &str) -> Result<Block, usize> {
        let rows = &self.rows[part.clone()];
        // Unwrap safety of both: a test holds that every type of a beacon is known.
        let mut block = Block::of(BeaconRow::COLUMNS, rows.len()).expect("every type of a beacon is known");
        for (row, index) in rows.iter().zip(part) {
            block.push(&row.marks, self.values(index)).map_err(|NotARow| index)?;
        }
        let mut place = Block::of(&[JOURNAL_RANGE, ROW_NUMBER], rows.len()).expect("every type of a beacon is known");
        let mut values = Vec::new();
        for row_number in (0_u32..).take(rows.len()) {
            values.clear();
            journal_range.put(&mut values);
            row_number.put(&mut values);
            // Written for these two columns just before.
            let pushed = place.push(&[0b11], &values);
            debug_assert_eq!(pushed, Ok(()));
        }
        block.join(place);
        Ok(block)
    }

    /// Appends row `index` as a dead letter: with a value for each of its columns, whatever form it has in the journal. Bytes that are
    /// not of its columns are kept as they are, as those of no column.
    pub(crate) fn put_letter(&self, index: usize, journal_range: &str, reason: &str, out: &mut Vec<u8>) {
        let Place { columns, marks, .. } = self.rows[index];
        let values = self.values(index);
        out.extend_from_slice(&values[..IDS_BYTES]);
        journal_range.put(out);
        // A range has far fewer rows.
        u32::try_from(index).unwrap_or(u32::MAX).put(out);
        reason.put(out);
        let (columns, values) = match with_defaults(&BeaconRow::COLUMNS[..usize::from(columns)], &marks, values) {
            Ok(values) => (columns, Cow::Owned(values)),
            Err(NotARow) => (0, Cow::Borrowed(values)),
        };
        out.extend_from_slice(&columns.to_le_bytes());
        put_length(values.len(), out);
        out.extend_from_slice(&values);
    }
}

/// Row `index` alone, in the form that has a value for each of its columns; none where its bytes are not of its columns.
pub(crate) fn whole(rows: &Rows, index: usize) -> Option<Rows> {
    let Place { columns, marks, .. } = rows.rows[index];
    let known = &BeaconRow::COLUMNS[..usize::from(columns)];
    let values = with_defaults(known, &marks, rows.values(index)).ok()?;
    let mut whole = Rows::default();
    whole.push(&[&columns.to_le_bytes()[..], &values].concat()).ok()?;
    Some(whole)
}

/// Marks of the first `columns` columns.
fn marks_below(columns: u16) -> [u64; MARKS] {
    let mut marks = [0; MARKS];
    for (word, first) in marks.iter_mut().zip((0..).step_by(64)) {
        *word = match columns.saturating_sub(first) {
            0 => 0,
            left => u64::MAX >> 64_u16.saturating_sub(left),
        };
    }
    marks
}

/// The marks of `columns` columns that `bytes` begin with, and the rest.
fn marks_in_front(columns: u16, bytes: &[u8]) -> Result<([u64; MARKS], &[u8]), RowError> {
    let count = usize::from(columns).div_ceil(64);
    let (words, values) = bytes
        .split_at_checked(count * size_of::<u64>())
        .ok_or(RowError::Short)?;
    let mut marks = [0; MARKS];
    for (mark, word) in marks.iter_mut().zip(words.as_chunks().0) {
        *mark = u64::from_le_bytes(*word);
    }
    let may = marks_below(columns);
    let has_ids = marks[0] & 0b11 == 0b11;
    if !has_ids || marks.iter().zip(may).any(|(mark, may)| mark & !may != 0) {
        return Err(RowError::Marks);
    }
    Ok((marks, values))
}

impl<'a> FromIterator<&'a BeaconRow> for Rows {
    fn from_iter<T: IntoIterator<Item = &'a BeaconRow>>(rows: T) -> Self {
        let mut all = Self::default();
        for row in rows {
            // Unwrap safety: this program made the row.
            all.push(&row.0).expect("a row of this program");
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use schemas::{AttemptId, BeaconKind, EndReason, FailureClass, FirstFrameMethod, StreamType, Totals};

    use super::*;

    #[test]
    fn every_closed_list_has_its_words() {
        assert_eq!(word(&BeaconKind::FirstFrame), "first_frame");
        assert_eq!(word(&FailureClass::Drm), "drm");
        assert_eq!(word(&EndReason::SourceChange), "source_change");
        assert_eq!(word(&StreamType::Vod), "vod");
        assert_eq!(word(&FirstFrameMethod::PlayheadAdvance), "playhead_advance");
    }

    #[test]
    fn lengths_are_written_as_clickhouse_reads_them() {
        let written = |length| {
            let mut out = Vec::new();
            put_length(length, &mut out);
            out
        };
        assert_eq!(written(0), [0]);
        assert_eq!(written(127), [127]);
        assert_eq!(written(128), [0x80, 1]);
        assert_eq!(written(300), [0xac, 2]);
    }

    fn beacon() -> Beacon {
        Beacon {
            attempt_id: AttemptId(Uuid::from_u128(7)),
            sequence: 0,
            started_at_ms: UnixMs(5),
            kind: BeaconKind::Beat,
            state: State::Playing,
            interval: Interval::default(),
            totals: Totals {
                play_ms: 9,
                ..Totals::default()
            },
            context: None,
        }
    }

    fn receipt() -> Receipt<'static> {
        Receipt {
            organization_id: OrganizationId(Uuid::from_u128(3)),
            received_at: UnixMs(6),
            started_at: UnixMs(5),
            skew_ms: 0,
            unknown_fields: "",
        }
    }

    #[test]
    fn what_a_column_holds_anyhow_is_not_written() {
        let BeaconRow(row) = BeaconRow::new(&beacon(), &Enrichment::default(), &receipt());
        let full = BeaconRow::COLUMNS.len();
        assert!(row.len() < full, "{} bytes for {full} columns", row.len());
        let mut rows = Rows::default();
        rows.push(&row).unwrap();
        let Place { columns, marks, .. } = rows.rows[0];
        assert_eq!(usize::from(columns), full);
        let has_value = |column: usize| marks[column / 64] & (1 << (column % 64)) != 0;
        let named: Vec<&str> = (0..full)
            .filter(|column| has_value(*column))
            .map(|column| BeaconRow::COLUMNS[column].name)
            .collect();
        assert_eq!(
            named,
            [
                "organization_id",
                "attempt_id",
                "kind",
                "state",
                "started_at",
                "received_at",
                "interval_state",
                "play_ms",
                "omitted",
            ]
        );
    }

    #[test]
    fn a_row_in_the_form_of_older_programs_and_one_of_this_are_the_same_dead_letter() {
        let BeaconRow(row) = BeaconRow::new(&beacon(), &Enrichment::default(), &receipt());
        let mut rows = Rows::default();
        rows.push(&row).unwrap();
        let whole = with_defaults(BeaconRow::COLUMNS, &rows.rows[0].marks, rows.values(0)).unwrap();
        let count = BeaconRow::COLUMNS.len() as u16;
        rows.push(&[&count.to_le_bytes()[..], &whole].concat()).unwrap();
        let letter = |index| {
            let mut out = Vec::new();
            rows.put_letter(index, "r", "why", &mut out);
            // Up to the row's number, and from behind it.
            (out[..34].to_vec(), out[38..].to_vec())
        };
        assert_eq!(letter(0), letter(1));
        let mut turned: Rows = Rows::default();
        turned.push(&[&count.to_le_bytes()[..], &whole].concat()).unwrap();
        turned.push(&row).unwrap();
        let columns = |rows: &Rows| {
            let mut block = rows.block(0..2, "r").unwrap();
            block.finish();
            block.bytes()
        };
        assert!(columns(&rows) == columns(&turned), "the order of the two tells");
    }

    #[test]
    fn bytes_that_are_no_row_are_refused() {
        let mut rows = Rows::default();
        let old = |columns: u16, bytes: usize| [&columns.to_le_bytes()[..], &vec![b'x'; bytes]].concat();
        let marked = |columns: u16, marks: &[u64], bytes: usize| {
            let marks: Vec<u8> = marks.iter().flat_map(|word| word.to_le_bytes()).collect();
            [&(columns | MARKED).to_le_bytes()[..], &marks, &vec![b'x'; bytes]].concat()
        };
        let too_many = BeaconRow::COLUMNS.len() as u16 + 1;
        for (row, expected) in [
            (old(2, 32), Ok(())),
            (old(91, 32), Ok(())),
            (vec![1], Err(RowError::Short)),
            (old(1, 32), Err(RowError::Columns(1))),
            (old(2, 31), Err(RowError::Short)),
            (old(too_many, 99), Err(RowError::Columns(too_many))),
            (marked(2, &[0b11], 32), Ok(())),
            (marked(64, &[u64::MAX], 32), Ok(())),
            (marked(65, &[u64::MAX, 1], 32), Ok(())),
            (marked(65, &[u64::MAX, 2], 32), Err(RowError::Marks)),
            (marked(2, &[0b111], 32), Err(RowError::Marks)),
            (marked(2, &[0b10], 32), Err(RowError::Marks)),
            (marked(65, &[3], 0), Err(RowError::Short)),
            (marked(2, &[3], 31), Err(RowError::Short)),
            (marked(too_many, &[3, 0, 0], 99), Err(RowError::Columns(too_many))),
        ] {
            assert_eq!(rows.push(&row), expected, "{row:?}");
        }
        assert_eq!(rows.len(), 5);
    }
}
