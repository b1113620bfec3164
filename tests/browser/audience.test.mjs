// The views that need an audience, on a real node with simulated viewers who watch while the test looks: what happens now and its wall
// screen, questions nobody foresaw, what an experiment came to, how the pipeline fares.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { accessible } from './lib/axe.mjs';
import { launch, openPage } from './lib/chromium.mjs';
import { startLine } from './lib/line.mjs';
import { program, startNode, until } from './lib/node.mjs';
import { startAll } from './lib/start.mjs';

/** Longest an answer may take here, ms: the machine runs other things, and the build may be a debug one. */
const WITHIN_MS = 40_000;
/** The simulator's own experiment. */
const EXPERIMENT = 'startup-hints';

/** @type {Awaited<ReturnType<typeof startNode>>} */
let node;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {string} */
let screenshots;
/** @type {import('node:child_process').ChildProcess} */
let audience;
/** The experiment that runs, and one that has not started. */
let running = '';
let draft = '';

const result = async (path, init) => (await node.client.api(path, init)).body.data.result;
const experiment = (body) => result('/v1/analytics/experiments', { method: 'POST', body: JSON.stringify({ arms: [{ name: 'control' }, { name: 'hints' }], ...body }) });
const opened = async (options) => {
  const found = await openPage(browser, options);
  found.page.setDefaultTimeout(WITHIN_MS);
  return found;
};
const address = (query) => `${node.client.url}/?tz=UTC&${query}#key=${node.client.keys.apiKey}`;
const narrow = { colorScheme: 'dark', viewport: { width: 360, height: 800 } };
const fits = async (page) => {
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(width <= 1, `the page is ${width} px wider than the window`);
};
/** What is dimmed while its successor is fetched has other colours. */
const settled = (page) => page.waitForFunction(() => ![...document.querySelectorAll('[data-stale]')].some((element) => element.checkVisibility()), undefined, { timeout: WITHIN_MS });
const shot = (page, name) => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });

before(async () => {
  screenshots = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'playhead-screenshots-')));
  await mkdir(screenshots, { recursive: true });
  [node, browser] = await startAll(startNode, launch);
  running = (await experiment({ name: EXPERIMENT, metrics: ['startup_any_ms_p50', 'good_share'], guardrails: ['start_failure'], state: 'running' })).id;
  draft = (await experiment({ name: 'not-yet' })).id;
  audience = spawn(program(), ['simulate', 'live', '--keys', node.keysPath, '--viewers', '25', '--truth', join(node.folder, 'truth.json')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const now = () => Date.now();
  const attempts = async () => {
    const { rows } = await result('/v1/analytics/query', {
      method: 'POST',
      body: JSON.stringify({ metrics: ['plays'], start: new Date(now() - 3_600_000).toISOString(), end: new Date(now()).toISOString() }),
    });
    return rows[0]?.values.plays.value ?? 0;
  };
  await until(attempts, (count) => count >= 10, 60_000);
});
after(async () => {
  if (audience?.exitCode === null) {
    audience.kill('SIGINT');
    await once(audience, 'exit');
  }
  await browser?.close();
  await node?.stop();
  console.log(`  screenshots in ${screenshots}`);
});

