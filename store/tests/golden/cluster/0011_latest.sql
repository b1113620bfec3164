-- What beacons leave out is not put in here either. Totals only grow, so the beacon with the highest sequence says of which totals an
-- attempt has another one's value: `latest` keeps what it says (docs/adr/0011), and takes the place of max_sequence and last_state.
-- The rest are denser codecs and types.
-- Measured on simulated traffic, bytes a row: what is left out 17.9 → 0.7, play_ms_by_rendition 9.4 → 6.6, video_title 2.9 → 0.8; all of it
-- 120 → 89. Most of the rest is chance: the id, times and totals to the millisecond.
-- Rows from before keep what they have, with nothing left out; `latest` is then made of it.
ALTER TABLE impressions_local ON CLUSTER 'qoe'
    ADD COLUMN IF NOT EXISTS latest SimpleAggregateFunction(max, UInt64)
        DEFAULT bitShiftLeft(toUInt64(max_sequence), 24) + ascii(finalizeAggregation(last_state))
        COMMENT 'of the beacon with the highest sequence: sequence x 2^24 + main_place x 2^16 + omitted x 2^8 + letter of CMCD sta at its end. main_place: place of main_rendition among the names of play_ms_by_rendition in order, from 1, where it has no time of its own; 0 for none. omitted: as in beacons, elapsed_ms for to_ms'
        CODEC(T64, ZSTD(3)),
    COMMENT COLUMN max_sequence 'highest sequence seen, in rows from before latest',
    COMMENT COLUMN last_state 'state at the end of the beacon with the highest sequence, in rows from before latest',
    COMMENT COLUMN play_ms_by_rendition 'ms; playing time per rendition, by name, but for the one at main_place of latest',
    COMMENT COLUMN media_ms 'ms; media time played of the stream’s own clock (speed-aware); left out where latest says so',
    COMMENT COLUMN bitrate_media_ms 'ms; media ms rendered with a known declared average bandwidth; left out where latest says so',
    COMMENT COLUMN bitrate_peak_media_ms 'ms; media ms rendered with a known declared peak bandwidth; left out where latest says so',
    COMMENT COLUMN upscale_ms 'ms; playing ms with a known picture and display size; left out where latest says so',
    COMMENT COLUMN startup_content_ms 'ms; intent → first content frame minus ad playing time. Null when none was rendered; left out where latest says so',
    COMMENT COLUMN startup_wait_ms 'ms; time the viewer waited for the first frame while the page was visible. Grows until the first frame or the end; left out where latest says so',
    COMMENT COLUMN stall_ms_max 'ms; the longest stall; left out where latest says so',
    COMMENT COLUMN elapsed_ms 'ms from intent to the end of the latest interval, monotonic; left out where latest says so',
    MODIFY COLUMN video_title SimpleAggregateFunction(max, LowCardinality(String)) CODEC(ZSTD(3)),
    MODIFY COLUMN started_at CODEC(T64('bit'), ZSTD(3)),
    MODIFY COLUMN last_received_at CODEC(T64('bit'), ZSTD(3)),
    MODIFY COLUMN bitrate_bps_ms CODEC(T64('bit'), ZSTD(3)),
    MODIFY COLUMN bitrate_peak_bps_ms CODEC(T64('bit'), ZSTD(3)),
    MODIFY COLUMN upscale_css_permille_ms CODEC(ZSTD(3)),
    MODIFY COLUMN upscale_px_permille_ms CODEC(ZSTD(3)),
    MODIFY COLUMN video_duration_ms CODEC(ZSTD(3)),
    MODIFY COLUMN sequences CODEC(ZSTD(6)),
    MODIFY COLUMN play_ms_by_rendition CODEC(ZSTD(6)),
    MODIFY COLUMN custom CODEC(ZSTD(6))
;

CREATE OR REPLACE TABLE impressions ON CLUSTER 'qoe' AS `playhead`.impressions_local
ENGINE = Distributed('qoe', 'playhead', 'impressions_local', cityHash64(attempt_id));
