import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertEvaluatedSeries, AlertRule, Delivery } from '../api-types.ts';
import { conditionText, deliveryText, draftOf, looksOf, messageText, minutesText, reasonText, referenceOf, requestOf, sorted, standing, typedUnit } from './alert.ts';

const rule: AlertRule = {
  name: 'Rebuffering by CDN',
  enabled: true,
  metric: 'rebuffer_ratio',
  filters: [{ attribute: 'country', operator: 'EQ', value: 'AT' }],
  dimension: 'cdn',
  windowMinutes: 60,
  everyMinutes: 5,
  delaySeconds: 60,
  timezone: 'Europe/Vienna',
  confidence: 0.99,
  condition: { above: 0.07 },
  minimumAttempts: 100,
  for: 2,
  coolDownMinutes: 60,
  webhook: { url: 'https://example.com/playhead' },
};

test('a rule that was opened and saved without a change is the same rule', () => {
  for (const condition of [{ above: 0.07 }, { below: 0.9 }, { worse: 'last_week' }]) {
    const { enabled: _, timezone: __, ...kept } = { ...rule, condition };
    assert.deepEqual(requestOf(draftOf({ ...rule, condition }, 'ratio'), 'ratio', null), kept);
  }
});

test('a baseline without a name stays what it is, until another is chosen', () => {
  const draft = draftOf({ ...rule, condition: { worse: { cohort: { filters: [] }, label: 'old players' } } }, 'ratio');
  assert.equal(draft.baseline, '');
  assert.equal('condition' in requestOf(draft, 'ratio', null), false);
  assert.deepEqual(requestOf({ ...draft, baseline: 'auto' }, 'ratio', null).condition, { worse: 'auto' });
});

test('a threshold is typed in the unit a person would use', () => {
  assert.equal(draftOf(rule, 'ratio').threshold, '7');
  assert.deepEqual(requestOf({ ...draftOf(rule, 'ratio'), threshold: '2,5' }, 'ratio', null).condition, { above: 0.025 });
  assert.deepEqual(requestOf({ ...draftOf(rule, 'bps'), kind: 'below', threshold: '800' }, 'bps', null).condition, { below: 800_000 });
  assert.deepEqual(typedUnit('parsecs'), { name: '', factor: 1 });
});

test('a new rule says whose days it means, and nothing that was not typed', () => {
  const request = requestOf({ ...draftOf(null, ''), name: ' Startup ' }, 'ratio', 'Europe/Vienna');
  assert.deepEqual(
    [request.name, request.timezone, request.condition, request.dimension, request.webhook, request.filters],
    ['Startup', 'Europe/Vienna', { worse: 'auto' }, null, null, []],
  );
});

test('when it fires, in words', () => {
  const text = (over: Partial<AlertRule>) => conditionText({ ...rule, ...over }, 'ratio', 'en-GB').replaceAll('\u202f', ' ');
  assert.equal(text({}), 'the whole 99 % interval lies above 7.00 %, 2 looks in a row');
  assert.equal(text({ condition: { worse: 'day_before' }, for: 1 }), 'the verdict against “day before” is worse, at 99 %');
  assert.match(text({ condition: { worse: { cohort: { filters: [] }, label: 'old players' } } }), /“old players”/);
});

const series = (value: string | null, state: string, told: string | null = null): AlertEvaluatedSeries => ({
  value,
  state,
  since: '2026-11-20T10:00:00Z',
  bad: 0,
  told,
  reading: { judgement: 'fine', attempts: 200, value: 0.01, low: 0.008, high: 0.012, reference: 0.009 },
});

test('how a rule stands: what wants to be seen first says it', () => {
  const of = (over: Partial<Alert>) => standing({ enabled: true, series: [], ...over });
  assert.deepEqual(of({ enabled: false, series: [series('a', 'firing')] }), { state: 'paused', words: 'paused' });
  assert.equal(of({}).state, 'new');
  assert.deepEqual(of({ series: [series('a', 'ok'), series('b', 'firing'), series('c', 'no_data')] }), { state: 'firing', words: 'firing: 1 of 3' });
  assert.equal(of({ series: [series(null, 'ok')] }).words, 'not bad');
  // A state of a newer server is not hidden behind those that are known.
  assert.deepEqual(sorted([series('a', 'ok'), series('b', 'snoozed'), series('c', 'firing')]).map(({ value }) => value), ['b', 'c', 'a']);
});

test('a history by line: everything, or only what began or ended; a look that could not ask is one too', () => {
  const evaluations = [
    { at: '2026-11-20T10:10:00Z', question: {}, series: [], error: 'the tables do not answer' },
    { at: '2026-11-20T10:05:00Z', question: {}, series: [series('b', 'ok'), series('a', 'firing', 'firing')], error: null },
  ];
  assert.deepEqual(
    looksOf(evaluations, false).map(({ at, series: seen, error }) => [at.slice(14, 16), seen?.value ?? null, error]),
    [['10', null, 'the tables do not answer'], ['05', 'a', null], ['05', 'b', null]],
  );
  assert.deepEqual(looksOf(evaluations, true).map(({ series: seen }) => [seen?.value, seen?.told]), [['a', 'firing']]);
});

test('a reading is drawn against the threshold, or against what the baseline was then', () => {
  const { reading } = series('a', 'ok');
  assert.deepEqual([referenceOf({ above: 0.02 }, reading), referenceOf({ below: 0.9 }, reading), referenceOf({ worse: 'auto' }, reading)], [0.02, 0.9, 0.009]);
});

test('what a message said, and how far it is', () => {
  const of = (over: Partial<Delivery>): Delivery => ({ id: '', body: { type: 'alert', events: [] }, tries: 0, createdAt: '', nextAt: '2026-11-20T10:00:00Z', ...over });
  assert.equal(messageText(of({ body: { type: 'alert.test', events: [] } })), 'a message to try it');
  assert.equal(messageText(of({ body: { type: 'alert', events: [{ kind: 'firing' }, { kind: 'firing' }, { kind: 'silent' }] } })), '2 began, 1 over for lack of data');
  const text = (over: Partial<Delivery>) => deliveryText(of(over), (at) => at.slice(11, 16));
  assert.equal(text({}), 'waits for its turn');
  assert.equal(text({ tries: 1, outcome: '500' }), '500; tried again at 10:00');
  assert.equal(text({ tries: 1, outcome: '200', nextAt: null, deliveredAt: '2026-11-20T10:02:00Z' }), 'arrived at 10:02');
  assert.equal(text({ tries: 10, outcome: '500', nextAt: null }), 'given up after 10 tries: 500');
});

test('lengths of time, and why a look said what it said', () => {
  assert.deepEqual([1, 5, 60, 90, 1_440].map((minutes) => minutesText(minutes, 'en-GB').replaceAll('\u202f', ' ')), ['1 min', '5 min', '1 h', '90 min', '24 h']);
  const { reading } = series('a', 'ok');
  assert.equal(reasonText({ ...reading, judgement: 'no_data', attempts: 9 }, 100), 'Fewer than the 100 attempts it needs.');
  assert.equal(reasonText({ ...reading, verdict: 'worse', reason: 'outside of three Fridays' }, 100), 'Worse. Outside of three Fridays.');
  assert.equal(reasonText(reading, 100), '');
});
