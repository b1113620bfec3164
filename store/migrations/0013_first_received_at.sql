-- Nothing reads it, and a time of receipt is 3 bytes of chance. `beacons` have it for as long as they are kept.
ALTER TABLE impressions DROP COLUMN IF EXISTS first_received_at
