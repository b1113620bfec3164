import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Experiment } from '../api-types.ts';
import { armsOf, armsText, draftOf, namesOf, requestOf, sharesText, sinceText } from './experiment.ts';

const experiment: Experiment = {
  id: '01a2155c-63e2-7418-b718-ccf464a769f4',
  name: 'abr-2026',
  description: null,
  arms: [{ name: 'control', weight: 3 }, { name: 'abr: 2', weight: 1, ladder: { encodeCpuSeconds: 7, rungs: [{ height: 720, bitrateBps: 2000000, vmaf: 90, storageBytes: null }] } }],
  traffic: 0.125,
  switchbackMinutes: 30,
  metrics: ['rebuffer_ratio', 'good_share'],
  guardrails: [],
  state: 'draft',
  createdAt: '2026-11-19T13:00:00Z',
};

test('arms are typed one a line, with or without a weight', () => {
  assert.deepEqual(armsOf(' control : 3\n\ntreatment\nabr: new\n'), [
    { name: 'control', weight: 3 },
    { name: 'treatment', weight: 1 },
    { name: 'abr: new', weight: 1 },
  ]);
  assert.deepEqual(armsOf(armsText(experiment.arms)), experiment.arms.map(({ name, weight }) => ({ name, weight })));
});

test('names are typed in any of the usual ways', () => {
  assert.deepEqual(namesOf('good_share, rebuffer_ratio\nstart_failure good_share'), ['good_share', 'rebuffer_ratio', 'start_failure']);
});

test('what is stored survives its way through the form', () => {
  const { id: _, state: __, createdAt: ___, ...said } = experiment;
  assert.deepEqual(requestOf(draftOf(experiment), false), said);
});

test('once it has started only traffic, what is judged and what is known of its ladders may change', () => {
  assert.deepEqual(Object.keys(requestOf(draftOf(experiment), true)).sort(), ['arms', 'description', 'guardrails', 'metrics', 'traffic']);
});

test('a new one begins with two equal arms for everybody', () => {
  assert.deepEqual(requestOf({ ...draftOf(null), name: 'a' }, false), {
    name: 'a',
    arms: [{ name: 'control', weight: 1 }, { name: 'treatment', weight: 1 }],
    switchbackMinutes: null,
    description: null,
    traffic: 1,
    metrics: ['good_share'],
    guardrails: [],
  });
});

test('shares and dates in words', () => {
  assert.equal(sharesText(experiment.arms, 'en-GB').replaceAll('\u202f', ' '), 'control 75 %, abr: 2 25 %');
  const words = (over: Partial<Experiment>) => sinceText({ ...experiment, ...over }, 'Europe/Vienna', 'en-GB');
  assert.equal(words({}), 'made 19 Nov 2026, 14:00');
  assert.equal(words({ state: 'running', startedAt: '2026-11-20T13:00:00Z' }), 'running since 20 Nov 2026, 14:00');
  assert.match(words({ state: 'stopped', startedAt: '2026-11-20T13:00:00Z', stoppedAt: '2026-11-27T13:00:00Z' }), /^ran 20 Nov 2026, 14:00.+27 Nov 2026, 14:00$/);
  assert.equal(words({ state: 'stopped', stoppedAt: '2026-11-27T13:00:00Z' }), 'stopped 27 Nov 2026, 14:00');
});
