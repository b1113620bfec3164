import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api, ApiError } from './api.ts';
import { headlineKey, headlineMetrics } from './data/question.ts';
import { First } from './first.ts';
import { read, type Route } from './route.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');

/** A server that answers every question with its path, or refuses those that `refused` names; and what it was asked. */
function server(refused = '') {
  const asked: string[] = [];
  const api = new Api('key', (path) => {
    asked.push(path);
    const body =
      path === refused
        ? { requestId: 'r', status: 'ERROR', data: { code: 1000, message: 'no', developerMessage: '', details: [], links: [] } }
        : { requestId: 'r', status: 'SUCCESS', data: { result: path, messages: [] } };
    return Promise.resolve(new Response(JSON.stringify(body), { status: path === refused ? 400 : 200 }));
  });
  return { api, asked };
}
const QUERY = '/v1/analytics/query';
const overview = read('?range=today&tz=UTC', 'UTC');
const key = headlineKey(overview, headlineMetrics(overview));

/** As main.tsx does it. */
function begun(api: Api, route: Route): First {
  const first = new First('key', api);
  first.ask(route, NOW);
  return first;
}

test('the overview’s numbers are asked beside the catalogues, and each is taken once', async () => {
  const { api, asked } = server();
  const first = begun(api, overview);
  assert.deepEqual(asked, ['/v1/analytics/metrics', '/v1/analytics/attributes', '/v1/account/organizations', QUERY]);
  assert.equal((await first.takeCatalogues())?.length, 3);
  assert.equal(first.takeCatalogues(), null);
  const taken = await first.takeHeadline(key);
  assert.deepEqual([taken?.answer.result, taken?.range.end], [QUERY, NOW]);
  assert.equal(await first.takeHeadline(key), null);
});

test('another view asks its own questions', () => {
  for (const address of ['?view=explore', '?attempt=01a2155c-63e2-7418-b718-ccf464a769f4']) {
    const { api, asked } = server();
    begun(api, read(address, 'UTC'));
    assert.equal(asked.length, 3, address);
  }
});

test('what was asked of another range, or refused, is asked as ever', async () => {
  const other = read('?range=7d&tz=UTC', 'UTC');
  assert.equal(await begun(server().api, other).takeHeadline(key), null);
  assert.equal(await begun(server(QUERY).api, overview).takeHeadline(key), null);
});

test('a key that opens nothing is told to who takes the catalogues', async () => {
  const first = begun(server('/v1/analytics/metrics').api, overview);
  await assert.rejects(first.takeCatalogues()!, (error) => error instanceof ApiError);
});
