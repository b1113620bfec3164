from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_event import AlertEvent, check_alert_event
from ..models.alert_state import AlertState, check_alert_state
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alert_reading import AlertReading


T = TypeVar("T", bound="AlertEvaluatedSeries")


@_attrs_define
class AlertEvaluatedSeries:
    """A series in an evaluation.

    Attributes:
        bad (int): Bad evaluations in a row so far.
        since (str): Since when, RFC 3339 UTC.
        state (AlertState): How a series stands.
        reading (AlertReading): What was seen of a series.
        fired_at (None | str | Unset): When it fired last; null when it never did.
        incident (None | Unset | UUID): The incident that was told and is not over; null without.
        value (None | str | Unset): Value of the rule's dimension; null is "not known", or a rule without a dimension.
        told (AlertEvent | None | Unset):
    """

    bad: int
    since: str
    state: AlertState
    reading: AlertReading
    fired_at: None | str | Unset = UNSET
    incident: None | Unset | UUID = UNSET
    value: None | str | Unset = UNSET
    told: AlertEvent | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bad = self.bad

        since = self.since

        state: str = self.state

        reading = self.reading.to_dict()

        fired_at: None | str | Unset
        if isinstance(self.fired_at, Unset):
            fired_at = UNSET
        else:
            fired_at = self.fired_at

        incident: None | str | Unset
        if isinstance(self.incident, Unset):
            incident = UNSET
        elif isinstance(self.incident, UUID):
            incident = str(self.incident)
        else:
            incident = self.incident

        value: None | str | Unset
        if isinstance(self.value, Unset):
            value = UNSET
        else:
            value = self.value

        told: None | str | Unset
        if isinstance(self.told, Unset):
            told = UNSET
        elif isinstance(self.told, str):
            told = self.told
        else:
            told = self.told

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bad": bad,
                "since": since,
                "state": state,
                "reading": reading,
            }
        )
        if fired_at is not UNSET:
            field_dict["firedAt"] = fired_at
        if incident is not UNSET:
            field_dict["incident"] = incident
        if value is not UNSET:
            field_dict["value"] = value
        if told is not UNSET:
            field_dict["told"] = told

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_reading import AlertReading  # noqa: PLC0415

        d = dict(src_dict)
        bad = d.pop("bad")

        since = d.pop("since")

        state = check_alert_state(d.pop("state"))

        reading = AlertReading.from_dict(d.pop("reading"))

        def _parse_fired_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        fired_at = _parse_fired_at(d.pop("firedAt", UNSET))

        def _parse_incident(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                incident_type_0 = UUID(data)

                return incident_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        incident = _parse_incident(d.pop("incident", UNSET))

        def _parse_value(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        value = _parse_value(d.pop("value", UNSET))

        def _parse_told(data: object) -> AlertEvent | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                told_type_0 = check_alert_event(data)

                return told_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AlertEvent | None | Unset, data)

        told = _parse_told(d.pop("told", UNSET))

        alert_evaluated_series = cls(
            bad=bad,
            since=since,
            state=state,
            reading=reading,
            fired_at=fired_at,
            incident=incident,
            value=value,
            told=told,
        )

        alert_evaluated_series.additional_properties = d
        return alert_evaluated_series

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
