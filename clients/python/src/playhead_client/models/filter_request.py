from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.operator import Operator, check_operator

T = TypeVar("T", bound="FilterRequest")


@_attrs_define
class FilterRequest:
    """One filter.

    Example:
        {'attribute': 'country', 'operator': 'EQ', 'value': 'AT'}

    Attributes:
        attribute (str): An attribute, `custom.<key>`, or a metric (then rows are kept by its value).
        operator (Operator): How a filter compares.
        value (Any): Text, number, true, false or null; a list for IN, EQ and NE. Null is "not known": EQ null keeps
            what is not known,
            NE and NOTCONTAINS keep it too, LT to GTE never do. Numbers compare as numbers. CONTAINS does not tell cases
            apart.
    """

    attribute: str
    operator: Operator
    value: Any

    def to_dict(self) -> dict[str, Any]:
        attribute = self.attribute

        operator: str = self.operator

        value = self.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "attribute": attribute,
                "operator": operator,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        attribute = d.pop("attribute")

        operator = check_operator(d.pop("operator"))

        value = d.pop("value")

        filter_request = cls(
            attribute=attribute,
            operator=operator,
            value=value,
        )

        return filter_request
