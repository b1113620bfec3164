// What goes on the wire about who and what, and the ids.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attemptId } from './clock.ts';
import { field } from './compact.ts';
import { shortened, wire } from './context.ts';
import { decode } from './decode.ts';

/** What a server reads of a context. */
function read(context: Record<string, unknown>): Record<string, unknown> {
  return decode(Uint8Array.from(field(4, field(8, wire(context))))).beacons[0]!.context!;
}

test('unknown values are absent, and text is cut between characters', () => {
  assert.deepEqual(read({ video_id: null, player_name: '', autoplay: false, language: 'de', custom: { a: 1, b: null } }), {
    autoplay: false,
    language: 'de',
    custom: { a: '1' },
  });
  const cut = shortened('é'.repeat(100), 127);
  assert.equal(cut, 'é'.repeat(63));
  assert.ok(!('custom' in read({ custom: {} })));
  assert.equal(Object.keys(read({ custom: Object.fromEntries(Array.from({ length: 80 }, (_, key) => [`k${key}`, 'v'])) }).custom as object).length, 50);
});

test('what a page says cannot make a beacon unreadable', () => {
  assert.deepEqual(read({ video_id: 42, stream_type: 'radio', viewer_name: 'x', video_duration_ms: 1.5, connection_rtt_ms: -1, connection_downlink_bps: NaN }), {
    video_id: '42',
    video_duration_ms: 2,
    connection_rtt_ms: 0xffff_ffff,
    connection_downlink_bps: 0,
  });
});

test('an attempt id is a UUID of version 7 that carries its time', () => {
  const id = attemptId(1_800_000_000_000);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(id.replaceAll('-', '').slice(0, 12), 16), 1_800_000_000_000);
  assert.notEqual(attemptId(1), attemptId(1));
});
