from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="LicenseRequest")


@_attrs_define
class LicenseRequest:
    """What is said about a new license key, for the documentation.

    Example:
        {'allowedDomains': ['example.com', '*.example.com'], 'name': 'Web player'}

    Attributes:
        allowed_domains (list[str]): Hosts of pages that may use it; `*` is any, `*.example.com` any subdomain.
        name (str): A name for people.
        collector_enabled (bool | None | Unset): False switches measuring off. True when absent.
        rate_limit_per_s (int | None | Unset): Beacons a second; the server's default when absent or null.
        sample (float | None | Unset): The part of attaches that is measured where the page asks the server, 0.001 to 1.
            1 when absent.
    """

    allowed_domains: list[str]
    name: str
    collector_enabled: bool | None | Unset = UNSET
    rate_limit_per_s: int | None | Unset = UNSET
    sample: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        allowed_domains = self.allowed_domains

        name = self.name

        collector_enabled: bool | None | Unset
        if isinstance(self.collector_enabled, Unset):
            collector_enabled = UNSET
        else:
            collector_enabled = self.collector_enabled

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

        field_dict.update(
            {
                "allowedDomains": allowed_domains,
                "name": name,
            }
        )
        if collector_enabled is not UNSET:
            field_dict["collectorEnabled"] = collector_enabled
        if rate_limit_per_s is not UNSET:
            field_dict["rateLimitPerS"] = rate_limit_per_s
        if sample is not UNSET:
            field_dict["sample"] = sample

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        allowed_domains = cast(list[str], d.pop("allowedDomains"))

        name = d.pop("name")

        def _parse_collector_enabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        collector_enabled = _parse_collector_enabled(d.pop("collectorEnabled", UNSET))

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

        license_request = cls(
            allowed_domains=allowed_domains,
            name=name,
            collector_enabled=collector_enabled,
            rate_limit_per_s=rate_limit_per_s,
            sample=sample,
        )

        return license_request
