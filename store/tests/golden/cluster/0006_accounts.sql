-- What the nodes of one ClickHouse tell each other of organisations, keys and erasures. Each keeps a copy of its own and needs this
-- table only to learn what is new. No viewer, no secret: of an API key there is the hash.
-- Grain: (kind, id). Entries merge, so which of two writers comes last does not matter: the other one sees it and writes again.
CREATE TABLE IF NOT EXISTS accounts ON CLUSTER 'qoe'
(
    kind LowCardinality(String) COMMENT 'organization, license_key, api_key or erasure',
    id String COMMENT 'its id',
    body String COMMENT 'JSON; the rest' CODEC(ZSTD(1)),
    written_at DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'wall clock of ClickHouse, µs resolution'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}', written_at)
ORDER BY (kind, id)
SETTINGS
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    old_parts_lifetime = 480
;
