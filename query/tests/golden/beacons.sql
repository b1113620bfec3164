-- organization = <organisation>
-- attempt = <organisation>
SELECT sequence, kind, state, interval_state, from_ms, to_ms, events, events_dropped, requests, fetches, loads,
  request_object_types, request_hosts, buffer_ms,
  toUnixTimestamp64Milli(received_at) AS received_ms
FROM beacons
WHERE organization_id = {organization:UUID} AND attempt_id = {attempt:UUID}
ORDER BY sequence, received_at
LIMIT 1 BY sequence
