from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.kind_word import KindWord, check_kind_word
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.filter_request import FilterRequest


T = TypeVar("T", bound="AnnotationRequest")


@_attrs_define
class AnnotationRequest:
    """An annotation's shape, for the documentation. It is read by `annotation.rs`, which finds every fault and not only
    the first.

        Example:
            {'kind': 'release', 'start': '2026-11-19T14:00:00+01:00', 'title': 'Player 8.1.0'}

        Attributes:
            kind (KindWord): What happened.
            start (str): Begin, inclusive: date and time with an offset (RFC 3339), or a day, like `2026-12-25`: that day in
                the time zone of whoever
                asks. A release takes a date and time only. Example: 2026-11-19T14:00:00+01:00.
            title (str): A line for people, at most 512 bytes. Example: Player 8.1.0.
            end (None | str | Unset): End, in the form of `start`: exclusive as a date and time, the last day included as a
                day. A release has none; an incident
                without one goes on; a day without one is that day.
            filters (list[FilterRequest] | None | Unset): Which attempts it concerns; all when absent. For people: no
                comparison looks at them. At most 2,048 bytes of JSON.
            text (None | str | Unset): More for people, at most 2,048 bytes.
    """

    kind: KindWord
    start: str
    title: str
    end: None | str | Unset = UNSET
    filters: list[FilterRequest] | None | Unset = UNSET
    text: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        start = self.start

        title = self.title

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

        text: None | str | Unset
        if isinstance(self.text, Unset):
            text = UNSET
        else:
            text = self.text

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "start": start,
                "title": title,
            }
        )
        if end is not UNSET:
            field_dict["end"] = end
        if filters is not UNSET:
            field_dict["filters"] = filters
        if text is not UNSET:
            field_dict["text"] = text

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.filter_request import FilterRequest  # noqa: PLC0415

        d = dict(src_dict)
        kind = check_kind_word(d.pop("kind"))

        start = d.pop("start")

        title = d.pop("title")

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

        def _parse_text(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        text = _parse_text(d.pop("text", UNSET))

        annotation_request = cls(
            kind=kind,
            start=start,
            title=title,
            end=end,
            filters=filters,
            text=text,
        )

        return annotation_request
