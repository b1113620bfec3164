import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timeline } from '../api-types.ts';
import { clampWindow, happeningsOf, momentAt, ticksOf, zoom } from './timeline.ts';

const plain = (written: string) => written.replace(/[\u202f\u00a0]/g, ' ');
const timeline: Timeline = {
  states: [
    { fromMs: 0, toMs: 812, state: 's' },
    { fromMs: 812, toMs: 3_000, state: 'p' },
    { fromMs: 3_000, toMs: 6_010, state: 'r' },
    { fromMs: 6_010, toMs: 9_000, state: 'p' },
    { fromMs: 9_000, toMs: 19_000, state: null },
    { fromMs: 19_000, toMs: 19_000, state: 'q' },
  ],
  stalls: [{ fromMs: 3_000, toMs: 6_010, stallMs: 3_010, cause: 'network' }],
  renditions: [{ fromMs: 812, toMs: 9_000, bitrateBps: 2_500_000, width: 1280, height: 720 }],
  seeks: [{ fromMs: 7_000, toMs: 7_400, seekMs: 400, fromPositionMs: 5_000, toPositionMs: 65_000 }],
  errors: [{ atMs: 3_000, class: 'segment', code: '404', fatal: false, message: '', context: '', repeatCount: 0 }],
  requests: [],
  buffer: [
    { atMs: 1_000, bufferMs: 4_000 },
    { atMs: 3_000, bufferMs: 0 },
  ],
  visibility: [{ atMs: 8_000, hidden: true }],
  suspensions: [],
  firstFrameMs: 812,
  endMs: 19_000,
  eventsDropped: 0,
};

test('what happened stands in order of time, causes before effects', () => {
  assert.deepEqual(
    happeningsOf(timeline, 'en-US').map(({ atMs, text }) => `${atMs} ${plain(text)}`),
    [
      '0 Starting, 812 ms',
      '812 First frame after 812 ms',
      '812 Playing, 2.19 s',
      '812 Rendition 720p · 2.50 Mbit/s',
      '3000 Error: segment (404)',
      '3000 Rebuffering, 3.01 s',
      '3000 Stall of 3.01 s: network',
      '6010 Playing, 2.99 s',
      '7000 Seek from 0:05 to 1:05, took 400 ms',
      '8000 Page hidden',
      '9000 Not reported, 10.0 s',
      '19000 Left',
    ],
  );
});

test('a moment tells state, stall, rendition and buffer', () => {
  const { bufferMs, rendition, stall, state } = momentAt(timeline, 4_000, 'en-US');
  assert.deepEqual(
    [state, plain(stall ?? ''), plain(rendition ?? ''), bufferMs],
    ['Rebuffering', 'network, 3.01 s', '720p · 2.50 Mbit/s', 0],
  );
  assert.deepEqual(momentAt(timeline, 10_000, 'en-US').state, 'Not reported');
  assert.equal(momentAt(timeline, 500, 'en-US').bufferMs, null);
});

test('ticks are round and few', () => {
  assert.deepEqual(ticksOf({ fromMs: 0, toMs: 19_000 }, 10), [0, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000, 14_000, 16_000, 18_000]);
  assert.ok(ticksOf({ fromMs: 0, toMs: 48 * 3_600_000 }, 8).length <= 8);
  assert.deepEqual(ticksOf({ fromMs: 950, toMs: 1_450 }, 6), [1_000, 1_100, 1_200, 1_300, 1_400]);
});

test('a window stays inside the attempt', () => {
  assert.deepEqual(clampWindow({ fromMs: -100, toMs: 900 }, 19_000), { fromMs: 0, toMs: 1_000 });
  assert.deepEqual(clampWindow({ fromMs: 18_500, toMs: 20_000 }, 19_000), { fromMs: 17_500, toMs: 19_000 });
  assert.deepEqual(clampWindow({ fromMs: 5, toMs: 5 }, 0), { fromMs: 0, toMs: 500 });
  assert.deepEqual(zoom({ fromMs: 0, toMs: 10_000 }, 0.5, 4_000, 19_000), { fromMs: 2_000, toMs: 7_000 });
  assert.deepEqual(zoom({ fromMs: 0, toMs: 10_000 }, 4, 4_000, 19_000), { fromMs: 0, toMs: 19_000 });
});
