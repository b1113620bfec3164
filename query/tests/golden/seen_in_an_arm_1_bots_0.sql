-- p0 = 1794960000000
-- p1 = 1795046400000
-- p2 = 1795089600000
-- p3 = 1795176000000
-- p4 = 1795089600
-- p5 = 1795176000
-- p6 = "abr"
-- p7 = "it's"
-- organization = <organisation>
-- p9 = 1794956400
-- p10 = 1795050000
SELECT count() AS bots
FROM (
  SELECT *, {p0:Int64} AS `window` FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.device_class) AS device_class,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
      AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
      AND i.device_class = 'bot')
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND device_class = 'bot'
  AND viewer_id GLOBAL IN (SELECT i.viewer_id FROM impressions AS i WHERE i.organization_id = {organization:UUID} AND i.started_hour BETWEEN toDateTime({p4:Int64}, 'UTC') AND toDateTime({p5:Int64}, 'UTC') AND toUnixTimestamp64Milli(i.started_at) >= {p2:Int64} AND toUnixTimestamp64Milli(i.started_at) < {p3:Int64} AND i.viewer_id != '' AND (experiment_name = {p6:String}) AND (experiment_variant = {p7:String}))
