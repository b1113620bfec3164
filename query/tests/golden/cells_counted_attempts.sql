-- p0 = 1795132800000
-- p1 = 1795172400000
-- organization = <organisation>
-- p3 = 1001
-- p4 = 1795129200
-- p5 = 1795176000
SELECT
  `window`, bucket, emptyArrayString() AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple() AS sums,
  tuple() AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    toUInt64(0) AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      groupBitmapMerge(i.sequences) AS received,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p4:Int64}, 'UTC') AND toDateTime({p5:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND attempt_id NOT IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p3:Int64})
)
GROUP BY `window`, bucket
