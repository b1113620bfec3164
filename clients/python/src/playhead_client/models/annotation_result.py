from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.kind_word import KindWord, check_kind_word
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.filter_request import FilterRequest


T = TypeVar("T", bound="AnnotationResult")


@_attrs_define
class AnnotationResult:
    """An annotation.

    Attributes:
        created_at (str): When it was made, RFC 3339 UTC.
        filters (list[FilterRequest]): Which attempts it concerns, as they were sent; empty is all.
        id (UUID): Its id.
        kind (KindWord): What happened.
        start (str): Begin, inclusive: RFC 3339 UTC, or a day.
        title (str): A line for people.
        updated_at (str): When it was last changed; `createdAt` when it never was.
        end (None | str | Unset): End: RFC 3339 UTC, exclusive; or the last day, included. Null for a moment, for a
            single day, and while an incident goes on.
        text (None | str | Unset): More for people; null when there is no more.
    """

    created_at: str
    filters: list[FilterRequest]
    id: UUID
    kind: KindWord
    start: str
    title: str
    updated_at: str
    end: None | str | Unset = UNSET
    text: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at

        filters = []
        for filters_item_data in self.filters:
            filters_item = filters_item_data.to_dict()
            filters.append(filters_item)

        id = str(self.id)

        kind: str = self.kind

        start = self.start

        title = self.title

        updated_at = self.updated_at

        end: None | str | Unset
        if isinstance(self.end, Unset):
            end = UNSET
        else:
            end = self.end

        text: None | str | Unset
        if isinstance(self.text, Unset):
            text = UNSET
        else:
            text = self.text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "createdAt": created_at,
                "filters": filters,
                "id": id,
                "kind": kind,
                "start": start,
                "title": title,
                "updatedAt": updated_at,
            }
        )
        if end is not UNSET:
            field_dict["end"] = end
        if text is not UNSET:
            field_dict["text"] = text

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.filter_request import FilterRequest  # noqa: PLC0415

        d = dict(src_dict)
        created_at = d.pop("createdAt")

        filters = []
        _filters = d.pop("filters")
        for filters_item_data in _filters:
            filters_item = FilterRequest.from_dict(filters_item_data)

            filters.append(filters_item)

        id = UUID(d.pop("id"))

        kind = check_kind_word(d.pop("kind"))

        start = d.pop("start")

        title = d.pop("title")

        updated_at = d.pop("updatedAt")

        def _parse_end(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        end = _parse_end(d.pop("end", UNSET))

        def _parse_text(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        text = _parse_text(d.pop("text", UNSET))

        annotation_result = cls(
            created_at=created_at,
            filters=filters,
            id=id,
            kind=kind,
            start=start,
            title=title,
            updated_at=updated_at,
            end=end,
            text=text,
        )

        annotation_result.additional_properties = d
        return annotation_result

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
