-- p0 = 1795000000000
-- p1 = 1795086400000
-- p2 = "AT"
-- p3 = ""
-- p4 = 0.5
-- now_ms = 1795176000000
-- organization = <organisation>
-- p7 = 1794996000
-- p8 = 1795089600
-- p9 = 51
-- p10 = 0
SELECT attempt_id, ms
FROM (
  SELECT *, {p0:Int64} AS `window`,
    (end_reason != '' OR last_received_ms < {now_ms:Int64} - 300000) AS ended,
    (failure_class NOT IN ('', 'business')) AS failed,
    (ended AND NOT first_frame_seen AND failure_class = '') AS left_without_frame,
    (left_without_frame AND startup_wait_ms < 1000) AS left_early,
    (left_without_frame AND startup_wait_ms >= 1000) AS exited,
    (startup_interrupted OR startup_hidden) AS startup_excluded,
    (NOT ended AND NOT first_frame_seen AND failure_class = '' AND (startup_excluded OR startup_wait_ms <= 2000)) AS undecided,
    (NOT left_early AND NOT undecided AND failure_class != 'business') AS judged,
    (judged AND NOT failed AND NOT exited AND (startup_excluded OR coalesce(startup_any_ms, startup_wait_ms) <= 2000) AND 100 * (stall_network_ms + stall_live_edge_ms) <= play_ms + stall_ms AND stall_ms_max <= 10000 AND upscale_px_permille_ms <= 1000 * upscale_ms) AS good,
    (NOT startup_excluded AND coalesce(startup_any_ms, 4294967295) <= 60000) AS has_startup_any
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.bitrate_bps_ms) AS bitrate_bps_ms,
      if(bitTest(max(i.latest), 9), if(bitTest(max(i.latest), 8), max(i.play_ms), max(i.media_ms)), max(i.bitrate_media_ms)) AS bitrate_media_ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      max(i.end_reason) AS end_reason,
      max(i.failure_class) AS failure_class,
      max(i.first_frame_seen) AS first_frame_seen,
      toUnixTimestamp64Milli(max(i.last_received_at)) AS last_received_ms,
      max(i.play_ms) AS play_ms,
      max(i.stall_live_edge_ms) AS stall_live_edge_ms,
      max(i.stall_ms) AS stall_ms,
      if(bitTest(max(i.latest), 15), max(i.stall_ms), max(i.stall_ms_max)) AS stall_ms_max,
      max(i.stall_network_ms) AS stall_network_ms,
      max(i.startup_any_ms) AS startup_any_ms,
      max(i.startup_hidden) AS startup_hidden,
      max(i.startup_interrupted) AS startup_interrupted,
      if(bitTest(max(i.latest), 13), ifNull(max(i.startup_any_ms), 0), max(i.startup_wait_ms)) AS startup_wait_ms,
      if(bitTest(max(i.latest), 11), max(i.play_ms), max(i.upscale_ms)) AS upscale_ms,
      max(i.upscale_px_permille_ms) AS upscale_px_permille_ms
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
)
WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
  AND (country IN ({p2:String}, {p3:String}))
  AND device_class != 'bot'
  AND coalesce(if(has_startup_any, toFloat64(assumeNotNull(startup_any_ms)), NULL) <= {p4:Float64}, false)
  AND coalesce(if(toFloat64(judged) > 0, toFloat64(good) * 1.0 / toFloat64(judged), NULL) <= {p4:Float64}, false)
  AND coalesce(if(toFloat64(bitrate_media_ms) > 0, toFloat64(toUInt128(bitrate_bps_ms)) * 1.0 / toFloat64(bitrate_media_ms), NULL) <= {p4:Float64}, false)
ORDER BY if(toFloat64(if(first_frame_seen, play_ms + stall_ms, 0)) > 0, toFloat64(if(first_frame_seen, stall_ms, 0)) * 1.0 / toFloat64(if(first_frame_seen, play_ms + stall_ms, 0)), NULL) DESC NULLS LAST, ms DESC, attempt_id
LIMIT {p9:Int64} OFFSET {p10:Int64}
