-- What unique_media_ms and completed are made of.
ALTER TABLE cells
    ADD COLUMN IF NOT EXISTS sum_unique_media_ms UInt64 COMMENT 'ms of media; distinct media played' CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS sum_unique_media_known UInt64 COMMENT 'count; attempts that measured it' CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS sum_completed UInt64 COMMENT 'count; plays that reached the end and saw 90 %' CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS sum_completable UInt64 COMMENT 'count; plays on demand that are over and whose distinct media and duration are known' CODEC(T64, ZSTD(1))
