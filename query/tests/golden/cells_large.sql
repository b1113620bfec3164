-- first_day = 20767
-- last_day = 20777
-- least = 1
-- over = 20776
-- quiet_since = 1795175400000
-- limit = 10
-- form = 7
SELECT organization_id, toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, touches,
  toInt64(made.1) AS version, made.3 AS built_touches, toInt64(made.4) AS hours, made.5 AS is_open
FROM (
  SELECT organization_id, arrayJoin(arrayDistinct([toDate(t.started_hour - 3600), toDate(t.started_hour), toDate(t.started_hour + 3600)])) AS day, sum(touches) AS touches, max(last_received_at) AS last_received_at
  FROM touched_hours AS t
  WHERE started_hour >= toDateTime(toDate({first_day:Int64}), 'UTC') - 7200
  GROUP BY organization_id, day
) AS touched
LEFT JOIN (
  SELECT organization_id, day, made
  FROM (
    SELECT organization_id, day, argMax((version, form, touches, hours, is_open), version) AS made
    FROM cell_days
    GROUP BY organization_id, day
  )
  WHERE made.2 = {form:UInt64}
) AS built USING (organization_id, day)
WHERE day BETWEEN toDate({first_day:Int64}) AND toDate({last_day:Int64}) AND touches >= {least:UInt64}
  AND (made.3, made.5) != (touches, false)
  AND NOT (day <= toDate({over:Int64}) AND toUnixTimestamp64Milli(last_received_at) < {quiet_since:Int64})
ORDER BY day DESC, organization_id
LIMIT {limit:UInt64}
