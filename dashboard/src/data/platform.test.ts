import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Organization, QueryResult } from '../api-types.ts';
import { addedOf, platformOf, platformQuestion } from './platform.ts';

const organization = (id: string, parentId: string | null): Organization => ({ id, parentId, name: id, beaconsDays: null, impressionsDays: null, industry: false });

test('an organisation and those below it are added up, each once, in the order of their tree', () => {
  const organizations = [organization('a', 'own'), organization('own', null), organization('b', 'a')];
  const added = new Map([
    ['own', { attempts: 10, plays: 9, play_ms: 1_000 }],
    ['a', { attempts: 5, plays: 5, play_ms: 500 }],
    ['b', { attempts: 1, plays: 0, play_ms: 0 }],
  ]);
  const { rows, all } = platformOf(organizations, added);
  assert.deepEqual(rows.map(({ organization: { id }, depth }) => [id, depth]), [['own', 0], ['a', 1], ['b', 2]]);
  assert.deepEqual(all, { attempts: 16, plays: 14, play_ms: 1_500 });
});

test('what nobody had is nothing', () => {
  const none = { rows: [{ values: { attempts: { value: 0 }, plays: { value: 0 }, play_ms: { value: null, reason: 'no attempt' } } }] } as unknown as QueryResult;
  assert.deepEqual(addedOf(none), { attempts: 0, plays: 0, play_ms: 0 });
  assert.deepEqual(addedOf({ rows: [] } as unknown as QueryResult), { attempts: 0, plays: 0, play_ms: 0 });
});

test('the last 28 days up to now are asked for', () => {
  const { start, end } = platformQuestion(Date.parse('2026-11-26T12:00:00Z'));
  assert.deepEqual([start, end], ['2026-10-29T12:00:00.000Z', '2026-11-26T12:00:00.000Z']);
});
