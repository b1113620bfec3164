from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.erasure_state import ErasureState, check_erasure_state
from ..types import UNSET, Unset

T = TypeVar("T", bound="ErasureResultAnswerDataResult")


@_attrs_define
class ErasureResultAnswerDataResult:
    """What became of a request to erase a viewer.

    Attributes:
        attempts (int): Attempts erased so far.
        erasure_id (UUID): Ask for it again under this id.
        repeated_until (str): Until then the deletion is repeated, for what arrives late.
        requested_at (str): When it was asked for.
        state (ErasureState): How far an erasure is.
        closed_at (None | str | Unset): When it was repeated for the last time; null before.
        erased_at (None | str | Unset): When it was done; null before.
        viewer_id (None | str | Unset): Who is erased; null once the request is closed, because then it is forgotten
            here too.
    """

    attempts: int
    erasure_id: UUID
    repeated_until: str
    requested_at: str
    state: ErasureState
    closed_at: None | str | Unset = UNSET
    erased_at: None | str | Unset = UNSET
    viewer_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempts = self.attempts

        erasure_id = str(self.erasure_id)

        repeated_until = self.repeated_until

        requested_at = self.requested_at

        state: str = self.state

        closed_at: None | str | Unset
        if isinstance(self.closed_at, Unset):
            closed_at = UNSET
        else:
            closed_at = self.closed_at

        erased_at: None | str | Unset
        if isinstance(self.erased_at, Unset):
            erased_at = UNSET
        else:
            erased_at = self.erased_at

        viewer_id: None | str | Unset
        if isinstance(self.viewer_id, Unset):
            viewer_id = UNSET
        else:
            viewer_id = self.viewer_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempts": attempts,
                "erasureId": erasure_id,
                "repeatedUntil": repeated_until,
                "requestedAt": requested_at,
                "state": state,
            }
        )
        if closed_at is not UNSET:
            field_dict["closedAt"] = closed_at
        if erased_at is not UNSET:
            field_dict["erasedAt"] = erased_at
        if viewer_id is not UNSET:
            field_dict["viewerId"] = viewer_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        attempts = d.pop("attempts")

        erasure_id = UUID(d.pop("erasureId"))

        repeated_until = d.pop("repeatedUntil")

        requested_at = d.pop("requestedAt")

        state = check_erasure_state(d.pop("state"))

        def _parse_closed_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        closed_at = _parse_closed_at(d.pop("closedAt", UNSET))

        def _parse_erased_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        erased_at = _parse_erased_at(d.pop("erasedAt", UNSET))

        def _parse_viewer_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        viewer_id = _parse_viewer_id(d.pop("viewerId", UNSET))

        erasure_result_answer_data_result = cls(
            attempts=attempts,
            erasure_id=erasure_id,
            repeated_until=repeated_until,
            requested_at=requested_at,
            state=state,
            closed_at=closed_at,
            erased_at=erased_at,
            viewer_id=viewer_id,
        )

        erasure_result_answer_data_result.additional_properties = d
        return erasure_result_answer_data_result

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
