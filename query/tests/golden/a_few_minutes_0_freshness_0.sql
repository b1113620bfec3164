-- organization = <organisation>
SELECT toUnixTimestamp64Milli(max(last_received_at)) AS fresh_ms
FROM touched_hours
WHERE organization_id = {organization:UUID}
