from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ThroughputPoint")


@_attrs_define
class ThroughputPoint:
    """What the line gave a request, and what was on the screen.

    Attributes:
        at_ms (int): When the last byte came.
        throughput_bps (float): bit/s.
        bitrate_bps (int | None | Unset): Declared average bandwidth of the rendition on the screen then, bit/s; null
            when none was, or not declared.
    """

    at_ms: int
    throughput_bps: float
    bitrate_bps: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at_ms = self.at_ms

        throughput_bps = self.throughput_bps

        bitrate_bps: int | None | Unset
        if isinstance(self.bitrate_bps, Unset):
            bitrate_bps = UNSET
        else:
            bitrate_bps = self.bitrate_bps

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "atMs": at_ms,
                "throughputBps": throughput_bps,
            }
        )
        if bitrate_bps is not UNSET:
            field_dict["bitrateBps"] = bitrate_bps

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at_ms = d.pop("atMs")

        throughput_bps = d.pop("throughputBps")

        def _parse_bitrate_bps(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        bitrate_bps = _parse_bitrate_bps(d.pop("bitrateBps", UNSET))

        throughput_point = cls(
            at_ms=at_ms,
            throughput_bps=throughput_bps,
            bitrate_bps=bitrate_bps,
        )

        throughput_point.additional_properties = d
        return throughput_point

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
