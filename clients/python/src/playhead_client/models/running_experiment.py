from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.running_arm import RunningArm


T = TypeVar("T", bound="RunningExperiment")


@_attrs_define
class RunningExperiment:
    """An experiment that runs: all that is needed to know a viewer's arm (`schemas::assignment`).

    Attributes:
        arms (list[RunningArm]): The arms, in the order in which the hash picks them.
        name (str): The attribute `experiment_name`.
        salt (str): Goes into the hash, so that experiments split viewers independently.
        traffic_permille (int): How many of 1,000 units take part.
        switchback_ms (int | None | Unset): The unit is no viewer but a stretch of the server's time of this length, ms
            since 1970 ÷ it. Null: the unit is the viewer.
    """

    arms: list[RunningArm]
    name: str
    salt: str
    traffic_permille: int
    switchback_ms: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        arms = []
        for arms_item_data in self.arms:
            arms_item = arms_item_data.to_dict()
            arms.append(arms_item)

        name = self.name

        salt = self.salt

        traffic_permille = self.traffic_permille

        switchback_ms: int | None | Unset
        if isinstance(self.switchback_ms, Unset):
            switchback_ms = UNSET
        else:
            switchback_ms = self.switchback_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "arms": arms,
                "name": name,
                "salt": salt,
                "traffic_permille": traffic_permille,
            }
        )
        if switchback_ms is not UNSET:
            field_dict["switchback_ms"] = switchback_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.running_arm import RunningArm  # noqa: PLC0415

        d = dict(src_dict)
        arms = []
        _arms = d.pop("arms")
        for arms_item_data in _arms:
            arms_item = RunningArm.from_dict(arms_item_data)

            arms.append(arms_item)

        name = d.pop("name")

        salt = d.pop("salt")

        traffic_permille = d.pop("traffic_permille")

        def _parse_switchback_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        switchback_ms = _parse_switchback_ms(d.pop("switchback_ms", UNSET))

        running_experiment = cls(
            arms=arms,
            name=name,
            salt=salt,
            traffic_permille=traffic_permille,
            switchback_ms=switchback_ms,
        )

        running_experiment.additional_properties = d
        return running_experiment

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
