-- p0 = 1794832200000
-- p1 = 1795176000000
-- p2 = 1794834000000
-- p3 = 1794960000000
-- p4 = 1795046400000
-- p5 = "AT"
-- organization = <organisation>
-- p7 = 1794826800
-- p8 = 1794837600
-- p9 = 1794956400
-- p10 = 1795050000
SELECT count() AS bots
FROM (
  SELECT *, {p0:Int64} AS `window` FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
      AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
      AND i.device_class = 'bot')
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND device_class = 'bot'
  AND (ms >= {p0:Int64} AND ms < {p2:Int64} OR ms >= {p3:Int64} AND ms < {p4:Int64})
  AND (country != {p5:String})
