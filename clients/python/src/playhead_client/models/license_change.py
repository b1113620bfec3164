from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="LicenseChange")


@_attrs_define
class LicenseChange:
    """What may be changed about a license key, for the documentation. What is left out stays.

    Example:
        {'collectorEnabled': False}

    Attributes:
        allowed_domains (list[str] | None | Unset): Hosts of pages that may use it.
        collector_enabled (bool | None | Unset): False switches measuring off.
        name (None | str | Unset): A name for people.
        rate_limit_per_s (int | None | Unset): Beacons a second; null is the server's default.
        sample (float | None | Unset): The part of attaches that is measured where the page asks the server, 0.001 to 1.
    """

    allowed_domains: list[str] | None | Unset = UNSET
    collector_enabled: bool | None | Unset = UNSET
    name: None | str | Unset = UNSET
    rate_limit_per_s: int | None | Unset = UNSET
    sample: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        allowed_domains: list[str] | None | Unset
        if isinstance(self.allowed_domains, Unset):
            allowed_domains = UNSET
        elif isinstance(self.allowed_domains, list):
            allowed_domains = self.allowed_domains

        else:
            allowed_domains = self.allowed_domains

        collector_enabled: bool | None | Unset
        if isinstance(self.collector_enabled, Unset):
            collector_enabled = UNSET
        else:
            collector_enabled = self.collector_enabled

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        rate_limit_per_s: int | None | Unset
        if isinstance(self.rate_limit_per_s, Unset):
            rate_limit_per_s = UNSET
        else:
            rate_limit_per_s = self.rate_limit_per_s

        sample: float | None | Unset
        if isinstance(self.sample, Unset):
            sample = UNSET
        else:
            sample = self.sample

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if allowed_domains is not UNSET:
            field_dict["allowedDomains"] = allowed_domains
        if collector_enabled is not UNSET:
            field_dict["collectorEnabled"] = collector_enabled
        if name is not UNSET:
            field_dict["name"] = name
        if rate_limit_per_s is not UNSET:
            field_dict["rateLimitPerS"] = rate_limit_per_s
        if sample is not UNSET:
            field_dict["sample"] = sample

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_allowed_domains(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                allowed_domains_type_0 = cast(list[str], data)

                return allowed_domains_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        allowed_domains = _parse_allowed_domains(d.pop("allowedDomains", UNSET))

        def _parse_collector_enabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        collector_enabled = _parse_collector_enabled(d.pop("collectorEnabled", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_rate_limit_per_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        rate_limit_per_s = _parse_rate_limit_per_s(d.pop("rateLimitPerS", UNSET))

        def _parse_sample(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        sample = _parse_sample(d.pop("sample", UNSET))

        license_change = cls(
            allowed_domains=allowed_domains,
            collector_enabled=collector_enabled,
            name=name,
            rate_limit_per_s=rate_limit_per_s,
            sample=sample,
        )

        return license_change
