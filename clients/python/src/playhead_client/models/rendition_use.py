from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RenditionUse")


@_attrs_define
class RenditionUse:
    """A rendition's part in an attempt.

    Attributes:
        chosen_count (int): How often it came onto the screen.
        play_ms (int): Time played on the screen, ms.
        bitrate_bps (int | None | Unset): Declared average bandwidth, bit/s; null when not declared.
        height (int | None | Unset): Pixels; null when not known.
        share (float | None | Unset): That ÷ the time played with any rendition; null when none was played.
        width (int | None | Unset): Pixels; null when not known.
    """

    chosen_count: int
    play_ms: int
    bitrate_bps: int | None | Unset = UNSET
    height: int | None | Unset = UNSET
    share: float | None | Unset = UNSET
    width: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chosen_count = self.chosen_count

        play_ms = self.play_ms

        bitrate_bps: int | None | Unset
        if isinstance(self.bitrate_bps, Unset):
            bitrate_bps = UNSET
        else:
            bitrate_bps = self.bitrate_bps

        height: int | None | Unset
        if isinstance(self.height, Unset):
            height = UNSET
        else:
            height = self.height

        share: float | None | Unset
        if isinstance(self.share, Unset):
            share = UNSET
        else:
            share = self.share

        width: int | None | Unset
        if isinstance(self.width, Unset):
            width = UNSET
        else:
            width = self.width

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chosenCount": chosen_count,
                "playMs": play_ms,
            }
        )
        if bitrate_bps is not UNSET:
            field_dict["bitrateBps"] = bitrate_bps
        if height is not UNSET:
            field_dict["height"] = height
        if share is not UNSET:
            field_dict["share"] = share
        if width is not UNSET:
            field_dict["width"] = width

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        chosen_count = d.pop("chosenCount")

        play_ms = d.pop("playMs")

        def _parse_bitrate_bps(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        bitrate_bps = _parse_bitrate_bps(d.pop("bitrateBps", UNSET))

        def _parse_height(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        height = _parse_height(d.pop("height", UNSET))

        def _parse_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        share = _parse_share(d.pop("share", UNSET))

        def _parse_width(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        width = _parse_width(d.pop("width", UNSET))

        rendition_use = cls(
            chosen_count=chosen_count,
            play_ms=play_ms,
            bitrate_bps=bitrate_bps,
            height=height,
            share=share,
            width=width,
        )

        rendition_use.additional_properties = d
        return rendition_use

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
