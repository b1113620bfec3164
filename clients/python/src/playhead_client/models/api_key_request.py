from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.scope import Scope, check_scope

T = TypeVar("T", bound="ApiKeyRequest")


@_attrs_define
class ApiKeyRequest:
    """What is said about a new API key.

    Example:
        {'name': 'Nightly report', 'scope': 'read'}

    Attributes:
        name (str): A name for people.
        scope (Scope): What an API key may do; each may what the ones before it may.
    """

    name: str
    scope: Scope

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        scope: str = self.scope

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "scope": scope,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        scope = check_scope(d.pop("scope"))

        api_key_request = cls(
            name=name,
            scope=scope,
        )

        return api_key_request
