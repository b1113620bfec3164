-- organization = <organisation>
-- from = 1794700800
-- to = 1795219200
-- first = 20772
-- last = 20777
-- form = 7
SELECT toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, touches,
  if((made.2, made.3) = ({form:UInt64}, touches), toInt64(made.1), NULL) AS version
FROM (
  SELECT arrayJoin(arrayDistinct([toDate(t.started_hour - 3600), toDate(t.started_hour), toDate(t.started_hour + 3600)])) AS day, sum(touches) AS touches
  FROM touched_hours AS t
  WHERE organization_id = {organization:UUID}
    AND started_hour BETWEEN toDateTime({from:Int64}, 'UTC') - 7200 AND toDateTime({to:Int64}, 'UTC') + 7200
  GROUP BY day
) AS touched
LEFT JOIN (
  SELECT day, argMax((version, form, touches), version) AS made
  FROM cell_days
  WHERE organization_id = {organization:UUID} AND day BETWEEN toDate({first:Int64}) AND toDate({last:Int64})
  GROUP BY day
) AS built USING (day)
ORDER BY day_ms
