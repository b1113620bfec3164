-- Every insert brings a part of a few hundred attempts, and ClickHouse counts each part as 5 MiB more than it is: with ten that look alike it
-- merged them with all attempts of the last hours, once in six inserts, and a row of 140 columns costs 25 µs each time. Now it waits for
-- more of them. And until a part has some 130,000 attempts it is one file, not three hundred to sync.
ALTER TABLE impressions_local ON CLUSTER 'qoe'
    MODIFY SETTING
        -- 64 MiB uncompressed.
        min_bytes_for_wide_part = 67108864,
        merge_selector_base = 20
;

CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe' AS `playhead`.impressions_local
ENGINE = Distributed('qoe', 'playhead', 'impressions_local', cityHash64(attempt_id));
