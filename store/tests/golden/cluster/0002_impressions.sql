-- One row per attempt, merged from its beacons by functions for which order, loss and repeats do not matter.
-- Grain: (organization_id, started_hour, attempt_id). An attempt may stand in two neighbouring hours (the skew estimate
-- differs between its batches) and its rows may not be merged yet, so a reader ALWAYS groups by attempt_id, reads
-- started_hour from one hour before the asked start to one hour after its end, and filters the merged started_at.
-- Cost: about 70 bytes an attempt on disk before texts.
-- Texts: '' means not known. Null means not measured, and is never 0.
CREATE TABLE IF NOT EXISTS impressions_local ON CLUSTER 'qoe'
(
    organization_id UUID COMMENT 'tenant',
    started_hour DateTime('UTC') COMMENT 'hour of started_at, seconds resolution' CODEC(Delta, ZSTD(1)),
    attempt_id UUID COMMENT 'the attempt',
    started_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'wall clock at intent, corrected, ms resolution; the earliest estimate' CODEC(Delta, ZSTD(1)),
    first_received_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'wall clock of the server at the first receipt, ms resolution' CODEC(Delta, ZSTD(1)),
    last_received_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'wall clock of the server at the last receipt, ms resolution' CODEC(Delta, ZSTD(1)),
    elapsed_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms from intent to the end of the latest interval, monotonic' CODEC(T64, ZSTD(1)),
    max_sequence SimpleAggregateFunction(max, UInt32) COMMENT 'highest sequence seen; max_sequence + 1 minus the sequences seen were lost' CODEC(T64, ZSTD(1)),
    sequences AggregateFunction(groupBitmap, UInt32) COMMENT 'sequences seen',
    last_state AggregateFunction(argMax, String, UInt32) COMMENT 'state at the end of the beacon with the highest sequence, letter of CMCD sta',
    first_frame_seen SimpleAggregateFunction(max, Bool) COMMENT 'true or false; whether a frame was rendered: the attempt is a play',
    startup_interrupted SimpleAggregateFunction(max, Bool) COMMENT 'true or false; a seek or pause came before the first frame; startup is excluded by default and counted',
    startup_hidden SimpleAggregateFunction(max, Bool) COMMENT 'true or false; the page was hidden before the first frame; startup is excluded by default and counted',
    suspended SimpleAggregateFunction(max, Bool) COMMENT 'true or false; the machine slept during the attempt; the gap is cut out of every duration',
    startup_wait_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; time the viewer waited for the first frame while the page was visible. Grows until the first frame or the end' CODEC(T64, ZSTD(1)),
    play_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; time the playhead advanced of the monotonic clock, content only' CODEC(T64, ZSTD(1)),
    play_hidden_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; the part of play_ms in which the page was hidden' CODEC(T64, ZSTD(1)),
    paused_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; time paused' CODEC(T64, ZSTD(1)),
    media_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; media time played of the stream’s own clock (speed-aware)' CODEC(T64, ZSTD(1)),
    stall_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; time stalled, whatever the length of each stall, an open one included' CODEC(T64, ZSTD(1)),
    stall_count SimpleAggregateFunction(max, UInt32) COMMENT 'count; stalls of at least STALL_COUNTED_MS_MIN, an open one included once it is that long' CODEC(T64, ZSTD(1)),
    stall_short_count SimpleAggregateFunction(max, UInt32) COMMENT 'count; stalls shorter than that. Known when they end' CODEC(T64, ZSTD(1)),
    stall_short_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; time in stalls shorter than that; part of stall_ms' CODEC(T64, ZSTD(1)),
    stall_ms_max SimpleAggregateFunction(max, UInt32) COMMENT 'ms; the longest stall' CODEC(T64, ZSTD(1)),
    stall_network_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms for lack of data' CODEC(T64, ZSTD(1)),
    stall_seek_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms after a seek' CODEC(T64, ZSTD(1)),
    stall_rendition_switch_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms after a rendition switch' CODEC(T64, ZSTD(1)),
    stall_ad_boundary_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms at an ad’s border' CODEC(T64, ZSTD(1)),
    stall_decoder_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms with data in the buffer' CODEC(T64, ZSTD(1)),
    stall_live_edge_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms at the live edge' CODEC(T64, ZSTD(1)),
    stall_suspended_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms around a suspension' CODEC(T64, ZSTD(1)),
    stall_unknown_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; part of stall_ms whose cause is unknown' CODEC(T64, ZSTD(1)),
    seek_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; time seeking, from each seek’s intent to the frame at the new position' CODEC(T64, ZSTD(1)),
    seek_count SimpleAggregateFunction(max, UInt32) COMMENT 'count; seeks; scrubbing within 1 s is one' CODEC(T64, ZSTD(1)),
    ad_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; time ads played' CODEC(T64, ZSTD(1)),
    bitrate_bps_ms SimpleAggregateFunction(max, UInt64) COMMENT 'bit/s x ms; sum of (declared average bandwidth, bit/s × media ms rendered). Divide by bitrate_media_ms' CODEC(T64, ZSTD(1)),
    bitrate_media_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; media ms rendered with a known declared average bandwidth' CODEC(T64, ZSTD(1)),
    bitrate_peak_bps_ms SimpleAggregateFunction(max, UInt64) COMMENT 'bit/s x ms; sum of (declared peak bandwidth, bit/s × media ms rendered). Divide by bitrate_peak_media_ms' CODEC(T64, ZSTD(1)),
    bitrate_peak_media_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; media ms rendered with a known declared peak bandwidth' CODEC(T64, ZSTD(1)),
    data_bytes SimpleAggregateFunction(max, UInt64) COMMENT 'bytes; bytes of media fetched' CODEC(T64, ZSTD(1)),
    switch_up_count SimpleAggregateFunction(max, UInt32) COMMENT 'count; rendered switches to a higher rendition' CODEC(T64, ZSTD(1)),
    switch_down_count SimpleAggregateFunction(max, UInt32) COMMENT 'count; rendered switches to a lower rendition' CODEC(T64, ZSTD(1)),
    frames_decoded SimpleAggregateFunction(max, UInt32) COMMENT 'frames; frames decoded while visible and playing' CODEC(T64, ZSTD(1)),
    frames_dropped SimpleAggregateFunction(max, UInt32) COMMENT 'frames; frames dropped while visible and playing' CODEC(T64, ZSTD(1)),
    upscale_css_permille_ms SimpleAggregateFunction(max, UInt64) COMMENT 'permille x ms; sum of (how much larger the picture is shown than it is, in CSS pixels, ‰ × playing ms). Divide by upscale_ms' CODEC(T64, ZSTD(1)),
    upscale_px_permille_ms SimpleAggregateFunction(max, UInt64) COMMENT 'permille x ms; the same in device pixels' CODEC(T64, ZSTD(1)),
    upscale_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; playing ms with a known picture and display size' CODEC(T64, ZSTD(1)),
    error_count SimpleAggregateFunction(max, UInt32) COMMENT 'count; errors, fatal or not' CODEC(T64, ZSTD(1)),
    startup_any_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; intent → first rendered frame of anything, ads included. Null when none was rendered. CMCD msd. DIFFERENCE: CMCD says wall clock' CODEC(T64, ZSTD(1)),
    startup_content_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; intent → first content frame minus ad playing time. Null when none was rendered' CODEC(T64, ZSTD(1)),
    player_startup_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; player constructed → ready. Null if we attached after ready' CODEC(T64, ZSTD(1)),
    page_load_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; performance.timeOrigin → player constructed; first attempt of a document only' CODEC(T64, ZSTD(1)),
    drm_load_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; first key-system request → usable keys. Null without DRM' CODEC(T64, ZSTD(1)),
    failure_class SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'kind of the fatal error; empty without one',
    failure_code SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'code of the fatal error; empty without one',
    failure_message SimpleAggregateFunction(max, String) COMMENT 'words of the fatal error; empty without them' CODEC(ZSTD(1)),
    end_reason SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'how it ended; empty while it runs',
    play_ms_by_rendition SimpleAggregateFunction(maxMap, Map(String, UInt32)) COMMENT 'ms; playing time per rendition, by name' CODEC(ZSTD(1)),
    viewer_id SimpleAggregateFunction(max, String) COMMENT 'pseudonymous id of the viewer, chosen by the page (from the page)' CODEC(ZSTD(1)),
    video_id SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the publisher’s id of the video (from the page)',
    video_title SimpleAggregateFunction(max, String) COMMENT 'the video’s title (from the page)' CODEC(ZSTD(1)),
    stream_type SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'live or vod (from the page)',
    player_name SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the publisher’s name for its player (from the page)',
    player_version SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the publisher’s version of its player or app (from the page)',
    player_software SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'hls.js, html5, … (from the page)',
    player_software_version SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'version of the playback library (from the page)',
    collector_version SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'version of this project’s collector (from the page)',
    page_host SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'host of the page that embeds the player (from the page)',
    cdn SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the CDN as the page names it, else the host that served the media (from the page)',
    connection_type SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the browser’s effective connection type (from the page)',
    language SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'language of the user, as the browser says (from the page)',
    experiment_name SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the experiment the attempt was exposed to (from the page)',
    experiment_variant SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the arm of that experiment (from the page)',
    autoplay SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'true when playback began by itself, else false (from the page)',
    first_frame_method SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'how the first frame was seen: frame_callback or playhead_advance (from the page)',
    browser SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'name of the browser (from the User-Agent header)',
    browser_version SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'major version of the browser (from the User-Agent header)',
    os SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'name of the operating system (from the User-Agent header)',
    os_version SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'version of the operating system (from the User-Agent header)',
    device_class SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'desktop, phone, tablet, tv, console, bot or other (from the User-Agent header)',
    country SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'iSO 3166-1 alpha-2 code (from the address, then dropped)',
    region SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'iSO 3166-2 subdivision code (from the address, then dropped)',
    city SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'name of the city (from the address, then dropped)',
    asn SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'number of the autonomous system (from the address, then dropped)',
    isp SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'name of the network’s operator (from the address, then dropped)',
    custom SimpleAggregateFunction(maxMap, Map(String, String)) COMMENT 'custom dimensions of the page, by key' CODEC(ZSTD(1)),
    video_duration_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms of media time; null for live and until known' CODEC(T64, ZSTD(1)),
    INDEX attempt_id_bloom attempt_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
-- By month, folded into 96 (8 years): whatever starts an insert carries, it touches fewer than the 100 partitions at which the engine refuses it.
PARTITION BY toRelativeMonthNum(started_hour) % 96
-- Serves "this tenant's attempts that began in these hours"; the attempt comes last because a UUIDv7 does not sort by time here.
ORDER BY (organization_id, started_hour, attempt_id)
SETTINGS
    ttl_only_drop_parts = 1,
    -- Durability is off by default: an acknowledged insert or a merge must survive a power cut.
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    -- Without a window of its own a view's target counts a repeated range twice.
    min_compressed_bytes_to_fsync_after_fetch = 1,
    replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 100000,
    -- 256 MiB: refuse before the disk is full, so that merges and deletions still have room.
    min_free_disk_bytes_to_perform_insert = 268435456
;

CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe' AS `playhead`.impressions_local
ENGINE = Distributed('qoe', 'playhead', 'impressions_local', cityHash64(attempt_id));
