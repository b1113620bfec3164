-- p0 = 1795132800000
-- p1 = 1795176000000
-- organization = <organisation>
-- p3 = 1795129200
-- p4 = 1795179600
SELECT `window`, bucket, dimensions, attempts, identified, received, expected, 0 AS viewers, sums, tuple() AS histograms
FROM (
  SELECT `window`, bucket, d0, d1, is_every_rung, [d0, d1] AS dimensions, attempts, identified, received, expected,
    tuple() AS sums
  FROM (
    SELECT `window`, bucket, d0, d1, is_every_rung,
    count() AS attempts, countIf(viewer_id != '') AS identified,
    sum(received) AS received, sum(max_sequence + 1) AS expected
  FROM (
  SELECT *, arrayJoin(arrayFilter(rung -> rung.2 > 0, arrayConcat(arrayMap((rung, place) -> (rung, toInt64(if(place = main_place, toUInt32(greatest(0, toInt64(play_ms) - toInt64(arraySum(mapValues(play_ms_by_rendition))) + play_ms_by_rendition[rung])), play_ms_by_rendition[rung])), false), arraySort(mapKeys(play_ms_by_rendition)) AS names, arrayEnumerate(names)), [('', if(main_place > 0, 0, toInt64(play_ms) - toInt64(arraySum(mapValues(play_ms_by_rendition)))), false), ('', toInt64(play_ms), true)]))) AS part,
    toUInt64(part.2) AS rung_play_ms, part.3 AS is_every_rung, part.1 AS d1
  FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    toString(cdn) AS d0,
    toUInt64(0) AS viewer_bucket
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
      AND (i.started_hour BETWEEN toDateTime({p3:Int64}, 'UTC') AND toDateTime({p4:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND device_class != 'bot'
  )
  )
  GROUP BY `window`, bucket, d0, d1, is_every_rung
  )
)
WHERE NOT is_every_rung
ORDER BY attempts DESC, `window`, bucket, d0, d1
LIMIT 100001
