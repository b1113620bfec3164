from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.adaptation import Adaptation
    from ..models.beacon_line import BeaconLine
    from ..models.impression_custom import ImpressionCustom
    from ..models.impression_dimensions import ImpressionDimensions
    from ..models.timeline import Timeline
    from ..models.totals import Totals


T = TypeVar("T", bound="ImpressionResultAnswerDataResult")


@_attrs_define
class ImpressionResultAnswerDataResult:
    """Answer to `GET /v1/analytics/impressions/{id}`: one attempt whole.

    Attributes:
        attempt_id (UUID): Its id.
        beacons_missing (int): Beacons known to have been sent that did not arrive.
        beacons_received (int): Beacons received.
        custom (ImpressionCustom): Custom dimensions.
        dimensions (ImpressionDimensions): Every attribute; null is "not known".
        elapsed_ms (int): From intent to the end of the latest interval, ms, monotonic.
        ended (bool): Whether it is over: it said so, or nothing came for 5 min.
        last_received_at (str): When its latest beacon was received, RFC 3339 UTC.
        started_at (str): Intent to play, corrected by the server's clock, RFC 3339 UTC.
        state (str): State at the end of its latest beacon, letter of CMCD `sta`.
        totals (Totals): Cumulative totals of one attempt, from intent to the beacon's `interval.to_ms`. A field absent
            from the JSON is 0, false or null.
        adaptation (Adaptation): How a player adapted; times in ms after intent, monotonic.
        beacons (list[BeaconLine]): The beacons that arrived, in order.
        missing_sequences (list[int]): Numbers of those that did not, at most 1,000.
        timeline (Timeline): What happened when; ms after intent, monotonic.
        video_duration_ms (int | None | Unset): Length of the media, ms; null for live and until known.
    """

    attempt_id: UUID
    beacons_missing: int
    beacons_received: int
    custom: ImpressionCustom
    dimensions: ImpressionDimensions
    elapsed_ms: int
    ended: bool
    last_received_at: str
    started_at: str
    state: str
    totals: Totals
    adaptation: Adaptation
    beacons: list[BeaconLine]
    missing_sequences: list[int]
    timeline: Timeline
    video_duration_ms: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempt_id = str(self.attempt_id)

        beacons_missing = self.beacons_missing

        beacons_received = self.beacons_received

        custom = self.custom.to_dict()

        dimensions = self.dimensions.to_dict()

        elapsed_ms = self.elapsed_ms

        ended = self.ended

        last_received_at = self.last_received_at

        started_at = self.started_at

        state = self.state

        totals = self.totals.to_dict()

        adaptation = self.adaptation.to_dict()

        beacons = []
        for beacons_item_data in self.beacons:
            beacons_item = beacons_item_data.to_dict()
            beacons.append(beacons_item)

        missing_sequences = self.missing_sequences

        timeline = self.timeline.to_dict()

        video_duration_ms: int | None | Unset
        if isinstance(self.video_duration_ms, Unset):
            video_duration_ms = UNSET
        else:
            video_duration_ms = self.video_duration_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attemptId": attempt_id,
                "beaconsMissing": beacons_missing,
                "beaconsReceived": beacons_received,
                "custom": custom,
                "dimensions": dimensions,
                "elapsedMs": elapsed_ms,
                "ended": ended,
                "lastReceivedAt": last_received_at,
                "startedAt": started_at,
                "state": state,
                "totals": totals,
                "adaptation": adaptation,
                "beacons": beacons,
                "missingSequences": missing_sequences,
                "timeline": timeline,
            }
        )
        if video_duration_ms is not UNSET:
            field_dict["videoDurationMs"] = video_duration_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.adaptation import Adaptation  # noqa: PLC0415
        from ..models.beacon_line import BeaconLine  # noqa: PLC0415
        from ..models.impression_custom import ImpressionCustom  # noqa: PLC0415
        from ..models.impression_dimensions import ImpressionDimensions  # noqa: PLC0415
        from ..models.timeline import Timeline  # noqa: PLC0415
        from ..models.totals import Totals  # noqa: PLC0415

        d = dict(src_dict)
        attempt_id = UUID(d.pop("attemptId"))

        beacons_missing = d.pop("beaconsMissing")

        beacons_received = d.pop("beaconsReceived")

        custom = ImpressionCustom.from_dict(d.pop("custom"))

        dimensions = ImpressionDimensions.from_dict(d.pop("dimensions"))

        elapsed_ms = d.pop("elapsedMs")

        ended = d.pop("ended")

        last_received_at = d.pop("lastReceivedAt")

        started_at = d.pop("startedAt")

        state = d.pop("state")

        totals = Totals.from_dict(d.pop("totals"))

        adaptation = Adaptation.from_dict(d.pop("adaptation"))

        beacons = []
        _beacons = d.pop("beacons")
        for beacons_item_data in _beacons:
            beacons_item = BeaconLine.from_dict(beacons_item_data)

            beacons.append(beacons_item)

        missing_sequences = cast(list[int], d.pop("missingSequences"))

        timeline = Timeline.from_dict(d.pop("timeline"))

        def _parse_video_duration_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        video_duration_ms = _parse_video_duration_ms(d.pop("videoDurationMs", UNSET))

        impression_result_answer_data_result = cls(
            attempt_id=attempt_id,
            beacons_missing=beacons_missing,
            beacons_received=beacons_received,
            custom=custom,
            dimensions=dimensions,
            elapsed_ms=elapsed_ms,
            ended=ended,
            last_received_at=last_received_at,
            started_at=started_at,
            state=state,
            totals=totals,
            adaptation=adaptation,
            beacons=beacons,
            missing_sequences=missing_sequences,
            timeline=timeline,
            video_duration_ms=video_duration_ms,
        )

        impression_result_answer_data_result.additional_properties = d
        return impression_result_answer_data_result

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
