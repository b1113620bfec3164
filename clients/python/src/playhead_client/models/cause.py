from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.compared_with import ComparedWith, check_compared_with
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.comparison import Comparison
    from ..models.condition import Condition
    from ..models.histogram_value import HistogramValue
    from ..models.null_value import NullValue
    from ..models.number_value import NumberValue


T = TypeVar("T", bound="Cause")


@_attrs_define
class Cause:
    """A cell: the attempts for which every condition holds.

    Attributes:
        alike (list[list[Condition]]): Other cells that the data cannot tell from this one. Empty for a shift.
        compared_with (ComparedWith): What stands against a cell in the baseline.
        comparison (Comparison): A value against a baseline's.
        conditions (list[Condition]): One to three.
        value (HistogramValue | NullValue | NumberValue): A metric's value with its interval, or why there is none.
        adjusted_p_value (float | None | Unset): The comparison's p-value adjusted for every cell that was looked at
            (Benjamini–Hochberg). Null for a shift.
        attempt_share (float | None | Unset): The cell's part of the attempts, 0..=1.
        carries (float | None | Unset): The part of the whole's difference that the cell's own change carries, 1 being
            all of it; overlapping cells carry the same twice. Null when
            the whole did not move.
        mix_effect (float | None | Unset): What the cell's greater or smaller part of the audience did to the whole, in
            the metric's unit. Null for a quantile.
        rate_effect (float | None | Unset): That part in the metric's unit. Null for a quantile, where `carries` is told
            of the attempts beyond the baseline's quantile.
        reference_attempt_share (float | None | Unset): The same in the baseline.
    """

    alike: list[list[Condition]]
    compared_with: ComparedWith
    comparison: Comparison
    conditions: list[Condition]
    value: HistogramValue | NullValue | NumberValue
    adjusted_p_value: float | None | Unset = UNSET
    attempt_share: float | None | Unset = UNSET
    carries: float | None | Unset = UNSET
    mix_effect: float | None | Unset = UNSET
    rate_effect: float | None | Unset = UNSET
    reference_attempt_share: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        alike = []
        for alike_item_data in self.alike:
            alike_item = []
            for alike_item_item_data in alike_item_data:
                alike_item_item = alike_item_item_data.to_dict()
                alike_item.append(alike_item_item)

            alike.append(alike_item)

        compared_with: str = self.compared_with

        comparison = self.comparison.to_dict()

        conditions = []
        for conditions_item_data in self.conditions:
            conditions_item = conditions_item_data.to_dict()
            conditions.append(conditions_item)

        value: dict[str, Any]
        if isinstance(self.value, NumberValue):
            value = self.value.to_dict()
        elif isinstance(self.value, HistogramValue):
            value = self.value.to_dict()
        else:
            value = self.value.to_dict()

        adjusted_p_value: float | None | Unset
        if isinstance(self.adjusted_p_value, Unset):
            adjusted_p_value = UNSET
        else:
            adjusted_p_value = self.adjusted_p_value

        attempt_share: float | None | Unset
        if isinstance(self.attempt_share, Unset):
            attempt_share = UNSET
        else:
            attempt_share = self.attempt_share

        carries: float | None | Unset
        if isinstance(self.carries, Unset):
            carries = UNSET
        else:
            carries = self.carries

        mix_effect: float | None | Unset
        if isinstance(self.mix_effect, Unset):
            mix_effect = UNSET
        else:
            mix_effect = self.mix_effect

        rate_effect: float | None | Unset
        if isinstance(self.rate_effect, Unset):
            rate_effect = UNSET
        else:
            rate_effect = self.rate_effect

        reference_attempt_share: float | None | Unset
        if isinstance(self.reference_attempt_share, Unset):
            reference_attempt_share = UNSET
        else:
            reference_attempt_share = self.reference_attempt_share

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "alike": alike,
                "comparedWith": compared_with,
                "comparison": comparison,
                "conditions": conditions,
                "value": value,
            }
        )
        if adjusted_p_value is not UNSET:
            field_dict["adjustedPValue"] = adjusted_p_value
        if attempt_share is not UNSET:
            field_dict["attemptShare"] = attempt_share
        if carries is not UNSET:
            field_dict["carries"] = carries
        if mix_effect is not UNSET:
            field_dict["mixEffect"] = mix_effect
        if rate_effect is not UNSET:
            field_dict["rateEffect"] = rate_effect
        if reference_attempt_share is not UNSET:
            field_dict["referenceAttemptShare"] = reference_attempt_share

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.comparison import Comparison  # noqa: PLC0415
        from ..models.condition import Condition  # noqa: PLC0415
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.null_value import NullValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        d = dict(src_dict)
        alike = []
        _alike = d.pop("alike")
        for alike_item_data in _alike:
            alike_item = []
            _alike_item = alike_item_data
            for alike_item_item_data in _alike_item:
                alike_item_item = Condition.from_dict(alike_item_item_data)

                alike_item.append(alike_item_item)

            alike.append(alike_item)

        compared_with = check_compared_with(d.pop("comparedWith"))

        comparison = Comparison.from_dict(d.pop("comparison"))

        conditions = []
        _conditions = d.pop("conditions")
        for conditions_item_data in _conditions:
            conditions_item = Condition.from_dict(conditions_item_data)

            conditions.append(conditions_item)

        def _parse_value(data: object) -> HistogramValue | NullValue | NumberValue:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_metric_value_type_0 = NumberValue.from_dict(data)

                return componentsschemas_metric_value_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_metric_value_type_1 = HistogramValue.from_dict(data)

                return componentsschemas_metric_value_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_metric_value_type_2 = NullValue.from_dict(data)

            return componentsschemas_metric_value_type_2

        value = _parse_value(d.pop("value"))

        def _parse_adjusted_p_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        adjusted_p_value = _parse_adjusted_p_value(d.pop("adjustedPValue", UNSET))

        def _parse_attempt_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        attempt_share = _parse_attempt_share(d.pop("attemptShare", UNSET))

        def _parse_carries(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        carries = _parse_carries(d.pop("carries", UNSET))

        def _parse_mix_effect(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        mix_effect = _parse_mix_effect(d.pop("mixEffect", UNSET))

        def _parse_rate_effect(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rate_effect = _parse_rate_effect(d.pop("rateEffect", UNSET))

        def _parse_reference_attempt_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        reference_attempt_share = _parse_reference_attempt_share(
            d.pop("referenceAttemptShare", UNSET)
        )

        cause = cls(
            alike=alike,
            compared_with=compared_with,
            comparison=comparison,
            conditions=conditions,
            value=value,
            adjusted_p_value=adjusted_p_value,
            attempt_share=attempt_share,
            carries=carries,
            mix_effect=mix_effect,
            rate_effect=rate_effect,
            reference_attempt_share=reference_attempt_share,
        )

        cause.additional_properties = d
        return cause

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
