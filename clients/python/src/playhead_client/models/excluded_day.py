from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ExcludedDay")


@_attrs_define
class ExcludedDay:
    """A reference that was left out because an annotation spoils it. Without the annotation's title: an answer may have a
    million of them.

        Attributes:
            annotation (UUID): The annotation's id.
            date (datetime.date): Local date it begins on.
            kind (str): `incident` or `holiday`.
    """

    annotation: UUID
    date: datetime.date
    kind: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        annotation = str(self.annotation)

        date = self.date.isoformat()

        kind = self.kind

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "annotation": annotation,
                "date": date,
                "kind": kind,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        annotation = UUID(d.pop("annotation"))

        date = datetime.date.fromisoformat(d.pop("date"))

        kind = d.pop("kind")

        excluded_day = cls(
            annotation=annotation,
            date=date,
            kind=kind,
        )

        excluded_day.additional_properties = d
        return excluded_day

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
