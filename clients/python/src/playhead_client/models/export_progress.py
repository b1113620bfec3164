from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ExportProgress")


@_attrs_define
class ExportProgress:
    """How far the writing is.

    Attributes:
        bytes_ (int): Bytes written so far.
        rows_expected (int | None | Unset): Rows that were counted beforehand, or read so far of an answer; null before.
    """

    bytes_: int
    rows_expected: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bytes_ = self.bytes_

        rows_expected: int | None | Unset
        if isinstance(self.rows_expected, Unset):
            rows_expected = UNSET
        else:
            rows_expected = self.rows_expected

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bytes": bytes_,
            }
        )
        if rows_expected is not UNSET:
            field_dict["rowsExpected"] = rows_expected

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        bytes_ = d.pop("bytes")

        def _parse_rows_expected(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        rows_expected = _parse_rows_expected(d.pop("rowsExpected", UNSET))

        export_progress = cls(
            bytes_=bytes_,
            rows_expected=rows_expected,
        )

        export_progress.additional_properties = d
        return export_progress

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
