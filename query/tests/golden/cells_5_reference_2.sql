-- p0 = 1794745800000
-- p1 = 1795089600000
-- p2 = "AT"
-- p3 = "cdn-b"
-- organization = <organisation>
-- p5 = 1794740400
-- p6 = 1795093200
SELECT
  `window`, bucket, [d0] AS dimensions,
  0 AS attempts, 0 AS identified,
  0 AS received, 0 AS expected,
  uniqCombined64If(viewer_id, viewer_id != '') AS viewers,
  tuple() AS sums,
  tuple() AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    toString(cdn) AS d0,
    toUInt64(0) AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.cdn) AS cdn,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (country != {p2:String})
    AND device_class != 'bot'
    AND d0 IN ({p3:String})
)
GROUP BY `window`, bucket, d0
