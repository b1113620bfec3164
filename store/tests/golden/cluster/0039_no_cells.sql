-- day_cells has taken its place.
DROP TABLE IF EXISTS cells ON CLUSTER 'qoe'
;
