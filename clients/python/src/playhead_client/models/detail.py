from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_type import MessageType, check_message_type
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.link import Link


T = TypeVar("T", bound="Detail")


@_attrs_define
class Detail:
    """One thing that is wrong.

    Attributes:
        date (datetime.datetime): When it was found, RFC 3339 with milliseconds, UTC.
        id (UUID): Its own id, for support.
        links (list[Link]): Where to read on.
        text (str): What is wrong and, where one is near, the right name.
        type_ (MessageType): How much a message matters. DEBUG and TRACE appear only where the API key has diagnostics
            enabled.
        field (None | str | Unset): Where in the request: a JSON path, a header or a parameter. Null when it is no
            field's fault.
    """

    date: datetime.datetime
    id: UUID
    links: list[Link]
    text: str
    type_: MessageType
    field: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        date = self.date.isoformat()

        id = str(self.id)

        links = []
        for links_item_data in self.links:
            links_item = links_item_data.to_dict()
            links.append(links_item)

        text = self.text

        type_: str = self.type_

        field: None | str | Unset
        if isinstance(self.field, Unset):
            field = UNSET
        else:
            field = self.field

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "date": date,
                "id": id,
                "links": links,
                "text": text,
                "type": type_,
            }
        )
        if field is not UNSET:
            field_dict["field"] = field

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.link import Link  # noqa: PLC0415

        d = dict(src_dict)
        date = datetime.datetime.fromisoformat(d.pop("date"))

        id = UUID(d.pop("id"))

        links = []
        _links = d.pop("links")
        for links_item_data in _links:
            links_item = Link.from_dict(links_item_data)

            links.append(links_item)

        text = d.pop("text")

        type_ = check_message_type(d.pop("type"))

        def _parse_field(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        field = _parse_field(d.pop("field", UNSET))

        detail = cls(
            date=date,
            id=id,
            links=links,
            text=text,
            type_=type_,
            field=field,
        )

        detail.additional_properties = d
        return detail

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
