-- p0 = 1794832200000
-- p1 = 1795176000000
-- organization = <organisation>
-- p3 = [20774,20776]
-- p4 = [997,999]
-- p5 = 1794873600
-- p6 = 1795132800
-- p7 = "cdn,country"
-- p8 = "AT"
-- p9 = "cdn-b"
SELECT
  `window`, bucket, [d0] AS dimensions,
  sum(sum_attempts) AS attempts, sum(sum_identified) AS identified, sum(sum_received) AS received, sum(sum_expected) AS expected,
  0 AS viewers,
  tuple(sumResample(0, 128, 1)(sum_attempts, bucket_of_viewer), sumResample(0, 128, 1)(sum_identified, bucket_of_viewer), sumResample(0, 128, 1)(sum_play_stall_ms, bucket_of_viewer), sumResample(0, 128, 1)(sum_wanted_ms, bucket_of_viewer), sumResample(0, 128, 1)(sum_wanting, bucket_of_viewer)) AS sums,
  tuple((groupArrayArray(arrayMap(bin -> toUInt32(bucket_of_viewer * 2048 + bin), tupleElement(bins_startup_any, 1))), groupArrayArray(tupleElement(bins_startup_any, 2)))) AS histograms
FROM (
  SELECT bins_startup_any, sum_attempts, sum_expected, sum_identified, sum_play_stall_ms, sum_received, sum_wanted_ms, sum_wanting, toInt64(toUnixTimestamp(started_at)) * 1000 AS ms, {p0:Int64} AS `window`, 0 AS bucket, toString(cdn) AS d0, toUInt64(viewer_bucket) AS bucket_of_viewer
    FROM day_cells
    WHERE organization_id = {organization:UUID} AND dimension_set = {p7:String}
      AND started_at >= toDateTime({p5:Int64}, 'UTC') AND started_at < toDateTime({p6:Int64}, 'UTC')
      AND transform(toInt64(toRelativeDayNum(started_at)) AS day, {p3:Array(Int64)}, {p4:Array(Int64)}, toInt64(0)) = toInt64(version)
      AND (grain = 'day' AND has({p3:Array(Int64)}, day))
      AND grain IN ('day', 'hour')
      AND (country != {p8:String})
      AND NOT is_bot
      AND d0 IN ({p9:String})
)
GROUP BY `window`, bucket, d0
