-- p0 = 1792792800000
-- p1 = 1793055600000
-- p2 = [1792792800000,1792879200000,1792969200000,1793055600000]
-- organization = <organisation>
-- p4 = 1792789200
-- p5 = 1793059200
SELECT
  `window`, bucket, emptyArrayString() AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple(sumResample(0, 128, 1)(1, viewer_bucket), sumResample(0, 128, 1)(first_frame_seen, viewer_bucket)) AS sums,
  tuple() AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    roundDown(ms, {p2:Array(Int64)}) AS bucket,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.device_class) AS device_class,
      max(i.first_frame_seen) AS first_frame_seen,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      groupBitmapMerge(i.sequences) AS received,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p4:Int64}, 'UTC') AND toDateTime({p5:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND device_class != 'bot'
)
GROUP BY `window`, bucket
