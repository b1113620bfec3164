// The collector on somebody else's plain page, by one script tag: another origin, a plain <video>, and things that go wrong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openPage } from './lib/chromium.mjs';
import { startNode, until } from './lib/node.mjs';
import { startSite } from './lib/site.mjs';
import { startAll } from './lib/start.mjs';

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;

before(async () => {
  [node, browser] = await startAll(startNode, launch);
  site = await startSite(
    () => `<!doctype html>
<meta charset="utf-8"><title>A plain page</title>
<video id="video" src="/video.mp4" width="426" height="240" controls playsinline></video>
<script src="${node.client.url}/collector/playhead.js"></script>
<script>
  const parameters = new URLSearchParams(location.search);
  window.rejections = [];
  addEventListener('unhandledrejection', (event) => window.rejections.push(String(event.reason)));
  const options = {
    licenseKey: parameters.get('key') ?? ${JSON.stringify(node.client.keys.licenseKey)},
    endpoint: parameters.get('endpoint') ?? ${JSON.stringify(node.client.url)},
    context: { viewer_id: parameters.get('viewer'), video_id: 'plain' },
  };
  if (parameters.has('experiment')) {
    options.context.viewer_id = playhead.viewerId();
    playhead.remote({ licenseKey: options.licenseKey, viewerId: options.context.viewer_id }).then((config) => {
      Object.assign(options.context, config.exposure(parameters.get('experiment')));
      options.sample = config.sample;
      window.arm = config.arm(parameters.get('experiment'));
      window.collector = playhead.attach(document.querySelector('video'), options);
    });
  } else {
    window.collector = playhead.attach(document.querySelector('video'), options);
  }
  if (parameters.has('autoplay')) document.querySelector('video').play().catch((error) => { window.blocked = error.name; });
</script>`,
  );
});
after(async () => {
  await browser?.close();
  await node?.stop();
  await site?.stop();
});

/** Plays by a click, as a person does, until frames have come for `ms`. */
async function play(page, ms = 1_000) {
  await page.evaluate(() => {
    const video = document.querySelector('video');
    document.addEventListener('click', () => video.play(), { once: true });
  });
  await page.mouse.click(600, 600);
  await page.waitForFunction((seconds) => document.querySelector('video').currentTime > seconds, ms / 1_000);
}

test('one script tag measures a plain page of another origin, without a preflight', async () => {
  const { page, context, errors } = await openPage(browser);
  /** @type {string[]} */
  const methods = [];
  page.on('request', (request) => {
    if (request.url().includes('/v1/beacons')) methods.push(request.method());
  });
  await page.goto(`${site.origin}/?viewer=plain`);
  await play(page);
  const { answer } = await until(
    () => node.client.query(['attempts', 'plays', 'play_ms'], 'plain'),
    ({ attempts, plays }) => attempts === 1 && plays === 1,
    10_000,
  );
  assert.equal(answer.attempts, 1);
  assert.ok(methods.length > 0 && methods.every((method) => method === 'POST'), `a preflight went out: ${methods}`);
  assert.deepEqual(errors, []);
  await context.close();
});

