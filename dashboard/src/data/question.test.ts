import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaults, type Route } from '../route.ts';
import { attemptsQuestion, breakdownQuestion, explainQuestion, headlineQuestion, seriesQuestion, valuesQuestion, worstFor } from './question.ts';

const range = { start: Date.parse('2026-11-19T23:00:00Z'), end: Date.parse('2026-11-20T18:00:00Z'), live: true, refreshMs: 5000 };
const route: Route = { ...defaults('Europe/Vienna'), filters: [{ attribute: 'country', operator: 'EQ', value: 'AT' }] };

test('every question is about the same attempts against the same baseline', () => {
  for (const question of [headlineQuestion(route, range, ['attempts']), seriesQuestion(route, range, 'hour'), breakdownQuestion(route, range, 20)])
    assert.deepEqual(
      [question.start, question.end, question.timezone, question.filters, question.compare],
      [
        '2026-11-19T23:00:00.000Z',
        '2026-11-20T18:00:00.000Z',
        'Europe/Vienna',
        [{ attribute: 'country', operator: 'EQ', value: 'AT' }],
        ['auto'],
      ],
    );
});

test('no baseline asks for no comparison', () => {
  assert.deepEqual(headlineQuestion({ ...route, baseline: 'none' }, range, ['attempts']).compare, []);
});

test('a cohort is asked for by its conditions, under a name of its own', () => {
  const cohort: Route['cohort'] = [{ attribute: 'player_version', operator: 'EQ', value: '8.1.0' }];
  const asked = { cohort: { filters: cohort }, label: 'cohort' };
  assert.deepEqual(headlineQuestion({ ...route, baseline: 'cohort', cohort }, range, ['attempts']).compare, [asked]);
  assert.deepEqual(explainQuestion({ ...route, baseline: 'cohort', cohort }, range).compare, asked);
});

test('a breakdown is by one attribute or two, never by the same twice', () => {
  const dimensions = (and: string | null) => breakdownQuestion({ ...route, by: 'cdn', and }, range, 20).dimensions;
  assert.deepEqual([dimensions(null), dimensions('browser'), dimensions('cdn')], [['cdn'], ['cdn', 'browser'], ['cdn']]);
});

test('an explanation is asked for the same attempts, metric and baseline', () => {
  assert.deepEqual(explainQuestion({ ...route, metric: 'good_share', baseline: 'last_week' }, range), {
    metric: 'good_share',
    start: '2026-11-19T23:00:00.000Z',
    end: '2026-11-20T18:00:00.000Z',
    timezone: 'Europe/Vienna',
    filters: [{ attribute: 'country', operator: 'EQ', value: 'AT' }],
    compare: 'last_week',
  });
});

test('the worst attempts are those a metric is bad for', () => {
  const orders = ['rebuffer_ratio', 'stalls_per_hour', 'stalled_attempt_share', 'startup_any_ms_p95', 'startup_content_ms_p50', 'playback_failure', 'a_newer_metric'].map(worstFor);
  assert.deepEqual(orders, ['stall_session_ms', 'stall_count', 'stall_count', 'startup_any_ms', 'startup_content_ms', 'error_count', 'stall_session_ms']);
});

test('a metric is asked for once', () => {
  assert.deepEqual(seriesQuestion({ ...route, metric: 'attempts' }, range, 'hour').metrics, ['attempts']);
});

test('the breakdown never orders by what it does not ask for', () => {
  const sorted = (name: string) => breakdownQuestion({ ...route, sort: { name, order: 'ASC' } }, range, 20).orderBy;
  assert.deepEqual(sorted('rebuffer_ratio'), [{ name: 'rebuffer_ratio', order: 'ASC' }]);
  assert.deepEqual(sorted('browser'), [{ name: 'browser', order: 'ASC' }]);
  assert.deepEqual(sorted('good_share'), [{ name: 'attempts', order: 'DESC' }]);
});

test('values to choose from are not narrowed by the filter they would replace', () => {
  assert.deepEqual(valuesQuestion(route, range, 'country').filters, []);
  assert.equal(valuesQuestion(route, range, 'os').filters?.length, 1);
});

test('attempts are asked for with the filters of the route', () => {
  const question = attemptsQuestion(
    { ...route, filters: [...route.filters, { attribute: 'browser', operator: 'IN', value: ['Chrome', 'Safari'] }, { attribute: 'cdn', operator: 'EQ', value: null }] },
    range,
    25,
    null,
  );
  assert.deepEqual(question.filters, ['country:EQ:AT', 'browser:IN:Chrome,Safari', 'cdn:EQ:']);
});
