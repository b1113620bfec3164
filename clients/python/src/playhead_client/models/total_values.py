from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TotalValues")


@_attrs_define
class TotalValues:
    """What adds up over organisations, by the names and definitions of `GET /v1/analytics/metrics`.

    Attributes:
        attempts (int): Attempts that began in the range.
        play_ms (int): Playing time, ms.
        plays (int): Those with a frame.
    """

    attempts: int
    play_ms: int
    plays: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempts = self.attempts

        play_ms = self.play_ms

        plays = self.plays

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempts": attempts,
                "play_ms": play_ms,
                "plays": plays,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        attempts = d.pop("attempts")

        play_ms = d.pop("play_ms")

        plays = d.pop("plays")

        total_values = cls(
            attempts=attempts,
            play_ms=play_ms,
            plays=plays,
        )

        total_values.additional_properties = d
        return total_values

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