test('leaving the page flushes what was played, by pagehide', async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${site.origin}/?viewer=hide`);
  await play(page, 2_500);
  const played = await page.evaluate(() => document.querySelector('video').currentTime * 1_000);
  await page.goto(`${site.origin}/elsewhere`);
  const { answer } = await until(
    () => node.client.query(['attempts', 'play_ms'], 'hide'),
    ({ play_ms }) => play_ms !== null && play_ms >= played - 250,
    10_000,
  );
  assert.ok(answer.play_ms <= played + 2_000, `play_ms ${answer.play_ms}, the page saw ${played}`);
  await context.close();
});

test('a blocked autoplay is no failure and no play', async () => {
  const blocking = await launch(['--autoplay-policy=user-gesture-required']);
  try {
    const { page, errors } = await openPage(blocking);
    await page.goto(`${site.origin}/?viewer=blocked&autoplay`);
    await page.waitForFunction(() => window.blocked !== undefined);
    assert.equal(await page.evaluate(() => window.blocked), 'NotAllowedError');
    // Leave, so that whatever the collector has to say is said.
    await page.goto(`${site.origin}/elsewhere`);
    await play(await openAnother(blocking, 'after-blocked'), 500);
    await until(() => node.client.query(['attempts'], 'after-blocked'), ({ attempts }) => attempts === 1, 10_000);
    const counted = await node.client.query(['attempts', 'plays', 'start_failure', 'exit_before_start'], 'blocked');
    assert.ok(!counted.plays, JSON.stringify(counted));
    assert.ok(!counted.start_failure, JSON.stringify(counted));
    assert.deepEqual(errors, []);
  } finally {
    await blocking.close();
  }
});

async function openAnother(other, viewer) {
  const { page } = await openPage(other);
  await page.goto(`${site.origin}/?viewer=${viewer}`);
  return page;
}

test('a server that is not there never breaks the page or the playback', async () => {
  const { page, context, errors } = await openPage(browser);
  // A port nobody listens on.
  await page.goto(`${site.origin}/?viewer=down&endpoint=${encodeURIComponent('http://127.0.0.1:9')}`);
  await play(page, 3_000);
  await page.evaluate(() => {
    document.querySelector('video').currentTime = 10;
  });
  await page.waitForFunction(() => document.querySelector('video').currentTime > 10.5);
  assert.deepEqual(errors, []);
  assert.deepEqual(await page.evaluate(() => window.rejections), []);
  await context.close();
});

test('a license key nobody knows never breaks the page or the playback', async () => {
  const { page, context, errors } = await openPage(browser);
  await page.goto(`${site.origin}/?viewer=nokey&key=pl_nobody`);
  await play(page, 2_000);
  assert.deepEqual(errors, []);
  assert.deepEqual(await page.evaluate(() => window.rejections), []);
  await context.close();
});

test('a viewer keeps an arm from page to page, and its attempts say which', async () => {
  const plan = { name: 'ladder', arms: [{ name: 'static' }, { name: 'per-title' }], state: 'running' };
  const { status, body } = await node.client.api('/v1/analytics/experiments', { method: 'POST', body: JSON.stringify(plan) });
  assert.equal(status, 201, JSON.stringify(body));
  const { page, context, errors } = await openPage(browser);
  const arms = new Set();
  for (let visit = 0; visit < 3; visit++) {
    await page.goto(`${site.origin}/?experiment=ladder`);
    await page.waitForFunction(() => window.collector !== undefined);
    arms.add(await page.evaluate(() => window.arm));
    await play(page);
  }
  const viewer = await page.evaluate(() => playhead.viewerId());
  assert.match(viewer, /^[0-9a-f-]{36}$/);
  assert.equal(arms.size, 1);
  const [arm] = arms;
  assert.ok(plan.arms.some(({ name }) => name === arm), `the arm was ${arm}`);
  const byArm = async () => {
    const now = Date.now();
    const question = {
      metrics: ['attempts'],
      dimensions: ['experiment_name', 'experiment_variant'],
      filters: [{ attribute: 'viewer_id', operator: 'EQ', value: viewer }],
      start: new Date(now - 3_600_000).toISOString(),
      end: new Date(now + 3_600_000).toISOString(),
    };
    const answer = await node.client.api('/v1/analytics/query', { method: 'POST', body: JSON.stringify(question) });
    return answer.body.data.result.rows.map(({ dimensions, values }) => ({ ...dimensions, attempts: values.attempts.value }));
  };
  const { answer } = await until(byArm, ([row]) => row?.attempts === 3, 10_000);
  assert.deepEqual(answer, [{ experiment_name: 'ladder', experiment_variant: arm, attempts: 3 }]);
  assert.deepEqual(errors, []);
  await context.close();
});

test('measuring is switched off and on again from the server', async () => {
  const made = await node.client.api('/v1/account/licenses', { method: 'POST', body: JSON.stringify({ name: 'switch', allowedDomains: ['localhost'] }) });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const key = made.body.data.result.licenseKey;
  const set = async (collectorEnabled) => {
    const { status } = await node.client.api(`/v1/account/licenses/${key}`, { method: 'PATCH', body: JSON.stringify({ collectorEnabled }) });
    assert.equal(status, 200);
  };
  const { page, context, errors } = await openPage(browser);
  /** @type {number[]} */
  const statuses = [];
  page.on('response', (response) => {
    if (response.url().includes('/v1/beacons')) statuses.push(response.status());
  });
  await page.goto(`${site.origin}/?viewer=switch&key=${key}`);
  await play(page);
  await until(async () => statuses.at(-1), (status) => status === 202, 10_000);
  await set(false);
  const seek = () => page.evaluate(() => { document.querySelector('video').currentTime = 2; });
  await until(async () => { await seek(); return statuses.at(-1); }, (status) => status === 403, 20_000);
  const heard = statuses.length;
  await seek();
  await play(page, 4_000);
  await page.goto(`${site.origin}/?experiment=none&key=${key}`);
  await page.waitForFunction(() => window.collector !== undefined);
  await play(page);
  assert.equal(statuses.length, heard, 'a page that heard so sends nothing more, one that asks nothing at all');
  await set(true);
  await page.goto(`${site.origin}/?viewer=switch&key=${key}`);
  await play(page);
  await until(async () => statuses.at(-1), (status) => status === 202, 10_000);
  assert.deepEqual(errors, []);
  await context.close();
});

test('beacons of an outage arrive when the server is back', async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${site.origin}/?viewer=outage`);
  await context.route('**/v1/beacons**', (route) => route.abort('connectionrefused'));
  await play(page, 2_000);
  assert.ok(!(await node.client.query(['attempts'], 'outage')).attempts);
  await context.unroute('**/v1/beacons**');
  await until(() => node.client.query(['attempts', 'plays'], 'outage'), ({ plays }) => plays === 1, 40_000);
  await context.close();
});
