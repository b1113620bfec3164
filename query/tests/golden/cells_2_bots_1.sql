-- p0 = 1794832200000
-- p1 = 1795176000000
-- p2 = 1794834000000
-- p3 = 1794960000000
-- p4 = 1795046400000
-- p5 = 1795089600000
-- p6 = 1795132800000
-- p7 = 999
-- p8 = "AT"
-- organization = <organisation>
-- p10 = 1794826800
-- p11 = 1794837600
-- p12 = 1794956400
-- p13 = 1795050000
-- p14 = 1795086000
-- p15 = 1795136400
-- p16 = 1795042800
-- p17 = 1795093200
SELECT count() AS bots
FROM (
  SELECT *, {p0:Int64} AS `window` FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p14:Int64}, 'UTC') AND toDateTime({p15:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p16:Int64}, 'UTC') AND toDateTime({p17:Int64}, 'UTC') AND i.attempt_id IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p7:Int64}))
      AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p14:Int64}, 'UTC') AND toDateTime({p15:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p16:Int64}, 'UTC') AND toDateTime({p17:Int64}, 'UTC') AND i.attempt_id IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p7:Int64}))
      AND i.device_class = 'bot')
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND device_class = 'bot'
  AND (ms >= {p0:Int64} AND ms < {p2:Int64} OR ms >= {p3:Int64} AND ms < {p4:Int64} OR ms >= {p5:Int64} AND ms < {p6:Int64} OR ms >= {p4:Int64} AND ms < {p5:Int64} AND attempt_id IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p7:Int64}))
  AND (country != {p8:String})
