from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.detail import Detail
    from ..models.link import Link


T = TypeVar("T", bound="ErrorAnswerData")


@_attrs_define
class ErrorAnswerData:
    """`data` of an error.

    Attributes:
        code (int): Number from the catalogue.
        details (list[Detail]): One entry for each thing that is wrong.
        developer_message (str): Fit for a developer's log.
        links (list[Link]): Where to read on.
        message (str): Fit to show a user.
    """

    code: int
    details: list[Detail]
    developer_message: str
    links: list[Link]
    message: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        details = []
        for details_item_data in self.details:
            details_item = details_item_data.to_dict()
            details.append(details_item)

        developer_message = self.developer_message

        links = []
        for links_item_data in self.links:
            links_item = links_item_data.to_dict()
            links.append(links_item)

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "details": details,
                "developerMessage": developer_message,
                "links": links,
                "message": message,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.detail import Detail  # noqa: PLC0415
        from ..models.link import Link  # noqa: PLC0415

        d = dict(src_dict)
        code = d.pop("code")

        details = []
        _details = d.pop("details")
        for details_item_data in _details:
            details_item = Detail.from_dict(details_item_data)

            details.append(details_item)

        developer_message = d.pop("developerMessage")

        links = []
        _links = d.pop("links")
        for links_item_data in _links:
            links_item = Link.from_dict(links_item_data)

            links.append(links_item)

        message = d.pop("message")

        error_answer_data = cls(
            code=code,
            details=details,
            developer_message=developer_message,
            links=links,
            message=message,
        )

        error_answer_data.additional_properties = d
        return error_answer_data

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
