-- p0 = 1794832200000
-- p1 = 1795176000000
-- p2 = 1794834000000
-- p3 = 1794960000000
-- p4 = 1795046400000
-- p5 = 1795089600000
-- p6 = 1795132800000
-- p7 = 999
-- p8 = "AT"
-- organization = <organisation>
-- p10 = 1794826800
-- p11 = 1794837600
-- p12 = 1794956400
-- p13 = 1795050000
-- p14 = 1795086000
-- p15 = 1795136400
-- p16 = 1795042800
-- p17 = 1795093200
SELECT
  `window`, bucket, emptyArrayString() AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple(sumResample(0, 128, 1)(if(first_frame_seen, stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(if(first_frame_seen, play_ms + stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(first_frame_seen AND play_ms + stall_ms > 0, viewer_bucket)) AS sums,
  arrayMap(bins -> (mapKeys(bins), mapValues(bins)), [sumMapIf(map(toUInt32(viewer_bucket * 2048 + least(1500, floor(log1p(assumeNotNull(startup_any_ms)) / log(1.02)))), toUInt64(1)), has_startup_any)]) AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket,
    (startup_interrupted OR startup_hidden) AS startup_excluded,
    (NOT startup_excluded AND coalesce(startup_any_ms, 4294967295) <= 60000) AS has_startup_any
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      max(i.first_frame_seen) AS first_frame_seen,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      max(i.play_ms) AS play_ms,
      groupBitmapMerge(i.sequences) AS received,
      max(i.stall_ms) AS stall_ms,
      max(i.startup_any_ms) AS startup_any_ms,
      max(i.startup_hidden) AS startup_hidden,
      max(i.startup_interrupted) AS startup_interrupted,
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
GROUP BY `window`, bucket
