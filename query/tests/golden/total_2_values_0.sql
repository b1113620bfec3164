-- p0 = 1791500400000
-- p1 = 1795176000000
-- p2 = [1795132800000,1794528000000,1793923200000,1793318400000,1792710000000,1792105200000,1791500400000,1795046400000]
-- p3 = [1791500400000,1791543600000,1792105200000,1792148400000,1792710000000,1792753200000,1793318400000,1793361600000,1793923200000,1793966400000,1794528000000,1794571200000,1795046400000,1795089600000,1795132800000,1795176000000]
-- now_ms = 1795176000000
-- organization = <organisation>
-- p6 = 1791496800
-- p7 = 1791547200
-- p8 = 1792101600
-- p9 = 1792152000
-- p10 = 1792706400
-- p11 = 1792756800
-- p12 = 1793314800
-- p13 = 1793365200
-- p14 = 1793919600
-- p15 = 1793970000
-- p16 = 1794524400
-- p17 = 1794574800
-- p18 = 1795042800
-- p19 = 1795093200
-- p20 = 1795129200
-- p21 = 1795179600
SELECT
  `window`, bucket, emptyArrayString() AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple(sumResample(0, 128, 1)(1, viewer_bucket), sumResample(0, 128, 1)(good, viewer_bucket), sumResample(0, 128, 1)(judged, viewer_bucket)) AS sums,
  arrayMap(bins -> (mapKeys(bins), mapValues(bins)), [sumMapIf(map(toUInt32(viewer_bucket * 2048 + least(1500, floor(log1p(assumeNotNull(startup_any_ms)) / log(1.02)))), toUInt64(1)), has_startup_any)]) AS histograms
FROM (
  SELECT *,
    roundDown(ms, {p3:Array(Int64)}) AS `window`,
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
    (judged AND NOT failed AND NOT exited AND (startup_excluded OR coalesce(startup_any_ms, startup_wait_ms) <= 2000) AND 100 * (stall_network_ms + stall_live_edge_ms) <= play_ms + stall_ms AND stall_ms_max <= 10000 AND upscale_px_permille_ms <= 1000 * upscale_ms) AS good,
    (NOT startup_excluded AND coalesce(startup_any_ms, 4294967295) <= 60000) AS has_startup_any
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(i.started_at) AS ms,
      i.device_class AS device_class,
      i.end_reason AS end_reason,
      i.failure_class AS failure_class,
      i.first_frame_seen AS first_frame_seen,
      toUnixTimestamp64Milli(i.last_received_at) AS last_received_ms,
      toUInt32(bitShiftRight(i.latest, 24)) AS max_sequence,
      i.play_ms AS play_ms,
      finalizeAggregation(i.sequences) AS received,
      i.stall_live_edge_ms AS stall_live_edge_ms,
      i.stall_ms AS stall_ms,
      if(bitTest(i.latest, 15), i.stall_ms, i.stall_ms_max) AS stall_ms_max,
      i.stall_network_ms AS stall_network_ms,
      i.startup_any_ms AS startup_any_ms,
      i.startup_hidden AS startup_hidden,
      i.startup_interrupted AS startup_interrupted,
      if(bitTest(i.latest, 13), ifNull(i.startup_any_ms, 0), i.startup_wait_ms) AS startup_wait_ms,
      if(bitTest(i.latest, 11), i.play_ms, i.upscale_ms) AS upscale_ms,
      i.upscale_px_permille_ms AS upscale_px_permille_ms,
      i.viewer_id AS viewer_id
    FROM impressions AS i FINAL
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p8:Int64}, 'UTC') AND toDateTime({p9:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p14:Int64}, 'UTC') AND toDateTime({p15:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p16:Int64}, 'UTC') AND toDateTime({p17:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p18:Int64}, 'UTC') AND toDateTime({p19:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p20:Int64}, 'UTC') AND toDateTime({p21:Int64}, 'UTC'))
      AND cityHash64(i.attempt_id) NOT IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p8:Int64}, 'UTC') AND toDateTime({p9:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p14:Int64}, 'UTC') AND toDateTime({p15:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p16:Int64}, 'UTC') AND toDateTime({p17:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p18:Int64}, 'UTC') AND toDateTime({p19:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p20:Int64}, 'UTC') AND toDateTime({p21:Int64}, 'UTC'))
      GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
    UNION ALL
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
      AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p8:Int64}, 'UTC') AND toDateTime({p9:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p14:Int64}, 'UTC') AND toDateTime({p15:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p16:Int64}, 'UTC') AND toDateTime({p17:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p18:Int64}, 'UTC') AND toDateTime({p19:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p20:Int64}, 'UTC') AND toDateTime({p21:Int64}, 'UTC'))
      AND cityHash64(i.attempt_id) IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p8:Int64}, 'UTC') AND toDateTime({p9:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p10:Int64}, 'UTC') AND toDateTime({p11:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p14:Int64}, 'UTC') AND toDateTime({p15:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p16:Int64}, 'UTC') AND toDateTime({p17:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p18:Int64}, 'UTC') AND toDateTime({p19:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p20:Int64}, 'UTC') AND toDateTime({p21:Int64}, 'UTC'))
      GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64} AND has({p2:Array(Int64)}, `window`)
    AND device_class != 'bot'
)
GROUP BY `window`, bucket
