-- p0 = 1795046400000
-- p1 = 1795132800000
-- p2 = 0
-- p3 = 3600000
-- organization = <organisation>
-- p5 = 1795042800
-- p6 = 1795136400
-- p7 = 0.0
-- p8 = ""
-- p9 = "cdn-a"
-- p10 = "customData3"
SELECT bucket, [g0, g1] AS groups, quantileExactInclusiveOrNull(0.95)((toFloat64(if(has_startup_any, startup_any_ms, NULL)))) AS value
FROM (
  SELECT *, toString(browser) AS g0, custom[{p10:String}] AS g1
  FROM (
  SELECT *
  FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    intDiv(ms - `window` + {p2:Int64}, {p3:Int64}) AS bucket,
    toUInt64(0) AS viewer_bucket,
    (startup_interrupted OR startup_hidden) AS startup_excluded,
    (NOT startup_excluded AND coalesce(startup_any_ms, 4294967295) <= 60000) AS has_startup_any
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.browser) AS browser,
      max(i.cdn) AS cdn,
      maxMap(i.custom) AS custom,
      max(i.device_class) AS device_class,
      max(i.failure_code) AS failure_code,
      max(i.startup_any_ms) AS startup_any_ms,
      max(i.startup_hidden) AS startup_hidden,
      max(i.startup_interrupted) AS startup_interrupted,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND device_class != 'bot'
  )
  WHERE (ifNull(toFloat64(if(has_startup_any, startup_any_ms, NULL)) > {p7:Float64}, false))
    AND (toString(failure_code) != {p8:String})
    AND (toString(cdn) IN ({p9:String}, {p8:String}))
  )
)
GROUP BY bucket, g0, g1
ORDER BY value DESC NULLS LAST, bucket ASC NULLS LAST, bucket ASC, g0 ASC, g1 ASC
LIMIT 50 OFFSET 10
