from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Rewatched")


@_attrs_define
class Rewatched:
    """Media that was played again.

    Attributes:
        media_ms (int): All of it, ms of media time.
        placed_ms (int): The part of which it is known where in the video, ms of media time: beacons, which tell of
            seeks, are kept for fewer days than attempts.
    """

    media_ms: int
    placed_ms: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        media_ms = self.media_ms

        placed_ms = self.placed_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "mediaMs": media_ms,
                "placedMs": placed_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        media_ms = d.pop("mediaMs")

        placed_ms = d.pop("placedMs")

        rewatched = cls(
            media_ms=media_ms,
            placed_ms=placed_ms,
        )

        rewatched.additional_properties = d
        return rewatched

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
