from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.state_resource import StateResource, check_state_resource
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.arm_resource import ArmResource


T = TypeVar("T", bound="ExperimentChange")


@_attrs_define
class ExperimentChange:
    """What may be changed about an experiment, for the documentation. What is left out stays; once it has started its
    name, arms and
    switchback are fixed.

        Example:
            {'state': 'running'}

        Attributes:
            arms (list[ArmResource] | None | Unset): 2 to 16 arms; the others are compared with the first.
            description (None | str | Unset): What is tried and why.
            guardrails (list[str] | None | Unset): Metrics that must not get worse.
            metrics (list[str] | None | Unset): The metrics that decide, the first above all.
            name (None | str | Unset): The attribute `experiment_name` of its attempts; unique in its organisation. Example:
                abr-2026.
            state (None | StateResource | Unset):
            switchback_minutes (int | None | Unset): Every viewer sees the same arm for so many minutes (10 to 10,080), then
                perhaps another. Null: each viewer stays in one arm.
            traffic (float | None | Unset): The part of the viewers that takes part, 0 to 1.
    """

    arms: list[ArmResource] | None | Unset = UNSET
    description: None | str | Unset = UNSET
    guardrails: list[str] | None | Unset = UNSET
    metrics: list[str] | None | Unset = UNSET
    name: None | str | Unset = UNSET
    state: None | StateResource | Unset = UNSET
    switchback_minutes: int | None | Unset = UNSET
    traffic: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        arms: list[dict[str, Any]] | None | Unset
        if isinstance(self.arms, Unset):
            arms = UNSET
        elif isinstance(self.arms, list):
            arms = []
            for arms_type_0_item_data in self.arms:
                arms_type_0_item = arms_type_0_item_data.to_dict()
                arms.append(arms_type_0_item)

        else:
            arms = self.arms

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        guardrails: list[str] | None | Unset
        if isinstance(self.guardrails, Unset):
            guardrails = UNSET
        elif isinstance(self.guardrails, list):
            guardrails = self.guardrails

        else:
            guardrails = self.guardrails

        metrics: list[str] | None | Unset
        if isinstance(self.metrics, Unset):
            metrics = UNSET
        elif isinstance(self.metrics, list):
            metrics = self.metrics

        else:
            metrics = self.metrics

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        elif isinstance(self.state, str):
            state = self.state
        else:
            state = self.state

        switchback_minutes: int | None | Unset
        if isinstance(self.switchback_minutes, Unset):
            switchback_minutes = UNSET
        else:
            switchback_minutes = self.switchback_minutes

        traffic: float | None | Unset
        if isinstance(self.traffic, Unset):
            traffic = UNSET
        else:
            traffic = self.traffic

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if arms is not UNSET:
            field_dict["arms"] = arms
        if description is not UNSET:
            field_dict["description"] = description
        if guardrails is not UNSET:
            field_dict["guardrails"] = guardrails
        if metrics is not UNSET:
            field_dict["metrics"] = metrics
        if name is not UNSET:
            field_dict["name"] = name
        if state is not UNSET:
            field_dict["state"] = state
        if switchback_minutes is not UNSET:
            field_dict["switchbackMinutes"] = switchback_minutes
        if traffic is not UNSET:
            field_dict["traffic"] = traffic

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.arm_resource import ArmResource  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_arms(data: object) -> list[ArmResource] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                arms_type_0 = []
                _arms_type_0 = data
                for arms_type_0_item_data in _arms_type_0:
                    arms_type_0_item = ArmResource.from_dict(arms_type_0_item_data)

                    arms_type_0.append(arms_type_0_item)

                return arms_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ArmResource] | None | Unset, data)

        arms = _parse_arms(d.pop("arms", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_guardrails(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                guardrails_type_0 = cast(list[str], data)

                return guardrails_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        guardrails = _parse_guardrails(d.pop("guardrails", UNSET))

        def _parse_metrics(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                metrics_type_0 = cast(list[str], data)

                return metrics_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        metrics = _parse_metrics(d.pop("metrics", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_state(data: object) -> None | StateResource | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_0 = check_state_resource(data)

                return state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | StateResource | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        def _parse_switchback_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        switchback_minutes = _parse_switchback_minutes(
            d.pop("switchbackMinutes", UNSET)
        )

        def _parse_traffic(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        traffic = _parse_traffic(d.pop("traffic", UNSET))

        experiment_change = cls(
            arms=arms,
            description=description,
            guardrails=guardrails,
            metrics=metrics,
            name=name,
            state=state,
            switchback_minutes=switchback_minutes,
            traffic=traffic,
        )

        return experiment_change
