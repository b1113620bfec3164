// Where another collector is better than ours, the page says why.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { REASONS } from './compared/reasons.mjs';
import { COMPARED, NO_REASON, compared } from './lib/table.mjs';

/** A collector with the same in every column but those that are given. @param {string} collector @param {Partial<import('./lib/table.mjs').Compared>} [other] */
const row = (collector, other = {}) => ({ collector, brotli: 100, eval_cpu_ms: { median: 2, least: 1 }, cpu_us_per_event: { median: 2, least: 1 }, requests_10_min: 10, bytes_10_min: 1_000, stall: { said: { stall_ms: 2_000, startup_ms: 200 }, truth: { stall_ms: 2_000, startup_ms: 200 } }, ...other });
const bytes = 'bytes in 10 min';

test('who is better in a column without a written reason is named, and the page says that none is known', () => {
  const { unexplained, page } = compared([row('playhead'), row('other', { bytes_10_min: 999 })], {});
  assert.deepEqual(unexplained, [`other, ${bytes}`]);
  assert.ok(page('1').includes(`- ${bytes}, other: ${NO_REASON}.`));
});

test('a reason is written beside its column, and none where ours is as good', () => {
  const reasons = { other: { [bytes]: 'it says less', 'brotli, B': 'it does less' } };
  const { unexplained, page } = compared([row('playhead'), row('other', { bytes_10_min: 999 })], reasons);
  assert.deepEqual(unexplained, []);
  assert.ok(page('1').includes(`- ${bytes}, other: it says less.`));
  assert.ok(!page('1').includes('it does less'));
});

test('what a collector does not tell makes it no better', () => {
  const { unexplained } = compared([row('playhead', { stall: { said: { stall_ms: 2_010, startup_ms: 200 }, truth: { stall_ms: 2_000, startup_ms: 200 } } }), row('other', { stall: { said: null, truth: { stall_ms: 2_000, startup_ms: 200 } } })], {});
  assert.deepEqual(unexplained, []);
});

test('errors are told apart by more than the record knows, and by no less', () => {
  const said = (/** @type {number} */ stall_ms) => ({ stall: { said: { stall_ms, startup_ms: 200 }, truth: { stall_ms: 2_000, startup_ms: 200 } } });
  assert.deepEqual(compared([row('playhead', said(2_010)), row('other', said(2_003))], {}).unexplained, []);
  assert.deepEqual(compared([row('playhead', said(2_010)), row('other', said(2_001))], {}).unexplained, ['other, error of a forced stall, ms']);
});

test('each reason is of a column that there is', () => {
  const columns = COMPARED.map(([name]) => name);
  for (const [collector, reasons] of Object.entries(REASONS)) for (const column of Object.keys(reasons)) assert.ok(columns.includes(column), `${collector}: ${column}`);
});

test('the page as it is written knows every reason', async () => {
  const page = await readFile(new URL('../../docs/compared.md', import.meta.url), 'utf8');
  assert.ok(page.includes('## Where ours is not the best'));
  assert.ok(!page.includes(NO_REASON));
});
