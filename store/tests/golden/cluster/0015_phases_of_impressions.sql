-- The same of an attempt. Rows from before have none of it: their nulls and zeros say so.
ALTER TABLE impressions_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS bitrate_measured_bytes SimpleAggregateFunction(max, UInt64) COMMENT 'bytes; of the segments with video whose length in media time is known. Divide by bitrate_measured_media_ms' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS bitrate_measured_media_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms of media time in those segments' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS dvr_ms SimpleAggregateFunction(max, UInt32) COMMENT 'ms; the part of play_ms more than three target durations behind where the player of a live stream means to be' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS live_latency_median SimpleAggregateFunction(max, UInt64) COMMENT 'samples x 2^32 + median in ms of how far the picture was behind live, one sample a second outside dvr_ms; 0 without one' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS throughput_median SimpleAggregateFunction(max, UInt64) COMMENT 'samples x 2^32 + median in bit/s of bytes of a media segment by the time from its request to its last byte; 0 without one' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS ttfb_median SimpleAggregateFunction(max, UInt64) COMMENT 'samples x 2^32 + median in ms from the request of a media segment to its first byte; 0 without one' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_manifest_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; part of startup_any_ms that the manifest was waited for. The seven parts tile it; null when the player told of no request' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_drm_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; the part that keys were waited for' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_ad_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; the part that an ad was asked for and loaded' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_init_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; the part that init segments were waited for' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_segment_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; the part that the first media segment of each kind was waited for' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_decode_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; the part after the first media segments had come' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS startup_other_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; the rest: the page and the player' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS video_series SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the series, show or channel the video belongs to (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS page_version SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the publisher’s version of its page or app (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS screen SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the screen, CSS pixels and device pixels per CSS pixel (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS audio_language SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'language of the audio, BCP 47 (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS subtitle_language SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'language of the subtitles that show, BCP 47 (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS video_codec SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the video’s codec as in a codecs string (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS audio_codec SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the audio’s codec as in a codecs string (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS drm_system SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'the key system (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS latency_source SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'what live latency was measured by: programme_time or player (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS connection_downlink_bps SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'bit/s; the browser’s guess of the line’s throughput at intent, rounded and capped by it' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS connection_rtt_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms; the browser’s guess of the line’s round trip at intent, rounded by it' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS sample_weight_permille SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'thousandths; how many attempts this one stands for; null is 1000' CODEC(T64, ZSTD(3))
;

CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe' AS `playhead`.impressions_local
ENGINE = Distributed('qoe', 'playhead', 'impressions_local', cityHash64(attempt_id));
