from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.scope import Scope, check_scope

if TYPE_CHECKING:
    from ..models.organization_resource import OrganizationResource


T = TypeVar("T", bound="OrganizationListAnswerDataResult")


@_attrs_define
class OrganizationListAnswerDataResult:
    """The organisations a key may see.

    Attributes:
        organizations (list[OrganizationResource]): The key's own and those below, oldest first.
        scope (Scope): What an API key may do; each may what the ones before it may.
    """

    organizations: list[OrganizationResource]
    scope: Scope
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        organizations = []
        for organizations_item_data in self.organizations:
            organizations_item = organizations_item_data.to_dict()
            organizations.append(organizations_item)

        scope: str = self.scope

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "organizations": organizations,
                "scope": scope,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.organization_resource import OrganizationResource  # noqa: PLC0415

        d = dict(src_dict)
        organizations = []
        _organizations = d.pop("organizations")
        for organizations_item_data in _organizations:
            organizations_item = OrganizationResource.from_dict(organizations_item_data)

            organizations.append(organizations_item)

        scope = check_scope(d.pop("scope"))

        organization_list_answer_data_result = cls(
            organizations=organizations,
            scope=scope,
        )

        organization_list_answer_data_result.additional_properties = d
        return organization_list_answer_data_result

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
