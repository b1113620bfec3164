"""The other vendor's public Python SDK, unchanged, against a real node's compatible surface; only its base URL is ours.

Where the node is comes from the environment: ``cargo xtask test "compatible surface"`` starts one with a simulated past.
"""

import os
from datetime import datetime, timedelta, timezone

import pytest
from bitmovin_api_sdk import (
    AnalyticsAttribute,
    AnalyticsContainsFilter,
    AnalyticsCountQueryRequest,
    AnalyticsAvgQueryRequest,
    AnalyticsEqualFilter,
    AnalyticsGreaterThanFilter,
    AnalyticsImpressionsQuery,
    AnalyticsInFilter,
    AnalyticsInterval,
    AnalyticsLicense,
    AnalyticsLicenseDomain,
    AnalyticsMaxQueryRequest,
    AnalyticsMedianQueryRequest,
    AnalyticsMetricsQueryRequest,
    AnalyticsMinQueryRequest,
    AnalyticsNotEqualFilter,
    AnalyticsOrder,
    AnalyticsOrderByEntry,
    AnalyticsPercentileQueryRequest,
    AnalyticsStddevQueryRequest,
    AnalyticsSumQueryRequest,
    AnalyticsVarianceQueryRequest,
    BitmovinApi,
    BitmovinError,
)

URL = os.environ["PLAYHEAD_URL"]
KEY = os.environ["PLAYHEAD_API_KEY"]
LICENSE = os.environ["PLAYHEAD_LICENSE_KEY"]
A = AnalyticsAttribute
# Naive UTC: the SDK writes a Z behind whatever it is given.
END = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
RANGE = {"start": END - timedelta(days=3), "end": END, "license_key": LICENSE}
PLAYS = AnalyticsGreaterThanFilter(name=A.VIDEO_STARTUPTIME, value=0)


def sdk(key: str = KEY) -> BitmovinApi:
    return BitmovinApi(api_key=key, base_url=f"{URL}/compat/v1")


@pytest.fixture
def queries():
    return sdk().analytics.queries


def count(queries, **more) -> int:
    return queries.count.create(AnalyticsCountQueryRequest(dimension=A.IMPRESSION_ID, **RANGE, **more)).rows[0][0]


def test_plays_are_attempts_with_a_frame_and_viewers_are_fewer(queries) -> None:
    attempts, plays = count(queries), count(queries, filters=[PLAYS])
    assert 0 < plays <= attempts
    viewers = queries.count.create(AnalyticsCountQueryRequest(dimension=A.USER_ID, **RANGE)).rows[0][0]
    assert 0 < viewers <= attempts


def test_the_nine_queries_agree_with_one_another(queries) -> None:
    def value(api, request, of=A.VIDEO_STARTUPTIME, **more):
        table = api.create(request(dimension=of, filters=[PLAYS], **RANGE, **more))
        assert (table.row_count, len(table.column_labels)) == (1, 1)
        return table.rows[0][0]

    least, most = value(queries.min, AnalyticsMinQueryRequest), value(queries.max, AnalyticsMaxQueryRequest)
    mean, median = value(queries.avg, AnalyticsAvgQueryRequest), value(queries.median, AnalyticsMedianQueryRequest)
    p50 = value(queries.percentile, AnalyticsPercentileQueryRequest, percentile=50)
    p95 = value(queries.percentile, AnalyticsPercentileQueryRequest, percentile=95)
    assert least <= median == p50 <= p95 <= most
    assert least <= mean <= most
    deviation, variance = value(queries.stddev, AnalyticsStddevQueryRequest), value(queries.variance, AnalyticsVarianceQueryRequest)
    assert deviation**2 == pytest.approx(variance)
    total = value(queries.sum, AnalyticsSumQueryRequest)
    plays = value(queries.sum, AnalyticsSumQueryRequest, of=A.PLAY_ATTEMPTS)
    # A start that the viewer interrupted has no startup, so the mean is over fewer than all plays.
    assert total / mean == pytest.approx(round(total / mean))
    assert round(total / mean) <= plays


