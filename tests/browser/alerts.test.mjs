// Alerts and exports in Settings, on a real node with a day of simulated viewers: a rule from its making over a message and an incident that
// begins to its end; files that are written, downloaded and removed; what a key with less than write is told.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { accessible } from './lib/axe.mjs';
import { launch, openPage } from './lib/chromium.mjs';
import { program, startNode, until } from './lib/node.mjs';
import { startReceiver } from './lib/receiver.mjs';
import { startAll } from './lib/start.mjs';

/** Longest an answer may take here, ms: the machine runs other things, and the build may be a debug one. */
const WITHIN_MS = 40_000;
/** A rule looks once a minute at most. */
const FIRES_WITHIN_MS = 100_000;

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {string} */
let screenshots;
/** @type {Awaited<ReturnType<typeof startReceiver>>} */
let receiver;
/** A receiver that there is not, so every message is tried again. */
const HOOK = 'https://playhead-alerts.invalid/hook';

const result = async (path, init) => (await node.client.api(path, init)).body.data?.result;
const settings = (key = node.client.keys.apiKey) => `${node.client.url}/?view=settings&tz=UTC&range=7d#key=${key}`;
const opened = async (options) => {
  const found = await openPage(browser, options);
  found.page.setDefaultTimeout(WITHIN_MS);
  return found;
};
const narrow = { colorScheme: 'dark', viewport: { width: 360, height: 800 } };
const fits = async (page) => {
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(width <= 1, `the page is ${width} px wider than the window`);
};
const shot = (page, name) => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
const readerKey = async () => (await result('/v1/account/api-keys', { method: 'POST', body: JSON.stringify({ name: 'reader', scope: 'read' }) })).secret;
const failing = { status: 503, json: { requestId: '6d84e126-d10c-4e52-bbfb-bd4c92bc8333', status: 'ERROR', data: { code: 4004, message: 'The database does not answer.', links: [], details: [] } } };

before(async () => {
  screenshots = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'playhead-screenshots-')));
  await mkdir(screenshots, { recursive: true });
  [node, browser, receiver] = await startAll(startNode, launch, startReceiver);
  const past = spawn(program(), ['simulate', 'backfill', '--keys', node.keysPath, '--days', '1', '--attempts-per-day', '700', '--truth', join(node.folder, 'truth.json')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(past, 'exit');
  assert.equal(code, 0, 'the backfill failed');
  const plays = async () => {
    const now = Date.now();
    const body = JSON.stringify({ metrics: ['plays'], start: new Date(now - 48 * 3_600_000).toISOString(), end: new Date(now).toISOString() });
    return (await result('/v1/analytics/query', { method: 'POST', body })).rows[0]?.values.plays.value ?? 0;
  };
  await until(plays, (count) => count >= 100, 60_000);
});
after(async () => {
  await browser?.close();
  await node?.stop();
  await receiver?.stop();
  console.log(`  screenshots in ${screenshots}`);
});

