from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.arm_metric import ArmMetric


T = TypeVar("T", bound="LadderComparison")


@_attrs_define
class LadderComparison:
    """The ladder of one arm against that of the first.

    Attributes:
        against (str): The first arm.
        arm (str): The arm.
        delivered_bps (ArmMetric): One metric of one arm against the first.
        vmaf (ArmMetric): One metric of one arm against the first.
    """

    against: str
    arm: str
    delivered_bps: ArmMetric
    vmaf: ArmMetric
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        against = self.against

        arm = self.arm

        delivered_bps = self.delivered_bps.to_dict()

        vmaf = self.vmaf.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "against": against,
                "arm": arm,
                "deliveredBps": delivered_bps,
                "vmaf": vmaf,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.arm_metric import ArmMetric  # noqa: PLC0415

        d = dict(src_dict)
        against = d.pop("against")

        arm = d.pop("arm")

        delivered_bps = ArmMetric.from_dict(d.pop("deliveredBps"))

        vmaf = ArmMetric.from_dict(d.pop("vmaf"))

        ladder_comparison = cls(
            against=against,
            arm=arm,
            delivered_bps=delivered_bps,
            vmaf=vmaf,
        )

        ladder_comparison.additional_properties = d
        return ladder_comparison

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
