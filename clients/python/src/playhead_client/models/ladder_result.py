from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ladder_arm import LadderArm
    from ..models.ladder_comparison import LadderComparison


T = TypeVar("T", bound="LadderResult")


@_attrs_define
class LadderResult:
    """The arms' encoding ladders: quality as it was watched, and what it took.

    Attributes:
        arms (list[LadderArm]): Each arm that has a ladder, in the experiment's order.
        comparisons (list[LadderComparison]): Every arm but the first against the first. A ladder is better where one of
            the two gets better and the other no worse.
    """

    arms: list[LadderArm]
    comparisons: list[LadderComparison]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        arms = []
        for arms_item_data in self.arms:
            arms_item = arms_item_data.to_dict()
            arms.append(arms_item)

        comparisons = []
        for comparisons_item_data in self.comparisons:
            comparisons_item = comparisons_item_data.to_dict()
            comparisons.append(comparisons_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "arms": arms,
                "comparisons": comparisons,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ladder_arm import LadderArm  # noqa: PLC0415
        from ..models.ladder_comparison import LadderComparison  # noqa: PLC0415

        d = dict(src_dict)
        arms = []
        _arms = d.pop("arms")
        for arms_item_data in _arms:
            arms_item = LadderArm.from_dict(arms_item_data)

            arms.append(arms_item)

        comparisons = []
        _comparisons = d.pop("comparisons")
        for comparisons_item_data in _comparisons:
            comparisons_item = LadderComparison.from_dict(comparisons_item_data)

            comparisons.append(comparisons_item)

        ladder_result = cls(
            arms=arms,
            comparisons=comparisons,
        )

        ladder_result.additional_properties = d
        return ladder_result

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
