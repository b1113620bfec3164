-- organization = <organisation>
-- from = 1794700800
-- to = 1795219200
SELECT toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, touches
FROM (
  SELECT arrayJoin(arrayDistinct([toDate(t.started_hour - 3600), toDate(t.started_hour), toDate(t.started_hour + 3600)])) AS day, sum(touches) AS touches
  FROM touched_hours AS t
  WHERE organization_id = {organization:UUID}
    AND started_hour BETWEEN toDateTime({from:Int64}, 'UTC') - 7200 AND toDateTime({to:Int64}, 'UTC') + 7200
  GROUP BY day
)
ORDER BY day_ms
