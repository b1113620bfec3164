-- p0 = 1795046400000
-- p1 = 1795176000000
-- p2 = [1795132800000,1795046400000]
-- p3 = [1795046400000,1795089600000,1795132800000,1795176000000]
-- organization = <organisation>
-- p5 = 1795042800
-- p6 = 1795093200
-- p7 = 1795129200
-- p8 = 1795179600
-- p9 = "it's"
-- p10 = "720p@3000000"
-- p11 = "cdn-b"
-- p12 = ""
SELECT `window`, bucket, dimensions, attempts, identified, received, expected, 0 AS viewers, sums, tuple() AS histograms
FROM (
  SELECT `window`, bucket, d0, d1, is_every_rung, [d0, d1] AS dimensions, attempts, identified, received, expected,
    tuple(s0, s1, anyIf(s2, is_every_rung) OVER (PARTITION BY `window`, bucket, d0), anyIf(s3, is_every_rung) OVER (PARTITION BY `window`, bucket, d0)) AS sums
  FROM (
    SELECT `window`, bucket, d0, d1, is_every_rung,
    count() AS attempts, countIf(viewer_id != '') AS identified,
    sum(received) AS received, sum(max_sequence + 1) AS expected,
    sumResample(0, 128, 1)(1, viewer_bucket) AS s0,
    sumResample(0, 128, 1)(rung_play_ms, viewer_bucket) AS s1,
    sumResample(0, 128, 1)(rung_play_ms, viewer_bucket) AS s2,
    sumResample(0, 128, 1)(1, viewer_bucket) AS s3
  FROM (
  SELECT *, arrayJoin(arrayFilter(rung -> rung.2 > 0, arrayConcat(arrayMap((rung, place) -> (rung, toInt64(if(place = main_place, toUInt32(greatest(0, toInt64(play_ms) - toInt64(arraySum(mapValues(play_ms_by_rendition))) + play_ms_by_rendition[rung])), play_ms_by_rendition[rung])), false), arraySort(mapKeys(play_ms_by_rendition)) AS names, arrayEnumerate(names)), [('', if(main_place > 0, 0, toInt64(play_ms) - toInt64(arraySum(mapValues(play_ms_by_rendition)))), false), ('', toInt64(play_ms), true)]))) AS part,
    toUInt64(part.2) AS rung_play_ms, part.3 AS is_every_rung, part.1 AS d1
  FROM (
  SELECT *,
    roundDown(ms, {p3:Array(Int64)}) AS `window`,
    0 AS bucket,
    toString(cdn) AS d0,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.cdn) AS cdn,
      max(i.device_class) AS device_class,
      toUInt8(bitShiftRight(max(i.latest), 16)) AS main_place,
      toUInt32(bitShiftRight(max(i.latest), 24)) AS max_sequence,
      max(i.play_ms) AS play_ms,
      maxMap(i.play_ms_by_rendition) AS play_ms_by_rendition,
      groupBitmapMerge(i.sequences) AS received,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p5:Int64}, 'UTC') AND toDateTime({p6:Int64}, 'UTC')
        OR i.started_hour BETWEEN toDateTime({p7:Int64}, 'UTC') AND toDateTime({p8:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64} AND has({p2:Array(Int64)}, `window`)
    AND device_class != 'bot'
  )
  )
  GROUP BY `window`, bucket, d0, d1, is_every_rung
  )
)
WHERE NOT is_every_rung AND (d0, d1) IN (({p9:String}, {p10:String}), ({p11:String}, {p12:String}))
