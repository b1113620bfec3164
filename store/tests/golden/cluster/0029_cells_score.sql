-- What experience_score is made of.
ALTER TABLE cells ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS sum_score UInt64 COMMENT 'tenths of a point; scores' CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS sum_scored UInt64 COMMENT 'count; attempts that have one' CODEC(T64, ZSTD(1));
;
