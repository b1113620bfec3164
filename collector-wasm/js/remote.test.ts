// The server's word before measuring, and arms that every side computes alike.

import assert from 'node:assert/strict';
import { afterEach, test, type TestContext } from 'node:test';

import { armOf, hash, remote } from './remote.ts';
import { forgetViewer, viewerId } from './viewer.ts';

const page = globalThis as unknown as Record<string, unknown>;

afterEach(() => {
  delete page.localStorage;
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
});

const EXPERIMENT = {
  name: 'abr',
  salt: 'abr-2026',
  traffic_permille: 900,
  switchback_ms: null as number | null,
  arms: [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 1 },
    { name: 'c', weight: 2 },
  ],
};

function server(t: TestContext, answer: (url: string, signal: AbortSignal) => Promise<Response>): string[] {
  const asked: string[] = [];
  t.mock.method(globalThis, 'fetch', (url: string, init: RequestInit) => {
    asked.push(url);
    return answer(url, init.signal!);
  });
  t.mock.method(console, 'warn', () => undefined);
  return asked;
}

const config = (more: object): Response => Response.json({ status: 'SUCCESS', data: { result: { enabled: true, sample_permille: 1_000, now_ms: 0, experiments: [EXPERIMENT], ...more } } });

// The same vectors stand in schemas/src/assignment.rs.
test('an arm is the same here as on the server', () => {
  assert.deepEqual([hash(''), hash('a'), hash('zuschauer-ä')], [2_872_998_923, 444_641_715, 320_314_769]);
  const arms = ['', 'viewer-1', 'viewer-2', 'zuschauer-ä', '0193a1b2'].map((unit) => armOf('abr-2026', unit, [1, 1, 2], 900));
  assert.deepEqual(arms, [1, 2, 0, 2, 0]);
  assert.equal(armOf('s', 'viewer', [1], 0), -1);
  assert.equal(armOf('s', 'viewer', [], 1_000), -1);
});

test('a viewer sees the same arm on every page, and says so', async (t) => {
  const asked = server(t, async () => config({ sample_permille: 250 }));
  const given = await remote({ licenseKey: 'pl a', endpoint: 'https://p.example/', viewerId: 'viewer-2' });
  assert.deepEqual(asked, ['https://p.example/v1/collector/config?key=pl%20a']);
  assert.equal(given.sample, 0.25);
  assert.equal(given.arm('abr'), 'a');
  assert.deepEqual(given.exposure('abr'), { experiment_name: 'abr', experiment_variant: 'a' });
  assert.deepEqual([given.arm('other'), given.exposure('other')], [null, {}]);
});

test('a page that knows no viewer keeps one arm', async (t) => {
  server(t, async () => config({ experiments: [{ ...EXPERIMENT, traffic_permille: 1_000 }] }));
  const options = { licenseKey: 'pl', endpoint: 'https://p.example' };
  const arms = new Set<string | null>();
  for (let visit = 0; visit < 20; visit++) arms.add((await remote(options)).arm('abr'));
  assert.equal(arms.size, 1);
  assert.ok(!arms.has(null));
});

test('a switchback goes by the time of the server and not by the viewer', async (t) => {
  const seen = new Map<number, Set<string | null>>();
  let now_ms = 0;
  server(t, async () => config({ now_ms, experiments: [{ ...EXPERIMENT, traffic_permille: 1_000, switchback_ms: 600_000 }] }));
  for (let stretch = 1; stretch < 30; stretch++) {
    for (const viewerId of ['one', 'two', 'three']) {
      now_ms = stretch * 600_000 + 100_000;
      const arm = (await remote({ licenseKey: 'pl', endpoint: 'https://p.example', viewerId })).arm('abr');
      seen.set(stretch, (seen.get(stretch) ?? new Set()).add(arm));
    }
  }
  assert.ok([...seen.values()].every((arms) => arms.size === 1));
  assert.equal(new Set([...seen.values()].map((arms) => [...arms][0])).size, 3);
});

test('measuring that is switched off is a sample of nothing', async (t) => {
  server(t, async () => config({ enabled: false }));
  assert.equal((await remote({ licenseKey: 'pl', endpoint: 'https://p.example' })).sample, 0);
});

test('a server that is not heard changes nothing about the page', async (t) => {
  const answers: ((url: string, signal: AbortSignal) => Promise<Response>)[] = [
    () => Promise.reject(new TypeError('away')),
    async () => Response.json({ status: 'ERROR', data: { message: 'unknown' } }, { status: 401 }),
    async () => new Response('<html>', { status: 502 }),
    (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  ];
  for (const answer of answers) {
    server(t, answer);
    const given = await remote({ licenseKey: 'pl', endpoint: 'https://p.example', timeout: 5 });
    assert.equal(given.sample, 1);
    assert.equal(given.arm('abr'), null);
    assert.equal((console.warn as unknown as { mock: { callCount(): number } }).mock.callCount(), 1);
    t.mock.restoreAll();
  }
});

test('a pseudonym is kept while the viewer comes back, and not where it is not wanted', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000 });
  assert.equal(viewerId(), null, 'no storage');
  const kept = new Map<string, string>();
  page.localStorage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) };
  const viewer = viewerId({ days: 2 });
  assert.match(viewer!, /^[0-9a-f-]{36}$/);
  t.mock.timers.setTime(86_400_000);
  assert.equal(viewerId({ days: 2 }), viewer);
  t.mock.timers.setTime(2 * 86_400_000 + 5_000);
  assert.equal(viewerId({ days: 2 }), viewer, 'each visit prolongs it');
  t.mock.timers.setTime(9 * 86_400_000);
  assert.notEqual(viewerId(), viewer);
  forgetViewer();
  assert.equal(kept.size, 0);
  viewerId();
  Object.defineProperty(globalThis, 'navigator', { value: { globalPrivacyControl: true }, configurable: true });
  assert.equal(viewerId(), null);
  assert.equal(kept.size, 0, 'what was there before is gone too');
});
