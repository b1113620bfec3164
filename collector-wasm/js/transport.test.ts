// The transport against a real HTTP server, with time held in the hand.

import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';

import type { Clock } from './clock.ts';
import { field } from './compact.ts';
import { decode, type Batch } from './decode.ts';
import { keeperOn } from './keep.ts';
import { retryAfterMs, transportTo, type Network, type SentBatch } from './transport.ts';

interface Seen {
  headers: IncomingHttpHeaders;
  batch: Batch;
}
let seen: Seen[] = [];
let answers: { status: number; headers?: Record<string, string> }[] = [];
let arrived: (() => void)[] = [];
let url = '';
/** What the server says its clock shows. */
let receivedAt: number | undefined;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    seen.push({ headers: request.headers, batch: decode(Buffer.concat(chunks)) });
    const { status, headers } = answers.shift() ?? { status: 202 };
    response.writeHead(status, headers).end(JSON.stringify({ data: { result: { received_at_ms: receivedAt } } }));
    for (const wake of arrived.splice(0)) wake();
  });
});

/** Timers run when told; everything else is real. */
class HeldClock implements Clock {
  timers: { ms: number; act: () => void }[] = [];
  now = (): number => 0;
  unix = (): number => 1_800_000_000_000;
  random = (): number => 0.5;
  every = (): (() => void) => () => {};
  after(ms: number, act: () => void): () => void {
    const timer = { ms, act };
    this.timers.push(timer);
    this.wake.splice(0).forEach((wake) => wake());
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }
  wake: (() => void)[] = [];
  /** Retries, told apart from request timeouts (20 s). */
  retries(): { ms: number; act: () => void }[] {
    return this.timers.filter(({ ms }) => ms !== 20_000);
  }
  async retry(): Promise<number> {
    while (this.retries().length === 0) await new Promise<void>((resolve) => this.wake.push(resolve));
    // A timer never fires before the code that set it has ended.
    await new Promise((resolve) => setImmediate(resolve));
    const [timer] = this.retries();
    this.timers = this.timers.filter((other) => other !== timer);
    timer!.act();
    return timer!.ms;
  }
}

