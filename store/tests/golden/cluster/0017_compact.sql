-- A row of 155 columns is merged several times before its part is large, and that costs ClickHouse as much as inserting it. Measured, µs of
-- CPU for a row and merge: 13 as it was; 7.8 with all columns of a part in one file, for 1 % more disk (five columns of 500,000 rows are
-- read as fast); 6.8 without statistics of each column, which no question here is planned by. And fewer merges: a part is
-- merged when there are ten of its size, not five.
ALTER TABLE beacons_local ON CLUSTER 'qoe'
    MODIFY SETTING
        -- 256 MiB uncompressed, some 550,000 rows; larger parts have a file per column.
        min_bytes_for_wide_part = 268435456,
        auto_statistics_types = '',
        merge_selector_base = 10
;

CREATE OR REPLACE TABLE beacons ON CLUSTER 'qoe' AS `playhead`.beacons_local
ENGINE = Distributed('qoe', 'playhead', 'beacons_local', cityHash64(attempt_id));
