-- p0 = 1795046400000
-- p1 = 1795176000000
-- p2 = [1795132800000,1795046400000]
-- p3 = [1795046400000,1795089600000,1795132800000,1795176000000]
-- p4 = "it's"
-- p5 = "iOS"
-- organization = <organisation>
-- p7 = 1795042800
-- p8 = 1795093200
-- p9 = 1795129200
-- p10 = 1795179600
-- p11 = "0"
-- p12 = "cdn-b"
-- p13 = "1"
-- p14 = ""
SELECT
  `window`, bucket, [which, value] AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple(sumResample(0, 128, 1)(if(first_frame_seen, stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(if(first_frame_seen, play_ms + stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(first_frame_seen AND play_ms + stall_ms > 0, viewer_bucket)) AS sums,
  tuple() AS histograms
FROM (
  SELECT *
  FROM (
  SELECT *, arrayJoin([('0', d0), ('1', d1)]) AS pair, pair.1 AS which, pair.2 AS value
  FROM (
  SELECT *,
    roundDown(ms, {p3:Array(Int64)}) AS `window`,
    0 AS bucket,
    toString(cdn) AS d0,
    toString(country) AS d1,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.cdn) AS cdn,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      max(i.first_frame_seen) AS first_frame_seen,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      max(i.os) AS os,
      max(i.play_ms) AS play_ms,
      groupBitmapMerge(i.sequences) AS received,
      max(i.stall_ms) AS stall_ms,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64} AND has({p2:Array(Int64)}, `window`)
    AND NOT ((cdn = {p4:String}) AND (os = {p5:String}))
    AND device_class != 'bot'
  )
  )
  WHERE (which, value) IN (({p11:String}, {p12:String}), ({p13:String}, {p14:String}))
)
GROUP BY `window`, bucket, which, value
