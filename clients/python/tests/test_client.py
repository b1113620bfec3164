"""The client on a real node. Where it is and the keys come from the environment: ``cargo xtask test "generated clients"`` starts one."""

import asyncio
import json
import os
import pathlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from importlib import import_module

import httpx
import pytest

from playhead_client import UNSET, Playhead, PlayheadError, Unset, answer, connect, pages
from playhead_client.api.account import create_organization
from playhead_client.api.analytics import get_impression, list_impressions, list_metrics, query_metrics
from playhead_client.api.annotations import change_annotation, create_annotation, delete_annotation, get_annotation
from playhead_client.models import (
    AnnotationChange,
    AnnotationRequest,
    ImpressionsResultAnswer,
    NumberValue,
    OrganizationRequest,
    QueryRequest,
)

URL = os.environ["PLAYHEAD_URL"]
KEY = os.environ["PLAYHEAD_API_KEY"]
END = datetime.now(timezone.utc)
START = (END - timedelta(days=3)).isoformat()


@pytest.fixture
def client() -> Iterator[Playhead]:
    with connect(URL, KEY) as client:
        yield client


def question(*metrics: str, compare: list | Unset = UNSET) -> QueryRequest:
    return QueryRequest(metrics=list(metrics), start=START, end=END.isoformat(), compare=compare)


def test_a_question_gives_values_with_intervals_and_a_verdict(client: Playhead) -> None:
    body = question("attempts", "rebuffer_ratio", compare=["day_before"])
    found = answer(query_metrics.sync(client=client, body=body))
    row = found.data.result.rows[0]
    ratio = row.values["rebuffer_ratio"]
    assert isinstance(ratio, NumberValue)
    assert ratio.low <= ratio.value <= ratio.high
    assert row.values["attempts"].value > 0
    assert isinstance(row.comparisons["day_before"]["rebuffer_ratio"].verdict, str)
    assert isinstance(found.request_id, uuid.UUID)


def test_the_same_can_be_awaited() -> None:
    async def ask() -> float:
        async with connect(URL, KEY) as client:
            found = answer(await query_metrics.asyncio(client=client, body=question("attempts")))
            with pytest.raises(PlayheadError) as raised:
                await query_metrics.asyncio(client=client, body=question("atempts"))
            assert raised.value.code == 1002
            return found.data.result.rows[0].values["attempts"].value

    assert asyncio.run(ask()) > 0


def test_an_error_names_the_request_its_code_and_the_field(client: Playhead) -> None:
    with connect(URL, KEY).with_headers({"X-Request-Id": "6d84e126-d10c-4e52-bbfb-bd4c92bc8333"}) as named:
        with pytest.raises(PlayheadError) as raised:
            query_metrics.sync(client=named, body=question("atempts"))
    error = raised.value
    assert (error.status, error.code, error.request_id) == (400, 1002, "6d84e126-d10c-4e52-bbfb-bd4c92bc8333")
    assert error.details[0].field == "metrics[0]"
    assert "did you mean 'attempts'" in str(error)


def test_what_is_no_answer_of_this_server_is_an_error() -> None:
    def elsewhere(response: httpx.Response) -> Playhead:
        return connect(URL, KEY, httpx_args={"transport": httpx.MockTransport(lambda _: response)})

    with pytest.raises(PlayheadError) as raised:
        list_metrics.sync(client=elsewhere(httpx.Response(502, html="<h1>Bad gateway</h1>")))
    assert (raised.value.status, raised.value.code) == (502, None)
    with pytest.raises(PlayheadError) as raised:
        list_metrics.sync(client=elsewhere(httpx.Response(200, json={"hello": 1})))
    assert (raised.value.status, raised.value.code) == (200, None)
    with connect(URL, "nobody") as nobody, pytest.raises(PlayheadError) as raised:
        list_metrics.sync(client=nobody)
    assert (raised.value.status, raised.value.code) == (401, 2001)


def test_pages_follow_one_another_and_none_twice(client: Playhead) -> None:
    def ask(cursor: str | Unset) -> ImpressionsResultAnswer | None:
        return list_impressions.sync(
            client=client, start=START, end=END.isoformat(), limit=7, order_by="started_at", cursor=cursor
        )

    seen = set()
    for count, page in enumerate(pages(ask), start=1):
        seen.update(attempt.attempt_id for attempt in page.data.result.rows)
        if count == 4:
            break
    assert len(seen) == 28
    whole = answer(get_impression.sync(seen.pop(), client=client)).data.result
    assert whole.timeline.end_ms >= 0


def test_what_is_made_can_be_read_changed_and_deleted(client: Playhead) -> None:
    note = AnnotationRequest(kind="release", start="2026-11-19T14:00:00Z", title="Player 8.1.0")
    made = answer(create_annotation.sync(client=client, body=note)).data.result
    change = AnnotationChange(title="Player 8.1.1")
    assert answer(change_annotation.sync(made.id, client=client, body=change)).data.result.title == "Player 8.1.1"
    assert delete_annotation.sync_detailed(made.id, client=client).status_code == 204
    with pytest.raises(PlayheadError) as raised:
        get_annotation.sync(made.id, client=client)
    assert (raised.value.status, raised.value.code) == (404, 3030)


def test_a_client_within_an_organisation_sees_that_one(client: Playhead) -> None:
    below = answer(create_organization.sync(client=client, body=OrganizationRequest(name="Below"))).data.result
    with connect(URL, KEY, organization_id=below.id) as within:
        rows = answer(query_metrics.sync(client=within, body=question("attempts"))).data.result.rows
    assert not rows or rows[0].values["attempts"].value == 0
    with connect(URL, KEY, organization_id=uuid.uuid4()) as stranger, pytest.raises(PlayheadError) as raised:
        list_metrics.sync(client=stranger)
    assert (raised.value.status, raised.value.code) == (403, 2003)


def test_every_question_of_the_document_has_a_call() -> None:
    document = pathlib.Path(__file__).parents[3] / "schemas" / "openapi.json"
    paths = json.loads(document.read_text())["paths"]
    operations = [operation for item in paths.values() for operation in item.values()]
    # Beacons are for collectors to send.
    operations = [operation for operation in operations if operation["operationId"] != "sendBeacons"]
    assert operations
    for operation in operations:
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation["operationId"])
        module = import_module(f"playhead_client.api.{operation['tags'][0]}.{name}")
        assert callable(module.sync_detailed), name