test('what happens now is told every second, by two attributes, and goes on after a break', async () => {
  const { page, context, errors } = await opened({});
  const line = await startLine(node.client.url);
  await page.goto(address('view=live&by=cdn').replace(node.client.url, line.url));
  await page.locator('[data-stream=open]').waitFor();
  await page.waitForFunction(() => Number(document.querySelector('[data-metric=concurrent_viewers]')?.dataset.value) > 0, undefined, { timeout: WITHIN_MS });
  await page.locator('[data-panel=live-parts] tbody tr').first().waitFor();
  await page.locator('select[name=and]').selectOption('player_version');
  await page.locator('[data-panel=live-parts]').getByRole('columnheader', { name: 'Player version' }).waitFor();
  await page.waitForURL((url) => url.searchParams.get('and') === 'player_version');
  await page.locator('[data-panel=live-hour] canvas').waitFor();
  const places = page.locator('[data-panel=live-where] [data-place]');
  await places.first().waitFor();
  // All who watch are somewhere, also where no attempt began just now.
  await page.waitForFunction(
    () => {
      const number = (element) => Number(element?.textContent?.replace(/[^\d.]/g, ''));
      const sum = [...document.querySelectorAll('.places-viewers')].reduce((total, element) => total + number(element), 0);
      return Math.abs(sum - Number(document.querySelector('[data-metric=concurrent_viewers]')?.dataset.value)) < 3;
    },
    undefined,
    { timeout: WITHIN_MS },
  );
  const codes = await places.evaluateAll((all) => all.map(({ dataset }) => dataset.place));
  const known = await result('/v1/analytics/query', { method: 'POST', body: JSON.stringify({ metrics: ['attempts'], dimensions: ['country'], start: new Date(Date.now() - 3_600_000).toISOString(), end: new Date().toISOString() }) });
  const countries = known.rows.map(({ dimensions }) => dimensions.country ?? '');
  assert.deepEqual(codes.filter((code) => !countries.includes(code)), [], 'countries from which somebody watches');
  await accessible(page, 'live');
  await shot(page, 'live');

  // The line breaks: the page says since when, keeps the numbers, and is back by itself.
  line.cut();
  await page.getByText(/No data since \d\d:\d\d:\d\d, trying again/).waitFor({ timeout: WITHIN_MS });
  assert.ok(await page.locator('[data-metric=concurrent_viewers][data-value]').count(), 'the last numbers stay');
  await accessible(page, 'live, broken');
  await shot(page, 'live-broken');
  line.mend();
  await page.locator('[data-stream=open]').waitFor({ timeout: WITHIN_MS });

  // A part narrows everything.
  await page.locator('[data-panel=live-parts] tbody tr .link').first().click();
  await page.locator('[data-filter=cdn]').waitFor();
  await page.locator('[data-stream=open]').waitFor();
  assert.deepEqual(errors, []);
  await context.close();
  await line.stop();
});

