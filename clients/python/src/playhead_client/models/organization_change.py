from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="OrganizationChange")


@_attrs_define
class OrganizationChange:
    """What may be changed about an organisation.

    Attributes:
        industry (bool): Whether it takes part in the baseline `industry`. Example: True.
    """

    industry: bool

    def to_dict(self) -> dict[str, Any]:
        industry = self.industry

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "industry": industry,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        industry = d.pop("industry")

        organization_change = cls(
            industry=industry,
        )

        return organization_change
