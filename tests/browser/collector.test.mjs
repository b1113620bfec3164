// The collector's files as they are published, in pages with and without a policy: no server of ours but a shelf for what is sent.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { decode } from '../../collector-wasm/dist/debug.js';
import { launch, openPage } from './lib/chromium.mjs';

const dist = fileURLToPath(new URL('../../collector-wasm/dist/', import.meta.url));
const media = fileURLToPath(new URL('../../collector-wasm/player/media/240p/', import.meta.url));

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch(['--autoplay-policy=no-user-gesture-required']);
});
after(() => browser?.close());

/**
 * A page under `policy` that attaches with `options` and plays; the files come from where the page comes from.
 * @param {string | null} policy
 * @param {string} options JavaScript
 */
async function startSite(policy, options = '{}') {
  const names = (await readdir(media)).sort();
  const init = names.filter((name) => name.endsWith('.mp4'));
  const video = Buffer.concat(await Promise.all([...init, ...names.filter((name) => name.endsWith('.m4s'))].map((name) => readFile(media + name))));
  const page = `<!doctype html><title>page</title><video muted playsinline width="426" height="240"></video><script type="module" src="/page.js"></script>`;
  const script = `import { attach } from '/dist/index.js';
const video = document.querySelector('video');
window.collector = attach(video, { licenseKey: 'pl_test', ...${options} });
video.src = '/video.mp4';
video.play();`;
  /** @type {import('../../collector-wasm/dist/debug.js').Beacon[]} */
  const beacons = [];
  /** @type {{ method?: string, type?: string, origin?: string }[]} */
  const reports = [];
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    asked.push(pathname);
    const answer = (type, body) => {
      const head = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
      response.writeHead(200, policy === null || pathname !== '/' ? head : { ...head, 'Content-Security-Policy': policy }).end(body);
    };
    if (pathname === '/v1/beacons') {
      const { 'content-type': type, origin } = request.headers;
      reports.push({ method: request.method, type, origin });
      /** @type {Buffer[]} */
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        beacons.push(...decode(Buffer.concat(chunks)).beacons);
        answer('application/json', JSON.stringify({ data: { result: { received_at_ms: Date.now() } } }));
      });
    } else if (pathname === '/') answer('text/html', page);
    else if (pathname === '/page.js') answer('text/javascript', script);
    else if (pathname === '/video.mp4') answer('video/mp4', video);
    else if (pathname.startsWith('/dist/')) {
      readFile(dist + pathname.slice('/dist/'.length)).then(
        (file) => answer('text/javascript', file),
        () => response.writeHead(404).end(),
      );
    } else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
  return {
    origin,
    beacons,
    reports,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @param {() => boolean} holds */
async function eventually(holds) {
  const until = Date.now() + 30_000;
  while (!holds()) {
    assert.ok(Date.now() < until, 'it does not come to hold within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Plays for a second, leaves, and gives back what arrived.
 * @param {string | null} policy
 */
async function measured(policy) {
  const site = await startSite(policy);
  const { context, page, errors } = await openPage(browser);
  /** @type {string[]} */
  const warnings = [];
  page.on('console', (message) => message.text().startsWith('playhead') && warnings.push(message.text()));
  await page.goto(site.origin);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('video')).currentTime > 1, null, { timeout: 30_000 });
  await page.goto('about:blank');
  await eventually(() => site.beacons.some(({ kind }) => kind === 'end'));
  await context.close();
  await site.stop();
  const end = site.beacons.find(({ kind }) => kind === 'end');
  return { end, kinds: site.beacons.map(({ kind }) => kind), asked: site.asked, errors, warnings };
}

for (const [name, policy, lowered] of /** @type {[string, string | null, boolean][]} */ ([
  ['without a policy', null, false],
  ['where WebAssembly is allowed', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'", false],
  ['where WebAssembly is refused', "default-src 'self'", true],
  ['where nothing inline is allowed, styles neither', "default-src 'none'; script-src 'self'; connect-src 'self'; media-src 'self'", true],
])) {
  test(`a page ${name} is measured${lowered ? ' by the core as JavaScript' : ''}`, async () => {
    const { end, kinds, asked, errors, warnings } = await measured(policy);
    assert.deepEqual(errors, []);
    assert.deepEqual(warnings, []);
    assert.equal(asked.includes('/dist/fallback.js'), lowered);
    // A busy machine may report a change between the two.
    assert.equal(kinds[0], 'start');
    assert.ok(kinds.includes('first_frame'), kinds.join());
    assert.ok(end.totals.play_ms > 0, `${end.totals.play_ms} ms`);
    assert.ok(end.totals.startup_any_ms > 0);
    assert.equal(end.totals.end_reason, 'quit');
  });
}

test('the core as JavaScript writes the same bytes as the module', async () => {
  const { instance } = await WebAssembly.instantiate(await readFile(`${dist}collector.wasm`));
  const lowered = await import(`${dist}fallback.js`);
  let seed = 1;
  const random = (/** @type {number} */ below) => (seed = (seed * 48_271) % 0x7fff_ffff) % below;
  /** Every kind of event with every kind of number, a thousand of them; the answers, and the beacons that were asked for and some more. */
  const written = (/** @type {any} */ { memory, ...core }) => {
    seed = 1;
    const attempt = core.begin(1_000.4, true);
    const out = [];
    for (let [turn, t] = [0, 1_000]; turn < 1_000; turn += 1, t += random(900) + 0.25) {
      const kind = turn === 0 ? 1 : random(33);
      // Not the ends: a session that is over takes nothing.
      if ([21, 22, 23].includes(kind)) continue;
      for (const text of kind === 30 || kind === 17 ? [`é-${random(99)}`, 'why', 'at line 3'] : []) {
        const bytes = new TextEncoder().encode(text);
        // The memory is looked up afterwards, because it moves when it grows.
        const at = core.text(attempt, bytes.length);
        new Uint8Array(memory.buffer, at).set(bytes);
      }
      const number = () => [random(3), random(20_000), random(4_000_000) / 7, -1, NaN][random(5)];
      const flags = core.event(attempt, kind, t, number(), kind === 30 ? 0 : number(), number(), number(), number());
      const wanted = (flags & 7) - 1;
      if (wanted < 0 && turn % 10 > 0) continue;
      const at = core.beacon(attempt, t, Math.max(wanted, 3));
      out.push(flags, Buffer.from(memory.buffer, at, core.bytes(attempt)).toString('hex'));
    }
    core.end(attempt);
    return out;
  };
  const [module, script] = [written(instance.exports), written(lowered)];
  assert.ok(module.length > 200, `${module.length}`);
  assert.deepEqual(script, module);
});

test('a report to another site needs no preflight, the last words neither', async () => {
  const site = await startSite(null, `{ endpoint: location.origin.replace('127.0.0.1', 'localhost') }`);
  const { context, page, errors } = await openPage(browser);
  // Without keepalive the last words go by sendBeacon.
  await page.addInitScript(() => delete (/** @type {any} */ (Request.prototype).keepalive));
  await page.goto(site.origin);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('video')).currentTime > 1, null, { timeout: 30_000 });
  await page.goto('about:blank');
  await eventually(() => site.beacons.some(({ kind }) => kind === 'end'));
  assert.ok(site.reports.length > 1);
  for (const report of site.reports) assert.deepEqual(report, { method: 'POST', type: undefined, origin: site.origin });
  assert.deepEqual(errors, []);
  await context.close();
  await site.stop();
});

test('nothing leaves before consent, all of it after, and nothing once it is taken back', async () => {
  const site = await startSite(null, '{ consent: false }');
  const { context, page } = await openPage(browser);
  await page.goto(site.origin);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('video')).currentTime > 1, null, { timeout: 30_000 });
  assert.equal(site.asked.includes('/v1/beacons'), false);
  await page.evaluate(() => /** @type {any} */ (window).collector.consent(true));
  await eventually(() => site.beacons.some(({ kind }) => kind === 'first_frame'));
  assert.equal(site.beacons[0].kind, 'start');
  assert.equal(site.beacons[0].sequence, 0);
  await page.evaluate(() => /** @type {any} */ (window).collector.consent(false));
  // What was on its way when consent ended may still arrive; then nothing more, the end of the page included.
  await page.evaluate(() => fetch('/page.js').then((response) => response.text()));
  const count = site.beacons.length;
  await page.goto('about:blank');
  const other = await openPage(browser);
  await other.page.goto(`${site.origin}/page.js`);
  assert.equal(site.beacons.length, count);
  await other.context.close();
  await context.close();
  await site.stop();
});

