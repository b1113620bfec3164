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
-- p11 = 1795046100000
-- organization = <organisation>
-- p13 = 1794870000
-- p14 = 1795136400
SELECT `window`, bucket, [d0] AS dimensions,
  sumForEach(by_viewer) AS viewer_ticks,
  argMax(by_viewer, (arraySum(by_viewer), -ms)) AS at_highest
FROM (
  SELECT ms, {p0:Int64} AS `window`, intDiv(ms - `window` + {p2:Int64}, {p3:Int64}) AS bucket, d0,
    sumResample(0, 128, 1)(toUInt64(1), viewer_bucket) AS by_viewer
  FROM (
    SELECT 5000 * toInt64(arrayJoin(ticks)) AS ms, viewer_bucket, d0
    FROM (
      SELECT b.attempt_id AS attempt_id, any(sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128) AS viewer_bucket, any(toString(custom[{p8:String}])) AS d0,
        groupUniqArrayArray(arrayFlatten(arrayMap(span -> range(toUInt64(intDiv(a.ms + span.1 + 4999, 5000)), toUInt64(intDiv(a.ms + span.2 + 4999, 5000))), b.active_spans))) AS ticks
      FROM (
        SELECT attempt_id, active_spans FROM beacons
        WHERE organization_id = {organization:UUID} AND received_at >= fromUnixTimestamp64Milli({p11:Int64}) AND notEmpty(active_spans)
      ) AS b
      INNER JOIN (
        SELECT * FROM (
          SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(i.started_at) AS ms,
            i.browser AS browser,
            i.browser_version AS browser_version,
            i.country AS country,
            i.custom AS custom,
            i.viewer_id AS viewer_id
          FROM impressions AS i FINAL
          WHERE i.organization_id = {organization:UUID}
            AND (i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC'))
            AND cityHash64(i.attempt_id) NOT IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
            WHERE i.organization_id = {organization:UUID}
            AND (i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC'))
            GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
          UNION ALL
          SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
            max(i.browser) AS browser,
            max(i.browser_version) AS browser_version,
            max(i.country) AS country,
            maxMap(i.custom) AS custom,
            max(i.viewer_id) AS viewer_id
          FROM impressions AS i
          WHERE i.organization_id = {organization:UUID}
            AND (i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC'))
            AND cityHash64(i.attempt_id) IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
            WHERE i.organization_id = {organization:UUID}
            AND (i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC'))
            GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
          GROUP BY i.attempt_id
        )
        WHERE (country IN ({p4:String}, {p5:String})) AND (coalesce(toFloat64OrNull(toString(browser_version)) < {p6:Float64}, false)) AND (browser = {p7:String})
      ) AS a ON a.attempt_id = b.attempt_id
      GROUP BY b.attempt_id
    )
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64} AND d0 IN ({p9:String}, {p10:String})
  GROUP BY ms, `window`, bucket, d0
)
GROUP BY `window`, bucket, d0
