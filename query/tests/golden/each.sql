-- p0 = 1795000000000
-- p1 = 1795086400000
-- p2 = "AT"
-- p3 = ""
-- p4 = "a'b"
-- organization = <organisation>
-- p6 = 1794996000
-- p7 = 1795089600
SELECT ms, sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket, device_class = 'bot' AS is_bot, viewer_id != '' AS identified, received, max_sequence + 1 AS expected, toString(cdn) AS d0, toString(custom[{p4:String}]) AS d1, stall_ms AS of_stall_ms, startup_any_ms AS of_startup_any_ms, startup_hidden AS of_startup_hidden, startup_interrupted AS of_startup_interrupted
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
