from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.histogram_value import HistogramValue
    from ..models.ladder_rung import LadderRung
    from ..models.null_value import NullValue
    from ..models.number_value import NumberValue


T = TypeVar("T", bound="LadderArm")


@_attrs_define
class LadderArm:
    """One arm's ladder.

    Attributes:
        arm (str): The arm.
        delivered_bps (HistogramValue | NullValue | NumberValue): A metric's value with its interval, or why there is
            none.
        other_play_ms (int): Playing time on renditions that the ladder does not have, ms: much of it means that it is
            not the ladder that was played.
        rungs (list[LadderRung]): Its rungs in the order of the experiment, with what was watched of each.
        vmaf (HistogramValue | NullValue | NumberValue): A metric's value with its interval, or why there is none.
        encode_cpu_seconds (float | None | Unset): Processor time that encoding it took, as the experiment says, s.
        storage_bytes (int | None | Unset): Storage that its rungs take, as the experiment says, bytes; null where a
            rung does not say.
        unwatched_storage_bytes (int | None | Unset): The part of it that rungs take which nobody watched; null where
            one of those does not say.
        vmaf_known_share (float | None | Unset): That time ÷ the whole playing time, 0..=1; null when nothing was
            played.
    """

    arm: str
    delivered_bps: HistogramValue | NullValue | NumberValue
    other_play_ms: int
    rungs: list[LadderRung]
    vmaf: HistogramValue | NullValue | NumberValue
    encode_cpu_seconds: float | None | Unset = UNSET
    storage_bytes: int | None | Unset = UNSET
    unwatched_storage_bytes: int | None | Unset = UNSET
    vmaf_known_share: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        arm = self.arm

        delivered_bps: dict[str, Any]
        if isinstance(self.delivered_bps, NumberValue):
            delivered_bps = self.delivered_bps.to_dict()
        elif isinstance(self.delivered_bps, HistogramValue):
            delivered_bps = self.delivered_bps.to_dict()
        else:
            delivered_bps = self.delivered_bps.to_dict()

        other_play_ms = self.other_play_ms

        rungs = []
        for rungs_item_data in self.rungs:
            rungs_item = rungs_item_data.to_dict()
            rungs.append(rungs_item)

        vmaf: dict[str, Any]
        if isinstance(self.vmaf, NumberValue):
            vmaf = self.vmaf.to_dict()
        elif isinstance(self.vmaf, HistogramValue):
            vmaf = self.vmaf.to_dict()
        else:
            vmaf = self.vmaf.to_dict()

        encode_cpu_seconds: float | None | Unset
        if isinstance(self.encode_cpu_seconds, Unset):
            encode_cpu_seconds = UNSET
        else:
            encode_cpu_seconds = self.encode_cpu_seconds

        storage_bytes: int | None | Unset
        if isinstance(self.storage_bytes, Unset):
            storage_bytes = UNSET
        else:
            storage_bytes = self.storage_bytes

        unwatched_storage_bytes: int | None | Unset
        if isinstance(self.unwatched_storage_bytes, Unset):
            unwatched_storage_bytes = UNSET
        else:
            unwatched_storage_bytes = self.unwatched_storage_bytes

        vmaf_known_share: float | None | Unset
        if isinstance(self.vmaf_known_share, Unset):
            vmaf_known_share = UNSET
        else:
            vmaf_known_share = self.vmaf_known_share

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "arm": arm,
                "deliveredBps": delivered_bps,
                "otherPlayMs": other_play_ms,
                "rungs": rungs,
                "vmaf": vmaf,
            }
        )
        if encode_cpu_seconds is not UNSET:
            field_dict["encodeCpuSeconds"] = encode_cpu_seconds
        if storage_bytes is not UNSET:
            field_dict["storageBytes"] = storage_bytes
        if unwatched_storage_bytes is not UNSET:
            field_dict["unwatchedStorageBytes"] = unwatched_storage_bytes
        if vmaf_known_share is not UNSET:
            field_dict["vmafKnownShare"] = vmaf_known_share

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.histogram_value import HistogramValue  # noqa: PLC0415
        from ..models.ladder_rung import LadderRung  # noqa: PLC0415
        from ..models.null_value import NullValue  # noqa: PLC0415
        from ..models.number_value import NumberValue  # noqa: PLC0415

        d = dict(src_dict)
        arm = d.pop("arm")

        def _parse_delivered_bps(
            data: object,
        ) -> HistogramValue | NullValue | NumberValue:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_metric_value_type_0 = NumberValue.from_dict(data)

                return componentsschemas_metric_value_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_metric_value_type_1 = HistogramValue.from_dict(data)

                return componentsschemas_metric_value_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_metric_value_type_2 = NullValue.from_dict(data)

            return componentsschemas_metric_value_type_2

        delivered_bps = _parse_delivered_bps(d.pop("deliveredBps"))

        other_play_ms = d.pop("otherPlayMs")

        rungs = []
        _rungs = d.pop("rungs")
        for rungs_item_data in _rungs:
            rungs_item = LadderRung.from_dict(rungs_item_data)

            rungs.append(rungs_item)

        def _parse_vmaf(data: object) -> HistogramValue | NullValue | NumberValue:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_metric_value_type_0 = NumberValue.from_dict(data)

                return componentsschemas_metric_value_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_metric_value_type_1 = HistogramValue.from_dict(data)

                return componentsschemas_metric_value_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_metric_value_type_2 = NullValue.from_dict(data)

            return componentsschemas_metric_value_type_2

        vmaf = _parse_vmaf(d.pop("vmaf"))

        def _parse_encode_cpu_seconds(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        encode_cpu_seconds = _parse_encode_cpu_seconds(d.pop("encodeCpuSeconds", UNSET))

        def _parse_storage_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        storage_bytes = _parse_storage_bytes(d.pop("storageBytes", UNSET))

        def _parse_unwatched_storage_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        unwatched_storage_bytes = _parse_unwatched_storage_bytes(
            d.pop("unwatchedStorageBytes", UNSET)
        )

        def _parse_vmaf_known_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        vmaf_known_share = _parse_vmaf_known_share(d.pop("vmafKnownShare", UNSET))

        ladder_arm = cls(
            arm=arm,
            delivered_bps=delivered_bps,
            other_play_ms=other_play_ms,
            rungs=rungs,
            vmaf=vmaf,
            encode_cpu_seconds=encode_cpu_seconds,
            storage_bytes=storage_bytes,
            unwatched_storage_bytes=unwatched_storage_bytes,
            vmaf_known_share=vmaf_known_share,
        )

        ladder_arm.additional_properties = d
        return ladder_arm

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
