from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.histogram_value import HistogramValue
    from ..models.null_value import NullValue
    from ..models.number_value import NumberValue


T = TypeVar("T", bound="RowValues")


@_attrs_define
class RowValues:
    """One value per metric."""

    additional_properties: dict[str, HistogramValue | NullValue | NumberValue] = (
        _attrs_field(init=False, factory=dict)
    )

    def to_dict(self) -> dict[str, Any]:
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            if isinstance(prop, NumberValue):
                field_dict[prop_name] = prop.to_dict()
            elif isinstance(prop, HistogramValue):
                field_dict[prop_name] = prop.to_dict()
            else:
                field_dict[prop_name] = prop.to_dict()

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.null_value import NullValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        d = dict(src_dict)
        row_values = cls()

        additional_properties = {}
        for prop_name, prop_dict in d.items():

            def _parse_additional_property(
                data: object,
            ) -> HistogramValue | NullValue | NumberValue:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_metric_value_type_0 = NumberValue.from_dict(data)

                    return componentsschemas_metric_value_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_metric_value_type_1 = HistogramValue.from_dict(
                        data
                    )

                    return componentsschemas_metric_value_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_metric_value_type_2 = NullValue.from_dict(data)

                return componentsschemas_metric_value_type_2

            additional_property = _parse_additional_property(prop_dict)

            additional_properties[prop_name] = additional_property

        row_values.additional_properties = additional_properties
        return row_values

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> HistogramValue | NullValue | NumberValue:
        return self.additional_properties[key]

    def __setitem__(
        self, key: str, value: HistogramValue | NullValue | NumberValue
    ) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
