// What an attempt tells the module, and what it makes of the module's answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { record, type Fold, type Recorder } from './attempt.ts';
import { field } from './compact.ts';
import { decode } from './decode.ts';
import type { Transport } from './transport.ts';

const ID = '0190a6f0-0000-7000-8000-0000000000ff';

/** An attempt on a module that notes what it is told and wants `flags`. */
function recording(flags: number): { recorder: Recorder; told: unknown[]; sent: number[][]; accepted: (() => void)[]; ready: Promise<void> } {
  const told: unknown[] = [];
  const sent: number[][] = [];
  const accepted: (() => void)[] = [];
  let sequence = 0;
  class Module implements Fold {
    event(...given: number[]): number {
      told.push(given);
      return flags;
    }
    text(text: string): void {
      told.push(text);
    }
    beacon(): Uint8Array {
      return Uint8Array.from(field(2, sequence++));
    }
    free(): void {
      told.push('free');
    }
  }
  const transport = { add: (beacon: number[], act: () => void) => (sent.push(beacon), accepted.push(act)) } as unknown as Transport;
  const loaded = Promise.resolve(() => new Module());
  const recorder = record(ID, { unix: 1_800_000_000_000, t: 1, frameCallback: true }, loaded, transport);
  return { recorder, told, sent, accepted, ready: loaded.then(() => undefined) };
}

const read = (beacon: number[]) => decode(Uint8Array.from(field(4, beacon))).beacons[0]!;

test('numbers cross the border whole, and what is not known as the greatest there is', async () => {
  const { recorder, told, ready } = recording(0);
  recorder.event(17, 2.5, [1.6, -0.5, NaN, 4_294_967_295, 7], ['host', undefined]);
  await ready;
  recorder.event(0, 3, [0.4]);
  assert.deepEqual(told, ['host', '', [17, 2.5, 2, -1, -1, -1, 7], [0, 3, 0, 0, 0, 0, 0]]);
});

test('a beacon says whose it is, and who watches until that was taken', async () => {
  const { recorder, sent, accepted, ready } = recording(4);
  recorder.update({ video_id: 'a' });
  await ready;
  recorder.event(0, 1);
  recorder.event(0, 2);
  accepted[0]!();
  recorder.event(0, 3);
  recorder.update({ video_id: 'a' });
  recorder.event(0, 4);
  recorder.update({ video_id: 'b' });
  recorder.event(0, 5);
  // Of a beacon before the change: it says nothing about the new context.
  accepted[3]!();
  recorder.event(0, 6);
  const beacons = sent.map(read);
  assert.deepEqual(beacons.map(({ attempt_id, started_at_ms, sequence }) => [attempt_id, started_at_ms, sequence]), beacons.map((_, index) => [ID, 1_800_000_000_000, index]));
  assert.deepEqual(beacons.map(({ context }) => context?.video_id), ['a', 'a', undefined, undefined, 'b', 'b']);
});

test('an attempt that is over is let go of, and hears nothing more', async () => {
  const { recorder, told, ready } = recording(8);
  await ready;
  recorder.event(22, 9);
  recorder.event(0, 10);
  assert.ok(recorder.over);
  assert.deepEqual(told, [[22, 9, 0, 0, 0, 0, 0], 'free']);
});
