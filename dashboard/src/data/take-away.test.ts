import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryRequest, QueryResult } from '../api-types.ts';
import { binsCsv, csvOf, curlOf, fileName } from './take-away.ts';

const result = (over: Partial<QueryResult>): QueryResult => ({
  columns: [{ name: 'cdn', kind: 'dimension' }, { name: 'rebuffer_ratio', kind: 'metric', unit: 'ratio' }],
  rows: [],
  nextCursor: null,
  completeness: 1,
  definitionVersion: 1,
  freshAsOf: null,
  source: 'impressions',
  tookMs: 1,
  ...over,
});

test('a table is written with intervals, comparisons and why a value is missing', () => {
  const rows = [
    {
      dimensions: { cdn: 'cdn-b' },
      values: { rebuffer_ratio: { value: 0.0123456789, low: 0.01, high: 0.02 } },
      comparisons: { auto: { rebuffer_ratio: { reference: 0.008, difference: 0.0043, low: 0.001, high: 0.007, verdict: 'worse', reason: '', referenceDays: [] } } },
      partial: false,
    },
    { dimensions: { cdn: null }, values: { rebuffer_ratio: { value: null, reason: 'no play, no stall' } }, partial: false },
  ];
  assert.equal(
    csvOf(result({ rows }), 'auto'),
    'cdn,rebuffer_ratio,rebuffer_ratio_low,rebuffer_ratio_high,rebuffer_ratio_why_not,rebuffer_ratio_baseline,rebuffer_ratio_difference,rebuffer_ratio_difference_low,rebuffer_ratio_difference_high,rebuffer_ratio_verdict\r\n' +
      'cdn-b,0.0123456789,0.01,0.02,,0.008,0.0043,0.001,0.007,worse\r\n' +
      ',,,,"no play, no stall",,,,,\r\n',
  );
});

test('a series has its times and says which are partial; without a baseline there are no columns of it', () => {
  const rows = [{ time: '2026-11-20T14:00:00+01:00', partial: true, dimensions: {}, values: { attempts: { value: 7 } } }];
  assert.equal(
    csvOf(result({ columns: [{ name: 'time', kind: 'time' }, { name: 'attempts', kind: 'metric' }], rows }), 'none'),
    'time,partial,attempts,attempts_low,attempts_high,attempts_why_not\r\n2026-11-20T14:00:00+01:00,true,7,,,\r\n',
  );
});

test('what a player says cannot become a formula, nor break a line', () => {
  const of = (cdn: string) => csvOf(result({ columns: [{ name: 'cdn', kind: 'dimension' }], rows: [{ dimensions: { cdn }, values: {}, partial: false }] }), 'auto').split('\r\n').slice(1, -1).join('|');
  assert.equal(of('=HYPERLINK("http://x","y")'), `"'=HYPERLINK(""http://x"",""y"")"`);
  assert.equal(of('a\nb'), '"a\nb"');
  assert.equal(of('-1'), `'-1`);
});

test('bins are written as they came', () => {
  assert.equal(binsCsv([{ from: 0, to: 1.02, count: 3, reference: null }]), 'from,to,count\r\n0,1.02,3\r\n');
  assert.equal(binsCsv([{ from: 0, to: 1.02, count: 3, reference: 0 }]), 'from,to,count,baseline_count\r\n0,1.02,3,0\r\n');
});

test('the command holds the whole question and never the key', () => {
  const request: QueryRequest = { metrics: ['attempts'], filters: [{ attribute: 'video_title', operator: 'EQ', value: "it's" }], start: 'a', end: 'b', timezone: 'UTC' };
  const command = curlOf(request, 'https://playhead.example', '01a2155c-63e2-7418-b718-ccf464a769f4');
  assert.match(command, /^curl -s 'https:\/\/playhead\.example\/v1\/analytics\/query' /);
  assert.ok(command.includes('"X-Api-Key: $PLAYHEAD_API_KEY"') && command.includes('X-Tenant-Org-Id'));
  const said = /-d '(.*)'$/s.exec(command)![1]!.replaceAll(`'\\''`, "'");
  assert.deepEqual(JSON.parse(said), request);
  assert.ok(!curlOf(request, 'x', null).includes('Tenant'));
});

test('a file is named by what it holds', () => {
  assert.equal(fileName('rebuffer_ratio by cdn/browser', { start: '2026-11-19T00:00:00Z', end: '2026-11-20T00:00:00Z' }), 'playhead-rebuffer_ratio-by-cdn-browser-2026-11-19-2026-11-20.csv');
});
