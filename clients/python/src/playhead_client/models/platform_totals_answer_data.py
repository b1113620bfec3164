from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.message import Message
    from ..models.platform_totals_answer_data_result import (
        PlatformTotalsAnswerDataResult,
    )


T = TypeVar("T", bound="PlatformTotalsAnswerData")


@_attrs_define
class PlatformTotalsAnswerData:
    """`data` of a success.

    Attributes:
        messages (list[Message]): What else the caller should know; often empty.
        result (PlatformTotalsAnswerDataResult): What the organisations of a key had.
    """

    messages: list[Message]
    result: PlatformTotalsAnswerDataResult
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
        from ..models.message import Message  # noqa: PLC0415
        from ..models.platform_totals_answer_data_result import (
            PlatformTotalsAnswerDataResult,  # noqa: PLC0415
        )

        d = dict(src_dict)
        messages = []
        _messages = d.pop("messages")
        for messages_item_data in _messages:
            messages_item = Message.from_dict(messages_item_data)

            messages.append(messages_item)

        result = PlatformTotalsAnswerDataResult.from_dict(d.pop("result"))

        platform_totals_answer_data = cls(
            messages=messages,
            result=result,
        )

        platform_totals_answer_data.additional_properties = d
        return platform_totals_answer_data

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
