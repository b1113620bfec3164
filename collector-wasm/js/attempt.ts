// Here lives one attempt as JavaScript sees it: events wait until the module is ready, beacons leave when the fold wants them,
// and a module that trapped is dropped for good.

import { field } from './compact.ts';
import { wire } from './context.ts';
import { BEACON } from './numbers.ts';
import type { Transport } from './transport.ts';
import { warn } from './quiet.ts';

/** The fold in the module, as js/wasm.ts makes it. */
export interface Fold {
  event(kind: number, t: number, a: number, b: number, c: number, d: number, e: number): number;
  text(text: string): void;
  /** A beacon without what is known here, in the module's memory until the next call. */
  beacon(t: number, kind: number): Uint8Array;
  free(): void;
}
export type BeginFold = (t: number, frame_callback: boolean) => Fold;

/** As the module takes a number or a yes: whole, and the greatest of 32 bits, here -1, for what is not known. */
const whole = (number: number): number => (number >= 0 && number < 0xffff_ffff ? Math.round(number) : -1);

/** What records one attempt. */
export interface Recorder {
  readonly id: string;
  over: boolean;
  /** Number of the state, as collector-wasm/src/numbers.rs counts them. */
  state: number;
  /** A frame callback came; without, the playhead's advance stood for the first frame. */
  frameByCallback: boolean;
  event(kind: number, t: number, numbers?: readonly (number | boolean)[], texts?: readonly unknown[]): void;
  /** Reports everything so far, because perhaps nothing follows. */
  hide(t: number): void;
  update(context: Record<string, unknown>): void;
}

export function record(id: string, begin: { unix: number; t: number; frameCallback: boolean }, module: Promise<BeginFold>, transport: Transport): Recorder {
  let fold: Fold | null = null;
  let early: (() => void)[] | null = [];
  /** What is the same in every beacon, and known here. */
  const head = [...field(1, id.replaceAll('-', '').match(/../g)!.map((hex) => parseInt(hex, 16))), ...field(3, begin.unix)];
  let sequence = 0;
  let known: Record<string, unknown> = {};
  /** The same as it goes on the wire. */
  let wired: number[] = [];
  let contextDue = true;
  /** The first beacon that carries the context as it stands. */
  let contextSequence = 0;

  const drop = (): void => {
    recorder.over = true;
    fold = null;
    early = null;
  };

  /** After a trap the instance is in no known state: it is dropped, and nobody hears of it but the console, once. */
  const guard = (act: () => void): void => {
    try {
      if (!recorder.over) act();
    } catch (error) {
      drop();
      warn('the module failed: nothing is measured', error);
    }
  };

  const call = (act: () => void): void => {
    if (recorder.over) return;
    if (early) {
      // Half an hour of ticks: the module never came, but no answer either.
      if (early.length < 10_000) early.push(act);
    } else if (fold) guard(act);
  };

  const send = (t: number, kind: number): void => {
    const beacon = [...head, ...fold!.beacon(t, kind)];
    const own = sequence++;
    if (kind === BEACON.FIRST_FRAME && known.first_frame_method === 'frame_callback' && !recorder.frameByCallback) {
      recorder.update({ first_frame_method: 'playhead_advance' });
      contextSequence = own;
    }
    transport.add(contextDue ? [...beacon, ...field(8, wired)] : beacon, () => {
      if (own >= contextSequence) contextDue = false;
    });
  };

  const recorder: Recorder = {
    id,
    over: false,
    state: 0,
    frameByCallback: false,
    event(kind, t, numbers = [], texts = []) {
      call(() => {
        for (const text of texts) fold!.text(`${text ?? ''}`);
        const [a = 0, b = 0, c = 0, d = 0, e = 0] = (numbers as number[]).map(whole);
        const flags = fold!.event(kind, t, a, b, c, d, e);
        recorder.state = flags >> 4;
        // Bits of `attempt_event` in collector-wasm/src/lib.rs: the beacon that is wanted now, and whether nothing can follow.
        if (flags & 7) send(t, (flags & 7) - 1);
        if (flags & 8) {
          recorder.over = true;
          const done = fold;
          fold = null;
          done?.free();
        }
      });
    },
    hide: (t) => call(() => send(t, BEACON.HIDE)),
    update(context) {
      known = { ...known, ...context };
      const bytes = wire(known);
      if (`${bytes}` === `${wired}`) return;
      wired = bytes;
      contextDue = true;
      contextSequence = sequence;
    },
  };

  module.then(
    (beginFold) =>
      guard(() => {
        fold = beginFold(begin.t, begin.frameCallback);
        const waiting = early ?? [];
        early = null;
        for (const act of waiting) act();
      }),
    drop,
  );
  return recorder;
}
