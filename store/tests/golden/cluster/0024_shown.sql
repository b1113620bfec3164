-- How it was shown and heard: of a beacon.
ALTER TABLE beacons_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS muted LowCardinality(String) COMMENT 'true when the sound was off at some time, else false (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS fullscreen LowCardinality(String) COMMENT 'true when it filled the screen at some time, else false (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS pip LowCardinality(String) COMMENT 'true when it was shown in a window of its own at some time, else false (from the page)' CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS casting LowCardinality(String) COMMENT 'true when it played on another device at some time, else false (from the page)' CODEC(ZSTD(3))
;

CREATE OR REPLACE TABLE beacons ON CLUSTER 'qoe' AS `playhead`.beacons_local
ENGINE = Distributed('qoe', 'playhead', 'beacons_local', cityHash64(attempt_id));
