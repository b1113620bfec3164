from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.buffer_point import BufferPoint
    from ..models.error_point import ErrorPoint
    from ..models.rendition_span import RenditionSpan
    from ..models.request_span import RequestSpan
    from ..models.seek_span import SeekSpan
    from ..models.stall_span import StallSpan
    from ..models.state_span import StateSpan
    from ..models.suspension_point import SuspensionPoint
    from ..models.visibility_point import VisibilityPoint


T = TypeVar("T", bound="Timeline")


@_attrs_define
class Timeline:
    """What happened when; ms after intent, monotonic.

    Attributes:
        buffer (list[BufferPoint]): Buffer ahead of the playhead.
        end_ms (int): End of the latest interval.
        errors (list[ErrorPoint]): Errors.
        events_dropped (int): Events beyond the limit, counted instead of listed.
        renditions (list[RenditionSpan]): Renditions on the screen.
        requests (list[RequestSpan]): Requests that finished.
        seeks (list[SeekSpan]): Seeks that ended.
        stalls (list[StallSpan]): Stalls that ended.
        states (list[StateSpan]): States, end to end; null where the beacons are missing.
        suspensions (list[SuspensionPoint]): Gaps in which the machine slept, cut out of every duration.
        visibility (list[VisibilityPoint]): The page became hidden or visible.
        first_frame_ms (int | None | Unset): The first frame. Null when none was rendered, or its beacon is missing.
    """

    buffer: list[BufferPoint]
    end_ms: int
    errors: list[ErrorPoint]
    events_dropped: int
    renditions: list[RenditionSpan]
    requests: list[RequestSpan]
    seeks: list[SeekSpan]
    stalls: list[StallSpan]
    states: list[StateSpan]
    suspensions: list[SuspensionPoint]
    visibility: list[VisibilityPoint]
    first_frame_ms: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        buffer = []
        for buffer_item_data in self.buffer:
            buffer_item = buffer_item_data.to_dict()
            buffer.append(buffer_item)

        end_ms = self.end_ms

        errors = []
        for errors_item_data in self.errors:
            errors_item = errors_item_data.to_dict()
            errors.append(errors_item)

        events_dropped = self.events_dropped

        renditions = []
        for renditions_item_data in self.renditions:
            renditions_item = renditions_item_data.to_dict()
            renditions.append(renditions_item)

        requests = []
        for requests_item_data in self.requests:
            requests_item = requests_item_data.to_dict()
            requests.append(requests_item)

        seeks = []
        for seeks_item_data in self.seeks:
            seeks_item = seeks_item_data.to_dict()
            seeks.append(seeks_item)

        stalls = []
        for stalls_item_data in self.stalls:
            stalls_item = stalls_item_data.to_dict()
            stalls.append(stalls_item)

        states = []
        for states_item_data in self.states:
            states_item = states_item_data.to_dict()
            states.append(states_item)

        suspensions = []
        for suspensions_item_data in self.suspensions:
            suspensions_item = suspensions_item_data.to_dict()
            suspensions.append(suspensions_item)

        visibility = []
        for visibility_item_data in self.visibility:
            visibility_item = visibility_item_data.to_dict()
            visibility.append(visibility_item)

        first_frame_ms: int | None | Unset
        if isinstance(self.first_frame_ms, Unset):
            first_frame_ms = UNSET
        else:
            first_frame_ms = self.first_frame_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "buffer": buffer,
                "endMs": end_ms,
                "errors": errors,
                "eventsDropped": events_dropped,
                "renditions": renditions,
                "requests": requests,
                "seeks": seeks,
                "stalls": stalls,
                "states": states,
                "suspensions": suspensions,
                "visibility": visibility,
            }
        )
        if first_frame_ms is not UNSET:
            field_dict["firstFrameMs"] = first_frame_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.buffer_point import BufferPoint  # noqa: PLC0415
        from ..models.error_point import ErrorPoint  # noqa: PLC0415
        from ..models.rendition_span import RenditionSpan  # noqa: PLC0415
        from ..models.request_span import RequestSpan  # noqa: PLC0415
        from ..models.seek_span import SeekSpan  # noqa: PLC0415
        from ..models.stall_span import StallSpan  # noqa: PLC0415
        from ..models.state_span import StateSpan  # noqa: PLC0415
        from ..models.suspension_point import SuspensionPoint  # noqa: PLC0415
        from ..models.visibility_point import VisibilityPoint  # noqa: PLC0415

        d = dict(src_dict)
        buffer = []
        _buffer = d.pop("buffer")
        for buffer_item_data in _buffer:
            buffer_item = BufferPoint.from_dict(buffer_item_data)

            buffer.append(buffer_item)

        end_ms = d.pop("endMs")

        errors = []
        _errors = d.pop("errors")
        for errors_item_data in _errors:
            errors_item = ErrorPoint.from_dict(errors_item_data)

            errors.append(errors_item)

        events_dropped = d.pop("eventsDropped")

        renditions = []
        _renditions = d.pop("renditions")
        for renditions_item_data in _renditions:
            renditions_item = RenditionSpan.from_dict(renditions_item_data)

            renditions.append(renditions_item)

        requests = []
        _requests = d.pop("requests")
        for requests_item_data in _requests:
            requests_item = RequestSpan.from_dict(requests_item_data)

            requests.append(requests_item)

        seeks = []
        _seeks = d.pop("seeks")
        for seeks_item_data in _seeks:
            seeks_item = SeekSpan.from_dict(seeks_item_data)

            seeks.append(seeks_item)

        stalls = []
        _stalls = d.pop("stalls")
        for stalls_item_data in _stalls:
            stalls_item = StallSpan.from_dict(stalls_item_data)

            stalls.append(stalls_item)

        states = []
        _states = d.pop("states")
        for states_item_data in _states:
            states_item = StateSpan.from_dict(states_item_data)

            states.append(states_item)

        suspensions = []
        _suspensions = d.pop("suspensions")
        for suspensions_item_data in _suspensions:
            suspensions_item = SuspensionPoint.from_dict(suspensions_item_data)

            suspensions.append(suspensions_item)

        visibility = []
        _visibility = d.pop("visibility")
        for visibility_item_data in _visibility:
            visibility_item = VisibilityPoint.from_dict(visibility_item_data)

            visibility.append(visibility_item)

        def _parse_first_frame_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        first_frame_ms = _parse_first_frame_ms(d.pop("firstFrameMs", UNSET))

        timeline = cls(
            buffer=buffer,
            end_ms=end_ms,
            errors=errors,
            events_dropped=events_dropped,
            renditions=renditions,
            requests=requests,
            seeks=seeks,
            stalls=stalls,
            states=states,
            suspensions=suspensions,
            visibility=visibility,
            first_frame_ms=first_frame_ms,
        )

        timeline.additional_properties = d
        return timeline

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
