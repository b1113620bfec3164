from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.annotations_result_answer import AnnotationsResultAnswer
from ...models.error_answer import ErrorAnswer
from ...models.kind_word import KindWord
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    start: str | Unset = UNSET,
    end: str | Unset = UNSET,
    kind: list[KindWord] | Unset = UNSET,
    timezone: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    params: dict[str, Any] = {}

    params["start"] = start

    params["end"] = end

    json_kind: list[str] | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = []
        for kind_item_data in kind:
            kind_item: str = kind_item_data
            json_kind.append(kind_item)

    params["kind"] = json_kind

    params["timezone"] = timezone

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/analytics/annotations",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AnnotationsResultAnswer | ErrorAnswer | None:
    if response.status_code == 200:
        response_200 = AnnotationsResultAnswer.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorAnswer.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorAnswer.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ErrorAnswer.from_dict(response.json())

        return response_403

    if response.status_code == 500:
        response_500 = ErrorAnswer.from_dict(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[AnnotationsResultAnswer | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    start: str | Unset = UNSET,
    end: str | Unset = UNSET,
    kind: list[KindWord] | Unset = UNSET,
    timezone: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AnnotationsResultAnswer | ErrorAnswer]:
    """Releases, incidents, holidays and notes, the latest first.

    Args:
        start (str | Unset):
        end (str | Unset):
        kind (list[KindWord] | Unset):
        timezone (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnnotationsResultAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        start=start,
        end=end,
        kind=kind,
        timezone=timezone,
        limit=limit,
        cursor=cursor,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    start: str | Unset = UNSET,
    end: str | Unset = UNSET,
    kind: list[KindWord] | Unset = UNSET,
    timezone: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AnnotationsResultAnswer | ErrorAnswer | None:
    """Releases, incidents, holidays and notes, the latest first.

    Args:
        start (str | Unset):
        end (str | Unset):
        kind (list[KindWord] | Unset):
        timezone (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnnotationsResultAnswer | ErrorAnswer
    """

    return sync_detailed(
        client=client,
        start=start,
        end=end,
        kind=kind,
        timezone=timezone,
        limit=limit,
        cursor=cursor,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    start: str | Unset = UNSET,
    end: str | Unset = UNSET,
    kind: list[KindWord] | Unset = UNSET,
    timezone: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AnnotationsResultAnswer | ErrorAnswer]:
    """Releases, incidents, holidays and notes, the latest first.

    Args:
        start (str | Unset):
        end (str | Unset):
        kind (list[KindWord] | Unset):
        timezone (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AnnotationsResultAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        start=start,
        end=end,
        kind=kind,
        timezone=timezone,
        limit=limit,
        cursor=cursor,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    start: str | Unset = UNSET,
    end: str | Unset = UNSET,
    kind: list[KindWord] | Unset = UNSET,
    timezone: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AnnotationsResultAnswer | ErrorAnswer | None:
    """Releases, incidents, holidays and notes, the latest first.

    Args:
        start (str | Unset):
        end (str | Unset):
        kind (list[KindWord] | Unset):
        timezone (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AnnotationsResultAnswer | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
            start=start,
            end=end,
            kind=kind,
            timezone=timezone,
            limit=limit,
            cursor=cursor,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
