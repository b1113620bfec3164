// The walk from "something is worse" to its cause and to one viewer who had it: an audience with a planted incident, and a
// reader who knows nothing of it. Clicks are counted; six are allowed.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { accessible } from './lib/axe.mjs';
import { launch, openPage } from './lib/chromium.mjs';
import { program, startNode, until } from './lib/node.mjs';
import { startAll } from './lib/start.mjs';

const ZONE = 'Europe/Vienna';
const HOUR_MS = 3_600_000;
/** `auto` wants three same weekdays at least; four stand before yesterday. */
const DAYS = 29;
/** Attempts on yesterday's weekday. The other days are nearly empty: no baseline looks at them. */
const ATTEMPTS = 600;
const OTHER_DAYS = 0.01;
const CLICKS_MAX = 6;
/** Longest the explanation of so few attempts may take here, ms: the machine runs other things, and the build is a debug one. */
const EXPLAINED_WITHIN_MS = 90_000;

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {string} */
let screenshots;

/** When the zone's day before the one of `now` began, ms since 1970; changes of clocks aside. */
function yesterday(now) {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hourCycle: 'h23', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  const [hours, minutes, seconds] = clock.format(now).split(':').map(Number);
  return now - (now % 1000) - (((hours * 60 + minutes) * 60 + seconds) * 1000) - 24 * HOUR_MS;
}

before(async () => {
  screenshots = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'playhead-screenshots-')));
  await mkdir(screenshots, { recursive: true });
  [node, browser] = await startAll(startNode, launch);
  const now = Date.now();
  // Monday first, as the scenario has it.
  const weekday = (new Date(yesterday(now) + 12 * HOUR_MS).getUTCDay() + 6) % 7;
  const scenario = {
    now_ms: now,
    backfill_days: DAYS,
    attempts_per_day: (ATTEMPTS * (1 + 6 * OTHER_DAYS)) / 7,
    weekly_cycle: Array.from({ length: 7 }, (_, day) => (day === weekday ? 1 : OTHER_DAYS)),
    viewers: 2_000,
    incidents: [
      {
        name: 'slow cdn-b',
        when: { cdn: 'cdn-b' },
        start_ms: yesterday(now),
        end_ms: now,
        effect: { throughput_factor: 0.15, latency_ms: 40, error_rate: 0.01, flakiness_factor: 8 },
      },
    ],
  };
  const scenarioPath = join(node.folder, 'scenario.json');
  await writeFile(scenarioPath, JSON.stringify(scenario));
  const child = spawn(program(), ['simulate', 'backfill', '--keys', node.keysPath, '--scenario', scenarioPath, '--truth', join(node.folder, 'truth.json')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, 'the backfill failed');
  // What was acknowledged is in the answers a moment later.
  const attempts = async () => {
    const { body } = await node.client.api('/v1/analytics/query', {
      method: 'POST',
      body: JSON.stringify({ metrics: ['attempts'], start: new Date(yesterday(now)).toISOString(), end: new Date(now).toISOString() }),
    });
    return body.data.result.rows[0]?.values.attempts.value ?? 0;
  };
  await until(attempts, (count) => count > ATTEMPTS / 2, 60_000);
});
after(async () => {
  await browser?.close();
  await node?.stop();
  console.log(`  screenshots in ${screenshots}`);
});

