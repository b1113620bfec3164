-- p0 = 1795082400000
-- p1 = 1795086000000
-- organization = <organisation>
-- p3 = 1794906000
-- p4 = 1795089600
-- now_ms = 1795176000000
SELECT count() AS bots
FROM (
  SELECT *, {p0:Int64} AS `window` FROM (
    SELECT * REPLACE (ms + elapsed_ms AS ms)
    FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.device_class) AS device_class,
      if(bitTest(max(i.latest), 14), toUInt32(if(bitTest(max(i.latest), 13), ifNull(max(i.startup_any_ms), 0), max(i.startup_wait_ms)) + max(i.play_ms) + max(i.paused_ms) + max(i.stall_ms) + max(i.seek_ms) + max(i.ad_ms)), max(i.elapsed_ms)) AS elapsed_ms,
      max(i.end_reason) AS end_reason,
      toUnixTimestamp64Milli(max(i.last_received_at)) AS last_received_ms
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
      AND i.attempt_id IN (SELECT i.attempt_id FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
      AND i.device_class = 'bot')
    GROUP BY i.attempt_id
    )
    WHERE end_reason != '' OR last_received_ms < {now_ms:Int64} - 300000
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND device_class = 'bot'
