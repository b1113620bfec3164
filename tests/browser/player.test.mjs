// A playback in a real browser becomes a number: startup, stalls, seeks and failures against the page's own truth.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openPage } from './lib/chromium.mjs';
import { startNode, until } from './lib/node.mjs';
import { VISIBLE_WITHIN_MS, playAndCompare, violations } from './lib/play.mjs';
import { startAll } from './lib/start.mjs';

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  [node, browser] = await startAll(startNode, launch);
});
after(async () => {
  await browser?.close();
  await node?.stop();
});

const startPlaying = async (viewer) => {
  const opened = await openPage(browser);
  await opened.page.goto(node.client.playerUrl(viewer));
  await opened.page.click('#play');
  await opened.page.waitForFunction(() => window.player.truth.read()?.startup_ms != null);
  return { ...opened, id: await opened.page.waitForFunction(() => [...window.player.sent.keys()].at(-1)).then((id) => id.jsonValue()) };
};

test('startup and a forced stall of 3 s are what the page itself saw, in the query API within 5 s', async () => {
  const { page, context, errors } = await openPage(browser);
  const seen = await playAndCompare(page, node.client, 'stall');
  console.log('  measured', JSON.stringify({ page: seen.page, server: seen.server, visibleMs: seen.visibleMs, followedMs: seen.followedMs }));
  assert.deepEqual(violations(seen), []);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a seek is a seek and no stall', async () => {
  const { page, context, id } = await startPlaying('seek');
  await page.evaluate(() => window.player.seek(12));
  await page.waitForFunction(() => window.player.truth.read().seeks_ms.length === 1);
  const truth = await page.evaluate(() => window.player.truth.read());
  const { answer } = await until(() => node.client.attempt(id), (found) => (found?.totals?.seek_count ?? 0) >= 1, 15_000);
  assert.equal(answer.totals.seek_count, 1);
  assert.equal(answer.totals.stall_count ?? 0, truth.stalls.length);
  assert.ok(Math.abs(answer.totals.seek_ms - truth.seeks_ms[0]) <= 100, `seek ${answer.totals.seek_ms} ms, the page saw ${truth.seeks_ms[0]} ms`);
  await context.close();
});

test('a broken stream is one playback failure with its class', async () => {
  const { page, context, id } = await startPlaying('failure');
  await page.click('#break-stream');
  const { answer } = await until(() => node.client.attempt(id), (found) => found?.totals?.failure != null, 40_000);
  assert.equal(answer.totals.failure.class, 'segment');
  assert.equal(answer.totals.end_reason, 'fatal');
  const counted = await node.client.query(['attempts', 'playback_failure'], 'failure');
  assert.deepEqual(counted, { attempts: 1, playback_failure: 1 });
  await context.close();
});

test('a manifest that is not there is a start failure', async () => {
  const { page, context } = await openPage(browser);
  await page.goto(node.client.playerUrl('manifest'));
  await page.click('#break-manifest');
  const { answer } = await until(
    () => node.client.query(['attempts', 'plays', 'start_failure'], 'manifest'),
    ({ start_failure }) => start_failure === 1,
    30_000,
  );
  assert.deepEqual(answer, { attempts: 1, plays: 0, start_failure: 1 });
  await context.close();
});

test('a closed tab is an attempt that quit, with its playing time to the end', async () => {
  const { page, context, id } = await startPlaying('leave');
  await page.waitForFunction(() => window.player.truth.read().play_ms > 2_000);
  const truth = await page.evaluate(() => window.player.truth.read());
  await page.goto('about:blank');
  const { answer } = await until(() => node.client.attempt(id), (found) => found?.totals?.end_reason != null || found?.state === 'q', VISIBLE_WITHIN_MS * 2);
  assert.ok(answer.totals.play_ms >= truth.play_ms - 100, `play_ms ${answer.totals.play_ms} is less than the ${truth.play_ms} the page saw before it left`);
  assert.ok(answer.totals.play_ms <= truth.play_ms + 3_000);
  await context.close();
});

test('the address without a slash keeps its license key', async () => {
  const response = await fetch(`${node.client.url}/player?key=${node.client.keys.licenseKey}`);
  assert.equal(response.status, 200);
  assert.match(response.url, /key=/);
});
