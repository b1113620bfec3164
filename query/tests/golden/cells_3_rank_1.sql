-- p0 = 1794832200000
-- p1 = 1795176000000
-- p2 = 1794873600000
-- p3 = 1794960000000
-- p4 = 1795046400000
-- p5 = "AT"
-- organization = <organisation>
-- p7 = 1794826800
-- p8 = 1794877200
-- p9 = 1794956400
-- p10 = 1795050000
SELECT
  `window`, bucket, [d0] AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
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
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      groupBitmapMerge(i.sequences) AS received,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (ms >= {p0:Int64} AND ms < {p2:Int64} OR ms >= {p3:Int64} AND ms < {p4:Int64})
    AND (country != {p5:String})
    AND device_class != 'bot'
)
GROUP BY `window`, bucket, d0
ORDER BY attempts DESC, `window`, bucket, d0
LIMIT 100001
