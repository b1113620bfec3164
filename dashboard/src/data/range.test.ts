import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketsOf, intervalFor, intervalsFor, rangeOf, sparkIntervalFor } from './range.ts';

const now = Date.parse('2026-11-20T18:04:02.123Z');
const iso = (ms: number) => new Date(ms).toISOString();
const of = (range: Parameters<typeof rangeOf>[0]['range'], from: string | null = null, to: string | null = null) => {
  const { start, end, live } = rangeOf({ range, from, to, zone: 'Europe/Vienna' }, now);
  return [iso(start), iso(end), live];
};

test('today begins at local midnight and ends now', () => {
  assert.deepEqual(of('today'), ['2026-11-19T23:00:00.000Z', '2026-11-20T18:04:03.000Z', true]);
});

test('yesterday is a whole local day and stands still', () => {
  assert.deepEqual(of('yesterday'), ['2026-11-18T23:00:00.000Z', '2026-11-19T23:00:00.000Z', false]);
  assert.equal(rangeOf({ range: 'yesterday', from: null, to: null, zone: 'UTC' }, now).refreshMs, null);
});

test('seven days are today and the six days before', () => {
  assert.deepEqual(of('7d'), ['2026-11-13T23:00:00.000Z', '2026-11-20T18:04:03.000Z', true]);
});

test('a custom range reads its ends in the zone', () => {
  assert.deepEqual(of('custom', '2026-11-01T00:00', '2026-11-02T12:30'), [
    '2026-10-31T23:00:00.000Z',
    '2026-11-02T11:30:00.000Z',
    false,
  ]);
});

test('a custom range that reaches into the future ends now', () => {
  assert.deepEqual(of('custom', '2026-11-20T00:00', '2026-11-21T00:00'), [
    '2026-11-19T23:00:00.000Z',
    '2026-11-20T18:04:03.000Z',
    true,
  ]);
});

test('a reversed custom range is today', () => {
  assert.deepEqual(of('custom', '2026-11-02T00:00', '2026-11-01T00:00'), of('today'));
});

test('the bucket length follows the range', () => {
  const hours = (count: number) => intervalFor({ start: 0, end: count * 3_600_000 });
  assert.deepEqual([1, 6, 24, 7 * 24, 28 * 24, 365 * 24].map(hours), ['minute', '5min', 'hour', 'hour', 'day', 'week']);
  assert.deepEqual(intervalsFor({ start: 0, end: 24 * 3_600_000 }), ['minute', '5min', 'hour']);
  assert.deepEqual(intervalsFor({ start: 0, end: 28 * 24 * 3_600_000 }), ['hour', 'day', 'week']);
});

test('few attempts make longer buckets, as long as some remain', () => {
  const hours = (count: number, attempts: number) => intervalFor({ start: 0, end: count * 3_600_000 }, attempts);
  assert.equal(hours(1, 6_000), 'minute');
  assert.equal(hours(1, 90), '5min');
  assert.equal(hours(24, 100), 'hour');
  assert.equal(hours(6.5 * 24, 2_000), 'day');
  assert.equal(hours(7 * 24, 50_000), 'hour');
  assert.equal(hours(28 * 24, 0), 'day');
});

test('the bucket the present cuts is partial, the others are not', () => {
  const range = { start: Date.parse('2026-11-20T16:00:00Z'), end: Date.parse('2026-11-20T18:04:03Z') };
  assert.deepEqual(
    bucketsOf(range, 'hour', 'UTC').map(({ partial }) => partial),
    [false, false, true],
  );
});

test('a line as small as a word has sixty points at most', () => {
  const hours = (count: number) => sparkIntervalFor({ start: 0, end: count * 3_600_000 });
  assert.deepEqual([1, 5, 24, 60, 61, 28 * 24, 400 * 24, 20_000 * 24].map(hours), ['minute', '5min', 'hour', 'hour', 'day', 'day', 'week', 'month']);
});
