from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.answered_from import AnsweredFrom, check_answered_from
from ..models.better import Better, check_better
from ..models.unit import Unit, check_unit

if TYPE_CHECKING:
    from ..models.cause import Cause
    from ..models.explained_total import ExplainedTotal


T = TypeVar("T", bound="ExplainResultAnswerDataResult")


@_attrs_define
class ExplainResultAnswerDataResult:
    """Answer to `POST /v1/analytics/explain`.

    Attributes:
        baseline (str): The baseline's label.
        better (Better): Which way a metric should move.
        causes (list[Cause]): Cells whose own quality moved as the whole did, detectably whatever else was looked at.
            The first stands out most; each further one
            stands out among the attempts that are in none above it.
        metric (str): The metric asked about.
        shifts (list[Cause]): Values whose part of the audience changed and moved the whole with it, most first.
        source (AnsweredFrom): Which tables an answer came from.
        tested (int): How many cells were looked at, which is what p-values are adjusted for.
        took_ms (int): Time the answer took, ms.
        total (ExplainedTotal): The change that is explained.
        unit (Unit): The unit of a metric's value.
    """

    baseline: str
    better: Better
    causes: list[Cause]
    metric: str
    shifts: list[Cause]
    source: AnsweredFrom
    tested: int
    took_ms: int
    total: ExplainedTotal
    unit: Unit
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        baseline = self.baseline

        better: str = self.better

        causes = []
        for causes_item_data in self.causes:
            causes_item = causes_item_data.to_dict()
            causes.append(causes_item)

        metric = self.metric

        shifts = []
        for shifts_item_data in self.shifts:
            shifts_item = shifts_item_data.to_dict()
            shifts.append(shifts_item)

        source: str = self.source

        tested = self.tested

        took_ms = self.took_ms

        total = self.total.to_dict()

        unit: str = self.unit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "baseline": baseline,
                "better": better,
                "causes": causes,
                "metric": metric,
                "shifts": shifts,
                "source": source,
                "tested": tested,
                "tookMs": took_ms,
                "total": total,
                "unit": unit,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cause import Cause  # noqa: PLC0415
        from ..models.explained_total import ExplainedTotal  # noqa: PLC0415

        d = dict(src_dict)
        baseline = d.pop("baseline")

        better = check_better(d.pop("better"))

        causes = []
        _causes = d.pop("causes")
        for causes_item_data in _causes:
            causes_item = Cause.from_dict(causes_item_data)

            causes.append(causes_item)

        metric = d.pop("metric")

        shifts = []
        _shifts = d.pop("shifts")
        for shifts_item_data in _shifts:
            shifts_item = Cause.from_dict(shifts_item_data)

            shifts.append(shifts_item)

        source = check_answered_from(d.pop("source"))

        tested = d.pop("tested")

        took_ms = d.pop("tookMs")

        total = ExplainedTotal.from_dict(d.pop("total"))

        unit = check_unit(d.pop("unit"))

        explain_result_answer_data_result = cls(
            baseline=baseline,
            better=better,
            causes=causes,
            metric=metric,
            shifts=shifts,
            source=source,
            tested=tested,
            took_ms=took_ms,
            total=total,
            unit=unit,
        )

        explain_result_answer_data_result.additional_properties = d
        return explain_result_answer_data_result

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