test('from the overview to the cause and to one affected attempt', async () => {
  const { page, context, errors } = await openPage(browser, { viewport: { width: 1400, height: 1000 }, timezoneId: ZONE, locale: 'en-GB' });
  await page.goto(node.client.dashboardUrl());
  let clicks = 0;
  const click = async (selector) => {
    clicks += 1;
    await page.locator(selector).first().click();
  };

  await click('[data-range=yesterday]');
  // A reader sees red, and asks why.
  await page.locator('[data-metric=rebuffer_ratio][data-verdict=worse]').waitFor({ timeout: 30_000 });
  await page.screenshot({ path: join(screenshots, 'walk-1-overview.png'), fullPage: true });
  await accessible(page, 'overview with a change');
  await click('.figures [data-why=rebuffer_ratio]');

  const first = page.locator('[data-cause]').first();
  await first.waitFor({ timeout: EXPLAINED_WITHIN_MS });
  const cause = await first.getAttribute('data-cause');
  assert.ok(cause.split('&').includes('cdn=cdn-b'), `the first cause is on the planted CDN, not ${cause}`);
  assert.match(await first.innerText(), /instead of .*; carries .* of the change/s);
  assert.ok(Number(await page.locator('[data-tested]').getAttribute('data-tested')) > 50, 'many cells were looked at');
  await page.screenshot({ path: join(screenshots, 'walk-2-why.png'), fullPage: true });
  await accessible(page, 'why');

  await click('[data-attempts]');
  await page.locator('[data-filter=cdn]:visible').getByText('cdn-b').waitFor();
  await page.locator('tr[data-attempt]:visible').first().waitFor({ timeout: 30_000 });
  await page.screenshot({ path: join(screenshots, 'walk-3-attempts.png'), fullPage: true });
  await accessible(page, 'attempts');

  await click('tr[data-attempt]:visible a');
  const attempt = page.locator('section[data-attempt]');
  await attempt.waitFor({ timeout: 30_000 });
  await page.screenshot({ path: join(screenshots, 'walk-4-attempt.png'), fullPage: true });
  const found = await node.client.attempt(await attempt.getAttribute('data-attempt'));
  assert.equal(found.dimensions.cdn, 'cdn-b');
  assert.ok(found.totals.stall_ms > 0, 'the worst attempt stalled');
  assert.ok(clicks <= CLICKS_MAX, `${clicks} clicks`);
  console.log(`  ${clicks} clicks`);

  // Back: the explanation stands as it was left, and is not searched for again.
  const asked = [];
  page.on('request', (request) => request.url().endsWith('/explain') && asked.push(request.url()));
  await page.goBack();
  await page.goBack();
  await first.waitFor({ state: 'visible' });
  assert.deepEqual(asked, []);
  // By keyboard: the cause itself narrows the whole dashboard.
  await first.locator('h3 a').focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-panel=headline]:visible').waitFor();
  await page.waitForURL((url) => url.searchParams.getAll('f').includes('cdn~EQ~cdn-b') && !url.searchParams.has('view'));
  assert.deepEqual(errors, []);
  await context.close();
});

test('where nothing moved no cause stands out, and the page says so', async () => {
  const { page, context } = await openPage(browser, { viewport: { width: 420, height: 900 }, colorScheme: 'dark', timezoneId: ZONE });
  await page.goto(`${node.client.url}/?view=why&range=yesterday&metric=attempts&f=cdn~EQ~nowhere&tz=${ZONE}#key=${node.client.keys.apiKey}`);
  await page.getByRole('heading', { name: 'No cause stands out' }).waitFor({ timeout: EXPLAINED_WITHIN_MS });
  await accessible(page, 'no cause');
  await page.screenshot({ path: join(screenshots, 'why-none-dark-narrow.png'), fullPage: true });
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(width <= 1, `the page is ${width} px wider than the window`);
  await context.close();
});

test('what cannot be explained says why, and an explanation that fails names its request', async () => {
  const { page, context } = await openPage(browser, { timezoneId: ZONE });
  await page.goto(`${node.client.url}/?view=why&metric=unique_viewers&tz=${ZONE}#key=${node.client.keys.apiKey}`);
  await page.getByRole('heading', { name: /does not add up/ }).waitFor();
  await page.getByLabel('Compare with').selectOption('none');
  await page.getByRole('heading', { name: 'No comparison is chosen' }).waitFor();
  await page.route('**/v1/analytics/explain', (route) =>
    route.fulfill({
      status: 503,
      json: {
        requestId: '6d84e126-d10c-4e52-bbfb-bd4c92bc8333',
        status: 'ERROR',
        data: { code: 4004, message: 'The database does not answer.', links: [], details: [] },
      },
    }),
  );
  await page.goto(`${node.client.url}/?view=why&metric=rebuffer_ratio&tz=${ZONE}`);
  await page.locator('[data-request-id]').getByText('6d84e126').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await accessible(page, 'why failed');
  await page.screenshot({ path: join(screenshots, 'why-failed.png'), fullPage: true });
  await context.close();
});
