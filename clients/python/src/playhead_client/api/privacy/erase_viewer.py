from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.erasure_result_answer import ErasureResultAnswer
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    viewer_id: str,
    *,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/analytics/viewers/{viewer_id}".format(
            viewer_id=quote(str(viewer_id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErasureResultAnswer | ErrorAnswer | None:
    if response.status_code == 202:
        response_202 = ErasureResultAnswer.from_dict(response.json())

        return response_202

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
) -> Response[ErasureResultAnswer | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    viewer_id: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErasureResultAnswer | ErrorAnswer]:
    """Erases a viewer: every attempt of this organisation in which the viewer was named, whole.

    Args:
        viewer_id (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErasureResultAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        viewer_id=viewer_id,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    viewer_id: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErasureResultAnswer | ErrorAnswer | None:
    """Erases a viewer: every attempt of this organisation in which the viewer was named, whole.

    Args:
        viewer_id (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErasureResultAnswer | ErrorAnswer
    """

    return sync_detailed(
        viewer_id=viewer_id,
        client=client,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    viewer_id: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErasureResultAnswer | ErrorAnswer]:
    """Erases a viewer: every attempt of this organisation in which the viewer was named, whole.

    Args:
        viewer_id (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErasureResultAnswer | ErrorAnswer]
    """

    kwargs = _get_kwargs(
        viewer_id=viewer_id,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    viewer_id: str,
    *,
    client: AuthenticatedClient,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErasureResultAnswer | ErrorAnswer | None:
    """Erases a viewer: every attempt of this organisation in which the viewer was named, whole.

    Args:
        viewer_id (str):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErasureResultAnswer | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            viewer_id=viewer_id,
            client=client,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