test('the wall screen is one screen without controls, left by Escape', async () => {
  for (const [name, options] of /** @type {const} */ ([['wall', { viewport: { width: 1920, height: 1080 } }], ['wall-narrow', narrow]])) {
    const { page, context, errors } = await opened(options);
    await page.goto(address('view=live&by=cdn'));
    await page.getByRole('button', { name: 'Wall screen' }).click();
    const wall = page.locator('[data-panel=wall]');
    await wall.locator('[data-metric=concurrent_viewers]').waitFor();
    await wall.locator('[data-stream=open]').waitFor({ timeout: WITHIN_MS });
    assert.equal(await page.locator('nav').count(), 0, 'nothing to press');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.scheme), 'dark');
    await accessible(page, name);
    await page.screenshot({ path: join(screenshots, `${name}.png`) });
    if (name === 'wall') {
      const { height, number } = await wall.evaluate((element) => ({
        height: element.scrollHeight,
        number: parseFloat(getComputedStyle(element.querySelector('.wall-viewers .wall-number')).fontSize),
      }));
      assert.ok(height <= 1_080, `${height} px high`);
      assert.ok(number >= 200, `the number is ${number} px high`);
    } else await fits(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('nav').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('wall'), null);
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test('a live view that is refused says why, and does not ask for ever', async () => {
  const { page, context } = await opened(narrow);
  let asked = 0;
  await page.route('**/v1/analytics/live?*', (route) => {
    asked += 1;
    return route.fulfill({
      status: 403,
      json: { requestId: '6d84e126-d10c-4e52-bbfb-bd4c92bc8333', status: 'ERROR', data: { code: 2003, message: 'Not an organisation of this key.', links: [], details: [] } },
    });
  });
  await page.goto(address('view=live'));
  await page.locator('[data-request-id]').first().waitFor();
  await page.locator('[data-stream=refused]').waitFor();
  await accessible(page, 'live, refused');
  await fits(page);
  const before = asked;
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.waitForFunction(() => document.querySelector('[data-stream=refused]'));
  assert.ok(before <= 3, `${before} questions for three streams`);
  await context.close();
});

test('a question nobody foresaw: two attributes, the distribution, a cohort; a cell narrows; all of it can be taken away', async () => {
  const { page, context, errors } = await opened({ acceptDownloads: true });
  await page.goto(address('view=explore&range=last_hour&metric=startup_any_ms_p50&by=cdn&and=player_version'));
  const cells = page.locator('[data-panel=breakdown]:visible tbody tr');
  await cells.first().waitFor({ timeout: WITHIN_MS });
  const panel = page.locator('[data-panel=distribution]:visible');
  await panel.locator('.histogram-column').first().waitFor();
  await panel.locator('tr[data-statistic=startup_any_ms_p95]').waitFor();
  // The usual level of an audience that came an hour ago is not known, and is not drawn.
  await panel.locator('[data-distribution-words]').getByText(/^Nothing is drawn of the usual/).waitFor();
  assert.equal(await panel.locator('.histogram-reference').count(), 0);
  await page.locator('[data-panel=series]:visible canvas').waitFor();
  await settled(page);
  await accessible(page, 'explore');
  await shot(page, 'explore');
  await panel.getByRole('button', { name: 'Show as table' }).click();
  await panel.getByRole('columnheader', { name: 'Share', exact: true }).waitFor();

  // The command asks what the panel asked: its answer has the rows of the file.
  const breakdown = page.locator('[data-panel=breakdown]:visible');
  const [file] = await Promise.all([page.waitForEvent('download'), breakdown.getByRole('button', { name: /^Download CSV/ }).click()]);
  assert.match(file.suggestedFilename(), /^playhead-startup_any_ms_p50-by-cdn-and-player_version-.*\.csv$/);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  assert.match(lines[0], /^cdn,player_version,attempts,.*,startup_any_ms_p50,startup_any_ms_p50_low/);
  await breakdown.getByRole('button', { name: /^Ask with curl/ }).click();
  const command = await breakdown.locator('pre').innerText();
  assert.ok(!command.includes(node.client.keys.apiKey), 'the key is not in it');
  const answer = await result('/v1/analytics/query', { method: 'POST', body: /-d '(.*)'$/s.exec(command)[1].replaceAll(`'\\''`, "'") });
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(',').slice(0, 2)).sort(),
    answer.rows.map(({ dimensions }) => [dimensions.cdn ?? '', dimensions.player_version ?? '']).sort(),
  );
  await settled(page);
  await accessible(page, 'explore, taking away');

  // How far they watched is asked when wanted.
  const drop = page.locator('[data-panel=drop-off]:visible');
  await drop.getByRole('button', { name: 'Draw the drop-off' }).click();
  await drop.locator('.drop-off-curve').waitFor({ state: 'attached' });
  const words = await drop.locator('[data-drop-off-words]').innerText();
  assert.match(words, /^(Half of|More than half of|Where half of) [\d,]+ plays/);
  await accessible(page, 'explore with a drop-off');
  await shot(page, 'explore-drop-off');
  await drop.getByRole('button', { name: 'Show as table' }).click();
  assert.equal(await drop.locator('tr[data-position]').count(), 10);
  const [points] = await Promise.all([page.waitForEvent('download'), drop.getByRole('button', { name: /^Download CSV/ }).click()]);
  assert.equal((await readFile(await points.path(), 'utf8')).trim().split('\r\n').length, 101);
  await accessible(page, 'explore with a drop-off as a table');

  // Which renditions were on the screen, too; the API says the same, and shares sum to 1.
  const renditions = page.locator('[data-panel=renditions]:visible');
  await renditions.getByRole('button', { name: 'Show the renditions' }).click();
  await renditions.locator('tr[data-rendition]').first().waitFor();
  const shares = await renditions.locator('tr[data-rendition]').evaluateAll((rows) => rows.map(({ dataset }) => [dataset.rendition, Number(dataset.value)]));
  assert.ok(shares.length >= 3, `${shares}`);
  assert.ok(Math.abs(shares.reduce((sum, [, share]) => sum + share, 0) - 1) < 1e-9, `${shares}`);
  assert.match(await renditions.locator('[data-renditions-words]').innerText(), /of playing time was watched with \d+p/);
  await accessible(page, 'explore with renditions');
  await renditions.scrollIntoViewIfNeeded();
  await shot(page, 'explore-renditions');

  // Against other attempts of the same time.
  await page.getByLabel('Compare with').selectOption('other');
  const form = page.getByRole('form', { name: 'Compare with other attempts' });
  await form.getByLabel('Attribute').selectOption('cdn');
  await form.getByLabel('Value').fill('cdn-a');
  await form.getByRole('button', { name: 'Compare' }).click();
  await page.waitForURL((url) => url.searchParams.get('vs') === 'cdn~EQ~cdn-a');
  await breakdown.locator('[data-tip*="cdn-a"]').first().waitFor();
  await panel.getByRole('columnheader', { name: /^Share, / }).waitFor();
  await panel.getByRole('button', { name: 'Show as chart' }).click();
  await panel.locator('.histogram-reference path').waitFor({ state: 'attached' });
  await panel.locator('[data-distribution-words]').getByText(/^Each side as shares of its own/).waitFor();
  await settled(page);
  await accessible(page, 'a distribution beside another');
  await shot(page, 'explore-beside');
  assert.equal(await page.getByLabel('Compare with').evaluate((select) => select.selectedOptions[0].textContent), 'Attempts: cdn-a');

  // A cell narrows to both of its values, by keyboard.
  await cells.first().locator('.link').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.searchParams.getAll('f').length === 2);
  assert.deepEqual(errors, []);
  await context.close();
});

