from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="OrganizationResourceAnswerDataResult")


@_attrs_define
class OrganizationResourceAnswerDataResult:
    """An organisation.

    Attributes:
        id (UUID): Its id, for `X-Tenant-Org-Id`.
        industry (bool): Whether it takes part in the baseline `industry`: its sums enter the others' comparison, and it
            sees theirs.
        name (str): Its name.
        beacons_days (int | None | Unset): Days its raw beacons are kept; null is the server's own retention.
        impressions_days (int | None | Unset): Days its attempts are kept; null is the server's own retention.
        parent_id (None | Unset | UUID): The organisation above it; null at the top.
    """

    id: UUID
    industry: bool
    name: str
    beacons_days: int | None | Unset = UNSET
    impressions_days: int | None | Unset = UNSET
    parent_id: None | Unset | UUID = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        industry = self.industry

        name = self.name

        beacons_days: int | None | Unset
        if isinstance(self.beacons_days, Unset):
            beacons_days = UNSET
        else:
            beacons_days = self.beacons_days

        impressions_days: int | None | Unset
        if isinstance(self.impressions_days, Unset):
            impressions_days = UNSET
        else:
            impressions_days = self.impressions_days

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
                "industry": industry,
                "name": name,
            }
        )
        if beacons_days is not UNSET:
            field_dict["beaconsDays"] = beacons_days
        if impressions_days is not UNSET:
            field_dict["impressionsDays"] = impressions_days
        if parent_id is not UNSET:
            field_dict["parentId"] = parent_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        industry = d.pop("industry")

        name = d.pop("name")

        def _parse_beacons_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        beacons_days = _parse_beacons_days(d.pop("beaconsDays", UNSET))

        def _parse_impressions_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        impressions_days = _parse_impressions_days(d.pop("impressionsDays", UNSET))

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

        organization_resource_answer_data_result = cls(
            id=id,
            industry=industry,
            name=name,
            beacons_days=beacons_days,
            impressions_days=impressions_days,
            parent_id=parent_id,
        )

        organization_resource_answer_data_result.additional_properties = d
        return organization_resource_answer_data_result

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
