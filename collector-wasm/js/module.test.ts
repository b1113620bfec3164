// The module as pages load it, and the same as JavaScript, against the Rust that they were made of: `told_of` in collector-wasm/src/lib.rs, number
// by number. Between the two lie the compiler for another machine, what xtask takes out, wasm-opt and wasm2js.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { EVENT } from './numbers.ts';
import type { Exports } from './wasm.ts';

const UNKNOWN = 0xffff_ffff;
const ENDS: readonly number[] = [EVENT.ENDED, EVENT.QUIT, EVENT.SOURCE_CHANGED];

function toldOf(module: Exports, seed: number): string {
  let state = seed;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % bound;
  };
  const number = (): number => {
    const which = below(4);
    return which === 0 ? below(10) : which === 1 ? below(60_000) : which === 2 ? (below(2 ** 24) << 7) >>> 0 : UNKNOWN;
  };
  let hash = 0x811c_9dc5;
  const take = (byte: number): void => void (hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0);
  const attempt = module.begin(0, seed % 2 === 0);
  let t = 0;
  for (let step = 0; step < 300; step += 1) {
    t += below(400) + (below(50) === 0 ? 6_000 : 0);
    const chosen = below(33);
    const kind = ENDS.includes(chosen) && step < 250 ? EVENT.TICK : chosen;
    const [a, given, c, d, e] = [number(), number(), number(), number(), number()];
    const b = kind === EVENT.ERROR && step < 250 ? 0 : given;
    for (let left = kind === EVENT.ERROR ? 3 : kind === EVENT.REQUEST_FINISHED ? 1 : 0; left > 0; left -= 1) {
      const text = 'abc'.repeat(14).slice(0, below(40));
      const at = module.text(attempt, text.length);
      new Uint8Array(module.memory.buffer, at).set(Buffer.from(text));
    }
    const flags = module.event(attempt, kind, t, a, b, c, d, e);
    take(flags);
    if ((flags & 7) > 0) {
      const at = module.beacon(attempt, t, (flags & 7) - 1);
      for (const byte of new Uint8Array(module.memory.buffer, at, module.bytes(attempt)).reverse()) take(byte);
    }
  }
  module.end(attempt);
  return hash.toString(16).padStart(8, '0');
}

const dist = join(process.cwd(), 'dist');
const golden = (await readFile('js/module.golden', 'utf8')).trim().split('\n');

test('the module tells what the Rust that it was made of tells', async () => {
  const { instance } = await WebAssembly.instantiate(await readFile(join(dist, 'collector.wasm')));
  assert.deepEqual(golden.map((_, seed) => toldOf(instance.exports as unknown as Exports, seed)), golden);
});

test('so does the same as JavaScript', async () => {
  const module = (await import(pathToFileURL(join(dist, 'fallback.js')).href)) as Exports;
  assert.deepEqual(golden.map((_, seed) => toldOf(module, seed)), golden);
});