test('two attributes as a matrix: coloured by the verdict or by what is sure, read by arrow keys, and a cell narrows', async () => {
  const { page, context, errors } = await opened({ viewport: { width: 1440, height: 1000 } });
  await page.goto(address('view=explore&range=last_hour&metric=startup_any_ms_p50&by=cdn&baseline=day_before'));
  const panel = page.locator('[data-panel=matrix]:visible');
  await panel.getByText('Choose what stands in the columns').waitFor();
  await accessible(page, 'explore without a second attribute');
  await panel.locator('select[name=columns]').selectOption('player_version');
  await page.waitForURL((url) => url.searchParams.get('and') === 'player_version');
  const cells = panel.locator('td[data-cell]');
  await cells.first().waitFor({ timeout: WITHIN_MS });
  // Nobody watched a day before: no verdict, so no colour.
  await settled(page);
  assert.equal(await panel.locator('td[data-shade]').count(), 0, 'a colour without a verdict');
  await panel.locator('select[name=tint]').selectOption('level');
  await panel.getByText(/99.9 % interval/).waitFor();
  await settled(page);
  // What is shaded is what an answer of that confidence says of it, and of the whole.
  const shaded = await panel.locator('td[data-shade]').evaluateAll((all) => all.map(({ dataset }) => dataset.cell));
  const asked = await cells.count();
  assert.ok(shaded.length < asked, `${shaded.length} of ${asked} cells of so few viewers are shaded`);
  await accessible(page, 'explore with a matrix');
  await shot(page, 'explore-matrix');

  // One stop of the tab key, then arrows, then Enter.
  assert.equal(await panel.locator('td[data-cell] button[tabindex="0"]').count(), 1);
  await panel.locator('td[data-cell] button[tabindex="0"]').focus();
  await page.keyboard.press('ArrowDown');
  const chosen = await page.evaluate(() => document.activeElement?.closest('td')?.dataset.cell);
  assert.notEqual(chosen, await cells.first().getAttribute('data-cell'));
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.searchParams.getAll('f').length === 2);
  const [cdn, player] = chosen.split(' · ');
  assert.deepEqual(new URL(page.url()).searchParams.getAll('f'), [`cdn~EQ${cdn && `~${cdn}`}`, `player_version~EQ${player && `~${player}`}`]);
  assert.deepEqual(errors, []);
  await context.close();
});

