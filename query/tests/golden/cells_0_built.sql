-- first_open_day = 20767
-- organization = <organisation>
-- first = 20772
-- last = 20777
-- form = 7
SELECT toInt64(toUnixTimestamp(toDateTime(day, 'UTC'))) * 1000 AS day_ms, toInt64(made.1) AS version, made.3 AS touches,
  toInt64(made.4) AS hours, made.5 AS is_open
FROM (
  SELECT day, argMax((version, form, touches, hours, is_open), version) AS made
  FROM cell_days
  WHERE organization_id = {organization:UUID} AND day BETWEEN toDate({first:Int64}) AND toDate({last:Int64})
  GROUP BY day
)
WHERE made.2 = {form:UInt64} AND (NOT made.5 OR day >= toDate({first_open_day:Int64}))
