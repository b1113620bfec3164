import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api, ApiError, open } from './api.ts';

const REQUEST_ID = '6d84e126-d10c-4e52-bbfb-bd4c92bc8333';

function failure(run: () => unknown): ApiError {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('a success envelope gives its result, messages and request id', () => {
  const text = JSON.stringify({
    requestId: REQUEST_ID,
    status: 'SUCCESS',
    data: { result: { a: 1 }, messages: [{ date: '', id: '', type: 'WARNING', text: 'not adjusted for weekday' }] },
  });
  const answer = open<{ a: number }>(200, text, null);
  assert.equal(answer.result.a, 1);
  assert.equal(answer.messages[0]?.text, 'not adjusted for weekday');
  assert.equal(answer.requestId, REQUEST_ID);
});

test('an error envelope becomes an ApiError with code, fields, links and request id', () => {
  const text = JSON.stringify({
    requestId: REQUEST_ID,
    status: 'ERROR',
    data: {
      code: 1000,
      message: 'The question has faults.',
      developerMessage: 'dev',
      links: [{ href: '/v1/errors#1000', title: 'What to do' }],
      details: [{ date: '', id: '', type: 'ERROR', text: 'unknown attribute', field: 'filters[0].attribute' }],
    },
  });
  const error = failure(() => open(400, text, null));
  assert.deepEqual(
    [error.kind, error.code, error.status, error.message, error.requestId, error.details[0]?.field, error.links[0]?.href],
    ['api', 1000, 400, 'The question has faults.', REQUEST_ID, 'filters[0].attribute', '/v1/errors#1000'],
  );
});

test('a proxy’s page is told apart from an answer of the server', () => {
  const error = failure(() => open(502, '<html>Bad gateway</html>', 'from-header'));
  assert.deepEqual([error.kind, error.status, error.requestId], ['unreadable', 502, 'from-header']);
});

test('a server that cannot be reached still has a request id to ask about', async () => {
  const api = new Api('k', () => Promise.reject(new TypeError('fetch failed')));
  await assert.rejects(api.metrics(), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.kind, 'network');
    assert.match(error.requestId ?? '', /^[0-9a-f-]{36}$/);
    return true;
  });
});

test('a question carries key, request id and body', async () => {
  const seen: { path: string; init: RequestInit }[] = [];
  const api = new Api('secret', (path, init) => {
    seen.push({ path, init });
    return Promise.resolve(new Response(JSON.stringify({ requestId: REQUEST_ID, status: 'SUCCESS', data: { result: {} } })));
  });
  await api.query({ metrics: ['attempts'], start: 'a', end: 'b', timezone: 'UTC' });
  await api.impressions({
    start: 'a',
    end: 'b',
    filters: ['country:EQ:AT', 'os:NE:iOS'],
    orderBy: 'stall_session_ms',
    order: 'DESC',
    limit: 20,
    cursor: null,
  });
  const headers = seen[0]!.init.headers as Record<string, string>;
  assert.equal(headers['X-Api-Key'], 'secret');
  assert.match(headers['X-Request-Id'] ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(seen[0]!.init.body, '{"metrics":["attempts"],"start":"a","end":"b","timezone":"UTC"}');
  assert.equal(
    seen[1]!.path,
    '/v1/analytics/impressions?start=a&end=b&orderBy=stall_session_ms&order=DESC&limit=20&filter=country%3AEQ%3AAT&filter=os%3ANE%3AiOS',
  );
});

test('a key no header can hold is refused before it is sent', async () => {
  let asked = false;
  const api = new Api('schlüssel mit leerzeichen', () => {
    asked = true;
    return Promise.resolve(new Response(''));
  });
  await assert.rejects(api.metrics(), (error) => error instanceof ApiError && error.isKey);
  assert.equal(asked, false);
});

test('an organisation below the key’s own goes along with every question, and only then', async () => {
  const seen: (string | null)[] = [];
  const api = new Api('k', (_, init) => {
    seen.push(new Headers(init.headers).get('X-Tenant-Org-Id'));
    return Promise.resolve(new Response(JSON.stringify({ requestId: REQUEST_ID, status: 'SUCCESS', data: { result: {} } })));
  });
  await api.metrics();
  await api.within('01a2155c-63e2-7418-b718-ccf464a769f4').licenses();
  await api.within(null).licenses();
  assert.deepEqual(seen, [null, '01a2155c-63e2-7418-b718-ccf464a769f4', null]);
});

test('what was deleted answers with nothing', async () => {
  const asked: string[] = [];
  const api = new Api('k', (url, { method }) => {
    asked.push(`${method} ${url}`);
    return Promise.resolve(new Response(null, { status: 204, headers: { 'X-Request-Id': REQUEST_ID } }));
  });
  assert.deepEqual(await api.revokeLicense('pl_a/b'), { result: null, messages: [], requestId: REQUEST_ID });
  assert.deepEqual(asked, ['DELETE /v1/account/licenses/pl_a%2Fb']);
});

/** A server that refuses the industry, and whatever `alsoWithout` says. */
function industryServer(details: string[], alsoWithout = false, code = 1000) {
  const asked: string[] = [];
  const api = new Api('k', async (_, { body }) => {
    const compare = JSON.stringify((JSON.parse(String(body)) as { compare: unknown }).compare);
    asked.push(compare);
    const refused = alsoWithout || compare.includes('industry');
    const data = refused
      ? { code, message: 'The question has faults.', links: [], details: details.map((text) => ({ date: '', id: '', type: 'ERROR', text })) }
      : { result: { rows: [] }, messages: [] };
    return new Response(JSON.stringify({ requestId: REQUEST_ID, status: refused ? 'ERROR' : 'SUCCESS', data }), { status: refused ? 400 : 200 });
  });
  return { api, asked };
}
const question = { metrics: ['good_share'], start: '', end: '' };

test('a question that cannot be compared with the industry is answered without, and says why', async () => {
  const { api, asked } = industryServer(["'industry' compares by country only", "'industry' compares by country only", 'and not so']);
  const answer = await api.query({ ...question, compare: ['industry'] });
  assert.deepEqual(asked, ['["industry"]', '[]']);
  assert.deepEqual([answer.uncompared, answer.asked.compare], ["'industry' compares by country only; and not so", []]);
});

test('what is refused for another reason stays refused', async () => {
  const { api, asked } = industryServer(['unknown metric'], true);
  await assert.rejects(api.query({ ...question, compare: ['industry'] }), (error) => error instanceof ApiError && error.details[0]?.text === 'unknown metric');
  assert.equal(asked.length, 2);
});

test('of other baselines a refusal is a failure at once', async () => {
  const { api, asked } = industryServer(['no'], true);
  await assert.rejects(api.query({ ...question, compare: ['release'] }), (error) => error instanceof ApiError);
  assert.equal(asked.length, 1);
});

test('who takes no part in the industry is told where that is said, not how a script says it', async () => {
  const { api } = industryServer(["'industry' is for organisations that take part: PATCH …"], false, 3001);
  assert.equal((await api.query({ ...question, compare: ['industry'] })).uncompared, 'this organisation takes no part in it, which is said in Settings');
});
