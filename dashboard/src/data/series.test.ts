import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryResult, Row } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { bucketsOf } from './range.ts';
import { axisOf, columnsOf, hasPoints, pointsOf, summaryOf } from './series.ts';

const HOUR = 3_600_000;
const start = Date.parse('2026-11-20T10:00:00Z');
const measure = { name: 'rebuffer_ratio', unit: 'ratio', kind: 'ratio' } as Measure;
const row = (hour: number, value: number | null, over: Partial<Row> = {}): Row => ({
  time: new Date(start + hour * HOUR).toISOString().replace('Z', '+00:00'),
  dimensions: {},
  values: {
    rebuffer_ratio: value === null ? { value: null, reason: 'no play' } : { value, low: value / 2, high: value * 2, attempts: 7 },
  },
  comparisons: {
    auto: { rebuffer_ratio: { reference: 0.01, difference: 0, verdict: 'no_detectable_change', reason: '', referenceDays: [] } },
  },
  partial: false,
  ...over,
});
const result = (rows: Row[]) => ({ rows }) as QueryResult;
const buckets = bucketsOf({ start, end: start + 3.5 * HOUR }, 'hour', 'UTC');

test('a bucket without a row is a gap for a ratio and 0 for a sum', () => {
  const rows = result([row(0, 0.02), row(2, 0.03)]);
  assert.deepEqual(pointsOf(rows, buckets, measure, 'auto').map(({ value }) => value), [0.02, null, 0.03, null]);
  const attempts = { name: 'attempts', unit: 'count', kind: 'sum' } as Measure;
  assert.deepEqual(pointsOf(result([]), buckets, attempts, 'auto').map(({ value }) => value), [0, 0, 0, 0]);
});

test('a value without data keeps its reason', () => {
  assert.equal(pointsOf(result([row(1, null)]), buckets, measure, 'auto')[1]?.source?.reason, 'no play');
});

test('rows in any offset find their bucket, with interval and reference', () => {
  const offset = row(1, 0.02, { time: '2026-11-20T12:00:00.000+01:00' });
  const point = pointsOf(result([offset]), buckets, measure, 'auto')[1]!;
  assert.deepEqual([point.value, point.low, point.high, point.reference, point.attempts], [0.02, 0.01, 0.04, 0.01, 7]);
});

test('a partial bucket is drawn by its own line, which begins at the last whole point', () => {
  const points = pointsOf(result([row(0, 1), row(1, 2), row(2, 3), row(3, 4)]), buckets, measure, 'auto');
  const columns = columnsOf(points);
  assert.deepEqual(columns.whole, [1, 2, 3, null]);
  assert.deepEqual(columns.partial, [null, null, 3, 4]);
});

test('what the server calls partial is partial', () => {
  assert.equal(pointsOf(result([row(1, 2, { partial: true })]), buckets, measure, 'auto')[1]?.partial, true);
});

test('the axis holds every value and begins at 0, unless the values lie far above it', () => {
  const of = (values: number[], kind = 'ratio') =>
    axisOf(
      values.map((value) => ({ value, low: value, high: value, reference: null, attempts: null }) as never),
      { unit: 'ratio', kind },
    );
  assert.equal(of([0.01, 0.05])[0], 0);
  assert.ok(of([0.01, 0.05])[1] > 0.05);
  assert.ok(of([0.93, 0.96])[0] > 0.85 && of([0.93, 0.96])[1] <= 1.001);
  assert.equal(of([930, 960], 'sum')[0], 0);
  assert.deepEqual(of([]), [0, 1]);
  assert.ok(of([0, 0])[1] > 0);
});

test('an uncertain bucket does not flatten a day, a sure one is never cut', () => {
  const of = (low: number, verdict = 'no_detectable_change') =>
    axisOf(
      [0.01, 0.012, 0.17, 0.011, 0.012, 0.01].map((value, i) => ({
        value,
        low: i === 2 ? low : value,
        high: value,
        reference: null,
        attempts: i === 2 ? 6 : 90,
        comparison: { verdict },
      })) as never,
      { unit: 'ratio', kind: 'ratio' },
    )[1];
  assert.ok(of(0.001) < 0.025);
  assert.ok(of(0.12) > 0.17);
  assert.ok(of(0.05) > 0.05 && of(0.05) < 0.17);
  assert.ok(of(0.001, 'worse') > 0.17);
});

test('one huge interval does not flatten the picture', () => {
  const points = [0.01, 0.012, 0.011].map((value) => ({ value, low: 0, high: value, reference: 0.01, attempts: 50 }));
  points[1]!.high = 0.9;
  assert.ok(axisOf(points as never, { unit: 'ratio', kind: 'ratio' })[1] < 0.025);
});

test('the summary names extremes and gaps', () => {
  const summary = summaryOf(pointsOf(result([row(0, 0.02), row(2, 0.05), row(3, 0.01)]), buckets, measure, 'auto'));
  assert.deepEqual([summary.count, summary.gaps, summary.min?.value, summary.max?.value, summary.last?.value], [3, 1, 0.01, 0.05, 0.01]);
});

test('only attempts make a picture', () => {
  assert.equal(hasPoints(pointsOf(result([]), buckets, { name: 'attempts', kind: 'sum' } as Measure, 'auto')), false);
  assert.equal(hasPoints(pointsOf(result([row(0, 0.02)]), buckets, measure, 'auto')), true);
});
