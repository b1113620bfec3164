// The overlay's lines, from batches as they are sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Log } from './debug.ts';

test('the overlay shows the state, the totals that say something, events and beacons, newest last', () => {
  const log = new Log();
  const body = JSON.stringify({
    beacons: [
      {
        sequence: 3,
        kind: 'change',
        interval: {
          events: [
            { at_ms: 4_000, event: 'request', bytes: 9 },
            { at_ms: 5_250, event: 'stall', stall_ms: 1_250, cause: 'network' },
          ],
        },
        totals: { startup_any_ms: 300, stall_count: 1, seek_count: 0 },
      },
    ],
  });
  log.add({ body, beacons: 1, via: 'fetch' });
  assert.deepEqual(log.lines({ id: 'an-id', state: 3 }, 1.25), [
    'rebuffering   buffer 1.3 s',
    'an-id',
    'startup_any_ms  300',
    'stall_count  1',
    '— events',
    '5.25 s  stall  1250  network',
    `— beacons, ${body.length} bytes`,
    '#3 change, fetch',
  ]);
  assert.equal(log.lines(null, 0)[0], 'no attempt   buffer 0.0 s');
});