test('an alert is made, tells its webhook, fires, is looked into, paused, changed and deleted', async () => {
  const { page, context, errors } = await opened({});
  await page.goto(settings());
  const panel = page.locator('[data-panel=alerts]');
  await panel.getByText('No alert yet').waitFor();
  await accessible(page, 'no alert');
  await shot(page, 'alerts-empty');

  await panel.getByRole('button', { name: 'New alert' }).click();
  const form = page.getByRole('form', { name: 'New alert' });
  await form.getByLabel('Name').fill('Good by CDN');
  await form.getByLabel('Metric').selectOption('good_share');
  await form.getByLabel('Fires when it is').selectOption('above');
  await form.getByLabel('Number, %').fill('1');
  await form.getByLabel('Each value of this').selectOption('cdn');
  await form.getByRole('button', { name: 'Add a condition' }).click();
  await form.getByRole('group', { name: 'Condition 1' }).getByLabel('Attribute').selectOption('cdn');
  await form.getByLabel('Condition', { exact: true }).selectOption('NE');
  await form.getByLabel('Webhook').fill('ftp://nowhere');
  await form.getByText('How often, how long, how sure').click();
  await form.getByLabel('Looks every').fill('1');
  await form.getByLabel('at the last').fill('2880');
  await form.getByLabel('Attempts at least').fill('3');
  await form.getByLabel('Bad looks in a row').fill('0');
  await accessible(page, 'a new alert');
  await shot(page, 'alerts-form');
  await form.getByRole('button', { name: 'Create' }).click();
  // Every fault with its field, and the form stays as it was filled in.
  await form.getByRole('alert').getByText('webhook.url').waitFor();
  await form.getByRole('alert').getByText('for', { exact: true }).waitFor();
  await form.locator('[data-request-id]').waitFor();
  await form.getByLabel('Webhook').fill(HOOK);
  await form.getByLabel('Bad looks in a row').fill('1');
  await form.getByRole('button', { name: 'Create' }).click();

  const secret = await panel.locator('[data-secret]').innerText();
  assert.match(secret, /^whsec_/);
  receiver.expect(secret);
  await accessible(page, 'an alert with its key');
  await panel.getByRole('button', { name: 'I have it' }).click();
  const card = panel.locator('[data-alert]');
  await card.getByText('the whole 99\u202f% interval lies above 1.00\u202f%').waitFor();
  const stored = async () => (await result('/v1/analytics/alerts')).alerts;
  const [rule] = await stored();
  assert.deepEqual(
    [rule.name, rule.metric, rule.dimension, rule.condition, rule.filters, rule.everyMinutes, rule.minimumAttempts, rule.webhook.url, rule.timezone],
    ['Good by CDN', 'good_share', 'cdn', { above: 0.01 }, [{ attribute: 'cdn', operator: 'NE', value: null }], 1, 3, HOOK, 'UTC'],
  );

  // The message to try it is written, tried, and will be tried again, with what came of it.
  await card.getByRole('button', { name: /^Send a test/ }).click();
  await card.getByText(/; tried again at /).waitFor();
  const [message] = (await result(`/v1/analytics/alerts/${rule.id}/deliveries`)).deliveries;
  assert.equal(message.body.type, 'alert.test');
  const row = card.locator(`tr[data-delivery="${message.id}"][data-arrived=no]`);
  assert.ok((await row.innerText()).includes(message.outcome), message.outcome);
  await card.getByText('a message to try it').waitFor();
  await accessible(page, 'messages of an alert');

  // Its receiver moves to one that there is. A message to try it arrives there, with a signature made of the key that was shown.
  await card.getByRole('button', { name: /^Change/ }).click();
  await card.getByLabel('Webhook').fill(receiver.url);
  await card.getByRole('button', { name: 'Save' }).click();
  await until(stored, ([{ webhook }]) => webhook.url === receiver.url, WITHIN_MS);
  await card.getByRole('button', { name: /^Send a test/ }).click();
  await card.locator('tr[data-delivery][data-arrived=yes]').getByText('a message to try it').first().waitFor();
  assert.ok(receiver.received.some(({ body }) => body.type === 'alert.test'));

  // More than a hundredth is good: it fires at its first look.
  await until(async () => (await stored())[0].series, (series) => series.some(({ state }) => state === 'firing'), FIRES_WITHIN_MS);
  await page.locator('[data-alert][data-state=firing]').waitFor();
  await card.getByRole('button', { name: /^History/ }).click();
  const begun = card.locator('tr[data-told=firing]').first();
  await begun.waitFor();
  await begun.locator('svg.whisker').waitFor();
  const [evaluation] = (await result(`/v1/analytics/alerts/${rule.id}/history`)).evaluations.filter(({ series }) => series.some(({ told }) => told === 'firing'));
  assert.ok(await card.locator(`tr[data-look="${evaluation.at}"][data-told=firing]`).count(), 'the look that the API tells');
  await accessible(page, 'history of an alert');
  await shot(page, 'alerts-firing');
  await card.getByRole('button', { name: 'Every look' }).click();
  await card.locator('tr[data-judgement=bad]').first().waitFor();
  await card.getByRole('button', { name: /^Messages/ }).click();
  // Whom it told: the receiver has what the message says, and the page that it arrived.
  const told = card.locator('tr[data-delivery][data-arrived=yes]').filter({ hasText: /\d+ began/ }).first();
  await told.getByText(/^arrived at /).waitFor();
  const id = await told.getAttribute('data-delivery');
  const [arrived] = receiver.received.filter((each) => each.id === id);
  assert.deepEqual([arrived.body.type, arrived.body.events.every(({ kind }) => kind === 'firing')], ['alert', true]);
  const fired = evaluation.series.filter((series) => series.told === 'firing').map(({ value }) => value);
  assert.deepEqual(arrived.body.events.map(({ dimensions }) => dimensions.cdn).sort(), fired.sort());
  await accessible(page, 'an alert that was told');
  await shot(page, 'alerts-delivered');

  // A key that may only read sees all of it, and is told why it cannot change it.
  const reader = await opened(narrow);
  await reader.page.goto(settings(await readerKey()));
  await reader.page.locator('[data-lesser]').getByText(/scope write/).waitFor();
  for (const name of [/^Pause/, /^Change/, /^Delete/, 'New alert', 'New export']) assert.equal(await reader.page.getByRole('button', { name }).count(), 0, `${name}`);
  await reader.page.getByRole('button', { name: /^History/ }).click();
  await reader.page.locator('tr[data-told=firing]').first().waitFor();
  await accessible(reader.page, 'alerts, dark and narrow');
  await fits(reader.page);
  await shot(reader.page, 'alerts-dark-narrow');
  await reader.context.close();

  await card.getByRole('button', { name: /^Pause/ }).click();
  await page.locator('[data-alert][data-state=paused]').waitFor();
  assert.equal((await stored())[0].enabled, false);
  await card.getByRole('button', { name: /^Resume/ }).click();
  await page.locator('[data-alert][data-enabled=true]').waitFor();
  await card.getByRole('button', { name: /^Change/ }).click();
  await card.getByLabel('Fires when it is').selectOption('worse');
  await card.getByLabel('What').selectOption('last_week');
  await card.getByLabel('Webhook').fill('');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText('the verdict against “last week” is worse').waitFor();
  const [changed] = await stored();
  assert.deepEqual([changed.condition, changed.webhook, changed.filters], [{ worse: 'last_week' }, null, rule.filters]);
  assert.equal(await card.getByRole('button', { name: /^Send a test/ }).count(), 0, 'nobody to send it to');

  await card.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await panel.getByText('No alert yet').waitFor();
  assert.deepEqual(await stored(), []);
  assert.deepEqual(errors, []);
  await context.close();
});

