-- p0 = 1794832200000
-- p1 = 1795176000000
-- p2 = 1794873600000
-- p3 = 1794960000000
-- p4 = 1795046400000
-- p5 = 1795089600000
-- p6 = 1795132800000
-- p7 = 999
-- p8 = "AT"
-- organization = <organisation>
-- p10 = 1794826800
-- p11 = 1794877200
-- p12 = 1794956400
-- p13 = 1795050000
-- p14 = 1795086000
-- p15 = 1795136400
-- p16 = 1795042800
-- p17 = 1795093200
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
      AND (i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p14:Int64}, 'UTC') AND toDateTime({p15:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p16:Int64}, 'UTC') AND toDateTime({p17:Int64}, 'UTC') AND i.attempt_id IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p7:Int64}))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (ms >= {p0:Int64} AND ms < {p2:Int64} OR ms >= {p3:Int64} AND ms < {p4:Int64} OR ms >= {p5:Int64} AND ms < {p6:Int64} OR ms >= {p4:Int64} AND ms < {p5:Int64} AND attempt_id IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p7:Int64}))
    AND (country != {p8:String})
    AND device_class != 'bot'
)
GROUP BY `window`, bucket, d0
ORDER BY attempts DESC, `window`, bucket, d0
LIMIT 100001
