from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_answer import ErrorAnswer
from ...models.experiment_results_answer import ExperimentResultsAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    until: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_tenant_org_id, Unset):
        headers["X-Tenant-Org-Id"] = x_tenant_org_id

    params: dict[str, Any] = {}

    params["until"] = until

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/analytics/experiments/{id}/results".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorAnswer | ExperimentResultsAnswer | None:
    if response.status_code == 200:
        response_200 = ExperimentResultsAnswer.from_dict(response.json())

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

    if response.status_code == 409:
        response_409 = ErrorAnswer.from_dict(response.json())

        return response_409

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
) -> Response[ErrorAnswer | ExperimentResultsAnswer]:
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
    until: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErrorAnswer | ExperimentResultsAnswer]:
    """What came of an experiment so far: every arm by itself, and every arm against the first. May be read
    as often as one likes: intervals and
    p-values hold at all looks together. `until` reads it as of then, for a line of readings: by the
    attempts that had begun, with all that is
    known of them by now.

    Args:
        id (UUID):
        until (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ExperimentResultsAnswer]
    """

    kwargs = _get_kwargs(
        id=id,
        until=until,
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
    until: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErrorAnswer | ExperimentResultsAnswer | None:
    """What came of an experiment so far: every arm by itself, and every arm against the first. May be read
    as often as one likes: intervals and
    p-values hold at all looks together. `until` reads it as of then, for a line of readings: by the
    attempts that had begun, with all that is
    known of them by now.

    Args:
        id (UUID):
        until (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ExperimentResultsAnswer
    """

    return sync_detailed(
        id=id,
        client=client,
        until=until,
        x_tenant_org_id=x_tenant_org_id,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    until: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> Response[ErrorAnswer | ExperimentResultsAnswer]:
    """What came of an experiment so far: every arm by itself, and every arm against the first. May be read
    as often as one likes: intervals and
    p-values hold at all looks together. `until` reads it as of then, for a line of readings: by the
    attempts that had begun, with all that is
    known of them by now.

    Args:
        id (UUID):
        until (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ExperimentResultsAnswer]
    """

    kwargs = _get_kwargs(
        id=id,
        until=until,
        x_tenant_org_id=x_tenant_org_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    until: str | Unset = UNSET,
    x_tenant_org_id: UUID | Unset = UNSET,
) -> ErrorAnswer | ExperimentResultsAnswer | None:
    """What came of an experiment so far: every arm by itself, and every arm against the first. May be read
    as often as one likes: intervals and
    p-values hold at all looks together. `until` reads it as of then, for a line of readings: by the
    attempts that had begun, with all that is
    known of them by now.

    Args:
        id (UUID):
        until (str | Unset):
        x_tenant_org_id (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ExperimentResultsAnswer
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            until=until,
            x_tenant_org_id=x_tenant_org_id,
        )
    ).parsed
