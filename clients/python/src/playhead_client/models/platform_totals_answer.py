from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.status import Status, check_status

if TYPE_CHECKING:
    from ..models.platform_totals_answer_data import PlatformTotalsAnswerData


T = TypeVar("T", bound="PlatformTotalsAnswer")


@_attrs_define
class PlatformTotalsAnswer:
    """What every response body is.

    Attributes:
        data (PlatformTotalsAnswerData): `data` of a success.
        request_id (UUID): A request's id: the caller's, when it sent a UUID in `X-Request-Id`, else a new one.
        status (Status): Whether a request did what it asked for.
    """

    data: PlatformTotalsAnswerData
    request_id: UUID
    status: Status
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = self.data.to_dict()

        request_id = str(self.request_id)

        status: str = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
                "requestId": request_id,
                "status": status,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.platform_totals_answer_data import PlatformTotalsAnswerData  # noqa: PLC0415

        d = dict(src_dict)
        data = PlatformTotalsAnswerData.from_dict(d.pop("data"))

        request_id = UUID(d.pop("requestId"))

        status = check_status(d.pop("status"))

        platform_totals_answer = cls(
            data=data,
            request_id=request_id,
            status=status,
        )

        platform_totals_answer.additional_properties = d
        return platform_totals_answer

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
