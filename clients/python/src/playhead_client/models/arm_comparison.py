from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.arm_comparison_metrics import ArmComparisonMetrics


T = TypeVar("T", bound="ArmComparison")


@_attrs_define
class ArmComparison:
    """One arm against the first.

    Attributes:
        against (str): The first arm.
        arm (str): The arm.
        metrics (ArmComparisonMetrics): One comparison per metric of the experiment.
    """

    against: str
    arm: str
    metrics: ArmComparisonMetrics
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        against = self.against

        arm = self.arm

        metrics = self.metrics.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "against": against,
                "arm": arm,
                "metrics": metrics,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.arm_comparison_metrics import ArmComparisonMetrics  # noqa: PLC0415

        d = dict(src_dict)
        against = d.pop("against")

        arm = d.pop("arm")

        metrics = ArmComparisonMetrics.from_dict(d.pop("metrics"))

        arm_comparison = cls(
            against=against,
            arm=arm,
            metrics=metrics,
        )

        arm_comparison.additional_properties = d
        return arm_comparison

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
