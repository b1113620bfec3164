// Here lives one attempt as JavaScript sees it: events wait until the module is ready, beacons leave when the fold wants them,
// and a module that trapped is dropped for good.

import { field } from './compact.ts';
import { wire } from './context.ts';
import { BEACON, isOver, wanted } from './numbers.ts';
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
export type FoldClass = new (t: number, frame_callback: boolean) => Fold;

/** As the module takes a number: whole, and the greatest of 32 bits, here -1, for what is not known. */
const whole = (number: number): number => (number >= 0 && number < 0xffff_ffff ? Math.round(number) : -1);

export class Recorder {
  over = false;
  /** Number of the state, as collector-wasm/src/numbers.rs counts them. */
  state = 0;
  #fold: Fold | null = null;
  #early: (() => void)[] | null = [];
  /** What is the same in every beacon, and known here. */
  readonly #head: number[];
  #sequence = 0;
  #context: Record<string, unknown> = {};
  /** The same as it goes on the wire. */
  #wire: number[] = [];
  #contextDue = true;
  /** The first beacon that carries the context as it stands. */
  #contextSequence = 0;
  readonly #transport: Transport;

  constructor(
    readonly id: string,
    begin: { unix: number; t: number; frameCallback: boolean },
    module: Promise<FoldClass>,
    transport: Transport,
  ) {
    this.#transport = transport;
    const bytes = id.replaceAll('-', '').match(/../g)!.map((hex) => parseInt(hex, 16));
    this.#head = [...field(1, bytes), ...field(3, begin.unix)];
    module.then(
      (Class) => {
        this.#guard(() => {
          this.#fold = new Class(begin.t, begin.frameCallback);
          const early = this.#early ?? [];
          this.#early = null;
          for (const act of early) act();
        });
      },
      () => this.#drop(),
    );
  }

  event(kind: number, t: number, numbers: readonly number[] = [], texts: readonly unknown[] = []): void {
    this.#call(() => {
      const fold = this.#fold!;
      for (const text of texts) fold.text(`${text ?? ''}`);
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = numbers.map(whole);
      this.#report(fold.event(kind, t, a, b, c, d, e), t);
    });
  }

  /** Reports everything so far, because perhaps nothing follows. */
  hide(t: number): void {
    this.#call(() => this.#beacon(t, BEACON.HIDE));
  }

  update(context: Record<string, unknown>): void {
    this.#context = { ...this.#context, ...context };
    const bytes = wire(this.#context);
    if (`${bytes}` === `${this.#wire}`) return;
    this.#wire = bytes;
    this.#contextDue = true;
    this.#contextSequence = this.#sequence;
  }

  #report(flags: number, t: number): void {
    this.state = flags >> 4;
    const kind = wanted(flags);
    if (kind >= 0) this.#beacon(t, kind);
    if (isOver(flags)) {
      this.over = true;
      const fold = this.#fold;
      this.#fold = null;
      fold?.free();
    }
  }

  #beacon(t: number, kind: number): void {
    const beacon = [...this.#head, ...this.#fold!.beacon(t, kind)];
    const sequence = this.#sequence++;
    if (kind === BEACON.FIRST_FRAME && this.#context.first_frame_method === 'frame_callback' && !this.frameByCallback) {
      this.update({ first_frame_method: 'playhead_advance' });
      this.#contextSequence = sequence;
    }
    this.#transport.add(this.#contextDue ? [...beacon, ...field(8, this.#wire)] : beacon, () => {
      if (sequence >= this.#contextSequence) this.#contextDue = false;
    });
  }

  /** A frame callback came; without, the playhead's advance stood for the first frame. */
  frameByCallback = false;

  #call(act: () => void): void {
    if (this.over) return;
    if (this.#early !== null) {
      // Half an hour of ticks: the module never came, but no answer either.
      if (this.#early.length < 10_000) this.#early.push(act);
    } else if (this.#fold !== null) this.#guard(act);
  }

  /** After a trap the instance is in no known state: it is dropped, and nobody hears of it but the console, once. */
  #guard(act: () => void): void {
    try {
      if (!this.over) act();
    } catch (error) {
      this.#drop();
      warn('the module failed: nothing is measured', error);
    }
  }

  #drop(): void {
    this.over = true;
    this.#fold = null;
    this.#early = null;
  }
}
