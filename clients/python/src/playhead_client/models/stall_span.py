from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.stall_cause import StallCause, check_stall_cause

T = TypeVar("T", bound="StallSpan")


@_attrs_define
class StallSpan:
    """A stall.

    Attributes:
        cause (StallCause): Why the playhead stood still. A closed list (METRICS, Continuity).
        from_ms (int): Begin.
        stall_ms (int): Length.
        to_ms (int): End.
    """

    cause: StallCause
    from_ms: int
    stall_ms: int
    to_ms: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cause: str = self.cause

        from_ms = self.from_ms

        stall_ms = self.stall_ms

        to_ms = self.to_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cause": cause,
                "fromMs": from_ms,
                "stallMs": stall_ms,
                "toMs": to_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cause = check_stall_cause(d.pop("cause"))

        from_ms = d.pop("fromMs")

        stall_ms = d.pop("stallMs")

        to_ms = d.pop("toMs")

        stall_span = cls(
            cause=cause,
            from_ms=from_ms,
            stall_ms=stall_ms,
            to_ms=to_ms,
        )

        stall_span.additional_properties = d
        return stall_span

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
