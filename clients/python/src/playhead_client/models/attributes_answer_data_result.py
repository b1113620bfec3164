from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.attribute import Attribute


T = TypeVar("T", bound="AttributesAnswerDataResult")


@_attrs_define
class AttributesAnswerDataResult:
    """Answer to `GET /v1/analytics/attributes`.

    Attributes:
        attributes (list[Attribute]): What attempts can be grouped and filtered by; besides these `custom.<key>`.
        baselines (list[str]): What values are compared with.
        dimensions (list[Attribute]): Dimensions that are no attributes: some metrics are told apart by them
            (`dimension` there), nothing is filtered by them.
        intervals (list[str]): Time buckets.
        operators (list[str]): How filters compare.
    """

    attributes: list[Attribute]
    baselines: list[str]
    dimensions: list[Attribute]
    intervals: list[str]
    operators: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attributes = []
        for attributes_item_data in self.attributes:
            attributes_item = attributes_item_data.to_dict()
            attributes.append(attributes_item)

        baselines = self.baselines

        dimensions = []
        for dimensions_item_data in self.dimensions:
            dimensions_item = dimensions_item_data.to_dict()
            dimensions.append(dimensions_item)

        intervals = self.intervals

        operators = self.operators

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attributes": attributes,
                "baselines": baselines,
                "dimensions": dimensions,
                "intervals": intervals,
                "operators": operators,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute import Attribute  # noqa: PLC0415

        d = dict(src_dict)
        attributes = []
        _attributes = d.pop("attributes")
        for attributes_item_data in _attributes:
            attributes_item = Attribute.from_dict(attributes_item_data)

            attributes.append(attributes_item)

        baselines = cast(list[str], d.pop("baselines"))

        dimensions = []
        _dimensions = d.pop("dimensions")
        for dimensions_item_data in _dimensions:
            dimensions_item = Attribute.from_dict(dimensions_item_data)

            dimensions.append(dimensions_item)

        intervals = cast(list[str], d.pop("intervals"))

        operators = cast(list[str], d.pop("operators"))

        attributes_answer_data_result = cls(
            attributes=attributes,
            baselines=baselines,
            dimensions=dimensions,
            intervals=intervals,
            operators=operators,
        )

        attributes_answer_data_result.additional_properties = d
        return attributes_answer_data_result

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
