from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.state_resource import StateResource, check_state_resource
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.arm_resource import ArmResource


T = TypeVar("T", bound="ExperimentRequest")


@_attrs_define
class ExperimentRequest:
    """What is said about a new experiment, for the documentation.

    Example:
        {'arms': [{'name': 'control', 'weight': 1}, {'name': 'gentle', 'weight': 1}], 'guardrails':
            ['startup_any_ms_p95'], 'metrics': ['rebuffer_ratio'], 'name': 'abr-2026'}

    Attributes:
        arms (list[ArmResource]): 2 to 16 arms; the others are compared with the first.
        name (str): The attribute `experiment_name` of its attempts; unique in its organisation. Example: abr-2026.
        description (None | str | Unset): What is tried and why.
        guardrails (list[str] | None | Unset): Metrics that must not get worse.
        metrics (list[str] | None | Unset): The metrics that decide, the first above all. `["good_share"]` when absent.
        state (None | StateResource | Unset):
        switchback_minutes (int | None | Unset): Every viewer sees the same arm for so many minutes (10 to 10,080), then
            perhaps another. Absent: each viewer stays in one arm.
        traffic (float | None | Unset): The part of the viewers that takes part, 0 to 1. 1 when absent.
    """

    arms: list[ArmResource]
    name: str
    description: None | str | Unset = UNSET
    guardrails: list[str] | None | Unset = UNSET
    metrics: list[str] | None | Unset = UNSET
    state: None | StateResource | Unset = UNSET
    switchback_minutes: int | None | Unset = UNSET
    traffic: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        arms = []
        for arms_item_data in self.arms:
            arms_item = arms_item_data.to_dict()
            arms.append(arms_item)

        name = self.name

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

        field_dict.update(
            {
                "arms": arms,
                "name": name,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if guardrails is not UNSET:
            field_dict["guardrails"] = guardrails
        if metrics is not UNSET:
            field_dict["metrics"] = metrics
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
        arms = []
        _arms = d.pop("arms")
        for arms_item_data in _arms:
            arms_item = ArmResource.from_dict(arms_item_data)

            arms.append(arms_item)

        name = d.pop("name")

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

        experiment_request = cls(
            arms=arms,
            name=name,
            description=description,
            guardrails=guardrails,
            metrics=metrics,
            state=state,
            switchback_minutes=switchback_minutes,
            traffic=traffic,
        )

        return experiment_request
