-- What a newer collector says that this server's program does not know yet, kept for the one that will.
ALTER TABLE beacons_local ON CLUSTER 'qoe' ADD COLUMN IF NOT EXISTS unknown_fields String
    COMMENT 'JSON; fields of a newer sender as they came: {"json":{message:{field:value}}} or {"protobuf":{message:hex}}, by message, "" being the beacon; empty without any'
    CODEC(ZSTD(3))
;

CREATE OR REPLACE TABLE beacons ON CLUSTER 'qoe' AS `playhead`.beacons_local
ENGINE = Distributed('qoe', 'playhead', 'beacons_local', cityHash64(attempt_id));
