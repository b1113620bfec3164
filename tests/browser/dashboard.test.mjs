// The dashboard as a reader walks it: sign in, headline, chart, breakdown, attempts, one attempt; by keyboard where it can
// be, with axe on every view, in light and dark, wide and narrow. Screenshots go to SCREENSHOTS or a temporary folder.

import assert from 'node:assert/strict';
import { mkdtemp, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { accessible } from './lib/axe.mjs';
import { launch, openPage } from './lib/chromium.mjs';
import { startNode, until } from './lib/node.mjs';
import { startAll } from './lib/start.mjs';

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {string} */
let screenshots;
/** An attempt with a stall, from the player page. */
let attemptId = '';

before(async () => {
  screenshots = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'playhead-screenshots-')));
  await mkdir(screenshots, { recursive: true });
  [node, browser] = await startAll(startNode, launch);
  const { page, context } = await openPage(browser);
  await page.goto(node.client.playerUrl('walker'));
  await page.click('#play');
  await page.waitForFunction(() => window.player.truth.read()?.startup_ms != null);
  await page.evaluate(() => window.player.stallFor(1_000));
  attemptId = await page.evaluate(() => [...window.player.sent.keys()].at(-1));
  await until(() => node.client.attempt(attemptId), (found) => (found?.totals?.stall_count ?? 0) >= 1, 15_000);
  await context.close();
});
after(async () => {
  await browser?.close();
  await node?.stop();
  console.log(`  screenshots in ${screenshots}`);
});

const shown = (page, text) => page.getByText(text).first().waitFor({ timeout: 15_000 });

test('without a key the dashboard asks for one, and takes it', async () => {
  const { page, context, errors } = await openPage(browser);
  await page.goto(node.client.url);
  const field = page.getByLabel(/api key/i).first();
  await field.waitFor();
  await accessible(page, 'sign-in');
  await page.screenshot({ path: join(screenshots, 'sign-in.png') });
  await field.fill(node.client.keys.apiKey);
  await page.keyboard.press('Enter');
  await shown(page, /attempts/i);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a wrong key is told in words', async () => {
  const { page, context } = await openPage(browser);
  await page.goto(node.client.url);
  await page.getByLabel(/api key/i).first().fill('pa_nobody');
  await page.keyboard.press('Enter');
  await shown(page, /not known|unknown/i);
  await context.close();
});

test('a key in the address is taken out of it at once', async () => {
  const { page, context } = await openPage(browser);
  await page.goto(node.client.dashboardUrl());
  await shown(page, /attempts/i);
  assert.ok(!page.url().includes(node.client.keys.apiKey), 'the key stayed in the address');
  await context.close();
});

