from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Stretch")


@_attrs_define
class Stretch:
    """A stretch of time.

    Attributes:
        end (str): End, exclusive, RFC 3339. Example: 2026-11-13T00:00:00Z.
        start (str): Begin, inclusive, RFC 3339. Example: 2026-11-12T00:00:00Z.
    """

    end: str
    start: str

    def to_dict(self) -> dict[str, Any]:
        end = self.end

        start = self.start

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "end": end,
                "start": start,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        end = d.pop("end")

        start = d.pop("start")

        stretch = cls(
            end=end,
            start=start,
        )

        return stretch
