// Here lives the entry without the module: the page says where it is (URL, bytes, Response or a compiled Module).

import { attachWith, type Handle, type Options } from './collector.ts';
import { fallback, instanceFrom, load, type WasmSource } from './wasm.ts';

export type { Adapter, FailureClass, FinishedRequest, LiveEdge, ObjectType, PlaybackError, Rendition, Signals } from './adapter.ts';
export type { Handle, Options } from './collector.ts';
export type { Context } from './context.ts';
export type { SentBatch } from './transport.ts';
export type { WasmSource } from './wasm.ts';

/** Like `attach` of the default entry; `wasm` is the module, or where to fetch it. */
export function attach(video: HTMLMediaElement, options: Options & { wasm: WasmSource }): Handle {
  return attachWith(() => load(() => instanceFrom(options.wasm), fallback), video, options);
}
