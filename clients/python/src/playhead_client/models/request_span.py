from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.object_type import ObjectType, check_object_type
from ..types import UNSET, Unset

T = TypeVar("T", bound="RequestSpan")


@_attrs_define
class RequestSpan:
    """A request.

    Attributes:
        bytes_ (int): Bytes received.
        duration_ms (int): From sending to the last byte.
        from_ms (int): When it was sent.
        to_ms (int): When its last byte came.
        host (None | str | Unset): The host that answered; null when it is that of the request before, or not told.
        object_type (None | ObjectType | Unset):
        ttfb_ms (int | None | Unset): First byte after it was sent; null when the player does not tell.
    """

    bytes_: int
    duration_ms: int
    from_ms: int
    to_ms: int
    host: None | str | Unset = UNSET
    object_type: None | ObjectType | Unset = UNSET
    ttfb_ms: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bytes_ = self.bytes_

        duration_ms = self.duration_ms

        from_ms = self.from_ms

        to_ms = self.to_ms

        host: None | str | Unset
        if isinstance(self.host, Unset):
            host = UNSET
        else:
            host = self.host

        object_type: None | str | Unset
        if isinstance(self.object_type, Unset):
            object_type = UNSET
        elif isinstance(self.object_type, str):
            object_type = self.object_type
        else:
            object_type = self.object_type

        ttfb_ms: int | None | Unset
        if isinstance(self.ttfb_ms, Unset):
            ttfb_ms = UNSET
        else:
            ttfb_ms = self.ttfb_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bytes": bytes_,
                "durationMs": duration_ms,
                "fromMs": from_ms,
                "toMs": to_ms,
            }
        )
        if host is not UNSET:
            field_dict["host"] = host
        if object_type is not UNSET:
            field_dict["objectType"] = object_type
        if ttfb_ms is not UNSET:
            field_dict["ttfbMs"] = ttfb_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        bytes_ = d.pop("bytes")

        duration_ms = d.pop("durationMs")

        from_ms = d.pop("fromMs")

        to_ms = d.pop("toMs")

        def _parse_host(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        host = _parse_host(d.pop("host", UNSET))

        def _parse_object_type(data: object) -> None | ObjectType | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                object_type_type_0 = check_object_type(data)

                return object_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ObjectType | Unset, data)

        object_type = _parse_object_type(d.pop("objectType", UNSET))

        def _parse_ttfb_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        ttfb_ms = _parse_ttfb_ms(d.pop("ttfbMs", UNSET))

        request_span = cls(
            bytes_=bytes_,
            duration_ms=duration_ms,
            from_ms=from_ms,
            to_ms=to_ms,
            host=host,
            object_type=object_type,
            ttfb_ms=ttfb_ms,
        )

        request_span.additional_properties = d
        return request_span

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
