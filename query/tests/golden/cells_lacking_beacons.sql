-- organization = <organisation>
-- from = 1795046400
-- to = 1795132800
WITH these AS (
  SELECT attempt_id, received FROM (
    SELECT i.attempt_id AS attempt_id, min(i.started_at) AS began_at, groupBitmapMerge(i.sequences) AS received FROM impressions AS i
    WHERE i.organization_id = {organization:UUID} AND i.started_hour BETWEEN toDateTime({from:Int64}, 'UTC') - 3600 AND toDateTime({to:Int64}, 'UTC')
    GROUP BY i.attempt_id
  )
  WHERE began_at >= toDateTime({from:Int64}, 'UTC') AND began_at < toDateTime({to:Int64}, 'UTC')
)
SELECT (SELECT toInt64(sum(received)) FROM these) - (
  SELECT toInt64(uniqExact(b.attempt_id, b.sequence)) FROM beacons AS b
  WHERE b.organization_id = {organization:UUID} AND b.started_at >= toDateTime({from:Int64}, 'UTC') - 3600 AND b.started_at < toDateTime({to:Int64}, 'UTC') + 3600
    AND b.attempt_id IN (SELECT attempt_id FROM these)
) AS lacking
