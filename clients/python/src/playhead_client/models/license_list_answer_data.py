from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.license_list_answer_data_result import LicenseListAnswerDataResult
    from ..models.message import Message


T = TypeVar("T", bound="LicenseListAnswerData")


@_attrs_define
class LicenseListAnswerData:
    """`data` of a success.

    Attributes:
        messages (list[Message]): What else the caller should know; often empty.
        result (LicenseListAnswerDataResult): The license keys of an organisation.
    """

    messages: list[Message]
    result: LicenseListAnswerDataResult
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        messages = []
        for messages_item_data in self.messages:
            messages_item = messages_item_data.to_dict()
            messages.append(messages_item)

        result = self.result.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "messages": messages,
                "result": result,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.license_list_answer_data_result import LicenseListAnswerDataResult  # noqa: PLC0415
        from ..models.message import Message  # noqa: PLC0415

        d = dict(src_dict)
        messages = []
        _messages = d.pop("messages")
        for messages_item_data in _messages:
            messages_item = Message.from_dict(messages_item_data)

            messages.append(messages_item)

        result = LicenseListAnswerDataResult.from_dict(d.pop("result"))

        license_list_answer_data = cls(
            messages=messages,
            result=result,
        )

        license_list_answer_data.additional_properties = d
        return license_list_answer_data

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
