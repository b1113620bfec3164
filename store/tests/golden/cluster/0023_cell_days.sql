-- Which days have cells. Grain: (organization_id, day); the row with the highest version counts.
CREATE TABLE IF NOT EXISTS cell_days ON CLUSTER 'qoe'
(
    organization_id UUID COMMENT 'tenant',
    day Date COMMENT 'the day, UTC' CODEC(Delta, ZSTD(1)),
    version UInt64 COMMENT 'the version of its rows in cells: ms since 1970 x 2^20, and chance below' CODEC(ZSTD(1)),
    touches UInt64 COMMENT 'count; touches of the day and of the hours beside it when it was built. Its cells count while this is so' CODEC(ZSTD(1)),
    form UInt64 COMMENT 'hash of the statements that built it: another program builds it anew' CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}', version)
ORDER BY (organization_id, day)
SETTINGS
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480
;
