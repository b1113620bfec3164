-- How much of what played was distinct, and how far it came, of a beacon: told from media_ms, because most viewers play a video once, from
-- its begin. Then the one is 0 and the other a constant. Rows from before have none of it.
ALTER TABLE beacons_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS repeated_media_ms Nullable(UInt32) COMMENT 'ms of media; media_ms minus the distinct media played; null when that is not known' CODEC(Delta, ZSTD(3)),
    ADD COLUMN IF NOT EXISTS position_lead_ms Int64 COMMENT 'ms of media; the furthest position played minus media_ms; 0 where repeated_media_ms is null' CODEC(Delta, ZSTD(3))
;

CREATE OR REPLACE TABLE beacons ON CLUSTER 'qoe' AS `playhead`.beacons_local
ENGINE = Distributed('qoe', 'playhead', 'beacons_local', cityHash64(attempt_id));
