from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CupedResult")


@_attrs_define
class CupedResult:
    """What viewers were like in the 14 days before the experiment, taken off the difference (CUPED): chance that was there
    before.

        Attributes:
            new_share (float): Part of the metric's denominator that belongs to viewers who were not there before, 0..=1.
            variance_removed (float): Part of the difference's variance that went away, 0..=1; 0.5 is worth twice the
                viewers.
            unadjusted_difference (float | None | Unset): The difference without it.
    """

    new_share: float
    variance_removed: float
    unadjusted_difference: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        new_share = self.new_share

        variance_removed = self.variance_removed

        unadjusted_difference: float | None | Unset
        if isinstance(self.unadjusted_difference, Unset):
            unadjusted_difference = UNSET
        else:
            unadjusted_difference = self.unadjusted_difference

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "newShare": new_share,
                "varianceRemoved": variance_removed,
            }
        )
        if unadjusted_difference is not UNSET:
            field_dict["unadjustedDifference"] = unadjusted_difference

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        new_share = d.pop("newShare")

        variance_removed = d.pop("varianceRemoved")

        def _parse_unadjusted_difference(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        unadjusted_difference = _parse_unadjusted_difference(
            d.pop("unadjustedDifference", UNSET)
        )

        cuped_result = cls(
            new_share=new_share,
            variance_removed=variance_removed,
            unadjusted_difference=unadjusted_difference,
        )

        cuped_result.additional_properties = d
        return cuped_result

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
