-- p0 = 1792792800000
-- p1 = 1793055600000
-- p2 = [1792792800000,1792879200000,1792969200000,1793055600000]
-- organization = <organisation>
-- p4 = 1792789200
-- p5 = 1793059200
SELECT count() AS bots
FROM (
  SELECT *, {p0:Int64} AS `window` FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.device_class) AS device_class
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p4:Int64}, 'UTC') AND toDateTime({p5:Int64}, 'UTC'))
      AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p4:Int64}, 'UTC') AND toDateTime({p5:Int64}, 'UTC'))
      AND i.device_class = 'bot')
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND device_class = 'bot'
