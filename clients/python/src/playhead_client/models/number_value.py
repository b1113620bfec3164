from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.clustered_by import ClusteredBy, check_clustered_by
from ..types import UNSET, Unset

T = TypeVar("T", bound="NumberValue")


@_attrs_define
class NumberValue:
    """A number with its interval.

    Attributes:
        clustered_by (ClusteredBy): What an interval takes for independent.
        value (float): The value, in the column's unit; a whole number where something was counted.
        attempts (int | None | Unset): Attempts that entered the value. Absent for concurrency.
        high (float | None | Unset): Upper end of the interval. Null when the data set no bound.
        low (float | None | Unset): Lower end of the interval. Null when the data set no bound.
        unreliable (bool | Unset): True when the interval may hold less than its nominal confidence: few viewers, or a
            tail with few attempts.
    """

    clustered_by: ClusteredBy
    value: float
    attempts: int | None | Unset = UNSET
    high: float | None | Unset = UNSET
    low: float | None | Unset = UNSET
    unreliable: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        clustered_by: str = self.clustered_by

        value = self.value

        attempts: int | None | Unset
        if isinstance(self.attempts, Unset):
            attempts = UNSET
        else:
            attempts = self.attempts

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

        unreliable = self.unreliable

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "clusteredBy": clustered_by,
                "value": value,
            }
        )
        if attempts is not UNSET:
            field_dict["attempts"] = attempts
        if high is not UNSET:
            field_dict["high"] = high
        if low is not UNSET:
            field_dict["low"] = low
        if unreliable is not UNSET:
            field_dict["unreliable"] = unreliable

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        clustered_by = check_clustered_by(d.pop("clusteredBy"))

        value = d.pop("value")

        def _parse_attempts(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        attempts = _parse_attempts(d.pop("attempts", UNSET))

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

        unreliable = d.pop("unreliable", UNSET)

        number_value = cls(
            clustered_by=clustered_by,
            value=value,
            attempts=attempts,
            high=high,
            low=low,
            unreliable=unreliable,
        )

        number_value.additional_properties = d
        return number_value

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
