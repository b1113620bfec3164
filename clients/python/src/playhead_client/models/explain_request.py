from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.cohort_baseline import CohortBaseline
    from ..models.custom_baseline import CustomBaseline
    from ..models.filter_request import FilterRequest
    from ..models.release_baseline import ReleaseBaseline


T = TypeVar("T", bound="ExplainRequest")


@_attrs_define
class ExplainRequest:
    """What is to be explained, for the documentation. It is read by `explain.rs`.

    Example:
        {'compare': 'day_before', 'end': '2026-11-20T00:00:00Z', 'metric': 'rebuffer_ratio', 'start':
            '2026-11-19T00:00:00Z'}

    Attributes:
        end (str): End, exclusive, RFC 3339. A future end is cut at now. Example: 2026-11-21T00:00:00Z.
        metric (str): A metric with its suffix; not viewers at a moment, nor distinct viewers, nor a histogram. Example:
            rebuffer_ratio.
        start (str): Begin, inclusive, RFC 3339. Example: 2026-11-20T00:00:00Z.
        compare (CohortBaseline | CustomBaseline | None | ReleaseBaseline | str | Unset):
        confidence (float | None | Unset): Confidence of intervals and verdicts, 0.5..=0.999; 0.95 when absent.
        depth (int | None | Unset): Most attributes of one cell, 1 to 3. 3 when absent.
        dimensions (list[str] | None | Unset): The attributes to look at, `custom.<key>` included, at most 24. Those a
            fault may sit in when absent.
        filters (list[FilterRequest] | None | Unset): Every filter must hold; attributes only.
        include_bots (bool | None | Unset): Whether bots count. They do not when absent.
        limit (int | None | Unset): Most causes, 1 to 10; each is a search of its own. 3 when absent.
        timezone (None | str | Unset): IANA time zone of "the same time a day earlier". UTC when absent.
    """

    end: str
    metric: str
    start: str
    compare: CohortBaseline | CustomBaseline | None | ReleaseBaseline | str | Unset = (
        UNSET
    )
    confidence: float | None | Unset = UNSET
    depth: int | None | Unset = UNSET
    dimensions: list[str] | None | Unset = UNSET
    filters: list[FilterRequest] | None | Unset = UNSET
    include_bots: bool | None | Unset = UNSET
    limit: int | None | Unset = UNSET
    timezone: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.cohort_baseline import CohortBaseline  # noqa: PLC0415
        from ..models.custom_baseline import CustomBaseline  # noqa: PLC0415
        from ..models.release_baseline import ReleaseBaseline  # noqa: PLC0415

        end = self.end

        metric = self.metric

        start = self.start

        compare: dict[str, Any] | None | str | Unset
        if isinstance(self.compare, Unset):
            compare = UNSET
        elif isinstance(self.compare, CohortBaseline):
            compare = self.compare.to_dict()
        elif isinstance(self.compare, CustomBaseline):
            compare = self.compare.to_dict()
        elif isinstance(self.compare, ReleaseBaseline):
            compare = self.compare.to_dict()
        else:
            compare = self.compare

        confidence: float | None | Unset
        if isinstance(self.confidence, Unset):
            confidence = UNSET
        else:
            confidence = self.confidence

        depth: int | None | Unset
        if isinstance(self.depth, Unset):
            depth = UNSET
        else:
            depth = self.depth

        dimensions: list[str] | None | Unset
        if isinstance(self.dimensions, Unset):
            dimensions = UNSET
        elif isinstance(self.dimensions, list):
            dimensions = self.dimensions

        else:
            dimensions = self.dimensions

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

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        timezone: None | str | Unset
        if isinstance(self.timezone, Unset):
            timezone = UNSET
        else:
            timezone = self.timezone

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "end": end,
                "metric": metric,
                "start": start,
            }
        )
        if compare is not UNSET:
            field_dict["compare"] = compare
        if confidence is not UNSET:
            field_dict["confidence"] = confidence
        if depth is not UNSET:
            field_dict["depth"] = depth
        if dimensions is not UNSET:
            field_dict["dimensions"] = dimensions
        if filters is not UNSET:
            field_dict["filters"] = filters
        if include_bots is not UNSET:
            field_dict["includeBots"] = include_bots
        if limit is not UNSET:
            field_dict["limit"] = limit
        if timezone is not UNSET:
            field_dict["timezone"] = timezone

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cohort_baseline import CohortBaseline  # noqa: PLC0415
        from ..models.custom_baseline import CustomBaseline  # noqa: PLC0415
        from ..models.filter_request import FilterRequest  # noqa: PLC0415
        from ..models.release_baseline import ReleaseBaseline  # noqa: PLC0415

        d = dict(src_dict)
        end = d.pop("end")

        metric = d.pop("metric")

        start = d.pop("start")

        def _parse_compare(
            data: object,
        ) -> CohortBaseline | CustomBaseline | None | ReleaseBaseline | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
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
            return cast(
                CohortBaseline | CustomBaseline | None | ReleaseBaseline | str | Unset,
                data,
            )

        compare = _parse_compare(d.pop("compare", UNSET))

        def _parse_confidence(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        confidence = _parse_confidence(d.pop("confidence", UNSET))

        def _parse_depth(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        depth = _parse_depth(d.pop("depth", UNSET))

        def _parse_dimensions(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                dimensions_type_0 = cast(list[str], data)

                return dimensions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        dimensions = _parse_dimensions(d.pop("dimensions", UNSET))

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

        def _parse_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        def _parse_timezone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        timezone = _parse_timezone(d.pop("timezone", UNSET))

        explain_request = cls(
            end=end,
            metric=metric,
            start=start,
            compare=compare,
            confidence=confidence,
            depth=depth,
            dimensions=dimensions,
            filters=filters,
            include_bots=include_bots,
            limit=limit,
            timezone=timezone,
        )

        return explain_request
