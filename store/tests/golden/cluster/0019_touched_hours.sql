-- Which hours of attempts were written to, how much and when last: so that it shows, without reading an attempt, whether something
-- derived from an hour still holds.
-- Grain: (organization_id, started_hour). A repeated range is counted again, on purpose: it may have brought what was missing, and a
-- count that grew too much only derives something anew. So there is no window of deduplication here.
CREATE TABLE IF NOT EXISTS touched_hours ON CLUSTER 'qoe'
(
    organization_id UUID COMMENT 'tenant',
    started_hour DateTime('UTC') COMMENT 'hour of started_at as in impressions, seconds resolution' CODEC(Delta, ZSTD(1)),
    touches SimpleAggregateFunction(sum, UInt64) COMMENT 'count; beacons inserted, repeated ones included, and erasures. Only its change means something' CODEC(T64, ZSTD(1)),
    last_received_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'wall clock of the server at the last receipt, ms resolution' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}')
-- As impressions.
PARTITION BY toRelativeMonthNum(started_hour) % 96
-- Serves "these hours of this tenant" and, in a table of a few rows an hour, "every day that changed".
ORDER BY (organization_id, started_hour)
SETTINGS
    ttl_only_drop_parts = 1,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_compressed_bytes_to_fsync_after_fetch = 1,
    replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 0
;
