// The page of settings as an operator uses it, on a real node: a license key from its making to its end, an API key whose secret
// is seen once, organisations and the switch between them, and what a key with less than admin is told.

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

const settings = (key = node.client.keys.apiKey) => `${node.client.url}/?view=settings&tz=UTC#key=${key}`;
const result = async (path, init) => (await node.client.api(path, init)).body.data.result;

test('a license key is made, put on a page, switched off and on, and revoked', async () => {
  const { page, context, errors } = await openPage(browser);
  await page.goto(settings());
  await page.getByRole('button', { name: 'New license key' }).click();
  const form = page.getByRole('form', { name: 'New license key' });
  await form.getByLabel('Name').fill('shop');
  // What the server refuses is said with the field it is about, and the form stays as it was filled in.
  await form.getByLabel(/Domains/).fill('https://shop.example/');
  await form.getByRole('button', { name: 'Create' }).click();
  await form.getByRole('alert').getByText('allowedDomains[0]').waitFor();
  await form.locator('[data-request-id]').waitFor();
  await form.getByLabel(/Domains/).fill('shop.example\n*.shop.example');
  await form.getByLabel(/Beacons/).fill('50');
  await form.getByLabel(/Sample/).fill('12.5');
  await form.getByRole('button', { name: 'Create' }).click();

  const card = page.locator('[data-license]').filter({ hasText: 'shop.example, *.shop.example' });
  await card.waitFor();
  const licenseKey = await card.getAttribute('data-license');
  const stored = async () => (await result('/v1/account/licenses')).licenses.find((license) => license.licenseKey === licenseKey);
  await card.getByText('12.5 % of attaches').waitFor();
  assert.deepEqual(await stored(), {
    licenseKey,
    name: 'shop',
    allowedDomains: ['shop.example', '*.shop.example'],
    rateLimitPerS: 50,
    collectorEnabled: true,
    sample: 0.125,
  });

  await card.getByRole('button', { name: /^Snippet/ }).click();
  for (const [player, adapter] of [['hls.js', 'hlsjs(hls, Hls)'], ['dash.js', 'dashjs(player)'], ['Shaka Player', 'shaka(player'], ['Video.js', 'videojs(player'], ['Script tag', 'playhead.attach']]) {
    await card.getByRole('button', { name: player, exact: true }).click();
    const code = await card.locator('pre').innerText();
    assert.ok(code.includes(licenseKey) && code.includes(adapter) && code.includes(node.client.url), `${player}: ${code}`);
  }
  await accessible(page, 'settings with a snippet');
  await page.screenshot({ path: join(screenshots, 'settings-snippet.png'), fullPage: true });

  // Off needs a second word; Escape takes it back.
  await card.getByRole('button', { name: /Switch measuring off/ }).click();
  await page.getByRole('dialog').waitFor();
  await accessible(page, 'confirmation');
  await page.screenshot({ path: join(screenshots, 'settings-confirm.png') });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await stored()).collectorEnabled, true);
  await card.getByRole('button', { name: /Switch measuring off/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch measuring off' }).click();
  await page.locator(`[data-license="${licenseKey}"][data-enabled=false]`).waitFor();
  assert.equal((await stored()).collectorEnabled, false);
  await card.getByRole('button', { name: /Switch measuring on/ }).click();
  await page.locator(`[data-license="${licenseKey}"][data-enabled=true]`).waitFor();
  assert.equal((await stored()).collectorEnabled, true);

  await card.getByRole('button', { name: /^Change/ }).click();
  await card.getByLabel(/Beacons/).fill('');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText('the server’s default').waitFor();
  assert.equal((await stored()).rateLimitPerS, null);

  await card.getByRole('button', { name: /^Revoke/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke for ever' }).click();
  await card.waitFor({ state: 'detached' });
  assert.equal(await stored(), undefined);
  assert.deepEqual(errors, []);
  await context.close();
});

test('the secret of a new API key is seen once, and opens the dashboard with what its scope allows', async () => {
  const { page, context } = await openPage(browser, { colorScheme: 'dark', viewport: { width: 420, height: 900 } });
  await page.goto(settings());
  const form = page.getByRole('form', { name: 'New API key' });
  await form.getByLabel('Name').fill('reports');
  await form.getByRole('button', { name: 'Create API key' }).click();
  const secret = await page.locator('[data-secret]').innerText();
  await accessible(page, 'settings with a secret, dark and narrow');
  await page.screenshot({ path: join(screenshots, 'settings-dark-narrow.png'), fullPage: true });
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(width <= 1, `the page is ${width} px wider than the window`);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.reload();
  await page.locator('[data-api-key]').filter({ hasText: 'reports' }).waitFor();
  assert.ok(!(await page.content()).includes(secret), 'the secret is shown again');

  // With that key: what it may see stands, what it may not do is said, and nothing offers it.
  const reader = await openPage(browser);
  await reader.page.goto(settings(secret));
  await reader.page.locator('[data-lesser]').getByText('scope admin').waitFor();
  await reader.page.locator('[data-license]').first().waitFor();
  assert.equal(await reader.page.getByRole('button', { name: /New license key|Revoke|Change|Create/ }).count(), 0);
  await accessible(reader.page, 'settings without the scope');
  await reader.page.screenshot({ path: join(screenshots, 'settings-read.png'), fullPage: true });
  await reader.context.close();

  const row = page.locator('[data-api-key]').filter({ hasText: 'reports' });
  await row.getByRole('button', { name: /Revoke/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke for ever' }).click();
  await row.waitFor({ state: 'detached' });
  const { status } = await node.client.api('/v1/analytics/metrics', { headers: { 'X-Api-Key': secret } });
  assert.equal(status, 401);
  await context.close();
});

test('what is compared with by default is kept in this browser, and an address that says otherwise wins', async () => {
  const { page, context, errors } = await openPage(browser);
  const compared = [];
  page.on('request', (request) => request.url().endsWith('/v1/analytics/query') && compared.push(JSON.parse(request.postData()).compare));
  const at = async (query) => {
    compared.length = 0;
    await page.goto(`${node.client.url}/?tz=UTC${query}#key=${node.client.keys.apiKey}`);
    const picker = page.locator('select[name=baseline]:visible');
    await picker.waitFor();
    await page.locator('[data-panel=empty]').waitFor();
    assert.deepEqual(compared[0], [await picker.inputValue()]);
    return picker.inputValue();
  };
  assert.equal(await at(''), 'auto');
  await page.goto(settings());
  const panel = page.locator('[data-panel=preferences]');
  await panel.getByLabel('Compare with').selectOption({ label: 'Same weekday last week' });
  await page.waitForURL((url) => url.searchParams.get('baseline') === 'same_weekday_last_week');
  await accessible(page, 'settings with preferences');
  assert.equal(await at(''), 'same_weekday_last_week');
  assert.equal(await at('&baseline=day_before'), 'day_before');
  assert.equal(await at('&baseline=auto'), 'auto');
  // Whatever the page leads to says it, so that it shows another reader the same.
  await page.locator('[data-view=settings]').click();
  await panel.getByLabel('Compare with').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('baseline'), 'auto');
  assert.equal(await panel.getByLabel('Compare with').inputValue(), 'same_weekday_last_week');
  assert.deepEqual(errors, []);
  await context.close();
});

test('an organisation is made and switched to; the address says which, and one that is not seen is told', async () => {
  const { page, context, errors } = await openPage(browser);
  await page.goto(settings());
  const form = page.getByRole('form', { name: 'New organisation' });
  await form.getByLabel(/New organisation/).fill('Sports');
  await form.getByRole('button', { name: 'Create organisation' }).click();
  const link = page.getByRole('link', { name: 'Sports' });
  await link.waitFor();
  await link.click();
  await page.getByRole('heading', { name: 'Settings: Sports' }).waitFor();
  const organization = new URL(page.url()).searchParams.get('org');
  await page.getByText('No license key yet').waitFor();
  await page.screenshot({ path: join(screenshots, 'settings-empty.png'), fullPage: true });
  await accessible(page, 'settings of an empty organisation');
  // What a platform had in all: the sum of its organisations' own answers.
  await page.getByRole('button', { name: 'Add them up' }).click();
  await page.locator('[data-platform=all]').waitFor();
  const had = async (row) => Number((await page.locator(`[data-platform="${row}"] td`).first().innerText()).replace(/\D/g, ''));
  assert.equal(await had(organization), 0);
  assert.equal(await had('all'), await had(node.client.keys.organizationId));
  await accessible(page, 'settings with all organisations together');
  // Whether it takes part in the industry is its own word.
  const taking = async () => (await result('/v1/account/organizations')).organizations.filter(({ industry }) => industry).map(({ id }) => id);
  assert.deepEqual(await taking(), []);
  await page.getByRole('button', { name: 'Take part' }).click();
  await page.getByRole('button', { name: 'Take no part' }).waitFor();
  await page.locator(`[data-organization="${organization}"]`).getByText('takes part').waitFor();
  assert.deepEqual(await taking(), [organization]);
  await page.getByRole('button', { name: 'Take no part' }).click();
  await page.getByRole('button', { name: 'Take part' }).waitFor();
  assert.deepEqual(await taking(), []);
  // Every question of every view is about it.
  const asked = [];
  page.on('request', (request) => request.url().includes('/v1/analytics/') && asked.push(request.headers()['x-tenant-org-id']));
  await page.locator('[data-view=overview]').click();
  await page.locator('[data-panel=empty]').waitFor();
  assert.ok(asked.length > 0 && asked.every((id) => id === organization), JSON.stringify(asked));
  await page.getByLabel('Organisation').selectOption({ index: 0 });
  await page.waitForURL((url) => !url.searchParams.has('org'));

  await page.goto(`${node.client.url}/?org=01a2155c-63e2-7418-b718-ccf464a769f4&tz=UTC`);
  await page.getByRole('button', { name: /own organisation/ }).click();
  await page.waitForURL((url) => !url.searchParams.has('org'));
  assert.deepEqual(errors, []);
  await context.close();
});
