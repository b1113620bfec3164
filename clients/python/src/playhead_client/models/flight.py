from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Flight")


@_attrs_define
class Flight:
    """How the last flight went.

    Attributes:
        at (datetime.datetime): When it ended.
        found (bool): Whether the beacon was found.
        freshness_ms (int | None | Unset): From its acknowledgement to the first answer that had it, ms; null when it
            was not found.
        reason (None | str | Unset): What went wrong; null when nothing did.
    """

    at: datetime.datetime
    found: bool
    freshness_ms: int | None | Unset = UNSET
    reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        found = self.found

        freshness_ms: int | None | Unset
        if isinstance(self.freshness_ms, Unset):
            freshness_ms = UNSET
        else:
            freshness_ms = self.freshness_ms

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "found": found,
            }
        )
        if freshness_ms is not UNSET:
            field_dict["freshnessMs"] = freshness_ms
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        found = d.pop("found")

        def _parse_freshness_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        freshness_ms = _parse_freshness_ms(d.pop("freshnessMs", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        flight = cls(
            at=at,
            found=found,
            freshness_ms=freshness_ms,
            reason=reason,
        )

        flight.additional_properties = d
        return flight

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
