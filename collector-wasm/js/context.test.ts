// What goes on the wire about who and what, and the ids.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attemptId } from './clock.ts';
import { shortened, wire } from './context.ts';

test('unknown values are absent, and text is cut between characters', () => {
  assert.deepEqual(wire({ video_id: null, player_name: '', autoplay: false, language: 'de', custom: { a: 1, b: null } }), {
    autoplay: false,
    language: 'de',
    custom: { a: '1' },
  });
  const cut = shortened('é'.repeat(100), 127);
  assert.equal(cut, 'é'.repeat(63));
  assert.ok(!('custom' in wire({ custom: {} })));
  assert.equal(Object.keys(wire({ custom: Object.fromEntries(Array.from({ length: 80 }, (_, key) => [`k${key}`, 'v'])) }).custom as object).length, 50);
});

test('an attempt id is a UUID of version 7 that carries its time', () => {
  const id = attemptId(1_800_000_000_000);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(id.replaceAll('-', '').slice(0, 12), 16), 1_800_000_000_000);
  assert.notEqual(attemptId(1), attemptId(1));
});
