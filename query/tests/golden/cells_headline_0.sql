-- p0 = 1794832200000
-- p1 = 1795176000000
-- organization = <organisation>
-- p3 = [20773,20774,20776]
-- p4 = [996,997,999]
-- p5 = [20774,20776]
-- p6 = 1794834000
-- p7 = 1794873600
-- p8 = 1794787200
-- p9 = 1795132800
-- p10 = "country"
-- p11 = "device_class,country,connection_type"
-- p12 = "AT"
SELECT `window`, is_strata, is_bot, [d_device_class, d_country, d_connection_type] AS dimensions, viewer_bucket,
  sum(sum_attempts) AS attempts, sum(sum_identified) AS identified, sum(sum_received) AS received, sum(sum_expected) AS expected,
  tuple(sum(sum_play_stall_ms), sum(sum_wanted_ms), sum(sum_wanting)) AS sums,
  tuple((groupArrayArray(tupleElement(bins_startup_any, 1)), groupArrayArray(tupleElement(bins_startup_any, 2)))) AS histograms
FROM (
  SELECT bins_startup_any, sum_attempts, sum_expected, sum_identified, sum_play_stall_ms, sum_received, sum_wanted_ms, sum_wanting, is_bot, viewer_bucket, dimension_set = {p11:String} AS is_strata,
    if(is_strata, toString(device_class), '') AS d_device_class, if(is_strata, toString(country), '') AS d_country, if(is_strata, toString(connection_type), '') AS d_connection_type,
    toInt64(toUnixTimestamp(started_at)) * 1000 AS ms, {p0:Int64} AS `window`
  FROM day_cells
  WHERE organization_id = {organization:UUID} AND dimension_set IN ({p10:String}, {p11:String})
    AND started_at >= toDateTime({p8:Int64}, 'UTC') AND started_at < toDateTime({p9:Int64}, 'UTC')
    AND transform(toInt64(toRelativeDayNum(started_at)) AS day, {p3:Array(Int64)}, {p4:Array(Int64)}, toInt64(0)) = toInt64(version)
    AND (grain = 'day' AND has({p5:Array(Int64)}, day)
      OR grain = 'hour' AND started_at >= toDateTime({p6:Int64}, 'UTC') AND started_at < toDateTime({p7:Int64}, 'UTC'))
    AND grain IN ('day', 'hour')
    AND (country != {p12:String})
)
GROUP BY `window`, is_strata, is_bot, d_device_class, d_country, d_connection_type, viewer_bucket
