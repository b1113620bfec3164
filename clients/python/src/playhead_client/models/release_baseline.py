from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.noted_release import NotedRelease


T = TypeVar("T", bound="ReleaseBaseline")


@_attrs_define
class ReleaseBaseline:
    """Before a release that is noted as an annotation.

    Attributes:
        release (NotedRelease): A release that is noted as an annotation.
        label (None | str | Unset): What answers call it.
    """

    release: NotedRelease
    label: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        release = self.release.to_dict()

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "release": release,
            }
        )
        if label is not UNSET:
            field_dict["label"] = label

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.noted_release import NotedRelease  # noqa: PLC0415

        d = dict(src_dict)
        release = NotedRelease.from_dict(d.pop("release"))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        release_baseline = cls(
            release=release,
            label=label,
        )

        return release_baseline