test('attempts are exported, downloaded and removed', async () => {
  const { page, context, errors } = await opened({ acceptDownloads: true });
  await page.goto(settings());
  const panel = page.locator('[data-panel=exports]');
  await panel.getByText('No export yet').waitFor();
  await panel.getByRole('button', { name: 'New export' }).click();
  const form = page.getByRole('form', { name: 'New export' });
  const until_ = await form.getByLabel('until').inputValue();
  await form.getByLabel('until').fill('2020-01-01T00:00');
  await form.getByText('The end must come after the beginning.').waitFor();
  assert.ok(await form.getByRole('button', { name: 'Write the file' }).isDisabled());
  await form.getByLabel('until').fill(until_);
  await form.locator('select[name=export-format]').selectOption('csv');
  await form.getByRole('button', { name: 'Add a condition' }).click();
  await form.getByLabel('Attribute').selectOption('cdn');
  await form.getByLabel('Value').fill('cdn-a');
  await accessible(page, 'a new export');
  await form.getByRole('button', { name: 'Write the file' }).click();
  const row = panel.locator('[data-export]');
  await panel.locator('[data-export][data-state=done]').waitFor();
  const [told] = (await result('/v1/analytics/exports')).exports;
  assert.deepEqual(told.request.filters, [{ attribute: 'cdn', operator: 'EQ', value: 'cdn-a' }]);
  const [file] = await Promise.all([page.waitForEvent('download'), row.getByRole('button', { name: /^Download/ }).click()]);
  assert.match(file.suggestedFilename(), /^playhead-attempts-.*\.csv$/);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  assert.ok(told.rows > 0, 'somebody watched');
  assert.equal(lines.length - 1, told.rows);
  assert.ok(lines.slice(1).every((line) => line.includes('"cdn-a"') && !line.includes('"cdn-b"')), 'only what was asked for');
  await accessible(page, 'an export');
  await shot(page, 'exports');

  // A file that is gone meanwhile is told with its request.
  await page.route('**/exports/*/download', (route) => route.fulfill({ ...failing, status: 404 }));
  await row.getByRole('button', { name: /^Download/ }).click();
  await row.locator('[data-request-id]').waitFor();
  await row.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await panel.getByText('No export yet').waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('every row of an answer is exported from where a part of it is shown', async () => {
  const { page, context } = await opened({ ...narrow, acceptDownloads: true });
  await page.goto(`${node.client.url}/?tz=UTC&view=explore&range=7d&metric=startup_any_ms_p50&by=cdn#key=${node.client.keys.apiKey}`);
  await page.locator('[data-panel=breakdown]:visible').getByRole('button', { name: /^Export every row/ }).click();
  await page.locator('[data-panel=breakdown]:visible').getByRole('link', { name: 'Exports' }).click();
  const row = page.locator('[data-export][data-state=done]');
  await row.getByRole('rowheader', { name: 'attempts, startup_any_ms_p50 by cdn' }).waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), row.getByRole('button', { name: /^Download attempts/ }).click()]);
  assert.match(await readFile(await file.path(), 'utf8'), /^cdn,partial,completeness,attempts,/);
  await accessible(page, 'exports, dark and narrow');
  await fits(page);
  await shot(page, 'exports-dark-narrow');

  const reader = await opened(narrow);
  await reader.page.goto(settings(await readerKey()));
  await reader.page.locator('[data-export]').waitFor();
  await reader.page.getByRole('button', { name: /^Download attempts/ }).waitFor();
  for (const name of [/^Remove/, 'New export']) assert.equal(await reader.page.getByRole('button', { name }).count(), 0, `${name}`);
  await fits(reader.page);
  await reader.context.close();
  await context.close();
});

test('alerts and exports that cannot be asked say so, with their requests', async () => {
  const { page, context } = await opened(narrow);
  for (const path of ['**/v1/analytics/alerts', '**/v1/analytics/exports']) await page.route(path, (route) => route.fulfill(failing));
  await page.goto(settings());
  for (const name of ['alerts', 'exports']) {
    const panel = page.locator(`[data-panel=${name}]`);
    await panel.locator('[data-request-id]').waitFor();
    await panel.getByRole('button', { name: 'Try again' }).waitFor();
  }
  await accessible(page, 'alerts and exports, failing');
  await fits(page);
  await shot(page, 'alerts-failing');
  await context.close();
});
