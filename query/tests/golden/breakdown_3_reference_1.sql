-- p0 = 1795046400000
-- p1 = 1795132800000
-- p2 = 0
-- p3 = 3600000
-- p4 = "AT"
-- p5 = ""
-- p6 = 120.0
-- p7 = "Safari"
-- p8 = "team"
-- p9 = "it's"
-- p10 = "red"
-- organization = <organisation>
-- p12 = 1795042800
-- p13 = 1795136400
SELECT
  `window`, bucket, [d0] AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  uniqCombined64If(viewer_id, viewer_id != '') AS viewers,
  tuple(sumResample(0, 128, 1)(1, viewer_bucket), sumResample(0, 128, 1)(viewer_id != '', viewer_bucket), sumResample(0, 128, 1)(if(first_frame_seen, stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(if(first_frame_seen, play_ms + stall_ms, 0), viewer_bucket), sumResample(0, 128, 1)(first_frame_seen AND play_ms + stall_ms > 0, viewer_bucket)) AS sums,
  tuple() AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    intDiv(ms - `window` + {p2:Int64}, {p3:Int64}) AS bucket,
    toString(custom[{p8:String}]) AS d0,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.browser) AS browser,
      max(i.browser_version) AS browser_version,
      max(i.country) AS country,
      maxMap(i.custom) AS custom,
      max(i.first_frame_seen) AS first_frame_seen,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      max(i.play_ms) AS play_ms,
      groupBitmapMerge(i.sequences) AS received,
      max(i.stall_ms) AS stall_ms,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p12:Int64}, 'UTC') AND toDateTime({p13:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (country IN ({p4:String}, {p5:String}))
    AND (coalesce(toFloat64OrNull(toString(browser_version)) < {p6:Float64}, false))
    AND (browser = {p7:String})
    AND d0 IN ({p9:String}, {p10:String})
)
GROUP BY `window`, bucket, d0
