from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.rung import Rung


T = TypeVar("T", bound="Ladder")


@_attrs_define
class Ladder:
    """What an arm's viewers choose from, as whoever encoded it describes it.

    Attributes:
        rungs (list[Rung]): At least one rung; all arms together at most 2,000. A static ladder names each rung once, a
            per-title one each title's.
        encode_cpu_seconds (float | None | Unset): Processor time that encoding it took, s.
    """

    rungs: list[Rung]
    encode_cpu_seconds: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rungs = []
        for rungs_item_data in self.rungs:
            rungs_item = rungs_item_data.to_dict()
            rungs.append(rungs_item)

        encode_cpu_seconds: float | None | Unset
        if isinstance(self.encode_cpu_seconds, Unset):
            encode_cpu_seconds = UNSET
        else:
            encode_cpu_seconds = self.encode_cpu_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rungs": rungs,
            }
        )
        if encode_cpu_seconds is not UNSET:
            field_dict["encodeCpuSeconds"] = encode_cpu_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rung import Rung  # noqa: PLC0415

        d = dict(src_dict)
        rungs = []
        _rungs = d.pop("rungs")
        for rungs_item_data in _rungs:
            rungs_item = Rung.from_dict(rungs_item_data)

            rungs.append(rungs_item)

        def _parse_encode_cpu_seconds(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        encode_cpu_seconds = _parse_encode_cpu_seconds(d.pop("encodeCpuSeconds", UNSET))

        ladder = cls(
            rungs=rungs,
            encode_cpu_seconds=encode_cpu_seconds,
        )

        ladder.additional_properties = d
        return ladder

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
