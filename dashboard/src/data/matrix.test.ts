import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryResult } from '../api-types.ts';
import type { Measure } from '../catalogue.ts';
import { defaults } from '../route.ts';
import { CELL_CONFIDENCE, entry, leadingOf, leadingQuestion, matrixOf, matrixQuestion, neighbour, sureDistance, type Cell, type Matrix } from './matrix.ts';

const range = { start: Date.parse('2026-11-19T00:00:00Z'), end: Date.parse('2026-11-20T00:00:00Z'), live: false, refreshMs: null };
const route = { ...defaults('UTC'), by: 'cdn', and: 'browser', filters: [{ attribute: 'country', operator: 'EQ' as const, value: 'AT' }] };
const measure = { name: 'rebuffer_ratio', better: 'lower' } as Measure;

const row = (cdn: string | null, browser: string | null, [low, value, high]: [number, number, number], verdict = 'no_detectable_change') => ({
  dimensions: { cdn, browser },
  values: { attempts: { value: 100 }, rebuffer_ratio: { value, low, high } },
  comparisons: { auto: { rebuffer_ratio: { reference: 0.01, difference: 0.01, low: 0.001, high: 0.02, verdict } } },
});
const answer = (...rows: unknown[]) => ({ rows, nextCursor: null }) as unknown as QueryResult;
const whole = { value: 0.01, low: 0.009, high: 0.011 };

test('a cell held against the whole is asked as sure as fifty cells need, against a baseline as sure as ever', () => {
  const level = matrixQuestion(route, range, ['a', null], ['Chrome'], 'level');
  assert.deepEqual([level.confidence, level.compare, level.limit], [CELL_CONFIDENCE, [], 2]);
  assert.ok(CELL_CONFIDENCE <= 0.999, 'the server takes no more');
  assert.deepEqual(level.filters?.slice(1), [
    { attribute: 'cdn', operator: 'IN', value: ['a', null] },
    { attribute: 'browser', operator: 'IN', value: ['Chrome'] },
  ]);
  assert.equal(level.filters?.[0]?.attribute, 'country', 'of the attempts that the page is about');
  const change = matrixQuestion(route, range, ['a'], ['Chrome'], 'change');
  assert.deepEqual([change.confidence, change.compare], [undefined, ['auto']]);
});

test('leading values are those with the most attempts, "not known" among them', () => {
  assert.deepEqual([leadingQuestion(route, range, 'cdn', 10).limit, leadingQuestion(route, range, 'cdn', 10).compare], [10, []]);
  assert.deepEqual(leadingOf(answer({ dimensions: { cdn: 'a' } }, { dimensions: { cdn: null } }), 'cdn'), { values: ['a', null], more: false });
});

test('nothing is coloured whose interval touches that of the whole, or that is said to be unreliable', () => {
  assert.equal(sureDistance({ value: 0.02, low: 0.0109, high: 0.04 }, whole), 0);
  assert.equal(sureDistance({ value: 0.02, low: 0.015, high: 0.04, unreliable: true }, whole), 0);
  assert.equal(sureDistance({ value: 9 }, whole), 0);
  assert.equal(sureDistance({ value: 0.02, low: 0.015, high: 0.04 }, null), 0);
  assert.ok(Math.abs(sureDistance({ value: 0.02, low: 0.015, high: 0.04 }, whole) - 0.004) < 1e-12);
  assert.ok(Math.abs(sureDistance({ value: 0.002, low: 0.001, high: 0.003 }, whole) + 0.006) < 1e-12);
});

const cells = (matrix: Matrix) => matrix.cells.map((line) => line.map((cell) => cell && [cell.role, cell.shade]));

test('by level: the further a cell surely stands, the stronger, and never red', () => {
  const result = answer(row('a', 'Chrome', [0.03, 0.05, 0.09], 'worse'), row('a', 'Safari', [0.0112, 0.012, 0.013]), row('b', 'Chrome', [0.001, 0.002, 0.5]));
  const matrix = matrixOf(result, ['cdn', 'browser'], ['a', 'b'], ['Chrome', 'Safari'], measure, 'auto', 'level', whole);
  assert.deepEqual(cells(matrix), [
    [['higher', 3], ['higher', 1]],
    [[null, 0], null],
  ]);
});

test('by change: the server’s verdict and nothing else', () => {
  const result = answer(row('a', 'Chrome', [0.03, 0.05, 0.09], 'no_detectable_change'), row('a', 'Safari', [0.01, 0.01, 0.01], 'worse'), row(null, 'Chrome', [0, 0, 0], 'better'));
  const matrix = matrixOf(result, ['cdn', 'browser'], ['a', null], ['Chrome', 'Safari'], measure, 'auto', 'change', whole);
  assert.deepEqual(cells(matrix), [
    [['same', 0], ['worse', 2]],
    [['better', 2], null],
  ]);
});

test('arrow keys go to the next cell that is there', () => {
  const here = {} as Cell;
  const matrix: Matrix = { rows: [null, null, null], columns: [null, null, null], cells: [[null, here, null], [here, null, here], [null, here, null]] };
  assert.deepEqual(entry(matrix), [0, 1]);
  assert.deepEqual(neighbour(matrix, [1, 0], 'ArrowRight'), [1, 2]);
  assert.deepEqual(neighbour(matrix, [0, 1], 'ArrowDown'), [2, 1]);
  assert.equal(neighbour(matrix, [0, 1], 'ArrowLeft'), null);
  assert.equal(neighbour(matrix, [0, 1], 'ArrowUp'), null);
  assert.deepEqual([neighbour(matrix, [1, 2], 'Home'), neighbour(matrix, [1, 0], 'End'), neighbour(matrix, [1, 0], 'x')], [[1, 0], [1, 2], null]);
  assert.equal(entry({ ...matrix, cells: [[null]] }), null);
});
