-- p0 = [498564]
-- p1 = [1794832200000]
-- p2 = [1794834000000]
-- organization = <organisation>
-- p4 = [20772,20773,20774]
-- p5 = [995,996,997]
-- p6 = 1794830400
-- p7 = 1794834001
-- p8 = "cdn"
-- p9 = 1794832200000
-- p10 = 1795176000000
-- p11 = "cdn-b"
SELECT `window`, bucket, [d0] AS dimensions,
  sumResample(0, 128, 1)(ticks, bucket_of_viewer) AS viewer_ticks,
  emptyArrayUInt64() AS at_highest
FROM (
  SELECT {p9:Int64} AS `window`, 0 AS bucket, toString(cdn) AS d0, toUInt64(viewer_bucket) AS bucket_of_viewer, ticks
  FROM (
    SELECT *, part.2 AS ms, intDiv(part.2 - hour * 3600000 + 4999, 5000) AS first, intDiv(part.3 - hour * 3600000 + 4999, 5000) AS last,
      toUInt64(arraySum((t, change) -> change * greatest(0, last - greatest(first, toInt64(t))), ticks_changes.1, ticks_changes.2)) AS ticks
    FROM (
    SELECT *, intDiv(toInt64(toUnixTimestamp(started_at)), 3600) AS hour,
      arrayJoin(arrayFilter(part -> part.1 = hour, arrayZip({p0:Array(Int64)}, {p1:Array(Int64)}, {p2:Array(Int64)}))) AS part
    FROM watched_cells
    WHERE organization_id = {organization:UUID} AND dimension_set = {p8:String}
      AND started_at >= toDateTime({p6:Int64}, 'UTC') AND started_at < toDateTime({p7:Int64}, 'UTC')
      AND transform(toInt64(toRelativeDayNum(started_at)) - toInt64OrZero(right(grain, 1)), {p4:Array(Int64)}, {p5:Array(Int64)}, toInt64(0)) = toInt64(version)
      AND (grain IN ('hour_0', 'hour_1', 'hour_2') AND has({p0:Array(Int64)}, intDiv(toInt64(toUnixTimestamp(started_at)), 3600)))
      AND grain IN ('day_0', 'day_1', 'day_2', 'hour_0', 'hour_1', 'hour_2')
      AND NOT is_bot
    )
  )
  WHERE d0 IN ({p11:String})
)
GROUP BY `window`, bucket, d0
