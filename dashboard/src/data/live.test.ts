import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../api.ts';
import { defaults } from '../route.ts';
import { follow, liveQuery, retryMs, VIEWERS, type Told } from './live.ts';

const tick = (attempts: number) =>
  `event: tick\ndata: ${JSON.stringify({ requestId: 'r', status: 'SUCCESS', data: { result: { rows: [{ dimensions: {}, values: { attempts: { value: attempts } } }] }, messages: [] } })}\n\n`;
const refusal = (code: number) => `event: error\ndata: ${JSON.stringify({ requestId: 'r', status: 'ERROR', data: { code, message: 'no', details: [] } })}\n\n`;

/** A stream of bytes that ends, or stays open and silent. */
function streamOf(parts: (string | Uint8Array)[], ends = true): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(typeof part === 'string' ? encoder.encode(part) : part);
      if (ends) controller.close();
    },
  });
}

/** Follows one connection after the other; called off when there is none left. */
async function toldOf(connections: (() => Promise<ReadableStream<Uint8Array>>)[], silentMs?: number): Promise<{ told: Told[]; waits: number[] }> {
  const controller = new AbortController();
  const told: Told[] = [];
  const waits: number[] = [];
  await follow({
    connect: () => {
      const next = connections.shift();
      if (next) return next();
      controller.abort();
      return Promise.reject(new DOMException('called off', 'AbortError'));
    },
    told: (each) => told.push(each),
    pause: async (ms) => void waits.push(ms),
    now: () => 42,
    signal: controller.signal,
    ...(silentMs === undefined ? {} : { silentMs }),
  });
  return { told, waits };
}
const attemptsOf = (told: Told[]) => told.flatMap((each) => (each.kind === 'tick' ? [each.result.rows[0]?.values.attempts?.value] : []));

test('the question has the filters in the spelling of the path, and at most what is looked at', () => {
  const route = { ...defaults('UTC'), filters: [{ attribute: 'country', operator: 'IN' as const, value: ['AT', 'DE'] }], window: 300 };
  const params = new URLSearchParams(liveQuery(route, ['cdn', 'browser']));
  assert.deepEqual([params.get('filter'), params.get('dimensions'), params.get('windowSeconds')], ['country:IN:AT,DE', 'cdn,browser', '300']);
  assert.equal(new URLSearchParams(liveQuery(route, [])).get('limit'), null);
});

test('events are read however they are cut', async () => {
  const bytes = new TextEncoder().encode(tick(1) + ': a comment\n\n' + tick(2).replaceAll('\n', '\r\n'));
  const { told } = await toldOf([async () => streamOf([bytes.slice(0, 7), bytes.slice(7, 8), bytes.slice(8)])]);
  assert.deepEqual(attemptsOf(told), [1, 2]);
});

test('after a break it is tried again, later each time, and soon again after an answer', async () => {
  const gone = () => Promise.reject(new ApiError('network', 'gone', 0, null));
  const { told, waits } = await toldOf([gone, gone, gone, async () => streamOf([tick(7)]), gone]);
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 1_000, 2_000]);
  assert.deepEqual(attemptsOf(told), [7]);
  assert.equal(retryMs(40), 30_000);
});

test('an error in the stream is told and the stream goes on', async () => {
  const { told } = await toldOf([async () => streamOf([tick(1), refusal(5001), tick(2)])]);
  assert.deepEqual(told.map(({ kind }) => kind), ['tick', 'unanswered', 'tick', 'broken']);
});

test('what trying again would not change is not tried again', async () => {
  const refused = () => Promise.reject(new ApiError('api', 'no such key', 401, null, 2001));
  const { told, waits } = await toldOf([refused, refused]);
  assert.deepEqual([told.map(({ kind }) => kind), waits], [['refused'], []]);
  const busy = () => Promise.reject(new ApiError('api', 'too many', 429, null, 1429));
  assert.deepEqual((await toldOf([busy])).told.map(({ kind }) => kind), ['broken']);
});

test('a line that has fallen silent is given up', async () => {
  const { told } = await toldOf([async () => streamOf([tick(1)], false)], 5);
  assert.deepEqual(told.map(({ kind }) => kind), ['tick', 'broken']);
});

test('where viewers are is asked without metrics of attempts', () => {
  const params = new URLSearchParams(liveQuery(defaults('UTC'), ['country'], VIEWERS));
  assert.deepEqual([params.get('metrics'), params.get('dimensions')], ['concurrent_viewers', 'country']);
});
