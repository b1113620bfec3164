// Here lives the loading of the module: asynchronously, because a synchronous compile over 4 kB is refused by older browsers
// and would hold up the page in all of them.

// @ts-expect-error -- wasm-bindgen's glue for bundlers; build.mjs says where it is
import * as glue from 'playhead:glue';

import type { FoldClass } from './attempt.ts';

export type WasmSource = string | URL | BufferSource | WebAssembly.Module | Response | PromiseLike<Response>;

let loaded: Promise<FoldClass> | null = null;

/** Instantiates once per document. */
export function load(source: () => Promise<BufferSource | WebAssembly.Module>): Promise<FoldClass> {
  loaded ??= source().then(async (code) => {
    const result = await WebAssembly.instantiate(code as BufferSource, { './collector_bg.js': glue });
    const { exports } = (result as unknown as { instance?: WebAssembly.Instance }).instance ?? (result as unknown as WebAssembly.Instance);
    glue.__wbg_set_wasm(exports);
    (exports as { __wbindgen_start?: () => void }).__wbindgen_start?.();
    return glue.Attempt as FoldClass;
  });
  return loaded;
}

/** Hexadecimal digits → bytes; natively where the platform can. */
export function bytesFromHex(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as { fromHex?: (text: string) => Uint8Array<ArrayBuffer> }).fromHex;
  if (native) return native.call(Uint8Array, text);
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/** What the slim entry takes → code. */
export async function codeFrom(source: WasmSource): Promise<BufferSource | WebAssembly.Module> {
  const given = typeof source === 'string' || source instanceof URL ? fetch(source, { credentials: 'omit' }) : source;
  const got = await given;
  return typeof Response === 'function' && got instanceof Response ? got.arrayBuffer() : (got as BufferSource | WebAssembly.Module);
}
