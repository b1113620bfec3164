from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.rendition_use import RenditionUse
    from ..models.throughput_point import ThroughputPoint


T = TypeVar("T", bound="Adaptation")


@_attrs_define
class Adaptation:
    """How a player adapted; times in ms after intent, monotonic.

    Attributes:
        oscillation_count (int): Switches that went back, within 30 s of the one before, to the rendition that this one
            had left.
        renditions (list[RenditionUse]): Every rendition that was on the screen, the lowest bitrate first; those without
            one by their height.
        stalls_after_switch_up_count (int): Stalls that began within 10 s after a switch up.
        switch_down_count (int): Switches on the screen to a lower rendition.
        switch_up_count (int): Switches on the screen to a higher rendition.
        throughput (list[ThroughputPoint]): Media requests of which a throughput is known: 8 × bytes ÷ (sending to the
            last byte), those of no time left out.
        bitrate_to_throughput_median (float | None | Unset): Median, over these requests, of the bitrate on the screen ÷
            the throughput: near 1 it takes what the line gives, above 1 more than
            that. Null without a request for which both are known.
        highest_at_ms (int | None | Unset): When the highest of these renditions was first on the screen. Null without a
            rendition.
        throughput_median_bps (float | None | Unset): Median of these throughputs, bit/s. Null without any.
    """

    oscillation_count: int
    renditions: list[RenditionUse]
    stalls_after_switch_up_count: int
    switch_down_count: int
    switch_up_count: int
    throughput: list[ThroughputPoint]
    bitrate_to_throughput_median: float | None | Unset = UNSET
    highest_at_ms: int | None | Unset = UNSET
    throughput_median_bps: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        oscillation_count = self.oscillation_count

        renditions = []
        for renditions_item_data in self.renditions:
            renditions_item = renditions_item_data.to_dict()
            renditions.append(renditions_item)

        stalls_after_switch_up_count = self.stalls_after_switch_up_count

        switch_down_count = self.switch_down_count

        switch_up_count = self.switch_up_count

        throughput = []
        for throughput_item_data in self.throughput:
            throughput_item = throughput_item_data.to_dict()
            throughput.append(throughput_item)

        bitrate_to_throughput_median: float | None | Unset
        if isinstance(self.bitrate_to_throughput_median, Unset):
            bitrate_to_throughput_median = UNSET
        else:
            bitrate_to_throughput_median = self.bitrate_to_throughput_median

        highest_at_ms: int | None | Unset
        if isinstance(self.highest_at_ms, Unset):
            highest_at_ms = UNSET
        else:
            highest_at_ms = self.highest_at_ms

        throughput_median_bps: float | None | Unset
        if isinstance(self.throughput_median_bps, Unset):
            throughput_median_bps = UNSET
        else:
            throughput_median_bps = self.throughput_median_bps

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "oscillationCount": oscillation_count,
                "renditions": renditions,
                "stallsAfterSwitchUpCount": stalls_after_switch_up_count,
                "switchDownCount": switch_down_count,
                "switchUpCount": switch_up_count,
                "throughput": throughput,
            }
        )
        if bitrate_to_throughput_median is not UNSET:
            field_dict["bitrateToThroughputMedian"] = bitrate_to_throughput_median
        if highest_at_ms is not UNSET:
            field_dict["highestAtMs"] = highest_at_ms
        if throughput_median_bps is not UNSET:
            field_dict["throughputMedianBps"] = throughput_median_bps

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rendition_use import RenditionUse  # noqa: PLC0415
        from ..models.throughput_point import ThroughputPoint  # noqa: PLC0415

        d = dict(src_dict)
        oscillation_count = d.pop("oscillationCount")

        renditions = []
        _renditions = d.pop("renditions")
        for renditions_item_data in _renditions:
            renditions_item = RenditionUse.from_dict(renditions_item_data)

            renditions.append(renditions_item)

        stalls_after_switch_up_count = d.pop("stallsAfterSwitchUpCount")

        switch_down_count = d.pop("switchDownCount")

        switch_up_count = d.pop("switchUpCount")

        throughput = []
        _throughput = d.pop("throughput")
        for throughput_item_data in _throughput:
            throughput_item = ThroughputPoint.from_dict(throughput_item_data)

            throughput.append(throughput_item)

        def _parse_bitrate_to_throughput_median(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        bitrate_to_throughput_median = _parse_bitrate_to_throughput_median(
            d.pop("bitrateToThroughputMedian", UNSET)
        )

        def _parse_highest_at_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        highest_at_ms = _parse_highest_at_ms(d.pop("highestAtMs", UNSET))

        def _parse_throughput_median_bps(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        throughput_median_bps = _parse_throughput_median_bps(
            d.pop("throughputMedianBps", UNSET)
        )

        adaptation = cls(
            oscillation_count=oscillation_count,
            renditions=renditions,
            stalls_after_switch_up_count=stalls_after_switch_up_count,
            switch_down_count=switch_down_count,
            switch_up_count=switch_up_count,
            throughput=throughput,
            bitrate_to_throughput_median=bitrate_to_throughput_median,
            highest_at_ms=highest_at_ms,
            throughput_median_bps=throughput_median_bps,
        )

        adaptation.additional_properties = d
        return adaptation

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
