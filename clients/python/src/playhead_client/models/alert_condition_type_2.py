from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.cohort_baseline import CohortBaseline
    from ..models.custom_baseline import CustomBaseline
    from ..models.release_baseline import ReleaseBaseline


T = TypeVar("T", bound="AlertConditionType2")


@_attrs_define
class AlertConditionType2:
    """The verdict against this baseline is `worse`: a name, or an object as in a question.

    Attributes:
        worse (CohortBaseline | CustomBaseline | ReleaseBaseline | str): A baseline: its name (`GET
            /v1/analytics/attributes` lists them), or an object with one kind and a label. Answers name it by its label,
            else
            by its kind.
    """

    worse: CohortBaseline | CustomBaseline | ReleaseBaseline | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.cohort_baseline import CohortBaseline  # noqa: PLC0415
        from ..models.custom_baseline import CustomBaseline  # noqa: PLC0415
        from ..models.release_baseline import ReleaseBaseline  # noqa: PLC0415

        worse: dict[str, Any] | str
        if isinstance(self.worse, CohortBaseline):
            worse = self.worse.to_dict()
        elif isinstance(self.worse, CustomBaseline):
            worse = self.worse.to_dict()
        elif isinstance(self.worse, ReleaseBaseline):
            worse = self.worse.to_dict()
        else:
            worse = self.worse

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "worse": worse,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cohort_baseline import CohortBaseline  # noqa: PLC0415
        from ..models.custom_baseline import CustomBaseline  # noqa: PLC0415
        from ..models.release_baseline import ReleaseBaseline  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_worse(
            data: object,
        ) -> CohortBaseline | CustomBaseline | ReleaseBaseline | str:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_baseline_request_type_1 = CohortBaseline.from_dict(
                    data
                )

                return componentsschemas_baseline_request_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_baseline_request_type_2 = CustomBaseline.from_dict(
                    data
                )

                return componentsschemas_baseline_request_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_baseline_request_type_3 = ReleaseBaseline.from_dict(
                    data
                )

                return componentsschemas_baseline_request_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CohortBaseline | CustomBaseline | ReleaseBaseline | str, data)

        worse = _parse_worse(d.pop("worse"))

        alert_condition_type_2 = cls(
            worse=worse,
        )

        alert_condition_type_2.additional_properties = d
        return alert_condition_type_2

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
