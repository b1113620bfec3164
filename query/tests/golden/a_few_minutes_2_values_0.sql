-- p0 = 1795083000000
-- p1 = 1795083900000
-- organization = <organisation>
-- p3 = 1795078800
-- p4 = 1795086000
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
    0 AS bucket,
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
      AND ((i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
        AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
          WHERE i.organization_id = {organization:UUID} AND (i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
            AND (toUnixTimestamp64Milli(i.started_at) >= {p0:Int64} AND toUnixTimestamp64Milli(i.started_at) < {p1:Int64})))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND device_class != 'bot'
)
GROUP BY `window`, bucket
