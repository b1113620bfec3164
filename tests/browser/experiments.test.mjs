// The page of experiments on a real node: one is made, refused where it is wrong, started, changed where it still may be, stopped
// and deleted; a key of scope read is told what it may not do.

import assert from 'node:assert/strict';
import { mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { accessible } from './lib/axe.mjs';
import { launch, openPage } from './lib/chromium.mjs';
import { startNode } from './lib/node.mjs';
import { startAll } from './lib/start.mjs';

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {string} */
let screenshots;

before(async () => {
  screenshots = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'playhead-screenshots-')));
  await mkdir(screenshots, { recursive: true });
  [node, browser] = await startAll(startNode, launch);
});
after(async () => {
  await browser?.close();
  await node?.stop();
  console.log(`  screenshots in ${screenshots}`);
});

const address = (key = node.client.keys.apiKey) => `${node.client.url}/?view=experiments&tz=UTC#key=${key}`;
const stored = async () => (await node.client.api('/v1/analytics/experiments')).body.data.result.experiments;

test('an experiment is made, started, changed, stopped and deleted', async () => {
  const { page, context, errors } = await openPage(browser);
  await page.goto(address());
  await page.getByText('No experiment yet').waitFor();
  await accessible(page, 'no experiment');
  await page.screenshot({ path: join(screenshots, 'experiments-empty.png'), fullPage: true });
  await page.getByRole('button', { name: 'New experiment' }).click();
  const form = page.getByRole('form', { name: 'New experiment' });
  await form.getByLabel('Name').fill('abr-2026');
  await form.getByLabel(/Arms/).fill('control: 3\nbuffer-first: 1');
  await form.getByLabel(/Takes part/).fill('50');
  await form.getByLabel(/that decide/).fill('rebufer_ratio');
  await form.getByRole('button', { name: 'Create as a draft' }).click();
  // The server knows the nearest right name.
  await form.getByRole('alert').getByText(/did you mean 'rebuffer_ratio'/).waitFor();
  await form.getByLabel(/that decide/).fill('rebuffer_ratio');
  await form.getByLabel(/not get worse/).fill('start_failure');
  await accessible(page, 'a new experiment');
  await form.getByRole('button', { name: 'Create as a draft' }).click();

  const card = page.locator('[data-experiment]');
  await card.getByText('control 75 %').waitFor();
  const [made] = await stored();
  assert.deepEqual(
    [made.name, made.arms, made.traffic, made.metrics, made.guardrails, made.state],
    ['abr-2026', [{ name: 'control', weight: 3, ladder: null }, { name: 'buffer-first', weight: 1, ladder: null }], 0.5, ['rebuffer_ratio'], ['start_failure'], 'draft'],
  );

  await card.getByRole('button', { name: /^Start/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.locator('[data-experiment][data-state=running]').waitFor();
  await card.getByRole('button', { name: /^Change/ }).click();
  assert.equal(await card.getByLabel(/Arms/).count(), 0, 'arms are fixed once it has started');
  await card.getByLabel(/Takes part/).fill('80');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText('80 % of viewers').waitFor();
  assert.equal((await stored())[0].traffic, 0.8);
  await accessible(page, 'a running experiment');
  await page.screenshot({ path: join(screenshots, 'experiments-running.png'), fullPage: true });

  const reader = await openPage(browser, { colorScheme: 'dark', viewport: { width: 360, height: 800 } });
  const { body: key } = await node.client.api('/v1/account/api-keys', { method: 'POST', body: JSON.stringify({ name: 'reader', scope: 'read' }) });
  await reader.page.goto(address(key.data.result.secret));
  await reader.page.locator('[data-experiment][data-state=running]').waitFor();
  for (const name of [/^Stop/, /^Change/, /^Delete/, 'New experiment']) assert.equal(await reader.page.getByRole('button', { name }).count(), 0, `${name}`);
  await accessible(reader.page, 'experiments, dark and narrow');
  await reader.page.screenshot({ path: join(screenshots, 'experiments-dark-narrow.png'), fullPage: true });
  const width = await reader.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(width <= 1, `the page is ${width} px wider than the window`);
  await reader.context.close();

  await card.getByRole('button', { name: /^Stop/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await page.locator('[data-experiment][data-state=stopped]').waitFor();
  await card.getByRole('link', { name: /Its attempts, by arm/ }).click();
  await page.waitForURL((url) => url.searchParams.get('f') === 'experiment_name~EQ~abr-2026' && url.searchParams.get('by') === 'experiment_variant');
  await page.goBack();
  await card.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await card.waitFor({ state: 'detached' });
  assert.deepEqual(await stored(), []);
  assert.deepEqual(errors, []);
  await context.close();
});
