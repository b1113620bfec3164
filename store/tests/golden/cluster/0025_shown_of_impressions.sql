-- The same of an attempt: `true` is greater than `false`, so once is for ever. Rows from before have none of it.
ALTER TABLE impressions_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS muted SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'true when the sound was off at some time, else false (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS fullscreen SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'true when it filled the screen at some time, else false (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS pip SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'true when it was shown in a window of its own at some time, else false (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS casting SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'true when it played on another device at some time, else false (from the page)' CODEC(ZSTD(3))
;

CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe' AS `playhead`.impressions_local
ENGINE = Distributed('qoe', 'playhead', 'impressions_local', cityHash64(attempt_id));
