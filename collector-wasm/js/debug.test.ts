// The overlay's lines, from batches as they are sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { field } from './compact.ts';
import { Log } from './debug.ts';

test('the overlay shows the state, the totals that say something, events and beacons, newest last', () => {
  const log = new Log();
  const event = (at_ms: number, kind: number, fields: number[]): number[] => field(4, [...field(1, at_ms), ...field(kind, fields)]);
  const interval = [...event(4_000, 9, field(1, 9)), ...event(5_250, 4, [...field(1, 1_250), ...field(2, 1)])];
  const totals = [...field(11, 300), ...field(22, 1)];
  const beacon = [...field(2, 3), ...field(4, 3), ...field(6, interval), ...field(7, totals)];
  const body = Uint8Array.from([...field(1, 1), ...field(4, beacon)]);
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
