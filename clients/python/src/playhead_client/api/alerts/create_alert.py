from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alert_request import AlertRequest
from ...models.alert_resource_answer import AlertResourceAnswer
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: AlertRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/analytics/alerts",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AlertResourceAnswer | ErrorAnswer | None:
    if response.status_code == 201:
        response_201 = AlertResourceAnswer.from_dict(response.json())

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

    if response.status_code == 409:
        response_409 = ErrorAnswer.from_dict(response.json())

        return response_409

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
) -> Response[AlertResourceAnswer | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: AlertRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AlertResourceAnswer | ErrorAnswer]:
    """Makes a rule. The key of its webhook's signatures is in the answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (AlertRequest): What is said about a new rule, for the documentation. Example:
            {'condition': {'worse': 'auto'}, 'filters': [{'attribute': 'country', 'operator': 'EQ',
            'value': 'AT'}], 'metric': 'rebuffer_ratio', 'name': 'Rebuffering in Austria'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertResourceAnswer | ErrorAnswer]
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
    body: AlertRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AlertResourceAnswer | ErrorAnswer | None:
    """Makes a rule. The key of its webhook's signatures is in the answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (AlertRequest): What is said about a new rule, for the documentation. Example:
            {'condition': {'worse': 'auto'}, 'filters': [{'attribute': 'country', 'operator': 'EQ',
            'value': 'AT'}], 'metric': 'rebuffer_ratio', 'name': 'Rebuffering in Austria'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertResourceAnswer | ErrorAnswer
    """

    return sync_detailed(
        client=client,
        body=body,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: AlertRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[AlertResourceAnswer | ErrorAnswer]:
    """Makes a rule. The key of its webhook's signatures is in the answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (AlertRequest): What is said about a new rule, for the documentation. Example:
            {'condition': {'worse': 'auto'}, 'filters': [{'attribute': 'country', 'operator': 'EQ',
            'value': 'AT'}], 'metric': 'rebuffer_ratio', 'name': 'Rebuffering in Austria'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertResourceAnswer | ErrorAnswer]
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
    body: AlertRequest,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> AlertResourceAnswer | ErrorAnswer | None:
    """Makes a rule. The key of its webhook's signatures is in the answer and nowhere else.

    Args:
        x_tenant_org_id (UUID | Unset):
        body (AlertRequest): What is said about a new rule, for the documentation. Example:
            {'condition': {'worse': 'auto'}, 'filters': [{'attribute': 'country', 'operator': 'EQ',
            'value': 'AT'}], 'metric': 'rebuffer_ratio', 'name': 'Rebuffering in Austria'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertResourceAnswer | ErrorAnswer
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
