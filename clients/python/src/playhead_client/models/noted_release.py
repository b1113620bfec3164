from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NotedRelease")


@_attrs_define
class NotedRelease:
    """A release that is noted as an annotation.

    Attributes:
        annotation (None | Unset | UUID): The annotation's id; the latest release before the end of the question when
            absent.
    """

    annotation: None | Unset | UUID = UNSET

    def to_dict(self) -> dict[str, Any]:
        annotation: None | str | Unset
        if isinstance(self.annotation, Unset):
            annotation = UNSET
        elif isinstance(self.annotation, UUID):
            annotation = str(self.annotation)
        else:
            annotation = self.annotation

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if annotation is not UNSET:
            field_dict["annotation"] = annotation

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_annotation(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                annotation_type_0 = UUID(data)

                return annotation_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        annotation = _parse_annotation(d.pop("annotation", UNSET))

        noted_release = cls(
            annotation=annotation,
        )

        return noted_release
