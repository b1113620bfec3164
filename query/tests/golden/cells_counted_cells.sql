-- organization = <organisation>
-- day = 1795132800
-- version = 1001
SELECT sum(sum_attempts) AS attempts, sum(sum_received) AS received FROM day_cells
WHERE organization_id = {organization:UUID} AND dimension_set = '' AND grain = 'day'
  AND started_at = toDateTime({day:Int64}, 'UTC') AND day_cells.version = {version:UInt64}
