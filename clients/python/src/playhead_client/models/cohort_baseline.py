from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.cohort import Cohort


T = TypeVar("T", bound="CohortBaseline")


@_attrs_define
class CohortBaseline:
    """Other attempts at the same time.

    Attributes:
        cohort (Cohort): Attempts for which every filter holds.
        label (None | str | Unset): What answers call it.
    """

    cohort: Cohort
    label: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        cohort = self.cohort.to_dict()

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cohort": cohort,
            }
        )
        if label is not UNSET:
            field_dict["label"] = label

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cohort import Cohort  # noqa: PLC0415

        d = dict(src_dict)
        cohort = Cohort.from_dict(d.pop("cohort"))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        cohort_baseline = cls(
            cohort=cohort,
            label=label,
        )

        return cohort_baseline
