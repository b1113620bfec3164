-- The same of an attempt.
ALTER TABLE impressions_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS unique_media_ms SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms of media; distinct media played; null for a live stream and when not measured' CODEC(T64, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS position_ms_max SimpleAggregateFunction(max, Nullable(UInt32)) COMMENT 'ms of media; the furthest position played; null where unique_media_ms is' CODEC(T64, ZSTD(3))
;

CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe' AS `playhead`.impressions_local
ENGINE = Distributed('qoe', 'playhead', 'impressions_local', cityHash64(attempt_id));
