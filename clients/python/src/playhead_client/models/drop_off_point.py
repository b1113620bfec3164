from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="DropOffPoint")


@_attrs_define
class DropOffPoint:
    """The audience at one place of a video.

    Attributes:
        at_risk (int): Plays that are known to have come to the place before this one.
        position (float): Distinct media as a part of the video's duration, 0.01..=1.
        high (float | None | Unset): Upper limit; null as that.
        low (float | None | Unset): Lower limit at this point by itself, by viewer. Null where nobody has left yet or
            nobody is left, or of one viewer's plays.
        rewatches (float | None | Unset): How often a play played this hundredth of the video, which ends at `position`,
            again: 0.2 is one play in five, once. Null unless `rewatches` was
            asked for, and without plays.
        rewatches_high (float | None | Unset): Upper limit; null as that.
        rewatches_low (float | None | Unset): Lower limit of `rewatches`, by viewer. Null where that is, and where the
            data set no bound.
        value (float | None | Unset): The part of plays that saw at least so much, 0..=1. Null where none is left to
            tell it by.
    """

    at_risk: int
    position: float
    high: float | None | Unset = UNSET
    low: float | None | Unset = UNSET
    rewatches: float | None | Unset = UNSET
    rewatches_high: float | None | Unset = UNSET
    rewatches_low: float | None | Unset = UNSET
    value: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at_risk = self.at_risk

        position = self.position

        high: float | None | Unset
        if isinstance(self.high, Unset):
            high = UNSET
        else:
            high = self.high

        low: float | None | Unset
        if isinstance(self.low, Unset):
            low = UNSET
        else:
            low = self.low

        rewatches: float | None | Unset
        if isinstance(self.rewatches, Unset):
            rewatches = UNSET
        else:
            rewatches = self.rewatches

        rewatches_high: float | None | Unset
        if isinstance(self.rewatches_high, Unset):
            rewatches_high = UNSET
        else:
            rewatches_high = self.rewatches_high

        rewatches_low: float | None | Unset
        if isinstance(self.rewatches_low, Unset):
            rewatches_low = UNSET
        else:
            rewatches_low = self.rewatches_low

        value: float | None | Unset
        if isinstance(self.value, Unset):
            value = UNSET
        else:
            value = self.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "atRisk": at_risk,
                "position": position,
            }
        )
        if high is not UNSET:
            field_dict["high"] = high
        if low is not UNSET:
            field_dict["low"] = low
        if rewatches is not UNSET:
            field_dict["rewatches"] = rewatches
        if rewatches_high is not UNSET:
            field_dict["rewatchesHigh"] = rewatches_high
        if rewatches_low is not UNSET:
            field_dict["rewatchesLow"] = rewatches_low
        if value is not UNSET:
            field_dict["value"] = value

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at_risk = d.pop("atRisk")

        position = d.pop("position")

        def _parse_high(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        high = _parse_high(d.pop("high", UNSET))

        def _parse_low(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        low = _parse_low(d.pop("low", UNSET))

        def _parse_rewatches(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rewatches = _parse_rewatches(d.pop("rewatches", UNSET))

        def _parse_rewatches_high(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rewatches_high = _parse_rewatches_high(d.pop("rewatchesHigh", UNSET))

        def _parse_rewatches_low(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rewatches_low = _parse_rewatches_low(d.pop("rewatchesLow", UNSET))

        def _parse_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        value = _parse_value(d.pop("value", UNSET))

        drop_off_point = cls(
            at_risk=at_risk,
            position=position,
            high=high,
            low=low,
            rewatches=rewatches,
            rewatches_high=rewatches_high,
            rewatches_low=rewatches_low,
            value=value,
        )

        drop_off_point.additional_properties = d
        return drop_off_point

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