for (const [name, options] of /** @type {const} */ ([
  ['light-wide', { colorScheme: 'light', viewport: { width: 1400, height: 1000 } }],
  ['dark-narrow', { colorScheme: 'dark', viewport: { width: 420, height: 900 } }],
])) {
  test(`the overview and one attempt are readable, ${name}`, async () => {
    const { page, context, errors } = await openPage(browser, options);
    await page.goto(node.client.dashboardUrl());
    await shown(page, /attempts/i);
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(screenshots, `overview-${name}.png`), fullPage: true });
    await accessible(page, `overview ${name}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(width <= 1, `the page is ${width} px wider than the window`);

    await page.goto(`${node.client.url}/?attempt=${attemptId}`);
    await shown(page, /stall/i);
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(screenshots, `attempt-${name}.png`), fullPage: true });
    await accessible(page, `attempt ${name}`);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test('how many watched is asked when the rest is there; where that fails it says so, and nothing else is held up', async () => {
  const { page, context } = await openPage(browser);
  let asked = 0;
  await page.route('**/v1/analytics/query', (route) => {
    if (!route.request().postData()?.includes('unique_viewers')) return route.continue();
    asked += 1;
    return asked === 1 ? route.abort() : route.continue();
  });
  await page.goto(node.client.dashboardUrl());
  const again = page.getByRole('button', { name: /^Try again.*Unique viewers/ });
  await again.waitFor();
  assert.ok(Number(await page.locator('button[data-metric=attempts]').getAttribute('data-value')) > 0);
  await accessible(page, 'overview without viewers');
  await again.click();
  await page.locator('button[data-metric=unique_viewers][data-value]').waitFor();
  // How each number went stands beside it.
  await page.locator('button[data-metric=concurrent_viewers] .sparkline').waitFor();
  await page.locator('button[data-metric=rebuffer_ratio] .sparkline').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await context.close();
});

test('the industry is a baseline where a metric has one, and what cannot be compared with it says why beside its numbers', async () => {
  const { page, context, errors } = await openPage(browser);
  const organization = node.client.keys.organizationId;
  const takePart = (industry) => node.client.api(`/v1/account/organizations/${organization}`, { method: 'PATCH', body: JSON.stringify({ industry }) });
  const told = (panel) => page.locator(`${panel} [data-uncompared]`);
  const picker = page.locator('select[name=baseline]');
  const choose = async () => {
    await page.goto(`${node.client.url}/?tz=UTC&baseline=auto#key=${node.client.keys.apiKey}`);
    await page.locator('[data-panel=breakdown] tbody tr').first().waitFor();
    await picker.selectOption({ label: 'The industry' });
  };
  // Who takes no part is told so; every number stands.
  await choose();
  await told('.notes').getByText('takes no part').waitFor();
  await told('[data-panel=series]').getByText('takes no part').waitFor();
  await told('[data-panel=breakdown]').waitFor();
  assert.ok(Number(await page.locator('button[data-metric=attempts]').getAttribute('data-value')) > 0);
  assert.equal(await page.getByRole('alert').count(), 0);
  await accessible(page, 'overview that is not compared');
  await page.screenshot({ path: join(screenshots, 'industry-refused.png'), fullPage: true });

  // Of a part of it: too few others for a verdict; and a breakdown that is too fine.
  assert.equal((await takePart(true)).status, 200);
  try {
    await choose();
    const good = page.locator('button[data-metric=good_share][data-verdict=refused]');
    await good.waitFor();
    assert.match(await page.locator('#figure-good_share').innerText(), /Too few organisations take part/);
    assert.match(await page.locator('#figure-attempts').innerText(), /Only ratios and quantiles/);
    assert.equal(await told('.notes').count(), 0);
    await told('[data-panel=breakdown]').getByText('compares by').waitFor();
    await page.locator('select[name=by]').selectOption('country');
    await told('[data-panel=breakdown]').waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('alert').count(), 0);
    assert.equal(await page.locator('[data-why]').count(), 0);
    await page.locator('[data-view=why]').click();
    await page.locator('[data-panel=why-nothing]').getByText('from the industry').waitFor();
  } finally {
    assert.equal((await takePart(false)).status, 200);
  }
  // A count has none.
  await page.goto(`${node.client.url}/?tz=UTC&baseline=auto&metric=attempts#key=${node.client.keys.apiKey}`);
  await page.locator('[data-panel=breakdown] tbody tr').first().waitFor();
  assert.equal(await picker.locator('option[value=industry]').count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test('the attempts of the list lead to their timelines', async () => {
  const { page, context } = await openPage(browser, { viewport: { width: 1280, height: 720 } });
  await page.goto(node.client.dashboardUrl());
  // A panel is asked for when it is near the window: the chart's, and none that stands below it.
  await page.locator('[data-panel=annotations]').waitFor();
  assert.equal(await page.locator('[data-panel=attempts]').count(), 0);
  await page.getByRole('heading', { name: 'Single attempts' }).scrollIntoViewIfNeeded();
  await page.locator(`a[href*="${attemptId}"]`).first().click();
  await page.waitForURL((url) => url.href.includes(attemptId));
  await shown(page, /stall/i);
  // It can be taken away whole.
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download JSON' }).click()]);
  assert.equal(download.suggestedFilename(), `attempt-${attemptId}.json`);
  assert.equal(JSON.parse(await readFile(await download.path(), 'utf8')).attemptId, attemptId);
  // How the player adapted, as the API tells it.
  const { adaptation } = (await node.client.api(`/v1/analytics/impressions/${attemptId}`)).body.data.result;
  const panel = page.locator('[data-panel=adaptation]');
  await panel.locator('tr[data-rendition]').first().waitFor();
  assert.equal(await panel.locator('tr[data-rendition]').count(), adaptation.renditions.length);
  assert.equal(await panel.locator('.throughput-point').count(), adaptation.throughput.length);
  assert.ok(adaptation.throughput.length > 0);
  await panel.getByRole('button', { name: 'Show as table' }).click();
  await panel.getByRole('region', { name: 'Throughput of each request' }).waitFor();
  await context.close();
});

test('what happened is noted beside the chart, drawn in it, and read with it', async () => {
  const { page, context, errors } = await openPage(browser);
  await page.goto(node.client.dashboardUrl());
  await page.getByRole('button', { name: 'Note what happened' }).click();
  const form = page.getByRole('form', { name: 'Note what happened' });
  await form.getByLabel('What').selectOption('incident');
  await form.getByLabel('Title').fill('a CDN is slow');
  await accessible(page, 'noting what happened');
  await form.getByRole('button', { name: 'Note it' }).click();
  const made = page.locator('[data-annotation]').filter({ hasText: 'Incident: a CDN is slow since' });
  const id = await made.getAttribute('data-annotation');
  const row = page.locator(`[data-annotation="${id}"]`);
  // Who does not see the canvas hears of it where the arrow keys stand.
  const chart = page.getByRole('slider');
  await chart.focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.querySelector('[role=slider]')?.getAttribute('aria-valuetext')?.includes('Incident: a CDN is slow'));
  await page.screenshot({ path: join(screenshots, 'annotations.png'), fullPage: true });

  await row.getByRole('button', { name: /It is over/ }).click();
  await row.getByRole('button', { name: /It is over/ }).waitFor({ state: 'detached' });
  const { body } = await node.client.api(`/v1/analytics/annotations/${id}`);
  assert.ok(Date.parse(body.data.result.end) >= Date.parse(body.data.result.start), 'the incident has an end');

  // A key that may only read sees it, and is not offered what it cannot do.
  const { body: key } = await node.client.api('/v1/account/api-keys', { method: 'POST', body: JSON.stringify({ name: 'reader', scope: 'read' }) });
  const reader = await openPage(browser);
  await reader.page.goto(`${node.client.url}/#key=${key.data.result.secret}`);
  await reader.page.locator(`[data-annotation="${id}"]`).waitFor();
  for (const name of [/Remove/, 'Note what happened']) assert.equal(await reader.page.getByRole('button', { name }).count(), 0, `${name}`);
  await reader.context.close();

  // What the server refuses is said where it was asked for: a key that may do less than it could, say.
  await page.route(`**/v1/analytics/annotations/${id}`, (route) => route.continue({ headers: { ...route.request().headers(), 'x-api-key': key.data.result.secret } }));
  await row.getByRole('button', { name: /Remove/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alert').getByText(/scope write/).waitFor();
  await page.keyboard.press('Escape');
  await page.unroute(`**/v1/analytics/annotations/${id}`);

  await row.getByRole('button', { name: /Remove/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await node.client.api(`/v1/analytics/annotations/${id}`)).status, 404);
  assert.deepEqual(errors, []);
  await context.close();
});

test('the player page is readable too', async () => {
  const { page, context } = await openPage(browser, { colorScheme: 'dark' });
  await page.goto(node.client.playerUrl('axe'));
  await page.waitForFunction(() => window.player !== undefined);
  await accessible(page, 'player');
  await page.screenshot({ path: join(screenshots, 'player.png') });
  await context.close();
});
