from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.api_key_request import ApiKeyRequest
from ...models.api_key_resource_answer import ApiKeyResourceAnswer
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ApiKeyRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/account/api-keys",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ApiKeyResourceAnswer | ErrorAnswer | None:
    if response.status_code == 201:
        response_201 = ApiKeyResourceAnswer.from_dict(response.json())

        return response_201

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

    if response.status_code == 500:
        response_500 = ErrorAnswer.from_dict(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ApiKeyResourceAnswer | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ApiKeyRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ApiKeyResourceAnswer | ErrorAnswer]:
    """Makes an API key. Its secret is in this answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (ApiKeyRequest): What is said about a new API key. Example: {'name': 'Nightly
            report', 'scope': 'read'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiKeyResourceAnswer | ErrorAnswer]
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
    body: ApiKeyRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ApiKeyResourceAnswer | ErrorAnswer | None:
    """Makes an API key. Its secret is in this answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (ApiKeyRequest): What is said about a new API key. Example: {'name': 'Nightly
            report', 'scope': 'read'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiKeyResourceAnswer | ErrorAnswer
    """

    return sync_detailed(
        client=client,
        body=body,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ApiKeyRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ApiKeyResourceAnswer | ErrorAnswer]:
    """Makes an API key. Its secret is in this answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (ApiKeyRequest): What is said about a new API key. Example: {'name': 'Nightly
            report', 'scope': 'read'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiKeyResourceAnswer | ErrorAnswer]
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
    body: ApiKeyRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ApiKeyResourceAnswer | ErrorAnswer | None:
    """Makes an API key. Its secret is in this answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (ApiKeyRequest): What is said about a new API key. Example: {'name': 'Nightly
            report', 'scope': 'read'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiKeyResourceAnswer | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
