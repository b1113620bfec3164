from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Equivalent")


@_attrs_define
class Equivalent:
    """The same number elsewhere, and how it differs.

    Attributes:
        difference (str): How it differs; empty when it does not.
        name (str): What it is called there.
        system (str): Whose: CTA-2066, CMCD, Mux, Conviva, Bitmovin, Adobe.
    """

    difference: str
    name: str
    system: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        difference = self.difference

        name = self.name

        system = self.system

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "difference": difference,
                "name": name,
                "system": system,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        difference = d.pop("difference")

        name = d.pop("name")

        system = d.pop("system")

        equivalent = cls(
            difference=difference,
            name=name,
            system=system,
        )

        equivalent.additional_properties = d
        return equivalent

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
