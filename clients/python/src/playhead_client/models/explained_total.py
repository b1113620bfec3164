from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.comparison import Comparison
    from ..models.histogram_value import HistogramValue
    from ..models.null_value import NullValue
    from ..models.number_value import NumberValue


T = TypeVar("T", bound="ExplainedTotal")


@_attrs_define
class ExplainedTotal:
    """The change that is explained.

    Attributes:
        comparison (Comparison): A value against a baseline's.
        value (HistogramValue | NullValue | NumberValue): A metric's value with its interval, or why there is none.
    """

    comparison: Comparison
    value: HistogramValue | NullValue | NumberValue
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        comparison = self.comparison.to_dict()

        value: dict[str, Any]
        if isinstance(self.value, NumberValue):
            value = self.value.to_dict()
        elif isinstance(self.value, HistogramValue):
            value = self.value.to_dict()
        else:
            value = self.value.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "comparison": comparison,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.comparison import Comparison  # noqa: PLC0415
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.null_value import NullValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        d = dict(src_dict)
        comparison = Comparison.from_dict(d.pop("comparison"))

        def _parse_value(data: object) -> HistogramValue | NullValue | NumberValue:
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
                componentsschemas_metric_value_type_1 = HistogramValue.from_dict(data)

                return componentsschemas_metric_value_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_metric_value_type_2 = NullValue.from_dict(data)

            return componentsschemas_metric_value_type_2

        value = _parse_value(d.pop("value"))

        explained_total = cls(
            comparison=comparison,
            value=value,
        )

        explained_total.additional_properties = d
        return explained_total

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
