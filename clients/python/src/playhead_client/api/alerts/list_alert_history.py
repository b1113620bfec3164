from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alert_history_answer import AlertHistoryAnswer
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    before: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    params: dict[str, Any] = {}

    params["before"] = before

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/analytics/alerts/{id}/history".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AlertHistoryAnswer | ErrorAnswer | None:
    if response.status_code == 200:
        response_200 = AlertHistoryAnswer.from_dict(response.json())

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

    if response.status_code == 404:
        response_404 = ErrorAnswer.from_dict(response.json())

        return response_404

    if response.status_code == 500:
        response_500 = ErrorAnswer.from_dict(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[AlertHistoryAnswer | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    before: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AlertHistoryAnswer | ErrorAnswer]:
    """What came of a rule, the latest evaluation first; the latest 1,000 are kept.

    Args:
        id (UUID):
        before (str | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertHistoryAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        id=id,
        before=before,
        limit=limit,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    before: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AlertHistoryAnswer | ErrorAnswer | None:
    """What came of a rule, the latest evaluation first; the latest 1,000 are kept.

    Args:
        id (UUID):
        before (str | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertHistoryAnswer | ErrorAnswer
    """

    return sync_detailed(
        id=id,
        client=client,
        before=before,
        limit=limit,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    before: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AlertHistoryAnswer | ErrorAnswer]:
    """What came of a rule, the latest evaluation first; the latest 1,000 are kept.

    Args:
        id (UUID):
        before (str | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertHistoryAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        id=id,
        before=before,
        limit=limit,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    before: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AlertHistoryAnswer | ErrorAnswer | None:
    """What came of a rule, the latest evaluation first; the latest 1,000 are kept.

    Args:
        id (UUID):
        before (str | Unset):
        limit (int | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertHistoryAnswer | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            before=before,
            limit=limit,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
