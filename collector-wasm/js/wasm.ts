// Here lives the loading of the module: asynchronously, because a synchronous compile over 4 kB is refused by older browsers
// and would hold up the page in all of them.

// @ts-expect-error -- wasm-bindgen's glue for bundlers; build.mjs says where it is
import { __wbg_set_wasm as setWasm, Attempt } from 'playhead:glue';

import type { FoldClass } from './attempt.ts';

export type WasmSource = string | URL | BufferSource | WebAssembly.Module | Response | PromiseLike<Response>;

/** The same core as JavaScript, in a file of its own beside this one. */
// @ts-expect-error -- made by build.mjs
export const fallback = (): Promise<Exports> => import('playhead:fallback');

let loaded: Promise<FoldClass> | null = null;

/** What the module exports, as far as it is used here. */
export interface Exports {
  memory: { buffer: ArrayBuffer };
}

/**
 * Instantiates once per document. Where the page's policy refuses WebAssembly, or the browser has none, the same core as JavaScript is
 * asked of `fallback`.
 */
export function load(source: () => Promise<BufferSource | WebAssembly.Module>, fallback: () => Promise<Exports>): Promise<FoldClass> {
  loaded ??= source()
    .then(async (code) => {
      // It imports nothing; xtask sees to that.
      const result = await WebAssembly.instantiate(code as BufferSource);
      return ((result as unknown as { instance?: WebAssembly.Instance }).instance ?? (result as unknown as WebAssembly.Instance)).exports as unknown as Exports;
    })
    .catch(fallback)
    .then((exports) => {
      setWasm(exports);
      Attempt.prototype.beacon_message = function (t: number, kind: number) {
        const at = this.beacon(t, kind);
        return new Uint8Array(exports.memory.buffer, at, this.beacon_bytes());
      };
      return Attempt as FoldClass;
    });
  return loaded;
}

/** The inverse of `asText` in build.mjs. Takes 1.5 ms cold in Chromium; hexadecimal digits, natively, would take none and cost 0.4 kB. */
export function bytesFromText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let page = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 34) page = (34 - code) * 91;
    else {
      bytes[length++] = page + (code === 126 ? 92 : code) - 35;
      page = 0;
    }
  }
  return bytes.subarray(0, length);
}

/** What the slim entry takes → code. */
export async function codeFrom(source: WasmSource): Promise<BufferSource | WebAssembly.Module> {
  const given = typeof source === 'string' || source instanceof URL ? fetch(source, { credentials: 'omit' }) : source;
  const got = await given;
  return typeof Response === 'function' && got instanceof Response ? got.arrayBuffer() : (got as BufferSource | WebAssembly.Module);
}
