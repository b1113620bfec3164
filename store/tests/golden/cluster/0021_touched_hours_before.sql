-- Attempts from before the view. What both counted is harmless.
INSERT INTO touched_hours (organization_id, started_hour, touches, last_received_at)
SELECT organization_id, started_hour, count() AS touches, max(i.last_received_at) AS last_received_at
FROM impressions AS i
GROUP BY organization_id, started_hour
;
