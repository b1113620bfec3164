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

/** Base64 → bytes; natively where the platform can, ten times as fast. */
export function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** What the slim entry takes → code. */
export async function codeFrom(source: WasmSource): Promise<BufferSource | WebAssembly.Module> {
  const given = typeof source === 'string' || source instanceof URL ? fetch(source, { credentials: 'omit' }) : source;
  const got = await given;
  return typeof Response === 'function' && got instanceof Response ? got.arrayBuffer() : (got as BufferSource | WebAssembly.Module);
}
