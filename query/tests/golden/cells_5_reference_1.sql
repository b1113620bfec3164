-- p0 = 1794745800000
-- p1 = 1795089600000
-- organization = <organisation>
-- p3 = [20773,20774,20776]
-- p4 = [996,997,999]
-- p5 = 1794787200
-- p6 = 1795132800
-- p7 = "cdn,country"
-- p8 = "AT"
-- p9 = "cdn-b"
SELECT `window`, bucket, [d0] AS dimensions, intDiv(key, 262144) AS hist,
  groupArray(key % 262144) AS keys, groupArray(count) AS counts
FROM (
  SELECT `window`, bucket, d0, toUInt32(bin + bucket_of_viewer * 2048) AS key, sum(counted) AS count
  FROM (
  SELECT `window`, bucket, d0, bucket_of_viewer, arrayMap(bin -> toUInt32(bin), tupleElement(bins_startup_any, 1)) AS all_bins, tupleElement(bins_startup_any, 2) AS all_counts
  FROM (
  SELECT bins_startup_any, toInt64(toUnixTimestamp(started_at)) * 1000 AS ms, {p0:Int64} AS `window`, 0 AS bucket, toString(cdn) AS d0, toUInt64(viewer_bucket) AS bucket_of_viewer
    FROM cells
    WHERE organization_id = {organization:UUID} AND dimension_set = {p7:String}
      AND started_at >= toDateTime({p5:Int64}, 'UTC') AND started_at < toDateTime({p6:Int64}, 'UTC')
      AND transform(toInt64(toRelativeDayNum(started_at)) AS day, {p3:Array(Int64)}, {p4:Array(Int64)}, toInt64(0)) = toInt64(version)
      AND (grain = 'day' AND has({p3:Array(Int64)}, day))
      AND grain IN ('day', 'hour')
      AND (country != {p8:String})
      AND NOT is_bot
      AND d0 IN ({p9:String})
  )
  )
  ARRAY JOIN all_bins AS bin, all_counts AS counted
  GROUP BY `window`, bucket, d0, key
)
GROUP BY `window`, bucket, d0, hist
