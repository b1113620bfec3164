from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RenditionPlay")


@_attrs_define
class RenditionPlay:
    """Playing time on one rung of the ladder.

    Attributes:
        play_ms (int):
        rendition (str): Its name: `<height>p@<declared average bit/s>`, with `?` for what is unknown.
    """

    play_ms: int
    rendition: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        play_ms = self.play_ms

        rendition = self.rendition

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "play_ms": play_ms,
                "rendition": rendition,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        play_ms = d.pop("play_ms")

        rendition = d.pop("rendition")

        rendition_play = cls(
            play_ms=play_ms,
            rendition=rendition,
        )

        rendition_play.additional_properties = d
        return rendition_play

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
