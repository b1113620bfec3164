from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.belongs_by import BelongsBy, check_belongs_by
from ..models.bucket_length import BucketLength, check_bucket_length
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.cohort_baseline import CohortBaseline
    from ..models.custom_baseline import CustomBaseline
    from ..models.filter_request import FilterRequest
    from ..models.order_request import OrderRequest
    from ..models.release_baseline import ReleaseBaseline


T = TypeVar("T", bound="QueryRequest")


@_attrs_define
class QueryRequest:
    """The question's shape, for the documentation. It is read by `request.rs`, which finds every fault and not only the
    first.

        Example:
            {'compare': ['auto'], 'dimensions': ['browser'], 'end': '2026-11-20T00:00:00Z', 'filters': [{'attribute':
                'country', 'operator': 'EQ', 'value': 'AT'}], 'metrics': ['attempts', 'startup_any_ms_p95', 'rebuffer_ratio'],
                'start': '2026-11-19T00:00:00Z', 'timezone': 'Europe/Vienna'}

        Attributes:
            end (str): End, exclusive, RFC 3339. A future end is cut at now. Example: 2026-11-20T00:00:00Z.
            metrics (list[str]): Names from `GET /v1/analytics/metrics`, distributions with a suffix. Example: ['attempts',
                'startup_any_ms_p50'].
            start (str): Begin, inclusive, RFC 3339. Example: 2026-11-19T00:00:00Z.
            by (BelongsBy | None | Unset):
            compare (list[CohortBaseline | CustomBaseline | ReleaseBaseline | str] | None | Unset): What the values are
                compared with, each by itself. Example: ['auto'].
            confidence (float | None | Unset): Confidence of the intervals, 0.5..=0.999; 0.95 when absent.
            cursor (None | str | Unset): `nextCursor` of the answer before, to the same question.
            dimensions (list[str] | None | Unset): Names from `GET /v1/analytics/attributes`, or `custom.<key>`. At most 5.
            fill (bool | None | Unset): Whether time buckets without attempts get rows. They do not when absent. Not with
                dimensions.
            filters (list[FilterRequest] | None | Unset): Every filter must hold.
            include_bots (bool | None | Unset): Whether bots count. They do not when absent.
            interval (BucketLength | None | Unset):
            limit (int | None | Unset): Most rows, 1..=10,000; 1,000 when absent.
            min_stall_ms (int | None | Unset): From which length on stalls are counted in `stall_count`, `stalls_per_hour`
                and `stalled_attempt_share`: 250, or 0 for every one; 250 when
                absent. Stall time counts whatever the length of each stall.
            order_by (list[OrderRequest] | None | Unset): Order of the rows; time and then most attempts first when absent.
            timezone (None | str | Unset): IANA time zone of the buckets and of "the same time a day earlier". UTC when
                absent. Example: Europe/Vienna.
    """

    end: str
    metrics: list[str]
    start: str
    by: BelongsBy | None | Unset = UNSET
    compare: (
        list[CohortBaseline | CustomBaseline | ReleaseBaseline | str] | None | Unset
    ) = UNSET
    confidence: float | None | Unset = UNSET
    cursor: None | str | Unset = UNSET
    dimensions: list[str] | None | Unset = UNSET
    fill: bool | None | Unset = UNSET
    filters: list[FilterRequest] | None | Unset = UNSET
    include_bots: bool | None | Unset = UNSET
    interval: BucketLength | None | Unset = UNSET
    limit: int | None | Unset = UNSET
    min_stall_ms: int | None | Unset = UNSET
    order_by: list[OrderRequest] | None | Unset = UNSET
    timezone: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.cohort_baseline import CohortBaseline  # noqa: PLC0415
        from ..models.custom_baseline import CustomBaseline  # noqa: PLC0415
        from ..models.release_baseline import ReleaseBaseline  # noqa: PLC0415

        end = self.end

        metrics = self.metrics

        start = self.start

        by: None | str | Unset
        if isinstance(self.by, Unset):
            by = UNSET
        elif isinstance(self.by, str):
            by = self.by
        else:
            by = self.by

        compare: list[dict[str, Any] | str] | None | Unset
        if isinstance(self.compare, Unset):
            compare = UNSET
        elif isinstance(self.compare, list):
            compare = []
            for compare_type_0_item_data in self.compare:
                compare_type_0_item: dict[str, Any] | str
                if isinstance(compare_type_0_item_data, CohortBaseline):
                    compare_type_0_item = compare_type_0_item_data.to_dict()
                elif isinstance(compare_type_0_item_data, CustomBaseline):
                    compare_type_0_item = compare_type_0_item_data.to_dict()
                elif isinstance(compare_type_0_item_data, ReleaseBaseline):
                    compare_type_0_item = compare_type_0_item_data.to_dict()
                else:
                    compare_type_0_item = compare_type_0_item_data
                compare.append(compare_type_0_item)

        else:
            compare = self.compare

        confidence: float | None | Unset
        if isinstance(self.confidence, Unset):
            confidence = UNSET
        else:
            confidence = self.confidence

        cursor: None | str | Unset
        if isinstance(self.cursor, Unset):
            cursor = UNSET
        else:
            cursor = self.cursor

        dimensions: list[str] | None | Unset
        if isinstance(self.dimensions, Unset):
            dimensions = UNSET
        elif isinstance(self.dimensions, list):
            dimensions = self.dimensions

        else:
            dimensions = self.dimensions

        fill: bool | None | Unset
        if isinstance(self.fill, Unset):
            fill = UNSET
        else:
            fill = self.fill

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

        interval: None | str | Unset
        if isinstance(self.interval, Unset):
            interval = UNSET
        elif isinstance(self.interval, str):
            interval = self.interval
        else:
            interval = self.interval

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        min_stall_ms: int | None | Unset
        if isinstance(self.min_stall_ms, Unset):
            min_stall_ms = UNSET
        else:
            min_stall_ms = self.min_stall_ms

        order_by: list[dict[str, Any]] | None | Unset
        if isinstance(self.order_by, Unset):
            order_by = UNSET
        elif isinstance(self.order_by, list):
            order_by = []
            for order_by_type_0_item_data in self.order_by:
                order_by_type_0_item = order_by_type_0_item_data.to_dict()
                order_by.append(order_by_type_0_item)

        else:
            order_by = self.order_by

        timezone: None | str | Unset
        if isinstance(self.timezone, Unset):
            timezone = UNSET
        else:
            timezone = self.timezone

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "end": end,
                "metrics": metrics,
                "start": start,
            }
        )
        if by is not UNSET:
            field_dict["by"] = by
        if compare is not UNSET:
            field_dict["compare"] = compare
        if confidence is not UNSET:
            field_dict["confidence"] = confidence
        if cursor is not UNSET:
            field_dict["cursor"] = cursor
        if dimensions is not UNSET:
            field_dict["dimensions"] = dimensions
        if fill is not UNSET:
            field_dict["fill"] = fill
        if filters is not UNSET:
            field_dict["filters"] = filters
        if include_bots is not UNSET:
            field_dict["includeBots"] = include_bots
        if interval is not UNSET:
            field_dict["interval"] = interval
        if limit is not UNSET:
            field_dict["limit"] = limit
        if min_stall_ms is not UNSET:
            field_dict["minStallMs"] = min_stall_ms
        if order_by is not UNSET:
            field_dict["orderBy"] = order_by
        if timezone is not UNSET:
            field_dict["timezone"] = timezone

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cohort_baseline import CohortBaseline  # noqa: PLC0415
        from ..models.custom_baseline import CustomBaseline  # noqa: PLC0415
        from ..models.filter_request import FilterRequest  # noqa: PLC0415
        from ..models.order_request import OrderRequest  # noqa: PLC0415
        from ..models.release_baseline import ReleaseBaseline  # noqa: PLC0415

        d = dict(src_dict)
        end = d.pop("end")

        metrics = cast(list[str], d.pop("metrics"))

        start = d.pop("start")

        def _parse_by(data: object) -> BelongsBy | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                by_type_0 = check_belongs_by(data)

                return by_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BelongsBy | None | Unset, data)

        by = _parse_by(d.pop("by", UNSET))

        def _parse_compare(
            data: object,
        ) -> (
            list[CohortBaseline | CustomBaseline | ReleaseBaseline | str] | None | Unset
        ):
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                compare_type_0 = []
                _compare_type_0 = data
                for compare_type_0_item_data in _compare_type_0:

                    def _parse_compare_type_0_item(
                        data: object,
                    ) -> CohortBaseline | CustomBaseline | ReleaseBaseline | str:
                        try:
                            if not isinstance(data, dict):
                                raise TypeError()
                            componentsschemas_baseline_request_type_1 = (
                                CohortBaseline.from_dict(data)
                            )

                            return componentsschemas_baseline_request_type_1
                        except (TypeError, ValueError, AttributeError, KeyError):
                            pass
                        try:
                            if not isinstance(data, dict):
                                raise TypeError()
                            componentsschemas_baseline_request_type_2 = (
                                CustomBaseline.from_dict(data)
                            )

                            return componentsschemas_baseline_request_type_2
                        except (TypeError, ValueError, AttributeError, KeyError):
                            pass
                        try:
                            if not isinstance(data, dict):
                                raise TypeError()
                            componentsschemas_baseline_request_type_3 = (
                                ReleaseBaseline.from_dict(data)
                            )

                            return componentsschemas_baseline_request_type_3
                        except (TypeError, ValueError, AttributeError, KeyError):
                            pass
                        return cast(
                            CohortBaseline | CustomBaseline | ReleaseBaseline | str,
                            data,
                        )

                    compare_type_0_item = _parse_compare_type_0_item(
                        compare_type_0_item_data
                    )

                    compare_type_0.append(compare_type_0_item)

                return compare_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(
                list[CohortBaseline | CustomBaseline | ReleaseBaseline | str]
                | None
                | Unset,
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

        def _parse_cursor(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cursor = _parse_cursor(d.pop("cursor", UNSET))

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

        def _parse_fill(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        fill = _parse_fill(d.pop("fill", UNSET))

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

        def _parse_interval(data: object) -> BucketLength | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                interval_type_0 = check_bucket_length(data)

                return interval_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BucketLength | None | Unset, data)

        interval = _parse_interval(d.pop("interval", UNSET))

        def _parse_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        def _parse_min_stall_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        min_stall_ms = _parse_min_stall_ms(d.pop("minStallMs", UNSET))

        def _parse_order_by(data: object) -> list[OrderRequest] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                order_by_type_0 = []
                _order_by_type_0 = data
                for order_by_type_0_item_data in _order_by_type_0:
                    order_by_type_0_item = OrderRequest.from_dict(
                        order_by_type_0_item_data
                    )

                    order_by_type_0.append(order_by_type_0_item)

                return order_by_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[OrderRequest] | None | Unset, data)

        order_by = _parse_order_by(d.pop("orderBy", UNSET))

        def _parse_timezone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        timezone = _parse_timezone(d.pop("timezone", UNSET))

        query_request = cls(
            end=end,
            metrics=metrics,
            start=start,
            by=by,
            compare=compare,
            confidence=confidence,
            cursor=cursor,
            dimensions=dimensions,
            fill=fill,
            filters=filters,
            include_bots=include_bots,
            interval=interval,
            limit=limit,
            min_stall_ms=min_stall_ms,
            order_by=order_by,
            timezone=timezone,
        )

        return query_request
