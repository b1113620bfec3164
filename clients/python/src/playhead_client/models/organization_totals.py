from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.total_values import TotalValues


T = TypeVar("T", bound="OrganizationTotals")


@_attrs_define
class OrganizationTotals:
    """What one organisation had; not those below it.

    Attributes:
        id (UUID): Its id.
        name (str): Its name.
        values (TotalValues): What adds up over organisations, by the names and definitions of `GET
            /v1/analytics/metrics`.
        fresh_as_of (None | str | Unset): When its latest beacon was received, RFC 3339 UTC. Null before the first.
        parent_id (None | Unset | UUID): The organisation above it; null at the top.
    """

    id: UUID
    name: str
    values: TotalValues
    fresh_as_of: None | str | Unset = UNSET
    parent_id: None | Unset | UUID = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        name = self.name

        values = self.values.to_dict()

        fresh_as_of: None | str | Unset
        if isinstance(self.fresh_as_of, Unset):
            fresh_as_of = UNSET
        else:
            fresh_as_of = self.fresh_as_of

        parent_id: None | str | Unset
        if isinstance(self.parent_id, Unset):
            parent_id = UNSET
        elif isinstance(self.parent_id, UUID):
            parent_id = str(self.parent_id)
        else:
            parent_id = self.parent_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "values": values,
            }
        )
        if fresh_as_of is not UNSET:
            field_dict["freshAsOf"] = fresh_as_of
        if parent_id is not UNSET:
            field_dict["parentId"] = parent_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.total_values import TotalValues  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        name = d.pop("name")

        values = TotalValues.from_dict(d.pop("values"))

        def _parse_fresh_as_of(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        fresh_as_of = _parse_fresh_as_of(d.pop("freshAsOf", UNSET))

        def _parse_parent_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                parent_id_type_0 = UUID(data)

                return parent_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        parent_id = _parse_parent_id(d.pop("parentId", UNSET))

        organization_totals = cls(
            id=id,
            name=name,
            values=values,
            fresh_as_of=fresh_as_of,
            parent_id=parent_id,
        )

        organization_totals.additional_properties = d
        return organization_totals

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
