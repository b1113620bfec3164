-- Nothing reads it, and a time of receipt is 3 bytes of chance. `beacons` have it for as long as they are kept.
ALTER TABLE impressions_local ON CLUSTER 'qoe' DROP COLUMN IF EXISTS first_received_at
;

CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe' AS `playhead`.impressions_local
ENGINE = Distributed('qoe', 'playhead', 'impressions_local', cityHash64(attempt_id));
