-- Viewers at each moment, of attempts that began on days that are over: what concurrent_viewers is made of, without reading a beacon. Derived from
-- beacons when a day's cells are built (query/src/cells.rs), under the version that they have, and never written to otherwise.
-- Grain: (organization_id, dimension_set, grain, started_at, is_bot, viewer_bucket, the set's dimension). cell_days says which version of the day that the
-- attempts began in counts. A dimension that is not of the set is ''.
CREATE TABLE IF NOT EXISTS watched_cells ON CLUSTER 'qoe'
(
    organization_id UUID COMMENT 'tenant',
    dimension_set LowCardinality(String) COMMENT 'name of the dimension the row is told apart by; empty for none',
    grain LowCardinality(String) COMMENT 'day_N or hour_N: the stretch of time that was watched, by attempts that began N days (UTC) before it',
    started_at DateTime('UTC') COMMENT 'begin of that stretch' CODEC(Delta, ZSTD(1)),
    is_bot Bool COMMENT 'true or false; whether these are the attempts of bots' CODEC(ZSTD(1)),
    viewer_bucket UInt8 COMMENT 'hash of the viewer, else of the attempt, modulo 128' CODEC(ZSTD(1)),
    version UInt64 COMMENT 'when the day that the attempts began in was built, ms since 1970 x 2^20, and chance below' CODEC(ZSTD(1)),
    cdn LowCardinality(String) COMMENT 'the CDN' CODEC(ZSTD(1)),
    device_class LowCardinality(String) COMMENT 'desktop, phone, tablet, tv, console, bot or other' CODEC(ZSTD(1)),
    country LowCardinality(String) COMMENT 'ISO 3166-1 alpha-2 code' CODEC(ZSTD(1)),
    browser LowCardinality(String) COMMENT 'name of the browser' CODEC(ZSTD(1)),
    os LowCardinality(String) COMMENT 'name of the operating system' CODEC(ZSTD(1)),
    player_version LowCardinality(String) COMMENT 'the publisher’s version of its player or app' CODEC(ZSTD(1)),
    stream_type LowCardinality(String) COMMENT 'live or vod' CODEC(ZSTD(1)),
    isp LowCardinality(String) COMMENT 'name of the network’s operator' CODEC(ZSTD(1)),
    region LowCardinality(String) COMMENT 'ISO 3166-2 subdivision code' CODEC(ZSTD(1)),
    player_name LowCardinality(String) COMMENT 'the publisher’s name for its player' CODEC(ZSTD(1)),
    player_software LowCardinality(String) COMMENT 'hls.js, html5, …' CODEC(ZSTD(1)),
    page_host LowCardinality(String) COMMENT 'host of the page' CODEC(ZSTD(1)),
    page_version LowCardinality(String) COMMENT 'the publisher’s version of its page or app' CODEC(ZSTD(1)),
    connection_type LowCardinality(String) COMMENT 'the browser’s effective connection type' CODEC(ZSTD(1)),
    video_id LowCardinality(String) COMMENT 'the publisher’s id of the video' CODEC(ZSTD(1)),
    experiment_variant LowCardinality(String) COMMENT 'the arm of the experiment' CODEC(ZSTD(1)),
    sum_ticks UInt64 COMMENT 'count; viewers at the ticks of 5 s in the stretch, added' CODEC(T64, ZSTD(1)),
    ticks_changes Tuple(Array(UInt16), Array(Int64)) COMMENT 'count; of an hour: by how many viewers more or less there were at its tick of this number than at the one before' CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}', version)
-- As impressions.
PARTITION BY toRelativeMonthNum(started_at) % 96
-- Serves "this set of this tenant in these days". What stands behind the primary key makes a row of one version replace that of another.
PRIMARY KEY (organization_id, dimension_set, grain, started_at)
ORDER BY (organization_id, dimension_set, grain, started_at, is_bot, viewer_bucket,
    cdn, device_class, country, browser, os, player_version, stream_type, isp, region, player_name, player_software, page_host, page_version, connection_type, video_id, experiment_variant)
SETTINGS
    ttl_only_drop_parts = 1,
    -- cell_days says that a day is here: it must be, after a power cut too.
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    -- 256 MiB: refuse before the disk is full, so that merges and deletions still have room.
    min_free_disk_bytes_to_perform_insert = 268435456
;
