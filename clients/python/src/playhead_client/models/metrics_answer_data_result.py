from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.metric_entry import MetricEntry


T = TypeVar("T", bound="MetricsAnswerDataResult")


@_attrs_define
class MetricsAnswerDataResult:
    """Answer to `GET /v1/analytics/metrics`.

    Attributes:
        definition_version (int): Its version.
        metrics (list[MetricEntry]): The dictionary.
    """

    definition_version: int
    metrics: list[MetricEntry]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        definition_version = self.definition_version

        metrics = []
        for metrics_item_data in self.metrics:
            metrics_item = metrics_item_data.to_dict()
            metrics.append(metrics_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "definitionVersion": definition_version,
                "metrics": metrics,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_entry import MetricEntry  # noqa: PLC0415

        d = dict(src_dict)
        definition_version = d.pop("definitionVersion")

        metrics = []
        _metrics = d.pop("metrics")
        for metrics_item_data in _metrics:
            metrics_item = MetricEntry.from_dict(metrics_item_data)

            metrics.append(metrics_item)

        metrics_answer_data_result = cls(
            definition_version=definition_version,
            metrics=metrics,
        )

        metrics_answer_data_result.additional_properties = d
        return metrics_answer_data_result

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
