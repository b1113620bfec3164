from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verdict_word import VerdictWord, check_verdict_word
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.excluded_day import ExcludedDay
    from ..models.histogram import Histogram
    from ..models.industry_quartiles import IndustryQuartiles


T = TypeVar("T", bound="Comparison")


@_attrs_define
class Comparison:
    """A value against a baseline's.

    Attributes:
        reason (str): Why, in words.
        reference_days (list[datetime.date]): Local dates the baseline was made of, each that of its time bucket's
            begin. Empty for a cohort.
        verdict (VerdictWord): The closed list of verdicts.
        adjusted_p_value (float | None | Unset): The same, adjusted for all comparisons of this answer with the same
            baseline (Benjamini–Hochberg); the verdict follows it.
            Null in an answer of one row.
        difference (float | None | Unset): Value minus reference.
        effect_reason (None | str | Unset): Why there are no effects; null when there are.
        excluded_days (list[ExcludedDay] | Unset): What `auto` left out. Absent when that is nothing.
        high (float | None | Unset): Upper end of the difference's interval.
        industry (IndustryQuartiles | None | Unset):
        low (float | None | Unset): Lower end of the difference's interval.
        minimum_detectable (float | None | Unset): Smallest true difference that would have been found with a power of
            80 %.
        mix_effect (float | None | Unset): Part of the difference that comes from another audience.
        p_value (float | None | Unset): Chance of a difference at least this large where there is none.
        rate_effect (float | None | Unset): Part of the difference that the same audience would have seen.
        reference (float | None | Unset): The baseline's value. Null when it has none.
        reference_histogram (Histogram | None | Unset):
        relative (float | None | Unset): Difference ÷ reference; null when the reference is 0 or null.
    """

    reason: str
    reference_days: list[datetime.date]
    verdict: VerdictWord
    adjusted_p_value: float | None | Unset = UNSET
    difference: float | None | Unset = UNSET
    effect_reason: None | str | Unset = UNSET
    excluded_days: list[ExcludedDay] | Unset = UNSET
    high: float | None | Unset = UNSET
    industry: IndustryQuartiles | None | Unset = UNSET
    low: float | None | Unset = UNSET
    minimum_detectable: float | None | Unset = UNSET
    mix_effect: float | None | Unset = UNSET
    p_value: float | None | Unset = UNSET
    rate_effect: float | None | Unset = UNSET
    reference: float | None | Unset = UNSET
    reference_histogram: Histogram | None | Unset = UNSET
    relative: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.histogram import Histogram  # noqa: PLC0415
        from ..models.industry_quartiles import IndustryQuartiles  # noqa: PLC0415

        reason = self.reason

        reference_days = []
        for reference_days_item_data in self.reference_days:
            reference_days_item = reference_days_item_data.isoformat()
            reference_days.append(reference_days_item)

        verdict: str = self.verdict

        adjusted_p_value: float | None | Unset
        if isinstance(self.adjusted_p_value, Unset):
            adjusted_p_value = UNSET
        else:
            adjusted_p_value = self.adjusted_p_value

        difference: float | None | Unset
        if isinstance(self.difference, Unset):
            difference = UNSET
        else:
            difference = self.difference

        effect_reason: None | str | Unset
        if isinstance(self.effect_reason, Unset):
            effect_reason = UNSET
        else:
            effect_reason = self.effect_reason

        excluded_days: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.excluded_days, Unset):
            excluded_days = []
            for excluded_days_item_data in self.excluded_days:
                excluded_days_item = excluded_days_item_data.to_dict()
                excluded_days.append(excluded_days_item)

        high: float | None | Unset
        if isinstance(self.high, Unset):
            high = UNSET
        else:
            high = self.high

        industry: dict[str, Any] | None | Unset
        if isinstance(self.industry, Unset):
            industry = UNSET
        elif isinstance(self.industry, IndustryQuartiles):
            industry = self.industry.to_dict()
        else:
            industry = self.industry

        low: float | None | Unset
        if isinstance(self.low, Unset):
            low = UNSET
        else:
            low = self.low

        minimum_detectable: float | None | Unset
        if isinstance(self.minimum_detectable, Unset):
            minimum_detectable = UNSET
        else:
            minimum_detectable = self.minimum_detectable

        mix_effect: float | None | Unset
        if isinstance(self.mix_effect, Unset):
            mix_effect = UNSET
        else:
            mix_effect = self.mix_effect

        p_value: float | None | Unset
        if isinstance(self.p_value, Unset):
            p_value = UNSET
        else:
            p_value = self.p_value

        rate_effect: float | None | Unset
        if isinstance(self.rate_effect, Unset):
            rate_effect = UNSET
        else:
            rate_effect = self.rate_effect

        reference: float | None | Unset
        if isinstance(self.reference, Unset):
            reference = UNSET
        else:
            reference = self.reference

        reference_histogram: dict[str, Any] | None | Unset
        if isinstance(self.reference_histogram, Unset):
            reference_histogram = UNSET
        elif isinstance(self.reference_histogram, Histogram):
            reference_histogram = self.reference_histogram.to_dict()
        else:
            reference_histogram = self.reference_histogram

        relative: float | None | Unset
        if isinstance(self.relative, Unset):
            relative = UNSET
        else:
            relative = self.relative

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "reason": reason,
                "referenceDays": reference_days,
                "verdict": verdict,
            }
        )
        if adjusted_p_value is not UNSET:
            field_dict["adjustedPValue"] = adjusted_p_value
        if difference is not UNSET:
            field_dict["difference"] = difference
        if effect_reason is not UNSET:
            field_dict["effectReason"] = effect_reason
        if excluded_days is not UNSET:
            field_dict["excludedDays"] = excluded_days
        if high is not UNSET:
            field_dict["high"] = high
        if industry is not UNSET:
            field_dict["industry"] = industry
        if low is not UNSET:
            field_dict["low"] = low
        if minimum_detectable is not UNSET:
            field_dict["minimumDetectable"] = minimum_detectable
        if mix_effect is not UNSET:
            field_dict["mixEffect"] = mix_effect
        if p_value is not UNSET:
            field_dict["pValue"] = p_value
        if rate_effect is not UNSET:
            field_dict["rateEffect"] = rate_effect
        if reference is not UNSET:
            field_dict["reference"] = reference
        if reference_histogram is not UNSET:
            field_dict["referenceHistogram"] = reference_histogram
        if relative is not UNSET:
            field_dict["relative"] = relative

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.excluded_day import ExcludedDay  # noqa: PLC0415
        from ..models.histogram import Histogram  # noqa: PLC0415
        from ..models.industry_quartiles import IndustryQuartiles  # noqa: PLC0415

        d = dict(src_dict)
        reason = d.pop("reason")

        reference_days = []
        _reference_days = d.pop("referenceDays")
        for reference_days_item_data in _reference_days:
            reference_days_item = datetime.date.fromisoformat(reference_days_item_data)

            reference_days.append(reference_days_item)

        verdict = check_verdict_word(d.pop("verdict"))

        def _parse_adjusted_p_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        adjusted_p_value = _parse_adjusted_p_value(d.pop("adjustedPValue", UNSET))

        def _parse_difference(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        difference = _parse_difference(d.pop("difference", UNSET))

        def _parse_effect_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        effect_reason = _parse_effect_reason(d.pop("effectReason", UNSET))

        _excluded_days = d.pop("excludedDays", UNSET)
        excluded_days: list[ExcludedDay] | Unset = UNSET
        if _excluded_days is not UNSET:
            excluded_days = []
            for excluded_days_item_data in _excluded_days:
                excluded_days_item = ExcludedDay.from_dict(excluded_days_item_data)

                excluded_days.append(excluded_days_item)

        def _parse_high(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        high = _parse_high(d.pop("high", UNSET))

        def _parse_industry(data: object) -> IndustryQuartiles | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                industry_type_0 = IndustryQuartiles.from_dict(data)

                return industry_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(IndustryQuartiles | None | Unset, data)

        industry = _parse_industry(d.pop("industry", UNSET))

        def _parse_low(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        low = _parse_low(d.pop("low", UNSET))

        def _parse_minimum_detectable(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        minimum_detectable = _parse_minimum_detectable(
            d.pop("minimumDetectable", UNSET)
        )

        def _parse_mix_effect(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        mix_effect = _parse_mix_effect(d.pop("mixEffect", UNSET))

        def _parse_p_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        p_value = _parse_p_value(d.pop("pValue", UNSET))

        def _parse_rate_effect(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rate_effect = _parse_rate_effect(d.pop("rateEffect", UNSET))

        def _parse_reference(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        reference = _parse_reference(d.pop("reference", UNSET))

        def _parse_reference_histogram(data: object) -> Histogram | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                reference_histogram_type_0 = Histogram.from_dict(data)

                return reference_histogram_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Histogram | None | Unset, data)

        reference_histogram = _parse_reference_histogram(
            d.pop("referenceHistogram", UNSET)
        )

        def _parse_relative(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        relative = _parse_relative(d.pop("relative", UNSET))

        comparison = cls(
            reason=reason,
            reference_days=reference_days,
            verdict=verdict,
            adjusted_p_value=adjusted_p_value,
            difference=difference,
            effect_reason=effect_reason,
            excluded_days=excluded_days,
            high=high,
            industry=industry,
            low=low,
            minimum_detectable=minimum_detectable,
            mix_effect=mix_effect,
            p_value=p_value,
            rate_effect=rate_effect,
            reference=reference,
            reference_histogram=reference_histogram,
            relative=relative,
        )

        comparison.additional_properties = d
        return comparison

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
