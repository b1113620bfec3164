from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.row_comparisons import RowComparisons
    from ..models.row_dimensions import RowDimensions
    from ..models.row_values import RowValues


T = TypeVar("T", bound="Row")


@_attrs_define
class Row:
    """One row.

    Attributes:
        dimensions (RowDimensions): Values of the dimensions; null is "not known".
        partial (bool): Whether start, end or the present cut this time bucket short.
        values (RowValues): One value per metric.
        comparisons (RowComparisons | Unset): One comparison per baseline (by label) and metric.
        completeness (float | None | Unset): As in [`QueryResult`], over this row's attempts.
        time (None | str | Unset): Begin of the time bucket, ISO 8601 with the time zone's offset. Absent without an
            interval.
    """

    dimensions: RowDimensions
    partial: bool
    values: RowValues
    comparisons: RowComparisons | Unset = UNSET
    completeness: float | None | Unset = UNSET
    time: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        dimensions = self.dimensions.to_dict()

        partial = self.partial

        values = self.values.to_dict()

        comparisons: dict[str, Any] | Unset = UNSET
        if not isinstance(self.comparisons, Unset):
            comparisons = self.comparisons.to_dict()

        completeness: float | None | Unset
        if isinstance(self.completeness, Unset):
            completeness = UNSET
        else:
            completeness = self.completeness

        time: None | str | Unset
        if isinstance(self.time, Unset):
            time = UNSET
        else:
            time = self.time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "dimensions": dimensions,
                "partial": partial,
                "values": values,
            }
        )
        if comparisons is not UNSET:
            field_dict["comparisons"] = comparisons
        if completeness is not UNSET:
            field_dict["completeness"] = completeness
        if time is not UNSET:
            field_dict["time"] = time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.row_comparisons import RowComparisons  # noqa: PLC0415
        from ..models.row_dimensions import RowDimensions  # noqa: PLC0415
        from ..models.row_values import RowValues  # noqa: PLC0415

        d = dict(src_dict)
        dimensions = RowDimensions.from_dict(d.pop("dimensions"))

        partial = d.pop("partial")

        values = RowValues.from_dict(d.pop("values"))

        _comparisons = d.pop("comparisons", UNSET)
        comparisons: RowComparisons | Unset
        if isinstance(_comparisons, Unset):
            comparisons = UNSET
        else:
            comparisons = RowComparisons.from_dict(_comparisons)

        def _parse_completeness(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        completeness = _parse_completeness(d.pop("completeness", UNSET))

        def _parse_time(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        time = _parse_time(d.pop("time", UNSET))

        row = cls(
            dimensions=dimensions,
            partial=partial,
            values=values,
            comparisons=comparisons,
            completeness=completeness,
            time=time,
        )

        row.additional_properties = d
        return row

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
