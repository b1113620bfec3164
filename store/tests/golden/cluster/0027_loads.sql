-- A player with a full buffer sends requests in the rhythm of its segments, so the time from one's sending to the next's repeats itself, while the
-- pause between them, as in fetches, is as random as the transfer before. And bytes that are no measured media are few: of two sums that grow
-- by the same numbers one is left out. Measured on simulated traffic, bytes a row in the collector's rhythm: requests 26.0 → 22.1,
-- bitrate_measured_bytes 3.5 → 0.1. Rows from before keep their form, and readers take all of them.
ALTER TABLE beacons_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS loads Array(Tuple(start Int64, bytes UInt32, ttfb_ms Nullable(UInt32), duration_ms UInt32))
        COMMENT 'finished requests for media or manifests, in the order of the timeline; start: even, 2 x the ms from the sending of the one before, or from from_ms, to the sending of this one; odd, 1 + 2 x the ms from the end of the one before; bytes received; ttfb_ms: ms from sending to the first byte, null when not told; duration_ms: ms from sending to the last byte' CODEC(T64, ZSTD(6)),
    ADD COLUMN IF NOT EXISTS unmeasured_bytes Nullable(UInt64)
        COMMENT 'bytes; data_bytes minus bitrate_measured_bytes, which is then left out; null where it is not' CODEC(Delta, ZSTD(3)),
    COMMENT COLUMN fetches 'as loads, with wait_ms: ms from the end of the one before, or from from_ms, to the sending of this one, below 0 when they overlap; in rows from before loads',
    COMMENT COLUMN requests 'as loads, with at_ms: ms after intent, monotonic, of the end; in rows from before fetches',
    COMMENT COLUMN request_object_types 'what each of loads, fetches or requests was for, letters of CMCD ot; empty when not told',
    COMMENT COLUMN request_hosts 'the host that answered each of them; empty when that of the one before, or not told',
    COMMENT COLUMN bitrate_measured_bytes 'bytes; of the segments with video whose length in media time is known. Divide by bitrate_measured_media_ms; left out where unmeasured_bytes is not null'
;

CREATE OR REPLACE TABLE beacons ON CLUSTER 'qoe' AS `playhead`.beacons_local
ENGINE = Distributed('qoe', 'playhead', 'beacons_local', cityHash64(attempt_id));