test('cohorts side by side are what the API says of each, as lines and as a table', async () => {
  const { page, context, errors } = await opened({});
  await page.goto(address('view=explore&range=last_hour&metric=startup_any_ms_p50&by=cdn'));
  const panel = page.locator('[data-panel=cohorts]:visible');
  await panel.locator('[data-cohort]').first().waitFor({ timeout: WITHIN_MS });
  const leading = await result('/v1/analytics/query', {
    method: 'POST',
    body: JSON.stringify({ metrics: ['attempts'], dimensions: ['cdn'], orderBy: [{ name: 'attempts', order: 'DESC' }], limit: 6, start: new Date(Date.now() - 3_600_000).toISOString(), end: new Date().toISOString() }),
  });
  assert.deepEqual((await panel.locator('[data-cohort]').evaluateAll((all) => all.map(({ dataset }) => dataset.cohort))).sort(), leading.rows.map(({ dimensions }) => dimensions.cdn ?? '').sort());
  await settled(page);
  await accessible(page, 'explore with cohorts');
  await panel.getByRole('button', { name: 'Show as table' }).click();
  await panel.getByRole('columnheader', { name: 'cdn-a' }).waitFor();
  await panel.getByRole('button', { name: 'Show as chart' }).click();
  await panel.locator('[data-cohort="cdn-a"] .link').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.searchParams.get('f') === 'cdn~EQ~cdn-a');
  assert.deepEqual(errors, []);
  await context.close();
});

test('explore on a phone, with nothing, and failing', async () => {
  const { page, context } = await opened(narrow);
  await page.goto(address('view=explore&range=last_hour&metric=startup_any_ms_p50&by=cdn&and=player_version'));
  await page.locator('[data-panel=breakdown]:visible tbody tr').first().waitFor({ timeout: WITHIN_MS });
  await settled(page);
  await accessible(page, 'explore, dark and narrow');
  await fits(page);
  await shot(page, 'explore-dark-narrow');
  await page.goto(address('view=explore&range=last_hour&metric=startup_any_ms_p50&f=cdn~EQ~nowhere'));
  await page.getByText('no attempt in this range has this value').waitFor();
  await settled(page);
  await accessible(page, 'explore, empty');
  await page.route('**/v1/analytics/query', (route) =>
    route.fulfill({ status: 503, json: { requestId: '6d84e126-d10c-4e52-bbfb-bd4c92bc8333', status: 'ERROR', data: { code: 4004, message: 'The database does not answer.', links: [], details: [] } } }),
  );
  await page.goto(address('view=explore&range=last_hour&metric=startup_any_ms_p50'));
  await page.locator('[data-request-id]:visible').first().waitFor();
  await accessible(page, 'explore, failing');
  await fits(page);
  await context.close();
});

