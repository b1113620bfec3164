from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...models.query_result_answer import QueryResultAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    metrics: str | Unset = UNSET,
    dimensions: str | Unset = UNSET,
    filter_: list[str] | Unset = UNSET,
    window_seconds: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    params: dict[str, Any] = {}

    params["metrics"] = metrics

    params["dimensions"] = dimensions

    json_filter_: list[str] | Unset = UNSET
    if not isinstance(filter_, Unset):
        json_filter_ = filter_

    params["filter"] = json_filter_

    params["windowSeconds"] = window_seconds

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/analytics/live",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | QueryResultAnswer | None:
    if response.status_code == 200:
        response_200 = QueryResultAnswer.from_dict(response.text)

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

    if response.status_code == 429:
        response_429 = ErrorAnswer.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorAnswer.from_dict(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorAnswer | QueryResultAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    metrics: str | Unset = UNSET,
    dimensions: str | Unset = UNSET,
    filter_: list[str] | Unset = UNSET,
    window_seconds: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErrorAnswer | QueryResultAnswer]:
    """What happens now, once a second, until the caller goes.

    Args:
        metrics (str | Unset):
        dimensions (str | Unset):
        filter_ (list[str] | Unset):
        window_seconds (int | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | QueryResultAnswer]
    """

    kwargs = _get_kwargs(
        metrics=metrics,
        dimensions=dimensions,
        filter_=filter_,
        window_seconds=window_seconds,
        limit=limit,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    metrics: str | Unset = UNSET,
    dimensions: str | Unset = UNSET,
    filter_: list[str] | Unset = UNSET,
    window_seconds: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErrorAnswer | QueryResultAnswer | None:
    """What happens now, once a second, until the caller goes.

    Args:
        metrics (str | Unset):
        dimensions (str | Unset):
        filter_ (list[str] | Unset):
        window_seconds (int | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | QueryResultAnswer
    """

    return sync_detailed(
        client=client,
        metrics=metrics,
        dimensions=dimensions,
        filter_=filter_,
        window_seconds=window_seconds,
        limit=limit,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    metrics: str | Unset = UNSET,
    dimensions: str | Unset = UNSET,
    filter_: list[str] | Unset = UNSET,
    window_seconds: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErrorAnswer | QueryResultAnswer]:
    """What happens now, once a second, until the caller goes.

    Args:
        metrics (str | Unset):
        dimensions (str | Unset):
        filter_ (list[str] | Unset):
        window_seconds (int | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | QueryResultAnswer]
    """

    kwargs = _get_kwargs(
        metrics=metrics,
        dimensions=dimensions,
        filter_=filter_,
        window_seconds=window_seconds,
        limit=limit,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    metrics: str | Unset = UNSET,
    dimensions: str | Unset = UNSET,
    filter_: list[str] | Unset = UNSET,
    window_seconds: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErrorAnswer | QueryResultAnswer | None:
    """What happens now, once a second, until the caller goes.

    Args:
        metrics (str | Unset):
        dimensions (str | Unset):
        filter_ (list[str] | Unset):
        window_seconds (int | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | QueryResultAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
            metrics=metrics,
            dimensions=dimensions,
            filter_=filter_,
            window_seconds=window_seconds,
            limit=limit,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
