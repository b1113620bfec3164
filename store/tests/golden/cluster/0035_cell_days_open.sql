-- Large days are built before they are over (query/src/builder.rs).
ALTER TABLE cell_days ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS hours UInt8 DEFAULT 24 COMMENT 'count; hours of the day that its cells are of, from its begin' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS is_open Bool DEFAULT false COMMENT 'true or false; whether attempts that were not over are left out (cells_left_out). Then its cells count whatever is written' CODEC(ZSTD(1))
;