test('an experiment tells who saw what, what the arms did, and how sure that is', async () => {
  const { page, context, errors } = await opened({});
  await page.goto(address('view=experiments'));
  await page.locator(`[data-experiment="${running}"]`).getByRole('link', { name: /^Results/ }).click();
  await page.waitForURL((url) => url.searchParams.get('experiment') === running);
  await page.locator('[data-panel=exposure] tr[data-arm=hints]').waitFor({ timeout: WITHIN_MS });
  await page.locator('[data-assignment]').waitFor();
  const shown = await page.locator('[data-effect]').evaluateAll((rows) => rows.map(({ dataset }) => [dataset.effect, dataset.verdict, 'guardrail' in dataset]));
  const told = await result(`/v1/analytics/experiments/${running}/results`);
  const { metrics } = told.comparisons[0];
  assert.deepEqual(shown.map(([name]) => name), ['startup_any_ms_p50', 'good_share', 'start_failure']);
  assert.deepEqual(shown.map(([name, , guardrail]) => [name, guardrail]), Object.keys(metrics).sort((a, b) => shown.findIndex(([name]) => name === a) - shown.findIndex(([name]) => name === b)).map((name) => [name, metrics[name].guardrail]));
  // A chart is made when it comes near the window.
  await page.locator('[data-panel=arm-series] figure').scrollIntoViewIfNeeded({ timeout: WITHIN_MS });
  await page.locator('[data-panel=arm-series] canvas').waitFor({ timeout: WITHIN_MS });
  await page.getByRole('slider').focus();
  await page.keyboard.press('Home');
  await accessible(page, 'results');
  await shot(page, 'results');
  await page.getByLabel('Metric over time').selectOption('good_share');
  await page.getByRole('heading', { name: /^Good/ }).first().waitFor();

  // What earlier looks would have said: asked when wanted, one after the other.
  const readings = page.locator('[data-panel=readings]');
  let [under, most] = [0, 0];
  const moments = [];
  const reading = (request) => request.url().includes('/results?until=');
  page.on('request', (request) => {
    if (!reading(request)) return;
    moments.push(new URL(request.url()).searchParams.get('until'));
    most = Math.max(most, (under += 1));
  });
  for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => (under -= Number(reading(request))));
  assert.deepEqual(moments, [], 'nobody asked for it yet');
  await readings.getByRole('button', { name: /^Read as of/ }).click();
  await readings.locator('[data-readings="8"]').getByText('8 readings.').waitFor({ timeout: WITHIN_MS });
  assert.deepEqual([moments.length, most], [7, 1], 'one after the other, and the last was there');
  assert.deepEqual(moments, [...new Set(moments)].sort());
  await readings.locator('canvas').waitFor();
  await readings.locator('[data-summary]').getByText(/ at \d readings?\. .*Verdict since /).waitFor({ state: 'attached' });
  await readings.getByRole('slider').press('End');
  assert.match(await readings.getByRole('slider').getAttribute('aria-valuetext'), /difference [+−]?[\d.]+/);
  await accessible(page, 'results, effects over time');
  await shot(page, 'results-readings');
  await readings.getByRole('button', { name: 'Show as table' }).click();
  const rows = readings.locator('tr[data-reading]');
  await rows.nth(7).waitFor();
  assert.deepEqual(await rows.evaluateAll((all) => all.slice(0, 7).map(({ dataset }) => dataset.reading)), moments);
  assert.equal(moments.length, 7, 'another form, no other question');
  await accessible(page, 'results, effects over time as a table');

  // Who leaves meanwhile calls off what is under way, and the rest is never asked.
  await page.getByRole('button', { name: 'Look again' }).click();
  const button = readings.getByRole('button', { name: /^Read as of/ });
  await button.waitFor({ timeout: WITHIN_MS });
  await page.route('**/results?until=*', () => {});
  const [held] = await Promise.all([page.waitForRequest(reading), button.click()]);
  const [called] = await Promise.all([page.waitForEvent('requestfailed', reading), page.goBack()]);
  assert.equal(called, held);
  await page.locator('[data-panel=experiments]').waitFor();
  assert.equal(moments.length, 8);
  assert.deepEqual(errors, []);
  await context.close();
});

test('ladders are typed in the form and compared by what was watched of them', async () => {
  const { page, context, errors } = await opened({});
  await page.goto(address('view=experiments'));
  const card = page.locator(`[data-experiment="${running}"]`);
  await card.getByRole('button', { name: /^Change/ }).click();
  const field = card.locator('textarea[name=experiment-ladders]');
  // What the simulator's clips and sport are encoded in; its films are left out, so part of the time is on no rung.
  const rungs = (vmaf) => [[1080, 4_300_000], [720, 2_200_000], [540, 1_300_000], [360, 520_000], [1080, 7_800_000], [720, 3_900_000]].map(([height, bps], index) => `${height}; ${bps}; ${vmaf - 6 * index}; ${bps * 100}`);
  const typed = ['control; encode; 5400', ...rungs(96).map((rung) => `control; ${rung}`), ...rungs(97).map((rung) => `hints; ${rung}`)];
  await field.fill([...typed, 'hinst; 360; 1'].join('\n'));
  await card.getByRole('alert').getByText('No arm is called hinst.').waitFor();
  await field.fill([...typed, 'hints; 2160; 14000000; 101'].join('\n'));
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText(/101 is not between 0 and 100/).waitFor();
  await accessible(page, 'ladders refused');
  await field.fill([...typed, 'hints; 2160; 14000000; 99; 1400000000'].join('\n'));
  await card.getByRole('button', { name: 'Save' }).click();
  await field.waitFor({ state: 'detached' });

  await card.getByRole('link', { name: /^Results/ }).click();
  const panel = page.locator('[data-panel=ladders]');
  await panel.locator('[data-rung]').first().waitFor({ timeout: WITHIN_MS });
  assert.deepEqual(await panel.locator('[data-effect]').evaluateAll((rows) => rows.map(({ dataset }) => dataset.effect)), ['vmaf', 'delivered_bps']);
  const { ladder } = await result(`/v1/analytics/experiments/${running}/results`);
  assert.ok(ladder.arms.every(({ vmaf }) => vmaf.value > 60 && vmaf.value < 97), JSON.stringify(ladder.arms.map(({ vmaf }) => vmaf)));
  assert.ok(ladder.arms.some(({ rungs }) => rungs.some(({ playMs }) => playMs > 0)));
  await panel.getByText(/encoded in 1\.5.h of processor time/).waitFor();
  await panel.getByText(/of it in rungs that nobody watched/).first().waitFor();
  await accessible(page, 'ladders');
  await shot(page, 'results-ladders');
  assert.deepEqual(errors.filter((error) => !/status of 400/.test(error)), []);
  await context.close();
  const phone = await opened(narrow);
  await phone.page.goto(address(`view=experiments&experiment=${running}`));
  await phone.page.locator('[data-panel=ladders] [data-rung]').first().waitFor({ timeout: WITHIN_MS });
  await accessible(phone.page, 'ladders, dark and narrow');
  await fits(phone.page);
  await shot(phone.page, 'results-ladders-dark-narrow');
  await phone.context.close();
});

