from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.organization_totals import OrganizationTotals
    from ..models.total_values import TotalValues


T = TypeVar("T", bound="PlatformTotalsAnswerDataResult")


@_attrs_define
class PlatformTotalsAnswerDataResult:
    """What the organisations of a key had.

    Attributes:
        end (str): End, exclusive, RFC 3339 UTC; now where the end that was asked for lies behind it.
        organizations (list[OrganizationTotals]): The key's own and those below, oldest first.
        start (str): Begin, inclusive, RFC 3339 UTC.
        took_ms (int): Time the answer took, ms.
        total (TotalValues): What adds up over organisations, by the names and definitions of `GET
            /v1/analytics/metrics`.
    """

    end: str
    organizations: list[OrganizationTotals]
    start: str
    took_ms: int
    total: TotalValues
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        end = self.end

        organizations = []
        for organizations_item_data in self.organizations:
            organizations_item = organizations_item_data.to_dict()
            organizations.append(organizations_item)

        start = self.start

        took_ms = self.took_ms

        total = self.total.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "end": end,
                "organizations": organizations,
                "start": start,
                "tookMs": took_ms,
                "total": total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.organization_totals import OrganizationTotals  # noqa: PLC0415
        from ..models.total_values import TotalValues  # noqa: PLC0415

        d = dict(src_dict)
        end = d.pop("end")

        organizations = []
        _organizations = d.pop("organizations")
        for organizations_item_data in _organizations:
            organizations_item = OrganizationTotals.from_dict(organizations_item_data)

            organizations.append(organizations_item)

        start = d.pop("start")

        took_ms = d.pop("tookMs")

        total = TotalValues.from_dict(d.pop("total"))

        platform_totals_answer_data_result = cls(
            end=end,
            organizations=organizations,
            start=start,
            took_ms=took_ms,
            total=total,
        )

        platform_totals_answer_data_result.additional_properties = d
        return platform_totals_answer_data_result

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
