import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bin } from '../api-types.ts';
import { besideOf, binsOf, distributionOf, distributionSentence } from './distribution.ts';

/** Bins 2 % wide from `from` on, as the server has them. */
const bins = (from: number, counts: number[]): Bin[] => counts.map((count, index) => ({ from: from * 1.02 ** index, to: from * 1.02 ** (index + 1), count }));

test('no value is lost, whatever the number of bins', () => {
  for (const length of [1, 7, 59, 60, 61, 400]) {
    const given = bins(120, Array.from({ length }, (_, index) => (index % 7) + 1));
    const count = given.reduce((sum, bin) => sum + bin.count, 0);
    const { columns } = distributionOf({ bins: given, count });
    assert.equal(columns.reduce((sum, column) => sum + column.count, 0), count);
    assert.ok(columns.length <= 60 && columns.every(({ left, right }) => left >= 0 && right <= 1 && right > left));
  }
});

test('an even distribution looks even: each column holds as many bins as the next', () => {
  for (const length of [59, 100, 229, 300]) {
    const { columns } = distributionOf({ bins: bins(120, Array.from({ length }, () => 5)), count: 5 * length });
    assert.equal(new Set(columns.slice(0, -1).map(({ count }) => count)).size, 1);
  }
});

test('columns stand where their values do, and so do marks', () => {
  const { columns, place } = distributionOf({ bins: [...bins(100, [5]), ...bins(10_000, [7])], count: 12 });
  assert.deepEqual(columns.map(({ count }) => count), [5, 7]);
  assert.equal(columns[0]!.left, 0);
  assert.ok(Math.abs(place(1_000)! - 0.5) < 0.01);
  assert.deepEqual([place(10), place(1e9)], [null, null]);
});

test('a value of 0 has a place', () => {
  const { columns, place } = distributionOf({ bins: [{ from: 0, to: 1, count: 3 }, ...bins(50, [1])], count: 4 });
  assert.equal(columns[0]!.count, 3);
  assert.equal(place(0), 0);
});

test('ticks are round, inside and few', () => {
  const ticks = (from: number, length: number) => distributionOf({ bins: bins(from, Array.from({ length }, () => 1)), count: length }).ticks;
  assert.deepEqual(ticks(90, 120).map(({ value }) => value), [100, 200, 500]);
  assert.ok(ticks(1, 690).length <= 10);
});

test('a baseline is on the same axis, as shares, and nothing of either is lost', () => {
  const own = { bins: bins(100, [2, 0, 6]), count: 8 };
  const reference = { bins: [...bins(50, [40]), ...bins(100, [120])], count: 160 };
  assert.deepEqual(besideOf(own, reference).map(({ count, reference: theirs }) => [count, theirs]), [[0, 40], [2, 120], [0, 0], [6, 0]]);
  assert.deepEqual(besideOf(own, null).map(({ reference: theirs }) => theirs), [null, null, null]);
  const { columns, referenceCount } = distributionOf(own, reference);
  assert.equal(referenceCount, 160);
  const sum = (of: 'share' | 'referenceShare') => columns.reduce((total, column) => total + column[of], 0);
  assert.deepEqual([sum('share'), sum('referenceShare')], [1, 1]);
  assert.deepEqual([columns[0]!.left, columns[0]!.count, columns[0]!.referenceShare], [0, 0, 0.25]);
  assert.ok(columns.every(({ left }, index) => index === 0 || left > columns[index - 1]!.left), 'in order');
});

test('it is said in a sentence, and nothing is said as nothing', () => {
  const plain = (written: string) => written.replace(/[\u202f\u00a0]/g, ' ');
  const one = distributionOf({ bins: [{ from: 1_000, to: 2_000, count: 3 }, { from: 2_000, to: 4_000, count: 1 }], count: 4 });
  assert.equal(plain(distributionSentence(one, 'Startup', 'ms', 'en-US')), 'Startup: 4 values from 1.00 s to 4.00 s, most of them, 75 %, between 1.00 s and 2.00 s.');
  assert.equal(distributionSentence(distributionOf({ bins: [], count: 0 }), 'Startup', 'ms', 'en-US'), 'Startup: no values.');
  const beside = distributionOf({ bins: [], count: 0 }, { bins: [{ from: 1_000, to: 2_000, count: 3 }], count: 3 });
  assert.equal(plain(distributionSentence(beside, 'Startup', 'ms', 'en-US', 'last week')), 'Startup: no values. Against last week: 3 values from 1.00 s to 2.00 s, most of them, 100 %, between 1.00 s and 2.00 s.');
});

test('bins are told from a number and from nothing', () => {
  assert.equal(binsOf({ value: 7 }), null);
  assert.equal(binsOf({ value: null, reason: 'no play' }), null);
  assert.equal(binsOf(undefined), null);
  assert.deepEqual(binsOf({ value: { bins: bins(1, [2]), count: 2 } })?.count, 2);
});
