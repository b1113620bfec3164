from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.state_resource import StateResource, check_state_resource
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.arm_resource import ArmResource


T = TypeVar("T", bound="ExperimentResource")


@_attrs_define
class ExperimentResource:
    """An experiment.

    Attributes:
        arms (list[ArmResource]): Its arms.
        created_at (str): When it was made, RFC 3339 UTC.
        guardrails (list[str]): Metrics that must not get worse.
        id (UUID): Its id, which is also the salt of its assignment.
        metrics (list[str]): The metrics that decide.
        name (str): The attribute `experiment_name` of its attempts.
        state (StateResource): How far an experiment is.
        traffic (float): The part of the viewers that takes part, 0 to 1.
        description (None | str | Unset): What is tried and why.
        started_at (None | str | Unset): When it started; null before.
        stopped_at (None | str | Unset): When it stopped; null before.
        switchback_minutes (int | None | Unset): Minutes after which every viewer may see another arm; null when each
            stays in one.
    """

    arms: list[ArmResource]
    created_at: str
    guardrails: list[str]
    id: UUID
    metrics: list[str]
    name: str
    state: StateResource
    traffic: float
    description: None | str | Unset = UNSET
    started_at: None | str | Unset = UNSET
    stopped_at: None | str | Unset = UNSET
    switchback_minutes: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        arms = []
        for arms_item_data in self.arms:
            arms_item = arms_item_data.to_dict()
            arms.append(arms_item)

        created_at = self.created_at

        guardrails = self.guardrails

        id = str(self.id)

        metrics = self.metrics

        name = self.name

        state: str = self.state

        traffic = self.traffic

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        else:
            started_at = self.started_at

        stopped_at: None | str | Unset
        if isinstance(self.stopped_at, Unset):
            stopped_at = UNSET
        else:
            stopped_at = self.stopped_at

        switchback_minutes: int | None | Unset
        if isinstance(self.switchback_minutes, Unset):
            switchback_minutes = UNSET
        else:
            switchback_minutes = self.switchback_minutes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "arms": arms,
                "createdAt": created_at,
                "guardrails": guardrails,
                "id": id,
                "metrics": metrics,
                "name": name,
                "state": state,
                "traffic": traffic,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if started_at is not UNSET:
            field_dict["startedAt"] = started_at
        if stopped_at is not UNSET:
            field_dict["stoppedAt"] = stopped_at
        if switchback_minutes is not UNSET:
            field_dict["switchbackMinutes"] = switchback_minutes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.arm_resource import ArmResource  # noqa: PLC0415

        d = dict(src_dict)
        arms = []
        _arms = d.pop("arms")
        for arms_item_data in _arms:
            arms_item = ArmResource.from_dict(arms_item_data)

            arms.append(arms_item)

        created_at = d.pop("createdAt")

        guardrails = cast(list[str], d.pop("guardrails"))

        id = UUID(d.pop("id"))

        metrics = cast(list[str], d.pop("metrics"))

        name = d.pop("name")

        state = check_state_resource(d.pop("state"))

        traffic = d.pop("traffic")

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_started_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        started_at = _parse_started_at(d.pop("startedAt", UNSET))

        def _parse_stopped_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        stopped_at = _parse_stopped_at(d.pop("stoppedAt", UNSET))

        def _parse_switchback_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        switchback_minutes = _parse_switchback_minutes(
            d.pop("switchbackMinutes", UNSET)
        )

        experiment_resource = cls(
            arms=arms,
            created_at=created_at,
            guardrails=guardrails,
            id=id,
            metrics=metrics,
            name=name,
            state=state,
            traffic=traffic,
            description=description,
            started_at=started_at,
            stopped_at=stopped_at,
            switchback_minutes=switchback_minutes,
        )

        experiment_resource.additional_properties = d
        return experiment_resource

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
