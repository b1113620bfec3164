-- p0 = 1795046400000
-- p1 = 1795132800000
-- p2 = 0
-- p3 = 3600000
-- p4 = "AT"
-- p5 = ""
-- p6 = 120.0
-- p7 = "team"
-- organization = <organisation>
-- p9 = 1795042800
-- p10 = 1795136400
SELECT
  `window`, bucket, [d0, d1] AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple([sum(1)], [sum(if(first_frame_seen, stall_ms, 0))], [sum(if(first_frame_seen, play_ms + stall_ms, 0))], [sum(first_frame_seen AND play_ms + stall_ms > 0)]) AS sums,
  tuple() AS histograms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    intDiv(ms - `window` + {p2:Int64}, {p3:Int64}) AS bucket,
    toString(browser) AS d0,
    toString(custom[{p7:String}]) AS d1,
    toUInt64(0) AS viewer_bucket
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
      AND (i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (country IN ({p4:String}, {p5:String}))
    AND (coalesce(toFloat64OrNull(toString(browser_version)) < {p6:Float64}, false))
)
GROUP BY `window`, bucket, d0, d1
ORDER BY attempts DESC, `window`, bucket, d0, d1
LIMIT 100001
