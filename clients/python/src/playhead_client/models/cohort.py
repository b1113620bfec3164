from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.filter_request import FilterRequest


T = TypeVar("T", bound="Cohort")


@_attrs_define
class Cohort:
    """Attempts for which every filter holds.

    Attributes:
        filters (list[FilterRequest]): At least one, by attributes.
    """

    filters: list[FilterRequest]

    def to_dict(self) -> dict[str, Any]:
        filters = []
        for filters_item_data in self.filters:
            filters_item = filters_item_data.to_dict()
            filters.append(filters_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filters": filters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.filter_request import FilterRequest  # noqa: PLC0415

        d = dict(src_dict)
        filters = []
        _filters = d.pop("filters")
        for filters_item_data in _filters:
            filters_item = FilterRequest.from_dict(filters_item_data)

            filters.append(filters_item)

        cohort = cls(
            filters=filters,
        )

        return cohort
