-- Requests and buffer samples are most of an interval's events, and most of a beacon's bytes: in columns of their own they take a third of
-- what they took as JSON. Rows from before keep theirs in `events`, and readers take both.
ALTER TABLE beacons
    ADD COLUMN IF NOT EXISTS requests Array(Tuple(at_ms UInt32, bytes UInt32, ttfb_ms Nullable(UInt32), duration_ms UInt32))
        COMMENT 'finished requests for media or manifests; at_ms: ms after intent, monotonic, of the end; bytes received; ttfb_ms: ms from sending to the first byte, null when not told; duration_ms: ms from sending to the last byte' CODEC(T64('bit'), ZSTD(3)),
    ADD COLUMN IF NOT EXISTS buffer_ms Nullable(UInt32)
        COMMENT 'ms of media ahead of the playhead at to_ms; null when not sampled then' CODEC(Delta, ZSTD(3)),
    COMMENT COLUMN events 'JSON array of the other timeline events, at_ms in ms after intent; empty for none'
