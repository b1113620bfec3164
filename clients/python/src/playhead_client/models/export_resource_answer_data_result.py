from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.export_state_word import ExportStateWord, check_export_state_word
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.export_progress import ExportProgress
    from ..models.export_request import ExportRequest


T = TypeVar("T", bound="ExportResourceAnswerDataResult")


@_attrs_define
class ExportResourceAnswerDataResult:
    """An export.

    Attributes:
        created_at (str): When it was asked for, RFC 3339 UTC.
        expires_at (str): When it goes, with its file.
        id (UUID): Its id.
        request (ExportRequest): What is asked for, for the documentation. Example: {'end': '2026-11-20T00:00:00Z',
            'format': 'parquet', 'kind': 'attempts', 'start': '2026-11-19T00:00:00Z'}.
        state (ExportStateWord): How far an export is.
        bytes_ (int | None | Unset): Length of the file; null unless it is done.
        download (None | str | Unset): Where the file is; null unless it is done.
        finished_at (None | str | Unset): When it ended; null before.
        progress (ExportProgress | None | Unset):
        reason (None | str | Unset): Why it failed; null unless it did.
        rows (int | None | Unset): Rows of the file, a head not counted; null unless it is done.
        sha256 (None | str | Unset): SHA-256 of the file, hexadecimal; null unless it is done.
        started_at (None | str | Unset): When it was begun, again after a restart of the node; null before.
    """

    created_at: str
    expires_at: str
    id: UUID
    request: ExportRequest
    state: ExportStateWord
    bytes_: int | None | Unset = UNSET
    download: None | str | Unset = UNSET
    finished_at: None | str | Unset = UNSET
    progress: ExportProgress | None | Unset = UNSET
    reason: None | str | Unset = UNSET
    rows: int | None | Unset = UNSET
    sha256: None | str | Unset = UNSET
    started_at: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.export_progress import ExportProgress  # noqa: PLC0415

        created_at = self.created_at

        expires_at = self.expires_at

        id = str(self.id)

        request = self.request.to_dict()

        state: str = self.state

        bytes_: int | None | Unset
        if isinstance(self.bytes_, Unset):
            bytes_ = UNSET
        else:
            bytes_ = self.bytes_

        download: None | str | Unset
        if isinstance(self.download, Unset):
            download = UNSET
        else:
            download = self.download

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        else:
            finished_at = self.finished_at

        progress: dict[str, Any] | None | Unset
        if isinstance(self.progress, Unset):
            progress = UNSET
        elif isinstance(self.progress, ExportProgress):
            progress = self.progress.to_dict()
        else:
            progress = self.progress

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        rows: int | None | Unset
        if isinstance(self.rows, Unset):
            rows = UNSET
        else:
            rows = self.rows

        sha256: None | str | Unset
        if isinstance(self.sha256, Unset):
            sha256 = UNSET
        else:
            sha256 = self.sha256

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        else:
            started_at = self.started_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "createdAt": created_at,
                "expiresAt": expires_at,
                "id": id,
                "request": request,
                "state": state,
            }
        )
        if bytes_ is not UNSET:
            field_dict["bytes"] = bytes_
        if download is not UNSET:
            field_dict["download"] = download
        if finished_at is not UNSET:
            field_dict["finishedAt"] = finished_at
        if progress is not UNSET:
            field_dict["progress"] = progress
        if reason is not UNSET:
            field_dict["reason"] = reason
        if rows is not UNSET:
            field_dict["rows"] = rows
        if sha256 is not UNSET:
            field_dict["sha256"] = sha256
        if started_at is not UNSET:
            field_dict["startedAt"] = started_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.export_progress import ExportProgress  # noqa: PLC0415
        from ..models.export_request import ExportRequest  # noqa: PLC0415

        d = dict(src_dict)
        created_at = d.pop("createdAt")

        expires_at = d.pop("expiresAt")

        id = UUID(d.pop("id"))

        request = ExportRequest.from_dict(d.pop("request"))

        state = check_export_state_word(d.pop("state"))

        def _parse_bytes_(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        bytes_ = _parse_bytes_(d.pop("bytes", UNSET))

        def _parse_download(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        download = _parse_download(d.pop("download", UNSET))

        def _parse_finished_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        finished_at = _parse_finished_at(d.pop("finishedAt", UNSET))

        def _parse_progress(data: object) -> ExportProgress | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                progress_type_0 = ExportProgress.from_dict(data)

                return progress_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExportProgress | None | Unset, data)

        progress = _parse_progress(d.pop("progress", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        def _parse_rows(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        rows = _parse_rows(d.pop("rows", UNSET))

        def _parse_sha256(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        sha256 = _parse_sha256(d.pop("sha256", UNSET))

        def _parse_started_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        started_at = _parse_started_at(d.pop("startedAt", UNSET))

        export_resource_answer_data_result = cls(
            created_at=created_at,
            expires_at=expires_at,
            id=id,
            request=request,
            state=state,
            bytes_=bytes_,
            download=download,
            finished_at=finished_at,
            progress=progress,
            reason=reason,
            rows=rows,
            sha256=sha256,
            started_at=started_at,
        )

        export_resource_answer_data_result.additional_properties = d
        return export_resource_answer_data_result

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
