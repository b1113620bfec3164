from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.drop_off_request import DropOffRequest
from ...models.drop_off_result_answer import DropOffResultAnswer
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: DropOffRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/analytics/drop-off",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> DropOffResultAnswer | ErrorAnswer | None:
    if response.status_code == 200:
        response_200 = DropOffResultAnswer.from_dict(response.json())

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

    if response.status_code == 413:
        response_413 = ErrorAnswer.from_dict(response.json())

        return response_413

    if response.status_code == 422:
        response_422 = ErrorAnswer.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = ErrorAnswer.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorAnswer.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ErrorAnswer.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[DropOffResultAnswer | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: DropOffRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[DropOffResultAnswer | ErrorAnswer]:
    """How far plays come: the part that is left at each hundredth of a video, and how often each was
    played again.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (DropOffRequest): Which plays, for the documentation. It is read by `drop_off.rs`.
            Example: {'end': '2026-11-20T00:00:00Z', 'filters': [{'attribute': 'video_id', 'operator':
            'EQ', 'value': 'tears-of-steel'}], 'start': '2026-11-13T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DropOffResultAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        body=body,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: DropOffRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> DropOffResultAnswer | ErrorAnswer | None:
    """How far plays come: the part that is left at each hundredth of a video, and how often each was
    played again.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (DropOffRequest): Which plays, for the documentation. It is read by `drop_off.rs`.
            Example: {'end': '2026-11-20T00:00:00Z', 'filters': [{'attribute': 'video_id', 'operator':
            'EQ', 'value': 'tears-of-steel'}], 'start': '2026-11-13T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DropOffResultAnswer | ErrorAnswer
    """

    return sync_detailed(
        client=client,
        body=body,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: DropOffRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[DropOffResultAnswer | ErrorAnswer]:
    """How far plays come: the part that is left at each hundredth of a video, and how often each was
    played again.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (DropOffRequest): Which plays, for the documentation. It is read by `drop_off.rs`.
            Example: {'end': '2026-11-20T00:00:00Z', 'filters': [{'attribute': 'video_id', 'operator':
            'EQ', 'value': 'tears-of-steel'}], 'start': '2026-11-13T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DropOffResultAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        body=body,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: DropOffRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> DropOffResultAnswer | ErrorAnswer | None:
    """How far plays come: the part that is left at each hundredth of a video, and how often each was
    played again.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (DropOffRequest): Which plays, for the documentation. It is read by `drop_off.rs`.
            Example: {'end': '2026-11-20T00:00:00Z', 'filters': [{'attribute': 'video_id', 'operator':
            'EQ', 'value': 'tears-of-steel'}], 'start': '2026-11-13T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DropOffResultAnswer | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
