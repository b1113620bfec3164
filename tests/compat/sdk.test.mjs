// The other vendor's public JavaScript SDK, unchanged, and the questions of its Grafana data source, against a real node's compatible surface; only
// the base URL is ours. Where the node is comes from the environment: `cargo xtask test "compatible surface"` starts one with a simulated past.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const sdk = createRequire(import.meta.url)('@bitmovin/api-sdk');
const { AnalyticsAttribute: A, AnalyticsInterval, AnalyticsOrder } = sdk;
const { PLAYHEAD_URL: url, PLAYHEAD_API_KEY: apiKey, PLAYHEAD_LICENSE_KEY: licenseKey } = process.env;
const baseUrl = `${url}/compat/v1`;
const { default: Api } = sdk;
const { analytics } = new Api({ apiKey, baseUrl });

const HOUR = 3_600_000;
const end = Math.floor(Date.now() / 60_000) * 60_000;
const range = { licenseKey, start: new Date(end - 72 * HOUR), end: new Date(end) };

test('plays, viewers and hours watched', async () => {
  const count = (more) => analytics.queries.count.create({ ...range, dimension: A.IMPRESSION_ID, ...more });
  const attempts = (await count()).rows[0][0];
  const plays = (await count({ filters: [{ name: A.VIDEO_STARTUPTIME, operator: 'GT', value: 0 }] })).rows[0][0];
  assert.ok(plays > 0 && plays <= attempts);
  const played = await analytics.queries.sum.create({ ...range, dimension: A.PLAYED, interval: AnalyticsInterval.HOUR });
  assert.deepEqual(
    played.columnLabels.map(({ key }) => key),
    ['HOUR', 'FUNCTION'],
  );
  assert.ok(played.rows.every(([begin]) => begin % HOUR === 0));
  const whole = (await analytics.queries.sum.create({ ...range, dimension: A.PLAYED })).rows[0][0];
  assert.equal(
    played.rows.reduce((sum, [, value]) => sum + value, 0),
    whole,
  );
});

test('groups, order and a percentile', async () => {
  const table = await analytics.queries.percentile.create({
    ...range,
    dimension: A.VIDEO_STARTUPTIME,
    percentile: 95,
    groupBy: [A.CDN_PROVIDER],
    orderBy: [{ name: A.FUNCTION, order: AnalyticsOrder.DESC }],
    limit: 5,
  });
  assert.ok(table.rowCount > 0 && table.rowCount <= 5);
  const values = table.rows.map(([, value]) => value);
  assert.deepEqual(
    values,
    [...values].sort((a, b) => b - a),
  );
});

test('an error carries its code, the field and the request', async () => {
  await assert.rejects(analytics.queries.count.create({ ...range, dimension: 'NOPE' }), (error) => {
    assert.equal(error.httpStatusCode, 400);
    assert.equal(error.errorCode, 1002);
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(
      error.details.map(({ field }) => field),
      ['dimension'],
    );
    return true;
  });
  await assert.rejects(new Api({ apiKey: 'wrong', baseUrl }).analytics.licenses.list(), { httpStatusCode: 401, errorCode: 2001 });
});

test('licenses are listed as a page', async () => {
  const page = await analytics.licenses.list();
  assert.ok(page.items.some((license) => license.licenseKey === licenseKey));
});

/** As the Grafana data source asks: lists that are empty, a null that is said, `metric` in the body and in capitals in the path. */
async function grafana(path, body, method = 'POST') {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-Api-Key': apiKey, 'X-Api-Client': 'analytics-grafana-datasource' },
    ...(method === 'POST' ? { body: JSON.stringify({ filters: [], groupBy: [], orderBy: [], ...range, ...body }) } : {}),
  });
  const envelope = await response.json();
  assert.equal(envelope.status, 'SUCCESS', JSON.stringify(envelope));
  return envelope.data.result;
}

test('the data source finds its licenses and fills its gaps by equal moments', async () => {
  const { items } = await grafana('/analytics/licenses', undefined, 'GET');
  assert.ok(items.every(({ timeZone, name, licenseKey: key }) => timeZone === 'UTC' && name !== undefined && key));
  const hours = { start: new Date(end - 3 * HOUR), interval: 'MINUTE' };
  const minutes = await grafana('/analytics/queries/count', { ...hours, dimension: 'IMPRESSION_ID', groupBy: ['BROWSER'] });
  assert.ok(minutes.rows.every((row) => row.length === 3 && row[0] % 60_000 === 0));
  const filters = [
    { name: 'ERROR_CODE', operator: 'NE', value: null },
    { name: 'ERROR_CODE', operator: 'NE', value: 10000 },
  ];
  await grafana('/analytics/queries/count', { dimension: 'IMPRESSION_ID', filters });
  const shares = await grafana('/analytics/queries/avg', { dimension: 'ERROR_PERCENTAGE', interval: 'DAY', filters: filters.slice(1) });
  assert.ok(shares.rows.every(([, share]) => share >= 0 && share <= 1));
  const viewers = await grafana('/analytics/metrics/MAX_CONCURRENTVIEWERS', { metric: 'MAX_CONCURRENTVIEWERS', interval: 'HOUR' });
  assert.ok(viewers.rows.length > 0 && viewers.rows.every(([moment]) => moment % HOUR === 0));
  const ads = await grafana('/analytics/ads/queries/count', { dimension: 'AD_IMPRESSION_ID', groupBy: ['AD_SYSTEM'] });
  assert.deepEqual([ads.rowCount, ads.columnLabels.length], [0, 2]);
});