test('results on a phone, before there are any, and failing', async () => {
  const { page, context } = await opened(narrow);
  await page.goto(address(`view=experiments&experiment=${running}`));
  // A chart is made when it comes near the window.
  await page.locator('[data-panel=arm-series] figure').scrollIntoViewIfNeeded({ timeout: WITHIN_MS });
  await page.locator('[data-panel=arm-series] canvas').waitFor({ timeout: WITHIN_MS });
  const readings = page.locator('[data-panel=readings]');
  let failures = 1;
  await page.route('**/results?until=*', (route) => (failures-- > 0 ? route.abort() : route.fallback()));
  await readings.getByRole('button', { name: /^Read as of/ }).click();
  await readings.getByText('The server could not be reached.').waitFor();
  await readings.getByRole('button', { name: 'Try again' }).click();
  await readings.locator('[data-readings="8"]').getByText('8 readings.').waitFor({ timeout: WITHIN_MS });
  await accessible(page, 'results, dark and narrow');
  await fits(page);
  await shot(page, 'results-dark-narrow');
  await page.goto(address(`view=experiments&experiment=${draft}`));
  await page.getByRole('heading', { name: 'This experiment has not started' }).waitFor();
  await accessible(page, 'results, not started');
  await page.goto(address('view=experiments&experiment=6d84e126-d10c-4e52-bbfb-bd4c92bc8333'));
  await page.locator('[data-error-code]').waitFor();
  await page.locator('[data-request-id]').waitFor();
  await accessible(page, 'results, failing');
  await fits(page);
  await context.close();
});

test('the pipeline is told by its exits, which add up; a server that keeps its counters says so', async () => {
  const { page, context, errors } = await opened({});
  await page.goto(address('view=settings'));
  await page.locator('[data-exit=stored]').waitFor();
  await page.locator('[data-ready=yes]').waitFor();
  // The counters are read in one go, so they add up in every reading, but for what moves between two of them.
  const off = () =>
    page.locator('[data-exit]').evaluateAll((rows) => {
      const of = (test) => rows.filter(({ dataset }) => test(dataset.exit)).reduce((sum, { dataset }) => sum + Number(dataset.value), 0);
      return of((exit) => exit === 'received') - of((exit) => ['stored', 'duplicate', 'in-flight'].includes(exit) || exit.startsWith('rejected'));
    });
  await until(off, (difference) => difference === 0, 20_000);
  await accessible(page, 'pipeline');
  await shot(page, 'pipeline');
  await context.close();
  const kept = await opened(narrow);
  await kept.page.route((url) => url.pathname === '/metrics', (route) => route.fulfill({ status: 404, contentType: 'text/html', body: '<h1>404</h1>' }));
  await kept.page.goto(address('view=settings'));
  await kept.page.getByText('keeps its counters').waitFor();
  await accessible(kept.page, 'pipeline, kept from the world');
  await fits(kept.page);
  await shot(kept.page, 'pipeline-kept-narrow');
  await kept.context.close();
  assert.deepEqual(errors, []);
});
