from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.answered_from import AnsweredFrom, check_answered_from
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.drop_off_point import DropOffPoint
    from ..models.rewatched import Rewatched


T = TypeVar("T", bound="DropOffResultAnswerDataResult")


@_attrs_define
class DropOffResultAnswerDataResult:
    """Answer to `POST /v1/analytics/drop-off`.

    Attributes:
        definition_version (int): Version of the definitions.
        ongoing (int): Those of them that go on: they count for as far as they came.
        plays (int): Plays that the curve is of.
        points (list[DropOffPoint]): A point for each hundredth of a video, in order.
        source (AnsweredFrom): Which tables an answer came from.
        took_ms (int): Time the answer took, ms.
        unknown (int): Plays that are left out: live, of unknown duration, or not measured.
        median (float | None | Unset): The first of these positions that no more than half of the plays came beyond;
            null where more did, or where it is not known because those who would
            tell go on.
        rewatched (None | Rewatched | Unset):
    """

    definition_version: int
    ongoing: int
    plays: int
    points: list[DropOffPoint]
    source: AnsweredFrom
    took_ms: int
    unknown: int
    median: float | None | Unset = UNSET
    rewatched: None | Rewatched | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.rewatched import Rewatched  # noqa: PLC0415

        definition_version = self.definition_version

        ongoing = self.ongoing

        plays = self.plays

        points = []
        for points_item_data in self.points:
            points_item = points_item_data.to_dict()
            points.append(points_item)

        source: str = self.source

        took_ms = self.took_ms

        unknown = self.unknown

        median: float | None | Unset
        if isinstance(self.median, Unset):
            median = UNSET
        else:
            median = self.median

        rewatched: dict[str, Any] | None | Unset
        if isinstance(self.rewatched, Unset):
            rewatched = UNSET
        elif isinstance(self.rewatched, Rewatched):
            rewatched = self.rewatched.to_dict()
        else:
            rewatched = self.rewatched

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "definitionVersion": definition_version,
                "ongoing": ongoing,
                "plays": plays,
                "points": points,
                "source": source,
                "tookMs": took_ms,
                "unknown": unknown,
            }
        )
        if median is not UNSET:
            field_dict["median"] = median
        if rewatched is not UNSET:
            field_dict["rewatched"] = rewatched

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.drop_off_point import DropOffPoint  # noqa: PLC0415
        from ..models.rewatched import Rewatched  # noqa: PLC0415

        d = dict(src_dict)
        definition_version = d.pop("definitionVersion")

        ongoing = d.pop("ongoing")

        plays = d.pop("plays")

        points = []
        _points = d.pop("points")
        for points_item_data in _points:
            points_item = DropOffPoint.from_dict(points_item_data)

            points.append(points_item)

        source = check_answered_from(d.pop("source"))

        took_ms = d.pop("tookMs")

        unknown = d.pop("unknown")

        def _parse_median(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        median = _parse_median(d.pop("median", UNSET))

        def _parse_rewatched(data: object) -> None | Rewatched | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                rewatched_type_0 = Rewatched.from_dict(data)

                return rewatched_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rewatched | Unset, data)

        rewatched = _parse_rewatched(d.pop("rewatched", UNSET))

        drop_off_result_answer_data_result = cls(
            definition_version=definition_version,
            ongoing=ongoing,
            plays=plays,
            points=points,
            source=source,
            took_ms=took_ms,
            unknown=unknown,
            median=median,
            rewatched=rewatched,
        )

        drop_off_result_answer_data_result.additional_properties = d
        return drop_off_result_answer_data_result

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
