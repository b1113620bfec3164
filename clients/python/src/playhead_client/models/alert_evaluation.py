from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alert_evaluated_series import AlertEvaluatedSeries


T = TypeVar("T", bound="AlertEvaluation")


@_attrs_define
class AlertEvaluation:
    """What a rule was evaluated to, as it is kept and read back.

    Attributes:
        at (str): The moment, RFC 3339 UTC.
        question (Any): The question that was asked: send it to `POST /v1/analytics/query`.
        series (list[AlertEvaluatedSeries]): Every series, with what was seen of it.
        error (None | str | Unset): Why nothing could be asked; null when it could.
    """

    at: str
    question: Any
    series: list[AlertEvaluatedSeries]
    error: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at

        question = self.question

        series = []
        for series_item_data in self.series:
            series_item = series_item_data.to_dict()
            series.append(series_item)

        error: None | str | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        else:
            error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "question": question,
                "series": series,
            }
        )
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_evaluated_series import AlertEvaluatedSeries  # noqa: PLC0415

        d = dict(src_dict)
        at = d.pop("at")

        question = d.pop("question")

        series = []
        _series = d.pop("series")
        for series_item_data in _series:
            series_item = AlertEvaluatedSeries.from_dict(series_item_data)

            series.append(series_item)

        def _parse_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error = _parse_error(d.pop("error", UNSET))

        alert_evaluation = cls(
            at=at,
            question=question,
            series=series,
            error=error,
        )

        alert_evaluation.additional_properties = d
        return alert_evaluation

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
