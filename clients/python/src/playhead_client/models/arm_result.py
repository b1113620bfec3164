from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.arm_result_values import ArmResultValues


T = TypeVar("T", bound="ArmResult")


@_attrs_define
class ArmResult:
    """One arm.

    Attributes:
        attempts (int): Attempts that were exposed to it.
        name (str): Its name.
        values (ArmResultValues): One value per metric of the experiment.
        expected_viewers (float | None | Unset): Viewers that it should have, of all there are; null with `sampleRatio`.
        viewers (int | None | Unset): Distinct viewers among them, counted one by one; null without viewer ids.
    """

    attempts: int
    name: str
    values: ArmResultValues
    expected_viewers: float | None | Unset = UNSET
    viewers: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempts = self.attempts

        name = self.name

        values = self.values.to_dict()

        expected_viewers: float | None | Unset
        if isinstance(self.expected_viewers, Unset):
            expected_viewers = UNSET
        else:
            expected_viewers = self.expected_viewers

        viewers: int | None | Unset
        if isinstance(self.viewers, Unset):
            viewers = UNSET
        else:
            viewers = self.viewers

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempts": attempts,
                "name": name,
                "values": values,
            }
        )
        if expected_viewers is not UNSET:
            field_dict["expectedViewers"] = expected_viewers
        if viewers is not UNSET:
            field_dict["viewers"] = viewers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.arm_result_values import ArmResultValues  # noqa: PLC0415

        d = dict(src_dict)
        attempts = d.pop("attempts")

        name = d.pop("name")

        values = ArmResultValues.from_dict(d.pop("values"))

        def _parse_expected_viewers(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        expected_viewers = _parse_expected_viewers(d.pop("expectedViewers", UNSET))

        def _parse_viewers(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        viewers = _parse_viewers(d.pop("viewers", UNSET))

        arm_result = cls(
            attempts=attempts,
            name=name,
            values=values,
            expected_viewers=expected_viewers,
            viewers=viewers,
        )

        arm_result.additional_properties = d
        return arm_result

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
