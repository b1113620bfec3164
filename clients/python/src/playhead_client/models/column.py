from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.better import Better, check_better
from ..models.column_kind import ColumnKind, check_column_kind
from ..models.unit import Unit, check_unit
from ..types import UNSET, Unset

T = TypeVar("T", bound="Column")


@_attrs_define
class Column:
    """One column.

    Attributes:
        kind (ColumnKind): What a column is.
        name (str): Its name.
        better (Better | None | Unset):
        unit (None | Unit | Unset):
    """

    kind: ColumnKind
    name: str
    better: Better | None | Unset = UNSET
    unit: None | Unit | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        name = self.name

        better: None | str | Unset
        if isinstance(self.better, Unset):
            better = UNSET
        elif isinstance(self.better, str):
            better = self.better
        else:
            better = self.better

        unit: None | str | Unset
        if isinstance(self.unit, Unset):
            unit = UNSET
        elif isinstance(self.unit, str):
            unit = self.unit
        else:
            unit = self.unit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "name": name,
            }
        )
        if better is not UNSET:
            field_dict["better"] = better
        if unit is not UNSET:
            field_dict["unit"] = unit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = check_column_kind(d.pop("kind"))

        name = d.pop("name")

        def _parse_better(data: object) -> Better | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                better_type_0 = check_better(data)

                return better_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Better | None | Unset, data)

        better = _parse_better(d.pop("better", UNSET))

        def _parse_unit(data: object) -> None | Unit | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                unit_type_0 = check_unit(data)

                return unit_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unit | Unset, data)

        unit = _parse_unit(d.pop("unit", UNSET))

        column = cls(
            kind=kind,
            name=name,
            better=better,
            unit=unit,
        )

        column.additional_properties = d
        return column

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
