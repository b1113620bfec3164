import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buckets, fromLocalText, isZone, localText, shift, startOf, weekday } from './zone.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();

test('a day begins at local midnight', () => {
  assert.equal(iso(startOf(at('2026-11-20T18:04:02.123Z'), 'day', 'Europe/Vienna')), '2026-11-19T23:00:00.000Z');
  assert.equal(iso(startOf(at('2026-11-20T18:04:02.123Z'), 'day', 'Asia/Kolkata')), '2026-11-19T18:30:00.000Z');
  assert.equal(iso(startOf(at('2026-11-20T18:04:02.123Z'), 'day', 'UTC')), '2026-11-20T00:00:00.000Z');
});

test('an hour begins on the hour of the wall, also half an hour off UTC', () => {
  assert.equal(iso(startOf(at('2026-11-20T18:04:02Z'), 'hour', 'Asia/Kolkata')), '2026-11-20T17:30:00.000Z');
  assert.equal(iso(startOf(at('2026-11-20T18:04:02Z'), '5min', 'UTC')), '2026-11-20T18:00:00.000Z');
});

test('a week begins on Monday, a month on its first', () => {
  assert.equal(iso(startOf(at('2026-11-20T18:00:00Z'), 'week', 'UTC')), '2026-11-16T00:00:00.000Z');
  assert.equal(iso(startOf(at('2026-11-15T18:00:00Z'), 'week', 'UTC')), '2026-11-09T00:00:00.000Z');
  assert.equal(iso(startOf(at('2026-11-20T18:00:00Z'), 'month', 'Europe/Vienna')), '2026-10-31T23:00:00.000Z');
  assert.equal(weekday(at('2026-11-20T18:00:00Z'), 'UTC'), 4);
});

test('the days around a change of clocks are 23 and 25 hours long', () => {
  const spring = startOf(at('2026-03-29T12:00:00Z'), 'day', 'Europe/Vienna');
  assert.equal((shift(spring, 'day', 1, 'Europe/Vienna') - spring) / 3_600_000, 23);
  const autumn = startOf(at('2026-10-25T12:00:00Z'), 'day', 'Europe/Vienna');
  assert.equal((shift(autumn, 'day', 1, 'Europe/Vienna') - autumn) / 3_600_000, 25);
  assert.equal(buckets(autumn, shift(autumn, 'day', 1, 'Europe/Vienna'), 'hour', 'Europe/Vienna').length, 25);
});

test('a local time shown twice means the first, one never shown moves past the gap', () => {
  assert.equal(iso(fromLocalText('2026-10-25T02:30', 'Europe/Vienna')!), '2026-10-25T00:30:00.000Z');
  assert.equal(iso(fromLocalText('2026-03-29T02:30', 'Europe/Vienna')!), '2026-03-29T01:30:00.000Z');
});

test('a local text comes back as it was', () => {
  for (const zone of ['UTC', 'Europe/Vienna', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'])
    assert.equal(localText(fromLocalText('2026-11-19T10:30', zone)!, zone), '2026-11-19T10:30');
});

test('what is no date is null', () => {
  for (const text of ['', 'yesterday', '2026-02-30', '2026-11-19T25:00', '19.11.2026'])
    assert.equal(fromLocalText(text, 'UTC'), null);
});

test('buckets cover a range that begins and ends inside an interval', () => {
  const begins = buckets(at('2026-11-20T10:20:00Z'), at('2026-11-20T12:01:00Z'), 'hour', 'UTC');
  assert.deepEqual(begins.map(iso), ['2026-11-20T10:00:00.000Z', '2026-11-20T11:00:00.000Z', '2026-11-20T12:00:00.000Z']);
  assert.deepEqual(buckets(0, 0, 'hour', 'UTC'), []);
});

test('an unknown zone is told apart', () => {
  assert.equal(isZone('Europe/Vienna'), true);
  assert.equal(isZone('Mars/Olympus'), false);
});
