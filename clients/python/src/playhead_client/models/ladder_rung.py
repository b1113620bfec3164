from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LadderRung")


@_attrs_define
class LadderRung:
    """One rung.

    Attributes:
        play_ms (int): Playing time, ms.
        rendition (str): The name under which players keep its time, `<height>p@<declared average bit/s>`.
        play_share (float | None | Unset): Its part of the arm's playing time on all renditions, 0..=1; null when there
            was none.
        storage_bytes (int | None | Unset): What it takes in storage, as the experiment says, bytes.
        video_id (None | str | Unset): The title that it is of; null for every title without a rung of its own of this
            name.
        vmaf (float | None | Unset): Its VMAF, as the experiment says.
    """

    play_ms: int
    rendition: str
    play_share: float | None | Unset = UNSET
    storage_bytes: int | None | Unset = UNSET
    video_id: None | str | Unset = UNSET
    vmaf: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        play_ms = self.play_ms

        rendition = self.rendition

        play_share: float | None | Unset
        if isinstance(self.play_share, Unset):
            play_share = UNSET
        else:
            play_share = self.play_share

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
                "playMs": play_ms,
                "rendition": rendition,
            }
        )
        if play_share is not UNSET:
            field_dict["playShare"] = play_share
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
        play_ms = d.pop("playMs")

        rendition = d.pop("rendition")

        def _parse_play_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        play_share = _parse_play_share(d.pop("playShare", UNSET))

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

        ladder_rung = cls(
            play_ms=play_ms,
            rendition=rendition,
            play_share=play_share,
            storage_bytes=storage_bytes,
            video_id=video_id,
            vmaf=vmaf,
        )

        ladder_rung.additional_properties = d
        return ladder_rung

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
