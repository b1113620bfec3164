-- p0 = 1795132800000
-- p1 = 1795176000000
-- p2 = "it's"
-- p3 = "iOS"
-- organization = <organisation>
-- p5 = 1795129200
-- p6 = 1795179600
SELECT
  `window`, bucket, [which, value] AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple() AS sums,
  tuple() AS histograms
FROM (
  SELECT *, arrayJoin([('0', d0), ('1', d1)]) AS pair, pair.1 AS which, pair.2 AS value
  FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    toString(cdn) AS d0,
    toString(country) AS d1,
    toUInt64(0) AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.cdn) AS cdn,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      max(i.os) AS os,
      groupBitmapMerge(i.sequences) AS received,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND NOT ((cdn = {p2:String}) AND (os = {p3:String}))
    AND device_class != 'bot'
  )
)
GROUP BY `window`, bucket, which, value
ORDER BY attempts DESC, `window`, bucket, which, value
LIMIT 100001