/**
 * Attaches to the element of `site` anew, with an adapter that the page speaks for, changes the source, and speaks before the element says so.
 * @param {'before' | 'after'} told whether the failure is of the source before, or of the one that comes
 */
async function failEarly(told) {
  const site = await startSite(null);
  const { context, page } = await openPage(browser);
  await page.goto(site.origin);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('video')).currentTime > 0, null, { timeout: 30_000 });
  const id = await page.evaluate(async (told) => {
    const module = '/dist/index.js';
    const { attach } = await import(module);
    const { collector } = /** @type {any} */ (window);
    collector.destroy();
    const video = /** @type {HTMLVideoElement} */ (document.querySelector('video'));
    video.pause();
    /** @type {any} */
    let signals;
    const adapter = { player_software: 'test', attach: (/** @type {unknown} */ _, /** @type {unknown} */ given) => ((signals = given), () => undefined) };
    const handle = attach(video, { licenseKey: 'pl_test', adapter });
    const fail = () => signals.error({ class: 'manifest', code: 'gone', fatal: true });
    if (told === 'before') {
      fail();
      // The clock is coarse where pages are not isolated: what comes next has to be later.
      const told_at = performance.now();
      while (performance.now() <= told_at) await new Promise((resolve) => setTimeout(resolve));
    }
    const emptied = new Promise((resolve) => video.addEventListener('emptied', resolve, { once: true }));
    const played = new Promise((resolve) => video.addEventListener('play', resolve, { once: true }));
    video.removeAttribute('src');
    video.load();
    // The element has not said yet that it is empty: the event waits for this task to end.
    if (told === 'after') fail();
    await emptied;
    video.play().catch(() => undefined);
    await played;
    return handle.attemptId;
  }, told);
  await page.goto('about:blank');
  // Batches may overtake each other: the last to come is not always the end.
  const isEnd = (/** @type {{attempt_id: string, kind: string}} */ { attempt_id, kind }) => attempt_id === id && kind === 'end';
  await eventually(() => site.beacons.some(isEnd));
  const end = site.beacons.find(isEnd);
  await context.close();
  await site.stop();
  return end;
}

test('what failed before anybody wanted to play is told, though the element empties for it only then', async () => {
  const end = await failEarly('after');
  assert.equal(end?.totals.failure?.class, 'manifest');
  assert.equal(end?.totals.end_reason, 'fatal');
});

test('what the source before failed of is not told of the next', async () => {
  const end = await failEarly('before');
  assert.equal(end?.totals.end_reason, 'quit');
  assert.equal(end?.totals.failure, undefined);
});

test('the overlay is loaded only when asked for, and shows the state', async () => {
  const site = await startSite("default-src 'self'");
  const { context, page, errors } = await openPage(browser);
  await page.goto(`${site.origin}/?playhead=debug`);
  await page.waitForFunction(() => /^playing/.test(document.querySelector('body > pre')?.textContent ?? ''), null, { timeout: 30_000 });
  assert.ok(site.asked.includes('/dist/debug.js'));
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await page.goto(site.origin);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('video')).currentTime > 0, null, { timeout: 30_000 });
  assert.equal(site.asked.filter((path) => path === '/dist/debug.js').length, 1);
  assert.deepEqual(errors, []);
  await context.close();
  await site.stop();
});
