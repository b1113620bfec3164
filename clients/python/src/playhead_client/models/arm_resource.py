from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ladder import Ladder


T = TypeVar("T", bound="ArmResource")


@_attrs_define
class ArmResource:
    """An arm.

    Attributes:
        name (str): The attribute `experiment_variant` of its attempts. Example: control.
        weight (int): Its part of the viewers, in proportion to the others': 1 to 1,000. 1 when absent.
        ladder (Ladder | None | Unset):
    """

    name: str
    weight: int
    ladder: Ladder | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.ladder import Ladder  # noqa: PLC0415

        name = self.name

        weight = self.weight

        ladder: dict[str, Any] | None | Unset
        if isinstance(self.ladder, Unset):
            ladder = UNSET
        elif isinstance(self.ladder, Ladder):
            ladder = self.ladder.to_dict()
        else:
            ladder = self.ladder

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "weight": weight,
            }
        )
        if ladder is not UNSET:
            field_dict["ladder"] = ladder

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ladder import Ladder  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        weight = d.pop("weight")

        def _parse_ladder(data: object) -> Ladder | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                ladder_type_0 = Ladder.from_dict(data)

                return ladder_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Ladder | None | Unset, data)

        ladder = _parse_ladder(d.pop("ladder", UNSET))

        arm_resource = cls(
            name=name,
            weight=weight,
            ladder=ladder,
        )

        arm_resource.additional_properties = d
        return arm_resource

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
