-- organization = <organisation>
-- from = 1795042800
-- to = 1795132800
SELECT count() AS rows FROM impressions AS i WHERE organization_id = {organization:UUID}
  AND started_hour BETWEEN toDateTime({from:Int64}, 'UTC') AND toDateTime({to:Int64}, 'UTC')
