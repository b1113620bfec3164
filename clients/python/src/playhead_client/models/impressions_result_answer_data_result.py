from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.impression import Impression


T = TypeVar("T", bound="ImpressionsResultAnswerDataResult")


@_attrs_define
class ImpressionsResultAnswerDataResult:
    """Answer to `GET /v1/analytics/impressions`.

    Attributes:
        rows (list[Impression]): The attempts of this page.
        took_ms (int): Time the answer took, ms.
        fresh_as_of (None | str | Unset): As in [`QueryResult`].
        next_cursor (None | str | Unset): Where the next page begins. Null on the last one.
    """

    rows: list[Impression]
    took_ms: int
    fresh_as_of: None | str | Unset = UNSET
    next_cursor: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        took_ms = self.took_ms

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
                "rows": rows,
                "tookMs": took_ms,
            }
        )
        if fresh_as_of is not UNSET:
            field_dict["freshAsOf"] = fresh_as_of
        if next_cursor is not UNSET:
            field_dict["nextCursor"] = next_cursor

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.impression import Impression  # noqa: PLC0415

        d = dict(src_dict)
        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = Impression.from_dict(rows_item_data)

            rows.append(rows_item)

        took_ms = d.pop("tookMs")

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

        impressions_result_answer_data_result = cls(
            rows=rows,
            took_ms=took_ms,
            fresh_as_of=fresh_as_of,
            next_cursor=next_cursor,
        )

        impressions_result_answer_data_result.additional_properties = d
        return impressions_result_answer_data_result

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
