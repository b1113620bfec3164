-- before = 1882378469376000000
-- limit = 10
SELECT organization_id, toInt64(made) AS version
FROM (
  SELECT DISTINCT organization_id, toDate(started_at) AS day, c.version AS made FROM day_cells AS c
  WHERE dimension_set = '' AND grain = 'day' AND c.version < {before:UInt64}
)
WHERE (organization_id, day, made) NOT IN (
  SELECT organization_id, day, max(d.version) FROM cell_days AS d GROUP BY organization_id, day
)
ORDER BY version
LIMIT {limit:UInt64}
