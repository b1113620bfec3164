from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="BeaconLine")


@_attrs_define
class BeaconLine:
    """One beacon that arrived.

    Attributes:
        from_ms (int): Begin of its interval.
        kind (str): Why it was sent.
        received_at (str): When the server received it, RFC 3339 UTC.
        sequence (int): Its number.
        state (str): State at the end.
        to_ms (int): End of its interval.
    """

    from_ms: int
    kind: str
    received_at: str
    sequence: int
    state: str
    to_ms: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from_ms = self.from_ms

        kind = self.kind

        received_at = self.received_at

        sequence = self.sequence

        state = self.state

        to_ms = self.to_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "fromMs": from_ms,
                "kind": kind,
                "receivedAt": received_at,
                "sequence": sequence,
                "state": state,
                "toMs": to_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_ms = d.pop("fromMs")

        kind = d.pop("kind")

        received_at = d.pop("receivedAt")

        sequence = d.pop("sequence")

        state = d.pop("state")

        to_ms = d.pop("toMs")

        beacon_line = cls(
            from_ms=from_ms,
            kind=kind,
            received_at=received_at,
            sequence=sequence,
            state=state,
            to_ms=to_ms,
        )

        beacon_line.additional_properties = d
        return beacon_line

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
