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
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(i.started_at) AS ms,
      i.country AS country,
      i.device_class AS device_class
    FROM impressions AS i FINAL
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
      AND cityHash64(i.attempt_id) NOT IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
      GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
    UNION ALL
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
      AND cityHash64(i.attempt_id) IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
      GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND (country IN ({p2:String}, {p3:String}))
  AND device_class != 'bot'
