from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.end_reason import EndReason, check_end_reason
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.failure import Failure
    from ..models.rendition_play import RenditionPlay


T = TypeVar("T", bound="Totals")


@_attrs_define
class Totals:
    """Cumulative totals of one attempt, from intent to the beacon's `interval.to_ms`. A field absent from the JSON is 0,
    false or null.

        Attributes:
            ad_ms (int | Unset):
            bitrate_bps_ms (int | Unset): Σ (declared average bandwidth, bit/s × media ms rendered). Divide by
                `bitrate_media_ms`. Default: 0.
            bitrate_measured_bytes (int | Unset): Bytes of the segments with video whose length in media time is known.
                Divide by `bitrate_measured_media_ms`. Default: 0.
            bitrate_measured_media_ms (int | Unset):
            bitrate_media_ms (int | Unset):
            bitrate_peak_bps_ms (int | Unset): Σ (declared peak bandwidth, bit/s × media ms rendered). Divide by
                `bitrate_peak_media_ms`. Default: 0.
            bitrate_peak_media_ms (int | Unset):
            data_bytes (int | Unset): Bytes of media fetched. Default: 0.
            drm_load_ms (int | None | Unset):
            dvr_ms (int | Unset):
            end_reason (EndReason | None | Unset):
            error_count (int | Unset): Errors, fatal or not. Default: 0.
            failure (Failure | None | Unset):
            first_frame_seen (bool | Unset): Whether a frame was rendered: the attempt is a play. Default: False.
            frames_decoded (int | Unset): Frames decoded while visible and playing. Default: 0.
            frames_dropped (int | Unset): Frames dropped while visible and playing. Default: 0.
            live_latency_median (int | Unset): How far the picture was behind live, ms, sampled once a second of playing
                outside `dvr_ms`: see [`Median`]. Default: 0.
            media_ms (int | Unset):
            page_load_ms (int | None | Unset):
            paused_ms (int | Unset):
            play_hidden_ms (int | Unset):
            play_ms (int | Unset):
            play_ms_by_rendition (list[RenditionPlay] | Unset): Playing time per rung, by name, each name once. At most
                [`crate::limits::RENDITIONS_MAX`].
            player_startup_ms (int | None | Unset):
            position_ms_max (int | None | Unset):
            seek_count (int | Unset): Seeks; scrubbing within 1 s is one, a player's step over a gap of less than 200 ms
                none. Default: 0.
            seek_ms (int | Unset):
            stall_ad_boundary_ms (int | Unset):
            stall_count (int | Unset): Stalls of at least [`crate::limits::STALL_COUNTED_MS_MIN`], an open one included once
                it is that long. Default: 0.
            stall_decoder_ms (int | Unset):
            stall_live_edge_ms (int | Unset):
            stall_ms (int | Unset):
            stall_ms_max (int | Unset):
            stall_network_ms (int | Unset):
            stall_rendition_switch_ms (int | Unset):
            stall_seek_ms (int | Unset):
            stall_short_count (int | Unset): Stalls shorter than that. Known when they end. Default: 0.
            stall_short_ms (int | Unset):
            stall_suspended_ms (int | Unset):
            stall_unknown_ms (int | Unset):
            startup_ad_ms (int | None | Unset):
            startup_any_ms (int | None | Unset):
            startup_content_ms (int | None | Unset):
            startup_decode_ms (int | None | Unset):
            startup_drm_ms (int | None | Unset):
            startup_hidden (bool | Unset): The page was hidden before the first frame; startup is excluded by default and
                counted. Default: False.
            startup_init_ms (int | None | Unset):
            startup_interrupted (bool | Unset): A seek or pause came before the first frame; startup is excluded by default
                and counted. Default: False.
            startup_manifest_ms (int | None | Unset):
            startup_other_ms (int | None | Unset):
            startup_segment_ms (int | None | Unset):
            startup_wait_ms (int | Unset):
            suspended (bool | Unset): The machine slept during the attempt; the gap is cut out of every duration. Default:
                False.
            switch_down_count (int | Unset): Rendered switches to a lower rendition. Default: 0.
            switch_up_count (int | Unset): Rendered switches to a higher rendition. Default: 0.
            throughput_median (int | Unset): Bytes of each media segment ÷ the time from its request to its last byte,
                bit/s: see [`Median`]. Default: 0.
            ttfb_median (int | Unset): From the request of each media segment to its first byte, ms: see [`Median`].
                Default: 0.
            unique_media_ms (int | None | Unset):
            upscale_css_permille_ms (int | Unset): Σ (how much larger the picture is shown than it is, in CSS pixels, ‰ ×
                playing ms). Divide by `upscale_ms`. Default: 0.
            upscale_ms (int | Unset):
            upscale_px_permille_ms (int | Unset): The same in device pixels. Default: 0.
    """

    ad_ms: int | Unset = UNSET
    bitrate_bps_ms: int | Unset = 0
    bitrate_measured_bytes: int | Unset = 0
    bitrate_measured_media_ms: int | Unset = UNSET
    bitrate_media_ms: int | Unset = UNSET
    bitrate_peak_bps_ms: int | Unset = 0
    bitrate_peak_media_ms: int | Unset = UNSET
    data_bytes: int | Unset = 0
    drm_load_ms: int | None | Unset = UNSET
    dvr_ms: int | Unset = UNSET
    end_reason: EndReason | None | Unset = UNSET
    error_count: int | Unset = 0
    failure: Failure | None | Unset = UNSET
    first_frame_seen: bool | Unset = False
    frames_decoded: int | Unset = 0
    frames_dropped: int | Unset = 0
    live_latency_median: int | Unset = 0
    media_ms: int | Unset = UNSET
    page_load_ms: int | None | Unset = UNSET
    paused_ms: int | Unset = UNSET
    play_hidden_ms: int | Unset = UNSET
    play_ms: int | Unset = UNSET
    play_ms_by_rendition: list[RenditionPlay] | Unset = UNSET
    player_startup_ms: int | None | Unset = UNSET
    position_ms_max: int | None | Unset = UNSET
    seek_count: int | Unset = 0
    seek_ms: int | Unset = UNSET
    stall_ad_boundary_ms: int | Unset = UNSET
    stall_count: int | Unset = 0
    stall_decoder_ms: int | Unset = UNSET
    stall_live_edge_ms: int | Unset = UNSET
    stall_ms: int | Unset = UNSET
    stall_ms_max: int | Unset = UNSET
    stall_network_ms: int | Unset = UNSET
    stall_rendition_switch_ms: int | Unset = UNSET
    stall_seek_ms: int | Unset = UNSET
    stall_short_count: int | Unset = 0
    stall_short_ms: int | Unset = UNSET
    stall_suspended_ms: int | Unset = UNSET
    stall_unknown_ms: int | Unset = UNSET
    startup_ad_ms: int | None | Unset = UNSET
    startup_any_ms: int | None | Unset = UNSET
    startup_content_ms: int | None | Unset = UNSET
    startup_decode_ms: int | None | Unset = UNSET
    startup_drm_ms: int | None | Unset = UNSET
    startup_hidden: bool | Unset = False
    startup_init_ms: int | None | Unset = UNSET
    startup_interrupted: bool | Unset = False
    startup_manifest_ms: int | None | Unset = UNSET
    startup_other_ms: int | None | Unset = UNSET
    startup_segment_ms: int | None | Unset = UNSET
    startup_wait_ms: int | Unset = UNSET
    suspended: bool | Unset = False
    switch_down_count: int | Unset = 0
    switch_up_count: int | Unset = 0
    throughput_median: int | Unset = 0
    ttfb_median: int | Unset = 0
    unique_media_ms: int | None | Unset = UNSET
    upscale_css_permille_ms: int | Unset = 0
    upscale_ms: int | Unset = UNSET
    upscale_px_permille_ms: int | Unset = 0
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.failure import Failure  # noqa: PLC0415

        ad_ms = self.ad_ms

        bitrate_bps_ms = self.bitrate_bps_ms

        bitrate_measured_bytes = self.bitrate_measured_bytes

        bitrate_measured_media_ms = self.bitrate_measured_media_ms

        bitrate_media_ms = self.bitrate_media_ms

        bitrate_peak_bps_ms = self.bitrate_peak_bps_ms

        bitrate_peak_media_ms = self.bitrate_peak_media_ms

        data_bytes = self.data_bytes

        drm_load_ms: int | None | Unset
        if isinstance(self.drm_load_ms, Unset):
            drm_load_ms = UNSET
        else:
            drm_load_ms = self.drm_load_ms

        dvr_ms = self.dvr_ms

        end_reason: None | str | Unset
        if isinstance(self.end_reason, Unset):
            end_reason = UNSET
        elif isinstance(self.end_reason, str):
            end_reason = self.end_reason
        else:
            end_reason = self.end_reason

        error_count = self.error_count

        failure: dict[str, Any] | None | Unset
        if isinstance(self.failure, Unset):
            failure = UNSET
        elif isinstance(self.failure, Failure):
            failure = self.failure.to_dict()
        else:
            failure = self.failure

        first_frame_seen = self.first_frame_seen

        frames_decoded = self.frames_decoded

        frames_dropped = self.frames_dropped

        live_latency_median = self.live_latency_median

        media_ms = self.media_ms

        page_load_ms: int | None | Unset
        if isinstance(self.page_load_ms, Unset):
            page_load_ms = UNSET
        else:
            page_load_ms = self.page_load_ms

        paused_ms = self.paused_ms

        play_hidden_ms = self.play_hidden_ms

        play_ms = self.play_ms

        play_ms_by_rendition: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.play_ms_by_rendition, Unset):
            play_ms_by_rendition = []
            for play_ms_by_rendition_item_data in self.play_ms_by_rendition:
                play_ms_by_rendition_item = play_ms_by_rendition_item_data.to_dict()
                play_ms_by_rendition.append(play_ms_by_rendition_item)

        player_startup_ms: int | None | Unset
        if isinstance(self.player_startup_ms, Unset):
            player_startup_ms = UNSET
        else:
            player_startup_ms = self.player_startup_ms

        position_ms_max: int | None | Unset
        if isinstance(self.position_ms_max, Unset):
            position_ms_max = UNSET
        else:
            position_ms_max = self.position_ms_max

        seek_count = self.seek_count

        seek_ms = self.seek_ms

        stall_ad_boundary_ms = self.stall_ad_boundary_ms

        stall_count = self.stall_count

        stall_decoder_ms = self.stall_decoder_ms

        stall_live_edge_ms = self.stall_live_edge_ms

        stall_ms = self.stall_ms

        stall_ms_max = self.stall_ms_max

        stall_network_ms = self.stall_network_ms

        stall_rendition_switch_ms = self.stall_rendition_switch_ms

        stall_seek_ms = self.stall_seek_ms

        stall_short_count = self.stall_short_count

        stall_short_ms = self.stall_short_ms

        stall_suspended_ms = self.stall_suspended_ms

        stall_unknown_ms = self.stall_unknown_ms

        startup_ad_ms: int | None | Unset
        if isinstance(self.startup_ad_ms, Unset):
            startup_ad_ms = UNSET
        else:
            startup_ad_ms = self.startup_ad_ms

        startup_any_ms: int | None | Unset
        if isinstance(self.startup_any_ms, Unset):
            startup_any_ms = UNSET
        else:
            startup_any_ms = self.startup_any_ms

        startup_content_ms: int | None | Unset
        if isinstance(self.startup_content_ms, Unset):
            startup_content_ms = UNSET
        else:
            startup_content_ms = self.startup_content_ms

        startup_decode_ms: int | None | Unset
        if isinstance(self.startup_decode_ms, Unset):
            startup_decode_ms = UNSET
        else:
            startup_decode_ms = self.startup_decode_ms

        startup_drm_ms: int | None | Unset
        if isinstance(self.startup_drm_ms, Unset):
            startup_drm_ms = UNSET
        else:
            startup_drm_ms = self.startup_drm_ms

        startup_hidden = self.startup_hidden

        startup_init_ms: int | None | Unset
        if isinstance(self.startup_init_ms, Unset):
            startup_init_ms = UNSET
        else:
            startup_init_ms = self.startup_init_ms

        startup_interrupted = self.startup_interrupted

        startup_manifest_ms: int | None | Unset
        if isinstance(self.startup_manifest_ms, Unset):
            startup_manifest_ms = UNSET
        else:
            startup_manifest_ms = self.startup_manifest_ms

        startup_other_ms: int | None | Unset
        if isinstance(self.startup_other_ms, Unset):
            startup_other_ms = UNSET
        else:
            startup_other_ms = self.startup_other_ms

        startup_segment_ms: int | None | Unset
        if isinstance(self.startup_segment_ms, Unset):
            startup_segment_ms = UNSET
        else:
            startup_segment_ms = self.startup_segment_ms

        startup_wait_ms = self.startup_wait_ms

        suspended = self.suspended

        switch_down_count = self.switch_down_count

        switch_up_count = self.switch_up_count

        throughput_median = self.throughput_median

        ttfb_median = self.ttfb_median

        unique_media_ms: int | None | Unset
        if isinstance(self.unique_media_ms, Unset):
            unique_media_ms = UNSET
        else:
            unique_media_ms = self.unique_media_ms

        upscale_css_permille_ms = self.upscale_css_permille_ms

        upscale_ms = self.upscale_ms

        upscale_px_permille_ms = self.upscale_px_permille_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if ad_ms is not UNSET:
            field_dict["ad_ms"] = ad_ms
        if bitrate_bps_ms is not UNSET:
            field_dict["bitrate_bps_ms"] = bitrate_bps_ms
        if bitrate_measured_bytes is not UNSET:
            field_dict["bitrate_measured_bytes"] = bitrate_measured_bytes
        if bitrate_measured_media_ms is not UNSET:
            field_dict["bitrate_measured_media_ms"] = bitrate_measured_media_ms
        if bitrate_media_ms is not UNSET:
            field_dict["bitrate_media_ms"] = bitrate_media_ms
        if bitrate_peak_bps_ms is not UNSET:
            field_dict["bitrate_peak_bps_ms"] = bitrate_peak_bps_ms
        if bitrate_peak_media_ms is not UNSET:
            field_dict["bitrate_peak_media_ms"] = bitrate_peak_media_ms
        if data_bytes is not UNSET:
            field_dict["data_bytes"] = data_bytes
        if drm_load_ms is not UNSET:
            field_dict["drm_load_ms"] = drm_load_ms
        if dvr_ms is not UNSET:
            field_dict["dvr_ms"] = dvr_ms
        if end_reason is not UNSET:
            field_dict["end_reason"] = end_reason
        if error_count is not UNSET:
            field_dict["error_count"] = error_count
        if failure is not UNSET:
            field_dict["failure"] = failure
        if first_frame_seen is not UNSET:
            field_dict["first_frame_seen"] = first_frame_seen
        if frames_decoded is not UNSET:
            field_dict["frames_decoded"] = frames_decoded
        if frames_dropped is not UNSET:
            field_dict["frames_dropped"] = frames_dropped
        if live_latency_median is not UNSET:
            field_dict["live_latency_median"] = live_latency_median
        if media_ms is not UNSET:
            field_dict["media_ms"] = media_ms
        if page_load_ms is not UNSET:
            field_dict["page_load_ms"] = page_load_ms
        if paused_ms is not UNSET:
            field_dict["paused_ms"] = paused_ms
        if play_hidden_ms is not UNSET:
            field_dict["play_hidden_ms"] = play_hidden_ms
        if play_ms is not UNSET:
            field_dict["play_ms"] = play_ms
        if play_ms_by_rendition is not UNSET:
            field_dict["play_ms_by_rendition"] = play_ms_by_rendition
        if player_startup_ms is not UNSET:
            field_dict["player_startup_ms"] = player_startup_ms
        if position_ms_max is not UNSET:
            field_dict["position_ms_max"] = position_ms_max
        if seek_count is not UNSET:
            field_dict["seek_count"] = seek_count
        if seek_ms is not UNSET:
            field_dict["seek_ms"] = seek_ms
        if stall_ad_boundary_ms is not UNSET:
            field_dict["stall_ad_boundary_ms"] = stall_ad_boundary_ms
        if stall_count is not UNSET:
            field_dict["stall_count"] = stall_count
        if stall_decoder_ms is not UNSET:
            field_dict["stall_decoder_ms"] = stall_decoder_ms
        if stall_live_edge_ms is not UNSET:
            field_dict["stall_live_edge_ms"] = stall_live_edge_ms
        if stall_ms is not UNSET:
            field_dict["stall_ms"] = stall_ms
        if stall_ms_max is not UNSET:
            field_dict["stall_ms_max"] = stall_ms_max
        if stall_network_ms is not UNSET:
            field_dict["stall_network_ms"] = stall_network_ms
        if stall_rendition_switch_ms is not UNSET:
            field_dict["stall_rendition_switch_ms"] = stall_rendition_switch_ms
        if stall_seek_ms is not UNSET:
            field_dict["stall_seek_ms"] = stall_seek_ms
        if stall_short_count is not UNSET:
            field_dict["stall_short_count"] = stall_short_count
        if stall_short_ms is not UNSET:
            field_dict["stall_short_ms"] = stall_short_ms
        if stall_suspended_ms is not UNSET:
            field_dict["stall_suspended_ms"] = stall_suspended_ms
        if stall_unknown_ms is not UNSET:
            field_dict["stall_unknown_ms"] = stall_unknown_ms
        if startup_ad_ms is not UNSET:
            field_dict["startup_ad_ms"] = startup_ad_ms
        if startup_any_ms is not UNSET:
            field_dict["startup_any_ms"] = startup_any_ms
        if startup_content_ms is not UNSET:
            field_dict["startup_content_ms"] = startup_content_ms
        if startup_decode_ms is not UNSET:
            field_dict["startup_decode_ms"] = startup_decode_ms
        if startup_drm_ms is not UNSET:
            field_dict["startup_drm_ms"] = startup_drm_ms
        if startup_hidden is not UNSET:
            field_dict["startup_hidden"] = startup_hidden
        if startup_init_ms is not UNSET:
            field_dict["startup_init_ms"] = startup_init_ms
        if startup_interrupted is not UNSET:
            field_dict["startup_interrupted"] = startup_interrupted
        if startup_manifest_ms is not UNSET:
            field_dict["startup_manifest_ms"] = startup_manifest_ms
        if startup_other_ms is not UNSET:
            field_dict["startup_other_ms"] = startup_other_ms
        if startup_segment_ms is not UNSET:
            field_dict["startup_segment_ms"] = startup_segment_ms
        if startup_wait_ms is not UNSET:
            field_dict["startup_wait_ms"] = startup_wait_ms
        if suspended is not UNSET:
            field_dict["suspended"] = suspended
        if switch_down_count is not UNSET:
            field_dict["switch_down_count"] = switch_down_count
        if switch_up_count is not UNSET:
            field_dict["switch_up_count"] = switch_up_count
        if throughput_median is not UNSET:
            field_dict["throughput_median"] = throughput_median
        if ttfb_median is not UNSET:
            field_dict["ttfb_median"] = ttfb_median
        if unique_media_ms is not UNSET:
            field_dict["unique_media_ms"] = unique_media_ms
        if upscale_css_permille_ms is not UNSET:
            field_dict["upscale_css_permille_ms"] = upscale_css_permille_ms
        if upscale_ms is not UNSET:
            field_dict["upscale_ms"] = upscale_ms
        if upscale_px_permille_ms is not UNSET:
            field_dict["upscale_px_permille_ms"] = upscale_px_permille_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.failure import Failure  # noqa: PLC0415
        from ..models.rendition_play import RenditionPlay  # noqa: PLC0415

        d = dict(src_dict)
        ad_ms = d.pop("ad_ms", UNSET)

        bitrate_bps_ms = d.pop("bitrate_bps_ms", UNSET)

        bitrate_measured_bytes = d.pop("bitrate_measured_bytes", UNSET)

        bitrate_measured_media_ms = d.pop("bitrate_measured_media_ms", UNSET)

        bitrate_media_ms = d.pop("bitrate_media_ms", UNSET)

        bitrate_peak_bps_ms = d.pop("bitrate_peak_bps_ms", UNSET)

        bitrate_peak_media_ms = d.pop("bitrate_peak_media_ms", UNSET)

        data_bytes = d.pop("data_bytes", UNSET)

        def _parse_drm_load_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        drm_load_ms = _parse_drm_load_ms(d.pop("drm_load_ms", UNSET))

        dvr_ms = d.pop("dvr_ms", UNSET)

        def _parse_end_reason(data: object) -> EndReason | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                end_reason_type_0 = check_end_reason(data)

                return end_reason_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(EndReason | None | Unset, data)

        end_reason = _parse_end_reason(d.pop("end_reason", UNSET))

        error_count = d.pop("error_count", UNSET)

        def _parse_failure(data: object) -> Failure | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                failure_type_0 = Failure.from_dict(data)

                return failure_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Failure | None | Unset, data)

        failure = _parse_failure(d.pop("failure", UNSET))

        first_frame_seen = d.pop("first_frame_seen", UNSET)

        frames_decoded = d.pop("frames_decoded", UNSET)

        frames_dropped = d.pop("frames_dropped", UNSET)

        live_latency_median = d.pop("live_latency_median", UNSET)

        media_ms = d.pop("media_ms", UNSET)

        def _parse_page_load_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        page_load_ms = _parse_page_load_ms(d.pop("page_load_ms", UNSET))

        paused_ms = d.pop("paused_ms", UNSET)

        play_hidden_ms = d.pop("play_hidden_ms", UNSET)

        play_ms = d.pop("play_ms", UNSET)

        _play_ms_by_rendition = d.pop("play_ms_by_rendition", UNSET)
        play_ms_by_rendition: list[RenditionPlay] | Unset = UNSET
        if _play_ms_by_rendition is not UNSET:
            play_ms_by_rendition = []
            for play_ms_by_rendition_item_data in _play_ms_by_rendition:
                play_ms_by_rendition_item = RenditionPlay.from_dict(
                    play_ms_by_rendition_item_data
                )

                play_ms_by_rendition.append(play_ms_by_rendition_item)

        def _parse_player_startup_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        player_startup_ms = _parse_player_startup_ms(d.pop("player_startup_ms", UNSET))

        def _parse_position_ms_max(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        position_ms_max = _parse_position_ms_max(d.pop("position_ms_max", UNSET))

        seek_count = d.pop("seek_count", UNSET)

        seek_ms = d.pop("seek_ms", UNSET)

        stall_ad_boundary_ms = d.pop("stall_ad_boundary_ms", UNSET)

        stall_count = d.pop("stall_count", UNSET)

        stall_decoder_ms = d.pop("stall_decoder_ms", UNSET)

        stall_live_edge_ms = d.pop("stall_live_edge_ms", UNSET)

        stall_ms = d.pop("stall_ms", UNSET)

        stall_ms_max = d.pop("stall_ms_max", UNSET)

        stall_network_ms = d.pop("stall_network_ms", UNSET)

        stall_rendition_switch_ms = d.pop("stall_rendition_switch_ms", UNSET)

        stall_seek_ms = d.pop("stall_seek_ms", UNSET)

        stall_short_count = d.pop("stall_short_count", UNSET)

        stall_short_ms = d.pop("stall_short_ms", UNSET)

        stall_suspended_ms = d.pop("stall_suspended_ms", UNSET)

        stall_unknown_ms = d.pop("stall_unknown_ms", UNSET)

        def _parse_startup_ad_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_ad_ms = _parse_startup_ad_ms(d.pop("startup_ad_ms", UNSET))

        def _parse_startup_any_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_any_ms = _parse_startup_any_ms(d.pop("startup_any_ms", UNSET))

        def _parse_startup_content_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_content_ms = _parse_startup_content_ms(
            d.pop("startup_content_ms", UNSET)
        )

        def _parse_startup_decode_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_decode_ms = _parse_startup_decode_ms(d.pop("startup_decode_ms", UNSET))

        def _parse_startup_drm_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_drm_ms = _parse_startup_drm_ms(d.pop("startup_drm_ms", UNSET))

        startup_hidden = d.pop("startup_hidden", UNSET)

        def _parse_startup_init_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_init_ms = _parse_startup_init_ms(d.pop("startup_init_ms", UNSET))

        startup_interrupted = d.pop("startup_interrupted", UNSET)

        def _parse_startup_manifest_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_manifest_ms = _parse_startup_manifest_ms(
            d.pop("startup_manifest_ms", UNSET)
        )

        def _parse_startup_other_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_other_ms = _parse_startup_other_ms(d.pop("startup_other_ms", UNSET))

        def _parse_startup_segment_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        startup_segment_ms = _parse_startup_segment_ms(
            d.pop("startup_segment_ms", UNSET)
        )

        startup_wait_ms = d.pop("startup_wait_ms", UNSET)

        suspended = d.pop("suspended", UNSET)

        switch_down_count = d.pop("switch_down_count", UNSET)

        switch_up_count = d.pop("switch_up_count", UNSET)

        throughput_median = d.pop("throughput_median", UNSET)

        ttfb_median = d.pop("ttfb_median", UNSET)

        def _parse_unique_media_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        unique_media_ms = _parse_unique_media_ms(d.pop("unique_media_ms", UNSET))

        upscale_css_permille_ms = d.pop("upscale_css_permille_ms", UNSET)

        upscale_ms = d.pop("upscale_ms", UNSET)

        upscale_px_permille_ms = d.pop("upscale_px_permille_ms", UNSET)

        totals = cls(
            ad_ms=ad_ms,
            bitrate_bps_ms=bitrate_bps_ms,
            bitrate_measured_bytes=bitrate_measured_bytes,
            bitrate_measured_media_ms=bitrate_measured_media_ms,
            bitrate_media_ms=bitrate_media_ms,
            bitrate_peak_bps_ms=bitrate_peak_bps_ms,
            bitrate_peak_media_ms=bitrate_peak_media_ms,
            data_bytes=data_bytes,
            drm_load_ms=drm_load_ms,
            dvr_ms=dvr_ms,
            end_reason=end_reason,
            error_count=error_count,
            failure=failure,
            first_frame_seen=first_frame_seen,
            frames_decoded=frames_decoded,
            frames_dropped=frames_dropped,
            live_latency_median=live_latency_median,
            media_ms=media_ms,
            page_load_ms=page_load_ms,
            paused_ms=paused_ms,
            play_hidden_ms=play_hidden_ms,
            play_ms=play_ms,
            play_ms_by_rendition=play_ms_by_rendition,
            player_startup_ms=player_startup_ms,
            position_ms_max=position_ms_max,
            seek_count=seek_count,
            seek_ms=seek_ms,
            stall_ad_boundary_ms=stall_ad_boundary_ms,
            stall_count=stall_count,
            stall_decoder_ms=stall_decoder_ms,
            stall_live_edge_ms=stall_live_edge_ms,
            stall_ms=stall_ms,
            stall_ms_max=stall_ms_max,
            stall_network_ms=stall_network_ms,
            stall_rendition_switch_ms=stall_rendition_switch_ms,
            stall_seek_ms=stall_seek_ms,
            stall_short_count=stall_short_count,
            stall_short_ms=stall_short_ms,
            stall_suspended_ms=stall_suspended_ms,
            stall_unknown_ms=stall_unknown_ms,
            startup_ad_ms=startup_ad_ms,
            startup_any_ms=startup_any_ms,
            startup_content_ms=startup_content_ms,
            startup_decode_ms=startup_decode_ms,
            startup_drm_ms=startup_drm_ms,
            startup_hidden=startup_hidden,
            startup_init_ms=startup_init_ms,
            startup_interrupted=startup_interrupted,
            startup_manifest_ms=startup_manifest_ms,
            startup_other_ms=startup_other_ms,
            startup_segment_ms=startup_segment_ms,
            startup_wait_ms=startup_wait_ms,
            suspended=suspended,
            switch_down_count=switch_down_count,
            switch_up_count=switch_up_count,
            throughput_median=throughput_median,
            ttfb_median=ttfb_median,
            unique_media_ms=unique_media_ms,
            upscale_css_permille_ms=upscale_css_permille_ms,
            upscale_ms=upscale_ms,
            upscale_px_permille_ms=upscale_px_permille_ms,
        )

        totals.additional_properties = d
        return totals

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
