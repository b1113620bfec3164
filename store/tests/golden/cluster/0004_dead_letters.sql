-- Rows that ClickHouse refused for their own sake, so that the rest of their range could be stored.
-- Grain: one row of a range. After a crash a letter may stand twice, under the same journal_range and row_number.
-- Cost: nothing, while nothing is wrong. To send one again, mend its bytes and insert them under the first `columns` columns of beacons.
CREATE TABLE IF NOT EXISTS dead_letters_local ON CLUSTER 'qoe'
(
    buried_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'wall clock of the server when the row was given up, ms resolution' CODEC(Delta, ZSTD(1)),
    organization_id UUID COMMENT 'tenant',
    attempt_id UUID COMMENT 'the attempt the row reports on',
    journal_range String COMMENT 'deduplication token of its range' CODEC(ZSTD(1)),
    row_number UInt32 COMMENT 'index of the row in its range' CODEC(ZSTD(1)),
    reason String COMMENT 'what ClickHouse said of the row' CODEC(ZSTD(1)),
    columns UInt16 COMMENT 'count of columns that row_bytes hold: the first ones of beacons' CODEC(ZSTD(1)),
    row_bytes String COMMENT 'bytes as they were in the journal, ClickHouse’s RowBinary' CODEC(ZSTD(1))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
PARTITION BY toYYYYMM(buried_at)
-- Serves "what was refused since": an operator looks at the newest.
ORDER BY (buried_at, journal_range, row_number)
TTL toDateTime(buried_at) + INTERVAL 90 DAY
SETTINGS
    ttl_only_drop_parts = 1,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480,
    min_compressed_bytes_to_fsync_after_fetch = 1,
    replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 100000,
    min_free_disk_bytes_to_perform_insert = 268435456
;

CREATE OR REPLACE TABLE dead_letters ON CLUSTER 'qoe' AS `playhead`.dead_letters_local
ENGINE = Distributed('qoe', 'playhead', 'dead_letters_local', cityHash64(attempt_id));
