-- p0 = 1795000000000
-- p1 = 1795086400000
-- p2 = "AT"
-- p3 = ""
-- now_ms = 1795176000000
-- organization = <organisation>
-- p6 = 1794996000
-- p7 = 1795089600
SELECT viewer_bucket,
  if(measurable, toInt64(least(100, intDiv(100 * toUInt64(coalesce(unique_media_ms, 0)), greatest(1, coalesce(video_duration_ms, 1))))), -1) AS place,
  countIf(ended) AS over, countIf(NOT ended) AS ongoing, toUInt64(sumIf(greatest(0, toInt64(media_ms) - toInt64(coalesce(unique_media_ms, 0))), measurable)) AS rewatched_ms
FROM (
  SELECT *,
    {p0:Int64} AS `window`,
    0 AS bucket,
    sipHash64(if(viewer_id != '', viewer_id, toString(attempt_id))) % 128 AS viewer_bucket,
    (end_reason != '' OR last_received_ms < {now_ms:Int64} - 300000) AS ended,
    (isNotNull(unique_media_ms) AND stream_type != 'live') AS seen_known,
    (first_frame_seen AND seen_known AND coalesce(video_duration_ms, 0) > 0) AS measurable
  FROM (
    SELECT i.attempt_id AS attempt_id, toUnixTimestamp64Milli(min(i.started_at)) AS ms,
      max(i.country) AS country,
      max(i.device_class) AS device_class,
      max(i.end_reason) AS end_reason,
      max(i.first_frame_seen) AS first_frame_seen,
      toUnixTimestamp64Milli(max(i.last_received_at)) AS last_received_ms,
      if(bitTest(max(i.latest), 8), max(i.play_ms), max(i.media_ms)) AS media_ms,
      max(i.stream_type) AS stream_type,
      max(i.unique_media_ms) AS unique_media_ms,
      max(i.video_duration_ms) AS video_duration_ms,
      max(i.viewer_id) AS viewer_id
    FROM impressions AS i
    WHERE i.organization_id = {organization:UUID}
      AND (i.started_hour BETWEEN toDateTime({p6:Int64}, 'UTC') AND toDateTime({p7:Int64}, 'UTC'))
    GROUP BY i.attempt_id
  )
  WHERE ms >= {p0:Int64} AND ms < {p1:Int64}
    AND (country IN ({p2:String}, {p3:String}))
    AND device_class != 'bot'
)
WHERE first_frame_seen
GROUP BY viewer_bucket, place
ORDER BY viewer_bucket, place
