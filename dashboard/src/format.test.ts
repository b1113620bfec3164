import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as format from './format.ts';

// The space between number and unit is U+202F; a test is easier to read without it.
const plain = (written: string) => written.replace(/[\u202f\u00a0\u2009]/g, ' ');
const en = (value: number | null, unit: string) => plain(format.text(value, unit, 'en-US'));

test('a value is written by its unit', () => {
  const table: [number | null, string, string][] = [
    [18402, 'count', '18,402'],
    [0, 'count', '0'],
    [1_234_567, 'count', '1.235M'],
    [0.0123, 'ratio', '1.23 %'],
    [0.934, 'ratio', '93.4 %'],
    [0.00042, 'ratio', '0.042 %'],
    [0, 'ratio', '0.00 %'],
    [1, 'ratio', '100.0 %'],
    [840.4, 'ms', '840 ms'],
    [999.7, 'ms', '1.00 s'],
    [1240, 'ms', '1.24 s'],
    [61_000, 'ms', '1.0 min'],
    [3_600_000 * 12_345.6, 'ms', '12,346 h'],
    [2_480_000, 'bps', '2.48 Mbit/s'],
    [640_000, 'bps', '640 kbit/s'],
    [0.4, 'per_hour', '0.40 /h'],
    [3.46, 'viewers', '3.5'],
    [812.4, 'viewers', '812'],
    [3, 'light_years', '3.00 light years'],
    [null, 'ms', '–'],
    [Number.NaN, 'ms', '–'],
  ];
  for (const [value, unit, expected] of table) assert.equal(en(value, unit), expected, `${value} ${unit}`);
});

test('numbers follow the locale', () => {
  assert.equal(plain(format.text(18402.5, 'per_hour', 'de-DE')), '18.403 /h');
  assert.equal(plain(format.text(1240, 'ms', 'de-DE')), '1,24 s');
  assert.equal(plain(format.text(0.0123, 'ratio', 'fr-FR')), '1,23 %');
});

test('an interval stands on the scale of its value', () => {
  assert.equal(plain(format.intervalText(980, 1320, 'ms', 'en-US', 1100)), '0.98–1.32 s');
  assert.equal(plain(format.intervalText(0.0101, 0.0147, 'ratio', 'en-US', 0.0123)), '1.01–1.47 %');
  assert.equal(plain(format.intervalText(0.93401, 0.93399, 'ratio', 'en-US')), '93.401–93.399 %');
  assert.equal(plain(format.intervalText(5, 5, 'count', 'en-US')), '5–5');
});

test('a difference has its sign, of shares in percentage points', () => {
  assert.equal(plain(format.differenceText(0.0042, 'ratio', 'en-US')), '+0.42 pp');
  assert.equal(plain(format.differenceText(-120, 'ms', 'en-US')), '−120 ms');
  assert.equal(plain(format.differenceText(0, 'count', 'en-US')), '0');
  assert.equal(plain(format.relativeText(0.52, 'en-US')), '+52 %');
  assert.equal(plain(format.relativeText(-0.031, 'en-US')), '−3.1 %');
  assert.equal(plain(format.relativeText(-0.0001, 'en-US')), '0.0 %');
});

test('completeness is never rounded up to whole', () => {
  assert.equal(plain(format.completenessText(0.99996, 'en-US')), '99.9 %');
  assert.equal(plain(format.completenessText(1, 'en-US')), '100 %');
});

test('a small probability is written as a bound', () => {
  assert.equal(format.pValueText(0.0001, 'en-US'), 'p < 0.001');
  assert.equal(format.pValueText(0.0312, 'en-US'), 'p = 0.031');
  assert.equal(format.pValueText(0.5, 'en-US'), 'p = 0.50');
});

test('a length inside an attempt reads like a player’s clock', () => {
  assert.deepEqual([0, 7_400, 723_250, 3_723_000].map((ms) => format.clockText(ms)), ['0:00', '0:07', '12:03', '1:02:03']);
  assert.equal(format.clockText(723_250, true), '12:03.250');
  assert.equal(format.clockText(59_999), '1:00');
});

test('bytes are decimal', () => {
  assert.deepEqual([0, 999, 1_400_000, 2.5e9].map((bytes) => plain(format.text(bytes, 'bytes', 'en-US'))), ['0 B', '999 B', '1.40 MB', '2.50 GB']);
});

test('moments are written in the zone asked for, not the machine’s', () => {
  const ms = Date.parse('2026-11-20T18:04:02Z');
  assert.equal(format.momentText(ms, 'Europe/Vienna', 'en-US'), 'Nov 20, 19:04:02');
  assert.equal(format.bucketText(ms, 'day', 'Pacific/Auckland', 'en-US'), 'Sat, Nov 21');
  assert.equal(format.bucketText(ms, 'month', 'UTC', 'en-US'), 'November 2026');
  assert.equal(format.tickText(Date.parse('2026-11-20T00:00:00Z'), 3_600_000, 'UTC', 'en-US'), 'Nov 20');
  assert.equal(format.tickText(ms, 3_600_000, 'UTC', 'en-US'), '18:04');
  assert.match(format.tickText(ms, 5_000, 'UTC', 'en-US'), /^18:04:\d\d$/);
});

test('a part of a whole is short in a sentence', () => {
  const parts = [0, 0.004, 0.0512, 0.0996, 0.409, 1, 23.28].map((part) => format.partText(part, 'en-GB').replace('\u202f', ' '));
  assert.deepEqual(parts, ['0 %', '0.4 %', '5.1 %', '10 %', '41 %', '100 %', '2,328 %']);
});
