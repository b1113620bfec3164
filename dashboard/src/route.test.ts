import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaults, filterOf, filterText, keyFromFragment, read, withCell, withFilter, write, type Route } from './route.ts';

test('an empty address is the defaults, in the reader’s zone', () => {
  assert.deepEqual(read('', 'Europe/Vienna'), defaults('Europe/Vienna'));
});

test('a route survives its way through the address', () => {
  const routes: Route[] = [
    defaults('America/New_York'),
    {
      view: 'why',
      organization: '01a2155c-63e2-7418-b718-ccf464a769f4',
      range: 'custom',
      from: '2026-11-19T10:30',
      to: '2026-11-20T00:00',
      zone: 'Asia/Kolkata',
      baseline: 'cohort',
      cohort: [{ attribute: 'player_version', operator: 'EQ', value: '8.1.0' }],
      filters: [
        { attribute: 'country', operator: 'EQ', value: 'AT' },
        { attribute: 'video_title', operator: 'CONTAINS', value: '100 % ~ rock & roll=?#+ä' },
        { attribute: 'browser', operator: 'IN', value: ['Chrome', 'Safari~', '%7E'] },
        { attribute: 'cdn', operator: 'EQ', value: null },
        { attribute: 'os', operator: 'NE', value: '' },
      ],
      by: 'custom.customer tier',
      and: 'cdn',
      metric: 'startup_any_ms_p95',
      interval: '5min',
      sort: { name: 'browser', order: 'ASC' },
      worst: 'startup_any_ms',
      attempt: '6d84e126-d10c-4e52-bbfb-bd4c92bc8333',
      experiment: '01a2155c-63e2-7418-b718-ccf464a769f5',
      window: 900,
      wall: true,
    },
  ];
  for (const route of routes) assert.deepEqual(read(write(route), 'UTC'), route);
});

test('the address always names zone and baseline, and nothing else that is default', () => {
  assert.equal(write(defaults('Europe/Vienna')), '?tz=Europe/Vienna&baseline=auto');
});

test('the baseline that the reader prefers holds where the address names none', () => {
  const baseline = (query: string) => read(query, 'UTC', 'last_week').baseline;
  assert.equal(baseline('?view=why'), 'last_week');
  assert.equal(baseline('?baseline=luck'), 'last_week');
  assert.equal(baseline('?baseline=cohort'), 'last_week');
  assert.equal(baseline('?baseline=auto'), 'auto');
  assert.equal(baseline('?baseline=none'), 'none');
  // What one reader sees by preference, another sees by the address.
  const sent = write(read('', 'UTC', 'day_before'));
  assert.equal(read(sent, 'UTC', 'last_week').baseline, 'day_before');
});

test('nonsense in the address falls back to the defaults', () => {
  const route = read('?view=moon&range=eternity&tz=Mars/Base&baseline=luck&f=x&f=country~LIKE~A&by=;drop&interval=2min&attempt=1&experiment=x&and=;&window=7&wall=yes&org=mine', 'UTC');
  assert.deepEqual(route, defaults('UTC'));
  assert.equal(read('?range=custom&from=2026-11-19', 'UTC').range, 'today');
  assert.equal(read('?baseline=cohort', 'UTC').baseline, 'auto');
});

test('a filter for the unknown differs from a filter for the empty text', () => {
  assert.equal(filterText({ attribute: 'cdn', operator: 'EQ', value: null }), 'cdn~EQ');
  assert.equal(filterText({ attribute: 'cdn', operator: 'EQ', value: '' }), 'cdn~EQ~');
  assert.deepEqual(filterOf('cdn~EQ'), { attribute: 'cdn', operator: 'EQ', value: null });
  assert.deepEqual(filterOf('cdn~EQ~'), { attribute: 'cdn', operator: 'EQ', value: '' });
  assert.equal(filterOf('cdn~IN'), null);
  assert.equal(filterOf('cdn~EQ~a~b'), null);
});

test('a filter on the same attribute replaces the one before', () => {
  const at = { attribute: 'country', operator: 'EQ', value: 'AT' } as const;
  const de = { attribute: 'country', operator: 'EQ', value: 'DE' } as const;
  const not = { attribute: 'country', operator: 'NE', value: 'FR' } as const;
  assert.deepEqual(withFilter([at, not], de), [not, de]);
});

test('a cell narrows the filters by each of its conditions', () => {
  const before = [
    { attribute: 'cdn', operator: 'EQ', value: 'cdn-a' },
    { attribute: 'country', operator: 'NE', value: 'FR' },
  ] as const;
  assert.deepEqual(withCell(before, [{ attribute: 'cdn', value: 'cdn-b' }, { attribute: 'isp' }]), [
    before[1],
    { attribute: 'cdn', operator: 'EQ', value: 'cdn-b' },
    { attribute: 'isp', operator: 'EQ', value: null },
  ]);
});

test('a key is taken out of the fragment, the rest stays', () => {
  assert.deepEqual(keyFromFragment('#key=pk_secret'), { key: 'pk_secret', rest: '' });
  assert.deepEqual(keyFromFragment('#a=1&key=k%2Fy'), { key: 'k/y', rest: '#a=1' });
  assert.deepEqual(keyFromFragment('#key='), { key: null, rest: '' });
  assert.deepEqual(keyFromFragment(''), { key: null, rest: '' });
});
