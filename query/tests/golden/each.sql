-- p0 = 1795000000000
-- p1 = 1795086400000
-- p2 = "AT"
-- p3 = ""
-- p4 = "a'b"
-- organization = <organisation>
-- p6 = 1794996000
-- p7 = 1795089600
SELECT
  `window`, [d0, d1] AS dimensions, viewer_bucket, viewer_id != '' AS identified, received, max_sequence + 1 AS expected,
  CAST([ifNull(toFloat64(stall_ms), 0), ifNull(toFloat64(if(has_startup_any, assumeNotNull(startup_any_ms), 0)), 0)], 'Array(Float64)') AS sums,
  CAST([if(has_startup_any, toInt32(least(1500, floor(log1p(assumeNotNull(startup_any_ms)) / log(1.02)))), -1)], 'Array(Int32)') AS bins
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    toString(cdn) AS d0,
    toString(custom[{p4:String}]) AS d1,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket,
    (startup_interrupted OR startup_hidden) AS startup_excluded,
    (NOT startup_excluded AND coalesce(startup_any_ms, 4294967295) <= 60000) AS has_startup_any
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.cdn) AS cdn,
      max(i.country) AS country,
      maxMap(i.custom) AS custom,
      max(i.device_class) AS device_class,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      groupBitmapMerge(i.sequences) AS received,
      max(i.stall_ms) AS stall_ms,
      max(i.startup_any_ms) AS startup_any_ms,
      max(i.startup_hidden) AS startup_hidden,
      max(i.startup_interrupted) AS startup_interrupted,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (country IN ({p2:String}, {p3:String}))
    AND device_class != 'bot'
)
