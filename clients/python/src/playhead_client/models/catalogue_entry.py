from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CatalogueEntry")


@_attrs_define
class CatalogueEntry:
    """One entry of the catalogue.

    Attributes:
        code (int): The number, for ever.
        http_status (int): The HTTP status it comes with.
        message (str): What it means, fit to show a user.
        name (str): A name to search for.
        operator_action (str): What the operator does about it.
        user_action (str): What the caller does about it.
    """

    code: int
    http_status: int
    message: str
    name: str
    operator_action: str
    user_action: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        http_status = self.http_status

        message = self.message

        name = self.name

        operator_action = self.operator_action

        user_action = self.user_action

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "httpStatus": http_status,
                "message": message,
                "name": name,
                "operatorAction": operator_action,
                "userAction": user_action,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = d.pop("code")

        http_status = d.pop("httpStatus")

        message = d.pop("message")

        name = d.pop("name")

        operator_action = d.pop("operatorAction")

        user_action = d.pop("userAction")

        catalogue_entry = cls(
            code=code,
            http_status=http_status,
            message=message,
            name=name,
            operator_action=operator_action,
            user_action=user_action,
        )

        catalogue_entry.additional_properties = d
        return catalogue_entry

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
