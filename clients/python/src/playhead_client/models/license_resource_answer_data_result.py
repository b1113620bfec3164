from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LicenseResourceAnswerDataResult")


@_attrs_define
class LicenseResourceAnswerDataResult:
    """A license key and what it may do.

    Attributes:
        allowed_domains (list[str]): Hosts of pages that may use it; `*` is any, `*.example.com` any subdomain.
        collector_enabled (bool): False: nothing is taken under this key, and pages that hear so send nothing more.
        license_key (str): The key as it stands in the page.
        name (str): A name for people.
        sample (float): The part of attaches that is measured where the page asks the server
            (`@playhead/collector/remote`), above 0, up to 1.
        rate_limit_per_s (int | None | Unset): Beacons a second; null is the server's default.
    """

    allowed_domains: list[str]
    collector_enabled: bool
    license_key: str
    name: str
    sample: float
    rate_limit_per_s: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        allowed_domains = self.allowed_domains

        collector_enabled = self.collector_enabled

        license_key = self.license_key

        name = self.name

        sample = self.sample

        rate_limit_per_s: int | None | Unset
        if isinstance(self.rate_limit_per_s, Unset):
            rate_limit_per_s = UNSET
        else:
            rate_limit_per_s = self.rate_limit_per_s

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "allowedDomains": allowed_domains,
                "collectorEnabled": collector_enabled,
                "licenseKey": license_key,
                "name": name,
                "sample": sample,
            }
        )
        if rate_limit_per_s is not UNSET:
            field_dict["rateLimitPerS"] = rate_limit_per_s

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        allowed_domains = cast(list[str], d.pop("allowedDomains"))

        collector_enabled = d.pop("collectorEnabled")

        license_key = d.pop("licenseKey")

        name = d.pop("name")

        sample = d.pop("sample")

        def _parse_rate_limit_per_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        rate_limit_per_s = _parse_rate_limit_per_s(d.pop("rateLimitPerS", UNSET))

        license_resource_answer_data_result = cls(
            allowed_domains=allowed_domains,
            collector_enabled=collector_enabled,
            license_key=license_key,
            name=name,
            sample=sample,
            rate_limit_per_s=rate_limit_per_s,
        )

        license_resource_answer_data_result.additional_properties = d
        return license_resource_answer_data_result

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
