from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.stretch import Stretch


T = TypeVar("T", bound="CustomBaseline")


@_attrs_define
class CustomBaseline:
    """A stretch of time of one's own.

    Attributes:
        custom (Stretch): A stretch of time.
        label (None | str | Unset): What answers call it.
    """

    custom: Stretch
    label: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        custom = self.custom.to_dict()

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "custom": custom,
            }
        )
        if label is not UNSET:
            field_dict["label"] = label

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.stretch import Stretch  # noqa: PLC0415

        d = dict(src_dict)
        custom = Stretch.from_dict(d.pop("custom"))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        custom_baseline = cls(
            custom=custom,
            label=label,
        )

        return custom_baseline
