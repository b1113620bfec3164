from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.clustered_by import ClusteredBy, check_clustered_by

if TYPE_CHECKING:
    from ..models.histogram import Histogram


T = TypeVar("T", bound="HistogramValue")


@_attrs_define
class HistogramValue:
    """A distribution.

    Attributes:
        attempts (int): Attempts that entered it.
        clustered_by (ClusteredBy): What an interval takes for independent.
        value (Histogram): Bins 2 % wide that hold something.
    """

    attempts: int
    clustered_by: ClusteredBy
    value: Histogram
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempts = self.attempts

        clustered_by: str = self.clustered_by

        value = self.value.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempts": attempts,
                "clusteredBy": clustered_by,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.histogram import Histogram  # noqa: PLC0415

        d = dict(src_dict)
        attempts = d.pop("attempts")

        clustered_by = check_clustered_by(d.pop("clusteredBy"))

        value = Histogram.from_dict(d.pop("value"))

        histogram_value = cls(
            attempts=attempts,
            clustered_by=clustered_by,
            value=value,
        )

        histogram_value.additional_properties = d
        return histogram_value

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
