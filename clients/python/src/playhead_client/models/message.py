from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_type import MessageType, check_message_type

T = TypeVar("T", bound="Message")


@_attrs_define
class Message:
    """Something the caller should know.

    Attributes:
        date (datetime.datetime): When it was written, RFC 3339 with milliseconds, UTC.
        id (UUID): Its own id, for support.
        text (str): What it says.
        type_ (MessageType): How much a message matters. DEBUG and TRACE appear only where the API key has diagnostics
            enabled.
    """

    date: datetime.datetime
    id: UUID
    text: str
    type_: MessageType
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        date = self.date.isoformat()

        id = str(self.id)

        text = self.text

        type_: str = self.type_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "date": date,
                "id": id,
                "text": text,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        date = datetime.datetime.fromisoformat(d.pop("date"))

        id = UUID(d.pop("id"))

        text = d.pop("text")

        type_ = check_message_type(d.pop("type"))

        message = cls(
            date=date,
            id=id,
            text=text,
            type_=type_,
        )

        message.additional_properties = d
        return message

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
