import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { breakdownOf, domainOf } from './breakdown.ts';

const measure = { name: 'rebuffer_ratio' } as Measure;
const row = (browser: string | null, attempts: number, value: number | null) => ({
  dimensions: { browser },
  values: { attempts: { value: attempts }, rebuffer_ratio: { value, low: value, high: value } },
  comparisons: { auto: { rebuffer_ratio: { reference: 0.01, difference: 0, verdict: 'better' } } },
});

test('rows keep the server’s order, with their weight against the largest', () => {
  const { rows } = breakdownOf(
    { rows: [row('Chrome', 200, 0.02), row(null, 50, 0.03), row('Safari', 0, null)] } as unknown as QueryResult,
    ['browser'],
    measure,
    'auto',
  );
  assert.deepEqual(
    rows.map(({ cell, weight, value }) => [cell.map((each) => each.value).join(), weight, value?.value]),
    [
      ['Chrome', 1, 0.02],
      ['', 0.25, 0.03],
      ['Safari', 0, null],
    ],
  );
  assert.equal(rows[0]?.comparison?.verdict, 'better');
});

test('a row of two dimensions is the cell of both, in their order', () => {
  const both = { ...row('Chrome', 10, 0.02), dimensions: { browser: 'Chrome', cdn: null } };
  const { rows } = breakdownOf({ rows: [both] } as unknown as QueryResult, ['cdn', 'browser'], measure, 'auto');
  assert.deepEqual(rows[0]?.cell, [{ attribute: 'cdn', value: null }, { attribute: 'browser', value: 'Chrome' }]);
});

test('the scale holds every value and reference', () => {
  const [low, high] = domainOf([
    { value: { value: 0.02, low: 0.015, high: 0.03 }, comparison: { reference: 0.01 } },
    { value: { value: 0.05, low: 0, high: 1 }, comparison: null },
  ]);
  assert.ok(low <= 0.01 && high >= 0.05 && high < 0.2);
  assert.deepEqual(domainOf([]), [0, 1]);
});
