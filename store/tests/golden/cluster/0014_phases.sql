-- What of the startup was waited for, the measured bitrate, live latency, throughput, first bytes, more of the context, and what each request
-- was for. A median is a number that only grows, so that max merges it: see schemas/src/totals.rs.
ALTER TABLE beacons_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS bitrate_measured_bytes UInt64 COMMENT 'bytes; of the segments with video whose length in media time is known. Divide by bitrate_measured_media_ms' CODEC(Delta, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS bitrate_measured_media_ms UInt32 COMMENT 'ms of media time in those segments' CODEC(Delta, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS dvr_ms UInt32 COMMENT 'ms; the part of play_ms more than three target durations behind where the player of a live stream means to be' CODEC(Delta, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS live_latency_median UInt64 COMMENT 'samples x 2^32 + median in ms of how far the picture was behind live, one sample a second outside dvr_ms; 0 without one' CODEC(Delta, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS throughput_median UInt64 COMMENT 'samples x 2^32 + median in bit/s of bytes of a media segment by the time from its request to its last byte; 0 without one' CODEC(Delta, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS ttfb_median UInt64 COMMENT 'samples x 2^32 + median in ms from the request of a media segment to its first byte; 0 without one' CODEC(Delta, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_manifest_ms Nullable(UInt32) COMMENT 'ms; part of startup_any_ms that the manifest was waited for. The seven parts tile it; null when the player told of no request' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_drm_ms Nullable(UInt32) COMMENT 'ms; the part that keys were waited for' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_ad_ms Nullable(UInt32) COMMENT 'ms; the part that an ad was asked for and loaded' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_init_ms Nullable(UInt32) COMMENT 'ms; the part that init segments were waited for' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_segment_ms Nullable(UInt32) COMMENT 'ms; the part that the first media segment of each kind was waited for' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_decode_ms Nullable(UInt32) COMMENT 'ms; the part after the first media segments had come' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_other_ms Nullable(UInt32) COMMENT 'ms; the rest: the page and the player' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS video_series LowCardinality(String) COMMENT 'the series, show or channel the video belongs to (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS page_version LowCardinality(String) COMMENT 'the publisher’s version of its page or app (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS screen LowCardinality(String) COMMENT 'the screen, CSS pixels and device pixels per CSS pixel (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS audio_language LowCardinality(String) COMMENT 'language of the audio, BCP 47 (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS subtitle_language LowCardinality(String) COMMENT 'language of the subtitles that show, BCP 47 (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS video_codec LowCardinality(String) COMMENT 'the video’s codec as in a codecs string (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS audio_codec LowCardinality(String) COMMENT 'the audio’s codec as in a codecs string (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS drm_system LowCardinality(String) COMMENT 'the key system (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS latency_source LowCardinality(String) COMMENT 'what live latency was measured by: programme_time or player (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS connection_downlink_bps Nullable(UInt32) COMMENT 'bit/s; the browser’s guess of the line’s throughput at intent, rounded and capped by it' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS connection_rtt_ms Nullable(UInt32) COMMENT 'ms; the browser’s guess of the line’s round trip at intent, rounded by it' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS sample_weight_permille Nullable(UInt32) COMMENT 'thousandths; how many attempts this one stands for; null is 1000' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS request_object_types Array(LowCardinality(String)) COMMENT 'what each of requests was for, letters of CMCD ot; empty when not told' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS request_hosts Array(LowCardinality(String)) COMMENT 'the host that answered each of requests; empty when that of the one before, or not told' CODEC(ZSTD(3))
;

CREATE OR REPLACE TABLE beacons ON CLUSTER 'qoe' AS `playhead`.beacons_local
ENGINE = Distributed('qoe', 'playhead', 'beacons_local', cityHash64(attempt_id));
