-- p0 = [20774,20775,20776]
-- p1 = 1794834000
-- p2 = 1794873600
-- p3 = 1795132800
-- p4 = 1795176000
-- organization = <organisation>
-- p6 = [20772,20773,20774]
-- p7 = [995,996,997]
-- p8 = 1795176001
-- p9 = "cdn"
-- p10 = 1794832200000
-- p11 = 1795176000000
-- p12 = "cdn-b"
SELECT `window`, bucket, [d0] AS dimensions,
  sumResample(0, 128, 1)(ticks, bucket_of_viewer) AS viewer_ticks,
  emptyArrayUInt64() AS at_highest
FROM (
  SELECT {p10:Int64} AS `window`, 0 AS bucket, toString(cdn) AS d0, toUInt64(viewer_bucket) AS bucket_of_viewer, ticks
  FROM (
    SELECT *, toInt64(toUnixTimestamp(started_at)) * 1000 AS ms, sum_ticks AS ticks
    FROM watched_cells
    WHERE organization_id = {organization:UUID} AND dimension_set = {p9:String}
      AND started_at >= toDateTime({p1:Int64}, 'UTC') AND started_at < toDateTime({p8:Int64}, 'UTC')
      AND transform(toInt64(toRelativeDayNum(started_at)) - toInt64OrZero(right(grain, 1)), {p6:Array(Int64)}, {p7:Array(Int64)}, toInt64(0)) = toInt64(version)
      AND (grain IN ('day_0', 'day_1', 'day_2') AND has({p0:Array(Int64)}, toInt64(toRelativeDayNum(started_at)))
        OR grain IN ('hour_0', 'hour_1', 'hour_2') AND started_at >= toDateTime({p1:Int64}, 'UTC') AND started_at < toDateTime({p2:Int64}, 'UTC')
        OR grain IN ('hour_0', 'hour_1', 'hour_2') AND started_at >= toDateTime({p3:Int64}, 'UTC') AND started_at < toDateTime({p4:Int64}, 'UTC'))
      AND grain IN ('day_0', 'day_1', 'day_2', 'hour_0', 'hour_1', 'hour_2')
      AND NOT is_bot
  )
  WHERE d0 IN ({p12:String})
)
GROUP BY `window`, bucket, d0
