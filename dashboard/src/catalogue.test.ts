import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric } from './api-types.ts';
import { Catalogue, hasIndustry } from './catalogue.ts';

const metric = (name: string, title: string, names: string[]): Metric => ({
  name,
  title,
  kind: names.length > 1 ? 'distribution' : 'ratio',
  unit: 'ms',
  better: 'lower',
  definition: '',
  nullRule: '',
  definitionVersion: 1,
  equivalents: [],
  names,
});
const catalogue = new Catalogue(
  [
    metric('stall_ms', 'Stall time', ['stall_ms']),
    metric('startup_any_ms', 'Startup', ['startup_any_ms_p50', 'startup_any_ms_p95', 'startup_any_ms_mean', 'startup_any_ms_histogram']),
  ],
  [{ name: 'os', title: 'Operating system', source: 'user_agent', description: '' }],
);

test('a distribution is offered statistic by statistic, without its histogram', () => {
  assert.deepEqual(
    catalogue.measures.map(({ name, title }) => [name, title]),
    [
      ['stall_ms', 'Stall time'],
      ['startup_any_ms_p50', 'Startup, median'],
      ['startup_any_ms_p95', 'Startup, p95'],
      ['startup_any_ms_mean', 'Startup, mean'],
    ],
  );
});

test('what a server does not have is left out', () => {
  assert.deepEqual(catalogue.known(['startup_any_ms_p95', 'smell', 'stall_ms']).map(({ name }) => name), ['startup_any_ms_p95', 'stall_ms']);
});

test('an attribute has a title, a custom one its own key', () => {
  assert.equal(catalogue.attributeTitle('os'), 'Operating system');
  assert.equal(catalogue.attributeTitle('custom.tier'), 'tier');
});

test('ratios and quantiles can be compared with the industry, means, peaks and counts cannot', () => {
  const offered = (name: string) => hasIndustry(catalogue.measure(name)!);
  assert.deepEqual(['stall_ms', 'startup_any_ms_p50', 'startup_any_ms_p95', 'startup_any_ms_mean'].map(offered), [true, true, true, false]);
  assert.equal(hasIndustry({ kind: 'sum', name: 'attempts' }), false);
});
