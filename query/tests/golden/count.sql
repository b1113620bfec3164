-- p0 = 1795000000000
-- p1 = 1795086400000
-- p2 = "AT"
-- p3 = ""
-- organization = <organisation>
-- p5 = 1794996000
-- p6 = 1795089600
SELECT count() AS attempts
FROM (
  SELECT *, {p0:Int64} AS `window` FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND (country IN ({p2:String}, {p3:String}))
  AND device_class != 'bot'
