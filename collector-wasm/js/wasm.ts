// Here lives the loading of the module: asynchronously, because a synchronous compile over 4 kB is refused by older browsers
// and would hold up the page in all of them.

import type { BeginFold } from './attempt.ts';
import { encoder } from './compact.ts';

export type WasmSource = string | URL | BufferSource | WebAssembly.Module | Response | PromiseLike<Response>;

/** The same core as JavaScript, in a file of its own beside this one. */
// @ts-expect-error -- made by build.mjs
export const fallback = (): Promise<Exports> => import('playhead:fallback');

let loaded: Promise<BeginFold> | null = null;

/** What the module exports: collector-wasm/src/lib.rs says what each does. An attempt is the address of one. */
export interface Exports {
  memory: { buffer: ArrayBuffer };
  begin(t: number, frame_callback: boolean): number;
  event(attempt: number, kind: number, t: number, a: number, b: number, c: number, d: number, e: number): number;
  text(attempt: number, bytes: number): number;
  beacon(attempt: number, t: number, kind: number): number;
  bytes(attempt: number): number;
  end(attempt: number): void;
}

/**
 * Instantiates once per document. Where the page's policy refuses WebAssembly, or the browser has none, the same core as JavaScript is
 * asked of `fallback`.
 */
export function load(source: () => Promise<WebAssembly.Instance>, fallback: () => Promise<Exports>): Promise<BeginFold> {
  loaded ??= source()
    .then(({ exports }) => exports as unknown as Exports)
    .catch(fallback)
    .then(foldOf);
  return loaded;
}

/** The module's functions about one attempt. Its memory is looked up each time, because it moves when it grows. */
const foldOf =
  (module: Exports): BeginFold =>
  (t, frame_callback) => {
    const attempt = module.begin(t, frame_callback);
    return {
      event: (...given) => module.event(attempt, ...given),
      text(text) {
        const bytes = encoder.encode(text);
        const at = module.text(attempt, bytes.length);
        new Uint8Array(module.memory.buffer, at).set(bytes);
      },
      beacon(t, kind) {
        const at = module.beacon(attempt, t, kind);
        // It comes from its end to its begin.
        return new Uint8Array(module.memory.buffer, at, module.bytes(attempt)).reverse();
      },
      free: () => module.end(attempt),
    };
  };

/** Of bytes. The module imports nothing; xtask sees to that. */
export async function instance(code: BufferSource): Promise<WebAssembly.Instance> {
  return (await WebAssembly.instantiate(code)).instance;
}

/** Of what the slim entry takes. */
export async function instanceFrom(source: WasmSource): Promise<WebAssembly.Instance> {
  const given = typeof source === 'string' || source instanceof URL ? fetch(source, { credentials: 'omit' }) : source;
  const got = await given;
  const code = got instanceof Response ? await got.arrayBuffer() : got;
  // A module that was compiled already gives an instance alone.
  const made = (await WebAssembly.instantiate(code as BufferSource)) as WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance;
  return 'instance' in made ? made.instance : made;
}
