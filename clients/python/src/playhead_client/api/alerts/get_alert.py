from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alert_resource_answer import AlertResourceAnswer
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/analytics/alerts/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AlertResourceAnswer | ErrorAnswer | None:
    if response.status_code == 200:
        response_200 = AlertResourceAnswer.from_dict(response.json())

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
) -> Response[AlertResourceAnswer | ErrorAnswer]:
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
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AlertResourceAnswer | ErrorAnswer]:
    """One rule, with how it stands.

    Args:
        id (UUID):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertResourceAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        id=id,
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
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AlertResourceAnswer | ErrorAnswer | None:
    """One rule, with how it stands.

    Args:
        id (UUID):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertResourceAnswer | ErrorAnswer
    """

    return sync_detailed(
        id=id,
        client=client,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AlertResourceAnswer | ErrorAnswer]:
    """One rule, with how it stands.

    Args:
        id (UUID):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertResourceAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        id=id,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AlertResourceAnswer | ErrorAnswer | None:
    """One rule, with how it stands.

    Args:
        id (UUID):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertResourceAnswer | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
