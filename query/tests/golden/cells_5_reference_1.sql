-- p0 = 1794745800000
-- p1 = 1795089600000
-- p2 = 1794787200000
-- p3 = 1794960000000
-- p4 = 1795046400000
-- p5 = 999
-- p6 = "AT"
-- p7 = "cdn-b"
-- organization = <organisation>
-- p9 = 1794740400
-- p10 = 1794790800
-- p11 = 1794956400
-- p12 = 1795050000
-- p13 = 1795042800
-- p14 = 1795093200
SELECT
  `window`, bucket, [d0] AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple(sumResample(0, 128, 1)(1, viewer_bucket), sumResample(0, 128, 1)(viewer_id != '', viewer_bucket), sumResample(0, 128, 1)(if(first_frame_seen, stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(if(first_frame_seen, play_ms + stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(first_frame_seen AND play_ms + stall_ms > 0, viewer_bucket)) AS sums,
  arrayMap(bins -> (mapKeys(bins), mapValues(bins)), [sumMapIf(map(toUInt32(viewer_bucket * 2048 + least(1500, floor(log1p(assumeNotNull(startup_any_ms)) / log(1.02)))), toUInt64(1)), has_startup_any)]) AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    toString(cdn) AS d0,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket,
    (startup_interrupted OR startup_hidden) AS startup_excluded,
    (NOT startup_excluded AND coalesce(startup_any_ms, 4294967295) <= 60000) AS has_startup_any
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.cdn) AS cdn,
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
      AND (i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p11:Int64}, 'UTC') AND toDateTime({p12:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC') AND i.attempt_id IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p5:Int64}))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (ms >= {p0:Int64} AND ms < {p2:Int64} OR ms >= {p3:Int64} AND ms < {p4:Int64} OR ms >= {p4:Int64} AND ms < {p1:Int64} AND attempt_id IN (SELECT attempt_id FROM cells_left_out WHERE organization_id = {organization:UUID} AND version = {p5:Int64}))
    AND (country != {p6:String})
    AND device_class != 'bot'
    AND d0 IN ({p7:String})
)
GROUP BY `window`, bucket, d0
