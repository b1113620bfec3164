from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...models.platform_totals_answer import PlatformTotalsAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    start: str,
    end: str,
    include_bots: bool | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    params: dict[str, Any] = {}

    params["start"] = start

    params["end"] = end

    params["includeBots"] = include_bots

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/account/organizations/totals",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | PlatformTotalsAnswer | None:
    if response.status_code == 200:
        response_200 = PlatformTotalsAnswer.from_dict(response.json())

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
) -> Response[ErrorAnswer | PlatformTotalsAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    start: str,
    end: str,
    include_bots: bool | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErrorAnswer | PlatformTotalsAnswer]:
    """What each organisation that the key may see had, and all of them together.

    Args:
        start (str):
        end (str):
        include_bots (bool | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | PlatformTotalsAnswer]
    """

    kwargs = _get_kwargs(
        start=start,
        end=end,
        include_bots=include_bots,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    start: str,
    end: str,
    include_bots: bool | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErrorAnswer | PlatformTotalsAnswer | None:
    """What each organisation that the key may see had, and all of them together.

    Args:
        start (str):
        end (str):
        include_bots (bool | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | PlatformTotalsAnswer
    """

    return sync_detailed(
        client=client,
        start=start,
        end=end,
        include_bots=include_bots,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    start: str,
    end: str,
    include_bots: bool | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErrorAnswer | PlatformTotalsAnswer]:
    """What each organisation that the key may see had, and all of them together.

    Args:
        start (str):
        end (str):
        include_bots (bool | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | PlatformTotalsAnswer]
    """

    kwargs = _get_kwargs(
        start=start,
        end=end,
        include_bots=include_bots,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    start: str,
    end: str,
    include_bots: bool | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErrorAnswer | PlatformTotalsAnswer | None:
    """What each organisation that the key may see had, and all of them together.

    Args:
        start (str):
        end (str):
        include_bots (bool | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | PlatformTotalsAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
            start=start,
            end=end,
            include_bots=include_bots,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
