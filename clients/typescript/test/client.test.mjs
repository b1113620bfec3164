// The client on a real node. Where it is and the keys come from the environment: `cargo xtask test "generated clients"` starts one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PlayheadError, answer, createClient, pages, result } from '@playhead/client';

const { PLAYHEAD_URL: baseUrl, PLAYHEAD_API_KEY: apiKey } = process.env;
assert.ok(baseUrl && apiKey, 'PLAYHEAD_URL and PLAYHEAD_API_KEY say where a node is; `cargo xtask test "generated clients"` does');
const client = createClient({ baseUrl, apiKey });
const day = 86_400_000;
const range = { start: new Date(Date.now() - 3 * day).toISOString(), end: new Date().toISOString() };

test('a question gives values with intervals and a verdict', async () => {
  const { result: found, requestId } = await answer(
    client.POST('/v1/analytics/query', {
      body: { metrics: ['attempts', 'rebuffer_ratio'], ...range, compare: ['day_before'] },
    }),
  );
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  const [row] = found.rows;
  const ratio = row.values.rebuffer_ratio;
  assert.ok('low' in ratio && ratio.value >= ratio.low && ratio.value <= ratio.high, JSON.stringify(ratio));
  assert.ok(row.values.attempts.value > 0);
  assert.equal(typeof row.comparisons.day_before.rebuffer_ratio.verdict, 'string');
});

test('an error names the request, its code and the field', async () => {
  const asked = client.POST('/v1/analytics/query', {
    body: { metrics: ['atempts'], ...range },
    headers: { 'X-Request-Id': '6d84e126-d10c-4e52-bbfb-bd4c92bc8333' },
  });
  await assert.rejects(result(asked), (error) => {
    assert.ok(error instanceof PlayheadError);
    assert.deepEqual([error.status, error.code, error.requestId], [400, 1002, '6d84e126-d10c-4e52-bbfb-bd4c92bc8333']);
    assert.equal(error.details[0].field, 'metrics[0]');
    assert.match(error.details[0].text, /did you mean 'attempts'/);
    return true;
  });
});

test('a wrong key is an error, and so is what is no answer of this server', async () => {
  const stranger = createClient({ baseUrl, apiKey: 'nobody' });
  await assert.rejects(result(stranger.GET('/v1/analytics/metrics')), { name: 'PlayheadError', status: 401, code: 2001 });
  const elsewhere = createClient({ baseUrl, apiKey, fetch: async () => new Response('<h1>Bad gateway</h1>', { status: 502 }) });
  await assert.rejects(result(elsewhere.GET('/v1/analytics/metrics')), { name: 'PlayheadError', status: 502, code: null });
  const proxied = createClient({ baseUrl, apiKey, fetch: async () => Response.json({ hello: 1 }) });
  await assert.rejects(result(proxied.GET('/v1/analytics/metrics')), { name: 'PlayheadError', status: 200, code: null });
});

test('pages follow one another to the end, and none twice', async () => {
  const seen = new Set();
  let count = 0;
  const list = (cursor) =>
    client.GET('/v1/analytics/impressions', { params: { query: { ...range, limit: 7, orderBy: 'started_at', ...(cursor ? { cursor } : {}) } } });
  for await (const page of pages(list)) {
    for (const attempt of page.rows) seen.add(attempt.attemptId);
    count += 1;
    if (count === 4) break;
  }
  assert.equal(count, 4);
  assert.equal(seen.size, 28);
  const whole = [];
  for await (const page of pages((cursor) => client.GET('/v1/analytics/annotations', { params: { query: cursor ? { cursor } : {} } }))) whole.push(page);
  assert.equal(whole.length, 1);
});

test('what is made can be read, changed and deleted', async () => {
  const made = await result(client.POST('/v1/analytics/annotations', { body: { kind: 'release', start: '2026-11-19T14:00:00Z', title: 'Player 8.1.0' } }));
  const path = { params: { path: { id: made.id } } };
  const changed = await result(client.PATCH('/v1/analytics/annotations/{id}', { ...path, body: { title: 'Player 8.1.1' } }));
  assert.equal(changed.title, 'Player 8.1.1');
  assert.equal(await result(client.DELETE('/v1/analytics/annotations/{id}', path)), undefined);
  await assert.rejects(result(client.GET('/v1/analytics/annotations/{id}', path)), { status: 404, code: 3030 });
});

test('a client within an organisation sees that one', async () => {
  const below = await result(client.POST('/v1/account/organizations', { body: { name: 'Below' } }));
  const within = createClient({ baseUrl, apiKey, organizationId: below.id });
  const found = await result(within.POST('/v1/analytics/query', { body: { metrics: ['attempts'], ...range } }));
  assert.equal(found.rows[0]?.values.attempts.value ?? 0, 0);
  const stranger = createClient({ baseUrl, apiKey, organizationId: '6d84e126-d10c-4e52-bbfb-bd4c92bc8333' });
  await assert.rejects(result(stranger.GET('/v1/analytics/metrics')), { status: 403, code: 2003 });
});
