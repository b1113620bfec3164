-- p0 = 1794960000000
-- p1 = 1795046400000
-- p2 = 1795089600000
-- p3 = 1795176000000
-- p4 = 1795089600
-- p5 = 1795176000
-- p6 = "abr"
-- p7 = "it's"
-- now_ms = 1795176000000
-- organization = <organisation>
-- p10 = 1794956400
-- p11 = 1795050000
SELECT
  `window`, bucket, emptyArrayString() AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  uniqCombined64If(viewer_id, viewer_id != '') AS viewers,
  tuple(sumResample(0, 128, 1)(viewer_id != '', viewer_bucket), sumResample(0, 128, 1)(good, viewer_bucket), sumResample(0, 128, 1)(judged, viewer_bucket)) AS sums,
  tuple() AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket,
    (end_reason != '' OR last_received_ms < {now_ms:Int64} - 300000) AS ended,
    (failure_class NOT IN ('', 'business')) AS failed,
    (ended AND NOT first_frame_seen AND failure_class = '') AS left_without_frame,
    (left_without_frame AND startup_wait_ms < 1000) AS left_early,
    (left_without_frame AND startup_wait_ms >= 1000) AS exited,
    (startup_interrupted OR startup_hidden) AS startup_excluded,
    (NOT ended AND NOT first_frame_seen AND failure_class = '' AND (startup_excluded OR startup_wait_ms <= 2000)) AS undecided,
    (NOT left_early AND NOT undecided AND failure_class != 'business') AS judged,
    (judged AND NOT failed AND NOT exited AND (startup_excluded OR coalesce(startup_any_ms, startup_wait_ms) <= 2000) AND 100 * (stall_network_ms + stall_live_edge_ms) <= play_ms + stall_ms AND stall_ms_max <= 10000 AND upscale_px_permille_ms <= 1000 * upscale_ms) AS good
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.device_class) AS device_class,
      max(i.end_reason) AS end_reason,
      max(i.failure_class) AS failure_class,
      max(i.first_frame_seen) AS first_frame_seen,
      toUnixTimestamp64Milli(max(i.last_received_at)) AS last_received_ms,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      max(i.play_ms) AS play_ms,
      groupBitmapMerge(i.sequences) AS received,
      max(i.stall_live_edge_ms) AS stall_live_edge_ms,
      max(i.stall_ms) AS stall_ms,
      if(bitTest(max(i.latest), 15), max(i.stall_ms), max(i.stall_ms_max)) AS stall_ms_max,
      max(i.stall_network_ms) AS stall_network_ms,
      max(i.startup_any_ms) AS startup_any_ms,
      max(i.startup_hidden) AS startup_hidden,
      max(i.startup_interrupted) AS startup_interrupted,
      if(bitTest(max(i.latest), 13), ifNull(max(i.startup_any_ms), 0), max(i.startup_wait_ms)) AS startup_wait_ms,
      if(bitTest(max(i.latest), 11), max(i.play_ms), max(i.upscale_ms)) AS upscale_ms,
      max(i.upscale_px_permille_ms) AS upscale_px_permille_ms,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND viewer_id GLOBAL IN (SELECT i.viewer_id FROM impressions AS i WHERE i.organization_id = {organization:UUID} AND i.started_hour BETWEEN toDateTime({p4:Int64}, 'UTC') AND toDateTime({p5:Int64}, 'UTC') AND toUnixTimestamp64Milli(i.started_at) >= {p2:Int64} AND toUnixTimestamp64Milli(i.started_at) < {p3:Int64} AND i.viewer_id != '' AND (experiment_name = {p6:String}) AND (experiment_variant = {p7:String}))
    AND device_class != 'bot'
)
GROUP BY `window`, bucket
