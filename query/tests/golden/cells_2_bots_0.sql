-- organization = <organisation>
-- p1 = [20773,20774,20776]
-- p2 = [996,997,999]
-- p3 = [20774,20776]
-- p4 = 1794834000
-- p5 = 1794873600
-- p6 = 1794787200
-- p7 = 1795132800
-- p8 = "country"
-- p9 = "AT"
SELECT sum(sum_attempts) AS bots
FROM day_cells
WHERE organization_id = {organization:UUID} AND dimension_set = {p8:String}
  AND started_at >= toDateTime({p6:Int64}, 'UTC') AND started_at < toDateTime({p7:Int64}, 'UTC')
  AND transform(toInt64(toRelativeDayNum(started_at)) AS day, {p1:Array(Int64)}, {p2:Array(Int64)}, toInt64(0)) = toInt64(version)
  AND (grain = 'day' AND has({p3:Array(Int64)}, day)
    OR grain = 'hour' AND started_at >= toDateTime({p4:Int64}, 'UTC') AND started_at < toDateTime({p5:Int64}, 'UTC'))
  AND grain IN ('day', 'hour')
  AND (country != {p9:String})
  AND is_bot
