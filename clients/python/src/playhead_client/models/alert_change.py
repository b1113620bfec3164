from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alert_condition_type_0 import AlertConditionType0
    from ..models.alert_condition_type_1 import AlertConditionType1
    from ..models.alert_condition_type_2 import AlertConditionType2
    from ..models.alert_webhook import AlertWebhook
    from ..models.filter_request import FilterRequest


T = TypeVar("T", bound="AlertChange")


@_attrs_define
class AlertChange:
    """What may be changed about a rule, for the documentation. What is left out stays.

    Example:
        {'enabled': False}

    Attributes:
        condition (AlertConditionType0 | AlertConditionType1 | AlertConditionType2 | None | Unset):
        confidence (float | None | Unset): Of the intervals and verdicts, 0.5 to 0.999.
        cool_down_minutes (int | None | Unset): After it fired a series does not fire anew for so many minutes, 0 to
            10,080.
        delay_seconds (int | None | Unset): How long before the evaluation the stretch ends, s, 0 to 3,600.
        dimension (None | str | Unset): Each value of this attribute is a series of its own, at most the 50 with the
            most attempts.
        enabled (bool | None | Unset): Whether it is evaluated.
        every_minutes (int | None | Unset): Minutes between two evaluations, 1 to 1,440.
        filters (list[FilterRequest] | None | Unset): Every filter must hold, by attributes.
        for_ (int | None | Unset): How many evaluations in a row have to be bad before it fires, 1 to 100.
        metric (None | str | Unset): One metric, a distribution with its suffix. Example: rebuffer_ratio.
        minimum_attempts (int | None | Unset): With fewer attempts a series has no data, 1 to 1,000,000.
        name (None | str | Unset): A name for people. Example: Rebuffering in Austria.
        timezone (None | str | Unset): Whose days a baseline means.
        webhook (AlertWebhook | None | Unset):
        window_minutes (int | None | Unset): Length of the stretch of time that is looked at, minutes, 5 to 10,080.
    """

    condition: (
        AlertConditionType0 | AlertConditionType1 | AlertConditionType2 | None | Unset
    ) = UNSET
    confidence: float | None | Unset = UNSET
    cool_down_minutes: int | None | Unset = UNSET
    delay_seconds: int | None | Unset = UNSET
    dimension: None | str | Unset = UNSET
    enabled: bool | None | Unset = UNSET
    every_minutes: int | None | Unset = UNSET
    filters: list[FilterRequest] | None | Unset = UNSET
    for_: int | None | Unset = UNSET
    metric: None | str | Unset = UNSET
    minimum_attempts: int | None | Unset = UNSET
    name: None | str | Unset = UNSET
    timezone: None | str | Unset = UNSET
    webhook: AlertWebhook | None | Unset = UNSET
    window_minutes: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.alert_condition_type_0 import AlertConditionType0  # noqa: PLC0415
        from ..models.alert_condition_type_1 import AlertConditionType1  # noqa: PLC0415
        from ..models.alert_condition_type_2 import AlertConditionType2  # noqa: PLC0415
        from ..models.alert_webhook import AlertWebhook  # noqa: PLC0415

        condition: dict[str, Any] | None | Unset
        if isinstance(self.condition, Unset):
            condition = UNSET
        elif isinstance(self.condition, AlertConditionType0):
            condition = self.condition.to_dict()
        elif isinstance(self.condition, AlertConditionType1):
            condition = self.condition.to_dict()
        elif isinstance(self.condition, AlertConditionType2):
            condition = self.condition.to_dict()
        else:
            condition = self.condition

        confidence: float | None | Unset
        if isinstance(self.confidence, Unset):
            confidence = UNSET
        else:
            confidence = self.confidence

        cool_down_minutes: int | None | Unset
        if isinstance(self.cool_down_minutes, Unset):
            cool_down_minutes = UNSET
        else:
            cool_down_minutes = self.cool_down_minutes

        delay_seconds: int | None | Unset
        if isinstance(self.delay_seconds, Unset):
            delay_seconds = UNSET
        else:
            delay_seconds = self.delay_seconds

        dimension: None | str | Unset
        if isinstance(self.dimension, Unset):
            dimension = UNSET
        else:
            dimension = self.dimension

        enabled: bool | None | Unset
        if isinstance(self.enabled, Unset):
            enabled = UNSET
        else:
            enabled = self.enabled

        every_minutes: int | None | Unset
        if isinstance(self.every_minutes, Unset):
            every_minutes = UNSET
        else:
            every_minutes = self.every_minutes

        filters: list[dict[str, Any]] | None | Unset
        if isinstance(self.filters, Unset):
            filters = UNSET
        elif isinstance(self.filters, list):
            filters = []
            for filters_type_0_item_data in self.filters:
                filters_type_0_item = filters_type_0_item_data.to_dict()
                filters.append(filters_type_0_item)

        else:
            filters = self.filters

        for_: int | None | Unset
        if isinstance(self.for_, Unset):
            for_ = UNSET
        else:
            for_ = self.for_

        metric: None | str | Unset
        if isinstance(self.metric, Unset):
            metric = UNSET
        else:
            metric = self.metric

        minimum_attempts: int | None | Unset
        if isinstance(self.minimum_attempts, Unset):
            minimum_attempts = UNSET
        else:
            minimum_attempts = self.minimum_attempts

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        timezone: None | str | Unset
        if isinstance(self.timezone, Unset):
            timezone = UNSET
        else:
            timezone = self.timezone

        webhook: dict[str, Any] | None | Unset
        if isinstance(self.webhook, Unset):
            webhook = UNSET
        elif isinstance(self.webhook, AlertWebhook):
            webhook = self.webhook.to_dict()
        else:
            webhook = self.webhook

        window_minutes: int | None | Unset
        if isinstance(self.window_minutes, Unset):
            window_minutes = UNSET
        else:
            window_minutes = self.window_minutes

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if condition is not UNSET:
            field_dict["condition"] = condition
        if confidence is not UNSET:
            field_dict["confidence"] = confidence
        if cool_down_minutes is not UNSET:
            field_dict["coolDownMinutes"] = cool_down_minutes
        if delay_seconds is not UNSET:
            field_dict["delaySeconds"] = delay_seconds
        if dimension is not UNSET:
            field_dict["dimension"] = dimension
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if every_minutes is not UNSET:
            field_dict["everyMinutes"] = every_minutes
        if filters is not UNSET:
            field_dict["filters"] = filters
        if for_ is not UNSET:
            field_dict["for"] = for_
        if metric is not UNSET:
            field_dict["metric"] = metric
        if minimum_attempts is not UNSET:
            field_dict["minimumAttempts"] = minimum_attempts
        if name is not UNSET:
            field_dict["name"] = name
        if timezone is not UNSET:
            field_dict["timezone"] = timezone
        if webhook is not UNSET:
            field_dict["webhook"] = webhook
        if window_minutes is not UNSET:
            field_dict["windowMinutes"] = window_minutes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_condition_type_0 import AlertConditionType0  # noqa: PLC0415
        from ..models.alert_condition_type_1 import AlertConditionType1  # noqa: PLC0415
        from ..models.alert_condition_type_2 import AlertConditionType2  # noqa: PLC0415
        from ..models.alert_webhook import AlertWebhook  # noqa: PLC0415
        from ..models.filter_request import FilterRequest  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_condition(
            data: object,
        ) -> (
            AlertConditionType0
            | AlertConditionType1
            | AlertConditionType2
            | None
            | Unset
        ):
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
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
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_alert_condition_type_2 = (
                    AlertConditionType2.from_dict(data)
                )

                return componentsschemas_alert_condition_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(
                AlertConditionType0
                | AlertConditionType1
                | AlertConditionType2
                | None
                | Unset,
                data,
            )

        condition = _parse_condition(d.pop("condition", UNSET))

        def _parse_confidence(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        confidence = _parse_confidence(d.pop("confidence", UNSET))

        def _parse_cool_down_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cool_down_minutes = _parse_cool_down_minutes(d.pop("coolDownMinutes", UNSET))

        def _parse_delay_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        delay_seconds = _parse_delay_seconds(d.pop("delaySeconds", UNSET))

        def _parse_dimension(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        dimension = _parse_dimension(d.pop("dimension", UNSET))

        def _parse_enabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        enabled = _parse_enabled(d.pop("enabled", UNSET))

        def _parse_every_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        every_minutes = _parse_every_minutes(d.pop("everyMinutes", UNSET))

        def _parse_filters(data: object) -> list[FilterRequest] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                filters_type_0 = []
                _filters_type_0 = data
                for filters_type_0_item_data in _filters_type_0:
                    filters_type_0_item = FilterRequest.from_dict(
                        filters_type_0_item_data
                    )

                    filters_type_0.append(filters_type_0_item)

                return filters_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[FilterRequest] | None | Unset, data)

        filters = _parse_filters(d.pop("filters", UNSET))

        def _parse_for_(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        for_ = _parse_for_(d.pop("for", UNSET))

        def _parse_metric(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        metric = _parse_metric(d.pop("metric", UNSET))

        def _parse_minimum_attempts(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        minimum_attempts = _parse_minimum_attempts(d.pop("minimumAttempts", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_timezone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        timezone = _parse_timezone(d.pop("timezone", UNSET))

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

        def _parse_window_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        window_minutes = _parse_window_minutes(d.pop("windowMinutes", UNSET))

        alert_change = cls(
            condition=condition,
            confidence=confidence,
            cool_down_minutes=cool_down_minutes,
            delay_seconds=delay_seconds,
            dimension=dimension,
            enabled=enabled,
            every_minutes=every_minutes,
            filters=filters,
            for_=for_,
            metric=metric,
            minimum_attempts=minimum_attempts,
            name=name,
            timezone=timezone,
            webhook=webhook,
            window_minutes=window_minutes,
        )

        return alert_change
