from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="BufferPoint")


@_attrs_define
class BufferPoint:
    """A sample of the buffer.

    Attributes:
        at_ms (int): When.
        buffer_ms (int): Media ahead of the playhead, ms.
    """

    at_ms: int
    buffer_ms: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at_ms = self.at_ms

        buffer_ms = self.buffer_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "atMs": at_ms,
                "bufferMs": buffer_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at_ms = d.pop("atMs")

        buffer_ms = d.pop("bufferMs")

        buffer_point = cls(
            at_ms=at_ms,
            buffer_ms=buffer_ms,
        )

        buffer_point.additional_properties = d
        return buffer_point

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
