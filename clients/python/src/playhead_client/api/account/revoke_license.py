from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    license_key: str,
    *,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/account/licenses/{license_key}".format(
            license_key=quote(str(license_key), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorAnswer | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Response[Any | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    license_key: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[Any | ErrorAnswer]:
    """Revokes a license key, for ever.

    Args:
        license_key (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        license_key=license_key,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    license_key: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Any | ErrorAnswer | None:
    """Revokes a license key, for ever.

    Args:
        license_key (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorAnswer
    """

    return sync_detailed(
        license_key=license_key,
        client=client,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    license_key: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[Any | ErrorAnswer]:
    """Revokes a license key, for ever.

    Args:
        license_key (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        license_key=license_key,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    license_key: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Any | ErrorAnswer | None:
    """Revokes a license key, for ever.

    Args:
        license_key (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            license_key=license_key,
            client=client,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
