from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SeekSpan")


@_attrs_define
class SeekSpan:
    """A seek.

    Attributes:
        from_ms (int): Begin.
        from_position_ms (int): Media time before.
        seek_ms (int): Length.
        to_ms (int): End.
        to_position_ms (int): Media time after.
    """

    from_ms: int
    from_position_ms: int
    seek_ms: int
    to_ms: int
    to_position_ms: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from_ms = self.from_ms

        from_position_ms = self.from_position_ms

        seek_ms = self.seek_ms

        to_ms = self.to_ms

        to_position_ms = self.to_position_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "fromMs": from_ms,
                "fromPositionMs": from_position_ms,
                "seekMs": seek_ms,
                "toMs": to_ms,
                "toPositionMs": to_position_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_ms = d.pop("fromMs")

        from_position_ms = d.pop("fromPositionMs")

        seek_ms = d.pop("seekMs")

        to_ms = d.pop("toMs")

        to_position_ms = d.pop("toPositionMs")

        seek_span = cls(
            from_ms=from_ms,
            from_position_ms=from_position_ms,
            seek_ms=seek_ms,
            to_ms=to_ms,
            to_position_ms=to_position_ms,
        )

        seek_span.additional_properties = d
        return seek_span

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
