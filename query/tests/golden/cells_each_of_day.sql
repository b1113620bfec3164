-- p0 = 1795132800000
-- p1 = 1795172400000
-- organization = <organisation>
-- p3 = 1001
-- p4 = 32
-- p5 = 64
-- p6 = 1795129200
-- p7 = 1795176000
SELECT ms, sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket, device_class = 'bot' AS is_bot, viewer_id != '' AS identified, received, max_sequence + 1 AS expected, stall_ms AS of_stall_ms, country AS of_country
FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      groupBitmapMerge(i.sequences) AS received,
      max(i.stall_ms) AS stall_ms,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC'))
    GROUP BY i.attempt_id
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND attempt_id NOT IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p3:Int64})
  AND viewer_bucket >= {p4:Int64} AND viewer_bucket < {p5:Int64}
