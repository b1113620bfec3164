import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { defaults } from '../route.ts';
import { cohortsOf, cohortsQuestion, runsOf, sharedAxis } from './cohorts.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-19T00:00:00Z');
const range = { start: START, end: START + 3 * HOUR, live: false, refreshMs: null };
const buckets = [0, 1, 2].map((index) => ({ start: START + index * HOUR, end: START + (index + 1) * HOUR, partial: false }));
const measure = { name: 'rebuffer_ratio', kind: 'ratio', unit: 'ratio' } as Measure;
const row = (index: number, cdn: string | null, value: number) => ({
  time: new Date(START + index * HOUR).toISOString(),
  dimensions: { cdn },
  values: { attempts: { value: 10 }, rebuffer_ratio: { value, low: value / 2, high: value * 2 } },
});

test('one line for each value, "not known" too; a bucket without attempts is a gap in its line alone', () => {
  const result = { rows: [row(0, 'a', 0.01), row(2, 'a', 0.02), row(1, null, 0.4)] } as unknown as QueryResult;
  const lines = cohortsOf(result, 'cdn', ['a', null, 'b'], buckets, measure);
  assert.deepEqual(
    lines.map(({ value, attempts, points }) => [value, attempts, points.map((point) => point.value)]),
    [
      ['a', 20, [0.01, null, 0.02]],
      [null, 10, [null, 0.4, null]],
      ['b', 0, [null, null, null]],
    ],
  );
  const [bottom, top] = sharedAxis(lines, [], measure);
  assert.ok(bottom === 0 && top >= 0.2, 'one scale holds the highest line');
});

test('the question is about the page’s attempts, of those values, and compares with nothing', () => {
  const route = { ...defaults('UTC'), by: 'cdn', filters: [{ attribute: 'country', operator: 'EQ' as const, value: 'AT' }] };
  const request = cohortsQuestion(route, range, 'hour', ['a', null]);
  assert.deepEqual([request.dimensions, request.compare, request.interval, request.fill], [['cdn'], [], 'hour', undefined]);
  assert.deepEqual(request.filters?.map(({ attribute, operator }) => [attribute, operator]), [['country', 'EQ'], ['cdn', 'IN']]);
});

test('runs end at gaps', () => {
  const of = (...values: (number | null)[]) => runsOf(values.map((value) => ({ value })));
  assert.deepEqual(of(1, 2, null, 3), [[0, 1], [3, 3]]);
  assert.deepEqual([of(), of(null)], [[], []]);
});
