from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.arm_comparison import ArmComparison
    from ..models.arm_result import ArmResult
    from ..models.ladder_result import LadderResult
    from ..models.sample_ratio_result import SampleRatioResult


T = TypeVar("T", bound="ExperimentResultsAnswerDataResult")


@_attrs_define
class ExperimentResultsAnswerDataResult:
    """Answer to `GET /v1/analytics/experiments/{id}/results`.

    Attributes:
        arms (list[ArmResult]): Every arm by itself, in the experiment's order.
        comparisons (list[ArmComparison]): Every arm but the first against the first.
        end (str): Until when.
        name (str): The experiment's name.
        start (str): From when its attempts were read, RFC 3339 UTC.
        took_ms (int): Time the answer took, ms.
        ladder (LadderResult | None | Unset):
        sample_ratio (None | SampleRatioResult | Unset):
    """

    arms: list[ArmResult]
    comparisons: list[ArmComparison]
    end: str
    name: str
    start: str
    took_ms: int
    ladder: LadderResult | None | Unset = UNSET
    sample_ratio: None | SampleRatioResult | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.ladder_result import LadderResult  # noqa: PLC0415
        from ..models.sample_ratio_result import SampleRatioResult  # noqa: PLC0415

        arms = []
        for arms_item_data in self.arms:
            arms_item = arms_item_data.to_dict()
            arms.append(arms_item)

        comparisons = []
        for comparisons_item_data in self.comparisons:
            comparisons_item = comparisons_item_data.to_dict()
            comparisons.append(comparisons_item)

        end = self.end

        name = self.name

        start = self.start

        took_ms = self.took_ms

        ladder: dict[str, Any] | None | Unset
        if isinstance(self.ladder, Unset):
            ladder = UNSET
        elif isinstance(self.ladder, LadderResult):
            ladder = self.ladder.to_dict()
        else:
            ladder = self.ladder

        sample_ratio: dict[str, Any] | None | Unset
        if isinstance(self.sample_ratio, Unset):
            sample_ratio = UNSET
        elif isinstance(self.sample_ratio, SampleRatioResult):
            sample_ratio = self.sample_ratio.to_dict()
        else:
            sample_ratio = self.sample_ratio

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "arms": arms,
                "comparisons": comparisons,
                "end": end,
                "name": name,
                "start": start,
                "tookMs": took_ms,
            }
        )
        if ladder is not UNSET:
            field_dict["ladder"] = ladder
        if sample_ratio is not UNSET:
            field_dict["sampleRatio"] = sample_ratio

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.arm_comparison import ArmComparison  # noqa: PLC0415
        from ..models.arm_result import ArmResult  # noqa: PLC0415
        from ..models.ladder_result import LadderResult  # noqa: PLC0415
        from ..models.sample_ratio_result import SampleRatioResult  # noqa: PLC0415

        d = dict(src_dict)
        arms = []
        _arms = d.pop("arms")
        for arms_item_data in _arms:
            arms_item = ArmResult.from_dict(arms_item_data)

            arms.append(arms_item)

        comparisons = []
        _comparisons = d.pop("comparisons")
        for comparisons_item_data in _comparisons:
            comparisons_item = ArmComparison.from_dict(comparisons_item_data)

            comparisons.append(comparisons_item)

        end = d.pop("end")

        name = d.pop("name")

        start = d.pop("start")

        took_ms = d.pop("tookMs")

        def _parse_ladder(data: object) -> LadderResult | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                ladder_type_0 = LadderResult.from_dict(data)

                return ladder_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LadderResult | None | Unset, data)

        ladder = _parse_ladder(d.pop("ladder", UNSET))

        def _parse_sample_ratio(data: object) -> None | SampleRatioResult | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                sample_ratio_type_0 = SampleRatioResult.from_dict(data)

                return sample_ratio_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SampleRatioResult | Unset, data)

        sample_ratio = _parse_sample_ratio(d.pop("sampleRatio", UNSET))

        experiment_results_answer_data_result = cls(
            arms=arms,
            comparisons=comparisons,
            end=end,
            name=name,
            start=start,
            took_ms=took_ms,
            ladder=ladder,
            sample_ratio=sample_ratio,
        )

        experiment_results_answer_data_result.additional_properties = d
        return experiment_results_answer_data_result

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
