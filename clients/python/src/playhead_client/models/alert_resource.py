from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alert_condition_type_0 import AlertConditionType0
    from ..models.alert_condition_type_1 import AlertConditionType1
    from ..models.alert_condition_type_2 import AlertConditionType2
    from ..models.alert_series import AlertSeries
    from ..models.alert_webhook import AlertWebhook
    from ..models.filter_request import FilterRequest


T = TypeVar("T", bound="AlertResource")


@_attrs_define
class AlertResource:
    """A rule and how it stands.

    Attributes:
        condition (AlertConditionType0 | AlertConditionType1 | AlertConditionType2): When a series is bad.
        confidence (float): Of the intervals and verdicts, 0.5 to 0.999. 0.99 when absent: a rule looks often.
        cool_down_minutes (int): After it fired a series does not fire anew for so many minutes, 0 to 10,080. 60 when
            absent.
        delay_seconds (int): How long before the evaluation the stretch ends, s, 0 to 3,600, so that what happened in it
            has arrived. 60 when absent.
        enabled (bool): Whether it is evaluated. True when absent.
        every_minutes (int): Minutes between two evaluations, 1 to 1,440. 5 when absent.
        filters (list[FilterRequest]): Every filter must hold, by attributes. None when absent.
        for_ (int): How many evaluations in a row have to be bad before it fires, 1 to 100. 1 when absent.
        metric (str): One metric, a distribution with its suffix. Example: rebuffer_ratio.
        minimum_attempts (int): With fewer attempts a series has no data, 1 to 1,000,000. 100 when absent.
        name (str): A name for people. Example: Rebuffering in Austria.
        timezone (str): Whose days a baseline means. UTC when absent.
        window_minutes (int): Length of the stretch of time that is looked at, minutes, 5 to 10,080. 60 when absent.
        created_at (str): When it was made, RFC 3339 UTC.
        id (UUID): Its id.
        series (list[AlertSeries]): How its series stand; empty before the first evaluation.
        updated_at (str): When it was changed last.
        dimension (None | str | Unset): Each value of this attribute is a series of its own, at most the 50 with the
            most attempts. One series without.
        webhook (AlertWebhook | None | Unset):
        next_at (None | str | Unset): When it is evaluated next; null when it is switched off.
        secret (None | str | Unset): The key of the webhook's signatures: only in the answer that made the rule, and
            nowhere else.
    """

    condition: AlertConditionType0 | AlertConditionType1 | AlertConditionType2
    confidence: float
    cool_down_minutes: int
    delay_seconds: int
    enabled: bool
    every_minutes: int
    filters: list[FilterRequest]
    for_: int
    metric: str
    minimum_attempts: int
    name: str
    timezone: str
    window_minutes: int
    created_at: str
    id: UUID
    series: list[AlertSeries]
    updated_at: str
    dimension: None | str | Unset = UNSET
    webhook: AlertWebhook | None | Unset = UNSET
    next_at: None | str | Unset = UNSET
    secret: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.alert_condition_type_0 import AlertConditionType0  # noqa: PLC0415
        from ..models.alert_condition_type_1 import AlertConditionType1  # noqa: PLC0415
        from ..models.alert_webhook import AlertWebhook  # noqa: PLC0415

        condition: dict[str, Any]
        if isinstance(self.condition, AlertConditionType0):
            condition = self.condition.to_dict()
        elif isinstance(self.condition, AlertConditionType1):
            condition = self.condition.to_dict()
        else:
            condition = self.condition.to_dict()

        confidence = self.confidence

        cool_down_minutes = self.cool_down_minutes

        delay_seconds = self.delay_seconds

        enabled = self.enabled

        every_minutes = self.every_minutes

        filters = []
        for filters_item_data in self.filters:
            filters_item = filters_item_data.to_dict()
            filters.append(filters_item)

        for_ = self.for_

        metric = self.metric

        minimum_attempts = self.minimum_attempts

        name = self.name

        timezone = self.timezone

        window_minutes = self.window_minutes

        created_at = self.created_at

        id = str(self.id)

        series = []
        for series_item_data in self.series:
            series_item = series_item_data.to_dict()
            series.append(series_item)

        updated_at = self.updated_at

        dimension: None | str | Unset
        if isinstance(self.dimension, Unset):
            dimension = UNSET
        else:
            dimension = self.dimension

        webhook: dict[str, Any] | None | Unset
        if isinstance(self.webhook, Unset):
            webhook = UNSET
        elif isinstance(self.webhook, AlertWebhook):
            webhook = self.webhook.to_dict()
        else:
            webhook = self.webhook

        next_at: None | str | Unset
        if isinstance(self.next_at, Unset):
            next_at = UNSET
        else:
            next_at = self.next_at

        secret: None | str | Unset
        if isinstance(self.secret, Unset):
            secret = UNSET
        else:
            secret = self.secret

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "condition": condition,
                "confidence": confidence,
                "coolDownMinutes": cool_down_minutes,
                "delaySeconds": delay_seconds,
                "enabled": enabled,
                "everyMinutes": every_minutes,
                "filters": filters,
                "for": for_,
                "metric": metric,
                "minimumAttempts": minimum_attempts,
                "name": name,
                "timezone": timezone,
                "windowMinutes": window_minutes,
                "createdAt": created_at,
                "id": id,
                "series": series,
                "updatedAt": updated_at,
            }
        )
        if dimension is not UNSET:
            field_dict["dimension"] = dimension
        if webhook is not UNSET:
            field_dict["webhook"] = webhook
        if next_at is not UNSET:
            field_dict["nextAt"] = next_at
        if secret is not UNSET:
            field_dict["secret"] = secret

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_condition_type_0 import AlertConditionType0  # noqa: PLC0415
        from ..models.alert_condition_type_1 import AlertConditionType1  # noqa: PLC0415
        from ..models.alert_condition_type_2 import AlertConditionType2  # noqa: PLC0415
        from ..models.alert_series import AlertSeries  # noqa: PLC0415
        from ..models.alert_webhook import AlertWebhook  # noqa: PLC0415
        from ..models.filter_request import FilterRequest  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_condition(
            data: object,
        ) -> AlertConditionType0 | AlertConditionType1 | AlertConditionType2:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_alert_condition_type_0 = (
                    AlertConditionType0.from_dict(data)
                )

                return componentsschemas_alert_condition_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_alert_condition_type_1 = (
                    AlertConditionType1.from_dict(data)
                )

                return componentsschemas_alert_condition_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_alert_condition_type_2 = AlertConditionType2.from_dict(
                data
            )

            return componentsschemas_alert_condition_type_2

        condition = _parse_condition(d.pop("condition"))

        confidence = d.pop("confidence")

        cool_down_minutes = d.pop("coolDownMinutes")

        delay_seconds = d.pop("delaySeconds")

        enabled = d.pop("enabled")

        every_minutes = d.pop("everyMinutes")

        filters = []
        _filters = d.pop("filters")
        for filters_item_data in _filters:
            filters_item = FilterRequest.from_dict(filters_item_data)

            filters.append(filters_item)

        for_ = d.pop("for")

        metric = d.pop("metric")

        minimum_attempts = d.pop("minimumAttempts")

        name = d.pop("name")

        timezone = d.pop("timezone")

        window_minutes = d.pop("windowMinutes")

        created_at = d.pop("createdAt")

        id = UUID(d.pop("id"))

        series = []
        _series = d.pop("series")
        for series_item_data in _series:
            series_item = AlertSeries.from_dict(series_item_data)

            series.append(series_item)

        updated_at = d.pop("updatedAt")

        def _parse_dimension(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        dimension = _parse_dimension(d.pop("dimension", UNSET))

        def _parse_webhook(data: object) -> AlertWebhook | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                webhook_type_0 = AlertWebhook.from_dict(data)

                return webhook_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AlertWebhook | None | Unset, data)

        webhook = _parse_webhook(d.pop("webhook", UNSET))

        def _parse_next_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        next_at = _parse_next_at(d.pop("nextAt", UNSET))

        def _parse_secret(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        secret = _parse_secret(d.pop("secret", UNSET))

        alert_resource = cls(
            condition=condition,
            confidence=confidence,
            cool_down_minutes=cool_down_minutes,
            delay_seconds=delay_seconds,
            enabled=enabled,
            every_minutes=every_minutes,
            filters=filters,
            for_=for_,
            metric=metric,
            minimum_attempts=minimum_attempts,
            name=name,
            timezone=timezone,
            window_minutes=window_minutes,
            created_at=created_at,
            id=id,
            series=series,
            updated_at=updated_at,
            dimension=dimension,
            webhook=webhook,
            next_at=next_at,
            secret=secret,
        )

        alert_resource.additional_properties = d
        return alert_resource

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
