-- p0 = 1794960000000
-- p1 = 1795132800000
-- p2 = 1794831900000
-- p3 = 1794956400000
-- p4 = 1795140000000
-- organization = <organisation>
-- p6 = 1794956400
-- p7 = 1795136400
-- now_ms = 1795176000000
-- p9 = 1794832200000
-- p10 = 1795176000000
-- p11 = [1794832200000]
-- p12 = "cdn-b"
SELECT `window`, bucket, [d0] AS dimensions,
  sumResample(0, 128, 1)(ticks, viewer_bucket) AS viewer_ticks,
  emptyArrayUInt64() AS at_highest
FROM (
  SELECT `window`, bucket, viewer_bucket, d0, intervalLengthSum(from_inside, to_inside) AS ticks
  FROM (
    SELECT attempt_id, viewer_bucket, d0, arrayJoin(arrayPushBack(arrayFilter(p -> p > from_ms AND p <= last_ms, {p11:Array(Int64)}), from_ms)) AS ms,
      {p9:Int64} AS `window`, 0 AS bucket,
      greatest(from_tick, intDiv(`window` + 4999, 5000)) AS from_inside,
      least(to_tick, intDiv({p10:Int64} + 4999, 5000)) AS to_inside
    FROM (
      SELECT attempt_id, viewer_bucket, d0, arrayJoin(active_spans) AS span,
        intDiv(started_ms + span.1 + 4999, 5000) AS from_tick, intDiv(started_ms + span.2 + 4999, 5000) AS to_tick,
        from_tick * 5000 AS from_ms, (to_tick - 1) * 5000 AS last_ms
      FROM (
        SELECT b.attempt_id AS attempt_id, a.started_ms AS started_ms, b.spans AS active_spans, a.viewer_bucket AS viewer_bucket, d0
        FROM (
          SELECT attempt_id, if(active_throughout, [(from_ms, to_ms)], active_spans) AS spans FROM beacons
          WHERE organization_id = {organization:UUID} AND received_at >= fromUnixTimestamp64Milli({p2:Int64}) AND (active_throughout OR notEmpty(active_spans))
            AND (started_at >= fromUnixTimestamp64Milli({p3:Int64}) AND started_at < fromUnixTimestamp64Milli({p4:Int64}))
          UNION ALL
          SELECT attempt_id, [(argMax(to_ms, sequence) AS last_ms, toUInt32(last_ms + greatest(0, {now_ms:Int64} - toUnixTimestamp64Milli(argMax(received_at, sequence)))))] AS spans FROM beacons
          WHERE organization_id = {organization:UUID} AND received_at > fromUnixTimestamp64Milli({now_ms:Int64} - 150000)
            AND (started_at >= fromUnixTimestamp64Milli({p3:Int64}) AND started_at < fromUnixTimestamp64Milli({p4:Int64}))
          GROUP BY attempt_id HAVING argMax(state, sequence) IN ('s', 'p', 'r', 'k')
        ) AS b
        INNER JOIN (
          SELECT attempt_id, ms AS started_ms, sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket, toString(cdn) AS d0
          FROM (
            SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
              max(i.cdn) AS cdn,
              max(i.device_class) AS device_class,
              max(i.viewer_id) AS viewer_id
            FROM impressions AS i
            WHERE i.organization_id = {organization:UUID}
              AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC'))
            GROUP BY i.attempt_id
          )
          WHERE (ms >= {p0:Int64} AND ms < {p1:Int64}) AND device_class != 'bot'
        ) AS a ON a.attempt_id = b.attempt_id
      )
    )
    WHERE from_tick < to_tick
  )
  WHERE ms >= {p9:Int64} AND ms < {p10:Int64} AND from_inside < to_inside AND d0 IN ({p12:String})
  GROUP BY attempt_id, `window`, bucket, viewer_bucket, d0
)
GROUP BY `window`, bucket, d0
