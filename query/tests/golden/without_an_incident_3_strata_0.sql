-- p0 = 1790892000000
-- p1 = 1795176000000
-- p2 = [1795129200000,1794524400000,1793314800000,1792706400000,1792101600000,1791496800000,1790892000000]
-- p3 = [1790892000000,1790938800000,1791496800000,1791543600000,1792101600000,1792148400000,1792706400000,1792753200000,1793314800000,1793361600000,1794524400000,1794571200000,1795129200000,1795176000000]
-- organization = <organisation>
-- p5 = 1790888400
-- p6 = 1790942400
-- p7 = 1791493200
-- p8 = 1791547200
-- p9 = 1792098000
-- p10 = 1792152000
-- p11 = 1792702800
-- p12 = 1792756800
-- p13 = 1793311200
-- p14 = 1793365200
-- p15 = 1794520800
-- p16 = 1794574800
-- p17 = 1795125600
-- p18 = 1795179600
SELECT
  `window`, bucket, [d0, d1, d2] AS dimensions,
  count() AS attempts, countIf(viewer_id != '') AS identified,
  sum(received) AS received, sum(max_sequence + 1) AS expected,
  0 AS viewers,
  tuple([sum(if(first_frame_seen, stall_ms, 0))], [sum(if(first_frame_seen, play_ms + stall_ms, 0))], [sum(first_frame_seen AND play_ms + stall_ms > 0)]) AS sums,
  tuple() AS histograms
FROM (
  SELECT *,
    roundDown(ms, {p3:Array(Int64)}) AS `window`,
    0 AS bucket,
    toString(device_class) AS d0,
    toString(country) AS d1,
    toString(connection_type) AS d2,
    toUInt64(0) AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(i.started_at) AS ms,
      i.connection_type AS connection_type,
      i.country AS country,
      i.device_class AS device_class,
      i.first_frame_seen AS first_frame_seen,
      toUInt32(bitShiftRight(i.latest, 24)) AS max_sequence,
      i.play_ms AS play_ms,
      finalizeAggregation(i.sequences) AS received,
      i.stall_ms AS stall_ms,
      i.viewer_id AS viewer_id
    FROM impressions AS i FINAL
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p11:Int64}, 'UTC') AND toDateTime({p12:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p15:Int64}, 'UTC') AND toDateTime({p16:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p17:Int64}, 'UTC') AND toDateTime({p18:Int64}, 'UTC'))
      AND cityHash64(i.attempt_id) NOT IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p11:Int64}, 'UTC') AND toDateTime({p12:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p15:Int64}, 'UTC') AND toDateTime({p16:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p17:Int64}, 'UTC') AND toDateTime({p18:Int64}, 'UTC'))
      GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
    UNION ALL
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.connection_type) AS connection_type,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      max(i.first_frame_seen) AS first_frame_seen,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      max(i.play_ms) AS play_ms,
      groupBitmapMerge(i.sequences) AS received,
      max(i.stall_ms) AS stall_ms,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p11:Int64}, 'UTC') AND toDateTime({p12:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p15:Int64}, 'UTC') AND toDateTime({p16:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p17:Int64}, 'UTC') AND toDateTime({p18:Int64}, 'UTC'))
      AND cityHash64(i.attempt_id) IN (SELECT cityHash64(i.attempt_id) AS hash FROM impressions AS i
      WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p9:Int64}, 'UTC') AND toDateTime({p10:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p11:Int64}, 'UTC') AND toDateTime({p12:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p13:Int64}, 'UTC') AND toDateTime({p14:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p15:Int64}, 'UTC') AND toDateTime({p16:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p17:Int64}, 'UTC') AND toDateTime({p18:Int64}, 'UTC'))
      GROUP BY hash HAVING min(i.started_hour) != max(i.started_hour))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64} AND has({p2:Array(Int64)}, `window`)
    AND device_class != 'bot'
)
GROUP BY `window`, bucket, d0, d1, d2
