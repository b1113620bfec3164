from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.failure_class import FailureClass, check_failure_class

T = TypeVar("T", bound="ErrorPoint")


@_attrs_define
class ErrorPoint:
    """An error.

    Attributes:
        at_ms (int): When.
        class_ (FailureClass): What kind of thing went wrong.
        code (str): The player's own code.
        context (str): Where it came from: a stack, an address, a status; empty when not told.
        fatal (bool): Whether playback ended by it.
        message (str): The player's own words; empty when it had none.
        repeat_count (int): How often the same came again before it was reported; 0 for once.
    """

    at_ms: int
    class_: FailureClass
    code: str
    context: str
    fatal: bool
    message: str
    repeat_count: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at_ms = self.at_ms

        class_: str = self.class_

        code = self.code

        context = self.context

        fatal = self.fatal

        message = self.message

        repeat_count = self.repeat_count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "atMs": at_ms,
                "class": class_,
                "code": code,
                "context": context,
                "fatal": fatal,
                "message": message,
                "repeatCount": repeat_count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at_ms = d.pop("atMs")

        class_ = check_failure_class(d.pop("class"))

        code = d.pop("code")

        context = d.pop("context")

        fatal = d.pop("fatal")

        message = d.pop("message")

        repeat_count = d.pop("repeatCount")

        error_point = cls(
            at_ms=at_ms,
            class_=class_,
            code=code,
            context=context,
            fatal=fatal,
            message=message,
            repeat_count=repeat_count,
        )

        error_point.additional_properties = d
        return error_point

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
