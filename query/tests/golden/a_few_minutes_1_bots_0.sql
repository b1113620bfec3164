-- p0 = 1795083000000
-- p1 = 1795083900000
-- organization = <organisation>
-- p3 = 1795078800
-- p4 = 1795086000
SELECT count() AS bots
FROM (
  SELECT *, {p0:Int64} AS `window` FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.device_class) AS device_class
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND ((i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
        AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
          WHERE i.organization_id = {organization:UUID} AND (i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
            AND (toUnixTimestamp64Milli(i.started_at) >= {p0:Int64} AND toUnixTimestamp64Milli(i.started_at) < {p1:Int64})))
      AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND ((i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
        AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
          WHERE i.organization_id = {organization:UUID} AND (i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
            AND (toUnixTimestamp64Milli(i.started_at) >= {p0:Int64} AND toUnixTimestamp64Milli(i.started_at) < {p1:Int64})))
      AND i.device_class = 'bot')
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND device_class = 'bot'
