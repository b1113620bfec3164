import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Organization } from '../api-types.ts';
import { platformRange, platformRows } from './platform.ts';

const organization = (id: string, parentId: string | null): Organization => ({ id, parentId, name: id, beaconsDays: null, impressionsDays: null, industry: false });

test('an organisation and those below it stand in the order of their tree, each with what it had', () => {
  const organizations = [organization('a', 'own'), organization('own', null), organization('b', 'a'), organization('new', 'own')];
  const values = (attempts: number) => ({ attempts, plays: attempts, play_ms: attempts * 1_000 });
  const had = (id: string, attempts: number) => ({ id, parentId: null, name: id, values: values(attempts), freshAsOf: null });
  const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-11-27T00:00:00.000Z' };
  const rows = platformRows(organizations, { ...range, organizations: [had('own', 10), had('a', 5), had('b', 1)], total: values(16), tookMs: 1 });
  assert.deepEqual(rows.map(({ organization: { id }, depth, values: { attempts } }) => [id, depth, attempts]), [['own', 0, 10], ['a', 1, 5], ['b', 2, 1]]);
});

test('the last 28 days up to now are asked for', () => {
  assert.deepEqual(platformRange(Date.parse('2026-11-26T12:00:00Z')), { start: '2026-10-29T12:00:00.000Z', end: '2026-11-26T12:00:00.000Z' });
});
