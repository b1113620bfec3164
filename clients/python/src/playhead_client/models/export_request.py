from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.export_format import ExportFormat, check_export_format
from ..models.export_kind import ExportKind, check_export_kind
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.filter_request import FilterRequest
    from ..models.query_request import QueryRequest


T = TypeVar("T", bound="ExportRequest")


@_attrs_define
class ExportRequest:
    """What is asked for, for the documentation.

    Example:
        {'end': '2026-11-20T00:00:00Z', 'format': 'parquet', 'kind': 'attempts', 'start': '2026-11-19T00:00:00Z'}

    Attributes:
        format_ (ExportFormat): As what.
        kind (ExportKind): What is exported.
        end (None | str | Unset): Attempts: end, exclusive, RFC 3339. Example: 2026-11-20T00:00:00Z.
        filters (list[FilterRequest] | None | Unset): Attempts: every filter must hold, by attributes.
        include_bots (bool | None | Unset): Attempts: whether bots are among them. They are not when absent.
        question (None | QueryRequest | Unset):
        start (None | str | Unset): Attempts: begin, inclusive, RFC 3339. Example: 2026-11-19T00:00:00Z.
    """

    format_: ExportFormat
    kind: ExportKind
    end: None | str | Unset = UNSET
    filters: list[FilterRequest] | None | Unset = UNSET
    include_bots: bool | None | Unset = UNSET
    question: None | QueryRequest | Unset = UNSET
    start: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.query_request import QueryRequest  # noqa: PLC0415

        format_: str = self.format_

        kind: str = self.kind

        end: None | str | Unset
        if isinstance(self.end, Unset):
            end = UNSET
        else:
            end = self.end

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

        question: dict[str, Any] | None | Unset
        if isinstance(self.question, Unset):
            question = UNSET
        elif isinstance(self.question, QueryRequest):
            question = self.question.to_dict()
        else:
            question = self.question

        start: None | str | Unset
        if isinstance(self.start, Unset):
            start = UNSET
        else:
            start = self.start

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "format": format_,
                "kind": kind,
            }
        )
        if end is not UNSET:
            field_dict["end"] = end
        if filters is not UNSET:
            field_dict["filters"] = filters
        if include_bots is not UNSET:
            field_dict["includeBots"] = include_bots
        if question is not UNSET:
            field_dict["question"] = question
        if start is not UNSET:
            field_dict["start"] = start

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.filter_request import FilterRequest  # noqa: PLC0415
        from ..models.query_request import QueryRequest  # noqa: PLC0415

        d = dict(src_dict)
        format_ = check_export_format(d.pop("format"))

        kind = check_export_kind(d.pop("kind"))

        def _parse_end(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        end = _parse_end(d.pop("end", UNSET))

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

        def _parse_question(data: object) -> None | QueryRequest | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                question_type_0 = QueryRequest.from_dict(data)

                return question_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | QueryRequest | Unset, data)

        question = _parse_question(d.pop("question", UNSET))

        def _parse_start(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        start = _parse_start(d.pop("start", UNSET))

        export_request = cls(
            format_=format_,
            kind=kind,
            end=end,
            filters=filters,
            include_bots=include_bots,
            question=question,
            start=start,
        )

        return export_request
