from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="IndustryQuartiles")


@_attrs_define
class IndustryQuartiles:
    """How a metric is distributed over the organisations that take part, the asker's left out. Each is weighted to the
    asker's mix of device class and
    country; each quartile is the mean of the three around it, on a grid of 2 %.

        Attributes:
            end (str): Its end, exclusive.
            p25 (float): A quarter of them have less.
            p50 (float): Half of them have less.
            p75 (float): Three quarters of them have less.
            start (str): Begin of the week that was looked at, RFC 3339 UTC.
    """

    end: str
    p25: float
    p50: float
    p75: float
    start: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        end = self.end

        p25 = self.p25

        p50 = self.p50

        p75 = self.p75

        start = self.start

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "end": end,
                "p25": p25,
                "p50": p50,
                "p75": p75,
                "start": start,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        end = d.pop("end")

        p25 = d.pop("p25")

        p50 = d.pop("p50")

        p75 = d.pop("p75")

        start = d.pop("start")

        industry_quartiles = cls(
            end=end,
            p25=p25,
            p50=p50,
            p75=p75,
            start=start,
        )

        industry_quartiles.additional_properties = d
        return industry_quartiles

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
