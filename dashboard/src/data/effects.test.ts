import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmMetric, Experiment, ExperimentResults } from '../api-types.ts';
import { Catalogue } from '../catalogue.ts';
import { measure } from '../gallery-data.ts';
import { armSeriesQuestion, assignmentOf, cupedSentence, domainOf, effectSentence, effectsOf, evidenceText, FIRST_ARM, perAttempt, reasonSentence, whiskerOf } from './effects.ts';

const plain = (written: string) => written.replace(/[\u202f\u00a0]/g, ' ');
const metricOf = (name: string) => ({ ...measure().metric, name, title: name, names: [name] });
const catalogue = new Catalogue(['good_share', 'rebuffer_ratio', 'start_failure'].map(metricOf), []);
const effect = (over: Partial<ArmMetric> = {}): ArmMetric => ({
  reference: 0.009,
  difference: 0.002,
  low: 0.0005,
  high: 0.0035,
  relative: 0.22,
  verdict: 'worse',
  reason: '',
  referenceDays: [],
  eValue: 34.2,
  guardrail: false,
  postTreatment: true,
  ...over,
});
const experiment: Experiment = {
  id: '01a2155c-63e2-7418-b718-ccf464a769f4',
  name: 'abr-2026',
  arms: [{ name: 'control', weight: 1 }, { name: 'hints', weight: 1 }],
  traffic: 1,
  metrics: ['rebuffer_ratio', 'good_share', 'no_metric_of_this_server'],
  guardrails: ['start_failure', 'good_share'],
  state: 'running',
  createdAt: '2026-11-19T13:00:00Z',
};
const arm = (name: string, value: number) => ({ name, attempts: 900, viewers: 400, expectedViewers: 400, values: { rebuffer_ratio: { value, low: value / 2, high: 2 * value } } });
const comparison = { arm: 'hints', against: 'control', metrics: { rebuffer_ratio: effect(), start_failure: effect({ guardrail: true, postTreatment: false, verdict: 'no_detectable_change' }) } };
const results: ExperimentResults = {
  name: 'abr-2026',
  start: '2026-11-19T13:00:00Z',
  end: '2026-11-26T13:00:00Z',
  sampleRatio: { mismatch: false, pValue: 0.43 },
  arms: [arm('control', 0.009), arm('hints', 0.011)],
  comparisons: [comparison],
  tookMs: 12,
};

test('effects stand in the experiment’s order, what is not answered is left out', () => {
  const { decides, guards } = effectsOf(results, comparison, experiment, catalogue);
  assert.deepEqual(decides.map(({ measure: { name }, control, arm: other }) => [name, control?.value, other?.value]), [['rebuffer_ratio', 0.009, 0.011]]);
  assert.deepEqual(guards.map(({ measure: { name }, control }) => [name, control]), [['start_failure', null]]);
});

test('a total is told per attempt, as it is compared', () => {
  const sum = { kind: 'sum' } as const;
  assert.deepEqual(perAttempt({ value: 900, low: 450, high: null }, sum, 90), { value: 10, low: 5, high: null });
  assert.deepEqual(perAttempt({ value: 0.5, low: 0.4, high: 0.6 }, { kind: 'ratio' }, 90), { value: 0.5, low: 0.4, high: 0.6 });
  assert.deepEqual(perAttempt({ value: null, reason: 'none' }, sum, 0), { value: null, reason: 'none' });
});

test('what stands beside a verdict adds to it', () => {
  const said = (over: Partial<ArmMetric>) => plain(reasonSentence(effect(over), measure(), 'en-US') ?? '');
  assert.equal(said({ verdict: 'no_detectable_change', reason: 'the interval covers 0', minimumDetectable: 0.0043 }), 'A difference of 0.43 pp would have been seen.');
  assert.equal(said({ verdict: 'insufficient_data', reason: '12 viewers' }), '12 viewers.');
  assert.equal(said({ verdict: 'worse', reason: 'the interval lies above 0' }), '');
});

test('0 stands in the middle of every scale', () => {
  for (const ends of [{ low: 0.0005, high: 0.0035, difference: 0.002 }, { low: -9, high: 1, difference: -4 }, { low: null, high: null, difference: null }, { low: 0, high: 0, difference: 0 }]) {
    const [from, to] = domainOf(ends);
    assert.equal(from, -to);
    assert.ok(to > 0 && to >= Math.max(...[ends.low, ends.high].map((end) => Math.abs(end ?? 0))));
  }
});

test('an effect is said whole, also where it has no bound', () => {
  const [row] = effectsOf(results, comparison, experiment, catalogue).decides;
  assert.equal(
    plain(effectSentence(row!, comparison, 'en-US')),
    'hints 1.10 % (95 % interval 0.55–2.20 %) against control 0.90 % (95 % interval 0.45–1.80 %); difference +0.20 pp (+0.050 pp to +0.35 pp)',
  );
  const none = { ...row!, arm: null, effect: effect({ low: null, high: null }) };
  assert.match(plain(effectSentence(none, comparison, 'en-US')), /^hints not known against control .*, without a bound yet$/);
  assert.deepEqual(whiskerOf(effect({ difference: null, low: null, high: null })), { value: null, low: null, high: null });
});

test('evidence is written with the figures it has', () => {
  assert.deepEqual([0.5, 7.131, 34.2, 2e9, null].map((e) => plain(evidenceText(e, 'en-US'))), ['0.50', '7.13', '34', '> 1,000,000', '–']);
});

test('what was taken off is said only where something was', () => {
  assert.equal(cupedSentence(effect(), measure(), 'en-US'), null);
  assert.equal(
    plain(cupedSentence(effect({ cuped: { unadjustedDifference: 0.003, varianceRemoved: 0.31, newShare: 0.4 } }), measure(), 'en-US')!),
    'The 14 days before are taken off: 31 % of the variance went; without that the difference is +0.30 pp. 40 % comes from viewers who were not there before.',
  );
});

test('whether the arms got their viewers is said, and never as a verdict on quality', () => {
  const of = (over: Partial<ExperimentResults>, switchbackMinutes: number | null = null) => assignmentOf({ ...results, ...over }, { switchbackMinutes }, 'en-US');
  assert.equal(of({}).state, 'sound');
  assert.equal(of({ sampleRatio: { mismatch: true, pValue: 1e-9 } }).state, 'mismatch');
  assert.match(of({ sampleRatio: { mismatch: true, pValue: 1e-9 } }).text, /p < 0\.001/);
  assert.equal(of({}, 30).state, 'untested');
  assert.match(of({ sampleRatio: null, arms: results.arms.map((each) => ({ ...each, viewers: null })) }).text, /no viewer ids/);
  assert.match(of({ sampleRatio: null, arms: results.arms.map((each) => ({ ...each, attempts: 0 })) }).text, /Nobody/);
});

test('an arm over time is asked beside the first', () => {
  const question = armSeriesQuestion(experiment, comparison, 'rebuffer_ratio', { start: 0, end: 86_400_000 }, 'UTC', 'hour');
  assert.deepEqual(question.filters?.map(({ value }) => value), ['abr-2026', 'hints']);
  const [against] = question.compare!;
  assert.ok(typeof against === 'object' && 'cohort' in against);
  assert.deepEqual([against.label, against.cohort.filters.map(({ value }) => value)], [FIRST_ARM, ['abr-2026', 'control']]);
  assert.deepEqual(question.metrics, ['rebuffer_ratio', 'attempts']);
});
