from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.filter_request import FilterRequest


T = TypeVar("T", bound="DropOffRequest")


@_attrs_define
class DropOffRequest:
    """Which plays, for the documentation. It is read by `drop_off.rs`.

    Example:
        {'end': '2026-11-20T00:00:00Z', 'filters': [{'attribute': 'video_id', 'operator': 'EQ', 'value': 'tears-of-
            steel'}], 'start': '2026-11-13T00:00:00Z'}

    Attributes:
        end (str): End, exclusive, RFC 3339. A future end is cut at now. Example: 2026-11-20T00:00:00Z.
        start (str): Begin, inclusive, RFC 3339; plays belong to the time they began. Example: 2026-11-13T00:00:00Z.
        confidence (float | None | Unset): Confidence of the limits at each point, 0.5..=0.999; 0.95 when absent.
        filters (list[FilterRequest] | None | Unset): Every filter must hold; attributes only.
        include_bots (bool | None | Unset): Whether bots count. They do not when absent.
        rewatches (bool | None | Unset): Whether it is told where the plays played something again. It is not when
            absent: that reads their beacons.
    """

    end: str
    start: str
    confidence: float | None | Unset = UNSET
    filters: list[FilterRequest] | None | Unset = UNSET
    include_bots: bool | None | Unset = UNSET
    rewatches: bool | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        end = self.end

        start = self.start

        confidence: float | None | Unset
        if isinstance(self.confidence, Unset):
            confidence = UNSET
        else:
            confidence = self.confidence

        filters: list[dict[str, Any]] | None | Unset
        if isinstance(self.filters, Unset):
            filters = UNSET
        elif isinstance(self.filters, list):
            filters = []
            for filters_type_0_item_data in self.filters:
                filters_type_0_item = filters_type_0_item_data.to_dict()
                filters.append(filters_type_0_item)

        else:
            filters = self.filters

        include_bots: bool | None | Unset
        if isinstance(self.include_bots, Unset):
            include_bots = UNSET
        else:
            include_bots = self.include_bots

        rewatches: bool | None | Unset
        if isinstance(self.rewatches, Unset):
            rewatches = UNSET
        else:
            rewatches = self.rewatches

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "end": end,
                "start": start,
            }
        )
        if confidence is not UNSET:
            field_dict["confidence"] = confidence
        if filters is not UNSET:
            field_dict["filters"] = filters
        if include_bots is not UNSET:
            field_dict["includeBots"] = include_bots
        if rewatches is not UNSET:
            field_dict["rewatches"] = rewatches

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.filter_request import FilterRequest  # noqa: PLC0415

        d = dict(src_dict)
        end = d.pop("end")

        start = d.pop("start")

        def _parse_confidence(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        confidence = _parse_confidence(d.pop("confidence", UNSET))

        def _parse_filters(data: object) -> list[FilterRequest] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                filters_type_0 = []
                _filters_type_0 = data
                for filters_type_0_item_data in _filters_type_0:
                    filters_type_0_item = FilterRequest.from_dict(
                        filters_type_0_item_data
                    )

                    filters_type_0.append(filters_type_0_item)

                return filters_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[FilterRequest] | None | Unset, data)

        filters = _parse_filters(d.pop("filters", UNSET))

        def _parse_include_bots(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        include_bots = _parse_include_bots(d.pop("includeBots", UNSET))

        def _parse_rewatches(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        rewatches = _parse_rewatches(d.pop("rewatches", UNSET))

        drop_off_request = cls(
            end=end,
            start=start,
            confidence=confidence,
            filters=filters,
            include_bots=include_bots,
            rewatches=rewatches,
        )

        return drop_off_request
