-- Rows of an attempt lie one behind the other, and totals only grow: a column holds small steps, which Delta shows to ZSTD. Measured on
-- simulated traffic, bytes a row: bitrate_bps_ms 2.9 → 0.8, play_ms 1.2 → 0.4, active_spans 6.5 → 0.9; all of it 76 → 56. Parts have it from
-- their next merge on.
ALTER TABLE beacons_local ON CLUSTER 'qoe'
    MODIFY COLUMN sequence CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN from_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN to_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN startup_wait_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN play_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN play_hidden_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN paused_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN media_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_count CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_short_count CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_short_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_ms_max CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_network_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_seek_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_rendition_switch_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_ad_boundary_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_decoder_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_live_edge_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_suspended_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN stall_unknown_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN seek_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN seek_count CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN ad_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN bitrate_bps_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN bitrate_media_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN bitrate_peak_bps_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN bitrate_peak_media_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN data_bytes CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN switch_up_count CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN switch_down_count CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN frames_decoded CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN frames_dropped CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN upscale_css_permille_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN upscale_px_permille_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN upscale_ms CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN error_count CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN active_spans CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN play_ms_by_rendition CODEC(ZSTD(6))
;

CREATE OR REPLACE TABLE beacons ON CLUSTER 'qoe' AS `playhead`.beacons_local
ENGINE = Distributed('qoe', 'playhead', 'beacons_local', cityHash64(attempt_id));
