-- quiet_since = 1795175400000
-- last_day = 20776
-- limit = 10
-- form = 7
SELECT organization_id, toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, touches
FROM (
  SELECT organization_id, arrayJoin(arrayDistinct([toDate(t.started_hour - 3600), toDate(t.started_hour), toDate(t.started_hour + 3600)])) AS day, sum(touches) AS touches, max(last_received_at) AS last_received_at
  FROM touched_hours AS t
  GROUP BY organization_id, day
) AS touched
LEFT JOIN (
  SELECT organization_id, day, argMax((form, touches, is_open), version) AS made
  FROM cell_days
  GROUP BY organization_id, day
) AS built USING (organization_id, day)
WHERE toUnixTimestamp64Milli(last_received_at) < {quiet_since:Int64} AND day <= toDate({last_day:Int64})
  AND made != ({form:UInt64}, touches, false)
ORDER BY day DESC, organization_id
LIMIT {limit:UInt64}