def test_rows_are_flat_and_their_sum_is_the_whole(queries) -> None:
    request = AnalyticsCountQueryRequest(
        dimension=A.IMPRESSION_ID,
        interval=AnalyticsInterval.DAY,
        group_by=[A.BROWSER, A.COUNTRY],
        order_by=[AnalyticsOrderByEntry(name=A.FUNCTION, order=AnalyticsOrder.DESC)],
        include_context=True,
        **RANGE,
    )
    table = queries.count.create(request)
    assert [label.key for label in table.column_labels] == ["DAY", "BROWSER", "COUNTRY", "FUNCTION"]
    assert len(table.context_description) == 3
    assert all(row[0] % 86_400_000 == 0 and len(row) == 4 for row in table.rows)
    counts = [row[3] for row in table.rows]
    assert counts == sorted(counts, reverse=True)
    assert table.row_count == len(table.rows)
    if table.row_count < 200:
        assert sum(counts) == count(queries)


def test_filters_hold_together(queries) -> None:
    browsers = queries.count.create(AnalyticsCountQueryRequest(dimension=A.IMPRESSION_ID, group_by=[A.BROWSER], **RANGE))
    by_browser = {row[0]: row[1] for row in browsers.rows}
    name, expected = max(by_browser.items(), key=lambda item: item[1])
    assert count(queries, filters=[AnalyticsEqualFilter(name=A.BROWSER, value=name)]) == expected
    assert count(queries, filters=[AnalyticsInFilter(name=A.BROWSER, value=[name])]) == expected
    assert count(queries, filters=[AnalyticsNotEqualFilter(name=A.BROWSER, value=name)]) == sum(by_browser.values()) - expected
    assert count(queries, filters=[AnalyticsContainsFilter(name=A.BROWSER, value=name.upper())]) >= expected
    # The SDK leaves a null out.
    failed = count(queries, filters=[AnalyticsNotEqualFilter(name=A.ERROR_CODE, value=None)])
    fine = count(queries, filters=[AnalyticsEqualFilter(name=A.ERROR_CODE, value=None)])
    assert failed + fine == count(queries)


def test_metrics_impressions_and_their_errors() -> None:
    analytics = sdk().analytics
    request = AnalyticsMetricsQueryRequest(interval=AnalyticsInterval.HOUR, **RANGE)
    most = analytics.metrics.max_concurrentviewers.create(request)
    mean = analytics.metrics.avg_concurrentviewers.create(request)
    assert max(row[1] for row in most.rows) > 0
    assert all(row[0] % 3_600_000 == 0 for row in most.rows)
    assert len(mean.rows) > 0
    assert analytics.metrics.avg_dropped_frames.create(request).row_count > 0

    failed = AnalyticsNotEqualFilter(name=A.ERROR_CODE, value=None)
    listed = analytics.impressions.get_impressions(AnalyticsImpressionsQuery(filters=[failed], limit=10, **RANGE)).impressions
    assert 0 < len(listed) <= 10


def test_licenses_and_their_domains() -> None:
    licenses = sdk().analytics.licenses
    page = licenses.list()
    assert LICENSE in [license.license_key for license in page.items]
    made = licenses.create(AnalyticsLicense(name="shop"))
    added = licenses.domains.create(made.id, AnalyticsLicenseDomain(url="example.com"))
    assert [domain.url for domain in licenses.get(made.id).domains] == ["example.com"]
    licenses.domains.create(made.id, AnalyticsLicenseDomain(url="*.example.com"))
    assert licenses.domains.delete(made.id, added.id).id == added.id
    renamed = licenses.update(made.id, AnalyticsLicense(name="store"))
    assert (renamed.name, licenses.get(made.id).name) == ("store", "store")
    assert sdk().analytics.virtual_licenses.list().items == []


def test_errors_carry_everything() -> None:
    with pytest.raises(BitmovinError) as raised:
        sdk("wrong").analytics.licenses.list()
    assert (raised.value.http_status_code, raised.value.error_code) == (401, 2001)
    request = {"dimension": "NOPE", "licenseKey": LICENSE, "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}
    with pytest.raises(BitmovinError) as raised:
        sdk().analytics.queries.count.create(request)
    assert (raised.value.http_status_code, raised.value.error_code) == (400, 1002)
    assert [detail.field for detail in raised.value.details] == ["dimension"]
    stranger = AnalyticsCountQueryRequest(dimension=A.IMPRESSION_ID, **{**RANGE, "license_key": "somebody-else"})
    with pytest.raises(BitmovinError) as raised:
        sdk().analytics.queries.count.create(stranger)
    assert (raised.value.http_status_code, raised.value.error_code) == (404, 2008)
