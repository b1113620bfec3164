from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Rung")


@_attrs_define
class Rung:
    """One rung. Playing time is found by the rendition's name, `<height>p@<bitrateBps>`: say the bandwidth that the
    manifest declares.

        Attributes:
            height (int): Height of its picture, pixels. Example: 1080.
            bitrate_bps (int | None | Unset): Its declared average bandwidth, bit/s; absent where the manifest declares none
                (`<height>p@?`). Example: 4300000.
            storage_bytes (int | None | Unset): What it takes in storage, bytes.
            video_id (None | str | Unset): The attribute `video_id` of the title that it is of; absent for every title
                without a rung of its own of this name.
            vmaf (float | None | Unset): Its quality against the source, VMAF, 0 to 100; kept to hundredths. Example: 95.1.
    """

    height: int
    bitrate_bps: int | None | Unset = UNSET
    storage_bytes: int | None | Unset = UNSET
    video_id: None | str | Unset = UNSET
    vmaf: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        height = self.height

        bitrate_bps: int | None | Unset
        if isinstance(self.bitrate_bps, Unset):
            bitrate_bps = UNSET
        else:
            bitrate_bps = self.bitrate_bps

        storage_bytes: int | None | Unset
        if isinstance(self.storage_bytes, Unset):
            storage_bytes = UNSET
        else:
            storage_bytes = self.storage_bytes

        video_id: None | str | Unset
        if isinstance(self.video_id, Unset):
            video_id = UNSET
        else:
            video_id = self.video_id

        vmaf: float | None | Unset
        if isinstance(self.vmaf, Unset):
            vmaf = UNSET
        else:
            vmaf = self.vmaf

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "height": height,
            }
        )
        if bitrate_bps is not UNSET:
            field_dict["bitrateBps"] = bitrate_bps
        if storage_bytes is not UNSET:
            field_dict["storageBytes"] = storage_bytes
        if video_id is not UNSET:
            field_dict["videoId"] = video_id
        if vmaf is not UNSET:
            field_dict["vmaf"] = vmaf

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        height = d.pop("height")

        def _parse_bitrate_bps(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        bitrate_bps = _parse_bitrate_bps(d.pop("bitrateBps", UNSET))

        def _parse_storage_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        storage_bytes = _parse_storage_bytes(d.pop("storageBytes", UNSET))

        def _parse_video_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        video_id = _parse_video_id(d.pop("videoId", UNSET))

        def _parse_vmaf(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        vmaf = _parse_vmaf(d.pop("vmaf", UNSET))

        rung = cls(
            height=height,
            bitrate_bps=bitrate_bps,
            storage_bytes=storage_bytes,
            video_id=video_id,
            vmaf=vmaf,
        )

        rung.additional_properties = d
        return rung

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
