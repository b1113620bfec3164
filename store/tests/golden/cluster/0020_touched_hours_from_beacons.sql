-- Feeds touched_hours from every block inserted into beacons. Grain: one row per hour of attempts within the block.
CREATE MATERIALIZED VIEW IF NOT EXISTS touched_hours_from_beacons ON CLUSTER 'qoe' TO touched_hours AS
SELECT
    organization_id,
    toStartOfHour(beacons.started_at) AS started_hour,
    count() AS touches,
    max(beacons.received_at) AS last_received_at
FROM beacons_local AS beacons
GROUP BY organization_id, toStartOfHour(beacons.started_at)
;
