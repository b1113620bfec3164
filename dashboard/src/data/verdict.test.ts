import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Comparison } from '../api-types.ts';
import { defaults, type Route } from '../route.ts';
import { baselinePhrase, changeText, comparisonWords, explain, valueSentence, verdictWords } from './verdict.ts';

const RATIO = { unit: 'ratio', better: 'lower' } as const;
const plain = (written: string) => written.replace(/[\u202f\u00a0]/g, ' ');
const comparison = (over: Partial<Comparison>): Comparison => ({
  reference: 0.0081,
  difference: 0.0042,
  low: 0.0017,
  high: 0.0067,
  relative: 0.52,
  pValue: 0.0004,
  verdict: 'worse',
  reason: '',
  referenceDays: [],
  ...over,
});

test('only the verdict worse has the role that is drawn in red', () => {
  const verdicts = ['worse', 'better', 'higher', 'lower', 'no_detectable_change', 'insufficient_data', 'provisional', 'refused', 'much_worse', ''];
  assert.deepEqual(verdicts.filter((verdict) => verdictWords(verdict).role === 'worse'), ['worse']);
});

test('a verdict this page does not know stands in words, neutral', () => {
  assert.deepEqual(verdictWords('waiting_for_goods'), { role: 'unsure', short: 'waiting for goods', clause: 'waiting for goods' });
});

test('the change is relative where there is a reference, else absolute, else nothing', () => {
  assert.equal(plain(changeText(comparison({}), 'ratio', 'en-US')), '+52 %');
  assert.equal(plain(changeText(comparison({ relative: null, reference: 0 }), 'ratio', 'en-US')), '+0.42 pp');
  assert.equal(changeText(comparison({ relative: null, difference: null }), 'ratio', 'en-US'), '');
});

test('a worsening is explained with size, certainty, parts and days', () => {
  const lines = explain(
    comparison({ rateEffect: 0.0039, mixEffect: 0.0003, referenceDays: ['2026-11-13', '2026-11-06'] }),
    RATIO,
    'the usual Friday',
    'en-US',
  ).map(plain);
  assert.deepEqual(lines, [
    'Worse than the usual Friday (0.81 %): +52 %.',
    'Difference +0.42 pp (95 % interval +0.17 pp to +0.67 pp), p < 0.001.',
    'Same audience, other quality: +0.39 pp. Other audience: +0.030 pp.',
    'Compared with 2026-11-13, 2026-11-06.',
  ]);
});

test('in a table the adjusted p-value stands beside the raw one, and days left out beside those used', () => {
  const lines = explain(
    comparison({
      pValue: 0.012,
      adjustedPValue: 0.21,
      verdict: 'no_detectable_change',
      referenceDays: ['2026-11-06'],
      excludedDays: [{ date: '2026-11-13', kind: 'incident', annotation: '0199c0de-0000-7000-8000-000000000001' }],
    }),
    RATIO,
    'the usual Friday',
    'en-US',
  ).map(plain);
  assert.ok(lines.some((line) => line.endsWith('p = 0.012, adjusted for the table p = 0.21.')), lines.join('\n'));
  assert.deepEqual(lines.slice(-2), ['Compared with 2026-11-06.', 'Left out: 2026-11-13 (incident).']);
});

test('too little data says what could have been seen, never that nothing changed', () => {
  const lines = explain(
    comparison({ verdict: 'insufficient_data', reason: '12 attempts on the side compared', minimumDetectable: 0.02 }),
    RATIO,
    'last week',
    'en-US',
  ).map(plain);
  assert.equal(lines[0], 'Against last week (0.81 %): too little data to tell, +52 %.');
  assert.ok(lines.includes('12 attempts on the side compared.'));
  assert.ok(lines.includes('The smallest difference this much data can show is 2.00 pp.'));
  assert.ok(!lines.join(' ').includes('no detectable change'));
});

test('a value says its interval, a missing one its reason', () => {
  assert.equal(plain(valueSentence({ value: 0.0123, low: 0.0101, high: 0.0147 }, 'ratio', 'en-US')), '1.23 % (95 % interval 1.01–1.47 %)');
  assert.equal(plain(valueSentence({ value: 5, low: null, high: null }, 'count', 'en-US')), '5');
  assert.equal(valueSentence({ value: null, reason: 'no attempt in scope played' }, 'ratio', 'en-US'), 'not known: no attempt in scope played');
});

test('the usual level is named by its weekday when the range is one day', () => {
  const start = Date.parse('2026-11-19T23:00:00Z');
  const of = (hours: number, over: Partial<Route> = {}) => baselinePhrase({ ...defaults('Europe/Vienna'), ...over }, { start, end: start + hours * 3_600_000 });
  assert.equal(of(18), 'the usual Friday');
  assert.equal(of(7 * 24), 'the usual level');
  const cohort: Route['cohort'] = [{ attribute: 'player_version', operator: 'EQ', value: '8.1.0' }, { attribute: 'cdn', operator: 'NE', value: null }];
  assert.equal(of(18, { baseline: 'cohort', cohort }), '8.1.0 and known');
});

test('of a volume that changed, for which the server refuses a verdict, the direction is said', () => {
  const role = (over: Partial<Comparison>, better: 'neither' | 'lower') => comparisonWords(comparison({ verdict: 'refused', ...over }), better).role;
  assert.equal(role({ low: 72, high: 200 }, 'neither'), 'higher');
  assert.equal(role({ low: -200, high: -72 }, 'neither'), 'lower');
  assert.equal(role({ low: -5, high: 200 }, 'neither'), 'refused');
  assert.equal(role({ low: null, high: null }, 'neither'), 'refused');
  assert.equal(role({ low: 72, high: 200 }, 'lower'), 'refused');
});

test('against the industry its middle half is said, and the week that is of', () => {
  const industry = { p25: 0.004, p50: 0.0081, p75: 0.012, start: '2026-11-16T00:00:00.000Z', end: '2026-11-23T00:00:00.000Z' };
  const lines = explain(comparison({ industry, reason: 'the whole interval lies in the industry’s worst quarter' }), RATIO, 'the industry', 'en-US').map(plain);
  assert.equal(lines[0], 'Worse than the industry (0.81 %): +52 %.');
  assert.ok(lines.includes('The middle half of the industry lies at 0.40–1.20 %, in the week from 2026-11-16.'), lines.join('\n'));
});
