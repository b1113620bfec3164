-- Attempts that the cells of a day leave out, because they were not over when these were built: questions read them, and no other attempt of
-- that stretch, from impressions. Derived, as cells. Grain: (organization_id, version, attempt_id).
CREATE TABLE IF NOT EXISTS cells_left_out
(
    organization_id UUID COMMENT 'tenant',
    day Date COMMENT 'the day, UTC' CODEC(Delta, ZSTD(1)),
    version UInt64 COMMENT 'the version of the cells, as in cell_days' CODEC(Delta, ZSTD(1)),
    attempt_id UUID COMMENT 'the attempt' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
-- A month of UTC, as a number: few parts, and a day is in one.
PARTITION BY toRelativeMonthNum(day) % 96
-- Serves "what this version leaves out".
ORDER BY (organization_id, version, attempt_id)
SETTINGS
    ttl_only_drop_parts = 1,
    -- cell_days says that they are here: they must be, after a power cut too.
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480
