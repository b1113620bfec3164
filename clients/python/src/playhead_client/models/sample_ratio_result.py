from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SampleRatioResult")


@_attrs_define
class SampleRatioResult:
    """Whether the arms got their shares of the viewers.

    Attributes:
        mismatch (bool): True below 0.001: then every verdict is `refused`, because those who are missing are not like
            those who are there.
        p_value (float): Chance of shares at least this far off, were the assignment sound.
    """

    mismatch: bool
    p_value: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        mismatch = self.mismatch

        p_value = self.p_value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "mismatch": mismatch,
                "pValue": p_value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        mismatch = d.pop("mismatch")

        p_value = d.pop("pValue")

        sample_ratio_result = cls(
            mismatch=mismatch,
            p_value=p_value,
        )

        sample_ratio_result.additional_properties = d
        return sample_ratio_result

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
