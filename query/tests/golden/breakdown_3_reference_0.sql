-- p0 = "AT"
-- p1 = ""
-- p2 = 120.0
-- p3 = "Safari"
-- p4 = "team"
-- p5 = 1795046100000
-- p6 = 1794870000000
-- p7 = 1795140000000
-- organization = <organisation>
-- p9 = 1794870000
-- p10 = 1795136400
-- p11 = 1795046400000
-- p12 = 1795132800000
-- p13 = 0
-- p14 = 3600000
-- p15 = [1795046400000,1795132799999]
-- p16 = "it's"
-- p17 = "red"
SELECT `window`, bucket, [d0] AS dimensions,
  sumResample(0, 128, 1)(ticks, viewer_bucket) AS viewer_ticks,
  emptyArrayUInt64() AS at_highest
FROM (
  SELECT `window`, bucket, viewer_bucket, d0, intervalLengthSum(from_inside, to_inside) AS ticks
  FROM (
    SELECT attempt_id, viewer_bucket, d0, arrayJoin(arrayConcat(range(from_ms, last_ms, {p14:Int64}), [from_ms, last_ms], arrayFilter(p -> p > from_ms AND p < last_ms, {p15:Array(Int64)}))) AS ms,
      {p11:Int64} AS `window`, intDiv(ms - `window` + {p13:Int64}, {p14:Int64}) AS bucket,
      greatest(from_tick, intDiv(greatest(`window`, `window` - {p13:Int64} + bucket * {p14:Int64}) + 4999, 5000)) AS from_inside,
      least(to_tick, intDiv(least({p12:Int64}, `window` - {p13:Int64} + (bucket + 1) * {p14:Int64}) + 4999, 5000)) AS to_inside
    FROM (
      SELECT attempt_id, viewer_bucket, d0, arrayJoin(active_spans) AS span,
        intDiv(started_ms + span.1 + 4999, 5000) AS from_tick, intDiv(started_ms + span.2 + 4999, 5000) AS to_tick,
        from_tick * 5000 AS from_ms, (to_tick - 1) * 5000 AS last_ms
      FROM (
        SELECT b.attempt_id AS attempt_id, a.started_ms AS started_ms, b.spans AS active_spans, a.viewer_bucket AS viewer_bucket, d0
        FROM (
          SELECT attempt_id, if(active_throughout, [(from_ms, to_ms)], active_spans) AS spans FROM beacons
          WHERE organization_id = {organization:UUID} AND received_at >= fromUnixTimestamp64Milli({p5:Int64}) AND (active_throughout OR notEmpty(active_spans))
            AND (started_at >= fromUnixTimestamp64Milli({p6:Int64}) AND started_at < fromUnixTimestamp64Milli({p7:Int64}))
        ) AS b
        INNER JOIN (
          SELECT attempt_id, ms AS started_ms, sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket, toString(custom[{p4:String}]) AS d0
          FROM (
            SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
              max(i.browser) AS browser,
              max(i.browser_version) AS browser_version,
              max(i.country) AS country,
              maxMap(i.custom) AS custom,
              max(i.viewer_id) AS viewer_id
            FROM impressions AS i
            WHERE i.organization_id = {organization:UUID}
              AND (i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC'))
            GROUP BY i.attempt_id
          )
          WHERE (country IN ({p0:String}, {p1:String})) AND (coalesce(toFloat64OrNull(toString(browser_version)) < {p2:Float64}, false)) AND (browser = {p3:String})
        ) AS a ON a.attempt_id = b.attempt_id
      )
    )
    WHERE from_tick < to_tick
  )
  WHERE ms >= {p11:Int64} AND ms < {p12:Int64} AND from_inside < to_inside AND d0 IN ({p16:String}, {p17:String})
  GROUP BY attempt_id, `window`, bucket, viewer_bucket, d0
)
GROUP BY `window`, bucket, d0
