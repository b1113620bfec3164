from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.answered_from import AnsweredFrom, check_answered_from
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.column import Column
    from ..models.row import Row


T = TypeVar("T", bound="QueryResultAnswerDataResult")


@_attrs_define
class QueryResultAnswerDataResult:
    """Answer to `POST /v1/analytics/query`.

    Attributes:
        columns (list[Column]): What the rows hold, in order: time, dimensions, metrics.
        definition_version (int): Version of the metrics' definitions.
        rows (list[Row]): The rows of this page.
        source (AnsweredFrom): Which tables an answer came from.
        took_ms (int): Time the answer took, ms.
        completeness (float | None | Unset): Beacons received ÷ beacons known to have been sent, over every attempt in
            scope, 0..=1. Null without attempts.
        fresh_as_of (None | str | Unset): When the organisation's latest beacon was received, RFC 3339 UTC. Null before
            the first.
        next_cursor (None | str | Unset): Where the next page begins. Null on the last one.
    """

    columns: list[Column]
    definition_version: int
    rows: list[Row]
    source: AnsweredFrom
    took_ms: int
    completeness: float | None | Unset = UNSET
    fresh_as_of: None | str | Unset = UNSET
    next_cursor: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        columns = []
        for columns_item_data in self.columns:
            columns_item = columns_item_data.to_dict()
            columns.append(columns_item)

        definition_version = self.definition_version

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        source: str = self.source

        took_ms = self.took_ms

        completeness: float | None | Unset
        if isinstance(self.completeness, Unset):
            completeness = UNSET
        else:
            completeness = self.completeness

        fresh_as_of: None | str | Unset
        if isinstance(self.fresh_as_of, Unset):
            fresh_as_of = UNSET
        else:
            fresh_as_of = self.fresh_as_of

        next_cursor: None | str | Unset
        if isinstance(self.next_cursor, Unset):
            next_cursor = UNSET
        else:
            next_cursor = self.next_cursor

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "columns": columns,
                "definitionVersion": definition_version,
                "rows": rows,
                "source": source,
                "tookMs": took_ms,
            }
        )
        if completeness is not UNSET:
            field_dict["completeness"] = completeness
        if fresh_as_of is not UNSET:
            field_dict["freshAsOf"] = fresh_as_of
        if next_cursor is not UNSET:
            field_dict["nextCursor"] = next_cursor

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.column import Column  # noqa: PLC0415
        from ..models.row import Row  # noqa: PLC0415

        d = dict(src_dict)
        columns = []
        _columns = d.pop("columns")
        for columns_item_data in _columns:
            columns_item = Column.from_dict(columns_item_data)

            columns.append(columns_item)

        definition_version = d.pop("definitionVersion")

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = Row.from_dict(rows_item_data)

            rows.append(rows_item)

        source = check_answered_from(d.pop("source"))

        took_ms = d.pop("tookMs")

        def _parse_completeness(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        completeness = _parse_completeness(d.pop("completeness", UNSET))

        def _parse_fresh_as_of(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        fresh_as_of = _parse_fresh_as_of(d.pop("freshAsOf", UNSET))

        def _parse_next_cursor(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        next_cursor = _parse_next_cursor(d.pop("nextCursor", UNSET))

        query_result_answer_data_result = cls(
            columns=columns,
            definition_version=definition_version,
            rows=rows,
            source=source,
            took_ms=took_ms,
            completeness=completeness,
            fresh_as_of=fresh_as_of,
            next_cursor=next_cursor,
        )

        query_result_answer_data_result.additional_properties = d
        return query_result_answer_data_result

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
