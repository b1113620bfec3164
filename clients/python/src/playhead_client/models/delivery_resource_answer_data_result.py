from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.delivery_resource_answer_data_result_body import (
        DeliveryResourceAnswerDataResultBody,
    )


T = TypeVar("T", bound="DeliveryResourceAnswerDataResult")


@_attrs_define
class DeliveryResourceAnswerDataResult:
    """A message, and how far it is.

    Attributes:
        body (DeliveryResourceAnswerDataResultBody): What is sent.
        created_at (str): When it was to be sent first, RFC 3339 UTC.
        id (UUID): Its id, which is the header `webhook-id` at every try.
        tries (int): How often it was tried.
        delivered_at (None | str | Unset): When it arrived; null unless it did.
        next_at (None | str | Unset): When it is tried next; null when it arrived or was given up.
        outcome (None | str | Unset): What the latest try came to: a status, or what went wrong; null before the first.
    """

    body: DeliveryResourceAnswerDataResultBody
    created_at: str
    id: UUID
    tries: int
    delivered_at: None | str | Unset = UNSET
    next_at: None | str | Unset = UNSET
    outcome: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        body = self.body.to_dict()

        created_at = self.created_at

        id = str(self.id)

        tries = self.tries

        delivered_at: None | str | Unset
        if isinstance(self.delivered_at, Unset):
            delivered_at = UNSET
        else:
            delivered_at = self.delivered_at

        next_at: None | str | Unset
        if isinstance(self.next_at, Unset):
            next_at = UNSET
        else:
            next_at = self.next_at

        outcome: None | str | Unset
        if isinstance(self.outcome, Unset):
            outcome = UNSET
        else:
            outcome = self.outcome

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "body": body,
                "createdAt": created_at,
                "id": id,
                "tries": tries,
            }
        )
        if delivered_at is not UNSET:
            field_dict["deliveredAt"] = delivered_at
        if next_at is not UNSET:
            field_dict["nextAt"] = next_at
        if outcome is not UNSET:
            field_dict["outcome"] = outcome

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.delivery_resource_answer_data_result_body import (
            DeliveryResourceAnswerDataResultBody,  # noqa: PLC0415
        )

        d = dict(src_dict)
        body = DeliveryResourceAnswerDataResultBody.from_dict(d.pop("body"))

        created_at = d.pop("createdAt")

        id = UUID(d.pop("id"))

        tries = d.pop("tries")

        def _parse_delivered_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        delivered_at = _parse_delivered_at(d.pop("deliveredAt", UNSET))

        def _parse_next_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        next_at = _parse_next_at(d.pop("nextAt", UNSET))

        def _parse_outcome(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        outcome = _parse_outcome(d.pop("outcome", UNSET))

        delivery_resource_answer_data_result = cls(
            body=body,
            created_at=created_at,
            id=id,
            tries=tries,
            delivered_at=delivered_at,
            next_at=next_at,
            outcome=outcome,
        )

        delivery_resource_answer_data_result.additional_properties = d
        return delivery_resource_answer_data_result

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