beforeEach(async () => {
  seen = [];
  answers = [];
  arrived = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/beacons?key=k`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function requests(count: number): Promise<void> {
  while (seen.length < count) await new Promise<void>((resolve) => arrived.push(resolve));
}
const network = (over: Partial<Network> = {}): Network => ({ fetch: (to, init) => fetch(to, init), keepalive: true, ...over });
const accepted: number[] = [];
/** A beacon with its number and a video's title, and what to do once it was taken. */
const parcel = (sequence: number, title = ''): [number[], () => void] => [[...field(2, sequence), ...field(8, field(3, title))], () => accepted.push(sequence)];
const numbers = (index: number): number[] => seen[index]!.batch.beacons.map(({ sequence }) => sequence);

test('a batch is one message without a content type, so that no preflight is needed', async () => {
  const told: SentBatch[] = [];
  const transport = transportTo(url, new HeldClock(), network(), (batch) => told.push(batch));
  transport.add(...parcel(0));
  await requests(1);
  assert.equal(seen[0]!.headers['content-type'], undefined);
  assert.equal(seen[0]!.batch.schema_version, 1);
  assert.equal(seen[0]!.batch.sent_at_ms, 1_800_000_000_000);
  assert.deepEqual(numbers(0), [0]);
  assert.equal(told[0]!.beacons, 1);
  assert.equal(told[0]!.body[0], 8, 'the byte by which a server knows it');
});

test('what comes while a request is on its way leaves together in the next', async () => {
  const transport = transportTo(url, new HeldClock(), network());
  for (const sequence of [0, 1, 2]) transport.add(...parcel(sequence));
  await requests(2);
  assert.deepEqual([numbers(0), numbers(1)], [[0], [1, 2]]);
});

test('a retry is the same beacons with the same numbers, later each time', async () => {
  const clock = new HeldClock();
  answers = [{ status: 503 }, { status: 500 }, { status: 202 }];
  const transport = transportTo(url, clock, network());
  transport.add(...parcel(7));
  assert.equal(await clock.retry(), 750);
  transport.add(...parcel(8));
  assert.equal(await clock.retry(), 1_500);
  await requests(3);
  assert.deepEqual([numbers(0), numbers(1), numbers(2)], [[7], [7], [7, 8]]);
});

test('Retry-After is honoured', async () => {
  const clock = new HeldClock();
  answers = [{ status: 429, headers: { 'Retry-After': '30' } }];
  const transport = transportTo(url, clock, network());
  transport.add(...parcel(0));
  assert.equal(await clock.retry(), 30_000);
  await requests(2);
  assert.equal(retryAfterMs('Fri, 15 Jan 2027 08:00:10 GMT', 1_800_000_000_000), 10_000);
  assert.equal(retryAfterMs('soon', 0), null);
});

test('a server that is away costs nothing but time', async () => {
  const clock = new HeldClock();
  let away = true;
  const transport = transportTo(url, clock, network({ fetch: (to, init) => (away ? Promise.reject(new TypeError('offline')) : fetch(to, init)) }));
  transport.add(...parcel(0));
  await clock.retry();
  away = false;
  await clock.retry();
  await requests(1);
  assert.deepEqual(numbers(0), [0]);
});

test('the queue is bounded and loses its oldest', async () => {
  const clock = new HeldClock();
  answers = [{ status: 503 }];
  const transport = transportTo(url, clock, network());
  for (let sequence = 0; sequence < 700; sequence++) transport.add(...parcel(sequence));
  await clock.retry();
  await requests(2);
  assert.ok(transport.waiting() <= 500);
  assert.ok(numbers(1)[0]! >= 199, `the oldest kept is ${numbers(1)[0]}`);
});

test('a wrong key ends sending, a bad batch costs only itself', async () => {
  const warnings: unknown[] = [];
  const { warn } = console;
  console.warn = (...given: unknown[]) => warnings.push(given);
  answers = [{ status: 400 }, { status: 401 }];
  const transport = transportTo(url, new HeldClock(), network());
  transport.add(...parcel(0));
  transport.add(...parcel(1));
  await requests(2);
  await new Promise((resolve) => setImmediate(resolve));
  while (transport.waiting() > 0) await new Promise((resolve) => setImmediate(resolve));
  transport.add(...parcel(2));
  console.warn = warn;
  assert.equal(seen.length, 2);
  assert.equal(warnings.length, 1, 'one warning, not one per batch');
});

test('leaving, everything goes at once within what browsers allow in flight, the rest by sendBeacon or not at all', () => {
  const bodies: Uint8Array[] = [];
  const beacons: Uint8Array[] = [];
  const transport = transportTo(url, new HeldClock(), {
    fetch: (_to, init) => {
      assert.equal(init.keepalive, true);
      bodies.push(init.body as Uint8Array);
      return new Promise(() => {});
    },
    sendBeacon: (_to, body) => beacons.push(body) > 0,
    keepalive: true,
  });
  transport.add(...parcel(0, 'x'.repeat(14_000)));
  for (let sequence = 1; sequence < 12; sequence++) transport.add(...parcel(sequence, 'x'.repeat(14_000)));
  transport.flush();
  const bytes = [...bodies, ...beacons].reduce((sum, body) => sum + body.length, 0);
  assert.ok(bytes <= 65_536, `${bytes} bytes are in flight`);
  assert.ok(bodies.length >= 2, 'a flush does not wait for the request on its way');
});

test('without keepalive the last words go by sendBeacon and are not taken for accepted', () => {
  const beacons: Uint8Array[] = [];
  accepted.length = 0;
  const transport = transportTo(url, new HeldClock(), { fetch: () => new Promise(() => {}), sendBeacon: (_to, body) => beacons.push(body) > 0, keepalive: false });
  transport.add(...parcel(0));
  transport.add(...parcel(1));
  transport.flush();
  assert.equal(beacons.length, 1);
  assert.deepEqual(accepted, []);
});

test('nothing leaves while held, everything after, and what is dropped never does', async () => {
  const clock = new HeldClock();
  const transport = transportTo(url, clock, network());
  transport.hold();
  transport.add(...parcel(0));
  transport.flush();
  transport.wake();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(seen.length, 0);
  assert.equal(transport.waiting(), 1);
  transport.release();
  await requests(1);
  assert.deepEqual(numbers(0), [0]);
  transport.hold();
  transport.add(...parcel(1));
  transport.drop();
  transport.release();
  transport.add(...parcel(2));
  await requests(2);
  assert.deepEqual(numbers(1), [2]);
});

test('what could not leave waits for the next page, and is forgotten once it was taken', async () => {
  let shelf: string | null = null;
  const keeper = keeperOn({ read: () => shelf, write: (text) => (shelf = text) });
  const clock = new HeldClock();
  const dead = network({ fetch: () => Promise.reject(new Error('offline')), sendBeacon: () => false, keepalive: false, keeper });
  const leaving = transportTo(url, clock, dead);
  leaving.add(...parcel(0));
  leaving.add(...parcel(1));
  while (clock.retries().length === 0) await new Promise((resolve) => setImmediate(resolve));
  leaving.flush();
  assert.notEqual(shelf, null);
  transportTo(url, clock, network({ keeper }));
  await requests(2);
  // The first leaves at once, the other behind it.
  assert.deepEqual([numbers(0), numbers(1)], [[0], [1]]);
  assert.equal(shelf, null);
});

test('the server\'s clock is learnt from its replies', async () => {
  const clock = new HeldClock();
  receivedAt = clock.unix() + 4_000;
  const transport = transportTo(url, clock, network());
  transport.add(...parcel(0));
  await requests(1);
  while (transport.serverOffset_ms() === null) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(transport.serverOffset_ms(), 4_000);
  receivedAt = undefined;
});
